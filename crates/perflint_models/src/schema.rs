//! What calls of migrations, dumps and declarations say about tables: `[[schema]]` and `[[table]]` rows.

use crate::OneOrMany;
use crate::expr::Expr;
use serde::Deserialize;

/// What a call says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Does {
    /// A function of this name is run when a migration is applied.
    Run,
    /// Callables of the call are not looked into: they undo, or they are about something else.
    Skip,
    /// The text of SQL is somewhere in the file; nothing else happens.
    Dump,
    /// Creates a table; its callables get it, its parts are found in `parts`.
    Table,
    /// Opens a table that is there.
    Alter,
    /// A column.
    Column,
    /// Says more about the column that it is called on, or that it decorates.
    Set,
    /// An index.
    Index,
    /// A table that joins the rows of two others, for a relation of many to many: `makes` are its columns, with `{from}` and
    /// `{to}` for the names of the classes in lower case.
    JoinTable,
    /// A primary key.
    Primary,
    /// A foreign key.
    Foreign,
    /// Removes a table.
    DropTable,
    /// Removes columns.
    DropColumn,
    /// Removes an index.
    DropIndex,
    /// Removes a foreign key.
    DropForeign,
    /// Gives a table another name: `table`, `to`.
    RenameTable,
    /// Gives a column another name: `columns`, `to`.
    RenameColumn,
    /// Gives an index another name: `name`, `to`.
    RenameIndex,
}

/// A call that says something about a schema.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SchemaRow {
    /// Names of the functions or methods; a `*` at the start or end stands for anything.
    pub call: OneOrMany,
    /// What it is called on: `table`, `column`, or last names of what stands before the dot. Anything if absent.
    #[serde(default)]
    pub on: OneOrMany,
    /// What it says.
    pub does: Does,
    /// The table, unless it is what the call is made on.
    #[serde(default)]
    pub table: Option<Expr>,
    /// The name of an index or constraint.
    #[serde(default)]
    pub name: Option<Expr>,
    /// Columns, of a column its name.
    #[serde(default)]
    pub columns: Option<Expr>,
    /// Added to the names of columns: `_id`.
    #[serde(default)]
    pub suffix: Option<Box<str>>,
    /// Columns are named after the classes that are given: `customer_id` of `Customer::class`.
    #[serde(default)]
    pub of_class: bool,
    /// Columns that the call makes whatever its arguments: `created_at`.
    #[serde(default)]
    pub makes: Vec<Box<str>>,
    /// The type of a column; the called name if absent.
    #[serde(default, rename = "type")]
    pub ty: Option<Expr>,
    /// May be null.
    #[serde(default)]
    pub nullable: Option<Expr>,
    /// The default.
    #[serde(default)]
    pub default: Option<Expr>,
    /// Unique.
    #[serde(default)]
    pub unique: Option<Expr>,
    /// Has an index.
    #[serde(default)]
    pub index: Option<Expr>,
    /// Is the primary key.
    #[serde(default)]
    pub primary: Option<Expr>,
    /// Refers to a table: its name, `table.column`, a class, or a truth value where the column's name tells.
    #[serde(default)]
    pub foreign: Option<Expr>,
    /// The columns referred to.
    #[serde(default)]
    pub references: Option<Expr>,
    /// The column comes with another one that names the class of the row.
    #[serde(default)]
    pub polymorphic: Option<Expr>,
    /// The condition of a partial index.
    #[serde(default, rename = "where")]
    pub condition: Option<Expr>,
    /// How an index is built.
    #[serde(default)]
    pub method: Option<Expr>,
    /// Columns stored beside the key.
    #[serde(default)]
    pub include: Option<Expr>,
    /// The new name.
    #[serde(default)]
    pub to: Option<Expr>,
    /// Values that hold the parts of a table.
    #[serde(default)]
    pub parts: Vec<Expr>,
    /// The primary key that a table has where nothing else is said.
    #[serde(default)]
    pub key: Option<Box<str>>,
    /// Another name for it, several, or false.
    #[serde(default)]
    pub key_named: Option<Expr>,
    /// A file with this call tells the whole schema; migrations beside it are its history.
    #[serde(default)]
    pub dump: bool,
    /// A file with this call declares tables, wherever it stands.
    #[serde(default)]
    pub declares: bool,
    /// For [`Does::Run`]: the variables with the migration's name and with those that come before it.
    #[serde(default)]
    pub order: Vec<Box<str>>,
    /// Where this is given, the call says nothing.
    #[serde(default)]
    pub unless: Option<Expr>,
    /// The document, if not the file's.
    #[serde(default)]
    pub docs: Option<Box<str>>,
}

/// How entities of an api become tables.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableRow {
    /// The api of the entities.
    pub of: Box<str>,
    /// Where the table's name stands, the first that is there: `Meta.db_table` (an attribute), `@Table.name` (an argument of a
    /// marker), `TableName()` (what a method returns).
    #[serde(default)]
    pub name: Vec<Box<str>>,
    /// Its name otherwise: `{app}`, `{name}`, `{lower}`, `{snake}`, `{snakes}` are filled in.
    pub default_name: Box<str>,
    /// The name of a column whose declaration gives none: `{name}` or `{snake}`.
    pub default_column: Box<str>,
    /// Attributes with indexes and constraints: `Meta.indexes`.
    #[serde(default)]
    pub indexes: Vec<Box<str>>,
    /// Attributes with lists of the columns that are unique together, or indexed together.
    #[serde(default)]
    pub unique_together: Vec<Box<str>>,
    /// As before, not unique.
    #[serde(default)]
    pub index_together: Vec<Box<str>>,
    /// A primary key that is added where none is declared.
    #[serde(default)]
    pub key: Option<Box<str>>,
    /// Every field is a column, unless it is a relation or has one of the markers in `not`.
    #[serde(default)]
    pub every_field: bool,
    /// A column may not be null unless something says so.
    #[serde(default)]
    pub required: bool,
    /// Markers of fields that are no columns.
    #[serde(default)]
    pub not: Vec<Box<str>>,
    /// Markers of classes that only give their fields to others.
    #[serde(default)]
    pub bases: Vec<Box<str>>,
    /// Suffix of the column of a relation to one that names none: `_id`.
    #[serde(default)]
    pub relation_suffix: Option<Box<str>>,
    /// Where the name of the table stands that joins the rows of a relation of many to many (`@JoinTable.name`, of the field), and
    /// what it is otherwise: `{from}`, `{to}`.
    #[serde(default)]
    pub join_name: Option<Box<str>>,
    /// As before.
    #[serde(default)]
    pub join_default: Option<Box<str>>,
    /// Relations to one have an index each.
    #[serde(default)]
    pub relation_index: bool,
    /// The declarations list every index, so that they count more than migrations.
    #[serde(default)]
    pub complete: bool,
    /// Words in names of indexes that stand for something, with what that is: `{app}`, `{lower}`.
    #[serde(default)]
    pub index_words: std::collections::BTreeMap<Box<str>, Box<str>>,
    /// Parts of the paths that declarations usually have: where some have one, the others are samples.
    #[serde(default)]
    pub usual: Vec<Box<str>>,
    /// The document, if not the file's.
    #[serde(default)]
    pub docs: Option<Box<str>>,
}

/// How a call that builds a query uses columns.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnRow {
    /// Types whose method it is, as the call's own row names them.
    pub on: OneOrMany,
    /// Names of the methods.
    pub name: OneOrMany,
    /// What is filtered by: a map or named arguments, or the name of one column.
    #[serde(default)]
    pub filters: Option<Expr>,
    /// Conditions as expressions: comparisons of columns, closures over a row.
    #[serde(default)]
    pub condition: Option<Expr>,
    /// A text in a query language over classes, conditions, order and all.
    #[serde(default)]
    pub query: Option<Expr>,
    /// Where no such text is there, the method's own name says it: `findByOwnerIdOrderByName`.
    #[serde(default)]
    pub derived: bool,
    /// Names in texts start with the alias that the call which starts the query is given.
    #[serde(default)]
    pub aliased: bool,
    /// The operator between the column and its value: `>`. Equality if absent.
    #[serde(default)]
    pub operator: Option<Expr>,
    /// The value that the one column is compared with for equality.
    #[serde(default)]
    pub value: Option<Expr>,
    /// The column is asked for having no value, or for having one.
    #[serde(default)]
    pub null: Option<bool>,
    /// Columns that alone are asked for: names, a list or a map of them.
    #[serde(default)]
    pub selects: Option<Expr>,
    /// What is sorted by: names, `-name`, `name desc`, a map of directions.
    #[serde(default)]
    pub sorts: Option<Expr>,
    /// The direction, where it is an argument of its own.
    #[serde(default)]
    pub direction: Option<Expr>,
    /// Sorts downwards.
    #[serde(default)]
    pub descending: bool,
    /// A column that the method is about, whatever its arguments: `latest` sorts by `created_at`.
    #[serde(default)]
    pub column: Option<Box<str>>,
    /// Parts of a name stand between two underscores, the last may be an operator: `owner__name__gte`.
    #[serde(default)]
    pub dunder: bool,
    /// The comparison is none that an index helps with.
    #[serde(default)]
    pub other: bool,
    /// Restricts the rows in a way that is not told here.
    #[serde(default)]
    pub unknown: bool,
    /// The document, if not the file's.
    #[serde(default)]
    pub docs: Option<Box<str>>,
}

/// What shows which kind of database is used.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DialectRow {
    /// `postgres`, `mysql`, `sqlite`, `sqlserver`, or the name of another kind, whose tables get no proposals.
    pub dialect: Box<str>,
    /// Names and texts of the program that show it: drivers, adapters, providers.
    #[serde(default)]
    pub words: Vec<Box<str>>,
    /// Words in the names of folders and files that are for it where others beside them are for other databases.
    #[serde(default)]
    pub folders: Vec<Box<str>>,
    /// What types of columns contain that only it has.
    #[serde(default)]
    pub types: Vec<Box<str>>,
}

/// How a framework writes a migration. In lines `{table}`, `{name}`, `{columns}`, `{unique}` are filled in, and statements in SQL:
/// `{create}`, `{drop}`, and `{clear}`, which removes what an interrupted run left.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MigrationRow {
    /// Its name, for people and options: `rails`.
    pub name: Box<str>,
    /// It is meant where the schema was read from such files: the end of a path, after a `*` with a folder before that.
    pub files: Vec<Box<str>>,
    /// The path of the file to write, below the folder that is asked for: `{number}` counts files, `{name}` is the first index.
    pub path: Box<str>,
    /// One file per change: the framework gives the database a file as a whole.
    #[serde(default)]
    pub each: bool,
    /// A line before the changes, by dialect: how long to wait for a lock.
    #[serde(default)]
    pub before: std::collections::BTreeMap<Box<str>, Box<str>>,
    /// A line after the changes, by dialect, for a session that goes on.
    #[serde(default)]
    pub after: std::collections::BTreeMap<Box<str>, Box<str>>,
    /// The whole file: `{up}` and `{down}` are the lines of the changes and of their undoing.
    pub file: Box<str>,
    /// A line that creates an index: by dialect, `any` for the others.
    pub add: std::collections::BTreeMap<Box<str>, Box<str>>,
    /// A line that drops one by its name.
    pub drop: std::collections::BTreeMap<Box<str>, Box<str>>,
    /// A line that drops one that has no name, by its columns; such an index is named in a comment if absent.
    #[serde(default)]
    pub drop_unnamed: Option<Box<str>>,
    /// How a column is written in a list: `:{column}`.
    pub column: Box<str>,
    /// A column that is sorted downwards, where that can be said.
    #[serde(default)]
    pub descending: Option<Box<str>>,
    /// Added to the creation of a unique index.
    #[serde(default)]
    pub unique: Box<str>,
    /// Added to the creation of a partial index, by dialect: `{condition}` is its condition in SQL.
    #[serde(default)]
    pub condition: std::collections::BTreeMap<Box<str>, Box<str>>,
    /// Added to the creation of an index that stores columns beside its key, by dialect: `{included}` lists them.
    #[serde(default)]
    pub include: std::collections::BTreeMap<Box<str>, Box<str>>,
    /// A line that runs `{create}`, for an index that `add` cannot say.
    #[serde(default)]
    pub statement: Option<Box<str>>,
    /// How an apostrophe stands between apostrophes, where statements are written so.
    #[serde(default)]
    pub apostrophe: Option<Box<str>>,
    /// How a comment starts.
    pub comment: Box<str>,
    /// The document.
    pub docs: Box<str>,
}
