//! Expressions of the templates that come from Java: SpEL and OGNL in Thymeleaf, EL in JSP, and FreeMarker's.
//!
//! They are read as one: what differs is told apart by the syntax at hand. An expression is lowered while it is read, weakest
//! operator first; what is not understood is passed over.

use crate::lex::{Kind, Token, tokens};
use crate::view::{View, pos};
use perflint_ir::{Arg, BinOp, GapKind, Lang, LocalId, OpId, OpKind, RegionKind, Shape, Slot, Span};
use perflint_syntax::guard;

/// How deep one expression nests before it is given up.
const MAX_NESTING: usize = 150;

/// Reads an expression in a range of the file.
pub(crate) struct El<'v, 'a> {
    view: &'v mut View<'a>,
    tokens: Vec<Token<'a>>,
    at: usize,
    depth: usize,
    freemarker: bool,
    /// What bare names are read from, if not the context: the object of a form, an element of a projection.
    root: Option<LocalId>,
}

/// The value of the expression in a range.
pub(crate) fn value(view: &mut View<'_>, start: usize, end: usize) -> OpId {
    El::new(view, start, end).all()
}

/// The value of the expression in a range whose bare names are attributes of a local.
pub(crate) fn value_of(view: &mut View<'_>, root: Option<LocalId>, start: usize, end: usize) -> OpId {
    let mut el = El::new(view, start, end);
    el.root = root;
    el.all()
}

impl<'v, 'a> El<'v, 'a> {
    /// Starts to read a range.
    pub(crate) fn new(view: &'v mut View<'a>, start: usize, end: usize) -> Self {
        let tokens = tokens(view.source.text, start, end);
        let freemarker = view.source.lang == Lang::Freemarker;
        Self { view, tokens, at: 0, depth: 0, freemarker, root: None }
    }

    /// The value of all that is left: of several expressions the first.
    fn all(mut self) -> OpId {
        let mut first = None;
        while self.at < self.tokens.len() {
            let before = self.at;
            let value = self.expr();
            first.get_or_insert(value);
            self.at = self.at.max(before + 1);
        }
        first.unwrap_or_else(|| self.view.unknown(&[], Span::default()))
    }

    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at).copied()
    }

    fn ahead(&self, by: usize) -> Option<Token<'a>> {
        self.tokens.get(self.at + by).copied()
    }

    fn sees(&self, text: &str) -> bool {
        self.peek().is_some_and(|token| token.is(text))
    }

    fn eat(&mut self, text: &str) -> bool {
        let seen = self.sees(text);
        self.at += usize::from(seen);
        seen
    }

    fn eat_any(&mut self, texts: &[&str]) -> bool {
        texts.iter().any(|text| self.eat(text))
    }

    fn here(&self) -> Span {
        self.peek().or_else(|| self.tokens.last().copied()).map_or_else(Span::default, |token| token.at)
    }

    /// An expression; `a ? b : c` and `a ?: b` bind weakest.
    pub(crate) fn expr(&mut self) -> OpId {
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
        let value = guard::deeper(|| self.choice());
        self.depth -= 1;
        value
    }

    fn choice(&mut self) -> OpId {
        let cond = self.any();
        let at = self.here();
        if self.eat("?:") {
            let other = self.arm(cond, 1, true, at);
            return self.view.join(&[cond, other], at);
        }
        if !self.sees("?") {
            return cond;
        }
        self.at += 1;
        let yes = self.arm(cond, 0, false, at);
        if !self.eat(":") {
            return yes;
        }
        let no = self.arm(cond, 1, true, at);
        self.view.join(&[yes, no], at)
    }

    /// An expression that is evaluated under a condition.
    fn arm(&mut self, cond: OpId, arm: u16, last: bool, at: Span) -> OpId {
        let before = self.view.region(RegionKind::Branch { cond, arm, last }, at);
        let value = self.expr();
        self.view.leave(before);
        value
    }

    fn any(&mut self) -> OpId {
        let mut lhs = self.both();
        loop {
            let at = self.here();
            if !self.eat_any(&["or", "||"]) {
                return lhs;
            }
            let before = self.view.region(RegionKind::Branch { cond: lhs, arm: 1, last: true }, at);
            let rhs = self.both();
            self.view.leave(before);
            lhs = self.view.join(&[lhs, rhs], at);
        }
    }

    fn both(&mut self) -> OpId {
        let mut lhs = self.comparison();
        loop {
            let at = self.here();
            if !self.eat_any(&["and", "&&"]) {
                return lhs;
            }
            let before = self.view.region(RegionKind::Branch { cond: lhs, arm: 0, last: false }, at);
            let rhs = self.comparison();
            self.view.leave(before);
            lhs = self.view.op(OpKind::Binary { op: BinOp::And, lhs, rhs }, at);
        }
    }

    fn comparison(&mut self) -> OpId {
        let mut lhs = self.sum();
        loop {
            let at = self.here();
            let op = match self.peek().filter(|token| token.kind != Kind::Str).map(|token| token.text) {
                Some("==" | "eq" | "=") => BinOp::Eq,
                Some("!=" | "ne" | "neq") => BinOp::Eq,
                Some("<" | ">" | "<=" | ">=" | "lt" | "gt" | "le" | "ge" | "lte" | "gte") => BinOp::Order,
                Some("instanceof" | "matches" | "between") => BinOp::Other,
                _ => return lhs,
            };
            let negated = ["!=", "ne", "neq"].iter().any(|text| self.sees(text));
            self.at += 1;
            let rhs = self.sum();
            lhs = self.view.op(OpKind::Binary { op, lhs, rhs }, at);
            if negated {
                lhs = self.view.op(OpKind::Not(lhs), at);
            }
        }
    }

    fn sum(&mut self) -> OpId {
        let mut lhs = self.unary();
        loop {
            let at = self.here();
            let op = match self.peek().filter(|token| token.kind != Kind::Str).map(|token| token.text) {
                Some("+") => BinOp::Add,
                Some("%" | "mod") => BinOp::Mod,
                Some("-" | "*" | "/" | "div" | "^") => BinOp::Other,
                Some("..") => return self.range(lhs, at),
                _ => return lhs,
            };
            self.at += 1;
            let rhs = self.unary();
            lhs = self.view.op(OpKind::Binary { op, lhs, rhs }, at);
        }
    }

    /// `1..n`, `0..<n`, `2..`
    fn range(&mut self, from: OpId, at: Span) -> OpId {
        self.at += 1;
        self.eat_any(&["<", "!", "*"]);
        let to = match self.peek() {
            Some(token) if starts_value(token) => self.unary(),
            _ => return self.view.unknown(&[from], at),
        };
        self.view.call("..", vec![pos(from), pos(to)], at)
    }

    fn unary(&mut self) -> OpId {
        let at = self.here();
        let (mut nots, mut empty, mut sign) = (0usize, false, false);
        loop {
            if self.eat("!") || self.sees("not") && self.eat("not") {
                nots += 1;
            } else if self.sees("empty") && self.ahead(1).is_some_and(starts_value) {
                self.at += 1;
                empty = true;
            } else if self.eat_any(&["-", "+"]) {
                sign = true;
            } else {
                break;
            }
        }
        let mut value = self.chain();
        if empty {
            value = self.view.call("el:empty", vec![pos(value)], at);
        }
        if sign {
            value = self.view.unknown(&[value], at);
        }
        for _ in 0..if nots == 0 { 0 } else { 2 - nots % 2 } {
            value = self.view.op(OpKind::Not(value), at);
        }
        value
    }

    /// A value with what is read from it.
    fn chain(&mut self) -> OpId {
        let mut value = self.primary();
        while let Some(token) = self.peek().filter(|token| token.kind == Kind::Mark) {
            value = match token.text {
                "." | "?." => match self.ahead(1) {
                    Some(next) if next.is("?") || next.is("!") || next.is("^") || next.is("$") => {
                        self.projection(value)
                    }
                    Some(name) if name.kind == Kind::Name => {
                        self.at += 2;
                        self.attribute(value, name)
                    }
                    Some(next) if next.is("[") && token.text == "." => {
                        self.at += 1;
                        continue;
                    }
                    _ => return value,
                },
                "[" => self.subscript(value),
                "(" => {
                    self.at += 1;
                    let args = self.arguments(")");
                    let kids: Vec<OpId> =
                        [value].into_iter().chain(args.iter().map(|arg| arg.value)).collect();
                    self.view.unknown(&kids, token.at)
                }
                "?" if self.freemarker => match self.ahead(1) {
                    Some(name) if name.kind == Kind::Name => {
                        self.at += 2;
                        self.builtin(value, name)
                    }
                    _ => return value,
                },
                "??" if self.freemarker => {
                    self.at += 1;
                    self.view.unknown(&[value], token.at)
                }
                "!" if self.freemarker => self.default(value, token.at),
                _ => return value,
            };
        }
        value
    }

    fn attribute(&mut self, base: OpId, name: Token<'a>) -> OpId {
        if !self.sees("(") {
            // What every collection tells without a method's brackets.
            if name.text == "empty" {
                return self.view.member(base, "isEmpty", Vec::new(), name.at);
            }
            return self.view.get(base, name.text, name.at);
        }
        self.at += 1;
        let args = self.arguments(")");
        self.view.member(base, name.text, args, name.at)
    }

    /// `x?size`, `x?join(", ")`
    fn builtin(&mut self, value: OpId, name: Token<'a>) -> OpId {
        let mut args = vec![pos(value)];
        if self.eat("(") {
            args.extend(self.arguments(")"));
        }
        self.view.call(&format!("?{}", name.text), args, name.at)
    }

    /// `x!`, `x!"none"`
    fn default(&mut self, value: OpId, at: Span) -> OpId {
        self.at += 1;
        let Some(next) = self.peek().filter(|next| starts_value(*next)) else { return value };
        // A default stands right behind its mark; what is further off belongs to something else.
        if next.at.start > at.end() + 1 {
            return value;
        }
        let other = self.chain_deeper();
        self.view.join(&[value, other], at)
    }

    fn chain_deeper(&mut self) -> OpId {
        if self.depth >= MAX_NESTING {
            return self.expr();
        }
        self.depth += 1;
        let value = guard::deeper(|| self.chain());
        self.depth -= 1;
        value
    }

    /// `xs.![name]`, `xs.?[open]`: an expression for each element.
    fn projection(&mut self, over: OpId) -> OpId {
        let at = self.here();
        let maps = self.ahead(1).is_some_and(|mark| mark.is("!"));
        self.at += 2;
        if !self.eat("[") {
            return self.view.unknown(&[over], at);
        }
        let item = self.view.temporary();
        let source = perflint_ir::LoopSource::Comprehension;
        let before = self.view.region(RegionKind::Loop { over, item, source }, at);
        let around = self.root.replace(item);
        let mut value = self.expr();
        self.root = around;
        self.eat("]");
        if !maps {
            value = self.view.local(item, at);
        }
        self.view.leave(before);
        self.view.make(Shape::List, vec![pos(value)], at)
    }

    fn subscript(&mut self, base: OpId) -> OpId {
        let at = self.here();
        self.at += 1;
        if let (Some(key), Some(end)) = (self.peek(), self.ahead(1))
            && key.kind == Kind::Str
            && end.is("]")
        {
            self.at += 2;
            return self.view.get(base, key.text, key.at);
        }
        let key = self.expr();
        self.eat("]");
        self.view.index(base, key, at)
    }

    /// Arguments up to the closing mark.
    pub(crate) fn arguments(&mut self, close: &str) -> Vec<Arg> {
        let mut args = Vec::new();
        while self.peek().is_some() && !self.eat(close) {
            let before = self.at;
            let slot = match (self.peek(), self.ahead(1)) {
                (Some(name), Some(mark)) if name.kind == Kind::Name && mark.is("=") => {
                    self.at += 2;
                    Slot::Key(self.view.file.sym(name.text))
                }
                _ => Slot::Pos,
            };
            args.push(Arg { slot, value: self.expr() });
            self.eat(",");
            self.at = self.at.max(before + 1);
        }
        args
    }

    fn primary(&mut self) -> OpId {
        let Some(token) = self.peek() else { return self.view.unknown(&[], Span::default()) };
        self.at += 1;
        match token.kind {
            Kind::Name => self.word(token),
            Kind::Int => self.view.op(OpKind::Int(token.text.parse().unwrap_or(i32::MAX)), token.at),
            Kind::Number => self.view.unknown(&[], token.at),
            Kind::Str => self.view.string(token.text, token.at),
            Kind::Mark => self.bracketed(token),
        }
    }

    fn word(&mut self, token: Token<'a>) -> OpId {
        let kind = match token.text {
            "true" => OpKind::Bool(true),
            "false" => OpKind::Bool(false),
            "null" => OpKind::Null,
            _ => return self.named(token),
        };
        self.view.op(kind, token.at)
    }

    fn named(&mut self, token: Token<'a>) -> OpId {
        let next = self.peek();
        if next.is_some_and(|next| next.is("->")) {
            return self.lambda(&[token.text], token.at);
        }
        // `fn:length(xs)`: a function of a library of tags.
        if let (Some(colon), Some(name), Some(open)) = (next, self.ahead(1), self.ahead(2))
            && colon.is(":")
            && name.kind == Kind::Name
            && open.is("(")
            && colon.at.start == token.at.end()
            && name.at.start == colon.at.end()
        {
            self.at += 3;
            let args = self.arguments(")");
            return self.view.call(&format!("{}:{}", token.text, name.text), args, name.at);
        }
        if next.is_some_and(|next| next.is("(")) {
            self.at += 1;
            let args = self.arguments(")");
            // A method of the object whose names are bare here, or a function or macro.
            return match self.root {
                Some(root) => {
                    let root = self.view.local(root, token.at);
                    self.view.member(root, token.text, args, token.at)
                }
                None => self.view.call(token.text, args, token.at),
            };
        }
        // What a page was told, by where it was put.
        if matches!(token.text, "requestScope" | "pageScope" | "sessionScope" | "applicationScope") {
            return self.view.context(token.at);
        }
        match self.root {
            Some(root) if self.view.find(token.text).is_none() => {
                let root = self.view.local(root, token.at);
                self.view.get(root, token.text, token.at)
            }
            _ => self.view.read(token.text, token.at),
        }
    }

    fn lambda(&mut self, params: &[&str], at: Span) -> OpId {
        self.at += 1;
        let body = self.view.open_closure(params, at);
        let value = self.expr();
        self.view.close_closure(body, value, at)
    }

    fn bracketed(&mut self, token: Token<'a>) -> OpId {
        match token.text {
            "(" => {
                if let Some(params) = self.parameters() {
                    return self.lambda(&params, token.at);
                }
                let value = self.expr();
                self.eat(")");
                value
            }
            "[" | "{" => self.literal(token),
            "#" => self.utility(token),
            "@" => match self.peek() {
                // A bean by its name, in Thymeleaf.
                Some(name) if name.kind == Kind::Name => {
                    self.at += 1;
                    let text = self.view.string(name.text, name.at);
                    self.view.call("el:bean", vec![pos(text)], name.at)
                }
                _ => self.view.unknown(&[], token.at),
            },
            "." if self.freemarker => {
                self.at += usize::from(self.peek().is_some_and(|next| next.kind == Kind::Name));
                self.view.unknown(&[], token.at)
            }
            _ => self.view.unknown(&[], token.at),
        }
    }

    /// The parameters of `(a, b) -> ..`, behind the bracket; the arrow is next.
    fn parameters(&mut self) -> Option<Vec<&'a str>> {
        let mut ahead = 0;
        let mut names = Vec::new();
        while let Some(token) = self.ahead(ahead) {
            ahead += 1;
            match token.kind {
                Kind::Name => names.push(token.text),
                Kind::Mark if token.text == "," => {}
                Kind::Mark if token.text == ")" => break,
                _ => return None,
            }
        }
        if !self.ahead(ahead).is_some_and(|arrow| arrow.is("->")) {
            return None;
        }
        self.at += ahead;
        Some(names)
    }

    /// A list, or a map.
    fn literal(&mut self, open: Token<'a>) -> OpId {
        let close = if open.text == "[" { "]" } else { "}" };
        let mut elements = Vec::new();
        let mut shape = Shape::List;
        while self.peek().is_some() && !self.eat(close) {
            let before = self.at;
            let slot = match (self.peek(), self.ahead(1)) {
                (Some(key), Some(colon))
                    if matches!(key.kind, Kind::Str | Kind::Name) && colon.is(":") && close == "}" =>
                {
                    self.at += 2;
                    shape = Shape::Map;
                    Slot::Key(self.view.file.sym(key.text))
                }
                _ => Slot::Pos,
            };
            elements.push(Arg { slot, value: self.expr() });
            self.eat_any(&[",", ":"]);
            self.at = self.at.max(before + 1);
        }
        self.view.make(shape, elements, open.at)
    }

    /// `#lists.size(xs)`, `#this`, `#strings`.
    fn utility(&mut self, token: Token<'a>) -> OpId {
        let Some(object) = self.peek().filter(|name| name.kind == Kind::Name) else {
            return self.view.unknown(&[], token.at);
        };
        self.at += 1;
        if object.text == "this"
            && let Some(root) = self.root
        {
            return self.view.local(root, object.at);
        }
        if let (Some(dot), Some(name), Some(open)) = (self.peek(), self.ahead(1), self.ahead(2))
            && dot.is(".")
            && name.kind == Kind::Name
            && open.is("(")
        {
            self.at += 3;
            let args = self.arguments(")");
            return self.view.call(&format!("#{}.{}", object.text, name.text), args, name.at);
        }
        self.view.unknown(&[], object.at)
    }
}

/// True if a value can start with this token.
fn starts_value(token: Token<'_>) -> bool {
    match token.kind {
        Kind::Mark => matches!(token.text, "(" | "[" | "{" | "#" | "@" | "-" | "!"),
        Kind::Name => !matches!(
            token.text,
            "and"
                | "or"
                | "eq"
                | "ne"
                | "neq"
                | "lt"
                | "gt"
                | "le"
                | "ge"
                | "lte"
                | "gte"
                | "div"
                | "mod"
                | "instanceof"
                | "as"
                | "in"
                | "then"
                | "using"
        ),
        _ => true,
    }
}
