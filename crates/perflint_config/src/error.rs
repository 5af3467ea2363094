//! What is wrong with a configuration, where, and what was meant.

use crate::budget::FormulaError;
use perflint_walk::ReadError;

/// How alike a name has to be to be suggested, from 0 to 1.
const LIKENESS: f64 = 0.75;

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Its text is not what it should be.
    #[error("{place}: {message}")]
    Syntax {
        /// File, line and column.
        place: String,
        /// What is wrong.
        message: String,
        /// What to do.
        help: String,
    },
    /// A value is not one that its key takes.
    #[error("{file}: `{key}`: {message}")]
    Value {
        /// The file.
        file: String,
        /// The key, with its tables.
        key: String,
        /// What is wrong.
        message: String,
        /// What to do.
        help: String,
    },
    /// A limit of a budget.
    #[error("{file}: `budget.\"{entry}\".{unit}`: {source}")]
    Budget {
        /// The file.
        file: String,
        /// The entry point or pattern.
        entry: String,
        /// The unit.
        unit: String,
        /// What is wrong.
        source: FormulaError,
    },
}

impl ConfigError {
    /// A way out.
    pub fn help(&self) -> &str {
        match self {
            Self::Syntax { help, .. } | Self::Value { help, .. } => help,
            Self::Read(_) => {
                "a configuration is a text file of at most 256 KB inside the repository; --no-config goes without one"
            }
            Self::Budget { .. } => "a limit is a number, or a formula such as \"3 + |orders|\" or \"5 + n\"",
        }
    }

    /// From a text that does not fit the types: what serde says, with a suggestion.
    pub(crate) fn syntax(file: &str, text: &str, offset: Option<usize>, message: &str) -> Self {
        let place = match offset {
            Some(offset) => {
                let before = &text[..text.floor_char_boundary(offset)];
                let line = before.matches('\n').count() + 1;
                let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
                format!("{file}:{line}:{column}")
            }
            None => file.to_owned(),
        };
        let names: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
        let (message, help) = match names.split_first() {
            Some((unknown, known)) if message.starts_with("unknown field") => {
                (format!("there is no setting `{unknown}`"), suggestion(unknown, known))
            }
            Some((unknown, known)) if message.starts_with("unknown variant") => {
                (format!("`{unknown}` is not one of its values"), suggestion(unknown, known))
            }
            _ => (
                message.lines().next().unwrap_or_default().to_owned(),
                "`perflint config schema` prints what a configuration may hold".to_owned(),
            ),
        };
        Self::Syntax { place, message, help }
    }
}

fn suggestion(unknown: &str, known: &[&str]) -> String {
    let list = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match nearest(unknown, known.iter().copied()) {
        Some(best) => format!("did you mean `{best}`? There are {list}"),
        None => format!("there are {list}"),
    }
}

/// The name that is most alike, if one is alike at all.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let alike = |candidate: &str| strsim::jaro_winkler(name, candidate);
    let best = known.into_iter().max_by(|a, b| alike(a).total_cmp(&alike(b)));
    best.filter(|best| alike(best) >= LIKENESS)
}
