//! Functions that the evaluator knows itself: those that stubs are written with, and a few of each language that
//! reflect on values.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame};
use crate::fact::{Effect, Sure};
use crate::value::{Bound, FALSE, NULL, Query, SCALAR, TRUE, UNKNOWN, V, Val};
use perflint_ir::{ItemKind, Sym};
use perflint_link::{Base, ClassIx};
use perflint_models::{EffectKind, RowCount, To, Wait};

/// Classes of the language itself whose instances are plain values.
const BUILT_IN: &[&str] = &[
    "bool",
    "bytes",
    "dict",
    "filter",
    "float",
    "frozenset",
    "int",
    "list",
    "map",
    "range",
    "set",
    "str",
    "tuple",
    "zip",
];

impl<'p> Eval<'p> {
    /// The value of a call of such a function; `None` if the path is none of them.
    pub(crate) fn intrinsic(
        &mut self,
        f: &mut Frame<'p>,
        path: Sym,
        args: &CallArgs,
        op: usize,
    ) -> Option<V> {
        let text = self.p.text(path);
        let first = args.pos.first().copied().unwrap_or(UNKNOWN);
        let second = args.pos.get(1).copied().unwrap_or(UNKNOWN);
        // In Ruby a constant is what a method can be called on without a receiver being meant.
        if let Some(name) = text.strip_prefix("perflint.").or_else(|| text.strip_prefix("Perflint.")) {
            return Some(self.stub_function(f, name, first, second, args, op));
        }
        if let Some(v) = self.call_helper(f, text, args, op) {
            return Some(v);
        }
        let of_php = f.lang.family() == "php" && (text == "include" || text.starts_with('|'));
        if f.lang.family() == "jinja" || of_php {
            return Some(self.template_function(f, text, args, op));
        }
        Some(match text {
            "range" | "builtins.range" => self.range(args),
            ".." => self.range(args),
            "isinstance" | "builtins.isinstance" => self.is_instance(first, second),
            "getattr" | "builtins.getattr" => {
                let default = args.pos.get(2).copied().unwrap_or(UNKNOWN);
                self.named_attribute(f, first, second, default, op)
            }
            "hasattr" | "builtins.hasattr" => self.has_attribute(first, second),
            "super" => f.this,
            "type" | "builtins.type" => match *self.vals.get(first) {
                Val::Inst(class, _) => self.vals.make(Val::Class(class)),
                _ => UNKNOWN,
            },
            "str" | "builtins.str" => {
                self.write_text(f, first, op);
                SCALAR
            }
            "locals" | "builtins.locals" => self.locals(f),
            _ => return None,
        })
    }

    /// Python's `getattr`: the attribute of any of the names that a value may be.
    fn named_attribute(&mut self, f: &mut Frame<'p>, object: V, name: V, default: V, op: usize) -> V {
        let mut sum = UNKNOWN;
        for name in self.vals.alternatives(name).to_vec() {
            if let Val::Str(name) = *self.vals.get(name) {
                let v = self.get(f, object, name, op, None);
                let found = if v == UNKNOWN || object == NULL { default } else { v };
                sum = self.vals.join(sum, found);
            }
        }
        sum
    }

    /// Python's `locals()`: all variables by name.
    fn locals(&mut self, f: &Frame<'p>) -> V {
        let entries: Vec<(Sym, V)> = f.body.locals.iter().copied().zip(f.locals.iter().copied()).collect();
        self.vals.make(Val::Map(entries.into(), UNKNOWN))
    }

    fn range(&mut self, args: &CallArgs) -> V {
        let ints: Vec<Option<i32>> = args
            .pos
            .iter()
            .map(|v| match self.vals.get(*v) {
                Val::Int(n) => Some(*n),
                _ => None,
            })
            .collect();
        let count = match ints.as_slice() {
            [Some(n)] => Some(*n),
            [Some(a), Some(b)] => Some(b.saturating_sub(*a)),
            [Some(a), Some(b), Some(step)] if *step != 0 => Some(b.saturating_sub(*a) / step),
            _ => None,
        };
        // A range with a step walks in chunks.
        let batch = args.pos.len() == 3;
        let count = count.map(|n| n.max(0) as u32);
        self.vals.make(Val::Many { elem: SCALAR, count, batch, source: None })
    }

    fn is_instance(&mut self, v: V, class: V) -> V {
        let wanted = match self.vals.get(class).clone() {
            Val::Class(wanted) => wanted,
            Val::Ext(path) => return self.is_library_instance(v, path),
            Val::List(all) => {
                let verdicts: Vec<V> = all.iter().map(|c| self.is_instance(v, *c)).collect();
                return if verdicts.contains(&TRUE) {
                    TRUE
                } else if verdicts.iter().all(|v| *v == FALSE) {
                    FALSE
                } else {
                    SCALAR
                };
            }
            _ => return SCALAR,
        };
        let stub_path = self.p.path_of(perflint_link::Target::Item(self.p.class(wanted).def));
        match *self.vals.get(v) {
            Val::Inst(class, _) => {
                if self.p.class(class).mro.contains(&Base::Class(wanted)) {
                    TRUE
                } else {
                    FALSE
                }
            }
            Val::Row(row) => {
                let class = self.p.entity(row.entity).class;
                if self.p.class(class).mro.contains(&Base::Class(wanted)) { TRUE } else { SCALAR }
            }
            Val::Query(_) => match stub_path {
                Some(path) => self.is_library_instance(v, path),
                None => SCALAR,
            },
            Val::Null | Val::List(_) | Val::Map(..) | Val::Str(_) | Val::Fun(_) | Val::Closure(..) => FALSE,
            _ => SCALAR,
        }
    }

    fn is_library_instance(&mut self, v: V, path: Sym) -> V {
        let Some(wanted) = self.look.ty(path, perflint_ir::Lang::Python) else {
            // What a query gives, and a query itself, is made by classes of their own.
            let plain = BUILT_IN.contains(&self.p.text(path));
            let own = matches!(self.vals.get(v), Val::Query(_) | Val::Row(_));
            return if plain && own { FALSE } else { SCALAR };
        };
        match *self.vals.get(v) {
            Val::Query(Query { api: Some(api), .. }) | Val::ExtInst(api, _) => {
                if self.m.line(api).contains(&wanted) { TRUE } else { FALSE }
            }
            Val::Inst(class, _) => {
                if self.p.class(class).types.iter().any(|t| self.m.line(*t).contains(&wanted)) {
                    TRUE
                } else {
                    FALSE
                }
            }
            Val::Row(row) => {
                let class = self.p.entity(row.entity).class;
                if self.p.class(class).types.contains(&wanted) { TRUE } else { FALSE }
            }
            Val::Null | Val::List(_) | Val::Map(..) | Val::Str(_) | Val::Many { .. } | Val::Fun(_) => FALSE,
            _ => SCALAR,
        }
    }

    fn has_attribute(&mut self, v: V, name: V) -> V {
        let Val::Str(name) = *self.vals.get(name) else { return SCALAR };
        let class = match self.vals.get(v) {
            Val::Inst(class, fields) => {
                if fields.iter().any(|(n, _)| *n == name) {
                    return TRUE;
                }
                *class
            }
            Val::Class(class) => *class,
            Val::Row(row) => return if self.is_filled(*row, name) { TRUE } else { SCALAR },
            Val::Query(Query { api: Some(api), .. }) => {
                return if self.look.method(*api, name, false).is_some() { TRUE } else { SCALAR };
            }
            _ => return SCALAR,
        };
        if self.p.class_member(class, name).is_some() { TRUE } else { FALSE }
    }

    /// A value of the project's Django settings: `NULL` if no settings file sets it.
    fn setting(&mut self, f: &Frame<'p>, path: V) -> V {
        let Val::Str(path) = *self.vals.get(path) else { return UNKNOWN };
        let text = self.p.text(path);
        let (name, key) = text.split_once('.').map_or((text, None), |(name, key)| (name, Some(key)));
        let Some(name) = self.p.names.find(name) else { return NULL };
        let mut found = NULL;
        for (file, ir) in self.p.each_file() {
            let is_settings =
                ir.lang == perflint_ir::Lang::Python && !self.p.is_stub(file) && ir.path.contains("settings");
            if !is_settings {
                continue;
            }
            for (i, item) in (0u32..).zip(&ir.items) {
                if item.kind == ItemKind::Field
                    && item.name == name
                    && item.owner == Some(perflint_ir::ItemId(0))
                {
                    let v = self.field_value(perflint_link::Def { file, item: perflint_ir::ItemId(i) });
                    found = self.vals.join(found, v);
                }
            }
        }
        if let Some(key) = key {
            let Some(key) = self.p.names.find(key) else { return NULL };
            found = match self.vals.get(found) {
                Val::Map(entries, _) => entries.iter().find(|(k, _)| *k == key).map_or(NULL, |(_, v)| *v),
                Val::Null => NULL,
                _ => UNKNOWN,
            };
        }
        match *self.vals.get(found) {
            Val::Str(path) => self.dotted_class(f, path).unwrap_or(found),
            _ => found,
        }
    }

    /// The class that a dotted path in a setting names.
    fn dotted_class(&mut self, f: &Frame<'p>, path: Sym) -> Option<V> {
        let text = self.p.text(path);
        let (module, name) = text.rsplit_once('.')?;
        let name = self.p.names.find(name)?;
        let lang = perflint_ir::Lang::Python;
        let module = self.p.module_named(f.at.file, module)?;
        let target = self.p.member(module, name, lang)?;
        Some(self.target(target))
    }

    fn write_text(&mut self, f: &mut Frame<'p>, v: V, op: usize) {
        if let Some(class) = self.instance_class(v)
            && let Some(name) = self.p.names.find("__str__")
            && self.p.class_member(class, name).is_some()
        {
            self.call_member(f, v, name, &CallArgs::default(), op, None);
        }
    }

    fn stub_function(
        &mut self,
        f: &mut Frame<'p>,
        name: &str,
        first: V,
        second: V,
        args: &CallArgs,
        op: usize,
    ) -> V {
        match name {
            "declared" => self.declared(first),
            "names" => first,
            "get" => self.get_path(f, first, second, op),
            "entity" => match self.query_for(f, first, op).and_then(|q| q.entity) {
                Some(entity) => {
                    let class = self.p.entity(entity).class;
                    self.vals.make(Val::Class(class))
                }
                None => NULL,
            },
            "columns" => self.entity_names(f, first, None, op),
            "relations" => {
                let many = matches!(*self.vals.get(second), Val::Str(word) if self.p.text(word) == "many");
                self.entity_names(f, first, Some(if many { To::Many } else { To::One }), op)
            }
            "page" => match *self.vals.get(first) {
                Val::Query(q) if q.bound != Bound::AtMost(0) => {
                    self.vals.make(Val::Query(Query { bound: Bound::Page, ..q }))
                }
                _ => first,
            },
            "run" => match *self.vals.get(first) {
                Val::Query(q) => {
                    self.run_query(f, &q, RowCount::All, op, Wait::Blocks);
                    self.result_rows(f, &q, op)
                }
                _ => first,
            },
            "render" => {
                self.render(f, first, second, &CallArgs::default(), op);
                SCALAR
            }
            "template" => self.default_template(f, first, second, op),
            "respond" => {
                self.respond(f, first, op, 0);
                first
            }
            "effect" => {
                if let Val::Str(kind) = *self.vals.get(first) {
                    self.stub_effect(f, kind, op);
                }
                SCALAR
            }
            "call" => {
                let rest = CallArgs { pos: args.pos.iter().skip(1).copied().collect(), ..args.clone() };
                self.call_value(f, first, &rest, op)
            }
            "str" => {
                self.write_text(f, first, op);
                SCALAR
            }
            "methods" => self.methods(first, second),
            "registered" => self.registered(first),
            "setting" => self.setting(f, first),
            "set_entity" => match *self.vals.get(first) {
                Val::Str(path) if let Some(class) = self.p.setting_class(path) => {
                    self.vals.make(Val::Class(class))
                }
                _ => NULL,
            },
            _ => self.reflected(f, name, args, op).unwrap_or(UNKNOWN),
        }
    }

    fn stub_effect(&mut self, f: &mut Frame<'p>, kind: Sym, op: usize) {
        let kind = match self.p.text(kind) {
            "query" => EffectKind::Query,
            "write" => EffectKind::Write,
            "http" => EffectKind::Http,
            "rpc" => EffectKind::Rpc,
            "mail" => EffectKind::Mail,
            "cache" => EffectKind::Cache,
            "file" => EffectKind::File,
            _ => return,
        };
        let label = self.p.names.intern("");
        let (site, method) = (self.site(f, op), label);
        let effect = Effect { kind, entity: None, label, method, site, lazy: None, batched: false };
        self.effect(f, effect, Wait::Blocks, None, Sure::Likely);
    }

    /// The fields declared in the user's class and its bases, the nearest declaration of a name first.
    fn declared(&mut self, v: V) -> V {
        let Some(class) = self.class_of(v) else { return self.vals.make(Val::Map([].into(), UNKNOWN)) };
        let mut entries: Vec<(Sym, V)> = Vec::new();
        for base in self.p.class(class).mro.clone() {
            let Base::Class(base) = base else { continue };
            if self.p.is_stub(self.p.class(base).def.file) {
                continue;
            }
            for (name, v) in self.own_fields(base) {
                if !entries.iter().any(|(n, _)| *n == name) && v != NULL {
                    entries.push((name, v));
                }
            }
        }
        self.vals.make(Val::Map(entries.into(), UNKNOWN))
    }

    /// The methods of an instance, and of the classes that it extends in the repository, whose names start like that.
    fn methods(&mut self, of: V, prefix: V) -> V {
        let mut found: Vec<(Sym, perflint_link::Def)> = Vec::new();
        if let (Some(class), Val::Str(prefix)) = (self.class_of(of), self.vals.get(prefix)) {
            let prefix = self.p.text(*prefix);
            for base in &self.p.class(class).mro {
                let Base::Class(base) = base else { continue };
                let members = self.p.class(*base).members.iter();
                for (name, def) in members.filter_map(|(name, defs)| Some((*name, *defs.last()?))) {
                    let fits = self.p.item(def).kind == ItemKind::Function
                        && !self.p.is_stub(def.file)
                        && self.p.text(name).starts_with(prefix);
                    if fits && !found.iter().any(|(known, _)| *known == name) {
                        found.push((name, def));
                    }
                }
            }
        }
        found.sort_by_key(|(name, _)| self.p.text(*name));
        found.truncate(64);
        let bound: Vec<V> = found.into_iter().map(|(_, def)| self.vals.make(Val::Bound(def, of))).collect();
        self.vals.make(Val::List(bound.into()))
    }

    fn own_fields(&mut self, class: ClassIx) -> Vec<(Sym, V)> {
        let mut members: Vec<perflint_link::Def> =
            self.p.class(class).members.values().flatten().copied().collect();
        members.sort();
        members.retain(|d| self.p.item(*d).kind == ItemKind::Field);
        members.into_iter().map(|d| (self.p.item(d).name, self.field_value(d))).collect()
    }

    fn get_path(&mut self, f: &mut Frame<'p>, v: V, path: V, op: usize) -> V {
        let path = match self.vals.get(path).clone() {
            Val::Str(path) => path,
            Val::Union(all) => {
                let mut sum = UNKNOWN;
                for path in all.iter() {
                    let one = self.get_path(f, v, *path, op);
                    sum = self.vals.join(sum, one);
                }
                return sum;
            }
            _ => return UNKNOWN,
        };
        let text = self.p.text(path).replace("__", ".");
        if text == "*" {
            return v;
        }
        let mut at = v;
        for part in text.split(['.']) {
            let name = self.p.names.intern(part);
            at = self.get(f, at, name, op, None);
            if matches!(self.vals.get(at), Val::Bound(..)) {
                at = self.call_value(f, at, &CallArgs::default(), op);
            }
        }
        at
    }

    fn entity_names(&mut self, f: &mut Frame<'p>, v: V, relations: Option<To>, op: usize) -> V {
        let Some(entity) = self.query_for(f, v, op).and_then(|q| q.entity) else {
            return self.vals.make(Val::List([].into()));
        };
        let class = self.p.entity(entity).class;
        let mut names: Vec<Sym> = Vec::new();
        for base in &self.p.class(class).mro {
            let Base::Class(base) = base else { continue };
            for (name, defs) in
                self.p.class(*base).members.iter().collect::<std::collections::BTreeMap<_, _>>()
            {
                let is_field = defs.iter().any(|d| self.p.item(*d).kind == ItemKind::Field);
                let relation = self.p.relation(entity, *name);
                let wanted = match relation {
                    Some(r) => relations == Some(r.to) && !r.reverse,
                    None => relations.is_none() && is_field,
                };
                if wanted && !names.contains(name) {
                    names.push(*name);
                }
            }
        }
        names.sort();
        names.truncate(64);
        let values: Vec<V> = names.into_iter().map(|n| self.vals.make(Val::Str(n))).collect();
        self.vals.make(Val::List(values.into()))
    }

    /// Django's default template name: `app/model_suffix.html`.
    fn default_template(&mut self, f: &mut Frame<'p>, v: V, suffix: V, op: usize) -> V {
        let Some(entity) = self.query_for(f, v, op).and_then(|q| q.entity) else { return UNKNOWN };
        let Val::Str(suffix) = *self.vals.get(suffix) else { return UNKNOWN };
        let entity = self.p.entity(entity);
        let path = &self.p.file(self.p.class(entity.class).def.file).path;
        let mut folders: Vec<&str> = path.split('/').collect();
        folders.pop();
        while folders.last().is_some_and(|n| *n == "models") {
            folders.pop();
        }
        let app = folders.last().copied().unwrap_or("");
        let model = self.p.text(entity.name).to_lowercase();
        let text = format!("{app}/{model}{}.html", self.p.text(suffix));
        let sym = self.p.names.intern(&text);
        self.vals.make(Val::Str(sym))
    }

    /// The entity class that an admin class was registered for.
    fn registered(&mut self, v: V) -> V {
        let Val::Inst(class, _) = *self.vals.get(v) else { return NULL };
        match self.registrations().get(&class) {
            Some(entity) => {
                let entity = *entity;
                self.vals.make(Val::Class(entity))
            }
            None => NULL,
        }
    }

    /// A tag, filter or macro of a template.
    fn template_function(&mut self, f: &mut Frame<'p>, text: &str, args: &CallArgs, op: usize) -> V {
        let first = args.pos.first().copied().unwrap_or(UNKNOWN);
        if matches!(text, "include" | "extends") {
            self.include_routes(f, first);
            let context = self.vals.make(Val::Map(args.keys.as_slice().into(), UNKNOWN));
            self.include(f, first, context, op);
            return SCALAR;
        }
        if let Some(filter) = text.strip_prefix('|') {
            // A filter that models describe: `orders|filter(o => o.customer.known)`.
            if let Some(path) = self.p.names.find(text)
                && let Some(row) = self.look.function(path, f.lang)
            {
                let recv = self.vals.make(Val::Ext(path));
                return self.apply(f, row, recv, args, op, None);
            }
            return match filter {
                "length" | "count" | "join" | "list" | "sort" | "reverse" | "dictsort" | "first" | "last"
                | "random" | "unique" | "map" | "selectattr" | "rejectattr" | "groupby" | "batch"
                | "slice" => self.filter(f, filter, first, op),
                "default" | "d" | "safe" | "default_if_none" => first,
                _ => self.call_tag(f, filter, args, op),
            };
        }
        let name = text.strip_prefix('%').unwrap_or(text);
        self.call_tag(f, name, args, op)
    }

    fn filter(&mut self, f: &mut Frame<'p>, filter: &str, v: V, op: usize) -> V {
        if let Val::Query(q) = *self.vals.get(v) {
            self.run_query(f, &q, RowCount::All, op, Wait::Blocks);
            let rows = self.result_rows(f, &q, op);
            return match filter {
                "first" | "last" | "random" => self.row_of(f, &q, op),
                "length" | "count" | "join" => SCALAR,
                _ => rows,
            };
        }
        match filter {
            "first" | "last" | "random" => self.element(v),
            "length" | "count" | "join" => SCALAR,
            _ => v,
        }
    }

    fn include(&mut self, f: &mut Frame<'p>, template: V, context: V, op: usize) {
        // `KeyRest` of the context was flattened into named arguments; an unknown context stays unknown.
        self.render(f, template, context, &CallArgs::default(), op);
    }

    fn call_tag(&mut self, f: &mut Frame<'p>, name: &str, args: &CallArgs, op: usize) -> V {
        let Some(sym) = self.p.names.find(name) else { return UNKNOWN };
        let Some(def) = self.p.template_functions.get(&sym).copied() else { return UNKNOWN };
        // A tag that takes the template's context gets it first.
        let takes_context = self.p.item(def).body.is_some_and(|b| {
            let first = self.p.file(def.file).body(b).params.first();
            first.is_some_and(|p| self.is_word(f, perflint_models::Meaning::HandedDown, p.name))
        });
        let mut args = args.clone();
        if takes_context {
            args.pos.insert(0, f.locals.first().copied().unwrap_or(UNKNOWN));
        }
        let result = self.call_fun(f, def, UNKNOWN, &args, op, crate::eval::How::PLAIN);
        for marker in &self.p.item(def).markers {
            let path = self.p.text(marker.path);
            if self.m.helpers.iter().any(|(_, row)| row.is_rendered_by(path))
                && let Some(template) = self.p.marker_text(def, marker.value)
            {
                let template = self.vals.make(Val::Str(template));
                self.render(f, template, result, &CallArgs::default(), op);
            }
        }
        result
    }
}
