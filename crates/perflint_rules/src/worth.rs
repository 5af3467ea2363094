//! What is true and yet not worth telling by default, as readers of real code judged it. The words stand in the rules' pages;
//! a list whose name ends in a family of languages counts there instead of the common one.

use crate::context::Contexts;
use crate::repeat::words;
use crate::write::Ctx;
use crate::{Context, Page};
use perflint_ir::{Body, BodyKind, ItemKind, LocalId, RegionKind};
use perflint_models::EffectKind;
use perflint_summary::{Entry, Factor, Repeat, Site};
use rustc_hash::FxHashSet;

/// Loops over at most this many rows are left alone.
pub(crate) const FEW: u32 = 10;

impl Page {
    /// A list of the front matter as it holds for a family of languages: `writes_ruby`, or else `writes`.
    pub(crate) fn words_of(&self, name: &str, family: &str) -> Vec<&str> {
        let own = format!("{name}_{family}");
        if self.params.contains_key(&*own) { self.words(&own) } else { self.words(name) }
    }
}

impl Contexts {
    /// True if entry points are known and none of them was seen to reach code that runs there.
    pub(crate) fn is_unreached(&self, page: &Page, context: Context, family: &str) -> bool {
        context == Context::Library && self.knows_entries() && page.words("reached").contains(&family)
    }
}

/// True for a loop over the few rows that belong to one row, in code that makes no page: what one request changes or mails.
pub(crate) fn is_of_one(ctx: &Ctx<'_>, page: &Page, repeat: &Repeat, context: Context) -> bool {
    let file = ctx.program.file(repeat.at.file);
    if !page.words("of_one").contains(&file.lang.family()) {
        return false;
    }
    let alone = |origin: Option<Site>| origin.is_some_and(|origin| ctx.facts.extents.is_single(origin));
    let one = repeat.term.effect.lazy.as_ref().is_some_and(|lazy| !lazy.through || alone(lazy.origin));
    let related = loop_of(repeat.factor)
        .and_then(|site| ctx.facts.extents.of_loop(site))
        .is_some_and(|rows| rows.of.is_some());
    let changing = page.words_of("changing", file.lang.family());
    let changes = |entry: &Entry| {
        let name = entry.def.map(|def| ctx.text(ctx.program.item(def).name));
        name.is_some_and(|name| words(name).next().is_some_and(|first| changing.contains(&&*first)))
    };
    let shown = || {
        let entry = repeat.entry.and_then(|entry| ctx.facts.entries.get(entry));
        file.items.iter().any(|item| item.kind == ItemKind::Template)
            || entry.is_some_and(|e| if changing.is_empty() { e.at == repeat.at } else { !changes(e) })
    };
    one && related && !(context == Context::Request && shown())
}

/// True for a loop over the values that a request brings: as many as somebody typed or ticked.
pub(crate) fn is_given(ctx: &Ctx<'_>, page: &Page, repeat: &Repeat, context: Context) -> bool {
    let Factor::Size { name, rows: false, .. } = repeat.factor else { return false };
    let given = page.words("given");
    let is_word = |word: &str| given.contains(&word.to_lowercase().as_str());
    context == Context::Request
        && !repeat.rows
        && ctx.text(name).split(|c: char| !c.is_alphanumeric()).any(is_word)
}

/// True for a cache that is filled where it is asked: a look-up per row is there to spare what it keeps.
pub(crate) fn is_filled(page: &Page, kind: EffectKind, family: &str) -> bool {
    kind == EffectKind::Cache && page.words("filled").contains(&family)
}

/// The variables that differ from one run of a loop to the next: the loop's own, or a callback's parameters. `None` where
/// they are not known.
pub(crate) fn varying(ctx: &Ctx<'_>, repeat: &Repeat) -> Option<Vec<LocalId>> {
    let body = ctx.program.body(repeat.place.at);
    match repeat.region {
        Some(region) => match body.region(region).kind {
            RegionKind::Loop { item, .. } if item.is_some() => Some(vec![item]),
            _ => None,
        },
        None => parameters(body),
    }
}

/// The parameters of a callback that is run once per element.
fn parameters(body: &Body) -> Option<Vec<LocalId>> {
    let own = (0u32..).take(body.params.len()).map(LocalId).collect::<Vec<_>>();
    (body.kind == BodyKind::Closure && !own.is_empty()).then_some(own)
}

/// True if the framework answers a query that it was asked before from memory, while one request runs.
pub(crate) fn is_remembered(page: &Page, context: Context, family: &str) -> bool {
    context == Context::Request && page.words("remembered").contains(&family)
}

/// Loops that write once per row.
#[derive(Default)]
pub(crate) struct Saving(FxHashSet<Site>);

impl Saving {
    pub(crate) fn new(repeats: &[Repeat]) -> Self {
        let rows = |repeat: &&Repeat| repeat.rows && repeat.term.effect.kind == EffectKind::Write;
        Self(repeats.iter().filter(rows).filter_map(|repeat| loop_of(repeat.factor)).collect())
    }
}

fn loop_of(factor: Factor) -> Option<Site> {
    match factor {
        Factor::Size { site, .. } | Factor::While(site) => Some(site),
        Factor::Const(_) | Factor::Recursion(_) => None,
    }
}

/// True for a loop that saves each of its rows, where that cannot be done for all at once: what is read for each goes with it.
pub(crate) fn is_saving(ctx: &Ctx<'_>, page: &Page, repeat: &Repeat, family: &str) -> bool {
    page.words("saves").contains(&family)
        && loop_of(repeat.factor).is_some_and(|site| ctx.saving.0.contains(&site))
}

/// True for rows that were fetched one by one: loading more with each of them makes no fewer queries.
pub(crate) fn is_alone(ctx: &Ctx<'_>, origin: Site, through: bool) -> bool {
    !through && ctx.facts.extents.is_single(origin)
}
