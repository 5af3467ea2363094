//! An effect that runs once per element.

use crate::context::{judged, limited};
use crate::detect::effects;
use crate::write::Ctx;
use crate::{Confidence, Context, Finding, Page, Step, StepKind};
use perflint_models::EffectKind;
use perflint_summary::{Factor, Repeat, Site, Sure};
use std::collections::BTreeMap;

pub(crate) fn detect(ctx: &Ctx<'_>, page: &Page, out: &mut Vec<Finding>) {
    let kinds = effects(page);
    let mut causes: BTreeMap<Site, Vec<&Repeat>> = BTreeMap::new();
    for repeat in &ctx.facts.repeats {
        let wanted = repeat.term.effect.lazy.is_none() && kinds.contains(&repeat.term.effect.kind);
        if !wanted || batched(repeat) {
            continue;
        }
        let Some(primary) = primary(ctx, repeat) else { continue };
        if judged(ctx.program, primary.at.file) {
            causes.entry(primary).or_default().push(repeat);
        }
    }
    for (primary, mut repeats) in causes {
        repeats.sort_by_key(|r| std::cmp::Reverse(confidence(ctx, r)));
        out.extend(finding(ctx, page, primary, &repeats));
    }
}

/// Several calls of one tick that the client sends as one, or a loop over batches.
fn batched(repeat: &Repeat) -> bool {
    repeat.batch || (repeat.term.effect.batched && repeat.region.is_none())
}

/// The call in the loop's body; for a loop of the framework, the first place of the user's code that it reaches.
fn primary(ctx: &Ctx<'_>, repeat: &Repeat) -> Option<Site> {
    if !ctx.program.is_stub(repeat.place.at.file) {
        return Some(repeat.place);
    }
    ctx.first_user_site(&repeat.term)
}

fn confidence(ctx: &Ctx<'_>, repeat: &Repeat) -> Confidence {
    let known = match repeat.factor {
        Factor::Size { rows, .. } => rows || repeat.rows,
        Factor::While(_) => return Confidence::Low,
        _ => false,
    };
    if repeat.term.cold || repeat.term.sure == Sure::Guess {
        return Confidence::Low;
    }
    // A search stops at the first hit; what writes as it goes does not search.
    if repeat.early && repeat.term.effect.kind != EffectKind::Write {
        return if known && ctx.contexts.of(ctx.program, repeat.at) == Context::Request {
            Confidence::Medium
        } else {
            Confidence::Low
        };
    }
    match (known, repeat.term.sure) {
        (true, Sure::Certain) => Confidence::High,
        _ => Confidence::Medium,
    }
}

fn finding(ctx: &Ctx<'_>, page: &Page, primary: Site, repeats: &[&Repeat]) -> Option<Finding> {
    let best = repeats.first()?;
    let place = ctx.site(primary)?;
    let effect = &best.term.effect;
    let label = ctx.text(effect.label);
    let over = match best.factor {
        Factor::Size { name, .. } => format!("once per element of `{}`", ctx.text(name)),
        Factor::While(_) => "in every iteration of a loop".to_owned(),
        _ => "repeatedly".to_owned(),
    };
    let (what, unit) = match effect.kind {
        EffectKind::Query => (format!("`{label}` is queried {over}"), "queries"),
        EffectKind::Write => (format!("`{label}` is written {over}"), "writes"),
        EffectKind::Http => (format!("An HTTP request is sent {over}"), "requests"),
        EffectKind::Cache => (format!("The cache is asked {over}"), "round trips"),
        EffectKind::Queue => (format!("A message is sent {over}"), "round trips"),
        _ => (format!("A service is called {over}"), "calls"),
    };
    let mut sites: Vec<Site> = repeats.iter().map(|r| r.term.effect.site).collect();
    sites.sort();
    sites.dedup();
    let more = if sites.len() > 1 {
        format!(" {} such statements are reached from here.", sites.len())
    } else {
        String::new()
    };
    let mut route: Vec<Step> =
        ctx.entry_step(best.at, best.entry).into_iter().chain(ctx.loop_step(best.factor)).collect();
    route.extend(ctx.steps(&best.term));
    for other in repeats.iter().skip(1).take(8) {
        for step in ctx.steps(&other.term).into_iter().chain(ctx.loop_step(other.factor)) {
            if !route.iter().any(|s| s.place == step.place) {
                route.push(step);
            }
        }
    }
    if !route.iter().any(|s| s.place == place) {
        route.insert(0, Step { kind: StepKind::Call, place: place.clone(), label: "reaches it".to_owned() });
    }
    let context = ctx.contexts.of(ctx.program, primary.at);
    Some(Finding {
        rule: (&*page.id).into(),
        level: page.level,
        confidence: in_context(ctx, confidence(ctx, best), context, effect.kind),
        context,
        message: format!("{what}.{more} {}", advice(effect.kind)),
        primary: place,
        route,
        cost: ctx.formula(best.factor, &best.term, unit),
        fix: None,
        also: Vec::new(),
        suppressed: None,
    })
}

fn advice(kind: EffectKind) -> &'static str {
    match kind {
        EffectKind::Query => "Fetch all of them with one query before the loop and look them up by key.",
        EffectKind::Write => "Collect the rows and write them with one bulk statement.",
        EffectKind::Cache => "Ask for all keys at once, or use a pipeline.",
        EffectKind::Queue => "Send them as one batch.",
        _ => "Use a batch endpoint, or fetch them concurrently with a limit.",
    }
}

/// A loop over what nobody knows counts where somebody waits; a message, a mail or a cache look-up per element only if
/// the elements are rows.
fn in_context(ctx: &Ctx<'_>, confidence: Confidence, context: Context, kind: EffectKind) -> Confidence {
    let cheap = context != Context::Library
        && matches!(kind, EffectKind::Cache | EffectKind::Queue | EffectKind::Rpc);
    match confidence {
        Confidence::Medium if cheap || !ctx.contexts.waits(context) => Confidence::Low,
        other => limited(other, context),
    }
}
