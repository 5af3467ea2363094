//! Calls: chains of them, their arguments and blocks.

use crate::literal::literal_text;
use crate::operator::{binary, is_binary};
use crate::walk::{BLOCK, Ruby, name_of, pos};
use perflint_ir::{Arg, BodyKind, CallForm, Callee, ExitKind, OpId, OpKind, ParamKind, Slot, Span};
use perflint_syntax::Place;
use ruby_prism::{ArgumentsNode, CallNode, Node};

/// Methods that call the method which their first argument names.
const SENDERS: &[&str] = &["send", "public_send", "__send__", "try", "try!"];

impl Ruby<'_> {
    /// A chain of calls. The parser nests the receivers, however long the chain is.
    pub(crate) fn chain(&mut self, node: &Node<'_>) -> OpId {
        let mut calls: Vec<CallNode<'_>> = Vec::new();
        let mut next = node.as_call_node();
        let mut first = None;
        while let Some(call) = next {
            let receiver = call.receiver();
            next = receiver.as_ref().and_then(Node::as_call_node);
            if next.is_none() {
                first = receiver;
            }
            calls.push(call);
        }
        let mut value = first.as_ref().map(|node| self.expr(node));
        while let Some(call) = calls.pop() {
            value = Some(self.call(&call, value, first.as_ref()));
            first = None;
        }
        value.unwrap_or(OpId::NONE)
    }

    /// One call; `origin` is the node of the receiver if that is no call.
    fn call(&mut self, call: &CallNode<'_>, recv: Option<OpId>, origin: Option<&Node<'_>>) -> OpId {
        let name = name_of(&call.name());
        let whole = self.span(&call.location());
        let at = match call.message_loc() {
            Some(message) => self.between(message.start(), call.location().end()),
            None => whole,
        };
        let Some(recv) = recv else { return self.bare_call(call, &name, at) };
        if call.is_attribute_write() {
            return self.attribute_write(call, recv, &name, whole);
        }
        match name.as_str() {
            "!" => return self.op(OpKind::Not(recv), whole),
            "class" if self.scopes.here.body.peek(recv).kind == OpKind::SelfRef => {
                return self.name("self.class", whole);
            }
            "[]" => return self.element(call, recv, whole),
            "!=" | "!~" => {
                let rhs = self.first_argument(call, whole);
                let same = self.op(OpKind::Binary { op: perflint_ir::BinOp::Eq, lhs: recv, rhs }, whole);
                return self.op(OpKind::Not(same), whole);
            }
            "new" if origin.is_some_and(is_constant) => {
                let args = self.arguments(call);
                return self.invoke(Callee::Value(recv), args, CallForm::New, at);
            }
            "method" if call.block().is_none() => {
                if let Some(method) = self.literal_argument(call) {
                    return self.get(recv, &method, at);
                }
            }
            _ if is_binary(&name) && call.arguments().is_some_and(|a| a.arguments().len() == 1) => {
                let rhs = self.first_argument(call, whole);
                return self.op(OpKind::Binary { op: binary(&name), lhs: recv, rhs }, whole);
            }
            _ if SENDERS.contains(&name.as_str()) => {
                if let Some(method) = self.literal_argument(call) {
                    let args = self.arguments_from(call, 1);
                    return self.member(recv, &method, args, CallForm::Plain, at);
                }
            }
            _ => {}
        }
        let is_read = call.arguments().is_none() && call.block().is_none() && call.opening_loc().is_none();
        let args = self.arguments(call);
        let form = if is_read { CallForm::Auto } else { CallForm::Plain };
        self.member(recv, &name, args, form, at)
    }

    /// A call without receiver.
    fn bare_call(&mut self, call: &CallNode<'_>, name: &str, at: Span) -> OpId {
        if self.in_class_body() {
            if let Some(value) = self.class_statement(call, name, at) {
                return value;
            }
            let alone = call.arguments().is_none() && call.block().is_none();
            self.open_class().word = alone.then(|| name.to_owned());
        }
        let block = call.block().and_then(|b| b.as_block_node());
        match name {
            "raise" | "fail" | "throw" => {
                let args: Vec<OpId> = self.arguments(call).iter().map(|arg| arg.value).collect();
                let value = self.unknown(&args, at);
                return self.scopes.here.body.exit(ExitKind::Raise, value, at);
            }
            "loop" if call.arguments().is_none() => {
                if let Some(block) = block {
                    let body = block.body();
                    self.endless(OpId::NONE, at, |ruby| {
                        ruby.part(body.as_ref());
                    });
                    return self.null(at);
                }
            }
            "lambda" | "proc" => {
                if let Some(block) = block {
                    return self.closure(block.parameters(), block.body(), false, at);
                }
            }
            "binding" | "block_given?" | "__method__" if call.arguments().is_none() => {
                return self.unknown(&[], at);
            }
            "new" => {
                let recv = self.op(OpKind::SelfRef, at);
                let args = self.arguments(call);
                return self.invoke(Callee::Value(recv), args, CallForm::New, at);
            }
            "method" => {
                if let Some(method) = self.literal_argument(call) {
                    let recv = self.op(OpKind::SelfRef, at);
                    return self.get(recv, &method, at);
                }
            }
            _ if SENDERS.contains(&name) => {
                if let Some(method) = self.literal_argument(call) {
                    let args = self.arguments_from(call, 1);
                    let callee = self.name(&method, at);
                    return self.invoke(Callee::Value(callee), args, CallForm::Plain, at);
                }
            }
            _ => {}
        }
        let is_read = call.arguments().is_none() && call.block().is_none() && call.opening_loc().is_none();
        // The builder that templates of this kind are written for.
        if is_read && name == "json" && self.is_json {
            let callee = self.name("Jbuilder", at);
            return self.invoke(Callee::Value(callee), Vec::new(), CallForm::New, at);
        }
        let may_be_local = is_read && !name.ends_with(['?', '!']);
        let context = if may_be_local { self.context(at) } else { None };
        // A local that the template was given, or else a helper.
        if let Some(context) = context {
            return self.member(context, name, Vec::new(), CallForm::Auto, at);
        }
        let callee = self.name(name, at);
        let args = self.arguments(call);
        let form = if is_read { CallForm::Auto } else { CallForm::Plain };
        self.invoke(Callee::Value(callee), args, form, at)
    }

    fn attribute_write(&mut self, call: &CallNode<'_>, recv: OpId, name: &str, at: Span) -> OpId {
        let mut values: Vec<OpId> = self.arguments(call).iter().map(|arg| arg.value).collect();
        let Some(value) = values.pop() else { return self.unknown(&[recv], at) };
        if name == "[]=" {
            let key = match values.first() {
                Some(key) => *key,
                None => self.unknown(&[], at),
            };
            self.scopes.here.body.store(recv, key, value, at);
        } else {
            self.put_member(recv, name.trim_end_matches('='), value, at);
        }
        value
    }

    /// `a[k]`, `a[0, 5]`, `a[..9]`.
    fn element(&mut self, call: &CallNode<'_>, recv: OpId, at: Span) -> OpId {
        let arguments: Vec<Node<'_>> = call.arguments().iter().flat_map(|a| a.arguments().iter()).collect();
        match arguments.as_slice() {
            [one] => match one.as_range_node() {
                Some(range) => {
                    if let Some(left) = range.left() {
                        self.expr(&left);
                    }
                    let limit = range.right().map_or(OpId::NONE, |right| self.expr(&right));
                    self.op(OpKind::Slice { base: recv, limit }, at)
                }
                None => {
                    let key = self.expr(one);
                    self.op(OpKind::Index { base: recv, key }, at)
                }
            },
            [start, length] => {
                self.expr(start);
                let limit = self.expr(length);
                self.op(OpKind::Slice { base: recv, limit }, at)
            }
            _ => {
                let args = self.arguments(call);
                self.member(recv, "[]", args, CallForm::Plain, at)
            }
        }
    }

    fn first_argument(&mut self, call: &CallNode<'_>, at: Span) -> OpId {
        match call.arguments().and_then(|a| a.arguments().first()) {
            Some(node) => self.expr(&node),
            None => self.unknown(&[], at),
        }
    }

    /// The text of the first argument, if it is a literal symbol or string.
    pub(crate) fn literal_argument(&self, call: &CallNode<'_>) -> Option<String> {
        call.arguments().and_then(|a| a.arguments().first()).as_ref().and_then(literal_text)
    }

    pub(crate) fn arguments(&mut self, call: &CallNode<'_>) -> Vec<Arg> {
        self.arguments_from(call, 0)
    }

    fn arguments_from(&mut self, call: &CallNode<'_>, skip: usize) -> Vec<Arg> {
        self.argument_list(call.arguments(), call.block(), skip)
    }

    pub(crate) fn argument_list(
        &mut self,
        arguments: Option<ArgumentsNode<'_>>,
        block: Option<Node<'_>>,
        skip: usize,
    ) -> Vec<Arg> {
        let mut args = Vec::new();
        for argument in arguments.iter().flat_map(|a| a.arguments().iter()).skip(skip) {
            self.argument(&argument, &mut args);
        }
        if let Some(block) = block {
            let value = self.block(&block);
            args.push(Arg { slot: Slot::Block, value });
        }
        args
    }

    fn argument(&mut self, node: &Node<'_>, args: &mut Vec<Arg>) {
        let at = self.at(node);
        match node {
            Node::KeywordHashNode { .. } => {
                let Some(hash) = node.as_keyword_hash_node() else { return };
                args.extend(self.pairs(&hash.elements(), true));
            }
            Node::SplatNode { .. } => {
                let value = match node.as_splat_node().and_then(|n| n.expression()) {
                    Some(inner) => self.expr(&inner),
                    None => self.forwarded("*", at),
                };
                args.push(Arg { slot: Slot::Rest, value });
            }
            Node::ForwardingArgumentsNode { .. } => {
                args.push(Arg { slot: Slot::Rest, value: self.forwarded("*", at) });
                args.push(Arg { slot: Slot::KeyRest, value: self.forwarded("**", at) });
                args.push(Arg { slot: Slot::Block, value: self.forwarded(BLOCK, at) });
            }
            _ => args.push(pos(self.expr(node))),
        }
    }

    /// The block of a call, or what is passed as one.
    fn block(&mut self, node: &Node<'_>) -> OpId {
        let at = self.at(node);
        if let Some(block) = node.as_block_node() {
            return self.closure(block.parameters(), block.body(), true, at);
        }
        let Some(expression) = node.as_block_argument_node().and_then(|n| n.expression()) else {
            return self.forwarded(BLOCK, at);
        };
        match expression.as_symbol_node() {
            Some(symbol) => {
                let name = crate::walk::utf8(symbol.unescaped());
                self.symbol_block(&name, at)
            }
            None => self.expr(&expression),
        }
    }

    /// `&:name`: a closure that calls a method of its argument.
    fn symbol_block(&mut self, name: &str, at: Span) -> OpId {
        let item = self.scopes.here.item;
        let body = self.scopes.open(&mut self.file, Place::Closure, item, BodyKind::Closure, at);
        let local = self.param("", ParamKind::Normal);
        let value = self.op(OpKind::Local(local), at);
        let result = match name {
            "!" => self.op(OpKind::Not(value), at),
            _ => self.member(value, name, Vec::new(), CallForm::Auto, at),
        };
        self.scopes.here.body.exit(ExitKind::Return, result, at);
        self.scopes.close(&mut self.file);
        self.op(OpKind::Lambda(body), at)
    }

    pub(crate) fn yielded(&mut self, node: &Node<'_>, at: Span) -> OpId {
        let arguments = node.as_yield_node().and_then(|n| n.arguments());
        let args = self.argument_list(arguments, None, 0);
        match self.scopes.find(&mut self.file, BLOCK) {
            Some(local) => {
                let block = self.op(OpKind::Local(local), at);
                self.invoke(Callee::Value(block), args, CallForm::Plain, at)
            }
            None => {
                let values: Vec<OpId> = args.iter().map(|arg| arg.value).collect();
                self.unknown(&values, at)
            }
        }
    }

    /// `super`: with its arguments, or with the parameters of the method.
    pub(crate) fn super_call(&mut self, node: &Node<'_>, at: Span) -> OpId {
        let method = self.inside.iter().rev().find(|i| !i.method.is_empty());
        let (method, params) = method.map(|i| (i.method.clone(), i.params.clone())).unwrap_or_default();
        let base = self.op(OpKind::SuperRef, at);
        let args = match node.as_super_node() {
            Some(n) => self.argument_list(n.arguments(), n.block(), 0),
            None => {
                let block = node.as_forwarding_super_node().and_then(|n| n.block()).map(|b| b.as_node());
                let mut args = self.passed_on(&params, at);
                if let Some(block) = block {
                    args.retain(|arg| arg.slot != Slot::Block);
                    let value = self.block(&block);
                    args.push(Arg { slot: Slot::Block, value });
                }
                args
            }
        };
        match method.as_str() {
            "initialize" | "" => self.invoke(Callee::Value(base), args, CallForm::Plain, at),
            _ => self.member(base, &method, args, CallForm::Plain, at),
        }
    }

    fn passed_on(&mut self, params: &[(String, ParamKind)], at: Span) -> Vec<Arg> {
        let mut args = Vec::new();
        for (name, kind) in params {
            let value = self.forwarded(name, at);
            let slot = match kind {
                ParamKind::Normal => Slot::Pos,
                ParamKind::KeyOnly => Slot::Key(self.sym(name)),
                ParamKind::Rest => Slot::Rest,
                ParamKind::KeyRest => Slot::KeyRest,
                ParamKind::Block => Slot::Block,
            };
            args.push(Arg { slot, value });
        }
        args
    }
}

/// True for the name of a class or module.
pub(crate) fn is_constant(node: &Node<'_>) -> bool {
    matches!(node, Node::ConstantReadNode { .. } | Node::ConstantPathNode { .. } | Node::SelfNode { .. })
}
