//! Classes of objects that queries over one entity are asked of: an entity names the class, or the class tells its base.

use crate::class::ClassIx;
use crate::entity::EntityIx;
use crate::program::{Def, FileIx, Program};
use perflint_ir::{Body, BodyId, Callee, ItemKind, OpId, OpKind, Slot};
use perflint_models::{Expr, Models};

impl Program {
    pub(crate) fn build_repositories(&mut self, models: &Models) {
        if models.entities.iter().all(|(_, row)| row.repository.is_none()) {
            return;
        }
        for (_, row) in &models.entities {
            let Some(Expr::Key(key)) = &row.repository else { continue };
            for entity in self.each_entity() {
                if let Some(class) = self.named_repository(entity, key) {
                    self.repositories.entry(class).or_insert(entity);
                }
            }
        }
        for class in (0..self.classes.len() as u32).map(ClassIx) {
            if let Some(entity) = self.told_to_base(class) {
                self.repositories.entry(class).or_insert(entity);
            }
        }
        let named: Vec<&str> =
            models.entities.iter().flat_map(|(_, row)| row.repository_name.iter()).collect();
        for class in (0..self.classes.len() as u32).map(ClassIx) {
            if let Some(entity) = self.called_after(class, &named) {
                self.repositories.entry(class).or_insert(entity);
            }
        }
        for class in (0..self.classes.len() as u32).map(ClassIx) {
            let is_class = self.item(self.class(class).def).kind == ItemKind::Class;
            if let Some(entity) = self.repositories.get(&class).filter(|_| is_class) {
                self.repository_classes.entry(*entity).or_insert(class);
            }
        }
    }

    /// `OrderRepository`, of a library's base class, is asked for the entity `Order`.
    fn called_after(&self, class: ClassIx, patterns: &[&str]) -> Option<EntityIx> {
        if self.class(class).types.is_empty() || self.is_stub(self.class(class).def.file) {
            return None;
        }
        let name = self.text(self.class(class).name);
        patterns.iter().find_map(|pattern| {
            let (before, after) = pattern.split_once("{entity}")?;
            let entity = name.strip_prefix(before)?.strip_suffix(after)?;
            self.entity_named(self.class(class).def.file, entity)
        })
    }

    /// The class of an entity's own repository, if it has one.
    pub fn repository_of(&self, entity: EntityIx) -> Option<ClassIx> {
        self.repository_classes.get(&entity).copied()
    }

    /// `#[ORM\Entity(repositoryClass: OrderRepository::class)]`
    fn named_repository(&self, entity: EntityIx, key: &str) -> Option<ClassIx> {
        let class = self.class(self.entity(entity).class);
        let key = self.names.find(key)?;
        std::iter::once(&class.def).chain(&class.extended_by).find_map(|def| {
            let owner = self.item(*def).owner?;
            let body = self.file(def.file).item(owner).body?;
            let code = self.file(def.file).body(body);
            self.item(*def).markers.iter().find_map(|marker| {
                let OpKind::Call(call) = code.op(marker.value.some()?).kind else { return None };
                let arg = code.args(code.call(call).args).iter().find(|arg| arg.slot == Slot::Key(key))?;
                self.class_by_name(def.file, body, code, arg.value)
            })
        })
    }

    /// A class as a value, or by its full name in a text.
    fn class_by_name(&self, file: FileIx, body: BodyId, code: &Body, op: OpId) -> Option<ClassIx> {
        if let OpKind::Str(text) = code.op(op).kind {
            let path = self.text(text).trim_start_matches('\\').replace('\\', ".");
            let def = self.item_named(self.file(file).lang.family(), self.names.find(&path)?)?;
            return self.class_of.get(&def).copied();
        }
        self.class_argument(file, body, op)
    }

    /// `parent::__construct($registry, Order::class)`
    fn told_to_base(&self, class: ClassIx) -> Option<EntityIx> {
        let name = self.names.find("__construct")?;
        let own = self.class(class).members.get(&name)?;
        let constructor: &Def = own.iter().find(|def| self.item(**def).kind == ItemKind::Function)?;
        let body = self.item(*constructor).body?;
        let code = self.file(constructor.file).body(body);
        code.calls.iter().find_map(|call| {
            let Callee::Member { recv, name: called } = call.callee else { return None };
            if called != name || code.op(recv).kind != OpKind::SuperRef {
                return None;
            }
            code.args(call.args).iter().find_map(|arg| {
                let is_class =
                    matches!(code.op(arg.value.some()?).kind, OpKind::Name(_) | OpKind::Get { .. });
                let class =
                    is_class.then(|| self.class_argument(constructor.file, body, arg.value)).flatten()?;
                self.class(class).entity
            })
        })
    }
}
