//! What statements of SQL change about tables and indexes.
//!
//! Read from tokens: a table of a dump must not be lost because of one option that only its own database knows, and what
//! matters here (names, columns, keys) is spelled alike everywhere. `sqlparser` gives up the whole statement instead.

mod alter;
mod table;

use super::lex::{Kind, Token};
use perflint_ir::{Change, IndexDef, KeyPart};

/// Definitions longer than this are not read.
const MAX_TOKENS: usize = 200_000;

/// A change, and the byte of the text where it is written.
pub(super) type Found = (u32, Change);

/// The changes that a statement makes.
pub(super) fn changes(text: &str, tokens: &[Token<'_>]) -> Vec<Found> {
    let mut reader = Reader { text, tokens, at: 0, found: Vec::new() };
    if tokens.len() <= MAX_TOKENS {
        reader.statement();
    }
    reader.found
}

struct Reader<'t, 'a> {
    text: &'a str,
    tokens: &'t [Token<'a>],
    at: usize,
    found: Vec<Found>,
}

impl<'t, 'a> Reader<'t, 'a> {
    fn statement(&mut self) {
        let Some(verb) = self.tokens.first() else { return };
        if verb.is("create") {
            self.at = 1;
            self.create();
        } else if verb.is("alter") {
            self.at = 1;
            self.alter();
        } else if verb.is("drop") {
            self.at = 1;
            self.dropped();
        } else if verb.is("rename") && self.tokens.get(1).is_some_and(|t| t.is("table")) {
            self.at = 2;
            self.renamed();
        }
    }

    fn create(&mut self) {
        let mut unique = false;
        let mut method = None;
        while let Some(token) = self.peek() {
            self.at += 1;
            if token.is("unique") {
                unique = true;
            } else if token.is_any(&["fulltext", "spatial"]) {
                method = Some(token.text.to_ascii_lowercase().into());
            } else if token.is_any(&["temporary", "temp"]) {
                return;
            } else if token.is("table") {
                return self.create_table();
            } else if token.is("index") {
                return self.create_index(unique, method);
            } else if !token.is_any(&[
                "or",
                "replace",
                "unlogged",
                "global",
                "local",
                "clustered",
                "nonclustered",
                "foreign",
                "external",
            ]) {
                return;
            }
        }
    }

    fn create_index(&mut self, unique: bool, method: Option<Box<str>>) {
        self.skip(&["concurrently", "if", "not", "exists", "online"]);
        let start = self.here();
        let name = if self.peek().is_some_and(|t| t.is("on")) { None } else { self.name() };
        self.skip(&["using", "btree", "hash"]);
        if !self.eat("on") {
            return;
        }
        self.eat("only");
        let Some(table) = self.name() else { return };
        let mut index = IndexDef { name, unique, method, ..IndexDef::default() };
        self.index_rest(&mut index);
        if !index.columns.is_empty() {
            self.push(start, Change::Index { table, index });
        }
    }

    /// `USING m (columns) INCLUDE (columns) WHERE condition`, in any order.
    fn index_rest(&mut self, index: &mut IndexDef) {
        while let Some(token) = self.peek() {
            if token.is("using") {
                self.at += 1;
                index.method = self.word();
            } else if token.is("include") {
                self.at += 1;
                index.include = self.columns();
            } else if token.is("where") {
                self.at += 1;
                let end = self.tokens.len();
                index.condition = self.slice(self.at, end).map(Into::into);
                self.at = end;
            } else if token.is_symbol("(") && index.columns.is_empty() {
                index.columns = self.key();
            } else if token.is_symbol("(") {
                self.group();
            } else {
                self.at += 1;
            }
        }
    }

    fn dropped(&mut self) {
        let Some(what) = self.peek() else { return };
        self.at += 1;
        self.skip(&["concurrently", "if", "exists"]);
        let start = self.here();
        if what.is("table") {
            while let Some(table) = self.name() {
                self.push(start, Change::DropTable { table });
                if !self.eat_symbol(",") {
                    return;
                }
            }
        } else if what.is("index") {
            let mut names = Vec::new();
            while let Some(name) = self.name() {
                names.push(name);
                if !self.eat_symbol(",") {
                    break;
                }
            }
            let table = if self.eat("on") { self.name() } else { None };
            for name in names {
                self.push(
                    start,
                    Change::DropIndex { table: table.clone(), name: Some(name), columns: Vec::new() },
                );
            }
        }
    }

    /// `RENAME TABLE a TO b, c TO d`.
    fn renamed(&mut self) {
        loop {
            let start = self.here();
            let Some(table) = self.name() else { return };
            if !self.eat("to") {
                return;
            }
            let Some(to) = self.name() else { return };
            self.push(start, Change::RenameTable { table, to });
            if !self.eat_symbol(",") {
                return;
            }
        }
    }

    fn peek(&self) -> Option<&'t Token<'a>> {
        self.tokens.get(self.at)
    }

    fn ahead(&self, by: usize) -> Option<&'t Token<'a>> {
        self.tokens.get(self.at + by)
    }

    fn here(&self) -> usize {
        self.peek().map_or(self.text.len(), |token| token.start)
    }

    fn push(&mut self, start: usize, change: Change) {
        self.found.push((start as u32, change));
    }

    fn skip(&mut self, words: &[&str]) {
        while self.peek().is_some_and(|token| token.is_any(words)) {
            self.at += 1;
        }
    }

    fn eat(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is(word));
        self.at += usize::from(found);
        found
    }

    fn eat_symbol(&mut self, symbol: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is_symbol(symbol));
        self.at += usize::from(found);
        found
    }

    fn word(&mut self) -> Option<Box<str>> {
        let token = self.peek().filter(|token| token.kind == Kind::Word)?;
        self.at += 1;
        Some(token.text.to_ascii_lowercase().into())
    }

    /// The last part of a dotted name, without quotes.
    fn name(&mut self) -> Option<Box<str>> {
        let mut name = None;
        loop {
            let token = self.peek().filter(|token| is_name(token))?;
            name = Some(token.unquoted().into()).or(name);
            self.at += 1;
            if !self.eat_symbol(".") {
                return name;
            }
        }
    }

    /// One past the group in brackets that starts here.
    fn group_end(&self) -> usize {
        let mut depth = 0usize;
        for (index, token) in self.tokens.iter().enumerate().skip(self.at) {
            if token.is_symbol("(") {
                depth += 1;
            } else if token.is_symbol(")") {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return index + 1;
                }
            }
        }
        self.tokens.len()
    }

    fn group(&mut self) {
        self.at = self.group_end();
    }

    /// The parts between commas of the group in brackets that starts here, as ranges of tokens.
    fn parts(&mut self) -> Vec<(usize, usize)> {
        if !self.peek().is_some_and(|token| token.is_symbol("(")) {
            return Vec::new();
        }
        let end = self.group_end();
        let closed = self.tokens.get(end - 1).is_some_and(|token| token.is_symbol(")"));
        let parts = self.split(self.at + 1, end - usize::from(closed));
        self.at = end;
        parts
    }

    /// The ranges between commas outside of brackets.
    fn split(&self, start: usize, end: usize) -> Vec<(usize, usize)> {
        let mut parts = Vec::new();
        let (mut depth, mut from) = (0usize, start);
        for index in start..end {
            let token = &self.tokens[index];
            if token.is_symbol("(") {
                depth += 1;
            } else if token.is_symbol(")") {
                depth = depth.saturating_sub(1);
            } else if depth == 0 && token.is_symbol(",") {
                parts.push((from, index));
                from = index + 1;
            }
        }
        if from < end {
            parts.push((from, end));
        }
        parts
    }

    /// Plain columns in brackets.
    fn columns(&mut self) -> Vec<Box<str>> {
        self.key().into_iter().filter(|part| !part.expression).map(|part| part.name).collect()
    }

    /// What an index holds, in brackets.
    fn key(&mut self) -> Vec<KeyPart> {
        self.parts().into_iter().filter_map(|(start, end)| self.key_part(start, end)).collect()
    }

    fn key_part(&self, start: usize, end: usize) -> Option<KeyPart> {
        let tokens = self.tokens.get(start..end)?;
        let first = tokens.first()?;
        let descending = tokens.iter().any(|token| token.is("desc"));
        // Texts that are compared otherwise are another key.
        let plain = is_name(first)
            && !tokens.iter().any(|token| token.is("collate"))
            && match tokens.get(1) {
                None => true,
                // The length of a prefix, in MySQL.
                Some(next) if next.is_symbol("(") => {
                    tokens.get(2).is_some_and(|t| t.kind == Kind::Number)
                        && tokens.get(3).is_some_and(|t| t.is_symbol(")"))
                }
                Some(next) => is_name(next),
            };
        if plain {
            return Some(KeyPart { name: first.unquoted().into(), descending, expression: false });
        }
        let mut end = end;
        while end > start + 1 && self.tokens[end - 1].is_any(&["asc", "desc"]) {
            end -= 1;
        }
        Some(KeyPart { name: self.slice(start, end)?.into(), descending, expression: true })
    }

    /// The text of some tokens, in one line.
    fn slice(&self, start: usize, end: usize) -> Option<String> {
        let (first, last) = (self.tokens.get(start)?, self.tokens.get(end.checked_sub(1)?)?);
        let text = self.text.get(first.start..last.end())?;
        Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

fn is_name(token: &Token<'_>) -> bool {
    matches!(token.kind, Kind::Word | Kind::Quoted)
}
