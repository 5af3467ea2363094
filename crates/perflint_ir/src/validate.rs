//! Checks that a lowered file keeps the promises that later stages build on.

use crate::FileIr;
use crate::op::{Body, Callee, LocalId, OpId, OpKind, RegionKind};
use std::fmt;

/// A broken promise of a lowered file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Index of the body.
    pub body: usize,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "body {}: {}", self.body, self.what)
    }
}

/// Every broken promise: operands come before their use, indices exist, regions nest.
pub fn validate(file: &FileIr) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (index, body) in file.bodies.iter().enumerate() {
        let mut report = |what: String| faults.push(Fault { body: index, what });
        if body.params.len() > body.locals.len() {
            report("fewer locals than parameters".to_owned());
        }
        for (i, region) in body.regions.iter().enumerate().skip(1) {
            if usize::from(region.parent.0) >= i {
                report(format!("region {i} does not come after its parent"));
            }
        }
        for (i, op) in body.ops.iter().enumerate() {
            if usize::from(op.region.0) >= body.regions.len() {
                report(format!("op {i} stands in a region that does not exist"));
            }
            operands(body, op.kind, &mut |operand| {
                if operand.is_some() && operand.at() >= i {
                    report(format!("op {i} uses op {} before it is evaluated", operand.at()));
                }
            });
            if let OpKind::Local(local) | OpKind::Bind { local, .. } = op.kind
                && local.at() >= body.locals.len()
            {
                report(format!("op {i} names a local that does not exist"));
            }
            if let OpKind::Lambda(id) = op.kind
                && id.at() >= file.bodies.len()
            {
                report(format!("op {i} names a body that does not exist"));
            }
        }
        for region in &body.regions {
            if let RegionKind::Loop { over, item, .. } = region.kind {
                if over.is_some() && over.at() >= body.ops.len() {
                    report("a loop runs over an operation that does not exist".to_owned());
                }
                if item != LocalId::NONE && item.at() >= body.locals.len() {
                    report("a loop binds a local that does not exist".to_owned());
                }
            }
        }
    }
    initial_values(file, &mut faults);
    faults
}

/// Initial values and the values of markers are operations of the initialiser of what owns the item.
fn initial_values(file: &FileIr, faults: &mut Vec<Fault>) {
    for item in &file.items {
        let Some(body) = item.owner.and_then(|owner| file.item(owner).body) else { continue };
        let count = file.body(body).ops.len();
        let values = item.markers.iter().map(|marker| marker.value).chain([item.init]);
        for value in values.filter(|value| value.is_some() && value.at() >= count) {
            let what =
                format!("{} starts with op {}, which does not exist", file.text(item.name), value.at());
            faults.push(Fault { body: body.at(), what });
        }
    }
}

/// Calls `visit` with every operand of an operation.
pub fn operands(body: &Body, kind: OpKind, visit: &mut impl FnMut(OpId)) {
    match kind {
        OpKind::Text(kids) | OpKind::Join(kids) | OpKind::Unknown(kids) | OpKind::Store(kids) => {
            body.kids(kids).iter().copied().for_each(visit);
        }
        OpKind::Get { base, .. }
        | OpKind::Await(base)
        | OpKind::Yield(base)
        | OpKind::Not(base)
        | OpKind::Cast { value: base, .. } => {
            visit(base);
        }
        OpKind::Index { base, key } | OpKind::Slice { base, limit: key } => {
            visit(base);
            visit(key);
        }
        OpKind::Call(call) => {
            let call = body.call(call);
            match call.callee {
                Callee::Value(value) => visit(value),
                Callee::Member { recv, .. } => visit(recv),
            }
            body.args(call.args).iter().for_each(|arg| visit(arg.value));
        }
        OpKind::Bind { value, .. } | OpKind::Exit { value, .. } => visit(value),
        OpKind::Put { base, put } => {
            visit(base);
            visit(body.puts[put.at()].1);
        }
        OpKind::Make(_, args) => body.args(args).iter().for_each(|arg| visit(arg.value)),
        OpKind::Binary { lhs, rhs, .. } => {
            visit(lhs);
            visit(rhs);
        }
        _ => {}
    }
}
