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
mod before;
mod budget;
mod collect;
mod finish;
mod lines;
mod options;
mod profile;
mod root;
mod route;
mod schema;
mod sources;
mod suppress;
mod symbol;

pub use options::{Base, MAX_JOBS, Options, Scope};
pub use perflint_walk::WalkError;
pub use root::repository;
pub use schema::{SchemaScan, schema};
pub use sources::DiskSources;

use finish::{Finished, finish};
use perflint_baseline::{Identity, Matching, ids, matched};
use perflint_config::Local;
use perflint_evidence::Evidence;
use perflint_link::Config;
use perflint_models::Models;
use perflint_rules::{EntryCost, Page, Pages, Report, Tracking};
use perflint_schema::{Access, Format, Schema};
use perflint_walk::Walker;
use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

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
    /// What each finding is known by, in their order.
    pub identities: Vec<Identity>,
    /// How the findings were paired with those of the baseline, if there was one.
    pub baseline: Option<Matching>,
    /// Routes whose code was not found, if entry points were asked for.
    pub unhandled: Vec<perflint_rules::RouteOnly>,
    /// The schema, if it was asked for; places are relative to [`Scan::root`].
    pub schema: Option<Schema>,
    /// What queries use of it.
    pub accesses: Vec<Access>,
    /// What the source shows beside effects, if it was asked for.
    pub evidence: Option<Evidence>,
    /// How the frameworks that models know write migrations.
    pub formats: Vec<Format>,
    /// What entry points cost before the change, if a change was asked about and costs were asked for.
    pub entries_before: Vec<EntryCost>,
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
    /// A team's page has the name of another rule.
    #[error("{path}: there is a rule `{rule}` already")]
    PageExists {
        /// The page.
        path: String,
        /// The rule.
        rule: String,
    },
    /// The revision to compare with cannot be read.
    #[error(transparent)]
    Git(#[from] perflint_git::GitError),
    /// The patch to undo cannot be undone.
    #[error(transparent)]
    Patch(#[from] perflint_git::PatchError),
    /// The analysis needs more memory than it may have.
    #[error("there is no memory for the analysis")]
    Memory(#[source] io::Error),
    /// The analysis broke off.
    #[error("the analysis broke off")]
    Broken,
    /// The folder of the roots cannot be resolved.
    #[error("cannot read {}", path.display())]
    Root {
        /// The root as the user named it.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// The pages of all rules, a team's own among them.
///
/// # Errors
/// A page that cannot be used.
pub fn rules(local: &Local) -> Result<Pages, ScanError> {
    let mut pages = Pages::builtin()?;
    for file in &local.checks {
        if pages.get(&file.stem).is_some() {
            return Err(ScanError::PageExists { path: file.path.clone(), rule: file.stem.clone() });
        }
        pages.pages.push(Page::parse(&file.stem, &file.text)?);
    }
    pages.pages.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(pages)
}

/// Scans the roots, and what was there before if that is asked about.
pub fn scan(options: &Options, progress: &dyn Progress) -> Result<Scan, ScanError> {
    let root = repository(&options.roots)?;
    progress.phase("reading");
    let walker = Walker::new(collect::walk_config(&root, options))?;
    let git = before::git(&root, options)?;
    let mut now = collect::collect(&walker, options, git.as_ref(), progress)?;
    let before = match &options.base {
        Some(base) => before::before(&root, base, git.as_ref(), &now, &walker, options)?,
        None => None,
    };
    progress.phase("analysing");
    let older = before.iter().flat_map(|before| &before.files);
    let met = now.files.iter().chain(older).map(|file| file.lang.models()).collect();
    let models = models(options, (!options.schema).then_some(&met))?;
    let pages = rules(&options.local)?;
    let present = before::present(&now);
    let files = (std::mem::take(&mut now.files), std::mem::take(&mut now.configs));
    let sources = DiskSources::new(root.clone(), options.max_file_size);
    let (finished, finished_before) = std::thread::scope(|scope| {
        let older = before.map(|mut before| {
            let files = (std::mem::take(&mut before.files), std::mem::take(&mut before.configs));
            let (models, pages, root) = (&models, &pages, root.clone());
            scope.spawn(move || {
                let today = DiskSources::new(root, options.max_file_size);
                run(files, models, pages, options, &before.comments, &before.sources(&today))
            })
        });
        let newer = run(files, &models, &pages, options, &now.comments, &sources);
        let older = older.map(|thread| thread.join().map_err(|_| ScanError::Broken).flatten());
        (newer, older.transpose())
    });
    let (finished, finished_before) = (finished?, finished_before?);
    progress.phase("reporting");
    let Finished {
        findings,
        identities,
        entries,
        unhandled,
        entities,
        schema,
        evidence,
        held_back,
        unused,
        unmatched_budgets,
        analysed,
    } = finished;
    let baseline = options
        .baseline
        .as_ref()
        .map(|baseline| matched(&baseline.findings, &identities, &|file| present.contains(file)));
    let before = options.base.as_ref().map(|_| match &finished_before {
        Some(before) => {
            let live = before.live();
            matched(&live, &identities, &|file| present.contains(file)).known
        }
        // Nothing differs that could make a difference.
        None => vec![true; identities.len()],
    });
    let tracking =
        tracking(&identities, baseline.as_ref().map(|matching| &*matching.known), before.as_deref());
    let mut coverage = now.coverage;
    coverage.calls = analysed.0;
    coverage.holes = analysed.1;
    coverage.widened = analysed.2;
    coverage.partial = root::is_part(&options.roots, &root);
    coverage.unused_suppressions = unused;
    coverage.void_suppressions = suppress::void(&now.comments);
    if !coverage.partial {
        coverage.unmatched_budgets = unmatched_budgets;
    }
    let entries_before = match (&options.base, finished_before) {
        (Some(_), Some(before)) => before.entries,
        (Some(_), None) => entries.clone(),
        (None, _) => Vec::new(),
    };
    let (mut schema, accesses) = schema::located(schema, &entries, &sources);
    if let Some(schema) = &mut schema {
        schema::unread(schema, &coverage);
    }
    let formats = if options.schema { perflint_schema::formats(&models) } else { Vec::new() };
    let report = Report { findings, tracking, entries, entities, held_back, coverage };
    Ok(Scan {
        report,
        root,
        sources,
        identities,
        baseline,
        unhandled,
        schema,
        accesses,
        evidence,
        formats,
        entries_before,
    })
}

/// The models of the languages in which files were found. What there is to say of schemas stands beside some language, and
/// counts for all: for a schema, all models are read.
fn models(options: &Options, met: Option<&BTreeSet<&str>>) -> Result<Models, ScanError> {
    let own = options.local.models.iter().map(|file| (file.path.as_str(), file.text.as_str()));
    Ok(match &options.models {
        Some(folder) => perflint_models::folder(folder)?,
        None => perflint_models::builtin_for(&|folder| met.is_none_or(|met| met.contains(folder)), own)?,
    })
}

fn run(
    (files, configs): (Vec<perflint_ir::FileIr>, Vec<Config>),
    models: &Models,
    pages: &Pages,
    options: &Options,
    comments: &suppress::Comments,
    sources: &dyn perflint_rules::Sources,
) -> Result<Finished, ScanError> {
    let analysis = analyse::analyse(files, &configs, models, pages, options)?;
    Ok(finish(analysis, pages, options, comments, sources))
}

/// Known is what either comparison knows.
fn tracking(identities: &[Identity], baseline: Option<&[bool]>, before: Option<&[bool]>) -> Vec<Tracking> {
    let known = |at: usize| {
        let one = |list: Option<&[bool]>| list.map(|list| list.get(at).copied().unwrap_or(false));
        match (one(baseline), one(before)) {
            (None, None) => None,
            (a, b) => Some(a.unwrap_or(false) || b.unwrap_or(false)),
        }
    };
    ids(identities).into_iter().enumerate().map(|(at, id)| Tracking { id, known: known(at) }).collect()
}
