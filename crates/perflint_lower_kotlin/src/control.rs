//! Decisions: `if`, `when`, `try`, `?:`, and what a type test says about the value that it tests.

use crate::types::{is_type, type_in};
use crate::{Kotlin, has_word, parts};
use perflint_ir::{OpId, OpKind, RegionId, RegionKind};
use perflint_syntax::tree::{child_of_kind, span};
use tree_sitter::Node;

impl Kotlin<'_> {
    pub(crate) fn if_expression(&mut self, node: Node<'_>, wanted: bool) -> OpId {
        let test = node.child_by_field_name("condition");
        let cond = test.map_or(OpId::NONE, |cond| self.expr(cond));
        let mut values = Vec::new();
        for (arm, field) in [(0, "consequence"), (1, "alternative")] {
            let Some(code) = node.child_by_field_name(field) else { continue };
            let before = self.low.enter(RegionKind::Branch { cond, arm, last: arm == 1 }, code);
            self.low.scopes.open_block();
            if let Some(test) = test.filter(|_| arm == 0) {
                self.smart_cast(test);
            }
            values.extend(self.body(code, wanted).some());
            self.low.scopes.close_block();
            self.low.leave(before);
        }
        self.joined(&values, wanted, node)
    }

    fn joined(&mut self, values: &[OpId], wanted: bool, node: Node<'_>) -> OpId {
        match values {
            [] => OpId::NONE,
            _ if !wanted => OpId::NONE,
            _ => self.low.scopes.here.body.join(values, span(node)),
        }
    }

    /// `x is Order && ..`: `x` is an order in what follows.
    fn smart_cast(&mut self, test: Node<'_>) {
        let mut test = test;
        while matches!(test.kind(), "conjunction_expression" | "parenthesized_expression") {
            let Some(first) = test.named_child(0) else { return };
            test = first;
        }
        if test.kind() != "check_expression" || !has_word(test, "is") || has_word(test, "!") {
            return;
        }
        let (Some(name), Some(ty)) = (child_of_kind(test, "simple_identifier"), type_in(test)) else {
            return;
        };
        self.cast_name(name, ty);
    }

    /// A local is of this type until the end of the block.
    fn cast_name(&mut self, name: Node<'_>, ty: Node<'_>) {
        let text = self.ident(name);
        let Some(local) = self.low.scopes.find(&mut self.low.file, text) else { return };
        let value = self.low.op(OpKind::Local(local), name);
        let ty = self.ty(ty);
        let value = self.low.op(OpKind::Cast { value, ty }, name);
        self.low.declare(text, value, name);
    }

    pub(crate) fn when(&mut self, node: Node<'_>, wanted: bool) -> OpId {
        self.low.scopes.open_block();
        let subject = child_of_kind(node, "when_subject");
        let entries = parts(node).into_iter().filter(|part| part.kind() == "when_entry");
        let entries: Vec<Node<'_>> = entries.collect();
        let values = match subject {
            Some(subject) => self.when_of(subject, &entries),
            None => self.when_chain(&entries),
        };
        self.low.scopes.close_block();
        self.joined(&values, wanted, node)
    }

    fn when_of(&mut self, subject: Node<'_>, entries: &[Node<'_>]) -> Vec<OpId> {
        let value = parts(subject).into_iter().next_back();
        let cond = value.map_or(OpId::NONE, |value| self.expr(value));
        let variable = child_of_kind(subject, "variable_declaration");
        if let Some(variable) = variable {
            self.variable(variable, cond);
        }
        let name = match variable {
            Some(variable) => child_of_kind(variable, "simple_identifier"),
            None => value.filter(|value| value.kind() == "simple_identifier"),
        };
        let mut values = Vec::new();
        for (arm, entry) in entries.iter().enumerate() {
            let last = child_of_kind(*entry, "when_condition").is_none();
            let arm = u16::try_from(arm).unwrap_or(u16::MAX);
            let before = self.low.enter(RegionKind::Branch { cond, arm, last }, *entry);
            self.low.scopes.open_block();
            let conditions = parts(*entry).into_iter().filter(|part| part.kind() == "when_condition");
            let conditions: Vec<Node<'_>> = conditions.collect();
            conditions.iter().for_each(|condition| self.condition(*condition));
            if let [only] = conditions[..]
                && let Some(test) = child_of_kind(only, "type_test").filter(|test| !has_word(*test, "!"))
                && let (Some(name), Some(ty)) = (name, type_in(test))
            {
                self.cast_name(name, ty);
            }
            values.extend(self.entry_body(*entry));
            self.low.scopes.close_block();
            self.low.leave(before);
        }
        values
    }

    fn condition(&mut self, node: Node<'_>) {
        for part in parts(node) {
            match part.kind() {
                "type_test" => {}
                "range_test" => parts(part).into_iter().for_each(|value| {
                    self.expr(value);
                }),
                _ => {
                    self.expr(part);
                }
            }
        }
    }

    fn entry_body(&mut self, entry: Node<'_>) -> Option<OpId> {
        if let Some(guard) = child_of_kind(entry, "guard_condition").and_then(|guard| guard.named_child(0)) {
            self.expr(guard);
        }
        child_of_kind(entry, "control_structure_body").and_then(|code| self.body(code, true).some())
    }

    /// A `when` without a subject is a chain of `if`s.
    fn when_chain(&mut self, entries: &[Node<'_>]) -> Vec<OpId> {
        let mut values = Vec::new();
        let mut open: Vec<RegionId> = Vec::new();
        for entry in entries {
            let condition = child_of_kind(*entry, "when_condition").and_then(|test| test.named_child(0));
            let Some(test) = condition else {
                values.extend(self.entry_body(*entry));
                break;
            };
            let cond = self.expr(test);
            let before = self.low.enter(RegionKind::Branch { cond, arm: 0, last: false }, *entry);
            self.low.scopes.open_block();
            self.smart_cast(test);
            values.extend(self.entry_body(*entry));
            self.low.scopes.close_block();
            self.low.leave(before);
            open.push(self.low.enter(RegionKind::Branch { cond, arm: 1, last: true }, *entry));
        }
        while let Some(before) = open.pop() {
            self.low.leave(before);
        }
        values
    }

    pub(crate) fn try_expression(&mut self, node: Node<'_>) -> OpId {
        self.low.scopes.open_block();
        let value = match child_of_kind(node, "statements") {
            Some(statements) => self.statements(statements),
            None => OpId::NONE,
        };
        self.low.scopes.close_block();
        let mut values: Vec<OpId> = value.some().into_iter().collect();
        for part in parts(node) {
            match part.kind() {
                "catch_block" => values.extend(self.handler(part).some()),
                "finally_block" => self.block(part),
                _ => {}
            }
        }
        self.joined(&values, true, node)
    }

    fn handler(&mut self, node: Node<'_>) -> OpId {
        let before = self.low.enter(RegionKind::Handler, node);
        self.low.scopes.open_block();
        if let Some(name) = child_of_kind(node, "simple_identifier") {
            let text = self.ident(name);
            self.low.scopes.declare(&mut self.low.file, text);
        }
        let value = match child_of_kind(node, "statements") {
            Some(statements) => self.statements(statements),
            None => OpId::NONE,
        };
        self.low.scopes.close_block();
        self.low.leave(before);
        value
    }

    /// `a ?: b` and `a || b`: the right side where the left one is missing.
    pub(crate) fn otherwise(&mut self, node: Node<'_>) -> OpId {
        let [left, right] = parts(node)[..] else { return self.children(node) };
        let lhs = self.value(left);
        let before = self.low.enter(RegionKind::Branch { cond: lhs, arm: 1, last: true }, right);
        let rhs = self.expr(right);
        self.low.leave(before);
        match rhs.some() {
            Some(rhs) => self.low.scopes.here.body.join(&[lhs, rhs], span(node)),
            None => lhs,
        }
    }

    /// `x is T`, `x in xs` and their negations.
    pub(crate) fn check(&mut self, node: Node<'_>) -> OpId {
        let children = parts(node);
        let lhs = children.first().map_or(OpId::NONE, |value| self.value(*value));
        let value = match children.get(1).filter(|part| !is_type(**part)) {
            Some(right) => {
                let rhs = self.value(*right);
                let op = perflint_ir::BinOp::In;
                self.low.op(OpKind::Binary { op, lhs, rhs }, node)
            }
            None => self.low.unknown(&[lhs], node),
        };
        if has_word(node, "!") { self.low.op(OpKind::Not(value), node) } else { value }
    }
}
