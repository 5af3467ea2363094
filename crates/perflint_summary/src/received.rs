//! Closures that are given a receiver: `with(order) { customer.name }` reads bare names of the order, and what the order lacks of
//! whatever is around.

use crate::eval::{Eval, Frame};
use crate::expr::Given;
use crate::value::{UNKNOWN, V, Val};
use perflint_ir::BodyKind;
use perflint_link::{Base, ClassIx};
use perflint_models::CallRow;

impl<'p> Eval<'p> {
    /// Gives closures the receiver that a call's row says they have.
    pub(crate) fn receive(
        &mut self,
        f: &mut Frame<'p>,
        row: &'p CallRow,
        g: &Given<'_>,
        callables: &mut [V],
    ) {
        let receiver = row.receiver.as_ref().and_then(|e| self.expr(f, e, g));
        let Some(receiver) = receiver.filter(|v| *v != UNKNOWN) else { return };
        for callable in callables {
            if let Val::Closure(file, body, captured, _) = self.vals.get(*callable).clone() {
                *callable = self.vals.make(Val::Closure(file, body, captured, receiver));
            }
        }
    }

    /// True if the receiver of a closure is another object than the one whose class is around.
    pub(crate) fn is_received(&self, f: &Frame<'p>, class: ClassIx) -> bool {
        f.lang.receives_anything()
            && f.body.kind == BodyKind::Closure
            && self.class_of(f.this).is_some_and(|own| !self.p.class(own).mro.contains(&Base::Class(class)))
    }
}
