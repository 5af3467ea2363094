//! Namespaces of libraries that a repository reopens: what it does not declare there is the library's still.

use crate::eval::Eval;
use crate::value::{V, Val};
use perflint_link::Def;

impl<'p> Eval<'p> {
    /// The library's own namespace behind one that the repository adds something to, where models know it.
    pub(crate) fn reopened(&mut self, def: Def) -> Option<V> {
        let lang = self.p.file(def.file).lang;
        if !lang.reopens_namespaces() || self.p.is_stub(def.file) {
            return None;
        }
        let name = self.p.full_name(def)?;
        self.m.has_namespace(lang.models(), self.p.text(name)).then(|| self.vals.make(Val::Ext(name)))
    }
}
