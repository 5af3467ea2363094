//! `match`: each case is an arm on the subject, and its captures are parts of the subject.

use super::{Lower, span};
use perflint_ir::{OpId, OpKind, RegionKind};
use ruff_python_ast::{Identifier, MatchCase, Pattern, PatternMatchClass, PatternMatchMapping, StmtMatch};
use ruff_text_size::{Ranged, TextRange};

impl<'a> Lower<'a> {
    pub(super) fn matches(&mut self, node: &'a StmtMatch) {
        let subject = self.expr(&node.subject);
        for (arm, case) in (0u16..).zip(&node.cases) {
            self.case(case, subject, arm);
        }
    }

    fn case(&mut self, case: &'a MatchCase, subject: OpId, arm: u16) {
        let last = case.guard.is_none() && case.pattern.is_irrefutable();
        let outside = self.here.body.enter(RegionKind::Branch { cond: subject, arm, last }, span(case.range));
        self.pattern(&case.pattern, subject);
        if let Some(guard) = case.guard.as_deref() {
            let cond = self.expr(guard);
            self.here.body.enter(RegionKind::Branch { cond, arm: 0, last: false }, span(guard.range()));
        }
        self.suite(&case.body);
        self.here.body.leave(outside);
    }

    fn pattern(&mut self, pattern: &'a Pattern, value: OpId) {
        self.nested(pattern.range(), |lower| lower.pattern_parts(pattern, value));
    }

    fn pattern_parts(&mut self, pattern: &'a Pattern, value: OpId) {
        match pattern {
            Pattern::MatchValue(node) => {
                self.expr(&node.value);
            }
            Pattern::MatchSingleton(_) => {}
            Pattern::MatchSequence(node) => self.sequence(&node.patterns, value),
            Pattern::MatchMapping(node) => self.mapping(node, value),
            Pattern::MatchClass(node) => self.class_pattern(node, value),
            Pattern::MatchStar(node) => self.capture(node.name.as_ref(), value, node.range),
            Pattern::MatchAs(node) => {
                if let Some(inner) = node.pattern.as_deref() {
                    self.pattern(inner, value);
                }
                self.capture(node.name.as_ref(), value, node.range);
            }
            Pattern::MatchOr(node) => node.patterns.iter().for_each(|inner| self.pattern(inner, value)),
        }
    }

    fn capture(&mut self, name: Option<&'a Identifier>, value: OpId, at: TextRange) {
        if let Some(name) = name {
            self.bind_name(name.as_str(), value, at);
        }
    }

    fn sequence(&mut self, patterns: &'a [Pattern], value: OpId) {
        for (position, pattern) in (0i32..).zip(patterns) {
            let part = match pattern {
                Pattern::MatchStar(_) => {
                    self.op(OpKind::Slice { base: value, limit: OpId::NONE }, pattern.range())
                }
                _ => self.position(value, position, pattern.range()),
            };
            self.pattern(pattern, part);
        }
    }

    fn position(&mut self, base: OpId, position: i32, at: TextRange) -> OpId {
        let key = self.op(OpKind::Int(position), at);
        self.op(OpKind::Index { base, key }, at)
    }

    fn mapping(&mut self, node: &'a PatternMatchMapping, value: OpId) {
        for (key, pattern) in node.keys.iter().zip(&node.patterns) {
            let key = self.expr(key);
            let part = self.op(OpKind::Index { base: value, key }, pattern.range());
            self.pattern(pattern, part);
        }
        if let Some(rest) = &node.rest {
            let part = self.unknown(&[value], rest.range);
            self.bind_name(rest.as_str(), part, rest.range);
        }
    }

    fn class_pattern(&mut self, node: &'a PatternMatchClass, value: OpId) {
        self.expr(&node.cls);
        for (position, pattern) in (0i32..).zip(&node.arguments.patterns) {
            let part = self.position(value, position, pattern.range());
            self.pattern(pattern, part);
        }
        for keyword in &node.arguments.keywords {
            let name = self.file.sym(keyword.attr.as_str());
            let part = self.op(OpKind::Get { base: value, name }, keyword.attr.range);
            self.pattern(&keyword.pattern, part);
        }
    }
}
