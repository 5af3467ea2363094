//! The models that the binary carries.

use crate::ModelFile;
use crate::index::{ModelError, Models, parse, parse_as};
use std::fs;
use std::path::{Path, PathBuf};

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The models of `rules/models`, as they were when perflint was built.
///
/// # Errors
/// A file that cannot be used; the tests hold that there is none.
pub fn builtin() -> Result<Models, ModelError> {
    Models::of(carried(|_| true)?)
}

/// The builtin models of the languages that a scan met, and a team's own: pairs of a file's name and its text. Reading all
/// of them takes longer than most small scans.
///
/// # Errors
/// A file that cannot be used.
pub fn builtin_for<'a>(
    is_met: &dyn Fn(&str) -> bool,
    own: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<Models, ModelError> {
    let own = parse(own)?;
    // A team's own rows may stand on builtin ones of their language.
    let named = |folder: &str| own.iter().any(|(_, file)| folder_of(&file.language) == folder);
    let wanted = |name: &str| name.split_once('/').is_none_or(|(folder, _)| is_met(folder) || named(folder));
    let mut files = carried(wanted)?;
    files.extend(own);
    Models::of(files)
}

fn carried(wanted: impl Fn(&str) -> bool) -> Result<Vec<(String, ModelFile)>, ModelError> {
    let files = FILES.iter().copied().filter(|(name, _)| wanted(name));
    parse_as(files, from_json)
}

fn from_json(name: &str, text: &str) -> Result<ModelFile, ModelError> {
    serde_json::from_str(text)
        .map_err(|error| ModelError::Row { file: name.to_owned(), what: error.to_string() })
}

/// Kotlin's models stand beside Java's: the two call each other.
fn folder_of(language: &str) -> &str {
    if language == "kotlin" { "java" } else { language }
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
    use super::{FILES, builtin, builtin_for, folder_of};

    #[test]
    fn models_are_read_for_the_languages_that_are_met() {
        let of = |met: &str| builtin_for(&|folder| folder == met, []).unwrap();
        let go = of("go");
        assert!(go.type_named("go", "database/sql.DB").is_some() && go.type_named("python", "str").is_none());
        assert!(of("none").size().1 == 0);
        let own = [("own.toml", "library = \"ours\"\nlanguage = \"go\"\ndocs = \"-\"")];
        assert_eq!(builtin_for(&|_| false, own).unwrap().size(), go.size());
        assert_eq!(builtin_for(&|_| true, []).unwrap().size(), builtin().unwrap().size());
    }

    #[test]
    fn a_file_stands_in_the_folder_of_its_language() {
        for (name, text) in FILES {
            let file: crate::ModelFile = serde_json::from_str(text).unwrap();
            assert_eq!(
                name.split_once('/').map(|(folder, _)| folder),
                Some(folder_of(&file.language)),
                "{name}"
            );
        }
    }

    #[test]
    fn every_model_file_can_be_used() {
        let models = builtin().unwrap();
        assert!(models.size().1 > 0, "no call rows");
    }
}
