//! Statements.

use crate::CSharp;
use crate::kinds::{K, f, field, kind};
use perflint_ir::{ExitKind, LocalId, LoopSource, OpId, OpKind, RegionId, RegionKind};
use perflint_syntax::Walk;
use perflint_syntax::tree::span;
use tree_sitter::Node;

impl<'t> CSharp<'t> {
    pub(crate) fn block(&mut self, node: Node<'t>) {
        self.low.scopes.open_block();
        let statements = self.children(node);
        self.sequence(&statements);
        self.low.scopes.close_block();
    }

    /// Statements of one block. What `using` declares is held to the end; a local function is bound before the first
    /// statement that names it.
    pub(crate) fn sequence(&mut self, statements: &[Node<'t>]) {
        let mut functions: Vec<Node<'t>> =
            statements.iter().copied().filter(|s| self.local_function(*s).is_some()).collect();
        for function in &functions {
            if let Some(name) = self.local_function(*function) {
                self.low.scopes.declare(&mut self.low.file, name);
            }
        }
        let mut held = Vec::new();
        for statement in statements {
            if !functions.is_empty() {
                self.bind_named(&mut functions, *statement);
            }
            if kind(*statement) == K::LocalDeclaration && self.has_word(*statement, "using") {
                held.extend(self.using_declaration(*statement));
                continue;
            }
            if self.local_function(*statement).is_none() {
                self.statement(*statement);
            }
        }
        for function in functions {
            self.define(function);
        }
        while let Some(before) = held.pop() {
            self.low.leave(before);
        }
    }

    fn local_function(&self, node: Node<'t>) -> Option<&'t str> {
        let function = unwrapped(node);
        (kind(function) == K::LocalFunction).then(|| field(function, f().name).map(|name| self.word(name)))?
    }

    fn bind_named(&mut self, functions: &mut Vec<Node<'t>>, statement: Node<'t>) {
        if self.local_function(statement).is_some() {
            return;
        }
        let text = self.low.text(statement);
        let (now, later) = std::mem::take(functions)
            .into_iter()
            .partition(|function| self.local_function(*function).is_some_and(|name| text.contains(name)));
        *functions = later;
        for function in Vec::from_iter::<Vec<Node<'t>>>(now) {
            self.define(function);
        }
    }

    /// A local function: a closure that its name is bound to.
    fn define(&mut self, node: Node<'t>) {
        let node = unwrapped(node);
        let Some(name) = field(node, f().name) else { return };
        let parts = self.children(node);
        let is_async = parts.iter().any(|part| kind(*part) == K::Modifier && self.low.text(*part) == "async");
        let params = field(node, f().parameters).map(|list| self.simple_params(list)).unwrap_or_default();
        let body = field(node, f().body).map(arrow_value);
        let lambda = self.closure(node, params, is_async, body);
        let text = self.word(name);
        match self.low.scopes.find(&mut self.low.file, text) {
            Some(local) => self.low.bind(local, lambda, name),
            None => {
                self.low.declare(text, lambda, name);
            }
        }
    }

    pub(crate) fn statement(&mut self, node: Node<'t>) {
        self.deeper(node, |this| this.statement_inner(node));
    }

    fn statement_inner(&mut self, node: Node<'t>) {
        match kind(node) {
            K::Block => self.block(node),
            K::ExpressionStatement => {
                self.only_child(node);
            }
            K::GlobalStatement | K::CheckedStatement | K::Unsafe | K::Labeled | K::Finally => {
                if let Some(inner) = self.children(node).pop() {
                    self.statement(inner);
                }
            }
            K::LocalDeclaration => {
                if let Some(declaration) = self.child(node, K::VariableDeclaration) {
                    self.variables(declaration);
                }
            }
            K::LocalFunction => self.define(node),
            K::If => self.if_statement(node),
            K::Foreach => self.for_each(node),
            K::For => self.for_statement(node),
            K::While | K::Do => {
                let over = field(node, f().condition).map_or(OpId::NONE, |cond| self.expr(cond));
                self.repeat(over, LoopSource::While, node, field(node, f().body));
            }
            K::Return => {
                self.expected = self.returns;
                let value = self.children(node).pop().map_or(OpId::NONE, |value| self.expr(value));
                self.expected = None;
                self.low.scopes.here.body.exit(ExitKind::Return, value, span(node));
            }
            K::Yield => self.yield_statement(node),
            K::Throw => {
                let value = self.children(node).pop().map_or(OpId::NONE, |value| self.expr(value));
                self.low.scopes.here.body.exit(ExitKind::Raise, value, span(node));
            }
            K::Break if self.in_switch => {}
            K::Break => {
                self.low.scopes.here.body.exit(ExitKind::Break, OpId::NONE, span(node));
            }
            K::Continue => {
                self.low.scopes.here.body.exit(ExitKind::Continue, OpId::NONE, span(node));
            }
            K::Goto => {}
            K::Switch => self.switch_statement(node),
            K::Try => self.try_statement(node),
            K::Using => self.using_statement(node),
            K::Lock | K::Fixed => {
                self.low.scopes.open_block();
                for part in self.children(node) {
                    if kind(part) == K::VariableDeclaration {
                        self.variables(part);
                    } else {
                        self.statement(part);
                    }
                }
                self.low.scopes.close_block();
            }
            K::PreprocIf | K::PreprocElif | K::PreprocElse => {
                let chosen = self.chosen(node);
                self.sequence(&chosen);
            }
            K::Class | K::Struct | K::Record | K::Interface | K::Enum => self.member(node),
            _ => {
                self.expr(node);
            }
        }
    }

    /// The side of an `#if` that is compiled for all that is known: the first, unless it is for debugging or never.
    pub(crate) fn chosen(&mut self, node: Node<'t>) -> Vec<Node<'t>> {
        let condition = field(node, f().condition);
        let alternative = field(node, f().alternative);
        let text = condition.map_or("", |condition| self.low.text(condition));
        if let (Some(alternative), "DEBUG" | "false") = (alternative, text) {
            return self.chosen(alternative);
        }
        let skip = [condition, alternative];
        self.children(node).into_iter().filter(|part| !skip.contains(&Some(*part))).collect()
    }

    /// Declared variables, and the values that they start with.
    pub(crate) fn variables(&mut self, declaration: Node<'t>) -> Vec<OpId> {
        let written = field(declaration, f().r#type);
        let ty = self.declared(written);
        let mut values = Vec::new();
        for declarator in self.children(declaration) {
            if kind(declarator) != K::VariableDeclarator {
                continue;
            }
            let parts = self.children(declarator);
            self.expected = written.filter(|_| ty.is_some());
            let value = match parts.last() {
                Some(value) if parts.len() > 1 => self.expr(*value),
                _ => self.low.unknown(&[], declarator),
            };
            self.expected = None;
            let value = match ty {
                Some(ty) => self.low.op(OpKind::Cast { value, ty }, declarator),
                None => value,
            };
            values.push(value);
            match parts.first() {
                Some(names) if kind(*names) == K::TuplePattern => self.unpack(*names, value),
                Some(name) => {
                    self.low.declare(self.word(*name), value, *name);
                }
                None => {}
            }
        }
        values
    }

    fn using_declaration(&mut self, node: Node<'t>) -> Option<RegionId> {
        let declaration = self.child(node, K::VariableDeclaration)?;
        let resource = self.variables(declaration).last().copied().unwrap_or(OpId::NONE);
        Some(self.low.enter(RegionKind::Scope { resource }, node))
    }

    fn using_statement(&mut self, node: Node<'t>) {
        self.low.scopes.open_block();
        let body = field(node, f().body);
        let held = self.children(node).into_iter().find(|part| Some(*part) != body);
        let resource = match held {
            Some(held) if kind(held) == K::VariableDeclaration => {
                self.variables(held).last().copied().unwrap_or(OpId::NONE)
            }
            Some(held) => self.expr(held),
            None => OpId::NONE,
        };
        let before = self.low.enter(RegionKind::Scope { resource }, node);
        if let Some(body) = body {
            self.statement(body);
        }
        self.low.leave(before);
        self.low.scopes.close_block();
    }

    fn if_statement(&mut self, node: Node<'t>) {
        let cond = field(node, f().condition).map_or(OpId::NONE, |cond| self.expr(cond));
        for (arm, part) in [(0, f().consequence), (1, f().alternative)] {
            if let Some(part) = field(node, part) {
                let before = self.low.enter(RegionKind::Branch { cond, arm, last: arm == 1 }, part);
                self.statement(part);
                self.low.leave(before);
            }
        }
    }

    fn repeat(&mut self, over: OpId, source: LoopSource, node: Node<'t>, body: Option<Node<'t>>) {
        let region = RegionKind::Loop { over, item: LocalId::NONE, source };
        let before = self.low.enter(region, node);
        self.loop_body(body);
        self.low.leave(before);
    }

    fn loop_body(&mut self, body: Option<Node<'t>>) {
        let was_in = std::mem::take(&mut self.in_switch);
        if let Some(body) = body {
            self.statement(body);
        }
        self.in_switch = was_in;
    }

    fn for_each(&mut self, node: Node<'t>) {
        let over = field(node, f().right).map_or(OpId::NONE, |over| self.expr(over));
        let ty = self.declared(field(node, f().r#type));
        let left = field(node, f().left);
        self.low.scopes.open_block();
        let named = left.filter(|left| kind(*left) == K::Identifier);
        let text = named.map(|name| self.word(name));
        let item = match text {
            Some(text) => self.low.scopes.declare(&mut self.low.file, text),
            None => self.low.scopes.temporary(&mut self.low.file),
        };
        let region = RegionKind::Loop { over, item, source: LoopSource::For };
        let before = self.low.enter(region, node);
        match (named, left) {
            (Some(name), _) => {
                if let Some(ty) = ty {
                    let value = self.low.op(OpKind::Local(item), name);
                    let value = self.low.op(OpKind::Cast { value, ty }, name);
                    self.low.bind(item, value, name);
                }
            }
            (None, Some(pattern)) => {
                let value = self.low.op(OpKind::Local(item), pattern);
                self.assign(pattern, value, pattern);
            }
            _ => {}
        }
        self.loop_body(field(node, f().body));
        self.low.leave(before);
        self.low.scopes.close_block();
    }

    /// `for (var i = 0; i < xs.Count; i++)` runs over `xs`; with another limit, that often.
    fn for_statement(&mut self, node: Node<'t>) {
        self.low.scopes.open_block();
        match field(node, f().initializer) {
            Some(first) if kind(first) == K::VariableDeclaration => {
                self.variables(first);
            }
            Some(first) => {
                self.expr(first);
            }
            None => {}
        }
        let cond = field(node, f().condition);
        let limit = cond.filter(|cond| kind(*cond) == K::Binary).and_then(|cond| {
            let operator = field(cond, f().operator)?;
            matches!(operator.kind(), "<" | "<=" | "!=").then(|| field(cond, f().right))?
        });
        let (over, source) = match (limit, cond) {
            (Some(limit), _) => (self.measured(limit), LoopSource::For),
            (None, Some(cond)) => (self.expr(cond), LoopSource::While),
            (None, None) => (OpId::NONE, LoopSource::While),
        };
        self.repeat(over, source, node, field(node, f().body));
        self.low.scopes.close_block();
    }

    /// `xs` of `xs.Count`, `xs.Count()` and `xs.Length`, else the limit itself.
    fn measured(&mut self, limit: Node<'t>) -> OpId {
        let member = match kind(limit) {
            K::Invocation => field(limit, f().function).unwrap_or(limit),
            _ => limit,
        };
        if kind(member) == K::MemberAccess
            && let Some((name, of)) = field(member, f().name).zip(field(member, f().expression))
            && matches!(self.low.text(name), "Count" | "Length")
        {
            return self.expr(of);
        }
        self.expr(limit)
    }

    fn yield_statement(&mut self, node: Node<'t>) {
        self.low.scopes.here.body.set_generator();
        match self.children(node).pop() {
            Some(value) => {
                let value = self.expr(value);
                self.low.op(OpKind::Yield(value), node);
            }
            None => {
                self.low.scopes.here.body.exit(ExitKind::Return, OpId::NONE, span(node));
            }
        }
    }

    fn try_statement(&mut self, node: Node<'t>) {
        for part in self.children(node) {
            match kind(part) {
                K::Block => self.block(part),
                K::CatchClause => self.handler(part),
                _ => self.statement(part),
            }
        }
    }

    fn handler(&mut self, node: Node<'t>) {
        let before = self.low.enter(RegionKind::Handler, node);
        self.low.scopes.open_block();
        for part in self.children(node) {
            match kind(part) {
                K::CatchDeclaration => {
                    if let Some(name) = field(part, f().name) {
                        let value = self.low.unknown(&[], part);
                        let value = self.cast(value, field(part, f().r#type), part);
                        self.low.declare(self.word(name), value, name);
                    }
                }
                K::CatchFilter => {
                    self.only_child(part);
                }
                _ => self.statement(part),
            }
        }
        self.low.scopes.close_block();
        self.low.leave(before);
    }
}

/// What a statement at the top of a file wraps.
fn unwrapped(node: Node<'_>) -> Node<'_> {
    match kind(node) {
        K::GlobalStatement => node.named_child(0).unwrap_or(node),
        _ => node,
    }
}

/// The value of `=> value`, or the block.
pub(crate) fn arrow_value(body: Node<'_>) -> Node<'_> {
    match kind(body) {
        K::ArrowClause => body.child(body.child_count().saturating_sub(1)).unwrap_or(body),
        _ => body,
    }
}
