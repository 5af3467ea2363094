//! The value of each operation.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame};
use crate::value::{Bound, EVERYTHING, FALSE, NULL, Query, SCALAR, Site, Source, TRUE, UNKNOWN, V, Val};
use perflint_ir::{Arg, BinOp, CallForm, Callee, OpId, OpKind, RegionKind, Shape, Slot, Sym};
use perflint_link::{BodyRef, Def, FileIx, Target};
use perflint_models::RowCount;
use std::rc::Rc;

impl<'p> Eval<'p> {
    pub(crate) fn value(&mut self, f: &mut Frame<'p>, i: usize, kind: OpKind) -> V {
        let at = |f: &Frame<'p>, id: OpId| id.some().map_or(UNKNOWN, |id| f.vals[id.at()]);
        match kind {
            OpKind::Null => NULL,
            OpKind::Bool(true) => TRUE,
            OpKind::Bool(false) => FALSE,
            OpKind::Int(n) => self.vals.make(Val::Int(n)),
            OpKind::Str(sym) => match self.sql_at(f, i) {
                Some(sql) => sql,
                None => self.vals.make(Val::Str(sym)),
            },
            OpKind::Text(parts) => {
                self.text_forms(f, f.body.kids(parts), i);
                self.sql_at(f, i).or_else(|| self.constant_text(f, f.body.kids(parts))).unwrap_or(SCALAR)
            }
            OpKind::Local(local) => f.locals[local.at()],
            OpKind::SelfRef | OpKind::SuperRef => f.this,
            OpKind::Name(name) if let Some(class) = self.generic_class(f, name) => class,
            OpKind::Name(name) if self.is_late_class(f, name) => self.late_class(f),
            OpKind::Name(name) if f.lang.has_implicit_receiver() && !self.is_made(f, name, i) => {
                self.bare(f, name, i)
            }
            OpKind::Name(name) => self.name(f.at.file, name),
            OpKind::Get { base, name } => {
                let recv = at(f, base);
                self.get(f, recv, name, i, Some(base))
            }
            OpKind::Index { base, key } => {
                let (value, key) = (at(f, base), at(f, key));
                let start = f.terms.len();
                let found = self.index(f, value, key, i);
                let variable = matches!(f.body.op(base).kind, OpKind::Local(_) | OpKind::Get { .. });
                if let Val::Query(q) = *self.vals.get(value)
                    && f.lang.keeps_rows_in_queries()
                    && (variable || self.is_held(f, base))
                {
                    self.keep_rows(f, value, &q, base.at(), start);
                }
                found
            }
            OpKind::Slice { base, limit } => {
                let (value, bound) = (at(f, base), at(f, limit));
                self.slice(value, bound, limit.is_some())
            }
            OpKind::Call(id) => {
                // What is awaited does not block, whatever its model says: one name may have a sync and an async client.
                let awaited = OpKind::Await(OpId(i as u32));
                f.awaiting = f.body.ops.get(i + 1).is_some_and(|next| next.kind == awaited);
                let v = self.call_op(f, i, id);
                f.awaiting = false;
                self.promised(f, id, v)
            }
            OpKind::Lambda(body) => {
                let code = self.p.file(f.at.file).body(body);
                let captured = code.captures.iter().map(|c| f.locals[c.outer.at()]);
                let caps: Box<[V]> = captured.chain(Self::carried(f).iter().copied()).collect();
                let v = self.vals.make(Val::Closure(f.at.file, body, caps, f.this));
                f.lambdas.push(v);
                v
            }
            OpKind::Await(value) => {
                let v = at(f, value);
                self.note_serial_await(f, i, v);
                self.awaited(f, v, i)
            }
            OpKind::Yield(value) => {
                let v = at(f, value);
                f.yields = Some(f.yields.map_or(v, |known| self.vals.join(known, v)));
                UNKNOWN
            }
            OpKind::Bind { local, value } => {
                let v = at(f, value);
                let v = self.settled_at(f, i, v);
                f.locals[local.at()] = v;
                v
            }
            OpKind::Put { base, put } => {
                let (name, value) = f.body.puts[put.at()];
                let v = at(f, value);
                self.put(f, base, name, v);
                v
            }
            OpKind::Make(shape, args) => {
                let args: &'p [Arg] = f.body.args(args);
                self.literal(f, i, shape, args)
            }
            OpKind::Store(kids) => {
                if let [base, key, value] = *f.body.kids(kids) {
                    self.store(f, base, key, value);
                }
                UNKNOWN
            }
            OpKind::Cast { value, ty } => match at(f, value) {
                UNKNOWN | SCALAR => self.type_value(f.at.file, ty, 0),
                known => known,
            },
            OpKind::Not(value) => match self.truth(f, at(f, value)) {
                Some(true) => FALSE,
                Some(false) => TRUE,
                None => SCALAR,
            },
            OpKind::Join(kids) => {
                let kids: &'p [OpId] = f.body.kids(kids);
                kids.iter().fold(UNKNOWN, |sum, kid| {
                    let v = at(f, *kid);
                    self.vals.join(sum, v)
                })
            }
            OpKind::Binary { op, lhs, rhs } => {
                let (l, r) = (at(f, lhs), at(f, rhs));
                self.binary(f, i, op, l, r)
            }
            // A wrapper of one value that the front end has no shape for is not looked through.
            OpKind::Unknown(_) => UNKNOWN,
            OpKind::Exit { .. } => UNKNOWN,
        }
    }

    fn sql_at(&mut self, f: &Frame<'p>, i: usize) -> Option<V> {
        let ix = *self.sql.get(&Site { at: f.at, op: OpId(i as u32) })?;
        Some(self.vals.make(Val::Sql(f.at.file, ix, false)))
    }

    /// What a free name of a file stands for.
    pub(crate) fn name(&mut self, file: FileIx, name: Sym) -> V {
        if self.p.file(file).lang.marks_variables() && self.p.text(name).starts_with('$') {
            return self.global(file, name).unwrap_or_else(|| self.vals.make(Val::Ext(name)));
        }
        match self.p.resolve(file, name) {
            Some(target) => self.target(target),
            // A name that an import brings from where nobody can see: an entity of that very name.
            None => match self.entity_by_name(file, name) {
                Some(class) => class,
                None => self.vals.make(Val::Ext(name)),
            },
        }
    }

    /// The entity class of exactly this name, of values that are not known otherwise.
    pub(crate) fn entity_by_name(&mut self, file: FileIx, name: Sym) -> Option<V> {
        let text = self.p.text(name);
        let tells = self.p.file(file).lang.names_tell_classes();
        if !tells || !text.starts_with(|c: char| c.is_ascii_uppercase()) {
            return None;
        }
        let entity = self.p.entity_named(file, text)?;
        Some(self.vals.make(Val::Class(self.p.entity(entity).class)))
    }

    /// The value of a resolved name.
    pub(crate) fn target(&mut self, target: Target) -> V {
        match target {
            Target::External(path) => self.metamodel(path).unwrap_or_else(|| self.vals.make(Val::Ext(path))),
            Target::Module(file) => self.vals.make(Val::Module(file)),
            Target::Item(def) => self.item(def),
        }
    }

    pub(crate) fn item(&mut self, def: Def) -> V {
        use perflint_ir::ItemKind as K;
        if let Some(class) = self.p.class_of.get(&def) {
            return self.vals.make(Val::Class(*class));
        }
        match self.p.item(def).kind {
            K::Function => self.vals.make(Val::Fun(def)),
            K::Module => self.vals.make(Val::Space(def)),
            K::Field => self.field_value(def),
            _ => UNKNOWN,
        }
    }

    /// The initial value of a field or module variable; failing that, a value of its declared type.
    pub(crate) fn field_value(&mut self, def: Def) -> V {
        let item = self.p.item(def);
        let mut v = UNKNOWN;
        if let Some((file, body, op)) = self.p.field_init(def) {
            let at = BodyRef { file, body };
            v = match self.partial.get(&at) {
                Some(partial) => partial.get(op.at()).copied().unwrap_or(UNKNOWN),
                None => self.init_values(at).get(op.at()).copied().unwrap_or(UNKNOWN),
            };
        }
        if let Some(puts) = self.variable_puts.get(&def).cloned() {
            for (name, value) in puts {
                v = self.with_field(v, name, value);
            }
        }
        if matches!(self.vals.get(v), Val::Unknown | Val::Null | Val::Scalar)
            && let Some(ty) = item.ty
        {
            v = self.type_value(def.file, ty, 0);
        }
        if v == UNKNOWN
            && let Some(ty) = self.look.hint(self.p.file(def.file).lang.family(), item.name)
        {
            v = self.vals.make(Val::ExtInst(ty, Box::new([])));
        }
        v
    }

    /// The values of all operations of an initialiser; empty while it is being evaluated.
    pub(crate) fn init_values(&mut self, at: BodyRef) -> Rc<[V]> {
        if let Some(known) = self.inits.get(&at) {
            return known.clone().unwrap_or_else(|| Rc::new([]));
        }
        self.inits.insert(at, None);
        let around = self.routes.around.take();
        self.evaluate(at, UNKNOWN, Vec::new(), None);
        self.routes.around = around;
        self.inits.get(&at).cloned().flatten().unwrap_or_else(|| Rc::new([]))
    }

    fn put(&mut self, f: &mut Frame<'p>, base: OpId, name: Sym, v: V) {
        match f.body.op(base).kind {
            OpKind::SelfRef => self.assign_self(f, name, v, base),
            OpKind::Local(local) => {
                let object = f.locals[local.at()];
                f.locals[local.at()] = match self.without_key(object, name, v) {
                    Some(copy) => copy,
                    None => self.filled(f, object, name, v),
                };
            }
            OpKind::Name(variable) => {
                if let Val::Class(class) = *self.vals.get(f.vals[base.at()]) {
                    let known = self.static_puts.get(&(class, name)).copied().unwrap_or(UNKNOWN);
                    let sum = self.vals.join(known, v);
                    self.static_puts.insert((class, name), sum);
                } else if let Some(Target::Item(def)) = self.p.resolve(f.at.file, variable) {
                    self.variable_puts.entry(def).or_default().push((name, v));
                }
            }
            _ if self.is_shown(f.vals[base.at()]) => self.show(f, name, v),
            _ => {
                let held = self.filled(f, f.vals[base.at()], name, v);
                self.change(f, base, held);
            }
        }
    }

    /// Assigns a field of the receiver, for the rest of this body and for the methods that it calls.
    pub(crate) fn put_self(&mut self, f: &mut Frame<'p>, name: Sym, v: V) {
        let sum = match f.puts.iter_mut().find(|(n, _)| *n == name) {
            Some((_, old)) => {
                *old = self.vals.join(*old, v);
                *old
            }
            None => {
                f.puts.push((name, v));
                v
            }
        };
        if matches!(self.vals.get(f.this), Val::Inst(..)) && sum != UNKNOWN {
            f.this = self.with_field(f.this, name, sum);
        }
    }

    /// `base[key] = value`, for maps held by a local variable.
    fn store(&mut self, f: &mut Frame<'p>, base: OpId, key: OpId, value: OpId) {
        let OpKind::Local(local) = f.body.op(base).kind else {
            let held = self.vals.many(f.vals[value.at()]);
            self.hold_below(f, base, held);
            if let Val::Str(name) = *self.vals.get(f.vals[key.at()]) {
                let (object, value) = (f.vals[base.at()], f.vals[value.at()]);
                // The field of a library's type holds a map that nobody saw made: `c.Data["json"] = orders`.
                let held = match f.lang.fills_arguments() {
                    true => self.filled(f, object, name, value),
                    false => self.with_field(object, name, value),
                };
                self.change(f, base, held);
            }
            return;
        };
        let (map, key, value) = (f.locals[local.at()], f.vals[key.at()], f.vals[value.at()]);
        // A list that was made as long as it has to be is filled by index, an array of PHP under any key.
        let by_key = f.lang.marks_variables() && !matches!(self.vals.get(key), Val::Str(_));
        let filled = f.lang.builds_lists_by_hand() || by_key;
        if filled && matches!(self.vals.get(map), Val::List(_) | Val::Many { .. }) {
            let known = self.element(map);
            let elem = self.vals.join(known, value);
            let at = f.body.ops.get(base.at()).map_or(0, |op| op.region.0);
            let source = self.comprehension_source(f, at).or_else(|| self.source_of(map));
            f.locals[local.at()] = self.vals.make(Val::Many { elem, count: None, batch: false, source });
            return;
        }
        let Val::Map(entries, rest) = self.vals.get(map).clone() else { return };
        f.locals[local.at()] = match self.vals.get(key).clone() {
            Val::Str(name) => self.with_field(map, name, value),
            Val::Union(all) if all.iter().any(|k| matches!(self.vals.get(*k), Val::Str(_))) => {
                let mut out = map;
                for key in all.iter() {
                    if let Val::Str(name) = *self.vals.get(*key) {
                        out = self.with_field(out, name, value);
                    }
                }
                out
            }
            _ => {
                let rest = self.vals.join(rest, value);
                self.vals.make(Val::Map(entries, rest))
            }
        };
    }

    /// The object with a field set.
    pub(crate) fn with_field(&mut self, object: V, name: Sym, v: V) -> V {
        let set = |entries: &[(Sym, V)]| -> Rc<[(Sym, V)]> {
            let mut entries: Vec<(Sym, V)> = entries.iter().copied().filter(|(n, _)| *n != name).collect();
            if entries.len() < 64 {
                entries.push((name, v));
            }
            entries.into()
        };
        match self.vals.get(object).clone() {
            Val::Inst(class, fields) => self.vals.make(Val::Inst(class, set(&fields))),
            Val::Map(entries, rest) => self.vals.make(Val::Map(set(&entries), rest)),
            _ => object,
        }
    }

    fn index(&mut self, f: &mut Frame<'p>, base: V, key: V, i: usize) -> V {
        if f.lang.numbers_fields()
            && matches!(self.vals.get(base), Val::Inst(..) | Val::Row(_) | Val::Query(_) | Val::ExtInst(..))
        {
            // The field of a tuple struct: extractors such as `State(app)` stand for what they hold.
            return base;
        }
        match (self.vals.get(base).clone(), self.vals.get(key).clone()) {
            (Val::List(items), Val::Int(n)) if n >= 0 => items.get(n as usize).copied().unwrap_or(UNKNOWN),
            (Val::Map(entries, rest), Val::Str(name)) => {
                entries.iter().find(|(n, _)| *n == name).map_or(rest, |(_, v)| *v)
            }
            (held, _) if let Some(row) = self.look_getitem(&held) => {
                self.apply(f, row, base, &CallArgs::positional(vec![key]), i, None)
            }
            // What a statement written by hand gives: a column of one of its rows.
            (Val::Query(_), Val::Str(_)) if f.lang.keeps_rows_in_queries() => SCALAR,
            (Val::Query(q), _) => {
                // Ruby's libraries fetch all rows and keep them where they were asked for one by its place.
                let kept = f.lang.keeps_rows_in_queries();
                let rows = if kept { RowCount::All } else { RowCount::One };
                self.run_query(f, &q, rows, i, perflint_models::Wait::Blocks);
                self.row_of(f, &q, i)
            }
            (Val::Many { .. } | Val::List(_) | Val::Map(..) | Val::Union(_), _) => self.element(base),
            (Val::Scalar | Val::Str(_), _) => SCALAR,
            // A generic alias: `list[int]`, `Mapped[..]`; a function that is told its type: `queryAll[*Order]`.
            (Val::Ext(_) | Val::Fun(_), _) => base,
            (Val::ExtInst(ty, args), _) => match args.last() {
                Some(elem) if self.m.role(ty) == perflint_models::TypeRole::List => *elem,
                _ => UNKNOWN,
            },
            _ => UNKNOWN,
        }
    }

    /// What models say of asking a value for what stands under a key.
    fn look_getitem(&mut self, held: &Val) -> Option<perflint_models::CallIx> {
        let names = ["__getitem__", "[]"].map(|name| self.p.names.intern(name));
        let (types, names, on_class) = match held {
            Val::ExtInst(ty, _) => (vec![*ty], &names[..], false),
            // A place in a query's rows is told apart from a method of its own.
            Val::Query(q) => (vec![q.api?], &names[1..], false),
            Val::Class(class) => (self.p.class(*class).types.clone(), &names[1..], true),
            _ => return None,
        };
        let pairs = names.iter().flat_map(|name| types.iter().map(move |ty| (*ty, *name)));
        pairs.into_iter().find_map(|(ty, name)| self.look.method(ty, name, on_class))
    }

    fn slice(&mut self, base: V, limit: V, has_limit: bool) -> V {
        match self.vals.get(base).clone() {
            Val::Query(q) if has_limit => {
                let bound = match self.vals.get(limit) {
                    Val::Int(n) if *n >= 0 => Bound::AtMost(*n as u32),
                    _ => Bound::Page,
                };
                self.vals.make(Val::Query(Query { bound, preloaded: q.preloaded, ..q }))
            }
            Val::Many { elem, batch, source, .. } => {
                let source = source.map(|source| Source { all: source.all && !has_limit, ..source });
                let count = match self.vals.get(limit) {
                    Val::Int(n) if *n >= 0 => Some(*n as u32),
                    _ => None,
                };
                self.vals.make(Val::Many { elem, count, batch, source })
            }
            _ => base,
        }
    }

    fn literal(&mut self, f: &mut Frame<'p>, i: usize, shape: Shape, args: &'p [Arg]) -> V {
        let own = f.body.ops[i].region;
        if let [arg] = args
            && arg.slot == Slot::Pos
            && arg.value.is_some()
            && is_loop_inside(f, f.body.op(arg.value).region.0, own.0)
        {
            let elem = f.vals[arg.value.at()];
            let source = self.comprehension_source(f, f.body.op(arg.value).region.0);
            return self.vals.make(Val::Many {
                elem,
                count: self.comprehension_count(f, f.body.op(arg.value).region.0),
                batch: false,
                source,
            });
        }
        match shape {
            Shape::List | Shape::Tuple => {
                let mut items = Vec::new();
                let mut spread = None;
                for arg in args {
                    let v = arg.value.some().map_or(UNKNOWN, |o| f.vals[o.at()]);
                    match arg.slot {
                        Slot::Rest => match self.vals.get(v) {
                            Val::List(more) => items.extend(more.iter().copied()),
                            _ => spread = Some(v),
                        },
                        _ => items.push(v),
                    }
                }
                match spread {
                    Some(v) => {
                        let mut elem = self.element(v);
                        for item in items {
                            elem = self.vals.join(elem, item);
                        }
                        self.vals.many(elem)
                    }
                    None if items.len() > 64 => {
                        let count = Some(items.len() as u32);
                        let elem = items.into_iter().take(8).fold(UNKNOWN, |a, b| self.vals.join(a, b));
                        self.vals.make(Val::Many { elem, count, batch: false, source: None })
                    }
                    None => self.vals.make(Val::List(items.into())),
                }
            }
            Shape::Map => {
                let mut entries: Vec<(Sym, V)> = Vec::new();
                let mut rest = UNKNOWN;
                for arg in args {
                    let v = arg.value.some().map_or(UNKNOWN, |o| f.vals[o.at()]);
                    match arg.slot {
                        Slot::Key(key) => {
                            entries.retain(|(k, _)| *k != key);
                            entries.push((key, v));
                        }
                        Slot::KeyRest => self.spread(&mut entries, &mut rest, v),
                        _ => rest = self.vals.join(rest, v),
                    }
                }
                if f.lang.lists_by_key() && args.len() == 1 && entries.is_empty() && args[0].slot == Slot::Pos
                {
                    return self.vals.make(Val::List([rest].into()));
                }
                entries.truncate(crate::union::MOST);
                self.vals.make(Val::Map(entries.into(), rest))
            }
        }
    }

    /// How many elements a comprehension over a literal list has.
    fn comprehension_count(&self, f: &Frame<'p>, region: u16) -> Option<u32> {
        let RegionKind::Loop { over, .. } = f.body.regions[usize::from(region)].kind else { return None };
        match self.vals.get(f.vals[over.some()?.at()]) {
            Val::List(items) => Some(items.len() as u32),
            Val::Many { count, .. } => *count,
            _ => None,
        }
    }

    /// True inside a loop that reads the rows of a query one by one: `for rows.Next()`.
    fn reads_rows(&self, f: &Frame<'p>, region: u16) -> bool {
        let mut at = region;
        while at != 0 {
            let region = &f.body.regions[usize::from(at)];
            if let RegionKind::Loop { over, .. } = region.kind
                && let Some(OpKind::Call(call)) = over.some().map(|over| f.body.op(over).kind)
                && let Callee::Member { recv, .. } = f.body.call(call).callee
                && matches!(self.vals.get(f.vals[recv.at()]), Val::Query(_))
            {
                return true;
            }
            at = region.parent.0;
        }
        false
    }

    /// An instance as one that was filled from a row.
    pub(crate) fn row_instance(&mut self, v: V) -> V {
        match self.vals.get(v) {
            Val::Inst(..) => self.with_field(v, self.of_row, TRUE),
            _ => v,
        }
    }

    /// The query that the loops of a comprehension walk.
    fn comprehension_source(&self, f: &Frame<'p>, region: u16) -> Option<Source> {
        let mut at = region;
        loop {
            let region = &f.body.regions[usize::from(at)];
            if let RegionKind::Loop { over, .. } = region.kind {
                return over.some().and_then(|o| self.source_of(f.vals[o.at()]));
            }
            if at == 0 {
                return None;
            }
            at = region.parent.0;
        }
    }

    /// True where a loop over all rows of a query adds to a list.
    fn appends_all(&self, f: &Frame<'p>, i: usize) -> bool {
        f.lang.builds_lists_by_hand() && self.comprehension_source(f, f.body.ops[i].region.0).is_some()
    }

    fn binary(&mut self, f: &mut Frame<'p>, i: usize, op: BinOp, l: V, r: V) -> V {
        if let Some(sql) = self.sql_at(f, i) {
            return sql;
        }
        match op {
            BinOp::Add => match (self.vals.get(l), self.vals.get(r)) {
                (Val::Sql(file, ix, grown), added) => {
                    let grown = *grown || self.may_limit(added);
                    self.vals.make(Val::Sql(*file, *ix, grown))
                }
                (_, Val::Sql(..)) => r,
                (Val::List(a), Val::List(b)) if let Some(all) = self.names_together(f, i, a, b) => {
                    self.vals.make(Val::List(all))
                }
                (Val::List(_) | Val::Many { .. } | Val::Query(_), _) | (Val::Unknown, Val::List(_))
                    if l != UNKNOWN || self.appends_all(f, i) =>
                {
                    let (mut a, mut b) = (self.element(l), self.element(r));
                    if f.lang.builds_lists_by_hand() && self.reads_rows(f, f.body.ops[i].region.0) {
                        b = self.row_instance(b);
                        // What the list is declared to hold is what it is given.
                        if matches!(self.vals.get(a), Val::Inst(_, fields) if fields.is_empty()) {
                            a = self.row_instance(a);
                        }
                    }
                    let elem = self.vals.join(a, b);
                    // What a loop over all rows collects is as long as they are.
                    let mut source = None;
                    if f.lang.builds_lists_by_hand() {
                        source = self.comprehension_source(f, f.body.ops[i].region.0);
                        source = source.or_else(|| self.source_of(l)).or_else(|| self.source_of(r));
                    }
                    self.vals.make(Val::Many { elem, count: None, batch: false, source })
                }
                (Val::Str(a), Val::Str(b)) => {
                    let text = format!("{}{}", self.p.text(*a), self.p.text(*b));
                    let sym = self.p.names.intern(&text);
                    self.vals.make(Val::Str(sym))
                }
                (Val::Unknown, _) | (_, Val::Unknown) => UNKNOWN,
                _ => SCALAR,
            },
            BinOp::Mod if matches!(self.vals.get(l), Val::Sql(..)) => l,
            BinOp::BitOr | BinOp::Other if matches!(self.vals.get(l), Val::Query(_) | Val::ExtInst(..)) => l,
            BinOp::BitOr => self.union_of_maps(l, r).unwrap_or(SCALAR),
            BinOp::Eq => self.equality(l, r),
            BinOp::LeftOut => match self.vals.get(l) {
                Val::Null => TRUE,
                Val::Unknown | Val::Union(_) => SCALAR,
                _ => FALSE,
            },
            BinOp::In => self.membership(l, r),
            BinOp::And => match (self.vals.truth(l), self.vals.truth(r)) {
                (Some(false), _) => l,
                (_, Some(false)) => FALSE,
                _ => self.vals.join(l, r),
            },
            _ => SCALAR,
        }
    }

    /// True for a text that may hold the clause which limits the rows of a statement that it is added to.
    fn may_limit(&self, added: &Val) -> bool {
        let Val::Str(text) = added else { return true };
        let text = self.p.text(*text).to_ascii_lowercase();
        ["where", "limit", "fetch", "top", "offset", "%", "{"].iter().any(|word| text.contains(word))
    }

    fn call_op(&mut self, f: &mut Frame<'p>, i: usize, id: perflint_ir::CallId) -> V {
        let call = *f.body.call(id);
        let args = self.arguments(f, f.body.args(call.args));
        self.events.calls += usize::from(!self.p.is_stub(f.at.file));
        match call.callee {
            Callee::Member { recv, name } => {
                if f.body.op(recv).kind == OpKind::SuperRef || is_super_call(self.p, f, recv) {
                    return self.call_super(f, name, &args, i);
                }
                let value = f.vals[recv.at()];
                if call.form == CallForm::Auto {
                    let v = self.get(f, value, name, i, Some(recv));
                    if v != UNKNOWN && !self.is_callable(f, v) {
                        return v;
                    }
                }
                let v = self.call_member(f, value, name, &args, i, Some(recv));
                let v = self.built_here(f, v, i);
                self.note_saved(f, recv, name);
                match crate::memo::stored(self.code(f), f.body, OpId(i as u32)) {
                    Some(stored) if f.vals[stored.at()] != UNKNOWN => f.vals[stored.at()],
                    _ => v,
                }
            }
            Callee::Value(value) => {
                if f.body.op(value).kind == OpKind::SuperRef {
                    let name = self.super_name(f);
                    return self.call_super(f, name, &args, i);
                }
                let callee = f.vals[value.at()];
                if call.form == CallForm::Auto && !self.is_callable(f, callee) {
                    return callee;
                }
                if let OpKind::Get { base, name } = f.body.op(value).kind
                    && matches!(self.vals.get(callee), Val::Unknown | Val::Bound(..) | Val::ExtMethod(..))
                    && call.form != CallForm::Auto
                {
                    let recv = f.vals[base.at()];
                    return self.call_member(f, recv, name, &args, i, Some(base));
                }
                // Of several methods of a name the arguments tell which is meant.
                if let (Val::Bound(_, recv), OpKind::Name(name)) =
                    (self.vals.get(callee).clone(), f.body.op(value).kind)
                    && !self.lacks(recv, name)
                {
                    return self.call_member(f, recv, name, &args, i, None);
                }
                self.call_value(f, callee, &args, i)
            }
        }
    }

    fn is_callable(&mut self, f: &Frame<'p>, v: V) -> bool {
        match self.vals.get(v) {
            Val::Fun(_) | Val::Bound(..) | Val::ExtMethod(..) | Val::Closure(..) => true,
            // Where no brackets are needed a path may be that of a function: `Rails.env.production?`.
            Val::Ext(path) => f.lang.has_blocks() && self.look.function(*path, f.lang).is_some(),
            _ => false,
        }
    }

    pub(crate) fn arguments(&mut self, f: &Frame<'p>, args: &'p [Arg]) -> CallArgs {
        let mut out = CallArgs::default();
        for arg in args {
            let v = arg.value.some().map_or(UNKNOWN, |o| f.vals[o.at()]);
            match arg.slot {
                Slot::Pos => out.pos.push(v),
                Slot::Block => {
                    let key = self.p.names.intern("&");
                    out.keys.push((key, v));
                }
                Slot::Key(key) => out.keys.push((key, v)),
                Slot::Rest => match self.vals.get(v) {
                    Val::List(items) => out.pos.extend(items.iter().copied()),
                    // PHP spreads an array with names as named arguments.
                    Val::Map(entries, _) if f.lang.spreads_names() => {
                        out.keys.extend(entries.iter().copied());
                    }
                    _ => out.open = true,
                },
                Slot::KeyRest => match self.vals.get(v) {
                    Val::Map(entries, _) => {
                        for (k, v) in entries.iter() {
                            if !out.keys.iter().any(|(known, _)| known == k) {
                                out.keys.push((*k, *v));
                            }
                        }
                    }
                    _ => out.open = true,
                },
            }
        }
        out
    }

    /// What waiting for a value gives.
    pub(crate) fn awaited(&mut self, f: &mut Frame<'p>, v: V, i: usize) -> V {
        match self.vals.get(v).clone() {
            Val::Future(inner) => match self.vals.get(inner) {
                // A promise of a promise is one promise.
                Val::Future(_) => self.awaited(f, inner, i),
                Val::Query(q) if !q.ran && f.lang.awaits_queries() => self.awaited(f, inner, i),
                _ => inner,
            },
            Val::Closure(..) => {
                let result = self.call_value(f, v, &CallArgs::default(), i);
                match self.vals.get(result) {
                    Val::Future(inner) => *inner,
                    _ => result,
                }
            }
            Val::ExtInst(ty, _) => match self.then_row(ty) {
                Some(row) => {
                    let v = self.apply(f, row, v, &CallArgs::default(), i, None);
                    match *self.vals.get(v) {
                        Val::Future(inner) => inner,
                        _ => v,
                    }
                }
                None => v,
            },
            // A query that is a promise itself: knex, mongoose.
            Val::Query(q) if !q.ran && q.api.is_some_and(|api| self.then_row(api).is_some()) => {
                let row = q.api.and_then(|api| self.then_row(api));
                let v = row.map_or(UNKNOWN, |row| self.apply(f, row, v, &CallArgs::default(), i, None));
                match *self.vals.get(v) {
                    Val::Future(inner) => inner,
                    _ => v,
                }
            }
            Val::Query(q) if !q.ran && (q.api.is_none() || q.via.is_some()) && f.lang.awaits_queries() => {
                self.run_query(f, &q, RowCount::All, i, perflint_models::Wait::Suspends);
                self.result_rows(f, &q, i)
            }
            Val::Union(all) => {
                let mut sum = UNKNOWN;
                for v in all.iter() {
                    let one = self.awaited(f, *v, i);
                    sum = self.vals.join(sum, one);
                }
                sum
            }
            _ => v,
        }
    }

    /// How values of a type are awaited.
    fn then_row(&mut self, ty: perflint_models::TypeIx) -> Option<perflint_models::CallIx> {
        ["then", "__await__"].iter().find_map(|name| {
            let name = self.p.names.intern(name);
            self.look.method(ty, name, false)
        })
    }

    /// An unknown supply of rows of an entity, for a declared type.
    pub(crate) fn typed_row(&mut self, entity: perflint_link::EntityIx) -> V {
        let path = self.p.names.intern("");
        self.vals.make(Val::Row(crate::value::Row {
            entity,
            origin: None,
            path,
            from: None,
            many: false,
            supply: EVERYTHING,
            binder: None,
            keyless: false,
        }))
    }
}

fn is_loop_inside(f: &Frame<'_>, inner: u16, outer: u16) -> bool {
    let mut at = inner;
    while at != outer && at != 0 {
        if matches!(f.body.regions[usize::from(at)].kind, RegionKind::Loop { .. }) {
            return true;
        }
        at = f.body.regions[usize::from(at)].parent.0;
    }
    false
}

/// `super()` as a plain call.
fn is_super_call(p: &perflint_link::Program, f: &Frame<'_>, recv: OpId) -> bool {
    if !f.lang.calls_for_its_parent() {
        return false;
    }
    let OpKind::Call(id) = f.body.op(recv).kind else { return false };
    match f.body.call(id).callee {
        Callee::Value(v) => match f.body.op(v).kind {
            OpKind::Name(name) => p.text(name) == "super",
            OpKind::SuperRef => true,
            _ => false,
        },
        Callee::Member { .. } => false,
    }
}
