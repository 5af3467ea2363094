//! Finds, classifies and reads source files.
//!
//! A repository is hostile until shown otherwise: it holds symbolic links out of the tree, pipes that never end,
//! directories nested without end, names with terminal escapes and files of a gigabyte. This crate is the only one that
//! touches the disk for sources, so that each of these is met in one place, and everything that is not read is counted
//! with its reason.
//!
//! The walk runs in two stages. The `ignore` crate's parallel walker lists directories and applies `.gitignore`,
//! `.ignore` and `.perflintignore`; what a name alone decides (language, role, globs) is decided there. The candidates
//! that remain go through a bounded channel to worker threads that open, check and read a file and hand it to the
//! visitor, so that reading overlaps with parsing. The workers exist because parsers need deeper stacks than `ignore`
//! gives its threads; reading on the walker's side of the channel was rejected, as a file is then parsed by a core whose
//! cache does not hold it, and its buffer cannot be reused.
//!
//! The rules of ignoring are those of the tree alone: neither the user's global git configuration nor
//! `.git/info/exclude` is consulted, because the same tree has to give the same report on every machine.

mod budget;
mod config;
mod configs;
mod language;
mod prefilter;
mod read;
mod role;
mod stats;
mod walk;

pub use config::{WalkConfig, WalkError};
pub use configs::ConfigFile;
pub use language::{
    NameGuess, is_module_config, lang_of_name, lang_of_path, lang_of_shebang, lang_of_template,
};
pub use prefilter::Prefilter;
pub use read::{ReadError, read_bytes, read_source};
pub use role::{is_client, is_generated, is_minified, role_of_path};
pub use stats::{SkipReason, WalkStats};
pub use walk::{FileEntry, Judged, Walker};
