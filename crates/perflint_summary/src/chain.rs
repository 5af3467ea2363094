//! What follows a call in a chain of calls: `rows.map { .. }.singleOrNull()`, `leftJoin(order.items).fetchJoin()`.

use crate::eval::{Eval, Frame};
use crate::value::{Bound, Query, V, Val};
use perflint_ir::{Callee, OpKind, Sym};

/// How far behind a call the next one of a chain is looked for.
const MAX_AHEAD: usize = 12;
/// How many calls of a chain are looked at.
const MAX_CHAIN: usize = 3;

/// The next call of a chain, by its operation and name.
fn next_call(f: &Frame<'_>, op: usize) -> Option<(usize, Sym)> {
    let next = f.body.ops.iter().enumerate().skip(op + 1).take(MAX_AHEAD);
    next.into_iter().find_map(|(at, next)| {
        let OpKind::Call(id) = next.kind else { return None };
        match f.body.call(id).callee {
            Callee::Member { recv, name } if recv.at() == op => Some((at, name)),
            _ => None,
        }
    })
}

impl<'p> Eval<'p> {
    /// True if a call of this name follows in the chain, next or soon.
    pub(crate) fn is_followed_by(&self, f: &Frame<'p>, op: usize, wanted: &str) -> bool {
        let mut at = op;
        (0..MAX_CHAIN).any(|_| match next_call(f, at) {
            Some((next, name)) => {
                at = next;
                self.p.text(name) == wanted
            }
            None => false,
        })
    }

    /// A query whose rows are mapped and then asked for the single one: whoever wrote it knows that there is one at most.
    pub(crate) fn asked_for_one(&mut self, f: &Frame<'p>, v: V, op: usize) -> V {
        let Val::Query(q) = *self.vals.get(v) else { return v };
        let Some((_, name)) = next_call(f, op) else { return v };
        let lists = self.m.builtin(f.lang.models(), "list").to_vec();
        let row = lists.into_iter().find_map(|ty| self.look.method(ty, name, false));
        match row.is_some_and(|row| self.m.call(row).single) {
            true => self.vals.make(Val::Query(Query { bound: q.bound.min(Bound::One), ..q })),
            false => v,
        }
    }
}
