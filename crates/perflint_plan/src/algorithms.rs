//! Computation that grows faster than its data, and calls that give what is known: bounds, options, a recommendation.

use crate::Input;
use crate::evaluate::{EntryPlan, SCALES, World, short};
use crate::figure::place_text;
use crate::questions::Questions;
use crate::sizes::of_factor;
use perflint_evidence::{Computation, Kind, Repeated};
use perflint_report::clean;
use perflint_rules::Times;
use serde::Serialize;

/// How many of one kind are listed.
const LISTED: usize = 20;

/// The algorithm section.
#[derive(Clone, Debug, Serialize)]
pub struct Algorithms {
    /// Effects with more than one size that grows.
    pub effects: Vec<Superlinear>,
    /// Computation, what grows most first.
    pub computations: Vec<Algorithm>,
    /// The ways to do each kind otherwise, told once: `n` is what the loops around walk, `m` what each iteration walks.
    pub ways: Vec<Ways>,
    /// What may be kept for the length of a request.
    pub memoise: Vec<Memo>,
    /// How many more of the three lists were found.
    pub more: usize,
}

/// An effect with more than one size that grows.
#[derive(Clone, Debug, Serialize)]
pub struct Superlinear {
    /// The entry points.
    pub entries: Vec<String>,
    /// What happens.
    pub what: String,
    /// How often.
    pub bound: String,
    /// The file and line.
    pub place: String,
    /// How often at 1, 10 and 100 times the volumes.
    pub counts: [f64; 3],
}

/// The ways to do one kind of computation otherwise.
#[derive(Clone, Debug, Serialize)]
pub struct Ways {
    /// The kind.
    pub kind: &'static str,
    /// Each iteration computes the same.
    pub same: bool,
    /// The recommended way first.
    pub options: Vec<Choice>,
}

/// Another way to do it.
#[derive(Clone, Debug, Serialize)]
pub struct Choice {
    /// What to do.
    pub what: String,
    /// Its time.
    pub time: String,
    /// Its space.
    pub space: String,
    /// What it asks for.
    pub trade: &'static str,
}

/// Computation that grows.
#[derive(Clone, Debug, Serialize)]
pub struct Algorithm {
    /// What is wrong, in a sentence.
    pub title: String,
    /// `search`, `scan`, `join`, `sort`, `copy`, `compile`.
    pub kind: &'static str,
    /// The bound: `O(|orders| * |items|)`.
    pub bound: String,
    /// The file and line.
    pub place: String,
    /// Entry points that lead there.
    pub entries: Vec<String>,
    /// Steps at 1, 10 and 100 times the volumes.
    pub counts: [f64; 3],
    /// Where the sizes come from.
    pub sizes: Vec<String>,
    /// It grows with the tables.
    pub grows: bool,
    /// Each iteration computes the same.
    pub same: bool,
    /// The function that does it, and where, if the loop calls one.
    pub within: Option<(String, String)>,
    /// It stands in a component, which a browser may run as well.
    pub rendered: bool,
    /// Lines where the same is done once more.
    pub also: Vec<String>,
    /// What to do, the recommended way first.
    pub options: Vec<Choice>,
    /// Why the first.
    pub recommendation: String,
    /// What the language's own document says.
    pub note: Option<String>,
}

/// A call whose result is known already.
#[derive(Clone, Debug, Serialize)]
pub struct Memo {
    /// What is called again, in a sentence.
    pub title: String,
    /// The calls.
    pub places: Vec<String>,
    /// Entry points.
    pub entries: Vec<String>,
    /// What to do.
    pub advice: String,
}

pub(crate) fn algorithms(
    input: &Input<'_>,
    world: &World<'_>,
    entries: &[EntryPlan],
    questions: &mut Questions,
) -> Algorithms {
    let effects = superlinear(entries);
    let mut computations: Vec<Algorithm> = Vec::new();
    let mut memoise = Vec::new();
    let mut ways: Vec<Ways> = Vec::new();
    if let Some(evidence) = input.evidence {
        for found in &evidence.computations {
            let (kind, same) = (kind(found.kind), found.same);
            if !ways.iter().any(|one| (one.kind, one.same) == (kind, same)) {
                ways.push(Ways { kind, same, options: options(found.kind, same, "n", "m") });
            }
        }
        computations.extend(evidence.computations.iter().map(|found| algorithm(found, world, questions)));
        memoise.extend(evidence.repeated.iter().map(memo));
    }
    computations.sort_by(|a, b| {
        (b.grows, !b.rendered)
            .cmp(&(a.grows, !a.rendered))
            .then(b.counts[1].total_cmp(&a.counts[1]))
            .then_with(|| (&a.place, a.kind).cmp(&(&b.place, b.kind)))
    });
    let computations = grouped(computations);
    let all = effects.len() + computations.len() + memoise.len();
    let effects: Vec<_> = effects.into_iter().take(LISTED).collect();
    let computations: Vec<_> = computations.into_iter().take(LISTED).collect();
    memoise.truncate(LISTED);
    ways.retain(|one| computations.iter().any(|row| (row.kind, row.same) == (one.kind, one.same)));
    ways.sort_by_key(|one| (one.kind, one.same));
    let more = all - effects.len() - computations.len() - memoise.len();
    Algorithms { effects, computations, ways, memoise, more }
}

/// The same that is done in several lines of a file is one.
fn grouped(all: Vec<Algorithm>) -> Vec<Algorithm> {
    let mut kept: Vec<Algorithm> = Vec::new();
    let file = |place: &str| place.rsplit_once(':').map_or(String::new(), |(file, _)| file.to_owned());
    for one in all {
        let same = |known: &&mut Algorithm| {
            known.title == one.title && known.bound == one.bound && file(&known.place) == file(&one.place)
        };
        match kept.iter_mut().find(same) {
            Some(known) if known.place == one.place || known.also.contains(&one.place) => {}
            Some(known) => known.also.push(one.place),
            None => kept.push(one),
        }
    }
    kept
}

/// What has a product of sizes, worst first; one line for a place, however many entry points lead there.
fn superlinear(entries: &[EntryPlan]) -> Vec<Superlinear> {
    let mut all: Vec<Superlinear> = Vec::new();
    for entry in entries.iter().filter(|entry| entry.waits) {
        for term in entry.terms.iter().filter(|term| symbols(&term.times) > 1) {
            let same = |known: &&mut Superlinear| {
                known.place == term.place && known.bound == term.times && known.what == term.what
            };
            match all.iter_mut().find(same) {
                Some(known) => known.entries.push(entry.label.clone()),
                None => all.push(Superlinear {
                    entries: vec![entry.label.clone()],
                    what: term.what.clone(),
                    bound: term.times.clone(),
                    place: term.place.clone(),
                    counts: term.counts,
                }),
            }
        }
    }
    all.sort_by(|a, b| {
        b.counts[1].total_cmp(&a.counts[1]).then_with(|| (&a.place, &a.bound).cmp(&(&b.place, &b.bound)))
    });
    all
}

/// The sizes of a product.
fn symbols(times: &str) -> usize {
    times.split(" * ").filter(|factor| factor.parse::<u64>().is_err()).count()
}

fn algorithm(found: &Computation, world: &World<'_>, questions: &mut Questions) -> Algorithm {
    let copies = matches!(found.kind, Kind::CopyText | Kind::CopyList);
    let factors: Vec<&Times> = found.around.iter().chain(&found.walks).collect();
    let sizes: Vec<_> = factors.iter().map(|times| of_factor(times, &world.volumes, questions)).collect();
    let counts = SCALES.map(|scale| {
        let product: f64 = sizes.iter().map(|size| size.at(scale)).product();
        let inner = sizes.last().map_or(1.0, |size| size.at(scale)).max(2.0);
        match found.kind {
            Kind::Sort => product * inner.log2(),
            // The first copy is short, the last one long: half of it in the mean.
            Kind::CopyText | Kind::CopyList => product / 2.0,
            _ => product,
        }
    });
    let mut sources: Vec<String> = Vec::new();
    for (times, size) in factors.iter().zip(&sizes) {
        let source = format!(
            "{} = {} ({})",
            clean::line(&times.text()),
            short(size.figure.value),
            size.figure.source.text()
        );
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    let outer = clean::line(&joined(&found.around)).into_owned();
    let inner =
        found.walks.as_ref().map_or_else(String::new, |walks| clean::line(&walks.text()).into_owned());
    let bound = match found.kind {
        Kind::Compile => format!("O({outer})"),
        _ if copies && found.around.len() == 1 => format!("O({outer}²)"),
        Kind::Sort => format!("O({outer} * {inner} log {inner})"),
        _ => format!("O({outer} * {inner})"),
    };
    let options = options(found.kind, found.same, &outer, &inner);
    let grows = sizes.iter().any(|size| size.grows);
    let bounded = sizes.iter().all(|size| !size.grows && !size.figure.is_assumed());
    let code = match &found.within {
        Some(within) => format!("{}` in `{}", clean::line(&found.code), clean::line(&within.function)),
        None => clean::line(&found.code).into_owned(),
    };
    Algorithm {
        title: title(found, &code, &outer, &inner),
        kind: kind(found.kind),
        bound,
        place: place_text(&found.place),
        entries: found.entries.iter().map(|entry| clean::line(entry).into_owned()).collect(),
        counts,
        rendered: found.rendered,
        same: found.same,
        within: found
            .within
            .as_ref()
            .map(|within| (clean::line(&within.function).into_owned(), place_text(&within.place))),
        also: Vec::new(),
        grows,
        sizes: sources,
        recommendation: recommendation(found, &options, &inner, grows, bounded.then_some(counts[1])),
        options,
        note: found.note.clone(),
    }
}

fn joined(around: &[Times]) -> String {
    around.iter().map(Times::text).collect::<Vec<_>>().join(" * ")
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Search => "search",
        Kind::Scan => "scan",
        Kind::Join => "join",
        Kind::Sort => "sort",
        Kind::CopyText | Kind::CopyList => "copy",
        Kind::Compile => "compile",
    }
}

fn title(found: &Computation, code: &str, outer: &str, inner: &str) -> String {
    match found.kind {
        Kind::Search => format!("`{code}` looks through {inner} once per element of {outer}"),
        Kind::Scan if found.same => {
            format!(
                "`{code}` goes over all of {inner} once per element of {outer}, with the same question each time"
            )
        }
        Kind::Scan => format!("`{code}` goes over all of {inner} once per element of {outer}"),
        Kind::Join => format!("Each element of {outer} is compared with each of {inner}"),
        Kind::Sort if found.same => {
            format!("`{code}` sorts {inner} once per element of {outer}, and nothing changes between")
        }
        Kind::Sort => format!("`{code}` sorts {inner} again for each element of {outer}"),
        Kind::CopyText => {
            format!("The text `{code}` is copied for each element of {outer} that is added to it")
        }
        Kind::CopyList => {
            format!("`{code}` is copied as a whole for each element of {outer} that is added to it")
        }
        Kind::Compile => format!("`{code}` compiles the same pattern once per element of {outer}"),
    }
}

fn choice(what: impl Into<String>, time: String, space: String, trade: &'static str) -> Choice {
    Choice { what: what.into(), time, space, trade }
}

/// What else to do, the best for large sizes first, what is there last.
fn options(kind: Kind, same: bool, n: &str, m: &str) -> Vec<Choice> {
    let one = || "O(1)".to_owned();
    let keep = |time: String| {
        choice(
            "leave it",
            time,
            one(),
            "right where the sizes stay at a few dozen: nothing is built, and memory is read in order",
        )
    };
    let both = || format!("O({n} + {m})");
    let product = format!("O({n} * {m})");
    match kind {
        Kind::Search => vec![
            choice(
                "a set, or a map by key, before the loop",
                both(),
                format!("O({m})"),
                "elements need a hash that agrees with their equality; order and duplicates are lost",
            ),
            choice(
                "sort once, then search by halves",
                format!("O(({n} + {m}) log {m})"),
                one(),
                "elements need an order; pays where the list is sorted already or memory is short",
            ),
            keep(product),
        ],
        Kind::Scan if same => vec![
            choice(
                "once before the loop",
                both(),
                format!("O({m})"),
                "the result has to stay true while the loop runs",
            ),
            keep(product),
        ],
        Kind::Scan | Kind::Join => vec![
            choice(
                "group by the compared key into a map before the loop",
                both(),
                format!("O({m})"),
                "one pass more and a map in memory; works for comparisons on equality",
            ),
            choice(
                "let the database join",
                both(),
                one(),
                "where both sides come from it: the rows need not be in memory at all",
            ),
            keep(product),
        ],
        Kind::Sort if same => vec![
            choice(
                "sort once before the loop",
                format!("O({m} log {m} + {n})"),
                format!("O({m})"),
                "the list has to stay as it is while the loop runs",
            ),
            keep(format!("O({n} * {m} log {m})")),
        ],
        Kind::Sort => vec![
            choice(
                "sort once after the loop",
                format!("O({m} log {m})"),
                one(),
                "right where nothing inside the loop needs the order",
            ),
            choice(
                "a heap, or a list that is kept in order",
                format!("O({n} log {m})"),
                format!("O({m})"),
                "where each iteration needs the least or greatest",
            ),
            keep(format!("O({n} * {m} log {m})")),
        ],
        Kind::CopyText => vec![
            choice(
                "collect the parts and join them once, or a builder",
                format!("O({n})"),
                format!("O({n})"),
                "all parts are in memory until they are joined, as the text is",
            ),
            keep(format!("O({n}²)")),
        ],
        Kind::CopyList => vec![
            choice(
                "add to it in place",
                format!("O({n})"),
                one(),
                "whoever holds the old one sees the change: safe where it does not leave the function before it is complete",
            ),
            choice(
                "collect the parts, put them together once",
                format!("O({n})"),
                format!("O({n})"),
                "where nothing may change what is there",
            ),
            keep(format!("O({n}²)")),
        ],
        Kind::Compile => vec![
            choice(
                "compile it once, before the loop or as a constant",
                "O(1) compilations".to_owned(),
                one(),
                "the compiled pattern stays in memory",
            ),
            keep(format!("O({n}) compilations")),
        ],
    }
}

/// Steps that nobody notices beside a query: a few milliseconds.
const FEW: f64 = 100_000.0;

fn recommendation(
    found: &Computation,
    options: &[Choice],
    inner: &str,
    grows: bool,
    bounded: Option<f64>,
) -> String {
    let first = options.first().map_or("", |choice| choice.what.as_str());
    if let Some(steps) = bounded.filter(|steps| *steps <= FEW) {
        return format!(
            "leave it: the code bounds its sizes, and {} steps take a few milliseconds at most",
            short(steps)
        );
    }
    match (grows, found.kind) {
        (true, _) => format!("{first}: it grows with the rows of the database"),
        (false, Kind::Compile | Kind::CopyText | Kind::CopyList) => {
            format!("{first}: it costs nothing to do so")
        }
        (false, _) => format!(
            "{first}, unless {inner} is known to stay short: the source does not tell how long it gets"
        ),
    }
}

fn memo(found: &Repeated) -> Memo {
    let function = clean::line(&found.function).into_owned();
    let effect = found.effect;
    let title = match &found.around {
        Some(around) => format!(
            "`{function}` is called with the same arguments once per element of {}, and costs a {effect} each time",
            clean::line(&around.text())
        ),
        None => format!(
            "`{function}` is called {} times with the same arguments in one run, and costs a {effect} each time",
            found.calls.len()
        ),
    };
    let advice = match &found.around {
        Some(_) => "Call it once before the loop.".to_owned(),
        None => "Keep the result of the first call in a variable; across functions, in a memo that lives as long as the request, so that it cannot be old in the next one.".to_owned(),
    };
    Memo {
        title: format!("{title} (at {})", place_text(&found.place)),
        places: found.calls.iter().map(place_text).collect(),
        entries: found.entries.iter().map(|entry| clean::line(entry).into_owned()).collect(),
        advice,
    }
}
