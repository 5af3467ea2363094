//! Decisions and loops.

use super::Lowerer;
use super::members::plain_name;
use perflint_ir::{BinOp, LocalId, LoopSource, OpId, OpKind, RegionKind, Span};
use syn::{Expr, ExprForLoop, ExprIf, ExprLoop, ExprMatch, ExprMethodCall, ExprWhile, Pat};

impl Lowerer {
    pub(super) fn if_expr(&mut self, expr: &ExprIf) -> OpId {
        let span = self.at(expr.if_token.span);
        self.scoped(|l| {
            let mut bound = Vec::new();
            let cond = l.condition(&expr.cond, &mut bound);
            let then = RegionKind::Branch { cond, arm: 0, last: false };
            let yes = l.in_region(then, span, |l| {
                bound.iter().for_each(|(pat, value)| l.bind_pattern(pat, *value));
                l.block(&expr.then_branch)
            });
            let Some((token, otherwise)) = &expr.else_branch else { return OpId::NONE };
            let span = l.at(token.span);
            let kind = RegionKind::Branch { cond, arm: 1, last: true };
            let no = l.in_region(kind, span, |l| l.expr(otherwise));
            l.join(&[yes, no], span)
        })
    }

    /// Evaluates a condition; the patterns of its `let`s are bound by the caller, where they hold.
    fn condition<'a>(&mut self, expr: &'a Expr, bound: &mut Vec<(&'a Pat, OpId)>) -> OpId {
        match expr {
            Expr::Let(matched) => {
                let value = self.value(&matched.expr);
                bound.push((&matched.pat, value));
                self.matched(value)
            }
            Expr::Binary(binary) if matches!(binary.op, syn::BinOp::And(_)) && has_let(expr) => self
                .nested(Span::default(), |l| {
                    let lhs = l.condition(&binary.left, bound);
                    bound.drain(..).for_each(|(pat, value)| l.bind_pattern(pat, value));
                    let rhs = l.condition(&binary.right, bound);
                    let span = l.span_of_both(lhs, rhs);
                    l.op(OpKind::Binary { op: BinOp::And, lhs, rhs }, span)
                })
                .unwrap_or(OpId::NONE),
            other => self.value(other),
        }
    }

    pub(super) fn match_expr(&mut self, expr: &ExprMatch) -> OpId {
        let value = self.value(&expr.expr);
        let cond = self.matched(value);
        let count = expr.arms.len();
        let mut values = Vec::with_capacity(count);
        for (index, arm) in expr.arms.iter().enumerate() {
            let span = self.at(arm.fat_arrow_token.spans[0]);
            let arm_index = u16::try_from(index).unwrap_or(u16::MAX);
            let kind = RegionKind::Branch { cond, arm: arm_index, last: index + 1 == count };
            values.push(self.in_region(kind, span, |l| {
                l.bind_pattern(&arm.pat, value);
                l.expr(&arm.body)
            }));
        }
        self.join(&values, self.at(expr.match_token.span))
    }

    /// Whether a value matches a pattern. A tuple that is written down is there, which says nothing about its parts.
    pub(super) fn matched(&mut self, value: OpId) -> OpId {
        match value.some().map(|id| self.frame.body.peek(id).kind) {
            Some(OpKind::Make(..)) => self.unknown(&[value], self.span_of(value)),
            _ => value,
        }
    }

    pub(super) fn for_loop(&mut self, expr: &ExprForLoop) -> OpId {
        let over = self.value(&expr.expr);
        let span = self.between(expr.for_token.span, expr.in_token.span);
        self.loop_over(over, &expr.pat, span, |l| {
            l.block(&expr.body);
        })
    }

    /// A loop whose element is taken apart by a pattern.
    fn loop_over(&mut self, over: OpId, pat: &Pat, span: Span, build: impl FnOnce(&mut Self)) -> OpId {
        self.scoped(|l| {
            let name = plain_name(pat);
            let item = match &name {
                Some(name) => l.declare(name),
                None if matches!(pat, Pat::Wild(_)) => LocalId::NONE,
                None => {
                    let nameless = l.file.sym("");
                    l.frame.body.local(nameless)
                }
            };
            let kind = RegionKind::Loop { over, item, source: LoopSource::For };
            l.in_region(kind, span, |l| {
                if name.is_none() && item.is_some() {
                    let value = l.op(OpKind::Local(item), span);
                    l.bind_pattern(pat, value);
                }
                build(l);
            });
        });
        OpId::NONE
    }

    pub(super) fn while_loop(&mut self, expr: &ExprWhile) -> OpId {
        let span = self.at(expr.while_token.span);
        if let Some((pat, call)) = next_of(&expr.cond) {
            let over = self.value(&call.receiver);
            return self.loop_over(over, pat, span, |l| {
                l.block(&expr.body);
            });
        }
        self.scoped(|l| {
            let mut bound = Vec::new();
            let over = l.condition(&expr.cond, &mut bound);
            let kind = RegionKind::Loop { over, item: LocalId::NONE, source: LoopSource::While };
            l.in_region(kind, span, |l| {
                bound.iter().for_each(|(pat, value)| l.bind_pattern(pat, *value));
                l.block(&expr.body);
            });
        });
        OpId::NONE
    }

    pub(super) fn endless_loop(&mut self, expr: &ExprLoop) -> OpId {
        let kind = RegionKind::Loop { over: OpId::NONE, item: LocalId::NONE, source: LoopSource::While };
        let span = self.at(expr.loop_token.span);
        self.in_region(kind, span, |l| l.block(&expr.body));
        OpId::NONE
    }
}

/// `Some(x) = it.next()`, also awaited and with `?`: the pattern of the element and the call.
fn next_of(cond: &Expr) -> Option<(&Pat, &ExprMethodCall)> {
    let Expr::Let(matched) = cond else { return None };
    let mut value = &*matched.expr;
    loop {
        value = match value {
            Expr::Await(inner) => &inner.base,
            Expr::Try(inner) => &inner.expr,
            Expr::Paren(inner) => &inner.expr,
            Expr::MethodCall(call)
                if call.args.is_empty() && (call.method == "next" || call.method == "try_next") =>
            {
                return Some((element(&matched.pat), call));
            }
            _ => return None,
        };
    }
}

/// The pattern inside `Some(..)` and `Ok(..)`.
fn element(mut pat: &Pat) -> &Pat {
    while let Pat::TupleStruct(tuple) = pat
        && tuple.elems.len() == 1
        && tuple.path.segments.last().is_some_and(|s| s.ident == "Some" || s.ident == "Ok")
        && let Some(inner) = tuple.elems.first()
    {
        pat = inner;
    }
    pat
}

/// Does a chain of `&&` contain a `let`?
fn has_let(mut expr: &Expr) -> bool {
    while let Expr::Binary(binary) = expr {
        if matches!(*binary.right, Expr::Let(_)) {
            return true;
        }
        expr = &binary.left;
    }
    matches!(expr, Expr::Let(_))
}
