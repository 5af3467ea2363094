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
use perflint_rules::{Coverage, Finding, Report};
use results::Cut;
use serde_json::json;
use serde_sarif::sarif::{
    ArtifactLocation, Invocation, Location, Message, Notification, PhysicalLocation, Run,
    RunAutomationDetails, Sarif, Tool, ToolComponent,
};
use std::io::Write;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Above this many results GitHub rejects a file, ..
const MAX_RESULTS: usize = 25_000;

/// .. and this many are kept then, which is how many it shows.
const KEPT_RESULTS: usize = 5_000;

/// How many unreadable files become notifications.
const MAX_NOTIFICATIONS: usize = 100;

/// Writes the report as SARIF.
pub fn sarif(out: &mut dyn Write, input: Input<'_>) -> Result<(), ReportError> {
    let log = Sarif::builder().schema(SCHEMA).version(json!("2.1.0")).runs(vec![run(input)]).build();
    let text = clean::json(serde_json::to_string_pretty(&log)?);
    writeln!(out, "{text}")?;
    Ok(())
}

fn run(input: Input<'_>) -> Run {
    let report = input.report;
    let kept = most_important(report);
    let found: Vec<&Finding> = kept.iter().map(|at| &report.findings[*at]).collect();
    let rules = rules::Rules::new(input.pages, &found);
    let mut fingerprints = Fingerprints::new(input.sources);
    let mut cut = Cut { results: report.findings.len() - kept.len(), ..Cut::default() };
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

/// The indices of all findings, or of those that matter most if there are too many, in their order.
fn most_important(report: &Report) -> Vec<usize> {
    let mut order: Vec<usize> = (0..report.findings.len()).collect();
    if order.len() <= MAX_RESULTS {
        return order;
    }
    order.sort_by_key(|at| {
        let finding = &report.findings[*at];
        let quiet = finding.suppressed.is_some() || report.is_known(*at);
        (quiet, std::cmp::Reverse((finding.level, finding.confidence)), *at)
    });
    order.truncate(KEPT_RESULTS);
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
    use super::{most_important, sarif};
    use crate::example::{report, with_input};
    use perflint_rules::Level;
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
        let mut report = report();
        report.findings = vec![finding.clone(); 25_000];
        assert_eq!(most_important(&report).len(), 25_000);
        finding.level = Level::Error;
        report.findings.push(finding);
        let kept = most_important(&report);
        assert_eq!((kept.len(), kept[4_999]), (5_000, 25_000));
    }
}
