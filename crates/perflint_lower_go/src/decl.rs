//! Declarations: imports, types, functions, package variables.

use crate::Go;
use perflint_ir::{
    BodyKind, Import, ImportKind, ItemFlags, ItemId, ItemKind, Marker, OpId, OpKind, ParamKind,
};
use perflint_syntax::tree::{child_of_kind, children, span};
use perflint_syntax::{Fields, Place};
use tree_sitter::Node;

impl Go<'_> {
    pub(crate) fn file(&mut self, root: Node<'_>) {
        for node in children(root) {
            match node.kind() {
                "import_declaration" => self.imports(node),
                "type_declaration" => children(node).into_iter().for_each(|spec| self.type_spec(spec)),
                "function_declaration" => self.function(node, ItemId(0), None),
                "method_declaration" => self.method(node),
                "const_declaration" | "var_declaration" => self.package_variables(node),
                _ => {}
            }
        }
    }

    fn imports(&mut self, node: Node<'_>) {
        for spec in children(node) {
            match spec.kind() {
                "import_spec_list" => self.imports(spec),
                "import_spec" => self.import(spec),
                _ => {}
            }
        }
    }

    fn import(&mut self, spec: Node<'_>) {
        let Some(path) = spec.field("path") else { return };
        let path = self.low.text(path).trim_matches(['"', '`']);
        let given = spec.field("name");
        let (kind, alias) = match given.map(|name| (name.kind(), self.low.text(name))) {
            Some(("blank_identifier", _)) => return,
            Some(("dot", _)) => (ImportKind::Glob, ""),
            Some((_, alias)) => (ImportKind::Module, alias),
            None => (ImportKind::Module, usual_name(path)),
        };
        let (module, alias) = (self.low.file.sym(path), self.low.file.sym(alias));
        self.low.file.import(Import { module, name: alias, alias, kind, span: span(spec) });
    }

    pub(crate) fn type_spec(&mut self, spec: Node<'_>) {
        let (Some(name), Some(ty)) = (spec.field("name"), spec.field("type")) else {
            return;
        };
        match ty.kind() {
            "struct_type" => self.structure(spec, name, ty),
            "interface_type" => self.interface(spec, name, ty),
            _ => {
                let base = self.ty(ty);
                let id = self.item(ItemKind::Interface, name, spec);
                self.low.file.item_mut(id).bases.push(base);
            }
        }
    }

    fn item(&mut self, kind: ItemKind, name: Node<'_>, whole: Node<'_>) -> ItemId {
        let text = self.low.text(name);
        let owner = self.low.owner;
        let mut item = self.low.file.blank(kind, text, owner, span(whole));
        item.name_span = span(name);
        item.flags.is_public = text.starts_with(char::is_uppercase);
        self.low.file.item(item)
    }

    fn structure(&mut self, spec: Node<'_>, name: Node<'_>, ty: Node<'_>) {
        let class = self.item(ItemKind::Class, name, spec);
        let generic = self.type_parameters(spec);
        self.low.file.item_mut(class).markers.extend(generic);
        let outer = std::mem::replace(&mut self.low.owner, class);
        for field in child_of_kind(ty, "field_declaration_list").map(children).unwrap_or_default() {
            if field.kind() == "field_declaration" {
                self.field(class, field);
            }
        }
        self.low.owner = outer;
    }

    fn field(&mut self, class: ItemId, field: Node<'_>) {
        let Some(ty_node) = field.field("type") else { return };
        let ty = self.ty(ty_node);
        let markers = field.field("tag").map(|tag| self.tags(tag)).unwrap_or_default();
        let mut cursor = field.walk();
        let names: Vec<Node<'_>> = field.children_by_field_name("name", &mut cursor).collect();
        if names.is_empty() {
            self.low.file.item_mut(class).bases.push(ty);
            let name = self.type_name(ty_node).rsplit('.').next().unwrap_or_default().to_owned();
            let item = self.low.file.blank(ItemKind::Field, &name, class, span(field));
            self.low.file.item(perflint_ir::Item { ty: Some(ty), markers, ..item });
            return;
        }
        for name in names {
            let id = self.item(ItemKind::Field, name, field);
            let item = self.low.file.item_mut(id);
            (item.ty, item.markers) = (Some(ty), markers.clone());
        }
    }

    /// The tags of a field: `gorm:"column:id;primaryKey" json:"id"`.
    fn tags(&mut self, tag: Node<'_>) -> Vec<Marker> {
        let text = self.low.text(tag).trim_matches('`');
        let mut markers = Vec::new();
        let mut rest = text;
        while let Some((key, after)) = rest.split_once(":\"") {
            let Some((value, after)) = after.split_once('"') else { break };
            let words = value.split([';', ',']).map(|word| self.low.file.sym(word.trim())).collect();
            let path = self.low.file.sym(key.trim());
            markers.push(Marker { path, value: OpId::NONE, words, span: span(tag) });
            rest = after;
        }
        markers
    }

    fn interface(&mut self, spec: Node<'_>, name: Node<'_>, ty: Node<'_>) {
        let class = self.item(ItemKind::Interface, name, spec);
        for part in children(ty) {
            match part.kind() {
                "method_elem" => self.function(part, class, None),
                "type_elem" if part.named_child_count() == 1 => {
                    let base = self.ty(part);
                    self.low.file.item_mut(class).bases.push(base);
                }
                _ => {}
            }
        }
    }

    fn method(&mut self, node: Node<'_>) {
        let receiver = node.field("receiver").and_then(|list| child_of_kind(list, "parameter_declaration"));
        let Some(receiver) = receiver else { return };
        let Some(ty) = receiver.field("type") else { return };
        let name = self.type_name(ty).to_owned();
        let extension = match self.receivers.get(&name) {
            Some(known) => *known,
            None => {
                let item = self.low.file.blank(ItemKind::Extension, &name, ItemId(0), span(node));
                let base = self.low.file.named_type(&name, Vec::new());
                let id = self.low.file.item(perflint_ir::Item { bases: vec![base], ..item });
                self.receivers.insert(name, id);
                id
            }
        };
        self.function(node, extension, receiver.field("name"));
    }

    fn function(&mut self, node: Node<'_>, owner: ItemId, receiver: Option<Node<'_>>) {
        let Some(name) = node.field("name") else { return };
        let outer = std::mem::replace(&mut self.low.owner, owner);
        let id = self.item(ItemKind::Function, name, node);
        self.low.owner = outer;
        let generic = self.type_parameters(node);
        self.low.file.item_mut(id).markers.extend(generic);
        let (ty, results) = self.result(node.field("result"));
        let block = node.field("body");
        let body = self.low.open(Place::Function, id, BodyKind::Function, node);
        self.params(node.field("parameters"));
        if let Some(receiver) = receiver {
            self.receiver(receiver);
        }
        self.named_results(node);
        self.results.push(results);
        if let Some(block) = block {
            self.block(block);
        }
        self.results.pop();
        self.low.close();
        let item = self.low.file.item_mut(id);
        (item.body, item.ty) = (Some(body), ty);
        item.flags = ItemFlags { is_abstract: block.is_none(), ..item.flags };
    }

    /// The names of the type parameters of a type or function.
    fn type_parameters(&mut self, node: Node<'_>) -> Option<Marker> {
        let list = node.field("type_parameters")?;
        let mut words = Vec::new();
        for param in children(list) {
            let mut cursor = param.walk();
            let names: Vec<Node<'_>> = param.children_by_field_name("name", &mut cursor).collect();
            words.extend(names.into_iter().map(|name| self.low.file.sym(self.low.text(name))));
        }
        let path = self.low.file.sym(Marker::TYPE_PARAMETERS);
        Some(Marker { path, value: OpId::NONE, words, span: span(list) })
    }

    /// The receiver is a local that holds the receiver: it may be assigned.
    fn receiver(&mut self, name: Node<'_>) {
        let text = self.low.text(name);
        if text != "_" {
            self.low.scopes.receiver(text);
        }
    }

    /// Results with names are locals.
    pub(crate) fn named_results(&mut self, node: Node<'_>) {
        let list = node.field("result").filter(|list| list.kind() == "parameter_list");
        for result in list.map(children).unwrap_or_default() {
            let mut cursor = result.walk();
            let names: Vec<Node<'_>> = result.children_by_field_name("name", &mut cursor).collect();
            let ty = result.field("type").map(|ty| self.ty(ty));
            for name in names {
                let text = self.low.text(name);
                match ty {
                    Some(ty) => {
                        let value = self.low.unknown(&[], name);
                        let value = self.low.op(OpKind::Cast { value, ty }, name);
                        self.low.declare(text, value, name);
                    }
                    None => {
                        self.low.scopes.declare(&mut self.low.file, text);
                    }
                }
            }
        }
    }

    pub(crate) fn params(&mut self, list: Option<Node<'_>>) {
        for param in list.map(children).unwrap_or_default() {
            let kind = match param.kind() {
                "parameter_declaration" => ParamKind::Normal,
                "variadic_parameter_declaration" => ParamKind::Rest,
                _ => continue,
            };
            let ty = param.field("type").map(|ty| self.ty(ty));
            let mut cursor = param.walk();
            let names: Vec<Node<'_>> = param.children_by_field_name("name", &mut cursor).collect();
            if names.is_empty() {
                self.low.param("", ty, kind);
            }
            for name in names {
                let text = self.low.text(name);
                self.low.param(text, ty, kind);
            }
        }
    }

    fn package_variables(&mut self, node: Node<'_>) {
        for spec in children(node) {
            match spec.kind() {
                "var_spec_list" => self.package_variables(spec),
                "const_spec" | "var_spec" => self.package_variable(spec),
                _ => {}
            }
        }
    }

    fn package_variable(&mut self, spec: Node<'_>) {
        let ty = spec.field("type").map(|ty| self.ty(ty));
        let values = spec.field("value").map(children).unwrap_or_default();
        let values: Vec<OpId> = values.into_iter().map(|value| self.expr(value)).collect();
        let mut cursor = spec.walk();
        let names: Vec<Node<'_>> = spec.children_by_field_name("name", &mut cursor).collect();
        for (i, name) in names.iter().enumerate() {
            let id = self.item(ItemKind::Field, *name, spec);
            let single = values.first().copied().filter(|_| values.len() == 1 && i == 0);
            let item = self.low.file.item_mut(id);
            item.ty = ty;
            item.init = values.get(i).copied().or(single).unwrap_or(OpId::NONE);
        }
    }
}

/// The name by which a package is known that is imported without one: its last part, without version and usual dressing.
fn usual_name(path: &str) -> &str {
    let is_version = |part: &str| {
        part.strip_prefix('v').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    };
    let mut parts = path.rsplit('/').filter(|part| !is_version(part));
    let last = parts.next().unwrap_or(path);
    let last = last.split_once(".v").map_or(last, |(name, _)| name);
    let last = last.strip_prefix("go-").unwrap_or(last);

    (last.strip_suffix("-go").or_else(|| last.strip_suffix(".go")).unwrap_or(last)) as _
}
