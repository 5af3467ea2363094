//! Small templates, one per promise, and inputs that must not break anything.

use crate::Source;
use perflint_ir::{FileIr, Lang, OpKind, Role, print, validate};

fn lower(text: &str) -> FileIr {
    let file = super::lower(Source { path: "shop/orders.html", lang: Lang::Jinja, role: Role::App, text });
    assert_eq!(validate(&file), Vec::new(), "{}", print(&file));
    file
}

/// The lines of the template's body, without the indices of its regions.
#[track_caller]
fn body(text: &str, expected: &[&str]) {
    let printed = print(&lower(text));
    let lines = printed.lines().skip_while(|line| !line.starts_with("body 1 ")).skip(1);
    let lines: Vec<&str> = lines.take_while(|line| !line.starts_with("body ")).map(str::trim).collect();
    assert_eq!(lines, expected);
}

/// Every line occurs in the printed file.
#[track_caller]
fn has(text: &str, expected: &[&str]) {
    let printed = print(&lower(text));
    for line in expected {
        assert!(printed.lines().any(|found| found.trim() == *line), "no {line:?} in\n{printed}");
    }
}

#[test]
fn template_has_the_context_as_its_parameter() {
    has("", &["item 1 Template orders.html in 0 body 1", "body 1 Template of item 1 (context)"]);
}

#[test]
fn dotted_reads_are_called_if_they_can_be() {
    body(
        "{{ order.items.all }}",
        &[
            "%0 r0 local context#0",
            "%1 r0 %0.order",
            "%2 r0 %1.items",
            "%3 r0 call Auto %2()",
            "%4 r0 %3.all",
            "%5 r0 call Auto %4()",
            "%6 r0 text(%5)",
        ],
    );
}

#[test]
fn explicit_calls_replace_automatic_ones() {
    body(
        "{{ order.items.all(1, n=x).y }}",
        &[
            "%0 r0 local context#0",
            "%1 r0 %0.order",
            "%2 r0 %1.items",
            "%3 r0 1",
            "%4 r0 local context#0",
            "%5 r0 %4.x",
            "%6 r0 call Plain %2.all(%3, n: %5)",
            "%7 r0 %6.y",
            "%8 r0 text(%7)",
        ],
    );
}

#[test]
fn filters_are_calls_with_the_value_first() {
    body(
        "{{ xs|join:\", \"|map(attribute='a') }}",
        &[
            "%0 r0 local context#0",
            "%1 r0 %0.xs",
            "%2 r0 \", \"",
            "%3 r0 name |join",
            "%4 r0 call Tag %3(%1, %2)",
            "%5 r0 \"a\"",
            "%6 r0 name |map",
            "%7 r0 call Tag %6(%4, attribute: %5)",
            "%8 r0 text(%7)",
        ],
    );
}

#[test]
fn loops_bind_their_names_until_they_end() {
    body(
        "{% for o in orders %}{{ o.id }}{% empty %}{{ o }}{% endfor %}{{ o }}",
        &[
            "region 1 in 0: loop Template over %1 as o#1",
            "%0 r0 local context#0",
            "%1 r0 %0.orders",
            "%2 r1 local o#1",
            "%3 r1 %2.id",
            "%4 r1 call Auto %3()",
            "%5 r1 text(%4)",
            "%6 r0 local context#0",
            "%7 r0 %6.o",
            "%8 r0 text(%7)",
            "%9 r0 local context#0",
            "%10 r0 %9.o",
            "%11 r0 text(%10)",
        ],
    );
}

#[test]
fn loops_take_their_element_apart_and_filter() {
    body(
        "{%- for k, v in d if v -%}{{ k }}{%- endfor -%}",
        &[
            "region 1 in 0: loop Template over %1 as #1",
            "region 2 in 1: branch on %9 arm 0",
            "%0 r0 local context#0",
            "%1 r0 %0.d",
            "%2 r1 local #1",
            "%3 r1 0",
            "%4 r1 %2[%3]",
            "%5 r1 k#2 = %4",
            "%6 r1 1",
            "%7 r1 %2[%6]",
            "%8 r1 v#3 = %7",
            "%9 r1 local v#3",
            "%10 r2 local k#2",
            "%11 r2 text(%10)",
        ],
    );
}

#[test]
fn decisions_are_arms_on_the_first_condition() {
    body(
        "{% if a %}1{% elif b %}{{ 2 }}{% else %}{{ 3 }}{% endif %}{{ 4 }}",
        &[
            "region 1 in 0: branch on %1 arm 0",
            "region 2 in 0: branch on %1 arm 1",
            "region 3 in 0: branch on %1 arm 2 last",
            "%0 r0 local context#0",
            "%1 r0 %0.a",
            "%2 r0 local context#0",
            "%3 r0 %2.b",
            "%4 r2 2",
            "%5 r2 text(%4)",
            "%6 r3 3",
            "%7 r3 text(%6)",
            "%8 r0 4",
            "%9 r0 text(%8)",
        ],
    );
}

#[test]
fn else_of_a_library_tag_is_not_the_loops() {
    has(
        "{% for o in os %}{% ifchanged o.d %}{% else %}{{ o }}{% endifchanged %}{{ o }}{% endfor %}",
        &["%7 r1 local o#1", "%9 r1 local o#1"],
    );
}

#[test]
fn operators() {
    body(
        "{% if a > 1 and not 2 in b or c == 'x' %}{% endif %}",
        &[
            "region 1 in 0: branch on %3 arm 0",
            "region 2 in 0: branch on %9 arm 1 last",
            "region 3 in 0: branch on %14 arm 0",
            "%0 r0 local context#0",
            "%1 r0 %0.a",
            "%2 r0 1",
            "%3 r0 Order(%1, %2)",
            "%4 r1 2",
            "%5 r1 local context#0",
            "%6 r1 %5.b",
            "%7 r1 In(%4, %6)",
            "%8 r1 not %7",
            "%9 r0 join(%3, %8)",
            "%10 r2 local context#0",
            "%11 r2 %10.c",
            "%12 r2 \"x\"",
            "%13 r2 Eq(%11, %12)",
            "%14 r0 join(%9, %13)",
        ],
    );
}

#[test]
fn negative_operators_negate_the_positive_ones() {
    body(
        "{{ 1 != 2 }}{{ 1 not in 'a' }}{{ not 1 }}{{ not not 2 }}{{ not not not 3 != 4 }}",
        &[
            "%0 r0 1",
            "%1 r0 2",
            "%2 r0 Eq(%0, %1)",
            "%3 r0 not %2",
            "%4 r0 text(%3)",
            "%5 r0 1",
            "%6 r0 \"a\"",
            "%7 r0 In(%5, %6)",
            "%8 r0 not %7",
            "%9 r0 text(%8)",
            "%10 r0 1",
            "%11 r0 not %10",
            "%12 r0 text(%11)",
            "%13 r0 2",
            "%14 r0 not %13",
            "%15 r0 not %14",
            "%16 r0 text(%15)",
            "%17 r0 3",
            "%18 r0 4",
            "%19 r0 Eq(%17, %18)",
            "%20 r0 not %19",
            "%21 r0 not %20",
            "%22 r0 text(%21)",
        ],
    );
}

#[test]
fn conditional_expression_evaluates_its_test_first() {
    body(
        "{{ 'a' if b else 2 ~ 'c' }}",
        &[
            "region 1 in 0: branch on %1 arm 0",
            "region 2 in 0: branch on %1 arm 1 last",
            "%0 r0 local context#0",
            "%1 r0 %0.b",
            "%2 r1 \"a\"",
            "%3 r2 2",
            "%4 r2 \"c\"",
            "%5 r2 Add(%3, %4)",
            "%6 r0 join(%2, %5)",
            "%7 r0 text(%6)",
        ],
    );
}

#[test]
fn literals_and_elements() {
    body(
        "{{ [1, (2, none), (true)] }}{{ {'a': 1} }}{{ 'x'[:10] }}{{ 'x'[-1] }}",
        &[
            "%0 r0 1",
            "%1 r0 2",
            "%2 r0 null",
            "%3 r0 tuple(%1, %2)",
            "%4 r0 true",
            "%5 r0 list(%0, %3, %4)",
            "%6 r0 text(%5)",
            "%7 r0 1",
            "%8 r0 map(a: %7)",
            "%9 r0 text(%8)",
            "%10 r0 \"x\"",
            "%11 r0 10",
            "%12 r0 %10[..%11]",
            "%13 r0 text(%12)",
            "%14 r0 \"x\"",
            "%15 r0 -1",
            "%16 r0 %14[%15]",
            "%17 r0 text(%16)",
        ],
    );
}

#[test]
fn with_and_set_bind() {
    body(
        "{% with a=1 %}{% with 2 as b %}{{ a }}{{ b }}{% endwith %}{% endwith %}{{ a }}",
        &[
            "%0 r0 1",
            "%1 r0 a#1 = %0",
            "%2 r0 2",
            "%3 r0 b#2 = %2",
            "%4 r0 local a#1",
            "%5 r0 text(%4)",
            "%6 r0 local b#2",
            "%7 r0 text(%6)",
            "%8 r0 local context#0",
            "%9 r0 %8.a",
            "%10 r0 text(%9)",
        ],
    );
    body(
        "{% set a, b = 1 %}{% set a = b %}{% set a.x = 2 %}",
        &[
            "%0 r0 1",
            "%1 r0 0",
            "%2 r0 %0[%1]",
            "%3 r0 a#1 = %2",
            "%4 r0 1",
            "%5 r0 %0[%4]",
            "%6 r0 b#2 = %5",
            "%7 r0 local b#2",
            "%8 r0 a#1 = %7",
            "%9 r0 2",
            "%10 r0 local a#1",
            "%11 r0 %10.x = %9",
        ],
    );
}

#[test]
fn includes_hand_over_what_is_in_scope() {
    has(
        "{% for o in os %}{% include 'r.html' with a=1 %}{% endfor %}",
        &["%7 r1 call Tag %6(%2, a: %3, o: %4, **%5)"],
    );
    has(
        "{% for o in os %}{% include 'r.html' with a=o only %}{% endfor %}",
        &["%5 r1 call Tag %4(%2, a: %3)"],
    );
    has("{% for o in os %}{% include 'r' without context %}{% endfor %}", &["%4 r1 call Tag %3(%2)"]);
    has("{% macro f(a) %}{% include 'r' %}{% endmacro %}", &["%3 r0 call Tag %2(%0, a: %1)"]);
}

#[test]
fn extends_hands_over_the_context() {
    has("{% extends 'b.html' %}", &["%2 r0 name extends", "%3 r0 call Tag %2(%0, **%1)"]);
}

#[test]
fn macros_are_functions_and_called_by_name() {
    has(
        "{{ f(1) }}{% macro f(a, b=2) %}{{ a }}{{ c }}{% endmacro %}{{ c }}",
        &[
            "item 2 Function f in 0 body 2",
            "body 2 Function of item 2 (a, b)",
            "%0 r0 name f",
            "%2 r0 call Plain %0(%1)",
            "%1 r0 local a#0",
            "%3 r0 name c",
            "%5 r0 %4.c",
        ],
    );
}

#[test]
fn imports_name_macros() {
    has(
        "{% import 'm.html' as m %}{% from \"n.html\" import a as b, c with context %}{{ b(1) }}{{ m.x(2) }}",
        &[
            "import Module m.html .  as m",
            "import Item n.html . a as b",
            "import Item n.html . c as c",
            "%0 r0 name b",
            "%2 r0 call Plain %0(%1)",
            "%4 r0 name m",
            "%6 r0 call Plain %4.x(%5)",
        ],
    );
}

#[test]
fn library_tags_are_calls() {
    body(
        "{% get_rows 1 limit=3 for user as rows %}{{ rows }}{% load x %}",
        &[
            "%0 r0 1",
            "%1 r0 3",
            "%2 r0 local context#0",
            "%3 r0 %2.user",
            "%4 r0 name %get_rows",
            "%5 r0 call Tag %4(%0, limit: %1, %3)",
            "%6 r0 rows#1 = %5",
            "%7 r0 local rows#1",
            "%8 r0 text(%7)",
        ],
    );
}

#[test]
fn cache_is_a_scope() {
    body(
        "{% cache 500 side %}{{ 1 }}{% endcache %}{{ 2 }}",
        &[
            "region 1 in 0: scope of %4",
            "%0 r0 500",
            "%1 r0 local context#0",
            "%2 r0 %1.side",
            "%3 r0 name %cache",
            "%4 r0 call Tag %3(%0, %2)",
            "%5 r1 1",
            "%6 r1 text(%5)",
            "%7 r0 2",
            "%8 r0 text(%7)",
        ],
    );
}

#[test]
fn regroup_and_translations_bind() {
    has("{% regroup xs by a.b as c %}{{ c }}", &["%2 r0 unknown(%1)", "%3 r0 c#1 = %2", "%4 r0 local c#1"]);
    has(
        "{% blocktrans with a=b.c trimmed %}{{ a }}{% endblocktrans %}{{ a }}",
        &["%2 r0 %1.c", "%4 r0 a#1 = %3", "%5 r0 local a#1", "%8 r0 %7.a"],
    );
}

#[test]
fn what_is_no_code_is_skipped() {
    for text in [
        "{# {{ a }} #}",
        "{% raw %}{{ a }}{% endraw %}",
        "{% verbatim %}{% if %}{{ a }}{% endverbatim %}",
        "{% comment 'x' %}{{ a }}{% endcomment %}",
        "function f() { return { a: 1 } }",
        "{% csrf_token %}{% load a b %}{% block x %}{% endblock x %}",
        "{{ a",
        "{% if a",
    ] {
        body(text, &[]);
    }
}

#[test]
fn spans_point_at_the_tag_and_the_attribute() {
    let text = "é\r\n{{ a.bc }}{% tick 1 %}";
    let file = lower(text);
    let ops = &file.bodies[1].ops;
    let shown = |index: usize| &text[ops[index].span.start as usize..ops[index].span.end() as usize];
    assert_eq!((shown(1), shown(2), shown(3)), ("a", "bc", "bc"));
    assert_eq!(shown(ops.len() - 1), "{% tick 1 %}");
}

#[test]
fn unclosed_blocks_are_closed_at_the_end() {
    has("{% for a in b %}{% macro m(x) %}{% if a %}{{ x }}", &["%1 r1 local x#0"]);
    has("{% endfor %}{% endif %}{% else %}{% elif x %}{{ 1 }}", &["%0 r0 1"]);
    has("{% for a in b %}{% with c=1 %}{% endfor %}{{ a }}", &["%5 r0 %4.a"]);
}

#[test]
fn large_and_broken_input() {
    let n = 100_000;
    let mut texts = vec![
        "{{ ".repeat(n),
        "{% if a %}".repeat(n),
        "{% if a %}".repeat(n) + &"{% endfor %}".repeat(n),
        "{% for a in b %}".repeat(n) + &"{% endfor %}".repeat(n),
        "{% if a %}".to_owned() + &"{% elif b %}".repeat(n),
        format!("{{{{ {}1 }}}}", "(".repeat(n)),
        format!("{{{{ {} }}}}", "a[".repeat(n)),
        format!("{{{{ {}a }}}}", "- ".repeat(n)),
        format!("{{{{ {}a }}}}", "not ".repeat(n)),
        format!("{{{{ 1{} }}}}", "+1".repeat(n)),
        format!("{{{{ a{} }}}}", ".b()".repeat(n)),
        format!("{{{{ a{} }}}}", "|f:x".repeat(n)),
        format!("{{{{ {} }}}}", "a ".repeat(n)),
        format!("{{{{ {}a }}}}", "a if b else ".repeat(n)),
        "{% set a = 1 %}{% include a %}".repeat(n / 10),
        (0..n / 10).map(|i| format!("{{% with a{i}=1 %}}{{% include 'x' %}}")).collect(),
    ];
    let mut state = 7u32;
    let words = [
        "{%", "%}", "{{", "}}", "for", "if", "'", "a", ".", "(", "|", " in ", "else", "with", "=", "é", "\n",
        "set",
    ];
    texts.push((0..n).map(|_| words[random(&mut state) as usize % words.len()]).collect());
    texts.push((0..n).map(|_| char::from(random(&mut state) as u8)).collect());
    for text in texts {
        let file = lower(&text);
        assert!(file.items.len() >= 2);
    }
}

#[test]
fn long_chains_keep_all_their_calls() {
    let file = lower(&format!("{{{{ a{} }}}}", ".b()".repeat(12_000)));
    let calls = file.bodies[1].ops.iter().filter(|op| matches!(op.kind, OpKind::Call(_))).count();
    assert_eq!(calls, 12_000);
}

fn random(state: &mut u32) -> u32 {
    *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    *state >> 16
}
