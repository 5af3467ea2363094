//! Programs from Debian's packages, installed where they are missing.

use crate::say;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Read by Debian when PostgreSQL is installed: a server of the system, which nobody asked for, would be made and started.
const NO_CLUSTER: &str = "/etc/postgresql-common/createcluster.d/no-main-cluster.conf";

/// The reader of rules of Prometheus.
pub(crate) fn promtool() -> Result<(), String> {
    if answers("promtool") { Ok(()) } else { install(&["prometheus"]) }
}

/// The server of PostgreSQL with its client. The tests start it themselves, in a folder of temporary files.
pub(crate) fn postgres() -> Result<(), String> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let programs = ["initdb", "postgres", "psql"];
    let is_whole = |folder: &Path| programs.iter().all(|program| folder.join("bin").join(program).exists());
    let mut folders = versions.into_iter().map(|entry| entry.path());
    if folders.any(|folder| is_whole(&folder)) || programs.iter().all(|program| answers(program)) {
        return Ok(());
    }
    install(&["postgresql-common"])?;
    let conf = Path::new(NO_CLUSTER);
    if conf.parent().is_some_and(Path::exists) {
        say(&format!("== writing {NO_CLUSTER}: no server of the system is made"));
        fs::write(conf, "create_main_cluster = false\n").map_err(|error| format!("{NO_CLUSTER}: {error}"))?;
    }
    install(&["postgresql"])
}

fn answers(program: &str) -> bool {
    let there = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    there.is_ok_and(|status| status.success())
}

fn install(packages: &[&str]) -> Result<(), String> {
    say(&format!("== installing {} with apt-get", packages.join(", ")));
    // A new machine has no lists of packages, and nobody to ask.
    let apt = || {
        let mut apt = Command::new("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive");
        apt
    };
    run(apt().arg("update"))?;
    run(apt().args(["install", "-y", "--no-install-recommends"]).args(packages))
}

/// Runs a program; its output is shown if it fails.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout, output.stderr].concat();
    Err(format!("{command:?} failed:\n{}", String::from_utf8_lossy(&text)))
}
