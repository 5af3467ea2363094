//! One of several: a call that may reach any of some functions. What all of them do is sure, whichever it is; what only some do
//! is likely at best. Three drivers of one store that each run a query leave no doubt that there is a query.

use crate::eval::Frame;
use crate::fact::Sure;
use perflint_models::EffectKind;

/// The alternatives of a call, by where the terms of each begin among those of the function that calls.
#[derive(Default)]
pub(crate) struct Choice(Vec<usize>);

impl Choice {
    /// Another alternative is going to be called.
    pub(crate) fn next(&mut self, f: &Frame<'_>) {
        self.0.push(f.terms.len());
    }

    /// All were called: what not every one of them does is likely at best. The first few are left as they are.
    pub(crate) fn settle(&self, f: &mut Frame<'_>, trusted: usize) {
        let Some(start) = self.0.get(trusted).copied().filter(|_| self.0.len() > 1) else { return };
        let ends = self.0.iter().skip(1).copied().chain([f.terms.len()]);
        let kinds = self.0.iter().zip(ends).map(|(start, end)| {
            f.terms.get(*start..end).unwrap_or_default().iter().fold(0, |all, t| all | bit(t.effect.kind))
        });
        let common = kinds.fold(u32::MAX, |common, kinds| common & kinds);
        for term in f.terms.iter_mut().skip(start).filter(|term| bit(term.effect.kind) & common == 0) {
            term.sure = term.sure.min(Sure::Likely);
        }
    }
}

fn bit(kind: EffectKind) -> u32 {
    1 << (kind as u32)
}
