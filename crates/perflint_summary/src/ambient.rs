//! What surrounds every request: `loader, ok := ctx.Value(key).(*Loader)`. Where it is missing nobody set it up, so that what runs
//! then is an exception and not what a request costs.

use crate::eval::{Eval, Frame};
use crate::value::{Binder, NOTHING, Query, Row, V, Val};
use perflint_ir::{BinOp, Callee, OpId, OpKind, RegionId};
use perflint_link::BodyRef;

impl<'p> Eval<'p> {
    /// One row of a query's entity that surrounds every request, such as the one of whoever is signed in: it was fetched before, and
    /// wherever it is asked for, it is the same one. It counts as bound where its class is declared.
    pub(crate) fn ambient_row(&mut self, f: &Frame<'p>, q: &Query, op: usize) -> Option<V> {
        let entity = q.entity?;
        let def = self.p.class(self.p.entity(entity).class).def;
        let body = self.p.item(def).body?;
        let binder = Binder { at: BodyRef { file: def.file, body }, region: RegionId(0) };
        self.ambient.insert(binder);
        let origin = self.site(f, op);
        self.events.extents.given(origin);
        let path = self.p.names.intern("");
        let row = Row {
            entity,
            origin: Some(origin),
            path,
            from: None,
            many: false,
            supply: NOTHING,
            binder: Some(binder),
            keyless: false,
        };
        Some(self.vals.make(Val::Row(row)))
    }

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
                    let Val::ExtInst(ty, _) = *self.vals.get(f.vals[recv.at()]) else {
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
