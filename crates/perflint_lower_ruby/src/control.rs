//! Decisions, loops and rescue.

use crate::walk::{Ruby, name_of};
use perflint_ir::{LocalId, LoopSource, OpId, OpKind, RegionKind, Span};
use ruby_prism::{ElseNode, IfNode, Node, StatementsNode};

impl Ruby<'_> {
    pub(crate) fn decision(&mut self, node: &Node<'_>, at: Span) -> OpId {
        if let Some(unless) = node.as_unless_node() {
            let test = self.expr(&unless.predicate());
            let cond = self.op(OpKind::Not(test), at);
            let then = self.arm(cond, 0, false, at, |ruby| ruby.suite(unless.statements(), at));
            let other = self.otherwise(cond, 1, unless.else_clause(), at);
            return self.join(&[then, other], at);
        }
        match node.as_if_node() {
            Some(first) => self.if_chain(first, at),
            None => self.unknown(&[], at),
        }
    }

    /// `if` with all its `elsif`, which the parser nests as deeply as there are.
    fn if_chain(&mut self, first: IfNode<'_>, at: Span) -> OpId {
        let cond = self.expr(&first.predicate());
        let mut values = vec![self.arm(cond, 0, false, at, |ruby| ruby.suite(first.statements(), at))];
        let mut arm = 1u16;
        let mut next = first.subsequent();
        while let Some(node) = next {
            let span = self.at(&node);
            if let Some(otherwise) = node.as_else_node() {
                values.push(self.otherwise(cond, arm, Some(otherwise), span));
                return self.join(&values, at);
            }
            let Some(elsif) = node.as_if_node() else { break };
            self.expr(&elsif.predicate());
            values.push(self.arm(cond, arm, false, span, |ruby| ruby.suite(elsif.statements(), span)));
            arm = arm.saturating_add(1);
            next = elsif.subsequent();
        }
        values.push(self.null(at));
        self.join(&values, at)
    }

    fn otherwise(&mut self, cond: OpId, arm: u16, node: Option<ElseNode<'_>>, at: Span) -> OpId {
        match node {
            Some(node) => self.arm(cond, arm, true, at, |ruby| ruby.suite(node.statements(), at)),
            None => self.null(at),
        }
    }

    pub(crate) fn case(&mut self, node: &Node<'_>, at: Span) -> OpId {
        let Some(case) = node.as_case_node() else { return self.unknown(&[], at) };
        let subject = case.predicate().map(|predicate| self.expr(&predicate));
        let cond = subject.unwrap_or_else(|| self.unknown(&[], at));
        let mut values = Vec::new();
        let mut arm = 0u16;
        for when in case.conditions().iter() {
            let span = self.at(&when);
            let Some(when) = when.as_when_node() else { continue };
            for condition in when.conditions().iter() {
                self.expr(&condition);
            }
            values.push(self.arm(cond, arm, false, span, |ruby| ruby.suite(when.statements(), span)));
            arm = arm.saturating_add(1);
        }
        values.push(self.otherwise(cond, arm, case.else_clause(), at));
        self.join(&values, at)
    }

    pub(crate) fn case_match(&mut self, node: &Node<'_>, at: Span) -> OpId {
        let Some(case) = node.as_case_match_node() else { return self.unknown(&[], at) };
        let subject = case.predicate().map(|predicate| self.expr(&predicate));
        let cond = subject.unwrap_or_else(|| self.unknown(&[], at));
        let mut values = Vec::new();
        let mut arm = 0u16;
        for branch in case.conditions().iter() {
            let span = self.at(&branch);
            let Some(branch) = branch.as_in_node() else { continue };
            values.push(self.arm(cond, arm, false, span, |ruby| {
                ruby.pattern(&branch.pattern(), cond);
                ruby.suite(branch.statements(), span)
            }));
            arm = arm.saturating_add(1);
        }
        values.push(self.otherwise(cond, arm, case.else_clause(), at));
        self.join(&values, at)
    }

    /// `a && b && c`: the parser nests the left sides.
    pub(crate) fn short_circuit(&mut self, node: &Node<'_>) -> OpId {
        let mut rights = Vec::new();
        let mut left = None;
        loop {
            let at: &Node<'_> = left.as_ref().unwrap_or(node);
            let (is_or, inner, right) = match (at.as_and_node(), at.as_or_node()) {
                (Some(and), _) => (false, and.left(), and.right()),
                (_, Some(or)) => (true, or.left(), or.right()),
                _ => break,
            };
            rights.push((is_or, right, self.at(at)));
            left = Some(inner);
        }
        let mut value = match &left {
            Some(left) => self.expr(left),
            None => OpId::NONE,
        };
        while let Some((is_or, right, at)) = rights.pop() {
            let span = self.at(&right);
            let rhs = self.arm(value, u16::from(is_or), is_or, span, |ruby| ruby.expr(&right));
            value = match is_or {
                true => self.join(&[value, rhs], at),
                false => self.op(OpKind::Binary { op: perflint_ir::BinOp::And, lhs: value, rhs }, at),
            };
        }
        value
    }

    pub(crate) fn looped(&mut self, node: &Node<'_>, at: Span) -> OpId {
        if let Some(n) = node.as_for_node() {
            return self.for_in(&n.index(), &n.collection(), n.statements(), at);
        }
        let (predicate, statements, runs_first) = match (node.as_while_node(), node.as_until_node()) {
            (Some(n), _) => (n.predicate(), n.statements(), n.is_begin_modifier()),
            (_, Some(n)) => (n.predicate(), n.statements(), n.is_begin_modifier()),
            _ => return self.unknown(&[], at),
        };
        let cond = match runs_first {
            true => OpId::NONE,
            false => self.expr(&predicate),
        };
        self.endless(cond, at, |ruby| {
            ruby.suite(statements, at);
            if runs_first {
                ruby.expr(&predicate);
            }
        });
        self.null(at)
    }

    /// A loop without elements, around a step.
    pub(crate) fn endless(&mut self, cond: OpId, at: Span, step: impl FnOnce(&mut Self)) {
        let kind = RegionKind::Loop { over: cond, item: LocalId::NONE, source: LoopSource::While };
        self.loop_region(kind, at, step);
    }

    fn loop_region(&mut self, kind: RegionKind, at: Span, step: impl FnOnce(&mut Self)) {
        let before = self.enter(kind, at);
        if let Some(inside) = self.inside.last_mut() {
            inside.loops += 1;
        }
        step(self);
        if let Some(inside) = self.inside.last_mut() {
            inside.loops -= 1;
        }
        self.leave(before);
    }

    fn for_in(
        &mut self,
        index: &Node<'_>,
        collection: &Node<'_>,
        statements: Option<StatementsNode<'_>>,
        at: Span,
    ) -> OpId {
        let over = self.expr(collection);
        let (item, is_plain) = match index.as_local_variable_target_node() {
            Some(target) => (self.local(&name_of(&target.name())), true),
            None => (self.scopes.temporary(&mut self.file), false),
        };
        self.loop_region(RegionKind::Loop { over, item, source: LoopSource::For }, at, |ruby| {
            if !is_plain {
                let element = ruby.op(OpKind::Local(item), at);
                ruby.assign(index, element);
            }
            ruby.suite(statements, at);
        });
        over
    }

    pub(crate) fn begin(&mut self, node: &Node<'_>, at: Span) -> OpId {
        let Some(begin) = node.as_begin_node() else { return self.unknown(&[], at) };
        let mut values = vec![self.suite(begin.statements(), at)];
        let mut clause = begin.rescue_clause();
        while let Some(rescue) = clause {
            let span = self.span(&rescue.location());
            for exception in rescue.exceptions().iter() {
                self.expr(&exception);
            }
            let before = self.enter(RegionKind::Handler, span);
            if let Some(reference) = rescue.reference() {
                let error = self.unknown(&[], span);
                self.assign(&reference, error);
            }
            values.push(self.suite(rescue.statements(), span));
            self.leave(before);
            clause = rescue.subsequent();
        }
        if let Some(otherwise) = begin.else_clause()
            && let Some(value) = self.statements(otherwise.statements())
        {
            values[0] = value;
        }
        if let Some(ensure) = begin.ensure_clause() {
            self.statements(ensure.statements());
        }
        match values.as_slice() {
            [one] => *one,
            _ => self.join(&values, at),
        }
    }

    pub(crate) fn rescue_modifier(&mut self, node: &Node<'_>, at: Span) -> OpId {
        let Some(n) = node.as_rescue_modifier_node() else { return self.unknown(&[], at) };
        let value = self.expr(&n.expression());
        let before = self.enter(RegionKind::Handler, at);
        let other = self.expr(&n.rescue_expression());
        self.leave(before);
        self.join(&[value, other], at)
    }
}
