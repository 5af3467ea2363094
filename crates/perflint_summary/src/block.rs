//! Callbacks as blocks: what they are given, and what they leave behind in the variables around them.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame, Outcome};
use crate::expr::Given;
use crate::value::{Binder, UNKNOWN, V, Val};
use perflint_ir::{BodyId, BodyKind, OpId, OpKind, ParamKind};
use perflint_link::{BodyRef, FileIx};
use perflint_models::{CallRow, Expr};

/// Lists of at most this many elements are taken apart by a block with several parameters.
const PAIR: usize = 8;

/// What is known while a callback is called.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    /// The value at the key of a map that is walked.
    pub(crate) value: Option<V>,
    /// What the parameters of the closure that returned last hold.
    pub(crate) left: Vec<V>,
}

impl<'p> Eval<'p> {
    /// The value that belongs to what a walk over a map gives.
    pub(crate) fn value_walked(&mut self, over: V, elem: V, binder: Binder) -> Option<V> {
        let Val::Map(entries, rest) = self.vals.get(over).clone() else { return None };
        let own = match self.vals.get(elem) {
            Val::Str(key) => entries.iter().find(|(name, _)| name == key).map(|(_, v)| *v),
            _ => None,
        };
        Some(own.unwrap_or_else(|| match entries.is_empty() {
            true => self.bound_at(rest, binder),
            false => self.element(over),
        }))
    }

    /// The value that is walked, or that a pair or a map has.
    pub(crate) fn second(&mut self, e: &Expr, v: V) -> V {
        if let (Expr::Recv, Some(walked)) = (e, self.walk.value) {
            return walked;
        }
        match self.vals.get(v) {
            Val::List(items) if items.len() == 2 => items[1],
            _ => self.element(v),
        }
    }

    /// Elements, or the elements of those that are collections or queries themselves.
    pub(crate) fn flat(&mut self, f: &mut Frame<'p>, v: V, op: usize) -> V {
        let Val::List(items) = self.vals.get(v).clone() else {
            let elem = self.element(v);
            return match self.vals.get(elem) {
                Val::Query(_) | Val::Many { .. } | Val::List(_) => self.element(elem),
                _ => elem,
            };
        };
        items.iter().fold(UNKNOWN, |sum, item| {
            let elem = match *self.vals.get(*item) {
                Val::Query(q) => {
                    self.run_query(f, &q, perflint_models::RowCount::All, op, perflint_models::Wait::Blocks);
                    self.row_of(f, &q, op)
                }
                Val::Many { .. } | Val::List(_) => self.element(*item),
                _ => *item,
            };
            self.vals.join(sum, elem)
        })
    }

    /// A map with the entries of others, which go first.
    pub(crate) fn merged(&mut self, g: &Given<'_>) -> V {
        let keys: Vec<_> =
            g.args.keys.iter().copied().filter(|(name, _)| self.p.text(*name) != "&").collect();
        let mut parts = vec![g.recv];
        parts.extend(&g.args.pos);
        parts.push(self.vals.make(Val::Map(keys.into(), UNKNOWN)));
        // A map type of a library: `bson.M{"kind": kind}`. What stands under a computed key is not looked into.
        let mut sum = match self.vals.get(g.recv) {
            Val::Ext(_) if !g.args.pos.is_empty() => return UNKNOWN,
            Val::Ext(_) => self.vals.make(Val::Map([].into(), UNKNOWN)),
            _ => g.recv,
        };
        for part in parts.split_off(1) {
            let Val::Map(entries, more) = self.vals.get(part).clone() else { continue };
            for (name, v) in entries.iter() {
                sum = self.with_field(sum, *name, *v);
            }
            if let Val::Map(own, rest) = self.vals.get(sum).clone() {
                let rest = self.vals.join(rest, more);
                sum = self.vals.make(Val::Map(own, rest));
            }
        }
        sum
    }

    /// Takes the one list that a block with several parameters is given apart, and a map that is given where a method only
    /// has named parameters left, as Ruby does.
    pub(crate) fn splatted(&self, at: BodyRef, args: &CallArgs) -> Option<CallArgs> {
        let body = self.p.body(at);
        if !self.p.file(at.file).lang.has_blocks() {
            return None;
        }
        let normal = body.params.iter().filter(|param| param.kind == ParamKind::Normal).count();
        let named = |kind: ParamKind| matches!(kind, ParamKind::KeyOnly | ParamKind::KeyRest);
        if args.pos.len() > normal
            && body.params.iter().any(|param| named(param.kind))
            && !body.params.iter().any(|param| param.kind == ParamKind::Rest)
            && let Some((last, pos)) = args.pos.split_last()
            && let Val::Map(entries, _) = self.vals.get(*last)
        {
            let keys = args.keys.iter().chain(entries.iter()).copied().collect();
            return Some(CallArgs { pos: pos.to_vec(), keys, open: args.open });
        }
        let [only] = args.pos[..] else { return None };
        if body.kind != BodyKind::Closure || normal < 2 {
            return None;
        }
        match self.vals.get(only) {
            Val::List(items) if items.len() <= PAIR => {
                Some(CallArgs { pos: items.to_vec(), keys: args.keys.clone(), open: args.open })
            }
            _ => None,
        }
    }

    /// What a closure's parameters and captured variables hold at its end, by their position, where that differs from the
    /// beginning. Only blocks share the variables of the code that they stand in.
    pub(crate) fn left_behind(&self, at: BodyRef, initial: &[V], locals: &[V]) -> Vec<(u32, V)> {
        let body = self.p.body(at);
        let lang = self.p.file(at.file).lang;
        match body.kind {
            BodyKind::Function if lang.fills_arguments() => {
                return crate::filled::filled(body, initial, locals);
            }
            BodyKind::Function | BodyKind::Closure if lang.builds_in_place() => {
                let mut left = crate::filled::filled(body, initial, locals);
                left.retain(|(at, after)| self.builds_on(initial[*at as usize], *after));
                return left;
            }
            BodyKind::Closure if lang.has_blocks() => {}
            BodyKind::Function if lang.has_blocks() => {
                let left = crate::filled::filled(body, initial, locals);
                // The caller's variable holds the same rows, with what the method had loaded for them.
                let same = |(index, after): &(u32, V)| self.same_rows(initial[*index as usize], *after);
                return left.into_iter().filter(same).collect();
            }
            _ => return Vec::new(),
        }
        let changed = (0u32..).zip(initial.iter().zip(locals)).filter(|(_, (before, after))| before != after);
        changed.map(|(index, (_, after))| (index, *after)).collect()
    }

    /// Gives the variables around a block what it left in them.
    pub(crate) fn take_left(
        &mut self,
        f: &mut Frame<'p>,
        file: FileIx,
        block: BodyId,
        args: &[V],
        outcome: &Outcome,
    ) {
        let code = self.p.file(file).body(block);
        let params = code.params.len();
        let value = |index: usize| {
            let changed = outcome.left.iter().find(|(at, _)| *at as usize == index).map(|(_, v)| *v);
            changed.or_else(|| args.get(index).copied()).unwrap_or(UNKNOWN)
        };
        self.walk.left = (0..params).map(value).collect();
        if outcome.left.is_empty()
            || file != f.at.file
            || !f.body.ops.iter().any(|o| o.kind == OpKind::Lambda(block))
        {
            return;
        }
        for capture in &code.captures {
            let Some((_, after)) = outcome.left.iter().find(|(at, _)| *at as usize == capture.inner.at())
            else {
                continue;
            };
            let before = f.locals[capture.outer.at()];
            let empty = match self.vals.get(before) {
                Val::List(items) => items.is_empty(),
                Val::Map(entries, rest) => entries.is_empty() && *rest == UNKNOWN,
                _ => false,
            };
            f.locals[capture.outer.at()] = if empty { *after } else { self.vals.join(before, *after) };
        }
    }

    /// What a row's callback is given, for an element of what is walked.
    pub(crate) fn gives(
        &mut self,
        f: &mut Frame<'p>,
        row: &'p CallRow,
        g: &Given<'_>,
        elem: Option<V>,
    ) -> CallArgs {
        let mut pos = Vec::new();
        for e in &row.gives {
            let v = match (e, elem) {
                (Expr::Elem(_), Some(elem)) => elem,
                _ => self.expr(f, e, g).unwrap_or(UNKNOWN),
            };
            pos.push(v);
        }
        CallArgs { pos, keys: Vec::new(), open: true }
    }

    /// Adds an element to the list that a call's receiver is.
    pub(crate) fn add_element(&mut self, f: &mut Frame<'p>, recv: V, v: V, recv_op: Option<OpId>) {
        if let Some(longer) = self.lengthened(f, recv, v, recv_op) {
            self.rebind(f, recv_op, longer);
            return;
        }
        let elem = self.element(recv);
        let elem = self.vals.join(elem, v);
        let source = self.source_of(recv);
        let many = self.vals.make(Val::Many { elem, count: None, batch: false, source });
        self.rebind(f, recv_op, many);
    }

    /// A list of batches of what a value holds.
    pub(crate) fn as_batches(&mut self, v: V) -> V {
        match self.vals.get(v).clone() {
            Val::Many { elem, count, .. } => {
                self.vals.make(Val::Many { elem, count, batch: true, source: None })
            }
            Val::Query(q) => {
                let elem = self.plain_row(&q);
                let inner = self.vals.many(elem);
                self.vals.make(Val::Many { elem: inner, count: None, batch: true, source: None })
            }
            Val::Future(inner) => {
                let inner = self.as_batches(inner);
                self.vals.make(Val::Future(inner))
            }
            _ => {
                let inner = self.vals.many(UNKNOWN);
                self.vals.make(Val::Many { elem: inner, count: None, batch: true, source: None })
            }
        }
    }
}
