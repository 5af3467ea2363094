//! Statements and the regions that they open.

use super::frame::Place;
use super::item::is_hoisted;
use super::{Lower, span, span_between};
use perflint_ir::{ExitKind, LocalId, LoopSource, OpId, RegionKind};
use ruff_python_ast::{
    ExceptHandler, Stmt, StmtAssert, StmtDelete, StmtFor, StmtIf, StmtRaise, StmtReturn, StmtTry, StmtWhile,
    StmtWith,
};
use ruff_text_size::{Ranged, TextRange};

impl<'a> Lower<'a> {
    /// Lowers a block. In a function its plain nested functions come first.
    pub(super) fn suite(&mut self, suite: &'a [Stmt]) {
        let Some(first) = suite.first() else { return };
        self.nested(first.range(), |lower| {
            if !lower.here.place.is_init() {
                lower.hoist(suite);
            }
            for stmt in suite {
                lower.stmt(stmt);
            }
        });
    }

    fn hoist(&mut self, suite: &'a [Stmt]) {
        for stmt in suite {
            if let Stmt::FunctionDef(def) = stmt
                && is_hoisted(def)
            {
                self.nested_function(def);
            }
        }
    }

    fn stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(node) => match self.here.place {
                Place::Module | Place::Class => self.function_item(node),
                Place::Function | Place::Closure if is_hoisted(node) => {}
                Place::Function | Place::Closure => self.nested_function(node),
            },
            Stmt::ClassDef(node) => self.class_item(node),
            Stmt::Return(node) => self.returns(node),
            Stmt::Delete(node) => self.delete(node),
            Stmt::TypeAlias(node) => {
                self.unknown(&[], node.range);
            }
            Stmt::Assign(node) => self.assign(node),
            Stmt::AugAssign(node) => self.augmented(node),
            Stmt::AnnAssign(node) => self.annotated(node),
            Stmt::For(node) => self.for_loop(node),
            Stmt::While(node) => self.while_loop(node),
            Stmt::If(node) => self.decision(node),
            Stmt::With(node) => self.with(node),
            Stmt::Match(node) => self.matches(node),
            Stmt::Raise(node) => self.raises(node),
            Stmt::Try(node) => self.tries(node),
            Stmt::Assert(node) => self.asserts(node),
            Stmt::Import(node) => self.import(node),
            Stmt::ImportFrom(node) => self.import_from(node),
            // A string that stands alone is documentation.
            Stmt::Expr(node) => {
                if !node.value.is_string_literal_expr() {
                    self.expr(&node.value);
                }
            }
            Stmt::Break(node) => self.jump(ExitKind::Break, node.range),
            Stmt::Continue(node) => self.jump(ExitKind::Continue, node.range),
            Stmt::Global(_) | Stmt::Nonlocal(_) | Stmt::Pass(_) | Stmt::IpyEscapeCommand(_) => {}
        }
    }

    fn jump(&mut self, how: ExitKind, at: TextRange) {
        self.here.body.exit(how, OpId::NONE, span(at));
    }

    fn returns(&mut self, node: &'a StmtReturn) {
        let value = self.optional(node.value.as_deref());
        self.here.body.exit(ExitKind::Return, value, span(node.range));
    }

    fn raises(&mut self, node: &'a StmtRaise) {
        let value = self.optional(node.exc.as_deref());
        self.optional(node.cause.as_deref());
        self.here.body.exit(ExitKind::Raise, value, span(node.range));
    }

    fn delete(&mut self, node: &'a StmtDelete) {
        let values: Vec<OpId> = node.targets.iter().map(|target| self.expr(target)).collect();
        self.unknown(&values, node.range);
    }

    fn asserts(&mut self, node: &'a StmtAssert) {
        let test = self.expr(&node.test);
        match node.msg.as_deref() {
            Some(message) => {
                let message = self.expr(message);
                self.unknown(&[test, message], node.range);
            }
            None => {
                self.unknown(&[test], node.range);
            }
        }
    }

    fn for_loop(&mut self, node: &'a StmtFor) {
        let over = self.expr(&node.iter);
        let header = span_between(node.range, node.iter.range());
        let before = self.enter_loop(over, &node.target, LoopSource::For, header);
        self.suite(&node.body);
        self.here.body.leave(before);
        self.suite(&node.orelse);
    }

    fn while_loop(&mut self, node: &'a StmtWhile) {
        let over = self.expr(&node.test);
        let header = span_between(node.range, node.test.range());
        let region = RegionKind::Loop { over, item: LocalId::NONE, source: LoopSource::While };
        let before = self.here.body.enter(region, header);
        self.suite(&node.body);
        self.here.body.leave(before);
        self.suite(&node.orelse);
    }

    /// All arms decide on the first condition; the later ones are evaluated between the arms.
    fn decision(&mut self, node: &'a StmtIf) {
        let cond = self.expr(&node.test);
        self.arm(cond, 0, false, node.range, &node.body);
        for (arm, clause) in (1u16..).zip(&node.elif_else_clauses) {
            if let Some(test) = &clause.test {
                self.expr(test);
            }
            self.arm(cond, arm, clause.test.is_none(), clause.range, &clause.body);
        }
    }

    fn arm(&mut self, cond: OpId, arm: u16, last: bool, at: TextRange, body: &'a [Stmt]) {
        let before = self.here.body.enter(RegionKind::Branch { cond, arm, last }, span(at));
        self.suite(body);
        self.here.body.leave(before);
    }

    fn with(&mut self, node: &'a StmtWith) {
        let outside = self.here.body.region();
        for item in &node.items {
            let resource = self.expr(&item.context_expr);
            if let Some(target) = item.optional_vars.as_deref() {
                self.bind_target(target, resource);
            }
            let at = span_between(node.range, item.context_expr.range());
            self.here.body.enter(RegionKind::Scope { resource }, at);
        }
        self.suite(&node.body);
        self.here.body.leave(outside);
    }

    fn tries(&mut self, node: &'a StmtTry) {
        self.suite(&node.body);
        for ExceptHandler::ExceptHandler(handler) in &node.handlers {
            let before = self.here.body.enter(RegionKind::Handler, span(handler.range));
            let caught = handler.type_.as_deref().map(|caught| self.expr(caught));
            if let Some(name) = &handler.name {
                let value = self.unknown(caught.as_slice(), name.range);
                self.bind_name(name.as_str(), value, name.range);
            }
            self.suite(&handler.body);
            self.here.body.leave(before);
        }
        self.suite(&node.orelse);
        self.suite(&node.finalbody);
    }
}
