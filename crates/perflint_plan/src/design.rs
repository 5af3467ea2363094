//! How the system grows: what may read from a replica, what waits in queues, what it waits for itself.

use crate::Input;
use crate::evaluate::{EntryPlan, short, time};
use crate::figure::place_text;
use crate::practice::sentence;
use crate::questions::Questions;
use perflint_evidence::Limit;
use perflint_report::clean;
use perflint_rules::EntryCost;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// How many of one kind are listed.
const LISTED: usize = 20;
/// Milliseconds up to which a job counts as short.
const SHORT: f64 = 1000.0;

/// An entry point that has to read from the primary.
#[derive(Clone, Debug, Serialize)]
pub struct Primary {
    /// The entry point.
    pub entry: String,
    /// Why.
    pub why: String,
}

/// A job.
#[derive(Clone, Debug, Serialize)]
pub struct Job {
    /// Its name.
    pub entry: String,
    /// Where.
    pub place: String,
    /// Milliseconds at 1, 10, 100 times the volumes.
    pub milliseconds: [f64; 3],
    /// The queue that it belongs into: `short` or `long`.
    pub queue: &'static str,
    /// It writes or sends: run twice, it has to do it once.
    pub changes: bool,
}

/// A request to another service.
#[derive(Clone, Debug, Serialize)]
pub struct Call {
    /// The call.
    pub code: String,
    /// Where.
    pub place: String,
    /// `no timeout`, `timeout`, `default` or `unknown`.
    pub limit: &'static str,
    /// In a sentence.
    pub says: String,
    /// Entry points.
    pub entries: Vec<String>,
}

/// The design.
#[derive(Clone, Debug, Serialize)]
pub struct Design {
    /// Entry points that only read, by label.
    pub replica: Vec<String>,
    /// Those that write and read.
    pub primary: Vec<Primary>,
    /// Entities that are written by one entry point and read by another that may go to a replica: whoever wrote wants to see it.
    pub after_write: Vec<(String, Vec<String>)>,
    /// What shows that replicas are used.
    pub replicas: Option<String>,
    /// Jobs, longest first.
    pub jobs: Vec<Job>,
    /// How many jobs are not listed.
    pub more_jobs: usize,
    /// What shows that failed jobs are kept, and that queues have priorities.
    pub dead_letter: Option<String>,
    /// What shows that jobs have queues.
    pub priority: Option<String>,
    /// What leaves while somebody waits: mails and the like, with place and entry point.
    pub deferrable: Vec<(String, String, String)>,
    /// Where the code sleeps while somebody waits, with place and entry point.
    pub sleeps: Vec<(String, String, String)>,
    /// Requests to other services while somebody waits.
    pub calls: Vec<Call>,
    /// What shows a circuit breaker.
    pub breaker: Option<String>,
    /// What shows retries.
    pub retry: Option<String>,
    /// State in the memory of a process: every further process has its own.
    pub state: Vec<(String, String)>,
    /// Handlers of connections that stay open: how many, and the place of the first.
    pub sockets: Option<(usize, String)>,
}

fn label(entry: &EntryCost) -> String {
    clean::line(&entry.label).into_owned()
}

pub(crate) fn design(input: &Input<'_>, entries: &[EntryPlan], questions: &mut Questions) -> Design {
    let all = &input.report.entries;
    let (replica, primary, after_write) = replicas(all);
    if !replica.is_empty() {
        questions
            .ask("How long may a replica lag behind, and does anybody have to see their own change at once?");
    }
    let mut jobs: Vec<Job> = entries
        .iter()
        .filter(|entry| matches!(entry.kind, "job" | "schedule"))
        .map(|entry| Job {
            entry: entry.label.clone(),
            place: entry.place.clone(),
            milliseconds: entry.milliseconds,
            queue: if entry.milliseconds[1] <= SHORT { "short" } else { "long" },
            changes: ["writes", "mails", "messages", "requests"]
                .iter()
                .any(|unit| entry.cost.contains_key(unit)),
        })
        .collect();
    jobs.sort_by(|a, b| b.milliseconds[1].total_cmp(&a.milliseconds[1]).then_with(|| a.entry.cmp(&b.entry)));
    if let Some(first) = jobs.first() {
        questions.ask(format!(
            "How often does each job run, and how long may it wait? `{}` is the longest.",
            first.entry
        ));
    }
    let more_jobs = jobs.len().saturating_sub(LISTED);
    jobs.truncate(LISTED);
    let kept = input.evidence.into_iter().flat_map(|evidence| &evidence.kept);
    let state = kept
        .filter(|kept| kept.declared.is_some())
        .map(|kept| (clean::line(&kept.name).into_owned(), place_text(&kept.place)))
        .take(LISTED)
        .collect();
    Design {
        replica,
        primary,
        after_write,
        replicas: sentence(input, "replica"),
        jobs,
        more_jobs,
        dead_letter: sentence(input, "dead-letter"),
        priority: sentence(input, "queue-priority"),
        deferrable: waited(entries, &["mails", "processes"]),
        sleeps: waited(entries, &["sleeps"]),
        calls: calls(input),
        breaker: sentence(input, "breaker"),
        retry: sentence(input, "retry"),
        state,
        sockets: sockets(entries),
    }
}

/// How many entry points answer over connections that stay open, and where the first stands.
fn sockets(entries: &[EntryPlan]) -> Option<(usize, String)> {
    let mut places: Vec<&str> =
        entries.iter().filter(|entry| entry.kind == "socket").map(|entry| entry.place.as_str()).collect();
    places.sort_unstable();
    Some((places.len(), (*places.first()?).to_owned()))
}

type Replicas = (Vec<String>, Vec<Primary>, Vec<(String, Vec<String>)>);

/// Which entry points may read from a replica, which may not, and which entities are read elsewhere after a write.
fn replicas(all: &[EntryCost]) -> Replicas {
    let waits = |entry: &&EntryCost| matches!(entry.kind, "route" | "page" | "resolver" | "socket");
    let (mut replica, mut primary) = (BTreeSet::new(), BTreeMap::new());
    let mut written: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut read: BTreeSet<&str> = BTreeSet::new();
    for entry in all.iter().filter(waits) {
        let of = |effect: &str| -> BTreeSet<&str> {
            let terms = entry.terms.iter().filter(|term| term.effect == effect);
            terms.filter_map(|term| term.entity.as_deref()).collect()
        };
        let (reads, writes) = (of("query"), of("write"));
        for entity in &writes {
            written.entry(entity).or_default().insert(label(entry));
        }
        match (entry.cost.contains_key("queries"), entry.cost.contains_key("writes")) {
            (true, false) if entry.more == 0 && !entry.capped => {
                read.extend(reads);
                replica.insert(label(entry));
            }
            (true, true) => {
                let both: Vec<&str> = reads.intersection(&writes).copied().collect();
                let why = if both.is_empty() {
                    "it writes: all of its transaction belongs to the primary".to_owned()
                } else if both.len() == 1 {
                    format!("it reads {} and writes it", quoted(&both))
                } else {
                    format!("it reads {} and writes them", quoted(&both))
                };
                primary.entry(label(entry)).or_insert(why);
            }
            _ => {}
        }
    }
    let after: Vec<(String, Vec<String>)> = written
        .into_iter()
        .filter(|(entity, _)| read.contains(entity))
        .map(|(entity, writers)| (entity.to_owned(), writers.into_iter().take(4).collect()))
        .take(LISTED)
        .collect();
    let mut primary: Vec<Primary> = primary.into_iter().map(|(entry, why)| Primary { entry, why }).collect();
    // What reads what it writes says more than that it writes.
    primary.sort_by_key(|one| one.why.starts_with("it writes"));
    (replica.into_iter().collect(), primary, after)
}

fn quoted(names: &[&str]) -> String {
    names.iter().take(3).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Effects of some units that somebody waits for.
fn waited(entries: &[EntryPlan], units: &[&str]) -> Vec<(String, String, String)> {
    let mut found = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.waits) {
        for term in entry.terms.iter().filter(|term| term.waited && units.contains(&term.unit)) {
            found.entry(term.place.clone()).or_insert_with(|| (term.what.clone(), entry.label.clone()));
        }
    }
    found.into_iter().map(|(place, (what, entry))| (what, place, entry)).take(LISTED).collect()
}

fn calls(input: &Input<'_>) -> Vec<Call> {
    let outbound = input.evidence.into_iter().flat_map(|evidence| &evidence.outbound);
    let mut calls: Vec<Call> = outbound
        .map(|found| {
            let docs = found.docs.as_deref().map_or_else(String::new, |docs| format!(" ({docs})"));
            let (limit, says) = match &found.limit {
                Limit::Nothing => ("no timeout", format!("it waits as long as the other side likes: no timeout is given, and the library has none of its own{docs}")),
                Limit::Default(default) => ("default", format!("the library's own limit: {default}{docs}")),
                Limit::Given(option) => ("timeout", format!("`{option}` limits it")),
                Limit::Unknown => ("unknown", "its client or options are made elsewhere, or no model tells how it is limited".to_owned()),
            };
            Call {
                code: clean::line(&found.code).into_owned(),
                place: place_text(&found.place),
                limit,
                says,
                entries: found.entries.iter().map(|entry| clean::line(entry).into_owned()).collect(),
            }
        })
        .collect();
    let rank =
        |limit: &str| ["no timeout", "default", "unknown", "timeout"].iter().position(|one| *one == limit);
    calls.sort_by(|a, b| (rank(a.limit), &a.place).cmp(&(rank(b.limit), &b.place)));
    calls.truncate(LISTED);
    calls
}

/// Little's law with its figures.
pub(crate) fn arithmetic(scaling: &crate::Scaling) -> Vec<String> {
    let rate = scaling.rate.value;
    let mut lines: Vec<String> = ["1x", "10x", "100x"]
        .iter()
        .enumerate()
        .map(|(at, scale)| {
            let lost = match scaling.given_up[at] {
                0 => String::new(),
                1 => " (1 entry point counts as 60 s, after which a proxy gives up: assumption)".to_owned(),
                n => format!(" ({n} entry points count as 60 s each, after which a proxy gives up: assumption)"),
            };
            format!(
                "{scale}: {} requests/s * {}{lost} = {} requests at once; / ({} places * 0.7) = {} processes; {} requests/s * {} in the database = {} busy connections, {} in each process",
                short(rate),
                time(scaling.mean[at]),
                short(scaling.in_flight[at]),
                short(scaling.places.value),
                short(scaling.replicas[at]),
                short(rate),
                time(scaling.stored[at]),
                short(scaling.connections[at]),
                short(scaling.each[at]),
            )
        })
        .collect();
    lines.push(format!(
        "with every entry point within its target: {} requests/s * {} = {}; the others are the price of what breaks its target",
        short(rate),
        time(scaling.repaired_mean),
        crate::checklist::processes(scaling.repaired)
    ));
    lines
}
