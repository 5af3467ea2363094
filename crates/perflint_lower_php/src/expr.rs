//! Expressions.

use crate::names::{class_path, dotted};
use crate::walk::{Php, pos};
use perflint_ir::{BinOp, CallForm, ExitKind, OpId, OpKind, RegionKind, Slot};
use php_ast::{
    BinaryExpr, BinaryOp, CastKind, Expr, ExprKind, MatchExpr, Span, TernaryExpr, UnaryPrefixOp, YieldExpr,
};

impl Php<'_> {
    pub(crate) fn expr(&mut self, expr: &Expr<'_, '_>) -> OpId {
        let deeper = self.deeper(expr.span, |php| php.expr_inner(expr));
        deeper.unwrap_or_else(|| self.unknown(&[], expr.span))
    }

    fn expr_inner(&mut self, expr: &Expr<'_, '_>) -> OpId {
        let at = expr.span;
        match &expr.kind {
            ExprKind::Int(value) => self.int(*value, at),
            ExprKind::String(text) => self.str(&text.to_string_lossy(), at),
            ExprKind::Nowdoc { value, .. } => self.str(value, at),
            ExprKind::InterpolatedString(parts) | ExprKind::Heredoc { parts, .. } => {
                self.interpolated(parts, at)
            }
            ExprKind::ShellExec(parts) => {
                let text = self.interpolated(parts, at);
                self.call_named("shell_exec", vec![pos(text)], CallForm::Plain, at)
            }
            ExprKind::Bool(value) => self.op(OpKind::Bool(*value), at),
            ExprKind::Null => self.op(OpKind::Null, at),
            ExprKind::Variable(name) => self.read_variable(name.as_str(), at),
            ExprKind::Identifier(name) => {
                let path = name.trim_start_matches('\\').replace('\\', ".");
                self.chain(&path, at)
            }
            ExprKind::Name(name) => {
                let path = dotted(name);
                self.chain(&path, at)
            }
            ExprKind::Assign(node) => self.assign(node, at),
            ExprKind::Binary(node) => self.binary(node, at),
            ExprKind::Ternary(node) => self.ternary(node, at),
            ExprKind::NullCoalesce(node) => self.either(node.left, node.right, at),
            ExprKind::Parenthesized(inner) | ExprKind::ErrorSuppress(inner) | ExprKind::Clone(inner) => {
                self.expr(inner)
            }
            ExprKind::Cast(CastKind::Array | CastKind::Object, inner) => self.expr(inner),
            ExprKind::Array(elements) => self.array(elements, at),
            ExprKind::ArrayAccess(node) => {
                if let Some(name) = crate::literal::global(node.array, node.index) {
                    let sym = self.file.sym(&format!("${name}"));
                    return self.op(OpKind::Name(sym), at);
                }
                let base = self.expr(node.array);
                match node.index {
                    Some(index) => {
                        let key = self.expr(index);
                        self.op(OpKind::Index { base, key }, at)
                    }
                    None => self.unknown(&[base], at),
                }
            }
            ExprKind::PropertyAccess(node) | ExprKind::NullsafePropertyAccess(node) => {
                let base = self.expr(node.object);
                self.member(base, node.property, at)
            }
            ExprKind::StaticPropertyAccess(node) | ExprKind::ClassConstAccess(node) => {
                let base = self.class_ref(node.class);
                if matches!(expr.kind, ExprKind::ClassConstAccess(_))
                    && crate::literal::is_class_word(node.member)
                {
                    return base;
                }
                match member_name(node.member) {
                    Some(name) => {
                        let name = self.file.sym(&name);
                        self.op(OpKind::Get { base, name }, at)
                    }
                    None => self.unknown(&[base], at),
                }
            }
            ExprKind::Closure(node) => self.closure(node, at),
            ExprKind::ArrowFunction(node) => self.arrow(node, at),
            ExprKind::Match(node) => self.match_expr(node, at),
            ExprKind::Yield(node) => self.yields(node, at),
            ExprKind::Exit(value) => {
                let value = value.map_or(OpId::NONE, |value| self.expr(value));
                self.exit(ExitKind::Raise, value, at);
                self.unknown(&[], at)
            }
            ExprKind::Throw(value) => {
                let value = self.expr(value);
                self.exit(ExitKind::Raise, value, at);
                self.unknown(&[], at)
            }
            ExprKind::Include(_, path) => self.include(path, at),
            _ => self.call_like(expr),
        }
    }

    /// Operators with one operand, and what has no shape of its own.
    pub(crate) fn other(&mut self, expr: &Expr<'_, '_>) -> OpId {
        let at = expr.span;
        let mut children = Vec::new();
        match &expr.kind {
            ExprKind::UnaryPrefix(node) if node.op == UnaryPrefixOp::BooleanNot => {
                let value = self.expr(node.operand);
                return self.op(OpKind::Not(value), at);
            }
            ExprKind::UnaryPrefix(node) => {
                if let (UnaryPrefixOp::Negate, ExprKind::Int(value)) = (node.op, &node.operand.kind) {
                    return self.int(value.saturating_neg(), at);
                }
                let value = self.expr(node.operand);
                if matches!(node.op, UnaryPrefixOp::PreIncrement | UnaryPrefixOp::PreDecrement) {
                    return self.counted(node.operand, value, at);
                }
                children.push(value);
            }
            ExprKind::UnaryPostfix(node) => {
                let value = self.expr(node.operand);
                return self.counted(node.operand, value, at);
            }
            // It asks for the absence of something; a text or a number may be there and count as empty.
            ExprKind::Empty(inner) => {
                let value = self.expr(inner);
                let something = self.unknown(&[value], at);
                return self.op(OpKind::Not(something), at);
            }
            ExprKind::Cast(_, inner)
            | ExprKind::Print(inner)
            | ExprKind::Eval(inner)
            | ExprKind::VariableVariable(inner) => {
                children.push(self.expr(inner));
            }
            ExprKind::Isset(values) => {
                children.extend(values.iter().map(|value| self.expr(value)).collect::<Vec<_>>());
            }
            ExprKind::CloneWith(value, changes) => {
                self.expr(changes);
                return self.expr(value);
            }
            ExprKind::ClassConstAccessDynamic { class, member }
            | ExprKind::StaticPropertyAccessDynamic { class, member } => {
                children.push(self.class_ref(class));
                children.push(self.expr(member));
            }
            ExprKind::AnonymousClass(node) => {
                let name = self.anonymous_class(node, at);
                return self.chain(&name, at);
            }
            _ => {}
        }
        self.unknown(&children, at)
    }

    /// `$i++`
    fn counted(&mut self, target: &Expr<'_, '_>, before: OpId, at: Span) -> OpId {
        let one = self.int(1, at);
        let value = self.op(OpKind::Binary { op: BinOp::Other, lhs: before, rhs: one }, at);
        self.assign_to(target, value);
        value
    }

    /// A property by name, or by a value.
    fn member(&mut self, base: OpId, property: &Expr<'_, '_>, at: Span) -> OpId {
        match class_path(property) {
            Some(name) => {
                let name = self.file.sym(&name);
                let at = self.span(at);
                self.scopes.op(OpKind::Get { base, name }, at)
            }
            None => {
                let name = self.expr(property);

                self.call_named("getattr", vec![pos(base), pos(name)], CallForm::Plain, at)
            }
        }
    }

    fn binary(&mut self, node: &BinaryExpr<'_, '_>, at: Span) -> OpId {
        let op = match node.op {
            BinaryOp::Concat => return self.concat(node, at),
            BinaryOp::BooleanAnd | BinaryOp::LogicalAnd => return self.both(node, at),
            BinaryOp::BooleanOr | BinaryOp::LogicalOr => return self.either(node.left, node.right, at),
            BinaryOp::Instanceof => {
                let value = self.expr(node.left);
                let class = self.class_ref(node.right);
                return self.call_named("isinstance", vec![pos(value), pos(class)], CallForm::Plain, at);
            }
            BinaryOp::Add => BinOp::Add,
            BinaryOp::Mod => BinOp::Other,
            BinaryOp::Equal | BinaryOp::Identical | BinaryOp::NotEqual | BinaryOp::NotIdentical => BinOp::Eq,
            BinaryOp::Less | BinaryOp::Greater | BinaryOp::LessOrEqual | BinaryOp::GreaterOrEqual => {
                BinOp::Order
            }
            BinaryOp::BitwiseOr => BinOp::BitOr,
            _ => BinOp::Other,
        };
        let lhs = self.expr(node.left);
        let rhs = self.expr(node.right);
        let value = self.op(OpKind::Binary { op, lhs, rhs }, at);
        match node.op {
            BinaryOp::NotEqual | BinaryOp::NotIdentical => self.op(OpKind::Not(value), at),
            _ => value,
        }
    }

    /// `'a' . $b . 'c'`: one text, however long.
    fn concat(&mut self, node: &BinaryExpr<'_, '_>, at: Span) -> OpId {
        let mut right = vec![node.right];
        let mut left = node.left;
        loop {
            match &left.kind {
                ExprKind::Binary(inner) if inner.op == BinaryOp::Concat => {
                    right.push(inner.right);
                    left = inner.left;
                }
                ExprKind::Parenthesized(inner) => left = inner,
                _ => break,
            }
        }
        right.push(left);
        let mut values = Vec::with_capacity(right.len());
        for part in right.into_iter().rev() {
            values.push(self.expr(part));
        }
        let at = self.span(at);
        self.scopes.here.body.text(&values, at)
    }

    /// `a && b`: the right side is arm 0 of a decision on the left one.
    fn both(&mut self, node: &BinaryExpr<'_, '_>, at: Span) -> OpId {
        let lhs = self.expr(node.left);
        let before = self.enter(RegionKind::Branch { cond: lhs, arm: 0, last: false }, node.right.span);
        let rhs = self.expr(node.right);
        self.leave(before);
        self.op(OpKind::Binary { op: BinOp::And, lhs, rhs }, at)
    }

    /// `a || b`, `a ?? b`, `a ?: b`: the right side is arm 1.
    fn either(&mut self, left: &Expr<'_, '_>, right: &Expr<'_, '_>, at: Span) -> OpId {
        let lhs = self.expr(left);
        let before = self.enter(RegionKind::Branch { cond: lhs, arm: 1, last: true }, right.span);
        let rhs = self.expr(right);
        self.leave(before);
        let at = self.span(at);
        self.scopes.here.body.join(&[lhs, rhs], at)
    }

    fn ternary(&mut self, node: &TernaryExpr<'_, '_>, at: Span) -> OpId {
        let Some(then) = node.then_expr else { return self.either(node.condition, node.else_expr, at) };
        let cond = self.expr(node.condition);
        let before = self.enter(RegionKind::Branch { cond, arm: 0, last: false }, then.span);
        let yes = self.expr(then);
        self.leave(before);
        let before = self.enter(RegionKind::Branch { cond, arm: 1, last: true }, node.else_expr.span);
        let no = self.expr(node.else_expr);
        self.leave(before);
        let at = self.span(at);
        self.scopes.here.body.join(&[yes, no], at)
    }

    fn match_expr(&mut self, node: &MatchExpr<'_, '_>, at: Span) -> OpId {
        let cond = self.expr(node.subject);
        let mut values = Vec::with_capacity(node.arms.len());
        for (arm, branch) in node.arms.iter().enumerate() {
            for value in branch.conditions.iter().flat_map(|values| values.iter()) {
                self.expr(value);
            }
            let arm = u16::try_from(arm).unwrap_or(u16::MAX);
            let last = branch.conditions.is_none();
            let before = self.enter(RegionKind::Branch { cond, arm, last }, branch.span);
            values.push(self.expr(&branch.body));
            self.leave(before);
        }
        let at = self.span(at);
        self.scopes.here.body.join(&values, at)
    }

    fn yields(&mut self, node: &YieldExpr<'_, '_>, at: Span) -> OpId {
        if let Some(key) = node.key {
            self.expr(key);
        }
        let value = node.value.map(|value| self.expr(value));
        let value = value.unwrap_or_else(|| self.op(OpKind::Null, at));
        self.scopes.here.body.set_generator();
        self.op(OpKind::Yield(value), at)
    }

    /// `include $path`: the file sees the variables that are in scope.
    fn include(&mut self, path: &Expr<'_, '_>, at: Span) -> OpId {
        let mut args = vec![pos(self.expr(path))];
        args.extend(self.variables(at));
        args.retain(|arg| arg.slot != Slot::Rest);
        self.call_named("include", args, CallForm::Tag, at)
    }
}

/// The name after `::`, without the `$` of a static property.
pub(crate) fn member_name(member: &Expr<'_, '_>) -> Option<String> {
    match &member.kind {
        ExprKind::Variable(name) => Some(name.as_str().to_owned()),
        _ => class_path(member),
    }
}
