//! Declarations: imports, classes and their members, annotations.

use crate::Java;
use crate::types::is_type;
use perflint_ir::{
    Arg, BodyKind, CallForm, Callee, Import, ImportKind, ItemId, ItemKind, Marker, OpId, OpKind, ParamKind,
    Slot, TypeId,
};
use perflint_syntax::lowering::pos;
use perflint_syntax::tree::{child_of_kind, children, span};
use perflint_syntax::{Fields, Place, Walk};
use tree_sitter::Node;

impl Java<'_> {
    pub(crate) fn file(&mut self, root: Node<'_>) {
        for node in children(root) {
            match node.kind() {
                "package_declaration" => {
                    let name = children(node).into_iter().rfind(|part| part.kind().ends_with("identifier"));
                    let name = name.map_or("", |name| self.low.text(name));
                    self.low.file.package(name);
                }
                "import_declaration" => self.import(node),
                _ => self.member(node),
            }
        }
    }

    fn import(&mut self, node: Node<'_>) {
        let Some(path) = children(node).into_iter().find(|part| part.kind().ends_with("identifier")) else {
            return;
        };
        let path = self.low.text(path);
        let glob = child_of_kind(node, "asterisk").is_some();
        let (module, name) = match path.rsplit_once('.') {
            Some((module, name)) if !glob => (module, name),
            _ => (path, ""),
        };
        let kind = if glob { ImportKind::Glob } else { ImportKind::Item };
        let (module, name) = (self.low.file.sym(module), self.low.file.sym(name));
        self.low.file.import(Import { module, name, alias: name, kind, span: span(node) });
    }

    /// A declaration of a file or class.
    pub(crate) fn member(&mut self, node: Node<'_>) {
        self.deeper(node, |java| match node.kind() {
            "class_declaration" | "enum_declaration" => java.class(node, ItemKind::Class),
            "record_declaration" => java.class(node, ItemKind::Class),
            "interface_declaration" | "annotation_type_declaration" => java.class(node, ItemKind::Interface),
            "method_declaration" => java.method(node, false),
            "constructor_declaration" | "compact_constructor_declaration" => java.method(node, true),
            "field_declaration" | "constant_declaration" => java.field(node),
            "enum_constant" => java.constant(node),
            "block" => java.block(node),
            "static_initializer" | "enum_body_declarations" => {
                children(node).into_iter().for_each(|child| java.member(child));
            }
            _ => {}
        });
    }

    fn item(&mut self, kind: ItemKind, name: Node<'_>, whole: Node<'_>) -> ItemId {
        let text = self.low.text(name);
        let owner = self.low.owner;
        let mut item = self.low.file.blank(kind, text, owner, span(whole));
        item.name_span = span(name);
        self.low.file.item(item)
    }

    fn class(&mut self, node: Node<'_>, kind: ItemKind) {
        let Some(name) = node.field("name") else { return };
        let (markers, is_static) = self.modifiers(node);
        let id = self.item(kind, name, node);
        let bases = self.bases(node);
        let item = self.low.file.item_mut(id);
        (item.markers, item.bases) = (markers, bases);
        (item.flags.is_static, item.flags.is_public) = (is_static, true);
        self.body_of(id, node, node.field("parameters"));
    }

    /// The members of a class, in a body of its own; a record's components are fields.
    fn body_of(&mut self, id: ItemId, node: Node<'_>, components: Option<Node<'_>>) {
        let outer = std::mem::replace(&mut self.low.owner, id);
        let body = self.low.open(Place::Class, id, BodyKind::Init, node);
        for component in components.map(children).unwrap_or_default() {
            self.component(component);
        }
        let members = node.field("body").or_else(|| child_of_kind(node, "class_body"));
        for member in members.map(children).unwrap_or_default() {
            self.member(member);
        }
        self.low.close();
        self.low.owner = outer;
        self.low.file.item_mut(id).body = Some(body);
    }

    fn component(&mut self, node: Node<'_>) {
        let (Some(name), Some(ty)) = (node.field("name"), node.field("type")) else {
            return;
        };
        let ty = self.ty(ty);
        let (markers, _) = self.modifiers(node);
        let id = self.item(ItemKind::Field, name, node);
        let item = self.low.file.item_mut(id);
        (item.ty, item.markers) = (Some(ty), markers);
    }

    fn bases(&mut self, node: Node<'_>) -> Vec<TypeId> {
        let mut bases = Vec::new();
        for part in children(node) {
            match part.kind() {
                "superclass" => bases.extend(children(part).into_iter().map(|ty| self.ty(ty))),
                "super_interfaces" | "extends_interfaces" => {
                    let list = child_of_kind(part, "type_list").map(children).unwrap_or_default();
                    bases.extend(list.into_iter().map(|ty| self.ty(ty)));
                }
                _ => {}
            }
        }
        bases
    }

    /// The annotations of a declaration as markers, and whether it is static.
    fn modifiers(&mut self, node: Node<'_>) -> (Vec<Marker>, bool) {
        let Some(modifiers) = child_of_kind(node, "modifiers") else { return (Vec::new(), false) };
        let mut cursor = modifiers.walk();
        let is_static = modifiers.children(&mut cursor).any(|word| word.kind() == "static");
        let annotations = children(modifiers).into_iter().filter(|part| part.kind().ends_with("annotation"));
        (annotations.map(|annotation| self.annotation(annotation)).collect(), is_static)
    }

    /// An annotation: its name, and the value of a call with its arguments in the initialiser that is open.
    fn annotation(&mut self, node: Node<'_>) -> Marker {
        let name = node.field("name").map_or("", |name| self.low.text(name)).to_owned();
        let value = self.annotation_value(node);
        Marker { path: self.low.file.sym(&name), value, words: Vec::new(), span: span(node) }
    }

    pub(crate) fn annotation_value(&mut self, node: Node<'_>) -> OpId {
        let Some(name) = node.field("name") else { return OpId::NONE };
        let text = self.low.text(name).to_owned();
        let callee = self.low.path(&text, name);
        let mut args = Vec::new();
        for arg in node.field("arguments").map(children).unwrap_or_default() {
            let part = |field: &str| arg.field(field);
            match (arg.kind(), part("key"), part("value")) {
                ("element_value_pair", Some(key), Some(value)) => {
                    let value = self.expr(value);
                    let slot = Slot::Key(self.low.file.sym(self.low.text(key)));
                    args.push(Arg { slot, value });
                }
                ("line_comment" | "block_comment", ..) => {}
                _ => args.push(pos(self.expr(arg))),
            }
        }
        self.low.invoke(Callee::Value(callee), args, CallForm::Plain, name, node)
    }

    fn field(&mut self, node: Node<'_>) {
        let ty = node.field("type").map(|ty| self.ty(ty));
        let (markers, is_static) = self.modifiers(node);
        let is_static = is_static || node.kind() == "constant_declaration";
        let mut cursor = node.walk();
        let declarators: Vec<Node<'_>> = node.children_by_field_name("declarator", &mut cursor).collect();
        for declarator in declarators {
            let Some(name) = declarator.field("name") else { continue };
            let init = declarator.field("value").map_or(OpId::NONE, |value| self.expr(value));
            let id = self.item(ItemKind::Field, name, node);
            let item = self.low.file.item_mut(id);
            (item.ty, item.init, item.markers) = (ty, init, markers.clone());
            item.flags.is_static = is_static;
        }
    }

    /// A constant of an enumeration: a static field that holds an instance.
    fn constant(&mut self, node: Node<'_>) {
        let Some(name) = node.field("name") else { return };
        let args = node.field("arguments").map(|list| self.arguments(list)).unwrap_or_default();
        let init = self.low.unknown(&args.iter().map(|arg| arg.value).collect::<Vec<_>>(), node);
        let owner = self.low.owner;
        let class = self.low.file.peek().item(owner).name;
        let class = self.low.file.text(class).to_owned();
        let ty = self.low.file.named_type(&class, Vec::new());
        let id = self.item(ItemKind::Field, name, node);
        let item = self.low.file.item_mut(id);
        (item.ty, item.init, item.flags.is_static) = (Some(ty), init, true);
    }

    fn method(&mut self, node: Node<'_>, is_constructor: bool) {
        let Some(name) = node.field("name") else { return };
        let (markers, is_static) = self.modifiers(node);
        let ty = node.field("type").filter(|ty| ty.kind() != "void_type").map(|ty| self.ty(ty));
        let params = self.declared_params(node.field("parameters"));
        let id = self.item(ItemKind::Function, name, node);
        let block = node.field("body");
        let body = self.low.open(Place::Function, id, BodyKind::Function, node);
        for (name, ty, kind, markers) in params {
            self.low.param_with(&name, ty, kind, OpId::NONE, markers);
        }
        if let Some(block) = block {
            self.block(block);
        }
        self.low.close();
        let item = self.low.file.item_mut(id);
        (item.body, item.ty, item.markers) = (Some(body), ty, markers);
        item.flags.is_static = is_static;
        item.flags.is_constructor = is_constructor;
        item.flags.is_public = true;
        item.flags.is_abstract = block.is_none();
    }

    /// Parameters with their annotations, whose values belong to the initialiser around.
    fn declared_params(
        &mut self,
        list: Option<Node<'_>>,
    ) -> Vec<(String, Option<TypeId>, ParamKind, Vec<Marker>)> {
        let mut out = Vec::new();
        for param in list.map(children).unwrap_or_default() {
            let (kind, name, ty) = match param.kind() {
                "formal_parameter" => (ParamKind::Normal, param.field("name"), param.field("type")),
                "spread_parameter" => {
                    let name = child_of_kind(param, "variable_declarator").and_then(|d| d.field("name"));
                    (ParamKind::Rest, name, children(param).into_iter().find(|part| is_type(*part)))
                }
                _ => continue,
            };
            let ty = ty.map(|ty| self.ty(ty));
            let (markers, _) = self.modifiers(param);
            out.push((name.map_or("", |name| self.low.text(name)).to_owned(), ty, kind, markers));
        }
        out
    }

    /// The body of an anonymous class: a class of its own that extends what it is made of.
    pub(crate) fn anonymous(&mut self, node: Node<'_>, base: TypeId) -> String {
        let name = format!("{}$", node.start_byte());
        let item = self.low.file.blank(ItemKind::Class, &name, ItemId(0), span(node));
        let id = self.low.file.item(perflint_ir::Item { bases: vec![base], ..item });
        self.body_of(id, node, None);
        name
    }

    /// `this.f = f` for each property: what a compact constructor does at its end is left to the fields' types.
    pub(crate) fn this(&mut self, node: Node<'_>) -> OpId {
        self.low.op(OpKind::SelfRef, node)
    }
}
