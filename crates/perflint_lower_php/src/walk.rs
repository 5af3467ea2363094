//! The walk over one file: what is collected, the names of variables, and how deep it is.

use crate::offsets::Offsets;
use perflint_ir::{
    Arg, BodyId, BodyKind, CallForm, Callee, FileBuilder, FileIr, GapKind, ItemId, ItemKind, LocalId, OpId,
    OpKind, Param, ParamKind, RegionId, RegionKind, Slot, Span, Sym,
};
use perflint_syntax::{Place, Scopes, Source, guard};
use php_ast::Stmt;
use php_rs_parser::diagnostics::ParseError;

/// What the parameter of a template is called among its variables: no variable is.
const CONTEXT: &str = " context";

/// The walk over one file.
pub(crate) struct Php<'a> {
    pub(crate) source: Source<'a>,
    pub(crate) offsets: &'a Offsets<'a>,
    pub(crate) file: FileBuilder,
    pub(crate) scopes: Scopes,
    /// The item that declarations belong to.
    pub(crate) owner: ItemId,
    /// The name of the class around.
    pub(crate) class: Option<String>,
    /// Anonymous classes so far.
    pub(crate) anonymous: usize,
    /// Free variables are what a template is rendered with.
    pub(crate) in_template: bool,
    /// The variables that outlive a call, by the function that declares them: how many are open around it.
    pub(crate) statics: Vec<(usize, LocalId)>,
    pub(crate) open: usize,
    depth: usize,
    too_deep: bool,
}

impl<'a> Php<'a> {
    pub(crate) fn new(source: Source<'a>, offsets: &'a Offsets<'a>) -> Self {
        let whole = Span::new(0, u32::try_from(source.text.len()).unwrap_or(u32::MAX));
        Self {
            source,
            offsets,
            file: FileBuilder::new(source.path, source.lang, source.role),
            scopes: Scopes::new(whole),
            owner: ItemId(0),
            class: None,
            anonymous: 0,
            in_template: false,
            statics: Vec::new(),
            open: 0,
            depth: 0,
            too_deep: false,
        }
    }

    pub(crate) fn syntax_gap(&mut self, error: &ParseError) {
        let kind = match error {
            ParseError::NestingTooDeep { .. } => GapKind::Depth,
            ParseError::SourceTooLarge { .. } => GapKind::Size,
            _ => GapKind::Syntax,
        };
        let at = self.span(error.span());
        self.file.gap(kind, at);
    }

    /// The file as a script with declarations.
    pub(crate) fn script(&mut self, stmts: &[Stmt<'_, '_>]) {
        self.statements(stmts);
    }

    /// The file as a template: a function of the variables that it is rendered with.
    pub(crate) fn template(&mut self, stmts: &[Stmt<'_, '_>]) {
        let whole = Span::new(0, u32::try_from(self.source.text.len()).unwrap_or(u32::MAX));
        let name = self.source.path.rsplit('/').next().unwrap_or(self.source.path);
        let mut item = self.file.blank(ItemKind::Template, name, ItemId(0), whole);
        item.flags.is_public = true;
        let item = self.file.item(item);
        let body = self.scopes.open(&mut self.file, Place::Function, item, BodyKind::Template, whole);
        self.file.item_mut(item).body = Some(body);
        let name = self.file.sym("context");
        let param =
            Param { name, ty: None, default: OpId::NONE, kind: ParamKind::Normal, markers: Vec::new() };
        let local = self.scopes.here.body.param(param);
        self.scopes.name(CONTEXT, local);
        self.in_template = true;
        self.statements(stmts);
        self.scopes.close(&mut self.file);
        self.in_template = false;
    }

    pub(crate) fn finish(mut self) -> FileIr {
        self.scopes.finish(&mut self.file);
        self.file.finish()
    }

    /// Runs a step that may recurse, unless it is too deep.
    pub(crate) fn deeper<T>(&mut self, at: php_ast::Span, step: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= guard::MAX_DEPTH {
            if !self.too_deep {
                let at = self.span(at);
                self.file.gap(GapKind::Depth, at);
            }
            self.too_deep = true;
            return None;
        }
        self.depth += 1;
        let result = guard::deeper(|| step(self));
        self.depth -= 1;
        Some(result)
    }

    /// A place in the file.
    pub(crate) fn span(&self, at: php_ast::Span) -> Span {
        Span::new(self.offsets.back(at.start), self.offsets.back(at.end))
    }

    pub(crate) fn op(&mut self, kind: OpKind, at: php_ast::Span) -> OpId {
        let at = self.span(at);
        self.scopes.op(kind, at)
    }

    pub(crate) fn unknown(&mut self, children: &[OpId], at: php_ast::Span) -> OpId {
        let at = self.span(at);
        self.scopes.here.body.unknown(children, at)
    }

    pub(crate) fn str(&mut self, text: &str, at: php_ast::Span) -> OpId {
        let sym = self.file.sym(text);
        self.op(OpKind::Str(sym), at)
    }

    pub(crate) fn enter(&mut self, kind: RegionKind, at: php_ast::Span) -> RegionId {
        let at = self.span(at);
        self.scopes.here.body.enter(kind, at)
    }

    pub(crate) fn leave(&mut self, before: RegionId) {
        self.scopes.here.body.leave(before);
    }

    pub(crate) fn open(&mut self, place: Place, item: ItemId, kind: BodyKind, at: php_ast::Span) -> BodyId {
        let at = self.span(at);
        self.open += 1;
        self.scopes.open(&mut self.file, place, item, kind, at)
    }

    pub(crate) fn close(&mut self) {
        let open = self.open;
        self.statics.retain(|(level, _)| *level < open);
        self.open = open.saturating_sub(1);
        self.scopes.close(&mut self.file);
    }

    /// A call that starts at a name and ends where the whole does.
    pub(crate) fn invoke(
        &mut self,
        callee: Callee,
        args: Vec<Arg>,
        form: CallForm,
        name: php_ast::Span,
        whole: php_ast::Span,
    ) -> OpId {
        let at = Span::new(self.offsets.back(name.start), self.offsets.back(whole.end.max(name.end)));
        self.scopes.here.body.call(callee, args, form, at)
    }

    /// A call of a function that the language calls by this name.
    pub(crate) fn call_named(
        &mut self,
        name: &str,
        args: Vec<Arg>,
        form: CallForm,
        at: php_ast::Span,
    ) -> OpId {
        let sym = self.file.sym(name);
        let callee = self.op(OpKind::Name(sym), at);
        self.invoke(Callee::Value(callee), args, form, at, at)
    }

    /// Reads a variable, given without its `$`.
    pub(crate) fn read_variable(&mut self, name: &str, at: php_ast::Span) -> OpId {
        if name == "this" && !self.in_template {
            return self.op(OpKind::SelfRef, at);
        }
        if let Some(local) = self.scopes.find(&mut self.file, name) {
            return self.op(OpKind::Local(local), at);
        }
        if is_superglobal(name) {
            let sym = self.file.sym(&format!("${name}"));
            return self.op(OpKind::Name(sym), at);
        }
        if self.in_template
            && let Some(context) = self.scopes.find(&mut self.file, CONTEXT)
        {
            let base = self.op(OpKind::Local(context), at);
            let name = self.file.sym(name);
            return self.op(OpKind::Get { base, name }, at);
        }
        let local = self.scopes.declare(&mut self.file, name);
        self.op(OpKind::Local(local), at)
    }

    /// The local of a variable that is assigned.
    pub(crate) fn variable(&mut self, name: &str) -> LocalId {
        match self.scopes.find(&mut self.file, name) {
            Some(local) => local,
            None => self.scopes.declare(&mut self.file, name),
        }
    }

    pub(crate) fn bind(&mut self, local: LocalId, value: OpId, at: php_ast::Span) -> OpId {
        self.op(OpKind::Bind { local, value }, at)
    }

    /// The names in scope with what they hold, at most a few; in a template also what it was rendered with.
    pub(crate) fn variables(&mut self, at: php_ast::Span) -> Vec<Arg> {
        let mut names: Vec<Sym> = self.scopes.here.body.body().locals.clone();
        names.sort_unstable();
        names.dedup();
        let mut args = Vec::new();
        for name in names.into_iter().take(MAX_HANDED) {
            let text = self.file.text(name).to_owned();
            if text.is_empty() || text == "context" {
                continue;
            }
            if let Some(local) = self.scopes.find(&mut self.file, &text) {
                let value = self.op(OpKind::Local(local), at);
                args.push(Arg { slot: Slot::Key(name), value });
            }
        }
        if self.in_template
            && let Some(context) = self.scopes.find(&mut self.file, CONTEXT)
        {
            let value = self.op(OpKind::Local(context), at);
            args.push(Arg { slot: Slot::KeyRest, value });
        }
        args
    }
}

/// How many variables an included file is handed at most.
const MAX_HANDED: usize = 64;

fn is_superglobal(name: &str) -> bool {
    matches!(
        name,
        "_GET" | "_POST" | "_REQUEST" | "_SERVER" | "_COOKIE" | "_FILES" | "_ENV" | "_SESSION" | "GLOBALS"
    )
}

/// An argument by position.
pub(crate) fn pos(value: OpId) -> Arg {
    Arg { slot: Slot::Pos, value }
}
