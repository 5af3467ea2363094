//! What a model row does when its call is evaluated.

use crate::call::CallArgs;
use crate::eval::{Around, Eval, Frame, How};
use crate::expr::Given;
use crate::fact::{Effect, Sure};
use crate::iterate::Plan;
use crate::value::{Binder, Bound, EVERYTHING, NULL, Query, SCALAR, Site, Source, UNKNOWN, V, Val};
use perflint_ir::{OpId, OpKind, RegionId, SqlStatement, SqlVerb, Sym};
use perflint_link::FileIx;
use perflint_models::{CallIx, CallRow, EffectKind, Expr, RowCount, TypeRole, Wait};

/// True if an argument is what another call gives.
fn is_made(f: &Frame<'_>, e: &Expr, op: usize) -> bool {
    let (Expr::Arg(n), Some(OpKind::Call(id))) = (e, f.body.ops.get(op).map(|o| o.kind)) else {
        return false;
    };
    let arg = f.body.args(f.body.call(id).args).get(usize::from(*n)).and_then(|arg| arg.value.some());
    arg.is_some_and(|arg| matches!(f.body.op(arg).kind, OpKind::Call(_)))
}

/// How many rows a statement gives at most. Of one that is put together from parts nobody knows what else it says.
fn limit_of(statement: &SqlStatement, partial: bool) -> Bound {
    match statement.limit {
        Some(1) => Bound::One,
        Some(u32::MAX) => Bound::Page,
        Some(n) => Bound::AtMost(n),
        None if statement.single => Bound::One,
        None if partial => Bound::Unknown,
        None => Bound::Unbounded,
    }
}

impl<'p> Eval<'p> {
    /// Applies a row to a call, and gives the call's value.
    pub(crate) fn apply(
        &mut self,
        f: &mut Frame<'p>,
        ix: CallIx,
        recv: V,
        args: &CallArgs,
        op: usize,
        recv_op: Option<OpId>,
    ) -> V {
        let row = self.m.call(ix);
        if row.neutral && row.returns.is_none() {
            return SCALAR;
        }
        if let Some(function) = &row.by {
            return self.call_stub(f, function, recv, args, op);
        }
        if row.known_sql && !self.is_for(f, ix, args, op) {
            return self.hole(f, args, op);
        }
        let mut given = Given { recv, args, result: None, op };
        let places = self.enter(f, row, &mut given);
        if row.entry.is_some() {
            self.register(f, row, &given);
            self.note_route(f, row, &given, places.and_then(|places| places.0));
        }
        if row.detached {
            self.go_on(f, op);
        }
        if row.translated {
            self.translate(args);
        }
        if let Some(callback) = &row.invokes
            && self.expr(f, callback, &given).is_some()
        {
            self.walk.left.clear();
            given.result = Some(self.invoke(f, row, callback, &given));
        }
        if let (None, Some(per)) = (&row.invokes, &row.per) {
            self.iterated(f, row, per, &given);
        }
        if let Some(walked) = self.walked_without_block(f, row, &given, recv_op) {
            given.recv = walked;
        }
        self.load_onto(f, row, &given);
        let there = self.loaded_in_place(f, row, &given, recv_op);
        let mut built = if there.is_some() { None } else { self.build(f, row, &given) };
        if let Some(e) = &row.fills
            && self.fills_one(f, e, op)
            && let Some(q) = &mut built
        {
            q.bound = q.bound.min(Bound::One);
        }
        if let Some(v) = there {
            given.recv = v;
        }
        if let Some(q) = built {
            given.recv = self.rebuilt(recv, q, row);
        }
        let spared = row.effect_unless.as_ref().is_some_and(|e| self.expr(f, e, &given).is_some());
        let spared = spared || self.waited(f, row.effect, recv_op) || (row.counted && self.is_counted(recv));
        if let Some(kind) = row.effect.filter(|_| !spared) {
            let start = f.terms.len();
            self.run_effect(f, row, kind, &given, built);
            if let Some(key) = &row.remembered {
                self.once_per_key(f, start, key, op);
            }
        } else if self.row_count(row) != RowCount::None && built.is_some_and(|q| q.ran) {
            self.materialise_result(f, row, built, op);
        }
        if let Some(e) = &row.fills {
            self.fill(f, e, &given, built);
        }
        if let Some(shows) = &row.shows {
            self.apply_shows(f, shows, &given);
        }
        if let Some(helper) = &row.helper {
            self.apply_helper(f, helper, &given);
        }
        if let Some(renders) = row.renders.as_ref().filter(|_| f.lang.shows_fields()) {
            self.render_view(f, renders, &given);
        } else if let Some(renders) = &row.renders
            && let Some(view) = self.render_row(f, row, renders, &given, recv_op)
        {
            return view;
        }
        if let Some(presents) = &row.presents
            && let Some(v) = self.expr(f, &presents.value, &given)
        {
            self.present(f, v, presents, row.per.is_some(), &given);
        }
        if let Some(e) = &row.maps
            && let Some(v) = self.expr(f, e, &given)
        {
            self.map_into(f, v, row, args, op);
        }
        if let Some(e) = &row.responds
            && let Some(v) = self.expr(f, e, &given)
        {
            self.respond(f, v, op, 0);
            self.answer(f, v, op, 0);
        }
        if let Some(e) = &row.skips {
            self.cut(f, row, e, &given);
        }
        if let Some(e) = &row.adds
            && let Some(v) = self.expr(f, e, &given)
        {
            self.add_element(f, recv, v, recv_op);
        }
        if let Some(e) = &row.becomes {
            self.become_other(f, row, e, &given, built, recv_op);
        }
        let source =
            row.per.as_ref().and_then(|per| self.expr(f, per, &given)).and_then(|v| self.source_of(v));
        let source = source.map(|source| Source { all: source.all && !row.plain, ..source });
        // One plain value per row: as many as rows, and none of the weight of rows.
        let plain = || {
            let is_list = row.plain && row.rows == RowCount::All;
            let rows = if is_list { built.or_else(|| self.query_for(f, given.recv, op)) } else { None };
            crate::query::walked(&rows?).map(|source| Source { all: false, ..source })
        };
        let source = source.or_else(plain);
        let handled = row.dispatches.as_ref().and_then(|dispatches| {
            let message = self.expr(f, &dispatches.value, &given)?;
            self.dispatch(f, dispatches, message, args, op)
        });
        let mut v = match &row.returns {
            _ if let Some(v) = handled => v,
            Some(e) => self.returned(f, row, e, &given, built),
            None => UNKNOWN,
        };
        v = self.as_instances(f, row, &given, v);
        if let Some(q) = built.filter(|_| row.effect == Some(EffectKind::Query) && !spared) {
            self.select_relations(f, &q, v, op);
        }
        if let Some(nested) = &row.nested {
            let few = built.is_some_and(|q| matches!(q.bound, Bound::One | Bound::AtMost(0 | 1)));
            v = self.nested_selects(f, nested, v, few, op);
        }
        if let (Some(source), Val::Many { elem, count, batch, source: None }) =
            (source, self.vals.get(v).clone())
        {
            v = self.vals.make(Val::Many { elem, count, batch, source: Some(source) });
        }
        if let Some(bound) = row.bound.as_ref().filter(|_| built.is_none())
            && let Some(Val::Int(_)) = self.expr(f, bound, &given).map(|v| self.vals.get(v))
        {
            v = self.limited(v);
        }
        if row.batch {
            v = self.as_batches(v);
        }
        if row.effect.is_some()
            && row.wait == Wait::Suspends
            && f.lang.promises_what_suspends()
            && !matches!(self.vals.get(v), Val::Future(_) | Val::Query(_))
        {
            v = self.vals.make(Val::Future(v));
        }
        places.map_or(v, |places| self.leave(places, v))
    }

    /// `spawn(work())`: what the argument's call runs goes on by itself.
    fn go_on(&mut self, f: &Frame<'p>, op: usize) {
        let Some(OpKind::Call(id)) = f.body.ops.get(op).map(|o| o.kind) else { return };
        for arg in f.body.args(f.body.call(id).args) {
            for (_, node) in f.called.iter().filter(|(at, _)| arg.value.at() == *at) {
                self.events.graph.spawn(f.node, *node);
            }
        }
    }

    /// What the receiver's variable holds from here on: the query that ran, or another thing that the row names.
    fn become_other(
        &mut self,
        f: &mut Frame<'p>,
        row: &'p CallRow,
        e: &'p Expr,
        g: &Given<'_>,
        built: Option<Query>,
        recv_op: Option<OpId>,
    ) {
        let held = match built {
            Some(q) if row.effect.is_some() => Query { ran: true, via: None, ..q },
            Some(q) => q,
            None => {
                if let (Expr::New(_), Some(v)) = (e, self.expr(f, e, g)) {
                    self.rebind(f, recv_op, v);
                }
                return;
            }
        };
        let held = self.vals.make(Val::Query(held));
        if let Some(v) = self.over_query(f, e, g, held) {
            self.rebind(f, recv_op, v);
            if row.shared {
                self.share(f, v);
            }
        }
    }

    /// A call that walks a value runs it if it is a query: `list(qs)`.
    fn iterated(&mut self, f: &mut Frame<'p>, row: &CallRow, per: &'p Expr, g: &Given<'_>) {
        if let Some(v) = self.expr(f, per, g)
            && let Val::Query(q) = *self.vals.get(v)
        {
            let start = f.terms.len();
            self.run_query(f, &q, RowCount::All, g.op, Wait::Blocks);
            self.keep_rows(f, v, &q, g.op, start);
            let site = self.site(f, g.op);
            if let Some(rows) = self.events.materialised.get_mut(&(site, q.origin)) {
                rows.choices |= row.choices;
            }
        }
    }

    /// The query that the call works on, with what the call adds to it.
    fn build(&mut self, f: &mut Frame<'p>, row: &'p CallRow, g: &Given<'_>) -> Option<Query> {
        let mut q = match (&row.sql, &row.entity, &row.runs) {
            (Some(sql), ..) => {
                let text = self.expr(f, sql, g)?;
                if let Val::Query(built) = *self.vals.get(text) {
                    return Some(self.added(f, built, row, g));
                }
                let statement = match (self.vals.get(text), &row.runs) {
                    (Val::Sql(..), _) | (_, None) => None,
                    (_, Some(runs)) => self.expr(f, runs, g).and_then(|v| self.query_for(f, v, g.op)),
                };
                match statement {
                    Some(q) => q,
                    None => {
                        let q = self.sql_query(f, text, g)?;
                        let q = self.about_rows(f, row, g, q);
                        self.of_class_asked(f, row, g, q)
                    }
                }
            }
            (_, Some(e), _) | (_, None, Some(e)) => {
                let v = self.expr(f, e, g)?;
                match *self.vals.get(v) {
                    Val::Sql(..) => self.sql_query(f, v, g)?,
                    _ => match (self.query_about(f, e, v, g.op), self.vals.get(g.recv).clone()) {
                        // Conditions came first, what they are about comes with the call that runs them.
                        (q, Val::Query(base))
                            if row.runs.is_none() && (base.entity.is_none() || f.lang.fills_arguments()) =>
                        {
                            let about = q.filter(|q| q.entity.is_some() || base.entity.is_none());
                            let about = about.map_or((base.entity, base.label), |q| (q.entity, q.label));
                            Query { entity: about.0, label: about.1, ..base }
                        }
                        (q, _) => q?,
                    },
                }
            }
            _ => match self.vals.get(g.recv) {
                Val::Query(q) => *q,
                Val::Class(_) | Val::Row(_) => self.query_for(f, g.recv, g.op)?,
                Val::ExtInst(_, args) if !args.is_empty() => self.query_for(f, g.recv, g.op)?,
                // A handle of which nobody has said yet what it queries.
                Val::ExtInst(ty, _) if f.lang.has_namespaces() && self.m.role(*ty) == TypeRole::Query => {
                    let (ty, empty) = (*ty, self.p.names.intern(""));
                    Query { api: Some(ty), ..self.fresh_query(f, None, empty, g.op) }
                }
                _ => return None,
            },
        };
        q = self.added(f, q, row, g);
        Some(q)
    }

    /// What a call adds to the query that it works on.
    fn added(&mut self, f: &mut Frame<'p>, mut q: Query, row: &'p CallRow, g: &Given<'_>) -> Query {
        if q.origin.op == OpId::NONE {
            q.origin = self.site(f, g.op);
        }
        if let Some(def) = self.declaring {
            self.events.declared.entry(q.origin).or_insert(def);
        }
        let elsewhere = q.origin.at != f.at && f.lang.awaits_queries();
        if self.is_handle(&q, row, g) && (elsewhere || self.overrides_origin(f, q.origin)) {
            q.origin = self.site(f, g.op);
        }
        if row.unloads {
            q.supply = crate::value::NOTHING;
        }
        let loads = row.loads_if.as_ref().is_none_or(|method| self.is_followed_by(f, g.op, method));
        if let Some(e) = row.loads.as_ref().filter(|_| loads)
            && let Some(paths) = self.expr(f, e, g)
        {
            q = self.load(&q, paths);
            q.latest = self.latest(q.path, paths);
            let here = self.site(f, g.op);
            self.events.loads.entry((q.origin, q.supply)).or_insert((here, q.path));
        }
        if let Some(e) = &row.bound {
            q.bound = self.bound(f, e, g, q.bound);
            let given = self.expr(f, e, g);
            let absent = given.is_some_and(|v| self.vals.alternatives(v).contains(&NULL));
            // An offset without a limit: a page is meant, and none is made.
            let offset = given.is_none()
                && row.offset.as_ref().is_some_and(|e| self.expr(f, e, g).is_some_and(|v| v != NULL));
            q.open_limit |= absent || offset;
        }
        if let Some(relation) = self.fixed_relation(&q).filter(|_| row.rows == RowCount::Declared) {
            let path = self.vals.make(Val::Paths([relation].into(), None));
            q = self.load(&q, path);
        }
        if row.effect.is_some() && (self.declares_page(g.args) || self.is_paged_before(row)) {
            q.bound = Bound::Page;
        }
        if let Some(e) = &row.narrows {
            q.narrowed |= self.narrows(f, e, g);
        }
        if self.columns_of(f, &q, row, g) {
            q.bound = q.bound.min(Bound::AtMost(1));
        }
        q.plain |= row.plain;
        q.narrowed |= row.groups && (q.plain || self.groups_by_others(&q, g));
        if let Some(other) = &row.either {
            q = self.either(f, q, other, g);
        }
        if let Some(other) = &row.both {
            q = self.both(f, q, other, g);
        }
        if !row.keeps {
            q.evaluated = false;
        }
        if !row.keeps && row.effect.is_none() && row.returns.is_some() && !row.neutral {
            // Another condition asks for other rows than those that were loaded.
            q.preloaded = false;
            q.via = None;
        }
        if !row.keeps && row.effect.is_some() {
            q.preloaded = false;
            q.via = None;
        }
        q
    }

    /// A repository or collection is no query yet: each use of it is a query of its own.
    fn is_handle(&self, q: &Query, row: &CallRow, g: &Given<'_>) -> bool {
        let pristine = q.bound == Bound::Unbounded
            && !q.narrowed
            && !q.ran
            && q.supply == crate::value::NOTHING
            && q.via.is_none();
        let finds = row.bound.is_some() || row.narrows.is_some() || row.loads.is_some();
        let receiver = row.sql.is_none() && row.runs.is_none();
        pristine && finds && receiver && matches!(self.vals.get(g.recv), Val::Query(_))
    }

    fn rebuilt(&mut self, recv: V, q: Query, row: &CallRow) -> V {
        match self.vals.get(recv) {
            Val::Query(_) | Val::Class(_) => self.vals.make(Val::Query(q)),
            // An instance that a query is started from.
            Val::Row(_) if matches!(&row.returns, Some(Expr::As(_, inner)) if matches!(**inner, Expr::Query(_))) => {
                self.vals.make(Val::Query(q))
            }
            Val::ExtInst(ty, _) if row.sql.is_none() && self.m.role(*ty) == TypeRole::Query => {
                self.vals.make(Val::Query(q))
            }
            _ => recv,
        }
    }

    fn returned(
        &mut self,
        f: &mut Frame<'p>,
        row: &'p CallRow,
        e: &'p Expr,
        g: &Given<'_>,
        built: Option<Query>,
    ) -> V {
        if row.sql.is_some() || row.runs.is_some() {
            // The result of running a statement that is an argument: the same query, run.
            if let Some(q) = built {
                let ran = Query { ran: q.ran || row.effect.is_some(), via: None, ..q };
                let ran_v = self.vals.make(Val::Query(ran));
                if let Some(v) = self.over_query(f, e, g, ran_v) {
                    return v;
                }
            }
        }
        // `Prefetch("items", queryset=..)`: what the inner query loads is loaded below the path.
        if let Expr::Dunder(_) = e {
            return self.prefetch_paths(f, e, g);
        }
        let v = self.expr(f, e, g).unwrap_or(UNKNOWN);
        self.picked(f, e, g, v)
    }

    /// Evaluates an expression with the run statement in place of the argument or receiver that it names.
    fn over_query(&mut self, f: &mut Frame<'p>, e: &'p Expr, g: &Given<'_>, q: V) -> Option<V> {
        Some(match e {
            Expr::Recv | Expr::Arg(_) | Expr::Query(_) => q,
            Expr::As(ty, _) => match self.m.type_named(f.lang.models(), ty) {
                Some(ty) => self.with_api(q, ty),
                None => q,
            },
            Expr::Declared => self.declared_value(f, q, g.op),
            Expr::Below(e) => {
                let Val::Query(q) = *self.vals.get(q) else { return None };
                self.below_relation(f, q, e, g)
            }
            Expr::Rows(_) => match *self.vals.get(q) {
                Val::Query(q) => self.result_rows(f, &q, g.op),
                _ => return None,
            },
            Expr::Row(_) => match *self.vals.get(q) {
                Val::Query(q) => self.row_of(f, &q, g.op),
                _ => return None,
            },
            Expr::Made(_) => match *self.vals.get(q) {
                Val::Query(q) => self.made_row(f, &q, g.op),
                _ => return None,
            },
            Expr::Future(inner) => {
                let v = self.over_query(f, inner, g, q)?;
                self.vals.make(Val::Future(v))
            }
            _ => return None,
        })
    }

    fn prefetch_paths(&mut self, f: &mut Frame<'p>, e: &'p Expr, g: &Given<'_>) -> V {
        let own = self.expr(f, e, g).unwrap_or(UNKNOWN);
        let Val::Paths(paths, ty) = self.vals.get(own).clone() else { return own };
        let inner = g.args.keys.iter().map(|(_, v)| *v).chain(g.args.pos.iter().skip(1).copied());
        let inner = inner.into_iter().find(|v| matches!(self.vals.get(*v), Val::Query(_)));
        if let Some((_, to)) = g.args.keys.iter().find(|(k, _)| self.p.text(*k) == "to_attr")
            && let Val::Str(to) = *self.vals.get(*to)
            && let Some(path) = paths.last()
        {
            // The rows go into a list of that name; the relation itself stays unloaded.
            let head = self.p.text(*path).rsplit_once('.').map_or("", |(head, _)| head);
            let dot = if head.is_empty() { "" } else { "." };
            let tail =
                self.p.text(*path).rsplit_once('.').map_or(*path, |(_, tail)| self.p.names.intern(tail));
            let inner = inner.map(|v| self.reached_by(v, tail));
            let filled = self.filled_mark(&format!("{head}{dot}{}", self.p.text(to)), inner);
            return self.vals.make(Val::Paths([filled].into(), ty));
        }
        let Some(Val::Query(q)) = inner.map(|v| self.vals.get(v).clone()) else { return own };
        let mut all = paths.to_vec();
        let (everything, loaded) = self.vals.paths(q.supply);
        if everything {
            return UNKNOWN;
        }
        if let Some(base) = paths.last().copied() {
            all.extend(loaded.iter().map(|p| self.below(base, *p)));
        }
        self.vals.make(Val::Paths(all.into(), ty))
    }

    fn bound(&mut self, f: &mut Frame<'p>, e: &'p Expr, g: &Given<'_>, known: Bound) -> Bound {
        let Some(v) = self.expr(f, e, g) else {
            return if g.args.open
                || self.any_argument(g.args, |v| matches!(v, Val::Unknown))
                    && !matches!(e, Expr::Number(_))
                    && e.needs_options()
            {
                known.max(Bound::Unknown).min(Bound::Unknown)
            } else {
                known
            };
        };
        match self.vals.get(v) {
            Val::Null if f.lang.gives_numbers() => Bound::Unknown,
            Val::Null => known,
            Val::Int(1) => Bound::One,
            // A negative number asks for all of them.
            Val::Int(n) if *n < 0 => Bound::Unbounded,
            Val::Int(n) => Bound::AtMost(*n as u32),
            Val::Scalar | Val::Str(_) => Bound::Page,
            Val::Sql(file, ix, grown) => self.limit_of_text(*file, *ix, *grown),
            // A statement, and what fills its places.
            Val::List(all)
                if let Some(Val::Sql(file, ix, grown)) = all.first().map(|v| self.vals.get(*v)) =>
            {
                self.limit_of_text(*file, *ix, *grown)
            }
            // A limit that may be missing is none.
            Val::Union(all) if all.contains(&NULL) && !f.lang.gives_numbers() => known,
            _ => Bound::Unknown,
        }
    }

    /// How many rows a statement says itself that it gives.
    fn limit_of_text(&self, file: FileIx, ix: u32, grown: bool) -> Bound {
        let facts = &self.p.file(file).sql[ix as usize];
        facts
            .statements
            .first()
            .map_or(Bound::Unknown, |statement| limit_of(statement, facts.partial || grown))
    }

    /// True if rows are restricted by equality: some key without an operator, or any condition given as a map.
    pub(crate) fn narrows(&mut self, f: &mut Frame<'p>, e: &'p Expr, g: &Given<'_>) -> bool {
        match self.expr(f, e, g) {
            Some(v) => match self.vals.get(v) {
                Val::Map(entries, _) => !entries.is_empty(),
                Val::List(items) => items.iter().any(|v| !matches!(self.vals.get(*v), Val::Attr(..))),
                Val::Null | Val::Attr(..) => false,
                // The conditions of another query.
                Val::Query(q) => q.narrowed,
                // What a function makes of the closures that it is given is a condition of its own.
                Val::Closure(..) => self.restricts(v) || is_made(f, e, g.op),
                _ => true,
            },
            // Conditions that are given as a list, of which it is not known how many there are.
            None => is_made(f, e, g.op) || (g.args.open && f.lang.fills_arguments()),
        }
    }

    fn run_effect(
        &mut self,
        f: &mut Frame<'p>,
        row: &'p CallRow,
        kind: EffectKind,
        g: &Given<'_>,
        built: Option<Query>,
    ) {
        let site = self.site(f, g.op);
        let database = matches!(kind, EffectKind::Query | EffectKind::Write);
        if let Some(q) = built.filter(|_| database) {
            let told = row.writes_if.as_ref().is_some_and(|marker| self.declares_marker(marker));
            let q = Query { writes: kind == EffectKind::Write || q.writes || told, ..q };
            if q.ran || ((q.preloaded || q.evaluated) && row.keeps) {
                return;
            }
            let rows = match self.row_count(row) {
                RowCount::All if self.hands_on(f, row) => RowCount::Stream,
                rows => rows,
            };
            if rows == RowCount::All || q.via.is_some() {
                self.run_query(f, &q, rows, g.op, row.wait);
                return;
            }
            self.accessed(&q, site);
            let label = self.query_label(&q);
            let kind = if q.writes { EffectKind::Write } else { kind };
            let method = self.method_at(f, &q, g.op);
            let effect =
                Effect { kind, entity: q.entity, label, method, site, lazy: None, batched: row.batched };
            if rows == RowCount::One {
                self.events.extents.single(&q);
            }
            let sure = self.sure_of(&q);
            self.effect(f, effect, row.wait, None, sure);
            return;
        }
        let text = crate::iterate::expression(self.p, f.body, OpId(g.op as u32), 0);
        let label = self.p.names.intern(text.trim_end_matches("()"));
        let method = self.call_name(f, g.op);
        let effect = Effect { kind, entity: None, label, method, site, lazy: None, batched: row.batched };
        let sure = if row.maybe { Sure::Guess } else { Sure::Certain };
        self.effect(f, effect, row.wait, None, sure);
    }

    /// What an effect does, in a word: the verb of its SQL text, or the name of the method that runs it.
    pub(crate) fn method_at(&self, f: &Frame<'p>, q: &Query, op: usize) -> Sym {
        let verb = match q.verb {
            Some(SqlVerb::Insert) => "insert",
            Some(SqlVerb::Update) => "update",
            Some(SqlVerb::Delete) => "delete",
            // A row that was made here is inserted when it is saved.
            _ if q.fresh => "insert",
            _ => return self.call_name(f, op),
        };
        self.p.names.intern(verb)
    }

    pub(crate) fn call_name(&self, f: &Frame<'p>, op: usize) -> Sym {
        let name = match f.body.ops.get(op).map(|o| o.kind) {
            Some(OpKind::Call(id)) => f.body.called_name(f.body.call(id)),
            _ => None,
        };
        name.unwrap_or_else(|| self.p.names.intern(""))
    }

    /// `.all()` on a result: the rows of a statement that has run come into memory.
    fn materialise_result(&mut self, f: &Frame<'p>, row: &CallRow, built: Option<Query>, op: usize) {
        let Some(q) = built.filter(|q| row.rows == RowCount::All && q.bound == Bound::Unbounded && !q.writes)
        else {
            return;
        };
        let (site, label) = (self.site(f, op), self.query_label(&q));
        self.materialise(f, &q, site, label);
    }

    /// A query for SQL text.
    pub(crate) fn sql_query(&mut self, f: &Frame<'p>, v: V, g: &Given<'_>) -> Option<Query> {
        let Val::Sql(file, ix, grown) = *self.vals.get(v) else {
            let empty = self.p.names.intern("sql");
            let q = self.fresh_query(f, None, empty, g.op);
            return Some(Query { bound: Bound::Unknown, supply: EVERYTHING, ..q });
        };
        let facts = &self.p.file(file).sql[ix as usize];
        let statement = facts.statements.first()?;
        // What stands for a part of the text that is not known is no name.
        let named = |t: &str| !t.contains("perflint_hole") && !t.starts_with('$');
        let table = statement.tables.iter().find(|t| named(t)).map_or("sql", |t| t);
        let label = self.p.names.intern(table);
        let q = self.fresh_query(f, None, label, g.op);
        let place = facts.place.map(|(body, op)| Site { at: perflint_link::BodyRef { file, body }, op });
        // It may be the rows of a statement that are joined, of which there may be few.
        let joins_unknown = statement.tables.first().is_some_and(|t| !named(t));
        let bound = limit_of(statement, facts.partial || grown);
        let bound = if joins_unknown { bound.min(Bound::Unknown) } else { bound };
        let writes = matches!(statement.verb, SqlVerb::Insert | SqlVerb::Update | SqlVerb::Delete);
        Some(Query {
            bound,
            writes,
            verb: Some(statement.verb),
            narrowed: statement.filtered,
            plain: true,
            origin: place.unwrap_or(q.origin),
            ..q
        })
    }

    /// Calls a row's callbacks, once or once per element, and gives what they return.
    fn invoke(&mut self, f: &mut Frame<'p>, row: &'p CallRow, callback: &'p Expr, g: &Given<'_>) -> V {
        let Some(v) = self.expr(f, callback, g) else { return UNKNOWN };
        let mut callables = self.callables(v);
        // A constructor by reference: `Dto::new`.
        if callables.is_empty() && f.lang.has_namespaces() && matches!(self.vals.get(v), Val::Class(_)) {
            callables.push(v);
        }
        self.receive(f, row, g, &mut callables);
        let (handoff, detached) = (row.handoff, row.detached);
        let how = How { handoff, detached, memoised: row.memo, held: row.held, ..How::PLAIN };
        // A list that is not given is not walked: `json.author { .. }` beside `json.comments(all) { .. }`.
        let over = row.per.as_ref().and_then(|per| self.expr(f, per, g));
        let over = over.map(|v| self.asked_for_one(f, v, g.op));
        let Some(over) = over else {
            let args = self.gives(f, row, g, None);
            let mut sum = UNKNOWN;
            for callable in callables {
                let one = self.call_value_as(f, callable, &args, g.op, how);
                sum = self.vals.join(sum, one);
            }
            return sum;
        };
        let site = self.site(f, g.op);
        let body = callables.first().and_then(|c| self.runs_in(*c)).unwrap_or(f.at);
        let binder = Binder { at: body, region: RegionId(0) };
        let over_op = given_op(f, g.op, row.per.as_ref()).unwrap_or_else(|| self.iterated_op(f, g.op));
        let plan = self.plan(f, over, over_op, site, binder);
        self.kept_in_blocks(f, over, &mut callables);
        let (elems, factor, rows, batch) = match plan {
            Plan::Unroll(items) => (items, None, false, false),
            Plan::Repeat { elem, factor, rows, batch } => (vec![elem], Some(factor), rows, batch),
        };
        let start = f.terms.len();
        let collects = row.returns.as_ref().is_some_and(Expr::collects_results);
        let mut sum = UNKNOWN;
        for elem in elems {
            self.walk.value = self.value_walked(over, elem, binder);
            let args = self.gives(f, row, g, Some(elem));
            self.walk.value = None;
            for callable in &callables {
                let mut one = self.call_value_as(f, *callable, &args, g.op, how);
                if let Val::Query(q) = *self.vals.get(one)
                    && !q.ran
                    && collects
                    && f.lang.awaits_queries()
                {
                    // A query that is a promise starts when somebody awaits the list of them.
                    let row = self.awaited(f, one, g.op);
                    one = self.vals.make(Val::Future(row));
                }
                if let Val::Query(q) = *self.vals.get(one)
                    && row.walks
                    && !q.ran
                {
                    self.run_query(f, &q, RowCount::All, g.op, Wait::Blocks);
                }
                sum = self.vals.join(sum, one);
            }
        }
        if let Some(factor) = factor {
            let early = crate::guard::breaks(self.p.body(body));
            let around = Around { region: None, factor, early, batch, parallel: row.parallel, rows };
            self.multiply(f, start, around);
        }
        sum
    }

    /// The operation that a callback's loop runs over, for its name: the receiver of the call.
    fn iterated_op(&self, f: &Frame<'p>, op: usize) -> usize {
        match f.body.ops.get(op).map(|o| o.kind) {
            Some(OpKind::Call(id)) => match f.body.call(id).callee {
                perflint_ir::Callee::Member { recv, .. } => recv.at(),
                perflint_ir::Callee::Value(_) => {
                    let args = f.body.args(f.body.call(id).args);
                    args.iter().find(|a| a.value.is_some()).map_or(op, |a| a.value.at())
                }
            },
            _ => op,
        }
    }
}

/// The operation of the argument that a row says is walked.
fn given_op(f: &Frame<'_>, op: usize, per: Option<&Expr>) -> Option<usize> {
    let (Expr::Arg(n), OpKind::Call(id)) = (per?, f.body.ops.get(op)?.kind) else { return None };
    let args = f.body.args(f.body.call(id).args);
    let mut given = args.iter().filter(|arg| arg.slot == perflint_ir::Slot::Pos);
    given.nth(usize::from(*n)).and_then(|arg| arg.value.some()).map(OpId::at)
}
