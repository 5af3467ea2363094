//! Literals: numbers, lists, objects and templates.

use super::context::{Lowerer, span};
use oxc_ast::ast::{
    ArrayExpression, ArrayExpressionElement, ObjectExpression, ObjectProperty, ObjectPropertyKind,
    TemplateLiteral,
};
use perflint_ir::{Arg, OpId, OpKind, Shape, Slot, Span};

impl<'a> Lowerer<'a> {
    pub(super) fn number(&mut self, value: f64, at: Span) -> OpId {
        if value.fract() == 0.0 {
            return self.op(OpKind::Int(value as i32), at);
        }
        self.unknown(&[], at)
    }

    pub(super) fn list(&mut self, list: &ArrayExpression<'a>) -> OpId {
        let mut elements = Vec::with_capacity(list.elements.len());
        for element in &list.elements {
            let (slot, value) = match element {
                ArrayExpressionElement::Elision(_) => continue,
                ArrayExpressionElement::SpreadElement(spread) => (Slot::Rest, self.expr(&spread.argument)),
                other => (Slot::Pos, self.expr(other.to_expression())),
            };
            elements.push(Arg { slot, value });
        }
        self.here.body.make(Shape::List, elements, span(list))
    }

    pub(super) fn map(&mut self, map: &ObjectExpression<'a>) -> OpId {
        let mut elements = Vec::with_capacity(map.properties.len());
        for property in &map.properties {
            elements.push(match property {
                ObjectPropertyKind::ObjectProperty(property) => self.entry(property),
                ObjectPropertyKind::SpreadProperty(spread) => {
                    Arg { slot: Slot::KeyRest, value: self.expr(&spread.argument) }
                }
            });
        }
        self.here.body.make(Shape::Map, elements, span(map))
    }

    /// A property; one whose key is computed keeps its position only.
    pub(super) fn entry(&mut self, property: &ObjectProperty<'a>) -> Arg {
        if let Some(key) = self.key(&property.key) {
            return Arg { slot: Slot::Key(key), value: self.expr(&property.value) };
        }
        if let Some(key) = property.key.as_expression() {
            self.expr(key);
        }
        Arg { slot: Slot::Pos, value: self.expr(&property.value) }
    }

    /// A template literal: a plain string if it has no holes.
    pub(super) fn template(&mut self, template: &TemplateLiteral<'a>) -> OpId {
        let at = span(template);
        if template.expressions.is_empty() {
            let text = template
                .quasis
                .first()
                .map_or("", |part| part.value.cooked.unwrap_or(part.value.raw).as_str());
            return self.str(text, at);
        }
        let mut parts = Vec::with_capacity(template.quasis.len() * 2);
        let mut holes = template.expressions.iter();
        for part in &template.quasis {
            let text = part.value.cooked.unwrap_or(part.value.raw);
            if !text.is_empty() {
                parts.push(self.str(text.as_str(), span(part)));
            }
            if let Some(hole) = holes.next() {
                parts.push(self.expr(hole));
            }
        }
        self.here.body.text(&parts, at)
    }
}
