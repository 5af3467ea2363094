//! Closures that are given a receiver: `with(order) { customer.name }` reads bare names of the order, and what the order lacks of
//! whatever is around.

use crate::eval::{Eval, Frame};
use crate::expr::Given;
use crate::value::{Bound, Query, UNKNOWN, V, Val};
use perflint_ir::{BodyKind, Callee, OpKind};
use perflint_link::{Base, ClassIx};
use perflint_models::CallRow;

/// How far behind a call the next one of a chain is looked for.
const MAX_AHEAD: usize = 8;

impl<'p> Eval<'p> {
    /// Gives closures the receiver that a call's row says they have.
    pub(crate) fn receive(
        &mut self,
        f: &mut Frame<'p>,
        row: &'p CallRow,
        g: &Given<'_>,
        callables: &mut [V],
    ) {
        let receiver = row.receiver.as_ref().and_then(|e| self.expr(f, e, g));
        let Some(receiver) = receiver.filter(|v| *v != UNKNOWN) else { return };
        for callable in callables {
            if let Val::Closure(file, body, captured, _) = self.vals.get(*callable).clone() {
                *callable = self.vals.make(Val::Closure(file, body, captured, receiver));
            }
        }
    }

    /// A query whose rows are mapped and then asked for the single one: whoever wrote it knows that there is one at most.
    pub(crate) fn asked_for_one(&mut self, f: &Frame<'p>, v: V, op: usize) -> V {
        let Val::Query(q) = *self.vals.get(v) else { return v };
        let next = f.body.ops.iter().skip(op + 1).take(MAX_AHEAD).find_map(|next| {
            let OpKind::Call(id) = next.kind else { return None };
            match f.body.call(id).callee {
                Callee::Member { recv, name } if recv.at() == op => Some(name),
                _ => None,
            }
        });
        let Some(name) = next else { return v };
        let lists = self.m.builtin(f.lang.models(), "list").to_vec();
        let row = lists.into_iter().find_map(|ty| self.look.method(ty, name, false));
        match row.is_some_and(|row| self.m.call(row).single) {
            true => self.vals.make(Val::Query(Query { bound: q.bound.min(Bound::One), ..q })),
            false => v,
        }
    }

    /// True if the receiver of a closure is another object than the one whose class is around.
    pub(crate) fn is_received(&self, f: &Frame<'p>, class: ClassIx) -> bool {
        f.lang.receives_anything()
            && f.body.kind == BodyKind::Closure
            && self.class_of(f.this).is_some_and(|own| !self.p.class(own).mro.contains(&Base::Class(class)))
    }
}
