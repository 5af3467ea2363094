//! Resolves names across files: imports, classes and their bases, entities and relations, templates, entry points.
//!
//! The linker turns lowered files into a [`Program`]: one name table, one list of classes with their method resolution
//! order, entities with their relations (declared ones and the reverse ones that frameworks add), and an index of
//! templates. It answers "what does this name mean in this file" and "what does this class inherit", and knows no costs.
//!
//! Modules of Python are matched by suffix, nearest to the importing file first, instead of asking where its roots are:
//! repositories put source roots anywhere. Those of JavaScript are found as its tools find them, from the configuration
//! that the repository holds; what none explains is matched by suffix if one file is clearly meant. A name that stays
//! outside the repository is an *external path*, which models describe.

mod adopt;
mod always;
mod backing;
mod class;
mod collected;
mod declaration;
mod eager;
mod entity;
mod generated;
mod implement;
mod implement_library;
mod import;
mod inherited;
mod lazy;
mod listed;
mod meaning;
mod mixed;
mod module;
mod named;
mod names;
mod namespace;
mod outside;
mod program;
mod project;
mod received;
mod relation;
mod repository;
mod resolve;
mod scope;
mod setting;
mod template;

pub use class::{Base, Class, ClassIx};
pub use entity::{Entity, EntityIx, Relation};
pub use generated::named_by;
pub use import::ImportCounts;
pub use names::Names;
pub use program::{BodyRef, Def, FileIx, Program};
pub use relation::small_start;
pub use resolve::Config;
pub use scope::{Target, package_of};
