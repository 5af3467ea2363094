//! Findings for a person, a line each.

use crate::text::summary;
use crate::{Input, ReportError, TextStyle, clean, split_title};
use std::io::Write;

/// Writes a line per finding: place, level, rule, sentence, cost.
pub fn concise(out: &mut dyn Write, input: Input<'_>, style: TextStyle) -> Result<(), ReportError> {
    for finding in input.report.live() {
        let place = &finding.primary;
        let (title, _) = split_title(&finding.message);
        writeln!(
            out,
            "{}:{}:{}: {}[{}] {} ({})",
            clean::line(&place.file),
            place.line,
            place.column,
            finding.level.name(),
            finding.rule,
            clean::line(title),
            clean::line(&finding.cost)
        )?;
    }
    if !style.quiet {
        write!(out, "{}", summary::summary(input.report, style.elapsed))?;
    }
    Ok(())
}
