//! A call that a row of the models knows, with its arguments.

use super::rows::Found;
use super::value::Val;
use perflint_ir::{Body, Callee, OpId, OpKind};
use perflint_models::Expr;

/// The operations that one needs.
pub(super) fn operands(code: &Body, op: OpId, todo: &mut Vec<OpId>) {
    match code.op(op).kind {
        OpKind::Get { base, .. } | OpKind::Index { base, .. } | OpKind::Slice { base, .. } => todo.push(base),
        OpKind::Await(value)
        | OpKind::Not(value)
        | OpKind::Cast { value, .. }
        | OpKind::Bind { value, .. } => todo.push(value),
        OpKind::Make(_, args) => todo.extend(code.args(args).iter().map(|arg| arg.value)),
        OpKind::Text(kids) | OpKind::Join(kids) | OpKind::Unknown(kids) => todo.extend(code.kids(kids)),
        OpKind::Binary { lhs, rhs, .. } => todo.extend([lhs, rhs]),
        OpKind::Call(call) => {
            let call = code.call(call);
            match call.callee {
                Callee::Value(value) => todo.push(value),
                Callee::Member { recv, .. } => todo.push(recv),
            }
            todo.extend(code.args(call.args).iter().map(|arg| arg.value));
        }
        _ => {}
    }
}

/// The arguments of a call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arguments {
    pub(crate) values: Vec<Val>,
    pub(crate) named: Vec<(String, Val)>,
}

/// A call that a row knows.
pub(crate) struct Called<'c, 'p> {
    pub(crate) row: Found<'p>,
    pub(crate) name: &'c str,
    pub(crate) recv: Val,
    pub(crate) args: Arguments,
    pub(crate) offset: u32,
    pub(crate) outer: &'c [Val],
    pub(crate) depth: u32,
}

impl Called<'_, '_> {
    /// The value of an expression of its row; none if it is absent.
    pub(crate) fn get(&self, expr: Option<&Expr>) -> Option<Val> {
        match expr? {
            Expr::Recv => Some(self.recv.clone()),
            Expr::Arg(at) => self
                .args
                .values
                .get(usize::from(*at))
                .filter(|value| !matches!(value, Val::Lambda(_)))
                .cloned(),
            Expr::ArgsFrom(from) => {
                let values: Vec<Val> = self.args.values.iter().skip(usize::from(*from)).cloned().collect();
                (!values.is_empty()).then_some(Val::List(values))
            }
            Expr::Key(key) => {
                self.args.named.iter().find(|(name, _)| **name == **key).map(|(_, value)| value.clone())
            }
            Expr::Field(base, name) => self.get(Some(base))?.get(name).cloned(),
            // A callable as it is, to be run.
            Expr::Result(base) => match &**base {
                Expr::Arg(at) => self.args.values.get(usize::from(*at)).cloned(),
                Expr::Key(_) => self.get(Some(base)),
                _ => None,
            },
            Expr::Text(text) => Some(Val::Str(text.as_ref().to_owned())),
            Expr::Number(number) => Some(Val::Int(i32::try_from(*number).unwrap_or(i32::MAX))),
            Expr::First(all) => {
                all.iter().find_map(|expr| self.get(Some(expr)).filter(|value| *value != Val::Unknown))
            }
            _ => None,
        }
    }
}
