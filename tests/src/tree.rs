//! Folders of files to scan, made by tests.

use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A temporary folder.
#[derive(Debug)]
pub struct Tree {
    dir: TempDir,
}

impl Default for Tree {
    fn default() -> Self {
        Self::new()
    }
}

impl Tree {
    /// An empty folder. It holds an empty `.git`, so that reports name paths from here, wherever temporary files are.
    pub fn new() -> Self {
        let dir = tempfile::Builder::new().prefix("perflint-test-").tempdir().expect("a temporary folder");
        fs::create_dir(dir.path().join(".git")).expect("mkdir");
        Self { dir }
    }

    /// A folder with files.
    pub fn of<P: AsRef<str>, B: AsRef<[u8]>>(files: &[(P, B)]) -> Self {
        let tree = Self::new();
        for (path, bytes) in files {
            tree.write(path.as_ref(), bytes);
        }
        tree
    }

    /// Writes a file and the folders above it.
    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("mkdir");
        fs::write(&path, bytes).expect("write");
        path
    }

    /// A path inside the folder.
    pub fn join(&self, path: &str) -> PathBuf {
        self.path().join(path)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }
}
