//! What stands in `.git` is hostile: nothing hangs, nothing grows without end, nothing is clean because it was not looked at.

#![cfg(unix)]

use perflint_tests::command::{Run, perflint, run, run_with_input};
use perflint_tests::git::Scratch;
use perflint_tests::sample::REQUESTS;
use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

const COMPARISONS: [&[&str]; 2] = [&["--diff", "HEAD"], &["--commit"]];

/// A repository with an old finding and a new one.
fn scratch() -> Scratch {
    let scratch = Scratch::of(&[("a.py", REQUESTS)]);
    scratch.write("b.py", REQUESTS);
    scratch.git(&["add", "--all"]);
    scratch
}

fn scan(scratch: &Scratch, arguments: &[&str]) -> Run {
    scratch.perflint(&[&["scan", "--quiet", "--format", "concise"], arguments].concat())
}

/// Comparisons are refused for a reason, a scan without one is none the worse, and no path of the machine is told.
fn refuses(scratch: &Scratch, name: &str, reason: &str) {
    for arguments in COMPARISONS {
        let run = scan(scratch, arguments);
        assert_eq!(run.code, Some(2), "{name} {arguments:?}: {}{}", run.out(), run.err());
        assert!(run.err().contains(reason) && run.err().contains("help: "), "{name}: {}", run.err());
        assert!(!run.err().contains(&*scratch.path().to_string_lossy()), "{name}: {}", run.err());
    }
    assert_eq!(scan(scratch, &[]).out().lines().count(), 2, "{name}");
}

const OPENED: [&str; 8] = [
    "HEAD",
    "config",
    "index",
    "packed-refs",
    "commondir",
    "shallow",
    "objects/info/alternates",
    "refs/heads/main",
];

#[test]
fn pipes_and_devices_in_place_of_files() {
    for name in OPENED {
        let pipe = scratch();
        let path = pipe.join(".git").join(name);
        let _ = fs::remove_file(&path);
        assert!(Command::new("mkfifo").arg(&path).status().is_ok_and(|status| status.success()));
        refuses(&pipe, name, &format!(".git/{name} is neither a file nor a folder"));
        let device = scratch();
        let path = device.join(".git").join(name);
        let _ = fs::remove_file(&path);
        symlink("/dev/zero", &path).expect("linked");
        refuses(&device, name, &format!(".git/{name} is neither a file nor a folder"));
    }
    let pipe = scratch();
    fs::remove_dir_all(pipe.join(".git")).expect("removed");
    assert!(Command::new("mkfifo").arg(pipe.join(".git")).status().is_ok_and(|status| status.success()));
    refuses(&pipe, ".git", ".git is neither a file nor a folder");
}

#[test]
fn files_without_end() {
    for name in ["HEAD", "config", "index", "packed-refs", "refs/heads/main", "objects/info/alternates"] {
        let scratch = scratch();
        let path = scratch.join(".git").join(name);
        let file =
            fs::OpenOptions::new().create(true).truncate(false).write(true).open(path).expect("opened");
        file.set_len(8 << 30).expect("a file with a hole");
        refuses(&scratch, name, &format!(".git/{name} has more than"));
    }
}

#[test]
fn folders_without_end() {
    let loops = scratch();
    fs::create_dir(loops.join(".git/refs/heads/x")).expect("created");
    symlink("..", loops.join(".git/refs/heads/x/y")).expect("linked");
    refuses(&loops, "references", "leads too far");
    // Stores that name each other are visited once each.
    let stores = scratch();
    fs::write(stores.join(".git/objects/info/alternates"), ".\n..\n../objects\n/\n").expect("written");
    for arguments in COMPARISONS {
        let run = scan(&stores, arguments);
        assert!(matches!(run.code, Some(1 | 2)), "{}", run.err());
    }
}

#[test]
fn files_that_name_a_git_directory() {
    let other = scratch();
    for (text, reason) in [
        ("gitdir: /etc/passwd\n", "names is not there"),
        ("gitdir: ../nowhere\n", "names is not there"),
        ("gitdir: .git\n", "names is not there"),
        ("gitdir: .\n", "names is not there"),
        ("gitdir: /\n", "names is not there"),
        ("gitdir: \0\n", "names is not there"),
        ("gitdir:\n", "not a git repository"),
        ("", "not a git repository"),
        ("hello", "not a git repository"),
    ] {
        let scratch = scratch();
        fs::remove_dir_all(scratch.join(".git")).expect("removed");
        scratch.write(".git", text);
        refuses(&scratch, text, reason);
    }
    // Another repository's is read like one's own: that is what a worktree is.
    let scratch = scratch();
    fs::remove_dir_all(scratch.join(".git")).expect("removed");
    scratch.write(".git", format!("gitdir: {}\n", other.join(".git").display()));
    assert_eq!(scan(&scratch, &["--diff", "HEAD"]).out().lines().count(), 1);
}

/// None of these makes another tree or another program of it.
#[test]
fn configurations_that_lead_elsewhere() {
    for text in [
        "[core]\n\tworktree = /etc\n",
        "[core]\n\tbare = true\n",
        "[core]\n\tworktree = ../elsewhere\n\thooksPath = /tmp\n\tattributesFile = /dev/zero\n\texcludesFile = /dev/zero\n",
        "[include]\n\tpath = /dev/zero\n",
        "[includeIf \"gitdir:/\"]\n\tpath = /dev/zero\n",
        "[extensions]\n\tworktreeConfig = true\n",
        "[index]\n\tsparse = true\n[core]\n\tsparseCheckout = true\n",
    ] {
        let scratch = scratch();
        let config = fs::read_to_string(scratch.join(".git/config")).expect("a text");
        fs::write(scratch.join(".git/config"), format!("{config}\n{text}")).expect("written");
        for arguments in COMPARISONS {
            let run = scan(&scratch, arguments);
            assert!(
                run.code == Some(1) && run.out().starts_with("b.py:4:"),
                "{text}: {}{}",
                run.out(),
                run.err()
            );
        }
    }
    for (text, reason) in [
        ("[core]\n\trepositoryformatversion = 99\n", "only versions 0 and 1 are supported"),
        ("[core\n", "Could not parse configuration"),
        ("\0\u{1}\u{2}", "cannot read the git repository"),
    ] {
        let scratch = scratch();
        fs::write(scratch.join(".git/config"), text).expect("written");
        refuses(&scratch, text, reason);
    }
}

#[test]
fn damaged_files() {
    for name in ["index", "HEAD", "packed-refs", "refs/heads/main"] {
        let scratch = scratch();
        fs::write(scratch.join(".git").join(name), b"DIRC\xff\xff\xff\xff\xff\xff\xff\xff\0\x01garbage")
            .expect("written");
        refuses(&scratch, name, "error: ");
    }
}

/// A few objects whose tree has more files than there are atoms.
#[test]
fn a_commit_that_unfolds_without_end() {
    let scratch = scratch();
    let mut id = scratch.git(&["rev-parse", "HEAD:a.py"]);
    let mut kind = "100644 blob";
    for _ in 0..12 {
        let list: String = (0..100).map(|at| format!("{kind} {}\tf{at:02}.py\n", id.trim())).collect();
        id = piped(&scratch, &["mktree"], &list);
        kind = "040000 tree";
    }
    let bomb = scratch.git(&["commit-tree", "-m", "bomb", id.trim()]);
    let tree = scratch.git(&["rev-parse", "HEAD^{tree}"]);
    let head = scratch.git(&["commit-tree", "-m", "after", "-p", bomb.trim(), tree.trim()]);
    scratch.git(&["update-ref", "refs/heads/main", head.trim()]);
    let run = scan(&scratch, &["--diff", bomb.trim()]);
    assert!(run.code == Some(2) && run.err().contains("more files than can be compared"), "{}", run.err());
    assert_eq!(scan(&scratch, &["--diff", "HEAD"]).code, Some(1));
}

/// What git says to a text on its standard input.
fn piped(scratch: &Scratch, arguments: &[&str], input: &str) -> String {
    let child = Command::new("git")
        .args(arguments)
        .current_dir(scratch.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut child = child.expect("git runs");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("written");
    let output = child.wait_with_output().expect("git ends");
    assert!(output.status.success());
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A file that says how large it is before it is unpacked, and one that lies about it.
#[test]
fn objects_that_unpack_without_end() {
    let scratch = scratch();
    let path = scratch.join("a.py");
    let file = fs::File::create(&path).expect("created");
    file.set_len(200 << 20).expect("a file with a hole");
    let id = scratch.git(&["hash-object", "-w", "a.py"]);
    scratch.git(&["update-index", "--cacheinfo", &format!("100644,{},a.py", id.trim())]);
    scratch.git(&["commit", "--quiet", "--message", "large"]);
    scratch.write("a.py", REQUESTS);
    let found = scan(&scratch, &["--diff", "HEAD"]);
    assert!(found.code == Some(1) && found.out().contains("a.py:4"), "{}{}", found.out(), found.err());
    let mut lie = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    lie.write_all(b"tree 10\0").expect("memory");
    lie.write_all(&vec![0; 64 << 20]).expect("memory");
    let tree = scratch.git(&["rev-parse", "HEAD^{tree}"]);
    let object = scratch.join(&format!(".git/objects/{}/{}", &tree[..2], tree[2..].trim()));
    fs::remove_file(&object).expect("removed");
    fs::write(&object, lie.finish().expect("memory")).expect("written");
    let run = scan(&scratch, &["--diff", "HEAD"]);
    assert!(run.code == Some(2) && run.err().contains("lacks a tree"), "{:?} {}", run.code, run.err());
}

/// Where memory is too short for the analysis, nothing must be called clean.
#[test]
fn a_scan_that_cannot_be_made_is_no_clean_one() {
    let scratch = scratch();
    let binary = perflint().get_program().to_string_lossy().into_owned();
    let mut refused = 0;
    for limit in (400_000..3_200_000).step_by(400_000) {
        for arguments in ["", "--diff -"] {
            let script = format!("ulimit -v {limit} && exec '{binary}' scan --quiet {arguments}");
            let mut command = Command::new("bash");
            let patch = "--- a/c.py\n+++ b/c.py\n@@ -0,0 +0,0 @@\n";
            let patch = if arguments.is_empty() { "" } else { patch };
            let run = run_with_input(command.args(["-c", &script]).current_dir(scratch.path()), patch);
            assert_ne!(run.code, Some(0), "{limit} {arguments}: {}{}", run.out(), run.err());
            refused += usize::from(run.code == Some(2));
        }
    }
    assert!(refused > 0, "some of the limits are too low");
    assert_eq!(run(perflint().arg("scan").current_dir(scratch.path())).code, Some(1));
}
