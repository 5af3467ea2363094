//! What is filled on the way of a response, lives as long as the process, and is never emptied.

use crate::{Ctx, Kept, place_of};
use perflint_ir::{BodyKind, Callee, ItemKind, OpId, OpKind};
use perflint_link::{Def, Target};
use perflint_models::{KeepRow, Kind, Models, Work};
use perflint_summary::Site;
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;

pub(crate) fn kept(ctx: &Ctx<'_>, models: &Models) -> Vec<Kept> {
    let mut found = variables(ctx);
    found.extend(decorated(ctx, models));
    found.extend(called(ctx, models));
    found
}

/// Maps, sets and lists that belong to a module or a class.
fn variables(ctx: &Ctx<'_>) -> Vec<Kept> {
    let mut filled: BTreeMap<Def, Vec<Site>> = BTreeMap::new();
    let mut emptied: FxHashSet<Def> = FxHashSet::default();
    for at in ctx.bodies() {
        let body = ctx.program.body(at);
        let lang = ctx.program.file(at.file).lang;
        for (op, found) in (0u32..).zip(&body.ops) {
            let site = Site { at, op: OpId(op) };
            match found.kind {
                OpKind::Store(kids) => {
                    if let [base, key, _] = *body.kids(kids)
                        && let Some(def) = ctx.shared(Site { at, op: base })
                    {
                        // A key that is written in the code is there once.
                        let fixed =
                            !key.is_some() || matches!(body.op(key).kind, OpKind::Str(_) | OpKind::Int(_));
                        if !fixed && body.kind != BodyKind::Init {
                            filled.entry(def).or_default().push(site);
                        }
                    }
                }
                OpKind::Call(id) => {
                    let args = body.args(body.call(id).args);
                    if let Callee::Member { recv, name } = body.call(id).callee
                        && let Some(def) = ctx.shared(Site { at, op: recv })
                    {
                        let name = ctx.program.text(name);
                        let fixed = args.first().is_none_or(|arg| {
                            arg.value
                                .some()
                                .is_none_or(|v| matches!(body.op(v).kind, OpKind::Str(_) | OpKind::Int(_)))
                        });
                        if ctx.tables.does(lang, name, Work::Evict) {
                            emptied.insert(def);
                        } else if ctx.tables.does(lang, name, Work::Grow)
                            && body.kind != BodyKind::Init
                            && !fixed
                        {
                            filled.entry(def).or_default().push(site);
                        }
                    }
                    // A variable that is handed to somebody may be emptied there.
                    for arg in args.iter().filter(|arg| arg.value.is_some()) {
                        emptied.extend(ctx.shared(Site { at, op: arg.value }));
                    }
                }
                // `del cache[key]`, `unset($cache[$key])`, `delete(cache, key)`: whatever takes it as an operand.
                OpKind::Unknown(kids) => {
                    for kid in body.kids(kids).iter().filter(|kid| kid.is_some()) {
                        let base = match body.op(*kid).kind {
                            OpKind::Index { base, .. } => base,
                            _ => *kid,
                        };
                        emptied.extend(ctx.shared(Site { at, op: base }));
                    }
                }
                OpKind::Put { base, put } if body.kind != BodyKind::Init => {
                    let (name, _) = body.puts[put.at()];
                    emptied.extend(ctx.field(Site { at, op: base }, name));
                }
                _ => {}
            }
        }
        if body.kind != BodyKind::Init {
            for op in &body.ops {
                if let OpKind::Bind { local, .. } = op.kind
                    && let Some(Target::Item(def)) = ctx.program.resolve(at.file, body.locals[local.at()])
                {
                    emptied.insert(def);
                }
            }
        }
    }
    let mut found = Vec::new();
    for (def, sites) in filled {
        if emptied.contains(&def) {
            continue;
        }
        let serving = sites.iter().find(|site| ctx.reach.serves(site.at));
        let Some(site) = serving else { continue };
        let item = ctx.program.item(def);
        found.push(Kept {
            name: ctx.program.text(item.name).to_owned(),
            how: format!(
                "`{}` lives as long as the process; it is filled here, and nothing takes anything out",
                ctx.program.text(item.name)
            ),
            place: ctx.place(*site),
            declared: Some(place_of(ctx.program, def.file, item.name_span)),
            entries: ctx.reach.entries(site.at),
        });
    }
    found
}

impl Ctx<'_> {
    /// The variable of a module, or the static field of a class, that an operation reads, if it starts as an empty collection.
    fn shared(&self, site: Site) -> Option<Def> {
        let body = self.program.body(site.at);
        if !site.op.is_some() {
            return None;
        }
        match body.op(site.op).kind {
            OpKind::Name(name) => {
                let def = match self.program.resolve_op(site.at.file, body, site.op) {
                    Some(Target::Item(def)) => def,
                    // A bare name may be a member of the class around it.
                    None if self.program.file(site.at.file).lang.has_implicit_receiver() => {
                        let owner = Def { file: site.at.file, item: body.owner };
                        self.program.class_member(self.program.class_around(owner)?, name)?
                    }
                    _ => return None,
                };
                self.is_shared(def).then_some(def)
            }
            OpKind::Get { base, name } => self.field(Site { at: site.at, op: base }, name),
            _ => None,
        }
    }

    /// A field of the class that an operation means or is written in.
    fn field(&self, base: Site, name: perflint_ir::Sym) -> Option<Def> {
        let body = self.program.body(base.at);
        if !base.op.is_some() {
            return None;
        }
        let class = match body.op(base.op).kind {
            OpKind::SelfRef => {
                let owner = Def { file: base.at.file, item: body.owner };
                self.program.class_around(owner)?
            }
            _ => {
                let target = self.program.resolve_op(base.at.file, body, base.op)?;
                self.program.target_class(target)?
            }
        };
        let def = self.program.class_member(class, name)?;
        self.is_shared(def).then_some(def)
    }

    fn is_shared(&self, def: Def) -> bool {
        let item = self.program.item(def);
        if item.kind != ItemKind::Field || self.program.is_stub(def.file) {
            return false;
        }
        let in_class = self.program.class_around(def).is_some();
        let family = self.program.file(def.file).lang.family();
        // What a class of Python's says in its body belongs to the class.
        if in_class && !item.flags.is_static && family != "python" {
            return false;
        }
        let Some((file, body, op)) = self.program.field_init(def) else { return false };
        let site = Site { at: perflint_link::BodyRef { file, body }, op };
        let value = self.value(site);
        matches!(value.kind, Kind::Map | Kind::Set | Kind::List) && self.is_empty(site)
    }

    /// A literal or constructor without elements.
    fn is_empty(&self, site: Site) -> bool {
        let body = self.program.body(site.at);
        match body.op(site.op).kind {
            OpKind::Make(_, args) => args.len == 0,
            OpKind::Cast { value, .. } => self.is_empty(Site { at: site.at, op: value }),
            OpKind::Call(id) => {
                let args = body.args(body.call(id).args);
                args.iter().all(|arg| matches!(arg.slot, perflint_ir::Slot::Key(key) if self.program.text(key).starts_with('<')))
            }
            _ => false,
        }
    }
}

/// Functions whose decorator remembers every result.
fn decorated(ctx: &Ctx<'_>, models: &Models) -> Vec<Kept> {
    let mut found = Vec::new();
    for (file, ir) in ctx.program.each_file() {
        if ctx.program.is_stub(file) || ir.role != perflint_ir::Role::App {
            continue;
        }
        for item in ir.items.iter().filter(|item| !item.markers.is_empty() && item.kind == ItemKind::Function)
        {
            let Some(body) = item.body else { continue };
            let at = perflint_link::BodyRef { file, body };
            // Without arguments there is one result.
            if !ctx.reach.serves(at) || (ir.body(body).params.is_empty() && item.owner.is_none()) {
                continue;
            }
            for marker in &item.markers {
                let target = ctx.program.resolve_dotted(file, marker.path);
                let path = target.and_then(|target| ctx.program.target_path(target)).unwrap_or(marker.path);
                let path = ctx.program.text(path);
                let row = models.keeps.iter().find(|(family, row)| {
                    **family == *ir.lang.family() && row.marker.iter().any(|known| known == path)
                });
                let Some((_, row)) = row else { continue };
                let init = ir.items.first().and_then(|module| module.body);
                let owner = item.owner.and_then(|owner| ir.item(owner).body).or(init);
                let value = owner
                    .zip(marker.value.some())
                    .map(|(body, op)| Site { at: perflint_link::BodyRef { file, body }, op });
                if ends(ctx, row, value) || ir.body(body).params.is_empty() {
                    continue;
                }
                let name = ctx.program.text(item.name).to_owned();
                found.push(Kept {
                    how: row.says.to_string(),
                    name,
                    place: place_of(ctx.program, file, marker.span),
                    declared: None,
                    entries: ctx.reach.entries(at),
                });
            }
        }
    }
    found
}

/// Whether the options of a call end what it keeps.
fn ends(ctx: &Ctx<'_>, row: &KeepRow, call: Option<Site>) -> bool {
    let Some(site) = call else { return row.ends };
    let body = ctx.program.body(site.at);
    let Some(OpKind::Call(id)) = body.ops.get(site.op.at()).map(|op| op.kind) else { return row.ends };
    let args = body.args(body.call(id).args);
    let first = args.first().filter(|arg| arg.slot == perflint_ir::Slot::Pos && row.ends);
    let given = row.unless.iter().find_map(|option| {
        args.iter()
            .find(|arg| matches!(arg.slot, perflint_ir::Slot::Key(key) if ctx.program.text(key) == option))
    });
    // A map of options, as JavaScript and PHP write it, may hold it.
    let nested = args.iter().filter_map(|arg| match arg.value.some().map(|v| body.op(v).kind) {
        Some(OpKind::Make(_, inner)) => Some(body.args(inner)),
        _ => None,
    });
    let nested = nested.flatten().any(|arg| {
        matches!(arg.slot, perflint_ir::Slot::Key(key) if row.unless.iter().any(|option| option == ctx.program.text(key)))
    });
    // Arguments that are handed on may hold anything.
    let open =
        args.iter().any(|arg| matches!(arg.slot, perflint_ir::Slot::Rest | perflint_ir::Slot::KeyRest));
    let null =
        |arg: &perflint_ir::Arg| arg.value.some().is_some_and(|v| matches!(body.op(v).kind, OpKind::Null));
    match given.or(first) {
        Some(arg) => !null(arg),
        None => row.ends || nested || open,
    }
}

/// Calls that keep something without a lifetime.
fn called(ctx: &Ctx<'_>, models: &Models) -> Vec<Kept> {
    let mut found = Vec::new();
    for at in ctx.bodies().filter(|at| ctx.reach.serves(*at)) {
        let body = ctx.program.body(at);
        let family = ctx.program.file(at.file).lang.family();
        if !models.keeps.iter().any(|(of, row)| **of == *family && !row.path.is_empty()) {
            continue;
        }
        for (op, kind) in (0u32..).zip(&body.ops) {
            let OpKind::Call(id) = kind.kind else { continue };
            let Some(path) = ctx.path(at, body.call(id).callee) else { continue };
            let row =
                models.keeps.iter().find(|(of, row)| **of == *family && row.path.iter().any(|p| p == path));
            let site = Site { at, op: OpId(op) };
            if let Some((_, row)) = row.filter(|(_, row)| !ends(ctx, row, Some(site))) {
                found.push(Kept {
                    name: path,
                    how: row.says.to_string(),
                    place: ctx.place(site),
                    declared: None,
                    entries: ctx.reach.entries(at),
                });
            }
        }
    }
    found
}
