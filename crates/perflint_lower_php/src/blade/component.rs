//! Components: `<x-orders.row :order="$order" />`, `<livewire:comments :post="$post" />`.

use super::{Blade, LIVE, MADE};
use crate::text::find;

impl Blade<'_> {
    pub(super) fn component(&mut self) {
        let start = self.at;
        let live = self.text[start..].starts_with("<livewire:");
        self.at += if live { "<livewire:".len() } else { "<x-".len() };
        let rest = &self.text[self.at..];
        let len = rest
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '.' | '_' | ':')))
            .unwrap_or(rest.len());
        let name = &rest[..len];
        self.at += len;
        if name.starts_with("slot") || name.is_empty() {
            return;
        }
        let call = match live {
            true => format!("{LIVE}('{name}',["),
            false => format!("{MADE}('{name}','components.{name}',["),
        };
        self.out.push(&call, start);
        while self.attribute() {}
        self.out.push("]);", self.at);
    }

    /// One attribute; false at the end of the tag.
    fn attribute(&mut self) -> bool {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        let rest = &self.text[self.at..];
        if rest.is_empty() || rest.starts_with('>') || rest.starts_with("/>") {
            return false;
        }
        // An echo among the attributes, or a directive such as `@class([..])`.
        if let Some(close) = [("{{", "}}"), ("{!!", "!!}")]
            .iter()
            .find_map(|(open, close)| rest.starts_with(open).then_some(close))
        {
            self.at = find(self.text, close, self.at).map_or(self.text.len(), |at| at + close.len());
            return true;
        }
        let len = rest
            .find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/' | '('))
            .unwrap_or(rest.len());
        if len == 0 {
            self.at += rest.chars().next().map_or(1, char::len_utf8);
            if rest.starts_with('(') {
                self.at = super::scan::closing(self.text, self.at - 1).map_or(self.text.len(), |at| at + 1);
            }
            return true;
        }
        let name = &rest[..len];
        let at = self.at;
        self.at += len;
        if let Some(variable) = name.strip_prefix(":$") {
            self.entry(variable, (at + 1, at + len));
            return true;
        }
        if !self.text[self.at..].starts_with(['=']) {
            return true;
        }
        self.at += 1;
        self.value(name);
        true
    }

    fn value(&mut self, name: &str) {
        let Some(quote) = self.text[self.at..].chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            return;
        };
        let start = self.at + 1;
        let end = find(self.text, if quote == '"' { "\"" } else { "'" }, start).unwrap_or(self.text.len());
        self.at = (end + 1).min(self.text.len());
        let code = &self.text[start.min(end)..end];
        if let Some(key) = name.strip_prefix(':').filter(|key| !key.starts_with(':')) {
            if !code.trim().is_empty() {
                self.entry(key, (start, end));
            }
        } else if let Some(open) = code.find("{{")
            && let Some(close) = code[open..].find("}}")
        {
            self.entry(name, (start + open + 2, start + open + close));
        }
    }

    fn entry(&mut self, key: &str, code: (usize, usize)) {
        let key: String = camel(key.rsplit(':').next().unwrap_or(key));
        if key.is_empty() || code.0 >= code.1 {
            return;
        }
        self.out.push(&format!("'{key}'=>"), code.0);
        self.copy(code);
        self.out.push(",", code.1);
    }
}

/// `order-item` is `$orderItem` in the component.
fn camel(name: &str) -> String {
    let mut out = String::new();
    let mut upper = false;
    for c in name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
        match c {
            '-' => upper = true,
            _ if upper => {
                out.extend(c.to_uppercase());
                upper = false;
            }
            _ => out.push(c),
        }
    }
    out
}
