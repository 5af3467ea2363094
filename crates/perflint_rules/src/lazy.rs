//! A relation that is loaded once per row because the query did not load it.

use crate::context::judged;
use crate::write::Ctx;
use crate::{Confidence, Finding, Fix, Page, Step, StepKind};
use perflint_link::Relation;
use perflint_summary::{Factor, Repeat, Site, Sure};
use std::collections::BTreeMap;

pub(crate) fn detect(ctx: &Ctx<'_>, page: &Page, out: &mut Vec<Finding>) {
    // One cause is one query that lacks one path; the longest path says it all.
    let mut causes: BTreeMap<(Site, String), Vec<&Repeat>> = BTreeMap::new();
    for repeat in &ctx.facts.repeats {
        let Some(lazy) = &repeat.term.effect.lazy else { continue };
        if matches!(repeat.factor, Factor::While(_)) || repeat.batch {
            continue;
        }
        let user_origin = lazy.origin.filter(|o| !ctx.program.is_stub(o.at.file));
        let Some(primary) = user_origin.or_else(|| ctx.first_user_site(&repeat.term)) else { continue };
        if judged(ctx.program, primary.at.file) {
            causes.entry((primary, ctx.text(lazy.path).to_owned())).or_default().push(repeat);
        }
    }
    let keys: Vec<(Site, String)> = causes.keys().cloned().collect();
    for (key, repeats) in &causes {
        let longer = format!("{}.", key.1);
        if keys.iter().any(|(site, path)| *site == key.0 && path.starts_with(&longer)) {
            continue;
        }
        let mut all: Vec<&Repeat> = repeats.clone();
        for (other, more) in &causes {
            if other.0 == key.0 && key.1.starts_with(&format!("{}.", other.1)) {
                all.extend(more);
            }
        }
        out.extend(finding(ctx, page, key.0, &key.1, &all));
    }
}

fn confidence(repeat: &Repeat, has_origin: bool) -> Confidence {
    if repeat.term.cold || repeat.term.sure == Sure::Guess {
        return Confidence::Low;
    }
    match (has_origin, repeat.term.sure, repeat.early) {
        (true, Sure::Certain, false) => Confidence::High,
        (false, _, true) => Confidence::Low,
        _ => Confidence::Medium,
    }
}

fn finding(ctx: &Ctx<'_>, page: &Page, primary: Site, path: &str, repeats: &[&Repeat]) -> Option<Finding> {
    let best = repeats.first()?;
    let lazy = best.term.effect.lazy.as_ref()?;
    let place = ctx.site(primary)?;
    let origin = lazy.origin.filter(|o| !ctx.program.is_stub(o.at.file));
    let over = match best.factor {
        Factor::Size { name, .. } => ctx.text(name),
        _ => "the rows",
    };
    let over = if over.is_empty() || over == "items" { "the rows" } else { over };
    let mut route: Vec<Step> = Vec::new();
    if origin.is_some() {
        route.push(Step { kind: StepKind::Source, place: place.clone(), label: format!("built without `{path}`") });
    }
    for repeat in repeats.iter().take(8) {
        for step in ctx.loop_step(repeat.factor).into_iter().chain(ctx.steps(&repeat.term)) {
            if !route.iter().any(|s| s.place == step.place) {
                route.push(step);
            }
        }
    }
    let relation = ctx.program.relation(lazy.from, lazy.relation).or_else(|| {
        let name = ctx.program.names.find(path.rsplit('.').next()?)?;
        ctx.program.relation(lazy.from, name)
    });
    let fix = advice(ctx, relation, path).map(|advice| Fix { place: place.clone(), advice });
    let context = ctx.contexts.of(ctx.program, best.at);
    let context = if context == crate::Context::Library { ctx.contexts.of(ctx.program, primary.at) } else { context };
    Some(Finding {
        rule: (&*page.id).into(),
        level: page.level,
        confidence: repeats.iter().map(|r| confidence(r, origin.is_some())).max()?,
        context,
        message: format!(
            "`{path}` is loaded with one query per row of `{over}`. The query does not load it, and the code reads it for each row."
        ),
        primary: place,
        route,
        cost: ctx.formula(best.factor, &best.term, "queries"),
        fix,
        also: Vec::new(),
        suppressed: None,
    })
}

/// The edit in the notation of the library that declares the relation.
fn advice(ctx: &Ctx<'_>, relation: Option<&Relation>, path: &str) -> Option<String> {
    let relation = relation?;
    let (_, row) = ctx.models.relations.get(relation.row)?;
    let separator = row.fix_path.as_deref().unwrap_or(".");
    let many = relation.to == perflint_models::To::Many;
    let mut template = row.fix.as_deref()?.to_owned();
    if many || relation.reverse {
        template = template.replace("select_related", "prefetch_related");
    }
    let written = match separator {
        "tree" => path.replace('.', ": { include: "),
        separator => path.replace('.', separator),
    };
    Some(format!("Add `{}` to the query.", template.replace("{path}", &written)))
}
