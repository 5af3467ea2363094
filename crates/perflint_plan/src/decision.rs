//! Decisions that are no edit of one line: what to compute otherwise, what to bound, what to limit.

use crate::algorithms::Algorithms;
use crate::caching::Caching;
use crate::design::Design;
use serde::Serialize;

/// How many records one kind gets.
const EACH: usize = 3;

/// A decision to take.
#[derive(Clone, Debug, Serialize)]
pub struct Decision {
    /// What it is about.
    pub title: String,
    /// What speaks for it, a line each.
    pub context: Vec<String>,
    /// What to do.
    pub decision: String,
    /// What it costs.
    pub consequences: String,
}

pub(crate) fn decisions(algorithms: &Algorithms, caching: &Caching, design: &Design) -> Vec<Decision> {
    let mut list: Vec<Decision> = Vec::new();
    for found in algorithms.computations.iter().filter(|found| found.grows).take(EACH) {
        let Some(first) = found.options.first() else { continue };
        let mut context = vec![format!("{} at {}: {}", found.title, found.place, found.bound)];
        context.extend(found.sizes.iter().cloned());
        context.extend(
            found.options.iter().map(|one| format!("{}: time {}, space {}", one.what, one.time, one.space)),
        );
        list.push(Decision {
            title: found.title.clone(),
            context,
            decision: format!("{}.", found.recommendation),
            consequences: format!("{}. Time {}, space {}.", first.trade, first.time, first.space),
        });
    }
    for kept in caching.unbounded.iter().take(EACH) {
        list.push(Decision {
            title: format!("A bound for `{}`", kept.name),
            context: vec![format!("{}: {}", kept.place, kept.how)],
            decision: "Give it a greatest size or a lifetime, or move it to a store that has one.".to_owned(),
            consequences: "What is dropped is computed again; a second process fills its own.".to_owned(),
        });
    }
    let open: Vec<_> = design.calls.iter().filter(|call| call.limit == "no timeout").collect();
    if !open.is_empty() {
        list.push(Decision {
            title: "A timeout for every request to another service".to_owned(),
            context: open.iter().map(|call| format!("`{}` at {}", call.code, call.place)).collect(),
            decision: "Give each a timeout that is shorter than the target of the entry points that wait for it.".to_owned(),
            consequences: "Slow answers become failures, which the code has to expect; a process is no longer stopped by somebody else's fault.".to_owned(),
        });
    }
    list
}
