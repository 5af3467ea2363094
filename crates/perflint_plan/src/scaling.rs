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
/// Milliseconds after which nobody waits any more: the default of common proxies.
const GIVEN_UP: f64 = 60_000.0;
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
    /// Connections that one of them has busy.
    pub each: [f64; 3],
    /// How many entry points take longer than anybody waits, at each scale.
    pub given_up: [usize; 3],
    /// Processes needed once every entry point keeps its target.
    pub repaired: f64,
    /// Milliseconds of a mean request then.
    pub repaired_mean: f64,
    /// Seconds from one request of a person to the next, where both are given.
    pub pause: Option<f64>,
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
    let weights: Vec<f64> = crate::load::shares(input, &waiting);
    let mean = |of: &dyn Fn(&EntryPlan) -> f64| {
        waiting.iter().zip(&weights).map(|(entry, share)| of(entry) * share).sum::<f64>()
    };
    // Nobody waits for ever: what takes longer than that holds its place for so long and then fails.
    let times = [0, 1, 2].map(|at| mean(&|entry| entry.milliseconds[at].min(GIVEN_UP)));
    let stored = [0, 1, 2].map(|at| mean(&|entry| entry.database[at].min(GIVEN_UP)));
    let given_up =
        [0, 1, 2].map(|at| waiting.iter().filter(|entry| entry.milliseconds[at] > GIVEN_UP).count());
    let repaired_mean = mean(&|entry| entry.milliseconds[0].min(entry.p95.value));
    let median = [0, 1, 2].map(|at| {
        let mut all: Vec<f64> = waiting.iter().map(|entry| entry.milliseconds[at]).collect();
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied().unwrap_or(0.0)
    });
    let rate = load.rate.clone();
    let inside = |times: [f64; 3]| times.map(|time| rate.value * time / 1000.0);
    let (in_flight, connections) = (inside(times), inside(stored));
    let replicas = in_flight.map(|inside| (inside / (PLACES * BUSY)).ceil().max(1.0));
    let each = [0, 1, 2].map(|at| connections[at] / replicas[at]);
    let processes = |times: f64| (rate.value * times / 1000.0 / (PLACES * BUSY)).ceil().max(1.0);
    let repaired = processes(repaired_mean);
    let pause =
        targets.concurrent_users.map(|users| users as f64 / rate.value).filter(|_| !rate.is_assumed());
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
                "{} {} with {} connections each would need {}, and the database accepts {}.",
                if *scale > 1.0 {
                    format!("At {scale} times the volumes")
                } else {
                    "At the volumes as given".to_owned()
                },
                crate::checklist::processes(replicas[at]),
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
        each,
        given_up,
        repaired,
        repaired_mean,
        pause,
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
