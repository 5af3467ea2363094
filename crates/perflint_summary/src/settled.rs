//! Short lists that code writes down piece by piece: `tasks = [A(), B()]`, then `tasks.append(C())` where somebody sells, and fields
//! that a constructor sets to such a list for good.

use crate::eval::{Eval, Frame};
use crate::iterate::UNROLL;
use crate::value::{V, Val};
use perflint_ir::{Body, BodyKind, Callee, OpId, OpKind, RegionKind, Sym};
use perflint_link::{ClassIx, Def};

impl<'p> Eval<'p> {
    /// A list that was written down, with one element more: outside of loops it is as short as what adds to it. One that starts
    /// empty may be filled in ways that are not known.
    pub(crate) fn lengthened(&mut self, f: &Frame<'p>, list: V, v: V, list_op: Option<OpId>) -> Option<V> {
        let Val::List(items) = self.vals.get(list) else { return None };
        let op = f.body.ops.get(list_op?.at())?;
        let in_loop = f.body.enclosing(op.region).any(|(_, r)| matches!(r.kind, RegionKind::Loop { .. }));
        // What a closure adds it may add as often as it is called.
        let once = !in_loop && f.body.kind != BodyKind::Closure && matches!(op.kind, OpKind::Local(_));
        if !once || items.is_empty() || items.len() >= UNROLL {
            return None;
        }
        let longer = items.iter().copied().chain([v]).collect::<Vec<_>>();
        Some(self.vals.make(Val::List(longer.into())))
    }

    /// The list that a constructor writes down for a field of which the type says no more than that it is a list, where nothing else
    /// in the file of its class gives the field another value or adds to it.
    pub(crate) fn settled(&mut self, class: ClassIx, def: Def, name: Sym, declared: V) -> Option<V> {
        if !matches!(self.vals.get(declared), Val::Many { source: None, .. }) {
            return None;
        }
        let list = self.constructed(class, name)?;
        if !matches!(self.vals.get(list), Val::List(items) if !items.is_empty()) {
            return None;
        }
        let file = self.p.file(def.file);
        let set: usize = file.bodies.iter().map(|body| self.changes(file.lang.models(), body, name)).sum();
        (set == 1).then_some(list)
    }

    /// How often a body changes what a field of the receiver holds.
    fn changes(&self, family: &str, body: &Body, name: Sym) -> usize {
        let is_field = |op: OpId| {
            matches!(body.ops.get(op.at()).map(|o| o.kind), Some(OpKind::Get { base, name: read })
                if read == name && matches!(body.op(base).kind, OpKind::SelfRef))
        };
        let changed = |kind: OpKind| match kind {
            OpKind::Put { base, put } => {
                body.puts[put.at()].0 == name && matches!(body.op(base).kind, OpKind::SelfRef)
            }
            OpKind::Store(kids) => body.kids(kids).first().is_some_and(|base| is_field(*base)),
            OpKind::Call(id) => match body.call(id).callee {
                Callee::Member { recv, name } => is_field(recv) && self.m.grows(family, self.p.text(name)),
                Callee::Value(_) => false,
            },
            _ => false,
        };
        body.ops.iter().filter(|op| changed(op.kind)).count()
    }
}
