//! Queries that are asked for more than is needed: a number that is only compared with zero, pages that are counted off from the
//! start, whole rows of which a column or two are read.

use crate::Ctx;
use perflint_ir::{BinOp, BodyKind, Callee, LocalId, OpId, OpKind, RegionKind, Slot, operands};
use perflint_models::{AskRow, Asks, EffectKind, Models};
use perflint_rules::Place;
use perflint_summary::{Bound, Site, Term};
use rustc_hash::FxHashSet;

/// The most that is listed.
const MOST: usize = 400;
/// Calls of one chain that are followed.
const CHAIN: usize = 24;
/// Bodies with more operations are generated or hostile, and looking for every use of a value takes their square.
const LARGE: usize = 5_000;
/// Columns up to which naming them is worth it.
const FEW: usize = 3;

/// What a query is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ask {
    /// How many rows there are.
    Count,
    /// How many rows there are, and the code only compares that with zero.
    Exists,
    /// To leave out as many rows as a variable says.
    Offset,
    /// Whole rows, of which the code reads few attributes.
    Whole,
    /// To remove rows. Told of jobs and commands as well.
    Delete,
}

/// A query on the way of a response, and what it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What it is asked.
    pub what: Ask,
    /// The entity, if it is known.
    pub entity: Option<String>,
    /// The code, shortened.
    pub code: String,
    /// It stands under a condition of its function: another value may be there already.
    pub conditional: bool,
    /// The attributes that are read, for [`Ask::Whole`].
    pub reads: Vec<String>,
    /// What asks no more than is needed, as the library's document calls it.
    pub instead: Option<String>,
    /// Where it runs.
    pub place: Place,
    /// Entry points, by label.
    pub entries: Vec<String>,
}

/// What queries on the way of a response are asked.
pub(crate) fn asked(ctx: &Ctx<'_>, models: &Models) -> Vec<Asked> {
    let mut seen = FxHashSet::default();
    let mut found = Vec::new();
    for entry in &ctx.facts.entries {
        let serves = crate::reach::serves(entry.kind);
        for term in &entry.summary.terms {
            let site = term.effect.site;
            let read = serves && term.effect.kind == EffectKind::Query && term.effect.lazy.is_none();
            if !(read || term.effect.kind == EffectKind::Write)
                || ctx.program.is_stub(site.at.file)
                || !seen.insert(site)
            {
                continue;
            }
            let ops = ctx.program.body(site.at).ops.len();
            if site.op.at() < ops && ops <= LARGE && found.len() < MOST {
                found.extend(ctx.asked(models, term));
            }
        }
    }
    found
}

impl Ctx<'_> {
    fn asked(&self, models: &Models, term: &Term) -> Vec<Asked> {
        let site = term.effect.site;
        let family = self.program.file(site.at.file).lang.family();
        let rows = |wanted: Asks| {
            models
                .asks
                .iter()
                .filter(move |(of, row)| **of == *family && row.does == wanted)
                .map(|(_, row)| row)
        };
        let named = |row: &&AskRow, name: &str| row.name.iter().any(|known| known == name);
        let method = self.program.text(term.effect.method);
        let entity =
            term.effect.entity.map(|entity| self.program.text(self.program.entity(entity).name).to_owned());
        let body = self.program.body(site.at);
        let conditional = body
            .enclosing(body.op(site.op).region)
            .any(|(_, region)| matches!(region.kind, RegionKind::Branch { .. }));
        let one = |what: Ask, instead: Option<&AskRow>, reads: Vec<String>| Asked {
            what,
            entity: entity.clone(),
            code: self.code(site),
            conditional,
            reads,
            instead: instead.and_then(|row| row.instead.as_deref()).map(str::to_owned),
            place: self.place(site),
            entries: self.reach.entries(site.at),
        };
        let mut found = Vec::new();
        if term.effect.kind == EffectKind::Write {
            let removes = rows(Asks::Delete).any(|row| named(&row, method));
            return removes.then(|| one(Ask::Delete, None, Vec::new())).into_iter().collect();
        }
        let count = rows(Asks::Count).find(|row| named(row, method));
        if let Some(row) = count {
            let zero: Vec<&str> = rows(Asks::Zero).flat_map(|row| row.name.iter()).collect();
            let what = if self.is_compared_with_zero(site, &zero) { Ask::Exists } else { Ask::Count };
            found.push(one(what, Some(row), Vec::new()));
        } else if let Some(row) = rows(Asks::Offset).find(|row| self.leaves_out(site, row)) {
            // One row at a place that is drawn or counted is no page.
            if self.facts.extents.of_run(site).is_none_or(|extent| extent.bound != Bound::One) {
                found.push(one(Ask::Offset, Some(row), Vec::new()));
            }
        } else if let Some(reads) =
            self.read_of_rows(site, &rows(Asks::Map).flat_map(|row| row.name.iter()).collect::<Vec<_>>())
        {
            found.push(one(Ask::Whole, None, reads));
        }
        found
    }

    /// The operations that use one.
    fn users(&self, site: Site) -> Vec<OpId> {
        let body = self.program.body(site.at);
        let mut found = Vec::new();
        for (at, op) in (0u32..).zip(&body.ops) {
            operands(body, op.kind, &mut |used| {
                if used == site.op {
                    found.push(OpId(at));
                }
            });
        }
        found
    }

    /// Whether all that is done with a number is to compare it with zero.
    fn is_compared_with_zero(&self, site: Site, zero: &[&str]) -> bool {
        let body = self.program.body(site.at);
        let mut value = site;
        for _ in 0..3 {
            let decides = body
                .regions
                .iter()
                .any(|region| matches!(region.kind, RegionKind::Branch { cond, .. } if cond == value.op));
            let users = self.users(value);
            let [user] = users.as_slice() else { return users.is_empty() && decides };
            let is_zero = |op: OpId| op.is_some() && matches!(body.op(op).kind, OpKind::Int(0));
            return match body.op(*user).kind {
                OpKind::Await(_) | OpKind::Cast { .. } if !decides => {
                    value.op = *user;
                    continue;
                }
                OpKind::Not(_) => true,
                OpKind::Binary { op: BinOp::Order | BinOp::Eq, lhs, rhs } => is_zero(lhs) || is_zero(rhs),
                OpKind::Call(id) => {
                    let call = body.call(id);
                    matches!(call.callee, Callee::Member { recv, name }
                        if recv == value.op && call.args.len == 0 && zero.contains(&self.program.text(name)))
                }
                _ => false,
            };
        }
        false
    }

    /// Whether a query leaves out as many rows as something says that is no constant.
    fn leaves_out(&self, site: Site, row: &AskRow) -> bool {
        let body = self.program.body(site.at);
        let varies = |op: OpId| op.is_some() && !matches!(body.op(op).kind, OpKind::Int(_) | OpKind::Null);
        let mut op = site.op;
        for _ in 0..CHAIN {
            let OpKind::Call(id) = body.op(op).kind else { return false };
            let call = *body.call(id);
            for arg in body.args(call.args) {
                let Some(OpKind::Make(_, inner)) = arg.value.some().map(|value| body.op(value).kind) else {
                    continue;
                };
                let option = body.args(inner).iter().any(|arg| match arg.slot {
                    Slot::Key(key) => {
                        let key = self.program.text(key);
                        row.key.iter().any(|known| known == key) && varies(arg.value)
                    }
                    _ => false,
                });
                if option {
                    return true;
                }
            }
            let Callee::Member { recv, name } = call.callee else { return false };
            let name = self.program.text(name);
            if row.name.iter().any(|known| known == name)
                && body.args(call.args).first().is_some_and(|arg| varies(arg.value))
            {
                return true;
            }
            match recv.some() {
                Some(next) => op = next,
                None => return false,
            }
        }
        false
    }

    /// The few attributes that are read of rows, where nothing else is done with them.
    fn read_of_rows(&self, site: Site, maps: &[&str]) -> Option<Vec<String>> {
        let extent = self.facts.extents.of_run(site)?;
        if extent.bound == Bound::One || extent.entity.is_none() || !self.is_read_once(site) {
            return None;
        }
        let body = self.program.body(site.at);
        let mut rows = site.op;
        for _ in 0..3 {
            match self.users(Site { at: site.at, op: rows }).as_slice() {
                [user] if matches!(body.op(*user).kind, OpKind::Await(_) | OpKind::Cast { .. }) => {
                    rows = *user;
                }
                _ => break,
            }
        }
        let users = self.users(Site { at: site.at, op: rows });
        let looped = body.regions.iter().find_map(|region| match region.kind {
            RegionKind::Loop { over, item, .. } if over == rows && item.is_some() => Some(item),
            _ => None,
        });
        match (looped, users.as_slice()) {
            (Some(item), []) => self.attributes(site.at, item),
            (None, [user]) => {
                let OpKind::Call(id) = body.op(*user).kind else { return None };
                let call = *body.call(id);
                let Callee::Member { recv, name } = call.callee else { return None };
                let walks = maps.contains(&self.program.text(name));
                let [arg] = body.args(call.args) else { return None };
                let OpKind::Lambda(inner) = body.op(arg.value.some()?).kind else { return None };
                let at = perflint_link::BodyRef { file: site.at.file, body: inner };
                let closure = self.program.body(at);
                let plain = closure.kind == BodyKind::Closure && closure.params.len() == 1;
                (recv == rows && walks && plain).then(|| self.attributes(at, LocalId(0)))?
            }
            _ => None,
        }
    }

    /// Whether nothing but the operation itself gets hold of its rows: a query that is written here, or a local that is given
    /// one and read once.
    fn is_read_once(&self, site: Site) -> bool {
        let body = self.program.body(site.at);
        match body.op(site.op).kind {
            OpKind::Call(_) => true,
            OpKind::Slice { base, .. } => matches!(body.op(base).kind, OpKind::Call(_)),
            OpKind::Local(local) => {
                let reads =
                    body.ops.iter().filter(|op| matches!(op.kind, OpKind::Local(read) if read == local));
                let made = body.bound_once(local).and_then(OpId::some);
                let call = made.is_some_and(|value| matches!(body.op(value).kind, OpKind::Call(_)));
                let captured = body.ops.iter().any(|op| match op.kind {
                    OpKind::Lambda(inner) => {
                        let inner = self.program.file(site.at.file).body(inner);
                        inner.captures.iter().any(|capture| capture.outer == local)
                    }
                    _ => false,
                });
                call && reads.count() == 1 && !captured
            }
            _ => false,
        }
    }

    /// The attributes that a body reads of a local, if it does nothing else with it and they are few.
    fn attributes(&self, at: perflint_link::BodyRef, local: LocalId) -> Option<Vec<String>> {
        let body = self.program.body(at);
        let mut names: Vec<String> = Vec::new();
        if body.ops.len() > LARGE {
            return None;
        }
        for (op, found) in (0u32..).zip(&body.ops) {
            match found.kind {
                OpKind::Local(read) if read == local => {}
                // What is bound anew is no row any more, and a closure may do anything with it.
                OpKind::Bind { local: bound, .. } if bound == local => return None,
                OpKind::Lambda(inner) => {
                    let inner = self.program.file(at.file).body(inner);
                    if inner.captures.iter().any(|capture| capture.outer == local) {
                        return None;
                    }
                    continue;
                }
                _ => continue,
            }
            for user in self.users(Site { at, op: OpId(op) }) {
                let name = match body.op(user).kind {
                    OpKind::Get { name, .. } => name,
                    OpKind::Call(id) => match body.call(id) {
                        perflint_ir::Call { callee: Callee::Member { recv, name }, args, .. }
                            if recv.0 == op && args.len == 0 =>
                        {
                            *name
                        }
                        _ => return None,
                    },
                    _ => return None,
                };
                let name = self.program.text(name).to_owned();
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names.sort();
        (!names.is_empty() && names.len() <= FEW).then_some(names)
    }
}
