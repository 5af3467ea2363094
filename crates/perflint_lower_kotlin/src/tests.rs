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

#[test]
fn classes_have_fields_constructors_and_static_members() {
    has(
        "@Entity\nclass A(@field:Id val id: Long?, n: Int) : B(n), C {\n companion object : D<A>(T) {\n fun z() = 1\n }\n}",
        &[
            "Class A in 0 : B : C : D<A> @Entity=%1 body 1 static",
            "Field id in 1 -> Long @Id=%1",
            "body 2 constructor",
            "Function z in 1 body 3 static",
        ],
    );
}

#[test]
fn properties_are_fields_or_code() {
    has(
        "class A { val p: Int\n get() = q()\n val l by lazy { r() } }",
        &["Function p in 1 -> Int body 2 property", "Function l in 1 @lazy body 3 property"],
    );
    has("suspend fun X.g() = f { it.d }", &["Extension X in 0 : X", "call Plain %0(%1)"]);
}

#[test]
fn decisions_and_loops() {
    has("fun f(n: Int) { for (i in 0 until n) { g(i) } }", &["loop For over %0 as i#1"]);
    has("fun f(x: Any) = when (x) { is A -> x.b\n else -> null }", &["%1 as A", "join(%5, %6)"]);
    has("fun f(x: A?) = x?.b ?: throw E()", &["branch on %1 arm 1 last"]);
    has("fun f() { val (a, b) = p()\n a to b }", &["tuple(%8, %9)"]);
}

#[test]
fn classes_on_one_line_keep_their_members() {
    has(
        "class A { fun s() = 1; companion object { const val D = 2 } }\nsealed class Z { class Q : Z() }",
        &[
            "Class A in 0 body 1 static",
            "Function s in 1 body 2",
            "Field D in 1 init %0 static",
            "Class Q in 4 : Z body 4 static",
        ],
    );
    let file = lower("class A { fun s() = \"a ${ x } b\"; val y = listOf(1).map { it } }\nfun broken( {");
    assert!(!file.gaps.is_empty(), "what is broken is said");
}
