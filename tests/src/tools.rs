//! Other people's programs, which `cargo xtask tools` installs.

use crate::command::{Run, run};
use crate::workspace;
use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

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

/// Runs a program that must succeed, and gives what it says.
pub fn succeeds(command: &mut Command) -> Run {
    let run = run(command);
    assert_eq!(run.code, Some(0), "{command:?}:\n{}{}", run.out(), run.err());
    run
}
