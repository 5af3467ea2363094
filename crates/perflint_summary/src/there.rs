//! Arguments that are there for certain: a number whose type does not let it be null, given for a parameter that may be null. What
//! runs only while the parameter is there does run: `query.ForGame(gameId)` of `int gameId` restricts its rows.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame};
use crate::value::{NULL, TRUE};
use perflint_ir::{Body, OpId, OpKind, Slot, TypeExpr, TypeId};
use perflint_link::{BodyRef, FileIx};

impl<'p> Eval<'p> {
    /// The arguments of a call, where some of them are there for certain: of these nothing else is known, and true stands for them.
    pub(crate) fn there(&self, f: &Frame<'p>, at: BodyRef, args: &CallArgs, op: usize) -> Option<CallArgs> {
        f.lang.asks_presence()?;
        let callee = self.p.body(at);
        let may_be_null = |ty: Option<TypeId>| {
            ty.is_some_and(|ty| matches!(self.p.file(at.file).types[ty.0 as usize], TypeExpr::Union(_)))
        };
        if !callee.params.iter().any(|param| may_be_null(param.ty)) {
            return None;
        }
        let OpKind::Call(id) = f.body.ops.get(op)?.kind else { return None };
        let given = f.body.args(f.body.call(id).args);
        // What a method extends is its first argument, and none of the call's.
        let before = args.pos.len().checked_sub(given.iter().filter(|arg| arg.slot == Slot::Pos).count())?;
        let mut out = args.clone();
        let mut next = before;
        for arg in given {
            let v = match arg.slot {
                Slot::Pos => {
                    next += 1;
                    out.pos.get_mut(next - 1)
                }
                Slot::Key(name) => out.keys.iter_mut().find(|(key, _)| *key == name).map(|(_, v)| v),
                _ => None,
            };
            let param = match arg.slot {
                Slot::Key(name) => callee.params.iter().find(|param| param.name == name),
                _ => callee.params.get(next.saturating_sub(1)),
            };
            if let Some(v) = v.filter(|v| **v != NULL)
                && param.is_some_and(|param| may_be_null(param.ty))
                && self.is_there(f.at.file, f.body, arg.value)
            {
                *v = TRUE;
            }
        }
        Some(out)
    }

    /// True for a parameter whose type does not let it be null, and for the value of what was asked whether it is there.
    fn is_there(&self, file: FileIx, body: &Body, op: OpId) -> bool {
        let Some(kind) = op.some().and_then(|op| body.ops.get(op.at())).map(|op| op.kind) else {
            return false;
        };
        match kind {
            OpKind::Local(local) => body.params.get(local.at()).and_then(|param| param.ty).is_some_and(|ty| {
                let ir = self.p.file(file);
                matches!(&ir.types[ty.0 as usize], TypeExpr::Path { name, .. } if ir.lang.is_value_type(self.p.text(*name)))
            }),
            OpKind::Get { base, name } if self.p.text(name) == "Value" => {
                let asked = self.p.file(file).lang.asks_presence();
                body.ops.iter().any(|op| {
                    matches!(op.kind, OpKind::Get { base: other, name } if asked == Some(self.p.text(name)) && is_same(body, base, other))
                })
            }
            _ => false,
        }
    }
}

/// True if two operations read the same variable, or an attribute of the same name.
fn is_same(body: &Body, a: OpId, b: OpId) -> bool {
    let of = |op: OpId| op.some().and_then(|op| body.ops.get(op.at())).map(|op| op.kind);
    match (of(a), of(b)) {
        (Some(OpKind::Local(a)), Some(OpKind::Local(b))) => a == b,
        (Some(OpKind::Get { name: a, .. }), Some(OpKind::Get { name: b, .. })) => a == b,
        _ => false,
    }
}
