//! Tables of `perflint schema --format json` in a real database: their definition, generated rows, and queries of the shapes
//! that proposals of indexes speak of.

use crate::postgres::Database;
use serde_json::Value;
use std::fmt::Write as _;

/// How many rows a table gets: enough that reading all of it costs more than an index.
pub const ROWS: u32 = 50_000;

/// Words in types, the first of which decides, with what PostgreSQL has for them and a value for row `n`. Keys that refer to other
/// rows are followed by twenty rows each.
const TYPES: &[(&[&str], &str, &str)] = &[
    (&["uuid", "guid"], "uuid", "md5((n % 2500)::text)::uuid"),
    (&["bool"], "boolean", "n % 2 = 0"),
    (&["json"], "jsonb", "'{}'"),
    (
        &["date", "timestamp", "instant"],
        "timestamptz",
        "'2025-01-01'::timestamptz + n * interval '7 minutes'",
    ),
    (&["decimal", "numeric", "float", "double", "real", "money"], "numeric", "(n * 7919 % 25000) / 100.0"),
    (&["int", "serial", "long", "number", "?"], "bigint", "n * 7919 % 2500"),
];

/// A table of a schema.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a> {
    schema: &'a Value,
    table: &'a Value,
}

/// An identifier in SQL.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The columns of an index, quoted.
fn columns(index: &Value) -> Vec<String> {
    let part = |column: &Value| {
        let direction = if column["descending"] == true { " DESC" } else { "" };
        format!("{}{direction}", quoted(text(&column["name"])))
    };
    list(&index["columns"]).map(part).collect()
}

impl<'a> Table<'a> {
    /// A table by its name.
    pub fn of(schema: &'a Value, name: &str) -> Self {
        let table = &schema["tables"][name];
        assert!(table.is_object(), "no table {name}");
        Self { schema, table }
    }

    /// Its name in SQL.
    pub fn name(&self) -> String {
        quoted(text(&self.table["name"]))
    }

    /// Whether a column has another value in each row.
    fn is_unique(&self, column: &str) -> bool {
        let only = |value: &Value| list(value).count() == 1;
        let key = &self.table["primary_key"];
        let index = |index: &Value| {
            index["unique"] == true && only(&index["columns"]) && text(&index["columns"][0]["name"]) == column
        };
        only(key) && text(&key[0]) == column || list(&self.table["indexes"]).any(index)
    }

    /// The type of a column and its value in row `n`.
    fn column(&self, column: &Value) -> (&'static str, String) {
        let name = text(&column["name"]);
        let refers = list(&self.table["foreign_keys"])
            .find(|key| list(&key["columns"]).count() == 1 && text(&key["columns"][0]) == name);
        let target = refers.map(|key| &self.schema["tables"][text(&key["table"])]);
        let of = match target {
            Some(target) => {
                let key = text(&target["primary_key"][0]);
                list(&target["columns"]).find(|column| text(&column["name"]) == key).unwrap_or(&Value::Null)
            }
            None => column,
        };
        let spelled = text(&of["type"]).to_lowercase();
        let spelled = if target.is_some() && spelled.is_empty() { "int" } else { &spelled };
        let known = TYPES.iter().find(|(words, ..)| words.iter().any(|word| spelled.contains(word)));
        let (ty, value) = known.map_or(("text", "'v' || n * 7919 % 2500"), |(_, ty, value)| (*ty, *value));
        match (self.is_unique(name), ty) {
            (true, "uuid") => (ty, "md5(n::text)::uuid".to_owned()),
            (true, "text") => (ty, "'v' || n".to_owned()),
            (true, "bigint" | "numeric") => (ty, "n".to_owned()),
            _ => (ty, value.to_owned()),
        }
    }

    /// Creates it with its indexes and fills it, so that one row in twenty has what the queries of proposals write out. Constraints
    /// are left out: they change nothing for queries.
    pub fn create(&self, database: &Database, proposals: &Value) {
        let name = self.name();
        let own = list(proposals).filter(|proposal| proposal["table"] == self.table["name"]);
        let uses: Vec<&Value> =
            own.flat_map(|proposal| list(&proposal["evidence"])).flat_map(|one| list(&one["uses"])).collect();
        let (mut definitions, mut values) = (Vec::new(), Vec::new());
        for column in list(&self.table["columns"]) {
            let (ty, value) = self.column(column);
            let written = uses.iter().filter(|used| used["column"] == column["name"]);
            let value = match written.filter_map(|used| used["value"].as_str()).next() {
                Some("null") => format!("CASE WHEN n % 20 > 0 THEN {value} END"),
                Some("not null") => format!("CASE WHEN n % 20 = 0 THEN {value} END"),
                Some(literal) if ty != "boolean" => {
                    format!("CASE WHEN n % 20 > 0 THEN {value} ELSE {literal} END")
                }
                _ => value,
            };
            definitions.push(format!("{} {ty}", quoted(text(&column["name"]))));
            values.push(value);
        }
        let key: Vec<String> = list(&self.table["primary_key"]).map(|name| quoted(text(name))).collect();
        if !key.is_empty() {
            definitions.push(format!("PRIMARY KEY ({})", key.join(", ")));
        }
        let mut sql = format!("CREATE TABLE {name} ({});\n", definitions.join(", "));
        for (at, index) in list(&self.table["indexes"]).enumerate() {
            let own = format!("ix_{}_{at}", text(&self.table["name"]));
            let own = quoted(index["name"].as_str().unwrap_or(&own));
            let condition =
                index["condition"].as_str().map(|text| format!(" WHERE {text}")).unwrap_or_default();
            // Pairs of generated values repeat, so that no index is made unique.
            let _ = writeln!(sql, "CREATE INDEX {own} ON {name} ({}){condition};", columns(index).join(", "));
        }
        let _ = writeln!(
            sql,
            "INSERT INTO {name} SELECT {} FROM generate_series(1, {ROWS}) AS n ON CONFLICT DO NOTHING;\nANALYZE {name};",
            values.join(", ")
        );
        database.query(&sql);
    }

    /// A query as a piece of evidence describes it; what a database runs for a foreign key where that is what it is about.
    pub fn query(&self, database: &Database, proposal: &Value, evidence: &Value) -> String {
        let name = self.name();
        let literal = |expression: &str, more: &str| {
            database.query(&format!("SELECT quote_literal({expression}) FROM {name} {more}"))
        };
        let value = |column: &str, row: u32| {
            literal(column, &format!("WHERE {column} IS NOT NULL OFFSET {row} LIMIT 1"))
        };
        if list(&evidence["uses"]).next().is_none() {
            let column = quoted(text(&proposal["index"]["columns"][0]["name"]));
            return format!(
                "SELECT 1 FROM ONLY {name} x WHERE {column} = {} FOR KEY SHARE OF x",
                value(&column, 777)
            );
        }
        let (mut from, mut conditions, mut order) = (name.clone(), Vec::new(), Vec::new());
        let mut asked = Vec::new();
        for (at, used) in list(&evidence["uses"]).enumerate() {
            let column = quoted(text(&used["column"]));
            match text(&used["how"]) {
                "select" => asked.push(column),
                "other" if text(&used["value"]) == "null" => conditions.push(format!("{column} IS NULL")),
                "equal" if used["value"].is_string() => {
                    conditions.push(format!("{column} = {}", text(&used["value"])));
                }
                "equal" => conditions.push(format!("{column} = {}", value(&column, 777))),
                "range" => {
                    let last = format!("percentile_disc(0.99) WITHIN GROUP (ORDER BY {column})");
                    conditions.push(format!("{column} > {}", literal(&last, "")));
                }
                "other" => conditions.push(format!("{column} IS NOT NULL")),
                "join" => {
                    let keys = format!(
                        "SELECT {column} AS key FROM {name} WHERE {column} IN ({}, {})",
                        value(&column, 777),
                        value(&column, 888)
                    );
                    let _ = write!(
                        from,
                        " JOIN (SELECT DISTINCT key FROM ({keys}) AS k{at}) AS j{at} ON {column} = j{at}.key"
                    );
                }
                "ascending" => order.push(column),
                "descending" => order.push(format!("{column} DESC")),
                _ => {}
            }
        }
        let all = format!("{name}.*");
        let asked = if asked.is_empty() { all } else { asked.join(", ") };
        let mut sql = format!("SELECT {asked} FROM {from}");
        if !conditions.is_empty() {
            let _ = write!(sql, " WHERE {}", conditions.join(" AND "));
        }
        if !order.is_empty() {
            let _ = write!(sql, " ORDER BY {}", order.join(", "));
        }
        if let Some(limit) = evidence["limit"].as_u64() {
            let _ = write!(sql, " LIMIT {}", limit.min(25));
        }
        sql
    }
}

/// What the planner expects a query to cost, and the indexes that it would use; those that it reads no rows beside stand with `only`.
pub fn explain(database: &Database, sql: &str) -> (f64, Vec<String>) {
    let plan: Value =
        serde_json::from_str(&database.query(&format!("EXPLAIN (FORMAT JSON) {sql}"))).expect("json");
    let mut indexes = Vec::new();
    let mut nodes = vec![&plan[0]["Plan"]];
    while let Some(node) = nodes.pop() {
        let name = node["Index Name"].as_str().map(str::to_owned);
        indexes.extend(
            name.iter().filter(|_| node["Node Type"] == "Index Only Scan").map(|name| format!("only {name}")),
        );
        indexes.extend(name);
        nodes.extend(list(&node["Plans"]));
    }
    (plan[0]["Plan"]["Total Cost"].as_f64().expect("a cost"), indexes)
}
