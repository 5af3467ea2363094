//! FreeMarker: directives `<#list ..>`, calls of macros `<@row ..>`, expressions `${..}`; or the same in square brackets.
//!
//! A macro is a part of the file; one that is called may stand in any file that was imported or included.

use crate::el::{self, El};
use crate::lex::{Kind, closing, closing_brace, tokens};
use crate::view::View;
use memchr::{memchr, memchr3, memmem};
use perflint_ir::{Arg, FileIr, OpId, OpKind, Slot, Span};
use perflint_syntax::Source;
use rustc_hash::FxHashMap;

pub(crate) fn lower(source: Source<'_>) -> FileIr {
    let square = source.text.trim_start().starts_with("[#");
    let (open, close) = if square { (b'[', "]") } else { (b'<', ">") };
    let mut page = Page {
        view: View::new(source),
        text: source.text,
        at: 0,
        open,
        close,
        over: [false; 3],
        lists: Vec::new(),
        imports: FxHashMap::default(),
    };
    page.run();
    page.view.finish()
}

struct Page<'a> {
    view: View<'a>,
    text: &'a str,
    at: usize,
    open: u8,
    close: &'static str,
    /// What ends no more behind here: comments, tags, expressions.
    over: [bool; 3],
    /// Lists whose elements an inner `items` names: their value, and where they stand.
    lists: Vec<OpId>,
    /// Names of imported files.
    imports: FxHashMap<&'a str, &'a str>,
}

impl<'a> Page<'a> {
    fn run(&mut self) {
        let bytes = self.text.as_bytes();
        while let Some(found) = memchr3(self.open, b'{', b'=', &bytes[self.at..]) {
            let open = self.at + found;
            self.at = open + 1;
            if bytes[open] == b'{' {
                if open > 0 && matches!(bytes[open - 1], b'$' | b'#') {
                    self.expression(open + 1);
                }
            } else if bytes[open] == self.open {
                self.tag(open);
            }
        }
    }

    fn expression(&mut self, start: usize) {
        if self.over[2] {
            return;
        }
        let close = closing_brace(self.text, start, self.text.len())
            .or_else(|| memchr(b'}', &self.text.as_bytes()[start..]).map(|len| start + len));
        match close {
            Some(close) => {
                el::value(&mut self.view, start, close);
                self.at = close + 1;
            }
            None => self.over[2] = true,
        }
    }

    fn tag(&mut self, open: usize) {
        let rest = &self.text.as_bytes()[open + 1..];
        if rest.starts_with(b"#--") {
            let end = if self.open == b'[' { "--]" } else { "-->" };
            match memmem::find(&self.text.as_bytes()[open..], end.as_bytes()).filter(|_| !self.over[0]) {
                Some(len) => self.at = open + len + end.len(),
                None => self.over[0] = true,
            }
            return;
        }
        let (ends, mark, from) = match rest {
            [b'#' | b'@', ..] => (false, rest[0], open + 2),
            [b'/', b'#' | b'@', ..] => (true, rest[1], open + 3),
            _ => return,
        };
        if self.over[1] {
            return;
        }
        let Some(close) = self.tag_end(from) else {
            self.over[1] = true;
            return;
        };
        self.at = close + self.close.len();
        let alone = close > from && self.text.as_bytes()[close - 1] == b'/';
        let end = close - usize::from(alone);
        let text = &self.text[from..end];
        let stops = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | '-'));
        let name = &text[..text.find(stops).unwrap_or(text.len())];
        let inner = (from + name.len(), end);
        let at = View::at(open, self.at);
        match (mark, ends) {
            (b'#', false) => self.directive(name, inner, at),
            (b'#', true) => self.end(name),
            (_, false) => self.call(name, inner, alone, at),
            (_, true) => self.view.end("@"),
        }
    }

    /// The end of a tag: outside of strings and brackets, in which `>` compares.
    fn tag_end(&self, from: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let (mut at, mut depth) = (from, 0usize);
        let limit = bytes.len().min(from + (1 << 14));
        while at < limit {
            match bytes[at] {
                b'"' | b'\'' => {
                    let len = memchr(bytes[at], &bytes[at + 1..limit]).map_or(0, |len| len + 1);
                    at += len;
                }
                b'(' | b'{' => depth += 1,
                b')' | b'}' => depth = depth.saturating_sub(1),
                b'[' if self.close == "]" => depth += 1,
                b']' if self.close == "]" && depth > 0 => depth -= 1,
                byte if depth == 0
                    && byte == self.close.as_bytes()[0]
                    && (at == 0 || bytes[at - 1] != b'-') =>
                {
                    return Some(at);
                }
                _ => {}
            }
            at += 1;
        }
        memchr(self.close.as_bytes()[0], &bytes[from..limit]).map(|len| from + len)
    }

    fn directive(&mut self, name: &'a str, inner: (usize, usize), at: Span) {
        match name {
            "list" | "foreach" => self.list(name, inner, at),
            "items" => {
                let over = self.lists.last().copied();
                let over = over.unwrap_or_else(|| self.view.unknown(&[], at));
                let text = self.text[inner.0..inner.1].trim();
                let item = text.strip_prefix("as").map(first_name);
                self.view.each(name, over, item, at);
            }
            "if" => {
                let cond = el::value(&mut self.view, inner.0, inner.1);
                self.view.when(name, cond, at);
            }
            "elseif" | "elseIf" => {
                self.view.between_arms();
                let cond = el::value(&mut self.view, inner.0, inner.1);
                self.view.otherwise(Some(cond), at);
            }
            "else" => self.view.otherwise(None, at),
            "switch" => {
                el::value(&mut self.view, inner.0, inner.1);
                self.view.plain(name);
            }
            "assign" | "local" | "global" => self.assign(inner, at),
            "include" => {
                let all = tokens(self.text, inner.0, inner.1);
                match all.first() {
                    Some(token) if token.kind == Kind::Str && !token.text.contains("${") => {
                        let file = token.text.trim_start_matches("*/").trim_start_matches('/');
                        let file = self.view.string(file, token.at);
                        self.view.render("ftl:include", file, Vec::new(), at);
                    }
                    _ => {
                        el::value(&mut self.view, inner.0, inner.1);
                    }
                }
            }
            "macro" | "function" => self.part(name, inner, at),
            "return" if inner.0 < inner.1 => {
                let value = el::value(&mut self.view, inner.0, inner.1);
                self.view.op(OpKind::Exit { how: perflint_ir::ExitKind::Return, value }, at);
            }
            "import" => self.import(inner),
            "case" | "default" | "break" | "nested" | "ftl" | "setting" | "recover" | "sep" | "return"
            | "stop" | "flush" | "t" | "lt" | "rt" | "nt" => {}
            _ => {
                if inner.0 < inner.1 {
                    el::value(&mut self.view, inner.0, inner.1);
                }
            }
        }
    }

    fn end(&mut self, name: &str) {
        if name == "list" && self.view.is_open(name) {
            self.lists.pop();
        }
        self.view.end(name);
    }

    /// `"/lib.ftl" as lib`
    fn import(&mut self, (start, end): (usize, usize)) {
        let all = tokens(self.text, start, end);
        if let [file, word, name, ..] = all[..]
            && file.kind == Kind::Str
            && word.is("as")
        {
            self.imports.insert(name.text, file.text.trim_start_matches(['.', '/', '*']));
        }
    }

    /// `orders as o`, `totals as name, total`, or a value whose elements `items` names.
    fn list(&mut self, name: &'a str, (start, end): (usize, usize), at: Span) {
        let all = tokens(self.text, start, end);
        let word = |text: &'static str| all.iter().position(|token| token.is(text));
        // The old form names the element first: `o in orders`.
        let (range, names) = match (word("as"), word("in")) {
            (Some(place), _) => {
                let names = all[place + 1..].iter().filter(|token| token.kind == Kind::Name);
                ((start, all[place].at.start as usize), names.map(|token| token.text).collect::<Vec<_>>())
            }
            (None, Some(place)) if name == "foreach" => (
                (all[place].at.end() as usize, end),
                all.first().map(|token| token.text).into_iter().collect(),
            ),
            _ => ((start, end), Vec::new()),
        };
        let over = el::value(&mut self.view, range.0, range.1);
        self.lists.push(over);
        match names[..] {
            [] => self.view.plain(name),
            [item, ..] => {
                let local = self.view.each(name, over, Some(names.get(1).copied().unwrap_or(item)), at);
                if names.len() > 1 {
                    // A key and its value.
                    let element = self.view.local(local, at);
                    let unknown = self.view.unknown(&[element], at);
                    self.view.declare(item, unknown, at);
                }
            }
        }
    }

    /// `x = 1 y = o.total`, or a name for what stands between the tags.
    fn assign(&mut self, (start, end): (usize, usize), at: Span) {
        let all = tokens(self.text, start, end);
        let places: Vec<usize> = (0..all.len())
            .filter(|at| {
                matches!(all[*at].kind, Kind::Name | Kind::Str)
                    && all.get(at + 1).is_some_and(|mark| mark.is("="))
                    && at.checked_sub(1).is_none_or(|before| ends_value(all[before].text))
            })
            .collect();
        for (index, place) in places.iter().enumerate() {
            let from = all[place + 1].at.end() as usize;
            let to = places.get(index + 1).map_or(end, |next| all[*next].at.start as usize);
            let value = el::value(&mut self.view, from, to);
            self.view.assign(all[*place].text, value, at);
        }
    }

    /// `row order index=0`, `name(a, b)`
    fn part(&mut self, tag: &'a str, (start, end): (usize, usize), at: Span) {
        let all = tokens(self.text, start, end);
        let mut names: Vec<&str> = Vec::new();
        let mut depth = 0usize;
        for (index, token) in all.iter().enumerate() {
            let is_value =
                index.checked_sub(1).is_some_and(|before| all[before].is("=") || all[before].is("."));
            match token.kind {
                Kind::Name if depth <= 1 && !is_value => names.push(token.text),
                Kind::Mark if matches!(token.text, "(" | "[" | "{") => depth += 1,
                Kind::Mark if matches!(token.text, ")" | "]" | "}") => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        let Some((name, params)) = names.split_first() else { return };
        self.view.part(tag, name, params, at);
    }

    /// `<@lib.row order=o 1>`
    fn call(&mut self, name: &'a str, (start, end): (usize, usize), alone: bool, at: Span) {
        let mut end = end;
        if let Some(params) = closing(self.text, start, end, ";") {
            end = params;
        }
        let args = self.arguments(start, end);
        let (space, last) = name.rsplit_once('.').unwrap_or(("", name));
        let file = self.imports.get(space).copied().unwrap_or_default();
        let part = self.view.string(format!("{file} :: {last}").trim_start(), at);
        self.view.render("ftl:macro", part, args, at);
        if !alone {
            self.view.plain("@");
        }
    }

    fn arguments(&mut self, start: usize, end: usize) -> Vec<Arg> {
        let all = tokens(self.text, start, end);
        let keyed: Vec<usize> = (0..all.len())
            .filter(|at| all[*at].kind == Kind::Name && all.get(at + 1).is_some_and(|mark| mark.is("=")))
            .collect();
        if keyed.is_empty() {
            return El::new(&mut self.view, start, end).arguments(")");
        }
        let mut args = Vec::new();
        for (index, place) in keyed.iter().enumerate() {
            let from = all[place + 1].at.end() as usize;
            let to = keyed.get(index + 1).map_or(end, |next| all[*next].at.start as usize);
            let value = el::value(&mut self.view, from, to);
            args.push(Arg { slot: Slot::Key(self.view.file.sym(all[*place].text)), value });
        }
        args
    }
}

fn first_name(text: &str) -> &str {
    let text = text.trim_start();
    &text[..text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len())]
}

/// False for a mark behind which a value goes on.
fn ends_value(text: &str) -> bool {
    !matches!(text, "+" | "-" | "*" | "/" | "&&" | "||" | "==" | "." | "=" | "," | "(" | "[" | "{" | ":")
}
