//! Fields that a constructor leaves empty and another method fills: a connection that is opened when the program starts.

use crate::eval::{Eval, Frame};
use crate::value::{NULL, UNKNOWN, V, Val};
use perflint_ir::{Body, ItemKind, OpKind, Sym};
use perflint_link::{BodyRef, ClassIx};
use std::rc::Rc;

impl<'p> Eval<'p> {
    /// What a field that an instance was made without holds once somebody has filled it. Code that fills it itself finds it empty.
    pub(crate) fn filled_later(&mut self, f: &Frame<'p>, class: ClassIx, name: Sym, known: V) -> Option<V> {
        if known != NULL || puts(f.body, name) {
            return None;
        }
        if let Some(v) = self.later.get(&(class, name)) {
            return Some(*v).filter(|v| *v != NULL);
        }
        self.later.insert((class, name), NULL);
        let v = self.filled_by(class, name).unwrap_or(NULL);
        self.later.insert((class, name), v);
        Some(v).filter(|v| *v != NULL)
    }

    /// What the first method of a class that fills a field fills it with; not known, if nothing is known of that.
    fn filled_by(&mut self, class: ClassIx, name: Sym) -> Option<V> {
        let def = self.p.class(class).def;
        let file = self.p.file(def.file);
        let constructors: Vec<_> = self.p.constructors(class).into_iter().map(|def| def.item).collect();
        let mut methods = (0u32..).map(perflint_ir::ItemId).zip(&file.items).filter(|(id, item)| {
            item.kind == ItemKind::Function && item.owner == Some(def.item) && !constructors.contains(id)
        });
        let body = methods.find_map(|(_, item)| item.body.filter(|body| puts(file.body(*body), name)))?;
        let at = BodyRef { file: def.file, body };
        let this = self.vals.make(Val::Inst(class, Rc::new([])));
        let locals = self.declared_arguments(at);
        let outcome = self.evaluate(at, this, locals, None);
        let mut put = outcome.puts.iter().filter(|(field, v)| *field == name && *v != NULL);
        Some(put.next().map_or(UNKNOWN, |(_, v)| *v))
    }
}

/// True if a body assigns a field of its receiver something other than nothing.
fn puts(body: &Body, name: Sym) -> bool {
    body.ops.iter().any(|op| match op.kind {
        OpKind::Put { base, put } => {
            let (field, value) = body.puts[put.at()];
            field == name
                && matches!(body.op(base).kind, OpKind::SelfRef)
                && value.is_some()
                && body.op(value).kind != OpKind::Null
        }
        _ => false,
    })
}
