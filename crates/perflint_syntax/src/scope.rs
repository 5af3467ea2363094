//! Bodies under construction, and the names that each of them knows.
//!
//! A body has block scopes: [`Scopes::open_block`] and [`Scopes::close_block`] bracket what a `{ .. }` declares, where the
//! language has such scopes. A closure sees the locals of the bodies around it; reading one captures it through all
//! closures between. Names are those of the language; what a name means beyond locals is for the linker.

use perflint_ir::{BodyBuilder, BodyId, BodyKind, FileBuilder, GapKind, ItemId, LocalId, OpId, OpKind, Span};
use rustc_hash::FxHashMap;

/// What a body is the code of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The initialiser of the file.
    Module,
    /// The initialiser of a class.
    Class,
    /// A function or method: nothing outside is visible but the names of the file.
    Function,
    /// A closure: the locals of the bodies around are visible.
    Closure,
}

/// A body under construction.
#[derive(Debug)]
pub struct Scope {
    /// The operations.
    pub body: BodyBuilder,
    /// What it is the code of.
    pub place: Place,
    /// The item that the body belongs to.
    pub item: ItemId,
    id: BodyId,
    span: Span,
    names: FxHashMap<Box<str>, LocalId>,
    /// The name that the receiver is declared by, where it has one.
    receiver: Option<Box<str>>,
    /// What each declaration of an open block hid, to be restored.
    hidden: Vec<(Box<str>, Option<LocalId>)>,
    blocks: Vec<usize>,
}

impl Scope {
    fn new(id: BodyId, place: Place, item: ItemId, kind: BodyKind, span: Span) -> Self {
        Self {
            body: BodyBuilder::new(item, kind, span),
            place,
            item,
            id,
            span,
            names: FxHashMap::default(),
            receiver: None,
            hidden: Vec::new(),
            blocks: Vec::new(),
        }
    }
}

/// The innermost body and those around it.
#[derive(Debug)]
pub struct Scopes {
    /// The innermost.
    pub here: Scope,
    around: Vec<Scope>,
}

impl Scopes {
    /// Starts with the initialiser of a file: body 0 of item 0.
    pub fn new(span: Span) -> Self {
        let here = Scope::new(BodyId(0), Place::Module, ItemId(0), BodyKind::Init, span);
        Self { here, around: Vec::new() }
    }

    /// Opens a body inside the current one and returns its index.
    pub fn open(
        &mut self,
        file: &mut FileBuilder,
        place: Place,
        item: ItemId,
        kind: BodyKind,
        span: Span,
    ) -> BodyId {
        let id = file.reserve_body();
        let inner = Scope::new(id, place, item, kind, span);
        self.around.push(std::mem::replace(&mut self.here, inner));
        id
    }

    /// Stores the current body and goes back to the one around it. The outermost is stored by [`Self::finish`].
    pub fn close(&mut self, file: &mut FileBuilder) {
        if let Some(outer) = self.around.pop() {
            store(std::mem::replace(&mut self.here, outer), file);
        }
    }

    /// Stores all bodies that are still open.
    pub fn finish(mut self, file: &mut FileBuilder) {
        while !self.around.is_empty() {
            self.close(file);
        }
        store(self.here, file);
    }

    /// How many bodies are open around the current one.
    pub fn depth(&self) -> usize {
        self.around.len()
    }

    /// Appends an operation to the current body.
    pub fn op(&mut self, kind: OpKind, span: Span) -> OpId {
        self.here.body.op(kind, span)
    }

    /// Declares a new local, hiding what the name meant before, until the innermost open block is closed.
    pub fn declare(&mut self, file: &mut FileBuilder, name: &str) -> LocalId {
        let sym = file.sym(name);
        let local = self.here.body.local(sym);
        self.name(name, local);
        local
    }

    /// Lets a name mean a local that exists: a parameter.
    pub fn name(&mut self, name: &str, local: LocalId) {
        let before = self.here.names.insert(name.into(), local);
        if !self.here.blocks.is_empty() {
            self.here.hidden.push((name.into(), before));
        }
    }

    /// Says by which name the receiver of the current body is known.
    pub fn receiver(&mut self, name: &str) {
        self.here.receiver = Some(name.into());
    }

    /// True if a name means the receiver here: of the current body, or of that around a closure.
    pub fn is_receiver(&self, name: &str) -> bool {
        let mut scope = &self.here;
        let mut outer = self.around.iter().rev();
        loop {
            if scope.names.contains_key(name) {
                return false;
            }
            if scope.receiver.as_deref() == Some(name) {
                return true;
            }
            match outer.next() {
                Some(next) if scope.place == Place::Closure => scope = next,
                _ => return false,
            }
        }
    }

    /// True if the current body declares a local of this name itself, in the innermost open block.
    pub fn is_own(&self, name: &str) -> bool {
        let block = self.here.blocks.last().copied().unwrap_or(0);
        let in_block = self.here.hidden.iter().skip(block).any(|(hidden, _)| **hidden == *name);
        in_block || (self.here.blocks.len() <= 1 && self.here.names.contains_key(name))
    }

    /// A local without a name.
    pub fn temporary(&mut self, file: &mut FileBuilder) -> LocalId {
        let sym = file.sym("");
        self.here.body.local(sym)
    }

    /// Opens a block: what is declared from here on is forgotten at its end.
    pub fn open_block(&mut self) {
        self.here.blocks.push(self.here.hidden.len());
    }

    /// Closes the innermost block.
    pub fn close_block(&mut self) {
        let Some(start) = self.here.blocks.pop() else { return };
        for (name, before) in self.here.hidden.drain(start..).rev() {
            match before {
                Some(local) => self.here.names.insert(name, local),
                None => self.here.names.remove(&name),
            };
        }
    }

    /// The local that a name means here, captured through all closures between if a body around declares it.
    pub fn find(&mut self, file: &mut FileBuilder, name: &str) -> Option<LocalId> {
        if let Some(local) = self.here.names.get(name) {
            return Some(*local);
        }
        let mut visible = self.here.place == Place::Closure;
        let declaring = self.around.iter().rposition(|scope| {
            let found = visible && scope.names.contains_key(name);
            visible &= scope.place == Place::Closure;
            found
        })?;
        let mut local = *self.around[declaring].names.get(name)?;
        let sym = file.sym(name);
        for scope in self.around[declaring + 1..].iter_mut().chain([&mut self.here]) {
            local = scope.body.capture(local, sym);
            scope.names.insert(name.into(), local);
        }
        Some(local)
    }

    /// Reads a name: a local, or [`OpKind::Name`] for the linker.
    pub fn read(&mut self, file: &mut FileBuilder, name: &str, span: Span) -> OpId {
        let kind = match self.find(file, name) {
            Some(local) => OpKind::Local(local),
            None => OpKind::Name(file.sym(name)),
        };
        self.op(kind, span)
    }
}

fn store(scope: Scope, file: &mut FileBuilder) {
    if scope.body.overflowed() {
        file.gap(GapKind::Size, scope.span);
    }
    file.set_body(scope.id, scope.body.finish());
}

#[cfg(test)]
mod tests {
    use super::*;
    use perflint_ir::{Lang, Role};

    #[test]
    fn closures_capture_through_all_bodies_between_and_blocks_end() {
        let mut file = FileBuilder::new("a", Lang::Java, Role::App);
        let mut scopes = Scopes::new(Span::default());
        scopes.open(&mut file, Place::Function, ItemId(0), BodyKind::Function, Span::default());
        scopes.open_block();
        let outer = scopes.declare(&mut file, "x");
        scopes.open(&mut file, Place::Closure, ItemId(0), BodyKind::Closure, Span::default());
        scopes.open(&mut file, Place::Closure, ItemId(0), BodyKind::Closure, Span::default());
        assert!(scopes.find(&mut file, "x").is_some());
        assert_eq!(scopes.here.body.body().captures.len(), 1);
        scopes.close(&mut file);
        assert_eq!(scopes.here.body.body().captures[0].outer, outer);
        scopes.close(&mut file);
        scopes.close_block();
        assert_eq!(scopes.find(&mut file, "x"), None);
    }
}
