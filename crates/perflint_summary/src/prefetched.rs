//! Attributes that a query fills with rows of another one: `Prefetch("items", queryset=cheap, to_attr="cheap_items")`.

use crate::eval::Eval;
use crate::value::{FILLED, Query, Row, UNKNOWN, V, Val};
use perflint_ir::Sym;

/// Stands between the path of a filled attribute and the number of the query whose rows it holds.
const HOLDS: char = '=';

impl<'p> Eval<'p> {
    /// The mark of an attribute that a query fills, and of the query that the rows come from if it is known.
    pub(crate) fn filled_mark(&self, path: &str, from: Option<V>) -> Sym {
        self.p.names.intern(&match from {
            Some(query) => format!("{FILLED}{path}{HOLDS}{}", query.0),
            None => format!("{FILLED}{path}"),
        })
    }

    /// True if the query of a row filled an attribute: an annotation, or what `to_attr` names.
    pub(crate) fn is_filled(&self, row: Row, name: Sym) -> bool {
        self.filled_from(row, name).is_some()
    }

    /// What an attribute holds that the query of the row filled.
    pub(crate) fn held_rows(&mut self, recv: V, row: Row, name: Sym) -> Option<V> {
        let from = self.filled_from(row, name)?;
        Some(match from.map(|query| self.vals.get(query).clone()) {
            // The rows are there, and those of all rows came with one query.
            Some(Val::Query(q)) if !q.plain => self.vals.make(Val::Query(Query {
                many: true,
                preloaded: true,
                narrowed: true,
                related: true,
                via: Some(recv),
                ..q
            })),
            _ => UNKNOWN,
        })
    }

    /// The query, if it is known, whose rows were put into an attribute of a row.
    fn filled_from(&self, row: Row, name: Sym) -> Option<Option<V>> {
        let (_, known) = self.vals.paths(row.supply);
        known.iter().filter_map(|p| self.p.text(*p).strip_prefix(FILLED)).find_map(|mark| {
            let (path, held) = mark.split_once(HOLDS).map_or((mark, None), |(path, held)| (path, Some(held)));
            let (head, last) = path.rsplit_once('.').unwrap_or(("", path));
            let is_it = last == self.p.text(name) && head == self.p.text(row.path);
            is_it.then(|| held.and_then(|number| number.parse().ok()).map(V))
        })
    }
}
