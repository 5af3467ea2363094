//! What makes a proposed index smaller, or lets it answer alone: the condition of a partial index, and columns stored beside the key.
//!
//! Both are proposed only where every query that asks for the index allows it. A database uses a partial index for a query whose
//! condition it can prove from the text; `PostgreSQL` does so for values given as parameters too, since it plans with them
//! (<https://www.postgresql.org/docs/current/indexes-partial.html>), SQLite and SQL Server only for what stands in the text, as
//! `IS NULL` does (<https://www.sqlite.org/partialindex.html>,
//! <https://learn.microsoft.com/en-us/sql/relational-databases/indexes/create-filtered-indexes>).

use crate::{Access, Dialect, Evidence, How, Schema, Table, Use};
use perflint_ir::Fixed;
use std::collections::BTreeSet;

/// Of ten queries on a table so many have to share a condition before an index leaves the other rows out.
const MOST_OF_TEN: usize = 9;

/// How many queries are enough to speak of a habit.
const HABIT: usize = 2;

/// The most columns stored beside the key.
const MAX_INCLUDED: usize = 3;

/// The longest text that is stored beside a key.
const SHORT: u32 = 64;

/// Words of types whose values are short.
const NARROW: &[&str] =
    &["int", "serial", "bool", "date", "time", "uuid", "guid", "decimal", "numeric", "float", "double"];

/// Words of columns that change often: each change of a stored column is a change of the index.
const RESTLESS: &[&str] =
    &["updated", "modified", "last_", "count", "seen", "status", "state", "position", "counter"];

/// A condition as the dialect writes it, with its column.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    /// The column.
    pub(crate) column: String,
    /// The condition.
    pub(crate) text: String,
}

/// The condition that all queries of a proposed key share, where nearly all queries of the table do.
pub(crate) fn condition(
    schema: &Schema,
    table: &Table,
    accesses: &[&Access],
    key: &[&str],
    evidence: &BTreeSet<Evidence>,
) -> Option<Condition> {
    let dialect = schema.dialect.filter(|dialect| *dialect != Dialect::Mysql)?;
    // What checks a key reads rows whatever else holds.
    let refers =
        table.foreign_keys.iter().any(|own| own.columns.first().map(String::as_str) == key.first().copied());
    let places: BTreeSet<_> = evidence.iter().map(|one| (&one.place.file, one.place.offset)).collect();
    if refers || places.len() < HABIT {
        return None;
    }
    let first = evidence.first()?;
    let mut shared = first.uses.iter().filter(|used| {
        let all = evidence.iter().all(|one| has(&one.uses, used));
        all && !key.contains(&used.column.as_str()) && is_usual(table, accesses, used)
    });
    shared.find_map(|used| spelled(table, used, dialect))
}

/// The conditions of a key that serves one fixed choice of rows only: a queue's waiting ones.
pub(crate) fn chosen(
    schema: &Schema,
    table: &Table,
    evidence: &BTreeSet<Evidence>,
    columns: &[&str],
) -> Option<Vec<Condition>> {
    let dialect = schema.dialect.filter(|dialect| *dialect == Dialect::Postgres)?;
    let first = evidence.first()?;
    let of_column = |column: &&str| {
        let used = first.uses.iter().find(|used| used.column == *column && used.fixed.is_some())?;
        evidence.iter().all(|one| has(&one.uses, used)).then(|| spelled(table, used, dialect)).flatten()
    };
    columns.iter().map(of_column).collect()
}

/// Conditions joined to one.
pub(crate) fn joined(conditions: &[Condition]) -> String {
    conditions.iter().map(|condition| condition.text.as_str()).collect::<Vec<_>>().join(" AND ")
}

fn has(uses: &[Use], asked: &Use) -> bool {
    uses.iter().any(|used| used.column == asked.column && used.fixed.is_some() && used.fixed == asked.fixed)
}

/// Whether nearly all queries of a table that look for rows by anything but their key have a condition.
fn is_usual(table: &Table, accesses: &[&Access], asked: &Use) -> bool {
    let by_key = |access: &Access| {
        access.uses.iter().any(|used| used.how == How::Equal && table.primary_key.contains(&used.column))
    };
    let looks = accesses.iter().filter(|access| !access.write && !access.any && !by_key(access));
    let (mut all, mut with) = (0, 0);
    for access in looks.filter(|access| !access.uses.is_empty()) {
        all += 1;
        with += usize::from(has(&access.uses, asked));
    }
    with >= HABIT && with * 10 >= all * MOST_OF_TEN
}

/// A condition in SQL, if the dialect proves it from a query and it leaves rows out.
fn spelled(table: &Table, used: &Use, dialect: Dialect) -> Option<Condition> {
    let column = table.column(&used.column)?;
    let name = identifier(&column.name, dialect)?;
    let fixed = used.fixed.as_ref()?;
    let text = match fixed {
        Fixed::Null | Fixed::Present if !column.nullable => return None,
        Fixed::Null => format!("{name} IS NULL"),
        Fixed::Present => format!("{name} IS NOT NULL"),
        _ if used.how != How::Equal || dialect != Dialect::Postgres => return None,
        Fixed::Flag(true) => name,
        Fixed::Flag(false) => format!("NOT {name}"),
        Fixed::Int(number) => format!("{name} = {number}"),
        Fixed::Text(text) => {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
            let fits = !text.is_empty() && text.len() <= 40 && text.chars().all(plain);
            fits.then(|| format!("{name} = '{text}'"))?
        }
    };
    let flag = matches!(fixed, Fixed::Flag(_));
    let boolean = column.ty.to_lowercase().starts_with("bool");
    (flag == boolean || !fixed.is_value()).then(|| Condition { column: column.name.clone(), text })
}

/// A name as it stands in a condition, with quotes only where it needs them.
fn identifier(name: &str, dialect: Dialect) -> Option<String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let word = name.chars().all(|c| plain(c) || c.is_ascii_uppercase());
    let small = name.chars().all(plain) && !name.starts_with(|c: char| c.is_ascii_digit());
    match dialect {
        Dialect::Sqlserver => word.then(|| format!("[{name}]")),
        _ if small => Some(name.to_owned()),
        _ => word.then(|| format!("\"{name}\"")),
    }
}

/// Columns stored beside a key so that its queries need no rows: few, narrow, and all that somebody's waiting reads.
pub(crate) fn included(
    schema: &Schema,
    table: &Table,
    key: &[&str],
    proven: &[Condition],
    evidence: &BTreeSet<Evidence>,
) -> Vec<String> {
    let stores = matches!(schema.dialect, Some(Dialect::Postgres | Dialect::Sqlserver));
    let fits = evidence.iter().all(|one| {
        one.whole && !one.write && one.limit != Some(1) && one.uses.iter().any(|used| used.how == How::Select)
    });
    if !stores || !fits || !evidence.iter().any(|one| one.waited) {
        return Vec::new();
    }
    let mut all: Vec<String> = Vec::new();
    for used in evidence.iter().flat_map(|one| &one.uses) {
        let known = key.contains(&used.column.as_str())
            || proven.iter().any(|condition| condition.column == used.column && used.how != How::Select);
        if !known && !all.contains(&used.column) {
            all.push(used.column.clone());
        }
    }
    let narrow = all.len() <= MAX_INCLUDED && all.iter().all(|name| is_narrow(table, name));
    if narrow { all } else { Vec::new() }
}

fn is_narrow(table: &Table, name: &str) -> bool {
    let Some(column) = table.column(name) else { return false };
    let lower = column.name.to_lowercase();
    let ty = column.ty.to_lowercase();
    let length = ty.split_once('(').and_then(|(_, rest)| rest.trim_end_matches(')').parse::<u32>().ok());
    let short = ty.contains("char") && length.is_some_and(|length| length <= SHORT);
    let plain = NARROW.iter().any(|word| ty.contains(word)) && !ty.contains("[]");
    (short || plain) && !RESTLESS.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::{condition, included, spelled};
    use crate::{Access, Column, Dialect, Evidence, How, Place, Schema, Table, Use};
    use perflint_ir::Fixed;
    use std::collections::BTreeSet;

    fn column(name: &str, ty: &str, nullable: bool) -> Column {
        Column { name: name.into(), ty: ty.into(), nullable, ..Column::default() }
    }

    fn table() -> Table {
        Table {
            name: "orders".into(),
            columns: vec![
                column("id", "bigint", false),
                column("code", "varchar(40)", false),
                column("deletedAt", "timestamp", true),
                column("status", "text", false),
                column("paid", "boolean", false),
                column("total", "numeric", false),
                column("note", "text", true),
            ],
            primary_key: vec!["id".into()],
            ..Table::default()
        }
    }

    fn used(column: &str, how: How, fixed: Option<Fixed>) -> Use {
        Use { column: column.into(), how, constant: fixed.is_some(), fixed }
    }

    fn asked(uses: &[Use], at: u32) -> Evidence {
        Evidence {
            place: Place::bytes("a.py".into(), at),
            what: String::new(),
            entries: Vec::new(),
            uses: uses.to_vec(),
            limit: None,
            waited: true,
            write: false,
            whole: true,
        }
    }

    fn access(uses: &[Use]) -> Access {
        Access {
            table: "orders".into(),
            place: Place::default(),
            uses: uses.to_vec(),
            partial: false,
            any: false,
            limit: None,
            write: false,
            removes: false,
            entries: Vec::new(),
            waited: true,
            repeated: false,
            sql: false,
        }
    }

    #[test]
    fn a_condition_is_told_where_nearly_all_queries_have_it() {
        let gone = used("deletedAt", How::Other, Some(Fixed::Null));
        let code = used("code", How::Equal, None);
        let both = [code.clone(), gone];
        let evidence = BTreeSet::from([asked(&both, 1), asked(&both, 2)]);
        let with = [access(&both), access(&both)];
        let without = access(&[code]);
        let schema = |dialect| Schema { dialect: Some(dialect), ..Schema::default() };
        let told = |dialect, all: &[&Access]| {
            condition(&schema(dialect), &table(), all, &["code"], &evidence).map(|found| found.text)
        };
        let all = [&with[0], &with[1]];
        assert_eq!(told(Dialect::Postgres, &all).as_deref(), Some("\"deletedAt\" IS NULL"));
        assert_eq!(told(Dialect::Sqlserver, &all).as_deref(), Some("[deletedAt] IS NULL"));
        assert_eq!(told(Dialect::Mysql, &all), None);
        assert_eq!(told(Dialect::Postgres, &[&with[0], &with[1], &without]), None);
        let once = BTreeSet::from([asked(&both, 1)]);
        assert_eq!(condition(&schema(Dialect::Postgres), &table(), &all, &["code"], &once), None);
    }

    #[test]
    fn values_are_spelled_for_the_dialect_that_proves_them() {
        let told = |used: &Use, dialect| spelled(&table(), used, dialect).map(|found| found.text);
        let open = used("status", How::Equal, Some(Fixed::Text("open".into())));
        assert_eq!(told(&open, Dialect::Postgres).as_deref(), Some("status = 'open'"));
        assert_eq!(told(&open, Dialect::Sqlite), None, "values are parameters there");
        let odd = used("status", How::Equal, Some(Fixed::Text("it's".into())));
        assert_eq!(told(&odd, Dialect::Postgres), None);
        let unpaid = used("paid", How::Equal, Some(Fixed::Flag(false)));
        assert_eq!(told(&unpaid, Dialect::Postgres).as_deref(), Some("NOT paid"));
        let never = used("total", How::Other, Some(Fixed::Null));
        assert_eq!(told(&never, Dialect::Postgres), None, "it is never null");
    }

    #[test]
    fn narrow_columns_are_stored_where_all_queries_read_no_others() {
        let schema = Schema { dialect: Some(Dialect::Postgres), ..Schema::default() };
        let code = used("code", How::Equal, None);
        let of = |column: &str| used(column, How::Select, None);
        let told = |all: &[Evidence]| {
            let all = all.iter().cloned().collect();
            included(&schema, &table(), &["code"], &[], &all)
        };
        assert_eq!(told(&[asked(&[code.clone(), of("id"), of("total")], 1)]), ["id", "total"]);
        assert!(told(&[asked(&[code.clone(), of("note")], 1)]).is_empty(), "a text may be long");
        assert!(told(&[asked(std::slice::from_ref(&code), 1)]).is_empty(), "all columns are read");
        assert!(told(&[asked(&[code.clone(), of("status")], 1)]).is_empty(), "it changes");
        let one = Evidence { limit: Some(1), ..asked(&[code, of("id")], 1) };
        assert!(told(&[one]).is_empty(), "one row is one more page");
    }
}
