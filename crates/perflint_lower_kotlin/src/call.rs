//! Calls, member accesses and assignments.

use crate::decl::lambda_statements;
use crate::types::is_type;
use crate::{Kotlin, has_word, parts};
use perflint_ir::{Arg, BinOp, CallForm, Callee, OpId, OpKind, Shape, Slot};
use perflint_syntax::lowering::pos;
use perflint_syntax::tree::{child_of_kind, span};
use tree_sitter::Node;

impl Kotlin<'_> {
    /// The arguments between brackets.
    pub(crate) fn arguments(&mut self, list: Node<'_>) -> Vec<Arg> {
        let values = parts(list).into_iter().filter(|part| part.kind() == "value_argument");
        let mut args = Vec::new();
        for node in values {
            let children = parts(node);
            let Some(last) = children.last().copied() else { continue };
            let slot = match children.iter().find(|part| part.kind() == "simple_identifier") {
                Some(name) if has_word(node, "=") => Slot::Key(self.low.file.sym(self.ident(*name))),
                _ if has_word(node, "*") || last.kind() == "spread_expression" => Slot::Rest,
                _ => Slot::Pos,
            };
            let value = match last.named_child(0) {
                Some(inner) if last.kind() == "spread_expression" => self.value(inner),
                _ => self.value(last),
            };
            args.push(Arg { slot, value });
        }
        args
    }

    /// `f(x) { .. }`, `a.b<T>(x)`: a lambda after the brackets is the last argument.
    pub(crate) fn call(&mut self, node: Node<'_>) -> OpId {
        let (Some(target), Some(suffix)) = (node.named_child(0), child_of_kind(node, "call_suffix")) else {
            return self.children(node);
        };
        if target.kind() == "object_literal" {
            return self.anonymous(target, lambda_statements(node));
        }
        let (callee, at) = self.callee(target);
        let mut args =
            child_of_kind(suffix, "value_arguments").map(|l| self.arguments(l)).unwrap_or_default();
        if let Some(lambda) = child_of_kind(suffix, "annotated_lambda")
            .and_then(|lambda| child_of_kind(lambda, "lambda_literal"))
        {
            args.push(pos(self.expr(lambda)));
        }
        let types = child_of_kind(suffix, "type_arguments").map(parts).unwrap_or_default();
        for (i, ty) in types.into_iter().enumerate() {
            let value = self.type_value(ty);
            args.push(Arg { slot: Slot::Key(self.low.file.sym(&format!("<{i}>"))), value });
        }
        self.low.invoke(callee, args, CallForm::Plain, at, node)
    }

    /// What is called, and where its name stands.
    fn callee<'t>(&mut self, target: Node<'t>) -> (Callee, Node<'t>) {
        if target.kind() == "navigation_expression"
            && let [base, suffix] = parts(target)[..]
            && let Some(name) = child_of_kind(suffix, "simple_identifier")
            && !has_word(suffix, "::")
        {
            let recv = self.value(base);
            let text = self.ident(name);
            return (Callee::Member { recv, name: self.low.file.sym(text) }, name);
        }
        (Callee::Value(self.value(target)), target)
    }

    /// `a.b`, `a?.b`, `a::b`, `A::class.java`.
    pub(crate) fn navigation(&mut self, node: Node<'_>) -> OpId {
        let (Some(base), Some(suffix)) = (node.named_child(0), child_of_kind(node, "navigation_suffix"))
        else {
            return self.children(node);
        };
        let value = self.value(base);
        let Some(name) = child_of_kind(suffix, "simple_identifier") else { return value };
        let text = self.ident(name);
        if matches!(text, "java" | "javaObjectType") && self.low.text(base).ends_with("::class") {
            return value;
        }
        let name = self.low.file.sym(text);
        self.low.scopes.op(OpKind::Get { base: value, name }, span(name_or(suffix)))
    }

    pub(crate) fn indexing(&mut self, node: Node<'_>) -> OpId {
        let base = node.named_child(0).map_or(OpId::NONE, |base| self.value(base));
        let key = self.key(child_of_kind(node, "indexing_suffix"));
        self.low.op(OpKind::Index { base, key }, node)
    }

    fn key(&mut self, suffix: Option<Node<'_>>) -> OpId {
        suffix.and_then(|suffix| suffix.named_child(0)).map_or(OpId::NONE, |key| self.value(key))
    }

    /// `a f b` is `a.f(b)`; `a to b` is a pair.
    pub(crate) fn infix(&mut self, node: Node<'_>) -> OpId {
        let [left, name, right] = parts(node)[..] else { return self.children(node) };
        let recv = self.value(left);
        let rhs = self.value(right);
        match self.ident(name) {
            "to" => self.low.make(Shape::Tuple, vec![pos(recv), pos(rhs)], node),
            text => self.low.member(recv, text, vec![pos(rhs)], name, node),
        }
    }

    pub(crate) fn assignment(&mut self, node: Node<'_>) {
        let [target, right] = parts(node)[..] else {
            self.children(node);
            return;
        };
        let mut value = self.value(right);
        let operator = target.next_sibling().map_or("=", |word| word.kind());
        let chain = parts(target);
        let Some((last, before)) = chain.split_last() else { return };
        if before.is_empty() {
            return self.assign_name(*last, value, operator, node);
        }
        let mut base = self.value(before[0]);
        for suffix in &before[1..] {
            base = self.suffix(base, *suffix);
        }
        if operator != "=" {
            let lhs = self.suffix(base, *last);
            value = self.combined(operator, lhs, value, node);
        }
        match (last.kind(), child_of_kind(*last, "simple_identifier")) {
            ("navigation_suffix", Some(name)) => {
                let sym = self.low.file.sym(self.ident(name));
                self.low.scopes.here.body.put(base, sym, value, span(name));
            }
            _ => {
                let key = self.key(Some(*last));
                self.low.scopes.here.body.store(base, key, value, span(node));
            }
        }
    }

    fn assign_name(&mut self, target: Node<'_>, value: OpId, operator: &str, node: Node<'_>) {
        if target.kind() != "simple_identifier" {
            self.assign_expression(target, value, node);
            return;
        }
        let name = self.ident(target);
        let value = match operator {
            "=" => value,
            _ => {
                let lhs = self.low.read(name, target);
                self.combined(operator, lhs, value, node)
            }
        };
        match self.low.scopes.find(&mut self.low.file, name) {
            Some(local) => self.low.bind(local, value, target),
            None => {
                let base = self.low.op(OpKind::SelfRef, target);
                let name = self.low.file.sym(name);
                self.low.scopes.here.body.put(base, name, value, span(target));
            }
        }
    }

    /// The target of an assignment that the grammar read as one expression.
    fn assign_expression(&mut self, target: Node<'_>, value: OpId, node: Node<'_>) {
        let children = parts(target);
        match (target.kind(), &children[..]) {
            ("navigation_expression", [base, suffix]) => {
                let base = self.value(*base);
                let name = child_of_kind(*suffix, "simple_identifier").map_or("", |name| self.ident(name));
                let name = self.low.file.sym(name);
                self.low.scopes.here.body.put(base, name, value, span(*suffix));
            }
            ("indexing_expression", [base, suffix]) => {
                let base = self.value(*base);
                let key = self.key(Some(*suffix));
                self.low.scopes.here.body.store(base, key, value, span(node));
            }
            _ => {
                self.expr(target);
            }
        }
    }

    fn combined(&mut self, operator: &str, lhs: OpId, rhs: OpId, node: Node<'_>) -> OpId {
        let op = if operator == "+=" { BinOp::Add } else { BinOp::Other };
        self.low.op(OpKind::Binary { op, lhs, rhs }, node)
    }

    fn suffix(&mut self, base: OpId, suffix: Node<'_>) -> OpId {
        match (suffix.kind(), child_of_kind(suffix, "simple_identifier")) {
            ("navigation_suffix", Some(name)) => {
                let text = self.ident(name);
                self.low.get(base, text, suffix)
            }
            ("indexing_suffix", _) => {
                let key = self.key(Some(suffix));
                self.low.op(OpKind::Index { base, key }, suffix)
            }
            _ => base,
        }
    }

    /// `x as T`.
    pub(crate) fn cast(&mut self, node: Node<'_>) -> OpId {
        let value = node.named_child(0).map_or(OpId::NONE, |value| self.value(value));
        match parts(node).into_iter().skip(1).find(|part| is_type(*part)) {
            Some(ty) => {
                let ty = self.ty(ty);
                self.low.op(OpKind::Cast { value, ty }, node)
            }
            None => value,
        }
    }
}

/// The name in a suffix, which is where reading it is reported.
fn name_or(suffix: Node<'_>) -> Node<'_> {
    child_of_kind(suffix, "simple_identifier").unwrap_or(suffix)
}
