//! Suppressing comments: `perflint: ignore[rule] reason`, in the comment syntax of any language.
//!
//! They are looked for in the lines of findings only, never in the whole tree: a comment that suppresses nothing costs
//! nothing.

use crate::lines::{Indices, LineIndex};
use perflint_rules::{Finding, Sources};

/// What opens a comment in some language; of two with the same end, the longer is first.
const OPENERS: &[&str] = &["<!--", "#", "//", "--", "/*", "*"];

/// What closes one.
const CLOSERS: &[&str] = &["*/}", "*/", "-->", "#}", "%}"];

/// How many comment lines above a finding are looked through.
const MAX_LINES_ABOVE: u32 = 20;

/// A comment that suppresses findings.
#[derive(Debug, PartialEq, Eq)]
struct Suppression<'a> {
    /// The rules that it names; `None` for all.
    rules: Option<Vec<&'a str>>,
    reason: &'a str,
    /// Whether the comment has its line for itself.
    alone: bool,
}

/// Marks the findings that a comment suppresses.
pub(crate) fn apply(findings: &mut [Finding], sources: &dyn Sources) {
    let mut indices = Indices::default();
    for finding in findings {
        if let Some(index) = indices.of(&finding.primary.file, sources) {
            finding.suppressed = reason(index, finding.primary.line, &finding.rule);
        }
    }
}

/// The reason of the comment on a line, or of one that stands alone above it, that names the rule.
fn reason(index: &LineIndex, line: u32, rule: &str) -> Option<String> {
    let names = |found: &Suppression<'_>| found.rules.as_ref().is_none_or(|rules| rules.contains(&rule));
    let here = parse(index.line(line)).filter(names);
    let above = || {
        (1..line)
            .rev()
            .take(MAX_LINES_ABOVE as usize)
            .map(|above| index.line(above))
            .take_while(|text| text.trim().is_empty() || is_comment(text))
            .find_map(|text| parse(text).filter(|found| found.alone && names(found)))
    };
    here.or_else(above).map(|found| found.reason.to_owned())
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start().trim_start_matches('{');
    OPENERS.iter().any(|opener| line.starts_with(opener))
}

fn parse(line: &str) -> Option<Suppression<'_>> {
    let at = memchr::memmem::find(line.as_bytes(), b"perflint:")?;
    let before = line[..at].trim_end();
    let opener = OPENERS.iter().find(|opener| before.ends_with(**opener))?;
    let code = before[..before.len() - opener.len()].trim_end_matches(['/', '*', '#', '!', '{']);
    let rest = line[at + "perflint:".len()..].trim_start().strip_prefix("ignore")?;
    let (rules, rest) = match rest.strip_prefix('[') {
        Some(list) => {
            let (list, rest) = list.split_once(']')?;
            (Some(list.split(',').map(str::trim).collect()), rest)
        }
        None if rest.starts_with(|c: char| c.is_alphanumeric() || c == '-' || c == '_') => return None,
        None => (None, rest),
    };
    let mut reason = rest.trim();
    for closer in CLOSERS {
        reason = reason.strip_suffix(closer).unwrap_or(reason).trim_end();
    }
    let reason = reason.trim_start_matches([':', '-']).trim();
    Some(Suppression { rules, reason, alone: code.trim().is_empty() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_the_comments_of_many_languages() {
        for (line, expected) in [
            ("x()  # perflint: ignore", Some((None, "", false))),
            (
                "    # perflint: ignore[n-plus-one-query] at most 3",
                Some((Some(vec!["n-plus-one-query"]), "at most 3", true)),
            ),
            ("x(); // perflint: ignore[a, b]: small", Some((Some(vec!["a", "b"]), "small", false))),
            ("-- perflint:ignore why", Some((None, "why", true))),
            ("{# perflint: ignore[a] why #}", Some((Some(vec!["a"]), "why", true))),
            ("<!-- perflint: ignore[a] why -->", Some((Some(vec!["a"]), "why", true))),
            ("  {/* perflint: ignore why */}", Some((None, "why", true))),
            ("x = 'perflint: ignore'", None),
            ("# perflint: ignored", None),
            ("# perflint: ignore[a", None),
        ] {
            let found = parse(line).map(|found| (found.rules, found.reason, found.alone));
            assert_eq!(found, expected, "{line}");
        }
    }

    #[test]
    fn applies_to_its_line_or_to_the_next_line_of_code() {
        let text = "# perflint: ignore[a] one\n# more\n\nx()\ny()  # perflint: ignore two\nz()\n";
        let index = LineIndex::new(text.into());
        assert_eq!(reason(&index, 4, "a"), Some("one".into()));
        assert_eq!(reason(&index, 4, "b"), None);
        assert_eq!(reason(&index, 5, "b"), Some("two".into()));
        assert_eq!(reason(&index, 6, "a"), None, "a comment after code is for its own line");
    }
}
