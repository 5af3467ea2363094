//! Expressions of model rows, evaluated over a call's values.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame};
use crate::value::{Bound, DEFERRED, FALSE, FILLED, MARKS, NULL, ONLY, Query, SCALAR, TRUE, UNKNOWN, V, Val};
use perflint_ir::{Sym, TypeExpr};
use perflint_models::{Expr, To};

/// What an expression is evaluated over.
#[derive(Clone, Copy)]
pub(crate) struct Given<'a> {
    pub(crate) recv: V,
    pub(crate) args: &'a CallArgs,
    /// What the invoked callback gave.
    pub(crate) result: Option<V>,
    pub(crate) op: usize,
}

/// Keys under which nested trees of relations stand.
const NESTS: [&str; 5] = ["include", "select", "with", "populate", "relations"];

impl<'p> Eval<'p> {
    /// The value of an expression; `None` if what it names is not there.
    pub(crate) fn expr(&mut self, f: &mut Frame<'p>, e: &'p Expr, g: &Given<'_>) -> Option<V> {
        Some(match e {
            Expr::Recv => g.recv,
            Expr::Arg(n) => *g.args.pos.get(usize::from(*n))?,
            Expr::ArgsFrom(n) => {
                let pos = g.args.pos.get(usize::from(*n)..).unwrap_or(&[]);
                if pos.is_empty() && !g.args.keys.is_empty() {
                    self.vals.make(Val::Map(g.args.keys.as_slice().into(), UNKNOWN))
                } else {
                    self.vals.make(Val::List(pos.into()))
                }
            }
            Expr::Key(name) => {
                let sym = self.p.names.find(name)?;
                g.args.keys.iter().find(|(k, _)| *k == sym).map(|(_, v)| *v)?
            }
            Expr::Field(base, name) => {
                let base = self.expr(f, base, g)?;
                let sym = self.p.names.intern(name);
                match self.vals.get(base).clone() {
                    Val::Map(entries, _) => entries.iter().find(|(k, _)| *k == sym).map(|(_, v)| *v)?,
                    Val::Unknown | Val::Scalar | Val::Null | Val::Str(_) | Val::Sql(..) => return None,
                    _ => self.get(f, base, sym, g.op, None),
                }
            }
            Expr::Elem(e) => {
                let v = self.expr(f, e, g)?;
                self.element(v)
            }
            Expr::Row(e) => {
                let v = self.expr(f, e, g)?;
                let q = self.query_for(f, v, g.op)?;
                self.row_of(f, &q, g.op)
            }
            Expr::Made(e) => {
                let v = self.expr(f, e, g)?;
                match self.query_for(f, v, g.op) {
                    Some(q) => self.made_row(f, &q, g.op),
                    None => UNKNOWN,
                }
            }
            Expr::Ambient(e) => {
                let v = self.expr(f, e, g)?;
                let q = self.query_for(f, v, g.op)?;
                self.ambient_row(f, &q, g.op)?
            }
            Expr::Rows(e) => {
                let v = self.expr(f, e, g)?;
                match self.query_for(f, v, g.op) {
                    Some(q) => self.result_rows(f, &q, g.op),
                    None => self.vals.many(UNKNOWN),
                }
            }
            Expr::Query(e) => {
                let v = self.expr(f, e, g)?;
                match self.query_for(f, v, g.op) {
                    Some(q) => self.vals.make(Val::Query(q)),
                    None => {
                        let empty = self.p.names.intern("");
                        let q = self.fresh_query(f, None, empty, g.op);
                        self.vals.make(Val::Query(q))
                    }
                }
            }
            Expr::Part(e) => {
                let v = self.expr(f, e, g)?;
                match *self.vals.get(v) {
                    Val::Query(q) => {
                        self.vals.make(Val::Query(Query { bound: q.bound.min(Bound::Page), ..q }))
                    }
                    _ => v,
                }
            }
            Expr::List(e) => {
                // The elements of a list whose number is known are as many as it has: a literal, `reversed(range(5))`.
                if let Expr::Elem(whole) = &**e
                    && matches!(**whole, Expr::Arg(_))
                    && let Some(v) = self.expr(f, whole, g)
                    && matches!(
                        self.vals.get(v),
                        Val::List(_) | Val::Map(..) | Val::Many { count: Some(_), .. }
                    )
                {
                    return Some(v);
                }
                // A list that is made of one row has that row alone: `Array(order)`.
                if let Expr::Elem(whole) = &**e
                    && matches!(**whole, Expr::Arg(_))
                    && let Some(v) = self.expr(f, whole, g)
                    && matches!(self.vals.get(v), Val::Row(_))
                {
                    return Some(self.vals.make(Val::List([v].into())));
                }
                let v = self.expr(f, e, g).unwrap_or(UNKNOWN);
                if let (Expr::Recv, Val::Row(row)) = (&**e, self.vals.get(v))
                    && let Some(origin) = row.origin
                {
                    self.events.extents.several(origin);
                }
                self.vals.many(v)
            }
            Expr::Map(e) => {
                let v = self.expr(f, e, g).unwrap_or(UNKNOWN);
                self.vals.make(Val::Map([].into(), v))
            }
            Expr::Value(e) => {
                let v = self.expr(f, e, g)?;
                self.second(e, v)
            }
            Expr::Flat(e) => {
                let v = self.expr(f, e, g)?;
                self.flat(f, v, g.op)
            }
            Expr::Given(what, value) => {
                let there = self.expr(f, what, g)?;
                let holds = !matches!(**what, Expr::Is(..)) || there == TRUE;
                return if holds { self.expr(f, value, g) } else { None };
            }
            Expr::Merged => self.merged(g),
            Expr::Left(n) => {
                g.result?;
                self.walk.left.get(usize::from(*n)).copied().filter(|v| *v != UNKNOWN)?
            }
            Expr::As(ty, e) => {
                let v = self.expr(f, e, g)?;
                match self.m.type_named(f.lang.models(), ty) {
                    Some(ty) => self.with_api(v, ty),
                    None => v,
                }
            }
            Expr::Of(ty, e) => {
                let wanted = self.m.type_named(f.lang.models(), ty)?;
                let v = self.expr(f, e, g)?;
                let is_one = match *self.vals.get(v) {
                    Val::ExtInst(ty, _) => ty == wanted,
                    Val::Paths(_, ty) => ty == Some(wanted),
                    Val::Query(q) => q.api == Some(wanted),
                    _ => false,
                };
                return is_one.then_some(v);
            }
            Expr::Is(shapes, e) => {
                let v = self.expr(f, e, g)?;
                self.is_shaped(v, shapes)
            }
            Expr::New(path) => match self.m.type_named(f.lang.models(), path) {
                Some(ty) => {
                    // What the user's class tells its base is no argument of what the base makes.
                    let args: Box<[V]> = match self.vals.get(g.recv) {
                        Val::Inst(..) if f.lang.family() == "php" => Box::new([]),
                        _ => self.type_arguments(g),
                    };
                    self.vals.make(Val::ExtInst(ty, args))
                }
                None => UNKNOWN,
            },
            Expr::Result(e) => match g.result {
                Some(v) => v,
                None => {
                    let callee = self.expr(f, e, g)?;
                    self.call_value(f, callee, &CallArgs::default(), g.op)
                }
            },
            Expr::TypeArg(n) => {
                let args = self.type_arguments(g);
                let last = args.len().checked_sub(1).filter(|_| *n == u8::MAX);
                match args.get(last.unwrap_or(usize::from(*n))).copied() {
                    Some(arg) => arg,
                    None if *n == 0 => self.about(g.recv)?,
                    None => return None,
                }
            }
            Expr::Awaited(e) => {
                let v = self.expr(f, e, g)?;
                self.awaited(f, v, g.op)
            }
            Expr::Future(e) => {
                let v = self.expr(f, e, g).unwrap_or(UNKNOWN);
                match self.vals.get(v) {
                    Val::Future(_) => v,
                    _ => self.vals.make(Val::Future(v)),
                }
            }
            Expr::Dunder(e) => {
                let v = self.expr(f, e, g).unwrap_or(UNKNOWN);
                if matches!(self.vals.get(v), Val::List(items) if items.is_empty()) && !g.args.open {
                    return Some(self.required_paths(f, g));
                }
                return Some(self.path_value(f, v, g, "__"));
            }
            Expr::Dotted(e) => {
                let v = self.expr(f, e, g)?;
                return Some(self.path_value(f, v, g, "."));
            }
            Expr::Tree(e) => {
                let mut v = self.expr(f, e, g)?;
                // Names and maps of names beside each other: `includes(:author, comments: :user)`.
                if matches!(**e, Expr::ArgsFrom(_)) && !g.args.pos.is_empty() && !g.args.keys.is_empty() {
                    let named = self.vals.make(Val::Map(g.args.keys.as_slice().into(), UNKNOWN));
                    v = self.vals.make(Val::List(std::rc::Rc::new([v, named])));
                }
                if g.args.open {
                    return Some(UNKNOWN);
                }
                v = self.named_closure(v);
                let mut paths = Vec::new();
                if !self.tree_paths(v, None, &mut paths, 0) {
                    return Some(UNKNOWN);
                }
                self.constrained_paths(f, v, g, None, &mut paths, 0);
                self.vals.make(Val::Paths(paths.into(), None))
            }
            Expr::Paths(e) => {
                let v = self.expr(f, e, g)?;
                return Some(self.path_value(f, v, g, "."));
            }
            Expr::Equated(e) => {
                let given = self.expr(f, e, g)?;
                return self.equated(given, g.recv);
            }
            Expr::Absent(e) => {
                let v = self.expr(f, e, g)?;
                let names = self.absent_relations(f, g.recv, v, g.op);
                if names.is_empty() {
                    return None;
                }
                self.vals.make(Val::Paths(names.into(), None))
            }
            Expr::Nested => {
                let mut out = Vec::new();
                let base = self.p.names.intern("");
                let mut known = !g.args.open;
                for v in &g.args.pos {
                    known &= self.nested_paths(*v, base, &mut out, 0);
                }
                for (name, v) in &g.args.keys {
                    out.push(*name);
                    known &= self.nested_paths(*v, *name, &mut out, 0);
                }
                if !known {
                    return Some(UNKNOWN);
                }
                self.vals.make(Val::Paths(out.into(), None))
            }
            Expr::Columns(e) => return Some(self.marked_columns(f, e, g, ONLY)),
            Expr::Filled => {
                let names = g.args.keys.iter().map(|(name, _)| self.p.text(*name));
                let marked: Vec<Sym> = names.map(|n| self.p.names.intern(&format!("{FILLED}{n}"))).collect();
                self.vals.make(Val::Paths(marked.into(), None))
            }
            Expr::Computed(pattern) => self.computed_marks(f, pattern, g),
            Expr::Deferred(e) => return Some(self.marked_columns(f, e, g, DEFERRED)),
            Expr::Class(e) => {
                let v = self.expr(f, e, g)?;
                let name = match *self.vals.get(v) {
                    Val::Str(name) => name,
                    _ => {
                        let entity = self.query_for(f, v, g.op)?.entity?;
                        return Some(self.vals.make(Val::Class(self.p.entity(entity).class)));
                    }
                };
                let text = self.p.text(name);
                let name = text.rsplit(['.', '\\', ':']).next().unwrap_or(text);
                let entity = self.p.entity_named(f.at.file, name).or_else(|| self.p.entity_like(name))?;
                self.vals.make(Val::Class(self.p.entity(entity).class))
            }
            Expr::Declared => match self.query_for(f, g.recv, g.op) {
                Some(q) => {
                    let q = self.vals.make(Val::Query(q));
                    self.declared_value(f, q, g.op)
                }
                None => self.declared_value(f, UNKNOWN, g.op),
            },
            Expr::Tuple(parts) => {
                let parts: Vec<V> = parts.iter().map(|e| self.expr(f, e, g).unwrap_or(UNKNOWN)).collect();
                self.vals.make(Val::List(parts.into()))
            }
            Expr::Marked(path, key) => self.marked(path, key.as_deref())?,
            Expr::Noted(marker, key, name) => {
                let name = self.expr(f, name, g)?;
                self.noted(marker, key, name)?
            }
            Expr::Below(e) => {
                let Val::Query(q) = *self.vals.get(g.recv) else { return None };
                self.below_relation(f, q, e, g)
            }
            Expr::Fetched(e) => {
                let v = self.expr(f, e, g)?;
                let text = self.literal_text(v)?;
                let paths: Vec<Sym> = fetched(&text).iter().map(|path| self.p.names.intern(path)).collect();
                if paths.is_empty() {
                    return None;
                }
                self.vals.make(Val::Paths(paths.into(), None))
            }
            Expr::Further(e) => {
                let v = self.expr(f, e, g)?;
                self.further(g.recv, v)
            }
            Expr::Joined(path, alias) => {
                let (path, alias) = (self.expr(f, path, g)?, self.expr(f, alias, g)?);
                self.joined(f, path, alias)
            }
            Expr::Repository(ty, e) => {
                let v = self.expr(f, e, g)?;
                self.repository(f, ty, v, g.op)
            }
            // Asks for a variable, not for a value.
            Expr::Told(_) => return None,
            Expr::Spelled(e) => self.spelled_out(f, e, g)?,
            Expr::Selected(e) => {
                let v = self.expr(f, e, g)?;
                self.selected(f, v, g.op, false)
            }
            Expr::Reselected(e) => {
                let v = self.expr(f, e, g)?;
                self.selected(f, v, g.op, true)
            }
            Expr::Aggregated(e) => {
                let v = self.expr(f, e, g)?;
                self.aggregated(f, v).then(|| self.vals.make(Val::Int(1)))?
            }
            Expr::Condition(e) => {
                let v = self.expr(f, e, g)?;
                match self.literal_text(v) {
                    Some(text) => {
                        let mut words = text.split_whitespace();
                        words.any(|word| word.eq_ignore_ascii_case("where")).then_some(v)?
                    }
                    // What a text that is put together says, nobody knows.
                    // Rows that are taken from those of another query are restricted like them.
                    None if matches!(self.vals.get(v), Val::Scalar | Val::Sql(..) | Val::Query(_)) => v,
                    None => return None,
                }
            }
            Expr::From(e) => {
                let v = self.expr(f, e, g)?;
                self.starting_class(f, v)?
            }
            Expr::Loaded(e) => {
                let name = self.expr(f, e, g)?;
                self.loaded(g.recv, name)
            }
            Expr::Function(e) => {
                let v = self.expr(f, e, g)?;
                self.named_function(f, v)?
            }
            Expr::Service(e) => {
                let v = self.expr(f, e, g)?;
                self.service(f, v)?
            }
            Expr::Scalar => SCALAR,
            Expr::Truth(truth) => self.vals.make(Val::Bool(*truth)),
            Expr::Says(text, e) => {
                let v = self.expr(f, e, g)?;
                let Val::Str(said) = *self.vals.get(v) else { return None };
                let same = *self.p.text(said) == **text;
                self.vals.make(Val::Bool(same))
            }
            Expr::Number(n) => self.vals.make(Val::Int(i32::try_from(*n).unwrap_or(i32::MAX))),
            Expr::Text(text) => {
                let sym = self.p.names.intern(text);
                self.vals.make(Val::Str(sym))
            }
            Expr::First(all) => {
                for e in all {
                    // A list of what a callback gives, where there is none.
                    let is_missing = match e {
                        Expr::List(inner) | Expr::Map(inner) => {
                            matches!(**inner, Expr::Result(_)) && self.expr(f, inner, g).is_none()
                        }
                        _ => false,
                    };
                    if is_missing {
                        continue;
                    }
                    if let Some(v) = self.expr(f, e, g) {
                        return Some(v);
                    }
                }
                return None;
            }
        })
    }

    /// The type arguments with which a class of the repository extends a type of a library, or a base that does.
    fn base_arguments(&mut self, class: perflint_link::ClassIx) -> Box<[V]> {
        for base in self.p.class(class).mro.clone() {
            let perflint_link::Base::Class(c) = base else { continue };
            for (base, ty, file) in self.p.class(c).bases.clone() {
                let Some(TypeExpr::Path { args, .. }) = self.p.file(file).types.get(ty.0 as usize) else {
                    continue;
                };
                let library = match base {
                    perflint_link::Base::External(_) => true,
                    perflint_link::Base::Class(of) => self.p.is_stub(self.p.class(of).def.file),
                };
                if library && !args.is_empty() {
                    let args: Box<[V]> = args.iter().map(|arg| self.type_value(file, *arg, 1)).collect();
                    if args.iter().any(|arg| *arg != UNKNOWN) || self.p.repositories.is_empty() {
                        return args;
                    }
                }
            }
        }
        Box::new([])
    }

    /// What a repository is asked for, where no type argument says it.
    fn about(&mut self, recv: V) -> Option<V> {
        let Val::Inst(class, _) = *self.vals.get(recv) else { return None };
        let entity = self.p.class(class).mro.iter().find_map(|base| match base {
            perflint_link::Base::Class(c) => self.p.repositories.get(c).copied(),
            perflint_link::Base::External(_) => None,
        })?;
        Some(self.typed_row(entity))
    }

    fn type_arguments(&mut self, g: &Given<'_>) -> Box<[V]> {
        let explicit: Box<[V]> =
            g.args.keys.iter().filter(|(k, _)| self.p.text(*k).starts_with('<')).map(|(_, v)| *v).collect();
        if !explicit.is_empty() {
            return explicit;
        }
        match self.vals.get(g.recv) {
            Val::ExtInst(_, args) => self.unplaced(args.clone()),
            Val::Inst(class, _) => {
                let class = *class;
                self.base_arguments(class)
            }
            _ => Box::new([]),
        }
    }

    /// Django's `select_related()` without arguments: every to-one relation whose key is not null, five levels deep.
    fn required_paths(&mut self, f: &mut Frame<'p>, g: &Given<'_>) -> V {
        let Some(entity) = self.query_for(f, g.recv, g.op).and_then(|q| q.entity) else { return UNKNOWN };
        let empty = self.p.names.intern("");
        let mut out = Vec::new();
        let mut open = vec![(entity, empty, 0)];
        while let Some((entity, base, depth)) = open.pop() {
            for relation in self.p.relations_of(entity) {
                if relation.to != To::One || relation.reverse || relation.nullable {
                    continue;
                }
                let path = self.p.names.join(base, relation.name);
                out.push(path);
                if let (Some(target), true) = (relation.target, depth < 4 && out.len() < 200) {
                    open.push((target, path, depth + 1));
                }
            }
        }
        self.vals.make(Val::Paths(out.into(), None))
    }

    /// Relation paths written as strings, attributes, classes or nested lists; unknown if any part is.
    fn path_value(&mut self, f: &mut Frame<'p>, v: V, g: &Given<'_>, separator: &str) -> V {
        let mut out = Vec::new();
        let empty = matches!(self.vals.get(v), Val::List(items) if items.is_empty());
        if (empty && separator == "__" && g.args.open) || !self.collect_paths(f, v, g, separator, &mut out, 0)
        {
            return UNKNOWN;
        }
        self.vals.make(Val::Paths(out.into(), None))
    }

    /// Column paths with a mark; nothing is said of columns that are not known.
    fn marked_columns(&mut self, f: &mut Frame<'p>, e: &'p Expr, g: &Given<'_>, mark: char) -> V {
        let v = self.expr(f, e, g).unwrap_or(UNKNOWN);
        let v = match self.vals.get(v) {
            Val::Paths(..) => v,
            _ => self.path_value(f, v, g, "."),
        };
        let Val::Paths(paths, ty) = self.vals.get(v).clone() else { return NULL };
        let marked: Vec<Sym> =
            paths.iter().map(|p| self.p.names.intern(&format!("{mark}{}", self.p.text(*p)))).collect();
        self.vals.make(Val::Paths(marked.into(), ty))
    }

    /// A path below another; the mark of a column stays in front.
    pub(crate) fn below(&mut self, base: Sym, path: Sym) -> Sym {
        match self.p.text(path).strip_prefix(MARKS) {
            None => self.p.names.join(base, path),
            Some(column) => {
                let mark = &self.p.text(path)[..1];
                let base = self.p.text(base);
                let dot = if base.is_empty() { "" } else { "." };
                self.p.names.intern(&format!("{mark}{base}{dot}{column}"))
            }
        }
    }

    /// The relation paths among values.
    pub(crate) fn relation_paths(&mut self, f: &mut Frame<'p>, g: &Given<'_>, values: &[V]) -> Vec<Sym> {
        let mut out = Vec::new();
        for v in values {
            self.collect_paths(f, *v, g, ".", &mut out, 0);
        }
        out
    }

    fn collect_paths(
        &mut self,
        f: &mut Frame<'p>,
        v: V,
        g: &Given<'_>,
        separator: &str,
        out: &mut Vec<Sym>,
        depth: u32,
    ) -> bool {
        if depth > 5 {
            return false;
        }
        match self.vals.get(v).clone() {
            Val::Str(sym) => {
                let text = self.p.text(sym).replace(separator, ".");
                // `author:id,name` of Laravel names the columns too.
                let text =
                    if f.lang.family() == "php" { text.split(':').next().unwrap_or("") } else { &text };
                out.push(self.p.names.intern(text));
                true
            }
            Val::Paths(paths, _) => {
                out.extend(paths.iter().copied());
                true
            }
            Val::Attr(of, name) => {
                let path = self.path_from(f, g, (of, name), out);
                out.push(path);
                true
            }
            Val::List(items) => {
                let mut known = true;
                for item in items.iter() {
                    known &= self.collect_paths(f, *item, g, separator, out, depth + 1);
                }
                known
            }
            Val::Class(class) => {
                self.paths_to_class(f, class, g, out);
                true
            }
            Val::Map(..) => self.tree_paths(v, None, out, depth) || self.association(f, v, g, out, depth),
            Val::Null => true,
            Val::Closure(..) => match self.path_of_closure(v) {
                Some(path) => {
                    out.push(path);
                    true
                }
                None => false,
            },
            // A path in a text that is not known.
            Val::Scalar if f.lang.has_text_paths() => false,
            // A loading option of another kind: loads no relation.
            Val::Scalar | Val::ExtInst(..) => true,
            Val::Query(_) => true,
            _ => false,
        }
    }

    /// Sequelize names a relation by the class it leads to.
    fn paths_to_class(
        &mut self,
        f: &mut Frame<'p>,
        class: perflint_link::ClassIx,
        g: &Given<'_>,
        out: &mut Vec<Sym>,
    ) {
        let target = self.p.class(class).entity;
        let Some(from) = self.query_for(f, g.recv, g.op).and_then(|q| q.entity) else { return };
        let mut names: Vec<Sym> = self
            .p
            .entity(from)
            .relations
            .values()
            .filter(|r| r.target == target && target.is_some())
            .map(|r| r.name)
            .collect();
        names.sort();
        out.extend(names);
    }

    /// `{ model: User, as: "author", include: [..] }`.
    fn association(
        &mut self,
        f: &mut Frame<'p>,
        v: V,
        g: &Given<'_>,
        out: &mut Vec<Sym>,
        depth: u32,
    ) -> bool {
        let Val::Map(entries, _) = self.vals.get(v).clone() else { return false };
        let field =
            |name: &str, this: &Self| entries.iter().find(|(k, _)| this.p.text(*k) == name).map(|(_, v)| *v);
        let mut own = Vec::new();
        for key in ["as", "association", "model", "path"] {
            if let Some(v) = field(key, self) {
                self.collect_paths(f, v, g, ".", &mut own, depth + 1);
                if !own.is_empty() {
                    break;
                }
            }
        }
        let Some(base) = own.first().copied() else { return false };
        out.push(base);
        if let Some(nested) = field("include", self).or_else(|| field("populate", self)) {
            let mut inner = Vec::new();
            let known = self.collect_paths(f, nested, g, ".", &mut inner, depth + 1);
            out.extend(inner.into_iter().map(|path| self.p.names.join(base, path)));
            return known;
        }
        true
    }

    /// Names of relations below another; false if a part is not known.
    fn nested_paths(&mut self, v: V, base: Sym, out: &mut Vec<Sym>, depth: u32) -> bool {
        if depth > 8 {
            return false;
        }
        match self.vals.get(v).clone() {
            Val::Str(name) => {
                out.push(self.p.names.join(base, name));
                true
            }
            Val::List(items) => items.iter().all(|v| self.nested_paths(*v, base, out, depth + 1)),
            Val::Map(entries, rest) => {
                entries.iter().all(|(name, v)| {
                    let path = self.p.names.join(base, *name);
                    out.push(path);
                    self.nested_paths(*v, path, out, depth + 1)
                }) && rest == UNKNOWN
            }
            Val::Null => true,
            _ => false,
        }
    }

    /// A tree of relations: false if it has parts that are not known.
    fn tree_paths(&mut self, v: V, base: Option<Sym>, out: &mut Vec<Sym>, depth: u32) -> bool {
        if depth > 6 {
            return false;
        }
        let (entries, rest) = match self.vals.get(v).clone() {
            Val::Map(entries, rest) => (entries, rest),
            Val::Str(name) => {
                // `author:id,name` names the columns too, `author a` an alias.
                let name = match self.p.text(name).split_once([':', ' ']) {
                    Some((relation, _)) => self.p.names.intern(relation),
                    None => name,
                };
                out.push(base.map_or(name, |b| self.p.names.join(b, name)));
                return true;
            }
            Val::List(items) => {
                let known = items.iter().filter(|item| !self.tree_paths(**item, base, out, depth + 1));
                return known.count() == 0;
            }
            other => return matches!(other, Val::Null),
        };
        if entries.iter().any(|(k, _)| matches!(self.p.text(*k), "model" | "association" | "as")) {
            return false;
        }
        let mut known = rest == UNKNOWN;
        for (key, value) in entries.iter() {
            if *value == FALSE || *value == NULL {
                continue;
            }
            let path = base.map_or(*key, |b| self.p.names.join(b, *key));
            out.push(path);
            let Val::Map(inner, _) = self.vals.get(*value).clone() else {
                if matches!(self.vals.get(*value), Val::Str(_) | Val::List(_)) {
                    known &= self.tree_paths(*value, Some(path), out, depth + 1);
                }
                continue;
            };
            let nested: Vec<V> =
                inner.iter().filter(|(k, _)| NESTS.contains(&self.p.text(*k))).map(|(_, v)| *v).collect();
            if nested.is_empty() {
                let looks_like_options = inner
                    .iter()
                    .any(|(k, _)| matches!(self.p.text(*k), "where" | "take" | "orderBy" | "skip" | "limit"));
                if !looks_like_options {
                    known &= self.tree_paths(*value, Some(path), out, depth + 1);
                }
            }
            for tree in nested {
                known &= self.tree_paths(tree, Some(path), out, depth + 1);
            }
        }
        known
    }
}

/// The path that an entity which is joined by its name is compared with: `Activity a on a = m.activity`.
fn joined_on<'t, 'w>(words: &'w [&'t str]) -> Option<&'w &'t str> {
    let [_, alias, on, left, "=", right, ..] = words else { return None };
    match (left == alias, right == alias) {
        _ if !on.eq_ignore_ascii_case("on") => None,
        (true, _) => Some(right),
        (_, true) => Some(left),
        _ => None,
    }
    .filter(|path| path.contains('.'))
}

/// The relation paths that `join fetch` names, aliases resolved: `join fetch o.items i join fetch i.product` fetches `items`
/// and `items.product`.
fn fetched(text: &str) -> Vec<String> {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c == ',').filter(|w| !w.is_empty()).collect();
    let mut aliases: Vec<(&str, String)> = Vec::new();
    let mut paths = Vec::new();
    for (i, word) in words.iter().enumerate() {
        let fetch = word.eq_ignore_ascii_case("fetch");
        if !fetch && !word.eq_ignore_ascii_case("join") {
            continue;
        }
        let named = words.get(i + 1).filter(|next| next.contains('.'));
        let Some(path) = named.or_else(|| joined_on(&words[i + 1..])) else { continue };
        let Some((root, rest)) = path.split_once('.') else { continue };
        let base = aliases.iter().find(|(alias, _)| *alias == root).map_or("", |(_, path)| path.as_str());
        let full = if base.is_empty() { rest.to_owned() } else { format!("{base}.{rest}") };
        let alias = words.get(i + 2).filter(|word| !word.eq_ignore_ascii_case("as")).or(words.get(i + 3));
        if let Some(alias) = alias {
            aliases.push((alias, full.clone()));
        }
        if fetch {
            paths.push(full);
        }
    }
    paths
}

#[cfg(test)]
mod tests {
    #[test]
    fn join_fetch_names_paths_through_aliases() {
        let text = "select o from Order o left join fetch o.items i join fetch i.product join o.customer c where c.id = :id";
        assert_eq!(super::fetched(text), ["items", "items.product"]);
    }
}
