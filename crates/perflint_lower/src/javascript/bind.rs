//! Declaring names and taking values apart.

use super::context::{Lowerer, span};
use oxc_ast::ast::{
    BindingIdentifier, BindingPattern, BindingProperty, Declaration, Expression, ForStatementInit,
    ForStatementLeft, PropertyKey, Statement, VariableDeclaration, VariableDeclarationKind,
};
use perflint_ir::{OpId, OpKind, RegionKind, Sym};

/// What a declared name will be.
#[derive(Clone, Copy)]
enum As {
    Local,
    /// An item or import: reading it is no read of a local.
    Name,
}

impl<'a> Lowerer<'a> {
    /// Declares what the statements of a block declare in its scope, which began at `mark`.
    pub(super) fn declare_block(&mut self, statements: &[Statement<'a>], mark: usize) {
        for statement in statements {
            match statement {
                Statement::VariableDeclaration(variables)
                    if variables.kind != VariableDeclarationKind::Var =>
                {
                    self.declare_variables(variables, mark);
                }
                Statement::FunctionDeclaration(function) => {
                    if let Some(id) = &function.id {
                        self.declare_id(id, As::Local, mark);
                    }
                }
                other => {
                    if let Some(id) = other.as_declaration().and_then(item_name) {
                        self.declare_id(id, As::Name, mark);
                    }
                }
            }
        }
    }

    fn declare_variables(&mut self, variables: &VariableDeclaration<'a>, mark: usize) {
        for declarator in &variables.declarations {
            let imports = self.requires(declarator);
            self.declare_pattern(&declarator.id, if imports { As::Name } else { As::Local }, mark);
        }
    }

    /// Declares every `var` of a function in the function's own scope.
    pub(super) fn declare_vars(&mut self, statements: &[Statement<'a>], mark: usize) {
        for statement in statements {
            self.nested(span(statement), |this| this.declare_vars_of(statement, mark));
        }
    }

    fn declare_vars_of(&mut self, statement: &Statement<'a>, mark: usize) {
        let one = std::slice::from_ref::<Statement<'a>>;
        match statement {
            Statement::VariableDeclaration(variables) if variables.kind == VariableDeclarationKind::Var => {
                self.declare_variables(variables, mark);
            }
            Statement::BlockStatement(block) => self.declare_vars(&block.body, mark),
            Statement::IfStatement(first) => {
                let mut decision = first;
                loop {
                    self.declare_vars(one(&decision.consequent), mark);
                    match &decision.alternate {
                        Some(Statement::IfStatement(next)) => decision = next,
                        Some(last) => return self.declare_vars(one(last), mark),
                        None => return,
                    }
                }
            }
            Statement::ForStatement(l) => {
                if let Some(ForStatementInit::VariableDeclaration(variables)) = &l.init {
                    self.declare_loop_vars(variables, mark);
                }
                self.declare_vars(one(&l.body), mark);
            }
            Statement::ForInStatement(l) => {
                if let ForStatementLeft::VariableDeclaration(variables) = &l.left {
                    self.declare_loop_vars(variables, mark);
                }
                self.declare_vars(one(&l.body), mark);
            }
            Statement::ForOfStatement(l) => {
                if let ForStatementLeft::VariableDeclaration(variables) = &l.left {
                    self.declare_loop_vars(variables, mark);
                }
                self.declare_vars(one(&l.body), mark);
            }
            Statement::WhileStatement(l) => self.declare_vars(one(&l.body), mark),
            Statement::DoWhileStatement(l) => self.declare_vars(one(&l.body), mark),
            Statement::LabeledStatement(l) => self.declare_vars(one(&l.body), mark),
            Statement::WithStatement(l) => self.declare_vars(one(&l.body), mark),
            Statement::SwitchStatement(switch) => {
                for case in &switch.cases {
                    self.declare_vars(&case.consequent, mark);
                }
            }
            Statement::TryStatement(attempt) => {
                self.declare_vars(&attempt.block.body, mark);
                if let Some(handler) = &attempt.handler {
                    self.declare_vars(&handler.body.body, mark);
                }
                if let Some(last) = &attempt.finalizer {
                    self.declare_vars(&last.body, mark);
                }
            }
            _ => {}
        }
    }

    fn declare_loop_vars(&mut self, variables: &VariableDeclaration<'a>, mark: usize) {
        if variables.kind == VariableDeclarationKind::Var {
            self.declare_variables(variables, mark);
        }
    }

    /// Declares the names of a pattern that mean nothing in the open body yet.
    pub(super) fn declare_missing(&mut self, pattern: &BindingPattern<'a>, mark: usize) {
        self.declare_pattern(pattern, As::Local, mark);
    }

    fn declare_pattern(&mut self, pattern: &BindingPattern<'a>, kind: As, mark: usize) {
        match pattern {
            BindingPattern::BindingIdentifier(id) => self.declare_id(id, kind, mark),
            other => {
                for id in other.get_binding_identifiers() {
                    self.declare_id(id, kind, mark);
                }
            }
        }
    }

    fn declare_id(&mut self, id: &BindingIdentifier<'a>, kind: As, mark: usize) {
        let name = self.sym(id.name.as_str());
        match kind {
            As::Local => self.declare_once(name, mark),
            As::Name => self.bind_as_name(name),
        }
    }

    /// Binds the names of a pattern to the parts of a value.
    pub(super) fn bind_pattern(&mut self, pattern: &BindingPattern<'a>, value: OpId) {
        match pattern {
            BindingPattern::BindingIdentifier(id) => {
                let name = self.sym(id.name.as_str());
                self.assign_name(name, value, span(&id.span));
            }
            other => {
                self.nested(span(other), |this| this.bind_parts(other, value));
            }
        }
    }

    fn bind_parts(&mut self, pattern: &BindingPattern<'a>, value: OpId) {
        match pattern {
            BindingPattern::BindingIdentifier(_) => self.bind_pattern(pattern, value),
            BindingPattern::AssignmentPattern(pattern) => {
                let value = self.or_default(value, &pattern.right);
                self.bind_pattern(&pattern.left, value);
            }
            BindingPattern::ObjectPattern(object) => {
                for property in &object.properties {
                    self.bind_property(property, value);
                }
                if let Some(rest) = &object.rest {
                    let part = self.unknown(&[value], span(&rest.span));
                    self.bind_pattern(&rest.argument, part);
                }
            }
            BindingPattern::ArrayPattern(list) => {
                for (index, element) in (0i32..).zip(&list.elements) {
                    if let Some(element) = element {
                        let part = self.element(value, index, span(element));
                        self.bind_pattern(element, part);
                    }
                }
                if let Some(rest) = &list.rest {
                    let part = self.op(OpKind::Slice { base: value, limit: OpId::NONE }, span(&rest.span));
                    self.bind_pattern(&rest.argument, part);
                }
            }
        }
    }

    fn bind_property(&mut self, property: &BindingProperty<'a>, value: OpId) {
        let part = self.property(value, &property.key);
        self.bind_pattern(&property.value, part);
    }

    /// The part of a value that a key names.
    pub(super) fn property(&mut self, base: OpId, key: &PropertyKey<'a>) -> OpId {
        let at = span(key);
        if let Some(name) = self.key(key) {
            return self.op(OpKind::Get { base, name }, at);
        }
        let key = key.as_expression().map_or(OpId::NONE, |key| self.expr(key));
        self.op(OpKind::Index { base, key }, at)
    }

    /// The element at a constant position.
    pub(super) fn element(&mut self, base: OpId, index: i32, at: perflint_ir::Span) -> OpId {
        let key = self.op(OpKind::Int(index), at);
        self.op(OpKind::Index { base, key }, at)
    }

    /// A key that is known without running anything.
    pub(super) fn key(&mut self, key: &PropertyKey<'a>) -> Option<Sym> {
        match key {
            PropertyKey::StaticIdentifier(name) => Some(self.sym(name.name.as_str())),
            PropertyKey::StringLiteral(text) => Some(self.sym(text.value.as_str())),
            PropertyKey::PrivateIdentifier(name) => Some(self.sym(self.slice(name.span))),
            PropertyKey::NumericLiteral(number) => Some(self.sym(self.slice(number.span))),
            _ => None,
        }
    }

    /// A value, or its default where it is missing.
    pub(super) fn or_default(&mut self, given: OpId, default: &Expression<'a>) -> OpId {
        let at = span(default);
        let default = if super::call::has_call(default) {
            let kind = RegionKind::Branch { cond: given, arm: 0, last: false };
            let before = self.here.body.enter(kind, at);
            let value = self.expr(default);
            self.here.body.leave(before);
            value
        } else {
            self.expr(default)
        };
        self.here.body.join(&[given, default], at)
    }
}

/// The name of a declaration that becomes an item wherever it stands.
fn item_name<'s, 'a>(declaration: &'s Declaration<'a>) -> Option<&'s BindingIdentifier<'a>> {
    match declaration {
        Declaration::ClassDeclaration(class) => class.id.as_ref(),
        Declaration::TSEnumDeclaration(declaration) => Some(&declaration.id),
        _ => None,
    }
}
