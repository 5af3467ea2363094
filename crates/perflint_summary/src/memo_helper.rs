//! Hand-written memos whose store is looked into and filled by helpers of the same class: `hit = fromCache(key)` with an early
//! return, then `toCache(key, load())`. What the helpers do decides, not what they are called.

use crate::memo::{Code, Key, Once, keyed};
use perflint_ir::{Arg, BinOp, Body, BodyKind, CallId, Callee, ExitKind, ItemKind, OpId, OpKind};
use perflint_models::Meaning;

/// Most steps from a condition to the call that it asks about.
const MAX_STEPS: u32 = 8;

/// How often an operation runs that stands after returns on conditions which ask what a helper remembers, and before the call of
/// a helper that remembers more in the same store.
pub(crate) fn remembered(c: Code<'_>, body: &Body, op: OpId, conds: &[OpId]) -> Option<Once> {
    let mut asked = Vec::new();
    for cond in conds {
        calls_asked(body, *cond, &mut asked, 0);
    }
    asked.into_iter().find_map(|id| {
        let store = looks_into(c, body, id)?;
        let later = body.ops.iter().skip(op.at() + 1);
        let filled = later.filter_map(|next| match next.kind {
            OpKind::Call(id) => fills(c, body, id),
            _ => None,
        });
        filled.into_iter().any(|other| other == store).then_some(())?;
        match keyed(body, first(body.args(body.call(id).args))?, 0)? {
            Key::Fixed => Some(Once::Receiver),
            Key::Param(param) => Some(Once::PerKey(param)),
        }
    })
}

/// The calls whose results a condition asks about, through variables: each of the values that they may have.
fn calls_asked(body: &Body, op: OpId, out: &mut Vec<CallId>, depth: u32) {
    let Some(found) = body.ops.get(op.at()).filter(|_| depth < MAX_STEPS) else { return };
    match found.kind {
        OpKind::Call(id) => out.push(id),
        OpKind::Not(v) | OpKind::Await(v) | OpKind::Cast { value: v, .. } => {
            calls_asked(body, v, out, depth + 1);
        }
        OpKind::Binary { op: BinOp::Eq, lhs, rhs } => {
            for side in [lhs, rhs].into_iter().filter(|side| side.is_some()) {
                calls_asked(body, side, out, depth + 1);
            }
        }
        OpKind::Local(local) => {
            let before = body.bindings(local).take_while(|value| *value < op);
            for value in before.collect::<Vec<_>>() {
                calls_asked(body, value, out, depth + 1);
            }
        }
        _ => {}
    }
}

/// The store that a helper of the same class looks its argument up in and gives the result of.
fn looks_into(c: Code<'_>, body: &Body, id: CallId) -> Option<String> {
    let helper = helper(c, body, id)?;
    let given = helper.ops.iter().rev().find_map(|op| match op.kind {
        OpKind::Exit { how: ExitKind::Return, value } => value.some(),
        _ => None,
    })?;
    let given = match helper.op(given).kind {
        OpKind::Cast { value, .. } | OpKind::Await(value) => value,
        _ => given,
    };
    let OpKind::Call(id) = helper.op(given).kind else { return None };
    stored_by(c, helper, id, Meaning::LookUp)
}

/// The store that a helper of the same class puts something into.
fn fills(c: Code<'_>, body: &Body, id: CallId) -> Option<String> {
    let helper = helper(c, body, id)?;
    helper.ops.iter().find_map(|op| match op.kind {
        OpKind::Call(id) => stored_by(c, helper, id, Meaning::Fill),
        _ => None,
    })
}

/// What a call with a key is made on, if its method has a meaning.
fn stored_by(c: Code<'_>, body: &Body, id: CallId, means: Meaning) -> Option<String> {
    let call = body.call(id);
    match (call.callee, body.args(call.args)) {
        (Callee::Member { recv, name }, [_, ..]) if c.says(means, name) => Some(c.expression(body, recv)),
        _ => None,
    }
}

/// The body of the method of the same class that a call without a receiver, or on the receiver itself, runs.
fn helper<'p>(c: Code<'p>, body: &Body, id: CallId) -> Option<&'p Body> {
    let name = match body.call(id).callee {
        Callee::Member { recv, name } if body.op(recv).kind == OpKind::SelfRef => name,
        Callee::Value(v) if v.is_some() => match body.op(v).kind {
            OpKind::Name(name) => name,
            _ => return None,
        },
        Callee::Member { .. } | Callee::Value(_) => return None,
    };
    let ir = c.ir();
    let class = ir.item(body.owner).owner?;
    ir.bodies.iter().find(|other| {
        let item = ir.item(other.owner);
        other.kind == BodyKind::Function
            && item.kind == ItemKind::Function
            && item.owner == Some(class)
            && item.name == name
    })
}

/// The first argument by position.
fn first(args: &[Arg]) -> Option<OpId> {
    args.iter().find(|arg| arg.slot == perflint_ir::Slot::Pos).and_then(|arg| arg.value.some())
}
