//! Razor, rewritten as C#.
//!
//! Statements and blocks are kept as they are, what is printed becomes a variable that nobody reads, partials and view
//! components that are written as tags become the calls that they stand for. Markup is left out. A view is a template whose one
//! parameter is its model; a component of Blazor is a class ([`component`]).

mod component;
mod scan;
#[cfg(test)]
mod tests;

pub(crate) use component::{component_name, to_class};
use perflint_syntax::Offsets;
use scan::{blank, line_end, literal, matched, past, word};

/// Most blocks and elements inside each other that are read.
const MAX_DEPTH: usize = 128;

/// Statements that a block follows.
const STATEMENTS: &[&str] =
    &["if", "foreach", "for", "while", "switch", "using", "lock", "try", "do", "await foreach"];
/// What continues a statement after its block.
const CONTINUES: &[&str] = &["else", "catch", "finally", "while"];
/// Directives that take the rest of their line and mean no code.
const LINES: &[&str] = &[
    "page",
    "layout",
    "addTagHelper",
    "removeTagHelper",
    "tagHelperPrefix",
    "namespace",
    "inherits",
    "implements",
    "attribute",
    "rendermode",
    "typeparam",
    "preservewhitespace",
];
/// Elements without an end.
const VOID: &[&str] =
    &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

/// A view's C#, and the type of its model where it is declared.
pub(crate) fn to_csharp(text: &str) -> Offsets {
    let mut razor = Razor::new(text, false);
    razor.usings();
    razor.markup();
    razor.out
}

struct Razor<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    out: Offsets,
    depth: usize,
    /// The text is a component's: what its directives declare are members of its class.
    component: bool,
}

impl<'a> Razor<'a> {
    fn new(text: &'a str, component: bool) -> Self {
        Self { text, bytes: text.as_bytes(), at: 0, out: Offsets::default(), depth: 0, component }
    }

    /// `@using` directives come first in C#.
    fn usings(&mut self) {
        let mut start = 0;
        for line in self.text.split_inclusive('\n') {
            let code = line.trim();
            if let Some(space) = code.strip_prefix("@using ").filter(|space| !space.starts_with('(')) {
                let at = start + line.find("using").unwrap_or(0);
                self.out.push("using ", at);
                self.out.push(space.trim_end_matches(';'), at + "using ".len());
                self.out.push(";\n", at);
            }
            start += line.len();
        }
    }

    /// Text outside of code, to the end of the file.
    fn markup(&mut self) {
        while self.at < self.bytes.len() {
            self.markup_step();
        }
    }

    fn markup_step(&mut self) {
        match self.bytes[self.at] {
            b'@' => self.transition(),
            b'<' => {
                self.tag();
                self.at += 1;
            }
            _ => self.at += 1,
        }
    }

    /// A partial or a view component that is written as a tag.
    fn tag(&mut self) {
        let rest = &self.text[self.at..];
        if self.component {
            return self.child();
        }
        let is_partial = rest.starts_with("<partial ");
        if !is_partial && !rest.starts_with("<vc:") {
            return;
        }
        let end = self.at + within(rest, '>');
        let head = &self.text[self.at..end];
        if !is_partial {
            let name = head["<vc:".len()..].split([' ', '/', '\n', '\r']).next().unwrap_or_default();
            let name: String = name.split('-').map(capital).collect();
            let given: Vec<String> = values(head).map(|value| format!("({value})")).collect();
            return self.view_component(&format!("{name}ViewComponent"), &given.join(","), self.at);
        }
        let Some(name) = attribute(head, "name") else { return };
        let model = match (attribute(head, "model"), attribute(head, "for")) {
            (Some(model), _) => model.trim_start_matches('@').to_owned(),
            (None, Some(path)) => format!("Model.{path}"),
            _ => "Model".to_owned(),
        };
        self.emit(&format!("var _e=Html.Partial(\"{name}\",{model});"));
    }

    fn emit(&mut self, text: &str) {
        self.out.push(text, self.at);
    }

    fn copy(&mut self, start: usize, end: usize) {
        self.out.push(&self.text[start..end], start);
    }

    /// What follows an `@`.
    fn transition(&mut self) {
        let start = self.at;
        let before = start.checked_sub(1).and_then(|at| self.bytes.get(at));
        let is_mail = before.is_some_and(u8::is_ascii_alphanumeric);
        self.at += 1;
        match self.bytes.get(self.at) {
            Some(b'@') => self.at += 1,
            Some(b'*') => self.at = past(self.bytes, self.at, b"*@"),
            _ if is_mail => {}
            Some(b'{') => {
                self.at += 1;
                self.emit("{");
                self.block();
            }
            Some(b'(') => {
                let end = matched(self.text, self.at);
                self.emit("var _e=");
                self.copy(self.at, end);
                self.emit(";");
                self.at = end;
            }
            Some(byte) if byte.is_ascii_alphabetic() || *byte == b'_' => self.named(),
            _ => {}
        }
    }

    /// A directive, a statement or an expression.
    fn named(&mut self) {
        let start = self.at;
        let end = word(self.bytes, start);
        let name = &self.text[start..end];
        let line = line_end(self.bytes, start);
        match name {
            "model" | "inject" if self.component => self.at = line,
            "model" => {
                let ty = self.text[end..line].trim().trim_end_matches(';');
                let at = end + self.text[end..line].find(ty).unwrap_or(0);
                self.emit("var Model=(");
                self.out.push(ty, at);
                self.emit(")_model;");
                self.at = line;
            }
            "inject" => {
                let code = self.text[end..line].trim().trim_end_matches(';');
                self.copy(end, end + self.text[end..line].find(code).unwrap_or(0));
                self.out.push(code, end + self.text[end..line].find(code).unwrap_or(0));
                self.emit("=_injected();");
                self.at = line;
            }
            "section" => self.at = line,
            "functions" | "code" if self.bytes.get(blank(self.bytes, end)) == Some(&b'{') => {
                self.at = matched(self.text, blank(self.bytes, end));
            }
            "using" if self.bytes.get(blank(self.bytes, end)) != Some(&b'(') => self.at = line,
            name if LINES.contains(&name) => self.at = line,
            "await" if self.text[end..].trim_start().starts_with("foreach") => self.statement(),
            name if STATEMENTS.contains(&name) => self.statement(),
            _ => self.expression(),
        }
    }

    /// A statement with its blocks, and those that continue it.
    fn statement(&mut self) {
        loop {
            let open = match self.block_start() {
                Ok(open) => open,
                Err(end) => {
                    self.at = end.max(line_end(self.bytes, self.at));
                    return;
                }
            };
            self.copy(self.at, open);
            self.at = open + 1;
            self.emit("{");
            self.block();
            let next = blank(self.bytes, self.at);
            let name = &self.text[next..word(self.bytes, next)];
            if !CONTINUES.contains(&name) {
                return;
            }
            // `do { } while (..);` ends without a block.
            if name == "while" {
                self.emit("while(false);");
                self.at = line_end(self.bytes, next);
                return;
            }
            self.at = next;
        }
    }

    /// The brace that opens the block of a statement, or the place where none can follow any more.
    fn block_start(&self) -> Result<usize, usize> {
        let mut at = self.at;
        while let Some(byte) = self.bytes.get(at) {
            match byte {
                b'{' => return Ok(at),
                b'(' => at = matched(self.text, at),
                b';' | b'<' => return Err(at),
                _ => at += 1,
            }
        }
        Err(at)
    }

    /// Code to the brace that closes it, with markup between.
    fn block(&mut self) {
        if self.depth >= MAX_DEPTH {
            self.at = self.bytes.len();
            self.emit("}");
            return;
        }
        self.depth += 1;
        let mut open = 1usize;
        let mut from = self.at;
        // Where a statement could stand, and after the colon of a `case`.
        let (mut starts, mut labelled) = (true, false);
        while let Some(byte) = self.bytes.get(self.at).copied() {
            let is_text = (starts || labelled) && byte == b'<' && self.is_element() || starts && byte == b'@';
            if is_text {
                self.copy(from, self.at);
                self.text_in_code(byte);
                from = self.at;
                continue;
            }
            let after = literal(self.bytes, self.at);
            if after > self.at {
                self.at = after;
                continue;
            }
            match byte {
                b'{' => open += 1,
                b'}' => {
                    open -= 1;
                    if open == 0 {
                        break;
                    }
                }
                _ => {}
            }
            let blank = byte.is_ascii_whitespace();
            starts = matches!(byte, b'{' | b'}' | b';') || starts && blank;
            labelled = byte == b':' || labelled && blank;
            self.at += 1;
        }
        self.copy(from, self.at);
        self.emit("}");
        self.at = (self.at + 1).min(self.bytes.len());
        self.depth -= 1;
    }

    fn is_element(&self) -> bool {
        self.bytes.get(self.at + 1).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'!')
    }

    /// An element, or a line of text, where a statement could stand.
    fn text_in_code(&mut self, byte: u8) {
        if byte == b'<' {
            self.element();
        } else if self.bytes.get(self.at + 1) == Some(&b':') {
            let end = line_end(self.bytes, self.at);
            self.at += 2;
            while self.at < end {
                self.markup_step();
            }
        } else {
            self.transition();
        }
    }

    /// An element to its end.
    fn element(&mut self) {
        let mut open = 0usize;
        let mut name = "";
        while self.at < self.bytes.len() {
            let next = self.bytes.get(self.at + 1).copied().unwrap_or_default();
            match (self.bytes[self.at], next) {
                (b'<', b'/') => {
                    open = open.saturating_sub(1);
                    self.at = (self.at + 1 + within(&self.text[self.at..], '>')).min(self.bytes.len());
                    if open == 0 {
                        return;
                    }
                }
                (b'<', next) if next.is_ascii_alphabetic() => {
                    self.tag();
                    name = &self.text[self.at + 1..word(self.bytes, self.at + 1)];
                    open += 1;
                    self.at += 1 + name.len();
                }
                (b'/', b'>') => {
                    open = open.saturating_sub(1);
                    self.at += 2;
                    name = "";
                    if open == 0 {
                        return;
                    }
                }
                (b'>', _) => {
                    self.at += 1;
                    if VOID.contains(&name) {
                        open = open.saturating_sub(1);
                        if open == 0 {
                            return;
                        }
                    }
                    name = "";
                }
                _ => self.markup_step(),
            }
        }
    }

    /// What is printed: a name, its members, calls and elements.
    fn expression(&mut self) {
        let start = self.at;
        if self.text[start..].starts_with("await ") {
            self.at = blank(self.bytes, start + "await ".len());
        }
        self.at = word(self.bytes, self.at);
        loop {
            let next = self.bytes.get(self.at + 1).copied().unwrap_or_default();
            match self.bytes.get(self.at) {
                Some(b'(' | b'[') => self.at = matched(self.text, self.at),
                Some(b'.') if next.is_ascii_alphabetic() || next == b'_' => {
                    self.at = word(self.bytes, self.at + 1);
                }
                Some(b'?') if next == b'.' || next == b'[' => self.at += 1,
                Some(b'!') if next == b'.' => self.at += 1,
                _ => break,
            }
        }
        if let Some((class, given)) = component_class(&self.text[start..self.at]) {
            return self.view_component(&class, given, start);
        }
        self.out.push("var _e=", start);
        self.copy(start, self.at);
        self.emit(";");
    }

    /// What a view component does where it stands: it has one of two methods.
    fn view_component(&mut self, class: &str, given: &str, at: usize) {
        for method in ["InvokeAsync", "Invoke"] {
            self.out.push(&format!("Component.Named(\"{class}\").{method}({given});"), at);
        }
    }
}

/// Longest tag that is looked at, in bytes.
const MAX_TAG: usize = 4096;

/// The offset of a character near the start of a text, or of where it is no longer looked for.
fn within(text: &str, wanted: char) -> usize {
    let near = text.bytes().take(MAX_TAG).position(|byte| byte == wanted as u8);
    near.unwrap_or_else(|| (1..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(0))
}

/// The class of the view component that an expression invokes, and what it is given: `Component.InvokeAsync("Stock", ..)`.
fn component_class(code: &str) -> Option<(String, &str)> {
    let code = code.strip_prefix("await ").unwrap_or(code).trim_start();
    let given = code.strip_prefix("Component.InvokeAsync(")?.strip_suffix(')')?.trim_start();
    let (name, rest) = given.split_once(',').unwrap_or((given, ""));
    let class = match name.trim().strip_prefix('"') {
        Some(name) => format!("{}ViewComponent", name.strip_suffix('"')?),
        None => name.trim().strip_prefix("typeof(")?.strip_suffix(')')?.rsplit('.').next()?.to_owned(),
    };
    class.chars().all(char::is_alphanumeric).then_some((class, rest.trim()))
}

/// The values of a tag's attributes that read like code.
fn values(head: &str) -> impl Iterator<Item = &str> {
    head.split(['"', '\''])
        .skip(1)
        .step_by(2)
        .map(|value| value.trim_start_matches('@'))
        .filter(|value| component::is_code(value))
}

/// The value of a tag's attribute.
fn attribute<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let at = head.find(&format!(" {name}="))? + name.len() + 2;
    let quote = head[at..].chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let value = &head[at + 1..];
    // Code in brackets may hold quotes itself.
    if value.starts_with("@(") {
        return Some(&value[..matched(value, 1)]);
    }
    Some(value[..value.find(quote)?].trim())
}

/// A part of a tag's name as part of a class's.
fn capital(part: &str) -> String {
    let mut chars = part.chars();
    chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
}
