//! Callables that are given a query and go on building it: `with(['items' => fn ($query) => $query->with('product')])`, a scope that
//! returns nothing.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame, How};
use crate::expr::Given;
use crate::value::{Bound, Query, UNKNOWN, V, Val};
use perflint_ir::Sym;
use perflint_link::{BodyRef, ClassIx, Def, EntityIx};

/// How deep maps of relations are looked into.
const DEEPEST: u32 = 4;

impl<'p> Eval<'p> {
    /// A query over an entity as its library hands it to the user's closures and scopes.
    pub(crate) fn query_to_build(&mut self, f: &Frame<'p>, entity: EntityIx, op: usize) -> Query {
        let empty = self.p.names.intern("");
        let q = self.fresh_query(f, Some(entity), empty, op);
        // Whoever hands it out restricts it and runs it.
        let api = self.query_type_of(entity).or(q.api);
        Query { api, narrowed: true, related: true, bound: Bound::Unknown, ..q }
    }

    /// The type of the queries over an entity, where its library names one.
    pub(crate) fn query_type_of(&self, entity: EntityIx) -> Option<perflint_models::TypeIx> {
        let entity = self.p.entity(entity);
        let name = self.m.line(entity.api?).iter().find_map(|ty| self.m.type_row(*ty).queries.as_deref())?;
        let def = self.p.class(entity.class).def;
        self.m.type_named(self.p.file(def.file).lang.models(), name)
    }

    /// The query that a closure makes of the one that it is given: what it returns, or what it leaves in its parameter.
    pub(crate) fn built_by(
        &mut self,
        f: &mut Frame<'p>,
        closure: V,
        given: Query,
        op: usize,
    ) -> Option<Query> {
        let given = self.vals.make(Val::Query(given));
        let ret = self.call_closure(f, closure, &CallArgs::positional(vec![given]), op, How::PLAIN);
        let left = self.walk.left.first().copied().unwrap_or(UNKNOWN);
        [ret, left].into_iter().find_map(|v| self.as_query(v))
    }

    /// What a method leaves in its first parameter, where it goes on building a query that it does not return.
    pub(crate) fn left_by(
        &mut self,
        f: &Frame<'p>,
        def: Def,
        this: V,
        args: &CallArgs,
        op: usize,
    ) -> Option<Query> {
        let at = BodyRef { file: def.file, body: self.p.item(def).body? };
        let locals = self.bind(at, args, Some(def));
        let site = self.site(f, op);
        let outcome = self.evaluate(at, this, locals, Some(site));
        outcome.left.iter().find(|(index, _)| *index == 0).and_then(|(_, v)| self.as_query(*v))
    }

    fn as_query(&self, v: V) -> Option<Query> {
        match self.vals.get(v) {
            Val::Query(q) => Some(*q),
            _ => None,
        }
    }

    /// A method of a class that a marker makes a scope under its own name.
    pub(crate) fn marked_scope(&self, class: ClassIx, name: Sym) -> Option<Def> {
        let api = self.p.class(class).entity.and_then(|e| self.p.entity(e).api)?;
        let marker = self.m.line(api).iter().find_map(|ty| self.m.type_row(*ty).scope_marker.as_deref())?;
        let def = self.p.member_on(class, name, false)?;
        self.look.is_marked(def, marker).then_some(def)
    }

    /// Adds what closures in a tree of relations load below the relation that they stand for.
    pub(crate) fn constrained_paths(
        &mut self,
        f: &mut Frame<'p>,
        tree: V,
        g: &Given<'_>,
        base: Option<Sym>,
        out: &mut Vec<Sym>,
        depth: u32,
    ) {
        match self.vals.get(tree).clone() {
            Val::List(items) if depth < DEEPEST => {
                for item in items.iter() {
                    self.constrained_paths(f, *item, g, base, out, depth + 1);
                }
            }
            Val::Map(entries, _) if depth < DEEPEST => {
                for (name, v) in entries.iter() {
                    let path = base.map_or(*name, |base| self.p.names.join(base, *name));
                    match self.vals.get(*v) {
                        Val::Closure(..) => self.paths_built_below(f, *v, g, path, out),
                        _ => self.constrained_paths(f, *v, g, Some(path), out, depth + 1),
                    }
                }
            }
            _ => {}
        }
    }

    fn paths_built_below(
        &mut self,
        f: &mut Frame<'p>,
        closure: V,
        g: &Given<'_>,
        path: Sym,
        out: &mut Vec<Sym>,
    ) {
        let root = self.query_for(f, g.recv, g.op).and_then(|q| q.entity);
        let Some(target) = root.and_then(|root| self.entity_at(root, path)) else { return };
        let given = self.query_to_build(f, target, g.op);
        let Some(built) = self.built_by(f, closure, given, g.op) else { return };
        let (_, loaded) = self.vals.paths(built.supply);
        let below: Vec<Sym> = loaded.to_vec();
        out.extend(below.into_iter().map(|loaded| self.below(path, loaded)));
    }

    /// `with('items', fn ($query) => ..)` is the same as a map of one entry.
    pub(crate) fn named_closure(&mut self, given: V) -> V {
        let Val::List(items) = self.vals.get(given) else { return given };
        let [name, closure] = **items else { return given };
        match (self.vals.get(name), self.vals.get(closure)) {
            (Val::Str(name), Val::Closure(..)) => {
                let entries = [(*name, closure)].as_slice().into();
                self.vals.make(Val::Map(entries, UNKNOWN))
            }
            _ => given,
        }
    }
}
