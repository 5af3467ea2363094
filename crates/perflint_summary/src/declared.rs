//! Members that calls in a class's body declare: scopes and delegations.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame, How};
use crate::expr::Given;
use crate::value::{SCALAR, UNKNOWN, V, Val};
use perflint_ir::{OpKind, Slot, Sym};
use perflint_link::{BodyRef, ClassIx, Def};

impl<'p> Eval<'p> {
    /// Calls a declared scope of a class on the class, or on a query over it.
    pub(crate) fn call_scope(
        &mut self,
        f: &mut Frame<'p>,
        class: ClassIx,
        recv: V,
        name: Sym,
        args: &CallArgs,
        op: usize,
    ) -> Option<V> {
        let (def, row) = self.p.declared_member(class, name)?;
        let e = self.m.declarations[row].1.scope.as_ref()?;
        let given = self.declaring_arguments(def)?;
        let callee = self.expr(f, e, &Given { recv, args: &given, result: None, op })?;
        let Val::Closure(file, body, caps, _) = self.vals.get(callee).clone() else {
            return Some(recv);
        };
        let callee = self.vals.make(Val::Closure(file, body, caps, recv));
        let v = self.call_closure(f, callee, args, op, How::PLAIN);
        // A scope that gives nothing leaves the query as it was.
        Some(if matches!(self.vals.get(v), Val::Query(_)) { v } else { self.scoped(f, recv, op) })
    }

    fn scoped(&mut self, f: &Frame<'p>, recv: V, op: usize) -> V {
        match self.query_for(f, recv, op) {
            Some(q) => self.vals.make(Val::Query(q)),
            None => UNKNOWN,
        }
    }

    /// Reads a declared attribute of an instance or row.
    pub(crate) fn get_declared(
        &mut self,
        f: &mut Frame<'p>,
        class: ClassIx,
        recv: V,
        name: Sym,
        op: usize,
    ) -> Option<V> {
        let (def, row) = self.p.declared_member(class, name)?;
        let row = &self.m.declarations[row].1;
        if let Some(e) = &row.delegate {
            let given = self.declaring_arguments(def)?;
            let through = self.expr(f, e, &Given { recv, args: &given, result: None, op })?;
            let Val::Str(through) = *self.vals.get(through) else { return None };
            if through == name {
                return None;
            }
            let inner = self.get(f, recv, through, op, None);
            return Some(self.get(f, inner, name, op, None));
        }
        row.scalar.then_some(SCALAR)
    }

    /// The arguments of the call that declares a member, as they are in the class's initialiser.
    fn declaring_arguments(&mut self, def: Def) -> Option<CallArgs> {
        let (file, body, op) = self.p.field_init(def)?;
        let at = BodyRef { file, body };
        let values = self.init_values(at);
        let code = self.p.file(file).body(body);
        let OpKind::Call(call) = code.op(op).kind else { return None };
        let mut args = CallArgs::default();
        for arg in code.args(code.call(call).args) {
            let v = values.get(arg.value.at()).copied().unwrap_or(UNKNOWN);
            match arg.slot {
                Slot::Key(key) => args.keys.push((key, v)),
                Slot::Block => args.keys.push((self.p.names.intern("&"), v)),
                _ => args.pos.push(v),
            }
        }
        Some(args)
    }
}
