//! What to walk, and the globs that narrow it.

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use perflint_ir::{Lang, Role};
use std::io;
use std::path::{Path, PathBuf};

/// What to walk and how.
#[derive(Clone, Debug)]
pub struct WalkConfig {
    /// Files and directories named by the user; a symbolic link is followed here and nowhere else.
    pub roots: Vec<PathBuf>,
    /// The directory that paths and globs are relative to; it contains every root.
    pub base: PathBuf,
    /// Globs, in the syntax of `.gitignore`: if there is one, only files that match one are read.
    pub include: Vec<String>,
    /// Globs, in the syntax of `.gitignore`: what matches is neither read nor entered.
    pub exclude: Vec<String>,
    /// Files larger than this many bytes are skipped.
    pub max_file_size: u64,
    /// Directories deeper than this below their root are not entered.
    pub max_depth: usize,
    /// Worker threads.
    pub threads: usize,
    /// Stack of a worker thread: parsers recurse.
    pub stack_size: usize,
    /// Bytes of source that may be in memory at once.
    pub bytes_in_flight: u64,
    /// Files of other roles are skipped, by path where the path tells.
    pub roles: Vec<Role>,
    /// Whether files of a language are read.
    pub wanted: fn(Lang) -> bool,
}

impl WalkConfig {
    /// The defaults for some roots below a base.
    pub fn new(base: PathBuf, roots: Vec<PathBuf>) -> Self {
        Self {
            roots,
            base,
            include: Vec::new(),
            exclude: Vec::new(),
            max_file_size: 1 << 20,
            max_depth: 64,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            stack_size: 256 << 20,
            bytes_in_flight: 64 << 20,
            roles: vec![Role::App, Role::Client, Role::Migration, Role::Script, Role::Generated],
            wanted: |_| true,
        }
    }
}

/// Why a walk could not start.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    /// A root cannot be opened.
    #[error("cannot read {}", path.display())]
    Root {
        /// The root as the user named it.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A root does not lie in the base directory.
    #[error("{} is not inside {}", path.display(), base.display())]
    Outside {
        /// The root.
        path: PathBuf,
        /// The base.
        base: PathBuf,
    },
    /// A glob does not parse.
    #[error("invalid glob `{glob}`: {reason}")]
    Glob {
        /// The glob as given.
        glob: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The system gave no thread.
    #[error("cannot start a worker thread")]
    Thread(#[source] io::Error),
}

/// Compiled include and exclude globs.
#[derive(Debug)]
pub(crate) struct Globs {
    include: Gitignore,
    exclude: Gitignore,
}

impl Globs {
    /// Compiles the globs of a configuration.
    pub(crate) fn new(config: &WalkConfig) -> Result<Self, WalkError> {
        Ok(Self { include: compile(&config.include)?, exclude: compile(&config.exclude)? })
    }

    /// Whether a path is excluded. Parents are not looked at: an excluded directory is never entered.
    pub(crate) fn excludes(&self, path: &Path, is_dir: bool) -> bool {
        self.exclude.matched(path, is_dir).is_ignore()
    }

    /// Like [`Globs::excludes`] for a file that the walk did not reach through its parents.
    pub(crate) fn excludes_with_parents(&self, path: &Path) -> bool {
        self.exclude.matched_path_or_any_parents(path, false).is_ignore()
    }

    /// Whether a file is among those to read.
    pub(crate) fn includes(&self, path: &Path) -> bool {
        self.include.is_empty() || self.include.matched_path_or_any_parents(path, false).is_ignore()
    }
}

fn compile(globs: &[String]) -> Result<Gitignore, WalkError> {
    let mut builder = GitignoreBuilder::new("");
    builder.allow_unclosed_class(false);
    for glob in globs {
        let glob = glob.strip_prefix("./").unwrap_or(glob);
        builder.add_line(None, glob).map_err(|error| bad_glob(glob, &error))?;
    }
    builder.build().map_err(|error| bad_glob(&globs.join(" "), &error))
}

fn bad_glob(glob: &str, error: &ignore::Error) -> WalkError {
    let reason = match error {
        ignore::Error::Glob { err, .. } => err.clone(),
        other => other.to_string(),
    };
    WalkError::Glob { glob: glob.to_owned(), reason }
}

#[cfg(test)]
mod tests {
    use super::{Globs, WalkConfig, WalkError};
    use std::path::Path;

    fn globs(include: &[&str], exclude: &[&str]) -> Result<Globs, WalkError> {
        let mut config = WalkConfig::new("/".into(), vec![]);
        config.include = include.iter().map(ToString::to_string).collect();
        config.exclude = exclude.iter().map(ToString::to_string).collect();
        Globs::new(&config)
    }

    #[test]
    fn globs_have_the_syntax_of_gitignore() {
        let globs = globs(&["*.py", "./web/"], &["legacy", "/app/*_old.py"]).expect("valid");
        assert!(globs.includes(Path::new("a/b/c.py")));
        assert!(globs.includes(Path::new("web/x/y.ts")));
        assert!(!globs.includes(Path::new("a/b/c.ts")));
        assert!(globs.excludes(Path::new("a/legacy"), true));
        assert!(globs.excludes(Path::new("app/x_old.py"), false));
        assert!(!globs.excludes(Path::new("b/app/x_old.py"), false));
        assert!(globs.excludes_with_parents(Path::new("a/legacy/x.py")));
    }

    #[test]
    fn a_bad_glob_is_named() {
        let error = globs(&[], &["ok", "src/[a"]).expect_err("unclosed class");
        assert!(matches!(&error, WalkError::Glob { glob, .. } if glob == "src/[a"), "{error}");
    }
}
