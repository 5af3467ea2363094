//! Assignments.

use super::call::has_call;
use super::context::{Lowerer, span};
use oxc_ast::ast::{
    AssignmentExpression, AssignmentOperator, AssignmentTarget, AssignmentTargetMaybeDefault,
    AssignmentTargetProperty, SimpleAssignmentTarget, UpdateExpression,
};
use perflint_ir::{BinOp, OpId, OpKind, RegionKind, Span};

impl<'a> Lowerer<'a> {
    /// The value of an assignment is what was assigned.
    pub(super) fn assignment(&mut self, assignment: &AssignmentExpression<'a>) -> OpId {
        let at = span(assignment);
        if assignment.operator == AssignmentOperator::Assign {
            if self.here.is_module
                && let Some(value) = self.module_assignment(assignment)
            {
                return value;
            }
            let value = self.expr(&assignment.right);
            self.assign_target(&assignment.left, value);
            return value;
        }
        let Some(target) = assignment.left.as_simple_assignment_target() else {
            let value = self.expr(&assignment.right);
            return self.unknown(&[value], at);
        };
        let old = self.read_target(target);
        if assignment.operator.is_logical() {
            return self.alternative(target, old, assignment);
        }
        let rhs = self.expr(&assignment.right);
        let op = match assignment.operator {
            AssignmentOperator::Addition => BinOp::Add,
            AssignmentOperator::Remainder => BinOp::Mod,
            AssignmentOperator::BitwiseOR => BinOp::BitOr,
            _ => BinOp::Other,
        };
        let value = self.op(OpKind::Binary { op, lhs: old, rhs }, at);
        self.update_target(target, old, value, at);
        value
    }

    /// `a ??= load()` and `a ||= load()` load and assign where the old value does not hold, `a &&= load()` where it does.
    fn alternative(
        &mut self,
        target: &SimpleAssignmentTarget<'a>,
        old: OpId,
        assignment: &AssignmentExpression<'a>,
    ) -> OpId {
        let at = span(assignment);
        if !has_call(&assignment.right) {
            let value = self.expr(&assignment.right);
            let value = self.here.body.join(&[old, value], at);
            self.update_target(target, old, value, at);
            return value;
        }
        let fills = assignment.operator != AssignmentOperator::LogicalAnd;
        let branch = RegionKind::Branch { cond: old, arm: u16::from(fills), last: fills };
        let before = self.here.body.enter(branch, at);
        let value = self.expr(&assignment.right);
        self.update_target(target, old, value, at);
        self.here.body.leave(before);
        self.here.body.join(&[old, value], at)
    }

    /// `i++` and `i--`.
    pub(super) fn update(&mut self, update: &UpdateExpression<'a>) -> OpId {
        let at = span(update);
        let old = self.read_target(&update.argument);
        let rhs = self.op(OpKind::Int(1), at);
        let op = if update.operator.as_str() == "++" { BinOp::Add } else { BinOp::Other };
        let new = self.op(OpKind::Binary { op, lhs: old, rhs }, at);
        self.update_target(&update.argument, old, new, at);
        if update.prefix { new } else { old }
    }

    fn read_target(&mut self, target: &SimpleAssignmentTarget<'a>) -> OpId {
        match target {
            SimpleAssignmentTarget::AssignmentTargetIdentifier(name) => {
                self.read(name.name.as_str(), span(&name.span))
            }
            other => match other.as_member_expression() {
                Some(member) => self.member(member),
                None => match other.get_expression() {
                    Some(inner) => self.expr(inner),
                    None => self.unknown(&[], span(other)),
                },
            },
        }
    }

    /// Writes the new value back to where `old` was read, without evaluating the object again.
    fn update_target(&mut self, target: &SimpleAssignmentTarget<'a>, old: OpId, new: OpId, at: Span) {
        match target {
            SimpleAssignmentTarget::AssignmentTargetIdentifier(name) => {
                let name = self.sym(name.name.as_str());
                match self.resolve(name) {
                    Some(local) => self.op(OpKind::Bind { local, value: new }, at),
                    None => self.assigned_outside(name, new, at),
                };
            }
            _ => match self.here.body.peek(old).kind {
                OpKind::Get { base, name } => {
                    self.here.body.put(base, name, new, at);
                }
                _ => {
                    self.unknown(&[old, new], at);
                }
            },
        }
    }

    /// Assigns a value to whatever stands left of `=`.
    pub(super) fn assign_target(&mut self, target: &AssignmentTarget<'a>, value: OpId) {
        let at = span(target);
        match target {
            AssignmentTarget::AssignmentTargetIdentifier(name) => {
                let name = self.sym(name.name.as_str());
                self.assign_name(name, value, at);
            }
            AssignmentTarget::StaticMemberExpression(member) => {
                let base = self.expr(&member.object);
                let name = self.sym(member.property.name.as_str());
                self.here.body.put(base, name, value, at);
            }
            AssignmentTarget::PrivateFieldExpression(member) => {
                let base = self.expr(&member.object);
                let name = self.sym(self.slice(member.field.span));
                self.here.body.put(base, name, value, at);
            }
            AssignmentTarget::ComputedMemberExpression(member) => {
                let base = self.expr(&member.object);
                let key = self.expr(&member.expression);
                self.here.body.store(base, key, value, at);
            }
            AssignmentTarget::ArrayAssignmentTarget(_) | AssignmentTarget::ObjectAssignmentTarget(_) => {
                self.nested(at, |this| this.assign_parts(target, value));
            }
            other => {
                let inner = other.as_simple_assignment_target().and_then(|target| target.get_expression());
                let base = inner.map_or(OpId::NONE, |inner| self.expr(inner));
                self.unknown(&[base, value], at);
            }
        }
    }

    fn assign_parts(&mut self, target: &AssignmentTarget<'a>, value: OpId) {
        match target {
            AssignmentTarget::ArrayAssignmentTarget(list) => {
                for (index, element) in (0i32..).zip(&list.elements) {
                    if let Some(element) = element {
                        let part = self.element(value, index, span(element));
                        self.assign_or_default(element, part);
                    }
                }
                if let Some(rest) = &list.rest {
                    let part = self.op(OpKind::Slice { base: value, limit: OpId::NONE }, span(&rest.span));
                    self.assign_target(&rest.target, part);
                }
            }
            AssignmentTarget::ObjectAssignmentTarget(object) => {
                for property in &object.properties {
                    self.assign_property(property, value);
                }
                if let Some(rest) = &object.rest {
                    let part = self.unknown(&[value], span(&rest.span));
                    self.assign_target(&rest.target, part);
                }
            }
            _ => {}
        }
    }

    fn assign_property(&mut self, property: &AssignmentTargetProperty<'a>, value: OpId) {
        match property {
            AssignmentTargetProperty::AssignmentTargetPropertyIdentifier(property) => {
                let at = span(&property.binding);
                let name = self.sym(property.binding.name.as_str());
                let mut part = self.op(OpKind::Get { base: value, name }, at);
                if let Some(default) = &property.init {
                    part = self.or_default(part, default);
                }
                self.assign_name(name, part, at);
            }
            AssignmentTargetProperty::AssignmentTargetPropertyProperty(property) => {
                let part = self.property(value, &property.name);
                self.assign_or_default(&property.binding, part);
            }
        }
    }

    fn assign_or_default(&mut self, target: &AssignmentTargetMaybeDefault<'a>, value: OpId) {
        match target {
            AssignmentTargetMaybeDefault::AssignmentTargetWithDefault(target) => {
                let value = self.or_default(value, &target.init);
                self.assign_target(&target.binding, value);
            }
            other => {
                if let Some(target) = other.as_assignment_target() {
                    self.assign_target(target, value);
                }
            }
        }
    }
}
