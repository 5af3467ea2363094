//! Expressions: chains of calls, attributes and operators, and the leaves that they start with.
//!
//! A chain such as `a.b().c()` or `1 + 1 + ..` leans to the left and may be many thousand links long, so it is lowered
//! from the inside out with an explicit stack; only what hangs off a chain recurses.

use super::{LONG_CHAIN, Lower, span, span_between};
use perflint_ir::{Arg, CallForm, Callee, LoopSource, OpId, OpKind, RegionKind, Shape, Slot};
use ruff_python_ast::{
    Arguments, Expr, ExprCall, ExprDict, ExprLambda, ExprNamed, ExprSlice, ExprSubscript, ExprYield,
    ExprYieldFrom, Number,
};
use ruff_text_size::{Ranged, TextRange};

impl<'a> Lower<'a> {
    /// Lowers an expression and returns its value.
    pub(super) fn expr(&mut self, expr: &'a Expr) -> OpId {
        match expr {
            Expr::Name(node) if node.is_invalid() => self.unknown(&[], node.range),
            Expr::Name(node) => self.read_name(node.id.as_str(), node.range),
            Expr::StringLiteral(node) => self.string(node),
            Expr::NumberLiteral(node) => self.number(&node.value, node.range),
            Expr::BooleanLiteral(node) => self.op(OpKind::Bool(node.value), node.range),
            Expr::NoneLiteral(node) => self.op(OpKind::Null, node.range),
            Expr::BytesLiteral(_) | Expr::EllipsisLiteral(_) | Expr::IpyEscapeCommand(_) => {
                self.unknown(&[], expr.range())
            }
            _ => match self.nested(expr.range(), |lower| lower.chain(expr)) {
                Some(value) => value,
                None => self.unknown(&[], expr.range()),
            },
        }
    }

    /// Lowers an expression that may be absent.
    pub(super) fn optional(&mut self, expr: Option<&'a Expr>) -> OpId {
        expr.map_or(OpId::NONE, |expr| self.expr(expr))
    }

    fn number(&mut self, number: &Number, at: TextRange) -> OpId {
        match number {
            Number::Int(int) => self.op(OpKind::Int(int.as_i32().unwrap_or(i32::MAX)), at),
            Number::Float(_) | Number::Complex { .. } => self.unknown(&[], at),
        }
    }

    fn chain(&mut self, expr: &'a Expr) -> OpId {
        let base = self.chain.len();
        let mut inner = expr;
        loop {
            let next = match inner {
                Expr::Call(call) if self.is_super(call) => break,
                Expr::Call(call) => match called(call) {
                    Expr::Attribute(member) => &*member.value,
                    func => func,
                },
                Expr::Attribute(node) => &*node.value,
                Expr::Subscript(node) => &*node.value,
                Expr::BinOp(node) => &*node.left,
                _ => break,
            };
            self.chain.push(inner);
            inner = next;
        }
        self.deep |= self.chain.len() - base > LONG_CHAIN;
        let mut value = if self.chain.len() > base { self.expr(inner) } else { self.primary(inner) };
        while self.chain.len() > base
            && let Some(link) = self.chain.pop()
        {
            value = self.link(link, value);
        }
        value
    }

    /// One link of a chain, on the value of what stands left of it.
    fn link(&mut self, link: &'a Expr, left: OpId) -> OpId {
        match link {
            Expr::Call(node) => self.call(node, left),
            Expr::Attribute(node) => {
                let name = self.file.sym(node.attr.as_str());
                self.op(OpKind::Get { base: left, name }, node.attr.range)
            }
            Expr::Subscript(node) => self.subscript(node, left),
            Expr::BinOp(node) => {
                let rhs = self.expr(&node.right);
                self.binary(node.op, left, rhs, node.range)
            }
            _ => left,
        }
    }

    /// `super()` with the builtin's name, whatever its arguments.
    fn is_super(&self, call: &ExprCall) -> bool {
        matches!(&*call.func, Expr::Name(name) if name.id.as_str() == "super")
    }

    fn call(&mut self, node: &'a ExprCall, left: OpId) -> OpId {
        let args = self.arguments(&node.arguments);
        let (callee, start) = match called(node) {
            Expr::Attribute(member) => {
                let name = self.file.sym(member.attr.as_str());
                (Callee::Member { recv: left, name }, member.attr.range)
            }
            func => (Callee::Value(left), func.range()),
        };
        self.here.body.call(callee, args, CallForm::Plain, span_between(start, node.range()))
    }

    fn arguments(&mut self, arguments: &'a Arguments) -> Vec<Arg> {
        let mut args = Vec::with_capacity(arguments.args.len() + arguments.keywords.len());
        for arg in &arguments.args {
            args.push(self.element(arg));
        }
        for keyword in &arguments.keywords {
            let value = self.expr(&keyword.value);
            let slot = match &keyword.arg {
                Some(name) => Slot::Key(self.file.sym(name.as_str())),
                None => Slot::KeyRest,
            };
            args.push(Arg { slot, value });
        }
        args
    }

    /// A positional argument or an element of a literal.
    fn element(&mut self, expr: &'a Expr) -> Arg {
        match expr {
            Expr::Starred(starred) => Arg { slot: Slot::Rest, value: self.expr(&starred.value) },
            _ => Arg { slot: Slot::Pos, value: self.expr(expr) },
        }
    }

    fn subscript(&mut self, node: &'a ExprSubscript, base: OpId) -> OpId {
        let kind = match &*node.slice {
            Expr::Slice(slice) => {
                let limit = self.slice_bounds(slice);
                OpKind::Slice { base, limit }
            }
            key => OpKind::Index { base, key: self.expr(key) },
        };
        self.op(kind, node.range)
    }

    /// Evaluates the bounds of a slice and returns the upper one.
    pub(super) fn slice_bounds(&mut self, slice: &'a ExprSlice) -> OpId {
        self.optional(slice.lower.as_deref());
        let limit = self.optional(slice.upper.as_deref());
        self.optional(slice.step.as_deref());
        limit
    }

    /// What is no link of a chain and no leaf.
    fn primary(&mut self, expr: &'a Expr) -> OpId {
        match expr {
            Expr::Call(node) => self.op(OpKind::SuperRef, node.range()),
            Expr::BoolOp(node) => self.bool_op(node),
            Expr::Compare(node) => self.compare(node),
            Expr::UnaryOp(node) => self.unary(node),
            Expr::If(node) => self.conditional(node),
            Expr::Named(node) => self.named(node),
            Expr::Lambda(node) => self.lambda(node),
            Expr::Dict(node) => self.dict(node),
            Expr::List(node) => self.elements(Shape::List, &node.elts, node.range),
            Expr::Set(node) => self.elements(Shape::List, &node.elts, node.range),
            Expr::Tuple(node) => self.elements(Shape::Tuple, &node.elts, node.range),
            Expr::ListComp(node) => self.comprehension(&node.generators, &node.elt, node.range),
            Expr::SetComp(node) => self.comprehension(&node.generators, &node.elt, node.range),
            Expr::Generator(node) => self.comprehension(&node.generators, &node.elt, node.range),
            Expr::DictComp(node) => self.dict_comprehension(node),
            Expr::Await(node) => {
                let value = self.expr(&node.value);
                self.op(OpKind::Await(value), node.range)
            }
            Expr::Yield(node) => self.yields(node),
            Expr::YieldFrom(node) => self.yields_from(node),
            Expr::FString(node) => self.f_string(node),
            Expr::TString(node) => self.t_string(node),
            Expr::Starred(node) => {
                let value = self.expr(&node.value);
                self.unknown(&[value], node.range)
            }
            Expr::Slice(node) => {
                let limit = self.slice_bounds(node);
                self.unknown(&[limit], node.range)
            }
            _ => self.unknown(&[], expr.range()),
        }
    }

    fn named(&mut self, node: &'a ExprNamed) -> OpId {
        let value = self.expr(&node.value);
        self.bind_target(&node.target, value);
        value
    }

    fn lambda(&mut self, node: &'a ExprLambda) -> OpId {
        let params = node.parameters.as_deref().map(|params| self.params(params, None)).unwrap_or_default();
        let id = self.open_closure(node.range);
        self.lambda_body(node, params, None);
        self.op(OpKind::Lambda(id), node.range)
    }

    fn dict(&mut self, node: &'a ExprDict) -> OpId {
        let mut elements = Vec::with_capacity(node.items.len());
        for item in &node.items {
            let slot = match &item.key {
                Some(Expr::StringLiteral(key)) => Slot::Key(self.file.sym(key.value.to_str())),
                Some(key) => {
                    self.expr(key);
                    Slot::Pos
                }
                None => Slot::KeyRest,
            };
            elements.push(Arg { slot, value: self.expr(&item.value) });
        }
        self.here.body.make(Shape::Map, elements, span(node.range))
    }

    fn elements(&mut self, shape: Shape, elements: &'a [Expr], at: TextRange) -> OpId {
        let mut args = Vec::with_capacity(elements.len());
        for element in elements {
            args.push(self.element(element));
        }
        self.here.body.make(shape, args, span(at))
    }

    fn yields(&mut self, node: &'a ExprYield) -> OpId {
        self.here.body.set_generator();
        let value = match node.value.as_deref() {
            Some(value) => self.expr(value),
            None => self.op(OpKind::Null, node.range),
        };
        self.op(OpKind::Yield(value), node.range)
    }

    /// `yield from xs` is a loop over `xs` that yields each element.
    fn yields_from(&mut self, node: &'a ExprYieldFrom) -> OpId {
        self.here.body.set_generator();
        let over = self.expr(&node.value);
        let item = self.temporary();
        let region = RegionKind::Loop { over, item, source: LoopSource::For };
        let before = self.here.body.enter(region, span(node.range));
        let element = self.op(OpKind::Local(item), node.range);
        let value = self.op(OpKind::Yield(element), node.range);
        self.here.body.leave(before);
        value
    }
}

/// What a call calls. Type arguments of a class say nothing of it: `ForeignKey["Order"](..)`.
fn called(call: &ExprCall) -> &Expr {
    let Expr::Subscript(node) = &*call.func else { return &call.func };
    let name = match &*node.value {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(member) => member.attr.as_str(),
        _ => return &call.func,
    };
    let is_class = name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase);
    if is_class { &node.value } else { &call.func }
}
