//! Look-ups that a loop keeps by a value of its elements: `$known[$row->currency] ??= find($row->currency)` runs once per
//! currency, not once per row.

use crate::write::Ctx;
use perflint_ir::{BinOp, Body, OpId, OpKind, RegionId, RegionKind};
use perflint_summary::Repeat;

/// How deep a condition is looked into.
const MAX_DEPTH: u32 = 6;

/// Attributes in which no two elements are alike.
const KEYS: &[&str] = &["id", "pk", "uuid", "key", "Id", "ID"];

/// True if what a loop repeats runs only while a store lacks it, under a key that many elements share.
pub(crate) fn is_kept(ctx: &Ctx<'_>, repeat: &Repeat) -> bool {
    let Some(walked) = repeat.region else { return false };
    let body = ctx.program.body(repeat.place.at);
    let start = body.op(repeat.place.op).region;
    let mut around = body.enclosing(start).take_while(|(region, _)| *region != walked);
    around.any(|(region, kind)| match kind.kind {
        RegionKind::Branch { cond, .. } if cond.is_some() => body.ops.iter().any(|op| match op.kind {
            OpKind::Store(parts) if op.region == region => match body.kids(parts) {
                [store, key, _] => shared(ctx, body, walked, *key) && looks_into(body, cond, *store, 0),
                _ => false,
            },
            _ => false,
        }),
        _ => false,
    })
}

/// True for a key that is an attribute of the loop's element, other than what tells elements apart.
fn shared(ctx: &Ctx<'_>, body: &Body, walked: RegionId, key: OpId) -> bool {
    let RegionKind::Loop { over, item, .. } = body.region(walked).kind else { return false };
    match body.op(settled(body, key)).kind {
        OpKind::Get { base, name } if !KEYS.contains(&ctx.text(name)) => match body.op(base).kind {
            OpKind::Local(local) => local == item,
            // `orders[i].customer` of a loop over the positions of `orders`.
            OpKind::Index { base, .. } => over.is_some() && same(body, base, over),
            _ => false,
        },
        _ => false,
    }
}

/// What a variable that is set once holds: the flag of `hit, ok := known[key]` is what was looked up.
fn settled(body: &Body, op: OpId) -> OpId {
    match body.op(op).kind {
        OpKind::Local(local) => {
            let mut bound = body.bindings(local);
            match (bound.next(), bound.next()) {
                (Some(value), None) => value,
                _ => op,
            }
        }
        _ => op,
    }
}

/// True if a condition asks a store for something.
fn looks_into(body: &Body, cond: OpId, store: OpId, depth: u32) -> bool {
    if depth > MAX_DEPTH || !cond.is_some() {
        return false;
    }
    let next = |op: OpId| looks_into(body, op, store, depth + 1);
    match body.op(settled(body, cond)).kind {
        OpKind::Not(v) | OpKind::Await(v) => next(v),
        OpKind::Index { base, .. } => same(body, base, store),
        OpKind::Binary { op: BinOp::In, rhs, .. } => same(body, rhs, store),
        OpKind::Binary { lhs, rhs, .. } => next(lhs) || next(rhs),
        OpKind::Unknown(kids) => body.kids(kids).iter().any(|kid| next(*kid)),
        OpKind::Call(id) => body.args(body.call(id).args).iter().any(|arg| next(arg.value)),
        _ => false,
    }
}

/// True if two operations read the same variable, or the same field of the receiver.
fn same(body: &Body, a: OpId, b: OpId) -> bool {
    match (body.op(a).kind, body.op(b).kind) {
        (OpKind::Local(a), OpKind::Local(b)) => a == b,
        (OpKind::Get { base: a, name }, OpKind::Get { base: b, name: other }) => {
            name == other && matches!((body.op(a).kind, body.op(b).kind), (OpKind::SelfRef, OpKind::SelfRef))
        }
        _ => false,
    }
}
