//! What a database holds, as its declarations say. No framework and no language is known here.

use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where something is declared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The file, relative to the repository, with forward slashes.
    #[serde(serialize_with = "as_text")]
    pub file: Arc<str>,
    /// The line, from 1; 0 until [`Schema::locate`] has been called.
    pub line: u32,
    /// The byte in the file.
    #[serde(skip)]
    pub offset: u32,
}

impl Place {
    /// A place whose line is not known yet.
    pub fn bytes(file: Arc<str>, offset: u32) -> Self {
        Self { file, line: 0, offset }
    }
}

/// Everything that is known of the databases of a repository. Tables are sorted by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Schema {
    /// The kind of database, if the declarations or the configuration tell.
    pub dialect: Option<Dialect>,
    /// The kinds that the repository names, the one that most speaks for first.
    #[serde(skip)]
    pub named: Vec<Named>,
    /// The configuration says which kind it is.
    #[serde(skip)]
    pub told: bool,
    /// Its tables, by name.
    pub tables: BTreeMap<String, Table>,
    /// What could not be followed, by place.
    pub gaps: Vec<Gap>,
}

/// A kind of database that a repository names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// The kind; none if no statements are written for it.
    pub dialect: Option<Dialect>,
    /// Names in the program that show it: drivers, adapters, providers.
    pub words: Vec<String>,
    /// Columns whose types it has.
    pub columns: usize,
}

/// Kinds of database whose SQL differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// `PostgreSQL`.
    Postgres,
    /// `MySQL` and `MariaDB`.
    Mysql,
    /// `SQLite`.
    Sqlite,
    /// SQL Server.
    Sqlserver,
}

impl Dialect {
    /// The kind that output and configurations call so.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Postgres, Self::Mysql, Self::Sqlite, Self::Sqlserver]
            .into_iter()
            .find(|dialect| dialect.name() == name)
    }

    /// The name that output uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
            Self::Sqlite => "sqlite",
            Self::Sqlserver => "sqlserver",
        }
    }
}

/// What kind of source a table was read from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// A file that describes the whole database as it is: Rails' `schema.rb`, a snapshot, a schema in SQL.
    Dump,
    /// Classes or schemas that the application declares.
    Declaration,
    /// Migrations, replayed in their order.
    #[default]
    Migration,
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Table {
    /// Its name as the database knows it, without the schema's.
    pub name: String,
    /// Where it is created.
    pub place: Place,
    /// What told of it.
    pub origin: Origin,
    /// The class whose rows it holds, if one is known.
    pub entity: Option<String>,
    /// Its columns, in the order of their declaration.
    pub columns: Vec<Column>,
    /// Columns of the primary key, in order; empty if none is known.
    pub primary_key: Vec<String>,
    /// Its indexes, unique constraints among them, the primary key not.
    pub indexes: Vec<Index>,
    /// Its foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// How its rows are spread, if it is partitioned.
    pub partition: Option<Partition>,
    /// Something about it could not be followed, or its database has indexes of another kind: nothing is proposed for it.
    pub partial: bool,
}

impl Table {
    /// A column by name, whatever its case.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
    }
}

/// A column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// The attribute of the class that holds it, if that has another name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
    /// Its type, as its declaration spells it; empty if it does not.
    #[serde(rename = "type")]
    pub ty: String,
    /// It may be null.
    pub nullable: bool,
    /// Its default, if that is a plain value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// Its declaration is code of the repository that may add keys of its own.
    #[serde(skip)]
    pub opaque: bool,
    /// Where it is declared.
    pub place: Place,
}

/// A column of an index.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct IndexColumn {
    /// The column, or the expression as written.
    pub name: String,
    /// Sorted downwards.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub descending: bool,
    /// It is an expression, not a column.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub expression: bool,
}

impl IndexColumn {
    /// A column, upwards.
    pub fn plain(name: impl Into<String>) -> Self {
        Self { name: name.into(), descending: false, expression: false }
    }
}

/// An index or unique constraint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Index {
    /// Its name, if the declaration gives one.
    pub name: Option<String>,
    /// Its columns, in order.
    pub columns: Vec<IndexColumn>,
    /// Unique.
    pub unique: bool,
    /// The condition of a partial index, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// How it is built where that is said: `btree`, `gin`, `hash`, `fulltext`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Columns that are stored beside the key.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// Nobody asked for it: the framework or the database adds it (to a foreign key, say).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub implied: bool,
    /// Where it is declared.
    pub place: Place,
}

impl Index {
    /// Stands for a condition that could not be read: no two of them are the same.
    pub const UNTOLD: &'static str = "a condition";
}

/// A foreign key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ForeignKey {
    /// Its name, if the declaration gives one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its columns.
    pub columns: Vec<String>,
    /// The table that it points to.
    pub table: String,
    /// The columns there; empty for the primary key.
    pub references: Vec<String>,
    /// Where it is declared.
    pub place: Place,
}

/// How a table's rows are spread.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Partition {
    /// `range`, `list`, `hash`, `key`.
    pub method: String,
    /// The columns or expressions that decide.
    pub columns: Vec<String>,
}

/// Something that could not be followed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Gap {
    /// Where.
    pub place: Place,
    /// What, for people: `add_index on a table that is not known`.
    pub what: String,
}

impl Schema {
    /// The dialect that statements for it are written in: its own, or PostgreSQL's where nothing says which.
    pub fn written_in(&self) -> Dialect {
        self.dialect.unwrap_or(Dialect::Postgres)
    }

    /// Takes what the configuration says for what it is.
    pub fn tell(&mut self, dialect: Dialect) {
        (self.dialect, self.told) = (Some(dialect), true);
    }

    /// The kinds that code names, where they are several and nobody says which one is meant.
    pub fn undecided(&self) -> Vec<&Named> {
        let coded: Vec<&Named> = self.named.iter().filter(|one| !one.words.is_empty()).collect();
        if self.told || coded.len() < 2 { Vec::new() } else { coded }
    }

    /// A table by name, whatever its case.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables
            .get(name)
            .or_else(|| self.tables.values().find(|table| table.name.eq_ignore_ascii_case(name)))
    }

    /// Fills in the lines: `line` tells the line, from 1, of a byte of a file.
    pub fn locate(&mut self, line: &mut dyn FnMut(&str, u32) -> u32) {
        let mut fill = |place: &mut Place| place.line = line(&place.file, place.offset);
        for table in self.tables.values_mut() {
            fill(&mut table.place);
            table.columns.iter_mut().for_each(|column| fill(&mut column.place));
            table.indexes.iter_mut().for_each(|index| fill(&mut index.place));
            table.foreign_keys.iter_mut().for_each(|key| fill(&mut key.place));
        }
        self.gaps.iter_mut().for_each(|gap| fill(&mut gap.place));
        self.gaps.sort();
        self.gaps.dedup();
    }
}

fn as_text<S: Serializer>(text: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}
