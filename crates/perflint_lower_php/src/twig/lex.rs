//! Tokens of expressions.

use crate::text::find;
use perflint_syntax::brackets::quoted;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    Number,
    Str,
    Mark,
}

/// A token with where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    pub(super) at: usize,
}

/// Where a piece ends that starts at an offset: quotes are respected.
pub(super) fn end_of(text: &str, start: usize, close: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = start;
    while at < bytes.len() {
        match bytes[at] {
            b'\'' | b'"' => {
                let end = quoted(bytes, at);
                // A lone quote is a mistake, or an apostrophe: the piece ends where its mark stands.
                if end >= bytes.len() {
                    return find(text, close, at).unwrap_or(bytes.len());
                }
                at = end + 1;
            }
            _ if bytes[at..].starts_with(close.as_bytes()) => return at,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The tokens of a range.
pub(super) fn tokens(text: &str, start: usize, end: usize) -> Vec<Token<'_>> {
    const LONG: [&str; 13] =
        ["===", "!==", "<=>", "??", "?:", "==", "!=", "<=", ">=", "**", "//", "..", "=>"];
    let bytes = text.as_bytes();
    let (mut at, mut out) = (start, Vec::new());
    while at < end {
        let rest = &text[at..end];
        let first = rest.chars().next().unwrap_or(' ');
        let (kind, len) = match first {
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            c if c.is_alphabetic() || c == '_' => {
                (Kind::Name, rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len()))
            }
            c if c.is_ascii_digit() => (Kind::Number, number(rest)),
            '\'' | '"' => (Kind::Str, (quoted(bytes, at) + 1).min(end) - at),
            c => {
                let long = LONG.iter().find(|mark| rest.starts_with(**mark));
                (Kind::Mark, long.map_or(c.len_utf8(), |mark| mark.len()))
            }
        };
        out.push(Token { kind, text: &rest[..len], at });
        at += len;
    }
    out
}

fn number(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut len = bytes.iter().take_while(|b| b.is_ascii_digit() || **b == b'_').count();
    if bytes.get(len) == Some(&b'.') && bytes.get(len + 1).is_some_and(u8::is_ascii_digit) {
        len += 1 + bytes[len + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
    }
    len
}
