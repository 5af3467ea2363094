//! A relation that is loaded once per row because the query did not load it.

use crate::context::{judged, limited};
use crate::merge::{MAX_PLACES, Shared, merged};
use crate::write::Ctx;
use crate::{Confidence, Context, Finding, Fix, Page, Place, Step, StepKind, edit, few, worth};
use perflint_link::EntityIx;
use perflint_summary::{Factor, Repeat, Site, Sure};
use std::collections::{BTreeMap, BTreeSet};

/// What one query lacks: the relation paths, each with the places that read it.
pub(crate) type Missing<'a> = BTreeMap<String, Vec<&'a Repeat>>;

pub(crate) fn detect(ctx: &Ctx<'_>, page: &Page, out: &mut Vec<Finding>) {
    // One cause is one query, whatever it lacks: the fix is one edit. Columns and relations are different edits.
    let mut causes: BTreeMap<(Site, bool), Missing<'_>> = BTreeMap::new();
    // What rows load by themselves is decided where the entity is declared, for all of its queries.
    let mut mappings: BTreeMap<EntityIx, (Missing<'_>, BTreeSet<Site>)> = BTreeMap::new();
    for repeat in &ctx.facts.repeats {
        let Some(lazy) = &repeat.term.effect.lazy else { continue };
        if matches!(repeat.factor, Factor::While(_)) || repeat.batch {
            continue;
        }
        if lazy.origin.is_some_and(|origin| ctx.facts.made.contains(&origin)) {
            continue;
        }
        let user_origin = lazy.origin.filter(|o| !ctx.program.is_stub(o.at.file));
        let Some(primary) = user_origin.or_else(|| ctx.first_user_site(&repeat.term)) else { continue };
        if !judged(ctx.program, primary.at.file) {
            continue;
        }
        if lazy.by_itself {
            let (paths, sites) = mappings.entry(lazy.from).or_default();
            paths.entry(ctx.text(lazy.path).to_owned()).or_default().push(repeat);
            sites.insert(primary);
        } else {
            let paths = causes.entry((primary, lazy.column)).or_default();
            paths.entry(ctx.text(lazy.path).to_owned()).or_default().push(repeat);
        }
    }
    let mut found = Vec::new();
    for ((primary, _), mut paths) in causes {
        keep_surest(ctx, page, &mut paths);
        let shares = page.words("shared").contains(&ctx.program.file(primary.at.file).lang.family());
        let shared = if shares { readers(ctx, &paths) } else { Shared::new() };
        found.extend(finding(ctx, page, primary, &paths).map(|finding| (shared, finding)));
    }
    for (mut paths, sites) in mappings.into_values() {
        keep_surest(ctx, page, &mut paths);
        let Some(primary) =
            sites.into_iter().min_by_key(|site| (ctx.contexts.of(ctx.program, site.at), *site))
        else {
            continue;
        };
        found.extend(finding(ctx, page, primary, &paths).map(|finding| (Shared::new(), finding)));
    }
    out.extend(merged(found, |others| match others {
        1 => " Another query lacks the same.".to_owned(),
        others => format!(" {others} other queries lack the same."),
    }));
}

/// The surest reads decide; the others are told only where there is nothing better.
fn keep_surest(ctx: &Ctx<'_>, page: &Page, paths: &mut Missing<'_>) {
    let best = paths.values().flatten().map(|r| confidence(ctx, page, r)).max();
    paths.retain(|_, repeats| repeats.iter().map(|r| confidence(ctx, page, r)).max() == best);
}

/// The places that read what is missing.
fn readers(ctx: &Ctx<'_>, paths: &Missing<'_>) -> Shared {
    let mut sites: Shared = paths.values().flatten().map(|repeat| ctx.last_user_site(&repeat.term)).collect();
    sites.sort();
    sites.dedup();
    sites
}

fn confidence(ctx: &Ctx<'_>, page: &Page, repeat: &Repeat) -> Confidence {
    let lazy = repeat.term.effect.lazy.as_ref();
    let origin = lazy.and_then(|l| Some((l.origin?, l.through)));
    let has_origin = origin.is_some_and(|(o, _)| !ctx.program.is_stub(o.at.file));
    if repeat.term.cold || repeat.term.sure == Sure::Guess {
        return Confidence::Low;
    }
    let family = ctx.program.file(repeat.at.file).lang.family();
    // A job works through many, and loading more with them is an edit of a word.
    let context = ctx.contexts.of(ctx.program, repeat.at);
    let few = context != Context::Job;
    if few::is_short(ctx, page, repeat.factor)
        || lazy.is_some_and(|lazy| few::is_kind(ctx, page, lazy))
        || (few && worth::is_saving(ctx, page, repeat, family))
        || worth::is_of_one(ctx, page, repeat, context)
        || origin.is_some_and(|(o, t)| worth::is_alone(ctx, o, t))
    {
        return Confidence::Low;
    }
    match (has_origin, repeat.term.sure, repeat.early) {
        (true, Sure::Certain, false) => Confidence::High,
        (false, _, true) => Confidence::Low,
        _ => Confidence::Medium,
    }
}

fn finding(ctx: &Ctx<'_>, page: &Page, primary: Site, paths: &Missing<'_>) -> Option<Finding> {
    let repeats: Vec<&Repeat> = paths.values().flatten().copied().collect();
    let best = repeats.iter().copied().max_by_key(|r| confidence(ctx, page, r))?;
    let place = ctx.site(primary)?;
    let from_origin = best.term.effect.lazy.as_ref()?.origin.is_some_and(|o| o == primary);
    // The longest paths say it all.
    let longest: Vec<&str> = paths
        .keys()
        .map(String::as_str)
        .filter(|path| !paths.keys().any(|other| other.starts_with(&format!("{path}."))))
        .collect();
    let names = listed(&longest);
    let over = match best.factor {
        Factor::Size { name, .. } => ctx.text(name),
        _ => "",
    };
    let over = if over.is_empty() || over == "items" { "the rows".to_owned() } else { format!("`{over}`") };
    let mut route: Vec<Step> = Vec::new();
    if from_origin {
        route.push(Step {
            kind: StepKind::Source,
            place: place.clone(),
            label: format!("built without {names}"),
        });
    }
    let edited = edited(ctx, &repeats, &place);
    route.extend(edited.iter().map(|(place, _)| Step {
        kind: StepKind::Source,
        place: place.clone(),
        label: format!("says what is loaded, without {names}"),
    }));
    route.extend(ctx.entry_step(best.at, &best.seen));
    for repeat in repeats.iter().take(24) {
        for step in ctx.loop_step(repeat.factor).into_iter().chain(ctx.steps(&repeat.term)) {
            if !route.iter().any(|s| s.place == step.place) {
                route.push(step);
            }
        }
    }
    let begins = (place.clone(), String::new());
    let (at, below) = if let [one] = &*edited { one } else { &begins };
    let fix = edit::advice(ctx, &longest, paths, below).map(|advice| Fix { place: at.clone(), advice });
    // Whose rows come from a script is a matter of the script, whatever it has in common with requests.
    let context = match ctx.contexts.of(ctx.program, primary.at) {
        Context::Script => Context::Script,
        own => own.min(ctx.contexts.of(ctx.program, best.at)),
    };
    let family = ctx.program.file(best.at.file).lang.family();
    let sure = match ctx.contexts.is_unreached(page, context, family) {
        true => Confidence::Low,
        false => limited(confidence(ctx, page, best), context),
    };
    let verb = if longest.len() > 1 { "are" } else { "is" };
    let column = best.term.effect.lazy.as_ref().is_some_and(|l| l.column);
    let them = if longest.len() > 1 { "them" } else { "it" };
    let by_itself = best.term.effect.lazy.as_ref().is_some_and(|l| l.by_itself);
    let reads = if by_itself {
        format!("the mapping has {them} fetched with every row, whether or not anything reads {them}")
    } else {
        format!("the code reads {them} for each row")
    };
    let lacks = if column { format!("leaves {them} out") } else { format!("does not load {them}") };
    Some(Finding {
        rule: (&*page.id).into(),
        level: page.level,
        confidence: sure,
        context,
        message: format!(
            "{names} {verb} loaded with one query per row of {over}. The query {lacks}, and {reads}.",
        ),
        primary: place,
        route,
        cost: ctx.formula(
            best.factor,
            &best.term,
            if longest.len() > 1 { "queries per relation" } else { "queries" },
        ),
        fix,
        also: Vec::new(),
        suppressed: None,
    })
}

/// Where queries are told what to load, if not on the line where they begin: in a link of a chain, or where they are declared.
/// With each place the path that its rows have from where the query begins.
fn edited(ctx: &Ctx<'_>, repeats: &[&Repeat], begins: &Place) -> Vec<(Place, String)> {
    let told = repeats.iter().filter_map(|repeat| {
        let lazy = repeat.term.effect.lazy.as_ref()?;
        let origin = lazy.origin?;
        let linked = ctx.facts.loads.get(&(origin, lazy.supply));
        let linked = linked.and_then(|(site, path)| Some((ctx.site(*site)?, ctx.text(*path).to_owned())));
        linked.or_else(|| Some((ctx.declaration(origin)?, String::new())))
    });
    let mut places: Vec<(Place, String)> =
        told.filter(|(place, _)| (&place.file, place.line) != (&begins.file, begins.line)).collect();
    places.sort();
    places.dedup();
    places.truncate(MAX_PLACES);
    places
}

/// `a`, `b` and 3 more.
pub(crate) fn listed(paths: &[&str]) -> String {
    let shown: Vec<String> = paths.iter().take(4).map(|p| format!("`{p}`")).collect();
    match (shown.as_slice(), paths.len() - shown.len()) {
        ([one], _) => one.clone(),
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        (shown, more) => format!("{} and {more} more", shown.join(", ")),
    }
}
