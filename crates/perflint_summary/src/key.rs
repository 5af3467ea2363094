//! What a condition says of a row's key: `if not self.pk: ..` in a method that saves. A row that a query gave has one.

use crate::eval::{Eval, Frame};
use crate::value::{NULL, Row, V, Val};
use perflint_ir::{BinOp, OpId, OpKind, Sym};

/// Most parts of a condition that are looked at.
const MOST_PARTS: u32 = 8;

impl<'p> Eval<'p> {
    /// The truth of a condition that asks for the key of a fetched row, alone or together with others.
    pub(crate) fn key_truth(&self, f: &Frame<'p>, cond: OpId, depth: u32) -> Option<bool> {
        if depth > MOST_PARTS || !cond.is_some() {
            return None;
        }
        let truth = |op: OpId| self.key_truth(f, op, depth + 1);
        match f.body.op(cond).kind {
            OpKind::Not(value) => truth(value).map(|known| !known),
            OpKind::Binary { op: BinOp::Eq, lhs, rhs } if f.body.op(rhs).kind == OpKind::Null => {
                truth(lhs).map(|known| !known)
            }
            OpKind::Binary { op: BinOp::And, lhs, rhs } => {
                let parts = [truth(lhs), truth(rhs)];
                parts.contains(&Some(false)).then_some(false)
            }
            OpKind::Join(_) => {
                f.body.conjuncts(cond)?.iter().any(|part| truth(*part) == Some(false)).then_some(false)
            }
            OpKind::Get { base, name } => {
                let Val::Row(row) = *self.vals.get(f.vals[base.some()?.at()]) else { return None };
                let known = row.keyless || (row.origin.is_some() && !self.is_guessed(row));
                (known && self.is_keyed(row, name)).then_some(!row.keyless)
            }
            _ => None,
        }
    }

    /// The row that another becomes whose key is set to nothing: `order.pk = None` before it is saved as a copy.
    pub(crate) fn without_key(&mut self, object: V, name: Sym, v: V) -> Option<V> {
        let Val::Row(row) = *self.vals.get(object) else { return None };
        let taken = v == NULL && self.is_keyed(row, name);
        taken.then(|| self.vals.make(Val::Row(Row { keyless: true, ..row })))
    }

    /// True for the attribute that holds the key of rows that were saved.
    fn is_keyed(&self, row: Row, name: Sym) -> bool {
        let types = &self.p.class(self.p.entity(row.entity).class).types;
        let name = self.p.text(name);
        types.iter().find_map(|ty| self.m.attr(*ty, name, false)).is_some_and(|row| row.keyed)
    }
}
