//! Assignments.

use crate::{Ruby, text};
use perflint_ir::{BinOp, OpId, OpKind, RegionKind, Span};
use ruby_prism::Node;

impl Ruby<'_> {
    /// An assignment, if the node is one, and the value that was assigned.
    pub(crate) fn assignment(&mut self, node: &Node<'_>) -> Option<OpId> {
        let at = self.span(&node.location());
        if let Some(write) = node.as_local_variable_write_node() {
            let value = self.expr(&write.value());
            self.bind(text(write.name().as_slice()), value, at);
            return Some(value);
        }
        if let Some(write) = node.as_instance_variable_write_node() {
            let value = self.expr(&write.value());
            self.put_field(text(write.name().as_slice()), value, at);
            return Some(value);
        }
        if let Some(write) = node.as_multi_write_node() {
            let value = self.expr(&write.value());
            let targets: Vec<Node<'_>> = write.lefts().iter().collect();
            self.unpack(&targets, value, at);
            return Some(value);
        }
        if let Some(write) = node.as_constant_write_node() {
            return Some(self.expr(&write.value()));
        }
        self.local_update(node, at)
            .or_else(|| self.field_update(node, at))
            .or_else(|| self.call_update(node, at))
    }

    /// `x ||= v`, `x += v`.
    fn local_update(&mut self, node: &Node<'_>, at: Span) -> Option<OpId> {
        if let Some(write) = node.as_local_variable_or_write_node() {
            let name = text(write.name().as_slice());
            let known = self.read_local(name, at);
            let value = self.fallback(known, &write.value(), at);
            self.bind(name, value, at);
            return Some(value);
        }
        if let Some(write) = node.as_local_variable_and_write_node() {
            let value = self.expr(&write.value());
            self.bind(text(write.name().as_slice()), value, at);
            return Some(value);
        }
        let write = node.as_local_variable_operator_write_node()?;
        let name = text(write.name().as_slice());
        let lhs = self.read_local(name, at);
        let rhs = self.expr(&write.value());
        let value = self.combine(text(write.binary_operator().as_slice()), lhs, rhs, at);
        self.bind(name, value, at);
        Some(value)
    }

    /// `@x ||= v`: the field is filled where it is empty.
    fn field_update(&mut self, node: &Node<'_>, at: Span) -> Option<OpId> {
        if let Some(write) = node.as_instance_variable_or_write_node() {
            let name = text(write.name().as_slice()).to_owned();
            let known = self.field(&name, at);
            let empty = self.op(OpKind::Not(known), at);
            let before =
                self.scopes.here.body.enter(RegionKind::Branch { cond: empty, arm: 0, last: false }, at);
            let value = self.expr(&write.value());
            self.put_field(&name, value, at);
            self.scopes.here.body.leave(before);
            return Some(self.scopes.here.body.join(&[known, value], at));
        }
        if let Some(write) = node.as_instance_variable_and_write_node() {
            let value = self.expr(&write.value());
            self.put_field(text(write.name().as_slice()), value, at);
            return Some(value);
        }
        let write = node.as_instance_variable_operator_write_node()?;
        let name = text(write.name().as_slice()).to_owned();
        let lhs = self.field(&name, at);
        let rhs = self.expr(&write.value());
        let value = self.combine(text(write.binary_operator().as_slice()), lhs, rhs, at);
        self.put_field(&name, value, at);
        Some(value)
    }

    /// `a.b ||= v`, `a[k] ||= v`, `a.b += v`.
    fn call_update(&mut self, node: &Node<'_>, at: Span) -> Option<OpId> {
        if let Some(write) = node.as_call_or_write_node() {
            let base = self.receiver(write.receiver(), at);
            let name = self.file.sym(text(write.read_name().as_slice()));
            let known = self.op(OpKind::Get { base, name }, at);
            let value = self.fallback(known, &write.value(), at);
            self.scopes.here.body.put(base, name, value, at);
            return Some(value);
        }
        if let Some(write) = node.as_call_operator_write_node() {
            let base = self.receiver(write.receiver(), at);
            let name = self.file.sym(text(write.read_name().as_slice()));
            let lhs = self.op(OpKind::Get { base, name }, at);
            let rhs = self.expr(&write.value());
            return Some(self.combine(text(write.binary_operator().as_slice()), lhs, rhs, at));
        }
        if let Some(write) = node.as_index_or_write_node() {
            let base = write.receiver().map_or(OpId::NONE, |of| self.expr(&of));
            let key = write.arguments().and_then(|args| args.arguments().first());
            let key = key.map_or(OpId::NONE, |key| self.expr(&key));
            let known = self.op(OpKind::Index { base, key }, at);
            let empty = self.op(OpKind::Not(known), at);
            let before =
                self.scopes.here.body.enter(RegionKind::Branch { cond: empty, arm: 0, last: false }, at);
            let value = self.expr(&write.value());
            self.scopes.here.body.store(base, key, value, at);
            self.scopes.here.body.leave(before);
            return Some(self.scopes.here.body.join(&[known, value], at));
        }
        let write = node.as_index_operator_write_node()?;
        let base = write.receiver().map_or(OpId::NONE, |of| self.expr(&of));
        let value = self.expr(&write.value());
        Some(self.unknown(&[base, value], at))
    }

    fn receiver(&mut self, node: Option<Node<'_>>, at: Span) -> OpId {
        match node {
            Some(node) => self.expr(&node),
            None => self.op(OpKind::SelfRef, at),
        }
    }

    /// `known || value`, where the second is evaluated only if needed.
    fn fallback(&mut self, known: OpId, value: &Node<'_>, at: Span) -> OpId {
        let before = self.scopes.here.body.enter(RegionKind::Branch { cond: known, arm: 1, last: true }, at);
        let value = self.expr(value);
        self.scopes.here.body.leave(before);
        self.scopes.here.body.join(&[known, value], at)
    }

    fn combine(&mut self, operator: &str, lhs: OpId, rhs: OpId, at: Span) -> OpId {
        let op = if operator == "+" { BinOp::Add } else { BinOp::Other };
        self.op(OpKind::Binary { op, lhs, rhs }, at)
    }

    pub(crate) fn bind(&mut self, name: &str, value: OpId, at: Span) {
        let local = match self.scopes.find(&mut self.file, name) {
            Some(local) => local,
            None => self.scopes.declare(&mut self.file, name),
        };
        self.op(OpKind::Bind { local, value }, at);
    }

    pub(crate) fn read_local(&mut self, name: &str, at: Span) -> OpId {
        match self.scopes.find(&mut self.file, name) {
            Some(local) => self.op(OpKind::Local(local), at),
            None => self.unknown(&[], at),
        }
    }

    /// Reads `@x`: of the receiver, or of what a template is rendered with.
    pub(crate) fn field(&mut self, name: &str, at: Span) -> OpId {
        let base = self.holder(at);
        let name = self.file.sym(name);
        self.op(OpKind::Get { base, name }, at)
    }

    fn put_field(&mut self, name: &str, value: OpId, at: Span) {
        let base = self.holder(at);
        let name = self.file.sym(name);
        self.scopes.here.body.put(base, name, value, at);
    }

    /// What instance variables belong to.
    pub(crate) fn holder(&mut self, at: Span) -> OpId {
        match self.context {
            Some(_) => match self.scopes.find(&mut self.file, "context") {
                Some(local) => self.op(OpKind::Local(local), at),
                None => self.op(OpKind::SelfRef, at),
            },
            None => self.op(OpKind::SelfRef, at),
        }
    }

    /// Binds the targets of a destructuring assignment.
    pub(crate) fn unpack(&mut self, targets: &[Node<'_>], value: OpId, at: Span) {
        for (i, target) in targets.iter().enumerate() {
            let key = self.op(OpKind::Int(i as i32), at);
            let part = self.op(OpKind::Index { base: value, key }, at);
            self.bind_target(target, part, at);
        }
    }

    fn bind_target(&mut self, target: &Node<'_>, part: OpId, at: Span) {
        if let Some(local) = target.as_local_variable_target_node() {
            self.bind(text(local.name().as_slice()), part, at);
        } else if let Some(param) = target.as_required_parameter_node() {
            self.bind(text(param.name().as_slice()), part, at);
        } else if let Some(field) = target.as_instance_variable_target_node() {
            self.put_field(text(field.name().as_slice()), part, at);
        } else if let Some(multi) = target.as_multi_target_node() {
            let inner: Vec<Node<'_>> = multi.lefts().iter().collect();
            self.deeper(at, |ruby| ruby.unpack(&inner, part, at));
        }
    }
}
