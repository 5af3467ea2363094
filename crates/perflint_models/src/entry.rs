//! The rows of a model file that declare entry points.

use crate::expr::Expr;
use crate::file::{EntryKind, OneOrMany};
use serde::Deserialize;

/// Rows that a framework fetches before a method runs, into a field that is called like their entity: the one that the call
/// names, or the one that the class is called after.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Presets {
    /// Calls in the class's body that ask for it: `load_and_authorize_resource`.
    pub calls: OneOrMany,
    /// Methods that find a query over all rows, in the field with the name of many.
    pub many: OneOrMany,
    /// Methods that find nothing that was read.
    #[serde(default)]
    pub none: OneOrMany,
    /// The ending that the class's name has: `Controller`.
    pub strip: Box<str>,
    /// The type of the query.
    #[serde(rename = "type")]
    pub ty: Box<str>,
}

/// Entry points by declaration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryRow {
    /// What they are.
    pub kind: EntryKind,
    /// Methods of subclasses of these.
    #[serde(default)]
    pub base: OneOrMany,
    /// Only those that are called one of these.
    #[serde(default)]
    pub named: OneOrMany,
    /// The methods; `*` for every public method, `resolve_*` for a prefix.
    #[serde(default)]
    pub methods: OneOrMany,
    /// Public methods only, as they are called on an instance.
    #[serde(default)]
    pub public: bool,
    /// Public methods that are called on the class as well.
    #[serde(default)]
    pub shared: bool,
    /// Types of parameters: methods that are given one of them.
    #[serde(default)]
    pub given: OneOrMany,
    /// Markers of functions.
    #[serde(default)]
    pub marker: OneOrMany,
    /// Files, as a glob over the path.
    #[serde(default)]
    pub file: OneOrMany,
    /// Their exports.
    #[serde(default)]
    pub exports: OneOrMany,
    /// The code of a file itself, where it includes others by a call of one of these names, and no other file includes it: whoever asks for
    /// the file runs it.
    #[serde(default)]
    pub including: OneOrMany,
    /// The folder whose folders below it are the route of a file: `app`.
    #[serde(default)]
    pub below: Option<Box<str>>,
    /// Names of files that add nothing to that route: `index`.
    #[serde(default)]
    pub nameless: OneOrMany,
    /// The route's path, from the marker's call.
    #[serde(default)]
    pub route: Option<Expr>,
    /// What it says of the routes below it.
    #[serde(default)]
    pub router: Option<crate::RouterRow>,
    /// The HTTP method.
    #[serde(default)]
    pub method: Option<Box<str>>,
    /// Calls in the class's body that name methods which run before: `before_action :load_order`.
    #[serde(default)]
    pub before: Vec<Box<str>>,
    /// Rows that methods find in a field of their receiver, because a call in the class's body fetches them.
    #[serde(default)]
    pub presets: Option<Presets>,
    /// Calls in the class's body that name the methods which its views may call: `helper_method :current_shop`.
    #[serde(default)]
    pub helpers: Vec<Box<str>>,
    /// The template that is rendered with the receiver's fields when the method has returned: `{class}` is the path that the
    /// class's full name makes, without the ending of `view_strip`, `{method}` the method's name.
    #[serde(default)]
    pub view: Option<Box<str>>,
    /// The ending that `{class}` lacks: `Controller`.
    #[serde(default)]
    pub view_strip: Option<Box<str>>,
    /// Calls after which that template is not rendered.
    #[serde(default)]
    pub view_unless: Vec<Box<str>>,
    /// Options of such calls: one that is given nothing else still shows that template.
    #[serde(default)]
    pub view_despite: std::collections::BTreeMap<Box<str>, Vec<Box<str>>>,
    /// What the parameters are, in order; `_` for unknown.
    #[serde(default)]
    pub gives: Vec<Box<str>>,
    /// The field of the receiver that holds the name of the method which runs: `action`.
    #[serde(default)]
    pub told: Option<Box<str>>,
    /// Folders of files whose routes are there for a scheduler to call: `cron`.
    #[serde(default)]
    pub scheduled: OneOrMany,
    /// Where it runs ahead of requests instead, or now and then.
    #[serde(default)]
    pub ahead: Option<crate::Ahead>,
    /// The document, if not the file's.
    #[serde(default)]
    pub docs: Option<Box<str>>,
}
