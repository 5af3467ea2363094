use crate::{lower, to_javascript};
use perflint_ir::{FileIr, Lang, OpKind, Role, print, validate};
use perflint_syntax::Source;

const OWN: &[Lang] = &[Lang::Thymeleaf, Lang::Jsp, Lang::Freemarker, Lang::GoTemplate, Lang::Handlebars];

fn source(lang: Lang, text: &str) -> Source<'_> {
    Source { path: "templates/a.html", lang, role: Role::App, text }
}

fn read(lang: Lang, text: &str) -> FileIr {
    let file = lower(source(lang, text));
    assert_eq!(validate(&file), [], "{text}");
    file
}

/// The printed file has all of these.
#[track_caller]
fn has(lang: Lang, text: &str, wanted: &[&str]) {
    let shown = print(&read(lang, text));
    for one in wanted {
        assert!(shown.contains(one), "{one}\n{text}\n{shown}");
    }
}

#[test]
fn attributes_of_an_element_run_in_the_order_of_thymeleaf() {
    has(
        Lang::Thymeleaf,
        r#"<ul><li th:text="${o.customer.name}" th:if="${!o.items.empty}" th:each="o : ${orders}">x</li></ul>[[${o}]]"#,
        &[
            "region 1 in 0: loop Template over %1 as #1",
            "region 2 in 1: branch on %5 arm 0",
            "%4 r1 call Plain %3.isEmpty()",
            "%8 r2 %7.name",
            "%10 r0 %9.o",
        ],
    );
}

#[test]
fn elements_without_an_end_hold_nothing() {
    has(
        Lang::Thymeleaf,
        r#"<p th:each="a : ${as}"><br th:if="${x}"><img th:if="${y}"/>[[${a}]]</p>[[${a}]]"#,
        &["%6 r1 local #1", "%8 r0 %7.a"],
    );
}

#[test]
fn forms_and_links_and_texts_hold_expressions() {
    has(
        Lang::Thymeleaf,
        r#"<form th:object="${order}"><a th:href="@{/o/{id}(id=*{id},x=${#lists.size(xs)})}" th:text="|a ${b}|"></a></form>"#,
        &[".order", ".id", "name #lists.size", ".xs", ".b"],
    );
}

#[test]
fn fragments_are_parts_and_called_where_they_stand() {
    has(
        Lang::Thymeleaf,
        r#"<i th:replace="~{rows :: row(${o}, n=1)}"/><b th:fragment="row(o, n)">[[${o.x}]]</b><b th:fragment="c">[[${y}]]</b>"#,
        &[
            "item 2 Template row in 0 body 2",
            "body 2 Template of item 2 (context, o, n)",
            "item 3 Template c in 0 body 3",
            "\"rows :: row\"",
            "\":: c\"",
            ", n: %",
        ],
    );
}

#[test]
fn jsp_tags_stand_in_attributes_too() {
    has(
        Lang::Jsp,
        r#"<c:forEach items="${os}" var="o"><a href="<c:url value='/x/${o.id}'/>">${fn:length(o.items)}</a></c:forEach><%-- ${x} --%>${o}"#,
        &["region 1 in 0: loop Template over %1 as #1", "r1 name fn:length", "\"tags/url.tag\""],
    );
    has(
        Lang::Jsp,
        r#"<c:choose><c:when test="${a}">${b}</c:when><c:otherwise>${c}</c:otherwise></c:choose>${d}"#,
        &["region 1 in 0: branch on %1 arm 0", "region 2 in 0: branch on %1 arm 1 last"],
    );
    assert_eq!(read(Lang::Jsp, "<% int x = 1; %><% } %><%= x %>").gaps.len(), 1);
}

#[test]
fn freemarker_lists_macros_and_builtins() {
    has(
        Lang::Freemarker,
        r#"<#macro row o i=1>${o.name!"x"}</#macro><#list os as o><@lib.row o=o/><#if (o.items?size > 3)>${o.a}<#elseif o.b??>y</#if><#else>${o}</#list>"#,
        &[
            "body 2 Template of item 2 (context, o, i)",
            "region 1 in 0: loop Template over %1 as #1",
            "r1 \":: row\"",
            "r1 name ?size",
        ],
    );
    has(Lang::Freemarker, "[#ftl][#list xs as k, v]${v}[/#list][#-- ${y} --]${z}", &["r1 local #1", ".z"]);
    has(
        Lang::Freemarker,
        "<#list xs><ul><#items as x>${x}</#items></ul></#list>${x}",
        &["r1 local #1", ".x"],
    );
    has(Lang::Freemarker, "<#assign a = xs?map(x -> x.y) b = 1>${a}", &["lambda", "name ?map", "a#1 = "]);
}

#[test]
fn go_has_a_dot_and_variables() {
    has(
        Lang::GoTemplate,
        r#"{{define "r"}}{{.A}}{{end}}{{range $i, $o := .Os}}{{template "r" $o}}{{.B.C 1 | printf "%d"}}{{else}}{{.D}}{{end}}"#,
        &[
            "item 2 Template r in 0 body 2",
            "region 1 in 0: loop Template over %2 as #1",
            "r1 name go:template",
            ".C(%",
            "r1 name go:printf",
        ],
    );
    has(
        Lang::GoTemplate,
        r#"{{if and .A (gt (len .B) 2)}}{{with .E}}{{.F}}{{$.G}}{{end}}{{end}}{{- /* x }} */ -}}{{.H}}"#,
        &["name go:len", "name go:gt", "branch on", ".H"],
    );
}

#[test]
fn handlebars_reads_from_the_block_around() {
    has(
        Lang::Handlebars,
        "{{#each os as |o i|}}{{o.a.b}}{{../c}}{{> row o=this}}{{#if (eq d 3)}}{{d}}{{else}}{{fmt e \"x\"}}{{/if}}{{else}}{{f}}{{/each}}{{{g}}}",
        &[
            "region 1 in 0: loop Template over %1 as #1",
            "r1 name hbs:partial",
            "r1 name hbs:eq",
            "name hbs:fmt",
            ".g",
        ],
    );
}

#[test]
fn scripts_keep_their_code() {
    let ejs = to_javascript(source(
        Lang::Ejs,
        "<% xs.forEach(x => { %><%# no %><%= x.a; %><%- include('row', { x }) -%><% }) %>",
    ));
    assert_eq!(
        ejs.text.split_whitespace().collect::<Vec<_>>().join(" "),
        "; xs.forEach(x => { ;__print( x.a ); ;__print( include('row', { x }) ); ; })"
    );
    let pug = to_javascript(source(
        Lang::Pug,
        "extends ../layout\nblock content\n  each o, i in os\n    li(class=o.a,\n       href='/x')= o.b\n    if o.c\n      p: a(href=o.d) Hi #{o.e}\n    else\n      +row(o)\n//- x\n  p= no\nmixin row(o)\n  p= o.f\n",
    ));
    assert_eq!(
        pug.text.split_whitespace().collect::<Vec<_>>().join(" "),
        "include('../layout'); for(const o of (os )){ let i=0; __print(o.a ); __print(o.b ); if(o.c ){ __print(o.d ); __print(o.e ); } else { __mixin_row(o); } } function __mixin_row(o){ __print(o.f ); }"
    );
}

#[test]
fn places_are_those_of_the_file() {
    for (lang, text) in [
        (Lang::Thymeleaf, "é\r\n<p th:text=\"${o.name}\">"),
        (Lang::Jsp, "é\r\n<c:out value=\"${o.name}\"/>"),
        (Lang::Freemarker, "é\r\n<#if o.name></#if>"),
        (Lang::GoTemplate, "é\r\n{{ .o.name }}"),
        (Lang::Handlebars, "é\r\n{{ o.name }}"),
    ] {
        let file = read(lang, text);
        let names = file.bodies[1].ops.iter().filter(|op| matches!(op.kind, OpKind::Get { .. }));
        let shown: Vec<&str> =
            names.map(|op| &text[op.span.start as usize..op.span.end() as usize]).collect();
        assert_eq!(shown, ["o", "name"], "{lang}");
    }
}

#[test]
fn half_a_template_is_read_as_far_as_it_goes() {
    for lang in OWN {
        for text in [
            "<p th:each=\"x : ${x}\" th:if=\"",
            "<p th:text='${x",
            "<c:forEach items=\"${x",
            "${",
            "<#list x as",
            "<#if x><@a b=",
            "{{#each",
            "{{/if}}{{else}}{{end}}",
            "{{{x",
            "{{range .x}}{{define",
            "</p></#list></c:if><%--",
            "[[${x",
            "{{\"é",
            "<é th:x='ü'>",
        ] {
            read(*lang, text);
        }
    }
}

#[test]
fn large_and_broken_input() {
    let n = 20_000;
    let mut texts = vec![
        "<p th:each=\"x : ${x}\" th:if=\"${y}\">".repeat(n),
        "<p th:fragment=\"f\">".repeat(n),
        format!("<p th:text=\"${{{}1}}\">", "x ? (".repeat(n)),
        format!("${{{}}}", "a[".repeat(n)),
        format!("${{{}a}}", "!".repeat(n)),
        format!("${{1{}}}", "+1".repeat(n)),
        format!("${{a{}}}", ".b()".repeat(n)),
        "<c:forEach items=\"${x}\" var=\"y\"><c:choose><c:when test=\"${z}\">".repeat(n),
        "<#list x as x><#if y>".repeat(n),
        "<#macro a b><@a b=b>".repeat(n),
        "{{range .}}{{with .x}}".repeat(n),
        "{{define \"x\"}}".repeat(n),
        format!("{{{{ {} }}}}", "(x ".repeat(n)),
        "{{#each x}}{{#if y}}{{z}}".repeat(n),
        "{{#each x}}".repeat(n) + &"{{/if}}{{a}}".repeat(n),
        "{{{".repeat(n),
        "{{!--".repeat(n),
        "<a \"<b '".repeat(n),
        "<script>".repeat(n),
    ];
    let mut state = 7u32;
    let words = [
        "{{", "}}", "{", "}", "${", "<p ", ">", "</p>", "th:each=", "\"", "'", "<#list ", "<c:if ", "<%",
        "%>", "[[", "]]", ":", "x", ".", "(", ")", " in ", "as", "else", "end", "é", "\n", "=", "~{", "::",
        "|", "?", "!", "#each ", "/",
    ];
    texts.push((0..n * 5).map(|_| words[random(&mut state) as usize % words.len()]).collect());
    texts.push((0..n * 5).map(|_| char::from(random(&mut state) as u8)).collect());
    for text in texts {
        for lang in OWN {
            assert!(lower(source(*lang, &text)).items.len() >= 2);
        }
        for lang in [Lang::Ejs, Lang::Pug] {
            to_javascript(source(lang, &text));
        }
    }
}

fn random(state: &mut u32) -> u32 {
    *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    *state >> 16
}
