//! From lowered files to a schema.

mod call;
mod class;
mod dialect;
mod eval;
mod part;
mod rows;
mod sources;
mod value;

pub use sources::replay;
