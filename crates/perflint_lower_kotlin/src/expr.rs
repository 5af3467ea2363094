//! Expressions.

use crate::{Kotlin, has_word, parts};
use perflint_ir::{BinOp, OpId, OpKind, RegionKind, Shape};
use perflint_syntax::lowering::pos;
use perflint_syntax::tree::{child_of_kind, span};
use tree_sitter::Node;

impl Kotlin<'_> {
    /// An expression; `NONE` where it yields nothing, as a jump or an assignment.
    pub(crate) fn expr(&mut self, node: Node<'_>) -> OpId {
        self.deeper(node, |kotlin| kotlin.expr_inner(node)).unwrap_or(OpId::NONE)
    }

    /// An expression as an operand: what yields nothing is unknown.
    pub(crate) fn value(&mut self, node: Node<'_>) -> OpId {
        self.expr(node).some().unwrap_or_else(|| self.low.unknown(&[], node))
    }

    /// An expression without a shape of its own, with its children.
    pub(crate) fn children(&mut self, node: Node<'_>) -> OpId {
        let kids: Vec<OpId> =
            parts(node).into_iter().filter_map(|child| self.statement(child, true).some()).collect();
        self.low.unknown(&kids, node)
    }

    fn expr_inner(&mut self, node: Node<'_>) -> OpId {
        match node.kind() {
            "simple_identifier" | "interpolated_identifier" => {
                let name = self.ident(node);
                self.low.read(name, node)
            }
            "string_literal" => self.string(node),
            "integer_literal" | "long_literal" | "hex_literal" | "unsigned_literal" => {
                let text = self.low.text(node).replace('_', "");
                let n = text.trim_end_matches(['l', 'L', 'u', 'U']).parse::<i64>().unwrap_or(i64::MAX);
                self.low.op(OpKind::Int(i32::try_from(n).unwrap_or(i32::MAX)), node)
            }
            "null_literal" => self.low.op(OpKind::Null, node),
            "boolean_literal" => {
                let truth = self.low.text(node) == "true";
                self.low.op(OpKind::Bool(truth), node)
            }
            "this_expression" => self.this(node),
            "super_expression" => self.low.op(OpKind::SuperRef, node),
            "parenthesized_expression" | "interpolated_expression" => match parts(node).first() {
                Some(inner) => self.expr(*inner),
                None => self.low.unknown(&[], node),
            },
            "navigation_expression" => self.navigation(node),
            "indexing_expression" => self.indexing(node),
            "call_expression" => self.call(node),
            "infix_expression" => self.infix(node),
            "callable_reference" => self.reference(node),
            "lambda_literal" => self.lambda(node),
            "anonymous_function" => self.anonymous_function(node),
            "object_literal" => {
                let members = self.members_of(node);
                self.anonymous(node, members)
            }
            "collection_literal" => {
                let values = parts(node).into_iter().map(|child| pos(self.value(child))).collect();
                self.low.make(Shape::List, values, node)
            }
            "if_expression" => self.if_expression(node, true),
            "when_expression" => self.when(node, true),
            "try_expression" => self.try_expression(node),
            "jump_expression" => self.jump(node),
            "as_expression" => self.cast(node),
            "elvis_expression" | "disjunction_expression" => self.otherwise(node),
            "conjunction_expression" => self.both(node),
            "check_expression" => self.check(node),
            "additive_expression"
            | "multiplicative_expression"
            | "comparison_expression"
            | "equality_expression" => self.binary(node),
            "prefix_expression" | "postfix_expression" => self.unary(node),
            "assignment" => {
                self.assignment(node);
                OpId::NONE
            }
            "label" | "annotation" | "character_literal" | "real_literal" => self.low.unknown(&[], node),
            _ => self.children(node),
        }
    }

    /// `this`, also of a class around, which is any instance of it.
    fn this(&mut self, node: Node<'_>) -> OpId {
        let label = child_of_kind(node, "type_identifier").map_or("", |label| self.ident(label));
        let owner = self.low.file.peek().item(self.low.owner).name;
        if !label.starts_with(char::is_uppercase) || self.low.file.text(owner) == label {
            return self.low.op(OpKind::SelfRef, node);
        }
        let value = self.low.unknown(&[], node);
        let ty = self.low.file.named_type(label, Vec::new());
        self.low.op(OpKind::Cast { value, ty }, node)
    }

    fn string(&mut self, node: Node<'_>) -> OpId {
        let raw = self.low.text(node).starts_with("\"\"\"");
        let (mut ops, mut literal) = (Vec::new(), String::new());
        for part in parts(node) {
            match part.kind() {
                "string_content" => literal.push_str(self.low.text(part)),
                "interpolated_expression" | "interpolated_identifier" => {
                    if !literal.is_empty() {
                        let text = unescaped(&std::mem::take(&mut literal), raw);
                        ops.push(self.low.string(&text, node));
                    }
                    ops.push(self.value(part));
                }
                _ => {}
            }
        }
        if ops.is_empty() {
            return self.low.string(&unescaped(&literal, raw), node);
        }
        if !literal.is_empty() {
            ops.push(self.low.string(&unescaped(&literal, raw), node));
        }
        self.low.scopes.here.body.text(&ops, span(node))
    }

    fn both(&mut self, node: Node<'_>) -> OpId {
        let [left, right] = parts(node)[..] else { return self.children(node) };
        let lhs = self.value(left);
        let before = self.low.enter(RegionKind::Branch { cond: lhs, arm: 0, last: false }, right);
        let rhs = self.value(right);
        self.low.leave(before);
        self.low.op(OpKind::Binary { op: BinOp::And, lhs, rhs }, node)
    }

    fn binary(&mut self, node: Node<'_>) -> OpId {
        let [left, right] = parts(node)[..] else { return self.children(node) };
        let lhs = self.value(left);
        let rhs = self.value(right);
        let operator = left.next_sibling().map_or("", |word| word.kind());
        let op = match operator {
            "+" => BinOp::Add,
            "==" | "!=" | "===" | "!==" => BinOp::Eq,
            "<" | "<=" | ">" | ">=" => BinOp::Order,
            _ => BinOp::Other,
        };
        let value = self.low.op(OpKind::Binary { op, lhs, rhs }, node);
        if operator.starts_with('!') { self.low.op(OpKind::Not(value), node) } else { value }
    }

    fn unary(&mut self, node: Node<'_>) -> OpId {
        let inner = parts(node).into_iter().find(|part| !matches!(part.kind(), "annotation" | "label"));
        let Some(inner) = inner else { return self.low.unknown(&[], node) };
        if node.kind() == "postfix_expression" && has_word(node, "!!") {
            return self.expr(inner);
        }
        if child_of_kind(node, "label").is_some() || child_of_kind(node, "annotation").is_some() {
            return self.expr(inner);
        }
        let value = self.value(inner);
        if has_word(node, "!") {
            return self.low.op(OpKind::Not(value), node);
        }
        self.low.unknown(&[value], node)
    }
}

/// A literal's text with the escapes that matter in queries.
fn unescaped(text: &str, raw: bool) -> String {
    if raw || !text.contains('\\') {
        return text.to_owned();
    }
    text.replace("\\n", "\n").replace("\\t", "\t").replace("\\\"", "\"").replace("\\$", "$")
}
