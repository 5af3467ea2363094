//! Expressions.

use super::Lowerer;
use super::frame::positional;
use perflint_ir::{BinOp, BodyKind, CallForm, Callee, ExitKind, OpId, OpKind, RegionKind, Shape, Span};
use proc_macro2::Span as Place;
use syn::spanned::Spanned;
use syn::{Expr, ExprArray, ExprBinary, ExprClosure, ExprIndex, ExprRange, ExprRepeat, ExprTuple, Lit};

impl Lowerer {
    /// Lowers an expression that must have a value.
    pub(super) fn value(&mut self, expr: &Expr) -> OpId {
        let value = self.expr(expr);
        if value.is_some() { value } else { self.op(OpKind::Null, Span::default()) }
    }

    /// Lowers an expression; statements like loops and exits have no value.
    pub(super) fn expr(&mut self, expr: &Expr) -> OpId {
        self.nested(Span::default(), |l| l.dispatch(expr))
            .unwrap_or_else(|| self.unknown(&[], Span::default()))
    }

    fn dispatch(&mut self, expr: &Expr) -> OpId {
        match expr {
            Expr::Paren(inner) => self.expr(&inner.expr),
            Expr::Group(inner) => self.expr(&inner.expr),
            Expr::Reference(inner) => self.expr(&inner.expr),
            Expr::RawAddr(inner) => self.expr(&inner.expr),
            Expr::Try(inner) => self.expr(&inner.expr),
            Expr::Cast(inner) => self.expr(&inner.expr),
            Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => self.expr(&unary.expr),
            Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Not(_)) => {
                let value = self.value(&unary.expr);
                self.op(OpKind::Not(value), self.span_of(value))
            }
            Expr::Unary(unary) => {
                let value = self.value(&unary.expr);
                self.unknown(&[value], self.span_of(value))
            }
            Expr::Path(path) => self.path_prefix(&path.path, path.path.segments.len()),
            Expr::Field(field) => {
                let base = self.value(&field.base);
                self.member(base, &field.member)
            }
            Expr::MethodCall(call) => self.method_call(call),
            Expr::Call(call) => self.call_expr(call),
            Expr::Macro(call) => self.macro_call(&call.mac),
            Expr::Struct(literal) => self.struct_literal(literal),
            Expr::Lit(lit) => self.literal(&lit.lit),
            Expr::Await(awaited) => {
                let value = self.value(&awaited.base);
                let span = self.at(awaited.await_token.span);
                self.op(OpKind::Await(value), span)
            }
            Expr::Closure(closure) => self.closure(closure),
            Expr::Async(block) => {
                let span = self.between(block.async_token.span, block.block.brace_token.span.close());
                self.lambda(span, |l| {
                    l.frame.body.set_async(true);
                    l.returning_block(&block.block);
                })
            }
            Expr::Block(block) => self.block(&block.block),
            Expr::Unsafe(block) => self.block(&block.block),
            Expr::Const(block) => self.block(&block.block),
            Expr::TryBlock(block) => self.block(&block.block),
            other => self.operator(other),
        }
    }

    fn operator(&mut self, expr: &Expr) -> OpId {
        match expr {
            Expr::If(decision) => self.if_expr(decision),
            Expr::Match(decision) => self.match_expr(decision),
            Expr::ForLoop(repeated) => self.for_loop(repeated),
            Expr::While(repeated) => self.while_loop(repeated),
            Expr::Loop(repeated) => self.endless_loop(repeated),
            Expr::Let(matched) => {
                let value = self.value(&matched.expr);
                self.bind_pattern(&matched.pat, value);
                value
            }
            Expr::Binary(binary) => self.binary(binary),
            Expr::Assign(assignment) => {
                let value = self.value(&assignment.right);
                self.assign(&assignment.left, value)
            }
            Expr::Index(index) => self.index(index),
            Expr::Range(range) => self.range(range),
            Expr::Array(array) => self.array(array),
            Expr::Repeat(repeat) => self.repeat(repeat),
            Expr::Tuple(tuple) => self.tuple(tuple),
            Expr::Return(exit) => self.leave(ExitKind::Return, exit.expr.as_deref(), exit.return_token.span),
            Expr::Break(exit) => self.leave(ExitKind::Break, exit.expr.as_deref(), exit.break_token.span),
            Expr::Continue(exit) => self.leave(ExitKind::Continue, None, exit.continue_token.span),
            Expr::Yield(item) => {
                let value = item.expr.as_ref().map_or(OpId::NONE, |expr| self.value(expr));
                let span = self.at(item.yield_token.span);
                self.op(OpKind::Yield(value), span)
            }
            other => {
                let span = self.at(other.span());
                self.unknown(&[], span)
            }
        }
    }

    fn leave(&mut self, how: ExitKind, value: Option<&Expr>, token: Place) -> OpId {
        let value = value.map_or(OpId::NONE, |expr| self.value(expr));
        let span = self.at(token);
        self.exit(how, value, span);
        OpId::NONE
    }

    pub(super) fn literal(&mut self, lit: &Lit) -> OpId {
        let span = self.at(lit.span());
        match lit {
            Lit::Str(text) => self.string(&text.value(), span),
            Lit::Bool(value) => self.op(OpKind::Bool(value.value), span),
            Lit::Int(int) => {
                let value = int.base10_parse::<i128>().unwrap_or(i128::MAX);
                self.op(OpKind::Int(i32::try_from(value).unwrap_or(i32::MAX)), span)
            }
            _ => self.unknown(&[], span),
        }
    }

    /// A closure or `async` block as a value.
    fn lambda(&mut self, span: Span, build: impl FnOnce(&mut Self)) -> OpId {
        let body = self.in_body(self.owner(), BodyKind::Closure, span, build);
        self.op(OpKind::Lambda(body), span)
    }

    fn closure(&mut self, closure: &ExprClosure) -> OpId {
        let end = match &*closure.body {
            Expr::Block(block) => block.block.brace_token.span.close(),
            _ => closure.inputs_end.span,
        };
        let span = self.between(closure.inputs_begin.span, end);
        self.lambda(span, |l| {
            l.frame.body.set_async(closure.asyncness.is_some());
            let mut params = Vec::with_capacity(closure.inputs.len());
            for input in &closure.inputs {
                let ty = match input {
                    syn::Pat::Type(typed) => Some(l.ty(&typed.ty)),
                    _ => None,
                };
                params.push((l.parameter(input, ty, Vec::new()), input));
            }
            l.take_apart(&params);
            let value = match &*closure.body {
                Expr::Block(block) => l.body_block(&block.block),
                body => l.body_value(body),
            };
            if value.is_some() {
                l.exit(ExitKind::Return, value, l.span_of(value));
            }
        })
    }

    fn binary(&mut self, binary: &ExprBinary) -> OpId {
        use syn::BinOp as B;
        let op = match binary.op {
            B::Or(_) => return self.either(binary),
            B::And(_) => BinOp::And,
            B::Add(_) | B::AddAssign(_) => BinOp::Add,
            B::Rem(_) | B::RemAssign(_) => BinOp::Mod,
            B::Eq(_) | B::Ne(_) => BinOp::Eq,
            B::Lt(_) | B::Le(_) | B::Gt(_) | B::Ge(_) => BinOp::Order,
            B::BitOr(_) | B::BitOrAssign(_) => BinOp::BitOr,
            _ => BinOp::Other,
        };
        let lhs = self.value(&binary.left);
        let rhs =
            if op == BinOp::And { self.right_side(&binary.right, lhs, 0) } else { self.value(&binary.right) };
        let span = self.span_of_both(lhs, rhs);
        let value = self.op(OpKind::Binary { op, lhs, rhs }, span);
        if matches!(binary.op, B::Ne(_)) {
            return self.op(OpKind::Not(value), span);
        }
        if is_assignment(&binary.op) {
            return self.assign(&binary.left, value);
        }
        value
    }

    fn either(&mut self, binary: &ExprBinary) -> OpId {
        let lhs = self.value(&binary.left);
        let rhs = self.right_side(&binary.right, lhs, 1);
        let span = self.span_of_both(lhs, rhs);
        self.join(&[lhs, rhs], span)
    }

    /// The right side of a short-circuit operator: a region of its own if it calls something.
    fn right_side(&mut self, expr: &Expr, cond: OpId, arm: u16) -> OpId {
        if !may_call(expr) {
            return self.value(expr);
        }
        let span = self.span_of(cond);
        self.in_region(RegionKind::Branch { cond, arm, last: arm == 1 }, span, |l| l.value(expr))
    }

    /// Assigns; like other statements an assignment has no value.
    fn assign(&mut self, target: &Expr, value: OpId) -> OpId {
        let span = self.span_of(value);
        self.nested(span, |l| l.assign_inside(target, value, span));
        OpId::NONE
    }

    fn assign_inside(&mut self, target: &Expr, value: OpId, span: Span) {
        match target {
            Expr::Paren(inner) => {
                self.assign(&inner.expr, value);
            }
            Expr::Unary(inner) => {
                self.assign(&inner.expr, value);
            }
            Expr::Infer(_) => {}
            Expr::Path(path) => {
                let name = path.path.get_ident().map(super::attributes::name);
                let sym = name.map(|name| self.file.sym(&name));
                if let Some(local) = sym.and_then(|sym| self.find(sym)) {
                    self.op(OpKind::Bind { local, value }, span);
                } else {
                    let target = self.path_prefix(&path.path, path.path.segments.len());
                    self.unknown(&[target, value], span);
                }
            }
            Expr::Field(field) => {
                let base = self.value(&field.base);
                let text = match &field.member {
                    syn::Member::Named(ident) => super::attributes::name(ident),
                    syn::Member::Unnamed(index) => index.index.to_string(),
                };
                let name = self.file.sym(&text);
                self.frame.body.put(base, name, value, span);
            }
            Expr::Tuple(tuple) => {
                for (index, element) in tuple.elems.iter().enumerate() {
                    let key = self.int(index, span);
                    let part = self.op(OpKind::Index { base: value, key }, span);
                    self.assign(element, part);
                }
            }
            other => {
                let target = self.value(other);
                self.unknown(&[target, value], span);
            }
        }
    }

    fn index(&mut self, index: &ExprIndex) -> OpId {
        let base = self.value(&index.expr);
        let span = self.between(index.bracket_token.span.open(), index.bracket_token.span.close());
        if let Expr::Range(range) = &*index.index {
            if let Some(start) = &range.start {
                self.value(start);
            }
            let limit = range.end.as_ref().map_or(OpId::NONE, |end| self.value(end));
            return self.op(OpKind::Slice { base, limit }, span);
        }
        let key = self.value(&index.index);
        self.op(OpKind::Index { base, key }, span)
    }

    /// `a..b` is a call of `..`; a missing start is 0.
    fn range(&mut self, range: &ExprRange) -> OpId {
        let span = self.at(match &range.limits {
            syn::RangeLimits::HalfOpen(token) => token.spans[0],
            syn::RangeLimits::Closed(token) => token.spans[0],
        });
        let name = self.file.sym("..");
        let callee = self.op(OpKind::Name(name), span);
        let start = range.start.as_ref().map_or(OpId::NONE, |expr| self.value(expr));
        let start = if start.is_some() { start } else { self.int(0, span) };
        let mut args = vec![positional(start)];
        args.extend(range.end.as_ref().map(|expr| positional(self.value(expr))));
        self.call(Callee::Value(callee), args, CallForm::Plain, span)
    }

    fn array(&mut self, array: &ExprArray) -> OpId {
        let elements = array.elems.iter().map(|expr| positional(self.value(expr))).collect();
        let span = self.between(array.bracket_token.span.open(), array.bracket_token.span.close());
        self.frame.body.make(Shape::List, elements, span)
    }

    fn repeat(&mut self, repeat: &ExprRepeat) -> OpId {
        let elements = [&repeat.expr, &repeat.len].map(|expr| positional(self.value(expr)));
        let span = self.between(repeat.bracket_token.span.open(), repeat.bracket_token.span.close());
        self.frame.body.make(Shape::List, elements.into(), span)
    }

    fn tuple(&mut self, tuple: &ExprTuple) -> OpId {
        let span = self.between(tuple.paren_token.span.open(), tuple.paren_token.span.close());
        if tuple.elems.is_empty() {
            return self.op(OpKind::Null, span);
        }
        let elements = tuple.elems.iter().map(|expr| positional(self.value(expr))).collect();
        self.frame.body.make(Shape::Tuple, elements, span)
    }
}

fn is_assignment(op: &syn::BinOp) -> bool {
    use syn::BinOp as B;
    matches!(
        op,
        B::AddAssign(_)
            | B::SubAssign(_)
            | B::MulAssign(_)
            | B::DivAssign(_)
            | B::RemAssign(_)
            | B::BitXorAssign(_)
            | B::BitAndAssign(_)
            | B::BitOrAssign(_)
            | B::ShlAssign(_)
            | B::ShrAssign(_)
    )
}

/// Could evaluating the expression call something? Looks through plain operators only.
fn may_call(expr: &Expr) -> bool {
    let mut todo = vec![expr];
    while let Some(expr) = todo.pop() {
        match expr {
            Expr::Path(_) | Expr::Lit(_) => {}
            Expr::Field(inner) => todo.push(&inner.base),
            Expr::Unary(inner) => todo.push(&inner.expr),
            Expr::Paren(inner) => todo.push(&inner.expr),
            Expr::Reference(inner) => todo.push(&inner.expr),
            Expr::Cast(inner) => todo.push(&inner.expr),
            Expr::Binary(inner) => todo.extend([&*inner.left, &*inner.right]),
            _ => return true,
        }
    }
    false
}
