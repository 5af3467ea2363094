//! Which columns queries use, and how.

use crate::Place;
use serde::Serialize;

/// How a query uses a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// Compared for equality with a value, or with one of several.
    Equal,
    /// Compared with a bound, or with the start of a text.
    Range,
    /// Compared in a way that no plain index serves: `LIKE '%x%'`, inequality.
    Other,
    /// Compared with a column of another table.
    Join,
    /// Sorted by, upwards.
    Ascending,
    /// Sorted by, downwards.
    Descending,
    /// Read.
    Select,
}

/// A column that a query uses.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Use {
    /// The column.
    pub column: String,
    /// How.
    pub how: How,
}

/// One query's use of one table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Access {
    /// The table.
    pub table: String,
    /// Where the query runs, or where it is written if that is all that is known.
    pub place: Place,
    /// Its columns, in the order in which they are written. Conditions are all required unless `any` is set.
    pub uses: Vec<Use>,
    /// It restricts the rows in ways that could not be followed: a condition may be missing from `uses`.
    pub partial: bool,
    /// Some of the conditions are alternatives.
    pub any: bool,
    /// At most so many rows are asked for.
    pub limit: Option<u32>,
    /// It changes or removes rows.
    pub write: bool,
    /// Entry points that run it, by label, sorted.
    pub entries: Vec<String>,
    /// It runs once per row of something: a request runs it many times.
    pub repeated: bool,
    /// SQL text says so, not calls.
    pub sql: bool,
}
