//! Numbers that a listing counts once per row: one grouped query, or a column that every write keeps.

use crate::Input;
use crate::evaluate::{EntryPlan, short};
use crate::figure::place_text;
use crate::rewrite::{access, of_entity};
use crate::sizes::stem;
use perflint_evidence::{Ask, Asked};
use perflint_report::clean;
use perflint_schema::How;
use serde::Serialize;
use std::collections::BTreeSet;

/// How many are listed.
const LISTED: usize = 12;
/// With more places that write, keeping a column true is a burden of its own.
const PLACES: usize = 6;

/// A number that is counted once per row.
#[derive(Clone, Debug, Serialize)]
pub struct Counter {
    /// What is counted.
    pub entity: String,
    /// Where.
    pub place: String,
    /// How often, as a product.
    pub times: String,
    /// Queries at 1, 10 and 100 times the volumes.
    pub counts: [f64; 3],
    /// Entry points.
    pub entries: Vec<String>,
    /// One query for all rows of the listing.
    pub grouped: String,
    /// The column that would hold the number, where the writes are few.
    pub column: Option<String>,
    /// The places that write what is counted.
    pub writes: Vec<String>,
    /// Which of both, and why.
    pub recommendation: String,
}

/// What listings count row by row, by how often.
pub(crate) fn counters(input: &Input<'_>, entries: &[EntryPlan]) -> Vec<Counter> {
    let Some(evidence) = input.evidence else { return Vec::new() };
    let mut found: Vec<Counter> = Vec::new();
    let counts = |asked: &&Asked| matches!(asked.what, Ask::Count | Ask::Exists) && !asked.conditional;
    for asked in evidence.asked.iter().filter(counts) {
        let place = place_text(&asked.place);
        let mut gaining = BTreeSet::new();
        let mut most: Option<(&str, [f64; 3])> = None;
        for entry in entries.iter().filter(|entry| entry.waits) {
            let counting = entry.terms.iter().filter(|term| {
                term.unit == "queries" && !term.lazy && term.place == place && !term.loops.is_empty()
            });
            for term in counting {
                gaining.insert(entry.label.clone());
                if most.is_none_or(|(_, counts)| term.counts[1] > counts[1]) {
                    most = Some((&term.times, term.counts));
                }
            }
        }
        let (Some((times, counts)), Some(entity)) = (most, asked.entity.as_deref()) else { continue };
        found.push(counter(input, asked, entity, (times, counts), gaining));
    }
    found.sort_by(|a, b| b.counts[1].total_cmp(&a.counts[1]).then_with(|| a.place.cmp(&b.place)));
    found.dedup_by(|a, b| a.place == b.place);
    found.truncate(LISTED);
    found
}

fn counter(
    input: &Input<'_>,
    asked: &Asked,
    entity: &str,
    (times, counts): (&str, [f64; 3]),
    entries: BTreeSet<String>,
) -> Counter {
    let place = place_text(&asked.place);
    let writes = writes(input, entity);
    // What is looked up with, where the query was followed: the key of the row that the number belongs to.
    let used = input.database.and_then(|known| {
        let access = access(known, &place)?;
        let table = known.schema.table(&access.table)?;
        // What tells the listed rows apart is a key, not a state that all of them are asked about.
        let points = |name: &str| table.foreign_keys.iter().any(|key| key.columns == [name]);
        let keyed = |name: &str| points(name) || name.ends_with("_id") || name.ends_with("Id");
        let by = access
            .uses
            .iter()
            .find(|used| used.how == How::Equal && !used.constant && keyed(&used.column))?;
        let more = access.partial || access.uses.len() > 1 || !is_plain(asked, entity, &table.name);
        Some((table, by.column.clone(), more))
    });
    let table = used.as_ref().map(|(table, ..)| *table);
    let table = table.or_else(|| of_entity(input.database?, entity));
    let name = table.map_or_else(|| entity.to_owned(), |table| table.name.clone());
    let grouped = match &used {
        Some((_, by, more)) => format!(
            "`SELECT {by}, COUNT(*) FROM {name} WHERE {by} IN (the keys of the rows){} GROUP BY {by}`",
            if *more { " AND the other conditions" } else { "" }
        ),
        None => format!("one query over `{name}` that groups by the key of the listed rows"),
    };
    let few = !writes.is_empty() && writes.len() <= PLACES;
    // A number under further conditions is kept true by more than inserts and deletes.
    let plain = used.as_ref().is_some_and(|(_, _, more)| !more);
    let parent = used.as_ref().and_then(|(table, by, _)| {
        let mut keys = table.foreign_keys.iter().filter(|key| key.columns == [by.clone()]);
        keys.next().map(|key| key.table.clone())
    });
    let column = parent.filter(|_| few && plain).map(|parent| format!("{parent}.{name}_count"));
    let recommendation = match (&column, writes.len()) {
        (Some(column), n) => format!(
            "the grouped query first: it needs no change of the schema. If {} rows a listing still cost too much, `{}`: {} more to keep it true, each with one update more",
            short(counts[1]),
            clean::line(column),
            if n == 1 { "1 place has".to_owned() } else { format!("{n} places have") }
        ),
        (None, 0) => "the grouped query: no write of it was followed, so that nothing tells what a kept number would cost".to_owned(),
        (None, n) if n > PLACES => format!("the grouped query: {n} places write it, too many to keep a number true"),
        (None, _) => "the grouped query: the number depends on more than rows that come and go".to_owned(),
    };
    Counter {
        entity: clean::line(entity).into_owned(),
        place,
        times: times.to_owned(),
        counts,
        entries: entries.into_iter().collect(),
        grouped: clean::line(&grouped).into_owned(),
        column: column.map(|column| clean::line(&column).into_owned()),
        writes,
        recommendation,
    }
}

/// Whether what is counted is a relation as it is, or what conditions leave of it that were followed: `subscriptions.active.count`
/// may count fewer than the key tells.
fn is_plain(asked: &Asked, entity: &str, table: &str) -> bool {
    let Some((before, _)) = asked.code.rsplit_once('.') else { return false };
    let last = before.rsplit('.').next().unwrap_or(before);
    last.ends_with("()") || [entity, table].iter().any(|name| stem(name) == stem(last))
}

/// Where an entity is written, on the way of anything.
fn writes(input: &Input<'_>, entity: &str) -> Vec<String> {
    let terms = input.report.entries.iter().flat_map(|entry| &entry.terms);
    let writes = terms.filter(|term| term.effect == "write" && term.entity.as_deref() == Some(entity));
    let places: BTreeSet<String> = writes.map(|term| place_text(&term.place)).collect();
    places.into_iter().collect()
}
