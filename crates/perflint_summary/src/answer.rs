//! What leaves in an answer is asked for its form: a resource by a method of its own, a row for the attributes that its class
//! appends.

use crate::call::CallArgs;
use crate::eval::{Around, Eval, Frame};
use crate::iterate::Plan;
use crate::value::{Binder, V, Val};
use perflint_ir::{BodyId, ItemKind, RegionId, Sym};
use perflint_link::{BodyRef, ClassIx, EntityIx};

/// How deep an answer is looked into.
const MAX_DEPTH: u32 = 4;

impl<'p> Eval<'p> {
    /// Asks a value that leaves in an answer, and what it holds, for its form.
    pub(crate) fn answer(&mut self, f: &mut Frame<'p>, v: V, op: usize, depth: u32) {
        if depth > MAX_DEPTH {
            return;
        }
        match self.vals.get(v).clone() {
            Val::Inst(class, _) => {
                if let Some(method) = self.answering_method(class) {
                    let form = self.call_member(f, v, method, &CallArgs::default(), op, None);
                    self.respond(f, form, op, depth + 1);
                    self.answer(f, form, op, depth + 1);
                }
            }
            Val::Row(row) => {
                for name in self.appended(row.entity) {
                    self.get(f, v, name, op, None);
                }
            }
            Val::Query(q) if q.entity.is_some_and(|entity| !self.appended(entity).is_empty()) => {
                self.answer_each(f, v, op, depth);
            }
            Val::Many { elem, .. } if self.has_form(elem) => self.answer_each(f, v, op, depth),
            Val::Map(entries, _) => entries.iter().for_each(|(_, v)| self.answer(f, *v, op, depth + 1)),
            Val::List(all) | Val::Union(all) => all.iter().for_each(|v| self.answer(f, *v, op, depth + 1)),
            Val::Future(inner) => self.answer(f, inner, op, depth + 1),
            _ => {}
        }
    }

    fn has_form(&self, v: V) -> bool {
        match self.vals.get(v) {
            Val::Inst(class, _) => self.answering_method(*class).is_some(),
            Val::Row(row) => !self.appended(row.entity).is_empty(),
            Val::Union(all) => all.iter().any(|v| self.has_form(*v)),
            _ => false,
        }
    }

    fn answer_each(&mut self, f: &mut Frame<'p>, v: V, op: usize, depth: u32) {
        // The library walks them, not the function that hands them over.
        let at = BodyRef { file: self.p.first_stub, body: BodyId(0) };
        if self.p.files.len() <= self.p.first_stub.0 as usize {
            return;
        }
        let (site, binder) = (self.site(f, op), Binder { at, region: RegionId(0) });
        let Plan::Repeat { elem, factor, rows, batch } = self.plan(f, v, op, site, binder) else { return };
        let start = f.terms.len();
        self.answer(f, elem, op, depth + 1);
        self.multiply(f, start, Around { region: None, factor, early: false, batch, parallel: false, rows });
    }

    /// The first of the methods that the library's type names and the class has.
    fn answering_method(&self, class: ClassIx) -> Option<Sym> {
        let types = self.p.class(class).types.iter().flat_map(|ty| self.m.line(*ty));
        let mut names = types.flat_map(|ty| self.m.type_row(*ty).answers.iter());
        names.find_map(|name| {
            let name = self.p.names.find(name)?;
            let def = self.p.class_member(class, name)?;
            (self.p.item(def).kind == ItemKind::Function).then_some(name)
        })
    }

    /// The attributes that the class of an entity appends to each row.
    fn appended(&self, entity: EntityIx) -> Vec<Sym> {
        let class = self.p.entity(entity).class;
        let family = self.p.file(self.p.class(class).def.file).lang.models();
        let rows = self.m.entities.iter().filter(|(language, _)| **language == *family);
        let lists: Vec<&str> = rows.filter_map(|(_, row)| row.appended.as_deref()).collect();
        let lists = lists.into_iter().filter_map(|name| self.p.names.find(name));
        let texts = lists.flat_map(|list| self.p.listed(class, list));
        texts.map(|text| self.p.names.intern(&text)).collect()
    }
}
