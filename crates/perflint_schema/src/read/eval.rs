//! Evaluates the code of migrations, dumps and declarations: straight through, once, with what rows of the models say.

use super::call::{Arguments, Called, operands};
use super::part::Part;
use super::rows::Rows;
use super::value::Val;
use crate::{Index, Place};
use perflint_ir::{
    Body, BodyId, Callee, Change, FileIr, ItemId, ItemKind, LocalId, OpId, OpKind, Shape, Slot, Sym,
};
use perflint_link::Program;
use perflint_models::{Does, Expr};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// How deep calls and callables are followed.
const MAX_DEPTH: u32 = 24;

/// How many operations of one file are evaluated.
const MAX_STEPS: usize = 2_000_000;

/// Elements of a list over which a callable runs.
const MAX_ELEMENTS: usize = 64;

/// What happens, in order.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// A change, and where it is written.
    Change(Place, Change),
    /// A part of a table.
    Part(String, usize),
    /// Something that could not be followed.
    Gap(Place, String),
}

/// One file's evaluation.
pub(crate) struct Eval<'p> {
    pub(crate) program: &'p Program,
    pub(crate) file: &'p FileIr,
    rows: &'p Rows<'p>,
    pub(crate) path: Arc<str>,
    pub(crate) parts: Vec<Part>,
    pub(crate) events: Vec<Event>,
    sql: FxHashMap<(BodyId, OpId), usize>,
    steps: usize,
    /// Set where a call says that the file is a dump, or that it declares tables.
    pub(crate) dump: bool,
    pub(crate) declares: bool,
}

/// A body's evaluation.
#[derive(Default)]
struct Frame {
    locals: Vec<Val>,
    vals: Vec<Val>,
}

impl<'p> Eval<'p> {
    pub(crate) fn new(program: &'p Program, file: &'p FileIr, rows: &'p Rows<'p>) -> Self {
        let sql = file.sql.iter().enumerate().filter_map(|(at, facts)| Some((facts.place?, at))).collect();
        Self {
            program,
            file,
            rows,
            path: Arc::from(&*file.path),
            parts: Vec::new(),
            events: Vec::new(),
            sql,
            steps: 0,
            dump: false,
            declares: false,
        }
    }

    pub(crate) fn rows(&self) -> &'p Rows<'p> {
        self.rows
    }

    pub(crate) fn text(&self, sym: Sym) -> &'p str {
        self.program.text(sym)
    }

    /// The changes of what was evaluated, in order.
    pub(crate) fn changes(&self) -> Vec<Event> {
        let mut all = Vec::new();
        for event in &self.events {
            match event {
                Event::Part(table, at) => {
                    let part = &self.parts[*at];
                    all.extend(
                        part.changes(table)
                            .into_iter()
                            .map(|change| Event::Change(part.place.clone(), change)),
                    );
                }
                other => all.push(other.clone()),
            }
        }
        all
    }

    /// Runs the module's statements, then the functions that a migration runs.
    pub(crate) fn run_file(&mut self) {
        if let Some(body) = self.file.item(ItemId(0)).body {
            self.run(body, &[], 0);
        }
        for item in &self.file.items {
            let Some(body) = item.body else { continue };
            if item.kind == ItemKind::Function && self.rows.runs(self.file.lang, self.text(item.name)) {
                let row = self.rows.find(self.file.lang, self.text(item.name), None, &Val::Unknown);
                self.dump |= row.is_some_and(|row| row.dump);
                self.run(body, &[], 0);
            } else if item.kind == ItemKind::Class {
                self.run(body, &[], 0);
            }
        }
    }

    /// Evaluates one operation of an initialiser, with what it needs.
    pub(crate) fn value(&mut self, body: BodyId, op: OpId) -> Val {
        let code = self.file.body(body);
        let mut frame =
            Frame { locals: vec![Val::Unknown; code.locals.len()], vals: vec![Val::Unknown; code.ops.len()] };
        let Some(op) = op.some().filter(|op| op.at() < code.ops.len()) else { return Val::Unknown };
        let mut needed = vec![false; code.ops.len()];
        let mut todo = vec![op];
        while let Some(next) = todo.pop() {
            if let Some(next) = next.some().filter(|next| next.at() <= op.at())
                && !std::mem::replace(&mut needed[next.at()], true)
            {
                operands(code, next, &mut todo);
            }
        }
        for (at, needed) in needed.iter().enumerate().take(op.at() + 1) {
            if *needed {
                frame.vals[at] = self.step(body, code, at, &mut frame, 0);
            }
        }
        std::mem::take(&mut frame.vals[op.at()])
    }

    fn run(&mut self, id: BodyId, args: &[Val], depth: u32) -> Val {
        self.run_with(id, args, &[], depth)
    }

    fn run_with(&mut self, id: BodyId, args: &[Val], outer: &[Val], depth: u32) -> Val {
        let code = self.file.body(id);
        if depth > MAX_DEPTH || self.steps > MAX_STEPS {
            return Val::Unknown;
        }
        let mut frame =
            Frame { locals: vec![Val::Unknown; code.locals.len()], vals: Vec::with_capacity(code.ops.len()) };
        for (local, value) in frame.locals.iter_mut().zip(args) {
            *local = value.clone();
        }
        for capture in &code.captures {
            if let (Some(value), Some(local)) =
                (outer.get(local_at(capture.outer)), frame.locals.get_mut(local_at(capture.inner)))
            {
                *local = value.clone();
            }
        }
        let mut result = Val::Unknown;
        for at in 0..code.ops.len() {
            self.steps += 1;
            let value = self.step(id, code, at, &mut frame, depth);
            if let OpKind::Exit { value, how: perflint_ir::ExitKind::Return } = code.ops[at].kind {
                result = self.at(&frame, value);
            }
            frame.vals.push(value);
        }
        match result {
            Val::Unknown => frame.vals.pop().unwrap_or_default(),
            result => result,
        }
    }

    fn at(&self, frame: &Frame, op: OpId) -> Val {
        op.some().and_then(|op| frame.vals.get(op.at())).cloned().unwrap_or_default()
    }

    pub(crate) fn place(&self, offset: u32) -> Place {
        Place::bytes(self.path.clone(), offset)
    }

    fn step(&mut self, id: BodyId, code: &'p Body, at: usize, frame: &mut Frame, depth: u32) -> Val {
        let op = &code.ops[at];
        if let Some(facts) = self.sql.get(&(id, OpId(at as u32))) {
            let place = self.place(op.span.start);
            for (_, change) in
                self.file.sql[*facts].statements.iter().flat_map(|statement| &statement.changes)
            {
                self.events.push(Event::Change(place.clone(), change.clone()));
            }
        }
        match op.kind {
            OpKind::Null => Val::Null,
            OpKind::Bool(value) => Val::Bool(value),
            OpKind::Int(value) => Val::Int(value),
            OpKind::Str(sym) => Val::Str(self.text(sym).to_owned()),
            OpKind::Local(local) => frame.locals.get(local_at(local)).cloned().unwrap_or_default(),
            OpKind::Name(sym) => self.name(self.text(sym)),
            OpKind::Get { base, name } => self.get(&self.at(frame, base), self.text(name)),
            OpKind::Index { base, .. } => match self.at(frame, base) {
                name @ Val::Name(_) => name,
                _ => Val::Unknown,
            },
            OpKind::Bind { local, value } => {
                let value = self.at(frame, value);
                if let Some(slot) = frame.locals.get_mut(local_at(local)) {
                    *slot = value.clone();
                }
                value
            }
            OpKind::Put { put, .. } => {
                let Some((name, value)) = code.puts.get(put.0 as usize).copied() else { return Val::Unknown };
                let value = self.at(frame, value);
                self.exported(self.text(name), &value, depth);
                value
            }
            OpKind::Make(shape, args) => self.make(code, shape, args, frame, depth),
            OpKind::Lambda(body) => Val::Lambda(body),
            OpKind::Await(op) | OpKind::Cast { value: op, .. } => self.at(frame, op),
            OpKind::Join(kids) => {
                let values = code.kids(kids).iter().map(|kid| self.at(frame, *kid));
                values.into_iter().find(|value| *value != Val::Unknown).unwrap_or_default()
            }
            OpKind::Not(op) => self.at(frame, op).truth().map_or(Val::Unknown, |truth| Val::Bool(!truth)),
            OpKind::Call(call) => self.call(code, call, op.span.start, frame, depth),
            OpKind::Unknown(kids) => {
                // A clause around one value, such as a cast that is not a type's.
                match code.kids(kids) {
                    [one] => self.at(frame, *one),
                    _ => Val::Unknown,
                }
            }
            _ => Val::Unknown,
        }
    }

    /// A constant of the module, else the name itself.
    fn name(&self, name: &str) -> Val {
        let constant = self.file.items.iter().find(|item| {
            item.kind == ItemKind::Field && item.owner == Some(ItemId(0)) && self.text(item.name) == name
        });
        if let Some(item) = constant
            && let Some(op) = item.init.some()
            && let Some(body) = self.file.item(ItemId(0)).body
            && let Some(op) = self.file.body(body).ops.get(op.at())
            && let OpKind::Str(sym) = op.kind
        {
            return Val::Str(self.text(sym).to_owned());
        }
        Val::Name(name.to_owned())
    }

    fn get(&self, base: &Val, name: &str) -> Val {
        match base {
            Val::Name(base) => Val::Name(format!("{base}.{name}")),
            Val::Map(_) => base.get(name).cloned().unwrap_or_default(),
            Val::Table(_) => Val::Field(name.to_owned()),
            Val::Unknown => Val::Field(name.to_owned()),
            _ => Val::Unknown,
        }
    }

    /// `exports.up = function`, `{ up: function }`: what a module exports under the name of what a migration runs.
    fn exported(&mut self, name: &str, value: &Val, depth: u32) {
        if let Val::Lambda(body) = value
            && depth == 0
            && self.rows.runs(self.file.lang, name)
        {
            self.run(*body, &[], depth + 1);
        }
    }

    fn make(
        &mut self,
        code: &'p Body,
        shape: Shape,
        args: perflint_ir::Args,
        frame: &Frame,
        depth: u32,
    ) -> Val {
        let mut list = Vec::new();
        let mut map = Vec::new();
        for arg in code.args(args) {
            let value = self.at(frame, arg.value);
            match arg.slot {
                Slot::Key(key) => {
                    let key = self.text(key);
                    self.exported(key, &value, depth);
                    map.push((key.to_owned(), value));
                }
                Slot::KeyRest | Slot::Rest => match value {
                    Val::Map(entries) => map.extend(entries),
                    Val::List(items) => list.extend(items),
                    _ => {}
                },
                _ => list.push(value),
            }
        }
        match shape {
            Shape::Map if list.is_empty() => Val::Map(map),
            // PHP's arrays with some keys.
            _ if list.is_empty() && !map.is_empty() => Val::Map(map),
            _ => Val::List(list),
        }
    }

    fn call(
        &mut self,
        code: &'p Body,
        call: perflint_ir::CallId,
        offset: u32,
        frame: &Frame,
        depth: u32,
    ) -> Val {
        let call = code.call(call);
        let (name, recv) = match call.callee {
            Callee::Member { recv, name } => (self.text(name).to_owned(), Some(self.at(frame, recv))),
            Callee::Value(op) => match self.at(frame, op) {
                Val::Name(path) => match path.rsplit_once('.') {
                    Some((base, name)) => (name.to_owned(), Some(Val::Name(base.to_owned()))),
                    None => (path, None),
                },
                Val::Lambda(body) => {
                    return self.run_with(
                        body,
                        &self.positional(code, call, frame),
                        &frame.locals,
                        depth + 1,
                    );
                }
                _ => (String::new(), None),
            },
        };
        let mut args = Arguments::default();
        for arg in code.args(call.args) {
            let value = self.at(frame, arg.value);
            match arg.slot {
                Slot::Key(key) => args.named.push((self.text(key).to_owned(), value)),
                Slot::KeyRest => {
                    if let Val::Map(entries) = value {
                        args.named.extend(entries);
                    }
                }
                Slot::Rest => match value {
                    Val::List(items) => args.values.extend(items),
                    other => args.values.push(other),
                },
                Slot::Pos | Slot::Block => args.values.push(value),
            }
        }
        let receiver = recv.clone().unwrap_or_default();
        let found = self.rows.all(self.file.lang, &name, recv.as_ref(), &receiver);
        match found.first() {
            Some(row) => {
                let mut call =
                    Called { row, name: &name, recv: receiver, args, offset, outer: &frame.locals, depth };
                // Of several libraries' calls with one name the one that the arguments are written for.
                let meant = found
                    .iter()
                    .find(|row| row.columns.is_none() || call.get(row.columns.as_ref()).is_some());
                call.row = meant.unwrap_or(row);
                self.apply(&mut call)
            }
            None => self.unknown_call(&name, receiver, &args, frame, depth),
        }
    }

    fn positional(&self, code: &'p Body, call: &perflint_ir::Call, frame: &Frame) -> Vec<Val> {
        code.args(call.args).iter().map(|arg| self.at(frame, arg.value)).collect()
    }

    /// A call that no row knows: its callables run, and so does a function of the same file.
    fn unknown_call(&mut self, name: &str, recv: Val, args: &Arguments, frame: &Frame, depth: u32) -> Val {
        let elements = match &recv {
            Val::List(items) => items.iter().take(MAX_ELEMENTS).cloned().collect(),
            _ => vec![Val::Unknown],
        };
        let mut result = Val::Unknown;
        for value in args.values.iter().chain(args.named.iter().map(|(_, value)| value)) {
            if let Val::Lambda(body) = value {
                for element in &elements {
                    result = self.run_with(*body, std::slice::from_ref(element), &frame.locals, depth + 1);
                }
            }
        }
        if depth < MAX_DEPTH
            && !self.rows.runs(self.file.lang, name)
            && let Some(body) = self.own_function(name)
        {
            let mut passed: Vec<Val> = args.values.clone();
            let params = &self.file.body(body).params;
            for (at, param) in params.iter().enumerate() {
                if let Some((_, value)) = args.named.iter().find(|(key, _)| *key == self.text(param.name)) {
                    passed.resize(passed.len().max(at + 1), Val::Unknown);
                    passed[at] = value.clone();
                }
            }
            return self.run_with(body, &passed, &[], depth + 1);
        }
        match recv {
            // A modifier that says nothing about the schema.
            Val::Part(part) => Val::Part(part),
            Val::Table(table) => Val::Table(table),
            Val::Unknown if !matches!(result, Val::Unknown) => result,
            _ => Val::Unknown,
        }
    }

    fn own_function(&self, name: &str) -> Option<BodyId> {
        let item = self
            .file
            .items
            .iter()
            .find(|item| item.kind == ItemKind::Function && self.text(item.name) == name)?;
        item.body
    }

    pub(crate) fn apply(&mut self, call: &mut Called<'_, 'p>) -> Val {
        let row = call.row;
        self.dump |= row.dump;
        self.declares |= row.declares;
        let place = self.place(call.offset);
        if call.get(row.unless.as_ref()).is_some() {
            return Val::Unknown;
        }
        match row.does {
            Does::JoinTable => {
                let mut part = Part::new(Does::JoinTable, place);
                part.name = call.get(row.name.as_ref()).and_then(|name| name.text().map(str::to_owned));
                part.names = row.makes.iter().map(|name| Val::Str(name.as_ref().to_owned())).collect();
                self.parts.push(part);
                Val::Part(self.parts.len() - 1)
            }
            Does::Skip | Does::Run => Val::Unknown,
            Does::Dump => self.callables(call, &Val::Unknown),
            Does::Table | Does::Alter => self.table(call, place),
            Does::Column | Does::Index | Does::Primary | Does::Foreign => self.part(call, place),
            Does::Set => self.set(call, place),
            _ => self.other(call, place),
        }
    }

    /// Runs the callables among the arguments, with a value as their first argument.
    fn callables(&mut self, call: &Called<'_, 'p>, first: &Val) -> Val {
        let mut result = Val::Unknown;
        let values = call.args.values.iter().chain(call.args.named.iter().map(|(_, value)| value));
        for value in values.cloned().collect::<Vec<_>>() {
            if let Val::Lambda(body) = value {
                result = self.run_with(body, std::slice::from_ref(first), call.outer, call.depth + 1);
            }
        }
        result
    }

    fn table(&mut self, call: &mut Called<'_, 'p>, place: Place) -> Val {
        let name = call.get(call.row.table.as_ref()).and_then(|value| value.text().map(str::to_owned));
        let Some(name) = name.filter(|name| !name.is_empty()) else {
            let what = format!("`{}` of a table whose name is not a constant", call.name);
            self.events.push(Event::Gap(place, what));
            return Val::Unknown;
        };
        let table = name.rsplit('.').next().unwrap_or(&name).to_owned();
        if call.row.does == Does::Table {
            let if_absent =
                call.get(Some(&Expr::Key("if_not_exists".into()))).and_then(|v| v.truth()) == Some(true);
            let create = Change::CreateTable { table: table.as_str().into(), if_absent };
            self.events.push(Event::Change(place.clone(), create));
            self.implied_key(call, &table, &place);
        }
        let value = Val::Table(table.clone());
        for parts in call.row.parts.clone() {
            if let Some(parts) = call.get(Some(&parts)) {
                self.take(&table, &parts, None, call, 0);
            }
        }
        self.callables(call, &value);
        value
    }

    fn implied_key(&mut self, call: &mut Called<'_, 'p>, table: &str, place: &Place) {
        let Some(key) = call.row.key.as_deref() else { return };
        let named = call.get(call.row.key_named.as_ref());
        if named.as_ref().and_then(Val::truth) == Some(false) {
            return;
        }
        let kind = named.as_ref().and_then(|value| match value {
            Val::Map(_) => value.get("type").and_then(Val::text),
            other => other.text(),
        });
        let ty = kind.unwrap_or("bigint").to_owned();
        let columns = match call.get(Some(&Expr::Key("primary_key".into()))) {
            Some(value @ Val::List(_)) => {
                let names = value.texts().into_iter().map(Into::into).collect();
                let change = Change::PrimaryKey { table: table.into(), name: None, columns: names };
                self.events.push(Event::Change(place.clone(), change));
                return;
            }
            Some(value) => value.text().unwrap_or(key).to_owned(),
            None => key.to_owned(),
        };
        let mut part = Part::new(Does::Column, place.clone());
        part.names = vec![Val::Str(columns)];
        part.ty = ty;
        part.primary = true;
        self.push_part(table, part);
    }

    /// Takes the parts in a value into a table: parts, lists of them, maps of columns.
    fn take(&mut self, table: &str, value: &Val, name: Option<&str>, call: &Called<'_, 'p>, depth: u32) {
        if depth > 6 {
            return;
        }
        match value {
            Val::Part(at) => {
                let at = *at;
                let part = &mut self.parts[at];
                if part.names.is_empty()
                    && let Some(name) = name
                {
                    part.names = vec![Val::Str(name.to_owned())];
                }
                if !part.taken {
                    part.taken = true;
                    self.events.push(Event::Part(table.to_owned(), at));
                }
            }
            // A pair of a name and a part.
            Val::List(items) => match items.as_slice() {
                [Val::Str(name), part @ (Val::Part(_) | Val::Map(_))] => {
                    let name = name.clone();
                    self.take(table, part, Some(&name), call, depth + 1);
                }
                items => items.iter().for_each(|item| self.take(table, item, None, call, depth + 1)),
            },
            Val::Map(entries) => match name {
                Some(name) => self.described(table, name, value, call),
                None => {
                    for (name, value) in entries {
                        self.take(table, value, Some(name), call, depth + 1);
                    }
                }
            },
            // A function of the table that gives its parts, or the name of a type.
            Val::Lambda(body) => {
                let columns = Val::Table(table.to_owned());
                let result = self.run_with(*body, &[columns], call.outer, call.depth + 1);
                if !matches!(result, Val::Lambda(_)) {
                    self.take(table, &result, None, call, depth + 1);
                }
            }
            Val::Name(ty) => {
                if let Some(name) = name {
                    let mut part = Part::new(Does::Column, self.place(call.offset));
                    part.names = vec![Val::Str(name.to_owned())];
                    part.ty = ty.rsplit('.').next().unwrap_or(ty).to_lowercase();
                    self.push_part(table, part);
                }
            }
            _ => {}
        }
    }

    /// A column that a map describes: `{ type: INTEGER, allowNull: false, references: {..} }`.
    fn described(&mut self, table: &str, name: &str, value: &Val, call: &Called<'_, 'p>) {
        let first = |names: &[&str]| names.iter().find_map(|key| value.get(key)).cloned();
        let Some(ty) = first(&["type"]) else { return };
        let mut part = Part::new(Does::Column, self.place(call.offset));
        let field = first(&["field"]).and_then(|field| field.text().map(str::to_owned));
        part.names = vec![Val::Str(field.unwrap_or_else(|| name.to_owned()))];
        part.ty = ty.text().unwrap_or_default().to_lowercase();
        part.nullable = first(&["allowNull", "nullable", "null"]).and_then(|value| value.truth());
        part.primary =
            first(&["primaryKey", "primary", "isPrimary"]).and_then(|value| value.truth()) == Some(true);
        part.unique = first(&["unique", "isUnique"]);
        part.default = first(&["defaultValue", "default"]).and_then(|value| value.written());
        part.foreign = first(&["references"]);
        self.push_part(table, part);
    }

    fn push_part(&mut self, table: &str, part: Part) -> Val {
        let at = self.parts.len();
        self.parts.push(Part { taken: true, ..part });
        self.events.push(Event::Part(table.to_owned(), at));
        Val::Part(at)
    }

    fn part(&mut self, call: &mut Called<'_, 'p>, place: Place) -> Val {
        let row = call.row;
        let mut part = Part::new(row.does, place.clone());
        self.describe(&mut part, call);
        let named = call.get(row.columns.as_ref());
        part.names = match named {
            Some(Val::List(items)) => items,
            Some(Val::Null | Val::Unknown) | None => Vec::new(),
            Some(Val::Lambda(body)) => {
                let result = self.run_with(body, &[Val::Table(String::new())], call.outer, call.depth + 1);
                match result {
                    Val::List(items) => items,
                    Val::Map(entries) => entries.into_iter().map(|(_, value)| value).collect(),
                    one => vec![one],
                }
            }
            Some(one) => vec![one],
        };
        // A list of columns among other arguments: those are names and options.
        if let Some(at) = part.names.iter().position(|name| matches!(name, Val::List(_)))
            && part.kind == Does::Index
            && part.names.iter().any(|name| !matches!(name, Val::List(_)))
        {
            part.names = vec![part.names.swap_remove(at)];
        }
        if row.of_class {
            part.name_after_class();
        }
        part.names.extend(row.makes.iter().map(|name| Val::Str(name.as_ref().to_owned())));
        for name in &mut part.names {
            if let Val::Part(at) = name {
                // An index over columns that are at hand as values.
                let names = self.parts[*at].names.clone();
                *name = Val::List(names);
            }
        }
        let table = match &row.table {
            Some(expr) => call.get(Some(expr)).and_then(|value| match value {
                Val::Map(_) => value.get("tableName").and_then(Val::text).map(str::to_owned),
                value => value.text().map(str::to_owned),
            }),
            None => match &call.recv {
                Val::Table(table) => Some(table.clone()),
                _ => None,
            },
        };
        match table {
            Some(table) if !table.is_empty() => {
                self.push_part(table.rsplit('.').next().unwrap_or(&table), part)
            }
            _ if row.table.is_some() => {
                self.events.push(Event::Gap(
                    place,
                    format!("`{}` on a table whose name is not a constant", call.name),
                ));
                Val::Unknown
            }
            _ => {
                self.parts.push(part);
                Val::Part(self.parts.len() - 1)
            }
        }
    }

    /// Fills in what a row says about a part.
    pub(crate) fn describe(&mut self, part: &mut Part, call: &mut Called<'_, 'p>) {
        let row = call.row;
        let truth = |call: &mut Called<'_, 'p>, expr: &Option<Expr>| {
            call.get(expr.as_ref()).and_then(|value| value.truth())
        };
        if part.kind == Does::Column && row.does == Does::Column {
            let called = call.name.to_lowercase();
            part.ty = match &row.ty {
                Some(expr) => match call.get(Some(expr)) {
                    Some(Val::Part(at)) => self.parts[at].ty.clone(),
                    Some(value) => value.text().unwrap_or_default().to_lowercase(),
                    None => String::new(),
                },
                None => called,
            };
            part.suffix = row.suffix.as_deref().unwrap_or_default().to_owned();
        }
        if let Some(nullable) = truth(call, &row.nullable) {
            part.nullable = Some(nullable);
        }
        if let Some(default) = call.get(row.default.as_ref()).and_then(|value| value.written()) {
            part.default = Some(default);
        }
        part.unique = call.get(row.unique.as_ref()).or(part.unique.take());
        part.index = call.get(row.index.as_ref()).or(part.index.take());
        part.primary |= truth(call, &row.primary) == Some(true);
        part.polymorphic |= truth(call, &row.polymorphic) == Some(true);
        part.foreign = call.get(row.foreign.as_ref()).or(part.foreign.take());
        if part.kind == Does::Column && part.foreign.is_none() {
            part.foreign = self.given_key(call);
        }
        if let Some(columns) = call.get(row.references.as_ref()) {
            part.references = columns.texts();
        }
        let text = |call: &mut Called<'_, 'p>, expr: &Option<Expr>| {
            call.get(expr.as_ref()).and_then(|value| value.text().map(str::to_owned))
        };
        part.name = text(call, &row.name).or(part.name.take());
        part.method = text(call, &row.method).or(part.method.take());
        part.condition = match call.get(row.condition.as_ref()) {
            Some(Val::Null | Val::Bool(false)) | None => part.condition.take(),
            Some(value) => Some(value.text().unwrap_or(Index::UNTOLD).to_owned()),
        };
        if let Some(columns) = call.get(row.include.as_ref()) {
            part.include = columns.texts();
        }
    }

    /// What a column refers to, where one of its arguments says so without naming columns of its own.
    fn given_key(&self, call: &Called<'_, 'p>) -> Option<Val> {
        call.args.values.iter().find_map(|value| match value {
            Val::Part(at) => self.parts.get(*at).filter(|key| key.names.is_empty())?.foreign.clone(),
            _ => None,
        })
    }

    fn set(&mut self, call: &mut Called<'_, 'p>, place: Place) -> Val {
        let Val::Part(at) = call.recv else { return call.recv.clone() };
        let mut part = std::mem::replace(&mut self.parts[at], Part::new(Does::Skip, place));
        self.describe(&mut part, call);
        if let Some(columns) = call.get(call.row.columns.as_ref()) {
            part.names = vec![columns];
            for name in &mut part.names {
                if let Val::List(items) = name {
                    for item in items.iter_mut() {
                        if let Val::Part(at) = item {
                            *item = self.parts.get(*at).map_or(Val::Unknown, |p| Val::List(p.names.clone()));
                        }
                    }
                }
            }
        }
        self.parts[at] = part;
        Val::Part(at)
    }

    fn other(&mut self, call: &mut Called<'_, 'p>, place: Place) -> Val {
        let row = call.row;
        let table = match &row.table {
            Some(expr) => call.get(Some(expr)).and_then(|value| value.text().map(str::to_owned)),
            None => match &call.recv {
                Val::Table(table) => Some(table.clone()),
                _ => None,
            },
        };
        let suffix = row.suffix.as_deref().unwrap_or_default();
        let named = call.get(row.columns.as_ref()).map(|value| value.texts()).unwrap_or_default();
        let columns: Vec<Box<str>> = named
            .iter()
            .map(|name| format!("{name}{suffix}").into())
            .chain(row.makes.iter().cloned())
            .collect();
        let name: Option<Box<str>> =
            call.get(row.name.as_ref()).and_then(|value| value.text().map(Into::into));
        let to: Option<Box<str>> = call.get(row.to.as_ref()).and_then(|value| value.text().map(Into::into));
        if row.does == Does::RenameColumn && to.is_none() {
            let nullable = call.get(row.nullable.as_ref()).and_then(|value| value.truth());
            if let (Some(table), Some(column), true) = (table, columns.into_iter().next(), nullable.is_some())
            {
                let change = Change::AlterColumn { table: table.into(), column, ty: None, nullable };
                self.events.push(Event::Change(place, change));
            }
            return Val::Unknown;
        }
        let Some(changes) = changes(row.does, table, columns, name, to) else {
            self.events.push(Event::Gap(place, format!("`{}` with names that are no constants", call.name)));
            return Val::Unknown;
        };
        self.events.extend(changes.into_iter().map(|change| Event::Change(place.clone(), change)));
        Val::Unknown
    }
}

fn changes(
    does: Does,
    table: Option<String>,
    columns: Vec<Box<str>>,
    name: Option<Box<str>>,
    to: Option<Box<str>>,
) -> Option<Vec<Change>> {
    let table: Option<Box<str>> = table.map(Into::into);
    Some(match does {
        Does::DropTable => vec![Change::DropTable { table: table? }],
        Does::DropColumn => {
            let table = table?;
            columns.into_iter().map(|column| Change::DropColumn { table: table.clone(), column }).collect()
        }
        Does::DropIndex if name.is_some() || !columns.is_empty() => {
            vec![Change::DropIndex { table, name, columns }]
        }
        Does::DropForeign => vec![Change::DropForeignKey { table: table?, name, columns, to }],
        Does::RenameTable => vec![Change::RenameTable { table: table?, to: to? }],
        Does::RenameColumn => {
            let column = columns.into_iter().next()?;
            vec![Change::RenameColumn { table: table?, column, to: to? }]
        }
        Does::RenameIndex => vec![Change::RenameIndex { name: name?, to: to? }],
        _ => return None,
    })
}

fn local_at(local: LocalId) -> usize {
    local.0 as usize
}
