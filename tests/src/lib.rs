//! Harnesses that the end-to-end tests share.
//!
//! The tests know perflint as its users do: the command, its exit codes, its JSON and SARIF. No test calls an internal
//! function, so that a refactoring of the analysis changes no test, and a test that changes is a change that users see.
//! What an internal function promises is tested beside it, in its own crate.
//!
//! Expectations stand in the sources that are scanned, as comments at the end of the line that they speak of
//! ([`marks`], [`facts`]), and whole files of expectations do not exist: what is expected is read where it happens. Known misses
//! and known false alarms are expectations too, so that they are counted, and so that a fix of one is noticed.

#![expect(clippy::panic, reason = "in a harness of tests, a panic is the verdict")]

pub mod command;
pub mod compare;
pub mod example;
pub mod facts;
pub mod files;
pub mod git;
pub mod marks;
#[cfg(unix)]
pub mod postgres;
pub mod report;
#[cfg(unix)]
pub mod rows;
pub mod sample;
pub mod tools;
pub mod tree;

use std::path::{Path, PathBuf};

/// The root of the workspace.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(PathBuf::new, Path::to_owned)
}
