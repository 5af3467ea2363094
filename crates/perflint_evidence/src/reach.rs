//! Which entry points that answer somebody lead to a body.

use perflint_link::{BodyRef, Program};
use perflint_models::EntryKind;
use perflint_summary::{Facts, Node};
use rustc_hash::{FxHashMap, FxHashSet};

/// How many entry points are named.
const NAMED: usize = 8;

/// The call graph, upwards.
pub(crate) struct Reach {
    nodes: FxHashMap<BodyRef, Vec<Node>>,
    callers: FxHashMap<Node, Vec<Node>>,
    starts: FxHashMap<Node, Vec<usize>>,
    labels: Vec<String>,
}

impl Reach {
    pub(crate) fn new(program: &Program, facts: &Facts) -> Self {
        let mut this = Self {
            nodes: FxHashMap::default(),
            callers: FxHashMap::default(),
            starts: FxHashMap::default(),
            labels: facts.entries.iter().map(|entry| entry.label.clone()).collect(),
        };
        let mut open = Vec::new();
        for (at, entry) in facts.entries.iter().enumerate() {
            let tested = program.file(entry.file).role == perflint_ir::Role::Test;
            if serves(entry.kind) && !tested {
                this.starts.entry(entry.node).or_default().push(at);
                open.push(entry.node);
            }
        }
        let mut seen = FxHashSet::default();
        while let Some(node) = open.pop() {
            if !seen.insert(node) {
                continue;
            }
            if let Some(body) = facts.graph.body(node) {
                this.nodes.entry(body).or_default().push(node);
            }
            for called in facts.graph.calls(node) {
                this.callers.entry(*called).or_default().push(node);
                open.push(*called);
            }
        }
        this
    }

    /// Whether an entry point that answers somebody leads to a body.
    pub(crate) fn serves(&self, at: BodyRef) -> bool {
        self.nodes.contains_key(&at)
    }

    /// The bodies that a body was seen to call.
    pub(crate) fn callees(&self, facts: &Facts, at: BodyRef) -> Vec<BodyRef> {
        let nodes = self.nodes.get(&at).into_iter().flatten();
        let called =
            nodes.flat_map(|node| facts.graph.calls(*node)).filter_map(|node| facts.graph.body(*node));
        let mut found: Vec<BodyRef> = called.collect();
        found.sort();
        found.dedup();
        found
    }

    /// The first entry points that lead to a body, by label, sorted.
    pub(crate) fn entries(&self, at: BodyRef) -> Vec<String> {
        let mut found = self.all(at);
        found.truncate(NAMED);
        found
    }

    /// The entry points that lead to a body, by label, sorted.
    pub(crate) fn all(&self, at: BodyRef) -> Vec<String> {
        let mut open: Vec<Node> = self.nodes.get(&at).cloned().unwrap_or_default();
        let mut seen = FxHashSet::default();
        let mut found: Vec<String> = Vec::new();
        while let Some(node) = open.pop() {
            if !seen.insert(node) {
                continue;
            }
            for entry in self.starts.get(&node).into_iter().flatten() {
                found.push(self.labels[*entry].clone());
            }
            open.extend(self.callers.get(&node).into_iter().flatten());
        }
        found.sort();
        found.dedup();
        found
    }
}

/// Whether somebody waits for it.
pub(crate) fn serves(kind: EntryKind) -> bool {
    matches!(
        kind,
        EntryKind::Route | EntryKind::Page | EntryKind::Resolver | EntryKind::Socket | EntryKind::Middleware
    )
}
