//! Code that waits where others wait for it.

use crate::context::{judged, limited};
use crate::detect::effects;
use crate::merge::merged;
use crate::own_file;
use crate::write::Ctx;
use crate::{Confidence, Context, Finding, Page, Place, Step, StepKind};
use perflint_ir::{OpId, OpKind, RegionKind};
use perflint_models::{EffectKind, EntryKind};
use perflint_summary::{Blocking, Site, Sure};
use std::collections::BTreeMap;

/// What blocks, and the calls that reach it, the surest first. A blocking call that many async functions reach through
/// the same function is one cause; a call that reaches several of them is one place.
fn causes<'a>(
    ctx: &'a Ctx<'_>,
    page: &Page,
    wanted: impl Fn(&Blocking) -> bool,
) -> BTreeMap<Site, Vec<&'a Blocking>> {
    let everywhere = effects(page, "effects");
    let languages = page.words("languages");
    let mut places: BTreeMap<Site, &Blocking> = BTreeMap::new();
    for event in &ctx.facts.blocking {
        let file = event.place.at.file;
        let family = ctx.program.file(file).lang.family();
        let own = effects(page, &format!("effects_{family}"));
        let kinds = if own.is_empty() { &everywhere } else { &own };
        if !kinds.contains(&event.term.effect.kind) || !(languages.is_empty() || languages.contains(&family))
        {
            continue;
        }
        let unread = effects(page, &format!("unread_{family}"));
        if unread.contains(&event.term.effect.kind) && is_read(ctx, event.term.effect.site) {
            continue;
        }
        if wanted(event) && judged(ctx.program, file) {
            let best = places.entry(event.place).or_insert(event);
            if event.term.sure > best.term.sure {
                *best = event;
            }
        }
    }
    let mut causes: BTreeMap<Site, Vec<&Blocking>> = BTreeMap::new();
    for event in places.into_values() {
        causes.entry(event.term.effect.site).or_default().push(event);
    }
    for events in causes.values_mut() {
        events.sort_by_key(|e| (std::cmp::Reverse((sureness(ctx, e), e.term.sure)), e.place));
    }
    causes
}

/// True if somebody looks at what a call gives, or asks the handle that it was given how it went.
fn is_read(ctx: &Ctx<'_>, site: Site) -> bool {
    let body = ctx.program.body(site.at);
    value_is_read(ctx, site) || handle_is_asked(body, site.op, |op| value_is_read(ctx, Site { op, ..site }))
}

/// `curl_exec($handle); $code = curl_getinfo($handle, ..)`: a later call on the first argument, whose value is read.
fn handle_is_asked(body: &perflint_ir::Body, site: OpId, is_read: impl Fn(OpId) -> bool) -> bool {
    let first = |id| body.args(body.call(id).args).first().and_then(|arg| arg.value.some());
    let handle = |op: OpId| match body.op(op).kind {
        OpKind::Local(local) => Some(local),
        _ => None,
    };
    let OpKind::Call(id) = body.op(site).kind else { return false };
    let Some(held) = first(id).and_then(handle) else { return false };
    (0u32..).map(OpId).zip(&body.ops).skip(site.at() + 1).any(|(at, op)| match op.kind {
        OpKind::Call(id) => first(id).and_then(handle) == Some(held) && is_read(at),
        _ => false,
    })
}

fn value_is_read(ctx: &Ctx<'_>, site: Site) -> bool {
    let body = ctx.program.body(site.at);
    let mut read = body.regions.iter().any(|region| match region.kind {
        RegionKind::Branch { cond, .. } => cond == site.op,
        RegionKind::Loop { over, .. } => over == site.op,
        RegionKind::Scope { resource } => resource == site.op,
        _ => false,
    });
    let mut held = Vec::new();
    for op in &body.ops {
        match op.kind {
            OpKind::Bind { local, value } if value == site.op => held.push(local),
            kind => perflint_ir::operands(body, kind, &mut |operand| read |= operand == site.op),
        }
    }
    read || body.ops.iter().any(|op| matches!(op.kind, OpKind::Local(local) if held.contains(&local)))
}

/// How sure it is that others wait: where code runs for a command or at the start, nobody does.
fn sureness(ctx: &Ctx<'_>, event: &Blocking) -> Confidence {
    let sure = match event.term.sure {
        Sure::Certain => Confidence::High,
        Sure::Likely => Confidence::Medium,
        Sure::Guess => Confidence::Low,
    };
    // A program that waits for itself before it serves anybody.
    let starts = |e: &perflint_summary::Entry| e.kind == EntryKind::Main && e.at == event.at;
    if has_other_threads(ctx, event) && ctx.facts.programs.iter().chain(&ctx.facts.entries).any(starts) {
        return Confidence::Low;
    }
    // What runs on a thread of its own until it returns keeps nobody else waiting.
    if ctx.contexts.is_held(event.at) {
        return Confidence::Low;
    }
    limited(sure, ctx.contexts.of(ctx.program, event.at))
}

/// True where a wait holds one thread of several.
fn has_other_threads(ctx: &Ctx<'_>, event: &Blocking) -> bool {
    ctx.program.file(event.at.file).lang.shares_threads()
}

pub(crate) fn blocked_task(ctx: &Ctx<'_>, page: &Page, out: &mut Vec<Finding>) {
    // A handler that waits for a promise holds a thread, async or not.
    let others_wait = |e: &Blocking| {
        (e.in_async || ctx.contexts.of(ctx.program, e.at) == Context::Request)
            && !ctx.contexts.is_remembered(e.at)
    };
    let one_edit = page.words("shared");
    let mut found = Vec::new();
    for events in causes(ctx, page, others_wait).into_values() {
        let [best, ..] = events.as_slice() else { continue };
        let lang = ctx.program.file(best.place.at.file).lang;
        let pool = lang.shares_threads() || lang.awaits_by_itself();
        let harm = if pool { "holds a thread of the pool" } else { "blocks the event loop" };
        let what = format!(
            "`{}` {harm}: it {}. {}",
            ctx.code(best.place),
            ctx.effect(&best.term.effect),
            page.text_of("advice", lang)
        );
        // One edit hands all that a function does of a kind to a thread.
        let shared =
            if one_edit.contains(&lang.family()) { vec![of_function(best.place, best)] } else { Vec::new() };
        found.extend(finding(ctx, page, &events, sureness(ctx, best), what).map(|finding| (shared, finding)));
    }
    out.extend(merged(found, same_there));
}

/// What the blocking calls of one kind in a function have in common.
fn of_function(place: Site, event: &Blocking) -> Site {
    Site { op: OpId(event.term.effect.kind as u32), ..place }
}

fn same_there(others: usize) -> String {
    match others {
        1 => " Another call of the function does the same.".to_owned(),
        others => format!(" {others} other calls of the function do the same."),
    }
}

pub(crate) fn blocked_request(ctx: &Ctx<'_>, page: &Page, out: &mut Vec<Finding>) {
    let in_request = |e: &Blocking| {
        ctx.contexts.of(ctx.program, e.at) == Context::Request && !ctx.contexts.is_remembered(e.at)
    };
    let mut found = Vec::new();
    for (cause, events) in &causes(ctx, page, in_request) {
        let [best, ..] = events.as_slice() else { continue };
        let code = ctx.code(best.place);
        let alone = ctx.program.file(best.place.at.file).lang.waits_alone();
        let what = match alone {
            true => format!(
                "`{code}` sends a request while a visitor waits, and nothing looks at the answer. Send it from a queued job."
            ),
            false => format!(
                "`{code}` stops the whole process while it runs, and a request handler reaches it. Use the promise-based counterpart."
            ),
        };
        let light = events.iter().all(|event| own_file::is_light(ctx, page, event));
        let sure = if light { Confidence::Low } else { Confidence::High };
        // Whoever makes a function wait for one file makes it wait for all.
        let shared = if alone { Vec::new() } else { vec![of_function(*cause, best)] };
        found.extend(finding(ctx, page, events, sure, what).map(|finding| (shared, finding)));
    }
    out.extend(merged(found, same_there));
}

fn finding(
    ctx: &Ctx<'_>,
    page: &Page,
    events: &[&Blocking],
    confidence: Confidence,
    message: String,
) -> Option<Finding> {
    let best = events.first()?;
    let place = ctx.site(best.place)?;
    let others = events.iter().skip(1).filter(|e| sureness(ctx, e) == sureness(ctx, best));
    let mut also: Vec<Place> =
        others.filter_map(|e| ctx.site(e.place)).filter(|p| *p != place).take(24).collect();
    also.dedup();
    let mut route: Vec<Step> = ctx.entry_step(best.at, &best.seen).into_iter().collect();
    route.extend(ctx.steps(&best.term));
    if !route.iter().any(|s| s.place == place) {
        route.push(Step {
            kind: StepKind::Effect,
            place: place.clone(),
            label: ctx.effect(&best.term.effect),
        });
    }
    Some(Finding {
        rule: (&*page.id).into(),
        level: page.level,
        confidence,
        context: ctx.contexts.of(ctx.program, best.at),
        message,
        primary: place,
        route,
        cost: "1 blocking call".to_owned(),
        fix: None,
        also,
        suppressed: None,
    })
}

pub(crate) fn serial_awaits(ctx: &Ctx<'_>, page: &Page, out: &mut Vec<Finding>) {
    for event in &ctx.facts.serial {
        if !judged(ctx.program, event.place.at.file) || depends(ctx, event.place) {
            continue;
        }
        let Some(place) = ctx.site(event.place) else { continue };
        out.push(Finding {
            rule: (&*page.id).into(),
            level: page.level,
            confidence: Confidence::Medium,
            context: ctx.contexts.of(ctx.program, event.at),
            message: "Each iteration waits for the one before. The awaits do not depend on each other: start them together, with a limit."
                .to_owned(),
            primary: place.clone(),
            route: ctx
                .loop_step(event.factor)
                .into_iter()
                .chain([Step { kind: StepKind::Effect, place, label: "waits in every iteration".to_owned() }])
                .collect(),
            cost: format!("{} round trips, one after the other", ctx.factor(event.factor)),
            fix: None,
            also: Vec::new(),
            suppressed: None,
        });
    }
}

/// True if the loop's iterations may depend on each other: it can stop early, assigns a variable from outside the loop,
/// or waits on purpose.
fn depends(ctx: &Ctx<'_>, place: Site) -> bool {
    use perflint_ir::{ExitKind, OpKind, RegionKind};
    let body = ctx.program.body(place.at);
    let region = body.op(place.op).region;
    let Some((around, _)) = body.enclosing(region).find(|(_, r)| matches!(r.kind, RegionKind::Loop { .. }))
    else {
        return true;
    };
    let inside = |op: &perflint_ir::Op| body.enclosing(op.region).any(|(r, _)| r == around);
    let mut assigned_outside = Vec::new();
    for op in &body.ops {
        if let OpKind::Bind { local, .. } = op.kind
            && !inside(op)
        {
            assigned_outside.push(local);
        }
    }
    body.ops.iter().filter(|op| inside(op)).any(|op| match op.kind {
        OpKind::Exit { how, .. } => how != ExitKind::Continue,
        OpKind::Bind { local, .. } => assigned_outside.contains(&local) || local.at() < body.params.len(),
        OpKind::Yield(_) | OpKind::Put { .. } => true,
        _ => false,
    }) || ctx.facts.blocking.iter().any(|b| b.place == place && b.term.effect.kind == EffectKind::Sleep)
}
