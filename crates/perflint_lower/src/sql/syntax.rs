//! Structure of statements that the typed parser rejects: tree-sitter reads what it can of any dialect.

use perflint_ir::{SqlPredicate, SqlStatement};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};
use tree_sitter::{Node, ParseOptions, ParseState, Parser, Tree};

const PATIENCE: Duration = Duration::from_millis(500);

/// Adds the predicates, which the statement's structure tells.
pub(super) fn refine(sql: &str, statement: &mut SqlStatement) {
    let Some(tree) = parse(sql) else { return };
    let mut aliases = Vec::new();
    let mut cursor = tree.walk();
    'walk: loop {
        visit(cursor.node(), sql, statement, &mut aliases);
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                break 'walk;
            }
        }
    }
    for table in statement.predicates.iter_mut().filter_map(|p| p.table.as_mut()) {
        if let Some((_, real)) = aliases.iter().find(|(alias, _)| alias == table) {
            *table = real.clone();
        }
    }
}

fn parse(sql: &str) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_sequel::LANGUAGE.into()).ok()?;
    let deadline = Instant::now() + PATIENCE;
    let mut progress = |_: &ParseState| match Instant::now() < deadline {
        true => ControlFlow::Continue(()),
        false => ControlFlow::Break(()),
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    parser.parse_with_options(&mut |at, _| sql.as_bytes().get(at..).unwrap_or_default(), None, Some(options))
}

fn visit(node: Node<'_>, sql: &str, statement: &mut SqlStatement, aliases: &mut Vec<(Box<str>, Box<str>)>) {
    match node.kind() {
        "binary_expression" | "between_expression" => predicate(node, sql, statement),
        "relation" => aliases.extend(alias(node, sql)),
        _ => {}
    }
}

fn predicate(node: Node<'_>, sql: &str, statement: &mut SqlStatement) {
    let operator = node.child_by_field_name("operator").map_or("between", |op| op.kind());
    let equality = matches!(operator, "=" | "keyword_in" | "keyword_is");
    if !equality
        && !matches!(
            operator,
            "<" | ">" | "<=" | ">=" | "<>" | "!=" | "between" | "keyword_like" | "not_in" | "is_not"
        )
    {
        return;
    }
    let range = matches!(operator, "<" | ">" | "<=" | ">=" | "between");
    for side in ["left", "right"] {
        let field = node.child_by_field_name(side).filter(|n| n.kind() == "field");
        if let Some(column) = field.and_then(|n| Some(last(text(n.child_by_field_name("name")?, sql)))) {
            let table = field.and_then(|n| n.named_child(0)).filter(|n| n.kind() == "object_reference");
            let table = table.map(|n| last(text(n, sql)));
            statement.predicates.push(SqlPredicate { table, column, equality, range, fixed: None });
        }
    }
}

fn alias(node: Node<'_>, sql: &str) -> Option<(Box<str>, Box<str>)> {
    let (alias, table) = (node.child_by_field_name("alias")?, node.named_child(0)?);
    Some((last(text(alias, sql)), last(text(table, sql))))
}

fn text<'a>(node: Node<'_>, sql: &'a str) -> &'a str {
    sql.get(node.byte_range()).unwrap_or_default()
}

/// The last part of a dotted name, without quotes, lower case.
fn last(name: &str) -> Box<str> {
    name.rsplit('.').next().unwrap_or_default().trim_matches(['"', '`', ' ']).to_lowercase().into()
}
