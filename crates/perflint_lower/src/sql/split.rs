//! Splits a script into statements without reading them, so that one bad statement costs only itself.

use super::lex::{dollar_quoted_end, quoted_end, skip_blank};
use std::ops::Range;

/// The statements of a text, comments before them included.
pub(super) fn split(text: &str) -> Vec<Range<usize>> {
    let mut splitter = Splitter { bytes: text.as_bytes(), found: Vec::new(), start: 0, delimiter: b";" };
    let mut at = 0;
    while at < text.len() {
        at = splitter.step(text, at);
    }
    splitter.cut(text.len(), text.len());
    splitter.found
}

struct Splitter<'a> {
    bytes: &'a [u8],
    found: Vec<Range<usize>>,
    start: usize,
    delimiter: &'a [u8],
}

impl<'a> Splitter<'a> {
    fn cut(&mut self, end: usize, next: usize) {
        if self.bytes[self.start..end].iter().any(|b| !b.is_ascii_whitespace()) {
            self.found.push(self.start..end);
        }
        self.start = next;
    }

    fn step(&mut self, text: &'a str, at: usize) -> usize {
        let blank = skip_blank(text, at);
        if blank > at {
            return self.line(blank).unwrap_or(blank);
        }
        if at == 0
            && let Some(next) = self.line(at)
        {
            return next;
        }
        if self.bytes[at..].starts_with(self.delimiter) {
            let next = at + self.delimiter.len();
            self.cut(at, next);
            return next;
        }
        match self.bytes[at] {
            b'\'' | b'"' | b'`' => quoted_end(self.bytes, at),
            b'$' => dollar_quoted_end(self.bytes, at).unwrap_or(at + 1),
            _ => at + 1,
        }
    }

    /// Lines that are commands of a client: `GO` ends a batch, `DELIMITER x` changes what ends a statement.
    fn line(&mut self, at: usize) -> Option<usize> {
        let end = memchr::memchr(b'\n', &self.bytes[at..]).map_or(self.bytes.len(), |len| at + len);
        let line = self.bytes[at..end].trim_ascii();
        if !(at == 0 || self.bytes[..at].ends_with(b"\n")) {
            return None;
        }
        if line.eq_ignore_ascii_case(b"go") {
            self.cut(at, end);
            return Some(end);
        }
        let word = line.get(..10).filter(|w| w.eq_ignore_ascii_case(b"delimiter "))?;
        self.cut(at, end);
        let delimiter = line[word.len()..].trim_ascii();
        if !delimiter.is_empty() {
            self.delimiter = delimiter;
        }
        Some(end)
    }
}
