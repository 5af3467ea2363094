//! Patterns of `case .. in`, `=>` and `in`: what they bind.

use crate::literal::literal_text;
use crate::walk::{Ruby, name_of};
use perflint_ir::{OpId, OpKind};
use ruby_prism::{Node, NodeList};

impl Ruby<'_> {
    pub(crate) fn match_predicate(&mut self, node: &Node<'_>) -> Vec<OpId> {
        let Some(n) = node.as_match_predicate_node() else { return Vec::new() };
        let value = self.expr(&n.value());
        self.pattern(&n.pattern(), value);
        vec![value]
    }

    pub(crate) fn match_required(&mut self, node: &Node<'_>) -> Vec<OpId> {
        let Some(n) = node.as_match_required_node() else { return Vec::new() };
        let value = self.expr(&n.value());
        self.pattern(&n.pattern(), value);
        vec![value]
    }

    /// Binds what a pattern names to the parts of a value.
    pub(crate) fn pattern(&mut self, node: &Node<'_>, value: OpId) {
        self.deeper(node, |ruby| ruby.bind_pattern(node, value));
    }

    fn bind_pattern(&mut self, node: &Node<'_>, value: OpId) {
        let at = self.at(node);
        match node {
            Node::LocalVariableTargetNode { .. } => self.assign(node, value),
            Node::CapturePatternNode { .. } => {
                let Some(n) = node.as_capture_pattern_node() else { return };
                self.pattern(&n.value(), value);
                self.assign(&n.target().as_node(), value);
            }
            Node::AlternationPatternNode { .. } => {
                let Some(n) = node.as_alternation_pattern_node() else { return };
                self.pattern(&n.left(), value);
                self.pattern(&n.right(), value);
            }
            Node::ArrayPatternNode { .. } => {
                let Some(n) = node.as_array_pattern_node() else { return };
                self.positions(&n.requireds(), value);
                self.splat(n.rest(), value);
                self.positions(&n.posts(), value);
            }
            Node::FindPatternNode { .. } => {
                let Some(n) = node.as_find_pattern_node() else { return };
                self.positions(&n.requireds(), value);
            }
            Node::HashPatternNode { .. } => {
                let Some(n) = node.as_hash_pattern_node() else { return };
                for element in n.elements().iter() {
                    let Some(assoc) = element.as_assoc_node() else { continue };
                    let Some(key) = literal_text(&assoc.key()) else { continue };
                    let key = self.string(&key, at);
                    let part = self.op(OpKind::Index { base: value, key }, at);
                    self.pattern(&assoc.value(), part);
                }
            }
            Node::ImplicitNode { .. } => {
                if let Some(n) = node.as_implicit_node() {
                    self.pattern(&n.value(), value);
                }
            }
            Node::SplatNode { .. } => self.splat(node.as_splat_node().map(|n| n.as_node()), value),
            Node::PinnedVariableNode { .. } | Node::PinnedExpressionNode { .. } => {}
            Node::IfNode { .. } => {
                // A guard: the pattern stands where a body would.
                let Some(n) = node.as_if_node() else { return };
                for inner in n.statements().iter().flat_map(|s| s.body().iter()) {
                    self.pattern(&inner, value);
                }
                self.expr(&n.predicate());
            }
            Node::UnlessNode { .. } => {
                let Some(n) = node.as_unless_node() else { return };
                for inner in n.statements().iter().flat_map(|s| s.body().iter()) {
                    self.pattern(&inner, value);
                }
                self.expr(&n.predicate());
            }
            _ => {
                self.expr(node);
            }
        }
    }

    fn positions(&mut self, nodes: &NodeList<'_>, value: OpId) {
        for (i, node) in (0i32..).zip(nodes.iter()) {
            let at = self.at(&node);
            let key = self.op(OpKind::Int(i), at);
            let part = self.op(OpKind::Index { base: value, key }, at);
            self.pattern(&node, part);
        }
    }

    fn splat(&mut self, node: Option<Node<'_>>, value: OpId) {
        let Some(inner) = node.and_then(|n| n.as_splat_node().and_then(|n| n.expression())) else { return };
        let at = self.at(&inner);
        if let Some(target) = inner.as_local_variable_target_node() {
            let local = self.local(&name_of(&target.name()));
            let rest = self.op(OpKind::Slice { base: value, limit: OpId::NONE }, at);
            self.bind(local, rest, at);
        }
    }
}
