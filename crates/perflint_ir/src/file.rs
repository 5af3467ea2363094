//! A lowered file: its names, imports, items, types, bodies, SQL and gaps.

use crate::op::{Body, BodyId, OpId, OpKind, Slot, Span, Sym};
use crate::sql::SqlFacts;
use crate::{Lang, Role};

/// An item of a file; 0 is the module itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ItemId(pub u32);

/// A type expression of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeId(pub u32);

/// Everything perflint keeps of one file.
#[derive(Clone, Debug, PartialEq)]
pub struct FileIr {
    /// Path relative to the scanned root, with forward slashes.
    pub path: Box<str>,
    /// Its language.
    pub lang: Lang,
    /// Its role.
    pub role: Role,
    /// The namespace that the file's items belong to, joined with dots, where a language has declared ones (`package`,
    /// `namespace`); empty for the root. Names of languages whose modules are files do not use it.
    pub package: Sym,
    /// The file's names, which [`Sym`] indexes until the file is linked.
    pub names: Vec<Box<str>>,
    /// What it imports, anywhere in the file.
    pub imports: Vec<Import>,
    /// What it exports under which name, where a language says so explicitly (JavaScript).
    pub exports: Vec<Export>,
    /// Modules, classes, functions, fields. The first is the module; its body is the module's initialiser.
    pub items: Vec<Item>,
    /// Type expressions.
    pub types: Vec<TypeExpr>,
    /// Bodies.
    pub bodies: Vec<Body>,
    /// SQL found in strings or, for a SQL file, in the file.
    pub sql: Vec<SqlFacts>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
}

/// An import as written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Import {
    /// The module: `..pkg.mod`, `./x`, `crate::a::b`, `a::b` (Rust keeps `::`, Python keeps leading dots).
    pub module: Sym,
    /// What is taken from it, for [`ImportKind::Item`].
    pub name: Sym,
    /// The local name that it binds; unused for [`ImportKind::Glob`].
    pub alias: Sym,
    /// Which form.
    pub kind: ImportKind,
    /// Where.
    pub span: Span,
}

/// The module of an import that gives a module's own exports a name: `const orders = module.exports`.
pub const SELF_MODULE: &str = "\u{0}self";

/// Forms of import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ImportKind {
    /// The module itself is bound: `import a.b as x`, `import * as x from`, `const x = require(..)`.
    Module,
    /// One name of the module is bound.
    Item,
    /// Every public name of the module is bound: `from x import *`, `use x::*`, `export * from`.
    Glob,
}

/// A name that other files can import.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Export {
    /// The name that importers use (`default` for the default export).
    pub name: Sym,
    /// The name in this file; for a re-export, the alias of its [`Import`].
    pub local: Sym,
}

/// What kind of thing an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ItemKind {
    /// The file, or a module inside it.
    Module,
    /// A class, struct, enum, or a model of a schema file.
    Class,
    /// An interface, trait or protocol.
    Interface,
    /// A function or method.
    Function,
    /// A field of a class, a property of an object, a variable of a module.
    Field,
    /// A template.
    Template,
    /// A call in a class's body that says something about the class and names what it is about: Ruby's
    /// `has_many :posts`, `scope :recent, -> { .. }`. Its name is that of the first argument, `init` the call.
    Declaration,
    /// Methods and bases added to a class that is declared elsewhere (`impl`, an extension, a reopened class).
    Extension,
}

/// A declaration.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// What it is.
    pub kind: ItemKind,
    /// Its name.
    pub name: Sym,
    /// The item that contains it; the module for what stands at the top. `None` only for the module.
    pub owner: Option<ItemId>,
    /// Base classes and interfaces; for an [`ItemKind::Extension`], the extended type first, then its traits.
    pub bases: Vec<TypeId>,
    /// Decorators, annotations, attributes, derives.
    pub markers: Vec<Marker>,
    /// A function's return type, a field's type.
    pub ty: Option<TypeId>,
    /// A function's code, a module's or class's initialiser.
    pub body: Option<BodyId>,
    /// A field's initial value: an operation of its owner's initialiser.
    pub init: OpId,
    /// Properties.
    pub flags: ItemFlags,
    /// The whole declaration.
    pub span: Span,
    /// The name alone: where a finding about the item points.
    pub name_span: Span,
}

/// Properties of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct ItemFlags {
    /// `async`.
    pub is_async: bool,
    /// Belongs to the class, not to its instances.
    pub is_static: bool,
    /// Read like a field though it is a function: a property or getter.
    pub is_property: bool,
    /// Visible to other files.
    pub is_public: bool,
    /// Declared without code.
    pub is_abstract: bool,
    /// Receives the class as its receiver (`@classmethod`).
    pub is_class_method: bool,
    /// Its constructor: `__init__`, `constructor`.
    pub is_constructor: bool,
    /// Other declarations of the same full name are part of it: a reopened class or module, a partial class.
    pub is_open: bool,
}

/// A decorator, annotation, attribute, derive or struct tag: what frameworks hang meaning on.
#[derive(Clone, Debug, PartialEq)]
pub struct Marker {
    /// Its path as written, joined with dots: `app.get`, `Entity`, `tokio.main`, `derive.Clone`.
    pub path: Sym,
    /// The value of the decorator as an operation of the owner's initialiser; `NONE` where arguments are not values.
    pub value: OpId,
    /// Arguments that are plain text (Rust attributes, Prisma attributes), in order; named ones as `name=value`.
    pub words: Vec<Sym>,
    /// Where.
    pub span: Span,
}

impl Marker {
    /// The path of the marker whose words are the type parameters of a class.
    pub const TYPE_PARAMETERS: &'static str = "<>";
    /// The namespace of what a file says by markers of members of other files' classes: `elsewhere.shop.OrderMapper.findAll` says
    /// more of the method `findAll` of `shop.OrderMapper`.
    pub const ELSEWHERE: &'static str = "elsewhere";
}

/// A type as written. `Order[]` is `Array<Order>`, `&mut Order` is `Order`, `Optional[Order]` is a [`TypeExpr::Union`] with null.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeExpr {
    /// A named type with arguments.
    Path {
        /// The name as written, joined with dots (`models.QuerySet`, `std.fs.File`).
        name: Sym,
        /// Generic arguments.
        args: Vec<TypeId>,
    },
    /// One of several; null is left out.
    Union(Vec<TypeId>),
    /// Anything else.
    Other,
}

/// Something that could not be read, and is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Why.
    pub kind: GapKind,
    /// Where.
    pub span: Span,
}

/// Why something could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GapKind {
    /// The parser reported a syntax error here and went on.
    Syntax,
    /// The fast parser gave the file up; a recovering one took it.
    Fallback,
    /// No front end for this language.
    Language,
    /// Nested deeper than the front end follows.
    Depth,
    /// A body is larger than its tables can hold.
    Size,
    /// The parser failed; the file was left out.
    Failed,
}

impl GapKind {
    /// A phrase for people.
    pub fn phrase(self) -> &'static str {
        match self {
            Self::Syntax => "syntax error",
            Self::Fallback => "read by the fallback parser",
            Self::Language => "no front end for the language",
            Self::Depth => "nested too deeply",
            Self::Size => "body too large",
            Self::Failed => "parser failed",
        }
    }
}

impl Item {
    /// True for a method that is declared and has no code: others implement it, or a framework does.
    pub fn lacks_code(&self) -> bool {
        self.flags.is_abstract || self.body.is_none()
    }
}

impl FileIr {
    /// The text of a name of this file, before linking.
    pub fn text(&self, sym: Sym) -> &str {
        self.names.get(sym.0 as usize).map_or("", |name| name)
    }

    /// True for a file that is a template.
    pub fn is_template(&self) -> bool {
        self.items.iter().any(|item| item.kind == ItemKind::Template)
    }

    /// The item with this index.
    pub fn item(&self, id: ItemId) -> &Item {
        &self.items[id.0 as usize]
    }

    /// The body with this index.
    pub fn body(&self, id: BodyId) -> &Body {
        &self.bodies[id.at()]
    }

    /// The items that an item contains directly, in order.
    pub fn members(&self, owner: ItemId) -> impl Iterator<Item = (ItemId, &Item)> {
        (0u32..)
            .zip(&self.items)
            .filter(move |(_, item)| item.owner == Some(owner))
            .map(|(i, item)| (ItemId(i), item))
    }

    /// Replaces every [`Sym`] of the file, and forgets the file's own table.
    pub fn rename(&mut self, new: &[Sym]) {
        let map = |sym: &mut Sym| {
            if let Some(to) = new.get(sym.0 as usize) {
                *sym = *to;
            }
        };
        self.names = Vec::new();
        map(&mut self.package);
        for import in &mut self.imports {
            map(&mut import.module);
            map(&mut import.name);
            map(&mut import.alias);
        }
        for export in &mut self.exports {
            map(&mut export.name);
            map(&mut export.local);
        }
        for item in &mut self.items {
            map(&mut item.name);
            item.markers.iter_mut().for_each(|m| rename_marker(m, &map));
        }
        for ty in &mut self.types {
            if let TypeExpr::Path { name, .. } = ty {
                map(name);
            }
        }
        for body in &mut self.bodies {
            rename_body(body, &map);
        }
    }
}

fn rename_marker(marker: &mut Marker, map: &impl Fn(&mut Sym)) {
    map(&mut marker.path);
    marker.words.iter_mut().for_each(map);
}

fn rename_body(body: &mut Body, map: &impl Fn(&mut Sym)) {
    body.locals.iter_mut().for_each(map);
    for param in &mut body.params {
        map(&mut param.name);
        param.markers.iter_mut().for_each(|m| rename_marker(m, map));
    }
    body.puts.iter_mut().for_each(|(name, _)| map(name));
    for arg in &mut body.args {
        if let Slot::Key(key) = &mut arg.slot {
            map(key);
        }
    }
    for call in &mut body.calls {
        if let crate::Callee::Member { name, .. } = &mut call.callee {
            map(name);
        }
    }
    for op in &mut body.ops {
        match &mut op.kind {
            OpKind::Str(sym) | OpKind::Name(sym) | OpKind::Get { name: sym, .. } => map(sym),
            _ => {}
        }
    }
}
