//! Facts about SQL text: what a statement does to which tables, and whether it is bounded.

use crate::change::Change;
use crate::fixed::Fixed;
use crate::op::{BodyId, OpId, Span};

/// A piece of SQL of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SqlId(pub u32);

/// The statements found in one string or file.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct SqlFacts {
    /// The string's operation; `None` in a SQL file.
    pub place: Option<(BodyId, OpId)>,
    /// Its statements, in order.
    pub statements: Vec<SqlStatement>,
    /// The text has holes or ends early, so absence of a clause proves nothing.
    pub partial: bool,
}

/// What a statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum SqlVerb {
    /// Reads rows.
    Select,
    /// Adds rows.
    Insert,
    /// Changes rows.
    Update,
    /// Removes rows.
    Delete,
    /// Creates a table.
    CreateTable,
    /// Creates an index.
    CreateIndex,
    /// Changes a table.
    AlterTable,
    /// Removes a table or index.
    Drop,
    /// Anything else.
    #[default]
    Other,
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct SqlStatement {
    /// What it does.
    pub verb: SqlVerb,
    /// Tables read or written, the main one first, without quotes, lower case.
    pub tables: Vec<Box<str>>,
    /// Selects `*` or `t.*`.
    pub star: bool,
    /// Has a WHERE.
    pub filtered: bool,
    /// The row limit: `Some(n)` for a constant; `Some(u32::MAX)` for a placeholder or expression, and where there is
    /// one row per value of a column that is no key.
    pub limit: Option<u32>,
    /// Yields at most one row whatever the data: aggregates without GROUP BY, EXISTS.
    pub single: bool,
    /// Columns compared, and how.
    pub predicates: Vec<SqlPredicate>,
    /// Some of the comparisons are alternatives: not every one restricts the rows.
    pub any: bool,
    /// Columns of ORDER BY.
    pub order: Vec<Box<str>>,
    /// Columns that are asked for, lower case, where they are all that is.
    pub selected: Vec<Box<str>>,
    /// What it changes about the schema, with the byte where that is written: of the file, or of the string.
    pub changes: Vec<(u32, Change)>,
    /// Where it stands.
    pub span: Span,
}

/// A column compared in WHERE or ON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlPredicate {
    /// Its table or alias, if written.
    pub table: Option<Box<str>>,
    /// The column, lower case.
    pub column: Box<str>,
    /// Compared for equality or membership; otherwise a range or pattern.
    pub equality: bool,
    /// Compared with a bound.
    pub range: bool,
    /// What it is compared with, where that is written out.
    pub fixed: Option<Fixed>,
}
