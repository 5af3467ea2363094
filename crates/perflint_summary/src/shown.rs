//! What the view of a request is told before it is rendered, and the views that results name.
//!
//! Frameworks hand an object through the code that serves a request, a model or a response, and render the view with what was put
//! into it. Which object it was does not matter: there is one per request, so what a body tells it is kept beside its effects.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame, How, Outcome, Pending};
use crate::expr::Given;
use crate::value::{UNKNOWN, V, Val};
use perflint_ir::{Marker, OpId, Sym};
use perflint_link::Def;
use perflint_models::{CallRow, Expr, Shows};

/// The field of a context that holds the names of the templates that are rendered together: no source can name it.
const SET: &str = "\u{0}set";

/// The method of Java's collections that Kotlin reads as a property of the same name.
const SIZE: &str = "size";

/// Most names that a view is told.
const MAX_SHOWN: usize = 64;

impl<'p> Eval<'p> {
    /// Tells the view a value.
    pub(crate) fn show(&mut self, f: &mut Frame<'p>, name: Sym, v: V) {
        match f.shown.iter().position(|(known, _)| *known == name) {
            Some(at) => f.shown[at].1 = self.vals.join(f.shown[at].1, v),
            None if f.shown.len() < MAX_SHOWN => f.shown.push((name, v)),
            None => {}
        }
    }

    /// What a callee told it.
    pub(crate) fn take_shown(&mut self, f: &mut Frame<'p>, shown: &[(Sym, V)]) {
        for (name, v) in shown {
            self.show(f, *name, *v);
        }
    }

    /// True for an object whose fields the view knows.
    pub(crate) fn is_shown(&self, v: V) -> bool {
        matches!(self.vals.get(v), Val::ExtInst(ty, _) if self.m.line(*ty).iter().any(|ty| self.m.type_row(*ty).shown))
    }

    pub(crate) fn apply_shows(&mut self, f: &mut Frame<'p>, shows: &'p Shows, g: &Given<'_>) {
        let name = shows.name.as_ref().and_then(|e| self.expr(f, e, g));
        let value = self.expr(f, &shows.value, g);
        match (name.map(|name| self.vals.get(name).clone()), value) {
            (Some(Val::Str(name)), Some(v)) => self.show(f, name, v),
            (Some(Val::Map(entries, _)), _) => self.take_shown(f, &entries),
            (None, Some(v)) if shows.name.is_none() => {
                if let Val::Map(entries, _) = self.vals.get(v).clone() {
                    self.take_shown(f, &entries);
                }
            }
            _ => {}
        }
    }

    /// A context with what the view was told beside it.
    pub(crate) fn with_shown(&mut self, f: &Frame<'p>, context: V) -> V {
        if f.shown.is_empty() {
            return context;
        }
        let known = match self.vals.get(context).clone() {
            Val::Map(entries, rest) => (entries.to_vec(), rest),
            Val::Unknown | Val::Null | Val::Scalar => (Vec::new(), UNKNOWN),
            _ => return context,
        };
        let mut entries = known.0;
        for (name, v) in &f.shown {
            if !entries.iter().any(|(own, _)| own == name) {
                entries.push((*name, *v));
            }
        }
        self.vals.make(Val::Map(entries.into(), known.1))
    }

    /// The context that a call's named arguments make, over the entries of maps among those by position. A value that stands
    /// alone is the context itself.
    pub(crate) fn named_context(&mut self, g: &Given<'_>, from: usize) -> V {
        let given = g.args.pos.get(from.max(1)..).unwrap_or_default();
        if let (true, [only]) = (from > 0 && g.args.keys.is_empty(), given) {
            return *only;
        }
        let mut entries: Vec<(Sym, V)> = Vec::new();
        if from > 0 {
            for v in given {
                if let Val::Map(more, _) = self.vals.get(*v) {
                    entries.extend(more.iter().copied());
                }
            }
        }
        for (name, v) in &g.args.keys {
            if !entries.iter().any(|(known, _)| known == name) {
                entries.push((*name, *v));
            }
        }
        self.vals.make(Val::Map(entries.into(), UNKNOWN))
    }

    /// What a part of a template is given beside its context: the arguments behind its name.
    pub(crate) fn arguments_of_part(&self, g: &Given<'_>) -> CallArgs {
        let pos = g.args.pos.get(1..).unwrap_or_default().to_vec();
        CallArgs { pos, keys: g.args.keys.clone(), open: true }
    }

    /// A view that is rendered later: a new one, or the receiver with another template.
    pub(crate) fn later(
        &mut self,
        f: &mut Frame<'p>,
        row: &'p CallRow,
        template: V,
        context: V,
        g: &Given<'_>,
        recv_op: Option<OpId>,
    ) -> Option<V> {
        if row.returns.is_none()
            && let Val::ExtInst(ty, parts) = self.vals.get(g.recv).clone()
        {
            let context = parts.get(1).copied().unwrap_or(context);
            let view = self.vals.make(Val::ExtInst(ty, [template, context].into()));
            self.rebind(f, recv_op, view);
            return Some(view);
        }
        let Some(Expr::New(ty)) = &row.returns else { return None };
        let ty = self.m.type_named(f.lang.models(), ty)?;
        Some(self.vals.make(Val::ExtInst(ty, [template, context].into())))
    }

    /// What an entry point is for by markers of its method or class: its result names a view, or is what one is rendered with.
    pub(crate) fn marked_view(&mut self, def: Def) {
        let is_own = |this: &Self, target: V| match this.vals.get(target) {
            Val::Bound(of, _) | Val::Fun(of) => *of == def,
            _ => false,
        };
        let Some(at) = self.pending.iter().rposition(|pending| is_own(self, pending.target)) else { return };
        let lang = self.p.file(def.file).lang;
        let names_view = self.has_view_row(def, lang.family());
        let mut template = None;
        for marker in &self.p.item(def).markers {
            if let Some(path) = self.look.marker_path(def.file, marker)
                && let Some(row) = self.look.row_of_path(path, lang)
                && let Some(renders) = &self.m.call(row).renders
            {
                template = self.marker_argument(def, marker.value, &renders.template);
            }
        }
        let pending = &mut self.pending[at];
        pending.names_view |= names_view;
        pending.template = pending.template.or(template);
    }

    fn has_view_row(&mut self, def: Def, family: &str) -> bool {
        let rows: Vec<_> = self.m.views.iter().filter(|(language, _)| **language == *family).collect();
        let Some(owner) = self.p.item(def).owner.filter(|_| !rows.is_empty()) else { return false };
        let class = Def { file: def.file, item: owner };
        let paths = |this: &Self, markers: &[Marker], of: Def| -> Vec<String> {
            let paths = markers.iter().filter_map(|marker| this.look.marker_path(of.file, marker));
            paths.map(|path| this.p.text(path).to_owned()).collect()
        };
        let of_class = paths(self, &self.p.item(class).markers, class);
        let own = paths(self, &self.p.item(def).markers, def);
        rows.iter().any(|(_, row)| {
            let is = |wanted: &str, found: &[String]| found.iter().any(|path| path == wanted);
            row.marker.iter().any(|wanted| is(wanted, &of_class))
                && !row.unless.iter().any(|wanted| is(wanted, &of_class) || is(wanted, &own))
        })
    }

    /// True if what an entry point gave names its view.
    pub(crate) fn is_view(&self, ret: V, pending: &Pending) -> bool {
        let named = |v: &V| match self.vals.get(*v) {
            Val::Str(_) => true,
            Val::ExtInst(_, parts) => {
                matches!(parts[..], [template, _] if matches!(self.vals.get(template), Val::Str(_)))
            }
            _ => false,
        };
        pending.names_view && self.vals.alternatives(ret).iter().any(named)
    }

    /// Renders the views that a result names with what they were told.
    pub(crate) fn render_result(&mut self, f: &mut Frame<'p>, outcome: &Outcome, ret: V, op: usize) {
        f.shown.clone_from(&outcome.shown);
        for one in self.vals.alternatives(ret).iter() {
            let (template, context) = match self.vals.get(*one) {
                Val::Str(_) => (*one, UNKNOWN),
                Val::ExtInst(_, parts) if parts.len() == 2 => (parts[0], parts[1]),
                _ => continue,
            };
            let mut context = self.with_shown(f, context);
            if context == UNKNOWN {
                context = self.vals.make(Val::Map([].into(), UNKNOWN));
            }
            self.render(f, template, context, &CallArgs::default(), op);
        }
    }

    /// A property of a library's value, which a template reads through its accessor: `page.content` is `getContent()`.
    pub(crate) fn library_property(&mut self, f: &mut Frame<'p>, recv: V, name: Sym, op: usize) -> Option<V> {
        let types = match self.vals.get(recv) {
            Val::Query(q) => q.api.into_iter().collect(),
            Val::ExtInst(ty, _) => vec![*ty],
            Val::Many { .. } | Val::List(_) => self.m.builtin(f.lang.models(), "list").to_vec(),
            _ => return None,
        };
        let text = self.p.text(name);
        let mut chars = text.chars();
        let upper: String = chars.next()?.to_uppercase().chain(chars).collect();
        let known = |method: &str| types.iter().any(|ty| self.m.method(*ty, method, false).is_some());
        if text == SIZE && f.lang.reads_plain_sizes() && known(text) {
            return Some(self.call_member(f, recv, name, &CallArgs::default(), op, None));
        }
        let accessor = ["get", "is"].iter().find_map(|prefix| {
            let method = format!("{prefix}{upper}");
            known(&method).then(|| self.p.names.intern(&method))
        })?;
        Some(self.call_member(f, recv, accessor, &CallArgs::default(), op, None))
    }

    /// What a promise resolves to, of other values themselves.
    pub(crate) fn resolved(&self, v: V) -> V {
        match *self.vals.get(v) {
            Val::Future(inner) => inner,
            _ => v,
        }
    }

    /// The context of templates that are rendered together: whose parts are meant by their names goes with it.
    fn with_set(&mut self, context: V, templates: &[V]) -> V {
        let named = templates.iter().filter(|v| matches!(self.vals.get(**v), Val::Str(_))).count();
        if named < 2 {
            return context;
        }
        let key = self.p.names.intern(SET);
        let set = self.vals.make(Val::List(templates.into()));
        match self.vals.get(context) {
            Val::Map(..) | Val::Inst(..) => self.with_field(context, key, set),
            Val::Unknown | Val::Null | Val::Scalar => self.vals.make(Val::Map([(key, set)].into(), UNKNOWN)),
            _ => context,
        }
    }

    /// The names of the templates that are rendered together with this context.
    fn rendered_with(&self, context: V) -> Vec<&'p str> {
        let (Val::Map(fields, _) | Val::Inst(_, fields)) = self.vals.get(context) else { return Vec::new() };
        let set = fields.iter().find(|(name, _)| self.p.text(*name) == SET);
        let Some(Val::List(items)) = set.map(|(_, v)| self.vals.get(*v)) else { return Vec::new() };
        let names = items.iter().filter_map(|v| match self.vals.get(*v) {
            Val::Str(name) => Some(self.p.text(*name)),
            _ => None,
        });
        names.collect()
    }

    /// The templates that a view was parsed from, where its rendering names one of them or a part.
    pub(crate) fn with_set_of(&mut self, recv: V, context: V) -> V {
        let items = match self.vals.get(recv) {
            Val::ExtInst(_, parts) if parts.len() == 2 => match self.vals.get(parts[0]) {
                Val::List(items) => std::rc::Rc::clone(items),
                _ => return context,
            },
            _ => return context,
        };
        self.with_set(context, &items)
    }

    /// Renders a template, or a part of one, with a context; further parameters get the arguments.
    pub(crate) fn render(&mut self, f: &mut Frame<'p>, template: V, context: V, args: &CallArgs, op: usize) {
        let context = self.with_fields_seen(f, context, op);
        for alternative in self.vals.alternatives(template).iter() {
            let name = match self.vals.get(*alternative).clone() {
                Val::Str(sym) => sym,
                Val::List(items) => {
                    let context = self.with_set(context, &items);
                    for item in items.iter() {
                        self.render(f, *item, context, args, op);
                    }
                    continue;
                }
                _ => continue,
            };
            let set = self.rendered_with(context);
            let from = self.running_file().unwrap_or(f.at.file);
            let Some(at) = self.p.template_named(self.p.text(name), from, &set) else { continue };
            let mut given = args.clone();
            given.pos.insert(0, context);
            let mut locals = self.bind(at, &given, None);
            if let Some(own) = locals.first_mut() {
                *own = context;
            }
            let site = self.site(f, op);
            let outcome = self.evaluate(at, UNKNOWN, locals, Some(site));
            self.absorb(f, &outcome, op, at, How::PLAIN);
        }
        self.respond(f, context, op, 0);
    }
}
