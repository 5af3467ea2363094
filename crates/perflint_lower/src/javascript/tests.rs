//! One test per point of the contract, then inputs that must not break anything.

use crate::{Source, lower};
use perflint_ir::{BodyKind, FileIr, GapKind, Lang, OpKind, Role, print, validate};

fn file_as(lang: Lang, path: &str, text: &str) -> FileIr {
    let file = lower(Source { path, lang, role: Role::App, text });
    assert_eq!(validate(&file), [], "{text}");
    file
}

fn ts(text: &str) -> FileIr {
    let file = file_as(Lang::TypeScript, "src/a.ts", text);
    assert_eq!(file.gaps, [], "{text}");
    file
}

fn js(text: &str) -> FileIr {
    let file = file_as(Lang::JavaScript, "src/a.js", text);
    assert_eq!(file.gaps, [], "{text}");
    file
}

/// Asserts that the printed file contains the lines, in this order.
fn has(file: &FileIr, lines: &[&str]) {
    let text = print(file);
    let mut rest = text.as_str();
    for line in lines {
        let Some(at) = rest.find(line) else { panic!("missing or out of order: {line}\n{text}") };
        rest = &rest[at + line.len()..];
    }
}

fn lacks(file: &FileIr, line: &str) {
    let text = print(file);
    assert!(!text.contains(line), "{line}\n{text}");
}

/// Runs on a stack as large as a worker's.
fn on_worker(run: impl FnOnce() + Send + 'static) {
    let worker = std::thread::Builder::new().stack_size(256 << 20).spawn(run);
    worker.expect("a thread").join().expect("no panic");
}

#[test]
fn module_variables_are_fields_with_values() {
    let file = ts("let a: Foo = load(1);\nlet b;\nif (a) { b = 2; } else { b = 3; }\nconst [c, { d }] = a;");
    has(
        &file,
        &[
            "Field a in 0 -> Foo init %2",
            "Field b in 0 init %4",
            "Field b in 0 init %5",
            "Field c",
            "Field d",
            "call Plain %0(%1)",
        ],
    );
}

#[test]
fn blocks_of_a_module_have_locals() {
    let file = js("for (const x of xs) { const y = f(x); later(() => y); }");
    has(&file, &["region 1 in 0: loop For over %0 as x#0", "y#1 = %", "Closure of item 0 () [0 <- 1]"]);
    lacks(&file, "Field");
}

#[test]
fn imports() {
    let file = ts(
        "import d, { a as b } from 'x'; import * as ns from './n'; import type { T } from './t'; import './s';",
    );
    has(
        &file,
        &[
            "Item x . default as d",
            "Item x . a as b",
            "Module ./n .  as ns",
            "Item ./t . T as T",
            "Module ./s",
        ],
    );
    let file = ts("import x = require('./y'); import q = A.B.c;");
    has(&file, &["Module ./y .  as x", "Field q in 0 init %2", "%0 r0 name A", "%1 r0 %0.B", "%2 r0 %1.c"]);
}

#[test]
fn exports() {
    let file = ts(
        "export const a = 1, { b } = x; export function f() {} export default class {}\nconst g = 1; export { g as h };",
    );
    has(
        &file,
        &[
            "export a = a",
            "export b = b",
            "export f = f",
            "export default = default",
            "export h = g",
            "Class default",
        ],
    );
    assert!(file.items.iter().skip(1).all(|item| item.flags.is_public));
    has(&ts("const a = 1; export default a;"), &["export default = a"]);
    has(&ts("export default () => 1;"), &["export default = default", "Function default in 0 body 1"]);
    has(&ts("export default make({ a: 1 });"), &["Field default in 0 init %3"]);
    let file = ts("export { q as z, default } from './q'; export * from './all'; export * as n from './n';");
    has(
        &file,
        &[
            "Item ./q . q as \0z",
            "Item ./q . default as \0default",
            "Glob ./all",
            "Module ./n .  as \0n",
            "export z = \0z",
        ],
    );
}

#[test]
fn require_is_an_import_everywhere() {
    let file = js(
        "const x = require('./y'), { a, b: c } = require('./z');\nvar d = require('./d').default;\nlet e; try { e = require('e'); } catch (_) {}",
    );
    has(
        &file,
        &[
            "Module ./y .  as x",
            "Item ./z . a as a",
            "Item ./z . b as c",
            "Item ./d . default as d",
            "Module e .  as e",
        ],
    );
    lacks(&file, "Field x");
    let file =
        js("function f(x) { const x2 = require('./y'); return x2.a(x); } app.use(require('./routes')(1));");
    has(
        &file,
        &["Module ./y .  as x2", "Module ./routes .  as \0./routes", "name \0./routes", "name x2", ".a(%"],
    );
    let file = js("define(function (require) { const x = require('./y'); });");
    has(&file, &["x#1 = %"]);
}

#[test]
fn common_js_exports() {
    let file = js(
        "const b = 1; module.exports = { a, b: b, c() { return 1; }, d: 1 + 2, e: require('./e'), ...require('./all') };",
    );
    has(
        &file,
        &[
            "Module ./e .  as \0e",
            "Glob ./all",
            "export a = a",
            "export b = b",
            "export c = c",
            "export d = d",
            "export e = \0e",
        ],
    );
    has(
        &file,
        &[
            "export default = default",
            "Function c in 0 body",
            "Field d in 0 init",
            "Field default in 0 init",
            "map(a: ",
        ],
    );
    has(&js("module.exports = Foo;"), &["export default = Foo"]);
    has(
        &js("module.exports = new Foo();"),
        &["export default = default", "Field default in 0 init", "call New"],
    );
    has(
        &js("module.exports = (db) => { db.run(); };"),
        &["export default = default", "Function default", "Function of item 1 (db)"],
    );
    let file = js(
        "exports.a = exports.b = void 0;\nexports.a = function () {}; module.exports.b = 1; exports = module.exports = X;",
    );
    has(&file, &["export a = a", "export b = b", "export default = X", "Function a", "Field b"]);
    has(
        &js("module.exports = require('./lib');"),
        &["Glob ./lib", "Module ./lib .  as \0default", "export default = \0default"],
    );
}

#[test]
fn classes() {
    let file = ts("@Entity('t') export class A<T> extends ns.Base<User> implements I, J<K> {\n\
         @Col() name: string; static n = 1; #p = f(); handler = async (q) => this.run(q);\n\
         constructor(private db: Db, @Inject(X) other: Y) { super(db); this.k = other; }\n\
         get size() { return 1; } set size(v) {} abstract go(): Promise<void>; static of() {}\n\
         m(a: string): void; m(a: number): void; m(a: any) { super.m(a); } }");
    has(
        &file,
        &[
            "Class A in 0 : ns.Base<User> : I : J<K> @Entity=%2 body 1",
            "Field name in 1 -> string @Col=%1",
            "Field n in 1 init %2 static",
            "Field #p in 1 init",
            "Function handler in 1 body",
            "Function constructor in 1 body",
            "Field db in 1 -> Db",
            "Function size in 1 body 4 property",
            "Function go in 1 -> Promise<void> abstract",
            "Function of in 1 body 6 static",
            "Function m in 1 body 7",
            ".db = %",
            "super",
            "call Plain",
            ".k = %",
        ],
    );
    assert_eq!(print(&file).matches("Function m in").count(), 1);
    let constructor = file.bodies.iter().find(|body| body.params.len() == 2).expect("the constructor");
    assert_eq!(file.text(constructor.params[1].markers[0].path), "Inject");
    assert!(constructor.params[0].ty.is_some());
    has(&ts("class A extends mixin(Base, other.B) {}"), &["Class A in 0 : mixin<Base, other.B>"]);
    has(
        &js("const A = class B {}; f(class extends C {});"),
        &["Class A in 0", "Class \0class1 in 0 : C", "name \0class1"],
    );
    has(
        &js("function f() { class A { m() {} } return new A(); }"),
        &["Class A in 0 body", "name A", "call New"],
    );
}

#[test]
fn functions_and_closures() {
    let file = ts(
        "export const f = async (a: A, { b, c: [d] = [] }: B, ...rest: C[]): Promise<D> => { g(a, b, d, rest); };",
    );
    has(
        &file,
        &[
            "Function f in 0 -> Promise<D> body 1 async",
            "Function of item 1 (a, , rest) async",
            ".b",
            ".c",
            "join",
            "[%",
            "d#",
        ],
    );
    assert!(file.bodies[1].params[1].ty.is_some());
    let file = js("function f(x) { use(x); return g; function g() { return () => x + h; } let h = 1; }");
    has(
        &file,
        &["g#1 = %0", "Closure of item 1 () [0 <- 0] [1 <- 2]", "Closure of item 1 () [0 <- 0] [1 <- 1]"],
    );
    let file = js("function* f() { yield 1; yield* g(); } async function* h() {}");
    assert!(file.bodies[1].is_generator && file.bodies[2].is_generator && file.bodies[2].is_async);
}

#[test]
fn shadowing_and_hoisting() {
    let file = js("function f(x) { { const x = 1; a(x); } b(x); if (y) { var z = 1; } return z; }");
    has(&file, &["x#2 = %", "local x#2", "local x#0", "local z#1"]);
    let file = js("function f() { for (const i of xs) { g(i); } return i; }");
    has(&file, &["local i#0", "name i", "Return"]);
    let file = js("const f = function g(n) { return g(n - 1); };");
    has(&file, &["Function f", "name g"]);
}

#[test]
fn defaults_are_evaluated_where_they_belong() {
    let file = js("function f(a = 1, b = db, c = a, d = now()) { return d; }");
    let params = &file.bodies[1].params;
    assert_eq!(file.bodies[0].op(params[0].default).kind, OpKind::Int(1));
    assert!(params[1].default.is_some() && !params[2].default.is_some() && !params[3].default.is_some());
    has(&file, &["branch on", "join(", "d#3 = %"]);
    let file = js("function f() { return (a = 2) => a; }");
    let (outer, closure) = (&file.bodies[1], &file.bodies[2]);
    assert_eq!(closure.kind, BodyKind::Closure);
    assert_eq!(outer.op(closure.params[0].default).kind, OpKind::Int(2));
}

#[test]
fn calls_point_at_the_called_name() {
    let text = "a.b\n  .c(1, ...x).d?.(2); new ns.Foo<Bar>(y); obj['m'](); f<User, q.R>(1);";
    let file = ts(text);
    has(&js("(0, x_1.f)(q);"), &["%0 r0 name x_1", "call Plain %0.f(%1)"]);
    has(&file, &[".c(%", ".d(%", "call New %", ".Foo(<0>: %", ".m()", "(<0>: %", "<1>: %"]);
    let body = &file.bodies[0];
    let starts: Vec<&str> = (body.ops.iter())
        .filter(|op| matches!(op.kind, OpKind::Call(_)))
        .map(|op| &text[op.span.start as usize..op.span.end() as usize])
        .collect();
    assert_eq!(starts, ["c(1, ...x)", "d?.(2)", "Foo<Bar>(y)", "'m']()", "f<User, q.R>(1)"]);
}

#[test]
fn strings_and_templates() {
    has(
        &js("f(`a`, 'b', `x${y}z${w}`, 'a' + b);"),
        &["\"a\"", "\"b\"", "\"x\"", "name y", "\"z\"", "text(", "Add("],
    );
    has(&ts("db.sql`select ${id}`; sql<User>`x`;"), &["\"select \"", "text(", ".sql(%", "(<0>: "]);
}

#[test]
fn operators_and_assignments() {
    let file = js(
        "function f(a, b) { a = b; a.x = 1; a[0] = 2; a += b; a.n++; m = a; ({ a, k: b = 1, ...a } = b); [a, ...b] = a; a ??= g(); }",
    );
    has(
        &file,
        &[
            "branch on",
            "a#0 = %",
            ".x = %",
            "%8 r0 store(%6, %7, %5)",
            "Add(",
            "a#0 = ",
            ".n = %",
            "unknown(",
            ".a",
            ".k",
            "join",
            "[..",
            "join(",
        ],
    );
    has(
        &js("x(!a, -1, typeof b, 1.5, void 0, undefined, a in b, a === b, a | b, a % b, a < b, /r/, 1n)"),
        &["%2 r0 not %1", "-1", "unknown(", "null", "null", "In(", "Eq(", "BitOr(", "Mod(", "Order("],
    );
    has(
        &js("a !== b; a != b; !a;"),
        &[
            "%2 r0 Eq(%0, %1)",
            "%3 r0 not %2",
            "%6 r0 Eq(%4, %5)",
            "%7 r0 not %6",
            "%8 r0 name a",
            "%9 r0 not %8",
        ],
    );
    has(
        &js("x({ a, 'b-c': 1, [k()]: 2, ...o, m() {}, get g() { return 1; } }, [1, , ...xs])"),
        &["map(a: %", "b-c: %", "**%", "m: %", "list(%"],
    );
}

#[test]
fn decisions() {
    let file = js("if (a) f(); else if (b) g(); else h();");
    has(&file, &["branch on %0 arm 0", "branch on %0 arm 1", "branch on %0 arm 2 last"]);
    has(&js("x = a ? f() : g();"), &["branch on %0 arm 0", "arm 1 last", "join("]);
    let file = js("a && b; c && d(); e ?? f.g;");
    has(
        &file,
        &[
            "region 1 in 0: branch on %0 arm 0\n",
            "region 2 in 0: branch on %3 arm 0\n",
            "region 3 in 0: branch on %7 arm 1 last\n",
            "%0 r0 name a",
            "%1 r1 name b",
            "%2 r0 join(%0, %1)",
            "%3 r0 name c",
            "%4 r2 name d",
            "%5 r2 call Plain %4()",
            "%6 r0 join(%3, %5)",
            "%7 r0 name e",
            "%8 r3 name f",
            "%9 r3 %8.g",
            "%10 r0 join(%7, %9)",
        ],
    );
    lacks(&file, "region 4");
    let file = js("a || b;");
    has(&file, &["region 1 in 0: branch on %0 arm 1 last", "%1 r1 name b", "%2 r0 join(%0, %1)"]);
    let file = js("switch (x) { case 1: case 2: f(); break; default: g(); }");
    has(&file, &["arm 0", "arm 1 last"]);
    lacks(&file, "Break");
    let file = js("try { f(); } catch ({ message }) { g(message); } finally { h(); }");
    has(&file, &["handler", "r0 name f", "r1 local message", "r0 name h"]);
    let file = ts("async function f() { await using r = open(); work(r); }");
    has(&file, &["scope of %", "r1 call"]);
}

#[test]
fn loops() {
    has(&js("for (const { a, b } of f()) g(a);"), &["loop For over %1 as #", "local #", ".a", "a#"]);
    has(
        &js("async function f() { for await (const x of y()) g(x); }"),
        &["loop For over %2 as x", "await %1"],
    );
    has(
        &js("for (let i = 0; i < xs.length; i++) f(xs[i]);"),
        &["loop For over %2 as _", "%2 r0 name xs", "[%"],
    );
    has(&js("for (let i = 0, n = a.b.length; i < n; ++i) {}"), &["loop For over"]);
    has(&js("for (let i = xs.length - 1; i >= 0; i--) {}"), &["loop For over"]);
    has(&js("for (let i = 0; i < 10; i += 1) {}"), &["loop For over %2", "%2 r0 10"]);
    has(&js("for (;;) { break; }"), &["loop While over _", "Break"]);
    has(&js("for (const k in o) f(k);"), &["loop For over %0 as _", "k#0 = %"]);
    has(
        &js("while (f()) { continue; }  do { g(); } while (h());"),
        &["loop While over %1", "loop While over %", "Continue"],
    );
    has(&js("outer: for (const a of b) { switch (a) { case 1: break outer; } }"), &["Break"]);
}

#[test]
fn jsx() {
    let file = file_as(
        Lang::Tsx,
        "a.tsx",
        "export const P = ({ xs }: Props) => <><ui.List a={1} b='s' c {...rest}>t{xs.map((x) => <Row key={x.id} />)}</ui.List><div id='d' onClick={f()}>{g()}</div></>;",
    );
    has(&file, &[".List", "call Tag %", "(a: %", "b: %", "c: %", "**%", "unknown("]);
    has(&file, &["call Tag %", "(key: %"]);
    assert_eq!(file.gaps, []);
}

#[test]
fn types() {
    let file = ts(
        "interface I extends J<K> { a?: string | null; b(): Promise<User[]>; c: () => X; readonly d: readonly Y[]; e: A & B; f: import('./z').Z; g: 'x' | Q; get h(): N.M; }\n\
         type O = { a: number }; type P = Partial<User>; enum E { A = 1, B } namespace N { export const v = f(); function g() {} }\n\
         declare function h(a: string): User; declare module 'm' { export class C {} }",
    );
    has(
        &file,
        &[
            "Interface I in 0 : J<K>",
            "Field a in 1 -> string",
            "Function b in 1 -> Promise<Array<User>> abstract",
            "Function c in 1 -> X abstract",
            "Field d in 1 -> Array<Y>",
            "Field e in 1 -> A",
            "Field f in 1 -> Z",
            "Field g in 1 -> ? | Q",
            "Function h in 1 -> N.M property abstract",
            "Interface O in 0",
            "Field a in 10 -> number",
            "Interface P in 0 : Partial<User>",
            "Class E in 0",
            "Field A in 13 init %0 static",
            "Module N in 0 body",
            "Field v in 16 init %1",
            "Function g in 16",
            "Function h in 0 -> User abstract",
            "Module m in 0",
            "Class C in",
        ],
    );
}

#[test]
fn components() {
    let vue = "<template>\n  <a :b=\"c < d\"/>\n</template>\n<script lang=\"ts\">\nexport default { a }\n</script>\n<!-- <script>x(</script> -->\n<script setup lang='ts'>\nconst é: Foo = f();\n</script>\n<style></style>";
    let file = file_as(Lang::Vue, "a.vue", vue);
    assert_eq!((file.lang, file.gaps.len()), (Lang::Vue, 0));
    has(&file, &["export default = default", "Field é in 0 -> Foo"]);
    let field = file.items.iter().find(|item| file.text(item.name) == "é").expect("the field");
    assert_eq!(&vue[field.name_span.start as usize..field.name_span.end() as usize], "é");
    has(
        &file_as(
            Lang::Svelte,
            "a.svelte",
            "<script>\n export let a = f(); $: b = a;\n</script>\n{#each xs as x}{/each}",
        ),
        &["Field a", "Field b"],
    );
    for text in [
        "",
        "<template/>",
        "<script",
        "<script>",
        "<script>a(",
        "<script src='x'/>",
        "<scripty>x</scripty>",
        "<!-- <script>",
    ] {
        file_as(Lang::Vue, "a.vue", text);
    }
}

#[test]
fn nothing_is_lost() {
    let file = js("label: { (0, f()); throw g(); } delete h().x; k()`x`; import('./l'); export { };");
    has(&file, &["name f", "name g", "Raise %", "name h", "unknown(", "name k", "name import", "\"./l\""]);
}

#[test]
fn syntax_errors_are_gaps() {
    for text in [
        "{ try { } catch { (, e",
        "const = ;",
        "class {",
        "a b c",
        "\u{0}",
        "/*",
        "`${",
        "<div>",
        "return 1;",
        "'\\",
    ] {
        let file = file_as(Lang::JavaScript, "a.js", text);
        assert!(text == "return 1;" || !file.gaps.is_empty(), "{text}");
    }
    assert_eq!(file_as(Lang::TypeScript, "a.ts", "").gaps, []);
    assert_eq!(file_as(Lang::TypeScript, "a.ts", " \r\n// only a comment\r\n").gaps, []);
    has(&js("#!/usr/bin/env node\r\n'use strict';\r\nconst a = f();\r\n"), &["Field a in 0 init %1"]);
    has(
        &file_as(
            Lang::JavaScript,
            "flow.js",
            "// @flow\nimport type { A } from 'a';\nfunction f(x: A): B { return g(x); }",
        ),
        &["Function f"],
    );
}

#[test]
fn deep_nesting_overflows_no_stack() {
    on_worker(|| {
        let deep = |text: &str, lang: Lang| {
            let file = file_as(lang, "deep", text);
            file.gaps.iter().map(|gap| gap.kind).collect::<Vec<_>>()
        };
        let n = 100_000;
        assert!(!deep(&format!("{}1{}", "(".repeat(n), ")".repeat(n)), Lang::JavaScript).is_empty());
        assert_eq!(deep(&format!("x = 1{}", "+1".repeat(n)), Lang::JavaScript), []);
        assert_eq!(deep(&format!("x = a{}", " || b()".repeat(10_000)), Lang::JavaScript), []);
        assert_eq!(
            deep(&format!("if (a) {{ f(); }}{}", " else if (b) { g(); }".repeat(3_500)), Lang::TypeScript),
            []
        );
        assert_eq!(deep(&format!("x = a{}", ".b()".repeat(900)), Lang::TypeScript), []);
        assert_eq!(deep(&format!("x = a{}", ".b()".repeat(n)), Lang::TypeScript), [GapKind::Depth]);
        for (open, close) in [
            ("!", ""),
            ("-", ""),
            ("a=>", ""),
            ("a?b:", ""),
            ("a=", ""),
            ("new ", ""),
            ("if(a)", ""),
            ("<a>", "</a>"),
        ] {
            let text = format!("{}x{}", open.repeat(n), close.repeat(n));
            assert!(!deep(&text, Lang::JavaScript).is_empty(), "{open}");
        }
        deep(&format!("let a: {}X", "keyof ".repeat(n)), Lang::TypeScript);
        deep(&format!("let a: {}X{}", "A<".repeat(n), ">".repeat(n)), Lang::TypeScript);
        deep(&format!("{}x", "a:".repeat(n)), Lang::TypeScript);
    });
}

#[test]
fn bodies_with_too_many_regions_are_gaps() {
    let file = file_as(Lang::JavaScript, "a.js", &"if (a) b();\n".repeat(70_000));
    assert!(file.gaps.iter().any(|gap| gap.kind == GapKind::Size));
}

#[test]
fn random_bytes_break_nothing() {
    let pieces = [
        "{",
        "}",
        "(",
        ")",
        "=>",
        "class ",
        "async ",
        "function ",
        "a",
        "b.c",
        "`",
        "${",
        "<",
        ">",
        "/",
        "'",
        "@",
        ":",
        "?",
        "=",
        ",",
        ";",
        "\n",
        "import ",
        "export ",
        "é",
        "...",
        "[",
        "]",
        "for",
        "of",
        "await ",
        "if",
        "else",
        "\u{0}",
    ];
    let mut seed = 7u32;
    for length in 0..600 {
        let mut text = String::new();
        for _ in 0..length % 60 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text.push_str(pieces[(seed >> 16) as usize % pieces.len()]);
        }
        for lang in [Lang::JavaScript, Lang::Tsx, Lang::Vue] {
            file_as(lang, "random", &text);
        }
    }
}
