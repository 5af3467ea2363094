//! The bodies of a template under construction: its own, and one for each part of it that has a name.
//!
//! Blocks nest on an explicit stack, so that a template may be as deep as it likes; from a depth on they are read without
//! their regions. A block that is not closed ends with the one around it, an end without a beginning is passed over.

use perflint_ir::{
    Arg, BodyKind, CallForm, Callee, FileBuilder, FileIr, GapKind, ItemId, ItemKind, LocalId, LoopSource,
    OpId, OpKind, Param, ParamKind, RegionId, RegionKind, Shape, Slot, Span,
};
use perflint_syntax::{Place, Scopes, Source};
use rustc_hash::FxHashMap;

/// The name by which scopes know the context: no source can hold it.
const CONTEXT: &str = "\u{0}context";

/// How deep regions nest before blocks are read without them.
const MAX_REGIONS: usize = 100;

/// How many names that are in scope a part gets beside the context, the innermost ones.
const MAX_HANDED: usize = 32;

/// What a block still needs to know when its next tag comes.
#[derive(Clone, Copy, Debug)]
enum What {
    /// Its content stands where the block stands.
    Plain,
    /// The region around it.
    Region(RegionId),
    /// The region around it, the value that the arms decide on, the last arm.
    Decision(RegionId, OpId, u16),
    /// A template of its own.
    Part,
}

#[derive(Debug)]
struct Block<'a> {
    tag: &'a str,
    what: What,
    /// How many names were declared before it.
    declared: usize,
}

/// A template under construction.
pub(crate) struct View<'a> {
    pub(crate) source: Source<'a>,
    pub(crate) file: FileBuilder,
    scopes: Scopes,
    blocks: Vec<Block<'a>>,
    open: FxHashMap<&'a str, usize>,
    declared: Vec<(String, LocalId)>,
    regions: usize,
    too_deep: bool,
}

impl<'a> View<'a> {
    /// A file with the template that it is, open.
    pub(crate) fn new(source: Source<'a>) -> Self {
        let mut file = FileBuilder::new(source.path, source.lang, source.role);
        let whole = Span::new(0, u32::try_from(source.text.len()).unwrap_or(u32::MAX));
        file.item_mut(ItemId(0)).span = whole;
        let mut view = Self {
            source,
            file,
            scopes: Scopes::new(whole),
            blocks: Vec::new(),
            open: FxHashMap::default(),
            declared: Vec::new(),
            regions: 0,
            too_deep: false,
        };
        let name = source.path.rsplit('/').next().unwrap_or(source.path);
        view.open_template(name, &[], whole);
        view
    }

    /// The finished file.
    pub(crate) fn finish(mut self) -> FileIr {
        while let Some(block) = self.blocks.pop() {
            self.close(block);
        }
        self.scopes.finish(&mut self.file);
        self.file.finish()
    }

    /// A place in the file.
    pub(crate) fn at(start: usize, end: usize) -> Span {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span::new(offset(start), offset(end))
    }

    fn open_template(&mut self, name: &str, params: &[&str], at: Span) {
        let mut item = self.file.blank(ItemKind::Template, name, ItemId(0), at);
        item.flags.is_public = true;
        let item = self.file.item(item);
        let body = self.scopes.open(&mut self.file, Place::Function, item, BodyKind::Template, at);
        self.file.item_mut(item).body = Some(body);
        let context = self.param("context");
        self.scopes.name(CONTEXT, context);
        for name in params {
            let local = self.param(name);
            self.name_local(name, local);
        }
    }

    fn param(&mut self, name: &str) -> LocalId {
        let name = self.file.sym(name);
        let param =
            Param { name, ty: None, default: OpId::NONE, kind: ParamKind::Normal, markers: Vec::new() };
        self.scopes.here.body.param(param)
    }

    // Blocks.

    fn push(&mut self, tag: &'a str, what: What) {
        *self.open.entry(tag).or_insert(0) += 1;
        self.scopes.open_block();
        self.blocks.push(Block { tag, what, declared: self.declared.len() });
    }

    /// Opens a block without meaning of its own.
    pub(crate) fn plain(&mut self, tag: &'a str) {
        self.push(tag, What::Plain);
    }

    /// Opens a loop over the elements of a value; `item` is the name that an element has, if it has one.
    pub(crate) fn each(&mut self, tag: &'a str, over: OpId, item: Option<&str>, at: Span) -> LocalId {
        let local = self.scopes.temporary(&mut self.file);
        let region = RegionKind::Loop { over, item: local, source: LoopSource::Template };
        let what = self.enter(region, at);
        self.push(tag, what);
        if let Some(name) = item {
            self.name_local(name, local);
        }
        local
    }

    /// Opens what runs under a condition.
    pub(crate) fn when(&mut self, tag: &'a str, cond: OpId, at: Span) {
        let what = match self.enter(RegionKind::Branch { cond, arm: 0, last: false }, at) {
            What::Region(outside) => What::Decision(outside, cond, 0),
            other => other,
        };
        self.push(tag, what);
    }

    /// Opens the one of several alternatives that has this number.
    pub(crate) fn case(&mut self, tag: &'a str, cond: OpId, arm: u16, last: bool, at: Span) {
        let what = self.enter(RegionKind::Branch { cond, arm, last }, at);
        self.push(tag, what);
    }

    fn enter(&mut self, region: RegionKind, at: Span) -> What {
        if self.regions >= MAX_REGIONS {
            if !self.too_deep {
                self.file.gap(GapKind::Depth, at);
            }
            self.too_deep = true;
            return What::Plain;
        }
        self.regions += 1;
        What::Region(self.scopes.here.body.enter(region, at))
    }

    /// The next arm of the innermost block: of a decision the arm under a condition, or the last one; what follows a loop
    /// that had no elements.
    pub(crate) fn otherwise(&mut self, cond: Option<OpId>, at: Span) {
        let Some(block) = self.blocks.last_mut() else { return };
        let what = block.what;
        let tag = block.tag;
        match what {
            What::Decision(outside, first, arm) => {
                self.scopes.here.body.leave(outside);
                self.end_names();
                let arm = arm.saturating_add(1);
                let last = cond.is_none();
                self.scopes.here.body.enter(RegionKind::Branch { cond: first, arm, last }, at);
                self.scopes.open_block();
                self.replace_what(What::Decision(outside, first, arm));
            }
            What::Region(outside) => {
                self.scopes.here.body.leave(outside);
                self.end_names();
                self.scopes.open_block();
                self.regions = self.regions.saturating_sub(1);
                self.replace_what(What::Plain);
            }
            What::Plain | What::Part => {}
        }
        debug_assert_eq!(self.blocks.last().map(|block| block.tag), Some(tag));
    }

    /// Leaves the current arm for the time in which the condition of the next one is evaluated.
    pub(crate) fn between_arms(&mut self) {
        if let Some(Block { what: What::Decision(outside, ..), .. }) = self.blocks.last() {
            let outside = *outside;
            self.scopes.here.body.leave(outside);
        }
    }

    fn replace_what(&mut self, what: What) {
        if let Some(block) = self.blocks.last_mut() {
            block.what = what;
        }
    }

    fn end_names(&mut self) {
        self.scopes.close_block();
        if let Some(block) = self.blocks.last() {
            self.declared.truncate(block.declared);
        }
    }

    /// Opens a template of its own, which knows nothing of the names around it.
    pub(crate) fn part(&mut self, tag: &'a str, name: &str, params: &[&str], at: Span) {
        self.push(tag, What::Part);
        self.open_template(name, params, at);
    }

    /// True if a block of this tag is open.
    pub(crate) fn is_open(&self, tag: &str) -> bool {
        self.open.get(tag).is_some_and(|count| *count > 0)
    }

    /// Closes the innermost block of a tag, and what was left open in it.
    pub(crate) fn end(&mut self, tag: &str) {
        if !self.is_open(tag) {
            return;
        }
        while let Some(block) = self.blocks.pop() {
            let found = block.tag == tag;
            self.close(block);
            if found {
                return;
            }
        }
    }

    /// Closes the innermost block, whatever it is.
    pub(crate) fn end_innermost(&mut self) {
        if let Some(block) = self.blocks.pop() {
            self.close(block);
        }
    }

    /// How many blocks are open.
    pub(crate) fn depth(&self) -> usize {
        self.blocks.len()
    }

    fn close(&mut self, block: Block<'a>) {
        if let Some(count) = self.open.get_mut(block.tag) {
            *count = count.saturating_sub(1);
        }
        match block.what {
            What::Region(outside) | What::Decision(outside, ..) => {
                self.scopes.here.body.leave(outside);
                self.regions = self.regions.saturating_sub(1);
            }
            What::Part => self.scopes.close(&mut self.file),
            What::Plain => {}
        }
        self.scopes.close_block();
        self.declared.truncate(block.declared);
    }

    // Names.

    /// A new name for a value, until the innermost block ends.
    pub(crate) fn declare(&mut self, name: &str, value: OpId, at: Span) {
        let local = self.scopes.declare(&mut self.file, name);
        self.declared.push((name.to_owned(), local));
        self.op(OpKind::Bind { local, value }, at);
    }

    /// Gives a name a value: of the local that it is, or of a new one.
    pub(crate) fn assign(&mut self, name: &str, value: OpId, at: Span) {
        match self.scopes.find(&mut self.file, name) {
            Some(local) => {
                self.op(OpKind::Bind { local, value }, at);
            }
            None => self.declare(name, value, at),
        }
    }

    /// Lets a name mean a local that exists, until the innermost block ends.
    pub(crate) fn name_local(&mut self, name: &str, local: LocalId) {
        self.scopes.name(name, local);
        self.declared.push((name.to_owned(), local));
    }

    /// The local that a name means here.
    pub(crate) fn find(&mut self, name: &str) -> Option<LocalId> {
        self.scopes.find(&mut self.file, name)
    }

    /// What the template was given.
    pub(crate) fn context(&mut self, at: Span) -> OpId {
        match self.scopes.find(&mut self.file, CONTEXT) {
            Some(local) => self.op(OpKind::Local(local), at),
            None => self.unknown(&[], at),
        }
    }

    /// A name: of a block around, or an attribute of the context.
    pub(crate) fn read(&mut self, name: &str, at: Span) -> OpId {
        if let Some(local) = self.find(name) {
            return self.op(OpKind::Local(local), at);
        }
        let context = self.context(at);
        self.get(context, name, at)
    }

    // Operations.

    pub(crate) fn op(&mut self, kind: OpKind, at: Span) -> OpId {
        self.scopes.op(kind, at)
    }

    pub(crate) fn local(&mut self, local: LocalId, at: Span) -> OpId {
        self.op(OpKind::Local(local), at)
    }

    pub(crate) fn unknown(&mut self, kids: &[OpId], at: Span) -> OpId {
        self.scopes.here.body.unknown(kids, at)
    }

    pub(crate) fn join(&mut self, values: &[OpId], at: Span) -> OpId {
        self.scopes.here.body.join(values, at)
    }

    pub(crate) fn string(&mut self, text: &str, at: Span) -> OpId {
        let sym = self.file.sym(text);
        self.op(OpKind::Str(sym), at)
    }

    pub(crate) fn get(&mut self, base: OpId, name: &str, at: Span) -> OpId {
        let name = self.file.sym(name);
        self.op(OpKind::Get { base, name }, at)
    }

    pub(crate) fn index(&mut self, base: OpId, key: OpId, at: Span) -> OpId {
        self.op(OpKind::Index { base, key }, at)
    }

    pub(crate) fn make(&mut self, shape: Shape, elements: Vec<Arg>, at: Span) -> OpId {
        self.scopes.here.body.make(shape, elements, at)
    }

    /// `recv.name(..)`
    pub(crate) fn member(&mut self, recv: OpId, name: &str, args: Vec<Arg>, at: Span) -> OpId {
        let name = self.file.sym(name);
        self.scopes.here.body.call(Callee::Member { recv, name }, args, CallForm::Plain, at)
    }

    /// An attribute that is called if it can be.
    pub(crate) fn auto(&mut self, base: OpId, name: &str, at: Span) -> OpId {
        let value = self.get(base, name, at);
        self.scopes.here.body.call(Callee::Value(value), Vec::new(), CallForm::Auto, at)
    }

    /// Calls a function of the template language by its name.
    pub(crate) fn call(&mut self, name: &str, args: Vec<Arg>, at: Span) -> OpId {
        let name = self.file.sym(name);
        let callee = self.op(OpKind::Name(name), at);
        self.scopes.here.body.call(Callee::Value(callee), args, CallForm::Tag, at)
    }

    /// Renders another template or a part, by the function that does it: its name, what else it is given, then the names in scope
    /// and the context.
    pub(crate) fn render(&mut self, with: &str, name: OpId, mut args: Vec<Arg>, at: Span) -> OpId {
        args.insert(0, pos(name));
        let from = self.declared.len().saturating_sub(MAX_HANDED);
        let handed: Vec<(String, LocalId)> = self.declared[from..].iter().rev().cloned().collect();
        let mut known: Vec<String> = Vec::new();
        for (name, local) in handed {
            let key = self.file.sym(&name);
            let given = args.iter().any(|arg| arg.slot == Slot::Key(key));
            if given || name.starts_with('\u{0}') || known.contains(&name) || self.find(&name) != Some(local)
            {
                continue;
            }
            let value = self.local(local, at);
            args.push(Arg { slot: Slot::Key(key), value });
            known.push(name);
        }
        let context = self.context(at);
        args.push(Arg { slot: Slot::KeyRest, value: context });
        self.call(with, args, at)
    }

    /// Opens a region that ends with [`Self::leave`].
    pub(crate) fn region(&mut self, kind: RegionKind, at: Span) -> RegionId {
        self.scopes.here.body.enter(kind, at)
    }

    /// Ends a region.
    pub(crate) fn leave(&mut self, before: RegionId) {
        self.scopes.here.body.leave(before);
    }

    /// A local without a name.
    pub(crate) fn temporary(&mut self) -> LocalId {
        self.scopes.temporary(&mut self.file)
    }

    /// Opens a closure with parameters; [`Self::close_closure`] ends it.
    pub(crate) fn open_closure(&mut self, params: &[&str], at: Span) -> perflint_ir::BodyId {
        let item = self.scopes.here.item;
        let body = self.scopes.open(&mut self.file, Place::Closure, item, BodyKind::Closure, at);
        for name in params {
            let local = self.param(name);
            self.scopes.name(name, local);
        }
        body
    }

    /// Ends a closure, whose value this is, and gives the closure.
    pub(crate) fn close_closure(&mut self, body: perflint_ir::BodyId, value: OpId, at: Span) -> OpId {
        self.scopes.here.body.exit(perflint_ir::ExitKind::Return, value, at);
        self.scopes.close(&mut self.file);
        self.op(OpKind::Lambda(body), at)
    }
}

/// A positional argument.
pub(crate) fn pos(value: OpId) -> Arg {
    Arg { slot: Slot::Pos, value }
}
