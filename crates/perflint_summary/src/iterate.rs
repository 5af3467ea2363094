//! What iterating a value does: how often, with which elements, at which cost.

use crate::eval::{Eval, Frame};
use crate::fact::{Factor, SerialAwait};
use crate::value::{Binder, Query, Row, SCALAR, Site, Source, UNKNOWN, V, Val};
use perflint_ir::{BodyKind, Callee, LoopSource, OpId, OpKind, RegionId, Sym};
use perflint_models::{RowCount, TypeRole, Wait};

/// How a loop is evaluated.
pub(crate) enum Plan {
    /// Once per known element.
    Unroll(Vec<V>),
    /// Once, multiplied.
    Repeat { elem: V, factor: Factor, rows: bool, batch: bool },
}

/// Literal collections of at most this many elements are unrolled in stubs, and in the user's code.
const UNROLL_STUB: usize = 96;
pub(crate) const UNROLL: usize = 12;
/// A loop over at most this many elements does not grow with data.
pub(crate) const SMALL: u32 = 12;

impl<'p> Eval<'p> {
    /// The plan of a loop statement or comprehension.
    pub(crate) fn iteration(
        &mut self,
        f: &mut Frame<'p>,
        v: V,
        over: OpId,
        region: RegionId,
        source: LoopSource,
    ) -> Plan {
        let op = over.some().map_or(0, OpId::at);
        let site = Site { at: f.at, op: OpId(op as u32) };
        if source == LoopSource::While {
            let conditional = match self.vals.get(v) {
                Val::Many { .. } => true,
                // `for key := range set`: what a front end may take for messages of a channel.
                Val::Map(..) => f.lang.ranges_over_maps(),
                _ => false,
            };
            if !conditional {
                return Plan::Repeat {
                    elem: UNKNOWN,
                    factor: Factor::While(site),
                    rows: false,
                    batch: false,
                };
            }
        }
        let binder = Binder { at: f.at, region };
        let mut plan = self.plan(f, v, op, site, binder);
        if let Plan::Repeat { factor: factor @ Factor::Size { .. }, rows: false, .. } = &mut plan {
            let name = self.size_name(f, op, v);
            if is_optional_name(self.p.text(name)) {
                *factor = Factor::Const(1);
            }
        }
        plan
    }

    /// The plan of something that calls back once per element.
    pub(crate) fn plan(&mut self, f: &mut Frame<'p>, v: V, op: usize, site: Site, binder: Binder) -> Plan {
        let name = self.size_name(f, op, v);
        if is_constant_name(self.p.text(name)) && self.is_plain_list(v) {
            // `for code in SUPPORTED_CODES`: the spelling says that it does not grow.
            return Plan::Repeat { elem: UNKNOWN, factor: Factor::Const(SMALL), rows: false, batch: false };
        }
        self.note_loop(site, v);
        let size = |rows: bool| Factor::Size { name, site, rows };
        let named_batch = || is_batch_name(self.p.text(name));
        match self.vals.get(v).clone() {
            Val::List(items) => {
                // Of routers each one counts: what stands below it stands nowhere else.
                let whole = self.p.is_stub(f.at.file) || items.iter().any(|v| self.is_router(*v));
                let limit = if whole { UNROLL_STUB } else { UNROLL };
                if items.len() <= limit {
                    return Plan::Unroll(items.to_vec());
                }
                let elem = items.iter().take(8).fold(UNKNOWN, |a, b| self.vals.join(a, *b));
                Plan::Repeat { elem, factor: Factor::Const(items.len() as u32), rows: false, batch: false }
            }
            Val::Map(entries, rest) => {
                if rest == UNKNOWN && entries.len() <= UNROLL_STUB && !entries.is_empty() {
                    let keys = entries.iter().map(|(k, _)| self.vals.make(Val::Str(*k))).collect();
                    return Plan::Unroll(keys);
                }
                let rows = f.lang.keeps_rows_in_queries() && self.holds_rows(rest);
                Plan::Repeat { elem: SCALAR, factor: size(rows), rows, batch: false }
            }
            // The members of an enumeration.
            Val::Class(_) => {
                Plan::Repeat { elem: UNKNOWN, factor: Factor::Const(SMALL), rows: false, batch: false }
            }
            Val::Int(n) => {
                let factor = Factor::Const(n.max(0) as u32);
                Plan::Repeat { elem: SCALAR, factor, rows: false, batch: false }
            }
            Val::Many { count: Some(n), elem, batch, .. } if n <= SMALL => {
                let elem = self.bound_at(elem, binder);
                Plan::Repeat { elem, factor: Factor::Const(n), rows: false, batch }
            }
            Val::Many { elem, batch, source: None, .. } if self.is_service(elem) => {
                Plan::Repeat { elem, factor: Factor::Const(SMALL), rows: false, batch }
            }
            Val::Many { elem, batch: batches, source, .. } => {
                // Single rows are no batches, whatever walks them is called.
                let single = f.lang.names_tell_rows() && matches!(self.vals.get(elem), Val::Row(_));
                let batch = batches || !single && named_batch();
                let rows = self.holds_rows(elem) || source.is_some_and(|source| !source.sent);
                let elem = self.bound_at(elem, binder);
                Plan::Repeat { elem, factor: size(rows), rows, batch }
            }
            Val::Query(q) if q.bound == crate::value::Bound::AtMost(0) => Plan::Unroll(Vec::new()),
            // The text of a statement is walked, and nothing runs it.
            Val::Query(q) if !q.ran && !f.lang.walks_queries() => {
                Plan::Repeat { elem: SCALAR, factor: size(false), rows: false, batch: false }
            }
            Val::Query(q) => {
                let few = match q.bound {
                    crate::value::Bound::One => Some(1),
                    crate::value::Bound::AtMost(n) if n <= SMALL => Some(n),
                    _ => None,
                };
                // In a coroutine a query is iterated with `async for`; anything else the library refuses.
                let wait = if f.body.is_async { Wait::Suspends } else { Wait::Blocks };
                let rows = q.api.map_or(RowCount::All, |api| self.iterated_rows(api));
                let start = f.terms.len();
                self.run_query(f, &q, rows, op, wait);
                self.keep_rows(f, v, &q, op, start);
                let elem = self.row_of(f, &q, op);
                let elem = self.bound_at(elem, binder);
                let factor = few.map_or_else(|| size(true), Factor::Const);
                Plan::Repeat { elem, factor, rows: true, batch: false }
            }
            Val::ExtInst(ty, _) if self.m.type_row(ty).arrives => {
                Plan::Repeat { elem: UNKNOWN, factor: Factor::While(site), rows: false, batch: false }
            }
            Val::ExtInst(ty, args) => {
                if let Some(iter) = self.iter_row(f, v, ty, op) {
                    return match self.vals.get(iter) {
                        Val::ExtInst(..) => {
                            Plan::Repeat { elem: UNKNOWN, factor: size(false), rows: false, batch: false }
                        }
                        _ => self.plan(f, iter, op, site, binder),
                    };
                }
                let elem = match self.m.role(ty) {
                    TypeRole::List => args.last().copied().unwrap_or(UNKNOWN),
                    _ => UNKNOWN,
                };
                let rows = self.holds_rows(elem);
                let elem = self.bound_at(elem, binder);
                Plan::Repeat { elem, factor: size(rows), rows, batch: false }
            }
            Val::Future(inner) => self.plan(f, inner, op, site, binder),
            Val::Union(all) => self.plan_any(f, &all, op, site, binder),
            Val::Inst(..) => {
                let elem = self.iterate_instance(f, v, op);
                match elem {
                    Some(many) if many != v => self.plan(f, many, op, site, binder),
                    _ => Plan::Repeat { elem: UNKNOWN, factor: size(false), rows: false, batch: false },
                }
            }
            Val::Scalar | Val::Str(_) => {
                Plan::Repeat { elem: SCALAR, factor: size(false), rows: false, batch: false }
            }
            _ => Plan::Repeat { elem: UNKNOWN, factor: size(false), rows: false, batch: named_batch() },
        }
    }

    /// True for what nothing is known of, and for a list of plain values that no query gave.
    fn is_plain_list(&self, v: V) -> bool {
        match *self.vals.get(v) {
            Val::Unknown | Val::Scalar | Val::Ext(_) => true,
            Val::Many { elem, source: None | Some(Source { sent: true, .. }), .. } => !self.holds_rows(elem),
            _ => false,
        }
    }

    /// The plan of a loop over one of several: of those that say most, with elements of each.
    fn plan_any(&mut self, f: &mut Frame<'p>, all: &[V], op: usize, site: Site, binder: Binder) -> Plan {
        if let Some(items) = self.short_lists(all) {
            return Plan::Unroll(items);
        }
        let weight = |v: &Val| match v {
            Val::Query(_) => 2,
            Val::Many { .. } => 1,
            _ => 0,
        };
        let most = all.iter().map(|v| weight(self.vals.get(*v))).max().unwrap_or(0);
        let name = self.size_name(f, op, UNKNOWN);
        let factor = Factor::Size { name, site, rows: false };
        let mut sum = Plan::Repeat { elem: UNKNOWN, factor, rows: false, batch: false };
        if most == 0 {
            return sum;
        }
        for v in all {
            if weight(self.vals.get(*v)) < most {
                continue;
            }
            let one = self.plan(f, *v, op, site, binder);
            sum = match (sum, one) {
                (sum, Plan::Unroll(items)) if items.is_empty() => sum,
                (Plan::Repeat { elem: a, rows: p, .. }, Plan::Repeat { elem: b, rows: q, factor, batch }) => {
                    Plan::Repeat { elem: self.vals.join(a, b), factor, rows: p || q, batch }
                }
                (_, one) => one,
            };
        }
        sum
    }

    /// `__iter__` of the user's class.
    fn iterate_instance(&mut self, f: &mut Frame<'p>, v: V, op: usize) -> Option<V> {
        let Val::Inst(class, _) = *self.vals.get(v) else { return None };
        let name = self.p.names.find("__iter__")?;
        let def = self.p.class_member(class, name)?;
        Some(self.call_fun(f, def, v, &crate::call::CallArgs::default(), op, crate::eval::How::PLAIN))
    }

    /// How many rows iterating a query brings into memory: all of them, unless its type's own iteration streams.
    fn iterated_rows(&mut self, api: perflint_models::TypeIx) -> RowCount {
        ["__iter__", "__aiter__", "Symbol.asyncIterator"]
            .iter()
            .find_map(|name| {
                let name = self.p.names.intern(name);
                self.look.method(api, name, false)
            })
            .map_or(RowCount::All, |row| self.m.call(row).rows)
    }

    /// A library type's own iteration, modelled as the method `__iter__`.
    fn iter_row(&mut self, f: &mut Frame<'p>, v: V, ty: perflint_models::TypeIx, op: usize) -> Option<V> {
        let name = self.p.names.intern("__iter__");
        let row = self.look.method(ty, name, false)?;
        Some(self.apply(f, row, v, &crate::call::CallArgs::default(), op, None))
    }

    /// The value as bound by a loop.
    pub(crate) fn bound_at(&mut self, v: V, binder: Binder) -> V {
        match self.vals.get(v).clone() {
            Val::Row(row) => self.vals.make(Val::Row(Row { binder: Some(binder), ..row })),
            Val::Union(all) => {
                let all: Vec<V> = all.iter().map(|v| self.bound_at(*v, binder)).collect();
                all.into_iter().fold(UNKNOWN, |a, b| self.vals.join(a, b))
            }
            Val::List(items) => {
                let items: Vec<V> = items.iter().map(|v| self.bound_at(*v, binder)).collect();
                self.vals.make(Val::List(items.into()))
            }
            Val::Map(entries, rest) => {
                let entries: Vec<(Sym, V)> =
                    entries.iter().map(|(k, v)| (*k, self.bound_at(*v, binder))).collect();
                self.vals.make(Val::Map(entries.into(), rest))
            }
            Val::Inst(class, fields) => {
                let fields: Vec<(Sym, V)> =
                    fields.iter().map(|(k, v)| (*k, self.held_at(*v, binder))).collect();
                self.vals.make(Val::Inst(class, fields.into()))
            }
            _ => v,
        }
    }

    /// What a variable is given for the first of a loop's elements alone: it stays the same for all of them.
    pub(crate) fn settled_at(&mut self, f: &Frame<'p>, op: usize, v: V) -> V {
        match crate::guard::settled_around(f.body, OpId(op as u32)) {
            Some(around) => {
                let region = f.body.region(around).parent;
                self.bound_at(v, Binder { at: f.at, region })
            }
            None => v,
        }
    }

    /// A row that an object holds, as bound by a loop over such objects: one that the loop which made the objects walked is
    /// another one for each of them, any other they share.
    fn held_at(&mut self, v: V, binder: Binder) -> V {
        let Val::Row(row) = *self.vals.get(v) else { return v };
        let walked = row.binder.is_some_and(|made| {
            let body = self.p.body(made.at);
            let region = &body.region(made.region).kind;
            matches!(region, perflint_ir::RegionKind::Loop { .. })
                || (body.kind == BodyKind::Closure && made.region == RegionId(0))
        });
        if walked { self.vals.make(Val::Row(Row { binder: Some(binder), ..row })) } else { v }
    }

    /// One row that was taken out of many stays the same where it was taken.
    pub(crate) fn picked(
        &mut self,
        f: &Frame<'p>,
        e: &perflint_models::Expr,
        g: &crate::expr::Given<'_>,
        v: V,
    ) -> V {
        match self.vals.get(v) {
            Val::Row(row) if matches!(e, perflint_models::Expr::Elem(_)) && row.binder.is_none() => {
                let region = f.body.ops.get(g.op).map_or(RegionId(0), |op| op.region);
                self.bound_at(v, Binder { at: f.at, region })
            }
            _ => v,
        }
    }

    /// True if the value is a row or holds one.
    pub(crate) fn holds_rows(&self, v: V) -> bool {
        match self.vals.get(v) {
            Val::Row(_) => true,
            Val::Inst(_, fields) => fields.iter().any(|(name, _)| *name == self.of_row),
            Val::Union(all) | Val::List(all) => all.iter().any(|v| self.holds_rows(*v)),
            Val::Map(entries, _) => entries.iter().any(|(_, v)| self.holds_rows(*v)),
            _ => false,
        }
    }

    /// An element of a collection, without running anything.
    pub(crate) fn element(&mut self, v: V) -> V {
        match self.vals.get(v).clone() {
            Val::Many { elem, .. } => elem,
            Val::List(items) => items.iter().fold(UNKNOWN, |a, b| self.vals.join(a, *b)),
            Val::Map(entries, rest) => entries.iter().fold(rest, |a, (_, b)| self.vals.join(a, *b)),
            Val::Future(inner) => self.element(inner),
            Val::Query(q) => self.plain_row(&q),
            Val::Union(all) => all.iter().fold(UNKNOWN, |a, b| {
                let e = self.element(*b);
                self.vals.join(a, e)
            }),
            Val::ExtInst(ty, args) => match self.m.role(ty) {
                TypeRole::List | TypeRole::Wrapper => args.last().copied().unwrap_or(UNKNOWN),
                _ => UNKNOWN,
            },
            Val::Scalar | Val::Str(_) => SCALAR,
            _ => UNKNOWN,
        }
    }

    /// A name for the size of what an operation yields: `orders` for `orders`, `order.items` for `order.items.all()`.
    pub(crate) fn size_name(&mut self, f: &Frame<'p>, op: usize, v: V) -> Sym {
        let mut text = self.expression(f, walked(self.p, f.body, OpId(op as u32), 0), 0);
        for tail in [".map_err()", ".unwrap()", ".expect()"] {
            if let Some(cut) = text.strip_suffix(tail) {
                text = cut.to_owned();
            }
        }
        for tail in [
            ".Next()",
            ".stream()",
            ".parallelStream()",
            ".all()",
            ".iter()",
            ".into_iter()",
            ".values()",
            ".items()",
            ".iter_mut()",
            ".entries()",
            "()",
        ] {
            if let Some(cut) = text.strip_suffix(tail) {
                text = cut.to_owned();
            }
        }
        if let Some(at) = text.find(".objects") {
            text.truncate(at);
        }
        // A name from a stub says nothing to whoever wrote the program.
        if text.is_empty() || text.contains("..") || self.p.is_stub(f.at.file) {
            let entity = match self.vals.get(v) {
                Val::Query(Query { entity, .. }) => *entity,
                Val::Many { elem, .. } => match self.vals.get(*elem) {
                    Val::Row(row) => Some(row.entity),
                    _ => None,
                },
                _ => None,
            };
            text = entity.map_or("items".to_owned(), |e| self.p.text(self.p.entity(e).name).to_owned());
        }
        self.p.names.intern(&text)
    }

    /// An expression as a person would write it, shortened.
    pub(crate) fn expression(&self, f: &Frame<'p>, op: OpId, depth: u32) -> String {
        expression(self.p, f.body, op, depth)
    }

    /// Records an await in a loop of statements; rules decide whether its iterations depend on each other.
    pub(crate) fn note_serial_await(&mut self, f: &Frame<'p>, i: usize, v: V) {
        if f.for_loops == 0 || !matches!(self.vals.get(v), Val::Future(_) | Val::Query(_)) {
            return;
        }
        let place = Site { at: f.at, op: OpId(i as u32) };
        let region = f.body.ops[i].region;
        let around = f.body.enclosing(region).find_map(|(r, region)| match region.kind {
            perflint_ir::RegionKind::Loop { over, source: LoopSource::For, .. } if over.is_some() => {
                Some((r, over))
            }
            _ => None,
        });
        let Some((_, over)) = around else { return };
        let name = self.p.names.intern(&expression(self.p, f.body, over, 0));
        let factor = Factor::Size { name, site: Site { at: f.at, op: over }, rows: false };
        self.events.serial.entry(place).or_insert(SerialAwait { at: f.at, place, factor });
    }
}

/// What is walked where a call only arranges it: `orders` for `enumerate(sorted(orders))` and `Object.keys(orders)`.
fn walked(p: &perflint_link::Program, body: &perflint_ir::Body, op: OpId, depth: u32) -> OpId {
    let Some(OpKind::Call(id)) = body.ops.get(op.at()).filter(|_| depth < 4).map(|o| o.kind) else {
        return op;
    };
    let arranges = match body.call(id).callee {
        Callee::Value(v) => match body.ops.get(v.at()).map(|o| o.kind) {
            Some(OpKind::Name(name)) => matches!(
                p.text(name),
                "enumerate" | "sorted" | "reversed" | "list" | "set" | "tuple" | "zip" | "iter" | "tqdm"
            ),
            _ => false,
        },
        Callee::Member { recv, name } => {
            matches!(body.op(recv).kind, OpKind::Name(owner) if matches!(p.text(owner), "Object" | "Array"))
                && matches!(p.text(name), "keys" | "values" | "entries" | "from")
        }
    };
    match body.args(body.call(id).args).first() {
        Some(first) if arranges && first.value.is_some() => walked(p, body, first.value, depth + 1),
        _ => op,
    }
}

/// True for a name that says that each element stands for many: `idBatches`, `slice.CollectChunks`.
fn is_batch_name(path: &str) -> bool {
    let name = path.rsplit('.').next().unwrap_or(path).to_lowercase();
    let batched = ["chunked", "batched"].iter().any(|start| name.starts_with(start));
    batched || ["batches", "chunks", "chunked", "partitions"].iter().any(|end| name.ends_with(end))
}

/// True for a name that says that there is one or none: `maybePoster`, `posters.HeadOrNone`.
fn is_optional_name(path: &str) -> bool {
    let name = path.rsplit('.').next().unwrap_or(path);
    let maybe = name.strip_prefix("maybe").and_then(|rest| rest.chars().next());
    maybe.is_some_and(|next| next.is_uppercase() || next == '_') || name.ends_with("OrNone")
}

/// True for a name in capitals, alone or at the end of a path.
fn is_constant_name(path: &str) -> bool {
    let name = path.rsplit('.').next().unwrap_or(path);
    name.len() > 2 && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// An expression as a person would write it, shortened to names.
pub fn expression(p: &perflint_link::Program, body: &perflint_ir::Body, op: OpId, depth: u32) -> String {
    if depth > 6 || !op.is_some() || op.at() >= body.ops.len() {
        return "..".to_owned();
    }
    let next = |op: OpId| expression(p, body, op, depth + 1);
    match body.op(op).kind {
        OpKind::Local(local) => p.text(body.locals[local.at()]).to_owned(),
        OpKind::Name(name) => p.text(name).to_owned(),
        OpKind::SelfRef => "self".to_owned(),
        OpKind::SuperRef => "super".to_owned(),
        // A template's names are fields of what it is rendered with.
        OpKind::Get { base, name } if is_context(body, base) || p.text(name).starts_with('@') => {
            p.text(name).to_owned()
        }
        OpKind::Get { base, name } => format!("{}.{}", next(base), p.text(name)),
        OpKind::Await(v) | OpKind::Slice { base: v, .. } | OpKind::Bind { value: v, .. } => next(v),
        OpKind::Index { base, .. } => format!("{}[]", next(base)),
        OpKind::Call(id) if body.call(id).form == perflint_ir::CallForm::Auto => match body.call(id).callee {
            Callee::Value(v) => next(v),
            Callee::Member { recv, name } => format!("{}.{}", next(recv), p.text(name)),
        },
        OpKind::Call(id) => match body.call(id).callee {
            Callee::Value(v) => format!("{}()", next(v)),
            Callee::Member { recv, name } => format!("{}.{}()", next(recv), p.text(name)),
        },
        OpKind::Join(kids) => body.kids(kids).first().map_or_else(String::new, |k| next(*k)),
        _ => String::new(),
    }
}

/// True for the value that a template is rendered with.
pub(crate) fn is_context(body: &perflint_ir::Body, op: OpId) -> bool {
    body.kind == BodyKind::Template
        && op.is_some()
        && matches!(body.ops.get(op.at()).map(|o| o.kind), Some(OpKind::Local(local)) if local.at() == 0)
}
