use crate::lower;
use perflint_ir::{FileIr, GapKind, Lang, Role, print, validate};
use perflint_syntax::Source;

fn read(path: &str, lang: Lang, text: &str) -> FileIr {
    let file = lower(Source { path, lang, role: Role::App, text });
    assert_eq!(validate(&file), []);
    file
}

fn php(code: &str) -> String {
    let file = read("a.php", Lang::Php, &format!("<?php\n{code}"));
    assert_eq!(file.gaps, []);
    print(&file)
}

fn blade(text: &str) -> String {
    let file = read("a.blade.php", Lang::Blade, text);
    assert_eq!(file.gaps, [], "{}", crate::blade::to_php(text).text());
    print(&file)
}

fn twig(text: &str) -> String {
    let file = read("a.html.twig", Lang::Twig, text);
    assert_eq!(file.gaps, [], "{}", crate::twig::to_php(text).text());
    print(&file)
}

#[track_caller]
fn holds(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no `{part}` in:\n{text}");
    }
}

#[test]
fn names_and_imports_have_dots() {
    let text = php(
        "namespace App\\Models;\nuse A\\B\\{C, D as E};\nuse function F\\g;\nclass X extends \\Y\\Z { use T; }",
    );
    holds(
        &text,
        &[
            "package App.Models",
            "import Item A.B . C as C",
            "import Item A.B . D as E",
            "import Item F . g as g",
            "Class X in 0 : Y.Z : T",
        ],
    );
}

#[test]
fn members_of_classes() {
    let text = php(
        "class A { const K = 1; public static ?B $s = null; public function __construct(private readonly Repo $repo) {}\n\
         public static function make(): static { return new static; } function up() { return parent::up(self::K); } }",
    );
    holds(
        &text,
        &[
            "Field K in 1",
            "Field s in 1 -> B",
            "Field repo in 1 -> Repo",
            "Function __construct in 1 body 2 constructor",
            "%0.repo = %1",
            "Function make in 1 -> A body 3 static",
            "call New %0()",
            "call Plain %0.up(%2)",
        ],
    );
}

#[test]
fn comments_say_types() {
    let text = php(
        "/** @property-read Collection<int, Item> $items */ class A { /** @var Order[] */ private $orders;\n\
         /** @param int[] $ids\n * @return Collection|Order[] */ function f(array $ids) { /** @var Order $o */ $o = g(); return $o; } }",
    );
    holds(
        &text,
        &[
            "Field items in 1 -> Collection<int, Item>",
            "Field orders in 1 -> Array<Order>",
            "Function f in 1 -> Collection<Order>",
            " as Order",
        ],
    );
}

#[test]
fn attributes_and_annotations_have_one_shape() {
    let text = php("class A { #[ORM\\OneToMany(targetEntity: Item::class, mappedBy: 'a')] private $x;\n\
         /** @ORM\\OneToMany(targetEntity=\"App\\Item\", mappedBy=\"a\", cascade={\"persist\"}) */ private $y; }");
    holds(
        &text,
        &[
            "Field x in 1 @ORM.OneToMany=%",
            "Field y in 1 @ORM.OneToMany=%",
            "\"App.Item\"",
            "(targetEntity: %5, mappedBy: %6, cascade: %8)",
        ],
    );
}

#[test]
fn loops_go_over_what_they_fetch_from() {
    let text = php(
        "function f($stmt, $db, $xs) { while ($row = $stmt->fetch(PDO::FETCH_ASSOC)) { g($row); }\n\
         while (($r = mysqli_fetch_assoc($db)) !== null) {} for ($i = 0; $i < count($xs); $i++) {} foreach ($xs as $k => [$a, $b]) {} }",
    );
    holds(
        &text,
        &[
            "loop For over %0 as row#3",
            "loop For over %4 as r#4",
            "loop For over %7 as _",
            "loop For over %12 as #6",
            "%0 r0 local stmt#0",
        ],
    );
}

#[test]
fn closures_see_what_they_take_over() {
    let text = php(
        "function f($a, $b) { $g = function ($x) use ($a) { return $a . $x . $b; }; return fn($y) => $y + $b; }",
    );
    holds(&text, &["Closure of item 1 (x) [1 <- 0]", "Closure of item 1 (y) [1 <- 1]", "text(%0, %1, %2)"]);
}

#[test]
fn callables_are_what_they_call() {
    let text = php(
        "class A { function f($xs) { array_map([$this, 'g'], $xs); h(...); return [B::class, 'index']; } }",
    );
    holds(&text, &["%1.g", "call Plain %0(%2, %3)", "name B", ".index"]);
}

#[test]
fn variables_by_name() {
    let text = php("function f($a) { $b = 1; return view('x', compact('a', ['b'])); }");
    holds(&text, &["map(a: %4, b: %5)"]);
    let text = php("function f($a) { include 'x.php'; }");
    holds(&text, &["call Tag %2(%0, a: %1)"]);
}

#[test]
fn elements_are_stored_and_pushed() {
    let text = php("function f($x) { $a = []; $a['k'] = $x; $b = []; $b[] = $x; [$c, 'k' => $d] = $x; }");
    holds(&text, &["%0 r0 map()", "store(", "list()", ".[](", "[%"]);
}

#[test]
fn pages_are_templates_as_well() {
    let file = read(
        "a.php",
        Lang::Php,
        "<ul><?php foreach ($orders as $order): ?><li><?= $order->name ?></li><?php endforeach; ?></ul>",
    );
    let text = print(&file);
    holds(&text, &["Template a.php", "loop For over", "loop Template over", ".orders"]);
}

#[test]
fn blade_is_php() {
    let text = blade(
        "@extends('a.b')\n{{-- @foreach --}}@foreach ($orders as $order)\n@if ($order->paid) {{ $order->customer->name }} @else a@b.c @endif\n\
         <x-order.row :order=\"$order\" item-count=\"{{ $n }}\" />@include('part', ['x' => 1])@can('edit', $order) x @endcan @endforeach\n\
         @forelse($a as $b) y @empty z @endforelse @each('v.x', $jobs, 'job') @php $z = 1; @endphp {!! $z !!}",
    );
    holds(
        &text,
        &[
            "call Tag %2(%0, **%1)",
            "loop Template over %5 as order#1",
            ".customer",
            "\"order.row\"",
            "\"components.order.row\"",
            "itemCount: %",
            "as b#2",
            "as job#3",
            "local z#4",
        ],
    );
}

#[test]
fn twig_is_php() {
    let text = twig(
        "{% extends 'base.html.twig' %}{# no #}{% for order in orders if order.active %}{{ order.customer.name|upper|default('x') ~ 'a' }}\n\
         {% if order.items|length > 3 and not order.paid is defined %}{{ order.items|map(i => i.name)|join(', ') }}{% else %}z{% endif %}\n\
         {% include 'part.html.twig' with {'order': order} only %}{% endfor %}{% set x = a ? 'b' %}{{ x }}{% for i in 1..5 %}{{ i }}{% endfor %}",
    );
    holds(
        &text,
        &[
            "call Tag %2(%0, **%1)",
            "loop Template over %5 as order#1",
            "name |upper",
            "name |length",
            "name |map",
            "(order: %",
            "name range",
        ],
    );
}

#[test]
fn places_of_templates_are_those_of_the_file() {
    let text = "<p>\n{{ $order->name }}\n</p>";
    let file = read("a.blade.php", Lang::Blade, text);
    let get = file.bodies[1]
        .ops
        .iter()
        .find(|op| matches!(op.kind, perflint_ir::OpKind::Get { name, .. } if file.text(name) == "name"));
    let at = get.map(|op| op.span.start as usize);
    assert_eq!(at, text.find("$order"));
}

#[test]
fn errors_are_gaps_and_the_rest_is_read() {
    let file = read("a.php", Lang::Php, "<?php function f( { } function g() { return h(); }");
    assert!(file.gaps.iter().any(|gap| gap.kind == GapKind::Syntax));
    holds(&print(&file), &["Function g"]);
}

#[test]
fn nothing_is_too_deep_or_too_long() {
    const N: usize = 20_000;
    let deep = read("a.php", Lang::Php, &format!("<?php f{};", "(".repeat(N)));
    assert_eq!(deep.gaps[0].kind, GapKind::Depth);
    for code in [
        format!("<?php $a{};", "->b()".repeat(N)),
        format!("<?php $a = 1{};", ".'x'".repeat(N)),
        format!("<?php $a = 1{};", "+1".repeat(N)),
        format!("<?php if (a) {{}}{}", " else if (b) {}".repeat(N)),
        format!("<?php if (a) {{}}{}", " elseif (b) {}".repeat(N)),
        format!("<?php {}", "!".repeat(N)),
    ] {
        read("a.php", Lang::Php, &code);
    }
    for text in [
        "@if(a) ".repeat(N),
        "@foreach($a as $b)".repeat(N),
        "{{ ".repeat(N),
        "<x-a :b=\"".repeat(N),
        "@".repeat(N),
    ] {
        read("a.blade.php", Lang::Blade, &text);
    }
    for text in [
        "{% if a %}".repeat(N),
        format!("{{{{ a{} }}}}", "|b".repeat(N)),
        format!("{{{{ a{} }}}}", ".b".repeat(N)),
        "{{ ".repeat(N),
        "{% macro a(b) %}".repeat(N),
        format!("{{{{ {} }}}}", "a ? ".repeat(N)),
    ] {
        read("a.twig", Lang::Twig, &text);
    }
}
