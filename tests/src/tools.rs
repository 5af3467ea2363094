//! Other people's programs, which `cargo xtask tools` installs.

use crate::command::{Run, perflint, run};
use crate::files::files;
use crate::workspace;
use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use tempfile::TempDir;

/// Where they are.
pub fn tools() -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from);
    let tools = workspace().join(target).join("tools");
    assert!(tools.join("installed").exists(), "`cargo xtask tools` installs what this test needs");
    tools
}

/// A program of a Python package.
pub fn python(program: &str) -> Command {
    Command::new(tools().join("venv/bin").join(program))
}

/// A program of a package of npm, by its path below `node_modules`.
pub fn npm(program: &str) -> Command {
    Command::new(tools().join("node_modules").join(program))
}

/// The wheel of perflint, optimised.
pub fn wheel() -> PathBuf {
    let folder = tools().join("wheel");
    let entries = fs::read_dir(&folder).expect("`cargo xtask tools` builds the wheel");
    let mut wheels = entries.flatten().map(|entry| entry.path());
    wheels.find(|path| path.extension().is_some_and(|e| e == "whl")).expect("a wheel")
}

/// The optimised command, for what takes minutes without: the binary that `PERFLINT_BIN` names, else that of the wheel.
pub fn optimised() -> Command {
    static UNPACKED: OnceLock<TempDir> = OnceLock::new();
    if env::var_os("PERFLINT_BIN").is_some() {
        return perflint();
    }
    let unpacked = UNPACKED.get_or_init(|| {
        let place = tempfile::tempdir().expect("temp");
        succeeds(python("python").args(["-m", "zipfile", "-e"]).arg(wheel()).arg(place.path()));
        place
    });
    let binary = files(unpacked.path(), &[]).into_iter().find(|path| path.ends_with("scripts/perflint"));
    let binary = binary.expect("the wheel holds the command");
    // Archives of Python keep no permissions.
    succeeds(Command::new("chmod").arg("+x").arg(&binary));
    let mut command = Command::new(binary);
    command.env_remove("NO_COLOR").env("TERM", "dumb");
    command
}

/// Runs a program that must succeed, and gives what it says.
pub fn succeeds(command: &mut Command) -> Run {
    let run = run(command);
    assert_eq!(run.code, Some(0), "{command:?}:\n{}{}", run.out(), run.err());
    run
}
