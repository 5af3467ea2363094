//! The program's name table.

use elsa::FrozenIndexSet;
use perflint_ir::Sym;
use rustc_hash::FxBuildHasher;

/// All names of a program; equal texts have equal [`Sym`]s. Names are only ever added, so a shared reference is enough.
#[derive(Default)]
pub struct Names {
    texts: FrozenIndexSet<Box<str>, FxBuildHasher>,
}

impl std::fmt::Debug for Names {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Names").finish_non_exhaustive()
    }
}

impl Names {
    /// The name's symbol, added if it is new.
    pub fn intern(&self, text: &str) -> Sym {
        if let Some((at, _)) = self.texts.get_full(text) {
            return Sym(at as u32);
        }
        let (at, _) = self.texts.insert_full(text.into());
        Sym(at as u32)
    }

    /// The name's symbol, if any file or model uses the name.
    pub fn find(&self, text: &str) -> Option<Sym> {
        self.texts.get_full(text).map(|(at, _)| Sym(at as u32))
    }

    /// The text of a symbol.
    pub fn text(&self, sym: Sym) -> &str {
        self.texts.get_index(sym.0 as usize).unwrap_or("")
    }

    /// `a.b`, or `b` if `a` is empty.
    pub fn join(&self, a: Sym, b: Sym) -> Sym {
        if self.text(a).is_empty() {
            return b;
        }
        let joined = format!("{}.{}", self.text(a), self.text(b));
        self.intern(&joined)
    }
}
