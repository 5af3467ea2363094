//! How long requests to other services are waited for.

use crate::{Ctx, Limit, Outbound};
use perflint_ir::{Callee, OpId, OpKind, Slot};
use perflint_models::{EffectKind, Models, TimeoutRow};
use perflint_summary::Site;
use std::collections::BTreeSet;

/// Calls of one chain that are followed.
const CHAIN: usize = 24;

pub(crate) fn outbound(ctx: &Ctx<'_>, models: &Models) -> Vec<Outbound> {
    let mut sites: BTreeSet<Site> = BTreeSet::new();
    for entry in ctx.facts.entries.iter().filter(|entry| crate::reach::serves(entry.kind)) {
        for term in &entry.summary.terms {
            if matches!(term.effect.kind, EffectKind::Http) && !ctx.program.is_stub(term.effect.site.at.file)
            {
                sites.insert(term.effect.site);
            }
        }
    }
    sites.into_iter().map(|site| request(ctx, models, site)).collect()
}

fn request(ctx: &Ctx<'_>, models: &Models, site: Site) -> Outbound {
    let body = ctx.program.body(site.at);
    let family = ctx.program.file(site.at.file).lang.family();
    let callee = match body.ops.get(site.op.at()).map(|op| op.kind) {
        Some(OpKind::Call(id)) => Some(*body.call(id)),
        _ => None,
    };
    let path = callee.and_then(|call| ctx.path(site.at, call.callee));
    let row = path.as_deref().and_then(|path| {
        models
            .timeouts
            .iter()
            .find(|(of, row)| **of == *family && row.path.iter().any(|known| covers(known, path)))
    });
    let limit = match (callee, row) {
        (Some(call), Some((_, row))) => limit(ctx, site, call.args, call.callee, row),
        _ => Limit::Unknown,
    };
    let set = callee.and_then(|call| chained(ctx, models, site, call));
    let limit = match (limit, set) {
        (Limit::Given(option), _) | (_, Some(option)) => Limit::Given(option),
        (limit, None) => limit,
    };
    Outbound {
        code: ctx.code(site).trim_end_matches("()").to_owned(),
        limit,
        docs: row.map(|(_, row)| row.docs.to_string()),
        place: ctx.place(site),
        entries: ctx.reach.entries(site.at),
    }
}

/// An option that the chain of calls sets before it sends: `client.timeout(3).get(..)`.
fn chained(ctx: &Ctx<'_>, models: &Models, site: Site, call: perflint_ir::Call) -> Option<String> {
    let body = ctx.program.body(site.at);
    let family = ctx.program.file(site.at.file).lang.family();
    let rows = || models.timeouts.iter().filter(|(of, _)| **of == *family);
    let mut callee = call.callee;
    for _ in 0..CHAIN {
        let Callee::Member { recv, .. } = callee else { return None };
        let OpKind::Call(id) = body.op(recv.some()?).kind else { return None };
        callee = body.call(id).callee;
        if let Callee::Member { name, .. } = callee {
            let name = ctx.program.text(name);
            if body.call(id).args.len > 0
                && rows().any(|(_, row)| row.options.iter().any(|option| option == name))
            {
                return Some(name.to_owned());
            }
        }
    }
    None
}

fn covers(known: &str, path: &str) -> bool {
    match known.strip_suffix('*') {
        Some(start) => path.starts_with(start),
        None => known == path,
    }
}

fn limit(ctx: &Ctx<'_>, site: Site, args: perflint_ir::Args, callee: Callee, row: &TimeoutRow) -> Limit {
    let body = ctx.program.body(site.at);
    let args = body.args(args);
    let given = |all: &[perflint_ir::Arg]| {
        all.iter().find_map(|arg| match arg.slot {
            Slot::Key(key) => {
                row.options.iter().find(|option| *option == ctx.program.text(key)).map(str::to_owned)
            }
            _ => None,
        })
    };
    let spread =
        |all: &[perflint_ir::Arg]| all.iter().any(|arg| matches!(arg.slot, Slot::Rest | Slot::KeyRest));
    let mut open = spread(args);
    if let Some(option) = given(args) {
        return Limit::Given(option);
    }
    for arg in args {
        let Some(value) = arg.value.some() else { continue };
        match held(ctx, site, value) {
            Some(OpKind::Make(_, inner)) => {
                if let Some(option) = given(body.args(inner)) {
                    return Limit::Given(option);
                }
                open |= spread(body.args(inner));
            }
            // Options that are made elsewhere may hold it: what comes after the address, or is all that is given.
            Some(
                OpKind::Local(_)
                | OpKind::Call(_)
                | OpKind::Get { .. }
                | OpKind::Join(_)
                | OpKind::Unknown(_),
            ) if arg.slot == Slot::Pos
                && (args.len() == 1 || args.first().is_none_or(|first| first.value != arg.value)) =>
            {
                open = true;
            }
            _ => {}
        }
    }
    // A client that somebody set up is not the library's own function.
    let own = match callee {
        Callee::Member { recv, .. } => ctx.program.resolve_op(site.at.file, body, recv).is_some(),
        Callee::Value(_) => true,
    };
    match (&row.default, open || !own) {
        (_, true) => Limit::Unknown,
        (Some(default), false) => Limit::Default(default.to_string()),
        (None, false) => Limit::Nothing,
    }
}

/// What a value is, through a local that is given it once.
fn held(ctx: &Ctx<'_>, site: Site, value: OpId) -> Option<OpKind> {
    let body = ctx.program.body(site.at);
    let kind = body.op(value).kind;
    let OpKind::Local(local) = kind else { return Some(kind) };
    let mut binds = body.bindings(local).filter_map(OpId::some);
    match (binds.next(), binds.next()) {
        (Some(only), None) => Some(body.op(only).kind),
        _ => Some(kind),
    }
}
