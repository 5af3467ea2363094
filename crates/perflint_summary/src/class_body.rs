//! Bodies of classes that register what a framework calls while the program is loaded: `get "/orders" do .. end` in a class of
//! routes.

use crate::eval::Eval;
use crate::value::Val;
use perflint_ir::Role;
use perflint_link::{BodyRef, ClassIx};
use std::rc::Rc;

impl Eval<'_> {
    /// Runs the bodies of the classes that a model says run on an instance.
    pub(crate) fn run_class_bodies(&mut self) {
        for class in (0..self.p.classes.len() as u32).map(ClassIx) {
            let of = self.p.class(class);
            let runs =
                of.types.iter().flat_map(|ty| self.m.line(*ty)).any(|ty| self.m.type_row(*ty).runs_body);
            if !runs || self.p.is_stub(of.def.file) {
                continue;
            }
            let this = self.vals.make(Val::Inst(class, Rc::new([])));
            for def in std::iter::once(of.def).chain(of.parts.iter().copied()) {
                let file = self.p.file(def.file);
                if let (Role::App, Some(body)) = (file.role, self.p.item(def).body) {
                    self.refuel();
                    self.evaluate(BodyRef { file: def.file, body }, this, Vec::new(), None);
                }
            }
        }
    }
}
