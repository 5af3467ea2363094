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
            let def = class.def;
            if !class.mro.iter().any(|base| matches!(base, Base::External(_))) {
                continue;
            }
            for ty in &self.p.item(def).bases {
                let TypeExpr::Path { name, args } = &self.p.file(def.file).types[ty.0 as usize] else {
                    continue;
                };
                let Some(TypeExpr::Path { name: message, .. }) =
                    args.first().map(|arg| &self.p.file(def.file).types[arg.0 as usize])
                else {
                    continue;
                };
                let path = self.p.written_path(def.file, *name);
                let message = self.p.resolve_dotted(def.file, *message).and_then(|t| self.p.target_class(t));
                if let Some(message) = message {
                    found.entry((path, message)).or_default().push(ClassIx(i));
                }
            }
        }
        let found = Rc::new(found);
        self.handlers = Some(Rc::clone(&found));
        found
    }
}
