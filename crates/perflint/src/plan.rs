//! `perflint routes` and `perflint plan`.

use crate::args::{AnalysisArgs, PlanArgs, PlanFormat, RoutesArgs, RoutesFormat};
use crate::output::Output;
use crate::scan::analyse;
use crate::settings::Settings;
use crate::status::{Failure, Status};
use crate::suggest::nearest;
use perflint_engine::Scan;
use perflint_plan::{Input, Known, Plan, PlanError, SECTIONS};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Lists entry points with their costs.
pub(crate) fn routes(args: &RoutesArgs) -> Result<Status, Failure> {
    let (scan, _) = analysed(&args.analysis, false)?;
    let entries = &scan.report.entries;
    let text = match args.format {
        RoutesFormat::Text => perflint_plan::routes_text(entries),
        RoutesFormat::Json => perflint_plan::routes_json(entries)?,
    };
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(status(&scan))
}

/// Writes the plan: a folder, or one form of it to standard output.
pub(crate) fn plan(args: &PlanArgs) -> Result<Status, Failure> {
    if let Some(name) = args.section.as_deref().filter(|name| !SECTIONS.contains(name)) {
        let near = nearest(name, SECTIONS.iter().copied());
        let near = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
        return Err(Failure::usage(
            format!("there is no section `{name}`"),
            format!("{near}There are {}", SECTIONS.join(", ")),
        ));
    }
    let folder = args.output.as_deref().map(checked).transpose()?;
    let (scan, settings) = analysed(&args.analysis, true)?;
    let config = settings.config();
    let database =
        scan.schema.as_ref().map(|schema| Known { schema, accesses: &scan.accesses, formats: &scan.formats });
    let input = Input {
        database,
        report: &scan.report,
        pages: &settings.pages,
        targets: &config.targets,
        volumes: &config.volumes,
        file: settings.loaded.as_ref().map_or("perflint.toml", |loaded| &loaded.file),
        version: env!("CARGO_PKG_VERSION"),
    };
    let plan = perflint_plan::plan(input).map_err(failure)?;
    match folder {
        Some(folder) => write_folder(&folder, &perflint_plan::files(&plan).map_err(failure)?)?,
        None => print(&plan, args)?,
    }
    Ok(status(&scan))
}

fn print(plan: &Plan, args: &PlanArgs) -> Result<(), Failure> {
    let format = match args.format {
        PlanFormat::Markdown => "md",
        PlanFormat::Html => "html",
        PlanFormat::Json => "json",
    };
    let text = perflint_plan::section(plan, args.section.as_deref(), format).map_err(failure)?;
    Output::new(None)?.write(|out| Ok(out.write_all(text.as_bytes())?))
}

fn analysed(args: &AnalysisArgs, schema: bool) -> Result<(Scan, Settings), Failure> {
    let settings = Settings::of(&args.paths, &args.settings)?;
    let mut options = settings.options(&args.paths, &args.settings)?;
    options.entries = true;
    options.schema = schema;
    Ok((analyse(&options, args)?, settings))
}

fn status(scan: &Scan) -> Status {
    if scan.report.coverage.files == 0 { Status::Nothing } else { Status::Clean }
}

fn failure(error: PlanError) -> Failure {
    let help = error.help().to_owned();
    Failure::from(error).with_help(help)
}

/// A folder that can be written, before anything is scanned.
fn checked(folder: &Path) -> Result<PathBuf, Failure> {
    let help = "--output takes a folder that is there and can be written, or that can be created";
    match fs::metadata(folder) {
        Ok(metadata) if !metadata.is_dir() => {
            return Err(Failure::usage(format!("{} is a file", folder.display()), help));
        }
        Ok(metadata) if metadata.permissions().readonly() => {
            return Err(Failure::usage(format!("{} is read-only", folder.display()), help));
        }
        _ => {}
    }
    let parent = above(folder);
    if !parent.is_dir() {
        return Err(Failure::usage(format!("{} is not a folder", parent.display()), help));
    }
    Ok(folder.to_owned())
}

fn above(folder: &Path) -> &Path {
    folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes all files beside their place, then puts them there: a folder of before goes only when the new one is complete.
/// What a person put into it stays.
fn write_folder(folder: &Path, files: &BTreeMap<String, String>) -> Result<(), Failure> {
    let help = || format!("{} cannot be written", folder.display());
    let fail = |error: io::Error| Failure::from(error).with_help(help());
    let temporary =
        tempfile::Builder::new().prefix(".perflint-plan-").tempdir_in(above(folder)).map_err(fail)?;
    for (path, text) in files {
        let path = temporary.path().join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(fail)?;
        }
        fs::write(path, text).map_err(fail)?;
    }
    if !folder.exists() {
        let path = temporary.keep();
        return fs::rename(path, folder).map_err(fail);
    }
    for path in files.keys() {
        let to = folder.join(path);
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent).map_err(fail)?;
        }
        fs::rename(temporary.path().join(path), to).map_err(fail)?;
    }
    Ok(())
}
