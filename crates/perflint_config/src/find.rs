//! Where a configuration stands.

use crate::error::ConfigError;
use crate::types::Config;
use perflint_walk::{ReadError, read_source};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::path::Path;

/// The largest configuration file.
const MAX_SIZE: u64 = 256 << 10;

/// The files that may hold a configuration, the first that does in a folder being the one.
pub const FILES: &[&str] = &["perflint.toml", "pyproject.toml", "package.json", "Cargo.toml"];

/// A configuration and where it stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loaded {
    /// What it says.
    pub config: Config,
    /// Its file, relative to the root, with forward slashes.
    pub file: String,
    /// Its folder, relative to the root, with a slash at the end; empty for the root itself.
    pub folder: String,
}

#[derive(Deserialize)]
struct PyProject {
    tool: Option<Tool>,
}

#[derive(Deserialize)]
struct Tool {
    perflint: Option<Config>,
}

#[derive(Deserialize)]
struct Package {
    perflint: Option<Config>,
}

#[derive(Deserialize)]
struct Cargo {
    workspace: Option<Member>,
    package: Option<Member>,
}

#[derive(Deserialize)]
struct Member {
    metadata: Option<Package>,
}

/// The nearest configuration upwards from `start` to `root`, if there is one. Both are real paths.
pub fn find(root: &Path, start: &Path) -> Result<Option<Loaded>, ConfigError> {
    let folders = start.ancestors().take_while(|folder| folder.starts_with(root));
    for folder in folders {
        let Some(relative) = folder.strip_prefix(root).ok().and_then(Path::to_str) else { continue };
        let prefix =
            if relative.is_empty() { String::new() } else { format!("{}/", relative.replace('\\', "/")) };
        for name in FILES {
            let file = format!("{prefix}{name}");
            let own = *name == "perflint.toml";
            let text = match read_source(root, &file, MAX_SIZE) {
                Ok(text) => text,
                Err(ReadError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
                    continue;
                }
                // A manifest of another tool that cannot be read is for that tool to complain about.
                Err(_) if !own => continue,
                Err(error) => return Err(error.into()),
            };
            if let Some(config) = parse(name, &file, &text)? {
                return Ok(Some(Loaded { config, file, folder: prefix }));
            }
        }
    }
    Ok(None)
}

/// Reads a file that a configuration names, relative to `root`; `None` if there is none. It passes no link and stays inside.
pub fn read_inside(root: &Path, file: &str, max: u64) -> Result<Option<String>, ConfigError> {
    match read_source(root, file, max) {
        Ok(text) => Ok(Some(text)),
        Err(ReadError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Reads the configuration of a file that the user named, relative to `root`.
pub fn load(root: &Path, file: &str) -> Result<Loaded, ConfigError> {
    let text = read_source(root, file, MAX_SIZE)?;
    let (folder, name) = file.rsplit_once('/').map_or(("", file), |(folder, name)| (folder, name));
    let kind = if FILES.contains(&name) { name } else { "perflint.toml" };
    let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    match parse(kind, file, &text)? {
        Some(config) => Ok(Loaded { config, file: file.to_owned(), folder }),
        None => Err(ConfigError::Syntax {
            place: file.to_owned(),
            message: "there is no configuration in it".to_owned(),
            help: "pyproject.toml holds it under [tool.perflint], package.json under \"perflint\", Cargo.toml under [workspace.metadata.perflint]".to_owned(),
        }),
    }
}

fn parse(name: &str, file: &str, text: &str) -> Result<Option<Config>, ConfigError> {
    let own = name == "perflint.toml";
    // Most manifests do not speak of perflint, and a broken one is not perflint's to report.
    if !own && !text.contains("perflint") {
        return Ok(None);
    }
    match name {
        "perflint.toml" => toml_as::<Config>(file, text).map(Some),
        "pyproject.toml" => Ok(toml_as::<PyProject>(file, text)?.tool.and_then(|tool| tool.perflint)),
        "Cargo.toml" => {
            let manifest = toml_as::<Cargo>(file, text)?;
            let of = |member: Option<Member>| member.and_then(|member| member.metadata?.perflint);
            Ok(of(manifest.workspace).or(of(manifest.package)))
        }
        _ => {
            let package: Package = serde_json::from_str(text).map_err(|error| {
                let line_start = text
                    .split_inclusive('\n')
                    .take(error.line().saturating_sub(1))
                    .map(str::len)
                    .sum::<usize>();
                let whole = error.to_string();
                let message = whole.rsplit_once(" at line ").map_or(whole.as_str(), |(message, _)| message);
                ConfigError::syntax(file, text, Some(line_start + error.column().saturating_sub(1)), message)
            })?;
            Ok(package.perflint)
        }
    }
}

fn toml_as<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, ConfigError> {
    toml::from_str(text).map_err(|error| {
        ConfigError::syntax(file, text, error.span().map(|span| span.start), error.message())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("temp");
        for (path, text) in files {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().expect("parent")).expect("mkdir");
            fs::write(path, text).expect("write");
        }
        dir
    }

    fn found(files: &[(&str, &str)], start: &str) -> Result<Option<Loaded>, ConfigError> {
        let dir = tree(files);
        let root = dir.path().canonicalize().expect("root");
        fs::create_dir_all(root.join(start)).expect("mkdir");
        find(&root, &root.join(start))
    }

    #[test]
    fn all_four_places_are_read() {
        for (file, text) in [
            ("perflint.toml", "ignore = ['select-star']"),
            ("pyproject.toml", "[project]\nname = 'x'\n[tool.perflint]\nignore = ['select-star']"),
            ("package.json", "{\"name\": \"x\", \"perflint\": {\"ignore\": [\"select-star\"]}}"),
            (
                "Cargo.toml",
                "[workspace]\nmembers = []\n[workspace.metadata.perflint]\nignore = ['select-star']",
            ),
            ("Cargo.toml", "[package]\nname = 'x'\n[package.metadata.perflint]\nignore = ['select-star']"),
        ] {
            let loaded = found(&[(file, text)], "a/b").expect(file).expect(file);
            assert_eq!(loaded.config.ignore, ["select-star"], "{file}");
        }
    }

    #[test]
    fn the_nearest_folder_wins_and_perflint_toml_within_it() {
        let files = [
            ("perflint.toml", "ignore = ['far']"),
            ("a/pyproject.toml", "[tool.perflint]\nignore = ['near']"),
            ("a/b/package.json", "{\"name\": \"perflint-user\"}"),
        ];
        let loaded = found(&files, "a/b").expect("read").expect("one");
        assert_eq!(
            (loaded.config.ignore[0].as_str(), &*loaded.file, &*loaded.folder),
            ("near", "a/pyproject.toml", "a/")
        );
        let both = [files[1], ("a/perflint.toml", "ignore = ['own']")];
        assert_eq!(found(&both, "a").expect("read").expect("one").config.ignore, ["own"]);
    }

    #[test]
    fn mistakes_are_placed_and_corrected() {
        for (file, text, place, help) in [
            ("perflint.toml", "\nselct = []", "perflint.toml:2:1", "did you mean `select`?"),
            ("perflint.toml", "[rules.x]\nlevel = 'warn'", "perflint.toml:2:9", "did you mean `warning`?"),
            (
                "pyproject.toml",
                "[tool.perflint]\nfail_on = 'note'",
                "pyproject.toml:2:1",
                "did you mean `fail-on`?",
            ),
            (
                "package.json",
                "{\"perflint\": {\n \"exclud\": []}}",
                "package.json:2:",
                "did you mean `exclude`?",
            ),
            ("perflint.toml", "[[paths]]\nglobs = 3", "perflint.toml:2:9", "perflint config schema"),
            ("perflint.toml", "a = = 1", "perflint.toml:1:", "perflint config schema"),
        ] {
            let error = found(&[(file, text)], "").expect_err(text);
            assert!(error.to_string().starts_with(place), "{error} should start with {place}");
            assert!(error.help().contains(help), "{}", error.help());
        }
    }
}
