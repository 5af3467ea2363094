//! What is done, what is open, and what the source does not tell; each with its evidence.

use crate::caching::Caching;
use crate::evaluate::EntryPlan;
use crate::figure::place_text;
use crate::scaling::Scaling;
use crate::{Input, short};
use serde::Serialize;

/// Whether something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Nothing against it was found.
    Ticked,
    /// Something is to be done.
    Open,
    /// The source does not tell.
    Unknown,
}

/// A line of the list.
#[derive(Clone, Debug, Serialize)]
pub struct Item {
    /// `frontend`, `backend`, `network`, `resources`, or empty for an anti-pattern.
    pub group: &'static str,
    /// What.
    pub name: &'static str,
    /// Whether.
    pub status: Status,
    /// The evidence, or why nothing is known.
    pub evidence: String,
}

/// Places of findings whose rule is of one of some categories.
fn found(input: &Input<'_>, categories: &[&str]) -> Vec<String> {
    let of = |rule: &str| input.pages.get(rule).map_or("", |page| &*page.category);
    let findings = input.report.live().filter(|finding| categories.contains(&of(&finding.rule)));
    findings.map(|finding| place_text(&finding.primary)).collect()
}

fn by_findings(group: &'static str, name: &'static str, places: &[String], clean: &str) -> Item {
    match places {
        [] => Item { group, name, status: Status::Ticked, evidence: clean.to_owned() },
        [first, rest @ ..] => {
            let more =
                if rest.is_empty() { String::new() } else { format!(" and {} more places", rest.len()) };
            Item { group, name, status: Status::Open, evidence: format!("{first}{more}") }
        }
    }
}

fn unknown(group: &'static str, name: &'static str, reason: &str) -> Item {
    Item { group, name, status: Status::Unknown, evidence: reason.to_owned() }
}

/// The list, and the anti-patterns.
pub(crate) fn checklist(
    input: &Input<'_>,
    entries: &[EntryPlan],
    caching: &Caching,
    scaling: &Scaling,
) -> (Vec<Item>, Vec<Item>) {
    let repeated = found(input, &["n-plus-one"]);
    let unbounded = found(input, &["unbounded"]);
    let blocking = found(input, &["blocking"]);
    let no_trace = "perflint finds no case of it; what it could not follow may hold some";
    let pages = "perflint does not read what browsers load";
    let proxy = "proxies and their configuration are not read";
    let caches = match caching.cached.first() {
        Some(first) => Item {
            group: "backend",
            name: "Application cache",
            status: Status::Ticked,
            evidence: format!("`{first}` asks one, {} entry points in all", caching.cached.len()),
        },
        None => Item {
            group: "backend",
            name: "Application cache",
            status: Status::Open,
            evidence: format!(
                "no entry point asks a cache that perflint knows; {} entities are candidates",
                caching.entities.len()
            ),
        },
    };
    let pools = match scaling.conflicts.first() {
        Some(conflict) => Item {
            group: "backend",
            name: "Connection pools fit the database",
            status: Status::Open,
            evidence: conflict.clone(),
        },
        None if scaling.limit.is_assumed() => unknown(
            "backend",
            "Connection pools fit the database",
            "nobody said how many connections the database accepts",
        ),
        None => Item {
            group: "backend",
            name: "Connection pools fit the database",
            status: Status::Ticked,
            evidence: format!(
                "{} processes are allowed, {} are needed at 100 times the volumes",
                scaling.most, scaling.replicas[2]
            ),
        },
    };
    let list = vec![
        unknown("frontend", "Code splitting and lazy loading", pages),
        unknown("frontend", "Images", pages),
        unknown("frontend", "Bundle size", pages),
        unknown("frontend", "Critical CSS, preload", pages),
        by_findings("backend", "No query or request per row", &repeated, no_trace),
        by_findings("backend", "Queries have a bound, lists have pages", &unbounded, no_trace),
        by_findings("backend", "Nothing blocks an event loop", &blocking, no_trace),
        caches,
        pools,
        requests(entries),
        unknown("network", "HTTP/2 or HTTP/3", proxy),
        unknown("network", "Compression", proxy),
        unknown("network", "Keep-alive", "clients and their options are not read for it"),
        unknown(
            "resources",
            "Thread pools and garbage collection fit the container",
            "deployment files are not read",
        ),
    ];
    let target = entries.iter().find(|entry| entry.breaks_at.is_some());
    let targets = input.targets;
    let no_targets = targets.p95.is_none() && targets.entries.is_empty();
    let anti = vec![
        match no_targets {
            true => unknown(
                "",
                "Premature optimisation",
                "without targets nobody can tell what is premature: give targets.p95",
            ),
            false => Item {
                group: "",
                name: "Premature optimisation",
                status: Status::Ticked,
                evidence: "targets are given, and changes are ordered by what they save".to_owned(),
            },
        },
        by_findings("", "Synchronous everything", &blocking, "no blocking call in async code was found"),
        by_findings("", "Chatty APIs", &repeated, "no query, request or call per element was found"),
        match caching.cached.is_empty() {
            true => Item {
                group: "",
                name: "No caching",
                status: Status::Open,
                evidence: format!("no entry point asks a cache; {} only read", caching.responses.len()),
            },
            false => Item {
                group: "",
                name: "No caching",
                status: Status::Ticked,
                evidence: format!("{} entry points ask a cache", caching.cached.len()),
            },
        },
        by_findings(
            "",
            "Unbounded growth",
            &unbounded,
            "every query that was followed has a bound; logs and caches are not judged",
        ),
        unknown(
            "",
            "No monitoring",
            "what is instrumented is not read from the source; monitoring/ holds rules to start with",
        ),
        unknown("", "Single point of failure", "deployment files are not read"),
        match (targets.requests_per_second, target) {
            (None, _) => Item {
                group: "",
                name: "No capacity planning",
                status: Status::Open,
                evidence: "no rate is given: targets.requests-per-second".to_owned(),
            },
            (Some(rate), Some(first)) => Item {
                group: "",
                name: "No capacity planning",
                status: Status::Open,
                evidence: format!(
                    "`{}` breaks its target first, at {} times the volumes, of {} requests per second",
                    first.label,
                    short(first.breaks_at.unwrap_or(1.0)),
                    short(rate)
                ),
            },
            (Some(rate), None) => Item {
                group: "",
                name: "No capacity planning",
                status: Status::Ticked,
                evidence: format!("{} requests per second are planned for", short(rate)),
            },
        },
    ];
    (list, anti)
}

/// Requests to other services on the way of a response.
fn requests(entries: &[EntryPlan]) -> Item {
    let outside = |entry: &&EntryPlan| {
        entry.waits && (entry.cost.contains_key("requests") || entry.cost.contains_key("calls"))
    };
    let first = entries.iter().find(outside);
    match first {
        Some(first) => Item {
            group: "backend",
            name: "Circuit breakers and timeouts",
            status: Status::Unknown,
            evidence: format!(
                "`{}` at {} waits for another service; whether it has a timeout is not read",
                first.label, first.place
            ),
        },
        None => Item {
            group: "backend",
            name: "Circuit breakers and timeouts",
            status: Status::Ticked,
            evidence: "no entry point with a waiting user calls another service that perflint knows"
                .to_owned(),
        },
    }
}
