//! Repositories that are not as they should be: a clear message each, exit code 2, and nothing of theirs runs.

use perflint_tests::command::Run;
use perflint_tests::git::{Scratch, git};
use perflint_tests::sample::{REQUESTS, RULE};
use perflint_tests::tree::Tree;
use std::fs;

fn refused(run: &Run, message: &str, help: &str) {
    assert_eq!(run.code, Some(2), "{message}: {}", run.out());
    assert!(run.err().contains(message), "{message}: {}", run.err());
    assert!(run.err().contains("help: ") && run.err().contains(help), "{help}: {}", run.err());
}

#[test]
fn a_repository_without_commits() {
    let scratch = Scratch::new();
    scratch.write("a.py", REQUESTS);
    refused(
        &scratch.perflint(&["scan", "--diff", "HEAD"]),
        "no commit yet on `main`",
        "commit something first",
    );
    refused(&scratch.perflint(&["diff", "HEAD"]), "no commit yet on `main`", "commit something first");
    assert_eq!(scratch.perflint(&["scan"]).code, Some(1), "without a revision it is scanned like any other");
}

#[test]
fn an_unborn_branch_beside_others() {
    let scratch = Scratch::of(&[("a.py", REQUESTS)]);
    scratch.git(&["checkout", "--quiet", "--orphan", "fresh"]);
    refused(
        &scratch.perflint(&["scan", "--diff", "main"]),
        "no commit yet on `fresh`",
        "commit something first",
    );
}

#[test]
fn a_folder_that_is_no_repository() {
    let tree = Tree::of(&[("a.py", REQUESTS)]);
    let scan = |folder| {
        let mut command = perflint_tests::command::perflint();
        perflint_tests::command::run(command.args(["scan", "--diff", "HEAD"]).current_dir(folder))
    };
    refused(&scan(tree.path()), "not a git repository", "--diff -");
    fs::remove_dir(tree.join(".git")).expect("removed");
    refused(&scan(tree.path()), "not a git repository", "--diff -");
}

#[test]
fn revisions_that_do_not_exist() {
    let scratch = Scratch::of(&[("a.py", REQUESTS)]);
    for revision in
        ["mian", "deadbeef", "HEAD~99", "main..HEAD", "HEAD:a.py", "main@{9 days ago", ":/", "\u{1b}[31m"]
    {
        let run = scratch.perflint(&["scan", "--diff", revision]);
        refused(&run, "there is no revision", "git branch --all");
        assert!(!run.err().contains('\u{1b}'));
    }
    refused(&scratch.perflint(&["scan", "--diff", "--upload-pack=x"]), "is no revision", "name a branch");
    refused(&scratch.perflint(&["scan", "--diff", ""]), "is no revision", "name a branch");
}

#[test]
fn a_shallow_clone() {
    let origin = Scratch::of(&[("a.py", "x = 1\n")]);
    origin.git(&["checkout", "--quiet", "-b", "topic"]);
    origin.write("b.py", REQUESTS);
    origin.commit("topic");
    origin.git(&["checkout", "--quiet", "main"]);
    origin.write("c.py", "y = 1\n");
    origin.commit("main goes on");
    let place = tempfile::tempdir().expect("temp");
    let url = format!("file://{}", origin.path().display());
    git(
        place.path(),
        &["clone", "--quiet", "--depth", "1", "--no-single-branch", "--branch", "topic", &url, "clone"],
    );
    let scan = |revision: &str| {
        let mut command = perflint_tests::command::perflint();
        command.args(["scan", "--diff", revision]).current_dir(place.path().join("clone"));
        perflint_tests::command::run(&mut command)
    };
    refused(&scan("origin/main"), "shallow clone does not reach back", "fetch-depth: 0");
    refused(&scan("HEAD~1"), "there is no revision", "fetch-depth: 0");
    assert_eq!(scan("HEAD").code, Some(0), "what is there can be compared with");
}

#[test]
fn histories_without_a_common_commit() {
    let scratch = Scratch::of(&[("a.py", REQUESTS)]);
    scratch.git(&["checkout", "--quiet", "--orphan", "fresh"]);
    scratch.commit("another beginning");
    refused(&scratch.perflint(&["scan", "--diff", "main"]), "no commit in common", "grew from");
}

#[test]
fn objects_that_are_missing() {
    let scratch = Scratch::of(&[("a.py", REQUESTS)]);
    let id = scratch.git(&["rev-parse", "HEAD:a.py"]);
    let id = id.trim();
    scratch.write("a.py", "x = 1\n");
    fs::remove_file(scratch.join(&format!(".git/objects/{}/{}", &id[..2], &id[2..]))).expect("removed");
    refused(&scratch.perflint(&["scan", "--diff", "HEAD"]), "lacks the blob", "git fetch --refetch");
}

/// Each of these makes git itself run the program on a status, a diff, a checkout or a fetch.
#[cfg(unix)]
#[test]
fn nothing_that_a_configuration_names_is_run() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::of(&[("a.py", REQUESTS), (".gitattributes", "*.py filter=trap diff=trap\n")]);
    let place = tempfile::tempdir().expect("temp");
    let (trap, sprung) = (place.path().join("trap"), place.path().join("sprung"));
    fs::write(&trap, format!("#!/bin/sh\necho \"$0 $*\" >> '{}'\ncat\n", sprung.display())).expect("written");
    fs::set_permissions(&trap, fs::Permissions::from_mode(0o755)).expect("executable");
    for hook in
        ["post-checkout", "post-index-change", "fsmonitor-watchman", "reference-transaction", "pre-commit"]
    {
        fs::copy(&trap, scratch.join(&format!(".git/hooks/{hook}"))).expect("copied");
    }
    let trap = trap.display().to_string();
    for (key, value) in [
        ("core.fsmonitor", trap.as_str()),
        ("core.sshCommand", &trap),
        ("core.pager", &trap),
        ("core.editor", &trap),
        ("core.hooksPath", &scratch.join(".git/hooks").display().to_string()),
        ("core.alternateRefsCommand", &trap),
        ("diff.external", &trap),
        ("diff.trap.textconv", &trap),
        ("diff.trap.command", &trap),
        ("filter.trap.smudge", &trap),
        ("filter.trap.clean", &trap),
        ("filter.trap.process", &trap),
        ("credential.helper", &trap),
        ("gpg.program", &trap),
        ("uploadpack.packObjectsHook", &trap),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.url", &format!("ext::{trap} %S")),
        ("include.path", &trap),
    ] {
        fs::write(
            scratch.join(".git/config"),
            format!(
                "{}\n[{}]\n\t{} = \"{value}\"\n",
                fs::read_to_string(scratch.join(".git/config")).expect("read"),
                section(key),
                key.rsplit('.').next().unwrap_or(key)
            ),
        )
        .expect("written");
    }
    scratch.write("b.py", REQUESTS);
    for arguments in [
        &["scan", "--diff", "HEAD"][..],
        &["diff", "HEAD"],
        &["baseline"],
        &["scan"],
        &["config", "check"],
        &["init", "--print"],
    ] {
        let run = scratch.perflint(arguments);
        assert!(matches!(run.code, Some(0 | 1)), "{arguments:?}: {}", run.err());
    }
    assert_eq!(scratch.found(&["--diff", "HEAD", "--no-baseline"]), [format!("{RULE} b.py:4")]);
    assert!(!sprung.exists(), "{}", fs::read_to_string(&sprung).unwrap_or_default());
}

/// `filter.trap.clean` stands in `[filter "trap"]`.
#[cfg(unix)]
fn section(key: &str) -> String {
    let (section, _) = key.rsplit_once('.').unwrap_or((key, ""));
    section.split_once('.').map_or_else(|| section.to_owned(), |(a, b)| format!("{a} \"{b}\""))
}

#[test]
fn baselines_of_other_versions_and_other_files() {
    let scratch = Scratch::of(&[("a.py", REQUESTS)]);
    let path = ".perflint/baseline.json";
    for (text, message) in [
        ("{\"version\": 2, \"entries\": []}", "it has version 2, and this perflint reads version 1"),
        ("{\"version\": 0, \"findings\": []}", "it has version 0"),
        ("", "it is not a baseline"),
        ("[]", "it is not a baseline"),
        ("{\"version\": 1, \"findings\": [{\"rule\": 3}]}", "it is not a baseline"),
        ("{\"version\": 1, \"findings\": [\n{\"file\":\"a", "it is not a baseline: EOF"),
        ("{\"version\": 1, \"findings\": [], \"findings\": []}", "it is not a baseline: duplicate field"),
        (
            "{\"version\": 1, \"findings\": [{\"file\":\"a\",\"rule\":\"r\",\"what\":\"w\",\"code\":\"c\",\"x\":1}]}",
            "it is not a baseline: unknown field",
        ),
    ] {
        scratch.write(path, text);
        refused(&scratch.perflint(&["scan"]), &format!("{path}: {message}"), "perflint baseline");
        refused(&scratch.perflint(&["config", "check"]), message, "perflint baseline");
        refused(&scratch.perflint(&["baseline", "--prune"]), message, "perflint baseline");
        assert_eq!(scratch.perflint(&["scan", "--no-baseline"]).code, Some(1));
    }
    scratch.write(path, "<<<<<<< HEAD\n{\"version\": 1, \"findings\": []}\n");
    refused(&scratch.perflint(&["scan"]), "it is not a baseline", "marks of a merge");
    let nested = format!("{{\"version\": 1, \"findings\": {}", "[".repeat(200_000));
    scratch.write(path, nested);
    refused(&scratch.perflint(&["scan"]), "it is not a baseline", "perflint baseline");
    let file = fs::File::create(scratch.join(path)).expect("created");
    file.set_len(300 << 20).expect("a file with a hole");
    for arguments in [&["scan"][..], &["scan", "--baseline", path]] {
        let run = scratch.perflint(arguments);
        refused(&run, path, "perflint baseline");
        assert!(!run.err().contains(&*scratch.path().to_string_lossy()), "{}", run.err());
    }
    assert_eq!(scratch.perflint(&["baseline"]).code, Some(0), "writing it anew is the way out");
    // As an editor of another system leaves it.
    let edited = fs::read_to_string(scratch.join(path)).expect("a baseline").replace('\n', "\r\n");
    scratch.write(path, format!("\u{feff}{edited}"));
    for arguments in [&["scan"][..], &["scan", "--baseline", path]] {
        assert_eq!(scratch.perflint(arguments).code, Some(0), "{arguments:?}");
    }
    refused(&scratch.perflint(&["scan", "--baseline", "absent.json"]), "absent.json", "perflint baseline");
}

#[test]
fn flags_that_contradict_each_other() {
    let scratch = Scratch::of(&[("a.py", REQUESTS)]);
    for arguments in [
        &["scan", "--baseline", "x", "--no-baseline"][..],
        &["scan", "--config", "x", "--no-config"],
        &["scan", "--select", RULE, "--ignore", RULE],
        &["scan", "--select", RULE, "--ignore", "n-plus-one"],
        &["scan", "--commit", "--diff", "HEAD"],
        &["scan", "--commit", "--diff", "-"],
        &["scan", "--format", "json", "--format", "sarif"],
        &["scan", "--fail-on", "never", "--fail-on", "note"],
        &["scan", "--output", "json=-", "--output", "sarif=-"],
        &["scan", "--output", "-", "--output", "json=-"],
        &["scan", "--jobs", "100000"],
        &["scan", "--config", "."],
        &["scan", "--models", ".git"],
        &["schema", "--format", "sql"],
        &["plan", "--output", "x", "--format", "json"],
        &["plan", "--output", "x", "--section", "load"],
        &["init", "x"],
        &["scan", "--output", "sarif=x", "--output", "json=x"],
        &["scan", "--output", "x", "--output", "y"],
        &["scan", "--format", "json", "--output", "sarif=-"],
        &["scan", "--output", "srif=x"],
        &["scan", "--output", "sarif="],
        &["scan", "--diff", "HEAD", "--diff", "main"],
        &["baseline", "--prune"],
        &["diff"],
        &["config", "schema", "x"],
    ] {
        let run = scratch.perflint(arguments);
        assert_eq!(run.code, Some(2), "{arguments:?}: {}", run.out());
        assert!(run.err().starts_with("error: "), "{arguments:?}: {}", run.err());
    }
    assert!(!scratch.join("x").exists(), "nothing is written");
}
