//! Classes.

use super::context::{Lowerer, span};
use super::function::{Callable, declares_property, is_dotted, pattern_name};
use oxc_ast::ast::{
    Argument, Class, ClassElement, ClassHeritage, Decorator, Expression, FormalParameters, MethodDefinition,
    MethodDefinitionKind, PropertyKey, TSAccessibility, TSTypeAnnotation,
};
use oxc_span::GetSpan;
use perflint_ir::{BodyKind, Item, ItemFlags, ItemId, ItemKind, OpId, Span, Sym, TypeExpr, TypeId};

/// A field in either of its spellings.
struct Field<'s, 'a> {
    key: &'s PropertyKey<'a>,
    ty: Option<&'s TSTypeAnnotation<'a>>,
    value: Option<&'s Expression<'a>>,
    decorators: &'s [Decorator<'a>],
    flags: ItemFlags,
    span: Span,
}

impl<'a> Lowerer<'a> {
    /// Adds a class and gives the name that it is found by. A name from outside wins over the class's own.
    pub(super) fn class(&mut self, class: &Class<'a>, name: Option<(&str, Span)>, exported: bool) -> Sym {
        let own = class.id.as_ref().map(|id| (id.name.as_str(), span(id)));
        let (name, name_span) = match name.or(own) {
            Some((name, at)) => (self.file.sym(name), at),
            None => (self.anonymous_class(), span(class)),
        };
        let mut markers = self.markers(&class.decorators);
        if !self.here.is_module {
            markers.iter_mut().for_each(|marker| marker.value = OpId::NONE);
        }
        let blank = self.blank(ItemKind::Class, "", self.module(), span(class));
        let flags = ItemFlags { is_public: exported, is_abstract: class.r#abstract, ..ItemFlags::default() };
        let item = self.file.item(Item { name, name_span, markers, flags, ..blank });
        self.initialiser(item, span(class), false, |this| this.class_body(class, item));
        name
    }

    fn anonymous_class(&mut self) -> Sym {
        self.anonymous += 1;
        self.file.sym(&format!("\u{0}class{}", self.anonymous))
    }

    fn class_body(&mut self, class: &Class<'a>, item: ItemId) {
        let mut bases = Vec::new();
        if let Some(heritage) = &class.heritage {
            bases.push(self.superclass(heritage));
        }
        for implemented in &class.implements {
            bases.push(self.type_path(&implemented.expression, implemented.type_arguments.as_deref()));
        }
        self.file.item_mut(item).bases = bases;
        let mut elements = class.body.body.iter().peekable();
        while let Some(element) = elements.next() {
            match element {
                ClassElement::MethodDefinition(method) => {
                    if !is_overload(method, elements.peek().copied()) {
                        self.method(method, item);
                    }
                }
                ClassElement::PropertyDefinition(property) => self.field(
                    Field {
                        key: &property.key,
                        ty: property.type_annotation.as_deref(),
                        value: property.value.as_ref(),
                        decorators: &property.decorators,
                        flags: member_flags(&property.key, property.accessibility, property.r#static),
                        span: span(&property.span),
                    },
                    item,
                ),
                ClassElement::AccessorProperty(property) => self.field(
                    Field {
                        key: &property.key,
                        ty: property.type_annotation.as_deref(),
                        value: property.value.as_ref(),
                        decorators: &property.decorators,
                        flags: member_flags(&property.key, property.accessibility, property.r#static),
                        span: span(&property.span),
                    },
                    item,
                ),
                ClassElement::StaticBlock(block) => self.block(&block.body),
                ClassElement::TSIndexSignature(_) => {}
            }
        }
    }

    /// The base class as a type: a name, or for a mixin its function with the names it is applied to.
    fn superclass(&mut self, heritage: &ClassHeritage<'a>) -> TypeId {
        let base = heritage.expression.get_inner_expression();
        if is_dotted(base) {
            let name = self.dotted(base.span());
            return self.applied(name, heritage.type_arguments.as_deref());
        }
        self.expr(base);
        let Expression::CallExpression(call) = base else { return self.file.ty(TypeExpr::Other) };
        if !is_dotted(&call.callee) {
            return self.file.ty(TypeExpr::Other);
        }
        let mut args = Vec::new();
        for argument in call.arguments.iter().filter_map(Argument::as_expression) {
            if is_dotted(argument) {
                let name = self.dotted(argument.span());
                args.push(self.path(name, Vec::new()));
            }
        }
        let name = self.dotted(call.callee.span());
        self.path(name, args)
    }

    fn method(&mut self, method: &MethodDefinition<'a>, class: ItemId) {
        let is_constructor = method.kind == MethodDefinitionKind::Constructor;
        let flags = ItemFlags {
            is_constructor,
            is_property: method.kind == MethodDefinitionKind::Get,
            ..member_flags(&method.key, method.accessibility, method.r#static)
        };
        let name = self.member_name(&method.key);
        let at = span(method);
        match Callable::of(&method.value) {
            Some(callable) => {
                let markers = self.markers(&method.decorators);
                self.function_item(name, callable, class, (flags, markers), at);
            }
            None => {
                let item = self.signature_item(name, method.value.return_type.as_deref(), class, flags, at);
                let markers = self.markers(&method.decorators);
                self.file.item_mut(item).markers = markers;
            }
        }
        if is_constructor {
            self.parameter_properties(&method.value.params, class);
        }
    }

    /// Fields that are declared as parameters of the constructor.
    fn parameter_properties(&mut self, params: &FormalParameters<'a>, class: ItemId) {
        for param in params.items.iter().filter(|param| declares_property(param)) {
            let ty = param.type_annotation.as_deref().and_then(|ty| self.annotation(ty));
            let blank = self.blank(ItemKind::Field, pattern_name(&param.pattern), class, span(param));
            let is_public = param.accessibility != Some(TSAccessibility::Private);
            let flags = ItemFlags { is_public, ..ItemFlags::default() };
            self.file.item(Item { ty, flags, name_span: span(&param.pattern), ..blank });
        }
    }

    /// A field; one that holds a function is a method.
    fn field(&mut self, field: Field<'_, 'a>, class: ItemId) {
        let (name, name_span) = self.member_name(field.key);
        let markers = self.markers(field.decorators);
        if let Some(callable) = field.value.and_then(Callable::written) {
            self.function_item((name, name_span), callable, class, (field.flags, markers), field.span);
            return;
        }
        let ty = field.ty.and_then(|ty| self.annotation(ty));
        let init = field.value.map_or(OpId::NONE, |value| self.expr(value));
        let blank = self.blank(ItemKind::Field, name, class, field.span);
        self.file.item(Item { name_span, ty, init, markers, flags: field.flags, ..blank });
    }

    /// The name of a member; a computed one keeps its text.
    pub(super) fn member_name(&mut self, key: &PropertyKey<'a>) -> (&'a str, Span) {
        let at = span(key);
        let name = match key {
            PropertyKey::StaticIdentifier(name) => name.name.as_str(),
            PropertyKey::StringLiteral(text) => text.value.as_str(),
            PropertyKey::PrivateIdentifier(name) => self.slice(name.span),
            other => {
                if let Some(value) =
                    other.as_expression().filter(|_| self.here.body.body().kind == BodyKind::Init)
                {
                    self.expr(value);
                }
                self.slice(other.span())
            }
        };
        (name, at)
    }
}

fn member_flags(key: &PropertyKey<'_>, accessibility: Option<TSAccessibility>, is_static: bool) -> ItemFlags {
    let hidden = accessibility == Some(TSAccessibility::Private) || key.is_private_identifier();
    ItemFlags { is_static, is_public: !hidden, ..ItemFlags::default() }
}

/// A signature of a method whose next signature or code follows.
fn is_overload(method: &MethodDefinition<'_>, next: Option<&ClassElement<'_>>) -> bool {
    let Some(ClassElement::MethodDefinition(next)) = next else { return false };
    method.value.body.is_none()
        && method.kind == next.kind
        && matches!((method.key.name(), next.key.name()), (Some(one), Some(other)) if one == other)
}
