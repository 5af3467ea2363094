//! What the tests need beyond cargo: other people's readers of perflint's formats, a browser, and the wheel that pre-commit
//! installs. All of it stands in `tools` of the target folder, and goes with it; PostgreSQL, and the migrations of Rails and Laravel
//! alone come from Debian's packages.

use crate::{debian, say};
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What says which programs, and in which versions.
const LISTS: [&str; 3] = ["requirements.txt", "package.json", "package-lock.json"];

/// Installs what is missing, and builds the wheel.
pub(crate) fn install(workspace: &Path) -> Result<(), String> {
    let tools = programs(workspace)?;
    debian::programs()?;
    wheel(workspace, &tools)
}

/// The target folder.
pub(crate) fn target(workspace: &Path) -> PathBuf {
    workspace.join(env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from))
}

/// Installs the programs, unless those that are there are of the same lists, and says where they are.
pub(crate) fn programs(workspace: &Path) -> Result<PathBuf, String> {
    let (lists, tools) = (workspace.join("tests/tools"), target(workspace).join("tools"));
    let mut wanted = String::new();
    for list in LISTS {
        let path = lists.join(list);
        wanted.push_str(&fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?);
    }
    let stamp = tools.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(tools);
    }
    let failed = |error: std::io::Error| format!("{}: {error}", tools.display());
    // A half of an older installation must not be taken for a whole one.
    if tools.exists() {
        fs::remove_dir_all(&tools).map_err(failed)?;
    }
    fs::create_dir_all(&tools).map_err(failed)?;
    say(&format!("installing other programs for the tests into {}", tools.display()));
    let venv = tools.join("venv");
    run(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    run(Command::new(venv.join("bin/python")).args(pip).arg(lists.join(LISTS[0])))?;
    for list in &LISTS[1..] {
        fs::copy(lists.join(list), tools.join(list)).map_err(failed)?;
    }
    run(Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&tools))?;
    // Packages leave this to scripts of their own, which are not run.
    let programs = ["@microsoft/sarif-multitool-linux/Sarif.Multitool", "@squawk-cli/linux-x64/bin/squawk"];
    let programs = programs.map(|program| tools.join("node_modules").join(program));
    run(Command::new("chmod").arg("+x").args(programs))?;
    fs::write(&stamp, wanted).map_err(failed)?;
    Ok(tools)
}

/// Builds the wheel that `pip` would build, optimised, with what cargo has built before.
fn wheel(workspace: &Path, tools: &Path) -> Result<(), String> {
    let wheels = tools.join("wheel");
    // One wheel only: an older version would stay beside it.
    let _ = fs::remove_dir_all(&wheels);
    let maturin = tools.join("venv/bin/maturin");
    let arguments = ["build", "--quiet", "--locked", "--profile", "quick", "--out"].map(OsStr::new);
    run(Command::new(maturin).args(arguments).arg(&wheels).current_dir(workspace))
}

fn run(command: &mut Command) -> Result<(), String> {
    let shown = format!("{command:?}");
    let status =
        command.status().map_err(|error| format!("{shown}: {error}; CONTRIBUTING.md says what is needed"))?;
    if status.success() { Ok(()) } else { Err(format!("{shown} failed: {status}")) }
}
