//! What a request lists: plain values that its handler is given as such, in an address as a rule. There are as many of them as
//! somebody chose. Lists inside of objects are left alone: a program that sends those may send many.

use crate::eval::Eval;
use crate::value::{SCALAR, Site, Source, UNKNOWN, V, Val};
use perflint_ir::OpId;
use perflint_link::BodyRef;

impl<'p> Eval<'p> {
    /// The value of a handler's parameter, marked as sent if it is such a list.
    pub(crate) fn as_sent(&mut self, handler: BodyRef, v: V) -> V {
        let Val::Many { elem: elem @ (UNKNOWN | SCALAR), count: None, batch, source: None } =
            *self.vals.get(v)
        else {
            return v;
        };
        let origin = Site { at: handler, op: OpId::NONE };
        let source = Some(Source { origin, all: false, sent: true });
        self.vals.make(Val::Many { elem, count: None, batch, source })
    }
}
