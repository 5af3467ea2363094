//! Indexes to add and to drop, each with its evidence.
//!
//! Few and sure: a column is proposed if every query that is meant requires it, if nothing that exists starts with one of the
//! required columns, and if it tells rows apart. What only might help is left out.

use crate::{Access, How, Index, IndexColumn, Place, Schema, Table, Use, refine};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A table with fewer rows is read whole as fast.
const SMALL: u64 = 1_000;

/// The longest key that is proposed.
const MAX_COLUMNS: usize = 3;

/// The longest name that every database takes.
const MAX_NAME: usize = 60;

/// Types whose columns a plain index does not serve.
const NO_KEY: &[&str] = &[
    "json",
    "blob",
    "binary",
    "bytea",
    "vector",
    "tsvector",
    "point",
    "geometry",
    "geography",
    "[]",
    "array",
    "hstore",
];

/// Words of columns of texts without a length that are written by people: a key of them may be longer than an index takes.
const PROSE: &[&str] = &[
    "body",
    "content",
    "text",
    "description",
    "detail",
    "comment",
    "note",
    "message",
    "summary",
    "html",
    "markdown",
    "reason",
    "instruction",
];

/// Types with few values, or words that columns with few values have in their names.
const FEW: &[&str] = &["bool", "bit", "tinyint(1)"];
const FEW_NAMES: &[&str] = &[
    "status",
    "state",
    "type",
    "kind",
    "role",
    "level",
    "locale",
    "language",
    "currency",
    "priority",
    "category",
    "severity",
    "source",
    "mode",
    "visibility",
    "extension",
    "is_",
    "has_",
    "can_",
    "use_",
    "enable",
    "disabled",
    "active",
    "deleted",
    "archived",
    "public",
    "private",
    "visible",
    "hidden",
    "gender",
    "queue",
    "permission",
];

/// Words of columns that note who did something: a key there is followed when that row goes, and by nothing else.
const NOTES: &[&str] = &[
    "created_by",
    "updated_by",
    "modified_by",
    "responder",
    "approver",
    "resolver",
    "modifier",
    "updater",
    "author",
];

/// Words in the path of code that changes the data once.
const ONCE: &[&str] = &["migrat", "upgrade"];

/// Types of moments: what is compared with one is a stretch of time, however that is written.
const MOMENTS: &[&str] = &["date", "time", "instant"];

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Create an index.
    Add,
    /// Drop an index.
    Drop,
}

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Queries filter by columns that no index starts with.
    Filter,
    /// Queries sort by columns that no index gives in that order.
    Order,
    /// Queries join by a column that no index starts with.
    Join,
    /// Nothing supports a foreign key: deleting the parent, and following it back, reads the whole table.
    ForeignKey,
    /// Another index has the same columns.
    Duplicate,
    /// Another index starts with its columns.
    Prefix,
}

/// A query, or a declaration, that speaks for a proposal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Evidence {
    /// Where.
    pub place: Place,
    /// What stands there, for people: `filters by status, sorts by created_at`.
    pub what: String,
    /// Entry points that run it, by label.
    pub entries: Vec<String>,
    /// The columns that the query uses; empty for a declaration.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub uses: Vec<Use>,
    /// The most rows that the query asks for; `u32::MAX` for a page of a size that is not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Somebody waits for one of the entry points.
    #[serde(skip)]
    pub waited: bool,
    /// It changes or removes the rows.
    #[serde(skip)]
    pub write: bool,
    /// Nothing restricts the rows that is not among its uses.
    #[serde(skip)]
    pub whole: bool,
}

impl Evidence {
    fn declared(place: Place, what: String) -> Self {
        Self {
            place,
            what,
            entries: Vec::new(),
            uses: Vec::new(),
            limit: None,
            waited: false,
            write: false,
            whole: true,
        }
    }
}

/// A change to the indexes of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// What to do.
    pub action: Action,
    /// Why.
    pub reason: Reason,
    /// The table.
    pub table: String,
    /// The index to create, or the one to drop. One to create has a name.
    pub index: Index,
    /// The index that makes the dropped one unnecessary: its name, or its columns.
    pub instead: Option<String>,
    /// A sentence that says why.
    pub why: String,
    /// What speaks for it, by place.
    pub evidence: Vec<Evidence>,
    /// Rows of the table, if they are known.
    pub rows: Option<u64>,
}

/// What is proposed for a schema, given how it is used and how many rows its tables have (by table; may be empty). What to add
/// comes first, most evidence first, then what to drop, by table.
pub fn propose(schema: &Schema, accesses: &[Access], volumes: &BTreeMap<String, u64>) -> Vec<Proposal> {
    let mut all = Vec::new();
    let mut by_table: BTreeMap<&str, Vec<&Access>> = BTreeMap::new();
    for access in accesses {
        by_table.entry(&access.table).or_default().push(access);
    }
    for table in schema.tables.values() {
        let rows =
            volumes.iter().find(|(name, _)| name.eq_ignore_ascii_case(&table.name)).map(|(_, rows)| *rows);
        let own = by_table.get(table.name.as_str()).map_or(&[][..], Vec::as_slice);
        let small = rows.map_or_else(|| crate::small::is_small(schema, table), |rows| rows < SMALL);
        if !small && !table.columns.is_empty() {
            let mut added = missing(schema, table, own);
            foreign_keys(schema, table, &mut added);
            all.extend(added.into_iter().map(|proposal| Proposal { rows, ..proposal }));
        }
        if !table.partial {
            all.extend(redundant(table).into_iter().map(|proposal| Proposal { rows, ..proposal }));
        }
    }
    all.sort_by(|a, b| {
        let weight = |p: &Proposal| std::cmp::Reverse(p.evidence.len());
        (a.action, weight(a), &a.table, names(&a.index.columns)).cmp(&(
            b.action,
            weight(b),
            &b.table,
            names(&b.index.columns),
        ))
    });
    all
}

fn names(columns: &[IndexColumn]) -> Vec<&str> {
    columns.iter().map(|column| column.name.as_str()).collect()
}

/// Whether some index, or the primary key, starts with one of these columns, so that the database has something to go by.
fn served(schema: &Schema, table: &Table, columns: &[&str]) -> bool {
    let is = |name: &str| columns.iter().any(|column| column.eq_ignore_ascii_case(name));
    let mut starts = table
        .indexes
        .iter()
        .filter(|index| index.condition.is_none() && plain_method(index))
        .filter_map(|index| index.columns.first())
        .map(|part| part.name.as_str());
    starts.any(is)
        || table.primary_key.first().is_some_and(|name| is(name))
        // MySQL indexes foreign keys by itself.
        || schema.dialect == Some(crate::Dialect::Mysql)
            && table.foreign_keys.iter().filter_map(|key| key.columns.first()).any(|name| is(name))
        // An expression over the column, or a partial index on it, was somebody's answer to the same query.
        || table.indexes.iter().any(|index| {
            index.columns.first().is_some_and(|part| columns.iter().any(|column| part.name.contains(column)))
        })
}

fn plain_method(index: &Index) -> bool {
    index
        .method
        .as_deref()
        .is_none_or(|method| method.eq_ignore_ascii_case("btree") || method.eq_ignore_ascii_case("hash"))
}

/// Whether a column can stand in a key, and whether it tells rows apart.
fn keyable(table: &Table, name: &str) -> (bool, bool) {
    let Some(column) = table.column(name) else { return (false, false) };
    let ty = column.ty.to_lowercase();
    // The column of a key that is declared where nobody looks.
    let undeclared = table.primary_key.is_empty() && column.name.eq_ignore_ascii_case("id");
    let lower = column.name.to_lowercase();
    let prose = ty.contains("text") && PROSE.iter().any(|word| lower.contains(word));
    let fits = !undeclared && !column.opaque && !prose && !NO_KEY.iter().any(|no| ty.contains(no));
    let few = column.opaque
        || FEW.iter().any(|few| ty.starts_with(few))
        || FEW_NAMES.iter().any(|few| lower.contains(few));
    (fits, !few)
}

fn is_number(table: &Table, name: &str) -> bool {
    const NUMBERS: &[&str] = &["int", "numeric", "decimal", "float", "double", "real", "serial"];
    table
        .column(name)
        .is_some_and(|column| NUMBERS.iter().any(|word| column.ty.to_lowercase().contains(word)))
}

fn is_moment(table: &Table, name: &str) -> bool {
    table
        .column(name)
        .is_some_and(|column| MOMENTS.iter().any(|word| column.ty.to_lowercase().contains(word)))
}

/// The columns that a query requires to be equal to something, in order.
fn required<'a>(table: &Table, access: &'a Access) -> Vec<&'a str> {
    let mut all: Vec<&str> = Vec::new();
    for used in &access.uses {
        let equal = matches!(used.how, How::Equal | How::Join) && !is_moment(table, &used.column);
        if equal && !all.contains(&used.column.as_str()) {
            all.push(&used.column);
        }
    }
    all
}

fn missing(schema: &Schema, table: &Table, accesses: &[&Access]) -> Vec<Proposal> {
    let mut wanted: Wanted = BTreeMap::new();
    for access in accesses {
        if access.any || table.partial {
            continue;
        }
        let equal = required(table, access);
        let is_range = |u: &&Use| u.how == How::Range || u.how == How::Equal && is_moment(table, &u.column);
        let ranges: Vec<&str> = access.uses.iter().filter(is_range).map(|u| u.column.as_str()).collect();
        let filters: Vec<&str> = equal.iter().chain(&ranges).copied().collect();
        if served(schema, table, &filters) {
            continue;
        }
        let Some((reason, key)) = key(schema, table, access, &equal, &ranges) else { continue };
        let evidence = Evidence {
            place: access.place.clone(),
            what: said(access),
            entries: access.entries.clone(),
            uses: access.uses.clone(),
            limit: access.limit,
            waited: access.waited,
            write: access.write,
            whole: !access.partial,
        };
        let free = key.iter().take_while(|part| equal.contains(&part.name.as_str())).count();
        let entry = wanted.entry(key).or_insert_with(|| (reason, free, BTreeSet::new()));
        entry.1 = entry.1.min(free);
        entry.2.insert(evidence);
    }
    combined(nested(wanted))
        .into_iter()
        .filter(|(key, (reason, _, evidence))| worth(*reason, key, evidence))
        .map(|(key, (reason, free, evidence))| refined(schema, table, accesses, key, reason, free, evidence))
        .collect()
}

/// Whether a column notes who did something, or what a new row starts with.
fn is_note(snake: &str) -> bool {
    let by = ["_by", "_by_id", "_by_user_id"].iter().any(|end| snake.ends_with(end));
    by || snake.starts_with("default_") || NOTES.iter().any(|word| snake.contains(word))
}

/// Whether an entry point runs one of the queries, or the column is a key of its own kind that something is read by. Whole tables
/// that jobs go through in pages are in no hurry.
fn worth(reason: Reason, key: &[IndexColumn], evidence: &BTreeSet<Evidence>) -> bool {
    let reached = evidence.iter().any(|evidence| !evidence.entries.is_empty());
    let is_once = |file: &str| ONCE.iter().any(|word| file.to_lowercase().contains(word));
    if evidence.iter().all(|evidence| is_once(&evidence.place.file)) {
        return false;
    }
    let reads = evidence.iter().any(|evidence| !evidence.write);
    let owned =
        |name: &str| name.to_lowercase().ends_with("id") && (reads || !is_note(&cruet::to_snake_case(name)));
    let hurried = evidence.iter().any(|one| one.waited || one.uses.iter().any(|used| used.how == How::Equal));
    match reason {
        Reason::Order => reached && hurried,
        _ => reached || key.first().is_some_and(|part| owned(&part.name)),
    }
}

/// A proposal with what makes it smaller or lets it answer alone.
fn refined(
    schema: &Schema,
    table: &Table,
    accesses: &[&Access],
    key: Vec<IndexColumn>,
    reason: Reason,
    free: usize,
    evidence: BTreeSet<Evidence>,
) -> Proposal {
    let columns = names(&key);
    let (head, tail) = columns.split_at(if reason == Reason::Order { free.min(columns.len()) } else { 0 });
    // One choice of rows in an order: the others need not be in the index.
    let chosen = refine::chosen(schema, table, &evidence, head).filter(|chosen| !chosen.is_empty());
    let (conditions, columns) = match chosen {
        Some(chosen) => (chosen, tail),
        None => {
            let shared = refine::condition(schema, table, accesses, &columns, &evidence);
            (shared.into_iter().collect(), columns.as_slice())
        }
    };
    let include = refine::included(schema, table, columns, &conditions, &evidence);
    let kept = key.iter().filter(|part| columns.contains(&part.name.as_str())).cloned().collect();
    let mut proposal = add(table, kept, reason, evidence);
    if !conditions.is_empty() {
        let condition = refine::joined(&conditions);
        let of: Vec<&str> = conditions.iter().map(|condition| condition.column.as_str()).collect();
        proposal.index.name = Some(index_name(table, &[names(&proposal.index.columns), of].concat()));
        proposal.why = format!("{}; all of them ask for `{condition}`", proposal.why);
        proposal.index.condition = Some(condition);
    }
    if !include.is_empty() {
        let list = include.join(", ");
        proposal.why = format!("{}; {list} beside the key answers them without the rows", proposal.why);
        proposal.index.include = include;
    }
    proposal
}

/// The key that serves a query: equality first, then one range or the order.
fn key(
    schema: &Schema,
    table: &Table,
    access: &Access,
    equal: &[&str],
    ranges: &[&str],
) -> Option<(Reason, Vec<IndexColumn>)> {
    // One value in every run has many rows, or the table few.
    let constant = |name: &str| access.uses.iter().any(|used| used.column == name && used.constant);
    let tells = |name: &&str| keyable(table, name) == (true, true) && !constant(name);
    let sharp: Vec<&str> = equal.iter().copied().filter(tells).collect();
    let sorts: Vec<IndexColumn> = access
        .uses
        .iter()
        .filter(|u| matches!(u.how, How::Ascending | How::Descending))
        .map(|u| IndexColumn { descending: u.how == How::Descending, ..IndexColumn::plain(&u.column) })
        .collect();
    let sortable = !sorts.is_empty() && sorts.iter().all(|part| keyable(table, &part.name) == (true, true));
    let page = access.limit.is_some_and(|limit| limit > 1);
    if sharp.is_empty() {
        // Without a sharp condition only a page in a given order is worth an index, and one by what grows with the rows: short lists
        // are sorted by names.
        let first = sorts.first()?;
        let grows = is_moment(table, &first.name) || is_number(table, &first.name);
        let fixed = |name: &&str| constant(name) && keyable(table, name).0;
        let known = equal.len() < MAX_COLUMNS && equal.iter().all(fixed);
        let unfiltered = known && ranges.is_empty() && !access.partial && grows;
        if !(unfiltered && page && sortable && !access.write)
            || served(schema, table, &[sorts.first()?.name.as_str()])
        {
            return None;
        }
        let room = MAX_COLUMNS - equal.len();
        let sorts = same_direction(sorts.into_iter().take(room).collect());
        return Some((
            Reason::Order,
            equal.iter().map(|name| IndexColumn::plain(*name)).chain(sorts).collect(),
        ));
    }
    let mut key: Vec<IndexColumn> = sharp.into_iter().map(IndexColumn::plain).take(MAX_COLUMNS).collect();
    if key.len() < MAX_COLUMNS
        && let Some(range) = ranges.first().filter(|name| keyable(table, name) == (true, true))
    {
        key.push(IndexColumn::plain(*range));
    } else if key.len() < MAX_COLUMNS && page && sortable && ranges.is_empty() {
        let room = MAX_COLUMNS - key.len();
        let more: Vec<IndexColumn> = sorts
            .into_iter()
            .filter(|part| !key.iter().any(|known| known.name == part.name))
            .take(room)
            .collect();
        key.extend(same_direction(more));
    }
    Some((Reason::Filter, key))
}

/// An index is read both ways, so that only a mix of directions has to be said.
fn same_direction(mut parts: Vec<IndexColumn>) -> Vec<IndexColumn> {
    if parts.iter().all(|part| part.descending) {
        parts.iter_mut().for_each(|part| part.descending = false);
    }
    parts
}

/// What a key is for, how many of its first columns may change places, and what asks for it.
type Asked = (Reason, usize, BTreeSet<Evidence>);

/// Keys that are asked for.
type Wanted = BTreeMap<Vec<IndexColumn>, Asked>;

/// A key whose columns another one requires as well comes first in that one, so that one index serves both.
fn nested(wanted: Wanted) -> Wanted {
    let keys: Vec<Vec<IndexColumn>> = wanted.keys().cloned().collect();
    let mut out = Wanted::new();
    for (key, (reason, free, evidence)) in wanted {
        let starts = |other: &&Vec<IndexColumn>| other.len() < key.len() && key.starts_with(other);
        let inside = |other: &&Vec<IndexColumn>| {
            other.len() <= free
                && other.len() < key.len()
                && other.iter().all(|part| key[..free].contains(part))
        };
        let first = keys.iter().find(inside).filter(|_| !keys.iter().any(|other| starts(&other)));
        let key = match first {
            Some(first) => {
                let rest = key.iter().filter(|part| !first.contains(part));
                first.iter().chain(rest).cloned().collect()
            }
            None => key,
        };
        let entry = out.entry(key).or_insert_with(|| (reason, free, BTreeSet::new()));
        entry.2.extend(evidence);
    }
    out
}

/// A key that another one starts with is served by that one; the same columns in another order are one key. Of keys that differ
/// only in what follows the columns that are required to be equal, one is enough: those tell most rows apart.
fn combined(wanted: Wanted) -> Wanted {
    let mut all: Vec<_> = wanted.into_iter().collect();
    all.sort_by_cached_key(|(key, (_, _, evidence))| {
        // Pages gain most from what follows, since they stop early.
        let pages = evidence.iter().any(|one| one.limit.is_some_and(|limit| limit > 1));
        (std::cmp::Reverse((key.len(), pages, evidence.len())), key.clone())
    });
    let mut kept: Vec<(Vec<IndexColumn>, Asked)> = Vec::new();
    for (key, (reason, free, evidence)) in all {
        let serves = |other: &[IndexColumn], other_free: usize| {
            let same_set = other.len() == key.len() && key.iter().all(|part| other.contains(part));
            let same_start =
                free > 0 && free == other_free && key.len() > free && other.starts_with(&key[..free]);
            other.starts_with(&key) || same_set || same_start
        };
        match kept.iter_mut().find(|(other, (_, other_free, _))| serves(other, *other_free)) {
            Some((_, (.., all))) => all.extend(evidence),
            None => kept.push((key, (reason, free, evidence))),
        }
    }
    kept.into_iter().collect()
}

fn said(access: &Access) -> String {
    let list = |hows: &[How]| {
        let names: Vec<&str> =
            access.uses.iter().filter(|u| hows.contains(&u.how)).map(|u| u.column.as_str()).collect();
        names.join(", ")
    };
    let mut parts = Vec::new();
    for (word, names) in [
        ("filters by", list(&[How::Equal, How::Join])),
        ("compares", list(&[How::Range])),
        ("sorts by", list(&[How::Ascending, How::Descending])),
    ] {
        if !names.is_empty() {
            parts.push(format!("{word} {names}"));
        }
    }
    if parts.is_empty() { "reads it".to_owned() } else { parts.join(", ") }
}

fn index_name(table: &Table, columns: &[&str]) -> String {
    let mut name = format!("idx_{}_{}", table.name, columns.join("_")).to_lowercase();
    if name.len() > MAX_NAME {
        let sum = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
            (sum ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        });
        name.truncate(name.floor_char_boundary(MAX_NAME - 9));
        name.push_str(&format!("_{:08x}", sum & 0xffff_ffff));
    }
    name
}

fn add(table: &Table, columns: Vec<IndexColumn>, reason: Reason, evidence: BTreeSet<Evidence>) -> Proposal {
    let list = names(&columns).join(", ");
    let why = match reason {
        Reason::Order => {
            format!("pages of `{}` are sorted by {list}, and no index gives that order", table.name)
        }
        _ => format!(
            "rows of `{}` are looked up by {list}, and no index starts with what is looked up",
            table.name
        ),
    };
    let mut queries: BTreeMap<Evidence, (BTreeSet<String>, bool)> = BTreeMap::new();
    for mut one in evidence {
        let (entries, waited) = (std::mem::take(&mut one.entries), std::mem::take(&mut one.waited));
        let known = queries.entry(one).or_default();
        known.0.extend(entries);
        known.1 |= waited;
    }
    let evidence = queries.into_iter().map(|(one, (entries, waited))| Evidence {
        entries: entries.into_iter().collect(),
        waited,
        ..one
    });
    Proposal {
        action: Action::Add,
        reason,
        table: table.name.clone(),
        index: Index {
            name: Some(index_name(table, &names(&columns))),
            columns,
            place: table.place.clone(),
            ..Index::default()
        },
        instead: None,
        why,
        evidence: evidence.collect(),
        rows: None,
    }
}

/// Foreign keys that no index starts with.
fn foreign_keys(schema: &Schema, table: &Table, added: &mut Vec<Proposal>) {
    if table.partial {
        return;
    }
    for key in &table.foreign_keys {
        let Some(first) = key.columns.first() else { continue };
        let snake = cruet::to_snake_case(first);
        let notes = is_note(&snake) && !snake.contains("author");
        // Of a list of few there are few values here too.
        let few = schema.table(&key.table).is_some_and(|to| crate::small::is_small(schema, to));
        if notes || few {
            continue;
        }
        let planned = added
            .iter()
            .any(|p| p.index.columns.first().is_some_and(|part| part.name.eq_ignore_ascii_case(first)));
        if planned || served(schema, table, &[first.as_str()]) || table.column(first).is_none() {
            continue;
        }
        let columns = key.columns.iter().map(IndexColumn::plain).collect();
        let what = format!("refers to {}", key.table);
        let evidence = Evidence::declared(key.place.clone(), what);
        let mut proposal = add(table, columns, Reason::ForeignKey, BTreeSet::from([evidence]));
        proposal.why = format!(
            "no index supports the foreign key to `{}`: deleting one of its rows, and finding the rows of one, reads all of `{}`",
            key.table, table.name
        );
        added.push(proposal);
    }
}

fn redundant(table: &Table) -> Vec<Proposal> {
    let mut all = Vec::new();
    let mut dropped = BTreeSet::new();
    for (at, index) in table.indexes.iter().enumerate() {
        if index.implied
            || index.columns.is_empty()
            || index.columns.iter().any(|part| part.expression)
            || !plain_method(index)
        {
            continue;
        }
        let key = same_key(table, index);
        let by = table.indexes.iter().enumerate().find(|(other_at, other)| {
            *other_at != at
                && !dropped.contains(other_at)
                && other.condition == index.condition
                && other.condition.as_deref() != Some(Index::UNTOLD)
                && other.method == index.method
                && other.columns.len() >= index.columns.len()
                && other.columns.starts_with(&index.columns)
                && makes_needless(index, other, at > *other_at)
        });
        let (reason, instead, place) = match (by, key) {
            (Some((_, other)), _) => {
                let reason = if other.columns.len() == index.columns.len() {
                    Reason::Duplicate
                } else {
                    Reason::Prefix
                };
                (reason, shown(other), other.place.clone())
            }
            (None, Some(exact)) => {
                let reason = if exact { Reason::Duplicate } else { Reason::Prefix };
                (reason, "the primary key".to_owned(), table.place.clone())
            }
            _ => continue,
        };
        dropped.insert(at);
        let word = if reason == Reason::Duplicate { "has the same columns as" } else { "is the start of" };
        all.push(Proposal {
            action: Action::Drop,
            reason,
            table: table.name.clone(),
            index: index.clone(),
            why: format!("{} of `{}` {word} {instead}: every write keeps both", shown(index), table.name),
            instead: Some(instead),
            evidence: vec![Evidence::declared(place, "serves the same queries".to_owned())],
            rows: None,
        });
    }
    all
}

/// Whether the primary key starts with a plain index's columns; true if it has no others.
fn same_key(table: &Table, index: &Index) -> Option<bool> {
    let key = &table.primary_key;
    let starts = index.condition.is_none()
        && index.include.is_empty()
        && key.len() >= index.columns.len()
        && index
            .columns
            .iter()
            .zip(key)
            .all(|(part, name)| part.name.eq_ignore_ascii_case(name) && !part.descending);
    let exact = key.len() == index.columns.len();
    // Dumps list the index that the key itself is.
    let own = exact && index.unique && table.origin == crate::Origin::Dump
        || index.name.as_deref().is_some_and(|name| name.ends_with("_pkey"));
    (starts && !own && (exact || !index.unique)).then_some(exact)
}

/// Whether the other index does all that this one does, given that it starts with its columns.
fn makes_needless(index: &Index, other: &Index, later: bool) -> bool {
    let covers = index.include.iter().all(|name| other.include.contains(name));
    match other.columns.len() == index.columns.len() {
        // Of two alike the plain one goes, else the later one.
        true => covers && (other.unique && !index.unique || (other.unique == index.unique && later)),
        false => covers && !index.unique,
    }
}

fn shown(index: &Index) -> String {
    match &index.name {
        Some(name) => format!("`{name}`"),
        None => format!("the index on ({})", names(&index.columns).join(", ")),
    }
}
