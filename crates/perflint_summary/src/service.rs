//! Collections of services: there are as many as the program has implementations of what it declares, whatever its data.

use crate::eval::Eval;
use crate::value::{V, Val};
use perflint_ir::ItemKind;

impl<'p> Eval<'p> {
    /// True for an element that is declared as an interface of the repository which does something: of all that a container
    /// injects for `IEnumerable<IHandler>`, or as an abstract class without a field. An interface of nothing but properties describes data.
    pub(crate) fn is_service(&self, elem: V) -> bool {
        let Val::Inst(class, _) = *self.vals.get(elem) else { return false };
        let class = self.p.class(class);
        let (def, file) = (class.def, self.p.file(class.def.file));
        if !file.lang.collects_services() || class.heirs.is_empty() {
            return false;
        }
        let mut kinds = class.members.values().flatten().map(|member| self.p.item(*member).kind);
        let is_abstract = self.p.item(def).flags.is_abstract && !kinds.any(|kind| kind == ItemKind::Field);
        if self.p.item(def).kind != ItemKind::Interface && !is_abstract {
            return false;
        }
        let acts = class.members.values().flatten().any(|member| {
            let item = self.p.item(*member);
            item.kind == ItemKind::Function && !item.flags.is_property
        });
        acts && class.heirs.iter().all(|heir| self.p.class(*heir).entity.is_none())
    }
}
