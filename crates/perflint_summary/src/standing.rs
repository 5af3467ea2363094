//! What the class of an entity has every query over it load: a scope that needs no call.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame, How};
use crate::value::{Query, UNKNOWN, V, Val};
use perflint_ir::{Callee, OpKind, Sym};
use perflint_link::{Base, BodyRef, ClassIx, EntityIx};
use perflint_models::StandingScopes;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// The paths of such scopes by entity, remembered.
pub(crate) type Standing = FxHashMap<EntityIx, Rc<[Sym]>>;

impl<'p> Eval<'p> {
    /// A query with what is loaded with whatever is asked of its entity.
    pub(crate) fn with_standing(&mut self, f: &mut Frame<'p>, q: Query, op: usize) -> Query {
        let Some(entity) = q.entity else { return q };
        match self.standing_paths(f, entity, op) {
            paths if paths.is_empty() => q,
            paths => {
                let paths = self.vals.make(Val::Paths(paths, None));
                self.load(&q, paths)
            }
        }
    }

    /// The relations that a row's own class has loaded with it.
    pub(crate) fn standing_below(
        &mut self,
        f: &mut Frame<'p>,
        entity: EntityIx,
        path: Sym,
        supply: crate::SupplyIx,
        op: usize,
    ) -> crate::SupplyIx {
        match self.standing_paths(f, entity, op) {
            paths if paths.is_empty() => supply,
            paths => {
                let paths = self.vals.make(Val::Paths(paths, None));
                self.supply_with(path, supply, paths)
            }
        }
    }

    fn standing_paths(&mut self, f: &mut Frame<'p>, entity: EntityIx, op: usize) -> Rc<[Sym]> {
        if let Some(known) = self.standing.get(&entity) {
            return Rc::clone(known);
        }
        // What the scope itself asks for starts without it.
        self.standing.insert(entity, [].into());
        let paths = self.standing_scope(f, entity, op).unwrap_or_default();
        self.standing.insert(entity, Rc::clone(&paths));
        paths
    }

    fn standing_scope(&mut self, f: &mut Frame<'p>, entity: EntityIx, op: usize) -> Option<Rc<[Sym]>> {
        let class = self.p.entity(entity).class;
        let api = self.p.entity(entity).api?;
        let rows: Vec<_> = self.m.line(api).iter().map(|ty| self.m.type_row(*ty)).collect();
        let hook = rows.iter().find_map(|row| row.standing.as_deref());
        let scopes = rows.iter().find_map(|row| row.standing_scopes.as_ref());
        let start = self.vals.make(Val::Class(class));
        let mut said = hook.map_or_else(Vec::new, |hook| self.standing_results(f, class, hook, start, op));
        if let Some(scopes) = scopes {
            said.extend(self.standing_built(f, class, scopes, op));
        }
        let mut paths = Vec::new();
        for said in said {
            if let Val::Query(q) = self.vals.get(said)
                && let (false, loaded) = self.vals.paths(q.supply)
            {
                paths.extend(loaded.iter().copied());
            }
        }
        Some(paths.into())
    }

    /// What the scopes make of a query that methods of a class add to it, or that a marker of the class lists.
    fn standing_built(
        &mut self,
        f: &mut Frame<'p>,
        class: ClassIx,
        scopes: &'p StandingScopes,
        op: usize,
    ) -> Vec<V> {
        let Some(entity) = self.p.class(class).entity else { return Vec::new() };
        let mut said = Vec::new();
        for scope in self.added_scopes(class, scopes) {
            let given = self.query_to_build(f, entity, op);
            let built = match *self.vals.get(scope) {
                Val::Closure(..) => self.built_by(f, scope, given, op),
                Val::Class(of) => self.built_by_object(f, of, &scopes.method, given, op),
                _ => None,
            };
            if let Some(q) = built {
                said.push(self.vals.make(Val::Query(q)));
            }
        }
        said
    }

    fn built_by_object(
        &mut self,
        f: &mut Frame<'p>,
        of: ClassIx,
        method: &str,
        given: Query,
        op: usize,
    ) -> Option<Query> {
        let def = self.p.member_on(of, self.p.names.find(method)?, false)?;
        let this = self.vals.make(Val::Inst(of, Rc::new([])));
        let args = CallArgs { pos: vec![self.vals.make(Val::Query(given))], keys: Vec::new(), open: true };
        let said = self.call_fun(f, def, this, &args, op, How::PLAIN);
        match *self.vals.get(said) {
            Val::Query(q) => Some(q),
            _ => self.left_by(f, def, this, &args, op),
        }
    }

    /// The closures that a class adds to its queries, and the classes of the objects.
    fn added_scopes(&mut self, class: ClassIx, scopes: &StandingScopes) -> Vec<V> {
        let mut found = Vec::new();
        let line = self.p.class(class).mro.iter().filter_map(|base| match base {
            Base::Class(c) => Some(*c),
            Base::External(_) => None,
        });
        for base in line.collect::<Vec<_>>() {
            for at in self.methods_called(base, &scopes.within) {
                found.extend(self.scopes_added_in(at, &scopes.call));
            }
            if let Some(marker) = &scopes.marker {
                found.extend(self.scopes_marked(base, marker));
            }
        }
        found
    }

    fn methods_called(&self, class: ClassIx, names: &[Box<str>]) -> Vec<BodyRef> {
        let wanted = |name: &str| {
            names.iter().any(|n| n.strip_suffix('*').map_or(**n == *name, |start| name.starts_with(start)))
        };
        let members = self.p.class(class).members.iter().filter(|(name, _)| wanted(self.p.text(**name)));
        let defs = members.flat_map(|(_, defs)| defs).filter(|def| !self.p.is_stub(def.file));
        defs.filter_map(|def| Some(BodyRef { file: def.file, body: self.p.item(*def).body? })).collect()
    }

    fn scopes_added_in(&mut self, at: BodyRef, call: &str) -> Vec<V> {
        let body = self.p.body(at);
        let mut found = Vec::new();
        for o in &body.ops {
            let OpKind::Call(id) = o.kind else { continue };
            if !matches!(body.call(id).callee, Callee::Member { name, .. } if self.p.text(name) == call) {
                continue;
            }
            for arg in body.args(body.call(id).args).iter().filter_map(|arg| arg.value.some()) {
                match body.op(arg).kind {
                    OpKind::Lambda(inner) => {
                        found.push(self.vals.make(Val::Closure(at.file, inner, Box::new([]), UNKNOWN)));
                    }
                    _ => found.extend(self.class_made(at, arg)),
                }
            }
        }
        found
    }

    /// The class of `new Scope(..)`, or that `Scope::class` names.
    fn class_made(&mut self, at: BodyRef, op: perflint_ir::OpId) -> Option<V> {
        let body = self.p.body(at);
        let name = match body.op(op).kind {
            OpKind::Name(name) => name,
            OpKind::Call(id) => match body.call(id).callee {
                Callee::Value(callee) => match body.op(callee.some()?).kind {
                    OpKind::Name(name) => name,
                    _ => return None,
                },
                Callee::Member { .. } => return None,
            },
            _ => return None,
        };
        let target = self.p.resolve(at.file, name)?;
        let v = self.target(target);
        matches!(self.vals.get(v), Val::Class(_)).then_some(v)
    }

    fn scopes_marked(&mut self, class: ClassIx, marker: &str) -> Vec<V> {
        let def = self.p.class(class).def;
        let item = self.p.item(def);
        let around = item.owner.and_then(|owner| self.p.file(def.file).item(owner).body);
        let Some(body) = around else { return Vec::new() };
        let at = BodyRef { file: def.file, body };
        let marked = self.look.markers_of(def, marker).next();
        let Some(value) = marked.and_then(|(_, marker)| marker.value.some()) else { return Vec::new() };
        let Some(args) = self.body_arguments(at, value) else { return Vec::new() };
        args.pos.iter().flat_map(|v| self.elements_of(*v)).collect()
    }

    /// The elements of a literal list, or the value itself.
    fn elements_of(&self, v: V) -> Vec<V> {
        match self.vals.get(v) {
            Val::List(items) => items.to_vec(),
            _ => vec![v],
        }
    }

    /// What the scopes give that are declared with a closure in the body of a class, or as a method of it.
    fn standing_results(
        &mut self,
        f: &mut Frame<'p>,
        class: ClassIx,
        hook: &'p str,
        start: V,
        op: usize,
    ) -> Vec<V> {
        let calls: Vec<_> = self.p.body_calls(class, |name| name == hook).collect();
        let mut results = Vec::new();
        for (at, call) in calls {
            let Some(args) = self.body_arguments(at, call) else { continue };
            let given = args.pos.iter().chain(args.keys.iter().map(|(_, v)| v)).copied();
            for v in given.collect::<Vec<_>>() {
                if let Val::Closure(file, body, caps, _) = self.vals.get(v).clone() {
                    let scope = self.vals.make(Val::Closure(file, body, caps, start));
                    results.push(self.call_closure(f, scope, &CallArgs::default(), op, How::PLAIN));
                }
            }
        }
        let method = self.p.names.find(hook).and_then(|name| self.p.member_on(class, name, true));
        if let Some(def) = method.filter(|def| !self.p.is_stub(def.file)) {
            results.push(self.call_fun(f, def, start, &CallArgs::default(), op, How::PLAIN));
        }
        results
    }
}
