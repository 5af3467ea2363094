//! The configuration files that a walk hands over beside the sources.
//!
//! They are small, few and needed all at once, so they are read after the walk, in the order of their paths: which of them
//! fit into the caps then depends on the tree alone.

use crate::read::{Opened, ReadError};
use crate::stats::{SkipReason, Tally};
use crate::walk::slashed;
use perflint_ir::decode;
use std::path::{Path, PathBuf};

/// Largest configuration file. Real ones have a few thousand bytes.
const MAX_SIZE: u64 = 256 << 10;

/// Bytes of all configuration files of a walk.
const MAX_TOTAL: u64 = 32 << 20;

/// A configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFile {
    /// Path relative to the base, with forward slashes.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// Reads configuration files with the checks that sources go through, until the caps are reached.
pub(crate) fn read_all(base: &Path, mut paths: Vec<PathBuf>, max: u64, tally: &Tally) -> Vec<ConfigFile> {
    paths.sort();
    paths.dedup();
    let mut out = Vec::with_capacity(paths.len());
    let mut total = 0;
    let mut buffer = Vec::new();
    for path in paths {
        let (shown, lossy) = slashed(path.strip_prefix(base).unwrap_or(&path));
        buffer.clear();
        let limit = max.min(MAX_SIZE).min(MAX_TOTAL - total);
        let read = Opened::new(&path).and_then(|file| file.read_all(&mut buffer, limit));
        match read {
            Ok(()) => {}
            Err(ReadError::Io { source, .. }) => {
                tally.unreadable(shown, source.to_string());
                continue;
            }
            Err(ReadError::TooLarge { .. }) => {
                tally.skip(SkipReason::TooLarge);
                continue;
            }
            Err(_) => {
                tally.skip(SkipReason::NotRegular);
                continue;
            }
        }
        total += buffer.len() as u64;
        match decode(&buffer) {
            Some(text) if !lossy => out.push(ConfigFile { path: shown, text: text.into_owned() }),
            Some(_) => {}
            None => tally.skip(SkipReason::Binary),
        }
    }
    out
}
