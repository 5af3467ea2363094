//! Which member a name is of a class, remembered.
//!
//! A body is evaluated once per context, and asks each time. The answer needs a look into every class of a line of bases, and
//! cannot change once the program is linked.

use crate::class::ClassIx;
use crate::program::Def;
use perflint_ir::Sym;
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// The members of a name that a class has or inherits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    /// The one of any kind.
    pub(crate) any: Option<Def>,
    /// The one of an instance.
    pub(crate) of_instance: Option<Def>,
    /// The one of the class itself.
    pub(crate) of_class: Option<Def>,
}

/// The answers given since the program is linked.
#[derive(Debug, Default)]
pub(crate) struct Inherited(RefCell<FxHashMap<(ClassIx, Sym), Found>>);

impl Inherited {
    /// The answer of before, or what `find` gives.
    pub(crate) fn of(&self, class: ClassIx, name: Sym, find: impl FnOnce() -> Found) -> Found {
        if let Some(known) = self.0.borrow().get(&(class, name)) {
            return *known;
        }
        let found = find();
        self.0.borrow_mut().insert((class, name), found);
        found
    }
}
