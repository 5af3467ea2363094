use super::{Config, Hit, Meaning, Resolver};
use perflint_ir::{FileBuilder, FileIr, Lang, Role};

/// A repository of empty files and configurations.
struct Repository {
    paths: Vec<&'static str>,
    resolver: Resolver,
}

impl Repository {
    fn new(paths: &[&'static str], configs: &[(&str, &str)]) -> Self {
        let mut paths = paths.to_vec();
        paths.sort_unstable();
        let file = |path: &&str| FileBuilder::new(path, Lang::TypeScript, Role::App).finish();
        let files: Vec<FileIr> = paths.iter().map(file).collect();
        let config = |(path, text): &(&str, &str)| Config { path: (*path).into(), text: (*text).into() };
        let configs: Vec<Config> = configs.iter().map(config).collect();
        let generated = [("db/generated/client".to_owned(), 0)];
        Self { paths, resolver: Resolver::new(&files, &configs, &generated) }
    }

    /// The path of the file that a specifier in a folder means.
    fn path(&mut self, folder: &str, specifier: &str) -> &'static str {
        match self.resolver.resolve(folder, specifier) {
            Meaning::Found(Hit::File(file)) => self.paths[file.0 as usize],
            Meaning::Found(Hit::Generated(_)) => "(generated)",
            Meaning::Missing => "(missing)",
            Meaning::Outside => "(outside)",
        }
    }
}

#[test]
fn relative_imports_need_no_configuration() {
    let paths = ["a/b.ts", "a/b/index.ts", "a/c.js", "a/c.d.ts", "a/d/index.tsx", "a/e.service.ts", "f.vue"];
    let mut repository = Repository::new(&paths, &[]);
    for (specifier, expected) in [
        ("./b", "a/b.ts"),
        ("./b.js", "a/b.ts"),
        ("./b/", "a/b.ts"),
        ("./b/index.js", "a/b/index.ts"),
        ("./c", "a/c.js"),
        ("./d", "a/d/index.tsx"),
        ("./e.service", "a/e.service.ts"),
        ("../f.vue?raw", "f.vue"),
        ("./absent", "(missing)"),
        ("../../f.vue", "(missing)"),
        ("react", "(outside)"),
        ("node:fs", "(outside)"),
    ] {
        assert_eq!(repository.path("a", specifier), expected, "{specifier}");
    }
}

#[test]
fn compiler_options_are_inherited_and_the_nearest_count() {
    let paths = [
        "web/src/db.ts",
        "web/app/page.ts",
        "api/src/db.ts",
        "api/src/config.ts",
        "api/k.d.ts",
        "shared/money.ts",
        "old/lib/x.js",
    ];
    let configs = [
        ("tsconfig.base.json", r#"{ "compilerOptions": { "paths": { "@shared/*": ["./shared/*"] } } }"#),
        (
            "web/tsconfig.json",
            r#"{ // a comment
                "extends": ["../tsconfig.base", "not-installed/tsconfig.json"],
                "files": [],
                "references": [{ "path": "./tsconfig.app.json" }],
            }"#,
        ),
        (
            "web/tsconfig.app.json",
            r#"{ "compilerOptions": { "baseUrl": ".", "paths": { "@/*": ["src/*", "app/*"] } } }"#,
        ),
        (
            "api/tsconfig.json",
            r#"{ "compilerOptions": { "baseUrl": "./src", "paths": { "k": ["../k.d.ts"] } } }"#,
        ),
        ("api/package.json", r#"{ "dependencies": { "config": "4" } }"#),
        ("old/jsconfig.json", r#"{ "compilerOptions": { "paths": { "~lib/x": ["./lib/x"] } } }"#),
    ];
    let mut repository = Repository::new(&paths, &configs);
    for (folder, specifier, expected) in [
        ("web/app", "@/db", "web/src/db.ts"),
        ("web/app", "@/page", "web/app/page.ts"),
        ("web/app", "@shared/money", "shared/money.ts"),
        ("web/app", "src/db.js", "web/src/db.ts"),
        ("api/src", "db", "api/src/db.ts"),
        ("api/src", "config", "(outside)"),
        ("api/src", "k", "(outside)"),
        ("old", "~lib/x", "old/lib/x.js"),
        ("api/src", "@/db", "(outside)"),
    ] {
        assert_eq!(repository.path(folder, specifier), expected, "{folder}: {specifier}");
    }
}

#[test]
fn packages_of_the_repository_lead_to_their_source() {
    let paths = [
        "packages/db/src/index.ts",
        "packages/db/src/models/user.ts",
        "packages/ui/index.ts",
        "packages/ui/button.tsx",
        "packages/kit/lib/main.ts",
        "packages/kit/lib/inner/deep.ts",
        "apps/web/page.ts",
        "examples/db/index.ts",
    ];
    let configs = [
        ("package.json", r#"{ "name": "root" }"#),
        ("pnpm-workspace.yaml", "packages:\n  - 'packages/*' # all\n  - \"apps/*\"\ncatalog:\n  - x\n"),
        (
            "packages/db/package.json",
            r##"{ "name": "@x/db", "main": "dist/index.js",
                "exports": { ".": { "types": "./dist/index.d.ts", "import": "./dist/index.js" },
                             "./models/*": { "import": "./dist/esm/models/*.mjs" } },
                "imports": { "#models/*": "./dist/models/*.js" } }"##,
        ),
        ("packages/ui/package.json", r#"{ "name": "@x/ui", "main": "./dist/ui.js" }"#),
        (
            "packages/kit/package.json",
            r#"{ "name": "kit", "exports": { ".": { "source": "./lib/main.ts" } } }"#,
        ),
        (
            "apps/web/package.json",
            r#"{ "name": "web", "dependencies": { "kit": "workspace:*", "react": "1" } }"#,
        ),
        ("examples/db/package.json", r#"{ "name": "example" }"#),
    ];
    let mut repository = Repository::new(&paths, &configs);
    for (folder, specifier, expected) in [
        ("apps/web", "@x/db", "packages/db/src/index.ts"),
        ("apps/web", "@x/db/models/user", "packages/db/src/models/user.ts"),
        ("packages/db/src", "#models/user", "packages/db/src/models/user.ts"),
        ("packages/db/src/models", "@x/db", "packages/db/src/index.ts"),
        ("apps/web", "@x/ui", "packages/ui/index.ts"),
        ("apps/web", "@x/ui/button", "packages/ui/button.tsx"),
        ("apps/web", "kit", "packages/kit/lib/main.ts"),
        ("apps/web", "kit/lib/inner/deep", "packages/kit/lib/inner/deep.ts"),
        ("packages/db/scripts", "../dist/models/user.js", "packages/db/src/models/user.ts"),
        ("apps/web", "@x/db/absent", "(missing)"),
        ("apps/web", "example", "(outside)"),
        ("apps/web", "react", "(outside)"),
    ] {
        assert_eq!(repository.path(folder, specifier), expected, "{folder}: {specifier}");
    }
    assert!(
        repository.resolver.is_dependency("react/jsx-runtime")
            && !repository.resolver.is_dependency("@app/x")
    );
}

#[test]
fn generated_modules_need_not_be_there() {
    let configs = [
        (
            "db/package.json",
            r#"{ "name": "db", "exports": { "./client": "./dist/generated/client/index.js" } }"#,
        ),
        ("web/tsconfig.json", r#"{ "compilerOptions": { "paths": { "@db/*": ["../db/generated/*"] } } }"#),
    ];
    let mut repository = Repository::new(&["db/src/a.ts", "web/b.ts"], &configs);
    for (folder, specifier) in [
        ("db/src", "../generated/client"),
        ("db/src", "../generated/client/sql.js"),
        ("web", "@db/client"),
        ("web", "db/client"),
    ] {
        assert_eq!(repository.path(folder, specifier), "(generated)", "{specifier}");
    }
}

#[test]
fn hostile_configuration_is_left_out() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let long = format!(r#"{{ "compilerOptions": {{ "baseUrl": "{}" }} }}"#, "a/".repeat(100_000));
    let many: String = (0..20_000).map(|n| format!(r#""{n}*": ["{n}*"],"#)).collect();
    let many = format!(r#"{{ "compilerOptions": {{ "paths": {{ {many} "@/*": ["./*"] }} }} }}"#);
    let chain: Vec<(String, String)> = (0..3_000)
        .map(|n| {
            (format!("chain/tsconfig.{n}.json"), format!(r#"{{ "extends": "./tsconfig.{}.json" }}"#, n + 1))
        })
        .collect();
    let mut configs = vec![
        ("deep/tsconfig.json", deep.as_str()),
        ("deep/package.json", deep.as_str()),
        ("long/tsconfig.json", long.as_str()),
        ("many/tsconfig.json", many.as_str()),
        ("self/tsconfig.json", r#"{ "extends": "./tsconfig.json", "references": [{ "path": "." }] }"#),
        (
            "circle/tsconfig.json",
            r#"{ "extends": "./tsconfig.b.json", "compilerOptions": { "baseUrl": "." } }"#,
        ),
        ("ééé/package.json", r#"{ "name": "ééé" }"#),
        ("ééé/tsconfig.json", r#"{ "extends": ["node:ééé", "ééé", "@", "@/", "", "/"] }"#),
        ("circle/tsconfig.b.json", r#"{ "extends": "./tsconfig.json" }"#),
        (
            "out/tsconfig.json",
            r#"{ "compilerOptions": { "paths": { "@/*": ["../../../../etc/*", "/etc/*"] } } }"#,
        ),
        ("out/package.json", r#"{ "name": "../../etc", "main": "../../../../etc/passwd" }"#),
        (
            "named/package.json",
            r##"{ "name": "n", "main": ["x"], "exports": [[["./a"]]], "imports": { "#a": "#a" } }"##,
        ),
        ("broken/tsconfig.json", "{ \"compilerOptions\": /* never closed"),
        ("broken/package.json", "\u{0}\u{1}"),
        ("pnpm-workspace.yaml", "packages: [[[\n - **/**/**/**/**/*\n - '['\n"),
    ];
    configs.extend(chain.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let mut repository = Repository::new(&["circle/x.ts", "a.ts"], &configs);
    let long = format!("@/{}", "a/".repeat(100_000));
    for folder in ["deep", "long", "many", "self", "circle", "out", "named", "broken", "chain", "absent"] {
        for specifier in
            ["@/passwd", "@/a", "n", "../../etc", "#a", "./", "..", "?", "#", "@", "\u{0}", &long, "n/../x"]
        {
            repository.path(folder, specifier);
        }
    }
    assert_eq!(repository.path("circle", "x"), "circle/x.ts");
    assert_eq!(repository.path("out", "@/passwd"), "(outside)");
}
