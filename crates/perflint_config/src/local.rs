//! What a team teaches perflint: `.perflint/models/*.toml` and `.perflint/checks/*.md`.

use crate::error::ConfigError;
use perflint_walk::{ReadError, read_source};
use std::io::ErrorKind;
use std::path::Path;

/// The folder of all that is a team's own.
const FOLDER: &str = ".perflint";

/// The largest file.
const MAX_SIZE: u64 = 256 << 10;

/// How many files of a kind are read.
const MAX_FILES: usize = 500;

/// A file of the team's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalFile {
    /// Its path, relative to the root.
    pub path: String,
    /// Its name without extension.
    pub stem: String,
    /// Its text.
    pub text: String,
}

/// The team's own models, rules and examples, sorted by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Local {
    /// `.perflint/models/*.toml`.
    pub models: Vec<LocalFile>,
    /// `.perflint/checks/*.md`.
    pub checks: Vec<LocalFile>,
    /// `.perflint/models/*.md`: examples of what the models do.
    pub examples: Vec<LocalFile>,
}

impl Local {
    /// Reads what stands in `.perflint` of a root. No link is followed.
    pub fn read(root: &Path) -> Result<Self, ConfigError> {
        Ok(Self {
            models: files(root, "models", "toml")?,
            checks: files(root, "checks", "md")?,
            examples: files(root, "models", "md")?,
        })
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.models.is_empty() && self.checks.is_empty()
    }
}

fn files(root: &Path, folder: &str, extension: &str) -> Result<Vec<LocalFile>, ConfigError> {
    let folder = format!("{FOLDER}/{folder}");
    let entries = match root.join(&folder).read_dir() {
        Ok(entries) => entries,
        Err(_) => return Ok(Vec::new()),
    };
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let ending = format!(".{extension}");
    let mut names: Vec<String> =
        names.filter(|name| name.ends_with(&ending) && !name.starts_with('.')).collect();
    names.sort();
    let too_many = |file: &str| ConfigError::Syntax {
        place: file.to_owned(),
        message: format!("there are more than {MAX_FILES} files"),
        help: "put several models into one file".to_owned(),
    };
    if names.len() > MAX_FILES {
        return Err(too_many(&folder));
    }
    let mut out = Vec::with_capacity(names.len());
    for name in names {
        let path = format!("{folder}/{name}");
        let text = match read_source(root, &path, MAX_SIZE) {
            Ok(text) => text,
            Err(ReadError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(error.into()),
        };
        let stem = name.strip_suffix(&ending).unwrap_or(&name).to_owned();
        out.push(LocalFile { path, stem, text });
    }
    Ok(out)
}
