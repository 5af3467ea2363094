//! Everything that has to hold before a change goes in.

use crate::{say, tools};
use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// What is run, the quickest first.
const STEPS: &[(&str, &[&str])] = &[
    ("formatting", &["fmt", "--all", "--check", "--", "-l"]),
    ("lints", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    // Whoever needs one language builds one.
    ("one language", &["check", "-p", "perflint", "--no-default-features", "--features", "go"]),
    ("tests", &["test", "--workspace", "--no-fail-fast"]),
];

/// Runs every step, also after one that fails: a run on another machine should tell all that is wrong.
pub(crate) fn all(workspace: &Path) -> Result<(), String> {
    let mut failed = Vec::new();
    if let Err(error) = tools::install(workspace) {
        say(&error);
        failed.push("tools");
    }
    for (name, arguments) in STEPS {
        say(&format!("\n== {name}: cargo {}", arguments.join(" ")));
        let start = Instant::now();
        let passed = cargo(workspace, arguments)?;
        let verdict = if passed { "passed" } else { "FAILED" };
        say(&format!("== {name} {verdict} after {} s", start.elapsed().as_secs()));
        if !passed {
            failed.push(*name);
        }
    }
    say("\n== plans against the tools that read them");
    if let Err(message) = crate::artefacts::check(workspace) {
        say(&message);
        failed.push("artefacts");
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("\nfailed: {}", failed.join(", "))) }
}

fn cargo(workspace: &Path, arguments: &[&str]) -> Result<bool, String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let status = Command::new(cargo).args(arguments).current_dir(workspace).status();
    Ok(status.map_err(|error| format!("cargo cannot be run: {error}"))?.success())
}
