//! Methods that are called by a name that is a value: `order.public_send(action)`.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame};
use crate::value::{UNKNOWN, V, Val};
use perflint_ir::Sym;
use perflint_models::Meaning;

impl<'p> Eval<'p> {
    /// The value of a call by name, if the name is known.
    pub(crate) fn sent(
        &mut self,
        f: &mut Frame<'p>,
        recv: V,
        method: Sym,
        args: &CallArgs,
        op: usize,
    ) -> Option<V> {
        if recv == UNKNOWN || !self.is_word(f, Meaning::Send, method) {
            return None;
        }
        let (first, rest) = args.pos.split_first()?;
        let Val::Str(name) = *self.vals.get(*first) else { return None };
        let args = CallArgs { pos: rest.to_vec(), keys: args.keys.clone(), open: args.open };
        Some(self.call_member(f, recv, name, &args, op, None))
    }
}
