//! Fields of the receiver that code assigns anew: what they held before is gone, unless one of both is conditional.

use crate::eval::{Eval, Frame};
use crate::value::V;
use perflint_ir::{Body, OpId, OpKind, RegionId, Sym};

/// Operations of a body that are asked whether one of them leaves it early.
const LOOKED_AT: usize = 4096;

/// Where the fields were assigned that a body assigns.
#[derive(Debug, Default)]
pub(crate) struct Assigned {
    /// The region of the last assignment.
    regions: Vec<(Sym, RegionId)>,
    /// Fields that are assigned whatever happens.
    pub(crate) certain: Vec<Sym>,
}

impl<'p> Eval<'p> {
    /// Assigns a field of the receiver at an operation. In the region of the assignment before it, or around that, it replaces
    /// the value.
    pub(crate) fn assign_self(&mut self, f: &mut Frame<'p>, name: Sym, v: V, op: OpId) {
        let Some(region) = f.body.ops.get(op.at()).map(|op| op.region) else {
            return self.put_self(f, name, v);
        };
        let root = region == RegionId(0);
        let known = f.assigned.regions.iter().position(|(field, _)| *field == name);
        let replaces = match known {
            Some(at) => encloses(f, region, f.assigned.regions[at].1),
            None => root,
        };
        match known {
            Some(at) => f.assigned.regions[at].1 = region,
            None => f.assigned.regions.push((name, region)),
        }
        if replaces {
            f.puts.retain(|(field, _)| *field != name);
        }
        self.put_self(f, name, v);
        if root && !f.assigned.certain.contains(&name) && !leaves_before(f.body, op) {
            f.assigned.certain.push(name);
        }
    }

    /// Assigns what a method of the receiver assigned, as if the call did.
    pub(crate) fn take_puts(&mut self, f: &mut Frame<'p>, puts: &[(Sym, V)], certain: &[Sym], op: usize) {
        for (name, v) in puts {
            if certain.contains(name) {
                self.assign_self(f, *name, *v, OpId(op as u32));
            } else {
                self.put_self(f, *name, *v);
            }
        }
    }
}

fn encloses(f: &Frame<'_>, outer: RegionId, inner: RegionId) -> bool {
    let last = f.last.get(usize::from(outer.0)).copied().unwrap_or(outer.0);
    (outer.0..=last).contains(&inner.0)
}

/// True if the body may be left before an operation of its own region.
fn leaves_before(body: &Body, op: OpId) -> bool {
    op.at() > LOOKED_AT || body.ops[..op.at()].iter().any(|op| matches!(op.kind, OpKind::Exit { .. }))
}
