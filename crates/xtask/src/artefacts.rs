//! What `perflint plan` writes, against the tools that read it: those that the tests use too, and promtool from Debian's packages.

use crate::debian::{self, run};
use crate::{say, tools};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

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

/// What draws the reports.
const SCRIPTS: &[&str] = &["browser.mjs", "picture.mjs"];

/// Checks the plans of the fixtures with `tsc`, `promtool` and Chromium.
pub(crate) fn check(workspace: &Path) -> Result<(), String> {
    let tools = tools::programs(workspace)?;
    let failed = |error: std::io::Error| format!("{}: {error}", tools.display());
    for script in SCRIPTS {
        fs::copy(workspace.join("tests/tools").join(script), tools.join(script)).map_err(failed)?;
    }
    // The browser unpacks itself into the folder of temporary files.
    fs::create_dir_all(tools.join("chromium")).map_err(failed)?;
    debian::promtool()?;
    // A binary that is already built is named as for the end-to-end tests.
    let perflint = match std::env::var_os("PERFLINT_BIN") {
        Some(path) => PathBuf::from(path),
        None => {
            run(Command::new("cargo").args(["build", "--quiet", "-p", "perflint"]).current_dir(workspace))?;
            tools::target(workspace).join("debug/perflint")
        }
    };
    let plans = tools.join("plans");
    if plans.exists() {
        fs::remove_dir_all(&plans).map_err(failed)?;
    }
    fs::create_dir_all(&plans).map_err(failed)?;
    for app in APPS {
        one(&perflint, &workspace.join("fixtures/apps").join(app), &tools, &plans.join(app))?;
        say(&format!("== the plan of {app} is accepted by tsc and promtool"));
    }
    draw(&tools, &plans)
}

fn one(perflint: &Path, app: &Path, tools: &Path, plan: &Path) -> Result<(), String> {
    run(Command::new(perflint).args(["plan", "--quiet", "--output"]).arg(plan).arg(app))?;
    let options = "--noEmit --allowJs --checkJs --strict --skipLibCheck --target es2022 --module esnext --moduleResolution bundler --types k6";
    run(Command::new(tools.join("node_modules/.bin/tsc"))
        .args(options.split(' '))
        .arg(plan.join("load/k6.js"))
        .current_dir(tools))?;
    run(Command::new("promtool").args(["check", "rules"]).arg(plan.join("monitoring/rules.yaml")))
}

/// Draws all reports in one browser.
fn draw(tools: &Path, plans: &Path) -> Result<(), String> {
    let mut command = Command::new("node");
    command.arg(tools.join("picture.mjs")).env("TMPDIR", tools.join("chromium"));
    for app in APPS {
        let plan = plans.join(app);
        command.arg(format!("file://{}", plan.join("report.html").display())).arg(plan.join("report.png"));
    }
    run(&mut command)?;
    for app in APPS {
        if !plans.join(app).join("report.png").exists() {
            return Err(format!("Chromium drew nothing of the plan of {app}"));
        }
    }
    say("== Chromium draws the reports of all of them");
    Ok(())
}
