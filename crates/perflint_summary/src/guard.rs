//! How often a place in a loop really runs, as far as the conditions around it say.

use perflint_ir::{
    BinOp, Body, BodyKind, Callee, ExitKind, LocalId, Op, OpId, OpKind, RegionId, RegionKind, Sym,
};
use perflint_link::Program;

/// True if the loop is over once the operation has run: every way on leaves it.
pub(crate) fn leaves(body: &Body, op: OpId, around: RegionId) -> bool {
    within(body, op, around).any(|region| {
        body.ops.iter().skip(op.at() + 1).any(|later| {
            later.region == region
                && matches!(
                    later.kind,
                    OpKind::Exit { how: ExitKind::Return | ExitKind::Raise | ExitKind::Break, .. }
                )
        })
    })
}

/// True if a callback can end what calls it back for every element: `each { |x| return x if .. }`.
pub(crate) fn breaks(body: &Body) -> bool {
    body.ops.iter().any(|op| is_way_out(body, op))
}

/// True if what calls a callback back is over once the operation has run.
pub(crate) fn breaks_after(body: &Body, op: OpId) -> bool {
    within(body, op, RegionId(0)).any(|region| {
        body.ops.iter().skip(op.at() + 1).any(|later| later.region == region && is_way_out(body, later))
    })
}

fn is_way_out(body: &Body, op: &Op) -> bool {
    let in_loop = || body.enclosing(op.region).any(|(_, r)| matches!(r.kind, RegionKind::Loop { .. }));
    body.kind == BodyKind::Closure
        && matches!(op.kind, OpKind::Exit { how: ExitKind::Break, .. })
        && !in_loop()
}

/// True if the operation runs for one of the elements: the one that equals a constant.
pub(crate) fn picks(body: &Body, op: OpId, around: RegionId) -> bool {
    let RegionKind::Loop { item, .. } = body.region(around).kind else { return false };
    let is_item = |op: OpId| body.op(op).kind == OpKind::Local(item);
    let constant = |op: OpId| matches!(body.op(op).kind, OpKind::Str(_) | OpKind::Int(_));
    item.is_some()
        && within(body, op, around).any(|region| match body.region(region).kind {
            // The further arms of such a decision ask for other constants; only its `else` takes the rest.
            RegionKind::Branch { cond, arm, last } if cond.is_some() && (arm == 0 || !last) => {
                match body.op(cond).kind {
                    OpKind::Binary { op: BinOp::Eq, lhs, rhs } => {
                        (is_item(lhs) && constant(rhs)) || (is_item(rhs) && constant(lhs))
                    }
                    _ => false,
                }
            }
            _ => false,
        })
}

/// True if the operation runs for the first of the elements alone: while a variable from outside the loop holds nothing, which it
/// then gives something to. `if not rate: rate = load(order)`.
pub(crate) fn settles(body: &Body, op: OpId, around: RegionId) -> bool {
    let inside = |region: RegionId, outer: RegionId| body.enclosing(region).any(|(r, _)| r == outer);
    within(body, op, around).any(|region| {
        let RegionKind::Branch { cond, arm, last } = body.region(region).kind else { return false };
        let mut missing = Vec::new();
        absent(body, cond, arm == 1 && last, &mut missing, 0);
        missing.into_iter().any(|local| {
            let bound = || {
                body.ops.iter().filter_map(|o| match o.kind {
                    OpKind::Bind { local: l, value } if l == local => Some((o.region, value)),
                    _ => None,
                })
            };
            let is_null = |value: OpId| value.is_some() && body.op(value).kind == OpKind::Null;
            let fills = bound().any(|(at, value)| always(body, at, region) && !is_null(value));
            let mut others = bound().filter(|(at, _)| !inside(*at, region)).peekable();
            fills && others.peek().is_some() && others.all(|(at, _)| !inside(at, around))
        })
    })
}

/// True if what stands in a region runs whenever another around it does.
fn always(body: &Body, region: RegionId, around: RegionId) -> bool {
    let conditional = |kind: &RegionKind| matches!(kind, RegionKind::Branch { .. } | RegionKind::Loop { .. });
    let mut between = body.enclosing(region).take_while(|(r, _)| *r != around);
    body.enclosing(region).any(|(r, _)| r == around) && between.all(|(_, r)| !conditional(&r.kind))
}

/// The loop outside of which an operation settles something, the outermost such.
pub(crate) fn settled_around(body: &Body, op: OpId) -> Option<RegionId> {
    let start = body.ops.get(op.at())?.region;
    let loops = body.enclosing(start).filter(|(_, r)| matches!(r.kind, RegionKind::Loop { .. }));
    loops.map(|(at, _)| at).take_while(|around| settles(body, op, *around)).last()
}

/// The variables that hold nothing where a condition holds, or where it does not.
fn absent(body: &Body, cond: OpId, negated: bool, out: &mut Vec<LocalId>, depth: u32) {
    let Some(found) = body.ops.get(cond.at()).filter(|_| depth < 8) else { return };
    let is_null = |op: OpId| op.is_some() && body.op(op).kind == OpKind::Null;
    match found.kind {
        OpKind::Local(local) if negated => out.push(local),
        OpKind::Not(value) => absent(body, value, !negated, out, depth + 1),
        OpKind::Binary { op: BinOp::Eq, lhs, rhs } if !negated && is_null(rhs) => {
            absent(body, lhs, true, out, depth + 1);
        }
        OpKind::Binary { op: BinOp::And, lhs, rhs } if !negated => {
            absent(body, lhs, negated, out, depth + 1);
            absent(body, rhs, negated, out, depth + 1);
        }
        OpKind::Join(_) if !negated => {
            for part in body.conjuncts(cond).into_iter().flatten() {
                absent(body, *part, negated, out, depth + 1);
            }
        }
        _ => {}
    }
}

/// True if the operation runs once something has filled up: a buffer from outside the loop has reached a size, or every
/// so many iterations.
pub(crate) fn flushes(p: &Program, body: &Body, op: OpId, around: RegionId) -> bool {
    within(body, op, around).any(|region| match body.region(region).kind {
        RegionKind::Branch { cond, arm: 0, .. } => fills(p, body, cond, around, 0),
        _ => false,
    })
}

/// The regions from an operation up to a loop, the loop's own last.
fn within(body: &Body, op: OpId, around: RegionId) -> impl Iterator<Item = RegionId> {
    let start = body.ops.get(op.at()).map_or(RegionId(0), |op| op.region);
    let mut done = false;
    body.enclosing(start).map(|(region, _)| region).take_while(move |region| {
        let inside = !done;
        done |= *region == around;
        inside
    })
}

/// A comparison of a buffer's length, or of a remainder.
fn fills(p: &Program, body: &Body, op: OpId, around: RegionId, depth: u32) -> bool {
    if depth > 4 || !op.is_some() {
        return false;
    }
    let inner = |op: OpId| fills(p, body, op, around, depth + 1);
    match body.op(op).kind {
        OpKind::Binary { op: BinOp::Order | BinOp::Eq, lhs, rhs } => {
            let trivial = |op: OpId| matches!(body.op(op).kind, OpKind::Int(n) if n <= 1);
            is_remainder(body, lhs)
                || (measures(p, body, lhs, around) && !trivial(rhs))
                || (measures(p, body, rhs, around) && !trivial(lhs))
        }
        OpKind::Binary { op: BinOp::And, lhs, rhs } => inner(lhs) || inner(rhs),
        OpKind::Join(kids) => body.kids(kids).iter().any(|k| inner(*k)),
        OpKind::Not(op) => is_remainder(body, op),
        _ => false,
    }
}

fn is_remainder(body: &Body, op: OpId) -> bool {
    op.is_some() && matches!(body.op(op).kind, OpKind::Binary { op: BinOp::Mod, .. })
}

/// The size of what a variable from outside the loop, or a field of the receiver, holds.
fn measures(p: &Program, body: &Body, op: OpId, around: RegionId) -> bool {
    let sized = |name: Sym| matches!(p.text(name), "length" | "size" | "len" | "count" | "Count" | "Length");
    let of = match body.op(op).kind {
        OpKind::Get { base, name } if sized(name) => base,
        OpKind::Call(id) => match body.call(id).callee {
            Callee::Member { recv, name } if sized(name) => recv,
            Callee::Value(f) => match (body.op(f).kind, body.args(body.call(id).args)) {
                (OpKind::Name(name), [only]) if sized(name) => only.value,
                _ => return false,
            },
            Callee::Member { .. } => return false,
        },
        _ => return false,
    };
    match body.op(of).kind {
        OpKind::Local(local) => body.ops.iter().any(|o| {
            matches!(o.kind, OpKind::Bind { local: bound, .. } if bound == local)
                && body.enclosing(o.region).all(|(r, _)| r != around)
        }),
        OpKind::Get { base, .. } => matches!(body.op(base).kind, OpKind::SelfRef),
        _ => false,
    }
}
