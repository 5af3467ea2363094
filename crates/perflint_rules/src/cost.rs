//! Entry points with their costs, as reports show them: facts, no judgement.

use crate::extent::Extent;
use crate::write::Ctx;
use crate::{Context, Place};
use perflint_link::{BodyRef, Program};
use perflint_models::{EffectKind, EntryKind, Models, Wait};
use perflint_summary::{Entry as EntryPoint, Factor, Facts, Site, Steps, Sure, Term};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::collections::hash_map::Entry;

/// How many terms of an entry point are listed.
const MAX_TERMS: usize = 25;

/// How many summands a formula has.
const MAX_SUMMANDS: usize = 8;

/// The unit of a formula that counts what blocks an event loop, whatever its kind.
pub const BLOCKING: &str = "blocking";

/// An entry point and what one run of it costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryCost {
    /// `route`, `job`, .. or `program` for a function `main`.
    pub kind: &'static str,
    /// It runs on its own time: nobody waits for its end.
    pub background: bool,
    /// What people call it: `GET /orders`, or the function's name.
    pub label: String,
    /// The HTTP method, if that is known.
    pub method: Option<String>,
    /// The path of the first of its routes, with what stands around its registration.
    pub route: Option<String>,
    /// All its routes: methods and paths, in the order of their registrations.
    pub routes: Vec<(Option<String>, String)>,
    /// The handler's name, or that of the class which inherits it.
    pub place: Place,
    /// A formula per unit: `queries`, `requests`, ..; what costs nothing is absent.
    pub cost: BTreeMap<&'static str, String>,
    /// The summands, those that grow most first.
    pub terms: Vec<CostTerm>,
    /// How many further terms there are.
    pub more: usize,
    /// The analysis itself gave up some.
    pub capped: bool,
}

impl EntryCost {
    /// What people may call it: its label, its path, and its path with its method.
    pub fn names(&self) -> Vec<String> {
        let mut names = vec![self.label.clone()];
        names.extend(self.route.clone());
        if let (Some(method), Some(route)) = (&self.method, &self.route) {
            names.push(format!("{method} {route}"));
        }
        names
    }
}

/// A summand of a cost: an effect and how often it happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CostTerm {
    /// The kind of the effect: `query`, `http`, ..
    pub effect: &'static str,
    /// The entity whose rows it touches.
    pub entity: Option<String>,
    /// The call, or the relation path that is loaded.
    pub label: String,
    /// The rows that it brings into memory; `None` for none, and where that is not known.
    pub rows: Option<Extent>,
    /// It loads a relation that no query loaded before.
    pub lazy: bool,
    /// The queries that could have loaded it along, where they are known.
    pub origins: Vec<Place>,
    /// How often, outermost loop first; empty for once.
    pub times: Vec<Times>,
    /// It blocks an event loop.
    pub blocks: bool,
    /// Nobody waits for it.
    pub detached: bool,
    /// It happens after a failure only, and is in no formula.
    pub cold: bool,
    /// How sure the way to it is: `certain`, `likely`, `guess`.
    pub sure: &'static str,
    /// Where it happens in the user's code; if it is the framework that does it, the entry point or the last call before.
    pub place: Place,
}

/// A factor.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Times {
    /// A fixed number.
    Const(u32),
    /// The size of a collection.
    Size {
        /// Its name in the code.
        name: String,
        /// What iterates over it, if that stands in the user's code.
        place: Option<Place>,
        /// The rows that are iterated, if they are known to be rows.
        over: Option<Extent>,
    },
    /// The iterations of a loop with a condition.
    Iterations(Option<Place>),
    /// The depth of a recursion.
    Depth(String),
}

impl Times {
    /// As in a formula: `3`, `|orders|`.
    pub fn text(&self) -> String {
        match self {
            Self::Const(n) => n.to_string(),
            Self::Size { name, .. } => format!("|{name}|"),
            Self::Iterations(_) => "iterations".to_owned(),
            Self::Depth(name) => format!("depth({name})"),
        }
    }
}

impl CostTerm {
    /// The product of its factors: `|orders| * 2`, `1`.
    pub fn times_text(&self) -> String {
        let (product, factor) = product(&self.times);
        written(&product, factor)
    }

    /// Every place that it names.
    pub fn places_mut(&mut self) -> impl Iterator<Item = &mut Place> {
        let factors = self.times.iter_mut().filter_map(|times| match times {
            Times::Size { place, .. } | Times::Iterations(place) => place.as_mut(),
            Times::Const(_) | Times::Depth(_) => None,
        });
        std::iter::once(&mut self.place).chain(&mut self.origins).chain(factors)
    }
}

/// The costs of all entry points of the user's code, sorted by place. What the framework does alone and for nothing
/// (`options`, `setup`) is none, and a method whose route a registration tells is one.
pub fn costs(program: &Program, models: &Models, facts: &Facts) -> Vec<EntryCost> {
    let contexts = crate::context::Contexts::new(program, facts);
    let ctx = Ctx { program, models, facts, contexts, saving: crate::worth::Saving::default() };
    let blocking: FxHashMap<Site, FxHashSet<BodyRef>> =
        facts.blocking.iter().fold(FxHashMap::default(), |mut known, event| {
            known.entry(event.term.effect.site).or_default().insert(event.at);
            known
        });
    let registered: FxHashSet<BodyRef> =
        facts.entries.iter().filter(|entry| entry.route.is_some()).map(|entry| entry.at).collect();
    let entries = facts
        .entries
        .iter()
        .filter(|entry| !(registered.contains(&entry.at) && is_declared_only(program, entry)))
        .map(|entry| (entry_kind(entry.kind), entry));
    let programs = facts.programs.iter().map(|entry| ("program", entry));
    let mut costs: Vec<EntryCost> = entries
        .chain(programs)
        .filter(|(_, entry)| ctx.contexts.of(program, entry.at) != Context::Test)
        .filter_map(|(kind, entry)| entry_cost(&ctx, kind, entry, &blocking))
        .collect();
    costs.sort_by(|a, b| (&a.place, a.kind, &a.label).cmp(&(&b.place, b.kind, &b.label)));
    costs.dedup();
    costs
}

/// A public method of a controller that its declaration alone tells of. What a class inherits is none: a registration may be of
/// another class.
fn is_declared_only(program: &Program, entry: &EntryPoint) -> bool {
    let (Some(class), Some(def)) = (entry.class, entry.def) else { return false };
    entry.route.is_none()
        && entry.routes.is_empty()
        && entry.kind == EntryKind::Route
        && class.file == def.file
        && program.item(def).owner == Some(class.item)
}

fn entry_cost(
    ctx: &Ctx<'_>,
    kind: &'static str,
    entry: &EntryPoint,
    blocking: &FxHashMap<Site, FxHashSet<BodyRef>>,
) -> Option<EntryCost> {
    let place = handler(ctx, entry)?;
    let mut loaded = FxHashSet::default();
    let mut terms: Vec<CostTerm> = Vec::new();
    for term in &entry.summary.terms {
        // A relation of a row is loaded once, however many places read it.
        let again = term
            .effect
            .lazy
            .as_ref()
            .is_some_and(|lazy| !loaded.insert((lazy.origin, lazy.path, lazy.from, sizes(ctx, term))));
        if !again {
            terms.push(cost_term(ctx, entry, term, &place, blocking));
        }
    }
    let inherited = entry.def.is_none_or(|def| ctx.program.is_stub(def.file)) && entry.class.is_some();
    if inherited && terms.is_empty() && entry.routes.is_empty() {
        return None;
    }
    let cost = formulas(&terms);
    let terms = merged(terms);
    let more = terms.len().saturating_sub(MAX_TERMS);
    let routes: Vec<(Option<String>, String)> =
        entry.routes.iter().map(|route| (route.method.clone(), route.path.clone())).collect();
    let first = routes.first();
    let method = entry.method.clone().or_else(|| first?.0.clone()).or_else(|| verb(ctx, entry));
    Some(EntryCost {
        kind,
        background: entry.kind.is_background(),
        label: entry.label.clone(),
        method,
        route: entry.route.clone().or_else(|| Some(first?.1.clone())),
        routes,
        place,
        cost,
        terms: terms.into_iter().take(MAX_TERMS).collect(),
        more,
        capped: entry.summary.capped,
    })
}

fn sizes(ctx: &Ctx<'_>, term: &Term) -> Vec<String> {
    term.times.iter().map(|factor| ctx.factor(*factor)).collect()
}

/// The name of the handler, or of the class that inherits it from the framework.
pub(crate) fn handler(ctx: &Ctx<'_>, entry: &EntryPoint) -> Option<Place> {
    let user = |def: &perflint_link::Def| !ctx.program.is_stub(def.file);
    if let Some(def) = entry.def.filter(user).or_else(|| entry.class.filter(user)) {
        let item = ctx.program.item(def);
        return Some(ctx.place(def.file, item.name_span));
    }
    let body = ctx.program.body(entry.at);
    (!ctx.program.is_stub(entry.at.file)).then(|| ctx.place(entry.at.file, body.span))
}

/// Handlers that are named like a method answer it.
fn verb(ctx: &Ctx<'_>, entry: &EntryPoint) -> Option<String> {
    const VERBS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    let name = ctx.function(entry.def.map(|_| entry.at)?).to_ascii_uppercase();
    (entry.kind == EntryKind::Route && VERBS.contains(&name.as_str())).then_some(name)
}

fn cost_term(
    ctx: &Ctx<'_>,
    entry: &EntryPoint,
    term: &Term,
    handler: &Place,
    blocking: &FxHashMap<Site, FxHashSet<BodyRef>>,
) -> CostTerm {
    let effect = &term.effect;
    let label = effect.lazy.as_ref().map_or(effect.label, |lazy| lazy.path);
    let entity = effect.entity.or_else(|| loaded(ctx, term));
    let entity = entity.map(|entity| ctx.text(ctx.program.entity(entity).name).to_owned());
    let blocks = blocking.get(&effect.site).is_some_and(|bodies| {
        bodies.contains(&entry.at) || steps(&term.steps).any(|(_, callee)| bodies.contains(&callee))
    });
    CostTerm {
        effect: effect_name(effect.kind),
        entity,
        label: ctx.text(label).to_owned(),
        rows: ctx.facts.extents.of_run(effect.site).map(|extent| Extent::named(ctx.program, extent)),
        lazy: effect.lazy.is_some(),
        origins: effect.lazy.as_ref().and_then(|lazy| ctx.site(lazy.origin?)).into_iter().collect(),
        times: term.times.iter().rev().filter_map(|factor| times(ctx, *factor)).collect(),
        blocks,
        detached: term.wait == Wait::Detached,
        cold: term.cold,
        sure: match term.sure {
            Sure::Certain => "certain",
            Sure::Likely => "likely",
            Sure::Guess => "guess",
        },
        place: ctx
            .site(effect.site)
            .or_else(|| steps(&term.steps).filter_map(|(site, _)| ctx.site(site)).last())
            .unwrap_or_else(|| handler.clone()),
    }
}

/// What a lazily loaded relation leads to.
fn loaded(ctx: &Ctx<'_>, term: &Term) -> Option<perflint_link::EntityIx> {
    let lazy = term.effect.lazy.as_ref()?;
    ctx.program.relation(lazy.from, lazy.relation)?.target
}

/// The calls on the way, outermost first.
fn steps(steps: &Steps) -> impl Iterator<Item = (Site, BodyRef)> {
    std::iter::successors(steps.as_deref(), |node| node.next.as_deref())
        .map(|node| (node.site, node.callee.unwrap_or(node.site.at)))
}

fn times(ctx: &Ctx<'_>, factor: Factor) -> Option<Times> {
    Some(match factor {
        Factor::Const(1) => return None,
        Factor::Const(n) => Times::Const(n),
        Factor::Size { name, site, .. } => {
            let over = ctx.facts.extents.of_loop(site).map(|extent| Extent::named(ctx.program, extent));
            Times::Size { name: ctx.text(name).to_owned(), place: ctx.site(site), over }
        }
        Factor::While(site) => Times::Iterations(ctx.site(site)),
        Factor::Recursion(at) => Times::Depth(ctx.function(at)),
    })
}

/// Terms that differ in the way to them only become one that happens as often as all of them; those that grow most come
/// first.
fn merged(terms: Vec<CostTerm>) -> Vec<CostTerm> {
    let mut known: FxHashMap<_, usize> = FxHashMap::default();
    let mut kept: Vec<(CostTerm, u32)> = Vec::new();
    for term in terms {
        let flags = (term.lazy, term.blocks, term.detached, term.cold);
        let key = (term.effect, term.label.clone(), term.place.clone(), term.times_text(), flags);
        match known.entry(key) {
            Entry::Occupied(at) => {
                let (known, count) = &mut kept[*at.get()];
                *count += 1;
                let more = term.origins.into_iter().filter(|place| !known.origins.contains(place));
                known.origins.extend(more.collect::<Vec<_>>());
            }
            Entry::Vacant(free) => {
                free.insert(kept.len());
                kept.push((term, 1));
            }
        }
    }
    let repeated = kept.into_iter().map(|(mut term, count)| {
        term.times.extend((count > 1).then_some(Times::Const(count)));
        term
    });
    let mut kept: Vec<CostTerm> = repeated.collect();
    kept.sort_by_cached_key(|term| {
        let (product, _) = product(&term.times);
        (std::cmp::Reverse(product.len()), term.place.clone(), term.effect, term.label.clone(), product)
    });
    kept
}

/// The symbols of a product, and its constant.
fn product(times: &[Times]) -> (Vec<String>, u64) {
    let mut factor = 1_u64;
    let mut symbols = Vec::new();
    for times in times {
        match times {
            Times::Const(n) => factor = factor.saturating_mul(u64::from(*n)),
            other => symbols.push(other.text()),
        }
    }
    (symbols, factor)
}

fn written(product: &[String], factor: u64) -> String {
    match (product, factor) {
        ([], factor) => factor.to_string(),
        (product, 1) => product.join(" * "),
        (product, factor) => format!("{} * {factor}", product.join(" * ")),
    }
}

/// The sums of what happens unless something fails, by unit.
fn formulas(terms: &[CostTerm]) -> BTreeMap<&'static str, String> {
    type Sum = BTreeMap<(usize, Vec<String>), u64>;
    let mut sums: BTreeMap<&'static str, Sum> = BTreeMap::new();
    for term in terms.iter().filter(|term| !term.cold) {
        let (product, factor) = product(&term.times);
        for unit in [Some(unit(term.effect)), term.blocks.then_some(BLOCKING)].into_iter().flatten() {
            let sum = sums.entry(unit).or_default().entry((product.len(), product.clone())).or_default();
            *sum = sum.saturating_add(factor);
        }
    }
    sums.into_iter()
        .map(|(unit, sum)| {
            // What grows most matters most, and comes last, as in mathematics.
            let cut = sum.len().saturating_sub(MAX_SUMMANDS);
            let parts = sum.iter().skip(cut).map(|((_, product), factor)| written(product, *factor));
            let cut = (cut > 0).then(|| format!("({cut} more)"));
            (unit, cut.into_iter().chain(parts).collect::<Vec<_>>().join(" + "))
        })
        .collect()
}

/// What a formula counts for a kind of effect.
pub fn unit(effect: &str) -> &'static str {
    match effect {
        "query" => "queries",
        "write" => "writes",
        "http" => "requests",
        "rpc" => "calls",
        "mail" => "mails",
        "file" => "files",
        "cache" => "cache",
        "queue" => "messages",
        "lock" => "locks",
        "sleep" => "sleeps",
        "process" => "processes",
        _ => "computations",
    }
}

fn effect_name(kind: EffectKind) -> &'static str {
    match kind {
        EffectKind::Query => "query",
        EffectKind::Write => "write",
        EffectKind::Http => "http",
        EffectKind::Rpc => "rpc",
        EffectKind::Mail => "mail",
        EffectKind::File => "file",
        EffectKind::Cache => "cache",
        EffectKind::Queue => "queue",
        EffectKind::Lock => "lock",
        EffectKind::Sleep => "sleep",
        EffectKind::Process => "process",
        EffectKind::Compute => "compute",
    }
}

fn entry_kind(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Route => "route",
        EntryKind::Page => "page",
        EntryKind::Resolver => "resolver",
        EntryKind::Socket => "socket",
        EntryKind::Job => "job",
        EntryKind::Schedule => "schedule",
        EntryKind::Command => "command",
        EntryKind::Main => "program",
        EntryKind::Middleware => "middleware",
        EntryKind::Signal => "signal",
    }
}
