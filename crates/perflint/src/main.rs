//! The `perflint` command.
//!
//! Everything that decides anything lives in the libraries; this crate reads arguments, shows progress, writes the report
//! and chooses the exit code. Each command is a function that gives a [`Status`] or a [`Failure`], and only `main` turns
//! them into a process's end, so that no destructor (a half-written file, a progress bar) is skipped.

mod args;
mod config;
mod diff;
mod init;
mod known;
mod output;
mod plan;
mod plan_folder;
mod progress;
mod rules;
mod scan;
mod schema;
mod settings;
mod status;
mod suggest;
mod try_rules;

use args::{Cli, Command};
use clap::Parser;
use clap::error::ErrorKind;
use perflint_report::clean;
use status::{Failure, Status};
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // A closed pipe is the only way that this fails, and leaves nobody to tell.
            let _ = error.print();
            if error.kind() == ErrorKind::InvalidSubcommand {
                hint_at_scan();
            }
            return if error.use_stderr() { Status::Usage.into() } else { Status::Clean.into() };
        }
    };
    match run(cli) {
        Ok(status) => status.into(),
        Err(failure) if failure.is_broken_pipe() => Status::Clean.into(),
        Err(failure) => {
            report_failure(&failure);
            failure.status.into()
        }
    }
}

fn run(cli: Cli) -> Result<Status, Failure> {
    match cli.command {
        Command::Scan(args) => scan::scan(args),
        Command::Diff(args) => diff::diff(args),
        Command::Baseline(args) => known::write(args),
        Command::Schema(args) => schema::schema(&args),
        Command::Init(args) => init::init(&args),
        Command::Config { command } => config::config(command),
        Command::Test(args) => try_rules::test(&args),
        Command::Routes(args) => plan::routes(&args),
        Command::Plan(args) => plan::plan(&args),
        Command::Rules => rules::list(),
        Command::Explain { rule } => rules::explain(&rule),
    }
}

/// Whoever gives a path where a command belongs wants it scanned.
fn hint_at_scan() {
    if let Some(path) = std::env::args_os().nth(1).filter(|path| Path::new(path).exists()) {
        let hint = format!("tip: to scan it, say `perflint scan {}`", path.display());
        // Nobody is left to tell that standard error is closed.
        let _ = writeln!(io::stderr(), "\n  {}", clean::line(&hint));
    }
}

fn report_failure(failure: &Failure) {
    let mut text = format!("error: {}\n", clean::line(&failure.message()));
    if let Some(help) = &failure.help {
        text.push_str(&format!("  help: {}\n", clean::line(help)));
    }
    // Nobody is left to tell that standard error is closed.
    let _ = io::stderr().write_all(text.as_bytes());
}
