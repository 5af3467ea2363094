//! Components of Blazor, rewritten as the class that they are.
//!
//! What `@code` holds are its members, what `@inject` names its properties; the markup is the method that renders it, and a
//! component in it is made, given its parameters, and shown.

use super::Razor;
use super::scan::{blank, matched, word};
use perflint_syntax::Offsets;

/// The class of a component that names no other.
const BASE: &str = "Microsoft.AspNetCore.Components.ComponentBase";

/// The name of the component that a file holds.
pub(crate) fn component_name(path: &str) -> Option<&str> {
    path.rsplit('/').next()?.strip_suffix(".razor")
}

/// A component's class.
pub(crate) fn to_class(text: &str, name: &str) -> Offsets {
    let mut razor = Razor::new(text, true);
    razor.usings();
    razor.routes();
    let base = razor.lines("inherits").next().map_or(BASE, |(_, base)| base).to_owned();
    razor.emit(&format!("public partial class {name} : {base} {{"));
    razor.injected();
    razor.code();
    razor.emit("protected override void BuildRenderTree(){");
    razor.markup();
    razor.emit("}}");
    razor.out
}

impl<'a> Razor<'a> {
    /// What stands behind a directive on each of its lines, with where it stands.
    fn lines(&self, directive: &'static str) -> impl Iterator<Item = (usize, &'a str)> + use<'a> {
        let text = self.text;
        text.split_inclusive('\n')
            .scan(0, |at, line| {
                let start = *at;
                *at += line.len();
                Some((start, line))
            })
            .filter_map(move |(start, line)| {
                let rest = line.trim_start().strip_prefix('@')?.strip_prefix(directive)?;
                let code = ["@*", "<!--"]
                    .iter()
                    .fold(rest, |code, start| code.split(start).next().unwrap_or(code))
                    .trim();
                let said = rest.starts_with([' ', '\t']).then(|| code.trim_end_matches(';').trim_end())?;
                Some((start + line.find(said)?, said)).filter(|(_, said)| !said.is_empty())
            })
    }

    fn routes(&mut self) {
        for (at, route) in self.lines("page") {
            self.out.push("[Microsoft.AspNetCore.Components.Route(", at);
            self.out.push(route, at);
            self.out.push(")]", at);
        }
    }

    fn injected(&mut self) {
        for (at, property) in self.lines("inject") {
            self.out.push("[Microsoft.AspNetCore.Components.Inject] public ", at);
            self.out.push(property, at);
            self.out.push(" {get;set;}\n", at);
        }
    }

    /// The members that `@code` and `@functions` hold.
    fn code(&mut self) {
        let mut at = 0;
        while let Some(found) = self.text[at..].find('@') {
            let start = at + found + 1;
            let end = word(self.bytes, start);
            let open = blank(self.bytes, end);
            at = start;
            if matches!(&self.text[start..end], "code" | "functions") && self.bytes.get(open) == Some(&b'{') {
                at = matched(self.text, open);
                self.copy(open + 1, at.saturating_sub(1).max(open + 1));
                self.emit("\n");
            }
        }
    }

    /// A component that is written as a tag, with the parameters that code gives it.
    pub(super) fn child(&mut self) {
        let name = &self.text[self.at + 1..word(self.bytes, self.at + 1)];
        if !name.starts_with(|c: char| c.is_ascii_uppercase()) {
            return;
        }
        let start = self.at;
        let mut given = Vec::new();
        let mut at = start + 1 + name.len();
        while let Some(byte) = self.bytes.get(at).copied().filter(|byte| *byte != b'>') {
            if !byte.is_ascii_uppercase() || !self.bytes[at - 1].is_ascii_whitespace() {
                at = if matches!(byte, b'"' | b'\'') { quoted(self.bytes, at) } else { at + 1 };
                continue;
            }
            let key = word(self.bytes, at);
            if self.bytes.get(key) != Some(&b'=') || !matches!(self.bytes.get(key + 1), Some(b'"' | b'\'')) {
                at = key.max(at + 1);
                continue;
            }
            let end = quoted(self.bytes, key + 1);
            given.push((at, key, key + 2, end.saturating_sub(1).max(key + 2)));
            at = end;
        }
        self.out.push(&format!("var _e=new {name}{{"), start);
        for (at, key, from, to) in given {
            let value = self.text[from..to].trim_start_matches('@');
            if value.is_empty() || !is_code(value) {
                continue;
            }
            self.out.push(&self.text[at..key], at);
            self.out.push("=(", at);
            self.out.push(value, to - value.len());
            self.out.push("),", at);
        }
        self.out.push("};_e.Show();", start);
    }
}

/// The end of a quoted value; of one that is code in brackets, the quote behind them.
fn quoted(bytes: &[u8], at: usize) -> usize {
    let quote = bytes[at];
    let mut depth = 0usize;
    let mut end = at + 1;
    while let Some(byte) = bytes.get(end).copied() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ if byte == quote && depth == 0 => return end + 1,
            b'\n' if depth == 0 => return end,
            _ => {}
        }
        end += 1;
    }
    end
}

/// True for a value that reads like an expression: a text may stand there too.
pub(super) fn is_code(value: &str) -> bool {
    value.starts_with('(')
        || value
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '?' | '!' | '[' | ']' | '(' | ')'))
}
