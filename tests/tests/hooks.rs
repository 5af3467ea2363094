//! The hooks of `.pre-commit-hooks.yaml` under the real pre-commit, which installs the real wheel.

use perflint_tests::command::{Run, run};
use perflint_tests::git::Scratch;
use perflint_tests::sample::{CLEAN, LARGE_EAGER, LARGE_SERVICE, REQUESTS, RULE, large};
use perflint_tests::tools::{python, succeeds, wheel};
use perflint_tests::workspace;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Gives `pip` a wheel that is built already, where it would build one.
const BACKEND: &str = "\
import pathlib, shutil

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    wheel = next(pathlib.Path(__file__).parent.glob('*.whl'))
    shutil.copy(wheel, wheel_directory)
    return wheel.name
";
const PROJECT: &str = "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n";

/// A repository that uses the hooks, and where pre-commit keeps what it installs.
struct Team {
    scratch: Scratch,
    hooks: Scratch,
    home: PathBuf,
    _place: tempfile::TempDir,
}

impl Team {
    fn new() -> Self {
        let hooks = Scratch::new();
        hooks.write(
            ".pre-commit-hooks.yaml",
            fs::read(workspace().join(".pre-commit-hooks.yaml")).expect("hooks"),
        );
        hooks.write("backend.py", BACKEND);
        hooks.write("pyproject.toml", PROJECT);
        let wheel = wheel();
        let name = wheel.file_name().unwrap_or_default().to_string_lossy().into_owned();
        hooks.write(&name, fs::read(&wheel).expect("the wheel"));
        hooks.commit("hooks");
        let place = tempfile::tempdir().expect("temp");
        Self { scratch: Scratch::new(), hooks, home: place.path().join("home"), _place: place }
    }

    /// Takes these hooks, and has git run them.
    fn install(&self, hooks: &[&str]) {
        let list: String = hooks.iter().map(|hook| format!("      - id: {hook}\n")).collect();
        let revision = self.hooks.git(&["rev-parse", "HEAD"]);
        let text = format!(
            "repos:\n  - repo: {}\n    rev: {}    hooks:\n{list}",
            self.hooks.path().display(),
            revision
        );
        self.scratch.write(".pre-commit-config.yaml", text);
        self.scratch.git(&["add", ".pre-commit-config.yaml"]);
        let mut command = self.pre_commit(&["install", "--install-hooks"]);
        command.args(["--hook-type", "pre-commit", "--hook-type", "pre-push"]);
        succeeds(&mut command);
    }

    fn pre_commit(&self, arguments: &[&str]) -> Command {
        let mut command = python("pre-commit");
        self.environment(command.args(arguments).current_dir(self.scratch.path()));
        command
    }

    fn environment(&self, command: &mut Command) {
        command
            .env("PRE_COMMIT_HOME", &self.home)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("PRE_COMMIT_COLOR", "never");
        for name in ["GIT_DIR", "GIT_INDEX_FILE", "SKIP", "TERM"] {
            command.env_remove(name);
        }
    }

    /// What `git commit` does, hooks and all.
    fn commit(&self, arguments: &[&str]) -> Run {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"]);
        command.args(["commit", "--message", "a change"]).args(arguments).current_dir(self.scratch.path());
        self.environment(&mut command);
        run(&mut command)
    }
}

fn both(run: &Run) -> String {
    run.out() + &run.err()
}

/// A shop whose list of orders loads what its template reads.
fn shop(scratch: &Scratch) {
    let source = workspace().join("fixtures/apps/django_shop");
    for path in perflint_tests::files::files(&source, &[]) {
        let name = path.strip_prefix(&source).expect("below").to_string_lossy().into_owned();
        scratch.write(&name, fs::read(&path).expect("read"));
    }
    scratch.edit("shop/views.py", LAZY, EAGER);
    scratch.git(&["add", "--all"]);
}

const LAZY: &str = "orders = Order.objects.order_by(\"-placed_at\")[:50]";
const EAGER: &str = "orders = Order.objects.select_related(\"customer\").order_by(\"-placed_at\")[:50]";

#[test]
fn a_commit_that_adds_a_fault_fails_and_others_pass() {
    let team = Team::new();
    let scratch = &team.scratch;
    team.install(&["perflint", "perflint-full", "perflint-config"]);
    // The first commit of a repository adds everything that is in it.
    scratch.write("app/fetch.py", REQUESTS);
    scratch.git(&["add", "--all"]);
    let first = team.commit(&[]);
    assert!(first.code == Some(1) && both(&first).contains("app/fetch.py:4"), "{}", both(&first));
    scratch.write("app/fetch.py", CLEAN);
    scratch.git(&["add", "--all"]);
    assert_eq!(team.commit(&[]).code, Some(0));
    // Old faults came in before there were hooks.
    shop(scratch);
    assert_eq!(team.commit(&["--no-verify"]).code, Some(0));
    scratch.write("shop/sums.py", CLEAN);
    scratch.git(&["add", "--all"]);
    let clean = team.commit(&[]);
    assert!(clean.code == Some(0) && both(&clean).contains("Passed"), "{}", both(&clean));
    // Only the view is handed to the hook; the loop and the read stand in templates.
    scratch.edit("shop/views.py", EAGER, LAZY);
    scratch.git(&["add", "--all"]);
    let fault = team.commit(&[]);
    assert_eq!(fault.code, Some(1), "{}", both(&fault));
    for part in [
        "`customer` is loaded with one query per row of `orders`",
        "shop/templates/shop/_order.html:1",
        "select_related",
    ] {
        assert!(both(&fault).contains(part), "{part}: {}", both(&fault));
    }
    assert_eq!(both(&fault).matches("route:").count(), 1, "nothing old: {}", both(&fault));
    scratch.edit("shop/views.py", LAZY, EAGER);
    scratch.git(&["add", "--all"]);
    scratch.write("shop/sums.py", format!("{CLEAN}\n# A comment.\n"));
    scratch.git(&["add", "--all"]);
    // Neither what is not staged nor what git does not know is part of the commit.
    scratch.edit("shop/views.py", EAGER, LAZY);
    scratch.write("notes/fetch.py", REQUESTS);
    let part = team.commit(&[]);
    assert_eq!(part.code, Some(0), "{}", both(&part));
    scratch.edit("shop/views.py", LAZY, EAGER);
    fs::remove_file(scratch.join("notes/fetch.py")).expect("removed");

    let full =
        run(&mut team.pre_commit(&["run", "perflint-full", "--hook-stage", "pre-push", "--all-files"]));
    assert!(full.code == Some(1) && both(&full).contains("shop/views.py"), "{}", both(&full));
    assert_eq!(scratch.perflint(&["baseline"]).code, Some(0));
    let full =
        run(&mut team.pre_commit(&["run", "perflint-full", "--hook-stage", "pre-push", "--all-files"]));
    assert_eq!(full.code, Some(0), "{}", both(&full));

    scratch.write("perflint.toml", "selct = []\n");
    scratch.git(&["add", "--all"]);
    let wrong = team.commit(&[]);
    assert!(wrong.code == Some(1) && both(&wrong).contains("did you mean `select`?"), "{}", both(&wrong));
    scratch.write("perflint.toml", format!("ignore = ['{RULE}']\n"));
    scratch.git(&["add", "--all"]);
    let right = team.commit(&[]);
    assert_eq!(right.code, Some(0), "{}", both(&right));
    only_text(&team);
}

/// A commit that touches no source does not even start the hook.
fn only_text(team: &Team) {
    team.scratch.write("README.rst", "Text.\n");
    team.scratch.git(&["add", "--all"]);
    let run = team.commit(&[]);
    assert!(run.code == Some(0) && both(&run).contains("(no files to check)Skipped"), "{}", both(&run));
}

#[test]
fn a_commit_to_a_large_repository_is_judged_in_the_light_of_all_of_it() {
    let team = Team::new();
    for (name, text) in large(5_000) {
        team.scratch.write(&name, text);
    }
    team.scratch.commit("a large repository");
    let tracked = team.scratch.git(&["ls-files"]).lines().count();
    assert!(tracked >= 5_000, "{tracked} files");
    team.install(&["perflint"]);
    assert_eq!(team.commit(&[]).code, Some(0), "it is installed and passes");
    team.scratch.edit(LARGE_SERVICE, LARGE_EAGER, "");
    team.scratch.git(&["add", "--all"]);
    let fault = team.commit(&[]);
    assert!(
        fault.code == Some(1)
            && both(&fault).contains("page_3.html")
            && both(&fault).contains(&format!("{LARGE_SERVICE}:5")),
        "{}",
        both(&fault)
    );
}
