//! The text of scanned files, read again when a report needs it.

use perflint_rules::Sources;
use perflint_walk::read_source;
use rustc_hash::FxHashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Reads files below a root with the checks of the walk, once each.
#[derive(Debug)]
pub struct DiskSources {
    root: PathBuf,
    max_file_size: u64,
    read: Mutex<FxHashMap<Box<str>, Option<Arc<str>>>>,
}

impl DiskSources {
    /// Files below `root`, of at most `max_file_size` bytes.
    pub fn new(root: PathBuf, max_file_size: u64) -> Self {
        Self { root, max_file_size, read: Mutex::default() }
    }
}

impl Sources for DiskSources {
    fn text(&self, file: &str) -> Option<Arc<str>> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(text) = read.get(file) {
            return text.clone();
        }
        let text = read_source(&self.root, file, self.max_file_size).ok().map(Arc::from);
        read.insert(file.into(), text.clone());
        text
    }
}
