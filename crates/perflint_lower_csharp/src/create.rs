//! Objects, collections and what is put into them where they are made.

use crate::CSharp;
use crate::kinds::{K, f, field, kind};
use crate::literal::named_part;
use perflint_ir::{Arg, CallForm, Callee, OpId, OpKind, Shape, Slot};
use perflint_syntax::Walk;
use perflint_syntax::lowering::pos;
use perflint_syntax::tree::span;
use tree_sitter::Node;

impl<'t> CSharp<'t> {
    /// Whatever makes a value of parts.
    pub(crate) fn creation(&mut self, node: Node<'t>) -> OpId {
        match kind(node) {
            K::ObjectCreation => match field(node, f().r#type) {
                Some(ty) => self.object(node, ty),
                None => self.low.unknown(&[], node),
            },
            K::ImplicitObject => match self.expected {
                Some(ty) => self.object(node, ty),
                None => self.untyped(node),
            },
            K::AnonymousObject => self.anonymous(node),
            K::With => self.with(node),
            K::CollectionExpression => {
                let elements =
                    self.children(node).into_iter().map(|element| self.collected(element)).collect();
                self.low.make(Shape::List, elements, node)
            }
            K::Initializer => self.listed(node, node),
            _ => match self.child(node, K::Initializer) {
                Some(list) => self.listed(list, node),
                None => self.low.make(Shape::List, Vec::new(), node),
            },
        }
    }

    /// An element of `[a, ..b]`.
    fn collected(&mut self, element: Node<'t>) -> Arg {
        let inner = match kind(element) {
            K::CollectionElement => element.named_child(0).unwrap_or(element),
            _ => element,
        };
        let slot = if kind(inner) == K::SpreadElement { Slot::Rest } else { Slot::Pos };
        Arg { slot, value: self.only_child(inner) }
    }

    fn listed(&mut self, list: Node<'t>, node: Node<'t>) -> OpId {
        let values = self.children(list).into_iter().map(|value| pos(self.expr(value))).collect();
        self.low.make(Shape::List, values, node)
    }

    /// `new T(..) { .. }`. A collection that is made with its elements, and without arguments, is a literal.
    fn object(&mut self, node: Node<'t>, ty: Node<'t>) -> OpId {
        let list = field(node, f().arguments).or_else(|| self.child(node, K::ArgumentList));
        let init = field(node, f().initializer).or_else(|| self.child(node, K::Initializer));
        if let Some(init) = init
            && let Some(shape) = self.literal_shape(list, init)
        {
            return self.literal(init, shape, node);
        }
        let (mut args, outs) = self.arguments(list);
        let class = self.type_value(ty);
        self.add_type_args(ty, &mut args);
        let made = self.low.invoke(Callee::Value(class), args, CallForm::New, ty, node);
        self.give_outs(outs, made, None);
        if let Some(init) = init {
            self.fill(made, init);
        }
        made
    }

    /// The shape of a collection that an initialiser lists the elements of.
    fn literal_shape(&mut self, list: Option<Node<'t>>, init: Node<'t>) -> Option<Shape> {
        if list.is_some_and(|list| list.named_child_count() > 0) {
            return None;
        }
        let first = self.children(init).into_iter().next()?;
        match kind(first) {
            K::Initializer => Some(Shape::Map),
            K::Assignment => {
                let left = field(first, f().left)?;
                matches!(kind(left), K::ElementBinding | K::BracketedArgumentList).then_some(Shape::Map)
            }
            _ => Some(Shape::List),
        }
    }

    fn literal(&mut self, init: Node<'t>, shape: Shape, node: Node<'t>) -> OpId {
        if shape != Shape::Map {
            return self.listed(init, node);
        }
        let mut entries = Vec::new();
        for entry in self.children(init) {
            let parts = match kind(entry) {
                K::Initializer => self.children(entry),
                K::Assignment => {
                    let key = field(entry, f().left).map(|key| self.children(key)).unwrap_or_default();
                    key.into_iter().take(1).chain(field(entry, f().right)).collect()
                }
                _ => vec![entry],
            };
            let [key, value] = parts[..] else {
                entries.extend(parts.into_iter().map(|part| pos(self.expr(part))));
                continue;
            };
            let key = self.expr(key);
            let value = self.expr(value);
            match self.low.scopes.here.body.peek(key).kind {
                OpKind::Str(text) => entries.push(Arg { slot: Slot::Key(text), value }),
                _ => entries.extend([key, value].map(pos)),
            }
        }
        self.low.make(Shape::Map, entries, node)
    }

    /// What an initialiser does to the object that was made.
    fn fill(&mut self, made: OpId, init: Node<'t>) {
        self.deeper(init, |this| {
            for part in this.children(init) {
                this.fill_part(made, part);
            }
        });
    }

    fn fill_part(&mut self, made: OpId, part: Node<'t>) {
        let sides = field(part, f().left).zip(field(part, f().right));
        match (kind(part), sides) {
            (K::Assignment, Some((left, right))) => {
                let name = (kind(left) == K::Identifier).then(|| self.word(left));
                if let (K::Initializer, Some(name)) = (kind(right), name) {
                    let member = self.low.get(made, name, left);
                    return self.fill(member, right);
                }
                let value = self.expr(right);
                match name {
                    Some(name) => {
                        let name = self.low.file.sym(name);
                        self.low.scopes.here.body.put(made, name, value, span(left));
                    }
                    None => {
                        let key = self.arguments(Some(left)).0;
                        let key = key.first().map_or(OpId::NONE, |key| key.value);
                        self.low.scopes.here.body.store(made, key, value, span(part));
                    }
                }
            }
            (K::Initializer, _) => {
                let args = self.children(part).into_iter().map(|value| pos(self.expr(value))).collect();
                self.low.member(made, "Add", args, part, part);
            }
            _ => {
                let value = pos(self.expr(part));
                self.low.member(made, "Add", vec![value], part, part);
            }
        }
    }

    /// `new(..) { .. }` where nothing says of what: an object of what it is given.
    fn untyped(&mut self, node: Node<'t>) -> OpId {
        let (mut entries, _) = self.arguments(self.first_list(node));
        for part in self.child(node, K::Initializer).map(|init| self.children(init)).unwrap_or_default() {
            entries.push(self.named(part));
        }
        self.low.make(Shape::Map, entries, node)
    }

    fn first_list(&self, node: Node<'t>) -> Option<Node<'t>> {
        node.named_child(0).filter(|list| kind(*list) == K::ArgumentList)
    }

    /// `Name = value` as an entry.
    fn named(&mut self, part: Node<'t>) -> Arg {
        match (kind(part), field(part, f().left), field(part, f().right)) {
            (K::Assignment, Some(left), Some(right)) if kind(left) == K::Identifier => {
                let slot = Slot::Key(self.low.file.sym(self.word(left)));
                Arg { slot, value: self.expr(right) }
            }
            _ => pos(self.expr(part)),
        }
    }

    /// `new { a.B, C = d }`: members are called what they are given or read from.
    fn anonymous(&mut self, node: Node<'t>) -> OpId {
        let mut entries = Vec::new();
        let parts = self.children(node);
        let mut at = 0;
        while let Some(part) = parts.get(at).copied() {
            at += 1;
            let is_name =
                kind(part) == K::Identifier && part.next_sibling().is_some_and(|sign| sign.kind() == "=");
            let (name, value) = match parts.get(at) {
                Some(value) if is_name => {
                    at += 1;
                    (Some(part), *value)
                }
                _ => (named_part(part), part),
            };
            let value = self.expr(value);
            let slot = match name {
                Some(name) => Slot::Key(self.low.file.sym(self.simple_name(name))),
                None => Slot::Pos,
            };
            entries.push(Arg { slot, value });
        }
        self.low.make(Shape::Map, entries, node)
    }

    /// `x with { A = b }`: a copy with other members.
    fn with(&mut self, node: Node<'t>) -> OpId {
        let mut entries = Vec::new();
        for part in self.children(node) {
            if kind(part) != K::WithInitializer {
                entries.push(Arg { slot: Slot::KeyRest, value: self.expr(part) });
                continue;
            }
            if let [name, value] = self.children(part)[..] {
                let slot = Slot::Key(self.low.file.sym(self.word(name)));
                entries.push(Arg { slot, value: self.expr(value) });
            }
        }
        self.low.make(Shape::Map, entries, node)
    }
}
