//! Where reports and baselines go: what cannot be written is said by name, and nothing is overwritten that should not be.

use perflint_tests::command::{Run, perflint, run};
use perflint_tests::git::Scratch;
use perflint_tests::sample::{REQUESTS, RULE};
use perflint_tests::tree::Tree;
use std::fs;

fn tree() -> Tree {
    Tree::of(&[("a.py", REQUESTS)])
}

fn perflint_in(tree: &Tree, arguments: &[&str]) -> Run {
    run(perflint().args(arguments).current_dir(tree.path()))
}

fn refused(run: &Run, message: &str) {
    assert_eq!(run.code, Some(2), "{message}: {}{}", run.out(), run.err());
    assert!(run.err().contains(message) && run.err().contains("help: "), "{message}: {}", run.err());
}

#[test]
fn two_reports_never_go_to_one_file() {
    let tree = tree();
    fs::create_dir(tree.join("folder")).expect("created");
    let absolute = tree.join("x").to_string_lossy().into_owned();
    let mut spellings = vec!["x".to_owned(), "./x".to_owned(), "folder/../x".to_owned(), absolute];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(".", tree.join("same")).expect("linked");
        spellings.push("same/x".to_owned());
    }
    for spelling in &spellings {
        let run =
            perflint_in(&tree, &["scan", "--output", "sarif=x", "--output", &format!("json={spelling}")]);
        refused(&run, "two reports go to");
    }
    assert!(!tree.join("x").exists());
    let run = perflint_in(&tree, &["scan", "--output", "sarif=x", "--output", "json=folder/x"]);
    assert_eq!((run.code, tree.join("x").exists(), tree.join("folder/x").exists()), (Some(1), true, true));
}

/// Unwritable for anybody but root, who is turned into nobody for this test.
#[cfg(unix)]
#[test]
fn what_cannot_be_written_is_named() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    let tree = tree();
    fs::create_dir(tree.join("folder")).expect("created");
    fs::set_permissions(tree.path(), fs::Permissions::from_mode(0o755)).expect("chmod");
    fs::set_permissions(tree.join("folder"), fs::Permissions::from_mode(0o555)).expect("chmod");
    let place = tempfile::tempdir().expect("temp");
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).expect("chmod");
    let root = rustix::process::geteuid().is_root();
    if !root {
        fs::set_permissions(tree.path(), fs::Permissions::from_mode(0o555)).expect("chmod");
    }
    // Nobody may not be able to reach the folder that perflint is built in.
    let copy = place.path().join("perflint");
    fs::copy(perflint().get_program(), &copy).expect("copy");
    let scan = |arguments: &[&str]| {
        let mut command = std::process::Command::new(&copy);
        if root {
            command.uid(65_534).gid(65_534);
        }
        run(command.args(arguments).current_dir(tree.path()))
    };
    let report = scan(&["scan", "--output", "json=folder/x.json"]);
    refused(&report, "cannot write folder/x.json: Permission denied");
    assert!(!report.err().contains(".perflint-"), "no temporary name: {}", report.err());
    refused(&scan(&["diff", "-", "--output", "folder/x.md"]), "no change in the patch");
    refused(&scan(&["baseline"]), "cannot create ");
    refused(&scan(&["baseline", "--output", "folder/x.json"]), "cannot write folder/x.json");
    refused(&scan(&["init"]), "perflint.toml: Permission denied");
    fs::set_permissions(tree.path(), fs::Permissions::from_mode(0o755)).expect("chmod");
    fs::set_permissions(tree.join("folder"), fs::Permissions::from_mode(0o755)).expect("chmod");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_no_clean_scan() {
    let tree = tree();
    for format in [
        "text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "rdjson", "markdown",
        "html", "agent",
    ] {
        let run = perflint_in(&tree, &["scan", "--quiet", "--output", &format!("{format}=/dev/full")]);
        refused(&run, "cannot write /dev/full: No space left");
    }
    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("a full device");
    let output = perflint().arg("scan").current_dir(tree.path()).stdout(full).output().expect("it ends");
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(message.contains("cannot write standard output: No space left"), "{message}");
}

/// A configuration is a stranger's: what it names as the baseline stays in the repository and was one before.
#[test]
fn a_configuration_has_nothing_overwritten() {
    let tree = tree();
    for (name, text) in [("a.py", REQUESTS), ("package.json", "{\"name\": \"x\"}"), ("empty.txt", "")] {
        tree.write(name, text);
        tree.write("perflint.toml", format!("baseline = \"{name}\"\n"));
        refused(&perflint_in(&tree, &["baseline"]), &format!("{name} is there and is no baseline"));
        assert_eq!(fs::read_to_string(tree.join(name)).expect("kept"), text);
        refused(&perflint_in(&tree, &["baseline", "--output", name]), "is no baseline");
    }
    tree.write("perflint.toml", "baseline = \"accepted.json\"\n");
    for again in ["a new file", "one that is there"] {
        assert_eq!(perflint_in(&tree, &["baseline"]).code, Some(0), "{again}");
    }
    assert_eq!(perflint_in(&tree, &["scan"]).code, Some(0));
}

#[cfg(unix)]
#[test]
fn no_link_leads_a_baseline_out_of_the_repository() {
    use std::os::unix::fs::symlink;
    let away = tempfile::tempdir().expect("temp");
    let tree = tree();
    symlink(away.path(), tree.join(".perflint")).expect("linked");
    refused(&perflint_in(&tree, &["baseline"]), "leads out of the repository");
    fs::remove_file(tree.join(".perflint")).expect("removed");
    symlink(away.path(), tree.join("away")).expect("linked");
    tree.write("perflint.toml", "baseline = \"away/keys\"\n");
    refused(&perflint_in(&tree, &["baseline"]), "leads out of the repository");
    assert_eq!(fs::read_dir(away.path()).expect("a folder").count(), 0);
    // A link in place of the file is replaced; what it leads to stays as it is.
    fs::write(away.path().join("target.json"), "{\"version\": 1, \"findings\": []}\n").expect("written");
    fs::remove_file(tree.join("perflint.toml")).expect("removed");
    fs::create_dir(tree.join(".perflint")).expect("created");
    symlink(away.path().join("target.json"), tree.join(".perflint/baseline.json")).expect("linked");
    assert_eq!(perflint_in(&tree, &["baseline"]).code, Some(0));
    let target = fs::read_to_string(away.path().join("target.json")).expect("kept");
    assert_eq!(target, "{\"version\": 1, \"findings\": []}\n");
}

#[test]
fn a_baseline_forgets_nothing_that_was_not_asked_about() {
    let scratch = Scratch::of(&[("a.py", REQUESTS), ("b.py", REQUESTS)]);
    assert_eq!(
        scratch.perflint(&["baseline", "--exclude", "b.py"]).code,
        Some(0),
        "the first may be of a part"
    );
    assert_eq!(scratch.found(&[]), [format!("{RULE} b.py:4")]);
    let accepted = fs::read(scratch.join(".perflint/baseline.json")).expect("written");
    for arguments in [
        &["--select", "unbounded-query"][..],
        &["--ignore", RULE],
        &["--include", "b.py"],
        &["--exclude", "a.py"],
        &["--min-confidence", "high"],
        &["--no-config"],
        &["--prune", "--select", RULE],
    ] {
        let run = scratch.perflint(&[&["baseline"], arguments].concat());
        refused(&run, "would forget the rest");
        let other = scratch.perflint(&[&["baseline", "--output", "other.json"], arguments].concat());
        assert!(other.code == Some(0) || arguments.contains(&"--prune"), "{arguments:?}: {}", other.err());
        let _ = fs::remove_file(scratch.join("other.json"));
    }
    // Nothing to scan is not everything fixed.
    scratch.write(".gitignore", "*.py\n");
    scratch.git(&["rm", "--quiet", "--cached", "a.py", "b.py"]);
    assert_eq!(scratch.perflint(&["baseline", "--prune"]).code, Some(4));
    assert!(fs::read(scratch.join(".perflint/baseline.json")).expect("kept") == accepted);
}
