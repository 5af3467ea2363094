//! Attributes that a query fills with rows of another one, or with what it computes of them: `Prefetch("items", queryset=cheap,
//! to_attr="cheap_items")`, `withCount("items")`.

use crate::eval::{Eval, Frame};
use crate::expr::Given;
use crate::value::{FILLED, Query, Row, TRUE, UNKNOWN, V, Val};
use perflint_ir::Sym;

/// Stands between the path of a filled attribute and the number of the query whose rows it holds.
const HOLDS: char = '=';

/// What stands in a pattern for the name of a relation, for what is computed, and for a column of the relation.
const RELATION: &str = "{relation}";
const FUNCTION: &str = "{function}";
const COLUMN: &str = "{column}";

/// `open_items` for `openItems`.
fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

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

    /// A query whose rows are reached by a relation of this name, from the entity that a relation of theirs leads back to.
    pub(crate) fn reached_by(&mut self, v: V, name: Sym) -> V {
        let Val::Query(q) = *self.vals.get(v) else { return v };
        let Some(entity) = q.entity else { return v };
        let owner = self.p.relations_of(entity).into_iter().find_map(|back| {
            let owner = back.target?;
            let along = self.p.relation(owner, name)?;
            self.p.leads_back(owner, along, back).then_some(owner)
        });
        match owner {
            Some(owner) => self.vals.make(Val::Query(Query { from: Some((owner, name)), ..q })),
            None => v,
        }
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
            // Whoever asks whether it is there finds it.
            Some(Val::Bool(true)) => TRUE,
            _ => UNKNOWN,
        })
    }

    /// The marks of the attributes that hold what a query computes of the relations that it names: `items`, `items as open`, or a
    /// list or map of such names.
    pub(crate) fn computed_marks(&mut self, f: &Frame<'p>, pattern: &str, g: &Given<'_>) -> V {
        let called = self.p.text(self.call_name(f, g.op));
        let function = called.find(char::is_uppercase).map_or(called, |at| &called[at..]).to_lowercase();
        let column = match g.args.pos.get(1).map(|v| self.vals.get(*v)) {
            Some(Val::Str(name)) => self.p.text(*name),
            _ => "",
        };
        let of_column = pattern.contains(COLUMN);
        let given = g.args.pos.iter().take(if of_column { 1 } else { usize::MAX });
        let names: Vec<Sym> = given.flat_map(|v| self.names_in(*v)).collect();
        let marks: Vec<Sym> = names
            .into_iter()
            .map(|name| {
                let name = self.p.text(name);
                let path = match name.split_once(" as ") {
                    Some((_, alias)) => alias.trim().to_owned(),
                    None => pattern
                        .replace(RELATION, &snake(name))
                        .replace(FUNCTION, &function)
                        .replace(COLUMN, column),
                };
                self.filled_mark(&path, Some(TRUE))
            })
            .collect();
        self.vals.make(Val::Paths(marks.into(), None))
    }

    /// The names that a text, a list of texts, or a map by name gives.
    fn names_in(&self, v: V) -> Vec<Sym> {
        match self.vals.get(v) {
            Val::Str(name) => vec![*name],
            Val::List(items) => items
                .iter()
                .filter_map(|v| match self.vals.get(*v) {
                    Val::Str(name) => Some(*name),
                    _ => None,
                })
                .collect(),
            Val::Map(entries, _) => entries.iter().map(|(name, _)| *name).collect(),
            _ => Vec::new(),
        }
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
