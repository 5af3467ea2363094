//! Assignments of every kind: plain, with operators, to several targets.

use crate::operator::binary;
use crate::walk::{Ruby, name_of, pos};
use perflint_ir::{CallForm, Item, ItemKind, OpId, OpKind, Span};
use ruby_prism::{ArgumentsNode, Node, NodeList};

/// How a variable is assigned once more.
enum Change<'n> {
    /// `a ||= v`.
    Or(Node<'n>),
    /// `a &&= v`.
    And(Node<'n>),
    /// `a += v`.
    Op(String, Node<'n>),
}

/// What is assigned.
enum Target {
    Local(String),
    Field(String),
    Static(String),
    Name(String),
    Member(OpId, String),
    Element(OpId, OpId),
}

macro_rules! changes {
    ($self:ident, $node:ident, $at:ident, $target:expr, $or:ident, $and:ident, $op:ident) => {
        if let Some(n) = $node.$or() {
            let target = $target($self, name_of(&n.name()));
            return Some($self.change(target, Change::Or(n.value()), $at));
        }
        if let Some(n) = $node.$and() {
            let target = $target($self, name_of(&n.name()));
            return Some($self.change(target, Change::And(n.value()), $at));
        }
        if let Some(n) = $node.$op() {
            let target = $target($self, name_of(&n.name()));
            let op = name_of(&n.binary_operator());
            return Some($self.change(target, Change::Op(op, n.value()), $at));
        }
    };
}

impl Ruby<'_> {
    /// An assignment; `None` for any other node.
    pub(crate) fn assignment(&mut self, node: &Node<'_>, at: Span) -> Option<OpId> {
        if let Some(n) = node.as_local_variable_write_node() {
            let value = self.expr(&n.value());
            let local = self.local(&name_of(&n.name()));
            self.bind(local, value, at);
            return Some(value);
        }
        if let Some(n) = node.as_instance_variable_write_node() {
            let value = self.expr(&n.value());
            let holder = self.holder(at);
            self.put(holder, &name_of(&n.name()), value, at);
            return Some(value);
        }
        if let Some(n) = node.as_class_variable_write_node() {
            let value = self.expr(&n.value());
            let base = self.op(OpKind::SelfRef, at);
            self.put(base, &name_of(&n.name()), value, at);
            return Some(value);
        }
        if let Some(n) = node.as_global_variable_write_node() {
            let value = self.expr(&n.value());
            self.variable(&name_of(&n.name()), value, at, self.in_class_body());
            return Some(value);
        }
        if let Some(n) = node.as_constant_write_node() {
            return Some(self.constant(&name_of(&n.name()), &n.value(), at));
        }
        if let Some(n) = node.as_constant_path_write_node() {
            let name = n.target().name().map(|name| name_of(&name)).unwrap_or_default();
            return Some(self.constant(&name, &n.value(), at));
        }
        if let Some(n) = node.as_multi_write_node() {
            return Some(self.several(&n.lefts(), n.rest(), &n.rights(), &n.value(), at));
        }
        self.changed(node, at)
    }

    fn changed(&mut self, node: &Node<'_>, at: Span) -> Option<OpId> {
        let local = |_: &mut Self, name| Target::Local(name);
        changes!(
            self,
            node,
            at,
            local,
            as_local_variable_or_write_node,
            as_local_variable_and_write_node,
            as_local_variable_operator_write_node
        );
        let field = |_: &mut Self, name| Target::Field(name);
        changes!(
            self,
            node,
            at,
            field,
            as_instance_variable_or_write_node,
            as_instance_variable_and_write_node,
            as_instance_variable_operator_write_node
        );
        let fixed = |_: &mut Self, name| Target::Static(name);
        changes!(
            self,
            node,
            at,
            fixed,
            as_class_variable_or_write_node,
            as_class_variable_and_write_node,
            as_class_variable_operator_write_node
        );
        let name = |_: &mut Self, name| Target::Name(name);
        changes!(
            self,
            node,
            at,
            name,
            as_global_variable_or_write_node,
            as_global_variable_and_write_node,
            as_global_variable_operator_write_node
        );
        changes!(
            self,
            node,
            at,
            name,
            as_constant_or_write_node,
            as_constant_and_write_node,
            as_constant_operator_write_node
        );
        if let Some(n) = node.as_call_or_write_node() {
            let target = self.member_target(n.receiver(), name_of(&n.read_name()), at);
            return Some(self.change(target, Change::Or(n.value()), at));
        }
        if let Some(n) = node.as_call_and_write_node() {
            let target = self.member_target(n.receiver(), name_of(&n.read_name()), at);
            return Some(self.change(target, Change::And(n.value()), at));
        }
        if let Some(n) = node.as_call_operator_write_node() {
            let target = self.member_target(n.receiver(), name_of(&n.read_name()), at);
            return Some(self.change(target, Change::Op(name_of(&n.binary_operator()), n.value()), at));
        }
        if let Some(n) = node.as_index_or_write_node() {
            let target = self.element_target(n.receiver(), n.arguments(), at);
            return Some(self.change(target, Change::Or(n.value()), at));
        }
        if let Some(n) = node.as_index_and_write_node() {
            let target = self.element_target(n.receiver(), n.arguments(), at);
            return Some(self.change(target, Change::And(n.value()), at));
        }
        if let Some(n) = node.as_index_operator_write_node() {
            let target = self.element_target(n.receiver(), n.arguments(), at);
            return Some(self.change(target, Change::Op(name_of(&n.binary_operator()), n.value()), at));
        }
        None
    }

    fn member_target(&mut self, receiver: Option<Node<'_>>, name: String, at: Span) -> Target {
        let base = match receiver {
            Some(node) => self.expr(&node),
            None => self.op(OpKind::SelfRef, at),
        };
        Target::Member(base, name)
    }

    fn element_target(
        &mut self,
        receiver: Option<Node<'_>>,
        arguments: Option<ArgumentsNode<'_>>,
        at: Span,
    ) -> Target {
        let base = match receiver {
            Some(node) => self.expr(&node),
            None => self.op(OpKind::SelfRef, at),
        };
        let key = self.first_key(arguments, at);
        Target::Element(base, key)
    }

    fn first_key(&mut self, arguments: Option<ArgumentsNode<'_>>, at: Span) -> OpId {
        let mut key = None;
        for argument in arguments.iter().flat_map(|a| a.arguments().iter()) {
            let value = self.expr(&argument);
            key.get_or_insert(value);
        }
        key.unwrap_or_else(|| self.unknown(&[], at))
    }

    fn change(&mut self, target: Target, change: Change<'_>, at: Span) -> OpId {
        let before = match &target {
            Target::Local(name) => {
                let local = self.local(name);
                self.op(OpKind::Local(local), at)
            }
            Target::Field(name) => {
                let holder = self.holder(at);
                self.get(holder, name, at)
            }
            Target::Static(name) => {
                let base = self.op(OpKind::SelfRef, at);
                self.get(base, name, at)
            }
            Target::Name(name) => self.name(name, at),
            Target::Member(base, name) => self.member(*base, name, Vec::new(), CallForm::Auto, at),
            Target::Element(base, key) => self.op(OpKind::Index { base: *base, key: *key }, at),
        };
        match change {
            Change::Op(op, value) => {
                let rhs = self.expr(&value);
                let value = match op.as_str() {
                    "<<" => self.member(before, "<<", vec![pos(rhs)], CallForm::Plain, at),
                    _ => self.op(OpKind::Binary { op: binary(&op), lhs: before, rhs }, at),
                };
                self.store(target, value, at);
                value
            }
            Change::Or(node) => {
                let value = self.arm(before, 1, true, at, |ruby| {
                    let value = ruby.expr(&node);
                    ruby.store(target, value, at);
                    value
                });
                self.join(&[before, value], at)
            }
            Change::And(node) => {
                let value = self.arm(before, 0, false, at, |ruby| {
                    let value = ruby.expr(&node);
                    ruby.store(target, value, at);
                    value
                });
                self.join(&[before, value], at)
            }
        }
    }

    fn store(&mut self, target: Target, value: OpId, at: Span) {
        match target {
            Target::Local(name) => {
                let local = self.local(&name);
                self.bind(local, value, at);
            }
            Target::Field(name) => {
                let holder = self.holder(at);
                self.put(holder, &name, value, at);
            }
            Target::Static(name) => {
                let base = self.op(OpKind::SelfRef, at);
                self.put(base, &name, value, at);
            }
            Target::Name(name) => self.variable(&name, value, at, self.in_class_body()),
            Target::Member(base, name) => {
                self.put_member(base, &name, value, at);
            }
            Target::Element(base, key) => {
                self.scopes.here.body.store(base, key, value, at);
            }
        }
    }

    /// `base.name = value`; a writer of the receiver's own class assigns the variable behind it.
    pub(crate) fn put_member(&mut self, base: OpId, name: &str, value: OpId, at: Span) {
        let on_self = self.scopes.here.body.peek(base).kind == OpKind::SelfRef;
        if on_self && self.open_class().writers.iter().any(|writer| writer == name) {
            self.put(base, &format!("@{name}"), value, at);
        } else {
            self.put(base, name, value, at);
        }
    }

    /// A variable that other code reads by its name.
    pub(crate) fn variable(&mut self, name: &str, value: OpId, at: Span, is_init: bool) {
        let owner = match name.starts_with('$') {
            true => perflint_ir::ItemId(0),
            false => self.open_class().item,
        };
        let is_init = is_init && self.scopes.here.item == owner;
        let field = self.file.blank(ItemKind::Field, name, owner, at);
        let mut field = Item { init: if is_init { value } else { OpId::NONE }, ..field };
        field.flags.is_public = true;
        field.flags.is_static = true;
        self.file.item(field);
    }

    /// Assigns a value to a target of a destructuring.
    pub(crate) fn assign(&mut self, target: &Node<'_>, value: OpId) {
        self.deeper(target, |ruby| ruby.assign_target(target, value));
    }

    fn assign_target(&mut self, target: &Node<'_>, value: OpId) {
        let at = self.at(target);
        if let Some(n) = target.as_local_variable_target_node() {
            let local = self.local(&name_of(&n.name()));
            self.bind(local, value, at);
        } else if let Some(n) = target.as_required_parameter_node() {
            let local = self.scopes.declare(&mut self.file, &name_of(&n.name()));
            self.bind(local, value, at);
        } else if let Some(n) = target.as_instance_variable_target_node() {
            self.store(Target::Field(name_of(&n.name())), value, at);
        } else if let Some(n) = target.as_class_variable_target_node() {
            self.store(Target::Static(name_of(&n.name())), value, at);
        } else if let Some(n) = target.as_global_variable_target_node() {
            self.store(Target::Name(name_of(&n.name())), value, at);
        } else if let Some(n) = target.as_constant_target_node() {
            self.store(Target::Name(name_of(&n.name())), value, at);
        } else if let Some(n) = target.as_call_target_node() {
            let base = self.expr(&n.receiver());
            self.put_member(base, name_of(&n.name()).trim_end_matches('='), value, at);
        } else if let Some(n) = target.as_index_target_node() {
            let base = self.expr(&n.receiver());
            let key = self.first_key(n.arguments(), at);
            self.scopes.here.body.store(base, key, value, at);
        } else if let Some(n) = target.as_multi_target_node() {
            self.spread(&n.lefts(), n.rest(), &n.rights(), value, at);
        } else if let Some(inner) = target.as_splat_node().and_then(|n| n.expression()) {
            self.assign(&inner, value);
        }
    }

    /// `a, b = ..`.
    fn several(
        &mut self,
        lefts: &NodeList<'_>,
        rest: Option<Node<'_>>,
        rights: &NodeList<'_>,
        value: &Node<'_>,
        at: Span,
    ) -> OpId {
        let elements = value.as_array_node().map(|n| n.elements());
        if let Some(elements) = elements
            && rest.is_none()
            && rights.is_empty()
            && elements.len() == lefts.len()
            && elements.iter().all(|e| e.as_splat_node().is_none())
        {
            let values: Vec<OpId> = elements.iter().map(|element| self.expr(&element)).collect();
            for (target, value) in lefts.iter().zip(&values) {
                self.assign(&target, *value);
            }
            return self.make(perflint_ir::Shape::Tuple, values.into_iter().map(pos).collect(), at);
        }
        let value = self.expr(value);
        self.spread(lefts, rest, rights, value, at);
        value
    }

    /// Takes a value apart by position.
    pub(crate) fn spread(
        &mut self,
        lefts: &NodeList<'_>,
        rest: Option<Node<'_>>,
        rights: &NodeList<'_>,
        value: OpId,
        at: Span,
    ) {
        for (i, target) in (0i32..).zip(lefts.iter().chain(rights.iter())) {
            let key = self.op(OpKind::Int(i), at);
            let part = self.op(OpKind::Index { base: value, key }, at);
            self.assign(&target, part);
        }
        if let Some(inner) = rest.and_then(|n| n.as_splat_node().and_then(|n| n.expression())) {
            let part = self.op(OpKind::Slice { base: value, limit: OpId::NONE }, at);
            self.assign(&inner, part);
        }
    }
}
