//! `perflint diff`.

use crate::args::{DiffArgs, DiffFormat};
use crate::output::Output;
use crate::scan::{analyse, base};
use crate::settings::Settings;
use crate::status::{Failure, Status};
use perflint_report::cost_changes;

/// Shows what entry points cost before and after.
pub(crate) fn diff(args: DiffArgs) -> Result<Status, Failure> {
    let analysis = &args.analysis;
    let settings = Settings::of(&analysis.paths, &analysis.settings)?;
    let mut options = settings.options(&analysis.paths, &analysis.settings)?;
    let output = Output::new(args.output.clone())?;
    options.entries = true;
    options.base = Some(base(&args.rev)?);
    let scan = analyse(&options, analysis)?;
    let changes = cost_changes(&scan.entries_before, &scan.report.entries);
    output.write(|out| match args.format {
        DiffFormat::Text => perflint_report::changes_text(out, &changes),
        DiffFormat::Json => perflint_report::changes_json(out, &changes, env!("CARGO_PKG_VERSION")),
        DiffFormat::Markdown => perflint_report::changes_markdown(out, &changes),
    })?;
    let nothing = scan.report.coverage.files == 0 && scan.entries_before.is_empty();
    Ok(if nothing { Status::Nothing } else { Status::Clean })
}
