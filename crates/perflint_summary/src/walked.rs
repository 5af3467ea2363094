//! Loops that were seen with what entry points give them. A function is also evaluated on its own, with arguments that nobody
//! knows; where every entry point that reaches it gives a loop a few values that are written down, it does not grow.

use crate::eval::{Eval, Frame};
use crate::fact::{Factor, Repeat};
use crate::iterate::Plan;
use crate::value::Site;
use perflint_ir::OpId;
use rustc_hash::FxHashSet;

/// The loops that entry points were seen to run, by what they walk.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    short: FxHashSet<Site>,
    grown: FxHashSet<Site>,
}

impl Walked {
    /// False for what a loop repeats only as long as nobody knows what it walks.
    pub(crate) fn grows(&self, repeat: &Repeat) -> bool {
        match repeat.factor {
            Factor::Size { site, .. } if repeat.entry.is_none() => {
                !self.short.contains(&site) || self.grown.contains(&site)
            }
            _ => true,
        }
    }
}

impl<'p> Eval<'p> {
    /// A loop runs over something.
    pub(crate) fn note_walked(&mut self, f: &Frame<'p>, over: OpId, plan: &Plan) {
        let short = match plan {
            Plan::Unroll(items) => !items.is_empty(),
            Plan::Repeat { factor, .. } => matches!(factor, Factor::Const(_)),
        };
        if short && self.entry.is_some() && over.is_some() {
            self.events.walked.short.insert(Site { at: f.at, op: over });
        }
    }

    /// A loop repeats an effect as often as something is long.
    pub(crate) fn note_grown(&mut self, site: Site) {
        if self.entry.is_some() {
            self.events.walked.grown.insert(site);
        }
    }
}
