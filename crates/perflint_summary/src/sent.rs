//! What a request brings: lists of plain values that its handler is given, and those in fields of the objects that it is given.
//! There are as many of them as somebody chose.

use crate::eval::{Eval, Frame};
use crate::value::{SCALAR, Site, Source, TRUE, UNKNOWN, V, Val};
use perflint_ir::{OpId, Sym};
use perflint_link::BodyRef;
use std::rc::Rc;

impl<'p> Eval<'p> {
    /// The value of a handler's parameter, marked as sent.
    pub(crate) fn as_sent(&mut self, handler: BodyRef, v: V) -> V {
        match self.vals.get(v).clone() {
            Val::Inst(class, fields) if fields.is_empty() => {
                self.vals.make(Val::Inst(class, Rc::new([(self.sent, TRUE)])))
            }
            Val::Many { elem: elem @ (UNKNOWN | SCALAR), count: None, batch, source: None } => {
                let origin = Site { at: handler, op: OpId::NONE };
                let source = Some(Source { origin, all: false, sent: true });
                self.vals.make(Val::Many { elem, count: None, batch, source })
            }
            _ => v,
        }
    }

    /// What a field of an object holds: a list that was sent if the object was.
    pub(crate) fn field_of_sent(&mut self, f: &Frame<'p>, fields: &[(Sym, V)], v: V) -> V {
        if fields.iter().any(|(name, _)| *name == self.sent) { self.as_sent(f.at, v) } else { v }
    }
}
