//! The geometry of pictures; the templates draw them.

use crate::evaluate::{EntryPlan, Group};
use serde::Serialize;

/// How many entry points are drawn.
const BARS: usize = 12;
/// The longest bar, of a picture that is as wide as there is room.
const WIDTH: f64 = 100.0;

/// An entry point as three bars on a logarithmic scale.
#[derive(Clone, Debug, Serialize)]
pub struct Bar {
    /// The entry point.
    pub label: String,
    /// Percent of the width at 1, 10, 100 times the volumes.
    pub widths: [f64; 3],
    /// Milliseconds.
    pub milliseconds: [f64; 3],
    /// Where the target stands, in percent of the width.
    pub target: f64,
}

/// The slowest entry points at 10 times the volumes, one for each cause.
pub(crate) fn bars(entries: &[EntryPlan], causes: &[Group]) -> Vec<Bar> {
    let mut slow: Vec<&EntryPlan> = causes.iter().filter_map(|group| entries.get(group.first)).collect();
    slow.sort_by(|a, b| b.milliseconds[1].total_cmp(&a.milliseconds[1]).then_with(|| a.label.cmp(&b.label)));
    slow.truncate(BARS);
    let longest =
        slow.iter().map(|entry| entry.milliseconds[2].max(entry.p95.value)).fold(10.0_f64, f64::max);
    let width = |ms: f64| ((1.0 + ms).log10() / (1.0 + longest).log10() * WIDTH * 10.0).round() / 10.0;
    slow.iter()
        .map(|entry| Bar {
            label: entry.label.clone(),
            widths: entry.milliseconds.map(width),
            milliseconds: entry.milliseconds,
            target: width(entry.p95.value),
        })
        .collect()
}
