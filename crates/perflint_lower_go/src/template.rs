//! Templates of Go's `html/template`.

use perflint_ir::{FileIr, GapKind};
use perflint_syntax::{Source, with_gap};

/// Not read yet: what a template reads is loaded by the handler, since no Go library loads lazily.
pub(crate) fn lower(source: Source<'_>) -> FileIr {
    with_gap(source, GapKind::Language)
}
