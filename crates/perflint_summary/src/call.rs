//! Calls: who is called, with what.

use crate::choice::Choice;
use crate::eval::{Eval, Frame, How};
use crate::overload::Asked;
use crate::value::{Bound, EVERYTHING, MARKS, Query, Row, SCALAR, UNKNOWN, V, Val};
use perflint_ir::{ItemKind, OpId, Sym};
use perflint_link::{ClassIx, Def, FileIx, Target};
use perflint_models::TypeIx;
use std::rc::Rc;

/// How many constants an enumeration is taken to have.
const FEW: u32 = 8;

/// The arguments of a call.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallArgs {
    /// By position.
    pub(crate) pos: Vec<V>,
    /// By name.
    pub(crate) keys: Vec<(Sym, V)>,
    /// There may be more than is known.
    pub(crate) open: bool,
}

impl CallArgs {
    pub(crate) fn positional(pos: Vec<V>) -> Self {
        Self { pos, ..Self::default() }
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = V> + '_ {
        self.pos.iter().copied().chain(self.keys.iter().map(|(_, v)| *v))
    }
}

impl<'p> Eval<'p> {
    /// Calls a value.
    pub(crate) fn call_value(&mut self, f: &mut Frame<'p>, callee: V, args: &CallArgs, op: usize) -> V {
        self.call_value_as(f, callee, args, op, How::PLAIN)
    }

    pub(crate) fn call_value_as(
        &mut self,
        f: &mut Frame<'p>,
        callee: V,
        args: &CallArgs,
        op: usize,
        how: How,
    ) -> V {
        self.guarded(|this| this.call_any_value(f, callee, args, op, how))
    }

    fn call_any_value(&mut self, f: &mut Frame<'p>, callee: V, args: &CallArgs, op: usize, how: How) -> V {
        match self.vals.get(callee).clone() {
            Val::Ext(path) => self.elsewhere(f, how, |this, f| this.call_path(f, path, args, op)),
            Val::Class(class) => self.instantiate(f, class, args, op),
            Val::Fun(def) => {
                if self.has_receiver(def)
                    && let Some((first, rest)) = args.pos.split_first()
                {
                    let args = CallArgs { pos: rest.to_vec(), keys: args.keys.clone(), open: args.open };
                    return self.call_fun(f, def, *first, &args, op, how);
                }
                // What a static import or a method reference names are all methods of the name.
                let def = self.overload(Some(def), args, Asked::new(f, op)).unwrap_or(def);
                self.call_fun(f, def, UNKNOWN, args, op, how)
            }
            Val::Bound(def, recv) => {
                let def = self.overload(Some(def), args, Asked::new(f, op)).unwrap_or(def);
                let item = self.p.item(def);
                // `rows::find` of an interface: what its rows say, or those who implement it.
                if item.lacks_code() && f.lang.has_overloads() && recv != UNKNOWN {
                    return self
                        .elsewhere(f, how, |this, f| this.call_member(f, recv, item.name, args, op, None));
                }
                self.call_fun(f, def, recv, args, op, how)
            }
            // The answer to a question of which it is known already.
            Val::Bool(_) if f.lang.has_blocks() => callee,
            Val::Closure(..) => self.call_closure(f, callee, args, op, how),
            Val::ExtMethod(recv, name) => {
                self.elsewhere(f, how, |this, f| this.call_member(f, recv, name, args, op, None))
            }
            Val::Inst(class, _) => {
                let name = self.p.names.intern("__call__");
                match self.p.class_member(class, name) {
                    Some(def) => self.call_fun(f, def, callee, args, op, how),
                    None => UNKNOWN,
                }
            }
            Val::ExtInst(ty, _) => match self.called(ty) {
                Some(row) => self.apply(f, row, callee, args, op, None),
                None => self.hole(f, args, op),
            },
            Val::Query(q) => match q.api {
                Some(api) => match self.called(api) {
                    Some(row) => self.apply(f, row, callee, args, op, None),
                    None => callee,
                },
                None => callee,
            },
            Val::Union(all) => {
                let mut sum = UNKNOWN;
                let mut choice = Choice::default();
                for v in all.iter().take(4) {
                    choice.next(f);
                    let one = self.call_value_as(f, *v, args, op, how);
                    sum = self.vals.join(sum, one);
                }
                choice.settle(f, 0, false);
                sum
            }
            Val::Scalar | Val::Str(_) | Val::Int(_) | Val::Bool(_) => SCALAR,
            Val::Module(file) => match self.whole_export(file) {
                Some(v) => self.call_value_as(f, v, args, op, how),
                _ => self.hole(f, args, op),
            },
            _ => self.hole(f, args, op),
        }
    }

    /// Runs a step whose effects block nobody here if the callable runs on another thread.
    fn elsewhere(
        &mut self,
        f: &mut Frame<'p>,
        how: How,
        step: impl FnOnce(&mut Self, &mut Frame<'p>) -> V,
    ) -> V {
        let before = f.awaiting;
        f.awaiting |= how.handoff || how.detached;
        let v = step(self, f);
        f.awaiting = before;
        v
    }

    /// What a CommonJS module is when it is required as a whole: `module.exports = X`.
    pub(crate) fn whole_export(&mut self, file: FileIx) -> Option<V> {
        if !self.p.file(file).lang.exports_one_value() {
            return None;
        }
        let name = self.p.names.find("default")?;
        let target = self.p.member(Target::Module(file), name, self.p.file(file).lang)?;
        let v = self.target(target);
        // A module again, or one of several things, would lead back here.
        (!matches!(self.vals.get(v), Val::Module(_) | Val::Unknown | Val::Union(_))).then_some(v)
    }

    /// How values of a type are called.
    fn called(&mut self, ty: TypeIx) -> Option<perflint_models::CallIx> {
        ["()", "__call__"].iter().find_map(|name| {
            let name = self.p.names.intern(name);
            self.look.method(ty, name, false)
        })
    }

    /// A call that nothing is known of. Closures given to it are evaluated on their own.
    pub(crate) fn hole(&mut self, f: &mut Frame<'p>, args: &CallArgs, op: usize) -> V {
        self.events.holes += usize::from(!self.p.is_stub(f.at.file));
        // A block that is given to somebody unknown is most likely run once, as what it stands in is. One that is given
        // nothing is wrapped, and its value is handed on: `span("load") { find_order }`.
        if f.lang.has_blocks()
            && let Some((_, block)) = args.keys.iter().find(|(name, _)| self.p.text(*name) == "&").copied()
            && let Val::Closure(file, body, ..) = *self.vals.get(block)
        {
            let given = CallArgs { open: true, ..CallArgs::default() };
            let v = self.call_closure(f, block, &given, op, How::PLAIN);
            return if self.p.file(file).body(body).params.is_empty() { v } else { UNKNOWN };
        }
        // A literal of a record that nobody declares is what it is made of.
        if f.lang.writes_records() && args.pos.is_empty() && !args.keys.is_empty() {
            return self.vals.make(Val::Map(args.keys.iter().copied().collect(), UNKNOWN));
        }
        // A wrapper that nobody knows, around one function, most likely calls it: `asyncHandler(fn)`, `memoize(fn)`.
        let mut callables = args
            .values()
            .filter(|v| matches!(self.vals.get(*v), Val::Closure(..) | Val::Fun(_) | Val::Bound(..)));
        match (callables.next(), callables.next()) {
            (Some(only), None) => only,
            _ => UNKNOWN,
        }
    }

    /// True for an instance method, which takes its receiver as the first argument when called through its class.
    fn has_receiver(&self, def: Def) -> bool {
        let item = self.p.item(def);
        if item.flags.is_static || item.flags.is_class_method {
            return false;
        }
        item.owner.is_some_and(|o| {
            matches!(
                self.p.file(def.file).item(o).kind,
                ItemKind::Class | ItemKind::Interface | ItemKind::Extension
            )
        })
    }

    /// Calls `recv.name(..)`.
    pub(crate) fn call_member(
        &mut self,
        f: &mut Frame<'p>,
        recv: V,
        name: Sym,
        args: &CallArgs,
        op: usize,
        recv_op: Option<OpId>,
    ) -> V {
        self.guarded(|this| this.call_any_member(f, recv, name, args, op, recv_op))
    }

    fn call_any_member(
        &mut self,
        f: &mut Frame<'p>,
        recv: V,
        name: Sym,
        args: &CallArgs,
        op: usize,
        recv_op: Option<OpId>,
    ) -> V {
        if let Some(v) = self.sent(f, recv, name, args, op) {
            return v;
        }
        match self.vals.get(recv).clone() {
            Val::Unknown => self.call_unknown(f, name, args, op, recv_op),
            // A global variable that another file assigns.
            Val::Ext(path)
                if self.p.text(path).starts_with('$')
                    && f.lang.marks_variables()
                    && self.look.ty(path, f.lang).is_none() =>
            {
                self.call_unknown(f, name, args, op, recv_op)
            }
            Val::Ext(path) => self.call_external_member(f, recv, path, name, args, op),
            Val::Module(file) => self.call_target(f, Target::Module(file), name, file, args, op),
            Val::Space(def) => self.call_target(f, Target::Item(def), name, def.file, args, op),
            Val::Class(class) => self.call_static(f, recv, class, name, args, op),
            Val::Inst(class, fields) => self.call_method(f, recv, class, &fields, name, args, op),
            Val::Row(row) => self.call_row(f, recv, row, name, args, op, recv_op),
            Val::Query(q) => self.call_query(f, recv, &q, name, args, op, recv_op),
            Val::ExtInst(ty, _) => self.call_typed(f, recv, ty, name, args, op, recv_op),
            Val::Map(entries, _) => match entries.iter().find(|(n, _)| *n == name) {
                Some((_, v)) => self.call_value(f, *v, args, op),
                None if let Some(v) = self.view_helper(f, name, args, op) => v,
                None => self.call_builtin(f, recv, "map", name, args, op, recv_op),
            },
            Val::Many { .. } | Val::List(_) => self.call_builtin(f, recv, "list", name, args, op, recv_op),
            Val::Future(_) => self.call_builtin(f, recv, "promise", name, args, op, recv_op),
            Val::Paths(known, ty) => {
                let given = crate::expr::Given { recv, args, result: None, op };
                let row = ty.and_then(|ty| self.look.method(ty, name, false));
                let loads = row.and_then(|row| self.m.call(row).loads.as_ref());
                let more = match loads.and_then(|e| self.expr(f, e, &given)).map(|v| self.vals.get(v)) {
                    Some(Val::Paths(more, _)) => more.to_vec(),
                    _ => self.relation_paths(f, &given, &args.pos.clone()),
                };
                self.extend_paths(&known, more, ty)
            }
            Val::Fun(_) | Val::Closure(..) | Val::Bound(..) | Val::ExtMethod(..)
                if let Some(v) = self.call_functional(f, recv, name, args, op) =>
            {
                v
            }
            Val::Fun(def) => self.call_on_function(f, recv, def, name, args, op),
            Val::Closure(..) | Val::Bound(..) | Val::ExtMethod(..) => match self.p.text(name) {
                // No receiver is passed first, and a block may be passed on.
                "call" | "yield" if f.lang.has_blocks() => self.call_value(f, recv, args, op),
                "bind" => recv,
                "call" | "apply" => {
                    let rest = CallArgs::positional(args.pos.iter().skip(1).copied().collect());
                    self.call_value(f, recv, &rest, op)
                }
                // A method of a type of functions calls the function: `http.HandlerFunc(f).ServeHTTP(w, r)`.
                _ if f.lang.types_functions() && !matches!(self.vals.get(recv), Val::ExtMethod(..)) => {
                    self.call_value(f, recv, args, op)
                }
                // An attribute that no row describes: a value of any type.
                _ if matches!(self.vals.get(recv), Val::ExtMethod(..)) => {
                    self.call_unknown(f, name, args, op, recv_op)
                }
                _ => UNKNOWN,
            },
            Val::Union(all) => {
                let mut sum = UNKNOWN;
                let all = self.without_whole(f, &all);
                for v in all.iter().take(4) {
                    let one = self.call_member(f, *v, name, args, op, None);
                    sum = self.vals.join(sum, one);
                }
                sum
            }
            Val::Null
            | Val::Bool(_)
            | Val::Int(_)
            | Val::Scalar
            | Val::Str(_)
            | Val::Sql(..)
            | Val::Place(_) => self.call_builtin(f, recv, "str", name, args, op, recv_op),
            // A condition on a column: membership restricts rows as equality does, a pattern does not.
            Val::Attr(..) => match self.p.text(name) {
                "in_" | "is_" | "eq" => SCALAR,
                _ => recv,
            },
        }
    }

    fn extend_paths(&mut self, known: &[Sym], more: Vec<Sym>, ty: Option<TypeIx>) -> V {
        let mut all = known.to_vec();
        let base = known.iter().rev().copied().find(|p| !self.p.text(*p).starts_with(MARKS));
        for path in more {
            all.push(base.map_or(path, |b| self.below(b, path)));
        }
        self.vals.make(Val::Paths(all.into(), ty))
    }

    fn call_target(
        &mut self,
        f: &mut Frame<'p>,
        target: Target,
        name: Sym,
        file: FileIx,
        args: &CallArgs,
        op: usize,
    ) -> V {
        let lang = self.p.file(file).lang;
        match self.p.member(target, name, lang) {
            Some(found) => {
                let v = self.target(found);
                self.call_value(f, v, args, op)
            }
            None => match self.whole_export(file) {
                Some(v) => self.call_member(f, v, name, args, op, None),
                _ if let Target::Item(def) = target
                    && let Some(library) = self.reopened(def) =>
                {
                    self.call_member(f, library, name, args, op, None)
                }
                _ => self.hole(f, args, op),
            },
        }
    }

    fn call_external_member(
        &mut self,
        f: &mut Frame<'p>,
        recv: V,
        path: Sym,
        name: Sym,
        args: &CallArgs,
        op: usize,
    ) -> V {
        if let Some(ty) = self.look.ty(path, f.lang) {
            let row = self.look.method(ty, name, true).or_else(|| self.look.method(ty, name, false));
            if let Some(row) = row {
                return self.apply(f, row, recv, args, op, None);
            }
        }
        match self.p.member(Target::External(path), name, f.lang) {
            Some(Target::External(joined)) => self.call_path(f, joined, args, op),
            Some(found) => {
                let v = self.target(found);
                self.call_value(f, v, args, op)
            }
            None => self.hole(f, args, op),
        }
    }

    fn call_path(&mut self, f: &mut Frame<'p>, path: Sym, args: &CallArgs, op: usize) -> V {
        if let Some(v) = self.intrinsic(f, path, args, op) {
            return v;
        }
        if let Some(v) = self.sent(f, f.this, path, args, op) {
            return v;
        }
        if let Some(row) = self.look.function(path, f.lang) {
            let recv = self.vals.make(Val::Ext(path));
            let v = self.apply(f, row, recv, args, op, None);
            if v == UNKNOWN
                && let Some(ty) = self.look.ty(path, f.lang)
            {
                return self.vals.make(Val::ExtInst(ty, Box::new([])));
            }
            return v;
        }
        if let Some(v) = self.view_helper(f, path, args, op) {
            return v;
        }
        if let Some(ty) = self.look.ty(path, f.lang) {
            let args: Box<[V]> =
                args.keys.iter().filter(|(k, _)| self.p.text(*k).starts_with('<')).map(|(_, v)| *v).collect();
            return self.vals.make(Val::ExtInst(ty, args));
        }
        self.hole(f, args, op)
    }

    /// All constants of an enumeration, which are few: `State.values()`.
    fn constants_of(&mut self, f: &Frame<'p>, class: ClassIx, name: Sym, args: &CallArgs) -> Option<V> {
        let lists = f.lang.lists_constants() && args.pos.is_empty() && self.p.text(name) == "values";
        if !lists || self.p.class(class).entity.is_some() || self.p.class_member(class, name).is_some() {
            return None;
        }
        let elem = self.vals.make(Val::Inst(class, Rc::new([])));
        Some(self.vals.make(Val::Many { elem, count: Some(FEW), batch: false, source: None }))
    }

    fn call_static(
        &mut self,
        f: &mut Frame<'p>,
        recv: V,
        class: ClassIx,
        name: Sym,
        args: &CallArgs,
        op: usize,
    ) -> V {
        if let Some(values) = self.constants_of(f, class, name, args) {
            return values;
        }
        if self.marked_scope(class, name).is_some()
            && let Some(v) = self.call_scope(f, class, recv, name, args, op)
        {
            return v;
        }
        let named = self.p.class_overload(class, name, args.pos.len(), true);
        if let Some(def) = self.overload(named, args, Asked::new(f, op)) {
            let item = self.p.item(def);
            return match item.kind {
                ItemKind::Function if item.flags.is_static || item.flags.is_class_method => {
                    self.call_fun(f, def, recv, args, op, How::PLAIN)
                }
                // `self::format($x)`, `parent::format($x)`: the receiver stays what it is.
                ItemKind::Function if f.lang.keeps_receiver_by_class() => {
                    let this = self.receiver_as(f, class);
                    self.call_fun(f, def, this, args, op, How::PLAIN)
                }
                ItemKind::Function
                    if self.p.file(def.file).lang.calls_statics_on_classes() && !self.p.is_stub(def.file) =>
                {
                    self.hole(f, args, op)
                }
                ItemKind::Function => {
                    let v = self.vals.make(Val::Fun(def));
                    self.call_value(f, v, args, op)
                }
                _ => {
                    let v = self.get(f, recv, name, op, None);
                    self.call_value(f, v, args, op)
                }
            };
        }
        if let Some(v) = self.call_scope(f, class, recv, name, args, op) {
            return v;
        }
        if f.lang.makes_by_method() && self.p.text(name) == "new" {
            return self.call_value(f, recv, args, op);
        }
        let api = self.p.class(class).entity.and_then(|e| self.p.entity(e).api);
        let types: Vec<TypeIx> = self.p.class(class).types.iter().copied().chain(api).collect();
        for on_class in [true, false] {
            for ty in &types {
                if let Some(row) = self.look.method(*ty, name, on_class) {
                    return self.apply(f, row, recv, args, op, None);
                }
            }
        }
        // A method reference calls the method of its first argument, and so does an extension that is called by its class.
        if f.lang.has_overloads()
            && let Some((first, rest)) = args.pos.split_first()
        {
            let args = CallArgs { pos: rest.to_vec(), keys: args.keys.clone(), open: args.open };
            return self.call_member(f, *first, name, &args, op, None);
        }
        if let Some(library) = self.reopened(self.p.class(class).def) {
            return self.call_member(f, library, name, args, op, None);
        }
        self.hole(f, args, op)
    }

    #[expect(clippy::too_many_arguments, reason = "a call is receiver, name, arguments and place")]
    fn call_method(
        &mut self,
        f: &mut Frame<'p>,
        recv: V,
        class: ClassIx,
        fields: &Rc<[(Sym, V)]>,
        name: Sym,
        args: &CallArgs,
        op: usize,
    ) -> V {
        let own = self.p.class_overload(class, name, args.pos.len(), false);
        let own = self.overload(own, args, Asked::new(f, op));
        let own = own.filter(|d| self.p.item(*d).kind == ItemKind::Function);
        let own = own.filter(|d| !self.is_librarys(class, *d, name, args));
        if let Some(def) = own.filter(|d| self.p.item(*d).flags.is_property) {
            let v = self.call_fun(f, def, recv, &CallArgs::default(), op, How::PLAIN);
            return self.call_value(f, v, args, op);
        }
        let exact = fields.iter().any(|(n, _)| *n == self.exact);
        let overrides = if exact {
            Vec::new()
        } else {
            self.heirs_with(class, fields, name, own, args, Asked::new(f, op))
        };
        self.note_wide(f, class, name, own, overrides.len());
        let concrete = own.filter(|d| !self.p.item(*d).flags.is_abstract && self.p.item(*d).body.is_some());
        if concrete.is_some() || !overrides.is_empty() {
            let mut sum = UNKNOWN;
            let mut choice = Choice::default();
            let defs: Vec<Def> = overrides.iter().map(|(_, def, _)| *def).collect();
            let unknown = self.by_unknown_class(&defs, args);
            if let Some(def) = concrete {
                choice.next(f);
                sum = self.call_fun(f, def, recv, args, op, How::PLAIN);
            }
            for (heir, def, fields) in overrides {
                let this = match self.p.class(heir).entity {
                    Some(entity) => self.typed_row(entity),
                    None => self.vals.make(Val::Inst(heir, fields)),
                };
                choice.next(f);
                let one = self.call_fun(f, def, this, args, op, How::PLAIN);
                sum = self.vals.join(sum, one);
            }
            // The class that is named is the likeliest.
            choice.settle(f, usize::from(concrete.is_some()), unknown);
            return sum;
        }
        let field = self.get_field(f, recv, class, fields, name, op);
        let own_method = match self.vals.get(field) {
            Val::Bound(def, _) => Some(*def) == own || self.is_librarys(class, *def, name, args),
            Val::ExtMethod(of, _) => *of == recv,
            _ => false,
        };
        if field != UNKNOWN && !own_method {
            return self.call_value(f, field, args, op);
        }
        for ty in self.p.class(class).types.clone() {
            if let Some(row) = self.look.method(ty, name, false) {
                // What satisfies an interface by its shape does not declare what it does.
                let own = own.filter(|_| !f.lang.implements_by_shape());
                return self.apply_declared(f, own, row, recv, args, op);
            }
        }
        if let Some(v) = self.call_accessor(f, recv, name, args, op) {
            return v;
        }
        if let Some(v) = self.get_declared(f, class, recv, name, op) {
            return v;
        }
        if let Some(v) = self.call_extension(f, recv, name, args, op) {
            return v;
        }
        if own.is_none()
            && let Some(inner) = self.delegate(f, recv, class, name, op)
        {
            return self.call_member(f, inner, name, args, op, None);
        }
        // A method without code gives what it says it gives.
        if let Some(def) = own {
            return self.call_fun(f, def, recv, args, op, How::PLAIN);
        }
        self.hole(f, args, op)
    }

    /// Implementations in classes that extend or implement a class: all of them for an abstract method, else at most a few.
    pub(crate) fn overrides(&self, class: ClassIx, name: Sym, own: Option<Def>) -> Vec<(ClassIx, Def)> {
        let is_abstract = own.is_none_or(|d| self.p.item(d).lacks_code());
        let limit = if is_abstract { 6 } else { 3 };
        let mut found: Vec<(ClassIx, Def)> = Vec::new();
        for heir in &self.p.class(class).heirs {
            let Some(defs) = self.p.class(*heir).members.get(&name) else { continue };
            let role = self.p.file(self.p.class(*heir).def.file).role;
            if matches!(role, perflint_ir::Role::Test) {
                continue;
            }
            for def in defs {
                if self.p.item(*def).kind == ItemKind::Function
                    && self.p.item(*def).body.is_some()
                    && Some(*def) != own
                {
                    found.push((*heir, *def));
                }
            }
            if found.len() > limit {
                return if is_abstract { found } else { Vec::new() };
            }
        }
        found
    }

    #[expect(clippy::too_many_arguments, reason = "a call is receiver, name, arguments and place")]
    fn call_row(
        &mut self,
        f: &mut Frame<'p>,
        recv: V,
        row: Row,
        name: Sym,
        args: &CallArgs,
        op: usize,
        recv_op: Option<OpId>,
    ) -> V {
        self.touch(f, row, name, op);
        let class = self.p.entity(row.entity).class;
        let named = self.p.class_overload(class, name, args.pos.len(), false);
        if let Some(def) = self
            .overload(named, args, Asked::new(f, op))
            .filter(|d| self.p.item(*d).kind == ItemKind::Function)
        {
            if self.p.item(def).flags.is_property {
                let v = self.call_fun(f, def, recv, &CallArgs::default(), op, How::PLAIN);
                return self.call_value(f, v, args, op);
            }
            let v = self.call_fun(f, def, recv, args, op, How::PLAIN);
            return self.of_one_row(f, row, def, v, op);
        }
        let api = self.p.entity(row.entity).api;
        let types: Vec<TypeIx> = self.p.class(class).types.iter().copied().chain(api).collect();
        for ty in types {
            if let Some(ix) = self.look.method(ty, name, false) {
                return self.apply(f, ix, recv, args, op, recv_op);
            }
        }
        if let Some(v) = self.call_accessor(f, recv, name, args, op) {
            return v;
        }
        if let Some(v) = self.get_declared(f, class, recv, name, op) {
            let is_method = matches!(self.vals.get(v), Val::Bound(..) | Val::ExtMethod(..));
            return if is_method { self.call_value(f, v, args, op) } else { v };
        }
        let v = self.get_quiet(f, recv, row, name, op);
        if v != UNKNOWN && v != SCALAR {
            return self.call_value(f, v, args, op);
        }
        if let Some(v) = self.call_extension(f, recv, name, args, op) {
            return v;
        }
        self.hole(f, args, op)
    }

    /// The relation of a row that is called like a method.
    fn get_quiet(&mut self, f: &mut Frame<'p>, recv: V, row: Row, name: Sym, op: usize) -> V {
        match self.p.relation(row.entity, name) {
            Some(relation) => self.read_relation(f, recv, row, relation, op),
            None => UNKNOWN,
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a call is receiver, name, arguments and place")]
    fn call_query(
        &mut self,
        f: &mut Frame<'p>,
        recv: V,
        q: &Query,
        name: Sym,
        args: &CallArgs,
        op: usize,
        recv_op: Option<OpId>,
    ) -> V {
        if let Some(v) = self.call_generated(f, recv, q, name, args, op, recv_op) {
            return v;
        }
        if let Some(class) = q.class
            && let Some(def) = self.p.class_member(class, name).filter(|d| !self.p.is_stub(d.file))
            && self.p.item(def).kind == ItemKind::Function
        {
            let v = self.call_fun(f, def, recv, args, op, How::PLAIN);
            return self.restricted_alike(f, q, name, v, args, op);
        }
        if let Some(entity) = q.entity
            && let Some(v) = self.call_scope(f, self.p.entity(entity).class, recv, name, args, op)
        {
            return v;
        }
        if let Some(api) = q.api
            && let Some(row) =
                self.look.method(api, name, false).or_else(|| self.look.method(api, name, true))
        {
            return self.apply(f, row, recv, args, op, recv_op);
        }
        if let Some(def) = q.entity.and_then(|e| self.manager_method(e, name)) {
            return self.call_fun(f, def, recv, args, op, How::PLAIN);
        }
        if let Some(v) = self.call_extension(f, recv, name, args, op) {
            return v;
        }
        // A method of the query that nobody knows may have loaded or limited anything.
        self.hole(f, args, op);
        let v = Query { supply: EVERYTHING, bound: Bound::Unknown, ..*q };
        self.vals.make(Val::Query(v))
    }

    /// A method of the entity's own manager or query classes.
    fn manager_method(&self, entity: perflint_link::EntityIx, name: Sym) -> Option<Def> {
        let class = self.p.entity(entity).class;
        let def = self.p.class_member(class, name)?;
        let item = self.p.item(def);
        (item.kind == ItemKind::Function && item.flags.is_static).then_some(def)
    }

    #[expect(clippy::too_many_arguments, reason = "a call is receiver, name, arguments and place")]
    fn call_typed(
        &mut self,
        f: &mut Frame<'p>,
        recv: V,
        ty: TypeIx,
        name: Sym,
        args: &CallArgs,
        op: usize,
        recv_op: Option<OpId>,
    ) -> V {
        if let Some(row) = self.look.method(ty, name, false).or_else(|| self.look.method(ty, name, true)) {
            return self.apply(f, row, recv, args, op, recv_op);
        }
        if let Some(v) = self.call_extension(f, recv, name, args, op) {
            return v;
        }
        let v = self.get(f, recv, name, op, recv_op);
        match self.vals.get(v) {
            Val::Unknown | Val::ExtMethod(..) => self.hole(f, args, op),
            _ => self.call_value(f, v, args, op),
        }
    }

    /// Calls the base class's version of the running method's class.
    pub(crate) fn call_super(&mut self, f: &mut Frame<'p>, name: Sym, args: &CallArgs, op: usize) -> V {
        let own = crate::eval::def_of(self.p, f.at).or_else(|| {
            let body = self.p.body(f.at);
            Some(Def { file: f.at.file, item: body.owner })
        });
        let Some(after) = own.and_then(|d| self.p.class_around(d)) else { return UNKNOWN };
        let class = match self.vals.get(f.this) {
            Val::Query(q) => q.class.unwrap_or(after),
            _ => self.class_of(f.this).unwrap_or(after),
        };
        let base =
            self.p.super_member(class, after, name).or_else(|| self.p.super_member(after, after, name));
        if let Some(def) = base.or_else(|| self.p.super_constructor(class, after, name, args.pos.len())) {
            let v = self.call_fun(f, def, f.this, args, op, How::PLAIN);
            return v;
        }
        // The library's own version.
        let types: Vec<TypeIx> = self.p.class(class).types.clone();
        for ty in types {
            let hook = self
                .m
                .line(ty)
                .iter()
                .any(|t| self.m.type_row(*t).starts_with.as_deref() == Some(self.p.text(name)));
            if hook {
                return self.base_query(f, op);
            }
            if let Some(row) = self.look.method(ty, name, false).or_else(|| self.look.method(ty, name, true))
            {
                return self.apply(f, row, f.this, args, op, None);
            }
        }
        // A method over a relation of the same name: `def config = super || create_config`.
        if let Val::Row(row) = *self.vals.get(f.this)
            && let Some(relation) = self.p.relation(row.entity, name)
        {
            return self.read_relation(f, f.this, row, relation, op);
        }
        if let Val::Row(row) = *self.vals.get(f.this)
            && let Some(api) = self.p.entity(row.entity).api
            && let Some(ix) = self.look.method(api, name, false)
        {
            return self.apply(f, ix, f.this, args, op, None);
        }
        self.hole(f, args, op)
    }

    /// What a manager's query is before the user's class adds anything.
    fn base_query(&mut self, f: &Frame<'p>, op: usize) -> V {
        match *self.vals.get(f.this) {
            Val::Query(q) => {
                let origin = self.site(f, op);
                self.vals.make(Val::Query(Query { origin, ..q }))
            }
            _ => {
                let empty = self.p.names.intern("");
                let api = match self.vals.get(f.this) {
                    Val::Inst(class, _) => self.p.class(*class).types.first().copied(),
                    _ => None,
                };
                let q = self.fresh_query(f, None, empty, op);
                self.vals.make(Val::Query(Query { api, ..q }))
            }
        }
    }
}
