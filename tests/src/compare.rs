//! Expectations against findings, for many folders at once.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// A place and a rule: file, line, rule.
pub type Site = (String, usize, String);

/// The differences as text, one line each; empty if there are none. `detail` tells more of a finding.
pub fn difference(expected: &[Site], found: &[Site], detail: impl Fn(&Site) -> String) -> String {
    let mut text = String::new();
    let mut line = |what: &str, site: &Site, more: &str| {
        let (file, number, rule) = site;
        // Writing to a string does not fail.
        let _ = writeln!(text, "    {what} {file}:{number} {rule}{more}");
    };
    for site in expected.iter().filter(|site| !found.contains(site)) {
        line("missing:   ", site, "");
    }
    for site in found.iter().filter(|site| !expected.contains(site)) {
        line("unexpected:", site, &format!(": {}", detail(site)));
    }
    text
}

/// Expected failures with their reasons: lines of `key: reason`, and comments after `#`. The list only ever shrinks, as
/// a test fails when something on it starts to pass.
#[derive(Debug, Default)]
pub struct Known {
    reasons: BTreeMap<String, String>,
}

impl Known {
    /// Reads a list.
    pub fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap_or_default();
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let entry = |line: &str| {
            let (key, reason) = line.split_once(": ").unwrap_or_else(|| panic!("no reason given: {line}"));
            (key.to_owned(), reason.to_owned())
        };
        Self { reasons: lines.map(entry).collect() }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.reasons.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.reasons.is_empty()
    }

    /// Panics if the failures are others than the known ones. `all` are the keys that exist.
    pub fn check(&self, all: &[String], failures: &BTreeMap<String, String>) {
        let mut text = String::new();
        for (key, failure) in failures.iter().filter(|(key, _)| !self.reasons.contains_key(*key)) {
            let _ = writeln!(text, "{key}\n{failure}");
        }
        for key in self.reasons.keys().filter(|key| !failures.contains_key(*key)) {
            let what = if all.contains(key) { "passes now" } else { "does not exist" };
            let _ = writeln!(text, "{key}\n    {what}: remove it from the list of known failures");
        }
        assert!(text.is_empty(), "\n\n{text}");
    }
}
