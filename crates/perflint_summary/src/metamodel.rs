//! Classes that a processor makes of entities and that nobody commits: of `Order` Querydsl makes `QOrder`, whose field `order`
//! stands for the entity in queries.

use crate::eval::Eval;
use crate::value::{V, Val};
use crate::words::small_start;
use perflint_ir::Sym;
use perflint_link::ClassIx;

impl Eval<'_> {
    /// The entity class that the path of a generated class's field stands for.
    pub(crate) fn metamodel(&mut self, path: Sym) -> Option<V> {
        let models = self.m;
        let (holder, field) = self.p.text(path).rsplit_once('.')?;
        let (package, class) = holder.rsplit_once('.').unwrap_or(("", holder));
        models.metamodels.iter().find_map(|(family, row)| {
            let (before, after) = row.class.split_once("{name}")?;
            let name = class.strip_prefix(before)?.strip_suffix(after)?;
            if row.field.replace("{name}", &small_start(name)) != field {
                return None;
            }
            let class = self.described(family, package, name)?;
            self.p.class(class).entity.map(|_| self.vals.make(Val::Class(class)))
        })
    }

    /// The class of a package; without one, as for what stands beside it, the only entity of that name.
    fn described(&self, family: &str, package: &str, name: &str) -> Option<ClassIx> {
        if !package.is_empty() {
            let full = self.p.names.find(&format!("{package}.{name}"))?;
            return self.p.class_of.get(&self.p.item_named(family, full)?).copied();
        }
        let entities = self.p.entity_names.get(&self.p.names.find(name)?)?;
        let [entity] = entities.as_slice() else { return None };
        let class = self.p.entity(*entity).class;
        (self.p.file(self.p.class(class).def.file).lang.family() == family).then_some(class)
    }
}
