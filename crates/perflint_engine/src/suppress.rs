//! Suppressing comments: `perflint: ignore[rule] until=2027-01-31 reason`, in the comment syntax of any language.
//!
//! What suppresses a finding is looked for in the lines around it. Comments are collected while files are read too, so
//! that those which suppress nothing can be told: a comment without a finding hides the next one that comes. A comment
//! that has expired, or lacks what the configuration asks of it, is void: it suppresses nothing, and that is told as well.

use crate::lines::{Indices, LineIndex};
use jiff::civil::Date;
use perflint_ir::Role;
use perflint_rules::{Finding, Place, Sources, UnusedSuppression, VoidSuppression};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What opens a comment in some language; of two with the same end, the longer is first.
const OPENERS: &[&str] = &["<!--", "#", "//", "--", "/*", "*"];

/// What closes one.
const CLOSERS: &[&str] = &["*/}", "*/", "-->", "#}", "%}", "%>"];

/// What every suppressing comment begins with.
const MARK: &[u8] = b"perflint:";

/// How many comment lines above a finding are looked through.
const MAX_LINES_ABOVE: u32 = 20;

/// A comment that suppresses findings.
#[derive(Debug, PartialEq, Eq)]
struct Suppression<'a> {
    /// The rules that it names; `None` for all.
    rules: Option<Vec<&'a str>>,
    reason: &'a str,
    /// The last day on which it counts, as it is written.
    until: Option<&'a str>,
    /// Whether the comment has its line for itself.
    alone: bool,
}

/// What a comment has to be to suppress anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Policy {
    /// No comment counts.
    pub(crate) off: bool,
    /// The day on which it has to count still.
    pub(crate) today: Option<Date>,
    /// It has to give a reason.
    pub(crate) require_reason: bool,
    /// It has to expire.
    pub(crate) require_expiry: bool,
}

impl Policy {
    /// Why a comment does not count, if it does not.
    fn objection(&self, found: &Suppression<'_>) -> Option<String> {
        match found.until.map(|until| (until, until.parse::<Date>())) {
            Some((until, Err(_))) => Some(format!("`{until}` is no date of the form 2027-01-31")),
            Some((_, Ok(until))) if self.today.is_some_and(|today| today > until) => {
                Some(format!("expired on {until}"))
            }
            None if self.require_expiry => Some("does not say until when".to_owned()),
            _ if self.require_reason && found.reason.is_empty() => Some("gives no reason".to_owned()),
            _ => None,
        }
    }
}

/// A suppressing comment of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Comment {
    line: u32,
    /// The rules that it names; `None` for all.
    rules: Option<Vec<String>>,
    /// Why it does not count.
    void: Option<String>,
}

/// The suppressing comments of files.
pub(crate) type Comments = BTreeMap<Arc<str>, Vec<Comment>>;

/// The suppressing comments of a text. Nearly every text has none, which is decided by one search.
pub(crate) fn comments(text: &str, policy: &Policy) -> Vec<Comment> {
    if memchr::memmem::find(text.as_bytes(), MARK).is_none() {
        return Vec::new();
    }
    let owned = |rules: Vec<&str>| rules.into_iter().map(str::to_owned).collect();
    (1..)
        .zip(text.lines())
        .filter_map(|(line, text)| {
            let found = parse(text)?;
            let void = policy.objection(&found);
            Some(Comment { line, rules: found.rules.map(owned), void })
        })
        .collect()
}

/// Whether comments of a file count: code that nobody here writes is not judged.
pub(crate) fn counts(role: Role) -> bool {
    !matches!(role, Role::Generated | Role::Vendored | Role::Minified)
}

/// The comments that do not count.
pub(crate) fn void(comments: &Comments) -> Vec<VoidSuppression> {
    let all =
        comments.iter().flat_map(|(file, comments)| comments.iter().map(move |comment| (file, comment)));
    all.filter_map(|(file, comment)| {
        let why = comment.void.clone()?;
        Some(VoidSuppression { file: Arc::clone(file), line: comment.line, why })
    })
    .collect()
}

/// The comments that suppress none of the findings, be they shown or not. Places of the findings know their bytes only.
pub(crate) fn unused(
    comments: &Comments,
    findings: &[Finding],
    sources: &dyn Sources,
    policy: &Policy,
) -> Vec<UnusedSuppression> {
    let mut indices = Indices::default();
    let mut used: FxHashMap<(Arc<str>, u32), FxHashSet<&str>> = FxHashMap::default();
    for finding in findings.iter().filter(|finding| comments.contains_key(&finding.primary.file)) {
        let Place { file, start, .. } = &finding.primary;
        let Some(index) = indices.of(file, sources) else { continue };
        if let Some((line, _)) = suppression(index, index.position(*start).0, &finding.rule, policy) {
            used.entry((Arc::clone(file), line)).or_default().insert(&finding.rule);
        }
    }
    let mut unused = Vec::new();
    for (file, comments) in comments {
        for Comment { line, rules, .. } in comments.iter().filter(|comment| comment.void.is_none()) {
            let used = used.get(&(Arc::clone(file), *line));
            let idle = |rule: &&String| used.is_none_or(|used| !used.contains(rule.as_str()));
            let idle: Option<Vec<String>> =
                rules.as_ref().map(|rules| rules.iter().filter(idle).cloned().collect());
            if idle.as_ref().map_or(used.is_none(), |idle| !idle.is_empty()) {
                let (file, rules) = (Arc::clone(file), idle.unwrap_or_default());
                unused.push(UnusedSuppression { file, line: *line, rules });
            }
        }
    }
    unused
}

/// Marks the findings that a comment suppresses.
pub(crate) fn apply(findings: &mut [Finding], sources: &dyn Sources, policy: &Policy) {
    if policy.off {
        return;
    }
    let mut indices = Indices::default();
    for finding in findings {
        if let Some(index) = indices.of(&finding.primary.file, sources) {
            let found = suppression(index, finding.primary.line, &finding.rule, policy);
            finding.suppressed = found.map(|(_, found)| found.reason.to_owned());
        }
    }
}

/// The comment on a line, or one that stands alone above it, that names the rule, with its own line.
fn suppression<'a>(
    index: &'a LineIndex,
    line: u32,
    rule: &str,
    policy: &Policy,
) -> Option<(u32, Suppression<'a>)> {
    let names = |found: &Suppression<'_>| {
        found.rules.as_ref().is_none_or(|rules| rules.contains(&rule)) && policy.objection(found).is_none()
    };
    let here = parse(index.line(line)).filter(names);
    let above = || {
        (1..line)
            .rev()
            .take(MAX_LINES_ABOVE as usize)
            .map(|above| (above, index.line(above)))
            .take_while(|(_, text)| text.trim().is_empty() || is_comment(text))
            .find_map(|(above, text)| {
                parse(text).filter(|found| found.alone && names(found)).map(|found| (above, found))
            })
    };
    here.map(|found| (line, found)).or_else(above)
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start().trim_start_matches('{');
    OPENERS.iter().any(|opener| line.starts_with(opener))
}

fn parse(line: &str) -> Option<Suppression<'_>> {
    let at = memchr::memmem::find(line.as_bytes(), MARK)?;
    let before = line[..at].trim_end();
    let opener = OPENERS.iter().find(|opener| before.ends_with(**opener))?;
    let code = before[..before.len() - opener.len()].trim_end_matches(['/', '*', '#', '!', '{']);
    let rest = line[at + MARK.len()..].trim_start().strip_prefix("ignore")?;
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
    let (reason, until) = options(reason.trim_start_matches([':', '-']).trim());
    Some(Suppression { rules, reason, until, alone: code.trim().is_empty() })
}

/// The reason and the last day of `until=2027-01-31 reason="..."`, in any order; a reason needs neither name nor quotes.
fn options(mut text: &str) -> (&str, Option<&str>) {
    let mut until = None;
    while let Some(rest) = text.strip_prefix("until=") {
        let (date, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        until = Some(date.trim_end_matches([',', ':', ';']));
        text = rest.trim_start().trim_start_matches(['-', ':']).trim_start();
    }
    let text = match text.strip_prefix("reason=") {
        Some(rest) => {
            let quoted = rest.strip_prefix('"').and_then(|rest| rest.split_once('"'));
            let (reason, after) = quoted.unwrap_or((rest, ""));
            if let Some(date) = after.trim().strip_prefix("until=") {
                until = date.split_whitespace().next();
            }
            reason
        }
        None => text,
    };
    match text.rsplit_once(char::is_whitespace) {
        Some((reason, last)) if until.is_none() && last.starts_with("until=") => {
            (reason.trim_end(), last.strip_prefix("until="))
        }
        _ => (text, until),
    }
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
        let reason = |index: &LineIndex, line, rule| {
            suppression(index, line, rule, &Policy::default()).map(|(_, found)| found.reason.to_owned())
        };
        assert_eq!(reason(&index, 4, "a"), Some("one".into()));
        assert_eq!(reason(&index, 4, "b"), None);
        assert_eq!(reason(&index, 5, "b"), Some("two".into()));
        assert_eq!(reason(&index, 6, "a"), None, "a comment after code is for its own line");
    }

    #[test]
    fn reasons_and_dates_stand_in_any_order() {
        for text in [
            "# perflint: ignore[a] until=2027-01-31 few rows",
            "# perflint: ignore[a] until=2027-01-31: few rows",
            "# perflint: ignore[a] few rows until=2027-01-31",
            "# perflint: ignore[a] reason=\"few rows\" until=2027-01-31",
            "# perflint: ignore[a] until=2027-01-31 reason=\"few rows\"",
            "/* perflint: ignore[a] until=2027-01-31 - few rows */",
        ] {
            let found = parse(text).expect(text);
            assert_eq!((found.reason, found.until), ("few rows", Some("2027-01-31")), "{text}");
        }
    }

    #[test]
    fn what_has_expired_or_lacks_something_is_void() {
        let day = |text: &str| text.parse::<Date>().ok();
        let policy = Policy { today: day("2026-06-01"), ..Policy::default() };
        let strict = Policy { require_reason: true, require_expiry: true, ..policy };
        for (text, policy, why) in [
            ("# perflint: ignore[a] until=2026-06-01 x", policy, None),
            ("# perflint: ignore[a] until=2026-05-31 x", policy, Some("expired on 2026-05-31")),
            ("# perflint: ignore[a] until=soon x", policy, Some("`soon` is no date")),
            ("# perflint: ignore[a] until=2026-02-30 x", policy, Some("`2026-02-30` is no date")),
            ("# perflint: ignore[a]", policy, None),
            ("# perflint: ignore[a] x", strict, Some("until when")),
            ("# perflint: ignore[a] until=2027-01-01", strict, Some("no reason")),
        ] {
            let comments = comments(text, &policy);
            let void = comments[0].void.as_deref();
            assert_eq!(void.is_some(), why.is_some(), "{text}: {void:?}");
            assert!(why.is_none_or(|why| void.is_some_and(|void| void.contains(why))), "{text}: {void:?}");
        }
    }
}
