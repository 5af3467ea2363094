//! Wrappers around calls that fill a variable: `func (r runner) Select(dest any, query string) error { return r.db.Select(dest,
//! query) }` fills what its caller gives it. So does a function that goes on building a query which it was given.

use crate::eval::{Eval, Frame, Outcome};
use crate::value::{V, Val};
use perflint_ir::{Body, LocalId, OpId, OpKind, Slot};

/// What the parameters of a function hold at its end, by their position, where something that it called has filled them. One that
/// the function itself gives another value holds that for itself alone.
pub(crate) fn filled(body: &Body, initial: &[V], locals: &[V]) -> Vec<(u32, V)> {
    let given = |index: u32| {
        !body
            .ops
            .iter()
            .any(|op| matches!(op.kind, OpKind::Bind { local: LocalId(bound), .. } if bound == index))
    };
    let params = initial.iter().zip(locals).take(body.params.len());
    let changed = (0u32..).zip(params).filter(|(_, (before, after))| before != after);
    changed.filter(|(index, _)| given(*index)).map(|(index, (_, after))| (index, *after)).collect()
}

impl<'p> Eval<'p> {
    /// Gives the variables that were passed by position what the callee left in them.
    pub(crate) fn take_filled(&mut self, f: &mut Frame<'p>, op: usize, outcome: &Outcome) {
        if outcome.left.is_empty() {
            return;
        }
        let Some(OpKind::Call(id)) = f.body.ops.get(op).map(|o| o.kind) else { return };
        let args = f.body.args(f.body.call(id).args);
        for (index, held) in &outcome.left {
            let arg = args.get(*index as usize).filter(|arg| arg.slot == Slot::Pos);
            let Some(passed) = arg.and_then(|arg| arg.value.some()) else { continue };
            match f.body.op(passed).kind {
                OpKind::Local(local)
                    if !f.lang.builds_in_place() || self.builds_on(f.locals[local.at()], *held) =>
                {
                    f.locals[local.at()] = *held;
                }
                OpKind::Get { base, name }
                    if f.body.op(base).kind == OpKind::SelfRef && f.lang.has_blocks() =>
                {
                    self.assign_self(f, name, *held, OpId(op as u32));
                }
                _ => {}
            }
        }
    }

    /// True for a query, and the same one after further calls on it.
    pub(crate) fn builds_on(&self, before: V, after: V) -> bool {
        match (self.vals.get(before), self.vals.get(after)) {
            (Val::Query(before), Val::Query(after)) => {
                (before.origin, before.path) == (after.origin, after.path) && !before.ran
            }
            _ => false,
        }
    }
}
