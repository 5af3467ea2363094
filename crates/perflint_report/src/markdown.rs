//! Findings as Markdown, for comments on pull requests and job summaries.
//!
//! What comes from the repository stands in code spans or is written with character references, so that no name becomes a
//! mention, an image, a link or a table.

use crate::{Input, ReportError, clean, counted, split_title};
use perflint_rules::{Finding, Place};
use std::fmt::Write as _;
use std::io::Write;

/// A comment holds 65,536 characters; what is cut is said.
const MAX_SIZE: usize = 60_000;

/// How many steps of a route are shown.
const MAX_STEPS: usize = 12;

/// Writes the report as Markdown, the worst findings first.
pub fn markdown(out: &mut dyn Write, input: Input<'_>) -> Result<(), ReportError> {
    let report = input.report;
    let mut live: Vec<&Finding> = report.live().collect();
    live.sort_by_key(|finding| std::cmp::Reverse((finding.level, finding.confidence)));
    let new = if report.tracking.iter().any(|tracking| tracking.known.is_some()) { "new " } else { "" };
    let title = match live.len() {
        0 => format!("no {new}findings"),
        count => counted(count, &format!("{new}finding")),
    };
    let mut text = format!("### perflint: {title}\n\n");
    let mut shown = 0;
    for finding in &live {
        let one = one(finding);
        if text.len() + one.len() > MAX_SIZE {
            break;
        }
        text.push_str(&one);
        shown += 1;
    }
    if shown < live.len() {
        let _ = writeln!(text, "{} not shown: they do not fit.\n", counted(live.len() - shown, "finding"));
    }
    let known = report.known();
    if known > 0 {
        let _ = writeln!(text, "{} known from before.\n", counted(known, "finding"));
    }
    let coverage = &report.coverage;
    let _ = writeln!(
        text,
        "Read {} and {}; {} of {} not resolved.",
        counted(coverage.files, "file"),
        counted(coverage.lines, "line"),
        coverage.holes,
        counted(coverage.calls, "call")
    );
    out.write_all(text.as_bytes())?;
    Ok(())
}

fn one(finding: &Finding) -> String {
    let (title, rest) = split_title(&finding.message);
    let mut text = format!(
        "<details><summary><b>{}</b> {}: {} ({})</summary>\n\n",
        finding.level.name(),
        code_html(&location(&finding.primary)),
        prose(title),
        code_html(&finding.cost)
    );
    let _ = writeln!(
        text,
        "{} Rule {}, {} confidence.\n",
        prose(rest),
        code(&finding.rule),
        finding.confidence.name()
    );
    if let Some(fix) = &finding.fix {
        let _ = writeln!(text, "Fix at {}: {}\n", code(&location(&fix.place)), prose(&fix.advice));
    }
    if !finding.route.is_empty() {
        let steps = finding.route.iter().take(MAX_STEPS);
        for (number, step) in (1..).zip(steps) {
            let _ = writeln!(
                text,
                "{number}. {} {} {}",
                step.kind.name(),
                code(&location(&step.place)),
                prose(&step.label)
            );
        }
        let more = finding.route.len().saturating_sub(MAX_STEPS);
        if more > 0 {
            let _ = writeln!(text, "\n{} more.", counted(more, "step"));
        }
    }
    text.push_str("\n</details>\n\n");
    text
}

fn location(place: &Place) -> String {
    format!("{}:{}", place.file, place.line)
}

/// A sentence: what stands between backticks becomes code, all else is written so that nothing in it is markup.
pub(crate) fn prose(text: &str) -> String {
    let text = clean::line(text);
    let parts: Vec<&str> = text.split('`').collect();
    let mut out = String::with_capacity(text.len() + 16);
    if parts.len().is_multiple_of(2) {
        reference(&text, &mut out);
        return out;
    }
    for (index, part) in parts.iter().enumerate() {
        if index % 2 == 1 {
            out.push_str(&code(part));
        } else {
            reference(part, &mut out);
        }
    }
    out
}

fn reference(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' | '<' | '>' | '*' | '_' | '[' | ']' | '(' | ')' | '#' | '!' | '|' | '~' | '@' | '\\'
            | '`' | '$' | ':' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            c => out.push(c),
        }
    }
}

/// A code span that ends where its text does.
pub(crate) fn code(text: &str) -> String {
    let text = clean::line(text);
    if text.contains(['`', '|', '<']) || text.trim() != text || text.is_empty() {
        return code_html(&text);
    }
    format!("`{text}`")
}

/// Code inside HTML, where Markdown is not read everywhere.
pub(crate) fn code_html(text: &str) -> String {
    let mut out = String::from("<code>");
    reference(&clean::line(text), &mut out);
    out.push_str("</code>");
    out
}

#[cfg(test)]
mod tests {
    use super::{code, markdown, prose};
    use crate::example::with_input;

    #[test]
    fn nothing_quoted_is_markup() {
        assert_eq!(
            prose("see `a_b` @all [x](http://y) <b>"),
            "see `a_b` &#64;all &#91;x&#93;&#40;http&#58;//y&#41; &#60;b&#62;"
        );
        assert_eq!(prose("one ` tick"), "one &#96; tick");
        assert_eq!(code("a|b"), "<code>a&#124;b</code>");
        let mut out = Vec::new();
        with_input(|input| markdown(&mut out, input)).expect("written");
        let text = String::from_utf8(out).expect("utf-8");
        assert!(text.starts_with("### perflint: 1 finding\n"), "{text}");
        assert!(text.contains("4. effect `shop/a b.py:2` reads order.customer"), "{text}");
    }
}
