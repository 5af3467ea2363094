//! Reads a statement by its keywords alone, so that tables, `*`, WHERE and limits are right even in a fragment.

use super::lex::{Kind, Token};
use super::normal::name_of;
use perflint_ir::{SqlStatement, SqlVerb};

/// Keywords that no table, column or alias is called.
pub(super) const RESERVED: &[&str] = &[
    "select",
    "from",
    "where",
    "join",
    "inner",
    "left",
    "right",
    "full",
    "outer",
    "cross",
    "natural",
    "on",
    "using",
    "group",
    "order",
    "by",
    "having",
    "limit",
    "offset",
    "fetch",
    "union",
    "intersect",
    "except",
    "into",
    "values",
    "set",
    "and",
    "or",
    "not",
    "in",
    "is",
    "like",
    "ilike",
    "between",
    "as",
    "case",
    "when",
    "then",
    "else",
    "with",
    "returning",
    "update",
    "delete",
    "insert",
    "for",
    "lateral",
    "only",
    "distinct",
    "all",
    "exists",
    "table",
    "default",
    "add",
    "window",
    "asc",
    "desc",
    "top",
];

/// Keywords that need something after them.
pub(super) const OPENING: &[&str] = &[
    "select", "from", "where", "join", "on", "by", "having", "limit", "offset", "union", "into", "values",
    "set", "and", "or", "not", "in", "like", "ilike", "between", "as", "using", "update", "order", "group",
    "all", "distinct",
];

/// What the statement does.
pub(super) fn verb(tokens: &[Token<'_>]) -> SqlVerb {
    let Some(first) = tokens.iter().position(|t| !t.is_symbol("(") && t.kind != Kind::Hole) else {
        return SqlVerb::Other;
    };
    let second = tokens.get(first + 1);
    let third = tokens.get(first + 2);
    let is = |token: Option<&Token<'_>>, words: &[&str]| token.is_some_and(|t| t.is_any(words));
    match &tokens[first] {
        t if t.is("with") => main_verb(&tokens[first + 1..]),
        t if t.is_any(&["create"]) => {
            if is(second, &["index"]) || is(third, &["index"]) {
                SqlVerb::CreateIndex
            } else if tokens[first + 1..].iter().take(3).any(|t| t.is("table")) {
                SqlVerb::CreateTable
            } else {
                SqlVerb::Other
            }
        }
        t if t.is("alter") && is(second, &["table"]) => SqlVerb::AlterTable,
        t if t.is("drop") && is(second, &["table", "index"]) => SqlVerb::Drop,
        t => simple_verb(t).unwrap_or_default(),
    }
}

fn simple_verb(token: &Token<'_>) -> Option<SqlVerb> {
    Some(match token {
        t if t.is("select") => SqlVerb::Select,
        t if t.is_any(&["insert", "replace"]) => SqlVerb::Insert,
        t if t.is("update") => SqlVerb::Update,
        t if t.is("delete") => SqlVerb::Delete,
        _ => return None,
    })
}

/// The verb after the common table expressions.
fn main_verb(tokens: &[Token<'_>]) -> SqlVerb {
    let mut depth = 0usize;
    for token in tokens {
        match token.text {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ if depth == 0 => {
                if let Some(verb) = simple_verb(token) {
                    return verb;
                }
            }
            _ => {}
        }
    }
    SqlVerb::Other
}

/// The statement as far as keywords tell.
pub(super) fn read(tokens: &[Token<'_>]) -> SqlStatement {
    let mut reader =
        Reader { tokens, at: 0, open: Vec::new(), ctes: Vec::new(), out: SqlStatement::default() };
    reader.out.verb = verb(tokens);
    while reader.at < tokens.len() {
        reader.step();
    }
    let Reader { mut out, ctes, .. } = reader;
    out.tables.retain(|table| !ctes.contains(table));
    out.any = tokens.iter().any(|token| token.is("or"));
    out
}

/// A statement that defines or drops a table or an index, and the table that it is about. It reads no rows.
pub(super) fn definition(tokens: &[Token<'_>], verb: SqlVerb) -> SqlStatement {
    let table = match verb {
        SqlVerb::CreateIndex => indexed_table(tokens),
        // What stands there is the name of the index.
        SqlVerb::Drop if !tokens.iter().take(2).any(|token| token.is("table")) => None,
        _ => read(tokens).tables.into_iter().next(),
    };
    SqlStatement { verb, tables: table.into_iter().collect(), ..SqlStatement::default() }
}

struct Reader<'t, 'a> {
    tokens: &'t [Token<'a>],
    at: usize,
    /// For each open bracket the token before it.
    open: Vec<usize>,
    ctes: Vec<Box<str>>,
    out: SqlStatement,
}

impl<'t, 'a> Reader<'t, 'a> {
    fn peek(&self, ahead: usize) -> Option<&'t Token<'a>> {
        self.tokens.get(self.at + ahead)
    }

    fn before(&self) -> Option<&'t Token<'a>> {
        self.tokens.get(self.at.checked_sub(1)?)
    }

    fn step(&mut self) {
        let token = &self.tokens[self.at];
        match token.kind {
            Kind::Symbol => self.symbol(token),
            Kind::Word => self.word(token),
            _ => {}
        }
        self.at += 1;
    }

    fn symbol(&mut self, token: &Token<'a>) {
        match token.text {
            "(" => {
                if self.before().is_some_and(|t| t.is("as"))
                    && let Some(name) = self.at.checked_sub(2).map(|i| &self.tokens[i])
                {
                    self.ctes.push(lower(name));
                }
                self.open.push(self.at);
            }
            ")" => {
                self.open.pop();
            }
            "*" if self.open.is_empty() && self.out.verb == SqlVerb::Select => {
                let selected = self.before().is_some_and(|t| {
                    t.is_any(&["select", "distinct", "all"])
                        || t.is_symbol(",")
                        || t.is_symbol(".")
                        || t.kind == Kind::Number
                });
                self.out.star |= selected && self.out.tables.is_empty();
            }
            _ => {}
        }
    }

    fn word(&mut self, token: &Token<'a>) {
        match token.text.to_ascii_lowercase().as_str() {
            "from" if !self.inside_function() && !self.before().is_some_and(|t| t.is("distinct")) => {
                self.tables();
            }
            "join" | "into" => {
                self.table(1);
            }
            "update" if self.at == 0 || self.out.verb == SqlVerb::Update && self.out.tables.is_empty() => {
                self.table(1);
            }
            "table" | "insert" | "replace" if self.out.tables.is_empty() => {
                self.table(1);
            }
            "where" => self.out.filtered |= self.open.is_empty() || self.out.tables.len() <= 1,
            "limit" if self.open.is_empty() => self.limit(1),
            "fetch" if self.open.is_empty() => self.limit(2),
            "top" if self.before().is_some_and(|t| t.is_any(&["select", "distinct"])) => {
                self.limit(1 + usize::from(self.peek(1).is_some_and(|t| t.is_symbol("("))));
            }
            "rownum" => self.rownum(),
            "order" if self.open.is_empty() && self.peek(1).is_some_and(|t| t.is("by")) => self.order(),
            _ => {}
        }
    }

    /// `EXTRACT(year FROM x)` and its kin.
    fn inside_function(&self) -> bool {
        let name = self.open.last().and_then(|open| self.tokens.get(open.checked_sub(1)?));
        name.is_some_and(|t| t.is_any(&["extract", "substring", "trim", "overlay", "position"]))
    }

    /// Reads the table that stands `ahead` tokens from here; returns how many tokens it takes.
    fn table(&mut self, ahead: usize) -> usize {
        let mut ahead = ahead;
        while self.peek(ahead).is_some_and(|t| {
            t.is_any(&["only", "lateral", "into", "table", "if", "not", "exists", "ignore", "or"])
        }) {
            ahead += 1;
        }
        let Some(mut name) = self.peek(ahead).filter(|t| is_name(t)) else { return ahead };
        while self.peek(ahead + 1).is_some_and(|t| t.is_symbol("."))
            && let Some(part) = self.peek(ahead + 2).filter(|t| is_name(t))
        {
            name = part;
            ahead += 2;
        }
        let called =
            self.peek(ahead + 1).is_some_and(|t| t.is_symbol("(")) && self.out.verb == SqlVerb::Select;
        let name = lower(name);
        if !called && !self.out.tables.contains(&name) {
            self.out.tables.push(name);
        }
        ahead + 1
    }

    /// A list of tables after FROM.
    fn tables(&mut self) {
        let mut next = self.table(1);
        loop {
            next += usize::from(self.peek(next).is_some_and(|t| t.is("as")));
            next += usize::from(self.peek(next).is_some_and(|t| t.kind != Kind::Hole && is_name(t)));
            if !self.peek(next).is_some_and(|t| t.is_symbol(",")) {
                return;
            }
            next = self.table(next + 1);
        }
    }

    fn limit(&mut self, ahead: usize) {
        let Some(token) = self.peek(ahead) else { return };
        self.out.limit = match token.kind {
            Kind::Number => Some(token.text.parse().unwrap_or(u32::MAX)),
            Kind::Word if token.is_any(&["all", "null"]) => None,
            Kind::Word if token.is_any(&["row", "rows"]) => Some(1),
            _ => Some(u32::MAX),
        };
    }

    fn rownum(&mut self) {
        let symbols =
            (1..3).take_while(|i| self.peek(*i).is_some_and(|t| matches!(t.text, "<" | "="))).count();
        if symbols > 0 {
            self.limit(symbols + 1);
        }
    }

    fn order(&mut self) {
        let mut ahead = 2;
        while let Some(token) = self.peek(ahead) {
            match token.kind {
                Kind::Word if token.is_any(&["asc", "desc", "nulls", "first", "last"]) => {}
                _ if is_name(token) => {
                    let qualified = self.peek(ahead + 1).is_some_and(|t| t.is_symbol("."));
                    let called = self.peek(ahead + 1).is_some_and(|t| t.is_symbol("("));
                    if !qualified && !called {
                        self.out.order.push(lower(token));
                    }
                }
                Kind::Symbol if matches!(token.text, "," | "." | "(" | ")") => {}
                _ => return,
            }
            ahead += 1;
        }
    }
}

fn indexed_table(tokens: &[Token<'_>]) -> Option<Box<str>> {
    let on = tokens.iter().position(|t| t.is("on"))?;
    let mut ahead = on + 1 + usize::from(tokens.get(on + 1).is_some_and(|t| t.is("only")));
    while tokens.get(ahead + 1).is_some_and(|t| t.is_symbol(".")) {
        ahead += 2;
    }
    tokens.get(ahead).filter(|t| is_name(t)).map(lower)
}

fn is_name(token: &Token<'_>) -> bool {
    match token.kind {
        Kind::Word => !token.is_any(RESERVED),
        Kind::Quoted | Kind::Hole | Kind::Placeholder => true,
        _ => false,
    }
}

fn lower(token: &Token<'_>) -> Box<str> {
    match token.kind {
        Kind::Hole | Kind::Placeholder => super::normal::HOLE_NAME.into(),
        _ => name_of(token).to_lowercase().into(),
    }
}
