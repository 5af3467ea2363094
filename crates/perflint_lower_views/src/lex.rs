//! Words, literals and marks of expressions.

use perflint_ir::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Name,
    Int,
    Number,
    /// A string; its text is what stands between the quotes.
    Str,
    Mark,
}

/// A token, with where it stands in the file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token<'a> {
    pub(crate) kind: Kind,
    pub(crate) text: &'a str,
    pub(crate) at: Span,
}

impl Token<'_> {
    /// True for this mark or word.
    pub(crate) fn is(&self, text: &str) -> bool {
        self.kind != Kind::Str && self.text == text
    }
}

/// Marks of more than one character.
const LONG: &[&str] = &["&&", "||", "==", "!=", "<=", ">=", "?:", "??", "?.", "..", "->", "::", ":="];

/// Entities that stand for a mark where an expression is the value of an attribute.
const ENTITIES: &[(&str, &str)] = &[("&gt;", ">"), ("&lt;", "<"), ("&amp;&amp;", "&&"), ("&quot;", "\"")];

/// The tokens of a range of a text.
pub(crate) fn tokens(text: &str, start: usize, end: usize) -> Vec<Token<'_>> {
    let mut out = Vec::new();
    let mut at = start;
    while at < end {
        let rest = &text[at..end];
        let Some(first) = rest.chars().next() else { break };
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (kind, len, shown) = token(rest, first);
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        out.push(Token { kind, text: shown, at: Span::new(place(at), place(at + len)) });
        at += len;
    }
    out
}

fn token(rest: &str, first: char) -> (Kind, usize, &str) {
    match first {
        '"' | '\'' | '`' => {
            let (len, shown) = string(rest);
            (Kind::Str, len, shown)
        }
        '0'..='9' => number(rest),
        _ if is_word(first) => {
            let len = rest.find(|c: char| !is_word(c) && !c.is_ascii_digit()).unwrap_or(rest.len());
            (Kind::Name, len, &rest[..len])
        }
        '&' if let Some((entity, mark)) = ENTITIES.iter().find(|(entity, _)| rest.starts_with(entity)) => {
            (Kind::Mark, entity.len(), mark)
        }
        _ => {
            let len = LONG.iter().find(|mark| rest.starts_with(**mark)).map_or(first.len_utf8(), |m| m.len());
            (Kind::Mark, len, &rest[..len])
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == '$'
}

/// A string up to its closing quote; one that is not closed ends with the text. Gives its length and what it holds; nothing
/// where no quote stands.
pub(crate) fn string(rest: &str) -> (usize, &str) {
    let bytes = rest.as_bytes();
    let Some(quote) = bytes.first().filter(|first| matches!(first, b'"' | b'\'' | b'`')) else {
        return (0, "");
    };
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if *quote != b'`' => at += 1,
            byte if byte == quote => return (at + 1, &rest[1..at]),
            _ => {}
        }
        at += 1;
    }
    (rest.len(), &rest[1..])
}

/// A number; a dot belongs to it only before another digit.
fn number(rest: &str) -> (Kind, usize, &str) {
    let digits = |text: &str| text.bytes().take_while(|b| b.is_ascii_digit() || *b == b'_').count();
    let int = digits(rest);
    let fraction = rest[int..].strip_prefix('.').map_or(0, digits);
    if fraction == 0 {
        return (Kind::Int, int, &rest[..int]);
    }
    let len = int + 1 + fraction;
    (Kind::Number, len, &rest[..len])
}

/// The offset of a closing mark, quotes respected, before an end; `None` if there is none.
pub(crate) fn closing(text: &str, start: usize, end: usize, close: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = start;
    while at < end {
        match bytes[at] {
            b'\'' | b'"' => at += string(&text[at..end]).0,
            _ if bytes[at..end].starts_with(close.as_bytes()) => return Some(at),
            _ => at += 1,
        }
    }
    None
}

/// The offset of the brace that closes an expression that starts behind `{`, quotes and inner braces respected.
pub(crate) fn closing_brace(text: &str, start: usize, end: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut at, mut open) = (start, 1usize);
    while at < end {
        match bytes[at] {
            b'\'' | b'"' => {
                at += string(&text[at..end]).0;
                continue;
            }
            b'{' => open += 1,
            b'}' => {
                open -= 1;
                if open == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}
