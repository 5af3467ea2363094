//! What a plan says beside effects: the programs below `fixtures/evidence` mark every line that it has to name, and it may
//! name no other.

use perflint_tests::command::{perflint, run};
use perflint_tests::files::{files, folders, text};
use perflint_tests::workspace;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// What is marked: `file:line what`.
fn marked(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for path in files(folder, &[]) {
        let name = path.strip_prefix(folder).expect("inside").to_string_lossy().replace('\\', "/");
        for (at, line) in text(&path).lines().enumerate() {
            let Some((_, marks)) = line.split_once("evidence: ") else { continue };
            found.extend(marks.split(',').map(|mark| format!("{name}:{} {}", at + 1, mark.trim())));
        }
    }
    found
}

fn each<'a>(plan: &'a Value, path: &str) -> impl Iterator<Item = &'a Value> {
    plan.pointer(path).and_then(Value::as_array).into_iter().flatten()
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// What the plan names.
fn named(folder: &Path) -> BTreeSet<String> {
    let run = run(perflint().args(["plan", "--quiet", "--format", "json", "."]).current_dir(folder));
    assert_eq!(run.code, Some(0), "{}", run.err());
    let plan: Value = serde_json::from_slice(&run.stdout).expect("json");
    let mut found = BTreeSet::new();
    for one in each(&plan, "/algorithms/computations") {
        let also = one["also"].as_array().into_iter().flatten();
        for place in also.chain([&one["place"]]) {
            found.insert(format!("{} {}", word(place), word(&one["kind"])));
        }
    }
    for one in each(&plan, "/algorithms/memoise") {
        found.insert(format!("{} again", word(&one["places"][0])));
    }
    for one in each(&plan, "/caching/unbounded") {
        found.insert(format!("{} kept", word(&one["place"])));
    }
    for one in each(&plan, "/database/rewrites") {
        found.insert(format!("{} {}", word(&one["place"]), word(&one["kind"])));
    }
    for one in each(&plan, "/database/counters") {
        found.insert(format!("{} counted", word(&one["place"])));
    }
    for one in each(&plan, "/design/calls") {
        found.insert(format!("{} {}", word(&one["place"]), word(&one["limit"])));
    }
    // Places are told from the repository's root.
    let root = format!("{}/", folder.strip_prefix(workspace()).expect("inside").to_string_lossy());
    found.into_iter().map(|line| line.strip_prefix(&root).unwrap_or(&line).to_owned()).collect()
}

#[test]
fn a_plan_names_what_is_marked_and_nothing_else() {
    let mut wrong = Vec::new();
    let programs = folders(&workspace().join("fixtures/evidence"));
    assert!(programs.len() >= 11, "{programs:?}");
    for folder in programs {
        let language = folder.file_name().expect("a name").to_string_lossy().into_owned();
        let (marked, named) = (marked(&folder), named(&folder));
        assert!(!marked.is_empty(), "{language} marks nothing");
        wrong.extend(marked.difference(&named).map(|line| format!("{language}: {line} is not named")));
        wrong.extend(named.difference(&marked).map(|line| format!("{language}: {line} is named")));
    }
    assert!(wrong.is_empty(), "\n  {}\n", wrong.join("\n  "));
}
