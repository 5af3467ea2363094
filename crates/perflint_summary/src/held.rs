//! Fields whose query keeps the rows that it gave to whoever walked it first, read as they stand or through a method that
//! hands them out.

use crate::eval::{Eval, Frame};
use crate::expr::Given;
use crate::value::{Binder, Query, V, Val};
use perflint_ir::{Body, BodyId, Callee, ExitKind, LocalId, Op, OpId, OpKind, RegionId, RegionKind};
use perflint_link::{BodyRef, FileIx, Program};
use perflint_models::{CallRow, Expr, RowCount, Wait};
use rustc_hash::FxHashMap;

/// How deep closures may stand in each other for their variables to be followed outwards.
const MAX_DEPTH: u32 = 16;

/// Which body a closure stands in, per file.
#[derive(Debug, Default)]
pub(crate) struct Nesting {
    around: FxHashMap<FileIx, FxHashMap<BodyId, BodyId>>,
}

impl Nesting {
    fn around(&mut self, p: &Program, at: BodyRef) -> Option<BodyRef> {
        let known = self.around.entry(at.file).or_insert_with(|| {
            let bodies = (0u32..).map(BodyId).zip(&p.file(at.file).bodies);
            let closures = |(outer, body): (BodyId, &Body)| {
                let inner = body.ops.iter().filter_map(|op| match op.kind {
                    OpKind::Lambda(inner) => Some(inner),
                    _ => None,
                });
                inner.map(|inner| (inner, outer)).collect::<Vec<_>>()
            };
            bodies.flat_map(closures).collect()
        });
        known.get(&at.body).map(|body| BodyRef { body: *body, ..at })
    }
}

impl<'p> Eval<'p> {
    /// True for a field of the receiver, or a method of it without arguments that reads one or fills it once.
    pub(crate) fn is_held(&self, f: &Frame<'p>, op: OpId) -> bool {
        f.lang.keeps_rows_in_queries()
            && !self.p.is_stub(f.at.file)
            && f.body.ops.get(op.at()).is_some_and(|o| self.is_field(o) || self.is_handed_out(f, o))
    }

    /// `orders.each` without a block: the rows are fetched, and what is called next walks them.
    pub(crate) fn walked_without_block(
        &mut self,
        f: &mut Frame<'p>,
        row: &'p CallRow,
        g: &Given<'_>,
        recv_op: Option<OpId>,
    ) -> Option<V> {
        let (callback, Expr::Recv) = (row.invokes.as_ref()?, row.per.as_ref()?) else { return None };
        let Val::Query(q) = *self.vals.get(g.recv) else { return None };
        let walks = row.keeps && row.effect.is_none() && f.lang.keeps_rows_in_queries();
        if !walks || q.evaluated || self.expr(f, callback, g).is_some() {
            return None;
        }
        let start = f.terms.len();
        self.run_query(f, &q, RowCount::All, g.op, Wait::Blocks);
        self.keep_rows(f, g.recv, &q, recv_op.map_or(g.op, OpId::at), start);
        Some(self.vals.make(Val::Query(Query { evaluated: true, ..q })))
    }

    /// A block sees the variables around it as they are when it runs: what is walked with it holds its rows by then.
    pub(crate) fn kept_in_blocks(&mut self, f: &Frame<'p>, over: V, blocks: &mut [V]) {
        if !f.lang.has_blocks() || !matches!(self.vals.get(over), Val::Query(_)) {
            return;
        }
        for block in blocks {
            let Val::Closure(file, body, mut caps, this) = self.vals.get(*block).clone() else { continue };
            if file != f.at.file || !f.body.ops.iter().any(|o| o.kind == OpKind::Lambda(body)) {
                continue;
            }
            for (held, capture) in caps.iter_mut().zip(&self.p.file(file).body(body).captures) {
                *held = f.locals[capture.outer.at()];
            }
            *block = self.vals.make(Val::Closure(file, body, caps, this));
        }
    }

    /// Where the variable is bound that a closure captures under the name of one of its own, if it is bound once.
    pub(crate) fn bound_outside(&mut self, f: &Frame<'p>, local: LocalId) -> Option<Binder> {
        let (mut at, mut local) = (f.at, local);
        for _ in 0..MAX_DEPTH {
            let body = self.p.body(at);
            let Some(capture) = body.captures.iter().find(|capture| capture.inner == local) else { break };
            local = capture.outer;
            at = self.closures.around(self.p, at)?;
        }
        let mut set = self.p.body(at).binding_regions(local);
        let region = set.next().unwrap_or(RegionId(0));
        (at != f.at && set.next().is_none()).then_some(Binder { at, region })
    }

    /// True for a field of the receiver, or of what a view is rendered with.
    pub(crate) fn is_field(&self, op: &Op) -> bool {
        matches!(op.kind, OpKind::Get { name, .. } if self.p.text(name).starts_with('@'))
    }

    fn is_handed_out(&self, f: &Frame<'p>, op: &Op) -> bool {
        let OpKind::Call(id) = op.kind else { return false };
        let call = f.body.call(id);
        let own = |recv: OpId| matches!(f.body.op(recv).kind, OpKind::SelfRef);
        let name = match call.callee {
            Callee::Value(v) if v.is_some() => match f.body.op(v).kind {
                OpKind::Name(name) => name,
                _ => return false,
            },
            Callee::Member { recv, name } if recv.is_some() && own(recv) => name,
            _ => return false,
        };
        f.body.args(call.args).is_empty()
            && self
                .class_of(f.this)
                .and_then(|class| {
                    self.p.member_on(class, name, matches!(self.vals.get(f.this), Val::Class(_)))
                })
                .and_then(|def| self.p.item(def).body.map(|body| self.p.file(def.file).body(body)))
                .is_some_and(|body| self.gives_field(body))
    }

    /// True if a method gives a field, which it may fill where it is empty.
    fn gives_field(&self, body: &Body) -> bool {
        let mut returns = body.ops.iter().filter_map(|op| match op.kind {
            OpKind::Exit { how: ExitKind::Return, value } => Some(value),
            _ => None,
        });
        let (Some(value), None) = (returns.next(), returns.next()) else { return false };
        let Some(value) = value.some() else { return false };
        match body.op(value).kind {
            OpKind::Join(kids) => body.kids(kids).first().is_some_and(|first| {
                self.is_field(body.op(*first))
                    && body.regions.iter().any(|region| {
                        matches!(region.kind, RegionKind::Branch { cond, arm: 1, .. } if cond == *first)
                    })
            }),
            _ => self.is_field(body.op(value)),
        }
    }
}
