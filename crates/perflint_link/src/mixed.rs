//! What a library makes of a class by one call in its body: `has_paper_trail` includes the library's module in it.

use crate::class::{Base, ClassIx};
use crate::program::{Def, Program};
use crate::scope::Target;
use perflint_ir::{OpKind, Sym, TypeId};
use perflint_models::Models;
use rustc_hash::FxHashMap;

impl Program {
    /// Includes the modules of stubs that models name for calls in the bodies of classes.
    pub(crate) fn mix_declared(&mut self, models: &Models) {
        let modules = self.modules_by_call(models);
        if modules.is_empty() {
            return;
        }
        for c in 0..self.classes.len() {
            let class = &self.classes[c];
            let parts: Vec<Def> = std::iter::once(class.def).chain(class.parts.clone()).collect();
            for def in parts {
                for module in self.modules_called(def, &modules) {
                    let file = self.class(module).def.file;
                    let base = (Base::Class(module), TypeId(0), file);
                    let known = self.classes[c].bases.iter().any(|(base, ..)| *base == Base::Class(module));
                    if !known && module != ClassIx(c as u32) {
                        self.classes[c].bases.push(base);
                    }
                }
            }
        }
    }

    /// By the call that names it, the module of a stub; calls of other languages are none.
    fn modules_by_call(&self, models: &Models) -> FxHashMap<(&'static str, Sym), ClassIx> {
        let mut out = FxHashMap::default();
        for (language, row) in &models.declarations {
            let Some(path) = row.includes.as_deref().and_then(|path| self.names.find(path)) else { continue };
            let is_it = |class: &ClassIx| {
                let def = self.class(*class).def;
                self.is_stub(def.file) && self.target_path(Target::Item(def)) == Some(path)
            };
            let Some(module) = (0..self.classes.len() as u32).map(ClassIx).find(is_it) else { continue };
            let family = self.file(self.class(module).def.file).lang.models();
            if *family == **language {
                let called = row.call.iter().filter_map(|call| self.names.find(call));
                out.extend(called.map(|call| ((family, call), module)));
            }
        }
        out
    }

    /// The modules whose calls stand in the body of a class.
    fn modules_called(&self, def: Def, modules: &FxHashMap<(&'static str, Sym), ClassIx>) -> Vec<ClassIx> {
        let file = self.file(def.file);
        let Some(body) = self.item(def).body else { return Vec::new() };
        let family = file.lang.models();
        let named = file.body(body).ops.iter().filter_map(|op| match op.kind {
            OpKind::Name(name) => modules.get(&(family, name)).copied(),
            _ => None,
        });
        named.collect()
    }
}
