//! Tags of HTML and XML: where they start and end, and their attributes.

use memchr::{memchr, memmem};

/// A tag, or what stands between tags.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Piece<'a> {
    /// Text in a range.
    Text(usize, usize),
    /// `<name ..>`
    Open(Tag<'a>),
    /// `</name>`
    Close(&'a str),
}

/// An opening tag.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tag<'a> {
    pub(crate) name: &'a str,
    /// Where `<` stands.
    pub(crate) start: usize,
    /// One past `>`.
    pub(crate) end: usize,
    /// Where the attributes are.
    pub(crate) attributes: (usize, usize),
    /// `<name/>`
    pub(crate) alone: bool,
}

/// Elements without an end.
const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr",
];

/// True for an element that has no end tag.
pub(crate) fn is_void(name: &str) -> bool {
    VOID.iter().any(|void| void.eq_ignore_ascii_case(name))
}

/// Walks a text once.
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    /// The element whose content is text: a script or style.
    raw: Option<&'a str>,
    /// No comment ends behind here.
    no_comment: bool,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0, raw: None, no_comment: false }
    }

    pub(crate) fn next_piece(&mut self) -> Option<Piece<'a>> {
        if self.at >= self.text.len() {
            return None;
        }
        if let Some(name) = self.raw.take() {
            let end = find_end_tag(self.text, self.at, name);
            let piece = Piece::Text(self.at, end);
            self.at = end;
            return Some(piece);
        }
        let bytes = self.text.as_bytes();
        let open = memchr(b'<', &bytes[self.at..]).map_or(bytes.len(), |found| self.at + found);
        if open > self.at {
            let piece = Piece::Text(self.at, open);
            self.at = open;
            return Some(piece);
        }
        Some(self.tag(open))
    }

    fn tag(&mut self, open: usize) -> Piece<'a> {
        let rest = &self.text[open..];
        let as_text = |this: &mut Self, len: usize| {
            this.at = open + len;
            Piece::Text(open, open + len)
        };
        // Comments of the parser are no comments for the template.
        if rest.starts_with("<!--/*/") {
            return as_text(self, 7);
        }
        if rest.starts_with("<!--") && !self.no_comment {
            match memmem::find(&rest.as_bytes()[4..], b"-->") {
                Some(len) => {
                    self.at = open + 4 + len + 3;
                    return Piece::Text(open, open);
                }
                None => self.no_comment = true,
            }
        }
        let closes = rest.as_bytes().get(1) == Some(&b'/');
        let from = 1 + usize::from(closes);
        let len = rest.as_bytes()[from..].iter().take_while(|byte| is_name(**byte)).count();
        if len == 0 {
            return as_text(self, 1);
        }
        let name = &rest[from..from + len];
        let Some(end) = tag_end(rest, from + len) else { return as_text(self, 1) };
        self.at = open + end + 1;
        if closes {
            return Piece::Close(name);
        }
        let alone = rest.as_bytes()[end - 1] == b'/';
        if ["script", "style"].iter().any(|raw| raw.eq_ignore_ascii_case(name)) && !alone {
            self.raw = Some(name);
        }
        let attributes = (open + from + len, open + end - usize::from(alone));
        Piece::Open(Tag { name, start: open, end: self.at, attributes, alone })
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-' | b'_' | b'.')
}

/// Longest tag, in bytes; what is longer is text.
const MAX_TAG: usize = 1 << 16;

/// The offset of the `>` that ends a tag, outside of quotes if there is one.
fn tag_end(text: &str, from: usize) -> Option<usize> {
    let bytes = &text.as_bytes()[..text.len().min(MAX_TAG)];
    let mut quote = None;
    let mut plain = None;
    for (at, byte) in bytes.iter().enumerate().skip(from) {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), byte) if open == *byte => quote = None,
            (Some(_), b'>') => plain = plain.or(Some(at)),
            // Another tag starts where this one should have ended.
            (None, b'<') => return None,
            _ => {}
        }
    }
    plain
}

fn find_end_tag(text: &str, from: usize, name: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(found) = memmem::find(&bytes[at..], b"</") {
        let start = at + found;
        let end = start + 2 + name.len();
        if bytes.get(start + 2..end).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes())) {
            return start;
        }
        at = start + 2;
    }
    bytes.len()
}

/// An attribute; the value is a range of the file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attribute<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: (usize, usize),
}

/// The attributes in a range.
pub(crate) fn attributes(text: &str, (start, end): (usize, usize)) -> Vec<Attribute<'_>> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = start;
    while at < end {
        if bytes[at].is_ascii_whitespace() || matches!(bytes[at], b'/' | b'=' | b'"' | b'\'') {
            at += 1;
            continue;
        }
        let stops = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'=' | b'"' | b'\'');
        let len = bytes[at..end].iter().take_while(|byte| !stops(**byte)).count();
        let name = text.get(at..at + len).unwrap_or_default();
        at += len;
        let mut next = at;
        while next < end && bytes[next].is_ascii_whitespace() {
            next += 1;
        }
        let mut value = (at, at);
        if next < end && bytes[next] == b'=' {
            next += 1;
            while next < end && bytes[next].is_ascii_whitespace() {
                next += 1;
            }
            value = attribute_value(bytes, next, end);
            at = value.1;
        }
        out.push(Attribute { name, value });
    }
    out
}

fn attribute_value(bytes: &[u8], at: usize, end: usize) -> (usize, usize) {
    match bytes.get(at).filter(|byte| at < end && matches!(byte, b'"' | b'\'')) {
        Some(quote) => {
            let len = memchr(*quote, &bytes[at + 1..end]).unwrap_or(end - at - 1);
            (at + 1, at + 1 + len)
        }
        None => {
            let len = bytes[at.min(end)..end].iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
            (at.min(end), at.min(end) + len)
        }
    }
}
