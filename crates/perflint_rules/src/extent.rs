//! How many rows a query brings or a loop walks, in names instead of indices.

use perflint_link::Program;
use perflint_summary::{Bound, Extent as Fact};

/// The rows that something is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Extent {
    /// Their entity.
    pub entity: Option<String>,
    /// The entity of the row that they belong to, for the rows of a relation.
    pub of: Option<String>,
    /// How many there may be.
    pub limit: RowLimit,
    /// Restricted by equality on some column.
    pub narrowed: bool,
}

/// How many rows there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowLimit {
    /// At most this many.
    AtMost(u32),
    /// A page, whose size the code does not tell.
    Page,
    /// Nothing is known.
    Unknown,
    /// As many as there are.
    Unbounded,
}

impl RowLimit {
    /// The name used in output; a number for a limit that is known.
    pub fn name(self) -> String {
        match self {
            Self::AtMost(rows) => rows.to_string(),
            Self::Page => "page".to_owned(),
            Self::Unknown => "unknown".to_owned(),
            Self::Unbounded => "unbounded".to_owned(),
        }
    }
}

impl Extent {
    /// A fact of the analysis in names.
    pub fn named(program: &Program, fact: Fact) -> Self {
        let name = |entity| program.text(program.entity(entity).name).to_owned();
        Self {
            entity: fact.entity.map(name),
            of: fact.of.map(name),
            limit: match fact.bound {
                Bound::One => RowLimit::AtMost(1),
                Bound::AtMost(rows) => RowLimit::AtMost(rows),
                Bound::Page => RowLimit::Page,
                Bound::Unknown => RowLimit::Unknown,
                Bound::Unbounded => RowLimit::Unbounded,
            },
            narrowed: fact.narrowed,
        }
    }
}
