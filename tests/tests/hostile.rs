//! Inputs that break analysers. What once crashed one is kept here forever.
//!
//! perflint is run on pull requests of strangers, so nothing in a repository may crash it, hang it, lead it out of the
//! folder or write to the reviewer's terminal. Times are not asserted: [`run`] gives up on a command that hangs.

use perflint_tests::command::{Run, perflint, run};
use perflint_tests::report::{Report, scan};
use perflint_tests::sample::{CLEAN, REQUESTS, RULE};
use perflint_tests::tree::Tree;

/// One name per front end.
const NAMES: &[&str] = &[
    "a.py",
    "a.js",
    "a.jsx",
    "a.ts",
    "a.tsx",
    "a.vue",
    "a.svelte",
    "a.rs",
    "a.sql",
    "a.j2",
    "a.prisma",
    "a.go",
    "A.java",
    "a.kt",
    "a.rb",
    "a.erb",
    "a.haml",
    "a.slim",
    "a.cs",
    "a.php",
    "a.orm.xml",
    "a.orm.yml",
    "a.blade.php",
    "a.twig",
    "a.cshtml",
    "a.html",
    "a.jsp",
    "a.ftl",
    "a.gohtml",
    "a.hbs",
    "a.ejs",
    "a.pug",
];

/// Those of programming languages, whose expressions nest.
const PROGRAMS: &[&str] =
    &["a.py", "a.js", "a.ts", "a.tsx", "a.rs", "a.go", "A.java", "a.kt", "a.rb", "a.cs", "a.php"];

/// Of each syntax of templates, something that nests.
const TEMPLATES: &[(&str, &str, &str, &str)] = &[
    ("a.html", "<p th:each=\"x : ${x}\" th:if=\"${x}\">", "[[${x}]]", "</p>"),
    ("b.html", "<p th:fragment=\"x\"><b th:replace=\"~{:: x}\"></b>", "[[${x}]]", "</p>"),
    ("c.html", "<p th:text=\"${x", "", "}\">"),
    ("d.html", "<p th:text=\"${x ? (", "1", ")}\">"),
    (
        "a.jsp",
        "<c:forEach items=\"${x}\" var=\"x\"><c:choose><c:when test=\"${x}\">",
        "${x}",
        "</c:when></c:choose></c:forEach>",
    ),
    ("b.jsp", "<c:out value=\"${x[", "", "]}\"/>"),
    ("c.jsp", "<% x <c:out \"", "", "%>"),
    ("a.ftl", "<#list x as x><#if x>", "${x}", "</#if></#list>"),
    ("b.ftl", "<#macro x x><@x x=x>", "${x}", "</@x></#macro>"),
    ("c.ftl", "${x!(x?map(x -> x.x", "", "))}"),
    ("d.ftl", "<#assign x = [{\"x\": (", "", ")}]>"),
    ("a.gohtml", "{{range $x := .x}}{{if .x}}", "{{.x}}", "{{end}}{{end}}"),
    ("b.gohtml", "{{define \"x\"}}{{template \"x\" .}}", "{{.x}}", "{{end}}"),
    ("c.gohtml", "{{ (x (", "", ")) }}"),
    ("d.gohtml", "{{ \"", "{{/*", "}}"),
    ("a.hbs", "{{#each x as |x|}}{{#if x}}{{> a}}", "{{x}}", "{{/if}}{{/each}}"),
    ("b.hbs", "{{x (x ", "", ")}}"),
    ("c.hbs", "{{{x {{!-- ", "", "/x}}"),
    ("a.ejs", "<% for (const x of x) { %><%- include('a') %>", "<%= x %>", "<% } %>"),
    ("b.ejs", "<%= (x", "", ") %>"),
    ("a.pug", "each x in x", "p= x", "p x"),
    ("b.pug", "a: b: c(x=(", "", "))"),
    ("c.pug", "mixin x(x)\n +x(x)\n  include c", "p #{x}", "- x(("),
];

/// Scans in every format, and gives the report. Panics if an exit code is not one of the documented ones, or if a control
/// character comes out.
fn survive(tree: &Tree, options: &[&str]) -> Report {
    for format in ["text", "sarif"] {
        let run = run(perflint().args(["scan", "--format", format]).args(options).arg(tree.path()));
        assert!(matches!(run.code, Some(0 | 1 | 4)), "{format}: exit code {:?}: {}", run.code, run.err());
        assert_no_control_characters(&run);
    }
    scan(tree.path(), options)
}

fn assert_no_control_characters(run: &Run) {
    for text in [run.out(), run.err()] {
        let found = text.chars().find(|c| (c.is_control() && !"\n\t".contains(*c)) || is_bidirectional(*c));
        assert_eq!(found, None, "in {text}");
    }
}

/// Characters that reorder the text around them.
fn is_bidirectional(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// How many places could not be parsed.
fn gaps(report: &Report) -> usize {
    report.gaps().map(|gap| gap.count).sum()
}

#[test]
fn broken_syntax_is_a_gap_and_the_rest_is_read() {
    for (name, broken) in [
        ("a.py", "def f(:\n    return [\n"),
        ("a.js", "{ try { } catch { (, e"),
        ("a.ts", "class A { constructor(private x: { }\nfunction ("),
        ("a.rs", "fn f( { let x = ; }"),
        ("a.go", "package a\nfunc f( { x := }"),
        ("A.java", "class A { void f( { int x = ; }"),
        ("a.rb", "class A\ndef f(\nend\n"),
        ("a.php", "<?php class A { function f( { $x = ; }"),
    ] {
        let tree = Tree::of(&[(name, broken), ("ok/b.py", REQUESTS)]);
        let report = survive(&tree, &[]);
        assert!(gaps(&report) > 0, "{name}");
        assert_eq!(report.findings.len(), 1, "{name}: the other file is judged");
    }
}

/// SQL is read statement by statement, in dialects that no parser knows all of: what is not understood is left out.
#[test]
fn broken_sql_is_left_out() {
    let statements =
        ["SELECT FROM WHERE ((; CREATE TABLE (", "((", "hello", "'", "/*", "$$", "BEGIN; $x$ END"];
    for text in statements {
        assert_eq!(survive(&Tree::of(&[("a.sql", text)]), &[]).coverage.files, 1, "{text}");
    }
}

#[test]
fn half_a_template_is_read_as_far_as_it_goes() {
    let halves = [
        "{% for x in xs %}{{ x.y",
        "{% endfor %}{% if",
        "{{ {{ {{",
        "<script>let x = {{ y }};",
        "{# never closed",
    ];
    for half in halves {
        survive(&Tree::of(&[("templates/a.html", half)]), &[]);
        survive(&Tree::of(&[("views/a.erb", &half.replace("{%", "<%").replace("{{", "<%="))]), &[]);
    }
}

/// Mappings and change logs are data: what they repeat, nest or call otherwise than expected is no program.
#[test]
fn documents_that_are_none() {
    let laughs: String = (1..40).map(|n| format!("a{n}: &a{n} [*a{m}, *a{m}]\n", m = n - 1)).collect();
    let entities: String = (1..40).map(|n| format!("<!ENTITY a{n} \"&a{m};&a{m};\">", m = n - 1)).collect();
    let deep = 100_000;
    let texts = [
        ("orm.yml", format!("a0: &a0 b\n{laughs}A: {{type: entity, oneToMany: *a39}}")),
        ("orm.yml", "[".repeat(deep)),
        ("orm.yml", "{a: ".repeat(deep)),
        ("orm.yml", "- ".repeat(deep)),
        ("orm.yml", "? ".repeat(deep)),
        ("orm.yml", "&a ".repeat(deep)),
        ("orm.yml", "A: {type: {entity: [A]}, oneToMany: [a, {b: c}], manyToOne: 1}".to_owned()),
        (
            "orm.yml",
            "A: {type: entity, oneToMany: {a: {targetEntity: A}, a: {targetEntity: [A]}}}".to_owned(),
        ),
        (
            "orm.yml",
            "A: {type: entity, repositoryClass: A, manyToOne: {'a; f()': {targetEntity: A}}}".to_owned(),
        ),
        ("orm.xml", format!("<!DOCTYPE a [<!ENTITY a0 \"b\">{entities}]><entity name=\"&a39;\"/>")),
        ("orm.xml", "<entity name=\"A\">".repeat(deep)),
        ("orm.xml", "<entity ".repeat(deep)),
        (
            "orm.xml",
            "<m><entity name=\"A\"><many-to-one field=\"a\" target-entity=\"A\"/></entity></m>".to_owned(),
        ),
    ];
    for (ending, text) in texts {
        let log = format!("databaseChangeLog: {text}");
        let files = [(format!("A.{ending}"), text), (format!("changelog/{ending}"), log)];
        survive(&Tree::of(&files), &["--max-file-size", "16M"]);
    }
}

/// A statement as a program.
fn program(name: &str, statement: &str) -> String {
    match name.rsplit('.').next() {
        Some("rs") => format!("fn f() {{\nlet {statement};\n}}\n"),
        Some("go") => format!("package a\nfunc f() {{\n{statement}\n}}\n"),
        Some("java") => format!("class A {{ void f() {{\nvar {statement};\n}} }}\n"),
        _ => statement.to_owned(),
    }
}

#[test]
fn a_hundred_thousand_parentheses() {
    // On many lines: one long line is taken for minified code, and skipped.
    let (open, close) = ("((((((((((\n".repeat(10_000), "))))))))))\n".repeat(10_000));
    let nested = format!("x = {open}1{close}");
    let unclosed = format!("x = {open}");
    let lists = nested.replace('(', "[").replace(')', "]");
    let braces = open.replace('(', "{");
    for name in PROGRAMS {
        for text in [&nested, &unclosed, &lists, &braces] {
            let report = survive(&Tree::of(&[(*name, program(name, text))]), &[]);
            let start = &text[..20];
            assert_eq!(report.coverage.files, 1, "{name}: {start}");
            assert!(gaps(&report) > 0, "{name}: what was not followed is said: {start}");
        }
    }
}

#[test]
fn constructs_nest_deeper_than_any_stack() {
    let deep = 20_000;
    let shapes = [
        ("x = ", "f(\n", "1", ")"),
        ("x = a", "", "", ".b()\n"),
        ("x = a", "", "", ".b\n"),
        ("x = (1", "", "", " + f(1)\n"),
        ("x = ", "- ", "1", ""),
    ];
    for name in PROGRAMS {
        for (start, open, middle, close) in shapes {
            let end = if start.ends_with("(1") { ")" } else { "" };
            let text = [start, &open.repeat(deep), middle, &close.repeat(deep), end].concat();
            survive(&Tree::of(&[(*name, program(name, &text))]), &[]);
        }
    }
    let loops = format!("{}{{{{ x }}}}{}", "{% for x in x %}".repeat(deep), "{% endfor %}".repeat(deep));
    survive(&Tree::of(&[("templates/a.html", loops)]), &[]);
    for (name, open, middle, close) in TEMPLATES {
        for close in [*close, ""] {
            let text = format!(
                "{}\n{middle}\n{}",
                format!("{open}\n").repeat(deep),
                format!("{close}\n").repeat(deep)
            );
            survive(&Tree::of(&[(*name, text)]), &["--max-file-size", "16M"]);
        }
    }
    let query = format!("SELECT {}1{};", "(SELECT ".repeat(deep), ")".repeat(deep));
    survive(&Tree::of(&[("a.sql", query)]), &[]);
}

#[test]
fn long_chains_of_decisions() {
    let many = |link: &str| (0..3_500).map(|n| link.replace("{n}", &n.to_string())).collect::<String>();
    let python =
        format!("def f(x):\n    if x:\n        pass\n{}", many("    elif x == {n}:\n        g({n})\n"));
    let nested: String = (0..3_500).map(|n| format!("{}if x:\n", " ".repeat(n))).collect();
    let braces = many(" else if (x == {n}) { g({n}); }");
    for (name, text) in [
        ("a.py", python),
        ("deep.py", format!("{nested}{}pass\n", " ".repeat(3_500))),
        ("a.js", format!("function f(x) {{ if (x) {{ }}{braces} }}")),
        ("a.ts", format!("function f(x: number) {{ if (x) {{ }}{braces} }}")),
        ("a.rs", format!("fn f(x: u32) {{ if x == 7 {{ }}{braces} }}")),
        ("a.rb", format!("def f(x)\nif x\n{}end\nend\n", many("elsif x == {n}\ng({n})\n"))),
        (
            "a.php",
            format!("<?php function f($x) {{ if ($x) {{ }}{} }}", many(" else if ($x == {n}) { g({n}); }")),
        ),
        ("A.java", format!("class A {{ void f(int x) {{ if (x == 7) {{ }}{braces} }} }}")),
        ("a.go", format!("package a\nfunc f(x int) {{ if x == 7 {{ }}{braces} }}")),
    ] {
        // The largest of them is larger than the cap for files.
        survive(&Tree::of(&[(name, text)]), &["--max-file-size", "16M"]);
    }
}

#[test]
fn literals_of_fifty_thousand_elements() {
    let elements = "1, ".repeat(50_000);
    let pairs: String = (0..50_000).map(|n| format!("\"k{n}\": {n}, ")).collect();
    for (name, text) in [
        ("list.py", format!("import requests\nX = [{elements}]\nfor x in X:\n    requests.get(x)\n")),
        ("map.py", format!("X = {{{pairs}}}\n")),
        ("list.ts", format!("export const xs = [{elements}]\nfor (const x of xs) {{ fetch(x) }}\n")),
        ("map.js", format!("module.exports = {{{pairs}}}\n")),
        ("list.rb", format!("X = [{elements}]\nX.each {{ |x| g(x) }}\n")),
        ("A.java", format!("class A {{ int[] xs = {{{elements}}}; }}\n")),
        ("list.php", format!("<?php const X = [{elements}]; foreach (X as $x) {{ g($x); }}\n")),
        ("list.go", format!("package a\nvar X = []int{{{elements}}}\n")),
        ("list.rs", format!("const X: &[u32] = &[{elements}];\n")),
        ("insert.sql", format!("INSERT INTO t VALUES {} (1);\n", "(1), ".repeat(50_000))),
    ] {
        survive(&Tree::of(&[(name, text)]), &["--max-file-size", "16M"]);
    }
}

/// Code that calls itself in every way: what a bottom-up order, a method resolution order or a cache may trip over.
#[test]
fn programs_that_lead_in_circles() {
    for (name, text) in [
        ("self.py", "def f(x):\n    return f(f(x))\n"),
        ("mutual.py", "def f(x):\n    return g(x)\ndef g(x):\n    return f([x, x])\n"),
        ("bases.py", "class A(B): pass\nclass B(A): pass\nclass C(C): pass\n"),
        ("names.py", "a = b\nb = a\na = a.a\n"),
        ("lambda.py", "f = lambda g: g(g)\nf(f)\n"),
        ("import.py", "from import_ import *\nfrom .import import f\nf()\n"),
        (
            "filter.py",
            "from django.db import models\nclass Q(models.QuerySet):\n    def v(self):\n        return self.filter(a=1)\n",
        ),
        (
            "query.py",
            "from django.db import models\nclass Q(models.QuerySet):\n    def v(self):\n        return self.filter(a=1).v()\n",
        ),
        (
            "growing.py",
            "from django.db import models\nclass A(models.Model):\n    parent = models.ForeignKey('self')\n    def up(self):\n        return self.parent.up()\n",
        ),
        (
            "a.ts",
            "export * from './a'\nimport a from './a'\nexport default a\nclass A extends A { x: A = new A() }\n",
        ),
        (
            "a.rs",
            "use self::a::*;\nmod a { pub use super::*; }\ntrait T: T {}\nfn f() { f(); g() }\nfn g() { f() }\n",
        ),
        ("a.rb", "class A < A\ninclude A\ndef f; f; super; end\nhas_many :as\nend\nA = A\n"),
        (
            "A.java",
            "class A extends A implements A { A a = new A(); A() { this(); } void f() { f(); a.f(); } }\n",
        ),
        (
            "a.go",
            "package a\ntype A struct { A }\ntype B interface { B }\nfunc (a A) f() { a.f(); a.A.f() }\nvar x = x\n",
        ),
        (
            "a.php",
            "<?php class A extends A { use A; function f() { return $this->f()->f(self::f()); } function __get($n) { return $this->$n; } }\n",
        ),
        (
            "views/a.blade.php",
            "@extends('views.a')@include('views.a')@foreach ($x as $x){{ $x->x }}@endforeach",
        ),
        (
            "Views/a.cshtml",
            "@model A\n@foreach (var x in Model.x) { <p>@Html.Partial(\"a\", x)<partial name=\"a\" model=\"x\" /></p> }",
        ),
        ("views/a.ejs", "<%- include('a', { a }) %><% for (const x of x) { %><%- include('./a') %><% } %>"),
        ("views/a.pug", "extends a\ninclude a\nmixin a(x)\n  +a(x)\neach x in x\n  +a(x)\n"),
        ("views/a.hbs", "{{> a}}{{#each x}}{{> views/a this}}{{/each}}"),
        (
            "templates/a.tmpl",
            "{{define \"a\"}}{{template \"a\" .}}{{end}}{{range .}}{{template \"a.tmpl\" .}}{{end}}",
        ),
        (
            "templates/b.html",
            "<p th:fragment=\"b\" th:each=\"x : ${x}\" th:insert=\"~{b :: b}\" th:replace=\"b\">",
        ),
        (
            "templates/a.ftl",
            "<#include \"a.ftl\"><#macro a x><@a x=x/></#macro><#list x as x><@a x=x/></#list>",
        ),
        (
            "views/a.jsp",
            "<jsp:include page=\"a.jsp\"/><c:forEach items=\"${x}\" var=\"x\"><t:a x=\"${x}\"/></c:forEach>",
        ),
        (
            "templates/a.html",
            "{% extends 'a.html' %}{% include 'a.html' %}{% for x in x %}{{ x.x }}{% endfor %}",
        ),
    ] {
        survive(&Tree::of(&[(name, text)]), &["--pedantic"]);
    }
}

/// Call graphs whose paths are many or long, although the code is short.
#[test]
fn call_graphs_without_end() {
    let doubling: String =
        (1..100).map(|n| format!("def f{n}(x):\n    f{0}(x)\n    f{0}([x])\n", n - 1)).collect();
    let chain: String = (1..5_000).map(|n| format!("def f{n}(x):\n    return f{}(x)\n", n - 1)).collect();
    let loops: String =
        (1..200).map(|n| format!("def f{n}(x):\n    for y in x:\n        f{}(y)\n", n - 1)).collect();
    let everybody: String = (0..300)
        .map(|n| {
            format!(
                "def f{n}(x):\n    {}\n",
                (0..20).map(|k| format!("f{}(x); ", (n * 7 + k) % 300)).collect::<String>()
            )
        })
        .collect();
    let base = "import requests\ndef f0(x):\n    requests.get(x)\n";
    for text in [doubling, chain, loops, everybody] {
        survive(&Tree::of(&[("a.py", format!("{base}{text}"))]), &[]);
    }
}

#[test]
fn text_that_is_no_utf8() {
    let latin =
        b"import requests\n\n\ndef f(keys): return [requests.get(u, '\xe9') for u in keys]\n".to_vec();
    let mark = [b"\xef\xbb\xbf", REQUESTS.as_bytes()].concat();
    let windows = REQUESTS.replace('\n', "\r\n").into_bytes();
    for (name, bytes) in [("latin", latin), ("mark", mark), ("windows", windows)] {
        let report = survive(&Tree::of(&[("a.py", bytes)]), &[]);
        let found: Vec<_> = report.findings.iter().map(|f| (f.rule.as_str(), f.place.line)).collect();
        assert_eq!(found, [(RULE, 4)], "{name}");
    }
}

#[test]
fn what_is_no_text_is_counted() {
    let wide: Vec<u8> = "\u{feff}import x\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let tree = Tree::of(&[
        ("wide.py", wide),
        ("nul.py", b"import x\0\n".to_vec()),
        ("empty.py", Vec::new()),
        ("newline.py", b"\n".to_vec()),
    ]);
    let report = survive(&tree, &[]);
    assert_eq!(report.coverage.skipped.get("not text"), Some(&2));
    assert_eq!(report.coverage.files, 2);
}

/// Numbers without a pattern, the same in every run.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn noise_in_every_language() {
    let bytes = noise(1 << 20);
    // Without zeros it passes for text, and as characters of programs it gets past the first token.
    let text: Vec<u8> = bytes[..200_000].iter().map(|byte| (*byte).max(1)).collect();
    let alphabet =
        b"abcx  \n\n\t(){}[]<>;:,.'\"`=+-*/%&|!?#@$\\01 def for in if fn let => async await SELECT";
    let program: Vec<u8> =
        bytes[..200_000].iter().map(|byte| alphabet[usize::from(*byte) % alphabet.len()]).collect();
    for bytes in [bytes, text, program] {
        // What makes a page a template is that something is filled in.
        let bytes = [b"{{ x }}\n", bytes.as_slice()].concat();
        let files: Vec<_> = NAMES.iter().map(|name| (*name, &bytes)).collect();
        let report = survive(&Tree::of(&files), &["--max-file-size", "2M"]);
        let coverage = &report.coverage;
        let accounted = coverage.files + coverage.skipped.values().sum::<usize>();
        // What is called like a template and is no text is no source, like a picture.
        assert!(accounted >= NAMES.len() - 2, "a file is not accounted for: {coverage:?}");
    }
}

#[test]
fn bundles_are_skipped_and_counted() {
    let bundle = "!function(e,t){for(var n=0;n<t.length;n++)e(t[n])}(fetch,[1,2,3]);".repeat(80_000);
    assert!(bundle.len() > 5_000_000);
    let tree = Tree::of(&[("app.js", bundle.as_str()), ("small.js", &bundle[..60_000]), ("a.py", CLEAN)]);
    let report = survive(&tree, &[]);
    assert_eq!(report.coverage.files, 1, "{:?}", report.coverage.skipped);
    assert_eq!(report.coverage.skipped.get("too large"), Some(&1));
    assert_eq!(report.coverage.skipped.get("minified code"), Some(&1));
}

#[test]
fn folders_nest_deeper_than_the_cap() {
    let tree = Tree::of(&[(format!("{}a.py", "d/".repeat(200)), REQUESTS), ("b.py".to_owned(), CLEAN)]);
    let report = survive(&tree, &[]);
    assert_eq!(report.coverage.skipped.get("nested too deeply"), Some(&1));
    assert_eq!(report.coverage.files, 1);
}

#[test]
fn many_small_files() {
    let files: Vec<_> =
        (0..3_000).map(|n| (format!("p{}/m{n}.py", n % 50), "from . import x\nx.y()\n")).collect();
    assert_eq!(survive(&Tree::of(&files), &[]).coverage.files, files.len());
}

/// Configuration of modules leads in circles, out of the folder, or nowhere, and is larger than it should be.
#[test]
fn configuration_of_modules() {
    let deep = format!("{}{}", "{\"a\":".repeat(30_000), "}".repeat(30_000));
    let huge = format!("{{ \"name\": \"{}\" }}", "x".repeat(3 << 20));
    let wide: String = (0..10_000).map(|n| format!("\"x{n}/*\": [\"./*\"],")).collect();
    let chain = (0..2_000).map(|n| {
        (
            format!("c/tsconfig.{n}.json"),
            format!("{{ \"extends\": \"./tsconfig.{}.json\" }}", (n + 1) % 2_000),
        )
    });
    let long = format!("import a from '@/{0}'\nimport b from './{0}'\n", "a/".repeat(1_000));
    let mut files = vec![
        ("a/tsconfig.json".to_owned(), deep.clone()),
        ("a/package.json".to_owned(), deep),
        ("b/package.json".to_owned(), huge),
        ("b/tsconfig.json".to_owned(), format!("{{ \"compilerOptions\": {{ \"paths\": {{ {wide} }} }} }}")),
        (
            "d/tsconfig.json".to_owned(),
            "{ \"extends\": [\"./tsconfig.json\", \"/etc/passwd\", \"../../../../../etc/passwd\"], \"references\": [{ \"path\": \".\" }], \"compilerOptions\": { \"baseUrl\": \"/\", \"paths\": { \"*\": [\"../../../../*\"] } } }".to_owned(),
        ),
        ("e/package.json".to_owned(), "{ \"name\": \"e\", \"main\": \"../../../../etc/passwd\", \"exports\": { \"./*\": \"./../*\" }, \"imports\": { \"#x\": \"#x\" } }".to_owned()),
        ("pnpm-workspace.yaml".to_owned(), "packages: ['**', '{{{', '[', '!']\n".to_owned()),
        ("x.schema.prisma".to_owned(), "generator c {\nprovider = \"prisma-client\"\noutput = \"../../../../..\"\n}\n".to_owned()),
    ];
    files.extend(chain);
    for folder in ["a", "b", "c", "d", "e"] {
        files.push((format!("{folder}/long.ts"), long.clone()));
        let imports =
            ["@/x", "etc/passwd", "/etc/passwd", "e", "e/../../etc/passwd", "#x", "x1/long", "..", "."];
        let imports: String =
            imports.iter().map(|module| format!("import '{module}'\nexport * from '{module}'\n")).collect();
        files.push((format!("{folder}/a.ts"), imports));
    }
    let report = survive(&Tree::of(&files), &[]);
    assert_eq!(report.coverage.files, 11);
    assert_eq!(report.coverage.skipped.get("too large"), Some(&1), "{:?}", report.coverage.skipped);
}

#[cfg(unix)]
mod unix {
    use super::*;
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    #[test]
    fn no_link_leads_anywhere() {
        let secret = Tree::of(&[("secret.py", REQUESTS.replace("fetch", "top_secret"))]);
        let tree = Tree::of(&[("a.py", CLEAN)]);
        symlink(secret.join("secret.py"), tree.join("b.py")).expect("link");
        symlink(secret.path(), tree.join("outside")).expect("link");
        symlink("c.py", tree.join("c.py")).expect("link to itself");
        symlink(".", tree.join("loop")).expect("link to its folder");
        symlink("absent.py", tree.join("d.py")).expect("link to nothing");
        symlink("/dev/zero", tree.join("zero.py")).expect("link to a device");
        let report = survive(&tree, &[]);
        assert!(report.findings.is_empty());
        assert_eq!(report.coverage.files, 1);
        assert_eq!(report.coverage.skipped.get("symbolic link"), Some(&6));
    }

    #[test]
    fn a_root_may_be_a_link() {
        let target = Tree::of(&[("a.py", REQUESTS)]);
        let tree = Tree::new();
        symlink(target.path(), tree.join("link")).expect("link");
        assert_eq!(scan(&tree.join("link"), &[]).findings.len(), 1);
    }

    #[test]
    fn pipes_are_not_waited_for() {
        let tree = Tree::of(&[("a.py", CLEAN)]);
        mknodat(CWD, tree.join("pipe.py"), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("a pipe");
        assert_eq!(survive(&tree, &[]).coverage.skipped.get("not a regular file"), Some(&1));
    }

    /// Titles, clipboards, links, cursor moves and line starts of terminals and build logs.
    #[test]
    fn names_do_not_reach_the_terminal_as_they_are() {
        let tree = Tree::new();
        let long = format!("{}.py", "n".repeat(252));
        let names: &[&[u8]] = &[
            b"\x1b]0;title\x07.py",
            b"\x1b]52;c;aGk=\x07.py",
            b"up\x1b[1A\x1b[2K.py",
            b"a\r::error::x.py",
            b"a\nb.py",
            b"-rf.py",
            b"con.py",
            "\u{202e}yp.exe.py".as_bytes(),
            "\u{9b}31m.py".as_bytes(),
            b"not\xffutf8\xfe.py",
            long.as_bytes(),
        ];
        for name in names {
            std::fs::write(tree.path().join(OsStr::from_bytes(name)), REQUESTS).expect("write");
        }
        let report = survive(&tree, &[]);
        let found = report.findings.len() + report.coverage.unreadable.len();
        assert_eq!(found, names.len(), "{:?}", report.coverage);
        let run = run(perflint().args(["scan", "--strict", "--format", "json"]).arg(tree.path()));
        assert_no_control_characters(&run);
    }

    #[test]
    fn neither_does_what_files_contain() {
        let text = REQUESTS.replace("fetch", "fe\u{202e}tch").replace("url)", "'\x1b]0;x\x07\u{202e}', url)");
        let report = survive(&Tree::of(&[("a.py", text)]), &[]);
        assert!(report.findings.len() + gaps(&report) > 0);
    }

    #[test]
    fn passwords_in_urls_are_not_repeated() {
        let text = REQUESTS.replace("url)", "'postgres://admin:hunter2@db/x', url)");
        let tree = Tree::of(&[("a.py", text)]);
        for format in ["text", "json", "sarif"] {
            let run = run(perflint().args(["scan", "--format", format]).arg(tree.path()));
            assert_eq!(run.code, Some(1));
            assert!(!run.out().contains("hunter2"), "{format}: {}", run.out());
        }
    }

    #[test]
    fn a_folder_called_like_a_file() {
        let tree = Tree::of(&[("x.py/y.py", REQUESTS), ("a.py", CLEAN)]);
        assert_eq!(survive(&tree, &[]).findings.len(), 1);
    }
}
