//! Trees of commits, read from objects.

use crate::error::GitError;
use gix::objs::Kind;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Display, Write};
use std::path::Path;

/// The name that git gives to a file's content.
pub type BlobId = gix::ObjectId;

/// The name that git would give to a file's content.
pub fn blob_id(bytes: &[u8]) -> Option<BlobId> {
    gix::objs::compute_hash(gix::hash::Kind::Sha1, Kind::Blob, bytes).ok()
}

/// A git repository whose work tree is the folder that was opened.
pub struct Repository {
    repo: gix::Repository,
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Repository").finish_non_exhaustive()
    }
}

/// The files of a commit.
#[derive(Debug)]
pub struct Tree<'r> {
    repo: &'r Repository,
    /// Regular files by path, with forward slashes; neither links nor submodules.
    pub files: BTreeMap<String, BlobId>,
}

impl Repository {
    /// Opens the repository whose `.git` stands in `root`.
    pub fn open(root: &Path) -> Result<Self, GitError> {
        // A `.git` that is an empty folder, as a half-made or faked one, is no repository.
        if !root.join(".git").exists() {
            return Err(GitError::NoRepository);
        }
        match gix::open_opts(root, gix::open::Options::isolated()) {
            Ok(repo) => Ok(Self { repo }),
            Err(_) if !root.join(".git/HEAD").exists() && root.join(".git").is_dir() => {
                Err(GitError::NoRepository)
            }
            Err(error) => Err(GitError::Unreadable { reason: error.to_string() }),
        }
    }

    /// The tree at which HEAD and `rev` parted: what a pull request from HEAD to `rev` is compared with.
    pub fn base(&self, rev: &str) -> Result<Tree<'_>, GitError> {
        let commit = self.merge_base(rev)?;
        let object = |what: &'static str| {
            move |error: gix::Error| GitError::Object { what: what.to_owned(), reason: error.to_string() }
        };
        let tree = self
            .repo
            .find_object(commit)
            .map_err(object("a commit"))?
            .peel_to_tree()
            .map_err(|error| GitError::Object { what: "a tree".to_owned(), reason: error.to_string() })?;
        let entries = tree.traverse().breadthfirst.files().map_err(object("a tree"))?;
        let regular = entries.into_iter().filter(|entry| entry.mode.is_blob());
        let files = regular.map(|entry| (shown(&entry.filepath), entry.oid)).collect();
        Ok(Tree { repo: self, files })
    }

    /// The paths that git tracks or that are staged, as reports show them. Without an index there are none.
    pub fn tracked(&self) -> Result<BTreeSet<String>, GitError> {
        let index = self.repo.index_or_empty().map_err(unreadable)?;
        Ok(index.entries().iter().map(|entry| shown(entry.path(&index))).collect())
    }

    fn merge_base(&self, rev: &str) -> Result<BlobId, GitError> {
        let head = self.repo.head().map_err(unreadable)?;
        if head.is_unborn() {
            let branch = head.referent_name().map(|name| name.shorten().to_string());
            return Err(GitError::Unborn { branch: branch.unwrap_or_else(|| "HEAD".to_owned()) });
        }
        let shallow = self.repo.is_shallow().unwrap_or(false);
        let unknown = || GitError::Revision { rev: rev.to_owned(), shallow };
        let head = self.repo.head_id().map_err(|_| unknown())?;
        // A revision of several parts (`a..b`, `:/text`) or one that names a file is no commit.
        let other = self.repo.rev_parse_single(rev).map_err(|_| unknown())?;
        let other =
            other.object().ok().and_then(|object| object.peel_to_commit().ok()).ok_or_else(unknown)?;
        match self.repo.merge_base(head, other.id()) {
            Ok(Some(base)) => Ok(base.detach()),
            Ok(None) | Err(_) if shallow => Err(GitError::Shallow { rev: rev.to_owned() }),
            Ok(None) => Err(GitError::Unrelated { rev: rev.to_owned() }),
            Err(error) => Err(GitError::Object { what: "a commit".to_owned(), reason: error.to_string() }),
        }
    }
}

impl Tree<'_> {
    /// The content of a file, unless it is larger than `max` bytes.
    pub fn read(&self, id: BlobId, max: u64) -> Result<Option<Vec<u8>>, GitError> {
        let object = |error: gix::Error| GitError::Object {
            what: format!("the blob {id}"),
            reason: error.to_string(),
        };
        let header = self.repo.repo.find_header(id).map_err(object)?;
        if header.size() > max {
            return Ok(None);
        }
        let mut blob = self.repo.repo.find_object(id).map_err(object)?;
        Ok(Some(std::mem::take(&mut blob.data)))
    }
}

fn unreadable(error: impl Display) -> GitError {
    GitError::Unreadable { reason: error.to_string() }
}

/// A path as reports show it: each byte that is not UTF-8 is written `\xNN`.
fn shown(path: &[u8]) -> String {
    let mut out = String::with_capacity(path.len());
    for chunk in path.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            // Writing to a string cannot fail.
            let _ = write!(out, "\\x{byte:02X}");
        }
    }
    out
}
