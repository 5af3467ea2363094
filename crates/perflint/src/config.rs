//! `perflint config`.

use crate::args::{ConfigCommand, SettingArgs};
use crate::known;
use crate::settings::Settings;
use crate::status::{Failure, Status};
use clap::Parser;
use perflint_report::clean;
use std::io::{self, Write};
use std::path::PathBuf;

/// The settings of a command line that says nothing.
#[derive(Debug, Parser)]
struct Nothing {
    #[command(flatten)]
    settings: SettingArgs,
}

/// The settings in force where nothing is said on the command line.
pub(crate) fn in_force(path: PathBuf) -> Result<Settings, Failure> {
    let Nothing { settings } = Nothing::try_parse_from(["perflint"])?;
    Settings::of(&[path], &settings)
}

/// Checks, names or describes the configuration.
pub(crate) fn config(command: ConfigCommand) -> Result<Status, Failure> {
    let mut out = io::stdout().lock();
    match command {
        ConfigCommand::Schema => {
            writeln!(out, "{}", serde_json::to_string_pretty(&perflint_config::schema())?)?;
        }
        ConfigCommand::Path(args) => {
            let settings = in_force(args.path)?;
            let path = settings.loaded.map(|loaded| loaded.file);
            writeln!(
                out,
                "{}",
                path.as_deref().map_or("none: the defaults are in force".into(), clean::line)
            )?;
        }
        ConfigCommand::Check(args) => {
            let settings = in_force(args.path)?;
            // Models are only read by a scan; one of nothing reads them.
            let options = perflint_engine::Options {
                roots: vec![settings.root.clone()],
                include: vec!["/.perflint-reads-nothing".to_owned()],
                local: settings.local.clone(),
                ..perflint_engine::Options::default()
            };
            perflint_engine::scan(&options, &perflint_engine::Quiet).map_err(|error| {
                Failure::from(error)
                    .with_help("docs/own-rules.md shows how rules and models of your own are written")
            })?;
            let baseline = known::baseline(&settings, None, false)?;
            let file = settings.loaded.as_ref().map_or("no configuration", |loaded| &loaded.file);
            let local = &settings.local;
            let parts = [
                (local.checks.len(), "rules of the repository"),
                (local.models.len(), "models of the repository"),
                (baseline.map_or(0, |baseline| baseline.findings.len()), "findings in the baseline"),
            ];
            let parts: Vec<String> = parts
                .iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, what)| format!(", {count} {what}"))
                .collect();
            writeln!(out, "{}{}: fine", clean::line(file), parts.concat())?;
        }
    }
    Ok(Status::Clean)
}
