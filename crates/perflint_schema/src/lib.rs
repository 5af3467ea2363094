//! What a repository says about its database, and what its queries do with it, without asking a database.
//!
//! [`replay`] reads the schema from three kinds of source, all of them facts of lowered files: definitions in SQL, calls of
//! migrations and dumps (whose meaning is data, `[[schema]]` rows of the models), and classes that declare tables. Each becomes
//! [`perflint_ir::Change`]s that one small machine applies in order, so that a `DROP COLUMN` in SQL and a `remove_column`
//! in Ruby are the same thing.
//!
//! Where two kinds of source tell of the same table, a dump counts more than a declaration and a declaration that says
//! everything more than migrations: the latest word, and the one with the fewest steps to misread.

mod access;
mod apply;
mod format;
mod migration;
mod names;
mod propose;
mod read;
mod refine;
mod small;
mod types;

pub use access::{Access, How, Use, accesses};
pub use apply::Machine;
pub use format::{Format, formats};
pub use migration::{Migration, sql};
pub use propose::{Action, Evidence, Proposal, Reason, propose};
pub use read::replay;
pub use types::{
    Column, Dialect, ForeignKey, Gap, Index, IndexColumn, Named, Origin, Partition, Place, Schema, Table,
};
