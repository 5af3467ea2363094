//! Builders that front ends use, so that every language produces the same shapes.

use crate::file::{
    Export, FileIr, Gap, GapKind, Import, Item, ItemFlags, ItemId, ItemKind, TypeExpr, TypeId,
};
use crate::op::{
    Arg, Args, Body, BodyId, BodyKind, Call, CallForm, CallId, Callee, Capture, ExitKind, Kids, LocalId, Op,
    OpId, OpKind, Param, PutId, Region, RegionId, RegionKind, Shape, Span, Sym,
};
use crate::{Lang, Role, SqlFacts};
use rustc_hash::FxHashMap;

/// Collects a file while a front end walks its syntax tree.
#[derive(Debug)]
pub struct FileBuilder {
    file: FileIr,
    index: FxHashMap<Box<str>, Sym>,
}

impl FileBuilder {
    /// A file with nothing but its module item, which is item 0 and has an initialiser as body 0.
    pub fn new(path: &str, lang: Lang, role: Role) -> Self {
        let file = FileIr {
            path: path.into(),
            lang,
            role,
            package: Sym(0),
            names: Vec::new(),
            imports: Vec::new(),
            exports: Vec::new(),
            items: Vec::new(),
            types: Vec::new(),
            bodies: Vec::new(),
            sql: Vec::new(),
            gaps: Vec::new(),
        };
        let mut builder = Self { file, index: FxHashMap::default() };
        let name = builder.sym("");
        let body = builder.reserve_body();
        builder.item(Item {
            body: Some(body),
            owner: None,
            ..new_item(ItemKind::Module, name, ItemId(0), Span::default())
        });
        builder
    }

    /// The name's index; equal texts have equal indices.
    pub fn sym(&mut self, text: &str) -> Sym {
        if let Some(sym) = self.index.get(text) {
            return *sym;
        }
        let sym = Sym(self.file.names.len() as u32);
        self.file.names.push(text.into());
        self.index.insert(text.into(), sym);
        sym
    }

    /// The text of a name.
    pub fn text(&self, sym: Sym) -> &str {
        self.file.text(sym)
    }

    /// Adds an item.
    pub fn item(&mut self, item: Item) -> ItemId {
        self.file.items.push(item);
        ItemId(self.file.items.len() as u32 - 1)
    }

    /// A new item without properties, to be filled with struct update syntax or through [`Self::item_mut`].
    pub fn blank(&mut self, kind: ItemKind, name: &str, owner: ItemId, span: Span) -> Item {
        let name = self.sym(name);
        new_item(kind, name, owner, span)
    }

    /// An item added before.
    pub fn item_mut(&mut self, id: ItemId) -> &mut Item {
        &mut self.file.items[id.0 as usize]
    }

    /// Sets a body aside, so that its index is known before it is built. Fill it with [`Self::set_body`].
    pub fn reserve_body(&mut self) -> BodyId {
        self.file.bodies.push(BodyBuilder::new(ItemId(0), BodyKind::Init, Span::default()).finish());
        BodyId(self.file.bodies.len() as u32 - 1)
    }

    /// Fills a reserved body.
    pub fn set_body(&mut self, id: BodyId, body: Body) {
        self.file.bodies[id.at()] = body;
    }

    /// Adds a type expression.
    pub fn ty(&mut self, ty: TypeExpr) -> TypeId {
        self.file.types.push(ty);
        TypeId(self.file.types.len() as u32 - 1)
    }

    /// Adds a named type with arguments.
    pub fn named_type(&mut self, name: &str, args: Vec<TypeId>) -> TypeId {
        let name = self.sym(name);
        self.ty(TypeExpr::Path { name, args })
    }

    /// Adds an import.
    pub fn import(&mut self, import: Import) {
        self.file.imports.push(import);
    }

    /// Says which namespace the file's items belong to, joined with dots.
    pub fn package(&mut self, name: &str) {
        self.file.package = self.sym(name);
    }

    /// Adds an export.
    pub fn export(&mut self, name: &str, local: &str) {
        let (name, local) = (self.sym(name), self.sym(local));
        self.file.exports.push(Export { name, local });
    }

    /// Adds SQL.
    pub fn sql(&mut self, facts: SqlFacts) {
        self.file.sql.push(facts);
    }

    /// Records something that could not be read.
    pub fn gap(&mut self, kind: GapKind, span: Span) {
        self.file.gaps.push(Gap { kind, span });
    }

    /// The file as collected so far.
    pub fn peek(&self) -> &FileIr {
        &self.file
    }

    /// The finished file.
    pub fn finish(self) -> FileIr {
        self.file
    }
}

fn new_item(kind: ItemKind, name: Sym, owner: ItemId, span: Span) -> Item {
    Item {
        kind,
        name,
        owner: Some(owner),
        bases: Vec::new(),
        markers: Vec::new(),
        ty: None,
        body: None,
        init: OpId::NONE,
        flags: ItemFlags::default(),
        span,
        name_span: span,
    }
}

/// Collects one body. Operations are appended in evaluation order, in the region that is open.
#[derive(Debug)]
pub struct BodyBuilder {
    body: Body,
    open: RegionId,
    overflow: bool,
}

/// Region indices are 16 bits; deeper bodies keep their operations and lose their nesting.
const MAX_REGIONS: usize = 65_000;

impl BodyBuilder {
    /// An empty body.
    pub fn new(owner: ItemId, kind: BodyKind, span: Span) -> Self {
        Self {
            body: Body {
                owner,
                kind,
                is_async: false,
                is_generator: false,
                params: Vec::new(),
                locals: Vec::new(),
                captures: Vec::new(),
                regions: vec![Region { kind: RegionKind::Root, parent: RegionId(0), span }],
                ops: Vec::new(),
                calls: Vec::new(),
                puts: Vec::new(),
                args: Vec::new(),
                kids: Vec::new(),
                span,
            },
            open: RegionId(0),
            overflow: false,
        }
    }

    /// Marks the body as `async`.
    pub fn set_async(&mut self, is_async: bool) {
        self.body.is_async = is_async;
    }

    /// Marks the body as a generator.
    pub fn set_generator(&mut self) {
        self.body.is_generator = true;
    }

    /// True once regions had to be dropped; the front end records a [`GapKind::Size`].
    pub fn overflowed(&self) -> bool {
        self.overflow
    }

    /// Declares a parameter. All parameters come before any other local.
    pub fn param(&mut self, param: Param) -> LocalId {
        let local = self.local(param.name);
        self.body.params.push(param);
        local
    }

    /// Declares a local.
    pub fn local(&mut self, name: Sym) -> LocalId {
        self.body.locals.push(name);
        LocalId(self.body.locals.len() as u32 - 1)
    }

    /// Takes a local over from the enclosing body.
    pub fn capture(&mut self, outer: LocalId, name: Sym) -> LocalId {
        let inner = self.local(name);
        self.body.captures.push(Capture { outer, inner });
        inner
    }

    /// Appends an operation.
    pub fn op(&mut self, kind: OpKind, span: Span) -> OpId {
        self.body.ops.push(Op { kind, region: self.open, span });
        OpId(self.body.ops.len() as u32 - 1)
    }

    /// Appends a call. The span should start where the called name starts (in a chain, the method's name, not the
    /// chain's first line) and end with the call: findings point at it.
    pub fn call(&mut self, callee: Callee, args: Vec<Arg>, form: CallForm, span: Span) -> OpId {
        let args = self.args(args);
        self.body.calls.push(Call { callee, args, form });
        let id = CallId(self.body.calls.len() as u32 - 1);
        self.op(OpKind::Call(id), span)
    }

    /// Appends a literal.
    pub fn make(&mut self, shape: Shape, elements: Vec<Arg>, span: Span) -> OpId {
        let args = self.args(elements);
        self.op(OpKind::Make(shape, args), span)
    }

    /// Appends `base.name = value`.
    pub fn put(&mut self, base: OpId, name: Sym, value: OpId, span: Span) -> OpId {
        self.body.puts.push((name, value));
        let put = PutId(self.body.puts.len() as u32 - 1);
        self.op(OpKind::Put { base, put }, span)
    }

    /// Appends an operation that only has children.
    pub fn unknown(&mut self, children: &[OpId], span: Span) -> OpId {
        let kids = self.kids(children);
        self.op(OpKind::Unknown(kids), span)
    }

    /// Appends `base[key] = value`.
    pub fn store(&mut self, base: OpId, key: OpId, value: OpId, span: Span) -> OpId {
        let kids = self.kids(&[base, key, value]);
        self.op(OpKind::Store(kids), span)
    }

    /// Appends a string with holes.
    pub fn text(&mut self, parts: &[OpId], span: Span) -> OpId {
        let kids = self.kids(parts);
        self.op(OpKind::Text(kids), span)
    }

    /// Appends a choice between values.
    pub fn join(&mut self, values: &[OpId], span: Span) -> OpId {
        let kids = self.kids(values);
        self.op(OpKind::Join(kids), span)
    }

    /// Appends an exit.
    pub fn exit(&mut self, how: ExitKind, value: OpId, span: Span) -> OpId {
        self.op(OpKind::Exit { how, value }, span)
    }

    fn args(&mut self, mut args: Vec<Arg>) -> Args {
        args.truncate(usize::from(u16::MAX));
        let range = Args { start: self.body.args.len() as u32, len: args.len() as u16 };
        self.body.args.append(&mut args);
        range
    }

    fn kids(&mut self, kids: &[OpId]) -> Kids {
        let kids = &kids[..kids.len().min(usize::from(u16::MAX))];
        let range = Kids { start: self.body.kids.len() as u32, len: kids.len() as u16 };
        self.body.kids.extend_from_slice(kids);
        range
    }

    /// Opens a region; close it with [`Self::leave`]. What the region needs (`over`, `cond`) is evaluated before.
    pub fn enter(&mut self, kind: RegionKind, span: Span) -> RegionId {
        let before = self.open;
        if self.body.regions.len() >= MAX_REGIONS {
            self.overflow = true;
            return before;
        }
        self.body.regions.push(Region { kind, parent: before, span });
        self.open = RegionId(self.body.regions.len() as u16 - 1);
        before
    }

    /// Closes the region opened by the [`Self::enter`] that returned `before`.
    pub fn leave(&mut self, before: RegionId) {
        self.open = before;
    }

    /// The open region.
    pub fn region(&self) -> RegionId {
        self.open
    }

    /// An operation appended before.
    pub fn peek(&self, id: OpId) -> &Op {
        self.body.op(id)
    }

    /// The body as collected so far.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// The finished body, without spare capacity.
    pub fn finish(mut self) -> Body {
        let body = &mut self.body;
        body.ops.shrink_to_fit();
        body.args.shrink_to_fit();
        body.kids.shrink_to_fit();
        body.calls.shrink_to_fit();
        body.locals.shrink_to_fit();
        body.regions.shrink_to_fit();
        self.body
    }
}
