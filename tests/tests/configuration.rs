//! Configurations, and what a team teaches perflint.

use perflint_tests::command::{perflint, run};
use perflint_tests::git::Scratch;
use perflint_tests::sample::{REQUESTS, RULE};
use perflint_tests::tree::Tree;
use perflint_tests::workspace;
use serde_json::Value;
use std::fs;

fn code(tree: &Tree, arguments: &[&str]) -> (Option<i32>, String) {
    let run = run(perflint().args(arguments).current_dir(tree.path()));
    (run.code, format!("{}{}", run.out(), run.err()))
}

#[test]
fn each_place_is_read_and_the_nearest_wins() {
    let ignore = format!("ignore = [\"{RULE}\"]");
    for (file, text) in [
        ("perflint.toml", ignore.clone()),
        ("pyproject.toml", format!("[tool.perflint]\n{ignore}")),
        ("package.json", format!("{{\"perflint\": {{\"ignore\": [\"{RULE}\"]}}}}")),
        ("Cargo.toml", format!("[workspace.metadata.perflint]\n{ignore}")),
    ] {
        let tree = Tree::of(&[("app/a.py", REQUESTS)]);
        assert_eq!(code(&tree, &["scan"]).0, Some(1));
        tree.write(file, &text);
        assert_eq!(code(&tree, &["scan"]).0, Some(0), "{file}");
        assert_eq!(code(&tree, &["scan", "app"]).0, Some(0), "{file}");
        assert_eq!(code(&tree, &["config", "path", "app"]).1.trim(), file);
        assert_eq!(code(&tree, &["scan", "--no-config"]).0, Some(1), "{file}");
        assert_eq!(code(&tree, &["scan", "--select", RULE]).0, Some(1), "the command line goes first");
        tree.write("app/perflint.toml", "");
        assert_eq!(code(&tree, &["scan", "app"]).0, Some(1), "the nearest");
        tree.write("other.toml", &ignore);
        assert_eq!(
            code(&tree, &["scan", "app", "--config", "other.toml"]).0,
            Some(0),
            "the one that is named"
        );
    }
}

#[test]
fn mistakes_are_placed_and_corrected() {
    let tree = Tree::of(&[("a.py", REQUESTS)]);
    for (text, place, help) in [
        ("\nselct = []", "perflint.toml:2:1: there is no setting `selct`", "did you mean `select`?"),
        (
            "[rules.n-plus-one-qery]\nlevel = 'off'",
            "there is no rule `n-plus-one-qery`",
            "did you mean `n-plus-one-query`?",
        ),
        ("ignore = ['n-plus-on']", "there is no rule or category `n-plus-on`", "did you mean `n-plus-one`?"),
        (
            "fail-on = 'warn'",
            "perflint.toml:1:11: `warn` is not one of its values",
            "did you mean `warning`?",
        ),
        ("exclude = ['src/[a']", "`src/[a` is no glob", ".gitignore"),
        ("max-file-size = '2G'", "`2G`", "2M"),
        ("baseline = '../x.json'", "is not inside the repository", ".perflint/baseline.json"),
        ("[budget.\"GET /\"]\nquery = 1", "there is no unit `query`", "did you mean `queries`?"),
        ("[budget.\"GET /\"]\nqueries = 'many'", "`many` is no formula", "3 + |orders|"),
        ("select = ['select-star']\nignore = ['select-star']", "both selected and ignored", "one of the two"),
        ("[[paths]]\nglobs = []", "there is no glob", "globs ="),
        ("[[paths]]\nignore = []", "missing field `globs`", "perflint config schema"),
        ("= 1", "perflint.toml:1:1", "perflint config schema"),
        ("extends = 'https://example.org/x.toml'", "there is no setting `extends`", "there are "),
    ] {
        tree.write("perflint.toml", text);
        for command in [&["scan"][..], &["config", "check"], &["baseline"], &["diff", "HEAD"]] {
            let (code, out) = code(&tree, command);
            assert_eq!(code, Some(2), "{text}: {out}");
            assert!(out.contains(place) && out.contains(help), "{text}:\n{out}");
        }
    }
    assert_eq!(code(&tree, &["scan", "--config", "absent.toml"]).0, Some(2));
}

#[test]
fn paths_have_settings_of_their_own() {
    let tree = Tree::of(&[("app/a.py", REQUESTS), ("legacy/b.py", REQUESTS), ("legacy/core/c.py", REQUESTS)]);
    tree.write(
        "perflint.toml",
        format!("[[paths]]\nglobs = ['legacy/']\nignore = ['{RULE}']\n[[paths]]\nglobs = ['app/']\nlevel = 'note'\n"),
    );
    let (_, out) = code(&tree, &["scan", "--format", "concise", "--quiet"]);
    assert!(out.starts_with("app/a.py:4") && out.contains("note[") && out.lines().count() == 1, "{out}");
    tree.write(
        "perflint.toml",
        format!("[rules.{RULE}]\nlevel = 'error'\n[[paths]]\nglobs = ['/legacy/*.py']\nlevel = 'off'\n"),
    );
    let (_, out) = code(&tree, &["scan", "--format", "concise", "--quiet"]);
    assert!(out.lines().count() == 2 && out.matches("error[").count() == 2, "{out}");
}

#[test]
fn the_schema_knows_what_the_reader_knows() {
    let schema: Value =
        serde_json::from_slice(&run(perflint().args(["config", "schema"])).stdout).expect("JSON");
    let validator = jsonschema::draft7::new(&schema).expect("a schema");
    let valid = |text: &str| {
        let table: toml::Table = text.parse().expect("TOML");
        validator.is_valid(&serde_json::to_value(table).expect("JSON"))
    };
    let everything = "select = ['a']\nmax-file-size = '2M'\nfail-on = 'never'\n[rules.x]\nlevel = 'off'\n[[paths]]\nglobs = ['a']\n[budget.x]\nqueries = 3\nwrites = '1 + n'\n[suppressions]\nrequire-reason = true\n";
    assert!(valid(everything) && valid(""));
    for wrong in [
        "selct = []",
        "fail-on = 'warn'",
        "[[paths]]\nignore = []",
        "[budget.x]\nqueries = -1",
        "[rules.x]\nlvl = 1",
    ] {
        assert!(!valid(wrong), "{wrong}");
    }
}

#[test]
fn init_writes_a_configuration_that_changes_nothing() {
    let scratch = Scratch::new();
    let source = workspace().join("fixtures/apps/django_shop");
    for path in perflint_tests::files::files(&source, &[]) {
        let name = path.strip_prefix(&source).expect("below").to_string_lossy().into_owned();
        scratch.write(&name, fs::read(&path).expect("read"));
    }
    let before = scratch.found(&[]);
    let printed = scratch.perflint(&["init", "--print"]).out();
    assert!(!scratch.join("perflint.toml").exists());
    assert_eq!(scratch.perflint(&["init"]).code, Some(0));
    let written = fs::read_to_string(scratch.join("perflint.toml")).expect("written");
    assert_eq!(written, printed);
    for seen in ["python (", "route (", "Findings when this was written: 11."] {
        assert!(written.contains(seen), "{written}");
    }
    assert_eq!(scratch.found(&[]), before);
    assert_eq!(scratch.perflint(&["config", "check"]).code, Some(0));
    // Each setting that is commented out is one that exists.
    let all: String = written
        .lines()
        .map(|line| {
            line.strip_prefix("# ").filter(|l| l.contains(" = ") || l.starts_with('[')).unwrap_or(line)
        })
        .map(|line| format!("{line}\n"))
        .collect();
    scratch.write("perflint.toml", &all);
    let check = scratch.perflint(&["config", "check"]);
    assert_eq!(check.code, Some(0), "{}\n{all}", check.err());
    let again = scratch.perflint(&["init"]);
    assert_eq!(again.code, Some(2), "it does not overwrite");
}

const MODEL: &str = "library = \"store\"\nlanguage = \"python\"\ndocs = \"https://wiki.example.org/store\"\n\n[[call]]\npath = \"acme.store.load\"\neffect = \"query\"\nrows = \"one\"\n";
const USE: &str = "from acme.store import load\n\n\ndef names(ids):\n    return [load(i) for i in ids]\n";

#[test]
fn a_team_teaches_its_own_layer_and_tries_it() {
    let tree = Tree::of(&[("app/names.py", USE)]);
    assert_eq!(code(&tree, &["scan"]).0, Some(0), "nobody knows what acme.store does");
    tree.write(".perflint/models/store.toml", MODEL);
    assert_eq!(code(&tree, &["scan"]).0, Some(1));
    assert_eq!(code(&tree, &["scan", "--no-config"]).0, Some(0));
    let marked = USE.replace("in ids]", "in ids]  # perf: n-plus-one-query");
    tree.write(".perflint/models/store.md", format!("# The store\n\n```python bad app/a.py\n{marked}```\n\n```python good app/a.py\nfrom acme.store import load\n\n\ndef name(i):\n    return load(i)\n```\n"));
    let (passed, out) = code(&tree, &["test"]);
    assert!(passed == Some(0) && out.contains("2 passed, 0 failed"), "{out}");
    let rule = "+++\ntitle = \"Store asked in a loop\"\ncategory = \"acme\"\nlevel = \"error\"\ndetector = \"repeated-effect\"\n\n[params]\neffects = [\"query\"]\n+++\n\n# Store asked in a loop\n\n";
    tree.write(
        ".perflint/checks/store-in-loop.md",
        format!("{rule}```python bad app/a.py\n{}```\n", marked.replace("n-plus-one-query", "store-in-loop")),
    );
    assert!(code(&tree, &["test"]).1.contains("3 passed, 0 failed"));
    assert!(code(&tree, &["rules"]).1.contains("store-in-loop"));
    assert_eq!(code(&tree, &["explain", "store-in-loop"]).0, Some(0));
    let (_, out) = code(&tree, &["scan", "--select", "acme", "--format", "concise"]);
    assert!(out.contains("error[store-in-loop]"), "{out}");
    // An example that does not do what it says.
    tree.write(
        ".perflint/checks/store-in-loop.md",
        format!("{rule}```python bad app/a.py\n{USE}```\n```python good app/b.py\n{USE}```\n"),
    );
    let (failed, out) = code(&tree, &["test"]);
    assert!(
        failed == Some(1)
            && out.contains("has to mark")
            && out.contains("reported: app/b.py:5 store-in-loop"),
        "{out}"
    );
}

/// The fenced blocks of a document, by their fence and language.
fn blocks(document: &str, opening: &str) -> Vec<String> {
    let text = fs::read_to_string(workspace().join(document)).expect("a document");
    let fence: String = opening.chars().take_while(|c| *c == '`').collect();
    let (start, end) = (format!("\n{opening}\n"), format!("\n{fence}\n"));
    let blocks = text.split(&start).skip(1);
    blocks.map(|block| block.split(&end).next().unwrap_or_default().to_owned() + "\n").collect()
}

#[test]
fn what_the_documents_show_works() {
    let tree = Tree::of(&[("app/names.py", USE)]);
    for text in blocks("docs/configuration.md", "```toml") {
        tree.write("perflint.toml", text);
        let (passed, out) = code(&tree, &["config", "check"]);
        assert_eq!(passed, Some(0), "{out}");
    }
    fs::remove_file(tree.join("perflint.toml")).expect("removed");
    let pages = blocks("docs/own-rules.md", "````markdown");
    assert_eq!(pages.len(), 2);
    tree.write(".perflint/models/store.toml", &blocks("docs/own-rules.md", "```toml")[0]);
    tree.write(".perflint/models/store.md", &pages[0]);
    tree.write(".perflint/checks/store-in-loop.md", &pages[1]);
    let (passed, out) = code(&tree, &["test"]);
    assert!(passed == Some(0) && out.contains("3 passed, 0 failed"), "{out}");
}

#[test]
fn what_a_team_wrote_wrongly_is_placed() {
    for (path, text, message) in [
        (".perflint/models/x.toml", "library = 3", ".perflint/models/x.toml"),
        (".perflint/models/x.toml", "nonsense", ".perflint/models/x.toml"),
        (".perflint/checks/x.md", "# no front matter", "x: no front matter"),
        (
            ".perflint/checks/x.md",
            "+++\ntitle = \"x\"\ncategory = \"x\"\ndetector = \"magic\"\n+++\n",
            "no detector `magic`",
        ),
        (
            ".perflint/checks/select-star.md",
            "+++\ntitle = \"x\"\ncategory = \"x\"\ndetector = \"lazy-load\"\n+++\n",
            "there is a rule `select-star` already",
        ),
    ] {
        let tree = Tree::of(&[("a.py", REQUESTS), (path, text)]);
        for command in [&["scan"][..], &["config", "check"], &["test"]] {
            let (code, out) = code(&tree, command);
            if command == ["test"] && path.ends_with("x.toml") {
                continue;
            }
            assert_eq!(code, Some(2), "{path} {command:?}: {out}");
            assert!(out.contains(message) && out.contains("help: "), "{path} {command:?}: {out}");
        }
    }
    assert_eq!(code(&Tree::of(&[("a.py", REQUESTS)]), &["test"]).0, Some(2), "nothing to test");
}

#[cfg(unix)]
#[test]
fn a_configuration_reads_nothing_outside() {
    use std::os::unix::fs::symlink;
    let outside = Tree::of(&[("secret.toml", "ignore = ['TOPSECRET']"), ("checks/x.md", "TOPSECRET")]);
    let tree = Tree::of(&[("a.py", REQUESTS)]);
    for link in ["perflint.toml", ".perflint/models/x.toml", ".perflint/baseline.json"] {
        fs::create_dir_all(tree.join(".perflint/models")).expect("mkdir");
        symlink(outside.join("secret.toml"), tree.join(link)).expect("link");
        let (code, out) = code(&tree, &["scan"]);
        assert!(!out.contains("TOPSECRET"), "{link}: {code:?} {out}");
        fs::remove_file(tree.join(link)).expect("removed");
    }
    symlink(outside.join("checks"), tree.join(".perflint/checks")).expect("link");
    let (_, out) = code(&tree, &["scan"]);
    assert!(!out.contains("TOPSECRET"), "{out}");
    let (code, _) = code(&tree, &["scan", "--config", &outside.join("secret.toml").display().to_string()]);
    assert_eq!(code, Some(2));
}
