//! What a condition says of a row's key: `if not self.pk: ..` in a method that saves. A row that a query gave has one.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame};
use crate::value::{NULL, Row, V, Val};
use perflint_ir::{Arg, BinOp, OpId, OpKind, Slot, Sym};
use perflint_link::{Base, BodyRef, ClassIx, Def};
use perflint_models::EffectKind;

/// Attributes that hold a key where nothing is declared.
const KEYS: [&str; 2] = ["id", "pk"];

/// Most parts of a condition that are looked at.
const MOST_PARTS: u32 = 8;

impl<'p> Eval<'p> {
    /// The truth of a condition that asks for the key of a fetched row, alone or together with others.
    pub(crate) fn key_truth(&self, f: &Frame<'p>, cond: OpId, depth: u32) -> Option<bool> {
        if depth > MOST_PARTS || !cond.is_some() {
            return None;
        }
        let truth = |op: OpId| self.key_truth(f, op, depth + 1);
        match f.body.op(cond).kind {
            OpKind::Not(value) => truth(value).map(|known| !known),
            OpKind::Binary { op: BinOp::Eq, lhs, rhs } if f.body.op(rhs).kind == OpKind::Null => {
                truth(lhs).map(|known| !known)
            }
            OpKind::Binary { op: BinOp::And, lhs, rhs } => {
                let parts = [truth(lhs), truth(rhs)];
                parts.contains(&Some(false)).then_some(false)
            }
            OpKind::Join(_) => {
                f.body.conjuncts(cond)?.iter().any(|part| truth(*part) == Some(false)).then_some(false)
            }
            OpKind::Get { base, name } => {
                let Val::Row(row) = *self.vals.get(f.vals[base.some()?.at()]) else { return None };
                let known = row.keyless || (row.origin.is_some() && !self.is_guessed(row));
                (known && self.is_keyed(row, name)).then_some(!row.keyless)
            }
            _ => None,
        }
    }

    /// The row that another becomes whose key is set to nothing: `order.pk = None` before it is saved as a copy.
    pub(crate) fn without_key(&mut self, object: V, name: Sym, v: V) -> Option<V> {
        let Val::Row(row) = *self.vals.get(object) else { return None };
        let taken = v == NULL && self.is_keyed(row, name);
        taken.then(|| self.vals.make(Val::Row(Row { keyless: true, ..row })))
    }

    /// True if rows of a class that are made get their key when they are saved: the class declares none, and none was given.
    pub(crate) fn starts_without_key(&self, class: ClassIx, args: &CallArgs) -> bool {
        let given = |name: &str| args.keys.iter().any(|(key, _)| self.p.text(*key) == name);
        let known = KEYS.iter().any(|name| self.is_key_of(class, name));
        known
            && !args.open
            && args.pos.is_empty()
            && !KEYS.iter().any(|name| given(name))
            && !self.declares_key(class)
    }

    fn declares_key(&self, class: ClassIx) -> bool {
        let is_key = |def: &Def| {
            self.p.field_init(*def).is_some_and(|(file, body, op)| {
                let body = self.p.body(BodyRef { file, body });
                let OpKind::Call(id) = body.op(op).kind else { return false };
                let named =
                    |arg: &Arg| matches!(arg.slot, Slot::Key(key) if self.p.text(key) == "primary_key");
                body.args(body.call(id).args).iter().any(named)
            })
        };
        self.p.class(class).mro.iter().any(|base| match base {
            Base::Class(base) => self
                .p
                .class(*base)
                .members
                .iter()
                .any(|(name, defs)| KEYS.contains(&self.p.text(*name)) || defs.iter().any(is_key)),
            Base::External(_) => false,
        })
    }

    /// A variable's row has its key once a method that saves it, or one of the repository's own, was called on it.
    pub(crate) fn note_saved(&mut self, f: &mut Frame<'p>, recv: OpId, name: Sym) {
        let OpKind::Local(local) = f.body.op(recv).kind else { return };
        let Val::Row(row) = *self.vals.get(f.locals[local.at()]) else { return };
        if !row.keyless {
            return;
        }
        let class = self.p.entity(row.entity).class;
        let writes = self.p.entity(row.entity).api.and_then(|api| self.look.method(api, name, false));
        let saves = writes.is_some_and(|row| self.m.call(row).effect == Some(EffectKind::Write));
        if saves || self.p.class_member(class, name).is_some() {
            f.locals[local.at()] = self.vals.make(Val::Row(Row { keyless: false, ..row }));
        }
    }

    /// True for the attribute that holds the key of rows that were saved.
    fn is_keyed(&self, row: Row, name: Sym) -> bool {
        self.is_key_of(self.p.entity(row.entity).class, self.p.text(name))
    }

    fn is_key_of(&self, class: ClassIx, name: &str) -> bool {
        let types = &self.p.class(class).types;
        types.iter().find_map(|ty| self.m.attr(*ty, name, false)).is_some_and(|row| row.keyed)
    }
}
