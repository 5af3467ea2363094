//! Expressions.

use super::lex::{Kind, Token, tokens};
use super::{FILTER, Twig};
use crate::blade::INCLUDE;

/// How many filters of one expression are followed.
const MAX_FILTERS: usize = 64;

/// A bracket that is open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    /// The arguments of a call.
    Call,
    Group,
    List,
    Map,
}

/// An expression being translated.
struct Translation<'t, 'a> {
    tokens: &'t [Token<'a>],
    at: usize,
    pieces: Vec<(String, usize)>,
    open: Vec<(Open, usize)>,
    /// For each of them, and for what is outside of them, the conditions whose other side has not come yet.
    halves: Vec<usize>,
    /// The piece at which the operand starts that a filter would apply to.
    operand: usize,
    filters: usize,
    own: &'t [&'a str],
}

impl<'a> Twig<'a> {
    /// Appends the PHP of the expression in a range.
    pub(super) fn expr(&mut self, start: usize, end: usize) {
        let tokens = tokens(self.text, start, end);
        self.expr_of(&tokens);
    }

    pub(super) fn expr_of(&mut self, tokens: &[Token<'a>]) {
        let own = self.own.clone();
        let mut translation = Translation {
            tokens,
            at: 0,
            pieces: Vec::new(),
            open: Vec::new(),
            halves: vec![0],
            operand: 0,
            filters: 0,
            own: &own,
        };
        translation.run();
        if translation.pieces.is_empty() {
            translation.pieces.push(("null".to_owned(), tokens.first().map_or(self.at, |token| token.at)));
        }
        for (piece, at) in translation.pieces {
            self.out.push(&piece, at.min(self.text.len()));
        }
    }
}

impl<'a> Translation<'_, 'a> {
    fn peek(&self, ahead: usize) -> &'a str {
        self.tokens.get(self.at + ahead).map_or("", |token| token.text)
    }

    fn push(&mut self, text: impl Into<String>, at: usize) {
        self.pieces.push((text.into(), at));
    }

    fn run(&mut self) {
        while let Some(token) = self.tokens.get(self.at).copied() {
            self.at += 1;
            match token.kind {
                Kind::Name => self.name(token),
                Kind::Number | Kind::Str => {
                    self.key_or(token);
                }
                Kind::Mark => self.mark(token),
            }
        }
        let at = self.tokens.last().map_or(0, |token| token.at + token.text.len());
        while self.close(at) {}
        self.complete(at);
    }

    fn begin(&mut self, open: Open, start: usize) {
        self.open.push((open, start));
        self.halves.push(0);
    }

    /// Closes the innermost bracket; false if none is open.
    fn close(&mut self, at: usize) -> bool {
        let Some((open, start)) = self.open.pop() else { return false };
        self.complete(at);
        self.halves.pop();
        self.push(if matches!(open, Open::Call | Open::Group) { ")" } else { "]" }, at);
        self.operand = start;
        true
    }

    /// `a ? b` without another side.
    fn complete(&mut self, at: usize) {
        for _ in 0..self.halves.last_mut().map_or(0, std::mem::take) {
            self.push(":null", at);
        }
    }

    /// A literal; in a map, it may be a key.
    fn key_or(&mut self, token: Token<'a>) {
        self.operand = self.pieces.len();
        let text =
            if token.kind == Kind::Number { token.text.replace('_', "") } else { token.text.to_owned() };
        self.push(text, token.at);
    }

    fn name(&mut self, token: Token<'a>) {
        let next = self.peek(0);
        let in_map = matches!(self.open.last(), Some((Open::Map, _)));
        let in_call = matches!(self.open.last(), Some((Open::Call, _)));
        match token.text {
            "and" => self.push("&&", token.at),
            "or" => self.push("||", token.at),
            "xor" => self.push(" xor ", token.at),
            "not" if next == "in" => {
                self.at += 1;
                self.push("!=", token.at);
            }
            "not" => self.push("!", token.at),
            "in" | "matches" => self.push("==", token.at),
            "starts" | "ends" | "has" if matches!(next, "with" | "some" | "every") => {
                self.at += 1;
                self.push("==", token.at);
            }
            "is" => self.test(),
            "true" | "false" | "null" | "none" | "TRUE" | "FALSE" | "NULL" | "NONE" | "True" | "False"
            | "None" => {
                self.operand = self.pieces.len();
                self.push(
                    if token.text.eq_ignore_ascii_case("none") { "null" } else { token.text },
                    token.at,
                );
            }
            _ if in_map && next == ":" && self.starts_entry() => {
                self.push(format!("'{}'", token.text), token.at);
            }
            _ if in_call && matches!(next, "=" | ":") && self.starts_entry() => {
                self.at += 1;
                self.push(format!("{}:", token.text), token.at);
            }
            _ if next == "=>" => self.push(format!("fn(${}) ", token.text), token.at),
            "include" if next == "(" => self.call(INCLUDE, token.at),
            _ if next == "(" => self.call(token.text, token.at),
            _ if next == "." && self.own.contains(&token.text) && self.peek(2) == "(" => {
                let name = self.peek(1);
                self.at += 2;
                self.call(&format!("${name}"), token.at);
            }
            _ => {
                self.operand = self.pieces.len();
                self.push(format!("${}", token.text), token.at);
            }
        }
    }

    /// True where an entry of a map or an argument starts.
    fn starts_entry(&self) -> bool {
        let before = self.at.checked_sub(2).and_then(|at| self.tokens.get(at)).map_or("", |token| token.text);
        matches!(before, "{" | "," | "(")
    }

    fn call(&mut self, name: &str, at: usize) {
        self.operand = self.pieces.len();
        self.push(format!("{name}("), at);
        self.begin(Open::Call, self.operand);
        self.at += 1;
    }

    /// `is defined`, `is not same as(x)`: what is tested has been read, the test itself says nothing.
    fn test(&mut self) {
        if self.peek(0) == "not" {
            self.at += 1;
        }
        if matches!(self.peek(0), "same" | "divisible") {
            self.at += 1;
        }
        self.at += 1;
        if self.peek(0) == "(" {
            let mut depth = 0usize;
            while let Some(token) = self.tokens.get(self.at) {
                self.at += 1;
                match token.text {
                    "(" => depth += 1,
                    ")" => depth = depth.saturating_sub(1),
                    _ => {}
                }
                if depth == 0 {
                    break;
                }
            }
        }
    }

    fn mark(&mut self, token: Token<'a>) {
        match token.text {
            "." => self.attribute(token),
            "|" => self.filter(token),
            "~" => self.push(".", token.at),
            "//" => self.push("/", token.at),
            "..." => self.push("...", token.at),
            ".." => self.push(",", token.at),
            "(" => self.group(token),
            "[" => {
                let indexes = self.at >= 2
                    && self.tokens.get(self.at - 2).is_some_and(|before| {
                        matches!(before.text, ")" | "]") || before.kind == Kind::Name && !is_word(before.text)
                    });
                let start = if indexes { self.operand } else { self.pieces.len() };
                self.begin(Open::List, start);
                self.push("[", token.at);
            }
            "{" => {
                self.begin(Open::Map, self.pieces.len());
                self.push("[", token.at);
            }
            ")" | "]" | "}" => {
                self.close(token.at);
            }
            "?" => {
                if let Some(halves) = self.halves.last_mut() {
                    *halves += 1;
                }
                self.push("?", token.at);
            }
            ":" => match self.halves.last_mut() {
                Some(halves) if *halves > 0 => {
                    *halves -= 1;
                    self.push(":", token.at);
                }
                _ if matches!(self.open.last(), Some((Open::Map, _))) => self.push("=>", token.at),
                _ => self.push(":", token.at),
            },
            "," => {
                self.complete(token.at);
                self.push(",", token.at);
            }
            "+" | "-" | "*" | "/" | "%" | "**" | "<" | ">" | "<=" | ">=" | "==" | "!=" | "===" | "!=="
            | "<=>" | "??" | "?:" | "=>" | "=" => self.push(token.text, token.at),
            _ => {}
        }
    }

    /// `(`: a group, or the parameters of an arrow function.
    fn group(&mut self, token: Token<'a>) {
        let mut ahead = 0;
        while self.tokens.get(self.at + ahead).is_some_and(|t| t.kind == Kind::Name || t.text == ",") {
            ahead += 1;
        }
        if self.peek(ahead) == ")" && self.peek(ahead + 1) == "=>" {
            let names: Vec<&str> = self.tokens[self.at..self.at + ahead]
                .iter()
                .filter(|t| t.text != ",")
                .map(|t| t.text)
                .collect();
            let params: Vec<String> = names.iter().map(|name| format!("${name}")).collect();
            self.push(format!("fn({}) ", params.join(",")), token.at);
            self.at += ahead + 1;
            return;
        }
        self.begin(Open::Group, self.pieces.len());
        self.push("(", token.at);
    }

    /// `.name`, `.0`, `.name(..)`
    fn attribute(&mut self, token: Token<'a>) {
        let Some(next) = self.tokens.get(self.at).copied() else { return };
        match next.kind {
            Kind::Name => {
                self.at += 1;
                self.push("->", token.at);
                if self.peek(0) == "(" {
                    self.push(format!("{}(", next.text), next.at);
                    self.begin(Open::Call, self.operand);
                    self.at += 1;
                } else {
                    self.push(next.text, next.at);
                }
            }
            Kind::Number => {
                self.at += 1;
                self.push(format!("[{}]", next.text.replace('_', "")), next.at);
            }
            _ => {}
        }
    }

    /// `x|name`, `x|name(..)`: a call around what stands before.
    fn filter(&mut self, token: Token<'a>) {
        let Some(name) = self.tokens.get(self.at).copied().filter(|name| name.kind == Kind::Name) else {
            return;
        };
        self.at += 1;
        self.filters += 1;
        let called = self.peek(0) == "(";
        let start = self.operand.min(self.pieces.len());
        if self.filters > MAX_FILTERS {
            // What it is given is read on its own.
            if called {
                self.at += 1;
                self.begin(Open::Call, start);
                self.push("+array(", token.at);
            }
            return;
        }
        self.pieces.insert(start, (format!("{FILTER}{}(", name.text), name.at));
        if called {
            self.at += 1;
            self.begin(Open::Call, start);
            if self.peek(0) != ")" {
                self.push(",", token.at);
            }
        } else {
            self.push(")", token.at);
        }
        self.operand = start;
    }
}

fn is_word(text: &str) -> bool {
    matches!(text, "in" | "and" | "or" | "not" | "is" | "matches" | "with" | "if" | "else" | "b")
}
