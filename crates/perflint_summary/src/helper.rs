//! Functions that code hands to its templates: the entries of a `FuncMap`, those of an extension, what `registerHelper` is given.
//!
//! Templates call them by bare names, whoever renders them. So what hands one over is evaluated before the first such call, with
//! what it is known to hold; the one rejected was a table of names and declarations, to which closures and what they hold are lost.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame};
use crate::expr::Given;
use crate::value::{UNKNOWN, V, Val};
use perflint_ir::{BodyId, BodyKind, ItemKind, Role, Sym};
use perflint_link::{BodyRef, Def};
use perflint_models::Shows;
use rustc_hash::FxHashMap;

/// The functions by the language that hands them over and their names.
#[derive(Debug, Default)]
pub(crate) struct Helpers {
    known: FxHashMap<(&'static str, Sym), V>,
    /// Whether the bodies that hand them over were evaluated.
    sought: bool,
}

impl<'p> Eval<'p> {
    /// Notes what a call hands to all templates.
    pub(crate) fn apply_helper(&mut self, f: &mut Frame<'p>, helper: &'p Shows, g: &Given<'_>) {
        let Some(value) = self.expr(f, &helper.value, g) else { return };
        let Some(name) = &helper.name else {
            if let Val::Map(entries, _) = self.vals.get(value).clone() {
                for (name, v) in entries.iter() {
                    self.hand_over(f, *name, *v);
                }
            }
            return;
        };
        if let Some(name) = self.expr(f, name, g)
            && let Val::Str(name) = *self.vals.get(name)
        {
            self.hand_over(f, name, value);
        }
    }

    fn hand_over(&mut self, f: &Frame<'p>, name: Sym, v: V) {
        let all = self.callables(v);
        if let [only] = all[..] {
            let only = self.on_instance(only);
            self.helpers.known.entry((f.lang.models(), name)).or_insert(only);
        }
    }

    /// A method that is named by its class is called on an instance, which the framework makes.
    fn on_instance(&mut self, v: V) -> V {
        let Val::Fun(def) = *self.vals.get(v) else { return v };
        let class = self.p.class_around(def).filter(|_| !self.p.item(def).flags.is_static);
        match class {
            Some(class) => {
                let this = self.instance_of(class, 0);
                self.vals.make(Val::Bound(def, this))
            }
            None => v,
        }
    }

    /// Calls the function that a template's bare name stands for: the last part of what the template's language calls it.
    pub(crate) fn call_helper(
        &mut self,
        f: &mut Frame<'p>,
        path: &str,
        args: &CallArgs,
        op: usize,
    ) -> Option<V> {
        if f.body.kind != BodyKind::Template && !self.p.file(f.at.file).is_template() {
            return None;
        }
        let name = path.rsplit([':', '|']).next()?;
        let name = self.p.names.find(name)?;
        self.seek_helpers();
        let v = *self.helpers.known.get(&(f.lang.models(), name))?;
        Some(self.call_value(f, v, args, op))
    }

    /// Evaluates the bodies in which functions are handed over.
    fn seek_helpers(&mut self) {
        if std::mem::replace(&mut self.helpers.sought, true) {
            return;
        }
        for at in self.handing_over() {
            let body = self.p.body(at);
            let def = Def { file: at.file, item: body.owner };
            let class = self.p.class_around(def);
            let this = class.map_or(UNKNOWN, |class| self.instance_of(class, 0));
            let args = CallArgs { open: true, ..CallArgs::default() };
            let def = (self.p.item(def).kind == ItemKind::Function).then_some(def);
            let locals = self.bind(at, &args, def);
            self.evaluate(at, this, locals, None);
        }
    }

    /// Bodies of the repository that call what hands functions over. A closure is evaluated with what it is written in.
    fn handing_over(&self) -> Vec<BodyRef> {
        let mut found = Vec::new();
        for (file, ir) in self.p.each_file() {
            let rows = &self.m.helper_calls;
            let family = ir.lang.models();
            if self.p.is_stub(file) || ir.role != Role::App || !rows.iter().any(|(of, _)| **of == *family) {
                continue;
            }
            for (id, body) in (0u32..).zip(&ir.bodies) {
                let hands = body.calls.iter().any(|call| {
                    let name = body.called_name(call).map(|name| self.p.text(name));
                    name.is_some_and(|name| rows.iter().any(|(of, last)| **of == *family && **last == *name))
                });
                if hands && body.kind != BodyKind::Closure {
                    found.push(BodyRef { file, body: BodyId(id) });
                }
            }
        }
        found
    }
}
