//! Look-ups that a loop keeps by a value of its elements: `$known[$row->currency] ??= find($row->currency)` runs once per
//! currency, not once per row.

use crate::write::Ctx;
use perflint_ir::{BinOp, Body, LocalId, OpId, OpKind, RegionKind};
use perflint_summary::Repeat;

/// How deep a condition is looked into.
const MAX_DEPTH: u32 = 6;

/// Attributes in which no two elements are alike.
const KEYS: &[&str] = &["id", "pk", "uuid", "key", "Id", "ID"];

/// True if what a loop repeats runs only while a store lacks it, under a key that many elements share.
pub(crate) fn is_kept(ctx: &Ctx<'_>, repeat: &Repeat) -> bool {
    let Some(walked) = repeat.region else { return false };
    let body = ctx.program.body(repeat.place.at);
    let RegionKind::Loop { item, .. } = body.region(walked).kind else { return false };
    let start = body.op(repeat.place.op).region;
    let mut around = body.enclosing(start).take_while(|(region, _)| *region != walked);
    around.any(|(region, kind)| match kind.kind {
        RegionKind::Branch { cond, .. } if cond.is_some() => body.ops.iter().any(|op| match op.kind {
            OpKind::Store(parts) if op.region == region => match body.kids(parts) {
                [store, key, _] => shared(ctx, body, *key, item) && looks_into(body, cond, *store, 0),
                _ => false,
            },
            _ => false,
        }),
        _ => false,
    })
}

/// True for a key that is an attribute of the loop's element, other than what tells elements apart.
fn shared(ctx: &Ctx<'_>, body: &Body, key: OpId, item: LocalId) -> bool {
    match body.op(key).kind {
        OpKind::Get { base, name } => {
            body.op(base).kind == OpKind::Local(item) && !KEYS.contains(&ctx.text(name))
        }
        _ => false,
    }
}

/// True if a condition asks a store for something.
fn looks_into(body: &Body, cond: OpId, store: OpId, depth: u32) -> bool {
    if depth > MAX_DEPTH || !cond.is_some() {
        return false;
    }
    let next = |op: OpId| looks_into(body, op, store, depth + 1);
    match body.op(cond).kind {
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
