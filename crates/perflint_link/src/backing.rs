//! Fields that are shown by a property: `Items` gives what is in `_items`. Queries load, and code reads, the property.

use crate::program::{Def, Program};
use perflint_ir::ItemKind;

impl Program {
    /// The property with a body that a field is called after: `Items` of `_items`.
    pub(crate) fn shown_by(&self, field: Def) -> Option<Def> {
        let item = self.item(field);
        if item.kind != ItemKind::Field
            || item.flags.is_public
            || !self.file(field.file).lang.has_properties()
        {
            return None;
        }
        let class = self.class_of.get(&Def { file: field.file, item: item.owner? })?;
        let mut name = self.text(item.name).trim_start_matches('_').chars();
        let name: String = name.next()?.to_uppercase().chain(name).collect();
        let members = self.class(*class).members.get(&self.names.find(&name)?)?;
        members
            .iter()
            .copied()
            .find(|def| self.item(*def).flags.is_property && self.item(*def).kind == ItemKind::Function)
    }
}
