//! `perflint scan`.

use crate::args::{Format, ScanArgs};
use crate::output::Output;
use crate::progress::Bar;
use crate::rules;
use crate::status::{Failure, Status};
use crate::suggest::nearest_path;
use perflint_engine::{Options, Scan, ScanError, WalkError};
use perflint_ir::GapKind;
use perflint_report::{Input, ReportError, TextStyle};
use perflint_rules::{Coverage, Pages, Report};
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// Columns where the output is no terminal.
const DEFAULT_WIDTH: usize = 100;

/// Scans, writes the report, and says how it went.
pub(crate) fn scan(args: ScanArgs) -> Result<Status, Failure> {
    let start = Instant::now();
    let pages = perflint_engine::rules().map_err(Failure::from)?;
    rules::check("--select", &args.select, &pages)?;
    rules::check("--ignore", &args.ignore, &pages)?;
    let output = Output::new(args.output.clone())?;
    let bar = Bar::new(args.quiet);
    let scan = perflint_engine::scan(&options(&args), &bar).map_err(|error| failure(error, &args))?;
    drop(bar);
    let style = style(&args, &output, start.elapsed());
    output.write(|out| write(out, &scan, &pages, args.format, style))?;
    let status = status(&scan.report, &args);
    if status == Status::Nothing && !args.quiet {
        let hint = "nothing to scan: no source file of a supported language was found, see the ignore files and globs\n";
        // Nobody is left to tell that standard error is closed.
        let _ = io::stderr().write_all(hint.as_bytes());
    }
    Ok(status)
}

/// A scan that could not start, with the place of the mistake and the way out.
fn failure(error: ScanError, args: &ScanArgs) -> Failure {
    let help = match &error {
        ScanError::Root { path, source } if source.kind() == io::ErrorKind::NotFound => {
            let help = match nearest_path(path) {
                Some(near) => format!("did you mean {}?", near.display()),
                None => "give files and folders that exist".to_owned(),
            };
            return Failure::usage(format!("there is no file or folder {}", path.display()), help);
        }
        ScanError::Root { .. } | ScanError::Walk(WalkError::Root { .. } | WalkError::Outside { .. }) => {
            "give files and folders that exist and can be read".to_owned()
        }
        ScanError::Walk(WalkError::Glob { glob, .. }) => {
            let option = if args.include.contains(glob) { "--include" } else { "--exclude" };
            format!("{option} takes globs in the syntax of .gitignore: `*.py`, `legacy/`, `src/**/old_*`")
        }
        ScanError::Model(_) if args.models.is_some() => {
            "--models takes a folder like perflint's own rules/models; without it those are used".to_owned()
        }
        ScanError::Model(_) | ScanError::Page(_) => {
            "this is a fault of perflint itself: please report it".to_owned()
        }
        ScanError::Walk(WalkError::Thread(_)) => "use fewer threads: --jobs 1".to_owned(),
    };
    Failure::from(error).with_help(help)
}

fn options(args: &ScanArgs) -> Options {
    Options {
        roots: args.paths.clone(),
        include: args.include.clone(),
        exclude: args.exclude.clone(),
        select: args.select.clone(),
        ignore: args.ignore.clone(),
        min_confidence: args.min_confidence.map(Into::into),
        pedantic: args.pedantic,
        include_tests: args.include_tests,
        jobs: args.jobs.map(Into::into),
        max_file_size: args.max_file_size,
        models: args.models.clone(),
        entries: args.format == Format::Json,
    }
}

fn style(args: &ScanArgs, output: &Output, elapsed: Duration) -> TextStyle {
    let terminal = output.is_stdout() && io::stdout().is_terminal();
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    // Shells do not export the width of their terminal, so whoever sets this wants it.
    let wanted = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let wide = || terminal_size::terminal_size().filter(|_| terminal).map(|(width, _)| usize::from(width.0));
    let width = wanted.filter(|columns| *columns > 0).or_else(wide);
    TextStyle {
        color: terminal && !set("NO_COLOR") && !dumb,
        width: width.unwrap_or(DEFAULT_WIDTH),
        elapsed: Some(elapsed),
        quiet: args.quiet,
    }
}

fn write(
    out: &mut dyn Write,
    scan: &Scan,
    pages: &Pages,
    format: Format,
    style: TextStyle,
) -> Result<(), ReportError> {
    let input =
        Input { report: &scan.report, pages, sources: &scan.sources, version: env!("CARGO_PKG_VERSION") };
    match format {
        Format::Text => perflint_report::text(out, input, style),
        Format::Json => perflint_report::json(out, input),
        Format::Sarif => perflint_report::sarif(out, input),
    }
}

/// An incomplete scan outweighs its findings: with `--strict`, their absence means nothing.
fn status(report: &Report, args: &ScanArgs) -> Status {
    let fails = |level| args.fail_on.level().is_some_and(|least| level >= least);
    if args.strict && is_incomplete(&report.coverage) {
        Status::Incomplete
    } else if report.coverage.files == 0 {
        Status::Nothing
    } else if report.findings.iter().any(|finding| finding.suppressed.is_none() && fails(finding.level)) {
        Status::Findings
    } else {
        Status::Clean
    }
}

fn is_incomplete(coverage: &Coverage) -> bool {
    let failed = |(_, what): &&(&str, &str)| *what == GapKind::Failed.phrase();
    !coverage.unreadable.is_empty() || coverage.gaps.keys().any(|gap| failed(&gap))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{Cli, Command};
    use clap::Parser;

    fn args(line: &[&str]) -> ScanArgs {
        match Cli::parse_from(["perflint", "scan"].iter().chain(line)).command {
            Command::Scan(args) => args,
            _ => panic!("not a scan"),
        }
    }

    #[test]
    fn incomplete_scans_fail_only_when_strict() {
        let mut report = Report::default();
        assert_eq!(status(&report, &args(&[])), Status::Nothing);
        report.coverage.files = 1;
        assert_eq!(status(&report, &args(&["--strict"])), Status::Clean);
        report.coverage.gaps.insert(("python", GapKind::Syntax.phrase()), 1);
        assert_eq!(status(&report, &args(&["--strict"])), Status::Clean);
        report.coverage.gaps.insert(("python", GapKind::Failed.phrase()), 1);
        assert_eq!(status(&report, &args(&["--strict"])), Status::Incomplete);
        assert_eq!(status(&report, &args(&[])), Status::Clean);
    }
}
