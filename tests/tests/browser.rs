//! The HTML report in a real Chromium, which `cargo xtask tools` installs.

use perflint_tests::command::{perflint, run};
use perflint_tests::sample::{everything, hostile};
use perflint_tests::tools::{succeeds, tools};
use perflint_tests::tree::Tree;
use perflint_tests::workspace;
use serde_json::Value;
use std::fs;
use std::process::Command;

/// What happened when somebody used the page of a tree.
fn used(tree: &Tree) -> Value {
    let (place, tools) = (tempfile::tempdir().expect("temp"), tools());
    let page = place.path().join("report.html");
    let output = format!("html={}", page.display());
    let scan = run(perflint().args(["scan", "--quiet", "--pedantic", "--output", &output]).arg(tree.path()));
    assert_eq!(scan.code, Some(1), "{}", scan.err());
    // Modules are looked for beside the script, and the browser unpacks itself into the folder of temporary files.
    for script in ["browser.mjs", "page.mjs"] {
        fs::copy(workspace().join("tests/tools").join(script), tools.join(script)).expect("copied");
    }
    let unpacked = tools.join("chromium");
    fs::create_dir_all(&unpacked).expect("created");
    let screenshot = place.path().join("page.png");
    let mut command = Command::new("node");
    command.arg(tools.join("page.mjs")).arg(format!("file://{}", page.display())).arg(&screenshot);
    let run = succeeds(command.env("TMPDIR", &unpacked));
    assert!(fs::metadata(&screenshot).is_ok_and(|file| file.len() > 10_000), "a picture of the page");
    serde_json::from_slice(&run.stdout).expect("JSON")
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

#[test]
fn the_page_works_and_runs_nothing_else() {
    for (name, tree) in [("everything", everything()), ("hostile", hostile())] {
        let seen = used(&tree);
        let whole = number(&seen["whole"]["shown"]);
        assert!(whole > 5, "{name}: {seen:#}");
        assert_eq!(seen["whole"]["count"], format!("{whole} of {whole} shown"), "{name}");
        let searched = number(&seen["searched"]["shown"]);
        assert!(searched > 0 && searched < whole, "{name}: {seen:#}");
        assert_eq!((number(&seen["none"]["shown"]), number(&seen["none"]["files"])), (0, 0), "{name}");
        assert!(number(&seen["filtered"]["shown"]) > 0, "{name}");
        assert_eq!(seen["filtered"]["rules"], Value::from(vec![seen["rule"].clone()]), "{name}");
        let opened = &seen["opened"];
        assert!(
            opened["picture"] == true && opened["excerpt"] == true && number(&opened["steps"]) > 0,
            "{name}: {opened}"
        );
        assert_ne!(opened["colour"], "rgba(0, 0, 0, 0)", "{name}: the style is in force");
        let phone = &seen["phone"];
        assert!(number(&phone["page"]) <= number(&phone["screen"]), "{name}: wider than a phone: {phone}");
        assert_eq!(seen["linked"], true, "{name}: a link to a finding opens it");
        assert_eq!(
            (number(&seen["foreign"]), number(&seen["scripts"])),
            (0, 1),
            "{name}: nothing quoted is an element"
        );
        assert_eq!(seen["said"], Value::Array(vec![]), "{name}: no error, no dialog");
        let requests: Vec<&str> =
            seen["requests"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        assert!(
            requests.iter().all(|url| url.starts_with("file://") || url.starts_with("data:")),
            "{name}: {requests:?}"
        );
    }
}

/// What Chromium sees of the plan of an application.
fn plan_of(app: &str) -> Value {
    let (place, tools) = (tempfile::tempdir().expect("temp"), tools());
    let page = place.path().join("report.html");
    let plan = run(perflint().args(["plan", "--quiet", "--format", "html"]).arg(workspace().join(app)));
    assert_eq!(plan.code, Some(0), "{app}: {}", plan.err());
    fs::write(&page, &plan.stdout).expect("written");
    for script in ["browser.mjs", "plan.mjs"] {
        fs::copy(workspace().join("tests/tools").join(script), tools.join(script)).expect("copied");
    }
    let unpacked = tools.join("chromium");
    fs::create_dir_all(&unpacked).expect("created");
    let screenshot = place.path().join("plan.png");
    let mut command = Command::new("node");
    command.arg(tools.join("plan.mjs")).arg(format!("file://{}", page.display())).arg(&screenshot);
    let run = succeeds(command.env("TMPDIR", &unpacked));
    assert!(fs::metadata(&screenshot).is_ok_and(|file| file.len() > 10_000), "a picture of the page");
    serde_json::from_slice(&run.stdout).expect("JSON")
}

#[test]
fn a_plan_is_read_on_a_desk_a_phone_and_paper() {
    for app in ["fixtures/apps/django_desk", "fixtures/apps/rails_shop", "fixtures/evidence/python_queries"] {
        let seen = plan_of(app);
        for name in ["desk", "dark", "phone", "paper"] {
            let shape = &seen["shapes"][name];
            assert!(number(&shape["width"]) <= number(&shape["screen"]), "{app}: {name}: {shape}");
            assert_eq!(shape["past"], Value::Array(vec![]), "{app}: {name}: {shape}");
        }
        let desk = &seen["shapes"]["desk"];
        let top = |field: &str| desk[field].as_f64().unwrap_or(f64::MAX);
        assert!(top("facts") < 900.0 && top("first") < 900.0, "{app}: not on the first screen: {desk}");
        assert_ne!(desk["background"], seen["shapes"]["dark"]["background"], "{app}");
        let unfolded = |name: &str| seen["shapes"][name]["unfolded"].as_array().cloned().unwrap_or_default();
        let (screen, paper) = (unfolded("desk"), unfolded("paper"));
        assert!(!screen.is_empty() && screen.iter().all(|seen| seen == false), "{app}: {desk}");
        assert!(paper.contains(&Value::Bool(true)), "{app}: what is folded is printed: {paper:?}");
        assert_eq!((&seen["links"], number(&seen["sections"])), (&Value::Array(vec![]), 8), "{app}");
        assert_eq!(seen["said"], Value::Array(vec![]), "{app}: no error");
        let requests = seen["requests"].as_array().cloned().unwrap_or_default();
        let foreign = requests.iter().filter_map(Value::as_str).find(|url| !url.starts_with("file://"));
        assert!(foreign.is_none_or(|url| url.starts_with("data:")), "{app}: {foreign:?}");
    }
}
