//! Relations that a query's rows load by themselves, one query per row, whether or not anything reads them.

use crate::eval::{Around, Eval, Frame};
use crate::fact::Factor;
use crate::value::{Bound, Query, Row, V, Val};
use perflint_link::Relation;
use perflint_models::To;

impl<'p> Eval<'p> {
    /// Adds what the rows of a query that has run load by themselves.
    pub(crate) fn select_relations(&mut self, f: &mut Frame<'p>, q: &Query, rows: V, op: usize) {
        let Some(entity) = q.entity.filter(|_| !q.writes && !q.plain) else { return };
        if matches!(q.bound, Bound::One | Bound::AtMost(0 | 1)) || q.ran {
            return;
        }
        let p = self.p;
        // The rows of a relation are joined with the one that each refers to, as a row that is asked for by its key is.
        let joined = |r: &Relation| q.from.is_some() && r.to == To::One && !r.keyless;
        let relations = p.relations_of(entity).into_iter().filter(|r| r.selects && !joined(r));
        let relations: Vec<&'p Relation> = relations.collect();
        if relations.is_empty() || !matches!(self.vals.get(rows), Val::Many { .. } | Val::Query(_)) {
            return;
        }
        let elem = self.element(rows);
        let Val::Row(row) = *self.vals.get(elem) else { return };
        if row.entity != entity || !p.text(row.path).is_empty() {
            return;
        }
        let start = f.terms.len();
        for relation in relations {
            let path = p.names.join(row.path, relation.name);
            if !self.vals.is_loaded(row.supply, path) {
                self.lazy_load(f, Row { binder: None, ..row }, relation, path, op, relation.target);
            }
        }
        let (name, site) = (p.entity(entity).name, self.site(f, op));
        let factor = Factor::Size { name, site, rows: true };
        let around = Around { region: None, factor, early: false, batch: false, parallel: false, rows: true };
        self.multiply(f, start, around);
    }
}
