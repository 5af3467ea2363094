//! Bases that no file of the repository declares: those of the application that an engine or a plugin is loaded into, and those that
//! a setting names. What their names end with, or what their subclasses declare, says of which type of a library they are.

use crate::class::{Base, ClassIx};
use crate::program::{Def, Program};
use perflint_ir::{Body, Callee, OpKind, Sym};
use perflint_models::{Models, Outside, TypeIx};

impl Program {
    /// Gives classes with such bases the types that these stand for.
    pub(crate) fn settle_outside(&mut self, models: &Models) {
        let rows: Vec<(TypeIx, &Outside)> = models.outside_types().collect();
        if rows.is_empty() {
            return;
        }
        for c in 0..self.classes.len() {
            self.settle_named(c, &rows, models);
        }
        for c in 0..self.classes.len() {
            self.settle_declaring(c, &rows, models);
        }
    }

    /// A base that is named like one of the host's: `class Blog::PostsController < ::ApplicationController`.
    fn settle_named(&mut self, c: usize, rows: &[(TypeIx, &Outside)], models: &Models) {
        let family = self.file(self.classes[c].def.file).lang.models();
        for b in 0..self.classes[c].bases.len() {
            let Base::External(path) = self.classes[c].bases[b].0 else { continue };
            let text = self.names.text(path);
            if models.type_named(family, text).is_some() {
                continue;
            }
            let named = |(ty, row): &&(TypeIx, &Outside)| models.family(*ty) == family && row.is_named(text);
            if let Some((ty, _)) = rows.iter().find(named) {
                let canonical = self.names.intern(&models.type_row(*ty).name);
                self.classes[c].bases[b].0 = Base::External(canonical);
            }
        }
    }

    /// A class whose base is not known and whose body calls what only subclasses of a type have: `class Order < Shop.base_class`.
    fn settle_declaring(&mut self, c: usize, rows: &[(TypeIx, &Outside)], models: &Models) {
        let class = ClassIx(c as u32);
        let def = self.classes[c].def;
        let ir = self.file(def.file);
        let Some(ty) = self.item(def).bases.first().copied() else { return };
        let family = ir.lang.models();
        let declares = |(of, row): &&(TypeIx, &Outside)| {
            models.family(*of) == family
                && row.within.as_deref().is_some_and(|folder| ir.path.contains(folder))
                && self.calls_in(def).any(|name| row.calls.iter().any(|call| call == self.names.text(name)))
        };
        let Some((of, _)) = rows.iter().find(declares) else { return };
        let mut line = vec![Base::Class(class)];
        self.ancestors(class, &mut line, 0);
        let known = line.iter().any(|base| match base {
            Base::External(path) => models.type_named(family, self.names.text(*path)).is_some(),
            Base::Class(_) => false,
        });
        if !known {
            let canonical = self.names.intern(&models.type_row(*of).name);
            self.classes[c].bases.push((Base::External(canonical), ty, def.file));
        }
    }

    /// The names that the body of a class calls on itself.
    fn calls_in(&self, def: Def) -> impl Iterator<Item = Sym> {
        let body: Option<&Body> = self.item(def).body.map(|body| self.file(def.file).body(body));
        body.into_iter().flat_map(|body| {
            body.calls.iter().filter_map(|call| match call.callee {
                Callee::Value(value) => match body.ops.get(value.at())?.kind {
                    OpKind::Name(name) => Some(name),
                    _ => None,
                },
                Callee::Member { recv, name } => {
                    (body.ops.get(recv.at())?.kind == OpKind::SelfRef).then_some(name)
                }
            })
        })
    }
}
