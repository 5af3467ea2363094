//! Which names are locals. One stack of bindings serves the whole file: every name knows its innermost binding, so that
//! looking a name up costs one array access however deep the functions nest.

use super::context::Lowerer;
use perflint_ir::{LocalId, Sym};

const NOTHING: u32 = u32::MAX;

#[derive(Clone, Copy)]
struct Binding {
    sym: Sym,
    /// The frame that declares it.
    level: usize,
    /// `NONE` for a name that is an item or import and therefore not local.
    local: LocalId,
    /// The binding that it shadows.
    shadowed: u32,
}

/// The bindings that are visible.
#[derive(Default)]
pub(super) struct Scopes {
    bindings: Vec<Binding>,
    /// The innermost binding of each name.
    heads: Vec<u32>,
}

impl Scopes {
    /// A position to go back to with [`Self::close`].
    pub(super) fn mark(&self) -> usize {
        self.bindings.len()
    }

    /// Forgets the bindings made since the mark.
    pub(super) fn close(&mut self, mark: usize) {
        while self.bindings.len() > mark {
            if let Some(binding) = self.bindings.pop() {
                self.heads[binding.sym.0 as usize] = binding.shadowed;
            }
        }
    }

    fn push(&mut self, sym: Sym, level: usize, local: LocalId) {
        let at = sym.0 as usize;
        if self.heads.len() <= at {
            self.heads.resize(at + 64, NOTHING);
        }
        self.bindings.push(Binding { sym, level, local, shadowed: self.heads[at] });
        self.heads[at] = self.bindings.len() as u32 - 1;
    }

    fn find(&self, sym: Sym) -> Option<(usize, Binding)> {
        let head = *self.heads.get(sym.0 as usize)? as usize;
        self.bindings.get(head).map(|binding| (head, *binding))
    }
}

impl Lowerer<'_> {
    fn level(&self) -> usize {
        self.outer.len()
    }

    /// Declares a local of the open body.
    pub(super) fn declare(&mut self, sym: Sym) -> LocalId {
        let local = self.here.body.local(sym);
        self.bind(sym, local);
        local
    }

    /// Makes a name visible as a local that exists already.
    pub(super) fn bind(&mut self, sym: Sym, local: LocalId) {
        self.scopes.push(sym, self.level(), local);
    }

    /// Makes a name visible as something that is no local: a class, an import inside a function.
    pub(super) fn bind_as_name(&mut self, sym: Sym) {
        self.scopes.push(sym, self.level(), LocalId::NONE);
    }

    /// Declares a local unless the scope that began at `mark` has it already.
    pub(super) fn declare_once(&mut self, sym: Sym, mark: usize) {
        let exists =
            self.scopes.find(sym).is_some_and(|(at, binding)| at >= mark && binding.level == self.level());
        if !exists {
            self.declare(sym);
        }
    }

    /// An unnamed local.
    pub(super) fn temporary(&mut self) -> LocalId {
        let empty = self.sym("");
        self.here.body.local(empty)
    }

    /// The name means a local, of the open body or of one that it may capture from.
    pub(super) fn is_local(&self, sym: Sym) -> bool {
        self.scopes
            .find(sym)
            .is_some_and(|(_, binding)| binding.level >= self.here.boundary && binding.local.is_some())
    }

    /// The local that a name means in the open body, captured through the closures in between; `None` for other names.
    pub(super) fn resolve(&mut self, sym: Sym) -> Option<LocalId> {
        let (_, binding) = self.scopes.find(sym)?;
        if binding.level < self.here.boundary {
            return None;
        }
        let mut local = binding.local.some()?;
        let level = self.level();
        for between in binding.level + 1..=level {
            let frame = if between == level { &mut self.here } else { self.outer.get_mut(between)? };
            local = *frame.captures.entry(local).or_insert_with(|| frame.body.capture(local, sym));
        }
        Some(local)
    }
}

/// Names that the language itself has: no template is rendered with them.
#[cfg(feature = "views")]
const GLOBALS: &[&str] = &[
    "Array",
    "BigInt",
    "Boolean",
    "Date",
    "Error",
    "Infinity",
    "Intl",
    "JSON",
    "Map",
    "Math",
    "NaN",
    "Number",
    "Object",
    "Promise",
    "RegExp",
    "Set",
    "String",
    "Symbol",
    "URL",
    "URLSearchParams",
    "console",
    "decodeURIComponent",
    "encodeURI",
    "encodeURIComponent",
    "globalThis",
    "isNaN",
    "parseFloat",
    "parseInt",
    "process",
    "require",
];

/// True for a name that the language itself has.
#[cfg(feature = "views")]
pub(super) fn is_global(name: &str) -> bool {
    GLOBALS.contains(&name)
}
