//! SARIF 2.1.0, as GitHub code scanning reads it.
//!
//! The subset and the limits are those of GitHub's documentation ("SARIF support for code scanning"): a file above a limit
//! is rejected as a whole, so what is too much is cut here, the least important first, and a notification of the run says
//! so. `security-severity` is never set, because it would turn findings into security alerts.

mod results;
mod rules;

use crate::clean;
use crate::fingerprint::Fingerprints;
use crate::{Input, ReportError, counted};
use flate2::Compression;
use flate2::write::GzEncoder;
use perflint_rules::{Coverage, Finding, Report};
use results::Cut;
use serde_json::json;
use serde_sarif::sarif::{
    ArtifactLocation, Invocation, Location, Message, Notification, PhysicalLocation, Run,
    RunAutomationDetails, Sarif, Tool, ToolComponent,
};
use std::io::Write;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// What a reader takes of one file.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// A file of more results is rejected, ..
    results: usize,
    /// .. and this many are kept then, which is how many are shown.
    kept: usize,
    /// A file of more bytes after compression is rejected too.
    size: usize,
}

/// Those of GitHub: 25,000 results, 5,000 shown, 10 MB. Compressors differ by a little.
const GITHUB: Limits = Limits { results: 25_000, kept: 5_000, size: 9_500_000 };

/// A route that is cut keeps this much.
const MIN_STEPS: usize = 2;

/// How many unreadable files become notifications.
const MAX_NOTIFICATIONS: usize = 100;

/// Writes the report as SARIF.
pub fn sarif(out: &mut dyn Write, input: Input<'_>) -> Result<(), ReportError> {
    let text = fitting(input, GITHUB)?;
    writeln!(out, "{text}")?;
    Ok(())
}

/// The report, cut until it is within the limits: first to the most important findings, then their routes.
fn fitting(input: Input<'_>, limits: Limits) -> Result<String, ReportError> {
    let findings = &input.report.findings;
    let mut kept: Vec<usize> = (0..findings.len()).collect();
    if kept.len() > limits.results {
        kept = most_important(input.report, limits.kept);
    }
    let mut max_steps = results::MAX_FLOW;
    loop {
        let text = written(input, &kept, max_steps)?;
        let size = compressed_size(&text, limits.size)?;
        if size <= limits.size || (kept.len() <= limits.kept && max_steps <= MIN_STEPS) {
            return Ok(text);
        }
        if kept.len() > limits.kept {
            kept = most_important(input.report, limits.kept);
        } else {
            let longest = kept.iter().map(|at| findings[*at].route.len()).max().unwrap_or(0);
            max_steps = (max_steps.min(longest) * limits.size / size).max(MIN_STEPS);
        }
    }
}

/// How many bytes a text takes after compression, or before it where that is little already.
fn compressed_size(text: &str, little: usize) -> Result<usize, ReportError> {
    if text.len() <= little {
        return Ok(text.len());
    }
    let mut encoder = GzEncoder::new(Count(0), Compression::default());
    encoder.write_all(text.as_bytes())?;
    Ok(encoder.finish()?.0)
}

/// Counts what is written.
struct Count(usize);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn written(input: Input<'_>, kept: &[usize], max_steps: usize) -> Result<String, ReportError> {
    let run = run(input, kept, max_steps);
    let log = Sarif::builder().schema(SCHEMA).version(json!("2.1.0")).runs(vec![run]).build();
    Ok(clean::json(serde_json::to_string_pretty(&log)?))
}

/// The findings that are kept, by their indices, with routes of at most `max_steps` steps.
fn run(input: Input<'_>, kept: &[usize], max_steps: usize) -> Run {
    let report = input.report;
    let found: Vec<&Finding> = kept.iter().map(|at| &report.findings[*at]).collect();
    let rules = rules::Rules::new(input.pages, &found);
    let mut fingerprints = Fingerprints::new(input.sources);
    let mut cut = Cut { results: report.findings.len() - kept.len(), max_steps, ..Cut::default() };
    let results: Vec<_> = kept
        .iter()
        .map(|at| {
            let (finding, tracking) = (&report.findings[*at], report.tracking.get(*at));
            results::result(finding, tracking, &rules, &mut fingerprints, &mut cut)
        })
        .collect();
    let driver = ToolComponent::builder()
        .name("perflint")
        .semantic_version(input.version)
        .information_uri(env!("CARGO_PKG_REPOSITORY"))
        .rules(rules.descriptors())
        .build();
    Run::builder()
        .tool(Tool::from(driver))
        .automation_details(RunAutomationDetails::builder().id("perflint/").build())
        .column_kind(json!("utf16CodeUnits"))
        .invocations(vec![invocation(&input.report.coverage, &cut)])
        .results(results)
        .build()
}

/// The indices of the findings that matter most, in their order.
fn most_important(report: &Report, kept: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..report.findings.len()).collect();
    order.sort_by_key(|at| {
        let finding = &report.findings[*at];
        let quiet = finding.suppressed.is_some() || report.is_known(*at);
        (quiet, std::cmp::Reverse((finding.level, finding.confidence)), *at)
    });
    order.truncate(kept);
    order.sort_unstable();
    order
}

fn invocation(coverage: &Coverage, cut: &Cut) -> Invocation {
    let mut notifications = cut.notifications();
    for (file, reason) in coverage.unreadable.iter().take(MAX_NOTIFICATIONS) {
        notifications.push(notification("error", &format!("Could not be read: {reason}"), Some(file)));
    }
    for (file, reason) in &coverage.gap_files {
        notifications.push(notification("warning", &format!("Not read completely: {reason}"), Some(file)));
    }
    for unused in coverage.unused_suppressions.iter().take(MAX_NOTIFICATIONS) {
        let rules =
            if unused.rules.is_empty() { String::new() } else { format!(" ({})", unused.rules.join(", ")) };
        let text = format!("The comment on line {} suppresses nothing{rules}", unused.line);
        notifications.push(notification("note", &text, Some(&unused.file)));
    }
    for void in coverage.void_suppressions.iter().take(MAX_NOTIFICATIONS) {
        let text = format!("The suppressing comment on line {} does not count: {}", void.line, void.why);
        notifications.push(notification("warning", &text, Some(&void.file)));
    }
    if !coverage.skipped.is_empty() {
        let parts: Vec<String> = coverage
            .skipped
            .iter()
            .map(|(reason, count)| format!("{} ({reason})", counted(*count, "path")))
            .collect();
        notifications.push(notification("note", &format!("Not read: {}", parts.join(", ")), None));
    }
    Invocation::builder().execution_successful(true).tool_execution_notifications(notifications).build()
}

fn notification(level: &str, text: &str, file: Option<&str>) -> Notification {
    let mut notification = Notification::builder()
        .level(json!(level))
        .message(Message::from(&clean::redact(text).into_owned()))
        .build();
    notification.locations = file.map(|file| {
        let artifact = ArtifactLocation::builder().uri(results::uri(file)).build();
        let physical = PhysicalLocation::builder().artifact_location(artifact).build();
        vec![Location::builder().physical_location(physical).build()]
    });
    notification
}

#[cfg(test)]
mod tests {
    use super::{GITHUB, Limits, fitting, sarif};
    use crate::Input;
    use crate::example::{report, with_input};
    use perflint_rules::{Finding, Level};
    use serde_json::{Value, json};

    fn example() -> Value {
        let mut out = Vec::new();
        with_input(|input| sarif(&mut out, input)).expect("written");
        serde_json::from_slice(&out).expect("json")
    }

    #[test]
    fn has_what_code_scanning_requires() {
        let log = example();
        assert_eq!(log["version"], "2.1.0");
        let run = &log["runs"][0];
        assert_eq!(run["automationDetails"]["id"], "perflint/");
        assert_eq!(run["columnKind"], "utf16CodeUnits");
        let rule = &run["tool"]["driver"]["rules"][0];
        assert_eq!(rule["id"], "n-plus-one-lazy-load");
        assert_eq!(rule["name"], "NPlusOneLazyLoad");
        assert_eq!(rule["shortDescription"]["text"], "Relation loaded once per row");
        assert_eq!(rule["fullDescription"]["text"], "Each row runs a query.");
        assert_eq!(rule["defaultConfiguration"]["level"], "warning");
        assert!(rule["help"]["markdown"].as_str().is_some_and(|help| help.contains("## Fix")));
        assert_eq!(rule["properties"]["precision"], "medium");
        assert_eq!(rule["properties"]["problem.severity"], "warning");
        assert_eq!(rule["properties"]["tags"].as_array().map(Vec::len), Some(10));
        assert!(rule["properties"].get("security-severity").is_none());
    }

    #[test]
    fn results_have_regions_routes_and_fingerprints() {
        let log = example();
        let result = &log["runs"][0]["results"][0];
        let region = json!({"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 24});
        assert_eq!(result["locations"][0]["physicalLocation"]["region"], region);
        assert_eq!(result["ruleIndex"], 0);
        let message = result["message"]["text"].as_str().expect("text");
        assert!(message.starts_with("Each order reads its customer with a query of its own. "), "{message}");
        assert!(
            message.contains("[calls show\\[0\\]](3)") && message.contains("1 + |orders| queries"),
            "{message}"
        );
        let related = result["relatedLocations"].as_array().expect("related");
        assert_eq!(related[3]["id"], 4);
        assert_eq!(related[3]["physicalLocation"]["artifactLocation"]["uri"], "shop/a%20b.py");
        assert_eq!(related.len(), 5, "four steps and one further place");
        assert_eq!(result["codeFlows"][0]["threadFlows"][0]["locations"].as_array().map(Vec::len), Some(4));
        let hash = result["partialFingerprints"]["primaryLocationLineHash"].as_str().expect("hash");
        assert!(hash.ends_with(":1"));
        assert_eq!(result["properties"]["context"], "request");
        assert!(result.get("suppressions").is_none());
        let suppressed = &log["runs"][0]["results"][1]["suppressions"][0];
        assert_eq!(*suppressed, json!({"kind": "inSource", "justification": "few rows"}));
    }

    #[test]
    fn what_was_not_read_is_a_notification() {
        let log = example();
        let notes = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"];
        assert_eq!(notes[0]["level"], "error");
        assert_eq!(notes[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "shop/%1Bx.py");
        assert_eq!(notes[1]["message"]["text"], "Not read completely: syntax error");
    }

    #[test]
    fn too_many_results_leave_the_important_ones() {
        let mut finding = report().findings.swap_remove(0);
        finding.level = Level::Note;
        let (mut report, pages) = (report(), crate::example::pages());
        let mut kept = |findings: Vec<Finding>| {
            report.findings = findings;
            let input =
                Input { report: &report, pages: &pages, sources: &crate::example::Texts, version: "1" };
            let mut out = Vec::new();
            sarif(&mut out, input).expect("written");
            let log: Value = serde_json::from_slice(&out).expect("json");
            let results = log["runs"][0]["results"].as_array().expect("results").clone();
            (results.len(), results.last().expect("one")["level"].clone())
        };
        let mut many = vec![finding.clone(); 25_000];
        assert_eq!(kept(many.clone()), (25_000, "note".into()));
        finding.level = Level::Error;
        many.push(finding);
        assert_eq!(kept(many), (5_000, "error".into()));
    }

    /// A hundredth of what GitHub takes, so that what is too much is written a hundred times as fast.
    const HUNDREDTH: Limits =
        Limits { results: GITHUB.results / 100, kept: GITHUB.kept / 100, size: GITHUB.size / 100 };

    /// What a report of `count` findings takes, if each has a route of its own of so many steps through long names: how many
    /// results are left, how many steps the longest route has, and how many bytes there are after compression.
    fn written(count: usize, steps: usize) -> (usize, usize, usize) {
        use std::io::Write;
        let (mut report, pages) = (report(), crate::example::pages());
        let template = report.findings.swap_remove(0);
        let mut state = 1_u64;
        let mut word = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            format!("{state:016x}")
        };
        let finding = || {
            let mut finding = template.clone();
            let step = finding.route[2].clone();
            finding.message = format!("`{}` is queried once per element of `{}`. {}", word(), word(), word());
            finding.route = (0..steps)
                .map(|_| {
                    let mut step = step.clone();
                    step.place.file = format!("services/{}/{}/{}.py", word(), word(), word()).into();
                    step.label = format!("calls `{}.{}`", word(), word());
                    step
                })
                .collect();
            finding
        };
        report.findings = std::iter::repeat_with(finding).take(count).collect();
        let input = Input { report: &report, pages: &pages, sources: &crate::example::Texts, version: "1" };
        let plain = fitting(input, HUNDREDTH).expect("written");
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(plain.as_bytes()).expect("memory");
        let log: Value = serde_json::from_str(&plain).expect("json");
        let results = log["runs"][0]["results"].as_array().expect("results");
        let flow =
            |result: &Value| result["codeFlows"][0]["threadFlows"][0]["locations"].as_array().map(Vec::len);
        let longest = results.iter().filter_map(flow).max().unwrap_or(0);
        (results.len(), longest, encoder.finish().expect("memory").len())
    }

    #[test]
    fn the_worst_case_fits_into_what_github_takes() {
        assert_eq!((GITHUB.results, GITHUB.kept), (25_000, 5_000));
        for (count, steps, results, whole) in [
            (40, 4, 40, true),
            (40, 24, 40, false),
            (50, 200, 50, false),
            (250, 24, 50, false),
            (251, 4, 50, true),
            (1_000, 24, 50, false),
        ] {
            let (left, longest, compressed) = written(count, steps);
            let seen =
                format!("{count} findings of {steps} steps: {left}, {longest} steps, {compressed} bytes");
            assert!(compressed < 100_000, "{seen}");
            assert_eq!((left, longest == steps), (results, whole), "{seen}");
            assert!(longest >= 2, "{seen}");
        }
    }
}
