//! Declarations of files and namespaces: imports, types, attributes.

use crate::CSharp;
use crate::kinds::{K, f, field, kind};
use perflint_ir::{
    Arg, BodyKind, CallForm, Callee, Import, ImportKind, ItemId, ItemKind, Marker, OpId, OpKind, ParamKind,
    Slot, Span, TypeId,
};
use perflint_syntax::Place;
use perflint_syntax::Walk;
use perflint_syntax::lowering::pos;
use perflint_syntax::tree::span;
use tree_sitter::Node;

/// Namespaces that new projects import without saying so.
const IMPLICIT: &[&str] = &[
    "System",
    "System.Collections.Generic",
    "System.IO",
    "System.Linq",
    "System.Net.Http",
    "System.Net.Http.Json",
    "System.Threading",
    "System.Threading.Tasks",
    "Microsoft.AspNetCore.Builder",
    "Microsoft.AspNetCore.Http",
    "Microsoft.AspNetCore.Routing",
    "Microsoft.Extensions.Hosting",
];

/// The attributes and modifiers of a declaration.
#[derive(Default)]
pub(crate) struct Head<'t> {
    pub(crate) markers: Vec<Marker>,
    pub(crate) words: Vec<&'t str>,
}

impl Head<'_> {
    pub(crate) fn has(&self, word: &str) -> bool {
        self.words.contains(&word)
    }
}

/// A declared parameter.
pub(crate) struct Declared<'t> {
    pub(crate) name: &'t str,
    pub(crate) node: Node<'t>,
    pub(crate) ty: Option<TypeId>,
    written: Option<Node<'t>>,
    kind: ParamKind,
    default: OpId,
    markers: Vec<Marker>,
}

impl<'t> CSharp<'t> {
    pub(crate) fn file(&mut self, root: Node<'t>) {
        for space in IMPLICIT {
            self.import(space, "", ImportKind::Glob, "", Span::default());
        }
        let parts = self.children(root);
        let is_space = |part: &&Node<'t>| kind(**part) == K::Namespace;
        let alone = parts.iter().filter(is_space).count() == 1;
        let mut statements = Vec::new();
        for part in parts {
            match kind(part) {
                K::GlobalStatement => statements.push(part),
                K::Namespace if alone => {
                    self.name_package(part);
                    self.members(part);
                }
                K::FileScopedNamespace => self.name_package(part),
                _ => self.member(part),
            }
        }
        self.sequence(&statements);
    }

    /// A view: a template whose parameter is its model.
    pub(crate) fn template(&mut self, root: Node<'t>) {
        for space in IMPLICIT {
            self.import(space, "", ImportKind::Glob, "", Span::default());
        }
        let (usings, statements): (Vec<_>, Vec<_>) =
            self.children(root).into_iter().partition(|part| kind(*part) == K::UsingDirective);
        for using in usings {
            self.using(using);
        }
        let path = self.low.source.path;
        let name = path.rsplit('/').next().unwrap_or(path);
        let mut item = self.low.file.blank(ItemKind::Template, name, ItemId(0), span(root));
        item.flags.is_public = true;
        let id = self.low.file.item(item);
        let body = self.low.open(Place::Function, id, BodyKind::Template, root);
        let model = self.low.param("_model", None, ParamKind::Normal);
        let value = self.low.op(OpKind::Local(model), root);
        self.low.declare("Model", value, root);
        self.sequence(&statements);
        self.low.close();
        self.low.file.item_mut(id).body = Some(body);
    }

    fn name_package(&mut self, node: Node<'t>) {
        let name = field(node, f().name).map(|name| self.type_name(name)).unwrap_or_default();
        self.low.file.package(&name);
    }

    /// A namespace in braces beside others.
    pub(crate) fn namespace(&mut self, node: Node<'t>) {
        let Some(name) = field(node, f().name) else { return };
        let text = self.type_name(name);
        let owner = self.low.owner;
        let mut item = self.low.file.blank(ItemKind::Module, &text, owner, span(node));
        item.name_span = span(name);
        let id = self.low.file.item(item);
        let outer = std::mem::replace(&mut self.low.owner, id);
        let body = self.low.open(Place::Module, id, BodyKind::Init, node);
        self.members(node);
        self.low.close();
        self.low.owner = outer;
        self.low.file.item_mut(id).body = Some(body);
    }

    pub(crate) fn members(&mut self, node: Node<'t>) {
        let list = field(node, f().body).map(|list| self.children(list)).unwrap_or_default();
        for member in list {
            self.member(member);
        }
    }

    fn import(&mut self, module: &str, name: &str, kind: ImportKind, alias: &str, span: Span) {
        let file = &mut self.low.file;
        let (module, name, alias) = (file.sym(module), file.sym(name), file.sym(alias));
        file.import(Import { module, name, alias, kind, span });
    }

    /// `using A.B`, `using static A.B.C`, `using X = A.B.C`; one for the whole project is called `global`.
    pub(crate) fn using(&mut self, node: Node<'t>) {
        let alias = field(node, f().name);
        let Some(path) = self.children(node).pop() else { return };
        let path = self.type_name(path);
        match alias {
            Some(alias) => {
                let (module, name) = path.rsplit_once('.').unwrap_or(("", &path));
                let alias = self.word(alias);
                self.import(module, name, ImportKind::Item, alias, span(node));
            }
            None => {
                let alias = if self.has_word(node, "global") { "global" } else { "" };
                self.import(&path, "", ImportKind::Glob, alias, span(node));
            }
        }
    }

    pub(crate) fn item(&mut self, kind: ItemKind, name: Node<'t>, whole: Node<'t>) -> ItemId {
        let text = self.word(name);
        let owner = self.low.owner;
        let mut item = self.low.file.blank(kind, text, owner, span(whole));
        item.name_span = span(name);
        self.low.file.item(item)
    }

    /// The attributes of a declaration as markers, evaluated in the initialiser that is open, and its modifiers.
    pub(crate) fn head(&mut self, node: Node<'t>) -> Head<'t> {
        let mut head = Head::default();
        for part in self.children(node) {
            match kind(part) {
                K::AttributeList => {
                    for attribute in self.children(part) {
                        if kind(attribute) == K::Attribute {
                            head.markers.extend(self.attribute(attribute));
                        }
                    }
                }
                K::Modifier => head.words.push(self.low.text(part)),
                _ => {}
            }
        }
        if head.has("virtual") {
            let path = self.low.file.sym("virtual");
            head.markers.push(Marker { path, value: OpId::NONE, words: Vec::new(), span: span(node) });
        }
        head
    }

    fn attribute(&mut self, node: Node<'t>) -> Option<Marker> {
        let name = field(node, f().name)?;
        let text = self.type_name(name);
        let text = text.strip_suffix("Attribute").filter(|text| !text.is_empty()).unwrap_or(&text).to_owned();
        let callee = self.low.path(&text, name);
        let mut args = Vec::new();
        let list = self.child(node, K::AttributeArgumentList);
        for arg in list.map(|list| self.children(list)).unwrap_or_default() {
            let Some(value) = self.children(arg).pop() else { continue };
            let value = self.expr(value);
            args.push(match field(arg, f().name) {
                Some(name) => Arg { slot: Slot::Key(self.low.file.sym(self.word(name))), value },
                None => pos(value),
            });
        }
        let value = self.low.invoke(Callee::Value(callee), args, CallForm::Plain, name, node);
        Some(Marker { path: self.low.file.sym(&text), value, words: Vec::new(), span: span(node) })
    }

    pub(crate) fn class(&mut self, node: Node<'t>, item_kind: ItemKind) {
        let Some(name) = field(node, f().name) else { return };
        let head = self.head(node);
        let id = self.item(item_kind, name, node);
        let base_list = self.child(node, K::BaseList);
        let mut base_args = None;
        for base in base_list.map(|list| self.children(list)).unwrap_or_default() {
            let (ty, args) = match kind(base) {
                K::ArgumentList => (None, Some(base)),
                K::PrimaryBase => (field(base, f().r#type), self.child(base, K::ArgumentList)),
                _ => (Some(base), None),
            };
            base_args = base_args.or(args);
            if let Some(ty) = ty {
                let ty = self.ty(ty);
                self.low.file.item_mut(id).bases.push(ty);
            }
        }
        let params = self.type_params(node);
        let item = self.low.file.item_mut(id);
        item.flags.is_static = head.has("static");
        item.flags.is_open = head.has("partial");
        item.flags.is_abstract = head.has("abstract");
        item.flags.is_public = !head.has("private");
        item.markers = head.markers;
        item.markers.extend(params);
        let outer = std::mem::replace(&mut self.low.owner, id);
        let body = self.low.open(Place::Class, id, BodyKind::Init, node);
        if let Some(list) = self.child(node, K::ParameterList) {
            self.primary(node, name, list, base_args);
        }
        if kind(node) == K::Enum {
            self.constants(node, name);
        } else {
            self.members(node);
        }
        self.low.close();
        self.low.owner = outer;
        self.low.file.item_mut(id).body = Some(body);
    }

    /// The type parameters of a class, as words of one marker.
    pub(crate) fn type_params(&mut self, node: Node<'t>) -> Option<Marker> {
        let list = self.child(node, K::TypeParameters)?;
        let mut words = Vec::new();
        for param in self.children(list) {
            if let Some(name) = field(param, f().name) {
                words.push(self.low.file.sym(self.word(name)));
            }
        }
        let path = self.low.file.sym(Marker::TYPE_PARAMETERS);
        Some(Marker { path, value: OpId::NONE, words, span: span(list) })
    }

    /// Parameters of a class: fields, and a constructor that assigns them.
    fn primary(&mut self, class: Node<'t>, name: Node<'t>, list: Node<'t>, base: Option<Node<'t>>) {
        let params = self.declared_params(list);
        for param in &params {
            let id =
                self.item(ItemKind::Field, field(param.node, f().name).unwrap_or(param.node), param.node);
            let item = self.low.file.item_mut(id);
            (item.ty, item.markers) = (param.ty, param.markers.clone());
            item.flags.is_public = kind(class) == K::Record;
        }
        let id = self.item(ItemKind::Function, name, list);
        let body = self.low.open(Place::Function, id, BodyKind::Function, list);
        let fields: Vec<(&str, Node<'t>)> = params.iter().map(|param| (param.name, param.node)).collect();
        self.declare_params(params);
        if let Some(base) = base {
            self.call_base(base);
        }
        for (name, node) in fields {
            let value = self.low.read(name, node);
            let this = self.low.op(OpKind::SelfRef, node);
            let name = self.low.file.sym(name);
            self.low.scopes.here.body.put(this, name, value, span(node));
        }
        self.low.close();
        let item = self.low.file.item_mut(id);
        item.body = Some(body);
        (item.flags.is_constructor, item.flags.is_public) = (true, true);
    }

    pub(crate) fn call_base(&mut self, list: Node<'t>) {
        let callee = self.low.op(OpKind::SuperRef, list);
        let (args, _) = self.arguments(Some(list));
        self.low.invoke(Callee::Value(callee), args, CallForm::Plain, list, list);
    }

    /// Constants of an enumeration: static fields of its type.
    fn constants(&mut self, node: Node<'t>, class: Node<'t>) {
        let class = self.word(class);
        let ty = self.low.file.named_type(class, Vec::new());
        for member in field(node, f().body).map(|list| self.children(list)).unwrap_or_default() {
            let Some(name) = field(member, f().name) else { continue };
            let init = field(member, f().value).map_or(OpId::NONE, |value| self.expr(value));
            let id = self.item(ItemKind::Field, name, member);
            let item = self.low.file.item_mut(id);
            (item.ty, item.init, item.flags.is_static) = (Some(ty), init, true);
            item.flags.is_public = true;
        }
    }

    /// Parameters with their attributes and defaults, whose values belong to the initialiser around.
    pub(crate) fn declared_params(&mut self, list: Node<'t>) -> Vec<Declared<'t>> {
        let mut out = Vec::new();
        for param in self.children(list) {
            if kind(param) != K::Parameter {
                continue;
            }
            let Some(name) = field(param, f().name) else { continue };
            let written = field(param, f().r#type);
            let ty = self.declared_param(written);
            let markers = self.head(param).markers;
            let default = self.children(param).pop().filter(|last| *last != name && Some(*last) != written);
            let default = default.map_or(OpId::NONE, |value| self.expr(value));
            let kind = ParamKind::Normal;
            out.push(Declared { name: self.word(name), node: param, ty, written, kind, default, markers });
        }
        // `params T[] rest` has no node of its own.
        if let (Some(written), Some(name)) = (field(list, f().r#type), field(list, f().name)) {
            let ty = self.declared(Some(written));
            out.push(Declared {
                name: self.word(name),
                node: name,
                ty,
                written: Some(written),
                kind: ParamKind::Rest,
                default: OpId::NONE,
                markers: Vec::new(),
            });
        }
        out
    }

    pub(crate) fn declare_params(&mut self, params: Vec<Declared<'t>>) {
        for param in params {
            self.low.param_with(param.name, param.ty, param.kind, param.default, param.markers);
        }
    }

    /// Parameters of closures: their names and types.
    pub(crate) fn simple_params(&mut self, list: Node<'t>) -> Vec<(&'t str, Option<TypeId>, ParamKind)> {
        let mut out = Vec::new();
        for param in self.children(list) {
            if let Some(name) = field(param, f().name).filter(|_| kind(param) == K::Parameter) {
                let ty = self.declared(field(param, f().r#type));
                out.push((self.word(name), ty, ParamKind::Normal));
            }
        }
        if let (Some(ty), Some(name)) = (field(list, f().r#type), field(list, f().name)) {
            let ty = self.declared(Some(ty));
            out.push((self.word(name), ty, ParamKind::Rest));
        }
        out
    }

    /// The extension that a method belongs to whose first parameter is `this T x`.
    pub(crate) fn extension(&mut self, params: &[Declared<'t>], node: Node<'t>) -> Option<ItemId> {
        let first = params.first()?;
        let is_this = |part: &Node<'t>| kind(*part) == K::Modifier && self.low.text(*part) == "this";
        let parts = first.node.child_count().min(4);
        (0..parts).filter_map(|i| first.node.child(i)).find(is_this)?;
        let written = first.written?;
        let before = self.constraints.len();
        for clause in self.children(node).into_iter().filter(|part| kind(*part) == K::TypeConstraints) {
            let parts = self.children(clause);
            let of = parts.first().map_or("", |of| self.word(*of));
            let constraint = parts.into_iter().find_map(|part| field(part, f().r#type));
            if let Some(constraint) = constraint {
                let ty = self.ty(constraint);
                self.constraints.push((of, ty));
            }
        }
        let base = self.ty(written);
        self.constraints.truncate(before);
        let name = self.type_name(written);
        let owner = self.low.owner;
        let item = self.low.file.blank(ItemKind::Extension, &name, owner, span(node));
        Some(self.low.file.item(perflint_ir::Item { bases: vec![base], ..item }))
    }
}
