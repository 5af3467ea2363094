//! Classes that a library generates into the repository for each entity, which are read by the library's rows: ent's `OrderQuery`.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame, How};
use crate::value::{Bound, Query, Site, V, Val};
use perflint_ir::{OpId, Role, Sym};
use perflint_link::{BodyRef, ClassIx, EntityIx, named_by};
use perflint_models::{TypeIx, TypeRole};

impl<'p> Eval<'p> {
    /// The entity that a class was generated for.
    pub(crate) fn generated_for(&self, class: ClassIx, api: TypeIx) -> Option<EntityIx> {
        let def = self.p.class(class).def;
        let pattern = &self.m.type_row(api).generated.as_ref()?.class;
        let entity = named_by(pattern, self.p.text(self.p.item(def).name))?;
        self.p.entity_named(def.file, entity).or_else(|| self.p.entity_like(entity))
    }

    /// A query that somebody built, of a class that was generated for its entity.
    pub(crate) fn declared_generated(&mut self, class: ClassIx) -> Option<V> {
        let api = self.p.class(class).types.first().copied()?;
        let entity = self.generated_for(class, api)?;
        let at = self.p.class(self.p.entity(entity).class).def;
        let q = self.declared_query(at, entity, api);
        Some(self.vals.make(Val::Query(Query { class: Some(class), ..q })))
    }

    /// Calls a method of such a class: what no row tells of is read, and may limit the rows in a way that is not seen.
    #[expect(clippy::too_many_arguments, reason = "a call is receiver, name, arguments and place")]
    pub(crate) fn call_generated(
        &mut self,
        f: &mut Frame<'p>,
        recv: V,
        q: &Query,
        name: Sym,
        args: &CallArgs,
        op: usize,
        recv_op: Option<OpId>,
    ) -> Option<V> {
        let api = q.api.filter(|api| self.m.type_row(*api).generated.is_some())?;
        if let Some(row) = self.look.method(api, name, false) {
            return Some(self.apply(f, row, recv, args, op, recv_op));
        }
        let def = self.p.class_member(q.class?, name)?;
        let unknown = self.vals.make(Val::Query(Query { bound: q.bound.min(Bound::Unknown), ..*q }));
        Some(self.call_fun(f, def, unknown, args, op, How::PLAIN))
    }

    fn is_generated(&self, at: BodyRef) -> bool {
        self.p.file(at.file).role == Role::Generated
    }

    /// A query that generated code gives: where that is called is where the query is built.
    pub(crate) fn built_here(&mut self, f: &Frame<'p>, v: V, op: usize) -> V {
        let Val::Query(q) = *self.vals.get(v) else { return v };
        if !self.is_generated(q.origin.at) || self.is_generated(f.at) {
            return v;
        }
        self.vals.make(Val::Query(Query { origin: self.site(f, op), ..q }))
    }

    /// Notes where a function that was generated is called by one that was not.
    pub(crate) fn note_entered(&mut self, at: BodyRef, caller: Site) {
        if self.is_generated(at) && !self.is_generated(caller.at) {
            self.events.entered.entry(at).or_insert(caller);
        }
    }

    /// The alternatives of a receiver without the handle of the library that asks for all rows, where another one limits them.
    pub(crate) fn without_whole(&self, f: &Frame<'p>, all: &[V]) -> Vec<V> {
        let limits = |v: &V| matches!(self.vals.get(*v), Val::Query(q) if q.bound != Bound::Unbounded);
        let is_handle = |v: &V| match self.vals.get(*v) {
            Val::ExtInst(ty, _) => self.m.role(*ty) == TypeRole::Query,
            Val::Query(q) => {
                let whole = q.bound == Bound::Unbounded && !q.ran && !q.narrowed;
                whole && q.entity.is_none() && f.lang.fills_arguments()
            }
            _ => false,
        };
        let drop = all.iter().any(limits);
        all.iter().copied().filter(|v| !(drop && is_handle(v))).collect()
    }
}
