//! Expressions: lowered while they are read, weakest operator first.

use super::lex::{Kind, Token};
use super::{MAX_NESTING, Template};
use crate::guard;
use perflint_ir::{Arg, BinOp, CallForm, Callee, GapKind, OpId, OpKind, RegionKind, Slot, Span};

/// How many tokens the first value of `a if b else c` may have.
const MAX_LOOKAHEAD: usize = 512;

impl<'a> Template<'a> {
    pub(super) fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at).copied()
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Option<Token<'a>> {
        self.tokens.get(self.at + ahead).copied()
    }

    pub(super) fn next(&mut self) -> Option<Token<'a>> {
        let token = self.peek()?;
        self.at += 1;
        Some(token)
    }

    /// True if the next token is this mark or keyword.
    pub(super) fn sees(&self, text: &str) -> bool {
        is(self.peek(), text)
    }

    pub(super) fn eat(&mut self, text: &str) -> bool {
        let seen = self.sees(text);
        self.at += usize::from(seen);
        seen
    }

    /// The next token if it is a name.
    pub(super) fn name(&mut self) -> Option<Token<'a>> {
        let token = self.peek().filter(|token| token.kind == Kind::Name)?;
        self.at += 1;
        Some(token)
    }

    /// The next two tokens if they are `name =`.
    pub(super) fn key(&mut self) -> Option<Token<'a>> {
        let token = self.peek().filter(|token| token.kind == Kind::Name)?;
        if !is(self.peek_at(1), "=") {
            return None;
        }
        self.at += 2;
        Some(token)
    }

    /// Where the next token stands, or the last one.
    pub(super) fn here_span(&self) -> Span {
        self.peek().or(self.tokens.last().copied()).map(|token| token.span).unwrap_or_default()
    }

    /// A whole expression: `a if b else c` and everything stronger.
    pub(super) fn expr(&mut self) -> OpId {
        if self.depth >= MAX_NESTING {
            return self.give_up();
        }
        self.depth += 1;
        let value = guard::deeper(|| match self.ternary_test() {
            Some(test) => self.ternary(test),
            None => self.any_of(),
        });
        self.depth -= 1;
        value
    }

    fn give_up(&mut self) -> OpId {
        let at = self.here_span();
        self.file.gap(GapKind::Depth, at);
        self.at = self.tokens.len();
        self.here.body.unknown(&[], at)
    }

    /// The position of the `if` of a conditional expression that starts here.
    fn ternary_test(&self) -> Option<usize> {
        let mut nesting = 0usize;
        for (position, token) in self.tokens.iter().enumerate().skip(self.at).take(MAX_LOOKAHEAD) {
            match (token.kind, token.text) {
                (Kind::Mark, "(" | "[" | "{") => nesting += 1,
                (Kind::Mark, ")" | "]" | "}") => nesting = nesting.checked_sub(1)?,
                (Kind::Mark, ",") if nesting == 0 => return None,
                (Kind::Name, "else") if nesting == 0 => return None,
                (Kind::Name, "if") if nesting == 0 => return Some(position),
                _ => {}
            }
        }
        None
    }

    /// The condition is evaluated first, though it stands second.
    fn ternary(&mut self, test: usize) -> OpId {
        let (start, at) = (self.at, self.here_span());
        self.at = test + 1;
        let cond = self.any_of();
        let after = self.at;
        self.at = start;
        let outside = self.here.body.enter(RegionKind::Branch { cond, arm: 0, last: false }, at);
        let then = self.any_of();
        self.here.body.leave(outside);
        self.at = after;
        if !self.eat("else") {
            return self.here.body.join(&[then], at);
        }
        let at = self.here_span();
        self.here.body.enter(RegionKind::Branch { cond, arm: 1, last: true }, at);
        let otherwise = self.expr();
        self.here.body.leave(outside);
        self.here.body.join(&[then, otherwise], at)
    }

    /// `a or b`
    pub(super) fn any_of(&mut self) -> OpId {
        self.choice("or", Self::all_of)
    }

    fn all_of(&mut self) -> OpId {
        self.choice("and", Self::negation)
    }

    fn choice(&mut self, word: &str, operand: fn(&mut Self) -> OpId) -> OpId {
        let at = self.here_span();
        let first = operand(self);
        if !self.sees(word) {
            return first;
        }
        let mut values = vec![first];
        while self.eat(word) {
            let cond = values[values.len() - 1];
            let at = self.here_span();
            let or = word == "or";
            let arm = RegionKind::Branch { cond, arm: u16::from(or), last: or };
            let outside = self.here.body.enter(arm, at);
            values.push(operand(self));
            self.here.body.leave(outside);
        }
        self.here.body.join(&values, at)
    }

    fn negation(&mut self) -> OpId {
        let at = self.here_span();
        let mut count = 0usize;
        while self.eat("not") {
            count += 1;
        }
        let mut value = self.comparison();
        // An even number of `not` is as two of them, an odd one as one.
        let kept = if count == 0 { 0 } else { 2 - count % 2 };
        for _ in 0..kept {
            value = self.op(OpKind::Not(value), at);
        }
        value
    }

    fn comparison(&mut self) -> OpId {
        let mut lhs = self.sum();
        while let Some(token) = self.peek() {
            let op = match token.text {
                _ if token.kind == Kind::Str => break,
                "==" | "!=" => BinOp::Eq,
                "<" | ">" | "<=" | ">=" => BinOp::Order,
                "in" => BinOp::In,
                "not" if is(self.peek_at(1), "in") => {
                    self.at += 1;
                    BinOp::In
                }
                "is" => {
                    self.at += 1;
                    lhs = self.test(lhs, token.span);
                    continue;
                }
                _ => break,
            };
            self.at += 1;
            let rhs = self.sum();
            lhs = self.op(OpKind::Binary { op, lhs, rhs }, token.span);
            if matches!(token.text, "!=" | "not") {
                lhs = self.op(OpKind::Not(lhs), token.span);
            }
        }
        lhs
    }

    /// `x is defined`, `x is divisibleby 3`.
    fn test(&mut self, value: OpId, at: Span) -> OpId {
        self.eat("not");
        self.name();
        if self.peek().is_some_and(|token| token.kind != Kind::Name && starts_value(token)) {
            let other = self.sum();
            return self.here.body.unknown(&[value, other], at);
        }
        self.here.body.unknown(&[value], at)
    }

    /// Arithmetic and concatenation, from left to right: which binds stronger does not matter here.
    fn sum(&mut self) -> OpId {
        let mut lhs = self.filtered();
        while let Some(token) = self.peek().filter(|token| token.kind == Kind::Mark) {
            let op = match token.text {
                "+" | "~" => BinOp::Add,
                "%" => BinOp::Mod,
                "-" | "*" | "/" | "//" | "**" => BinOp::Other,
                _ => break,
            };
            self.at += 1;
            let rhs = self.filtered();
            lhs = self.op(OpKind::Binary { op, lhs, rhs }, token.span);
        }
        lhs
    }

    /// A value with its filters: `a.b|join(', ')`, `a.b|join:", "`.
    pub(super) fn filtered(&mut self) -> OpId {
        let mut value = self.chain();
        while self.sees("|") {
            self.at += 1;
            let Some(filter) = self.name() else { break };
            value = self.filter(filter, value);
            value = self.links(value, filter.span);
        }
        value
    }

    pub(super) fn filter(&mut self, filter: Token<'a>, value: OpId) -> OpId {
        let mut args = vec![Arg { slot: Slot::Pos, value }];
        if self.eat("(") {
            self.arguments(&mut args);
        } else if self.eat(":") {
            args.push(Arg { slot: Slot::Pos, value: self.chain() });
        }
        let name = self.file.sym(&format!("|{}", filter.text));
        let callee = self.op(OpKind::Name(name), filter.span);
        self.here.body.call(Callee::Value(callee), args, CallForm::Tag, filter.span)
    }

    /// A name or literal with what is read from it.
    pub(super) fn chain(&mut self) -> OpId {
        let at = self.here_span();
        let value = self.primary();
        self.links(value, at)
    }

    /// `.name`, `.0`, `[key]` and `(args)`. Without an explicit call the template engine calls what it can.
    fn links(&mut self, mut value: OpId, start: Span) -> OpId {
        let explicit = self.chain_calls();
        while let Some(token) = self.peek().filter(|token| token.kind == Kind::Mark) {
            value = match token.text {
                "." => match self.peek_at(1) {
                    Some(name) if name.kind == Kind::Name => {
                        self.at += 2;
                        self.attribute(value, name, explicit)
                    }
                    Some(index) if matches!(index.kind, Kind::Int | Kind::Float) => {
                        self.at += 1;
                        let key = self.primary();
                        self.op(OpKind::Index { base: value, key }, index.span)
                    }
                    _ => break,
                },
                "[" => {
                    self.at += 1;
                    self.subscript(value, token.span)
                }
                "(" => {
                    self.at += 1;
                    self.call(Callee::Value(value), start)
                }
                _ => break,
            };
        }
        value
    }

    /// True if a call stands in the links that follow.
    fn chain_calls(&self) -> bool {
        let mut nesting = 0usize;
        let mut after_dot = false;
        for token in self.tokens.iter().skip(self.at) {
            match (token.kind, token.text) {
                (Kind::Mark, "(") if nesting == 0 => return true,
                (Kind::Mark, "(" | "[") => nesting += 1,
                (Kind::Mark, ")" | "]") if nesting > 0 => nesting -= 1,
                (Kind::Mark, ".") if nesting == 0 => {}
                _ if nesting > 0 || after_dot => {}
                _ => return false,
            }
            after_dot = nesting == 0 && token.text == "." && token.kind == Kind::Mark;
        }
        false
    }

    fn attribute(&mut self, base: OpId, name: Token<'a>, explicit: bool) -> OpId {
        let sym = self.file.sym(name.text);
        if self.sees("(") {
            self.at += 1;
            return self.call(Callee::Member { recv: base, name: sym }, name.span);
        }
        let value = self.op(OpKind::Get { base, name: sym }, name.span);
        if explicit {
            return value;
        }
        self.here.body.call(Callee::Value(value), Vec::new(), CallForm::Auto, name.span)
    }

    /// A call whose `(` has been read.
    fn call(&mut self, callee: Callee, start: Span) -> OpId {
        let mut args = Vec::new();
        let end = self.arguments(&mut args);
        self.here.body.call(callee, args, CallForm::Plain, Span::new(start.start, end.max(start.end())))
    }

    /// Arguments up to the closing parenthesis; returns where it ends.
    pub(super) fn arguments(&mut self, args: &mut Vec<Arg>) -> u32 {
        while let Some(token) = self.peek() {
            if self.eat(")") {
                return token.span.end();
            }
            let before = self.at;
            let slot = if self.eat("**") {
                Slot::KeyRest
            } else if self.eat("*") {
                Slot::Rest
            } else if let Some(key) = self.key() {
                Slot::Key(self.file.sym(key.text))
            } else {
                Slot::Pos
            };
            args.push(Arg { slot, value: self.expr() });
            self.eat(",");
            self.at = self.at.max(before + 1);
        }
        0
    }

    fn subscript(&mut self, base: OpId, at: Span) -> OpId {
        let first = if self.sees(":") { OpId::NONE } else { self.expr() };
        if !self.eat(":") {
            self.eat("]");
            return self.op(OpKind::Index { base, key: first }, at);
        }
        let limit = if self.sees("]") || self.sees(":") { OpId::NONE } else { self.expr() };
        if self.eat(":") && !self.sees("]") {
            self.expr();
        }
        self.eat("]");
        self.op(OpKind::Slice { base, limit }, at)
    }
}

/// True if a value can start with this token.
pub(super) fn starts_value(token: Token<'_>) -> bool {
    token.kind != Kind::Mark || matches!(token.text, "(" | "[" | "{" | "-")
}

pub(super) fn is(token: Option<Token<'_>>, text: &str) -> bool {
    token.is_some_and(|token| token.kind != Kind::Str && token.text == text)
}
