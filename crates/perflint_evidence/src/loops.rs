//! The loops around an operation, through the closures that it is written in.

use crate::{Ctx, place_of};
use perflint_ir::{BodyKind, Callee, LoopSource, OpId, OpKind, RegionId, RegionKind, Shape, Slot};
use perflint_link::{BodyRef, Program};
use perflint_models::{Kind, Work};
use perflint_rules::{Extent, Times};
use perflint_summary::Site;
use rustc_hash::FxHashMap;

/// Closures nested deeper are not followed.
const DEEP: usize = 8;

/// Where each closure is written: the operation of the body around it.
pub(crate) struct Parents(FxHashMap<BodyRef, Site>);

impl Parents {
    pub(crate) fn new(program: &Program) -> Self {
        let mut map = FxHashMap::default();
        for (file, ir) in program.each_file().filter(|(file, _)| !program.is_stub(*file)) {
            for (i, body) in (0u32..).zip(&ir.bodies) {
                let at = BodyRef { file, body: perflint_ir::BodyId(i) };
                for (op, found) in (0u32..).zip(&body.ops) {
                    if let OpKind::Lambda(inner) = found.kind {
                        map.insert(BodyRef { file, body: inner }, Site { at, op: OpId(op) });
                    }
                }
            }
        }
        Self(map)
    }

    /// Where a closure is written.
    pub(crate) fn of(&self, closure: BodyRef) -> Option<Site> {
        self.0.get(&closure).copied()
    }
}

/// A loop.
#[derive(Clone, Debug)]
pub(crate) struct Loop {
    /// The body that runs once per element, or holds the region that does.
    pub(crate) at: BodyRef,
    /// The region; `None` if all of the body is repeated.
    pub(crate) region: Option<RegionId>,
    /// What is walked.
    pub(crate) over: Site,
    /// A closure that is given what it gave before.
    pub(crate) folds: bool,
}

impl Ctx<'_> {
    /// The loops around a region, innermost first. Loops of a fixed size are none.
    pub(crate) fn around(&self, at: BodyRef, region: RegionId) -> Vec<Loop> {
        let (mut at, mut region) = (at, region);
        let mut found = Vec::new();
        for _ in 0..DEEP {
            let body = self.program.body(at);
            for (id, around) in body.enclosing(region) {
                if let RegionKind::Loop { over, source, .. } = around.kind
                    && source != LoopSource::While
                    && over.is_some()
                    && !self.is_fixed(Site { at, op: over })
                {
                    let over = Site { at, op: over };
                    found.push(Loop { at, region: Some(id), over, folds: false });
                }
            }
            let Some(lambda) = self.parents.of(at).filter(|_| body.kind == BodyKind::Closure) else { break };
            let Some((walk, in_place)) = self.given_to(lambda) else { break };
            if let Some((over, folds)) = walk
                && !self.is_fixed(over)
            {
                found.push(Loop { at, region: None, over, folds });
            } else if !in_place {
                break;
            }
            at = lambda.at;
            region = self.program.body(at).op(lambda.op).region;
        }
        found
    }

    /// What is done with a closure: what is walked with it, and whether that folds; and whether it runs where it stands.
    fn given_to(&self, lambda: Site) -> Option<(Option<(Site, bool)>, bool)> {
        let body = self.program.body(lambda.at);
        let lang = self.program.file(lambda.at.file).lang;
        let call = (lambda.op.0..body.ops.len() as u32).map(OpId).find(|op| match body.op(*op).kind {
            OpKind::Call(id) => body.args(body.call(id).args).iter().any(|arg| arg.value == lambda.op),
            _ => false,
        })?;
        let OpKind::Call(id) = body.op(call).kind else { return None };
        let call = *body.call(id);
        let args = body.args(call.args);
        let block = args.iter().any(|arg| arg.value == lambda.op && arg.slot == Slot::Block);
        let walks = |does: Work| matches!(does, Work::Walk | Work::Scan | Work::Search | Work::Fold);
        let site = |op| Site { at: lambda.at, op };
        let walked = match call.callee {
            Callee::Member { recv, name } => {
                let kind = self.value(site(recv)).kind;
                let fits = |on: Option<Kind>| on.is_none_or(|on| on == Kind::Any || on == kind);
                let row = self
                    .tables
                    .method(lang, self.program.text(name))
                    .find(|row| walks(row.does) && (row.closure || row.does != Work::Search) && fits(row.on));
                row.map(|row| (Some(recv), row)).or_else(|| {
                    let row = self.tables.path(lang, &self.path(lambda.at, call.callee)?)?;
                    Some((None, row)).filter(|_| walks(row.does))
                })
            }
            Callee::Value(_) => {
                let path = self.path(lambda.at, call.callee);
                let row = path.and_then(|path| self.tables.path(lang, &path));
                row.filter(|row| walks(row.does)).map(|row| (None, row))
            }
        };
        let walked = walked.and_then(|(recv, row)| {
            let over = match row.arg {
                Some(n) => args.get(usize::from(n)).and_then(|arg| arg.value.some()),
                None => recv,
            };
            Some((site(over?), row.does == Work::Fold))
        });
        Some((walked, block))
    }

    /// True for a literal, a range of numbers and a constant by its spelling: what is walked does not grow.
    fn is_fixed(&self, over: Site) -> bool {
        let body = self.program.body(over.at);
        match body.op(over.op).kind {
            OpKind::Int(_) | OpKind::Bool(_) => true,
            OpKind::Make(shape, args) => {
                let plain = |arg: &perflint_ir::Arg| {
                    !matches!(arg.slot, Slot::Rest | Slot::KeyRest)
                        && arg.value.some().is_none_or(|v| body.op(v).region == body.op(over.op).region)
                };
                (shape != Shape::Map || args.len > 0) && body.args(args).iter().all(plain)
            }
            OpKind::Name(name) => is_constant(self.program.text(name)),
            OpKind::Get { name, .. } => is_constant(self.program.text(name)),
            OpKind::Call(id) => match body.call(id).callee {
                Callee::Value(callee) => {
                    let ranged =
                        matches!(body.op(callee).kind, OpKind::Name(n) if self.program.text(n) == "range");
                    let args = body.args(body.call(id).args);
                    ranged
                        && args.iter().all(|arg| {
                            arg.value.some().is_some_and(|v| matches!(body.op(v).kind, OpKind::Int(_)))
                        })
                }
                Callee::Member { recv, .. } => {
                    let args = body.args(body.call(id).args);
                    let of = |op| Site { at: over.at, op };
                    match (body.op(recv).kind, args.first().and_then(|arg| arg.value.some())) {
                        // The constants of a class, unless its instances are rows.
                        (OpKind::Name(_), None) => self.is_plain_class(of(recv)),
                        (OpKind::Name(_), Some(first)) => {
                            matches!(body.op(first).kind, OpKind::Call(_)) && self.is_fixed(of(first))
                        }
                        (OpKind::Make(..) | OpKind::Int(_), _) => self.is_fixed(of(recv)),
                        _ => false,
                    }
                }
            },
            OpKind::Local(local) => {
                let value = self.local(over.at, local, 0);
                value.constant
            }
            _ => false,
        }
    }

    /// True for a class of the repository that is no entity.
    fn is_plain_class(&self, site: Site) -> bool {
        let target = self.program.resolve_op(site.at.file, self.program.body(site.at), site.op);
        let class = target.and_then(|target| self.program.target_class(target));
        class.is_some_and(|class| self.program.class(class).entity.is_none())
    }

    /// The size of a loop.
    pub(crate) fn size(&self, found: &Loop) -> Times {
        self.size_of(found.over)
    }

    /// How many elements a value has.
    pub(crate) fn size_of(&self, over: Site) -> Times {
        let name = self.size_name(over);
        let body = self.program.body(over.at);
        let mut op = over.op;
        let mut extent = self.facts.extents.of_loop(over);
        for _ in 0..4 {
            extent = extent.or_else(|| self.facts.extents.of_run(Site { at: over.at, op }));
            op = match body.op(op).kind {
                OpKind::Await(inner) | OpKind::Cast { value: inner, .. } => inner,
                _ => break,
            };
        }
        let extent = extent.or_else(|| self.value(over).extent);
        let span = body.op(over.op).span;
        Times::Size {
            name,
            place: Some(place_of(self.program, over.at.file, span)),
            over: extent.map(|extent| Extent::named(self.program, extent)),
        }
    }

    fn size_name(&self, over: Site) -> String {
        let body = self.program.body(over.at);
        // `Object.entries(totals)` and `collect(totals)` are as long as `totals`.
        let mut over = over;
        for _ in 0..3 {
            let OpKind::Call(id) = body.op(over.op).kind else { break };
            let call = body.call(id);
            let function = match call.callee {
                Callee::Value(_) => true,
                Callee::Member { recv, .. } => matches!(body.op(recv).kind, OpKind::Name(_)),
            };
            let first = body.args(call.args).iter().find(|arg| arg.slot == Slot::Pos);
            match first.and_then(|arg| arg.value.some()) {
                Some(op) if function && !self.code(Site { at: over.at, op }).is_empty() => over.op = op,
                _ => break,
            }
        }
        let mut name = self.code(over);
        for tail in
            ["()", ".values", ".items", ".entries", ".iter", ".iter_mut", ".into_iter", ".stream", ".all"]
        {
            if let Some(cut) = name.strip_suffix(tail) {
                name = cut.to_owned();
            }
        }
        if name.is_empty() { "elements".to_owned() } else { name }
    }

    /// Whether something that is defined in a region of a body is made anew in each iteration of a loop.
    pub(crate) fn inside(&self, at: BodyRef, region: RegionId, around: &Loop) -> bool {
        let (mut at, mut region) = (at, region);
        for _ in 0..=DEEP {
            if at == around.at {
                let body = self.program.body(at);
                return around.region.is_none_or(|wanted| body.enclosing(region).any(|(id, _)| id == wanted));
            }
            let Some(lambda) = self.parents.of(at) else { return false };
            at = lambda.at;
            region = self.program.body(at).op(lambda.op).region;
        }
        true
    }
}

fn is_constant(name: &str) -> bool {
    name.len() > 2 && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}
