//! Functions, methods, closures and their parameters.

use crate::doc;
use crate::walk::Php;
use perflint_ir::{
    BodyKind, ExitKind, ItemId, ItemKind, LocalId, Marker, OpId, OpKind, Param as IrParam, ParamKind, TypeId,
};
use perflint_syntax::Place;
use php_ast::{
    ArrowFunctionExpr, Block, ClosureExpr, FunctionDecl, Ident, Param, PropertyHookBody, Span, Stmt, TypeHint,
};

/// What functions and methods have in common.
pub(crate) struct Signature<'s, 'arena, 'src> {
    pub(crate) name: &'s Ident<'src>,
    pub(crate) params: &'s [Param<'arena, 'src>],
    pub(crate) return_type: Option<&'s TypeHint<'arena, 'src>>,
    pub(crate) body: Option<&'s Block<'arena, 'src>>,
    pub(crate) comment: Option<&'s str>,
    pub(crate) whole: Span,
}

/// A parameter whose type and default have been read where it is declared.
struct Ready<'p> {
    name: &'p str,
    ty: Option<TypeId>,
    default: OpId,
    kind: ParamKind,
    markers: Vec<Marker>,
    promoted: Option<Span>,
    at: Span,
}

impl Php<'_> {
    /// A function is declared for the whole file, wherever it stands.
    pub(crate) fn function(&mut self, node: &FunctionDecl<'_, '_>, whole: Span) {
        let markers = self.markers(&node.attributes, node.doc_comment.as_ref());
        let is_member = !matches!(self.file.peek().item(self.owner).kind, ItemKind::Module);
        let owner = if is_member { std::mem::replace(&mut self.owner, ItemId(0)) } else { self.owner };
        let class = if is_member { self.class.take() } else { self.class.clone() };
        let outer_template = std::mem::replace(&mut self.in_template, false);
        let id = self.function_item(&Signature {
            name: &node.name,
            params: &node.params,
            return_type: node.return_type.as_ref(),
            body: Some(node.body),
            comment: node.doc_comment.as_ref().map(|comment| comment.text),
            whole,
        });
        self.in_template = outer_template;
        (self.owner, self.class) = (owner, class);
        let item = self.file.item_mut(id);
        (item.markers, item.flags.is_public) = (markers, true);
    }

    pub(crate) fn function_item(&mut self, signature: &Signature<'_, '_, '_>) -> ItemId {
        let comment = signature.comment;
        let ready = self.ready(signature.params, comment);
        let returns = comment.and_then(|text| doc::type_alone(text, "return"));
        let ty = self.known_type(signature.return_type, returns);
        let id =
            self.item(ItemKind::Function, signature.name.or_error(), signature.whole, signature.name.span);
        let body = self.open(Place::Function, id, BodyKind::Function, signature.whole);
        let promoted = self.params(ready);
        for (local, name, at) in promoted {
            let this = self.op(OpKind::SelfRef, at);
            let value = self.op(OpKind::Local(local), at);
            let name = self.file.sym(&name);
            let span = self.span(at);
            self.scopes.here.body.put(this, name, value, span);
        }
        if let Some(block) = signature.body {
            self.deeper(signature.whole, |php| php.statements(&block.stmts));
        }
        self.close();
        let item = self.file.item_mut(id);
        (item.body, item.ty) = (Some(body), ty);
        id
    }

    /// The code of a property that is read through it.
    pub(crate) fn getter(&mut self, name: &str, code: &PropertyHookBody<'_, '_>, whole: Span) {
        let id = self.item(ItemKind::Function, name, whole, whole);
        let body = self.open(Place::Function, id, BodyKind::Function, whole);
        self.deeper(whole, |php| match code {
            PropertyHookBody::Block(block) => php.statements(&block.stmts),
            PropertyHookBody::Expression(value) => {
                let value = php.expr(value);
                php.exit(ExitKind::Return, value, whole);
            }
            _ => {}
        });
        self.close();
        let item = self.file.item_mut(id);
        (item.body, item.flags.is_property, item.flags.is_public) = (Some(body), true, true);
    }

    pub(crate) fn exit(&mut self, how: ExitKind, value: OpId, at: Span) {
        let at = self.span(at);
        self.scopes.here.body.exit(how, value, at);
    }

    /// Types, defaults and decorations, in the body in which the function is declared.
    fn ready<'p>(&mut self, params: &'p [Param<'_, 'p>], comment: Option<&str>) -> Vec<Ready<'p>> {
        let mut out = Vec::with_capacity(params.len());
        for param in params {
            let name = param.name.as_str().unwrap_or("");
            let described = comment.and_then(|text| doc::type_of(text, "param", name)).or_else(|| {
                param.doc_comment.as_ref().and_then(|comment| doc::type_alone(comment.text, "var"))
            });
            let mut ty = self.known_type(param.type_hint.as_ref(), described);
            if param.variadic && described.is_none() {
                ty = ty.map(|element| self.file.named_type("Array", vec![element]));
            }
            let markers = self.markers(&param.attributes, param.doc_comment.as_ref());
            let default = param.default.as_ref().map_or(OpId::NONE, |value| self.expr(value));
            let is_promoted = param.modifiers.visibility.is_some() || param.modifiers.is_readonly;
            if is_promoted {
                let id = self.item(ItemKind::Field, name, param.span, param.name.span);
                let item = self.file.item_mut(id);
                (item.ty, item.markers) = (ty, markers.clone());
            }
            let kind = if param.variadic { ParamKind::Rest } else { ParamKind::Normal };
            let promoted = is_promoted.then_some(param.span);
            out.push(Ready { name, ty, default, kind, markers, promoted, at: param.span });
        }
        out
    }

    /// Declares the parameters; those that are properties are given back.
    fn params(&mut self, params: Vec<Ready<'_>>) -> Vec<(LocalId, String, Span)> {
        let mut promoted = Vec::new();
        for ready in params {
            let name = self.file.sym(ready.name);
            let Ready { ty, default, kind, markers, .. } = ready;
            let local = self.scopes.here.body.param(IrParam { name, ty, default, kind, markers });
            self.scopes.name(ready.name, local);
            if ready.promoted.is_some() {
                promoted.push((local, ready.name.to_owned(), ready.at));
            }
        }
        promoted
    }

    /// `function (..) use (..) { .. }`: it sees what it takes over, and nothing else.
    pub(crate) fn closure(&mut self, node: &ClosureExpr<'_, '_>, whole: Span) -> OpId {
        let ready = self.ready(&node.params, None);
        let mut taken = Vec::new();
        for used in &*node.use_vars {
            let Some(name) = used.name.as_str() else { continue };
            taken.push((name.to_owned(), self.own_variable(name, used.span)));
        }
        let owner = self.scopes.here.item;
        let body = self.open(Place::Function, owner, BodyKind::Closure, whole);
        self.params(ready);
        for (name, outer) in taken {
            let sym = self.file.sym(&name);
            let inner = self.scopes.here.body.capture(outer, sym);
            self.scopes.name(&name, inner);
        }
        let outer_template = std::mem::replace(&mut self.in_template, false);
        self.deeper(whole, |php| php.statements(&node.body.stmts));
        self.in_template = outer_template;
        self.close();
        self.op(OpKind::Lambda(body), whole)
    }

    /// A local that holds a variable: in a template, what it was rendered with becomes one.
    fn own_variable(&mut self, name: &str, at: Span) -> LocalId {
        if let Some(local) = self.scopes.find(&mut self.file, name) {
            return local;
        }
        let value = self.in_template.then(|| self.read_variable(name, at));
        let local = self.scopes.declare(&mut self.file, name);
        if let Some(value) = value {
            self.bind(local, value, at);
        }
        local
    }

    /// `fn (..) => ..`: it sees the variables around it.
    pub(crate) fn arrow(&mut self, node: &ArrowFunctionExpr<'_, '_>, whole: Span) -> OpId {
        let ready = self.ready(&node.params, None);
        let owner = self.scopes.here.item;
        let body = self.open(Place::Closure, owner, BodyKind::Closure, whole);
        self.params(ready);
        let value = self.expr(node.body);
        self.exit(ExitKind::Return, value, node.body.span);
        self.close();
        self.op(OpKind::Lambda(body), whole)
    }

    pub(crate) fn statements(&mut self, stmts: &[Stmt<'_, '_>]) {
        for stmt in stmts {
            self.statement(stmt);
        }
    }
}
