//! Scratch git repositories.

use crate::command::{Run, perflint, run};
use crate::tree::Tree;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A temporary git repository.
#[derive(Debug)]
pub struct Scratch {
    tree: Tree,
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl Scratch {
    /// A repository without a commit.
    pub fn new() -> Self {
        let tree = Tree::new();
        let scratch = Self { tree };
        scratch.git(&["init", "--quiet", "--initial-branch", "main"]);
        scratch
    }

    /// A repository whose first commit holds these files.
    pub fn of<P: AsRef<str>, B: AsRef<[u8]>>(files: &[(P, B)]) -> Self {
        let scratch = Self::new();
        for (path, bytes) in files {
            scratch.write(path.as_ref(), bytes);
        }
        scratch.commit("first");
        scratch
    }

    /// Writes a file.
    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        self.tree.write(path, bytes)
    }

    /// Replaces a part of a file, which has to be there.
    pub fn edit(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.join(path)).expect("a text");
        assert!(text.contains(from), "{path} does not hold {from:?}");
        self.write(path, text.replace(from, to));
    }

    /// Commits everything.
    pub fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
    }

    /// Runs git, which must not fail, and gives what it prints.
    pub fn git(&self, arguments: &[&str]) -> String {
        git(self.path(), arguments)
    }

    /// Runs perflint in the folder.
    pub fn perflint(&self, arguments: &[&str]) -> Run {
        run(perflint().args(arguments).current_dir(self.path()))
    }

    /// The rules and places of what a scan with these options reports, in order: `n-plus-one-query a.py:3`.
    pub fn found(&self, arguments: &[&str]) -> Vec<String> {
        let scan = self.perflint(&[&["scan", "--quiet", "--format", "concise"], arguments].concat());
        assert!(matches!(scan.code, Some(0 | 1)), "{:?}: {}", scan.code, scan.err());
        let line = |line: &str| {
            let (place, rest) = line.split_once(": ").expect("a place");
            let rule = rest.split(['[', ']']).nth(1).expect("a rule");
            format!("{rule} {}", place.rsplit_once(':').map_or(place, |(place, _)| place))
        };
        scan.out().lines().map(line).collect()
    }

    /// A path inside.
    pub fn join(&self, path: &str) -> PathBuf {
        self.tree.join(path)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.tree.path()
    }
}

/// Runs git in a folder with nobody's configuration but its own.
pub fn git(folder: &Path, arguments: &[&str]) -> String {
    String::from_utf8_lossy(&git_bytes(folder, arguments)).into_owned()
}

/// The same, for what need not be text.
pub fn git_bytes(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=Somebody",
            "-c",
            "user.email=somebody@example.org",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(["-c", "protocol.file.allow=always"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env_remove("GIT_DIR")
        .env_remove("GIT_INDEX_FILE")
        .stdin(Stdio::null())
        .output()
        .expect("git runs");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
