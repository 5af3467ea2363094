//! Functions: items, closures, parameters and bodies.

use super::context::{Lowerer, span};
use oxc_ast::ast::{
    ArrowFunctionBody, ArrowFunctionExpression, BindingPattern, Decorator, Expression, FormalParameter,
    FormalParameters, Function, FunctionBody, ObjectPropertyKind, Statement, TSTypeAnnotation,
};
use oxc_span::GetSpan;
use perflint_ir::{
    BodyId, BodyKind, ExitKind, Item, ItemFlags, ItemId, ItemKind, LocalId, Marker, OpId, OpKind, Param,
    ParamKind, Span,
};

/// A function in any of its spellings.
#[derive(Clone, Copy)]
pub(super) struct Callable<'s, 'a> {
    params: &'s FormalParameters<'a>,
    code: Code<'s, 'a>,
    returns: Option<&'s TSTypeAnnotation<'a>>,
    /// The name by which a function expression knows itself.
    itself: Option<&'a str>,
    pub(super) is_async: bool,
    is_generator: bool,
    span: Span,
}

#[derive(Clone, Copy)]
enum Code<'s, 'a> {
    Statements(&'s FunctionBody<'a>),
    Value(&'s Expression<'a>),
}

/// How deep a parameter's default value may nest to be evaluated outside the function.
const PLAIN_DEPTH: usize = 8;

/// From how many parameters on a default value is not compared with their names.
const MANY_PARAMS: usize = 64;

impl<'s, 'a> Callable<'s, 'a> {
    /// `None` for a declaration without code.
    pub(super) fn of(function: &'s Function<'a>) -> Option<Self> {
        Some(Self {
            params: &function.params,
            code: Code::Statements(function.body.as_ref()?),
            returns: function.return_type.as_deref(),
            itself: function.id.as_ref().filter(|_| function.is_expression()).map(|id| id.name.as_str()),
            is_async: function.r#async,
            is_generator: function.generator,
            span: span(function),
        })
    }

    pub(super) fn of_arrow(arrow: &'s ArrowFunctionExpression<'a>) -> Self {
        let code = match &arrow.body {
            ArrowFunctionBody::FunctionBody(body) => Code::Statements(body),
            other => Code::Value(other.to_expression()),
        };
        Self {
            params: &arrow.params,
            code,
            returns: arrow.return_type.as_deref(),
            itself: None,
            is_async: arrow.r#async,
            is_generator: false,
            span: span(arrow),
        }
    }

    /// The function that an expression writes down, behind parentheses and type assertions.
    pub(super) fn written(value: &'s Expression<'a>) -> Option<Self> {
        match value.get_inner_expression() {
            Expression::ArrowFunctionExpression(arrow) => Some(Self::of_arrow(arrow)),
            Expression::FunctionExpression(function) => Self::of(function),
            _ => None,
        }
    }
}

impl<'a> Lowerer<'a> {
    /// Adds a function item with its body.
    pub(super) fn function_item(
        &mut self,
        (name, name_span): (&str, Span),
        callable: Callable<'_, 'a>,
        owner: ItemId,
        (flags, mut markers): (ItemFlags, Vec<Marker>),
        whole: Span,
    ) -> ItemId {
        if let Code::Statements(body) = callable.code {
            markers.extend(self.directives(&body.directives));
        }
        let ty = callable.returns.and_then(|returns| self.annotation(returns));
        let item = self.blank(ItemKind::Function, name, owner, whole);
        let flags = ItemFlags { is_async: callable.is_async, ..flags };
        let item = self.file.item(Item { name_span, ty, flags, markers, ..item });
        let body = self.body(callable, BodyKind::Function, item, flags.is_constructor);
        self.file.item_mut(item).body = Some(body);
        item
    }

    /// Adds a function that is declared without code.
    pub(super) fn signature_item(
        &mut self,
        (name, name_span): (&str, Span),
        returns: Option<&TSTypeAnnotation<'a>>,
        owner: ItemId,
        flags: ItemFlags,
        whole: Span,
    ) -> ItemId {
        let ty = returns.and_then(|returns| self.annotation(returns));
        let item = self.blank(ItemKind::Function, name, owner, whole);
        self.file.item(Item { name_span, ty, flags: ItemFlags { is_abstract: true, ..flags }, ..item })
    }

    /// A nested function as a value.
    pub(super) fn closure(&mut self, callable: Callable<'_, 'a>) -> OpId {
        let owner = self.here.owner;
        let body = self.body(callable, BodyKind::Closure, owner, false);
        self.op(OpKind::Lambda(body), callable.span)
    }

    fn body(
        &mut self,
        callable: Callable<'_, 'a>,
        kind: BodyKind,
        owner: ItemId,
        constructs: bool,
    ) -> BodyId {
        let params = self.params(callable.params);
        let id = self.open(kind, owner, callable.span, kind == BodyKind::Closure);
        self.here.body.set_async(callable.is_async);
        if callable.is_generator {
            self.here.body.set_generator();
        }
        if let Some(name) = callable.itself {
            let name = self.sym(name);
            self.bind_as_name(name);
        }
        let mark = self.scopes.mark();
        self.enter_params(callable.params, params, constructs);
        match callable.code {
            Code::Statements(body) => self.function_statements(&body.statements, mark),
            Code::Value(value) => {
                let at = span(value);
                let value = self.expr(value);
                self.here.body.exit(ExitKind::Return, value, at);
            }
        }
        self.close();
        id
    }

    pub(super) fn function_statements(&mut self, statements: &[Statement<'a>], mark: usize) {
        if self.has_var {
            self.declare_vars(statements, mark);
        }
        self.declare_block(statements, mark);
        self.run_block(statements);
    }

    /// What the parameters are, with defaults and decorators evaluated in the enclosing body.
    pub(super) fn params(&mut self, params: &FormalParameters<'a>) -> Vec<Param> {
        let mut out = Vec::with_capacity(params.items.len() + usize::from(params.rest.is_some()));
        for param in &params.items {
            let name = pattern_name(&param.pattern);
            let default = match &param.initializer {
                Some(value) if is_plain(value, params, PLAIN_DEPTH) => self.expr(value),
                _ => OpId::NONE,
            };
            let ty = param.type_annotation.as_deref().and_then(|ty| self.annotation(ty));
            let markers = self.markers(&param.decorators);
            out.push(Param { name: self.sym(name), ty, default, kind: ParamKind::Normal, markers });
        }
        if let Some(rest) = &params.rest {
            let name = pattern_name(&rest.rest.argument);
            let ty = rest.type_annotation.as_deref().and_then(|ty| self.annotation(ty));
            let markers = self.markers(&rest.decorators);
            out.push(Param { name: self.sym(name), ty, default: OpId::NONE, kind: ParamKind::Rest, markers });
        }
        out
    }

    /// Declares the parameters in the body just opened, then does what runs before its first statement.
    pub(super) fn enter_params(
        &mut self,
        written: &FormalParameters<'a>,
        params: Vec<Param>,
        constructs: bool,
    ) {
        let evaluated: Vec<bool> = params.iter().map(|param| param.default.is_some()).collect();
        let mut locals = Vec::with_capacity(params.len());
        for param in params {
            let name = param.name;
            let local = self.here.body.param(param);
            if !self.file.text(name).is_empty() {
                self.bind(name, local);
            }
            locals.push(local);
        }
        let mark = self.scopes.mark();
        let rest = written.rest.iter().map(|rest| &rest.rest.argument);
        for pattern in written.items.iter().map(|param| &param.pattern).chain(rest) {
            if !matches!(pattern, BindingPattern::BindingIdentifier(_)) {
                self.declare_missing(pattern, mark);
            }
        }
        for ((param, local), evaluated) in written.items.iter().zip(&locals).zip(evaluated) {
            if let Some(value) = param.initializer.as_deref().filter(|_| !evaluated) {
                self.default_inside(*local, value);
            }
            self.unpack_param(&param.pattern, *local);
            if constructs && declares_property(param) {
                self.put_property(param, *local);
            }
        }
        if let Some((rest, local)) = written.rest.as_ref().zip(locals.get(written.items.len())) {
            self.unpack_param(&rest.rest.argument, *local);
        }
    }

    fn unpack_param(&mut self, pattern: &BindingPattern<'a>, local: LocalId) {
        if !matches!(pattern, BindingPattern::BindingIdentifier(_)) {
            let value = self.op(OpKind::Local(local), span(pattern));
            self.bind_pattern(pattern, value);
        }
    }

    /// A default value that has to be evaluated inside the function, each time it is called.
    fn default_inside(&mut self, local: LocalId, value: &Expression<'a>) {
        let at = span(value);
        let given = self.op(OpKind::Local(local), at);
        let value = self.or_default(given, value);
        self.op(OpKind::Bind { local, value }, at);
    }

    fn put_property(&mut self, param: &FormalParameter<'a>, local: LocalId) {
        let at = span(&param.pattern);
        let name = self.sym(pattern_name(&param.pattern));
        let base = self.op(OpKind::SelfRef, at);
        let value = self.op(OpKind::Local(local), at);
        self.here.body.put(base, name, value, at);
    }

    /// Decorators as markers; their values are evaluated in the open body.
    pub(super) fn markers(&mut self, decorators: &[Decorator<'a>]) -> Vec<Marker> {
        decorators.iter().map(|decorator| self.marker(decorator)).collect()
    }

    fn marker(&mut self, decorator: &Decorator<'a>) -> Marker {
        let callee = match &decorator.expression {
            Expression::CallExpression(call) => &call.callee,
            other => other,
        };
        let path = if is_dotted(callee) { self.slice(callee.span()) } else { "" };
        let path = self.sym(path);
        let value = self.expr(&decorator.expression);
        Marker { path, value, words: Vec::new(), span: span(decorator) }
    }
}

/// A constructor parameter that is a property too.
pub(super) fn declares_property(param: &FormalParameter<'_>) -> bool {
    param.accessibility.is_some() || param.readonly || param.r#override
}

/// The name of a parameter; empty for one that destructures.
pub(super) fn pattern_name<'a>(pattern: &BindingPattern<'a>) -> &'a str {
    match pattern {
        BindingPattern::BindingIdentifier(name) => name.name.as_str(),
        _ => "",
    }
}

/// A name, or names joined with dots.
pub(super) fn is_dotted(value: &Expression<'_>) -> bool {
    let mut value = value;
    while let Expression::StaticMemberExpression(member) = value {
        value = &member.object;
    }
    matches!(value, Expression::Identifier(_) | Expression::ThisExpression(_))
}

/// A default value that means the same outside the function: no calls, no parameters, no receiver.
fn is_plain(value: &Expression<'_>, params: &FormalParameters<'_>, depth: usize) -> bool {
    if depth == 0 {
        return false;
    }
    let plain = |value: &Expression<'_>| is_plain(value, params, depth - 1);
    match value.get_inner_expression() {
        Expression::BooleanLiteral(_)
        | Expression::NullLiteral(_)
        | Expression::NumericLiteral(_)
        | Expression::StringLiteral(_) => true,
        Expression::TemplateLiteral(text) => text.expressions.is_empty(),
        Expression::Identifier(name) if params.items.len() > MANY_PARAMS => name.name == "undefined",
        Expression::Identifier(name) => !params
            .items
            .iter()
            .any(|param| param.pattern.get_binding_identifiers().iter().any(|id| id.name == name.name)),
        Expression::StaticMemberExpression(member) => plain(&member.object),
        Expression::UnaryExpression(unary) => plain(&unary.argument),
        Expression::ArrayExpression(list) => {
            list.elements.iter().all(|e| e.as_expression().is_some_and(plain))
        }
        Expression::ObjectExpression(map) => map.properties.iter().all(|property| match property {
            ObjectPropertyKind::ObjectProperty(property) => !property.computed && plain(&property.value),
            ObjectPropertyKind::SpreadProperty(_) => false,
        }),
        _ => false,
    }
}
