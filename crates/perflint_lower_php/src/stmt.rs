//! Statements.

use crate::doc;
use crate::walk::Php;
use perflint_ir::{ExitKind, OpId, OpKind, RegionKind};
use php_ast::{Expr, ExprKind, IfStmt, Span, Stmt, StmtKind, SwitchStmt, TryCatchStmt};

impl Php<'_> {
    pub(crate) fn statement(&mut self, stmt: &Stmt<'_, '_>) {
        self.deeper(stmt.span, |php| php.statement_inner(stmt));
    }

    fn statement_inner(&mut self, stmt: &Stmt<'_, '_>) {
        let at = stmt.span;
        if let Some(comment) = stmt.doc_comment {
            self.typed_variables(comment.text, stmt);
        }
        match &stmt.kind {
            StmtKind::Expression(expr) => {
                self.expr(expr);
            }
            StmtKind::Echo(values) => {
                for value in &**values {
                    let value = self.expr(value);
                    self.call_named("echo", vec![crate::walk::pos(value)], perflint_ir::CallForm::Plain, at);
                }
            }
            StmtKind::Return(value) => self.leave_with(ExitKind::Return, *value, at),
            StmtKind::Throw(value) => self.leave_with(ExitKind::Raise, Some(value), at),
            StmtKind::Break(_) => self.exit(ExitKind::Break, OpId::NONE, at),
            StmtKind::Continue(_) => self.exit(ExitKind::Continue, OpId::NONE, at),
            StmtKind::Block(block) => self.statements(&block.stmts),
            StmtKind::If(node) => self.if_statement(node),
            StmtKind::While(node) => self.while_statement(node, at),
            StmtKind::DoWhile(node) => self.do_while(node, at),
            StmtKind::For(node) => self.for_statement(node, at),
            StmtKind::Foreach(node) => self.foreach(node, at, stmt.doc_comment.map(|comment| comment.text)),
            StmtKind::Switch(node) => self.switch(node),
            StmtKind::TryCatch(node) => self.try_statement(node),
            StmtKind::Declare(node) => {
                if let Some(body) = node.body {
                    self.statement(body);
                }
            }
            StmtKind::Unset(values) => {
                let values: Vec<OpId> = values.iter().map(|value| self.expr(value)).collect();
                self.unknown(&values, at);
            }
            StmtKind::Global(names) => names.iter().for_each(|name| self.global(name)),
            StmtKind::StaticVar(variables) => {
                for variable in &**variables {
                    let first = variable.default.as_ref().map(|value| self.expr(value));
                    let first = first.unwrap_or_else(|| self.op(OpKind::Null, variable.span));
                    self.static_variable(variable.name.or_error(), first, variable.span);
                }
            }
            StmtKind::Const(items) => self.constants(items),
            StmtKind::Namespace(node) => self.namespace(node, at),
            StmtKind::Use(node) => self.imports(node),
            _ => self.declaration(stmt),
        }
    }

    /// What a file declares is declared once, though a page is read twice.
    fn declaration(&mut self, stmt: &Stmt<'_, '_>) {
        if self.in_template {
            return;
        }
        match &stmt.kind {
            StmtKind::Function(node) => self.function(node, stmt.span),
            StmtKind::Class(node) => {
                self.class_decl(node, stmt.span);
            }
            StmtKind::Interface(node) => self.interface(node, stmt.span),
            StmtKind::Trait(node) => self.trait_decl(node, stmt.span),
            StmtKind::Enum(node) => self.enum_decl(node, stmt.span),
            _ => {}
        }
    }

    fn leave_with(&mut self, how: ExitKind, value: Option<&Expr<'_, '_>>, at: Span) {
        let value = value.map_or(OpId::NONE, |value| self.expr(value));
        self.exit(how, value, at);
    }

    /// `/** @var Order $order */` before a statement that does not assign the variable itself.
    fn typed_variables(&mut self, comment: &str, stmt: &Stmt<'_, '_>) {
        for tag in doc::tags(comment) {
            if tag.name != "var" {
                continue;
            }
            let (ty, rest) = doc::split_type(tag.rest);
            let Some(name) = rest.split_whitespace().next().and_then(|name| name.strip_prefix('$')) else {
                continue;
            };
            if assigned(stmt) == Some(name) || loops_over(stmt, name) || name == "this" {
                continue;
            }
            let Some(ty) = self.doc_type(ty, 0) else { continue };
            let value = self.read_variable(name, stmt.span);
            let value = self.op(OpKind::Cast { value, ty }, stmt.span);
            let local = self.variable(name);
            self.bind(local, value, stmt.span);
        }
    }

    fn global(&mut self, name: &Expr<'_, '_>) {
        let ExprKind::Variable(text) = &name.kind else { return };
        let sym = self.file.sym(&format!("${}", text.as_str()));
        let value = self.op(OpKind::Name(sym), name.span);
        let local = self.variable(text.as_str());
        self.bind(local, value, name.span);
    }

    /// All arms decide on the first condition; the later ones are evaluated between the arms.
    fn if_statement(&mut self, node: &IfStmt<'_, '_>) {
        let cond = self.expr(&node.condition);
        self.arm(cond, 0, false, node.then_branch);
        let mut arm = 1u16;
        for branch in &*node.elseif_branches {
            self.expr(&branch.condition);
            self.arm(cond, arm, false, &branch.body);
            arm = arm.saturating_add(1);
        }
        let mut rest = node.else_branch;
        while let Some(other) = rest {
            // `else if` in two words nests: it is followed without nesting.
            match &other.kind {
                StmtKind::If(inner) if !inner.uses_alternative => {
                    self.expr(&inner.condition);
                    self.arm(cond, arm, false, inner.then_branch);
                    arm = arm.saturating_add(1);
                    for branch in &*inner.elseif_branches {
                        self.expr(&branch.condition);
                        self.arm(cond, arm, false, &branch.body);
                        arm = arm.saturating_add(1);
                    }
                    rest = inner.else_branch;
                }
                _ => {
                    self.arm(cond, arm, true, other);
                    rest = None;
                }
            }
        }
    }

    fn arm(&mut self, cond: OpId, arm: u16, last: bool, body: &Stmt<'_, '_>) {
        let before = self.enter(RegionKind::Branch { cond, arm, last }, body.span);
        self.statement(body);
        self.leave(before);
    }

    fn switch(&mut self, node: &SwitchStmt<'_, '_>) {
        let cond = self.expr(&node.expr);
        for (arm, case) in node.body.cases.iter().enumerate() {
            if let Some(value) = &case.value {
                self.expr(value);
            }
            let (arm, last) = (u16::try_from(arm).unwrap_or(u16::MAX), case.value.is_none());
            let before = self.enter(RegionKind::Branch { cond, arm, last }, case.span);
            for stmt in &*case.body {
                // The `break` of a case ends the case, not a loop around.
                if !matches!(stmt.kind, StmtKind::Break(_)) {
                    self.statement(stmt);
                }
            }
            self.leave(before);
        }
    }

    fn try_statement(&mut self, node: &TryCatchStmt<'_, '_>) {
        self.statements(&node.body.stmts);
        for clause in &*node.catches {
            let before = self.enter(RegionKind::Handler, clause.span);
            if let Some(name) = clause.var.as_ref().and_then(|name| name.as_str()) {
                let local = self.variable(name);
                let value = self.unknown(&[], clause.span);
                self.bind(local, value, clause.span);
            }
            self.statements(&clause.body.stmts);
            self.leave(before);
        }
        if let Some(block) = node.finally {
            self.statements(&block.stmts);
        }
    }
}

/// The variable that a statement assigns.
pub(crate) fn assigned<'s>(stmt: &'s Stmt<'_, '_>) -> Option<&'s str> {
    let StmtKind::Expression(expr) = &stmt.kind else { return None };
    match &expr.kind {
        ExprKind::Assign(node) => match &node.target.kind {
            ExprKind::Variable(name) => Some(name.as_str()),
            _ => None,
        },
        _ => None,
    }
}

fn loops_over(stmt: &Stmt<'_, '_>, name: &str) -> bool {
    matches!(&stmt.kind, StmtKind::Foreach(node) if matches!(&node.value.kind, ExprKind::Variable(v) if v.as_str() == name))
}
