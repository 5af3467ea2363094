//! Entities that a setting names: `AUTH_USER_MODEL = "accounts.User"`, and what in code stands for the setting.

use crate::class::ClassIx;
use crate::entity::EntityIx;
use crate::program::{Def, Program};
use crate::scope::Target;
use perflint_ir::{Callee, ItemId, ItemKind, OpId, OpKind, Sym};
use perflint_models::{Models, SettingRow};

impl Program {
    /// Remembers for each path that stands for a setting the class that the setting names.
    pub(crate) fn build_settings(&mut self, models: &Models) {
        for (language, row) in &models.settings {
            let Some(entity) = self.set_entity(language, row) else { continue };
            let class = self.entity(entity).class;
            for path in &row.path {
                let path = self.names.intern(path);
                self.settings.insert(path, class);
            }
        }
    }

    /// The entity that a file of settings names, or else the one that the library has by default.
    fn set_entity(&self, language: &str, row: &SettingRow) -> Option<EntityIx> {
        let named = self.names.find(&row.name).into_iter().flat_map(|name| {
            let files = self.each_file().filter(|(file, ir)| {
                ir.lang.models() == language && !self.is_stub(*file) && ir.path.contains(&*row.files)
            });
            files.flat_map(move |(file, ir)| {
                let fields = (0u32..).zip(&ir.items).filter(move |(_, item)| {
                    item.kind == ItemKind::Field && item.name == name && item.owner == Some(ItemId(0))
                });
                fields.map(move |(item, _)| Def { file, item: ItemId(item) })
            })
        });
        let text = |def: Def| {
            let (file, body, op) = self.field_init(def)?;
            match self.file(file).body(body).op(op).kind {
                OpKind::Str(text) => Some((file, self.text(text).rsplit('.').next()?.to_owned())),
                _ => None,
            }
        };
        let set = named.filter_map(text).find_map(|(file, name)| self.entity_named(file, &name));
        set.or_else(|| self.library_entity(&row.default))
    }

    /// The entity that a stub declares under a path.
    pub(crate) fn library_entity(&self, path: &str) -> Option<EntityIx> {
        let path = self.names.find(path)?;
        self.each_entity().find(|e| {
            let def = self.class(self.entity(*e).class).def;
            self.is_stub(def.file) && self.target_path(Target::Item(def)) == Some(path)
        })
    }

    /// The class that stands for a setting, by a path of the models that does.
    pub fn setting_class(&self, path: Sym) -> Option<ClassIx> {
        self.settings.get(&path).copied()
    }

    /// The class that a target stands for by a setting, itself or as a variable that holds it:
    /// `User = get_user_model()`.
    pub(crate) fn class_by_setting(&self, target: Target) -> Option<ClassIx> {
        if self.settings.is_empty() {
            return None;
        }
        let known = |target: Target| self.settings.get(&self.target_path(target)?).copied();
        known(target).or_else(|| {
            let Target::Item(def) = target else { return None };
            let (file, body, op) = self.field_init(def)?;
            let body = self.file(file).body(body);
            let named = |op: OpId| self.resolve_op(file, body, op);
            match body.op(op).kind {
                OpKind::Call(call) => match body.call(call).callee {
                    Callee::Value(callee) => named(callee).and_then(known),
                    Callee::Member { recv, name } => {
                        let of = named(recv)?;
                        self.member(of, name, self.file(file).lang).and_then(known)
                    }
                },
                _ => named(op).and_then(known),
            }
        })
    }
}
