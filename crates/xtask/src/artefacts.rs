//! What `perflint plan` writes, against the tools that read it. What is missing is installed: npm's packages into
//! `target/tools`, which belongs to this command, promtool and Chromium from Debian's packages.

use crate::say;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The applications whose plans are checked: one per way of writing routes.
const APPS: &[&str] = &[
    "django_shop",
    "fastapi_sqlalchemy",
    "rails_shop",
    "java_spring_shop",
    "express_sequelize",
    "nest_typeorm",
    "axum_sqlx",
    "go_gorm_gin",
    "php_laravel_shop",
];

const PACKAGES: &[&str] = &["typescript@5.9.3", "@types/k6@2.3.0"];

/// Checks the plans of the fixtures with `tsc`, `promtool` and Chromium.
pub(crate) fn check(workspace: &Path) -> Result<(), String> {
    let tools = workspace.join("target/tools");
    fs::create_dir_all(&tools).map_err(|error| format!("{}: {error}", tools.display()))?;
    debian("promtool", "prometheus")?;
    debian("chromium", "chromium")?;
    if !tools.join("node_modules/.bin/tsc").exists() || !tools.join("node_modules/@types/k6").exists() {
        say(&format!("== installing {} into {}", PACKAGES.join(" and "), tools.display()));
        run(Command::new("npm")
            .args(["install", "--no-save", "--no-audit", "--no-fund", "--prefix"])
            .arg(&tools)
            .args(PACKAGES))?;
    }
    // A binary that is already built is named as for the end-to-end tests.
    let perflint = match std::env::var_os("PERFLINT_BIN") {
        Some(path) => PathBuf::from(path),
        None => {
            run(Command::new("cargo").args(["build", "--quiet", "-p", "perflint"]).current_dir(workspace))?;
            let target =
                std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), PathBuf::from);
            target.join("debug/perflint")
        }
    };
    let plans = tools.join("plans");
    if plans.exists() {
        fs::remove_dir_all(&plans).map_err(|error| format!("{}: {error}", plans.display()))?;
    }
    fs::create_dir_all(&plans).map_err(|error| format!("{}: {error}", plans.display()))?;
    for app in APPS {
        one(&perflint, &workspace.join("fixtures/apps").join(app), &tools, &plans.join(app))?;
        say(&format!("== the plan of {app} is accepted by tsc, promtool and chromium"));
    }
    Ok(())
}

fn one(perflint: &Path, app: &Path, tools: &Path, plan: &Path) -> Result<(), String> {
    run(Command::new(perflint).args(["plan", "--quiet", "--output"]).arg(plan).arg(app))?;
    let options = "--noEmit --allowJs --checkJs --strict --skipLibCheck --target es2022 --module esnext --moduleResolution bundler --types k6";
    run(Command::new(tools.join("node_modules/.bin/tsc"))
        .args(options.split(' '))
        .arg(plan.join("load/k6.js"))
        .current_dir(tools))?;
    run(Command::new("promtool").args(["check", "rules"]).arg(plan.join("monitoring/rules.yaml")))?;
    let page = format!("file://{}", plan.join("report.html").display());
    let picture = plan.join("report.png");
    let screenshot = format!("--screenshot={}", picture.display());
    run(Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--window-size=1100,3000"])
        .args([screenshot, page]))?;
    if picture.exists() { Ok(()) } else { Err(format!("chromium drew nothing of {}", plan.display())) }
}

/// Installs a Debian package if its program is not there.
fn debian(program: &str, package: &str) -> Result<(), String> {
    let there = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if there.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    say(&format!("== installing {package} with apt-get"));
    // A new machine has no lists of packages, and nobody to ask.
    let apt = || {
        let mut apt = Command::new("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive");
        apt
    };
    run(apt().arg("update"))?;
    run(apt().args(["install", "-y", "--no-install-recommends", package]))
}

/// Runs a program; its output is shown if it fails.
fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout, output.stderr].concat();
    Err(format!("{command:?} failed:\n{}", String::from_utf8_lossy(&text)))
}
