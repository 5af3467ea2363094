//! Queries that give one row of what is computed from all of them.

use crate::eval::{Eval, Frame};
use crate::expr::Given;
use crate::value::{Query, UNKNOWN, V, Val};
use perflint_ir::Callee;

/// Functions of query languages that make one value of many rows.
const AGGREGATES: &[&str] = &["count", "sum", "min", "max", "avg"];

impl<'p> Eval<'p> {
    /// True if all texts select such values, and nothing in the function makes groups.
    pub(crate) fn aggregated(&self, f: &Frame<'p>, v: V) -> bool {
        let groups = |callee: Callee| matches!(callee, Callee::Member { name, .. } if self.p.text(name).to_lowercase().contains("groupby"));
        let mut texts = Vec::new();
        self.selected_texts(v, &mut texts, 0)
            && !texts.is_empty()
            && texts.iter().all(|text| is_aggregate(text))
            && !f.body.calls.iter().any(|call| groups(call.callee))
    }

    /// True if a call names columns to make groups by, none of which tells rows apart: `group(:kind)` leaves one row per kind.
    pub(crate) fn groups_by_others(&self, q: &Query, g: &Given<'_>) -> bool {
        let apart = |text: &str| {
            let column = text.rsplit('.').next().unwrap_or(text);
            let named = || self.p.names.find(column).zip(q.entity);
            column == "id" || named().is_some_and(|(name, entity)| self.p.is_key(entity, name))
        };
        let mut texts = Vec::new();
        !g.args.pos.is_empty()
            && g.args.pos.iter().all(|v| self.selected_texts(*v, &mut texts, 0))
            && !texts.iter().flat_map(|text| text.split(',')).any(|text| apart(text.trim()))
    }

    /// The texts of a value; false if one of its parts is none.
    fn selected_texts(&self, v: V, out: &mut Vec<String>, depth: u32) -> bool {
        match self.vals.get(v) {
            Val::List(items) if depth < 3 => {
                items.iter().all(|item| self.selected_texts(*item, out, depth + 1))
            }
            Val::Map(entries, rest) if depth < 3 && *rest == UNKNOWN => {
                entries.iter().all(|(_, item)| self.selected_texts(*item, out, depth + 1))
            }
            _ => match self.literal_text(v) {
                Some(text) => {
                    out.push(text);
                    true
                }
                None => false,
            },
        }
    }
}

/// `COUNT(o.id) AS total, COALESCE(SUM(o.sum), 0)`
fn is_aggregate(text: &str) -> bool {
    let mut depth = 0i32;
    let mut parts = text.split(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        c == ',' && depth == 0
    });
    parts.all(|part| {
        let part = part.trim().to_lowercase();
        let part = part.strip_prefix("coalesce(").unwrap_or(&part);
        AGGREGATES
            .iter()
            .any(|name| part.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('(')))
    })
}

#[cfg(test)]
mod tests {
    use super::is_aggregate;

    #[test]
    fn what_is_computed_from_all_rows() {
        for text in [
            "COUNT(o.id)",
            "count(DISTINCT o.a) AS n",
            "SUM(o.x) as a, COUNT(o.id)",
            "COALESCE(SUM(t.d), 0) as d",
        ] {
            assert!(is_aggregate(text), "{text}");
        }
        for text in ["o", "o.country", "COUNT(o.id), o.day", "counted", "c"] {
            assert!(!is_aggregate(text), "{text}");
        }
    }
}
