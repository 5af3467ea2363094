//! From lowered files to a schema.

mod call;
mod class;
mod dialect;
mod eval;
mod included;
mod join;
mod part;
mod rows;
mod sources;
mod value;
mod variants;

pub use sources::replay;
