//! Parts of a table while they are read: columns, indexes, keys.

use super::value::Val;
use crate::Place;
use perflint_ir::{Change, ColumnDef, ForeignDef, IndexDef, KeyPart};
use perflint_models::Does;

/// A part.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// A column, an index, a primary or a foreign key.
    pub(crate) kind: Does,
    pub(crate) place: Place,
    pub(crate) names: Vec<Val>,
    pub(crate) ty: String,
    pub(crate) nullable: Option<bool>,
    pub(crate) default: Option<String>,
    pub(crate) unique: Option<Val>,
    pub(crate) index: Option<Val>,
    pub(crate) primary: bool,
    pub(crate) foreign: Option<Val>,
    pub(crate) references: Vec<String>,
    pub(crate) polymorphic: bool,
    pub(crate) suffix: String,
    pub(crate) name: Option<String>,
    pub(crate) condition: Option<String>,
    pub(crate) method: Option<String>,
    pub(crate) include: Vec<String>,
    pub(crate) implied: bool,
    /// The container has taken it.
    pub(crate) taken: bool,
}

impl Part {
    pub(crate) fn new(kind: Does, place: Place) -> Self {
        Self {
            kind,
            place,
            names: Vec::new(),
            ty: String::new(),
            nullable: None,
            default: None,
            unique: None,
            index: None,
            primary: false,
            foreign: None,
            references: Vec::new(),
            polymorphic: false,
            suffix: String::new(),
            name: None,
            condition: None,
            method: None,
            include: Vec::new(),
            implied: false,
            taken: false,
        }
    }

    /// The changes that it means for a table.
    pub(crate) fn changes(&self, table: &str) -> Vec<Change> {
        match self.kind {
            Does::Column => self.columns(table),
            Does::Index => {
                let columns: Vec<KeyPart> = self.names.iter().flat_map(key_parts).collect();
                if columns.is_empty() {
                    return Vec::new();
                }
                let unique = self.unique.as_ref().and_then(Val::truth) == Some(true);
                vec![Change::Index { table: table.into(), index: self.index(columns, unique) }]
            }
            Does::Primary => {
                let columns = self.plain_names();
                match columns.is_empty() {
                    true => Vec::new(),
                    false => vec![Change::PrimaryKey { table: table.into(), name: None, columns }],
                }
            }
            Does::Foreign => {
                let columns = self.plain_names();
                self.foreign_key(table, columns).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    fn plain_names(&self) -> Vec<Box<str>> {
        self.names.iter().flat_map(Val::texts).map(Into::into).collect()
    }

    fn index(&self, columns: Vec<KeyPart>, unique: bool) -> IndexDef {
        IndexDef {
            name: self.name.as_deref().map(Into::into),
            columns,
            unique,
            condition: self.condition.as_deref().map(Into::into),
            method: self.method.as_deref().filter(|method| *method != "btree").map(Into::into),
            include: self.include.iter().map(|name| name.as_str().into()).collect(),
            implied: self.implied,
        }
    }

    fn columns(&self, table: &str) -> Vec<Change> {
        let mut changes = Vec::new();
        for name in self.names.iter().flat_map(Val::texts) {
            let column = format!("{name}{}", self.suffix);
            let mut made = vec![(column.clone(), self.ty.clone())];
            if self.polymorphic {
                made.insert(0, (format!("{name}_type"), "string".to_owned()));
            }
            for (name, ty) in &made {
                let column = ColumnDef {
                    name: name.as_str().into(),
                    ty: ty.as_str().into(),
                    nullable: self.nullable.unwrap_or(true) && !self.primary,
                    default: self.default.as_deref().map(Into::into),
                };
                changes.push(Change::Column { table: table.into(), was: None, column });
            }
            let names: Vec<&str> = made.iter().map(|(name, _)| name.as_str()).collect();
            self.column_keys(table, &names, &column, &mut changes);
        }
        changes
    }

    fn column_keys(&self, table: &str, names: &[&str], column: &str, changes: &mut Vec<Change>) {
        let parts = || {
            names
                .iter()
                .map(|name| KeyPart { name: (*name).into(), ..KeyPart::default() })
                .collect::<Vec<_>>()
        };
        if self.primary {
            changes.push(Change::PrimaryKey {
                table: table.into(),
                name: None,
                columns: vec![column.into()],
            });
            // The key is an index already, whatever else is said.
            changes.extend(self.foreign_key(table, vec![column.into()]));
            return;
        }
        let unique = self.unique.as_ref().and_then(Val::truth) == Some(true);
        let indexed = self.index.as_ref();
        let options = |name: &str| indexed.and_then(|options| options.get(name));
        if unique || indexed.and_then(Val::truth) == Some(true) {
            let named = |val: &Option<Val>| match val {
                Some(Val::Str(text)) if text != "true" => Some(text.clone()),
                _ => None,
            };
            let unique = unique || options("unique").and_then(Val::truth) == Some(true);
            let mut index = self.index(parts(), unique);
            let name = options("name").and_then(Val::text).map(str::to_owned);
            index.name = name.or(named(&self.index)).or(named(&self.unique)).map(Into::into);
            changes.push(Change::Index { table: table.into(), index });
        }
        if !self.polymorphic {
            changes.extend(self.foreign_key(table, vec![column.into()]));
        }
    }

    /// Names columns after the classes that their rows refer to: `customer_id` of `Customer::class`.
    pub(crate) fn name_after_class(&mut self) {
        let named = |text: String| match text.ends_with("_id") {
            true => text,
            false => {
                let class = text.rsplit(['.', '\\']).next().unwrap_or(&text);
                format!("{}_id", cruet::to_snake_case(class))
            }
        };
        self.names = self.names.iter().flat_map(Val::texts).map(named).map(Val::Str).collect();
    }

    fn foreign_key(&self, table: &str, columns: Vec<Box<str>>) -> Option<Change> {
        let foreign = self.foreign.as_ref().filter(|foreign| foreign.truth() == Some(true))?;
        let columns = match (columns.is_empty(), foreign.text()) {
            // The column is named after the table.
            (true, Some(table)) => vec![format!("{}_id", cruet::to_singular(table)).into()],
            _ => columns,
        };
        let column = columns.first()?;
        let (target, references) = target(foreign, column);
        let references = references.map_or_else(|| self.references.clone(), |one| vec![one]);
        let key = ForeignDef {
            name: self.name.as_deref().filter(|_| self.kind == Does::Foreign).map(Into::into),
            columns,
            table: target.into(),
            references: references.into_iter().map(Into::into).collect(),
        };
        Some(Change::ForeignKey { table: table.into(), key })
    }
}

/// The table, and perhaps the column, that a reference names; where it only says that there is one, the column's name tells.
fn target(foreign: &Val, column: &str) -> (String, Option<String>) {
    let stem = column.strip_suffix("_id").unwrap_or(column);
    let by_name = || cruet::to_plural(stem);
    let split = |text: &str| match text.rsplit_once('.') {
        Some((table, column)) => {
            (table.rsplit('.').next().unwrap_or(table).to_owned(), Some(column.to_owned()))
        }
        None => (text.to_owned(), None),
    };
    match foreign {
        Val::Str(text) if text == "true" => (by_name(), None),
        Val::Str(text) => split(text),
        Val::List(items) => items.first().and_then(Val::text).map_or_else(|| (by_name(), None), split),
        Val::Map(_) => {
            let named = ["to_table", "table", "tableName", "model", "principalTable"];
            let value = named.iter().find_map(|key| foreign.get(key));
            match value {
                Some(value @ Val::Map(_)) => target(value, column),
                Some(value) => value.text().map_or_else(|| (by_name(), None), |text| (text.to_owned(), None)),
                None => (by_name(), None),
            }
        }
        other => (other.text().map_or_else(by_name, str::to_owned), None),
    }
}

/// The columns of an index: names, `-name` for a falling one, `name DESC`, and everything else as an expression.
pub(crate) fn key_parts(value: &Val) -> Vec<KeyPart> {
    match value {
        Val::List(items) => items.iter().flat_map(key_parts).collect(),
        Val::Map(entries) => entries
            .iter()
            .map(|(name, order)| KeyPart {
                name: name.as_str().into(),
                descending: order.text().is_some_and(|text| text.eq_ignore_ascii_case("desc"))
                    || *order == Val::Int(-1),
                expression: false,
            })
            .collect(),
        other => other.text().map(key_part).into_iter().collect(),
    }
}

fn key_part(text: &str) -> KeyPart {
    let (name, falling) = match text.strip_prefix('-') {
        Some(name) => (name, true),
        None => (text, false),
    };
    let (name, descending) = match name.rsplit_once(' ') {
        Some((name, order)) if order.eq_ignore_ascii_case("desc") => (name.trim(), true),
        Some((name, order)) if order.eq_ignore_ascii_case("asc") => (name.trim(), false),
        _ => (name, falling),
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
    let name = name.trim().trim_matches(['"', '`']);
    KeyPart { name: name.into(), descending, expression: !name.bytes().all(plain) }
}
