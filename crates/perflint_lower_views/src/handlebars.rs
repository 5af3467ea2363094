//! Handlebars, and Mustache as far as it is the same.
//!
//! A path is read from the element of the block around it, not from what is further out; `../` goes out by one. What has arguments
//! or is no block of the language is a helper.

use crate::lex::string;
use crate::view::{View, pos};
use memchr::{memchr, memmem};
use perflint_ir::{Arg, FileIr, GapKind, OpId, OpKind, Slot, Span};
use perflint_syntax::{Source, guard};
use rustc_hash::FxHashMap;

/// How deep parentheses nest.
const MAX_NESTING: usize = 150;

pub(crate) fn lower(source: Source<'_>) -> FileIr {
    let mut walk = Bars {
        view: View::new(source),
        text: source.text,
        levels: Vec::new(),
        open: FxHashMap::default(),
        dots: Vec::new(),
        at: 0,
        end: 0,
        depth: 0,
    };
    let bytes = source.text.as_bytes();
    let mut at = 0;
    // What ends no more: comments, raw values, tags.
    let mut over = [false; 3];
    while let Some(found) = memmem::find(&bytes[at..], b"{{") {
        let open = at + found;
        let rest = &source.text[open..];
        let (kind, from, close) = match () {
            () if rest.starts_with("{{!--") || rest.starts_with("{{~!--") => (0, 5, "--}}"),
            () if rest.starts_with("{{{") => (1, 3, "}}}"),
            () => (2, 2, "}}"),
        };
        at = open + 2;
        if over[kind] {
            continue;
        }
        let start = open + from;
        let Some(len) = memmem::find(bytes.get(start..).unwrap_or_default(), close.as_bytes()) else {
            over[kind] = true;
            continue;
        };
        let end = start + len;
        at = end + close.len();
        if kind > 0 {
            walk.tag(open, start, end, at);
        }
    }
    walk.view.finish()
}

/// What a block is closed by, and whether it set what paths are read from.
struct Level<'a> {
    name: &'a str,
    dot: bool,
}

struct Bars<'a> {
    view: View<'a>,
    text: &'a str,
    levels: Vec<Level<'a>>,
    /// How many blocks of each name are open.
    open: FxHashMap<&'a str, usize>,
    /// Names of what paths are read from, innermost last.
    dots: Vec<String>,
    /// The expression that is read.
    at: usize,
    end: usize,
    depth: usize,
}

impl<'a> Bars<'a> {
    fn tag(&mut self, open: usize, start: usize, end: usize, close: usize) {
        let inner = self.text[start..end].trim_start_matches('~').trim_start();
        let from = end - inner.len();
        let inner = inner.trim_end_matches('~').trim_end();
        let at = View::at(open, close);
        (self.at, self.end) = (from, from + inner.len());
        self.depth = 0;
        match inner.as_bytes().first() {
            None | Some(b'!') => {}
            Some(b'#' | b'^') if inner.len() > 1 => {
                let inverse = inner.starts_with('^');
                self.at += 1;
                if self.text[self.at..self.end].starts_with('>') {
                    self.at += 1;
                    self.partial(at);
                    self.view.plain("hbs");
                    self.level("partial", false);
                } else {
                    self.at += self.text[self.at..self.end].len()
                        - self.text[self.at..self.end].trim_start_matches(['*', '#']).len();
                    self.block(inverse, at);
                }
            }
            Some(b'^') => self.otherwise(at),
            Some(b'/') => self.close(inner[1..].trim()),
            Some(b'>') => {
                self.at += 1;
                self.partial(at);
            }
            Some(b'=') => {}
            Some(b'&') => {
                self.at += 1;
                self.mustache(at);
            }
            _ if inner == "else" || inner.starts_with("else ") => self.otherwise(at),
            _ => self.mustache(at),
        }
    }

    /// The next word, number or mark, without its text being read.
    fn skip_blank(&mut self) {
        let rest = &self.text[self.at..self.end];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn starts(&self, text: &str) -> bool {
        self.text[self.at..self.end].starts_with(text)
    }

    /// A path, or `name` of a helper: up to a blank, a bracket or `=`.
    fn word(&mut self) -> (&'a str, usize) {
        self.skip_blank();
        let (start, bytes) = (self.at, self.text.as_bytes());
        let mut at = start;
        while at < self.end {
            match bytes[at] {
                b'[' => at += memchr(b']', &bytes[at..self.end]).map_or(self.end - at, |len| len + 1),
                b'(' | b')' | b'=' | b'|' | b'"' | b'\'' => break,
                byte if byte.is_ascii_whitespace() => break,
                _ => at += 1,
            }
        }
        self.at = at;
        (&self.text[start..at], start)
    }

    /// `{{o.total}}`, `{{money o.total}}`
    fn mustache(&mut self, at: Span) {
        self.value_or_call(at);
    }

    fn value_or_call(&mut self, at: Span) -> OpId {
        self.skip_blank();
        if self.starts("(") || self.starts("\"") || self.starts("'") {
            return self.argument(at);
        }
        let (name, start) = self.word();
        let args = self.arguments(at);
        if args.is_empty() {
            return self.path(name, start);
        }
        self.helper(name, start, args, at)
    }

    /// A method of the context by its path, or a function that was registered as a helper.
    fn helper(&mut self, name: &'a str, start: usize, args: Vec<Arg>, at: Span) -> OpId {
        if name.contains(['.', '/', '[']) {
            let base = self.path(name, start);
            let kids: Vec<OpId> = [base].into_iter().chain(args.iter().map(|arg| arg.value)).collect();
            return self.view.unknown(&kids, at);
        }
        self.view.call(&format!("hbs:{name}"), args, View::at(start, start + name.len()))
    }

    fn arguments(&mut self, at: Span) -> Vec<Arg> {
        let mut args = Vec::new();
        loop {
            self.skip_blank();
            if self.at >= self.end || self.starts(")") || self.starts("as |") {
                return args;
            }
            let before = self.at;
            let (name, _) = self.word();
            if self.starts("=") && !name.is_empty() {
                self.at += 1;
                let value = self.argument(at);
                args.push(Arg { slot: Slot::Key(self.view.file.sym(name)), value });
            } else {
                self.at = before;
                args.push(pos(self.argument(at)));
            }
            self.at = self.at.max(before + self.text[before..].chars().next().map_or(1, char::len_utf8));
        }
    }

    fn argument(&mut self, at: Span) -> OpId {
        self.skip_blank();
        if self.depth >= MAX_NESTING {
            if self.depth == MAX_NESTING {
                self.view.file.gap(GapKind::Depth, at);
            }
            self.depth = MAX_NESTING + 1;
            self.at = self.end;
            return self.view.unknown(&[], at);
        }
        if self.starts("(") {
            self.at += 1;
            self.depth += 1;
            let value = guard::deeper(|| self.value_or_call(at));
            self.depth = self.depth.saturating_sub(1);
            self.skip_blank();
            self.at += usize::from(self.starts(")"));
            return value;
        }
        if self.starts("\"") || self.starts("'") {
            let (len, text) = string(&self.text[self.at..self.end]);
            let place = View::at(self.at, self.at + len);
            self.at += len;
            return self.view.string(text, place);
        }
        let (name, start) = self.word();
        self.path(name, start)
    }

    /// `this.customer.name`, `../shop`, `@root.user`, `orders.[0].name`
    fn path(&mut self, path: &'a str, start: usize) -> OpId {
        let place = View::at(start, start + path.len());
        match path {
            "true" => return self.view.op(OpKind::Bool(true), place),
            "false" => return self.view.op(OpKind::Bool(false), place),
            "null" | "undefined" | "" => return self.view.op(OpKind::Null, place),
            _ if path.bytes().all(|byte| byte.is_ascii_digit()) => {
                return self.view.op(OpKind::Int(path.parse().unwrap_or(i32::MAX)), place);
            }
            _ => {}
        }
        let (mut rest, mut at, mut out) = (path, start, 0usize);
        while let Some(more) = rest.strip_prefix("../").or_else(|| (rest == "..").then_some("")) {
            at += rest.len() - more.len();
            rest = more;
            out += 1;
        }
        let mut value = None;
        for part in rest.split(['.', '/']) {
            let name = part.trim_matches(['[', ']']);
            let place = View::at(at, at + part.len());
            at += part.len() + 1;
            value = Some(match (value, name) {
                (None, "this" | "") => self.dot(out, place),
                (None, "@root") => self.view.context(place),
                (None, name) if name.starts_with('@') => self.view.unknown(&[], place),
                (None, name) if out == 0 && self.view.find(name).is_some() => self.view.read(name, place),
                (None, name) => {
                    let base = self.dot(out, place);
                    self.view.get(base, name, place)
                }
                (Some(base), "") => base,
                (Some(base), name) if name.bytes().all(|byte| byte.is_ascii_digit()) => {
                    let key = self.view.op(OpKind::Int(name.parse().unwrap_or(i32::MAX)), place);
                    self.view.index(base, key, place)
                }
                // What a path ends with is called if it is a function.
                (Some(base), name) if at > start + path.len() => self.view.auto(base, name, place),
                (Some(base), name) => self.view.get(base, name, place),
            });
        }
        value.unwrap_or_else(|| self.view.unknown(&[], place))
    }

    /// What paths are read from, some blocks further out.
    fn dot(&mut self, out: usize, at: Span) -> OpId {
        match self.dots.len().checked_sub(out + 1).and_then(|at| self.dots.get(at)) {
            Some(name) => self.view.read(&name.clone(), at),
            None => self.view.context(at),
        }
    }

    fn level(&mut self, name: &'a str, dot: bool) {
        *self.open.entry(name).or_insert(0) += 1;
        self.levels.push(Level { name, dot });
    }

    /// A new name for what paths are read from.
    fn new_dot(&mut self) -> String {
        let name = format!("\u{0}{}", self.dots.len());
        self.dots.push(name.clone());
        name
    }

    /// `as |o index|`, behind the arguments.
    fn params(&mut self) -> Vec<&'a str> {
        self.skip_blank();
        let rest = &self.text[self.at..self.end];
        let Some(names) = rest.strip_prefix("as |") else { return Vec::new() };
        names.split('|').next().unwrap_or_default().split_whitespace().collect()
    }

    fn block(&mut self, inverse: bool, at: Span) {
        let (name, start) = self.word();
        let args = self.arguments(at);
        let params = self.params();
        let first = args.iter().find(|arg| arg.slot == Slot::Pos).map(|arg| arg.value);
        match (name, first) {
            ("each" | "foreach" | "eachReverse" | "forEach", Some(over)) => {
                let item = self.view.each("hbs", over, params.first().copied(), at);
                let dot = self.new_dot();
                self.view.name_local(&dot, item);
                self.level(name, true);
            }
            ("if" | "unless", Some(cond)) => {
                let cond = if name == "if" { cond } else { self.view.op(OpKind::Not(cond), at) };
                self.view.when("hbs", cond, at);
                self.level(name, false);
            }
            ("with", Some(value)) => {
                self.view.when("hbs", value, at);
                let dot = self.new_dot();
                self.view.declare(&dot, value, at);
                if let Some(param) = params.first() {
                    self.view.declare(param, value, at);
                }
                self.level(name, true);
            }
            (_, None) if args.is_empty() && !name.starts_with('@') => self.section(name, start, inverse, at),
            _ => {
                self.helper(name, start, args, at);
                self.view.plain("hbs");
                self.level(name, false);
            }
        }
    }

    /// `{{#orders}} .. {{/orders}}`: once per element of a list.
    fn section(&mut self, name: &'a str, start: usize, inverse: bool, at: Span) {
        let value = self.path(name, start);
        if inverse {
            let cond = self.view.op(OpKind::Not(value), at);
            self.view.when("hbs", cond, at);
            self.level(name, false);
            return;
        }
        let item = self.view.each("hbs", value, None, at);
        let dot = self.new_dot();
        self.view.name_local(&dot, item);
        self.level(name, true);
    }

    fn close(&mut self, name: &str) {
        let partial = self.levels.last().is_some_and(|level| level.name == "partial");
        if partial || self.open.get(name).is_some_and(|count| *count > 0) {
            while let Some(level) = self.levels.pop() {
                if let Some(count) = self.open.get_mut(level.name) {
                    *count = count.saturating_sub(1);
                }
                if level.dot {
                    self.dots.pop();
                }
                self.view.end_innermost();
                if partial || level.name == name {
                    return;
                }
            }
        }
    }

    /// `{{else}}`, `{{else if x}}`, `{{^}}`
    fn otherwise(&mut self, at: Span) {
        if self.starts("else") {
            self.at += "else".len();
        }
        self.skip_blank();
        let chained = self.starts("if ") || self.starts("unless ");
        // Behind a loop or a block that changed it, paths are read from further out again.
        if let Some(level) = self.levels.last_mut().filter(|level| level.dot) {
            level.dot = false;
            self.dots.pop();
        }
        if !chained {
            self.view.otherwise(None, at);
            return;
        }
        self.view.between_arms();
        self.word();
        let cond = self.argument(at);
        self.view.otherwise(Some(cond), at);
    }

    /// `{{> orders/row order=o}}`, `{{> row o}}`
    fn partial(&mut self, at: Span) {
        self.skip_blank();
        if self.starts("(") {
            self.argument(at);
            return;
        }
        let quoted = self.starts("\"") || self.starts("'");
        let (name, start) = if quoted {
            let (len, text) = string(&self.text[self.at..self.end]);
            self.at += len;
            (text, self.at - len + 1)
        } else {
            self.word()
        };
        let args = self.arguments(at);
        let name = self.view.string(name, View::at(start, start + name.len()));
        let own = args.iter().find(|arg| arg.slot == Slot::Pos).map(|arg| arg.value);
        let keys: Vec<Arg> = args.into_iter().filter(|arg| arg.slot != Slot::Pos).collect();
        let given = match own {
            Some(value) => value,
            None => self.dot(0, at),
        };
        let mut all = vec![pos(name), pos(given)];
        all.extend(keys);
        self.view.call("hbs:partial", all, at);
    }
}
