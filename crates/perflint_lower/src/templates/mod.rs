//! Templates and schema files.

pub(crate) mod jinja;
pub(crate) mod prisma;
