//! What an answer is a list of: `getPoints` answers with the points of one metric, the page `servers` shows those of one node.

use crate::eval::{Eval, Frame, def_of};
use crate::value::{Bound, Query, Row, Source, V, Val};
use crate::words::words;
use perflint_ir::BodyKind;
use perflint_link::{BodyRef, Relation};

/// Words of names that say no more than that something is given or shown.
const GIVING: [&str; 14] = [
    "get", "list", "show", "view", "index", "fetch", "find", "all", "load", "display", "read", "render",
    "json", "page",
];

impl<'p> Eval<'p> {
    /// The list that reading a relation gives. Of one row it holds all rows that there are for it, read where it stands.
    pub(crate) fn related_rows(
        &mut self,
        f: &Frame<'p>,
        row: Row,
        inner: Row,
        relation: &Relation,
        op: usize,
    ) -> V {
        let elem = self.vals.make(Val::Row(inner));
        if row.many || row.binder.is_some_and(|binder| self.repeats(binder)) {
            return self.vals.many(elem);
        }
        let origin = self.site(f, op);
        let rows = Query {
            from: Some((row.entity, relation.name)),
            bound: Bound::Unbounded,
            ran: true,
            narrowed: true,
            related: true,
            ..self.fresh_query(f, Some(inner.entity), relation.name, op)
        };
        self.events.unbounded.insert(origin, rows);
        let source = Some(Source { origin, all: true, sent: false });
        self.vals.make(Val::Many { elem, count: None, batch: false, source })
    }

    /// A template's loop shows all rows of what it walks.
    pub(crate) fn show_each(&mut self, f: &Frame<'p>, walked: V, op: usize) {
        if f.body.kind == BodyKind::Template
            && let Some(origin) = self.source_of_all(walked)
            && let Some(q) = self.unbounded_at(origin).filter(|q| q.related)
        {
            self.responded(f, &q, op, 1);
        }
    }

    /// Notes the rows of a relation whose name whatever gives the answer is called by.
    pub(crate) fn note_named(&mut self, f: &Frame<'p>, q: &Query) {
        let Some((owner, relation)) = q.from.filter(|_| q.related) else { return };
        let (owner, relation) = (self.p.text(self.p.entity(owner).name), self.p.text(relation));
        let mut around: Vec<BodyRef> = [f.at].into_iter().chain(self.running()).collect();
        // A part of a page is called like what it shows as well, and is not all of the page.
        let page = around.iter().rposition(|at| self.p.body(*at).kind == BodyKind::Template);
        around.drain(..page.unwrap_or(0));
        if around.into_iter().any(|at| self.is_called_like(at, owner, relation)) {
            self.events.named.insert(q.origin);
        }
    }

    /// True for `points`, `getPoints`, `metric_points` of a metric, for a template `points`, and for what is the index of a
    /// class `PointController`.
    fn is_called_like(&self, at: BodyRef, owner: &str, relation: &str) -> bool {
        if self.p.body(at).kind == BodyKind::Template {
            let path = &self.p.file(at.file).path;
            let name = path.rsplit('/').next().unwrap_or_default();
            return is_list_of(name.split('.').next().unwrap_or_default(), owner, relation);
        }
        let Some(def) = def_of(self.p, at) else { return false };
        let item = self.p.item(def);
        match (self.p.text(item.name), item.owner) {
            ("index", Some(class)) => {
                let class = self.p.text(self.p.file(def.file).item(class).name);
                let class = class.strip_suffix("Controller").unwrap_or(class);
                is_list_of(class, owner, relation)
            }
            (name, _) => is_list_of(name, owner, relation),
        }
    }
}

/// True if a name says nothing but a relation, whose it is, and that it is given.
fn is_list_of(name: &str, owner: &str, relation: &str) -> bool {
    let list = |name: &str| words(name).collect::<Vec<_>>();
    let (name, owner, relation) = (list(name), list(owner), list(relation));
    let same = |a: &String, b: &String| a.trim_end_matches('s') == b.trim_end_matches('s');
    let Some(before) = name.len().checked_sub(relation.len()).filter(|_| !relation.is_empty()) else {
        return false;
    };
    name[before..].iter().zip(&relation).all(|(a, b)| same(a, b))
        && name[..before]
            .iter()
            .all(|word| GIVING.contains(&&**word) || owner.iter().any(|part| same(part, word)))
}

#[cfg(test)]
mod tests {
    use super::is_list_of;

    #[test]
    fn names_of_lists() {
        assert!(is_list_of("getMetricPoints", "Metric", "points"));
        assert!(is_list_of("viewServers", "Node", "servers"));
        assert!(is_list_of("Comment", "Post", "comments"));
        assert!(!is_list_of("updateServers", "Node", "servers"));
        assert!(!is_list_of("show", "Node", "servers"));
    }
}
