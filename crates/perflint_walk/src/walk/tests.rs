use super::{Walker, slashed};
use crate::{SkipReason, WalkConfig, WalkStats};
use perflint_ir::{Lang, Role};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use tempfile::TempDir;

/// A directory with files, and what a walk of it saw.
struct Tree {
    dir: TempDir,
}

impl Tree {
    fn new(files: &[(&str, &str)]) -> Self {
        let tree = Self { dir: tempfile::tempdir().expect("temp") };
        for (path, text) in files {
            let path = tree.path(path);
            fs::create_dir_all(path.parent().expect("parent")).expect("mkdir");
            fs::write(path, text).expect("write");
        }
        tree
    }

    fn path(&self, rel: &str) -> PathBuf {
        self.dir.path().join(rel)
    }

    fn walk_with(
        &self,
        roots: &[&str],
        edit: impl Fn(&mut WalkConfig),
    ) -> (Vec<(String, Lang, Role)>, WalkStats) {
        let roots = roots.iter().map(|root| self.path(root)).collect();
        let mut config = WalkConfig::new(self.dir.path().to_owned(), roots);
        edit(&mut config);
        let seen = Mutex::new(Vec::new());
        let stats = Walker::new(config)
            .expect("config")
            .run(|file| seen.lock().expect("lock").push((file.path.to_owned(), file.lang, file.role)))
            .expect("walk");
        let mut seen = seen.into_inner().expect("lock");
        seen.sort();
        (seen, stats)
    }

    fn paths(&self, edit: impl Fn(&mut WalkConfig)) -> (Vec<String>, WalkStats) {
        let (seen, stats) = self.walk_with(&["."], edit);
        (seen.into_iter().map(|(path, ..)| path).collect(), stats)
    }
}

fn count(stats: &WalkStats, reason: SkipReason) -> usize {
    stats.skipped.get(&reason).copied().unwrap_or(0)
}

#[test]
fn honours_ignore_files_and_hidden_names() {
    let tree = Tree::new(&[
        (".gitignore", "out/\n*.gen.py\n"),
        (".perflintignore", "legacy\n"),
        (".ignore", "tmp.py\n"),
        ("a.py", ""),
        ("a.gen.py", ""),
        ("out/b.py", ""),
        ("legacy/c.py", ""),
        ("tmp.py", ""),
        (".hidden/d.py", ""),
        (".git/hooks/e.py", ""),
        ("logo.png", ""),
    ]);
    let (paths, stats) = tree.paths(|_| {});
    assert_eq!(paths, ["a.py"]);
    assert_eq!((stats.files, stats.other), (1, 1));
}

#[test]
fn globs_narrow_and_are_counted() {
    let tree = Tree::new(&[("a/x.py", ""), ("a/x.js", ""), ("b/y.py", ""), ("c/z.py", "")]);
    let (paths, stats) = tree.paths(|config| {
        config.include = vec!["*.py".into()];
        config.exclude = vec!["b".into()];
    });
    assert_eq!(paths, ["a/x.py", "c/z.py"]);
    assert_eq!((count(&stats, SkipReason::Excluded), count(&stats, SkipReason::NotIncluded)), (1, 1));
}

#[test]
fn reads_what_the_content_tells() {
    let long = "x".repeat(6_000);
    let tree = Tree::new(&[
        ("run", "#!/usr/bin/env python3\nprint()\n"),
        ("LICENSE", "text"),
        ("a.html", "{% for x in y %}"),
        ("b.html", "<p>"),
        ("bundle.js", &long),
        ("bin.py", "a\0b"),
        ("gen.py", "# @generated\n"),
        ("main.go", "package main"),
        ("t/tests/x.py", ""),
    ]);
    let (seen, stats) = tree.walk_with(&["."], |config| config.wanted = |lang| lang != Lang::Go);
    assert_eq!(
        seen,
        [
            ("a.html".to_owned(), Lang::Jinja, Role::App),
            ("gen.py".to_owned(), Lang::Python, Role::Generated),
            ("run".to_owned(), Lang::Python, Role::App),
        ]
    );
    for reason in [
        SkipReason::Binary,
        SkipReason::Language,
        SkipReason::Role(Role::Minified),
        SkipReason::Role(Role::Test),
    ] {
        assert_eq!(count(&stats, reason), 1, "{reason:?}");
    }
    assert_eq!(stats.other, 2);
}

#[test]
fn caps_size_and_depth() {
    let tree = Tree::new(&[("a.py", "12345"), ("b.py", "123456"), ("d/e/f/g.py", "")]);
    let (paths, stats) = tree.paths(|config| {
        config.max_file_size = 5;
        config.max_depth = 2;
        config.bytes_in_flight = 1;
    });
    assert_eq!(paths, ["a.py"]);
    assert_eq!((count(&stats, SkipReason::TooLarge), count(&stats, SkipReason::TooDeep)), (1, 1));
}

#[test]
fn roles_are_relative_to_the_named_root() {
    let tree = Tree::new(&[("tests/shop/views.py", ""), ("tests/shop/tests/t.py", ""), ("a.py", "")]);
    let (seen, _) = tree.walk_with(&["tests/shop"], |_| {});
    assert_eq!(seen, [("tests/shop/views.py".to_owned(), Lang::Python, Role::App)]);
    let (seen, _) = tree.walk_with(&["tests/shop/tests/t.py", ".", "tests/shop"], |_| {});
    let paths = ["a.py", "tests/shop/tests/t.py", "tests/shop/views.py"];
    assert_eq!(seen.iter().map(|(path, ..)| path.as_str()).collect::<Vec<_>>(), paths);
}

#[cfg(unix)]
mod unix {
    use super::{Tree, count};
    use crate::{SkipReason, WalkConfig, Walker};
    use std::ffi::OsStr;
    use std::fs;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn follows_no_link_but_a_root() {
        let away = Tree::new(&[("secret.py", "")]);
        let tree = Tree::new(&[("a/x.py", "")]);
        symlink(away.path("secret.py"), tree.path("a/file.py")).expect("link");
        symlink(away.path(""), tree.path("a/dir")).expect("link");
        symlink(tree.path("a"), tree.path("a/loop")).expect("link");
        symlink("absent", tree.path("a/broken.py")).expect("link");
        symlink("self.py", tree.path("a/self.py")).expect("link");
        symlink(tree.path("a"), tree.path("root")).expect("link");
        let (seen, stats) = tree.walk_with(&["root"], |_| {});
        assert_eq!(seen.iter().map(|(path, ..)| path.as_str()).collect::<Vec<_>>(), ["a/x.py"]);
        assert_eq!(count(&stats, SkipReason::Symlink), 5);
    }

    #[test]
    fn does_not_open_pipes() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        let tree = Tree::new(&[("a.py", "")]);
        mknodat(CWD, tree.path("pipe.py"), FileType::Fifo, Mode::RUSR, 0).expect("fifo");
        let (paths, stats) = tree.paths(|_| {});
        assert_eq!(paths, ["a.py"]);
        assert_eq!(count(&stats, SkipReason::NotRegular), 1);
    }

    #[test]
    fn keeps_hostile_names_apart() {
        let tree = Tree::new(&[("\u{1b}[31m.py", "")]);
        for name in [&b"x\xff.py"[..], b"x\xfe.py"] {
            fs::write(tree.dir.path().join(OsStr::from_bytes(name)), "").expect("write");
        }
        let (paths, _) = tree.paths(|_| {});
        assert_eq!(paths, ["\u{1b}[31m.py", "x\\xFE.py", "x\\xFF.py"]);
    }

    #[test]
    fn counts_what_it_cannot_read() {
        let tree = Tree::new(&[("a.py", ""), ("b.py", ""), ("d/c.py", "")]);
        fs::set_permissions(tree.path("b.py"), fs::Permissions::from_mode(0o000)).expect("chmod");
        fs::set_permissions(tree.path("d"), fs::Permissions::from_mode(0o000)).expect("chmod");
        if fs::read(tree.path("b.py")).is_ok() {
            return; // root reads everything
        }
        let (paths, stats) = tree.paths(|_| {});
        fs::set_permissions(tree.path("d"), fs::Permissions::from_mode(0o700)).expect("chmod");
        assert_eq!(paths, ["a.py"]);
        let names: Vec<_> = stats.unreadable.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(names, ["b.py", "d"]);
    }

    #[test]
    fn refuses_a_root_outside_its_base() {
        let (tree, away) = (Tree::new(&[]), Tree::new(&[]));
        assert!(Walker::new(WalkConfig::new(tree.path(""), vec![away.path("")])).is_err());
        assert!(Walker::new(WalkConfig::new(tree.path(""), vec![tree.path("absent")])).is_err());
    }
}

#[test]
fn slashes_are_forward() {
    let path = ["a", "b", "c.py"].iter().collect::<PathBuf>();
    assert_eq!(slashed(&path), ("a/b/c.py".to_owned(), false));
    assert_eq!(slashed(Path::new("")), (String::new(), false));
}
