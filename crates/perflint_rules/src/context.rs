//! Where code runs: reached from a request, a job, a script, or from callers that are not known.

use crate::{Confidence, Context};
use perflint_ir::Role;
use perflint_link::{BodyRef, FileIx, Program};
use perflint_models::EntryKind;
use perflint_summary::Facts;
use rustc_hash::{FxHashMap, FxHashSet};

/// Contexts of bodies.
pub(crate) struct Contexts {
    reached: FxHashMap<BodyRef, (Context, u32)>,
    /// Some entry point is known. Where none is, any function may be one.
    knows_entries: bool,
}

impl Contexts {
    pub(crate) fn new(facts: &Facts) -> Self {
        let mut reached: FxHashMap<BodyRef, (Context, u32)> = FxHashMap::default();
        let mut seen = FxHashSet::default();
        for wanted in [Context::Request, Context::Job, Context::Script] {
            for (i, entry) in (0u32..).zip(&facts.entries) {
                if context_of(entry.kind) != wanted {
                    continue;
                }
                reached.entry(entry.at).or_insert((wanted, i));
                let mut open = vec![entry.node];
                while let Some(node) = open.pop() {
                    if !seen.insert(node) {
                        continue;
                    }
                    if let Some(at) = facts.graph.body(node) {
                        reached.entry(at).or_insert((wanted, i));
                    }
                    open.extend(facts.graph.calls(node));
                }
            }
        }
        let knows_entries =
            reached.values().any(|(context, _)| matches!(context, Context::Request | Context::Job));
        Self { reached, knows_entries }
    }

    /// Where a body runs.
    pub(crate) fn of(&self, program: &Program, at: BodyRef) -> Context {
        match program.file(at.file).role {
            Role::Test => return Context::Test,
            Role::Migration => return Context::Migration,
            _ => {}
        }
        match self.reached.get(&at) {
            Some((context, _)) => *context,
            None if program.file(at.file).role == Role::Script => Context::Script,
            None => Context::Library,
        }
    }

    /// True if somebody waits for code that runs there, as far as that can be told.
    pub(crate) fn waits(&self, context: Context) -> bool {
        match context {
            Context::Request | Context::Job => true,
            Context::Library => !self.knows_entries,
            _ => false,
        }
    }

    /// The entry point that reaches a body, as an index into the facts.
    pub(crate) fn entry(&self, at: BodyRef) -> Option<usize> {
        self.reached.get(&at).map(|(_, entry)| *entry as usize)
    }
}

pub(crate) fn context_of(kind: EntryKind) -> Context {
    match kind {
        EntryKind::Route
        | EntryKind::Page
        | EntryKind::Resolver
        | EntryKind::Socket
        | EntryKind::Middleware => Context::Request,
        EntryKind::Job | EntryKind::Schedule | EntryKind::Signal => Context::Job,
        EntryKind::Command => Context::Script,
    }
}

/// False for files whose code is not the team's to fix.
pub(crate) fn judged(program: &Program, file: FileIx) -> bool {
    !program.is_stub(file)
        && !matches!(program.file(file).role, Role::Generated | Role::Vendored | Role::Minified)
}

/// The confidence that a finding can have where it runs: nobody waits for a script or a migration.
pub(crate) fn limited(confidence: Confidence, context: Context) -> Confidence {
    match context {
        Context::Script | Context::Migration => Confidence::Low,
        _ => confidence,
    }
}
