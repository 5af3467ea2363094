//! What is read more often than it is written, what a write has to invalidate, and in which layer a response may be kept.

use crate::Input;
use crate::evaluate::World;
use crate::figure::{Figure, place_text};
use crate::practice::sentence;
use crate::questions::Questions;
use perflint_report::clean;
use perflint_rules::{EntryCost, Times};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Seconds that a response may be old where nobody said so.
const TTL: f64 = 60.0;
/// Bytes of a row in a cache.
const ROW_BYTES: f64 = 1024.0;
/// How many of one kind are listed.
const LISTED: usize = 20;

/// An entity: who reads it and who writes it.
#[derive(Clone, Debug, Serialize)]
pub struct EntityUse {
    /// Its name.
    pub entity: String,
    /// Entry points that read it.
    pub readers: Vec<String>,
    /// Entry points that write it: each has to invalidate.
    pub writers: Vec<String>,
    /// Where they write it, by entry point.
    pub writes: Vec<(String, String)>,
    /// How to cache it.
    pub strategy: &'static str,
    /// Why so.
    pub why: String,
    /// How long an entry lives.
    pub ttl_seconds: Figure,
    /// Bytes for all of its rows, if their number is given.
    pub bytes: Option<f64>,
}

/// A route that only reads, and which layer may keep its response.
#[derive(Clone, Debug, Serialize)]
pub struct Response {
    /// The entry point.
    pub entry: String,
    /// It asks who is there, at this place; `None` if it was not seen to.
    pub personal: Option<String>,
    /// The layer: browser, CDN, ..
    pub layer: &'static str,
    /// Entities that it shows, whose writes make it old.
    pub shows: Vec<String>,
    /// Milliseconds that a hit saves, at the volumes as given.
    pub saves: f64,
}

/// Memory that grows for ever.
#[derive(Clone, Debug, Serialize)]
pub struct Unbounded {
    /// What.
    pub name: String,
    /// How.
    pub how: String,
    /// The file and line that fills it.
    pub place: String,
    /// Where it is declared.
    pub declared: Option<String>,
    /// Entry points.
    pub entries: Vec<String>,
}

/// The caching strategy.
#[derive(Clone, Debug, Serialize)]
pub struct Caching {
    /// Routes that read and never write: candidates for HTTP caches, those that save most first.
    pub responses: Vec<Response>,
    /// Entities by how many read them.
    pub entities: Vec<EntityUse>,
    /// Entry points that ask a cache already.
    pub cached: Vec<String>,
    /// Caches without a bound.
    pub unbounded: Vec<Unbounded>,
    /// What shows that responses carry headers for caches.
    pub headers: Option<String>,
    /// What shows that static files are served for long.
    pub assets: Option<String>,
}

fn label(entry: &EntryCost) -> String {
    clean::line(&entry.label).into_owned()
}

pub(crate) fn caching(
    input: &Input<'_>,
    world: &World<'_>,
    entries: &[crate::EntryPlan],
    questions: &mut Questions,
) -> Caching {
    let all = &input.report.entries;
    let entities = entities(all, world, questions);
    if let Some(first) = entities.iter().find(|entity| entity.strategy != "none") {
        questions.ask(format!(
            "How old may `{}` be when it is shown? The lifetime of caches is assumed.",
            first.entity
        ));
    }
    let responses = responses(input, all, entries);
    if responses.iter().any(|response| response.personal.is_none()) {
        questions.ask("Which responses are the same for everybody? Only those may be cached by a CDN.");
    }
    let cached: BTreeSet<String> =
        all.iter().filter(|entry| entry.cost.contains_key("cache")).map(label).collect();
    let kept = input.evidence.into_iter().flat_map(|evidence| &evidence.kept);
    let unbounded = kept.map(|kept| Unbounded {
        name: clean::line(&kept.name).into_owned(),
        how: clean::line(&kept.how).into_owned(),
        place: place_text(&kept.place),
        declared: kept.declared.as_ref().map(place_text),
        entries: kept.entries.iter().map(|entry| clean::line(entry).into_owned()).collect(),
    });
    Caching {
        responses,
        entities,
        cached: cached.into_iter().collect(),
        unbounded: unbounded.take(LISTED).collect(),
        headers: sentence(input, "http-cache"),
        assets: sentence(input, "static-files"),
    }
}

/// Who reads and who writes an entity.
#[derive(Default)]
struct Used {
    readers: BTreeSet<String>,
    writers: BTreeSet<String>,
    writes: BTreeSet<(String, String)>,
    /// Where it is written once per element of something while somebody waits.
    repeated: Option<String>,
}

fn entities(all: &[EntryCost], world: &World<'_>, questions: &mut Questions) -> Vec<EntityUse> {
    let mut used: BTreeMap<&str, Used> = BTreeMap::new();
    for entry in all {
        for term in &entry.terms {
            let Some(entity) = term.entity.as_deref() else { continue };
            let used = used.entry(entity).or_default();
            match term.effect {
                "query" => {
                    used.readers.insert(label(entry));
                }
                "write" => {
                    used.writers.insert(label(entry));
                    used.writes.insert((label(entry), place_text(&term.place)));
                    let grows = term.times.iter().any(|times| !matches!(times, Times::Const(_)));
                    if grows && entry.kind == "route" && used.repeated.is_none() {
                        used.repeated = Some(place_text(&term.place));
                    }
                }
                _ => {}
            }
        }
    }
    let mut entities: Vec<EntityUse> = used
        .into_iter()
        .filter(|(_, used)| used.readers.len() > 1)
        .map(|(entity, used)| {
            let (strategy, why) = strategy(entity, &used);
            let rows = world.volumes.of(entity).map(|(_, rows)| rows as f64);
            if rows.is_none() && strategy != "none" {
                questions.ask_volume(entity);
            }
            EntityUse {
                entity: entity.to_owned(),
                strategy,
                why,
                ttl_seconds: Figure::given(None, "s", "", TTL, "nobody said how old data may be"),
                bytes: rows.map(|rows| rows * ROW_BYTES),
                readers: used.readers.into_iter().collect(),
                writers: used.writers.into_iter().collect(),
                writes: used.writes.into_iter().collect(),
            }
        })
        .collect();
    entities.sort_by(|a, b| b.readers.len().cmp(&a.readers.len()).then_with(|| a.entity.cmp(&b.entity)));
    entities.truncate(LISTED);
    entities
}

/// Words of entities whose rows are notes of what happened: one that is lost is missed by nobody.
const NOTES: &[&str] = &[
    "log",
    "event",
    "visit",
    "view",
    "hit",
    "click",
    "impression",
    "metric",
    "statistic",
    "stat",
    "history",
    "activity",
    "audit",
    "sample",
    "measurement",
];

/// Whether an entity is a note of what happened.
fn is_note(entity: &str) -> bool {
    let last = entity.rfind(|c: char| c.is_ascii_uppercase() || c == '_').unwrap_or(0);
    let word = entity[last..].trim_matches('_').to_lowercase();
    NOTES.iter().any(|note| word == *note || word.strip_suffix('s') == Some(*note))
}

fn strategy(entity: &str, used: &Used) -> (&'static str, String) {
    let (readers, writers) = (&used.readers, &used.writers);
    let (read, written) = (readers.len(), writers.len());
    let points = |n: usize| if n == 1 { "1 entry point".to_owned() } else { format!("{n} entry points") };
    let writes = |n: usize| if n == 1 { "1 writes".to_owned() } else { format!("{n} write") };
    match written {
        0 => (
            "cache-aside",
            format!("{} read it and none that perflint knows writes it: a lifetime is enough", points(read)),
        ),
        n if n * 3 <= read => (
            "cache-aside",
            format!("{} read it, {} it: each writer deletes the key", points(read), writes(n)),
        ),
        n if readers.intersection(writers).count() == n => (
            "write-through",
            format!(
                "whoever writes it ({}) reads it as well: they can store what they wrote, and the next reader of {read} finds it",
                points(n)
            ),
        ),
        n if readers.is_disjoint(writers) && used.repeated.is_some() && is_note(entity) => (
            "write-behind",
            format!(
                "{} it and none of them reads it, as at {}: writes that are collected leave the response, if the last of them may be lost when a process dies",
                writes(n),
                used.repeated.as_deref().unwrap_or_default()
            ),
        ),
        n => (
            "none",
            format!(
                "{} it and {read} read it: a cache would be invalidated too often to pay",
                match n {
                    1 => "1 entry point writes".to_owned(),
                    n => format!("{n} entry points write"),
                }
            ),
        ),
    }
}

/// Routes that only read.
fn responses(input: &Input<'_>, all: &[EntryCost], entries: &[crate::EntryPlan]) -> Vec<Response> {
    let mut found: BTreeMap<String, Response> = BTreeMap::new();
    for entry in all {
        let get = entry.method.as_deref().is_none_or(|method| method.eq_ignore_ascii_case("get"))
            && matches!(entry.kind, "route" | "page");
        let changes = ["writes", "mails", "messages"].iter().any(|unit| entry.cost.contains_key(unit));
        if !get || changes || !entry.cost.contains_key("queries") {
            continue;
        }
        let asks = input.evidence.and_then(|evidence| evidence.personal.get(&entry.label)).map(place_text);
        let label = label(entry);
        let planned = entries.iter().find(|planned| planned.label == label);
        let shows: BTreeSet<String> = entry
            .terms
            .iter()
            .filter(|term| term.effect == "query")
            .filter_map(|term| term.entity.clone())
            .collect();
        found.entry(label.clone()).or_insert(Response {
            layer: if asks.is_some() {
                "browser, or application by user"
            } else {
                "CDN or edge, if it is the same for everybody"
            },
            personal: asks,
            entry: label,
            shows: shows.into_iter().take(6).collect(),
            saves: planned.map_or(0.0, |planned| planned.milliseconds[0]),
        });
    }
    let mut found: Vec<Response> = found.into_values().collect();
    found.sort_by(|a, b| b.saves.total_cmp(&a.saves).then_with(|| a.entry.cmp(&b.entry)));
    found
}
