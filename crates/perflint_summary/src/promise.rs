//! Promises that somebody waits for in a thread, and promises that only the name of their method tells of.

use crate::eval::{Eval, Frame, def_of};
use crate::expr::Given;
use crate::value::{UNKNOWN, V, Val};
use perflint_ir::{CallId, Callee, OpId, OpKind, Sym};
use perflint_models::{EffectKind, TypeIx};

impl<'p> Eval<'p> {
    /// True if values of a type are the language's promises.
    pub(crate) fn is_promise(&self, ty: TypeIx) -> bool {
        let row = self.m.type_row(ty);
        row.builtin.as_deref() == Some("promise") || row.name.ends_with("Promise")
    }

    /// Reads an attribute that models describe of promises.
    pub(crate) fn get_promise(
        &mut self,
        f: &mut Frame<'p>,
        recv: V,
        name: Sym,
        op: usize,
        base: Option<OpId>,
    ) -> Option<V> {
        let types = self.m.builtin(f.lang.models(), "promise");
        let row = types.iter().find_map(|ty| self.m.attr(*ty, self.p.text(name), false))?;
        if row.effect.is_some() && self.may_be_done(f, base) {
            let args = crate::call::CallArgs::default();
            return self.expr(f, &row.returns, &Given { recv, args: &args, result: None, op });
        }
        Some(self.attr_row(f, row, recv, name, op))
    }

    /// True if a call waits for a promise that may have been waited for already.
    pub(crate) fn waited(&self, f: &Frame<'p>, kind: Option<EffectKind>, recv_op: Option<OpId>) -> bool {
        kind == Some(EffectKind::Lock) && f.lang.shares_threads() && self.may_be_done(f, recv_op)
    }

    /// True unless a promise was made where it stands, or by the variable's first use: what was awaited before, was handed to
    /// somebody or came from elsewhere may be done, and waiting for it costs nothing.
    fn may_be_done(&self, f: &Frame<'p>, base: Option<OpId>) -> bool {
        let Some(mut at) = base else { return true };
        loop {
            match f.body.op(at).kind {
                OpKind::Cast { value, .. } => at = value,
                OpKind::Call(id) => match f.body.call(id).callee {
                    // `task.ConfigureAwait(false)`, `task.GetAwaiter()` are about the same promise.
                    Callee::Member { recv, name }
                        if matches!(self.vals.get(f.vals[recv.at()]), Val::Future(_))
                            || self.is_promise_method(f, name) =>
                    {
                        at = recv;
                    }
                    _ => return false,
                },
                OpKind::Local(local) => {
                    let reads = |op: &perflint_ir::Op| op.kind == OpKind::Local(local);
                    let bound = f.body.bindings(local).next();
                    let Some(bound) = bound.filter(|_| !f.body.ops[..at.at()].iter().any(reads)) else {
                        return true;
                    };
                    at = bound;
                }
                _ => return true,
            }
        }
    }

    /// True for what models describe as a method of promises that gives something of the same promise.
    fn is_promise_method(&self, f: &Frame<'p>, name: Sym) -> bool {
        let types = self.m.builtin(f.lang.models(), "promise");
        let row = types.iter().find_map(|ty| self.m.method(*ty, self.p.text(name), false));
        row.is_some_and(|row| self.m.call(row).effect.is_none())
    }

    /// True for a function that is no `async` one and gives a promise all the same: whoever calls it does not mean to wait in it.
    pub(crate) fn gives_promise(&mut self, f: &Frame<'p>) -> bool {
        let Some(def) = def_of(self.p, f.at) else { return false };
        let Some(ty) = self.p.item(def).ty else { return false };
        let declared = self.type_value(def.file, ty, 0);
        matches!(self.vals.get(declared), Val::Future(_))
    }

    /// What a call gives of which only the name tells that it is a promise.
    pub(crate) fn promised(&mut self, f: &Frame<'p>, call: CallId, v: V) -> V {
        if v != UNKNOWN {
            return v;
        }
        let name = match f.body.call(call).callee {
            Callee::Member { name, .. } => name,
            Callee::Value(value) => match f.body.op(value).kind {
                OpKind::Name(name) => name,
                _ => return v,
            },
        };
        let text = self.p.text(name);
        let types = self.m.builtin(f.lang.models(), "promise");
        let made = |ty: &TypeIx| self.m.type_row(*ty).made_by.iter().any(|ending| text.ends_with(ending));
        if types.iter().any(made) { self.vals.make(Val::Future(UNKNOWN)) } else { v }
    }
}
