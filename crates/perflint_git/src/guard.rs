//! A look at a git directory before it is opened.
//!
//! A repository that came as an archive may hold anything below `.git`: a named pipe in place of `HEAD`, on which whoever
//! opens it waits for ever, a link to an endless device, a configuration of many gigabytes. What `gix` opens is looked at
//! first, by type and size, and nothing is read but the few lines that lead to further folders.

use crate::error::GitError;
use std::collections::BTreeSet;
use std::fs::{self, DirEntry, Metadata};
use std::io;
use std::path::{Path, PathBuf};

/// The largest file that is read whole: `HEAD`, a reference, a list of other folders.
const SMALL: u64 = 1 << 20;
/// The largest configuration.
const CONFIG: u64 = 16 << 20;
/// The largest index, log or list of references; millions of entries fit in.
const LARGE: u64 = 1 << 30;
/// How deep references nest: far deeper than anybody's names.
const DEEP: usize = 64;
/// How many object stores may belong to one repository.
const STORES: usize = 64;

/// Finds the git directory of the work tree `root`, and looks through it.
///
/// # Errors
/// There is none, it is gone, or something in it is not what it should be.
pub(crate) fn look(root: &Path) -> Result<PathBuf, GitError> {
    let dot_git = root.join(".git");
    let Ok(kind) = dot_git.metadata() else {
        return Err(if is_bare(root) { GitError::Bare } else { GitError::NoRepository });
    };
    let git = if kind.is_dir() { dot_git } else { root.join(linked(&dot_git)?) };
    let common = match small(&git.join("commondir"))? {
        Some(text) => git.join(text.trim_end()),
        None => git.clone(),
    };
    if !git.join("HEAD").exists() || !common.join("objects").is_dir() {
        return Err(if kind.is_dir() { GitError::NoRepository } else { GitError::Gone });
    }
    tidy(&git)?;
    if common != git {
        tidy(&common)?;
    }
    Ok(git)
}

/// Whether a folder is a repository without a work tree.
pub fn is_bare(folder: &Path) -> bool {
    !folder.join(".git").exists()
        && folder.join("HEAD").is_file()
        && folder.join("objects").is_dir()
        && folder.join("refs").is_dir()
}

/// The folder that a file `.git` names, as in worktrees and submodules.
fn linked(dot_git: &Path) -> Result<String, GitError> {
    let text = small(dot_git)?.unwrap_or_default();
    let named = text.strip_prefix("gitdir:").map(str::trim).filter(|named| !named.is_empty());
    named.map(str::to_owned).ok_or(GitError::NoRepository)
}

/// Looks at what is opened of a git directory.
fn tidy(git: &Path) -> Result<(), GitError> {
    for entry in entries(git)? {
        let (kind, path) = (followed(&entry)?, entry.path());
        match (entry.file_name().to_str(), kind.is_dir()) {
            (Some("objects"), true) => stores(path)?,
            (Some("refs"), true) => below(&path, SMALL, 1)?,
            (Some("logs" | "info"), true) => below(&path, LARGE, 1)?,
            (_, true) => {}
            (Some("config" | "config.worktree"), _) => limit(&path, &kind, CONFIG)?,
            (Some("HEAD" | "commondir" | "gitdir"), _) => limit(&path, &kind, SMALL)?,
            _ => limit(&path, &kind, LARGE)?,
        }
    }
    Ok(())
}

/// A folder of files of at most so many bytes. Deeper down no link leads to a folder, or there might be no end to it.
fn below(folder: &Path, max: u64, depth: usize) -> Result<(), GitError> {
    for entry in entries(folder)? {
        let (kind, path) = (followed(&entry)?, entry.path());
        if !kind.is_dir() {
            limit(&path, &kind, max)?;
        } else if depth < DEEP && (depth == 1 || entry.file_type().is_ok_and(|kind| kind.is_dir())) {
            below(&path, max, depth + 1)?;
        } else {
            return Err(strange(&path, "leads too far"));
        }
    }
    Ok(())
}

/// An object store and those that it names. Objects themselves may be large: what they hold says so before it is read.
fn stores(first: PathBuf) -> Result<(), GitError> {
    let (mut open, mut seen) = (vec![first], BTreeSet::new());
    while let Some(store) = open.pop() {
        // One that is gone is passed over, as git does.
        let Ok(real) = store.canonicalize() else { continue };
        if !real.is_dir() || !seen.insert(real.clone()) {
            continue;
        }
        if seen.len() > STORES {
            return Err(strange(&store, "is one object store too many"));
        }
        for entry in entries(&real)? {
            if followed(&entry)?.is_dir() {
                entries(&entry.path())?.iter().try_for_each(|inner| followed(inner).map(drop))?;
            }
        }
        let text = small(&real.join("info/alternates"))?.unwrap_or_default();
        let named = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        open.extend(named.map(|line| real.join(line.trim_matches('"'))));
    }
    Ok(())
}

/// What stands in a folder; nothing if it is none.
fn entries(folder: &Path) -> Result<Vec<DirEntry>, GitError> {
    match fs::read_dir(folder).and_then(Iterator::collect) {
        Ok(entries) => Ok(entries),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(strange(folder, &format!("cannot be read: {error}"))),
    }
}

/// A file's or folder's properties, those of its target if it is a link.
fn followed(entry: &DirEntry) -> Result<Metadata, GitError> {
    let path = entry.path();
    // A link to nothing, and a lock that is gone by now, are opened by nobody.
    let kind = path.metadata().or_else(|_| entry.metadata());
    let kind = kind.or_else(|_| fs::symlink_metadata(path.parent().unwrap_or(&path)));
    let kind = kind.map_err(|error| strange(&path, &format!("cannot be read: {error}")))?;
    let plain = kind.is_dir() || kind.is_file() || kind.is_symlink();
    if plain { Ok(kind) } else { Err(strange(&path, "is neither a file nor a folder")) }
}

fn limit(path: &Path, kind: &Metadata, max: u64) -> Result<(), GitError> {
    if kind.len() <= max { Ok(()) } else { Err(strange(path, &format!("has more than {max} bytes"))) }
}

/// The text of a small file; `None` if it is absent.
fn small(path: &Path) -> Result<Option<String>, GitError> {
    let Ok(kind) = path.metadata() else { return Ok(None) };
    if !kind.is_file() {
        return Err(strange(path, "is neither a file nor a folder"));
    }
    limit(path, &kind, SMALL)?;
    let text = fs::read(path).map_err(|error| strange(path, &format!("cannot be read: {error}")))?;
    Ok(Some(String::from_utf8_lossy(&text).into_owned()))
}

/// What is wrong with a file, by its name below the git directory: where that is, is nobody's business.
fn strange(path: &Path, what: &str) -> GitError {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    let from = parts.iter().rposition(|part| part == ".git" || part.ends_with(".git"));
    let shown = parts.get(from.unwrap_or(parts.len().saturating_sub(1))..).unwrap_or_default().join("/");
    GitError::Unreadable { reason: format!("{shown} {what}") }
}
