//! Small snippets, one per promise, and inputs that must not break anything.

use perflint_ir::{FileIr, GapKind, Lang, OpKind, Role, print, validate};
use perflint_syntax::Source;

fn lower(text: &str) -> FileIr {
    let file = crate::lower(Source { path: "src/A.java", lang: Lang::Java, role: Role::App, text });
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
        "package a.b;\nimport c.D;\nimport e.*;\nimport static f.G.h;",
        &["package a.b", "import Item c . D as D", "import Glob e .  as", "import Item f.G . h as h"],
    );
}

#[test]
fn classes_have_fields_methods_and_annotations() {
    has(
        "@Entity class A extends B<C> implements D { @ManyToOne(fetch = LAZY) private X x; static List<A> all(A... as) { return null; } A() {} }",
        &[
            "Class A in 0 : B<C> : D @Entity=%1 body 1",
            "-> X @ManyToOne=%2",
            "Function all in 1 -> List<A> body 2 static",
            "body 3 constructor",
        ],
    );
}

#[test]
fn records_have_components_and_interfaces_methods_without_code() {
    has("record R(Long id, String name) {}", &["Field id in 1 -> Long", "Field name in 1 -> String"]);
    has(
        "interface I extends J { X f(Y y); default void g() {} }",
        &["-> X body 2 abstract", "Function g in 1 body 3"],
    );
}

#[test]
fn lambdas_references_and_creations() {
    has(
        "class A { void f(List<X> xs) { xs.stream().map(x -> g(x)).map(Dto::from).map(Dto::new); new X<Y>(1); } }",
        &["Return %2", "%4.from", "call Plain %6.map(%7)", "call New %10(%9, <0>: %11)"],
    );
}

#[test]
fn loops_and_types() {
    has(
        "class A { void f(List<X> xs) { for (X x : xs) { x.g(); } } }",
        &["loop For over %0 as x#1", "%1 as X"],
    );
    has(
        "class A { void f(List<X> xs) { for (int i = 0; i < xs.size(); i++) { g(i); } } }",
        &["loop For over %3 as _"],
    );
    has(
        "class A { void f(Object o) { if (o instanceof X x) { x.g(); } X y = (X) o; } }",
        &["%0 as X", "%6 as X"],
    );
}

#[test]
fn broken_code_leaves_gaps_and_the_rest() {
    let file = lower("class A { void f( { } void g() { h(); } }");
    assert!(file.gaps.iter().any(|gap| gap.kind == GapKind::Syntax));
    assert!(file.bodies.iter().flat_map(|body| &body.ops).any(|op| matches!(op.kind, OpKind::Call(_))));
}

#[test]
fn a_zero_in_a_text_ends_nothing() {
    let file = lower("class A { void f() { g(\"a\0b\" + h()); } }");
    assert_eq!(file.gaps, Vec::new());
    assert!(file.bodies.iter().flat_map(|body| &body.calls).count() == 2);
}

#[test]
fn depth_is_bounded() {
    let n = 60_000;
    lower(&format!("class A {{ int x = {}1{}; }}", "(".repeat(n), ")".repeat(n)));
    lower(&format!("class A {{ X x = a{}; }}", ".b()".repeat(n)));
    lower(&format!("class A {{ void f() {{ {}; }} }}", "if (x) { } else ".repeat(n)));
    lower(&format!("class A {{ int x = 1{}; }}", "+1".repeat(n)));
    lower(&"class A { ".repeat(n));
}
