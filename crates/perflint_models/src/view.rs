//! The rows of a model file that bind code to its templates.

use crate::expr::Expr;
use crate::file::OneOrMany;
use serde::Deserialize;

/// The template and context of a rendering call.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Renders {
    /// The template's name, or a list of names.
    pub template: Expr,
    /// Its context: a map, or all named arguments with `args`; of an instance the fields whose names start with `@`.
    pub context: Expr,
    /// The template's name where the call names none: `{class}` is the receiver's class without `strip`, `{method}` the method that
    /// the call stands in.
    #[serde(default)]
    pub default: Option<Box<str>>,
    /// The ending that `{class}` lacks: `Controller`.
    #[serde(default)]
    pub strip: Option<Box<str>>,
    /// Where a name without a folder stands: `{class}` is the receiver's class without `strip`, in small words with dashes.
    #[serde(default)]
    pub within: Option<Box<str>>,
    /// The call gives a view that is rendered by whoever it is returned to; on a view, it names another template.
    #[serde(default)]
    pub later: bool,
    /// More of the context: a map of local names.
    #[serde(default)]
    pub locals: Option<Expr>,
    /// The arguments add to the context: a name and its value, a map, or a value under the name that follows `with`.
    #[serde(default)]
    pub more: bool,
    /// It is rendered once for each element of this value, which it knows by the template's own name.
    #[serde(default)]
    pub each: Option<Expr>,
    /// The argument without which `each` is a name of the context like any other.
    #[serde(default)]
    pub each_needs: Option<Expr>,
    /// The name by which it knows the element instead.
    #[serde(default, rename = "as")]
    pub each_as: Option<Expr>,
    /// Names of templates are looked for with this before their last part as well: `_` for partials.
    #[serde(default)]
    pub prefix: Option<Box<str>>,
    /// The folder below which names of templates are paths, whatever renders them.
    #[serde(default)]
    pub folder: Option<Box<str>>,
}

/// What a call tells the view of the request, or all of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shows {
    /// The name by which the view knows the value; of a map without it, each entry.
    #[serde(default)]
    pub name: Option<Expr>,
    /// The value.
    pub value: Expr,
}

/// Functions of the repository that templates call by their bare names.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HelperRow {
    /// The last parts of their markers, which have others before them.
    #[serde(default)]
    pub marker: OneOrMany,
    /// The markers may hold the name that templates call it by.
    #[serde(default)]
    pub named: bool,
    /// Those of the markers that hold the name of a template: it is rendered with what the function gives.
    #[serde(default)]
    pub renders: OneOrMany,
    /// A part of their file's path: what classes and modules in such a folder declare.
    #[serde(default)]
    pub folder: Option<Box<str>>,
    /// The document, if not the file's.
    #[serde(default)]
    pub docs: Option<Box<str>>,
}

/// Templates in a language within the user's, whose bare calls are methods of a class: what they are given are its fields.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateRow {
    /// The end of their names.
    pub ending: Box<str>,
    /// The class, of a stub.
    pub receiver: Box<str>,
    /// What is true for a template that was given all that it shows: fields that it was not given hold nothing then.
    pub given: Box<str>,
    /// The document, if not the file's.
    #[serde(default)]
    pub docs: Option<Box<str>>,
}

impl HelperRow {
    /// True if a marker makes such a function.
    pub fn is_made_by(&self, marker: &str) -> bool {
        let last = marker.rsplit_once('.').map(|(_, last)| last);
        last.is_some_and(|last| self.marker.iter().any(|name| name == last))
    }

    /// True if a marker names the template that the function is rendered with.
    pub fn is_rendered_by(&self, marker: &str) -> bool {
        let last = marker.rsplit('.').next().unwrap_or(marker);
        self.renders.iter().any(|name| name == last)
    }
}

/// Routes that name a view by their result: a string, or a view that a call gave.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewRow {
    /// Markers of their classes.
    pub marker: OneOrMany,
    /// Markers of the method, or of the class, with which the result is the response itself.
    #[serde(default)]
    pub unless: OneOrMany,
    /// The document, if not the file's.
    #[serde(default)]
    pub docs: Option<Box<str>>,
}
