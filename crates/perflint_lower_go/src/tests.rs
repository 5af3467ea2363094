//! Small snippets, one per promise, and inputs that must not break anything.

use perflint_ir::{FileIr, GapKind, Lang, OpKind, Role, print, validate};
use perflint_syntax::Source;

fn lower(text: &str) -> FileIr {
    let file = crate::lower(Source { path: "shop/store.go", lang: Lang::Go, role: Role::App, text });
    assert_eq!(validate(&file), Vec::new(), "{}", print(&file));
    file
}

/// True if the printed file has a line with this end.
#[track_caller]
fn has(text: &str, expected: &[&str]) {
    let printed = print(&lower(text));
    for line in expected {
        assert!(printed.lines().any(|found| found.trim_end().ends_with(line)), "no `{line}` in\n{printed}");
    }
}

#[test]
fn imports_have_the_name_that_code_uses() {
    has(
        "package a\nimport (\n\"gorm.io/gorm\"\nyaml \"gopkg.in/yaml.v3\"\n\"github.com/jackc/pgx/v5\"\n. \"x/y\"\n_ \"z\"\n)",
        &[
            "gorm.io/gorm . gorm as gorm",
            "as yaml",
            "github.com/jackc/pgx/v5 . pgx as pgx",
            "import Glob x/y .  as",
        ],
    );
}

#[test]
fn methods_extend_their_receiver_and_see_it() {
    has(
        "package a\ntype S struct { db DB }\nfunc (s *S) Get() (*User, error) { return s.db.Load() }",
        &["Extension S in 0 : S", "Function Get in 3 -> User body 1", "%0 r0 self", "%1 r0 %0.db"],
    );
}

#[test]
fn an_error_is_no_part_of_a_result() {
    has(
        "package a\nfunc f() (*U, error) {\n v, err := g()\n if err != nil { return nil, err }\n return v, nil\n}",
        &["v#0 = %1", "Raise _", "Return %13"],
    );
    has("package a\nfunc f() (A, B, error) { a, b, err := g(); return a, b, nil }", &["tuple(%11, %12)"]);
}

#[test]
fn variables_are_returned_as_the_call_beside_them_left_them() {
    has(
        "package a\nfunc f() ([]T, error) {\n xs := g()\n return xs, h(&xs)\n}",
        &["call Plain %3(%4)", "%6 r0 local xs#0", "Return %6"],
    );
    has("package a\nfunc f() (xs []T, err error) {\n xs, err = g()\n return\n}", &["Return %11"]);
}

#[test]
fn a_tag_alone_is_read_to_its_end() {
    has("package a\ntype A struct { B string `gorm:\"unique\"` }", &["@gorm \"unique\""]);
}

#[test]
fn loops() {
    has("package a\nfunc f(xs []int) { for _, x := range xs { g(x) } }", &["loop For over %0 as x#1"]);
    has("package a\nfunc f(xs []int) { for i := 0; i < len(xs); i++ { g(i) } }", &["loop For over %2 as _"]);
    has("package a\nfunc f(r R) { for r.Next() { g(r) } }", &["loop While over %1 as _"]);
}

#[test]
fn literals_and_append() {
    has(
        "package a\nfunc f() { xs := []T{{A: 1}}; xs = append(xs, T{A: 2}); m := make(map[string]int); _ = m }",
        &["call New %0(A: %1)", "list(%2)", "Add(%5, %9)", "map()"],
    );
}

#[test]
fn what_nobody_waits_for_is_a_closure() {
    has("package a\nfunc f(s S) { go s.run() }", &["lambda body 2", "name go", "call Plain %1(%0)"]);
}

#[test]
fn broken_code_leaves_gaps_and_the_rest() {
    let file = lower("package a\nfunc f( {\n}\nfunc g() { h() }\n");
    assert!(file.gaps.iter().any(|gap| gap.kind == GapKind::Syntax));
    assert!(file.bodies.iter().flat_map(|body| &body.ops).any(|op| matches!(op.kind, OpKind::Call(_))));
}

#[test]
fn depth_is_bounded() {
    let n = 60_000;
    lower(&format!("package a\nvar x = {}1{}", "(".repeat(n), ")".repeat(n)));
    lower(&format!("package a\nvar x = a{}", ".b()".repeat(n)));
    lower(&format!("package a\nfunc f() {{ {} }}", "if x { } else ".repeat(n) + "{}"));
    lower(&format!("package a\nvar x = 1{}", "+1".repeat(n)));
}

#[test]
fn a_function_with_type_arguments_is_called() {
    has("package a\nfunc f() { r := NewRepo[User](db) }", &["name NewRepo", "call Plain %0(%1, <0>: %2)"]);
    has("package a\nfunc f() { r := m.G[User](db) }", &["call Plain %0.G(%1, <0>: %2)"]);
    has(
        "package a\nfunc Get[T any](id int) T { return g(id) }",
        &["Function Get in 0 -> T @<> \"T\" body 1"],
    );
    has("package a\ntype Repo[T any, K comparable] struct { db DB }", &["@<> \"T\" \"K\""]);
}

#[test]
fn new_takes_a_type_or_a_value() {
    let text = "package a\nfunc f(n int, o Order) {\n\ta := new(\"x\")\n\tb := new(g(n))\n\tc := new(n)\n\td := new(o.Total)\n\te := new(Order)\n\th := new(true)\n}\n";
    assert_eq!(lower(text).gaps, Vec::new());
    has(
        text,
        &[
            "a#2 = %0",
            "call Plain %2(%3)",
            "c#4 = %6",
            "local o#1",
            "%8.Total",
            "call New %11()",
            "h#7 = %14",
        ],
    );
}
