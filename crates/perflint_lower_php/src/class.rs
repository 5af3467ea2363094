//! Classes, interfaces, traits, enumerations and their members.

use crate::doc;
use crate::names::dotted;
use crate::walk::Php;
use perflint_ir::{BodyKind, ItemId, ItemKind, OpId, TypeId};
use perflint_syntax::Place;
use php_ast::{
    Attribute, ClassConstDecl, ClassDecl, ClassMember, ClassMemberKind, Comment, EnumDecl, EnumMember,
    EnumMemberKind, Ident, InterfaceDecl, MethodDecl, Name, PropertyDecl, PropertyHookBody, PropertyHookKind,
    Span, TraitDecl, TraitUseDecl,
};

/// What the statements of declarations have in common.
struct Head<'h, 'arena, 'src> {
    kind: ItemKind,
    name: &'h str,
    name_span: Span,
    whole: Span,
    bases: Vec<TypeId>,
    attributes: &'h [Attribute<'arena, 'src>],
    comment: Option<&'h Comment<'src>>,
}

impl Php<'_> {
    pub(crate) fn class_decl(&mut self, node: &ClassDecl<'_, '_>, at: Span) -> ItemId {
        let (name, name_span) = match &node.name {
            Some(name) => (name.or_error().to_owned(), name.span),
            None => {
                self.anonymous += 1;
                (format!("class@{}", self.anonymous), Span::new(at.start, at.start))
            }
        };
        let named = node.extends.iter().chain(node.implements.iter());
        let mut bases: Vec<TypeId> = named.map(|base| self.base(base)).collect();
        let comment = node.doc_comment.as_ref();
        self.generic_bases(&mut bases, comment);
        let head = Head {
            kind: ItemKind::Class,
            name: &name,
            name_span,
            whole: at,
            bases,
            attributes: &node.attributes,
            comment,
        };
        let id = self.declare_class(head, |php| php.members(&node.body.members));
        self.file.item_mut(id).flags.is_abstract = node.modifiers.is_abstract;
        id
    }

    pub(crate) fn interface(&mut self, node: &InterfaceDecl<'_, '_>, at: Span) {
        let mut bases: Vec<TypeId> = node.extends.iter().map(|base| self.base(base)).collect();
        self.generic_bases(&mut bases, node.doc_comment.as_ref());
        let head = Head {
            kind: ItemKind::Interface,
            name: node.name.or_error(),
            name_span: node.name.span,
            whole: at,
            bases,
            attributes: &node.attributes,
            comment: node.doc_comment.as_ref(),
        };
        self.declare_class(head, |php| php.members(&node.body.members));
    }

    pub(crate) fn trait_decl(&mut self, node: &TraitDecl<'_, '_>, at: Span) {
        let head = Head {
            kind: ItemKind::Class,
            name: node.name.or_error(),
            name_span: node.name.span,
            whole: at,
            bases: Vec::new(),
            attributes: &node.attributes,
            comment: node.doc_comment.as_ref(),
        };
        self.declare_class(head, |php| php.members(&node.body.members));
    }

    pub(crate) fn enum_decl(&mut self, node: &EnumDecl<'_, '_>, at: Span) {
        let bases: Vec<TypeId> = node.implements.iter().map(|base| self.base(base)).collect();
        let head = Head {
            kind: ItemKind::Class,
            name: node.name.or_error(),
            name_span: node.name.span,
            whole: at,
            bases,
            attributes: &node.attributes,
            comment: node.doc_comment.as_ref(),
        };
        self.declare_class(head, |php| node.body.members.iter().for_each(|member| php.enum_member(member)));
    }

    fn base(&mut self, name: &Name<'_, '_>) -> TypeId {
        self.file.named_type(&dotted(name), Vec::new())
    }

    /// `@extends ServiceEntityRepository<Order>` says the type arguments of a base.
    fn generic_bases(&mut self, bases: &mut [TypeId], comment: Option<&Comment<'_>>) {
        let Some(comment) = comment else { return };
        for tag in doc::tags(comment.text) {
            let name = tag
                .name
                .trim_start_matches("phpstan-")
                .trim_start_matches("template-")
                .trim_start_matches("psalm-");
            if !matches!(name, "extends" | "implements") || !tag.rest.contains('<') {
                continue;
            }
            let Some(ty) = self.doc_type(doc::split_type(tag.rest).0, 0) else { continue };
            let file = self.file.peek();
            let name = |id: TypeId| match &file.types[id.0 as usize] {
                perflint_ir::TypeExpr::Path { name, .. } => {
                    file.text(*name).rsplit('.').next().unwrap_or("").to_owned()
                }
                _ => String::new(),
            };
            let given = name(ty);
            if let Some(at) = bases.iter().position(|base| name(*base) == given) {
                // The name as the class statement writes it is what imports explain.
                let plain = match &file.types[bases[at].0 as usize] {
                    perflint_ir::TypeExpr::Path { name, .. } => file.text(*name).to_owned(),
                    _ => continue,
                };
                let args = match &file.types[ty.0 as usize] {
                    perflint_ir::TypeExpr::Path { args, .. } => args.clone(),
                    _ => continue,
                };
                bases[at] = self.file.named_type(&plain, args);
            }
        }
    }

    fn declare_class(&mut self, head: Head<'_, '_, '_>, members: impl FnOnce(&mut Self)) -> ItemId {
        let markers = self.markers(head.attributes, head.comment);
        let id = self.item(head.kind, head.name, head.whole, head.name_span);
        let item = self.file.item_mut(id);
        (item.bases, item.markers, item.flags.is_public) = (head.bases, markers, true);
        let outer_owner = std::mem::replace(&mut self.owner, id);
        let outer_class = self.class.replace(head.name.to_owned());
        let outer_template = std::mem::replace(&mut self.in_template, false);
        let body = self.open(Place::Class, id, BodyKind::Init, head.whole);
        if let Some(comment) = head.comment {
            self.described(comment);
        }
        self.deeper(head.whole, members);
        self.close();
        self.in_template = outer_template;
        (self.owner, self.class) = (outer_owner, outer_class);
        self.file.item_mut(id).body = Some(body);
        id
    }

    /// Properties that the comment of a class describes.
    fn described(&mut self, comment: &Comment<'_>) {
        for tag in doc::tags(comment.text) {
            if !matches!(tag.name, "property" | "property-read") {
                continue;
            }
            let (ty, rest) = doc::split_type(tag.rest);
            let name = rest.split_whitespace().next().and_then(|name| name.strip_prefix('$'));
            let (Some(name), Some(ty)) = (name, self.doc_type(ty, 0)) else { continue };
            let id = self.item(ItemKind::Field, name, comment.span, comment.span);
            self.file.item_mut(id).ty = Some(ty);
        }
    }

    fn members(&mut self, members: &[ClassMember<'_, '_>]) {
        for member in members {
            match &member.kind {
                ClassMemberKind::Property(node) => self.property(node, member.span),
                ClassMemberKind::Method(node) => self.method(node, member.span),
                ClassMemberKind::ClassConst(node) => self.class_const(node, member.span),
                ClassMemberKind::TraitUse(node) => self.trait_use(node),
                _ => {}
            }
        }
    }

    fn enum_member(&mut self, member: &EnumMember<'_, '_>) {
        match &member.kind {
            EnumMemberKind::Case(case) => {
                let init = match &case.value {
                    Some(value) => self.expr(value),
                    None => self.unknown(&[], member.span),
                };
                let ty = self.own_type();
                let init = self.unknown(&[init], member.span);
                self.static_field(&case.name, member.span, Some(ty), init);
            }
            EnumMemberKind::Property(node) => self.property(node, member.span),
            EnumMemberKind::Method(node) => self.method(node, member.span),
            EnumMemberKind::ClassConst(node) => self.class_const(node, member.span),
            EnumMemberKind::TraitUse(node) => self.trait_use(node),
            _ => {}
        }
    }

    fn static_field(&mut self, name: &Ident<'_>, whole: Span, ty: Option<TypeId>, init: OpId) {
        let id = self.item(ItemKind::Field, name.or_error(), whole, name.span);
        let item = self.file.item_mut(id);
        (item.ty, item.init, item.flags.is_static) = (ty, init, true);
    }

    fn class_const(&mut self, node: &ClassConstDecl<'_, '_>, whole: Span) {
        let init = self.expr(&node.value);
        self.static_field(&node.name, whole, None, init);
    }

    fn trait_use(&mut self, node: &TraitUseDecl<'_, '_>) {
        let bases: Vec<TypeId> = node.traits.iter().map(|name| self.base(name)).collect();
        let owner = self.owner;
        self.file.item_mut(owner).bases.extend(bases);
    }

    fn property(&mut self, node: &PropertyDecl<'_, '_>, whole: Span) {
        let markers = self.markers(&node.attributes, node.doc_comment.as_ref());
        let init = node.default.as_ref().map_or(OpId::NONE, |value| self.expr(value));
        let comment = node.doc_comment.as_ref().and_then(|comment| doc::type_alone(comment.text, "var"));
        let ty = self.known_type(node.type_hint.as_ref(), comment);
        for hook in &*node.hooks {
            if hook.kind == PropertyHookKind::Get && !matches!(hook.body, PropertyHookBody::Abstract) {
                self.getter(node.name.or_error(), &hook.body, hook.span);
                return;
            }
        }
        let id = self.item(ItemKind::Field, node.name.or_error(), whole, node.name.span);
        let item = self.file.item_mut(id);
        (item.ty, item.init, item.markers) = (ty, init, markers);
        item.flags.is_static = node.modifiers.is_static;
    }

    fn method(&mut self, node: &MethodDecl<'_, '_>, whole: Span) {
        let markers = self.markers(&node.attributes, node.doc_comment.as_ref());
        let comment = node.doc_comment.as_ref().map(|comment| comment.text);
        let id = self.function_item(&crate::function::Signature {
            name: &node.name,
            params: &node.params,
            return_type: node.return_type.as_ref(),
            body: node.body,
            comment,
            whole,
        });
        let item = self.file.item_mut(id);
        item.markers = markers;
        item.flags.is_static = node.modifiers.is_static;
        item.flags.is_abstract = node.body.is_none();
        item.flags.is_public = !matches!(
            node.modifiers.visibility,
            Some(php_ast::Visibility::Private | php_ast::Visibility::Protected)
        );
        item.flags.is_constructor =
            node.name.as_str().is_some_and(|name| name.eq_ignore_ascii_case("__construct"));
    }
}
