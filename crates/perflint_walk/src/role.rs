//! Role by path and content.
//!
//! Only whole names of directories count, compared without case: `tests/` holds tests, `testing_tools/` does not. Paths
//! are relative to the folder that the user named, so that scanning `tests/shop` judges `tests/shop`.

use memchr::{memchr, memchr_iter};
use perflint_ir::{Lang, Role};

/// Directories that decide wherever they stand, strongest role first.
const DIRS: &[(Role, &[&str])] = &[
    (Role::Vendored, &["node_modules", "vendor", "third_party", "bower_components", "site-packages"]),
    (
        Role::Test,
        &[
            "test",
            "tests",
            "__tests__",
            "spec",
            "specs",
            "cypress",
            "e2e",
            "factories",
            "fixtures",
            "testing",
            "testdata",
            "unittests",
            "unittest",
            "test_utils",
            "testutils",
            "testhelpers",
            "testhelper",
            "test-utils",
            "step_definitions",
            "integration-tests",
            "integration_tests",
            "mocks",
            "__mocks__",
            "stories",
            "benches",
            "benchmark",
            "benchmarks",
        ],
    ),
    // What is put into an empty database is put there once, also where an installer does it on a request.
    (
        Role::Migration,
        &[
            "migrations",
            "migration",
            "migrate",
            "data-migrations",
            "data_migrations",
            "migrationscripts",
            "migration-scripts",
            "migration_scripts",
            "seed",
            "seeds",
            "seeder",
            "seeders",
        ],
    ),
    (Role::Script, &["examples", "xtask"]),
];

/// Directories of scripts, unless they stand in the source of an application: `bin/` at the top holds scripts, `src/bin/`
/// holds programs, `app/tools/` is a feature.
const SCRIPT_DIRS: &[&str] = &["scripts", "script", "bin", "tools", "docs"];

/// Folders of code that is run once, wherever they stand.
const ONE_TIME_DIRS: &[&str] = &[
    "one_time",
    "one_time_jobs",
    "one_time_job",
    "one_off",
    "one_offs",
    "backfill",
    "backfills",
    "data_migration",
    "data_migrations",
];

/// Where the source of an application starts.
const SOURCE_DIRS: &[&str] = &["src", "app", "lib", "server"];

/// Directories of JavaScript that was built or copied.
const BUNDLE_DIRS: &[&str] = &["dist", "build"];

/// Directories whose `lib` and `libs` are copies.
const ASSET_DIRS: &[&str] = &["static", "public", "assets"];

/// Names of files, as a prefix and a suffix, with case.
const NAMES: &[(Role, &[(&str, &str)])] = &[
    (Role::Vendored, &[("", ".min.js"), ("", ".min.mjs"), ("jquery", ".js")]),
    (
        Role::Test,
        &[
            ("test_", ".py"),
            ("", "_test.py"),
            ("tests", ".py"),
            ("conftest", ".py"),
            ("", "_test.go"),
            ("", "Test.java"),
            ("", "Tests.java"),
            ("", "IT.java"),
            ("", "Test.kt"),
            ("", "Test.php"),
            ("", "Tests.cs"),
            ("", "_spec.rb"),
            ("", "_test.rb"),
            ("", "_test.rs"),
            ("tests", ".rs"),
        ],
    ),
    (
        Role::Script,
        &[
            ("setup", ".py"),
            ("install", ".php"),
            ("uninstall", ".php"),
            ("conf", ".py"),
            ("noxfile", ".py"),
            ("fabfile", ".py"),
            ("webpack", ".js"),
            ("webpack", ".ts"),
            ("gulpfile", ".js"),
            ("gulpfile", ".ts"),
            ("Gruntfile", ".js"),
            ("build", ".rs"),
            ("", ".config.js"),
            ("", ".config.ts"),
            ("", ".config.mjs"),
            ("", ".config.cjs"),
            ("seed", ".ts"),
            ("seed", ".js"),
            ("seed", ".py"),
            ("seeds", ".rb"),
            ("Rakefile", ""),
            ("Gemfile", ""),
            ("", ".rake"),
        ],
    ),
    (
        Role::Generated,
        &[
            ("", "_pb2.py"),
            ("", "_pb2_grpc.py"),
            ("", "_pb2.pyi"),
            ("", ".pb.go"),
            ("", ".g.cs"),
            ("", ".d.ts"),
            ("", ".d.mts"),
            ("", ".d.cts"),
        ],
    ),
];

/// Names of whole files: here the prefix of [`NAMES`] must be followed by the suffix at once.
const EXACT: &[&str] = &[
    "tests",
    "install",
    "uninstall",
    "conftest",
    "setup",
    "conf",
    "build",
    "noxfile",
    "fabfile",
    "seed",
    "seeds",
    "Rakefile",
    "Gemfile",
];

/// Last parts of dotted folder names.
const PROJECT_TESTS: &[&str] = &["test", "tests", "unittests", "integrationtests"];

/// Parts between dots of a JavaScript or TypeScript file's name.
const INFIXES: &[(Role, &str)] = &[
    (Role::Test, ".test."),
    (Role::Test, ".spec."),
    (Role::Test, ".stories."),
    (Role::Test, ".cy."),
    (Role::Generated, ".generated."),
];

/// Modules of a Django application. A *test* can be what such an application is about (`dojo/test/views.py`).
const DJANGO_MODULES: &[&str] = &["views.py", "models.py", "serializers.py", "urls.py", "admin.py"];

/// The role that a path tells. `rel` is relative to the scanned folder, with forward slashes.
pub fn role_of_path(rel: &str, lang: Option<Lang>) -> Role {
    let (dirs, name) = rel.rsplit_once('/').unwrap_or(("", rel));
    let is_script_family = lang.is_some_and(|lang| lang.family() == "javascript");
    if is_script_family && is_bundle(dirs) {
        return Role::Vendored;
    }
    let of_name = role_of_name(name);
    // Stories are what Storybook shows, in the language of user interfaces; elsewhere they are what people write.
    let means_it = |dir: &&str| is_script_family || !dir.eq_ignore_ascii_case("stories");
    let of_dirs = dirs
        .split('/')
        .filter(means_it)
        .filter_map(|dir| role_of_dir(dir, name))
        .min_by_key(|role| rank(*role));
    let of_alembic = is_alembic(dirs).then_some(Role::Migration);
    let of_script = in_script_dir(dirs).then_some(Role::Script);
    [of_name, of_dirs, of_alembic, of_script]
        .into_iter()
        .flatten()
        .min_by_key(|role| rank(*role))
        .unwrap_or(Role::App)
}

/// Which role wins where several apply.
fn rank(role: Role) -> u8 {
    match role {
        Role::Minified => 0,
        Role::Vendored => 1,
        Role::Test => 2,
        Role::Migration => 3,
        Role::Generated => 4,
        Role::Script => 5,
        Role::Client => 6,
        Role::App => 7,
    }
}

fn role_of_dir(dir: &str, file: &str) -> Option<Role> {
    if dir == "test" && DJANGO_MODULES.contains(&file) {
        return None;
    }
    // Folders of .NET projects are named like the project: `Shop.Api.Tests`.
    if dir.rsplit_once('.').is_some_and(|(_, last)| is_one_of(last, PROJECT_TESTS)) {
        return Some(Role::Test);
    }
    DIRS.iter().find(|(_, dirs)| is_one_of(dir, dirs)).map(|(role, _)| *role)
}

fn role_of_name(name: &str) -> Option<Role> {
    let last = name.as_bytes().last();
    let fits = |(prefix, suffix): &(&str, &str)| {
        // The last letter tells most of them apart.
        if suffix.as_bytes().last().is_some_and(|letter| Some(letter) != last) {
            return false;
        }
        name.strip_prefix(prefix)
            .and_then(|rest| rest.strip_suffix(suffix))
            .is_some_and(|rest| rest.is_empty() || !EXACT.contains(prefix))
    };
    let by_affix = NAMES.iter().find(|(_, names)| names.iter().any(fits)).map(|(role, _)| *role);
    by_affix.or_else(|| INFIXES.iter().find(|(_, infix)| name.contains(infix)).map(|(role, _)| *role))
}

fn in_script_dir(dirs: &str) -> bool {
    if dirs.split('/').any(|dir| is_one_of(dir, ONE_TIME_DIRS)) {
        return true;
    }
    dirs.split('/').take_while(|dir| !is_one_of(dir, SOURCE_DIRS)).any(|dir| is_one_of(dir, SCRIPT_DIRS))
}

/// Whether one of these directories is `versions` of Alembic, whose own folder can have any name that starts with its.
fn is_alembic(dirs: &str) -> bool {
    let parents = dirs.split('/');
    parents
        .clone()
        .zip(parents.skip(1))
        .any(|(parent, dir)| parent.starts_with("alembic") && dir == "versions")
}

/// Whether JavaScript in these directories is built or copied.
fn is_bundle(dirs: &str) -> bool {
    let mut in_assets = false;
    dirs.split('/').any(|dir| {
        let copied = in_assets && is_one_of(dir, &["lib", "libs", "vendor", "vendors"]);
        in_assets |= is_one_of(dir, ASSET_DIRS);
        copied || is_one_of(dir, BUNDLE_DIRS)
    })
}

fn is_one_of(name: &str, list: &[&str]) -> bool {
    list.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Bytes at the start of a file in which a generator's comment is looked for.
const HEADER_BYTES: usize = 2048;

/// What generators write in the comment at the top, in lower case.
const GENERATED_MARKERS: &[&str] =
    &["@generated", "do not edit", "code generated by", "autogenerated", "auto-generated"];

/// Whether the comment before the first line of code says that a program wrote the file.
pub fn is_generated(text: &str) -> bool {
    let head = text.get(..text.floor_char_boundary(HEADER_BYTES)).unwrap_or(text);
    let mut closing = None;
    for line in head.lines().map(str::trim) {
        let inside = closing.is_some();
        if let Some(end) = closing.or_else(|| block_end(line)) {
            let body = if inside { line } else { line.get(end.len()..).unwrap_or("") };
            closing = (!body.contains(end)).then_some(end);
        } else if !(line.is_empty() || LINE_COMMENTS.iter().any(|mark| line.starts_with(mark))) {
            return false;
        }
        let lower = line.to_ascii_lowercase();
        if GENERATED_MARKERS.iter().any(|marker| lower.contains(marker)) {
            return true;
        }
    }
    false
}

/// Whether a file's content, or for a database's change log its path, says that it is a migration wherever it stands: a revision
/// of Alembic names the one before it.
pub fn is_migration(path: &str, text: &str, lang: Lang) -> bool {
    match lang {
        Lang::Python => {
            let head = text.get(..text.floor_char_boundary(HEADER_BYTES)).unwrap_or(text);
            let named = |line: &str| line.starts_with("down_revision");
            head.lines().any(named) && text.contains("\ndef upgrade")
        }
        Lang::Sql => crate::language::is_log_path(path),
        _ => false,
    }
}

/// What keeps something for a component that is on the screen, or acts on it. No server runs it.
const ON_SCREEN: &[&str] = &["useState", "useEffect", "useLayoutEffect", "useReducer", "useRef"];

/// What tells modules that hold code of a server beside a component.
const BESIDE: &[&str] = &[
    "getServerSideProps",
    "getStaticProps",
    "getInitialProps",
    "function loader",
    "const loader",
    "function action",
    "const action",
    "use server",
    "createServerFn",
];

/// True if the first statement says that the module is the browser's, or if it is about what is on the screen and nothing else.
pub fn is_client(text: &str, lang: Lang) -> bool {
    if lang.family() != "javascript" {
        return false;
    }
    let mut lines = text.lines().map(str::trim);
    let first =
        lines.find(|line| !line.is_empty() && !line.starts_with("//") && !line.starts_with(['/', '*']));
    first.is_some_and(|line| line.starts_with("\"use client\"") || line.starts_with("'use client'"))
        || (keeps_on_screen(text) && !BESIDE.iter().any(|word| text.contains(word)))
}

/// True if a module imports what keeps the state of a component.
fn keeps_on_screen(text: &str) -> bool {
    ["from 'react'", "from \"react\""].iter().filter_map(|end| text.find(end)).any(|end| {
        let names = text[..end].rfind("import").map_or("", |start| &text[start..end]);
        names.split(|c: char| !c.is_alphanumeric()).any(|name| ON_SCREEN.contains(&name))
    })
}

const LINE_COMMENTS: &[&str] = &["#", "//", "--", "<?php"];

/// What ends the block comment or docstring that a line opens.
fn block_end(line: &str) -> Option<&'static str> {
    const BLOCKS: &[(&str, &str)] =
        &[("/*", "*/"), ("<!--", "-->"), ("{#", "#}"), ("\"\"\"", "\"\"\""), ("'''", "'''")];
    BLOCKS.iter().find(|(open, _)| line.starts_with(open)).map(|(_, close)| *close)
}

/// Whether a text is compressed for delivery: its lines are long on average, or, in JavaScript, one is very long.
pub fn is_minified(text: &str, lang: Lang) -> bool {
    const ENOUGH: usize = 5_000;
    const AVERAGE: usize = 300;
    if text.len() < ENOUGH {
        return false;
    }
    let lines = memchr_iter(b'\n', text.as_bytes()).count() + 1;
    text.len() / lines > AVERAGE
        || (lang.family() == "javascript" && has_line_longer_than(text.as_bytes(), ENOUGH))
}

/// Skips ahead by `limit` and looks back, so that a text with short lines is read once at most.
fn has_line_longer_than(text: &[u8], limit: usize) -> bool {
    let mut start = 0;
    while let Some(window) = text.get(start..start + limit + 1) {
        match memchr::memrchr(b'\n', window) {
            Some(end) => start += end + 1,
            None => return true,
        }
    }
    text.len() - start > limit && memchr(b'\n', &text[start..]).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NameGuess, lang_of_name};

    fn role(path: &str) -> Role {
        let lang = match lang_of_name(path.rsplit('/').next().unwrap_or(path)) {
            NameGuess::Known(lang) => Some(lang),
            _ => None,
        };
        role_of_path(path, lang)
    }

    #[test]
    fn roles_by_path() {
        use Role::{App, Generated, Migration, Script, Test, Vendored};
        for (path, expected) in [
            ("shop/views.py", App),
            ("manage.py", App),
            ("shop/tests/factories.py", Test),
            ("Tests/Shop.cs", Test),
            ("src/testing_tools/run.py", App),
            ("src/contest/latest.py", App),
            ("src/Shop.Api.Tests/Fixture.cs", Test),
            ("src/Shop.Latest/Orders.cs", App),
            ("shop/test_views.py", Test),
            ("shop/views_test.py", Test),
            ("shop/tests.py", Test),
            ("shop/mytests.py", App),
            ("dojo/test/views.py", App),
            ("dojo/test/test_views.py", Test),
            ("src/order.spec.ts", Test),
            ("src/Order.stories.tsx", Test),
            ("src/Latest.java", App),
            ("src/LatestTest.java", Test),
            ("pkg/a_test.go", Test),
            ("shop/migrations/0001_initial.py", Migration),
            ("shop/tests/migrations/0001_initial.py", Test),
            ("alembic/versions/ab12.py", Migration),
            ("api/versions/v1.py", App),
            ("core/models/migrationscripts/20230829_add_scope.go", Migration),
            ("scripts/load.py", Script),
            ("bin/run.js", Script),
            ("src/bin/server.rs", App),
            ("app/tools/search.py", App),
            ("setup.py", Script),
            ("mysetup.py", App),
            ("next.config.js", Script),
            ("webpack.prod.js", Script),
            ("build.rs", Script),
            ("prisma/seed.ts", Script),
            ("packages/Installer/src/Database/Seeders/ShopSeeder.php", Migration),
            ("examples/x.rs", Script),
            ("api/order_pb2.py", Generated),
            ("src/types.d.ts", Generated),
            ("src/gql.generated.ts", Generated),
            ("node_modules/x/test/a.js", Vendored),
            ("vendor/gem/a.rb", Vendored),
            ("dist/index.js", Vendored),
            ("dist/build.py", App),
            ("static/js/libs/chart.js", Vendored),
            ("static/js/app.js", App),
            ("public/a/vendor/x.js", Vendored),
            ("a/app.min.js", Vendored),
            ("a/jquery-3.1.js", Vendored),
        ] {
            assert_eq!(role(path), expected, "{path}");
        }
    }

    #[test]
    fn generated_files_say_so_before_their_code() {
        for (text, expected) in [
            ("# Code generated by protoc. DO NOT EDIT.\nimport x\n", true),
            ("/*\n * This file is @generated\n */\nlet x;", true),
            ("\n\n// <auto-generated/>\nclass A {}", true),
            ("\"\"\"Autogenerated.\"\"\"\n", true),
            ("import x\n# DO NOT EDIT below\n", false),
            ("\"\"\"Docs.\"\"\"\nx = 1  # @generated\n", false),
            ("def f():\n    '@generated'\n", false),
        ] {
            assert_eq!(is_generated(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_on_the_screen_is_the_browsers() {
        let is_client = |text: &str| is_client(text, Lang::TypeScript);
        assert!(is_client("// Copyright\n'use client'\n"));
        let hooks = "import { api } from './api'\nimport {\n  memo,\n  useState,\n} from 'react'\n";
        assert!(is_client(hooks));
        assert!(!is_client(&format!("{hooks}export async function loader() {{}}\n")));
        assert!(!is_client("import { memo } from 'react'\nimport { useState } from './store'\n"));
    }

    #[test]
    fn minified_files_have_long_lines() {
        let short = "let x = 1;\n".repeat(2_000);
        let one_long = format!("{short}{}\n{short}", "x".repeat(5_001));
        let last_long = format!("{short}{}", "x".repeat(5_001));
        assert!(!is_minified(&short, Lang::JavaScript));
        assert!(is_minified(&one_long, Lang::JavaScript));
        assert!(is_minified(&last_long, Lang::JavaScript));
        assert!(!is_minified(&one_long, Lang::Python));
        assert!(is_minified(&"x".repeat(6_000), Lang::Python));
        assert!(!is_minified(&"x".repeat(4_000), Lang::JavaScript));
    }
}
