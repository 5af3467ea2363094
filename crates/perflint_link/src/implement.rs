//! Which types satisfy an interface without saying so: Go's.

use crate::class::{Class, ClassIx};
use crate::program::Program;
use perflint_ir::{ItemKind, Role, Sym};
use rustc_hash::FxHashMap;

impl Program {
    /// Makes every struct with all methods of an interface its heir. An interface that asks for nothing has none.
    pub(crate) fn satisfy_interfaces(&mut self) {
        let mut having: FxHashMap<Sym, Vec<ClassIx>> = FxHashMap::default();
        let go: Vec<ClassIx> = (0u32..)
            .map(ClassIx)
            .zip(&self.classes)
            .filter(|(_, class)| {
                self.file(class.def.file).lang.family() == "go" && !self.is_stub(class.def.file)
            })
            .map(|(ix, _)| ix)
            .collect();
        for ix in &go {
            if self.item(self.class(*ix).def).kind == ItemKind::Class {
                for name in self.methods(*ix) {
                    having.entry(name).or_default().push(*ix);
                }
            }
        }
        for ix in go {
            let class: &Class = self.class(ix);
            if self.item(class.def).kind != ItemKind::Interface {
                continue;
            }
            let wanted = self.methods(ix);
            let rarest = wanted.iter().min_by_key(|name| having.get(name).map_or(0, Vec::len));
            let Some(candidates) = rarest.and_then(|name| having.get(name)) else { continue };
            let all = |candidate: &&ClassIx| {
                wanted.iter().all(|name| self.class_member(**candidate, *name).is_some())
                    && self.file(self.class(**candidate).def.file).role != Role::Test
            };
            let found: Vec<ClassIx> = candidates.iter().filter(all).copied().collect();
            self.classes[ix.0 as usize].heirs.extend(found);
        }
    }

    /// The names of a class's methods, those of what it embeds included, in order.
    fn methods(&self, ix: ClassIx) -> Vec<Sym> {
        let mut names = Vec::new();
        for base in &self.class(ix).mro {
            let crate::class::Base::Class(base) = base else { continue };
            for (name, defs) in &self.class(*base).members {
                if defs.iter().any(|def| self.item(*def).kind == ItemKind::Function) {
                    names.push(*name);
                }
            }
        }
        names.sort();
        names.dedup();
        names
    }
}
