//! What can go wrong, in the words of whoever asked.

/// Why a revision cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// The folder is no repository.
    #[error("this is not a git repository, so there is no revision to compare with")]
    NoRepository,
    /// The folder is a repository without a work tree.
    #[error("this is a bare repository: it has no files to compare")]
    Bare,
    /// A file `.git` names a git directory that is not there.
    #[error("the git directory that the file `.git` names is not there")]
    Gone,
    /// The repository has a format that is not known.
    #[error("this git repository keeps its {what}, which perflint cannot read")]
    Format {
        /// What it keeps, and how.
        what: &'static str,
    },
    /// The commit holds more than anybody works with.
    #[error("the commit holds more files than can be compared")]
    TooMany,
    /// The repository is there and cannot be read.
    #[error("cannot read the git repository: {reason}")]
    Unreadable {
        /// What `gix` said.
        reason: String,
    },
    /// No commit was made yet.
    #[error("the repository has no commit yet on `{branch}`, so there is nothing to compare with")]
    Unborn {
        /// The branch that the first commit will be on.
        branch: String,
    },
    /// The revision names nothing.
    #[error("there is no revision `{rev}`")]
    Revision {
        /// As the user gave it.
        rev: String,
        /// The history is cut off, so that it may exist elsewhere.
        shallow: bool,
    },
    /// The history does not reach back to where the two parted.
    #[error("the history of this shallow clone does not reach back to where HEAD and `{rev}` parted")]
    Shallow {
        /// As the user gave it.
        rev: String,
    },
    /// There is no common history.
    #[error("HEAD and `{rev}` have no commit in common")]
    Unrelated {
        /// As the user gave it.
        rev: String,
    },
    /// An object is missing or damaged.
    #[error("the git repository lacks {what}: {reason}")]
    Object {
        /// Which one.
        what: String,
        /// What `gix` said.
        reason: String,
    },
}

/// Why a patch cannot be undone.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PatchError {
    /// It holds no change.
    #[error("there is no change in the patch on standard input")]
    Empty,
    /// A line cannot be read.
    #[error("line {line} of the patch: {reason}")]
    Syntax {
        /// From 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// The patch says that a file differs, and not how.
    #[error("{file}: the patch says that it differs, and not how")]
    Binary {
        /// The file.
        file: String,
    },
    /// It is larger than what is read.
    #[error("the patch on standard input has more than {max} MB")]
    TooLarge {
        /// How much is read.
        max: u64,
    },
    /// The files are not in the state that the patch leads to.
    #[error("{file}:{line}: the file is not what the patch made of it")]
    Mismatch {
        /// The file.
        file: String,
        /// The line of the file that differs, from 1.
        line: usize,
    },
}

impl GitError {
    /// A way out.
    pub fn help(&self) -> &'static str {
        match self {
            Self::NoRepository => {
                "scan a folder of a git repository, or pass the change itself: `git diff .. | perflint scan --diff -`"
            }
            Self::Bare => "clone it, or `git worktree add` a folder, and scan that",
            Self::Gone => {
                "a worktree whose repository moved is mended by `git worktree repair`, a submodule by `git submodule update --init`"
            }
            Self::Format { .. } | Self::TooMany => {
                "pass the change itself: `git diff REV | perflint scan --diff -`"
            }
            Self::Unreadable { .. } => {
                "`git fsck` says whether the repository is damaged; `git diff REV | perflint scan --diff -` goes without reading it"
            }
            Self::Unborn { .. } => "commit something first, or scan without a revision",
            Self::Revision { shallow: true, .. } | Self::Shallow { .. } => {
                "fetch more of the history: `git fetch --unshallow`, or `fetch-depth: 0` for actions/checkout"
            }
            Self::Revision { shallow: false, .. } => {
                "`git branch --all` and `git log` list what there is; a remote branch has to be fetched first"
            }
            Self::Unrelated { .. } => "name a revision that the current branch grew from",
            Self::Object { .. } => {
                "a partial clone lacks objects: `git fetch --refetch --no-filter` brings them all, and `git diff REV | perflint scan --diff -` those that differ"
            }
        }
    }
}

impl PatchError {
    /// A way out.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Empty => "pass the output of `git diff REV` or `git diff REV...HEAD`, without colours",
            Self::Binary { .. } => "`git diff --text REV` writes the change of every file",
            Self::TooLarge { .. } => "name the revision itself: `perflint scan --diff REV`",
            Self::Syntax { .. } => {
                "pass a patch in git's format, as `git diff REV` writes it, without colours"
            }
            Self::Mismatch { .. } => {
                "the patch has to lead to the files as they are now: pass the output of `git diff REV`"
            }
        }
    }
}
