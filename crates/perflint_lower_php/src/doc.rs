//! Comments that say types, and annotations written in comments.

mod annotation;

use crate::names::is_vague;
use crate::walk::Php;
use perflint_ir::{TypeExpr, TypeId};
use php_ast::TypeHint;

/// How deep types in comments may nest.
const MAX_NESTING: usize = 16;

/// A tag of a comment and what follows it on its line.
pub(crate) struct Tag<'t> {
    pub(crate) name: &'t str,
    pub(crate) rest: &'t str,
}

/// The tags of a comment.
pub(crate) fn tags(comment: &str) -> impl Iterator<Item = Tag<'_>> {
    comment.lines().filter_map(|line| {
        let line = line.trim_start_matches(['/', '*', ' ', '\t']);
        let line = line.trim_end().trim_end_matches("*/").trim_end();
        let tag = line.strip_prefix('@')?;
        let end = tag.find(|c: char| c.is_whitespace()).unwrap_or(tag.len());
        Some(Tag { name: &tag[..end], rest: tag[end..].trim() })
    })
}

/// The text of the type that a tag starts with, and what follows.
pub(crate) fn split_type(rest: &str) -> (&str, &str) {
    let mut depth = 0usize;
    for (at, c) in rest.char_indices() {
        match c {
            '<' | '(' | '{' | '[' => depth += 1,
            '>' | ')' | '}' | ']' => depth = depth.saturating_sub(1),
            c if c.is_whitespace() && depth == 0 => return (&rest[..at], rest[at..].trim_start()),
            _ => {}
        }
    }
    (rest, "")
}

/// The type text that a comment gives a variable: `@var Order $order`, `@param Order $order`.
pub(crate) fn type_of<'t>(comment: &'t str, tag: &str, variable: &str) -> Option<&'t str> {
    tags(comment).find_map(|found| {
        let is = found.name == tag
            || found.name.strip_prefix("phpstan-").or(found.name.strip_prefix("psalm-")) == Some(tag);
        if !is {
            return None;
        }
        let (first, rest) = split_type(found.rest);
        let named = |text: &str| {
            let name = text.split(|c: char| c.is_whitespace() || c == ',').next().unwrap_or("");
            name.trim_start_matches("...").trim_start_matches('&').strip_prefix('$') == Some(variable)
        };
        match first.strip_prefix('$') {
            // `@var $order Order`
            Some(name) => (name == variable).then(|| split_type(rest).0).filter(|ty| !ty.is_empty()),
            None => named(rest).then_some(first),
        }
    })
}

/// The type text of a tag that names no variable: `@return Order[]`, `@var Order[]` of a property.
pub(crate) fn type_alone<'t>(comment: &'t str, tag: &str) -> Option<&'t str> {
    tags(comment)
        .find(|found| found.name == tag)
        .map(|found| split_type(found.rest).0)
        .filter(|ty| !ty.is_empty())
}

impl Php<'_> {
    /// The declared type, or that of the comment where it says more.
    pub(crate) fn known_type(
        &mut self,
        hint: Option<&TypeHint<'_, '_>>,
        comment: Option<&str>,
    ) -> Option<TypeId> {
        let richer = comment.filter(|ty| hint.is_none_or(is_vague) || ty.contains('<') || ty.contains("[]"));
        if let Some(ty) = richer.and_then(|text| self.doc_type(text, 0)) {
            return Some(ty);
        }
        hint.map(|hint| self.ty(hint))
    }

    /// A type as comments write it; `None` where it says nothing.
    pub(crate) fn doc_type(&mut self, text: &str, depth: usize) -> Option<TypeId> {
        let text = text.trim().trim_start_matches('?').trim_start_matches('\\');
        if depth > MAX_NESTING || text.is_empty() {
            return None;
        }
        let parts = split_top(text, '|');
        if parts.len() > 1 {
            return self.doc_union(&parts, depth);
        }
        if let Some(inner) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
            return self.doc_type(inner, depth + 1);
        }
        if let Some(element) = text.strip_suffix("[]") {
            let element = self.doc_type(element, depth + 1)?;
            return Some(self.file.named_type("Array", vec![element]));
        }
        if let Some((name, args)) = text.strip_suffix('>').and_then(|t| t.split_once('<')) {
            return self.doc_generic(name, args, depth);
        }
        let name = text.split(['{', '(', '&']).next().unwrap_or(text);
        match name.to_ascii_lowercase().as_str() {
            "static" | "self" | "$this" | "this" => Some(self.own_type()),
            "mixed" | "null" | "void" | "false" | "object" | "callable" | "never" => None,
            _ if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') => None,
            _ => Some(self.file.named_type(&name.replace('\\', "."), Vec::new())),
        }
    }

    /// One of several. `Collection|Order[]` is how comments write a collection of orders.
    fn doc_union(&mut self, parts: &[&str], depth: usize) -> Option<TypeId> {
        let known: Vec<TypeId> = parts.iter().filter_map(|part| self.doc_type(part, depth + 1)).collect();
        if let [one, other] = known[..] {
            let file = self.file.peek();
            let (a, b) = (&file.types[one.0 as usize], &file.types[other.0 as usize]);
            let element = |ty: &TypeExpr| match ty {
                TypeExpr::Path { name, args } if file.text(*name) == "Array" => args.first().copied(),
                _ => None,
            };
            let plain = |ty: &TypeExpr| match ty {
                TypeExpr::Path { name, args } if args.is_empty() => Some(file.text(*name).to_owned()),
                _ => None,
            };
            let joined = plain(a).zip(element(b)).or_else(|| plain(b).zip(element(a)));
            if let Some((name, element)) = joined {
                return Some(self.file.named_type(&name, vec![element]));
            }
        }
        (!known.is_empty()).then(|| self.union(known))
    }

    fn doc_generic(&mut self, name: &str, args: &str, depth: usize) -> Option<TypeId> {
        let args: Vec<&str> = split_top(args, ',')
            .into_iter()
            .map(str::trim)
            .filter(|arg| !matches!(*arg, "$this" | "static" | "self"))
            .collect();
        let name = name.trim();
        if matches!(name, "array" | "list" | "iterable" | "non-empty-array" | "non-empty-list") {
            let element = args.last().and_then(|arg| self.doc_type(arg, depth + 1));
            return Some(self.file.named_type("Array", element.into_iter().collect()));
        }
        if matches!(name, "class-string" | "int" | "value-of" | "key-of") {
            return None;
        }
        let args = args.into_iter().filter_map(|arg| self.doc_type(arg, depth + 1)).collect();
        Some(self.file.named_type(&name.replace('\\', "."), args))
    }
}

/// A text split where a mark stands outside of brackets.
fn split_top(text: &str, mark: char) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0usize, 0usize, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '<' | '(' | '{' | '[' => depth += 1,
            '>' | ')' | '}' | ']' => depth = depth.saturating_sub(1),
            c if c == mark && depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}
