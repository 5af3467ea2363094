//! The command from end to end: exit codes, formats, files, selection, determinism.

#![expect(clippy::panic, reason = "helpers of tests panic like tests")]

use perflint_tests::command::{Run, perflint, run};
use perflint_tests::example::pages;
use perflint_tests::files::text;
use perflint_tests::sample::{CATEGORY, CLEAN, REQUESTS, RULE, everything, everything_listed};
use perflint_tests::tree::Tree;
use perflint_tests::workspace;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;

/// Scans a tree.
fn scan(tree: &Tree, options: &[&str]) -> Run {
    run(perflint().arg("scan").args(options).arg(tree.path()))
}

fn exit_code(tree: &Tree, options: &[&str]) -> i32 {
    let run = scan(tree, options);
    run.code.unwrap_or_else(|| panic!("ended by a signal: {}", run.err()))
}

fn json(run: &Run) -> Value {
    serde_json::from_slice(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", run.out(), run.err()))
}

#[test]
fn the_exit_code_tells_what_happened() {
    let (bad, clean) = (Tree::of(&[("a.py", REQUESTS)]), Tree::of(&[("a.py", CLEAN)]));
    assert_eq!(exit_code(&clean, &[]), 0);
    assert_eq!(exit_code(&bad, &[]), 1);
    assert_eq!(exit_code(&Tree::of(&[("notes.txt", "no source")]), &[]), 4);
    assert_eq!(exit_code(&Tree::new(), &[]), 4);
    for wrong in
        [&["--no-such-option"][..], &["--format", "xml"], &["--jobs", "0"], &["--max-file-size", "big"]]
    {
        assert_eq!(exit_code(&clean, wrong), 2, "{wrong:?}");
    }
}

#[test]
fn fail_on_is_the_least_level_that_fails() {
    let tree = Tree::of(&[("a.py", REQUESTS)]);
    for (level, code) in [("note", 1), ("warning", 1), ("error", 0), ("never", 0)] {
        assert_eq!(exit_code(&tree, &["--fail-on", level]), code, "{level}");
    }
}

#[test]
fn mistakes_are_explained_with_a_way_out() {
    let tree = Tree::of(&[("a.py", CLEAN)]);
    for (options, words) in [
        (&["--select", "nplus-one-request"][..], "did you mean `n-plus-one-request`?"),
        (&["--ignore", "zzz"], "--ignore: there is no rule or category `zzz`"),
        (&["--include", "a[.py"], "--include takes globs in the syntax of .gitignore"),
        (&["--output", "/nonexistent/folder/report.json"], "create it first"),
        (&["/nonexistent"], "there is no file or folder /nonexistent"),
        (&["/nonexistent/models", "--models", "/nonexistent"], "there is no file or folder"),
        (&["--models", "/nonexistent"], "--models takes a folder"),
        (&["--format", "jsno"], "similar value exists: 'json'"),
        (&["--jobs", "0"], "a number of threads is 1 or more"),
    ] {
        let run = scan(&tree, options);
        assert_eq!(run.code, Some(2), "{options:?}: {}", run.err());
        assert!(run.err().contains(words), "{options:?}: {}", run.err());
        assert!(run.stdout.is_empty(), "{options:?}: a failure writes nothing to standard output");
    }
}

#[test]
fn a_path_with_a_typing_error_is_corrected() {
    let tree = Tree::of(&[("services/orders/a.py", CLEAN)]);
    let run = run(perflint().args(["scan", "service/orders"]).current_dir(tree.path()));
    assert_eq!(run.code, Some(2));
    let expected =
        "error: there is no file or folder service/orders\n  help: did you mean services/orders?\n";
    assert_eq!(run.err(), expected);
}

#[test]
fn a_path_in_place_of_a_command_is_understood() {
    let tree = Tree::of(&[("services/a.py", CLEAN)]);
    let run = run(perflint().arg("services").current_dir(tree.path()));
    assert_eq!(run.code, Some(2));
    assert!(run.err().contains("perflint scan services"), "{}", run.err());
}

/// Unreadable for anybody but root, who is turned into nobody for this test.
#[cfg(unix)]
#[test]
fn strict_makes_an_incomplete_scan_fail() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    let tree = Tree::of(&[("a.py", REQUESTS), ("secret.py", CLEAN)]);
    let secret = tree.join("secret.py");
    fs::set_permissions(tree.path(), fs::Permissions::from_mode(0o755)).expect("chmod");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o000)).expect("chmod");
    let mut base = perflint();
    if rustix::process::geteuid().is_root() {
        // Nobody may not be able to reach the folder that perflint is built in.
        let copy = tree.join("perflint");
        fs::copy(base.get_program(), &copy).expect("copy");
        base = std::process::Command::new(copy);
        base.uid(65_534).gid(65_534);
    }
    let lenient = run(base.args(["scan", "--format", "json"]).arg(tree.path()));
    assert_eq!(lenient.code, Some(1), "{}", lenient.err());
    assert_eq!(json(&lenient)["coverage"]["unreadable"][0]["file"], "secret.py");
    let strict = run(base.arg("--strict"));
    assert_eq!(strict.code, Some(3), "an incomplete scan outweighs its findings");
}

#[test]
fn every_format_names_the_finding() {
    let tree = Tree::of(&[("app/a.py", REQUESTS)]);
    let text = scan(&tree, &["--format", "text"]).out();
    assert!(text.contains(RULE) && text.contains("app/a.py:4"), "{text}");
    let report = json(&scan(&tree, &["--format", "json"]));
    assert_eq!(report["version"], 1);
    assert_eq!(report["findings"][0]["rule"], RULE);
    assert_eq!(report["findings"][0]["place"]["line"], 4);
    let log = json(&scan(&tree, &["--format", "sarif"]));
    assert_eq!(log["version"], "2.1.0");
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], RULE);
}

#[test]
fn output_to_a_file_is_complete_or_absent() {
    let tree = Tree::of(&[("a.py", REQUESTS)]);
    let folder = Tree::new();
    let path = folder.write("report.json", "old");
    let output = path.to_string_lossy().into_owned();
    let failed = scan(&tree, &["--format", "json", "--output", &output, "--select", "no-such-rule"]);
    assert_eq!((failed.code, fs::read_to_string(&path).expect("kept")), (Some(2), "old".to_owned()));
    let run = scan(&tree, &["--format", "json", "--output", &output]);
    assert_eq!((run.code, run.stdout.len()), (Some(1), 0));
    let report: Value = serde_json::from_slice(&fs::read(&path).expect("written")).expect("JSON");
    assert_eq!(report["findings"][0]["rule"], RULE);
    let left: Vec<_> =
        fs::read_dir(folder.path()).expect("folder").flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left.len(), 2, "nothing temporary is left beside the report: {left:?}");
}

#[test]
fn a_scan_writes_nothing_into_the_repository() {
    let tree = everything();
    let before = tree.contents();
    assert_eq!(exit_code(&tree, &[]), 1);
    assert!(tree.contents() == before);
}

#[test]
fn selection_goes_by_rule_and_by_category() {
    let tree = Tree::of(&[("a.py", REQUESTS)]);
    for (options, code) in [
        (&["--select", RULE][..], 1),
        (&["--select", CATEGORY], 1),
        (&["--select", "unbounded-query"], 0),
        (&["--select", "unbounded-query,n-plus-one-request"], 1),
        (&["--ignore", RULE], 0),
        (&["--ignore", CATEGORY], 0),
        (&["--exclude", "*.py"], 4),
        (&["--include", "*.py"], 1),
        (&["--include", "*.ts"], 4),
        (&["--min-confidence", "low"], 1),
    ] {
        assert_eq!(exit_code(&tree, options), code, "{options:?}");
    }
}

#[test]
fn comments_suppress_findings_and_are_counted() {
    let head = "import requests\n\n\ndef fetch(keys):\n";
    let call = "    return [requests.get(key) for key in keys]";
    for (comment, suppressed) in [
        (format!("{call}  # perflint: ignore[{RULE}] three mirrors\n"), true),
        (format!("    # perflint: ignore[{RULE}] three mirrors\n{call}\n"), true),
        (format!("{call}  # perflint: ignore three mirrors\n"), true),
        (format!("{call}  # perflint: ignore[unbounded-query] three mirrors\n"), false),
        (format!("    # perflint: ignore[{RULE}] three mirrors\n    pass\n{call}\n"), false),
    ] {
        let tree = Tree::of(&[("a.py", format!("{head}{comment}"))]);
        let run = scan(&tree, &["--format", "json"]);
        let reason = if suppressed { Value::from("three mirrors") } else { Value::Null };
        assert_eq!(json(&run)["findings"][0]["suppressed"], reason, "{comment}");
        assert_eq!(run.code, Some(i32::from(!suppressed)), "{comment}");
    }
}

#[test]
fn comments_that_suppress_nothing_are_told() {
    let lines = [
        "import requests",
        "x = 1  # perflint: ignore[n-plus-one-query] long gone",
        "# perflint: ignore",
        "y = 2",
        "def fetch(keys):",
        "    # perflint: ignore[n-plus-one-request, unbounded-query] three mirrors",
        "    return [requests.get(key) for key in keys]",
        "",
    ];
    let tree = Tree::of(&[("a.py", lines.join("\n"))]);
    let unused =
        |rules: &[&str], line: usize| serde_json::json!({"file": "a.py", "line": line, "rules": rules});
    let expected = [unused(&["n-plus-one-query"], 2), unused(&[], 3), unused(&["unbounded-query"], 6)];
    // What is not selected is not unused.
    for options in [&["--format", "json"][..], &["--format", "json", "--select", "missing-pagination"]] {
        let report = json(&scan(&tree, options));
        assert_eq!(report["coverage"]["unused_suppressions"], Value::from(expected.to_vec()), "{options:?}");
    }
    let text = scan(&tree, &[]).out();
    let line = "3 comments suppress nothing: a.py:2 (n-plus-one-query), a.py:3, a.py:6 (unbounded-query).";
    assert!(text.contains(line), "{text}");
}

#[test]
fn tests_are_judged_on_request_only() {
    let tree = Tree::of(&[("tests/test_fetch.py", REQUESTS), ("a.py", CLEAN)]);
    assert_eq!(exit_code(&tree, &[]), 0);
    assert_eq!(exit_code(&tree, &["--include-tests", "--pedantic", "--fail-on", "note"]), 1);
}

/// A step of a small generator of numbers: tests need an order that is not sorted, not one that is random.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

#[test]
fn the_same_tree_gives_the_same_bytes() {
    let mut listed = everything_listed();
    let tree = Tree::of(&listed);
    let options = ["--pedantic", "--format", "sarif", "--jobs"];
    let run = scan(&tree, &[&options[..], &["1"]].concat());
    assert_eq!(run.code, Some(1), "{}", run.err());
    let expected = run.stdout;
    for jobs in ["2", "8"] {
        assert!(scan(&tree, &[&options[..], &[jobs]].concat()).stdout == expected, "--jobs {jobs}");
    }
    for seed in 1..=3 {
        let mut state = seed;
        for last in (1..listed.len()).rev() {
            listed.swap(last, next(&mut state) as usize % (last + 1));
        }
        let again = Tree::of(&listed);
        assert!(
            scan(&again, &[&options[..], &["8"]].concat()).stdout == expected,
            "order of creation {seed}"
        );
    }
}

#[test]
fn reports_hold_no_absolute_path() {
    let tree = everything();
    let folder = tree.path().to_string_lossy().into_owned();
    for format in ["text", "json", "sarif"] {
        let run = scan(&tree, &["--format", format, "--pedantic"]);
        assert_eq!(run.code, Some(1), "{}", run.err());
        assert!(!run.out().contains(&folder), "{format}");
    }
}

#[test]
fn roots_may_be_files_and_several_folders() {
    let tree = Tree::of(&[("one/a.py", REQUESTS), ("two/b.py", REQUESTS), ("three/c.py", REQUESTS)]);
    let run =
        run(perflint().args(["scan", "--format", "json"]).args([tree.join("one"), tree.join("two/b.py")]));
    let report = json(&run);
    let files: Vec<_> =
        report["findings"].as_array().into_iter().flatten().map(|f| &f["place"]["file"]).collect();
    assert_eq!(files, ["one/a.py", "two/b.py"]);
}

#[test]
fn a_part_of_a_repository_is_called_one() {
    let tree = Tree::of(&[("one/a.py", REQUESTS), ("two/b.py", REQUESTS)]);
    let partial = |path: &str| {
        let run = run(perflint().args(["scan", "--format", "json"]).arg(tree.join(path)));
        json(&run)["coverage"]["partial"].clone()
    };
    assert_eq!((partial("one"), partial("one/a.py"), partial("")), (true.into(), true.into(), false.into()));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let many: String = (0..2_000).map(|n| REQUESTS.replace("fetch", &format!("fetch_{n}"))).collect();
    let tree = Tree::of(&[("a.py", many)]);
    for format in ["text", "json", "sarif"] {
        let mut child = perflint()
            .args(["scan", "--quiet", "--format", format])
            .arg(tree.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("perflint starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{format}");
        assert!(output.stderr.is_empty(), "{format}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn rules_lists_every_page_and_explain_prints_one() {
    let list = run(perflint().arg("rules")).out();
    let listed: BTreeSet<&str> =
        list.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect();
    let pages = pages(&workspace().join("rules/checks"));
    assert_eq!(listed, pages.iter().map(|(id, _)| id.as_str()).collect());
    for (id, page) in &pages {
        let explained = run(perflint().args(["explain", id]));
        assert_eq!(explained.code, Some(0));
        let body = page.split_once("\n+++").map_or("", |(_, body)| body).trim();
        assert!(explained.out().contains(body), "{id}");
    }
    let unknown = run(perflint().args(["explain", "unbounded-queries"]));
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.err().contains("`unbounded-query`"), "{}", unknown.err());
}

#[test]
fn help_is_no_error() {
    for arguments in [&["--help"][..], &["scan", "--help"], &["--version"]] {
        let run = run(perflint().args(arguments));
        assert_eq!((run.code, run.stderr.len()), (Some(0), 0), "{arguments:?}");
    }
    assert_eq!(run(&mut perflint()).code, Some(2), "no command");
}

/// Every line that the README shows is written by the command, in this order; `..` stands for what is left out.
#[test]
fn the_readme_shows_a_real_run() {
    let readme = text(&workspace().join("README.md"));
    let (_, shown) = readme.split_once("    $ perflint ").expect("the README shows a run");
    let mut shown = shown.lines();
    let arguments = shown.next().expect("a command").split_whitespace();
    let out = run(perflint().args(arguments).current_dir(workspace())).out();
    let mut lines = out.lines().map(str::trim_end);
    for line in shown.map_while(|line| line.strip_prefix("    ")).filter(|line| *line != "..") {
        assert!(lines.any(|written| written == line.trim_end()), "not written: {line}");
    }
}
