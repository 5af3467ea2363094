//! Relations that a query's conditions say to be absent, and queries over the rows of either of two.

use crate::eval::{Eval, Frame};
use crate::expr::Given;
use crate::value::{NULL, Query, V, Val};
use perflint_ir::Sym;
use perflint_models::Expr;

impl<'p> Eval<'p> {
    /// The relations to one row of a query's rows whose key, or which themselves, conditions given as a map say to be null.
    pub(crate) fn absent_relations(
        &mut self,
        f: &mut Frame<'p>,
        recv: V,
        conditions: V,
        op: usize,
    ) -> Vec<Sym> {
        let Val::Map(entries, _) = self.vals.get(conditions).clone() else { return Vec::new() };
        let Some(entity) = self.query_for(f, recv, op).and_then(|q| q.entity) else { return Vec::new() };
        let null = entries.iter().filter(|(_, v)| *v == NULL).map(|(key, _)| *key);
        let relations = self.p.relations_of(entity);
        null.filter_map(|key| {
            let column = self.p.text(key);
            let keyed = |row: usize, name: Sym| {
                let pattern = self.m.relations[row].1.column.as_deref();
                pattern.is_some_and(|pattern| pattern.replace("{name}", self.p.text(name)) == column)
            };
            let found = relations.iter().find(|relation| {
                relation.to == perflint_models::To::One
                    && (relation.name == key || keyed(relation.row, relation.name))
            });
            found.map(|relation| relation.name)
        })
        .collect()
    }

    /// A query that gives the rows of another one as well: what is loaded, and by what they are restricted, is what both say.
    pub(crate) fn either(&mut self, f: &mut Frame<'p>, q: Query, other: &'p Expr, g: &Given<'_>) -> Query {
        let Some(Val::Query(other)) = self.expr(f, other, g).map(|v| self.vals.get(v).clone()) else {
            return q;
        };
        let supply = self.vals.common(q.supply, other.supply);
        Query { supply, narrowed: q.narrowed && other.narrowed, ..q }
    }

    /// A query that another one over the same rows was merged into: what either loads is loaded.
    pub(crate) fn both(&mut self, f: &mut Frame<'p>, q: Query, other: &'p Expr, g: &Given<'_>) -> Query {
        let Some(Val::Query(other)) = self.expr(f, other, g).map(|v| self.vals.get(v).clone()) else {
            return q;
        };
        if other.entity != q.entity || other.path != q.path {
            return q;
        }
        Query { supply: self.vals.added(q.supply, other.supply), ..q }
    }
}
