//! Calls.

use super::context::{Lowerer, between, span};
use oxc_ast::ast::{
    Argument, ArrayExpressionElement, CallExpression, ChainElement, Expression, ImportExpression,
    MemberExpression, NewExpression, ObjectPropertyKind, TSType, TSTypeName, TSTypeParameterInstantiation,
    TaggedTemplateExpression,
};
use oxc_span::GetSpan;
use perflint_ir::{Arg, CallForm, Callee, OpId, OpKind, Slot};

impl<'a> Lowerer<'a> {
    pub(super) fn call(&mut self, call: &CallExpression<'a>) -> OpId {
        if let Some(module) = self.inline_require(call) {
            return module;
        }
        #[cfg(feature = "views")]
        if let Some(value) = self.view_call(call) {
            return value;
        }
        let (callee, start) = self.callee(&call.callee);
        let mut args = self.type_arguments(call.type_arguments.as_deref());
        self.arguments(&call.arguments, &mut args);
        self.here.body.call(callee, args, CallForm::Plain, between(start, call.span.end))
    }

    pub(super) fn new_call(&mut self, new: &NewExpression<'a>) -> OpId {
        let (callee, start) = self.callee(&new.callee);
        let mut args = self.type_arguments(new.type_arguments.as_deref());
        self.arguments(&new.arguments, &mut args);
        self.here.body.call(callee, args, CallForm::New, between(start, new.span.end))
    }

    pub(super) fn tagged(&mut self, tagged: &TaggedTemplateExpression<'a>) -> OpId {
        let (callee, start) = self.callee(&tagged.tag);
        let mut args = self.type_arguments(tagged.type_arguments.as_deref());
        let value = self.template(&tagged.quasi);
        args.push(Arg { slot: Slot::Pos, value });
        self.here.body.call(callee, args, CallForm::Plain, between(start, tagged.span.end))
    }

    pub(super) fn dynamic_import(&mut self, import: &ImportExpression<'a>) -> OpId {
        let name = self.sym("import");
        let callee = self.op(OpKind::Name(name), span(import));
        let mut args = vec![Arg { slot: Slot::Pos, value: self.expr(&import.source) }];
        if let Some(options) = &import.options {
            args.push(Arg { slot: Slot::Pos, value: self.expr(options) });
        }
        self.here.body.call(Callee::Value(callee), args, CallForm::Plain, span(import))
    }

    /// What is called, and where its name starts.
    fn callee(&mut self, callee: &Expression<'a>) -> (Callee, u32) {
        let callee = unwrapped(callee.get_inner_expression());
        let member = match callee {
            Expression::ChainExpression(chain) => match &chain.expression {
                ChainElement::TSNonNullExpression(inner) => inner.expression.as_member_expression(),
                other => other.as_member_expression(),
            },
            other => other.as_member_expression(),
        };
        match member {
            Some(MemberExpression::StaticMemberExpression(member)) => {
                let recv = self.expr(&member.object);
                let name = self.sym(member.property.name.as_str());
                (Callee::Member { recv, name }, member.property.span.start)
            }
            Some(MemberExpression::PrivateFieldExpression(member)) => {
                let recv = self.expr(&member.object);
                let name = self.sym(self.slice(member.field.span));
                (Callee::Member { recv, name }, member.field.span.start)
            }
            Some(MemberExpression::ComputedMemberExpression(member)) => {
                if let Expression::StringLiteral(name) = &member.expression {
                    let recv = self.expr(&member.object);
                    let start = name.span.start;
                    let name = self.sym(name.value.as_str());
                    return (Callee::Member { recv, name }, start);
                }
                (Callee::Value(self.expr(callee)), callee.span().start)
            }
            None => (Callee::Value(self.expr(callee)), callee.span().start),
        }
    }

    fn arguments(&mut self, arguments: &[Argument<'a>], args: &mut Vec<Arg>) {
        args.reserve_exact(arguments.len());
        for argument in arguments {
            let (slot, value) = match argument {
                Argument::SpreadElement(spread) => (Slot::Rest, self.expr(&spread.argument)),
                other => (Slot::Pos, self.expr(other.to_expression())),
            };
            args.push(Arg { slot, value });
        }
    }

    /// Explicit type arguments, as named arguments `<0>`, `<1>`, ..
    fn type_arguments(&mut self, types: Option<&TSTypeParameterInstantiation<'a>>) -> Vec<Arg> {
        const SLOTS: [&str; 4] = ["<0>", "<1>", "<2>", "<3>"];
        let Some(types) = types else { return Vec::new() };
        let mut args = Vec::new();
        for (slot, ty) in SLOTS.iter().zip(&types.params) {
            let value = self.type_value(ty);
            args.push(Arg { slot: Slot::Key(self.sym(slot)), value });
        }
        args
    }

    fn type_value(&mut self, ty: &TSType<'a>) -> OpId {
        match ty {
            TSType::TSTypeReference(reference) => self.type_name_value(&reference.type_name),
            other => self.unknown(&[], span(other)),
        }
    }

    fn type_name_value(&mut self, name: &TSTypeName<'a>) -> OpId {
        let at = span(name);
        let mut parts = Vec::new();
        let mut left = name;
        while let TSTypeName::QualifiedName(qualified) = left {
            parts.push(&qualified.right);
            left = &qualified.left;
        }
        let mut value = match left {
            TSTypeName::IdentifierReference(name) => {
                let name = self.sym(name.name.as_str());
                self.op(OpKind::Name(name), at)
            }
            _ => self.op(OpKind::SelfRef, at),
        };
        while let Some(part) = parts.pop() {
            value = self.get(value, part.name.as_str(), at);
        }
        value
    }
}

/// The function in `(0, a.f)(x)`, which compilers write to call `a.f` without a receiver.
fn unwrapped<'s, 'a>(callee: &'s Expression<'a>) -> &'s Expression<'a> {
    match callee {
        Expression::SequenceExpression(sequence) => match &sequence.expressions[..] {
            [Expression::NumericLiteral(_), function] => function,
            _ => callee,
        },
        _ => callee,
    }
}

/// How many nodes [`has_call`] looks at before it assumes that there is a call.
const LOOK: usize = 64;

/// An expression may call something.
pub(super) fn has_call(value: &Expression<'_>) -> bool {
    calls(value, &mut { LOOK })
}

fn calls(value: &Expression<'_>, left: &mut usize) -> bool {
    if *left == 0 {
        return true;
    }
    *left -= 1;
    match value.get_inner_expression() {
        Expression::BooleanLiteral(_)
        | Expression::NullLiteral(_)
        | Expression::NumericLiteral(_)
        | Expression::BigIntLiteral(_)
        | Expression::RegExpLiteral(_)
        | Expression::StringLiteral(_)
        | Expression::Identifier(_)
        | Expression::ThisExpression(_)
        | Expression::Super(_)
        | Expression::ArrowFunctionExpression(_)
        | Expression::FunctionExpression(_) => false,
        Expression::StaticMemberExpression(member) => calls(&member.object, left),
        Expression::PrivateFieldExpression(member) => calls(&member.object, left),
        Expression::ComputedMemberExpression(member) => {
            calls(&member.object, left) || calls(&member.expression, left)
        }
        Expression::ChainExpression(chain) => match chain.expression.as_member_expression() {
            Some(member) => calls(member.object(), left),
            None => true,
        },
        Expression::BinaryExpression(binary) => calls(&binary.left, left) || calls(&binary.right, left),
        Expression::LogicalExpression(logical) => calls(&logical.left, left) || calls(&logical.right, left),
        Expression::ConditionalExpression(choice) => {
            calls(&choice.test, left) || calls(&choice.consequent, left) || calls(&choice.alternate, left)
        }
        Expression::UnaryExpression(unary) => calls(&unary.argument, left),
        Expression::TemplateLiteral(text) => text.expressions.iter().any(|value| calls(value, left)),
        Expression::ArrayExpression(list) => list.elements.iter().any(|element| match element {
            ArrayExpressionElement::Elision(_) => false,
            ArrayExpressionElement::SpreadElement(spread) => calls(&spread.argument, left),
            other => calls(other.to_expression(), left),
        }),
        Expression::ObjectExpression(map) => map.properties.iter().any(|property| match property {
            ObjectPropertyKind::ObjectProperty(property) => property.computed || calls(&property.value, left),
            ObjectPropertyKind::SpreadProperty(spread) => calls(&spread.argument, left),
        }),
        _ => true,
    }
}
