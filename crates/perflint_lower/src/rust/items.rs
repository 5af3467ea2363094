//! Declarations of a module.

use super::Lowerer;
use super::attributes::{is_test, name};
use perflint_ir::{Item, ItemFlags, ItemId, ItemKind, OpId, Span, TypeId};
use syn::{Attribute, Expr, Fields, Ident, ItemEnum, ItemMod, ItemType, Type, Visibility};

/// What every declaration has.
pub(super) struct Head<'a> {
    pub attrs: &'a [Attribute],
    pub vis: Option<&'a Visibility>,
    pub ident: &'a Ident,
    /// From its keyword to its end.
    pub span: Span,
}

impl Lowerer {
    pub(super) fn items(&mut self, items: &[syn::Item], owner: ItemId) {
        for item in items {
            self.item(item, owner);
        }
        self.derived_siblings(items, owner);
    }

    pub(super) fn item(&mut self, item: &syn::Item, owner: ItemId) {
        match item {
            syn::Item::Use(item) if !is_test(&item.attrs) => self.use_item(item),
            syn::Item::ExternCrate(item) => self.extern_crate(item),
            syn::Item::Mod(item) if !is_test(&item.attrs) => {
                let span = self.at(item.mod_token.span);
                self.nested(span, |l| l.module(item, owner));
            }
            syn::Item::Fn(item) if !is_test(&item.attrs) => self.function_item(item, owner),
            syn::Item::Struct(item) => {
                let last = item.semi_token.map(|t| t.span).or_else(|| end_of(&item.fields));
                let span = self.between(item.struct_token.span, last.unwrap_or_else(|| item.ident.span()));
                let head = Head { attrs: &item.attrs, vis: Some(&item.vis), ident: &item.ident, span };
                let id = self.declaration(ItemKind::Class, &head, owner);
                self.fields(&item.fields, id);
            }
            syn::Item::Union(item) => {
                let span = self.between(item.union_token.span, item.fields.brace_token.span.close());
                let head = Head { attrs: &item.attrs, vis: Some(&item.vis), ident: &item.ident, span };
                self.declaration(ItemKind::Class, &head, owner);
            }
            syn::Item::Enum(item) => self.enumeration(item, owner),
            syn::Item::Trait(item) if !is_test(&item.attrs) => self.trait_item(item, owner),
            syn::Item::Impl(item) if !is_test(&item.attrs) => self.impl_item(item, owner),
            syn::Item::Type(item) => self.alias(item, owner),
            syn::Item::Const(item) if !is_test(&item.attrs) => {
                let span = self.between(item.const_token.span, item.semi_token.span);
                let head = Head { attrs: &item.attrs, vis: Some(&item.vis), ident: &item.ident, span };
                self.constant(&head, &item.ty, &item.expr, owner);
            }
            syn::Item::Static(item) if !is_test(&item.attrs) => {
                let span = self.between(item.static_token.span, item.semi_token.span);
                let head = Head { attrs: &item.attrs, vis: Some(&item.vis), ident: &item.ident, span };
                self.constant(&head, &item.ty, &item.expr, owner);
            }
            syn::Item::Macro(item) if item.ident.is_none() && !self.declaring_macro(&item.mac, owner) => {
                self.macro_call(&item.mac);
            }
            _ => {}
        }
    }

    /// A new item with its markers, added to the file.
    pub(super) fn declaration(&mut self, kind: ItemKind, head: &Head<'_>, owner: ItemId) -> ItemId {
        let markers = self.markers(head.attrs);
        let name_span = self.at(head.ident.span());
        let flags = ItemFlags { is_public: head.vis.is_some_and(is_public), ..ItemFlags::default() };
        let blank = self.file.blank(kind, &name(head.ident), owner, head.span);
        self.file.item(Item { markers, name_span, flags, ..blank })
    }

    fn module(&mut self, item: &ItemMod, owner: ItemId) {
        if self.inside > 0 {
            self.nested_modules.push(name(&item.ident));
        }
        self.inside += 1;
        self.module_inside(item, owner);
        self.inside -= 1;
    }

    fn module_inside(&mut self, item: &ItemMod, owner: ItemId) {
        if let Some((_, items)) = &item.content
            && !items.is_empty()
            && items.iter().all(|item| matches!(item, syn::Item::Use(_)))
        {
            self.reexports(&item.ident);
            return self.items(items, owner);
        }
        let last = item.content.as_ref().map(|(brace, _)| brace.span.close()).or(item.semi.map(|t| t.span));
        let span = self.between(item.mod_token.span, last.unwrap_or_else(|| item.ident.span()));
        let head = Head { attrs: &item.attrs, vis: Some(&item.vis), ident: &item.ident, span };
        let id = self.declaration(ItemKind::Module, &head, owner);
        if let Some((_, items)) = &item.content {
            self.with_initialiser(id, span, |l| l.items(items, id));
        }
    }

    fn enumeration(&mut self, item: &ItemEnum, owner: ItemId) {
        let span = self.between(item.enum_token.span, item.brace_token.span.close());
        let head = Head { attrs: &item.attrs, vis: Some(&item.vis), ident: &item.ident, span };
        let id = self.declaration(ItemKind::Class, &head, owner);
        for variant in &item.variants {
            let ty = match &variant.fields {
                Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                    fields.unnamed.first().map(|f| self.ty(&f.ty))
                }
                _ => None,
            };
            let field = self.field(&variant.attrs, &name(&variant.ident), variant.ident.span(), ty, id);
            self.file.item_mut(field).flags.is_static = true;
        }
    }

    fn fields(&mut self, fields: &Fields, owner: ItemId) {
        for (index, field) in fields.iter().enumerate() {
            let ty = self.ty(&field.ty);
            let (text, span) = match &field.ident {
                Some(ident) => (name(ident), ident.span()),
                None => (index.to_string(), end_of(fields).unwrap_or_else(proc_macro2::Span::call_site)),
            };
            let id = self.field(&field.attrs, &text, span, Some(ty), owner);
            self.file.item_mut(id).flags.is_public = is_public(&field.vis);
        }
    }

    fn field(
        &mut self,
        attrs: &[Attribute],
        name: &str,
        span: proc_macro2::Span,
        ty: Option<TypeId>,
        owner: ItemId,
    ) -> ItemId {
        let markers = self.markers(attrs);
        let span = self.at(span);
        let blank = self.file.blank(ItemKind::Field, name, owner, span);
        self.file.item(Item { markers, ty, ..blank })
    }

    /// A type alias is a class that adds nothing to what it names.
    fn alias(&mut self, item: &ItemType, owner: ItemId) {
        let span = self.between(item.type_token.span, item.semi_token.span);
        let head = Head { attrs: &item.attrs, vis: Some(&item.vis), ident: &item.ident, span };
        let base = self.ty(&item.ty);
        let id = self.declaration(ItemKind::Class, &head, owner);
        self.file.item_mut(id).bases.push(base);
    }

    /// A constant: a field whose value belongs to the initialiser that is being built.
    pub(super) fn constant(&mut self, head: &Head<'_>, ty: &Type, value: &Expr, owner: ItemId) {
        let ty = self.ty(ty);
        let init = self.value(value);
        let id = self.declaration(ItemKind::Field, head, owner);
        self.set_constant(id, ty, init);
    }

    pub(super) fn set_constant(&mut self, id: ItemId, ty: TypeId, init: OpId) {
        let item = self.file.item_mut(id);
        item.ty = Some(ty);
        item.init = init;
        item.flags.is_static = true;
    }
}

/// Visible outside its module, if only in the crate.
pub(super) fn is_public(vis: &Visibility) -> bool {
    !matches!(vis, Visibility::Inherited)
}

fn end_of(fields: &Fields) -> Option<proc_macro2::Span> {
    match fields {
        Fields::Named(fields) => Some(fields.brace_token.span.close()),
        Fields::Unnamed(fields) => Some(fields.paren_token.span.close()),
        Fields::Unit => None,
    }
}
