//! Lists of names that the code spells out: `fields = ("title", "room") + extra`, and whether a name is among them.

use crate::eval::{Eval, Frame};
use crate::value::{FALSE, SCALAR, TRUE, V, Val};
use perflint_ir::RegionKind;
use std::rc::Rc;

/// Most names in a list that is put together.
const MOST_NAMES: usize = 64;

impl<'p> Eval<'p> {
    /// Two lists of plain values as one, where they are put together once and not in a loop.
    pub(crate) fn names_together(&self, f: &Frame<'p>, op: usize, a: &[V], b: &[V]) -> Option<Rc<[V]>> {
        let region = f.body.ops.get(op)?.region;
        let in_loop = f.body.enclosing(region).any(|(_, r)| matches!(r.kind, RegionKind::Loop { .. }));
        let plain = a.iter().chain(b).all(|v| matches!(self.vals.get(*v), Val::Str(_) | Val::Int(_)));
        let few = a.len() + b.len() <= MOST_NAMES;
        (plain && few && !in_loop).then(|| a.iter().chain(b).copied().collect())
    }

    /// What `name in names` says: of a list that may be one of several, only what is so of all of them.
    pub(crate) fn membership(&mut self, l: V, r: V) -> V {
        let all = self.vals.alternatives(r);
        let mut verdicts = all.iter().map(|r| self.is_among(l, *r));
        let first = verdicts.next().unwrap_or(SCALAR);
        if verdicts.all(|other| other == first) { first } else { SCALAR }
    }

    fn is_among(&self, l: V, r: V) -> V {
        let Val::Str(name) = *self.vals.get(l) else { return SCALAR };
        let (found, whole) = match self.vals.get(r) {
            Val::List(items) => {
                let all = items
                    .iter()
                    .all(|v| matches!(self.vals.get(*v), Val::Str(_) | Val::Int(_) | Val::Bool(_)));
                (items.contains(&l), all)
            }
            Val::Map(entries, rest) => {
                (entries.iter().any(|(k, _)| *k == name), *rest == crate::value::UNKNOWN)
            }
            _ => return SCALAR,
        };
        match (found, whole) {
            (true, _) => TRUE,
            (false, true) => FALSE,
            _ => SCALAR,
        }
    }
}
