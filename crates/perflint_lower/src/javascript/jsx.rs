//! JSX: a component is a call with its properties as named arguments; other elements only hold their children.

use super::context::{Lowerer, between, span};
use oxc_ast::ast::{
    JSXAttributeItem, JSXAttributeName, JSXAttributeValue, JSXChild, JSXElement, JSXElementName,
    JSXExpression, JSXFragment, JSXMemberExpression, JSXMemberExpressionObject,
};
use oxc_span::GetSpan;
use perflint_ir::{Arg, CallForm, Callee, OpId, OpKind, Slot};

impl<'a> Lowerer<'a> {
    pub(super) fn jsx_element(&mut self, element: &JSXElement<'a>) -> OpId {
        let name = &element.opening_element.name;
        let component = match name {
            JSXElementName::IdentifierReference(name) => {
                Some(self.read(name.name.as_str(), span(&name.span)))
            }
            JSXElementName::MemberExpression(member) => Some(self.jsx_member(member)),
            JSXElementName::ThisExpression(this) => Some(self.op(OpKind::SelfRef, span(&this.span))),
            JSXElementName::Identifier(_) | JSXElementName::NamespacedName(_) => None,
        };
        let mut args = Vec::with_capacity(element.opening_element.attributes.len() + element.children.len());
        for attribute in &element.opening_element.attributes {
            self.jsx_attribute(attribute, component.is_some(), &mut args);
        }
        for child in &element.children {
            args.extend(self.jsx_child(child).map(|value| Arg { slot: Slot::Pos, value }));
        }
        match component {
            Some(component) => {
                let at = between(name.span().start, element.span.end);
                self.here.body.call(Callee::Value(component), args, CallForm::Tag, at)
            }
            None => {
                let children: Vec<OpId> = args.iter().map(|arg| arg.value).collect();
                self.unknown(&children, span(element))
            }
        }
    }

    pub(super) fn jsx_fragment(&mut self, fragment: &JSXFragment<'a>) -> OpId {
        let mut children = Vec::with_capacity(fragment.children.len());
        for child in &fragment.children {
            children.extend(self.jsx_child(child));
        }
        self.unknown(&children, span(fragment))
    }

    fn jsx_member(&mut self, member: &JSXMemberExpression<'a>) -> OpId {
        let at = span(member);
        let mut parts = vec![&member.property];
        let mut object = &member.object;
        while let JSXMemberExpressionObject::MemberExpression(inner) = object {
            parts.push(&inner.property);
            object = &inner.object;
        }
        let mut value = match object {
            JSXMemberExpressionObject::IdentifierReference(name) => self.read(name.name.as_str(), at),
            _ => self.op(OpKind::SelfRef, at),
        };
        while let Some(part) = parts.pop() {
            value = self.get(value, part.name.as_str(), at);
        }
        value
    }

    fn jsx_attribute(&mut self, item: &JSXAttributeItem<'a>, component: bool, args: &mut Vec<Arg>) {
        let attribute = match item {
            JSXAttributeItem::Attribute(attribute) => attribute,
            JSXAttributeItem::SpreadAttribute(spread) => {
                args.push(Arg { slot: Slot::KeyRest, value: self.expr(&spread.argument) });
                return;
            }
        };
        let at = span(&attribute.span);
        let value = match &attribute.value {
            Some(JSXAttributeValue::ExpressionContainer(container)) => {
                self.jsx_expression(&container.expression)
            }
            Some(JSXAttributeValue::Element(element)) => Some(self.jsx_nested(element)),
            Some(JSXAttributeValue::Fragment(fragment)) => Some(self.jsx_fragment(fragment)),
            Some(JSXAttributeValue::StringLiteral(text)) => {
                component.then(|| self.str(text.value.as_str(), at))
            }
            None => component.then(|| self.op(OpKind::Bool(true), at)),
        };
        if let Some(value) = value {
            let name = match &attribute.name {
                JSXAttributeName::Identifier(name) => name.name.as_str(),
                JSXAttributeName::NamespacedName(name) => self.slice(name.span),
            };
            args.push(Arg { slot: Slot::Key(self.sym(name)), value });
        }
    }

    fn jsx_child(&mut self, child: &JSXChild<'a>) -> Option<OpId> {
        match child {
            JSXChild::Text(_) => None,
            JSXChild::Element(element) => Some(self.jsx_nested(element)),
            JSXChild::Fragment(fragment) => {
                self.nested(span(&fragment.span), |this| this.jsx_fragment(fragment))
            }
            JSXChild::ExpressionContainer(container) => self.jsx_expression(&container.expression),
            JSXChild::Spread(spread) => Some(self.expr(&spread.expression)),
        }
    }

    fn jsx_nested(&mut self, element: &JSXElement<'a>) -> OpId {
        let at = span(element);
        match self.nested(at, |this| this.jsx_element(element)) {
            Some(value) => value,
            None => self.unknown(&[], at),
        }
    }

    fn jsx_expression(&mut self, expression: &JSXExpression<'a>) -> Option<OpId> {
        expression.as_expression().map(|value| self.expr(value))
    }
}
