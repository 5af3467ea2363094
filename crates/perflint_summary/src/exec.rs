//! Walking a body: regions, decisions, loops, exits.

use crate::eval::{Around, Eval, Frame};
use crate::fact::Factor;
use crate::value::{NULL, UNKNOWN, V, Val};
use perflint_ir::{Body, BodyKind, ExitKind, OpId, OpKind, RegionId, RegionKind};

/// An arm of a decision: its region and its operations.
type Arm = (u16, usize, usize);

/// How a region ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Flow {
    /// At its end.
    Next,
    /// The next iteration starts.
    Continue,
    /// The loop is over.
    Break,
    /// The body is over.
    Return,
}

impl<'p> Eval<'p> {
    /// Evaluates the operations of a region and of the regions inside it.
    pub(crate) fn exec(&mut self, f: &mut Frame<'p>, mut i: usize, end: usize, region: u16) -> Flow {
        while i < end {
            let (flow, next) = if f.body.ops[i].region.0 == region {
                (self.step(f, i), i + 1)
            } else {
                self.exec_child(f, i, end, region)
            };
            i = next;
            if flow != Flow::Next {
                // What leaves a `try` may not get that far: its handlers, and what follows them, run too.
                match self.next_handler(f, next, end, region) {
                    Some(handler) => i = handler,
                    None => return flow,
                }
            }
        }
        Flow::Next
    }

    /// Evaluates the region that starts at an operation; for a decision, all of its arms that follow each other. Gives
    /// where to go on.
    fn exec_child(&mut self, f: &mut Frame<'p>, i: usize, end: usize, region: u16) -> (Flow, usize) {
        let child = child_of(f.body, f.body.ops[i].region, region);
        let stop = self.region_end(f, i, end, child);
        match f.body.regions[usize::from(child)].kind {
            RegionKind::Branch { cond, .. } => {
                let (arms, next) = self.arms(f, cond, (child, i, stop), end, region);
                (self.branch(f, cond, &arms), next)
            }
            RegionKind::Loop { .. } => match self.run_loop(f, child, i, stop) {
                Flow::Return => (Flow::Return, stop),
                _ => (Flow::Next, stop),
            },
            RegionKind::Handler => {
                let before = f.locals.clone();
                f.cold += 1;
                let flow = self.exec(f, i, stop, child);
                f.cold -= 1;
                // Most of the time nothing was raised: what the handler binds is only one of two possibilities.
                if flow == Flow::Next {
                    for (local, known) in f.locals.iter_mut().zip(before) {
                        *local = self.vals.join(known, *local);
                    }
                } else {
                    f.locals = before;
                }
                (Flow::Next, stop)
            }
            // A resource may swallow what is raised inside, so that the code behind it runs.
            RegionKind::Scope { resource } => {
                self.enter_resource(f, resource);
                self.exec(f, i, stop, child);
                (Flow::Next, stop)
            }
            RegionKind::Root => (self.exec(f, i, stop, child), stop),
        }
    }

    /// `async with promise as x` binds what the promise resolves to.
    fn enter_resource(&mut self, f: &mut Frame<'p>, resource: OpId) {
        let Some(held) = resource.some().map(|r| f.vals[r.at()]) else { return };
        if let Val::Future(inner) = *self.vals.get(held) {
            f.locals.iter_mut().filter(|v| **v == held).for_each(|v| *v = inner);
        }
    }

    /// The arms of one decision that follow each other.
    fn arms(
        &self,
        f: &Frame<'p>,
        cond: OpId,
        first: (u16, usize, usize),
        end: usize,
        region: u16,
    ) -> (Vec<Arm>, usize) {
        let mut next = first.2;
        let mut arms = vec![first];
        while next < end && f.body.ops[next].region.0 != region {
            let sibling = child_of(f.body, f.body.ops[next].region, region);
            match f.body.regions[usize::from(sibling)].kind {
                RegionKind::Branch { cond: c, arm, .. } if c == cond && arm > 0 => {
                    let to = self.region_end(f, next, end, sibling);
                    arms.push((sibling, next, to));
                    next = to;
                }
                _ => break,
            }
        }
        (arms, next)
    }

    /// The first operation of the next handler directly inside a region.
    fn next_handler(&self, f: &Frame<'p>, from: usize, end: usize, region: u16) -> Option<usize> {
        let mut i = from;
        while i < end {
            let own = f.body.ops[i].region.0;
            if own == region {
                i += 1;
                continue;
            }
            let child = child_of(f.body, f.body.ops[i].region, region);
            if f.body.regions[usize::from(child)].kind == RegionKind::Handler {
                return Some(i);
            }
            i = self.region_end(f, i, end, child);
        }
        None
    }

    fn region_end(&self, f: &Frame<'p>, from: usize, end: usize, region: u16) -> usize {
        let last = f.last[usize::from(region)];
        let inside = |i: usize| (region..=last).contains(&f.body.ops[i].region.0);
        (from..end).find(|i| !inside(*i)).unwrap_or(end)
    }

    fn branch(&mut self, f: &mut Frame<'p>, cond: OpId, arms: &[Arm]) -> Flow {
        let truth =
            cond.some().and_then(|c| self.truth(f, f.vals[c.at()]).or_else(|| self.key_truth(f, c, 0)));
        let arm_of = |region: u16| match f.body.regions[usize::from(region)].kind {
            RegionKind::Branch { arm, last, .. } => (arm, last),
            _ => (0, false),
        };
        let open: Vec<Arm> =
            arms.iter().copied().filter(|(r, ..)| truth.is_none_or(|t| t == (arm_of(*r).0 == 0))).collect();
        let arms = open.as_slice();
        match (truth, arms) {
            (Some(_), []) => return Flow::Next,
            // The one arm that is left runs for certain: the first, or an `else` without other conditions between.
            (Some(true), [(r, from, to)]) => return self.exec(f, *from, *to, *r),
            (Some(false), [(r, from, to)]) if arm_of(*r) == (1, true) => return self.exec(f, *from, *to, *r),
            _ => {}
        }
        let before = f.locals.clone();
        let exhaustive = arms.iter().any(|(r, ..)| arm_of(*r).1) && arms.len() > 1;
        let mut least = Flow::Return;
        let mut leaves = false;
        let mut merged: Option<Vec<V>> = (!exhaustive).then(|| before.clone());
        let missing = self.missing_arm(f, cond);
        for (r, from, to) in arms {
            f.locals.clone_from(&before);
            let cold = missing == Some(arm_of(*r).0) || raises(f.body, *from, *to, *r);
            f.cold += u32::from(cold);
            let flow = self.exec(f, *from, *to, *r);
            f.cold -= u32::from(cold);
            leaves |= flow == Flow::Return;
            if flow != Flow::Next {
                least = least.min(flow);
                continue;
            }
            merged = Some(match merged.take() {
                None => f.locals.clone(),
                Some(mut sum) => {
                    for (a, b) in sum.iter_mut().zip(&f.locals) {
                        *a = self.vals.join(*a, *b);
                    }
                    sum
                }
            });
        }
        // What follows an early return with what is there runs where it is not.
        if missing == Some(1)
            && least == Flow::Return
            && arms.len() == 1
            && f.body.region(RegionId(arms[0].0)).parent == RegionId(0)
        {
            f.cold += 1;
        }
        if let ([(region, ..)], true) = (arms, leaves)
            && f.body.region(RegionId(*region)).parent == RegionId(0)
        {
            self.assume(f, cond, arm_of(*region).0 != 0);
        }
        match merged {
            Some(locals) => {
                f.locals = locals;
                Flow::Next
            }
            None => {
                f.locals = before;
                least
            }
        }
    }

    /// The truth of a value, if it is known; a literal string is true unless it is empty.
    pub(crate) fn truth(&self, f: &Frame<'p>, v: V) -> Option<bool> {
        match self.vals.get(v) {
            // Whatever was looked up may be missing; only what a stub itself made is certainly there.
            Val::Row(_) | Val::Inst(..) if !self.p.is_stub(f.at.file) => None,
            Val::Str(sym) => Some(!self.p.text(*sym).is_empty()),
            _ => self.vals.truth(v),
        }
    }

    fn run_loop(&mut self, f: &mut Frame<'p>, region: u16, from: usize, to: usize) -> Flow {
        let RegionKind::Loop { over, item, source } = f.body.regions[usize::from(region)].kind else {
            return Flow::Next;
        };
        let value = over.some().map_or(UNKNOWN, |o| f.vals[o.at()]);
        let plan = self.iteration(f, value, over, RegionId(region), source);
        self.show_each(f, value, over.some().map_or(from, OpId::at));
        match plan {
            crate::iterate::Plan::Unroll(items) => {
                let collected = collected(f.body, from, to);
                let mut sum = UNKNOWN;
                for v in items {
                    if item.is_some() {
                        f.locals[item.at()] = v;
                    }
                    if let Some(element) = collected {
                        f.vals[element] = UNKNOWN;
                    }
                    let flow = self.exec(f, from, to, region);
                    sum = collected.map_or(sum, |element| self.vals.join(sum, f.vals[element]));
                    match flow {
                        Flow::Return => return Flow::Return,
                        Flow::Break => break,
                        Flow::Next | Flow::Continue => {}
                    }
                }
                if let Some(element) = collected {
                    f.vals[element] = sum;
                }
            }
            crate::iterate::Plan::Repeat { elem, factor, rows, batch } => {
                if item.is_some() {
                    f.locals[item.at()] = elem;
                }
                let start = f.terms.len();
                let is_for = !matches!(factor, Factor::While(_) | Factor::Const(_));
                f.for_loops += u32::from(is_for);
                self.exec(f, from, to, region);
                f.for_loops -= u32::from(is_for);
                let around = Around {
                    region: Some(RegionId(region)),
                    factor,
                    early: is_for && exits_early(f.body, from, to, region),
                    batch,
                    parallel: false,
                    rows,
                };
                self.multiply(f, start, around);
            }
        }
        Flow::Next
    }

    fn step(&mut self, f: &mut Frame<'p>, i: usize) -> Flow {
        self.fuel = self.fuel.saturating_sub(1);
        if self.fuel == 0 {
            if !f.capped {
                self.events.widened += 1;
            }
            f.capped = true;
            return Flow::Return;
        }
        let op = f.body.ops[i];
        let v = match op.kind {
            OpKind::Exit { how, value } => {
                // The value with which a callback ends what calls it is the only one that is known of either.
                let gives = how == ExitKind::Return || (how == ExitKind::Break && value.is_some());
                if gives && value.is_some() {
                    f.ret = self.vals.join(f.ret, f.vals[value.at()]);
                } else if how == ExitKind::Return && f.ret == UNKNOWN {
                    f.ret = NULL;
                }
                return match how {
                    ExitKind::Return | ExitKind::Raise => Flow::Return,
                    ExitKind::Break => Flow::Break,
                    ExitKind::Continue => Flow::Continue,
                };
            }
            kind => self.value(f, i, kind),
        };
        f.vals[i] = v;
        if f.body.kind == BodyKind::Init
            && let Some(partial) = self.partial.get_mut(&f.at)
        {
            partial[i] = v;
        }
        Flow::Next
    }
}

/// The operation whose values a loop collects: the element of a comprehension.
fn collected(body: &Body, from: usize, to: usize) -> Option<usize> {
    let OpKind::Make(_, args) = body.ops.get(to)?.kind else { return None };
    let [only] = body.args(args) else { return None };
    let element = only.value.some()?.at();
    (from..to).contains(&element).then_some(element)
}

/// The region directly inside `outer` that contains `inner`.
fn child_of(body: &Body, inner: RegionId, outer: u16) -> u16 {
    let mut at = inner.0;
    loop {
        let parent = body.regions[usize::from(at)].parent.0;
        if parent == outer || parent == at {
            return at;
        }
        at = parent;
    }
}

/// True for an arm that ends by raising, whatever it does before: something failed.
fn raises(body: &Body, from: usize, to: usize, region: u16) -> bool {
    let raise = |op: &perflint_ir::Op| matches!(op.kind, OpKind::Exit { how: ExitKind::Raise, .. });
    body.ops[from..to].iter().any(|op| op.region.0 == region && raise(op))
}

/// True for a function that ends by raising and never returns: whoever calls it failed.
pub(crate) fn always_raises(body: &Body) -> bool {
    let last = body.ops.iter().rev().find(|op| op.region == RegionId(0)).map(|op| op.kind);
    let returns = |op: &perflint_ir::Op| matches!(op.kind, OpKind::Exit { how: ExitKind::Return, .. });
    // Go hands an error back by returning it, whatever it turns out to be.
    let raises = matches!(last, Some(OpKind::Exit { how: ExitKind::Raise, value }) if value.is_some());
    raises && !body.ops.iter().any(returns)
}

/// True if the loop's own code can stop it before the end.
fn exits_early(body: &Body, from: usize, to: usize, region: u16) -> bool {
    (from..to).any(|i| match body.ops[i].kind {
        OpKind::Exit { how: ExitKind::Break, .. } => {
            // A break of an inner loop stops only that one.
            body.enclosing(body.ops[i].region)
                .find(|(_, r)| matches!(r.kind, RegionKind::Loop { .. }))
                .is_some_and(|(r, _)| r.0 == region)
        }
        OpKind::Exit { how: ExitKind::Return, value } => value.is_some(),
        _ => false,
    })
}
