//! One of several: a call that may reach any of some functions. What all of them do is sure, whichever it is; what only some do
//! is likely at best. Three drivers of one store that each run a query leave no doubt that there is a query. What one of many
//! converters does is most likely not what the one that is meant does.

use crate::eval::Frame;
use crate::fact::Sure;
use perflint_models::EffectKind;

/// Fewer alternatives than these say nothing of each other.
const MANY: usize = 5;
/// An effect is rare if no more than one of so many alternatives has it.
const RARE: usize = 4;

/// The alternatives of a call, by where the terms of each begin among those of the function that calls.
#[derive(Default)]
pub(crate) struct Choice(Vec<usize>);

impl Choice {
    /// Another alternative is going to be called.
    pub(crate) fn next(&mut self, f: &Frame<'_>) {
        self.0.push(f.terms.len());
    }

    /// All were called: what not every one of them does is likely at best, and a guess where they are told apart by something that
    /// is `unknown`. The first few are left as they are.
    pub(crate) fn settle(&self, f: &mut Frame<'_>, trusted: usize, unknown: bool) {
        let Some(start) = self.0.get(trusted).copied().filter(|_| self.0.len() > 1) else { return };
        let ends = self.0.iter().skip(1).copied().chain([f.terms.len()]);
        let kinds: Vec<u32> = self
            .0
            .iter()
            .zip(ends)
            .map(|(start, end)| {
                f.terms.get(*start..end).unwrap_or_default().iter().fold(0, |all, t| all | bit(t.effect.kind))
            })
            .collect();
        let having = |kind: u32| kinds.iter().filter(|kinds| *kinds & kind != 0).count();
        for term in f.terms.iter_mut().skip(start) {
            let having = having(bit(term.effect.kind));
            let sure = match self.0.len() {
                all if having == all => Sure::Certain,
                _ if unknown => Sure::Guess,
                all if all >= MANY && having * RARE <= all => Sure::Guess,
                _ => Sure::Likely,
            };
            term.sure = term.sure.min(sure);
        }
    }
}

fn bit(kind: EffectKind) -> u32 {
    1 << (kind as u32)
}
