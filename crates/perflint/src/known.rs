//! `perflint baseline`, and the baseline that a scan goes by.

use crate::args::{BaselineArgs, SettingArgs};
use crate::output::Output;
use crate::scan::analyse;
use crate::settings::{BASELINE, Settings};
use crate::status::{Failure, Status};
use perflint_baseline::{Baseline, BaselineError, Identity};
use perflint_git::{GitError, Repository};
use perflint_report::clean;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// The largest baseline: a hundred thousand findings take some 30 MB.
const MAX_SIZE: u64 = 256 << 20;

/// The baseline of a scan: the one that was named, that of the configuration, or the one that is there.
pub(crate) fn baseline(
    settings: &Settings,
    named: Option<&Path>,
    none: bool,
) -> Result<Option<Baseline>, Failure> {
    if none {
        return Ok(None);
    }
    if let Some(path) = named {
        return read(path, &path.display().to_string()).map(Some);
    }
    let set = settings.config().baseline;
    let file = set.as_deref().unwrap_or(BASELINE);
    let text = perflint_config::read_inside(&settings.root, file, MAX_SIZE)
        .map_err(|error| Failure::from(error).with_help(HELP))?;
    match text {
        Some(text) => parse(&text, file).map(Some),
        None if set.is_some() => {
            Err(Failure::usage(format!("there is no baseline {file}, which the configuration names"), HELP))
        }
        None => Ok(None),
    }
}

const HELP: &str = "`perflint baseline` writes one; --no-baseline goes without";

/// A path as people know it.
fn shown(path: &Path, settings: &Settings) -> String {
    path.strip_prefix(&settings.root).unwrap_or(path).display().to_string()
}

/// A baseline that the user named, wherever it is.
fn read(path: &Path, shown: &str) -> Result<Baseline, Failure> {
    let refused =
        |error: io::Error| Failure::usage(format!("cannot read the baseline {shown}: {error}"), HELP);
    let metadata = path.metadata().map_err(refused)?;
    if !metadata.is_file() || metadata.len() > MAX_SIZE {
        return Err(Failure::usage(format!("{shown} is no baseline: it is no file of at most 256 MB"), HELP));
    }
    parse(&fs::read_to_string(path).map_err(refused)?, shown)
}

fn parse(text: &str, shown: &str) -> Result<Baseline, Failure> {
    Baseline::parse(text).map_err(|error| {
        let help = match error {
            BaselineError::Version { .. } => {
                "use the perflint that wrote it, or write it again with `perflint baseline`"
            }
            BaselineError::Format(_) if text.contains("\n<<<<<<< ") || text.starts_with("<<<<<<< ") => {
                "it holds the marks of a merge: take them out and keep the lines of both sides, with commas between them"
            }
            BaselineError::Format(_) => HELP,
        };
        Failure::usage(format!("{shown}: {error}"), help)
    })
}

/// Writes what is found, or takes out what is found no more.
pub(crate) fn write(args: BaselineArgs) -> Result<Status, Failure> {
    let analysis = &args.analysis;
    let settings = Settings::of(&analysis.paths, &analysis.settings)?;
    let mut options = settings.options(&analysis.paths, &analysis.settings)?;
    may_write(&settings, args.output.as_deref())?;
    let path = match &args.output {
        Some(path) => path.clone(),
        None => settings.root.join(settings.config().baseline.as_deref().unwrap_or(BASELINE)),
    };
    let shown = shown(&path, &settings);
    may_replace(&path, &shown)?;
    if args.output.is_none() {
        inside(&path, &shown, &settings)?;
    }
    let old = if path.exists() { Some(read(&path, &shown)) } else { None };
    if (old.is_some() || args.prune) && args.output.is_none() {
        whole(&analysis.settings)?;
    }
    // Without --prune the file is written anew, whatever it was.
    let old = if args.prune {
        let missing = || {
            Failure::usage(format!("there is no baseline {shown} to prune"), "`perflint baseline` writes one")
        };
        Some(old.ok_or_else(missing)??)
    } else {
        old.and_then(Result::ok)
    };
    options.baseline.clone_from(&old);
    let scan = analyse(&options, analysis)?;
    if scan.report.coverage.partial && args.output.is_none() {
        return Err(Failure::usage(
            "only a part of the repository was asked for, and its baseline would forget the rest",
            "run it for the whole repository, or name another file with --output",
        ));
    }
    if scan.report.coverage.files == 0 {
        crate::scan::nothing(&scan, analysis.settings.quiet);
        return Ok(Status::Nothing);
    }
    let suppressed =
        |at: usize| scan.report.findings.get(at).is_none_or(|finding| finding.suppressed.is_some());
    let kept = |at: usize| !args.prune || scan.report.is_known(at);
    let live = scan.identities.iter().enumerate().filter(|(at, _)| !suppressed(*at) && kept(*at));
    let now: Vec<Identity> = live.map(|(_, identity)| identity.clone()).collect();
    let count = now.len();
    let gone =
        scan.baseline.as_ref().map_or(0, |matching| matching.kept.iter().filter(|kept| !**kept).count());
    let added = count - scan.report.known().min(count);
    save(&path, Baseline::new(now))?;
    let text = match (args.prune, old.is_some()) {
        (true, _) => format!("{shown}: {count} left, {gone} taken out"),
        (false, true) => format!("{shown}: {count} findings, {added} of them new, {gone} taken out"),
        (false, false) => format!("{shown}: {count} findings; scans report what is not among them"),
    };
    if !analysis.settings.quiet {
        writeln!(io::stdout(), "{}", clean::line(&text))?;
    }
    Ok(Status::Clean)
}

/// A configuration may name any file, and must not have one overwritten that was never a baseline.
fn may_replace(path: &Path, shown: &str) -> Result<(), Failure> {
    let own = path.ends_with(BASELINE);
    let refused = || {
        Failure::usage(
            format!("{shown} is there and is no baseline"),
            "name another file, or delete it first",
        )
    };
    match path.metadata() {
        Ok(there) if !own && (!there.is_file() || there.len() > MAX_SIZE) => Err(refused()),
        Ok(_) if !own => match fs::read_to_string(path).map(|text| Baseline::parse(&text)) {
            Ok(Ok(_) | Err(BaselineError::Version { .. })) => Ok(()),
            _ => Err(refused()),
        },
        _ => Ok(()),
    }
}

/// What a configuration names stays inside the repository, through links too.
fn inside(path: &Path, shown: &str, settings: &Settings) -> Result<(), Failure> {
    let there = path.ancestors().skip(1).find_map(|folder| folder.canonicalize().ok());
    if there.is_some_and(|folder| folder.starts_with(&settings.root)) {
        return Ok(());
    }
    Err(Failure::usage(
        format!("{shown} leads out of the repository through a link"),
        "a baseline stands in the repository that it is for; --output names another place",
    ))
}

/// What is there must not lose what was not asked about.
fn whole(set: &SettingArgs) -> Result<(), Failure> {
    let narrow = [
        ("--select", !set.select.is_empty()),
        ("--ignore", !set.ignore.is_empty()),
        ("--include", !set.include.is_empty()),
        ("--exclude", !set.exclude.is_empty()),
        ("--min-confidence", set.min_confidence.is_some()),
        ("--no-config", set.no_config),
    ];
    match narrow.iter().find(|(_, given)| *given) {
        Some((option, _)) => Err(Failure::usage(
            format!(
                "{option} asks for a part of the findings, and the baseline that is there would forget the rest"
            ),
            "leave it out, or name another file with --output",
        )),
        None => Ok(()),
    }
}

/// Whether the work tree is all of the repository: a baseline of less would forget what is accepted elsewhere.
fn may_write(settings: &Settings, output: Option<&Path>) -> Result<(), Failure> {
    in_work_tree(&settings.root)?;
    let index = Repository::open(&settings.root).and_then(|repository| repository.index(None));
    if output.is_none() && index.is_ok_and(|index| index.is_sparse()) {
        return Err(Failure::usage(
            "this is a sparse checkout, and its baseline would forget what is not checked out",
            "`git sparse-checkout disable` checks out the rest; or name another file with --output",
        ));
    }
    Ok(())
}

/// Nothing is written into a repository that has no work tree.
pub(crate) fn in_work_tree(root: &Path) -> Result<(), Failure> {
    if !perflint_git::is_bare(root) {
        return Ok(());
    }
    let error = GitError::Bare;
    let help = error.help();
    Err(Failure::from(error).with_help(help))
}

fn save(path: &Path, baseline: Baseline) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    // The folder of perflint's own files is made; any other has to be there.
    if let Some(folder) = folder.filter(|folder| folder.ends_with(".perflint")) {
        fs::create_dir_all(folder).map_err(|error| {
            Failure::usage(
                format!("cannot create {}: {error}", folder.display()),
                "check that its folder may be written, or name a file with --output",
            )
        })?;
    }
    let text = baseline.text()?;
    Output::new(Some(path.to_owned()))?.write(|out| Ok(out.write_all(text.as_bytes())?))
}
