//! Findings as text, JSON, SARIF and what else people's tools read.
//!
//! A report is written for a person at a terminal ([`text`], [`concise`]) or in a browser ([`html`]), for a program of the
//! user's ([`json`], [`jsonl`]), a coding agent ([`agent`]), or a code host and its tools ([`sarif`], [`github`], [`gitlab`],
//! [`junit`], [`rdjson`], [`markdown`]). All are functions of the same [`Input`], know nothing of the analysis, and write the
//! same bytes for the same input; only text may say how long a scan took.
//!
//! Formats for programs that keep score themselves (JSON, SARIF, GitLab) hold every finding, and say which were known
//! before; a code host that is not told of a finding any more closes its alert, and opens it again with the next full
//! report. All others hold what somebody has to look at.
//!
//! What is quoted comes from a repository that nobody vouches for. [`clean`] makes control and bidirectional characters
//! visible and removes credentials from URLs, and every quotation passes through it: a pull request must neither repaint
//! the reviewer's terminal nor leave a password in a build log.
//!
//! The types of the JSON format are declared here instead of deriving serialisation on the findings: the format is a
//! contract with other programs, the findings are not.

mod agent;
mod changes;
pub mod clean;
mod concise;
mod fingerprint;
mod github;
mod gitlab;
mod html;
mod json;
mod junit;
mod markdown;
mod rdjson;
mod sarif;
mod text;

pub use agent::agent;
pub use changes::{
    ChangeKind, CostChange, CostChanges, changes_json, changes_markdown, changes_text, cost_changes,
};
pub use concise::concise;
pub use fingerprint::line_hashes;
pub use github::github;
pub use gitlab::gitlab;
pub use html::html;
pub use json::{json, jsonl};
pub use junit::junit;
pub use markdown::markdown;
pub use rdjson::rdjson;
pub use sarif::sarif;
pub use text::{TextStyle, text};

use perflint_rules::{Pages, Report, Sources};
use std::io;

/// What a report is made of.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// Findings and coverage.
    pub report: &'a Report,
    /// The pages of the rules.
    pub pages: &'a Pages,
    /// The text of the files.
    pub sources: &'a dyn Sources,
    /// The version of perflint.
    pub version: &'a str,
}

impl std::fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input").field("findings", &self.report.findings.len()).finish_non_exhaustive()
    }
}

/// Why a report could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The output refused.
    #[error("cannot write the report")]
    Write(#[from] io::Error),
    /// The report has no JSON form.
    #[error("cannot serialise the report")]
    Serialise(#[from] serde_json::Error),
    /// The terminal renderer failed.
    #[error("cannot draw the report")]
    Draw(#[from] std::fmt::Error),
}

/// The first sentence of a message without its full stop, and the rest.
fn split_title(message: &str) -> (&str, &str) {
    let end = message.match_indices(['.', '!', '?']).find(|(at, mark)| {
        let after = &message[at + mark.len()..];
        after.is_empty() || after.starts_with(char::is_whitespace)
    });
    match end {
        Some((at, mark)) => {
            let title_end = if mark == "." { at } else { at + mark.len() };
            (&message[..title_end], message[at + mark.len()..].trim_start())
        }
        None => (message, ""),
    }
}

/// Numbers with their noun: `1 file`, `2 files`.
fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(count))
}

/// A number with commas between its thousands.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod example;

#[cfg(test)]
mod tests {
    use super::{counted, split_title};

    #[test]
    fn titles_end_at_the_first_full_stop_before_a_space() {
        assert_eq!(
            split_title("Reads order.customer per order. Load it."),
            ("Reads order.customer per order", "Load it.")
        );
        assert_eq!(split_title("No end"), ("No end", ""));
        assert_eq!(split_title("Done."), ("Done", ""));
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(counted(1, "file"), "1 file");
        assert_eq!(counted(1_234_567, "line"), "1,234,567 lines");
        assert_eq!(counted(123, "line"), "123 lines");
    }
}
