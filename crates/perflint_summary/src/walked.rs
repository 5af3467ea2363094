//! What entry points were seen to run. A function is also evaluated on its own, with arguments that nobody knows; where entry
//! points were seen to run all of it, what they give it says what it repeats: a list of one value that is written down does not
//! grow, and a branch that no caller asks for is not taken.

use crate::eval::{Eval, Outcome};
use crate::fact::Repeat;
use crate::value::Site;
use perflint_ir::Sym;
use perflint_link::BodyRef;
use rustc_hash::FxHashSet;

/// What tells one repeated effect from another: where it happens, where its rows come from and by which path, and the loop.
pub(crate) type Key = (Site, Option<Site>, Sym, Site);

/// What was evaluated with what entry points give.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    bodies: FxHashSet<BodyRef>,
    repeats: FxHashSet<Key>,
}

impl Walked {
    /// False for what a loop repeats only as long as nobody knows what it is given.
    pub(crate) fn confirms(&self, key: &Key, repeat: &Repeat) -> bool {
        repeat.seen.entry.is_some() || self.repeats.contains(key) || !self.bodies.contains(&repeat.at)
    }
}

impl<'p> Eval<'p> {
    /// A loop repeats an effect.
    pub(crate) fn note_repeat(&mut self, key: Key) {
        if self.entry.is_some() {
            self.events.walked.repeats.insert(key);
        }
    }

    /// A body was evaluated, as far as it goes.
    pub(crate) fn note_walked(&mut self, at: BodyRef, outcome: &Outcome) {
        if self.entry.is_some() && !outcome.capped {
            self.events.walked.bodies.insert(at);
        }
    }
}
