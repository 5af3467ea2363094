//! Rows that a session hands out again: where a library remembers the rows that it has read by their key, asking for the same key
//! twice asks the database once (Doctrine's identity map, Hibernate's first-level cache).

use crate::eval::{Eval, Frame};
use crate::memo::{Key, keyed};
use crate::value::Binder;
use perflint_ir::{Arg, Body, Callee, LocalId, OpId, OpKind, RegionId, RegionKind, Slot};
use perflint_models::Expr;

/// Most steps into an expression.
const DEEPEST: u32 = 12;

impl<'p> Eval<'p> {
    /// Binds what a call has cost since `start` to the key that it was given: it happens once for each value of the key, so that a
    /// loop which does not change the key repeats nothing.
    pub(crate) fn once_per_key(&self, f: &mut Frame<'p>, start: usize, key: &Expr, op: usize) {
        let (Expr::Arg(n), Some(OpKind::Call(id))) = (key, f.body.ops.get(op).map(|o| o.kind)) else {
            return;
        };
        let body = f.body;
        let arg = body.args(body.call(id).args).get(usize::from(*n));
        let Some(arg) = arg.filter(|arg| arg.slot == Slot::Pos && arg.value.is_some()) else { return };
        let made_of = keyed(body, arg.value, 0).or_else(|| one_of_few(body, arg.value));
        let changes = changing(body, arg.value, 0).map(|region| Binder { at: f.at, region });
        for term in &mut f.terms[start..] {
            match made_of {
                Some(Key::Fixed) => term.once = true,
                Some(Key::Param(param)) => term.key = Some(param),
                None => {}
            }
            term.binder = term.binder.or(changes);
        }
    }
}

/// One of a few fixed keys, whichever of them code took.
fn one_of_few(body: &Body, op: OpId) -> Option<Key> {
    let OpKind::Local(local) = body.ops.get(op.at())?.kind else { return None };
    let mut values = body.bindings(local).peekable();
    let own = local.at() >= body.params.len() && values.peek().is_some();
    (own && values.all(|value| keyed(body, value, 0) == Some(Key::Fixed))).then_some(Key::Fixed)
}

/// The innermost loop that gives an expression another value each time, or the body as a whole if none does; nothing where that
/// cannot be told.
fn changing(body: &Body, op: OpId, depth: u32) -> Option<RegionId> {
    let found = body.ops.get(op.at()).filter(|_| depth < DEEPEST)?;
    let next = |op: OpId| changing(body, op, depth + 1);
    let all = |args: &[Arg]| args.iter().try_fold(RegionId(0), |sum, arg| Some(sum.max(next(arg.value)?)));
    match found.kind {
        OpKind::Str(_) | OpKind::Int(_) | OpKind::Name(_) | OpKind::Null | OpKind::SelfRef => {
            Some(RegionId(0))
        }
        OpKind::Get { base, .. } | OpKind::Cast { value: base, .. } => next(base),
        OpKind::Index { base, key } => Some(next(base)?.max(next(key)?)),
        OpKind::Local(local) => bound_in(body, local),
        // A getter gives what its receiver holds.
        OpKind::Call(id) => match body.call(id).callee {
            Callee::Member { recv, .. } if !matches!(body.op(recv).kind, OpKind::SelfRef) => {
                Some(next(recv)?.max(all(body.args(body.call(id).args))?))
            }
            _ => None,
        },
        _ => None,
    }
}

/// The innermost loop that binds a variable.
fn bound_in(body: &Body, local: LocalId) -> Option<RegionId> {
    if body.captures.iter().any(|capture| capture.inner == local) {
        return None;
    }
    let loops = (0u16..).zip(&body.regions).filter_map(|(at, region)| match region.kind {
        RegionKind::Loop { item, .. } if item == local => Some(RegionId(at)),
        _ => None,
    });
    let binds = body.ops.iter().filter_map(|op| match op.kind {
        OpKind::Bind { local: bound, .. } if bound == local => Some(around(body, op.region)),
        _ => None,
    });
    let innermost = loops.chain(binds).max();
    innermost.or((local.at() < body.params.len()).then_some(RegionId(0)))
}

/// The loop around a region, or the body.
fn around(body: &Body, region: RegionId) -> RegionId {
    let is_loop = |kind: &RegionKind| matches!(kind, RegionKind::Loop { .. });
    body.enclosing(region).find(|(_, region)| is_loop(&region.kind)).map_or(RegionId(0), |(at, _)| at)
}
