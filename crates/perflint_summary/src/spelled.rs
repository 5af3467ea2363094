//! What the code calls a thing: tables that constants of generated code stand for, which may not be in the repository.

use crate::eval::{Eval, Frame};
use crate::expr::Given;
use crate::value::{V, Val};
use perflint_ir::{Callee, OpId, OpKind, Slot, Sym};
use perflint_link::BodyRef;
use perflint_models::Expr;

/// Most steps from a value to its name.
const DEEPEST: u32 = 8;

impl<'p> Eval<'p> {
    /// A text, or else the last word by which an argument is called.
    pub(crate) fn spelled_out(&mut self, f: &mut Frame<'p>, e: &'p Expr, g: &Given<'_>) -> Option<V> {
        let v = self.expr(f, e, g)?;
        match self.vals.get(v) {
            Val::Str(_) => return Some(v),
            // Rows of another statement are no table's.
            Val::Query(_) | Val::Scalar => return None,
            _ => {}
        }
        let (Expr::Arg(n), OpKind::Call(id)) = (e, f.body.ops.get(g.op)?.kind) else { return None };
        let mut given = f.body.args(f.body.call(id).args).iter().filter(|arg| arg.slot == Slot::Pos);
        let name = self.word_for(f.at, given.nth(usize::from(*n))?.value.some()?, DEEPEST)?;
        Some(self.vals.make(Val::Str(name)))
    }

    fn word_for(&self, at: BodyRef, op: OpId, left: u32) -> Option<Sym> {
        let left = left.checked_sub(1)?;
        let body = self.p.body(at);
        match body.ops.get(op.at())?.kind {
            OpKind::Str(text) => Some(text),
            OpKind::Name(name) | OpKind::Get { name, .. } => {
                let last = self.p.text(name).rsplit('.').next().unwrap_or_default();
                let own = self.word_of_field(at, self.p.names.intern(last), left);
                own.or_else(|| Some(self.p.names.intern(last)))
            }
            OpKind::Local(local) => body.bindings(local).find_map(|value| self.word_for(at, value, left)),
            OpKind::Cast { value, .. } => self.word_for(at, value, left),
            // What is called on a table is still that table; a name that is given to a function is the table's.
            OpKind::Call(id) => {
                let call = body.call(id);
                let given = body.args(call.args).first().and_then(|arg| arg.value.some());
                let text = given.filter(|arg| matches!(body.op(*arg).kind, OpKind::Str(_) | OpKind::Call(_)));
                match call.callee {
                    Callee::Member { recv, .. } if self.is_constant(at, recv) => {
                        self.word_for(at, recv, left)
                    }
                    _ => self.word_for(at, text?, left),
                }
            }
            _ => None,
        }
    }

    /// The word for what a field of the class around holds from its beginning.
    fn word_of_field(&self, at: BodyRef, name: Sym, left: u32) -> Option<Sym> {
        let field = self.p.class_member(self.class_of_body(at)?, name)?;
        let (file, body, op) = self.p.field_init(field)?;
        self.word_for(BodyRef { file, body }, op, left)
    }

    /// True for `LOAF`, `Tables.LOAF`, and a variable, which are no classes.
    fn is_constant(&self, at: BodyRef, op: OpId) -> bool {
        let body = self.p.body(at);
        match op.some().and_then(|op| body.ops.get(op.at())).map(|op| op.kind) {
            Some(OpKind::Name(name) | OpKind::Get { name, .. }) => {
                let last = self.p.text(name).rsplit('.').next().unwrap_or_default();
                last.len() > 1 && !last.contains(char::is_lowercase) || last.starts_with(char::is_lowercase)
            }
            Some(OpKind::Local(_) | OpKind::Call(_)) => true,
            _ => false,
        }
    }
}
