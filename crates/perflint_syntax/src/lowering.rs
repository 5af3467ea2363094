//! A file under construction, as the front ends on tree-sitter build it.

use crate::Source;
use crate::guard;
use crate::scope::{Place, Scopes};
use crate::tree::span;
use perflint_ir::{
    Arg, BodyId, BodyKind, CallForm, Callee, FileBuilder, FileIr, GapKind, ItemId, LocalId, OpId, OpKind,
    Param, ParamKind, RegionId, RegionKind, Shape, Slot, Span, TypeId,
};
use tree_sitter::{Node, Tree};

/// The file, its open bodies, and how deep the walk is.
#[derive(Debug)]
pub struct Lowering<'a> {
    /// The text that is lowered.
    pub source: Source<'a>,
    /// What is collected.
    pub file: FileBuilder,
    /// The open bodies.
    pub scopes: Scopes,
    /// The item that declarations belong to.
    pub owner: ItemId,
    depth: usize,
}

impl<'a> Lowering<'a> {
    /// A file whose tree has been parsed; its syntax errors are recorded.
    pub fn new(source: Source<'a>, tree: &Tree) -> Self {
        let mut file = FileBuilder::new(source.path, source.lang, source.role);
        crate::tree::record_errors(tree, &mut file);
        let whole = Span::new(0, u32::try_from(source.text.len()).unwrap_or(u32::MAX));
        Self { source, file, scopes: Scopes::new(whole), owner: ItemId(0), depth: 0 }
    }

    /// The finished file.
    pub fn finish(mut self) -> FileIr {
        self.scopes.finish(&mut self.file);
        self.file.finish()
    }

    /// True while there is room to go deeper; the first step too far leaves a gap.
    pub fn descend(&mut self, node: Node<'_>) -> bool {
        if self.depth >= guard::MAX_DEPTH {
            self.file.gap(GapKind::Depth, span(node));
            return false;
        }
        self.depth += 1;
        true
    }

    /// Ends what [`Self::descend`] began.
    pub fn ascend(&mut self) {
        self.depth -= 1;
    }

    /// A node's text.
    pub fn text(&self, node: Node<'_>) -> &'a str {
        self.source.text.get(node.byte_range()).unwrap_or_default()
    }

    /// Appends an operation.
    pub fn op(&mut self, kind: OpKind, node: Node<'_>) -> OpId {
        self.scopes.op(kind, span(node))
    }

    /// Appends an operation that only has children.
    pub fn unknown(&mut self, children: &[OpId], node: Node<'_>) -> OpId {
        self.scopes.here.body.unknown(children, span(node))
    }

    /// A literal string.
    pub fn string(&mut self, text: &str, node: Node<'_>) -> OpId {
        let sym = self.file.sym(text);
        self.op(OpKind::Str(sym), node)
    }

    /// Reads a name: a local, or a name for the linker.
    pub fn read(&mut self, name: &str, node: Node<'_>) -> OpId {
        self.scopes.read(&mut self.file, name, span(node))
    }

    /// A name for the linker, whatever locals there are.
    pub fn name(&mut self, name: &str, node: Node<'_>) -> OpId {
        let sym = self.file.sym(name);
        self.op(OpKind::Name(sym), node)
    }

    /// The chain of names and attributes of a dotted path.
    pub fn path(&mut self, path: &str, node: Node<'_>) -> OpId {
        let mut parts = path.split('.');
        let first = parts.next().unwrap_or_default();
        let mut op = self.name(first, node);
        for part in parts {
            op = self.get(op, part, node);
        }
        op
    }

    /// Reads an attribute.
    pub fn get(&mut self, base: OpId, name: &str, node: Node<'_>) -> OpId {
        let name = self.file.sym(name);
        self.op(OpKind::Get { base, name }, node)
    }

    /// Calls a method; the span starts at its name and ends with the call.
    pub fn member(&mut self, recv: OpId, name: &str, args: Vec<Arg>, at: Node<'_>, end: Node<'_>) -> OpId {
        let name = self.file.sym(name);
        self.invoke(Callee::Member { recv, name }, args, CallForm::Plain, at, end)
    }

    /// Calls something.
    pub fn invoke(
        &mut self,
        callee: Callee,
        args: Vec<Arg>,
        form: CallForm,
        at: Node<'_>,
        end: Node<'_>,
    ) -> OpId {
        let at = Span::new(at.start_byte() as u32, end.end_byte() as u32);
        self.scopes.here.body.call(callee, args, form, at)
    }

    /// A literal list, tuple or map.
    pub fn make(&mut self, shape: Shape, elements: Vec<Arg>, node: Node<'_>) -> OpId {
        self.scopes.here.body.make(shape, elements, span(node))
    }

    /// Assigns a local.
    pub fn bind(&mut self, local: LocalId, value: OpId, node: Node<'_>) {
        self.op(OpKind::Bind { local, value }, node);
    }

    /// Declares a local and gives it a value.
    pub fn declare(&mut self, name: &str, value: OpId, node: Node<'_>) -> LocalId {
        let local = self.scopes.declare(&mut self.file, name);
        self.bind(local, value, node);
        local
    }

    /// Opens a region.
    pub fn enter(&mut self, kind: RegionKind, node: Node<'_>) -> RegionId {
        self.scopes.here.body.enter(kind, span(node))
    }

    /// Closes the region that was opened with this mark.
    pub fn leave(&mut self, before: RegionId) {
        self.scopes.here.body.leave(before);
    }

    /// Opens a body.
    pub fn open(&mut self, place: Place, item: ItemId, kind: BodyKind, node: Node<'_>) -> BodyId {
        self.scopes.open(&mut self.file, place, item, kind, span(node))
    }

    /// Closes the innermost body.
    pub fn close(&mut self) {
        self.scopes.close(&mut self.file);
    }

    /// Declares a parameter of the innermost body.
    pub fn param(&mut self, name: &str, ty: Option<TypeId>, kind: ParamKind) -> LocalId {
        self.param_with(name, ty, kind, OpId::NONE, Vec::new())
    }

    /// Declares a parameter with a default and markers.
    pub fn param_with(
        &mut self,
        name: &str,
        ty: Option<TypeId>,
        kind: ParamKind,
        default: OpId,
        markers: Vec<perflint_ir::Marker>,
    ) -> LocalId {
        let sym = self.file.sym(name);
        let local = self.scopes.here.body.param(Param { name: sym, ty, default, kind, markers });
        self.scopes.name(name, local);
        local
    }
}

/// A type argument of a call, by its place: its value is the class that it names.
pub fn type_arg(file: &mut FileBuilder, place: usize, value: OpId) -> Arg {
    Arg { slot: Slot::Key(file.sym(&format!("<{place}>"))), value }
}

/// A positional argument.
pub fn pos(value: OpId) -> Arg {
    Arg { slot: Slot::Pos, value }
}
