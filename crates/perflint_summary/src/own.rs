//! What an expression says of the receiver that it stands in: its fields by their properties, and methods of its bases.

use crate::eval::{Eval, Frame};
use crate::value::{V, Val};
use perflint_ir::{CallForm, Callee, ItemKind, OpId, OpKind, Sym};
use perflint_link::Def;

/// How deep in objects a place lies that an assignment changes.
const MAX_PLACE: usize = 6;

impl<'p> Eval<'p> {
    /// What a bare `super(..)` calls: the constructor, or in Ruby the method of the same name.
    pub(crate) fn super_name(&self, f: &Frame<'p>) -> Sym {
        let owner = self.p.item(Def { file: f.at.file, item: f.body.owner });
        match owner.kind {
            ItemKind::Function if f.lang.supers_by_name() => owner.name,
            _ => self.p.names.intern("constructor"),
        }
    }

    /// The field of the receiver that an expression reads, itself or by a property that only returns it.
    pub(crate) fn own_field(&self, f: &Frame<'p>, op: OpId) -> Option<Sym> {
        let is_self = |op: OpId| op.some().is_some_and(|op| f.body.op(op).kind == OpKind::SelfRef);
        let name = match f.body.op(op).kind {
            OpKind::Get { base, name } if is_self(base) => return Some(name),
            OpKind::Call(id) if f.body.args(f.body.call(id).args).is_empty() => {
                match f.body.call(id).callee {
                    Callee::Member { recv, name } if is_self(recv) => name,
                    Callee::Value(value) => match f.body.op(value.some()?).kind {
                        OpKind::Name(name) => name,
                        _ => return None,
                    },
                    Callee::Member { .. } => return None,
                }
            }
            _ => return None,
        };
        let Val::Inst(class, _) = *self.vals.get(f.this) else { return None };
        let def = self.p.class_member(class, name)?;
        let item = self.p.item(def);
        let body = self.p.file(def.file).body(item.body.filter(|_| item.flags.is_property)?);
        match body.ops.as_slice() {
            [this, read, _] if this.kind == OpKind::SelfRef => match read.kind {
                OpKind::Get { name, .. } => Some(name),
                _ => None,
            },
            _ => None,
        }
    }

    /// What a field of the receiver holds has changed: it holds the same object as before, and more is known of it.
    pub(crate) fn put_into(&mut self, f: &mut Frame<'p>, field: Sym, held: V) {
        if !matches!(self.vals.get(held), Val::Inst(..) | Val::Map(..)) {
            return;
        }
        f.puts.retain(|(name, _)| *name != field);
        self.put_self(f, field, held);
    }

    /// Changes what stands at a place: a variable, a field of the receiver, or what an object there holds under a name or a key.
    pub(crate) fn change(&mut self, f: &mut Frame<'p>, place: OpId, held: V) {
        let (mut place, mut held) = (place, held);
        for _ in 0..MAX_PLACE {
            if let Some(field) = self.own_field(f, place) {
                return self.put_into(f, field, held);
            }
            let (base, name) = match f.body.op(place).kind {
                OpKind::Local(local) => {
                    f.locals[local.at()] = held;
                    return;
                }
                // What was just made: `new Page { Orders = orders }`.
                OpKind::Call(id) if f.body.call(id).form == CallForm::New => {
                    f.vals[place.at()] = held;
                    return;
                }
                OpKind::Get { base, name } => (base, name),
                OpKind::Index { base, key } if key.is_some() => match *self.vals.get(f.vals[key.at()]) {
                    Val::Str(name) => (base, name),
                    _ => return,
                },
                _ => return,
            };
            let Some(object) = base.some().map(|base| f.vals[base.at()]) else { return };
            if !matches!(self.vals.get(object), Val::Inst(..) | Val::Map(..)) {
                return;
            }
            held = self.with_field(object, name, held);
            place = base;
        }
    }
}
