//! What is known of the receiver after a body might have been left: `return all if admin?` runs no further for an administrator,
//! and neither does what is called from there on the same receiver.

use crate::eval::{Eval, Frame};
use crate::value::{FALSE, TRUE, Val};
use perflint_ir::{OpId, OpKind};

impl<'p> Eval<'p> {
    /// The receiver's answer to a question without arguments is known from here on.
    pub(crate) fn assume(&mut self, f: &mut Frame<'p>, cond: OpId, holds: bool) {
        if !f.lang.has_blocks() || !cond.is_some() || !matches!(self.vals.get(f.this), Val::Inst(..)) {
            return;
        }
        let OpKind::Call(id) = f.body.op(cond).kind else { return };
        let call = f.body.call(id);
        let perflint_ir::Callee::Value(callee) = call.callee else { return };
        let OpKind::Name(name) = f.body.op(callee).kind else { return };
        if f.body.args(call.args).is_empty() && self.p.text(name).ends_with('?') {
            f.this = self.with_field(f.this, name, if holds { TRUE } else { FALSE });
        }
    }
}
