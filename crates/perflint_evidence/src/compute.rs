//! Pure computation on the way of a response: what a loop does again that grows with something else than the loop.

use crate::loops::Loop;
use crate::{Computation, Ctx, Kind};
use perflint_ir::{BinOp, Call, Callee, Lang, LoopSource, OpId, OpKind, RegionId, RegionKind, Slot};
use perflint_link::BodyRef;
use perflint_models::{Kind as Of, Work, WorkRow};
use perflint_rules::Times;
use perflint_summary::Site;

/// The most that is listed.
pub(crate) const MOST: usize = 200;

pub(crate) fn computations(ctx: &Ctx<'_>) -> Vec<Computation> {
    let mut found = Vec::new();
    for at in ctx.bodies() {
        if !ctx.serves(at) {
            continue;
        }
        let body = ctx.program.body(at);
        for (op, found_op) in (0u32..).zip(&body.ops) {
            let site = Site { at, op: OpId(op) };
            found.extend(match found_op.kind {
                OpKind::Binary { op: BinOp::In, rhs, .. } => ctx.membership(site, rhs),
                OpKind::Bind { .. } => ctx.copy(site),
                OpKind::Exit { value, .. } if value.is_some() => ctx.fold(Site { at, op: value }),
                OpKind::Call(id) => ctx.called(site, *body.call(id)),
                _ => None,
            });
        }
        for region in 0..body.regions.len() as u16 {
            found.extend(ctx.join(at, RegionId(region)));
        }
        if found.len() > MOST {
            break;
        }
    }
    found
}

/// True for the languages of components.
pub(crate) fn is_component(lang: Lang) -> bool {
    matches!(lang, Lang::Tsx | Lang::Vue | Lang::Svelte)
}

impl Ctx<'_> {
    /// Whether somebody waits for a body, or for what it is written in.
    fn serves(&self, at: BodyRef) -> bool {
        let mut at = at;
        for _ in 0..8 {
            if self.reach.serves(at) {
                return true;
            }
            match self.parents.of(at) {
                Some(lambda) => at = lambda.at,
                None => return false,
            }
        }
        false
    }

    fn entries_of(&self, at: BodyRef) -> Vec<String> {
        let mut at = at;
        for _ in 0..8 {
            let entries = self.reach.entries(at);
            if !entries.is_empty() {
                return entries;
            }
            match self.parents.of(at) {
                Some(lambda) => at = lambda.at,
                None => break,
            }
        }
        Vec::new()
    }

    /// The loops around an operation in which a value stays what it is: innermost first.
    pub(crate) fn loops_without(&self, site: Site, value: Site) -> Vec<Loop> {
        let homes = self.value(value).homes;
        if homes.is_empty() {
            return Vec::new();
        }
        let region = self.program.body(site.at).op(site.op).region;
        let around = self.around(site.at, region);
        around
            .into_iter()
            .filter(|found| !homes.iter().any(|(at, region)| self.inside(*at, *region, found)))
            .collect()
    }

    pub(crate) fn found(
        &self,
        kind: Kind,
        site: Site,
        around: &[Loop],
        walks: Option<Site>,
        row: Option<&WorkRow>,
    ) -> Computation {
        let walked = walks.map(|walks| self.value(walks));
        let literal = walked.as_ref().and_then(|value| value.literal).map(|site| self.place(site));
        Computation {
            kind,
            code: self.code(site).trim_end_matches("()").to_owned(),
            around: around.iter().rev().map(|found| self.size(found)).collect(),
            walks: walks.map(|walks| {
                let like = walked.as_ref().and_then(|value| value.like).unwrap_or(walks);
                match (self.size_of(walks), self.size_of(like)) {
                    (Times::Size { name, place, over }, Times::Size { over: like, .. }) => {
                        Times::Size { name, place, over: over.or(like) }
                    }
                    (size, _) => size,
                }
            }),
            same: false,
            rendered: is_component(self.program.file(site.at.file).lang),
            note: row.and_then(|row| row.note.as_deref()).map(str::to_owned),
            place: self.place(site),
            entries: self.entries_of(site.at),
            literal,
            within: None,
        }
    }

    /// `x in list`.
    fn membership(&self, site: Site, list: OpId) -> Option<Computation> {
        let lang = self.program.file(site.at.file).lang;
        let row = self.tables.operator(lang, "in", Of::List)?;
        let list = Site { at: site.at, op: list.some()? };
        let value = self.value(list);
        if value.kind != Of::List || value.constant {
            return None;
        }
        let around = self.loops_without(site, list);
        let code = format!("in {}", self.code(list));
        (!around.is_empty())
            .then(|| Computation { code, ..self.found(Kind::Search, site, &around, Some(list), Some(row)) })
    }

    /// A call that looks through, sorts or compiles.
    fn called(&self, site: Site, call: Call) -> Option<Computation> {
        let lang = self.program.file(site.at.file).lang;
        let body = self.program.body(site.at);
        let args = body.args(call.args);
        let closure = args.iter().find_map(|arg| match arg.value.some().map(|v| body.op(v).kind) {
            Some(OpKind::Lambda(inner)) => Some(inner),
            _ => None,
        });
        let counts =
            |row: &WorkRow| matches!(row.does, Work::Search | Work::Scan | Work::Sort | Work::Compile);
        let (recv, method) = match call.callee {
            Callee::Member { recv, name } => (Some(recv), Some(self.program.text(name))),
            Callee::Value(_) => (None, None),
        };
        let kind = recv.map(|recv| self.value(Site { at: site.at, op: recv }).kind);
        let fits = |row: &WorkRow| {
            counts(row)
                && row.closure == (closure.is_some() && row.closure)
                && match row.on {
                    Some(Of::Any) => matches!(kind, Some(Of::Any | Of::List)),
                    on => on == kind,
                }
        };
        let row =
            method.and_then(|name| self.tables.method(lang, name).find(|row| fits(row))).or_else(|| {
                let path = self.path(site.at, call.callee)?;
                self.tables.path(lang, &path).filter(|row| counts(row) && (!row.closure || closure.is_some()))
            })?;
        let operand = match row.arg {
            Some(n) => args.get(usize::from(n)).filter(|arg| arg.slot == Slot::Pos)?.value.some()?,
            None => recv?,
        };
        let operand = Site { at: site.at, op: operand };
        match row.does {
            Work::Compile => self.compiled(site, operand, row),
            does => {
                let value = self.value(operand);
                // Of a function's argument it has to be known that it is a list; a method says so by its name.
                if value.constant || !matches!(value.kind, Of::List | Of::Any) {
                    return None;
                }
                let around = self.loops_without(site, operand);
                let first = around.first()?;
                let same = match closure {
                    Some(inner) => !self.captures_of(site.at, inner, &around),
                    None => does == Work::Sort && !self.fed(operand, first),
                };
                let kind = match does {
                    Work::Sort => Kind::Sort,
                    Work::Search => Kind::Search,
                    _ => Kind::Scan,
                };
                Some(Computation { same, ..self.found(kind, site, &around, Some(operand), Some(row)) })
            }
        }
    }

    /// Whether a closure uses something that differs from one iteration to the next.
    fn captures_of(&self, at: BodyRef, inner: perflint_ir::BodyId, around: &[Loop]) -> bool {
        let body = self.program.body(at);
        let inner = self.program.file(at.file).body(inner);
        let inside =
            |at: BodyRef, region: RegionId| around.iter().any(|found| self.inside(at, region, found));
        inner.captures.iter().any(|capture| {
            // What a loop counts up is given its next value from its last one.
            let bound = body.ops.iter().any(|op| {
                matches!(op.kind, OpKind::Bind { local, .. } if local == capture.outer)
                    && inside(at, op.region)
            });
            let homes = self.local(at, capture.outer, 0).homes;
            bound || homes.iter().any(|(at, region)| inside(*at, *region))
        })
    }

    /// Whether a loop adds to a list that it also sorts.
    fn fed(&self, list: Site, around: &Loop) -> bool {
        let body = self.program.body(list.at);
        let OpKind::Local(local) = body.op(list.op).kind else { return false };
        let lang = self.program.file(list.at.file).lang;
        body.ops.iter().any(|op| match op.kind {
            OpKind::Call(id) => match body.call(id).callee {
                Callee::Member { recv, name } => {
                    matches!(body.op(recv).kind, OpKind::Local(found) if found == local)
                        && self.tables.does(lang, self.program.text(name), Work::Grow)
                        && self.inside(list.at, op.region, around)
                }
                Callee::Value(_) => false,
            },
            _ => false,
        })
    }

    /// A pattern that is the same in each iteration, and is compiled in each.
    fn compiled(&self, site: Site, pattern: Site, row: &WorkRow) -> Option<Computation> {
        let region = self.program.body(site.at).op(site.op).region;
        let around = self.around(site.at, region);
        let around: Vec<Loop> =
            around.into_iter().take_while(|found| !self.varies(pattern, found, 0)).collect();
        (!around.is_empty())
            .then(|| Computation { same: true, ..self.found(Kind::Compile, site, &around, None, Some(row)) })
    }

    /// `s = s + x` in a loop, where that copies what is there already.
    fn copy(&self, site: Site) -> Option<Computation> {
        let body = self.program.body(site.at);
        let OpKind::Bind { local, value } = body.op(site.op).kind else { return None };
        if !value.is_some() || !self.grows(site.at, value, local) {
            return None;
        }
        let held = self.local(site.at, local, 0);
        let (kind, row) = self.copies(Site { at: site.at, op: value }, held.kind)?;
        let region = body.op(site.op).region;
        let around: Vec<Loop> = self
            .around(site.at, region)
            .into_iter()
            .filter(|found| !held.homes.iter().any(|(at, region)| self.inside(*at, *region, found)))
            .collect();
        // A copy that is returned or left at once is the last.
        if around.is_empty() || held.homes.is_empty() || self.leaves(site) {
            return None;
        }
        let name = self.program.text(body.locals[local.at()]).to_owned();
        let mut found = self.found(kind, Site { at: site.at, op: value }, &around, None, row);
        found.walks = found.around.last().cloned();
        found.code = name;
        found.place = self.place(Site { at: site.at, op: value });
        Some(found)
    }

    /// Whether what follows in the same region leaves the loop.
    fn leaves(&self, site: Site) -> bool {
        let body = self.program.body(site.at);
        let region = body.op(site.op).region;
        // What a closure returns ends one iteration, not the loop.
        let may_leave = !matches!(body.region(region).kind, RegionKind::Loop { .. } | RegionKind::Root);
        may_leave
            && body.ops[site.op.at()..].iter().any(|op| {
                op.region == region
                    && matches!(
                        op.kind,
                        OpKind::Exit {
                            how: perflint_ir::ExitKind::Return | perflint_ir::ExitKind::Break,
                            ..
                        }
                    )
            })
    }

    /// Whether an operation copies what it adds to, and the row that says so.
    fn copies(&self, value: Site, held: Of) -> Option<(Kind, Option<&WorkRow>)> {
        let lang = self.program.file(value.at.file).lang;
        let body = self.program.body(value.at);
        let of = |held| if held == Of::Text { Kind::CopyText } else { Kind::CopyList };
        match body.op(value.op).kind {
            OpKind::Binary { .. } | OpKind::Text(_) => {
                let row = self.tables.operator(lang, "+", held)?;
                Some((of(held), Some(row)))
            }
            OpKind::Cast { value: inner, .. } => self.copies(Site { at: value.at, op: inner }, held),
            OpKind::Make(..) => Some((Kind::CopyList, None)),
            OpKind::Call(_) if held != Of::Text => Some((Kind::CopyList, None)),
            _ => None,
        }
    }

    /// `reduce((all, x) => ({ ...all, x }))`: the closure gives a copy of what it gave before.
    fn fold(&self, value: Site) -> Option<Computation> {
        let body = self.program.body(value.at);
        if body.kind != perflint_ir::BodyKind::Closure || body.params.is_empty() {
            return None;
        }
        let first = perflint_ir::LocalId(0);
        let copies = match body.op(value.op).kind {
            OpKind::Make(..) | OpKind::Call(_) => self.grows(value.at, value.op, first),
            _ => false,
        };
        if !copies {
            return None;
        }
        let around = self.around(value.at, body.op(value.op).region);
        let folded = around.first().filter(|found| found.folds && found.region.is_none())?.clone();
        let mut found = self.found(Kind::CopyList, value, &[folded], None, None);
        found.walks = found.around.last().cloned();
        found.code = self.program.text(body.locals[0]).to_owned();
        Some(found)
    }

    /// A loop inside a loop that compares the elements of both.
    fn join(&self, at: BodyRef, region: RegionId) -> Option<Computation> {
        let body = self.program.body(at);
        let RegionKind::Loop { over, item, source } = body.region(region).kind else { return None };
        if !matches!(source, LoopSource::For | LoopSource::Comprehension)
            || !over.is_some()
            || !item.is_some()
        {
            return None;
        }
        let over = Site { at, op: over };
        let value = self.value(over);
        let known = matches!(value.kind, Of::List | Of::Any) && !value.constant && !value.homes.is_empty();
        if !known || !matches!(body.op(over.op).kind, OpKind::Local(_)) {
            return None;
        }
        let around = self.loops_without(over, over);
        let outer = around.first()?;
        let compared = body.ops.iter().enumerate().find(|(_, op)| {
            let OpKind::Binary { op: BinOp::Eq, lhs, rhs } = op.kind else { return false };
            let inside = body.enclosing(op.region).any(|(id, _)| id == region);
            let of_item = |op: OpId| self.comes_from(Site { at, op }, item, 0);
            let of_outer = |op: OpId| op.is_some() && self.varies(Site { at, op }, outer, 0) && !of_item(op);
            inside && ((of_item(lhs) && of_outer(rhs)) || (of_item(rhs) && of_outer(lhs)))
        });
        let (compared, _) = compared?;
        let site = Site { at, op: OpId(compared as u32) };
        let mut found = self.found(Kind::Join, over, &around, Some(over), None);
        found.place = self.place(site);
        Some(found)
    }

    /// Whether a value is read from a local, or is it.
    fn comes_from(&self, site: Site, local: perflint_ir::LocalId, depth: usize) -> bool {
        if depth > 8 || !site.op.is_some() {
            return false;
        }
        let body = self.program.body(site.at);
        let next = |op: OpId| self.comes_from(Site { at: site.at, op }, local, depth + 1);
        match body.op(site.op).kind {
            OpKind::Local(found) => found == local,
            OpKind::Get { base, .. } | OpKind::Index { base, .. } => next(base),
            OpKind::Cast { value, .. } => next(value),
            OpKind::Call(id) => match body.call(id).callee {
                Callee::Member { recv, .. } => next(recv),
                Callee::Value(_) => false,
            },
            _ => false,
        }
    }
}
