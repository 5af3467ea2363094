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
    /// Show how a change changed what entry points cost.
    #[command(after_help = EXIT_CODES)]
    Diff(DiffArgs),
    /// Accept the findings of today, so that only new ones are reported.
    Baseline(BaselineArgs),
    /// Show the tables, columns, indexes and foreign keys that declarations and migrations make.
    Schema(SchemaArgs),
    /// Write a configuration that fits the repository.
    Init(InitArgs),
    /// Check, print or describe the configuration.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Run the examples of the team's own rules and models.
    Test(TestArgs),
    /// List entry points with what each costs.
    Routes(RoutesArgs),
    /// Write a performance plan: what breaks first, what to change, how to prove it.
    Plan(PlanArgs),
    /// List the rules.
    Rules,
    /// Print the page of a rule.
    Explain {
        /// The rule's id, as `perflint rules` lists it.
        rule: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Check the configuration, the team's own rules and models, and the baseline.
    Check(PlaceArgs),
    /// Print which configuration is in force.
    Path(PlaceArgs),
    /// Print the JSON schema of the configuration, for editors.
    Schema,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  no findings at or above --fail-on
  1  findings at or above --fail-on
  2  wrong usage: a missing path, an unknown rule, a configuration, revision or baseline that cannot be used
  3  incomplete scan, with --strict
  4  nothing to scan";

/// What to analyse, and how.
#[derive(Args, Debug)]
pub(crate) struct AnalysisArgs {
    /// Files and folders to scan; the current folder by default.
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) settings: SettingArgs,
}

/// How to analyse.
#[derive(Args, Debug)]
pub(crate) struct SettingArgs {
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
    /// Skip files larger than this many bytes; K and M are understood. 1M by default.
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub(crate) max_file_size: Option<u64>,
    /// Use the models of this folder in place of the builtin ones (for authors of models).
    #[arg(long, value_name = "DIR")]
    pub(crate) models: Option<PathBuf>,
    /// Use this configuration instead of the nearest one.
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub(crate) config: Option<PathBuf>,
    /// Use no configuration, and neither rules nor models of the repository's own.
    #[arg(long)]
    pub(crate) no_config: bool,
    /// Report what comments suppress too.
    #[arg(long)]
    pub(crate) no_suppressions: bool,
    /// Write what was asked for only: no progress, no summary.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Args, Debug)]
pub(crate) struct ScanArgs {
    #[command(flatten)]
    pub(crate) analysis: AnalysisArgs,
    /// How to write the report to standard output.
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
    /// Write the report to a file: FILE in the format of --format, or FORMAT=FILE; repeatable.
    #[arg(long, short, value_name = "[FORMAT=]FILE")]
    pub(crate) output: Vec<String>,
    /// Report what is new since HEAD and this revision parted, or with `-` since the patch on standard input was applied.
    #[arg(long, value_name = "REV", allow_hyphen_values = true)]
    pub(crate) diff: Option<String>,
    /// Report what committing the tracked files as they are would add; untracked files do not count. For hooks.
    #[arg(long, conflicts_with = "diff")]
    pub(crate) commit: bool,
    /// Report what is not in this file, which `perflint baseline` writes.
    #[arg(long, value_name = "FILE", conflicts_with = "no_baseline")]
    pub(crate) baseline: Option<PathBuf>,
    /// Use no baseline.
    #[arg(long)]
    pub(crate) no_baseline: bool,
    /// The least level of a finding that makes the exit code 1. `warning` by default.
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub(crate) fail_on: Option<FailOn>,
    /// Exit with 3 if a file could not be read or a parser failed.
    #[arg(long)]
    pub(crate) strict: bool,
}

#[derive(Args, Debug)]
pub(crate) struct SchemaArgs {
    #[command(flatten)]
    pub(crate) analysis: AnalysisArgs,
    /// How to write the schema.
    #[arg(long, value_enum, default_value_t = SchemaFormat::Text)]
    pub(crate) format: SchemaFormat,
    /// Propose which indexes to add and which to drop instead, from what the queries do.
    #[arg(long)]
    pub(crate) indexes: bool,
}

/// Formats of a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// With --indexes: SQL that makes the changes.
    Sql,
    /// With --indexes: a migration of the framework that declares the schema.
    Migration,
}

#[derive(Args, Debug)]
pub(crate) struct DiffArgs {
    /// The revision to compare with, or `-` for a patch on standard input.
    #[arg(value_name = "REV", allow_hyphen_values = true)]
    pub(crate) rev: String,
    #[command(flatten)]
    pub(crate) analysis: AnalysisArgs,
    /// How to write the changes.
    #[arg(long, value_enum, default_value_t = DiffFormat::Text)]
    pub(crate) format: DiffFormat,
    /// Write to a file instead of standard output.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct BaselineArgs {
    #[command(flatten)]
    pub(crate) analysis: AnalysisArgs,
    /// The file to write; by default what the configuration names, or `.perflint/baseline.json`.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Only take out what is found no more.
    #[arg(long)]
    pub(crate) prune: bool,
}

#[derive(Args, Debug)]
pub(crate) struct InitArgs {
    /// The folder of the repository.
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) path: PathBuf,
    /// Print the configuration instead of writing it.
    #[arg(long)]
    pub(crate) print: bool,
}

#[derive(Args, Debug)]
pub(crate) struct PlaceArgs {
    /// The folder or file that would be scanned.
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) path: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct TestArgs {
    /// The folder of the repository.
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) path: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct RoutesArgs {
    #[command(flatten)]
    pub(crate) analysis: AnalysisArgs,
    /// How to write the list.
    #[arg(long, value_enum, default_value_t = RoutesFormat::Text)]
    pub(crate) format: RoutesFormat,
}

#[derive(Args, Debug)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) analysis: AnalysisArgs,
    /// How to write the plan to standard output.
    #[arg(long, value_enum, default_value_t = PlanFormat::Markdown, conflicts_with = "output")]
    pub(crate) format: PlanFormat,
    /// Write one section only: overview, algorithms, caching, database, load, scaling, monitoring or checklist.
    #[arg(long, value_name = "NAME", conflicts_with = "output")]
    pub(crate) section: Option<String>,
    /// Write the report in every form, and all artefacts, to this folder.
    #[arg(long, short, value_name = "FOLDER")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoutesFormat {
    /// For people.
    Text,
    /// For programs; documented in docs/json.md.
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlanFormat {
    /// For reviews and wikis.
    Markdown,
    /// One page that needs nothing else.
    Html,
    /// For programs.
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people: excerpts, routes, fixes.
    Text,
    /// For people: a line a finding.
    Concise,
    /// For programs; documented in docs/json.md.
    Json,
    /// For programs: a finding a line.
    Jsonl,
    /// For code hosts: GitHub code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// Code quality reports of GitLab.
    Gitlab,
    /// For whatever reads test reports.
    Junit,
    /// For reviewdog.
    Rdjson,
    /// For comments and job summaries.
    Markdown,
    /// One page that needs nothing else.
    Html,
    /// For coding agents: a line a finding.
    Agent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// For people.
    Text,
    /// For programs; documented in docs/json.md.
    Json,
    /// For a comment on a pull request.
    Markdown,
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
    let jobs = text.parse().ok().filter(|jobs: &NonZeroUsize| jobs.get() <= perflint_engine::MAX_JOBS);
    jobs.ok_or_else(|| {
        let most = perflint_engine::MAX_JOBS;
        format!("a number of threads is 1 or more, {most} at most; leave it out to use all processors")
    })
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

/// A size as a configuration writes it.
pub(crate) fn size(text: &str) -> Result<u64, String> {
    parse_size(text)
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
