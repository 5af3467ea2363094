//! Synchronous calls that cost next to nothing: those that touch no contents, and reads of a file that came with the program.

use crate::repeat::mentions;
use crate::write::Ctx;
use crate::{Page, worth};
use perflint_ir::{BinOp, Body, BodyKind, Callee, ItemKind, LocalId, OpId, OpKind, RegionKind, Sym};
use perflint_link::BodyRef;
use perflint_summary::{Blocking, Site};

/// How deep a path is looked into.
const MAX_DEPTH: u32 = 10;

/// True for one call that makes, renames or removes a name, or asks whether it is there, and for one that reads a file which
/// came with the program. Where elements are many, each of them counts.
pub(crate) fn is_light(ctx: &Ctx<'_>, page: &Page, event: &Blocking) -> bool {
    let site = event.term.effect.site;
    let body = ctx.program.body(site.at);
    let method = ctx.text(event.term.effect.method);
    if page.words("names_only").contains(&method) {
        return !repeats(ctx, body, site);
    }
    let path = Path { ctx, page };
    page.words("reads").contains(&method)
        && first_argument(body, site.op).is_some_and(|argument| path.is_own(site.at, argument, true, 0))
}

/// True in a loop, or in a callback for what it is given.
fn repeats(ctx: &Ctx<'_>, body: &Body, site: Site) -> bool {
    let mut around = body.enclosing(body.op(site.op).region);
    if around.any(|(_, region)| matches!(region.kind, RegionKind::Loop { .. })) {
        return true;
    }
    let is_entry = || ctx.facts.entries.iter().any(|entry| entry.at == site.at);
    worth::parameters(body).is_some_and(|given| mentions(body, site.op, &given, 0) && !is_entry())
}

fn first_argument(body: &Body, op: OpId) -> Option<OpId> {
    let OpKind::Call(id) = body.op(op).kind else { return None };
    body.args(body.call(id).args).first().and_then(|argument| argument.value.some())
}

struct Path<'a> {
    ctx: &'a Ctx<'a>,
    page: &'a Page,
}

impl Path<'_> {
    /// True for a path that literals, the program's folder and its environment make. A `head` says where it starts.
    fn is_own(&self, at: BodyRef, op: OpId, head: bool, depth: u32) -> bool {
        let body = self.ctx.program.body(at);
        let Some(found) = body.ops.get(op.at()).filter(|_| depth < MAX_DEPTH) else { return false };
        let next = |op: OpId, head: bool| self.is_own(at, op, head, depth + 1);
        let all = |ops: &[OpId]| ops.iter().enumerate().all(|(i, op)| next(*op, head && i == 0));
        match found.kind {
            OpKind::Str(text) => !(head && self.ctx.text(text).starts_with('/')),
            OpKind::Text(parts) => all(body.kids(parts)),
            OpKind::Binary { op: BinOp::Add, lhs, rhs } => next(lhs, head) && next(rhs, false),
            OpKind::Join(parts) => body.kids(parts).iter().all(|part| next(*part, head)),
            OpKind::Cast { value, .. } => next(value, head),
            OpKind::Name(name) => self.is_folder(name) || self.is_own_variable(at, name, head, depth),
            OpKind::Get { base, name } => self.is_folder(name) || next(base, head),
            OpKind::Local(local) => self.is_own_local(at, local, head, depth),
            OpKind::Call(id) => {
                let call = body.call(id);
                let args: Vec<OpId> = body.args(call.args).iter().map(|arg| arg.value).collect();
                let called = match call.callee {
                    Callee::Member { name, .. } => Some(name),
                    Callee::Value(value) => name_of(body, value),
                };
                called.is_some_and(|name| {
                    self.is_folder(name) || !args.is_empty() && self.makes_path(name) && all(&args)
                })
            }
            _ => false,
        }
    }

    fn is_folder(&self, name: Sym) -> bool {
        self.page.words("own").contains(&self.ctx.text(name))
    }

    fn makes_path(&self, name: Sym) -> bool {
        self.page.words("paths").contains(&self.ctx.text(name))
    }

    /// A variable of the module.
    fn is_own_variable(&self, at: BodyRef, name: Sym, head: bool, depth: u32) -> bool {
        let file = self.ctx.program.file(at.file);
        let Some(module) = file.items.first().and_then(|module| module.body) else { return false };
        let mut found = file.items.iter().filter(|item| {
            item.kind == ItemKind::Field && item.name == name && item.owner.is_some_and(|owner| owner.0 == 0)
        });
        let init = found.next().map(|item| item.init).and_then(OpId::some);
        init.is_some_and(|init| self.is_own(BodyRef { file: at.file, body: module }, init, head, depth + 1))
    }

    /// A variable, whatever it is assigned, or a parameter, whatever the function's callers in its own file give for it.
    fn is_own_local(&self, at: BodyRef, local: LocalId, head: bool, depth: u32) -> bool {
        let body = self.ctx.program.body(at);
        if local.at() < body.params.len() {
            return self.is_given_own(at, local, head, depth);
        }
        let mut bound = body.bindings(local);
        let own = |value: OpId| self.is_own(at, value, head, depth + 1);
        bound.next().is_some_and(own) && bound.all(own)
    }

    fn is_given_own(&self, at: BodyRef, local: LocalId, head: bool, depth: u32) -> bool {
        let file = self.ctx.program.file(at.file);
        let body = self.ctx.program.body(at);
        let item = file.item(body.owner);
        if body.kind != BodyKind::Function || file.exports.iter().any(|export| export.local == item.name) {
            return false;
        }
        let mut given = (0u32..).map(perflint_ir::BodyId).zip(&file.bodies).flat_map(|(id, caller)| {
            let from = BodyRef { file: at.file, body: id };
            caller.calls.iter().filter_map(move |call| {
                let Callee::Value(value) = call.callee else { return None };
                (name_of(caller, value) == Some(item.name))
                    .then(|| (from, caller.args(call.args).get(local.at()).map(|arg| arg.value)))
            })
        });
        let own = |(from, value): (BodyRef, Option<OpId>)| {
            value.is_none_or(|value| self.is_own(from, value, head, depth + 1))
        };
        given.next().is_some_and(own) && given.all(own)
    }
}

fn name_of(body: &Body, value: OpId) -> Option<Sym> {
    match body.ops.get(value.at())?.kind {
        OpKind::Name(name) => Some(name),
        _ => None,
    }
}
