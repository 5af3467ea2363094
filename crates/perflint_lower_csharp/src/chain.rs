//! Chains of member reads, calls and elements.
//!
//! A chain is walked without recursion, for it may be long. The grammar binds `?.` weaker than operators: `await a?.b()` is
//! read as `(await a)?.b()`, and `x == a?.b` likewise. Such a chain is handed on to the operand that it belongs to.

use crate::CSharp;
use crate::kinds::{K, f, field, kind};
use crate::types::library_name;
use perflint_ir::{Arg, CallForm, Callee, OpId, OpKind, Slot};
use perflint_syntax::Walk;
use perflint_syntax::lowering::{pos, type_arg};
use tree_sitter::Node;

/// An argument that the call gives a value to.
pub(crate) struct Out<'t> {
    target: Node<'t>,
}

impl<'t> CSharp<'t> {
    /// A chain from its outermost link.
    pub(crate) fn chain(&mut self, node: Node<'t>) -> OpId {
        let mut links = Vec::new();
        let mut head = node;
        let mut weak = false;
        while let Some(inner) = inner(head) {
            weak = kind(head) == K::ConditionalAccess || callee_of(head) == Some(K::ConditionalAccess);
            links.push(head);
            head = inner;
        }
        let operand = if weak { self.last_operand(head) } else { head };
        if operand != head {
            self.suffix = Some((operand.id(), links));
            return self.expr(head);
        }
        let value = self.expr_at(head);
        self.links(value, links)
    }

    /// Applies links, outermost first in the list, to a value.
    pub(crate) fn links(&mut self, mut value: OpId, links: Vec<Node<'t>>) -> OpId {
        for link in links.into_iter().rev() {
            value = match kind(link) {
                K::Invocation => self.method_call(value, link),
                K::MemberAccess => self.read_member(value, field(link, f().name), link),
                K::ConditionalAccess => match self.children(link).last() {
                    Some(bound) if kind(*bound) == K::MemberBinding => {
                        self.read_member(value, field(*bound, f().name), link)
                    }
                    Some(bound) => self.element(value, *bound, link),
                    None => value,
                },
                K::ElementAccess => match field(link, f().subscript) {
                    Some(subscript) => self.element(value, subscript, link),
                    None => value,
                },
                _ => value,
            };
        }
        value
    }

    /// The operand at the right end of an operator, which the grammar gave what follows `?` away from.
    fn last_operand(&mut self, node: Node<'t>) -> Node<'t> {
        let mut last = node;
        loop {
            let next = match kind(last) {
                K::Binary => field(last, f().right),
                K::Cast => field(last, f().value),
                K::Await | K::PrefixUnary => self.children(last).pop(),
                _ => None,
            };
            match next {
                Some(next) => last = next,
                None => return last,
            }
        }
    }

    fn read_member(&mut self, base: OpId, name: Option<Node<'t>>, node: Node<'t>) -> OpId {
        let name = name.map_or("", |name| self.simple_name(name));
        self.low.get(base, name, node)
    }

    fn element(&mut self, base: OpId, subscript: Node<'t>, node: Node<'t>) -> OpId {
        let keys = self.children(subscript);
        let range = keys.first().and_then(|key| key.named_child(0)).filter(|key| kind(*key) == K::Range);
        if let Some(range) = range {
            let limit = self.children(range).pop().filter(|limit| limit.end_byte() == range.end_byte());
            let limit = limit.map_or(OpId::NONE, |limit| self.expr(limit));
            return self.low.op(OpKind::Slice { base, limit }, node);
        }
        let (args, _) = self.arguments(Some(subscript));
        let key = match args.as_slice() {
            [] => OpId::NONE,
            [key] => key.value,
            several => {
                let keys: Vec<OpId> = several.iter().map(|arg| arg.value).collect();
                self.low.unknown(&keys, subscript)
            }
        };
        self.low.op(OpKind::Index { base, key }, node)
    }

    /// `recv.name(..)`, or a call of a value.
    fn method_call(&mut self, value: OpId, node: Node<'t>) -> OpId {
        let function = field(node, f().function);
        let name = function.and_then(|function| match kind(function) {
            K::MemberAccess => field(function, f().name),
            K::ConditionalAccess => {
                let bound = function.named_child(function.named_child_count().saturating_sub(1) as u32)?;
                field(bound, f().name)
            }
            _ => None,
        });
        let (mut args, outs) = self.arguments(field(node, f().arguments));
        let (callee, at) = match name {
            Some(name) => {
                self.add_type_args(name, &mut args);
                let text = self.simple_name(name);
                (Callee::Member { recv: value, name: self.low.file.sym(text) }, name)
            }
            None => (Callee::Value(value), function.unwrap_or(node)),
        };
        let looks_up = name.is_some_and(|name| self.simple_name(name) == "TryGetValue");
        let element = looks_up.then(|| (value, args.first().map_or(OpId::NONE, |arg| arg.value)));
        let call = self.low.invoke(callee, args, CallForm::Plain, at, node);
        self.give_outs(outs, call, element);
        call
    }

    /// `name(..)`: of a local, a member of the receiver, or a class around.
    pub(crate) fn bare_call(&mut self, node: Node<'t>, name: Node<'t>) -> OpId {
        let text = self.simple_name(name);
        let list = field(node, f().arguments);
        if text == "nameof" {
            let arg = list.map_or("", |list| self.low.text(list)).trim_matches(['(', ')', ' ']);
            let last = arg.rsplit('.').next().unwrap_or_default().to_owned();
            return self.low.string(&last, node);
        }
        let callee = self.low.read(text, name);
        let (mut args, outs) = self.arguments(list);
        self.add_type_args(name, &mut args);
        let call = self.low.invoke(Callee::Value(callee), args, CallForm::Plain, name, node);
        self.give_outs(outs, call, None);
        call
    }

    pub(crate) fn add_type_args(&mut self, name: Node<'t>, args: &mut Vec<Arg>) {
        let types = self.type_args(name);
        for (i, ty) in types.iter().enumerate() {
            let value = self.type_value(*ty);
            args.push(type_arg(&mut self.low.file, i, value));
        }
        // What a list is one of, after all that is named by its place: `Map<List<Order>>`.
        for (i, ty) in types.iter().enumerate() {
            if let Some(inner) = self.type_args(*ty).pop() {
                let value = self.type_value(inner);
                args.push(Arg { slot: Slot::Key(self.low.file.sym(&format!("<{i}.0>"))), value });
            }
        }
    }

    /// The arguments of a call, and those that the call will give a value to.
    pub(crate) fn arguments(&mut self, list: Option<Node<'t>>) -> (Vec<Arg>, Vec<Out<'t>>) {
        let (mut args, mut outs) = (Vec::new(), Vec::new());
        let before = self.expected.take();
        for arg in list.map(|list| self.children(list)).unwrap_or_default() {
            if kind(arg) != K::Argument {
                args.push(pos(self.expr(arg)));
                continue;
            }
            let name = field(arg, f().name);
            let is_out = self.has_word(arg, "out");
            let Some(value) = self.children(arg).pop().filter(|value| Some(*value) != name) else { continue };
            let value = if is_out {
                outs.push(Out { target: value });
                self.low.unknown(&[], value)
            } else {
                self.expr(value)
            };
            let slot = match name {
                Some(name) => Slot::Key(self.low.file.sym(self.word(name))),
                None => Slot::Pos,
            };
            args.push(Arg { slot, value });
        }
        self.expected = before;
        (args, outs)
    }

    /// `TryGetValue(key, out var x)` of a dictionary reads its element; of other `out` arguments nothing is known.
    pub(crate) fn give_outs(&mut self, outs: Vec<Out<'t>>, call: OpId, element: Option<(OpId, OpId)>) {
        for Out { target } in outs {
            let value = match element {
                Some((base, key)) => self.low.op(OpKind::Index { base, key }, target),
                None => self.low.unknown(&[call], target),
            };
            self.assign(target, value, target);
        }
    }

    /// A name at the head of a chain: a keyword for a type is the type.
    pub(crate) fn keyword(&mut self, node: Node<'t>) -> OpId {
        let text = self.low.text(node);
        self.low.name(library_name(text).unwrap_or(text), node)
    }
}

/// What a link stands on; `None` for what is no link.
fn inner(node: Node<'_>) -> Option<Node<'_>> {
    match kind(node) {
        K::Invocation => {
            let function = field(node, f().function)?;
            match kind(function) {
                K::MemberAccess | K::ConditionalAccess => inner(function),
                K::Identifier | K::GenericName => None,
                _ => Some(function),
            }
        }
        K::MemberAccess | K::ElementAccess => field(node, f().expression),
        K::ConditionalAccess => field(node, f().condition),
        // `x!` is `x` to everybody but the compiler.
        K::PostfixUnary => node.child(1).filter(|sign| sign.kind() == "!").and_then(|_| node.child(0)),
        _ => None,
    }
}

fn callee_of(node: Node<'_>) -> Option<K> {
    (kind(node) == K::Invocation).then(|| field(node, f().function).map(kind)).flatten()
}
