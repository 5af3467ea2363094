//! Values that are copied into instances of another class, attribute by attribute and by name: `mapper.Map<OrderDto>(order)`
//! reads of the order whatever `OrderDto` has a field for.

use crate::call::CallArgs;
use crate::eval::{Around, Eval, Frame};
use crate::iterate::Plan;
use crate::value::{Binder, V, Val};
use perflint_ir::{ItemKind, OpId, OpKind, RegionId, Slot, Sym};
use perflint_link::{Base, BodyRef, ClassIx};

/// Most fields that are read of a value.
const MAX_FIELDS: usize = 64;

impl<'p> Eval<'p> {
    /// Reads of a value, or of each of its elements, the relations that the class that it is mapped to has fields for.
    pub(crate) fn map_into(&mut self, f: &mut Frame<'p>, v: V, args: &CallArgs, op: usize) {
        let named = args.keys.iter().rev().filter(|(key, _)| self.p.text(*key).starts_with('<'));
        let target = named.into_iter().find_map(|(_, v)| match self.vals.get(*v) {
            Val::Class(class) => Some(*class),
            _ => None,
        });
        let Some(target) = target else { return };
        let names = self.field_names(target);
        if matches!(self.vals.get(v), Val::Row(_)) {
            self.read_relations(f, v, &names, op);
            return;
        }
        // The rows are bound in the mapper, not here: what is read of each is read anew.
        let def = self.p.class(target).def;
        let body = self.p.item(def).body.unwrap_or(f.at.body);
        let binder = Binder { at: BodyRef { file: def.file, body }, region: RegionId(0) };
        let site = self.site(f, op);
        let Plan::Repeat { elem, factor, rows, batch } = self.plan(f, v, mapped_op(f, op), site, binder)
        else {
            return;
        };
        let start = f.terms.len();
        self.read_relations(f, elem, &names, op);
        self.multiply(f, start, Around { region: None, factor, early: false, batch, parallel: false, rows });
    }

    fn read_relations(&mut self, f: &mut Frame<'p>, row: V, names: &[Sym], op: usize) {
        let Val::Row(of) = *self.vals.get(row) else { return };
        for name in names {
            if self.p.relation(of.entity, *name).is_some() {
                self.get(f, row, *name, op, None);
            }
        }
    }

    /// The fields of a class and of its bases, in order of their names.
    fn field_names(&self, class: ClassIx) -> Vec<Sym> {
        let bases = self.p.class(class).mro.iter().filter_map(|base| match base {
            Base::Class(class) => Some(&self.p.class(*class).members),
            Base::External(_) => None,
        });
        let mut names: Vec<Sym> = bases
            .flatten()
            .filter(|(_, defs)| defs.iter().any(|def| self.p.item(*def).kind == ItemKind::Field))
            .map(|(name, _)| *name)
            .collect();
        names.sort_by_key(|name| self.p.text(*name));
        names.dedup();
        names.truncate(MAX_FIELDS);
        names
    }
}

/// The operation of the value that is mapped, for the name of its size: the call's first argument.
fn mapped_op(f: &Frame<'_>, op: usize) -> usize {
    let OpKind::Call(id) = f.body.ops[op].kind else { return op };
    let args = f.body.args(f.body.call(id).args);
    args.iter().find_map(|arg| arg.value.some().filter(|_| arg.slot == Slot::Pos)).map_or(op, OpId::at)
}
