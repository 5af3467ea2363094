//! The walk: a list of steps and a stack of values, so that depth costs memory and no stack.

use super::frame::{Frame, Frames, Purpose};
use super::grammar::{Field, Grammar, Shape, child, child_like, children, loop_source, text};
use crate::Source;
use perflint_ir::{
    BodyBuilder, BodyId, BodyKind, FileBuilder, FileIr, GapKind, ItemId, LocalId, Marker, OpId, OpKind,
    RegionId, RegionKind, Span,
};
use perflint_syntax::tree::record_errors;
pub(super) use perflint_syntax::tree::span;
use rustc_hash::FxHashMap;
use tree_sitter::{Node, Tree};

/// Something left to do. A visit adds one value to the stack.
pub(super) enum Step<'t> {
    Visit(Node<'t>),
    /// Opens a declaration whose decorators have been visited.
    Open(Node<'t>),
    /// Takes values off the stack and adds the node's own.
    Build {
        node: Node<'t>,
        count: usize,
    },
    /// Takes values off the stack.
    Drop(usize),
    /// Adds the value that nothing has.
    Nothing,
    /// Enters a loop over the value on the stack, if it has one.
    Loop {
        node: Node<'t>,
        item: Option<Node<'t>>,
        over: bool,
        field: Field,
    },
    /// The value on the stack is what the arms that follow depend on.
    Decide,
    Arm {
        span: Span,
        arm: usize,
        last: bool,
    },
    Handler(Span),
    /// Leaves a region.
    Leave,
    /// Ends a decision.
    Join {
        span: Span,
        arms: usize,
    },
    /// Ends a body and the declaration that it belongs to.
    Close {
        span: Span,
        owner: Option<ItemId>,
    },
}

pub(super) struct Walker<'t, 's> {
    pub grammar: &'s Grammar,
    pub source: &'s str,
    pub file: FileBuilder,
    pub frames: Frames,
    pub steps: Vec<Step<'t>>,
    pub values: Vec<OpId>,
    /// The item whose members are being read.
    pub owner: ItemId,
    /// Decorators and attributes of the next declaration.
    pub markers: Vec<Marker>,
    /// The next declaration is part of the tests.
    pub skip_next: bool,
    conds: Vec<OpId>,
    regions: Vec<RegionId>,
}

pub(super) fn walk(source: Source<'_>, grammar: &Grammar, tree: &Tree) -> FileIr {
    let span = Span::new(0, source.text.len() as u32);
    let current = Frame {
        id: BodyId(0),
        body: BodyBuilder::new(ItemId(0), BodyKind::Init, span),
        purpose: Purpose::Item,
        receiver: None,
        declares_fields: true,
        names: FxHashMap::default(),
    };
    let mut walker = Walker {
        grammar,
        source: source.text,
        file: FileBuilder::new(source.path, source.lang, source.role),
        frames: Frames { current, outer: Vec::new() },
        steps: vec![Step::Visit(tree.root_node())],
        values: Vec::new(),
        owner: ItemId(0),
        markers: Vec::new(),
        skip_next: false,
        conds: Vec::new(),
        regions: Vec::new(),
    };
    walker.file.gap(GapKind::Fallback, span);
    record_errors(tree, &mut walker.file);
    while let Some(step) = walker.steps.pop() {
        walker.step(step);
    }
    let Walker { mut file, frames, .. } = walker;
    if frames.current.body.overflowed() {
        file.gap(GapKind::Size, span);
    }
    file.set_body(BodyId(0), frames.current.body.finish());
    file.finish()
}

impl<'t> Walker<'t, '_> {
    fn step(&mut self, step: Step<'t>) {
        match step {
            Step::Visit(node) => self.visit(node),
            Step::Open(node) => self.open(node),
            Step::Build { node, count } => {
                let values = self.take(count);
                let value = self.build(node, &values);
                self.values.push(value);
            }
            Step::Drop(count) => {
                self.take(count);
            }
            Step::Nothing => self.values.push(OpId::NONE),
            Step::Loop { node, item, over, field } => self.enter_loop(node, item, over, field),
            Step::Decide => self.conds.push(self.values.last().copied().unwrap_or(OpId::NONE)),
            Step::Arm { span, arm, last } => {
                let cond = self.conds.last().copied().unwrap_or(OpId::NONE);
                let arm = u16::try_from(arm).unwrap_or(u16::MAX);
                self.enter(RegionKind::Branch { cond, arm, last }, span);
            }
            Step::Handler(span) => self.enter(RegionKind::Handler, span),
            Step::Leave => {
                if let Some(before) = self.regions.pop() {
                    self.frames.current.body.leave(before);
                }
            }
            Step::Join { span, arms } => {
                let values = self.take(arms);
                self.take(1);
                self.conds.pop();
                let values: Vec<OpId> = values.into_iter().filter(|value| value.is_some()).collect();
                let value =
                    if values.len() > 1 { self.frames.current.body.join(&values, span) } else { OpId::NONE };
                self.values.push(value);
            }
            Step::Close { span, owner } => self.close(span, owner),
        }
    }

    fn take(&mut self, count: usize) -> Vec<OpId> {
        self.values.split_off(self.values.len().saturating_sub(count))
    }

    fn enter(&mut self, kind: RegionKind, span: Span) {
        let before = self.frames.current.body.enter(kind, span);
        self.regions.push(before);
    }

    /// Appends an operation to the current body.
    pub fn op(&mut self, kind: OpKind, span: Span) -> OpId {
        self.frames.current.body.op(kind, span)
    }

    /// Visits nodes in order.
    pub fn visit_all(&mut self, nodes: impl DoubleEndedIterator<Item = Node<'t>>) -> usize {
        let before = self.steps.len();
        self.steps.extend(nodes.rev().map(Step::Visit));
        self.steps.len() - before
    }

    /// Visits nodes, then builds `node` from their values.
    fn build_from(&mut self, node: Node<'t>, nodes: Vec<Node<'t>>) {
        self.steps.push(Step::Build { node, count: nodes.len() });
        self.visit_all(nodes.into_iter());
    }

    fn visit(&mut self, node: Node<'t>) {
        match self.grammar.shape(node) {
            Shape::Function { .. } | Shape::Class { .. } | Shape::Extension { .. } | Shape::Module { .. } => {
                let marks: Vec<_> = children(node)
                    .into_iter()
                    .filter(|part| self.grammar.shape(*part) == Shape::Decorator)
                    .collect();
                self.steps.extend([Step::Open(node), Step::Drop(marks.len())]);
                self.visit_all(marks.into_iter());
            }
            Shape::Lambda { params, body } => self.open_lambda(node, params, body),
            Shape::Loop { first, item, over, body } => self.visit_loop(node, [first, item, over, body]),
            Shape::Comprehension { element, clause, item, over } => {
                self.visit_comprehension(node, [element, clause, item, over]);
            }
            Shape::Decide { cond, arms } => self.visit_decision(node, cond, arms),
            Shape::Handler => {
                let parts = children(node);
                self.steps.extend([Step::Nothing, Step::Drop(parts.len()), Step::Leave]);
                self.visit_all(parts.into_iter());
                self.steps.push(Step::Handler(span(node)));
            }
            Shape::Assign { left, right } => self.visit_assignment(node, left, right),
            _ => {
                let parts = self.operands(node);
                self.build_from(node, parts);
            }
        }
    }

    /// The nodes whose values a node is built from.
    fn operands(&self, node: Node<'t>) -> Vec<Node<'t>> {
        let named = |fields: [Field; 2]| fields.into_iter().filter_map(|field| child(node, field)).collect();
        match self.grammar.shape(node) {
            Shape::Through
            | Shape::Statement
            | Shape::Export
            | Shape::Unknown
            | Shape::Await
            | Shape::Yield
            | Shape::Exit(_)
            | Shape::Decorator
            | Shape::List
            | Shape::Tuple => self.solid(children(node)),
            Shape::Map => {
                self.solid(children(node)).into_iter().map(|part| self.argument_value(part)).collect()
            }
            Shape::Text => self.holes(node),
            Shape::Member { object, .. } => named([object, ""]),
            Shape::Index { object, key } => named([object, key]),
            Shape::Binary { left, right } => named([left, right]),
            Shape::Pair { value, .. } | Shape::Property { value, .. } => named([value, ""]),
            Shape::Call { callee, args, .. } => {
                let callee = child(node, callee).map(|callee| self.callee(callee));
                let receiver = callee.map(|callee| match self.grammar.shape(callee) {
                    Shape::Member { object, .. } => child(callee, object).unwrap_or(callee),
                    _ => callee,
                });
                let args = self.arguments(node, args).into_iter().map(|arg| self.argument_value(arg));
                receiver.into_iter().chain(args).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Without what is of no interest.
    fn solid(&self, nodes: Vec<Node<'t>>) -> Vec<Node<'t>> {
        nodes.into_iter().filter(|node| self.grammar.shape(*node) != Shape::Skip).collect()
    }

    /// What is called, without brackets and type arguments around it.
    pub fn callee(&self, mut node: Node<'t>) -> Node<'t> {
        while self.grammar.shape(node) == Shape::Through
            && let Some(inner) = node.named_child(0)
        {
            node = inner;
        }
        node
    }

    /// The arguments of a call.
    pub fn arguments(&self, node: Node<'t>, field: Field) -> Vec<Node<'t>> {
        match child_like(node, field) {
            Some(list) if matches!(self.grammar.shape(list), Shape::Unknown | Shape::Through) => {
                self.solid(children(list))
            }
            Some(single) => vec![single],
            None => Vec::new(),
        }
    }

    fn argument_value(&self, arg: Node<'t>) -> Node<'t> {
        match self.grammar.shape(arg) {
            Shape::Pair { value, .. } => child(arg, value).unwrap_or(arg),
            _ => arg,
        }
    }

    /// The holes of a string.
    pub fn holes(&self, node: Node<'t>) -> Vec<Node<'t>> {
        let parts = children(node).into_iter();
        parts.filter(|part| !matches!(self.grammar.shape(*part), Shape::Piece | Shape::Skip)).collect()
    }

    fn visit_loop(&mut self, node: Node<'t>, [first, item, over, body]: [Field; 4]) {
        let (first, over_node) = (child(node, first), child(node, over));
        let body = child(node, body);
        let after = child(node, "alternative");
        let parts = [first, over_node, body, after].iter().flatten().count();
        self.steps.extend([Step::Nothing, Step::Drop(parts)]);
        self.steps.extend(after.map(Step::Visit));
        self.steps.push(Step::Leave);
        self.steps.extend(body.map(Step::Visit));
        self.steps.push(Step::Loop { node, item: child(node, item), over: over_node.is_some(), field: item });
        self.steps.extend(over_node.map(Step::Visit));
        self.steps.extend(first.map(Step::Visit));
    }

    fn visit_comprehension(&mut self, node: Node<'t>, [element, clause, item, over]: [Field; 4]) {
        let element = child(node, element);
        let mut forward = Vec::new();
        let (mut count, mut loops) = (0, 0);
        for part in self.solid(children(node)).into_iter().filter(|part| Some(*part) != element) {
            count += 1;
            if part.kind() == clause {
                loops += 1;
                forward.push(child(part, over).map_or(Step::Nothing, Step::Visit));
                forward.push(Step::Loop { node: part, item: child(part, item), over: true, field: item });
            } else {
                forward.push(Step::Visit(part));
            }
        }
        forward.push(element.map_or(Step::Nothing, Step::Visit));
        forward.extend((0..loops).map(|_| Step::Leave));
        forward.push(Step::Build { node, count: count + 1 });
        self.steps.extend(forward.into_iter().rev());
    }

    fn enter_loop(&mut self, node: Node<'t>, item: Option<Node<'t>>, over: bool, field: Field) {
        let over = if over { self.values.last().copied().unwrap_or(OpId::NONE) } else { OpId::NONE };
        let names = item.map(|item| self.names_in(item)).unwrap_or_default();
        let local = match names.as_slice() {
            [] => LocalId::NONE,
            [one] => self.declare(one),
            _ => {
                let nameless = self.file.sym("");
                self.frames.current.body.local(nameless)
            }
        };
        let source = match self.grammar.shape(node) {
            Shape::Loop { .. } => loop_source(field),
            _ => perflint_ir::LoopSource::Comprehension,
        };
        let end = item.map_or(node.start_byte(), |item| item.end_byte());
        let header = Span::new(node.start_byte() as u32, end as u32);
        self.enter(RegionKind::Loop { over, item: local, source }, header);
        if names.len() > 1 {
            let value = self.op(OpKind::Local(local), header);
            if let Some(item) = item {
                self.bind_pattern(item, value, header);
            }
        }
    }

    fn visit_decision(&mut self, node: Node<'t>, cond: Field, arms: Field) {
        let cond = child(node, cond);
        let arms = if arms.is_empty() { Some(node) } else { child(node, arms) };
        let arms = self.solid(arms.map(children).unwrap_or_default());
        let arms: Vec<_> = arms.into_iter().filter(|arm| Some(*arm) != cond).collect();
        self.steps.push(Step::Join { span: span(node), arms: arms.len() });
        for (index, arm) in arms.iter().enumerate().rev() {
            let last = index > 0 && index + 1 == arms.len();
            self.steps.extend([
                Step::Leave,
                Step::Visit(*arm),
                Step::Arm { span: span(*arm), arm: index, last },
            ]);
        }
        self.steps.push(Step::Decide);
        self.steps.push(cond.map_or(Step::Nothing, Step::Visit));
    }

    fn visit_assignment(&mut self, node: Node<'t>, left: Field, right: Field) {
        let (left, right) = (child(node, left), child(node, right));
        let (Some(left), Some(right)) = (left, right) else {
            let names = left.map(|left| self.names_in(left)).unwrap_or_default();
            for name in names {
                self.declare(&name);
            }
            return self.build_from(node, right.into_iter().collect());
        };
        if self.frames.current.declares_fields
            && self.grammar.shape(left) == Shape::Name
            && let Shape::Lambda { params, body } = self.grammar.shape(right)
        {
            let name = text(left, self.source);
            return self.open_function(right, (name, span(left)), [params, body, ""]);
        }
        let mut operands = vec![right];
        if let Shape::Member { object, .. } = self.grammar.shape(left) {
            operands.extend(child(left, object));
        }
        self.build_from(node, operands);
    }

    fn close(&mut self, span: Span, owner: Option<ItemId>) {
        let value = self.values.pop().unwrap_or(OpId::NONE);
        let is_code = self.frames.current.body.body().kind != BodyKind::Init;
        if is_code && value.is_some() {
            self.frames.current.body.exit(perflint_ir::ExitKind::Return, value, span);
        }
        if let Some(owner) = owner {
            self.owner = owner;
        }
        let mut result = OpId::NONE;
        if let Some(outer) = self.frames.outer.pop() {
            let done = std::mem::replace(&mut self.frames.current, outer);
            if done.body.overflowed() {
                self.file.gap(GapKind::Size, span);
            }
            self.file.set_body(done.id, done.body.finish());
            if let Purpose::Closure { name } = done.purpose {
                let value = self.op(OpKind::Lambda(done.id), span);
                match name {
                    Some(local) => {
                        self.op(OpKind::Bind { local, value }, span);
                    }
                    None => result = value,
                }
            }
        }
        self.values.push(result);
    }
}
