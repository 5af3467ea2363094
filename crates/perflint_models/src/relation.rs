//! How relations are declared, and what reading them does.

use crate::expr::Expr;
use crate::file::OneOrMany;
use serde::Deserialize;

/// To how many rows a relation leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum To {
    /// One.
    One,
    /// Many.
    Many,
}

/// What reading a relation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RelationRead {
    /// Runs a query unless loaded, and gives the row or rows.
    Lazy,
    /// Builds a query, which runs when used.
    Query,
    /// Never runs a query: what was not loaded is absent.
    Loaded,
}

/// How a relation is declared and what reading it does.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelationRow {
    /// Calls that a field is initialised with.
    #[serde(default)]
    pub field_call: OneOrMany,
    /// Markers of a field.
    #[serde(default)]
    pub marker: OneOrMany,
    /// Static calls on the entity: `Post.belongsTo(User)`.
    #[serde(default)]
    pub static_call: OneOrMany,
    /// Fields of entities of this `api` whose type is an entity (or a list of one).
    #[serde(default)]
    pub field_of: OneOrMany,
    /// The callable that says more about its rows: `has_many :items, -> { includes(:product) }`.
    #[serde(default)]
    pub scope: Option<Expr>,
    /// The option with which the row that it leads to keeps how many rows lead there.
    #[serde(default)]
    pub counter: Option<Expr>,
    /// What it is loaded by, if not its name, which reads it all the same: `{name}_attachment`.
    #[serde(default)]
    pub loaded_as: Option<Box<str>>,
    /// The attribute with the keys of its rows, which are there where its rows are: `{one}_ids`.
    #[serde(default)]
    pub keys_name: Option<Box<str>>,
    /// Scopes of its entity that load it: `with_attached_{name}`.
    #[serde(default)]
    pub loaded_by: OneOrMany,
    /// Calls on the receiver that a method of the entity returns: `return $this->hasMany(Post::class)`. Reading the method's
    /// name as an attribute reads the relation.
    #[serde(default)]
    pub method_call: OneOrMany,
    /// For these: only methods of entities of this `api`, where libraries call them alike.
    #[serde(default)]
    pub of: Option<Box<str>>,
    /// For these: what the method's name starts with and the relation's lacks, which starts small: `get`.
    #[serde(default)]
    pub strips: Option<Box<str>>,
    /// Names of methods that the field's initialiser calls on the class that the relation leads to.
    #[serde(default)]
    pub receiver_call: OneOrMany,
    /// Reading it gives a proxy: the row is fetched when something other than its key is read.
    #[serde(default)]
    pub proxy: bool,
    /// Rows that are read through it do not know the row that was asked, unless `back` names the relation that leads back.
    #[serde(default)]
    pub apart: bool,
    /// Of a relation to many that is read as a query: the rows stay with the row that was asked once all of them were read.
    /// Counting them, or asking for some of them, runs a query each time.
    #[serde(default)]
    pub keeps: bool,
    /// Where the target's class is not named, its name is the singular of this (of the relation's name if absent), in
    /// capitals: `line_items` leads to `LineItem`.
    #[serde(default)]
    pub inflected: bool,
    /// The name that is inflected, if given.
    #[serde(default)]
    pub source: Option<Expr>,
    /// The target entity: a class, a string with its name, a function that returns it, or the field's type if absent.
    #[serde(default)]
    pub target: Option<Expr>,
    /// To one or many; if absent, a list type means many.
    #[serde(default)]
    pub to: Option<To>,
    /// What reading it does.
    pub read: RelationRead,
    /// It is lazy if a method of one of these names is called anywhere: what switches lazy loading on.
    #[serde(default)]
    pub lazy_if_called: Vec<Box<str>>,
    /// It is lazy if the field has this marker (and a method of `lazy_if_called` is called, if there are any): `virtual`.
    #[serde(default)]
    pub lazy_if_marked: Option<Box<str>>,
    /// Markers of the field with which its rows are loaded for many rows at once.
    #[serde(default)]
    pub batch_marker: Vec<Box<str>>,
    /// The key of the application's settings which does that for all of them, if its number is more than one.
    #[serde(default)]
    pub batch_setting: Option<Box<str>>,
    /// Where it is always loaded, a query of its entity runs one more query per row for it.
    #[serde(default)]
    pub eager_selects: bool,
    /// The option with which it is always loaded, and so at that, whatever the loading option says: the key stands on the other
    /// side.
    #[serde(default)]
    pub selects_if: Option<Expr>,
    /// Markers of classes whose fields belong to the entity that has one of them, `images.urls`: relations of these are its own.
    #[serde(default)]
    pub embedded: Vec<Box<str>>,
    /// Its elements may be plain values, rows of no entity.
    #[serde(default)]
    pub of_values: bool,
    /// For `query`: the type of the query.
    #[serde(default)]
    pub query_type: Option<Box<str>>,
    /// The attribute that gives the relation's rows as a query of `query_type`, whatever was loaded: `{name}_dataset`.
    #[serde(default)]
    pub query_name: Option<Box<str>>,
    /// The name, for a static call.
    #[serde(default)]
    pub name: Option<Expr>,
    /// The attribute that holds the key, free to read: `{name}_id`.
    #[serde(default)]
    pub column: Option<Box<str>>,
    /// The name of the reverse relation on the target.
    #[serde(default)]
    pub inverse: Option<Expr>,
    /// Its name if not declared: `{entity}_set`.
    #[serde(default)]
    pub inverse_default: Option<Box<str>>,
    /// The relation of the target that leads back, where that is declared too: rows that are read through this one have it at hand.
    #[serde(default)]
    pub back: Option<Expr>,
    /// Where the reverse relation leads.
    #[serde(default)]
    pub inverse_to: Option<To>,
    /// What reading the reverse relation does.
    #[serde(default)]
    pub inverse_read: Option<RelationRead>,
    /// A flag that says that the key may be null.
    #[serde(default)]
    pub nullable: Option<Expr>,
    /// The loading option.
    #[serde(default)]
    pub loading: Option<Expr>,
    /// Values of the loading option that always load it.
    #[serde(default)]
    pub eager: Vec<Box<str>>,
    /// Values of the loading option with which it is not always loaded; with any other, or none, it is.
    #[serde(default)]
    pub eager_unless: Vec<Box<str>>,
    /// Values of the loading option that make it a query.
    #[serde(default)]
    pub dynamic: Vec<Box<str>>,
    /// Advice for the fix: `select_related("{path}")`, with `{path}` in the library's own notation.
    #[serde(default)]
    pub fix: Option<Box<str>>,
    /// How `{path}` is written: `__`, `.`, `tree`, or a pattern for each of its steps, `selectinload({entity}.{relation})`.
    #[serde(default)]
    pub fix_path: Option<Box<str>>,
    /// The document, if not the file's.
    #[serde(default)]
    pub docs: Option<Box<str>>,
}
