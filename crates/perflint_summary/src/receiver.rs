//! Whose memos a call fills: an object that is made where it is called has none yet, and what it remembers is gone with it.

use crate::eval::{Eval, Frame};
use crate::value::{Binder, Val};
use perflint_ir::{CallForm, Callee, OpId, OpKind};

impl<'p> Eval<'p> {
    /// Where the receiver of a call, or of what is read like one, was made, if it was made in this function: `Service(x).run()`, or a variable that holds one.
    pub(crate) fn new_receiver(&self, f: &Frame<'p>, op: usize) -> Option<Binder> {
        let recv = match f.body.ops.get(op)?.kind {
            OpKind::Call(id) => match f.body.call(id).callee {
                Callee::Member { recv, .. } => recv,
                Callee::Value(_) => return None,
            },
            OpKind::Get { base, .. } => base,
            _ => return None,
        };
        let made = match f.body.ops.get(recv.at())?.kind {
            OpKind::Local(local) => f.body.binding_before(local, recv)?,
            _ => recv,
        };
        self.makes(f, made).then(|| self.here(f, made.at()))
    }

    /// True for a call of a class, of a method of a class, or of a method of the receiver where that is a class: what they give
    /// as an object is taken for a new one.
    fn makes(&self, f: &Frame<'p>, op: OpId) -> bool {
        let is_class = |op: OpId| {
            f.vals.get(op.at()).is_some_and(|v| matches!(self.vals.get(*v), Val::Class(_)))
                || matches!(f.body.ops.get(op.at()).map(|o| o.kind), Some(OpKind::Name(_) | OpKind::SelfRef))
                    && matches!(self.vals.get(f.this), Val::Class(_))
        };
        let Some(OpKind::Call(id)) = f.body.ops.get(op.at()).map(|o| o.kind) else { return false };
        let call = f.body.call(id);
        let object = f.vals.get(op.at()).is_some_and(|v| matches!(self.vals.get(*v), Val::Inst(..)));
        object
            && call.form != CallForm::Auto
            && match call.callee {
                Callee::Value(v) => is_class(v),
                Callee::Member { recv, .. } => is_class(recv),
            }
    }
}
