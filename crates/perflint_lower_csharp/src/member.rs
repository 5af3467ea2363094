//! Members of types: methods, constructors, properties, fields, events.

use crate::CSharp;
use crate::decl::{Declared, Head};
use crate::kinds::{K, f, field, kind};
use crate::stmt::arrow_value;
use perflint_ir::{BodyKind, ItemId, ItemKind, OpId, OpKind, ParamKind, TypeId};
use perflint_syntax::Place;
use perflint_syntax::Walk;
use tree_sitter::Node;

impl<'t> CSharp<'t> {
    /// A declaration of a file, namespace or type.
    pub(crate) fn member(&mut self, node: Node<'t>) {
        self.deeper(node, |this| this.member_inner(node));
    }

    fn member_inner(&mut self, node: Node<'t>) {
        match kind(node) {
            K::UsingDirective => self.using(node),
            K::Namespace => self.namespace(node),
            K::Class | K::Struct | K::Record | K::Enum => self.class(node, ItemKind::Class),
            K::Interface => self.class(node, ItemKind::Interface),
            K::Method => self.method(node),
            K::Constructor => self.constructor(node),
            K::Destructor => self.other_function(node, "Finalize"),
            K::Operator | K::ConversionOperator => self.other_function(node, "operator"),
            K::Property => self.property(node),
            K::Indexer => self.indexer(node),
            K::Field | K::EventField => self.field(node),
            K::Event => {
                let Some(name) = field(node, f().name) else { return };
                let ty = self.declared(field(node, f().r#type));
                let head = self.head(node);
                let id = self.item(ItemKind::Field, name, node);
                self.describe(id, head, ty);
            }
            K::PreprocIf | K::PreprocElif | K::PreprocElse => {
                for part in self.chosen(node) {
                    self.member(part);
                }
            }
            K::Error => {
                for part in self.children(node) {
                    self.member(part);
                }
            }
            _ => {}
        }
    }

    fn describe(&mut self, id: ItemId, head: Head<'t>, ty: Option<TypeId>) {
        let is_public = head.has("public") || self.in_interface();
        let item = self.low.file.item_mut(id);
        item.flags.is_static = head.has("static") || head.has("const");
        item.flags.is_public = is_public;
        (item.markers, item.ty) = (head.markers, ty);
    }

    /// True for members of an interface, which are public unless they say otherwise.
    fn in_interface(&mut self) -> bool {
        let owner = self.low.owner;
        self.low.file.item_mut(owner).kind == ItemKind::Interface
    }

    /// A function item with its code; `make` fills the body.
    fn function(&mut self, id: ItemId, node: Node<'t>, is_async: bool, make: impl FnOnce(&mut Self)) {
        let body = self.low.open(Place::Function, id, BodyKind::Function, node);
        self.low.scopes.here.body.set_async(is_async);
        let outer = (self.expected.take(), self.returns.take(), std::mem::take(&mut self.in_switch));
        make(self);
        (self.expected, self.returns, self.in_switch) = outer;
        self.low.close();
        self.low.file.item_mut(id).body = Some(body);
    }

    fn method(&mut self, node: Node<'t>) {
        let Some(name) = field(node, f().name) else { return };
        let head = self.head(node);
        let written = field(node, f().returns);
        let ty = self.declared(written);
        let list = field(node, f().parameters);
        let mut params = list.map(|list| self.declared_params(list)).unwrap_or_default();
        let extension = if head.has("static") { self.extension(&params, node) } else { None };
        let outer = self.low.owner;
        self.low.owner = extension.unwrap_or(outer);
        let id = self.item(ItemKind::Function, name, node);
        self.low.owner = outer;
        let code = field(node, f().body);
        let mut head = head;
        head.markers.extend(self.type_params(node));
        let (is_async, is_static) = (head.has("async"), extension.is_none() && head.has("static"));
        self.describe(id, head, ty);
        let flags = &mut self.low.file.item_mut(id).flags;
        (flags.is_async, flags.is_static, flags.is_abstract) = (is_async, is_static, code.is_none());
        let receiver: Option<Declared<'t>> = extension.map(|_| params.remove(0));
        let returns = self.awaited(written, is_async);
        self.function(id, node, is_async, |this| {
            this.declare_params(params);
            if let Some(receiver) = receiver {
                let value = this.low.op(OpKind::SelfRef, receiver.node);
                this.low.declare(receiver.name, value, receiver.node);
            }
            this.returns = returns;
            this.code(code.map(arrow_value));
        });
    }

    /// What a function that returns `Task<T>` returns with `return`.
    fn awaited(&mut self, written: Option<Node<'t>>, is_async: bool) -> Option<Node<'t>> {
        let written = written?;
        if !is_async {
            return Some(written);
        }
        self.type_args(written).into_iter().next()
    }

    fn constructor(&mut self, node: Node<'t>) {
        let Some(name) = field(node, f().name) else { return };
        let head = self.head(node);
        let params = field(node, f().parameters).map(|list| self.declared_params(list)).unwrap_or_default();
        let id = self.item(ItemKind::Function, name, node);
        self.describe(id, head, None);
        self.low.file.item_mut(id).flags.is_constructor = true;
        let initializer = self.child(node, K::ConstructorInitializer);
        let code = field(node, f().body);
        self.function(id, node, false, |this| {
            this.declare_params(params);
            if let Some(initializer) = initializer
                && let Some(list) = this.child(initializer, K::ArgumentList)
            {
                if this.has_word(initializer, "base") {
                    this.call_base(list);
                } else {
                    let (args, _) = this.arguments(Some(list));
                    let values: Vec<OpId> = args.iter().map(|arg| arg.value).collect();
                    this.low.unknown(&values, initializer);
                }
            }
            this.code(code.map(arrow_value));
        });
    }

    fn other_function(&mut self, node: Node<'t>, name: &str) {
        let params = field(node, f().parameters).map(|list| self.declared_params(list)).unwrap_or_default();
        let code = field(node, f().body);
        let ty = self.declared(field(node, f().r#type));
        let owner = self.low.owner;
        let item = self.low.file.blank(ItemKind::Function, name, owner, perflint_syntax::tree::span(node));
        let id = self.low.file.item(item);
        let item = self.low.file.item_mut(id);
        (item.ty, item.flags.is_static) = (ty, name == "operator");
        self.function(id, node, false, |this| {
            this.declare_params(params);
            this.code(code.map(arrow_value));
        });
    }

    /// A property without code is a field, one with code a function that is read like one.
    fn property(&mut self, node: Node<'t>) {
        let Some(name) = field(node, f().name) else { return };
        let head = self.head(node);
        let written = field(node, f().r#type);
        let ty = self.declared(written);
        let value = field(node, f().value);
        let accessors = field(node, f().accessors).map(|list| self.children(list)).unwrap_or_default();
        let accessor = |wanted: &str| {
            let found =
                |accessor: &&Node<'t>| field(**accessor, f().name).is_some_and(|name| name.kind() == wanted);
            accessors.iter().find(found).and_then(|accessor| field(*accessor, f().body))
        };
        let getter = accessor("get").or(value.filter(|value| kind(*value) == K::ArrowClause));
        if let Some(getter) = getter {
            let id = self.item(ItemKind::Function, name, node);
            self.describe(id, head, ty);
            self.low.file.item_mut(id).flags.is_property = true;
            self.function(id, node, false, |this| {
                this.returns = written;
                this.code(Some(arrow_value(getter)));
            });
        } else {
            self.expected = written;
            let init = value.map_or(OpId::NONE, |value| self.expr(value));
            self.expected = None;
            let id = self.item(ItemKind::Field, name, node);
            self.describe(id, head, ty);
            self.low.file.item_mut(id).init = init;
        }
        if let Some(setter) = accessor("set").or(accessor("init")) {
            self.accessor_function(&format!("set_{}", self.word(name)), node, ty, setter);
        }
    }

    fn accessor_function(&mut self, name: &str, node: Node<'t>, ty: Option<TypeId>, code: Node<'t>) {
        let owner = self.low.owner;
        let item = self.low.file.blank(ItemKind::Function, name, owner, perflint_syntax::tree::span(node));
        let id = self.low.file.item(item);
        self.function(id, node, false, |this| {
            this.low.param("value", ty, ParamKind::Normal);
            this.code(Some(arrow_value(code)));
        });
    }

    fn indexer(&mut self, node: Node<'t>) {
        let head = self.head(node);
        let ty = self.declared(field(node, f().r#type));
        let params = field(node, f().parameters).map(|list| self.declared_params(list)).unwrap_or_default();
        let accessors = field(node, f().accessors).map(|list| self.children(list)).unwrap_or_default();
        let getter = accessors.into_iter().find_map(|accessor| field(accessor, f().body));
        let owner = self.low.owner;
        let span = perflint_syntax::tree::span(node);
        let item = self.low.file.blank(ItemKind::Function, "get_Item", owner, span);
        let id = self.low.file.item(item);
        self.describe(id, head, ty);
        let code = getter.or(field(node, f().value));
        self.low.file.item_mut(id).flags.is_abstract = code.is_none();
        self.function(id, node, false, |this| {
            this.declare_params(params);
            this.code(code.map(arrow_value));
        });
    }

    fn field(&mut self, node: Node<'t>) {
        let head = self.head(node);
        let Some(declaration) = self.child(node, K::VariableDeclaration) else { return };
        let written = field(declaration, f().r#type);
        let ty = self.declared(written);
        let is_static = head.has("static") || head.has("const");
        let is_public = head.has("public");
        for declarator in self.children(declaration) {
            let Some(name) = field(declarator, f().name) else { continue };
            let value = self.children(declarator).pop().filter(|value| *value != name);
            self.expected = written;
            let init = value.map_or(OpId::NONE, |value| self.expr(value));
            self.expected = None;
            let id = self.item(ItemKind::Field, name, node);
            let item = self.low.file.item_mut(id);
            (item.ty, item.init, item.markers) = (ty, init, head.markers.clone());
            (item.flags.is_static, item.flags.is_public) = (is_static, is_public);
        }
    }
}
