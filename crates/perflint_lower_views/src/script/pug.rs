//! Pug: lines whose indentation nests them.
//!
//! A line that others depend on and that is code becomes a statement with a block; of elements only attributes, what they print and
//! `#{..}` in their text are kept.

use super::{INCLUDE, MIXIN, PRINT};
use crate::lex::{closing_brace, string};
use memchr::memchr;
use perflint_syntax::Offsets;

/// Deepest blocks that are kept as blocks.
const MAX_BLOCKS: usize = 200;

/// How many elements of one line are nested by colons.
const MAX_INLINE: usize = 64;

/// The code of a template.
pub(super) fn script(text: &str) -> Offsets {
    let mut pug = Pug { text, at: 0, out: Offsets::default(), open: Vec::new(), decided: None, quiet: None };
    while pug.at < text.len() {
        pug.line();
    }
    while let Some(block) = pug.open.pop() {
        pug.emit(if block.kind == Kind::Plain { "" } else { "}" });
    }
    pug.out
}

/// What the lines are that are deeper than another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quiet {
    /// A comment, or a filter's text.
    Nothing,
    /// Text.
    Text,
    /// Code.
    Code,
}

/// What closes a block.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Nothing.
    Plain,
    /// A brace.
    Braces,
    /// A brace, behind which `else` may follow.
    Decision,
}

#[derive(Clone, Copy)]
struct Block {
    indent: usize,
    kind: Kind,
}

struct Pug<'a> {
    text: &'a str,
    at: usize,
    out: Offsets,
    open: Vec<Block>,
    /// The indentation of the decision that has just been closed.
    decided: Option<usize>,
    /// What lines deeper than this are.
    quiet: Option<(usize, Quiet)>,
}

impl<'a> Pug<'a> {
    fn emit(&mut self, text: &str) {
        self.out.push(text, self.at.min(self.text.len()));
    }

    fn copy(&mut self, start: usize, end: usize) {
        self.out.push(&self.text[start..end], start);
    }

    fn line_end(&self, from: usize) -> usize {
        memchr(b'\n', &self.text.as_bytes()[from..]).map_or(self.text.len(), |len| from + len)
    }

    fn line(&mut self) {
        let end = self.line_end(self.at);
        let line = &self.text[self.at..end];
        let content = line.trim_start();
        let start = self.at + line.len() - content.len();
        let indent = line.len() - content.len();
        let content = content.trim_end();
        let next = (end + 1).min(self.text.len().max(end));
        if content.is_empty() {
            self.at = next.max(self.at + 1);
            return;
        }
        if let Some((limit, quiet)) = self.quiet {
            if indent > limit {
                match quiet {
                    Quiet::Nothing => {}
                    Quiet::Text => self.text_in(start, start + content.len()),
                    Quiet::Code => {
                        self.copy(start, start + content.len());
                        self.emit("\n");
                    }
                }
                self.at = next.max(self.at + 1);
                return;
            }
            self.quiet = None;
        }
        self.decided = None;
        while let Some(block) = self.open.last().copied().filter(|block| block.indent >= indent) {
            self.open.pop();
            self.emit(if block.kind == Kind::Plain { "" } else { "}\n" });
            self.decided = (block.kind == Kind::Decision).then_some(block.indent);
        }
        let done = self.statement(start, start + content.len(), indent, 0);
        self.at = (self.line_end(done.max(start)) + 1).max(self.at + 1);
    }

    /// Opens the block of a statement.
    fn block(&mut self, indent: usize, kind: Kind) {
        if self.open.len() < MAX_BLOCKS {
            self.emit("{\n");
            self.open.push(Block { indent, kind });
        } else {
            self.emit(";\n");
        }
    }

    /// One statement or element of a line; gives where its line goes on.
    fn statement(&mut self, start: usize, end: usize, indent: usize, depth: usize) -> usize {
        self.at = start;
        let text = &self.text[start..end];
        let word = &text[..text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len())];
        let rest = text[word.len()..].trim_start();
        let from = end - rest.len();
        let is_code = text.len() == word.len() || text[word.len()..].starts_with([' ', '(', '\t']);
        match word {
            "" => return self.marked(start, end, indent),
            "each" | "for" if rest.contains(" in ") || rest.contains(" of ") => self.each(from, end, indent),
            "if" | "while" if is_code && !rest.is_empty() => self.conditional(word, from, end, indent),
            "unless" if is_code => {
                self.emit("if(!(");
                self.copy(from, end);
                self.emit("))");
                self.block(indent, Kind::Decision);
            }
            "else" if is_code => {
                // Behind a loop it is what runs if there was nothing to loop over.
                if self.decided == Some(indent) {
                    self.emit("else ");
                }
                match rest.strip_prefix("if") {
                    Some(cond) => self.conditional("if", end - cond.len(), end, indent),
                    None => self.block(indent, Kind::Braces),
                }
            }
            "case" if is_code => {
                self.print(from, end);
                self.block(indent, Kind::Braces);
            }
            "when" | "default" if is_code => {
                let value = self.text[from..end].split(": ").next().unwrap_or_default();
                let stop = from + value.trim_end_matches(':').len();
                self.emit("if(");
                if word == "when" && stop > from {
                    self.copy(from, stop);
                } else {
                    self.emit("true");
                }
                self.emit(")");
                self.block(indent, Kind::Braces);
                if stop < end && depth < MAX_INLINE {
                    let inner = self.text[stop..end].trim_start_matches([':', ' ']);
                    return self.statement(end - inner.len(), end, indent, depth + 1);
                }
            }
            "mixin" if is_code && !rest.is_empty() => self.mixin(from, end, indent),
            "include" | "extends" if is_code || text[word.len()..].starts_with(':') => {
                let path = rest.rsplit(' ').next().unwrap_or(rest);
                if !path.contains(['\'', '"', '\\', '#']) {
                    self.emit(&format!("{INCLUDE}('{path}');\n"));
                }
                self.open.push(Block { indent, kind: Kind::Plain });
            }
            "block" | "append" | "prepend" | "doctype" if is_code => {
                self.open.push(Block { indent, kind: Kind::Plain });
            }
            _ => return self.element(start, end, indent, depth),
        }
        end
    }

    /// `if cond`, with a block.
    fn conditional(&mut self, word: &str, from: usize, end: usize, indent: usize) {
        let value = self.text[from..end].trim_end_matches('{').trim_end();
        self.emit(word);
        self.emit("(");
        self.copy(from, from + value.len());
        self.emit("\n)");
        self.block(indent, if word == "if" { Kind::Decision } else { Kind::Braces });
    }

    /// `o, i in orders`
    fn each(&mut self, from: usize, end: usize, indent: usize) {
        let text = &self.text[from..end];
        let Some(place) = text.find(" in ").or_else(|| text.find(" of ")) else { return };
        let names = text[..place].trim_matches(['(', ')', ' ']);
        let names: Vec<&str> = names.split(',').map(str::trim).filter(|name| is_identifier(name)).collect();
        let value = from + place + 4;
        let item = names.first().copied().unwrap_or("_");
        self.emit("for(const ");
        self.emit(item);
        self.emit(" of (");
        self.copy(value, end);
        self.emit("\n))");
        self.block(indent, Kind::Braces);
        if let Some(key) = names.get(1) {
            self.emit(&format!("let {key}=0;\n"));
        }
    }

    /// `row(order, index)`
    fn mixin(&mut self, from: usize, end: usize, indent: usize) {
        let text = &self.text[from..end];
        let name = &text[..text.find(['(', ' ']).unwrap_or(text.len())];
        let params = text[name.len()..].trim();
        let params = params.strip_prefix('(').and_then(|params| params.strip_suffix(')')).unwrap_or("");
        let start = from + text.find(params).filter(|_| !params.is_empty()).unwrap_or(0);
        self.emit(&format!("function {}(", mixin_name(name)));
        self.copy(start, start + params.len());
        self.emit(")");
        self.block(indent, Kind::Braces);
    }

    /// What starts with a mark.
    fn marked(&mut self, start: usize, end: usize, indent: usize) -> usize {
        let text = &self.text[start..end];
        match text.as_bytes()[0] {
            b'/' if text.starts_with("//") => self.quiet = Some((indent, Quiet::Nothing)),
            b':' => self.quiet = Some((indent, Quiet::Nothing)),
            b'-' if text.trim_start_matches('-').trim().is_empty() => {
                self.quiet = Some((indent, Quiet::Code));
            }
            b'-' => {
                let code = text[1..].trim_start();
                self.copy(end - code.len(), end);
                if self.next_is_deeper(end, indent) && !code.ends_with('{') {
                    self.block(indent, if code.starts_with("if") { Kind::Decision } else { Kind::Braces });
                } else {
                    self.emit("\n");
                }
            }
            b'=' => self.print(start + 1, end),
            b'!' if text.starts_with("!=") => self.print(start + 2, end),
            b'|' | b'<' => self.text_in(start, end),
            b'+' => return self.call_mixin(start + 1, end, indent),
            b'#' if text.starts_with("#{") || text.starts_with("#[") => self.text_in(start, end),
            _ => return self.element(start, end, indent, 0),
        }
        end
    }

    fn next_is_deeper(&self, end: usize, indent: usize) -> bool {
        let rest = &self.text[self.line_end(end)..];
        rest.lines()
            .find(|line| !line.trim().is_empty())
            .is_some_and(|line| line.len() - line.trim_start().len() > indent)
    }

    /// `+row(order)(class="x")`
    fn call_mixin(&mut self, start: usize, end: usize, indent: usize) -> usize {
        let text = &self.text[start..end];
        let name = &text
            [..text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_'))).unwrap_or(text.len())];
        let from = start + name.len();
        if name.is_empty() {
            return end;
        }
        self.emit(&mixin_name(name));
        let mut done = from;
        if self.text[from..].starts_with('(') {
            let close = matched(self.text, from).unwrap_or(end);
            self.copy(from, close);
            self.emit(";\n");
            done = close;
        } else {
            self.emit("();\n");
        }
        self.open.push(Block { indent, kind: Kind::Plain });
        done
    }

    fn print(&mut self, start: usize, end: usize) {
        let value = self.text[start..end].trim().trim_end_matches(';');
        if value.is_empty() {
            return;
        }
        let at = start + (self.text[start..end].len() - self.text[start..end].trim_start().len());
        self.emit(PRINT);
        self.emit("(");
        self.copy(at, at + value.len());
        self.emit("\n);\n");
    }

    /// `#{value}` and `!{value}` in a text.
    fn text_in(&mut self, start: usize, end: usize) {
        let bytes = self.text.as_bytes();
        let mut at = start;
        while let Some(found) = memchr(b'{', &bytes[at..end]) {
            let open = at + found;
            at = open + 1;
            if open == start || !matches!(bytes[open - 1], b'#' | b'!') {
                continue;
            }
            let Some(close) = closing_brace(self.text, open + 1, end) else { return };
            self.print(open + 1, close);
            at = close + 1;
        }
    }

    /// `a.b#c(href=x)= value`, `li: a text`
    fn element(&mut self, start: usize, end: usize, indent: usize, depth: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = start;
        let mut end = end;
        let is_name = |byte: u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'#' | b'-' | b'_' | b':' | b'/')
        };
        loop {
            while at < end
                && is_name(bytes[at])
                && !(matches!(bytes[at], b':' | b'.') && ends_name(bytes, at, end))
            {
                at += 1;
            }
            match bytes.get(at).filter(|_| at < end) {
                Some(b'(') => {
                    let Some(close) = matched(self.text, at) else {
                        return end;
                    };
                    self.attributes(at + 1, close - 1);
                    at = close;
                    end = end.max(at).max(self.trimmed_end(at));
                }
                Some(b'&') if self.text[at..].starts_with("&attributes(") => {
                    let open = at + "&attributes".len();
                    let Some(close) = matched(self.text, open) else { return end };
                    self.at = open;
                    self.print(open + 1, close - 1);
                    at = close;
                    end = end.max(at).max(self.trimmed_end(at));
                }
                _ => break,
            }
        }
        self.at = at.min(self.text.len());
        match bytes.get(at).filter(|_| at < end) {
            Some(b'=') => self.print(at + 1, end),
            Some(b'!') if bytes.get(at + 1) == Some(&b'=') => self.print(at + 2, end),
            Some(b'.') if at + 1 == end => self.quiet = Some((indent, Quiet::Text)),
            Some(b':') if depth < MAX_INLINE => {
                let inner = self.text[at + 1..end].trim_start();
                if !inner.is_empty() {
                    return self.statement(end - inner.len(), end, indent, depth + 1).max(end);
                }
            }
            _ => self.text_in(at, end),
        }
        end
    }

    fn trimmed_end(&self, from: usize) -> usize {
        from + self.text[from..self.line_end(from)].trim_end().len()
    }

    /// Values of attributes: what follows each `=` outside of brackets.
    fn attributes(&mut self, start: usize, end: usize) {
        let bytes = self.text.as_bytes();
        let (mut at, mut value) = (start, None);
        while at <= end {
            let byte = if at < end { bytes[at] } else { b',' };
            match byte {
                b'"' | b'\'' | b'`' => {
                    at += string(&self.text[at..end]).0.max(1);
                    continue;
                }
                b'(' | b'[' | b'{' => {
                    at = matched(self.text, at).filter(|close| *close <= end).unwrap_or(end);
                    continue;
                }
                b'=' if value.is_none() => value = Some(at + 1),
                b',' | b'\n' => {
                    // A value goes on behind a line that ends with an operator.
                    let from = value.take();
                    if let Some(from) = from.filter(|from| *from < at) {
                        let text = self.text[from..at].trim_end();
                        let open = text.ends_with(['+', '?', ':', '&', '|', '=']);
                        if byte == b'\n' && open {
                            value = Some(from);
                        } else if is_dynamic(text) {
                            self.at = from;
                            self.print(from, from + text.len());
                        }
                    }
                }
                _ => {}
            }
            at += 1;
        }
    }
}

/// True unless the value is a literal string or number.
fn is_dynamic(text: &str) -> bool {
    let text = text.trim_start().trim_start_matches('=').trim();
    let literal = string(text).0 == text.len() && text.starts_with(['"', '\'']);
    !literal
        && text.starts_with(|c: char| c.is_alphabetic() || "_$([{!`'\"".contains(c))
        && !text.contains('\n')
}

/// The mark at an offset ends the name of an element: it is the last of the line, or a blank follows.
fn ends_name(bytes: &[u8], at: usize, end: usize) -> bool {
    at + 1 >= end || bytes[at + 1].is_ascii_whitespace()
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '$')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$')
}

fn mixin_name(name: &str) -> String {
    let name: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    format!("{MIXIN}{name}")
}

/// Longest text in brackets, in bytes.
const MAX_BRACKETS: usize = 1 << 14;

/// One past the bracket that closes the one at an offset, strings respected.
fn matched(text: &str, open: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let limit = bytes.len().min(open + MAX_BRACKETS);
    let (mut at, mut depth) = (open, 0usize);
    while at < limit {
        match bytes[at] {
            b'"' | b'\'' | b'`' => {
                let quote = bytes[at];
                let mut end = at + 1;
                while end < limit && bytes[end] != quote {
                    end += if bytes[end] == b'\\' { 2 } else { 1 };
                }
                at = end;
            }
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}
