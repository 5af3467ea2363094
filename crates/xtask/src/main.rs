//! The project's own commands: `cargo xtask test` is what has to pass, `cargo xtask rule NAME` starts a rule.
//!
//! A program instead of scripts: it runs wherever cargo does. It depends on no other crate,
//! so that it is compiled in a second.

mod artefacts;
mod bench;
mod check;
mod debian;
mod rule;
mod tools;

use std::env;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
usage:
  cargo xtask test          formatting, lints, all tests, and plans against the tools that read them
  cargo xtask artefacts     the last of these alone
  cargo xtask tools         install what the tests need beyond cargo
  cargo xtask bench PATH..  how long the hook and comparisons take in a large repository, and in these clones
  cargo xtask rule NAME     write the skeleton of a rule page
";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        ["test"] => check::all(&workspace()),
        ["tools"] => tools::install(&workspace()),
        ["artefacts"] => artefacts::check(&workspace()),
        ["bench", ref clones @ ..] => bench::run(&workspace(), clones),
        ["rule", name] => rule::create(&workspace(), name),
        _ => Err(USAGE.to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            say(&message);
            ExitCode::FAILURE
        }
    }
}

/// The root of the workspace.
fn workspace() -> PathBuf {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    crates.and_then(Path::parent).map_or_else(PathBuf::new, Path::to_owned)
}

/// Writes a line for the person who runs this.
fn say(line: &str) {
    // Nobody is left to tell that standard error is closed.
    let _ = writeln!(io::stderr(), "{line}");
}
