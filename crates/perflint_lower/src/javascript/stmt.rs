//! Statements, except loops and the declarations that stand at the top of a file.

use super::context::{Lowerer, between, span};
use super::function::Callable;
use oxc_ast::ast::{
    BindingPattern, CatchClause, Declaration, IfStatement, Statement, SwitchStatement, TryStatement,
    VariableDeclaration, VariableDeclarationKind, VariableDeclarator,
};
use oxc_span::GetSpan;
use perflint_ir::{ExitKind, OpId, OpKind, RegionId, RegionKind, Sym};

impl<'a> Lowerer<'a> {
    /// The statements of a block, in a scope of their own.
    pub(super) fn block(&mut self, statements: &[Statement<'a>]) {
        let mark = self.scopes.mark();
        self.declare_block(statements, mark);
        self.run_block(statements);
        self.scopes.close(mark);
    }

    /// The statements of a block whose names are declared: nested functions first, since they can be called before
    /// the statement that declares them.
    pub(super) fn run_block(&mut self, statements: &[Statement<'a>]) {
        for statement in statements {
            if let Statement::FunctionDeclaration(function) = statement
                && let Some((id, callable)) = function.id.as_ref().zip(Callable::of(function))
            {
                let value = self.closure(callable);
                let name = self.sym(id.name.as_str());
                self.assign_name(name, value, span(id));
            }
        }
        let mut held: Option<RegionId> = None;
        for statement in statements {
            if matches!(statement, Statement::FunctionDeclaration(_)) {
                continue;
            }
            self.stmt(statement);
            if let Statement::VariableDeclaration(variables) = statement
                && is_using(variables)
            {
                let before = self.hold(variables);
                held = held.or(Some(before));
            }
        }
        if let Some(before) = held {
            self.here.body.leave(before);
        }
    }

    /// Opens a scope for the resource that a `using` declaration has just taken.
    fn hold(&mut self, variables: &VariableDeclaration<'a>) -> RegionId {
        let mut resource = OpId::NONE;
        for declarator in &variables.declarations {
            if let BindingPattern::BindingIdentifier(name) = &declarator.id {
                resource = self.read(name.name.as_str(), span(&name.span));
            }
        }
        self.here.body.enter(RegionKind::Scope { resource }, span(variables))
    }

    pub(super) fn stmt(&mut self, statement: &Statement<'a>) {
        match statement {
            Statement::ExpressionStatement(value) => {
                self.expr(&value.expression);
            }
            Statement::EmptyStatement(_) | Statement::DebuggerStatement(_) => {}
            _ => {
                self.nested(span(statement), |this| this.compound(statement));
            }
        }
    }

    fn compound(&mut self, statement: &Statement<'a>) {
        match statement {
            Statement::BlockStatement(block) => self.block(&block.body),
            Statement::IfStatement(decision) => self.if_chain(decision),
            Statement::ReturnStatement(exit) => {
                let value = exit.argument.as_ref().map_or(OpId::NONE, |value| self.expr(value));
                self.here.body.exit(ExitKind::Return, value, span(&exit.span));
            }
            Statement::ThrowStatement(exit) => {
                let value = self.expr(&exit.argument);
                self.here.body.exit(ExitKind::Raise, value, span(&exit.span));
            }
            Statement::BreakStatement(exit) => {
                let loops = match exit.label {
                    Some(_) => self.here.breakable.contains(&true),
                    None => self.here.breakable.last() == Some(&true),
                };
                if loops {
                    self.here.body.exit(ExitKind::Break, OpId::NONE, span(&exit.span));
                }
            }
            Statement::ContinueStatement(exit) => {
                self.here.body.exit(ExitKind::Continue, OpId::NONE, span(&exit.span));
            }
            Statement::TryStatement(attempt) => self.try_statement(attempt),
            Statement::SwitchStatement(switch) => self.switch(switch),
            Statement::LabeledStatement(labeled) => self.stmt(&labeled.body),
            Statement::WithStatement(with) => {
                self.expr(&with.object);
                self.stmt(&with.body);
            }
            Statement::WhileStatement(_)
            | Statement::DoWhileStatement(_)
            | Statement::ForStatement(_)
            | Statement::ForInStatement(_)
            | Statement::ForOfStatement(_) => self.loop_statement(statement),
            other => {
                if let Some(declaration) = other.as_declaration() {
                    self.declaration(declaration);
                }
            }
        }
    }

    /// A declaration inside a function or block.
    fn declaration(&mut self, declaration: &Declaration<'a>) {
        match declaration {
            Declaration::VariableDeclaration(variables) => self.variables(variables),
            Declaration::FunctionDeclaration(function) => {
                if let Some((id, callable)) = function.id.as_ref().zip(Callable::of(function)) {
                    let value = self.closure(callable);
                    let name = self.sym(id.name.as_str());
                    self.assign_name(name, value, span(id));
                }
            }
            Declaration::ClassDeclaration(class) => {
                self.class(class, None, false);
            }
            other => self.type_declaration(other, false),
        }
    }

    pub(super) fn variables(&mut self, variables: &VariableDeclaration<'a>) {
        for declarator in &variables.declarations {
            self.variable(declarator);
        }
    }

    fn variable(&mut self, declarator: &VariableDeclarator<'a>) {
        if self.require_binding(declarator) {
            return;
        }
        let Some(init) = &declarator.init else { return };
        let value = self.expr(init);
        self.bind_pattern(&declarator.id, value);
    }

    /// `if` with all its `else if`: one decision, whose later conditions are evaluated between its arms.
    fn if_chain(&mut self, first: &IfStatement<'a>) {
        let cond = self.expr(&first.test);
        let (mut decision, mut arm) = (first, 0u16);
        loop {
            self.arm(cond, arm, false, &decision.consequent);
            arm = arm.saturating_add(1);
            match &decision.alternate {
                Some(Statement::IfStatement(next)) => {
                    self.expr(&next.test);
                    decision = next;
                }
                Some(last) => {
                    self.arm(cond, arm, true, last);
                    return;
                }
                None => return,
            }
        }
    }

    fn arm(&mut self, cond: OpId, arm: u16, last: bool, statement: &Statement<'a>) {
        let before = self.here.body.enter(RegionKind::Branch { cond, arm, last }, span(statement));
        self.scoped(statement);
        self.here.body.leave(before);
    }

    /// A statement that is the body of another one.
    pub(super) fn scoped(&mut self, statement: &Statement<'a>) {
        match statement {
            Statement::BlockStatement(block) => self.block(&block.body),
            other => self.block(std::slice::from_ref(other)),
        }
    }

    fn try_statement(&mut self, attempt: &TryStatement<'a>) {
        self.block(&attempt.block.body);
        if let Some(handler) = &attempt.handler {
            self.handler(handler);
        }
        if let Some(last) = &attempt.finalizer {
            self.block(&last.body);
        }
    }

    fn handler(&mut self, handler: &CatchClause<'a>) {
        let before = self.here.body.enter(RegionKind::Handler, span(handler));
        let mark = self.scopes.mark();
        if let Some(param) = &handler.param {
            match &param.pattern {
                BindingPattern::BindingIdentifier(name) => {
                    let name = self.sym(name.name.as_str());
                    self.declare(name);
                }
                pattern => {
                    self.declare_missing(pattern, mark);
                    let local = self.temporary();
                    let value = self.op(OpKind::Local(local), span(pattern));
                    self.bind_pattern(pattern, value);
                }
            }
        }
        self.block(&handler.body.body);
        self.scopes.close(mark);
        self.here.body.leave(before);
    }

    /// All tests are evaluated before the first arm; cases that fall through share an arm.
    fn switch(&mut self, switch: &SwitchStatement<'a>) {
        let cond = self.expr(&switch.discriminant);
        for test in switch.cases.iter().filter_map(|case| case.test.as_ref()) {
            self.expr(test);
        }
        let mark = self.scopes.mark();
        for case in &switch.cases {
            self.declare_block(&case.consequent, mark);
        }
        self.here.breakable.push(false);
        let (mut arm, mut last) = (0u16, false);
        for case in &switch.cases {
            last |= case.test.is_none();
            if case.consequent.is_empty() {
                continue;
            }
            let before = self.here.body.enter(RegionKind::Branch { cond, arm, last }, span(case));
            self.run_block(&case.consequent);
            self.here.body.leave(before);
            arm = arm.saturating_add(1);
            last = false;
        }
        self.here.breakable.pop();
        self.scopes.close(mark);
    }

    /// Assigns to a name that may be a local, a variable of this module, or something out of reach.
    pub(super) fn assign_name(&mut self, name: Sym, value: OpId, at: perflint_ir::Span) {
        if let Some(local) = self.resolve(name) {
            self.op(OpKind::Bind { local, value }, at);
        } else if self.here.is_module {
            self.set_variable(name, value, at);
        } else {
            self.assigned_outside(name, value, at);
        }
    }

    /// A variable of the module that a function assigns: the name and the value.
    pub(super) fn assigned_outside(&mut self, name: Sym, value: OpId, at: perflint_ir::Span) -> OpId {
        let name = self.op(OpKind::Name(name), at);
        self.unknown(&[name, value], at)
    }

    /// What stands before the body of a compound statement.
    pub(super) fn header(&self, whole: &impl GetSpan, body: &Statement<'a>) -> perflint_ir::Span {
        between(whole.span().start, body.span().start)
    }
}

fn is_using(variables: &VariableDeclaration<'_>) -> bool {
    matches!(variables.kind, VariableDeclarationKind::Using | VariableDeclarationKind::AwaitUsing)
}
