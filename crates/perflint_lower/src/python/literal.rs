//! Strings, with and without holes.

use super::{Lower, span};
use perflint_ir::{OpId, OpKind};
use ruff_python_ast::{
    ExprFString, ExprStringLiteral, ExprTString, FStringPart, InterpolatedElement, InterpolatedStringElement,
};
use ruff_text_size::{Ranged, TextRange};
use std::borrow::Cow;

/// A string under construction: adjacent literal parts are joined.
#[derive(Default)]
struct Parts<'a> {
    done: Vec<OpId>,
    literal: Cow<'a, str>,
    at: TextRange,
    holes: bool,
}

impl<'a> Parts<'a> {
    fn push(&mut self, text: &'a str, at: TextRange) {
        if self.literal.is_empty() {
            self.literal = Cow::Borrowed(text);
            self.at = at;
        } else {
            self.literal.to_mut().push_str(text);
        }
    }
}

impl<'a> Lower<'a> {
    pub(super) fn string(&mut self, node: &'a ExprStringLiteral) -> OpId {
        let sym = self.file.sym(node.value.to_str());
        self.op(OpKind::Str(sym), node.range)
    }

    pub(super) fn f_string(&mut self, node: &'a ExprFString) -> OpId {
        let mut parts = Parts::default();
        for part in &node.value {
            match part {
                FStringPart::Literal(literal) => parts.push(&literal.value, literal.range),
                FStringPart::FString(string) => self.interpolated(&string.elements, &mut parts),
            }
        }
        self.finish_text(parts, node.range)
    }

    pub(super) fn t_string(&mut self, node: &'a ExprTString) -> OpId {
        let mut parts = Parts::default();
        for string in &node.value {
            self.interpolated(&string.elements, &mut parts);
        }
        self.finish_text(parts, node.range)
    }

    fn interpolated(&mut self, elements: &'a [InterpolatedStringElement], parts: &mut Parts<'a>) {
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(literal) => parts.push(&literal.value, literal.range),
                InterpolatedStringElement::Interpolation(hole) => self.hole(hole, parts),
            }
        }
    }

    /// A hole, and after it the holes of its format.
    fn hole(&mut self, hole: &'a InterpolatedElement, parts: &mut Parts<'a>) {
        self.flush(parts);
        parts.holes = true;
        let value = self.expr(&hole.expression);
        parts.done.push(value);
        if let Some(format) = hole.format_spec.as_deref() {
            for inner in format.elements.interpolations() {
                self.nested(inner.range(), |lower| lower.hole(inner, parts));
            }
        }
    }

    fn flush(&mut self, parts: &mut Parts<'a>) {
        if !parts.literal.is_empty() {
            let sym = self.file.sym(&parts.literal);
            parts.done.push(self.here.body.op(OpKind::Str(sym), span(parts.at)));
            parts.literal = Cow::Borrowed("");
        }
    }

    fn finish_text(&mut self, mut parts: Parts<'a>, at: TextRange) -> OpId {
        if !parts.holes {
            let sym = self.file.sym(&parts.literal);
            return self.op(OpKind::Str(sym), at);
        }
        self.flush(&mut parts);
        self.here.body.text(&parts.done, span(at))
    }
}
