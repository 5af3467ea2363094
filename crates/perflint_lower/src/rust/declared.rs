//! Declarations that a macro makes: columns listed in its tokens, and types that a derive adds beside its own.

use super::Lowerer;
use super::attributes::{name, path_text};
use perflint_ir::{Item, ItemFlags, ItemId, ItemKind, Marker, OpId, Span, TypeExpr};
use rustc_hash::FxHashSet;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, ItemUse, Macro, Path, Token, Type};

/// `name (key) { field -> Type, .. }`: a declaration of fields, as a macro spells it that makes a module of it.
struct Listing {
    ident: Ident,
    fields: Vec<(Ident, Type)>,
}

/// What a derive is called by, before the names that it is about.
const DERIVE: &str = "Derive";

impl Lowerer {
    /// A macro whose tokens list fields declares classes: `table! { users (id) { id -> Int4, name -> Text, } }`; one whose
    /// tokens are declarations most likely declares them. False if the tokens are anything else.
    pub(super) fn declaring_macro(&mut self, call: &Macro, owner: ItemId) -> bool {
        if let Ok(listings) = listings.parse2(call.tokens.clone()) {
            let path = path_text(&call.path, ".");
            listings.iter().for_each(|listing| self.listing(listing, &path, owner));
            return !listings.is_empty();
        }
        let Ok(file) = syn::parse2::<syn::File>(call.tokens.clone()) else { return false };
        let span = self.at(call.bang_token.span);
        self.nested(span, |l| l.items(&file.items, owner));
        !file.items.is_empty()
    }

    /// A class with its fields, and in it the module that its names are imported from as a whole.
    fn listing(&mut self, listing: &Listing, path: &str, owner: ItemId) {
        let span = self.at(listing.ident.span());
        let text = name(&listing.ident);
        let class = self.marked_class(&text, path, owner, span);
        for (ident, ty) in &listing.fields {
            let ty = self.ty(ty);
            let span = self.at(ident.span());
            let blank = self.file.blank(ItemKind::Field, &name(ident), class, span);
            self.file.item(Item { ty: Some(ty), ..blank });
        }
        let blank = self.file.blank(ItemKind::Module, "dsl", class, span);
        let module = self.file.item(blank);
        let again = self.marked_class(&text, path, module, span);
        let base = self.file.named_type(&text, Vec::new());
        self.file.item_mut(again).bases.push(base);
    }

    fn marked_class(&mut self, text: &str, path: &str, owner: ItemId, span: Span) -> ItemId {
        let marker = Marker { path: self.file.sym(path), value: OpId::NONE, words: Vec::new(), span };
        let flags = ItemFlags { is_public: true, ..ItemFlags::default() };
        let blank = self.file.blank(ItemKind::Class, text, owner, span);
        self.file.item(Item { markers: vec![marker], name_span: span, flags, ..blank })
    }

    /// The types that the derives of a module's structs make beside them. `DeriveEntityModel` on `Model` says that it makes
    /// `Entity` of it; what else has an `impl` in that module, but no declaration, was made by it too.
    pub(super) fn derived_siblings(&mut self, items: &[syn::Item], owner: ItemId) {
        let mut known = FxHashSet::default();
        for item in items {
            declared_names(item, &mut known);
        }
        let mut made = false;
        for item in items {
            let syn::Item::Struct(item) = item else { continue };
            let own = name(&item.ident);
            for sibling in siblings(&item.attrs, &own) {
                made = true;
                if known.insert(sibling.clone()) {
                    let span = self.at(item.ident.span());
                    let base = self.file.named_type(&own, Vec::new());
                    let markers = self.markers(&item.attrs);
                    let id = self.sibling(&sibling, owner, span);
                    let class = self.file.item_mut(id);
                    class.markers = markers;
                    class.bases.push(base);
                }
            }
        }
        for item in items {
            let syn::Item::Impl(item) = item else { continue };
            let Type::Path(ty) = &*item.self_ty else { continue };
            if made
                && let Some(ident) = ty.path.get_ident()
                && known.insert(name(ident))
            {
                let span = self.at(ident.span());
                self.sibling(&name(ident), owner, span);
            }
        }
    }

    fn sibling(&mut self, text: &str, owner: ItemId, span: Span) -> ItemId {
        let flags = ItemFlags { is_public: true, ..ItemFlags::default() };
        let blank = self.file.blank(ItemKind::Class, text, owner, span);
        self.file.item(Item { name_span: span, flags, ..blank })
    }

    /// The name of a type, if it has one.
    pub(super) fn type_name(&self, ty: perflint_ir::TypeId) -> String {
        match self.file.peek().types.get(ty.0 as usize) {
            Some(TypeExpr::Path { name, .. }) => self.file.text(*name).to_owned(),
            _ => String::new(),
        }
    }
}

/// The types that derives with these attributes make of a struct: the names before its own.
fn siblings(attrs: &[Attribute], own: &str) -> Vec<String> {
    let mut found = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("derive")) {
        let parser = Punctuated::<Path, Token![,]>::parse_terminated;
        let Ok(paths) = attr.parse_args_with(parser) else { continue };
        for path in &paths {
            let last = path.segments.last().map(|last| name(&last.ident)).unwrap_or_default();
            let sibling = last.strip_prefix(DERIVE).and_then(|rest| rest.strip_suffix(own));
            found.extend(sibling.filter(|text| !text.is_empty()).map(str::to_owned));
        }
    }
    found
}

/// The names that an item brings into its module.
fn declared_names(item: &syn::Item, known: &mut FxHashSet<String>) {
    let ident = match item {
        syn::Item::Struct(item) => &item.ident,
        syn::Item::Enum(item) => &item.ident,
        syn::Item::Union(item) => &item.ident,
        syn::Item::Type(item) => &item.ident,
        syn::Item::Trait(item) => &item.ident,
        syn::Item::Use(item) => return imported_names(item, known),
        _ => return,
    };
    known.insert(name(ident));
}

fn imported_names(item: &ItemUse, known: &mut FxHashSet<String>) {
    let mut todo = vec![&item.tree];
    while let Some(tree) = todo.pop() {
        match tree {
            syn::UseTree::Path(step) => todo.push(&step.tree),
            syn::UseTree::Group(group) => todo.extend(&group.items),
            syn::UseTree::Name(leaf) => {
                known.insert(name(&leaf.ident));
            }
            syn::UseTree::Rename(leaf) => {
                known.insert(name(&leaf.rename));
            }
            syn::UseTree::Glob(_) => {}
        }
    }
}

fn listings(input: ParseStream<'_>) -> syn::Result<Vec<Listing>> {
    let mut found = Vec::new();
    while !input.is_empty() {
        if input.peek(Token![use]) {
            input.parse::<ItemUse>()?;
            continue;
        }
        Attribute::parse_outer(input)?;
        found.push(listing(input)?);
    }
    Ok(found)
}

fn listing(input: ParseStream<'_>) -> syn::Result<Listing> {
    let mut ident: Ident = input.parse()?;
    while input.peek(Token![.]) {
        input.parse::<Token![.]>()?;
        ident = input.parse()?;
    }
    if input.peek(syn::token::Paren) {
        let key;
        syn::parenthesized!(key in input);
        key.parse::<proc_macro2::TokenStream>()?;
    }
    let inside;
    syn::braced!(inside in input);
    let mut fields = Vec::new();
    while !inside.is_empty() {
        Attribute::parse_outer(&inside)?;
        let field: Ident = inside.parse()?;
        inside.parse::<Token![->]>()?;
        fields.push((field, inside.parse()?));
        if !inside.is_empty() {
            inside.parse::<Token![,]>()?;
        }
    }
    Ok(Listing { ident, fields })
}
