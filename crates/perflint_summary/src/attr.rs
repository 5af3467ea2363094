//! Reading attributes.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame, How};
use crate::value::{EVERYTHING, FALSE, NOTHING, NULL, Query, Row, SCALAR, TRUE, UNKNOWN, V, Val};
use perflint_ir::{BodyKind, ItemKind, OpId, OpKind, Sym, TypeExpr, TypeId};
use perflint_link::{BodyRef, ClassIx, Def, EntityIx, FileIx, Target};
use perflint_models::{TypeIx, TypeRole};
use std::rc::Rc;

impl<'p> Eval<'p> {
    /// Reads an attribute.
    pub(crate) fn get(&mut self, f: &mut Frame<'p>, recv: V, name: Sym, op: usize, base: Option<OpId>) -> V {
        self.guarded(|this| {
            let v = this.get_any(f, recv, name, op, base);
            this.started_at(f, v, op)
        })
    }

    /// A query that nothing was added to is built where it is read, wherever the collection that it starts from is declared.
    fn started_at(&mut self, f: &Frame<'p>, v: V, op: usize) -> V {
        match *self.vals.get(v) {
            Val::Query(q) if q.api.is_some_and(|ty| self.m.type_row(ty).starts) => {
                let pristine = !q.ran && !q.narrowed && !q.plain && q.supply == NOTHING && q.via.is_none();
                if q.origin.op != OpId::NONE && !(pristine && q.bound == crate::value::Bound::Unbounded) {
                    return v;
                }
                let origin = self.site(f, op);
                self.vals.make(Val::Query(Query { origin, ..q }))
            }
            _ => v,
        }
    }

    fn get_any(&mut self, f: &mut Frame<'p>, recv: V, name: Sym, op: usize, base: Option<OpId>) -> V {
        if f.lang.numbers_fields()
            && self.p.text(name).starts_with(|c: char| c.is_ascii_digit())
            && matches!(self.vals.get(recv), Val::Inst(..) | Val::Row(_) | Val::Query(_) | Val::ExtInst(..))
        {
            return recv;
        }
        if f.lang.reads_library_accessors()
            && let Some(v) = self.library_property(f, recv, name, op)
        {
            return v;
        }
        match self.vals.get(recv).clone() {
            Val::Unknown => self.get_unknown(f, name),
            Val::Null | Val::Bool(_) | Val::Int(_) | Val::Str(_)
                if f.lang.asks_presence() == Some(self.p.text(name)) =>
            {
                if recv == NULL {
                    FALSE
                } else {
                    TRUE
                }
            }
            Val::Null | Val::Bool(_) | Val::Int(_) | Val::Scalar | Val::Str(_) | Val::Sql(..) => SCALAR,
            Val::Module(file) => match self.member_value(Target::Module(file), name, file) {
                UNKNOWN => match self.whole_export(file) {
                    Some(v) => self.get(f, v, name, op, None),
                    None => self.get_unknown(f, name),
                },
                v => v,
            },
            Val::Space(def) => self.member_value(Target::Item(def), name, def.file),
            Val::Ext(path) => self.get_external(f, path, name, op),
            Val::Class(class) => self.get_static(f, recv, class, name, op),
            Val::Inst(class, fields) => self.get_field(f, recv, class, &fields, name, op),
            Val::Row(row) => self.get_row(f, recv, row, name, op),
            Val::Query(q) => self.get_query(f, recv, &q, name, op),
            Val::ExtInst(ty, _) => self.get_typed(f, recv, ty, name, op),
            Val::Map(entries, rest) => match entries.iter().find(|(n, v)| *n == name && *v != UNKNOWN) {
                Some((_, v)) => *v,
                None if rest != UNKNOWN => rest,
                None if self.is_withheld(f, name) => NULL,
                None if self.is_view_method(f, name) => self.vals.make(Val::ExtMethod(recv, name)),
                None => match self.get_unknown(f, name) {
                    UNKNOWN => self.vals.make(Val::ExtMethod(recv, name)),
                    v => v,
                },
            },
            Val::Future(_) if let Some(v) = self.get_promise(f, recv, name, op, base) => v,
            Val::Many { .. } | Val::List(_) | Val::Future(_) | Val::Paths(..) | Val::Place(_) => {
                if matches!(self.p.text(name), "length" | "size") {
                    return SCALAR;
                }
                self.vals.make(Val::ExtMethod(recv, name))
            }
            Val::Fun(_) | Val::Bound(..) | Val::Closure(..) | Val::ExtMethod(..) => {
                self.vals.make(Val::ExtMethod(recv, name))
            }
            Val::Attr(entity, first) => {
                let target = self.p.relation(entity, first).and_then(|r| r.target);
                match target {
                    Some(target) if self.p.relation(target, name).is_some() => {
                        self.vals.make(Val::Attr(target, name))
                    }
                    _ => UNKNOWN,
                }
            }
            Val::Union(all) => {
                let mut sum = UNKNOWN;
                for v in all.iter() {
                    let one = self.get(f, *v, name, op, base);
                    sum = self.vals.join(sum, one);
                }
                sum
            }
        }
    }

    fn get_unknown(&mut self, f: &mut Frame<'p>, name: Sym) -> V {
        // `models.User` of an object that nobody knows: an entity of that very name.
        if let Some(class) = self.entity_by_name(f.at.file, name) {
            return class;
        }
        match self.look.hint(f.lang.family(), name) {
            Some(ty) => self.vals.make(Val::ExtInst(ty, Box::new([]))),
            None => {
                let v = self.by_convention(f.at, name);
                f.guessed |= v != UNKNOWN;
                v
            }
        }
    }

    /// What a name stands for where nothing else tells: in Ruby a variable called like a class holds one.
    pub(crate) fn by_convention(&mut self, at: BodyRef, name: Sym) -> V {
        if !self.p.file(at.file).lang.names_tell_rows() {
            return UNKNOWN;
        }
        match self.look.by_convention(at.file, name) {
            Some((entity, many)) => {
                let row = self.typed_row(entity);
                if many { self.vals.many(row) } else { self.fetched_elsewhere(at, entity) }
            }
            None => UNKNOWN,
        }
    }

    /// True for a row that only the name of a variable tells of.
    pub(crate) fn is_guess(&self, v: V) -> bool {
        matches!(*self.vals.get(v), Val::Row(row) if self.is_guessed(row))
    }

    /// Such rows come from the first operation of a body, which fetches nothing, but for a view's entity in an initialiser
    /// and for a bare relation of the receiver: what is read of its rows counts as guessed too.
    pub(crate) fn is_guessed(&self, row: Row) -> bool {
        row.origin.is_some_and(|origin| {
            origin.op == OpId(0) && self.p.file(origin.at.file).body(origin.at.body).kind != BodyKind::Init
        })
    }

    /// One row that somebody fetched by itself: what is read of it is fetched for it alone.
    fn fetched_elsewhere(&mut self, at: BodyRef, entity: EntityIx) -> V {
        let path = self.p.names.intern("");
        let origin = Some(crate::value::Site { at, op: OpId(0) });
        let binder = Some(crate::value::Binder { at, region: perflint_ir::RegionId(0) });
        self.vals.make(Val::Row(Row {
            entity,
            origin,
            path,
            from: None,
            many: false,
            supply: NOTHING,
            binder,
            keyless: false,
        }))
    }

    fn member_value(&mut self, target: Target, name: Sym, file: FileIx) -> V {
        let lang = self.p.file(file).lang;
        match self.p.member(target, name, lang) {
            Some(found) => self.target(found),
            None => UNKNOWN,
        }
    }

    fn get_external(&mut self, f: &mut Frame<'p>, path: Sym, name: Sym, op: usize) -> V {
        if let Some(ty) = self.look.ty(path, f.lang)
            && let Some(row) = self.m.attr(ty, self.p.text(name), true)
        {
            let recv = self.vals.make(Val::Ext(path));
            return self.attr_row(f, row, recv, name, op);
        }
        match self.p.member(Target::External(path), name, f.lang) {
            Some(found) => self.target(found),
            None => UNKNOWN,
        }
    }

    /// An attribute read on a class.
    fn get_static(&mut self, f: &mut Frame<'p>, recv: V, class: ClassIx, name: Sym, op: usize) -> V {
        let entity = self.p.class(class).entity;
        if let Some(entity) = entity
            && self.p.relation(entity, name).is_some()
        {
            return self.vals.make(Val::Attr(entity, name));
        }
        if let Some(v) = self.get_shared(f, class, recv, name, op) {
            return v;
        }
        if let Some(def) = self.p.member_on(class, name, true) {
            match self.p.item(def).kind {
                ItemKind::Function => {
                    let flags = self.p.item(def).flags;
                    return if flags.is_class_method || flags.is_static {
                        self.vals.make(Val::Bound(def, recv))
                    } else {
                        self.vals.make(Val::Fun(def))
                    };
                }
                ItemKind::Field => {
                    let v = self.field_value(def);
                    // What is null at first is filled where it is first asked for: `Server.instance`.
                    let filled = self.static_puts.get(&(class, name)).copied();
                    let v = filled.filter(|_| matches!(v, UNKNOWN | NULL)).unwrap_or(v);
                    if let Some(manager) = self.manager(f, v, entity, op) {
                        return manager;
                    }
                    // A manager of a library that nobody knows is most likely the usual one and more.
                    if v == UNKNOWN
                        && let Some(usual) = self.usual_attribute(f, recv, class, name, op)
                    {
                        return usual;
                    }
                    // A column, as a value that conditions are built from.
                    return match (entity, self.vals.get(v)) {
                        (Some(entity), Val::Unknown | Val::Scalar | Val::ExtInst(..)) => {
                            self.vals.make(Val::Attr(entity, name))
                        }
                        _ => v,
                    };
                }
                _ => return self.item(def),
            }
        }
        for ty in
            self.p.class(class).types.clone().into_iter().chain(entity.and_then(|e| self.p.entity(e).api))
        {
            if let Some(row) = self.m.attr(ty, self.p.text(name), true) {
                return self.attr_row(f, row, recv, name, op);
            }
        }
        // A class that is declared below another one from outside: `class Order::Export` beside `class Order`.
        let own = self.p.class(class).def;
        if let Some(nested) = self.p.member(Target::Item(own), name, f.lang) {
            return self.target(nested);
        }
        match entity {
            Some(entity) if self.p.is_key(entity, name) => self.vals.make(Val::Attr(entity, name)),
            _ => match self.static_puts.get(&(class, name)).copied() {
                Some(v) => v,
                None => match self.reopened(self.p.class(class).def) {
                    Some(library) => self.get(f, library, name, op, None),
                    None if self.has_accessor(f.lang, class, name) => {
                        self.vals.make(Val::ExtMethod(recv, name))
                    }
                    None => UNKNOWN,
                },
            },
        }
    }

    /// What the library has under this name on every class of this kind.
    fn usual_attribute(
        &mut self,
        f: &mut Frame<'p>,
        recv: V,
        class: ClassIx,
        name: Sym,
        op: usize,
    ) -> Option<V> {
        let api = self.p.class(class).entity.and_then(|e| self.p.entity(e).api);
        let types: Vec<TypeIx> = self.p.class(class).types.iter().copied().chain(api).collect();
        let row = types.into_iter().find_map(|ty| self.m.attr(ty, self.p.text(name), true))?;
        Some(self.attr_row(f, row, recv, name, op))
    }

    /// A manager declared on an entity is a query over that entity, with the methods of the manager's class.
    fn manager(&mut self, f: &mut Frame<'p>, v: V, entity: Option<EntityIx>, op: usize) -> Option<V> {
        let entity = entity?;
        let (class, api) = match self.vals.get(v).clone() {
            Val::Inst(class, _) => {
                let api =
                    self.p.class(class).types.iter().copied().find(|t| self.m.role(*t) == TypeRole::Query)?;
                (Some(class), api)
            }
            Val::ExtInst(ty, _) if self.m.role(ty) == TypeRole::Query => (None, ty),
            Val::Query(Query { entity: None, class, api: Some(api), .. }) => (class, api),
            _ => return None,
        };
        let empty = self.p.names.intern("");
        let q = self.fresh_query(f, Some(entity), empty, op);
        let q = self.vals.make(Val::Query(Query { api: Some(api), class, ..q }));
        Some(self.started(f, q, class, api, op))
    }

    /// Applies the method of the user's class that every use of a query type starts from.
    pub(crate) fn started(
        &mut self,
        f: &mut Frame<'p>,
        q: V,
        class: Option<ClassIx>,
        api: TypeIx,
        op: usize,
    ) -> V {
        let Some(class) = class else { return q };
        let hook = self.m.line(api).iter().find_map(|t| self.m.type_row(*t).starts_with.as_deref());
        let Some(name) = hook.and_then(|h| self.p.names.find(h)) else { return q };
        let Some(def) = self.p.member_on(class, name, false).filter(|d| !self.p.is_stub(d.file)) else {
            return q;
        };
        let result = self.call_fun(f, def, q, &CallArgs::default(), op, How::PLAIN);
        let start = *match self.vals.get(q) {
            Val::Query(q) => q,
            _ => return q,
        };
        match self.vals.get(result).clone() {
            Val::Query(made) if made.entity == start.entity || made.entity.is_none() => {
                let v = Val::Query(Query {
                    origin: start.origin,
                    entity: start.entity,
                    class: Some(class),
                    api: Some(api),
                    ..made
                });
                self.vals.make(v)
            }
            _ => {
                let v = Val::Query(Query { supply: EVERYTHING, ..start });
                self.vals.make(v)
            }
        }
    }

    pub(crate) fn get_field(
        &mut self,
        f: &mut Frame<'p>,
        recv: V,
        class: ClassIx,
        fields: &Rc<[(Sym, V)]>,
        name: Sym,
        op: usize,
    ) -> V {
        if recv == f.this
            && let Some((_, v)) = f.puts.iter().find(|(n, _)| *n == name)
            && *v != UNKNOWN
        {
            return *v;
        }
        if let Some((_, v)) = fields.iter().find(|(n, _)| *n == name)
            && *v != UNKNOWN
        {
            return match self.filled_later(f, class, name, *v) {
                Some(UNKNOWN) => self.get_unknown(f, name),
                Some(filled) => filled,
                None => *v,
            };
        }
        if let Some(v) = self.read_stored(f, fields, name, op) {
            return v;
        }
        if let Some(v) = self.computed(f, recv, class, name, op) {
            return v;
        }
        let member = self.p.member_on(class, name, false);
        // What is read where a method and a field share a name is the field.
        let shared =
            member.filter(|def| f.lang.reads_no_methods() && self.p.item(*def).kind == ItemKind::Function);
        let field = shared.and_then(|_| self.p.field_member(class, name));
        if let Some(def) = field.or(member) {
            match self.p.item(def).kind {
                ItemKind::Function if self.p.item(def).flags.is_property => {
                    return self.call_fun(f, def, recv, &CallArgs::default(), op, How::PLAIN);
                }
                ItemKind::Function => return self.vals.make(Val::Bound(def, recv)),
                ItemKind::Field => {
                    let around = self.p.class_around(def);
                    let v = self.with_generics(recv, around, |e| e.field_value(def));
                    // A class-level default gives way to what the constructor assigns.
                    let is_default =
                        matches!(self.vals.get(v), Val::Null | Val::Scalar | Val::Bool(_) | Val::Str(_));
                    let assigned = if is_default { self.constructed(class, name) } else { None };
                    let assigned = assigned.or_else(|| self.settled(class, def, name, v));
                    if let Some(assigned) = assigned {
                        return assigned;
                    }
                    if v != UNKNOWN {
                        return v;
                    }
                }
                _ => return self.item(def),
            }
        }
        if let Some(v) = self.constructed(class, name) {
            return v;
        }
        if let Some(v) = self.get_declared(f, class, recv, name, op) {
            return v;
        }
        if f.lang.reads_accessors()
            && let Some(def) = self.accessor_of(class, name)
        {
            return self.call_fun(f, def, recv, &CallArgs::default(), op, How::PLAIN);
        }
        for ty in self.p.class(class).types.clone() {
            if let Some(row) = self.m.attr(ty, self.p.text(name), false) {
                return self.attr_row(f, row, recv, name, op);
            }
            if self.look.method(ty, name, false).is_some() {
                return self.vals.make(Val::ExtMethod(recv, name));
            }
            if let Some(v) = self.any_attribute(f, ty, name, op) {
                return v;
            }
        }
        match self.delegate(f, recv, class, name, op) {
            Some(inner) => self.get(f, inner, name, op, None),
            None => self.get_unknown(f, name),
        }
    }

    /// What the constructors assign to a field.
    pub(crate) fn constructed(&mut self, class: ClassIx, name: Sym) -> Option<V> {
        let own = self.constructed_fields(class);
        own.iter().find(|(n, _)| *n == name).map(|(_, v)| *v).filter(|v| *v != UNKNOWN)
    }

    /// The fields that a class's constructors and methods assign, as far as they are known without arguments.
    fn constructed_fields(&mut self, class: ClassIx) -> Rc<[(Sym, V)]> {
        if let Some(known) = self.class_fields.get(&class) {
            return Rc::clone(known);
        }
        self.class_fields.insert(class, Rc::new([]));
        let mut fields = Vec::new();
        let set_up = ["setup", "__post_init__"].iter().filter_map(|name| self.p.names.find(name));
        let set_up: Vec<Def> = set_up.filter_map(|name| self.p.class_member(class, name)).collect();
        for def in self.p.constructors(class).into_iter().chain(set_up) {
            let Some(body) = self.p.item(def).body else { continue };
            let this = self.vals.make(Val::Inst(class, Rc::new([])));
            let at = BodyRef { file: def.file, body };
            let locals = self.declared_arguments(at);
            let outcome = self.evaluate(at, this, locals, None);
            fields.extend(outcome.puts.iter().copied());
        }
        let fields: Rc<[(Sym, V)]> = fields.into();
        self.class_fields.insert(class, Rc::clone(&fields));
        fields
    }

    fn get_row(&mut self, f: &mut Frame<'p>, recv: V, row: Row, name: Sym, op: usize) -> V {
        if let Some(v) = self.held_rows(recv, row, name) {
            return v;
        }
        self.touch(f, row, name, op);
        let class = self.p.entity(row.entity).class;
        let def = self.p.member_on(class, name, false);
        // The method that builds a relation: its name is that of the relation's attribute too.
        if let Some(def) = def
            && self.p.item(def).kind == ItemKind::Function
            && let Some(relation) = self.p.relation(row.entity, name)
            && relation.place == def
        {
            return self.read_relation(f, recv, row, relation, op);
        }
        // A getter that builds it is no accessor.
        if let Some(relation) = self.p.relation(row.entity, name)
            && self.m.relations[relation.row].1.strips.is_some()
        {
            return self.read_relation(f, recv, row, relation, op);
        }
        if let Some(v) = self.read_accessor(f, row, recv, name, op) {
            return v;
        }
        if let Some(def) = def.filter(|d| self.p.item(*d).kind == ItemKind::Function) {
            if self.p.item(def).flags.is_property {
                return self.call_fun(f, def, recv, &CallArgs::default(), op, How::PLAIN);
            }
            return self.vals.make(Val::Bound(def, recv));
        }
        if let Some(relation) = self.p.relation(row.entity, name) {
            return self.read_relation(f, recv, row, relation, op);
        }
        if let Some(v) = self.get_declared(f, class, recv, name, op) {
            return v;
        }
        if f.lang.reads_properties()
            && def.is_none()
            && let Some(accessor) = self.accessor_of(class, name)
        {
            return self.call_fun(f, accessor, recv, &CallArgs::default(), op, How::PLAIN);
        }
        if self.p.is_key(row.entity, name) {
            self.read_column(f, row, name, op);
            return SCALAR;
        }
        let api = self.p.entity(row.entity).api;
        for ty in self.p.class(class).types.clone().into_iter().chain(api) {
            if let Some(attr) = self.m.attr(ty, self.p.text(name), false) {
                return self.attr_row(f, attr, recv, name, op);
            }
            if self.look.method(ty, name, false).is_some() {
                return self.vals.make(Val::ExtMethod(recv, name));
            }
        }
        if let Some(v) = def.and_then(|def| self.stored(def, recv)) {
            return v;
        }
        if let Some(def) = def {
            // A column is declared by a call or a type; what is set to a literal is a constant of the class.
            let by_call = self.p.field_init(def).is_some_and(|(file, body, op)| {
                matches!(self.p.file(file).body(body).op(op).kind, OpKind::Call(_))
            });
            if by_call {
                self.read_column(f, row, name, op);
                return SCALAR;
            }
            return self.constant_of(def).unwrap_or(SCALAR);
        }
        UNKNOWN
    }

    /// What a class writes down for all of its rows: a list or a map with something in it, and no type that would make it a column.
    fn constant_of(&mut self, def: Def) -> Option<V> {
        if self.p.item(def).ty.is_some() {
            return None;
        }
        let v = self.field_value(def);
        match self.vals.get(v) {
            Val::List(items) if !items.is_empty() => Some(v),
            Val::Map(entries, _) if !entries.is_empty() => Some(v),
            _ => None,
        }
    }

    fn get_query(&mut self, f: &mut Frame<'p>, recv: V, q: &Query, name: Sym, op: usize) -> V {
        if let Some(class) = q.class
            && let Some(def) = self.p.member_on(class, name, false).filter(|d| !self.p.is_stub(d.file))
        {
            match self.p.item(def).kind {
                ItemKind::Function if self.p.item(def).flags.is_property => {
                    return self.call_fun(f, def, recv, &CallArgs::default(), op, How::PLAIN);
                }
                ItemKind::Function => return self.vals.make(Val::Bound(def, recv)),
                _ => {}
            }
        }
        if let Some(api) = q.api {
            if let Some(row) = self.m.attr(api, self.p.text(name), false) {
                return self.attr_row(f, row, recv, name, op);
            }
            if self.look.method(api, name, false).is_some() {
                return self.vals.make(Val::ExtMethod(recv, name));
            }
            if let Some(v) = self.any_attribute(f, api, name, op) {
                return v;
            }
        }
        // A column of a table that is a value: `users.id`.
        self.vals.make(Val::ExtMethod(recv, name))
    }

    fn get_typed(&mut self, f: &mut Frame<'p>, recv: V, ty: TypeIx, name: Sym, op: usize) -> V {
        if let Some(row) = self.m.attr(ty, self.p.text(name), false) {
            return self.attr_row(f, row, recv, name, op);
        }
        if self.look.method(ty, name, false).is_some() {
            return self.vals.make(Val::ExtMethod(recv, name));
        }
        if let Some(v) = self.any_attribute(f, ty, name, op) {
            return v;
        }
        match self.look.hint(f.lang.family(), name) {
            Some(hinted) if hinted != ty => self.vals.make(Val::ExtInst(hinted, Box::new([]))),
            _ => self.vals.make(Val::ExtMethod(recv, name)),
        }
    }

    /// An attribute of a type whose attributes are the entities of the schema: Prisma's client.
    fn any_attribute(&mut self, f: &mut Frame<'p>, ty: TypeIx, name: Sym, op: usize) -> Option<V> {
        let row = self.m.attr(ty, "*", false)?;
        let text = self.p.text(name);
        if text.starts_with(['$', '_']) || row.capital && !text.starts_with(char::is_uppercase) {
            return None;
        }
        let mut chars = text.chars();
        let upper: String = chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect();
        let entity = self.p.entity_named(f.at.file, &upper).or_else(|| self.p.entity_named(f.at.file, text));
        let q = self.fresh_query(f, entity, name, op);
        let q = self.vals.make(Val::Query(q));
        Some(self.attr_row(f, row, q, name, op))
    }

    pub(crate) fn attr_row(
        &mut self,
        f: &mut Frame<'p>,
        row: &'p perflint_models::AttrRow,
        recv: V,
        name: Sym,
        op: usize,
    ) -> V {
        if let Some(kind) = row.effect {
            let entity = self.query_for(f, recv, op).and_then(|q| q.entity);
            let effect = crate::fact::Effect {
                kind,
                entity,
                label: name,
                method: name,
                site: self.site(f, op),
                lazy: None,
                batched: false,
            };
            self.effect(f, effect, perflint_models::Wait::Blocks, None, crate::fact::Sure::Certain);
        }
        let args = CallArgs::default();
        let v = self
            .expr(f, &row.returns, &crate::expr::Given { recv, args: &args, result: None, op })
            .unwrap_or(UNKNOWN);
        // A manager that is the library's own still starts from the user's default manager, if one is declared.
        if row.is_static
            && let Val::Class(class) = *self.vals.get(recv)
            && let Val::Query(q) = *self.vals.get(v)
            && let Some(entity) = self.p.class(class).entity
            && q.entity == Some(entity)
            && let Some(objects) = self.p.names.find("objects")
            && let Some(def) = self.p.class_member(class, objects)
        {
            let declared = self.field_value(def);
            return self.manager(f, declared, Some(entity), op).unwrap_or(v);
        }
        v
    }

    /// A value of a declared type.
    pub(crate) fn type_value(&mut self, file: FileIx, ty: TypeId, depth: u32) -> V {
        if depth > 5 {
            return UNKNOWN;
        }
        match &self.p.file(file).types[ty.0 as usize] {
            TypeExpr::Path { name, args } => {
                if let Some(v) = self.generic(file, *name).filter(|_| args.is_empty()) {
                    return v;
                }
                let target = self.p.resolve_dotted(file, *name);
                if let Some(target) = target {
                    if let Some(class) = self.p.target_class(target) {
                        if let Some(v) = self.generic_instance(class, file, args, depth) {
                            return v;
                        }
                        return self.instance_of(class, depth);
                    }
                    // A name for a type: `SessionDep = Annotated[Session, Depends(get_session)]`.
                    if let Target::Item(def) = target
                        && self.p.item(def).kind == ItemKind::Field
                        && let Some(ty) = self.p.item(def).ty
                    {
                        return self.type_value(def.file, ty, depth + 1);
                    }
                    if let Target::Item(def) = target
                        && self.p.item(def).kind == ItemKind::Interface
                        && let Some(base) = self.p.item(def).bases.first()
                    {
                        return self.type_value(def.file, *base, depth + 1);
                    }
                }
                let path = match target {
                    Some(Target::External(path)) => path,
                    Some(target) => self.p.path_of(target).unwrap_or(*name),
                    None => *name,
                };
                let lang = self.p.file(file).lang;
                let Some(ty) = self.look.ty(path, lang) else { return UNKNOWN };
                let args: Box<[V]> = args.iter().map(|a| self.type_argument(file, *a, depth)).collect();
                self.typed(lang.models(), ty, args)
            }
            TypeExpr::Union(types) => {
                let mut sum = UNKNOWN;
                for t in types {
                    let one = self.type_value(file, *t, depth + 1);
                    sum = self.vals.join(sum, one);
                }
                sum
            }
            TypeExpr::Other => UNKNOWN,
        }
    }

    pub(crate) fn instance_of(&mut self, class: ClassIx, depth: u32) -> V {
        if let Some(entity) = self.p.class(class).entity {
            return self.typed_row(entity);
        }
        if let Some(q) = self.declared_generated(class) {
            return q;
        }
        // An alias: a type whose one base is another type.
        let def = self.p.class(class).def;
        if self.p.item(def).kind == ItemKind::Interface
            && self.p.class(class).members.is_empty()
            && let [base] = self.p.item(def).bases[..]
        {
            return self.type_value(def.file, base, depth + 1);
        }
        self.vals.make(Val::Inst(class, Rc::new([])))
    }

    /// A type argument: an entity stays a row, so that containers have elements.
    fn type_argument(&mut self, file: FileIx, ty: TypeId, depth: u32) -> V {
        self.type_value(file, ty, depth + 1)
    }

    fn typed(&mut self, family: &str, ty: TypeIx, args: Box<[V]>) -> V {
        match self.m.role(ty) {
            TypeRole::Wrapper => match args.first() {
                Some(v) if self.is_promise(ty) => self.vals.make(Val::Future(*v)),
                None if self.is_promise(ty) => self.vals.make(Val::Future(UNKNOWN)),
                Some(v) => *v,
                None => UNKNOWN,
            },
            TypeRole::List => {
                let elem = args.last().copied().unwrap_or(UNKNOWN);
                self.vals.many(elem)
            }
            TypeRole::Query => {
                let javascript = family == "javascript";
                let entity = args.iter().find_map(|a| match self.vals.get(*a) {
                    Val::Row(row) => Some(row.entity),
                    _ => None,
                });
                match entity {
                    Some(entity) => {
                        let at = self.p.class(self.p.entity(entity).class).def;
                        let mut q = self.declared_query(at, entity, ty);
                        if javascript || self.m.type_row(ty).starts {
                            // A repository, where every query starts; in Python such a type is a query somebody built.
                            (q.supply, q.bound) = (NOTHING, crate::value::Bound::Unbounded);
                        }
                        self.vals.make(Val::Query(q))
                    }
                    None => self.vals.make(Val::ExtInst(ty, args)),
                }
            }
            TypeRole::Plain => {
                // `Repository<User>`: the entity is an argument that expressions reach through `query(recv)`.
                self.vals.make(Val::ExtInst(ty, args))
            }
        }
    }

    pub(crate) fn declared_query(&mut self, at: Def, entity: EntityIx, ty: TypeIx) -> Query {
        let empty = self.p.names.intern("");
        let body = self.p.item(at).body.unwrap_or(perflint_ir::BodyId(0));
        Query {
            entity: Some(entity),
            label: empty,
            api: Some(ty),
            class: None,
            origin: crate::value::Site { at: BodyRef { file: at.file, body }, op: OpId::NONE },
            path: empty,
            from: None,
            many: false,
            supply: EVERYTHING,
            latest: None,
            bound: crate::value::Bound::Unknown,
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

    /// A name under which a receiver is known, for hints.
    pub(crate) fn receiver_name(&self, f: &Frame<'p>, recv: OpId) -> Option<Sym> {
        match f.body.op(recv).kind {
            OpKind::Local(local) => f.body.locals.get(local.at()).copied(),
            OpKind::Name(name) | OpKind::Get { name, .. } => Some(name),
            OpKind::Await(inner) => self.receiver_name(f, inner),
            _ => None,
        }
    }
}
