//! `perflint scan`.

use crate::args::{AnalysisArgs, FailOn, Format, ScanArgs, SettingArgs};
use crate::known;
use crate::output::{Output, Outputs};
use crate::progress::Bar;
use crate::settings::Settings;
use crate::status::{Failure, Status};
use crate::suggest::nearest_path;
use perflint_engine::{Base, Options, Scan, ScanError, WalkError};
use perflint_git::PatchError;
use perflint_ir::GapKind;
use perflint_report::{Input, ReportError, TextStyle};
use perflint_rules::{Coverage, Pages, Report};
use std::io::{self, IsTerminal, Read, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Columns where the output is no terminal.
const DEFAULT_WIDTH: usize = 100;

/// The largest patch on standard input.
const MAX_PATCH: u64 = 256 << 20;

/// Scans, writes the reports, and says how it went.
pub(crate) fn scan(args: ScanArgs) -> Result<Status, Failure> {
    let start = Instant::now();
    let AnalysisArgs { paths, settings: set } = &args.analysis;
    let settings = Settings::of(paths, set)?;
    let outputs = Outputs::new(args.format, &args.output)?;
    let mut options = settings.options(paths, set)?;
    options.entries = outputs.formats().any(|format| matches!(format, Format::Json));
    options.baseline = known::baseline(&settings, args.baseline.as_deref(), args.no_baseline)?;
    options.base = match &args.diff {
        None if args.commit => {
            Some(Base::Commit { index: std::env::var_os("GIT_INDEX_FILE").map(PathBuf::from) })
        }
        rev => rev.as_deref().map(base).transpose()?,
    };
    let scan = analyse(&options, &args.analysis)?;
    for (format, output) in &outputs.list {
        let style = style(set.quiet, output, start.elapsed());
        output.write(|out| write(out, &scan, &settings.pages, *format, style))?;
    }
    let strict = args.strict || settings.config().strict.unwrap_or(false);
    let status = status(&scan.report, settings.fail_on(args.fail_on), strict);
    if status == Status::Nothing {
        nothing(&scan, set.quiet);
    }
    Ok(status)
}

/// Tells why nothing was found to scan.
pub(crate) fn nothing(scan: &Scan, quiet: bool) {
    if quiet {
        return;
    }
    let hint = if perflint_git::is_bare(&scan.root) {
        "nothing to scan: this is a bare repository, which has no files; clone it or `git worktree add` a folder\n"
    } else {
        "nothing to scan: no source file of a supported language was found, see the ignore files and globs\n"
    };
    // Nobody is left to tell that standard error is closed.
    let _ = io::stderr().write_all(hint.as_bytes());
}

/// Runs the engine, with a bar for those who wait.
pub(crate) fn analyse(options: &Options, args: &AnalysisArgs) -> Result<Scan, Failure> {
    let bar = Bar::new(args.settings.quiet);
    perflint_engine::scan(options, &bar).map_err(|error| failure(error, &args.paths, &args.settings))
}

/// What `--diff` names.
pub(crate) fn base(rev: &str) -> Result<Base, Failure> {
    if rev != "-" {
        if rev.is_empty() || rev.starts_with('-') {
            let help = "name a branch, tag or commit, or `-` for a patch on standard input";
            return Err(Failure::usage(format!("`{rev}` is no revision"), help));
        }
        return Ok(Base::Revision(rev.to_owned()));
    }
    if io::stdin().is_terminal() {
        let help = "pass the change: `git diff main | perflint scan --diff -`";
        return Err(Failure::usage("there is no patch on standard input", help));
    }
    let mut patch = Vec::new();
    io::stdin().lock().take(MAX_PATCH + 1).read_to_end(&mut patch)?;
    if patch.len() as u64 > MAX_PATCH {
        let error = PatchError::TooLarge { max: MAX_PATCH >> 20 };
        let help = error.help();
        return Err(Failure::from(error).with_help(help));
    }
    Ok(Base::Patch(patch))
}

/// A scan that could not start, with the place of the mistake and the way out.
pub(crate) fn failure(error: ScanError, _paths: &[PathBuf], args: &SettingArgs) -> Failure {
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
        ScanError::Git(error) => error.help().to_owned(),
        ScanError::Patch(error) => error.help().to_owned(),
        ScanError::Model(_) if args.models.is_some() => {
            "--models takes a folder like perflint's own rules/models; without it those are used".to_owned()
        }
        ScanError::Model(error) if error.to_string().starts_with(".perflint") => {
            "a model of .perflint/models is written like perflint's own: docs/own-rules.md shows one"
                .to_owned()
        }
        ScanError::Model(_) | ScanError::Page(_) | ScanError::PageExists { .. } => {
            "this is a fault of perflint itself: please report it".to_owned()
        }
        ScanError::Walk(WalkError::Thread(_)) => "use fewer threads: --jobs 1".to_owned(),
        ScanError::Memory(_) => {
            "it asks for 1 GB of address space, little of which is used: see `ulimit -v`".to_owned()
        }
        ScanError::Broken => "this is a fault of perflint itself: please report it".to_owned(),
    };
    Failure::from(error).with_help(help)
}

/// How text is drawn where it goes.
pub(crate) fn style(quiet: bool, output: &Output, elapsed: Duration) -> TextStyle {
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
        quiet,
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
        Format::Concise => perflint_report::concise(out, input, style),
        Format::Json => perflint_report::json(out, input),
        Format::Jsonl => perflint_report::jsonl(out, input),
        Format::Sarif => perflint_report::sarif(out, input),
        Format::Github => perflint_report::github(out, input),
        Format::Gitlab => perflint_report::gitlab(out, input),
        Format::Junit => perflint_report::junit(out, input),
        Format::Rdjson => perflint_report::rdjson(out, input),
        Format::Markdown => perflint_report::markdown(out, input),
        Format::Html => perflint_report::html(out, input),
        Format::Agent => perflint_report::agent(out, input),
    }
}

/// An incomplete scan outweighs its findings: with `--strict`, their absence means nothing.
fn status(report: &Report, fail_on: FailOn, strict: bool) -> Status {
    let fails = |level| fail_on.level().is_some_and(|least| level >= least);
    if strict && is_incomplete(&report.coverage) {
        Status::Incomplete
    } else if report.coverage.files == 0 {
        Status::Nothing
    } else if report.live().any(|finding| fails(finding.level)) {
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

    #[test]
    fn incomplete_scans_fail_only_when_strict() {
        let mut report = Report::default();
        assert_eq!(status(&report, FailOn::Warning, false), Status::Nothing);
        report.coverage.files = 1;
        assert_eq!(status(&report, FailOn::Warning, true), Status::Clean);
        report.coverage.gaps.insert(("python", GapKind::Syntax.phrase()), 1);
        assert_eq!(status(&report, FailOn::Warning, true), Status::Clean);
        report.coverage.gaps.insert(("python", GapKind::Failed.phrase()), 1);
        assert_eq!(status(&report, FailOn::Warning, true), Status::Incomplete);
        assert_eq!(status(&report, FailOn::Warning, false), Status::Clean);
    }
}
