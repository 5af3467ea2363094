//! Classes and modules, and what their bodies declare.

use crate::{Ruby, text};
use perflint_ir::{BodyKind, ItemId, ItemKind, OpId, OpKind, Span, TypeId};
use perflint_syntax::Place;
use ruby_prism::{CallNode, Node};

impl Ruby<'_> {
    /// A statement of a file's or class's body.
    pub(crate) fn class_statement(&mut self, node: &Node<'_>) {
        let at = self.span(&node.location());
        self.deeper(at, |ruby| ruby.class_statement_inner(node));
    }

    fn class_statement_inner(&mut self, node: &Node<'_>) {
        if let Some(class) = node.as_class_node() {
            let base = class.superclass().and_then(|base| self.type_of(&base));
            let at = self.span(&class.location());
            let name_at = self.span(&class.constant_path().location());
            self.class(&class.constant_path(), base, class.body(), at, name_at);
        } else if let Some(module) = node.as_module_node() {
            let at = self.span(&module.location());
            let name_at = self.span(&module.constant_path().location());
            self.class(&module.constant_path(), None, module.body(), at, name_at);
        } else if let Some(singleton) = node.as_singleton_class_node() {
            let before = std::mem::replace(&mut self.is_static, true);
            self.body(singleton.body());
            self.is_static = before;
        } else if let Some(def) = node.as_def_node() {
            self.method(&def);
        } else if let Some(write) = node.as_constant_write_node() {
            self.constant(text(write.name().as_slice()), &write.value(), self.span(&node.location()));
        } else if let Some(call) = node.as_call_node().filter(|call| call.receiver().is_none()) {
            self.class_call(&call, node);
        } else if let Some(choice) = node.as_if_node() {
            self.expr(&choice.predicate());
            for statement in choice.statements().iter().flat_map(|all| all.body().iter().collect::<Vec<_>>())
            {
                self.class_statement(&statement);
            }
        } else {
            self.expr(node);
        }
    }

    pub(crate) fn body(&mut self, body: Option<Node<'_>>) {
        let Some(body) = body else { return };
        if let Some(statements) = body.as_statements_node() {
            for statement in &statements.body() {
                self.class_statement(&statement);
            }
        } else {
            self.class_statement(&body);
        }
    }

    /// `class A::B` is a class `B` in a namespace `A`.
    fn class(
        &mut self,
        path: &Node<'_>,
        base: Option<TypeId>,
        body: Option<Node<'_>>,
        at: Span,
        name_at: Span,
    ) {
        let Some(full) = constant_path(path) else { return };
        let outer = self.owner;
        let is_static = std::mem::replace(&mut self.is_static, false);
        let is_private = std::mem::replace(&mut self.is_private, false);
        let (around, name) = full.rsplit_once('.').unwrap_or(("", &full));
        if !around.is_empty() {
            let space = self.file.blank(ItemKind::Module, around, outer, at);
            self.owner = self.file.item(space);
        }
        let mut item = self.file.blank(ItemKind::Class, name, self.owner, at);
        item.name_span = name_at;
        item.flags.is_open = true;
        item.flags.is_public = true;
        item.bases.extend(base);
        let id = self.file.item(item);
        self.owner = id;
        let code = self.scopes.open(&mut self.file, Place::Class, id, BodyKind::Init, at);
        self.body(body);
        self.scopes.close(&mut self.file);
        self.file.item_mut(id).body = Some(code);
        (self.owner, self.is_static, self.is_private) = (outer, is_static, is_private);
    }

    /// `Name = value`: a field; a class made by a call is a class.
    fn constant(&mut self, name: &str, value: &Node<'_>, at: Span) {
        let made =
            value.as_call_node().filter(|call| call.name().as_slice() == b"new" && call.block().is_some());
        if let Some(call) = made
            && let Some(maker) = call.receiver().as_ref().and_then(constant_path)
            && matches!(maker.as_str(), "Class" | "Struct" | "Module")
        {
            let base =
                call.arguments().and_then(|args| args.arguments().first()).and_then(|arg| self.type_of(&arg));
            let mut item = self.file.blank(ItemKind::Class, name, self.owner, at);
            item.flags.is_open = true;
            item.bases.extend(base.filter(|_| maker == "Class"));
            let id = self.file.item(item);
            let outer = std::mem::replace(&mut self.owner, id);
            let code = self.scopes.open(&mut self.file, Place::Class, id, BodyKind::Init, at);
            self.body(call.block().and_then(|block| block.as_block_node()).and_then(|block| block.body()));
            self.scopes.close(&mut self.file);
            self.file.item_mut(id).body = Some(code);
            self.owner = outer;
            return;
        }
        let init = self.expr(value);
        let item = self.file.blank(ItemKind::Field, name, self.owner, at);
        let init = if self.in_initialiser() { init } else { OpId::NONE };
        let mut item = perflint_ir::Item { init, ..item };
        item.flags.is_static = true;
        self.file.item(item);
    }

    /// True if the operations of here are those of the owner's initialiser.
    fn in_initialiser(&self) -> bool {
        self.scopes.here.item == self.owner && matches!(self.scopes.here.place, Place::Class | Place::Module)
    }

    /// A type that a constant names.
    pub(crate) fn type_of(&mut self, node: &Node<'_>) -> Option<TypeId> {
        let path = constant_path(node)?;
        Some(self.file.named_type(&path, Vec::new()))
    }

    /// A call in a class's body.
    fn class_call(&mut self, call: &CallNode<'_>, node: &Node<'_>) {
        let name = text(call.name().as_slice()).to_owned();
        let args: Vec<Node<'_>> =
            call.arguments().map(|args| args.arguments().iter().collect()).unwrap_or_default();
        let block = call.block().and_then(|block| block.as_block_node());
        match name.as_str() {
            "include" | "prepend" | "extend" if self.owner != ItemId(0) => {
                for arg in &args {
                    if let Some(base) = self.type_of(arg) {
                        self.file.item_mut(self.owner).bases.push(base);
                    }
                }
            }
            "included" | "class_methods" | "prepended" if block.is_some() => {
                let before = std::mem::replace(&mut self.is_static, name == "class_methods");
                self.body(block.and_then(|block| block.body()));
                self.is_static = before;
            }
            "private" | "protected" | "public" if args.is_empty() => self.is_private = name != "public",
            "attr_reader" | "attr_accessor" | "attr_writer" | "mattr_accessor" | "cattr_accessor" => {
                for arg in &args {
                    if let Some(symbol) = literal_name(arg) {
                        self.reader(&symbol, self.span(&arg.location()));
                    }
                }
            }
            "define_method" if block.is_some() && args.first().and_then(literal_name).is_some() => {
                if let (Some(name), Some(block)) = (args.first().and_then(literal_name), block) {
                    self.defined_method(&name, &block, self.span(&node.location()));
                }
            }
            _ => {
                // `private def f`, `memoize def f`: the method is declared where it stands.
                for def in args.iter().filter_map(Node::as_def_node) {
                    self.method(&def);
                }
                if args.iter().any(|arg| arg.as_def_node().is_some())
                    || self.owner == ItemId(0) && args.is_empty()
                {
                    return;
                }
                let init = self.expr(node);
                self.declarations(&args, init, self.span(&node.location()));
            }
        }
    }

    fn declarations(&mut self, args: &[Node<'_>], init: OpId, at: Span) {
        // In a block that runs later the value is no part of the class's initialiser.
        if self.owner == ItemId(0) || !self.in_initialiser() {
            return;
        }
        let names: Vec<String> = args.iter().map_while(literal_name).collect();
        for name in names {
            let item = self.file.blank(ItemKind::Declaration, &name, self.owner, at);
            self.file.item(perflint_ir::Item { init, ..item });
        }
    }

    /// `attr_reader :x`: a property that reads `@x`.
    fn reader(&mut self, name: &str, at: Span) {
        let item = self.file.blank(ItemKind::Function, name, self.owner, at);
        let id = self.file.item(item);
        let body = self.scopes.open(&mut self.file, Place::Function, id, BodyKind::Function, at);
        let base = self.op(OpKind::SelfRef, at);
        let field = self.file.sym(&format!("@{name}"));
        let value = self.op(OpKind::Get { base, name: field }, at);
        self.scopes.here.body.exit(perflint_ir::ExitKind::Return, value, at);
        self.scopes.close(&mut self.file);
        let is_static = self.is_static;
        let item = self.file.item_mut(id);
        item.body = Some(body);
        item.flags.is_property = !is_static;
        item.flags.is_static = is_static;
    }
}

/// The dotted path of a constant: `A::B` is `A.B`.
pub(crate) fn constant_path(node: &Node<'_>) -> Option<String> {
    if let Some(read) = node.as_constant_read_node() {
        return Some(text(read.name().as_slice()).to_owned());
    }
    let path = node.as_constant_path_node()?;
    let name = text(path.name()?.as_slice()).to_owned();
    match path.parent() {
        Some(parent) => Some(format!("{}.{name}", constant_path(&parent)?)),
        None => Some(name),
    }
}

/// The text of a literal symbol or string.
pub(crate) fn literal_name(node: &Node<'_>) -> Option<String> {
    if let Some(symbol) = node.as_symbol_node() {
        return Some(text(symbol.unescaped()).to_owned());
    }
    node.as_string_node().map(|string| text(string.unescaped()).to_owned())
}
