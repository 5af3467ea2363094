//! Which entry points ask who is there: their responses may differ by user.

use crate::Ctx;
use perflint_ir::{Callee, OpKind, Span, Sym, TypeExpr};
use perflint_link::Def;
use perflint_models::Models;
use perflint_rules::Place;
use perflint_summary::Site;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// The practice whose signs these are.
const IDENTITY: &str = "identity";

/// Entry points by label, with the first place that asks.
pub(crate) fn personal(ctx: &Ctx<'_>, models: &Models) -> BTreeMap<String, Place> {
    // `request.user` is the attribute `user` of something that is called `request`.
    let mut names: FxHashMap<(&str, Sym), Vec<Option<Sym>>> = FxHashMap::default();
    for (family, row) in models.signs.iter().filter(|(_, row)| &*row.of == IDENTITY) {
        for name in row.names.iter() {
            let (owner, name) =
                name.rsplit_once('.').map_or((None, name), |(owner, name)| (Some(owner), name));
            let owner = owner.map(|owner| ctx.program.names.find(owner));
            let (Some(name), false) = (ctx.program.names.find(name), owner == Some(None)) else { continue };
            names.entry((&**family, name)).or_default().push(owner.flatten());
        }
    }
    // Whoever reads the header that says who is there asks as well.
    let mut texts: FxHashSet<(&str, Sym)> = FxHashSet::default();
    for (family, row) in models.signs.iter().filter(|(_, row)| &*row.of == IDENTITY) {
        texts.extend(row.texts.iter().filter_map(|text| Some((&**family, ctx.program.names.find(text)?))));
    }
    let mut found: BTreeMap<String, Place> = BTreeMap::new();
    for at in ctx.bodies().filter(|at| ctx.reach.serves(*at)) {
        let body = ctx.program.body(at);
        let family = ctx.program.file(at.file).lang.family();
        let last = |op: perflint_ir::OpId| match body.ops.get(op.at()).map(|op| op.kind) {
            Some(OpKind::Name(name) | OpKind::Get { name, .. }) => Some(name),
            Some(OpKind::Local(local)) => body.locals.get(local.at()).copied(),
            _ => None,
        };
        let asks = |name: Sym, base: Option<perflint_ir::OpId>| {
            names.get(&(family, name)).is_some_and(|owners| {
                owners.iter().any(|owner| owner.is_none_or(|owner| base.and_then(last) == Some(owner)))
            })
        };
        let op = body.ops.iter().position(|op| match op.kind {
            OpKind::Name(name) => asks(name, None),
            OpKind::Str(text) => texts.contains(&(family, text)),
            OpKind::Get { base, name } => asks(name, Some(base)),
            OpKind::Call(id) => match body.call(id).callee {
                Callee::Member { recv, name } => asks(name, Some(recv)),
                Callee::Value(_) => false,
            },
            _ => false,
        });
        let Some(op) = op else { continue };
        let place = ctx.place(Site { at, op: perflint_ir::OpId(op as u32) });
        for label in ctx.reach.all(at) {
            found.entry(label).or_insert_with(|| place.clone());
        }
    }
    // What is marked needs somebody who is there, whatever its body reads.
    for entry in ctx.facts.entries.iter().filter(|entry| crate::reach::serves(entry.kind)) {
        for def in [entry.def, entry.class].into_iter().flatten().filter(|def| !ctx.program.is_stub(def.file))
        {
            if let Some(span) = demanded(ctx, def, &|family, name| names.contains_key(&(family, name))) {
                found
                    .entry(entry.label.clone())
                    .or_insert_with(|| crate::place_of(ctx.program, def.file, span));
            }
        }
    }
    found
}

/// The marker, or the base of a class, that says that somebody has to be there.
fn demanded(ctx: &Ctx<'_>, def: Def, known: &dyn Fn(&str, Sym) -> bool) -> Option<Span> {
    let file = ctx.program.file(def.file);
    let family = file.lang.family();
    let last = |path: Sym| {
        let path = ctx.program.text(path);
        ctx.program.names.find(path.rsplit('.').next().unwrap_or(path))
    };
    let item = ctx.program.item(def);
    let owner = item.owner.and_then(|owner| file.item(owner).body).or_else(|| file.items.first()?.body);
    let marked = item.markers.iter().find(|marker| {
        let inside = || {
            // `@method_decorator(login_required, name="dispatch")`
            let body = file.body(owner?);
            let OpKind::Call(id) = body.ops.get(marker.value.some()?.at())?.kind else { return None };
            body.args(body.call(id).args).iter().find(|arg| {
                match arg.value.some().and_then(|v| body.ops.get(v.at())) {
                    Some(op) => matches!(op.kind, OpKind::Name(name) if known(family, name)),
                    None => false,
                }
            })
        };
        last(marker.path).is_some_and(|name| known(family, name)) || inside().is_some()
    });
    let based = || {
        item.bases.iter().any(|base| match file.types.get(base.0 as usize) {
            Some(TypeExpr::Path { name, .. }) => last(*name).is_some_and(|name| known(family, name)),
            _ => false,
        })
    };
    marked.map(|marker| marker.span).or_else(|| based().then_some(item.name_span))
}
