//! Relations that code puts into rows itself: `$order->setRelation('customer', $customers[$order->customer_id])` for each of them is the
//! remedy where a library cannot load what is needed. Wherever the rows are read, the relation is there.

use crate::eval::{Eval, Frame};
use crate::expr::Given;
use crate::fact::Effect;
use crate::value::{Site, Val};
use perflint_ir::Sym;
use perflint_models::Expr;
use rustc_hash::FxHashSet;

impl<'p> Eval<'p> {
    /// Notes that a row gets the relations that a call names.
    pub(crate) fn place(&mut self, f: &mut Frame<'p>, paths: &'p Expr, g: &Given<'_>) {
        let Val::Row(row) = *self.vals.get(g.recv) else { return };
        let Some(origin) = row.origin else { return };
        let named = self.expr(f, paths, g).map(|v| self.vals.get(v).clone());
        match named {
            Some(Val::Paths(paths, _)) => {
                for path in paths.iter() {
                    let path = self.p.names.join(row.path, *path);
                    self.events.placed.insert((origin, Some(path)));
                }
            }
            _ => {
                self.events.placed.insert((origin, None));
            }
        }
    }
}

/// True for the loading of a relation that is there.
pub(crate) fn is_placed(placed: &FxHashSet<(Site, Option<Sym>)>, effect: &Effect) -> bool {
    let Some(lazy) = &effect.lazy else { return false };
    lazy.origin
        .is_some_and(|origin| placed.contains(&(origin, Some(lazy.path))) || placed.contains(&(origin, None)))
}
