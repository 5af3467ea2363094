//! What every function costs: rows, supply and demand, multiplicities, effects.
//!
//! The crate evaluates functions on abstract values. A query is a value that carries which relations it loads and how
//! many rows it may yield; reading a relation of a row that was not loaded with it is an effect; a loop, or a call that a
//! model says iterates, multiplies the effects inside it by a symbolic size. What is found are facts ([`Facts`]):
//! effects that repeat, rows that come into memory without bound, calls that block. Whether they are problems is for
//! rules to say.
//!
//! The first design was a bottom-up summary per function, symbolic in its parameters (reads, invokes, iterates). It was
//! given up for evaluation *per context*: with the caller's values at hand, a demanded path meets its supply in the
//! callee itself, callbacks and overridden methods need no deferred calls, and constant arguments such as `many=True` or
//! `limit=None` decide branches. What a symbolic summary buys, one result for all callers, is kept by remembering results
//! per context and forgetting the least telling parts of a context once there are many.

mod absent;
mod aggregate;
mod ahead;
mod ambient;
mod answer;
mod apply;
mod assigned;
mod assumed;
mod attr;
mod block;
mod builtin;
mod call;
mod chain;
mod choice;
mod class_body;
mod column;
mod composed;
mod computed;
mod condition;
mod condition_text;
mod constrained;
mod container;
mod cut;
mod declared;
mod dispatch;
mod eager;
mod equal;
mod eval;
mod exec;
mod expr;
mod extent;
mod fact;
mod fetched;
mod fields;
mod file_route;
mod fill;
mod filled;
mod fixed;
mod flattened;
mod fragment;
mod function;
mod functional;
mod generic;
mod globals;
mod graph;
mod guard;
mod held;
mod helper;
mod identity;
mod implicit;
mod initialized;
mod intrinsic;
mod iterate;
mod join;
mod key;
mod keyed;
mod later;
mod lookup;
mod made_for;
mod mapper;
mod membership;
mod memo;
mod memo_helper;
mod metamodel;
mod method_generic;
mod mutate;
mod nested_path;
mod nested_select;
mod noted;
mod ops;
mod overload;
mod overriding;
mod own;
mod placed;
mod predicate;
mod prefetched;
mod present;
mod preset;
mod promise;
mod query;
mod received;
mod receiver;
mod reflect;
mod register;
mod reopened;
mod repeated;
mod root;
mod route;
mod script;
mod selected;
mod sender;
mod sent;
mod service;
mod settled;
mod shape;
mod shared;
mod short;
mod shown;
mod spelled;
mod standing;
mod stored;
mod subject;
mod task;
mod there;
mod traversal;
mod typed_rows;
mod union;
mod value;
mod view;
mod walked;
mod wide;
mod words;

pub use column::{Accessed, ColumnHow, ColumnUse};
pub use extent::{Extent, Extents};
pub use fact::{
    Blocking, Effect, Entry, Factor, Lazy, Materialised, Repeat, Responded, Seen, SerialAwait, StepNode,
    Steps, Summary, Sure, Term,
};
pub use graph::{CallGraph, Node};
pub use iterate::expression;
pub use route::{PlaceIx, Routed, Unhandled};
pub use value::{Binder, Bound, Site, SupplyIx};
pub use words::words;

use eval::Eval;
use perflint_link::Program;
use perflint_models::Models;

/// Everything the analysis found, in a fixed order.
#[derive(Debug, Default)]
pub struct Facts {
    /// Effects inside a loop that grows with data.
    pub repeats: Vec<Repeat>,
    /// Unbounded rows in memory.
    pub materialised: Vec<Materialised>,
    /// Unbounded rows in responses.
    pub responded: Vec<Responded>,
    /// Blocking calls.
    pub blocking: Vec<Blocking>,
    /// Awaits in loops.
    pub serial: Vec<SerialAwait>,
    /// Queries that ran, with the columns that they use.
    pub accesses: Vec<Accessed>,
    /// Entry points with their costs.
    pub entries: Vec<Entry>,
    /// Routes of which nobody knows what handles them.
    pub unhandled: Vec<Unhandled>,
    /// The `main` functions with their costs.
    pub programs: Vec<Entry>,
    /// How many rows queries and loops are about.
    pub extents: Extents,
    /// Where the queries were built whose rows a page is a list of.
    pub subjects: rustc_hash::FxHashSet<Site>,
    /// Where relations of one row are read that the page or the action which shows them is called like.
    pub named: rustc_hash::FxHashSet<Site>,
    /// Where rows are made that no query read: nothing can be loaded with them.
    pub made: rustc_hash::FxHashSet<Site>,
    /// Where maps of rows name statements that run for each of them.
    pub nested: rustc_hash::FxHashSet<Site>,
    /// Where queries were last told what to load with their rows, and the path of these rows, by where the queries were built
    /// and what they load from there on.
    pub loads: rustc_hash::FxHashMap<(Site, SupplyIx), (Site, perflint_ir::Sym)>,
    /// By where they were built, the declarations of queries that stand as methods without code: a repository's `findByName`.
    pub declared: rustc_hash::FxHashMap<Site, perflint_link::Def>,
    /// Who calls whom, as evaluated.
    pub graph: CallGraph,
    /// Calls evaluated.
    pub calls: usize,
    /// Calls whose target nothing is known of.
    pub holes: usize,
    /// Evaluations cut by a cap.
    pub widened: usize,
}

/// Evaluates a program. Needs a large stack: run it on a thread that has one.
pub fn analyse(program: &Program, models: &Models) -> Facts {
    let mut eval = Eval::new(program, models);
    eval.run_all();
    let unhandled = eval.settle_routes();
    let events = eval.events;
    let mut facts = Facts {
        repeats: events
            .repeats
            .into_iter()
            .filter(|(key, repeat)| events.walked.confirms(key, repeat))
            .filter(|(_, repeat)| !placed::is_placed(&events.placed, &repeat.term.effect))
            .map(|(_, repeat)| repeat)
            .collect(),
        materialised: events.materialised.into_values().collect(),
        responded: events.responded.into_values().collect(),
        blocking: events.blocking.into_values().collect(),
        serial: events.serial.into_values().collect(),
        accesses: events.columns.accesses(program),
        entries: eval.entries,
        unhandled,
        extents: events.extents,
        subjects: events.subjects,
        named: events.named,
        made: events.made,
        nested: events.nested,
        loads: events.loads,
        declared: events.declared,
        graph: events.graph,
        programs: eval.programs,
        calls: events.calls,
        holes: events.holes,
        widened: events.widened,
    };
    for rows in &mut facts.materialised {
        rows.caller = rows.caller.or_else(|| events.entered.get(&rows.site.at).copied());
    }
    let path = |r: &Repeat| r.term.effect.lazy.as_ref().map(|l| (l.origin, program.text(l.path).to_owned()));
    facts.repeats.sort_by_cached_key(|r| (r.place, r.term.effect.site, path(r), r.region));
    facts.materialised.sort_by_key(|m| (m.site, m.origin));
    facts.responded.sort_by_key(|m| (m.site, m.origin));
    facts.blocking.sort_by_key(|b| (b.place, b.term.effect.site));
    facts.serial.sort_by_key(|s| s.place);
    facts
}
