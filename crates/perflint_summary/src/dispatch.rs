//! Messages that find their handler by their class: `mediator.Send(new PlaceOrder(..))` calls `Handle` of the class that is an
//! `IRequestHandler<PlaceOrder, ..>`.

use crate::call::CallArgs;
use crate::choice::Choice;
use crate::eval::{Eval, Frame, How};
use crate::value::{UNKNOWN, V, Val};
use perflint_ir::{Sym, TypeExpr};
use perflint_link::{Base, ClassIx};
use perflint_models::Dispatches;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// Classes by the library's base that they extend and by the message that is its first type argument.
pub(crate) type Handlers = FxHashMap<(Sym, ClassIx), Vec<ClassIx>>;

/// Most handlers of one message that are followed.
const MAX_HANDLERS: usize = 4;
/// Interfaces that extend each other more often are not followed.
const DEEPEST: u32 = 3;

impl<'p> Eval<'p> {
    /// Calls the handlers of a message, and gives what they give.
    pub(crate) fn dispatch(
        &mut self,
        f: &mut Frame<'p>,
        row: &'p Dispatches,
        message: V,
        args: &CallArgs,
        op: usize,
    ) -> Option<V> {
        let class = self.instance_class(message)?;
        let handlers = self.handlers();
        let name = self.p.names.find(&row.method)?;
        let mut sum = None;
        for base in row.base.iter() {
            let Some(base) = self.p.names.find(base) else { continue };
            let Some(found) = handlers.get(&(base, class)) else { continue };
            let mut choice = Choice::default();
            for handler in found.iter().take(MAX_HANDLERS) {
                let Some(def) = self.p.class_member(*handler, name) else { continue };
                let this = self.vals.make(Val::Inst(*handler, Rc::new([])));
                choice.next(f);
                let one = self.call_fun(f, def, this, args, op, How::PLAIN);
                sum = Some(self.vals.join(sum.unwrap_or(UNKNOWN), one));
            }
            choice.settle(f, 0, false);
        }
        sum
    }

    fn handlers(&mut self) -> Rc<Handlers> {
        if let Some(known) = &self.handlers {
            return Rc::clone(known);
        }
        let mut found = Handlers::default();
        for (i, class) in (0u32..).zip(&self.p.classes) {
            if !class.mro.iter().any(|base| matches!(base, Base::External(_))) {
                continue;
            }
            for (path, message) in self.messages_of(ClassIx(i), 0) {
                let message = self.p.resolve_dotted(class.def.file, message);
                if let Some(message) = message.and_then(|t| self.p.target_class(t)) {
                    found.entry((path, message)).or_default().push(ClassIx(i));
                }
            }
        }
        let found = Rc::new(found);
        self.handlers = Some(Rc::clone(&found));
        found
    }

    /// What a class extends that has type arguments, with the name of the first of them as the class's file knows it: also of the
    /// repository's own names for what a library declares, `interface IQueryHandler<TQuery, T> : IRequestHandler<TQuery, T>`.
    fn messages_of(&self, class: ClassIx, depth: u32) -> Vec<(Sym, Sym)> {
        let def = self.p.class(class).def;
        let types = &self.p.file(def.file).types;
        let mut found = Vec::new();
        for ty in &self.p.item(def).bases {
            let TypeExpr::Path { name, args } = &types[ty.0 as usize] else { continue };
            let argument = |at: usize| match types[args.get(at)?.0 as usize] {
                TypeExpr::Path { name, .. } => Some(name),
                _ => None,
            };
            let Some(first) = argument(0) else { continue };
            found.push((self.p.written_path(def.file, *name), first));
            let own = self.p.resolve_dotted(def.file, *name).and_then(|t| self.p.target_class(t));
            let Some(own) = own.filter(|own| depth < DEEPEST && *own != class) else { continue };
            let params = self.p.type_params(own);
            let inherited = self.messages_of(own, depth + 1).into_iter();
            found.extend(inherited.filter_map(|(path, inner)| {
                let at = params.iter().position(|param| *param == inner)?;
                Some((path, argument(at)?))
            }));
        }
        found
    }
}
