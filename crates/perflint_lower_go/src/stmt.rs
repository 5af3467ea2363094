//! Statements.

use crate::Go;
use perflint_ir::{
    BinOp, BodyKind, CallForm, Callee, ExitKind, LocalId, LoopSource, OpId, OpKind, RegionKind, Shape,
};
use perflint_syntax::lowering::pos;
use perflint_syntax::tree::{child_of_kind, children, span};
use perflint_syntax::{Fields, Place, Walk};
use tree_sitter::Node;

/// Names by which the second of two results is known to be an error or a flag.
const FLAGS: &[&str] = &["_", "err", "error", "ok", "e", "found", "exists", "exist", "has", "loaded"];

impl Go<'_> {
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

    fn statement(&mut self, node: Node<'_>) {
        self.deeper(node, |go| go.statement_inner(node));
    }

    fn statement_inner(&mut self, node: Node<'_>) {
        match node.kind() {
            "block" => self.block(node),
            "statement_list" | "labeled_statement" | "expression_statement" | "var_spec_list" => {
                self.statements(node);
            }
            "if_statement" => self.if_statement(node),
            "for_statement" => self.for_statement(node),
            "return_statement" => self.return_statement(node),
            "short_var_declaration" | "assignment_statement" => self.assignment(node),
            "var_declaration" | "const_declaration" => self.statements(node),
            "var_spec" | "const_spec" => self.local_variable(node),
            "type_declaration" => children(node).into_iter().for_each(|spec| self.type_spec(spec)),
            "go_statement" => self.go_statement(node),
            "expression_switch_statement" => self.switch(node),
            "type_switch_statement" => self.type_switch(node),
            "select_statement" => self.select(node),
            "send_statement" | "defer_statement" | "receive_statement" => {
                children(node).into_iter().for_each(|child| {
                    self.expr(child);
                });
            }
            "break_statement" => self.exit(ExitKind::Break, node),
            "continue_statement" => self.exit(ExitKind::Continue, node),
            "inc_statement" | "dec_statement" | "comment" | "label_name" | "empty_statement" => {}
            "fallthrough_statement" | "goto_statement" => {}
            _ => {
                self.expr(node);
            }
        }
    }

    fn exit(&mut self, how: ExitKind, node: Node<'_>) {
        self.low.scopes.here.body.exit(how, OpId::NONE, span(node));
    }

    fn if_statement(&mut self, node: Node<'_>) {
        self.low.scopes.open_block();
        if let Some(first) = node.field("initializer") {
            self.statement(first);
        }
        let cond = node.field("condition").map_or(OpId::NONE, |cond| self.expr(cond));
        if let Some(arm) = node.field("consequence") {
            self.arm(cond, 0, false, arm);
        }
        if let Some(arm) = node.field("alternative") {
            self.arm(cond, 1, true, arm);
        }
        self.low.scopes.close_block();
    }

    fn arm(&mut self, cond: OpId, arm: u16, last: bool, node: Node<'_>) {
        let before = self.low.enter(RegionKind::Branch { cond, arm, last }, node);
        self.statement(node);
        self.low.leave(before);
    }

    fn for_statement(&mut self, node: Node<'_>) {
        self.low.scopes.open_block();
        let Some(body) = node.field("body") else { return };
        let header = children(node).into_iter().find(|child| *child != body && child.kind() != "comment");
        match header {
            Some(clause) if clause.kind() == "range_clause" => self.range(clause, body),
            Some(clause) if clause.kind() == "for_clause" => self.counted(clause, body),
            Some(cond) => {
                let over = self.expr(cond);
                self.repeat(over, LocalId::NONE, LoopSource::While, cond, body);
            }
            None => self.repeat(OpId::NONE, LocalId::NONE, LoopSource::While, node, body),
        }
        self.low.scopes.close_block();
    }

    fn repeat(&mut self, over: OpId, item: LocalId, source: LoopSource, header: Node<'_>, body: Node<'_>) {
        let before = self.low.enter(RegionKind::Loop { over, item, source }, header);
        self.block(body);
        self.low.leave(before);
    }

    fn range(&mut self, clause: Node<'_>, body: Node<'_>) {
        let over = clause.field("right").map_or(OpId::NONE, |right| self.expr(right));
        let names = clause.field("left").map(children).unwrap_or_default();
        let mut item = LocalId::NONE;
        for (i, name) in names.iter().enumerate() {
            let text = self.low.text(*name);
            if name.kind() != "identifier" || text == "_" {
                continue;
            }
            let local = self.low.scopes.declare(&mut self.low.file, text);
            if i == 1 {
                item = local;
            }
        }
        // What is taken alone and has fields is no position: a message of a channel, of which nobody knows how many come.
        if let [only] = names[..]
            && self.has_fields(only, body)
        {
            return self.repeat(over, LocalId::NONE, LoopSource::While, clause, body);
        }
        self.repeat(over, item, LoopSource::For, clause, body);
    }

    /// True if a loop's body reads fields of its variable, or calls methods of it.
    fn has_fields(&self, name: Node<'_>, body: Node<'_>) -> bool {
        let name = self.low.text(name);
        let text = self.low.text(body);
        text.match_indices(name).any(|(at, _)| {
            let before =
                text[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '.');
            before && text[at + name.len()..].starts_with('.')
        })
    }

    /// `for i := 0; i < len(xs); i++` runs over `xs`; with another limit, that often.
    fn counted(&mut self, clause: Node<'_>, body: Node<'_>) {
        if let Some(first) = clause.field("initializer") {
            self.statement(first);
        }
        let Some(cond) = clause.field("condition") else {
            return self.repeat(OpId::NONE, LocalId::NONE, LoopSource::While, clause, body);
        };
        let compares = cond.field("operator").is_some_and(|op| matches!(op.kind(), "<" | "<=" | "!="));
        let limit = cond.field("right").filter(|_| compares && cond.kind() == "binary_expression");
        // `i += size` walks through a list in pieces.
        let strides = clause.field("update").is_some_and(|update| {
            update.kind() == "assignment_statement"
                && update.field("right").is_some_and(|step| self.low.text(step) != "1")
        });
        let Some(limit) = limit.filter(|_| !strides) else {
            let over = self.expr(cond);
            return self.repeat(over, LocalId::NONE, LoopSource::While, clause, body);
        };
        let over = self.measured(limit).unwrap_or(limit);
        let over = self.expr(over);
        self.repeat(over, LocalId::NONE, LoopSource::For, clause, body);
    }

    /// `xs` of `len(xs)`.
    fn measured<'t>(&self, node: Node<'t>) -> Option<Node<'t>> {
        let function = node.field("function")?;
        if self.low.text(function) != "len" {
            return None;
        }
        node.field("arguments")?.named_child(0)
    }

    fn return_statement(&mut self, node: Node<'_>) {
        let list = node.named_child(0).map(children).unwrap_or_default();
        let results = self.results.last().cloned().unwrap_or_default();
        let mut values = match list.is_empty() {
            true => results.names.iter().map(|name| self.low.read(name, node)).collect(),
            false => self.returned(&list),
        };
        if results.error && values.len() == results.count {
            let fails = !list.is_empty() && self.fails(&list);
            values.pop();
            if fails {
                return self.exit(ExitKind::Raise, node);
            }
        }
        let value = match values[..] {
            [] => OpId::NONE,
            [one] => one,
            _ => self.low.make(Shape::Tuple, values.into_iter().map(pos).collect(), node),
        };
        self.low.scopes.here.body.exit(ExitKind::Return, value, span(node));
    }

    /// The values of a return. Variables are read after the calls beside them, which may fill them: `return xs, db.Find(&xs)`.
    fn returned(&mut self, list: &[Node<'_>]) -> Vec<OpId> {
        let mut values = vec![OpId::NONE; list.len()];
        for variables in [false, true] {
            for (value, node) in values.iter_mut().zip(list) {
                if (node.kind() == "identifier") == variables {
                    *value = self.expr(*node);
                }
            }
        }
        values
    }

    /// True if what is returned is an error and nothing else: `return nil, err`, `return fmt.Errorf(..)`.
    fn fails(&self, values: &[Node<'_>]) -> bool {
        let Some((error, rest)) = values.split_last() else { return false };
        let is_error = match error.kind() {
            "identifier" => true,
            "call_expression" => error.field("function").is_some_and(|function| {
                let text = self.low.text(function);
                ["errors.", "fmt.Errorf", "status.Error"].iter().any(|start| text.starts_with(start))
                    || (!rest.is_empty() && text.to_ascii_lowercase().contains("err"))
            }),
            "selector_expression" | "unary_expression" | "composite_literal" => true,
            _ => false,
        };
        let is_empty = |value: &Node<'_>| {
            matches!(value.kind(), "nil" | "false" | "int_literal" | "interpreted_string_literal")
                || (value.kind() == "composite_literal" && self.low.text(*value).ends_with("{}"))
        };
        is_error && error.kind() != "nil" && rest.iter().all(is_empty)
    }

    fn assignment(&mut self, node: Node<'_>) {
        let side = |name: &str| node.field(name).map(children).unwrap_or_default();
        let (left, right) = (side("left"), side("right"));
        let operator = node.field("operator").map_or("=", |op| op.kind());
        let declares = node.kind() == "short_var_declaration";
        if left.len() == right.len() {
            let values: Vec<OpId> = right.iter().map(|value| self.expr(*value)).collect();
            for (target, value) in left.into_iter().zip(values) {
                let value = self.combined(target, operator, value, node);
                self.assign(target, value, declares);
            }
            return;
        }
        let Some(single) = right.first() else { return };
        let value = self.expr(*single);
        self.unpack(&left, value, single.kind() == "call_expression", declares, node);
    }

    fn combined(&mut self, target: Node<'_>, operator: &str, value: OpId, node: Node<'_>) -> OpId {
        if operator == "=" {
            return value;
        }
        let lhs = self.expr(target);
        let op = if operator == "+=" { BinOp::Add } else { BinOp::Other };
        self.low.op(OpKind::Binary { op, lhs, rhs: value }, node)
    }

    /// Several targets of one value: an error or flag at the end is no part of it.
    fn unpack(&mut self, left: &[Node<'_>], value: OpId, is_call: bool, declares: bool, node: Node<'_>) {
        let last = left.last().map_or("", |last| self.low.text(*last));
        let flag = !is_call || FLAGS.contains(&last) || last.ends_with("Err") || last.ends_with("err");
        let real = left.len() - usize::from(flag);
        for (i, target) in left.iter().enumerate() {
            let part = match i {
                // What it is about: whether the value is there.
                _ if i >= real => self.low.unknown(&[value], node),
                0 if real == 1 => value,
                _ => {
                    let key = self.low.op(OpKind::Int(i as i32), node);
                    self.low.op(OpKind::Index { base: value, key }, node)
                }
            };
            self.assign(*target, part, declares);
        }
    }

    fn assign(&mut self, target: Node<'_>, value: OpId, declares: bool) {
        match target.kind() {
            "identifier" => {
                let name = self.low.text(target);
                if name == "_" {
                    return;
                }
                match self.low.scopes.find(&mut self.low.file, name) {
                    Some(local) if !declares || self.low.scopes.is_own(name) => {
                        self.low.bind(local, value, target);
                    }
                    _ if declares => {
                        self.low.declare(name, value, target);
                    }
                    _ => {}
                }
            }
            "selector_expression" => {
                let (Some(base), Some(field)) = (target.field("operand"), target.field("field")) else {
                    return;
                };
                let base = self.expr(base);
                let name = self.low.file.sym(self.low.text(field));
                self.low.scopes.here.body.put(base, name, value, span(target));
            }
            "index_expression" => {
                let part = |name: &str| target.field(name);
                let (Some(base), Some(key)) = (part("operand"), part("index")) else { return };
                let (base, key) = (self.expr(base), self.expr(key));
                self.low.scopes.here.body.store(base, key, value, span(target));
            }
            _ => {
                self.expr(target);
            }
        }
    }

    fn local_variable(&mut self, spec: Node<'_>) {
        let ty = spec.field("type").map(|ty| self.ty(ty));
        let values = spec.field("value").map(children).unwrap_or_default();
        let mut cursor = spec.walk();
        let names: Vec<Node<'_>> = spec.children_by_field_name("name", &mut cursor).collect();
        if values.len() == 1 && names.len() > 1 {
            let value = self.expr(values[0]);
            return self.unpack(&names, value, values[0].kind() == "call_expression", true, spec);
        }
        let values: Vec<OpId> = values.into_iter().map(|value| self.expr(value)).collect();
        for (i, name) in names.iter().enumerate() {
            let value = match values.get(i) {
                Some(value) => *value,
                None => self.low.unknown(&[], spec),
            };
            let value = match ty {
                Some(ty) => self.low.op(OpKind::Cast { value, ty }, spec),
                None => value,
            };
            let text = self.low.text(*name);
            self.low.declare(text, value, *name);
        }
    }

    /// `go f(x)`: a closure that nobody waits for.
    fn go_statement(&mut self, node: Node<'_>) {
        let Some(call) = node.named_child(0) else { return };
        let item = self.low.scopes.here.item;
        let body = self.low.open(Place::Closure, item, BodyKind::Closure, call);
        self.expr(call);
        self.low.close();
        let closure = self.low.op(OpKind::Lambda(body), call);
        let callee = self.low.name("go", node);
        self.low.invoke(Callee::Value(callee), vec![pos(closure)], CallForm::Plain, node, node);
    }

    fn switch(&mut self, node: Node<'_>) {
        self.low.scopes.open_block();
        if let Some(first) = node.field("initializer") {
            self.statement(first);
        }
        let cond = node.field("value").map_or(OpId::NONE, |value| self.expr(value));
        let cases =
            children(node).into_iter().filter(|c| matches!(c.kind(), "expression_case" | "default_case"));
        for (arm, case) in cases.enumerate() {
            let values = case.field("value").map(children).unwrap_or_default();
            let tests: Vec<OpId> = values.into_iter().map(|value| self.expr(value)).collect();
            let cond = if cond.is_some() { cond } else { tests.first().copied().unwrap_or(OpId::NONE) };
            self.case(cond, arm, case);
        }
        self.low.scopes.close_block();
    }

    fn case(&mut self, cond: OpId, arm: usize, case: Node<'_>) {
        let arm = u16::try_from(arm).unwrap_or(u16::MAX);
        let last = case.kind() == "default_case";
        let before = self.low.enter(RegionKind::Branch { cond, arm, last }, case);
        if let Some(statements) = child_of_kind(case, "statement_list") {
            self.block(statements);
        }
        self.low.leave(before);
    }

    fn type_switch(&mut self, node: Node<'_>) {
        self.low.scopes.open_block();
        if let Some(first) = node.field("initializer") {
            self.statement(first);
        }
        let value = node.field("value").map_or(OpId::NONE, |value| self.expr(value));
        let alias = node.field("alias").map(|alias| self.low.text(alias));
        let cases = children(node).into_iter().filter(|c| matches!(c.kind(), "type_case" | "default_case"));
        for (arm, case) in cases.enumerate() {
            self.low.scopes.open_block();
            if let Some(alias) = alias {
                let mut cursor = case.walk();
                let types: Vec<Node<'_>> = case.children_by_field_name("type", &mut cursor).collect();
                let cast = match types[..] {
                    [one] => {
                        let ty = self.ty(one);
                        self.low.op(OpKind::Cast { value, ty }, one)
                    }
                    _ => value,
                };
                self.low.declare(alias, cast, case);
            }
            self.case(value, arm, case);
            self.low.scopes.close_block();
        }
        self.low.scopes.close_block();
    }

    fn select(&mut self, node: Node<'_>) {
        let cases =
            children(node).into_iter().filter(|c| matches!(c.kind(), "communication_case" | "default_case"));
        for (arm, case) in cases.enumerate() {
            self.low.scopes.open_block();
            if let Some(what) = case.field("communication") {
                let value = what.field("right").map_or(OpId::NONE, |right| self.expr(right));
                let left = what.field("left").map(children).unwrap_or_default();
                if !left.is_empty() {
                    self.unpack(&left, value, left.len() == 1, true, what);
                } else if what.kind() == "send_statement" {
                    self.statement(what);
                }
            }
            self.case(OpId::NONE, arm, case);
            self.low.scopes.close_block();
        }
    }
}
