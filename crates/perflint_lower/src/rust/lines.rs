//! Byte offsets of tokens.
//!
//! `proc_macro2` counts in characters and keeps a map that grows with every byte offset it is asked for. Lines and
//! columns it knows without; this turns them into bytes.

use perflint_ir::Span;
use proc_macro2::LineColumn;

/// Where the lines of a text start.
pub(super) struct Lines {
    starts: Vec<u32>,
    /// The text, if columns are not bytes.
    wide: Option<Box<str>>,
    /// Bytes before the text that the parser saw.
    shift: u32,
}

impl Lines {
    /// The lines of what the parser saw, which is `text` without its first `shift` bytes.
    pub fn new(text: &str, shift: usize) -> Self {
        let seen = text.get(shift..).unwrap_or_default();
        let ends = memchr::memchr_iter(b'\n', seen.as_bytes()).map(|end| end as u32 + 1);
        let starts = std::iter::once(0).chain(ends).collect();
        let wide = (!seen.is_ascii()).then(|| seen.into());
        Self { starts, wide, shift: shift as u32 }
    }

    /// The place from one token to another.
    pub fn between(&self, first: proc_macro2::Span, last: proc_macro2::Span) -> Span {
        Span::new(self.byte(first.start()), self.byte(last.end()))
    }

    fn byte(&self, place: LineColumn) -> u32 {
        let start = self.starts.get(place.line.saturating_sub(1)).copied().unwrap_or_default();
        let column = match &self.wide {
            None => place.column,
            Some(text) => {
                let line = text.get(start as usize..).unwrap_or_default();
                line.char_indices().nth(place.column).map_or(line.len(), |(byte, _)| byte)
            }
        };
        self.shift + start + column as u32
    }
}
