use super::lower;
use crate::Source;
use perflint_ir::{FileIr, GapKind, Lang, Role, print, validate};

fn ir(lang: Lang, text: &str) -> FileIr {
    let file = lower(Source { path: "a", lang, role: Role::App, text });
    assert_eq!(validate(&file), [], "{}", print(&file));
    assert_eq!(file.gaps[0].kind, GapKind::Fallback);
    file
}

/// Asserts that the printed file has these lines, in this order.
fn expect(lang: Lang, text: &str, lines: &[&str]) {
    let printed = print(&ir(lang, text));
    let mut rest = printed.lines();
    for line in lines {
        assert!(rest.any(|found| found.trim() == *line), "no line {line:?} in\n{printed}");
    }
}

#[test]
fn reads_python() {
    expect(
        Lang::Python,
        "from .models import Order as O, User\nimport a.b\nfrom x import *\n\
         limit = 10\n\
         @app.get('/x')\nasync def show(request, *, n: Optional[int] = 1):\n\
         \x20   xs = [o.customer.name for o in Order.objects.filter(id=n) if o]\n\
         \x20   for k, v in xs:\n        await g(f'a {k}', *v)\n    return lambda y: y + n\n\
         class C(Base):\n    def m(self):\n        self.x = self.y\n",
        &[
            "import Item .models . Order as O",
            "import Item .models . User as User",
            "import Module a.b .  as a",
            "import Glob x .  as",
            "item 1 Field limit in 0 init %0",
            "item 2 Function show in 0 @app.get=%3 body 1 async",
            "item 3 Class C in 0 : Base body 3",
            "item 4 Function m in 3 body 4",
            "body 1 Function of item 2 (request, n) async",
            "region 1 in 0: loop Comprehension over %3 as o#2",
            "region 2 in 0: loop For over %11 as #4",
            "body 2 Closure of item 2 (y) [1 <- 1]",
            "body 4 Function of item 4 ()",
            "%0 r0 self",
            "%1 r0 %0.y",
            "%2 r0 self",
            "%3 r0 %2.x = %1",
        ],
    );
}

#[test]
fn reads_typescript() {
    expect(
        Lang::TypeScript,
        "import D, { a as b } from './x'; import * as ns from 'y';\n\
         export const f = async (id: number) => { const { rows } = await db.query(`SELECT ${id}`); return rows; };\n\
         @Injectable() class S extends Base { repo: Repo; @Get() async list() { for (const o of this.items) { o.load(); } } }",
        &[
            "import Item ./x . default as D",
            "import Item ./x . a as b",
            "import Module y .  as ns",
            "item 1 Function f in 0 body 1 async",
            "item 2 Class S in 0 : Base @Injectable=%1 body 2",
            "item 3 Field repo in 2 -> Repo",
            "item 4 Function list in 2 @Get=%1 body 3 async",
            "%3 r0 text(%2, %1)",
            "%6 r0 %5.rows",
            "region 1 in 0: loop For over %1 as o#0",
            "%3 r1 call Plain %2.load()",
        ],
    );
}

#[test]
fn reads_rust() {
    expect(
        Lang::Rust,
        "use a::{b, c::*}; #[derive(Clone)] struct S { x: Option<User> }\n\
         impl Tr for S { async fn f(&self, id: i64) -> Result<T, E> { for x in self.xs.iter() { q::g(x, id)?.await; } h::<T>(id) } }\n\
         #[cfg(test)] mod tests { fn t() {} }",
        &[
            "import Item a . b as b",
            "import Glob a::c .  as",
            "item 1 Class S in 0 @derive.Clone body 1",
            "item 2 Field x in 1 -> User",
            "item 3 Extension S in 0 : S : Tr body 2",
            "item 4 Function f in 3 -> T body 3 async",
            "region 1 in 0: loop For over %2 as x#1",
            "%6 r1 call Plain %3.g(%4, %5)",
            "%7 r1 await %6",
            "%10 r0 call Plain %8(%9)",
            "%11 r0 Return %10",
        ],
    );
    assert!(!print(&ir(Lang::Rust, "#[cfg(test)] mod tests { fn t() {} }")).contains("Function"));
}

#[test]
fn keeps_what_stands_around_an_error() {
    let file = ir(Lang::Python, "def f(:\n    g(1)\n\ndef h():\n    k(2)\n");
    assert!(file.gaps.iter().any(|gap| gap.kind == GapKind::Syntax));
    assert!(print(&file).contains("name k"));
}

#[test]
fn survives_anything() {
    let deep = |open: &str, close: &str| format!("x = {}1{}", open.repeat(100_000), close.repeat(100_000));
    let chain = format!("x = a{}", ".b()".repeat(20_000));
    let noise: String =
        (0u32..20_000).map(|i| char::from((i.wrapping_mul(2_654_435_761) >> 24) as u8)).collect();
    let texts = [
        "".to_owned(),
        "\r\n".to_owned(),
        "é = \"é\"".to_owned(),
        deep("(", ")"),
        deep("[", "]"),
        chain,
        noise,
    ];
    for lang in [Lang::Python, Lang::JavaScript, Lang::TypeScript, Lang::Tsx, Lang::Vue, Lang::Rust] {
        for text in &texts {
            let file = lower(Source { path: "a", lang, role: Role::App, text });
            assert_eq!(validate(&file), []);
        }
    }
    assert_eq!(
        lower(Source { path: "a", lang: Lang::Go, role: Role::App, text: "" }).gaps[0].kind,
        GapKind::Language
    );
}
