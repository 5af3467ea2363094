//! Objects that are asked for by name: of a container, or of what hands out the object that queries are asked of.

use crate::eval::{Eval, Frame};
use crate::mutate::capital;
use crate::value::{UNKNOWN, V, Val};
use perflint_link::ClassIx;
use std::rc::Rc;

impl<'p> Eval<'p> {
    /// What queries over an entity are asked of.
    pub(crate) fn repository(&mut self, f: &mut Frame<'p>, ty: &str, v: V, op: usize) -> V {
        let Some(q) = self.query_for(f, v, op) else { return UNKNOWN };
        if let Some(class) = q.entity.and_then(|entity| self.p.repository_of(entity)) {
            return self.vals.make(Val::Inst(class, Rc::new([])));
        }
        let query = self.vals.make(Val::Query(q));
        match self.m.type_named(f.lang.models(), ty) {
            Some(ty) => self.with_api(query, ty),
            None => query,
        }
    }

    /// What a container has under a name. Where several classes of the repository are called so, nothing is said.
    pub(crate) fn service(&mut self, f: &Frame<'p>, v: V) -> Option<V> {
        let name = match self.vals.get(v) {
            Val::Class(class) => {
                let class = *class;
                return Some(self.made(class));
            }
            Val::Ext(path) => *path,
            Val::Str(text) => *text,
            _ => return None,
        };
        if let Some(ty) = self.look.ty(name, f.lang) {
            return Some(self.vals.make(Val::ExtInst(ty, Box::new([]))));
        }
        let text = self.p.text(name);
        if text.contains('\\')
            && let Some(full) = self.p.names.find(&text.trim_start_matches('\\').replace('\\', "."))
            && let Some(Val::Class(class)) = self
                .p
                .resolve(f.at.file, full)
                .map(|target| self.target(target))
                .map(|v| self.vals.get(v).clone())
        {
            return Some(self.made(class));
        }
        let last = text.rsplit(['.', '\\']).next()?;
        let camel: String = last.split('_').map(capital).collect();
        let class = self.only_class(f, &camel)?;
        Some(self.made(class))
    }

    /// The function that a text names, looked for as a call in the same place would; any other value itself.
    pub(crate) fn named_function(&mut self, f: &Frame<'p>, v: V) -> Option<V> {
        let Val::Str(name) = *self.vals.get(v) else { return Some(v) };
        let target = self.p.resolve(f.at.file, name)?;
        Some(self.target(target))
    }

    /// An instance of a class; of an interface that an entity implements, a row of it.
    fn made(&mut self, class: ClassIx) -> V {
        match self.p.class(class).entity.or_else(|| self.p.implementing_entity(class)) {
            Some(entity) => self.typed_row(entity),
            None => self.vals.make(Val::Inst(class, Rc::new([]))),
        }
    }

    fn only_class(&self, f: &Frame<'p>, name: &str) -> Option<ClassIx> {
        let class = self.p.class_named(f.at.file, name)?;
        let same = self.p.class(class).name;
        let mut all = self.p.classes.iter().filter(|c| c.name == same && !self.p.is_stub(c.def.file));
        (all.next().is_some() && all.next().is_none()).then_some(class)
    }
}
