//! Assignments.

use crate::doc;
use crate::walk::{Php, pos};
use perflint_ir::{BinOp, CallForm, Callee, LocalId, OpId, OpKind, RegionKind, Shape};
use php_ast::{AssignExpr, AssignOp, Expr, ExprKind, Span};

impl Php<'_> {
    pub(crate) fn assign(&mut self, node: &AssignExpr<'_, '_>, at: Span) -> OpId {
        match node.op {
            AssignOp::Assign => self.plain_assign(node),
            AssignOp::Coalesce => self.fill(node, at),
            op => {
                let left = self.expr(node.target);
                let right = self.expr(node.value);
                let op = match op {
                    AssignOp::Plus | AssignOp::Concat => BinOp::Add,
                    AssignOp::BitwiseOr => BinOp::BitOr,
                    AssignOp::Mod => BinOp::Mod,
                    _ => BinOp::Other,
                };
                let value = self.op(OpKind::Binary { op, lhs: left, rhs: right }, at);
                self.assign_to(node.target, value);
                value
            }
        }
    }

    fn plain_assign(&mut self, node: &AssignExpr<'_, '_>) -> OpId {
        let variable = match &node.target.kind {
            ExprKind::Variable(name) => Some(name.as_str().to_owned()),
            _ => None,
        };
        let value = match (&variable, &node.value.kind) {
            (Some(name), ExprKind::Array(elements)) if elements.is_empty() => {
                self.empty_array(name, node.value.span)
            }
            _ => self.expr(node.value),
        };
        let value = match variable.and_then(|name| self.said_type(&name, node.target.span)) {
            Some(ty) => self.op(OpKind::Cast { value, ty }, node.target.span),
            None => value,
        };
        self.assign_to(node.target, value);
        value
    }

    /// The type that a comment right before an assignment gives the variable.
    fn said_type(&mut self, name: &str, at: Span) -> Option<perflint_ir::TypeId> {
        let before = self.offsets.text().get(..at.start as usize)?.trim_end();
        let inside = before.strip_suffix("*/")?;
        let start = inside.rfind("/**")?;
        let comment = &inside[start..];
        let ty = doc::type_of(comment, "var", name).or_else(|| {
            // `/** @var Order */ $order = ..`
            doc::type_alone(comment, "var").filter(|_| !comment.contains('$'))
        })?;
        let ty = ty.to_owned();
        self.doc_type(&ty, 0)
    }

    /// `$x ??= f()`: evaluated only where there is nothing yet.
    fn fill(&mut self, node: &AssignExpr<'_, '_>, at: Span) -> OpId {
        let left = self.expr(node.target);
        let before = self.enter(RegionKind::Branch { cond: left, arm: 1, last: true }, node.value.span);
        let right = self.expr(node.value);
        self.assign_to(node.target, right);
        self.leave(before);
        let at = self.span(at);
        self.scopes.here.body.join(&[left, right], at)
    }

    /// Gives a target a value that has been evaluated.
    pub(crate) fn assign_to(&mut self, target: &Expr<'_, '_>, value: OpId) {
        let at = target.span;
        match &target.kind {
            ExprKind::Variable(name) if name.as_str() != "this" => {
                let local = self.variable(name.as_str());
                self.bind(local, value, at);
                self.keep_static(local, name.as_str(), value, at);
            }
            ExprKind::PropertyAccess(node) | ExprKind::NullsafePropertyAccess(node) => {
                let base = self.expr(node.object);
                match crate::names::class_path(node.property) {
                    Some(name) => self.put(base, &name, value, at),
                    None => {
                        let name = self.expr(node.property);
                        self.unknown(&[base, name, value], at);
                    }
                }
            }
            ExprKind::StaticPropertyAccess(node) => {
                let base = self.class_ref(node.class);
                match crate::expr::member_name(node.member) {
                    Some(name) => self.put(base, &name, value, at),
                    None => {
                        self.unknown(&[base, value], at);
                    }
                }
            }
            ExprKind::ArrayAccess(node) => {
                self.come_into_being(node.array, node.index);
                let base = self.expr(node.array);
                match node.index {
                    Some(index) => {
                        let key = self.expr(index);
                        let at = self.span(at);
                        self.scopes.here.body.store(base, key, value, at);
                    }
                    None => {
                        let name = self.file.sym("[]");
                        self.invoke(
                            Callee::Member { recv: base, name },
                            vec![pos(value)],
                            CallForm::Plain,
                            at,
                            at,
                        );
                    }
                }
            }
            ExprKind::Array(elements) => {
                self.deeper(at, |php| php.unpack(elements, value));
            }
            ExprKind::Parenthesized(inner) => {
                self.deeper(at, |php| php.assign_to(inner, value));
            }
            _ => {
                let target = self.expr(target);
                self.unknown(&[target, value], at);
            }
        }
    }

    /// `$data['orders'] = ..` makes an array of a variable that nothing was assigned to before.
    fn come_into_being(&mut self, array: &Expr<'_, '_>, index: Option<&Expr<'_, '_>>) {
        let (ExprKind::Variable(name), Some(ExprKind::String(_))) = (&array.kind, index.map(|i| &i.kind))
        else {
            return;
        };
        let name = name.as_str();
        let of_others = self.in_template || name == "this" || name == "GLOBALS" || name.starts_with('_');
        if of_others || self.scopes.find(&mut self.file, name).is_some() {
            return;
        }
        let local = self.variable(name);
        let at = self.span(array.span);
        let value = self.scopes.here.body.make(Shape::Map, Vec::new(), at);
        self.bind(local, value, array.span);
    }

    /// `static $x;`: a variable that outlives the call holds what an entry of a store holds, or what it holds first.
    pub(crate) fn static_variable(&mut self, name: &str, first: OpId, at: Span) {
        let (base, key) = self.static_store(name, at);
        let kept = self.op(OpKind::Index { base, key }, at);
        let kept = self.unknown(&[kept], at);
        let whole = self.span(at);
        let value = self.scopes.here.body.join(&[kept, first], whole);
        let local = self.variable(name);
        self.bind(local, value, at);
        self.statics.push((self.open, local));
    }

    /// What is assigned to such a variable is there for the next call.
    fn keep_static(&mut self, local: LocalId, name: &str, value: OpId, at: Span) {
        if self.statics.contains(&(self.open, local)) {
            let (base, key) = self.static_store(name, at);
            let at = self.span(at);
            self.scopes.here.body.store(base, key, value, at);
        }
    }

    fn static_store(&mut self, name: &str, at: Span) -> (OpId, OpId) {
        let store = self.file.sym(&format!("$static {name}"));
        (self.op(OpKind::Name(store), at), self.str(name, at))
    }

    fn put(&mut self, base: OpId, name: &str, value: OpId, at: Span) {
        let name = self.file.sym(name);
        let at = self.span(at);
        self.scopes.here.body.put(base, name, value, at);
    }
}
