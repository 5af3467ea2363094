//! Patterns bind names to parts of a value.

use super::Lowerer;
use super::attributes::{name, path_text};
use perflint_ir::{OpId, OpKind, Span};
use syn::{Member, Pat};

/// Variants whose content stands for the whole value, as the types do.
const TRANSPARENT: &[&str] = &["Some", "Ok", "Box", "Arc", "Rc"];

impl Lowerer {
    /// Binds the names of a pattern to parts of `value`.
    pub(super) fn bind_pattern(&mut self, pat: &Pat, value: OpId) {
        let span = self.span_of(value);
        self.nested(span, |l| l.bind_inside(pat, value));
    }

    fn bind_inside(&mut self, pat: &Pat, value: OpId) {
        match pat {
            Pat::Ident(ident) => {
                let text = name(&ident.ident);
                let constant = ident.by_ref.is_none() && ident.mutability.is_none() && starts_upper(&text);
                if !constant || ident.subpat.is_some() {
                    let span = self.at(ident.ident.span());
                    self.bind(&text, value, span);
                }
                if let Some((_, inner)) = &ident.subpat {
                    self.bind_pattern(inner, value);
                }
            }
            Pat::Type(typed) => self.bind_pattern(&typed.pat, value),
            Pat::Reference(inner) => self.bind_pattern(&inner.pat, value),
            Pat::Paren(inner) => self.bind_pattern(&inner.pat, value),
            Pat::Guard(inner) => {
                self.bind_pattern(&inner.pat, value);
                self.expr(&inner.guard);
            }
            Pat::Or(cases) => {
                if let Some(first) = cases.cases.first() {
                    self.bind_pattern(first, value);
                }
            }
            Pat::TupleStruct(tuple) if tuple.elems.len() == 1 => {
                let path = path_text(&tuple.path, ".");
                let variant = path.rsplit('.').next().unwrap_or_default();
                match tuple.elems.first() {
                    Some(inner) if TRANSPARENT.contains(&variant) => self.bind_pattern(inner, value),
                    Some(inner) if variant == "Err" => self.bind_error(inner, value),
                    _ => self.bind_elements(tuple.elems.iter(), value),
                }
            }
            Pat::TupleStruct(tuple) => self.bind_elements(tuple.elems.iter(), value),
            Pat::Tuple(tuple) => self.bind_elements(tuple.elems.iter(), value),
            Pat::Slice(slice) => self.bind_elements(slice.elems.iter(), value),
            Pat::Struct(fields) => {
                for field in &fields.fields {
                    let part = self.member(value, &field.member);
                    self.bind_pattern(&field.pat, part);
                }
            }
            _ => {}
        }
    }

    fn bind_error(&mut self, inner: &Pat, value: OpId) {
        if binds(inner) {
            let span = self.span_of(value);
            let error = self.unknown(&[value], span);
            self.bind_pattern(inner, error);
        }
    }

    fn bind_elements<'a>(&mut self, elements: impl Iterator<Item = &'a Pat>, value: OpId) {
        for (index, element) in elements.enumerate() {
            if binds(element) {
                let span = self.span_of(value);
                let key = self.int(index, span);
                let part = self.op(OpKind::Index { base: value, key }, span);
                self.bind_pattern(element, part);
            }
        }
    }

    /// Reads a field by name or position.
    pub(super) fn member(&mut self, base: OpId, member: &Member) -> OpId {
        match member {
            Member::Named(ident) => {
                let span = self.at(ident.span());
                self.get(base, &name(ident), span)
            }
            Member::Unnamed(index) => {
                let span = self.at(index.span);
                let key = self.int(index.index as usize, span);
                self.op(OpKind::Index { base, key }, span)
            }
        }
    }

    /// Makes the names of a pattern visible without giving them a value.
    pub(super) fn declare_pattern(&mut self, pat: &Pat) {
        if let Some(text) = super::members::plain_name(pat) {
            self.declare(&text);
        } else {
            let nothing = self.op(OpKind::Null, Span::default());
            self.bind_pattern(pat, nothing);
        }
    }
}

/// Could the pattern bind a name? Wildcards and literals spare their parts.
fn binds(pat: &Pat) -> bool {
    !matches!(pat, Pat::Wild(_) | Pat::Rest(_) | Pat::Lit(_) | Pat::Path(_) | Pat::Range(_))
}

fn starts_upper(name: &str) -> bool {
    name.starts_with(|c: char| c.is_uppercase())
}
