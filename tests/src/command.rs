//! The built command.

use crate::workspace;
use serde_json::Value;
use std::env;
use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

/// How long a command may take before it counts as hanging. Far more than any takes: time is not what is tested.
const PATIENCE: Duration = Duration::from_secs(300);

/// How a command ended, and what it wrote.
#[derive(Debug)]
pub struct Run {
    /// The exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
}

impl Run {
    /// Standard output as text.
    pub fn out(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard error as text.
    pub fn err(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }
}

/// The command `perflint`, to which arguments are added.
///
/// The environment variable `PERFLINT_BIN` names a binary to test; without it, the workspace's own is built. Artifact
/// dependencies, which would give the path at compile time, are not stable in cargo; a build that has nothing to do costs
/// a fraction of a second, once for each test program.
pub fn perflint() -> Command {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    let mut command =
        Command::new(PATH.get_or_init(|| env::var_os("PERFLINT_BIN").map_or_else(build, PathBuf::from)));
    // What is written must not depend on where the tests run.
    command.env_remove("NO_COLOR").env("TERM", "dumb");
    command
}

/// Builds all binaries of the workspace: a build of one package alone would choose other features for what they share,
/// and compile that twice.
fn build() -> PathBuf {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--workspace", "--bins", "--message-format=json"]);
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    let output = cargo.current_dir(workspace()).stderr(Stdio::inherit()).output().expect("cargo runs");
    assert!(output.status.success(), "perflint does not build, `cargo build` says why");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let artifacts = stdout.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let path = artifacts
        .filter(|artifact| artifact["target"]["name"] == "perflint")
        .find_map(|artifact| artifact["executable"].as_str().map(PathBuf::from));
    path.expect("cargo names the binary")
}

/// Runs a command to its end with a text on its standard input.
pub fn run_with_input(command: &mut Command, input: impl AsRef<[u8]>) -> Run {
    let mut file = temporary();
    file.write_all(input.as_ref()).and_then(|()| file.rewind()).expect("a file to read from");
    run_from(command, file.into())
}

/// Runs a command to its end, or panics if it hangs.
pub fn run(command: &mut Command) -> Run {
    run_from(command, Stdio::null())
}

fn run_from(command: &mut Command, input: Stdio) -> Run {
    // Files rather than pipes: nobody has to read while the command runs, and it cannot block on a full pipe.
    let (stdout, stderr) = (temporary(), temporary());
    let child = command
        .stdin(input)
        .stdout(stdout.try_clone().expect("file"))
        .stderr(stderr.try_clone().expect("file"))
        .spawn()
        .expect("perflint starts");
    let code = wait(child, command);
    Run { code, stdout: contents(stdout).expect("stdout"), stderr: contents(stderr).expect("stderr") }
}

fn wait(mut child: Child, command: &Command) -> Option<i32> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a child that can be waited for") {
            return status.code();
        }
        if start.elapsed() > PATIENCE {
            // It may have ended at this very moment.
            let _ = child.kill();
            panic!("{command:?} still ran after {PATIENCE:?}");
        }
        thread::sleep(Duration::from_millis(2));
    }
}

fn temporary() -> File {
    tempfile::tempfile().expect("a temporary file")
}

fn contents(mut file: File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}
