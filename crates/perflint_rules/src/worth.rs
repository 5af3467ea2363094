//! What is true and yet not worth telling by default, as readers of real code judged it. The words stand in the rules' pages;
//! a list whose name ends in a family of languages counts there instead of the common one.

use crate::context::Contexts;
use crate::repeat::chain;
use crate::write::Ctx;
use crate::{Context, Page};
use perflint_ir::{Body, BodyKind, LocalId, RegionKind, Sym};
use perflint_link::EntityIx;
use perflint_models::EffectKind;
use perflint_summary::{Bound, Entry, Factor, Repeat, Site, words};
use rustc_hash::{FxHashMap, FxHashSet};

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
    let walked = loop_of(repeat.factor).and_then(|site| ctx.facts.extents.of_loop(site));
    let one = match &repeat.term.effect.lazy {
        Some(lazy) => !lazy.through || alone(lazy.origin),
        None => alone(walked.and_then(|rows| rows.owner)),
    };
    let related = walked.is_some_and(|rows| rows.of.is_some());
    let parts = || {
        let rows = walked.and_then(|walked| Some((walked.entity?, walked.of)));
        page.words("parts").contains(&file.lang.family())
            && rows.is_some_and(|(rows, of)| crate::part::is_part(ctx, page, rows, of))
    };
    let changing = page.words_of("changing", file.lang.family());
    let direct = page.words("direct").contains(&file.lang.family());
    let changes = |entry: &Entry| {
        let name = entry.def.map(|def| ctx.text(ctx.program.item(def).name));
        name.is_some_and(|name| words(name).next().is_some_and(|first| changing.contains(&&*first)))
    };
    let shown = || {
        let entry = repeat.seen.entry.and_then(|entry| ctx.facts.entries.get(entry));
        file.is_template() || entry.is_some_and(|e| !changes(e) && (!direct || e.at == repeat.at))
    };
    one && related && (!(context == Context::Request && shown()) || parts())
}

/// True for a loop over the values that a request brings: as many as somebody typed or ticked.
pub(crate) fn is_given(ctx: &Ctx<'_>, page: &Page, repeat: &Repeat, context: Context) -> bool {
    let Factor::Size { name, rows: false, .. } = repeat.factor else { return false };
    let given = page.words_of("given", ctx.program.file(repeat.at.file).lang.family());
    let is_word = |word: &str| given.contains(&word.to_lowercase().as_str());
    let part = |c: char| !c.is_alphanumeric() && c != '_';
    let said = || ctx.text(name).split(part).any(|part| is_word(part) || part.split('_').any(is_word));
    context == Context::Request && !repeat.rows && said()
}

/// True for a loop over the ids of what is to be removed, where the request names them: as many as somebody ticked.
pub(crate) fn is_ticked(ctx: &Ctx<'_>, page: &Page, repeat: &Repeat, family: &str) -> bool {
    let entry = repeat.seen.entry.and_then(|entry| ctx.facts.entries.get(entry));
    page.words("ticked").contains(&family)
        && entry.is_some_and(|entry| entry.method.as_deref() == Some("DELETE"))
        && loop_of(repeat.factor).is_some_and(|site| ctx.facts.extents.is_sent(site))
}

/// True for a cache that is filled where it is asked: a look-up per row is there to spare what it keeps.
pub(crate) fn is_filled(page: &Page, kind: EffectKind, family: &str) -> bool {
    kind == EffectKind::Cache && page.words("filled").contains(&family)
}

/// True for a loop over the rows of a page: there are not many of them, whatever the data.
pub(crate) fn is_of_a_page(ctx: &Ctx<'_>, repeat: &Repeat) -> bool {
    let rows = loop_of(repeat.factor).and_then(|site| ctx.facts.extents.of_loop(site));
    rows.is_some_and(|rows| rows.bound == Bound::Page)
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
pub(crate) fn parameters(body: &Body) -> Option<Vec<LocalId>> {
    let own = (0u32..).take(body.params.len()).map(LocalId).collect::<Vec<_>>();
    (body.kind == BodyKind::Closure && !own.is_empty()).then_some(own)
}

/// True if the framework answers a query that it was asked before from memory, while one request runs.
pub(crate) fn is_remembered(page: &Page, context: Context, family: &str) -> bool {
    context == Context::Request && page.words("remembered").contains(&family)
}

/// A write: the entity that it touches, the method and the place.
type Written = (Option<EntityIx>, Sym, Site);

/// What loops do beside reading.
#[derive(Default)]
pub(crate) struct Saving {
    /// Loops that write once per row, with their writes.
    writes: FxHashMap<Site, Vec<Written>>,
    /// Loops that work on each element by itself, with more than a database: a request, a mail, a process.
    works: FxHashSet<Site>,
}

impl Saving {
    pub(crate) fn new(repeats: &[Repeat]) -> Self {
        let mut loops: FxHashMap<Site, Vec<Written>> = FxHashMap::default();
        // What is reached by calls that call themselves may be about anything that lies below: it saves no row of the loop.
        let deep = |repeat: &Repeat| repeat.term.times.iter().any(|t| matches!(t, Factor::Recursion(_)));
        let rows =
            |repeat: &&Repeat| repeat.rows && repeat.term.effect.kind == EffectKind::Write && !deep(repeat);
        for repeat in repeats.iter().filter(rows) {
            if let Some(site) = loop_of(repeat.factor) {
                let effect = &repeat.term.effect;
                loops.entry(site).or_default().push((effect.entity, effect.method, effect.site));
            }
        }
        let outside = |repeat: &&Repeat| {
            let kind = repeat.term.effect.kind;
            let leaves = [EffectKind::Http, EffectKind::Rpc, EffectKind::Mail, EffectKind::Process];
            leaves.contains(&kind) && !repeat.term.cold
        };
        let works = repeats.iter().filter(outside).filter_map(|repeat| loop_of(repeat.factor)).collect();
        Self { writes: loops, works }
    }
}

/// True for a write per row that one statement could do for all: rows that are made or removed.
pub(crate) fn is_bulky(ctx: &Ctx<'_>, page: &Page, family: &str, method: Sym, at: Site) -> bool {
    let writes = page.words_of("writes", family);
    let counts = |name: Sym| words(ctx.text(name)).next().is_some_and(|first| writes.contains(&&*first));
    counts(method) || chain(ctx, at).into_iter().any(counts)
}

fn loop_of(factor: Factor) -> Option<Site> {
    match factor {
        Factor::Size { site, .. } | Factor::While(site) => Some(site),
        Factor::Const(_) | Factor::Recursion(_) => None,
    }
}

/// True for what a loop reads that saves each of its rows, where that cannot be done for all at once: it goes with the write.
pub(crate) fn is_saving(ctx: &Ctx<'_>, page: &Page, repeat: &Repeat, family: &str) -> bool {
    if !page.words("saves").contains(&family) || repeat.term.effect.kind == EffectKind::Write {
        return false;
    }
    let Some(site) = loop_of(repeat.factor) else { return false };
    let rows = ctx.facts.extents.of_loop(site).and_then(|rows| rows.entity);
    let any = !page.words("saves_itself").contains(&family);
    ctx.saving.writes.get(&site).is_some_and(|writes| {
        writes.iter().any(|(entity, method, at)| {
            (any || rows.is_some() && *entity == rows) && !is_bulky(ctx, page, family, *method, *at)
        })
    })
}

/// True for a loop that sends a request or a mail, or starts a process, for each element: that is what it takes its time for.
pub(crate) fn is_worked_on(ctx: &Ctx<'_>, page: &Page, repeat: &Repeat) -> bool {
    page.flag("worked") && loop_of(repeat.factor).is_some_and(|site| ctx.saving.works.contains(&site))
}

/// True for rows that were fetched one by one: loading more with each of them makes no fewer queries.
pub(crate) fn is_alone(ctx: &Ctx<'_>, origin: Site, through: bool) -> bool {
    !through && ctx.facts.extents.is_single(origin)
}
