use super::statement::read;
use super::*;
use crate::Source;
use perflint_ir::{
    BinOp, BodyBuilder, BodyId, BodyKind, FileBuilder, FileIr, ItemId, Lang, OpId, OpKind, Role, Span,
    SqlStatement, SqlVerb, validate,
};

const PLACE: Span = Span { start: 3, len: 7 };

fn source<'a>(lang: Lang, text: &'a str) -> Source<'a> {
    Source { path: "a", lang, role: Role::App, text }
}

fn one(sql: &str) -> SqlStatement {
    read(sql).statements.remove(0)
}

/// A file whose one string expression is what `build` makes of the builders.
fn with_string(build: impl FnOnce(&mut FileBuilder, &mut BodyBuilder) -> OpId) -> FileIr {
    let mut file = FileBuilder::new("a.py", Lang::Python, Role::App);
    let mut body = BodyBuilder::new(ItemId(0), BodyKind::Init, PLACE);
    build(&mut file, &mut body);
    file.set_body(BodyId(0), body.finish());
    let file = embedded(file.finish(), source(Lang::Python, ""));
    assert_eq!(validate(&file), []);
    file
}

fn literal(text: &str) -> FileIr {
    with_string(|file, body| {
        let sym = file.sym(text);
        body.op(OpKind::Str(sym), PLACE)
    })
}

/// Parts that start with `$` are holes.
fn parts(file: &mut FileBuilder, body: &mut BodyBuilder, parts: &[&str]) -> Vec<OpId> {
    let part = |part: &&str| {
        let sym = file.sym(part.trim_start_matches('$'));
        body.op(if part.starts_with('$') { OpKind::Name(sym) } else { OpKind::Str(sym) }, PLACE)
    };
    parts.iter().map(part).collect()
}

fn text(pieces: &[&str]) -> FileIr {
    with_string(|file, body| {
        let ops = parts(file, body, pieces);
        body.text(&ops, PLACE)
    })
}

fn sum(pieces: &[&str]) -> FileIr {
    with_string(|file, body| {
        let ops = parts(file, body, pieces);
        ops.into_iter()
            .reduce(|lhs, rhs| body.op(OpKind::Binary { op: BinOp::Add, lhs, rhs }, PLACE))
            .unwrap()
    })
}

fn in_thread(test: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(256 << 20).spawn(test).unwrap().join().unwrap();
}

fn predicates(s: &SqlStatement) -> Vec<String> {
    let show = |p: &perflint_ir::SqlPredicate| {
        let table = p.table.as_deref().map(|t| format!("{t}.")).unwrap_or_default();
        format!("{table}{}{}", p.column, if p.equality { "=" } else { "~" })
    };
    s.predicates.iter().map(show).collect()
}

#[test]
fn reads_the_placeholders_of_every_driver() {
    for placeholder in
        ["?", "?1", "$1", ":name", ":1", "@p1", "%s", "%(name)s", "{}", "{name}", "${id}", "#{id}"]
    {
        let s = one(&format!(
            "SELECT a, b FROM users WHERE id = {placeholder} AND x > {placeholder} LIMIT {placeholder}"
        ));
        assert_eq!(s.tables, ["users".into()], "{placeholder}");
        assert_eq!(
            (s.star, s.filtered, s.limit, s.single),
            (false, true, Some(u32::MAX), false),
            "{placeholder}"
        );
        assert_eq!(predicates(&s), ["id=", "x~"], "{placeholder}");
        assert!(!read(&format!("SELECT a FROM users WHERE id = {placeholder}")).partial, "{placeholder}");
        let s = one(&format!("UPDATE users SET a = {placeholder} WHERE id IN {placeholder}"));
        assert_eq!((s.verb, predicates(&s)), (SqlVerb::Update, vec!["id=".to_owned()]), "{placeholder}");
        let s = one(&format!("INSERT INTO users (a, b) VALUES ({placeholder}, {placeholder})"));
        assert_eq!((s.verb, s.tables), (SqlVerb::Insert, vec!["users".into()]), "{placeholder}");
    }
}

#[test]
fn resolves_aliases_and_counts_tables() {
    let s = one("SELECT o.*, u.name FROM public.\"Orders\" AS o LEFT JOIN `users` u ON u.id = o.user_id \
         WHERE o.state <> 'x' AND lower(u.email) = $1 AND o.id IN (SELECT order_id FROM items WHERE sku = $2) \
         ORDER BY o.created_at DESC, 2");
    assert_eq!(s.tables, ["orders".into(), "users".into(), "items".into()]);
    assert!(s.star && s.filtered && !s.single);
    assert_eq!(s.order, ["created_at".into()]);
    let mut found = predicates(&s);
    found.sort();
    assert_eq!(
        found,
        ["items.sku=", "orders.id=", "orders.state~", "orders.user_id=", "users.email~", "users.id="]
    );
}

#[test]
fn knows_limits_of_every_dialect() {
    for (sql, limit) in [
        ("SELECT a FROM t LIMIT 10", Some(10)),
        ("SELECT a FROM t LIMIT 5, 20", Some(20)),
        ("SELECT a FROM t ORDER BY a OFFSET 5 ROWS FETCH NEXT 20 ROWS ONLY", Some(20)),
        ("SELECT a FROM t FETCH FIRST ROW ONLY", Some(1)),
        ("SELECT TOP 7 a FROM t", Some(7)),
        ("SELECT TOP (7) a FROM [dbo].[t]", Some(7)),
        ("SELECT a FROM t WHERE ROWNUM <= 3", Some(3)),
        ("SELECT a FROM t LIMIT ALL", None),
        ("SELECT a FROM t LIMIT {n}", Some(u32::MAX)),
        ("SELECT a FROM t WHERE a IN (SELECT b FROM u LIMIT 1)", None),
        ("SELECT a FROM t WHERE ((a LIMIT 4", None),
        ("SELECT state, count(*) FROM t GROUP BY state", Some(u32::MAX)),
        ("SELECT date_trunc('day', at), sum(a) FROM t GROUP BY date_trunc('day', at)", Some(u32::MAX)),
        ("SELECT t.owner_id, count(*) FROM t GROUP BY t.owner_id", None),
        ("SELECT a FROM t GROUP BY a", None),
        ("SELECT a FRM t x y z, LIMIT 4", Some(4)),
    ] {
        assert_eq!(one(sql).limit, limit, "{sql}");
    }
}

#[test]
fn knows_single_rows_and_stars() {
    for (sql, single, star) in [
        ("SELECT count(*) FROM t", true, false),
        ("SELECT coalesce(sum(a), 0)::int AS n, max(b) FROM t WHERE c = 1", true, false),
        ("SELECT count(*) FROM t GROUP BY a", false, false),
        ("SELECT count(*) OVER () FROM t", false, false),
        ("SELECT EXISTS (SELECT * FROM t WHERE a = 1)", true, false),
        ("SELECT 1", true, false),
        ("SELECT t.* FROM t", false, true),
        ("WITH x AS (SELECT * FROM t WHERE a = 1) SELECT b FROM x", false, false),
        ("SELECT a FROM t UNION SELECT * FROM u", false, true),
    ] {
        let s = one(sql);
        assert_eq!((s.single, s.star), (single, star), "{sql}");
    }
    assert_eq!(one("WITH x AS (SELECT * FROM t WHERE a = 1) SELECT b FROM x").tables, ["t".into()]);
}

#[test]
fn knows_the_table_of_a_definition() {
    use SqlVerb::{AlterTable, CreateIndex, CreateTable, Drop};
    for (sql, verb) in [
        ("CREATE TABLE IF NOT EXISTS shop.orders (id int REFERENCES users(id), KEY a (b))", CreateTable),
        ("CREATE TEMPORARY TABLE orders AS SELECT * FROM users WHERE a = 1", CreateTable),
        ("CREATE TABLE orders (id int PRIMARY KEY, name text !!) ENGINE?", CreateTable),
        ("CREATE UNIQUE INDEX CONCURRENTLY i ON public.orders USING btree (a) WHERE b = 1", CreateIndex),
        ("DROP TABLE IF EXISTS shop.orders CASCADE", Drop),
        ("ALTER TABLE ONLY `orders` ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES b(id)", AlterTable),
    ] {
        let reading = read(sql);
        assert_eq!(reading.statements.len(), 1, "{sql}");
        let s = &reading.statements[0];
        assert_eq!((s.verb, s.tables.as_slice()), (verb, &["orders".into()][..]), "{sql}");
        assert!(!s.star && !s.filtered && s.predicates.is_empty(), "{sql}");
    }
}

#[test]
fn reads_fragments_by_keywords() {
    let s =
        one("SELECT * FROM a, b AS x JOIN c ON c.id = x.c_id WHERE x.y = %s AND ORDER ORDER BY x.z LIMIT 3");
    assert_eq!(s.tables, ["a".into(), "b".into(), "c".into()]);
    assert_eq!((s.star, s.filtered, s.limit), (true, true, Some(3)));
    assert_eq!(s.order, ["z".into()]);
    assert!(predicates(&s).contains(&"b.y=".to_owned()), "{:?}", predicates(&s));
}

#[test]
fn finds_sql_but_not_prose_in_strings() {
    for sql in [
        "select * from users",
        "SELECT id FROM a WHERE b = 1",
        "  -- find them\n select a.* from orders a where a.id = ?",
        "(SELECT 1 FROM t)",
        "Select * from users",
        "UPDATE users SET a = 1",
        "insert into users (a) values (?)",
        "DELETE FROM users",
        "WITH x AS (SELECT 1) SELECT * FROM x",
        "ALTER TABLE t ADD COLUMN c int",
    ] {
        assert_eq!(literal(sql).sql.len(), 1, "{sql}");
    }
    for prose in [
        "Select a file",
        "Select a file from the list",
        "select an item from your cart",
        "Update the thing",
        "Update your settings and set a name",
        "Delete from cart",
        "Insert coin",
        "Create table",
        "with love from Paris",
        "selected",
        "With great power as always",
        "",
    ] {
        assert!(literal(prose).sql.is_empty(), "{prose}");
    }
}

#[test]
fn reads_interpolated_text() {
    let file = text(&["SELECT * FROM ", "$table", " WHERE id = ", "$id"]);
    let facts = &file.sql[0];
    assert_eq!(facts.place, Some((BodyId(0), OpId(4))));
    assert_eq!((facts.partial, &*facts.statements[0].tables[0]), (false, "perflint_hole"));
    assert_eq!(facts.statements[0].span, PLACE);

    let file = text(&["SELECT a FROM tenant_", "$t", "_orders LIMIT ", "$n"]);
    assert_eq!(&*file.sql[0].statements[0].tables[0], "tenant_perflint_hole_orders");
    assert_eq!(file.sql[0].statements[0].limit, Some(u32::MAX));

    for clause in [
        &["SELECT * FROM t ", "$clause"][..],
        &["SELECT * FROM t WHERE a = 1 ", "$clause", " LIMIT 5"],
        &["SELECT * FROM t WHERE a = 1 ", "$clause", " ORDER BY b", "$end"],
        &["SELECT * FROM t WHERE ", "$condition"],
        &["$with", " SELECT * FROM t"],
    ] {
        let file = text(clause);
        assert!(file.sql[0].partial, "{clause:?}");
        assert_eq!(file.sql[0].statements[0].tables, ["t".into()], "{clause:?}");
    }
    // A limit stands after the order: a hole before it cannot hold one.
    assert!(!text(&["SELECT * FROM t WHERE a = 1 ", "$clause", " ORDER BY b"]).sql[0].partial);
    assert!(!text(&["SELECT * FROM t WHERE ", "$condition", " ORDER BY ", "$columns"]).sql[0].partial);
    assert!(text(&["SELECT * FROM t WHERE ", "$condition", " ORDER BY b", "$limit"]).sql[0].partial);
    assert!(text(&["$a", " and then"]).sql.is_empty());
}

#[test]
fn reads_concatenation() {
    let file = sum(&["SELECT * ", "FROM users ", "WHERE id = ", "$id", " LIMIT 1"]);
    assert_eq!(file.sql.len(), 1);
    let s = &file.sql[0].statements[0];
    assert_eq!((s.limit, s.filtered, predicates(s)), (Some(1), true, vec!["id=".to_owned()]));
    assert!(!file.sql[0].partial);
    assert!(sum(&["SELECT * FROM users WHERE ", "$rest"]).sql[0].partial);
    assert!(literal("SELECT * FROM users WHERE ").sql[0].partial);

    let formatted = with_string(|file, body| {
        let ops = parts(file, body, &["SELECT * FROM %s WHERE id = %d", "$x"]);
        body.op(OpKind::Binary { op: BinOp::Mod, lhs: ops[0], rhs: ops[1] }, PLACE)
    });
    assert_eq!(formatted.sql[0].place, Some((BodyId(0), OpId(2))));
    assert_eq!(&*formatted.sql[0].statements[0].tables[0], "perflint_hole");
}

#[test]
fn text_that_is_appended_to_is_partial() {
    let file = with_string(|file, body| {
        let ops = parts(file, body, &["SELECT * FROM users", " WHERE a = 1"]);
        let name = file.sym("sql");
        let local = body.local(name);
        body.op(OpKind::Bind { local, value: ops[0] }, PLACE);
        let lhs = body.op(OpKind::Local(local), PLACE);
        let value = body.op(OpKind::Binary { op: BinOp::Add, lhs, rhs: ops[1] }, PLACE);
        body.op(OpKind::Bind { local, value }, PLACE)
    });
    assert_eq!(file.sql.len(), 1);
    assert!(file.sql[0].partial);
}

fn sql_file(text: &str) -> FileIr {
    let file = lower(source(Lang::Sql, text));
    assert_eq!(validate(&file), []);
    file
}

#[test]
fn splits_files() {
    let text = "-- a; b\nCREATE TABLE t (a text DEFAULT ';');\r\nGO\nINSERT INTO t VALUES ('it''s;', 'a\\'b');\n\
                CREATE FUNCTION f() RETURNS int AS $$ BEGIN; SELECT 1; END $$ LANGUAGE sql;\n\
                DELIMITER //\nSELECT 1; SELECT 2//\nDELIMITER ;\nSELECT * FROM t";
    let file = sql_file(text);
    let verbs: Vec<_> = file.sql[0].statements.iter().map(|s| s.verb).collect();
    assert_eq!(
        verbs,
        [
            SqlVerb::CreateTable,
            SqlVerb::Insert,
            SqlVerb::Other,
            SqlVerb::Select,
            SqlVerb::Select,
            SqlVerb::Select
        ]
    );
    let last = file.sql[0].statements.last().unwrap().span;
    assert_eq!(&text[last.start as usize..last.end() as usize], "SELECT * FROM t");
}

#[test]
fn names_queries_of_sqlc_and_tables_of_dbt() {
    let file = sql_file(
        "-- name: GetUser :one\nSELECT * FROM users WHERE id = $1;\n\n-- name: ListUsers :many\nSELECT * FROM users;",
    );
    let items: Vec<_> =
        file.items.iter().skip(1).map(|i| (file.text(i.name), file.text(i.markers[0].path))).collect();
    assert_eq!(items, [("GetUser", "sqlc.one"), ("ListUsers", "sqlc.many")]);
    assert_eq!(file.items[1].span, file.sql[0].statements[0].span);

    let file = sql_file(
        "{{ config(a=1) }}\nselect a from {{ ref('stg_orders') }} join {{ x }} on b {% if y %} where a = 1 {% endif %}",
    );
    assert!(file.sql[0].partial);
    let select = file.sql.iter().flat_map(|f| &f.statements).find(|s| s.verb == SqlVerb::Select).unwrap();
    assert_eq!(select.tables, ["stg_orders".into(), "perflint_hole".into()]);
}

#[test]
fn survives_anything() {
    in_thread(|| {
        let deep = format!("SELECT {}1{} FROM t", "(".repeat(100_000), ")".repeat(100_000));
        let long = format!("SELECT a FROM t WHERE {}", vec!["a = 1"; 5_000].join(" AND "));
        let sum = format!("SELECT {} FROM t", vec!["1"; 100_000].join("+"));
        let noise: String =
            (0u32..200_000).map(|i| char::from((i.wrapping_mul(2_654_435_761) >> 24) as u8)).collect();
        let quotes = "SELECT '".repeat(5_000);
        for text in [
            "",
            "SELECT",
            "\r\n",
            "SELECT \"",
            "SELECT $a$ FROM",
            "({",
            "SELECT %(",
            "é'é",
            &deep,
            &long,
            &sum,
            &noise,
            &quotes,
        ] {
            sql_file(text);
            literal(text);
        }
        assert!(one(&deep).tables.len() <= 1);
        assert_eq!(one(&long).tables, ["t".into()]);
    });
}

#[test]
fn large_dumps_are_fast() {
    let row = format!("INSERT INTO t VALUES {};\n", vec!["(1, 'some text', NULL)"; 500].join(", "));
    let dump = row.repeat(1_000);
    let before = std::time::Instant::now();
    assert_eq!(sql_file(&dump).sql[0].statements.len(), 1_000);
    assert!(before.elapsed().as_secs() < 5, "{:?}", before.elapsed());
}
