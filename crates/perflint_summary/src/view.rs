//! Views: what runs around an action, and the templates that its receiver's fields are rendered with.

use crate::call::CallArgs;
use crate::eval::{Around, Eval, Frame, How, Outcome, Pending};
use crate::expr::Given;
use crate::fact::Term;
use crate::iterate::Plan;
use crate::value::{Binder, TRUE, UNKNOWN, V, Val};
use perflint_ir::{BodyKind, Callee, ItemKind, OpId, OpKind, RegionId, Slot, Sym};
use perflint_link::{BodyRef, ClassIx, Def, FileIx};
use perflint_models::{EntryRow, Renders, TemplateRow};

impl<'p> Eval<'p> {
    /// The methods that run before an action: those that the class's body names, unless they are for other actions.
    pub(crate) fn before(&mut self, class: ClassIx, action: Sym, row: &EntryRow) -> Vec<Def> {
        let mut out = Vec::new();
        for call in &row.before {
            for def in self.p.declared_by(class, call) {
                let name = self.p.item(def).name;
                if self.concerns(def, action)
                    && let Some(method) = self.p.class_member(class, name)
                    && self.p.item(method).kind == ItemKind::Function
                {
                    out.push(method);
                }
            }
        }
        out
    }

    /// True unless `only:` or `except:` says otherwise.
    fn concerns(&mut self, declaration: Def, action: Sym) -> bool {
        match self.declaring_arguments(declaration) {
            Some(args) => self.includes(&args, action),
            None => true,
        }
    }

    /// True unless `only:` or `except:` among the arguments of a call in the class's body says otherwise.
    pub(crate) fn includes(&self, args: &CallArgs, action: Sym) -> bool {
        let names = |this: &Self, key: &str| {
            let key = this.p.names.find(key)?;
            let (_, v) = args.keys.iter().find(|(k, _)| *k == key)?;
            Some(match this.vals.get(*v) {
                Val::List(items) => {
                    items.iter().any(|v| matches!(this.vals.get(*v), Val::Str(s) if *s == action))
                }
                Val::Str(name) => *name == action,
                _ => return None,
            })
        };
        names(self, "only").unwrap_or(true) && !names(self, "except").unwrap_or(false)
    }

    /// The template that follows an action, unless its body always ends otherwise.
    pub(crate) fn view(&self, class: ClassIx, action: Def, row: &EntryRow) -> Option<Sym> {
        let pattern = row.view.as_ref()?;
        let body = self.p.file(action.file).body(self.p.item(action).body?);
        let leaves = body.ops.iter().filter(|op| op.region == RegionId(0)).any(|op| {
            let OpKind::Call(call) = op.kind else { return false };
            let call = body.call(call);
            let Callee::Value(value) = call.callee else { return false };
            let OpKind::Name(name) = body.op(value).kind else { return false };
            let name = self.p.text(name);
            let shows = row.view_despite.get(name).is_some_and(|options| {
                body.args(call.args).iter().all(|arg| {
                    matches!(arg.slot, Slot::Key(key) if options.iter().any(|o| **o == *self.p.text(key)))
                })
            });
            row.view_unless.iter().any(|n| **n == *name) && !shows
        });
        if leaves {
            return None;
        }
        let path = self.p.class_path(class);
        let strip =
            row.view_strip.as_deref().map(|end| format!("_{}", end.to_lowercase())).unwrap_or_default();
        let class = path.strip_suffix(&strip).unwrap_or(&path);
        let name =
            pattern.replace("{class}", class).replace("{method}", self.p.text(self.p.item(action).name));
        Some(self.p.names.intern(&name))
    }

    /// The template that a call renders where it names none: that of the method around it.
    pub(crate) fn template_of_method(&mut self, f: &Frame<'p>, renders: &Renders) -> Option<V> {
        let pattern = renders.default.as_deref()?;
        let method = crate::eval::def_of(self.p, f.at)?;
        let class = self.class_of(f.this).or_else(|| self.p.class_around(method))?;
        let class = self.p.text(self.p.class(class).name);
        let class = renders.strip.as_deref().and_then(|end| class.strip_suffix(end)).unwrap_or(class);
        let name =
            pattern.replace("{class}", class).replace("{method}", self.p.text(self.p.item(method).name));
        let name = self.p.names.intern(&name);
        Some(self.vals.make(Val::Str(name)))
    }

    /// A template that is named without its folder: where the folder of its controller has one of that name.
    pub(crate) fn template_within(&mut self, f: &Frame<'p>, renders: &Renders, template: V) -> V {
        let Some(pattern) = renders.within.as_deref() else { return template };
        let Val::Str(name) = *self.vals.get(template) else { return template };
        let name = self.p.text(name);
        let Some(class) = self.class_of(f.this).filter(|_| !name.contains('/')) else { return template };
        let folder = self.p.class_words(class, renders.strip.as_deref());
        let full = format!("{}/{name}", pattern.replace("{class}", &folder));
        if self.p.template_named(&full, f.at.file, &[]).is_none() {
            return template;
        }
        let full = self.p.names.intern(&full);
        self.vals.make(Val::Str(full))
    }

    /// Runs what comes before an action; its receiver has the fields that they assign.
    pub(crate) fn run_before(&mut self, at: BodyRef, this: V, pending: &Pending) -> (V, Vec<Term>) {
        if pending.before.is_empty() {
            return (this, Vec::new());
        }
        let mut frame = self.outer_frame(at, this, crate::graph::Node::NONE);
        if let Some((class, action, row)) = pending.before.presets {
            self.preset(&mut frame, class, action, row);
        }
        for def in &pending.before.methods {
            let this = frame.this;
            self.call_fun(&mut frame, *def, this, &CallArgs::default(), 0, How::PLAIN);
        }
        (frame.this, frame.terms)
    }

    /// Renders the template of an action with the fields that it assigned.
    pub(crate) fn run_view(
        &mut self,
        at: BodyRef,
        this: V,
        outcome: &Outcome,
        pending: &Pending,
    ) -> Vec<Term> {
        let Some(view) = pending.view else { return Vec::new() };
        let mut frame = self.outer_frame(at, this, outcome.node);
        self.take_puts(&mut frame, &outcome.puts, &[], 0);
        let context = self.view_context(frame.this);
        let last = frame.body.ops.len().saturating_sub(1);
        let files = self.p.templates(self.p.text(view), at.file);
        for file in &files {
            self.render_file(&mut frame, *file, context, last);
        }
        if !files.is_empty() {
            let shown = self.shown(context);
            self.respond(&frame, shown, last, 0);
            self.note_subject(at, this, context);
        }
        frame.terms
    }

    /// The fields whose rows templates read: a page does not hold what only the code beside it does.
    fn shown(&mut self, context: V) -> V {
        let Val::Map(entries, rest) = self.vals.get(context).clone() else { return context };
        let reads = |eval: &Self, v: V| {
            let origin = match eval.vals.get(v) {
                Val::Query(q) => Some(q.origin),
                _ => eval.source_of(v).map(|source| source.origin),
            };
            origin.is_none_or(|origin| eval.events.shown.contains(&origin))
        };
        let entries: Vec<(Sym, V)> = entries.iter().copied().filter(|(_, v)| reads(self, *v)).collect();
        self.vals.make(Val::Map(entries.into(), rest))
    }

    /// What a page is a list of: the field that is called like the action, or like the class where the action is its index.
    fn note_subject(&mut self, at: BodyRef, this: V, context: V) {
        let Some(def) = crate::eval::def_of(self.p, at) else { return };
        let (action, class) = (self.p.text(self.p.item(def).name), self.class_of(this));
        let path = class.map(|class| self.p.class_path(class)).unwrap_or_default();
        let last = path.rsplit('/').next().unwrap_or_default();
        let name = if action == "index" { last.strip_suffix("_controller").unwrap_or(last) } else { action };
        let Some(field) = self.p.names.find(&format!("@{name}")) else { return };
        if let Val::Map(entries, _) = self.vals.get(context)
            && let Some((_, v)) = entries.iter().find(|(key, _)| *key == field)
            && let Some(origin) = self.source_of_all(*v)
        {
            self.events.subjects.insert(origin);
        }
    }

    /// What a template sees of an instance: the fields whose names say so.
    fn view_context(&mut self, v: V) -> V {
        let fields: Vec<(Sym, V)> = match self.vals.get(v) {
            Val::Inst(_, fields) | Val::Map(fields, _) => {
                fields.iter().copied().filter(|(name, _)| self.p.text(*name).starts_with('@')).collect()
            }
            _ => Vec::new(),
        };
        self.vals.make(Val::Map(fields.into(), UNKNOWN))
    }

    /// What surrounds a call that renders: the context of the template that it stands in, or else the receiver.
    fn around_view(&mut self, f: &Frame<'p>) -> V {
        let context = f.body.locals.iter().position(|name| self.p.text(*name) == "context");
        match context.and_then(|at| f.locals.get(at)) {
            Some(v) if matches!(self.vals.get(*v), Val::Map(..)) => self.view_context(*v),
            _ => self.view_context(f.this),
        }
    }

    /// A call that renders a template by name, once or for each element.
    pub(crate) fn render_view(&mut self, f: &mut Frame<'p>, renders: &'p Renders, g: &Given<'_>) {
        let mut context = self.around_view(f);
        for (name, v) in &g.args.keys {
            context = self.with_field(context, *name, *v);
        }
        if let Some(locals) = renders.locals.as_ref().and_then(|e| self.expr(f, e, g))
            && let Val::Map(entries, _) = self.vals.get(locals).clone()
        {
            for (name, v) in entries.iter() {
                context = self.with_field(context, *name, *v);
            }
        }
        let template = self.expr(f, &renders.template, g).unwrap_or(UNKNOWN);
        let iterates = renders.each_needs.as_ref().is_none_or(|e| self.expr(f, e, g).is_some());
        let each = renders.each.as_ref().filter(|_| iterates).and_then(|e| self.expr(f, e, g));
        if matches!(self.vals.get(template), Val::Inst(..)) {
            return self.render_component(f, template, g.op);
        }
        if let Val::Many { elem, .. } = *self.vals.get(template)
            && let Val::Inst(class, _) = *self.vals.get(elem)
        {
            let def = self.p.class(class).def;
            let body = self.p.item(def).body.map_or(f.at, |body| BodyRef { file: def.file, body });
            let mut step = |this: &mut Self, f: &mut Frame<'p>, one: V| this.render_component(f, one, g.op);
            return self.for_each(f, template, body, g.op, &mut step);
        }
        let named = match *self.vals.get(template) {
            Val::Str(name) => Some(self.p.text(name).to_owned()),
            _ => None,
        };
        match (named, each) {
            (Some(name), None) => {
                for file in self.find_views(f, &name, renders) {
                    self.render_file(f, file, context, g.op);
                }
            }
            (Some(name), Some(each)) => {
                let given = renders.each_as.as_ref().and_then(|e| self.expr(f, e, g));
                let local = match given.map(|v| self.vals.get(v)) {
                    Some(Val::Str(name)) => *name,
                    _ => self.local_of(&name),
                };
                self.render_each(f, &name, each, local, context, renders, g.op);
            }
            // `render @orders`, `render order`: the partial of what they are.
            (None, _) => {
                let rows = each.unwrap_or(template);
                let Some(entity) = self.query_for(f, rows, g.op).and_then(|q| q.entity) else { return };
                let name = self.p.partial_of(entity);
                let local = self.local_of(&name);
                self.render_each(f, &name, rows, local, context, renders, g.op);
            }
        }
    }

    /// An object that renders itself: by a method of its own, or by the template beside its class, whose bare names are its
    /// methods.
    fn render_component(&mut self, f: &mut Frame<'p>, component: V, op: usize) {
        let Val::Inst(class, _) = *self.vals.get(component) else { return };
        let own = |this: &Self, method: &str| {
            let name = this.p.names.find(method)?;
            this.p.member_on(class, name, false).filter(|def| !this.p.is_stub(def.file))
        };
        // The first of them calls those that come after it, if it needs them.
        let ways = ["render_in", "view_template", "template", "call", "to_s"];
        let drawn = ways.into_iter().find_map(|method| own(self, method));
        for def in own(self, "before_render").into_iter().chain(drawn) {
            self.call_fun(f, def, component, &CallArgs::default(), op, How::PLAIN);
        }
        // What draws itself has no template beside it.
        if ways[1..].iter().any(|method| own(self, method).is_some()) {
            return;
        }
        let path = self.p.class_path(class);
        let context = self.view_context(component);
        for file in self.p.templates(&path, f.at.file) {
            self.render_with(f, file, component, context, op);
        }
    }

    fn local_of(&self, name: &str) -> Sym {
        let last = name.rsplit('/').next().unwrap_or(name);
        self.p.names.intern(last.trim_start_matches('_'))
    }

    #[expect(clippy::too_many_arguments, reason = "a template, what it is rendered with, and where")]
    fn render_each(
        &mut self,
        f: &mut Frame<'p>,
        name: &str,
        over: V,
        local: Sym,
        context: V,
        renders: &Renders,
        op: usize,
    ) {
        let files = self.find_views(f, name, renders);
        let Some(first) = files.first().and_then(|file| self.template_body(*file)) else { return };
        if matches!(self.vals.get(over), Val::Row(_)) {
            let context = self.with_field(context, local, over);
            files.iter().for_each(|file| self.render_file(f, *file, context, op));
            return;
        }
        let site = self.site(f, op);
        let over_op = self.rendered_op(f, op);
        let binder = Binder { at: first, region: RegionId(0) };
        let (elems, around) = match self.plan(f, over, over_op, site, binder) {
            Plan::Unroll(items) => (items, None),
            Plan::Repeat { elem, factor, rows, batch } => (
                vec![elem],
                Some(Around { region: None, factor, early: false, batch, parallel: false, rows }),
            ),
        };
        let start = f.terms.len();
        for elem in elems {
            let context = self.with_field(context, local, elem);
            for file in &files {
                self.render_file(f, *file, context, op);
            }
        }
        if let Some(around) = around {
            self.multiply(f, start, around);
        }
    }

    /// The operation whose elements are rendered, for its name: the last argument that may be many.
    pub(crate) fn rendered_op(&self, f: &Frame<'p>, op: usize) -> usize {
        let Some(OpKind::Call(id)) = f.body.ops.get(op).map(|o| o.kind) else { return op };
        let args = f.body.args(f.body.call(id).args);
        let many = |value: OpId| {
            value.some().is_some_and(|value| {
                matches!(
                    f.vals.get(value.at()).map(|v| self.vals.get(*v)),
                    Some(Val::Query(_) | Val::Many { .. })
                )
            })
        };
        args.iter().find(|arg| many(arg.value)).map_or(op, |arg| arg.value.at())
    }

    /// The templates that a name means here: in full, or in the folder of the template or of the receiver's class.
    fn find_views(&mut self, f: &Frame<'p>, name: &str, renders: &Renders) -> Vec<FileIx> {
        let mut names = vec![match &renders.folder {
            Some(folder) => format!("{folder}/{name}"),
            None => name.to_owned(),
        }];
        if !name.contains('/') && renders.folder.is_none() {
            names.clear();
            let path = &self.p.file(f.at.file).path;
            if let Some((folder, _)) = path.rsplit_once('/') {
                names.push(format!("{folder}/{name}"));
            }
            if let Val::Inst(class, _) = self.vals.get(f.this) {
                let path = self.p.class_path(*class);
                let bare = path.strip_suffix("_controller").unwrap_or(&path).to_owned();
                names.extend([format!("{bare}/{name}"), format!("{path}/{name}")]);
            }
        }
        let prefix = renders.prefix.as_deref().unwrap_or_default();
        let dressed = |name: &String| match name.rsplit_once('/') {
            Some((folder, last)) => format!("{folder}/{prefix}{last}"),
            None => format!("{prefix}{name}"),
        };
        let all: Vec<String> = names.iter().map(dressed).chain(names.iter().cloned()).collect();
        let mut found = all.iter().map(|name| {
            let mut files = self.p.templates(name, f.at.file);
            files.retain(|file| self.is_of_language(f, *file));
            files
        });
        found.find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// False for a template that one in a language of its own cannot extend: it finds those of its language alone.
    fn is_of_language(&self, f: &Frame<'p>, file: FileIx) -> bool {
        let Val::Inst(class, _) = self.vals.get(f.this) else { return true };
        let full = self.p.full_name(self.p.class(*class).def).map(|name| self.p.text(name));
        let row = self.m.templates.iter().find(|row| full == Some(&*row.receiver));
        row.is_none_or(|row| self.p.file(file).path.ends_with(&*row.ending))
    }

    fn template_body(&self, file: FileIx) -> Option<BodyRef> {
        let item = self.p.file(file).items.iter().find(|item| item.kind == ItemKind::Template)?;
        Some(BodyRef { file, body: item.body? })
    }

    fn render_file(&mut self, f: &mut Frame<'p>, file: FileIx, context: V, op: usize) {
        let this = self.receiver_of(file, context).unwrap_or(f.this);
        let context = if this == f.this { context } else { self.view_context(this) };
        self.render_with(f, file, this, context, op);
    }

    /// What the calls of a template in a language of its own are methods of. Whatever the template is given are its fields.
    fn receiver_of(&mut self, file: FileIx, context: V) -> Option<V> {
        let path = &self.p.file(file).path;
        let row = self.m.templates.iter().find(|row| path.ends_with(&*row.ending))?;
        let class = self.p.resolve(file, self.p.names.find(&row.receiver)?)?;
        let class = self.target(class);
        let Val::Class(class) = *self.vals.get(class) else { return None };
        let mut receiver = self.vals.make(Val::Inst(class, [].into()));
        let Val::Map(given, _) = self.vals.get(context).clone() else { return Some(receiver) };
        // What was given to this template comes after the fields of what renders it.
        for (name, v) in given.iter() {
            let field = self.p.text(*name);
            let field = self.p.names.intern(&format!("@{}", field.trim_start_matches('@')));
            receiver = self.with_field(receiver, field, *v);
        }
        Some(receiver)
    }

    /// True for a variable that a template in a language of its own was not given, although it was given all that it shows.
    pub(crate) fn is_withheld(&self, f: &Frame<'p>, name: Sym) -> bool {
        let Val::Inst(_, fields) = self.vals.get(f.this) else { return false };
        let given = |row: &TemplateRow| {
            let field = |name: Sym| self.p.text(name).strip_prefix('@') == Some(&row.given);
            fields.iter().any(|(name, v)| *v == TRUE && field(*name))
        };
        self.p.text(name).starts_with('@') && self.m.templates.iter().any(given)
    }

    fn render_with(&mut self, f: &mut Frame<'p>, file: FileIx, this: V, context: V, op: usize) {
        let Some(at) = self.template_body(file) else { return };
        let site = self.site(f, op);
        let outcome = self.evaluate(at, this, vec![context], Some(site));
        self.absorb(f, &outcome, op, at, How::PLAIN);
    }

    /// A helper of views, called from a template by its bare name.
    pub(crate) fn view_helper(
        &mut self,
        f: &mut Frame<'p>,
        name: Sym,
        args: &CallArgs,
        op: usize,
    ) -> Option<V> {
        if !f.lang.sends_to_self() {
            return None;
        }
        if !self.is_in_view(f) {
            return None;
        }
        let this = f.this;
        // The template of a component: bare names are its methods.
        if let Val::Inst(class, _) = *self.vals.get(this)
            && let Some(def) = self.p.member_on(class, name, false)
            && self.p.item(def).kind == ItemKind::Function
            && !self.is_hidden_from_view(f, class, name)
        {
            return Some(self.call_fun(f, def, this, args, op, How::PLAIN));
        }
        let def = self.p.template_functions.get(&name).copied()?;
        Some(self.call_fun(f, def, this, args, op, How::PLAIN))
    }

    /// True for a bare name in a template that is a method of the component which the template belongs to.
    pub(crate) fn is_view_method(&self, f: &Frame<'p>, name: Sym) -> bool {
        let Val::Inst(class, _) = *self.vals.get(f.this) else { return false };
        f.lang.sends_to_self()
            && self
                .p
                .member_on(class, name, false)
                .is_some_and(|def| self.p.item(def).kind == ItemKind::Function)
            && self.is_in_view(f)
            && !self.is_hidden_from_view(f, class, name)
    }

    /// True for code of a template, or of a helper that templates call.
    fn is_in_view(&self, f: &Frame<'p>) -> bool {
        f.body.kind == BodyKind::Template
            || self.p.file(f.at.file).is_template()
            || self.p.file(f.at.file).path.contains("/helpers/")
    }

    /// True for a method of the class whose action shows a view, unless the class lets its views call it.
    pub(crate) fn is_hidden_from_view(&self, f: &Frame<'p>, class: ClassIx, name: Sym) -> bool {
        if !f.lang.sends_to_self() || !self.is_in_view(f) {
            return false;
        }
        let family = f.lang.models();
        let mut rows = self.m.entries.iter().filter(|(of, row)| **of == *family && !row.helpers.is_empty());
        rows.any(|(_, row)| {
            let shows = |path: &str| row.base.iter().any(|base| base == path);
            let lets =
                |call: &str| self.p.declared_by(class, call).iter().any(|def| self.p.item(*def).name == name);
            self.p.extends_path(class, &shows) && !row.helpers.iter().any(|call| lets(call))
        })
    }
}
