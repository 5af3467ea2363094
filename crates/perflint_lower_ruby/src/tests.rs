//! Snippets, and what they lower to.

use crate::lower;
use perflint_ir::{FileIr, GapKind, ItemKind, Lang, Role, print, validate};
use perflint_syntax::Source;

fn lowered(path: &str, lang: Lang, text: &str) -> FileIr {
    let file = lower(Source { path, lang, role: Role::App, text });
    assert_eq!(validate(&file), [], "{}", print(&file));
    file
}

fn ruby(text: &str) -> FileIr {
    let file = lowered("app/a.rb", Lang::Ruby, text);
    assert!(file.gaps.is_empty(), "{:?}", file.gaps);
    file
}

#[track_caller]
fn has(file: &FileIr, lines: &[&str]) {
    let printed = print(file);
    for line in lines {
        assert!(printed.contains(line), "{line} is not in\n{printed}");
    }
}

fn on_a_large_stack(test: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(256 << 20).spawn(test).unwrap().join().unwrap();
}

#[test]
fn classes_are_open_and_say_what_they_are_about() {
    let file = ruby(
        "class Shop::Order < ApplicationRecord\n  include Paid\n  extend Finders\n  has_many :items, class_name: 'Line'\n  validates :name, :code, presence: true\n  private\n  def total = 1\nend\n",
    );
    has(
        &file,
        &[
            "Module Shop",
            "Class Order in 1 : ApplicationRecord : Paid : Finders<extend> body 1 open",
            "Declaration items in 2",
            "Declaration name in 2",
            "Declaration code in 2",
            "(%3, class_name: %4)",
        ],
    );
    let total = file.items.iter().find(|item| file.text(item.name) == "total").unwrap();
    assert!(!total.flags.is_public && !total.flags.is_static);
}

#[test]
fn keys_that_are_no_literals_are_arguments_too() {
    has(&ruby("a = b\nf(a => 'c', d: a)\ng({ a => 1 })\n"), &["(%4, %5, d: %6)", "map(%"]);
}

#[test]
fn methods_of_the_class_are_static() {
    let file = ruby(
        "class A\n  def self.a; end\n  class << self\n    def b; end\n  end\n  class_methods do\n    def c; end\n  end\n  def d; end\n  private_class_method def self.e; end\nend\n",
    );
    let of = |name: &str| file.items.iter().find(|item| file.text(item.name) == name).unwrap().flags;
    assert!(["a", "b", "c", "e"].iter().all(|name| of(name).is_static) && !of("d").is_static);
    assert!(!of("e").is_public);
}

#[test]
fn a_module_called_class_methods_holds_methods_of_the_classes_that_include_the_module_around_it() {
    let file = ruby("module A\n  module ClassMethods\n    def b; end\n  end\n  def c; end\nend\n");
    let of = |name: &str| file.items.iter().find(|item| file.text(item.name) == name).unwrap();
    assert!(of("b").flags.is_static && !of("c").flags.is_static);
    assert_eq!(of("b").owner, of("c").owner);
}

#[test]
fn instance_variables_are_fields_and_memos_are_decisions() {
    let file = ruby("class A\n  attr_reader :y\n  def x\n    @x ||= load(1)\n  end\nend\n");
    has(
        &file,
        &[
            "%0.@x",
            "branch on %1 arm 1 last",
            "%5.@x = %4",
            "join(%1, %4)",
            "Function y in 1 body 2 property",
            "%0.@y",
        ],
    );
}

#[test]
fn blocks_take_apart_what_they_are_given() {
    let file =
        ruby("xs.each { |a, (b, *c)| a.b(c) }\nxs.map(&:name)\nxs.select { it.ok? }\nxs.sum { _1 + _2 }\n");
    has(&file, &["each(&%", "(a, )", "call Auto %0.name()", "(it)", "(_1, _2)", "[.._]"]);
}

#[test]
fn methods_that_yield_take_a_block() {
    let file = ruby("def a(x, *r, k: 1, **o)\n  yield x, k\nend\ndef b(...) = a(...)\ndef c(&) = a(1, &)\n");
    has(&file, &["(x, r, k, o, &)", "(*, **, &)", "call Plain %"]);
}

#[test]
fn calls_have_their_forms() {
    let file = ruby(
        "User.new(1)\nuser.name\nuser.name()\na.b = 2\na[1] = 3\na[0, 5]\na[..9]\na << 1\nuser.send(:go, 2)\nf&.g(k => 1, s: 2, 't' => 3)\n",
    );
    has(&file, &["call New", "call Auto", ".b = %", "store(", "[..%", ".<<(%", ".go(%", "s: %", "t: %"]);
}

#[test]
fn shorthand_keys_read_what_they_name() {
    has(&ruby("def a(post)\n  b(post:)\nend\n"), &["%1 r0 local post#0", "call Plain %0(post: %1)"]);
}

#[test]
fn super_passes_on_what_the_method_takes() {
    let file = ruby(
        "class A\n  def initialize(a, b = 1, k:)\n    super\n  end\n  def call(x)\n    super() || x\n  end\nend\n",
    );
    has(&file, &["call Plain %0(%1, %2, k: %3)", "call Plain %0.call()"]);
}

#[test]
fn loops_and_decisions_are_regions() {
    let file = ruby(
        "for a in b\n  next if a\nend\nwhile c\n  break\nend\nloop do\n  d\nend\ncase e\nwhen 1 then f\nelse g\nend\ncase h\nin {x:, y: [z, *]} then x + z\nend\nbegin\n  i\nrescue E => err\n  j\nensure\n  k\nend\n",
    );
    has(&file, &["loop For over", "loop While over", "Continue", "Break", "arm 1 last", "handler"]);
}

#[test]
fn structs_are_classes_with_constructors() {
    let file = ruby(
        "Point = Struct.new(:x, :y) do\n  def len = x\nend\nclass P < Data.define(:a)\nend\nE = Class.new(StandardError)\n",
    );
    has(
        &file,
        &["Class Point", "Function initialize", "@y = ", "Class P in 0", "Class E in 0 : StandardError"],
    );
}

#[test]
fn erb_keeps_its_offsets() {
    let text = "<h1>é</h1>\n<% @posts.each do |post| # all of them %>\n  <%= post.title -%> <%# note %> <%% x %>\n<% end %>\n";
    let file = lowered("app/views/posts/index.html.erb", Lang::Erb, text);
    assert!(file.gaps.is_empty(), "{:?}", file.gaps);
    assert!(file.items.iter().any(|item| item.kind == ItemKind::Template));
    has(&file, &["%0.@posts", "call Auto %0.title()"]);
    let title = file
        .bodies
        .iter()
        .flat_map(|b| &b.ops)
        .find(|op| text[op.span.start as usize..].starts_with("title"));
    assert!(title.is_some());
}

#[test]
fn haml_and_slim_blocks_end_where_they_are_indented() {
    let haml = "%ul.list{ class: css(1) }\n  - @posts.each do |post|\n    - if post.ok?\n      %li= post.name\n    - else\n      = none 1,\n        2\n%p #{post_count}\n";
    let slim = "ul.list\n  - @posts.each do |post|\n    - if post.ok?\n      li = post.name\n    - else\n      = none 1,\n        2\np title=post_title(3) #{post_count}\n";
    for (path, lang, text) in [("a.html.haml", Lang::Haml, haml), ("a.html.slim", Lang::Slim, slim)] {
        let file = lowered(path, lang, text);
        assert!(file.gaps.is_empty(), "{path}: {:?}", file.gaps);
        has(&file, &[".@posts", "each(&%", "branch on", "name none", "post_count"]);
        let name = file
            .bodies
            .iter()
            .flat_map(|b| &b.ops)
            .find(|op| text[op.span.start as usize..].starts_with("name"));
        assert!(name.is_some(), "{path}");
    }
}

#[test]
fn broken_code_is_a_gap_and_the_rest_is_read() {
    let file = lowered("a.rb", Lang::Ruby, "def a\n  b(\nend\ndef c\n  d\nend\n");
    assert!(file.gaps.iter().any(|gap| gap.kind == GapKind::Syntax));
    assert!(file.items.iter().any(|item| file.text(item.name) == "c"));
}

#[test]
fn no_depth_overflows_the_stack() {
    on_a_large_stack(|| {
        let n = 100_000;
        let texts = [
            format!("a{}", ".b(1)".repeat(n)),
            vec!["1"; n].join(" + "),
            vec!["a"; n].join(" && "),
            format!("if a\n{}end", "elsif b\n1\n".repeat(n)),
            format!("{}{}", "a do\n".repeat(n), "end\n".repeat(n)),
            format!("{}1{}", "(".repeat(n), ")".repeat(n)),
            format!("{}1", "!".repeat(n)),
            format!("{}{}", "class A\n".repeat(n), "end\n".repeat(n)),
            format!("{}x", "a = ".repeat(n)),
            format!("A{}", "::B".repeat(n)),
        ];
        for text in texts {
            let file = lower(Source { path: "a.rb", lang: Lang::Ruby, role: Role::App, text: &text });
            assert_eq!(validate(&file), []);
        }
        for (lang, text) in [
            (Lang::Erb, "<% a do %>".repeat(n)),
            (Lang::Haml, (0..3_000).map(|i| format!("{}- a do\n", " ".repeat(i))).collect::<String>()),
            (Lang::Slim, "- if a\n".repeat(n)),
        ] {
            let file = lower(Source { path: "a", lang, role: Role::App, text: &text });
            assert_eq!(validate(&file), []);
        }
    });
}
