//! Calls of an interface that more classes implement than are followed: what the rest costs is not counted, that it runs there
//! is known.

use crate::eval::{Eval, Frame};
use perflint_ir::{ItemKind, Role, Sym};
use perflint_link::{BodyRef, ClassIx, Def};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// Methods without code by class and name, with the bodies that implement them.
pub(crate) type Answers = FxHashMap<(ClassIx, Sym), Rc<[BodyRef]>>;

impl<'p> Eval<'p> {
    /// Notes the implementations of a method without code that a call of it may run beside those that were followed.
    pub(crate) fn note_wide(
        &mut self,
        f: &Frame<'p>,
        class: ClassIx,
        name: Sym,
        own: Option<Def>,
        followed: usize,
    ) {
        let is_open = own.is_some_and(|def| self.p.item(def).lacks_code());
        if !is_open || followed == 0 || self.p.class(class).heirs.len() <= followed {
            return;
        }
        let answers = match self.answers.get(&(class, name)) {
            Some(answers) => Rc::clone(answers),
            None => {
                let answers: Rc<[BodyRef]> = self.implementations(class, name).into();
                self.answers.insert((class, name), Rc::clone(&answers));
                answers
            }
        };
        if answers.len() > followed {
            self.events.graph.may_call(f.node, answers);
        }
    }

    fn implementations(&self, class: ClassIx, name: Sym) -> Vec<BodyRef> {
        let mut found = Vec::new();
        for heir in &self.p.class(class).heirs {
            let Some(defs) = self.p.class(*heir).members.get(&name) else { continue };
            for def in defs.iter().filter(|def| self.p.file(def.file).role != Role::Test) {
                let item = self.p.item(*def);
                if let Some(body) = item.body.filter(|_| item.kind == ItemKind::Function) {
                    found.push(BodyRef { file: def.file, body });
                }
            }
        }
        found
    }
}
