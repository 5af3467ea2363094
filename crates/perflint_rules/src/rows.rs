//! Rows without bound: in memory, in responses; columns without choice.

use crate::context::judged;
use crate::part::is_part;
use crate::write::Ctx;
use crate::{Confidence, Context, Finding, Page, Step, StepKind};
use perflint_ir::BodyKind;
use perflint_link::EntityIx;
use perflint_models::To;
use perflint_summary::{Materialised, Site, words};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) fn unbounded(ctx: &Ctx<'_>, page: &Page, out: &mut Vec<Finding>) {
    let answered: BTreeSet<Site> = ctx.facts.responded.iter().map(|r| r.origin).collect();
    let mut causes: BTreeMap<Site, &Materialised> = BTreeMap::new();
    let mut built: BTreeMap<Site, BTreeSet<Site>> = BTreeMap::new();
    for rows in &ctx.facts.materialised {
        built.entry(rows.site).or_default().insert(rows.origin);
    }
    // The end of a layer through which many queries go is not the place of any of them.
    let is_layer = |site: &Site| built.get(site).is_some_and(|origins| origins.len() > 1);
    for rows in &ctx.facts.materialised {
        if rows.related || rows.label_is_empty(ctx) || answered.contains(&rows.origin) {
            continue;
        }
        let elsewhere = ctx.program.is_stub(rows.site.at.file) || is_layer(&rows.site);
        let primary = if elsewhere { rows.origin } else { rows.site };
        if let Some(primary) = written(ctx, primary, rows.caller) {
            causes.entry(primary).or_insert(rows);
        }
    }
    for (primary, rows) in causes {
        let Some(place) = ctx.site(primary) else { continue };
        let context = reached(ctx, rows, primary);
        let name = entity_name(ctx, rows.entity, ctx.text(rows.label));
        let growth = growth(ctx, page, rows.entity, &name);
        let confidence = match (rows.narrowed, context) {
            _ if rows.paged || rows.choices || matches!(growth, Growth::Little | Growth::Unowned) => {
                Confidence::Low
            }
            // A column is little; what works through a list in the background may hold it.
            (false, Context::Job) if rows.plain && rows.entity.is_some() => Confidence::Low,
            (false, context) if ctx.contexts.waits(context) => Confidence::Medium,
            (true, Context::Request | Context::Job) if rows.open_limit => Confidence::Medium,
            _ => Confidence::Low,
        };
        let mut route: Vec<Step> = ctx.entry_step(primary.at, &rows.seen).into_iter().collect();
        if let Some(caller) = rows.caller.and_then(|c| ctx.site(c)) {
            route.push(Step {
                kind: StepKind::Call,
                place: caller,
                label: "is called without a limit".to_owned(),
            });
        }
        if let Some(origin) = ctx.site(rows.origin).filter(|o| *o != place) {
            route.push(Step {
                kind: StepKind::Source,
                place: origin,
                label: "the query is built here".to_owned(),
            });
        }
        route.extend(declared_step(ctx, rows.origin));
        route.push(Step {
            kind: StepKind::Effect,
            place: place.clone(),
            label: format!("reads all rows of `{name}`"),
        });
        out.push(Finding {
            rule: (&*page.id).into(),
            level: page.level,
            confidence,
            context,
            message: if rows.narrowed {
                format!("All rows of `{name}` that match are read into memory. Nothing limits their number.")
            } else {
                format!("All rows of `{name}` are read into memory. Nothing limits the query: memory and time grow with the table.")
            },
            primary: place,
            route,
            cost: format!("|{name}| rows"),
            fix: None,
            also: Vec::new(),
            suppressed: None,
        });
    }
}

/// Where a query is somebody's to change: where it stands, or where the function is called that was generated for it.
fn written(ctx: &Ctx<'_>, site: Site, caller: Option<Site>) -> Option<Site> {
    if ctx.program.is_stub(site.at.file) {
        return None;
    }
    [Some(site), caller].into_iter().flatten().find(|site| judged(ctx.program, site.at.file))
}

/// Where rows come into memory: where they are read or where their query is built, whichever somebody waits for. A query that is
/// built for others as well runs for nobody if what has it run is called by nobody.
fn reached(ctx: &Ctx<'_>, rows: &Materialised, primary: Site) -> Context {
    let of = |site: Site| ctx.contexts.of(ctx.program, site.at);
    let own = of(rows.site).min(of(primary));
    match rows.caller {
        Some(caller) if rows.seen.entry.is_none() => own.max(of(caller)),
        _ => own,
    }
}

trait Labelled {
    fn label_is_empty(&self, ctx: &Ctx<'_>) -> bool;
}

impl Labelled for Materialised {
    fn label_is_empty(&self, ctx: &Ctx<'_>) -> bool {
        self.entity.is_none() && matches!(ctx.text(self.label), "" | "sql")
    }
}

fn entity_name(ctx: &Ctx<'_>, entity: Option<EntityIx>, label: &str) -> String {
    entity.map_or_else(|| label.to_owned(), |e| ctx.text(ctx.program.entity(e).name).to_owned())
}

/// How a table grows, as far as its declaration and its name tell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Growth {
    /// A list of kinds, settings, languages that somebody keeps by hand.
    Little,
    /// Nothing owns its rows, and nothing says what they are.
    Unowned,
    /// Its rows belong to others, and grow with them.
    WithOthers,
    /// A row is added whenever something happens: no owner has few of them for long.
    Always,
}

/// True if a name is one of a list of kinds: `UserNotification` is a notification, `NotificationRule` a rule.
pub(crate) fn is_one_of(page: &Page, name: &str, list: &str) -> bool {
    // `AreaEntity` is an area.
    let said = |word: &String| !matches!(word.as_str(), "entity" | "model" | "record" | "table" | "po");
    let last = words(name).filter(said).last().or_else(|| words(name).last());
    let (head, list) = (last.unwrap_or_default(), page.words(list));
    list.contains(&&*head) || list.contains(&head.trim_end_matches('s'))
}

fn growth(ctx: &Ctx<'_>, page: &Page, entity: Option<EntityIx>, name: &str) -> Growth {
    let has = |list: &str| is_one_of(page, name, list);
    if has("appended") {
        return Growth::Always;
    }
    if has("kept") {
        return Growth::Little;
    }
    let Some(entity) = entity else {
        // Names of tables may be written without a break: `blocktypes`.
        let one = name.trim_end_matches('s');
        let ends = |kind: &&str| one.strip_suffix(*kind).is_some_and(|before| before.len() > 2);
        let is_kind = !has("growing") && page.words("kept").iter().any(ends);
        return if is_kind { Growth::Little } else { Growth::WithOthers };
    };
    // What only refers to kinds is a kind as well: a tracker has a default status.
    let kept = |target: EntityIx| is_one_of(page, ctx.text(ctx.program.entity(target).name), "kept");
    let belongs = ctx
        .program
        .relations_of(entity)
        .iter()
        .any(|r| r.to == To::One && !r.reverse && !r.target.is_some_and(kept));
    // Where no relation is declared at all, keys are columns like others, and nothing can be told from them.
    let declared = ctx.program.own_entities().any(|e| !ctx.program.entity(e).relations.is_empty());
    if belongs || !declared || has("growing") { Growth::WithOthers } else { Growth::Unowned }
}

/// True for rows that are no details: they have lists of their own, and belong to nothing but what belongs to nobody. There are few of
/// those, so that each has a large share of the table: products of a store, series of a library.
fn is_shelved(ctx: &Ctx<'_>, page: &Page, entity: EntityIx) -> bool {
    let def = ctx.program.class(ctx.program.entity(entity).class).def;
    if !page.words("shelved").contains(&ctx.program.file(def.file).lang.family()) {
        return false;
    }
    let name = |entity: EntityIx| ctx.text(ctx.program.entity(entity).name);
    let owners = |entity: EntityIx| {
        let relations = ctx.program.relations_of(entity);
        relations.into_iter().filter(|r| r.to == To::One && !r.reverse).map(|r| r.target).collect::<Vec<_>>()
    };
    let lists = ctx.program.relations_of(entity).iter().any(|r| {
        r.to == To::Many && r.target.is_some_and(|t| t != entity && !is_one_of(page, name(t), "kept"))
    });
    match owners(entity)[..] {
        [Some(owner)] if lists && owner != entity => {
            owners(owner).is_empty()
                && !["kept", "growing"].iter().any(|list| is_one_of(page, name(owner), list))
        }
        _ => false,
    }
}

pub(crate) fn unpaged(ctx: &Ctx<'_>, page: &Page, out: &mut Vec<Finding>) {
    let mut causes: BTreeMap<Site, Vec<&perflint_summary::Responded>> = BTreeMap::new();
    let callers: BTreeMap<Site, Site> =
        ctx.facts.materialised.iter().filter_map(|rows| Some((rows.origin, rows.caller?))).collect();
    for event in &ctx.facts.responded {
        if event.related && !event.direct && !is_subject(ctx, page, event.origin) {
            continue;
        }
        let caller = || callers.get(&event.origin).copied();
        if let Some(origin) = written(ctx, event.origin, caller()) {
            causes.entry(origin).or_default().push(event);
        }
    }
    for (origin, mut events) in causes {
        let Some(place) = ctx.site(origin) else { continue };
        // A template that others render as well says nothing of who renders these rows.
        let in_code =
            |event: &&perflint_summary::Responded| ctx.program.body(event.site.at).kind != BodyKind::Template;
        if events.iter().any(in_code) {
            events.retain(in_code);
        }
        let Some(best) = events.iter().find(|e| e.cut).or(events.first()) else { continue };
        let context = events
            .iter()
            .map(|e| ctx.contexts.of(ctx.program, e.site.at))
            .chain([ctx.contexts.of(ctx.program, origin.at)])
            .min()
            .unwrap_or(Context::Library);
        let label = Some(ctx.text(best.label)).filter(|l| !l.is_empty()).unwrap_or("rows");
        let name = entity_name(ctx, best.entity, label);
        let mut route: Vec<Step> = Vec::new();
        route.push(Step {
            kind: StepKind::Source,
            place: place.clone(),
            label: format!("reads `{name}` without a limit"),
        });
        route.extend(declared_step(ctx, origin));
        for event in events.iter().take(8) {
            // A writer that all handlers share says nothing of whose rows these are: who builds the query does.
            route.extend(ctx.entry_step(event.origin.at, &event.seen));
            if let Some(site) = ctx.site(event.site) {
                route.push(Step {
                    kind: StepKind::Effect,
                    place: site,
                    label: if event.cut {
                        "cuts a page out of all of them"
                    } else {
                        "all of them leave in the response"
                    }
                    .to_owned(),
                });
            }
        }
        let unknown = best.entity.is_none() && matches!(ctx.text(best.label), "" | "sql");
        let confidence = match (context, growth(ctx, page, best.entity, &name)) {
            // Of what rows there are too many is all that there would be to say; who asks for no page means to get all of them.
            _ if unknown || best.paged => Confidence::Low,
            // Whoever skips rows in memory means to page, wherever the code is called from.
            (Context::Request | Context::Library, growth) if best.cut && growth != Growth::Little => {
                Confidence::Medium
            }
            (Context::Request, growth) if best.open_limit && growth != Growth::Little => Confidence::Medium,
            (Context::Request, Growth::Always) if !best.narrowed || (best.direct && !best.plain) => {
                Confidence::Medium
            }
            (Context::Request, Growth::WithOthers) if !best.narrowed && !best.related => Confidence::Medium,
            // A page that is a list of what belongs to one row.
            (Context::Request, Growth::WithOthers | Growth::Always)
                if best.related
                    && (is_called(ctx, page, origin)
                        || (ctx.facts.subjects.contains(&origin)
                            && !best.entity.is_some_and(|rows| is_part(ctx, page, rows, best.of)))) =>
            {
                Confidence::Medium
            }
            // A list of what has lists of its own, in what belongs to nobody: the series of a library.
            (Context::Request, Growth::WithOthers)
                if best.direct && !best.related && best.entity.is_some_and(|e| is_shelved(ctx, page, e)) =>
            {
                Confidence::Medium
            }
            // A list of all there is, as the answer: whoever asks for it asks for more than a choice of kinds.
            (Context::Request, Growth::Unowned) if !best.narrowed && best.direct => Confidence::Medium,
            _ => Confidence::Low,
        };
        out.push(Finding {
            rule: (&*page.id).into(),
            level: page.level,
            confidence,
            context,
            message: match (best.cut, if best.narrowed { " that match" } else { "" }) {
                (true, which) => format!(
                    "All rows of `{name}`{which} are read, and a page of them is cut out in memory. Give limit and offset to the query."
                ),
                (false, which) => format!(
                    "The response holds all rows of `{name}`{which}. Nothing limits the query and nothing pages the result."
                ),
            },
            primary: place,
            route,
            cost: format!("|{name}| rows per response"),
            fix: None,
            also: Vec::new(),
            suppressed: None,
        });
    }
}

/// Where a query is declared that stands as a method without code.
fn declared_step(ctx: &Ctx<'_>, origin: Site) -> Option<Step> {
    let label = "the query is declared here".to_owned();
    ctx.declaration(origin).map(|place| Step { kind: StepKind::Source, place, label })
}

/// True for rows that an answer is a list of.
fn is_subject(ctx: &Ctx<'_>, page: &Page, origin: Site) -> bool {
    ctx.facts.subjects.contains(&origin) || is_called(ctx, page, origin)
}

/// True for rows that the answer is called like which is a list of them.
fn is_called(ctx: &Ctx<'_>, page: &Page, origin: Site) -> bool {
    let family = ctx.program.file(origin.at.file).lang.family();
    ctx.facts.named.contains(&origin) && page.words("called").contains(&family)
}

pub(crate) fn star(ctx: &Ctx<'_>, page: &Page, out: &mut Vec<Finding>) {
    for (file, ir) in ctx.program.each_file() {
        if !judged(ctx.program, file) {
            continue;
        }
        for facts in &ir.sql {
            let Some(statement) = facts.statements.iter().find(|s| s.star) else { continue };
            let Some((body, op)) = facts.place else { continue };
            let site = Site { at: perflint_link::BodyRef { file, body }, op };
            let Some(place) = ctx.site(site) else { continue };
            let table = statement.tables.first().map_or("the table", |t| t);
            out.push(Finding {
                rule: (&*page.id).into(),
                level: page.level,
                confidence: Confidence::Medium,
                context: ctx.contexts.of(ctx.program, site.at),
                message: format!("All columns of `{table}` are read. Name the columns that are used."),
                primary: place.clone(),
                route: vec![Step { kind: StepKind::Effect, place, label: "SELECT *".to_owned() }],
                cost: "all columns".to_owned(),
                fix: None,
                also: Vec::new(),
                suppressed: None,
            });
        }
    }
}
