//! Relations that a field declares by a call on the class that it leads to: `val city by City referencedOn Films.city`.

use crate::entity::EntityIx;
use crate::program::{Def, Program};
use perflint_ir::{Callee, ItemKind, OpKind};
use perflint_models::RelationRow;

/// Most calls that what a relation is built by is followed through: `Rating referrersOn Ratings.film orderBy Ratings.value`.
const MAX_CALLS: usize = 4;

impl Program {
    /// The entity that a field leads to, if its initialiser calls one of a row's methods on an entity of the same library.
    pub(crate) fn received_target(&self, entity: EntityIx, def: Def, row: &RelationRow) -> Option<EntityIx> {
        if row.receiver_call.is_empty() || self.item(def).kind != ItemKind::Field {
            return None;
        }
        let (file, body, mut op) = self.field_init(def)?;
        let body = self.file(file).body(body);
        for _ in 0..MAX_CALLS {
            let OpKind::Call(call) = body.op(op).kind else { return None };
            let Callee::Member { recv, name } = body.call(call).callee else { return None };
            if row.receiver_call.iter().any(|method| method == self.text(name)) {
                let class = self.resolve_op(file, body, recv).and_then(|target| self.target_class(target))?;
                let target = self.class(class).entity?;
                return (self.entity(target).api == self.entity(entity).api).then_some(target);
            }
            op = recv;
        }
        None
    }
}
