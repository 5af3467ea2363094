//! `require`, `module.exports` and `exports`, as imports and exports.

use super::context::{Lowerer, span};
use super::module::DEFAULT;
use oxc_ast::ast::{
    AssignmentExpression, AssignmentTarget, BindingPattern, CallExpression, Expression, IdentifierName,
    ObjectExpression, ObjectPropertyKind, StaticMemberExpression, UnaryOperator, VariableDeclarator,
};
use perflint_ir::{Arg, ImportKind, OpId, OpKind, SELF_MODULE, Shape, Slot, Span};

/// `require('module')` or `require('module').member`.
#[derive(Clone, Copy)]
pub(super) struct Required<'s, 'a> {
    module: &'a str,
    member: Option<&'s IdentifierName<'a>>,
}

/// Where an assignment exports to.
enum Target<'a> {
    /// `module.exports = ..`
    Whole,
    /// `exports.name = ..`
    Member(&'a str, Span),
    /// `exports = ..`, which exports nothing by itself.
    Nothing,
}

/// What an expression requires, if it does nothing else.
pub(super) fn required<'s, 'a>(value: &'s Expression<'a>) -> Option<Required<'s, 'a>> {
    let (call, member) = match value.get_inner_expression() {
        Expression::CallExpression(call) => (call, None),
        Expression::StaticMemberExpression(member) => match &member.object {
            Expression::CallExpression(call) => (call, Some(&member.property)),
            _ => return None,
        },
        _ => return None,
    };
    Some(Required { module: required_module(call)?, member })
}

fn required_module<'a>(call: &CallExpression<'a>) -> Option<&'a str> {
    match (&call.callee, call.arguments.first()?.as_expression()?) {
        (Expression::Identifier(name), Expression::StringLiteral(module)) if name.name == "require" => {
            Some(module.value.as_str())
        }
        _ => None,
    }
}

/// A declaration that only gives names to what a module exports.
fn names_imports(declarator: &VariableDeclarator<'_>) -> bool {
    let Some(required) = declarator.init.as_ref().and_then(required) else { return false };
    match &declarator.id {
        BindingPattern::BindingIdentifier(_) => true,
        BindingPattern::ObjectPattern(object) => {
            required.member.is_none()
                && object.rest.is_none()
                && object.properties.iter().all(|property| {
                    !property.computed && matches!(property.value, BindingPattern::BindingIdentifier(_))
                })
        }
        _ => false,
    }
}

/// What is exported under the own name of a module, `const orders = module.exports`, or with a value: `= module.exports = {..}`.
fn own_name<'s, 'a>(declarator: &'s VariableDeclarator<'a>) -> Option<(&'a str, Option<&'s Expression<'a>>)> {
    let BindingPattern::BindingIdentifier(id) = &declarator.id else { return None };
    let mut init = declarator.init.as_ref()?;
    let exports = match init {
        Expression::StaticMemberExpression(member) => is_module_exports(member),
        Expression::Identifier(name) => name.name == "exports",
        Expression::AssignmentExpression(_) => {
            let mut whole = false;
            while let Expression::AssignmentExpression(assignment) = init {
                whole |= matches!(export_target(&assignment.left, |_| false), Some(Target::Whole));
                init = &assignment.right;
            }
            whole && matches!(init, Expression::ObjectExpression(_))
        }
        _ => false,
    };
    let value = declarator.init.as_ref().filter(|init| matches!(init, Expression::AssignmentExpression(_)));
    exports.then_some((id.name.as_str(), value))
}

/// Where an assignment exports to; `is_own` tells the names that the module gave its exports.
fn export_target<'a>(target: &AssignmentTarget<'a>, is_own: impl Fn(&'a str) -> bool) -> Option<Target<'a>> {
    let member = match target {
        AssignmentTarget::StaticMemberExpression(member) => member,
        AssignmentTarget::AssignmentTargetIdentifier(name) if name.name == "exports" => {
            return Some(Target::Nothing);
        }
        _ => return None,
    };
    if is_module_exports(member) {
        return Some(Target::Whole);
    }
    let exports = match &member.object {
        Expression::Identifier(name) => name.name == "exports" || is_own(name.name.as_str()),
        Expression::StaticMemberExpression(inner) => is_module_exports(inner),
        _ => false,
    };
    exports.then(|| Target::Member(member.property.name.as_str(), span(&member.property)))
}

fn is_module_exports(member: &StaticMemberExpression<'_>) -> bool {
    member.property.name == "exports"
        && matches!(&member.object, Expression::Identifier(name) if name.name == "module")
}

impl<'a> Lowerer<'a> {
    /// The declaration's names are imports and no locals.
    pub(super) fn requires(&mut self, declarator: &VariableDeclarator<'a>) -> bool {
        names_imports(declarator) && !self.redefines_require()
    }

    fn redefines_require(&mut self) -> bool {
        let require = self.sym("require");
        self.is_local(require)
    }

    /// A name that a module gives its own exports is the module.
    pub(super) fn own_binding(&mut self, declarator: &VariableDeclarator<'a>) -> bool {
        let Some((name, value)) = own_name(declarator).filter(|_| self.here.is_module) else { return false };
        if let Some(value) = value {
            self.expr(value);
        }
        let alias = self.sym(name);
        self.import(SELF_MODULE, "", alias, ImportKind::Module, span(declarator));
        self.own.insert(alias);
        true
    }

    /// Adds the imports that a declaration stands for; false for any other declaration.
    pub(super) fn require_binding(&mut self, declarator: &VariableDeclarator<'a>) -> bool {
        let Some(required) = declarator.init.as_ref().and_then(required) else { return false };
        if !self.requires(declarator) {
            return false;
        }
        let at = span(declarator);
        if let BindingPattern::ObjectPattern(object) = &declarator.id {
            for property in &object.properties {
                if let (Some(name), BindingPattern::BindingIdentifier(local)) =
                    (property.key.name(), &property.value)
                {
                    let alias = self.sym(local.name.as_str());
                    self.import(required.module, &name, alias, ImportKind::Item, at);
                }
            }
        } else if let BindingPattern::BindingIdentifier(local) = &declarator.id {
            let alias = self.sym(local.name.as_str());
            self.import_required(required, alias, at);
        }
        true
    }

    fn import_required(&mut self, required: Required<'_, 'a>, alias: perflint_ir::Sym, at: Span) {
        match required.member {
            Some(member) => self.import(required.module, member.name.as_str(), alias, ImportKind::Item, at),
            None => self.import(required.module, "", alias, ImportKind::Module, at),
        }
    }

    /// `require('x')` inside an expression: an import under a hidden name, read at once.
    pub(super) fn inline_require(&mut self, call: &CallExpression<'a>) -> Option<OpId> {
        let module = required_module(call)?;
        if self.redefines_require() {
            return None;
        }
        let alias = self.hidden(module);
        self.import(module, "", alias, ImportKind::Module, span(call));
        Some(self.op(OpKind::Name(alias), span(call)))
    }

    /// An assignment at the top of a module that imports or exports.
    pub(super) fn module_assignment(&mut self, assignment: &AssignmentExpression<'a>) -> Option<OpId> {
        let at = span(assignment);
        let own =
            |this: &Self, name: &'a str| this.syms.get(name).is_some_and(|name| this.own.contains(name));
        match export_target(&assignment.left, |name| own(self, name)) {
            Some(Target::Whole) => Some(self.export_whole(&assignment.right)),
            Some(Target::Member(name, name_span)) => {
                Some(self.export_member(name, name_span, &assignment.right))
            }
            Some(Target::Nothing) => Some(self.expr(&assignment.right)),
            None => {
                let required = required(&assignment.right)?;
                let AssignmentTarget::AssignmentTargetIdentifier(name) = &assignment.left else {
                    return None;
                };
                let alias = self.sym(name.name.as_str());
                if self.is_local(alias) || self.redefines_require() {
                    return None;
                }
                self.import_required(required, alias, at);
                Some(self.op(OpKind::Name(alias), at))
            }
        }
    }

    /// `module.exports = value`: its properties are exports, and it is the default export itself.
    pub(super) fn export_whole(&mut self, value: &Expression<'a>) -> OpId {
        let at = span(value);
        if let Expression::ObjectExpression(object) = value.get_inner_expression() {
            let value = self.export_properties(object);
            let local = self.sym(DEFAULT);
            self.export(DEFAULT, local);
            self.variable_item(local, at, None, value, true);
            return value;
        }
        if let Some(Required { module, member: None }) = required(value) {
            let alias = self.sym("");
            self.import(module, "", alias, ImportKind::Glob, at);
        }
        self.export_member(DEFAULT, at, value)
    }

    fn export_properties(&mut self, object: &ObjectExpression<'a>) -> OpId {
        let mut elements = Vec::with_capacity(object.properties.len());
        for property in &object.properties {
            elements.push(match property {
                ObjectPropertyKind::ObjectProperty(property) => {
                    let key = property.key.static_name().filter(|_| !property.computed);
                    match key.zip(self.key(&property.key)) {
                        Some((name, key)) => {
                            let value = self.export_member(&name, span(&property.key), &property.value);
                            Arg { slot: Slot::Key(key), value }
                        }
                        None => self.entry(property),
                    }
                }
                ObjectPropertyKind::SpreadProperty(spread) => {
                    if let Some(Required { module, member: None }) = required(&spread.argument) {
                        let alias = self.sym("");
                        self.import(module, "", alias, ImportKind::Glob, span(&spread.span));
                    }
                    Arg { slot: Slot::KeyRest, value: self.expr(&spread.argument) }
                }
            });
        }
        self.here.body.make(Shape::Map, elements, span(object))
    }

    /// Exports one value under a name, as an item of that name unless it has a name already.
    fn export_member(&mut self, name: &str, name_span: Span, value: &Expression<'a>) -> OpId {
        let at = span(value);
        if name == "__esModule" || is_nothing(value) {
            return self.expr(value);
        }
        if let Expression::Identifier(local) = value.get_inner_expression() {
            let local = self.sym(local.name.as_str());
            if !self.own.contains(&local) {
                self.export(name, local);
            }
            return self.expr(value);
        }
        if let Some(required) = required(value)
            && !self.redefines_require()
        {
            let alias = self.hidden(name);
            self.import_required(required, alias, at);
            self.export(name, alias);
            return self.op(OpKind::Name(alias), at);
        }
        let local = self.file.sym(name);
        self.export(name, local);
        if self.callable_item((name, name_span), value, true, at) {
            return self.op(OpKind::Name(local), at);
        }
        let value = self.expr(value);
        self.variable_item(local, name_span, None, value, true);
        value
    }
}

/// `void 0` and `undefined`, which compilers assign before the real value.
fn is_nothing(value: &Expression<'_>) -> bool {
    match value {
        Expression::UnaryExpression(unary) => unary.operator == UnaryOperator::Void,
        Expression::Identifier(name) => name.name == "undefined",
        Expression::AssignmentExpression(chained) => is_nothing_assigned(chained),
        _ => false,
    }
}

fn is_nothing_assigned(assignment: &AssignmentExpression<'_>) -> bool {
    let mut value = &assignment.right;
    while let Expression::AssignmentExpression(inner) = value {
        value = &inner.right;
    }
    matches!(value, Expression::UnaryExpression(unary) if unary.operator == UnaryOperator::Void)
}
