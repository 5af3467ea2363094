//! Relation paths that continue others. Relations that are named by the class that has them: in `Film.all().with(Film::ratings,
//! Rating::user)` the second is one of the rows that the first leads to. Steps that continue the path that was loaded last: in
//! `.Include(p => p.Comments).ThenInclude(c => c.Writer)` the second begins where the first ends.

use crate::eval::{Eval, Frame};
use crate::expr::Given;
use crate::value::{UNKNOWN, V, Val};
use perflint_ir::Sym;
use perflint_link::EntityIx;

impl Eval<'_> {
    /// The path that a further step continues after these were loaded: the last of them, below that of the query's rows.
    pub(crate) fn latest(&mut self, base: Sym, paths: V) -> Option<Sym> {
        let Val::Paths(paths, _) = self.vals.get(paths) else { return None };
        let last = *paths.last()?;
        Some(self.below(base, last))
    }

    /// Paths below the one that the receiver loaded last, from the receiver's rows on.
    pub(crate) fn further(&mut self, recv: V, paths: V) -> V {
        let (Val::Query(q), Val::Paths(paths, ty)) =
            (self.vals.get(recv).clone(), self.vals.get(paths).clone())
        else {
            return UNKNOWN;
        };
        let Some(latest) = q.latest else { return UNKNOWN };
        let (latest, base) = (self.p.text(latest), self.p.text(q.path));
        let own = if base.is_empty() {
            Some(latest)
        } else {
            latest.strip_prefix(base).and_then(|rest| rest.strip_prefix('.'))
        };
        let Some(own) = own else { return UNKNOWN };
        let own = self.p.names.intern(own);
        let continued: Vec<Sym> = paths.iter().map(|path| self.below(own, *path)).collect();
        self.vals.make(Val::Paths(continued.into(), ty))
    }

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
            Val::Query(q) => q.entity,
            Val::Row(row) => Some(row.entity),
            _ => None,
        }
        .filter(|_| f.lang.has_namespaces())
    }

    /// The entity that a path of relations leads to.
    pub(crate) fn entity_at(&self, root: EntityIx, path: Sym) -> Option<EntityIx> {
        let mut at = root;
        for part in self.p.text(path).split('.') {
            at = self.p.relation(at, self.p.names.find(part)?)?.target?;
        }
        Some(at)
    }
}
