//! What frameworks and libraries do, read from `rules/models/**.toml`.
//!
//! A model file is one library: its types, calls, attributes, entities, relations, entry points and, where the library
//! calls the user's code, a *stub*: a few lines in the user's own language that do what the library does as far as
//! costs are concerned. A stub is lowered and linked like any other file, so overriding, inheritance and callbacks need
//! no mechanism of their own. `rules/models/README.md` is the reference of every field.
//!
//! Rejected: matching calls by name in code (every framework becomes a special case in the core), and a rule language of
//! its own for framework control flow (it grows until it is a worse version of the languages it describes).

mod ahead;
mod attribute;
mod builtin;
mod declared;
mod dispatch;
mod embedded;
mod entry;
mod evidence;
mod expr;
mod file;
mod index;
mod mapping;
mod nested;
mod object;
mod present;
mod relation;
mod router;
mod schema;
mod shape;
mod source;
mod traversal;
mod ty;
mod view;
mod word;

pub use ahead::Ahead;
pub use attribute::AttrRow;
pub use declared::{DeclarationRow, Lists};
pub use dispatch::Dispatches;
pub use embedded::{builtin, builtin_for, folder};
pub use entry::{EntryRow, Presets};
pub use evidence::{AskRow, Asks, CollectionRow, KeepRow, Kind, SignRow, TimeoutRow, Work, WorkRow};
pub use expr::{Expr, ExprError};
pub use file::{CallRow, EffectKind, EntityRow, EntryKind, ModelFile, OneOrMany, RowCount, Wait};
pub use index::{CallIx, ModelError, Models, TypeIx};
pub use mapping::Mapping;
pub use nested::Nested;
pub use object::ObjectRow;
pub use present::{PresentedBy, Presents};
pub use relation::{RelationRead, RelationRow, To};
pub use router::{Convention, RouterRow, Versions};
pub use schema::{ColumnRow, DialectRow, Does, MigrationRow, SchemaRow, TableRow};
pub use shape::Shape;
pub use source::{GeneratedRow, HintRow, MetamodelRow, SettingRow, StubRow};
pub use traversal::{Receives, Traversal};
pub use ty::{GeneratedClass, Outside, StandingScopes, TypeRole, TypeRow};
pub use view::{HelperRow, Renders, Shows, TemplateRow, ViewRow};
pub use word::{Meaning, Vocabulary, WordRow};
