//! The scan: walk, lower, link, summarise, judge.
//!
//! The façade that everything outside uses: [`scan`] takes [`Options`] and gives a [`Scan`], whose report is a function of
//! the tree and the options alone. Threads appear and disappear in here; what they produce is sorted before anything is
//! decided from it. Nothing is printed, and an unreadable file is an entry of the report, not an error.
//!
//! The analysis sees spans only, so that no source text is kept while it runs. Lines, columns and suppressing comments
//! are looked up afterwards, and only in the files that have findings. Keeping every text in memory was rejected: it
//! doubles the memory of a scan to save the reading of a few files.

mod analyse;
mod collect;
mod lines;
mod profile;
mod root;
mod route;
mod sources;
mod suppress;

pub use perflint_walk::WalkError;
pub use sources::DiskSources;

use perflint_rules::{Confidence, Pages, Report};
use std::io;
use std::path::PathBuf;

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
    /// Tell what each entry point costs, in [`Report::entries`].
    pub entries: bool,
    /// A folder of models to use in place of the builtin ones.
    pub models: Option<PathBuf>,
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
            models: None,
        }
    }
}

impl Options {
    /// How many threads to use.
    pub(crate) fn threads(&self) -> usize {
        self.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).max(1)
    }
}

/// Told how far a scan is, from any thread.
pub trait Progress: Sync {
    /// So many files have been read.
    fn files(&self, seen: usize) {
        let _ = seen;
    }

    /// A phase begins.
    fn phase(&self, name: &'static str) {
        let _ = name;
    }
}

/// Reports no progress.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quiet;

impl Progress for Quiet {}

/// The result of a scan.
#[derive(Debug)]
pub struct Scan {
    /// Findings and coverage; paths are relative to [`Scan::root`].
    pub report: Report,
    /// The repository: the nearest folder upwards with a `.git`, else the folder that was scanned.
    pub root: PathBuf,
    /// Reads the report's files again.
    pub sources: DiskSources,
}

/// Why nothing could be scanned.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// A root or a glob is wrong, or no thread can be started.
    #[error(transparent)]
    Walk(#[from] WalkError),
    /// A model file cannot be used.
    #[error(transparent)]
    Model(#[from] perflint_models::ModelError),
    /// A rule page cannot be used.
    #[error(transparent)]
    Page(#[from] perflint_rules::PageError),
    /// The folder of the roots cannot be resolved.
    #[error("cannot read {}", path.display())]
    Root {
        /// The root as the user named it.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// The pages of all rules.
///
/// # Errors
/// A page that cannot be used.
pub fn rules() -> Result<Pages, ScanError> {
    Ok(Pages::builtin()?)
}

/// Scans the roots.
pub fn scan(options: &Options, progress: &dyn Progress) -> Result<Scan, ScanError> {
    let root = root::repository(&options.roots)?;
    progress.phase("reading");
    let collect::Collected { files, configs, comments, mut coverage } =
        collect::collect(&root, options, progress)?;
    progress.phase("analysing");
    let models = match &options.models {
        Some(folder) => perflint_models::folder(folder)?,
        None => perflint_models::builtin()?,
    };
    let pages = rules()?;
    let analysis = analyse::analyse(files, &configs, &models, &pages, options.entries);
    coverage.calls = analysis.calls;
    coverage.holes = analysis.holes;
    coverage.widened = analysis.widened;
    coverage.partial = root::is_part(&options.roots, &root);
    progress.phase("reporting");
    let sources = DiskSources::new(root.clone(), options.max_file_size);
    coverage.unused_suppressions = suppress::unused(&comments, &analysis.findings, &sources);
    let (mut findings, held_back) = profile::apply(analysis.findings, &pages, options);
    lines::complete(&mut findings, &sources);
    route::tidy(&mut findings);
    let mut entries = analysis.entries;
    lines::complete_entries(&mut entries, &sources);
    suppress::apply(&mut findings, &sources);
    findings.sort_by(|a, b| (&a.primary, &a.rule, &a.message).cmp(&(&b.primary, &b.rule, &b.message)));
    Ok(Scan { report: Report { findings, entries, held_back, coverage }, root, sources })
}
