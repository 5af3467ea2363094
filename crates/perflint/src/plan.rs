//! `perflint routes` and `perflint plan`.

use crate::args::{AnalysisArgs, PlanArgs, PlanFormat, RoutesArgs, RoutesFormat};
use crate::output::Output;
use crate::plan_folder::{checked, write};
use crate::scan::analyse;
use crate::settings::Settings;
use crate::status::{Failure, Status};
use crate::suggest::nearest;
use perflint_engine::Scan;
use perflint_plan::{Input, Known, Plan, PlanError, SECTIONS};
use std::io::{self, Write};

/// Lists entry points with their costs.
pub(crate) fn routes(args: &RoutesArgs) -> Result<Status, Failure> {
    let (scan, _) = analysed(&args.analysis, false)?;
    let entries = &scan.report.entries;
    let text = match args.format {
        RoutesFormat::Text => perflint_plan::routes_text(entries, &scan.unhandled),
        RoutesFormat::Json => perflint_plan::routes_json(entries, &scan.unhandled)?,
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
        evidence: scan.evidence.as_ref(),
        report: &scan.report,
        pages: &settings.pages,
        targets: &config.targets,
        volumes: &config.volumes,
        file: settings.loaded.as_ref().map_or("perflint.toml", |loaded| &loaded.file),
        version: env!("CARGO_PKG_VERSION"),
    };
    let plan = perflint_plan::plan(input).map_err(failure)?;
    match folder {
        Some(folder) => {
            for path in write(&folder, &perflint_plan::files(&plan).map_err(failure)?)? {
                let path = folder.join(path);
                let path = path.display();
                let note =
                    format!("note: {path} is not as perflint wrote it and stays: the new one is {path}.new");
                writeln!(io::stderr(), "{note}")?;
            }
        }
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

fn analysed(args: &AnalysisArgs, plan: bool) -> Result<(Scan, Settings), Failure> {
    let settings = Settings::of(&args.paths, &args.settings)?;
    let mut options = settings.options(&args.paths, &args.settings)?;
    options.entries = true;
    options.schema = plan;
    options.evidence = plan;
    Ok((analyse(&options, args)?, settings))
}

fn status(scan: &Scan) -> Status {
    if scan.report.coverage.files == 0 { Status::Nothing } else { Status::Clean }
}

fn failure(error: PlanError) -> Failure {
    let help = error.help().to_owned();
    Failure::from(error).with_help(help)
}
