//! Small snippets, one per promise, and inputs that must not break anything.

use perflint_ir::{FileIr, GapKind, Lang, OpKind, Role, print, validate};
use perflint_syntax::Source;

fn lower(text: &str) -> FileIr {
    let file = crate::lower(Source { path: "src/A.kt", lang: Lang::Kotlin, role: Role::App, text });
    assert_eq!(validate(&file), Vec::new(), "{}", print(&file));
    file
}

/// True if the printed file has lines with these ends.
#[track_caller]
fn has(text: &str, expected: &[&str]) {
    let printed = print(&lower(text));
    for line in expected {
        assert!(printed.lines().any(|found| found.trim_end().ends_with(line)), "no `{line}` in\n{printed}");
    }
}

#[test]
fn packages_and_imports() {
    has(
        "package a.b\nimport c.D as E\nimport e.*\nimport f.`in`",
        &["package a.b", "import Item c . D as E", "import Glob e .  as", "import Item f . in as in"],
    );
}

#[test]
fn broken_code_leaves_gaps_and_the_rest() {
    let file = lower("class A { fun f() { } }\nfun k( {\nfun g() { h() }");
    assert!(file.gaps.iter().any(|gap| gap.kind == GapKind::Syntax));
    assert!(file.bodies.iter().flat_map(|body| &body.ops).any(|op| matches!(op.kind, OpKind::Call(_))));
}

#[test]
fn depth_is_bounded() {
    let n = 20_000;
    lower(&format!("val x = {}1{}", "(".repeat(n), ")".repeat(n)));
    lower(&format!("val x = a{}", ".b()".repeat(n)));
    lower(&format!("fun f() {{ {} }}", "if (x) { } else ".repeat(n)));
    lower(&format!("val x = 1{}", "+1".repeat(n)));
    lower(&"class A { ".repeat(n));
    lower(&"{".repeat(n));
}
