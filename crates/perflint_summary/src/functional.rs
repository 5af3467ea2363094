//! Closures where a function is an object with one method: `supplier.get()`, `callback.apply(row)`, and interfaces of the
//! program's own. Whatever the method is called, calling it calls the closure.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame};
use crate::value::{V, Val};
use perflint_ir::{ItemKind, Lang, Sym};
use perflint_link::ClassIx;

/// What such interfaces have beside their one method, and what every object has: they call nothing now.
const OTHERS: &[&str] = &[
    "andThen",
    "compose",
    "negate",
    "and",
    "or",
    "reversed",
    "thenComparing",
    "thenComparingInt",
    "thenComparingLong",
    "equals",
    "hashCode",
    "toString",
    "getClass",
    "wait",
    "notify",
    "notifyAll",
];

/// The methods of the interfaces of `java.util.function`, of `Runnable` and of `Callable`.
const STANDARD: &[&str] = &["get", "apply", "accept", "test", "run", "call"];

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
        match f.lang {
            Lang::Java if OTHERS.contains(&called) => Some(closure),
            Lang::Java if self.is_method_of(closure, called, args) => {
                Some(self.call_value(f, closure, args, op))
            }
            Lang::Kotlin if called == "invoke" => Some(self.call_value(f, closure, args, op)),
            _ => None,
        }
    }

    /// `HandlerFunc(f)` in Go: a function that is converted to a type of functions stays what it is.
    pub(crate) fn converted(&self, f: &Frame<'p>, class: ClassIx, args: &CallArgs) -> Option<V> {
        let [only] = args.pos[..] else { return None };
        let is_named = self.p.item(self.p.class(class).def).kind == ItemKind::Interface;
        let is_callable = matches!(self.vals.get(only), Val::Closure(..) | Val::Fun(_) | Val::Bound(..));
        (f.lang == Lang::Go && is_named && is_callable).then_some(only)
    }

    /// True if calling a method with these arguments calls a callable. What a function that nobody knows gives for a callable may
    /// be anything (`cell.updateAndGet(old -> ..).size()`), and a library's method as well a field of its object.
    fn is_method_of(&self, callable: V, called: &str, args: &CallArgs) -> bool {
        match self.vals.get(callable) {
            Val::Closure(file, body, ..) => self.p.file(*file).body(*body).params.len() == args.pos.len(),
            Val::ExtMethod(..) => STANDARD.contains(&called),
            _ => STANDARD.contains(&called) || !args.pos.is_empty(),
        }
    }
}
