//! What is done, what is open, and what the source does not tell; each with its evidence.

use crate::caching::Caching;
use crate::changes::Change;
use crate::design::Design;
use crate::evaluate::EntryPlan;
use crate::figure::place_text;
use crate::monitoring::Monitoring;
use crate::practice::sentence;
use crate::scaling::Scaling;
use crate::{Input, short};
use serde::Serialize;

/// Whether something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It was seen, or nothing against it was found.
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

/// What the other sections found.
pub(crate) struct Known<'a> {
    pub(crate) input: &'a Input<'a>,
    pub(crate) entries: &'a [EntryPlan],
    pub(crate) changes: &'a [Change],
    pub(crate) caching: &'a Caching,
    pub(crate) scaling: &'a Scaling,
    pub(crate) design: &'a Design,
    pub(crate) monitoring: &'a Monitoring,
}

impl Known<'_> {
    /// Places of findings whose rule is of one of some categories.
    pub(crate) fn found(&self, categories: &[&str]) -> Vec<String> {
        let of = |rule: &str| self.input.pages.get(rule).map_or("", |page| &*page.category);
        let findings = self.input.report.live().filter(|finding| categories.contains(&of(&finding.rule)));
        findings.map(|finding| place_text(&finding.primary)).collect()
    }
}

pub(crate) fn item(group: &'static str, name: &'static str, status: Status, evidence: String) -> Item {
    Item { group, name, status, evidence }
}

/// Open where there are places that speak against it.
pub(crate) fn by_places(group: &'static str, name: &'static str, places: &[String], clean: &str) -> Item {
    match places {
        [] => item(group, name, Status::Ticked, clean.to_owned()),
        [first, rest @ ..] => {
            let more = match rest.len() {
                0 => String::new(),
                1 => " and 1 more place".to_owned(),
                n => format!(" and {n} more places"),
            };
            item(group, name, Status::Open, format!("{first}{more}"))
        }
    }
}

/// Ticked where something shows it; unknown for a reason where nothing does.
fn by_sign(known: &Known<'_>, group: &'static str, name: &'static str, practice: &str, reason: &str) -> Item {
    match sentence(known.input, practice) {
        Some(shown) => item(group, name, Status::Ticked, shown),
        None => item(group, name, Status::Unknown, reason.to_owned()),
    }
}

/// The list.
pub(crate) fn checklist(known: &Known<'_>) -> Vec<Item> {
    let no_trace = "perflint finds no case of it; what it could not follow may hold some";
    let mut list = frontend(known);
    list.extend([
        by_places("backend", "No query or request per row", &known.found(&["n-plus-one"]), no_trace),
        by_places(
            "backend",
            "Queries have a bound, lists have pages",
            &known.found(&["unbounded"]),
            no_trace,
        ),
        by_places("backend", "Nothing blocks an event loop", &known.found(&["blocking"]), no_trace),
        indexes(known),
        cache(known),
        pools(known),
        timeouts(known),
        breakers(known),
        slow_work(known),
    ]);
    list.extend(network(known));
    list.push(item(
        "resources",
        "Thread pools and garbage collection fit the container",
        Status::Unknown,
        "deployment files are not read: how much memory and how many processors does a process get?"
            .to_owned(),
    ));
    list.push(memory(known));
    list
}

fn frontend(known: &Known<'_>) -> Vec<Item> {
    let components = known.input.evidence.is_some_and(|evidence| evidence.components > 0);
    let reason = if components {
        "components are there, and nothing that perflint knows shows it: what does the bundler report?"
    } else {
        "no component that a browser loads was recognised: only what the server does is read"
    };
    let bundle = "what a bundler makes of it is not in the source: which size does it report per page?";
    vec![
        by_sign(known, "frontend", "Code splitting and lazy loading", "code-splitting", reason),
        by_sign(known, "frontend", "Images in the right size", "images", reason),
        item("frontend", "Bundle size", Status::Unknown, bundle.to_owned()),
        item(
            "frontend",
            "Critical CSS, preload",
            Status::Unknown,
            "templates are read for what they query, not for what they link".to_owned(),
        ),
        by_sign(
            known,
            "frontend",
            "Static files with long lifetimes, from a CDN",
            "static-files",
            "no setting of it was recognised; a proxy or a CDN may do it",
        ),
    ]
}

fn indexes(known: &Known<'_>) -> Item {
    let name = "Queries have their indexes";
    let Some(database) = known.input.database.filter(|database| !database.schema.tables.is_empty()) else {
        return item("backend", name, Status::Unknown, "no declaration of a table was found".to_owned());
    };
    let volumes = std::collections::BTreeMap::new();
    let missing: Vec<String> = perflint_schema::propose(database.schema, database.accesses, &volumes)
        .into_iter()
        .filter(|proposal| proposal.action == perflint_schema::Action::Add)
        .map(|proposal| {
            let columns: Vec<&str> =
                proposal.index.columns.iter().map(|column| column.name.as_str()).collect();
            format!(
                "`{}` ({})",
                perflint_report::clean::line(&proposal.table),
                perflint_report::clean::line(&columns.join(", "))
            )
        })
        .collect();
    match missing.as_slice() {
        [] => item(
            "backend",
            name,
            Status::Ticked,
            format!(
                "of {} tables, none lacks an index for a query that was followed",
                database.schema.tables.len()
            ),
        ),
        [first] => {
            item("backend", name, Status::Open, format!("{first} lacks one: see the database section"))
        }
        [first, rest @ ..] => item(
            "backend",
            name,
            Status::Open,
            format!("{first} and {} more lack one: see the database section", rest.len()),
        ),
    }
}

fn cache(known: &Known<'_>) -> Item {
    let name = "Application cache";
    let caching = known.caching;
    match caching.cached.first() {
        Some(first) => item(
            "backend",
            name,
            Status::Ticked,
            match caching.cached.len() {
                1 => format!("`{first}` asks one"),
                n => format!("`{first}` asks one, {n} entry points in all"),
            },
        ),
        None => {
            let candidates = caching.entities.iter().filter(|entity| entity.strategy != "none").count();
            let none = "no entry point asks a cache that perflint knows";
            match candidates {
                0 => item(
                    "backend",
                    name,
                    Status::Unknown,
                    format!("{none}, and no entity is read by several and seldom written"),
                ),
                n => item(
                    "backend",
                    name,
                    Status::Open,
                    format!("{none}; {n} entities are candidates, once the queries are repaired"),
                ),
            }
        }
    }
}

fn pools(known: &Known<'_>) -> Item {
    let name = "Connection pools fit the database";
    let scaling = known.scaling;
    let sized = sentence(known.input, "pool").map_or_else(String::new, |sized| format!("; {sized}"));
    match scaling.conflicts.first() {
        Some(conflict) => item("backend", name, Status::Open, format!("{conflict}{sized}")),
        None if scaling.limit.is_assumed() => item(
            "backend",
            name,
            Status::Unknown,
            format!("nobody said how many connections the database accepts{sized}"),
        ),
        None => item(
            "backend",
            name,
            Status::Ticked,
            format!(
                "{} processes are allowed, {} are needed at 100 times the volumes{sized}",
                scaling.most, scaling.replicas[2]
            ),
        ),
    }
}

/// Requests to other services on the way of a response.
fn timeouts(known: &Known<'_>) -> Item {
    let name = "Requests to other services have a timeout";
    let calls = &known.design.calls;
    let none: Vec<String> = calls
        .iter()
        .filter(|call| call.limit == "no timeout")
        .map(|call| format!("`{}` at {}", call.code, call.place))
        .collect();
    let open = calls.iter().filter(|call| call.limit == "unknown").count();
    match (none.as_slice(), open) {
        ([], 0) if calls.is_empty() => item(
            "backend",
            name,
            Status::Ticked,
            "no entry point with a waiting user sends a request that perflint knows".to_owned(),
        ),
        ([], 0) => item(
            "backend",
            name,
            Status::Ticked,
            format!("{} found, each with one", counted(calls.len(), "request")),
        ),
        ([], open) => item(
            "backend",
            name,
            Status::Unknown,
            format!(
                "of {} requests, {open} go through clients whose options are set elsewhere, as at {}",
                calls.len(),
                calls.iter().find(|call| call.limit == "unknown").map_or("", |call| call.place.as_str())
            ),
        ),
        _ => by_places("backend", name, &none, ""),
    }
}

fn breakers(known: &Known<'_>) -> Item {
    let name = "Circuit breakers";
    match (&known.design.breaker, known.design.calls.first()) {
        (Some(shown), _) => item("backend", name, Status::Ticked, shown.clone()),
        (None, None) => item(
            "backend",
            name,
            Status::Ticked,
            "nothing to break: no entry point with a waiting user sends a request that perflint knows"
                .to_owned(),
        ),
        (None, Some(first)) => item(
            "backend",
            name,
            Status::Open,
            format!(
                "no library of circuit breakers is imported, and somebody waits for {}, as at {}",
                counted(known.design.calls.len(), "request"),
                first.place
            ),
        ),
    }
}

fn slow_work(known: &Known<'_>) -> Item {
    let name = "Slow work leaves the response";
    let places: Vec<String> = known
        .design
        .deferrable
        .iter()
        .chain(&known.design.sleeps)
        .map(|(what, place, entry)| format!("{what} at {place} while `{entry}` is waited for"))
        .collect();
    by_places("backend", name, &places, "no mail, process or sleep was found on the way of a response")
}

fn network(known: &Known<'_>) -> Vec<Item> {
    let proxy =
        "no middleware of the application does it; a proxy before it may, and its configuration is not read";
    let mut list = vec![
        by_sign(known, "network", "Compression", "compression", proxy),
        by_sign(
            known,
            "network",
            "Cache headers",
            "http-cache",
            "no response was seen to carry any: see the caching section",
        ),
        by_sign(
            known,
            "network",
            "HTTP/2 or HTTP/3",
            "http2",
            "a proxy speaks it, and its configuration is not read",
        ),
    ];
    let reason = match known.design.calls.is_empty() {
        true => "proxies and their configuration are not read; no request to another service was found",
        false => {
            "whether clients of other services keep their connections open is told by their options, which were not seen"
        }
    };
    list.push(by_sign(known, "network", "Keep-alive", "keep-alive", reason));
    list
}

fn memory(known: &Known<'_>) -> Item {
    let places: Vec<String> =
        known.caching.unbounded.iter().map(|kept| format!("`{}` at {}", kept.name, kept.place)).collect();
    by_places(
        "resources",
        "Memory that is kept has a bound",
        &places,
        "no variable of a module or class that requests fill and nothing empties was found",
    )
}

/// How many, of what.
pub(crate) fn counted(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{} {one}s", short(n as f64)) }
}

/// How many processes.
pub(crate) fn processes(n: f64) -> String {
    if n == 1.0 { "1 process".to_owned() } else { format!("{} processes", short(n)) }
}
