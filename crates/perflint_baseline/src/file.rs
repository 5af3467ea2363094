//! The file that remembers findings.

use crate::identity::Identity;
use serde::Deserialize;
use std::fmt::Write;

/// The version of the format. It grows when older versions would misread it.
const VERSION: u64 = 1;

/// Findings that a team has accepted for now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Sorted.
    pub findings: Vec<Identity>,
}

/// Why a baseline cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// It is no JSON, or lacks what every version has.
    #[error("it is not a baseline: {0}")]
    Format(#[from] serde_json::Error),
    /// It was written by another version.
    #[error("it has version {found}, and this perflint reads version {VERSION}")]
    Version {
        /// Its version.
        found: u64,
    },
}

#[derive(Deserialize)]
struct Head {
    version: u64,
}

#[derive(Deserialize)]
struct Body {
    findings: Vec<Identity>,
}

impl Baseline {
    /// A baseline of findings.
    pub fn new(mut findings: Vec<Identity>) -> Self {
        findings.sort();
        Self { findings }
    }

    /// Reads a file.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        // Editors of some systems put a mark before the text.
        let text = text.trim_start_matches('\u{feff}');
        // The version first: what else another version holds is not known.
        let Head { version } = serde_json::from_str(text)?;
        if version != VERSION {
            return Err(BaselineError::Version { found: version });
        }
        let Body { findings } = serde_json::from_str(text)?;
        Ok(Self::new(findings))
    }

    /// The file's text: a finding a line, so that merges and reviews go by finding.
    pub fn text(&self) -> Result<String, serde_json::Error> {
        let mut text = format!("{{\n  \"version\": {VERSION},\n  \"findings\": [");
        for (index, finding) in self.findings.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            // Writing to a string cannot fail.
            let _ = write!(text, "{comma}\n    {}", serde_json::to_string(finding)?);
        }
        text.push_str(if self.findings.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" });
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_read_as_it_was_written() {
        let finding = |file: &str| Identity {
            file: file.into(),
            rule: "r".into(),
            symbol: String::new(),
            what: "\"quoted\"\n".into(),
            code: "1".into(),
        };
        for findings in [vec![], vec![finding("b.py"), finding("a.py")]] {
            let baseline = Baseline::new(findings);
            let text = baseline.text().expect("text");
            assert_eq!(Baseline::parse(&text).expect("a baseline"), baseline, "{text}");
            let edited = format!("\u{feff}{}", text.replace('\n', "\r\n"));
            assert_eq!(Baseline::parse(&edited).expect("a baseline"), baseline, "{edited}");
        }
    }

    #[test]
    fn other_versions_and_other_files_are_told_apart() {
        let newer = Baseline::parse("{\"version\": 2, \"entries\": {}}");
        assert!(matches!(newer, Err(BaselineError::Version { found: 2 })), "{newer:?}");
        for text in ["", "[]", "{}", "{\"version\": 1}", "{\"version\": 1, \"findings\": [{}]}"] {
            assert!(matches!(Baseline::parse(text), Err(BaselineError::Format(_))), "{text}");
        }
    }
}
