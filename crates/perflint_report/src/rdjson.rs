//! The Reviewdog Diagnostic Format, in which findings become comments of a review.

use crate::{Input, ReportError, clean, split_title};
use perflint_rules::{Level, Place, Sources};
use serde::Serialize;
use std::io::Write;

#[derive(Serialize)]
struct Document<'a> {
    source: Source,
    severity: &'static str,
    diagnostics: Vec<Diagnostic<'a>>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
    url: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Diagnostic<'a> {
    message: String,
    location: Location<'a>,
    severity: &'static str,
    code: Code<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Related<'a>>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    range: Range,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<Position>,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
}

#[derive(Serialize)]
struct Related<'a> {
    message: String,
    location: Location<'a>,
}

/// Writes the report for reviewdog.
pub fn rdjson(out: &mut dyn Write, input: Input<'_>) -> Result<(), ReportError> {
    let sources = input.sources;
    let diagnostics = input.report.live().map(|finding| {
        let (title, rest) = split_title(&finding.message);
        let mut message = format!("{}.\n\nCost: {}.", clean::line(title), clean::line(&finding.cost));
        if !rest.is_empty() {
            message.push_str(&format!(" {}", clean::line(rest)));
        }
        if let Some(fix) = &finding.fix {
            message.push_str(&format!("\n\nFix: {}", clean::line(&fix.advice)));
        }
        Diagnostic {
            message,
            location: location(&finding.primary, sources),
            severity: severity(finding.level),
            code: Code { value: &finding.rule },
            related_locations: finding
                .route
                .iter()
                .map(|step| Related {
                    message: format!("{}: {}", step.kind.name(), clean::line(&step.label)),
                    location: location(&step.place, sources),
                })
                .collect(),
        }
    });
    let document = Document {
        source: Source { name: "perflint", url: env!("CARGO_PKG_REPOSITORY") },
        severity: "WARNING",
        diagnostics: diagnostics.collect(),
    };
    writeln!(out, "{}", clean::json(serde_json::to_string_pretty(&document)?))?;
    Ok(())
}

fn severity(level: Level) -> &'static str {
    match level {
        Level::Error => "ERROR",
        Level::Warning => "WARNING",
        Level::Note => "INFO",
    }
}

/// Columns of this format count bytes of UTF-8.
fn location<'a>(place: &'a Place, sources: &dyn Sources) -> Location<'a> {
    let text = sources.text(&place.file);
    let column = |offset: u32| {
        let before = text.as_deref()?.get(..offset as usize)?;
        Some(before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1)
    };
    let (start, end) = (column(place.start), column(place.end));
    Location {
        path: &place.file,
        range: Range {
            start: Position { line: place.line, column: start },
            end: end
                .filter(|_| start.is_some())
                .map(|end| Position { line: place.end_line, column: Some(end) }),
        },
    }
}
