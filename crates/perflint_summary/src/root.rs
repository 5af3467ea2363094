//! Where evaluation starts: initialisers, entry points, then every function on its own.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame, Outcome, Pending, def_of};
use crate::fact::{Entry, Seen, Summary};
use crate::graph::Node;
use crate::mutate::capital;
use crate::route::Handler;
use crate::value::{UNKNOWN, V, Val};
use perflint_ir::{BodyId, BodyKind, Callee, ItemId, ItemKind, OpId, OpKind, Role, Sym};
use perflint_link::{BodyRef, ClassIx, Def, FileIx, Target};
use perflint_models::{EntryKind, EntryRow};
use rustc_hash::FxHashMap;
use std::rc::Rc;

impl<'p> Eval<'p> {
    /// Evaluates the whole program.
    pub(crate) fn run_all(&mut self) {
        let files: Vec<FileIx> =
            self.p.each_file().map(|(ix, _)| ix).filter(|ix| !self.p.is_stub(*ix)).collect();
        for file in &files {
            if let Some(body) = self.p.file(*file).items.first().and_then(|i| i.body) {
                self.refuel();
                self.init_values(BodyRef { file: *file, body });
            }
        }
        self.run_class_bodies();
        self.note_traversals();
        for file in &files {
            self.marked_entries(*file);
        }
        self.declared_entries();
        self.note_everywhere();
        self.note_decorated_classes();
        self.run_pending();
        for file in &files {
            if matches!(self.p.file(*file).role, Role::Vendored | Role::Minified) {
                continue;
            }
            for (i, item) in (0u32..).zip(&self.p.file(*file).items) {
                if let (ItemKind::Function, Some(body)) = (item.kind, item.body) {
                    self.run_function(Def { file: *file, item: ItemId(i) }, body);
                }
            }
        }
        self.run_pending();
    }

    fn run_function(&mut self, def: Def, body: BodyId) {
        self.refuel();
        let at = BodyRef { file: def.file, body };
        let this = self.receiver(def);
        let locals = self.declared_arguments(at);
        let outcome = self.evaluate(at, this, locals, None);
        let item = self.p.item(def);
        let known = || self.entries.iter().any(|entry| entry.at == at);
        let starts = match self.p.class_around(def) {
            None => self.p.text(item.name) == "main",
            Some(_) => self.p.text(item.name) == "Main" && item.flags.is_static,
        };
        if starts && !known() {
            self.programs.push(Entry {
                kind: EntryKind::Main,
                label: "main".to_owned(),
                method: None,
                route: None,
                routes: Vec::new(),
                registered: String::new(),
                class: None,
                at,
                node: outcome.node,
                def: Some(def),
                file: def.file,
                summary: Rc::new(Summary { terms: outcome.terms.clone(), capped: outcome.capped }),
            });
        }
    }

    /// The receiver of a method whose callers are not known.
    pub(crate) fn receiver(&mut self, def: Def) -> V {
        let Some(class) = self.p.class_around(def) else { return UNKNOWN };
        self.instance(class)
    }

    fn instance(&mut self, class: ClassIx) -> V {
        if let Some(entity) = self.p.class(class).entity {
            return self.typed_row(entity);
        }
        self.vals.make(Val::Inst(class, Rc::new([])))
    }

    fn run_pending(&mut self) {
        let mut done = 0;
        while done < self.pending.len() && done < 20_000 {
            let pending = self.pending[done].clone();
            done += 1;
            self.refuel();
            let Some(at) = self.body_of(pending.target) else { continue };
            let mut more = Vec::new();
            self.entry = Some(self.entries.len());
            let outcome = match self.vals.get(pending.target).clone() {
                Val::Bound(_, this) => {
                    let locals = self.entry_arguments(at, &pending);
                    let (this, mut before) = self.run_before(at, this, &pending);
                    let outcome = self.evaluate(at, this, locals, None);
                    more.append(&mut before);
                    more.extend(self.run_view(at, this, &outcome, &pending));
                    outcome
                }
                Val::Closure(_, _, caps, this) => {
                    let body = self.p.body(at);
                    let mut locals = self.entry_arguments(at, &pending);
                    locals.resize(body.locals.len().max(locals.len()), UNKNOWN);
                    for (capture, v) in body.captures.iter().zip(caps.iter()) {
                        locals[capture.inner.at()] = *v;
                    }
                    self.evaluate(at, this, locals, None)
                }
                Val::Fun(def) => {
                    let this = self.receiver(def);
                    let locals = self.entry_arguments(at, &pending);
                    self.evaluate(at, this, locals, None)
                }
                _ => continue,
            };
            let returned = self.returned_from_entry(at, &outcome, &pending);
            let resolves = pending.kind == EntryKind::Resolver;
            if let Some(method) = def_of(self.p, at).filter(|_| resolves) {
                more.extend(self.resolved_fields(at, outcome.ret, method, outcome.node));
            }
            let terms: Vec<_> = outcome.terms.iter().chain(&returned).chain(&more).cloned().collect();
            if resolves && !self.has_objects(at) {
                self.repeat_per_parent(at, outcome.node, &terms, &pending.label);
            }
            let summary = Summary { terms, capped: outcome.capped };
            self.entries.push(Entry {
                kind: pending.kind,
                label: pending.label,
                method: pending.method,
                route: pending.route,
                routes: Vec::new(),
                registered: String::new(),
                class: self.class_of_target(pending.target),
                at,
                node: outcome.node,
                def: def_of(self.p, at),
                file: pending.file,
                summary: Rc::new(summary),
            });
        }
        self.pending.clear();
        self.entry = None;
    }

    /// Arguments of a handler: as declared, else as its framework passes them.
    fn entry_arguments(&mut self, at: BodyRef, pending: &Pending) -> Vec<V> {
        let mut locals = self.declared_arguments(at);
        self.fetch_rows(at, pending.kind, &mut locals);
        if matches!(pending.kind, EntryKind::Route | EntryKind::Page) {
            for local in &mut locals {
                *local = self.as_sent(at, *local);
            }
        }
        for (local, given) in locals.iter_mut().zip(&pending.gives) {
            if *given != UNKNOWN && !matches!(self.vals.get(*given), Val::Scalar) && *local == UNKNOWN {
                *local = *given;
            }
        }
        locals
    }

    /// The class of the receiver that a method is bound to.
    fn class_of_target(&self, target: V) -> Option<Def> {
        let Val::Bound(_, this) = *self.vals.get(target) else { return None };
        match *self.vals.get(this) {
            Val::Inst(class, _) => Some(self.p.class(class).def),
            _ => None,
        }
    }

    /// A field's resolver runs once per parent, unless the parent is the root of the query.
    fn repeat_per_parent(&mut self, at: BodyRef, node: Node, terms: &[crate::fact::Term], label: &str) {
        let (owner, field) = label.rsplit_once('.').unwrap_or(("", label));
        // A mutation runs once per request, however it is spelt.
        if ["mutate", "perform", "subscribe", "publish", "get_", "create", "update", "delete"]
            .iter()
            .any(|p| field.starts_with(p))
        {
            return;
        }
        // gqlgen's roots are `queryResolver` and its like.
        let root = |name: &str| {
            let name = capital(name.strip_suffix("Resolver").unwrap_or(name));
            ["Query", "Mutation", "Mutations", "Queries", "Subscription", "Subscriptions"]
                .iter()
                .any(|r| name.ends_with(r))
        };
        if owner.is_empty() || root(owner) {
            return;
        }
        // A type of an entity's name has as many parents as there are rows; of others nobody knows.
        let stem =
            ["Type", "Node", "Object", "Resolver"].iter().fold(owner, |o, t| o.strip_suffix(t).unwrap_or(o));
        let file = at.file;
        let class = capital(stem);
        let is_row = [owner, stem, &*class].iter().any(|name| self.p.entity_named(file, name).is_some());
        for term in terms {
            let grows = term.times.iter().any(|t| matches!(t, crate::fact::Factor::Size { .. }));
            if grows || term.effect.batched || term.once {
                continue;
            }
            let place = term.steps.as_ref().map_or(term.effect.site, |s| s.site);
            let name = self.p.names.intern(owner);
            let factor = crate::fact::Factor::Size { name, site: place, rows: is_row };
            let mut term = term.clone();
            if !is_row {
                term.sure = crate::fact::Sure::Guess;
            }
            let repeat = crate::fact::Repeat {
                at,
                region: None,
                factor,
                place,
                term,
                early: false,
                batch: false,
                parallel: true,
                rows: is_row,
                seen: Seen { entry: self.entry, nodes: vec![node] },
            };
            let effect = &repeat.term.effect;
            let path = effect.lazy.as_ref().map_or(Sym(u32::MAX), |l| l.path);
            let origin = effect.lazy.as_ref().and_then(|l| l.origin);
            self.events.repeats.entry((effect.site, origin, path, place)).or_insert(repeat);
        }
    }

    /// A frame in which a framework runs what belongs to an entry point.
    pub(crate) fn outer_frame(&self, at: BodyRef, this: V, node: Node) -> Frame<'p> {
        Frame {
            at,
            node,
            body: self.p.body(at),
            lang: self.p.file(at.file).lang,
            this,
            locals: Vec::new(),
            vals: Vec::new(),
            puts: Vec::new(),
            assigned: crate::assigned::Assigned::default(),
            shown: Vec::new(),
            terms: Vec::new(),
            ret: UNKNOWN,
            yields: None,
            outer: Vec::new(),
            lambdas: Vec::new(),
            called: Vec::new(),
            cold: 0,
            for_loops: 0,
            awaiting: false,
            caller: None,
            capped: false,
            guessed: false,
            task: false,
            events: false,
            last: Rc::new([]),
        }
    }

    /// What a route returns leaves in its response, or is rendered with the template that its decorator names.
    fn returned_from_entry(
        &mut self,
        at: BodyRef,
        outcome: &Outcome,
        pending: &Pending,
    ) -> Vec<crate::fact::Term> {
        let ret = outcome.ret;
        if !matches!(
            pending.kind,
            EntryKind::Route | EntryKind::Resolver | EntryKind::Socket | EntryKind::Page
        ) {
            return Vec::new();
        }
        let body = self.p.body(at);
        let last = body.ops.iter().rposition(|o| matches!(o.kind, OpKind::Exit { .. })).unwrap_or(0);
        let mut frame = self.outer_frame(at, UNKNOWN, outcome.node);
        match pending.template {
            Some(template) => {
                let context = self.resolved(ret);
                self.render(&mut frame, template, context, &CallArgs::default(), last);
            }
            None if self.is_view(ret, pending) => self.render_result(&mut frame, outcome, ret, last),
            // What a Ruby action gives is dropped; what leaves is what its view sees.
            None if frame.lang.shows_fields() && pending.kind == EntryKind::Route => {}
            None => {
                // A query that is a promise runs when the framework awaits what the handler gave it.
                let ret = match self.vals.get(ret) {
                    Val::Query(q) if !q.ran && frame.lang.awaits_queries() => {
                        self.awaited(&mut frame, ret, last)
                    }
                    _ => ret,
                };
                let ret = self.paged_by_marker(at, ret);
                self.respond(&frame, ret, last, 0);
                self.answer(&mut frame, ret, last, 0);
            }
        }
        frame.terms
    }

    /// The query that an entry point gives, limited to a page if a marker of it says that the framework pages it.
    fn paged_by_marker(&mut self, at: BodyRef, ret: V) -> V {
        let Val::Query(q) = *self.vals.get(ret) else { return ret };
        let Some(def) = def_of(self.p, at).filter(|_| !q.ran) else { return ret };
        let lang = self.p.file(def.file).lang;
        let pages = self.p.item(def).markers.iter().any(|marker| {
            let path = self.look.marker_path(def.file, marker);
            path.and_then(|path| self.look.row_of_path(path, lang)).is_some_and(|row| self.m.call(row).pages)
        });
        if !pages {
            return ret;
        }
        self.vals.make(Val::Query(crate::value::Query { bound: crate::value::Bound::Page, ..q }))
    }

    /// Functions whose decorators register them.
    fn marked_entries(&mut self, file: FileIx) {
        for (i, item) in (0u32..).zip(&self.p.file(file).items) {
            if item.kind != ItemKind::Function || item.markers.is_empty() || item.body.is_none() {
                continue;
            }
            let def = Def { file, item: ItemId(i) };
            for marker in &item.markers {
                let Some(path) = self.look.marker_path(file, marker) else { continue };
                let route = self.p.marker_text(def, marker.value).or_else(|| marker.words.first().copied());
                if let Some(row) = self.look.row_of_path(path, self.p.file(file).lang)
                    && let Some(kind) = self.m.call(row).entry
                {
                    let row = self.m.call(row);
                    let target = self.register_def(def, kind, row.method.as_deref(), route, None);
                    self.note_decorated(def, marker, row, &Handler::Callable(target));
                    if let Some(renders) = &row.renders
                        && let Some(template) = self.marker_argument(def, marker.value, &renders.template)
                        && let Some(pending) = self.pending.last_mut()
                    {
                        pending.template = Some(template);
                    }
                    continue;
                }
                let family = self.p.file(file).lang.family();
                let text = self.p.text(path);
                let found = self
                    .m
                    .entries
                    .iter()
                    .find(|(language, row)| &**language == family && row.marker.iter().any(|m| m == text))
                    .map(|(_, row)| row);
                if let Some(row) = found {
                    let route = self.prefixed_route(def, row, route);
                    let target = self.register_def(def, row.kind, row.method.as_deref(), route, Some(row));
                    let last = self.pending.last().filter(|p| p.target == target);
                    if let Some(label) = last.map(|p| p.label.clone()) {
                        self.note_annotated(def, marker, row, target, &label);
                    }
                }
            }
            self.marked_view(def);
        }
    }

    /// A route below that of its class: `@RequestMapping("/orders")` around `@GetMapping("/{id}")`.
    fn prefixed_route(&mut self, def: Def, row: &EntryRow, route: Option<Sym>) -> Option<Sym> {
        if row.kind != EntryKind::Route {
            return route;
        }
        let family = self.p.file(def.file).lang.family();
        let class = Def { file: def.file, item: self.p.item(def).owner? };
        let prefix = self.p.item(class).markers.iter().find_map(|marker| {
            let path = self.look.marker_path(def.file, marker)?;
            let text = self.p.text(path);
            let is_route =
                |row: &EntryRow| row.kind == EntryKind::Route && row.marker.iter().any(|m| m == text);
            let known = self.m.entries.iter().any(|(language, row)| **language == *family && is_route(row));
            known.then(|| self.p.marker_text(class, marker.value))?
        });
        let Some(prefix) = prefix else { return route };
        let route = route.map_or("", |route| self.p.text(route));
        let slash = if route.is_empty() || route.starts_with('/') { "" } else { "/" };
        let full = format!("{}{slash}{route}", self.p.text(prefix).trim_end_matches('/'));
        Some(self.p.names.intern(&full))
    }

    fn register_def(
        &mut self,
        def: Def,
        kind: EntryKind,
        method: Option<&str>,
        route: Option<Sym>,
        row: Option<&EntryRow>,
    ) -> V {
        let this = self.receiver(def);
        let this = row.map_or(this, |row| self.with_told(this, row, self.p.item(def).name));
        let target = match this {
            UNKNOWN => self.vals.make(Val::Fun(def)),
            this => self.vals.make(Val::Bound(def, this)),
        };
        let route = route.map(|r| self.p.text(r).to_owned());
        self.register_entry(kind, method, route.as_deref(), target, def.file);
        if kind == EntryKind::Resolver
            && let Some(owner) = self.p.item(def).owner
            && let Some(pending) = self.pending.last_mut().filter(|p| p.target == target)
        {
            let owner = self.p.file(def.file).item(owner).name;
            pending.label = format!("{}.{}", self.p.text(owner), pending.label);
        }
        target
    }

    /// The value of a decorator's argument that a model's expression names.
    pub(crate) fn marker_argument(
        &mut self,
        def: Def,
        value: OpId,
        expr: &perflint_models::Expr,
    ) -> Option<V> {
        use perflint_models::Expr;
        let owner = self.p.item(def).owner?;
        let body = self.p.file(def.file).item(owner).body?;
        let code = self.p.file(def.file).body(body);
        let OpKind::Call(id) = code.ops.get(value.some()?.at())?.kind else { return None };
        let args = code.args(code.call(id).args);
        let op = match expr {
            Expr::Key(name) => {
                let name = self.p.names.find(name)?;
                args.iter().find(|a| a.slot == perflint_ir::Slot::Key(name))?.value
            }
            Expr::Arg(n) => args.get(usize::from(*n))?.value,
            _ => return None,
        };
        self.init_values(BodyRef { file: def.file, body }).get(op.some()?.at()).copied()
    }

    /// Entry points by base class and by file convention.
    fn declared_entries(&mut self) {
        let rows: Vec<(&'p str, &'p EntryRow)> = self.m.entries.iter().map(|(l, r)| (&**l, r)).collect();
        for c in 0..self.p.classes.len() {
            let class = ClassIx(c as u32);
            let def = self.p.class(class).def;
            let file = self.p.file(def.file);
            if self.p.is_stub(def.file) || matches!(file.role, Role::Vendored | Role::Minified) {
                continue;
            }
            let alone = self.p.class(class).mro.len() < 2 && self.p.class(class).satisfies.is_empty();
            if alone && self.p.class(class).marked.is_empty() {
                continue;
            }
            for (language, row) in &rows {
                if *language != file.lang.family() || row.base.is_empty() {
                    continue;
                }
                let wanted = |path: &str| {
                    row.base.iter().any(|b| {
                        b == path
                            || (b.contains('*') && wild(b, path))
                            || self
                                .m
                                .type_named(language, b)
                                .is_some_and(|t| self.m.type_named(language, path) == Some(t))
                    })
                };
                let marked = self
                    .p
                    .class(class)
                    .marked
                    .iter()
                    .any(|ty| row.base.iter().any(|base| self.m.type_named(language, base) == Some(*ty)));
                if marked || self.p.extends_path(class, &wanted) {
                    self.class_entries(class, row);
                }
            }
        }
        let by_file: Vec<FileRow<'p>> = rows
            .iter()
            .filter(|(_, row)| !row.file.is_empty())
            .map(|(language, row)| (*language, *row, row.file.iter().flat_map(expand).collect()))
            .collect();
        for f in 0..self.p.first_stub.0 {
            self.file_entries(FileIx(f), &by_file);
        }
        for (language, row) in rows.iter().filter(|(_, row)| !row.including.is_empty()) {
            self.script_entries(language, row);
        }
    }

    fn class_entries(&mut self, class: ClassIx, row: &EntryRow) {
        let called = self.p.text(self.p.class(class).name);
        if row.named.iter().next().is_some() && !row.named.iter().any(|name| *name == *called) {
            return;
        }
        let mut names: Vec<Sym> = Vec::new();
        for method in row.methods.iter() {
            if method.contains('*') {
                let mut own: Vec<Sym> = self
                    .p
                    .class(class)
                    .members
                    .keys()
                    .copied()
                    .filter(|n| wild(method, self.p.text(*n)) && !self.p.text(*n).starts_with('_'))
                    .collect();
                own.sort();
                names.extend(own);
            } else if let Some(name) = self.p.names.find(method) {
                names.push(name);
            }
        }
        for name in names {
            let Some(def) = self.p.class_member(class, name) else { continue };
            if self.p.item(def).kind != ItemKind::Function || self.p.item(def).body.is_none() {
                continue;
            }
            let this = match self.p.class(class).entity {
                Some(entity) => self.typed_row(entity),
                None => self.vals.make(Val::Inst(class, Rc::new([(self.exact, crate::value::TRUE)]))),
            };
            if row.view.is_some() && !self.p.item(def).flags.is_public {
                continue;
            }
            let of_class = self.p.item(def).flags.is_static;
            let fits = self.is_plain(def) && (row.shared || !of_class);
            if row.public && (!fits || self.is_pending(def)) || !self.takes_given(def, row) {
                continue;
            }
            let this = self.with_told(this, row, name);
            let target = self.vals.make(Val::Bound(def, this));
            let label = format!("{}.{}", self.p.text(self.p.class(class).name), self.p.text(name));
            if !self.pending.iter().any(|p| p.target == target) {
                let file = self.p.class(class).def.file;
                let (methods, view) = (self.before(class, name, row), self.view(class, def, row));
                let presets = self.has_presets(class, row).map(|row| (class, name, row));
                let before = crate::preset::Before { methods, presets };
                self.pending.push(Pending { before, view, ..Pending::new(row.kind, label, file, target) });
            }
        }
    }

    /// True for a public method that is no property and makes no object.
    fn is_plain(&self, def: Def) -> bool {
        let flags = self.p.item(def).flags;
        flags.is_public && !flags.is_property && !flags.is_constructor
    }

    /// True if a method has a parameter of one of the types that a row asks for, or the row asks for none.
    fn takes_given(&self, def: Def, row: &EntryRow) -> bool {
        let body = self.p.item(def).body.map(|body| self.p.file(def.file).body(body));
        let mut types = body.into_iter().flat_map(|body| &body.params).filter_map(|param| param.ty);
        row.given.is_empty()
            || types.any(|ty| {
                let perflint_ir::TypeExpr::Path { name, .. } = self.p.file(def.file).types[ty.0 as usize]
                else {
                    return false;
                };
                let path = self.p.written_path(def.file, name);
                row.given.iter().any(|wanted| wanted == self.p.text(path))
            })
    }

    /// True if a marker made an entry point of a method already.
    fn is_pending(&self, def: Def) -> bool {
        self.pending.iter().any(|p| matches!(self.vals.get(p.target), Val::Bound(of, _) if *of == def))
    }

    fn file_entries(&mut self, file: FileIx, rows: &[FileRow<'p>]) {
        let ir = self.p.file(file);
        let path: Vec<&str> = ir.path.split('/').collect();
        for (language, row, globs) in rows {
            if *language != ir.lang.family() || !globs.iter().any(|g| segments(g, &path)) {
                continue;
            }
            if !row.methods.is_empty() {
                self.classes_of_file(file, row);
            }
            let mut names: Vec<&str> = row.exports.iter().collect();
            let all: Vec<String> = if names.contains(&"*") {
                ir.exports
                    .iter()
                    .map(|e| self.p.text(e.name).to_owned())
                    .chain(
                        ir.items.iter().filter(|i| i.flags.is_public).map(|i| self.p.text(i.name).to_owned()),
                    )
                    .collect()
            } else {
                Vec::new()
            };
            names.extend(all.iter().map(String::as_str));
            for name in names {
                let Some(sym) = self.p.names.find(name) else { continue };
                let Some(target) = self.p.member(Target::Module(file), sym, ir.lang) else { continue };
                let v = self.target(target);
                let below = row.below.as_deref();
                let route =
                    below.and_then(|below| crate::file_route::route(&ir.path, below, row.nameless.iter()));
                let place = route.as_deref().unwrap_or(&ir.path);
                let label = match (name, row.method.as_deref()) {
                    ("default", None) => place.to_owned(),
                    ("default", Some(method)) => format!("{method} {place}"),
                    (name, _) => format!("{name} {place}"),
                };
                for callable in self.callables(v) {
                    // One handler may be exported by several files, and under several names: each is a route.
                    let several = row.below.is_some();
                    let known = |p: &Pending| p.target == callable && (!several || p.label == label);
                    if self.body_of(callable).is_some() && !self.pending.iter().any(known) {
                        let method = row.method.as_deref().map(str::to_owned);
                        let kind = self.kind_of_entry(row, file, callable);
                        let one = Pending::new(kind, label.clone(), file, callable);
                        self.pending.push(Pending { method, route: route.clone(), ..one });
                    }
                }
            }
        }
    }

    /// Methods of the classes that a file of a certain place declares: middleware, which extends nothing.
    fn classes_of_file(&mut self, file: FileIx, row: &EntryRow) {
        let items = (0u32..).zip(&self.p.file(file).items).filter(|(_, item)| item.kind == ItemKind::Class);
        let defs: Vec<Def> = items.map(|(at, _)| Def { file, item: ItemId(at) }).collect();
        for def in defs {
            if let Some(class) = self.p.class_of.get(&def).copied() {
                self.class_entries(class, row);
            }
        }
    }

    /// Admin classes and the entity classes that they were registered for: `site.register(Model, Admin)` and
    /// `@register(Model)`.
    pub(crate) fn registrations(&mut self) -> Rc<FxHashMap<ClassIx, ClassIx>> {
        if let Some(known) = &self.registered {
            return Rc::clone(known);
        }
        let mut found = FxHashMap::default();
        let Some(register) = self.p.names.find("register") else {
            return Rc::new(found);
        };
        for (file, ir) in self.p.each_file() {
            if self.p.is_stub(file) {
                continue;
            }
            for body in ir.bodies.iter().filter(|b| b.kind == BodyKind::Init) {
                for call in &body.calls {
                    let is_register = matches!(call.callee, Callee::Member { name, .. } if name == register);
                    let args = body.args(call.args);
                    if let (true, [model, admin, ..]) = (is_register, args) {
                        let model =
                            self.p.resolve_op(file, body, model.value).and_then(|t| self.p.target_class(t));
                        let admin =
                            self.p.resolve_op(file, body, admin.value).and_then(|t| self.p.target_class(t));
                        if let (Some(model), Some(admin)) = (model, admin) {
                            found.entry(admin).or_insert(model);
                        }
                    }
                }
            }
            for (i, item) in (0u32..).zip(&ir.items).filter(|(_, i)| i.kind == ItemKind::Class) {
                for marker in item.markers.iter().filter(|m| self.p.text(m.path).ends_with("register")) {
                    let Some(owner) = item.owner.and_then(|o| ir.item(o).body) else { continue };
                    let body = ir.body(owner);
                    let Some(OpKind::Call(id)) =
                        marker.value.some().and_then(|v| body.ops.get(v.at())).map(|o| o.kind)
                    else {
                        continue;
                    };
                    let model = body
                        .args(body.call(id).args)
                        .first()
                        .and_then(|a| self.p.resolve_op(file, body, a.value))
                        .and_then(|t| self.p.target_class(t));
                    let admin = self.p.class_of.get(&Def { file, item: ItemId(i) });
                    if let (Some(model), Some(admin)) = (model, admin) {
                        found.entry(*admin).or_insert(model);
                    }
                }
            }
        }
        let found = Rc::new(found);
        self.registered = Some(Rc::clone(&found));
        found
    }
}

/// An entry row with its language family and its globs.
type FileRow<'p> = (&'p str, &'p EntryRow, Vec<Vec<String>>);

/// The globs that a glob with alternatives `{a,b}` stands for, in segments.
fn expand(pattern: &str) -> Vec<Vec<String>> {
    if let Some(open) = pattern.find('{')
        && let Some(close) = pattern[open..].find('}')
    {
        let (head, tail) = (&pattern[..open], &pattern[open + close + 1..]);
        let alternatives = pattern[open + 1..open + close].split(',');
        return alternatives.flat_map(|alt| expand(&format!("{head}{alt}{tail}"))).collect();
    }
    vec![pattern.split('/').map(str::to_owned).collect()]
}

/// Matches `**` and `*`, segment by segment.
fn segments(pattern: &[String], path: &[&str]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((first, rest)), _) if first == "**" => (0..=path.len()).any(|n| segments(rest, &path[n..])),
        (Some((p, rest)), Some((name, more))) => wild(p, name) && segments(rest, more),
        _ => false,
    }
}

fn wild(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((head, tail)) => {
            name.len() >= head.len()
                && name.starts_with(head)
                && (head.len()..=name.len()).any(|n| name.is_char_boundary(n) && wild(tail, &name[n..]))
        }
    }
}
