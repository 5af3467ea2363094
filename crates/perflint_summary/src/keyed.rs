//! Arrays of arrays that are filled under keys: `$byType[$type][] = $row`, `$byType[$type][$id] = $row`.

use crate::eval::{Eval, Frame};
use crate::value::{UNKNOWN, V, Val};
use perflint_ir::{OpId, OpKind};

impl<'p> Eval<'p> {
    /// Gives the variable around an element another value of that element.
    pub(crate) fn hold_below(&mut self, f: &mut Frame<'p>, element: OpId, held: V) {
        let OpKind::Index { base, .. } = f.body.op(element).kind else { return };
        if !f.lang.marks_variables() {
            return;
        }
        let (mut at, mut held) = (base, held);
        while let OpKind::Index { base, .. } = f.body.op(at).kind {
            (at, held) = (base, UNKNOWN);
        }
        let OpKind::Local(local) = f.body.op(at).kind else { return };
        let around = f.locals[local.at()];
        if !matches!(self.vals.get(around), Val::List(_) | Val::Many { .. }) {
            return;
        }
        let known = self.element(around);
        let elem = self.vals.join(known, held);
        // A query for each group asks for many rows at once.
        f.locals[local.at()] = self.vals.make(Val::Many { elem, count: None, batch: true, source: None });
    }
}
