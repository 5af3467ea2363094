//! Classes that declare tables.

use super::call::{Arguments, Called};
use super::eval::{Eval, Event};
use super::part::Part;
use super::rows::Rows;
use super::value::Val;
use crate::apply::Machine;
use perflint_ir::{BodyId, Callee, Change, Item, ItemId, ItemKind, Marker, OpId, OpKind, Slot, TypeExpr};
use perflint_link::{Base, ClassIx, Def, EntityIx, Program};
use perflint_models::{Does, Models, TableRow, To};
use std::collections::{BTreeMap, BTreeSet};

/// What the classes of a program declare.
pub(crate) struct Declared {
    /// Tables.
    pub(crate) machine: Machine,
    /// The table of each entity.
    pub(crate) tables: BTreeMap<EntityIx, String>,
    /// Tables whose declarations list every index.
    pub(crate) complete: Vec<String>,
}

/// Reads the entities of a program.
pub(crate) fn declared(program: &Program, models: &Models, rows: &Rows<'_>, machine: Machine) -> Declared {
    let mut out = Declared { machine, tables: BTreeMap::new(), complete: Vec::new() };
    let mut found = Vec::new();
    let mut usual: BTreeMap<&str, bool> = BTreeMap::new();
    for (_, row) in &models.tables {
        let some = program.each_file().any(|(ix, file)| !program.is_stub(ix) && is_usual(row, &file.path));
        usual.insert(&row.of, some);
    }
    for entity in program.each_entity() {
        let class = program.entity(entity).class;
        let def = program.class(class).def;
        let lang = program.file(def.file).lang;
        let api = program.entity(entity).api;
        let is_api = |of: &str| api.is_some() && models.type_named(lang.models(), of) == api;
        let Some(row) = rows.table(lang, &is_api) else { continue };
        let sample = usual.get(&*row.of) == Some(&true) && !is_usual(row, &program.file(def.file).path);
        if program.entity(entity).is_abstract
            || sample
            || program.is_stub(def.file)
            || program.file(def.file).role == perflint_ir::Role::Migration
        {
            continue;
        }
        let parts = parts(program, class);
        let mut markers = parts.iter().flat_map(|part| &program.item(*part).markers);
        if markers.any(|marker| row.bases.iter().any(|base| ends_with(program.text(marker.path), base))) {
            continue;
        }
        let mut eval = Eval::new(program, program.file(def.file), rows);
        let reader = Reader { program, rows, row, entity, class, tables: &out.tables };
        let name = reader.table_name(&mut eval);
        out.tables.insert(entity, name);
        found.push((entity, row));
    }
    let tables = out.tables.clone();
    for (entity, row) in found {
        let class = program.entity(entity).class;
        let reader = Reader { program, rows, row, entity, class, tables: &tables };
        if reader.shares_table() {
            continue;
        }
        reader.read(&mut out.machine);
        if row.complete {
            out.complete.extend(tables.get(&entity).cloned());
        }
    }
    out
}

/// What declares a class: itself, and mappings that stand beside it.
fn parts(program: &Program, class: ClassIx) -> Vec<Def> {
    let class = program.class(class);
    std::iter::once(class.def).chain(class.extended_by.iter().copied()).collect()
}

/// Whether a file stands where such declarations usually do.
fn is_usual(row: &TableRow, path: &str) -> bool {
    row.usual.iter().any(|part| format!("/{path}").contains(&**part))
}

/// Names of tables of classes that others inherit from: one without a column is no table.
pub(super) fn mere_bases<'t>(program: &Program, tables: &'t BTreeMap<EntityIx, String>) -> BTreeSet<&'t str> {
    let inherited = |entity: EntityIx| !program.class(program.entity(entity).class).heirs.is_empty();
    tables.iter().filter(|(entity, _)| inherited(**entity)).map(|(_, name)| name.as_str()).collect()
}

pub(super) struct Reader<'r, 'p> {
    pub(super) program: &'p Program,
    rows: &'p Rows<'p>,
    pub(super) row: &'p TableRow,
    pub(super) entity: EntityIx,
    class: ClassIx,
    pub(super) tables: &'r BTreeMap<EntityIx, String>,
}

impl<'p> Reader<'_, 'p> {
    /// Where the table's name stands, else what its class is called.
    fn table_name(&self, eval: &mut Eval<'p>) -> String {
        let named = self.row.name.iter().find_map(|locator| self.located(eval, locator));
        if let Some(name) = named.filter(|name| !name.is_empty()) {
            let name = name.rsplit('.').next().unwrap_or(&name);
            return name.trim_matches(['`', '"', '[', ']']).to_owned();
        }
        self.named(&self.row.default_name)
    }

    /// A name with what stands for the class, or for where it is, filled in.
    fn named(&self, template: &str) -> String {
        let name = self.program.text(self.program.entity(self.entity).name);
        let snake = cruet::to_snake_case(name);
        let def = self.program.class(self.class).def;
        let path = &self.program.file(def.file).path;
        template
            .replace("{app}", app(path))
            .replace("{lower}", &name.to_lowercase())
            .replace("{snakes}", &cruet::to_plural(&snake))
            .replace("{snake}", &snake)
            .replace("{name}", name)
    }

    fn located(&self, eval: &mut Eval<'p>, locator: &str) -> Option<String> {
        if let Some(marker) = locator.strip_prefix('@') {
            let (path, key) = marker.rsplit_once('.')?;
            let parts = parts(self.program, self.class);
            let (def, marker) = parts.iter().find_map(|def| {
                let mut markers = self.program.item(*def).markers.iter();
                let found = markers.find(|marker| ends_with(self.program.text(marker.path), path));
                found.map(|marker| (*def, marker))
            })?;
            let owner = self.program.item(def).owner.unwrap_or(ItemId(0));
            let mut there = Eval::new(self.program, self.program.file(def.file), self.rows);
            let eval = if def.file == self.program.class(self.class).def.file { eval } else { &mut there };
            return self.marker_text(eval, owner, marker, key);
        }
        if let Some(method) = locator.strip_suffix("()") {
            let sym = self.program.names.find(method)?;
            let def = *self.program.class(self.class).members.get(&sym)?.last()?;
            let body = self.program.item(def).body?;
            if def.file != self.program.class(self.class).def.file {
                return None;
            }
            return eval.function(body).text().map(str::to_owned);
        }
        let (file, body, op) = self.program.field_init(self.inherited(locator)?)?;
        let mut there = Eval::new(self.program, self.program.file(file), self.rows);
        there.value(body, op).text().map(str::to_owned)
    }

    pub(super) fn marker_text(
        &self,
        eval: &mut Eval<'p>,
        owner: ItemId,
        marker: &Marker,
        key: &str,
    ) -> Option<String> {
        if marker.value.some().is_none() {
            let args = words(self.program, marker);
            return match key.parse::<usize>() {
                Ok(at) => args.values.get(at)?.text().map(str::to_owned),
                Err(_) => args.named.iter().find(|(name, _)| name == key)?.1.text().map(str::to_owned),
            };
        }
        let body = eval.file.item(owner).body?;
        let code = eval.file.body(body);
        let OpKind::Call(call) = code.ops.get(marker.value.at())?.kind else { return None };
        let mut positional = 0;
        for arg in code.args(code.call(call).args) {
            let wanted = match arg.slot {
                Slot::Key(name) => self.program.text(name) == key,
                _ => {
                    positional += 1;
                    key.parse() == Ok(positional - 1)
                }
            };
            let value = eval.value(body, arg.value);
            if let Some(found) = value.get(key) {
                return found.text().map(str::to_owned);
            }
            if wanted && matches!(value, Val::Str(_)) {
                return value.text().map(str::to_owned);
            }
        }
        None
    }

    /// The value of an attribute of the class, or of a class in it: `Meta.db_table`. Parts in it belong to the evaluation of
    /// the file where it stands, so that they are read there only.
    fn attribute(&self, eval: &mut Eval<'p>, path: &str) -> Option<Val> {
        let (file, body, op) = self.program.field_init(self.inherited(path)?)?;
        let file = self.program.file(file);
        (file.path == eval.file.path).then(|| eval.value(body, op))
    }

    /// An attribute of the class or of its bases; of a class in it, of the nearest such class and of what that extends.
    fn inherited(&self, path: &str) -> Option<Def> {
        let (inner, name) = path.split_once('.').map_or((None, path), |(inner, name)| (Some(inner), name));
        let name = self.program.names.find(name)?;
        let member = |class: ClassIx, name| self.program.class(class).members.get(&name)?.last().copied();
        let line = |class: ClassIx| {
            self.program.class(class).mro.iter().filter_map(|base| match base {
                Base::Class(class) => Some(*class),
                Base::External(_) => None,
            })
        };
        let class = match inner {
            None => self.class,
            Some(inner) => {
                let inner = self.program.names.find(inner)?;
                let def = line(self.class).find_map(|class| member(class, inner))?;
                self.program.class_of.get(&def).copied()?
            }
        };
        line(class).find_map(|class| member(class, name))
    }

    /// Rows of a class that extends an entity in the same table.
    fn shares_table(&self) -> bool {
        let mut bases = self.program.class(self.class).mro.iter().skip(1);
        bases.any(|base| match base {
            Base::Class(class) => {
                self.program.class(*class).entity.and_then(|e| self.tables.get(&e))
                    == self.tables.get(&self.entity)
            }
            Base::External(_) => false,
        })
    }

    fn read(&self, machine: &mut Machine) {
        let Some(table) = self.tables.get(&self.entity) else { return };
        let def = self.program.class(self.class).def;
        let file = self.program.file(def.file);
        let place = crate::Place::bytes(file.path.as_ref().into(), self.program.item(def).name_span.start);
        machine.apply(Change::CreateTable { table: table.as_str().into(), if_absent: false }, &place);
        machine.set_entity(table, self.program.text(self.program.entity(self.entity).name));
        let mut columns = BTreeMap::new();
        let mut found: Vec<Eval<'p>> = Vec::new();
        let mut opaque = Vec::new();
        let line = self.classes();
        let declaring =
            line.iter().flat_map(|class| parts(self.program, *class).into_iter().map(|part| (*class, part)));
        for (class, def) in declaring {
            let mut eval = Eval::new(self.program, self.program.file(def.file), self.rows);
            for field in self.fields(class, def) {
                self.field(&mut eval, field, table, &mut columns);
                if self.is_own(field) {
                    opaque.push(self.program.text(self.program.item(field).name).to_owned());
                }
            }
            found.push(eval);
        }
        let mut files: Vec<_> =
            line.iter().flat_map(|class| parts(self.program, *class)).map(|part| part.file).collect();
        files.reverse();
        files.dedup();
        for file in files {
            let mut eval = Eval::new(self.program, self.program.file(file), self.rows);
            self.class_parts(&mut eval, table, &columns);
            found.push(eval);
        }
        self.default_key(machine, table, &found, &place);
        for part in
            found.iter_mut().flat_map(|eval| &mut eval.parts).filter(|part| part.kind == Does::Foreign)
        {
            part.names = part.names.iter().map(|name| renamed(name, &columns)).collect();
        }
        for eval in found {
            for event in eval.changes() {
                match event {
                    Event::Change(place, change) => machine.apply(change, &place),
                    Event::Gap(place, what) => machine.gap(place, what),
                    Event::Part(..) => {}
                }
            }
        }
        for name in &opaque {
            if let Some(column) = columns.get(name).cloned().flatten() {
                machine.set_opaque(table, &column);
            }
        }
        for (attribute, column) in &columns {
            if let Some(column) = column {
                machine.set_attribute(table, column, attribute);
            }
        }
    }

    fn default_key(&self, machine: &mut Machine, table: &str, found: &[Eval<'p>], place: &crate::Place) {
        let Some(key) = &self.row.key else { return };
        let of_table = |eval: &Eval<'p>| {
            eval.events.iter().any(|event| match event {
                Event::Part(of, at) => {
                    let part = &eval.parts[*at];
                    of == table && (part.primary || part.kind == Does::Primary)
                }
                _ => false,
            })
        };
        if found.iter().any(of_table) {
            return;
        }
        let mut part = Part::new(Does::Column, place.clone());
        part.names = vec![Val::Str(key.as_ref().to_owned())];
        part.primary = true;
        part.ty = "bigint".to_owned();
        for change in part.changes(table) {
            machine.apply(change, place);
        }
    }

    /// The class after the bases that it takes fields from.
    fn classes(&self) -> Vec<ClassIx> {
        let mut all = vec![];
        // What a base with a table of its own takes from its bases stands in that table.
        let mut elsewhere: Vec<Base> = Vec::new();
        for base in &self.program.class(self.class).mro {
            if elsewhere.contains(base) {
                continue;
            }
            let Base::Class(class) = base else { continue };
            let has_table =
                self.program.class(*class).entity.is_some_and(|entity| self.tables.contains_key(&entity));
            if has_table && *class != self.class {
                elsewhere.extend(self.program.class(*class).mro.iter().copied());
                continue;
            }
            if self.program.is_stub(self.program.class(*class).def.file) {
                continue;
            }
            all.push(*class);
        }
        all.reverse();
        all
    }

    fn fields(&self, class: ClassIx, def: Def) -> Vec<Def> {
        let members = self.program.class(class).members.values().flatten();
        let mut fields: Vec<Def> = members
            .filter(|field| field.file == def.file && self.program.item(**field).kind == ItemKind::Field)
            .filter(|field| {
                !self.program.item(**field).flags.is_static
                    || self.program.item(**field).init.some().is_some()
            })
            .copied()
            .collect();
        fields.sort_by_key(|field| field.item);
        fields
    }

    fn field(
        &self,
        eval: &mut Eval<'p>,
        field: Def,
        table: &str,
        columns: &mut BTreeMap<String, Option<String>>,
    ) {
        let item = self.program.item(field);
        let name = self.program.text(item.name).to_owned();
        let from = eval.parts.len();
        let relation = self.program.relation(self.entity, item.name);
        let place = eval.place(item.name_span.start);
        let mut column = None;
        if let Some((_, body, op)) = self.program.field_init(field)
            && let Val::Part(at) = eval.value(body, op)
        {
            eval.parts[at].place = place.clone();
            match eval.parts[at].kind {
                Does::Column => column = Some(at),
                Does::JoinTable => return self.join_table(eval, at, &name, relation, table),
                _ => {}
            }
        }
        let markers: Vec<&Marker> = item.markers.iter().collect();
        let excluded = markers.iter().any(|marker| {
            let path = self.program.text(marker.path);
            self.row.not.iter().any(|not| ends_with(path, not))
        });
        if excluded {
            return;
        }
        let many = relation.is_some_and(|relation| relation.to == To::Many);
        let plain = relation.is_none() || (self.row.relation_suffix.is_some() && !many);
        if column.is_none()
            && self.row.every_field
            && plain
            && !item.flags.is_static
            && !self.is_embedded(item)
        {
            let mut part = Part::new(Does::Column, place.clone());
            part.ty = self.type_name(eval, item);
            eval.parts.push(part);
            column = Some(eval.parts.len() - 1);
        }
        let owner = item.owner.unwrap_or(ItemId(0));
        for marker in &markers {
            if column.is_none() {
                let made = eval.marked(owner, marker, self.program, &Val::Unknown);
                if let Some(at) = made.filter(|at| eval.parts[*at].kind == Does::JoinTable) {
                    eval.parts[at].place = place;
                    eval.parts[at].name = self.join_name(eval, owner, &markers);
                    return self.join_table(eval, at, &name, relation, table);
                }
                column = made.filter(|at| eval.parts[*at].kind == Does::Column);
                if let Some(at) = column {
                    eval.parts[at].place = place.clone();
                    if eval.parts[at].ty == self.marker_name(marker).to_lowercase() {
                        eval.parts[at].ty = self.type_name(eval, item);
                    }
                }
            }
        }
        let Some(at) = column else {
            return self.foreign(eval, owner, &markers, relation, table);
        };
        if self.row.required {
            eval.parts[at].nullable = eval.parts[at].nullable.or(Some(false));
        }
        for marker in &markers {
            eval.marked(owner, marker, self.program, &Val::Part(at));
        }
        let typed = self.entity_of_type(field).filter(|_| relation.is_none());
        self.name_column(eval, at, &name, relation, typed);
        let column = eval.parts[at].names.iter().flat_map(Val::texts).next();
        let column = column.map(|column| format!("{column}{}", eval.parts[at].suffix));
        columns.insert(name, column.clone());
        eval.parts[at].taken = true;
        eval.events.push(Event::Part(table.to_owned(), at));
        self.split_named_index(eval, at, table);
        for other in from..eval.parts.len() {
            if eval.parts[other].kind == Does::Index && !eval.parts[other].taken {
                if eval.parts[other].names.is_empty() {
                    eval.parts[other].names = column.clone().map(Val::Str).into_iter().collect();
                }
                self.take(eval, other, table);
            }
        }
    }

    /// A relation that names the columns which hold its key.
    fn foreign(
        &self,
        eval: &mut Eval<'p>,
        owner: ItemId,
        markers: &[&Marker],
        relation: Option<&perflint_link::Relation>,
        table: &str,
    ) {
        let Some(target) = relation.and_then(|relation| self.tables.get(&relation.target?)) else { return };
        for marker in markers {
            let part = eval.marked(owner, marker, self.program, &Val::Unknown);
            let Some(at) =
                part.filter(|at| eval.parts[*at].kind == Does::Foreign && !eval.parts[*at].names.is_empty())
            else {
                continue;
            };
            eval.parts[at].foreign = Some(Val::Str(target.clone()));
            eval.parts[at].taken = true;
            eval.events.push(Event::Part(table.to_owned(), at));
        }
    }

    /// Whether a field's initial value is made by a class of the repository.
    fn is_own(&self, field: Def) -> bool {
        let Some((file, body, op)) = self.program.field_init(field) else { return false };
        let code = self.program.file(file).body(body);
        let OpKind::Call(call) = code.op(op).kind else { return false };
        let target = match code.call(call).callee {
            Callee::Value(value) => self.program.resolve_op(file, code, value),
            Callee::Member { recv, name } => self
                .program
                .resolve_op(file, code, recv)
                .and_then(|target| self.program.member(target, name, self.program.file(file).lang)),
        };
        let class = target.and_then(|target| self.program.target_class(target));
        class.is_some_and(|class| !self.program.is_stub(self.program.class(class).def.file))
    }

    fn marker_name(&self, marker: &Marker) -> &'p str {
        self.program.text(marker.path).rsplit('.').next().unwrap_or_default()
    }

    /// A base that is embedded as a field (Go) is no column.
    fn is_embedded(&self, item: &Item) -> bool {
        let def = self.program.class(self.class).def;
        let Some(TypeExpr::Path { name, .. }) =
            item.ty.and_then(|ty| self.program.file(def.file).types.get(ty.0 as usize))
        else {
            return false;
        };
        self.program.text(*name).rsplit('.').next() == Some(self.program.text(item.name))
    }

    /// The entity that a field is declared to hold.
    fn entity_of_type(&self, field: Def) -> Option<EntityIx> {
        let ty = self.program.item(field).ty?;
        match self.program.file(field.file).types.get(ty.0 as usize)? {
            TypeExpr::Path { name, .. } => self.program.entity_named(field.file, self.program.text(*name)),
            _ => None,
        }
    }

    fn type_name(&self, eval: &Eval<'p>, item: &Item) -> String {
        let Some(ty) = item.ty.and_then(|ty| eval.file.types.get(ty.0 as usize)) else {
            return String::new();
        };
        match ty {
            TypeExpr::Path { name, .. } => {
                self.program.text(*name).rsplit('.').next().unwrap_or_default().to_lowercase()
            }
            _ => String::new(),
        }
    }

    /// The column's name where its declaration gives none, and the table that a relation leads to.
    fn name_column(
        &self,
        eval: &mut Eval<'p>,
        at: usize,
        name: &str,
        relation: Option<&perflint_link::Relation>,
        typed: Option<EntityIx>,
    ) {
        let part = &mut eval.parts[at];
        let refers = part.foreign.as_ref().and_then(Val::truth) == Some(true);
        // What a trait declares is no relation of the class, but says that it refers to one.
        let to_one = match relation {
            Some(relation) => (relation.to == To::One).then_some(relation.target),
            None => typed.filter(|_| refers).map(Some),
        };
        let given = part.names.iter().flat_map(Val::texts).next().filter(|name| !name.is_empty());
        match given {
            Some(given) => {
                part.names = vec![Val::Str(given.trim_matches(['`', '"']).to_owned())];
                part.suffix = String::new();
            }
            None => {
                let snake = cruet::to_snake_case(name);
                let default = self.row.default_column.replace("{snake}", &snake).replace("{name}", name);
                part.names = vec![Val::Str(default)];
                if to_one.is_some()
                    && part.suffix.is_empty()
                    && let Some(suffix) = &self.row.relation_suffix
                {
                    part.suffix = suffix.as_ref().to_owned();
                }
            }
        }
        let target = to_one.flatten().and_then(|target| self.tables.get(&target));
        let is_column_of_table =
            matches!(&part.foreign, Some(Val::Str(text)) if text.contains('.') && to_one.is_none());
        match target {
            Some(table) => part.foreign = Some(Val::Str(table.clone())),
            None if !is_column_of_table => part.foreign = None,
            None => {}
        }
        if to_one.is_some() && self.row.relation_index && part.index.is_none() {
            part.index = Some(Val::Bool(true));
            part.implied = true;
        }
    }

    /// An index that fields name together is one index.
    fn split_named_index(&self, eval: &mut Eval<'p>, at: usize, table: &str) {
        let (index, place) = (eval.parts[at].index.clone(), eval.parts[at].place.clone());
        let unique = eval.parts[at].unique.clone();
        let names = match (&index, &unique) {
            (Some(Val::Str(name)), _) if name != "true" => vec![(name.clone(), false)],
            (_, Some(Val::Str(name))) if name != "true" => vec![(name.clone(), true)],
            _ => return,
        };
        let column: Vec<Val> = eval.parts[at].names.clone();
        for (named, of_unique) in names {
            let mut words = named.split(',');
            let name = words.next().unwrap_or_default().to_owned();
            let is_unique = of_unique
                || words.any(|word| word == "unique")
                || unique.as_ref().and_then(Val::truth) == Some(true);
            let mut part = Part::new(Does::Index, place.clone());
            part.names = column.clone();
            part.name = Some(name);
            part.unique = is_unique.then_some(Val::Bool(true));
            eval.parts.push(part);
            let other = eval.parts.len() - 1;
            self.take(eval, other, table);
        }
        eval.parts[at].index = None;
        eval.parts[at].unique = None;
    }

    fn take(&self, eval: &mut Eval<'p>, at: usize, table: &str) {
        eval.parts[at].taken = true;
        let name = eval.parts[at].name.clone();
        let same = name.and_then(|name| {
            eval.parts
                .iter()
                .position(|part| part.kind == Does::Index && part.taken && part.name.as_ref() == Some(&name))
        });
        match same.filter(|same| *same != at) {
            Some(same) => {
                let names = eval.parts[at].names.clone();
                eval.parts[same].names.extend(names);
            }
            None => eval.events.push(Event::Part(table.to_owned(), at)),
        }
    }

    /// Indexes and constraints that the class itself declares.
    fn class_parts(&self, eval: &mut Eval<'p>, table: &str, columns: &BTreeMap<String, Option<String>>) {
        let item = self.program.item(self.program.class(self.class).def);
        for part in parts(self.program, self.class) {
            if self.program.file(part.file).path == eval.file.path {
                let item = self.program.item(part);
                let owner = item.owner.unwrap_or(ItemId(0));
                for marker in &item.markers {
                    eval.marked(owner, marker, self.program, &Val::Table(String::new()));
                }
            }
        }
        for path in &self.row.indexes {
            self.attribute(eval, path);
        }
        for (paths, unique) in [(&self.row.unique_together, true), (&self.row.index_together, false)] {
            for path in paths {
                let Some(Val::List(items)) = self.attribute(eval, path) else { continue };
                let groups = if items.iter().all(|item| matches!(item, Val::Str(_))) {
                    vec![Val::List(items)]
                } else {
                    items
                };
                for group in groups {
                    let place = eval.place(item.name_span.start);
                    let mut part = Part::new(Does::Index, place);
                    part.names = vec![group];
                    part.unique = unique.then_some(Val::Bool(true));
                    eval.parts.push(part);
                }
            }
        }
        eval.events.retain(|event| matches!(event, Event::Gap(..)));
        for at in 0..eval.parts.len() {
            let part = &mut eval.parts[at];
            if part.kind == Does::Column || (part.names.is_empty() && part.kind != Does::Index) {
                continue;
            }
            part.taken = true;
            part.names = part.names.iter().map(|name| renamed(name, columns)).collect();
            if let Some(name) = &mut part.name {
                for (word, meaning) in &self.row.index_words {
                    *name = name.replace(&**word, &self.named(meaning));
                }
            }
            eval.events.push(Event::Part(table.to_owned(), at));
        }
    }
}

/// Attributes as the columns that hold them.
fn renamed(name: &Val, columns: &BTreeMap<String, Option<String>>) -> Val {
    match name {
        Val::List(items) => Val::List(items.iter().map(|item| renamed(item, columns)).collect()),
        Val::Map(entries) => Val::Map(
            entries
                .iter()
                .map(|(name, order)| {
                    (column_of(name, columns).unwrap_or_else(|| name.clone()), order.clone())
                })
                .collect(),
        ),
        other => match other.text() {
            Some(text) => {
                let mut parts = Vec::new();
                for part in text.split(',') {
                    let (sign, bare) =
                        part.trim().strip_prefix('-').map_or(("", part.trim()), |rest| ("-", rest));
                    let (bare, order) =
                        bare.split_once(' ').map_or((bare, String::new()), |(b, o)| (b, format!(" {o}")));
                    let column = column_of(bare, columns).unwrap_or_else(|| bare.to_owned());
                    parts.push(Val::Str(format!("{sign}{column}{order}")));
                }
                Val::List(parts)
            }
            None => other.clone(),
        },
    }
}

fn column_of(name: &str, columns: &BTreeMap<String, Option<String>>) -> Option<String> {
    columns.get(name).cloned().flatten()
}

/// Whether a marker's path as written is this name, or ends with it.
pub(super) fn ends_with(path: &str, name: &str) -> bool {
    path == name || path.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'))
}

/// The folder that holds an application's models: the one above `models.py` or `models/`.
fn app(path: &str) -> &str {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    while parts.last().is_some_and(|part| part.starts_with("models")) {
        parts.pop();
    }
    parts.last().copied().unwrap_or("")
}

/// The arguments of a marker that has words: `name=value` and `name:value` are named, others count as both.
fn words(program: &Program, marker: &Marker) -> Arguments {
    let mut args = Arguments::default();
    for word in &marker.words {
        let word = program.text(*word);
        let cut = word
            .find(['=', ':'])
            .filter(|at| word[..*at].bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'));
        let Some(at) = cut else {
            args.values.push(Val::Str(word.to_owned()));
            args.named.push((word.to_owned(), Val::Bool(true)));
            continue;
        };
        let (key, value) = (&word[..at], Val::Str(word[at + 1..].to_owned()));
        match args.named.iter_mut().find(|(name, _)| name == key) {
            Some((_, Val::List(items))) => items.push(value),
            Some((_, known)) => {
                let first = std::mem::take(known);
                *known = Val::List(vec![first, value]);
            }
            None => args.named.push((key.to_owned(), value)),
        }
    }
    args
}

impl<'p> Eval<'p> {
    /// What a function gives when it is called with nothing.
    fn function(&mut self, body: BodyId) -> Val {
        let code = self.file.body(body);
        let result = code.ops.iter().rev().find_map(|op| match op.kind {
            OpKind::Exit { value, .. } => value.some(),
            _ => None,
        });
        let last = code.ops.len().checked_sub(1).map(|at| OpId(at as u32));
        result.or(last).map_or(Val::Unknown, |op| self.value(body, op))
    }

    /// Evaluates a marker as a call on a value; the part that it makes or changes.
    fn marked(&mut self, owner: ItemId, marker: &Marker, program: &'p Program, on: &Val) -> Option<usize> {
        let path = program.text(marker.path);
        let mut args = Arguments::default();
        let name = if marker.value.some().is_none() {
            args = words(program, marker);
            path
        } else {
            let body = self.file.item(owner).body?;
            let code = self.file.body(body);
            if let OpKind::Call(call) = code.ops.get(marker.value.at())?.kind {
                let call = *code.call(call);
                if !matches!(call.callee, Callee::Value(_) | Callee::Member { .. }) {
                    return None;
                }
                for arg in code.args(call.args) {
                    let value = self.value(body, arg.value);
                    match arg.slot {
                        Slot::Key(key) => args.named.push((program.text(key).to_owned(), value)),
                        _ => args.values.push(value),
                    }
                }
            }
            path.rsplit('.').next().unwrap_or(path)
        };
        let rows = self.rows();
        let last = path.rsplit('.').next().unwrap_or(path);
        let named = |name: &str| rows.find(self.file.lang, name, Some(on), on);
        let (name, row) = match named(name) {
            Some(row) => (name, row),
            None => (last, named(last)?),
        };
        let offset = marker.span.start;
        let recv = if matches!(on, Val::Table(_)) { Val::Unknown } else { on.clone() };
        let mut call = Called { row, name, recv, args, offset, outer: &[], depth: 1 };
        match self.apply(&mut call) {
            Val::Part(at) => Some(at),
            _ => None,
        }
    }
}
