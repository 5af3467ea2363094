//! Calls that give what is known already: with the same arguments, twice in one function or once per element of a loop.

use crate::{Ctx, Repeated};
use perflint_ir::{Callee, OpId, OpKind, RegionKind};
use perflint_link::BodyRef;
use perflint_models::EffectKind;
use perflint_summary::{Site, StepNode, Term};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// The most that is listed.
const MOST: usize = 60;

/// Operations by the body that they stand in.
type Changes = FxHashMap<BodyRef, FxHashSet<OpId>>;

/// What a function spends, and where.
struct Spent {
    effect: EffectKind,
    place: Site,
}

pub(crate) fn repeated(ctx: &Ctx<'_>) -> Vec<Repeated> {
    let mut reads: FxHashMap<BodyRef, Spent> = FxHashMap::default();
    let mut writes: FxHashSet<BodyRef> = FxHashSet::default();
    let mut calls: BTreeMap<BodyRef, Vec<Site>> = BTreeMap::new();
    // Where a body changes something: what was asked before may have another answer after it.
    let mut changes: Changes = FxHashMap::default();
    let mut seen = FxHashSet::default();
    let mut memos: FxHashMap<BodyRef, bool> = FxHashMap::default();
    for entry in ctx.facts.entries.iter().filter(|entry| crate::reach::serves(entry.kind)) {
        for term in &entry.summary.terms {
            // What a function on the way keeps in a field is not asked again, whoever calls it.
            let kept = steps(term).filter_map(|step| step.callee).collect::<Vec<_>>();
            let kept = kept
                .iter()
                .rposition(|callee| *memos.entry(*callee).or_insert_with(|| ctx.keeps_in_a_field(*callee)));
            if !reads_only(term) {
                changes.entry(term.effect.site.at).or_default().insert(term.effect.site.op);
            }
            for (at, step) in steps(term).enumerate() {
                let Some(callee) = step.callee else { continue };
                if !reads_only(term) {
                    writes.insert(callee);
                    changes.entry(step.site.at).or_default().insert(step.site.op);
                } else if kept.is_none_or(|kept| at > kept)
                    && !term.once
                    && !term.cold
                    && term.effect.lazy.is_none()
                {
                    reads
                        .entry(callee)
                        .or_insert(Spent { effect: term.effect.kind, place: term.effect.site });
                }
                if seen.insert((callee, step.site)) {
                    calls.entry(callee).or_default().push(step.site);
                }
            }
        }
    }
    let mut found = Vec::new();
    for (callee, mut sites) in calls {
        let Some(spent) = reads.get(&callee).filter(|_| !writes.contains(&callee)) else { continue };
        if ctx.program.is_stub(callee.file) || ctx.program.is_stub(spent.place.at.file) {
            continue;
        }
        // What a framework calls may stand in a body without an operation.
        let written = |site: &Site| site.op.at() < ctx.program.body(site.at).ops.len();
        sites.retain(|site| !ctx.program.is_stub(site.at.file) && written(site));
        sites.sort();
        let repeats = ctx.again(&sites, &changes).or_else(|| ctx.in_loop(&sites, &changes));
        if let Some((sites, around)) = repeats {
            found.push(Repeated {
                function: ctx.name(callee),
                effect: name(spent.effect),
                calls: sites.iter().map(|site| ctx.place(*site)).collect(),
                around,
                place: ctx.place(spent.place),
                entries: ctx.reach.entries(sites[0].at),
            });
        }
        if found.len() >= MOST {
            break;
        }
    }
    found
}

fn steps(term: &Term) -> impl Iterator<Item = &StepNode> {
    std::iter::successors(term.steps.as_deref(), |node| node.next.as_deref())
}

/// What is asked, not told.
fn reads_only(term: &Term) -> bool {
    matches!(
        term.effect.kind,
        EffectKind::Query
            | EffectKind::Http
            | EffectKind::Rpc
            | EffectKind::File
            | EffectKind::Cache
            | EffectKind::Compute
    )
}

fn name(kind: EffectKind) -> &'static str {
    match kind {
        EffectKind::Query => "query",
        EffectKind::Http | EffectKind::Rpc => "request",
        EffectKind::File => "file",
        EffectKind::Cache => "cache read",
        _ => "computation",
    }
}

impl Ctx<'_> {
    fn name(&self, at: BodyRef) -> String {
        let item = self.program.file(at.file).item(self.program.body(at).owner);
        self.program.text(item.name).to_owned()
    }

    /// Two calls of one function, in one body, with the same arguments, of which neither excludes the other.
    fn again(&self, sites: &[Site], changes: &Changes) -> Option<(Vec<Site>, Option<perflint_rules::Times>)> {
        sites.iter().find_map(|one| {
            let given = self.given(*one)?;
            let body = self.program.body(one.at);
            // Of calls that cost the same, an evaluation keeps one: the others are found by what is written.
            let calls = (0u32..).zip(&body.ops).filter(|(_, op)| matches!(op.kind, OpKind::Call(_)));
            let mut alike: Vec<Site> = calls
                .map(|(op, _)| Site { at: one.at, op: OpId(op) })
                .filter(|other| other == one || self.given(*other).as_ref() == Some(&given))
                .collect();
            let first = *alike.first()?;
            let changed = |last: Site| {
                let between = changes.get(&first.at).into_iter().flatten();
                between.into_iter().any(|op| (first.op..last.op).contains(op))
            };
            alike.retain(|other| *other == first || (self.both(first, *other) && !changed(*other)));
            (alike.len() > 1).then_some((alike, None))
        })
    }

    /// A call in a loop whose arguments stay the same.
    fn in_loop(
        &self,
        sites: &[Site],
        changes: &Changes,
    ) -> Option<(Vec<Site>, Option<perflint_rules::Times>)> {
        sites.iter().find_map(|site| {
            let region = self.program.body(site.at).op(site.op).region;
            let around = self.around(site.at, region);
            let inner = around.first()?;
            self.given(*site)?;
            let changed = changes
                .get(&site.at)
                .into_iter()
                .flatten()
                .any(|op| self.inside(site.at, self.program.body(site.at).op(*op).region, inner));
            (!changed && !self.puts_into_itself(inner) && !self.varies(*site, inner, 0))
                .then(|| (vec![*site], Some(self.size(inner))))
        })
    }

    /// Whether a body fills a field of its object that it reads as well: it asks once, and gives what it kept.
    fn keeps_in_a_field(&self, at: BodyRef) -> bool {
        let body = self.program.body(at);
        let own = |base: OpId| base.is_some() && matches!(body.op(base).kind, OpKind::SelfRef);
        let filled: FxHashSet<_> = body
            .ops
            .iter()
            .filter_map(|op| match op.kind {
                OpKind::Put { base, put } if own(base) => Some(body.puts[put.at()].0),
                _ => None,
            })
            .collect();
        !filled.is_empty()
            && body.ops.iter().any(|op| match op.kind {
                OpKind::Get { base, name } => own(base) && filled.contains(&name),
                _ => false,
            })
    }

    /// Whether a loop changes fields of its object, which what it calls may read.
    fn puts_into_itself(&self, around: &crate::loops::Loop) -> bool {
        let body = self.program.body(around.at);
        body.ops.iter().any(|op| match op.kind {
            OpKind::Put { base, .. } => {
                base.is_some()
                    && matches!(body.op(base).kind, OpKind::SelfRef)
                    && self.inside(around.at, op.region, around)
            }
            _ => false,
        })
    }

    /// Receiver and arguments as written, if they hold nothing that is given a value twice.
    fn given(&self, site: Site) -> Option<Vec<String>> {
        let body = self.program.body(site.at);
        let OpKind::Call(id) = body.op(site.op).kind else { return None };
        let call = *body.call(id);
        let mut parts = Vec::new();
        let mut add = |op: OpId| {
            let part = self.plain(site.at, op, 0)?;
            parts.push(part);
            Some(())
        };
        let method = match call.callee {
            Callee::Member { recv, name } => {
                add(recv)?;
                self.program.text(name).to_owned()
            }
            Callee::Value(value) => {
                add(value)?;
                String::new()
            }
        };
        for arg in body.args(call.args) {
            add(arg.value.some()?)?;
        }
        parts.push(method);
        Some(parts)
    }

    /// A value that is the same wherever it is read in a body: a constant, a parameter or a local with one value, and what
    /// is read from it.
    fn plain(&self, at: BodyRef, op: OpId, depth: usize) -> Option<String> {
        let body = self.program.body(at);
        if depth > 6 || !op.is_some() {
            return None;
        }
        let text = |sym| self.program.text(sym).to_owned();
        match body.op(op).kind {
            OpKind::Null => Some("null".to_owned()),
            OpKind::Bool(value) => Some(value.to_string()),
            OpKind::Int(value) => Some(value.to_string()),
            OpKind::Str(value) => Some(format!("{:?}", text(value))),
            OpKind::Name(name) => Some(text(name)),
            OpKind::SelfRef => Some("self".to_owned()),
            OpKind::Local(local) => {
                let binds = body
                    .ops
                    .iter()
                    .filter(|op| matches!(op.kind, OpKind::Bind { local: l, .. } if l == local))
                    .count();
                let given = usize::from(local.at() < body.params.len())
                    + usize::from(body.captures.iter().any(|capture| capture.inner == local))
                    + body
                        .regions
                        .iter()
                        .filter(|r| matches!(r.kind, RegionKind::Loop { item, .. } if item == local))
                        .count();
                (binds + given <= 1).then(|| format!("{}#{}", text(body.locals[local.at()]), local.0))
            }
            OpKind::Get { base, name } => {
                Some(format!("{}.{}", self.plain(at, base, depth + 1)?, text(name)))
            }
            _ => None,
        }
    }

    /// Whether both of two operations may run: they stand in no two arms of one decision, and nothing between them leaves.
    fn both(&self, one: Site, other: Site) -> bool {
        let body = self.program.body(one.at);
        let arms = |site: Site| -> Vec<(OpId, u16)> {
            body.enclosing(body.op(site.op).region)
                .filter_map(|(_, region)| match region.kind {
                    RegionKind::Branch { cond, arm, .. } => Some((cond, arm)),
                    _ => None,
                })
                .collect()
        };
        let (a, b) = (arms(one), arms(other));
        let excluded = a.iter().any(|(cond, arm)| b.iter().any(|(c, other)| c == cond && other != arm));
        // What stands in an arm that leaves at its end has no second call after it.
        let first = body.op(one.op).region;
        let left = first != perflint_ir::RegionId(0)
            && body.ops[one.op.at()..other.op.at().max(one.op.at())]
                .iter()
                .any(|op| op.region == first && matches!(op.kind, OpKind::Exit { .. }));
        !excluded && !left
    }
}
