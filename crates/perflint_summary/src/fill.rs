//! Variables that a call fills with the rows of its query: `db.Find(&users)`, `db.NewSelect().Model(&users).Scan(ctx)`.

use crate::eval::{Eval, Frame};
use crate::expr::Given;
use crate::value::{Query, V, Val};
use perflint_ir::{Body, Callee, LocalId, OpId, OpKind, TypeExpr};
use perflint_models::Expr;

/// How many calls and variables a chain is followed through.
const DEEPEST: u32 = 40;

impl<'p> Eval<'p> {
    /// Fills the variable that a call was given with the rows of its query.
    pub(crate) fn fill(&mut self, f: &mut Frame<'p>, e: &Expr, g: &Given<'_>, built: Option<Query>) {
        let Some(local) = self.filled_local(f.body, e, g.op) else { return };
        let held = f.locals[local.at()];
        let several = matches!(self.vals.get(held), Val::Many { .. } | Val::List(_));
        let Some(q) = built else { return };
        if let Val::Map(..) = self.vals.get(held) {
            let row = if q.entity.is_some() { self.row_of(f, &q, g.op) } else { return };
            f.locals[local.at()] = self.vals.make(Val::Map([].into(), row));
            return;
        }
        f.locals[local.at()] = match (several, q.entity.is_some()) {
            (true, true) => self.result_rows(f, &q, g.op),
            (false, true) => self.row_of(f, &q, g.op),
            (true, false) => {
                let elem = self.element(held);
                let elem = self.row_instance(elem);
                let rows = self.result_rows(f, &q, g.op);
                match *self.vals.get(rows) {
                    Val::Many { count, batch, source, .. } => {
                        self.vals.make(Val::Many { elem, count, batch, source })
                    }
                    _ => rows,
                }
            }
            (false, false) => return,
        };
    }

    /// True if the variable that a call fills is declared to hold one value: a number, a row.
    pub(crate) fn fills_one(&self, f: &Frame<'p>, e: &Expr, op: usize) -> bool {
        let Some(local) = self.filled_local(f.body, e, op) else { return false };
        let plain = f.body.bindings(local).any(|value| self.is_plain_type(f, value));
        plain || matches!(self.vals.get(f.locals[local.at()]), Val::Scalar | Val::Row(_) | Val::Inst(..))
    }

    /// True for `var n int64`: a value of a type of the language itself that holds one thing.
    fn is_plain_type(&self, f: &Frame<'p>, value: OpId) -> bool {
        let OpKind::Cast { ty, .. } = f.body.op(value).kind else { return false };
        match &self.p.file(f.at.file).types[ty.0 as usize] {
            TypeExpr::Path { name, args } => {
                let name = self.p.text(*name);
                let number = name.trim_start_matches('u').strip_prefix("int").or(name.strip_prefix("float"));
                let sized = |bits: &str| bits.bytes().all(|b| b.is_ascii_digit());
                args.is_empty() && (number.is_some_and(sized) || matches!(name, "string" | "bool"))
            }
            _ => false,
        }
    }

    /// A query about what a call is given: a class, a row, or a list that it fills, which restricts nothing.
    pub(crate) fn query_about(&mut self, f: &mut Frame<'p>, e: &Expr, v: V, op: usize) -> Option<Query> {
        let is_list = matches!(self.vals.get(v), Val::Many { .. } | Val::List(_) | Val::Map(..));
        if !is_list || !f.lang.fills_arguments() {
            return self.query_for(f, v, op);
        }
        let elem = match self.vals.get(v) {
            Val::List(items) if items.is_empty() => self.declared_list(f, e, op)?,
            Val::Map(..) => self.declared_list(f, e, op)?,
            _ => v,
        };
        let q = self.query_for(f, elem, op)?;
        Some(Query { narrowed: false, related: false, fresh: false, ..q })
    }

    /// What an empty list or map will hold, by the type that it was made with.
    fn declared_list(&mut self, f: &Frame<'p>, e: &Expr, op: usize) -> Option<V> {
        let local = self.filled_local(f.body, e, op)?;
        let declared = f.body.bindings(local).find_map(|value| match f.body.op(value).kind {
            OpKind::Cast { ty, .. } => Some(ty),
            _ => None,
        })?;
        Some(self.type_value(f.at.file, declared, 0))
    }

    /// The variable that a row says is filled: an argument of the call, or of an earlier one of its chain.
    fn filled_local(&self, body: &Body, e: &Expr, op: usize) -> Option<LocalId> {
        let Some(OpKind::Call(id)) = body.ops.get(op).map(|o| o.kind) else { return None };
        let arg = match e {
            Expr::Arg(n) => body.args(body.call(id).args).get(usize::from(*n))?.value.some()?,
            Expr::Told(name) => self.argument_of(body, OpId(op as u32), name, 0)?,
            _ => return None,
        };
        match body.op(arg).kind {
            OpKind::Local(local) => Some(local),
            _ => None,
        }
    }

    /// The first argument of the call of a name in the chain that ends here, also where the chain is kept in a variable.
    fn argument_of(&self, body: &Body, op: OpId, name: &str, depth: u32) -> Option<OpId> {
        if depth > DEEPEST {
            return None;
        }
        match body.op(op).kind {
            OpKind::Call(id) => {
                let call = body.call(id);
                let Callee::Member { recv, name: called } = call.callee else { return None };
                if self.p.text(called) == name {
                    return body.args(call.args).first()?.value.some();
                }
                self.argument_of(body, recv.some()?, name, depth + 1)
            }
            OpKind::Local(local) => {
                let mut bound = body.bindings(local).filter(|value| *value != op);
                bound.find_map(|value| self.argument_of(body, value, name, depth + 1))
            }
            _ => None,
        }
    }
}
