//! Loops.

use super::context::{Lowerer, span};
use oxc_ast::ast::{
    AssignmentTarget, BinaryExpression, BinaryOperator, BindingPattern, Expression, ForInStatement,
    ForOfStatement, ForStatement, ForStatementInit, ForStatementLeft, Statement, VariableDeclaration,
    VariableDeclarationKind,
};
use perflint_ir::{LocalId, LoopSource, OpId, OpKind, RegionKind, Span};

impl<'a> Lowerer<'a> {
    pub(super) fn loop_statement(&mut self, statement: &Statement<'a>) {
        match statement {
            Statement::WhileStatement(l) => {
                let over = self.expr(&l.test);
                self.while_loop(over, self.header(&**l, &l.body), |this| this.scoped(&l.body));
            }
            Statement::DoWhileStatement(l) => {
                let over = self.expr(&l.test);
                self.while_loop(over, self.header(&**l, &l.body), |this| this.scoped(&l.body));
            }
            Statement::ForStatement(l) => self.for_loop(l),
            Statement::ForInStatement(l) => self.for_in(l),
            Statement::ForOfStatement(l) => self.for_of(l),
            _ => {}
        }
    }

    fn while_loop(&mut self, over: OpId, header: Span, inside: impl FnOnce(&mut Self)) {
        let kind = RegionKind::Loop { over, item: LocalId::NONE, source: LoopSource::While };
        self.repeat(kind, header, inside);
    }

    fn repeat(&mut self, kind: RegionKind, header: Span, inside: impl FnOnce(&mut Self)) {
        let before = self.here.body.enter(kind, header);
        self.here.breakable.push(true);
        inside(self);
        self.here.breakable.pop();
        self.here.body.leave(before);
    }

    fn for_of(&mut self, l: &ForOfStatement<'a>) {
        let mut over = self.expr(&l.right);
        if l.r#await {
            over = self.op(OpKind::Await(over), span(&l.right));
        }
        let mark = self.scopes.mark();
        let item = self.loop_item(&l.left, mark);
        let kind = RegionKind::Loop { over, item, source: LoopSource::For };
        self.repeat(kind, self.header(l, &l.body), |this| {
            this.unpack_item(&l.left, item);
            this.scoped(&l.body);
        });
        self.scopes.close(mark);
    }

    /// The item of `for..in` is a key and no element: it is bound to something unknown.
    fn for_in(&mut self, l: &ForInStatement<'a>) {
        let over = self.expr(&l.right);
        let mark = self.scopes.mark();
        if let ForStatementLeft::VariableDeclaration(variables) = &l.left {
            self.declare_header(variables, mark);
        }
        let kind = RegionKind::Loop { over, item: LocalId::NONE, source: LoopSource::For };
        self.repeat(kind, self.header(l, &l.body), |this| {
            let key = this.unknown(&[], span(&l.left));
            this.assign_left(&l.left, key);
            this.scoped(&l.body);
        });
        self.scopes.close(mark);
    }

    /// Declares what a loop's header declares; a function's `var` is declared already.
    fn declare_header(&mut self, variables: &VariableDeclaration<'a>, mark: usize) {
        if variables.kind == VariableDeclarationKind::Var && !self.here.is_module {
            return;
        }
        for declarator in &variables.declarations {
            self.declare_missing(&declarator.id, mark);
        }
    }

    /// The local that holds the element: the declared one, or a temporary that is unpacked inside the loop.
    fn loop_item(&mut self, left: &ForStatementLeft<'a>, mark: usize) -> LocalId {
        match left {
            ForStatementLeft::VariableDeclaration(variables) => {
                self.declare_header(variables, mark);
                match variables.declarations.first().map(|declarator| &declarator.id) {
                    Some(BindingPattern::BindingIdentifier(name)) => {
                        let name = self.sym(name.name.as_str());
                        self.resolve(name).unwrap_or(LocalId::NONE)
                    }
                    _ => self.temporary(),
                }
            }
            ForStatementLeft::AssignmentTargetIdentifier(name) => {
                let name = self.sym(name.name.as_str());
                self.resolve(name).unwrap_or(LocalId::NONE)
            }
            _ => self.temporary(),
        }
    }

    fn unpack_item(&mut self, left: &ForStatementLeft<'a>, item: LocalId) {
        let named = match left {
            ForStatementLeft::VariableDeclaration(variables) => variables
                .declarations
                .first()
                .is_some_and(|declarator| matches!(declarator.id, BindingPattern::BindingIdentifier(_))),
            other => matches!(other, ForStatementLeft::AssignmentTargetIdentifier(_)),
        };
        if !named {
            let value = self.op(OpKind::Local(item), span(left));
            self.assign_left(left, value);
        }
    }

    fn assign_left(&mut self, left: &ForStatementLeft<'a>, value: OpId) {
        match left {
            ForStatementLeft::VariableDeclaration(variables) => {
                for declarator in &variables.declarations {
                    self.bind_pattern(&declarator.id, value);
                }
            }
            other => {
                if let Some(target) = other.as_assignment_target() {
                    self.assign_target(target, value);
                }
            }
        }
    }

    /// `for (;;)`. Counting up to the length of a sequence, or down from it, is a loop over the sequence.
    fn for_loop(&mut self, l: &ForStatement<'a>) {
        let mark = self.scopes.mark();
        match &l.init {
            Some(ForStatementInit::VariableDeclaration(variables)) => {
                self.declare_header(variables, mark);
                self.variables(variables);
            }
            Some(init) => {
                if let Some(value) = init.as_expression() {
                    self.expr(value);
                }
            }
            None => {}
        }
        let (over, source) = match counted(l) {
            Some(bound) => (self.expr(bound), LoopSource::For),
            None => (l.test.as_ref().map_or(OpId::NONE, |test| self.expr(test)), LoopSource::While),
        };
        let kind = RegionKind::Loop { over, item: LocalId::NONE, source };
        self.repeat(kind, self.header(l, &l.body), |this| {
            this.scoped(&l.body);
            if let Some(update) = &l.update {
                this.expr(update);
            }
        });
        self.scopes.close(mark);
    }
}

/// The sequence whose elements are counted, or the literal number of iterations.
fn counted<'s, 'a>(l: &'s ForStatement<'a>) -> Option<&'s Expression<'a>> {
    if !l.update.as_ref().is_some_and(counts) {
        return None;
    }
    let Some(Expression::BinaryExpression(test)) = &l.test else { return None };
    match test.operator {
        BinaryOperator::LessThan | BinaryOperator::LessEqualThan => upper_bound(l, test),
        BinaryOperator::GreaterThan | BinaryOperator::GreaterEqualThan => {
            matches!(test.right, Expression::NumericLiteral(_)).then(|| start_length(l)).flatten()
        }
        _ => None,
    }
}

/// `i++`, `i += 1`, `i--`.
fn counts(update: &Expression<'_>) -> bool {
    match update {
        Expression::UpdateExpression(_) => true,
        Expression::AssignmentExpression(step) => {
            matches!(step.left, AssignmentTarget::AssignmentTargetIdentifier(_))
                && matches!(step.right, Expression::NumericLiteral(_))
                && step.operator.is_arithmetic()
        }
        _ => false,
    }
}

fn upper_bound<'s, 'a>(
    l: &'s ForStatement<'a>,
    test: &'s BinaryExpression<'a>,
) -> Option<&'s Expression<'a>> {
    match &test.right {
        number @ Expression::NumericLiteral(_) => Some(number),
        Expression::Identifier(bound) => {
            let Some(ForStatementInit::VariableDeclaration(variables)) = &l.init else { return None };
            let declarator = variables.declarations.iter().find(|declarator| {
                matches!(&declarator.id, BindingPattern::BindingIdentifier(name) if name.name == bound.name)
            })?;
            length_of(declarator.init.as_ref()?)
        }
        other => length_of(other),
    }
}

/// `for (let i = xs.length - 1; i >= 0; i--)`.
fn start_length<'s, 'a>(l: &'s ForStatement<'a>) -> Option<&'s Expression<'a>> {
    let Some(ForStatementInit::VariableDeclaration(variables)) = &l.init else { return None };
    match variables.declarations.first()?.init.as_ref()? {
        Expression::BinaryExpression(minus) if minus.operator == BinaryOperator::Subtraction => {
            length_of(&minus.left)
        }
        other => length_of(other),
    }
}

fn length_of<'s, 'a>(value: &'s Expression<'a>) -> Option<&'s Expression<'a>> {
    match value {
        Expression::StaticMemberExpression(member) if member.property.name == "length" => {
            Some(&member.object)
        }
        _ => None,
    }
}
