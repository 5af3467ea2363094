//! Who calls whom, per evaluation: a function that calls its argument calls another one for each caller, and a graph of
//! functions would let each of its callers reach them all.

use perflint_link::BodyRef;
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// One evaluation of one body in one context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Node(u32);

impl Node {
    /// An evaluation that was cut.
    pub const NONE: Self = Self(u32::MAX);
}

/// Evaluations and their calls.
#[derive(Debug, Default)]
pub struct CallGraph {
    bodies: Vec<BodyRef>,
    calls: Vec<Vec<Node>>,
    known: FxHashSet<(Node, Node)>,
    kept: FxHashSet<(Node, Node)>,
    held: FxHashSet<(Node, Node)>,
    settled: FxHashSet<(Node, Node)>,
    spawned: Vec<Node>,
    open: FxHashMap<Node, Vec<Rc<[BodyRef]>>>,
}

impl CallGraph {
    /// A new evaluation of a body.
    pub(crate) fn add(&mut self, at: BodyRef) -> Node {
        let node = Node(self.bodies.len() as u32);
        self.bodies.push(at);
        self.calls.push(Vec::new());
        node
    }

    /// Records that one evaluation calls another.
    pub(crate) fn link(&mut self, from: Node, to: Node) {
        self.connect(from, to);
        self.kept.remove(&(from, to));
        self.held.remove(&(from, to));
        self.settled.remove(&(from, to));
    }

    /// Records that one evaluation calls another on a thread that does nothing else until it returns.
    pub(crate) fn link_held(&mut self, from: Node, to: Node) {
        if self.connect(from, to) {
            self.held.insert((from, to));
        }
    }

    /// True if one evaluation calls another only on a thread that does nothing else until it returns.
    pub fn calls_held(&self, from: Node, to: Node) -> bool {
        self.held.contains(&(from, to))
    }

    /// Records that one evaluation calls another while what it gives is not remembered yet.
    pub(crate) fn link_once(&mut self, from: Node, to: Node) {
        if self.connect(from, to) {
            self.kept.insert((from, to));
        }
    }

    /// Records that one evaluation calls another once in the life of the program. Where only the receiver remembers it, `kept` says no.
    pub(crate) fn link_for_good(&mut self, from: Node, to: Node, kept: bool) {
        if self.connect(from, to) {
            self.settled.insert((from, to));
            if kept {
                self.kept.insert((from, to));
            }
        }
    }

    /// True if this is the first call of one evaluation by another.
    fn connect(&mut self, from: Node, to: Node) -> bool {
        let first = to != Node::NONE && self.known.insert((from, to));
        if let Some(calls) = self.calls.get_mut(from.0 as usize).filter(|_| first) {
            calls.push(to);
        }
        first
    }

    /// True if one evaluation calls another only while what it gives is not remembered yet.
    pub fn calls_once(&self, from: Node, to: Node) -> bool {
        self.kept.contains(&(from, to))
    }

    /// True if one evaluation calls another once in the life of the program.
    pub fn calls_for_good(&self, from: Node, to: Node) -> bool {
        self.settled.contains(&(from, to))
    }

    /// Records that an evaluation runs on its own: whoever starts it does not wait for it.
    pub(crate) fn spawn(&mut self, from: Node, node: Node) {
        if node == Node::NONE {
            return;
        }
        if let Some(calls) = self.calls.get_mut(from.0 as usize) {
            calls.retain(|called| *called != node);
        }
        self.spawned.push(node);
    }

    /// Records that an evaluation may call any of these bodies, too many to follow.
    pub(crate) fn may_call(&mut self, from: Node, bodies: Rc<[BodyRef]>) {
        let open = self.open.entry(from).or_default();
        if !open.iter().any(|known| Rc::ptr_eq(known, &bodies)) {
            open.push(bodies);
        }
    }

    /// The bodies that an evaluation may call beside those that were followed.
    pub fn may_reach(&self, node: Node) -> impl Iterator<Item = BodyRef> + '_ {
        self.open.get(&node).into_iter().flatten().flat_map(|bodies| bodies.iter().copied())
    }

    /// All evaluations, by what they are of; nothing unless some evaluation may call more than was followed.
    pub fn evaluations(&self) -> FxHashMap<BodyRef, Vec<Node>> {
        let mut of: FxHashMap<BodyRef, Vec<Node>> = FxHashMap::default();
        if !self.open.is_empty() {
            for (node, at) in (0u32..).map(Node).zip(&self.bodies) {
                of.entry(*at).or_default().push(node);
            }
        }
        of
    }

    /// Evaluations that were started and are not waited for.
    pub fn spawned(&self) -> &[Node] {
        &self.spawned
    }

    /// The body that an evaluation is of.
    pub fn body(&self, node: Node) -> Option<BodyRef> {
        self.bodies.get(node.0 as usize).copied()
    }

    /// The evaluations that an evaluation calls, in the order in which they were first called.
    pub fn calls(&self, node: Node) -> &[Node] {
        self.calls.get(node.0 as usize).map_or(&[], Vec::as_slice)
    }
}
