//! Statements.

use crate::Java;
use perflint_ir::{ExitKind, LocalId, LoopSource, OpId, OpKind, RegionKind};
use perflint_syntax::tree::{child_of_kind, children, span};
use perflint_syntax::{Fields, Walk};
use tree_sitter::Node;

impl Java<'_> {
    pub(crate) fn block(&mut self, node: Node<'_>) {
        self.low.scopes.open_block();
        self.statements(node);
        self.low.scopes.close_block();
    }

    fn statements(&mut self, node: Node<'_>) {
        for child in children(node) {
            self.statement(child);
        }
    }

    pub(crate) fn statement(&mut self, node: Node<'_>) {
        self.deeper(node, |java| java.statement_inner(node));
    }

    fn statement_inner(&mut self, node: Node<'_>) {
        let field = |name: &str| node.field(name);
        match node.kind() {
            "block" | "constructor_body" => self.block(node),
            "expression_statement" | "labeled_statement" | "finally_clause" => self.statements(node),
            "local_variable_declaration" => self.local(node),
            "class_declaration" | "record_declaration" | "interface_declaration" | "enum_declaration" => {
                self.member(node);
            }
            "if_statement" => self.if_statement(node),
            "enhanced_for_statement" => self.for_each(node),
            "for_statement" => self.for_statement(node),
            "while_statement" | "do_statement" => {
                let over = field("condition").map_or(OpId::NONE, |cond| self.expr(cond));
                self.repeat(over, LocalId::NONE, LoopSource::While, node, field("body"));
            }
            "return_statement" => {
                let value = node.named_child(0).map_or(OpId::NONE, |value| self.expr(value));
                self.low.scopes.here.body.exit(ExitKind::Return, value, span(node));
            }
            "throw_statement" => {
                let value = node.named_child(0).map_or(OpId::NONE, |value| self.expr(value));
                self.low.scopes.here.body.exit(ExitKind::Raise, value, span(node));
            }
            "break_statement" => {
                self.low.scopes.here.body.exit(ExitKind::Break, OpId::NONE, span(node));
            }
            "continue_statement" => {
                self.low.scopes.here.body.exit(ExitKind::Continue, OpId::NONE, span(node));
            }
            "switch_expression" => {
                self.switch(node);
            }
            "try_statement" | "try_with_resources_statement" => self.try_statement(node),
            "synchronized_statement" => {
                if let Some(lock) = child_of_kind(node, "parenthesized_expression") {
                    self.expr(lock);
                }
                if let Some(body) = field("body") {
                    self.block(body);
                }
            }
            "line_comment" | "block_comment" => {}
            _ => {
                self.expr(node);
            }
        }
    }

    fn local(&mut self, node: Node<'_>) {
        let ty = node.field("type").filter(|ty| self.low.text(*ty) != "var");
        let ty = ty.map(|ty| self.ty(ty));
        let mut cursor = node.walk();
        let declarators: Vec<Node<'_>> = node.children_by_field_name("declarator", &mut cursor).collect();
        for declarator in declarators {
            let Some(name) = declarator.field("name") else { continue };
            let value = match declarator.field("value") {
                Some(value) => self.expr(value),
                None => self.low.unknown(&[], declarator),
            };
            let value = match ty {
                Some(ty) => self.low.op(OpKind::Cast { value, ty }, declarator),
                None => value,
            };
            let text = self.low.text(name);
            self.low.declare(text, value, name);
        }
    }

    fn if_statement(&mut self, node: Node<'_>) {
        let cond = node.field("condition").map_or(OpId::NONE, |cond| self.expr(cond));
        if let Some(arm) = node.field("consequence") {
            self.arm(cond, 0, false, arm);
        }
        if let Some(arm) = node.field("alternative") {
            self.arm(cond, 1, true, arm);
        }
    }

    fn arm(&mut self, cond: OpId, arm: u16, last: bool, node: Node<'_>) {
        let before = self.low.enter(RegionKind::Branch { cond, arm, last }, node);
        self.statement(node);
        self.low.leave(before);
    }

    fn repeat(
        &mut self,
        over: OpId,
        item: LocalId,
        source: LoopSource,
        header: Node<'_>,
        body: Option<Node<'_>>,
    ) {
        let before = self.low.enter(RegionKind::Loop { over, item, source }, header);
        if let Some(body) = body {
            self.statement(body);
        }
        self.low.leave(before);
    }

    fn for_each(&mut self, node: Node<'_>) {
        let over = node.field("value").map_or(OpId::NONE, |value| self.expr(value));
        let ty = node.field("type").filter(|ty| self.low.text(*ty) != "var");
        let ty = ty.map(|ty| self.ty(ty));
        self.low.scopes.open_block();
        let name = node.field("name");
        let text = name.map_or("", |name| self.low.text(name));
        let item = self.low.scopes.declare(&mut self.low.file, text);
        let before = self.low.enter(RegionKind::Loop { over, item, source: LoopSource::For }, node);
        if let (Some(ty), Some(name)) = (ty, name) {
            let value = self.low.op(OpKind::Local(item), name);
            let value = self.low.op(OpKind::Cast { value, ty }, name);
            self.low.bind(item, value, name);
        }
        if let Some(body) = node.field("body") {
            self.statement(body);
        }
        self.low.leave(before);
        self.low.scopes.close_block();
    }

    /// `for (int i = 0; i < xs.size(); i++)` runs over `xs`; with another limit, that often.
    fn for_statement(&mut self, node: Node<'_>) {
        self.low.scopes.open_block();
        let mut cursor = node.walk();
        let first: Vec<Node<'_>> = node.children_by_field_name("init", &mut cursor).collect();
        first.into_iter().for_each(|init| self.statement(init));
        let cond = node.field("condition");
        let limit = cond.filter(|cond| cond.kind() == "binary_expression").and_then(|cond| {
            let operator = cond.field("operator")?;
            matches!(operator.kind(), "<" | "<=" | "!=").then(|| cond.field("right"))?
        });
        let (over, source) = match (limit, cond) {
            (Some(limit), _) => (self.measured(limit), LoopSource::For),
            (None, Some(cond)) => (self.expr(cond), LoopSource::While),
            (None, None) => (OpId::NONE, LoopSource::While),
        };
        self.repeat(over, LocalId::NONE, source, node, node.field("body"));
        self.low.scopes.close_block();
    }

    /// `xs` of `xs.size()` and `xs.length`, else the limit itself.
    fn measured(&mut self, limit: Node<'_>) -> OpId {
        let of = match limit.kind() {
            "method_invocation" => limit.field("name").zip(limit.field("object")),
            "field_access" => limit.field("field").zip(limit.field("object")),
            _ => None,
        };
        match of {
            Some((name, object)) if matches!(self.low.text(name), "size" | "length") => self.expr(object),
            _ => self.expr(limit),
        }
    }

    /// The value of a `switch`, and its arms.
    pub(crate) fn switch(&mut self, node: Node<'_>) -> OpId {
        let cond = node.field("condition").map_or(OpId::NONE, |cond| self.expr(cond));
        let mut values = Vec::new();
        let arms = node.field("body").map(children).unwrap_or_default();
        for (arm, group) in arms.into_iter().enumerate() {
            let label = child_of_kind(group, "switch_label");
            let last = label.is_some_and(|label| self.low.text(label).starts_with("default"));
            let arm = u16::try_from(arm).unwrap_or(u16::MAX);
            let before = self.low.enter(RegionKind::Branch { cond, arm, last }, group);
            self.low.scopes.open_block();
            for part in children(group) {
                match part.kind() {
                    "switch_label" => self.pattern(cond, part),
                    "expression_statement" if group.kind() == "switch_rule" => {
                        let value = part.named_child(0).map_or(OpId::NONE, |value| self.expr(value));
                        values.extend(value.some());
                    }
                    _ => self.statement(part),
                }
            }
            self.low.scopes.close_block();
            self.low.leave(before);
        }
        self.low.scopes.here.body.join(&values, span(node))
    }

    /// `case Order o`: the value under another name and of that type.
    fn pattern(&mut self, value: OpId, label: Node<'_>) {
        let Some(pattern) = child_of_kind(label, "pattern").and_then(|p| child_of_kind(p, "type_pattern"))
        else {
            return;
        };
        if let [ty, name] = children(pattern)[..] {
            let ty = self.ty(ty);
            let cast = self.low.op(OpKind::Cast { value, ty }, name);
            let text = self.low.text(name);
            self.low.declare(text, cast, name);
        }
    }

    fn try_statement(&mut self, node: Node<'_>) {
        self.low.scopes.open_block();
        let mut scopes = Vec::new();
        for resource in node.field("resources").map(children).unwrap_or_default() {
            scopes.push(self.resource(resource));
        }
        if let Some(body) = node.field("body") {
            self.block(body);
        }
        while let Some(before) = scopes.pop() {
            self.low.leave(before);
        }
        self.low.scopes.close_block();
        for part in children(node) {
            match part.kind() {
                "catch_clause" => self.handler(part),
                "finally_clause" => self.statement(part),
                _ => {}
            }
        }
    }

    fn resource(&mut self, node: Node<'_>) -> perflint_ir::RegionId {
        let value = match node.field("value") {
            Some(value) => self.expr(value),
            None => node.named_child(0).map_or(OpId::NONE, |value| self.expr(value)),
        };
        let before = self.low.enter(RegionKind::Scope { resource: value }, node);
        if let Some(name) = node.field("name") {
            let ty = node.field("type").filter(|ty| self.low.text(*ty) != "var");
            let ty = ty.map(|ty| self.ty(ty));
            let value = match ty {
                Some(ty) => self.low.op(OpKind::Cast { value, ty }, name),
                None => value,
            };
            let text = self.low.text(name);
            self.low.declare(text, value, name);
        }
        before
    }

    fn handler(&mut self, node: Node<'_>) {
        let before = self.low.enter(RegionKind::Handler, node);
        self.low.scopes.open_block();
        if let Some(name) = child_of_kind(node, "catch_formal_parameter").and_then(|p| p.field("name")) {
            let text = self.low.text(name);
            self.low.scopes.declare(&mut self.low.file, text);
        }
        if let Some(body) = node.field("body") {
            self.block(body);
        }
        self.low.scopes.close_block();
        self.low.leave(before);
    }
}
