//! Methods that override those of a library's queries, and what they add: `super().get_queryset().filter(..)`.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame};
use crate::expr::Given;
use crate::value::{Query, Site, UNKNOWN, V, Val};
use perflint_ir::{ItemKind, Sym};
use perflint_link::Def;

impl<'p> Eval<'p> {
    /// What a method of a query's own class gives: it restricts rows at least as the method that it overrides does, by
    /// whatever means (`clone.query.add_q(..)`).
    pub(crate) fn restricted_alike(
        &mut self,
        f: &mut Frame<'p>,
        q: &Query,
        name: Sym,
        v: V,
        args: &CallArgs,
        op: usize,
    ) -> V {
        let Val::Query(got) = *self.vals.get(v) else { return v };
        let row = q.api.and_then(|api| self.look.method(api, name, false));
        let Some(e) = row.and_then(|row| self.m.call(row).narrows.as_ref()) else { return v };
        let given = Given { recv: UNKNOWN, args, result: None, op };
        if got.narrowed || got.entity != q.entity || !self.narrows(f, e, &given) {
            return v;
        }
        self.vals.make(Val::Query(Query { narrowed: true, ..got }))
    }

    /// True for code in a method that overrides the one in which a query began: of what it yields for all classes alike, the
    /// override makes the query of one.
    pub(crate) fn overrides_origin(&self, f: &Frame<'p>, origin: Site) -> bool {
        let here = Def { file: f.at.file, item: f.body.owner };
        let there = Def { file: origin.at.file, item: self.p.body(origin.at).owner };
        // A closure belongs to the method that it stands in.
        if here == there {
            return false;
        }
        let (here, there) = (self.p.item(here), self.p.item(there));
        let methods =
            [here, there].iter().all(|item| item.kind == ItemKind::Function && item.owner.is_some());
        // A closure is part of the method that it stands in.
        let same = f.at.file == origin.at.file && f.body.owner == self.p.body(origin.at).owner;
        origin.at != f.at && !same && methods && here.name == there.name
    }
}
