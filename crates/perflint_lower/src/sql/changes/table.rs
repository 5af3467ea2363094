//! `CREATE TABLE`: columns, and the constraints among them.

use super::{Reader, is_name};
use crate::sql::lex::{Kind, Token};
use perflint_ir::{Change, ColumnDef, ForeignDef, IndexDef};

/// Words that end a column's type.
const AFTER_TYPE: &[&str] = &[
    "not",
    "null",
    "default",
    "primary",
    "unique",
    "references",
    "check",
    "constraint",
    "collate",
    "generated",
    "auto_increment",
    "autoincrement",
    "comment",
    "on",
    "identity",
    "key",
    "as",
    "stored",
    "virtual",
    "invisible",
    "visible",
    "first",
    "after",
    "sparse",
    "encode",
    "storage",
    "compression",
    "rowguidcol",
    "charset",
    "deferrable",
    "initially",
    "always",
];

impl<'a> Reader<'_, 'a> {
    pub(super) fn create_table(&mut self) {
        let start = self.here();
        let if_absent = self.peek().is_some_and(|token| token.is("if"));
        self.skip(&["if", "not", "exists"]);
        let Some(table) = self.name() else { return };
        self.push(start, Change::CreateTable { table: table.clone(), if_absent });
        if self.eat("partition") && self.eat("of") || self.eat("like") {
            if let Some(from) = self.name() {
                self.push(start, Change::CopyColumns { table: table.clone(), from });
            }
        } else {
            for (from, to) in self.parts() {
                self.element(&table, from, to);
            }
        }
        self.options(&table);
    }

    fn options(&mut self, table: &str) {
        let start = self.here();
        while let Some(token) = self.peek() {
            self.at += 1;
            if token.is("partition") && self.eat("by") {
                let method = self.word().unwrap_or_default();
                let method = if &*method == "linear" { self.word().unwrap_or_default() } else { method };
                self.eat("columns");
                let columns = self.key().into_iter().map(|part| part.name).collect();
                self.push(start, Change::Partition { table: table.into(), method, columns });
            } else if token.is("inherits") {
                for from in self.columns() {
                    self.push(start, Change::CopyColumns { table: table.into(), from });
                }
            }
        }
    }

    /// One element of a table's declaration, or what an `ADD` adds.
    pub(super) fn element(&mut self, table: &str, from: usize, to: usize) {
        let after = self.at;
        self.at = from;
        if self.is_constraint(to) {
            self.constraint(table, to);
        } else if self.eat("like") {
            if let Some(other) = self.name() {
                self.push(self.tokens[from].start, Change::CopyColumns { table: table.into(), from: other });
            }
        } else {
            self.column(table, None, to);
        }
        self.at = after;
    }

    /// Whether what starts here is a constraint, not a column with the name of one.
    fn is_constraint(&self, to: usize) -> bool {
        let Some(first) = self.peek() else { return false };
        let next = self.ahead(1).filter(|_| self.at + 1 < to);
        let opens = |token: Option<&Token<'_>>| token.is_some_and(|t| t.is_symbol("("));
        if first.is_any(&["constraint", "exclude", "period"]) {
            return true;
        }
        if first.is_any(&["primary", "foreign"]) {
            return next.is_some_and(|t| t.is("key"));
        }
        if first.is_any(&["unique", "fulltext", "spatial"]) {
            return opens(next) || next.is_some_and(is_name);
        }
        if first.is("check") {
            return opens(next);
        }
        if first.is_any(&["index", "key"]) {
            let named = self.ahead(2).filter(|_| self.at + 2 < to);
            let length = self.ahead(3).is_some_and(|t| t.kind == Kind::Number);
            return opens(next)
                || next.is_some_and(is_name)
                    && (opens(named) && !length || named.is_some_and(|t| t.is("using")));
        }
        false
    }

    fn constraint(&mut self, table: &str, to: usize) {
        let start = self.here();
        let mut name = None;
        if self.eat("constraint")
            && !self.peek().is_some_and(|t| t.is_any(&["primary", "unique", "foreign", "check"]))
        {
            name = self.name();
        }
        let Some(kind) = self.peek() else { return };
        self.at += 1;
        if kind.is("primary") {
            self.eat("key");
            self.skip_to_bracket(to);
            let columns = self.columns();
            self.push(start, Change::PrimaryKey { table: table.into(), name, columns });
        } else if kind.is("foreign") {
            self.eat("key");
            if self.peek().is_some_and(is_name) {
                name = name.or(self.name());
            }
            let columns = self.columns();
            self.references(table, start, name, columns);
        } else if kind.is_any(&["unique", "index", "key", "fulltext", "spatial"]) {
            self.skip(&["key", "index", "nulls", "not", "distinct", "clustered", "nonclustered"]);
            if self.peek().is_some_and(|t| is_name(t) && !t.is("using")) {
                name = name.or(self.name());
            }
            let method = kind.is_any(&["fulltext", "spatial"]).then(|| kind.text.to_ascii_lowercase().into());
            let mut index = IndexDef { name, unique: kind.is("unique"), method, ..IndexDef::default() };
            if self.eat("using") {
                index.method = self.word();
                if index.method.as_deref() == Some("index") {
                    index.method = None;
                    // `UNIQUE USING INDEX x` makes a constraint of an index that is there.
                    return;
                }
            }
            index.columns = self.key();
            if self.eat("include") {
                index.include = self.columns();
            }
            if !index.columns.is_empty() {
                self.push(start, Change::Index { table: table.into(), index });
            }
        }
    }

    fn skip_to_bracket(&mut self, to: usize) {
        while self.at < to && !self.peek().is_some_and(|t| t.is_symbol("(")) {
            self.at += 1;
        }
    }

    fn references(&mut self, table: &str, start: usize, name: Option<Box<str>>, columns: Vec<Box<str>>) {
        if !self.eat("references") {
            return;
        }
        let Some(target) = self.name() else { return };
        let references = self.columns();
        let key = ForeignDef { name, columns, table: target, references };
        self.push(start, Change::ForeignKey { table: table.into(), key });
    }

    /// A column's declaration, up to a token.
    pub(super) fn column(&mut self, table: &str, was: Option<Box<str>>, to: usize) {
        let start = self.here();
        let Some(token) = self.peek().filter(|token| is_name(token)) else { return };
        let name: Box<str> = token.unquoted().into();
        self.at += 1;
        let from = self.at;
        while self.at < to && !self.tokens[self.at].is_any(AFTER_TYPE) {
            if self.tokens[self.at].is("character") && self.ahead(1).is_some_and(|t| t.is("set")) {
                break;
            }
            self.at += 1;
        }
        let ty = self.slice(from, self.at).filter(|_| self.at > from).unwrap_or_default();
        let mut column = ColumnDef { name, ty: ty.to_lowercase().into(), nullable: true, default: None };
        let mut more = Vec::new();
        let here = self.found.len();
        while self.at < to {
            self.column_option(table, &mut column, &mut more, start);
        }
        if &*column.ty == "serial" || &*column.ty == "bigserial" {
            column.nullable = false;
        }
        self.found.insert(here, (start as u32, Change::Column { table: table.into(), was, column }));
        self.found.extend(more.into_iter().map(|change| (start as u32, change)));
    }

    fn column_option(&mut self, table: &str, column: &mut ColumnDef, more: &mut Vec<Change>, start: usize) {
        let Some(token) = self.peek() else { return };
        let columns = vec![column.name.clone()];
        self.at += 1;
        if token.is("not") && self.eat("null") {
            column.nullable = false;
        } else if token.is("primary") {
            self.eat("key");
            column.nullable = false;
            more.push(Change::PrimaryKey { table: table.into(), name: None, columns });
        } else if token.is("unique") {
            self.eat("key");
            let parts =
                columns.into_iter().map(|name| perflint_ir::KeyPart { name, ..Default::default() }).collect();
            let index = IndexDef { columns: parts, unique: true, ..IndexDef::default() };
            more.push(Change::Index { table: table.into(), index });
        } else if token.is("auto_increment") {
            // Part of the type, as `serial` is one: it tells which database this is.
            column.ty = format!("{} auto_increment", column.ty).into();
        } else if token.is("default") {
            column.default = self.default_value();
        } else if token.is("references") {
            self.at -= 1;
            self.references(table, start, None, columns);
        } else if token.is_symbol("(") {
            self.at -= 1;
            self.group();
        }
    }

    fn default_value(&mut self) -> Option<Box<str>> {
        let token = self.peek()?;
        if token.is_symbol("(") {
            self.group();
            return None;
        }
        self.at += 1;
        let call = self.peek().is_some_and(|t| t.is_symbol("("));
        if call {
            self.group();
        }
        let text: &'a str = token.text;
        (!call).then(|| text.trim_matches('\'').into())
    }
}
