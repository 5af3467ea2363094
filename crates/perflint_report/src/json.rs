//! The JSON format, documented for its users in `docs/json.md`.

use crate::clean;
use crate::fingerprint::Fingerprints;
use crate::{Input, ReportError};
use perflint_rules::{
    CostTerm, Coverage, EntryCost, Extent, Finding, Fix, Place, Report, Step, Times, Tracking,
    UnusedSuppression,
};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Write;

/// The version of the format. It grows when a field changes its meaning or goes; new fields do not count.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct DocumentView<'a> {
    version: u32,
    tool: ToolView<'a>,
    findings: Vec<FindingView<'a>>,
    entries: Vec<EntryView<'a>>,
    held_back: BTreeMap<&'a str, usize>,
    coverage: CoverageView<'a>,
}

#[derive(Serialize)]
struct ToolView<'a> {
    name: &'static str,
    version: &'a str,
}

#[derive(Serialize)]
struct FindingView<'a> {
    id: Option<&'a str>,
    rule: &'a str,
    level: &'static str,
    confidence: &'static str,
    context: &'static str,
    message: Cow<'a, str>,
    cost: &'a str,
    place: PlaceView<'a>,
    fingerprint: Option<String>,
    route: Vec<StepView<'a>>,
    fix: Option<FixView<'a>>,
    also: Vec<PlaceView<'a>>,
    suppressed: Option<Cow<'a, str>>,
    known: Option<bool>,
}

#[derive(Serialize)]
struct PlaceView<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
struct StepView<'a> {
    kind: &'static str,
    label: Cow<'a, str>,
    place: PlaceView<'a>,
}

#[derive(Serialize)]
struct FixView<'a> {
    advice: Cow<'a, str>,
    place: PlaceView<'a>,
}

#[derive(Serialize)]
struct EntryView<'a> {
    kind: &'static str,
    label: Cow<'a, str>,
    method: Option<&'a str>,
    route: Option<Cow<'a, str>>,
    place: PlaceView<'a>,
    cost: &'a BTreeMap<&'static str, String>,
    terms: Vec<TermView<'a>>,
    terms_cut: usize,
    incomplete: bool,
}

#[derive(Serialize)]
struct TermView<'a> {
    effect: &'static str,
    entity: Option<&'a str>,
    label: Cow<'a, str>,
    rows: Option<ExtentView<'a>>,
    lazy: bool,
    times: String,
    factors: Vec<FactorView<'a>>,
    blocks: bool,
    detached: bool,
    cold: bool,
    sure: &'static str,
    place: PlaceView<'a>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum FactorView<'a> {
    Constant { value: u32 },
    Size { name: Cow<'a, str>, place: Option<PlaceView<'a>>, over: Option<ExtentView<'a>> },
    Iterations { place: Option<PlaceView<'a>> },
    Depth { function: &'a str },
}

#[derive(Serialize)]
struct ExtentView<'a> {
    entity: Option<&'a str>,
    of: Option<&'a str>,
    limit: String,
    narrowed: bool,
}

#[derive(Serialize)]
struct CoverageView<'a> {
    partial: bool,
    files: usize,
    lines: usize,
    bytes: u64,
    languages: &'a BTreeMap<&'static str, usize>,
    skipped: &'a BTreeMap<&'static str, usize>,
    unreadable: Vec<UnreadableView<'a>>,
    gaps: Vec<GapView>,
    gap_files: Vec<GapFileView<'a>>,
    unused_suppressions: Vec<UnusedView<'a>>,
    void_suppressions: Vec<VoidView<'a>>,
    unmatched_budgets: &'a [String],
    calls: usize,
    holes: usize,
    widened: usize,
}

#[derive(Serialize)]
struct UnreadableView<'a> {
    file: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
struct GapView {
    language: &'static str,
    reason: &'static str,
    count: usize,
}

#[derive(Serialize)]
struct UnusedView<'a> {
    file: &'a str,
    line: u32,
    rules: Vec<Cow<'a, str>>,
}

#[derive(Serialize)]
struct VoidView<'a> {
    file: &'a str,
    line: u32,
    why: &'a str,
}

#[derive(Serialize)]
struct GapFileView<'a> {
    file: &'a str,
    reason: &'static str,
}

/// Writes the report as JSON.
pub fn json(out: &mut dyn Write, input: Input<'_>) -> Result<(), ReportError> {
    let mut fingerprints = Fingerprints::new(input.sources);
    let document = DocumentView {
        version: VERSION,
        tool: ToolView { name: "perflint", version: input.version },
        findings: views(input.report, &mut fingerprints).collect(),
        entries: input.report.entries.iter().map(entry_view).collect(),
        held_back: input.report.held_back.iter().map(|(rule, count)| (&**rule, *count)).collect(),
        coverage: coverage_view(&input.report.coverage),
    };
    let text = clean::json(serde_json::to_string_pretty(&document)?);
    writeln!(out, "{text}")?;
    Ok(())
}

/// Writes each finding as JSON on a line of its own, in the form that it has in [`json`].
pub fn jsonl(out: &mut dyn Write, input: Input<'_>) -> Result<(), ReportError> {
    let mut fingerprints = Fingerprints::new(input.sources);
    for view in views(input.report, &mut fingerprints) {
        writeln!(out, "{}", clean::json(serde_json::to_string(&view)?))?;
    }
    Ok(())
}

fn views<'a, 'f>(
    report: &'a Report,
    fingerprints: &'f mut Fingerprints<'a>,
) -> impl Iterator<Item = FindingView<'a>> + use<'a, 'f> {
    report
        .findings
        .iter()
        .enumerate()
        .map(|(at, finding)| finding_view(finding, report.tracking.get(at), fingerprints))
}

fn finding_view<'a>(
    finding: &'a Finding,
    tracking: Option<&'a Tracking>,
    fingerprints: &mut Fingerprints<'a>,
) -> FindingView<'a> {
    FindingView {
        id: tracking.map(|tracking| tracking.id.as_str()),
        rule: &finding.rule,
        level: finding.level.name(),
        confidence: finding.confidence.name(),
        context: finding.context.name(),
        message: clean::redact(&finding.message),
        cost: &finding.cost,
        place: place_view(&finding.primary),
        fingerprint: fingerprints.of(&finding.primary),
        route: finding.route.iter().map(step_view).collect(),
        fix: finding.fix.as_ref().map(fix_view),
        also: finding.also.iter().map(place_view).collect(),
        suppressed: finding.suppressed.as_deref().map(clean::redact),
        known: tracking.and_then(|tracking| tracking.known),
    }
}

fn entry_view(entry: &EntryCost) -> EntryView<'_> {
    EntryView {
        kind: entry.kind,
        label: clean::redact(&entry.label),
        method: entry.method.as_deref(),
        route: entry.route.as_deref().map(clean::redact),
        place: place_view(&entry.place),
        cost: &entry.cost,
        terms: entry.terms.iter().map(term_view).collect(),
        terms_cut: entry.more,
        incomplete: entry.capped,
    }
}

fn term_view(term: &CostTerm) -> TermView<'_> {
    TermView {
        effect: term.effect,
        entity: term.entity.as_deref(),
        label: clean::redact(&term.label),
        rows: term.rows.as_ref().map(extent_view),
        lazy: term.lazy,
        times: term.times_text(),
        factors: term.times.iter().map(factor_view).collect(),
        blocks: term.blocks,
        detached: term.detached,
        cold: term.cold,
        sure: term.sure,
        place: place_view(&term.place),
    }
}

fn factor_view(times: &Times) -> FactorView<'_> {
    match times {
        Times::Const(value) => FactorView::Constant { value: *value },
        Times::Size { name, place, over } => FactorView::Size {
            name: clean::redact(name),
            place: place.as_ref().map(place_view),
            over: over.as_ref().map(extent_view),
        },
        Times::Iterations(place) => FactorView::Iterations { place: place.as_ref().map(place_view) },
        Times::Depth(function) => FactorView::Depth { function },
    }
}

fn extent_view(extent: &Extent) -> ExtentView<'_> {
    ExtentView {
        entity: extent.entity.as_deref(),
        of: extent.of.as_deref(),
        limit: extent.limit.name(),
        narrowed: extent.narrowed,
    }
}

fn place_view(place: &Place) -> PlaceView<'_> {
    let Place { file, line, column, end_line, end_column, .. } = place;
    PlaceView { file, line: *line, column: *column, end_line: *end_line, end_column: *end_column }
}

fn step_view(step: &Step) -> StepView<'_> {
    StepView { kind: step.kind.name(), label: clean::redact(&step.label), place: place_view(&step.place) }
}

fn fix_view(fix: &Fix) -> FixView<'_> {
    FixView { advice: clean::redact(&fix.advice), place: place_view(&fix.place) }
}

fn coverage_view(coverage: &Coverage) -> CoverageView<'_> {
    let gaps = coverage.gaps.iter();
    CoverageView {
        partial: coverage.partial,
        files: coverage.files,
        lines: coverage.lines,
        bytes: coverage.bytes,
        languages: &coverage.languages,
        skipped: &coverage.skipped,
        unreadable: coverage
            .unreadable
            .iter()
            .map(|(file, reason)| UnreadableView { file, reason })
            .collect(),
        gaps: gaps.map(|((language, reason), count)| GapView { language, reason, count: *count }).collect(),
        gap_files: coverage.gap_files.iter().map(|(file, reason)| GapFileView { file, reason }).collect(),
        unused_suppressions: coverage
            .unused_suppressions
            .iter()
            .map(|UnusedSuppression { file, line, rules }| UnusedView {
                file,
                line: *line,
                rules: rules.iter().map(|rule| clean::redact(rule)).collect(),
            })
            .collect(),
        void_suppressions: coverage
            .void_suppressions
            .iter()
            .map(|void| VoidView { file: &void.file, line: void.line, why: &void.why })
            .collect(),
        unmatched_budgets: &coverage.unmatched_budgets,
        calls: coverage.calls,
        holes: coverage.holes,
        widened: coverage.widened,
    }
}

#[cfg(test)]
mod tests {
    use super::json;
    use crate::example::with_input;

    #[test]
    fn says_everything() {
        let mut out = Vec::new();
        with_input(|input| json(&mut out, input)).expect("written");
        let text = String::from_utf8(out).expect("utf-8");
        assert!(!text.contains(['\u{1b}', '\u{202e}']));
        let value: serde_json::Value = serde_json::from_str(&text).expect("json");
        assert_eq!(value["version"], 1);
        let finding = &value["findings"][0];
        assert_eq!(finding["place"]["line"], 3);
        assert_eq!(finding["route"][3]["kind"], "effect");
        assert_eq!(finding["fix"]["place"]["column"], 14);
        assert!(finding["fingerprint"].as_str().is_some_and(|hash| hash.ends_with(":1")));
        assert!(finding["suppressed"].is_null());
        assert_eq!(value["findings"][1]["suppressed"], "few rows");
        assert_eq!(value["held_back"]["unbounded-query"], 2);
        assert_eq!(value["coverage"]["gaps"][0]["count"], 3);
    }
}
