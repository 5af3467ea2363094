//! Blade, rewritten as PHP.
//!
//! Directives become the statements that they stand for, echoes become `echo`, includes become calls of [`INCLUDE`] and
//! [`COMPONENT`], components those of [`MADE`] and [`LIVE`]. Blocks are kept on a stack, so that the braces of the result always match; a
//! directive that nobody knows is a value that is made and dropped.

mod component;
mod directive;
mod scan;

use crate::offsets::Offsets;
use crate::text::find;

/// The call that an include becomes: the template, then what it gets beside the variables in scope.
pub(crate) const INCLUDE: &str = "__include";
/// The call that a component becomes: the template, then all that it gets.
pub(crate) const COMPONENT: &str = "__component";
/// The function of a model's stub that makes a component: its name, the template that it is if no class is called so, what
/// it is given.
pub(crate) const MADE: &str = "\\blade\\component";
/// The function of a model's stub that makes a component with a state of its own: its name, what it is given.
pub(crate) const LIVE: &str = "\\blade\\live";
/// The function of a model's stub that says whether the visitor may do something: an ability, and to what.
pub(crate) const CAN: &str = "\\blade\\can";

/// The PHP of a Blade template.
pub(crate) fn to_php(text: &str) -> Offsets<'_> {
    let mut blade = Blade { text, at: 0, out: Offsets::made(), blocks: Vec::new() };
    blade.out.push("<?php ", 0);
    blade.run();
    blade.out
}

/// An open block.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Block<'a> {
    /// The directive that opened it.
    name: &'a str,
    /// It is a decision, which may have further arms.
    decides: bool,
}

/// A template being read.
struct Blade<'a> {
    text: &'a str,
    at: usize,
    out: Offsets<'a>,
    blocks: Vec<Block<'a>>,
}

impl<'a> Blade<'a> {
    fn run(&mut self) {
        let bytes = self.text.as_bytes();
        while let Some(next) = find_any(bytes, self.at) {
            self.at = next;
            let rest = &self.text[next..];
            if rest.starts_with("{{--") {
                self.skip_to("--}}", 4);
            } else if rest.starts_with("{{{") {
                self.echo(3, "}}}");
            } else if rest.starts_with("{{") {
                self.echo(2, "}}");
            } else if rest.starts_with("{!!") {
                self.echo(3, "!!}");
            } else if rest.starts_with("<?") {
                self.raw();
            } else if rest.starts_with("<x-") || rest.starts_with("<livewire:") {
                self.component();
            } else if rest.starts_with('@') {
                self.directive();
            } else {
                self.at += 1;
            }
        }
        while self.blocks.pop().is_some() {
            self.out.push("}", self.text.len());
        }
    }

    fn skip_to(&mut self, end: &str, from: usize) {
        let start = (self.at + from).min(self.text.len());
        self.at = find(self.text, end, start).map_or(self.text.len(), |at| at + end.len());
    }

    /// `{{ .. }}`
    fn echo(&mut self, open: usize, close: &str) {
        let start = self.at + open;
        let end = find(self.text, close, start).unwrap_or(self.text.len());
        let code = &self.text[start.min(end)..end];
        if !code.trim().is_empty() {
            self.out.push("echo ", self.at);
            self.out.push(code, start);
            self.out.push(";", end);
        }
        self.at = (end + close.len()).min(self.text.len());
    }

    /// `<?php .. ?>`, `<?= .. ?>`
    fn raw(&mut self) {
        let rest = &self.text[self.at..];
        let (skip, echo) = match rest {
            _ if rest.starts_with("<?php") => (5, false),
            _ if rest.starts_with("<?=") => (3, true),
            _ => {
                self.at += 2;
                return;
            }
        };
        let start = self.at + skip;
        let end = find(self.text, "?>", start).unwrap_or(self.text.len());
        if echo {
            self.out.push("echo ", self.at);
        }
        self.out.push(&self.text[start..end], start);
        self.out.push(";", end);
        self.at = (end + 2).min(self.text.len());
    }

    /// A piece of the file's text, as it is.
    fn copy(&mut self, (start, end): (usize, usize)) {
        self.out.push(&self.text[start..end], start);
    }
}

/// Where something other than text may start.
fn find_any(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.iter().position(|b| matches!(b, b'{' | b'@' | b'<')).map(|at| from + at)
}
