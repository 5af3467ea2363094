//! Calls and their arguments.

use crate::class::literal_name;
use crate::method::BLOCK;
use crate::{Ruby, text};
use perflint_ir::{Arg, BinOp, CallForm, Callee, OpId, OpKind, Slot, Span};
use perflint_syntax::lowering::pos;
use ruby_prism::{ArgumentsNode, CallNode, Node};

impl Ruby<'_> {
    pub(crate) fn call(&mut self, call: &CallNode<'_>, node: &Node<'_>) -> OpId {
        let name = text(call.name().as_slice()).to_owned();
        let whole = self.span(&node.location());
        let at = call
            .message_loc()
            .map_or(whole, |message| Span::new(self.span(&message).start, self.span(&node.location()).end()));
        let receiver = call.receiver();
        if let Some(of) = &receiver
            && let Some(value) = self.operator(&name, of, call, whole)
        {
            return value;
        }
        let recv = receiver.as_ref().map(|of| self.expr(of));
        if let (Some(base), Some(field)) = (recv, name.strip_suffix('='))
            && let Some(value) = call.arguments().and_then(|args| args.arguments().first())
            && !field.is_empty()
            && field.ends_with(|c: char| c.is_alphanumeric() || c == '_')
        {
            let value = self.expr(&value);
            let field = self.file.sym(field);
            self.scopes.here.body.put(base, field, value, whole);
            return value;
        }
        let mut args = call.arguments().map(|args| self.arguments(&args)).unwrap_or_default();
        let bare = args.is_empty() && call.block().is_none() && call.opening_loc().is_none();
        args.extend(self.block_argument(call.block()));
        let form = if bare { CallForm::Auto } else { CallForm::Plain };
        let sym = self.file.sym(&name);
        let callee = match (recv, self.context, bare) {
            (Some(recv), ..) => Callee::Member { recv, name: sym },
            // In a template a name without more is what it was rendered with.
            (None, Some(_), true) => {
                let base = self.holder(at);
                Callee::Value(self.op(OpKind::Get { base, name: sym }, at))
            }
            _ => Callee::Value(self.op(OpKind::Name(sym), at)),
        };
        self.scopes.here.body.call(callee, args, form, at)
    }

    /// Operators that have a shape of their own.
    fn operator(&mut self, name: &str, of: &Node<'_>, call: &CallNode<'_>, at: Span) -> Option<OpId> {
        let args: Vec<Node<'_>> =
            call.arguments().map(|args| args.arguments().iter().collect()).unwrap_or_default();
        match (name, args.as_slice()) {
            ("!", []) => {
                let value = self.expr(of);
                Some(self.op(OpKind::Not(value), at))
            }
            ("[]", [key]) => {
                let (base, key) = (self.expr(of), self.expr(key));
                Some(self.op(OpKind::Index { base, key }, at))
            }
            ("[]=", [key, value]) => {
                let (base, key) = (self.expr(of), self.expr(key));
                let value = self.expr(value);
                self.scopes.here.body.store(base, key, value, at);
                Some(value)
            }
            (
                "+" | "==" | "!=" | "<" | ">" | "<=" | ">=" | "===" | "-" | "*" | "/" | "%" | "|" | "&"
                | "=~",
                [arg],
            ) => {
                let (lhs, rhs) = (self.expr(of), self.expr(arg));
                let op = match name {
                    "+" => BinOp::Add,
                    "==" | "!=" | "===" => BinOp::Eq,
                    "<" | ">" | "<=" | ">=" => BinOp::Order,
                    "|" => BinOp::BitOr,
                    _ => BinOp::Other,
                };
                let value = self.op(OpKind::Binary { op, lhs, rhs }, at);
                Some(if name == "!=" { self.op(OpKind::Not(value), at) } else { value })
            }
            _ => None,
        }
    }

    pub(crate) fn arguments(&mut self, args: &ArgumentsNode<'_>) -> Vec<Arg> {
        let mut out = Vec::new();
        for arg in &args.arguments() {
            if let Some(hash) = arg.as_keyword_hash_node() {
                for element in &hash.elements() {
                    out.extend(self.pair(&element));
                }
            } else if let Some(splat) = arg.as_splat_node() {
                let value = splat.expression().map_or(OpId::NONE, |value| self.expr(&value));
                out.push(Arg { slot: Slot::Rest, value });
            } else {
                out.push(pos(self.expr(&arg)));
            }
        }
        out
    }

    /// An element of a hash, or of arguments by name.
    pub(crate) fn pair(&mut self, element: &Node<'_>) -> Option<Arg> {
        if let Some(splat) = element.as_assoc_splat_node() {
            let value = splat.value().map_or(OpId::NONE, |value| self.expr(&value));
            return Some(Arg { slot: Slot::KeyRest, value });
        }
        let assoc = element.as_assoc_node()?;
        let slot = match literal_name(&assoc.key()) {
            Some(key) => Slot::Key(self.file.sym(&key)),
            None => {
                self.expr(&assoc.key());
                Slot::Pos
            }
        };
        let value = self.expr(&assoc.value());
        Some(Arg { slot, value })
    }

    /// A block, or `&something`.
    pub(crate) fn block_argument(&mut self, block: Option<Node<'_>>) -> Option<Arg> {
        let block = block?;
        let at = self.span(&block.location());
        if let Some(block) = block.as_block_node() {
            let value = self.closure(block.parameters(), block.body(), at);
            return Some(Arg { slot: Slot::Block, value });
        }
        let given = block.as_block_argument_node()?;
        let value = match given.expression() {
            Some(symbol) if symbol.as_symbol_node().is_some() => {
                let name = literal_name(&symbol).unwrap_or_default();
                self.caller(&name, at)
            }
            Some(value) => self.expr(&value),
            None => self.read_local(BLOCK, at),
        };
        Some(Arg { slot: Slot::Block, value })
    }
}
