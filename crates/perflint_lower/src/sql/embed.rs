//! Finds SQL in the strings of a lowered file.

use super::lex::{HOLE, Token, lex, skip_blank};
use super::split::split;
use super::statement::{is_plain_word, read};
use crate::Source;
use perflint_ir::{BinOp, Body, BodyId, FileIr, LocalId, OpId, OpKind, SqlFacts};
use rustc_hash::{FxHashMap, FxHashSet};

const ARTICLES: &[&str] = &["the", "an", "your", "this", "my", "these", "that", "our", "please"];
const VERBS: &[&str] =
    &["select", "insert", "update", "delete", "with", "create", "alter", "replace", "drop"];

pub(crate) fn embedded(mut file: FileIr, _source: Source<'_>) -> FileIr {
    let sql: Vec<bool> = file.names.iter().map(|name| starts_like_sql(name)).collect();
    if !sql.contains(&true) {
        return file;
    }
    let mut found = Vec::new();
    for (index, body) in file.bodies.iter().enumerate() {
        let is_sql = |op: &OpKind| matches!(op, OpKind::Str(sym) if sql.get(sym.0 as usize) == Some(&true));
        if body.ops.iter().any(|op| is_sql(&op.kind)) {
            let strings = Strings::new(&file, body);
            strings.collect(BodyId(index as u32), is_sql, &mut found);
        }
    }
    file.sql.append(&mut found);
    file
}

/// The first-byte check that nearly every string of a program fails, then the first word.
fn starts_like_sql(text: &str) -> bool {
    let first = text.bytes().find(|b| !b.is_ascii_whitespace()).unwrap_or(0) | 0x20;
    if !matches!(first, b's' | b'i' | b'u' | b'd' | b'w' | b'c' | b'a' | b'r' | b'(' | b'-' | b'/') {
        return false;
    }
    let start = skip_opening(text);
    let word = text[start..].bytes().take_while(u8::is_ascii_alphabetic).count();
    let followed = text.as_bytes().get(start + word).is_none_or(|b| b.is_ascii_whitespace() || *b == b'*');
    followed && VERBS.iter().any(|verb| text[start..start + word].eq_ignore_ascii_case(verb))
}

fn skip_opening(text: &str) -> usize {
    let mut at = skip_blank(text, 0);
    while text.as_bytes().get(at) == Some(&b'(') {
        at = skip_blank(text, at + 1);
    }
    at
}

/// The string expressions of a body.
struct Strings<'a> {
    file: &'a FileIr,
    body: &'a Body,
    /// For each part of a string expression the expression.
    parent: FxHashMap<OpId, OpId>,
    /// Expressions bound to a local that is appended to elsewhere.
    continued: FxHashSet<OpId>,
}

impl<'a> Strings<'a> {
    fn new(file: &'a FileIr, body: &'a Body) -> Self {
        let mut parent = FxHashMap::default();
        let mut grown: FxHashSet<LocalId> = FxHashSet::default();
        let mut bound = Vec::new();
        for (index, op) in body.ops.iter().enumerate() {
            let id = OpId(index as u32);
            match op.kind {
                OpKind::Text(kids) => parent.extend(body.kids(kids).iter().map(|kid| (*kid, id))),
                OpKind::Binary { op: BinOp::Add, lhs, rhs } => {
                    parent.extend([(lhs, id), (rhs, id)]);
                    if lhs.is_some()
                        && let OpKind::Local(local) = body.op(lhs).kind
                    {
                        grown.insert(local);
                    }
                }
                OpKind::Binary { op: BinOp::Mod, lhs, .. } => {
                    parent.insert(lhs, id);
                }
                OpKind::Bind { local, value } => bound.push((local, value)),
                _ => {}
            }
        }
        let grows = bound.into_iter().filter(|(local, _)| grown.contains(local));
        let continued = grows.map(|(_, value)| written(body, value)).collect();
        Self { file, body, parent, continued }
    }

    fn collect(&self, id: BodyId, is_sql: impl Fn(&OpKind) -> bool, found: &mut Vec<SqlFacts>) {
        let mut roots: Vec<OpId> = (0u32..)
            .zip(&self.body.ops)
            .filter(|(_, op)| is_sql(&op.kind))
            .map(|(index, _)| self.outermost(OpId(index)))
            .collect();
        roots.sort_unstable();
        roots.dedup();
        for root in roots {
            let text = self.text(root);
            if let Some(mut facts) = read_text(&text) {
                facts.place = Some((id, root));
                facts.partial |= self.continued.contains(&root);
                let span = self.body.op(root).span;
                facts.statements.iter_mut().for_each(|statement| statement.span = span);
                found.push(facts);
            }
        }
    }

    fn outermost(&self, mut id: OpId) -> OpId {
        while let Some(parent) = self.parent.get(&id) {
            id = *parent;
        }
        id
    }

    /// The text of an expression, with a [`HOLE`] for each part that is not literal.
    fn text(&self, root: OpId) -> String {
        let mut out = String::new();
        let mut todo = vec![root];
        while let Some(id) = todo.pop() {
            match id.some().map_or(OpKind::Null, |id| self.body.op(id).kind) {
                OpKind::Str(sym) => out.push_str(self.file.text(sym)),
                OpKind::Text(kids) => todo.extend(self.body.kids(kids).iter().rev()),
                OpKind::Binary { op: BinOp::Add, lhs, rhs } => todo.extend([rhs, lhs]),
                OpKind::Binary { op: BinOp::Mod, lhs, .. } => todo.push(lhs),
                _ => out.push(HOLE),
            }
        }
        out
    }
}

/// The value that a variable of a declared type is given.
fn written(body: &Body, value: OpId) -> OpId {
    match value.some().map(|value| body.op(value).kind) {
        Some(OpKind::Cast { value, .. }) => value,
        _ => value,
    }
}

/// The facts of a string, if it is SQL. Holes before the first word may be anything.
fn read_text(text: &str) -> Option<SqlFacts> {
    let whole = text.trim_start_matches(|c: char| c == HOLE || c.is_whitespace());
    let led = text.trim_start().len() != whole.len();
    if !starts_like_sql(whole) || !is_sql(whole) {
        return None;
    }
    let mut facts = SqlFacts { partial: led, ..SqlFacts::default() };
    for range in split(whole) {
        let reading = read(&whole[range]);
        facts.partial |= reading.partial;
        facts.statements.extend(reading.statements);
    }
    facts.partial &= led || !ends_with_order(whole);
    (!facts.statements.is_empty()).then_some(facts)
}

/// True if the literal end of a text orders the rows: whatever its holes hold, no limit can come after them but there. What
/// follows the words themselves says by what.
fn ends_with_order(text: &str) -> bool {
    let text = text.trim_end().strip_suffix(HOLE).filter(|rest| asks_for_order(rest)).unwrap_or(text);
    let tail = text.rsplit(HOLE).next().unwrap_or_default();
    if tail.len() == text.len() || tail.trim().is_empty() {
        return false;
    }
    let tokens = lex(tail);
    let ordered = tokens.windows(2).any(|pair| pair[0].is("order") && pair[1].is("by"));
    ordered && !tokens.iter().any(|token| token.is_any(&["limit", "fetch", "top", "offset"]))
}

fn asks_for_order(text: &str) -> bool {
    let mut words = text.rsplit(char::is_whitespace).filter(|word| !word.is_empty());
    let mut next = |word: &str| words.next().is_some_and(|last| last.eq_ignore_ascii_case(word));
    text.ends_with(char::is_whitespace) && next("by") && next("order")
}

/// Tells SQL from prose that starts with the same word.
fn is_sql(text: &str) -> bool {
    let tokens = lex(text);
    let Some(first) = tokens.iter().position(|t| !t.is_symbol("(")) else { return false };
    let (verb, rest) = (tokens[first], &tokens[first + 1..]);
    if !has_partner(&verb, rest) {
        return false;
    }
    if verb.text.bytes().all(|b| b.is_ascii_uppercase()) {
        return true;
    }
    let prose =
        rest.iter().any(|t| t.is_any(ARTICLES)) || rest.windows(2).any(|w| w[0].is("a") && article(rest, w));
    let capitalised = verb.text.as_bytes()[0].is_ascii_uppercase();
    let words_only = rest.iter().all(|t| is_plain_word(t) || matches!(t.text, "." | "!"));
    !(prose || capitalised && words_only)
}

/// `a` before a word is an article, unless it is the alias of the table before it.
fn article(rest: &[Token<'_>], pair: &[Token<'_>]) -> bool {
    let aliased =
        rest.windows(2).any(|w| w[1].start == pair[0].start && is_plain_word(&w[0]) && !w[0].is("from"));
    let keyword = pair[1].is_any(super::keywords::RESERVED);
    is_plain_word(&pair[1]) && !keyword && !aliased
}

/// The keyword without which the verb is just a word.
fn has_partner(verb: &Token<'_>, rest: &[Token<'_>]) -> bool {
    let later = |words: &[&str]| rest.iter().skip(1).any(|t| t.is_any(words));
    let next = |words: &[&str]| rest.first().is_some_and(|t| t.is_any(words));
    let symbol = |symbol: &str| rest.iter().any(|t| t.is_symbol(symbol));
    match verb.text.to_ascii_lowercase().as_str() {
        "select" => later(&["from", "into"]) || verb.text == "SELECT" && is_expression(rest),
        "insert" => next(&["into", "ignore", "or"]) && rest.len() > 1 || later(&["values", "into"]),
        "replace" => next(&["into"]) && rest.len() > 1,
        "update" => later(&["set"]),
        "delete" => next(&["from"]) && rest.len() > 1 || later(&["from"]) && later(&["where"]),
        "with" => later(&["as"]) && symbol("(") && later(VERBS),
        "create" => {
            next(&["table", "index", "unique", "temporary", "temp", "unlogged"])
                && (symbol("(") || later(&["as", "like"]))
        }
        "alter" => {
            next(&["table"]) && later(&["add", "drop", "rename", "alter", "modify", "change", "set", "owner"])
        }
        "drop" => next(&["table", "index"]) && rest.len() > 1,
        _ => false,
    }
}

/// `SELECT 1`, `SELECT EXISTS (..)`, `SELECT now()`.
fn is_expression(rest: &[Token<'_>]) -> bool {
    let called = rest.get(1).is_some_and(|t| t.is_symbol("("));
    rest.first().is_some_and(|t| called || t.kind == super::lex::Kind::Number)
}
