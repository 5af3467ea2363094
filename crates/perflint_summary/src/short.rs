//! Lists of a few values that are written down, whichever of them code took.

use crate::eval::Eval;
use crate::iterate::UNROLL;
use crate::value::{NULL, V, Val};

impl Eval<'_> {
    /// The elements of one of several short lists, by their position: as many as the longest has.
    pub(crate) fn short_lists(&mut self, all: &[V]) -> Option<Vec<V>> {
        let mut items: Vec<V> = Vec::new();
        for v in all.iter().filter(|v| **v != NULL) {
            let Val::List(list) = self.vals.get(*v).clone() else { return None };
            if list.len() > UNROLL {
                return None;
            }
            for (at, one) in list.iter().enumerate() {
                match items.get(at).copied() {
                    Some(other) => items[at] = self.vals.join(other, *one),
                    None => items.push(*one),
                }
            }
        }
        (!items.is_empty()).then_some(items)
    }
}
