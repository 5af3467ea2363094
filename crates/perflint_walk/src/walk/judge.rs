//! The walk's decisions for files that are not on disk: those of another commit.

use super::{Candidate, Walker};
use crate::language::{NameGuess, is_module_config, lang_of_path};
use crate::role::role_of_path;
use perflint_ir::{Lang, Role, decode};
use std::borrow::Cow;
use std::path::Path;

/// What a walk would make of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judged<'a> {
    /// It hands it to the visitor.
    Source {
        /// Its language.
        lang: Lang,
        /// Its role.
        role: Role,
        /// Its decoded text.
        text: Cow<'a, str>,
    },
    /// It says how modules are found.
    Config {
        /// Its decoded text.
        text: Cow<'a, str>,
    },
    /// It does not read it.
    No,
}

impl Walker {
    /// Whether a path alone, relative to the base, leaves a file to be read. Ignore files are not consulted.
    pub fn may_read(&self, path: &str) -> bool {
        self.candidate(path).is_some() || self.is_config(path)
    }

    /// What the walk would make of a file with this path, relative to the base, and this content.
    pub fn judge<'a>(&self, path: &str, bytes: &'a [u8]) -> Judged<'a> {
        if bytes.len() as u64 > self.config.max_file_size {
            return Judged::No;
        }
        if self.is_config(path) {
            return decode(bytes).map_or(Judged::No, |text| Judged::Config { text });
        }
        let Some(candidate) = self.candidate(path) else { return Judged::No };
        let Some(lang) = self.language(&candidate, bytes) else { return Judged::No };
        let Some(text) = decode(bytes) else { return Judged::No };
        match self.verdict(&candidate, lang, &text) {
            Ok(role) => Judged::Source { lang, role, text },
            Err(_) => Judged::No,
        }
    }

    fn candidate(&self, path: &str) -> Option<Candidate> {
        let guess = lang_of_path(path);
        let lang = match guess {
            NameGuess::Other => return None,
            NameGuess::Known(lang) => Some(lang),
            NameGuess::Template(_) | NameGuess::Shebang => None,
        };
        let below_root = self.below_root(path)?;
        let shown = Path::new(path);
        if self.globs.excludes_with_parents(shown) || !self.globs.includes(shown) {
            return None;
        }
        let role = role_of_path(below_root, lang);
        let wanted = self.config.roles.contains(&role) && lang.is_none_or(self.config.wanted);
        wanted.then(|| Candidate {
            path: shown.to_owned(),
            shown: path.to_owned(),
            lossy: false,
            guess,
            role,
        })
    }

    fn is_config(&self, path: &str) -> bool {
        self.below_root(path).is_some_and(|below| {
            is_module_config(below) && self.config.roles.contains(&role_of_path(below, None))
        })
    }

    /// The path below the root that holds it, unless a hidden folder is in between.
    fn below_root<'p>(&self, path: &'p str) -> Option<&'p str> {
        let below = self.roots.iter().find_map(|root| {
            let root = root.strip_prefix(&self.base).ok()?.to_str()?;
            match path.strip_prefix(root) {
                // A root that is the file itself is judged by its whole path, as in a walk.
                Some("") => Some(path),
                Some(below) if root.is_empty() => Some(below),
                Some(below) => below.strip_prefix('/'),
                None => None,
            }
        })?;
        (!below.split('/').any(|part| part.starts_with('.'))).then_some(below)
    }
}
