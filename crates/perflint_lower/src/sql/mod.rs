//! Facts about SQL: in the strings of a program and in SQL files.
//!
//! Programs carry SQL in pieces: with placeholders of some driver, with holes where a name or a clause is filled in, cut
//! short where the rest is appended later. So every text goes through one lexer first, which knows all placeholders and
//! holes; it yields a normal form that `sqlparser` reads. What that parser rejects is read by tree-sitter, for its
//! structure, and by a reader of keywords, for what must be right even in a fragment.

mod bounds;
mod changes;
mod definitions;
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
