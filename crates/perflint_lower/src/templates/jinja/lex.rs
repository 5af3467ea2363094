//! Words, literals and marks of the expressions inside tags.

use perflint_ir::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    Int,
    Float,
    /// A string; its text is what stands between the quotes.
    Str,
    Mark,
}

/// A token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    pub(super) span: Span,
}

/// Marks of more than one character.
const LONG_MARKS: &[&str] = &["==", "!=", "<=", ">=", "//", "**"];

/// The first word of a text, and what follows it.
pub(super) fn first_word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let end = text.bytes().position(|byte| !is_word(byte)).unwrap_or(text.len());
    text.split_at(end)
}

/// Appends the tokens of a text that starts at an offset of the file.
pub(super) fn tokens<'a>(text: &'a str, start: u32, out: &mut Vec<Token<'a>>) {
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let Some(first) = rest.chars().next() else { return };
        let (kind, len, shown) = match first {
            '"' | '\'' => string(rest),
            '0'..='9' => number(rest),
            _ if first.is_alphabetic() || first == '_' => {
                let len = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                (Kind::Name, len, &rest[..len])
            }
            _ => {
                let long = LONG_MARKS.iter().find(|mark| rest.starts_with(**mark));
                let len = long.map_or(first.len_utf8(), |mark| mark.len());
                (Kind::Mark, len, &rest[..len])
            }
        };
        let at = start + u32::try_from(text.len() - rest.len()).unwrap_or(0);
        let end = at + u32::try_from(len).unwrap_or(0);
        out.push(Token { kind, text: shown, span: Span::new(at, end) });
        rest = &rest[len..];
    }
}

/// A string up to its closing quote; one that is not closed ends with the text.
fn string(rest: &str) -> (Kind, usize, &str) {
    let quote = rest.as_bytes()[0];
    let mut escaped = false;
    for (at, byte) in rest.bytes().enumerate().skip(1) {
        if escaped {
            escaped = false;
        } else if byte == b'\\' {
            escaped = true;
        } else if byte == quote {
            return (Kind::Str, at + 1, &rest[1..at]);
        }
    }
    (Kind::Str, rest.len(), &rest[1..])
}

/// A number; a dot belongs to it only before another digit.
fn number(rest: &str) -> (Kind, usize, &str) {
    let digits =
        |text: &str| text.bytes().position(|b| !b.is_ascii_digit() && b != b'_').unwrap_or(text.len());
    let int = digits(rest);
    let fraction = rest[int..].strip_prefix('.').map_or(0, digits);
    if fraction == 0 {
        return (Kind::Int, int, &rest[..int]);
    }
    let len = int + 1 + fraction;
    (Kind::Float, len, &rest[..len])
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}
