//! Lowers Ruby, and the templates that hold it, to the common representation, on CRuby's own parser.
//!
//! Prism tells reads of locals from bare calls, which is what decides most in Ruby, and recovers from errors. Templates are
//! made Ruby before it sees them: ERB by blanking what is no code, so that every offset stays. A class's body is read
//! for what it declares: a call with a literal name is a declaration of that name, whatever the call means. Rejected: the
//! grammar of tree-sitter, ten times slower, which cannot tell a local from a call.

mod assign;
mod call;
mod class;
mod erb;
mod expr;
mod method;
#[cfg(test)]
mod tests;

use perflint_ir::{
    BodyKind, FileBuilder, FileIr, GapKind, ItemId, ItemKind, Lang, OpId, OpKind, ParamKind, Span,
};
use perflint_syntax::{Place, Scopes, Source, guard, with_gap};
use ruby_prism::{Location, Node};

/// Extensions of templates that are plain Ruby.
const RUBY_TEMPLATES: &[&str] = &[".jbuilder", ".rabl", ".builder", ".arb"];

/// Lowers one file. Never fails.
pub fn lower(source: Source<'_>) -> FileIr {
    let is_template =
        source.lang != Lang::Ruby || RUBY_TEMPLATES.iter().any(|end| source.path.ends_with(end));
    match source.lang {
        Lang::Ruby => run(source, source.text, is_template),
        Lang::Erb => run(source, &erb::blank(source.text), is_template),
        _ => with_gap(source, GapKind::Language),
    }
}

fn run(source: Source<'_>, text: &str, is_template: bool) -> FileIr {
    if guard::bracket_depth(text) > guard::MAX_BRACKETS || nested_words(text) > guard::MAX_BRACKETS {
        return with_gap(source, GapKind::Depth);
    }
    guard::deeper(|| {
        let parsed = ruby_prism::parse(text.as_bytes());
        let whole = Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
        let mut ruby = Ruby {
            source,
            file: FileBuilder::new(source.path, source.lang, source.role),
            scopes: Scopes::new(whole),
            owner: ItemId(0),
            context: None,
            is_static: false,
            is_private: false,
            depth: 0,
            base: text.as_ptr() as usize,
        };
        for error in parsed.errors().take(100) {
            let at = ruby.span(&error.location());
            // A view yields to its layout, which is legal there alone.
            if !is_template {
                ruby.file.gap(GapKind::Syntax, at);
            }
        }
        if is_template {
            ruby.template(&parsed.node(), whole);
        } else {
            ruby.program(&parsed.node());
        }
        ruby.scopes.finish(&mut ruby.file);
        ruby.file.finish()
    })
}

/// How deep `begin`, `if` and their kin may nest at most, told by indentation-free counting of openers without `end`.
fn nested_words(text: &str) -> usize {
    let (mut depth, mut deepest) = (0usize, 0usize);
    for word in text.split(|c: char| !c.is_alphanumeric() && c != '_') {
        match word {
            "if" | "unless" | "while" | "until" | "begin" | "do" | "def" | "class" | "module" | "case" => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            "end" => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    // Modifiers open nothing, so that a long file of them is no nest.
    if deepest > guard::MAX_BRACKETS && text.lines().count() > deepest * 2 { 0 } else { deepest }
}

/// The walk over one file.
struct Ruby<'a> {
    source: Source<'a>,
    file: FileBuilder,
    scopes: Scopes,
    /// The item that declarations belong to.
    owner: ItemId,
    /// In a template: the context that instance variables and free names are read from.
    context: Option<perflint_ir::LocalId>,
    /// Methods declared here belong to the class: `class << self`.
    is_static: bool,
    /// Methods declared from here on are for the class itself.
    is_private: bool,
    depth: usize,
    /// Where the text that was parsed starts: the parser tells places as slices of it.
    base: usize,
}

/// A name.
fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

impl Ruby<'_> {
    fn program(&mut self, node: &Node<'_>) {
        if let Some(program) = node.as_program_node() {
            for statement in &program.statements().body() {
                self.class_statement(&statement);
            }
        }
    }

    fn template(&mut self, node: &Node<'_>, whole: Span) {
        let name = self.source.path.rsplit('/').next().unwrap_or(self.source.path);
        let item = self.file.blank(ItemKind::Template, name, ItemId(0), whole);
        let id = self.file.item(item);
        let body = self.scopes.open(&mut self.file, Place::Function, id, BodyKind::Template, whole);
        self.context = Some(self.param("context", ParamKind::Normal, OpId::NONE));
        if let Some(program) = node.as_program_node() {
            self.statements(&program.statements());
        }
        self.scopes.close(&mut self.file);
        let item = self.file.item_mut(id);
        item.body = Some(body);
        item.flags.is_public = true;
    }

    /// Runs a step that may recurse, unless it is too deep.
    fn deeper<T>(&mut self, at: Span, step: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= guard::MAX_DEPTH {
            self.file.gap(GapKind::Depth, at);
            return None;
        }
        self.depth += 1;
        let result = guard::deeper(|| step(self));
        self.depth -= 1;
        Some(result)
    }

    /// Where a node stands.
    fn span(&self, at: &Location<'_>) -> Span {
        let slice = at.as_slice();
        let start = (slice.as_ptr() as usize).saturating_sub(self.base);
        Span::new(start as u32, (start + slice.len()) as u32)
    }

    fn op(&mut self, kind: OpKind, at: Span) -> OpId {
        self.scopes.op(kind, at)
    }

    fn unknown(&mut self, kids: &[OpId], at: Span) -> OpId {
        self.scopes.here.body.unknown(kids, at)
    }
}
