//! Classes whose base nobody knows, and what entities say about them.
//!
//! A soft-deletion package has its own manager, and the project extends it: `class Live(SoftDeleteManager)`. Models do not list
//! every such package, but the entity says `objects = Live()`, and `objects` is a query of the library on every entity.

use crate::class::{Base, ClassIx};
use crate::program::{Def, Program};
use perflint_ir::{Callee, ItemKind, OpKind, Sym};
use perflint_models::{Expr, Models, TypeIx, TypeRole};
use rustc_hash::FxHashMap;

impl Program {
    /// Gives such classes the type that the library has under the name by which an entity holds an instance; so do all classes
    /// that extend the same unknown base.
    pub(crate) fn adopt_classes(&mut self, models: &Models) {
        let mut bases: FxHashMap<Sym, TypeIx> = FxHashMap::default();
        for entity in self.own_entities() {
            let Some(api) = self.entity(entity).api else { continue };
            let members = &self.class(self.entity(entity).class).members;
            for (name, def) in members.iter().filter_map(|(name, defs)| Some((*name, *defs.last()?))) {
                let Some(ty) = models.attr(api, self.text(name), true).and_then(|row| as_query(&row.returns))
                else {
                    continue;
                };
                let family = self.file(def.file).lang.models();
                let Some(ty) = models.type_named(family, ty).filter(|ty| models.role(*ty) == TypeRole::Query)
                else {
                    continue;
                };
                if let Some(base) = self.made_class(def).and_then(|class| self.unknown_base(class, models)) {
                    bases.insert(base, ty);
                }
            }
        }
        if bases.is_empty() {
            return;
        }
        for class in &mut self.classes {
            let adopted = class.mro.iter().find_map(|base| match base {
                Base::External(path) => bases.get(path).copied(),
                Base::Class(_) => None,
            });
            class.types.extend(adopted.filter(|ty| !class.types.contains(ty)));
        }
    }

    /// The class of the repository that a field is initialised with an instance of.
    fn made_class(&self, def: Def) -> Option<ClassIx> {
        if self.item(def).kind != ItemKind::Field {
            return None;
        }
        let (file, body, op) = self.field_init(def)?;
        let body = self.file(file).body(body);
        let OpKind::Call(call) = body.op(op).kind else { return None };
        let Callee::Value(callee) = body.call(call).callee else { return None };
        self.resolve_op(file, body, callee).and_then(|target| self.target_class(target))
    }

    /// The only base outside of the repository of a class of which no model knows anything.
    fn unknown_base(&self, class: ClassIx, models: &Models) -> Option<Sym> {
        let class = self.class(class);
        if class.types.iter().any(|ty| models.role(*ty) != TypeRole::Plain) {
            return None;
        }
        let mut outside = class.mro.iter().filter_map(|base| match base {
            Base::External(path) if self.text(*path).contains('.') => Some(*path),
            _ => None,
        });
        outside.next().filter(|_| outside.next().is_none())
    }
}

/// The type whose methods a query has: `as(TYPE, query(recv))`.
fn as_query(value: &Expr) -> Option<&str> {
    match value {
        Expr::As(ty, inner) if matches!(**inner, Expr::Query(_)) => Some(ty),
        _ => None,
    }
}
