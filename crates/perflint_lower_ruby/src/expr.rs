//! Expressions and statements, which Ruby does not tell apart: everything has a value.

use crate::walk::{Ruby, name_of};
use perflint_ir::{ExitKind, OpId, OpKind, Shape, Span};
use ruby_prism::{Node, StatementsNode};

impl Ruby<'_> {
    /// Statements in order; the value is that of the last.
    pub(crate) fn statements(&mut self, node: Option<StatementsNode<'_>>) -> Option<OpId> {
        let mut last = None;
        for statement in node?.body().iter() {
            last = Some(self.expr(&statement));
        }
        last
    }

    /// An optional part that may be statements.
    pub(crate) fn part(&mut self, node: Option<&Node<'_>>) -> Option<OpId> {
        node.map(|node| self.expr(node))
    }

    /// Statements, with a value in any case.
    pub(crate) fn suite(&mut self, node: Option<StatementsNode<'_>>, at: Span) -> OpId {
        match self.statements(node) {
            Some(value) => value,
            None => self.null(at),
        }
    }

    pub(crate) fn expr(&mut self, node: &Node<'_>) -> OpId {
        match self.deeper(node, |ruby| ruby.expression(node)) {
            Some(value) => value,
            None => {
                let at = self.at(node);
                self.unknown(&[], at)
            }
        }
    }

    fn expression(&mut self, node: &Node<'_>) -> OpId {
        let at = self.at(node);
        match node {
            Node::CallNode { .. } => self.chain(node),
            Node::LocalVariableReadNode { .. } => self.read_local(node, at),
            Node::ItLocalVariableReadNode { .. } => {
                let local = self.local("it");
                self.op(OpKind::Local(local), at)
            }
            Node::InstanceVariableReadNode { .. }
            | Node::ClassVariableReadNode { .. }
            | Node::GlobalVariableReadNode { .. }
            | Node::ConstantReadNode { .. }
            | Node::ConstantPathNode { .. } => self.read_variable(node, at),
            Node::StatementsNode { .. } => self.suite(node.as_statements_node(), at),
            Node::ParenthesesNode { .. } => {
                let body = node.as_parentheses_node().and_then(|n| n.body());
                self.part(body.as_ref()).unwrap_or_else(|| self.null(at))
            }
            Node::SelfNode { .. } => self.op(OpKind::SelfRef, at),
            Node::IfNode { .. } | Node::UnlessNode { .. } => self.decision(node, at),
            Node::CaseNode { .. } => self.case(node, at),
            Node::CaseMatchNode { .. } => self.case_match(node, at),
            Node::AndNode { .. } | Node::OrNode { .. } => self.short_circuit(node),
            Node::WhileNode { .. } | Node::UntilNode { .. } | Node::ForNode { .. } => self.looped(node, at),
            Node::BeginNode { .. } => self.begin(node, at),
            Node::RescueModifierNode { .. } => self.rescue_modifier(node, at),
            Node::ReturnNode { .. } | Node::NextNode { .. } | Node::BreakNode { .. } => self.jump(node, at),
            Node::RedoNode { .. } | Node::RetryNode { .. } => {
                self.scopes.here.body.exit(ExitKind::Continue, OpId::NONE, at)
            }
            Node::DefNode { .. } => self.def(node, at),
            Node::ClassNode { .. } | Node::ModuleNode { .. } | Node::SingletonClassNode { .. } => {
                self.class_like(node, at)
            }
            Node::YieldNode { .. } => self.yielded(node, at),
            Node::SuperNode { .. } | Node::ForwardingSuperNode { .. } => self.super_call(node, at),
            Node::LambdaNode { .. } => self.lambda(node, at),
            Node::AliasMethodNode { .. } => self.alias(node, at),
            Node::DefinedNode { .. } => self.unknown(&[], at),
            Node::ImplicitNode { .. } => match node.as_implicit_node() {
                Some(implicit) => self.expr(&implicit.value()),
                None => self.null(at),
            },
            _ => self.rest(node, at),
        }
    }

    /// Assignments, literals and what is left.
    fn rest(&mut self, node: &Node<'_>, at: Span) -> OpId {
        if let Some(value) = self.assignment(node, at) {
            return value;
        }
        if let Some(value) = self.literal(node, at) {
            return value;
        }
        let children = self.children(node);
        self.unknown(&children, at)
    }

    fn read_local(&mut self, node: &Node<'_>, at: Span) -> OpId {
        let Some(read) = node.as_local_variable_read_node() else { return self.unknown(&[], at) };
        let name = name_of(&read.name());
        let local = self.local(&name);
        self.op(OpKind::Local(local), at)
    }

    fn read_variable(&mut self, node: &Node<'_>, at: Span) -> OpId {
        if let Some(n) = node.as_instance_variable_read_node() {
            let holder = self.holder(at);
            return self.get(holder, &name_of(&n.name()), at);
        }
        if let Some(n) = node.as_class_variable_read_node() {
            let base = self.op(OpKind::SelfRef, at);
            return self.get(base, &name_of(&n.name()), at);
        }
        if let Some(n) = node.as_global_variable_read_node() {
            return self.name(&name_of(&n.name()), at);
        }
        if let Some(n) = node.as_constant_read_node() {
            return self.name(&name_of(&n.name()), at);
        }
        let Some(n) = node.as_constant_path_node() else { return self.unknown(&[], at) };
        let name = n.name().map(|name| name_of(&name)).unwrap_or_default();
        match n.parent() {
            Some(parent) => {
                let base = self.expr(&parent);
                self.get(base, &name, at)
            }
            None => self.name(&format!("::{name}"), at),
        }
    }

    fn jump(&mut self, node: &Node<'_>, at: Span) -> OpId {
        let arguments = match node {
            Node::ReturnNode { .. } => node.as_return_node().and_then(|n| n.arguments()),
            Node::NextNode { .. } => node.as_next_node().and_then(|n| n.arguments()),
            _ => node.as_break_node().and_then(|n| n.arguments()),
        };
        let mut values = Vec::new();
        for argument in arguments.iter().flat_map(|a| a.arguments().iter()) {
            values.push(self.expr(&argument));
        }
        let value = match values.as_slice() {
            [] => OpId::NONE,
            [one] => *one,
            _ => {
                let elements = values.iter().map(|value| crate::walk::pos(*value)).collect();
                self.make(Shape::Tuple, elements, at)
            }
        };
        let in_loop = self.inside.last().is_some_and(|inside| inside.loops > 0);
        let in_block = self.inside.last().is_some_and(|inside| inside.is_block);
        let how = match node {
            Node::NextNode { .. } if in_loop => ExitKind::Continue,
            Node::NextNode { .. } => ExitKind::Return,
            Node::BreakNode { .. } if in_loop => ExitKind::Break,
            _ if in_block && !in_loop => ExitKind::Break,
            _ => ExitKind::Return,
        };
        let value = if in_loop && how != ExitKind::Return { OpId::NONE } else { value };
        self.scopes.here.body.exit(how, value, at)
    }

    /// The values of the parts of a node that has no shape of its own.
    fn children(&mut self, node: &Node<'_>) -> Vec<OpId> {
        let mut parts: Vec<Node<'_>> = Vec::new();
        match node {
            Node::SplatNode { .. } => parts.extend(node.as_splat_node().and_then(|n| n.expression())),
            Node::DefinedNode { .. } => {}
            Node::EmbeddedStatementsNode { .. } => {
                let statements = node.as_embedded_statements_node().and_then(|n| n.statements());
                return self.statements(statements).into_iter().collect();
            }
            Node::MatchWriteNode { .. } => {
                let call = node.as_match_write_node().map(|n| n.call().as_node());
                parts.extend(call);
            }
            Node::MatchPredicateNode { .. } => return self.match_predicate(node),
            Node::MatchRequiredNode { .. } => return self.match_required(node),
            Node::PreExecutionNode { .. } => {
                let statements = node.as_pre_execution_node().and_then(|n| n.statements());
                return self.statements(statements).into_iter().collect();
            }
            Node::PostExecutionNode { .. } => {
                let statements = node.as_post_execution_node().and_then(|n| n.statements());
                return self.statements(statements).into_iter().collect();
            }
            Node::ErrorRecoveryNode { .. } => {
                parts.extend(node.as_error_recovery_node().and_then(|n| n.unexpected()));
            }
            Node::ShareableConstantNode { .. } => {
                parts.extend(node.as_shareable_constant_node().map(|n| n.write()));
            }
            Node::ArgumentsNode { .. } => {
                parts.extend(node.as_arguments_node().iter().flat_map(|n| n.arguments().iter()));
            }
            Node::KeywordHashNode { .. } => {
                parts.extend(node.as_keyword_hash_node().iter().flat_map(|n| n.elements().iter()));
            }
            Node::AssocNode { .. } => parts.extend(node.as_assoc_node().map(|n| n.value())),
            Node::AssocSplatNode { .. } => parts.extend(node.as_assoc_splat_node().and_then(|n| n.value())),
            _ => {}
        }
        parts.iter().map(|part| self.expr(part)).collect()
    }
}
