//! Maps that are put together from others: `{**a, "orders": b}`, `a | {"orders": b}`.

use crate::eval::Eval;
use crate::value::{UNKNOWN, V, Val};
use perflint_ir::Sym;

/// The most entries of a map that are told apart.
pub(crate) const MOST: usize = 256;

impl<'p> Eval<'p> {
    /// Adds the entries of a value to those of a map, as the later ones; `rest` is what other keys hold.
    pub(crate) fn spread(&mut self, entries: &mut Vec<(Sym, V)>, rest: &mut V, more: V) {
        match self.vals.get(more).clone() {
            Val::Map(more, other) => {
                for (k, v) in more.iter() {
                    entries.retain(|(known, _)| known != k);
                    entries.push((*k, *v));
                }
                *rest = self.vals.join(*rest, other);
            }
            Val::Inst(_, fields) => entries.extend(fields.iter().copied()),
            _ => {}
        }
    }

    /// The union of two maps, of which one may be unknown; `None` for other values.
    pub(crate) fn union_of_maps(&mut self, l: V, r: V) -> Option<V> {
        let (mut entries, mut rest) = match (self.vals.get(l), self.vals.get(r)) {
            (Val::Map(entries, rest), Val::Map(..) | Val::Unknown) => (entries.to_vec(), *rest),
            (Val::Unknown, Val::Map(..)) => (Vec::new(), UNKNOWN),
            _ => return None,
        };
        self.spread(&mut entries, &mut rest, r);
        entries.truncate(MOST);
        Some(self.vals.make(Val::Map(entries.into(), rest)))
    }
}
