//! Facts from `sqlparser`'s tree, which is exact for what it accepts. The walk keeps its own list of what is left to do:
//! a condition of ten thousand terms is as deep as it is long.

use super::bounds::{constant, limit, top, yields_groups, yields_one_row};
use super::normal::HOLE_NAME;
use perflint_ir::{Fixed, SqlPredicate, SqlStatement, SqlVerb};
use sqlparser::ast::{
    BinaryOperator, Delete, Expr, FromTable, FunctionArg, FunctionArgExpr, FunctionArguments, Ident,
    JoinConstraint, JoinOperator, ObjectName, OrderByKind, Query, Select, SelectItem, SetExpr, Statement,
    TableFactor, TableWithJoins, UnaryOperator, Update, UpdateTableFromKind, Value,
};
use sqlparser::dialect::{Dialect, GenericDialect, MsSqlDialect, MySqlDialect, PostgreSqlDialect};
use sqlparser::parser::Parser;

/// How deep a statement may nest for this parser.
pub(super) const MAX_NESTING: usize = 40;

/// The statements of a text, if every one of them is understood.
pub(super) fn read(sql: &str) -> Option<Vec<SqlStatement>> {
    let dialects: [&dyn Dialect; 4] =
        [&GenericDialect {}, &PostgreSqlDialect {}, &MySqlDialect {}, &MsSqlDialect {}];
    let parse = |dialect: &&dyn Dialect| {
        Parser::new(*dialect)
            .with_recursion_limit(MAX_NESTING * 2)
            .try_with_sql(sql)
            .ok()?
            .parse_statements()
            .ok()
    };
    let statements = dialects.iter().find_map(parse)?;
    Some(statements.iter().map(|statement| Facts::default().statement(statement)).collect())
}

/// The last part of a name, lower case.
pub(super) fn last_part(name: &ObjectName) -> Box<str> {
    name.0.last().and_then(|part| part.as_ident()).map(lower).unwrap_or_default()
}

/// A name, lower case.
fn lower(ident: &Ident) -> Box<str> {
    ident.value.to_lowercase().into()
}

/// Where a query stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// It is the statement.
    Top,
    /// Its rows are the rows of the statement: a derived table, a common table expression.
    Source,
    /// It stands in an expression.
    Inner,
}

/// What an expression is read for.
#[derive(Clone, Copy)]
enum Reason<'a> {
    /// It is a condition, perhaps negated; unqualified columns are of this table.
    Condition { negated: bool, table: Option<&'a str> },
    /// It is compared after being computed with.
    Computed { table: Option<&'a str> },
    /// It may contain queries.
    Queries,
}

enum Todo<'a> {
    Query(&'a Query, Place),
    Set(&'a SetExpr, Place),
    Expr(&'a Expr, Reason<'a>),
}

#[derive(Default)]
struct Facts<'a> {
    out: SqlStatement,
    aliases: Vec<(Box<str>, Box<str>)>,
    ctes: Vec<Box<str>>,
    todo: Vec<Todo<'a>>,
}

impl<'a> Facts<'a> {
    fn statement(mut self, statement: &'a Statement) -> SqlStatement {
        self.out.verb = match statement {
            Statement::Query(_) => SqlVerb::Select,
            Statement::Update(_) => SqlVerb::Update,
            Statement::Delete(_) => SqlVerb::Delete,
            _ => SqlVerb::Other,
        };
        match statement {
            Statement::Query(query) => self.todo.push(Todo::Query(query, Place::Top)),
            Statement::Update(update) => self.update(update),
            Statement::Delete(delete) => self.delete(delete),
            _ => {}
        }
        while let Some(todo) = self.todo.pop() {
            match todo {
                Todo::Query(query, place) => self.query(query, place),
                Todo::Set(set, place) => self.set(set, place),
                Todo::Expr(expr, reason) => self.expr(expr, reason),
            }
        }
        self.resolved()
    }

    fn resolved(self) -> SqlStatement {
        let Self { mut out, aliases, ctes, .. } = self;
        out.tables.retain(|table| !ctes.contains(table));
        for table in out.predicates.iter_mut().filter_map(|p| p.table.as_mut()) {
            if let Some((_, real)) = aliases.iter().find(|(alias, _)| alias == table) {
                *table = real.clone();
            }
        }
        out.predicates.reverse();
        let mut seen: Vec<SqlPredicate> = Vec::with_capacity(out.predicates.len().min(16));
        for predicate in out.predicates.into_iter().rev() {
            if seen.len() < 64 && !seen.contains(&predicate) {
                seen.push(predicate);
            }
        }
        out.predicates = seen;
        out
    }

    fn update(&mut self, update: &'a Update) {
        self.out.filtered = update.selection.is_some();
        self.out.limit = update.limit.as_ref().and_then(constant);
        self.condition(update.selection.as_ref(), None);
        self.source(&update.table);
        if let Some(UpdateTableFromKind::BeforeSet(from) | UpdateTableFromKind::AfterSet(from)) = &update.from
        {
            from.iter().for_each(|table| self.source(table));
        }
        self.todo.extend(update.assignments.iter().map(|a| Todo::Expr(&a.value, Reason::Queries)));
    }

    fn delete(&mut self, delete: &'a Delete) {
        self.out.filtered = delete.selection.is_some();
        self.out.limit = delete.limit.as_ref().and_then(constant);
        self.condition(delete.selection.as_ref(), None);
        let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
        from.iter().chain(delete.using.iter().flatten()).for_each(|table| self.source(table));
    }

    fn condition(&mut self, expr: Option<&'a Expr>, table: Option<&'a str>) {
        self.todo.extend(expr.map(|expr| Todo::Expr(expr, Reason::Condition { negated: false, table })));
    }

    fn query(&mut self, query: &'a Query, place: Place) {
        if let Some(with) = &query.with {
            self.ctes.extend(with.cte_tables.iter().map(|cte| lower(&cte.alias.name)));
            let queries = with.cte_tables.iter().rev().map(|cte| Todo::Query(&cte.query, Place::Source));
            self.todo.extend(queries);
        }
        self.todo.push(Todo::Set(&query.body, place));
        if place == Place::Top {
            if let Some(OrderByKind::Expressions(by)) = query.order_by.as_ref().map(|order| &order.kind) {
                self.out.order.extend(by.iter().filter_map(|by| column(&by.expr)).map(|(_, column)| column));
            }
            self.out.limit = limit(query).or(self.out.limit);
        }
    }

    fn set(&mut self, set: &'a SetExpr, place: Place) {
        match set {
            SetExpr::Select(select) => self.select(select, place),
            SetExpr::Query(query) => self.todo.push(Todo::Query(query, place)),
            SetExpr::SetOperation { left, right, .. } => {
                self.todo.extend([Todo::Set(right, place), Todo::Set(left, place)]);
                self.out.single = false;
            }
            SetExpr::Update(Statement::Update(update)) => {
                self.out.verb = SqlVerb::Update;
                self.update(update);
            }
            SetExpr::Delete(Statement::Delete(delete)) => {
                self.out.verb = SqlVerb::Delete;
                self.delete(delete);
            }
            SetExpr::Insert(_) => self.out.verb = SqlVerb::Insert,
            _ => {}
        }
    }

    fn select(&mut self, select: &'a Select, place: Place) {
        if place == Place::Top {
            self.out.single =
                self.out.tables.is_empty() && (yields_one_row(select) || is_from_dual(&select.from));
            self.out.star |= select.projection.iter().any(is_star);
            if self.out.tables.is_empty() {
                self.out.selected = selected(select);
            }
            let groups = || yields_groups(select).then_some(u32::MAX);
            self.out.limit = self.out.limit.or_else(|| top(select)).or_else(groups);
        }
        self.out.filtered |= place != Place::Inner && select.selection.is_some();
        for item in &select.projection {
            if let SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } = item {
                self.todo.push(Todo::Expr(expr, Reason::Queries));
            }
        }
        let only = match (place, select.from.as_slice()) {
            (
                Place::Inner | Place::Source,
                [TableWithJoins { relation: TableFactor::Table { name, .. }, joins }],
            ) if joins.is_empty() => {
                name.0.last().and_then(|part| part.as_ident()).map(|ident| ident.value.as_str())
            }
            _ => None,
        };
        self.condition(select.selection.as_ref(), only);
        select.from.iter().for_each(|table| self.source(table));
    }

    fn source(&mut self, table: &'a TableWithJoins) {
        self.factor(&table.relation);
        for join in &table.joins {
            self.factor(&join.relation);
            match constraint(&join.join_operator) {
                Some(JoinConstraint::On(expr)) => self.condition(Some(expr), None),
                Some(JoinConstraint::Using(columns)) => {
                    let table = self.out.tables.last().cloned();
                    for column in columns.iter().map(last_part) {
                        self.out.predicates.push(SqlPredicate {
                            table: table.clone(),
                            column,
                            equality: true,
                            range: false,
                            fixed: None,
                        });
                    }
                }
                _ => {}
            }
        }
    }

    fn factor(&mut self, factor: &'a TableFactor) {
        match factor {
            TableFactor::Table { name, alias, args: None, .. } => {
                let name = last_part(name);
                self.aliases.extend(alias.as_ref().map(|alias| (lower(&alias.name), name.clone())));
                if !self.out.tables.contains(&name) {
                    self.out.tables.push(name);
                }
            }
            TableFactor::Derived { subquery, .. } => self.todo.push(Todo::Query(subquery, Place::Source)),
            TableFactor::NestedJoin { table_with_joins, .. } => {
                crate::guard::deeper(|| self.source(table_with_joins));
            }
            _ => {}
        }
    }

    fn expr(&mut self, expr: &'a Expr, reason: Reason<'a>) {
        match expr {
            Expr::Nested(inner) => self.todo.push(Todo::Expr(inner, reason)),
            Expr::UnaryOp { op: UnaryOperator::Not, expr } => {
                self.todo.push(Todo::Expr(expr, negate(reason)));
            }
            Expr::BinaryOp { left, op, right } => self.binary(left, op, right, reason),
            Expr::InList { expr, list, negated } => {
                self.todo.extend(list.iter().take(100).map(|item| Todo::Expr(item, Reason::Queries)));
                self.compared(expr, !negated, reason);
            }
            Expr::InSubquery { expr, subquery, negated } => {
                self.todo.push(Todo::Query(subquery, Place::Inner));
                self.compared(expr, !negated, reason);
            }
            Expr::InUnnest { expr, negated, .. } => self.compared(expr, !negated, reason),
            Expr::AnyOp { left, compare_op: BinaryOperator::Eq, right, .. } => {
                self.todo.push(Todo::Expr(right, Reason::Queries));
                self.compared(left, true, reason);
            }
            Expr::IsNull(expr) => self.compared_with(expr, Some(Fixed::Null), reason),
            Expr::IsTrue(expr) => self.compared_with(expr, Some(Fixed::Flag(true)), reason),
            Expr::IsFalse(expr) => self.compared_with(expr, Some(Fixed::Flag(false)), reason),
            Expr::IsNotDistinctFrom(expr, _) => self.compared(expr, true, reason),
            Expr::IsNotNull(expr) => self.compared_with(expr, Some(Fixed::Present), reason),
            Expr::IsNotTrue(expr)
            | Expr::IsNotFalse(expr)
            | Expr::IsDistinctFrom(expr, _)
            | Expr::Like { expr, .. }
            | Expr::ILike { expr, .. }
            | Expr::SimilarTo { expr, .. }
            | Expr::RLike { expr, .. } => self.compared(expr, false, reason),
            Expr::Between { expr, negated, .. } => {
                let before = self.out.predicates.len();
                self.compared(expr, false, reason);
                self.bounded(before, !negated);
            }
            Expr::Exists { subquery, .. } | Expr::Subquery(subquery) => {
                self.todo.push(Todo::Query(subquery, Place::Inner));
            }
            _ => self.operand(expr, reason),
        }
    }

    fn operand(&mut self, expr: &'a Expr, reason: Reason<'a>) {
        match (expr, reason) {
            (Expr::Identifier(_) | Expr::CompoundIdentifier(_), Reason::Condition { negated, table }) => {
                self.predicate(expr, !negated, Some(Fixed::Flag(!negated)), table);
            }
            (Expr::Identifier(_) | Expr::CompoundIdentifier(_), Reason::Computed { table }) => {
                self.predicate(expr, false, None, table);
            }
            (
                Expr::Cast { expr, .. }
                | Expr::UnaryOp { expr, .. }
                | Expr::AtTimeZone { timestamp: expr, .. },
                _,
            ) => {
                self.todo.push(Todo::Expr(expr, computed(reason)));
            }
            (Expr::Function(call), _) => {
                if let FunctionArguments::List(list) = &call.args {
                    self.todo.extend(
                        list.args.iter().filter_map(argument).map(|e| Todo::Expr(e, computed(reason))),
                    );
                }
            }
            (Expr::Case { conditions, else_result, .. }, _) => {
                let results = conditions.iter().flat_map(|when| [&when.condition, &when.result]);
                let all = results.chain(else_result.as_deref());
                self.todo.extend(all.map(|expr| Todo::Expr(expr, Reason::Queries)));
            }
            _ => {}
        }
    }

    fn binary(&mut self, left: &'a Expr, op: &BinaryOperator, right: &'a Expr, reason: Reason<'a>) {
        use BinaryOperator::{And, Eq, Gt, GtEq, Lt, LtEq, NotEq, Or, Spaceship};
        match op {
            And | Or => {
                self.out.any |= matches!(op, Or);
                self.todo.extend([Todo::Expr(right, reason), Todo::Expr(left, reason)]);
            }
            Lt | LtEq | Eq if is_rownum(left) => self.out.limit = constant(right),
            Eq | Spaceship | NotEq | Lt | LtEq | Gt | GtEq => {
                let equality = matches!(op, Eq | Spaceship);
                let before = self.out.predicates.len();
                let text = is_quoted(right) && column(left).is_some();
                if !text {
                    self.compared(right, equality, reason);
                }
                match literal(right).filter(|_| equality) {
                    Some(fixed) => self.compared_with(left, Some(fixed), reason),
                    None => self.compared(left, equality, reason),
                }
                self.bounded(before, matches!(op, Lt | LtEq | Gt | GtEq));
            }
            _ => self.todo.extend([Todo::Expr(right, computed(reason)), Todo::Expr(left, computed(reason))]),
        }
    }

    /// Comparisons from here on are with a bound, if that is so.
    fn bounded(&mut self, from: usize, range: bool) {
        self.out.predicates[from..].iter_mut().for_each(|predicate| predicate.range = range);
    }

    /// One side of a comparison.
    fn compared(&mut self, expr: &'a Expr, equality: bool, reason: Reason<'a>) {
        match reason {
            Reason::Condition { negated, table } if column(expr).is_some() => {
                self.predicate(expr, equality && !negated, None, table);
            }
            _ => self.todo.push(Todo::Expr(expr, computed(reason))),
        }
    }

    /// A side that is compared with a value which is written out; that of a negation is another one.
    fn compared_with(&mut self, expr: &'a Expr, fixed: Option<Fixed>, reason: Reason<'a>) {
        match reason {
            Reason::Condition { negated: false, table } if column(expr).is_some() => {
                self.predicate(expr, fixed != Some(Fixed::Present), fixed, table);
            }
            _ => self.compared(expr, fixed != Some(Fixed::Present), reason),
        }
    }

    fn predicate(&mut self, expr: &Expr, equality: bool, fixed: Option<Fixed>, default: Option<&str>) {
        let Some((table, column)) = column(expr) else { return };
        if &*column != HOLE_NAME {
            let table = table.or_else(|| default.map(|table| table.to_lowercase().into()));
            self.out.predicates.push(SqlPredicate { table, column, equality, range: false, fixed });
        }
    }
}

fn negate(reason: Reason<'_>) -> Reason<'_> {
    match reason {
        Reason::Condition { negated, table } => Reason::Condition { negated: !negated, table },
        other => other,
    }
}

fn computed(reason: Reason<'_>) -> Reason<'_> {
    match reason {
        Reason::Condition { table, .. } | Reason::Computed { table } => Reason::Computed { table },
        Reason::Queries => Reason::Queries,
    }
}

/// Table and column of a plain column reference.
fn column(expr: &Expr) -> Option<(Option<Box<str>>, Box<str>)> {
    match expr {
        Expr::Identifier(ident) => Some((None, lower(ident))),
        Expr::CompoundIdentifier(parts) => {
            let (column, rest) = parts.split_last()?;
            Some((rest.last().map(lower), lower(column)))
        }
        Expr::Nested(inner) if !matches!(**inner, Expr::Nested(_)) => column(inner),
        _ => None,
    }
}

/// A value that is written out.
fn literal(expr: &Expr) -> Option<Fixed> {
    let Expr::Value(value) = expr else { return None };
    Some(match &value.value {
        Value::SingleQuotedString(text) if !text.contains(HOLE_NAME) => Fixed::Text(text.as_str().into()),
        Value::Number(number, _) => Fixed::Int(number.to_string().parse().ok()?),
        Value::Boolean(flag) => Fixed::Flag(*flag),
        _ => return None,
    })
}

/// The columns that a query asks for, if each is a plain one.
fn selected(select: &Select) -> Vec<Box<str>> {
    let of_item = |item: &SelectItem| match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => Some(column(expr)?.1),
        _ => None,
    };
    select.projection.iter().map(of_item).collect::<Option<Vec<_>>>().unwrap_or_default()
}

/// MySQL and SQLite write strings in double quotes.
fn is_quoted(expr: &Expr) -> bool {
    matches!(expr, Expr::Identifier(ident) if ident.quote_style == Some('"'))
}

fn is_rownum(expr: &Expr) -> bool {
    matches!(expr, Expr::Identifier(ident) if ident.value.eq_ignore_ascii_case("rownum"))
}

/// The expression of an argument.
pub(super) fn argument(arg: &FunctionArg) -> Option<&Expr> {
    match arg {
        FunctionArg::Named { arg, .. } | FunctionArg::ExprNamed { arg, .. } | FunctionArg::Unnamed(arg) => {
            match arg {
                FunctionArgExpr::Expr(expr) => Some(expr),
                _ => None,
            }
        }
    }
}

fn is_star(item: &SelectItem) -> bool {
    matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..))
}

fn constraint(operator: &JoinOperator) -> Option<&JoinConstraint> {
    use JoinOperator as J;
    match operator {
        J::Join(c)
        | J::Inner(c)
        | J::Left(c)
        | J::LeftOuter(c)
        | J::Right(c)
        | J::RightOuter(c)
        | J::FullOuter(c)
        | J::CrossJoin(c)
        | J::Semi(c)
        | J::LeftSemi(c)
        | J::RightSemi(c)
        | J::Anti(c)
        | J::LeftAnti(c)
        | J::RightAnti(c)
        | J::StraightJoin(c) => Some(c),
        _ => None,
    }
}

/// The table of one row that asks for values only: `SELECT 1 FROM dual`.
fn is_from_dual(from: &[TableWithJoins]) -> bool {
    let [TableWithJoins { relation: TableFactor::Table { name, .. }, joins }] = from else { return false };
    let last = name.0.last().and_then(|part| part.as_ident());
    joins.is_empty() && last.is_some_and(|ident| ident.value.eq_ignore_ascii_case("dual"))
}
