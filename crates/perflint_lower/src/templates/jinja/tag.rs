//! Tags that stand alone, and the choice of what each tag is.

use super::Template;
use super::expr::starts_value;
use super::lex::{self, Kind, Token};
use super::scan::{self, Inner, Scanner};
use perflint_ir::{Arg, CallForm, Callee, ExitKind, Import, ImportKind, OpId, OpKind, Slot, Span};
use rustc_hash::FxHashSet;

/// Tags that read nothing which could cost.
const INERT: &[&str] = &[
    "load",
    "csrf_token",
    "now",
    "templatetag",
    "lorem",
    "debug",
    "plural",
    "pluralize",
    "autoescape",
    "spaceless",
    "filter",
    "block",
    "localize",
    "localtime",
];

/// Words between the arguments of a tag.
const WORDS: &[&str] = &["as", "by", "for", "from", "in", "with", "on", "of", "and", "or", "not", "if"];

/// How many of the names in scope an included template is handed at most.
const MAX_HANDED: usize = 64;

impl<'a> Template<'a> {
    pub(super) fn tag(&mut self, inner: Inner<'a>, scanner: &mut Scanner<'a>) {
        let (name, rest) = lex::first_word(inner.text);
        if let Some(closed) = name.strip_prefix("end") {
            self.end_block(closed);
            return;
        }
        if scan::is_verbatim(name) {
            scanner.skip_past_end(name);
            return;
        }
        let skipped = u32::try_from(inner.text.len() - rest.len()).unwrap_or(0);
        self.read_tokens(rest, inner.start + skipped);
        match name {
            "" => {}
            "if" | "ifequal" | "ifnotequal" | "unless" => self.if_tag(name, inner),
            "elif" | "elseif" => self.next_arm(false, inner),
            "else" | "empty" => self.next_arm(true, inner),
            "for" => self.for_tag(name, inner),
            "with" => self.with_tag(name),
            "set" => self.set_tag(),
            "macro" => self.macro_tag(name, inner),
            "include" => self.include_tag(inner),
            "extends" => self.extends_tag(inner),
            "import" | "from" => self.import_tag(name),
            "cache" => {
                let call = self.generic_call(name, inner);
                self.scope_block(name, call, Span::new(inner.open, inner.close));
            }
            "regroup" => self.regroup_tag(inner),
            "blocktrans" | "blocktranslate" => self.translated_block(name),
            "break" => self.jump(ExitKind::Break, inner),
            "continue" => self.jump(ExitKind::Continue, inner),
            "do" | "print" => {
                self.expr();
            }
            "call" => self.call_tag(name),
            _ if INERT.contains(&name) => self.inline_block(name),
            _ => {
                self.generic_call(name, inner);
                self.inline_block(name);
            }
        }
    }

    fn jump(&mut self, how: ExitKind, inner: Inner<'_>) {
        self.here.body.exit(how, OpId::NONE, Span::new(inner.open, inner.close));
    }

    /// A tag of a library: a call of `%name`, whose result `as x` binds.
    fn generic_call(&mut self, name: &str, inner: Inner<'_>) -> OpId {
        let whole = Span::new(inner.open, inner.close);
        let mut args = Vec::new();
        let mut bound = None;
        while let Some(token) = self.peek() {
            let before = self.at;
            if self.eat("as") {
                bound = self.name();
            } else if token.kind == Kind::Name && WORDS.contains(&token.text) {
                self.at += 1;
            } else if let Some(key) = self.key() {
                let slot = Slot::Key(self.file.sym(key.text));
                args.push(Arg { slot, value: self.filtered() });
            } else if starts_value(token) {
                args.push(Arg { slot: Slot::Pos, value: self.filtered() });
            }
            self.at = self.at.max(before + 1);
        }
        let call = self.tag_call(&format!("%{name}"), args, whole);
        if let Some(bound) = bound {
            self.bind(bound.text, call, bound.span);
        }
        call
    }

    fn tag_call(&mut self, name: &str, args: Vec<Arg>, at: Span) -> OpId {
        let name = self.file.sym(name);
        let callee = self.op(OpKind::Name(name), at);
        self.here.body.call(Callee::Value(callee), args, CallForm::Tag, at)
    }

    /// `{% with a=b c=d %}`, `{% with a=b, c=d %}`, `{% with b as a %}`
    fn with_tag(&mut self, name: &'a str) {
        let kept = self.here.declared.len();
        self.bindings();
        self.naming_block(name, kept);
    }

    /// `a=b` and `b as a`, each a new name.
    fn bindings(&mut self) {
        while self.peek().is_some() {
            let before = self.at;
            if let Some(key) = self.key() {
                let value = self.expr();
                self.bind_new(key.text, value, key.span);
            } else if self.peek().is_some_and(starts_value) {
                let value = self.filtered();
                if self.eat("as")
                    && let Some(name) = self.name()
                {
                    self.bind_new(name.text, value, name.span);
                }
            }
            self.at = self.at.max(before + 1);
        }
    }

    /// `{% blocktrans with a=b.c count n=xs|length trimmed %}`
    fn translated_block(&mut self, name: &'a str) {
        let kept = self.here.declared.len();
        while self.peek().is_some() {
            let before = self.at;
            if let Some(key) = self.key() {
                let value = self.filtered();
                self.bind_new(key.text, value, key.span);
            }
            self.at = self.at.max(before + 1);
        }
        self.naming_block(name, kept);
    }

    /// `{% call(a, b) f(x) %}`: what the caller hands to its block is not known.
    fn call_tag(&mut self, name: &'a str) {
        let kept = self.here.declared.len();
        if self.eat("(") {
            while let Some(param) = self.name() {
                let value = self.here.body.unknown(&[], param.span);
                self.bind_new(param.text, value, param.span);
                self.eat(",");
            }
            self.eat(")");
        }
        self.expr();
        self.naming_block(name, kept);
    }

    /// `{% set a = b %}`, `{% set a, b = c %}`, `{% set ns.a = b %}`; without a value, the block that follows is it.
    fn set_tag(&mut self) {
        let at = self.here_span();
        let targets = self.targets();
        if let ([object], true) = (&targets[..], self.sees(".")) {
            self.set_attribute(*object);
            return;
        }
        let value = if self.eat("=") { self.expr() } else { self.here.body.unknown(&[], at) };
        if let [single] = targets[..] {
            self.bind(single.text, value, single.span);
            return;
        }
        self.unpack(&targets, value, Self::bind);
    }

    fn set_attribute(&mut self, object: Token<'a>) {
        self.eat(".");
        let Some(name) = self.name() else { return };
        self.eat("=");
        let value = self.expr();
        let base = self.read_name(object.text, object.span);
        let sym = self.file.sym(name.text);
        self.here.body.put(base, sym, value, name.span);
    }

    /// `{% include t with a=b only %}`: handed the context and the names in scope unless it says otherwise.
    fn include_tag(&mut self, inner: Inner<'_>) {
        let mut args = vec![Arg { slot: Slot::Pos, value: self.expr() }];
        let mut given = FxHashSet::default();
        let mut alone = false;
        while self.peek().is_some() {
            if let Some(key) = self.key() {
                let value = self.expr();
                given.insert(key.text);
                args.push(Arg { slot: Slot::Key(self.file.sym(key.text)), value });
                continue;
            }
            alone |= self.sees("only") || self.sees("without");
            self.at += 1;
        }
        let whole = Span::new(inner.open, inner.close);
        if !alone {
            self.hand_over(&mut given, &mut args, whole);
        }
        self.tag_call("include", args, whole);
    }

    /// Passes on every name in scope that is not given, innermost first, and the context.
    fn hand_over(&mut self, given: &mut FxHashSet<&'a str>, args: &mut Vec<Arg>, at: Span) {
        let mut handed = Vec::new();
        for (name, _) in self.here.declared.iter().rev().take(MAX_HANDED) {
            if given.insert(name)
                && let Some(local) = self.here.names.get(name)
            {
                handed.push((*name, *local));
            }
        }
        for (name, local) in handed {
            let key = self.file.sym(name);
            let value = self.op(OpKind::Local(local), at);
            args.push(Arg { slot: Slot::Key(key), value });
        }
        self.hand_context(args, at);
    }

    fn hand_context(&mut self, args: &mut Vec<Arg>, at: Span) {
        if let Some(context) = self.here.context {
            let value = self.op(OpKind::Local(context), at);
            args.push(Arg { slot: Slot::KeyRest, value });
        }
    }

    fn extends_tag(&mut self, inner: Inner<'_>) {
        let whole = Span::new(inner.open, inner.close);
        let mut args = vec![Arg { slot: Slot::Pos, value: self.expr() }];
        self.hand_context(&mut args, whole);
        self.tag_call("extends", args, whole);
    }

    /// `{% import "x" as y %}`, `{% from "x" import a as b, c with context %}`
    fn import_tag(&mut self, tag: &str) {
        let Some(path) = self.peek() else { return };
        if path.kind != Kind::Str {
            self.expr();
            return;
        }
        self.at += 1;
        if tag == "import" {
            if self.eat("as")
                && let Some(alias) = self.name()
            {
                self.add_import(path, None, alias, ImportKind::Module);
            }
            return;
        }
        self.eat("import");
        while !self.sees("with")
            && !self.sees("without")
            && let Some(name) = self.name()
        {
            let alias = if self.eat("as") { self.name().unwrap_or(name) } else { name };
            self.add_import(path, Some(name), alias, ImportKind::Item);
            self.eat(",");
        }
    }

    fn add_import(&mut self, path: Token<'a>, name: Option<Token<'a>>, alias: Token<'a>, kind: ImportKind) {
        self.macros.insert(alias.text);
        let module = self.file.sym(path.text);
        let name = self.file.sym(name.map_or("", |name| name.text));
        let alias_sym = self.file.sym(alias.text);
        self.file.import(Import { module, name, alias: alias_sym, kind, span: alias.span });
    }

    /// `{% regroup xs by a.b as c %}`
    fn regroup_tag(&mut self, inner: Inner<'_>) {
        let xs = self.filtered();
        while self.peek().is_some() && !self.eat("as") {
            self.at += 1;
        }
        let groups = self.here.body.unknown(&[xs], Span::new(inner.open, inner.close));
        if let Some(name) = self.name() {
            self.bind(name.text, groups, name.span);
        }
    }
}
