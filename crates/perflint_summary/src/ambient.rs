//! What surrounds every request: `loader, ok := ctx.Value(key).(*Loader)`. Where it is missing nobody set it up, so that what runs
//! then is an exception and not what a request costs.

use crate::eval::{Eval, Frame};
use perflint_ir::{BinOp, Callee, OpId, OpKind};

impl<'p> Eval<'p> {
    /// The arm of a decision that runs where what surrounds the request is missing.
    pub(crate) fn missing_arm(&mut self, f: &Frame<'p>, cond: OpId) -> Option<u16> {
        if !f.lang.asks_contexts() {
            return None;
        }
        let cond = cond.some()?;
        let (flag, there) = match f.body.op(cond).kind {
            OpKind::Not(v) => match f.body.op(v).kind {
                OpKind::Binary { op: BinOp::Eq, lhs, rhs } if f.body.op(rhs).kind == OpKind::Null => {
                    (lhs, true)
                }
                _ => (v, false),
            },
            OpKind::Binary { op: BinOp::Eq, lhs, rhs } if f.body.op(rhs).kind == OpKind::Null => (lhs, false),
            _ => (cond, true),
        };
        self.is_ambient(f, flag, 0).then_some(u16::from(there))
    }

    /// True if a value comes from what surrounds the request, or says whether it was there.
    fn is_ambient(&mut self, f: &Frame<'p>, op: OpId, depth: u32) -> bool {
        if depth > 6 || !op.is_some() {
            return false;
        }
        match f.body.op(op).kind {
            OpKind::Local(local) => {
                f.body.binding_before(local, op).is_some_and(|value| self.is_ambient(f, value, depth + 1))
            }
            OpKind::Cast { value, .. } => self.is_ambient(f, value, depth + 1),
            OpKind::Unknown(kids) => match f.body.kids(kids) {
                [only] => self.is_ambient(f, *only, depth + 1),
                _ => false,
            },
            OpKind::Call(id) => match f.body.call(id).callee {
                Callee::Member { recv, name } => {
                    let crate::value::Val::ExtInst(ty, _) = *self.vals.get(f.vals[recv.at()]) else {
                        return false;
                    };
                    self.look.method(ty, name, false).is_some_and(|row| self.m.call(row).ambient)
                }
                Callee::Value(_) => false,
            },
            _ => false,
        }
    }
}
