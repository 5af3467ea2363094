//! What `--format json` says, as far as tests read it. The format is documented in `docs/json.md`.

use crate::command::{perflint, run};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// A report.
#[derive(Debug, Deserialize)]
pub struct Report {
    /// Findings, sorted.
    pub findings: Vec<Finding>,
    /// Entry points with their costs.
    pub entries: Vec<Entry>,
    /// Findings below the profile, by rule.
    pub held_back: BTreeMap<String, usize>,
    /// What was read.
    pub coverage: Coverage,
}

/// A finding.
#[derive(Debug, Deserialize)]
pub struct Finding {
    /// The rule's id.
    pub rule: String,
    /// `note`, `warning`, `error`.
    pub level: String,
    /// `low`, `medium`, `high`.
    pub confidence: String,
    /// What is wrong.
    pub message: String,
    /// The primary place.
    pub place: Place,
    /// Further places of the same cause: a finding is told there as well.
    pub also: Vec<Place>,
    /// The reason of the comment that suppresses it.
    pub suppressed: Option<String>,
    /// How execution reaches the effect.
    pub route: Vec<Step>,
    /// What to change.
    pub fix: Option<Fix>,
}

/// A proposed change.
#[derive(Clone, Debug, Deserialize)]
pub struct Fix {
    /// In words.
    pub advice: String,
    /// Where.
    pub place: Place,
}

/// A step of a route.
#[derive(Clone, Debug, Deserialize)]
pub struct Step {
    /// `entry`, `call`, `loop`, `source`, `effect` and others.
    pub kind: String,
    /// What it says.
    pub label: String,
    /// Where.
    pub place: Place,
}

/// An entry point.
#[derive(Clone, Debug, Deserialize)]
pub struct Entry {
    /// `GET /orders`, or the function's name.
    pub label: String,
    /// The handler.
    pub place: Place,
    /// A formula per unit.
    pub cost: BTreeMap<String, String>,
    /// The effects behind it.
    pub terms: Vec<Term>,
}

/// An effect, and how often it happens.
#[derive(Clone, Debug, Deserialize)]
pub struct Term {
    /// Its kind.
    pub effect: String,
    /// The entity whose rows it touches.
    pub entity: Option<String>,
    /// The call or relation.
    pub label: String,
    /// How often.
    pub times: String,
    /// It blocks an event loop.
    pub blocks: bool,
    /// Where it stands.
    pub place: Place,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Place {
    /// Path from the repository's root.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
}

/// What was read and what was not.
#[derive(Debug, Deserialize)]
pub struct Coverage {
    /// Files that were lowered.
    pub files: usize,
    /// Files by language.
    pub languages: BTreeMap<String, usize>,
    /// Files that were not read, by reason.
    pub skipped: BTreeMap<String, usize>,
    /// Files that could not be read.
    pub unreadable: Vec<Unreadable>,
    /// What could not be parsed.
    pub gaps: Vec<Gap>,
}

/// A file that could not be read because of an error.
#[derive(Debug, Deserialize)]
pub struct Unreadable {
    /// Its path.
    pub file: String,
    /// Why.
    pub reason: String,
}

/// Places that could not be parsed.
#[derive(Debug, Deserialize)]
pub struct Gap {
    /// The language.
    pub language: String,
    /// Why.
    pub reason: String,
    /// How many.
    pub count: usize,
}

impl Finding {
    /// The primary place, and further ones of the same cause.
    pub fn places(&self) -> impl Iterator<Item = &Place> {
        std::iter::once(&self.place).chain(&self.also)
    }
}

impl Report {
    /// What could not be parsed.
    pub fn gaps(&self) -> impl Iterator<Item = &Gap> {
        self.coverage.gaps.iter()
    }
}

/// Scans a folder with further options; panics with the command's own words if it fails.
pub fn scan(folder: &Path, options: &[&str]) -> Report {
    let run = run(perflint().args(["scan", "--format", "json", "--quiet"]).args(options).arg(folder));
    assert!(matches!(run.code, Some(0 | 1 | 4)), "exit code {:?}: {}", run.code, run.err());
    serde_json::from_slice(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.out()))
}
