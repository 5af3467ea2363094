//! What the walks over trees of different grammars do alike.

use crate::field::Fields;
use crate::guard;
use crate::lowering::Lowering;
use crate::tree::{children, span};
use perflint_ir::{BinOp, OpId, OpKind, RegionKind};
use tree_sitter::Node;

/// The walk of a front end over the tree of one file, whose text is borrowed for `'a` and whose nodes for `'t`.
pub trait Walk<'a, 't>: Sized {
    /// The file under construction.
    fn low(&mut self) -> &mut Lowering<'a>;

    /// Lowers an expression.
    fn expr(&mut self, node: Node<'t>) -> OpId;

    /// Runs a step that may recurse, unless it is too deep.
    fn deeper<T>(&mut self, node: Node<'_>, step: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if !self.low().descend(node) {
            return None;
        }
        let result = guard::deeper(|| step(self));
        self.low().ascend();
        Some(result)
    }

    /// An expression without a shape of its own, with its children.
    fn shapeless(&mut self, node: Node<'t>) -> OpId {
        let kids: Vec<OpId> = children(node).into_iter().map(|child| self.expr(child)).collect();
        let kids: Vec<OpId> = kids.into_iter().filter(|kid| kid.is_some()).collect();
        self.low().unknown(&kids, node)
    }

    /// An operator between two operands, in a grammar whose fields are `left`, `operator` and `right`. What follows `&&`, `||` or
    /// `??` is evaluated under the condition of what stands before.
    fn binary(&mut self, node: Node<'t>) -> OpId {
        let side = |name: &str| node.field(name);
        let (Some(left), Some(right)) = (side("left"), side("right")) else {
            return self.low().unknown(&[], node);
        };
        let operator = side("operator").map_or("", |op| op.kind());
        let lhs = self.expr(left);
        if matches!(operator, "&&" | "||" | "??") {
            let or = operator != "&&";
            let arm = RegionKind::Branch { cond: lhs, arm: u16::from(or), last: or };
            let before = self.low().enter(arm, right);
            let rhs = self.expr(right);
            self.low().leave(before);
            if or {
                return self.low().scopes.here.body.join(&[lhs, rhs], span(node));
            }
            return self.low().op(OpKind::Binary { op: BinOp::And, lhs, rhs }, node);
        }
        let rhs = self.expr(right);
        let op = match operator {
            "+" => BinOp::Add,
            "==" | "!=" => BinOp::Eq,
            "<" | "<=" | ">" | ">=" => BinOp::Order,
            "|" => BinOp::BitOr,
            _ => BinOp::Other,
        };
        let value = self.low().op(OpKind::Binary { op, lhs, rhs }, node);
        if operator == "!=" { self.low().op(OpKind::Not(value), node) } else { value }
    }
}
