//! Functions, classes, their parameters and decorators.

use super::frame::{Binding, Frame, Place};
use super::{Lower, span};
use perflint_ir::{
    Arg, BodyId, BodyKind, CallForm, Callee, ExitKind, ItemFlags, ItemId, ItemKind, Marker, OpId, OpKind,
    Param, ParamKind, Slot, Span, TypeId,
};
use ruff_python_ast::{
    Decorator, Expr, ExprLambda, ExprName, Identifier, Parameter, Parameters, StmtClassDef, StmtFunctionDef,
};
use ruff_text_size::{Ranged, TextRange};

/// A nested function whose definition evaluates nothing: it is bound before the statements around it.
pub(super) fn is_hoisted(def: &StmtFunctionDef) -> bool {
    let mut defaults = def.parameters.iter_non_variadic_params().filter_map(|param| param.default());
    def.decorator_list.is_empty() && defaults.all(Expr::is_literal_expr)
}

/// A leading underscore marks what other modules should not use.
pub(super) fn is_public(name: &str) -> bool {
    !name.starts_with('_') || name.starts_with("__") && name.ends_with("__")
}

impl<'a> Lower<'a> {
    /// A function of the module or a method.
    pub(super) fn function_item(&mut self, def: &'a StmtFunctionDef) {
        let markers = self.markers(&def.decorator_list);
        let flags = self.function_flags(def, &markers);
        let receiver = self.receiver(&def.parameters, flags);
        let params = self.params(&def.parameters, receiver);
        let ty = def.returns.as_deref().and_then(|returns| self.ty(returns));
        let item = self.open_item(&def.name, span(def.name.range), span(def.range));
        let item = self.file.item_mut(item);
        item.markers = markers;
        item.ty = ty;
        item.flags = flags;
        self.function_body(def, params, receiver);
    }

    /// `f = lambda x: ..` in the module or a class is a function like any other.
    pub(super) fn lambda_item(&mut self, name: &'a ExprName, lambda: &'a ExprLambda, at: TextRange) {
        let parameters = lambda.parameters.as_deref();
        let flags = ItemFlags { is_public: is_public(name.id.as_str()), ..ItemFlags::default() };
        let receiver = parameters.and_then(|parameters| self.receiver(parameters, flags));
        let params = parameters.map(|parameters| self.params(parameters, receiver)).unwrap_or_default();
        let item = self.open_item(name.id.as_str(), span(name.range), span(at));
        self.file.item_mut(item).flags = flags;
        self.lambda_body(lambda, params, receiver);
    }

    /// Adds a function of the module or class and opens its body.
    fn open_item(&mut self, name: &str, name_span: Span, whole: Span) -> ItemId {
        let owner = self.here.item;
        let body = self.file.reserve_body();
        let mut item = self.file.blank(ItemKind::Function, name, owner, whole);
        item.name_span = name_span;
        item.body = Some(body);
        let item = self.file.item(item);
        let mut frame = Frame::new(Place::Function, body, item, BodyKind::Function, whole);
        frame.class = (self.here.place == Place::Class).then_some(owner);
        self.open(frame);
        item
    }

    /// Fills the open body with a lambda's expression and closes it.
    pub(super) fn lambda_body(
        &mut self,
        lambda: &'a ExprLambda,
        params: Vec<Param>,
        receiver: Option<&'a Parameter>,
    ) {
        if let Some(parameters) = lambda.parameters.as_deref() {
            self.declare_params(parameters, params, receiver);
        }
        let value = self.expr(&lambda.body);
        self.here.body.exit(ExitKind::Return, value, span(lambda.body.range()));
        self.close();
    }

    /// A function inside a function: a closure that is bound to a local.
    pub(super) fn nested_function(&mut self, def: &'a StmtFunctionDef) {
        let decorators: Vec<OpId> =
            def.decorator_list.iter().map(|node| self.expr(&node.expression)).collect();
        let params = self.params(&def.parameters, None);
        let id = self.open_closure(def.range);
        self.function_body(def, params, None);
        let mut value = self.op(OpKind::Lambda(id), def.range);
        for (decorator, node) in decorators.into_iter().zip(&def.decorator_list).rev() {
            let args = vec![Arg { slot: Slot::Pos, value }];
            value = self.here.body.call(
                Callee::Value(decorator),
                args,
                CallForm::Plain,
                span(node.expression.range()),
            );
        }
        self.bind_name(def.name.as_str(), value, def.name.range);
    }

    /// Opens the body of a closure and returns its index.
    pub(super) fn open_closure(&mut self, at: TextRange) -> BodyId {
        let id = self.file.reserve_body();
        let mut frame = Frame::new(Place::Closure, id, self.here.item, BodyKind::Closure, span(at));
        frame.class = self.here.class;
        self.open(frame);
        id
    }

    /// Fills the open body and closes it.
    fn function_body(
        &mut self,
        def: &'a StmtFunctionDef,
        params: Vec<Param>,
        receiver: Option<&'a Parameter>,
    ) {
        self.here.body.set_async(def.is_async);
        self.declare_params(&def.parameters, params, receiver);
        self.declare_assigned(&def.body);
        self.suite(&def.body);
        self.close();
    }

    fn function_flags(&self, def: &StmtFunctionDef, markers: &[Marker]) -> ItemFlags {
        let name = def.name.as_str();
        let is_method = self.here.place == Place::Class;
        let mut flags = ItemFlags {
            is_async: def.is_async,
            is_public: is_public(name),
            is_constructor: is_method && name == "__init__",
            is_class_method: is_method
                && matches!(name, "__new__" | "__init_subclass__" | "__class_getitem__"),
            ..ItemFlags::default()
        };
        for marker in markers {
            let path = self.file.text(marker.path);
            match path.rsplit('.').next().unwrap_or(path) {
                "property" | "cached_property" => flags.is_property = true,
                "abstractproperty" => (flags.is_property, flags.is_abstract) = (true, true),
                "abstractmethod" => flags.is_abstract = true,
                "staticmethod" => flags.is_static = true,
                "classmethod" => flags.is_class_method = true,
                _ => {}
            }
        }
        flags
    }

    /// The first positional parameter of a method, which is no parameter but the receiver.
    fn receiver(&self, parameters: &'a Parameters, flags: ItemFlags) -> Option<&'a Parameter> {
        let is_method = self.here.place == Place::Class && !flags.is_static;
        let first = parameters.posonlyargs.first().or(parameters.args.first())?;
        is_method.then_some(&first.parameter)
    }

    /// Parameters with their types; defaults and decorations are evaluated here, in the owner's body.
    pub(super) fn params(&mut self, parameters: &'a Parameters, receiver: Option<&Parameter>) -> Vec<Param> {
        let mut params = Vec::with_capacity(parameters.len());
        for (parameter, default, kind) in declared(parameters, receiver) {
            let annotation = parameter.annotation.as_deref();
            params.push(Param {
                name: self.file.sym(parameter.name.as_str()),
                ty: annotation.and_then(|annotation| self.ty(annotation)),
                markers: annotation.map(|annotation| self.annotation_markers(annotation)).unwrap_or_default(),
                default: self.optional(default),
                kind,
            });
        }
        params
    }

    /// Declares the parameters of the open body.
    pub(super) fn declare_params(
        &mut self,
        parameters: &'a Parameters,
        params: Vec<Param>,
        receiver: Option<&'a Parameter>,
    ) {
        for ((parameter, ..), param) in declared(parameters, receiver).zip(params) {
            let local = self.here.body.param(param);
            self.here.names.insert(parameter.name.as_str(), Binding::Local(local));
        }
        if let Some(receiver) = receiver {
            self.here.names.insert(receiver.name.as_str(), Binding::Receiver);
        }
    }

    fn markers(&mut self, decorators: &'a [Decorator]) -> Vec<Marker> {
        let mut markers = Vec::with_capacity(decorators.len());
        for decorator in decorators {
            markers.push(self.marker(&decorator.expression, span(decorator.range)));
        }
        markers
    }

    pub(super) fn class_item(&mut self, def: &'a StmtClassDef) {
        let mut markers = self.markers(&def.decorator_list);
        let bases = self.bases(def);
        markers.extend(self.class_marker(def));
        let is_protocol = bases.iter().any(|base| self.is_protocol(*base));
        let kind = if is_protocol { ItemKind::Interface } else { ItemKind::Class };
        let body = self.file.reserve_body();
        let mut item = self.file.blank(kind, def.name.as_str(), self.here.item, span(def.range));
        item.name_span = span(def.name.range);
        item.markers = markers;
        item.bases = bases;
        item.body = Some(body);
        item.flags.is_public = is_public(def.name.as_str());
        let item = self.file.item(item);
        self.open(Frame::new(Place::Class, body, item, BodyKind::Init, span(def.range)));
        self.suite(&def.body);
        self.close();
    }

    fn is_protocol(&self, base: TypeId) -> bool {
        let name = self.type_name(base);
        name.rsplit('.').next() == Some("Protocol")
    }

    /// Base classes; one that is computed is evaluated in the owner's body too.
    fn bases(&mut self, def: &'a StmtClassDef) -> Vec<TypeId> {
        let mut bases = Vec::with_capacity(def.bases().len());
        for base in def.bases() {
            if !matches!(base, Expr::Name(_) | Expr::Attribute(_) | Expr::Subscript(_)) {
                self.expr(base);
            }
            bases.push(self.base_type(base));
        }
        bases
    }

    /// `class A(B, table=True)`: the named arguments as words.
    fn class_marker(&mut self, def: &'a StmtClassDef) -> Option<Marker> {
        let keywords = def.keywords();
        let first = keywords.first()?;
        let mut words = Vec::with_capacity(keywords.len());
        for keyword in keywords {
            if !matches!(keyword.value, Expr::Name(_)) && !keyword.value.is_literal_expr() {
                self.expr(&keyword.value);
            }
            let name = keyword.arg.as_ref().map_or("**", Identifier::as_str);
            let word = format!("{name}={}", self.source(&keyword.value));
            words.push(self.file.sym(&word));
        }
        let path = self.file.sym("class");
        Some(Marker { path, value: OpId::NONE, words, span: span(first.range) })
    }
}

/// The parameters in the order of the text, without the receiver.
fn declared<'a>(
    parameters: &'a Parameters,
    receiver: Option<&Parameter>,
) -> impl Iterator<Item = (&'a Parameter, Option<&'a Expr>, ParamKind)> {
    let skipped = usize::from(receiver.is_some());
    let normal = parameters.posonlyargs.iter().chain(&parameters.args).skip(skipped);
    let normal = normal.map(|param| (&param.parameter, param.default(), ParamKind::Normal));
    let rest = parameters.vararg.iter().map(|param| (&**param, None, ParamKind::Rest));
    let key_only = parameters.kwonlyargs.iter();
    let key_only = key_only.map(|param| (&param.parameter, param.default(), ParamKind::KeyOnly));
    let key_rest = parameters.kwarg.iter().map(|param| (&**param, None, ParamKind::KeyRest));
    normal.chain(rest).chain(key_only).chain(key_rest)
}
