//! Declarations: imports, classes, functions, annotations.

use crate::types::{is_type, type_in};
use crate::{Kotlin, has_word, parts};
use perflint_ir::{
    BodyKind, CallForm, Callee, ExitKind, Import, ImportKind, Item, ItemId, ItemKind, Marker, OpId, OpKind,
    ParamKind, TypeId,
};
use perflint_syntax::Place;
use perflint_syntax::tree::{child_of_kind, span};
use tree_sitter::Node;

/// A parameter as declared; the default is lowered in the function's own body.
pub(crate) struct Declared<'t> {
    name: String,
    ty: Option<TypeId>,
    kind: ParamKind,
    markers: Vec<Marker>,
    default: Option<Node<'t>>,
    property: Option<Node<'t>>,
}

impl<'a> Kotlin<'a> {
    pub(crate) fn file(&mut self, root: Node<'_>) {
        for node in parts(root) {
            match node.kind() {
                "package_header" => {
                    let name = child_of_kind(node, "identifier").map_or(String::new(), |n| self.dotted(n));
                    self.low.file.package(&name);
                }
                "import_list" => parts(node).into_iter().for_each(|import| self.import(import)),
                "file_annotation" | "shebang_line" => {}
                _ => {
                    self.statement(node, false);
                }
            }
        }
    }

    fn dotted(&self, node: Node<'_>) -> String {
        parts(node).into_iter().map(|part| self.ident(part)).collect::<Vec<_>>().join(".")
    }

    fn import(&mut self, node: Node<'_>) {
        let Some(path) = child_of_kind(node, "identifier") else { return };
        let path = self.dotted(path);
        let glob = child_of_kind(node, "wildcard_import").is_some();
        let (module, name) = match path.rsplit_once('.') {
            Some((module, name)) if !glob => (module, name),
            _ => (&*path, ""),
        };
        let alias = child_of_kind(node, "import_alias").and_then(|alias| alias.named_child(0));
        let alias = alias.map_or(name, |alias| self.ident(alias));
        let kind = if glob { ImportKind::Glob } else { ImportKind::Item };
        let file = &mut self.low.file;
        let (module, name, alias) = (file.sym(module), file.sym(name), file.sym(alias));
        file.import(Import { module, name, alias, kind, span: span(node) });
    }

    /// A declaration of a file, class or block; false if the node is none.
    pub(crate) fn member(&mut self, node: Node<'_>) -> bool {
        match node.kind() {
            "class_declaration" => self.class(node),
            "object_declaration" => self.class(node),
            "companion_object" => self.companion(node),
            "function_declaration" => self.function(node),
            "property_declaration" => self.property(node),
            "getter" | "setter" => self.accessor_after(node),
            "secondary_constructor" => self.secondary_constructor(node),
            "enum_entry" => self.enum_entry(node),
            "anonymous_initializer" => self.block(node),
            "type_alias" => {}
            _ => return false,
        }
        true
    }

    pub(crate) fn item(&mut self, kind: ItemKind, name: &str, at: Node<'_>, whole: Node<'_>) -> ItemId {
        let owner = self.low.owner;
        let mut item = self.low.file.blank(kind, name, owner, span(whole));
        item.name_span = span(at);
        item.flags.is_static = self.in_companion && kind != ItemKind::Class;
        item.flags.is_public = true;
        self.low.file.item(item)
    }

    fn class(&mut self, node: Node<'_>) {
        let Some(name) = child_of_kind(node, "type_identifier") else { return };
        let kind = if has_word(node, "interface") { ItemKind::Interface } else { ItemKind::Class };
        let mut markers = self.markers(node);
        for word in self.modifier_words(node) {
            if matches!(word, "data" | "sealed" | "annotation" | "value") {
                let path = self.low.file.sym(word);
                markers.push(Marker { path, value: OpId::NONE, words: Vec::new(), span: span(name) });
            }
        }
        let text = self.ident(name);
        let id = self.item(kind, text, name, node);
        let mut bases = self.bases(node);
        if let Some(companion) = self.members_of(node).into_iter().find(|m| m.kind() == "companion_object") {
            bases.extend(self.bases(companion));
        }
        let item = self.low.file.item_mut(id);
        (item.markers, item.bases) = (markers, bases);
        item.flags.is_static = true;
        self.class_body(id, node, node.kind() == "object_declaration");
    }

    /// The members of a class, in a body of its own. Those of an object are all static.
    fn class_body(&mut self, id: ItemId, node: Node<'_>, is_object: bool) {
        let owner = std::mem::replace(&mut self.low.owner, id);
        let around = std::mem::replace(&mut self.in_companion, is_object);
        let body = self.low.open(Place::Class, id, BodyKind::Init, node);
        self.primary_constructor(id, node);
        self.delegates(node);
        for member in self.members_of(node) {
            self.deeper(member, |kotlin| kotlin.member(member));
        }
        self.low.close();
        self.low.owner = owner;
        self.in_companion = around;
        self.low.file.item_mut(id).body = Some(body);
    }

    /// The members between a class's braces. After `by x` the grammar takes them for a lambda that `x` is called with.
    pub(crate) fn members_of<'t>(&self, node: Node<'t>) -> Vec<Node<'t>> {
        let body = parts(node).into_iter().find(|p| matches!(p.kind(), "class_body" | "enum_class_body"));
        if let Some(body) = body {
            return parts(body);
        }
        let last = parts(node).into_iter().rfind(|part| part.kind() == "delegation_specifier");
        let delegate = last.and_then(|last| child_of_kind(last, "explicit_delegation"));
        let call = delegate.and_then(|delegate| child_of_kind(delegate, "call_expression"));
        call.map(lambda_statements).unwrap_or_default()
    }

    fn bases(&mut self, node: Node<'_>) -> Vec<TypeId> {
        let mut bases = Vec::new();
        for part in parts(node).into_iter().filter(|part| part.kind() == "delegation_specifier") {
            let inner = parts(part).into_iter().find_map(|inner| match inner.kind() {
                "constructor_invocation" | "explicit_delegation" => type_in(inner),
                _ => is_type(inner).then_some(inner),
            });
            bases.extend(inner.map(|ty| self.ty(ty)));
        }
        bases
    }

    /// What a class without a constructor hands to its bases, and what it delegates to.
    fn delegates(&mut self, node: Node<'_>) {
        for part in parts(node).into_iter().filter(|part| part.kind() == "delegation_specifier") {
            let Some(inner) = part.named_child(0) else { continue };
            match inner.kind() {
                "constructor_invocation" => {
                    let args = child_of_kind(inner, "value_arguments").map(|list| self.arguments(list));
                    let values: Vec<OpId> =
                        args.unwrap_or_default().into_iter().map(|arg| arg.value).collect();
                    if !values.is_empty() {
                        self.low.unknown(&values, inner);
                    }
                }
                "explicit_delegation" => {
                    if let Some(value) = inner.named_child(1).filter(|v| v.kind() != "call_expression") {
                        self.expr(value);
                    }
                }
                _ => {}
            }
        }
    }

    /// Properties of a primary constructor are fields that it assigns; its other parameters are seen by initialisers.
    fn primary_constructor(&mut self, id: ItemId, node: Node<'_>) {
        let Some(list) = child_of_kind(node, "primary_constructor") else { return };
        let params = self.declared(list);
        for param in &params {
            let Some(whole) = param.property else {
                let unknown = self.low.unknown(&[], list);
                let value = match param.ty {
                    Some(ty) => self.low.op(OpKind::Cast { value: unknown, ty }, list),
                    None => unknown,
                };
                self.low.declare(&param.name, value, list);
                continue;
            };
            let name = child_of_kind(whole, "simple_identifier").unwrap_or(whole);
            let field = self.item(ItemKind::Field, &param.name, name, whole);
            let item = self.low.file.item_mut(field);
            (item.ty, item.markers) = (param.ty, param.markers.clone());
        }
        let class = self.low.file.peek().item(id).name;
        let class = self.low.file.text(class).to_owned();
        let function = self.item(ItemKind::Function, &class, list, list);
        self.low.file.item_mut(function).markers = self.markers(list);
        let body = self.low.open(Place::Function, function, BodyKind::Function, list);
        let fields: Vec<Option<Node<'_>>> = params.iter().map(|param| param.property).collect();
        let names: Vec<String> = params.iter().map(|param| param.name.clone()).collect();
        self.open_params(params);
        for (name, field) in names.iter().zip(fields) {
            let Some(field) = field else { continue };
            let value = self.low.read(name, field);
            let base = self.low.op(OpKind::SelfRef, field);
            let name = self.low.file.sym(name);
            self.low.scopes.here.body.put(base, name, value, span(field));
        }
        let invocation = parts(node)
            .into_iter()
            .filter(|part| part.kind() == "delegation_specifier")
            .find_map(|part| child_of_kind(part, "constructor_invocation"));
        if let Some(list) = invocation.and_then(|call| child_of_kind(call, "value_arguments")) {
            self.super_call(list);
        }
        self.low.close();
        let item = self.low.file.item_mut(function);
        item.body = Some(body);
        item.flags.is_constructor = true;
        item.flags.is_static = false;
    }

    fn super_call(&mut self, list: Node<'_>) {
        let args = self.arguments(list);
        let callee = self.low.op(OpKind::SuperRef, list);
        self.low.invoke(Callee::Value(callee), args, CallForm::Plain, list, list);
    }

    /// What a companion declares is static in the class around it.
    fn companion(&mut self, node: Node<'_>) {
        let around = std::mem::replace(&mut self.in_companion, true);
        self.delegates(node);
        for member in self.members_of(node) {
            self.deeper(member, |kotlin| kotlin.member(member));
        }
        self.in_companion = around;
    }

    /// A constant of an enumeration: a static field that holds an instance.
    fn enum_entry(&mut self, node: Node<'_>) {
        let Some(name) = child_of_kind(node, "simple_identifier") else { return };
        let args =
            child_of_kind(node, "value_arguments").map(|list| self.arguments(list)).unwrap_or_default();
        let init = self.low.unknown(&args.iter().map(|arg| arg.value).collect::<Vec<_>>(), node);
        let class = self.low.file.peek().item(self.low.owner).name;
        let class = self.low.file.text(class).to_owned();
        let ty = self.low.file.named_type(&class, Vec::new());
        let text = self.ident(name);
        let id = self.item(ItemKind::Field, text, name, node);
        let item = self.low.file.item_mut(id);
        (item.ty, item.init, item.flags.is_static) = (Some(ty), init, true);
    }

    fn function(&mut self, node: Node<'_>) {
        let Some(name) = child_of_kind(node, "simple_identifier") else { return };
        let mut markers = self.markers(node);
        if self.modifier_words(node).contains(&"suspend") {
            let path = self.low.file.sym("suspend");
            markers.push(Marker { path, value: OpId::NONE, words: Vec::new(), span: span(name) });
        }
        let list = child_of_kind(node, "function_value_parameters");
        let params = list.map(|list| self.declared(list)).unwrap_or_default();
        let ty = self.result_type(node);
        let owner = self.low.owner;
        if let Some(receiver) = node.child_by_field_name("receiver") {
            self.low.owner = self.extension(receiver, node);
        }
        let text = self.ident(name);
        let id = self.item(ItemKind::Function, text, name, node);
        let code = child_of_kind(node, "function_body");
        let body = self.low.open(Place::Function, id, BodyKind::Function, node);
        self.open_params(params);
        if let Some(code) = code {
            self.function_body(code);
        }
        self.low.close();
        self.low.owner = owner;
        let item = self.low.file.item_mut(id);
        (item.body, item.ty, item.markers) = (Some(body), ty, markers);
        item.flags.is_abstract = code.is_none();
    }

    /// The extension that adds a function or property to the type before its name.
    pub(crate) fn extension(&mut self, receiver: Node<'_>, node: Node<'_>) -> ItemId {
        let base = self.ty(receiver);
        let name = self.type_name(receiver);
        let owner = self.low.owner;
        let item = self.low.file.blank(ItemKind::Extension, &name, owner, span(node));
        self.low.file.item(Item { bases: vec![base], ..item })
    }

    /// The declared result of a function: the type after its parameters.
    pub(crate) fn result_type(&mut self, node: Node<'_>) -> Option<TypeId> {
        let ty = parts(node)
            .into_iter()
            .skip_while(|part| part.kind() != "function_value_parameters")
            .find(|part| is_type(*part))?;
        (self.low.text(ty) != "Unit").then(|| self.ty(ty))
    }

    /// `{ .. }` or `= value`.
    pub(crate) fn function_body(&mut self, node: Node<'_>) {
        if has_word(node, "=") {
            let value = parts(node).into_iter().next().map_or(OpId::NONE, |value| self.expr(value));
            self.low.scopes.here.body.exit(ExitKind::Return, value, span(node));
        } else {
            self.block(node);
        }
    }

    fn secondary_constructor(&mut self, node: Node<'_>) {
        let class = self.low.file.peek().item(self.low.owner).name;
        let class = self.low.file.text(class).to_owned();
        let list = child_of_kind(node, "function_value_parameters");
        let params = list.map(|list| self.declared(list)).unwrap_or_default();
        let markers = self.markers(node);
        let id = self.item(ItemKind::Function, &class, list.unwrap_or(node), node);
        let body = self.low.open(Place::Function, id, BodyKind::Function, node);
        self.open_params(params);
        if let Some(call) = child_of_kind(node, "constructor_delegation_call")
            && let Some(list) = child_of_kind(call, "value_arguments")
        {
            self.super_call(list);
        }
        if let Some(statements) = child_of_kind(node, "statements") {
            self.statements(statements);
        }
        self.low.close();
        let item = self.low.file.item_mut(id);
        (item.body, item.markers) = (Some(body), markers);
        item.flags.is_constructor = true;
    }

    /// The parameters of a function or primary constructor, with markers whose values belong to the initialiser around.
    pub(crate) fn declared<'t>(&mut self, list: Node<'t>) -> Vec<Declared<'t>> {
        let mut out: Vec<Declared<'t>> = Vec::new();
        let (mut kind, mut markers) = (ParamKind::Normal, Vec::new());
        for part in parts(list) {
            match part.kind() {
                "parameter_modifiers" => {
                    kind = if self.low.text(part).contains("vararg") { ParamKind::Rest } else { kind };
                    markers = self.annotations(part);
                }
                "parameter" | "class_parameter" | "parameter_with_optional_type" => {
                    markers.extend(self.markers(part));
                    if self.modifier_words(part).contains(&"vararg") {
                        kind = ParamKind::Rest;
                    }
                    let name = child_of_kind(part, "simple_identifier");
                    let ty = type_in(part).map(|ty| self.ty(ty));
                    let default = parts(part).into_iter().next_back().filter(|_| has_word(part, "="));
                    out.push(Declared {
                        name: name.map_or("", |name| self.ident(name)).to_owned(),
                        ty,
                        kind,
                        markers: std::mem::take(&mut markers),
                        default,
                        property: child_of_kind(part, "binding_pattern_kind").map(|_| part),
                    });
                    kind = ParamKind::Normal;
                }
                "modifiers" => {}
                _ => {
                    if let Some(last) = out.last_mut() {
                        last.default = Some(part);
                    }
                }
            }
        }
        out
    }

    /// Declares the parameters of the body that was just opened, then evaluates their defaults.
    pub(crate) fn open_params(&mut self, params: Vec<Declared<'_>>) {
        for param in params {
            let default = param.default.map_or(OpId::NONE, |default| self.expr(default));
            self.low.param_with(&param.name, param.ty, param.kind, default, param.markers);
        }
    }

    /// The annotations of a declaration.
    pub(crate) fn markers(&mut self, node: Node<'_>) -> Vec<Marker> {
        child_of_kind(node, "modifiers").map(|modifiers| self.annotations(modifiers)).unwrap_or_default()
    }

    /// A declaration's modifiers that are words.
    pub(crate) fn modifier_words(&self, node: Node<'_>) -> Vec<&'a str> {
        let modifiers = child_of_kind(node, "modifiers").map(parts).unwrap_or_default();
        modifiers.into_iter().filter(|m| m.kind() != "annotation").map(|m| self.low.text(m)).collect()
    }

    fn annotations(&mut self, node: Node<'_>) -> Vec<Marker> {
        let mut markers = Vec::new();
        for annotation in parts(node).into_iter().filter(|part| part.kind() == "annotation") {
            for part in parts(annotation) {
                let ty = match part.kind() {
                    "constructor_invocation" => type_in(part),
                    _ => is_type(part).then_some(part),
                };
                let Some(ty) = ty else { continue };
                let name = self.type_name(ty);
                let callee = self.low.path(&name, ty);
                let list = child_of_kind(part, "value_arguments");
                let args = list.map(|list| self.arguments(list)).unwrap_or_default();
                let value = self.low.invoke(Callee::Value(callee), args, CallForm::Plain, ty, part);
                let path = self.low.file.sym(&name);
                markers.push(Marker { path, value, words: Vec::new(), span: span(annotation) });
            }
        }
        markers
    }

    /// The body of an anonymous object: a class of its own with its bases.
    pub(crate) fn anonymous(&mut self, node: Node<'_>, members: Vec<Node<'_>>) -> OpId {
        let name = format!("{}$", node.start_byte());
        let bases = self.bases(node);
        let item = self.low.file.blank(ItemKind::Class, &name, ItemId(0), span(node));
        let id = self.low.file.item(Item { bases, ..item });
        let owner = std::mem::replace(&mut self.low.owner, id);
        let around = std::mem::replace(&mut self.in_companion, false);
        let body = self.low.open(Place::Class, id, BodyKind::Init, node);
        self.delegates(node);
        for member in members {
            self.deeper(member, |kotlin| kotlin.member(member));
        }
        self.low.close();
        self.low.owner = owner;
        self.in_companion = around;
        self.low.file.item_mut(id).body = Some(body);
        let class = self.low.name(&name, node);
        self.low.invoke(Callee::Value(class), Vec::new(), CallForm::New, node, node)
    }
}

/// The statements of the lambda that a call ends with.
pub(crate) fn lambda_statements(call: Node<'_>) -> Vec<Node<'_>> {
    let suffix = child_of_kind(call, "call_suffix");
    let lambda = suffix.and_then(|suffix| child_of_kind(suffix, "annotated_lambda"));
    let lambda = lambda.and_then(|lambda| child_of_kind(lambda, "lambda_literal"));
    lambda.and_then(|lambda| child_of_kind(lambda, "statements")).map(parts).unwrap_or_default()
}
