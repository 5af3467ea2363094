//! Texts that are put together from constants: `${prefix}/orders`.

use crate::eval::{Eval, Frame};
use crate::expr::Given;
use crate::value::{V, Val};
use perflint_ir::{BodyKind, OpId, OpKind};
use perflint_models::Expr;

/// The longest text that is put together.
const LONGEST: usize = 400;

impl<'p> Eval<'p> {
    /// What an argument says whose parts all have a known text.
    pub(crate) fn composed(&self, f: &Frame<'p>, e: &Expr, g: &Given<'_>) -> Option<String> {
        let Expr::Arg(n) = e else { return None };
        let OpKind::Call(call) = f.body.ops.get(g.op)?.kind else { return None };
        let arg = f.body.args(f.body.call(call).args).get(usize::from(*n))?.value.some()?;
        let OpKind::Text(parts) = f.body.op(arg).kind else { return None };
        self.put_together(f, f.body.kids(parts))
    }

    /// A constant of a module that is made of others: `${orders}/items`.
    pub(crate) fn constant_text(&mut self, f: &Frame<'p>, parts: &[OpId]) -> Option<V> {
        let text = (f.body.kind == BodyKind::Init).then(|| self.put_together(f, parts))??;
        Some(self.vals.make(Val::Str(self.p.names.intern(&text))))
    }

    fn put_together(&self, f: &Frame<'p>, parts: &[OpId]) -> Option<String> {
        let mut text = String::new();
        for part in parts {
            match self.vals.get(*f.vals.get(part.some()?.at())?) {
                Val::Str(part) => text.push_str(self.p.text(*part)),
                Val::Int(part) => text.push_str(&part.to_string()),
                _ => return None,
            }
            if text.len() > LONGEST {
                return None;
            }
        }
        Some(text)
    }
}
