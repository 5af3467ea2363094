//! Statements that a map of rows runs for each row: `@Many(select = "shop.TagMapper.tagsOf")`, `<collection select="tagsOf">`.
//!
//! Each is a query at the place in the map that names it, once per row of the statement whose result the map is of. What it runs
//! has a map of its own, and so on.

use crate::eval::{Around, Eval, Frame};
use crate::fact::{Effect, Factor, StepNode, Sure};
use crate::noted::Place;
use crate::value::{Bound, Query, Site, V, Val};
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
    /// The attribute that it fills, where that waits until somebody looks at it.
    waits: Option<Sym>,
}

impl<'p> Eval<'p> {
    /// Adds what the map of a statement's result runs for the rows that it gave, and gives these with what waits to be looked at.
    /// `few`: there is one at most.
    pub(crate) fn nested_selects(
        &mut self,
        f: &mut Frame<'p>,
        nested: &'p Nested,
        rows: V,
        few: bool,
        op: usize,
    ) -> V {
        let Some(method) = self.declaring else { return rows };
        let start = f.terms.len();
        let mut parts = Vec::new();
        self.parts_of(nested, &self.p.statements_of(method), &mut parts, &mut Vec::new());
        if let Some(place) = self.run_parts(f, nested, &parts, op, &mut Vec::new())
            && let Some(of) = self.listed_rows(rows).filter(|_| !few)
        {
            let name = of.unwrap_or_else(|| self.p.item(method).name);
            self.per_row(f, start, name, place);
        }
        parts.iter().fold(rows, |rows, part| self.waiting_in(f, rows, part, op))
    }

    /// Rows that have a query as an attribute, which runs when somebody walks it.
    fn waiting_in(&mut self, f: &Frame<'p>, rows: V, part: &Part, op: usize) -> V {
        let Some(name) = part.waits.filter(|_| part.many) else { return rows };
        match self.vals.get(rows).clone() {
            Val::Many { elem, count, batch, source } => {
                let elem = self.waiting_in(f, elem, part, op);
                self.vals.make(Val::Many { elem, count, batch, source })
            }
            Val::Inst(class, fields) => {
                let label = self.p.names.intern(short(&part.statement));
                let query = self.fresh_query(f, None, label, op);
                let origin = Site { at: part.place.0, op: part.place.1 };
                let query = Query { origin, bound: Bound::Unknown, plain: true, narrowed: true, ..query };
                let query = self.vals.make(Val::Query(query));
                let others = fields.iter().copied().filter(|(known, _)| *known != name);
                let mut fields: Vec<(Sym, V)> = others.chain([(name, query)]).collect();
                fields.sort();
                self.vals.make(Val::Inst(class, fields.into()))
            }
            _ => rows,
        }
    }

    /// Runs what maps name, and gives where the first of it is named.
    fn run_parts(
        &mut self,
        f: &mut Frame<'p>,
        nested: &'p Nested,
        parts: &[Part],
        op: usize,
        running: &mut Vec<String>,
    ) -> Option<Place> {
        let mut first = None;
        for part in parts.iter().filter(|part| part.waits.is_none()) {
            first = first.or(Some(part.place));
            if running.len() >= MAX_NESTED || running.contains(&part.statement) {
                continue;
            }
            self.run_part(f, part, op);
            let mut inner = Vec::new();
            let statements = self.statements_named(part.place.0, &part.statement);
            self.parts_of(nested, &statements, &mut inner, &mut Vec::new());
            running.push(part.statement.clone());
            let start = f.terms.len();
            let place = self.run_parts(f, nested, &inner, op, running);
            running.pop();
            if let Some(place) = place.filter(|_| part.many) {
                let name = self.p.names.intern(last_word(&part.statement));
                self.per_row(f, start, name, place);
            }
        }
        first
    }

    /// One query at the place that names the statement.
    fn run_part(&mut self, f: &mut Frame<'p>, part: &Part, op: usize) {
        let label = self.p.names.intern(short(&part.statement));
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
        let mut about = Vec::new();
        let word = last_word(&nested.part);
        self.noted_parts(map).into_iter().for_each(|part| self.calls_of(word, part, &mut about, 0));
        for attribute in about {
            for (marker, many) in [(&nested.one, false), (&nested.many, true)] {
                let mut places = Vec::new();
                let inside = self.noted_parts(attribute);
                inside.into_iter().for_each(|part| self.calls_of(last_word(marker), part, &mut places, 0));
                for place in places {
                    let Some(statement) = self.noted_text(place, &nested.statement) else { continue };
                    let name = self.noted_text(attribute, &nested.attribute).unwrap_or_default();
                    let waits = self.waits_to_be_read(nested, place).then(|| self.p.names.intern(&name));
                    parts.push(Part { place, statement, many, waits });
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

/// The last two words of a statement's name: its mapper and its own.
fn short(statement: &str) -> &str {
    let start = statement.match_indices('.').rev().nth(1).map_or(0, |(at, _)| at + 1);
    statement.get(start..).unwrap_or(statement)
}

fn last_word(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}
