//! Expressions.

use crate::CSharp;
use crate::kinds::{K, f, field, kind};
use perflint_ir::{BinOp, BodyKind, ExitKind, OpId, OpKind, ParamKind, RegionKind, Shape, TypeId};
use perflint_syntax::Place;
use perflint_syntax::Walk;
use perflint_syntax::lowering::pos;
use perflint_syntax::tree::span;
use tree_sitter::Node;

impl<'t> CSharp<'t> {
    pub(crate) fn expression(&mut self, node: Node<'t>) -> OpId {
        self.deeper(node, |this| {
            if let Some((_, links)) = this.suffix.take_if(|(id, _)| *id == node.id()) {
                let value = this.chain(node);
                return this.links(value, links);
            }
            this.chain(node)
        })
        .unwrap_or_else(|| self.low.unknown(&[], node))
    }

    /// An expression that is no link of a chain.
    pub(crate) fn expr_at(&mut self, node: Node<'t>) -> OpId {
        match kind(node) {
            K::Identifier | K::GenericName => {
                let name = self.simple_name(node);
                self.low.read(name, node)
            }
            K::Invocation => match field(node, f().function) {
                Some(name) => self.bare_call(node, name),
                None => self.low.unknown(&[], node),
            },
            K::QualifiedName | K::AliasQualifiedName => {
                let path = self.type_name(node);
                self.low.path(&path, node)
            }
            K::PredefinedType => self.keyword(node),
            K::StringLiteral | K::VerbatimString | K::RawString | K::Character => self.string_literal(node),
            K::InterpolatedString => self.interpolated(node),
            K::Integer => self.integer(node),
            K::NullLiteral | K::Default => self.low.op(OpKind::Null, node),
            K::Boolean => self.low.op(OpKind::Bool(self.low.text(node) == "true"), node),
            K::This => self.low.op(OpKind::SelfRef, node),
            K::Base => self.low.op(OpKind::SuperRef, node),
            K::Parenthesized | K::Checked | K::RefExpression | K::Argument | K::ExpressionElement => {
                self.only_child(node)
            }
            K::CollectionElement | K::ArrowClause => self.only_child(node),
            K::Typeof => match field(node, f().r#type) {
                Some(ty) => self.type_value(ty),
                None => self.low.unknown(&[], node),
            },
            K::Await => {
                let value = self.only_child(node);
                self.low.op(OpKind::Await(value), node)
            }
            K::ObjectCreation
            | K::ImplicitObject
            | K::AnonymousObject
            | K::ArrayCreation
            | K::ImplicitArray
            | K::ImplicitStackalloc
            | K::Stackalloc
            | K::Initializer
            | K::CollectionExpression
            | K::With => self.creation(node),
            K::Lambda | K::AnonymousMethod => self.lambda(node),
            K::Query => self.query(node),
            K::Assignment => self.assignment(node),
            K::Binary => self.binary(node),
            K::PrefixUnary | K::PostfixUnary => self.unary(node),
            K::Conditional => self.conditional(node),
            K::Cast => {
                let value = field(node, f().value).map_or(OpId::NONE, |value| self.expr(value));
                self.cast(value, field(node, f().r#type), node)
            }
            K::AsExpression => {
                let value = field(node, f().left).map_or(OpId::NONE, |value| self.expr(value));
                self.cast(value, field(node, f().right), node)
            }
            K::Is => {
                let value = field(node, f().left).map_or(OpId::NONE, |value| self.expr(value));
                self.low.unknown(&[value], node)
            }
            K::IsPattern => self.is_pattern(node),
            K::SwitchExpression => self.switch_expression(node),
            K::ThrowExpression => {
                let value = self.only_child(node);
                self.low.scopes.here.body.exit(ExitKind::Raise, value, span(node))
            }
            K::TupleExpression => {
                let values = self.children(node).into_iter().map(|value| pos(self.expr(value))).collect();
                self.low.make(Shape::Tuple, values, node)
            }
            K::DeclarationExpression => {
                let value = self.low.unknown(&[], node);
                self.assign(node, value, node);
                value
            }
            K::PreprocIf | K::PreprocElif | K::PreprocElse => {
                let part = self.chosen(node);
                part.first().map_or(OpId::NONE, |part| self.expr(*part))
            }
            _ => {
                let kids = self.children(node).into_iter().map(|child| self.expr(child));
                let kids: Vec<OpId> = kids.filter(|kid| kid.is_some()).collect();
                self.low.unknown(&kids, node)
            }
        }
    }

    pub(crate) fn only_child(&mut self, node: Node<'t>) -> OpId {
        match self.children(node).pop() {
            Some(inner) => self.expr(inner),
            None => self.low.unknown(&[], node),
        }
    }

    pub(crate) fn cast(&mut self, value: OpId, ty: Option<Node<'t>>, node: Node<'t>) -> OpId {
        match self.declared(ty) {
            Some(ty) => self.low.op(OpKind::Cast { value, ty }, node),
            None => value,
        }
    }

    pub(crate) fn lambda(&mut self, node: Node<'t>) -> OpId {
        let parts = self.children(node);
        let is_async = parts.iter().any(|part| kind(*part) == K::Modifier && self.low.text(*part) == "async");
        let params = field(node, f().parameters);
        let declared = match params.map(|params| (kind(params), params)) {
            Some((K::ParameterList, list)) => self.simple_params(list),
            Some((_, name)) => vec![(self.word(name), None, ParamKind::Normal)],
            None => Vec::new(),
        };
        let block = field(node, f().body).or_else(|| parts.iter().copied().find(|p| kind(*p) == K::Block));
        self.closure(node, declared, is_async, block)
    }

    /// A closure with parameters and code: a block, or the value of an expression.
    pub(crate) fn closure(
        &mut self,
        node: Node<'t>,
        params: Vec<(&'t str, Option<TypeId>, ParamKind)>,
        is_async: bool,
        code: Option<Node<'t>>,
    ) -> OpId {
        let item = self.low.scopes.here.item;
        let body = self.low.open(Place::Closure, item, BodyKind::Closure, node);
        self.low.scopes.here.body.set_async(is_async);
        for (name, ty, kind) in params {
            self.low.param(name, ty, kind);
        }
        let outer = (self.expected.take(), self.returns.take(), std::mem::take(&mut self.in_switch));
        self.code(code);
        (self.expected, self.returns, self.in_switch) = outer;
        self.low.close();
        self.low.op(OpKind::Lambda(body), node)
    }

    /// The code of a function: a block, or an expression whose value it returns.
    pub(crate) fn code(&mut self, code: Option<Node<'t>>) {
        let Some(code) = code else { return };
        if kind(code) == K::Block {
            return self.block(code);
        }
        self.expected = self.returns;
        let result = self.expr(code);
        self.expected = None;
        self.low.scopes.here.body.exit(ExitKind::Return, result, span(code));
    }

    fn unary(&mut self, node: Node<'t>) -> OpId {
        let sign = (0..2).filter_map(|i| node.child(i)).find(|child| !child.is_named());
        let sign = sign.map_or("", |sign| sign.kind());
        let Some(operand) = self.children(node).pop() else { return self.low.unknown(&[], node) };
        let value = self.expr(operand);
        match sign {
            "!" => self.low.op(OpKind::Not(value), node),
            "++" | "--" => {
                let next = self.low.op(OpKind::Binary { op: BinOp::Other, lhs: value, rhs: value }, node);
                self.assign(operand, next, node);
                next
            }
            _ => self.low.unknown(&[value], node),
        }
    }

    fn conditional(&mut self, node: Node<'t>) -> OpId {
        let cond = field(node, f().condition).map_or(OpId::NONE, |cond| self.expr(cond));
        let mut values = Vec::new();
        for (arm, id) in [(0, f().consequence), (1, f().alternative)] {
            let Some(value) = field(node, id) else { continue };
            let before = self.low.enter(RegionKind::Branch { cond, arm, last: arm == 1 }, value);
            values.push(self.expr(value));
            self.low.leave(before);
        }
        self.low.scopes.here.body.join(&values, span(node))
    }

    fn assignment(&mut self, node: Node<'t>) -> OpId {
        let (Some(left), Some(right)) = (field(node, f().left), field(node, f().right)) else {
            return self.low.unknown(&[], node);
        };
        let operator = field(node, f().operator).map_or("=", |op| op.kind());
        if operator == "??=" {
            let old = self.expr(left);
            let before = self.low.enter(RegionKind::Branch { cond: old, arm: 1, last: true }, right);
            let value = self.expr(right);
            self.assign(left, value, node);
            self.low.leave(before);
            return self.low.scopes.here.body.join(&[old, value], span(node));
        }
        let mut value = self.expr(right);
        if operator != "=" {
            let lhs = self.expr(left);
            let op = if operator == "+=" { BinOp::Add } else { BinOp::Other };
            value = self.low.op(OpKind::Binary { op, lhs, rhs: value }, node);
        }
        self.assign(left, value, node);
        value
    }

    /// Gives a value to what an expression names.
    pub(crate) fn assign(&mut self, target: Node<'t>, value: OpId, node: Node<'t>) {
        match kind(target) {
            K::Identifier => {
                let name = self.word(target);
                match self.low.scopes.find(&mut self.low.file, name) {
                    Some(local) => self.low.bind(local, value, target),
                    None if name == "_" => {}
                    None => {
                        let base = self.low.op(OpKind::SelfRef, target);
                        let name = self.low.file.sym(name);
                        self.low.scopes.here.body.put(base, name, value, span(target));
                    }
                }
            }
            K::MemberAccess => {
                let base = field(target, f().expression).map_or(OpId::NONE, |base| self.expr(base));
                let name = field(target, f().name).map_or("", |name| self.simple_name(name));
                let name = self.low.file.sym(name);
                self.low.scopes.here.body.put(base, name, value, span(target));
            }
            K::ElementAccess => {
                let base = field(target, f().expression).map_or(OpId::NONE, |base| self.expr(base));
                let key = self.arguments(field(target, f().subscript)).0;
                let key = key.first().map_or(OpId::NONE, |key| key.value);
                self.low.scopes.here.body.store(base, key, value, span(node));
            }
            K::DeclarationExpression => {
                let value = self.cast(value, field(target, f().r#type), target);
                if let Some(name) = field(target, f().name) {
                    self.low.declare(self.word(name), value, name);
                }
            }
            K::TupleExpression | K::TuplePattern => self.unpack(target, value),
            K::Argument | K::Parenthesized => {
                if let Some(inner) = self.children(target).pop() {
                    self.assign(inner, value, node);
                }
            }
            _ => {
                self.expr(target);
            }
        }
    }

    /// `(a, b) = value`; names of a pattern are new, those of an expression are known.
    pub(crate) fn unpack(&mut self, target: Node<'t>, value: OpId) {
        self.deeper(target, |this| {
            let declares = kind(target) == K::TuplePattern;
            for (i, part) in this.children(target).into_iter().enumerate() {
                let key = this.low.op(OpKind::Int(i32::try_from(i).unwrap_or(i32::MAX)), part);
                let element = this.low.op(OpKind::Index { base: value, key }, part);
                match kind(part) {
                    K::Identifier if declares => {
                        this.low.declare(this.word(part), element, part);
                    }
                    K::Discard => {}
                    _ => this.assign(part, element, part),
                }
            }
        });
    }
}
