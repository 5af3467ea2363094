//! Interfaces that are of a library's type by their names: what makes objects of them stands in files that are not read.

use crate::class::ClassIx;
use crate::program::Program;
use perflint_ir::ItemKind;
use perflint_models::{Models, TypeIx};

impl Program {
    /// The types whose names mean something here: some file imports what shows it.
    pub(crate) fn types_by_name(&self, models: &Models) -> Vec<TypeIx> {
        let imported = |path: &str| {
            self.files.iter().any(|file| {
                file.imports.iter().any(|import| {
                    let module = self.names.text(import.module);
                    let rest = path.strip_prefix(module).map(|rest| rest.trim_start_matches('.'));
                    let name = self.names.text(import.name);
                    rest == Some(name) || (rest == Some("") && name.is_empty())
                })
            })
        };
        models.named_types().filter(|(_, row)| row.named_if.iter().any(imported)).map(|(ix, _)| ix).collect()
    }

    /// The type that an interface is of by its name.
    pub(crate) fn named_type(&self, class: ClassIx, models: &Models, by_name: &[TypeIx]) -> Option<TypeIx> {
        let def = self.class(class).def;
        let (item, family) = (self.item(def), self.file(def.file).lang.models());
        if item.kind != ItemKind::Interface || !item.markers.is_empty() {
            return None;
        }
        let name = self.names.text(item.name);
        let is_named = |ty: &&TypeIx| {
            let mut endings = models.type_row(**ty).named.iter();
            models.family(**ty) == family && endings.any(|ending| name.ends_with(ending))
        };
        by_name.iter().find(is_named).copied()
    }
}
