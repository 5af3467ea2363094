//! TypeScript's declarations: interfaces, type aliases, enums, namespaces, `import x = ..`.

use super::context::{Lowerer, span};
use oxc_ast::ast::{
    BindingIdentifier, Declaration, Expression, PropertyKey, Statement, TSEnumDeclaration, TSEnumMemberName,
    TSImportEqualsDeclaration, TSInterfaceDeclaration, TSMethodSignature, TSMethodSignatureKind,
    TSModuleReference, TSNamespaceDeclaration, TSNamespaceDeclarationBody, TSPropertySignature, TSSignature,
    TSType, TSTypeAliasDeclaration, TSTypeName,
};
use oxc_span::GetSpan;
use perflint_ir::{ImportKind, Item, ItemFlags, ItemId, ItemKind, OpId, OpKind, Span};

impl<'a> Lowerer<'a> {
    pub(super) fn type_declaration(&mut self, declaration: &Declaration<'a>, exported: bool) {
        match declaration {
            Declaration::TSInterfaceDeclaration(interface) => self.interface(interface, exported),
            Declaration::TSTypeAliasDeclaration(alias) => self.type_alias(alias, exported),
            Declaration::TSEnumDeclaration(declaration) => self.enumeration(declaration, exported),
            Declaration::TSNamespaceDeclaration(namespace) => {
                self.nested(span(&namespace.span), |this| this.namespace(namespace, exported));
            }
            Declaration::TSExternalModuleDeclaration(module) => {
                let statements = module.body.as_ref().map_or(&[][..], |body| &body.body);
                let name = (module.id.value.as_str(), span(&module.id));
                self.module_item(name, statements, exported, span(&module.span));
            }
            Declaration::TSGlobalDeclaration(global) => {
                let at = Span::new(global.global_span.start, global.global_span.end);
                self.module_item(("global", at), &global.body.body, exported, span(&global.span));
            }
            Declaration::TSImportEqualsDeclaration(import) => self.import_equals(import, exported),
            _ => {}
        }
    }

    fn type_item(&mut self, kind: ItemKind, id: &BindingIdentifier<'a>, exported: bool, at: Span) -> ItemId {
        let blank = self.blank(kind, id.name.as_str(), self.module(), at);
        let flags = ItemFlags { is_public: exported, ..ItemFlags::default() };
        self.file.item(Item { name_span: span(id), flags, ..blank })
    }

    pub(super) fn interface(&mut self, interface: &TSInterfaceDeclaration<'a>, exported: bool) {
        let item = self.type_item(ItemKind::Interface, &interface.id, exported, span(interface));
        let mut bases = Vec::with_capacity(interface.extends.len());
        for base in &interface.extends {
            bases.push(self.type_path(&base.type_name, base.type_arguments.as_deref()));
        }
        self.file.item_mut(item).bases = bases;
        self.signatures(&interface.body.body, item);
    }

    /// An object type declares members, any other type is the alias's base.
    fn type_alias(&mut self, alias: &TSTypeAliasDeclaration<'a>, exported: bool) {
        let item = self.type_item(ItemKind::Interface, &alias.id, exported, span(alias));
        match &alias.type_annotation {
            TSType::TSTypeLiteral(object) => self.signatures(&object.members, item),
            other => {
                let base = self.ty(other);
                self.file.item_mut(item).bases = vec![base];
            }
        }
    }

    fn signatures(&mut self, members: &[TSSignature<'a>], owner: ItemId) {
        let mut members = members.iter().peekable();
        while let Some(member) = members.next() {
            match member {
                TSSignature::TSPropertySignature(property) => self.property_signature(property, owner),
                TSSignature::TSMethodSignature(method) => {
                    let overload = matches!(members.peek(), Some(TSSignature::TSMethodSignature(next))
                        if same_key(&method.key, &next.key) && method.kind == next.kind);
                    if !overload {
                        self.method_signature(method, owner);
                    }
                }
                _ => {}
            }
        }
    }

    fn property_signature(&mut self, property: &TSPropertySignature<'a>, owner: ItemId) {
        let (name, name_span) = self.signature_name(&property.key);
        let at = span(property);
        let flags = ItemFlags { is_public: true, ..ItemFlags::default() };
        let ty = property.type_annotation.as_deref();
        if let Some(TSType::TSFunctionType(function)) = ty.map(|ty| &ty.type_annotation) {
            self.signature_item((name, name_span), Some(&function.return_type), owner, flags, at);
            return;
        }
        let ty = ty.and_then(|ty| self.annotation(ty));
        let blank = self.blank(ItemKind::Field, name, owner, at);
        self.file.item(Item { name_span, ty, flags, ..blank });
    }

    fn method_signature(&mut self, method: &TSMethodSignature<'a>, owner: ItemId) {
        let name = self.signature_name(&method.key);
        let is_property = method.kind == TSMethodSignatureKind::Get;
        let flags = ItemFlags { is_public: true, is_property, ..ItemFlags::default() };
        self.signature_item(name, method.return_type.as_deref(), owner, flags, span(method));
    }

    /// The name of a signature. Unlike a class's, its key is never evaluated.
    fn signature_name(&self, key: &PropertyKey<'a>) -> (&'a str, Span) {
        let name = match key {
            PropertyKey::StaticIdentifier(name) => name.name.as_str(),
            PropertyKey::StringLiteral(text) => text.value.as_str(),
            other => self.slice(other.span()),
        };
        (name, span(key))
    }

    fn enumeration(&mut self, declaration: &TSEnumDeclaration<'a>, exported: bool) {
        let item = self.type_item(ItemKind::Class, &declaration.id, exported, span(declaration));
        self.initialiser(item, span(declaration), false, |this| {
            for member in &declaration.body.members {
                let name = match &member.id {
                    TSEnumMemberName::Identifier(name) => name.name.as_str(),
                    TSEnumMemberName::String(text) | TSEnumMemberName::ComputedString(text) => {
                        text.value.as_str()
                    }
                    TSEnumMemberName::ComputedTemplateString(text) => this.slice(text.span),
                };
                let init = member.initializer.as_ref().map_or(OpId::NONE, |value| this.expr(value));
                let blank = this.blank(ItemKind::Field, name, item, span(member));
                let flags = ItemFlags { is_static: true, is_public: true, ..ItemFlags::default() };
                this.file.item(Item { name_span: span(&member.id), init, flags, ..blank });
            }
        });
    }

    fn namespace(&mut self, namespace: &TSNamespaceDeclaration<'a>, exported: bool) {
        let name = (namespace.id.name.as_str(), span(&namespace.id));
        let at = span(namespace);
        match &namespace.body {
            TSNamespaceDeclarationBody::TSModuleBlock(block) => {
                self.module_item(name, &block.body, exported, at);
            }
            TSNamespaceDeclarationBody::TSNamespaceDeclaration(inner) => {
                let item = self.new_module(name, exported, at);
                self.initialiser(item, at, true, |this| {
                    this.nested(at, |this| this.namespace(inner, true));
                });
            }
        }
    }

    fn module_item(&mut self, name: (&'a str, Span), statements: &[Statement<'a>], exported: bool, at: Span) {
        let item = self.new_module(name, exported, at);
        self.initialiser(item, at, true, |this| this.top_level(statements));
    }

    fn new_module(&mut self, (name, name_span): (&'a str, Span), exported: bool, at: Span) -> ItemId {
        let blank = self.blank(ItemKind::Module, name, self.module(), at);
        let flags = ItemFlags { is_public: exported, ..ItemFlags::default() };
        self.file.item(Item { name_span, flags, ..blank })
    }

    /// `import x = require('y')` is an import, `import x = A.B` a variable.
    fn import_equals(&mut self, import: &TSImportEqualsDeclaration<'a>, exported: bool) {
        let at = span(import);
        let alias = self.sym(import.id.name.as_str());
        let mut parts = Vec::new();
        let mut left = match &import.module_reference {
            TSModuleReference::ExternalModuleReference(module) => {
                self.import(module.expression.value.as_str(), "", alias, ImportKind::Module, at);
                return;
            }
            TSModuleReference::IdentifierReference(name) => {
                let value = self.read(name.name.as_str(), at);
                return self.variable_item(alias, span(&import.id), None, value, exported);
            }
            TSModuleReference::QualifiedName(name) => {
                parts.push(&name.right);
                &name.left
            }
        };
        while let TSTypeName::QualifiedName(name) = left {
            parts.push(&name.right);
            left = &name.left;
        }
        let mut value = match left {
            TSTypeName::IdentifierReference(name) => self.read(name.name.as_str(), at),
            _ => self.op(OpKind::SelfRef, at),
        };
        while let Some(part) = parts.pop() {
            value = self.get(value, part.name.as_str(), at);
        }
        self.variable_item(alias, span(&import.id), None, value, exported);
    }
}

fn same_key(one: &PropertyKey<'_>, other: &PropertyKey<'_>) -> bool {
    matches!((one.name(), other.name()), (Some(one), Some(other)) if one == other)
}

/// The name that a type declaration binds.
pub(super) fn declared<'s, 'a>(declaration: &'s Declaration<'a>) -> Option<&'s BindingIdentifier<'a>> {
    match declaration {
        Declaration::FunctionDeclaration(function) => function.id.as_ref(),
        Declaration::ClassDeclaration(class) => class.id.as_ref(),
        Declaration::TSInterfaceDeclaration(interface) => Some(&interface.id),
        Declaration::TSTypeAliasDeclaration(alias) => Some(&alias.id),
        Declaration::TSEnumDeclaration(declaration) => Some(&declaration.id),
        Declaration::TSNamespaceDeclaration(namespace) => Some(&namespace.id),
        Declaration::TSImportEqualsDeclaration(import) => Some(&import.id),
        _ => None,
    }
}

/// The class that an expression writes down.
pub(super) fn written_class<'s, 'a>(value: &'s Expression<'a>) -> Option<&'s oxc_ast::ast::Class<'a>> {
    match value.get_inner_expression() {
        Expression::ClassExpression(class) => Some(class),
        _ => None,
    }
}
