//! Tables that grow with time and are read or emptied by it: what partitions would save, and what stands against them.

use crate::Input;
use crate::database::Known;
use crate::evaluate::{World, short};
use crate::figure::place_text;
use crate::questions::Questions;
use perflint_evidence::Ask;
use perflint_report::clean;
use perflint_schema::{Access, How, Table};
use serde::Serialize;
use std::collections::BTreeSet;

/// How many tables are looked at closer.
const LISTED: usize = 8;
/// With fewer rows an index does as well.
const LARGE: u64 = 10_000_000;
/// The part of a table's queries that has to bound the time, so that partitions serve more than they hinder.
const PART: f64 = 0.3;
/// Types of moments.
const MOMENTS: &[&str] = &["date", "time", "instant"];

/// A table that may be split by time.
#[derive(Clone, Debug, Serialize)]
pub struct Partitioning {
    /// The table.
    pub table: String,
    /// The column that says when.
    pub column: String,
    /// Its rows, where they are given.
    pub rows: Option<u64>,
    /// `propose`, `ask` or `small`.
    pub verdict: &'static str,
    /// What to do, or to find out.
    pub advice: String,
    /// How many queries bound the column, and how many were followed.
    pub bounded: (usize, usize),
    /// Queries that bound the column: `file:line` and what they do.
    pub evidence: Vec<(String, String)>,
    /// What has to change first.
    pub obstacles: Vec<String>,
}

/// Tables that queries bound by time, those with most such queries first.
pub(crate) fn partitions(
    input: &Input<'_>,
    world: &World<'_>,
    questions: &mut Questions,
) -> Vec<Partitioning> {
    let Some(known) = input.database else { return Vec::new() };
    let asked = input.evidence.into_iter().flat_map(|evidence| &evidence.asked);
    let removed: BTreeSet<String> =
        asked.filter(|asked| asked.what == Ask::Delete).map(|asked| place_text(&asked.place)).collect();
    let mut found: Vec<Partitioning> = known
        .schema
        .tables
        .values()
        .filter(|table| table.partition.is_none())
        .filter_map(|table| partition(known, &removed, table, world))
        .collect();
    found.sort_by(|a, b| {
        let rank =
            |one: &Partitioning| ["propose", "ask", "small"].iter().position(|word| *word == one.verdict);
        (rank(a), std::cmp::Reverse(a.bounded.0), &a.table).cmp(&(
            rank(b),
            std::cmp::Reverse(b.bounded.0),
            &b.table,
        ))
    });
    found.truncate(LISTED);
    if let Some(first) = found.iter().find(|one| one.verdict == "ask") {
        questions.ask(format!(
            "How many rows does `{}` get in a month, and for how long are they kept?",
            first.table
        ));
    }
    found
}

/// The file and line of a query.
fn place(access: &Access) -> String {
    format!("{}:{}", clean::line(&access.place.file), access.place.line)
}

fn partition(
    known: Known<'_>,
    removed: &BTreeSet<String>,
    table: &Table,
    world: &World<'_>,
) -> Option<Partitioning> {
    let own: Vec<&Access> = known.accesses.iter().filter(|access| access.table == table.name).collect();
    let bounds = |access: &Access, column: &str| {
        access.uses.iter().any(|used| used.column == column && used.how == How::Range) && !access.any
    };
    let moments = table.columns.iter().filter(|column| {
        let ty = column.ty.to_lowercase();
        MOMENTS.iter().any(|word| ty.contains(word))
    });
    let best = moments
        .map(|column| (own.iter().filter(|access| bounds(access, &column.name)).count(), column))
        .filter(|(count, _)| *count > 0)
        .max_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.name.cmp(&a.1.name)));
    let (count, column) = best?;
    let bounding: Vec<&&Access> = own.iter().filter(|access| bounds(access, &column.name)).collect();
    let removes = |access: &Access| access.removes || access.write && removed.contains(&place(access));
    let emptied = bounding.iter().any(|access| removes(access));
    if !emptied && (count as f64) < own.len() as f64 * PART {
        return None;
    }
    let rows = world
        .volumes
        .of(&table.name)
        .or_else(|| world.volumes.of(table.entity.as_deref()?))
        .map(|(_, rows)| rows);
    let shown = clean::line(&table.name).into_owned();
    let (verdict, advice) = advice(world, rows, &column.name, emptied, (count, own.len()));
    let evidence = bounding.iter().take(4).map(|access| {
        let what = match (access.write, removes(access)) {
            (_, true) => "removes rows by it",
            (true, false) => "changes or removes rows by it",
            (false, false) => "reads a stretch of it",
        };
        let entries: Vec<_> = access.entries.iter().take(2).map(|entry| clean::line(entry)).collect();
        let entries = if entries.is_empty() { String::new() } else { format!(" ({})", entries.join(", ")) };
        (place(access), format!("{what}{entries}"))
    });
    Some(Partitioning {
        evidence: evidence.collect(),
        obstacles: obstacles(known, table, &column.name),
        column: clean::line(&column.name).into_owned(),
        bounded: (count, own.len()),
        table: shown,
        rows,
        verdict,
        advice,
    })
}

fn advice(
    world: &World<'_>,
    rows: Option<u64>,
    column: &str,
    emptied: bool,
    (count, all): (usize, usize),
) -> (&'static str, String) {
    let gain = if emptied {
        "old rows then leave by dropping a partition, not row by row"
    } else {
        "queries that bound it then read the partitions of that time only"
    };
    let rest = match all - count {
        0 => String::new(),
        1 => "; the one query that does not bound it visits every partition".to_owned(),
        n => format!("; the {n} queries that do not bound it visit every partition"),
    };
    match rows {
        Some(rows) if rows >= LARGE => {
            let months = world.targets.growth_per_month.filter(|growth| *growth > 0.0).map(|growth| {
                let monthly = rows as f64 * growth / 100.0;
                format!(" At {growth}% a month that is {} rows in the next one.", short(monthly))
            });
            (
                "propose",
                format!(
                    "by range of `{column}`, a partition a month: {gain}{rest}.{}",
                    months.unwrap_or_default()
                ),
            )
        }
        Some(rows) => (
            "small",
            format!(
                "not at {} rows: up to about {} an index on `{column}` does as well (assumption)",
                short(rows as f64),
                short(LARGE as f64)
            ),
        ),
        None => (
            "ask",
            format!(
                "worth it from about {} rows (assumption), by range of `{column}`: {gain}{rest}. How many rows it has nobody said",
                short(LARGE as f64)
            ),
        ),
    }
}

/// Keys that would have to hold the column, and tables that point here.
fn obstacles(known: Known<'_>, table: &Table, column: &str) -> Vec<String> {
    let lacks = |names: &[String]| !names.is_empty() && !names.iter().any(|name| name == column);
    let mut found = Vec::new();
    if lacks(&table.primary_key) {
        found.push(format!(
            "the primary key ({}) has to hold `{column}` as well",
            table.primary_key.join(", ")
        ));
    }
    for index in table.indexes.iter().filter(|index| index.unique) {
        let names: Vec<String> = index.columns.iter().map(|column| column.name.clone()).collect();
        if lacks(&names) && names != table.primary_key {
            found.push(format!(
                "({}) is unique, which no partition can promise for the others unless it holds `{column}`",
                names.join(", ")
            ));
        }
    }
    let pointing: Vec<&str> = known
        .schema
        .tables
        .values()
        .filter(|other| other.foreign_keys.iter().any(|key| key.table == table.name))
        .map(|other| other.name.as_str())
        .collect();
    if let [first, rest @ ..] = pointing.as_slice() {
        let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
        found.push(format!("`{first}`{more} points to it: MySQL allows no foreign key to partitions, and PostgreSQL one to the whole key"));
    }
    found.truncate(4);
    found.iter().map(|text| clean::line(text).into_owned()).collect()
}
