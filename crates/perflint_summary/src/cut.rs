//! Pages that are cut out of rows in memory: `users.drop(offset).take(limit)` of a list that holds a whole table.

use crate::eval::{Eval, Frame};
use crate::expr::Given;
use crate::fact::Responded;
use crate::value::{Source, V, Val};
use perflint_ir::{Callee, OpId, OpKind, RegionKind};
use perflint_models::{CallRow, Expr, Meaning};

impl<'p> Eval<'p> {
    /// A list of which a fixed number is taken holds no longer all rows of its query.
    pub(crate) fn limited(&mut self, v: V) -> V {
        match self.vals.get(v).clone() {
            Val::Many { elem, count, batch, source: Some(source) } if source.all => self
                .vals
                .make(Val::Many { elem, count, batch, source: Some(Source { all: false, ..source }) }),
            _ => v,
        }
    }

    /// Records that elements are skipped of a list that holds all rows of a query.
    pub(crate) fn cut(&mut self, f: &mut Frame<'p>, row: &'p CallRow, skips: &'p Expr, g: &Given<'_>) {
        let Some(list) = row.returns.as_ref().and_then(|list| self.expr(f, list, g)) else { return };
        let Some(q) = self.source_of_all(list).and_then(|origin| self.unbounded_at(origin)) else { return };
        if !self.is_page_start(f, skips, g.op) || !(g.args.pos.len() > 1 || self.is_taken_from(f, g.op)) {
            return;
        }
        let event = Responded {
            site: self.site(f, g.op),
            origin: q.origin,
            entity: q.entity,
            label: self.query_label(&q),
            narrowed: q.narrowed,
            related: q.related,
            of: q.from.map(|(owner, _)| owner),
            open_limit: true,
            paged: false,
            plain: q.plain,
            direct: true,
            cut: true,
            seen: self.seen(f),
        };
        let known = self.events.responded.entry((event.site, q.origin)).or_insert(event);
        known.seen.also(f.node);
    }

    /// True if so many elements are kept of what a call leaves: without an end it is no page.
    fn is_taken_from(&self, f: &Frame<'p>, op: usize) -> bool {
        f.body.calls.iter().any(|call| match call.callee {
            Callee::Member { recv, name } => recv.at() == op && self.is_word(f, Meaning::Take, name),
            Callee::Value(_) => false,
        })
    }

    /// True for an amount that is given from outside, once: a fixed one leaves out a head, one in a loop walks through a list
    /// in pieces.
    fn is_page_start(&self, f: &Frame<'p>, skips: &Expr, op: usize) -> bool {
        let (Expr::Arg(n), OpKind::Call(id)) = (skips, f.body.ops[op].kind) else { return false };
        let Some(arg) = f.body.args(f.body.call(id).args).get(usize::from(*n)) else { return false };
        let Some(amount) = arg.value.some() else { return false };
        let looped = |op: OpId| {
            f.body.enclosing(f.body.op(op).region).any(|(_, r)| matches!(r.kind, RegionKind::Loop { .. }))
        };
        !looped(OpId(op as u32)) && self.is_given(f, amount, 0)
    }

    fn is_given(&self, f: &Frame<'p>, op: OpId, depth: u32) -> bool {
        if depth > 6 || !op.is_some() {
            return false;
        }
        match f.body.op(op).kind {
            OpKind::Local(local) if local.at() < f.body.params.len() => true,
            OpKind::Local(local) => {
                let captured = f.body.captures.iter().any(|c| c.inner == local);
                captured || f.body.bindings(local).any(|value| self.is_given(f, value, depth + 1))
            }
            OpKind::Binary { lhs, rhs, .. } => {
                self.is_given(f, lhs, depth + 1) || self.is_given(f, rhs, depth + 1)
            }
            OpKind::Join(kids) | OpKind::Unknown(kids) => {
                f.body.kids(kids).iter().any(|k| self.is_given(f, *k, depth + 1))
            }
            OpKind::Cast { value, .. } => self.is_given(f, value, depth + 1),
            OpKind::Get { .. } | OpKind::Call(_) => {
                let text = crate::iterate::expression(self.p, f.body, op, 0);
                let mut names =
                    text.split(|c: char| !c.is_alphanumeric() && c != '_').flat_map(crate::words::words);
                !names.any(|word| self.m.words.says(f.lang.models(), Meaning::Size, &word))
            }
            _ => false,
        }
    }
}
