//! The GitHub Action: its definition and the workflows of the documents against the readers of others, and its scripts as
//! a runner would run them.

#![cfg(unix)]

use perflint_tests::command::{Run, perflint, run};
use perflint_tests::files::text;
use perflint_tests::git::Scratch;
use perflint_tests::sample::{CLEAN, REQUESTS};
use perflint_tests::tools::{python, succeeds};
use perflint_tests::workspace;
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The action itself is named by its release in the documents, which cannot know the commit that they are part of.
const OWN: &str = "perflint/perflint@0000000000000000000000000000000000000000";

/// The blocks of YAML in the documents that name a file on their first line: `# .github/workflows/x.yml`.
fn blocks() -> Vec<(String, String)> {
    let documents = ["README.md", "docs/ci.md"].map(|document| text(&workspace().join(document)));
    let blocks = documents.iter().flat_map(|document| document.split("```yaml\n# ").skip(1));
    let block = |block: &str| {
        let (name, rest) = block.split_once('\n').expect("a line");
        let text = rest.split("```").next().unwrap_or_default();
        (name.trim().to_owned(), text.replace("perflint/perflint@v0.1.0", &format!("{OWN} # v0.1.0")))
    };
    blocks.map(block).collect()
}

#[test]
fn definition_and_documented_files_are_valid() {
    let place = tempfile::tempdir().expect("temp");
    let check = |schema: &str, path: &Path| {
        succeeds(python("check-jsonschema").args(["--builtin-schema", schema]).arg(path));
    };
    check("vendor.github-actions", &workspace().join("action.yml"));
    for path in own_workflows() {
        check("vendor.github-workflows", &path);
    }
    let (mut workflows, mut others) = (0, 0);
    for (at, (name, text)) in blocks().into_iter().enumerate() {
        let path = place.path().join(format!("{at}.yml"));
        fs::write(&path, text).expect("written");
        match &*name {
            ".pre-commit-config.yaml" => {
                succeeds(python("pre-commit").arg("validate-config").arg(&path)).code
            }
            ".gitlab-ci.yml" => {
                succeeds(python("check-jsonschema").args(["--builtin-schema", "vendor.gitlab-ci"]).arg(&path))
                    .code
            }
            _ => {
                assert!(name.starts_with(".github/workflows/"), "{name}");
                check("vendor.github-workflows", &path);
                audit(&path);
                workflows += 1;
                continue;
            }
        };
        others += 1;
    }
    assert!(workflows >= 2 && others >= 2, "{workflows} workflows, {others} other files");
    succeeds(python("pre-commit").arg("validate-manifest").arg(workspace().join(".pre-commit-hooks.yaml")));
}

/// The workflows of perflint itself.
fn own_workflows() -> Vec<PathBuf> {
    let entries = fs::read_dir(workspace().join(".github/workflows")).expect("workflows").flatten();
    let workflows: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    assert!(workflows.iter().any(|path| path.ends_with("release.yml")), "{workflows:?}");
    workflows
}

/// zizmor looks for what lets a workflow be abused: permissions, references that move, text that becomes code.
fn audit(path: &Path) {
    succeeds(python("zizmor").args(["--offline", "--no-progress", "--no-config"]).arg(path));
}

#[test]
fn nothing_in_it_can_be_abused() {
    let own: Vec<PathBuf> = own_workflows().into_iter().chain([workspace().join("action.yml")]).collect();
    own.iter().for_each(|path| audit(path));
    let own = own.iter().map(|path| (path.display().to_string(), text(path))).collect();
    let texts = [own, blocks()].concat();
    for (name, text) in texts {
        for used in text.lines().filter_map(|line| line.trim_start_matches([' ', '-']).strip_prefix("uses: "))
        {
            let (reference, version) = used.split_once(" # ").unwrap_or((used, ""));
            let commit = reference.rsplit_once('@').map_or("", |(_, commit)| commit);
            let pinned = commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit());
            assert!(pinned && version.starts_with('v'), "{name}: {used}");
        }
        for line in text.lines().filter(|line| line.contains("run:")) {
            assert!(!line.contains("${{"), "{name}: {line}");
        }
    }
}

/// A place where a runner runs steps.
struct Runner {
    scratch: Scratch,
    temp: tempfile::TempDir,
}

impl Runner {
    fn new(scratch: Scratch) -> Self {
        let temp = tempfile::tempdir().expect("temp");
        fs::create_dir(temp.path().join("fake")).expect("created");
        Self { scratch, temp }
    }

    /// A program that comes first on the path.
    fn fake(&self, name: &str, script: &str) {
        let path = self.join("fake").join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("executable");
    }

    fn perflint(&self) {
        let binary = perflint().get_program().to_owned();
        std::os::unix::fs::symlink(binary, self.join("fake/perflint")).expect("linked");
    }

    fn join(&self, path: &str) -> PathBuf {
        self.temp.path().join(path)
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.join(path)).unwrap_or_default()
    }

    fn step(&self, script: &str, environment: &[(&str, &str)]) -> Run {
        let mut command = Command::new("bash");
        let path = format!("{}:{}", self.join("fake").display(), std::env::var("PATH").unwrap_or_default());
        command
            .arg(workspace().join("action").join(script))
            .current_dir(self.scratch.path())
            .env("PATH", path);
        command.env("RUNNER_TEMP", self.temp.path()).env("ACTION_PATH", workspace());
        for file in ["GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"] {
            command.env(file, self.join(file));
        }
        run(command.envs(environment.iter().copied()))
    }

    fn scan(&self, environment: &[(&str, &str)]) -> Run {
        let defaults = [
            ("INPUT_PATHS", "."),
            ("INPUT_ARGS", ""),
            ("INPUT_DIFF", ""),
            ("INPUT_FAIL_ON", "never"),
            ("BASE_SHA", ""),
        ];
        self.step("scan.sh", &[&defaults, environment].concat())
    }

    fn report(&self, upload: &str) -> Run {
        let reports = self.join("perflint/reports").display().to_string();
        let code = self.output("code");
        self.step("report.sh", &[("REPORTS", &reports), ("SCAN_CODE", &code), ("UPLOAD", upload)])
    }

    fn output(&self, name: &str) -> String {
        let outputs = self.read("GITHUB_OUTPUT");
        let last = outputs.lines().rev().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        last.unwrap_or_default().to_owned()
    }

    fn results(&self) -> usize {
        let sarif: Value =
            serde_json::from_str(&self.read("perflint/reports/perflint.sarif")).expect("SARIF");
        sarif["runs"][0]["results"].as_array().map_or(0, Vec::len)
    }
}

#[test]
fn findings_are_uploaded_or_annotated() {
    let runner = Runner::new(Scratch::of(&[("a.py", REQUESTS)]));
    runner.perflint();
    let scan = runner.scan(&[]);
    assert_eq!(
        (scan.code, runner.output("code").as_str(), runner.results()),
        (Some(0), "0", 1),
        "{}",
        scan.err()
    );
    assert!(runner.output("sarif").ends_with("perflint.sarif"));
    let uploaded = runner.report("success");
    assert_eq!(
        (uploaded.code, uploaded.out().as_str(), runner.read("GITHUB_STEP_SUMMARY").as_str()),
        (Some(0), "", "")
    );
    for (upload, notice) in [("failure", true), ("skipped", false)] {
        let reported = runner.report(upload);
        assert_eq!(reported.code, Some(0));
        assert!(reported.out().contains("::warning file=a.py,line=4"), "{}", reported.out());
        assert_eq!(reported.out().contains("security-events: write"), notice);
        assert!(runner.read("GITHUB_STEP_SUMMARY").contains("### perflint: 1 finding"));
    }
    assert_eq!(
        runner.scan(&[("INPUT_FAIL_ON", "warning")]).code,
        Some(0),
        "the verdict comes after the upload"
    );
    assert_eq!(runner.report("success").code, Some(1));
    assert_eq!(runner.scan(&[("INPUT_FAIL_ON", "warn")]).code, Some(2));
}

/// The way of a newcomer: the file of README, the commands of docs/ci.md, and then what the runner does with what was pushed.
#[test]
fn a_newcomer_needs_one_file_and_three_commands() {
    let readme = text(&workspace().join("README.md"));
    assert!(readme.contains("one file and three commands"), "README counts them");
    let guide = text(&workspace().join("docs/ci.md"));
    let (_, guide) = guide.split_once("three commands to the first upload").expect("docs/ci.md counts them");
    let (_, guide) = guide.split_once("\n```\n").expect("the file of the workflow");
    let commands: Vec<&str> = guide.lines().skip(1).map_while(|line| line.strip_prefix("    ")).collect();
    assert_eq!(commands.len(), 3, "{commands:?}");

    let (remote, team) = (tempfile::tempdir().expect("temp"), Scratch::of(&[("a.py", REQUESTS)]));
    let address = remote.path().display().to_string();
    team.git(&["init", "--quiet", "--bare", &address]);
    team.git(&["push", "--quiet", "--set-upstream", &address, "main"]);
    for (key, value) in [("user.name", "Somebody"), ("user.email", "somebody@example.org")] {
        team.git(&["config", key, value]);
    }
    let (name, workflow) = blocks().swap_remove(0);
    team.write(&name, workflow);
    for command in commands {
        succeeds(Command::new("bash").args(["-c", command]).current_dir(team.path()));
    }

    let checkout = Scratch::new();
    checkout.git(&["fetch", "--quiet", &address, "main"]);
    checkout.git(&["reset", "--quiet", "--hard", "FETCH_HEAD"]);
    assert!(checkout.join(&name).exists(), "what was pushed holds the workflow");
    let runner = Runner::new(checkout);
    runner.perflint();
    assert_eq!(runner.scan(&[]).code, Some(0));
    assert_eq!((runner.output("code").as_str(), runner.results()), ("0", 1), "one finding to upload");
    assert_eq!(runner.report("success").code, Some(0));
}

/// The documents name the release that the sources are of.
#[test]
fn documents_name_this_version() {
    let version = run(perflint().arg("--version")).out();
    let version = format!("v{}", version.trim().trim_start_matches("perflint "));
    for document in ["README.md", "docs/ci.md"] {
        let text = text(&workspace().join(document));
        let named =
            ["perflint/perflint@", "rev: ", "--tag "].iter().flat_map(|before| text.split(before).skip(1));
        let named: Vec<&str> = named.filter_map(|rest| rest.split_whitespace().next()).collect();
        assert!(named.len() >= 2 && named.iter().all(|name| *name == version), "{document}: {named:?}");
    }
}

#[test]
fn a_pull_request_is_compared_with_its_base() {
    let runner = Runner::new(Scratch::of(&[("a.py", REQUESTS), ("with space.py", CLEAN)]));
    runner.perflint();
    let base = runner.scratch.git(&["rev-parse", "HEAD"]).trim().to_owned();
    runner.scratch.write("b.py", REQUESTS);
    runner.scratch.commit("a pull request");
    assert_eq!(runner.scan(&[("BASE_SHA", &base), ("INPUT_FAIL_ON", "note")]).code, Some(0));
    assert_eq!((runner.output("code").as_str(), runner.results()), ("1", 2), "code scanning is told of all");
    let annotations = runner.report("skipped").out();
    assert!(annotations.contains("file=b.py") && !annotations.contains("file=a.py"), "{annotations}");
    let none = runner.scan(&[("BASE_SHA", &base), ("INPUT_DIFF", "none")]);
    assert_eq!((none.code, runner.report("skipped").out().lines().count()), (Some(0), 2));
    // A checkout without history.
    let shallow = runner.scan(&[("BASE_SHA", "0123456789012345678901234567890123456789")]);
    assert!(shallow.code == Some(0) && shallow.out().contains("fetch-depth: 0"), "{}", shallow.out());
    assert_eq!(runner.report("skipped").out().lines().count(), 2);
    // Entries are neither split nor expanded.
    let paths =
        runner.scan(&[("INPUT_PATHS", "with space.py\n"), ("INPUT_ARGS", "--pedantic\n--exclude\n*.txt\n")]);
    assert_eq!((paths.code, runner.results()), (Some(0), 0), "{}", paths.err());
    assert_eq!(runner.scan(&[("INPUT_PATHS", "$(touch x)`touch x`;touch x")]).code, Some(2));
    assert!(!runner.scratch.join("x").exists());
}

/// A file name that would be a command to the runner.
#[test]
fn names_are_no_commands() {
    let runner = Runner::new(Scratch::of(&[("::add-mask::a.py", REQUESTS), ("##[add-mask]b.py", REQUESTS)]));
    runner.perflint();
    let out = runner.scan(&[]).out();
    let token = out
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("::stop-commands::"))
        .expect("a token")
        .to_owned();
    assert!(token.len() == 32 && out.lines().last() == Some(&format!("::{token}::")), "{out}");
    assert_eq!(out.matches(token.as_str()).count(), 2);
    let commands = runner.report("skipped").out();
    assert!(commands.lines().all(|line| line.starts_with("::warning file=")), "{commands}");
}

/// The targets that the workflow of releases builds.
fn targets() -> Vec<String> {
    let workflow = text(&workspace().join(".github/workflows/release.yml"));
    let targets = workflow.lines().filter_map(|line| line.trim().strip_prefix("- target: "));
    targets.map(str::to_owned).collect()
}

/// What the jobs of a release pack, of a binary that says it is 9.9.9.
fn packed(runner: &Runner) -> PathBuf {
    let (built, release) = (runner.join("built-here"), runner.join("release"));
    fs::create_dir(&built).expect("created");
    for name in ["perflint", "perflint.exe"] {
        fs::write(built.join(name), "#!/bin/sh\necho perflint 9.9.9\n").expect("written");
        fs::set_permissions(built.join(name), fs::Permissions::from_mode(0o755)).expect("executable");
    }
    let pack = |target: &str, tag: &str| {
        let mut command = Command::new("bash");
        command.arg(workspace().join("action/package.sh")).arg(&built).args([target, tag]).arg(&release);
        run(&mut command)
    };
    for target in targets() {
        let run = pack(&target, "v9.9.9");
        assert_eq!(run.code, Some(0), "{}", run.err());
    }
    let wrong = pack("x86_64-unknown-linux-gnu", "v9.9.8");
    assert!(wrong.code == Some(1) && wrong.out().contains("the tag is v9.9.8"), "{}", wrong.out());
    release
}

#[test]
fn every_target_that_is_installed_is_released() {
    let install = text(&workspace().join("action/install.sh"));
    let named = install.lines().filter_map(|line| line.split_once("target=")?.1.split_whitespace().next());
    let mut named: Vec<String> =
        named.filter(|name| name.matches('-').count() >= 2).map(str::to_owned).collect();
    let mut built = targets();
    named.sort();
    built.sort();
    assert!(built.len() == 5 && named == built, "{named:?} are installed, {built:?} released");
}

#[test]
fn a_release_is_installed_if_it_is_what_was_released() {
    let runner = Runner::new(Scratch::new());
    let release = packed(&runner);
    // What `gh release download` does with these arguments.
    runner.fake(
        "gh",
        &format!(
            "[ \"$3\" = v9.9.9 ] || exit 1\nfor f in '{}'/$7; do cp \"$f\" \"$9\"; done",
            release.display()
        ),
    );
    runner.fake("cargo", &format!("echo \"$@\" > '{}'", runner.join("built").display()));
    let install = |version: &str, reference: &str| {
        runner.step(
            "install.sh",
            &[("INPUT_VERSION", version), ("ACTION_REF", reference), ("ACTION_REPOSITORY", "o/n")],
        )
    };
    let installed = runner.join("perflint/bin/perflint");
    for (system, machine, name) in [
        ("Linux", "aarch64", "perflint"),
        ("Darwin", "x86_64", "perflint"),
        ("Darwin", "arm64", "perflint"),
        ("MINGW64_NT-10.0-26100", "x86_64", "perflint.exe"),
    ] {
        runner.fake("uname", &format!("case $1 in -s) echo {system} ;; *) echo {machine} ;; esac"));
        let run = install("v9.9.9", "main");
        assert!(
            run.code == Some(0) && run.out().contains("perflint 9.9.9"),
            "{system} {machine}: {}",
            run.err()
        );
        fs::remove_file(runner.join("perflint/bin").join(name)).expect("installed");
    }
    runner.fake("uname", "case $1 in -s) echo Plan9 ;; *) echo mips ;; esac");
    assert_eq!(install("v9.9.9", "main").code, Some(0));
    assert!(runner.read("built").contains("install --locked --path"), "what is not released is built");
    fs::remove_file(runner.join("built")).expect("removed");
    fs::remove_file(runner.join("fake/uname")).expect("removed");
    for (version, reference) in [("v9.9.9", "main"), ("", "v9.9.9")] {
        let run = install(version, reference);
        assert!(run.code == Some(0) && run.out().contains("perflint 9.9.9"), "{}{}", run.out(), run.err());
        assert!(installed.exists() && runner.read("built").is_empty());
        fs::remove_file(&installed).expect("removed");
    }
    assert!(runner.read("GITHUB_PATH").lines().all(|line| line.ends_with("perflint/bin")));
    for (version, reference) in
        [("v0.0.1", "main"), ("", "8aad20d150bbac5944a9f9d289da16a4b0d87c1e"), ("", "v9")]
    {
        let run = install(version, reference);
        assert_eq!(run.code, Some(0), "{}", run.err());
        assert!(runner.read("built").contains("install --locked --path"), "{version} {reference}");
        fs::remove_file(runner.join("built")).expect("removed");
    }
    for entry in fs::read_dir(&release)
        .expect("release")
        .flatten()
        .filter(|e| e.path().extension().is_some_and(|e| e == "gz"))
    {
        fs::write(entry.path(), "something else").expect("written");
    }
    let forged = install("v9.9.9", "main");
    assert!(forged.code == Some(1) && forged.out().contains("::error title=perflint::"), "{}", forged.out());
    assert!(!installed.exists() && runner.read("built").is_empty());
}
