//! Indexes: what the schema lacks or has twice for what the queries do, and the migrations that change it.

use crate::counter::{Counter, counters};
use crate::evaluate::{EntryPlan, World};
use crate::partition::{Partitioning, partitions};
use crate::picture::{Picture, picture};
use crate::questions::Questions;
use crate::rewrite::{Rewrite, rewrites};
use crate::scaling::Scaling;
use crate::sizes::Volumes;
use crate::spread::{Spread, spread};
use crate::{Input, short};
use perflint_config::Volume;
use perflint_report::clean;
use perflint_schema::{Access, Action, Dialect, Format, Place, Proposal, Schema, Table, propose, sql};
use serde::Serialize;
use std::collections::BTreeMap;

/// What a scan knows of the database.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// Tables, replayed from declarations and migrations.
    pub schema: &'a Schema,
    /// What queries use of them.
    pub accesses: &'a [Access],
    /// The frameworks whose migrations can be written.
    pub formats: &'a [Format],
}

/// The database section.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Database {
    /// The dialect that statements are written in; PostgreSQL's where nothing says which.
    pub dialect: &'static str,
    /// The dialect is an assumption.
    pub assumed: bool,
    /// Why this dialect, where the repository names several.
    pub chosen: Option<String>,
    /// How many tables were found.
    pub tables: usize,
    /// How many indexes they have, primary keys not counted.
    pub indexes: usize,
    /// How many foreign keys they have.
    pub foreign_keys: usize,
    /// How many places of the declarations could not be followed.
    pub gaps: usize,
    /// Indexes to add, then those to drop.
    pub proposals: Vec<IndexChange>,
    /// The tables that change.
    pub picture: Picture,
    /// The paths of the files that make the changes, below the output folder.
    pub files: Vec<String>,
    /// Queries that could be asked otherwise.
    pub rewrites: Vec<Rewrite>,
    /// Numbers that listings count row by row.
    pub counters: Vec<Counter>,
    /// Tables that may be split by time.
    pub partitions: Vec<Partitioning>,
    /// Tables that are split already.
    pub partitioned: Vec<String>,
    /// By what the data could be spread.
    pub spread: Option<Spread>,
    /// How large the pool of a process has to be, one sentence for each scale that matters.
    pub pools: Vec<String>,
    /// The files.
    #[serde(skip)]
    pub migrations: BTreeMap<String, String>,
}

/// An index to add or to drop.
#[derive(Clone, Debug, Serialize)]
pub struct IndexChange {
    /// `add` or `drop`.
    pub action: &'static str,
    /// The table.
    pub table: String,
    /// Its columns in order.
    pub columns: Vec<String>,
    /// The condition of a partial index.
    pub condition: Option<String>,
    /// Columns that are stored beside the key.
    pub include: Vec<String>,
    /// The name, if it has one.
    pub name: Option<String>,
    /// A sentence that says why.
    pub why: String,
    /// Rows of the table, where the configuration says how many.
    pub rows: Option<u64>,
    /// `file:line` of what speaks for it, what happens there, and the entry points that lead there.
    pub evidence: Vec<(String, String, Vec<String>)>,
}

/// Proposals and their migrations; no indexes where no table is declared.
pub(crate) fn database(
    input: &Input<'_>,
    world: &World<'_>,
    entries: &[EntryPlan],
    scaling: &Scaling,
    questions: &mut Questions,
) -> Database {
    let asked = Database {
        rewrites: rewrites(input),
        counters: counters(input, entries),
        pools: pools(scaling),
        ..Database::default()
    };
    let Some(known) = input.database else { return asked };
    let tables = known.schema.tables.values();
    let proposals = propose(known.schema, known.accesses, &rows(known.schema, input.volumes));
    let dialect = known.schema.written_in();
    let migrations = migrations(known, &proposals, dialect);
    Database {
        dialect: dialect.name(),
        assumed: known.schema.dialect.is_none(),
        chosen: chosen(known.schema, questions),
        tables: tables.len(),
        indexes: tables.clone().map(|table| table.indexes.len()).sum(),
        foreign_keys: tables.map(|table| table.foreign_keys.len()).sum(),
        gaps: known.schema.gaps.len(),
        picture: picture(known.schema, &proposals),
        files: migrations.keys().cloned().collect(),
        migrations,
        proposals: proposals.iter().map(change).collect(),
        partitions: partitions(input, world, questions),
        partitioned: known
            .schema
            .tables
            .values()
            .filter(|table| table.partition.is_some())
            .map(|table| clean::line(&table.name).into_owned())
            .collect(),
        spread: spread(input, entries, questions),
        ..asked
    }
}

/// Which of several databases the statements are for, and why; which one it is gets asked.
fn chosen(schema: &Schema, questions: &mut Questions) -> Option<String> {
    let named = schema.undecided();
    let first = named.first()?.dialect?.name();
    let told = |one: &&perflint_schema::Named| {
        let words: Vec<String> = one.words.iter().map(|word| format!("`{}`", clean::line(word))).collect();
        let columns = match one.columns {
            0 => String::new(),
            count => format!(", {} of its types", crate::checklist::counted(count, "column")),
        };
        format!("{} ({}{columns})", one.dialect.map_or("", Dialect::name), words.join(", "))
    };
    let all: Vec<String> = named.iter().map(told).collect();
    let names: Vec<&str> = named.iter().filter_map(|one| one.dialect).map(Dialect::name).collect();
    questions.ask(format!(
        "Which database does it run on: {}? Say `dialect` in [database]; statements are written for {first}.",
        names.join(", ")
    ));
    Some(format!(
        "The repository names several databases: {}. {first} is taken: nothing speaks more for another.",
        all.join("; ")
    ))
}

/// What a process needs of its pool at each scale, by Little's law.
fn pools(scaling: &Scaling) -> Vec<String> {
    let scales = ["1x", "10x", "100x"].iter().zip(scaling.each).zip(scaling.replicas);
    scales
        .map(|((scale, each), replicas)| {
            // A pool that is full makes requests wait for a connection: a third of it stays free.
            let needed = (each * 1.5).ceil().max(1.0);
            let pool = scaling.pool.value;
            let verdict = if needed > pool {
                format!("more than the {} of its pool: requests wait for connections", short(pool))
            } else {
                format!("the {} of its pool are enough", short(pool))
            };
            format!(
                "{scale}: {} with {} connections busy in each; with a third to spare {}, {verdict}",
                crate::checklist::processes(replicas),
                short(each),
                short(needed)
            )
        })
        .collect()
}

/// Rows by table: a volume names the table or its entity.
pub fn rows(schema: &Schema, volumes: &BTreeMap<String, Volume>) -> BTreeMap<String, u64> {
    let volumes = Volumes::new(volumes);
    let of = |table: &Table| {
        let own = volumes.of(&table.name).or_else(|| volumes.of(table.entity.as_deref()?))?;
        Some((table.name.clone(), own.1))
    };
    schema.tables.values().filter_map(of).collect()
}

fn change(proposal: &Proposal) -> IndexChange {
    let shown = |text: &str| clean::line(text).into_owned();
    let place = |place: &Place| format!("{}:{}", clean::line(&place.file), place.line);
    IndexChange {
        action: if proposal.action == Action::Add { "add" } else { "drop" },
        table: shown(&proposal.table),
        columns: proposal.index.columns.iter().map(|column| shown(&column.name)).collect(),
        condition: proposal.index.condition.as_deref().map(shown),
        include: proposal.index.include.iter().map(|column| shown(column)).collect(),
        name: proposal.index.name.as_deref().map(shown),
        why: shown(&proposal.why),
        rows: proposal.rows,
        evidence: proposal
            .evidence
            .iter()
            .map(|evidence| {
                let entries = evidence.entries.iter().map(|entry| shown(entry)).collect();
                (place(&evidence.place), shown(&evidence.what), entries)
            })
            .collect(),
    }
}

/// SQL with its way back, and the framework's own migration where one declares the schema.
fn migrations(known: Known<'_>, proposals: &[Proposal], dialect: Dialect) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    if proposals.is_empty() {
        return files;
    }
    let mut own = vec![sql(proposals, dialect)];
    let format = Format::of(known.formats, known.schema);
    own.extend(format.into_iter().flat_map(|format| format.render(proposals, dialect)));
    for migration in own {
        files.insert(format!("migrations/{}", migration.path), migration.text);
        if let Some((path, text)) = migration.rollback {
            files.insert(format!("migrations/{path}"), text);
        }
    }
    files
}
