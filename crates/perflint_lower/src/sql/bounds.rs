//! How many rows a query can yield.

use super::typed::{argument, last_part};
use sqlparser::ast::{
    Expr, Fetch, FunctionArguments, GroupByExpr, LimitClause, Query, Select, SelectItem, TopQuantity, Value,
};

/// The limit of a query.
pub(super) fn limit(query: &Query) -> Option<u32> {
    let clause = match &query.limit_clause {
        Some(LimitClause::LimitOffset { limit, .. }) => limit.as_ref(),
        Some(LimitClause::OffsetCommaLimit { limit, .. }) => Some(limit),
        None => None,
    };
    clause.and_then(constant).or_else(|| query.fetch.as_ref().and_then(fetched))
}

fn fetched(fetch: &Fetch) -> Option<u32> {
    match &fetch.quantity {
        Some(_) if fetch.percent => None,
        Some(quantity) => constant(quantity),
        None => Some(1),
    }
}

/// The limit of `SELECT TOP n`.
pub(super) fn top(select: &Select) -> Option<u32> {
    let top = select.top.as_ref().filter(|top| !top.percent)?;
    match &top.quantity {
        Some(TopQuantity::Constant(n)) => Some(u32::try_from(*n).unwrap_or(u32::MAX)),
        Some(TopQuantity::Expr(expr)) => constant(expr),
        None => None,
    }
}

/// A row count: [`u32::MAX`] if it is not a literal, `None` for NULL and ALL.
pub(super) fn constant(expr: &Expr) -> Option<u32> {
    match expr {
        Expr::Nested(inner) => constant_value(inner),
        other => constant_value(other),
    }
}

fn constant_value(expr: &Expr) -> Option<u32> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::Number(n, _) => Some(n.parse().unwrap_or(u32::MAX)),
            Value::Null => None,
            _ => Some(u32::MAX),
        },
        Expr::Identifier(ident) if ident.value.eq_ignore_ascii_case("all") => None,
        _ => Some(u32::MAX),
    }
}

/// Does the select list alone keep the result at one row?
pub(super) fn yields_one_row(select: &Select) -> bool {
    let grouped = match &select.group_by {
        GroupByExpr::All(_) => true,
        GroupByExpr::Expressions(by, _) => !by.is_empty(),
    };
    let aggregates = || {
        select.projection.iter().all(|item| match item {
            SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => is_aggregate(expr),
            _ => false,
        })
    };
    !grouped && (select.from.is_empty() || aggregates())
}

/// Does the statement count or sum per value of columns that are no keys? There are as many rows as values, not as rows.
pub(super) fn yields_groups(select: &Select) -> bool {
    let GroupByExpr::Expressions(by, _) = &select.group_by else { return false };
    let key = |expr: &Expr| {
        let name = match expr {
            Expr::Identifier(name) => name,
            Expr::CompoundIdentifier(parts) if !parts.is_empty() => &parts[parts.len() - 1],
            Expr::Value(_) => return true,
            _ => return false,
        };
        let name = name.value.to_ascii_lowercase();
        ["id", "uuid", "key", "hash"].iter().any(|end| name.ends_with(end))
    };
    let counts = select.projection.iter().any(|item| match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => is_aggregate(expr),
        _ => false,
    });
    !by.is_empty() && counts && !by.iter().any(key)
}

const AGGREGATES: &[&str] = &[
    "count",
    "sum",
    "avg",
    "min",
    "max",
    "array_agg",
    "string_agg",
    "group_concat",
    "json_agg",
    "jsonb_agg",
    "bool_and",
    "bool_or",
    "every",
    "json_object_agg",
    "jsonb_object_agg",
    "json_arrayagg",
    "json_group_array",
    "stddev",
    "variance",
    "total",
    "count_big",
    "listagg",
];

/// An aggregate, perhaps computed with or cast; the arguments of the computation are not followed deeply.
fn is_aggregate(expr: &Expr) -> bool {
    let mut todo = vec![expr];
    let mut found = false;
    while let Some(expr) = todo.pop() {
        match expr {
            Expr::Function(call) if call.over.is_some() => return false,
            Expr::Function(call) if AGGREGATES.contains(&&*last_part(&call.name)) => found = true,
            Expr::Function(call) => {
                if let FunctionArguments::List(list) = &call.args {
                    todo.extend(list.args.iter().filter_map(argument));
                }
            }
            Expr::BinaryOp { left, right, .. } => todo.extend([&**left, &**right]),
            Expr::Nested(inner) | Expr::UnaryOp { expr: inner, .. } | Expr::Cast { expr: inner, .. } => {
                todo.push(inner);
            }
            Expr::Value(_) => {}
            _ => return false,
        }
    }
    found
}
