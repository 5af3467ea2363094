//! The performance plan of a repository: what it has to carry, what breaks first, what to change, how to prove it.
//!
//! Everything is computed from what a scan found and from what the team said ([`perflint_config::Targets`], volumes). A
//! number is never without its source: the configuration, a line of code, or an assumption that is called one and that
//! comes with the question which would replace it ([`Figure`], [`Plan::questions`]). The plan is data first, and
//! Markdown, HTML and the artefacts are templates over that same data, so that the three forms cannot disagree.
//!
//! Costs are the formulas of entry points with numbers put in. They are sums over everything that one run may do, so they
//! are bounds from above and good for an order, not for a forecast; parallel calls count one after the other.

mod algorithms;
mod antipatterns;
mod caching;
mod changes;
mod chart;
mod checklist;
mod counter;
mod database;
mod decision;
mod design;
mod evaluate;
mod figure;
mod load;
mod monitoring;
mod partition;
mod picture;
mod practice;
mod questions;
mod render;
mod rewrite;
mod routes;
mod scaling;
mod sizes;
mod spread;

pub use algorithms::{Algorithm, Algorithms, Choice, Memo, Superlinear, Ways};
pub use caching::{Caching, EntityUse, Response, Unbounded};
pub use changes::Change;
pub use chart::Bar;
pub use checklist::{Item, Status};
pub use counter::Counter;
pub use database::{Database, IndexChange, Known, rows};
pub use decision::Decision;
pub use design::{Call, Design, Job, Primary};
pub use evaluate::{Budget, EntryPlan, Group, SCALES, TermCost, short, time};
pub use figure::{Figure, Source};
pub use load::{Load, Request};
pub use monitoring::{Monitoring, Signal};
pub use partition::Partitioning;
pub use picture::{Card, Line, Picture};
pub use practice::Seen;
pub use render::{SECTIONS, files, section};
pub use rewrite::Rewrite;
pub use routes::{routes_json, routes_text};
pub use scaling::Scaling;
pub use spread::{Crossing, Queries, Spread};

use evaluate::World;
use perflint_config::{Targets, Volume, nearest};
use perflint_evidence::Evidence;
use perflint_rules::{Pages, Report};
use questions::Questions;
use serde::Serialize;
use sizes::{Volumes, stem};
use std::collections::BTreeMap;

/// Summands of an entry point that are shown.
const SHOWN: usize = 6;

/// What a plan is made from.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// Findings and entry points of a scan.
    pub report: &'a Report,
    /// The rules.
    pub pages: &'a Pages,
    /// What the system has to carry.
    pub targets: &'a Targets,
    /// Rows of tables.
    pub volumes: &'a BTreeMap<String, Volume>,
    /// What the source shows beside effects, if it was read.
    pub evidence: Option<&'a Evidence>,
    /// The schema and what queries use of it, if it was read.
    pub database: Option<Known<'a>>,
    /// The file of the configuration, for messages.
    pub file: &'a str,
    /// The version of perflint.
    pub version: &'a str,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// Rows of a table that is not there.
    #[error("{file}: `volumes.{name}`: there is no table or entity `{name}`")]
    UnknownTable {
        /// The configuration.
        file: String,
        /// The key.
        name: String,
        /// A way out.
        help: String,
    },
    /// Rows of one table under two names.
    #[error("{file}: `volumes.{one}` and `volumes.{other}` are of the same table, and differ")]
    Twice {
        /// The configuration.
        file: String,
        /// A key.
        one: String,
        /// The other.
        other: String,
    },
    /// Targets of an entry point that is not there.
    #[error("{file}: `targets.entries.\"{name}\"`: no entry point fits it")]
    UnknownEntry {
        /// The configuration.
        file: String,
        /// The key.
        name: String,
        /// A way out.
        help: String,
    },
    /// A template cannot be filled.
    #[error("cannot write the report")]
    Render(#[from] minijinja::Error),
    /// The plan has no JSON form.
    #[error("cannot serialise the report")]
    Serialise(#[from] serde_json::Error),
}

impl PlanError {
    /// A way out.
    pub fn help(&self) -> &str {
        match self {
            Self::UnknownTable { help, .. } | Self::UnknownEntry { help, .. } => help,
            Self::Twice { .. } => "leave one of them out",
            Self::Render(_) | Self::Serialise(_) => "this is a fault of perflint itself: please report it",
        }
    }
}

/// A plan.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// The version of this form.
    pub version: u32,
    /// The version of perflint.
    pub tool: String,
    /// Requirements: name and figure.
    pub requirements: Vec<(&'static str, Option<Figure>)>,
    /// Regions that were named.
    pub regions: Vec<String>,
    /// What one effect is taken to last.
    pub durations: Vec<(&'static str, Figure)>,
    /// Entry points, those that break first at the front.
    pub entries: Vec<EntryPlan>,
    /// Entry points that somebody waits for, by what makes them slow.
    pub causes: Vec<Group>,
    /// How many of them break their target at the volumes as given.
    pub broken: usize,
    /// How many take longer than their target at 1, 10 and 100 times the volumes.
    pub over: [usize; 3],
    /// How many entry points of each kind there are.
    pub kinds: BTreeMap<&'static str, usize>,
    /// Changes, those with the greatest effect first.
    pub changes: Vec<Change>,
    /// Code that grows faster than the data.
    pub algorithms: Algorithms,
    /// What may be cached.
    pub caching: Caching,
    /// Tables and indexes.
    pub database: Database,
    /// What is driven against it.
    pub load: Load,
    /// Pools, replicas.
    pub scaling: Scaling,
    /// Replicas, queues, other services.
    pub design: Design,
    /// What is instrumented.
    pub monitoring: Monitoring,
    /// What is done, open, unknown.
    pub checklist: Vec<Item>,
    /// Anti-patterns with a verdict.
    pub antipatterns: Vec<Item>,
    /// What the team has to answer.
    pub questions: Vec<String>,
    /// Decisions that are no edit of one line.
    pub decisions: Vec<Decision>,
    /// The slowest entry points as bars.
    pub chart: Vec<Bar>,
    /// Calls, and those that lead nowhere known.
    pub holes: (usize, usize),
}

/// Makes the plan.
///
/// # Errors
/// Volumes of tables, or targets of entry points, that do not exist.
pub fn plan(input: Input<'_>) -> Result<Plan, PlanError> {
    check_volumes(&input)?;
    check_entries(&input)?;
    let mut questions = Questions::default();
    let tables = input.database.iter().flat_map(|known| known.schema.tables.keys());
    let world = World {
        targets: input.targets,
        volumes: Volumes::new(input.volumes),
        tables: tables.map(|name| stem(name)).collect(),
    };
    let requirements = requirements(&input, &mut questions);
    let mut entries: Vec<EntryPlan> =
        input.report.entries.iter().map(|entry| evaluate::entry(&world, entry, &mut questions)).collect();
    let breaks = |entry: &EntryPlan| entry.breaks_at.unwrap_or(f64::INFINITY);
    entries.sort_by(|a, b| {
        breaks(a)
            .total_cmp(&breaks(b))
            .then(b.milliseconds[1].total_cmp(&a.milliseconds[1]))
            .then_with(|| (&a.place, &a.label).cmp(&(&b.place, &b.label)))
    });
    let mut kinds = BTreeMap::new();
    for entry in &entries {
        *kinds.entry(entry.kind).or_default() += 1;
    }
    let changes = changes::changes(&input, &entries);
    let load = load::load(&input, &entries);
    let scaling = scaling::scaling(&input, &entries, &load);
    let causes = evaluate::groups(&entries);
    let algorithms = algorithms::algorithms(&input, &world, &entries, &mut questions);
    let caching = caching::caching(&input, &world, &entries, &mut questions);
    let design = design::design(&input, &entries, &mut questions);
    let monitoring = monitoring::monitoring(&input, &entries);
    let known = checklist::Known {
        input: &input,
        entries: &entries,
        changes: &changes,
        caching: &caching,
        scaling: &scaling,
        design: &design,
        monitoring: &monitoring,
    };
    let (checklist, antipatterns) = (checklist::checklist(&known), antipatterns::antipatterns(&known));
    let database = database::database(&input, &world, &entries, &scaling, &mut questions);
    let holes = (input.report.coverage.calls, input.report.coverage.holes);
    // What the report shows of each; everything else was summed before.
    entries.iter_mut().for_each(|entry| entry.terms.truncate(SHOWN));
    Ok(Plan {
        version: 1,
        tool: input.version.to_owned(),
        requirements,
        regions: input.targets.regions.clone(),
        durations: world.durations(),
        decisions: decision::decisions(&algorithms, &caching, &design),
        algorithms,
        chart: chart::bars(&entries, &causes),
        questions: questions.list(),
        holes,
        causes,
        broken: entries.iter().filter(|entry| entry.breaks_at.is_some_and(|scale| scale <= 1.0)).count(),
        over: SCALES.map(|scale| {
            entries.iter().filter(|entry| entry.breaks_at.is_some_and(|breaks| breaks <= scale)).count()
        }),
        entries,
        kinds,
        changes,
        caching,
        database,
        load,
        scaling,
        design,
        monitoring,
        checklist,
        antipatterns,
    })
}

/// What is demanded, and what nobody said.
fn requirements(input: &Input<'_>, questions: &mut Questions) -> Vec<(&'static str, Option<Figure>)> {
    let targets = input.targets;
    let time = |time: &Option<perflint_config::Duration>| {
        time.as_ref().and_then(perflint_config::Duration::milliseconds)
    };
    let figure = |value: Option<f64>, unit, key: &str| {
        value.map(|value| Figure { value, unit, source: Source::Configuration { key: key.to_owned() } })
    };
    let rows = [
        (
            "Response time, p95",
            figure(time(&targets.p95), "ms", "targets.p95"),
            "How fast do 95 of 100 responses have to be? (targets.p95)",
        ),
        (
            "Response time, p99",
            figure(time(&targets.p99), "ms", "targets.p99"),
            "How fast do 99 of 100 responses have to be? (targets.p99)",
        ),
        (
            "Throughput",
            figure(targets.requests_per_second, "requests/s", "targets.requests-per-second"),
            "How many requests a second arrive at the peak? (targets.requests-per-second)",
        ),
        (
            "Concurrent users",
            figure(targets.concurrent_users.map(|n| n as f64), "users", "targets.concurrent-users"),
            "How many people use it at the same time? (targets.concurrent-users)",
        ),
        (
            "Data volume",
            figure(targets.data_gigabytes, "GB", "targets.data-gigabytes"),
            "How much is stored? (targets.data-gigabytes)",
        ),
        (
            "Growth",
            figure(targets.growth_per_month, "% per month", "targets.growth-per-month"),
            "How much do the tables grow in a month? (targets.growth-per-month)",
        ),
        (
            "Availability",
            figure(targets.availability, "%", "targets.availability"),
            "What share of requests has to succeed? (targets.availability)",
        ),
        (
            "Database connections",
            figure(
                targets.database_connections.map(|n| n as f64),
                "connections",
                "targets.database-connections",
            ),
            "How many connections does the database accept? (targets.database-connections)",
        ),
    ];
    let rows = rows.map(|(name, figure, question)| {
        if figure.is_none() {
            questions.ask(question);
        }
        (name, figure)
    });
    if targets.regions.is_empty() {
        questions.ask("Where are the users, and where does it run? (targets.regions)");
    }
    rows.into()
}

fn check_volumes(input: &Input<'_>) -> Result<(), PlanError> {
    let report = input.report;
    let terms = report.entries.iter().flat_map(|entry| &entry.terms);
    let labels =
        terms.filter(|term| matches!(term.effect, "query" | "write")).map(|term| term.label.as_str());
    let tables = input.database.iter().flat_map(|known| known.schema.tables.keys()).map(String::as_str);
    let known: Vec<&str> = report.entities.iter().map(String::as_str).chain(labels).chain(tables).collect();
    let stems: std::collections::BTreeSet<String> = known.iter().map(|name| stem(name)).collect();
    if let Some(name) = input.volumes.keys().find(|name| !stems.contains(&stem(name))) {
        let near = nearest(&stem(name), stems.iter().map(String::as_str));
        let near = near.and_then(|near| known.iter().find(|name| stem(name) == near));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the entities are {}", listed(&report.entities)),
        };
        return Err(PlanError::UnknownTable { file: input.file.to_owned(), name: name.clone(), help });
    }
    match twice(input) {
        Some((one, other)) => Err(PlanError::Twice {
            file: input.file.to_owned(),
            one: one.to_owned(),
            other: other.to_owned(),
        }),
        None => Ok(()),
    }
}

/// Two volumes that name one table, by its name or its entity, and say different things.
fn twice<'a>(input: &Input<'a>) -> Option<(&'a str, &'a str)> {
    let mut tables: BTreeMap<String, String> = BTreeMap::new();
    for table in input.database.iter().flat_map(|known| known.schema.tables.values()) {
        if let Some(entity) = &table.entity {
            tables.insert(stem(&table.name), stem(entity));
        }
    }
    let mut known: BTreeMap<String, (&'a str, Option<u64>)> = BTreeMap::new();
    for (name, volume) in input.volumes {
        let key = stem(name);
        let key = tables.get(&key).cloned().unwrap_or(key);
        match known.get(&key) {
            Some((other, rows)) if *rows != volume.rows() => return Some((other, name)),
            _ => drop(known.insert(key, (name, volume.rows()))),
        }
    }
    None
}

fn check_entries(input: &Input<'_>) -> Result<(), PlanError> {
    let names: Vec<String> = input.report.entries.iter().flat_map(perflint_rules::EntryCost::names).collect();
    if let Some(pattern) = input
        .targets
        .entries
        .keys()
        .find(|pattern| !names.iter().any(|name| perflint_config::fits(pattern, name)))
    {
        let help = match nearest(pattern, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`? `perflint routes` lists all"),
            None => "`perflint routes` lists the entry points; `*` stands for anything".to_owned(),
        };
        return Err(PlanError::UnknownEntry { file: input.file.to_owned(), name: pattern.clone(), help });
    }
    Ok(())
}

fn listed(names: &[String]) -> String {
    match names {
        [] => "none: perflint found no entity".to_owned(),
        names => names.iter().take(20).cloned().collect::<Vec<_>>().join(", "),
    }
}
