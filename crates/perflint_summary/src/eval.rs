//! The evaluator: runs bodies on abstract values.
//!
//! A function is evaluated once per *context*: the abstract values of its receiver, arguments and captures. What a
//! caller supplies is therefore there where it is demanded, and a callback or an overridden method is simply called.
//! Results are remembered per context; contexts per function, depth and work are capped, and a cut is counted.

use crate::fact::{
    Blocking, Effect, Entry, Factor, Materialised, Repeat, Responded, Seen, SerialAwait, StepNode, Sure, Term,
};
use crate::graph::{CallGraph, Node};
use crate::lookup::Lookup;
use crate::memo::{Memos, Once};
use crate::value::{Binder, SCALAR, Site, UNKNOWN, V, Val, Values};
use perflint_ir::{Body, BodyKind, Lang, OpId, RegionId, Sym};
use perflint_link::{BodyRef, ClassIx, Def, FileIx, Program};
use perflint_models::{EffectKind, EntryKind, Models, Wait};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// Most nested calls followed.
const MAX_DEPTH: usize = 48;
/// Most steps of resolving calls inside each other: several per nested call.
const MAX_NESTING: u32 = 800;
/// Most operations evaluated for one entry point or function.
const FUEL: u64 = 400_000;
/// Most contexts of one function before its constant arguments are forgotten; twice as many, and all are.
const MAX_CONTEXTS: u32 = 24;
/// Most terms of a summary.
const MAX_TERMS: usize = 96;

/// What evaluating a body in a context gave.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The evaluation, as a node of the call graph.
    pub(crate) node: Node,
    pub(crate) ret: V,
    pub(crate) terms: Vec<Term>,
    pub(crate) puts: Vec<(Sym, V)>,
    /// Those of them that are assigned whatever happens.
    pub(crate) certain: Vec<Sym>,
    /// What it told the view of the request.
    pub(crate) shown: Vec<(Sym, V)>,
    /// Parameters and captured variables of a block that hold something else at its end.
    pub(crate) left: Vec<(u32, V)>,
    pub(crate) capped: bool,
}

type Context = (BodyRef, V, Rc<[V]>, Option<crate::PlaceIx>);

/// One evaluation of one body.
pub(crate) struct Frame<'p> {
    pub(crate) at: BodyRef,
    /// The evaluation, as a node of the call graph.
    pub(crate) node: Node,
    pub(crate) body: &'p Body,
    pub(crate) lang: Lang,
    pub(crate) this: V,
    pub(crate) locals: Vec<V>,
    pub(crate) vals: Vec<V>,
    pub(crate) puts: Vec<(Sym, V)>,
    pub(crate) assigned: crate::assigned::Assigned,
    /// What the view of the request was told.
    pub(crate) shown: Vec<(Sym, V)>,
    pub(crate) terms: Vec<Term>,
    pub(crate) ret: V,
    pub(crate) yields: Option<V>,
    pub(crate) outer: Vec<Binder>,
    pub(crate) lambdas: Vec<V>,
    /// The evaluations that operations called.
    pub(crate) called: Vec<(usize, Node)>,
    pub(crate) cold: u32,
    pub(crate) for_loops: u32,
    /// The call that is being evaluated is awaited where it stands.
    pub(crate) awaiting: bool,
    pub(crate) caller: Option<Site>,
    pub(crate) capped: bool,
    /// What it works on was told by the names of variables alone.
    pub(crate) guessed: bool,
    /// It runs on a thread that others share.
    pub(crate) task: bool,
    /// So does its own code, and of its closures nobody knows where they run.
    pub(crate) events: bool,
    pub(crate) last: Rc<[u16]>,
}

/// Everything found so far.
#[derive(Debug, Default)]
pub(crate) struct Events {
    pub(crate) repeats: FxHashMap<crate::walked::Key, Repeat>,
    pub(crate) materialised: FxHashMap<(Site, Site), Materialised>,
    /// Queries that were read without bound, by where they were built.
    pub(crate) unbounded: FxHashMap<Site, crate::value::Query>,
    /// Those of them that templates read.
    pub(crate) shown: FxHashSet<Site>,
    pub(crate) responded: FxHashMap<(Site, Site), Responded>,
    pub(crate) blocking: FxHashMap<(Site, Site), Blocking>,
    pub(crate) serial: FxHashMap<Site, SerialAwait>,
    pub(crate) walked: crate::walked::Walked,
    pub(crate) columns: crate::column::Columns,
    pub(crate) extents: crate::extent::Extents,
    /// Where the queries were built whose rows a page is a list of.
    pub(crate) subjects: FxHashSet<Site>,
    /// Where relations of one row are read that the page or the action which shows them is called like.
    pub(crate) named: FxHashSet<Site>,
    /// Where rows are made that no query read.
    pub(crate) made: FxHashSet<Site>,
    /// Where maps of rows name statements that run for each of them.
    pub(crate) nested: FxHashSet<Site>,
    /// Relations that code puts into rows itself: where the query of the rows was built, and the path, or any at all.
    pub(crate) placed: FxHashSet<(Site, Option<Sym>)>,
    /// Where queries were last told what to load with their rows, and the path of these rows, by where the queries were built
    /// and what they load from there on.
    pub(crate) loads: FxHashMap<(Site, crate::SupplyIx), (Site, Sym)>,
    /// The declarations of queries that stand as methods without code: a repository's `findByName`.
    pub(crate) declared: FxHashMap<Site, Def>,
    pub(crate) graph: CallGraph,
    /// Where functions that were generated are called by others, first of all.
    pub(crate) entered: FxHashMap<BodyRef, Site>,
    pub(crate) calls: usize,
    pub(crate) holes: usize,
    pub(crate) widened: usize,
}

/// A callable that a framework will call.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    pub(crate) kind: EntryKind,
    pub(crate) label: String,
    pub(crate) method: Option<String>,
    pub(crate) route: Option<String>,
    pub(crate) file: FileIx,
    pub(crate) target: V,
    /// The template that its result is rendered with.
    pub(crate) template: Option<V>,
    /// Its result names the view that is rendered with what it was told.
    pub(crate) names_view: bool,
    /// What the framework passes, by position.
    pub(crate) gives: Vec<V>,
    /// What the same receiver does before.
    pub(crate) before: crate::preset::Before,
    /// The name of the template that is rendered with the receiver's fields afterwards.
    pub(crate) view: Option<Sym>,
}

impl Pending {
    pub(crate) fn new(kind: EntryKind, label: String, file: FileIx, target: V) -> Self {
        Self {
            kind,
            label,
            method: None,
            route: None,
            file,
            target,
            template: None,
            names_view: false,
            gives: Vec::new(),
            before: Default::default(),
            view: None,
        }
    }
}

/// A body that is being evaluated.
struct Running {
    context: Context,
    /// It was reached again while it ran.
    recursive: bool,
    /// The call that led to it.
    caller: Option<Site>,
}

/// The analysis of a program.
pub(crate) struct Eval<'p> {
    pub(crate) p: &'p Program,
    pub(crate) m: &'p Models,
    pub(crate) look: Lookup<'p>,
    pub(crate) vals: Values,
    pub(crate) events: Events,
    pub(crate) pending: Vec<Pending>,
    pub(crate) entries: Vec<Entry>,
    /// The index that the entry point being evaluated will have.
    pub(crate) entry: Option<usize>,
    /// Functions named `main`, which are where a program starts and no entry point that a framework calls.
    pub(crate) programs: Vec<Entry>,
    pub(crate) sql: FxHashMap<Site, u32>,
    memo: FxHashMap<Context, Rc<Outcome>>,
    contexts: FxHashMap<BodyRef, u32>,
    stack: Vec<Running>,
    pub(crate) walk: crate::block::Walk,
    pub(crate) invoked: FxHashSet<BodyRef>,
    lasts: FxHashMap<BodyRef, Rc<[u16]>>,
    pub(crate) inits: FxHashMap<BodyRef, Option<Rc<[V]>>>,
    /// Where rows count as bound that surround every request.
    pub(crate) ambient: FxHashSet<Binder>,
    pub(crate) class_fields: FxHashMap<ClassIx, Rc<[(Sym, V)]>>,
    /// What methods fill fields with that constructors leave empty; null where none does.
    pub(crate) later: FxHashMap<(ClassIx, Sym), V>,
    /// Partial values of initialisers that are being evaluated.
    pub(crate) partial: FxHashMap<BodyRef, Vec<V>>,
    /// Attributes assigned on classes, and on module variables that hold maps.
    pub(crate) static_puts: FxHashMap<(ClassIx, Sym), V>,
    pub(crate) variable_puts: FxHashMap<Def, Vec<(Sym, V)>>,
    pub(crate) memos: Memos,
    pub(crate) closures: crate::held::Nesting,
    pub(crate) standing: crate::standing::Standing,
    /// Marks an instance whose class is known for certain: no heir's method is meant.
    pub(crate) exact: Sym,
    /// Marks an instance that holds what one row of a query gave.
    pub(crate) of_row: Sym,
    /// The marker of functions that run on threads which others share.
    pub(crate) suspend: Sym,
    /// Callables that a framework runs on such threads.
    pub(crate) tasks: FxHashSet<BodyRef>,
    /// Functions that templates call by bare names because code handed them over.
    pub(crate) helpers: crate::helper::Helpers,
    pub(crate) registered: Option<Rc<FxHashMap<ClassIx, ClassIx>>>,
    /// Where global variables are assigned, once somebody asked.
    pub(crate) globals: Option<crate::globals::Globals>,
    /// The declaration of the method that a row is applied to, where the repository declares it.
    pub(crate) declaring: Option<Def>,
    /// What markers say under names, once somebody asked.
    pub(crate) noted: Option<crate::noted::Noted>,
    pub(crate) handlers: Option<Rc<crate::dispatch::Handlers>>,
    /// The type parameters of the class whose method is being evaluated.
    pub(crate) generics: crate::generic::Generics,
    /// Who implements methods without code.
    pub(crate) answers: crate::wide::Answers,
    pub(crate) routes: crate::route::Routes<'p>,
    nesting: u32,
    pub(crate) fuel: u64,
}

impl<'p> Eval<'p> {
    pub(crate) fn new(p: &'p Program, m: &'p Models) -> Self {
        let mut sql = FxHashMap::default();
        for (file, ir) in p.each_file() {
            for (i, facts) in (0u32..).zip(&ir.sql) {
                if let Some((body, op)) = facts.place {
                    sql.insert(Site { at: BodyRef { file, body }, op }, i);
                }
            }
        }
        Self {
            p,
            m,
            look: Lookup::new(p, m),
            vals: Values::default(),
            events: Events::default(),
            pending: Vec::new(),
            entries: Vec::new(),
            entry: None,
            programs: Vec::new(),
            sql,
            memo: FxHashMap::default(),
            contexts: FxHashMap::default(),
            answers: FxHashMap::default(),
            stack: Vec::new(),
            walk: crate::block::Walk::default(),
            invoked: FxHashSet::default(),
            lasts: FxHashMap::default(),
            inits: FxHashMap::default(),
            ambient: FxHashSet::default(),
            class_fields: FxHashMap::default(),
            later: FxHashMap::default(),
            partial: FxHashMap::default(),
            static_puts: FxHashMap::default(),
            variable_puts: FxHashMap::default(),
            memos: Memos::default(),
            closures: crate::held::Nesting::default(),
            standing: crate::standing::Standing::default(),
            exact: p.names.intern("="),
            of_row: p.names.intern("=row"),
            suspend: p.names.intern("suspend"),
            tasks: FxHashSet::default(),
            helpers: crate::helper::Helpers::default(),
            registered: None,
            globals: None,
            declaring: None,
            noted: None,
            handlers: None,
            generics: crate::generic::Generics::default(),
            routes: crate::route::Routes::default(),
            nesting: 0,
            fuel: FUEL,
        }
    }

    /// Starts a new root: gives it its own fuel.
    pub(crate) fn refuel(&mut self) {
        self.fuel = FUEL;
    }

    /// Runs a step of resolving a call, unless the steps lead in circles or the root's fuel is used up.
    pub(crate) fn guarded(&mut self, step: impl FnOnce(&mut Self) -> V) -> V {
        if self.nesting >= MAX_NESTING || self.fuel == 0 {
            self.events.widened += 1;
            return UNKNOWN;
        }
        self.fuel -= 1;
        self.nesting += 1;
        let v = step(self);
        self.nesting -= 1;
        v
    }

    /// The cost of a body in a context. `locals` are the values of its first locals.
    pub(crate) fn evaluate(
        &mut self,
        at: BodyRef,
        this: V,
        locals: Vec<V>,
        caller: Option<Site>,
    ) -> Rc<Outcome> {
        if let Some(site) = caller {
            self.note_entered(at, site);
        }
        let context = self.context(at, this, locals);
        if let Some(known) = self.memo.get(&context) {
            return Rc::clone(known);
        }
        let again = self.stack.iter().filter(|running| running.context.0 == at).count();
        let limit = if self.p.is_stub(at.file) { 8 } else { 2 };
        let same = self.stack.iter().any(|running| running.context == context);
        if same || again >= limit || self.stack.len() >= MAX_DEPTH || self.fuel == 0 {
            if let Some(running) = self.stack.iter_mut().rev().find(|running| running.context.0 == at) {
                running.recursive = true;
            } else {
                self.events.widened += 1;
            }
            let node = Node::NONE;
            return Rc::new(Outcome {
                node,
                ret: UNKNOWN,
                terms: Vec::new(),
                puts: Vec::new(),
                certain: Vec::new(),
                shown: Vec::new(),
                left: Vec::new(),
                capped: true,
            });
        }
        *self.contexts.entry(at).or_default() += 1;
        self.stack.push(Running { context: context.clone(), recursive: false, caller });
        let around = self.class_of_body(at);
        let outcome = Rc::new(self.with_generics(context.1, around, |this| {
            this.name_type_arguments(at, &context.2);
            this.run(&context, caller)
        }));
        self.stack.pop();
        self.note_walked(at, &outcome);
        self.memo.insert(context, Rc::clone(&outcome));
        outcome
    }

    /// Here and now, as the place where something is seen to happen.
    pub(crate) fn seen(&self, f: &Frame<'p>) -> Seen {
        Seen { entry: self.entry, nodes: vec![f.node] }
    }

    /// The bodies that are being evaluated, innermost first.
    pub(crate) fn running(&self) -> impl Iterator<Item = BodyRef> {
        self.stack.iter().rev().map(|running| running.context.0)
    }

    /// The innermost call in the user's code that led to what is being evaluated.
    pub(crate) fn called_from(&self) -> Option<Site> {
        let mut callers = self.stack.iter().rev().filter_map(|running| running.caller);
        callers.find(|site| !self.p.is_stub(site.at.file))
    }

    fn context(&mut self, at: BodyRef, this: V, locals: Vec<V>) -> Context {
        let seen = self.contexts.get(&at).copied().unwrap_or(0);
        let small = self.p.body(at).ops.len() < 60;
        let limit = if small || self.p.is_stub(at.file) { MAX_CONTEXTS * 40 } else { MAX_CONTEXTS };
        // What the type parameters of a method stand for says which of many implementations are meant: it is never forgotten.
        let own = self.p.body(at).locals.len();
        let locals: Rc<[V]> = if seen >= limit * 2 {
            locals.iter().enumerate().map(|(i, v)| if i < own { UNKNOWN } else { *v }).collect()
        } else if seen >= limit {
            let kept = |(i, v): (usize, &V)| if i < own { self.without_constants(*v) } else { *v };
            locals.iter().enumerate().map(kept).collect()
        } else {
            locals.into()
        };
        (at, this, locals, self.routes.around)
    }

    fn without_constants(&self, v: V) -> V {
        match self.vals.get(v) {
            Val::Int(_) | Val::Str(_) | Val::Bool(_) | Val::Sql(..) => SCALAR,
            Val::Row(_)
            | Val::Query(_)
            | Val::Many { .. }
            | Val::Closure(..)
            | Val::Fun(_)
            | Val::Bound(..)
            | Val::ExtMethod(..)
            | Val::Class(_)
            | Val::Null => v,
            _ => UNKNOWN,
        }
    }

    fn run(&mut self, context: &Context, caller: Option<Site>) -> Outcome {
        let (at, this, initial, _) = context;
        let body = self.p.body(*at);
        let mut locals = vec![UNKNOWN; body.locals.len().max(initial.len())];
        locals[..initial.len()].copy_from_slice(initial);
        let mut outer = Vec::new();
        for v in initial.iter().chain([this]) {
            self.binders(*v, &mut outer, 0);
        }
        let node = self.events.graph.add(*at);
        let guessed = locals.iter().chain([this]).any(|v| self.is_guess(*v));
        let mut frame = Frame {
            at: *at,
            node,
            body,
            lang: self.p.file(at.file).lang,
            this: *this,
            locals,
            vals: vec![UNKNOWN; body.ops.len()],
            puts: Vec::new(),
            assigned: crate::assigned::Assigned::default(),
            shown: Vec::new(),
            terms: Vec::new(),
            ret: UNKNOWN,
            yields: None,
            outer,
            lambdas: Vec::new(),
            called: Vec::new(),
            cold: 0,
            for_loops: 0,
            awaiting: false,
            caller,
            capped: false,
            guessed,
            task: self.is_task(*at),
            events: self.serves_events(*at),
            last: self.lasts(*at, body),
        };
        // What runs on an instance says nothing of the class.
        let of_class = body.kind == BodyKind::Init && *this == UNKNOWN;
        if of_class {
            self.partial.insert(*at, vec![UNKNOWN; body.ops.len()]);
        }
        self.exec(&mut frame, 0, body.ops.len(), 0);
        if of_class {
            self.partial.remove(at);
        }
        let recursive = self.stack.last().is_some_and(|running| running.recursive);
        if recursive {
            self.recur(&mut frame);
        }
        self.leftover_lambdas(&frame);
        if of_class {
            self.inits.insert(*at, Some(frame.vals.as_slice().into()));
        }
        let mut ret = match frame.yields {
            // A generator of collections hands out batches.
            Some(elem) if body.is_generator => {
                let batch = matches!(self.vals.get(elem), Val::Many { .. } | Val::List(_) | Val::Query(_));
                self.vals.make(Val::Many { elem, count: None, batch, source: None })
            }
            _ => frame.ret,
        };
        // What an async function returns is awaited: a query that is a promise runs here.
        if body.is_async
            && !body.is_generator
            && frame.lang.awaits_queries()
            && matches!(self.vals.get(ret), Val::Query(q) if !q.ran)
        {
            let last = body
                .ops
                .iter()
                .rposition(|o| matches!(o.kind, perflint_ir::OpKind::Exit { .. }))
                .unwrap_or(0);
            ret = self.awaited(&mut frame, ret, last);
        }
        if body.is_async && !body.is_generator && !matches!(self.vals.get(ret), Val::Future(_)) {
            ret = self.vals.make(Val::Future(ret));
        }
        self.remember(&mut frame);
        let left = self.left_behind(*at, initial, &frame.locals);
        let (terms, capped) = compact(frame.terms);
        let (puts, certain, shown) = (frame.puts, frame.assigned.certain, frame.shown);
        Outcome { node, ret, terms, puts, certain, shown, left, capped: capped || frame.capped }
    }

    /// What the function itself remembers costs its callers only once, or once per receiver.
    fn remember(&mut self, f: &mut Frame<'p>) {
        let own = match self.vals.get(f.this) {
            Val::Row(row) => row.binder,
            _ => None,
        };
        for i in 0..f.terms.len() {
            let place = f.terms[i].steps.as_ref().map_or(f.terms[i].effect.site, |s| s.site);
            if place.at != f.at {
                continue;
            }
            match (self.memos.at(self.p, self.m, f.at, place.op), own) {
                (Some(Once::Receiver), Some(binder)) => f.terms[i].binder = Some(binder),
                (Some(Once::PerKey(param)), _) => f.terms[i].key = Some(param),
                (Some(once), _) => {
                    f.terms[i].once = true;
                    f.terms[i].held = once == Once::Receiver;
                }
                (None, _) => {}
            }
        }
    }

    /// True if a decorator of the user's remembers what the decorated function gives.
    pub(crate) fn remembers(&mut self, def: Def) -> bool {
        let markers = &self.p.item(def).markers;
        markers.iter().any(|marker| {
            let target = self.p.resolve_dotted(def.file, marker.path);
            matches!(target, Some(perflint_link::Target::Item(decorator)) if self.memos.decorator(self.p, self.m, decorator))
        })
    }

    /// A function that calls itself runs its own queries once per level.
    fn recur(&mut self, f: &mut Frame<'p>) {
        let at = f.at;
        for i in 0..f.terms.len() {
            let term = f.terms[i].clone();
            if term.times.iter().any(|t| matches!(t, Factor::Size { .. } | Factor::Recursion(_))) {
                continue;
            }
            if !matches!(
                term.effect.kind,
                EffectKind::Query | EffectKind::Write | EffectKind::Http | EffectKind::Rpc
            ) {
                continue;
            }
            let times: Vec<Factor> = term.times.iter().copied().chain([Factor::Recursion(at)]).collect();
            f.terms[i].times = times.into();
        }
    }

    /// Closures that nothing called are still code: a callback of a library that no model knows.
    fn leftover_lambdas(&mut self, f: &Frame<'p>) {
        for v in &f.lambdas {
            if let Val::Closure(file, body, ..) = self.vals.get(*v)
                && !self.invoked.contains(&BodyRef { file: *file, body: *body })
            {
                let args = crate::call::CallArgs { open: true, ..Default::default() };
                let node = self.call_closure_detached(*v, &args);
                self.events.graph.link(f.node, node);
            }
        }
    }

    fn lasts(&mut self, at: BodyRef, body: &Body) -> Rc<[u16]> {
        if let Some(known) = self.lasts.get(&at) {
            return Rc::clone(known);
        }
        let mut last: Vec<u16> = (0..body.regions.len() as u16).collect();
        for r in (1..body.regions.len()).rev() {
            let parent = usize::from(body.regions[r].parent.0);
            last[parent] = last[parent].max(last[r]);
        }
        let last: Rc<[u16]> = last.into();
        self.lasts.insert(at, Rc::clone(&last));
        last
    }

    /// Collects where the rows inside a value are bound.
    fn binders(&self, v: V, out: &mut Vec<Binder>, depth: u32) {
        if depth > 3 {
            return;
        }
        match self.vals.get(v) {
            Val::Row(row) => out.extend(row.binder),
            Val::Many { elem, .. } | Val::Future(elem) => self.binders(*elem, out, depth + 1),
            Val::Query(q) => {
                if let Some(via) = q.via {
                    self.binders(via, out, depth + 1);
                }
            }
            Val::List(items) | Val::Union(items) => {
                items.iter().for_each(|v| self.binders(*v, out, depth + 1));
            }
            Val::Map(entries, rest) => {
                entries.iter().for_each(|(_, v)| self.binders(*v, out, depth + 1));
                self.binders(*rest, out, depth + 1);
            }
            Val::Inst(_, fields) => fields.iter().for_each(|(_, v)| self.binders(*v, out, depth + 1)),
            Val::Bound(_, recv) | Val::ExtMethod(recv, _) => self.binders(*recv, out, depth + 1),
            Val::Closure(_, _, caps, this) => {
                caps.iter().for_each(|v| self.binders(*v, out, depth + 1));
                self.binders(*this, out, depth + 1);
            }
            _ => {}
        }
    }

    /// Adds an effect of this very operation.
    pub(crate) fn effect(
        &mut self,
        f: &mut Frame<'p>,
        effect: Effect,
        wait: Wait,
        binder: Option<Binder>,
        sure: Sure,
    ) {
        let wait = if f.awaiting && wait == Wait::Blocks { Wait::Suspends } else { wait };
        let term = Term {
            effect: Rc::new(effect),
            wait,
            times: Rc::new([]),
            steps: None,
            binder,
            cold: f.cold > 0,
            once: false,
            held: false,
            key: None,
            sure,
        };
        self.add_term(f, term);
    }

    /// Adds a term to the frame, and reports it if it blocks what must not block.
    pub(crate) fn add_term(&mut self, f: &mut Frame<'p>, mut term: Term) {
        if f.guessed {
            let direct = term.steps.is_none() || f.body.kind == BodyKind::Template;
            let likely = self.entry.is_some() && direct;
            term.sure = term.sure.min(if likely { Sure::Likely } else { Sure::Guess });
        }
        if term.wait == Wait::Blocks {
            let direct = term.steps.is_none();
            let one_thread = f.lang.has_one_thread();
            let waits = direct && f.lang.shares_threads() && term.effect.kind == EffectKind::Lock;
            let alone = direct && self.waits_alone(f, &term);
            let in_task = f.task || (f.events && !self.is_handed_on(f, &term));
            let blocks = (one_thread && direct) || (!one_thread && in_task) || waits || alone;
            if blocks && !self.is_remembered_there(f, &term) {
                let blocking = Blocking {
                    at: f.at,
                    place: self.blocked_at(f, &term),
                    term: term.clone(),
                    in_async: in_task || (waits && self.gives_promise(f)),
                    seen: self.seen(f),
                };
                let known =
                    self.events.blocking.entry((blocking.place, term.effect.site)).or_insert(blocking);
                known.seen.also(f.node);
            }
            if !one_thread && in_task {
                term.wait = Wait::Suspends;
            }
        }
        if f.terms.len() >= MAX_TERMS * 4 {
            f.capped = true;
            return;
        }
        f.terms.push(term);
    }

    /// Adds what a callee costs.
    pub(crate) fn absorb(
        &mut self,
        f: &mut Frame<'p>,
        outcome: &Outcome,
        op: usize,
        callee: BodyRef,
        how: How,
    ) {
        let site = Site { at: f.at, op: OpId(op as u32) };
        f.called.push((op, outcome.node));
        self.take_shown(f, &outcome.shown);
        self.link(f, outcome, site.op, how);
        if how.memoised {
            return;
        }
        // What is awaited and is not a coroutine itself was handed to a thread by whoever made it awaitable.
        let handed = f.awaiting && !self.p.body(callee).is_async;
        let anew = self.new_receiver(f, op);
        let fails = !outcome.terms.is_empty() && crate::exec::always_raises(self.p.body(callee));
        for term in &outcome.terms {
            let node = StepNode { site, callee: Some(callee), next: term.steps.clone() };
            let mut term = Term { steps: Some(Rc::new(node)), ..term.clone() };
            if let Some(binder) = anew.filter(|_| term.held) {
                (term.once, term.held, term.binder) = (false, false, Some(binder));
            }
            if let Some(param) = term.key {
                self.asked(f, op, callee, param, &mut term);
            }
            term.cold |= f.cold > 0 || fails;
            term.sure = term.sure.min(how.sure);
            if (how.handoff || handed) && term.wait == Wait::Blocks {
                term.wait = Wait::Suspends;
            }
            if how.detached {
                term.wait = Wait::Detached;
            }
            self.add_term(f, term);
        }
        f.capped |= outcome.capped;
    }
}

/// How a callee is run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct How {
    pub(crate) sure: Sure,
    pub(crate) handoff: bool,
    pub(crate) detached: bool,
    pub(crate) memoised: bool,
    /// The thread that calls it does nothing else until it returns.
    pub(crate) held: bool,
}

impl How {
    pub(crate) const PLAIN: Self =
        Self { sure: Sure::Certain, handoff: false, detached: false, memoised: false, held: false };
}

/// What multiplies terms.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Around {
    pub(crate) region: Option<RegionId>,
    pub(crate) factor: Factor,
    pub(crate) early: bool,
    pub(crate) batch: bool,
    pub(crate) parallel: bool,
    pub(crate) rows: bool,
}

/// Drops terms that say the same, and all beyond the cap.
fn compact(terms: Vec<Term>) -> (Vec<Term>, bool) {
    if terms.len() < 2 {
        return (terms, false);
    }
    let mut seen = FxHashSet::default();
    let mut kept: Vec<Term> = Vec::new();
    let mut capped = false;
    for term in terms {
        let lazy = term.effect.lazy.as_ref().map(|l| (l.origin, l.path));
        // One place may be about several tables: the end of a repository layer, whose callers name the class of the rows.
        let about = (term.effect.site, term.effect.entity, term.effect.label);
        let key = (about, lazy, Rc::clone(&term.times), term.binder, term.wait as u8);
        if !seen.insert(key) {
            continue;
        }
        if kept.len() >= MAX_TERMS {
            capped = true;
            break;
        }
        kept.push(term);
    }
    (kept, capped)
}

/// The declaration whose body this is, if it is a named function.
pub(crate) fn def_of(p: &Program, at: BodyRef) -> Option<Def> {
    let body = p.body(at);
    let def = Def { file: at.file, item: body.owner };
    (p.item(def).body == Some(at.body)).then_some(def)
}
