//! Values that are asked for their form in an answer: `render json: orders` calls `as_json` of each of them.

use crate::call::CallArgs;
use crate::eval::{Around, Eval, Frame};
use crate::iterate::Plan;
use crate::value::{Binder, V, Val};
use perflint_ir::{ItemKind, RegionId, Sym};
use perflint_models::Presents;

impl<'p> Eval<'p> {
    /// Calls the method that gives the form of a value, or of each of its elements.
    pub(crate) fn present(&mut self, f: &mut Frame<'p>, v: V, presents: &Presents, op: usize) {
        if let Some(name) = self.presenting_method(v, presents) {
            self.call_member(f, v, name, &CallArgs::default(), op, None);
            return;
        }
        let elem = match self.vals.get(v) {
            Val::Query(q) => q.entity,
            Val::Many { elem, .. } => match self.vals.get(*elem) {
                Val::Row(row) => Some(row.entity),
                _ => None,
            },
            _ => None,
        };
        let class = elem.map(|entity| self.p.entity(entity).class);
        if class.is_none_or(|class| self.method_of(class, presents).is_none()) {
            return;
        }
        let (site, binder) = (self.site(f, op), Binder { at: f.at, region: RegionId(0) });
        let Plan::Repeat { elem, factor, rows, batch } = self.plan(f, v, op, site, binder) else { return };
        let Some(name) = self.presenting_method(elem, presents) else { return };
        let start = f.terms.len();
        self.call_member(f, elem, name, &CallArgs::default(), op, None);
        self.multiply(f, start, Around { region: None, factor, early: false, batch, parallel: false, rows });
    }

    fn presenting_method(&self, v: V, presents: &Presents) -> Option<Sym> {
        let class = match self.vals.get(v) {
            Val::Inst(class, _) => *class,
            Val::Row(row) => self.p.entity(row.entity).class,
            _ => return None,
        };
        self.method_of(class, presents)
    }

    /// The first of the methods that the class, or one that it extends, has in the repository.
    fn method_of(&self, class: perflint_link::ClassIx, presents: &Presents) -> Option<Sym> {
        presents.methods.iter().find_map(|name| {
            let name = self.p.names.find(name)?;
            let def = self.p.class_member(class, name)?;
            (self.p.item(def).kind == ItemKind::Function).then_some(name)
        })
    }
}
