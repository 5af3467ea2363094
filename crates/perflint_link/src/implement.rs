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
                self.file(class.def.file).lang.implements_by_shape() && !self.is_stub(class.def.file)
            })
            .map(|(ix, _)| ix)
            .collect();
        for ix in &go {
            if self.is_concrete(*ix) {
                for name in self.methods(*ix) {
                    having.entry(name).or_default().push(*ix);
                }
            }
        }
        for ix in go {
            let class: &Class = self.class(ix);
            if self.item(class.def).kind != ItemKind::Interface || self.is_concrete(ix) {
                continue;
            }
            let wanted = self.methods(ix);
            let rarest = wanted.iter().min_by_key(|name| having.get(name).map_or(0, Vec::len));
            let Some(candidates) = rarest.and_then(|name| having.get(name)) else { continue };
            let all = |candidate: &&ClassIx| {
                wanted.iter().all(|name| self.same_signature(ix, **candidate, *name))
                    && self.file(self.class(**candidate).def.file).role != Role::Test
            };
            let found: Vec<ClassIx> = candidates.iter().filter(all).copied().collect();
            for heir in &found {
                self.classes[heir.0 as usize].satisfies.push(ix);
            }
            self.classes[ix.0 as usize].heirs.extend(found);
        }
    }

    /// True for structs, and for other named types that have methods with code.
    pub(crate) fn is_concrete(&self, ix: ClassIx) -> bool {
        let class = self.class(ix);
        let has_code = |def: &crate::program::Def| {
            let item = self.item(*def);
            item.kind == ItemKind::Function && !item.flags.is_abstract
        };
        self.item(class.def).kind == ItemKind::Class || class.members.values().flatten().any(has_code)
    }

    /// True if both have a method of this name that takes and gives the same, as far as it is written.
    fn same_signature(&self, interface: ClassIx, candidate: ClassIx, name: Sym) -> bool {
        let (Some(a), Some(b)) = (self.class_member(interface, name), self.class_member(candidate, name))
        else {
            return false;
        };
        let (a_types, b_types) = (self.signature(a), self.signature(b));
        a_types.len() == b_types.len()
            && a_types.iter().zip(&b_types).all(|(a, b)| a == b || a.is_none() || b.is_none())
    }

    /// The last names of the types of a method's parameters and result.
    fn signature(&self, def: crate::program::Def) -> Vec<Option<&str>> {
        let ir = self.file(def.file);
        let item = self.item(def);
        let params = item.body.map(|body| ir.body(body).params.as_slice()).unwrap_or_default();
        let named = |ty: Option<perflint_ir::TypeId>| match ty.map(|ty| &ir.types[ty.0 as usize]) {
            Some(perflint_ir::TypeExpr::Path { name, .. }) => {
                let text = self.text(*name);
                Some(text.rsplit('.').next().unwrap_or(text))
            }
            _ => None,
        };
        params.iter().map(|param| named(param.ty)).chain([named(item.ty)]).collect()
    }

    /// The names of a class's methods, those of what it embeds included, in order.
    pub(crate) fn methods(&self, ix: ClassIx) -> Vec<Sym> {
        let mut names = Vec::new();
        for base in &self.class(ix).mro {
            let crate::class::Base::Class(base) = base else { continue };
            let is_method = |defs: &[crate::program::Def]| {
                defs.iter().any(|def| self.item(*def).kind == ItemKind::Function)
            };
            let members = self.class(*base).members.iter().filter(|(_, defs)| is_method(defs));
            names.extend(members.map(|(name, _)| *name));
        }
        names.sort();
        names.dedup();
        names
    }
}
