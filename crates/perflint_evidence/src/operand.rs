//! Paths of what is called, and what an operation depends on.

use crate::Ctx;
use crate::loops::Loop;
use perflint_ir::{Callee, OpId, OpKind};
use perflint_link::{BodyRef, Target};
use perflint_summary::Site;

/// Expressions nested deeper are taken to depend on everything.
const DEEP: usize = 12;

impl Ctx<'_> {
    /// The path of a function, as models know it: `sort.Slice`, `re.compile`, `in_array`.
    pub(crate) fn path(&self, at: BodyRef, callee: Callee) -> Option<String> {
        let program = self.program;
        let body = program.body(at);
        let text = |target: Target| program.target_path(target).map(|path| program.text(path).to_owned());
        match callee {
            Callee::Value(op) => match (program.resolve_op(at.file, body, op), body.op(op).kind) {
                (Some(target), _) => text(target),
                (None, OpKind::Name(name)) => Some(program.text(name).to_owned()),
                _ => None,
            },
            Callee::Member { recv, name } => match program.resolve_op(at.file, body, recv) {
                Some(target) => match program.member(target, name, program.file(at.file).lang) {
                    Some(found) => text(found),
                    None => text(target).map(|path| format!("{path}.{}", program.text(name))),
                },
                None => Some(format!("{}.{}", self.dotted(at, recv, 0)?, program.text(name))),
            },
        }
    }

    /// Names joined with dots, as they are written: `Rails.cache`.
    fn dotted(&self, at: BodyRef, op: OpId, depth: usize) -> Option<String> {
        let body = self.program.body(at);
        let below = |base: OpId, name| {
            Some(format!("{}.{}", self.dotted(at, base, depth + 1)?, self.program.text(name)))
        };
        match body.op(op).kind {
            _ if depth > DEEP => None,
            OpKind::Name(name) => Some(self.program.text(name).to_owned()),
            OpKind::Get { base, name } => below(base, name),
            OpKind::Call(id) => match body.call(id) {
                perflint_ir::Call { callee: Callee::Member { recv, name }, args, .. } if args.len == 0 => {
                    below(*recv, *name)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether a value may differ from one iteration of a loop to the next.
    pub(crate) fn varies(&self, site: Site, around: &Loop, depth: usize) -> bool {
        if depth > DEEP {
            return true;
        }
        let body = self.program.body(site.at);
        let of = |op: OpId| op.is_some() && self.varies(Site { at: site.at, op }, around, depth + 1);
        match body.op(site.op).kind {
            OpKind::Null
            | OpKind::Bool(_)
            | OpKind::Int(_)
            | OpKind::Str(_)
            | OpKind::Name(_)
            | OpKind::SelfRef
            | OpKind::SuperRef => false,
            OpKind::Local(local) => {
                let homes = self.local(site.at, local, 0).homes;
                homes.is_empty() || homes.iter().any(|(at, region)| self.inside(*at, *region, around))
            }
            OpKind::Get { base, .. } => of(base),
            OpKind::Index { base, key } => of(base) || of(key),
            OpKind::Text(kids) | OpKind::Join(kids) => body.kids(kids).iter().any(|kid| of(*kid)),
            OpKind::Binary { lhs, rhs, .. } => of(lhs) || of(rhs),
            OpKind::Not(value) | OpKind::Cast { value, .. } | OpKind::Await(value) => of(value),
            OpKind::Make(_, args) => body.args(args).iter().any(|arg| of(arg.value)),
            OpKind::Call(id) => {
                let call = body.call(id);
                let callee = match call.callee {
                    Callee::Value(value) => of(value),
                    Callee::Member { recv, .. } => of(recv),
                };
                callee || body.args(call.args).iter().any(|arg| of(arg.value))
            }
            _ => true,
        }
    }
}
