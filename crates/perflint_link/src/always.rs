//! Relations that an attribute of the entity's class names as always loaded: `protected $with = ['artist'];`

use crate::class::{Base, ClassIx};
use crate::entity::EntityIx;
use crate::program::Program;
use perflint_ir::{OpKind, Sym};
use perflint_models::Models;

impl Program {
    pub(crate) fn build_always_loaded(&mut self, models: &Models) {
        for (language, row) in &models.entities {
            let Some(name) = row.always_loads.as_deref().and_then(|name| self.names.find(name)) else {
                continue;
            };
            for entity in self.own_entities().collect::<Vec<_>>() {
                let class = self.entity(entity).class;
                if self.file(self.class(class).def.file).lang.models() != &**language {
                    continue;
                }
                for path in self.listed(class, name) {
                    self.load_always(entity, &path);
                }
            }
        }
    }

    /// The texts that a class's attribute lists, its own or an inherited one.
    pub fn listed(&self, class: ClassIx, name: Sym) -> Vec<String> {
        let Some((file, body, op)) = self.class_member(class, name).and_then(|def| self.field_init(def))
        else {
            return Vec::new();
        };
        let code = self.file(file).body(body);
        let OpKind::Make(_, items) = code.op(op).kind else { return Vec::new() };
        let text = |value: perflint_ir::OpId| match code.op(value.some()?).kind {
            OpKind::Str(text) => Some(self.text(text).to_owned()),
            _ => None,
        };
        code.args(items).iter().filter_map(|item| text(item.value)).collect()
    }

    /// Marks the relations of a path. What lies below another entity counts for that one everywhere: who reads it is not told
    /// of a query that may not run.
    fn load_always(&mut self, entity: EntityIx, path: &str) {
        let mut at = entity;
        for part in path.split('.') {
            let name = part.split(':').next().unwrap_or(part);
            let Some(name) = self.names.find(name) else { return };
            let bases = self.class(self.entity(at).class).mro.clone();
            let owner = bases.iter().find_map(|base| match base {
                Base::Class(class) => {
                    self.class(*class).entity.filter(|of| self.entity(*of).relations.contains_key(&name))
                }
                Base::External(_) => None,
            });
            let relation = owner.and_then(|owner| self.entities[owner.0 as usize].relations.get_mut(&name));
            let Some(relation) = relation else { return };
            relation.eager = true;
            let Some(target) = relation.target else { return };
            at = target;
        }
    }
}
