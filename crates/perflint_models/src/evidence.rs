//! Rows about what a plan quotes beside effects: pure computation, memory that is kept, limits of requests, signs that
//! something is done. `rules/models/README.md` explains each field to authors.

use crate::OneOrMany;
use serde::Deserialize;

/// Kinds of values whose size matters to computation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Elements in an order: finding one walks them.
    List,
    /// Elements that are found by their hash or order.
    Set,
    /// Values by key.
    Map,
    /// Text.
    Text,
    /// Anything; also a receiver of which nothing is known.
    Any,
}

/// What makes a value of a kind.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CollectionRow {
    /// The kind.
    pub kind: Kind,
    /// Last names of types.
    #[serde(default)]
    pub types: OneOrMany,
    /// Names of functions and constructors that make one.
    #[serde(default)]
    pub calls: OneOrMany,
    /// Names of methods that give one, whatever they are called on.
    #[serde(default)]
    pub methods: OneOrMany,
}

/// What a call does with a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Work {
    /// Looks at the elements one by one until it finds one.
    Search,
    /// Looks at all elements, with a closure that is asked about each.
    Scan,
    /// Sorts.
    Sort,
    /// Makes a copy with something added.
    Copy,
    /// Makes a program of a pattern.
    Compile,
    /// Calls a closure once per element.
    Walk,
    /// Calls a closure once per element, and gives it what it gave for the element before.
    Fold,
    /// Adds an element in place.
    Grow,
    /// Takes something out, or all.
    Evict,
}

/// A call or operator that costs computation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkRow {
    /// What it does.
    pub does: Work,
    /// Names of methods, with `on`.
    #[serde(default)]
    pub name: OneOrMany,
    /// The kind of receiver, or of the operand that is looked through.
    #[serde(default)]
    pub on: Option<Kind>,
    /// Full paths of functions.
    #[serde(default)]
    pub path: OneOrMany,
    /// `in` or `+`.
    #[serde(default)]
    pub operator: Option<Box<str>>,
    /// The position of the argument that holds the elements; the receiver if absent.
    #[serde(default)]
    pub arg: Option<u8>,
    /// Only where a closure is given.
    #[serde(default)]
    pub closure: bool,
    /// Only in files of one language of the family: `kotlin`.
    #[serde(default)]
    pub language: Option<Box<str>>,
    /// What people should know of it: what the language's own document says.
    #[serde(default)]
    pub note: Option<Box<str>>,
}

/// Something that keeps what it was given, with no end unless it is told.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeepRow {
    /// Paths of decorators.
    #[serde(default)]
    pub marker: OneOrMany,
    /// Paths of calls.
    #[serde(default)]
    pub path: OneOrMany,
    /// Names of options that end it: a lifetime, a size.
    #[serde(default)]
    pub unless: OneOrMany,
    /// It ends by itself, unless one of the options is given as null.
    #[serde(default)]
    pub ends: bool,
    /// What it does, for people.
    pub says: Box<str>,
}

/// How a client of other services limits how long it waits.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeoutRow {
    /// Paths of the calls; `requests.*` stands for all of a module.
    pub path: OneOrMany,
    /// Names of the options.
    #[serde(default)]
    pub options: OneOrMany,
    /// What limits it where no option is given; absent: nothing does.
    #[serde(default)]
    pub default: Option<Box<str>>,
    /// The document that says so.
    pub docs: Box<str>,
}

/// What shows that a practice is followed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignRow {
    /// The practice: `metrics`, `compression`, ..
    pub of: Box<str>,
    /// What it is, for people.
    pub says: Box<str>,
    /// Modules that are imported, or roots of paths.
    #[serde(default)]
    pub imports: OneOrMany,
    /// Names that are used: variables, attributes, methods, markers.
    #[serde(default)]
    pub names: OneOrMany,
    /// Names that are given something: options of calls, keys of maps, fields and variables that are declared.
    #[serde(default)]
    pub keys: OneOrMany,
    /// Whole texts.
    #[serde(default)]
    pub texts: OneOrMany,
}

impl SignRow {
    /// Whether it is a practice of the repository as a whole, not of single entry points.
    pub fn reports(&self) -> bool {
        &*self.of != "identity"
    }
}

/// What a call asks of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asks {
    /// How many rows there are.
    Count,
    /// Of a number, whether it is zero.
    Zero,
    /// To leave out as many rows as an argument or option says.
    Offset,
    /// Of rows that are in memory, what a closure gives for each, and nothing else of them.
    Map,
    /// To remove rows.
    Delete,
}

/// A call, or an option of it, that a plan may propose to ask otherwise.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskRow {
    /// What it asks.
    pub does: Asks,
    /// Names of methods.
    #[serde(default)]
    pub name: OneOrMany,
    /// Names of options.
    #[serde(default)]
    pub key: OneOrMany,
    /// What asks no more than is needed, for people.
    #[serde(default)]
    pub instead: Option<Box<str>>,
}
