//! What names were found to mean.
//!
//! A body is evaluated once per context, and asks each time what the types and names it is written with mean. The answer
//! needs imports, namespaces and members of classes, and it cannot change once these are known.

use crate::program::FileIx;
use crate::scope::Target;
use perflint_ir::Sym;
use rustc_hash::FxHashMap;
use std::cell::RefCell;

type Found = RefCell<FxHashMap<(FileIx, Sym), Option<Target>>>;

/// The answers given since all classes and their bases are known.
#[derive(Debug, Default)]
pub(crate) struct Meanings {
    /// Of names.
    pub(crate) plain: Found,
    /// Of paths with dots.
    pub(crate) dotted: Found,
}

/// The answer of before, or what `find` gives.
pub(crate) fn remembered(
    found: Option<&Found>,
    file: FileIx,
    name: Sym,
    find: impl FnOnce() -> Option<Target>,
) -> Option<Target> {
    let Some(found) = found else { return find() };
    if let Some(target) = found.borrow().get(&(file, name)) {
        return *target;
    }
    let target = find();
    found.borrow_mut().insert((file, name), target);
    target
}
