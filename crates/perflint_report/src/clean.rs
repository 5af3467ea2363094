//! Quoting an untrusted repository safely.

use std::borrow::Cow;
use std::fmt::Write;

/// What stands in for credentials.
const REDACTED: &str = "***";

/// Text made safe to show, which still knows where the bytes of the original went.
#[derive(Clone, Debug, Default)]
pub struct Clean {
    text: String,
    edits: Vec<Edit>,
}

/// A range of the original and what replaced it.
#[derive(Clone, Copy, Debug)]
struct Edit {
    from: (usize, usize),
    to: (usize, usize),
}

impl Clean {
    /// Cleans a text of many lines: line ends and tabs stay.
    pub fn new(original: &str) -> Self {
        let mut clean = Self { text: String::with_capacity(original.len()), edits: Vec::new() };
        let mut secrets = credentials(original).peekable();
        let mut chars = original.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            if let Some((start, end)) = secrets.next_if(|(start, _)| *start == at) {
                clean.replace((start, end), |text| text.push_str(REDACTED));
                while chars.next_if(|(next, _)| *next < end).is_some() {}
                continue;
            }
            let ends_line = c == '\r' && chars.peek().is_some_and(|(_, next)| *next == '\n');
            if is_hidden(c) && !ends_line {
                clean.replace((at, at + c.len_utf8()), |text| escape(c, text));
            } else {
                clean.text.push(c);
            }
        }
        clean
    }

    fn replace(&mut self, from: (usize, usize), write: impl FnOnce(&mut String)) {
        let start = self.text.len();
        write(&mut self.text);
        self.edits.push(Edit { from, to: (start, self.text.len()) });
    }

    /// The safe text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where a byte offset of the original is in the safe text.
    pub fn map(&self, offset: usize) -> usize {
        let before = self.edits.partition_point(|edit| edit.from.0 <= offset);
        let mapped = match before.checked_sub(1).map(|last| self.edits[last]) {
            Some(edit) if offset < edit.from.1 => edit.to.0,
            Some(edit) => edit.to.1 + (offset - edit.from.1),
            None => offset,
        };
        self.text.floor_char_boundary(mapped)
    }
}

/// A message of one line made safe to show: line ends become spaces.
pub fn line(text: &str) -> Cow<'_, str> {
    let text = redact(text);
    if !text.contains(|c: char| is_hidden(c) || c == '\n' || c == '\t') {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' | '\t' => out.push(' '),
            c if is_hidden(c) => escape(c, &mut out),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// A text without the credentials of its URLs, otherwise unchanged.
pub fn redact(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut done = 0;
    for (start, end) in credentials(text) {
        out.push_str(&text[done..start]);
        out.push_str(REDACTED);
        done = end;
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[done..]);
    Cow::Owned(out)
}

/// Whether a character changes how others look, or shows nothing: controls, bidirectional controls, invisible marks.
pub fn is_hidden(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}' => true,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => true,
        '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}' => true,
        c => c.is_control(),
    }
}

/// JSON whose strings hold no hidden character, so that printing it is safe too. JSON escapes the ASCII controls itself.
pub(crate) fn json(text: String) -> String {
    if !text.contains(is_hidden) {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 64);
    for c in text.chars() {
        if is_hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

fn escape(c: char, out: &mut String) {
    out.extend(c.escape_unicode());
}

/// The ranges of `user:password` and of tokens in the URLs of a text.
fn credentials(text: &str) -> impl Iterator<Item = (usize, usize)> {
    const ENDS: &[char] = &['/', '?', '#', '"', '\'', '`', '<', '>', '\\', ',', ';', '|'];
    text.match_indices("://").filter_map(|(at, separator)| {
        let start = at + separator.len();
        let rest = &text[start..];
        let end = rest.find(|c: char| c.is_whitespace() || ENDS.contains(&c)).unwrap_or(rest.len());
        let user = &rest[..rest[..end].rfind('@')?];
        let is_secret = user.contains(':') || user.len() >= 16;
        is_secret.then_some((start, start + user.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_become_visible() {
        assert_eq!(line("a\u{1b}[31m\u{202e}b\nc\u{9b}"), "a\\u{1b}[31m\\u{202e}b c\\u{9b}");
        assert_eq!(line("plain é 日本"), "plain é 日本");
        assert_eq!(Clean::new("a\r\nb\rc\td").text(), "a\r\nb\\u{d}c\td");
    }

    #[test]
    fn credentials_of_urls_are_removed() {
        for (text, expected) in [
            ("'postgres://u:p@ss@db/x'", "'postgres://***@db/x'"),
            ("https://ghp_0123456789abcdef@github.com", "https://***@github.com"),
            ("ssh://git@github.com/a", "ssh://git@github.com/a"),
            ("http://host:80/a@b", "http://host:80/a@b"),
            ("a://b:c@d and e://f:g@h", "a://***@d and e://***@h"),
        ] {
            assert_eq!(redact(text), expected);
        }
    }

    #[test]
    fn offsets_follow_the_edits() {
        let clean = Clean::new("x\u{1b}y = 'db://u:p@h' # é");
        assert_eq!(clean.text(), "x\\u{1b}y = 'db://***@h' # é");
        for (original, expected) in [(0, 0), (1, 1), (2, 7), (12, 17), (13, 17), (15, 20), (16, 21)] {
            assert_eq!(clean.map(original), expected, "{original}");
        }
        assert_eq!(clean.map(1_000), clean.text().len());
    }

    #[test]
    fn json_is_printable() {
        assert_eq!(json("\"a\u{202e}\u{e0041}\"\n".into()), "\"a\\u202e\\udb40\\udc41\"\n");
    }
}
