//! What a walk saw and did not read.

use crate::configs::{ConfigFile, read_all};
use perflint_ir::Role;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Why a file or directory was not read although nothing failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SkipReason {
    /// Larger than the cap.
    TooLarge,
    /// Not text.
    Binary,
    /// A pipe, socket or device.
    NotRegular,
    /// A symbolic link.
    Symlink,
    /// Matched by an exclude glob; a directory counts once.
    Excluded,
    /// Matched by no include glob.
    NotIncluded,
    /// A directory nested deeper than the cap.
    TooDeep,
    /// In a language that is recognised and not read.
    Language,
    /// Of a role that is not read.
    Role(Role),
}

impl SkipReason {
    /// A phrase that completes "skipped: ".
    pub fn phrase(self) -> &'static str {
        match self {
            Self::TooLarge => "too large",
            Self::Binary => "not text",
            Self::NotRegular => "not a regular file",
            Self::Symlink => "symbolic link",
            Self::Excluded => "excluded",
            Self::NotIncluded => "not included",
            Self::TooDeep => "nested too deeply",
            Self::Language => "language that this build does not read",
            Self::Role(role) => role.name(),
        }
    }
}

/// What a walk saw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WalkStats {
    /// Files handed to the visitor.
    pub files: usize,
    /// Their size.
    pub bytes: u64,
    /// Files and directories not read, by reason.
    pub skipped: BTreeMap<SkipReason, usize>,
    /// Files that are no source: images, documents, data.
    pub other: usize,
    /// Files of a known language that are larger than the limit, sorted.
    pub too_large: Vec<String>,
    /// What could not be read: path and error, sorted.
    pub unreadable: Vec<(String, String)>,
    /// Configuration files, sorted by path; they count as files that are no source.
    pub configs: Vec<ConfigFile>,
}

/// Counts from many threads.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    files: AtomicUsize,
    bytes: AtomicU64,
    other: AtomicUsize,
    rare: Mutex<WalkStats>,
    configs: Mutex<Vec<PathBuf>>,
}

impl Tally {
    /// A file was handed to the visitor.
    pub(crate) fn read(&self, bytes: u64) {
        self.files.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// A file is no source.
    pub(crate) fn other(&self) {
        self.other.fetch_add(1, Ordering::Relaxed);
    }

    /// A file is no source, and says how modules are found.
    pub(crate) fn config(&self, path: &Path) {
        self.configs.lock().unwrap_or_else(PoisonError::into_inner).push(path.to_owned());
    }

    /// Something is not read, for a reason.
    pub(crate) fn skip(&self, reason: SkipReason) {
        let mut rare = self.rare.lock().unwrap_or_else(PoisonError::into_inner);
        *rare.skipped.entry(reason).or_default() += 1;
    }

    /// A file is larger than the limit.
    pub(crate) fn too_large(&self, path: String) {
        let mut rare = self.rare.lock().unwrap_or_else(PoisonError::into_inner);
        *rare.skipped.entry(SkipReason::TooLarge).or_default() += 1;
        rare.too_large.push(path);
    }

    /// Something cannot be read.
    pub(crate) fn unreadable(&self, path: String, error: String) {
        self.rare.lock().unwrap_or_else(PoisonError::into_inner).unreadable.push((path, error));
    }

    /// The totals, with the configuration files of at most `max` bytes.
    pub(crate) fn finish(mut self, base: &Path, max: u64) -> WalkStats {
        let configs = std::mem::take(self.configs.get_mut().unwrap_or_else(PoisonError::into_inner));
        let configs = read_all(base, configs, max, &self);
        let mut stats = self.rare.into_inner().unwrap_or_else(PoisonError::into_inner);
        stats.files = self.files.into_inner();
        stats.bytes = self.bytes.into_inner();
        stats.other = self.other.into_inner();
        stats.configs = configs;
        stats.unreadable.sort();
        stats.too_large.sort();
        stats
    }
}
