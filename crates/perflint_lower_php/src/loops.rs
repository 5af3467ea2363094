//! Loops.

use crate::doc;
use crate::walk::Php;
use perflint_ir::{LocalId, LoopSource, OpId, OpKind, RegionKind};
use php_ast::{
    AssignOp, BinaryOp, DoWhileStmt, Expr, ExprKind, ForStmt, ForeachStmt, Span, Stmt, UnaryPrefixOp,
    WhileStmt,
};

impl Php<'_> {
    fn source(&self) -> LoopSource {
        if self.in_template { LoopSource::Template } else { LoopSource::For }
    }

    /// `foreach ($xs as $k => $x)`
    pub(crate) fn foreach(&mut self, node: &ForeachStmt<'_, '_>, at: Span, comment: Option<&str>) {
        let over = self.expr(&node.expr);
        let named = match &node.value.kind {
            ExprKind::Variable(name) if name.as_str() != "this" => Some(name.as_str().to_owned()),
            _ => None,
        };
        let item = match &named {
            Some(name) => self.variable(name),
            None => self.scopes.temporary(&mut self.file),
        };
        let header = Span::new(at.start, node.body.span.start.max(at.start));
        let before = self.enter(RegionKind::Loop { over, item, source: self.source() }, header);
        if let Some(key) = &node.key {
            let value = self.unknown(&[], key.span);
            self.assign_to(key, value);
        }
        match &named {
            None => {
                let value = self.op(OpKind::Local(item), node.value.span);
                self.assign_to(&node.value, value);
            }
            Some(name) => {
                let ty = comment.and_then(|text| doc::type_of(text, "var", name)).map(str::to_owned);
                if let Some(ty) = ty.and_then(|ty| self.doc_type(&ty, 0)) {
                    let value = self.op(OpKind::Local(item), node.value.span);
                    let value = self.op(OpKind::Cast { value, ty }, node.value.span);
                    self.bind(item, value, node.value.span);
                }
            }
        }
        self.statement(node.body);
        self.leave(before);
    }

    /// `while ($row = $result->fetch())` goes over the result; any other runs as long as its condition holds.
    pub(crate) fn while_statement(&mut self, node: &WhileStmt<'_, '_>, at: Span) {
        let header = Span::new(at.start, node.body.span.start.max(at.start));
        let Some((target, call)) = fetched(&node.condition) else {
            let over = self.expr(&node.condition);
            self.repeat(over, LocalId::NONE, LoopSource::While, header, node.body);
            return;
        };
        let over = self.fetched_from(call);
        let item = match &target.kind {
            ExprKind::Variable(name) => self.variable(name.as_str()),
            _ => self.scopes.temporary(&mut self.file),
        };
        let before = self.enter(RegionKind::Loop { over, item, source: self.source() }, header);
        if !matches!(target.kind, ExprKind::Variable(_)) {
            let value = self.op(OpKind::Local(item), target.span);
            self.assign_to(target, value);
        }
        self.statement(node.body);
        self.leave(before);
    }

    /// What a call of `fetch` takes the next row of: its first argument if it is a variable, else its receiver.
    fn fetched_from(&mut self, call: &Expr<'_, '_>) -> OpId {
        let is_value = |arg: &Expr<'_, '_>| {
            matches!(arg.kind, ExprKind::Variable(_) | ExprKind::PropertyAccess(_) | ExprKind::ArrayAccess(_))
        };
        let (recv, args) = match &call.kind {
            ExprKind::FunctionCall(node) => (None, &node.args),
            ExprKind::MethodCall(node) => (Some(node.object), &node.args),
            _ => return self.expr(call),
        };
        let first = args.first().and_then(|arg| arg.value()).filter(|arg| is_value(arg));
        match (first, recv) {
            (Some(value), _) | (None, Some(value)) => self.expr(value),
            (None, None) => self.expr(call),
        }
    }

    pub(crate) fn do_while(&mut self, node: &DoWhileStmt<'_, '_>, at: Span) {
        let before = self
            .enter(RegionKind::Loop { over: OpId::NONE, item: LocalId::NONE, source: LoopSource::While }, at);
        self.statement(node.body);
        self.expr(&node.condition);
        self.leave(before);
    }

    /// `for ($i = 0; $i < count($xs); $i++)` runs over `$xs`; with another limit, that often. What a call gives that is not named
    /// after a size is a number that somebody set.
    pub(crate) fn for_statement(&mut self, node: &ForStmt<'_, '_>, at: Span) {
        node.init.iter().for_each(|init| {
            self.expr(init);
        });
        let (last, first) = match node.condition.split_last() {
            Some((last, first)) => (Some(last), first),
            None => (None, &[][..]),
        };
        for cond in first {
            self.expr(cond);
        }
        let limit = last.and_then(limit_of);
        let (over, source) = match (limit, last) {
            (Some(limit), _) if tells_no_size(limit) => (self.expr(limit), LoopSource::While),
            (Some(limit), _) => (self.measured(limit), LoopSource::For),
            (None, Some(cond)) => (self.expr(cond), LoopSource::While),
            (None, None) => (OpId::NONE, LoopSource::While),
        };
        let header = Span::new(at.start, node.body.span.start.max(at.start));
        let before = self.enter(RegionKind::Loop { over, item: LocalId::NONE, source }, header);
        self.statement(node.body);
        for update in &*node.update {
            self.expr(update);
        }
        self.leave(before);
    }

    /// `$xs` of `count($xs)`, else the limit itself.
    fn measured(&mut self, limit: &Expr<'_, '_>) -> OpId {
        if let ExprKind::FunctionCall(call) = &limit.kind
            && matches!(crate::names::class_path(call.name).as_deref(), Some("count" | "sizeof"))
            && let Some(value) = call.args.first().and_then(|arg| arg.value())
        {
            return self.expr(value);
        }
        self.expr(limit)
    }

    fn repeat(&mut self, over: OpId, item: LocalId, source: LoopSource, header: Span, body: &Stmt<'_, '_>) {
        let before = self.enter(RegionKind::Loop { over, item, source }, header);
        self.statement(body);
        self.leave(before);
    }
}

/// Words in the names of calls that tell how much there is of something.
const SIZES: &[&str] = &["count", "size", "len", "num", "total", "pages", "rows", "max", "min"];

/// True for a limit that a call gives which is not called like a size.
fn tells_no_size(limit: &Expr<'_, '_>) -> bool {
    let name = match &limit.kind {
        ExprKind::FunctionCall(node) => crate::names::class_path(node.name),
        ExprKind::MethodCall(node) | ExprKind::NullsafeMethodCall(node) => {
            crate::names::class_path(node.method)
        }
        _ => return false,
    };
    name.is_some_and(|name| {
        let name = name.to_ascii_lowercase();
        !SIZES.iter().any(|word| name.contains(word))
    })
}

fn limit_of<'e, 'arena, 'src>(cond: &'e Expr<'arena, 'src>) -> Option<&'e Expr<'arena, 'src>> {
    match &cond.kind {
        ExprKind::Binary(node)
            if matches!(node.op, BinaryOp::Less | BinaryOp::LessOrEqual | BinaryOp::NotEqual) =>
        {
            Some(node.right)
        }
        _ => None,
    }
}

/// `$row = fetch(..)`, also compared with something or in brackets.
fn fetched<'e, 'arena, 'src>(
    cond: &'e Expr<'arena, 'src>,
) -> Option<(&'e Expr<'arena, 'src>, &'e Expr<'arena, 'src>)> {
    let mut cond = cond;
    loop {
        match &cond.kind {
            ExprKind::Parenthesized(inner) | ExprKind::ErrorSuppress(inner) => cond = inner,
            ExprKind::Binary(node) => {
                let compares = matches!(node.op, BinaryOp::NotEqual | BinaryOp::NotIdentical);
                let side = |e: &'e Expr<'arena, 'src>| {
                    matches!(e.kind, ExprKind::Assign(_) | ExprKind::Parenthesized(_))
                };
                match (compares, side(node.left), side(node.right)) {
                    (true, true, _) => cond = node.left,
                    (true, _, true) => cond = node.right,
                    _ => return None,
                }
            }
            ExprKind::UnaryPrefix(node) if node.op == UnaryPrefixOp::BooleanNot => return None,
            ExprKind::Assign(node) if node.op == AssignOp::Assign => {
                return is_fetch(node.value).then_some((node.target, node.value));
            }
            _ => return None,
        }
    }
}

/// A call that takes the next row of something, by its name.
fn is_fetch(call: &Expr<'_, '_>) -> bool {
    let name = match &call.kind {
        ExprKind::FunctionCall(node) => crate::names::class_path(node.name),
        ExprKind::MethodCall(node) | ExprKind::NullsafeMethodCall(node) => {
            crate::names::class_path(node.method)
        }
        _ => None,
    };
    name.is_some_and(|name| {
        let name = name.to_ascii_lowercase();
        name.contains("fetch") && !name.contains("fetchall") && !name.contains("fetch_all")
    })
}
