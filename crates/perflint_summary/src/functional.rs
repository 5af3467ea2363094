//! Closures where a function is an object with one method: `supplier.get()`, `callback.apply(row)`, and interfaces of the
//! program's own. Whatever the method is called, calling it calls the closure.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame};
use crate::value::{V, Val};
use perflint_ir::{ItemKind, Sym};
use perflint_link::ClassIx;
use perflint_models::Meaning;

impl<'p> Eval<'p> {
    /// Calls a closure through the method of the interface that it implements; `None` in languages without such.
    pub(crate) fn call_functional(
        &mut self,
        f: &mut Frame<'p>,
        closure: V,
        name: Sym,
        args: &CallArgs,
        op: usize,
    ) -> Option<V> {
        let called = self.p.text(name);
        let objects = f.lang.has_functional_interfaces();
        if objects && self.is_word(f, Meaning::Combine, name) {
            return Some(closure);
        }
        let calls =
            (objects && self.is_method_of(f, closure, name, args)) || f.lang.closure_method() == Some(called);
        calls.then(|| self.call_value(f, closure, args, op))
    }

    /// True if a name has a meaning in the language of what is being evaluated.
    pub(crate) fn is_word(&self, f: &Frame<'p>, means: Meaning, name: Sym) -> bool {
        self.m.words.says(f.lang.models(), means, self.p.text(name))
    }

    /// `HandlerFunc(f)` in Go: a function that is converted to a type of functions stays what it is.
    pub(crate) fn converted(&self, f: &Frame<'p>, class: ClassIx, args: &CallArgs) -> Option<V> {
        let [only] = args.pos[..] else { return None };
        let is_named = self.p.item(self.p.class(class).def).kind == ItemKind::Interface;
        let is_callable = matches!(self.vals.get(only), Val::Closure(..) | Val::Fun(_) | Val::Bound(..));
        (f.lang.converts_functions() && is_named && is_callable).then_some(only)
    }

    /// True if calling a method with these arguments calls a callable. What a function that nobody knows gives for a callable may
    /// be anything (`cell.updateAndGet(old -> ..).size()`), and a library's method as well a field of its object.
    fn is_method_of(&self, f: &Frame<'p>, callable: V, called: Sym, args: &CallArgs) -> bool {
        let standard = self.is_word(f, Meaning::Apply, called);
        match self.vals.get(callable) {
            Val::Closure(file, body, ..) => self.p.file(*file).body(*body).params.len() == args.pos.len(),
            Val::ExtMethod(..) => standard,
            _ => standard || !args.pos.is_empty(),
        }
    }
}
