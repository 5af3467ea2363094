//! What the class of an entity has every query over it load: a scope that needs no call.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame, How};
use crate::value::{Query, V, Val};
use perflint_ir::Sym;
use perflint_link::{ClassIx, EntityIx};
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
        let hook = self.m.line(api).iter().find_map(|ty| self.m.type_row(*ty).standing.as_deref())?;
        let start = self.vals.make(Val::Class(class));
        let mut paths = Vec::new();
        for said in self.standing_results(f, class, hook, start, op) {
            if let Val::Query(q) = self.vals.get(said)
                && let (false, loaded) = self.vals.paths(q.supply)
            {
                paths.extend(loaded.iter().copied());
            }
        }
        Some(paths.into())
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
