//! Writes tokens as plain SQL: driver placeholders and holes become what a parser of standard SQL accepts there.

use super::lex::{HOLE, Kind, Token};

/// The name that stands for an unknown name.
pub(super) const HOLE_NAME: &str = "perflint_hole";

const BEFORE_TABLE: &[&str] = &["from", "join", "into", "update", "table", "only", "exists"];
const BEFORE_CONDITION: &[&str] = &["where", "and", "or", "having", "on", "not"];

/// Plain SQL.
pub(super) struct Normal {
    /// The text.
    pub sql: String,
    /// A hole may stand for clauses, or the text ends in the middle of one.
    pub partial: bool,
}

/// The tokens as plain SQL.
pub(super) fn normal(tokens: &[Token<'_>]) -> Normal {
    let mut out = Normal { sql: String::with_capacity(tokens.len() * 6), partial: ends_early(tokens) };
    let mut end = tokens.first().map_or(0, |t| t.start);
    for (index, token) in tokens.iter().enumerate() {
        if token.start > end {
            out.sql.push(' ');
        }
        end = token.end();
        match token.kind {
            Kind::Hole | Kind::Placeholder => out.filled(tokens, index),
            Kind::Quoted => out.quoted(token),
            Kind::Word => out.sql.push_str(&name_of(token)),
            _ => out.sql.push_str(&token.text.replace(HOLE, "")),
        }
    }
    out
}

/// A word's text with its holes made part of the name.
pub(super) fn name_of(token: &Token<'_>) -> String {
    let text = token.unquoted();
    if token.kind == Kind::Quoted || !text.contains([HOLE, '{', '%', '#']) {
        return text.replace(HOLE, HOLE_NAME);
    }
    let mut name = String::with_capacity(text.len() + HOLE_NAME.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            HOLE => name.push_str(HOLE_NAME),
            '{' => {
                name.push_str(HOLE_NAME);
                chars.by_ref().find(|c| *c == '}');
            }
            '%' => {
                name.push_str(HOLE_NAME);
                chars.by_ref().find(char::is_ascii_alphabetic);
            }
            '$' | '#' => {}
            c => name.push(c),
        }
    }
    name
}

impl Normal {
    fn quoted(&mut self, token: &Token<'_>) {
        self.sql.push('"');
        self.sql.push_str(&name_of(token).replace('"', "_"));
        self.sql.push('"');
    }

    fn filled(&mut self, tokens: &[Token<'_>], index: usize) {
        let token = &tokens[index];
        let before = index.checked_sub(1).map(|i| &tokens[i]);
        let after = tokens.get(index + 1);
        let named = before.is_some_and(|t| t.is_any(BEFORE_TABLE) || t.is_symbol("."))
            || after.is_some_and(|t| t.is_symbol(".") && t.start == token.end());
        if named {
            self.sql.push_str(HOLE_NAME);
            return;
        }
        let hole = token.kind == Kind::Hole;
        if before.is_some_and(|t| t.is("in")) {
            self.sql.push_str("($1)");
        } else if hole && before.is_some_and(|t| t.is("set")) {
            self.sql.push_str("perflint_hole = $1");
        } else if hole && before.is_none_or(ends_operand) {
            self.partial = true;
        } else {
            self.partial |= hole
                && before.is_some_and(|t| t.is_any(BEFORE_CONDITION))
                && after.is_none_or(ends_condition);
            self.sql.push_str("$1");
        }
    }
}

/// After such a token an expression or a table is complete, so that a hole after it is a clause.
fn ends_operand(token: &Token<'_>) -> bool {
    match token.kind {
        Kind::Word => !token.is_any(super::keywords::RESERVED),
        Kind::Symbol => matches!(token.text, ")" | "*" | "]"),
        _ => true,
    }
}

fn ends_condition(token: &Token<'_>) -> bool {
    match token.kind {
        Kind::Word => !token.is_any(&["in", "is", "not", "between", "like", "ilike"]),
        Kind::Symbol => matches!(token.text, ")" | ";"),
        _ => true,
    }
}

/// A text that stops after a keyword or operator is continued somewhere else.
fn ends_early(tokens: &[Token<'_>]) -> bool {
    tokens.last().is_some_and(|last| match last.kind {
        Kind::Word => last.is_any(super::keywords::OPENING),
        Kind::Symbol => matches!(last.text, "," | "(" | "=" | "<" | ">" | "." | "+"),
        _ => false,
    })
}
