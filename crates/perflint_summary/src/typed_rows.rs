//! Rows of a statement as instances of the class that the call names: `connection.Query<Order>(text)`.

use crate::eval::{Eval, Frame};
use crate::expr::Given;
use crate::value::{Bound, Query, SCALAR, UNKNOWN, V, Val};
use perflint_link::ClassIx;
use perflint_models::CallRow;

impl<'p> Eval<'p> {
    /// The class that rows are made into.
    fn row_class(&mut self, f: &mut Frame<'p>, row: &'p CallRow, g: &Given<'_>) -> Option<ClassIx> {
        let v = self.expr(f, row.into.as_ref()?, g)?;
        match *self.vals.get(v) {
            Val::Class(class) => Some(class),
            _ => None,
        }
    }

    /// A statement is about the class that its rows are made into where its text names no table.
    pub(crate) fn about_rows(
        &mut self,
        f: &mut Frame<'p>,
        row: &'p CallRow,
        g: &Given<'_>,
        q: Query,
    ) -> Query {
        if q.entity.is_some() || !matches!(self.p.text(q.label), "" | "sql") {
            return q;
        }
        match self.row_class(f, row, g) {
            Some(class) => {
                let class = self.p.class(class);
                // Of a text that names no table nobody knows what else it says.
                let bound = q.bound.min(Bound::Unknown);
                Query { entity: class.entity, label: class.name, plain: true, bound, ..q }
            }
            None => q,
        }
    }

    /// A statement of which nobody can tell what it is about is about the class that the call is given: `Order` is a word of SQL.
    pub(crate) fn of_class_asked(
        &mut self,
        f: &mut Frame<'p>,
        row: &'p CallRow,
        g: &Given<'_>,
        q: Query,
    ) -> Query {
        let Some(runs) = row.runs.as_ref().filter(|_| q.entity.is_none()) else { return q };
        let asked = self.expr(f, runs, g).and_then(|v| match self.vals.get(v) {
            Val::Query(asked) => Some(*asked),
            _ => None,
        });
        match asked.filter(|asked| asked.entity.is_some()) {
            Some(asked) => Query { entity: asked.entity, label: asked.label, plain: false, ..q },
            None => q,
        }
    }

    /// The value of a call whose rows are instances.
    pub(crate) fn as_instances(&mut self, f: &mut Frame<'p>, row: &'p CallRow, g: &Given<'_>, v: V) -> V {
        let Some(class) = self.row_class(f, row, g) else { return v };
        let instance = self.instance_of(class, 0);
        self.filled_with(v, instance)
    }

    fn filled_with(&mut self, v: V, instance: V) -> V {
        match *self.vals.get(v) {
            _ if v == SCALAR || v == UNKNOWN => instance,
            Val::Many { elem, count, batch, source } if elem == SCALAR || elem == UNKNOWN => {
                self.vals.make(Val::Many { elem: instance, count, batch, source })
            }
            Val::Future(inner) => {
                let inner = self.filled_with(inner, instance);
                self.vals.make(Val::Future(inner))
            }
            _ => v,
        }
    }
}
