//! Methods that are called by a name that is a value: `order.public_send(action)`.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame};
use crate::value::{UNKNOWN, V, Val};
use perflint_ir::Sym;

/// Methods that call the method which their first argument names, where that is no literal.
const SENDERS: &[&str] = &["send", "public_send", "__send__", "try", "try!"];

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
        if !f.lang.sends_by_name() || recv == UNKNOWN || !SENDERS.contains(&self.p.text(method)) {
            return None;
        }
        let (first, rest) = args.pos.split_first()?;
        let Val::Str(name) = *self.vals.get(*first) else { return None };
        let args = CallArgs { pos: rest.to_vec(), keys: args.keys.clone(), open: args.open };
        Some(self.call_member(f, recv, name, &args, op, None))
    }
}
