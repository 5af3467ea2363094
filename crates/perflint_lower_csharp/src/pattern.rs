//! Patterns, and the decisions that are made by them.

use crate::CSharp;
use crate::kinds::{K, f, field, kind};
use perflint_ir::{BinOp, OpId, OpKind, RegionKind};
use perflint_syntax::Walk;
use perflint_syntax::tree::span;
use tree_sitter::Node;

impl<'t> CSharp<'t> {
    /// `x is pattern`.
    pub(crate) fn is_pattern(&mut self, node: Node<'t>) -> OpId {
        let value = field(node, f().expression).map_or(OpId::NONE, |value| self.expr(value));
        match field(node, f().pattern) {
            Some(pattern) => self.pattern(value, pattern),
            None => self.low.unknown(&[value], node),
        }
    }

    /// Whether a value matches; what the pattern names is bound.
    pub(crate) fn pattern(&mut self, value: OpId, node: Node<'t>) -> OpId {
        self.deeper(node, |this| this.pattern_inner(value, node))
            .unwrap_or_else(|| self.low.unknown(&[value], node))
    }

    fn pattern_inner(&mut self, value: OpId, node: Node<'t>) -> OpId {
        match kind(node) {
            K::ConstantPattern => {
                let constant = self.only_child(node);
                self.low.op(OpKind::Binary { op: BinOp::Eq, lhs: value, rhs: constant }, node)
            }
            K::NegatedPattern => match self.children(node).pop() {
                Some(inner) => {
                    let inner = self.pattern(value, inner);
                    self.low.op(OpKind::Not(inner), node)
                }
                None => self.low.unknown(&[value], node),
            },
            K::ParenthesizedPattern => match self.children(node).pop() {
                Some(inner) => self.pattern(value, inner),
                None => self.low.unknown(&[value], node),
            },
            K::DeclarationPattern | K::VarPattern => {
                let cast = self.cast(value, field(node, f().r#type), node);
                self.designate(cast, node);
                self.low.unknown(&[value], node)
            }
            K::RecursivePattern => {
                let cast = self.cast(value, field(node, f().r#type), node);
                for part in self.children(node) {
                    match kind(part) {
                        K::PropertyPattern => self.subpatterns(cast, part, true),
                        K::PositionalPattern => self.subpatterns(cast, part, false),
                        _ => {}
                    }
                }
                self.designate(cast, node);
                self.low.unknown(&[value], node)
            }
            K::AndPattern | K::OrPattern | K::ListPattern => {
                let parts = self.children(node);
                let parts: Vec<OpId> = parts.into_iter().map(|part| self.pattern(value, part)).collect();
                self.low.unknown(&parts, node)
            }
            K::RelationalPattern => {
                let limit = self.only_child(node);
                self.low.op(OpKind::Binary { op: BinOp::Order, lhs: value, rhs: limit }, node)
            }
            K::TypePattern | K::Discard => self.low.unknown(&[value], node),
            // `case X:` where X is an expression.
            _ => {
                let constant = self.expr(node);
                self.low.op(OpKind::Binary { op: BinOp::Eq, lhs: value, rhs: constant }, node)
            }
        }
    }

    fn subpatterns(&mut self, value: OpId, clause: Node<'t>, by_name: bool) {
        for (i, sub) in self.children(clause).into_iter().enumerate() {
            let parts = self.children(sub);
            let Some(pattern) = parts.last().copied() else { continue };
            let name = (parts.len() > 1).then(|| parts[0]);
            let part = match name {
                Some(path) if by_name => {
                    let path = self.low.text(path).to_owned();
                    path.split('.').fold(value, |base, name| self.low.get(base, name.trim(), sub))
                }
                _ => {
                    let key = self.low.op(OpKind::Int(i32::try_from(i).unwrap_or(i32::MAX)), sub);
                    self.low.op(OpKind::Index { base: value, key }, sub)
                }
            };
            self.pattern(part, pattern);
        }
    }

    /// The names that a pattern gives to what it matched.
    fn designate(&mut self, value: OpId, node: Node<'t>) {
        if let Some(name) = field(node, f().name) {
            self.low.declare(self.word(name), value, name);
        }
        if let Some(several) = self.child(node, K::Designation) {
            for (i, name) in self.children(several).into_iter().enumerate() {
                let key = self.low.op(OpKind::Int(i32::try_from(i).unwrap_or(i32::MAX)), name);
                let part = self.low.op(OpKind::Index { base: value, key }, name);
                if kind(name) == K::Identifier {
                    self.low.declare(self.word(name), part, name);
                }
            }
        }
    }

    pub(crate) fn switch_expression(&mut self, node: Node<'t>) -> OpId {
        let parts = self.children(node);
        let cond = parts.first().map_or(OpId::NONE, |value| self.expr(*value));
        let mut values = Vec::new();
        let arms = parts.into_iter().skip(1).filter(|arm| kind(*arm) == K::SwitchArm);
        for (i, arm) in arms.enumerate() {
            let parts = self.children(arm);
            let [pattern, .., value] = parts[..] else { continue };
            let last = self.low.text(pattern) == "_";
            let arm_kind = RegionKind::Branch { cond, arm: u16::try_from(i).unwrap_or(u16::MAX), last };
            let before = self.low.enter(arm_kind, arm);
            self.low.scopes.open_block();
            self.pattern(cond, pattern);
            if let Some(when) = parts.iter().find(|part| kind(**part) == K::WhenClause) {
                self.only_child(*when);
            }
            values.push(self.expr(value));
            self.low.scopes.close_block();
            self.low.leave(before);
        }
        self.low.scopes.here.body.join(&values, span(node))
    }

    pub(crate) fn switch_statement(&mut self, node: Node<'t>) {
        let cond = field(node, f().value).map_or(OpId::NONE, |value| self.expr(value));
        let was_in = std::mem::replace(&mut self.in_switch, true);
        let mut labels = Vec::new();
        let mut arm = 0;
        for section in field(node, f().body).map(|body| self.children(body)).unwrap_or_default() {
            let is_default = self.has_word(section, "default");
            let parts = self.children(section);
            let label = usize::from(!is_default);
            labels.extend(parts.iter().take(label).copied().map(Some));
            labels.extend(is_default.then_some(None));
            let when = parts.get(label).copied().filter(|part| kind(*part) == K::WhenClause);
            let rest = label + usize::from(when.is_some());
            // Labels without statements belong to the next that has some.
            if parts.len() <= rest {
                continue;
            }
            let last = labels.iter().any(Option::is_none);
            let before = self.low.enter(RegionKind::Branch { cond, arm, last }, section);
            self.low.scopes.open_block();
            for pattern in std::mem::take(&mut labels).into_iter().flatten() {
                self.pattern(cond, pattern);
            }
            if let Some(when) = when {
                self.only_child(when);
            }
            self.sequence(&parts[rest..]);
            self.low.scopes.close_block();
            self.low.leave(before);
            arm = arm.saturating_add(1);
        }
        self.in_switch = was_in;
    }
}
