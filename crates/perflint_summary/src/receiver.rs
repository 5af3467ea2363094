//! Whose memos a call fills: an object that is made where it is called has none yet, and what it remembers is gone with it.

use crate::eval::{Eval, Frame};
use crate::memo::Once;
use crate::value::{Binder, Val};
use perflint_ir::{CallForm, Callee, OpId, OpKind};
use perflint_link::BodyRef;

impl<'p> Eval<'p> {
    /// Where the receiver of a call, or of what is read like one, was made, if it was made in this function: `Service(x).run()`, or a variable that holds one.
    pub(crate) fn new_receiver(&mut self, f: &Frame<'p>, op: usize) -> Option<Binder> {
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
        (self.makes(f, made) && !self.hands_out(f, made)).then(|| self.here(f, made.at()))
    }

    /// True for a call of a class's method that makes the object once and keeps it: `getInstance()`, `shared()`.
    fn hands_out(&mut self, f: &Frame<'p>, op: OpId) -> bool {
        let Some(OpKind::Call(id)) = f.body.ops.get(op.at()).map(|o| o.kind) else { return false };
        let Callee::Member { recv, name } = f.body.call(id).callee else { return false };
        let class = match (f.vals.get(recv.at()).map(|v| self.vals.get(*v)), self.vals.get(f.this)) {
            (Some(Val::Class(class)), _) | (_, Val::Class(class)) => *class,
            _ => return false,
        };
        let Some(def) = self.p.member_on(class, name, true) else { return false };
        let Some(body) = self.p.item(def).body else { return false };
        let at = BodyRef { file: def.file, body };
        let body = self.p.body(at);
        let mut makes = false;
        for op in (0..body.ops.len() as u32).map(OpId) {
            let is_new = matches!(body.op(op).kind, OpKind::Call(id) if body.call(id).form == CallForm::New);
            if is_new && !matches!(self.memos.at(self.p, self.m, at, op), Some(Once::Ever | Once::Receiver)) {
                return false;
            }
            makes |= is_new;
        }
        makes
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
