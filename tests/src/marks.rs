//! Expectations in comments.
//!
//! A mark stands in a comment at the end of a line and names rules: `# perf: n-plus-one-query`. Several marks of a line are
//! separated by semicolons, several rules by commas, and words after the last rule are a remark for the reader:
//! `// ok: n-plus-one-query, unbounded-query at most seven; miss: await-in-loop`.
//!
//! | mark | meaning |
//! | --- | --- |
//! | `perf: rule` | reported on this line |
//! | `perf(pedantic): rule` | reported on this line with `--pedantic` only |
//! | `ok: rule` | not reported on this line, although it looks like it |
//! | `miss: rule` | should be reported and is not: a known miss |
//! | `false: rule` | is reported, be it with `--pedantic`, and should not be: a known false alarm |

/// What a mark says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MarkKind {
    /// Reported.
    Perf,
    /// Reported with `--pedantic` only.
    Pedantic,
    /// Not reported.
    Ok,
    /// Not reported, wrongly.
    Miss,
    /// Reported in some profile, wrongly.
    False,
}

impl MarkKind {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "perf" => Self::Perf,
            "perf(pedantic)" => Self::Pedantic,
            "ok" => Self::Ok,
            "miss" => Self::Miss,
            "false" => Self::False,
            _ => return None,
        })
    }
}

/// An expectation about one rule on one line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// Line, from 1.
    pub line: usize,
    /// The rule's id.
    pub rule: String,
    /// What is expected.
    pub kind: MarkKind,
}

/// What begins a comment in the languages of the fixtures, longest first.
const OPENERS: &[&str] = &["<!--", "{/*", "{#", "/*", "//", "--", "#"];

/// What ends one.
const CLOSERS: &[&str] = &["-->", "*/}", "#}", "*/"];

/// The marks of a file.
pub fn marks(text: &str) -> Vec<Mark> {
    let lines = text.lines().enumerate();
    lines.flat_map(|(index, line)| marks_of_line(line, index + 1)).collect()
}

fn marks_of_line(line: &str, number: usize) -> Vec<Mark> {
    let comments = OPENERS.iter().flat_map(|opener| line.match_indices(opener));
    let mut best: Vec<Mark> = Vec::new();
    for (at, opener) in comments {
        let found = parse(&line[at + opener.len()..], number).unwrap_or_default();
        if found.len() > best.len() {
            best = found;
        }
    }
    best
}

/// The marks of a comment; `None` if it is an ordinary one, even if it begins like a mark: `ok: we have three of them`.
fn parse(comment: &str, line: usize) -> Option<Vec<Mark>> {
    let mut comment = comment.trim();
    for closer in CLOSERS {
        comment = comment.strip_suffix(closer).unwrap_or(comment).trim_end();
    }
    let mut marks = Vec::new();
    for part in comment.split(';') {
        let (name, rules) = part.split_once(':')?;
        let kind = MarkKind::of(name.trim())?;
        for rule in rules.split(',') {
            let rule = rule.split_whitespace().next().filter(|word| is_rule_id(word))?;
            marks.push(Mark { line, rule: rule.to_owned(), kind });
        }
    }
    Some(marks)
}

/// Whether a text has the form of a rule's id: words of lower-case letters, joined by hyphens. Never a single word, which
/// would read like prose after `ok:`.
pub fn is_rule_id(text: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    text.contains('-') && text.split('-').all(word)
}
