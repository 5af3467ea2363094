//! Loops of helpers that call whatever they are given: the cause is what a caller gave them, not the helper.

use crate::write::Ctx;
use perflint_ir::{Body, BodyKind, Callee, OpId, OpKind};
use perflint_summary::{Factor, Repeat, Site};

/// The place in a caller's closure that a loop repeats, where the loop stands in a function that calls its parameter.
pub(crate) fn given(ctx: &Ctx<'_>, repeat: &Repeat) -> Option<Site> {
    repeat.region?;
    let body = ctx.program.body(repeat.place.at);
    if body.kind != BodyKind::Function || !calls_parameter(body, repeat.place.op) {
        return None;
    }
    let here = repeat.term.steps.as_ref().filter(|step| step.site == repeat.place)?;
    let called = here.callee.filter(|at| ctx.program.body(*at).kind == BodyKind::Closure)?;
    let inside = here.next.as_ref().map_or(repeat.term.effect.site, |step| step.site);
    (inside.at == called && !ctx.program.is_stub(called.file)).then_some(inside)
}

/// The call that repeats a method which it was given by reference, or what a helper wraps, where that stands in a file of its
/// own: `orders.forEach(queue::emit)`, `orders.forEach(unchecked(order -> ..))`.
pub(crate) fn referenced(ctx: &Ctx<'_>, repeat: &Repeat) -> Option<Site> {
    let Factor::Size { site, .. } = repeat.factor else { return None };
    let is_elsewhere = repeat.region.is_none()
        && repeat.place.at.file != site.at.file
        && matches!(ctx.program.body(repeat.place.at).kind, BodyKind::Function | BodyKind::Closure);
    (is_elsewhere
        && !ctx.program.is_stub(site.at.file)
        && names_a_callable(ctx.program.body(site.at), site.op))
    .then_some(site)
}

fn names_a_callable(body: &Body, op: OpId) -> bool {
    let Some(OpKind::Call(id)) = body.ops.get(op.at()).map(|op| op.kind) else { return false };
    let mut args = body.args(body.call(id).args).iter().filter(|arg| arg.value.is_some());
    args.any(|arg| matches!(body.op(arg.value).kind, OpKind::Get { .. } | OpKind::Name(_) | OpKind::Call(_)))
}

/// True for a call of a parameter, or of its only method.
fn calls_parameter(body: &Body, op: OpId) -> bool {
    let OpKind::Call(id) = body.op(op).kind else { return false };
    let called = match body.call(id).callee {
        Callee::Value(value) => value,
        Callee::Member { recv, .. } => recv,
    };
    called.is_some() && matches!(body.op(called).kind, OpKind::Local(local) if local.at() < body.params.len())
}
