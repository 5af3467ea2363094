//! Operators and decisions inside expressions.

use super::{Lower, span};
use perflint_ir::{BinOp, OpId, OpKind, RegionKind};
use ruff_python_ast::{
    CmpOp, Expr, ExprBoolOp, ExprCompare, ExprIf, ExprNumberLiteral, ExprUnaryOp, Number, Operator, UnaryOp,
};
use ruff_text_size::{Ranged, TextRange};

impl<'a> Lower<'a> {
    pub(super) fn binary(&mut self, op: Operator, lhs: OpId, rhs: OpId, at: TextRange) -> OpId {
        let op = match op {
            Operator::Add => BinOp::Add,
            Operator::Mod => BinOp::Mod,
            Operator::BitOr => BinOp::BitOr,
            _ => BinOp::Other,
        };
        self.op(OpKind::Binary { op, lhs, rhs }, at)
    }

    /// `a < b < c` is `a < b and b < c`.
    pub(super) fn compare(&mut self, node: &'a ExprCompare) -> OpId {
        let mut lhs = self.expr(&node.left);
        let mut value = OpId::NONE;
        for (op, right) in node.ops.iter().zip(&node.comparators) {
            let rhs = self.expr(right);
            let negative = matches!(op, CmpOp::NotEq | CmpOp::IsNot | CmpOp::NotIn);
            let op = match op {
                CmpOp::Eq | CmpOp::NotEq | CmpOp::Is | CmpOp::IsNot => BinOp::Eq,
                CmpOp::Lt | CmpOp::LtE | CmpOp::Gt | CmpOp::GtE => BinOp::Order,
                CmpOp::In | CmpOp::NotIn => BinOp::In,
            };
            let mut pair = self.op(OpKind::Binary { op, lhs, rhs }, node.range);
            if negative {
                pair = self.op(OpKind::Not(pair), node.range);
            }
            value = match value.some() {
                Some(lhs) => self.op(OpKind::Binary { op: BinOp::And, lhs, rhs: pair }, node.range),
                None => pair,
            };
            lhs = rhs;
        }
        if value.is_some() { value } else { lhs }
    }

    /// The value is one of the operands. One that may do work stands in a region of its own.
    pub(super) fn bool_op(&mut self, node: &'a ExprBoolOp) -> OpId {
        let mut values = Vec::with_capacity(node.values.len());
        for operand in &node.values {
            let value = match values.last() {
                Some(cond) => {
                    let or = node.op == ruff_python_ast::BoolOp::Or;
                    let arm = RegionKind::Branch { cond: *cond, arm: u16::from(or), last: or };
                    let before = self.here.body.enter(arm, span(operand.range()));
                    let value = self.expr(operand);
                    self.here.body.leave(before);
                    value
                }
                None => self.expr(operand),
            };
            values.push(value);
        }
        self.here.body.join(&values, span(node.range))
    }

    pub(super) fn conditional(&mut self, node: &'a ExprIf) -> OpId {
        let cond = self.expr(&node.test);
        let mut values = [OpId::NONE; 2];
        for (arm, (value, branch)) in (0..).zip(values.iter_mut().zip([&node.body, &node.orelse])) {
            let kind = RegionKind::Branch { cond, arm, last: arm == 1 };
            let before = self.here.body.enter(kind, span(branch.range()));
            *value = self.expr(branch);
            self.here.body.leave(before);
        }
        self.here.body.join(&values, span(node.range))
    }

    pub(super) fn unary(&mut self, node: &'a ExprUnaryOp) -> OpId {
        if node.op == UnaryOp::USub
            && let Expr::NumberLiteral(ExprNumberLiteral { value: Number::Int(int), .. }) = &*node.operand
        {
            let value = int.as_i64().map_or(i32::MIN, |value| i32::try_from(-value).unwrap_or(i32::MIN));
            return self.op(OpKind::Int(value), node.range);
        }
        let value = self.expr(&node.operand);
        if node.op == UnaryOp::Not {
            return self.op(OpKind::Not(value), node.range);
        }
        self.unknown(&[value], node.range)
    }
}
