//! Attributes that a class declares and answers for itself, as there is one object of it in each request: `Current.account`.

use crate::eval::{Eval, Frame};
use crate::value::V;
use perflint_ir::Sym;
use perflint_link::ClassIx;
use perflint_models::DeclarationRow;

impl<'p> Eval<'p> {
    /// Reads a declared attribute of a class whose attributes are read on the class itself.
    pub(crate) fn get_shared(
        &mut self,
        f: &mut Frame<'p>,
        class: ClassIx,
        recv: V,
        name: Sym,
        op: usize,
    ) -> Option<V> {
        let (_, row) = self.p.declared_member(class, name)?;
        let row = &self.m.declarations[row].1;
        if self.is_shared(class, row) {
            return Some(self.by_convention(f.at, name));
        }
        let shares = self.m.declarations.iter().any(|(_, row)| self.is_shared(class, row));
        shares.then(|| self.get_declared(f, class, recv, name, op)).flatten()
    }

    fn is_shared(&self, class: ClassIx, row: &DeclarationRow) -> bool {
        row.shared.as_deref().is_some_and(|base| self.p.extends_path(class, &|path| path == base))
    }
}
