//! Small snippets, one per promise, and inputs that must not break anything.

use perflint_ir::{FileIr, GapKind, Lang, OpKind, Role, print, validate};
use perflint_syntax::Source;

fn lower(text: &str) -> FileIr {
    let file = crate::lower(Source { path: "src/A.cs", lang: Lang::CSharp, role: Role::App, text });
    assert_eq!(validate(&file), Vec::new(), "{}", print(&file));
    file
}

/// True if the printed file has lines with these ends.
#[track_caller]
fn has(text: &str, expected: &[&str]) {
    let file = lower(text);
    let printed = print(&file);
    assert!(file.gaps.is_empty(), "{printed}");
    for line in expected {
        assert!(printed.lines().any(|found| found.trim_end().ends_with(line)), "no `{line}` in\n{printed}");
    }
}

/// Statements in a method with some parameters.
fn body(code: &str) -> String {
    format!("class A {{ async Task F(Db db, List<X> xs, object o) {{ {code} }} }}")
}

#[test]
fn namespaces_and_usings() {
    has(
        "using A.B;\nglobal using G;\nusing X = C.D;\nusing static E.F;\nnamespace N.M;\nclass K {}",
        &["package N.M", "import Glob A.B .  as", "Glob G .  as global", "Item C . D as X", "Glob E.F .  as"],
    );
    has("namespace N.M { class K {} }", &["package N.M", "Class K in 0 body 1"]);
    has(
        "namespace N { class K {} } namespace M { }",
        &["Module N in 0 body 1", "Class K in 1 body 2", "Module M in 0 body 3"],
    );
}

#[test]
fn types_have_members_and_attributes() {
    has(
        "[Table(\"a\")] public partial class A : B<C>, ID { [Required] public virtual List<X> Xs { get; set; } = new(); \
         private readonly Y? _y; public int N => _y.N; public const int Z = 1; static A Make(params int[] ns) => new(); }",
        &[
            "Class A in 0 : B<C> : ID @Table=%2 body 1 open",
            "-> List<X> @Required=%1 @virtual init %4",
            "Field _y in 1 -> Y",
            "-> int body 2 property",
            "Field Z in 1 -> int init %5 static",
            "Function Make in 1 -> A body 3 static",
            "call New %2(<0>: %3)",
        ],
    );
}

#[test]
fn constructors_records_and_enums() {
    has(
        "record R(long Id, string Name) : B(Id);",
        &["Field Id in 1 -> long", "Function R in 1 body 2 constructor", "call Plain %0(%1)", "%4.Id = %3"],
    );
    has("class A { A(int x) : base(x) {} A() : this(1) {} }", &["body 2 constructor", "body 3 constructor"]);
    has("enum E { P, Q = 2 }", &["Field P in 1 -> E static", "Field Q in 1 -> E init %0 static"]);
    has("interface I { Task<X> F(Y y); X P { get; } }", &["-> Task<X> body 2 abstract", "Field P in 1 -> X"]);
}

#[test]
fn extension_methods_extend() {
    has(
        "static class E { public static IQueryable<T> Live<T>(this IQueryable<T> q, bool x) where T : Base { return q.Where(t => t.Live); } }",
        &[
            "Extension IQueryable in 1 : IQueryable<Base>",
            "Function Live in 2 -> IQueryable<T> @<> \"T\" body 2",
            "q#1 = %0",
        ],
    );
    has("static class E { static void F<T>(this T x) where T : Base {} }", &["Extension T in 1 : Base"]);
}

#[test]
fn chains_calls_and_arguments() {
    has(
        &body("var y = await db.Xs.Include(x => x.Y).FirstOrDefaultAsync<X>(id: 3);"),
        &["%1.Include(%2)", "%3.FirstOrDefaultAsync(id: %4, <0>: %5)", "await %6"],
    );
    has(&body("var n = o?.A?.B(1)[2]!.C;"), &["%0.A", "%1.B(%2)", "%3[%4]", "%5.C"]);
    has(&body("await o?.B();"), &["%0.B()", "await %1"]);
    has(&body("var b = o == xs?.First().N;"), &["%1.First()", "%2.N", "Eq(%0, %3)"]);
    has(&body("if (d.TryGetValue(o, out var v)) { v.G(); }"), &["%0[%1]", "v#3 = %4", "%6.G()"]);
    has(&body("F(nameof(db.Xs));"), &["\"Xs\""]);
}

#[test]
fn objects_and_collections() {
    has(&body("var a = new X { N = 1, Ys = { o } };"), &["%1.N = %2", "%1.Ys", "%4.Add(%5)"]);
    has(&body("var a = new List<X> { o, o };"), &["list(%0, %1)"]);
    has(&body("var a = new Dictionary<string, X> { [\"k\"] = o };"), &["map(k: %1)"]);
    has(&body("X a = new(o);"), &["call New %1(%0)", "%2 as X"]);
    has(&body("var a = new { db.Name, N = 1 };"), &["map(Name: %1, N: %2)"]);
    has(&body("int[] a = [1, ..xs];"), &["list(%0, *%1)"]);
}

#[test]
fn statements() {
    has(&body("foreach (X x in xs) { x.G(); }"), &["loop For over %0 as x#3", "%1 as X"]);
    has(&body("await foreach (var (k, v) in xs) { v.G(); }"), &["%1[%2]", "%1[%5]"]);
    has(&body("for (int i = 0; i < xs.Count; i++) { F(i); }"), &["loop For over %3 as _"]);
    has(&body("using var c = db.Open(); c.Run();"), &["scope of %1"]);
    has(&body("if (o is X { N: > 1 } x) { x.G(); }"), &["%1.N", "x#3 = %1"]);
    has(
        &body("switch (o) { case X x: x.G(); break; default: H(); break; }"),
        &["branch on %0 arm 0", "branch on %0 arm 1 last"],
    );
    has(&body("var s = o switch { X x => x.N, _ => 0 };"), &["join(%5, %7)"]);
    has(&body("int G(int n) => n; G(1);"), &["G#3 = %0", "call Plain %2(%3)"]);
    has(&body("_x ??= db.Load();"), &["branch on %0 arm 1 last", "%3._x = %2"]);
}

#[test]
fn queries_are_calls() {
    has(
        &body("var q = from x in db.Xs where x.Live orderby x.N descending select x.Y;"),
        &["%1.Where(%2)", "%3.OrderByDescending(%4)", "%5.Select(%6)"],
    );
    has(
        &body("var q = from x in db.Xs from y in x.Ys let z = y.Z select new { x, z };"),
        &["%1.SelectMany(%2, %3)", "%4.Select(%5)", "%6.Select(%7)"],
    );
    has(
        &body("var q = from x in db.Xs join y in db.Ys on x.Id equals y.Id into g group x by x.N;"),
        &["%1.GroupJoin(%3, %4, %5, %6)", "%7.GroupBy(%8, %9)"],
    );
}

#[test]
fn strings() {
    has(
        &body("F(@\"a\"\"b\", $\"x {o} y\", \"\"\"raw\"\"\", \"t\\t\");"),
        &["\"a\\\"b\"", "text(%2, %3, %4)", "\"raw\"", "\"t\\t\""],
    );
}

#[test]
fn programs_are_initialisers() {
    has(
        "var app = Build(); app.MapGet(\"/\", async (Db db) => await db.Xs.ToListAsync());",
        &["%3.MapGet(%4, %5)"],
    );
}

#[test]
fn broken_code_leaves_gaps_and_the_rest() {
    let file = lower("class A { void F( { } void G() { H(); } }");
    assert!(file.gaps.iter().any(|gap| gap.kind == GapKind::Syntax));
    assert!(file.bodies.iter().flat_map(|body| &body.ops).any(|op| matches!(op.kind, OpKind::Call(_))));
}

#[test]
fn depth_is_bounded() {
    let n = 60_000;
    lower(&format!("class A {{ int x = {}1{}; }}", "(".repeat(n), ")".repeat(n)));
    lower(&format!("class A {{ X x = a{}; }}", ".B()".repeat(n)));
    lower(&format!("class A {{ X x = a{}; }}", "?.B()".repeat(n)));
    lower(&format!("class A {{ void F() {{ {} ; }} }}", "if (x) { } else ".repeat(n)));
    lower(&format!("class A {{ int x = 1{}; }}", "+1".repeat(n)));
    lower(&format!("class A {{ A.{} x; }}", "B.".repeat(n)));
    lower(&"class A { ".repeat(n));
}
