use super::lower;
use crate::Source;
use perflint_ir::{FileIr, Lang, Role, print, validate};

fn ir(text: &str) -> FileIr {
    let file = lower(Source { path: "src/a.rs", lang: Lang::Rust, role: Role::App, text });
    assert_eq!(validate(&file), [], "{}", print(&file));
    file
}

/// Asserts that the printed file has these lines, in this order.
fn expect(text: &str, lines: &[&str]) {
    let printed = print(&ir(text));
    let mut rest = printed.lines();
    for line in lines {
        assert!(rest.any(|found| found.trim() == *line), "no line {line:?} in\n{printed}");
    }
}

fn in_thread(test: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(256 << 20).spawn(test).unwrap().join().unwrap();
}

#[test]
fn flattens_use_trees() {
    expect(
        "use a::b::{self, c as d, e::*}; pub use crate::x::Y; use serde; mod child; extern crate old as new;",
        &[
            "import Item a . b as b",
            "import Item a::b . c as d",
            "import Glob a::b::e .  as",
            "import Item crate::x . Y as Y",
            "import Module serde .  as serde",
            "import Module old .  as new",
            "export Y = Y",
            "item 1 Module child in 0",
        ],
    );
}

#[test]
fn declares_items() {
    expect(
        r#"#[derive(Clone, sqlx::FromRow)] #[diesel(table_name = users, belongs_to(Org))]
           pub struct User { #[sea_orm(primary_key)] id: i64, orders: Option<Vec<Arc<Order>>>, f: Pin<Box<dyn Future<Output = T> + Send>> }
           enum E { #[sea_orm(has_many = "super::post::Entity")] Post, Other(String) }
           pub trait Repo: Base { async fn find(&self, id: i64) -> Result<User, Error>; fn all() -> Vec<User> { vec![] } }
           impl Repo for &'static Pg<T> { fn find(&self) {} fn new() -> Self { Self } }
           #[get("/users/{id}", rank = 2)] pub async fn show(Path(id): Path<i64>, db: &State<Pool>) -> impl Iterator<Item = User> { id }
           mod inner { const LIMIT: usize = 50; }
           type Db = Pool<Postgres>;"#,
        &[
            r#"item 1 Class User in 0 @derive.Clone @derive.sqlx.FromRow @diesel "table_name=users" "belongs_to(Org)""#,
            r#"item 2 Field id in 1 -> i64 @sea_orm "primary_key""#,
            "item 3 Field orders in 1 -> Vec<Order>",
            "item 4 Field f in 1 -> Future<T>",
            "item 5 Class E in 0",
            r#"item 6 Field Post in 5 @sea_orm "has_many=super::post::Entity" static"#,
            "item 7 Field Other in 5 -> String static",
            "item 8 Interface Repo in 0 : Base",
            "item 9 Function find in 8 -> User body 1 async abstract",
            "item 10 Function all in 8 -> Vec<User> body 2 static",
            "item 11 Extension Pg in 0 : Pg<T> : Repo",
            "item 12 Function find in 11 body 3",
            "item 13 Function new in 11 -> Pg<T> body 4 static",
            r#"item 14 Function show in 0 -> Iterator<User> @get "/users/{id}" "rank=2" body 5 async"#,
            "item 15 Module inner in 0 body 6",
            "item 16 Field LIMIT in 15 -> usize init %0 static",
            "item 17 Class Db in 0 : Pool<Postgres>",
            "body 5 Function of item 14 (, db) async",
            "%0 r0 local #0",
            "%1 r0 0",
            "%2 r0 %0[%1]",
            "%3 r0 id#2 = %2",
            "%5 r0 Return %4",
        ],
    );
}

#[test]
fn skips_tests() {
    let file = ir(
        "#[cfg(test)] mod tests { fn a() {} } #[tokio::test] async fn b() {} #[cfg(all(test, unix))] fn c() {} #[cfg(not(test))] fn d() {}",
    );
    let names: Vec<_> = file.items.iter().skip(1).map(|item| file.text(item.name)).collect();
    assert_eq!(names, ["d"]);
}

#[test]
fn calls_have_receivers_and_type_arguments() {
    let text = "async fn f(&self) -> R { let xs = sqlx::query_as::<_, User>(\"SELECT 1\").fetch_all(&self.pool).await?; a::b::C::d(xs)?.e::<Vec<X>>() }";
    expect(
        text,
        &[
            "%0 r0 name sqlx",
            "%1 r0 name _",
            "%2 r0 name User",
            "%3 r0 \"SELECT 1\"",
            "%4 r0 call Plain %0.query_as(<0>: %1, <1>: %2, %3)",
            "%5 r0 self",
            "%6 r0 %5.pool",
            "%7 r0 call Plain %4.fetch_all(%6)",
            "%8 r0 await %7",
            "%9 r0 xs#0 = %8",
            "%10 r0 name a",
            "%11 r0 %10.b",
            "%12 r0 %11.C",
            "%13 r0 local xs#0",
            "%14 r0 call Plain %12.d(%13)",
            "%15 r0 name Vec",
            "%16 r0 call Plain %14.e(<0>: %15)",
            "%17 r0 Return %16",
        ],
    );
    let file = ir(text);
    let span = file.bodies[1].ops[7].span;
    assert_eq!(&text[span.start as usize..span.end() as usize], "fetch_all(&self.pool)");
}

#[test]
fn loops_and_patterns() {
    expect(
        "fn f(m: Map) { for (k, v) in m.iter() { g(k, v); } while let Some(Ok(row)) = rows.next().await? { g(row); }
           while let Some(x) = stack.pop() { g(x); } loop { break; } for i in 0..n {} }",
        &[
            "region 1 in 0: loop For over %1 as #1",
            "region 2 in 0: loop For over %13 as row#4",
            "region 3 in 0: loop While over %18 as _",
            "region 4 in 0: loop While over _ as _",
            "region 5 in 0: loop For over %27 as i#6",
            "%1 r0 call Plain %0.iter()",
            "%2 r1 local #1",
            "%3 r1 0",
            "%4 r1 %2[%3]",
            "%5 r1 k#2 = %4",
            "%13 r0 name rows",
            "%18 r0 call Plain %17.pop()",
            "%19 r3 x#5 = %18",
            "%23 r4 Break _",
            "%24 r0 name ..",
            "%27 r0 call Plain %24(%25, %26)",
        ],
    );
}

#[test]
fn decisions_join_their_values() {
    expect(
        "fn f(o: Option<A>) -> i32 { let x = if let Some(a) = o && a.ok() { 1 } else { 2 }; match x { 1 => g(), _ => return 3 } }",
        &[
            "region 1 in 0: branch on %4 arm 0",
            "region 2 in 0: branch on %4 arm 1 last",
            "region 3 in 0: branch on %9 arm 0",
            "region 4 in 0: branch on %9 arm 1 last",
            "%1 r0 a#1 = %0",
            "%7 r0 join(%5, %6)",
            "%8 r0 x#2 = %7",
            "%13 r4 Return %12",
            "%14 r0 Return %11",
        ],
    );
    expect(
        "fn f(a: A) { let Some(x) = a.b else { return }; let y = x || x.y() && z; }",
        &[
            "region 1 in 0: branch on %1 arm 1",
            "region 2 in 0: branch on %4 arm 1 last",
            "%2 r1 Return _",
            "%3 r0 x#1 = %1",
            "%6 r2 call Plain %5.y()",
            "%8 r2 And(%6, %7)",
            "%9 r0 join(%4, %8)",
        ],
    );
}

#[test]
fn negative_operators_negate_the_positive_ones() {
    expect(
        "fn f(a: i32, b: i32) { let x = a != b; let y = !x; let z = a == b; }",
        &[
            "%0 r0 local a#0",
            "%1 r0 local b#1",
            "%2 r0 Eq(%0, %1)",
            "%3 r0 not %2",
            "%4 r0 x#2 = %3",
            "%5 r0 local x#2",
            "%6 r0 not %5",
            "%7 r0 y#3 = %6",
            "%8 r0 local a#0",
            "%9 r0 local b#1",
            "%10 r0 Eq(%8, %9)",
            "%11 r0 z#4 = %10",
        ],
    );
}

#[test]
fn closures_capture() {
    expect(
        "fn f(ids: Vec<i32>) { let db = g(); let h = ids.iter().map(|id| { let n = 1; let go = async move { db.get(id, n).await }; go });
           fn k(y: i32) -> i32 { y } k(1); h }",
        &[
            "%0 r0 lambda body 2",
            "%1 r0 k#1 = %0",
            "%7 r0 lambda body 3",
            "body 2 Closure of item 1 (y)",
            "body 3 Closure of item 1 (id) [2 <- 2]",
            "body 4 Closure of item 1 () async [0 <- 2] [1 <- 0] [2 <- 1]",
            "%4 r0 await %3",
        ],
    );
}

#[test]
fn format_is_text_with_holes() {
    expect(
        r#"fn f(t: T, id: i32) { format!("SELECT {{}} FROM {t} WHERE id = {} {x:>5}", id, x = 2) }"#,
        &[
            "%0 r0 local id#1",
            "%1 r0 2",
            r#"%2 r0 "SELECT {} FROM ""#,
            "%3 r0 local t#0",
            r#"%4 r0 " WHERE id = ""#,
            r#"%5 r0 " ""#,
            "%6 r0 text(%2, %3, %4, %0, %5, %1)",
        ],
    );
}

#[test]
fn macros_are_calls() {
    expect(
        r#"fn f() { sqlx::query_as!(User, "SELECT 1", id); vec![a(); 3]; tracing::info!(%id, user = ?t, "hello {}", six()); panic!("x") }"#,
        &[
            "%4 r0 call Macro %0.query_as(%1, %2, %3)",
            "%8 r0 list(%6, %7)",
            "%15 r0 call Macro %9.info(%10, user: %11, %12, %14)",
            "%19 r0 Raise %18",
        ],
    );
    let printed = print(&ir(
        r#"fn f() { tokio::select! { r = one() => two(r), _ = three() => {} }; json!({ "a": four(), "b": [five()] }) }"#,
    ));
    for name in ["one", "two", "three", "four", "five"] {
        assert!(printed.contains(&format!("name {name}\n")), "{name} in\n{printed}");
    }
}

#[test]
fn struct_literals_and_assignments() {
    expect(
        "fn f(&mut self, a: A) { let mut u = User { id: a.id, ..base() }; u.name = 1; self.n += 1; u = g(); *u = 2; xs[..5].len(); }",
        &[
            "%5 r0 call New %0(id: %2, **%4)",
            "%6 r0 u#1 = %5",
            "%9 r0 %8.name = %7",
            "%13 r0 Add(%11, %12)",
            "%15 r0 %14.n = %13",
            "%18 r0 u#1 = %17",
            "%20 r0 u#1 = %19",
            "%23 r0 %21[..%22]",
            "%24 r0 call Plain %23.len()",
        ],
    );
}

#[test]
fn survives_anything() {
    in_thread(|| {
        let parens = format!("fn f() {{ {}1{} }}", "(".repeat(100_000), ")".repeat(100_000));
        let nested = format!("fn f() {{ {}1{} }}", "(".repeat(900), ")".repeat(900));
        let sum = format!("fn f() {{ {} }}", vec!["1"; 50_000].join("+"));
        let chain = format!("fn f() {{ a{} }}", ".b()".repeat(50_000));
        let elses = format!("fn f() {{ {} {{}} }}", "if a {} else ".repeat(20_000));
        let prefixes = ["!", "&", "return ", "||", "a = "]
            .map(|prefix| format!("fn f() {{ {}a }}", prefix.repeat(200_000)));
        let generics = format!("type A = {}u8{};", "V<".repeat(200_000), ">".repeat(200_000));
        prefixes.iter().chain([&generics]).for_each(|text| drop(ir(text)));
        let noise: String =
            (0u32..100_000).map(|i| char::from((i.wrapping_mul(2_654_435_761) >> 24) as u8)).collect();
        for text in [
            "",
            "\r\n",
            "fn f( {",
            "#!/usr/bin/env x\nfn f() { g() }",
            "fn f() {\r\n g();\r\n}",
            "fn é() { \"é\".ö() }",
            &parens,
            &nested,
            &sum,
            &chain,
            &elses,
            &noise,
        ] {
            ir(text);
        }
    });
    let text = "#!/usr/bin/env x\nfn f() { é::g() }";
    let file = ir(text);
    let span = file.bodies[1].ops[1].span;
    assert_eq!(&text[span.start as usize..span.end() as usize], "g()");
}

#[test]
fn macros_that_list_fields_declare_classes() {
    expect(
        "diesel::table! { use diesel::sql_types::*; /// Who. \n s.users (id) { id -> Int4, #[max_length = 8] name -> Nullable<Text>, } }
         joinable!(posts -> users (user_id));",
        &[
            "item 1 Class users in 0 @diesel.table",
            "item 2 Field id in 1 -> Int4",
            "item 3 Field name in 1 -> Nullable<Text>",
            "item 4 Module dsl in 1",
            "item 5 Class users in 4 : users @diesel.table",
        ],
    );
}

#[test]
fn derives_declare_siblings() {
    expect(
        "#[derive(Clone, DeriveEntityModel)] pub struct Model { id: i32 }
         impl Related<super::b::Entity> for Entity { fn to() {} }
         impl ActiveModelBehavior for ActiveModel {}",
        &["item 1 Class Model in 0 @derive.Clone @derive.DeriveEntityModel"],
    );
    let printed = print(&ir(
        "#[derive(DeriveEntityModel)] struct Model; impl A for ActiveModel {} impl B for Model {}",
    ));
    assert!(printed.contains("Class Entity in 0 : Model @derive.DeriveEntityModel"), "{printed}");
    assert!(printed.contains("Class ActiveModel in 0\n"), "{printed}");
    assert!(!print(&ir("#[derive(Clone)] struct A; impl B for C {}")).contains("Class C"));
}

#[test]
fn names_of_a_block_shadow_those_of_the_file() {
    expect(
        "use std::fs; async fn a() { use tokio::fs; fs::read(1); } fn b() { fs::read(2); }",
        &["%0 r0 name tokio", "%1 r0 %0.fs", "%0 r0 name fs"],
    );
}

#[test]
fn a_body_that_returns_a_future_is_async() {
    for text in [
        "fn f(x: i32) { g(|x| async move { h(x) }) }",
        "fn f(x: i32) { g(|x| { let y = x; async move { h(y) } }) }",
        "fn f(x: i32) { g(|x| Box::pin(async { h(x) })) }",
        "fn f(x: i32) { g(|x| async { h(x) }.boxed()) }",
    ] {
        let file = ir(text);
        let closures: Vec<_> =
            file.bodies.iter().filter(|b| b.kind == perflint_ir::BodyKind::Closure).collect();
        assert_eq!((closures.len(), closures[0].is_async), (1, true), "{}", print(&file));
    }
    assert!(ir("fn f() -> F { Box::pin(async { 1 }) }").items[1].flags.is_async);
    assert!(!ir("#[tokio::main] async fn main() { f().await }").items[1].flags.is_async);
}

#[test]
fn self_is_the_type_of_the_impl() {
    expect(
        "impl a::B<T> { fn new() -> Option<Self> { Self::with(1) } fn of() { Self { x: 1 } } }",
        &[
            "item 2 Function new in 1 -> a.B<T> body 1 static",
            "%0 r0 name a",
            "%1 r0 %0.B",
            "%3 r0 call Plain %1.with(%2)",
        ],
    );
}

#[test]
fn a_tuple_that_is_matched_may_fail_to() {
    expect(
        "fn f(a: A) { let (Some(x), 1) = (a, 1) else { return }; match (x, 1) { (1, _) => g(), _ => h() } }",
        &["region 1 in 0: branch on %3 arm 1", "%2 r0 tuple(%0, %1)", "%3 r0 unknown(%2)"],
    );
}

#[test]
fn qualifiers_are_no_locals() {
    expect(
        "fn f(redis: C) { redis::cmd(redis); self::f(1) }",
        &["%0 r0 name redis", "%1 r0 local redis#0", "%3 r0 name self"],
    );
}

#[test]
fn declarations_inside_macros_are_declared() {
    expect(
        "pin_project! { pub struct A { b: B } } cfg_rt! { impl A { fn f(&self) { g() } } } thread_local! { static X: T = h(); }",
        &[
            "item 1 Class A in 0",
            "item 2 Field b in 1 -> B",
            "item 4 Function f in 3 body 1",
            "item 5 Field X in 0 -> T init %1 static",
        ],
    );
}

#[test]
fn modules_inside_a_file_pass_names_on() {
    expect(
        "pub mod prelude { pub use crate::a::B; pub use super::c::*; pub use super::super::d::E; } mod m { use super::f; mod n { struct T; } fn g() { use n::T as U; } }",
        &[
            "import Module self .  as prelude",
            "import Item crate::a . B as B",
            "import Glob self::c .  as",
            "import Item super::d . E as E",
            "import Item self . f as f",
            "import Item self . T as U",
            "item 1 Module m in 0 body 1",
        ],
    );
}

#[test]
fn clones_are_the_value() {
    expect(
        "fn f(a: A) { a.clone().as_ref().unwrap().g(); }",
        &["%0 r0 local a#0", "%1 r0 call Plain %0.g()"],
    );
}
