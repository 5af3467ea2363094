//! What reviewers would otherwise have to look for: the direction of dependencies, sizes, leftovers, dead references.

use perflint_tests::example::pages;
use perflint_tests::files::{files, folders, text};
use perflint_tests::marks::{is_rule_id, marks};
use perflint_tests::workspace;
use std::collections::BTreeSet;
use std::path::Path;
use toml::{Table, Value};

/// The longest a source file may be. Most are far shorter.
const MAX_LINES: usize = 800;

/// Which crate may depend on which: the table of the architecture, one direction, and nothing else.
const EDGES: &[(&str, &[&str])] = &[
    ("perflint_ir", &[]),
    ("perflint_walk", &["ir"]),
    ("perflint_syntax", &["ir"]),
    ("perflint_lower_csharp", &["ir", "syntax"]),
    ("perflint_lower_go", &["ir", "syntax"]),
    ("perflint_lower_java", &["ir", "syntax"]),
    ("perflint_lower_kotlin", &["ir", "syntax"]),
    ("perflint_lower_php", &["ir", "syntax"]),
    ("perflint_lower_ruby", &["ir", "syntax"]),
    ("perflint_lower_views", &["ir", "syntax"]),
    (
        "perflint_lower",
        &[
            "ir",
            "syntax",
            "lower_csharp",
            "lower_go",
            "lower_java",
            "lower_kotlin",
            "lower_php",
            "lower_ruby",
            "lower_views",
        ],
    ),
    ("perflint_models", &["ir"]),
    ("perflint_link", &["ir", "models"]),
    ("perflint_summary", &["ir", "link", "models"]),
    ("perflint_rules", &["ir", "link", "models", "summary"]),
    ("perflint_schema", &["ir", "link", "models", "summary"]),
    ("perflint_evidence", &["ir", "link", "models", "summary", "rules"]),
    ("perflint_report", &["ir", "rules"]),
    ("perflint_plan", &["ir", "rules", "report", "config", "schema", "evidence"]),
    ("perflint_git", &[]),
    ("perflint_baseline", &[]),
    ("perflint_config", &["walk"]),
    (
        "perflint_engine",
        &[
            "ir", "walk", "lower", "models", "link", "summary", "rules", "schema", "evidence", "git",
            "baseline", "config",
        ],
    ),
    ("perflint", &["engine", "report", "plan", "rules", "schema", "ir", "git", "baseline", "config"]),
    ("perflint_tests", &[]),
    ("xtask", &[]),
];

/// Panics with all complaints at once.
fn assert_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n  {}\n", complaints.join("\n  "));
}

fn shown(path: &Path) -> String {
    path.strip_prefix(workspace()).unwrap_or(path).display().to_string()
}

/// Manifests of all members.
fn manifests() -> Vec<Table> {
    let mut members = folders(&workspace().join("crates"));
    members.push(workspace().join("tests"));
    members.iter().map(|folder| text(&folder.join("Cargo.toml")).parse().expect("a manifest")).collect()
}

fn sources() -> Vec<(String, String)> {
    let folders = ["crates", "tests/src", "tests/tests"];
    let paths = folders.iter().flat_map(|folder| files(&workspace().join(folder), &["rs"]));
    paths.map(|path| (shown(&path), text(&path))).collect()
}

#[test]
fn dependencies_point_one_way() {
    let mut complaints = Vec::new();
    for manifest in manifests() {
        let name = manifest["package"]["name"].as_str().expect("a name");
        let Some((_, allowed)) = EDGES.iter().find(|(known, _)| *known == name) else {
            complaints.push(format!("{name} is not in the table of tests/tests/tidy.rs"));
            continue;
        };
        let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
        let tables = kinds.iter().filter_map(|kind| manifest.get(*kind).and_then(Value::as_table));
        for dependency in tables.flat_map(Table::keys) {
            let ours = dependency.strip_prefix("perflint_");
            if ours.is_some_and(|ours| !allowed.contains(&ours)) {
                complaints.push(format!("{name} must not know {dependency}"));
            }
        }
    }
    assert_none(&complaints);
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    for manifest in manifests() {
        let lints = manifest.get("lints").and_then(|lints| lints.get("workspace"));
        assert_eq!(lints, Some(&Value::Boolean(true)), "{}", manifest["package"]["name"]);
    }
}

#[test]
fn files_fit_a_reader() {
    let long = |(path, text): &(String, String)| {
        let lines = text.lines().count();
        (lines > MAX_LINES).then(|| format!("{path} has {lines} lines, more than {MAX_LINES}"))
    };
    assert_none(&sources().iter().filter_map(long).collect::<Vec<_>>());
}

#[test]
fn nothing_is_left_over() {
    // Put together, so that this file does not hold what it looks for.
    let leftovers = [["to", "do!("], ["d", "bg!("], ["unimple", "mented!("], ["#[ig", "nore"], ["FIX", "ME"]];
    let leftovers = leftovers.map(|parts| parts.concat());
    let mut complaints = Vec::new();
    for (path, text) in sources() {
        for (index, line) in text.lines().enumerate() {
            if let Some(found) = leftovers.iter().find(|leftover| line.contains(leftover.as_str())) {
                complaints.push(format!("{path}:{}: {found}", index + 1));
            }
        }
    }
    assert_none(&complaints);
}

#[test]
fn no_comment_is_a_banner() {
    let models =
        files(&workspace().join("rules/models"), &["toml"]).into_iter().map(|p| (shown(&p), text(&p)));
    let mut complaints = Vec::new();
    for (path, text) in sources().into_iter().chain(models) {
        for (index, line) in text.lines().enumerate() {
            let comment = line.trim_start().trim_start_matches(['#', '/', '!']);
            let drawn = comment.len() < line.trim_start().len()
                && ["----", "====", "****"].iter().any(|l| comment.contains(l));
            if drawn {
                complaints.push(format!("{path}:{} draws a line", index + 1));
            }
        }
    }
    assert_none(&complaints);
}

#[test]
fn every_model_names_its_document() {
    let mut complaints = Vec::new();
    for path in files(&workspace().join("rules/models"), &["toml"]) {
        let model: Table = text(&path).parse().unwrap_or_else(|error| panic!("{}: {error}", shown(&path)));
        let docs = model.get("docs").and_then(Value::as_str).unwrap_or_default();
        if !docs.starts_with("https://") {
            complaints.push(format!("{} has no docs", shown(&path)));
        }
    }
    assert_none(&complaints);
}

#[test]
fn every_rule_has_an_id_that_reads_well() {
    for (id, _) in pages(&workspace().join("rules/checks")) {
        assert!(is_rule_id(&id), "{id}: lower-case words joined by hyphens");
    }
}

#[test]
fn marks_name_rules_that_exist() {
    let pages = pages(&workspace().join("rules/checks"));
    let rules: BTreeSet<&str> = pages.iter().map(|(id, _)| id.as_str()).collect();
    let fixtures = files(&workspace().join("fixtures"), &[]);
    let fixtures = fixtures.iter().map(|path| {
        (shown(path), String::from_utf8_lossy(&std::fs::read(path).expect("fixture")).into_owned())
    });
    let texts =
        pages.iter().map(|(id, text)| (format!("rules/checks/{id}.md"), text.clone())).chain(fixtures);
    let mut complaints = Vec::new();
    for (path, text) in texts {
        for mark in marks(&text).iter().filter(|mark| !rules.contains(mark.rule.as_str())) {
            complaints.push(format!("{path}:{}: there is no rule {}", mark.line, mark.rule));
        }
    }
    assert_none(&complaints);
}

/// The documents whose references are checked.
const DOCUMENTS: &[&str] = &[
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "docs/ci.md",
    "docs/configuration.md",
    "docs/formats.md",
    "docs/json.md",
    "docs/own-rules.md",
    "rules/models/README.md",
];

#[test]
fn documents_name_paths_that_exist() {
    let mut complaints = Vec::new();
    for document in DOCUMENTS {
        let path = workspace().join(document);
        let folder = path.parent().expect("a folder");
        let text = text(&path);
        for name in code_spans(&text).filter(|span| is_path(span)) {
            if !workspace().join(without_item(name)).exists() {
                complaints.push(format!("{document}: {name} does not exist"));
            }
        }
        for target in link_targets(&text).filter(|target| !target.contains("://") && !target.starts_with('#'))
        {
            if !folder.join(target.split('#').next().unwrap_or(target)).exists() {
                complaints.push(format!("{document}: link to {target}, which does not exist"));
            }
        }
    }
    assert_none(&complaints);
}

/// A test is named as `path::function`.
#[test]
fn documents_name_tests_that_exist() {
    let mut complaints = Vec::new();
    for document in DOCUMENTS {
        let text = text(&workspace().join(document));
        for name in code_spans(&text).filter(|span| is_path(span) && span.contains("::")) {
            let (path, function) = name.split_once("::").unwrap_or((name, ""));
            let source = std::fs::read_to_string(workspace().join(path)).unwrap_or_default();
            if !source.contains(&format!("fn {function}(")) {
                complaints.push(format!("{document}: there is no {name}"));
            }
        }
    }
    assert_none(&complaints);
}

/// What stands between backticks, on one line.
fn code_spans(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| line.split('`').skip(1).step_by(2))
}

fn link_targets(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split_once(')').map(|(target, _)| target))
}

/// A path of the repository, and no pattern for paths.
fn is_path(span: &str) -> bool {
    let roots = ["crates/", "rules/", "tests/", "docs/", "fixtures/", ".ci/", ".cargo/"];
    roots.iter().any(|root| span.starts_with(root)) && !span.contains(['*', '<', ' ', '{'])
}

fn without_item(name: &str) -> &str {
    name.split_once("::").map_or(name, |(path, _)| path)
}

/// Who builds the command gets what the features of its languages say, so they are handed down whole.
#[test]
fn every_language_is_a_feature_of_the_command() {
    let features = |package: &str| -> Vec<String> {
        let found =
            manifests().into_iter().find(|manifest| manifest["package"]["name"].as_str() == Some(package));
        let all = found.as_ref().and_then(|manifest| manifest["features"].as_table()).expect(package);
        let mut default: Vec<&str> =
            all["default"].as_array().expect("defaults").iter().filter_map(Value::as_str).collect();
        default.sort_unstable();
        let mut names: Vec<String> = all.keys().filter(|name| *name != "default").cloned().collect();
        names.sort_unstable();
        assert_eq!(names, default, "all features of {package} are on by default");
        names.retain(|name| name != "mimalloc");
        names
    };
    let languages = features("perflint_lower");
    assert_eq!(languages, features("perflint_engine"));
    assert_eq!(languages, features("perflint"));
}
