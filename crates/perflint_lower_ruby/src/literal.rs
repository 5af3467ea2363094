//! Literals: strings with and without holes, symbols, lists, maps.

use crate::walk::{Ruby, pos, utf8};
use perflint_ir::{Arg, OpId, OpKind, Shape, Slot, Span};
use ruby_prism::{Node, NodeList};

impl Ruby<'_> {
    /// A literal; `None` for any other node.
    pub(crate) fn literal(&mut self, node: &Node<'_>, at: Span) -> Option<OpId> {
        Some(match node {
            Node::NilNode { .. } => self.null(at),
            Node::TrueNode { .. } => self.op(OpKind::Bool(true), at),
            Node::FalseNode { .. } => self.op(OpKind::Bool(false), at),
            Node::IntegerNode { .. } => self.integer(node, at),
            Node::StringNode { .. } => self.string(&utf8(node.as_string_node()?.unescaped()), at),
            Node::SymbolNode { .. } => self.string(&utf8(node.as_symbol_node()?.unescaped()), at),
            Node::InterpolatedStringNode { .. } => {
                self.parts(&node.as_interpolated_string_node()?.parts(), at)
            }
            Node::InterpolatedSymbolNode { .. } => {
                self.parts(&node.as_interpolated_symbol_node()?.parts(), at)
            }
            Node::InterpolatedXStringNode { .. } => {
                let text = self.parts(&node.as_interpolated_x_string_node()?.parts(), at);
                self.shell(text, at)
            }
            Node::XStringNode { .. } => {
                let text = self.string(&utf8(node.as_x_string_node()?.unescaped()), at);
                self.shell(text, at)
            }
            Node::InterpolatedRegularExpressionNode { .. } => {
                let text = self.parts(&node.as_interpolated_regular_expression_node()?.parts(), at);
                self.unknown(&[text], at)
            }
            Node::ArrayNode { .. } => self.array(&node.as_array_node()?.elements(), at),
            Node::HashNode { .. } => self.hash(&node.as_hash_node()?.elements(), at),
            Node::KeywordHashNode { .. } => self.hash(&node.as_keyword_hash_node()?.elements(), at),
            Node::RangeNode { .. } => {
                let range = node.as_range_node()?;
                let mut ends = Vec::new();
                for end in [range.left(), range.right()].into_iter().flatten() {
                    ends.push(self.expr(&end));
                }
                self.unknown(&ends, at)
            }
            _ => return None,
        })
    }

    /// What runs a command in backquotes.
    fn shell(&mut self, text: OpId, at: Span) -> OpId {
        let callee = self.name("`", at);
        self.invoke(perflint_ir::Callee::Value(callee), vec![pos(text)], perflint_ir::CallForm::Plain, at)
    }

    fn integer(&mut self, node: &Node<'_>, at: Span) -> OpId {
        let value = node.as_integer_node().map_or(0, |n| {
            let value = n.value();
            let (negative, digits) = value.to_u32_digits();
            let size = match digits {
                [one] => i32::try_from(*one).unwrap_or(i32::MAX),
                _ => i32::MAX,
            };
            if negative { -size } else { size }
        });
        self.op(OpKind::Int(value), at)
    }

    /// A string with holes; one without them is a plain string.
    pub(crate) fn parts(&mut self, parts: &NodeList<'_>, at: Span) -> OpId {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        for part in parts.iter() {
            match &part {
                Node::StringNode { .. } => {
                    plain.push_str(&part.as_string_node().map(|n| utf8(n.unescaped())).unwrap_or_default());
                    continue;
                }
                Node::InterpolatedStringNode { .. } => {
                    self.flush(&mut plain, &mut pieces, at);
                    pieces.push(self.expr(&part));
                }
                Node::EmbeddedStatementsNode { .. } => {
                    self.flush(&mut plain, &mut pieces, at);
                    let inner = part.as_embedded_statements_node().and_then(|n| n.statements());
                    let at = self.at(&part);
                    pieces.push(self.suite(inner, at));
                }
                Node::EmbeddedVariableNode { .. } => {
                    self.flush(&mut plain, &mut pieces, at);
                    if let Some(variable) = part.as_embedded_variable_node() {
                        pieces.push(self.expr(&variable.variable()));
                    }
                }
                _ => pieces.push(self.expr(&part)),
            }
        }
        if pieces.is_empty() {
            return self.string(&plain, at);
        }
        self.flush(&mut plain, &mut pieces, at);
        self.scopes.here.body.text(&pieces, at)
    }

    fn flush(&mut self, plain: &mut String, pieces: &mut Vec<OpId>, at: Span) {
        if !plain.is_empty() {
            pieces.push(self.string(plain, at));
            plain.clear();
        }
    }

    fn array(&mut self, elements: &NodeList<'_>, at: Span) -> OpId {
        let mut args = Vec::new();
        for element in elements.iter() {
            let splat = element.as_splat_node().and_then(|n| n.expression());
            args.push(match splat {
                Some(inner) => Arg { slot: Slot::Rest, value: self.expr(&inner) },
                None => pos(self.expr(&element)),
            });
        }
        self.make(Shape::List, args, at)
    }

    fn hash(&mut self, elements: &NodeList<'_>, at: Span) -> OpId {
        let args = self.pairs(elements, false);
        self.make(Shape::Map, args, at)
    }

    /// Keys and values. A key that is no literal is an argument before its value where it is `told`, else its value is kept
    /// without it.
    pub(crate) fn pairs(&mut self, elements: &NodeList<'_>, told: bool) -> Vec<Arg> {
        let mut args = Vec::new();
        for element in elements.iter() {
            if let Some(splat) = element.as_assoc_splat_node() {
                let at = self.at(&element);
                let value = match splat.value() {
                    Some(value) => self.expr(&value),
                    None => self.forwarded("**", at),
                };
                args.push(Arg { slot: Slot::KeyRest, value });
                continue;
            }
            let Some(assoc) = element.as_assoc_node() else {
                args.push(pos(self.expr(&element)));
                continue;
            };
            let key = match literal_text(&assoc.key()) {
                Some(key) => Slot::Key(self.sym(&key)),
                None => {
                    let key = self.expr(&assoc.key());
                    args.extend(told.then(|| pos(key)));
                    Slot::Pos
                }
            };
            args.push(Arg { slot: key, value: self.expr(&assoc.value()) });
        }
        args
    }

    /// What an anonymous parameter passes on.
    pub(crate) fn forwarded(&mut self, name: &str, at: Span) -> OpId {
        match self.scopes.find(&mut self.file, name) {
            Some(local) => self.op(OpKind::Local(local), at),
            None => self.unknown(&[], at),
        }
    }
}

/// The text of a literal symbol or string.
pub(crate) fn literal_text(node: &Node<'_>) -> Option<String> {
    match node {
        Node::SymbolNode { .. } => node.as_symbol_node().map(|n| utf8(n.unescaped())),
        Node::StringNode { .. } => node.as_string_node().map(|n| utf8(n.unescaped())),
        _ => None,
    }
}
