//! Values that stand in a row, with relations of their own: JPA's embeddables. Such a value knows the row and the field that it
//! was read from, and its relations are the row's, below that field.

use crate::eval::{Eval, Frame};
use crate::value::{V, Val};
use perflint_ir::Sym;
use perflint_link::Def;

/// Begins the name under which a value holds its row; the field's name follows.
const HOLDER: char = '<';

impl<'p> Eval<'p> {
    /// The value that a row holds in a field, if its class is embedded.
    pub(crate) fn stored(&mut self, field: Def, row: V) -> Option<V> {
        let class = *self.p.embedded.get(&field)?;
        let holder = format!("{HOLDER}{}", self.p.text(self.p.item(field).name));
        let holder = self.p.names.intern(&holder);
        Some(self.vals.make(Val::Inst(class, [(holder, row)].into())))
    }

    /// Reads a relation of a value that stands in a row.
    pub(crate) fn read_stored(
        &mut self,
        f: &mut Frame<'p>,
        fields: &[(Sym, V)],
        name: Sym,
        op: usize,
    ) -> Option<V> {
        if self.p.embedded.is_empty() {
            return None;
        }
        let (field, holder) =
            fields.iter().find_map(|(key, v)| Some((self.p.text(*key).strip_prefix(HOLDER)?, *v)))?;
        let Val::Row(row) = *self.vals.get(holder) else { return None };
        let path = self.p.names.find(&format!("{field}.{}", self.p.text(name)))?;
        let relation = self.p.relation(row.entity, path)?;
        Some(self.read_relation(f, holder, row, relation, op))
    }
}
