//! The last lines of a text report: what was found, what was read, what was not.

use crate::clean;
use crate::{counted, grouped};
use perflint_rules::{Coverage, Level, Report};
use std::time::Duration;

/// How many unreadable files are named.
const MAX_NAMED: usize = 10;

/// The summary, a few lines.
pub(crate) fn summary(report: &Report, elapsed: Option<Duration>) -> String {
    let coverage = &report.coverage;
    let time = elapsed.map(|time| format!(" in {:.1} s", time.as_secs_f64())).unwrap_or_default();
    let read = format!("{} and {}", counted(coverage.files, "file"), counted(coverage.lines, "line"));
    let mut lines = vec![format!("{} in {read}{time}.", found(report))];
    if let Some(held_back) = held_back(report) {
        lines.push(held_back);
    }
    if coverage.partial && coverage.files > 0 {
        lines.push(
            "Only a part of the repository was read: what leads out of it was not followed.".to_owned(),
        );
    }
    lines.extend(not_read(coverage));
    lines.extend(limits(coverage));
    lines.extend(unused(coverage));
    lines.extend(void(coverage));
    lines.extend(budgets(coverage));
    let mut text = lines.join("\n");
    text.push('\n');
    text
}

fn found(report: &Report) -> String {
    let live = || report.live();
    let compared = report.tracking.iter().any(|tracking| tracking.known.is_some());
    let mut parts = Vec::new();
    for level in [Level::Error, Level::Warning, Level::Note] {
        let count = live().filter(|finding| finding.level == level).count();
        if count > 0 {
            parts.push(counted(count, level.name()));
        }
    }
    if parts.is_empty() {
        parts.push(if compared { "No new findings" } else { "No findings" }.to_owned());
    }
    let known = report.known();
    if known > 0 {
        parts.push(format!("{} known", grouped(known)));
    }
    let suppressed = report.findings.iter().filter(|finding| finding.suppressed.is_some()).count();
    if suppressed > 0 {
        parts.push(format!("{} suppressed", grouped(suppressed)));
    }
    parts.join(", ")
}

fn held_back(report: &Report) -> Option<String> {
    let count: usize = report.held_back.values().sum();
    (count > 0).then(|| {
        format!("{} held back as less sure or less important; --pedantic shows them.", grouped(count))
    })
}

fn not_read(coverage: &Coverage) -> Vec<String> {
    let mut lines = Vec::new();
    if !coverage.skipped.is_empty() {
        let reasons: Vec<String> = coverage
            .skipped
            .iter()
            .map(|(reason, count)| format!("{} ({reason})", grouped(*count)))
            .collect();
        lines.push(format!("Not read: {}.", reasons.join(", ")));
    }
    if !coverage.unreadable.is_empty() {
        lines.push(format!("{} could not be read:", counted(coverage.unreadable.len(), "path")));
        let named = coverage.unreadable.iter().take(MAX_NAMED);
        lines.extend(named.map(|(path, reason)| format!("  {}: {}", clean::line(path), clean::line(reason))));
    }
    lines
}

/// Comments that a person can remove.
fn unused(coverage: &Coverage) -> Option<String> {
    let all = &coverage.unused_suppressions;
    let mut places: Vec<String> = all
        .iter()
        .take(MAX_NAMED)
        .map(|unused| {
            let rules = clean::line(&unused.rules.join(", ")).into_owned();
            let rules = if rules.is_empty() { rules } else { format!(" ({rules})") };
            format!("{}:{}{rules}", clean::line(&unused.file), unused.line)
        })
        .collect();
    let more = all.len() - places.len();
    places.extend((more > 0).then(|| format!("{} more", grouped(more))));
    let noun = if all.len() == 1 { "comment suppresses" } else { "comments suppress" };
    (!all.is_empty()).then(|| format!("{} {noun} nothing: {}.", grouped(all.len()), places.join(", ")))
}

/// Comments that do not count, and why.
fn void(coverage: &Coverage) -> Option<String> {
    let all = &coverage.void_suppressions;
    let of = |void: &perflint_rules::VoidSuppression| {
        format!("{}:{} {}", clean::line(&void.file), void.line, clean::line(&void.why))
    };
    let mut places: Vec<String> = all.iter().take(MAX_NAMED).map(of).collect();
    let more = all.len() - places.len();
    places.extend((more > 0).then(|| format!("{} more", grouped(more))));
    let noun = if all.len() == 1 { "suppressing comment does" } else { "suppressing comments do" };
    (!all.is_empty()).then(|| format!("{} {noun} not count: {}.", grouped(all.len()), places.join(", ")))
}

/// Budgets that guard nothing.
fn budgets(coverage: &Coverage) -> Option<String> {
    let named: Vec<String> = coverage
        .unmatched_budgets
        .iter()
        .take(MAX_NAMED)
        .map(|name| format!("`{}`", clean::line(name)))
        .collect();
    (!named.is_empty()).then(|| format!("No entry point falls under the budget of {}.", named.join(", ")))
}

fn limits(coverage: &Coverage) -> Option<String> {
    let gaps: usize = coverage.gaps.values().sum();
    let mut parts = Vec::new();
    if gaps > 0 {
        parts.push(format!("{} not parsed", counted(gaps, "gap")));
    }
    if coverage.holes > 0 {
        parts.push(format!(
            "{} of {} not resolved",
            grouped(coverage.holes),
            counted(coverage.calls, "call")
        ));
    }
    if coverage.widened > 0 {
        parts.push(format!("{} cut short", counted(coverage.widened, "function")));
    }
    (!parts.is_empty()).then(|| format!("Limits: {}.", parts.join(", ")))
}
