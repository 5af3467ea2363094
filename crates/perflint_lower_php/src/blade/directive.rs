//! Directives.

use super::scan::closing;
use super::{Blade, Block, CAN, COMPONENT, INCLUDE, LIVE};
use crate::text::find;
use perflint_syntax::brackets::split;

/// At-rules of style sheets.
const STYLES: &[&str] = &[
    "media",
    "import",
    "keyframes",
    "font",
    "supports",
    "charset",
    "page",
    "layer",
    "container",
    "apply",
    "tailwind",
];

impl<'a> Blade<'a> {
    /// `@name`, `@name(..)`
    pub(super) fn directive(&mut self) {
        let bytes = self.text.as_bytes();
        let start = self.at;
        self.at += 1;
        if start > 0 && (bytes[start - 1].is_ascii_alphanumeric() || matches!(bytes[start - 1], b'@' | b'_'))
        {
            return;
        }
        if self.text[self.at..].starts_with("{{") || self.text[self.at..].starts_with("{!!") {
            self.at += 2;
            return;
        }
        let len = bytes[self.at..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        let name = &self.text[self.at..self.at + len];
        if name.is_empty() || STYLES.contains(&name) {
            return;
        }
        self.at += len;
        let args = self.args(is_known(name));
        self.apply(name, start, args);
    }

    /// The range between the brackets that follow a name.
    fn args(&mut self, spaced: bool) -> Option<(usize, usize)> {
        let rest = &self.text[self.at..];
        let blank = if spaced { rest.len() - rest.trim_start_matches([' ', '\t']).len() } else { 0 };
        if !rest[blank..].starts_with('(') {
            return None;
        }
        let open = self.at + blank;
        let close = closing(self.text, open)?;
        self.at = close + 1;
        Some((open + 1, close))
    }

    fn apply(&mut self, name: &'a str, start: usize, args: Option<(usize, usize)>) {
        match (name, args) {
            ("verbatim", _) => self.skip_to("@endverbatim", 0),
            ("php", None) => {
                let end = find(self.text, "@endphp", self.at).unwrap_or(self.text.len());
                self.copy((self.at, end));
                self.out.push(";", end);
                self.at = (end + "@endphp".len()).min(self.text.len());
            }
            ("foreach" | "forelse", Some(args)) => {
                self.open_block(name, false, start, "foreach(", args, "){");
            }
            ("for" | "while", Some(args)) => {
                self.open_block(
                    name,
                    false,
                    start,
                    if name == "for" { "for(" } else { "while(" },
                    args,
                    "){",
                );
            }
            ("if", Some(args)) => self.open_block(name, true, start, "if(", args, "){"),
            ("unless", Some(args)) => self.open_block(name, true, start, "if(!(", args, ")){"),
            ("can", Some(args)) => self.open_block(name, true, start, &format!("if({CAN}("), args, ")){"),
            ("cannot", Some(args)) => self.open_block(name, true, start, &format!("if(!{CAN}("), args, ")){"),
            ("isset", Some(args)) => self.open_block(name, true, start, "if(isset(", args, ")){"),
            ("empty", Some(args)) => self.open_block(name, true, start, "if(empty(", args, ")){"),
            ("empty", None) => self.next_arm(start, "} if(1){", false),
            ("else", None) => self.next_arm(start, "}else{", true),
            ("elseif", Some(args)) => self.elseif(start, "", args),
            ("switch", Some(args)) => self.open_block(name, false, start, "switch(", args, "){"),
            ("case", Some(args)) => self.wrap(start, "case ", args, ":"),
            ("default", None) => self.out.push("default:", start),
            ("break" | "continue", None) => {
                self.out.push(name, start);
                self.out.push(";", start);
            }
            ("break", Some(args)) => self.wrap(start, "if(", args, "){break;}"),
            ("continue", Some(args)) => self.wrap(start, "if(", args, "){continue;}"),
            ("php", Some(args)) => self.wrap(start, "", args, ";"),
            ("include" | "includeIf" | "extends" | "component" | "includeIsolated", Some(args)) => {
                let call = if name == "includeIsolated" { COMPONENT } else { INCLUDE };
                self.wrap(start, &format!("{call}("), args, ");");
            }
            ("includeWhen" | "includeUnless", Some(args)) => self.include_when(name, start, args),
            ("each", Some(args)) => self.each(start, args),
            ("livewire", Some(args)) => self.wrap(start, &format!("{LIVE}("), args, ");"),
            ("inject", Some(args)) => self.inject(start, args),
            _ if name.starts_with("end") => self.close_block(name, start),
            _ if name.starts_with("else") => {
                if let Some(args) = args {
                    self.elseif(start, "array", args);
                } else {
                    self.next_arm(start, "}elseif(1){", true);
                }
            }
            _ => self.other(name, start, args),
        }
    }

    fn wrap(&mut self, start: usize, before: &str, args: (usize, usize), after: &str) {
        self.out.push(before, start);
        self.copy(args);
        self.out.push(after, args.1);
    }

    fn open_block(
        &mut self,
        name: &'a str,
        decides: bool,
        start: usize,
        before: &str,
        args: (usize, usize),
        after: &str,
    ) {
        self.wrap(start, before, args, after);
        self.blocks.push(Block { name, decides });
    }

    fn next_arm(&mut self, start: usize, code: &str, decides: bool) {
        if self.blocks.last().is_some_and(|block| block.decides || !decides && block.name == "forelse") {
            self.out.push(code, start);
        }
    }

    fn elseif(&mut self, start: usize, call: &str, args: (usize, usize)) {
        if self.blocks.last().is_some_and(|block| block.decides) {
            self.wrap(start, &format!("}}elseif({call}("), args, ")){");
        }
    }

    fn close_block(&mut self, name: &str, start: usize) {
        let opened = &name["end".len()..];
        let Some(depth) = self.blocks.iter().rposition(|block| block.name.eq_ignore_ascii_case(opened))
        else {
            return;
        };
        for _ in depth..self.blocks.len() {
            self.out.push("}", start);
        }
        self.blocks.truncate(depth);
    }

    fn include_when(&mut self, name: &str, start: usize, args: (usize, usize)) {
        let parts = split(self.text, args.0, args.1);
        let Some((cond, rest)) = parts.split_first() else { return };
        self.wrap(start, if name == "includeWhen" { "if(" } else { "if(!" }, *cond, "){");
        if let (Some(first), Some(last)) = (rest.first(), rest.last()) {
            self.wrap(start, &format!("{INCLUDE}("), (first.0, last.1), ");");
        }
        self.out.push("}", args.1);
    }

    /// `@each('orders.row', $orders, 'order')`
    fn each(&mut self, start: usize, args: (usize, usize)) {
        let parts = split(self.text, args.0, args.1);
        let [view, rows, item, ..] = parts[..] else { return };
        let item = self.text[item.0..item.1].trim().trim_matches(['\'', '"']);
        if item.is_empty() || !item.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return;
        }
        self.wrap(start, "foreach(", rows, &format!(" as ${item}){{"));
        self.wrap(start, &format!("{INCLUDE}("), view, ");}");
    }

    fn inject(&mut self, start: usize, args: (usize, usize)) {
        let parts = split(self.text, args.0, args.1);
        let [name, class, ..] = parts[..] else { return };
        let name = self.text[name.0..name.1].trim().trim_matches(['\'', '"']);
        if !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            self.wrap(start, &format!("${name}=app("), class, ");");
        }
    }

    /// A decision by name (`@can`, `@auth`), a block of the project's own, or a value.
    fn other(&mut self, name: &'a str, start: usize, args: Option<(usize, usize)>) {
        let is_block = !matches!(
            name,
            "section"
                | "push"
                | "slot"
                | "prepend"
                | "component"
                | "pushOnce"
                | "prependOnce"
                | "once"
                | "fragment"
                | "teleport"
                | "persist"
                | "script"
                | "assets"
                | "volt"
        ) && self.has_end(name);
        match (is_block, args) {
            (true, Some(args)) => self.open_block(name, true, start, "if(array(", args, ")){"),
            (true, None) => {
                self.out.push("if(1){", start);
                self.blocks.push(Block { name, decides: true });
            }
            (false, Some(args)) if is_known(name) || self.looks_like_php(args) => {
                self.wrap(start, "array(", args, ");");
            }
            _ => {}
        }
    }

    fn has_end(&self, name: &str) -> bool {
        const AHEAD: usize = 20_000;
        let end = (self.at + AHEAD).min(self.text.len());
        let ahead = &self.text.as_bytes()[self.at..end];
        let wanted = format!("@end{name}");
        ahead.windows(wanted.len()).any(|text| text.eq_ignore_ascii_case(wanted.as_bytes()))
    }

    fn looks_like_php(&self, (start, end): (usize, usize)) -> bool {
        let text = self.text[start..end].trim_start();
        text.starts_with(['$', '\'', '"', '['])
    }
}

/// Directives of Blade that take arguments, also after a space.
fn is_known(name: &str) -> bool {
    matches!(
        name,
        "foreach"
            | "forelse"
            | "for"
            | "while"
            | "if"
            | "elseif"
            | "unless"
            | "isset"
            | "empty"
            | "switch"
            | "case"
            | "php"
            | "include"
            | "includeIf"
            | "includeWhen"
            | "includeUnless"
            | "includeFirst"
            | "extends"
            | "component"
            | "each"
            | "section"
            | "yield"
            | "push"
            | "stack"
            | "can"
            | "cannot"
            | "canany"
            | "elsecan"
            | "auth"
            | "guest"
            | "error"
            | "lang"
            | "json"
            | "js"
            | "class"
            | "style"
            | "checked"
            | "selected"
            | "disabled"
            | "readonly"
            | "required"
            | "livewire"
            | "inject"
            | "props"
            | "aware"
            | "break"
            | "continue"
            | "env"
            | "session"
            | "choice"
            | "slot"
            | "method"
            | "dump"
            | "dd"
    )
}
