//! The machine that applies changes to a schema, in order.

use crate::{Column, ForeignKey, Gap, Index, IndexColumn, Origin, Partition, Place, Schema, Table};
use perflint_ir::{Change, ColumnDef, ForeignDef, IndexDef};
use std::collections::BTreeMap;

/// More tables than this are not kept: no application has them, and what does is not a schema.
const MAX_TABLES: usize = 20_000;

/// More columns, indexes or keys of a table than this are not kept.
const MAX_PARTS: usize = 4_000;

/// A schema while it is built.
#[derive(Debug, Default)]
pub struct Machine {
    tables: BTreeMap<String, Table>,
    /// Tables by their name in lower case.
    names: BTreeMap<String, String>,
    gaps: Vec<Gap>,
    origin: Origin,
}

impl Machine {
    /// An empty schema that is told of by this kind of source.
    pub fn new(origin: Origin) -> Self {
        Self { origin, ..Self::default() }
    }

    /// Something could not be followed.
    pub fn gap(&mut self, place: Place, what: impl Into<String>) {
        self.gaps.push(Gap { place, what: what.into() });
    }

    /// True if a table of this name is there.
    pub fn has(&self, table: &str) -> bool {
        self.names.contains_key(&table.to_lowercase())
    }

    /// Nothing more can be said of all indexes of a table.
    pub fn mark_partial(&mut self, table: &str) {
        if let Some(table) = self.table(table) {
            table.partial = true;
        }
    }

    /// The class whose rows a table holds.
    pub fn set_entity(&mut self, table: &str, entity: &str) {
        if let Some(table) = self.table(table) {
            table.entity.get_or_insert_with(|| entity.to_owned());
        }
    }

    /// A column is declared by code of the repository.
    pub fn set_opaque(&mut self, table: &str, column: &str) {
        if let Some(column) = self.table(table).and_then(|table| column_mut(table, column)) {
            column.opaque = true;
        }
    }

    /// The attribute that holds a column, if it is called otherwise.
    pub fn set_attribute(&mut self, table: &str, column: &str, attribute: &str) {
        let column = self.table(table).and_then(|table| column_mut(table, column));
        if let Some(column) = column.filter(|column| column.name != attribute) {
            column.attribute = Some(attribute.to_owned());
        }
    }

    /// The schema as it is.
    pub fn finish(self) -> Schema {
        let mut schema = Schema { tables: self.tables, gaps: self.gaps, ..Schema::default() };
        for table in schema.tables.values_mut() {
            for name in &table.primary_key {
                if let Some(column) = table.columns.iter_mut().find(|c| c.name.eq_ignore_ascii_case(name)) {
                    column.nullable = false;
                }
            }
        }
        schema
    }

    fn table(&mut self, name: &str) -> Option<&mut Table> {
        let key = self.names.get(&name.to_lowercase())?;
        self.tables.get_mut(key)
    }

    fn remove(&mut self, name: &str) -> Option<Table> {
        let key = self.names.remove(&name.to_lowercase())?;
        self.tables.remove(&key)
    }

    fn insert(&mut self, table: Table) {
        if self.tables.len() < MAX_TABLES {
            self.names.insert(table.name.to_lowercase(), table.name.clone());
            self.tables.insert(table.name.clone(), table);
        }
    }

    /// Applies a change; what it cannot apply is a gap.
    pub fn apply(&mut self, change: Change, place: &Place) {
        match change {
            Change::CreateTable { table, if_absent } => self.create(table, if_absent, place),
            Change::CopyColumns { table, from } => self.copy(&table, &from),
            Change::DropTable { table } => {
                self.remove(&table);
                for other in self.tables.values_mut() {
                    other.foreign_keys.retain(|key| !key.table.eq_ignore_ascii_case(&table));
                }
            }
            Change::RenameTable { table, to } => self.rename(&table, to.into()),
            Change::RenameIndex { name, to } => {
                for index in self.tables.values_mut().flat_map(|table| &mut table.indexes) {
                    if index.name.as_deref() == Some(&*name) {
                        index.name = Some(to.as_ref().into());
                    }
                }
            }
            Change::DropIndex { table, name, columns } => {
                self.drop_index(table.as_deref(), name.as_deref(), &columns);
            }
            Change::Column { table, was, column } => {
                let place = place.clone();
                self.on(&table, &place.clone(), |table| set_column(table, was.as_deref(), column, place));
            }
            Change::AlterColumn { table, column, ty, nullable } => self.on(&table, place, |table| {
                let Some(column) = column_mut(table, &column) else { return };
                if let Some(ty) = ty {
                    column.ty = ty.into();
                }
                column.nullable = nullable.unwrap_or(column.nullable);
            }),
            Change::RenameColumn { table, column, to } => {
                let name = table.clone();
                self.on(&table, place, |table| rename_column(table, &column, &to));
                for key in self.tables.values_mut().flat_map(|table| &mut table.foreign_keys) {
                    if key.table.eq_ignore_ascii_case(&name) {
                        replace(&mut key.references, &column, &to);
                    }
                }
            }
            Change::DropColumn { table, column } => {
                self.on(&table, place, |table| drop_column(table, &column));
            }
            Change::PrimaryKey { table, name: _, columns } => self.on(&table, place, |table| {
                table.primary_key = columns.into_iter().map(Into::into).collect();
            }),
            Change::Index { table, index } => {
                let index_place = place.clone();
                self.on(&table, place, |table| add_index(table, index, index_place));
            }
            Change::ForeignKey { table, key } => {
                let key_place = place.clone();
                self.on(&table, place, |table| add_foreign(table, key, key_place));
            }
            Change::DropForeignKey { table, name, columns, to } => self.on(&table, place, |table| {
                table.foreign_keys.retain(|key| {
                    let named = name.is_some() && key.name.as_deref() == name.as_deref();
                    let same = !columns.is_empty() && same_names(&key.columns, &columns);
                    let leads = to.as_deref().is_some_and(|to| key.table.eq_ignore_ascii_case(to));
                    !(named || same || (columns.is_empty() && leads))
                });
            }),
            Change::Partition { table, method, columns } => self.on(&table, place, |table| {
                let columns = columns.into_iter().map(Into::into).collect();
                table.partition = Some(Partition { method: method.into(), columns });
            }),
        }
    }

    fn on(&mut self, name: &str, place: &Place, change: impl FnOnce(&mut Table)) {
        match self.table(name) {
            Some(table) => change(table),
            None => self.gap(place.clone(), format!("changes `{name}`, a table that is not known here")),
        }
    }

    fn create(&mut self, name: Box<str>, if_absent: bool, place: &Place) {
        if if_absent && self.has(&name) {
            return;
        }
        let entity = self.remove(&name).and_then(|old| old.entity);
        let table = Table {
            name: name.into(),
            place: place.clone(),
            origin: self.origin,
            entity,
            ..Table::default()
        };
        self.insert(table);
    }

    fn copy(&mut self, name: &str, from: &str) {
        let Some(columns) = self.table(from).map(|from| from.columns.clone()) else { return };
        if let Some(table) = self.table(name) {
            for column in columns {
                if table.column(&column.name).is_none() && table.columns.len() < MAX_PARTS {
                    table.columns.push(column);
                }
            }
        }
    }

    fn rename(&mut self, name: &str, to: String) {
        let Some(mut table) = self.remove(name) else { return };
        for key in self.tables.values_mut().chain([&mut table]).flat_map(|table| &mut table.foreign_keys) {
            if key.table.eq_ignore_ascii_case(name) {
                key.table.clone_from(&to);
            }
        }
        table.name = to;
        self.remove(&table.name);
        self.insert(table);
    }

    fn drop_index(&mut self, table: Option<&str>, name: Option<&str>, columns: &[Box<str>]) {
        let meant = |index: &Index| match name {
            Some(name) => index.name.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(name)),
            None => same_columns(&index.columns, columns),
        };
        match table {
            Some(table) => {
                if let Some(table) = self.table(table)
                    && let Some(at) = table.indexes.iter().position(meant)
                {
                    table.indexes.remove(at);
                }
            }
            None => self.tables.values_mut().for_each(|table| table.indexes.retain(|index| !meant(index))),
        }
    }
}

fn same_names(a: &[String], b: &[Box<str>]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.eq_ignore_ascii_case(b))
}

fn same_columns(a: &[IndexColumn], b: &[Box<str>]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.name.eq_ignore_ascii_case(b))
}

fn column_mut<'t>(table: &'t mut Table, name: &str) -> Option<&'t mut Column> {
    table.columns.iter_mut().find(|column| column.name.eq_ignore_ascii_case(name))
}

fn replace(names: &mut [String], from: &str, to: &str) {
    names.iter_mut().filter(|name| name.eq_ignore_ascii_case(from)).for_each(|name| *name = to.to_owned());
}

fn set_column(table: &mut Table, was: Option<&str>, def: ColumnDef, place: Place) {
    if let Some(was) = was {
        rename_column(table, was, &def.name);
    }
    let ColumnDef { name, ty, nullable, default } = def;
    let default = default.map(Into::into);
    if let Some(known) = column_mut(table, &name) {
        known.ty = ty.into();
        known.nullable = nullable;
        known.default = default;
    } else if table.columns.len() < MAX_PARTS {
        let column = Column {
            name: name.into(),
            attribute: None,
            ty: ty.into(),
            nullable,
            default,
            opaque: false,
            place,
        };
        table.columns.push(column);
    } else {
        table.partial = true;
    }
}

fn rename_column(table: &mut Table, from: &str, to: &str) {
    if let Some(column) = column_mut(table, from) {
        to.clone_into(&mut column.name);
    }
    replace(&mut table.primary_key, from, to);
    for part in table.indexes.iter_mut().flat_map(|index| &mut index.columns) {
        if part.name.eq_ignore_ascii_case(from) {
            to.clone_into(&mut part.name);
        }
    }
    table.foreign_keys.iter_mut().for_each(|key| replace(&mut key.columns, from, to));
}

fn drop_column(table: &mut Table, name: &str) {
    let is = |known: &str| known.eq_ignore_ascii_case(name);
    table.columns.retain(|column| !is(&column.name));
    table.primary_key.retain(|column| !is(column));
    table.indexes.retain(|index| !index.columns.iter().any(|part| is(&part.name)));
    table.foreign_keys.retain(|key| !key.columns.iter().any(|column| is(column)));
}

fn add_index(table: &mut Table, def: IndexDef, place: Place) {
    let IndexDef { name, columns, unique, condition, method, include, implied } = def;
    let part = |part: perflint_ir::KeyPart| IndexColumn {
        name: part.name.into(),
        descending: part.descending,
        expression: part.expression,
    };
    let columns: Vec<IndexColumn> = columns.into_iter().map(part).collect();
    let name: Option<String> = name.map(Into::into);
    // What is declared twice without a name is one: a field that several bases give.
    let unnamed = |index: &Index| {
        let alike = index.unique == unique && index.method.as_deref() == method.as_deref();
        alike && name.is_none() && index.name.is_none()
    };
    let known = table.indexes.iter().position(|index| match (&name, &index.name) {
        (Some(name), Some(known)) => name == known,
        _ => {
            index.columns == columns
                && index.condition.as_deref() == condition.as_deref()
                && (index.implied || implied || unnamed(index))
        }
    });
    let index = Index {
        name,
        columns,
        unique,
        condition: condition.map(Into::into),
        method: method.map(Into::into),
        include: include.into_iter().map(Into::into).collect(),
        implied,
        place,
    };
    match known {
        Some(_) if implied => {}
        Some(at) => table.indexes[at] = index,
        None if table.indexes.len() < MAX_PARTS => table.indexes.push(index),
        None => table.partial = true,
    }
}

fn add_foreign(table: &mut Table, def: ForeignDef, place: Place) {
    let ForeignDef { name, columns, table: target, references } = def;
    let owned = |names: Vec<Box<str>>| names.into_iter().map(String::from).collect::<Vec<_>>();
    let key = ForeignKey {
        name: name.map(Into::into),
        columns: owned(columns),
        table: target.into(),
        references: owned(references),
        place,
    };
    let same = |known: &ForeignKey| known.columns == key.columns && known.table == key.table;
    if table.foreign_keys.len() < MAX_PARTS && !table.foreign_keys.iter().any(same) {
        table.foreign_keys.push(key);
    }
}
