//! Attributes become markers: frameworks hang their meaning on them.

use super::Lowerer;
use perflint_ir::{Marker, OpId};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{Attribute, Expr, Lit, Meta, Path};

/// Is what carries these attributes part of the tests? It is not judged then.
pub(super) fn is_test(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| {
        let last = attr.path().segments.last();
        let last = last.map(|segment| segment.ident.to_string()).unwrap_or_default();
        match &attr.meta {
            Meta::List(list) if last == "cfg" => mentions_test(list.tokens.clone()),
            _ => matches!(last.as_str(), "test" | "bench" | "rstest" | "test_case" | "quickcheck"),
        }
    })
}

/// `test` or `all(test, ..)`, but not `not(test)`.
fn mentions_test(tokens: TokenStream) -> bool {
    let mut negated = false;
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => {
            negated = ident == "not";
            ident == "test"
        }
        TokenTree::Group(group) => !negated && mentions_test(group.stream()),
        _ => false,
    })
}

/// A path as text, its segments joined with `separator`, without generic arguments.
pub(super) fn path_text(path: &Path, separator: &str) -> String {
    let mut text = String::new();
    for segment in &path.segments {
        if !text.is_empty() {
            text.push_str(separator);
        }
        text.push_str(&name(&segment.ident));
    }
    text
}

/// An identifier without `r#`.
pub(super) fn name(ident: &syn::Ident) -> String {
    let text = ident.to_string();
    match text.strip_prefix("r#") {
        Some(raw) => raw.to_owned(),
        None => text,
    }
}

impl Lowerer {
    pub(super) fn markers(&mut self, attrs: &[Attribute]) -> Vec<Marker> {
        let mut markers = Vec::new();
        for attr in attrs {
            let span = self.between(attr.pound_token.span, attr.bracket_token.span.close());
            let path = path_text(attr.path(), ".");
            match &attr.meta {
                _ if path == "doc" || path == "allow" || path == "cfg" => {}
                Meta::List(list) if path == "derive" => {
                    for word in words(list.tokens.clone()) {
                        let path = self.file.sym(&format!("derive.{}", word.replace("::", ".")));
                        markers.push(Marker { path, value: OpId::NONE, words: Vec::new(), span });
                    }
                }
                meta => {
                    let words = match meta {
                        Meta::Path(_) => Vec::new(),
                        Meta::List(list) => words(list.tokens.clone()),
                        Meta::NameValue(pair) => literal(&pair.value).into_iter().collect(),
                    };
                    let words = words.iter().map(|word| self.file.sym(word)).collect();
                    markers.push(Marker { path: self.file.sym(&path), value: OpId::NONE, words, span });
                }
            }
        }
        markers
    }
}

fn literal(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Lit(lit) => match &lit.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

/// Arguments as text, split at commas; literal strings lose their quotes.
fn words(tokens: TokenStream) -> Vec<String> {
    let mut words = vec![String::new()];
    for token in tokens {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ',' => words.push(String::new()),
            token => {
                if let Some(word) = words.last_mut() {
                    push_token(word, token, 0);
                }
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn push_token(out: &mut String, token: TokenTree, depth: usize) {
    match token {
        TokenTree::Group(group) if depth < 16 => {
            let (open, close) = match group.delimiter() {
                Delimiter::Parenthesis => ("(", ")"),
                Delimiter::Brace => ("{", "}"),
                Delimiter::Bracket => ("[", "]"),
                Delimiter::None => ("", ""),
            };
            out.push_str(open);
            group.stream().into_iter().for_each(|token| push_token(out, token, depth + 1));
            out.push_str(close);
        }
        TokenTree::Group(_) => {}
        TokenTree::Literal(literal) => match Lit::new(literal) {
            Lit::Str(text) => out.push_str(&text.value()),
            other => out.push_str(&quote_free(&other)),
        },
        TokenTree::Ident(ident) => {
            if out.ends_with(|c: char| c.is_alphanumeric() || c == '_') {
                out.push(' ');
            }
            out.push_str(&ident.to_string());
        }
        TokenTree::Punct(punct) => out.push(punct.as_char()),
    }
}

fn quote_free(lit: &Lit) -> String {
    match lit {
        Lit::Int(int) => int.base10_digits().to_owned(),
        Lit::Float(float) => float.base10_digits().to_owned(),
        Lit::Bool(value) => value.value.to_string(),
        _ => String::new(),
    }
}
