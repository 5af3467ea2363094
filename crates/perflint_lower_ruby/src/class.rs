//! Classes, modules, and what calls in their bodies say.

use crate::literal::literal_text;
use crate::walk::{Open, Ruby, name_of, utf8};
use perflint_ir::{
    Arg, BodyKind, CallForm, Callee, Item, ItemId, ItemKind, Marker, OpId, OpKind, Slot, Span, TypeId,
};
use perflint_syntax::Place;
use ruby_prism::{CallNode, Node};

/// Words that say who may call the methods they name or precede.
const VISIBILITY: &[&str] =
    &["private", "protected", "public", "private_class_method", "module_function", "public_class_method"];

/// Calls with a block that belongs to the class, as far as what it declares goes.
const INLINED: &[&str] = &[
    "included",
    "prepended",
    "class_eval",
    "instance_eval",
    "with_options",
    "concerning",
    "no_touching",
    "helpers",
];

/// The module inside a module whose methods become methods of the classes that include the outer one: `ActiveSupport::Concern`
/// extends them with it by its name, and so do modules that say it themselves (`base.extend ClassMethods`).
const CLASS_METHODS: &str = "ClassMethods";

impl Ruby<'_> {
    pub(crate) fn class_like(&mut self, node: &Node<'_>, at: Span) -> OpId {
        if let Some(n) = node.as_class_node() {
            let superclass = n.superclass();
            let path = path_of(&n.constant_path()).unwrap_or_else(|| name_of(&n.name()));
            let name_span = self.at(&n.constant_path());
            let base = superclass.as_ref().and_then(base_path);
            let bases: Vec<TypeId> = base.iter().map(|base| self.ty(base)).collect();
            let body = n.body();
            self.class_item(&path, bases, at, name_span, |ruby| {
                if let Some(call) = superclass.as_ref().and_then(Node::as_call_node) {
                    ruby.members_of(&call, at);
                }
                ruby.part(body.as_ref());
            });
        } else if let Some(n) = node.as_module_node() {
            let path = path_of(&n.constant_path()).unwrap_or_else(|| name_of(&n.name()));
            let name_span = self.at(&n.constant_path());
            let body = n.body();
            if path == CLASS_METHODS && self.open_class().item != ItemId(0) {
                self.as_static(|ruby| {
                    ruby.part(body.as_ref());
                });
                return self.null(at);
            }
            self.class_item(&path, Vec::new(), at, name_span, |ruby| {
                ruby.part(body.as_ref());
            });
        } else if let Some(n) = node.as_singleton_class_node() {
            let body = n.body();
            self.as_static(|ruby| {
                ruby.part(body.as_ref());
            });
        }
        self.null(at)
    }

    /// Runs a step in which methods belong to the class itself.
    fn as_static(&mut self, step: impl FnOnce(&mut Self)) {
        let open = self.open_class();
        let before = (open.is_static, open.is_private);
        open.is_static = true;
        open.is_private = false;
        step(self);
        let open = self.open_class();
        (open.is_static, open.is_private) = before;
    }

    /// A class or module, whose body a step walks.
    fn class_item(
        &mut self,
        path: &str,
        bases: Vec<TypeId>,
        at: Span,
        name_span: Span,
        step: impl FnOnce(&mut Self),
    ) {
        let mut owner = self.open_class().item;
        let name = match path.rsplit_once('.') {
            Some((outer, name)) => {
                let module = self.file.blank(ItemKind::Module, outer, owner, at);
                owner = self.file.item(module);
                name
            }
            None => path,
        };
        let mut item = self.file.blank(ItemKind::Class, name, owner, at);
        item.bases = bases;
        item.name_span = name_span;
        item.flags.is_open = true;
        item.flags.is_public = true;
        let item = self.file.item(item);
        let body = self.scopes.open(&mut self.file, Place::Class, item, BodyKind::Init, at);
        self.file.item_mut(item).body = Some(body);
        self.classes.push(Open {
            item,
            is_static: false,
            is_private: false,
            writers: Vec::new(),
            methods: Vec::new(),
            word: None,
        });
        self.inside.push(crate::walk::Inside::default());
        step(self);
        self.inside.pop();
        self.classes.pop();
        self.scopes.close(&mut self.file);
    }

    /// `NAME = value`; a class that is made by a call is a class.
    pub(crate) fn constant(&mut self, name: &str, value: &Node<'_>, at: Span) -> OpId {
        if let Some(call) = value.as_call_node()
            && let Some(receiver) = call.receiver().as_ref().and_then(path_of)
            && matches!(
                (receiver.as_str(), call.name().as_slice()),
                ("Class" | "Module" | "Struct", b"new") | ("Data", b"define")
            )
        {
            self.made_class(name, &receiver, &call, at);
            return self.name(name, at);
        }
        let value = self.expr(value);
        let is_init = self.in_class_body();
        self.variable(name, value, at, is_init);
        value
    }

    fn made_class(&mut self, name: &str, maker: &str, call: &CallNode<'_>, at: Span) {
        let first = call.arguments().and_then(|a| a.arguments().first());
        let base = first.as_ref().filter(|_| maker == "Class").and_then(base_path);
        let bases: Vec<TypeId> = base.iter().map(|base| self.ty(base)).collect();
        let body = call.block().and_then(|b| b.as_block_node()).and_then(|b| b.body());
        self.class_item(name, bases, at, at, |ruby| {
            ruby.members_of(call, at);
            ruby.part(body.as_ref());
        });
    }

    /// What `Struct.new(:a, :b)` and `Data.define(:a)` give a class.
    fn members_of(&mut self, call: &CallNode<'_>, at: Span) {
        let maker = call.receiver().as_ref().and_then(path_of).unwrap_or_default();
        if !matches!(maker.as_str(), "Struct" | "Data") {
            return;
        }
        let members: Vec<String> = self.literals(call);
        for member in &members {
            self.reader(member, at);
            self.open_class().writers.push(member.clone());
        }
        self.member_constructor(&members, at);
    }

    /// The literal symbols and strings among the positional arguments.
    fn literals(&self, call: &CallNode<'_>) -> Vec<String> {
        call.arguments().iter().flat_map(|a| a.arguments().iter()).filter_map(|a| literal_text(&a)).collect()
    }

    /// A call in the body of a class that means something to the language; `None` if it is a call like any other.
    pub(crate) fn class_statement(&mut self, call: &CallNode<'_>, name: &str, at: Span) -> Option<OpId> {
        let block = call.block().and_then(|b| b.as_block_node());
        match name {
            "attr_reader"
            | "attr_accessor"
            | "attr_writer"
            | "attr"
            | "cattr_accessor"
            | "mattr_accessor"
            | "class_attribute"
            | "thread_mattr_accessor"
            | "cattr_reader"
            | "mattr_reader" => {
                self.accessors(call, name, at);
                Some(self.null(at))
            }
            "include" | "prepend" | "extend" => self.mix_in(call, name, at),
            "alias_method" => {
                let names = self.literals(call);
                if let [new, old] = names.as_slice() {
                    self.alias_of(new, old, at);
                }
                Some(self.null(at))
            }
            "define_method" => {
                let (method, block) = (self.literal_argument(call)?, block?);
                self.method_of_block(&method, block.parameters(), block.body(), at);
                Some(self.null(at))
            }
            // `Order.dataset_module do` outside of the class says nothing of what is around it.
            "class_methods" | "dataset_module"
                if call.receiver().is_none_or(|on| on.as_self_node().is_some()) =>
            {
                let body = block?.body();
                self.as_static(|ruby| {
                    ruby.part(body.as_ref());
                });
                Some(self.null(at))
            }
            _ if INLINED.contains(&name) => {
                let block = block?;
                let body = block.body();
                for local in parameter_names(block.parameters()) {
                    let receiver = self.op(OpKind::SelfRef, at);
                    let local = self.local(&local);
                    self.bind(local, receiver, at);
                }
                self.part(body.as_ref());
                Some(self.null(at))
            }
            _ if VISIBILITY.contains(&name) => Some(self.visibility(call, name, at)),
            _ => self.declaration(call, name, at),
        }
    }

    fn accessors(&mut self, call: &CallNode<'_>, kind: &str, at: Span) {
        let of_class = !kind.starts_with("attr");
        for argument in call.arguments().iter().flat_map(|a| a.arguments().iter()) {
            let Some(name) = literal_text(&argument) else { continue };
            let at = self.at(&argument);
            if kind.ends_with("writer") || kind.ends_with("accessor") || kind == "class_attribute" {
                self.open_class().writers.push(name.clone());
            }
            if !kind.ends_with("writer") {
                let before = self.open_class().is_static;
                self.open_class().is_static |= of_class;
                self.reader(&name, at);
                self.open_class().is_static = before;
            }
        }
        let _ = at;
    }

    fn mix_in(&mut self, call: &CallNode<'_>, how: &str, at: Span) -> Option<OpId> {
        let item = self.open_class().item;
        if item == ItemId(0) {
            return None;
        }
        for argument in call.arguments().iter().flat_map(|a| a.arguments().iter()) {
            if argument.as_self_node().is_some() && how == "extend" {
                self.open_class().is_static = true;
                continue;
            }
            let Some(path) = base_path(&argument) else {
                self.expr(&argument);
                continue;
            };
            let args = match how {
                "extend" => vec![self.ty("extend")],
                _ => Vec::new(),
            };
            let ty = self.file.named_type(&path, args);
            self.file.item_mut(item).bases.push(ty);
        }
        Some(self.null(at))
    }

    fn visibility(&mut self, call: &CallNode<'_>, word: &str, at: Span) -> OpId {
        let Some(arguments) = call.arguments() else {
            let open = self.open_class();
            match word {
                "module_function" => open.is_static = true,
                _ => open.is_private = word != "public",
            }
            return self.null(at);
        };
        let mut names = Vec::new();
        for argument in arguments.arguments().iter() {
            match argument.as_array_node() {
                Some(array) => names.extend(array.elements().iter().filter_map(|e| literal_text(&e))),
                None => names.extend(literal_text(&argument)),
            }
            self.expr(&argument);
            if let Some(def) = argument.as_def_node() {
                names.push(name_of(&def.name()));
            }
            if let Some(inner) = argument.as_call_node() {
                names.extend(self.literals(&inner));
            }
        }
        for name in names {
            let found = self.open_class().methods.iter().rev().find(|(n, _)| *n == name).map(|(_, id)| *id);
            let Some(id) = found else { continue };
            let flags = &mut self.file.item_mut(id).flags;
            match word {
                "module_function" => flags.is_static = true,
                "public" | "public_class_method" => flags.is_public = true,
                _ => flags.is_public = false,
            }
        }
        self.null(at)
    }

    /// A call that says something about the class and names what it is about.
    fn declaration(&mut self, call: &CallNode<'_>, name: &str, at: Span) -> Option<OpId> {
        let first = call.arguments().and_then(|a| a.arguments().first())?;
        if let Some(def) = first.as_def_node() {
            return Some(self.marked(call, &name_of(&def.name()), name, at));
        }
        if self.open_class().item == ItemId(0) {
            return None;
        }
        literal_text(&first)?;
        let callee = self.name(name, at);
        let args = self.arguments(call);
        let op = self.invoke(Callee::Value(callee), args, CallForm::Plain, at);
        if self.scopes.here.item == self.owner() {
            for argument in call.arguments().iter().flat_map(|a| a.arguments().iter()) {
                let Some(declared) = literal_text(&argument) else { break };
                let owner = self.owner();
                let name_span = self.at(&argument);
                let item = self.file.blank(ItemKind::Declaration, &declared, owner, at);
                self.file.item(Item { init: op, name_span, ..item });
            }
        }
        Some(op)
    }

    /// `memoize def x`: the call is a marker of the method, and says what it would say with the method's name.
    fn marked(&mut self, call: &CallNode<'_>, method: &str, word: &str, at: Span) -> OpId {
        for argument in call.arguments().iter().flat_map(|a| a.arguments().iter()) {
            self.expr(&argument);
        }
        let found = self.open_class().methods.iter().rev().find(|(n, _)| n == method).map(|(_, id)| *id);
        if let Some(id) = found {
            let path = self.sym(word);
            let marker = Marker { path, value: OpId::NONE, words: Vec::new(), span: at };
            self.file.item_mut(id).markers.push(marker);
        }
        let (callee, value) = (self.name(word, at), self.string(method, at));
        let args = vec![Arg { slot: Slot::Pos, value }];
        let op = self.invoke(Callee::Value(callee), args, CallForm::Plain, at);
        if self.scopes.here.item == self.owner() {
            let item = self.file.blank(ItemKind::Declaration, method, self.owner(), at);
            self.file.item(Item { init: op, name_span: at, ..item });
        }
        self.string(method, at)
    }
}

/// True for a constant that is looked for at the root alone: `::Order::Line`.
fn is_rooted(node: &Node<'_>) -> bool {
    let mut next = node.as_constant_path_node();
    for _ in 0..64 {
        let Some(path) = next else { return false };
        let Some(parent) = path.parent() else { return true };
        next = parent.as_constant_path_node();
    }
    false
}

/// The dotted path of a constant.
pub(crate) fn path_of(node: &Node<'_>) -> Option<String> {
    let mut parts = Vec::new();
    let mut next: Option<Node<'_>> = None;
    for _ in 0..64 {
        let node = next.as_ref().unwrap_or(node);
        if let Some(read) = node.as_constant_read_node() {
            parts.push(utf8(read.name().as_slice()));
            parts.reverse();
            return Some(parts.join("."));
        }
        let path = node.as_constant_path_node()?;
        parts.push(utf8(path.name()?.as_slice()));
        match path.parent() {
            Some(parent) => next = Some(parent),
            None => {
                parts.reverse();
                return Some(parts.join("."));
            }
        }
    }
    None
}

/// The path of what a class extends: a constant, or that of a call which makes it: `Migration[7.0]`, `Sequel::Model(:t)`.
fn base_path(node: &Node<'_>) -> Option<String> {
    if let Some(path) = path_of(node) {
        let path = if is_rooted(node) { format!("::{path}") } else { path };
        return Some(path);
    }
    let call = node.as_call_node()?;
    let name = name_of(&call.name());
    let receiver = call.receiver();
    let base = receiver.as_ref().and_then(path_of);
    match (base, name.as_str()) {
        (Some(base), "[]" | "new" | "define") => Some(base),
        (Some(base), _) if name.starts_with(char::is_uppercase) => Some(format!("{base}.{name}")),
        (Some(base), _) => Some(base),
        (None, _) if receiver.is_none() && name.starts_with(char::is_uppercase) => Some(name),
        _ => None,
    }
}

/// The names of a block's plain parameters.
fn parameter_names(params: Option<Node<'_>>) -> Vec<String> {
    let Some(block) = params.and_then(|p| p.as_block_parameters_node().and_then(|b| b.parameters())) else {
        return Vec::new();
    };
    let plain = block.requireds();
    plain.iter().filter_map(|p| p.as_required_parameter_node().map(|p| name_of(&p.name()))).collect()
}
