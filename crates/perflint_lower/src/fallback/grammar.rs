//! What a language tells the walker about its syntax tree.

use perflint_ir::{CallForm, ExitKind, ImportKind, ItemKind, LoopSource};
pub(super) use perflint_syntax::tree::{children, text};
use tree_sitter::{Language, Node};

/// A field's name in the grammar; empty for "none".
pub(super) type Field = &'static str;

/// What a kind of node is. Fields name the children that matter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shape {
    /// Nothing of interest, neither are its children.
    Skip,
    /// Its children in order; the value is that of the last.
    Through,
    /// Its children in order; no value.
    Statement,
    /// Its children, all kept.
    Unknown,
    /// A name.
    Name,
    /// The receiver.
    SelfRef,
    /// The receiver as its base class.
    SuperRef,
    /// `null` and its kin.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number,
    /// A string, perhaps with holes: pieces of text are its children of these kinds.
    Text,
    /// A piece of text inside a string.
    Piece,
    /// A named function; nested ones become closures.
    Function { name: Field, params: Field, body: Field, result: Field },
    /// A function without a name.
    Lambda { params: Field, body: Field },
    /// A type with members; its bases are in the child that is, or is the field, `bases`.
    Class { kind: ItemKind, name: Field, bases: Field, body: Field },
    /// Members added to a type.
    Extension { ty: Field, base: Field, body: Field },
    /// A module inside the file.
    Module { name: Field, body: Field },
    /// A declared field of a class.
    Property { name: Field, ty: Field, value: Field },
    /// A call.
    Call { callee: Field, args: Field, form: CallForm },
    /// A named argument or a pair of a map.
    Pair { key: Field, value: Field },
    /// `object.name`.
    Member { object: Field, name: Field },
    /// `object[key]`.
    Index { object: Field, key: Field },
    /// A list, set or array.
    List,
    /// A tuple.
    Tuple,
    /// A map.
    Map,
    /// `left = right`.
    Assign { left: Field, right: Field },
    /// `left + right`.
    Binary { left: Field, right: Field },
    /// A loop; without `item` it runs while `over` holds.
    Loop { first: Field, item: Field, over: Field, body: Field },
    /// A comprehension: clauses of kind `clause` have the fields `item` and `over`.
    Comprehension { element: Field, clause: Field, item: Field, over: Field },
    /// A decision: every child but `cond` is an arm, or every child of `arms` if that is named.
    Decide { cond: Field, arms: Field },
    /// A part that runs after a failure.
    Handler,
    /// `await x`.
    Await,
    /// `yield x`.
    Yield,
    /// Leaves the body, loop or iteration.
    Exit(ExitKind),
    /// An import.
    Import,
    /// Declarations or names that other files can import.
    Export,
    /// A decorator: a value that marks the next declaration.
    Decorator,
    /// An attribute: text that marks the next declaration.
    Attribute,
}

/// One name that an import binds.
pub(super) struct Imported {
    pub module: String,
    pub name: String,
    pub alias: String,
    pub kind: ImportKind,
}

/// A language.
pub(super) struct Grammar {
    /// Its parser.
    pub language: Language,
    /// Shapes by the number of the node's kind.
    shapes: Vec<Shape>,
    /// The first parameter of a method is its receiver.
    pub first_is_receiver: bool,
    /// What a node of shape [`Shape::Import`] binds.
    pub imports: Imports,
    /// What a node of shape [`Shape::Export`] offers: public and local names.
    pub exports: Exports,
}

type Imports = fn(Node<'_>, &str) -> Vec<Imported>;
type Exports = fn(Node<'_>, &str) -> Vec<(String, String)>;

impl Grammar {
    /// A grammar whose named kinds have the shapes that `shape` tells; others are skipped.
    pub fn new(
        language: Language,
        shape: fn(&str) -> Shape,
        first_is_receiver: bool,
        imports: Imports,
    ) -> Self {
        let kinds = 0..u16::try_from(language.node_kind_count()).unwrap_or(u16::MAX);
        let shapes = kinds
            .map(|id| match language.node_kind_for_id(id) {
                Some(kind) if language.node_kind_is_named(id) => shape(kind),
                _ => Shape::Skip,
            })
            .collect();
        Self { language, shapes, first_is_receiver, imports, exports: |_, _| Vec::new() }
    }

    /// The same for a language that says what it exports.
    pub fn with_exports(self, exports: Exports) -> Self {
        Self { exports, ..self }
    }

    /// What a node is.
    pub fn shape(&self, node: Node<'_>) -> Shape {
        if node.is_error() {
            return Shape::Unknown;
        }
        self.shapes.get(usize::from(node.kind_id())).copied().unwrap_or(Shape::Skip)
    }
}

/// A node's child by field; `None` for the empty field.
pub(super) fn child<'t>(node: Node<'t>, field: Field) -> Option<Node<'t>> {
    if field.is_empty() { None } else { node.child_by_field_name(field) }
}

/// The child that has this field or is of this kind.
pub(super) fn child_like<'t>(node: Node<'t>, name: &str) -> Option<Node<'t>> {
    if name.is_empty() {
        return None;
    }
    node.child_by_field_name(name).or_else(|| children(node).into_iter().find(|child| child.kind() == name))
}

/// Which loop a loop without an element is.
pub(super) fn loop_source(item: Field) -> LoopSource {
    if item.is_empty() { LoopSource::While } else { LoopSource::For }
}
