//! Every kind of checkout that git makes: what is compared is right, or a message says why it cannot be.

use perflint_tests::command::{Run, perflint, run, run_with_input};
use perflint_tests::git::{Scratch, git};
use perflint_tests::sample::{CLEAN, REQUESTS, RULE};
use std::fs;
use std::path::Path;

fn perflint_in(folder: &Path, arguments: &[&str]) -> Run {
    run(perflint().args(arguments).current_dir(folder))
}

/// The places of what is new: `b.py:4`.
fn new(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let run = perflint_in(folder, &[&["scan", "--quiet", "--format", "concise"], arguments].concat());
    assert!(matches!(run.code, Some(0 | 1)), "{arguments:?}: {:?} {}", run.code, run.err());
    let place = |line: &str| {
        let (place, rest) = line.split_once(": ").expect("a place");
        assert!(rest.contains(RULE), "{line}");
        place.rsplit_once(':').map_or(place, |(place, _)| place).to_owned()
    };
    run.out().lines().map(place).collect()
}

fn refused(run: &Run, message: &str, help: &str) {
    assert_eq!(run.code, Some(2), "{message}: {}", run.out());
    assert!(run.err().contains(message), "{message}: {}", run.err());
    assert!(run.err().contains("help: ") && run.err().contains(help), "{help}: {}", run.err());
}

/// git refuses such a repository, because it would run programs for it; perflint runs none.
#[cfg(unix)]
#[test]
fn a_repository_of_another_user() {
    let scratch = Scratch::of(&[("a.py", REQUESTS)]);
    scratch.write("b.py", REQUESTS);
    scratch.git(&["add", "--all"]);
    if rustix::process::geteuid().is_root() {
        let folder = scratch.path().to_string_lossy().into_owned();
        let chown = std::process::Command::new("chown").args(["-R", "65534:65534", &folder]).status();
        assert!(chown.is_ok_and(|status| status.success()));
    }
    for arguments in [&["--diff", "HEAD"][..], &["--commit"]] {
        assert_eq!(new(scratch.path(), arguments), ["b.py:4"], "{arguments:?}");
    }
    assert_eq!(scratch.perflint(&["diff", "HEAD"]).code, Some(0));
}

#[test]
fn a_bare_repository() {
    let origin = Scratch::of(&[("a.py", REQUESTS)]);
    let outer = Scratch::of(&[("a.py", REQUESTS)]);
    git(outer.path(), &["clone", "--quiet", "--bare", &origin.path().display().to_string(), "inner.git"]);
    let place = tempfile::tempdir().expect("temp");
    git(place.path(), &["clone", "--quiet", "--bare", &origin.path().display().to_string(), "bare.git"]);
    let bare = place.path().join("bare.git");
    let before = fs::read_dir(&bare).expect("a folder").count();
    for arguments in
        [&["scan", "--diff", "HEAD"][..], &["scan", "--commit"], &["diff", "HEAD"], &["init"], &["baseline"]]
    {
        refused(&perflint_in(&bare, arguments), "this is a bare repository", "git worktree add");
    }
    let scan = perflint_in(&bare, &["scan"]);
    assert!(scan.code == Some(4) && scan.err().contains("bare repository"), "{}", scan.err());
    assert_eq!(fs::read_dir(&bare).expect("a folder").count(), before, "nothing is written into it");
    // One below a work tree is a folder like any other, and its own history is nobody's.
    outer.write("inner.git/b.py", REQUESTS);
    assert_eq!(new(outer.path(), &["--diff", "HEAD"]), ["inner.git/b.py:4"]);
    assert_eq!(new(&outer.join("inner.git"), &["--diff", "HEAD"]), ["inner.git/b.py:4"]);
}

#[test]
fn linked_worktrees_and_git_directories_elsewhere() {
    let place = tempfile::tempdir().expect("temp");
    let scratch = Scratch::of(&[("a.py", REQUESTS)]);
    let linked = place.path().join("linked");
    scratch.git(&["worktree", "add", "--quiet", "-b", "topic", &linked.display().to_string()]);
    fs::write(linked.join("b.py"), REQUESTS).expect("written");
    assert_eq!(new(&linked, &["--diff", "main"]), ["b.py:4"]);
    assert_eq!(new(&linked, &["--commit"]), [""; 0], "it is not staged");
    git(&linked, &["add", "b.py"]);
    assert_eq!(new(&linked, &["--commit"]), ["b.py:4"]);
    git(&linked, &["commit", "--quiet", "--message", "topic"]);
    assert_eq!(new(&linked, &["--diff", "main"]), ["b.py:4"]);
    assert_eq!(new(scratch.path(), &["--diff", "topic"]), [""; 0], "the first work tree is on main still");
    let folder = place.path().join("separate");
    fs::create_dir(&folder).expect("created");
    git(&folder, &["init", "--quiet", "--initial-branch", "main", "--separate-git-dir", "../store"]);
    fs::write(folder.join("a.py"), CLEAN).expect("written");
    git(&folder, &["add", "--all"]);
    git(&folder, &["commit", "--quiet", "--message", "first"]);
    fs::write(folder.join("b.py"), REQUESTS).expect("written");
    assert_eq!(new(&folder, &["--diff", "HEAD"]), ["b.py:4"]);
    fs::rename(place.path().join("store"), place.path().join("moved")).expect("renamed");
    refused(&perflint_in(&folder, &["scan", "--diff", "HEAD"]), "names is not there", "git worktree repair");
}

/// The commit of a submodule belongs to the commit around it: what was in it is not new.
#[test]
fn submodules() {
    let library = Scratch::of(&[("a.py", REQUESTS)]);
    let scratch = Scratch::of(&[("a.py", REQUESTS)]);
    let url = library.path().display().to_string();
    scratch.git(&["submodule", "add", "--quiet", &url, "libs/one"]);
    scratch.git(&["submodule", "add", "--quiet", &url, "libs/two"]);
    scratch.commit("submodules");
    assert_eq!(new(scratch.path(), &[]), ["a.py:4", "libs/one/a.py:4", "libs/two/a.py:4"]);
    assert_eq!(new(scratch.path(), &["--diff", "HEAD"]), [""; 0]);
    scratch.write("libs/one/b.py", REQUESTS);
    assert_eq!(new(scratch.path(), &["--diff", "HEAD"]), ["libs/one/b.py:4"]);
    assert_eq!(new(&scratch.join("libs/one"), &["--diff", "HEAD"]), ["b.py:4"], "seen from inside");
    git(&scratch.join("libs/one"), &["add", "--all"]);
    git(&scratch.join("libs/one"), &["commit", "--quiet", "--message", "more"]);
    scratch.git(&["add", "--all"]);
    assert_eq!(new(scratch.path(), &["--diff", "HEAD"]), ["libs/one/b.py:4"], "another commit of it");
    // One whose history is gone tells nothing, and what nothing is known of is not new.
    fs::remove_file(scratch.join("libs/two/.git")).expect("removed");
    assert_eq!(new(scratch.path(), &["--diff", "HEAD"]), ["libs/one/b.py:4"]);
}

#[test]
fn a_sparse_checkout() {
    for index in ["--sparse-index", "--no-sparse-index"] {
        let view = "from django.shortcuts import render\n\n\ndef page(request):\n    return render(request, 'x.html')\n";
        let urls = "from django.urls import path\n\nfrom gone.views import page\n\nurlpatterns = [path('gone', page)]\n";
        let costs = Scratch::of(&[("here/a.py", CLEAN), ("gone/views.py", view), ("gone/urls.py", urls)]);
        let diff = costs.perflint(&["diff", "HEAD"]).out();
        assert!(diff.contains("0 costs changed, 0 new, 0 gone, 1 as before"), "{diff}");
        costs.git(&["sparse-checkout", "set", index, "here"]);
        assert!(!costs.join("gone").exists());
        let diff = costs.perflint(&["diff", "HEAD"]).out();
        assert!(diff.contains("0 costs changed, 0 new, 0 gone"), "what is not there did not change: {diff}");

        let scratch = Scratch::of(&[("here/a.py", REQUESTS), ("gone/c.py", CLEAN)]);
        assert_eq!(scratch.perflint(&["baseline"]).code, Some(0));
        scratch.git(&["add", "--all"]);
        scratch.commit("baseline");
        scratch.git(&["sparse-checkout", "set", index, "here", ".perflint"]);
        assert!(!scratch.join("gone").exists());
        scratch.write("here/b.py", REQUESTS);
        scratch.git(&["add", "--sparse", "here/b.py"]);
        for arguments in [&["--diff", "HEAD"][..], &["--commit"], &[]] {
            assert_eq!(new(scratch.path(), arguments), ["here/b.py:4"], "{arguments:?}");
        }
        // The accepted findings of what is not there must not be lost.
        for arguments in [&["baseline"][..], &["baseline", "--prune"]] {
            refused(&scratch.perflint(arguments), "sparse checkout", "git sparse-checkout disable");
        }
    }
}

#[test]
fn a_partial_clone() {
    let origin = Scratch::of(&[("a.py", REQUESTS), ("b.py", REQUESTS)]);
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", origin.path().display());
    let place = tempfile::tempdir().expect("temp");
    for (filter, lacks) in [("blob:none", "lacks the blob"), ("tree:0", "lacks a tree")] {
        let name = filter.replace(':', "-");
        git(place.path(), &["clone", "--quiet", "--no-checkout", "--filter", filter, &url, &name]);
        let clone = place.path().join(&name);
        fs::write(clone.join("a.py"), CLEAN).expect("written");
        // Nothing is fetched for the sake of a comparison.
        let refusal = perflint_in(&clone, &["scan", "--diff", "HEAD"]);
        refused(&refusal, lacks, "git fetch --refetch --no-filter");
        git(&clone, &["fetch", "--quiet", "--refetch", "--no-filter"]);
        assert_eq!(new(&clone, &["--diff", "HEAD"]), [""; 0], "the help helps");
    }
}

#[test]
fn other_formats_of_repositories() {
    let place = tempfile::tempdir().expect("temp");
    let make = |option: &str, name: &str| {
        git(place.path(), &["init", "--quiet", "--initial-branch", "main", option, name]);
        let folder = place.path().join(name);
        fs::write(folder.join("a.py"), REQUESTS).expect("written");
        git(&folder, &["add", "--all"]);
        git(&folder, &["commit", "--quiet", "--message", "first"]);
        fs::write(folder.join("b.py"), REQUESTS).expect("written");
        git(&folder, &["add", "--all"]);
        folder
    };
    let sha256 = make("--object-format=sha256", "sha256");
    assert_eq!(new(&sha256, &["--diff", "HEAD"]), ["b.py:4"]);
    assert_eq!(new(&sha256, &["--commit"]), ["b.py:4"]);
    let reftable = make("--ref-format=reftable", "reftable");
    refused(&perflint_in(&reftable, &["scan", "--diff", "HEAD"]), "`reftable`", "--diff -");
    let mut command = perflint();
    command.args(["scan", "--quiet", "--format", "concise", "--diff", "-"]).current_dir(&reftable);
    let helped = run_with_input(&mut command, git(&reftable, &["diff", "HEAD"]));
    assert!(helped.code == Some(1) && helped.out().starts_with("b.py:4"), "{}", helped.err());
}

/// `git commit PATH` commits that path alone, from an index that it makes for the purpose.
#[test]
fn a_commit_of_some_paths_only() {
    let scratch = Scratch::of(&[("a.py", CLEAN), ("c.py", CLEAN)]);
    scratch.write("a.py", format!("{CLEAN}\n"));
    scratch.write("b.py", REQUESTS);
    scratch.git(&["add", "b.py"]);
    scratch.write("d.py", REQUESTS);
    scratch.git(&["add", "--intent-to-add", "d.py"]);
    let hook = scratch.join(".git/hooks/pre-commit");
    let binary = perflint().get_program().to_string_lossy().into_owned();
    let script = format!("#!/bin/sh\nexec '{binary}' scan --commit --quiet --format concise\n");
    fs::write(&hook, script).expect("written");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).expect("executable");
    }
    assert_eq!(new(scratch.path(), &["--commit"]), ["b.py:4"]);
    scratch.git(&["commit", "--quiet", "--message", "one path", "--", "a.py"]);
    assert_eq!(scratch.git(&["show", "--format=", "--name-only", "HEAD"]), "a.py\n");
    // An index of somebody else's is none of this repository.
    let other = Scratch::of(&[("a.py", CLEAN)]);
    let mut command = perflint();
    command
        .args(["scan", "--commit"])
        .current_dir(scratch.path())
        .env("GIT_INDEX_FILE", other.join(".git/index"));
    assert_eq!(run(&mut command).code, Some(1));
}
