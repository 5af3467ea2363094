//! Statements, each of which may be a value.

use crate::types::type_in;
use crate::{Kotlin, has_word, parts};
use perflint_ir::{BodyKind, ExitKind, LocalId, LoopSource, OpId, OpKind, RegionKind};
use perflint_syntax::Place;
use perflint_syntax::tree::{child_of_kind, span};
use tree_sitter::Node;

impl Kotlin<'_> {
    /// A node that holds its statements between braces.
    pub(crate) fn block(&mut self, node: Node<'_>) {
        self.low.scopes.open_block();
        if let Some(statements) = child_of_kind(node, "statements") {
            self.statements(statements);
        }
        self.low.scopes.close_block();
    }

    /// Statements in order; the value is that of the last.
    pub(crate) fn statements(&mut self, node: Node<'_>) -> OpId {
        let all = parts(node);
        let last = all.len().saturating_sub(1);
        let mut value = OpId::NONE;
        for (i, statement) in all.into_iter().enumerate() {
            value = self.statement(statement, i == last);
        }
        value
    }

    /// `{ .. }` or one statement, as the body of `if`, `for`, `when`; the value is that of its last statement.
    pub(crate) fn body(&mut self, node: Node<'_>, wanted: bool) -> OpId {
        self.low.scopes.open_block();
        let value = match parts(node).first() {
            Some(only) if only.kind() == "statements" => self.statements(*only),
            Some(only) => self.statement(*only, wanted),
            None => OpId::NONE,
        };
        self.low.scopes.close_block();
        value
    }

    /// One statement; `wanted` if something may use its value.
    pub(crate) fn statement(&mut self, node: Node<'_>, wanted: bool) -> OpId {
        self.deeper(node, |kotlin| kotlin.statement_inner(node, wanted)).unwrap_or(OpId::NONE)
    }

    fn statement_inner(&mut self, node: Node<'_>, wanted: bool) -> OpId {
        let here = self.low.scopes.here.place;
        match node.kind() {
            "property_declaration" if here != Place::Module && here != Place::Class => self.local(node),
            "destructuring_declaration" => self.local(node),
            "function_declaration" if here != Place::Module && here != Place::Class => {
                self.local_function(node);
            }
            "assignment" => self.assignment(node),
            "for_statement" => self.for_each(node),
            "while_statement" | "do_while_statement" => self.repeat(node),
            "if_expression" => return self.if_expression(node, wanted),
            "when_expression" => return self.when(node, wanted),
            "label" | "annotation" => {}
            kind if kind.ends_with("comment") => {}
            _ if self.member(node) => {}
            _ => return self.expr(node),
        }
        OpId::NONE
    }

    /// A function inside a function: a closure under its name.
    fn local_function(&mut self, node: Node<'_>) {
        let Some(name) = child_of_kind(node, "simple_identifier") else { return };
        let text = self.ident(name);
        let local = self.low.scopes.declare(&mut self.low.file, text);
        let list = child_of_kind(node, "function_value_parameters");
        let params = list.map(|list| self.declared(list)).unwrap_or_default();
        let item = self.low.scopes.here.item;
        let body = self.low.open(Place::Closure, item, BodyKind::Closure, node);
        self.open_params(params);
        if let Some(code) = child_of_kind(node, "function_body") {
            self.function_body(code);
        }
        self.low.close();
        let lambda = self.low.op(OpKind::Lambda(body), node);
        self.low.bind(local, lambda, name);
    }

    fn for_each(&mut self, node: Node<'_>) {
        let children = parts(node);
        let names = children.iter().position(|part| part.kind().ends_with("variable_declaration"));
        let Some((names, over)) = names.and_then(|at| Some((children[at], *children.get(at + 1)?))) else {
            return;
        };
        let over = self.counted(over);
        self.low.scopes.open_block();
        let single = names.kind() == "variable_declaration";
        let name = child_of_kind(names, "simple_identifier").filter(|_| single);
        let text = name.map_or("", |name| self.ident(name));
        let item = self.low.scopes.declare(&mut self.low.file, text);
        let before = self.low.enter(RegionKind::Loop { over, item, source: LoopSource::For }, node);
        let value = self.low.op(OpKind::Local(item), names);
        match type_in(names).filter(|_| single) {
            Some(ty) => {
                let ty = self.ty(ty);
                let value = self.low.op(OpKind::Cast { value, ty }, names);
                self.low.bind(item, value, names);
            }
            None if !single => self.destructure(names, value),
            None => {}
        }
        if let Some(body) = child_of_kind(node, "control_structure_body") {
            self.body(body, false);
        }
        self.low.leave(before);
        self.low.scopes.close_block();
    }

    /// What a loop over numbers runs along: `xs` of `xs.indices` and `0 until xs.size`, else the limit itself.
    fn counted(&mut self, over: Node<'_>) -> OpId {
        match over.kind() {
            "parenthesized_expression" => match over.named_child(0) {
                Some(inner) => self.counted(inner),
                None => self.expr(over),
            },
            "range_expression" => match parts(over)[..] {
                [_, limit] => self.measured(limit),
                _ => self.expr(over),
            },
            "infix_expression" => match parts(over)[..] {
                [_, word, limit] if self.low.text(word) == "until" => self.measured(limit),
                [limit, word, _] if self.low.text(word) == "downTo" => self.measured(limit),
                [range, word, _] if self.low.text(word) == "step" => self.counted(range),
                _ => self.expr(over),
            },
            _ => self.measured(over),
        }
    }

    fn measured(&mut self, limit: Node<'_>) -> OpId {
        let mut limit = limit;
        if limit.kind() == "additive_expression" && has_word(limit, "-") {
            limit = limit.named_child(0).unwrap_or(limit);
        }
        if limit.kind() == "navigation_expression"
            && let [base, suffix] = parts(limit)[..]
            && let Some(name) = child_of_kind(suffix, "simple_identifier")
            && matches!(self.low.text(name), "size" | "length" | "indices" | "lastIndex")
        {
            return self.expr(base);
        }
        self.expr(limit)
    }

    fn repeat(&mut self, node: Node<'_>) {
        let cond = parts(node).into_iter().find(|part| part.kind() != "control_structure_body");
        let over = cond.map_or(OpId::NONE, |cond| self.expr(cond));
        let kind = RegionKind::Loop { over, item: LocalId::NONE, source: LoopSource::While };
        let before = self.low.enter(kind, node);
        if let Some(body) = child_of_kind(node, "control_structure_body") {
            self.body(body, false);
        }
        self.low.leave(before);
    }

    /// `return`, `throw`, `break`, `continue`, also with a label.
    pub(crate) fn jump(&mut self, node: Node<'_>) -> OpId {
        let word = node.child(0).map_or("", |word| word.kind());
        let value = parts(node).into_iter().find(|part| part.kind() != "label");
        let value = value.map_or(OpId::NONE, |value| self.expr(value));
        let how = match word {
            "throw" => ExitKind::Raise,
            "break" | "break@" => ExitKind::Break,
            "continue" | "continue@" => ExitKind::Continue,
            _ => ExitKind::Return,
        };
        self.low.scopes.here.body.exit(how, value, span(node));
        OpId::NONE
    }
}
