//! Fields whose query keeps the rows that it gave to whoever walked it first, read as they stand or through a method that
//! hands them out.

use crate::eval::{Eval, Frame};
use crate::value::Val;
use perflint_ir::{Body, Callee, ExitKind, Op, OpId, OpKind, RegionKind};

impl<'p> Eval<'p> {
    /// True for a field of the receiver, or a method of it without arguments that reads one or fills it once.
    pub(crate) fn is_held(&self, f: &Frame<'p>, op: OpId) -> bool {
        f.lang.keeps_rows_in_queries()
            && !self.p.is_stub(f.at.file)
            && f.body.ops.get(op.at()).is_some_and(|o| self.is_field(o) || self.is_handed_out(f, o))
    }

    fn is_field(&self, op: &Op) -> bool {
        matches!(op.kind, OpKind::Get { name, .. } if self.p.text(name).starts_with('@'))
    }

    fn is_handed_out(&self, f: &Frame<'p>, op: &Op) -> bool {
        let OpKind::Call(id) = op.kind else { return false };
        let call = f.body.call(id);
        let own = |recv: OpId| matches!(f.body.op(recv).kind, OpKind::SelfRef);
        let name = match call.callee {
            Callee::Value(v) if v.is_some() => match f.body.op(v).kind {
                OpKind::Name(name) => name,
                _ => return false,
            },
            Callee::Member { recv, name } if recv.is_some() && own(recv) => name,
            _ => return false,
        };
        f.body.args(call.args).is_empty()
            && self
                .class_of(f.this)
                .and_then(|class| {
                    self.p.member_on(class, name, matches!(self.vals.get(f.this), Val::Class(_)))
                })
                .and_then(|def| self.p.item(def).body.map(|body| self.p.file(def.file).body(body)))
                .is_some_and(|body| self.gives_field(body))
    }

    /// True if a method gives a field, which it may fill where it is empty.
    fn gives_field(&self, body: &Body) -> bool {
        let mut returns = body.ops.iter().filter_map(|op| match op.kind {
            OpKind::Exit { how: ExitKind::Return, value } => Some(value),
            _ => None,
        });
        let (Some(value), None) = (returns.next(), returns.next()) else { return false };
        let Some(value) = value.some() else { return false };
        match body.op(value).kind {
            OpKind::Join(kids) => body.kids(kids).first().is_some_and(|first| {
                self.is_field(body.op(*first))
                    && body.regions.iter().any(|region| {
                        matches!(region.kind, RegionKind::Branch { cond, arm: 1, .. } if cond == *first)
                    })
            }),
            _ => self.is_field(body.op(value)),
        }
    }
}
