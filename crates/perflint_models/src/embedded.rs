//! The models that the binary carries.

use crate::index::{ModelError, Models};
use std::fs;
use std::path::{Path, PathBuf};

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The models of `rules/models`, as they were when perflint was built.
///
/// # Errors
/// A file that cannot be used; the tests hold that there is none.
pub fn builtin() -> Result<Models, ModelError> {
    Models::read(FILES.iter().copied())
}

/// The builtin models and a team's own: pairs of a file's name and its text.
///
/// # Errors
/// A file that cannot be used.
pub fn builtin_and<'a>(own: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Models, ModelError> {
    Models::read(FILES.iter().copied().chain(own))
}

/// The models of a folder, in place of the builtin ones: for authors of models.
///
/// # Errors
/// A folder or file that cannot be read, or a file that cannot be used.
pub fn folder(root: &Path) -> Result<Models, ModelError> {
    let mut files = Vec::new();
    collect(root, &mut files)?;
    if files.is_empty() {
        let source = std::io::Error::new(std::io::ErrorKind::NotFound, "there is no model in it");
        return Err(ModelError::Read { path: root.to_owned(), source });
    }
    files.sort();
    let mut texts = Vec::new();
    for path in files {
        let text =
            fs::read_to_string(&path).map_err(|source| ModelError::Read { path: path.clone(), source })?;
        texts.push((path.display().to_string(), text));
    }
    Models::read(texts.iter().map(|(name, text)| (name.as_str(), text.as_str())))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), ModelError> {
    let fail = |source| ModelError::Read { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let kind = entry.file_type().map_err(fail)?;
        if kind.is_dir() {
            collect(&entry.path(), files)?;
        } else if entry.path().extension().is_some_and(|e| e == "toml") {
            files.push(entry.path());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_model_file_can_be_used() {
        let models = super::builtin().unwrap();
        assert!(models.size().1 > 0, "no call rows");
    }
}
