//! Twig, rewritten as PHP.
//!
//! Tags become the statements that they stand for, expressions are translated token by token: names become variables, a dot
//! an arrow, a filter a call around what stands before it. Blocks are kept on a stack, so that the braces of the result
//! always match; a tag that nobody knows is left out.

mod expr;
mod lex;
mod tag;

use crate::offsets::Offsets;
use crate::text::find;

/// What names of filters start with in the PHP.
pub(crate) const FILTER: &str = "__filter_";

/// The PHP of a Twig template.
pub(crate) fn to_php(text: &str) -> Offsets<'_> {
    let mut twig = Twig { text, at: 0, out: Offsets::made(), blocks: Vec::new(), own: Vec::new() };
    twig.out.push("<?php ", 0);
    twig.run();
    twig.out
}

/// A template being read.
struct Twig<'a> {
    text: &'a str,
    at: usize,
    out: Offsets<'a>,
    /// Open tags, with how many braces closing them closes.
    blocks: Vec<(&'a str, usize)>,
    /// Names under which the template's own macros are known.
    own: Vec<&'a str>,
}

impl<'a> Twig<'a> {
    fn run(&mut self) {
        while let Some(next) = self.text[self.at..].find('{').map(|at| self.at + at) {
            self.at = next;
            let rest = &self.text[next..];
            if rest.starts_with("{#") {
                self.at = find(self.text, "#}", next + 2).map_or(self.text.len(), |end| end + 2);
            } else if rest.starts_with("{{") {
                let (start, end) = self.inner("}}");
                self.echo(start, end);
            } else if rest.starts_with("{%") {
                let (start, end) = self.inner("%}");
                self.tag(start, end);
            } else {
                self.at += 1;
            }
        }
        while let Some((_, braces)) = self.blocks.pop() {
            self.braces(braces, self.text.len());
        }
    }

    /// The range between two marks, without the signs that trim blanks; goes on after it.
    fn inner(&mut self, close: &str) -> (usize, usize) {
        let start = self.at + 2;
        let end = lex::end_of(self.text, start, close);
        self.at = (end + 2).min(self.text.len());
        let bytes = self.text.as_bytes();
        let trims = |at: usize| matches!(bytes.get(at), Some(b'-' | b'~'));
        let start = if trims(start) && start < end { start + 1 } else { start };
        let end = if end > start && trims(end - 1) { end - 1 } else { end };
        (start, end)
    }

    fn echo(&mut self, start: usize, end: usize) {
        if self.text[start..end].trim().is_empty() {
            return;
        }
        self.out.push("echo ", start);
        self.expr(start, end);
        self.out.push(";", end);
    }

    fn braces(&mut self, count: usize, at: usize) {
        for _ in 0..count {
            self.out.push("}", at);
        }
    }
}
