//! Queries that an override adds to: `super().get_queryset().filter(..)`.

use crate::eval::{Eval, Frame};
use crate::value::Site;
use perflint_ir::ItemKind;
use perflint_link::Def;

impl<'p> Eval<'p> {
    /// True for code in a method that overrides the one in which a query began: of what it yields for all classes alike, the
    /// override makes the query of one.
    pub(crate) fn overrides_origin(&self, f: &Frame<'p>, origin: Site) -> bool {
        let here = self.p.item(Def { file: f.at.file, item: f.body.owner });
        let there = self.p.item(Def { file: origin.at.file, item: self.p.body(origin.at).owner });
        let methods =
            [here, there].iter().all(|item| item.kind == ItemKind::Function && item.owner.is_some());
        origin.at != f.at && methods && here.name == there.name
    }
}
