//! What a repository looked like before a change.
//!
//! Two sources tell: the tree of a commit ([`Repository`]), and a patch that is undone on what is there ([`Patch`]).
//! Nothing is checked out and nothing is written.
//!
//! git runs programs that a repository's own configuration names: `core.fsmonitor` on a plain `git status`, hooks, an
//! external diff, filters, a remote helper when an object is missing from a partial clone. A repository that somebody sent
//! must not get that far, so no `git` is started at all: `gix` reads references and objects in this process, and is built
//! without the features that know filters, hooks or the network. Only `.git/config` is read, without its includes, because
//! it says what format the repository has; nothing in it names a program that this code could start. The `git` command with
//! everything switched off was rejected: what has to be switched off is a list that grows with git, and the command found
//! first on somebody's path need not be git.

mod error;
mod guard;
mod names;
mod patch;
mod repository;
mod tree;

pub use error::{GitError, PatchError};
pub use guard::is_bare;
pub use patch::{Change, Patch};
pub use repository::{BlobId, Hash, Index, Repository, blob_id};
pub use tree::{Blob, Tree};
