//! What stubs ask of the repository's classes: to run what a class's body says on an instance, to find a class by the
//! name of an entity, to call something for one value or for each of many.

use crate::call::CallArgs;
use crate::eval::{Around, Eval, Frame, How};
use crate::iterate::Plan;
use crate::mutate::capital;
use crate::value::{Binder, NULL, Query, SCALAR, UNKNOWN, V, Val};
use perflint_ir::{ItemKind, RegionId, Sym};
use perflint_link::{Base, BodyRef, ClassIx, FileIx};
use perflint_models::{EntryKind, To};

/// Most fields of an instance that is filled.
const MOST_FIELDS: usize = 48;

impl<'p> Eval<'p> {
    /// A function of stubs that is about classes; `None` if the name is none of them.
    pub(crate) fn reflected(
        &mut self,
        f: &mut Frame<'p>,
        name: &str,
        args: &CallArgs,
        op: usize,
    ) -> Option<V> {
        let at = |n: usize| args.pos.get(n).copied().unwrap_or(UNKNOWN);
        let block = args.keys.iter().find(|(key, _)| self.p.text(*key) == "&").map(|(_, v)| *v);
        Some(match name {
            "body" => self.run_class_body(f, at(0), op),
            "class_for" => self.class_for(at(0), at(1), at(2)).unwrap_or(NULL),
            "method" => self.own_method(at(0), at(1)).unwrap_or(NULL),
            "related" => self.related(at(0), at(1)),
            "target" => self.target_class(at(0), at(1)).unwrap_or(UNKNOWN),
            "named" => {
                args.pos.iter().skip(1).find_map(|space| self.class_spelt(at(0), *space)).unwrap_or(NULL)
            }
            "filled" => self.with_fields(at(0), at(1)),
            "keyed" => self.keyed(at(0), at(1)),
            "here" => match (self.vals.get(at(0)).clone(), self.called_from()) {
                (Val::Query(q), Some(origin)) => self.vals.make(Val::Query(Query { origin, ..q })),
                _ => at(0),
            },
            "entry" => {
                self.enter_at(at(0), at(1), block.unwrap_or(UNKNOWN));
                SCALAR
            }
            "exec" => self.executed(f, at(0), at(1), args, op),
            "each" => {
                let block = block.unwrap_or(UNKNOWN);
                let within = self.body_of(block).unwrap_or(f.at);
                self.for_each(f, at(0), within, op, &mut |this, f, one| {
                    this.call_value(f, block, &CallArgs::positional(vec![one]), op);
                });
                SCALAR
            }
            _ => return None,
        })
    }

    /// Calls a function of a stub, by its path, with the receiver of a call before its arguments.
    pub(crate) fn call_stub(
        &mut self,
        f: &mut Frame<'p>,
        path: &str,
        recv: V,
        args: &CallArgs,
        op: usize,
    ) -> V {
        let Some((module, name)) = path.rsplit_once('.') else { return UNKNOWN };
        let module = self.p.names.find(module).and_then(|module| self.p.resolve(f.at.file, module));
        let (Some(module), Some(name)) = (module, self.p.names.find(name)) else { return UNKNOWN };
        let module = self.target(module);
        let function = self.get(f, module, name, op, None);
        let pos = std::iter::once(recv).chain(args.pos.iter().copied()).collect();
        self.call_value(f, function, &CallArgs { pos, ..args.clone() }, op)
    }

    /// Runs the statements of a class's body, and of those that it extends, with an instance as their receiver: what they
    /// call are the methods of the stub that the class extends.
    fn run_class_body(&mut self, f: &mut Frame<'p>, v: V, op: usize) -> V {
        let Val::Inst(class, _) = *self.vals.get(v) else { return UNKNOWN };
        let bases = self.p.class(class).mro.clone();
        for base in bases.iter().rev() {
            let Base::Class(base) = base else { continue };
            let def = self.p.class(*base).def;
            let Some(body) = self.p.item(def).body.filter(|_| !self.p.is_stub(def.file)) else { continue };
            let at = BodyRef { file: def.file, body };
            let site = self.site(f, op);
            let outcome = self.evaluate(at, v, Vec::new(), Some(site));
            self.absorb(f, &outcome, op, at, How::PLAIN);
        }
        SCALAR
    }

    /// The class whose name a pattern makes of the entity of a value, among those that extend a class: `{entity}Serializer`.
    /// Of several, the nearest to the code that is running.
    fn class_for(&mut self, v: V, pattern: V, base: V) -> Option<V> {
        let Val::Str(pattern) = *self.vals.get(pattern) else { return None };
        let base = match self.vals.get(base) {
            Val::Class(base) => Some(*base),
            _ => None,
        };
        // A class within the one that is called after the entity: `{entity}Policy.Scope`.
        let (outer, inner) = match self.p.text(pattern).split_once('.') {
            Some((outer, inner)) => (outer, Some(inner)),
            None => (self.p.text(pattern), None),
        };
        let class = self.class_by_pattern(v, outer, base)?;
        let Some(inner) = inner else { return Some(self.vals.make(Val::Class(class))) };
        let member = self.p.class_member(class, self.p.names.find(inner)?)?;
        self.p.class_of.get(&member).map(|class| self.vals.make(Val::Class(*class)))
    }

    pub(crate) fn class_by_pattern(&self, v: V, pattern: &str, base: Option<ClassIx>) -> Option<ClassIx> {
        let entity = self.entity_of(v)?;
        let name = pattern.replace("{entity}", self.p.text(self.p.entity(entity).name));
        let extends = |class: ClassIx| {
            base.is_none_or(|base| class != base && self.p.class(class).mro.contains(&Base::Class(base)))
        };
        self.p.nearest_named(&name, self.running_file()?, &extends)
    }

    /// The file of the innermost code of the repository that is running.
    pub(crate) fn running_file(&self) -> Option<FileIx> {
        self.running().map(|at| at.file).find(|file| !self.p.is_stub(*file))
    }

    /// The entity that a row, a query or a collection is of.
    fn entity_of(&self, v: V) -> Option<perflint_link::EntityIx> {
        match self.vals.get(v) {
            Val::Row(row) => Some(row.entity),
            Val::Query(q) => q.entity,
            Val::Class(class) => self.p.class(*class).entity,
            Val::Many { elem, .. } | Val::Future(elem) => self.entity_of(*elem),
            Val::Union(all) => all.iter().find_map(|v| self.entity_of(*v)),
            _ => None,
        }
    }

    /// A method that the class of an instance has in the repository.
    fn own_method(&mut self, v: V, name: V) -> Option<V> {
        let (Val::Inst(class, _), Val::Str(name)) = (self.vals.get(v), self.vals.get(name)) else {
            return None;
        };
        let def = self.p.member_on(*class, *name, false)?;
        let is_own = self.p.item(def).kind == ItemKind::Function && !self.p.is_stub(def.file);
        is_own.then(|| self.vals.make(Val::Bound(def, v)))
    }

    /// The class that a path in small letters spells below a namespace: `orders.row-head` is `Orders.RowHead`.
    fn class_spelt(&mut self, path: V, space: V) -> Option<V> {
        let (Val::Str(path), Val::Str(space)) = (self.vals.get(path), self.vals.get(space)) else {
            return None;
        };
        let (path, space) = (self.p.text(*path), self.p.text(*space));
        let parts =
            path.split(['.', '/']).map(|part| part.split(['-', '_']).map(capital).collect::<String>());
        let spelt = parts.fold(space.replace('\\', "."), |full, part| full + "." + &part);
        let target = self.p.resolve(self.running_file()?, self.p.names.find(&spelt)?)?;
        let class = self.target(target);
        matches!(self.vals.get(class), Val::Class(_)).then_some(class)
    }

    /// An instance whose fields of these names hold what a map holds.
    fn with_fields(&mut self, v: V, map: V) -> V {
        let (Val::Inst(class, fields), Val::Map(given, _)) = (self.vals.get(v), self.vals.get(map)) else {
            return v;
        };
        let mut all: Vec<(Sym, V)> = given.iter().take(MOST_FIELDS).copied().collect();
        all.extend(fields.iter().filter(|(name, _)| !given.iter().any(|(other, _)| other == name)));
        all.sort();
        let class = *class;
        self.vals.make(Val::Inst(class, all.into()))
    }

    /// A map that holds a value under the name of the first parameter of a class's constructor.
    fn keyed(&mut self, class: V, v: V) -> V {
        let Val::Class(class) = *self.vals.get(class) else { return UNKNOWN };
        let first = self.p.constructors(class).first().and_then(|def| {
            let body = self.p.item(*def).body?;
            self.p.file(def.file).body(body).params.first().map(|param| param.name)
        });
        first.map_or(UNKNOWN, |name| self.vals.make(Val::Map([(name, v)].into(), UNKNOWN)))
    }

    /// `"one"` or `"many"` for the name of a relation of a row.
    fn related(&mut self, v: V, name: V) -> V {
        let (Some(entity), Val::Str(name)) = (self.entity_of(v), self.vals.get(name)) else { return NULL };
        let Some(relation) = self.p.relation(entity, *name) else { return NULL };
        let word = self.p.names.intern(if relation.to == To::Many { "many" } else { "one" });
        self.vals.make(Val::Str(word))
    }

    /// The class that a relation of a class's entity leads to.
    fn target_class(&mut self, v: V, name: V) -> Option<V> {
        let (entity, Val::Str(name)) = (self.entity_of(v)?, self.vals.get(name)) else { return None };
        let target = self.p.relation(entity, *name)?.target?;
        Some(self.vals.make(Val::Class(self.p.entity(target).class)))
    }

    /// Registers a block of a stub as an entry point of a kind, under a name: a text, or that of a class.
    fn enter_at(&mut self, kind: V, name: V, block: V) {
        let (Val::Str(kind), Some(file)) = (self.vals.get(kind), self.running_file()) else { return };
        let kind = match self.p.text(*kind) {
            "job" => EntryKind::Job,
            "page" => EntryKind::Page,
            _ => EntryKind::Route,
        };
        let name = match self.vals.get(name) {
            Val::Str(name) => self.p.text(*name),
            Val::Class(class) => self.p.text(self.p.class(*class).name),
            _ => return,
        };
        self.register_entry(kind, None, Some(name), block, file);
    }

    /// Calls a closure with another receiver, and with the arguments that follow.
    fn executed(&mut self, f: &mut Frame<'p>, closure: V, this: V, args: &CallArgs, op: usize) -> V {
        let Val::Closure(file, body, caps, _) = self.vals.get(closure).clone() else { return UNKNOWN };
        let closure = self.vals.make(Val::Closure(file, body, caps, this));
        let rest = CallArgs::positional(args.pos.iter().skip(2).copied().collect());
        self.call_closure(f, closure, &rest, op, How::PLAIN)
    }

    /// Runs a step for a value, or for each of its elements if it is many. `within` is the body that is run for them, `over`
    /// the operation that gives the value.
    pub(crate) fn for_each(
        &mut self,
        f: &mut Frame<'p>,
        v: V,
        within: BodyRef,
        over: usize,
        step: &mut dyn FnMut(&mut Self, &mut Frame<'p>, V),
    ) {
        let is_many = |v: &Val| matches!(v, Val::Query(_) | Val::Many { .. } | Val::List(_));
        if !self.vals.alternatives(v).iter().any(|v| is_many(self.vals.get(*v))) {
            for one in self.vals.alternatives(v).iter().filter(|v| **v != NULL) {
                step(self, f, *one);
            }
            return;
        }
        // Rows of one entity within those of another are told apart, although the same code of a stub walks both.
        let class = self.entity_of(v).map(|entity| self.p.class(self.p.entity(entity).class).def);
        let body = class.and_then(|def| Some(BodyRef { file: def.file, body: self.p.item(def).body? }));
        let binder = Binder { at: body.unwrap_or(within), region: RegionId(0) };
        let site = self.site(f, over);
        let (elems, around) = match self.plan(f, v, over, site, binder) {
            Plan::Unroll(items) => (items, None),
            Plan::Repeat { elem, factor, rows, batch } => (vec![elem], Some((factor, rows, batch))),
        };
        let start = f.terms.len();
        for elem in elems {
            step(self, f, elem);
        }
        if let Some((factor, rows, batch)) = around {
            self.multiply(
                f,
                start,
                Around { region: None, factor, early: false, batch, parallel: false, rows },
            );
        }
    }
}
