//! The bodies under construction. Names hold for the whole body: precise scopes are for the precise front ends.

use perflint_ir::{BodyBuilder, BodyId, LocalId, Sym};
use rustc_hash::FxHashMap;

/// What becomes of a body when it is complete.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    /// It belongs to an item.
    Item,
    /// It is a closure, whose value is bound to a local if it has a name.
    Closure { name: Option<LocalId> },
}

/// A body and its names.
pub(super) struct Frame {
    pub id: BodyId,
    pub body: BodyBuilder,
    pub purpose: Purpose,
    /// The name of the receiver, where that is a parameter.
    pub receiver: Option<Sym>,
    /// Assignments declare fields of the item, not locals.
    pub declares_fields: bool,
    pub names: FxHashMap<Sym, LocalId>,
}

impl Frame {
    pub fn is_closure(&self) -> bool {
        matches!(self.purpose, Purpose::Closure { .. })
    }
}

/// The innermost frame and those around it.
pub(super) struct Frames {
    pub current: Frame,
    pub outer: Vec<Frame>,
}

impl Frames {
    /// The local that a name means, captured if a body outside declares it.
    pub fn find(&mut self, name: Sym) -> Option<LocalId> {
        if let Some(local) = self.current.names.get(&name) {
            return Some(*local);
        }
        let mut visible = self.current.is_closure();
        let declaring = self.outer.iter().rposition(|frame| {
            let found = visible && frame.names.contains_key(&name);
            visible &= frame.is_closure();
            found
        })?;
        let mut local = *self.outer[declaring].names.get(&name)?;
        for frame in self.outer[declaring + 1..].iter_mut().chain([&mut self.current]) {
            local = frame.body.capture(local, name);
            frame.names.insert(name, local);
        }
        Some(local)
    }

    /// Is the name the receiver of the method around?
    pub fn is_receiver(&self, name: Sym) -> bool {
        let mut frame = &self.current;
        let mut outer = self.outer.iter().rev();
        loop {
            if frame.receiver == Some(name) {
                return true;
            }
            match outer.next() {
                Some(next) if frame.is_closure() => frame = next,
                _ => return false,
            }
        }
    }

    /// The local of a name in the current body, declared if it is new.
    pub fn declare(&mut self, name: Sym) -> LocalId {
        let frame = &mut self.current;
        *frame.names.entry(name).or_insert_with(|| frame.body.local(name))
    }
}
