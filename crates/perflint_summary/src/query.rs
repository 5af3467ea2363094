//! Queries and rows: what is supplied, what is run, what is loaded lazily.

use crate::eval::{Eval, Frame};
use crate::fact::{Effect, Lazy, Materialised, Responded, Sure};
use crate::value::{
    Binder, Bound, DEFERRED, EVERYTHING, MARKS, NOTHING, ONLY, Query, Row, SCALAR, Site, Source, UNKNOWN, V,
    Val,
};
use perflint_ir::{BodyKind, OpId, OpKind, RegionId, RegionKind, Sym};
use perflint_link::{EntityIx, Relation};
use perflint_models::{EffectKind, RelationRead, RowCount, To, TypeIx, Wait};

impl<'p> Eval<'p> {
    pub(crate) fn site(&self, f: &Frame<'p>, op: usize) -> Site {
        Site { at: f.at, op: OpId(op as u32) }
    }

    pub(crate) fn here(&self, f: &Frame<'p>, op: usize) -> Binder {
        Binder { at: f.at, region: f.body.ops.get(op).map_or(RegionId(0), |o| o.region) }
    }

    /// A new query over an entity.
    pub(crate) fn fresh_query(
        &mut self,
        f: &Frame<'p>,
        entity: Option<EntityIx>,
        label: Sym,
        op: usize,
    ) -> Query {
        let path = self.p.names.intern("");
        let origin = if self.p.is_stub(f.at.file) { self.declared_site(f) } else { None };
        Query {
            entity,
            label,
            api: entity.and_then(|e| self.p.entity(e).api),
            class: None,
            origin: origin.unwrap_or_else(|| self.site(f, op)),
            path,
            from: None,
            many: false,
            supply: NOTHING,
            latest: None,
            bound: Bound::Unbounded,
            ran: false,
            evaluated: false,
            plain: false,
            narrowed: false,
            via: None,
            preloaded: false,
            writes: false,
            fresh: false,
            verb: None,
            open_limit: false,
            related: false,
            paged: false,
        }
    }

    /// A query that a library builds for the user's class comes from the field that says of what.
    fn declared_site(&self, f: &Frame<'p>) -> Option<Site> {
        let Val::Inst(class, _) = *self.vals.get(f.this) else { return None };
        if self.p.is_stub(self.p.class(class).def.file) {
            return None;
        }
        [
            "queryset",
            "model",
            "list_display",
            "list_columns",
            "columns",
            "fields",
            "serializer_class",
            "form_class",
        ]
        .iter()
        .filter_map(|name| self.p.class_member(class, self.p.names.find(name)?))
        .filter(|def| !self.p.is_stub(def.file))
        .find_map(|def| {
            let (file, body, op) = self.p.field_init(def)?;
            Some(Site { at: perflint_link::BodyRef { file, body }, op })
        })
    }

    /// The query that a value stands for: a query itself, all rows of an entity class, a row's entity.
    pub(crate) fn query_for(&mut self, f: &mut Frame<'p>, v: V, op: usize) -> Option<Query> {
        let empty = self.p.names.intern("");
        match self.vals.get(v).clone() {
            Val::Query(q) => Some(q),
            Val::Class(class) => {
                let entity = self.p.class(class).entity?;
                let q = self.fresh_query(f, Some(entity), empty, op);
                Some(self.with_standing(f, q, op))
            }
            // A query that starts at a row is about that row.
            Val::Row(row) => {
                let q = self.fresh_query(f, Some(row.entity), empty, op);
                let fresh = row.origin.is_none() && row.binder.is_some();
                Some(Query { narrowed: true, related: true, fresh, ..q })
            }
            Val::Attr(entity, _) => {
                let q = self.fresh_query(f, Some(entity), empty, op);
                Some(Query { plain: true, ..q })
            }
            Val::ExtInst(_, args) => args.iter().find_map(|a| self.query_for(f, *a, op)),
            Val::List(items) => items.first().and_then(|a| self.query_for(f, *a, op)),
            Val::Union(all) => all.iter().find_map(|a| self.query_for(f, *a, op)),
            Val::Many { elem, .. } | Val::Future(elem) => self.query_for(f, elem, op),
            // A whole statement names nothing, and what it asks for is not looked into.
            Val::Str(text) if self.p.text(text).trim().contains(char::is_whitespace) => {
                let q = self.fresh_query(f, None, self.p.names.intern("sql"), op);
                Some(Query { bound: Bound::Unknown, supply: EVERYTHING, ..q })
            }
            Val::Str(name) => {
                let lower = self.p.names.intern(&self.p.text(name).to_lowercase());
                let entity = self.p.tables.get(&lower).copied();
                Some(self.fresh_query(f, entity, name, op))
            }
            Val::Inst(class, _) => {
                let entity = self.p.class(class).entity;
                entity.map(|e| self.fresh_query(f, Some(e), empty, op))
            }
            _ => None,
        }
    }

    /// One row of a query, fetched here.
    pub(crate) fn row_of(&mut self, f: &Frame<'p>, q: &Query, op: usize) -> V {
        let binder = Some(self.here(f, op));
        self.row_with(q, binder)
    }

    /// One row of the entity of a query that was made, not read.
    pub(crate) fn made_row(&mut self, f: &Frame<'p>, q: &Query, op: usize) -> V {
        let origin = self.site(f, op);
        self.events.made.insert(origin);
        let path = self.p.names.intern("");
        self.row_of(f, &Query { origin, path, supply: NOTHING, ..*q }, op)
    }

    /// One row of a query that nothing binds yet.
    pub(crate) fn plain_row(&mut self, q: &Query) -> V {
        self.row_with(q, None)
    }

    fn row_with(&mut self, q: &Query, binder: Option<Binder>) -> V {
        match q.entity {
            Some(entity) if !q.plain => {
                let Query { path, from, many, supply, .. } = *q;
                let origin = Some(q.origin);
                let row = Row { entity, origin, path, from, many, supply, binder, keyless: false };
                self.vals.make(Val::Row(row))
            }
            _ => SCALAR,
        }
    }

    /// All rows of a query as a list.
    pub(crate) fn result_rows(&mut self, f: &Frame<'p>, q: &Query, op: usize) -> V {
        if q.bound == Bound::AtMost(0) {
            return self.vals.make(Val::List(std::rc::Rc::new([])));
        }
        let elem = self.row_of(f, q, op);
        let count = match q.bound {
            Bound::AtMost(n) => Some(n).filter(|n| *n <= crate::iterate::SMALL),
            Bound::One => Some(1),
            _ => None,
        };
        let source = walked(q).filter(|_| count.is_none());
        self.vals.make(Val::Many { elem, count, batch: false, source })
    }

    /// Runs a query: adds its effect, unless it has run or its relation is loaded.
    pub(crate) fn run_query(&mut self, f: &mut Frame<'p>, q: &Query, rows: RowCount, op: usize, wait: Wait) {
        if q.bound == Bound::AtMost(0) || q.evaluated || q.ran || q.preloaded {
            if q.ran && !q.evaluated && rows == RowCount::All && !q.writes {
                // The statement has run; its rows come into memory here.
                self.events.extents.fetched(q);
                let site = self.site(f, op);
                let label = self.query_label(q);
                self.materialise(f, q, site, label);
            }
            return;
        }
        let site = self.site(f, op);
        let label = self.query_label(q);
        let lazy = q.via.and_then(|via| match self.vals.get(via) {
            Val::Row(row) => {
                let relation = q.from.map_or(q.label, |(_, name)| name);
                if self.p.relation(row.entity, relation).is_some_and(|relation| relation.dynamic) {
                    return None;
                }
                Some((
                    Lazy {
                        origin: row.origin,
                        path: self.p.names.join(row.path, relation),
                        from: row.entity,
                        relation,
                        supply: row.supply,
                        many: true,
                        through: row.many,
                        column: false,
                        by_itself: false,
                    },
                    row.supply,
                ))
            }
            _ => None,
        });
        if lazy.as_ref().is_some_and(|(_, supply)| *supply == EVERYTHING) {
            // What the row brings along is not known: nothing to say about its relations.
            return;
        }
        self.accessed(q, site);
        self.events.extents.run(site, q, rows);
        let kind = if q.writes { EffectKind::Write } else { EffectKind::Query };
        let (lazy, method) = (lazy.map(|(l, _)| l), self.method_at(f, q, op));
        let effect = Effect { kind, entity: q.entity, label, method, site, lazy, batched: false };
        let binder = self.collection_binder(q, rows);
        let sure = self.sure_of(q);
        self.effect(f, effect, wait, binder, sure);
        if rows == RowCount::All && !q.writes {
            self.materialise(f, q, site, label);
        }
    }

    /// A relation of a row of which only the name of a variable tells is a guess as well.
    pub(crate) fn sure_of(&self, q: &Query) -> Sure {
        match q.via {
            Some(via) if self.is_guess(via) => Sure::Guess,
            _ => Sure::Certain,
        }
    }

    /// A collection that stands in a row is fetched once for that row, however often it is looked at.
    fn collection_binder(&self, q: &Query, rows: RowCount) -> Option<Binder> {
        let Val::Row(row) = self.vals.get(q.via?) else { return None };
        let relation = self.p.relation(row.entity, q.from?.1)?;
        let model = &self.m.relations[relation.row].1;
        // Columns alone, and a number of rows, are asked for anew.
        let kept = model.keeps && rows == RowCount::All && !q.plain && !q.writes;
        row.binder.filter(|_| model.proxy || kept)
    }

    /// A query that was iterated keeps its rows: the variables that hold it need no second one.
    /// The effects since `start` happen once per value of the variable, however often it is walked.
    pub(crate) fn keep_rows(&mut self, f: &mut Frame<'p>, v: V, q: &Query, op: usize, start: usize) {
        let keeps = q.api.is_some_and(|api| self.m.role(api) == perflint_models::TypeRole::Query);
        let op = match f.body.ops.get(op).map(|o| o.kind) {
            Some(OpKind::Call(id)) if !self.is_held(f, OpId(op as u32)) => {
                f.body.args(f.body.call(id).args).first().map_or(OpId::NONE, |a| a.value)
            }
            _ => OpId(op as u32),
        };
        // What is built on the spot is not the variable's own.
        let held = self.is_held(f, op);
        let named = held
            || f.body
                .ops
                .get(op.at())
                .is_some_and(|o| matches!(o.kind, OpKind::Local(_) | OpKind::Get { .. }));
        let is_it = f.vals.get(op.at()).is_some_and(|value| self.may_be(*value, v, q));
        if !named || !is_it || !keeps || q.ran || q.evaluated {
            return;
        }
        // A stub's body may run inside itself, for a serializer in a serializer: its own regions would be mistaken.
        let bound = match f.body.op(op).kind {
            OpKind::Local(local) => Some(f.body.ops[..op.at()].iter().rev().find_map(|o| match o.kind {
                OpKind::Bind { local: l, .. } if l == local => Some(o.region),
                _ => None,
            })),
            // What a template is rendered with is there before any of its loops.
            OpKind::Get { base, .. } if crate::iterate::is_context(f.body, base) => Some(None),
            _ => None,
        };
        if let Some(bound) = bound.filter(|_| !self.p.is_stub(f.at.file)) {
            let outside = match f.body.op(op).kind {
                OpKind::Local(local) => self.bound_outside(f, local),
                _ => None,
            };
            f.outer.extend(outside);
            let binder = outside.unwrap_or(Binder { at: f.at, region: bound.unwrap_or(RegionId(0)) });
            f.terms[start..].iter_mut().filter(|t| t.binder.is_none()).for_each(|t| t.binder = Some(binder));
        }
        if held {
            let row = match self.vals.get(f.this) {
                Val::Row(row) => row.binder,
                _ => None,
            };
            for term in &mut f.terms[start..] {
                match row {
                    Some(binder) => term.binder = Some(binder),
                    None => (term.once, term.held) = (true, true),
                }
            }
        }
        let kept = self.vals.make(Val::Query(Query { evaluated: true, ..*q }));
        for i in 0..f.locals.len() {
            if f.locals[i] == v {
                f.locals[i] = kept;
            } else if let Val::Map(entries, rest) = self.vals.get(f.locals[i]).clone()
                && entries.iter().any(|(_, held)| *held == v)
            {
                let entries: Vec<(Sym, V)> =
                    entries.iter().map(|(k, held)| (*k, if *held == v { kept } else { *held })).collect();
                f.locals[i] = self.vals.make(Val::Map(entries.into(), rest));
            }
        }
    }

    /// True if a value is this very query, or may be.
    fn may_be(&self, value: V, v: V, q: &Query) -> bool {
        self.vals.alternatives(value).iter().any(|one| match self.vals.get(*one) {
            Val::Query(other) => (other.origin, other.path) == (q.origin, q.path),
            _ => *one == v,
        })
    }

    /// Records that all rows of an unbounded query come into memory.
    pub(crate) fn materialise(&mut self, f: &Frame<'p>, q: &Query, site: Site, label: Sym) {
        if q.bound != Bound::Unbounded {
            return;
        }
        let event = Materialised {
            site,
            origin: q.origin,
            entity: q.entity,
            label,
            bound: q.bound,
            narrowed: q.narrowed,
            open_limit: q.open_limit,
            related: q.related,
            paged: q.paged,
            plain: q.plain,
            choices: false,
            caller: f.caller,
            seen: self.seen(f),
        };
        let known = self.events.materialised.entry((site, q.origin)).or_insert(event);
        known.seen.also(f.node);
        self.events.unbounded.insert(q.origin, *q);
        if self.p.file(f.at.file).is_template() {
            self.events.shown.insert(q.origin);
        }
    }

    /// `Order`, `order.items`: what a query is about, for people.
    pub(crate) fn query_label(&self, q: &Query) -> Sym {
        match q.entity {
            Some(entity) => self.p.entity(entity).name,
            None => q.label,
        }
    }

    /// Records that rows leave in a response.
    pub(crate) fn respond(&mut self, f: &Frame<'p>, v: V, op: usize, depth: u32) {
        if depth > 4 {
            return;
        }
        match self.vals.get(v).clone() {
            Val::Many { source: Some(Source { origin, all: true, .. }), .. } => {
                if let Some(q) = self.unbounded_at(origin) {
                    self.responded(f, &q, op, depth);
                }
            }
            // Something limits them, at least on one of the ways.
            Val::Many { source: Some(Source { sent: false, .. }), .. } => {}
            Val::Many { elem, count: None, .. } => self.respond(f, elem, op, depth + 1),
            Val::Row(Row { origin: Some(origin), entity, path, .. }) if self.p.text(path).is_empty() => {
                if let Some(q) = self.unbounded_at(origin) {
                    self.responded(f, &Query { entity: Some(entity), ..q }, op, depth);
                }
            }
            Val::Query(q)
                if q.bound == Bound::Unbounded
                    && (!(q.ran || f.lang.keeps_rows_in_queries())
                        || self.unbounded_at(q.origin).is_some()) =>
            {
                self.responded(f, &q, op, depth);
            }
            Val::Map(entries, rest) => {
                for (_, v) in entries.iter() {
                    self.respond(f, *v, op, depth + 1);
                }
                self.respond(f, rest, op, depth + 1);
            }
            // Where one of the ways pages the rows, the other is for those who ask for all of them.
            Val::Union(items) if items.iter().any(|v| self.pages(*v)) => {}
            Val::List(items) | Val::Union(items) => {
                items.iter().for_each(|v| self.respond(f, *v, op, depth + 1));
            }
            // What a message is made of leaves with it.
            Val::Inst(_, fields) => {
                for (_, v) in fields.iter() {
                    if matches!(self.vals.get(*v), Val::Many { .. }) {
                        self.respond(f, *v, op, depth + 1);
                    }
                }
            }
            Val::Future(inner) => self.respond(f, inner, op, depth),
            _ => {}
        }
    }

    fn pages(&self, v: V) -> bool {
        matches!(self.vals.get(v), Val::Query(q) if matches!(q.bound, Bound::Page | Bound::AtMost(_)))
    }

    /// Records that the rows of a query leave in an answer, this deep inside of it.
    pub(crate) fn responded(&mut self, f: &Frame<'p>, q: &Query, op: usize, depth: u32) {
        self.note_named(f, q);
        let event = Responded {
            site: self.site(f, op),
            origin: q.origin,
            entity: q.entity,
            label: self.query_label(q),
            narrowed: q.narrowed,
            related: q.related,
            of: q.from.map(|(owner, _)| owner),
            open_limit: q.open_limit,
            paged: q.paged,
            plain: q.plain,
            direct: depth == 0,
            cut: false,
            seen: self.seen(f),
        };
        let known = self.events.responded.entry((event.site, q.origin)).or_insert(event);
        known.seen.also(f.node);
    }

    /// The query built at a place, if it was read without bound.
    pub(crate) fn unbounded_at(&self, origin: Site) -> Option<Query> {
        self.events.unbounded.get(&origin).copied()
    }

    /// The place of the unbounded query whose rows a value holds one element for each of.
    pub(crate) fn source_of_all(&self, v: V) -> Option<Site> {
        self.source_of(v).filter(|source| source.all).map(|source| source.origin)
    }

    /// The query whose rows a value holds one element for each of.
    pub(crate) fn source_of(&self, v: V) -> Option<Source> {
        match self.vals.get(v) {
            Val::Query(q) => walked(q),
            Val::Many { source, .. } => *source,
            Val::Future(inner) => self.source_of(*inner),
            Val::Union(all) => all.iter().find_map(|v| self.source_of(*v)),
            _ => None,
        }
    }

    /// Reads a relation of a row.
    pub(crate) fn read_relation(
        &mut self,
        f: &mut Frame<'p>,
        of: V,
        row: Row,
        relation: &'p Relation,
        op: usize,
    ) -> V {
        let path = self.p.names.join(row.path, relation.name);
        if let Some(parent) = self.parent(row, relation) {
            return self.vals.make(Val::Row(parent));
        }
        let loaded = relation.eager || self.vals.is_loaded(row.supply, path);
        let Some(target) = relation.target else {
            if !loaded && relation.read == RelationRead::Lazy {
                self.lazy_load(f, row, relation, path, op, None);
            }
            if self.m.relations[relation.row].1.of_values && relation.read == RelationRead::Query {
                let q = self.related_query(f, of, row, relation, None, path, op);
                return self.vals.make(Val::Query(q));
            }
            return UNKNOWN;
        };
        let from = Some((row.entity, relation.name));
        let many = row.many || relation.to == To::Many;
        let supply = self.standing_below(f, target, path, row.supply, op);
        let inner = Row { entity: target, path, from, many, supply, keyless: false, ..row };
        match (relation.read, relation.to) {
            (RelationRead::Query, _) => {
                let q = self.related_query(f, of, row, relation, Some(target), path, op);
                let q = self.with_standing(f, q, op);
                let q = self.scoped_relation(f, relation, q, op);
                self.vals.make(Val::Query(q))
            }
            (read, to) => {
                let proxy = to == To::One && self.m.relations[relation.row].1.proxy;
                if read == RelationRead::Lazy && !loaded && !proxy {
                    self.lazy_load(f, row, relation, path, op, Some(target));
                }
                match to {
                    To::One => self.vals.make(Val::Row(inner)),
                    To::Many => self.related_rows(f, row, inner, relation, op),
                }
            }
        }
    }

    /// The query that reading a relation to many gives.
    #[expect(clippy::too_many_arguments, reason = "a relation of a row, where it is read")]
    fn related_query(
        &mut self,
        f: &Frame<'p>,
        of: V,
        row: Row,
        relation: &'p Relation,
        target: Option<EntityIx>,
        path: Sym,
        op: usize,
    ) -> Query {
        let loaded = relation.eager || self.vals.is_loaded(row.supply, path);
        // Of one row a query is made where it stands; of each of many, the query of those rows could load it.
        let here = self.site(f, op);
        let own = !loaded && row.supply != EVERYTHING && self.is_single(row);
        let (origin, path, supply) = match row.origin {
            Some(origin) if !own => (origin, path, row.supply),
            _ if own => (here, self.p.names.intern(""), NOTHING),
            _ => (here, path, row.supply),
        };
        Query {
            entity: target,
            label: relation.name,
            api: relation.query_type.or_else(|| self.p.entity(target?).api),
            class: None,
            origin,
            path,
            from: Some((row.entity, relation.name)),
            many: !own,
            supply,
            latest: None,
            bound: Bound::Unbounded,
            ran: false,
            evaluated: false,
            plain: false,
            narrowed: true,
            via: Some(of),
            preloaded: loaded,
            writes: false,
            fresh: false,
            verb: None,
            open_limit: false,
            related: true,
            paged: false,
        }
    }

    /// A row that stands for a relation which was not loaded: reading anything but its key fetches it.
    pub(crate) fn touch(&mut self, f: &mut Frame<'p>, row: Row, name: Sym, op: usize) {
        let Some((owner, relation)) = row.from else { return };
        let Some(relation) = self.p.relation(owner, relation) else { return };
        let row_model = &self.m.relations[relation.row].1;
        if !row_model.proxy
            || relation.to != To::One
            || relation.eager
            || row_model.read != RelationRead::Lazy
        {
            return;
        }
        let text = self.p.text(name);
        if self.vals.is_loaded(row.supply, row.path)
            || ["id", "getId", "hashCode", "equals"].contains(&text)
            || self.p.is_key(row.entity, name)
        {
            return;
        }
        let before = self.p.text(row.path).rsplit_once('.').map_or("", |(before, _)| before);
        let parent = Row { entity: owner, path: self.p.names.intern(before), keyless: false, ..row };
        self.lazy_load(f, parent, relation, row.path, op, Some(row.entity));
    }

    /// Reads a column of a row: a query, if the row was loaded without it.
    pub(crate) fn read_column(&mut self, f: &mut Frame<'p>, row: Row, name: Sym, op: usize) {
        let (_, known) = self.vals.paths(row.supply);
        let mark = |c: char| -> Vec<&str> {
            known.iter().filter_map(|p| self.p.text(*p).strip_prefix(c)).collect::<Vec<_>>()
        };
        let (only, deferred) = (mark(ONLY), mark(DEFERRED));
        if only.is_empty() && deferred.is_empty() {
            return;
        }
        let prefix = self.p.text(row.path);
        let own = |path: &str| {
            let (head, last) = path.rsplit_once('.').unwrap_or(("", path));
            (head == prefix).then(|| last.to_owned())
        };
        let name_text = self.p.text(name).to_owned();
        let same = |column: &String| *column == name_text || format!("{column}_id") == name_text;
        let only: Vec<String> = only.into_iter().filter_map(own).collect();
        let missing = deferred.into_iter().filter_map(own).any(|c| same(&c))
            || (!only.is_empty() && !only.iter().any(same));
        if !missing || matches!(&*name_text, "id" | "pk") {
            return;
        }
        let path = self.p.names.join(row.path, name);
        let lazy = Lazy {
            origin: row.origin,
            path,
            from: row.entity,
            relation: name,
            supply: row.supply,
            many: false,
            through: row.many,
            column: true,
            by_itself: false,
        };
        let (site, label) = (self.site(f, op), name);
        let effect = Effect {
            kind: EffectKind::Query,
            entity: Some(row.entity),
            label,
            method: label,
            site,
            lazy: Some(lazy),
            batched: false,
        };
        self.effect(f, effect, Wait::Suspends, row.binder, Sure::Certain);
    }

    /// The row that another was reached from, if a relation leads back to it: whoever loads `order.items` hands each item
    /// its order, or finds it among the rows it holds already. Where that order is bound is not known here: nothing is said
    /// about its own relations, and what it remembers itself is not asked for each item.
    fn parent(&mut self, row: Row, back: &Relation) -> Option<Row> {
        let (from, name) = row.from?;
        let along = self.p.relation(from, name)?;
        let before = self.p.text(row.path).rsplit_once('.').map_or("", |(before, _)| before);
        let before = self.p.names.intern(before);
        self.p.leads_back(from, along, back).then_some(Row {
            entity: from,
            path: before,
            from: None,
            many: false,
            supply: EVERYTHING,
            binder: None,
            keyless: false,
            ..row
        })
    }

    /// True if a row was fetched alone: it is bound where it was fetched, and not by a loop or a callback.
    fn is_single(&self, row: Row) -> bool {
        row.origin.is_some() && row.binder.is_some_and(|binder| !self.repeats(binder))
    }

    /// True for what is bound anew by every turn of a loop, or by every call of a callback.
    pub(crate) fn repeats(&self, binder: Binder) -> bool {
        let body = self.p.body(binder.at);
        body.kind == BodyKind::Closure && binder.region == RegionId(0)
            || matches!(body.region(binder.region).kind, RegionKind::Loop { .. })
    }

    pub(crate) fn lazy_load(
        &mut self,
        f: &mut Frame<'p>,
        row: Row,
        relation: &Relation,
        path: Sym,
        op: usize,
        to: Option<EntityIx>,
    ) {
        let lazy = Lazy {
            origin: row.origin,
            path,
            from: row.entity,
            relation: relation.name,
            supply: row.supply,
            many: relation.to == To::Many,
            through: row.many,
            column: false,
            by_itself: relation.selects,
        };
        let effect = Effect {
            kind: EffectKind::Query,
            entity: to,
            label: relation.name,
            method: relation.name,
            site: self.site(f, op),
            lazy: Some(lazy),
            batched: false,
        };
        // Who fetched a row of which only the name tells may have loaded it too.
        let sure = if self.is_guessed(row) { Sure::Guess } else { Sure::Certain };
        self.effect(f, effect, Wait::Suspends, row.binder, sure);
    }

    /// Adds relation paths to what a query loads.
    pub(crate) fn load(&mut self, q: &Query, paths: V) -> Query {
        Query { supply: self.supply_with(q.path, q.supply, paths), ..*q }
    }

    /// What is loaded with rows under a path, and more of it.
    pub(crate) fn supply_with(&mut self, path: Sym, supply: crate::SupplyIx, paths: V) -> crate::SupplyIx {
        match self.vals.get(paths).clone() {
            Val::Paths(more, _) => {
                let (all, known) = self.vals.paths(supply);
                let mut sum: Vec<Sym> = known.to_vec();
                for more in more.iter() {
                    if self.p.text(*more).starts_with(MARKS) {
                        sum.push(self.below(path, *more));
                        continue;
                    }
                    let mut prefix = path;
                    for part in self.p.text(*more).split('.') {
                        let part = self.p.names.intern(part);
                        prefix = self.p.names.join(prefix, part);
                        sum.push(prefix);
                    }
                }
                self.vals.supply(all, sum)
            }
            // What a callback loaded with the query that it was given.
            Val::Query(loaded) => self.vals.added(supply, loaded.supply),
            Val::Null => supply,
            _ => EVERYTHING,
        }
    }

    /// A query with the methods of another type.
    pub(crate) fn with_api(&mut self, v: V, api: TypeIx) -> V {
        match self.vals.get(v).clone() {
            Val::Query(q) => self.vals.make(Val::Query(Query { api: Some(api), ..q })),
            Val::Paths(paths, _) => self.vals.make(Val::Paths(paths, Some(api))),
            _ => v,
        }
    }
}

/// The query as the source of a list of its rows: those of a relation that is loaded have one of their own.
pub(crate) fn walked(q: &Query) -> Option<Source> {
    let several = !matches!(q.bound, Bound::One | Bound::AtMost(0));
    (several && !q.preloaded).then_some(Source {
        origin: q.origin,
        all: q.bound == Bound::Unbounded,
        sent: false,
    })
}
