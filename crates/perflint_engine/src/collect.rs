//! From roots to lowered files, in the order of their paths.

use crate::before::Git;
use crate::suppress::{self, Comment, Comments, Policy};
use crate::{Base, Options, Progress, ScanError};
use perflint_git::{BlobId, Hash};
use perflint_ir::{FileIr, GapKind, Role};
use perflint_link::Config;
use perflint_lower::{Source, lower};
use perflint_rules::Coverage;
use perflint_walk::{FileEntry, SkipReason, WalkConfig, WalkStats, Walker};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// How many files with gaps a report names.
const MAX_GAP_FILES: usize = 100;

/// A lowered file, and what only its text tells.
#[derive(Debug)]
struct Lowered {
    ir: FileIr,
    lines: usize,
    comments: Vec<Comment>,
    blob: Option<BlobId>,
}

/// What a walk gives the analysis.
#[derive(Debug)]
pub(crate) struct Collected {
    /// Lowered files, in the order of their paths.
    pub(crate) files: Vec<FileIr>,
    /// Configuration that says how modules are found, in the order of paths.
    pub(crate) configs: Vec<Config>,
    /// Suppressing comments, by file.
    pub(crate) comments: Comments,
    /// What was read, and what was not.
    pub(crate) coverage: Coverage,
    /// What git calls the content of each file that was read, if it was asked and can be told from the decoded text.
    pub(crate) blobs: BTreeMap<Box<str>, Option<BlobId>>,
}

/// Reads and lowers every file below the roots, and collects its suppressing comments.
pub(crate) fn collect(
    walker: &Walker,
    options: &Options,
    git: Option<&Git>,
    progress: &dyn Progress,
) -> Result<Collected, ScanError> {
    // What git does not track is no part of a commit.
    let commit = matches!(options.base, Some(Base::Commit { .. }));
    let tracked = git.filter(|_| commit).map(|git| &git.index.tracked);
    let counts = |path: &str| tracked.is_none_or(|tracked| tracked.contains(path));
    let hash = git.map(|git| git.repository.hash());
    let policy = options.policy();
    let lowered = Mutex::new(Vec::new());
    let seen = AtomicUsize::new(0);
    let mut stats = walker.run(|file| {
        if !counts(file.path) {
            return;
        }
        let file = lower_one(file, &policy, hash);
        lowered.lock().unwrap_or_else(PoisonError::into_inner).push(file);
        progress.files(seen.fetch_add(1, Ordering::Relaxed) + 1);
    })?;
    let mut lowered = lowered.into_inner().unwrap_or_else(PoisonError::into_inner);
    lowered.sort_by(|a, b| a.ir.path.cmp(&b.ir.path));
    let configs = std::mem::take(&mut stats.configs).into_iter().filter(|one| counts(&one.path));
    let configs = configs.map(|one| Config { path: one.path.into(), text: one.text.into() }).collect();
    let coverage = coverage(&lowered, stats);
    let judged = |file: &&mut Lowered| !file.comments.is_empty() && suppress::counts(file.ir.role);
    let comments = lowered.iter_mut().filter(judged);
    let comments =
        comments.map(|file| (Arc::from(&*file.ir.path), std::mem::take(&mut file.comments))).collect();
    let blobs = lowered.iter().map(|file| (file.ir.path.clone(), file.blob)).collect();
    let files = lowered.into_iter().map(|file| file.ir).collect();
    Ok(Collected { files, configs, comments, coverage, blobs })
}

/// How the files of a scan are found.
pub(crate) fn walk_config(root: &Path, options: &Options) -> WalkConfig {
    let mut config = WalkConfig::new(root.to_owned(), options.roots.clone());
    config.include.clone_from(&options.include);
    config.exclude.clone_from(&options.exclude);
    config.max_file_size = options.max_file_size;
    config.threads = options.threads();
    config.wanted = perflint_lower::reads;
    if options.include_tests {
        config.roles.push(Role::Test);
    }
    config
}

fn lower_one(file: FileEntry<'_>, policy: &Policy, hash: Option<Hash>) -> Lowered {
    let FileEntry { path, lang, role, text, size, lossy } = file;
    // A text that was decoded from other bytes does not tell their name.
    let same_bytes = !lossy && size == text.len() as u64;
    let blob = hash.filter(|_| same_bytes).and_then(|hash| hash.blob_id(text.as_bytes()));
    let breaks = memchr::memchr_iter(b'\n', text.as_bytes()).count();
    let lines = breaks + usize::from(!text.is_empty() && !text.ends_with('\n'));
    let comments = suppress::comments(text, policy);
    Lowered { ir: lower(Source { path, lang, role, text }), lines, comments, blob }
}

fn coverage(files: &[Lowered], stats: WalkStats) -> Coverage {
    let mut coverage = Coverage {
        files: files.len(),
        lines: files.iter().map(|file| file.lines).sum(),
        bytes: stats.bytes,
        skipped: stats.skipped.iter().map(|(reason, count)| (skip_phrase(*reason), *count)).collect(),
        too_large: stats.too_large,
        unreadable: stats.unreadable,
        ..Coverage::default()
    };
    for Lowered { ir, .. } in files {
        *coverage.languages.entry(ir.lang.name()).or_default() += 1;
        for gap in &ir.gaps {
            *coverage.gaps.entry((ir.lang.name(), gap.kind.phrase())).or_default() += 1;
        }
        let kinds: BTreeSet<GapKind> = ir.gaps.iter().map(|gap| gap.kind).collect();
        let room = MAX_GAP_FILES.saturating_sub(coverage.gap_files.len());
        coverage
            .gap_files
            .extend(kinds.iter().take(room).map(|kind| (ir.path.as_ref().into(), kind.phrase())));
    }
    coverage
}

fn skip_phrase(reason: SkipReason) -> &'static str {
    match reason {
        SkipReason::Role(Role::Test) => "test code",
        SkipReason::Role(Role::Vendored) => "vendored code",
        SkipReason::Role(Role::Minified) => "minified code",
        other => other.phrase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Quiet;
    use std::fs;

    #[test]
    fn files_are_sorted_and_counted() {
        let dir = tempfile::tempdir().expect("temp");
        for (path, text) in
            [("b.prisma", "x"), ("a.html", "{% x %}\n\n"), ("test_a.py", ""), ("z/c.prisma", "")]
        {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().expect("parent")).expect("mkdir");
            fs::write(path, text).expect("write");
        }
        let options = Options { roots: vec![dir.path().to_owned()], jobs: Some(3), ..Options::default() };
        let walker = Walker::new(walk_config(dir.path(), &options)).expect("walker");
        let Collected { files, coverage, .. } = collect(&walker, &options, None, &Quiet).expect("scan");
        let paths: Vec<_> = files.iter().map(|file| &*file.path).collect();
        assert_eq!(paths, ["a.html", "b.prisma", "z/c.prisma"]);
        assert_eq!((coverage.files, coverage.lines, coverage.bytes), (3, 3, 10));
        assert_eq!(coverage.skipped.get("test code"), Some(&1));
        assert_eq!(coverage.languages.get("prisma"), Some(&2));
    }
}
