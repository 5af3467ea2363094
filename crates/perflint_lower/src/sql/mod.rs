//! Facts about SQL: in the strings of a program and in SQL files.
//!
//! Programs carry SQL in pieces: with placeholders of some driver, with holes where a name or a clause is filled in, cut
//! short where the rest is appended later. So every text goes through one lexer first, which knows all placeholders and
//! holes; it yields a normal form that `sqlparser` reads. What that parser rejects is read by tree-sitter, for its
//! structure, and by a reader of keywords, for what must be right even in a fragment. What defines tables and indexes needs
//! neither: its changes are read from the tokens.

mod bounds;
mod changes;
mod embed;
mod file;
mod keywords;
mod lex;
mod normal;
mod split;
mod statement;
mod syntax;
mod typed;

#[cfg(test)]
mod tests;

pub(crate) use embed::embedded;
pub(crate) use file::lower;

/// What the statements of a text change about tables.
pub(crate) fn changes_of(text: &str) -> Vec<perflint_ir::Change> {
    let read = |range: std::ops::Range<usize>| statement::read(&text[range]).statements;
    let statements = split::split(text).into_iter().flat_map(read);
    statements.flat_map(|statement| statement.changes).map(|(_, change)| change).collect()
}
