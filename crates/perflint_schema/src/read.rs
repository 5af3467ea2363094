//! From lowered files to a schema.

mod class;
mod dialect;
mod eval;
mod part;
mod rows;
mod sources;
mod value;

pub use sources::replay;
