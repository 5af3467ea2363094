//! The program as it was before a change, made from what is there and what differs.
//!
//! Most files are the same before and after, and are lowered once: git names content by its hash, so what has not changed
//! is known without being read from the base. Only what differs is. Nothing is checked out.

use crate::collect::Collected;
use crate::suppress::{self, Comments, Policy};
use crate::{Base, Options, ScanError};
use perflint_git::{GitError, Index, Patch, PatchError, Repository};
use perflint_ir::FileIr;
use perflint_link::Config;
use perflint_lower::{Source, lower};
use perflint_rules::Sources;
use perflint_walk::{Judged, NameGuess, Walker, is_module_config, lang_of_path, read_bytes, read_source};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Stack of a thread that lowers, as in the walk.
const STACK: usize = 256 << 20;

/// What differs before the change: content by path, `None` where there was no such file.
type Changes = BTreeMap<String, Option<Vec<u8>>>;

/// The program before the change.
#[derive(Debug)]
pub(crate) struct Before {
    pub(crate) files: Vec<FileIr>,
    pub(crate) configs: Vec<Config>,
    pub(crate) comments: Comments,
    texts: BTreeMap<String, Option<Arc<str>>>,
}

/// Texts before the change, where they differ, else those of today.
pub(crate) struct SourcesBefore<'a> {
    texts: &'a BTreeMap<String, Option<Arc<str>>>,
    today: &'a dyn Sources,
}

impl Sources for SourcesBefore<'_> {
    fn text(&self, file: &str) -> Option<Arc<str>> {
        self.texts.get(file).map_or_else(|| self.today.text(file), Clone::clone)
    }
}

impl Before {
    /// The texts before the change.
    pub(crate) fn sources<'a>(&'a self, today: &'a dyn Sources) -> SourcesBefore<'a> {
        SourcesBefore { texts: &self.texts, today }
    }
}

/// What a comparison asks git.
#[derive(Debug)]
pub(crate) struct Git {
    pub(crate) repository: Repository,
    pub(crate) index: Index,
}

/// Opens the repository, if something of it is compared with.
pub(crate) fn git(root: &Path, options: &Options) -> Result<Option<Git>, ScanError> {
    let other = match &options.base {
        Some(Base::Commit { index }) => index.as_deref(),
        Some(Base::Revision(_)) => None,
        Some(Base::Patch(_)) | None => return Ok(None),
    };
    let repository = Repository::open(root)?;
    let index = repository.index(other)?;
    Ok(Some(Git { repository, index }))
}

/// The program before the change; `None` if nothing that matters differs.
pub(crate) fn before(
    root: &Path,
    base: &Base,
    git: Option<&Git>,
    now: &Collected,
    walker: &Walker,
    options: &Options,
) -> Result<Option<Before>, ScanError> {
    let changes = match (base, git) {
        (Base::Patch(text), _) => undone(root, text, walker, options)?,
        (_, None) => return Err(GitError::NoRepository.into()),
        (Base::Revision(rev), Some(git)) => since_revision(root, rev, git, now, walker, options)?,
        (Base::Commit { .. }, Some(git)) => match since_revision(root, "HEAD", git, now, walker, options) {
            // The first commit adds everything.
            Err(ScanError::Git(GitError::Unborn { .. })) => {
                read(now).map(|path| (path.to_owned(), None)).collect()
            }
            changes => changes?,
        },
    };
    if changes.is_empty() {
        return Ok(None);
    }
    let mut before = unchanged(now, &changes);
    let policy = options.policy();
    for (lowered, comments, text) in lowered(&changes, walker, &policy, options.threads()) {
        let path = lowered.path.to_string();
        if !comments.is_empty() && suppress::counts(lowered.role) {
            before.comments.insert(path.as_str().into(), comments);
        }
        before.texts.insert(path, Some(text));
        before.files.push(lowered);
    }
    before.files.sort_by(|a, b| a.path.cmp(&b.path));
    for (path, bytes) in &changes {
        if let Some(Judged::Config { text }) = bytes.as_deref().map(|bytes| walker.judge(path, bytes)) {
            before.configs.push(Config { path: path.as_str().into(), text: text.as_ref().into() });
        }
        before.texts.entry(path.clone()).or_default();
    }
    before.configs.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Some(before))
}

/// What is the same before and after.
fn unchanged(now: &Collected, changes: &Changes) -> Before {
    let same = |path: &str| !changes.contains_key(path);
    Before {
        files: now.files.iter().filter(|file| same(&file.path)).cloned().collect(),
        configs: now
            .configs
            .iter()
            .filter(|config| same(&config.path))
            .map(|config| Config { path: config.path.clone(), text: config.text.clone() })
            .collect(),
        comments: now
            .comments
            .iter()
            .filter(|(file, _)| same(file))
            .map(|(file, comments)| (Arc::clone(file), comments.clone()))
            .collect(),
        texts: BTreeMap::new(),
    }
}

fn since_revision(
    root: &Path,
    rev: &str,
    git: &Git,
    now: &Collected,
    walker: &Walker,
    options: &Options,
) -> Result<Changes, ScanError> {
    let mut tree = git.repository.base(rev)?;
    // What git tracks of a submodule is its commit alone, so that a commit adds nothing that is in it.
    if !matches!(options.base, Some(Base::Commit { .. })) {
        tree = tree.with_submodules(root)?;
    }
    let hash = git.repository.hash();
    let configs: BTreeMap<&str, &str> =
        now.configs.iter().map(|config| (&*config.path, &*config.text)).collect();
    let mut changes = Changes::new();
    for (path, old) in &tree.files {
        let same = match (now.blobs.get(path.as_str()), configs.get(path.as_str())) {
            (Some(blob), _) => *blob == Some(old.id),
            (None, Some(text)) => hash.blob_id(text.as_bytes()) == Some(old.id),
            // It was left out of the work tree, and is as it was.
            (None, None) if git.index.is_absent(path) => true,
            // It is there and the walk did not take it: it is ignored, or its content rules it out.
            (None, None) => !may_be_source(path) || !walker.may_read(path) || is_there(root, path),
        };
        if !same {
            changes.insert(path.clone(), tree.read(*old, options.max_file_size)?);
        }
    }
    let added = read(now).filter(|path| !tree.files.contains_key(*path) && !tree.is_unknown(path));
    changes.extend(added.map(|path| (path.to_owned(), None)));
    Ok(changes)
}

/// The paths of everything that was read.
fn read(now: &Collected) -> impl Iterator<Item = &str> {
    now.blobs.keys().map(|path| &**path).chain(now.configs.iter().map(|config| &*config.path))
}

/// Most files of a tree are ruled out by their names.
fn may_be_source(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    lang_of_path(path) != NameGuess::Other
        || name.ends_with(".json")
        || name.ends_with(".yaml")
        || is_module_config(path)
}

fn is_there(root: &Path, path: &str) -> bool {
    root.join(path).symlink_metadata().is_ok()
}

fn undone(root: &Path, text: &[u8], walker: &Walker, options: &Options) -> Result<Changes, ScanError> {
    let patch = Patch::parse(text)?;
    let mut changes = Changes::new();
    for change in &patch.changes {
        let matters = |path: &Option<String>| path.as_deref().is_some_and(|path| walker.may_read(path));
        if !matters(&change.old) && !matters(&change.new) {
            continue;
        }
        // What differs in no known way cannot be undone; what is no text is no source.
        if let (true, Some(file)) = (change.binary, change.new.as_ref().filter(|_| change.old.is_some())) {
            match read_source(root, file, options.max_file_size) {
                Ok(_) if may_be_source(file) => return Err(PatchError::Binary { file: file.clone() }.into()),
                _ => continue,
            }
        }
        let after = match &change.new {
            Some(path) => match read_bytes(root, path, options.max_file_size) {
                Ok(bytes) => bytes,
                Err(_) if is_there(root, path) => continue,
                Err(_) => return Err(PatchError::Mismatch { file: path.clone(), line: 1 }.into()),
            },
            None => Vec::new(),
        };
        if let Some(new) = change.new.as_ref().filter(|new| change.old.as_ref() != Some(new)) {
            changes.entry(new.clone()).or_default();
        }
        if let Some(old) = &change.old {
            changes.insert(old.clone(), Some(change.undo(&after)?));
        }
    }
    Ok(changes)
}

/// The changed sources, lowered on threads whose stacks parsers can live with.
fn lowered(
    changes: &Changes,
    walker: &Walker,
    policy: &Policy,
    threads: usize,
) -> Vec<(FileIr, Vec<suppress::Comment>, Arc<str>)> {
    let work: Vec<(&String, &Vec<u8>)> =
        changes.iter().filter_map(|(path, bytes)| Some((path, bytes.as_ref()?))).collect();
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(work.len()));
    let run = || {
        while let Some((path, bytes)) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Judged::Source { lang, role, text } = walker.judge(path, bytes) {
                let ir = lower(Source { path, lang, role, text: &text });
                let comments = suppress::comments(&text, policy);
                let one = (ir, comments, Arc::from(&*text));
                done.lock().unwrap_or_else(PoisonError::into_inner).push(one);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads.min(work.len()) {
            // A thread that cannot be started leaves its work to the others.
            let _ = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run);
        }
    });
    run();
    done.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// The files that are there after the change.
pub(crate) fn present(now: &Collected) -> BTreeSet<Box<str>> {
    now.files.iter().map(|file| file.path.clone()).collect()
}
