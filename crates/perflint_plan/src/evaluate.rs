//! Entry points in numbers: what one run costs at 1, 10 and 100 times the volumes, and when it breaks its target.

use crate::figure::{Figure, Source, place_text};
use crate::questions::Questions;
use crate::sizes::{Size, Volumes, of_factor, of_rows, stem};
use perflint_config::{Duration, EntryTarget, Targets, fits};
use perflint_report::clean;
use perflint_rules::{CostTerm, EntryCost, Times, unit};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// How many times the volumes.
pub const SCALES: [f64; 3] = [1.0, 10.0, 100.0];

/// Milliseconds of one effect, and why so many.
const DURATIONS: &[(&str, f64, &str)] = &[
    ("queries", 2.0, "a query by key in the same data centre"),
    ("writes", 3.0, "a write with its commit"),
    ("requests", 100.0, "a request to another service"),
    ("calls", 20.0, "a call of an internal service"),
    ("mails", 200.0, "a mail handed to a server"),
    ("files", 0.5, "a small file on a local disk"),
    ("cache", 0.5, "a key of a cache in the same data centre"),
    ("messages", 5.0, "a message to a broker"),
    ("locks", 1.0, "a lock that nobody holds"),
    ("sleeps", 1000.0, "the code sleeps"),
    ("processes", 50.0, "a process started"),
    ("computations", 50.0, "a computation that is meant to be slow"),
];

/// Milliseconds to fetch and build one row.
const ROW: f64 = 0.02;
/// Milliseconds of a response that does nothing.
const BASE: f64 = 5.0;
/// The longest growth that is looked at.
const FAR: f64 = 1000.0;
/// A target where none is given.
const P95: f64 = 300.0;

/// A summand in numbers.
#[derive(Clone, Debug, Serialize)]
pub struct TermCost {
    /// What happens.
    pub what: String,
    /// Its unit.
    pub unit: &'static str,
    /// As a product.
    pub times: String,
    /// How often at each scale.
    pub counts: [f64; 3],
    /// Milliseconds at each scale.
    pub milliseconds: [f64; 3],
    /// The file and line.
    pub place: String,
    /// Where the numbers of its sizes come from.
    pub sizes: Vec<String>,
    /// The entity.
    pub entity: Option<String>,
    /// It is waited for.
    pub waited: bool,
    /// It grows with the tables.
    pub grows: bool,
    /// The call, or the relation that is loaded.
    #[serde(skip)]
    pub label: String,
    /// It loads a relation that no query loaded before.
    #[serde(skip)]
    pub lazy: bool,
    /// The queries that could have loaded it along.
    #[serde(skip)]
    pub origins: Vec<String>,
    /// Its loops: where they stand, if that is known, and how often they run at each scale.
    #[serde(skip)]
    pub loops: Vec<(Option<String>, [f64; 3])>,
}

/// An entry point in numbers.
#[derive(Clone, Debug, Serialize)]
pub struct EntryPlan {
    /// Its kind.
    pub kind: &'static str,
    /// What people call it.
    pub label: String,
    /// The HTTP method.
    pub method: Option<String>,
    /// The route.
    pub route: Option<String>,
    /// The file and line.
    pub place: String,
    /// Formulas by unit.
    pub cost: BTreeMap<&'static str, String>,
    /// Milliseconds at each scale.
    pub milliseconds: [f64; 3],
    /// Milliseconds of the database at each scale.
    pub database: [f64; 3],
    /// The target.
    pub p95: Figure,
    /// The target of 99 of 100 responses, if one is given.
    pub p99: Option<Figure>,
    /// Milliseconds with what happens after a failure or when nothing is remembered yet: what the slowest responses take.
    pub worst: [f64; 3],
    /// How many times the volumes break the target of 99 of 100 responses.
    pub p99_breaks_at: Option<f64>,
    /// What it may spend.
    pub budget: Budget,
    /// How many times the volumes break the target: 1 if it is broken already, `None` if growth does not break it.
    pub breaks_at: Option<f64>,
    /// In how many months that is, at the growth that is given.
    pub breaks_in_months: Option<f64>,
    /// Why, in a sentence.
    pub why: String,
    /// What takes longest, where that is waited for.
    pub longest: Option<String>,
    /// The summands that take longest at 10 times the volumes.
    pub terms: Vec<TermCost>,
    /// It answers somebody who waits.
    pub waits: bool,
    /// Some of its cost is in no figure.
    pub incomplete: bool,
}

/// What an entry point may spend within its target, at the volumes as given.
#[derive(Clone, Debug, Serialize)]
pub struct Budget {
    /// Milliseconds of queries and writes.
    pub database: f64,
    /// Milliseconds of requests to other services.
    pub requests: f64,
    /// Milliseconds of everything else, the response itself included.
    pub other: f64,
    /// Milliseconds that are left; negative if the target is broken.
    pub left: f64,
    /// Queries by key that fit into the target beside everything that is not the database.
    pub queries: f64,
}

/// Entry points that break for one cause.
#[derive(Clone, Debug, Serialize)]
pub struct Group {
    /// The first to break, as a position among the entry points.
    pub first: usize,
    /// The others that the same place makes slow, by label and place.
    pub others: Vec<(String, String)>,
}

/// Entry points that somebody waits for by what takes longest in them, in their order: one helper slows many.
pub(crate) fn groups(entries: &[EntryPlan]) -> Vec<Group> {
    type Cause<'e> = Option<(&'e str, &'e str, bool)>;
    let mut causes: Vec<(Cause<'_>, Group)> = Vec::new();
    for (at, entry) in entries.iter().enumerate().filter(|(_, entry)| entry.waits) {
        let longest = entry.terms.iter().find(|term| term.waited);
        let cause = longest.map(|term| (term.place.as_str(), term.what.as_str(), entry.breaks_at.is_some()));
        match causes.iter_mut().find(|(known, _)| cause.is_some() && *known == cause) {
            Some((_, group)) => group.others.push((entry.label.clone(), entry.place.clone())),
            None => causes.push((cause, Group { first: at, others: Vec::new() })),
        }
    }
    causes.into_iter().map(|(_, group)| group).collect()
}

/// What is evaluated with.
pub(crate) struct World<'a> {
    pub(crate) targets: &'a Targets,
    pub(crate) volumes: Volumes,
    /// The tables that are declared, as their names are compared.
    pub(crate) tables: BTreeSet<String>,
}

impl World<'_> {
    /// What a query in plain SQL names, if a table is called so.
    fn table<'n>(&self, name: &'n str) -> Option<&'n str> {
        self.tables.contains(&stem(name)).then_some(name)
    }

    /// In how many months the volumes have grown so many times, at the growth that is given.
    pub(crate) fn months(&self, scale: f64) -> Option<f64> {
        let growth = self.targets.growth_per_month.filter(|growth| *growth > 0.0)?;
        Some((scale.ln() / (1.0 + growth / 100.0).ln()).max(0.0))
    }

    /// What one effect takes.
    pub(crate) fn duration(&self, unit: &str) -> Figure {
        let assumed = DURATIONS.iter().find(|(name, ..)| *name == unit);
        let (assumed, why) = assumed.map_or((1.0, "an effect"), |(_, value, why)| (*value, *why));
        let given = self.targets.durations.get(unit).and_then(Duration::milliseconds);
        Figure::given(given, "ms", &format!("targets.durations.{unit}"), assumed, why)
    }

    /// All durations, for the report.
    pub(crate) fn durations(&self) -> Vec<(&'static str, Figure)> {
        DURATIONS.iter().map(|(unit, ..)| (*unit, self.duration(unit))).collect()
    }

    /// The target of an entry point that its own row gives, or that of the pattern that fits most closely.
    fn own(&self, entry: &EntryCost, key: &str, of: fn(&EntryTarget) -> Option<&Duration>) -> Option<Figure> {
        let names = entry.names();
        let fitting = self.targets.entries.iter().filter_map(|(pattern, target)| {
            let value = of(target)?.milliseconds()?;
            names.iter().any(|name| fits(pattern, name)).then_some((pattern, value))
        });
        let (pattern, value) =
            fitting.min_by_key(|(pattern, _)| (pattern.contains('*'), std::cmp::Reverse(pattern.len())))?;
        let key = format!("targets.entries.\"{pattern}\".{key}");
        Some(Figure { value, unit: "ms", source: Source::Configuration { key } })
    }

    /// The target of 99 of 100 responses; none is assumed.
    pub(crate) fn p99(&self, entry: &EntryCost) -> Option<Figure> {
        self.own(entry, "p99", |target| target.p99.as_ref()).or_else(|| {
            let value = self.targets.p99.as_ref()?.milliseconds()?;
            let source = Source::Configuration { key: "targets.p99".to_owned() };
            Some(Figure { value, unit: "ms", source })
        })
    }

    /// The target of an entry point: its own, that of the pattern that fits most closely, that of the whole.
    pub(crate) fn p95(&self, entry: &EntryCost) -> Figure {
        if let Some(own) = self.own(entry, "p95", |target| target.p95.as_ref()) {
            return own;
        }
        let whole = self.targets.p95.as_ref().and_then(Duration::milliseconds);
        Figure::given(
            whole,
            "ms",
            "targets.p95",
            P95,
            "nobody gave a target: responses feel quick up to about so long",
        )
    }
}

impl TermCost {
    /// Whether nobody said how large its sizes are.
    fn is_assumed(&self) -> bool {
        self.sizes.iter().any(|size| size.contains("(assumption: "))
    }
}

struct Evaluated<'a> {
    term: &'a CostTerm,
    sizes: Vec<Size>,
    rows: Option<Size>,
    each: f64,
}

impl Evaluated<'_> {
    fn count(&self, scale: f64) -> f64 {
        self.sizes.iter().map(|size| size.at(scale)).product()
    }

    fn milliseconds(&self, scale: f64) -> f64 {
        let rows = self.rows.as_ref().map_or(0.0, |rows| rows.at(scale) * ROW);
        self.count(scale) * (self.each + rows)
    }
}

/// An entry point in numbers.
pub(crate) fn entry(world: &World<'_>, entry: &EntryCost, questions: &mut Questions) -> EntryPlan {
    let waits = is_waited_for(entry.kind);
    questions.for_who_waits(waits);
    let mut evaluated = |cold: bool| -> Vec<Evaluated<'_>> {
        let terms = entry.terms.iter().filter(|term| term.cold == cold);
        terms
            .map(|term| Evaluated {
                term,
                sizes: term.times.iter().map(|times| of_factor(times, &world.volumes, questions)).collect(),
                rows: term.rows.as_ref().map(|rows| {
                    of_rows(rows, world.table(&term.label), Some(&term.place), &world.volumes, questions)
                }),
                each: world.duration(unit(term.effect)).value,
            })
            .collect()
    };
    let (terms, cold) = (evaluated(false), evaluated(true));
    let rarely = |scale: f64| {
        let cold = cold.iter().filter(|term| !term.term.detached);
        cold.map(|term| term.milliseconds(scale)).sum::<f64>()
    };
    let waited = || terms.iter().filter(|term| !term.term.detached);
    let time = |scale: f64| BASE + waited().map(|term| term.milliseconds(scale)).sum::<f64>();
    let stored = |scale: f64| {
        let stored = waited().filter(|term| matches!(term.term.effect, "query" | "write"));
        stored.map(|term| term.milliseconds(scale)).sum::<f64>()
    };
    let p95 = world.p95(entry);
    let breaks_at = if waits { breaking(&time, p95.value) } else { None };
    let p99 = world.p99(entry);
    let worst = |scale: f64| time(scale) + rarely(scale);
    let p99_breaks_at = p99.as_ref().filter(|_| waits).and_then(|p99| breaking(&worst, p99.value));
    let of = |units: &[&str]| {
        let wanted = waited().filter(|term| units.contains(&unit(term.term.effect)));
        wanted.map(|term| term.milliseconds(1.0)).sum::<f64>()
    };
    let (database, requests) = (of(&["queries", "writes"]), of(&["requests", "calls"]));
    let other = time(1.0) - database - requests;
    let budget = Budget {
        database,
        requests,
        other,
        left: p95.value - time(1.0),
        queries: ((p95.value - other - requests) / world.duration("queries").value.max(1e-6))
            .floor()
            .max(0.0),
    };
    let mut costs: Vec<TermCost> = terms.iter().map(term_cost).collect();
    costs.sort_by(|a, b| b.milliseconds[1].total_cmp(&a.milliseconds[1]).then_with(|| a.place.cmp(&b.place)));
    let why = why(&costs, breaks_at, waits, &p95, time(1.0));
    let longest = costs.iter().find(|cost| cost.waited).map(driver);
    let breaks_in_months = breaks_at.and_then(|scale| world.months(scale));
    EntryPlan {
        kind: entry.kind,
        label: clean::line(&entry.label).into_owned(),
        method: entry.method.clone(),
        route: entry.route.as_deref().map(|route| clean::line(route).into_owned()),
        place: place_text(&entry.place),
        cost: entry.cost.clone(),
        milliseconds: SCALES.map(time),
        database: SCALES.map(stored),
        p95,
        p99,
        worst: SCALES.map(worst),
        p99_breaks_at,
        budget,
        breaks_at,
        breaks_in_months,
        why,
        longest,
        terms: costs,
        waits,
        incomplete: entry.capped || entry.more > 0,
    }
}

fn term_cost(evaluated: &Evaluated<'_>) -> TermCost {
    let Evaluated { term, sizes, rows, .. } = evaluated;
    let name = term.entity.as_deref().unwrap_or(&term.label);
    let symbols = term.times.iter().zip(sizes).filter(|(times, _)| !matches!(times, Times::Const(_)));
    let mut sources: Vec<String> = symbols
        .map(|(times, size)| {
            format!(
                "{} = {} ({})",
                clean::line(&times.text()),
                short(size.figure.value),
                size.figure.source.text()
            )
        })
        .collect();
    sources.extend(
        rows.as_ref()
            .filter(|rows| rows.figure.value > 1.0)
            .map(|rows| format!("{} rows each ({})", short(rows.figure.value), rows.figure.source.text())),
    );
    let mut known = BTreeSet::new();
    sources.retain(|source| known.insert(source.clone()));
    let lazy = if term.lazy { "lazy load of " } else { "" };
    TermCost {
        what: if name.is_empty() {
            term.effect.to_owned()
        } else {
            format!("{lazy}{} `{}`", term.effect, clean::line(name))
        },
        unit: unit(term.effect),
        times: clean::line(&term.times_text()).into_owned(),
        counts: SCALES.map(|scale| evaluated.count(scale)),
        milliseconds: SCALES.map(|scale| evaluated.milliseconds(scale)),
        place: place_text(&term.place),
        sizes: sources,
        entity: term.entity.clone(),
        waited: !term.detached,
        label: term.label.clone(),
        lazy: term.lazy,
        origins: term.origins.iter().map(place_text).collect(),
        loops: term
            .times
            .iter()
            .zip(sizes)
            .filter_map(|(times, size)| Some((loop_place(times)?, SCALES.map(|scale| size.at(scale)))))
            .collect(),
        grows: sizes.iter().chain(rows).any(|size| size.grows),
    }
}

/// Where a loop stands, if that is known; `None` for what is no loop.
fn loop_place(times: &Times) -> Option<Option<String>> {
    match times {
        Times::Size { place, .. } | Times::Iterations(place) => Some(place.as_ref().map(place_text)),
        Times::Const(_) | Times::Depth(_) => None,
    }
}

/// Whether somebody waits for entry points of a kind.
pub(crate) fn is_waited_for(kind: &str) -> bool {
    matches!(kind, "route" | "page" | "resolver" | "socket")
}

/// The least growth that breaks a target.
fn breaking(time: &dyn Fn(f64) -> f64, target: f64) -> Option<f64> {
    if time(1.0) > target {
        return Some(1.0);
    }
    if time(FAR) <= target {
        return None;
    }
    let (mut fits, mut breaks) = (1.0, FAR);
    for _ in 0..40 {
        let middle = f64::midpoint(fits, breaks);
        if time(middle) > target { breaks = middle } else { fits = middle }
    }
    Some((breaks * 10.0).ceil() / 10.0)
}

fn why(costs: &[TermCost], breaks_at: Option<f64>, waits: bool, p95: &Figure, now: f64) -> String {
    let Some(first) = costs.iter().find(|cost| cost.waited) else {
        return "It does nothing that perflint counts.".to_owned();
    };
    let driver = driver(first);
    match breaks_at {
        _ if !waits => format!("Nobody waits for it; longest takes {driver}."),
        None => format!(
            "It stays below {} up to {FAR} times the volumes; longest takes {driver}.",
            time(p95.value)
        ),
        Some(scale) if scale <= 1.0 => {
            let guess = if first.is_assumed() {
                "by what is assumed of its sizes"
            } else {
                "at the volumes as given"
            };
            format!("It takes {} {guess}, more than {}; longest takes {driver}.", wait(now), time(p95.value))
        }
        Some(scale) => format!(
            "At {} times the volumes it takes more than {}, because of {driver}.",
            short(scale),
            time(p95.value)
        ),
    }
}

/// What happens, where and how often.
fn driver(term: &TermCost) -> String {
    format!("{} at {}, {}", term.what, term.place, often(&term.times))
}

fn often(times: &str) -> String {
    if times == "1" { "once".to_owned() } else { format!("{times} times") }
}

/// A time for people, from milliseconds: `407 ms`, `62.5 s`, `2.8 h`.
pub fn time(milliseconds: f64) -> String {
    const DAY: f64 = 86_400_000.0;
    const UNITS: [(f64, &str); 3] = [(3_600_000.0, "h"), (60_000.0, "min"), (1000.0, "s")];
    // Nothing that takes longer is told apart from what never ends, and a product of assumptions is no forecast.
    if milliseconds.abs() > DAY {
        return "over a day".to_owned();
    }
    // A minute and a half is 90 s, an hour and a half 90 min.
    let fitting =
        UNITS.iter().find(|(size, _)| milliseconds.abs() >= size * if *size == 1000.0 { 1.0 } else { 2.0 });
    match fitting {
        Some((size, unit)) => format!("{} {unit}", short(milliseconds / size)),
        None => format!("{} ms", short(milliseconds)),
    }
}

/// A time that somebody waits for, as [`time`] spells it. Whoever waits for over a minute has gone, and what sizes make of the rest that
/// nobody told is no forecast.
pub fn wait(milliseconds: f64) -> String {
    if milliseconds > 60_000.0 { "over a minute".to_owned() } else { time(milliseconds) }
}

/// A number for people: three digits that matter.
pub fn short(value: f64) -> String {
    // What is nothing has no sign.
    let value = if value == 0.0 { 0.0 } else { value };
    let (value, suffix) = match value {
        v if v >= 1e9 => (v / 1e9, "G"),
        v if v >= 1e6 => (v / 1e6, "M"),
        v if v >= 1e4 => (v / 1e3, "k"),
        v => (v, ""),
    };
    if (1e-9..0.1).contains(&value) {
        // What is small is not nothing; below a billionth it is.
        let digits = (-value.log10()).ceil().clamp(1.0, 9.0) as usize;
        return format!("{value:.digits$}").trim_end_matches(['0', '.']).to_owned();
    }
    let text = if value >= 100.0 { format!("{value:.0}") } else { format!("{value:.1}") };
    format!("{}{suffix}", text.strip_suffix(".0").unwrap_or(&text))
}
