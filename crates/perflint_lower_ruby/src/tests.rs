//! Small snippets, one per promise, and inputs that must not break anything.

use perflint_ir::{FileIr, GapKind, Lang, OpKind, Role, print, validate};
use perflint_syntax::Source;

fn lower_as(path: &str, lang: Lang, text: &str) -> FileIr {
    let file = crate::lower(Source { path, lang, role: Role::App, text });
    assert_eq!(validate(&file), Vec::new(), "{}", print(&file));
    file
}

fn lower(text: &str) -> FileIr {
    lower_as("app/models/a.rb", Lang::Ruby, text)
}

/// True if the printed file has lines with these ends.
#[track_caller]
fn has_in(file: &FileIr, expected: &[&str]) {
    let printed = print(file);
    for line in expected {
        assert!(printed.lines().any(|found| found.trim_end().ends_with(line)), "no `{line}` in\n{printed}");
    }
}

#[track_caller]
fn has(text: &str, expected: &[&str]) {
    has_in(&lower(text), expected);
}

#[test]
fn classes_are_open_and_have_namespaces() {
    has(
        "module A\n class B::C < D::E\n  include F\n end\nend",
        &["Class A in 0 body 1 open", "Module B in 1", "Class C in 2 : D.E : F body 2 open"],
    );
}

#[test]
fn calls_with_a_name_declare_it() {
    has(
        "class A\n has_many :posts, through: :x\n delegate :a, :b, to: :c\n attr_reader :d\nend",
        &[
            "Declaration posts in 1 init %3",
            "Declaration a in 1 init %8",
            "Declaration b in 1 init %8",
            "Function d in 1 body 2 property",
        ],
    );
    // In a block that runs later the call is no part of the class's initialiser.
    has(
        "class A\n f do\n  class << self\n   delegate :x, to: :y\n  end\n end\nend",
        &["call Plain %2(%0, to: %1)"],
    );
}

#[test]
fn methods_and_blocks() {
    has(
        "class A\n def f(a, b = 1, *c, k:, **o)\n  xs.each { |x, (y, z)| g(x) }\n  yield a\n end\n def self.g; end\n private\n def h; end\nend",
        &[
            "(a, b, c, k, o, &)",
            "call Plain %1.each(&%2)",
            "call Plain %4(%5)",
            "Function g in 1 body 4 static",
        ],
    );
    has("def f\n xs.map(&:name)\nend", &["call Plain %1.map(&%2)", "call Auto %0.name()"]);
}

#[test]
fn fields_are_filled_where_they_are_empty() {
    has("def f\n @x ||= g(1)\nend", &["not %1", "branch on %2 arm 0", "join(%1, %5)"]);
}

#[test]
fn templates_read_what_they_are_rendered_with() {
    let erb = "<% @orders.each do |o| %><b><%= o.name %></b><%= title %><%= yield %><% end %>";
    let file = lower_as("app/views/a.html.erb", Lang::Erb, erb);
    has_in(
        &file,
        &["Template a.html.erb in 0 body 1 ", "%0.@orders", "call Auto %0.name()", "call Auto %3()"]
            .map(str::trim_end),
    );
    assert!(file.gaps.is_empty(), "{:?}", file.gaps);
    let builder = lower_as("app/views/a.json.jbuilder", Lang::Ruby, "json.array! @orders, :id");
    has_in(&builder, &["%3.@orders"]);
}

#[test]
fn broken_code_leaves_gaps_and_the_rest() {
    let file = lower("class A\n def f(\n end\n def g; h(1); end\nend");
    assert!(file.gaps.iter().any(|gap| gap.kind == GapKind::Syntax));
    assert!(file.bodies.iter().flat_map(|body| &body.ops).any(|op| matches!(op.kind, OpKind::Call(_))));
}

#[test]
fn depth_is_bounded() {
    let n = 60_000;
    lower(&format!("x = {}1{}", "(".repeat(n), ")".repeat(n)));
    lower(&format!("x = a{}", ".b()".repeat(3_000)));
    lower(&format!("x = 1{}", "+1".repeat(3_000)));
    lower(&format!("{} {}", "if x then ".repeat(n), "end ".repeat(n)));
    lower(&"class A; ".repeat(n));
    lower_as("a.erb", Lang::Erb, &"<% if x %>".repeat(n));
}
