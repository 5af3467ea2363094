//! Replicas and pools by Little's law: what is in a system is what arrives in a second times how long it stays.

use crate::Input;
use crate::evaluate::EntryPlan;
use crate::figure::Figure;
use crate::load::Load;
use serde::Serialize;

/// The share of its places that a process may have busy at the peak.
const BUSY: f64 = 0.7;
/// Requests that one process answers at the same time.
const PLACES: f64 = 8.0;
/// Connections of one process.
const POOL: f64 = 10.0;
/// Connections that the database accepts: the default of PostgreSQL.
const CONNECTIONS: f64 = 100.0;

/// Pools and replicas.
#[derive(Clone, Debug, Serialize)]
pub struct Scaling {
    /// Requests per second.
    pub rate: Figure,
    /// Milliseconds of a mean request at 1, 10, 100 times the volumes.
    pub mean: [f64; 3],
    /// Milliseconds that half of the entry points stay below.
    pub median: [f64; 3],
    /// Milliseconds of it in the database.
    pub stored: [f64; 3],
    /// Requests in the system.
    pub in_flight: [f64; 3],
    /// Connections that are busy.
    pub connections: [f64; 3],
    /// Processes needed.
    pub replicas: [f64; 3],
    /// Requests that one process answers at the same time.
    pub places: Figure,
    /// Connections of one process.
    pub pool: Figure,
    /// Connections that the database accepts.
    pub limit: Figure,
    /// Processes that the database's connections allow.
    pub most: f64,
    /// What does not fit, in sentences.
    pub conflicts: Vec<String>,
    /// How the figures come about, one sentence for each scale.
    pub arithmetic: Vec<String>,
}

pub(crate) fn scaling(input: &Input<'_>, entries: &[EntryPlan], load: &Load) -> Scaling {
    let targets = input.targets;
    let waiting: Vec<&EntryPlan> = entries.iter().filter(|entry| entry.waits).collect();
    let count = waiting.len().max(1) as f64;
    let mean = |of: fn(&EntryPlan) -> [f64; 3]| {
        [0, 1, 2].map(|at| waiting.iter().map(|entry| of(entry)[at]).sum::<f64>() / count)
    };
    let times = mean(|entry| entry.milliseconds);
    let stored = mean(|entry| entry.database);
    let median = [0, 1, 2].map(|at| {
        let mut all: Vec<f64> = waiting.iter().map(|entry| entry.milliseconds[at]).collect();
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied().unwrap_or(0.0)
    });
    let rate = load.rate.clone();
    let inside = |times: [f64; 3]| times.map(|time| rate.value * time / 1000.0);
    let (in_flight, connections) = (inside(times), inside(stored));
    let replicas = in_flight.map(|inside| (inside / (PLACES * BUSY)).ceil().max(1.0));
    let places = Figure::given(None, "requests", "", PLACES, "one process answers so many at the same time");
    let pool = Figure::given(
        targets.pool_size.map(|n| n as f64),
        "connections",
        "targets.pool-size",
        POOL,
        "one process opens so many",
    );
    let limit = Figure::given(
        targets.database_connections.map(|n| n as f64),
        "connections",
        "targets.database-connections",
        CONNECTIONS,
        "the default of PostgreSQL",
    );
    let most = (limit.value / pool.value).floor();
    let mut conflicts = Vec::new();
    for (at, scale) in crate::SCALES.iter().enumerate() {
        if replicas[at] > most {
            conflicts.push(format!(
                "{} {} processes with {} connections each would need {}, and the database accepts {}.",
                if *scale > 1.0 {
                    format!("At {scale} times the volumes")
                } else {
                    "At the volumes as given".to_owned()
                },
                replicas[at],
                pool.value,
                replicas[at] * pool.value,
                limit.value
            ));
        }
    }
    let mut scaling = Scaling {
        rate,
        mean: times,
        median,
        stored,
        in_flight,
        connections,
        replicas,
        places,
        pool,
        limit,
        most,
        conflicts,
        arithmetic: Vec::new(),
    };
    scaling.arithmetic = crate::design::arithmetic(&scaling);
    scaling
}
