//! What is read more often than it is written, and what a write has to invalidate.

use crate::Input;
use crate::evaluate::World;
use crate::figure::Figure;
use crate::questions::Questions;
use perflint_report::clean;
use perflint_rules::EntryCost;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Seconds that a response may be old where nobody said so.
const TTL: f64 = 60.0;
/// Bytes of a row in a cache.
const ROW_BYTES: f64 = 1024.0;

/// An entity: who reads it and who writes it.
#[derive(Clone, Debug, Serialize)]
pub struct EntityUse {
    /// Its name.
    pub entity: String,
    /// Entry points that read it.
    pub readers: Vec<String>,
    /// Entry points that write it: each has to invalidate.
    pub writers: Vec<String>,
    /// How to cache it.
    pub strategy: &'static str,
    /// Why so.
    pub why: String,
    /// How long an entry lives.
    pub ttl_seconds: Figure,
    /// Bytes for all of its rows, if their number is given.
    pub bytes: Option<f64>,
}

/// The caching strategy.
#[derive(Clone, Debug, Serialize)]
pub struct Caching {
    /// Routes that read and never write: candidates for HTTP caches.
    pub responses: Vec<String>,
    /// Entities by how many read them.
    pub entities: Vec<EntityUse>,
    /// Entry points that ask a cache already.
    pub cached: Vec<String>,
}

pub(crate) fn caching(input: &Input<'_>, world: &World<'_>, questions: &mut Questions) -> Caching {
    let entries = &input.report.entries;
    let label = |entry: &EntryCost| clean::line(&entry.label).into_owned();
    let reads_only = |entry: &&EntryCost| {
        let get = entry.method.as_deref().is_none_or(|method| method == "GET")
            && matches!(entry.kind, "route" | "page");
        get && entry.cost.contains_key("queries") && !entry.cost.contains_key("writes")
    };
    let mut used: BTreeMap<&str, (BTreeSet<String>, BTreeSet<String>)> = BTreeMap::new();
    for entry in entries {
        for term in &entry.terms {
            let Some(entity) = term.entity.as_deref() else { continue };
            let (readers, writers) = used.entry(entity).or_default();
            match term.effect {
                "query" => readers.insert(label(entry)),
                "write" => writers.insert(label(entry)),
                _ => false,
            };
        }
    }
    let mut entities: Vec<EntityUse> = used
        .into_iter()
        .filter(|(_, (readers, _))| readers.len() > 1)
        .map(|(entity, (readers, writers))| {
            let (strategy, why) = strategy(&readers, &writers);
            let rows = world.volumes.of(entity).map(|(_, rows)| rows as f64);
            EntityUse {
                entity: entity.to_owned(),
                strategy,
                why,
                ttl_seconds: Figure::given(None, "s", "", TTL, "nobody said how old data may be"),
                bytes: rows.map(|rows| rows * ROW_BYTES),
                readers: readers.into_iter().collect(),
                writers: writers.into_iter().collect(),
            }
        })
        .collect();
    entities.sort_by(|a, b| b.readers.len().cmp(&a.readers.len()).then_with(|| a.entity.cmp(&b.entity)));
    entities.truncate(20);
    if let Some(first) = entities.first() {
        questions.ask(format!(
            "How old may `{}` be when it is shown? The lifetime of caches is assumed.",
            first.entity
        ));
    }
    let mut responses: Vec<String> = entries.iter().filter(reads_only).map(label).collect();
    responses.sort();
    responses.dedup();
    if !responses.is_empty() {
        questions.ask("Which responses are the same for everybody? Only those may be cached by a CDN.");
    }
    let cached = entries.iter().filter(|entry| entry.cost.contains_key("cache")).map(label).collect();
    Caching { responses, entities, cached }
}

fn strategy(readers: &BTreeSet<String>, writers: &BTreeSet<String>) -> (&'static str, String) {
    let (read, written) = (readers.len(), writers.len());
    match written {
        0 => ("cache-aside", format!("{read} entry points read it and none writes it: a lifetime is enough")),
        n if n * 3 <= read => {
            ("cache-aside", format!("{read} entry points read it, {n} write it: each writer deletes the key"))
        }
        n if readers.intersection(writers).count() == n => {
            ("write-through", format!("all {n} writers read it as well: they can store what they wrote"))
        }
        n => (
            "none",
            format!(
                "{n} entry points write it and {read} read it: a cache would be invalidated too often to pay"
            ),
        ),
    }
}
