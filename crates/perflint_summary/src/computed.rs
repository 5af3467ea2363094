//! Methods that an object is read like fields through, where a library asks them: `getOrdersProperty()` for `$this->orders`.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame, How};
use crate::mutate::{camel, capital};
use crate::value::V;
use perflint_ir::{ItemKind, Sym};
use perflint_link::{ClassIx, Def};

impl<'p> Eval<'p> {
    /// What the method of an instance gives that a library calls where an attribute of this name is read.
    /// It is kept as long as the instance is.
    pub(crate) fn computed(
        &mut self,
        f: &mut Frame<'p>,
        recv: V,
        class: ClassIx,
        name: Sym,
        op: usize,
    ) -> Option<V> {
        let def = self.computing(class, name)?;
        let how = How { memoised: true, ..How::PLAIN };
        Some(self.call_fun(f, def, recv, &CallArgs::default(), op, how))
    }

    fn computing(&self, class: ClassIx, name: Sym) -> Option<Def> {
        let types = self.p.class(class).types.iter();
        types.flat_map(|ty| self.m.line(*ty)).find_map(|ty| {
            let row = self.m.type_row(*ty);
            let by_name = row.accessors.as_deref().and_then(|pattern| {
                let method = pattern.replace("{Name}", &capital(&camel(self.p.text(name))));
                self.p.member_on(class, self.p.names.find(&method)?, false)
            });
            by_name.or_else(|| {
                let marker = row.accessor_marker.as_deref()?;
                let def = self.p.member_on(class, name, false)?;
                let is_method = self.p.item(def).kind == ItemKind::Function;
                (is_method && self.look.is_marked(def, marker)).then_some(def)
            })
        })
    }
}
