//! Annotations of GitHub Actions: workflow commands on standard output.
//!
//! A line that starts with `::` is a command, and a line end ends it. What comes from the repository therefore holds
//! neither: the runner's own escapes are used, after hidden characters were made visible.

use crate::{Input, ReportError, clean, split_title};
use perflint_rules::{Finding, Level};
use std::io::Write;

/// Writes an annotation per finding, the worst first: GitHub shows ten of each level.
pub fn github(out: &mut dyn Write, input: Input<'_>) -> Result<(), ReportError> {
    let mut live: Vec<&Finding> = input.report.live().collect();
    live.sort_by_key(|finding| std::cmp::Reverse((finding.level, finding.confidence)));
    for finding in live {
        let command = match finding.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "notice",
        };
        let (title, rest) = split_title(&finding.message);
        let mut message = format!("{title}.\nCost: {}.", finding.cost);
        if !rest.is_empty() {
            message.push_str(&format!("\n{rest}"));
        }
        for step in &finding.route {
            let place = &step.place;
            message.push_str(&format!(
                "\n  {} {}:{} {}",
                step.kind.name(),
                place.file,
                place.line,
                step.label
            ));
        }
        if let Some(fix) = &finding.fix {
            message.push_str(&format!("\nFix at {}:{}: {}", fix.place.file, fix.place.line, fix.advice));
        }
        let place = &finding.primary;
        writeln!(
            out,
            "::{command} file={},line={},endLine={},col={},endColumn={},title={}::{}",
            property(&place.file),
            place.line,
            place.end_line,
            place.column,
            place.end_column,
            property(&format!("perflint: {}", finding.rule)),
            data(&message)
        )?;
    }
    Ok(())
}

/// The text after `::`.
fn data(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(|line| clean::line(line).replace('%', "%25")).collect();
    lines.join("%0A")
}

/// A value before it. A path has to stay what it is, so line ends are escaped and not replaced.
fn property(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in clean::redact(text).chars() {
        match c {
            '%' => out.push_str("%25"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            ':' => out.push_str("%3A"),
            ',' => out.push_str("%2C"),
            c if clean::is_hidden(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{data, github, property};
    use crate::example::with_input;

    #[test]
    fn nothing_quoted_becomes_a_command() {
        assert_eq!(
            data("a\r::stop-commands::x\n::error::y%0A"),
            "a\\u{d}::stop-commands::x%0A::error::y%250A"
        );
        assert_eq!(property("a,b:c%\r\n::"), "a%2Cb%3Ac%25%0D%0A%3A%3A");
        let mut out = Vec::new();
        with_input(|input| github(&mut out, input)).expect("written");
        let text = String::from_utf8(out).expect("utf-8");
        assert_eq!(text.lines().count(), 1, "{text}");
        let start = "::warning file=shop/views.py,line=3,endLine=3,col=5,endColumn=24,title=perflint%3A n-plus-one-lazy-load::Each order";
        assert!(text.starts_with(start), "{text}");
    }
}
