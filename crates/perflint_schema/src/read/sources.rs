//! Which files tell of the schema, in which order, and whose word counts.

use super::class::{Declared, declared};
use super::eval::{Eval, Event};
use super::rows::Rows;
use crate::apply::Machine;
use crate::{Origin, Place, Schema, Table};
use perflint_ir::{Callee, Change, FileIr, ItemId, ItemKind, Lang, OpKind, Role};
use perflint_link::Program;
use perflint_models::Models;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A dump that tells of fewer than this share of what migrations beside it create does not replace them, in percent.
const COVERS: usize = 50;

/// What one file says.
struct Told {
    path: Box<str>,
    origin: Origin,
    events: Vec<Event>,
}

/// The schema that a program's files tell of. Lines are not known yet ([`Schema::locate`]).
pub fn replay(program: &Program, models: &Models) -> Schema {
    let rows = Rows::new(models);
    let mut told = told(program, &rows);
    let kept = super::variants::kept(told.iter().map(|told| &*told.path), models);
    let mut kept = kept.into_iter();
    told.retain(|_| kept.next().unwrap_or(true));
    let told = in_order(program, &rows, told);
    let (dumps, rest): (Vec<Told>, Vec<Told>) =
        told.into_iter().partition(|told| told.origin == Origin::Dump);
    let (declarations, migrations): (Vec<Told>, Vec<Told>) =
        rest.into_iter().partition(|told| told.origin == Origin::Declaration);
    let dumped: Vec<(String, Schema)> =
        dumps.iter().map(|told| (folder(&told.path).to_owned(), applied(Origin::Dump, [told]))).collect();
    let history = applied(Origin::Migration, &migrations);
    let mut machine = Machine::new(Origin::Declaration);
    for told in &declarations {
        play(&mut machine, told);
    }
    let mut listed: Vec<String> = Vec::new();
    let declared = declared(program, models, &rows, machine);
    let Declared { machine, tables: entities, complete } = declared;
    let mut own = machine.finish();
    let bases = super::class::mere_bases(program, &entities);
    own.tables.retain(|name, table| !table.columns.is_empty() || !bases.contains(name.as_str()));
    listed.extend(complete);
    listed.extend(own.tables.values().filter(|table| table.entity.is_none()).map(|table| table.name.clone()));
    let mut schema = merged(dumped, own, history, &listed);
    attach_entities(&mut schema, program, &entities);
    super::dialect::detect(&mut schema, program, models);
    schema
}

/// Every file that says something.
fn told<'p>(program: &'p Program, rows: &'p Rows<'p>) -> Vec<Told> {
    let mut all = Vec::new();
    for (ix, file) in program.each_file() {
        if program.is_stub(ix)
            || matches!(file.role, Role::Test | Role::Vendored | Role::Minified | Role::Client)
        {
            continue;
        }
        if file.lang == Lang::Sql {
            all.extend(of_sql(file));
            continue;
        }
        let migration = file.role == Role::Migration;
        if !migration && !marked(program, file, rows) {
            continue;
        }
        let mut eval = Eval::new(program, file, rows);
        eval.run_file();
        let origin = match (eval.dump, eval.declares) {
            (true, _) => Origin::Dump,
            (_, true) if !migration => Origin::Declaration,
            _ => Origin::Migration,
        };
        let events = eval.changes();
        // A migration that says nothing about tables is a link of the chain all the same.
        if migration || !events.is_empty() {
            all.push(Told { path: file.path.clone(), origin, events });
        }
    }
    all
}

/// Whether the statements of a module call something that only declarations of tables call.
fn marked(program: &Program, file: &FileIr, rows: &Rows<'_>) -> bool {
    let Some(body) = file.item(ItemId(0)).body else { return false };
    let body = file.body(body);
    body.ops.iter().any(|op| {
        let OpKind::Call(call) = op.kind else { return false };
        let name = match body.call(call).callee {
            Callee::Member { name, .. } => name,
            Callee::Value(value) => match body.op(value).kind {
                OpKind::Name(name) | OpKind::Get { name, .. } => name,
                _ => return false,
            },
        };
        rows.marks(file.lang, program.text(name))
    })
}

fn of_sql(file: &FileIr) -> Option<Told> {
    let name = file.path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let stem = name.strip_suffix(".sql").unwrap_or(&name);
    let undoes = ["down", "undo", "rollback", "revert"];
    // Flyway undoes a version by `U2__add_orders.sql`.
    if stem
        .strip_prefix('u')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()) && rest.contains("__"))
    {
        return None;
    }
    if undoes.iter().any(|word| {
        stem == *word || stem.ends_with(&format!(".{word}")) || stem.ends_with(&format!("_{word}"))
    }) {
        return None;
    }
    let path: Arc<str> = Arc::from(&*file.path);
    let statements = file.sql.iter().flat_map(|facts| &facts.statements);
    let events: Vec<Event> = statements
        .flat_map(|statement| &statement.changes)
        .map(|(at, change)| Event::Change(Place::bytes(path.clone(), *at), change.clone()))
        .collect();
    let creates = events.iter().any(|event| matches!(event, Event::Change(_, Change::CreateTable { .. })));
    if events.is_empty() || (file.role != Role::Migration && !creates) {
        return None;
    }
    let versioned = stem.bytes().any(|byte| byte.is_ascii_digit());
    let origin = match file.role {
        Role::App | Role::Generated if !versioned => Origin::Dump,
        _ => Origin::Migration,
    };
    Some(Told { path: file.path.clone(), origin, events })
}

fn play(machine: &mut Machine, told: &Told) {
    for event in &told.events {
        match event {
            Event::Change(place, change) => machine.apply(change.clone(), place),
            Event::Gap(place, what) => machine.gap(place.clone(), what.clone()),
            Event::Part(..) => {}
        }
    }
}

fn applied<'t>(origin: Origin, all: impl IntoIterator<Item = &'t Told>) -> Schema {
    let mut machine = Machine::new(origin);
    all.into_iter().for_each(|told| play(&mut machine, told));
    machine.finish()
}

/// One schema from what dumps, declarations and history say.
fn merged(dumped: Vec<(String, Schema)>, own: Schema, history: Schema, listed: &[String]) -> Schema {
    let mut schema = Schema::default();
    let mut covered: BTreeSet<String> = BTreeSet::new();
    for (folder, dump) in &dumped {
        let beside: Vec<&Table> =
            history.tables.values().filter(|table| below(&table.place.file, folder)).collect();
        let known = beside.iter().filter(|table| dump.table(&table.name).is_some()).count();
        if known * 100 >= beside.len() * COVERS {
            covered.insert(folder.clone());
        }
    }
    let is_covered = |file: &str| covered.iter().any(|folder| below(file, folder));
    for (_, dump) in dumped {
        schema.gaps.extend(dump.gaps);
        for (name, table) in dump.tables {
            schema.tables.entry(name).or_insert(table);
        }
    }
    let listed: BTreeSet<String> = listed.iter().map(|name| name.to_lowercase()).collect();
    let mut later = Vec::new();
    for (_, table) in own.tables {
        match schema.table(&table.name).map(|known| known.name.clone()) {
            Some(known) => enrich(schema.tables.get_mut(&known), &table),
            None => later.push(table),
        }
    }
    schema.gaps.extend(own.gaps);
    for gap in history.gaps {
        if !is_covered(&gap.place.file) {
            schema.gaps.push(gap);
        }
    }
    let mut history = history.tables;
    for mut table in later {
        let known = history.keys().find(|name| name.eq_ignore_ascii_case(&table.name)).cloned();
        match known.and_then(|known| history.remove(&known)) {
            Some(old) if listed.contains(&table.name.to_lowercase()) => {
                add_indexes(&mut table, old);
                schema.tables.insert(table.name.clone(), table);
            }
            Some(mut old) => {
                enrich(Some(&mut old), &table);
                schema.tables.insert(old.name.clone(), old);
            }
            None => {
                schema.tables.insert(table.name.clone(), table);
            }
        }
    }
    for (name, table) in history {
        if !is_covered(&table.place.file) && schema.table(&name).is_none() {
            schema.tables.insert(name, table);
        }
    }
    schema
}

/// What a class tells of a table that something else declares: its name, and the names of attributes.
fn enrich(table: Option<&mut Table>, class: &Table) {
    let Some(table) = table else { return };
    if table.entity.is_none() {
        table.entity.clone_from(&class.entity);
    }
    for column in &mut table.columns {
        if let Some(declared) = class.column(&column.name) {
            column.attribute.clone_from(&declared.attribute);
        }
    }
}

/// Indexes that only migrations create, on columns that are there still.
fn add_indexes(table: &mut Table, old: Table) {
    for index in old.indexes {
        let there = index.columns.iter().all(|part| part.expression || table.column(&part.name).is_some());
        let known = table.indexes.iter().any(|known| {
            known.columns == index.columns || (known.name.is_some() && known.name == index.name)
        });
        if there && !known {
            table.indexes.push(index);
        }
    }
    for key in old.foreign_keys {
        let there = key.columns.iter().all(|name| table.column(name).is_some());
        if there && !table.foreign_keys.iter().any(|known| known.columns == key.columns) {
            table.foreign_keys.push(key);
        }
    }
}

/// Classes of tables that dumps and migrations declare: by the name that the class has by convention.
fn attach_entities(
    schema: &mut Schema,
    program: &Program,
    known: &BTreeMap<perflint_link::EntityIx, String>,
) {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for entity in program.own_entities() {
        let of = program.entity(entity);
        if of.is_abstract || known.contains_key(&entity) {
            continue;
        }
        if let Some(table) = crate::names::table_of(program, entity, &|name| schema.table(name).is_some()) {
            names.entry(table).or_insert_with(|| program.text(of.name).to_owned());
        }
    }
    for table in schema.tables.values_mut() {
        if table.entity.is_none() {
            table.entity = names.get(&table.name.to_lowercase()).cloned();
        }
    }
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn below(file: &str, folder: &str) -> bool {
    folder.is_empty() || file.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// Migrations in the order in which they run: by their versions, and after those that they name.
fn in_order(program: &Program, rows: &Rows<'_>, mut told: Vec<Told>) -> Vec<Told> {
    told.sort_by_cached_key(|told| (version(&told.path), told.path.clone()));
    let mut named: BTreeMap<String, usize> = BTreeMap::new();
    let mut after: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let paths: BTreeMap<&str, usize> = told.iter().enumerate().map(|(at, told)| (&*told.path, at)).collect();
    for (_, file) in program.each_file() {
        let (Some(at), Some((name, before))) = (paths.get(&*file.path), rows.order(file.lang)) else {
            continue;
        };
        let texts = |wanted: &str| variable(program, file, wanted);
        if let Some(name) = texts(name).into_iter().next() {
            named.insert(name, *at);
            after.insert(*at, texts(before));
        }
    }
    let included = super::included::order(program);
    let included: Vec<String> =
        included.into_iter().filter(|path| paths.contains_key(path.as_str())).collect();
    for pair in included.windows(2) {
        if let ([before, path], Some(at)) = (pair, paths.get(&*pair[1])) {
            named.extend(paths.get(&**before).map(|at| (before.clone(), *at)));
            named.insert(path.clone(), *at);
            after.entry(*at).or_default().push(before.clone());
        }
    }
    if named.is_empty() {
        return told;
    }
    let mut order = Vec::with_capacity(told.len());
    let mut state = vec![0u8; told.len()];
    for start in 0..told.len() {
        let mut stack = vec![start];
        while let Some(at) = stack.last().copied() {
            let waiting = (state[at] == 0).then(|| after.get(&at)).flatten();
            if state[at] == 0 {
                state[at] = 1;
                let waiting = waiting.into_iter().flatten().filter_map(|name| named.get(name));
                stack.extend(waiting.filter(|before| state[**before] == 0).copied().collect::<Vec<_>>());
            } else {
                if state[at] == 1 {
                    state[at] = 2;
                    order.push(at);
                }
                stack.pop();
            }
        }
    }
    let mut slots: Vec<Option<Told>> = told.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| slots[at].take()).collect()
}

/// The texts that a module's variable holds.
fn variable(program: &Program, file: &FileIr, wanted: &str) -> Vec<String> {
    let item = file.items.iter().find(|item| {
        item.kind == ItemKind::Field && item.owner == Some(ItemId(0)) && program.text(item.name) == wanted
    });
    let (Some(item), Some(body)) = (item, file.item(ItemId(0)).body) else { return Vec::new() };
    let body = file.body(body);
    let Some(op) = item.init.some().and_then(|op| body.ops.get(op.at())) else { return Vec::new() };
    let text = |kind: OpKind| match kind {
        OpKind::Str(sym) => Some(program.text(sym).to_owned()),
        _ => None,
    };
    match op.kind {
        OpKind::Make(_, args) => {
            body.args(args).iter().filter_map(|arg| text(body.op(arg.value).kind)).collect()
        }
        kind => text(kind).into_iter().collect(),
    }
}

/// What sorts a migration: its file's name if that starts with a number, from the first part of its path that starts with a
/// date on, else all of it; numbers as numbers.
fn version(path: &str) -> String {
    let dated = |part: &str| {
        part.bytes()
            .take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'_'))
            .filter(u8::is_ascii_digit)
            .count()
            >= 8
    };
    let parts: Vec<&str> = path.split('/').collect();
    let numbered = parts.last().is_some_and(|name| name.starts_with(|c: char| c.is_ascii_digit()));
    let last = parts.len().saturating_sub(1);
    // What Flyway repeats comes after all versions.
    if parts.last().is_some_and(|name| name.starts_with("R__")) {
        return format!("\u{7f}{path}");
    }
    let from = parts.iter().copied().position(dated).unwrap_or(if numbered { last } else { 0 });
    let mut out = String::new();
    let mut digits = String::new();
    for c in parts[from..].join("/").chars().chain(std::iter::once('/')) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        if !digits.is_empty() {
            out.push_str(&format!("{digits:0>20}"));
            digits.clear();
        }
        // A separator sorts before every digit, so that `V1__` stands before `V1.1__`.
        out.push(if matches!(c, '_' | '-') { '\u{1}' } else { c });
    }
    out
}
