//! Hand-written memos: code that runs only while a store lacks something, and then fills the store.
//!
//! Four ways of writing it are known: `if not hasattr(self, "_x"): self._x = load()`, `if _x is None: _x = load()` of a variable
//! of the module, `if key not in store: store[key] = load()`, and `hit = store.get(key)` with an early return before `store.set(key, load())`. What decides is the key: a
//! field of the receiver is filled once per receiver, a fixed key once, and a key that comes from one of the function's own
//! parameters once per argument: whoever calls it with a fixed one pays once, a loop over the arguments every time. A store of
//! the receiver that is looked into first may be filled by another method of it.

use crate::eval::{Eval, Frame, How, Outcome};
use crate::fact::{Sure, Term};
use crate::value::Binder;
use perflint_ir::{
    Arg, BinOp, Body, BodyKind, CallForm, Callee, ExitKind, FileIr, ItemKind, LocalId, OpId, OpKind,
    RegionId, RegionKind, Sym,
};
use perflint_link::{BodyRef, Def, FileIx, Program};
use perflint_models::{Meaning, Models};
use rustc_hash::FxHashMap;

/// A file whose code is read, in the words of its language.
#[derive(Clone, Copy)]
pub(crate) struct Code<'p> {
    pub(crate) p: &'p Program,
    pub(crate) m: &'p Models,
    pub(crate) file: FileIx,
}

impl<'p> Code<'p> {
    pub(crate) fn ir(self) -> &'p FileIr {
        self.p.file(self.file)
    }

    fn text(self, name: Sym) -> &'p str {
        self.p.text(name)
    }

    /// What an operation is written as.
    pub(crate) fn expression(self, body: &Body, op: OpId) -> String {
        crate::iterate::expression(self.p, body, op, 0)
    }

    /// True if a name has a meaning in the language of the file.
    pub(crate) fn says(self, means: Meaning, name: Sym) -> bool {
        self.m.words.says(self.ir().lang.models(), means, self.text(name))
    }

    /// True for a method that looks something up, by its name or by how its name begins.
    fn looks_up(self, name: Sym) -> bool {
        let rest = self.m.words.rest(self.ir().lang.models(), Meaning::LookUpPrefix, self.text(name));
        self.says(Meaning::LookUp, name) || rest.is_some_and(|rest| rest.starts_with(char::is_uppercase))
    }

    /// True if what is called bears a name of a meaning.
    fn is_called(self, body: &Body, callee: OpId, means: Meaning) -> bool {
        matches!(body.ops.get(callee.at()).map(|o| o.kind), Some(OpKind::Name(name)) if self.says(means, name))
    }
}

/// How often memoised code runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Once {
    /// Once per receiver.
    Receiver,
    /// Once.
    Ever,
    /// Once for each value of this parameter.
    PerKey(u8),
}

/// Memos of a program, remembered.
#[derive(Debug, Default)]
pub(crate) struct Memos {
    known: FxHashMap<(BodyRef, OpId), Option<Once>>,
    decorators: FxHashMap<Def, bool>,
}

impl Memos {
    /// Whether an operation of a body is memoised there.
    pub(crate) fn at(&mut self, p: &Program, m: &Models, at: BodyRef, op: OpId) -> Option<Once> {
        let c = Code { p, m, file: at.file };
        *self.known.entry((at, op)).or_insert_with(|| memoised(c, p.body(at), op))
    }

    /// True if a decorator's wrapper calls what it wraps only while a store with a fixed key lacks the result.
    pub(crate) fn decorator(&mut self, p: &Program, m: &Models, def: Def) -> bool {
        let c = Code { p, m, file: def.file };
        *self.decorators.entry(def).or_insert_with(|| {
            let bodies = c.ir().bodies.iter();
            bodies.filter(|b| b.owner == def.item && !b.captures.is_empty()).any(|body| {
                (0..body.ops.len() as u32).map(OpId).any(|op| {
                    matches!(body.op(op).kind, OpKind::Call(id) if calls_captured(body, body.call(id).callee))
                        && memoised(c, body, op) == Some(Once::Ever)
                })
            })
        })
    }
}

fn calls_captured(body: &Body, callee: Callee) -> bool {
    matches!(callee, Callee::Value(v) if v.is_some()
        && matches!(body.op(v).kind, OpKind::Local(l) if body.captures.iter().any(|c| c.inner == l)))
}

fn memoised(c: Code<'_>, body: &Body, op: OpId) -> Option<Once> {
    if let Some(once) = filled_by_block(c, body, op) {
        return Some(once);
    }
    let start = body.ops.get(op.at())?.region;
    body.enclosing(start).find_map(|(region, kind)| {
        let guard = match kind.kind {
            // What runs where a condition does not hold runs while its value is missing: `self.x ||= load()`.
            RegionKind::Branch { cond, arm, last } => {
                cond.some().and_then(|cond| filled_below(c, body, cond, region, arm == 1 && last))
            }
            _ => None,
        };
        guard.or_else(|| returned_before(c, body, op, region))
    })
}

/// The store that a condition looks into, if the code behind the condition fills it.
fn filled_below(c: Code<'_>, body: &Body, cond: OpId, region: RegionId, plain: bool) -> Option<Once> {
    let mut looked = Vec::new();
    lookups(c, body, cond, &mut looked, plain, 0);
    let inside = |r: RegionId| body.enclosing(r).any(|(outer, _)| outer == region);
    once(c, body, &looked, |_, r| inside(r)).or_else(|| filled_by_method(c, body, &looked, inside))
}

/// `store.fetch(key) { store[key] = load }`: the block runs while the store lacks the key, and fills it.
fn filled_by_block(c: Code<'_>, body: &Body, op: OpId) -> Option<Once> {
    let OpKind::Call(id) = body.ops.get(op.at())?.kind else { return None };
    let (Callee::Member { recv, name }, [key, block]) = (body.call(id).callee, body.args(body.call(id).args))
    else {
        return None;
    };
    let OpKind::Lambda(inner) = body.ops.get(block.value.at())?.kind else { return None };
    let inner = c.ir().body(inner);
    let text = |body: &Body, op: OpId| c.expression(body, op);
    let store = text(body, recv);
    let fills = inner.ops.iter().any(|op| match op.kind {
        OpKind::Store(kids) => inner.kids(kids).first().is_some_and(|base| text(inner, *base) == store),
        _ => false,
    });
    let held = owner(body, recv, 0).filter(|_| fills && c.looks_up(name))?;
    match keyed(body, key.value, 0)? {
        Key::Fixed => Some(held),
        Key::Param(param) => Some(Once::PerKey(param)),
    }
}

/// `if not self.kinds: self.load_kinds()`: a method of the same class that is called there fills the store.
fn filled_by_method(
    c: Code<'_>,
    body: &Body,
    looked: &[Lookup],
    inside: impl Fn(RegionId) -> bool,
) -> Option<Once> {
    let class = c.ir().item(body.owner).owner.filter(|_| !looked.is_empty())?;
    let called = |name: Sym| {
        let items = |b: &&Body| c.ir().item(b.owner);
        let mut bodies = c.ir().bodies.iter();
        bodies
            .find(|b| b.kind == BodyKind::Function && items(b).owner == Some(class) && items(b).name == name)
    };
    body.ops.iter().filter(|op| inside(op.region)).find_map(|op| {
        let OpKind::Call(id) = op.kind else { return None };
        let name = match body.call(id).callee {
            Callee::Member { recv, name }
                if matches!(body.op(recv).kind, OpKind::SelfRef | OpKind::Name(_)) =>
            {
                name
            }
            // Where the receiver needs no name, a method is called by its own.
            Callee::Value(callee) if callee.is_some() => match body.op(callee).kind {
                OpKind::Name(name) => name,
                _ => return None,
            },
            _ => return None,
        };
        let filler = called(name)?;
        once(c, filler, looked, |_, _| true).filter(|once| !matches!(once, Once::PerKey(_)))
    })
}

/// `hit = store.get(key); if hit: return hit` before the operation, and `store.set(key, ..)` after it.
fn returned_before(c: Code<'_>, body: &Body, op: OpId, region: RegionId) -> Option<Once> {
    let returns = |r: RegionId| {
        body.ops.iter().any(|o| {
            matches!(o.kind, OpKind::Exit { how: ExitKind::Return, .. })
                && (o.region == r || body.region(o.region).parent == r)
        })
    };
    let guards = (0u16..).zip(&body.regions).filter(|(r, guard)| {
        guard.parent == region && guard.span.start < body.op(op).span.start && returns(RegionId(*r))
    });
    let (mut looked, mut hits, mut conds) = (Vec::new(), Vec::new(), Vec::new());
    for (_, guard) in guards {
        if let RegionKind::Branch { cond, .. } = guard.kind
            && cond.is_some()
        {
            lookups(c, body, cond, &mut looked, true, 0);
            conds.push(cond);
            if asks_for_presence(body, cond) {
                lookups(c, body, cond, &mut hits, false, 0);
            }
        }
    }
    let own = if looked.is_empty() { None } else { once(c, body, &looked, |at, _| at > op) };
    own.or_else(|| filled_elsewhere(c, body, &hits))
        .or_else(|| crate::memo_helper::remembered(c, body, op, &conds))
}

/// True for a condition that holds where something was found: a flag, or what is not null.
fn asks_for_presence(body: &Body, cond: OpId) -> bool {
    let is_null = |op: OpId| op.is_some() && body.op(op).kind == OpKind::Null;
    match body.op(cond).kind {
        OpKind::Not(v) => {
            matches!(body.op(v).kind, OpKind::Binary { op: BinOp::Eq, lhs, rhs } if is_null(lhs) || is_null(rhs))
        }
        OpKind::Local(_) | OpKind::Call(_) => true,
        _ => false,
    }
}

/// How often code runs that a look into the receiver's store stands before, where another method puts something into that store
/// under a key of the kind.
fn filled_elsewhere(c: Code<'_>, body: &Body, looked: &[Lookup]) -> Option<Once> {
    let class = c.ir().item(body.owner).owner?;
    looked.iter().find_map(|(store, key)| {
        let key = (*key)?;
        // Where the receiver needs no name, a field is called by its own.
        let bare = |name: &str| {
            let mut items = c.ir().items.iter();
            items.any(|i| i.owner == Some(class) && i.kind == ItemKind::Field && c.text(i.name) == name)
        };
        match store.strip_prefix("self.") {
            Some(field) => !field.contains('.'),
            None => bare(store),
        }
        .then_some(())?;
        let fills = |other: &Body| {
            other.ops.iter().any(|o| match o.kind {
                OpKind::Call(id) => match (other.call(id).callee, other.args(other.call(id).args)) {
                    (Callee::Member { recv, name }, [_, _, ..]) if c.says(Meaning::Fill, name) => {
                        c.expression(other, recv) == *store
                    }
                    _ => false,
                },
                _ => false,
            })
        };
        let mut siblings = c.ir().bodies.iter().filter(|b| c.ir().item(b.owner).owner == Some(class));
        siblings.any(fills).then(|| keyed(body, key, 0)).flatten().map(|key| match key {
            Key::Fixed => Once::Receiver,
            Key::Param(param) => Once::PerKey(param),
        })
    })
}

/// What a key is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// The same for every call.
    Fixed,
    /// One parameter.
    Param(u8),
}

impl Key {
    fn and(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Fixed, key) | (key, Self::Fixed) => Some(key),
            (Self::Param(a), Self::Param(b)) => (a == b).then_some(self),
        }
    }
}

/// What a key is made of, if it is nothing but literals, names of the module and one parameter.
pub(crate) fn keyed(body: &Body, op: OpId, depth: u32) -> Option<Key> {
    let found = body.ops.get(op.at()).filter(|_| depth < 8)?;
    let next = |op: OpId| keyed(body, op, depth + 1);
    let all = |args: &[Arg]| args.iter().try_fold(Key::Fixed, |sum, arg| sum.and(next(arg.value)?));
    match found.kind {
        OpKind::Str(_) | OpKind::Int(_) | OpKind::Name(_) | OpKind::Null => Some(Key::Fixed),
        OpKind::Get { base, .. } | OpKind::Cast { value: base, .. } => next(base),
        OpKind::Text(kids) => body.kids(kids).iter().try_fold(Key::Fixed, |sum, kid| sum.and(next(*kid)?)),
        OpKind::Binary { lhs, rhs, .. } => next(lhs)?.and(next(rhs)?),
        OpKind::Make(_, args) => all(body.args(args)),
        OpKind::Call(id) => {
            let call = body.call(id);
            let callee = match call.callee {
                Callee::Value(v) => v,
                Callee::Member { recv, .. } => recv,
            };
            let args = body.args(call.args);
            // What a method of the object makes of a value is the same for the same value.
            let own =
                matches!(call.callee, Callee::Member { recv, .. } if body.op(recv).kind == OpKind::SelfRef);
            let made = if own && !args.is_empty() { Some(Key::Fixed) } else { next(callee) };
            made?.and(all(args)?)
        }
        OpKind::Local(local) if body.captures.iter().any(|c| c.inner == local) => None,
        OpKind::Local(local) => {
            let is_param = local.at() < body.params.len();
            let mut set = body.bindings(local);
            match (set.next(), set.next()) {
                (None, _) if is_param => u8::try_from(local.at()).ok().map(Key::Param),
                (Some(value), None) if !is_param => next(value),
                // A parameter that is put into another form before all else: `name = trim(name)`.
                (Some(value), None) => match body.binding_before(local, op) {
                    Some(_) => next(value).filter(|_| body.op(value).region == RegionId(0)),
                    None => u8::try_from(local.at()).ok().map(Key::Param),
                },
                _ => None,
            }
        }
        _ => None,
    }
}

impl<'p> Eval<'p> {
    /// The file of what is being evaluated.
    pub(crate) fn code(&self, f: &Frame<'p>) -> Code<'p> {
        Code { p: self.p, m: self.m, file: f.at.file }
    }

    /// Records who calls whom: on its own, until the result is remembered, or each time.
    pub(crate) fn link(&mut self, f: &Frame<'p>, callee: &Outcome, op: OpId, how: How) {
        if how.detached {
            self.events.graph.spawn(f.node, callee.node);
            return;
        }
        let memo = if callee.terms.is_empty() { None } else { self.memos.at(self.p, self.m, f.at, op) };
        match memo {
            Some(Once::Ever) => self.events.graph.link_for_good(f.node, callee.node, true),
            Some(Once::Receiver) if f.lang.keeps_receivers() => {
                self.events.graph.link_for_good(f.node, callee.node, how.memoised);
            }
            Some(Once::PerKey(_)) => self.events.graph.link_once(f.node, callee.node),
            _ if how.memoised => self.events.graph.link_once(f.node, callee.node),
            _ if how.held => self.events.graph.link_held(f.node, callee.node),
            _ => self.events.graph.link(f.node, callee.node),
        }
    }

    /// True if an operation runs until its result is remembered, whoever asks for it.
    pub(crate) fn is_remembered(&mut self, at: BodyRef, op: OpId) -> bool {
        matches!(self.memos.at(self.p, self.m, at, op), Some(Once::Ever | Once::PerKey(_)))
    }

    /// True if what a term is about happens for whoever comes first, and for nobody after.
    pub(crate) fn is_remembered_there(&mut self, f: &Frame<'p>, term: &Term) -> bool {
        let kept = term.once && !term.held;
        kept || (term.steps.is_none() && self.is_remembered(f.at, term.effect.site.op))
    }

    /// What is remembered per value of a parameter, seen from a call: remembered for good if the argument is fixed, per value of
    /// the caller's own parameter if it is made of one, and run anew each time else. Where services outlive requests and are
    /// asked by many at once, how much of it is there already nobody can tell.
    pub(crate) fn asked(&self, f: &Frame<'p>, op: usize, callee: BodyRef, param: u8, term: &mut Term) {
        term.key = None;
        let Some(OpKind::Call(id)) = f.body.ops.get(op).map(|o| o.kind) else { return };
        let args = f.body.args(f.body.call(id).args);
        let at = usize::from(param);
        let by_name = self
            .p
            .body(callee)
            .locals
            .get(at)
            .and_then(|name| args.iter().find(|arg| arg.slot == perflint_ir::Slot::Key(*name)));
        let by_position = || args.get(at).filter(|arg| arg.slot == perflint_ir::Slot::Pos);
        let Some(arg) = by_name.or_else(by_position).filter(|arg| arg.value.is_some()) else { return };
        match keyed(f.body, arg.value, 0) {
            // Whoever asks with what the receiver holds asks with the same each time.
            _ if self.is_field(f.body.op(arg.value)) || is_own_field(f.body, arg.value) => {
                (term.once, term.held) = (true, true);
            }
            Some(Key::Fixed) => term.once = true,
            Some(Key::Param(param)) => term.key = Some(param),
            // Asked with the same for as long as the variable keeps it.
            None if term.binder.is_none()
                && let Some(region) = bound_at(f.body, arg.value) =>
            {
                term.binder = Some(Binder { at: f.at, region });
            }
            None if f.lang.keeps_services() => term.sure = Sure::Guess,
            None => {}
        }
    }
}

/// `this.shop`
fn is_own_field(body: &Body, op: OpId) -> bool {
    matches!(body.op(op).kind, OpKind::Get { base, .. } if body.ops.get(base.at()).is_some_and(|base| base.kind == OpKind::SelfRef))
}

/// The region in which a variable is given the one value that it has, if it is none that the caller hands in.
fn bound_at(body: &Body, op: OpId) -> Option<RegionId> {
    let OpKind::Local(local) = body.ops.get(op.at())?.kind else { return None };
    if local.at() < body.params.len() || body.captures.iter().any(|c| c.inner == local) {
        return None;
    }
    let mut set = body.binding_regions(local);
    set.next().filter(|_| set.next().is_none())
}

/// The key among the arguments of a look-up: what is handed down with every call is none.
fn key_of<'a>(c: Code<'_>, body: &Body, args: &'a [Arg]) -> Option<&'a Arg> {
    let context = |arg: &&Arg| matches!(body.ops.get(arg.value.at()).map(|o| o.kind), Some(OpKind::Local(l)) if c.says(Meaning::HandedDown, body.locals[l.at()]));
    args.iter().find(|arg| !context(arg))
}

/// What a store is, as written, and the key that is looked up in it.
type Lookup = (String, Option<OpId>);

/// A variable that is a store by itself. What it holds is filled by assigning it, and not by putting something into it.
fn variable(name: &str) -> String {
    format!("={name}")
}

/// The stores that an expression looks into. A field counts where its absence is asked for, or where `plain` says that its
/// truth does as well.
fn lookups(c: Code<'_>, body: &Body, op: OpId, out: &mut Vec<Lookup>, plain: bool, depth: u32) {
    if depth > 8 || !op.is_some() || op.at() >= body.ops.len() {
        return;
    }
    let text = |op: OpId| c.expression(body, op);
    let is_null = |op: OpId| op.is_some() && body.op(op).kind == OpKind::Null;
    let is_false = |op: OpId| op.is_some() && body.op(op).kind == OpKind::Bool(false);
    let mut next = |op: OpId, plain: bool| lookups(c, body, op, out, plain, depth + 1);
    match body.op(op).kind {
        OpKind::Not(v) => next(v, true),
        OpKind::Await(v) | OpKind::Cast { value: v, .. } => next(v, plain),
        OpKind::Binary { op: BinOp::Eq, lhs, rhs } if is_null(rhs) => next(lhs, true),
        OpKind::Binary { op: BinOp::Eq, lhs, rhs } if is_null(lhs) => next(rhs, true),
        OpKind::Binary { op: BinOp::Eq, lhs, rhs } if is_false(lhs) => next(rhs, true),
        OpKind::Binary { op: BinOp::Eq, lhs, rhs } if is_false(rhs) => next(lhs, true),
        // What is asked for its size is asked whether something is there.
        OpKind::Binary { op: how @ (BinOp::Eq | BinOp::Order), lhs, rhs }
            if let Some(store) = sized(c, body, lhs, rhs) =>
        {
            next(store, how == BinOp::Eq || plain);
        }
        OpKind::Binary { op: BinOp::In, lhs, rhs } => out.push((text(rhs), Some(lhs))),
        OpKind::Binary { op: BinOp::And, lhs, rhs } => {
            next(lhs, plain);
            next(rhs, plain);
        }
        // A flag stands for what it is about: `hit, ok := store.Get(key)`.
        OpKind::Join(kids) | OpKind::Unknown(kids) => body.kids(kids).iter().for_each(|k| next(*k, plain)),
        OpKind::Name(_) if plain => {
            out.push((variable(&text(op)), None));
            // A field that is read by its bare name: `if (user == null) user = load();`.
            out.push((format!("self.{}", text(op)), None));
        }
        OpKind::Get { base, name } if plain => out.push((format!("{}.{}", text(base), c.text(name)), None)),
        OpKind::Index { base, key } => out.push((text(base), key.some())),
        // A variable: what it was last set to before.
        OpKind::Local(local) => {
            if let Some(value) = body.binding_before(local, op) {
                next(value, plain);
            }
        }
        OpKind::Call(id) => {
            let args = body.args(body.call(id).args);
            match (body.call(id).callee, args) {
                (Callee::Value(f), [object, name, ..]) if c.is_called(body, f, Meaning::ReadField) => {
                    if let Some(field) = literal(c, body, name.value) {
                        out.push((format!("{}.{field}", text(object.value)), None));
                    }
                }
                (Callee::Member { name, .. }, [asked]) if c.says(Meaning::Ask, name) => {
                    next(asked.value, true);
                }
                (Callee::Member { recv, name }, []) if c.says(Meaning::Ask, name) => next(recv, true),
                (Callee::Value(f), [asked]) if c.is_called(body, f, Meaning::Ask) => {
                    next(asked.value, true);
                }
                (Callee::Value(f), [key, ..]) if let Some(store) = function_store(c, body, f, "get") => {
                    out.push((store, Some(key.value)));
                }
                (Callee::Member { recv, name }, args) if c.looks_up(name) && !args.is_empty() => {
                    out.extend(key_of(c, body, args).map(|key| (text(recv), Some(key.value))));
                }
                // A cell for one value: Go's `atomic.Pointer`, Java's `ThreadLocal`.
                (Callee::Member { recv, name }, []) if c.says(Meaning::Held, name) => {
                    out.push((text(recv), None));
                }
                // An attribute that is read by a call: `Current.user ||= load()`.
                (Callee::Member { recv, name }, []) if plain && body.call(id).form == CallForm::Auto => {
                    out.push((format!("{}.{}", text(recv), c.text(name)), None));
                }
                _ => {}
            }
        }
        _ => {}
    }
}

/// The collection whose size is compared with zero: `count($known) > 0`, `known.length === 0`.
fn sized(c: Code<'_>, body: &Body, size: OpId, zero: OpId) -> Option<OpId> {
    let none = zero.is_some() && matches!(body.op(zero).kind, OpKind::Int(0));
    match body.ops.get(size.at()).filter(|_| none)?.kind {
        OpKind::Call(id) => match (body.call(id).callee, body.args(body.call(id).args)) {
            (Callee::Value(f), [store]) if f.is_some() => {
                c.is_called(body, f, Meaning::Size).then_some(store.value)
            }
            (Callee::Member { recv, name }, []) if c.says(Meaning::Size, name) => Some(recv),
            _ => None,
        },
        OpKind::Get { base, name } if c.says(Meaning::Size, name) => Some(base),
        _ => None,
    }
}

/// What two functions keep values in whose names differ by `get` and `set`: `cache_get(key)`, `cache_set(key, value)`.
fn function_store(c: Code<'_>, body: &Body, callee: OpId, verb: &str) -> Option<String> {
    let OpKind::Name(name) = body.ops.get(callee.at())?.kind else { return None };
    let words: Vec<String> = crate::words::words(c.text(name)).collect();
    let at = words.iter().position(|word| word == verb).filter(|_| words.len() > 1)?;
    Some(format!("{}*{}", words[..at].join("_"), words[at + 1..].join("_")))
}

/// The text of a literal, directly or through a variable.
fn literal<'p>(c: Code<'p>, body: &Body, op: OpId) -> Option<&'p str> {
    match body.ops.get(op.at())?.kind {
        OpKind::Str(sym) => Some(c.text(sym)),
        OpKind::Local(local) => body.bindings(local).find_map(|value| match body.op(value).kind {
            OpKind::Str(sym) => Some(c.text(sym)),
            _ => None,
        }),
        _ => None,
    }
}

/// Whether one of the stores is filled where `here` says, and how often that happens.
fn once(c: Code<'_>, body: &Body, looked: &[Lookup], here: impl Fn(OpId, RegionId) -> bool) -> Option<Once> {
    let text = |op: OpId| c.expression(body, op);
    (0u32..).zip(&body.ops).filter(|(i, o)| here(OpId(*i), o.region)).find_map(|(_, o)| {
        let (base, field, key) = match o.kind {
            OpKind::Put { base, put } => (base, Some(c.text(body.puts[put.at()].0)), None),
            OpKind::Store(kids) => match body.kids(kids) {
                [base, key, _] => (*base, None, Some(*key)),
                _ => return None,
            },
            // A variable of the module that a function assigns.
            OpKind::Unknown(kids) => match body.kids(kids) {
                [name, _] if matches!(body.op(*name).kind, OpKind::Name(_)) => {
                    let store = variable(&text(*name));
                    return looked.iter().any(|(known, _)| *known == store).then_some(Once::Ever);
                }
                _ => return None,
            },
            OpKind::Call(id) => match (body.call(id).callee, body.args(body.call(id).args)) {
                (Callee::Value(f), [object, name, _]) if c.is_called(body, f, Meaning::SetField) => {
                    (object.value, Some(literal(c, body, name.value)?), None)
                }
                (Callee::Value(f), [key, _, ..]) => {
                    let store = function_store(c, body, f, "set")?;
                    looked.iter().find(|(known, _)| *known == store)?;
                    return match keyed(body, key.value, 0)? {
                        Key::Fixed => Some(Once::Ever),
                        Key::Param(param) => Some(Once::PerKey(param)),
                    };
                }
                (Callee::Member { recv, name }, [relation]) if c.says(Meaning::LoadRelation, name) => {
                    (recv, Some(literal(c, body, relation.value)?), None)
                }
                (Callee::Member { recv, name }, [_]) if c.says(Meaning::Hold, name) => (recv, None, None),
                (Callee::Member { recv, name }, args) if c.says(Meaning::Fill, name) => {
                    (recv, None, Some(key_of(c, body, args)?.value))
                }
                _ => return None,
            },
            _ => return None,
        };
        let store = match field {
            Some(field) => format!("{}.{field}", text(base)),
            None => text(base),
        };
        looked.iter().find(|(known, _)| *known == store && !store.is_empty())?;
        if let Some(key) = key.filter(|key| from_parameter(body, *key, 0)) {
            return match keyed(body, key, 0) {
                Some(Key::Param(param)) => owner(body, base, 0).map(|_| Once::PerKey(param)),
                _ => None,
            };
        }
        owner(body, base, 0)
    })
}

/// Who holds a store: the receiver, or the module or what encloses the function. A store of a local object is none.
fn owner(body: &Body, op: OpId, depth: u32) -> Option<Once> {
    match body.ops.get(op.at()).filter(|_| depth < 8)?.kind {
        OpKind::SelfRef => Some(Once::Receiver),
        OpKind::Name(_) => Some(Once::Ever),
        OpKind::Local(local) if body.captures.iter().any(|c| c.inner == local) => Some(Once::Ever),
        OpKind::Local(local) => alias(body, local).and_then(|value| owner(body, value, depth + 1)),
        OpKind::Get { base, .. } | OpKind::Index { base, .. } => owner(body, base, depth + 1),
        // `RequestStore.store[:user]`
        OpKind::Call(id) if body.call(id).form == CallForm::Auto => match body.call(id).callee {
            Callee::Member { recv, .. } => owner(body, recv, depth + 1),
            // A method of the receiver that hands out what it holds.
            Callee::Value(callee) => match body.ops.get(callee.at())?.kind {
                OpKind::Name(_) => Some(Once::Receiver),
                _ => None,
            },
        },
        _ => None,
    }
}

/// What a variable is another name of: it is set once, to a part of something with a name (a variable of PHP that outlives
/// its call).
fn alias(body: &Body, local: LocalId) -> Option<OpId> {
    let value = body.bound_once(local)?.some()?;
    let part = |value: OpId| match body.op(value).kind {
        OpKind::Join(kids) | OpKind::Unknown(kids) => body.kids(kids).first().copied().unwrap_or(value),
        _ => value,
    };
    let value = part(part(value));
    let named = |base: OpId| matches!(body.ops.get(base.at()).map(|o| o.kind), Some(OpKind::Name(_)));
    matches!(body.op(value).kind, OpKind::Get { base, .. } | OpKind::Index { base, .. } if named(base))
        .then_some(value)
}

/// True if a key may differ from call to call: anything but literals, names of the module and captured variables.
fn from_parameter(body: &Body, op: OpId, depth: u32) -> bool {
    let Some(found) = body.ops.get(op.at()).filter(|_| depth < 8) else { return true };
    match found.kind {
        OpKind::Str(_) | OpKind::Int(_) | OpKind::Name(_) => false,
        OpKind::Get { base, .. } => from_parameter(body, base, depth + 1),
        OpKind::Local(local) if body.captures.iter().any(|c| c.inner == local) => false,
        OpKind::Local(local) => {
            body.bindings(local).next().is_none_or(|value| from_parameter(body, value, depth + 1))
        }
        _ => true,
    }
}

/// What the same body put into a store under the key that a call asks for: `store.set(key, v)` before `store.get(key)`.
pub(crate) fn stored(c: Code<'_>, body: &Body, op: OpId) -> Option<OpId> {
    let OpKind::Call(id) = body.op(op).kind else { return None };
    let (Callee::Member { recv, name }, [key]) = (body.call(id).callee, body.args(body.call(id).args)) else {
        return None;
    };
    if !c.says(Meaning::LookUp, name) {
        return None;
    }
    let text = |op: OpId| c.expression(body, op);
    let same_key = |a: OpId, b: OpId| match (body.op(a).kind, body.op(b).kind) {
        (OpKind::Local(a), OpKind::Local(b)) => a == b,
        (OpKind::Str(a), OpKind::Str(b)) => a == b,
        _ => false,
    };
    let store = text(recv);
    body.ops[..op.at()].iter().rev().find_map(|o| {
        let OpKind::Call(id) = o.kind else { return None };
        match (body.call(id).callee, body.args(body.call(id).args)) {
            (Callee::Member { recv, name }, [k, v])
                if c.says(Meaning::Fill, name) && same_key(k.value, key.value) && text(recv) == store =>
            {
                Some(v.value)
            }
            _ => None,
        }
    })
}
