//! Functions, traits and `impl` blocks.

use super::Lowerer;
use super::attributes::{is_test, name};
use super::items::Head;
use perflint_ir::{
    BodyKind, ExitKind, Item, ItemId, ItemKind, LocalId, Marker, OpId, OpKind, Param, ParamKind, Span, TypeId,
};
use syn::{
    Block, FnArg, ImplItem, ItemFn, ItemImpl, ItemTrait, Pat, Path, Signature, TraitItem, Type,
    TypeParamBound,
};

impl Lowerer {
    pub(super) fn function_item(&mut self, item: &ItemFn, owner: ItemId) {
        let span = self.between(item.sig.fn_token.span, item.block.brace_token.span.close());
        let head = Head { attrs: &item.attrs, vis: Some(&item.vis), ident: &item.sig.ident, span };
        self.function(&head, &item.sig, Some(&item.block), owner);
    }

    /// Rust has no `async fn main`: what stands there is made an ordinary function that waits for its body, and nothing else
    /// runs before that body starts it.
    fn function(&mut self, head: &Head<'_>, sig: &Signature, block: Option<&Block>, owner: ItemId) -> ItemId {
        let id = self.declaration(ItemKind::Function, head, owner);
        let ty = self.return_type(&sig.output);
        let is_async = sig.asyncness.is_some() && !(owner == ItemId(0) && head.ident == "main");
        let body = self.in_body(id, BodyKind::Function, head.span, |l| {
            l.frame.body.set_async(is_async);
            l.parameters(sig);
            if let Some(block) = block {
                l.returning_block(block);
            }
        });
        let is_async = is_async || self.file.peek().body(body).is_async;
        let item = self.file.item_mut(id);
        item.ty = ty;
        item.body = Some(body);
        item.flags.is_async = is_async;
        item.flags.is_abstract = block.is_none();
        id
    }

    /// A block whose value leaves the body.
    pub(super) fn returning_block(&mut self, block: &Block) {
        let value = self.body_block(block);
        if value.is_some() {
            self.exit(ExitKind::Return, value, self.span_of(value));
        }
    }

    /// Parameters without the receiver; those that destructure are taken apart once all are declared.
    pub(super) fn parameters(&mut self, sig: &Signature) {
        let mut declared = Vec::new();
        for input in &sig.inputs {
            if let FnArg::Typed(typed) = input {
                let ty = self.ty(&typed.ty);
                let markers = self.markers(&typed.attrs);
                declared.push((self.parameter(&typed.pat, Some(ty), markers), &*typed.pat));
            }
        }
        self.take_apart(&declared);
    }

    /// Declares a parameter and makes a plain name visible.
    pub(super) fn parameter(&mut self, pat: &Pat, ty: Option<TypeId>, markers: Vec<Marker>) -> LocalId {
        let text = plain_name(pat).unwrap_or_default();
        let name = self.file.sym(&text);
        let local =
            self.frame.body.param(Param { name, ty, default: OpId::NONE, kind: ParamKind::Normal, markers });
        if !text.is_empty() {
            self.name_local(name, local);
        }
        local
    }

    pub(super) fn take_apart(&mut self, params: &[(LocalId, &Pat)]) {
        for (local, pat) in params {
            if plain_name(pat).is_none() {
                let value = self.op(OpKind::Local(*local), Span::default());
                self.bind_pattern(pat, value);
            }
        }
    }

    pub(super) fn trait_item(&mut self, item: &ItemTrait, owner: ItemId) {
        let span = self.between(item.trait_token.span, item.brace_token.span.close());
        let head = Head { attrs: &item.attrs, vis: Some(&item.vis), ident: &item.ident, span };
        let id = self.declaration(ItemKind::Interface, &head, owner);
        for bound in &item.supertraits {
            if let TypeParamBound::Trait(bound) = bound {
                let base = self.path_type(&bound.path);
                self.file.item_mut(id).bases.push(base);
            }
        }
        for member in &item.items {
            if let TraitItem::Fn(member) = member {
                let last = member.default.as_ref().map_or_else(
                    || member.semi_token.map_or_else(|| member.sig.ident.span(), |t| t.span),
                    |block| block.brace_token.span.close(),
                );
                let span = self.between(member.sig.fn_token.span, last);
                let head =
                    Head { attrs: &member.attrs, vis: Some(&item.vis), ident: &member.sig.ident, span };
                self.method(&head, &member.sig, member.default.as_ref(), id);
            }
        }
    }

    pub(super) fn impl_item(&mut self, item: &ItemImpl, owner: ItemId) {
        let span = self.between(item.impl_token.span, item.brace_token.span.close());
        let extended = self.ty(&item.self_ty);
        let text = self.type_name(extended);
        let markers = self.markers(&item.attrs);
        let blank = self.file.blank(ItemKind::Extension, &text, owner, span);
        let id = self.file.item(Item { bases: vec![extended], markers, ..blank });
        if let Some((path, _)) = &item.trait_ {
            let base = self.path_type(path);
            self.file.item_mut(id).bases.push(base);
        }
        let own = named(&item.self_ty).cloned();
        let around = std::mem::replace(&mut self.self_ty, own);
        if item.items.iter().any(|member| matches!(member, ImplItem::Const(_))) {
            self.with_initialiser(id, span, |l| l.impl_members(item, id));
        } else {
            self.impl_members(item, id);
        }
        self.self_ty = around;
    }

    fn impl_members(&mut self, item: &ItemImpl, id: ItemId) {
        for member in &item.items {
            match member {
                ImplItem::Fn(member) if !is_test(&member.attrs) => {
                    let span = self.between(member.sig.fn_token.span, member.block.brace_token.span.close());
                    let head =
                        Head { attrs: &member.attrs, vis: Some(&member.vis), ident: &member.sig.ident, span };
                    self.method(&head, &member.sig, Some(&member.block), id);
                }
                ImplItem::Const(member) => {
                    let span = self.between(member.const_token.span, member.semi_token.span);
                    let head =
                        Head { attrs: &member.attrs, vis: Some(&member.vis), ident: &member.ident, span };
                    self.constant(&head, &member.ty, &member.expr, id);
                }
                ImplItem::Macro(member) => {
                    self.macro_call(&member.mac);
                }
                _ => {}
            }
        }
    }

    fn method(&mut self, head: &Head<'_>, sig: &Signature, block: Option<&Block>, owner: ItemId) {
        let id = self.function(head, sig, block, owner);
        let has_receiver = sig.inputs.iter().any(|input| matches!(input, FnArg::Receiver(_)));
        self.file.item_mut(id).flags.is_static = !has_receiver;
    }

    /// Gives an item an initialiser of its own.
    pub(super) fn with_initialiser(&mut self, id: ItemId, span: Span, build: impl FnOnce(&mut Self)) {
        let body = self.in_body(id, BodyKind::Init, span, build);
        self.file.item_mut(id).body = Some(body);
    }

    /// A function inside a function: a closure bound to its name.
    pub(super) fn local_function(&mut self, item: &ItemFn) {
        let span = self.between(item.sig.fn_token.span, item.block.brace_token.span.close());
        let text = name(&item.sig.ident);
        let local = self.declare(&text);
        let body = self.in_body(self.owner(), BodyKind::Closure, span, |l| {
            l.frame.body.set_async(item.sig.asyncness.is_some());
            l.parameters(&item.sig);
            l.returning_block(&item.block);
        });
        let value = self.op(OpKind::Lambda(body), span);
        self.op(OpKind::Bind { local, value }, span);
    }
}

/// The name that a pattern binds, if it is nothing but a name.
pub(super) fn plain_name(pat: &Pat) -> Option<String> {
    match pat {
        Pat::Ident(ident) if ident.subpat.is_none() => Some(name(&ident.ident)),
        Pat::Type(typed) => match &*typed.pat {
            Pat::Ident(ident) if ident.subpat.is_none() => Some(name(&ident.ident)),
            _ => None,
        },
        _ => None,
    }
}

/// The path of a type behind its references.
fn named(mut ty: &Type) -> Option<&Path> {
    loop {
        ty = match ty {
            Type::Path(path) if path.qself.is_none() => return Some(&path.path),
            Type::Reference(inner) => &inner.elem,
            Type::Paren(inner) => &inner.elem,
            Type::Group(inner) => &inner.elem,
            _ => return None,
        };
    }
}
