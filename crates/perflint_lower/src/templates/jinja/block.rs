//! Tags that are closed by an end tag: loops, decisions, scopes and macros, on an explicit stack.

use super::lex::{Kind, Token};
use super::scan::Inner;
use super::{Frame, Template, new_param};
use perflint_ir::{
    BodyBuilder, BodyKind, ItemId, ItemKind, LocalId, LoopSource, OpId, OpKind, RegionId, RegionKind, Span,
};
use rustc_hash::FxHashMap;

/// An open block.
pub(super) struct Block<'a> {
    name: &'a str,
    /// The region around it.
    outside: RegionId,
    /// How many names were declared before it.
    kept: usize,
    what: What,
}

/// What a block still needs to know when its next tag comes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    /// Nothing: its content stands where the block stands.
    Inline,
    Loop,
    /// The value that the arms decide on, and the last arm.
    Decision(OpId, u16),
    /// Names declared inside end with it.
    Names,
    /// A body of its own.
    Macro,
}

impl<'a> Template<'a> {
    fn push_block(&mut self, name: &'a str, outside: RegionId, kept: usize, what: What) {
        *self.open.entry(name).or_insert(0) += 1;
        self.blocks.push(Block { name, outside, kept, what });
    }

    /// A block without meaning of its own, if it has an end.
    pub(super) fn inline_block(&mut self, name: &'a str) {
        if self.paired.contains(name) {
            let kept = self.here.declared.len();
            self.push_block(name, self.here.body.region(), kept, What::Inline);
        }
    }

    /// A block at whose end the names since `kept` are forgotten.
    pub(super) fn naming_block(&mut self, name: &'a str, kept: usize) {
        if self.paired.contains(name) {
            self.push_block(name, self.here.body.region(), kept, What::Names);
        }
    }

    /// `{% cache .. %}`: runs while `resource` is held.
    pub(super) fn scope_block(&mut self, name: &'a str, resource: OpId, at: Span) {
        if self.paired.contains(name) {
            let kept = self.here.declared.len();
            let outside = self.here.body.enter(RegionKind::Scope { resource }, at);
            self.push_block(name, outside, kept, What::Names);
        }
    }

    /// `{% endname %}`: closes the innermost block of that name and what was left open in it.
    pub(super) fn end_block(&mut self, name: &str) {
        if self.open.get(name).is_none_or(|count| *count == 0) {
            return;
        }
        while let Some(block) = self.blocks.pop() {
            let found = block.name == name;
            self.close_block(block);
            if found {
                return;
            }
        }
    }

    pub(super) fn close_block(&mut self, block: Block<'a>) {
        if let Some(count) = self.open.get_mut(block.name) {
            *count -= 1;
        }
        if block.what == What::Macro {
            self.pop_frame();
            return;
        }
        self.here.body.leave(block.outside);
        if matches!(block.what, What::Loop | What::Names) {
            self.forget(block.kept);
        }
    }

    pub(super) fn if_tag(&mut self, name: &'a str, inner: Inner<'_>) {
        let cond = self.expr();
        let kept = self.here.declared.len();
        let outside = self.enter_arm(cond, 0, false, inner);
        self.push_block(name, outside, kept, What::Decision(cond, 0));
    }

    /// `{% elif .. %}`, `{% else %}` and `{% empty %}`, of the innermost block if that has arms.
    pub(super) fn next_arm(&mut self, last: bool, inner: Inner<'_>) {
        let Some(Block { outside, kept, what, .. }) = self.blocks.last() else { return };
        let (outside, kept) = (*outside, *kept);
        let next = match *what {
            What::Loop => {
                self.here.body.leave(outside);
                self.forget(kept);
                What::Inline
            }
            What::Decision(cond, arm) => {
                self.here.body.leave(outside);
                if !last {
                    self.expr();
                }
                let arm = arm.saturating_add(1);
                self.enter_arm(cond, arm, last, inner);
                What::Decision(cond, arm)
            }
            other => other,
        };
        if let Some(block) = self.blocks.last_mut() {
            block.what = next;
        }
    }

    fn enter_arm(&mut self, cond: OpId, arm: u16, last: bool, inner: Inner<'_>) -> RegionId {
        let at = Span::new(inner.open, inner.close);
        self.here.body.enter(RegionKind::Branch { cond, arm, last }, at)
    }

    /// `{% for x in xs %}`, `{% for k, v in d.items() if v recursive %}`
    pub(super) fn for_tag(&mut self, name: &'a str, inner: Inner<'_>) {
        let targets = self.targets();
        self.eat("in");
        let over = self.any_of();
        let kept = self.here.declared.len();
        let item = match targets[..] {
            [single] => self.declare(single.text),
            _ => self.temporary(),
        };
        let at = Span::new(inner.open, inner.close);
        let region = RegionKind::Loop { over, item, source: LoopSource::Template };
        let outside = self.here.body.enter(region, at);
        if targets.len() > 1 {
            let value = self.op(OpKind::Local(item), at);
            self.unpack(&targets, value, Self::bind_new);
        }
        if self.eat("if") {
            let at = self.here_span();
            let cond = self.any_of();
            self.here.body.enter(RegionKind::Branch { cond, arm: 0, last: false }, at);
        }
        self.push_block(name, outside, kept, What::Loop);
    }

    /// `a, (b, c)` up to `in` or `=`, flattened: how the names are grouped does not matter.
    pub(super) fn targets(&mut self) -> Vec<Token<'a>> {
        let mut names = Vec::new();
        while let Some(token) = self.peek() {
            match (token.kind, token.text) {
                (Kind::Name, "in") | (Kind::Mark, "=") => break,
                (Kind::Name, _) => names.push(token),
                (Kind::Mark, "," | "(" | ")") => {}
                _ => break,
            }
            self.at += 1;
        }
        names
    }

    fn temporary(&mut self) -> LocalId {
        let sym = self.file.sym("");
        self.here.body.local(sym)
    }

    /// `{% macro f(a, b=1) %}`: a function of the file. Defaults are evaluated in its own body.
    pub(super) fn macro_tag(&mut self, tag: &'a str, inner: Inner<'_>) {
        let Some(name) = self.name() else { return };
        let whole = Span::new(inner.open, inner.close);
        let id = self.file.reserve_body();
        let mut item = self.file.blank(ItemKind::Function, name.text, ItemId(0), whole);
        item.name_span = name.span;
        item.body = Some(id);
        item.flags.is_public = true;
        let item = self.file.item(item);
        self.push_block(tag, self.here.body.region(), self.here.declared.len(), What::Macro);
        self.push_frame(Frame {
            body: BodyBuilder::new(item, BodyKind::Function, whole),
            id,
            context: None,
            names: FxHashMap::default(),
            declared: Vec::new(),
        });
        self.eat("(");
        while let Some(param) = self.name() {
            let default = if self.eat("=") { self.expr() } else { OpId::NONE };
            let name = self.file.sym(param.text);
            let local = self.here.body.param(new_param(name, default));
            let before = self.here.names.insert(param.text, local);
            self.here.declared.push((param.text, before));
            self.eat(",");
        }
    }
}
