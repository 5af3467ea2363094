//! Types of a library: what their values are, and what the classes that extend them have.

use crate::file::OneOrMany;
use serde::Deserialize;

/// Scopes that every query over a class has: closures, or objects that are given the query.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandingScopes {
    /// The call on the class that adds one.
    pub call: Box<str>,
    /// The methods of the class in which it is called; `boot*` stands for all that start so.
    pub within: Vec<Box<str>>,
    /// The marker of the class that lists classes of such objects.
    pub marker: Option<Box<str>>,
    /// The method of such an object that is given the query.
    pub method: Box<str>,
}

/// What values of a type are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TypeRole {
    /// An object with methods.
    #[default]
    Plain,
    /// A query that runs when it is iterated or told to.
    Query,
    /// A collection in memory; its elements have the type of the last type argument.
    List,
    /// A box around the value of its first type argument: `Optional`, `Promise`, `Mapped`.
    Wrapper,
}

/// Bases that no file of the repository declares: of the application which loads it, or named by a setting.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outside {
    /// Their names without namespaces; `*Controller` for all that end so.
    #[serde(default)]
    pub named: OneOrMany,
    /// What only bodies of their subclasses call.
    #[serde(default)]
    pub calls: OneOrMany,
    /// A part of the paths of files whose classes are such subclasses if they call it.
    #[serde(default)]
    pub within: Option<Box<str>>,
}

impl Outside {
    /// True for the path of such a base.
    pub fn is_named(&self, path: &str) -> bool {
        let last = path.rsplit('.').next().unwrap_or(path);
        self.named.iter().any(|name| match name.strip_prefix('*') {
            Some(ending) => last.ends_with(ending),
            None => last == name,
        })
    }
}

/// Classes that a library generates into the repository, one for each entity.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GeneratedClass {
    /// The type of a field that only they have.
    pub holds: Box<str>,
    /// How they are called: `{entity}Query`.
    pub class: Box<str>,
    /// What they are made with, which is not seen, may limit the rows.
    #[serde(default)]
    pub limited: bool,
}

/// A type of the library.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypeRow {
    /// Its canonical path.
    pub name: Box<str>,
    /// Other paths it is imported by.
    #[serde(default)]
    pub aliases: Vec<Box<str>>,
    /// Types whose rows apply too.
    #[serde(default)]
    pub extends: Vec<Box<str>>,
    /// What its values are.
    #[serde(default)]
    pub role: TypeRole,
    /// A method of the user's subclass whose result every use starts from: Django's `get_queryset`.
    #[serde(default)]
    pub starts_with: Option<Box<str>>,
    /// A scope that every query over the user's subclass has, by the name of the method or of the call in its body that declares it.
    #[serde(default)]
    pub standing: Option<Box<str>>,
    /// Where the user's subclass says further which scopes every query over it has.
    #[serde(default)]
    pub standing_scopes: Option<StandingScopes>,
    /// The type of the queries over the user's subclass that its closures and scopes are given.
    #[serde(default)]
    pub queries: Option<Box<str>>,
    /// The marker of methods of the user's subclass that are scopes under their own name.
    #[serde(default)]
    pub scope_marker: Option<Box<str>>,
    /// An attribute of the user's subclass that names its entity.
    #[serde(default)]
    pub entity_attr: Option<Box<str>>,
    /// Values of the language itself that have its methods: `list`, `map`, `str`, `promise`; `unknown`: receivers that
    /// nothing is known of.
    #[serde(default)]
    pub builtin: Option<Box<str>>,
    /// Methods of the user's subclass that its class and queries over it have under another name, and that are given the query
    /// first: `scope{Name}`.
    #[serde(default)]
    pub scopes: Option<Box<str>>,
    /// Methods of the user's subclass that are read as attributes, the attribute's name in camel case: `get{Name}Attribute`.
    #[serde(default)]
    pub accessors: Option<Box<str>>,
    /// Methods of the user's subclass with this result are read as attributes as well; what they return is called.
    #[serde(default)]
    pub accessor_type: Option<Box<str>>,
    /// Methods of the user's subclass with this marker are read as attributes as well.
    #[serde(default)]
    pub accessor_marker: Option<Box<str>>,
    /// The field whose attributes and methods an instance of the user's subclass has as well.
    #[serde(default)]
    pub delegates: Option<Box<str>>,
    /// Methods that an instance of the user's subclass is asked for its form by where it leaves in an answer; the first that it has.
    #[serde(default)]
    pub answers: OneOrMany,
    /// Templates that methods of the user's subclass render see the fields of the instance.
    #[serde(default)]
    pub fields_seen: bool,
    /// The body of the user's subclass runs on an instance when the program is loaded, and what it calls registers entry points.
    #[serde(default)]
    pub runs_body: bool,
    /// A parameter of a route's handler that is declared to be one is a row that the framework fetched for the request, alone.
    #[serde(default)]
    pub fetched: bool,
    /// Markers that make a class of the repository one of this type: `@Mapper`.
    #[serde(default)]
    pub marked_by: OneOrMany,
    /// Bases that no file declares and that are of this type.
    #[serde(default)]
    pub outside: Option<Outside>,
    /// Classes that are generated for entities are of this type; its rows say what their methods do.
    #[serde(default)]
    pub generated: Option<GeneratedClass>,
    /// Endings of names of interfaces that are of this type, have no marker of another one, and stand in a repository that imports
    /// one of `named_if`: mappers that are declared in files of another kind.
    #[serde(default)]
    pub named: OneOrMany,
    /// Imports that show that such names mean it.
    #[serde(default)]
    pub named_if: OneOrMany,
    /// Endings of methods that give one, where nothing else is known of them: `Async`.
    #[serde(default)]
    pub made_by: OneOrMany,
    /// A value that is declared to be one is where queries start: nothing is loaded and nothing bounds it.
    #[serde(default)]
    pub starts: bool,
    /// What is assigned to its fields is known to the view of the request: `res.locals.shop = ..`.
    #[serde(default)]
    pub shown: bool,
    /// Yields a page at a time: as a declared result, or as a parameter, of a query it bounds the query.
    #[serde(default)]
    pub page: bool,
    /// Its elements come when somebody sends them: a loop over it waits for messages, of which nobody knows how many come.
    #[serde(default)]
    pub arrives: bool,
    /// A function that is declared to give one runs on a thread that others share: nothing in it may block.
    #[serde(default)]
    pub events: bool,
    /// Markers of such a function, or of its class, with which it has a thread for itself.
    #[serde(default)]
    pub events_unless: OneOrMany,
}
