//! Relations that are named by the class that has them: in `Film.all().with(Film::ratings, Rating::user)` the second is one of the
//! rows that the first leads to.

use crate::eval::{Eval, Frame};
use crate::expr::Given;
use perflint_ir::Sym;
use perflint_link::EntityIx;

impl Eval<'_> {
    /// The path of a relation of an entity: its name, below the path before it that leads to the entity, if the query is not
    /// about the entity itself.
    pub(crate) fn path_from(
        &mut self,
        f: &Frame<'_>,
        g: &Given<'_>,
        (of, name): (EntityIx, Sym),
        before: &[Sym],
    ) -> Sym {
        let Some(root) = self.query_for_entity(f, g).filter(|root| *root != of) else { return name };
        let leads = before.iter().rev().find(|path| self.entity_at(root, **path) == Some(of));
        leads.map_or(name, |path| self.p.names.join(*path, name))
    }

    fn query_for_entity(&mut self, f: &Frame<'_>, g: &Given<'_>) -> Option<EntityIx> {
        match self.vals.get(g.recv) {
            crate::value::Val::Query(q) => q.entity,
            crate::value::Val::Row(row) => Some(row.entity),
            _ => None,
        }
        .filter(|_| f.lang.has_namespaces())
    }

    fn entity_at(&self, root: EntityIx, path: Sym) -> Option<EntityIx> {
        let mut at = root;
        for part in self.p.text(path).split('.') {
            at = self.p.relation(at, self.p.names.find(part)?)?.target?;
        }
        Some(at)
    }
}
