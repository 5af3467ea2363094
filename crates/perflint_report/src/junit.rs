//! Test reports in the format that JUnit started: a suite per file, a failed case per finding.
//!
//! There is no official schema; readers agree on the elements and attributes used here. XML 1.0 cannot hold most control
//! characters, not even escaped, so they are made visible as everywhere else.

use crate::{Input, ReportError, clean, split_title};
use perflint_rules::Finding;
use std::io::Write;

/// Writes the report as test results.
pub fn junit(out: &mut dyn Write, input: Input<'_>) -> Result<(), ReportError> {
    let live: Vec<&Finding> = input.report.live().collect();
    let count = live.len();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"perflint\" tests=\"{}\" failures=\"{count}\" errors=\"0\">",
        count.max(1)
    )?;
    if live.is_empty() {
        // Readers take a report without a test for a run that did not happen.
        writeln!(out, "  <testsuite name=\"perflint\" tests=\"1\" failures=\"0\" errors=\"0\">")?;
        writeln!(out, "    <testcase name=\"no findings\" classname=\"perflint\"/>\n  </testsuite>")?;
    }
    for of_file in live.chunk_by(|a, b| a.primary.file == b.primary.file) {
        let (file, count) = (escaped(&of_file[0].primary.file), of_file.len());
        writeln!(out, "  <testsuite name=\"{file}\" tests=\"{count}\" failures=\"{count}\" errors=\"0\">")?;
        for finding in of_file {
            case(out, finding, &file)?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")?;
    Ok(())
}

fn case(out: &mut dyn Write, finding: &Finding, file: &str) -> Result<(), ReportError> {
    let (title, rest) = split_title(&finding.message);
    let line = finding.primary.line;
    writeln!(
        out,
        "    <testcase name=\"{} at line {line}\" classname=\"{file}\" file=\"{file}\" line=\"{line}\">",
        escaped(&finding.rule)
    )?;
    writeln!(out, "      <failure type=\"{}\" message=\"{}\">", finding.level.name(), escaped(title))?;
    if !rest.is_empty() {
        writeln!(out, "{}", escaped(rest))?;
    }
    writeln!(out, "cost: {}", escaped(&finding.cost))?;
    for step in &finding.route {
        let place = format!("{}:{}", step.place.file, step.place.line);
        writeln!(out, "{} {} {}", step.kind.name(), escaped(&place), escaped(&step.label))?;
    }
    if let Some(fix) = &finding.fix {
        writeln!(out, "fix: {} ({}:{})", escaped(&fix.advice), escaped(&fix.place.file), fix.place.line)?;
    }
    writeln!(out, "      </failure>\n    </testcase>")?;
    Ok(())
}

/// Text for an element or a quoted attribute.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in clean::line(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}
