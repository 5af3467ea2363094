//! Who calls whom, per evaluation: a function that calls its argument calls another one for each caller, and a graph of
//! functions would let each of its callers reach them all.

use perflint_link::BodyRef;
use rustc_hash::FxHashSet;

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
        if to != Node::NONE
            && self.known.insert((from, to))
            && let Some(calls) = self.calls.get_mut(from.0 as usize)
        {
            calls.push(to);
        }
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
