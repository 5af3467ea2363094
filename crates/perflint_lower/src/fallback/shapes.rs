//! What the walker makes of each shape: operations from the values of their operands.

use super::grammar::{Field, Shape, child, children, text};
use super::walker::{Walker, span};
use perflint_ir::{Arg, BinOp, CallForm, Callee, Item, ItemKind, LocalId, OpId, OpKind, Slot, Span};
use tree_sitter::Node;

impl<'t> Walker<'t, '_> {
    /// The value of a node from those of its operands.
    pub fn build(&mut self, node: Node<'t>, values: &[OpId]) -> OpId {
        let place = span(node);
        let last = values.iter().rev().copied().find(|value| value.is_some()).unwrap_or(OpId::NONE);
        match self.grammar.shape(node) {
            Shape::Through => last,
            Shape::Unknown => self.unknown(values, place),
            Shape::Name => self.read(node),
            Shape::SelfRef => self.op(OpKind::SelfRef, place),
            Shape::SuperRef => self.op(OpKind::SuperRef, place),
            Shape::Null => self.op(OpKind::Null, place),
            Shape::Bool(value) => self.op(OpKind::Bool(value), place),
            Shape::Number => match text(node, self.source).replace('_', "").parse() {
                Ok(number) => self.op(OpKind::Int(number), place),
                Err(_) => self.unknown(&[], place),
            },
            Shape::Text => self.string(node, values),
            Shape::Call { callee, args, form } => self.call(node, values, (callee, args, form)),
            Shape::Pair { .. } => last,
            Shape::Member { name, .. } => {
                let base = self.some(last, place);
                let name = self.field_name(node, name);
                self.op(OpKind::Get { base, name }, place)
            }
            Shape::Index { .. } => match values {
                [base, key] if base.is_some() && key.is_some() => {
                    self.op(OpKind::Index { base: *base, key: *key }, place)
                }
                _ => self.unknown(values, place),
            },
            Shape::Binary { .. } => self.binary(node, values),
            Shape::List | Shape::Comprehension { .. } => self.list(node, values),
            Shape::Tuple => self.make(perflint_ir::Shape::Tuple, values, place),
            Shape::Map => self.map(node, values),
            Shape::Assign { left, .. } => self.assign(node, left, values),
            Shape::Await if last.is_some() => self.op(OpKind::Await(last), place),
            Shape::Yield => {
                self.frames.current.body.set_generator();
                self.op(OpKind::Yield(last), place)
            }
            Shape::Property { name, ty, .. } => self.property(node, name, ty, last),
            Shape::Exit(how) => {
                self.frames.current.body.exit(how, last, place);
                OpId::NONE
            }
            Shape::Decorator => self.decorator(node, last),
            Shape::Attribute => self.attribute(node),
            Shape::Import => self.import(node),
            Shape::Export => self.export(node),
            _ => OpId::NONE,
        }
    }

    fn unknown(&mut self, values: &[OpId], span: Span) -> OpId {
        let values: Vec<OpId> = values.iter().copied().filter(|value| value.is_some()).collect();
        self.frames.current.body.unknown(&values, span)
    }

    /// The value, or null where there is none.
    fn some(&mut self, value: OpId, span: Span) -> OpId {
        if value.is_some() { value } else { self.op(OpKind::Null, span) }
    }

    fn read(&mut self, node: Node<'t>) -> OpId {
        let name = self.file.sym(text(node, self.source));
        let kind = match self.frames.find(name) {
            Some(local) => OpKind::Local(local),
            None if self.frames.is_receiver(name) => OpKind::SelfRef,
            None => OpKind::Name(name),
        };
        self.op(kind, span(node))
    }

    fn field_name(&mut self, node: Node<'t>, field: Field) -> perflint_ir::Sym {
        let name = child(node, field).map_or("", |name| text(name, self.source));
        self.file.sym(name)
    }

    /// A literal, or text if it has holes; adjacent literals are joined.
    fn string(&mut self, node: Node<'t>, values: &[OpId]) -> OpId {
        let place = span(node);
        let mut values = values.iter().copied();
        let mut parts = Vec::new();
        let mut literal = String::new();
        for part in children(node) {
            match self.grammar.shape(part) {
                Shape::Piece => literal.push_str(text(part, self.source)),
                Shape::Skip => {}
                _ => match values
                    .next()
                    .unwrap_or(OpId::NONE)
                    .some()
                    .map(|id| (id, self.frames.current.body.peek(id).kind))
                {
                    Some((_, OpKind::Str(sym))) => literal.push_str(self.file.text(sym)),
                    Some((hole, _)) => {
                        self.flush(&mut literal, &mut parts, place);
                        parts.push(hole);
                    }
                    None => {}
                },
            }
        }
        if parts.is_empty() {
            let sym = self.file.sym(&literal);
            return self.op(OpKind::Str(sym), place);
        }
        self.flush(&mut literal, &mut parts, place);
        self.frames.current.body.text(&parts, place)
    }

    fn flush(&mut self, literal: &mut String, parts: &mut Vec<OpId>, span: Span) {
        if !literal.is_empty() {
            let sym = self.file.sym(literal);
            parts.push(self.op(OpKind::Str(sym), span));
            literal.clear();
        }
    }

    fn call(
        &mut self,
        node: Node<'t>,
        values: &[OpId],
        (callee, args, form): (Field, Field, CallForm),
    ) -> OpId {
        let place = span(node);
        let Some(target) = child(node, callee).map(|target| self.callee(target)) else {
            return self.unknown(values, place);
        };
        let nodes = self.arguments(node, args);
        let (receiver, rest) =
            values.split_first().map_or((OpId::NONE, values), |(first, rest)| (*first, rest));
        let receiver = self.some(receiver, place);
        let mut list = Vec::with_capacity(rest.len());
        for (node, value) in nodes.into_iter().zip(rest) {
            let value = self.some(*value, place);
            list.push(Arg { slot: self.slot(node), value });
        }
        let (callee, start) = match self.grammar.shape(target) {
            Shape::Member { name, .. } => {
                let start = child(target, name).map_or(target.start_byte(), |name| name.start_byte());
                (Callee::Member { recv: receiver, name: self.field_name(target, name) }, start)
            }
            _ => (Callee::Value(receiver), target.start_byte()),
        };
        self.frames.current.body.call(callee, list, form, Span::new(start as u32, node.end_byte() as u32))
    }

    fn slot(&mut self, node: Node<'t>) -> Slot {
        match self.grammar.shape(node) {
            Shape::Pair { key, .. } => {
                let key = child(node, key).map_or("", |key| text(key, self.source));
                Slot::Key(self.file.sym(key.trim_matches(['"', '\''])))
            }
            _ if node.kind().starts_with("dictionary_splat") => Slot::KeyRest,
            _ if node.kind().contains("splat") || node.kind().contains("spread") => Slot::Rest,
            _ => Slot::Pos,
        }
    }

    fn binary(&mut self, node: Node<'t>, values: &[OpId]) -> OpId {
        let place = span(node);
        let [lhs, rhs] = values else { return self.unknown(values, place) };
        let (lhs, rhs) = (self.some(*lhs, place), self.some(*rhs, place));
        let op = match child(node, "operator").map_or("", |op| text(op, self.source)) {
            "+" => BinOp::Add,
            "%" => BinOp::Mod,
            "==" | "===" | "!=" | "!==" => BinOp::Eq,
            "<" | "<=" | ">" | ">=" => BinOp::Order,
            "&&" => BinOp::And,
            "||" | "??" => return self.frames.current.body.join(&[lhs, rhs], place),
            "|" => BinOp::BitOr,
            _ => BinOp::Other,
        };
        self.op(OpKind::Binary { op, lhs, rhs }, place)
    }

    fn make(&mut self, shape: perflint_ir::Shape, values: &[OpId], span: Span) -> OpId {
        let mut elements = Vec::with_capacity(values.len());
        for value in values {
            elements.push(Arg { slot: Slot::Pos, value: self.some(*value, span) });
        }
        self.frames.current.body.make(shape, elements, span)
    }

    fn list(&mut self, node: Node<'t>, values: &[OpId]) -> OpId {
        let elements = match self.grammar.shape(node) {
            Shape::Comprehension { .. } => &values[values.len().saturating_sub(1)..],
            _ => values,
        };
        self.make(perflint_ir::Shape::List, elements, span(node))
    }

    fn map(&mut self, node: Node<'t>, values: &[OpId]) -> OpId {
        let place = span(node);
        let parts = children(node).into_iter().filter(|part| self.grammar.shape(*part) != Shape::Skip);
        let mut elements = Vec::with_capacity(values.len());
        for (part, value) in parts.collect::<Vec<_>>().into_iter().zip(values) {
            let value = self.some(*value, place);
            elements.push(Arg { slot: self.slot(part), value });
        }
        self.frames.current.body.make(perflint_ir::Shape::Map, elements, place)
    }

    fn assign(&mut self, node: Node<'t>, left: Field, values: &[OpId]) -> OpId {
        let place = span(node);
        let (Some(left), Some((first, rest))) = (child(node, left), values.split_first()) else {
            return OpId::NONE;
        };
        let value = self.some(*first, place);
        match self.grammar.shape(left) {
            Shape::Name => self.bind(text(left, self.source), value, span(left)),
            Shape::Member { name, .. } => {
                let base = self.some(rest.first().copied().unwrap_or(OpId::NONE), place);
                let name = self.field_name(left, name);
                self.frames.current.body.put(base, name, value, place);
            }
            Shape::Index { .. } => {
                self.unknown(&[value], place);
            }
            _ => self.bind_pattern(left, value, place),
        }
        if node.kind().ends_with("expression") { value } else { OpId::NONE }
    }

    /// Assigns a name: a field of a module or class, otherwise a local.
    fn bind(&mut self, name: &str, value: OpId, span: Span) {
        if self.frames.current.declares_fields {
            let item = self.file.blank(ItemKind::Field, name, self.owner, span);
            self.file.item(Item { init: value, ..item });
            return;
        }
        let sym = self.file.sym(name);
        let local = self.frames.find(sym).unwrap_or_else(|| self.frames.declare(sym));
        self.op(OpKind::Bind { local, value }, span);
    }

    /// Binds the names of a pattern: by name from an object, by position from a sequence; a name alone inside a
    /// constructor stands for the whole.
    pub fn bind_pattern(&mut self, pattern: Node<'t>, value: OpId, span: Span) {
        let names = self.names_in(pattern);
        let by_name = matches!(pattern.kind(), "object_pattern" | "struct_pattern");
        for (index, name) in names.iter().enumerate() {
            let part = if by_name {
                let name = self.file.sym(name);
                self.op(OpKind::Get { base: value, name }, span)
            } else if names.len() == 1 {
                value
            } else {
                let key = self.op(OpKind::Int(i32::try_from(index).unwrap_or(i32::MAX)), span);
                self.op(OpKind::Index { base: value, key }, span)
            };
            self.bind(name, part, span);
        }
    }

    pub fn declare(&mut self, name: &str) -> LocalId {
        let sym = self.file.sym(name);
        self.frames.declare(sym)
    }

    /// The names that a pattern binds.
    pub fn names_in(&self, pattern: Node<'t>) -> Vec<String> {
        let mut names = Vec::new();
        let mut todo = vec![pattern];
        while let Some(node) = todo.pop() {
            if self.grammar.shape(node) == Shape::Name || node.kind().ends_with("identifier_pattern") {
                names.push(text(node, self.source).to_owned());
            } else if let Some(value) =
                node.child_by_field_name("value").filter(|_| node.kind() == "pair_pattern")
            {
                todo.push(value);
            } else {
                let constructor = node.child_by_field_name("type");
                todo.extend(children(node).into_iter().filter(|part| Some(*part) != constructor).rev());
            }
        }
        names
    }
}
