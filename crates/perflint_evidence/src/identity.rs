//! Which entry points ask who is there: their responses may differ by user.

use crate::Ctx;
use perflint_ir::{Callee, OpId, OpKind, Span, Sym, TypeExpr};
use perflint_link::{BodyRef, Def, Target};
use perflint_models::Models;
use perflint_rules::Place;
use perflint_summary::Site;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};

/// The practice whose signs these are.
const IDENTITY: &str = "identity";
/// Methods that are followed from what runs before an action.
const BEFORE: usize = 40;

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
    let signs = Signs { names, texts };
    let mut found: BTreeMap<String, Place> = BTreeMap::new();
    for at in ctx.bodies().filter(|at| ctx.reach.serves(*at)) {
        let Some(place) = signs.asked_in(ctx, at) else { continue };
        for label in ctx.reach.all(at) {
            found.entry(label).or_insert_with(|| place.clone());
        }
    }
    let names = &signs.names;
    for entry in ctx.facts.entries.iter().filter(|entry| crate::reach::serves(entry.kind)) {
        if !found.contains_key(&entry.label)
            && let Some(place) = entry.class.and_then(|class| signs.asked_before(ctx, models, class))
        {
            found.insert(entry.label.clone(), place);
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

/// Names and texts that ask who is there, by language family.
struct Signs<'a> {
    names: FxHashMap<(&'a str, Sym), Vec<Option<Sym>>>,
    texts: FxHashSet<(&'a str, Sym)>,
}

impl Signs<'_> {
    /// The first place of a body that asks.
    fn asked_in(&self, ctx: &Ctx<'_>, at: BodyRef) -> Option<Place> {
        let body = ctx.program.body(at);
        let family = ctx.program.file(at.file).lang.family();
        let last = |op: OpId| match body.ops.get(op.at()).map(|op| op.kind) {
            Some(OpKind::Name(name) | OpKind::Get { name, .. }) => Some(name),
            Some(OpKind::Local(local)) => body.locals.get(local.at()).copied(),
            _ => None,
        };
        let asks = |name: Sym, base: Option<OpId>| {
            self.names.get(&(family, name)).is_some_and(|owners| {
                owners.iter().any(|owner| owner.is_none_or(|owner| base.and_then(last) == Some(owner)))
            })
        };
        let op = body.ops.iter().position(|op| match op.kind {
            OpKind::Name(name) => asks(name, None),
            OpKind::Str(text) => self.texts.contains(&(family, text)),
            OpKind::Get { base, name } => asks(name, Some(base)),
            OpKind::Call(id) => match body.call(id).callee {
                Callee::Member { recv, name } => asks(name, Some(recv)),
                Callee::Value(_) => false,
            },
            _ => false,
        })?;
        Some(ctx.place(Site { at, op: OpId(op as u32) }))
    }

    /// The first place that asks in what runs before each action of a class: the methods that its body names, and those of
    /// the class that they call.
    fn asked_before(&self, ctx: &Ctx<'_>, models: &Models, class: Def) -> Option<Place> {
        let program = ctx.program;
        let ix = program.target_class(Target::Item(class))?;
        let family = program.file(class.file).lang.family();
        let rows = models.entries.iter().filter(|(of, _)| **of == *family).map(|(_, row)| row);
        let calls: BTreeSet<&str> = rows.flat_map(|row| row.before.iter()).map(|call| &**call).collect();
        let mut open: Vec<Sym> = calls
            .into_iter()
            .flat_map(|call| program.declared_by(ix, call))
            .map(|def| program.item(def).name)
            .collect();
        let mut seen = FxHashSet::default();
        while let Some(name) = open.pop() {
            if seen.len() > BEFORE || !seen.insert(name) {
                continue;
            }
            let Some(def) = program.class_member(ix, name) else { continue };
            let Some(body) = program.item(def).body.filter(|_| !program.is_stub(def.file)) else { continue };
            let at = BodyRef { file: def.file, body };
            if let Some(place) = self.asked_in(ctx, at) {
                return Some(place);
            }
            open.extend(program.body(at).ops.iter().filter_map(|op| match op.kind {
                OpKind::Name(name) => Some(name),
                _ => None,
            }));
        }
        None
    }
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
