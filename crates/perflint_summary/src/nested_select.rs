//! Statements that a map of rows runs for each row: `@Many(select = "shop.TagMapper.tagsOf")`, `<collection select="tagsOf">`.
//!
//! Each is a query at the place in the map that names it, once per row of the statement whose result the map is of. What it runs
//! has a map of its own, and so on.

use crate::eval::{Around, Eval, Frame};
use crate::fact::{Effect, Factor, StepNode, Sure};
use crate::noted::Place;
use crate::value::{Site, V, Val};
use perflint_ir::{OpKind, Sym};
use perflint_link::{BodyRef, Def};
use perflint_models::{EffectKind, Nested, Wait};
use std::rc::Rc;

/// Most maps that refer to each other, and most statements that run each other.
const MAX_NESTED: usize = 6;

/// A statement that a map names.
struct Part {
    place: Place,
    statement: String,
    many: bool,
}

impl<'p> Eval<'p> {
    /// Adds what the map of a statement's result runs for the rows that it gave. `few`: there is one at most.
    pub(crate) fn nested_selects(
        &mut self,
        f: &mut Frame<'p>,
        nested: &'p Nested,
        rows: V,
        few: bool,
        op: usize,
    ) {
        let Some(method) = self.declaring else { return };
        let start = f.terms.len();
        let statements = self.p.statements_of(method);
        let Some(place) = self.run_parts(f, nested, &statements, op, &mut Vec::new()) else { return };
        if let Some(of) = self.listed_rows(rows).filter(|_| !few) {
            let name = of.unwrap_or_else(|| self.p.item(method).name);
            self.per_row(f, start, name, place);
        }
    }

    /// Runs what the maps of a statement name, and gives where the first of them is named.
    fn run_parts(
        &mut self,
        f: &mut Frame<'p>,
        nested: &'p Nested,
        statements: &[Def],
        op: usize,
        running: &mut Vec<String>,
    ) -> Option<Place> {
        let mut parts = Vec::new();
        self.parts_of(nested, statements, &mut parts, &mut Vec::new());
        for part in &parts {
            if running.len() >= MAX_NESTED || running.contains(&part.statement) {
                continue;
            }
            self.run_part(f, part, op);
            let statements = self.statements_named(part.place.0, &part.statement);
            running.push(part.statement.clone());
            let start = f.terms.len();
            let inner = self.run_parts(f, nested, &statements, op, running);
            running.pop();
            if let Some(inner) = inner.filter(|_| part.many) {
                let name = last_word(&part.statement);
                let name = self.p.names.intern(name);
                self.per_row(f, start, name, inner);
            }
        }
        parts.first().map(|part| part.place)
    }

    /// One query at the place that names the statement.
    fn run_part(&mut self, f: &mut Frame<'p>, part: &Part, op: usize) {
        let short = part.statement.match_indices('.').rev().nth(1).map_or(0, |(at, _)| at + 1);
        let label = self.p.names.intern(part.statement.get(short..).unwrap_or(&part.statement));
        let method = self.p.names.intern(last_word(&part.statement));
        let site = Site { at: part.place.0, op: part.place.1 };
        let kind = EffectKind::Query;
        let effect = Effect { kind, entity: None, label, method, site, lazy: None, batched: false };
        self.events.nested.insert(site);
        let start = f.terms.len();
        self.effect(f, effect, Wait::Blocks, None, Sure::Certain);
        let step = Rc::new(StepNode { site: self.site(f, op), callee: None, next: None });
        f.terms[start..].iter_mut().for_each(|term| term.steps = Some(Rc::clone(&step)));
    }

    fn per_row(&mut self, f: &mut Frame<'p>, start: usize, name: Sym, place: Place) {
        let factor = Factor::Size { name, site: Site { at: place.0, op: place.1 }, rows: true };
        let around = Around { region: None, factor, early: false, batch: false, parallel: false, rows: true };
        self.multiply(f, start, around);
    }

    /// Of a value that stands for many rows, what these are called.
    fn listed_rows(&self, rows: V) -> Option<Option<Sym>> {
        let class = |v: V| self.instance_class(v).map(|class| self.p.class(class).name);
        match self.vals.get(rows) {
            Val::Many { elem, .. } => Some(class(*elem)),
            Val::Query(q) => Some(q.entity.map(|entity| self.p.entity(entity).name)),
            Val::ExtInst(ty, args) if self.m.type_row(*ty).page => Some(args.last().and_then(|v| class(*v))),
            Val::Future(inner) => self.listed_rows(*inner),
            _ => None,
        }
    }

    /// What the maps of a statement, and those that they refer to, name to be run at once.
    fn parts_of(&mut self, nested: &'p Nested, defs: &[Def], parts: &mut Vec<Part>, seen: &mut Vec<Def>) {
        for def in defs {
            if seen.len() >= MAX_NESTED * MAX_NESTED || seen.contains(def) {
                continue;
            }
            seen.push(*def);
            for map in self.marker_places(*def, &nested.map) {
                self.parts_in(nested, map, parts);
            }
            for place in self.marker_places(*def, &nested.refers) {
                let named = self.maps_named(nested, place);
                self.parts_of(nested, &named, parts, seen);
            }
        }
    }

    fn parts_in(&mut self, nested: &'p Nested, map: Place, parts: &mut Vec<Part>) {
        for (marker, many) in [(&nested.one, false), (&nested.many, true)] {
            let mut places = Vec::new();
            let word = last_word(marker);
            self.noted_parts(map).into_iter().for_each(|part| self.calls_of(word, part, &mut places, 0));
            for place in places {
                if !self.waits_to_be_read(nested, place)
                    && let Some(statement) = self.noted_text(place, &nested.statement)
                {
                    parts.push(Part { place, statement, many });
                }
            }
        }
    }

    /// True where the statement runs once somebody reads the attribute, and maybe never.
    fn waits_to_be_read(&self, nested: &Nested, place: Place) -> bool {
        let loading = self.noted_argument(place, &nested.loading);
        let word = loading.and_then(|op| match self.p.body(place.0).op(op).kind {
            OpKind::Str(word) | OpKind::Name(word) | OpKind::Get { name: word, .. } => {
                Some(last_word(self.p.text(word)))
            }
            _ => None,
        });
        match word.filter(|word| !word.eq_ignore_ascii_case("default")) {
            Some(word) => word.eq_ignore_ascii_case(&nested.lazy),
            None => self.p.switched_on.contains(&nested.setting),
        }
    }

    /// The declarations with the maps that a marker refers to: by full names, or those that the same class gives.
    fn maps_named(&mut self, nested: &'p Nested, place: Place) -> Vec<Def> {
        let parts = self.noted_parts(place);
        let texts = parts.iter().flat_map(|part| {
            let inner = self.noted_parts(*part);
            if inner.is_empty() { vec![*part] } else { inner }
        });
        let values: Vec<V> = texts
            .collect::<Vec<_>>()
            .into_iter()
            .filter_map(|(at, op)| self.init_values(at).get(op.at()).copied())
            .collect();
        let names: Vec<String> = values.into_iter().filter_map(|v| self.literal_text(v)).collect();
        names.into_iter().flat_map(|name| self.map_named(nested, place.0, &name)).collect()
    }

    fn map_named(&mut self, nested: &'p Nested, from: BodyRef, name: &str) -> Vec<Def> {
        let family = self.p.file(from.file).lang.family();
        let (class, own) = self.class_and_name(from, name);
        let mut found = self.p.said_elsewhere(family, &format!("{class}.{own}")).to_vec();
        let class = self.p.names.find(&class).and_then(|class| self.p.item_named(family, class));
        let Some(class) = class.and_then(|def| self.p.class_of.get(&def)) else { return found };
        let mut members: Vec<Def> = self.p.class(*class).members.values().flatten().copied().collect();
        members.sort();
        found.extend(members.into_iter().filter(|def| {
            let maps = self.marker_places(*def, &nested.map);
            maps.into_iter().any(|map| self.noted_text(map, &nested.name).as_deref() == Some(own))
        }));
        found
    }

    /// What is said of the statement of a name.
    fn statements_named(&self, from: BodyRef, name: &str) -> Vec<Def> {
        let family = self.p.file(from.file).lang.family();
        let (class, own) = self.class_and_name(from, name);
        let item = self.p.names.find(&class).and_then(|class| self.p.item_named(family, class));
        let member = item.and_then(|def| {
            let name = self.p.names.find(own)?;
            self.p.class_member(*self.p.class_of.get(&def)?, name)
        });
        match member {
            Some(member) => self.p.statements_of(member),
            None => self.p.said_elsewhere(family, &format!("{class}.{own}")).to_vec(),
        }
    }

    /// The class that a name begins with, or else the one in which it is said, and the rest of the name.
    fn class_and_name<'n>(&self, from: BodyRef, name: &'n str) -> (String, &'n str) {
        if let Some((class, own)) = name.rsplit_once('.') {
            return (class.to_owned(), own);
        }
        let def = Def { file: from.file, item: self.p.body(from).owner };
        (self.p.full_name(def).map_or_else(String::new, |full| self.p.text(full).to_owned()), name)
    }
}

fn last_word(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}
