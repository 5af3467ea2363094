//! An effect that runs once per element.
//!
//! One loop is one finding, however many statements it repeats: whoever reads it looks at the loop once. A finding tells
//! the statements that it is surest of; what is less sure, or less worth changing, stays behind.

use crate::context::{judged, limited};
use crate::detect::effects;
use crate::merge::{MAX_PLACES, Shared, merged};
use crate::write::Ctx;
use crate::{Confidence, Context, Finding, Page, Place, Step, StepKind, among, few, helper, worth};
use perflint_ir::{Body, Callee, LocalId, OpId, OpKind, RegionId, RegionKind, Role, Sym};
use perflint_link::BodyRef;
use perflint_models::{EffectKind, Wait};
use perflint_summary::{Factor, Repeat, Site, Sure, words};
use std::collections::BTreeMap;

pub(crate) fn detect(ctx: &Ctx<'_>, page: &Page, out: &mut Vec<Finding>) {
    let [kinds, spread, paged] = ["effects", "spread", "paged"].map(|param| effects(page, param));
    let rule = Rule { ctx, page, kinds, spread, paged };
    let mut loops: BTreeMap<Site, Vec<&Repeat>> = BTreeMap::new();
    for repeat in &ctx.facts.repeats {
        let wanted = repeat.term.effect.lazy.is_none() && rule.kinds.contains(&repeat.term.effect.kind);
        if !wanted || batched(repeat) {
            continue;
        }
        let Some(primary) = primary(ctx, repeat) else { continue };
        if judged(ctx.program, primary.at.file) {
            loops.entry(cause(ctx, repeat, primary)).or_default().push(repeat);
        }
    }
    let found = loops.values().filter_map(|repeats| rule.finding(repeats)).collect();
    out.extend(merged(found, |others| match others {
        1 => " Another loop repeats the same.".to_owned(),
        others => format!(" {others} other loops repeat the same."),
    }));
}

/// Several calls of one tick that the client sends as one, or a loop over batches.
fn batched(repeat: &Repeat) -> bool {
    repeat.batch || (repeat.term.effect.batched && repeat.region.is_none())
}

/// The call in the loop's body; for a loop of the framework, the first place of the user's code that it reaches.
fn primary(ctx: &Ctx<'_>, repeat: &Repeat) -> Option<Site> {
    if !ctx.program.is_stub(repeat.place.at.file) {
        let elsewhere = helper::given(ctx, repeat).or_else(|| helper::referenced(ctx, repeat));
        return elsewhere.or(Some(repeat.place));
    }
    ctx.first_user_site(&repeat.term)
}

/// True for what a map of rows says to run for each: the function that makes it run does not say so itself.
fn is_declared(ctx: &Ctx<'_>, repeat: &Repeat) -> bool {
    ctx.facts.nested.contains(&repeat.term.effect.site)
}

/// The code that runs the place of a finding.
fn runs_in(ctx: &Ctx<'_>, repeat: &Repeat, primary: Site) -> BodyRef {
    if is_declared(ctx, repeat) { repeat.at } else { primary.at }
}

/// What the finding is about: the loop, if the user wrote it.
fn cause(ctx: &Ctx<'_>, repeat: &Repeat, primary: Site) -> Site {
    match repeat.factor {
        Factor::Size { site, .. } | Factor::While(site)
            if !ctx.program.is_stub(site.at.file) && helper::given(ctx, repeat).is_none() =>
        {
            site
        }
        _ => primary,
    }
}

struct Rule<'a> {
    ctx: &'a Ctx<'a>,
    page: &'a Page,
    kinds: Vec<EffectKind>,
    /// Effects by which work is spread over elements.
    spread: Vec<EffectKind>,
    /// Effects that a page of rows may have for each.
    paged: Vec<EffectKind>,
}

impl Rule<'_> {
    fn finding(&self, repeats: &[&Repeat]) -> Option<(Shared, Finding)> {
        let ctx = self.ctx;
        let weighed =
            |r: &&Repeat| if sees_writes(ctx, r, repeats) { Confidence::Low } else { self.confidence(r) };
        let sure = repeats.iter().map(weighed).max()?;
        let mut told: Vec<&Repeat> = repeats.iter().copied().filter(|r| weighed(r) == sure).collect();
        // The one that shows the problem best: a read, in the open, near.
        told.sort_by_cached_key(|r| {
            let written = r.term.effect.kind == EffectKind::Write;
            (written, conditions(ctx, r), depth(r), r.place)
        });
        let best = told.first()?;
        let primary = primary(ctx, best)?;
        let place = ctx.site(primary)?;
        let mut also: Vec<Place> =
            told.iter().filter_map(|r| primary_place(ctx, r)).filter(|p| *p != place).collect();
        also.sort();
        also.dedup();
        also.truncate(MAX_PLACES);
        let route = self.route(&told, &place);
        let (what, unit) = describe(ctx, best);
        // What the loop itself says is its own; what it calls may be what others call as well. A helper that asks for
        // anything at all is no cause.
        let family = ctx.program.file(primary.at.file).lang.family();
        let shares = depth(best) > 0
            && best.term.effect.entity.is_some()
            && self.page.words("shared").contains(&family);
        let shared = if shares { vec![ctx.last_user_site(&best.term)] } else { Vec::new() };
        let finding = Finding {
            rule: (&*self.page.id).into(),
            level: self.page.level,
            confidence: sure,
            context: ctx.contexts.of(ctx.program, runs_in(ctx, best, primary)),
            message: format!("{what}.{} {}", others(ctx, &told), advice(ctx, best)),
            route,
            primary: place,
            cost: ctx.formula(best.factor, &best.term, unit),
            fix: None,
            also,
            suppressed: None,
        };
        Some((shared, finding))
    }

    fn route(&self, told: &[&Repeat], place: &Place) -> Vec<Step> {
        let ctx = self.ctx;
        let Some(best) = told.first() else { return Vec::new() };
        // A helper that calls whatever it is given is reached by everybody; what it was given is reached by few.
        let at = helper::given(ctx, best).map_or(best.at, |inside| inside.at);
        let mut route: Vec<Step> = ctx
            .entry_step(at, &best.seen)
            .into_iter()
            .chain(ctx.loop_step(best.factor))
            .chain(ctx.steps(&best.term))
            .collect();
        for other in told.iter().skip(1).take(8) {
            for step in ctx.steps(&other.term) {
                if !route.iter().any(|s| s.place == step.place) {
                    route.push(step);
                }
            }
        }
        if !route.iter().any(|s| s.place == *place) {
            let label = "reaches it".to_owned();
            route.insert(0, Step { kind: StepKind::Call, place: place.clone(), label });
        }
        route
    }

    fn confidence(&self, repeat: &Repeat) -> Confidence {
        let ctx = self.ctx;
        let kind = repeat.term.effect.kind;
        let at = primary(ctx, repeat).map_or(repeat.at, |p| runs_in(ctx, repeat, p));
        let context = ctx.contexts.of(ctx.program, at);
        let rows = match repeat.factor {
            Factor::Size { rows, .. } => rows || repeat.rows,
            _ => false,
        };
        if repeat.term.cold || repeat.term.sure == Sure::Guess || matches!(repeat.factor, Factor::While(_)) {
            return Confidence::Low;
        }
        let family = ctx.program.file(at.file).lang.family();
        if !self.concerns(context, family) {
            return Confidence::Low;
        }
        if works_on(repeat)
            || ctx.contexts.is_settled(at)
            || crate::kept::is_kept(ctx, repeat)
            || in_browser(ctx, repeat)
            || self.is_bulk(repeat)
            || among::is_batch(ctx, repeat)
            || self.is_alone(repeat, family)
            || (self.page.words("always").contains(&family) && is_conditional(ctx, repeat))
            || !self.is_worth_it(repeat, family)
            || ctx.contexts.is_unreached(self.page, context, family)
            || few::is_short(ctx, self.page, repeat.factor)
            || (matches!(kind, EffectKind::Http | EffectKind::Rpc)
                && !(rows && context == Context::Request && repeat.term.wait != Wait::Detached)
                && few::is_addressed(ctx, self.page, repeat.factor))
            || worth::is_given(ctx, self.page, repeat, context)
            || worth::is_ticked(ctx, self.page, repeat, family)
            || worth::is_of_one(ctx, self.page, repeat, context)
            || worth::is_filled(self.page, kind, family)
            || self.spread.contains(&kind)
            || (self.paged.contains(&kind) && worth::is_of_a_page(ctx, repeat))
            || worth::is_worked_on(ctx, self.page, repeat)
            || worth::is_saving(ctx, self.page, repeat, family)
            || (worth::is_remembered(self.page, context, family) && !keyed(ctx, repeat))
        {
            return Confidence::Low;
        }
        // A search stops at the first hit; what writes as it goes does not search.
        let searches = repeat.early && kind != EffectKind::Write;
        if searches && !(rows && context == Context::Request) {
            return Confidence::Low;
        }
        let sure = match (rows, repeat.term.sure, searches) {
            (true, Sure::Certain, false) => Confidence::High,
            _ => Confidence::Medium,
        };
        // A loop over what nobody knows counts where somebody waits; a message or a cache look-up per element only if the
        // elements are rows, and requests that run side by side only as much.
        let cheap = context != Context::Library
            && (matches!(kind, EffectKind::Cache | EffectKind::Queue | EffectKind::Rpc)
                || (matches!(kind, EffectKind::Http | EffectKind::Mail) && repeat.parallel));
        match sure {
            Confidence::Medium if cheap || !ctx.contexts.waits(context) => Confidence::Low,
            // Jobs work through lists; what counts is a read per element.
            Confidence::Medium
                if context == Context::Job && !(kind == EffectKind::Query && keyed(ctx, repeat)) =>
            {
                Confidence::Low
            }
            Confidence::Medium if !rows && repeat.term.sure == Sure::Likely => Confidence::Low,
            other => limited(other, context),
        }
    }

    /// True unless the page is about other languages, or only about what somebody waits for.
    fn concerns(&self, context: Context, family: &str) -> bool {
        let languages = self.page.words("languages");
        (languages.is_empty() || languages.contains(&family))
            && (!self.page.flag("waited") || context == Context::Request)
    }

    /// A call that handles many at once is what the loop should come to; it runs once per group.
    fn is_bulk(&self, repeat: &Repeat) -> bool {
        let bulk = self.page.words("bulk");
        repeat.term.effect.kind != EffectKind::Query
            && words(self.ctx.text(repeat.term.effect.method)).any(|word| bulk.contains(&&*word))
    }

    /// What each element has by itself: a message that starts a job of its own, which is how work is spread.
    fn is_alone(&self, repeat: &Repeat, family: &str) -> bool {
        self.page.words_of("alone", family).contains(&self.ctx.text(repeat.term.effect.method))
    }

    /// False for a write that each element needs for itself: a changed row, a many-to-many set.
    fn is_worth_it(&self, repeat: &Repeat, family: &str) -> bool {
        let effect = &repeat.term.effect;
        effect.kind != EffectKind::Write
            || !self.page.params.contains_key("writes")
            || worth::is_bulky(self.ctx, self.page, family, effect.method, effect.site)
    }
}

/// The names of the calls that a call is chained to: a builder's statement is told by how it began.
pub(crate) fn chain(ctx: &Ctx<'_>, site: Site) -> Vec<Sym> {
    let body = ctx.program.body(site.at);
    let mut names = Vec::new();
    let mut next = site.op;
    while let Some(OpKind::Call(id)) = body.ops.get(next.at()).map(|op| op.kind)
        && names.len() < 12
    {
        next = match body.call(id).callee {
            Callee::Member { recv, name } => {
                names.push(name);
                recv
            }
            Callee::Value(v) => {
                if let Some(OpKind::Name(name) | OpKind::Get { name, .. }) =
                    body.ops.get(v.at()).map(|op| op.kind)
                {
                    names.push(name);
                }
                OpId::NONE
            }
        };
    }
    names
}

/// True if what runs depends on the loop's element: its arguments come from the element, or are not seen to come from
/// elsewhere.
fn keyed(ctx: &Ctx<'_>, repeat: &Repeat) -> bool {
    let body = ctx.program.body(repeat.place.at);
    let Some(mut tainted) = worth::varying(ctx, repeat) else { return true };
    let region = repeat.region.unwrap_or(RegionId(0));
    let inside = |op: &perflint_ir::Op| body.enclosing(op.region).any(|(r, _)| r == region);
    // The key of an element comes from the loop without saying so, before all else: `foreach ($orders as $id => $order)`.
    let first = (0u32..).map(OpId).zip(&body.ops).find(|(_, op)| op.region == region);
    let key = first
        .filter(|(_, op)| matches!(op.kind, OpKind::Unknown(kids) if body.kids(kids).is_empty()))
        .map(|(id, _)| id);
    // Variables that calls put something of the element into: `key.setId(order.getId())`, `ids.add(id)`.
    let mut fed = Vec::new();
    for op in body.ops.iter().filter(|op| inside(op)) {
        match op.kind {
            OpKind::Bind { local, value }
                if !tainted.contains(&local)
                    && (Some(value) == key || mentions(body, value, &tainted, 0)) =>
            {
                tainted.push(local);
            }
            OpKind::Call(id) if let Callee::Member { recv, .. } = body.call(id).callee => {
                let holder = body.ops.get(recv.at()).map(|op| op.kind);
                let mut args = body.args(body.call(id).args).iter();
                if let Some(OpKind::Local(local)) = holder
                    && args.any(|arg| mentions(body, arg.value, &tainted, 0))
                {
                    // One that the loop makes itself is another one for each element.
                    let mut made = body.bindings(local).filter_map(|value| body.ops.get(value.at()));
                    let holds = if made.any(inside) { &mut tainted } else { &mut fed };
                    holds.push(local);
                }
            }
            _ => {}
        }
    }
    // What the loop puts into an object goes along with whatever is asked of it: `self.order = order; self.print()`.
    let put = |op: &perflint_ir::Op| matches!(op.kind, OpKind::Put { put, .. } if mentions(body, body.puts[put.at()].1, &tainted, 0));
    let given = match body.ops.get(repeat.place.op.at()).map(|op| op.kind) {
        Some(OpKind::Call(id)) => body.args(body.call(id).args),
        _ => &[],
    };
    body.ops.iter().any(|op| inside(op) && put(op))
        || mentions(body, repeat.place.op, &tainted, 0)
        || given.iter().any(|arg| mentions(body, arg.value, &fed, 0))
}

/// True for a query that is the same in every run, of a table that the loop writes: it asks for what the run before it wrote.
fn sees_writes(ctx: &Ctx<'_>, repeat: &Repeat, repeats: &[&Repeat]) -> bool {
    let effect = &repeat.term.effect;
    let same = |other: &&Repeat| {
        let write = &other.term.effect;
        write.kind == EffectKind::Write
            && match (write.entity, effect.entity) {
                (Some(written), Some(asked)) => written == asked,
                _ => table(ctx, other) != UNNAMED && table(ctx, other) == table(ctx, repeat),
            }
    };
    effect.kind == EffectKind::Query && repeats.iter().any(same) && !keyed(ctx, repeat)
}

/// True if a value is made from one of some variables.
pub(crate) fn mentions(body: &Body, op: OpId, of: &[LocalId], depth: u32) -> bool {
    let Some(found) = body.ops.get(op.at()) else { return false };
    if depth > 12 {
        return true;
    }
    let next = |op: OpId| mentions(body, op, of, depth + 1);
    let any = |args: perflint_ir::Args| body.args(args).iter().any(|a| next(a.value));
    match found.kind {
        OpKind::Local(local) => of.contains(&local),
        OpKind::Get { base, .. }
        | OpKind::Await(base)
        | OpKind::Not(base)
        | OpKind::Yield(base)
        | OpKind::Cast { value: base, .. } => next(base),
        OpKind::Bind { value, .. } | OpKind::Exit { value, .. } => next(value),
        OpKind::Index { base, key } => next(base) || next(key),
        OpKind::Slice { base, limit } => next(base) || next(limit),
        OpKind::Binary { lhs, rhs, .. } => next(lhs) || next(rhs),
        OpKind::Text(kids) | OpKind::Join(kids) | OpKind::Unknown(kids) | OpKind::Store(kids) => {
            body.kids(kids).iter().any(|k| next(*k))
        }
        OpKind::Make(_, args) => any(args),
        OpKind::Call(id) => {
            let call = body.call(id);
            let callee = match call.callee {
                Callee::Value(v) => v,
                Callee::Member { recv, .. } => recv,
            };
            next(callee) || any(call.args)
        }
        // A closure may use what it captures.
        OpKind::Lambda(_) => true,
        _ => false,
    }
}

/// How many conditions stand between the loop and the statement.
fn conditions(ctx: &Ctx<'_>, repeat: &Repeat) -> usize {
    let body = ctx.program.body(repeat.place.at);
    let Some(op) = body.ops.get(repeat.place.op.at()) else { return 0 };
    body.enclosing(op.region)
        .take_while(|(region, _)| Some(*region) != repeat.region)
        .filter(|(_, region)| matches!(region.kind, RegionKind::Branch { .. } | RegionKind::Handler))
        .count()
}

/// True if something between the loop and the effect decides whether it happens.
fn is_conditional(ctx: &Ctx<'_>, repeat: &Repeat) -> bool {
    let decided = |site: Site| {
        let body = ctx.program.body(site.at);
        let around = body.ops.get(site.op.at()).map(|op| body.enclosing(op.region));
        around.is_some_and(|mut around| around.any(|(_, r)| matches!(r.kind, RegionKind::Branch { .. })))
    };
    let below = |site: Site| site.at != repeat.place.at && decided(site);
    conditions(ctx, repeat) > 0 || below(repeat.term.effect.site) || repeat.term.first_step(below).is_some()
}

/// True for a worker that is started per element and waits for its own work ever after.
fn works_on(repeat: &Repeat) -> bool {
    let endless = |factor: &Factor| matches!(factor, Factor::While(_));
    repeat.term.wait == Wait::Detached && repeat.term.times.iter().any(endless)
}

/// True if the browser's code stands on the way: it renders per row, and asks when its user does something.
fn in_browser(ctx: &Ctx<'_>, repeat: &Repeat) -> bool {
    let client = |site: Site| ctx.program.file(site.at.file).role == Role::Client;
    let mut next = &repeat.term.steps;
    while let Some(node) = next {
        if client(node.site) {
            return true;
        }
        next = &node.next;
    }
    client(repeat.term.effect.site)
}

/// How many calls lead from the loop to the statement.
fn depth(repeat: &Repeat) -> usize {
    let mut next = &repeat.term.steps;
    let mut count = 0;
    while let Some(node) = next {
        count += 1;
        next = &node.next;
    }
    count
}

fn primary_place(ctx: &Ctx<'_>, repeat: &Repeat) -> Option<Place> {
    ctx.site(primary(ctx, repeat)?)
}

fn describe(ctx: &Ctx<'_>, repeat: &Repeat) -> (String, &'static str) {
    let label = match table(ctx, repeat) {
        UNNAMED => "A table".to_owned(),
        name => format!("`{name}`"),
    };
    let over = match repeat.factor {
        Factor::Size { name, .. } if ctx.text(name) == "items" => "once per element".to_owned(),
        Factor::Size { name, .. } => format!("once per element of `{}`", ctx.text(name)),
        Factor::While(_) => "in every iteration of a loop".to_owned(),
        _ => "repeatedly".to_owned(),
    };
    match repeat.term.effect.kind {
        EffectKind::Query => (format!("{label} is queried {over}"), "queries"),
        EffectKind::Write => (format!("{label} is written {over}"), "writes"),
        EffectKind::Http => (format!("An HTTP request is sent {over}"), "requests"),
        EffectKind::Cache => (format!("The cache is asked {over}"), "round trips"),
        EffectKind::Queue => (format!("A message is sent {over}"), "round trips"),
        EffectKind::Mail => (format!("A mail is sent {over}"), "mails"),
        _ => (format!("A service is called {over}"), "calls"),
    }
}

/// The table of a statement that does not tell it.
const UNNAMED: &str = "a table";

/// What a statement is about: its table, or how a builder of it begins.
fn table<'a>(ctx: &Ctx<'a>, repeat: &Repeat) -> &'a str {
    let label = ctx.text(repeat.term.effect.label);
    match label.split_once('(').map_or(label, |(head, _)| head) {
        "" | "sql" => UNNAMED,
        // A statement as it stands, of which no table could be told.
        head if head.trim().contains(char::is_whitespace) => UNNAMED,
        head => head,
    }
}

/// What else the loop repeats.
fn others(ctx: &Ctx<'_>, told: &[&Repeat]) -> String {
    let Some(best) = told.first() else { return String::new() };
    let own = table(ctx, best);
    let mut labels: Vec<&str> = told
        .iter()
        .filter(|r| matches!(r.term.effect.kind, EffectKind::Query | EffectKind::Write))
        .map(|r| table(ctx, r))
        .filter(|label| *label != own && *label != UNNAMED)
        .collect();
    labels.sort_unstable();
    labels.dedup();
    match labels.as_slice() {
        [] => String::new(),
        [one] => format!(" So is `{one}`."),
        [one, two] => format!(" So are `{one}` and `{two}`."),
        [one, two, rest @ ..] => format!(" So are `{one}`, `{two}` and {} more.", rest.len()),
    }
}

fn advice(ctx: &Ctx<'_>, repeat: &Repeat) -> &'static str {
    match repeat.term.effect.kind {
        EffectKind::Query if is_declared(ctx, repeat) => {
            "Join the tables in one statement and map the joined columns, or load it when it is read."
        }
        EffectKind::Query if !keyed(ctx, repeat) => {
            "Nothing that it is called with depends on the element: run it once, before the loop."
        }
        EffectKind::Query => "Fetch all of them with one query before the loop and look them up by key.",
        EffectKind::Write => "Collect the rows and write them with one bulk statement.",
        EffectKind::Cache => "Ask for all keys at once, or use a pipeline.",
        EffectKind::Queue => "Send them as one batch.",
        EffectKind::Mail => "Nobody needs to wait for it: hand it to a job.",
        _ if repeat.parallel => "Use an endpoint that takes many at once.",
        _ => "Use an endpoint that takes many at once, or send them side by side with a limit.",
    }
}
