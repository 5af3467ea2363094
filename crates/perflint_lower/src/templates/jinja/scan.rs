//! Finds `{{ .. }}`, `{% .. %}` and `{# .. #}` in a text.

use super::lex;
use memchr::{memchr, memmem};

/// The inside of a tag or variable, without the marks that trim white space.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inner<'a> {
    pub(super) text: &'a str,
    /// Where `text` starts in the file.
    pub(super) start: u32,
    /// Where the opening braces stand.
    pub(super) open: u32,
    /// One past the closing braces.
    pub(super) close: u32,
}

/// What the template language has to say.
#[derive(Clone, Copy, Debug)]
pub(super) enum Piece<'a> {
    Variable(Inner<'a>),
    Tag(Inner<'a>),
}

/// Tags whose content is not template code.
pub(super) fn is_verbatim(tag: &str) -> bool {
    matches!(tag, "raw" | "verbatim" | "comment")
}

/// Walks a text once. A closing mark that was searched in vain is not searched again.
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    unclosed: [bool; 3],
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, unclosed: [false; 3] }
    }

    pub(super) fn next_piece(&mut self) -> Option<Piece<'a>> {
        loop {
            let open = self.at + memchr(b'{', self.text.as_bytes().get(self.at..)?)?;
            self.at = open + 1;
            let (kind, close) = match self.text.as_bytes().get(open + 1)? {
                b'{' => (0, "}}"),
                b'%' => (1, "%}"),
                b'#' => (2, "#}"),
                _ => continue,
            };
            let Some(inner) = self.inner(open, kind, close) else { continue };
            match kind {
                0 => return Some(Piece::Variable(inner)),
                1 => return Some(Piece::Tag(inner)),
                _ => {}
            }
        }
    }

    fn inner(&mut self, open: usize, kind: usize, close: &str) -> Option<Inner<'a>> {
        if self.unclosed[kind] {
            return None;
        }
        let rest = &self.text[open + 2..];
        let Some(len) = memmem::find(rest.as_bytes(), close.as_bytes()) else {
            self.unclosed[kind] = true;
            return None;
        };
        let end = open + 2 + len;
        self.at = end + 2;
        let trim = |c: char| matches!(c, '-' | '+');
        let inner = &self.text[open + 2..end];
        let front = usize::from(inner.starts_with(trim));
        let text = inner.get(front..).unwrap_or("");
        let text = text.strip_suffix(trim).unwrap_or(text);
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Some(Inner { text, start: offset(open + 2 + front), open: offset(open), close: offset(end + 2) })
    }

    /// Goes on behind the end tag of a tag whose content is not read; to the end of the text if there is none.
    pub(super) fn skip_past_end(&mut self, tag: &str) {
        while let Some(piece) = self.next_piece() {
            if let Piece::Tag(inner) = piece
                && lex::first_word(inner.text).0.strip_prefix("end") == Some(tag)
            {
                return;
            }
        }
    }
}
