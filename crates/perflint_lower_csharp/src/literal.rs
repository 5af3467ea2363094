//! Literals.

use crate::CSharp;
use crate::kinds::{K, f, field, kind};
use perflint_ir::{OpId, OpKind};
use perflint_syntax::Walk;
use std::borrow::Cow;
use tree_sitter::Node;

impl<'t> CSharp<'t> {
    pub(crate) fn integer(&mut self, node: Node<'t>) -> OpId {
        let text = self.low.text(node).replace('_', "");
        let text = text.trim_end_matches(['l', 'L', 'u', 'U']);
        let n = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
            Some(hex) => i64::from_str_radix(hex, 16),
            None => text.parse::<i64>(),
        };
        let n = n.unwrap_or(i64::MAX);
        self.low.op(OpKind::Int(i32::try_from(n).unwrap_or(i32::MAX)), node)
    }

    pub(crate) fn string_literal(&mut self, node: Node<'t>) -> OpId {
        let raw = self.low.text(node);
        let text: Cow<'_, str> = match kind(node) {
            K::VerbatimString => {
                let inner = raw.strip_prefix("@\"").unwrap_or(raw);
                let inner = inner.rsplit_once('"').map_or(inner, |(inner, _)| inner);
                if inner.contains('"') { inner.replace("\"\"", "\"").into() } else { inner.into() }
            }
            K::RawString => match self.child(node, K::RawStringContent) {
                Some(content) => self.low.text(content).into(),
                None => "".into(),
            },
            _ => {
                let quote = if raw.starts_with('\'') { '\'' } else { '"' };
                let inner = raw.strip_prefix(quote).unwrap_or(raw);
                unescaped(inner.rsplit_once(quote).map_or(inner, |(inner, _)| inner))
            }
        };
        self.low.string(&text, node)
    }

    /// `$"a {b}"`: its parts in order.
    pub(crate) fn interpolated(&mut self, node: Node<'t>) -> OpId {
        let mut parts = Vec::new();
        let mut text = String::new();
        let mut start = node;
        for part in self.children(node) {
            match kind(part) {
                K::StringContent => {
                    if text.is_empty() {
                        start = part;
                    }
                    text.push_str(self.low.text(part));
                }
                K::EscapeSequence => text.push_str(&unescaped(self.low.text(part))),
                K::Interpolation => {
                    if !text.is_empty() {
                        parts.push(self.low.string(&std::mem::take(&mut text), start));
                    }
                    let value = self
                        .children(part)
                        .into_iter()
                        .find(|inner| !matches!(inner.kind(), "interpolation_brace" | "interpolation_quote"));
                    if let Some(value) = value {
                        parts.push(self.expr(value));
                    }
                }
                _ => {}
            }
        }
        if parts.is_empty() {
            return self.low.string(&text, node);
        }
        if !text.is_empty() {
            parts.push(self.low.string(&text, start));
        }
        self.low.scopes.here.body.text(&parts, perflint_syntax::tree::span(node))
    }
}

fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            (_, Some('n')) => out.push('\n'),
            (_, Some('r')) => out.push('\r'),
            (_, Some('t')) => out.push('\t'),
            (_, Some(other)) => out.push(other),
            (c, None) => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// The name that a member of an anonymous object takes from its value: `B` of `a.B`.
pub(crate) fn named_part(value: Node<'_>) -> Option<Node<'_>> {
    match kind(value) {
        K::Identifier => Some(value),
        K::MemberAccess => field(value, f().name),
        K::ConditionalAccess => {
            let last = value.named_child_count().checked_sub(1)?;
            field(value.named_child(last as u32)?, f().name)
        }
        _ => None,
    }
}
