//! Reads one statement: the typed parser first, then tree-sitter for structure and keywords for the rest.

use super::lex::{Kind, Token, lex};
use super::{keywords, normal, syntax, typed};
use crate::guard;
use perflint_ir::{SqlStatement, SqlVerb};

/// More tokens than this are data or a program's output; only their keywords are read.
const MAX_TOKENS: usize = 20_000;

/// What a text says.
pub(super) struct Reading {
    /// Its statements.
    pub statements: Vec<SqlStatement>,
    /// Clauses may be missing from the text.
    pub partial: bool,
}

/// Reads one statement.
pub(super) fn read(text: &str) -> Reading {
    let tokens = lex(text);
    let verb = keywords::verb(&tokens);
    let normal = normal::normal(&tokens);
    let of_tables = tokens.len() <= MAX_TOKENS && !names_classes(&tokens);
    let mut statements = match verb {
        SqlVerb::CreateTable | SqlVerb::CreateIndex | SqlVerb::AlterTable | SqlVerb::Drop => {
            vec![keywords::definition(&tokens, verb)]
        }
        SqlVerb::Insert | SqlVerb::Other => Vec::new(),
        _ if !of_tables || guard::nests_deeper(&normal.sql, typed::MAX_NESTING) => Vec::new(),
        _ => guard::deeper(|| typed::read(&normal.sql)).unwrap_or_default(),
    };
    if statements.is_empty() {
        let mut statement = keywords::read(&tokens);
        if of_tables && !matches!(verb, SqlVerb::Insert | SqlVerb::Other) {
            syntax::refine(&normal.sql, &mut statement);
        }
        statements.push(statement);
    }
    // A list that is made into rows restricts those that are joined to it: `FROM unnest($1::bigint[]) AS given(id)`.
    let given = tokens.iter().any(|token| token.is("unnest"));
    if let Some(first) = statements.first_mut() {
        first.filtered |= given;
        first.changes = super::changes::changes(text, &tokens);
    }
    Reading { statements, partial: normal.partial }
}

/// Is this no SQL but the language of a mapper, whose tables are classes: `SELECT o FROM Shop\Order o`? Parsers of SQL take long to
/// see an error in each of the names.
fn names_classes(tokens: &[Token<'_>]) -> bool {
    tokens.iter().any(|token| token.is_symbol("\\"))
}

/// The head of a statement: enough for INSERT, whose values do not matter.
pub(super) fn is_insert(text: &str) -> bool {
    let start = super::lex::skip_blank(text, 0);
    let word = text.as_bytes().get(start..start + 7).unwrap_or_default();
    word.get(..6).is_some_and(|w| w.eq_ignore_ascii_case(b"insert")) || word.eq_ignore_ascii_case(b"replace")
}

/// Is a token a plain word, as in prose?
pub(super) fn is_plain_word(token: &Token<'_>) -> bool {
    token.kind == Kind::Word && token.text.bytes().all(|b| b.is_ascii_alphabetic())
}
