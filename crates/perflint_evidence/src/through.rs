//! Computation that a loop repeats through a call: the function that it calls looks through, sorts or compiles what is the same
//! in every iteration.
//!
//! What one run of a function does with its parameters is told once per function, and carried up from callee to caller a few
//! times. Which function a call reaches is what the analysis of costs saw; where it saw several, nothing is said.

use crate::{Computation, Ctx, Kind, Within};
use perflint_ir::{BinOp, BodyKind, Call, Callee, LocalId, OpId, OpKind, RegionKind, Slot};
use perflint_link::BodyRef;
use perflint_models::{Kind as Of, Work, WorkRow};
use perflint_summary::Site;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// How many calls lie at most between a loop and the work.
const CALLS: usize = 3;
/// Bodies with more operations are generated or hostile.
const LARGE: usize = 5_000;
/// The most that is told of one function.
const EACH: usize = 8;

/// What one run of a function does.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Does {
    kind: Kind,
    /// The parameter that holds the elements; `None` for a pattern that is always the same.
    param: Option<usize>,
    /// Where it does so.
    site: Site,
    note: Option<String>,
}

/// What is repeated through calls.
pub(crate) fn computations(ctx: &Ctx<'_>) -> Vec<Computation> {
    let small = |at: &BodyRef| ctx.program.body(*at).ops.len() <= LARGE;
    let bodies: Vec<BodyRef> = ctx.bodies().filter(|at| ctx.reach.serves(*at) && small(at)).collect();
    let mut known: FxHashMap<BodyRef, BTreeSet<Does>> = FxHashMap::default();
    for at in &bodies {
        let own = ctx.own_work(*at);
        if !own.is_empty() {
            known.insert(*at, own);
        }
    }
    let calls: FxHashMap<BodyRef, Vec<(OpId, BodyRef)>> =
        bodies.iter().map(|at| (*at, ctx.resolved(*at))).filter(|(_, calls)| !calls.is_empty()).collect();
    for _ in 1..CALLS {
        let mut more: Vec<(BodyRef, Does)> = Vec::new();
        for at in &bodies {
            for (op, callee) in calls.get(at).into_iter().flatten() {
                for does in known.get(callee).into_iter().flatten() {
                    more.extend(ctx.passed_on(*at, *op, does).map(|does| (*at, does)));
                }
            }
        }
        for (at, does) in more {
            let own = known.entry(at).or_default();
            if own.len() < EACH {
                own.insert(does);
            }
        }
    }
    let mut found = Vec::new();
    for at in &bodies {
        for (op, callee) in calls.get(at).into_iter().flatten() {
            for does in known.get(callee).into_iter().flatten() {
                found.extend(ctx.repeated_work(Site { at: *at, op: *op }, does));
            }
        }
        if found.len() > crate::compute::MOST {
            break;
        }
    }
    found
}

impl Ctx<'_> {
    /// What a function does with its own parameters, once per call.
    fn own_work(&self, at: BodyRef) -> BTreeSet<Does> {
        let body = self.program.body(at);
        let mut found = BTreeSet::new();
        if body.kind != BodyKind::Function {
            return found;
        }
        let lang = self.program.file(at.file).lang;
        for (op, found_op) in (0u32..).zip(&body.ops) {
            let site = Site { at, op: OpId(op) };
            // A loop of the function's own is told where it stands.
            if found.len() >= EACH || !self.around(at, found_op.region).is_empty() {
                continue;
            }
            match found_op.kind {
                OpKind::Binary { op: BinOp::In, rhs, .. } if rhs.is_some() => {
                    let row = self.tables.operator(lang, "in", Of::List);
                    let param = self.parameter(at, rhs);
                    if let (Some(row), Some(param)) = (row, param) {
                        found.insert(does(Kind::Search, Some(param), site, row));
                    }
                }
                OpKind::Call(id) => found.extend(self.call_work(site, *body.call(id))),
                _ => {}
            }
        }
        found
    }

    fn call_work(&self, site: Site, call: Call) -> Option<Does> {
        let body = self.program.body(site.at);
        let lang = self.program.file(site.at.file).lang;
        let args = body.args(call.args);
        let closure = args.iter().any(|arg| {
            arg.value.some().is_some_and(|value| matches!(body.op(value).kind, OpKind::Lambda(_)))
        });
        let fits = |row: &WorkRow| {
            matches!(row.does, Work::Search | Work::Scan | Work::Sort | Work::Compile)
                && (!row.closure || closure)
        };
        let method = match call.callee {
            Callee::Member { recv, name } => self.parameter(site.at, recv).and_then(|param| {
                let mut rows = self.tables.method(lang, self.program.text(name));
                let row = rows.find(|row| {
                    fits(row) && row.closure == closure && matches!(row.on, Some(Of::List | Of::Any))
                })?;
                Some((row, param)).filter(|_| row.arg.is_none())
            }),
            Callee::Value(_) => None,
        };
        if let Some((row, param)) = method {
            return Some(does(kind_of(row.does)?, Some(param), site, row));
        }
        let path = self.path(site.at, call.callee)?;
        let row = self.tables.path(lang, &path).filter(|row| fits(row))?;
        let operand = args.get(usize::from(row.arg?)).filter(|arg| arg.slot == Slot::Pos)?.value.some()?;
        if row.does == Work::Compile {
            // What is compiled under a condition may be kept in between.
            let always = !body
                .enclosing(body.op(site.op).region)
                .any(|(_, region)| matches!(region.kind, RegionKind::Branch { .. } | RegionKind::Handler));
            let constant = matches!(body.op(operand).kind, OpKind::Str(_));
            return (always && constant).then(|| does(Kind::Compile, None, site, row));
        }
        Some(does(kind_of(row.does)?, Some(self.parameter(site.at, operand)?), site, row))
    }

    /// The parameter that an operation reads, if nothing else was ever put into it.
    fn parameter(&self, at: BodyRef, op: OpId) -> Option<usize> {
        let body = self.program.body(at);
        let OpKind::Local(local) = body.op(op.some()?).kind else { return None };
        let bound = |LocalId(wanted)| {
            body.ops.iter().any(|op| matches!(op.kind, OpKind::Bind { local, .. } if local.0 == wanted))
        };
        (local.at() < body.params.len() && !bound(local)).then_some(local.at())
    }

    /// The calls of a body with the one function that each reaches.
    fn resolved(&self, at: BodyRef) -> Vec<(OpId, BodyRef)> {
        let callees = self.reach.callees(self.facts, at);
        if callees.is_empty() {
            return Vec::new();
        }
        let mut by_name: FxHashMap<&str, Option<BodyRef>> = FxHashMap::default();
        for callee in callees {
            let body = self.program.body(callee);
            if body.kind != BodyKind::Function || self.program.is_stub(callee.file) {
                continue;
            }
            let name = self.program.text(self.program.file(callee.file).item(body.owner).name);
            by_name.entry(name).and_modify(|one| *one = None).or_insert(Some(callee));
        }
        let body = self.program.body(at);
        let calls = (0u32..).zip(&body.ops).filter_map(|(op, found)| {
            let OpKind::Call(id) = found.kind else { return None };
            let name = match body.call(id).callee {
                Callee::Member { name, .. } => name,
                Callee::Value(value) => match body.op(value.some()?).kind {
                    OpKind::Name(name) | OpKind::Get { name, .. } => name,
                    _ => return None,
                },
            };
            let name = self.program.text(name).rsplit(['.', ':']).next()?;
            Some((OpId(op), by_name.get(name).copied().flatten().filter(|callee| *callee != at)?))
        });
        calls.collect()
    }

    /// What a function gives to a parameter, by its position.
    fn given_at(&self, site: Site, param: usize) -> Option<OpId> {
        let body = self.program.body(site.at);
        let OpKind::Call(id) = body.op(site.op).kind else { return None };
        let args = body.args(body.call(id).args);
        if args.iter().any(|arg| arg.slot != Slot::Pos && arg.slot != Slot::Block) {
            return None;
        }
        args.get(param)?.value.some()
    }

    /// What a call makes a function do to its own parameters.
    fn passed_on(&self, at: BodyRef, op: OpId, does: &Does) -> Option<Does> {
        let body = self.program.body(at);
        let region = body.op(op).region;
        if body.kind != BodyKind::Function || !self.around(at, region).is_empty() {
            return None;
        }
        let Some(param) = does.param else {
            let branch =
                body.enclosing(region).any(|(_, region)| matches!(region.kind, RegionKind::Branch { .. }));
            return (!branch).then(|| does.clone());
        };
        let given = self.given_at(Site { at, op }, param)?;
        Some(Does { param: Some(self.parameter(at, given)?), ..does.clone() })
    }

    /// A call in a loop that makes a function do the same work again.
    fn repeated_work(&self, site: Site, does: &Does) -> Option<Computation> {
        let around = match does.param {
            None => self.around(site.at, self.program.body(site.at).op(site.op).region),
            Some(param) => {
                let given = Site { at: site.at, op: self.given_at(site, param)? };
                let value = self.value(given);
                if value.kind != Of::List || value.constant {
                    return None;
                }
                self.loops_without(site, given)
            }
        };
        if around.is_empty() {
            return None;
        }
        let given = does.param.and_then(|param| Some(Site { at: site.at, op: self.given_at(site, param)? }));
        let owner = self.program.body(does.site.at).owner;
        let function = self.program.text(self.program.file(does.site.at.file).item(owner).name).to_owned();
        let code = match self.program.body(does.site.at).op(does.site.op).kind {
            OpKind::Binary { rhs, .. } => format!("in {}", self.code(Site { at: does.site.at, op: rhs })),
            _ => self.code(does.site).trim_end_matches("()").to_owned(),
        };
        Some(Computation {
            code,
            note: does.note.clone(),
            same: matches!(does.kind, Kind::Compile | Kind::Sort),
            within: Some(Within { function, place: self.place(does.site) }),
            ..self.found(does.kind, site, &around, given, None)
        })
    }
}

fn does(kind: Kind, param: Option<usize>, site: Site, row: &WorkRow) -> Does {
    Does { kind, param, site, note: row.note.as_deref().map(str::to_owned) }
}

fn kind_of(work: Work) -> Option<Kind> {
    Some(match work {
        Work::Search => Kind::Search,
        Work::Scan => Kind::Scan,
        Work::Sort => Kind::Sort,
        Work::Compile => Kind::Compile,
        _ => return None,
    })
}
