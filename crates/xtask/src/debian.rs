//! Programs from Debian's packages, installed where they are missing.

use crate::say;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Read by Debian when PostgreSQL is installed: a server of the system, which nobody asked for, would be made and started.
const NO_CLUSTER: &str = "/etc/postgresql-common/createcluster.d/no-main-cluster.conf";

/// Laravel's migrations, with PHP.
const LARAVEL: &[&str] = &[
    "php-cli",
    "php-illuminate-database",
    "php-illuminate-events",
    "php-illuminate-filesystem",
    "php-pgsql",
];

/// The reader of rules of Prometheus.
pub(crate) fn promtool() -> Result<(), String> {
    if answers("promtool", &["--version"]) { Ok(()) } else { install(&["prometheus"]) }
}

/// What the tests of databases and migrations run: a server of PostgreSQL with its client, which the tests start themselves in a
/// folder of temporary files, and the migrations of Rails and Laravel; and the reader of Prometheus' rules.
pub(crate) fn programs() -> Result<(), String> {
    promtool()?;
    postgres()?;
    if !answers("ruby", &["-e", "require 'active_record'; require 'pg'"]) {
        install(&["ruby-activerecord", "ruby-pg"])?;
    }
    let laravel = "exit(extension_loaded('pdo_pgsql') && is_file('/usr/share/php/Illuminate/Database/autoload.php') ? 0 : 1);";
    if answers("php", &["-r", laravel]) { Ok(()) } else { install(LARAVEL) }
}

fn postgres() -> Result<(), String> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let programs = ["initdb", "postgres", "psql"];
    let is_whole = |folder: &Path| programs.iter().all(|program| folder.join("bin").join(program).exists());
    let mut folders = versions.into_iter().map(|entry| entry.path());
    let in_path = || programs.iter().all(|program| answers(program, &["--version"]));
    if folders.any(|folder| is_whole(&folder)) || in_path() {
        return Ok(());
    }
    install(&["postgresql-common"])?;
    let conf = Path::new(NO_CLUSTER);
    if let Some(folder) = conf.parent() {
        say(&format!("== writing {NO_CLUSTER}: no server of the system is made"));
        let script = "mkdir -p \"$1\" && echo 'create_main_cluster = false' >\"$2\"";
        run(as_root("sh").args(["-c", script, "sh"]).arg(folder).arg(conf))?;
    }
    install(&["postgresql"])
}

fn answers(program: &str, arguments: &[&str]) -> bool {
    let there = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    there.is_ok_and(|status| status.success())
}

/// Packages are for root to install; who is not root may be allowed to act as root without a password.
fn as_root(program: &str) -> Command {
    let id = Command::new("id").arg("-u").output();
    if id.is_ok_and(|id| id.stdout.trim_ascii() == b"0") {
        return Command::new(program);
    }
    let mut sudo = Command::new("sudo");
    sudo.args(["--non-interactive", program]);
    sudo
}

fn install(packages: &[&str]) -> Result<(), String> {
    say(&format!("== installing {} with apt-get", packages.join(", ")));
    // Nobody is there to ask, and somebody else may be installing.
    let apt = || {
        let mut apt = as_root("env");
        apt.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=300"]);
        apt
    };
    // A new machine has no lists of packages.
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
