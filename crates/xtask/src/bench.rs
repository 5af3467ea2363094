//! How long perflint takes: an optimised binary, measured by an example of the tests.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

/// Builds perflint as it is released, unless `PERFLINT_BIN` names one, and prints what it takes in a large repository and in the
/// clones that are named.
pub(crate) fn run(workspace: &Path, clones: &[&str]) -> Result<(), String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let cargo = |arguments: &[&str], binary: Option<OsString>| {
        let mut command = Command::new(&cargo);
        command.args(arguments).current_dir(workspace);
        if let Some(binary) = binary {
            command.env("PERFLINT_BIN", binary);
        }
        match command.status() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("cargo {} failed: {status}", arguments.join(" "))),
            Err(error) => Err(format!("cargo cannot be run: {error}")),
        }
    };
    let binary = match env::var_os("PERFLINT_BIN") {
        Some(binary) => binary,
        None => {
            cargo(&["build", "--quiet", "--release", "--package", "perflint"], None)?;
            crate::tools::target(workspace).join("release/perflint").into_os_string()
        }
    };
    // Paths are the caller's; the example runs elsewhere.
    let here = env::current_dir().map_err(|error| format!("the current folder: {error}"))?;
    let clones: Vec<String> = clones.iter().map(|path| here.join(path).display().to_string()).collect();
    let example = ["run", "--quiet", "--package", "perflint_tests", "--example", "times", "--"];
    let arguments: Vec<&str> = example.into_iter().chain(clones.iter().map(String::as_str)).collect();
    cargo(&arguments, Some(binary))
}
