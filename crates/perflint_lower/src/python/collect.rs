//! Which names the statements of a function bind: nested functions and classes are not entered.
//!
//! Names bound by `:=` are declared where they are bound, which is always before they are read.

use ruff_python_ast::{ExceptHandler, Expr, Pattern, Stmt};

/// How a name is bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A local.
    Assigned,
    /// Imported, a class, or declared `global`: not a local.
    Free,
    /// Declared `nonlocal`.
    Outer,
}

/// Reports every bound name of a suite, in the order of the text.
pub(super) fn assigned<'a>(suite: &'a [Stmt], found: &mut impl FnMut(&'a str, Found)) {
    let mut open = vec![suite.iter()];
    while let Some(rest) = open.last_mut() {
        let Some(stmt) = rest.next() else {
            open.pop();
            continue;
        };
        bound_by(stmt, found);
        enter(stmt, &mut open, found);
    }
}

/// Pushes the suites inside a statement, the last one first.
fn enter<'a>(
    stmt: &'a Stmt,
    open: &mut Vec<std::slice::Iter<'a, Stmt>>,
    found: &mut impl FnMut(&'a str, Found),
) {
    match stmt {
        Stmt::For(node) => {
            open.push(node.orelse.iter());
            open.push(node.body.iter());
        }
        Stmt::While(node) => {
            open.push(node.orelse.iter());
            open.push(node.body.iter());
        }
        Stmt::If(node) => {
            open.extend(node.elif_else_clauses.iter().rev().map(|clause| clause.body.iter()));
            open.push(node.body.iter());
        }
        Stmt::With(node) => open.push(node.body.iter()),
        Stmt::Match(node) => {
            for case in &node.cases {
                pattern_names(&case.pattern, &mut |name| found(name, Found::Assigned));
            }
            open.extend(node.cases.iter().rev().map(|case| case.body.iter()));
        }
        Stmt::Try(node) => {
            open.push(node.finalbody.iter());
            open.push(node.orelse.iter());
            for ExceptHandler::ExceptHandler(handler) in node.handlers.iter().rev() {
                if let Some(name) = &handler.name {
                    found(name.as_str(), Found::Assigned);
                }
                open.push(handler.body.iter());
            }
            open.push(node.body.iter());
        }
        _ => {}
    }
}

fn bound_by<'a>(stmt: &'a Stmt, found: &mut impl FnMut(&'a str, Found)) {
    let mut assigned = |target: &'a Expr| target_names(target, &mut |name| found(name, Found::Assigned));
    match stmt {
        Stmt::Assign(node) => node.targets.iter().for_each(assigned),
        Stmt::AugAssign(node) => assigned(&node.target),
        Stmt::AnnAssign(node) => assigned(&node.target),
        Stmt::For(node) => assigned(&node.target),
        Stmt::With(node) => {
            node.items.iter().filter_map(|item| item.optional_vars.as_deref()).for_each(assigned);
        }
        Stmt::FunctionDef(node) => found(node.name.as_str(), Found::Assigned),
        Stmt::ClassDef(node) => found(node.name.as_str(), Found::Free),
        Stmt::Import(node) => {
            for alias in &node.names {
                let name = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                found(name.split('.').next().unwrap_or(name), Found::Free);
            }
        }
        Stmt::ImportFrom(node) => {
            for alias in &node.names {
                found(alias.asname.as_ref().unwrap_or(&alias.name).as_str(), Found::Free);
            }
        }
        Stmt::Global(node) => node.names.iter().for_each(|name| found(name.as_str(), Found::Free)),
        Stmt::Nonlocal(node) => node.names.iter().for_each(|name| found(name.as_str(), Found::Outer)),
        _ => {}
    }
}

/// The names that an assignment target binds, in order.
pub(super) fn target_names<'a>(target: &'a Expr, found: &mut impl FnMut(&'a str)) {
    if let Expr::Name(name) = target {
        found(name.id.as_str());
        return;
    }
    let mut open = vec![target];
    while let Some(target) = open.pop() {
        match target {
            Expr::Name(name) => found(name.id.as_str()),
            Expr::Tuple(tuple) => open.extend(tuple.elts.iter().rev()),
            Expr::List(list) => open.extend(list.elts.iter().rev()),
            Expr::Starred(starred) => open.push(&starred.value),
            _ => {}
        }
    }
}

fn pattern_names<'a>(pattern: &'a Pattern, found: &mut impl FnMut(&'a str)) {
    let mut open = vec![pattern];
    while let Some(pattern) = open.pop() {
        match pattern {
            Pattern::MatchValue(_) | Pattern::MatchSingleton(_) => {}
            Pattern::MatchSequence(node) => open.extend(node.patterns.iter().rev()),
            Pattern::MatchMapping(node) => {
                node.rest.iter().for_each(|name| found(name.as_str()));
                open.extend(node.patterns.iter().rev());
            }
            Pattern::MatchClass(node) => {
                open.extend(node.arguments.keywords.iter().rev().map(|keyword| &keyword.pattern));
                open.extend(node.arguments.patterns.iter().rev());
            }
            Pattern::MatchStar(node) => node.name.iter().for_each(|name| found(name.as_str())),
            Pattern::MatchAs(node) => {
                node.name.iter().for_each(|name| found(name.as_str()));
                open.extend(node.pattern.as_deref());
            }
            Pattern::MatchOr(node) => open.extend(node.patterns.iter().rev()),
        }
    }
}
