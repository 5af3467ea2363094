//! Expressions, which in Ruby are all there is.

use crate::class::constant_path;
use crate::method::BLOCK;
use crate::{Ruby, text};
use perflint_ir::{
    Arg, BinOp, CallForm, Callee, ExitKind, LocalId, LoopSource, OpId, OpKind, RegionKind, Shape, Slot, Span,
};
use perflint_syntax::lowering::pos;
use ruby_prism::{BeginNode, Node, StatementsNode, Visit};

impl Ruby<'_> {
    pub(crate) fn statements(&mut self, statements: &StatementsNode<'_>) -> OpId {
        let mut last = OpId::NONE;
        for statement in &statements.body() {
            last = self.expr(&statement);
        }
        last
    }

    pub(crate) fn expr(&mut self, node: &Node<'_>) -> OpId {
        let at = self.span(&node.location());
        match self.deeper(at, |ruby| ruby.expr_inner(node, at)) {
            Some(value) => value,
            None => self.unknown(&[], at),
        }
    }

    fn expr_inner(&mut self, node: &Node<'_>, at: Span) -> OpId {
        match node {
            Node::CallNode { .. } => match node.as_call_node() {
                Some(call) => self.call(&call, node),
                None => OpId::NONE,
            },
            Node::LocalVariableReadNode { .. } => {
                let name = node.as_local_variable_read_node();
                self.read_local(name.map_or("", |read| text(read.name().as_slice())), at)
            }
            Node::ItLocalVariableReadNode { .. } => self.read_local("it", at),
            Node::InstanceVariableReadNode { .. } => {
                let name = node.as_instance_variable_read_node();
                self.field(name.map_or("", |read| text(read.name().as_slice())), at)
            }
            Node::ConstantReadNode { .. } | Node::ConstantPathNode { .. } => self.constant_read(node, at),
            Node::SelfNode { .. } => self.holder_or_self(at),
            Node::NilNode { .. } => self.op(OpKind::Null, at),
            Node::TrueNode { .. } => self.op(OpKind::Bool(true), at),
            Node::FalseNode { .. } => self.op(OpKind::Bool(false), at),
            Node::StringNode { .. } | Node::SymbolNode { .. } => {
                let name = crate::class::literal_name(node).unwrap_or_default();
                let sym = self.file.sym(&name);
                self.op(OpKind::Str(sym), at)
            }
            Node::IntegerNode { .. } => {
                let value: Option<i32> = node.as_integer_node().and_then(|int| int.value().try_into().ok());
                self.op(OpKind::Int(value.unwrap_or(i32::MAX)), at)
            }
            Node::InterpolatedStringNode { .. } | Node::InterpolatedSymbolNode { .. } => {
                self.interpolated(node, at)
            }
            Node::ArrayNode { .. } | Node::HashNode { .. } => self.collection(node, at),
            Node::LambdaNode { .. } => match node.as_lambda_node() {
                Some(lambda) => self.closure(lambda.parameters(), lambda.body(), at),
                None => OpId::NONE,
            },
            // `expense:` for `expense: expense`.
            Node::ImplicitNode { .. } => {
                node.as_implicit_node().map_or(OpId::NONE, |inner| self.expr(&inner.value()))
            }
            Node::ParenthesesNode { .. } => match node.as_parentheses_node().and_then(|inner| inner.body()) {
                Some(body) => self.expr(&body),
                None => self.op(OpKind::Null, at),
            },
            Node::StatementsNode { .. } => {
                node.as_statements_node().map_or(OpId::NONE, |all| self.statements(&all))
            }
            Node::BeginNode { .. } => node.as_begin_node().map_or(OpId::NONE, |begin| self.begin(&begin)),
            Node::DefNode { .. } => {
                if let Some(def) = node.as_def_node() {
                    self.method(&def);
                }
                self.unknown(&[], at)
            }
            Node::ClassNode { .. } | Node::ModuleNode { .. } | Node::SingletonClassNode { .. } => {
                self.class_statement(node);
                self.unknown(&[], at)
            }
            _ => self.control(node, at),
        }
    }

    fn control(&mut self, node: &Node<'_>, at: Span) -> OpId {
        match node {
            Node::IfNode { .. } | Node::UnlessNode { .. } => self.decision(node, at),
            Node::ElseNode { .. } => {
                let statements = node.as_else_node().and_then(|arm| arm.statements());
                statements.map_or(OpId::NONE, |all| self.statements(&all))
            }
            Node::CaseNode { .. } | Node::CaseMatchNode { .. } => self.case(node, at),
            Node::AndNode { .. } | Node::OrNode { .. } => self.logic(node, at),
            Node::WhileNode { .. } | Node::UntilNode { .. } | Node::ForNode { .. } => self.repeat(node, at),
            Node::ReturnNode { .. } | Node::BreakNode { .. } | Node::NextNode { .. } => {
                self.leave_with(node, at)
            }
            Node::YieldNode { .. } | Node::SuperNode { .. } | Node::ForwardingSuperNode { .. } => {
                self.implicit_call(node, at)
            }
            Node::RescueModifierNode { .. } => {
                let Some(modifier) = node.as_rescue_modifier_node() else { return OpId::NONE };
                let value = self.expr(&modifier.expression());
                let before = self.scopes.here.body.enter(RegionKind::Handler, at);
                let other = self.expr(&modifier.rescue_expression());
                self.scopes.here.body.leave(before);
                self.scopes.here.body.join(&[value, other], at)
            }
            Node::ArgumentsNode { .. } => {
                let args = node.as_arguments_node().map(|args| self.arguments(&args)).unwrap_or_default();
                match args.as_slice() {
                    [one] => one.value,
                    _ => self.scopes.here.body.make(Shape::List, args, at),
                }
            }
            _ => match self.assignment(node) {
                Some(value) => value,
                None => self.anything(node, at),
            },
        }
    }

    fn holder_or_self(&mut self, at: Span) -> OpId {
        self.op(OpKind::SelfRef, at)
    }

    fn constant_read(&mut self, node: &Node<'_>, at: Span) -> OpId {
        let Some(path) = constant_path(node) else { return self.anything(node, at) };
        let mut parts = path.split('.');
        let first = self.file.sym(parts.next().unwrap_or_default());
        let mut value = self.op(OpKind::Name(first), at);
        for part in parts {
            let name = self.file.sym(part);
            value = self.op(OpKind::Get { base: value, name }, at);
        }
        value
    }

    fn interpolated(&mut self, node: &Node<'_>, at: Span) -> OpId {
        let parts: Vec<Node<'_>> =
            match (node.as_interpolated_string_node(), node.as_interpolated_symbol_node()) {
                (Some(string), _) => string.parts().iter().collect(),
                (_, Some(symbol)) => symbol.parts().iter().collect(),
                _ => Vec::new(),
            };
        let mut values = Vec::new();
        for part in parts {
            let value = match (part.as_embedded_statements_node(), part.as_embedded_variable_node()) {
                (Some(embedded), _) => embedded.statements().map_or(OpId::NONE, |all| self.statements(&all)),
                (_, Some(variable)) => self.expr(&variable.variable()),
                _ => self.expr(&part),
            };
            values.extend(value.some());
        }
        self.scopes.here.body.text(&values, at)
    }

    fn collection(&mut self, node: &Node<'_>, at: Span) -> OpId {
        if let Some(array) = node.as_array_node() {
            let mut values = Vec::new();
            for element in &array.elements() {
                let (slot, value) = match element.as_splat_node() {
                    Some(splat) => {
                        (Slot::Rest, splat.expression().map_or(OpId::NONE, |value| self.expr(&value)))
                    }
                    None => (Slot::Pos, self.expr(&element)),
                };
                values.push(Arg { slot, value });
            }
            return self.scopes.here.body.make(Shape::List, values, at);
        }
        let elements: Vec<Node<'_>> =
            node.as_hash_node().map(|hash| hash.elements().iter().collect()).unwrap_or_default();
        let pairs = elements.iter().filter_map(|element| self.pair(element)).collect();
        self.scopes.here.body.make(Shape::Map, pairs, at)
    }

    fn begin(&mut self, begin: &BeginNode<'_>) -> OpId {
        let value = begin.statements().map_or(OpId::NONE, |all| self.statements(&all));
        let mut rescue = begin.rescue_clause();
        while let Some(clause) = rescue {
            let at = self.span(&clause.location());
            let before = self.scopes.here.body.enter(RegionKind::Handler, at);
            if let Some(name) = clause.reference().and_then(|target| target.as_local_variable_target_node()) {
                let error = self.unknown(&[], at);
                self.bind(text(name.name().as_slice()), error, at);
            }
            if let Some(statements) = clause.statements() {
                self.statements(&statements);
            }
            self.scopes.here.body.leave(before);
            rescue = clause.subsequent();
        }
        if let Some(statements) = begin.else_clause().and_then(|arm| arm.statements()) {
            self.statements(&statements);
        }
        if let Some(statements) = begin.ensure_clause().and_then(|arm| arm.statements()) {
            self.statements(&statements);
        }
        value
    }

    fn decision(&mut self, node: &Node<'_>, at: Span) -> OpId {
        let (cond, first, second) = match (node.as_if_node(), node.as_unless_node()) {
            (Some(choice), _) => (choice.predicate(), choice.statements(), choice.subsequent()),
            (_, Some(choice)) => {
                (choice.predicate(), choice.statements(), choice.else_clause().map(|arm| arm.as_node()))
            }
            _ => return OpId::NONE,
        };
        let mut cond = self.expr(&cond);
        if node.as_unless_node().is_some() {
            cond = self.op(OpKind::Not(cond), at);
        }
        let mut values = Vec::new();
        let before = self.scopes.here.body.enter(RegionKind::Branch { cond, arm: 0, last: false }, at);
        values.extend(first.and_then(|all| self.statements(&all).some()));
        self.scopes.here.body.leave(before);
        if let Some(other) = second {
            let before = self.scopes.here.body.enter(RegionKind::Branch { cond, arm: 1, last: true }, at);
            values.extend(self.expr(&other).some());
            self.scopes.here.body.leave(before);
        }
        self.scopes.here.body.join(&values, at)
    }

    fn case(&mut self, node: &Node<'_>, at: Span) -> OpId {
        let (predicate, conditions, other) = match (node.as_case_node(), node.as_case_match_node()) {
            (Some(case), _) => (case.predicate(), case.conditions(), case.else_clause()),
            (_, Some(case)) => (case.predicate(), case.conditions(), case.else_clause()),
            _ => return OpId::NONE,
        };
        let mut cond = predicate.map_or(OpId::NONE, |value| self.expr(&value));
        let mut values = Vec::new();
        let mut count = 0u16;
        for arm in &conditions {
            let statements = match (arm.as_when_node(), arm.as_in_node()) {
                (Some(when), _) => {
                    for test in &when.conditions() {
                        let test = self.expr(&test);
                        cond = if cond.is_some() { cond } else { test };
                    }
                    when.statements()
                }
                (_, Some(pattern)) => pattern.statements(),
                _ => None,
            };
            let before =
                self.scopes.here.body.enter(RegionKind::Branch { cond, arm: count, last: false }, at);
            values.extend(statements.and_then(|all| self.statements(&all).some()));
            self.scopes.here.body.leave(before);
            count = count.saturating_add(1);
        }
        if let Some(statements) = other.and_then(|arm| arm.statements()) {
            let before = self.scopes.here.body.enter(RegionKind::Branch { cond, arm: count, last: true }, at);
            values.extend(self.statements(&statements).some());
            self.scopes.here.body.leave(before);
        }
        self.scopes.here.body.join(&values, at)
    }

    fn logic(&mut self, node: &Node<'_>, at: Span) -> OpId {
        let (left, right, or) = match (node.as_and_node(), node.as_or_node()) {
            (Some(and), _) => (and.left(), and.right(), false),
            (_, Some(or)) => (or.left(), or.right(), true),
            _ => return OpId::NONE,
        };
        let lhs = self.expr(&left);
        let before =
            self.scopes.here.body.enter(RegionKind::Branch { cond: lhs, arm: u16::from(or), last: or }, at);
        let rhs = self.expr(&right);
        self.scopes.here.body.leave(before);
        if or {
            return self.scopes.here.body.join(&[lhs, rhs], at);
        }
        self.op(OpKind::Binary { op: BinOp::And, lhs, rhs }, at)
    }

    fn repeat(&mut self, node: &Node<'_>, at: Span) -> OpId {
        let (over, statements, index) = match (node.as_while_node(), node.as_until_node(), node.as_for_node())
        {
            (Some(l), ..) => (l.predicate(), l.statements(), None),
            (_, Some(l), _) => (l.predicate(), l.statements(), None),
            (.., Some(l)) => (l.collection(), l.statements(), Some(l.index())),
            _ => return OpId::NONE,
        };
        let over = self.expr(&over);
        let name = index.and_then(|index| index.as_local_variable_target_node());
        let (item, source) = match &name {
            Some(name) => {
                (self.scopes.declare(&mut self.file, text(name.name().as_slice())), LoopSource::For)
            }
            None => (LocalId::NONE, LoopSource::While),
        };
        let before = self.scopes.here.body.enter(RegionKind::Loop { over, item, source }, at);
        if let Some(statements) = statements {
            self.statements(&statements);
        }
        self.scopes.here.body.leave(before);
        self.unknown(&[], at)
    }

    fn leave_with(&mut self, node: &Node<'_>, at: Span) -> OpId {
        let (how, args) = match (node.as_return_node(), node.as_break_node(), node.as_next_node()) {
            (Some(exit), ..) => (ExitKind::Return, exit.arguments()),
            (_, Some(exit), _) => (ExitKind::Break, exit.arguments()),
            (.., Some(exit)) => (ExitKind::Return, exit.arguments()),
            _ => return OpId::NONE,
        };
        let value = args.map_or(OpId::NONE, |args| self.expr(&args.as_node()));
        self.scopes.here.body.exit(how, value, at)
    }

    /// `yield x` calls the block, `super` the method of the base.
    fn implicit_call(&mut self, node: &Node<'_>, at: Span) -> OpId {
        if let Some(call) = node.as_yield_node() {
            let callee = self.read_local(BLOCK, at);
            let args = call.arguments().map(|args| self.arguments(&args)).unwrap_or_default();
            return self.scopes.here.body.call(Callee::Value(callee), args, CallForm::Plain, at);
        }
        let recv = self.op(OpKind::SuperRef, at);
        let owner = self.scopes.here.item;
        let name = self.file.peek().item(owner).name;
        let mut args = match node.as_super_node() {
            Some(call) => {
                let mut args = call.arguments().map(|args| self.arguments(&args)).unwrap_or_default();
                args.extend(self.block_argument(call.block()));
                args
            }
            None => self.same_arguments(at),
        };
        if let Some(block) = node.as_forwarding_super_node().and_then(|call| call.block()) {
            args.extend(self.block_argument(Some(block.as_node())));
        }
        self.scopes.here.body.call(Callee::Member { recv, name }, args, CallForm::Plain, at)
    }

    /// `super` without arguments passes on the method's own.
    fn same_arguments(&mut self, at: Span) -> Vec<Arg> {
        let params: Vec<(perflint_ir::Sym, perflint_ir::ParamKind)> =
            self.scopes.here.body.body().params.iter().map(|param| (param.name, param.kind)).collect();
        let normal = (0u32..).zip(params).filter(|(_, (_, kind))| *kind == perflint_ir::ParamKind::Normal);
        normal.map(|(i, _)| pos(self.op(OpKind::Local(LocalId(i)), at))).collect()
    }

    /// A node without a shape of its own, with what stands in it.
    fn anything(&mut self, node: &Node<'_>, at: Span) -> OpId {
        let mut parts = Parts { found: Vec::new() };
        parts.visit(node);
        let kids: Vec<OpId> = parts.found.iter().map(|part| self.expr(part)).collect();
        let kids: Vec<OpId> = kids.into_iter().filter(|kid| kid.is_some()).collect();
        self.unknown(&kids, at)
    }
}

/// Collects the outermost calls of a node that is no call itself.
struct Parts<'pr> {
    found: Vec<Node<'pr>>,
}

impl<'pr> Visit<'pr> for Parts<'pr> {
    fn visit_call_node(&mut self, node: &ruby_prism::CallNode<'pr>) {
        self.found.push(node.as_node());
    }
}
