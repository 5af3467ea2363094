//! What is instrumented, what is not, and how to add it.

use crate::Input;
use crate::evaluate::EntryPlan;
use crate::practice::{Seen, seen, sentence};
use serde::Serialize;
use std::collections::BTreeSet;

/// What could be seen of a running system, and whether it is.
#[derive(Clone, Debug, Serialize)]
pub struct Signal {
    /// What is looked at: requests, queries, ..
    pub name: &'static str,
    /// How many of it the source has.
    pub there: String,
    /// `instrumented`, `missing` or `unknown`.
    pub status: &'static str,
    /// The evidence, or what is lacking.
    pub evidence: String,
    /// What to measure.
    pub measure: &'static str,
}

/// The monitoring section.
#[derive(Clone, Debug, Serialize)]
pub struct Monitoring {
    /// Signals.
    pub signals: Vec<Signal>,
    /// Libraries of instrumentation for what the repository uses.
    pub packages: Vec<Seen>,
    /// Tracing is there.
    pub traced: bool,
}

/// How many there are, and the status and evidence from what would show them.
fn signal(
    name: &'static str,
    there: String,
    shown: Option<String>,
    lacking: &str,
    measure: &'static str,
) -> Signal {
    let status = if shown.is_some() { "instrumented" } else { "missing" };
    Signal { name, there, status, evidence: shown.unwrap_or_else(|| lacking.to_owned()), measure }
}

pub(crate) fn monitoring(input: &Input<'_>, entries: &[EntryPlan]) -> Monitoring {
    let of = |practice: &str| sentence(input, practice);
    let (metrics, tracing) = (of("metrics"), of("tracing"));
    let either = || metrics.clone().or_else(|| tracing.clone());
    let nothing = "no import or name of a metrics or tracing library that perflint knows";
    let waiting = entries.iter().filter(|entry| entry.waits).count();
    let count = |kinds: &[&str]| entries.iter().filter(|entry| kinds.contains(&entry.kind)).count();
    let effect = |units: &[&str]| -> BTreeSet<&str> {
        let terms = entries.iter().flat_map(|entry| &entry.terms);
        terms.filter(|term| units.contains(&term.unit)).map(|term| term.place.as_str()).collect()
    };
    let mut signals = vec![signal(
        "Requests",
        format!("{waiting} entry points"),
        either(),
        nothing,
        "rate, errors and duration per route: `http.server.request.duration`",
    )];
    let queries = effect(&["queries", "writes"]).len();
    if queries > 0 {
        signals.push(match &tracing {
            Some(tracing) => Signal {
                name: "Queries",
                there: format!("{queries} places"),
                status: "unknown",
                evidence: format!(
                    "{tracing}; whether its instrumentation of the database is installed is not read"
                ),
                measure: "duration and count per request: `db.client.operation.duration`",
            },
            None => signal(
                "Queries",
                format!("{queries} places"),
                None,
                "no tracing library that perflint knows",
                "duration and count per request: `db.client.operation.duration`",
            ),
        });
    }
    let jobs = count(&["job", "schedule"]);
    if jobs > 0 {
        signals.push(signal(
            "Jobs and queues",
            format!("{jobs} jobs"),
            either(),
            nothing,
            "depth and age of each queue, duration and failures per job",
        ));
    }
    let cached = effect(&["cache"]).len();
    if cached > 0 {
        signals.push(signal(
            "Caches",
            format!("{cached} places"),
            metrics.clone(),
            "no metrics library that perflint knows",
            "hits, misses and evictions",
        ));
    }
    let requests = effect(&["requests", "calls"]).len();
    if requests > 0 {
        signals.push(signal(
            "Other services",
            format!("{requests} places"),
            tracing.clone(),
            "no tracing library that perflint knows",
            "duration and errors per service: `http.client.request.duration`",
        ));
    }
    if queries > 0 {
        signals.push(Signal {
            name: "Connection pool",
            there: of("pool").unwrap_or_else(|| "the driver's default".to_owned()),
            status: "unknown",
            evidence: "whether the pool reports what waits is not read".to_owned(),
            measure: "`db.client.connection.count` by state, `db.client.connection.wait_time`",
        });
    }
    signals.push(signal(
        "Errors",
        "all of it".to_owned(),
        of("errors"),
        "no import or name of an error tracker that perflint knows",
        "count by kind, with the route",
    ));
    signals.push(signal(
        "Health",
        "each process".to_owned(),
        of("health"),
        "no route or library of a health check was recognised",
        "ready and alive, apart from each other",
    ));
    Monitoring { signals, packages: seen(input, "instrumentation"), traced: tracing.is_some() }
}
