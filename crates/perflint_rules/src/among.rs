//! Loops over batches that nothing calls so: what the loop repeats asks for all that is in its element, as `page.Contains(row.Id)`,
//! `id__in=page` and `id = ANY($1)` do. The loop's collection was divided for that, and one query answers for many.

use crate::among_text::{Given, several};
use crate::repeat::mentions;
use crate::worth;
use crate::write::Ctx;
use perflint_ir::{
    Arg, Args, Body, BodyId, BodyKind, Call, Callee, LocalId, LoopSource, OpId, OpKind, ParamKind,
    RegionKind, Slot,
};
use perflint_link::BodyRef;
use perflint_models::{EffectKind, Kind, Meaning};
use perflint_summary::Repeat;

/// Expressions nested deeper are not looked into.
const DEEPEST: u32 = 12;

/// True if a loop's element is a collection, and what the loop repeats asks for all that is in it.
pub(crate) fn is_batch(ctx: &Ctx<'_>, repeat: &Repeat) -> bool {
    let database = matches!(repeat.term.effect.kind, EffectKind::Query | EffectKind::Write);
    let Some(elements) = worth::varying(ctx, repeat).filter(|_| database) else { return false };
    let mut here = Code { ctx, at: repeat.place.at, elements };
    let mut steps = match (&repeat.term.steps, repeat.region) {
        // The first step is the call that calls back.
        (Some(node), None) => &node.next,
        (steps, _) => steps,
    };
    while let Some(node) = steps {
        let inside = node.callee.filter(|_| node.site.at == here.at);
        let Some(inside) = inside.and_then(|callee| here.called(node.site.op, callee)) else { return false };
        (here, steps) = (inside, &node.next);
    }
    let site = repeat.term.effect.site;
    site.at == here.at && here.statement(site.op)
}

/// A body, and those of its variables that hold what a loop walks.
struct Code<'c, 'a> {
    ctx: &'c Ctx<'a>,
    at: BodyRef,
    elements: Vec<LocalId>,
}

/// What a statement says, put together from its parts.
#[derive(Default)]
struct Said {
    /// Names under which it is given a collection.
    named: Vec<String>,
    /// Names that its text asks for several values by.
    wanted: Vec<String>,
}

impl<'c, 'a> Code<'c, 'a> {
    fn body(&self) -> &'a Body {
        self.ctx.program.body(self.at)
    }

    fn means(&self, meaning: Meaning, word: &str) -> bool {
        self.ctx.models.words.says(self.family(), meaning, word)
    }

    fn family(&self) -> &'static str {
        self.ctx.program.file(self.at.file).lang.models()
    }

    /// The body that a call runs, as far as it is given elements.
    fn called(&self, op: OpId, callee: BodyRef) -> Option<Self> {
        let inner = self.ctx.program.body(callee);
        if inner.kind == BodyKind::Closure {
            return if callee.file == self.at.file { self.closure(callee.body) } else { None };
        }
        let OpKind::Call(id) = self.body().ops.get(op.at())?.kind else { return None };
        let args = self.body().args(self.body().call(id).args).iter().enumerate();
        let given = args.filter(|(_, arg)| self.is_element(arg.value, 0));
        let elements: Vec<LocalId> = given
            .filter_map(|(at, arg)| match arg.slot {
                // A rest of arguments is a list of them, whatever each is.
                Slot::Pos => inner.params.get(at).filter(|param| param.kind == ParamKind::Normal).map(|_| at),
                Slot::Key(name) => inner.params.iter().position(|param| param.name == name),
                _ => None,
            })
            .map(|at| LocalId(at as u32))
            .collect();
        (!elements.is_empty()).then_some(Self { ctx: self.ctx, at: callee, elements })
    }

    /// A closure of this body, if it takes elements along.
    fn closure(&self, body: BodyId) -> Option<Self> {
        let at = BodyRef { body, ..self.at };
        let captures = self.ctx.program.body(at).captures.iter();
        let taken = captures.filter(|capture| self.holds(capture.outer, OpId::NONE, 0));
        let elements: Vec<LocalId> = taken.map(|capture| capture.inner).collect();
        (!elements.is_empty()).then_some(Self { ctx: self.ctx, at, elements })
    }

    fn statement(&self, op: OpId) -> bool {
        let mut said = Said::default();
        self.asks(op, &mut said, 0) || said.named.iter().any(|name| said.wanted.contains(name))
    }

    /// True if a value is made with a condition that asks for all that is in an element.
    fn asks(&self, op: OpId, said: &mut Said, depth: u32) -> bool {
        let body = self.body();
        let Some(found) = body.ops.get(op.at()).filter(|_| depth < DEEPEST) else { return false };
        match found.kind {
            OpKind::Call(id) => {
                let call = *body.call(id);
                let callee = match call.callee {
                    Callee::Value(value) | Callee::Member { recv: value, .. } => value,
                };
                self.call_asks(call, said)
                    || self.asks(callee, said, depth + 1)
                    || self.any_asks(call.args, said, depth)
            }
            OpKind::Make(_, args) => self.any_asks(args, said, depth),
            OpKind::Await(value) | OpKind::Cast { value, .. } | OpKind::Exit { value, .. } => {
                self.asks(value, said, depth + 1)
            }
            OpKind::Local(local) if !self.elements.contains(&local) => {
                let before = body.bindings(local).filter(|value| *value < op);
                before.collect::<Vec<_>>().into_iter().any(|value| self.asks(value, said, depth + 1))
            }
            OpKind::Join(kids) | OpKind::Unknown(kids) => {
                body.kids(kids).iter().any(|kid| self.asks(*kid, said, depth + 1))
            }
            OpKind::Binary { lhs, rhs, .. } => {
                self.asks(lhs, said, depth + 1) || self.asks(rhs, said, depth + 1)
            }
            OpKind::Lambda(inner) => self.closure(inner).is_some_and(|inside| inside.condition(said, depth)),
            _ => false,
        }
    }

    fn any_asks(&self, args: Args, said: &mut Said, depth: u32) -> bool {
        self.body()
            .args(args)
            .iter()
            .any(|arg| self.key_asks(arg, said) || self.asks(arg.value, said, depth + 1))
    }

    /// `id__in=page`, `{ in: page }`; any other name may be one that the text asks by.
    fn key_asks(&self, arg: &Arg, said: &mut Said) -> bool {
        let Slot::Key(key) = arg.slot else { return false };
        if !self.is_element(arg.value, 0) {
            return false;
        }
        let key = self.ctx.text(key);
        said.named.push(key.to_owned());
        self.means(Meaning::Among, key) || self.ends(key)
    }

    /// True if a call is given an element for the values that a column may have.
    fn call_asks(&self, call: Call, said: &mut Said) -> bool {
        let body = self.body();
        let args = body.args(call.args);
        let name = match call.callee {
            Callee::Member { name, .. } => self.ctx.text(name),
            Callee::Value(value) => match body.op(value).kind {
                OpKind::Name(name) | OpKind::Get { name, .. } => self.ctx.text(name),
                _ => "",
            },
        };
        let first = args.first().and_then(|arg| self.text_of(arg.value));
        let given = args
            .iter()
            .any(|arg| matches!(arg.slot, Slot::Pos | Slot::Rest) && self.is_element(arg.value, 0));
        if given && let (Some(named), 2) = (&first, args.len()) {
            said.named.push(named.trim_start_matches([':', '@']).to_owned());
        }
        given
            && (self.means(Meaning::Among, name)
                || (args.len() == 1 && self.ends(name))
                || (args.len() == 2 && first.is_some_and(|key| self.ends(&key))))
            || self.text_asks(args, said)
    }

    /// True if a text among the arguments asks for several values, and an element is what it is given for them.
    fn text_asks(&self, args: &[Arg], said: &mut Said) -> bool {
        let body = self.body();
        let mut texts = args.iter().enumerate().filter_map(|(at, arg)| Some((at, self.text_of(arg.value)?)));
        let Some((at, text)) = texts.find(|(_, text)| text.contains(char::is_whitespace)) else {
            return false;
        };
        let values = match &args[at + 1..] {
            [only] if only.value.is_some() => match body.op(only.value).kind {
                OpKind::Make(_, list) => body.args(list),
                _ => &args[at + 1..],
            },
            rest => rest,
        };
        several(&text).into_iter().any(|given| match given {
            Given::Nth(nth) => values.get(nth).is_some_and(|value| self.is_element(value.value, 0)),
            Given::Named(name) => {
                said.wanted.push(name);
                false
            }
        })
    }

    fn ends(&self, name: &str) -> bool {
        self.ctx.models.words.ends(self.family(), Meaning::AmongEnding, name)
    }

    /// True for a closure over rows that asks an element whether it holds something of the row, or goes on building the statement.
    fn condition(&self, said: &mut Said, depth: u32) -> bool {
        let body = self.body();
        let params: Vec<LocalId> = (0u32..).take(body.params.len()).map(LocalId).collect();
        body.ops.iter().any(|op| match op.kind {
            OpKind::Call(id) => {
                let call = *body.call(id);
                let holds = matches!(call.callee, Callee::Member { recv, name }
                    if self.means(Meaning::Holds, self.ctx.text(name)) && self.is_element(recv, 0))
                    && body.args(call.args).iter().any(|arg| mentions(body, arg.value, &params, 0));
                holds || self.call_asks(call, said)
            }
            OpKind::Lambda(inner) if depth < DEEPEST => {
                self.closure(inner).is_some_and(|inside| inside.condition(said, depth + 1))
            }
            _ => false,
        })
    }

    /// A literal text, as far as it is written out.
    fn text_of(&self, op: OpId) -> Option<String> {
        let body = self.body();
        match body.ops.get(op.at())?.kind {
            OpKind::Str(text) => Some(self.ctx.text(text).to_owned()),
            OpKind::Text(kids) => {
                let part = |kid: &OpId| match body.ops.get(kid.at()).map(|op| op.kind) {
                    Some(OpKind::Str(text)) => self.ctx.text(text),
                    _ => " ",
                };
                Some(body.kids(kids).iter().map(part).collect())
            }
            OpKind::Local(local) => self.text_of(body.bound_once(local).filter(|value| *value < op)?),
            _ => None,
        }
    }

    /// True for an element, and for a collection that is made of all that is in it.
    fn is_element(&self, op: OpId, depth: u32) -> bool {
        let body = self.body();
        let Some(found) = body.ops.get(op.at()).filter(|_| depth < DEEPEST) else { return false };
        match found.kind {
            OpKind::Local(local) => self.holds(local, op, depth),
            OpKind::Cast { value, .. } | OpKind::Await(value) => self.is_element(value, depth + 1),
            OpKind::Make(_, args) => {
                matches!(body.args(args), [only] if only.slot == Slot::Rest && self.is_element(only.value, depth + 1)
                    || self.is_collected(only.value, depth))
            }
            OpKind::Call(id) => {
                let call = body.call(id);
                match call.callee {
                    Callee::Member { recv, name } => {
                        self.is_lists(self.ctx.text(name)) && self.is_element(recv, depth + 1)
                    }
                    Callee::Value(_) => {
                        let name = crate::repeat::chain(self.ctx, perflint_summary::Site { at: self.at, op });
                        let makes = name.first().is_some_and(|name| self.makes_list(self.ctx.text(*name)));
                        let args = body.args(call.args);
                        makes && args.iter().any(|arg| self.is_element(arg.value, depth + 1))
                    }
                }
            }
            _ => false,
        }
    }

    /// True for a variable that is such a value before an operation.
    fn holds(&self, local: LocalId, before: OpId, depth: u32) -> bool {
        let mut given = self.body().bindings(local).filter(|value| *value < before);
        self.elements.contains(&local)
            || given.any(|value| self.is_element(value, depth + 1) || self.is_collected(value, depth))
    }

    /// True for what a loop over an element computes of each thing in it.
    fn is_collected(&self, op: OpId, depth: u32) -> bool {
        let body = self.body();
        let Some(found) = body.ops.get(op.at()) else { return false };
        body.enclosing(found.region).any(|(_, region)| match region.kind {
            RegionKind::Loop { over, source: LoopSource::For | LoopSource::Comprehension, .. } => {
                over < op && self.is_element(over, depth + 1)
            }
            _ => false,
        })
    }

    /// True for a method of the language's own lists.
    fn is_lists(&self, name: &str) -> bool {
        let models = self.ctx.models;
        models.builtins(self.family(), "list").any(|ty| models.method(ty, name, false).is_some())
    }

    fn makes_list(&self, name: &str) -> bool {
        let mut rows = self.ctx.models.collections.iter();
        rows.any(|(family, row)| {
            **family == *self.family()
                && matches!(row.kind, Kind::List | Kind::Set)
                && row.calls.iter().any(|call| call == name)
        })
    }
}
