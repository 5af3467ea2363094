//! The files of a commit, read from objects.

use crate::error::GitError;
use crate::repository::{BlobId, Repository, shown};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;

/// How much the paths of a commit may take. A few small objects can name more files than any memory holds; a million files of
/// an honest repository take half of this.
const MAX_PATHS: usize = 256 << 20;
/// How deep submodules nest.
const MAX_NESTED: usize = 8;

/// A file of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blob {
    /// What git calls its content.
    pub id: BlobId,
    /// Which repository holds it: none is the one that was asked, the others are submodules.
    module: Option<usize>,
}

/// The files of a commit.
#[derive(Debug)]
pub struct Tree<'r> {
    repo: &'r Repository,
    modules: Vec<Repository>,
    /// Regular files by path, with forward slashes; no links.
    pub files: BTreeMap<String, Blob>,
    /// Submodules by path, with the commit of each that belongs to this one.
    links: Vec<(String, BlobId)>,
    /// Submodules whose commit is not there, each with a slash at its end.
    pub unknown: Vec<String>,
    paths: usize,
}

impl<'r> Tree<'r> {
    pub(crate) fn of(repo: &'r Repository, commit: BlobId) -> Result<Self, GitError> {
        let mut tree = Self {
            repo,
            modules: Vec::new(),
            files: BTreeMap::new(),
            links: Vec::new(),
            unknown: Vec::new(),
            paths: 0,
        };
        tree.add(repo, None, commit, "")?;
        Ok(tree)
    }

    /// Adds the files of submodules that are checked out below `root`. Without them all their files would be new.
    ///
    /// # Errors
    /// There are too many.
    pub fn with_submodules(mut self, root: &Path) -> Result<Self, GitError> {
        let Ok(real) = root.canonicalize() else { return Ok(self) };
        for _ in 0..MAX_NESTED {
            for (path, commit) in std::mem::take(&mut self.links) {
                let folder = root.join(&path);
                // A link in place of a submodule leads elsewhere.
                let plain = folder.canonicalize().is_ok_and(|folder| folder == real.join(&path));
                let module = if plain { Repository::open(&folder).ok() } else { None };
                let prefix = path + "/";
                let added = match module {
                    Some(module) => {
                        let added = self.add(&module, Some(self.modules.len()), commit, &prefix);
                        self.modules.push(module);
                        added
                    }
                    None => Err(GitError::NoRepository),
                };
                match added {
                    Ok(()) => {}
                    Err(GitError::TooMany) => return Err(GitError::TooMany),
                    Err(_) => self.unknown.push(prefix),
                }
            }
        }
        Ok(self)
    }

    /// Adds the files of a commit below a path.
    fn add(
        &mut self,
        from: &Repository,
        module: Option<usize>,
        commit: BlobId,
        below: &str,
    ) -> Result<(), GitError> {
        let fault =
            |error: &dyn Display| GitError::Object { what: "a tree".to_owned(), reason: error.to_string() };
        let commit = from
            .repo
            .find_object(commit)
            .map_err(|error| GitError::Object { what: "a commit".to_owned(), reason: error.to_string() })?;
        let root = commit.peel_to_tree().map_err(|error| fault(&error))?;
        let mut open = vec![(below.to_owned(), root.id)];
        while let Some((prefix, id)) = open.pop() {
            let tree = from.repo.find_object(id).map_err(|error| fault(&error))?;
            let tree = tree.try_into_tree().map_err(|error| fault(&error))?;
            for entry in tree.iter() {
                let entry = entry.map_err(|error| fault(&error))?;
                let path = prefix.clone() + &shown(entry.filename());
                self.paths += path.len() + size_of::<(String, Blob)>();
                if self.paths > MAX_PATHS {
                    return Err(GitError::TooMany);
                }
                let (mode, id) = (entry.mode(), entry.object_id());
                if mode.is_tree() {
                    open.push((path + "/", id));
                } else if mode.is_blob() {
                    self.files.insert(path, Blob { id, module });
                } else if mode.is_commit() {
                    self.links.push((path, id));
                }
            }
        }
        Ok(())
    }

    /// Whether a path lies in a submodule whose earlier content is not known.
    pub fn is_unknown(&self, path: &str) -> bool {
        self.unknown.iter().any(|prefix| path.starts_with(prefix.as_str()))
    }

    /// The content of a file, unless it is larger than `max` bytes.
    ///
    /// # Errors
    /// The object is missing or damaged.
    pub fn read(&self, blob: Blob, max: u64) -> Result<Option<Vec<u8>>, GitError> {
        let Blob { id, module } = blob;
        let holder = module.and_then(|at| self.modules.get(at)).unwrap_or(self.repo);
        let fault = |error: gix::Error| GitError::Object {
            what: format!("the blob {id}"),
            reason: error.to_string(),
        };
        let header = holder.repo.find_header(id).map_err(fault)?;
        if header.size() > max {
            return Ok(None);
        }
        let mut blob = holder.repo.find_object(id).map_err(fault)?;
        Ok(Some(std::mem::take(&mut blob.data)))
    }
}
