//! The common intermediate representation: what every language is lowered to.
//!
//! perflint asks few questions of a program: what is called, on what, inside which loops, with which values.
//! The IR is therefore an *intersection* of languages, not their union: calls, attribute reads, regions and
//! closures are explicit, and everything else is [`OpKind::Unknown`] with its children kept, so that a call
//! inside an unmodelled construct is never lost. Loops stay structured ([`Region`]), because a loop that was
//! lowered to a graph has to be found again.
//!
//! A [`FileIr`] is a pure function of a file's bytes, language and relative path. Nothing in it is resolved: a
//! free name is a [`OpKind::Name`], an import is what was written. Names are indices ([`Sym`]) into the file's
//! own table, so that files are lowered in parallel without sharing anything; the linker re-indexes them into one
//! table with [`FileIr::rename`].
//!
//! A generic syntax tree for all languages was rejected: it forces every later stage to know the spellings of
//! every language, and needs a second, smaller IR for data flow anyway.

mod build;
mod change;
mod file;
mod fixed;
mod lang;
mod manner;
mod op;
mod print;
mod sql;
mod text;
mod validate;

pub use build::{BodyBuilder, FileBuilder};
pub use change::{Change, ColumnDef, ForeignDef, IndexDef, KeyPart};
pub use file::{
    Export, FileIr, Gap, GapKind, Import, ImportKind, Item, ItemFlags, ItemId, ItemKind, Marker, SELF_MODULE,
    TypeExpr, TypeId,
};
pub use fixed::Fixed;
pub use lang::{Lang, NAMESPACED, Role};
pub use op::{
    Arg, Args, BinOp, Body, BodyId, BodyKind, Call, CallForm, CallId, Callee, Capture, ExitKind, Kids,
    LocalId, LoopSource, Op, OpId, OpKind, Param, ParamKind, PutId, Region, RegionId, RegionKind, Shape,
    Slot, Span, Sym,
};
pub use print::print;
pub use sql::{SqlFacts, SqlId, SqlPredicate, SqlStatement, SqlVerb};
pub use text::decode;
pub use validate::{Fault, operands, validate};
