//! Which columns queries use, and how.

use crate::{Place, Schema, Table};
use perflint_ir::{Callee, FileIr, Fixed, OpKind, Role, SqlStatement, SqlVerb};
use perflint_link::{Def, EntityIx, Program};
use perflint_models::To;
use perflint_summary::{Accessed, Bound, ColumnHow, Facts};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// How a query uses a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// Compared for equality with a value, or with one of several.
    Equal,
    /// Compared with a bound.
    Range,
    /// Compared in a way that no plain index serves: `LIKE 'x%'`, inequality, the day of a moment.
    Other,
    /// Compared with a column of another table.
    Join,
    /// Sorted by, upwards.
    Ascending,
    /// Sorted by, downwards.
    Descending,
    /// Read.
    Select,
}

/// A column that a query uses.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Use {
    /// The column.
    pub column: String,
    /// How.
    pub how: How,
    /// It is compared with the same value in every run: a status, a kind.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub constant: bool,
    /// What it is compared with, where that is written out.
    #[serde(rename = "value", serialize_with = "literal", skip_serializing_if = "Option::is_none")]
    pub fixed: Option<Fixed>,
}

impl Use {
    fn of(column: String, how: How) -> Self {
        Self { column, how, constant: false, fixed: None }
    }
}

/// A value as SQL writes it; `not null` for any.
fn literal<S: Serializer>(fixed: &Option<Fixed>, serializer: S) -> Result<S::Ok, S::Error> {
    let text = match fixed {
        Some(Fixed::Null) | None => "null".to_owned(),
        Some(Fixed::Present) => "not null".to_owned(),
        Some(Fixed::Flag(flag)) => flag.to_string(),
        Some(Fixed::Int(number)) => number.to_string(),
        Some(Fixed::Text(text)) => format!("'{}'", text.replace('\'', "''")),
    };
    serializer.serialize_str(&text)
}

/// One query's use of one table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Access {
    /// The table.
    pub table: String,
    /// Where the query runs, or where it is written if that is all that is known.
    pub place: Place,
    /// Its columns, in the order in which they are written. Conditions are all required unless `any` is set.
    pub uses: Vec<Use>,
    /// It restricts the rows in ways that could not be followed: a condition may be missing from `uses`.
    pub partial: bool,
    /// Some of the conditions are alternatives.
    pub any: bool,
    /// At most so many rows are asked for.
    pub limit: Option<u32>,
    /// It changes or removes rows.
    pub write: bool,
    /// Its text says that it removes them.
    pub removes: bool,
    /// Entry points that run it, by label, sorted.
    pub entries: Vec<String>,
    /// Somebody waits for one of them.
    pub waited: bool,
    /// It runs once per row of something: a request runs it many times.
    pub repeated: bool,
    /// SQL text says so, not calls.
    pub sql: bool,
}

/// What the queries of a program use, by place: those that calls build, and those that stand as SQL in strings and files.
pub fn accesses(program: &Program, facts: &Facts, schema: &Schema) -> Vec<Access> {
    let tables = tables_of(program, schema);
    let mut all: Vec<Access> = facts
        .accesses
        .iter()
        .filter_map(|access| of_query(program, facts, schema, &tables, access))
        .collect();
    for (ix, file) in program.each_file() {
        if program.is_stub(ix) || !matches!(file.role, Role::App) {
            continue;
        }
        for found in &file.sql {
            for statement in &found.statements {
                of_statement(file, statement, found.partial, schema, &mut all);
            }
        }
    }
    all.sort();
    all.dedup();
    all
}

/// The table of each entity.
fn tables_of<'s>(program: &Program, schema: &'s Schema) -> BTreeMap<EntityIx, &'s Table> {
    let mut named: BTreeMap<&str, &Table> = BTreeMap::new();
    for table in schema.tables.values() {
        if let Some(entity) = &table.entity {
            named.entry(entity).or_insert(table);
        }
    }
    let exists = |name: &str| schema.table(name).is_some();
    program
        .own_entities()
        .filter_map(|entity| {
            let name = program.text(program.entity(entity).name);
            let by_name =
                crate::names::table_of(program, entity, &exists).and_then(|name| schema.table(&name));
            let declared = named.get(name).copied();
            // Two classes of one name in different modules: the table that is named after the module as well.
            let table = match (declared, by_name) {
                (Some(declared), Some(by_name)) if by_name.entity.as_deref() != Some(name) => Some(declared),
                (declared, by_name) => by_name.or(declared),
            };
            Some((entity, table?))
        })
        .collect()
}

fn of_query(
    program: &Program,
    facts: &Facts,
    schema: &Schema,
    tables: &BTreeMap<EntityIx, &Table>,
    access: &Accessed,
) -> Option<Access> {
    let file = program.file(access.site.at.file);
    if program.is_stub(access.site.at.file) || file.role != Role::App {
        return None;
    }
    let by_entity = access.entity.and_then(|entity| tables.get(&entity).copied());
    let table = match access.entity {
        Some(_) => by_entity?,
        None => schema.table(program.text(access.label))?,
    };
    let mut uses = Vec::new();
    let mut partial = access.partial;
    let mut any = access.any;
    if let Some((from, relation)) = access.from.or_else(|| called_relation(program, access)) {
        let many = program.relation(from, relation).is_none_or(|relation| relation.to == To::Many);
        let owner = cruet::to_snake_case(program.text(program.entity(from).name));
        match many.then(|| back(table, tables.get(&from).copied(), &owner, schema)).flatten() {
            Some(column) => {
                // A key to rows of several classes comes with the class.
                let class = column.strip_suffix("_id").and_then(|stem| table.column(&format!("{stem}_type")));
                uses.extend(class.map(|class| Use::of(class.name.clone(), How::Equal)));
                uses.push(Use::of(column, How::Equal));
            }
            // What tells the rows apart is not known, so that nothing else does.
            None => (partial, any) = (true, true),
        }
    }
    for used in &access.uses {
        match column(table, &used.name) {
            Some(column) => {
                let how = match used.how {
                    ColumnHow::Equal => How::Equal,
                    ColumnHow::Range => How::Range,
                    ColumnHow::Other => How::Other,
                    ColumnHow::Ascending => How::Ascending,
                    ColumnHow::Descending => How::Descending,
                    ColumnHow::Select => How::Select,
                };
                let one = Use { column, how, constant: used.constant, fixed: used.fixed.clone() };
                if !uses.contains(&one) {
                    uses.push(one);
                }
            }
            None => {
                partial = true;
                // A condition on the rows that a key leads to: what joins them is the key.
                let first = used.name.split('.').next().filter(|first| first.len() < used.name.len());
                let filters =
                    !matches!(used.how, ColumnHow::Ascending | ColumnHow::Descending | ColumnHow::Select);
                if let Some(column) = first.filter(|_| filters).and_then(|first| column(table, first)) {
                    uses.push(Use::of(column, How::Join));
                }
            }
        }
    }
    let span = program.body(access.site.at).op(access.site.op).span;
    let limit = match access.bound {
        Bound::One => Some(1),
        Bound::AtMost(rows) => Some(rows),
        Bound::Page => Some(u32::MAX),
        _ => None,
    };
    let entry = access.entry.and_then(|entry| facts.entries.get(entry));
    let waited = entry.is_some_and(|entry| !entry.kind.is_background());
    let entries = entry.map(|entry| entry.label.clone());
    Some(Access {
        table: table.name.clone(),
        place: Place::bytes(file.path.as_ref().into(), span.start),
        uses,
        partial,
        any,
        limit,
        write: access.writes,
        removes: false,
        entries: entries.into_iter().collect(),
        waited,
        repeated: false,
        sql: false,
    })
}

/// The relation whose method builds a query: `$order->items()` runs what `items` of `Order` gives.
fn called_relation(program: &Program, access: &Accessed) -> Option<(EntityIx, perflint_ir::Sym)> {
    let at = access.origin.at;
    if let Some(found) = relation_named_at(program, access) {
        return Some(found);
    }
    let def = Def { file: at.file, item: program.body(at).owner };
    let entity = program.class(program.class_around(def)?).entity?;
    let name = program.item(def).name;
    let relation = program.relation(entity, name).filter(|relation| relation.target == access.entity)?;
    (access.site.at != at).then_some((entity, relation.name))
}

/// The only relation to the rows of a query that is called like the method which builds it.
fn relation_named_at(program: &Program, access: &Accessed) -> Option<(EntityIx, perflint_ir::Sym)> {
    let body = program.body(access.origin.at);
    let OpKind::Call(call) = body.ops.get(access.origin.op.some()?.at())?.kind else { return None };
    let Callee::Member { name, .. } = body.call(call).callee else { return None };
    let mut owners = (0u32..).zip(&program.entities).filter(|(_, entity)| {
        entity.relations.get(&name).is_some_and(|r| r.target == access.entity && r.to == To::Many)
    });
    let (only, _) = owners.next()?;
    owners.next().is_none().then_some((EntityIx(only), name))
}

/// The column that an attribute stands for: itself, the key of a relation to one, the primary key.
fn column(table: &Table, name: &str) -> Option<String> {
    let name = name.strip_prefix(&format!("{}.", table.name)).unwrap_or(name);
    if name == "pk" {
        return match table.primary_key.as_slice() {
            [one] => Some(one.clone()),
            _ => None,
        };
    }
    let (first, rest) = name.split_once('.').map_or((name, None), |(first, rest)| (first, Some(rest)));
    // A column of another table, unless it is the key that stands here.
    if rest.is_some_and(|rest| rest != "id" && rest != "pk") {
        return None;
    }
    let by_attribute = table.columns.iter().find(|column| column.attribute.as_deref() == Some(first));
    let found = by_attribute
        .or_else(|| table.column(first))
        .or_else(|| table.column(&format!("{first}_id")))
        .or_else(|| table.column(&cruet::to_snake_case(first)));
    found.map(|column| column.name.clone())
}

/// The column with which the rows of a relation to many point back.
fn back(table: &Table, from: Option<&Table>, owner: &str, schema: &Schema) -> Option<String> {
    let by_name = |stem: &str| table.column(&format!("{stem}_id")).map(|column| column.name.clone());
    let Some(from) = from else { return by_name(owner) };
    let mut keys =
        table.foreign_keys.iter().filter(|key| schema.table(&key.table).is_some_and(|t| t.name == from.name));
    if let (Some(key), None) = (keys.next(), keys.next())
        && let [column] = key.columns.as_slice()
    {
        return Some(column.clone());
    }
    by_name(&cruet::to_singular(&from.name)).or_else(|| by_name(owner))
}

fn of_statement(
    file: &FileIr,
    statement: &SqlStatement,
    partial: bool,
    schema: &Schema,
    all: &mut Vec<Access>,
) {
    if !matches!(statement.verb, SqlVerb::Select | SqlVerb::Update | SqlVerb::Delete) {
        return;
    }
    let Some(main) = statement.tables.first() else { return };
    for name in &statement.tables {
        let Some(table) = schema.table(name) else { continue };
        let alone = statement.tables.len() == 1;
        let of_table = |of: Option<&str>, column: &str| match of {
            Some(of) => of.eq_ignore_ascii_case(name),
            None => alone || (table.column(column).is_some() && others(statement, schema, name, column)),
        };
        let mut uses = Vec::new();
        for predicate in &statement.predicates {
            if of_table(predicate.table.as_deref(), &predicate.column)
                && let Some(column) = table.column(&predicate.column)
            {
                let null = matches!(predicate.fixed, Some(Fixed::Null | Fixed::Present));
                let how = match predicate.equality && !null {
                    true => How::Equal,
                    false if predicate.range => How::Range,
                    false => How::Other,
                };
                let constant = predicate.fixed.as_ref().is_some_and(Fixed::is_value);
                uses.push(Use {
                    constant,
                    fixed: predicate.fixed.clone(),
                    ..Use::of(column.name.clone(), how)
                });
            }
        }
        if name == main {
            let sorted = statement.order.iter().filter_map(|column| table.column(column));
            uses.extend(sorted.map(|column| Use::of(column.name.clone(), How::Ascending)));
            let selected = statement.selected.iter().filter_map(|column| table.column(column));
            let selected: Vec<Use> =
                selected.map(|column| Use::of(column.name.clone(), How::Select)).collect();
            if alone && selected.len() == statement.selected.len() {
                uses.extend(selected);
            }
        }
        all.push(Access {
            table: table.name.clone(),
            place: Place::bytes(file.path.as_ref().into(), statement.span.start),
            uses,
            partial,
            any: statement.any,
            limit: statement.limit,
            write: statement.verb != SqlVerb::Select,
            removes: statement.verb == SqlVerb::Delete,
            entries: Vec::new(),
            waited: false,
            repeated: false,
            sql: true,
        });
    }
}

/// Whether no other table of a statement has a column.
fn others(statement: &SqlStatement, schema: &Schema, name: &str, column: &str) -> bool {
    let mut others = statement.tables.iter().filter(|other| &***other != name);
    others.all(|other| schema.table(other).is_some_and(|table| table.column(column).is_none()))
}
