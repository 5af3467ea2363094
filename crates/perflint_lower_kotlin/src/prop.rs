//! Properties: fields, code that is read like a field, values that something else provides.

use crate::types::type_in;
use crate::{Kotlin, has_word, parts};
use perflint_ir::{
    BinOp, BodyKind, ExitKind, ItemFlags, ItemId, ItemKind, Marker, OpId, OpKind, RegionKind, TypeId,
};
use perflint_syntax::Place;
use perflint_syntax::tree::{child_of_kind, span};
use tree_sitter::Node;

impl Kotlin<'_> {
    /// A property of a file or class.
    pub(crate) fn property(&mut self, node: Node<'_>) {
        let markers = self.markers(node);
        let Some(variable) = child_of_kind(node, "variable_declaration") else {
            self.local(node);
            return;
        };
        let Some(name) = child_of_kind(variable, "simple_identifier") else { return };
        let ty = type_in(variable).map(|ty| self.ty(ty));
        let owner = self.low.owner;
        if let Some(receiver) = node.child_by_field_name("receiver") {
            self.low.owner = self.extension(receiver, node);
        }
        let getter = child_of_kind(node, "getter").filter(|g| child_of_kind(*g, "function_body").is_some());
        let delegate = child_of_kind(node, "property_delegate");
        match (getter, delegate.and_then(|by| self.lazy_code(by))) {
            (Some(getter), _) if !has_word(node, "=") => self.getter(getter, name, node, ty, markers),
            (_, Some(code)) => self.lazy(code, name, node, ty, markers),
            _ => self.stored(name, node, ty, markers),
        }
        if let Some(setter) = child_of_kind(node, "setter") {
            let text = self.ident(name).to_owned();
            self.setter(setter, &text);
        }
        self.low.owner = owner;
    }

    fn stored(&mut self, name: Node<'_>, node: Node<'_>, ty: Option<TypeId>, mut markers: Vec<Marker>) {
        let delegate = child_of_kind(node, "property_delegate");
        let init = match delegate.and_then(|by| parts(by).into_iter().next_back()).or(initial(node)) {
            Some(value) => self.expr(value),
            None => OpId::NONE,
        };
        if delegate.is_some() {
            let path = self.low.file.sym("by");
            markers.push(Marker { path, value: init, words: Vec::new(), span: span(name) });
        }
        let text = self.ident(name);
        let id = self.item(ItemKind::Field, text, name, node);
        let item = self.low.file.item_mut(id);
        (item.ty, item.init, item.markers) = (ty, init, markers);
    }

    fn getter(
        &mut self,
        getter: Node<'_>,
        name: Node<'_>,
        node: Node<'_>,
        ty: Option<TypeId>,
        markers: Vec<Marker>,
    ) {
        let text = self.ident(name);
        let id = self.item(ItemKind::Function, text, name, node);
        let body = self.low.open(Place::Function, id, BodyKind::Function, getter);
        if let Some(code) = child_of_kind(getter, "function_body") {
            self.function_body(code);
        }
        self.low.close();
        let item = self.low.file.item_mut(id);
        (item.body, item.ty, item.markers) = (Some(body), ty, markers);
        item.flags.is_property = true;
    }

    /// `by lazy { .. }`: code that runs when the property is first read, and fills a field that nobody else sees.
    fn lazy(
        &mut self,
        code: Node<'_>,
        name: Node<'_>,
        node: Node<'_>,
        ty: Option<TypeId>,
        mut markers: Vec<Marker>,
    ) {
        let path = self.low.file.sym("lazy");
        markers.push(Marker { path, value: OpId::NONE, words: Vec::new(), span: span(name) });
        let text = self.ident(name);
        let id = self.item(ItemKind::Function, text, name, node);
        let body = self.low.open(Place::Function, id, BodyKind::Function, code);
        let store = format!("{text}$lazy");
        let receiver = self.low.op(OpKind::SelfRef, code);
        let stored = self.low.get(receiver, &store, code);
        let null = self.low.op(OpKind::Null, code);
        let cond = self.low.op(OpKind::Binary { op: BinOp::Eq, lhs: stored, rhs: null }, code);
        let before = self.low.enter(RegionKind::Branch { cond, arm: 0, last: false }, code);
        let value = match child_of_kind(code, "statements") {
            Some(statements) => self.statements(statements),
            None => OpId::NONE,
        };
        let value = value.some().unwrap_or_else(|| self.low.unknown(&[], code));
        let sym = self.low.file.sym(&store);
        self.low.scopes.here.body.put(receiver, sym, value, span(code));
        self.low.leave(before);
        let result = self.low.scopes.here.body.join(&[stored, value], span(code));
        self.low.scopes.here.body.exit(ExitKind::Return, result, span(code));
        self.low.close();
        let item = self.low.file.item_mut(id);
        (item.body, item.ty, item.markers) = (Some(body), ty, markers);
        item.flags.is_property = true;
    }

    /// The lambda of `by lazy { .. }`.
    fn lazy_code<'t>(&self, delegate: Node<'t>) -> Option<Node<'t>> {
        let call = child_of_kind(delegate, "call_expression")?;
        let name = child_of_kind(call, "simple_identifier").filter(|name| self.low.text(*name) == "lazy")?;
        let suffix = name.next_named_sibling().filter(|suffix| suffix.kind() == "call_suffix")?;
        child_of_kind(child_of_kind(suffix, "annotated_lambda")?, "lambda_literal")
    }

    /// A getter or setter that the grammar left beside its property: the declaration before it.
    pub(crate) fn accessor_after(&mut self, node: Node<'_>) {
        let Some(code) = child_of_kind(node, "function_body") else { return };
        let last = self.low.file.peek().items.iter().rposition(|item| {
            item.owner == Some(self.low.owner) && matches!(item.kind, ItemKind::Field | ItemKind::Function)
        });
        let Some(id) = last.map(|at| ItemId(at as u32)) else { return };
        if node.kind() == "setter" {
            let name = self.low.file.peek().item(id).name;
            let name = self.low.file.text(name).to_owned();
            return self.setter(node, &name);
        }
        let item = self.low.file.peek().item(id);
        if item.kind != ItemKind::Field || item.init.is_some() {
            return;
        }
        let body = self.low.open(Place::Function, id, BodyKind::Function, node);
        self.function_body(code);
        self.low.close();
        let item = self.low.file.item_mut(id);
        (item.kind, item.body) = (ItemKind::Function, Some(body));
        item.flags = ItemFlags { is_property: true, is_abstract: false, ..item.flags };
    }

    fn setter(&mut self, node: Node<'_>, name: &str) {
        let Some(code) = child_of_kind(node, "function_body") else { return };
        let id = self.item(ItemKind::Function, &format!("{name}$set"), node, node);
        let params = self.declared(node);
        let body = self.low.open(Place::Function, id, BodyKind::Function, node);
        self.open_params(params);
        self.function_body(code);
        self.low.close();
        self.low.file.item_mut(id).body = Some(body);
    }

    /// `val x = ..` in a block, also with several names.
    pub(crate) fn local(&mut self, node: Node<'_>) {
        let delegate = child_of_kind(node, "property_delegate");
        let value = match (delegate.and_then(|by| self.lazy_code(by)), delegate, initial(node)) {
            (Some(code), ..) => match child_of_kind(code, "statements") {
                Some(statements) => self.statements(statements),
                None => OpId::NONE,
            },
            (None, Some(by), _) => {
                parts(by).into_iter().next_back().map_or(OpId::NONE, |value| self.expr(value))
            }
            (None, None, Some(value)) => self.expr(value),
            (None, None, None) => OpId::NONE,
        };
        let value = value.some().unwrap_or_else(|| self.low.unknown(&[], node));
        if let Some(names) = child_of_kind(node, "multi_variable_declaration") {
            self.destructure(names, value);
        } else if let Some(variable) = child_of_kind(node, "variable_declaration") {
            self.variable(variable, value);
        }
    }

    /// Declares a variable, with its type if it has one.
    pub(crate) fn variable(&mut self, node: Node<'_>, value: OpId) {
        let Some(name) = child_of_kind(node, "simple_identifier") else { return };
        let value = match type_in(node) {
            Some(ty) => {
                let ty = self.ty(ty);
                self.low.op(OpKind::Cast { value, ty }, node)
            }
            None => value,
        };
        let text = self.ident(name);
        self.low.declare(text, value, name);
    }

    /// `(a, b) = value`: the components by position.
    pub(crate) fn destructure(&mut self, names: Node<'_>, value: OpId) {
        let variables = parts(names).into_iter().filter(|part| part.kind() == "variable_declaration");
        for (i, variable) in variables.enumerate() {
            if self.low.text(variable) == "_" {
                continue;
            }
            let key = self.low.op(OpKind::Int(i32::try_from(i).unwrap_or(i32::MAX)), variable);
            let part = self.low.op(OpKind::Index { base: value, key }, variable);
            self.variable(variable, part);
        }
    }
}

/// The value after `=`.
fn initial(node: Node<'_>) -> Option<Node<'_>> {
    let mut cursor = node.walk();
    let after = node.children(&mut cursor).skip_while(|child| child.kind() != "=").skip(1);
    after.into_iter().find(|child| child.is_named() && !child.kind().ends_with("comment"))
}
