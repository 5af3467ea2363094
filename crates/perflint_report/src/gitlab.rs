//! Code quality reports of GitLab: the part of Code Climate's format that its documentation names.

use crate::{Input, ReportError, clean, split_title};
use perflint_rules::Level;
use serde::Serialize;
use std::borrow::Cow;
use std::io::Write;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: Cow<'a, str>,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// Writes the report for GitLab. It shows findings of one fingerprint once, so each has its own. Known findings are
/// written too: GitLab compares the reports of two branches itself.
pub fn gitlab(out: &mut dyn Write, input: Input<'_>) -> Result<(), ReportError> {
    let report = input.report;
    let live = report.findings.iter().enumerate().filter(|(_, finding)| finding.suppressed.is_none());
    let issues: Vec<Issue<'_>> = live
        .map(|(at, finding)| Issue {
            description: format!(
                "{}. Cost: {}.",
                clean::line(split_title(&finding.message).0),
                clean::line(&finding.cost)
            ),
            check_name: &finding.rule,
            fingerprint: report
                .tracking
                .get(at)
                .map_or_else(|| format!("{at:016x}").into(), |tracking| tracking.id.as_str().into()),
            severity: match finding.level {
                Level::Error => "critical",
                Level::Warning => "major",
                Level::Note => "minor",
            },
            location: Location {
                path: &finding.primary.file,
                lines: Lines { begin: finding.primary.line, end: finding.primary.end_line },
            },
        })
        .collect();
    writeln!(out, "{}", clean::json(serde_json::to_string_pretty(&issues)?))?;
    Ok(())
}
