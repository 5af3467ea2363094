//! Go's `html/template` and `text/template`.
//!
//! `.` is the context, or what a block around sets it to; a field is called if it is a method. `{{define}}` and `{{block}}` are parts,
//! which every file can call by their names.

use crate::lex::{Kind, Token, string, tokens};
use crate::view::{View, pos};
use memchr::memmem;
use perflint_ir::{Arg, FileIr, GapKind, OpId, OpKind, RegionKind, Span};
use perflint_syntax::{Source, guard};

/// The name of what `.` is in a block.
const DOT: &str = "\u{0}dot";
/// How deep parentheses nest.
const MAX_NESTING: usize = 150;

pub(crate) fn lower(source: Source<'_>) -> FileIr {
    let mut walk = Go {
        view: View::new(source),
        text: source.text,
        tags: Vec::new(),
        tokens: Vec::new(),
        at: 0,
        depth: 0,
    };
    let bytes = source.text.as_bytes();
    let mut at = 0;
    while let Some(found) = memmem::find(&bytes[at..], b"{{") {
        let open = at + found;
        let Some(close) = action_end(source.text, open + 2) else { break };
        walk.action(open, close);
        at = (close + 2).min(bytes.len());
    }
    walk.view.finish()
}

/// Where the action that starts here ends: comments and strings respected.
fn action_end(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let inner = text[start..].trim_start_matches('-').trim_start();
    if inner.starts_with("/*") {
        let from = text.len() - inner.len();
        let end = from + memmem::find(&bytes[from..], b"*/")?;
        return memmem::find(&bytes[end..], b"}}").map(|len| end + len);
    }
    let mut at = start;
    while at < bytes.len() {
        match bytes[at] {
            b'"' | b'`' => {
                let len = string(&text[at..]).0;
                // A quote without an end is a mistake: the action ends with its braces.
                if at + len >= bytes.len() {
                    break;
                }
                at += len;
            }
            b'}' if bytes.get(at + 1) == Some(&b'}') => return Some(at),
            _ => at += 1,
        }
    }
    memmem::find(&bytes[start..], b"}}").map(|len| start + len)
}

struct Go<'a> {
    view: View<'a>,
    text: &'a str,
    /// The tags of the blocks that `{{end}}` closes.
    tags: Vec<&'a str>,
    tokens: Vec<Token<'a>>,
    at: usize,
    depth: usize,
}

impl<'a> Go<'a> {
    fn action(&mut self, open: usize, close: usize) {
        let at = View::at(open, close + 2);
        let mut start = open + 2;
        if self.text[start..close].starts_with("- ") || self.text[start..close].starts_with("-\n") {
            start += 1;
        }
        let end = if self.text[start..close].ends_with('-') { close - 1 } else { close };
        if self.text[start..end].trim_start().starts_with("/*") {
            return;
        }
        self.tokens = tokens(self.text, start, end);
        self.at = 0;
        self.depth = 0;
        let Some(first) = self.peek() else { return };
        let word = if first.kind == Kind::Name { first.text } else { "" };
        if matches!(word, "if" | "range" | "with" | "block" | "define" | "template" | "end" | "else") {
            self.at += 1;
        }
        match word {
            "if" => {
                let cond = self.pipeline();
                self.view.when("if", cond, at);
                self.tags.push("if");
            }
            "range" => self.range(at),
            "with" => {
                let (value, place) = self.declared();
                self.view.when("with", value, at);
                self.tags.push("with");
                self.dot_is(value, place);
            }
            "else" => self.other(at),
            "end" => {
                if let Some(tag) = self.tags.pop() {
                    self.view.end(tag);
                }
            }
            "define" | "block" => self.part(word, at),
            "template" => {
                self.call_template(at);
            }
            "break" | "continue" => {}
            _ => {
                self.declared();
            }
        }
    }

    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at).copied()
    }

    fn ahead(&self, by: usize) -> Option<Token<'a>> {
        self.tokens.get(self.at + by).copied()
    }

    fn eat(&mut self, text: &str) -> bool {
        let seen = self.peek().is_some_and(|token| token.is(text));
        self.at += usize::from(seen);
        seen
    }

    fn here(&self) -> Span {
        self.peek().or_else(|| self.tokens.last().copied()).map_or_else(Span::default, |token| token.at)
    }

    fn dot_is(&mut self, value: OpId, at: Span) {
        self.view.declare(DOT, value, at);
    }

    fn dot(&mut self, at: Span) -> OpId {
        match self.view.find(DOT) {
            Some(local) => self.view.local(local, at),
            None => self.view.context(at),
        }
    }

    /// `$i, $o := .Orders`: the elements.
    fn range(&mut self, at: Span) {
        let names = self.names();
        let over = self.pipeline();
        let item = self.view.each("range", over, None, at);
        self.tags.push("range");
        self.view.name_local(DOT, item);
        match names[..] {
            [only] => self.view.name_local(only, item),
            [key, value, ..] => {
                self.view.name_local(value, item);
                let unknown = self.view.unknown(&[], at);
                self.view.declare(key, unknown, at);
            }
            [] => {}
        }
    }

    /// The variables before `:=` or `=`.
    fn names(&mut self) -> Vec<&'a str> {
        let mut names = Vec::new();
        let mut ahead = 0;
        while let Some(name) = self.ahead(ahead).filter(|token| token.text.starts_with('$')) {
            names.push(name.text);
            match self.ahead(ahead + 1).map(|token| token.text) {
                Some(",") => ahead += 2,
                Some(":=" | "=") => {
                    self.at += ahead + 2;
                    return names;
                }
                _ => break,
            }
        }
        Vec::new()
    }

    /// A pipeline whose value may get a name.
    fn declared(&mut self) -> (OpId, Span) {
        let place = self.here();
        let declares = self.tokens.iter().take(4).any(|token| token.is(":="));
        let names = self.names();
        let value = self.pipeline();
        if let [name] = names[..] {
            if declares {
                self.view.declare(name, value, place);
            } else {
                self.view.assign(name, value, place);
            }
        }
        (value, place)
    }

    /// `{{else}}`, `{{else if ..}}`, `{{else with ..}}`
    fn other(&mut self, at: Span) {
        if !self.eat("if") && !self.eat("with") {
            self.view.otherwise(None, at);
            return;
        }
        self.view.between_arms();
        let cond = self.pipeline();
        self.view.otherwise(Some(cond), at);
    }

    /// `{{define "row"}}`, `{{block "row" .}}`
    fn part(&mut self, word: &'a str, at: Span) {
        let name = self.peek().filter(|token| token.kind == Kind::Str);
        if word == "block" {
            self.call_template(at);
        }
        self.tags.push(word);
        match name {
            Some(name) => self.view.part(word, name.text, &[], at),
            None => self.view.plain(word),
        }
    }

    /// `{{template "row" .Order}}`
    fn call_template(&mut self, at: Span) {
        let Some(name) = self.peek().filter(|token| token.kind == Kind::Str) else { return };
        self.at += 1;
        let given = if self.peek().is_some() { self.pipeline() } else { self.view.op(OpKind::Null, at) };
        let name = self.view.string(name.text, name.at);
        self.view.call("go:template", vec![pos(name), pos(given)], at);
    }

    /// `.Orders | limit 3`: what stands before is the last argument of what follows.
    fn pipeline(&mut self) -> OpId {
        let at = self.here();
        if self.depth >= MAX_NESTING {
            if self.depth == MAX_NESTING {
                self.depth += 1;
                self.view.file.gap(GapKind::Depth, at);
            }
            self.at = self.tokens.len();
            return self.view.unknown(&[], at);
        }
        self.depth += 1;
        let value = guard::deeper(|| self.piped());
        self.depth = self.depth.min(MAX_NESTING).saturating_sub(1);
        value
    }

    fn piped(&mut self) -> OpId {
        let mut value = self.command(None);
        while self.eat("|") {
            value = self.command(Some(value));
        }
        value
    }

    /// A function or method with its arguments, or a value.
    fn command(&mut self, piped: Option<OpId>) -> OpId {
        let Some(token) = self.peek() else { return self.view.unknown(&[], Span::default()) };
        if token.kind == Kind::Name && !token.text.starts_with('$') && !is_literal(token.text) {
            self.at += 1;
            return self.function(token, piped);
        }
        let value = self.operand(true, piped);
        self.skip_to_pipe();
        value
    }

    fn skip_to_pipe(&mut self) {
        while self.peek().is_some_and(|token| !matches!(token.text, "|" | ")")) {
            self.at += 1;
        }
    }

    fn function(&mut self, name: Token<'a>, piped: Option<OpId>) -> OpId {
        // A function without arguments whose result is looked into: `.` follows at once.
        let mut args = Vec::new();
        if matches!(name.text, "and" | "or") {
            return self.logic(name, piped);
        }
        while self.starts_operand() {
            args.push(pos(self.operand(false, None)));
        }
        args.extend(piped.map(pos));
        let negates = name.text == "not";
        if let ("index", [base, key, ..]) = (name.text, &args[..]) {
            let (base, key) = (base.value, key.value);
            return self.view.index(base, key, name.at);
        }
        if let (true, [only]) = (negates, &args[..]) {
            let only = only.value;
            return self.view.op(OpKind::Not(only), name.at);
        }
        self.view.call(&format!("go:{}", name.text), args, name.at)
    }

    /// `and a b`, `or a b`: what comes later is evaluated if the first did not tell.
    fn logic(&mut self, name: Token<'a>, piped: Option<OpId>) -> OpId {
        let mut values = Vec::new();
        if self.starts_operand() {
            values.push(self.operand(false, None));
        }
        let or = name.text == "or";
        while self.starts_operand() {
            let Some(cond) = values.first().copied() else { break };
            let region = RegionKind::Branch { cond, arm: u16::from(or), last: or };
            let before = self.view.region(region, name.at);
            values.push(self.operand(false, None));
            self.view.leave(before);
        }
        values.extend(piped);
        self.view.join(&values, name.at)
    }

    fn starts_operand(&self) -> bool {
        self.peek().is_some_and(|token| match token.kind {
            Kind::Mark => matches!(token.text, "." | "(" | "-"),
            _ => true,
        })
    }

    /// A value with its fields. The last field takes the arguments that follow, where it is a command of its own.
    fn operand(&mut self, takes_args: bool, piped: Option<OpId>) -> OpId {
        let Some(token) = self.peek() else { return self.view.unknown(&[], Span::default()) };
        self.at += 1;
        let mut value = match token.kind {
            Kind::Int => self.view.op(OpKind::Int(token.text.parse().unwrap_or(i32::MAX)), token.at),
            Kind::Number => self.view.unknown(&[], token.at),
            Kind::Str => self.view.string(token.text, token.at),
            Kind::Name if token.text == "$" => self.view.context(token.at),
            Kind::Name if token.text.starts_with('$') => self.view.read(token.text, token.at),
            Kind::Name => match token.text {
                "true" => self.view.op(OpKind::Bool(true), token.at),
                "false" => self.view.op(OpKind::Bool(false), token.at),
                "nil" => self.view.op(OpKind::Null, token.at),
                name => self.view.call(&format!("go:{name}"), Vec::new(), token.at),
            },
            Kind::Mark if token.text == "(" => {
                let value = self.pipeline();
                self.eat(")");
                value
            }
            Kind::Mark if token.text == "." => {
                let dot = self.dot(token.at);
                match self.peek() {
                    Some(name) if name.kind == Kind::Name && name.at.start == token.at.end() => {
                        self.at -= 1;
                        dot
                    }
                    _ => return dot,
                }
            }
            Kind::Mark => self.view.unknown(&[], token.at),
        };
        let mut end = token.at.end();
        if token.kind == Kind::Mark && token.text == "." {
            end = token.at.start;
        }
        if token.text == "(" {
            end = self.tokens.get(self.at.saturating_sub(1)).map_or(end, |close| close.at.end());
        }
        while let (Some(dot), Some(name)) = (self.peek(), self.ahead(1))
            && dot.is(".")
            && name.kind == Kind::Name
            && dot.at.start == end
            && name.at.start == dot.at.end()
        {
            self.at += 2;
            end = name.at.end();
            let more = self.peek().is_some_and(|next| next.is(".") && next.at.start == end);
            let args = takes_args && !more && (piped.is_some() || self.starts_operand());
            value = if args {
                self.method(value, name, piped)
            } else {
                self.view.auto(value, name.text, name.at)
            };
        }
        value
    }

    fn method(&mut self, recv: OpId, name: Token<'a>, piped: Option<OpId>) -> OpId {
        let mut args: Vec<Arg> = Vec::new();
        while self.starts_operand() {
            args.push(pos(self.operand(false, None)));
        }
        args.extend(piped.map(pos));
        self.view.member(recv, name.text, args, name.at)
    }
}

fn is_literal(text: &str) -> bool {
    matches!(text, "true" | "false" | "nil")
}
