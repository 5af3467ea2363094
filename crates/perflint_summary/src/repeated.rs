//! What a loop makes of the effects in it: as many as it has elements, but for those whose results stay from one element to
//! the next.

use crate::eval::{Around, Eval, Frame};
use crate::fact::{Factor, Repeat, Term};
use crate::value::Binder;
use perflint_ir::{RegionId, Sym};
use rustc_hash::FxHashSet;

impl<'p> Eval<'p> {
    /// Multiplies the terms added since `start` by a factor, and reports those that now grow with data.
    pub(crate) fn multiply(&mut self, f: &mut Frame<'p>, start: usize, around: Around) {
        for i in start..f.terms.len() {
            let term = &f.terms[i];
            if !varies(f, term, around.region, &self.ambient) {
                continue;
            }
            let mut around = around;
            if let Some(region) = around.region {
                let place = term.steps.as_ref().map_or(term.effect.site, |s| s.site).op;
                // Three attempts may be three, at worst.
                let few = matches!(around.factor, Factor::Const(_));
                if !few
                    && (crate::guard::leaves(f.body, place, region)
                        || crate::guard::picks(f.body, place, region)
                        || crate::guard::settles(f.body, place, region))
                {
                    continue;
                }
                around.batch |= crate::guard::flushes(self.p, f.body, place, region);
            } else if around.early
                && let Some(inner) = term.inner_place()
                && crate::guard::breaks_after(self.p.body(inner.at), inner.op)
            {
                continue;
            }
            // Of what calls itself the depth is not known, and mostly small: the loop around it is what grows.
            let grows = |t: &Factor| matches!(t, Factor::Size { .. });
            let first = !matches!(around.factor, Factor::Const(_)) && !term.times.iter().any(grows);
            if first {
                self.report_repeat(f, i, around);
            }
            let term = &mut f.terms[i];
            if term.times.len() < 4 {
                let times: Vec<Factor> = term.times.iter().copied().chain([around.factor]).collect();
                term.times = times.into();
            }
        }
    }

    fn report_repeat(&mut self, f: &Frame<'p>, i: usize, around: Around) {
        let term = f.terms[i].clone();
        let place = term.steps.as_ref().map_or(term.effect.site, |s| match around.region {
            Some(_) => s.site,
            // The first step is the iterating call itself; what it repeats stands in the callback.
            None => term.inner_place().unwrap_or(term.effect.site),
        });
        let (origin, path) = match &term.effect.lazy {
            Some(lazy) => (lazy.origin, lazy.path),
            None => (None, Sym(u32::MAX)),
        };
        let loop_site = match around.factor {
            // Of a loop of the framework, what it reaches of the user's code tells one repetition from another.
            Factor::Size { site, .. } if self.p.is_stub(site.at.file) => {
                term.first_step(|step| !self.p.is_stub(step.at.file)).unwrap_or(site)
            }
            Factor::Size { site, .. } | Factor::While(site) => site,
            Factor::Const(_) | Factor::Recursion(_) => place,
        };
        let repeat = Repeat {
            at: f.at,
            region: around.region,
            factor: around.factor,
            place,
            term,
            early: around.early,
            batch: around.batch,
            parallel: around.parallel,
            rows: around.rows,
            seen: self.seen(f),
        };
        let key = (repeat.term.effect.site, origin, path, loop_site);
        self.note_repeat(key);
        match self.events.repeats.entry(key) {
            std::collections::hash_map::Entry::Occupied(mut known) => {
                let better = (repeat.rows, repeat.term.sure) > (known.get().rows, known.get().term.sure);
                if better {
                    known.insert(repeat);
                } else {
                    known.get_mut().seen.also(f.node);
                }
            }
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(repeat);
            }
        }
    }
}

/// True if the effect happens anew in each iteration: not what a row from outside, or a memo under a parameter, holds by then.
fn varies(f: &Frame<'_>, term: &Term, region: Option<RegionId>, ambient: &FxHashSet<Binder>) -> bool {
    if term.once || (term.key.is_some() && region.is_some()) {
        return false;
    }
    let Some(binder) = term.binder else { return true };
    if binder.at != f.at {
        return !f.outer.contains(&binder) && !ambient.contains(&binder);
    }
    match region {
        Some(r) => (r.0..=f.last[usize::from(r.0)]).contains(&binder.region.0),
        None => false,
    }
}
