//! What a condition says of a row's key: `if not self.pk: ..` in a method that saves. A row that a query gave has one.

use crate::eval::{Eval, Frame};
use crate::value::Val;
use perflint_ir::{BinOp, OpId, OpKind};

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
            OpKind::Get { base, name } => {
                let Val::Row(row) = *self.vals.get(f.vals[base.some()?.at()]) else { return None };
                if row.origin.is_none() || self.is_guessed(row) {
                    return None;
                }
                let class = self.p.entity(row.entity).class;
                let name = self.p.text(name);
                let types = &self.p.class(class).types;
                let row = types.iter().find_map(|ty| self.m.attr(*ty, name, false))?;
                row.keyed.then_some(true)
            }
            _ => None,
        }
    }
}
