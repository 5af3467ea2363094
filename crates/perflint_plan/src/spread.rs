//! By which column the data could be spread over several databases, and which queries would have to ask all of them.

use crate::Input;
use crate::database::Known;
use crate::evaluate::EntryPlan;
use crate::questions::Questions;
use perflint_report::clean;
use perflint_schema::{Access, How, Table};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// How many of one kind are listed.
const LISTED: usize = 12;
/// The tables that a key has to be in, at least, and the part of all of them.
const TABLES: usize = 5;
const PART: f64 = 0.3;
/// The queries that have to carry it, at least.
const CARRIED: usize = 5;

/// A key, and what it covers.
#[derive(Clone, Debug, Serialize)]
pub struct Spread {
    /// The column.
    pub key: String,
    /// The table that it points to, if that is declared.
    pub of: Option<String>,
    /// How many tables have it, and how many there are.
    pub tables: (usize, usize),
    /// Tables without it that queries use: each has to be copied to every database, or to get it.
    pub without: Vec<String>,
    /// Queries of tables that have it, of these: those that carry it, those by the primary key alone, those that could not be
    /// followed, those that would ask every database.
    pub queries: Queries,
    /// What would ask every database, by entry point.
    pub crossing: Vec<Crossing>,
    /// How many more would.
    pub more: usize,
}

/// Queries by what they carry.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Queries {
    /// All of them.
    pub all: usize,
    /// With the key.
    pub carry: usize,
    /// By the primary key, or by the key of a row that has it.
    pub by_id: usize,
    /// With conditions that could not be followed.
    pub unknown: usize,
    /// With none of these.
    pub cross: usize,
}

/// A query that would ask every database.
#[derive(Clone, Debug, Serialize)]
pub struct Crossing {
    /// The file and line.
    pub place: String,
    /// The table.
    pub table: String,
    /// The columns that it is looked up by.
    pub by: Vec<String>,
    /// Entry points.
    pub entries: Vec<String>,
}

/// The key that most queries carry; `None` where none is in enough tables and queries.
pub(crate) fn spread(input: &Input<'_>, entries: &[EntryPlan], questions: &mut Questions) -> Option<Spread> {
    let known = input.database?;
    let waited: BTreeSet<&str> =
        entries.iter().filter(|entry| entry.waits).map(|entry| entry.label.as_str()).collect();
    let candidates = candidates(known);
    let total = known.schema.tables.len();
    let enough = |tables: usize| tables >= TABLES && tables as f64 >= total as f64 * PART;
    let best = candidates
        .into_iter()
        .filter(|(_, tables)| enough(tables.len()))
        .map(|(name, tables)| (queries(known, &name, &tables), name, tables))
        .filter(|(queries, ..)| queries.carry >= CARRIED)
        .max_by(|a, b| a.0.carry.cmp(&b.0.carry).then_with(|| b.1.cmp(&a.1)))?;
    let (queries, key, tables) = best;
    questions.ask(format!(
        "Does one `{key}` ever see the data of another? If not, it is what the data can be spread by."
    ));
    let of = tables.iter().find_map(|table| {
        let own = |columns: &[String]| matches!(columns, [one] if one.eq_ignore_ascii_case(&key));
        table.foreign_keys.iter().find(|foreign| own(&foreign.columns)).map(|foreign| foreign.table.clone())
    });
    let with: BTreeSet<&str> = tables.iter().map(|table| table.name.as_str()).collect();
    let used: BTreeSet<&str> = known.accesses.iter().map(|access| access.table.as_str()).collect();
    let pointed = |name: &str| of.as_deref() == Some(name);
    let without = used.iter().filter(|name| !with.contains(*name) && !pointed(name));
    let mut crossing = crossing(known, &key, &tables, &waited);
    let more = crossing.len().saturating_sub(LISTED);
    crossing.truncate(LISTED);
    Some(Spread {
        tables: (tables.len(), total),
        without: without.take(LISTED).map(|name| clean::line(name).into_owned()).collect(),
        key: clean::line(&key).into_owned(),
        of: of.map(|of| clean::line(&of).into_owned()),
        queries,
        crossing,
        more,
    })
}

/// Columns that are called like a key and stand in several tables, with these.
fn candidates(known: Known<'_>) -> BTreeMap<String, Vec<&Table>> {
    let mut found: BTreeMap<String, Vec<&Table>> = BTreeMap::new();
    for table in known.schema.tables.values() {
        for column in &table.columns {
            let name = &column.name;
            let keyed = name.len() > 3 && (name.ends_with("_id") || name.ends_with("Id"));
            if keyed && !table.primary_key.iter().all(|key| key == name) {
                found.entry(name.clone()).or_default().push(table);
            }
        }
    }
    found
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Carries {
    Key,
    Id,
    Unknown,
    Nothing,
}

fn equal(access: &Access, name: &str) -> bool {
    let mut used = access.uses.iter().filter(|used| used.column.eq_ignore_ascii_case(name));
    used.any(|used| matches!(used.how, How::Equal | How::Join))
}

fn carries(access: &Access, table: &Table, key: &str, with: &BTreeSet<&str>) -> Carries {
    if access.any {
        return Carries::Unknown;
    }
    if equal(access, key) {
        return Carries::Key;
    }
    // Rows of one parent are where the parent is, if the parent has the key.
    let of_parent = table.foreign_keys.iter().any(|foreign| {
        matches!(foreign.columns.as_slice(), [one] if equal(access, one))
            && with.contains(foreign.table.as_str())
    });
    let by_id = !table.primary_key.is_empty() && table.primary_key.iter().all(|name| equal(access, name));
    if of_parent || by_id {
        return Carries::Id;
    }
    // Of a query without any condition nothing says that it has none.
    let filters = |how: How| matches!(how, How::Equal | How::Range | How::Other | How::Join);
    let followed = access.uses.iter().any(|used| filters(used.how));
    if access.partial || !followed { Carries::Unknown } else { Carries::Nothing }
}

/// The queries of some tables, each with what it carries. A statement that names the key of one of its tables is sent to one
/// database, and what it joins is there as well.
fn judged<'a>(known: Known<'a>, key: &str, tables: &[&'a Table]) -> Vec<(&'a Access, Carries)> {
    let with: BTreeSet<&str> = tables.iter().map(|table| table.name.as_str()).collect();
    let of_tables = known.accesses.iter().filter_map(|access| {
        let table = tables.iter().find(|table| table.name == access.table)?;
        Some((access, carries(access, table, key, &with)))
    });
    let mut all: Vec<(&Access, Carries)> = of_tables.collect();
    let place = |access: &'a Access| (&*access.place.file, access.place.line);
    let keyed: BTreeSet<(&str, u32)> = all
        .iter()
        .filter(|(access, carries)| access.sql && *carries == Carries::Key)
        .map(|(access, _)| place(access))
        .collect();
    for (access, carries) in &mut all {
        if access.sql && keyed.contains(&place(access)) {
            *carries = Carries::Key;
        }
    }
    all
}

fn queries(known: Known<'_>, key: &str, tables: &[&Table]) -> Queries {
    let mut sum = Queries::default();
    for (_, carries) in judged(known, key, tables) {
        sum.all += 1;
        let one = match carries {
            Carries::Key => &mut sum.carry,
            Carries::Id => &mut sum.by_id,
            Carries::Unknown => &mut sum.unknown,
            Carries::Nothing => &mut sum.cross,
        };
        *one += 1;
    }
    sum
}

/// Queries without the key, those that somebody waits for first.
fn crossing(known: Known<'_>, key: &str, tables: &[&Table], waited: &BTreeSet<&str>) -> Vec<Crossing> {
    let all = judged(known, key, tables);
    let crossing = all.into_iter().filter(|(_, carries)| *carries == Carries::Nothing);
    let mut found: Vec<Crossing> = crossing
        .map(|(access, _)| {
            let by = access
                .uses
                .iter()
                .filter(|used| !matches!(used.how, How::Ascending | How::Descending | How::Select));
            let by: BTreeSet<String> = by.map(|used| clean::line(&used.column).into_owned()).collect();
            Crossing {
                place: format!("{}:{}", clean::line(&access.place.file), access.place.line),
                table: clean::line(&access.table).into_owned(),
                by: by.into_iter().collect(),
                entries: access.entries.iter().map(|entry| clean::line(entry).into_owned()).collect(),
            }
        })
        .collect();
    let rank = |one: &Crossing| {
        let waits = one.entries.iter().any(|entry| waited.contains(entry.as_str()));
        (!waits, one.entries.is_empty())
    };
    found.sort_by(|a, b| (rank(a), &a.place, &a.table).cmp(&(rank(b), &b.place, &b.table)));
    found.dedup_by(|a, b| a.place == b.place && a.table == b.table);
    found
}
