//! Queries that could be asked otherwise, as they stand and as they could: for whether there is a row, for the columns that are
//! read, for the rows after the last one seen, once for all.

use crate::Input;
use crate::database::Known;
use crate::figure::place_text;
use perflint_evidence::{Ask, Asked};
use perflint_report::clean;
use perflint_schema::{Access, Column, How, Table};
use serde::Serialize;

/// How many of one kind are listed.
const LISTED: usize = 12;
/// A table with fewer columns is read whole as fast.
const NARROW: usize = 6;

/// A query and how else to ask.
#[derive(Clone, Debug, Serialize)]
pub struct Rewrite {
    /// `exists`, `columns`, `keyset` or `grouped`.
    pub kind: &'static str,
    /// The file and line.
    pub place: String,
    /// The code as it stands.
    pub before: String,
    /// What to ask instead.
    pub after: String,
    /// What else is to be known of it; empty for nothing.
    pub note: String,
    /// Entry points that lead there.
    pub entries: Vec<String>,
}

/// What may be asked otherwise, by kind and place.
pub(crate) fn rewrites(input: &Input<'_>) -> Vec<Rewrite> {
    let asked = input.evidence.into_iter().flat_map(|evidence| &evidence.asked);
    let mut found: Vec<Rewrite> = asked.filter_map(|asked| rewrite(input.database, asked)).collect();
    found.sort_by(|a, b| {
        let weight = |one: &Rewrite| std::cmp::Reverse(one.entries.len());
        (a.kind, weight(a), &a.place).cmp(&(b.kind, weight(b), &b.place))
    });
    let mut counts = std::collections::BTreeMap::new();
    found.retain(|one| {
        let count: &mut usize = counts.entry(one.kind).or_default();
        *count += 1;
        *count <= LISTED
    });
    found
}

fn rewrite(known: Option<Known<'_>>, asked: &Asked) -> Option<Rewrite> {
    let place = place_text(&asked.place);
    let access = known.and_then(|known| access(known, &place));
    let table = known.and_then(|known| table(known, access, asked));
    let (kind, after, note) = match asked.what {
        Ask::Count | Ask::Delete => return None,
        Ask::Exists => (
            "exists",
            asked.instead.clone().unwrap_or_else(|| "whether there is a row".to_owned()),
            String::new(),
        ),
        Ask::Offset => keyset(access, table),
        Ask::Whole => columns(table?, &asked.reads)?,
    };
    Some(Rewrite {
        kind,
        place,
        before: format!("`{}`", clean::line(&asked.code).replace('`', "'")),
        after: clean::line(&after).into_owned(),
        note,
        entries: asked.entries.iter().map(|entry| clean::line(entry).into_owned()).collect(),
    })
}

/// What the query of a line uses.
pub(crate) fn access<'a>(known: Known<'a>, place: &str) -> Option<&'a Access> {
    known.accesses.iter().find(|access| {
        place
            .rsplit_once(':')
            .is_some_and(|(file, line)| *access.place.file == *file && line.parse() == Ok(access.place.line))
    })
}

/// The table that a query is about: what it was seen to use, or what its entity is named after.
fn table<'a>(known: Known<'a>, access: Option<&Access>, asked: &Asked) -> Option<&'a Table> {
    let by_access = access.and_then(|access| known.schema.table(&access.table));
    by_access.or_else(|| of_entity(known, asked.entity.as_deref()?))
}

/// The table of an entity, if one alone is.
pub(crate) fn of_entity<'a>(known: Known<'a>, entity: &str) -> Option<&'a Table> {
    let mut tables = known.schema.tables.values().filter(|table| table.entity.as_deref() == Some(entity));
    tables.next().filter(|_| tables.next().is_none())
}

fn keyset(access: Option<&Access>, table: Option<&Table>) -> (&'static str, String, String) {
    let sorted = access.into_iter().flat_map(|access| &access.uses);
    let sorted: Vec<(&str, bool)> = sorted
        .filter(|used| matches!(used.how, How::Ascending | How::Descending))
        .map(|used| (used.column.as_str(), used.how == How::Descending))
        .collect();
    let key: Vec<&str> = table.map_or_else(Vec::new, |table| {
        table
            .primary_key
            .iter()
            .map(String::as_str)
            .filter(|key| sorted.iter().all(|(name, _)| name != key))
            .collect()
    });
    let mixed = sorted.windows(2).any(|pair| pair[0].1 != pair[1].1);
    if sorted.is_empty() || mixed {
        let followed = access.is_some_and(|access| !access.partial && !access.any);
        let note = match (mixed, followed) {
            (true, _) => "it sorts in both directions, so that one comparison of several columns does not do",
            (false, true) => "it has no order: rows of one page may come again on the next",
            (false, false) => "what it sorts by could not be followed",
        };
        let after = "the rows after the last one of the page before, by the order and the primary key";
        return ("keyset", after.to_owned(), note.to_owned());
    }
    let names: Vec<&str> = sorted.iter().map(|(name, _)| *name).chain(key).collect();
    let sign = if sorted[0].1 { "<" } else { ">" };
    let after =
        format!("`WHERE ({}) {sign} (the last row of the page before)`, in the same order", names.join(", "));
    ("keyset", after, String::new())
}

fn columns(table: &Table, reads: &[String]) -> Option<(&'static str, String, String)> {
    let named = |name: &String| {
        let plain = name.trim_start_matches("get").to_lowercase();
        let of = |column: &&Column| {
            column.attribute.as_deref() == Some(name)
                || column.name.eq_ignore_ascii_case(name)
                || column.name.replace('_', "").eq_ignore_ascii_case(&plain)
        };
        table.columns.iter().find(of).map(|column| column.name.clone())
    };
    let wanted: Vec<String> = reads.iter().map(named).collect::<Option<_>>()?;
    if table.columns.len() < NARROW.max(wanted.len() * 2) {
        return None;
    }
    let after = format!("`{}` of `{}` alone", wanted.join("`, `"), table.name);
    let note = format!("{} of {} columns", wanted.len(), table.columns.len());
    Some(("columns", after, note))
}
