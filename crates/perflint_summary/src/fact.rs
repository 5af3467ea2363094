//! What the analysis finds: effects with their multiplicity, and events that rules judge.

use crate::graph::Node;
use crate::value::{Binder, Bound, Site, SupplyIx};
use perflint_ir::{RegionId, Sym};
use perflint_link::{BodyRef, Def, EntityIx, FileIx};
use perflint_models::{EffectKind, EntryKind, Wait};
use std::rc::Rc;

/// An effect that something outside the program sees.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Effect {
    /// What kind.
    pub kind: EffectKind,
    /// The entity whose rows it touches.
    pub entity: Option<EntityIx>,
    /// What is called, for people: `Order.objects.get`, `requests.get`, `orders.customer`.
    pub label: Sym,
    /// What does it, in a word: the method that is called, the verb of SQL text; empty if neither is known.
    pub method: Sym,
    /// Where it happens.
    pub site: Site,
    /// It is the lazy load of a relation.
    pub lazy: Option<Lazy>,
    /// Several of one tick become one.
    pub batched: bool,
}

/// A relation that is loaded when it is read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lazy {
    /// Where the rows come from, if that is known.
    pub origin: Option<Site>,
    /// The relation path from those rows: `customer.address`.
    pub path: Sym,
    /// The entity of those rows' relation.
    pub from: EntityIx,
    /// The relation's name.
    pub relation: Sym,
    /// What is loaded.
    pub supply: SupplyIx,
    /// The relation leads to many rows.
    pub many: bool,
    /// The path leads through a relation to many before it.
    pub through: bool,
    /// It is a column that the query left out, not a relation.
    pub column: bool,
    /// It is loaded with the row, whether or not anything reads it.
    pub by_itself: bool,
}

/// Why something runs more than once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Factor {
    /// A fixed number of times.
    Const(u32),
    /// Once per element of a value with this name.
    Size {
        /// The name: `orders`.
        name: Sym,
        /// The loop.
        site: Site,
        /// The value is known to hold rows.
        rows: bool,
    },
    /// As long as a condition holds.
    While(Site),
    /// Once per call of itself.
    Recursion(BodyRef),
}

/// How sure a term is, from the links that led to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sure {
    /// A call was resolved by a guess.
    Guess,
    /// A call was resolved to one of several, or by a name that reveals its type.
    Likely,
    /// Every link was resolved.
    Certain,
}

/// A call on the way from a function to an effect.
#[derive(Debug)]
pub struct StepNode {
    /// Where.
    pub site: Site,
    /// What is called there.
    pub callee: Option<BodyRef>,
    /// The rest of the way.
    pub next: Steps,
}

/// The way from a function to an effect, outermost call first.
pub type Steps = Option<Rc<StepNode>>;

/// A summand of a function's cost.
#[derive(Clone, Debug)]
pub struct Term {
    /// The effect.
    pub effect: Rc<Effect>,
    /// How the function waits for it.
    pub wait: Wait,
    /// How often it happens.
    pub times: Rc<[Factor]>,
    /// The calls that lead to it.
    pub steps: Steps,
    /// The row it depends on: the effect happens once per such row.
    pub binder: Option<Binder>,
    /// Only when something failed.
    pub cold: bool,
    /// Only the first time: the result is remembered.
    pub once: bool,
    /// What remembers it is the receiver of the function whose cost this is: another receiver runs it again.
    pub held: bool,
    /// Only the first time for each value of this parameter of the function whose cost this is.
    pub key: Option<u8>,
    /// How sure.
    pub sure: Sure,
}

impl Term {
    /// The place in a callback that leads to the effect: the first step is the call that calls it back.
    pub(crate) fn inner_place(&self) -> Option<Site> {
        let outer = self.steps.as_ref()?;
        Some(outer.next.as_ref().map_or(self.effect.site, |inner| inner.site))
    }

    /// The first call on the way to the effect for which something holds.
    pub fn first_step(&self, holds: impl Fn(Site) -> bool) -> Option<Site> {
        let mut next = &self.steps;
        while let Some(node) = next {
            if holds(node.site) {
                return Some(node.site);
            }
            next = &node.next;
        }
        None
    }
}

/// The cost of a function.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Its effects.
    pub terms: Vec<Term>,
    /// Some were left out.
    pub capped: bool,
}

/// Most evaluations kept of one event.
const MAX_SEEN: usize = 16;

/// Where something was seen to happen.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The entry point that was being evaluated, as an index into the entries.
    pub entry: Option<usize>,
    /// The evaluations of the function in which it happened: what a function is given decides what it does, so that whoever leads
    /// to one of them leads to it, and not whoever calls the function.
    pub nodes: Vec<Node>,
}

impl Seen {
    /// It was seen in a further evaluation.
    pub(crate) fn also(&mut self, node: Node) {
        if self.nodes.len() < MAX_SEEN && !self.nodes.contains(&node) {
            self.nodes.push(node);
        }
    }
}

/// A loop, or something that iterates, around an effect.
#[derive(Clone, Debug)]
pub struct Repeat {
    /// The function with the loop.
    pub at: BodyRef,
    /// The loop's region, for a loop statement.
    pub region: Option<RegionId>,
    /// The factor.
    pub factor: Factor,
    /// The place in the loop that leads to the effect: the first call, or the effect itself.
    pub place: Site,
    /// The term inside the loop, before it was multiplied.
    pub term: Term,
    /// The loop can stop early.
    pub early: bool,
    /// Each element stands for a batch.
    pub batch: bool,
    /// The iterations run at the same time.
    pub parallel: bool,
    /// The loop's element is known to be a row, or its source a query.
    pub rows: bool,
    /// Where it was seen.
    pub seen: Seen,
}

/// All rows of a query come into memory.
#[derive(Clone, Debug)]
pub struct Materialised {
    /// Where.
    pub site: Site,
    /// Where the query was built.
    pub origin: Site,
    /// The entity.
    pub entity: Option<EntityIx>,
    /// What is called.
    pub label: Sym,
    /// The bound.
    pub bound: Bound,
    /// Restricted by equality on some column.
    pub narrowed: bool,
    /// A limit is there, and nothing was given for it.
    pub open_limit: bool,
    /// Rows of a relation of one row.
    pub related: bool,
    /// Another way to the same place pages them.
    pub paged: bool,
    /// Only plain values.
    pub plain: bool,
    /// They are the choices of a form.
    pub choices: bool,
    /// The call that made the bound absent, if the function itself leaves it open.
    pub caller: Option<Site>,
    /// Where it was seen.
    pub seen: Seen,
}

/// A value leaves in a response.
#[derive(Clone, Debug)]
pub struct Responded {
    /// Where.
    pub site: Site,
    /// Where the query was built.
    pub origin: Site,
    /// The entity.
    pub entity: Option<EntityIx>,
    /// What is read, for people.
    pub label: Sym,
    /// Restricted by equality.
    pub narrowed: bool,
    /// Rows of a relation of one row.
    pub related: bool,
    /// A limit is there, and nothing was given for it.
    pub open_limit: bool,
    /// The entity of the row that they belong to.
    pub of: Option<EntityIx>,
    /// Another way to the same place pages them.
    pub paged: bool,
    /// Plain values of chosen columns, not rows.
    pub plain: bool,
    /// They are the response, not a part of it.
    pub direct: bool,
    /// A page is cut out of them in memory.
    pub cut: bool,
    /// Where it was seen.
    pub seen: Seen,
}

/// Something blocks.
#[derive(Clone, Debug)]
pub struct Blocking {
    /// The function in which it blocks.
    pub at: BodyRef,
    /// The call in that function.
    pub place: Site,
    /// The effect.
    pub term: Term,
    /// The function is async, or gives a promise: others wait too.
    pub in_async: bool,
    /// Where it was seen.
    pub seen: Seen,
}

/// An await in a loop whose iterations do not depend on each other.
#[derive(Clone, Debug)]
pub struct SerialAwait {
    /// The function.
    pub at: BodyRef,
    /// The await.
    pub place: Site,
    /// The loop.
    pub factor: Factor,
}

/// An entry point with its cost.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What it is.
    pub kind: EntryKind,
    /// `GET /orders`, or the function's name.
    pub label: String,
    /// The HTTP method, if its registration names one.
    pub method: Option<String>,
    /// The route, as its registration spells it.
    pub route: Option<String>,
    /// Its routes in full, in the order of their registrations.
    pub routes: Vec<crate::Routed>,
    /// The label that its registration alone gives, where what stands around gives it another one.
    pub registered: String,
    /// The class whose method it is, which may inherit it.
    pub class: Option<Def>,
    /// The code.
    pub at: BodyRef,
    /// Its evaluation in the call graph.
    pub node: Node,
    /// The function's declaration, if it has one.
    pub def: Option<Def>,
    /// The file that registers it.
    pub file: FileIx,
    /// Its cost.
    pub summary: Rc<Summary>,
}
