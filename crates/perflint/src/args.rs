//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use perflint_rules::{Confidence, Level};
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Finds N+1 queries, unbounded queries, missing pagination and blocking I/O, without running anything.
#[derive(Debug, Parser)]
#[command(name = "perflint", version, about, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Scan files and folders.
    #[command(after_help = EXIT_CODES)]
    Scan(ScanArgs),
    /// List the rules.
    Rules,
    /// Print the page of a rule.
    Explain {
        /// The rule's id, as `perflint rules` lists it.
        rule: String,
    },
}

const EXIT_CODES: &str = "\
Exit codes:
  0  no findings at or above --fail-on
  1  findings at or above --fail-on
  2  wrong usage: a missing path, an unknown rule, a glob that does not parse
  3  incomplete scan, with --strict
  4  nothing to scan";

#[derive(Args, Debug)]
pub(crate) struct ScanArgs {
    /// Files and folders to scan; the current folder by default.
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    /// How to write the report.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Write the report to a file instead of standard output.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Report these rules or categories only; ids separated by commas.
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub(crate) select: Vec<String>,
    /// Do not report these rules or categories; ids separated by commas.
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub(crate) ignore: Vec<String>,
    /// Read only what matches this glob, in the syntax of .gitignore; repeatable.
    #[arg(long, value_name = "GLOB")]
    pub(crate) include: Vec<String>,
    /// Do not read what matches this glob, in the syntax of .gitignore; repeatable.
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,
    /// Report findings of at least this confidence, instead of each rule's own.
    #[arg(long, value_enum, value_name = "CONFIDENCE")]
    pub(crate) min_confidence: Option<ConfidenceArg>,
    /// Report what is less sure or less important too.
    #[arg(long)]
    pub(crate) pedantic: bool,
    /// Read and judge test code too.
    #[arg(long)]
    pub(crate) include_tests: bool,
    /// Threads; as many as there are processors by default.
    #[arg(long, short, value_name = "N", value_parser = parse_jobs)]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// The least level of a finding that makes the exit code 1.
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = FailOn::Warning)]
    pub(crate) fail_on: FailOn,
    /// Exit with 3 if a file could not be read or a parser failed.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Skip files larger than this many bytes; K and M are understood.
    #[arg(long, value_name = "SIZE", default_value = "1M", value_parser = parse_size)]
    pub(crate) max_file_size: u64,
    /// Use the models of this folder in place of the builtin ones (for authors of models).
    #[arg(long, value_name = "DIR")]
    pub(crate) models: Option<PathBuf>,
    /// Write findings only: no progress, no summary.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs; documented in docs/json.md.
    Json,
    /// For code hosts.
    Sarif,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ConfidenceArg {
    Low,
    Medium,
    High,
}

impl From<ConfidenceArg> for Confidence {
    fn from(arg: ConfidenceArg) -> Self {
        match arg {
            ConfidenceArg::Low => Self::Low,
            ConfidenceArg::Medium => Self::Medium,
            ConfidenceArg::High => Self::High,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    Note,
    Warning,
    Error,
    Never,
}

impl FailOn {
    /// The least level that fails.
    pub(crate) fn level(self) -> Option<Level> {
        match self {
            Self::Note => Some(Level::Note),
            Self::Warning => Some(Level::Warning),
            Self::Error => Some(Level::Error),
            Self::Never => None,
        }
    }
}

/// A number of threads.
fn parse_jobs(text: &str) -> Result<NonZeroUsize, String> {
    text.parse()
        .map_err(|_| "a number of threads is 1 or more; leave it out to use all processors".to_owned())
}

/// A size in bytes: digits, then nothing, `K` or `M`, which count in 1024.
fn parse_size(text: &str) -> Result<u64, String> {
    let (digits, factor) = match text.trim_end_matches(['i', 'B', 'b']) {
        text if text.ends_with(['k', 'K']) => (&text[..text.len() - 1], 1 << 10),
        text if text.ends_with(['m', 'M']) => (&text[..text.len() - 1], 1 << 20),
        text => (text, 1),
    };
    let size = digits.trim().parse::<u64>().ok().and_then(|number| number.checked_mul(factor));
    size.filter(|size| (1..=u64::from(u32::MAX)).contains(size))
        .ok_or_else(|| "a size is a number of bytes below 4096M, such as 500000, 512K or 2M".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Cli, parse_size};
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn sizes() {
        for (text, size) in
            [("1M", 1 << 20), ("512K", 512 << 10), ("2MiB", 2 << 20), ("77", 77), ("9kb", 9 << 10)]
        {
            assert_eq!(parse_size(text), Ok(size), "{text}");
        }
        for text in ["", "M", "0", "-1", "1G", "99999999M", "4096M"] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }
}
