//! Findings: what is wrong, where, how sure, how bad, how to fix it.

use std::collections::BTreeMap;
use std::sync::Arc;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth knowing.
    Note,
    /// Costs grow with data.
    Warning,
    /// Will take a service down.
    Error,
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A guess; shown with `--pedantic`.
    Low,
    /// One link of the chain is inferred.
    Medium,
    /// Every link of the chain was resolved.
    High,
}

/// Where the code runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Context {
    /// Reached from a route, resolver, page or socket handler: a user waits.
    Request,
    /// Reached from a background job or consumer.
    Job,
    /// Reached from a command-line command, or in a script.
    Script,
    /// In a test.
    Test,
    /// In a migration.
    Migration,
    /// In the user's browser.
    Client,
    /// Library code of the application whose callers are not known.
    Library,
}

/// A place in a file of the repository. Lines and columns count from 1; columns are UTF-16 code units, as SARIF wants.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Path relative to the repository root, forward slashes.
    pub file: Arc<str>,
    /// First line.
    pub line: u32,
    /// First column.
    pub column: u32,
    /// Last line; the primary place of a finding has one line.
    pub end_line: u32,
    /// One past the last column.
    pub end_column: u32,
    /// Byte offset of the first byte, in the decoded text.
    pub start: u32,
    /// Byte offset past the last byte.
    pub end: u32,
}

/// What a step of a route is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StepKind {
    /// An entry point: a route, job or command.
    Entry,
    /// Where the rows come from, and where eager loading would be added.
    Source,
    /// A loop, or something that iterates.
    Loop,
    /// A call.
    Call,
    /// The query, request or blocking call itself.
    Effect,
}

/// A step of the route from an entry point or loop to the effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it is.
    pub kind: StepKind,
    /// Where it is.
    pub place: Place,
    /// What happens there, in a few words: `for order in orders`, `calls to_dict`, `reads order.customer`.
    pub label: String,
}

/// The edit that removes the cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// Where to edit.
    pub place: Place,
    /// What to do there, as an imperative sentence that contains the code to add.
    pub advice: String,
}

/// One problem, however many sites it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id.
    pub rule: Arc<str>,
    /// How bad.
    pub level: Level,
    /// How sure.
    pub confidence: Confidence,
    /// Where the code runs.
    pub context: Context,
    /// What is wrong. The first sentence stands alone as a title.
    pub message: String,
    /// Where the fix goes or the loop is. Always one line.
    pub primary: Place,
    /// The route: loop, calls, query, across files, in order.
    pub route: Vec<Step>,
    /// The cost as a formula: `1 + |orders| queries`.
    pub cost: String,
    /// The edit.
    pub fix: Option<Fix>,
    /// Further places of the same cause.
    pub also: Vec<Place>,
    /// The reason of the comment that suppresses it, if one does; an empty reason is a suppression too.
    pub suppressed: Option<String>,
}

/// What a scan read, and what it could not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Only a part of the repository was asked for: what its other files say is not known.
    pub partial: bool,
    /// Files that were lowered.
    pub files: usize,
    /// Their lines.
    pub lines: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Files by language.
    pub languages: BTreeMap<&'static str, usize>,
    /// Files that were seen and not read, by reason.
    pub skipped: BTreeMap<&'static str, usize>,
    /// Those of a known language that are larger than the limit.
    pub too_large: Vec<String>,
    /// Files or directories that could not be read because of an error, with the reason: under `--strict` a failure.
    pub unreadable: Vec<(String, String)>,
    /// Gaps: (language, what) and in how many places.
    pub gaps: BTreeMap<(&'static str, &'static str), usize>,
    /// Files with a gap, at most 100, in order.
    pub gap_files: Vec<(Arc<str>, &'static str)>,
    /// Comments that suppress nothing, in order.
    pub unused_suppressions: Vec<UnusedSuppression>,
    /// Comments that no longer suppress, or never did, in order.
    pub void_suppressions: Vec<VoidSuppression>,
    /// Budgets that no entry point falls under, in order.
    pub unmatched_budgets: Vec<String>,
    /// Calls seen.
    pub calls: usize,
    /// Calls whose target is neither in the repository nor in a model: holes.
    pub holes: usize,
    /// Functions whose analysis was cut by a cap.
    pub widened: usize,
}

/// A comment that suppresses nothing, or rules in it that do not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnusedSuppression {
    /// The file.
    pub file: Arc<str>,
    /// The comment's line.
    pub line: u32,
    /// The rules that it names and that have no finding there; none if it names no rule.
    pub rules: Vec<String>,
}

/// A comment that would suppress a finding and does not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct VoidSuppression {
    /// The file.
    pub file: Arc<str>,
    /// The comment's line.
    pub line: u32,
    /// Why it does not count: `expired on 2026-01-31`, `gives no reason`.
    pub why: String,
}

/// What a finding is known by across changes of the code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tracking {
    /// A name that stays while the finding keeps its file, function and sentence; unique in a report.
    pub id: String,
    /// Whether it was there before: at the revision or in the baseline that was compared with. `None` if there was none.
    pub known: Option<bool>,
}

/// The result of a scan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Findings, sorted by file, line, rule.
    pub findings: Vec<Finding>,
    /// What each of the findings is known by, in their order; empty if nothing was asked about it.
    pub tracking: Vec<Tracking>,
    /// Entry points with their costs, sorted by place; empty unless they were asked for.
    pub entries: Vec<crate::EntryCost>,
    /// The names of all entities, sorted; empty unless entry points were asked for.
    pub entities: Vec<String>,
    /// Findings that the profile or a flag holds back, by rule.
    pub held_back: BTreeMap<Arc<str>, usize>,
    /// What was read.
    pub coverage: Coverage,
}

/// Gives the text of scanned files, for excerpts and fingerprints.
pub trait Sources {
    /// The decoded text of a file of the report, by the path used in [`Place`]; `None` if it can no longer be read.
    fn text(&self, file: &str) -> Option<Arc<str>>;
}

impl Report {
    /// The findings that somebody has to look at: neither suppressed nor there before.
    pub fn live(&self) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .enumerate()
            .filter(|(at, finding)| finding.suppressed.is_none() && !self.is_known(*at))
            .map(|(_, finding)| finding)
    }

    /// Whether the finding at an index was there before.
    pub fn is_known(&self, at: usize) -> bool {
        self.tracking.get(at).is_some_and(|tracking| tracking.known == Some(true))
    }

    /// How many findings that are not suppressed were there before.
    pub fn known(&self) -> usize {
        (0..self.findings.len())
            .filter(|at| self.is_known(*at) && self.findings[*at].suppressed.is_none())
            .count()
    }
}

impl Level {
    /// SARIF's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Confidence {
    /// The name used in options and output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl Context {
    /// The name used in output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Job => "job",
            Self::Script => "script",
            Self::Test => "test",
            Self::Migration => "migration",
            Self::Client => "client",
            Self::Library => "library",
        }
    }
}

impl Place {
    /// A place that only knows its bytes. The engine fills in lines and columns, which need the file's text.
    pub fn bytes(file: Arc<str>, start: u32, end: u32) -> Self {
        Self { file, line: 0, column: 0, end_line: 0, end_column: 0, start, end }
    }
}

impl Finding {
    /// The first sentence of its message, without the full stop.
    pub fn headline(&self) -> &str {
        let first = self.message.split_once(". ").map_or(self.message.as_str(), |(first, _)| first);
        first.trim_end_matches('.')
    }

    /// Every place that the finding names, the primary one first.
    pub fn places_mut(&mut self) -> impl Iterator<Item = &mut Place> {
        std::iter::once(&mut self.primary)
            .chain(self.route.iter_mut().map(|step| &mut step.place))
            .chain(self.fix.iter_mut().map(|fix| &mut fix.place))
            .chain(self.also.iter_mut())
    }
}

impl StepKind {
    /// The name used in output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Source => "source",
            Self::Loop => "loop",
            Self::Call => "call",
            Self::Effect => "effect",
        }
    }
}
