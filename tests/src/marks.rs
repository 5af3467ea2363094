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
//! | `effect: query(Order) x \|orders\|` | the line does that, as [`crate::facts`] reads it |
//! | `cost: GET /orders: queries 1 + \|orders\|` | the entry point on this line costs that |
//! | `miss(effect): ..`, `miss(cost): ..` | true of the program, and perflint does not say so yet |

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

/// What a fact is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactKind {
    /// An effect that stands on the line.
    Effect,
    /// The cost of the entry point that is declared on the line.
    Cost,
}

impl FactKind {
    /// As marks and counts spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Effect => "effect",
            Self::Cost => "cost",
        }
    }

    /// The kind of a mark, and whether it is a known miss.
    fn of(name: &str) -> Option<(Self, bool)> {
        Some(match name {
            "effect" => (Self::Effect, false),
            "miss(effect)" => (Self::Effect, true),
            "cost" => (Self::Cost, false),
            "miss(cost)" => (Self::Cost, true),
            _ => return None,
        })
    }
}

/// An expectation about what a line costs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// Line, from 1.
    pub line: usize,
    /// What it is about.
    pub kind: FactKind,
    /// What is true of the program.
    pub text: String,
    /// Known not to be found.
    pub miss: bool,
}

/// What begins a comment in the languages of the fixtures, longest first.
const OPENERS: &[&str] = &["<!--", "{/*", "{#", "/*", "//", "--", "#"];

/// What ends one.
const CLOSERS: &[&str] = &["-->", "*/}", "#}", "*/"];

/// The marks of a comment.
#[derive(Debug, Default)]
struct Comment {
    marks: Vec<Mark>,
    facts: Vec<Fact>,
}

/// The marks of a file that name rules.
pub fn marks(text: &str) -> Vec<Mark> {
    comments(text).flat_map(|comment| comment.marks).collect()
}

/// The marks of a file that state facts.
pub fn facts(text: &str) -> Vec<Fact> {
    comments(text).flat_map(|comment| comment.facts).collect()
}

fn comments(text: &str) -> impl Iterator<Item = Comment> {
    text.lines().enumerate().map(|(index, line)| comment_of_line(line, index + 1))
}

fn comment_of_line(line: &str, number: usize) -> Comment {
    let openers = OPENERS.iter().flat_map(|opener| line.match_indices(opener));
    let mut best = Comment::default();
    for (at, opener) in openers {
        let found = parse(&line[at + opener.len()..], number).unwrap_or_default();
        if found.marks.len() + found.facts.len() > best.marks.len() + best.facts.len() {
            best = found;
        }
    }
    best
}

/// The marks of a comment; `None` if it is an ordinary one, even if it begins like a mark: `ok: we have three of them`.
fn parse(comment: &str, line: usize) -> Option<Comment> {
    let mut comment = comment.trim();
    for closer in CLOSERS {
        comment = comment.strip_suffix(closer).unwrap_or(comment).trim_end();
    }
    let mut found = Comment::default();
    for part in comment.split(';') {
        let (name, said) = part.split_once(':')?;
        if let Some((kind, miss)) = FactKind::of(name.trim()) {
            found.facts.push(Fact { line, kind, text: said.trim().to_owned(), miss });
            continue;
        }
        let kind = MarkKind::of(name.trim())?;
        for rule in said.split(',') {
            let rule = rule.split_whitespace().next().filter(|word| is_rule_id(word))?;
            found.marks.push(Mark { line, rule: rule.to_owned(), kind });
        }
    }
    Some(found)
}

/// Whether a text has the form of a rule's id: words of lower-case letters, joined by hyphens. Never a single word, which
/// would read like prose after `ok:`.
pub fn is_rule_id(text: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    text.contains('-') && text.split('-').all(word)
}
