//! Where code runs: reached from a request, a job, a script, or from callers that are not known.

use crate::{Confidence, Context};
use perflint_ir::{BodyKind, Role};
use perflint_link::{BodyRef, FileIx, Program};
use perflint_models::EntryKind;
use perflint_summary::{Facts, Node};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::VecDeque;
use std::collections::hash_map::Entry;

/// Contexts of bodies.
pub(crate) struct Contexts {
    reached: FxHashMap<BodyRef, (Context, Option<u32>)>,
    /// The evaluations that entry points lead to: how many were reached before, and the nearest entry point.
    evaluated: FxHashMap<Node, (u32, Option<u32>)>,
    /// Bodies that nothing but the browser's code calls.
    browser: FxHashSet<BodyRef>,
    /// Bodies that requests reach on a way that nothing remembers the result of.
    each_time: FxHashSet<BodyRef>,
    /// Bodies that entry points run on threads which others share as well.
    shared: FxHashSet<BodyRef>,
    /// Bodies that requests reach on a way that is not gone only once in the life of the program.
    again: FxHashSet<BodyRef>,
    /// Some entry point is known. Where none is, any function may be one.
    knows_entries: bool,
}

impl Contexts {
    pub(crate) fn new(program: &Program, facts: &Facts) -> Self {
        let package = |file: FileIx| {
            let path = &*program.file(file).path;
            path.split_once("src/").map_or("", |(package, _)| package)
        };
        let serving: FxHashSet<&str> = facts
            .entries
            .iter()
            .filter(|e| context_of(e.kind) == Context::Request)
            .map(|e| package(e.file))
            .collect();
        // What a server does when it starts it may do again when it runs.
        let serves =
            |e: &perflint_summary::Entry| e.kind == EntryKind::Main && serving.contains(package(e.file));
        let mut reached: FxHashMap<BodyRef, (Context, Option<u32>)> = FxHashMap::default();
        let evaluations = facts.graph.evaluations();
        let (mut evaluated, mut shown) = (FxHashMap::default(), Vec::new());
        for wanted in [Context::Request, Context::Job, Context::Script] {
            let entries =
                (0u32..).zip(&facts.entries).filter(|(_, e)| context_of(e.kind) == wanted && !serves(e));
            let mut roots: Vec<(Node, Option<u32>)> = entries.map(|(i, e)| (e.node, Some(i))).collect();
            // What was started and is not waited for is a job of its own.
            if wanted == Context::Job {
                roots.extend(facts.graph.spawned().iter().map(|node| (*node, None)));
            }
            // The entry point that is nearest is the one to name: the longer the way, the likelier it is that nobody goes it.
            // What a call may reach only as one of very many is named by none of them.
            let mut open = VecDeque::from(roots);
            let mut wide = VecDeque::new();
            loop {
                while let Some((node, entry)) = open.pop_front() {
                    let before = evaluated.len() as u32;
                    let Entry::Vacant(free) = evaluated.entry(node) else { continue };
                    free.insert((before, entry));
                    if let Some(at) = facts.graph.body(node) {
                        reached.entry(at).or_insert((wanted, entry));
                        if program.file(at.file).role == Role::Client {
                            shown.push(node);
                            continue;
                        }
                    }
                    open.extend(facts.graph.calls(node).iter().map(|next| (*next, entry)));
                    wide.extend(facts.graph.may_reach(node));
                }
                let Some(at) = wide.pop_front() else { break };
                reached.entry(at).or_insert((wanted, None));
                open.extend(evaluations.get(&at).into_iter().flatten().map(|next| (*next, None)));
            }
        }
        // Pages that run by themselves tell nothing of who calls the functions beside them.
        let tells = |e: &&perflint_summary::Entry| program.body(e.at).kind != BodyKind::Init;
        let knows_entries = facts
            .entries
            .iter()
            .filter(tells)
            .any(|e| matches!(context_of(e.kind), Context::Request | Context::Job));
        let browser = called_by(facts, shown, &evaluated);
        let requests: Vec<Node> =
            facts.entries.iter().filter(|e| context_of(e.kind) == Context::Request).map(|e| e.node).collect();
        let each_time = run(facts, requests.iter().copied(), |from, to| !facts.graph.calls_once(from, to));
        let again = run(facts, requests.into_iter(), |from, to| !facts.graph.calls_for_good(from, to));
        let all = facts.entries.iter().map(|e| e.node).chain(facts.graph.spawned().iter().copied());
        let shared = run(facts, all, |from, to| !facts.graph.calls_held(from, to));
        Self { reached, evaluated, browser, each_time, shared, again, knows_entries }
    }

    /// True if requests reach a body only while somebody has not remembered yet what it gives.
    pub(crate) fn is_remembered(&self, at: BodyRef) -> bool {
        self.reached.get(&at).is_some_and(|(context, _)| *context == Context::Request)
            && !self.each_time.contains(&at)
    }

    /// True if entry points only run a body while a thread of their own does nothing but wait for it.
    pub(crate) fn is_held(&self, at: BodyRef) -> bool {
        self.reached.contains_key(&at) && !self.shared.contains(&at)
    }

    /// True if the first request alone runs a body: it sets up what the program has from there on.
    pub(crate) fn is_settled(&self, at: BodyRef) -> bool {
        self.reached.get(&at).is_some_and(|(context, _)| *context == Context::Request)
            && !self.again.contains(&at)
    }

    /// Where a body runs.
    pub(crate) fn of(&self, program: &Program, at: BodyRef) -> Context {
        match program.file(at.file).role {
            Role::Test => return Context::Test,
            Role::Migration => return Context::Migration,
            Role::Client => return Context::Client,
            _ => {}
        }
        match self.reached.get(&at) {
            // A program of nothing but commands: what they wait for is all there is to tell.
            Some((Context::Script, _))
                if !self.knows_entries && program.file(at.file).role != Role::Script =>
            {
                Context::Library
            }
            // A job that is run once is a script that runs in the background; a server of scripts is its developers' own.
            Some((Context::Job | Context::Request, _)) if program.file(at.file).role == Role::Script => {
                Context::Script
            }
            Some((context, _)) => *context,
            None if self.browser.contains(&at) => Context::Client,
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

    /// True if a request handler or a job is known.
    pub(crate) fn knows_entries(&self) -> bool {
        self.knows_entries
    }

    /// The entry point that reaches a body, as an index into the facts.
    pub(crate) fn entry(&self, at: BodyRef) -> Option<usize> {
        self.reached.get(&at).and_then(|(_, entry)| entry.map(|e| e as usize))
    }

    /// The entry point that is nearest to one of some evaluations, as an index into the facts; without one if what leads there is
    /// started and not waited for, or leads there as one of very many.
    pub(crate) fn nearest(&self, nodes: &[Node]) -> Option<Option<usize>> {
        let reached = nodes.iter().filter_map(|node| self.evaluated.get(node));
        let (_, entry) = reached.min_by_key(|(before, entry)| (entry.is_none(), *before))?;
        Some(entry.map(|entry| entry as usize))
    }
}

/// Bodies that some evaluations call, of those that no entry point leads to otherwise: a module that the browser's code imports runs
/// there too.
fn called_by(
    facts: &Facts,
    mut open: Vec<Node>,
    evaluated: &FxHashMap<Node, (u32, Option<u32>)>,
) -> FxHashSet<BodyRef> {
    let (mut seen, mut bodies) = (FxHashSet::default(), FxHashSet::default());
    while let Some(node) = open.pop() {
        let calls = facts.graph.calls(node).iter().copied();
        for next in calls.filter(|next| !evaluated.contains_key(next) && seen.insert(*next)) {
            bodies.extend(facts.graph.body(next));
            open.push(next);
        }
    }
    bodies
}

/// Bodies that evaluations run on ways of calls of a kind.
fn run(
    facts: &Facts,
    from: impl Iterator<Item = Node>,
    goes: impl Fn(Node, Node) -> bool,
) -> FxHashSet<BodyRef> {
    let evaluations = facts.graph.evaluations();
    let mut open: Vec<Node> = from.collect();
    let (mut seen, mut bodies) = (FxHashSet::default(), FxHashSet::default());
    while let Some(node) = open.pop() {
        if !seen.insert(node) {
            continue;
        }
        bodies.extend(facts.graph.body(node));
        let calls = facts.graph.calls(node).iter().copied();
        open.extend(calls.filter(|next| goes(node, *next)));
        for at in facts.graph.may_reach(node) {
            bodies.insert(at);
            open.extend(evaluations.get(&at).into_iter().flatten());
        }
    }
    bodies
}

pub(crate) fn context_of(kind: EntryKind) -> Context {
    match kind {
        EntryKind::Route
        | EntryKind::Page
        | EntryKind::Resolver
        | EntryKind::Socket
        | EntryKind::Middleware => Context::Request,
        EntryKind::Job | EntryKind::Schedule | EntryKind::Signal => Context::Job,
        EntryKind::Command | EntryKind::Main => Context::Script,
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
        Context::Script | Context::Migration | Context::Client => Confidence::Low,
        _ => confidence,
    }
}
