//! Expressions: the dispatch, names, members and operators.

use super::context::{Lowerer, between, span};
use super::function::Callable;
use oxc_ast::ast::{
    BinaryExpression, BinaryOperator, ChainElement, ConditionalExpression, Expression, LogicalExpression,
    LogicalOperator, MemberExpression, UnaryExpression, UnaryOperator,
};
use oxc_ast::match_member_expression;
use oxc_span::GetSpan;
use perflint_ir::{BinOp, OpId, OpKind, RegionKind, Span};

impl<'a> Lowerer<'a> {
    /// Appends what an expression does and gives its value.
    pub(super) fn expr(&mut self, value: &Expression<'a>) -> OpId {
        let at = span(value);
        match value {
            Expression::Identifier(name) => self.read(name.name.as_str(), at),
            Expression::StringLiteral(text) => self.str(text.value.as_str(), at),
            Expression::BooleanLiteral(literal) => self.op(OpKind::Bool(literal.value), at),
            Expression::NullLiteral(_) => self.op(OpKind::Null, at),
            Expression::NumericLiteral(number) => self.number(number.value, at),
            Expression::ThisExpression(_) => self.op(OpKind::SelfRef, at),
            Expression::Super(_) => self.op(OpKind::SuperRef, at),
            _ => match self.nested(at, |this| this.compound_expr(value, at)) {
                Some(op) => op,
                None => self.unknown(&[], at),
            },
        }
    }

    fn compound_expr(&mut self, value: &Expression<'a>, at: Span) -> OpId {
        match value {
            match_member_expression!(Expression) => self.member(value.to_member_expression()),
            Expression::CallExpression(call) => self.call(call),
            Expression::NewExpression(new) => self.new_call(new),
            Expression::ChainExpression(chain) => match &chain.expression {
                ChainElement::CallExpression(call) => self.call(call),
                ChainElement::TSNonNullExpression(inner) => self.expr(&inner.expression),
                other => self.member(other.to_member_expression()),
            },
            Expression::AwaitExpression(wait) => {
                let value = self.expr(&wait.argument);
                self.op(OpKind::Await(value), at)
            }
            Expression::YieldExpression(produce) => {
                let value = produce.argument.as_ref().map_or(OpId::NONE, |value| self.expr(value));
                self.op(OpKind::Yield(value), at)
            }
            Expression::AssignmentExpression(assignment) => self.assignment(assignment),
            Expression::UpdateExpression(update) => self.update(update),
            Expression::BinaryExpression(binary) => self.binary(binary),
            Expression::LogicalExpression(logical) => self.logical(logical),
            Expression::ConditionalExpression(conditional) => self.conditional(conditional),
            Expression::UnaryExpression(unary) => self.unary(unary),
            Expression::SequenceExpression(sequence) => {
                let values: Vec<OpId> = sequence.expressions.iter().map(|value| self.expr(value)).collect();
                values.last().copied().unwrap_or(OpId::NONE)
            }
            Expression::ArrowFunctionExpression(arrow) => self.closure(Callable::of_arrow(arrow)),
            Expression::FunctionExpression(function) => match Callable::of(function) {
                Some(callable) => self.closure(callable),
                None => self.unknown(&[], at),
            },
            Expression::ClassExpression(class) => {
                let name = self.class(class, None, false);
                self.op(OpKind::Name(name), at)
            }
            Expression::ArrayExpression(list) => self.list(list),
            Expression::ObjectExpression(map) => self.map(map),
            Expression::TemplateLiteral(text) => self.template(text),
            Expression::TaggedTemplateExpression(tagged) => self.tagged(tagged),
            Expression::ImportExpression(import) => self.dynamic_import(import),
            Expression::JSXElement(element) => self.jsx_element(element),
            Expression::JSXFragment(fragment) => self.jsx_fragment(fragment),
            Expression::TSAsExpression(inner) => self.expr(&inner.expression),
            Expression::TSSatisfiesExpression(inner) => self.expr(&inner.expression),
            Expression::TSTypeAssertion(inner) => self.expr(&inner.expression),
            Expression::TSNonNullExpression(inner) => self.expr(&inner.expression),
            Expression::TSInstantiationExpression(inner) => self.expr(&inner.expression),
            Expression::ParenthesizedExpression(inner) => self.expr(&inner.expression),
            Expression::PrivateInExpression(test) => {
                let value = self.expr(&test.right);
                self.unknown(&[value], at)
            }
            _ => self.unknown(&[], at),
        }
    }

    /// Reads a name: a local of this body or of one around it, or something of the module.
    pub(super) fn read(&mut self, name: &'a str, at: Span) -> OpId {
        let sym = self.sym(name);
        match self.resolve(sym) {
            Some(local) => self.op(OpKind::Local(local), at),
            None if name == "undefined" => self.op(OpKind::Null, at),
            None => {
                #[cfg(feature = "views")]
                if let Some(value) = self.free_name(sym, name, at) {
                    return value;
                }
                self.op(OpKind::Name(sym), at)
            }
        }
    }

    pub(super) fn member(&mut self, member: &MemberExpression<'a>) -> OpId {
        let end = member.span().end;
        match member {
            MemberExpression::StaticMemberExpression(member) => {
                let base = self.expr(&member.object);
                self.get(base, member.property.name.as_str(), between(member.property.span.start, end))
            }
            MemberExpression::PrivateFieldExpression(member) => {
                let base = self.expr(&member.object);
                self.get(base, self.slice(member.field.span), between(member.field.span.start, end))
            }
            MemberExpression::ComputedMemberExpression(computed) => {
                let base = self.expr(&computed.object);
                if let Expression::StringLiteral(name) = &computed.expression {
                    return self.get(base, name.value.as_str(), between(name.span.start, end));
                }
                let key = self.expr(&computed.expression);
                self.op(OpKind::Index { base, key }, span(member))
            }
        }
    }

    /// Operators associate to the left, so that a long concatenation is a deep tree: it is walked without recursion.
    fn binary(&mut self, outermost: &BinaryExpression<'a>) -> OpId {
        let mut pending = vec![outermost];
        let mut left = &outermost.left;
        while let Expression::BinaryExpression(inner) = left {
            pending.push(inner);
            left = &inner.left;
        }
        let mut lhs = self.expr(left);
        while let Some(binary) = pending.pop() {
            let rhs = self.expr(&binary.right);
            let op = match binary.operator {
                BinaryOperator::Addition => BinOp::Add,
                BinaryOperator::Remainder => BinOp::Mod,
                BinaryOperator::Equality
                | BinaryOperator::StrictEquality
                | BinaryOperator::Inequality
                | BinaryOperator::StrictInequality => BinOp::Eq,
                BinaryOperator::LessThan
                | BinaryOperator::LessEqualThan
                | BinaryOperator::GreaterThan
                | BinaryOperator::GreaterEqualThan => BinOp::Order,
                BinaryOperator::In => BinOp::In,
                BinaryOperator::BitwiseOR => BinOp::BitOr,
                _ => BinOp::Other,
            };
            lhs = self.op(OpKind::Binary { op, lhs, rhs }, span(binary));
            if matches!(binary.operator, BinaryOperator::Inequality | BinaryOperator::StrictInequality) {
                lhs = self.op(OpKind::Not(lhs), span(binary));
            }
        }
        lhs
    }

    /// `&&`, `||` and `??`: one of both values; a right side with calls runs under a condition.
    fn logical(&mut self, outermost: &LogicalExpression<'a>) -> OpId {
        let mut pending = vec![outermost];
        let mut left = &outermost.left;
        while let Expression::LogicalExpression(inner) = left {
            pending.push(inner);
            left = &inner.left;
        }
        let mut value = self.expr(left);
        while let Some(logical) = pending.pop() {
            let at = span(&logical.right);
            let right = {
                let or = logical.operator != LogicalOperator::And;
                let kind = RegionKind::Branch { cond: value, arm: u16::from(or), last: or };
                let before = self.here.body.enter(kind, at);
                let right = self.expr(&logical.right);
                self.here.body.leave(before);
                right
            };
            value = self.here.body.join(&[value, right], span(logical));
        }
        value
    }

    fn conditional(&mut self, conditional: &ConditionalExpression<'a>) -> OpId {
        let cond = self.expr(&conditional.test);
        let yes = self.conditional_arm(cond, 0, &conditional.consequent);
        let no = self.conditional_arm(cond, 1, &conditional.alternate);
        self.here.body.join(&[yes, no], span(conditional))
    }

    fn conditional_arm(&mut self, cond: OpId, arm: u16, value: &Expression<'a>) -> OpId {
        let kind = RegionKind::Branch { cond, arm, last: arm == 1 };
        let before = self.here.body.enter(kind, span(value));
        let value = self.expr(value);
        self.here.body.leave(before);
        value
    }

    fn unary(&mut self, unary: &UnaryExpression<'a>) -> OpId {
        let at = span(unary);
        match (&unary.operator, &unary.argument) {
            (UnaryOperator::UnaryNegation, Expression::NumericLiteral(number)) => {
                self.number(-number.value, at)
            }
            (UnaryOperator::Void, Expression::NumericLiteral(_)) => self.op(OpKind::Null, at),
            (UnaryOperator::LogicalNot, argument) => {
                let value = self.expr(argument);
                self.op(OpKind::Not(value), at)
            }
            _ => {
                let value = self.expr(&unary.argument);
                self.unknown(&[value], at)
            }
        }
    }
}
