//! Classes that a library generates into the repository for each entity, which are read by the library's rows: ent's `OrderQuery`.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame, How};
use crate::value::{Bound, Query, V, Val};
use perflint_ir::{OpId, Sym};
use perflint_link::{ClassIx, EntityIx, named_by};
use perflint_models::{TypeIx, TypeRole};

impl<'p> Eval<'p> {
    /// The entity that a class was generated for.
    pub(crate) fn generated_for(&self, class: ClassIx, api: TypeIx) -> Option<EntityIx> {
        let def = self.p.class(class).def;
        let pattern = &self.m.type_row(api).generated.as_ref()?.class;
        let entity = named_by(pattern, self.p.text(self.p.item(def).name))?;
        self.p.entity_named(def.file, entity)
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

    /// The alternatives of a receiver without the handle of the library that asks for all rows, where another one pages them.
    pub(crate) fn without_whole(&self, all: &[V]) -> Vec<V> {
        let pages = |v: &V| matches!(self.vals.get(*v), Val::Query(q) if matches!(q.bound, Bound::Page | Bound::AtMost(_)));
        let is_handle =
            |v: &V| matches!(*self.vals.get(*v), Val::ExtInst(ty, _) if self.m.role(ty) == TypeRole::Query);
        let drop = all.iter().any(pages);
        all.iter().copied().filter(|v| !(drop && is_handle(v))).collect()
    }
}
