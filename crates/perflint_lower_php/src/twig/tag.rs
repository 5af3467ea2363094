//! Tags.

use super::Twig;
use super::lex::{Kind, Token, tokens};
use crate::blade::{COMPONENT, INCLUDE};
use crate::text::find;

impl<'a> Twig<'a> {
    pub(super) fn tag(&mut self, start: usize, end: usize) {
        let all = tokens(self.text, start, end);
        let Some((first, rest)) = all.split_first() else { return };
        let at = first.at;
        match first.text {
            "if" => {
                self.out.push("if(", at);
                self.expr_of(rest);
                self.out.push("){", end);
                self.blocks.push(("if", 1));
            }
            "elseif" if self.inside("if") => {
                self.out.push("}elseif(", at);
                self.expr_of(rest);
                self.out.push("){", end);
            }
            "else" if self.inside("if") => self.out.push("}else{", at),
            "else" if self.inside("for") => self.out.push("}if(1){", at),
            "for" => self.for_tag(rest, at, end),
            "set" => self.set_tag(rest, at, end),
            "include" => self.include_tag(rest, at, end),
            "embed" => {
                self.include_tag(rest, at, end);
                self.blocks.push(("embed", 0));
            }
            "extends" => {
                self.out.push(&format!("{INCLUDE}("), at);
                self.expr_of(rest);
                self.out.push(");", end);
            }
            "block" if rest.len() > 1 => {
                self.out.push("echo ", at);
                self.expr_of(&rest[1..]);
                self.out.push(";", end);
            }
            "macro" => self.macro_tag(rest, at, end),
            "import" | "from" => self.import_tag(first.text, rest),
            "do" | "print" | "render" => {
                self.out.push("array(", at);
                self.expr_of(rest);
                self.out.push(");", end);
            }
            "verbatim" => self.at = find(self.text, "endverbatim", self.at).unwrap_or(self.text.len()),
            name => {
                if let Some(opened) = name.strip_prefix("end") {
                    self.close(opened, at);
                }
            }
        }
    }

    fn inside(&self, name: &str) -> bool {
        self.blocks.last().is_some_and(|(open, _)| *open == name)
    }

    fn close(&mut self, name: &str, at: usize) {
        let Some(depth) = self.blocks.iter().rposition(|(open, _)| *open == name) else { return };
        let braces = self.blocks.drain(depth..).map(|(_, braces)| braces).sum();
        self.braces(braces, at);
        if name == "macro" {
            self.out.push(";", at);
        }
    }

    /// `for x in xs`, `for k, x in xs if y`
    fn for_tag(&mut self, rest: &[Token<'a>], at: usize, end: usize) {
        let Some(word) = rest.iter().position(|token| token.text == "in") else { return };
        let names: Vec<&str> =
            rest[..word].iter().filter(|token| token.kind == Kind::Name).map(|token| token.text).collect();
        let over = &rest[word + 1..];
        let cond = over
            .iter()
            .position(|token| token.text == "if")
            .filter(|_| !over.iter().any(|token| token.text == "?"));
        let (over, cond) = match cond {
            Some(at) => (&over[..at], &over[at + 1..]),
            None => (over, &[][..]),
        };
        let is_range = over.iter().any(|token| token.text == "..");
        self.out.push(if is_range { "foreach(range(" } else { "foreach(" }, at);
        self.expr_of(over);
        if is_range {
            self.out.push(")", end);
        }
        let target = match names[..] {
            [key, value] => format!(" as ${key}=>${value}){{"),
            [value, ..] => format!(" as ${value}){{"),
            [] => " as $_){".to_owned(),
        };
        self.out.push(&target, end);
        let mut braces = 1;
        if !cond.is_empty() {
            self.out.push("if(", end);
            self.expr_of(cond);
            self.out.push("){", end);
            braces += 1;
        }
        self.blocks.push(("for", braces));
    }

    /// `set x = y`, `set a, b = c, d`; without a value, the block that follows is it.
    fn set_tag(&mut self, rest: &[Token<'a>], at: usize, end: usize) {
        let Some(sign) = rest.iter().position(|token| token.text == "=") else {
            self.blocks.push(("set", 0));
            return;
        };
        let names: Vec<&str> =
            rest[..sign].iter().filter(|token| token.kind == Kind::Name).map(|token| token.text).collect();
        match names[..] {
            [name] => {
                self.out.push(&format!("${name}="), at);
                self.expr_of(&rest[sign + 1..]);
                self.out.push(";", end);
            }
            _ => {
                let targets: Vec<String> = names.iter().map(|name| format!("${name}")).collect();
                self.out.push(&format!("[{}]=[", targets.join(",")), at);
                self.expr_of(&rest[sign + 1..]);
                self.out.push("];", end);
            }
        }
    }

    /// `include x with y only`
    fn include_tag(&mut self, rest: &[Token<'a>], at: usize, end: usize) {
        let mut depth = 0usize;
        let mut word = |token: &Token<'a>, wanted: &str| {
            match token.text {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && token.kind == Kind::Name && token.text == wanted
        };
        let only = rest.last().is_some_and(|token| token.text == "only");
        let rest = if only { &rest[..rest.len() - 1] } else { rest };
        let with = rest.iter().position(|token| word(token, "with"));
        let (template, given) = match with {
            Some(at) => (&rest[..at], &rest[at + 1..]),
            None => (rest, &[][..]),
        };
        let template: Vec<Token<'a>> = match template {
            [first @ .., a, b] if a.text == "ignore" && b.text == "missing" => first.to_vec(),
            _ => template.to_vec(),
        };
        self.out.push(if only { COMPONENT } else { INCLUDE }, at);
        self.out.push("(", at);
        self.expr_of(&template);
        if !given.is_empty() {
            self.out.push(",", end);
            self.expr_of(given);
        }
        self.out.push(");", end);
    }

    /// A macro is a function that sees what it is given.
    fn macro_tag(&mut self, rest: &[Token<'a>], at: usize, end: usize) {
        let Some((name, params)) = rest.split_first() else { return };
        let mut names = Vec::new();
        let mut depth = 0usize;
        for (i, token) in params.iter().enumerate() {
            match token.text {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth = depth.saturating_sub(1),
                _ => {}
            }
            let before = i.checked_sub(1).map_or("", |before| params[before].text);
            if depth == 1 && token.kind == Kind::Name && matches!(before, "(" | ",") {
                names.push(format!("${}=null", token.text));
            }
        }
        self.out.push(&format!("${}=function({}){{", name.text, names.join(",")), at);
        let _ = end;
        self.blocks.push(("macro", 1));
    }

    /// `import _self as m` makes the template's own macros known under a name.
    fn import_tag(&mut self, tag: &str, rest: &[Token<'a>]) {
        if tag != "import" || rest.first().is_none_or(|token| token.text != "_self") {
            return;
        }
        if let [_, word, alias, ..] = rest
            && word.text == "as"
        {
            self.own.push(alias.text);
        }
    }
}
