//! JSP pages and tag files: tags of the standard library (JSTL) and of others, and expressions of EL.
//!
//! The page is read as text in which tags with a prefix and `${..}` stand, wherever they stand: a tag may be the value of an
//! attribute of another. Code between `<%` and `%>` is not read, and is a gap.

use crate::el;
use crate::lex::closing_brace;
use crate::markup::{Attribute, attributes};
use crate::view::{View, pos};
use memchr::{memchr, memchr2, memmem};
use perflint_ir::{Arg, FileIr, GapKind, OpId, OpKind, Slot, Span};
use perflint_syntax::Source;

/// The tag of blocks that `choose` opens for its alternatives.
const CHOOSE: &str = "\u{0}choose";

pub(crate) fn lower(source: Source<'_>) -> FileIr {
    let mut page = Page {
        view: View::new(source),
        text: source.text,
        at: 0,
        choices: Vec::new(),
        code: false,
        over: [false; 4],
    };
    page.run();
    page.view.finish()
}

struct Page<'a> {
    view: View<'a>,
    text: &'a str,
    at: usize,
    /// The open choices: the value of the first condition, and the next arm.
    choices: Vec<(OpId, u16)>,
    /// Code was passed over.
    code: bool,
    /// What ends no more behind here: comments, code, tags, expressions.
    over: [bool; 4],
}

/// A tag with a prefix.
struct Tag<'a> {
    name: &'a str,
    at: Span,
    attributes: Vec<Attribute<'a>>,
    alone: bool,
}

impl<'a> Tag<'a> {
    fn value(&self, name: &str) -> Option<(usize, usize)> {
        self.attributes.iter().find(|attribute| attribute.name == name).map(|attribute| attribute.value)
    }
}

impl<'a> Page<'a> {
    fn run(&mut self) {
        let bytes = self.text.as_bytes();
        while let Some(found) = memchr2(b'<', b'{', &bytes[self.at..]) {
            let open = self.at + found;
            self.at = open + 1;
            if bytes[open] == b'{' {
                if open > 0 && matches!(bytes[open - 1], b'$' | b'#') {
                    self.expression(open + 1);
                }
                continue;
            }
            match bytes.get(open + 1) {
                Some(b'%') => self.code(open),
                Some(b'/') => self.end_tag(open + 2),
                Some(byte) if byte.is_ascii_alphabetic() => self.tag(open),
                _ => {}
            }
        }
    }

    /// Goes on behind a mark; false if there is none any more.
    fn past(&mut self, from: usize, mark: &[u8], kind: usize) -> bool {
        if self.over[kind] {
            return false;
        }
        match memmem::find(&self.text.as_bytes()[from..], mark) {
            Some(len) => self.at = from + len + mark.len(),
            None => self.over[kind] = true,
        }
        !self.over[kind]
    }

    /// `<%-- --%>`, `<%@ include file=".." %>`, `<% code %>`
    fn code(&mut self, open: usize) {
        if self.text[open..].starts_with("<%--") {
            self.past(open + 4, b"--%>", 0);
            return;
        }
        if !self.past(open + 2, b"%>", 1) {
            return;
        }
        let inner = (open + 2, self.at - 2);
        match self.text.as_bytes().get(open + 2) {
            Some(b'@') => self.directive(inner),
            Some(b'=' | b'!') => {}
            _ if self.text[inner.0..inner.1].trim().is_empty() => {}
            _ if self.code => {}
            _ => {
                self.code = true;
                self.view.file.gap(GapKind::Language, View::at(open, self.at));
            }
        }
    }

    fn directive(&mut self, (start, end): (usize, usize)) {
        let text = self.text[start + 1..end].trim_start();
        let from = end - text.len();
        if !text.starts_with("include") {
            return;
        }
        let all = attributes(self.text, (from + "include".len(), end));
        if let Some(file) = all.iter().find(|attribute| attribute.name == "file") {
            self.include(file.value, Vec::new());
        }
    }

    /// `${..}`, whose inside starts here.
    fn expression(&mut self, start: usize) {
        if self.over[3] {
            return;
        }
        let limit = self.text.len();
        let close = closing_brace(self.text, start, limit)
            .or_else(|| memchr(b'}', &self.text.as_bytes()[start..]).map(|len| start + len));
        match close {
            Some(close) => {
                el::value(&mut self.view, start, close);
                self.at = close + 1;
            }
            None => self.over[3] = true,
        }
    }

    /// The values of an attribute: the value of its expression if it is but that.
    fn value(&mut self, (start, end): (usize, usize)) -> OpId {
        let at = View::at(start, end);
        let bytes = self.text.as_bytes();
        let mut kids = Vec::new();
        let mut next = start;
        while let Some(found) = memchr(b'{', &bytes[next..end]) {
            let open = next + found;
            next = open + 1;
            if open == start || !matches!(bytes[open - 1], b'$' | b'#') {
                continue;
            }
            let close = closing_brace(self.text, open + 1, end).unwrap_or(end);
            kids.push((el::value(&mut self.view, open + 1, close), open, close));
            next = (close + 1).min(end);
        }
        match kids[..] {
            [(only, open, close)] if open == start + 1 && close + 1 == end => only,
            [] => self.view.string(&self.text[start..end], at),
            _ => {
                let kids: Vec<OpId> = kids.iter().map(|(kid, ..)| *kid).collect();
                self.view.unknown(&kids, at)
            }
        }
    }

    /// A tag, if its name has a prefix; the names of HTML have none.
    fn tag(&mut self, open: usize) {
        let bytes = self.text.as_bytes();
        let start = open + 1;
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-' | b'_' | b'.');
        let len = bytes[start..].iter().take_while(|byte| is_name(byte)).count();
        let name = &self.text[start..start + len];
        let Some((prefix, local)) = name.split_once(':') else { return };
        if self.over[2] {
            return;
        }
        let Some(end) = tag_end(bytes, start + len) else {
            self.over[2] = true;
            return;
        };
        self.at = end + 1;
        let alone = bytes[end - 1] == b'/';
        let attributes = attributes(self.text, (start + len, end - usize::from(alone)));
        let tag = Tag { name, at: View::at(open, end + 1), attributes, alone };
        match (prefix, local) {
            (_, "forEach" | "iterator" | "iterate" | "forTokens" | "foreach") => self.each(&tag),
            ("c", "if") | ("s", "if") | ("logic", _) => self.when(&tag),
            (_, "choose") => {
                self.view.plain(name);
                self.choices.push((OpId::NONE, 0));
            }
            (_, "when") => self.alternative(&tag, false),
            (_, "otherwise") => self.alternative(&tag, true),
            (_, "set") if tag.value("var").is_some() => self.set(&tag),
            ("jsp", "include") | ("c", "import") => {
                if let Some(page) = tag.value("page").or_else(|| tag.value("url")) {
                    self.include(page, Vec::new());
                }
            }
            ("jsp", _) => {
                self.values(&tag);
            }
            _ => self.own(&tag, local),
        }
    }

    fn values(&mut self, tag: &Tag<'a>) -> Vec<OpId> {
        tag.attributes.iter().map(|attribute| self.value(attribute.value)).collect()
    }

    fn end_tag(&mut self, start: usize) {
        let rest = &self.text[start..];
        let len = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '_' | '.')));
        let name = &rest[..len.unwrap_or(rest.len())];
        self.at = start + name.len();
        if name.ends_with(":choose") && self.view.is_open(name) {
            self.choices.pop();
        }
        if name.ends_with(":when") || name.ends_with(":otherwise") {
            self.view.end(CHOOSE);
        } else if name.contains(':') {
            self.view.end(name);
        }
    }

    /// `<c:forEach items="${orders}" var="o">`, `<s:iterator value="orders" var="o">`
    fn each(&mut self, tag: &Tag<'a>) {
        let items = tag.value("items").or_else(|| tag.value("collection")).or_else(|| tag.value("value"));
        let over = match items {
            Some(items) => self.value(items),
            None => {
                // From one number to another.
                let bounds = ["begin", "end"].map(|name| tag.value(name));
                let bounds: Vec<Arg> =
                    bounds.into_iter().flatten().map(|range| pos(self.value(range))).collect();
                self.view.call("..", bounds, tag.at)
            }
        };
        if tag.alone {
            return;
        }
        let item = tag.value("var").or_else(|| tag.value("id")).map(|(start, end)| &self.text[start..end]);
        self.view.each(tag.name, over, item, tag.at);
        if let Some((start, end)) = tag.value("varStatus") {
            let unknown = self.view.unknown(&[], tag.at);
            self.view.declare(&self.text[start..end], unknown, tag.at);
        }
    }

    fn when(&mut self, tag: &Tag<'a>) {
        let cond = match tag.value("test") {
            Some(test) => self.value(test),
            None => {
                let kids = self.values(tag);
                self.view.unknown(&kids, tag.at)
            }
        };
        if !tag.alone {
            self.view.when(tag.name, cond, tag.at);
        }
    }

    fn alternative(&mut self, tag: &Tag<'a>, last: bool) {
        let test = tag.value("test").map(|test| self.value(test));
        let Some((first, arm)) = self.choices.last().copied() else { return };
        let cond = match (first.some(), test) {
            (Some(first), _) => first,
            (None, Some(test)) => test,
            (None, None) => self.view.unknown(&[], tag.at),
        };
        if let Some(choice) = self.choices.last_mut() {
            *choice = (cond, arm.saturating_add(1));
        }
        if !tag.alone {
            self.view.case(CHOOSE, cond, arm, last, tag.at);
        }
    }

    fn set(&mut self, tag: &Tag<'a>) {
        let value = match tag.value("value") {
            Some(value) => self.value(value),
            None => self.view.unknown(&[], tag.at),
        };
        if let Some((start, end)) = tag.value("var") {
            self.view.assign(&self.text[start..end], value, tag.at);
        }
        if !tag.alone {
            self.view.plain(tag.name);
        }
    }

    /// `<jsp:include page="/WEB-INF/views/row.jsp"/>`
    fn include(&mut self, page: (usize, usize), args: Vec<Arg>) {
        let name = self.text[page.0..page.1].trim_start_matches('/');
        let at = View::at(page.0, page.1);
        if name.contains(['$', '%', '<']) {
            self.value(page);
            return;
        }
        let name = self.view.string(name.strip_prefix("WEB-INF/").unwrap_or(name), at);
        self.view.render("jsp:include", name, args, at);
    }

    /// A tag of a library: of the repository, if it has a file of that name.
    fn own(&mut self, tag: &Tag<'a>, local: &str) {
        let mut args: Vec<Arg> = Vec::new();
        for attribute in &tag.attributes {
            let value = self.value(attribute.value);
            args.push(Arg { slot: Slot::Key(self.view.file.sym(attribute.name)), value });
        }
        let name = self.view.string(&format!("tags/{local}.tag"), tag.at);
        self.view.render("jsp:tag", name, args, tag.at);
        if !tag.alone {
            self.view.plain(tag.name);
            // What tags of the repository put into the page's scope is not known.
            if let Some((start, end)) = tag.value("var") {
                let unknown = self.view.op(OpKind::Unknown(perflint_ir::Kids { start: 0, len: 0 }), tag.at);
                self.view.declare(&self.text[start..end], unknown, tag.at);
            }
        }
    }
}

/// The `>` that ends a tag, outside of quotes and of `<% %>` in them.
fn tag_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut quote = None;
    let mut plain = None;
    for (at, byte) in bytes.iter().enumerate().skip(from).take(1 << 16) {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), byte) if open == *byte => quote = None,
            (Some(_), b'>') => plain = plain.or(Some(at)),
            _ => {}
        }
    }
    plain
}
