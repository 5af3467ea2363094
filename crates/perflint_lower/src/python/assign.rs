//! Assignments: to names, attributes, elements and patterns of them.

use super::frame::Binding;
use super::item::is_public;
use super::{Lower, span};
use perflint_ir::{ItemId, ItemKind, LocalId, Marker, OpId, OpKind, Span};
use ruff_python_ast::{
    Expr, ExprAttribute, ExprName, ExprSubscript, StmtAnnAssign, StmtAssign, StmtAugAssign,
};
use ruff_text_size::{Ranged, TextRange};

/// Where an assigned value goes.
#[derive(Clone, Copy)]
enum Store {
    /// Into a local, also in an initialiser: loop variables, `with .. as`, `except .. as`, `:=`.
    Local,
    /// Into a local of a function, or a field of the module or class; the span is the statement's.
    Field(Span),
}

impl<'a> Lower<'a> {
    pub(super) fn assign(&mut self, node: &'a StmtAssign) {
        if self.here.place.is_init()
            && let [Expr::Name(name)] = &node.targets[..]
            && self.declaration(name, node)
        {
            return;
        }
        let value = self.expr(&node.value);
        for target in &node.targets {
            self.store(target, value, Store::Field(span(node.range)));
        }
    }

    /// Assignments to a name of the module or class that declare something; false for any other.
    fn declaration(&mut self, name: &'a ExprName, node: &'a StmtAssign) -> bool {
        match &*node.value {
            Expr::Lambda(lambda) => self.lambda_item(name, lambda, node.range),
            Expr::Subscript(_) => {
                let markers = self.annotation_markers(&node.value);
                if markers.is_empty() {
                    return false;
                }
                self.type_alias(name, node, markers);
            }
            // `__all__ = [..]` says nothing about performance.
            _ => return name.id.as_str() == "__all__",
        }
        true
    }

    /// `SessionDep = Annotated[Session, Depends(get_session)]`: a field with the type and markers of the annotation.
    fn type_alias(&mut self, name: &'a ExprName, node: &'a StmtAssign, markers: Vec<Marker>) {
        let values: Vec<OpId> = markers.iter().map(|marker| marker.value).collect();
        let init = self.unknown(&values, node.value.range());
        let ty = self.ty(&node.value);
        let field = self.field(self.here.item, name.id.as_str(), span(node.range), span(name.range));
        let item = self.file.item_mut(field);
        item.ty = ty;
        item.markers = markers;
        item.init = init;
    }

    pub(super) fn augmented(&mut self, node: &'a StmtAugAssign) {
        match &*node.target {
            Expr::Attribute(target) => {
                let base = self.expr(&target.value);
                let name = self.file.sym(target.attr.as_str());
                let old = self.op(OpKind::Get { base, name }, target.attr.range);
                let rhs = self.expr(&node.value);
                let value = self.binary(node.op, old, rhs, node.range);
                self.here.body.put(base, name, value, span(node.range));
            }
            Expr::Subscript(target) => {
                let base = self.expr(&target.value);
                let key = self.expr(&target.slice);
                let old = self.op(OpKind::Index { base, key }, target.range);
                let rhs = self.expr(&node.value);
                let value = self.binary(node.op, old, rhs, node.range);
                self.here.body.store(base, key, value, span(node.range));
            }
            target => {
                let old = self.expr(target);
                let rhs = self.expr(&node.value);
                let value = self.binary(node.op, old, rhs, node.range);
                self.store(target, value, Store::Field(span(node.range)));
            }
        }
    }

    pub(super) fn annotated(&mut self, node: &'a StmtAnnAssign) {
        let whole = span(node.range);
        match &*node.target {
            Expr::Name(name) if self.here.place.is_init() => {
                let ty = self.ty(&node.annotation);
                let markers = self.annotation_markers(&node.annotation);
                let init = self.optional(node.value.as_deref());
                let field = self.field(self.here.item, name.id.as_str(), whole, span(name.range));
                let item = self.file.item_mut(field);
                item.ty = ty;
                item.markers = markers;
                item.init = init;
                if let (Some(Binding::Local(local)), true) =
                    (self.here.names.get(name.id.as_str()), init.is_some())
                {
                    let local = *local;
                    self.op(OpKind::Bind { local, value: init }, name.range);
                }
            }
            target => {
                let value = node.value.as_deref().map(|value| self.expr(value));
                if let Expr::Attribute(attribute) = target {
                    self.receiver_field(attribute, &node.annotation, whole);
                }
                if let Some(value) = value {
                    self.store(target, value, Store::Field(whole));
                }
            }
        }
    }

    /// `self.x: T` declares a field of the method's class.
    fn receiver_field(&mut self, target: &'a ExprAttribute, annotation: &'a Expr, whole: Span) {
        let Expr::Name(base) = &*target.value else { return };
        let Some(class) = self.here.class else { return };
        if self.resolve(base.id.as_str()) == Binding::Receiver {
            let ty = self.ty(annotation);
            let field = self.field(class, target.attr.as_str(), whole, span(target.attr.range));
            self.file.item_mut(field).ty = ty;
        }
    }

    fn field(&mut self, owner: ItemId, name: &str, whole: Span, name_span: Span) -> ItemId {
        let mut item = self.file.blank(ItemKind::Field, name, owner, whole);
        item.name_span = name_span;
        item.flags.is_public = is_public(name);
        self.file.item(item)
    }

    /// Binds the target of a loop, `with`, `except`, comprehension or `:=`.
    pub(super) fn bind_target(&mut self, target: &'a Expr, value: OpId) {
        self.store(target, value, Store::Local);
    }

    /// Binds a name that stands alone: `except .. as name`, a pattern's capture, a nested function.
    pub(super) fn bind_name(&mut self, name: &'a str, value: OpId, at: TextRange) {
        self.store_name(name, value, at, Store::Local);
    }

    fn store(&mut self, target: &'a Expr, value: OpId, how: Store) {
        match target {
            Expr::Name(name) => self.store_name(name.id.as_str(), value, name.range, how),
            Expr::Attribute(target) => {
                let base = self.expr(&target.value);
                let name = self.file.sym(target.attr.as_str());
                self.here.body.put(base, name, value, span(target.range));
            }
            Expr::Subscript(target) => self.store_element(target, value),
            Expr::Tuple(tuple) => self.unpack(&tuple.elts, value, how, tuple.range),
            Expr::List(list) => self.unpack(&list.elts, value, how, list.range),
            Expr::Starred(starred) => {
                self.nested(starred.range, |lower| lower.store(&starred.value, value, how));
            }
            _ => {
                let target_value = self.expr(target);
                self.unknown(&[target_value, value], target.range());
            }
        }
    }

    fn store_element(&mut self, target: &'a ExprSubscript, value: OpId) {
        let base = self.expr(&target.value);
        let key = self.expr(&target.slice);
        self.here.body.store(base, key, value, span(target.range));
    }

    /// `a, *b, c = value`: elements after the starred one are counted from the end.
    fn unpack(&mut self, targets: &'a [Expr], value: OpId, how: Store, at: TextRange) {
        let count = i32::try_from(targets.len()).unwrap_or(i32::MAX);
        let mut starred = false;
        for (position, target) in (0..count).zip(targets) {
            let part = if let Expr::Starred(_) = target {
                starred = true;
                self.op(OpKind::Slice { base: value, limit: OpId::NONE }, target.range())
            } else {
                let position = if starred { position - count } else { position };
                let key = self.op(OpKind::Int(position), target.range());
                self.op(OpKind::Index { base: value, key }, target.range())
            };
            self.nested(at, |lower| lower.store(target, part, how));
        }
    }

    fn store_name(&mut self, name: &'a str, value: OpId, at: TextRange, how: Store) {
        let known = self.here.names.get(name).copied();
        if let Store::Field(whole) = how
            && self.here.place.is_init()
        {
            let field = self.field(self.here.item, name, whole, span(at));
            self.file.item_mut(field).init = value;
            if known.is_none() {
                return;
            }
        }
        match self.local_of(name, known) {
            Some(local) => self.op(OpKind::Bind { local, value }, at),
            // A variable of the module: the name and the value.
            None => {
                let name = self.file.sym(name);
                let name = self.op(OpKind::Name(name), at);
                self.unknown(&[name, value], at)
            }
        };
    }

    /// The local that a target is, if it is nothing but a local name.
    pub(super) fn target_local(&mut self, target: &'a Expr) -> Option<LocalId> {
        let Expr::Name(name) = target else { return None };
        let known = self.here.names.get(name.id.as_str()).copied();
        self.local_of(name.id.as_str(), known)
    }

    /// The local to assign a name to; declared if the name is new; `None` if the name is not local.
    fn local_of(&mut self, name: &'a str, known: Option<Binding>) -> Option<LocalId> {
        match known {
            Some(Binding::Local(local)) => Some(local),
            Some(Binding::Outer) => match self.resolve(name) {
                Binding::Local(local) => Some(local),
                _ => None,
            },
            Some(Binding::Free | Binding::Receiver) => None,
            None => Some(self.declare(name)),
        }
    }
}
