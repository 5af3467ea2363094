//! The rows of a model file. `rules/models/README.md` explains each field to authors.

use crate::declared::DeclarationRow;
use crate::expr::Expr;
use crate::relation::RelationRow;
use crate::ty::TypeRow;
use crate::view::{Renders, Shows, ViewRow};
use serde::Deserialize;

/// One value or a list of them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany {
    /// One.
    One(Box<str>),
    /// Several.
    Many(Vec<Box<str>>),
}

impl Default for OneOrMany {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl OneOrMany {
    /// The values.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
        .iter()
        .map(AsRef::as_ref)
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Many(many) if many.is_empty())
    }
}

/// A library.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// Its name.
    pub library: Box<str>,
    /// The language family that it serves: `python`, `javascript`, `rust`.
    pub language: Box<str>,
    /// The document that its rows come from, unless a row names its own.
    pub docs: Box<str>,
    /// Import roots that show that a repository uses it; hints apply only then.
    #[serde(default)]
    pub imports: Vec<Box<str>>,
    /// Namespaces whose names need no import: `java.lang`.
    #[serde(default)]
    pub prelude: Vec<Box<str>>,
    /// Types.
    #[serde(default, rename = "type")]
    pub types: Vec<TypeRow>,
    /// Calls.
    #[serde(default, rename = "call")]
    pub calls: Vec<CallRow>,
    /// Attributes.
    #[serde(default, rename = "attr")]
    pub attrs: Vec<crate::AttrRow>,
    /// Entities.
    #[serde(default, rename = "entity")]
    pub entities: Vec<EntityRow>,
    /// Declarations by calls in a class's body.
    #[serde(default, rename = "declaration")]
    pub declarations: Vec<DeclarationRow>,
    /// Types whose fields are read of each value that a resolver gives.
    #[serde(default, rename = "object")]
    pub objects: Vec<crate::ObjectRow>,
    /// Relations.
    #[serde(default, rename = "relation")]
    pub relations: Vec<RelationRow>,
    /// Entry points by declaration.
    #[serde(default, rename = "entry")]
    pub entries: Vec<crate::EntryRow>,
    /// Entry points that name the template of their response by what they return.
    #[serde(default, rename = "view")]
    pub views: Vec<ViewRow>,
    /// What templates call by bare names.
    #[serde(default, rename = "helper")]
    pub helpers: Vec<crate::HelperRow>,
    /// Templates whose bare calls are methods of a class.
    #[serde(default, rename = "template")]
    pub templates: Vec<crate::TemplateRow>,
    /// Names that reveal a type where no type is declared.
    #[serde(default, rename = "hint")]
    pub hints: Vec<crate::HintRow>,
    /// Code in the user's language that does what the library does.
    #[serde(default, rename = "stub")]
    pub stubs: Vec<crate::StubRow>,
    /// Modules of the library that are generated into the repository.
    #[serde(default, rename = "generated")]
    pub generated: Vec<crate::GeneratedRow>,
    /// Classes that are generated from entities.
    #[serde(default, rename = "metamodel")]
    pub metamodels: Vec<crate::MetamodelRow>,
    /// Settings that name entities.
    #[serde(default, rename = "setting")]
    pub settings: Vec<crate::SettingRow>,
    /// Calls that say something about a schema.
    #[serde(default, rename = "schema")]
    pub schemas: Vec<crate::SchemaRow>,
    /// How entities become tables.
    #[serde(default, rename = "table")]
    pub tables: Vec<crate::TableRow>,
    /// How calls that build queries use columns.
    #[serde(default, rename = "column")]
    pub columns: Vec<crate::ColumnRow>,
    /// What shows which kind of database is used.
    #[serde(default, rename = "dialect")]
    pub dialects: Vec<crate::DialectRow>,
    /// How migrations are written.
    #[serde(default, rename = "migration")]
    pub migrations: Vec<crate::MigrationRow>,
    /// What makes values of a kind.
    #[serde(default, rename = "collection")]
    pub collections: Vec<crate::CollectionRow>,
    /// What costs computation.
    #[serde(default, rename = "work")]
    pub works: Vec<crate::WorkRow>,
    /// What keeps things without end.
    #[serde(default, rename = "keep")]
    pub keeps: Vec<crate::KeepRow>,
    /// How long clients wait.
    #[serde(default, rename = "timeout")]
    pub timeouts: Vec<crate::TimeoutRow>,
    /// What shows that a practice is followed.
    #[serde(default, rename = "sign")]
    pub signs: Vec<crate::SignRow>,
    /// What queries are asked.
    #[serde(default, rename = "ask")]
    pub asks: Vec<crate::AskRow>,
    /// The words of the language.
    #[serde(default, rename = "word")]
    pub words: Vec<crate::WordRow>,
}

/// Kinds of effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EffectKind {
    /// Reads rows from a database.
    Query,
    /// Writes rows.
    Write,
    /// An HTTP request.
    Http,
    /// A remote call other than plain HTTP: gRPC, a cloud API.
    Rpc,
    /// Sends a mail.
    Mail,
    /// Reads or writes files.
    File,
    /// A round trip to a cache.
    Cache,
    /// A round trip to a queue.
    Queue,
    /// Waits for a lock, a thread, a condition.
    Lock,
    /// Sleeps.
    Sleep,
    /// Starts or waits for a process.
    Process,
    /// Long computation: hashing a password, compressing.
    Compute,
}

/// How the caller waits for an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wait {
    /// The thread waits.
    #[default]
    Blocks,
    /// The task waits, the thread goes on.
    Suspends,
    /// Nobody waits.
    Detached,
}

/// How many rows a call brings into memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowCount {
    /// None, or a scalar: count, exists, a write.
    #[default]
    None,
    /// At most one.
    One,
    /// All rows of the query, at once.
    All,
    /// All rows, a few at a time.
    Stream,
    /// What the declared result of the called method says: a list means all, a single value one, nothing none.
    Declared,
}

/// A call.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallRow {
    /// Types whose method it is.
    #[serde(default)]
    pub on: OneOrMany,
    /// Names of the methods; with `on`.
    #[serde(default)]
    pub name: OneOrMany,
    /// Paths of functions or constructors; without `on`.
    #[serde(default)]
    pub path: OneOrMany,
    /// Called on the class, not on an instance.
    #[serde(default, rename = "static")]
    pub is_static: bool,
    /// The document, if not the file's.
    #[serde(default)]
    pub docs: Option<Box<str>>,
    /// What it does to the outside.
    #[serde(default)]
    pub effect: Option<EffectKind>,
    /// Where this argument is given, the effect does not happen: with a block, `sum` walks the rows that are there.
    #[serde(default)]
    pub effect_unless: Option<Expr>,
    /// The key, an argument by position, by which the session remembers the row: asked with the same again, nothing runs.
    #[serde(default)]
    pub remembered: Option<Expr>,
    /// Whether the effect happens is decided by a configuration that is not read: a cache that may be memory.
    #[serde(default)]
    pub maybe: bool,
    /// How the caller waits.
    #[serde(default)]
    pub wait: Wait,
    /// Rows it brings into memory.
    #[serde(default)]
    pub rows: RowCount,
    /// Types of results of the function around for which its rows are handed on as they come: a cursor behind a stream.
    #[serde(default)]
    pub handed_on: OneOrMany,
    /// The query that it runs; the receiver unless said.
    #[serde(default)]
    pub runs: Option<Expr>,
    /// The entity whose rows it touches; of `runs` unless said.
    #[serde(default)]
    pub entity: Option<Expr>,
    /// SQL text that it runs.
    #[serde(default)]
    pub sql: Option<Expr>,
    /// The class that the rows of that text are made into.
    #[serde(default)]
    pub into: Option<Expr>,
    /// Nothing is said where that text is not known: it may as well write each row's own values.
    #[serde(default)]
    pub known_sql: bool,
    /// Its value.
    #[serde(default)]
    pub returns: Option<Expr>,
    /// The most rows that the query will yield; a missing or null argument leaves it as it was.
    #[serde(default)]
    pub bound: Option<Expr>,
    /// How many rows are left out before the first: a page is meant, whether or not a bound is given.
    #[serde(default)]
    pub offset: Option<Expr>,
    /// How many elements of a list in memory are left out before the first: a page is cut out of it.
    #[serde(default)]
    pub skips: Option<Expr>,
    /// Relation paths that the query will load.
    #[serde(default)]
    pub loads: Option<Expr>,
    /// The method that has to follow in the chain for that.
    #[serde(default)]
    pub loads_if: Option<Box<str>>,
    /// Nothing is loaded with it of what was until here: scopes of the class are left out.
    #[serde(default)]
    pub unloads: bool,
    /// The argument whose rows, which are there already, get what is loaded.
    #[serde(default)]
    pub onto: Option<Expr>,
    /// Yields plain values instead of rows with relations.
    #[serde(default)]
    pub plain: bool,
    /// Of a query of plain values it leaves one row for each different value, of any other one for each value of the columns that it
    /// is given.
    #[serde(default)]
    pub groups: bool,
    /// The query whose rows there are as well.
    #[serde(default)]
    pub either: Option<Expr>,
    /// The query whose conditions hold as well: what it loads is loaded too.
    #[serde(default)]
    pub both: Option<Expr>,
    /// Closures that it is given become part of a statement: they run nothing.
    #[serde(default)]
    pub translated: bool,
    /// The value, or each of its elements, is copied into an instance of the class that the last type argument names, by the names
    /// of that class's fields.
    #[serde(default)]
    pub maps: Option<Expr>,
    /// With `maps`: names of attributes lead through relations, `customerName` to the name of the customer.
    #[serde(default)]
    pub flattens: bool,
    /// The marker of the called method with which it writes: `@Modifying`.
    #[serde(default)]
    pub writes_if: Option<Box<str>>,
    /// What markers of the called method say of the copied attributes.
    #[serde(default)]
    pub mapping: Option<crate::Mapping>,
    /// Names of calls with which a function says that the queries which it leads to give a page each.
    #[serde(default)]
    pub paged_by: Vec<Box<str>>,
    /// What markers of the called method say of statements that run for each row of its own.
    #[serde(default)]
    pub nested: Option<crate::Nested>,
    /// A relation that was loaded stays loaded: the call does not run a query on it.
    #[serde(default)]
    pub keeps: bool,
    /// The call runs no query on a relation whose number of rows is kept with the row that is asked.
    #[serde(default)]
    pub counted: bool,
    /// Narrows the query to few rows by a key: at most one row if the named column is unique.
    #[serde(default)]
    pub narrows: Option<Expr>,
    /// Callables that it calls.
    #[serde(default)]
    pub invokes: Option<Expr>,
    /// How often: once per element of this value; once if absent.
    #[serde(default)]
    pub per: Option<Expr>,
    /// What it walks becomes the choices of a form: somebody has to look through all of them.
    #[serde(default)]
    pub choices: bool,
    /// The receiver that bare names in a closure have: `with(order) { customer }`.
    #[serde(default)]
    pub receiver: Option<Expr>,
    /// The list that it is called on is expected to have one element: `rows.map { .. }.singleOrNull()`.
    #[serde(default)]
    pub single: bool,
    /// What the callable gives is walked: `flatMap { it.items }`.
    #[serde(default)]
    pub walks: bool,
    /// What it passes to the callable.
    #[serde(default)]
    pub gives: Vec<Expr>,
    /// The callbacks of one call run at the same time.
    #[serde(default)]
    pub parallel: bool,
    /// The callable runs on another thread: nothing blocks here.
    #[serde(default)]
    pub handoff: bool,
    /// The callable runs on a thread that others share, as `async` code does: nothing in it may block.
    #[serde(default)]
    pub task: bool,
    /// The thread that calls it does nothing else until the callable, `async` code, has returned.
    #[serde(default)]
    pub held: bool,
    /// What it gives surrounds every request: where it is missing, nobody set it up, which is an exception.
    #[serde(default)]
    pub ambient: bool,
    /// As a marker of an entry point: the framework pages the query that it gives.
    #[serde(default)]
    pub pages: bool,
    /// Nothing waits for the callable.
    #[serde(default)]
    pub detached: bool,
    /// The value becomes an element of the receiver.
    #[serde(default)]
    pub adds: Option<Expr>,
    /// What the receiver's variable holds from here on: a cursor holds the statement that it ran last.
    #[serde(default)]
    pub becomes: Option<Expr>,
    /// Every variable that stands for the same query loads from here on what the receiver's loads.
    #[serde(default)]
    pub shared: bool,
    /// The variable that it fills with the rows: `db.Find(&users)`.
    #[serde(default)]
    pub fills: Option<Expr>,
    /// Renders a template.
    #[serde(default)]
    pub renders: Option<Renders>,
    /// What it tells the view of the request.
    #[serde(default)]
    pub shows: Option<Shows>,
    /// Hands a function to all templates, which call it by its bare name.
    #[serde(default)]
    pub helper: Option<Shows>,
    /// Asks a value for its form in an answer.
    #[serde(default)]
    pub presents: Option<crate::Presents>,
    /// Hands a message to the classes that handle those of its class.
    #[serde(default)]
    pub dispatches: Option<crate::Dispatches>,
    /// The value leaves in a response.
    #[serde(default)]
    pub responds: Option<Expr>,
    /// What it says of the routes below it.
    #[serde(default)]
    pub router: Option<crate::RouterRow>,
    /// Says how a route finds the object that its handler is given.
    #[serde(default)]
    pub traverses: Option<crate::Traversal>,
    /// As a marker: says which such object it is.
    #[serde(default)]
    pub receives: Option<crate::Receives>,
    /// Registers a callable as an entry point.
    #[serde(default)]
    pub entry: Option<EntryKind>,
    /// The callable registered; as a decorator, the decorated function.
    #[serde(default)]
    pub handler: Option<Expr>,
    /// The route's path.
    #[serde(default)]
    pub route: Option<Expr>,
    /// The route's HTTP method.
    #[serde(default)]
    pub method: Option<Box<str>>,
    /// As a parameter's default, the parameter gets `returns`.
    #[serde(default)]
    pub inject: bool,
    /// The loop over its result runs once per batch, not per element.
    #[serde(default)]
    pub batch: bool,
    /// Calls of one tick become one query.
    #[serde(default)]
    pub batched: bool,
    /// As a decorator: results are remembered.
    #[serde(default)]
    pub memo: bool,
    /// As a decorator: the function runs on a thread, or is wrapped into an awaitable.
    #[serde(default)]
    pub threaded: bool,
    /// The function of a stub that does what it does: it is given the receiver, then the arguments.
    #[serde(default)]
    pub by: Option<Box<str>>,
    /// Looked at: no effect worth telling. The document says so.
    #[serde(default)]
    pub neutral: bool,
}

/// How a class is recognised as an entity.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntityRow {
    /// A base class.
    #[serde(default)]
    pub base: OneOrMany,
    /// A marker of the class (decorator, annotation, schema block).
    #[serde(default)]
    pub marker: OneOrMany,
    /// A call whose result is an entity class, assigned to a variable.
    #[serde(default)]
    pub call: OneOrMany,
    /// The name of an entity made by a call.
    #[serde(default)]
    pub name: Option<Expr>,
    /// The type whose rows apply to its class and instances.
    #[serde(default)]
    pub api: Option<Box<str>>,
    /// The attribute of its class that lists relations which are always loaded with it.
    #[serde(default)]
    pub always_loads: Option<Box<str>>,
    /// The attribute of its class that lists attributes which are read of each row that leaves in an answer.
    #[serde(default)]
    pub appended: Option<Box<str>>,
    /// The argument of its marker that names the class of the object that queries over it are asked of.
    #[serde(default)]
    pub repository: Option<Expr>,
    /// How the class of that object is called where nothing says it: `{entity}Repository`.
    #[serde(default)]
    pub repository_name: OneOrMany,
    /// Types of fields, in any class, whose last type argument is an entity: `DbSet<Order>`.
    #[serde(default)]
    pub collected_by: OneOrMany,
    /// Fields by one of which classes that fields of an entity lead to are known to be entities too: its key, `{name}Id`.
    #[serde(default)]
    pub reaches: OneOrMany,
    /// Markers of fields that only entities have: struct tags.
    #[serde(default)]
    pub field_marker: OneOrMany,
    /// Types of fields that only entities have.
    #[serde(default)]
    pub field_type: OneOrMany,
    /// A word of the class statement that must be there (SQLModel's `table=True`).
    #[serde(default)]
    pub requires: Option<Box<str>>,
    /// An attribute, or an attribute of an inner class (`Meta.abstract`), that makes it a mere base.
    #[serde(default)]
    pub abstract_by: Option<Box<str>>,
    /// Paths of calls (or prefixes that end with a dot) that fields are made with. A class with a base that is neither in the
    /// repository nor known, and such a field, is an entity too: the base is one of another library.
    #[serde(default)]
    pub declares: OneOrMany,
    /// Where its table's name is declared: `Meta.db_table`, `__tablename__`.
    #[serde(default)]
    pub table: Option<Box<str>>,
    /// Where default eager loading and ordering are declared, if anywhere.
    #[serde(default)]
    pub docs: Option<Box<str>>,
}

/// Kinds of entry point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntryKind {
    /// Handles an HTTP request.
    Route,
    /// Renders a page.
    Page,
    /// Resolves a GraphQL field, once per parent.
    Resolver,
    /// Handles a message of a socket.
    Socket,
    /// A background job or consumer.
    Job,
    /// Runs on a schedule.
    Schedule,
    /// A command-line command.
    Command,
    /// Where a program starts: a command too, unless the same package serves requests.
    Main,
    /// Runs around every request.
    Middleware,
    /// Runs when a row changes.
    Signal,
}

impl EntryKind {
    /// True for what runs on its own time: nobody waits for its end.
    pub fn is_background(self) -> bool {
        matches!(self, Self::Job | Self::Schedule | Self::Signal | Self::Command)
    }
}
