//! What a scan is asked to do.

use crate::suppress::Policy;
use jiff::civil::Date;
use perflint_baseline::Baseline;
use perflint_config::{Limit, Local, PathSettings, RuleSettings, Suppressions};
use perflint_rules::Confidence;
use perflint_schema::Dialect;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What a scan is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// The commit at which HEAD and this revision parted.
    Revision(String),
    /// HEAD, and only what git tracks counts: what committing it adds.
    Commit {
        /// The index of the commit, if it is not the usual one: git makes another for `git commit PATH`.
        index: Option<PathBuf>,
    },
    /// The tree before this patch.
    Patch(Vec<u8>),
}

/// Settings of paths below a folder.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scope {
    /// The folder, relative to the root, with a slash at the end; empty for the root.
    pub folder: String,
    /// The settings, later ones first in rank.
    pub paths: Vec<PathSettings>,
}

/// The most threads that read and lower: each has a stack for what nests deepest.
pub const MAX_JOBS: usize = 256;

/// What to scan and what to report.
#[derive(Clone, Debug)]
pub struct Options {
    /// Files and folders to scan.
    pub roots: Vec<PathBuf>,
    /// Globs in the syntax of `.gitignore`, relative to the repository: only what matches is read.
    pub include: Vec<String>,
    /// Globs in the same syntax: what matches is not read.
    pub exclude: Vec<String>,
    /// Rules to report, by id or category; empty for all.
    pub select: Vec<String>,
    /// Rules not to report, by id or category.
    pub ignore: Vec<String>,
    /// Least confidence to report, instead of each rule's own.
    pub min_confidence: Option<Confidence>,
    /// Report what the default profile holds back.
    pub pedantic: bool,
    /// Read and judge test code too.
    pub include_tests: bool,
    /// Threads; by default as many as there are processors.
    pub jobs: Option<usize>,
    /// Files larger than this many bytes are skipped.
    pub max_file_size: u64,
    /// Tell what each entry point costs, in [`perflint_rules::Report::entries`].
    pub entries: bool,
    /// Replay the schema, and tell which columns queries use.
    pub schema: bool,
    /// Tell what the source shows beside effects, in [`crate::Scan::evidence`].
    pub evidence: bool,
    /// A folder of models to use in place of the builtin ones.
    pub models: Option<PathBuf>,
    /// A team's own models and rules.
    pub local: Local,
    /// Settings of single rules, by id.
    pub rules: BTreeMap<String, RuleSettings>,
    /// Settings of some paths.
    pub scope: Scope,
    /// What entry points may cost, by label or pattern, then by unit.
    pub budget: BTreeMap<String, BTreeMap<String, Limit>>,
    /// The kind of database that the system runs on, where its team says so.
    pub database: Option<Dialect>,
    /// What suppressing comments have to look like.
    pub suppressions: Suppressions,
    /// No comment suppresses anything.
    pub no_suppressions: bool,
    /// The day on which suppressing comments have to count still.
    pub today: Option<Date>,
    /// Findings that are known.
    pub baseline: Option<Baseline>,
    /// What to compare with.
    pub base: Option<Base>,
    /// Takes from a sentence what must not be written down.
    pub redact: fn(&str) -> Cow<'_, str>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            roots: vec![PathBuf::from(".")],
            include: Vec::new(),
            exclude: Vec::new(),
            select: Vec::new(),
            ignore: Vec::new(),
            min_confidence: None,
            pedantic: false,
            include_tests: false,
            jobs: None,
            max_file_size: 1 << 20,
            entries: false,
            schema: false,
            evidence: false,
            models: None,
            local: Local::default(),
            rules: BTreeMap::new(),
            scope: Scope::default(),
            budget: BTreeMap::new(),
            database: None,
            suppressions: Suppressions::default(),
            no_suppressions: false,
            today: None,
            baseline: None,
            base: None,
            redact: |text| Cow::Borrowed(text),
        }
    }
}

impl Options {
    /// How many threads to use.
    pub(crate) fn threads(&self) -> usize {
        self.jobs
            .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
            .clamp(1, MAX_JOBS)
    }

    /// What a suppressing comment has to be.
    pub(crate) fn policy(&self) -> Policy {
        Policy {
            off: self.no_suppressions,
            today: self.today,
            require_reason: self.suppressions.require_reason,
            require_expiry: self.suppressions.require_expiry,
        }
    }
}
