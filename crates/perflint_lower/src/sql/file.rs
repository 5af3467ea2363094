//! SQL files: migrations, schemas, queries of sqlc, models of dbt.

use super::lex::{HOLE, skip_blank};
use super::split::split;
use super::statement::{is_insert, read};
use crate::Source;
use perflint_ir::{FileBuilder, FileIr, ItemId, ItemKind, Marker, OpId, Span, SqlFacts};
use std::borrow::Cow;
use std::ops::Range;

/// How much of an INSERT is read.
const INSERT_HEAD: usize = 2_048;

pub(crate) fn lower(source: Source<'_>) -> FileIr {
    let mut file = FileBuilder::new(source.path, source.lang, source.role);
    let (text, templated) = without_template(source.text);
    let text = without_undoing(text);
    let mut all = SqlFacts { partial: templated, ..SqlFacts::default() };
    for range in split(&text) {
        let start = skip_blank(&text, range.start).min(range.end);
        if start == range.end {
            continue;
        }
        let span = Span::new(start as u32, range.end as u32);
        query_name(&mut file, &source.text[range.start..start], span);
        let reading = read(head(&text, start..range.end));
        for mut statement in reading.statements {
            statement.span = span;
            statement.changes.iter_mut().for_each(|(at, _)| *at += start as u32);
            let partial = templated || reading.partial;
            if partial != all.partial {
                flush(&mut file, &mut all, partial);
            }
            all.statements.push(statement);
        }
    }
    flush(&mut file, &mut all, false);
    file.finish()
}

/// Blanks what undoes a migration, keeping offsets: what stands after a comment like `-- +goose Down` or `-- migrate:down`, up to
/// one that says `Up`.
fn without_undoing(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.split_inclusive('\n').any(|line| direction(line) == Some(false)) {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut undoes = false;
    for line in text.split_inclusive('\n') {
        undoes = direction(line).map_or(undoes, |up| !up);
        match undoes {
            true => out.extend(line.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' })),
            false => out.push_str(line),
        }
    }
    Cow::Owned(out)
}

/// Whether a line starts what a migration does, or what undoes it.
fn direction(line: &str) -> Option<bool> {
    let comment = line.trim().strip_prefix("--")?.trim_start();
    let (tool, word) = comment.split_once([':', ' '])?;
    let marks = tool.starts_with('+') || comment[tool.len()..].starts_with(':');
    let word = word.split_whitespace().next()?;
    match (marks, word) {
        (true, word) if word.eq_ignore_ascii_case("up") => Some(true),
        (true, word) if word.eq_ignore_ascii_case("down") => Some(false),
        _ => None,
    }
}

/// Statements with the same certainty share their facts.
fn flush(file: &mut FileBuilder, all: &mut SqlFacts, partial: bool) {
    let done = std::mem::replace(all, SqlFacts { partial, ..SqlFacts::default() });
    if !done.statements.is_empty() {
        file.sql(done);
    }
}

fn head(text: &str, range: Range<usize>) -> &str {
    let text = &text[range];
    if text.len() <= INSERT_HEAD || !is_insert(text) {
        return text;
    }
    &text[..text.floor_char_boundary(INSERT_HEAD)]
}

/// sqlc names a query in the comment above it: `-- name: GetUser :many`.
fn query_name(file: &mut FileBuilder, comments: &str, span: Span) {
    let Some((_, line)) = comments.rsplit_once("name:") else { return };
    let mut words = line.lines().next().unwrap_or_default().split_whitespace();
    let (Some(name), Some(kind)) = (words.next(), words.next().and_then(|w| w.strip_prefix(':'))) else {
        return;
    };
    let path = file.sym(&format!("sqlc.{kind}"));
    let mut item = file.blank(ItemKind::Function, name, ItemId(0), span);
    item.markers.push(Marker { path, value: OpId::NONE, words: Vec::new(), span });
    file.item(item);
}

/// Blanks Jinja, keeping offsets: `{{ ref('orders') }}` leaves its table's name, other expressions a hole.
fn without_template(text: &str) -> (Cow<'_, str>, bool) {
    if memchr::memmem::find(text.as_bytes(), b"{{")
        .or_else(|| memchr::memmem::find(text.as_bytes(), b"{%"))
        .is_none()
    {
        return (Cow::Borrowed(text), false);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut found = false;
    while let Some(open) = rest.find('{') {
        let close = match rest.as_bytes().get(open + 1) {
            Some(b'{') => rest[open..].find("}}"),
            Some(b'%') => rest[open..].find("%}"),
            Some(b'#') => rest[open..].find("#}"),
            _ => None,
        };
        let end = close.map_or(open + 1, |len| open + len + 2);
        out.push_str(&rest[..open]);
        match close {
            Some(_) => push_blank(&mut out, &rest[open..end]),
            None => out.push('{'),
        }
        found |= close.is_some();
        rest = &rest[end..];
    }
    out.push_str(rest);
    (Cow::Owned(out), found)
}

fn push_blank(out: &mut String, block: &str) {
    let start = out.len();
    let call = block.trim_start_matches(['{', '-', ' ']);
    let table = (block.starts_with("{{") && (call.starts_with("ref(") || call.starts_with("source(")))
        .then(|| last_quoted(block))
        .flatten();
    if let Some(range) = table {
        out.extend(std::iter::repeat_n(' ', range.start));
        out.push_str(&block[range]);
    } else if block.starts_with("{{") {
        out.push(HOLE);
    }
    let used = out.len() - start;
    out.extend(block[used..].bytes().map(|b| if b == b'\n' { '\n' } else { ' ' }));
}

fn last_quoted(block: &str) -> Option<Range<usize>> {
    let end = block.rfind(['\'', '"'])?;
    let start = block[..end].rfind(['\'', '"'])? + 1;
    Some(start..end)
}
