//! The walk over one file: where it is, what is open, and the small steps that all parts of it take.

use perflint_ir::{
    Arg, BodyKind, CallForm, Callee, FileBuilder, FileIr, GapKind, ItemId, ItemKind, LocalId, OpId, OpKind,
    Param, ParamKind, RegionId, RegionKind, Shape, Slot, Span, Sym, TypeId,
};
use perflint_syntax::{Place, Scopes, Source, guard};
use ruby_prism::{ConstantId, Location, Node, ParseResult};

/// A broken file has few distinct errors and many echoes.
const MAX_ERRORS: usize = 100;

/// The local by which closures of a template find its context.
pub(crate) const CONTEXT: &str = "context";
/// The local that holds the block of a method.
pub(crate) const BLOCK: &str = "&";

/// Ruby code, and where its parts come from.
#[derive(Debug, Default)]
pub(crate) struct Text {
    /// The code.
    pub ruby: String,
    /// Offsets in the code with their offsets in the file, ascending; empty if they are the same.
    pub origin: Vec<(u32, u32)>,
}

impl Text {
    /// Code that stands in the file at the same offsets.
    pub(crate) fn same(ruby: String) -> Self {
        Self { ruby, origin: Vec::new() }
    }

    /// Appends code that stands at an offset of the file.
    pub(crate) fn push(&mut self, code: &str, at: usize) {
        self.origin.push((self.ruby.len() as u32, at as u32));
        self.ruby.push_str(code);
    }

    /// The offset in the file of an offset in the code.
    pub(crate) fn offset(&self, at: u32) -> u32 {
        match self.origin.partition_point(|(code, _)| *code <= at).checked_sub(1) {
            Some(i) => self.origin[i].1 + (at - self.origin[i].0),
            None => at,
        }
    }
}

/// What the code that is walked stands in, as far as jumps and declarations need to know.
#[derive(Debug, Default)]
pub(crate) struct Inside {
    /// Loops written as such around, in the same body.
    pub loops: usize,
    /// The parameters of the method, for a `super` that passes them on.
    pub params: Vec<(String, ParamKind)>,
    /// The name of the method.
    pub method: String,
    /// It is a block of a call, which `break` and `return` leave together with the call.
    pub is_block: bool,
}

/// A class or module whose body is walked.
#[derive(Debug)]
pub(crate) struct Open {
    /// Its item.
    pub item: ItemId,
    /// Methods belong to the class itself: `class << self`, `module_function`, `class_methods do`.
    pub is_static: bool,
    /// Methods are private from here on.
    pub is_private: bool,
    /// Attributes that the class lets others assign.
    pub writers: Vec<String>,
    /// Its methods, for what is said of them afterwards.
    pub methods: Vec<(String, ItemId)>,
    /// A word that stands alone, and is about the method that follows: `memoize`.
    pub word: Option<String>,
}

/// The walk.
pub(crate) struct Ruby<'t> {
    pub(crate) text: &'t Text,
    pub(crate) file: FileBuilder,
    pub(crate) scopes: Scopes,
    pub(crate) classes: Vec<Open>,
    pub(crate) inside: Vec<Inside>,
    pub(crate) is_template: bool,
    /// A template that builds JSON.
    pub(crate) is_json: bool,
    depth: usize,
    source_len: u32,
    path: &'t str,
}

impl<'t> Ruby<'t> {
    pub(crate) fn new(source: Source<'t>, text: &'t Text, is_template: bool) -> Self {
        let len = u32::try_from(source.text.len()).unwrap_or(u32::MAX);
        let module = Open {
            item: ItemId(0),
            is_static: false,
            is_private: false,
            writers: Vec::new(),
            methods: Vec::new(),
            word: None,
        };
        Self {
            text,
            file: FileBuilder::new(source.path, source.lang, source.role),
            scopes: Scopes::new(Span::new(0, len)),
            classes: vec![module],
            inside: vec![Inside::default()],
            is_template,
            is_json: is_template && source.path.ends_with(".jbuilder"),
            depth: 0,
            source_len: len,
            path: source.path,
        }
    }

    /// Records what the parser complains about. A template may `yield`, which a script must not.
    pub(crate) fn record_errors(&mut self, parsed: &ParseResult<'_>) {
        let is_template = self.is_template;
        let errors = parsed.errors().filter(|error| {
            let message = String::from_utf8_lossy(error.message()).to_ascii_lowercase();
            !(is_template && ["yield", "return", "next", "break"].iter().any(|word| message.contains(word)))
        });
        for error in errors.take(MAX_ERRORS) {
            let at = self.span(&error.location());
            self.file.gap(GapKind::Syntax, at);
        }
    }

    pub(crate) fn program(&mut self, node: &Node<'_>) {
        let Some(program) = node.as_program_node() else { return };
        if !self.is_template {
            self.statements(Some(program.statements()));
            return;
        }
        let whole = Span::new(0, self.source_len);
        let name = self.path.rsplit('/').next().unwrap_or(self.path);
        let mut item = self.file.blank(ItemKind::Template, name, ItemId(0), whole);
        item.flags.is_public = true;
        let item = self.file.item(item);
        let body = self.scopes.open(&mut self.file, Place::Closure, item, BodyKind::Template, whole);
        self.file.item_mut(item).body = Some(body);
        self.param(CONTEXT, ParamKind::Normal);
        self.statements(Some(program.statements()));
        self.scopes.close(&mut self.file);
    }

    pub(crate) fn finish(mut self) -> FileIr {
        self.scopes.finish(&mut self.file);
        self.file.finish()
    }

    /// Runs a step that may recurse, unless it is too deep.
    pub(crate) fn deeper<T>(&mut self, node: &Node<'_>, step: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= guard::MAX_DEPTH {
            let at = self.span(&node.location());
            self.file.gap(GapKind::Depth, at);
            return None;
        }
        self.depth += 1;
        let result = guard::deeper(|| step(self));
        self.depth -= 1;
        Some(result)
    }

    /// Where something stands in the file.
    pub(crate) fn span(&self, at: &Location<'_>) -> Span {
        self.between(at.start(), at.end())
    }

    /// From one offset of the code to another, in the file.
    pub(crate) fn between(&self, start: u32, end: u32) -> Span {
        let start = self.text.offset(start).min(self.source_len);
        let end = if end == 0 { 0 } else { self.text.offset(end - 1) + 1 };
        Span::new(start, end.clamp(start, self.source_len.max(start)))
    }

    pub(crate) fn at(&self, node: &Node<'_>) -> Span {
        self.span(&node.location())
    }

    pub(crate) fn op(&mut self, kind: OpKind, at: Span) -> OpId {
        self.scopes.op(kind, at)
    }

    pub(crate) fn null(&mut self, at: Span) -> OpId {
        self.op(OpKind::Null, at)
    }

    pub(crate) fn unknown(&mut self, children: &[OpId], at: Span) -> OpId {
        self.scopes.here.body.unknown(children, at)
    }

    pub(crate) fn string(&mut self, text: &str, at: Span) -> OpId {
        let sym = self.file.sym(text);
        self.op(OpKind::Str(sym), at)
    }

    pub(crate) fn sym(&mut self, text: &str) -> Sym {
        self.file.sym(text)
    }

    pub(crate) fn name(&mut self, text: &str, at: Span) -> OpId {
        let sym = self.file.sym(text);
        self.op(OpKind::Name(sym), at)
    }

    pub(crate) fn get(&mut self, base: OpId, name: &str, at: Span) -> OpId {
        let name = self.file.sym(name);
        self.op(OpKind::Get { base, name }, at)
    }

    pub(crate) fn put(&mut self, base: OpId, name: &str, value: OpId, at: Span) -> OpId {
        let name = self.file.sym(name);
        self.scopes.here.body.put(base, name, value, at)
    }

    pub(crate) fn invoke(&mut self, callee: Callee, args: Vec<Arg>, form: CallForm, at: Span) -> OpId {
        self.scopes.here.body.call(callee, args, form, at)
    }

    pub(crate) fn member(
        &mut self,
        recv: OpId,
        name: &str,
        args: Vec<Arg>,
        form: CallForm,
        at: Span,
    ) -> OpId {
        let name = self.file.sym(name);
        self.invoke(Callee::Member { recv, name }, args, form, at)
    }

    pub(crate) fn make(&mut self, shape: Shape, elements: Vec<Arg>, at: Span) -> OpId {
        self.scopes.here.body.make(shape, elements, at)
    }

    pub(crate) fn join(&mut self, values: &[OpId], at: Span) -> OpId {
        self.scopes.here.body.join(values, at)
    }

    pub(crate) fn bind(&mut self, local: LocalId, value: OpId, at: Span) {
        self.op(OpKind::Bind { local, value }, at);
    }

    pub(crate) fn enter(&mut self, kind: RegionKind, at: Span) -> RegionId {
        self.scopes.here.body.enter(kind, at)
    }

    pub(crate) fn leave(&mut self, before: RegionId) {
        self.scopes.here.body.leave(before);
    }

    /// One arm of a decision.
    pub(crate) fn arm<T>(
        &mut self,
        cond: OpId,
        arm: u16,
        last: bool,
        at: Span,
        step: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let before = self.enter(RegionKind::Branch { cond, arm, last }, at);
        let result = step(self);
        self.leave(before);
        result
    }

    /// Declares a parameter of the innermost body.
    pub(crate) fn param(&mut self, name: &str, kind: ParamKind) -> LocalId {
        self.param_with(name, kind, OpId::NONE)
    }

    /// Declares a parameter with a default.
    pub(crate) fn param_with(&mut self, name: &str, kind: ParamKind, default: OpId) -> LocalId {
        let sym = self.file.sym(name);
        let param = Param { name: sym, ty: None, default, kind, markers: Vec::new() };
        let local = self.scopes.here.body.param(param);
        self.scopes.name(name, local);
        local
    }

    /// The local that a name means here, or a new one.
    pub(crate) fn local(&mut self, name: &str) -> LocalId {
        match self.scopes.find(&mut self.file, name) {
            Some(local) => local,
            None => self.scopes.declare(&mut self.file, name),
        }
    }

    /// The context of a template, if this is one.
    pub(crate) fn context(&mut self, at: Span) -> Option<OpId> {
        let local = self.is_template.then(|| self.scopes.find(&mut self.file, CONTEXT)).flatten()?;
        Some(self.op(OpKind::Local(local), at))
    }

    /// What instance variables belong to: the receiver, or a template's context.
    pub(crate) fn holder(&mut self, at: Span) -> OpId {
        match self.context(at) {
            Some(context) => context,
            None => self.op(OpKind::SelfRef, at),
        }
    }

    pub(crate) fn ty(&mut self, name: &str) -> TypeId {
        self.file.named_type(name, Vec::new())
    }

    /// The class or module whose body is open; the file itself at the top.
    pub(crate) fn open_class(&mut self) -> &mut Open {
        if self.classes.is_empty() {
            self.classes.push(Open {
                item: ItemId(0),
                is_static: false,
                is_private: false,
                writers: Vec::new(),
                methods: Vec::new(),
                word: None,
            });
        }
        let last = self.classes.len() - 1;
        &mut self.classes[last]
    }

    /// The item of the open class or module.
    pub(crate) fn owner(&self) -> ItemId {
        self.classes.last().map_or(ItemId(0), |open| open.item)
    }

    /// True where statements are those of a class or of the file, not of a method or block.
    pub(crate) fn in_class_body(&self) -> bool {
        matches!(self.scopes.here.place, Place::Class) || self.scopes.here.place == Place::Module
    }
}

/// The text of a constant of the parser.
pub(crate) fn name_of(id: &ConstantId<'_>) -> String {
    String::from_utf8_lossy(id.as_slice()).into_owned()
}

/// Text as the parser gives it.
pub(crate) fn utf8(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A positional argument.
pub(crate) fn pos(value: OpId) -> Arg {
    Arg { slot: Slot::Pos, value }
}
