//! Thymeleaf: attributes of a namespace on the elements of a page.
//!
//! An element is a block if an attribute makes it one, in Thymeleaf's order: what it includes, what it is repeated for, what it
//! depends on, what it names, then all other values. A fragment is a part of its own that its page calls where it stands.

use crate::el;
use crate::lex::closing_brace;
use crate::markup::{Attribute, Piece, Scanner, Tag, attributes, is_void};
use crate::view::{View, pos};
use memchr::{memchr, memchr_iter, memmem};
use perflint_ir::{Arg, FileIr, OpId, OpKind, Slot, Span};
use perflint_syntax::Source;
use perflint_syntax::brackets::split;
use rustc_hash::FxHashMap;

/// The tag of all blocks: elements are matched here, not by the builder.
const BLOCK: &str = "th";
/// The name of the object whose fields `*{..}` reads.
const OBJECT: &str = "\u{0}object";

/// How deep `th:insert` in `@{..(x=${..})}` and the like are looked into.
const MAX_NESTED: usize = 8;

pub(crate) fn lower(source: Source<'_>) -> FileIr {
    let mut page = Page {
        view: View::new(source),
        text: source.text,
        elements: Vec::new(),
        open: FxHashMap::default(),
        switches: Vec::new(),
    };
    let mut scanner = Scanner::new(source.text);
    while let Some(piece) = scanner.next_piece() {
        match piece {
            Piece::Text(start, end) => page.inlined(start, end),
            Piece::Open(tag) => page.element(tag),
            Piece::Close(name) => page.end(name),
        }
    }
    page.view.finish()
}

/// The walk over one page.
struct Page<'a> {
    view: View<'a>,
    text: &'a str,
    /// Open elements, with how many blocks there were before them.
    elements: Vec<(&'a str, usize)>,
    open: FxHashMap<&'a str, usize>,
    /// Values that alternatives decide on, with the depth of the element and the next arm.
    switches: Vec<(usize, OpId, u16)>,
}

/// The name of an attribute of Thymeleaf without its prefix.
fn own<'a>(attribute: &Attribute<'a>) -> Option<&'a str> {
    let name = attribute.name;
    name.strip_prefix("th:").or_else(|| name.strip_prefix("data-th-"))
}

impl<'a> Page<'a> {
    fn element(&mut self, tag: Tag<'a>) {
        let before = self.view.depth();
        let has_own = memmem::find(&self.text.as_bytes()[tag.attributes.0..tag.attributes.1], b"th")
            .is_some()
            || memmem::find(&self.text.as_bytes()[tag.attributes.0..tag.attributes.1], b"layout:").is_some();
        if has_own {
            let all = attributes(self.text, tag.attributes);
            self.blocks(tag, &all);
            self.values(&all);
        }
        if tag.alone || is_void(tag.name) {
            self.close_to(before);
            return;
        }
        *self.open.entry(tag.name).or_insert(0) += 1;
        self.elements.push((tag.name, before));
    }

    fn end(&mut self, name: &str) {
        if self.open.get(name).is_none_or(|count| *count == 0) {
            return;
        }
        while let Some((found, before)) = self.elements.pop() {
            if let Some(count) = self.open.get_mut(found) {
                *count -= 1;
            }
            self.close_to(before);
            if found == name {
                return;
            }
        }
    }

    fn close_to(&mut self, depth: usize) {
        while self.view.depth() > depth {
            self.view.end_innermost();
        }
        while self.switches.last().is_some_and(|(at, ..)| *at > depth) {
            self.switches.pop();
        }
    }

    fn find(all: &[Attribute<'a>], name: &str) -> Option<(usize, usize)> {
        all.iter().find(|attribute| own(attribute) == Some(name)).map(|attribute| attribute.value)
    }

    /// The blocks that an element opens.
    fn blocks(&mut self, tag: Tag<'a>, all: &[Attribute<'a>]) {
        let at = View::at(tag.start, tag.end);
        if let Some(value) = Self::find(all, "fragment") {
            self.fragment(value, at);
        }
        for attribute in all {
            let names = ["insert", "replace", "include", "substituteby"];
            let includes = own(attribute).is_some_and(|name| names.contains(&name));
            let layout = ["layout:decorate", "layout:decorator", "layout:insert", "layout:replace"];
            if includes || layout.contains(&attribute.name) {
                self.include(attribute.value);
            }
        }
        if let Some(value) = Self::find(all, "each") {
            self.each(value, at);
        }
        if let Some(value) = Self::find(all, "if") {
            let cond = self.standard(value, 0);
            self.view.when(BLOCK, cond, at);
        }
        if let Some(value) = Self::find(all, "unless") {
            let cond = self.standard(value, 0);
            let cond = self.view.op(OpKind::Not(cond), View::at(value.0, value.1));
            self.view.when(BLOCK, cond, at);
        }
        if let Some(value) = Self::find(all, "switch") {
            let cond = self.standard(value, 0);
            self.view.plain(BLOCK);
            self.switches.push((self.view.depth(), cond, 0));
        }
        if let Some(value) = Self::find(all, "case") {
            self.standard(value, 0);
            let last = self.text[value.0..value.1].trim() == "*";
            if let Some((_, cond, arm)) = self.switches.last_mut() {
                let (cond, own) = (*cond, *arm);
                *arm = arm.saturating_add(1);
                self.view.case(BLOCK, cond, own, last, at);
            }
        }
        if let Some(value) = Self::find(all, "object") {
            let object = self.standard(value, 0);
            self.view.plain(BLOCK);
            self.view.declare(OBJECT, object, View::at(value.0, value.1));
        }
        if let Some(value) = Self::find(all, "with") {
            self.view.plain(BLOCK);
            for (start, end) in split(self.text, value.0, value.1) {
                let Some(equals) = memchr(b'=', &self.text.as_bytes()[start..end]) else { continue };
                let name = self.text[start..start + equals].trim();
                let part = self.standard((start + equals + 1, end), 0);
                self.view.declare(name, part, View::at(start, end));
            }
        }
    }

    /// The other values of an element.
    fn values(&mut self, all: &[Attribute<'a>]) {
        const BLOCKS: &[&str] = &[
            "fragment",
            "insert",
            "replace",
            "include",
            "substituteby",
            "each",
            "if",
            "unless",
            "switch",
            "case",
            "object",
            "with",
            "inline",
            "remove",
            "ref",
            "assert",
        ];
        for attribute in all {
            if own(attribute).is_some_and(|name| !BLOCKS.contains(&name)) {
                self.standard(attribute.value, 0);
            }
        }
    }

    /// `o, state : ${orders}`
    fn each(&mut self, (start, end): (usize, usize), at: Span) {
        let Some(colon) = memchr(b':', &self.text.as_bytes()[start..end]) else { return };
        let names: Vec<&str> = self.text[start..start + colon].split(',').map(str::trim).collect();
        let over = self.standard((start + colon + 1, end), 0);
        let name = names.first().copied().filter(|name| !name.is_empty());
        self.view.each(BLOCK, over, name, at);
        if let Some(state) = names.get(1) {
            let unknown = self.view.unknown(&[], at);
            self.view.declare(state, unknown, at);
        }
    }

    /// `row(o, index)`: a part, called where it stands unless it needs what only a caller can give.
    fn fragment(&mut self, (start, end): (usize, usize), at: Span) {
        let text = self.text[start..end].trim();
        let (name, params) = match text.split_once('(') {
            Some((name, params)) => (name.trim(), params.trim_end_matches(')')),
            None => (text, ""),
        };
        let params: Vec<&str> = params.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
        if name.is_empty() || name.contains("${") {
            return;
        }
        let place = View::at(start, end);
        if params.is_empty() {
            let own = self.view.string(&format!(":: {name}"), place);
            self.view.render("th:insert", own, Vec::new(), place);
        }
        self.view.part(BLOCK, name, &params, at);
    }

    /// What an element includes: `~{orders/row :: row(${o})}`, one of several, or the same without the braces.
    fn include(&mut self, (start, end): (usize, usize)) {
        let bytes = self.text.as_bytes();
        let mut at = start;
        let mut found = false;
        while let Some(open) = memmem::find(&bytes[at..end], b"~{") {
            let from = at + open + 2;
            if !found {
                self.standard((start, at + open), 0);
            }
            found = true;
            let close = closing_brace(self.text, from, end).unwrap_or(end);
            self.selector(from, close);
            at = close;
        }
        if !found && self.text[start..end].trim_start().starts_with("${") {
            self.standard((start, end), 0);
        } else if !found {
            self.selector(start, end);
        }
    }

    /// `template :: fragment(arguments)`
    fn selector(&mut self, start: usize, end: usize) {
        let text = &self.text[start..end];
        let place = View::at(start, end);
        let (template, fragment, from) = match text.find("::") {
            Some(at) => (text[..at].trim(), &text[at + 2..], start + at + 2),
            None => (text.trim(), "", end),
        };
        let (name, args) = match fragment.find('(') {
            Some(at) => {
                let close = fragment.rfind(')').filter(|close| *close > at).unwrap_or(fragment.len());
                (fragment[..at].trim(), self.arguments(from + at + 1, from + close))
            }
            None => (fragment.trim(), Vec::new()),
        };
        let name = name.trim_start_matches("fragment=").trim_matches(['\'', '"']);
        let template = template.trim_matches(['\'', '"', '/']);
        if template.contains(['$', '+', '*', '#']) || name.contains(['$', '#', '/', '.', '%']) {
            self.standard((start, end), 0);
            return;
        }
        let full = match (template, name) {
            (template, "") => template.to_owned(),
            ("" | "this", name) => format!(":: {name}"),
            (template, name) => format!("{template} :: {name}"),
        };
        if !full.is_empty() {
            let full = self.view.string(&full, place);
            self.view.render("th:insert", full, args, place);
        }
    }

    fn arguments(&mut self, start: usize, end: usize) -> Vec<Arg> {
        let mut args = Vec::new();
        for (from, to) in split(self.text, start, end) {
            let text = &self.text[from..to];
            let named = text.find('=').filter(|at| {
                let name = text[..*at].trim();
                !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            });
            match named {
                Some(at) => {
                    let value = self.standard((from + at + 1, to), 0);
                    args.push(Arg { slot: Slot::Key(self.view.file.sym(text[..at].trim())), value });
                }
                None => args.push(pos(self.standard((from, to), 0))),
            }
        }
        args
    }

    /// A value of an attribute: its expressions, and their value if there is but one.
    fn standard(&mut self, (start, end): (usize, usize), depth: usize) -> OpId {
        let at = View::at(start, end);
        let mut kids = Vec::new();
        let trimmed = self.text[start..end].trim();
        let mut whole = false;
        let mut next = start;
        while let Some((open, mark)) = self.opening(next, end) {
            let close = closing_brace(self.text, open, end)
                .or_else(|| memchr(b'}', &self.text.as_bytes()[open..end]).map(|len| open + len))
                .unwrap_or(end);
            let value = match mark {
                b'$' => el::value(&mut self.view, open, close),
                b'*' => {
                    let root = self.view.find(OBJECT);
                    el::value_of(&mut self.view, root, open, close)
                }
                // Arguments of a message or a link.
                _ if depth < MAX_NESTED => self.standard((open, close), depth + 1),
                _ => self.view.unknown(&[], at),
            };
            whole = matches!(mark, b'$' | b'*') && trimmed.len() == close.saturating_sub(open) + 3;
            kids.push(value);
            next = (close + 1).min(end);
        }
        match kids[..] {
            [only] if whole => only,
            [] => match trimmed.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')) {
                Some(text) if !text.contains('\'') => self.view.string(text, at),
                _ => self.view.unknown(&[], at),
            },
            _ => self.view.unknown(&kids, at),
        }
    }

    /// The next `${`, `*{`, `#{`, `@{` or `~{`: what stands behind it, and its mark.
    fn opening(&self, from: usize, end: usize) -> Option<(usize, u8)> {
        let bytes = self.text.as_bytes();
        memchr_iter(b'{', bytes.get(from..end)?).find_map(|at| {
            let mark = *bytes.get((from + at).checked_sub(1)?)?;
            (at > 0 && matches!(mark, b'$' | b'*' | b'#' | b'@' | b'~')).then_some((from + at + 1, mark))
        })
    }

    /// Expressions between tags: `[[${..}]]`, `[(${..})]`.
    fn inlined(&mut self, start: usize, end: usize) {
        let bytes = self.text.as_bytes();
        let mut at = start;
        while let Some(found) = memchr(b'[', &bytes[at..end]) {
            let open = at + found;
            at = open + 1;
            let close: &[u8] = match bytes.get(open + 1) {
                Some(b'[') => b"]]",
                Some(b'(') => b")]",
                _ => continue,
            };
            let Some(len) = memmem::find(&bytes[open + 2..end.max(open + 2)], close) else { return };
            self.standard((open + 2, open + 2 + len), 0);
            at = open + 2 + len + 2;
        }
    }
}
