//! A repository and the commits in it.

use crate::error::GitError;
use crate::guard;
use crate::tree::Tree;
use gix::index::entry::Flags;
use gix::objs::Kind;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The name that git gives to a file's content.
pub type BlobId = gix::ObjectId;

/// The most memory that one object of a repository may ask for. Sources and folders are far smaller.
const MAX_OBJECT: &str = "gitoxide.objects.allocLimit=268435456";

/// How a repository names content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hash(gix::hash::Kind);

impl Hash {
    /// The name that git would give to a file's content.
    pub fn blob_id(self, bytes: &[u8]) -> Option<BlobId> {
        gix::objs::compute_hash(self.0, Kind::Blob, bytes).ok()
    }
}

/// The name that git would give to a file's content in a repository of the usual format.
pub fn blob_id(bytes: &[u8]) -> Option<BlobId> {
    Hash(gix::hash::Kind::Sha1).blob_id(bytes)
}

/// A git repository whose work tree is the folder that was opened.
pub struct Repository {
    pub(crate) repo: gix::Repository,
    root: PathBuf,
    git: PathBuf,
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Repository").finish_non_exhaustive()
    }
}

/// What a list of tracked files says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Index {
    /// The paths that git tracks or that are staged, as reports show them.
    pub tracked: BTreeSet<String>,
    /// Those that a sparse checkout leaves out of the work tree.
    pub absent: BTreeSet<String>,
    /// Whole folders that it leaves out, each with a slash at its end.
    pub absent_folders: BTreeSet<String>,
}

impl Index {
    /// Whether a sparse checkout leaves a path out.
    pub fn is_absent(&self, path: &str) -> bool {
        let folders = path.match_indices('/').map(|(at, _)| &path[..=at]);
        self.absent.contains(path) || folders.into_iter().any(|folder| self.absent_folders.contains(folder))
    }

    /// Whether a sparse checkout leaves anything out.
    pub fn is_sparse(&self) -> bool {
        !self.absent.is_empty() || !self.absent_folders.is_empty()
    }
}

impl Repository {
    /// Opens the repository whose `.git` stands in `root`.
    ///
    /// Who owns it does not matter: git refuses a repository of another user because of the programs that it would run for it.
    ///
    /// # Errors
    /// It is none, a bare one, or of a format that is not known.
    pub fn open(root: &Path) -> Result<Self, GitError> {
        let git = guard::look(root)?;
        let options = gix::open::Options::isolated().config_overrides([MAX_OBJECT]);
        let repo = gix::open_opts(root, options).map_err(|error| unreadable(&error))?;
        // What stands in HEAD where references are in no files, so that older versions of git stop.
        let placeholder = std::fs::read_to_string(git.join("HEAD"));
        if placeholder.is_ok_and(|text| text.trim() == "ref: refs/heads/.invalid") {
            return Err(GitError::Format { what: "references in the format `reftable`" });
        }
        Ok(Self { repo, root: root.to_owned(), git })
    }

    /// How it names content.
    pub fn hash(&self) -> Hash {
        Hash(self.repo.object_hash())
    }

    /// The tree at which HEAD and `rev` parted: what a pull request from HEAD to `rev` is compared with.
    ///
    /// # Errors
    /// There is no such revision, the two share no history, or objects are missing.
    pub fn base(&self, rev: &str) -> Result<Tree<'_>, GitError> {
        Tree::of(self, self.merge_base(rev)?)
    }

    /// What git tracks. Without an index that is nothing.
    ///
    /// `other` names an index to read instead, as `git commit PATH` makes one and tells its hooks of it. It counts only
    /// if it stands in this repository's git directory.
    ///
    /// # Errors
    /// The index is damaged.
    pub fn index(&self, other: Option<&Path>) -> Result<Index, GitError> {
        let own = self.git.canonicalize().ok();
        let other = other.and_then(|other| self.root.join(other).canonicalize().ok());
        let other = other.filter(|other| other.is_file() && other.parent() == own.as_deref());
        let path = other.unwrap_or_else(|| self.git.join("index"));
        let file = gix::index::File::at_or_default(
            path,
            self.repo.object_hash(),
            false,
            gix::index::decode::Options::default(),
        )
        .map_err(|error| unreadable(&error))?;
        let mut index = Index::default();
        for entry in file.entries() {
            let path = shown(entry.path(&file));
            if entry.mode.is_sparse() {
                index.absent_folders.insert(if path.ends_with('/') { path } else { path + "/" });
                continue;
            }
            if entry.flags.contains(Flags::SKIP_WORKTREE) {
                index.absent.insert(path.clone());
            }
            // A promise to add a file later is no part of a commit.
            if !entry.flags.contains(Flags::INTENT_TO_ADD) {
                index.tracked.insert(path);
            }
        }
        Ok(index)
    }

    fn merge_base(&self, rev: &str) -> Result<BlobId, GitError> {
        let head = self.repo.head().map_err(|error| unreadable(&error))?;
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

/// What cannot be read, with every cause: the last one tells.
fn unreadable(error: &dyn std::error::Error) -> GitError {
    let mut reason = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        // Writing to a string cannot fail.
        let _ = write!(reason, ": {cause}");
        source = cause.source();
    }
    GitError::Unreadable { reason }
}

/// A path as reports show it: each byte that is not UTF-8 is written `\xNN`.
pub(crate) fn shown(path: &[u8]) -> String {
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
