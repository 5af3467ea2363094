//! Lowers Java to the common representation.

use perflint_ir::{FileIr, GapKind};
use perflint_syntax::{Source, with_gap};

/// Lowers one file. Never fails.
pub fn lower(source: Source<'_>) -> FileIr {
    with_gap(source, GapKind::Language)
}
