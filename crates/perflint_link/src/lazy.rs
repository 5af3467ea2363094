//! Relations that are read lazily only in repositories that switch it on, and where the attribute can be overridden.

use crate::program::Program;
use perflint_ir::{Callee, Sym};
use perflint_models::{Models, RelationRead, RelationRow};
use rustc_hash::FxHashSet;

impl Program {
    /// Makes relations lazy whose rows say on which condition they are.
    pub(crate) fn wake_lazy(&mut self, models: &Models) {
        let conditional = |row: &RelationRow| !row.lazy_if_called.is_empty() || row.lazy_if_marked.is_some();
        if !models.relations.iter().any(|(_, row)| conditional(row)) {
            return;
        }
        let called = self.called_methods();
        let awake: Vec<Option<&RelationRow>> = models
            .relations
            .iter()
            .map(|(_, row)| {
                let mut names = row.lazy_if_called.iter().filter_map(|name| self.names.find(name));
                let on = row.lazy_if_called.is_empty() || names.any(|name| called.contains(&name));
                Some(row).filter(|row| conditional(row) && on)
            })
            .collect();
        for e in 0..self.entities.len() {
            let lazy: Vec<Sym> = self.entities[e]
                .relations
                .values()
                .filter(|relation| {
                    let Some(row) = awake.get(relation.row).copied().flatten() else { return false };
                    let markers = &self.item(relation.place).markers;
                    let is_marked =
                        |wanted: &str| markers.iter().any(|marker| self.text(marker.path) == wanted);
                    row.lazy_if_marked.as_deref().is_none_or(is_marked)
                })
                .map(|relation| relation.name)
                .collect();
            for name in lazy {
                if let Some(relation) = self.entities[e].relations.get_mut(&name) {
                    relation.read = RelationRead::Lazy;
                }
            }
        }
    }

    /// The names of all methods that are called anywhere.
    fn called_methods(&self) -> FxHashSet<Sym> {
        let mut names = FxHashSet::default();
        for (_, file) in self.each_file() {
            for call in file.bodies.iter().flat_map(|body| &body.calls) {
                if let Callee::Member { name, .. } = call.callee {
                    names.insert(name);
                }
            }
        }
        names
    }
}
