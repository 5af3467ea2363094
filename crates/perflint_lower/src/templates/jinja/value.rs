//! What expressions start with: names, literals, and what stands in brackets.

use super::Template;
use super::expr::is;
use super::lex::{Kind, Token};
use perflint_ir::{Arg, OpId, OpKind, Shape, Slot, Span};

impl<'a> Template<'a> {
    pub(super) fn primary(&mut self) -> OpId {
        let Some(token) = self.next() else {
            let at = self.here_span();
            return self.here.body.unknown(&[], at);
        };
        match token.kind {
            Kind::Name => self.word(token),
            Kind::Int => {
                let value = token.text.parse().unwrap_or(i32::MAX);
                self.op(OpKind::Int(value), token.span)
            }
            Kind::Str => {
                let sym = self.file.sym(token.text);
                self.op(OpKind::Str(sym), token.span)
            }
            Kind::Float => self.here.body.unknown(&[], token.span),
            Kind::Mark => self.bracketed(token),
        }
    }

    fn word(&mut self, token: Token<'a>) -> OpId {
        let kind = match token.text {
            "true" | "True" => OpKind::Bool(true),
            "false" | "False" => OpKind::Bool(false),
            "none" | "None" => OpKind::Null,
            name => return self.read_name(name, token.span),
        };
        self.op(kind, token.span)
    }

    /// A local, a macro, or an attribute of the context.
    pub(super) fn read_name(&mut self, name: &'a str, at: Span) -> OpId {
        if let Some(local) = self.here.names.get(name) {
            let local = *local;
            return self.op(OpKind::Local(local), at);
        }
        let sym = self.file.sym(name);
        match self.here.context {
            Some(context) if !self.macros.contains(name) => {
                let base = self.op(OpKind::Local(context), at);
                self.op(OpKind::Get { base, name: sym }, at)
            }
            _ => self.op(OpKind::Name(sym), at),
        }
    }

    /// What starts with a mark: a list, a map, parentheses, a sign.
    fn bracketed(&mut self, token: Token<'a>) -> OpId {
        match token.text {
            "[" => self.list("]", Shape::List, token.span),
            "(" => self.list(")", Shape::Tuple, token.span),
            "{" => self.map(token.span),
            "-" if self.peek().is_some_and(|next| next.kind == Kind::Int) => {
                let value = self.next().and_then(|next| next.text.parse::<i32>().ok());
                self.op(OpKind::Int(value.map_or(i32::MIN, |value| -value)), token.span)
            }
            "-" | "+" => {
                while self.eat("-") || self.eat("+") {}
                let value = self.chain();
                self.here.body.unknown(&[value], token.span)
            }
            _ => self.here.body.unknown(&[], token.span),
        }
    }

    /// Elements up to the closing mark. Parentheses around a single expression are nothing of their own.
    fn list(&mut self, close: &str, shape: Shape, at: Span) -> OpId {
        let mut elements = Vec::new();
        let mut commas = false;
        while self.peek().is_some() && !self.eat(close) {
            let before = self.at;
            elements.push(Arg { slot: Slot::Pos, value: self.expr() });
            commas |= self.eat(",");
            self.at = self.at.max(before + 1);
        }
        match elements[..] {
            [single] if shape == Shape::Tuple && !commas => single.value,
            _ => self.here.body.make(shape, elements, at),
        }
    }

    fn map(&mut self, at: Span) -> OpId {
        let mut elements = Vec::new();
        while self.peek().is_some() && !self.eat("}") {
            let before = self.at;
            let slot = match self.peek() {
                Some(key) if key.kind == Kind::Str && is(self.peek_at(1), ":") => {
                    self.at += 1;
                    Slot::Key(self.file.sym(key.text))
                }
                _ => {
                    self.expr();
                    Slot::Pos
                }
            };
            self.eat(":");
            elements.push(Arg { slot, value: self.expr() });
            self.eat(",");
            self.at = self.at.max(before + 1);
        }
        self.here.body.make(Shape::Map, elements, at)
    }
}
