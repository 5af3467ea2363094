//! Changes of a database's schema: what SQL's definitions say, and what the calls of migrations mean.
//!
//! Names are as written, without quotes and without the schema before them; databases differ in how they fold case.

/// A step of a schema's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A new table.
    CreateTable {
        /// Its name.
        table: Box<str>,
        /// Nothing happens if there is one.
        if_absent: bool,
    },
    /// A table with the columns of another: a partition, a copy.
    CopyColumns {
        /// The new table.
        table: Box<str>,
        /// The other.
        from: Box<str>,
    },
    /// A table disappears.
    DropTable {
        /// Its name.
        table: Box<str>,
    },
    /// A table gets another name.
    RenameTable {
        /// The old name.
        table: Box<str>,
        /// The new name.
        to: Box<str>,
    },
    /// A column appears, or is declared anew.
    Column {
        /// The table.
        table: Box<str>,
        /// The name that it had before, if it is declared anew under another.
        was: Option<Box<str>>,
        /// The column.
        column: ColumnDef,
    },
    /// Properties of a column change.
    AlterColumn {
        /// The table.
        table: Box<str>,
        /// The column.
        column: Box<str>,
        /// Its new type.
        ty: Option<Box<str>>,
        /// Whether it may be null from here on.
        nullable: Option<bool>,
    },
    /// A column gets another name.
    RenameColumn {
        /// The table.
        table: Box<str>,
        /// The old name.
        column: Box<str>,
        /// The new name.
        to: Box<str>,
    },
    /// A column disappears, and with it the indexes that hold it.
    DropColumn {
        /// The table.
        table: Box<str>,
        /// The column.
        column: Box<str>,
    },
    /// The primary key; no columns if it is dropped.
    PrimaryKey {
        /// The table.
        table: Box<str>,
        /// The constraint's name.
        name: Option<Box<str>>,
        /// Its columns, in order.
        columns: Vec<Box<str>>,
    },
    /// An index or unique constraint appears.
    Index {
        /// The table.
        table: Box<str>,
        /// The index.
        index: IndexDef,
    },
    /// An index or constraint disappears.
    DropIndex {
        /// The table, if it is named.
        table: Option<Box<str>>,
        /// Its name, if it is named.
        name: Option<Box<str>>,
        /// Its columns, if they are.
        columns: Vec<Box<str>>,
    },
    /// An index gets another name.
    RenameIndex {
        /// The old name.
        name: Box<str>,
        /// The new name.
        to: Box<str>,
    },
    /// A foreign key appears.
    ForeignKey {
        /// The table.
        table: Box<str>,
        /// The key.
        key: ForeignDef,
    },
    /// A foreign key disappears.
    DropForeignKey {
        /// The table.
        table: Box<str>,
        /// Its name, if it is named.
        name: Option<Box<str>>,
        /// Its columns, if they are.
        columns: Vec<Box<str>>,
        /// The table that it points to, if that is said.
        to: Option<Box<str>>,
    },
    /// How a table's rows are spread.
    Partition {
        /// The table.
        table: Box<str>,
        /// `range`, `list`, `hash`, `key`.
        method: Box<str>,
        /// Columns or expressions.
        columns: Vec<Box<str>>,
    },
}

/// A declared column.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ColumnDef {
    /// Its name.
    pub name: Box<str>,
    /// Its type as written; empty if it is not.
    pub ty: Box<str>,
    /// It may be null.
    pub nullable: bool,
    /// Its default, if that is a plain value.
    pub default: Option<Box<str>>,
}

/// A column or expression of an index.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct KeyPart {
    /// The column, or the expression as written.
    pub name: Box<str>,
    /// Sorted downwards.
    pub descending: bool,
    /// It is an expression.
    pub expression: bool,
}

/// A declared index or unique constraint.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct IndexDef {
    /// Its name.
    pub name: Option<Box<str>>,
    /// What it holds, in order.
    pub columns: Vec<KeyPart>,
    /// Unique.
    pub unique: bool,
    /// The condition of a partial index.
    pub condition: Option<Box<str>>,
    /// How it is built: `btree`, `gin`.
    pub method: Option<Box<str>>,
    /// Columns stored beside the key.
    pub include: Vec<Box<str>>,
    /// Added by the framework or the database, not asked for.
    pub implied: bool,
}

/// A declared foreign key.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ForeignDef {
    /// Its name.
    pub name: Option<Box<str>>,
    /// Its columns.
    pub columns: Vec<Box<str>>,
    /// The table that it points to.
    pub table: Box<str>,
    /// The columns there; empty for the primary key.
    pub references: Vec<Box<str>>,
}
