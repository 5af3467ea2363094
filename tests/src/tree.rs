//! Folders of files to scan, made by tests.

use crate::files::files;
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

    /// Copies a folder below another name.
    pub fn copy(&self, from: &Path, to: &str) {
        for path in files(from, &[]) {
            let name = path.strip_prefix(from).expect("a file of the folder").to_string_lossy().into_owned();
            self.write(&format!("{to}/{name}"), fs::read(&path).expect("read"));
        }
    }

    /// Everything in the folder with its content, to see that nothing changed.
    pub fn contents(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let paths = files(self.path(), &[]).into_iter();
        paths.map(|path| (path.clone(), fs::read(&path).expect("read"))).collect()
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
