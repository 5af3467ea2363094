//! Calls: who is called, with what.

use crate::eval::{Eval, Frame, How};
use crate::fact::Sure;
use crate::value::{Bound, EVERYTHING, NULL, Query, Row, SCALAR, UNKNOWN, V, Val};
use perflint_ir::{BodyId, ItemKind, Lang, OpId, OpKind, ParamKind, Sym};
use perflint_link::{BodyRef, ClassIx, Def, FileIx, Target};
use perflint_models::{TypeIx, Wait};
use std::rc::Rc;

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

    fn values(&self) -> impl Iterator<Item = V> + '_ {
        self.pos.iter().copied().chain(self.keys.iter().map(|(_, v)| *v))
    }
}

/// Method names so common that a receiver of unknown type cannot be guessed by them.
const COMMON: &[&str] = &[
    "get",
    "set",
    "add",
    "all",
    "run",
    "save",
    "load",
    "update",
    "create",
    "delete",
    "remove",
    "find",
    "filter",
    "count",
    "items",
    "keys",
    "values",
    "append",
    "push",
    "pop",
    "open",
    "close",
    "read",
    "write",
    "send",
    "start",
    "stop",
    "clear",
    "copy",
    "join",
    "split",
    "format",
    "execute",
    "call",
    "apply",
    "map",
    "forEach",
    "reduce",
    "then",
    "catch",
    "next",
    "first",
    "last",
    "exists",
    "index",
    "insert",
    "extend",
    "to_dict",
    "as_dict",
    "clone",
    "new",
    "from",
    "into",
    "build",
    "parse",
    "render",
    "process",
    "handle",
    "init",
    "setup",
    "reset",
    "query",
    "fetch",
    "connect",
    "commit",
    "encode",
    "decode",
    "match",
    "replace",
    "sort",
    "lower",
    "upper",
    "strip",
    "is_valid",
    "clean",
    "validate",
    "emit",
    "on",
    "use",
    "log",
    "error",
    "info",
    "debug",
    "warning",
    "warn",
    "iter",
    "len",
    "push_str",
    "unwrap",
    "expect",
    "ok",
    "err",
    "is_some",
    "is_none",
    "as_ref",
    "as_str",
    "to_string",
    "to_owned",
    "collect",
    "poll",
    "lock",
    "wait",
    "end",
    "destroy",
    "dispose",
    "resolve",
    "reject",
    "toString",
    "toJSON",
    "serialize",
    "deserialize",
    "exec",
    "test",
    "dump",
    "dumps",
    "loads",
    "check",
    "name",
    "type",
    "list",
    "search",
];

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
            Val::Ext(path) => self.call_path(f, path, args, op),
            Val::Class(class) => self.instantiate(f, class, args, op),
            Val::Fun(def) => {
                if self.has_receiver(def)
                    && let Some((first, rest)) = args.pos.split_first()
                {
                    let args = CallArgs { pos: rest.to_vec(), keys: args.keys.clone(), open: args.open };
                    return self.call_fun(f, def, *first, &args, op, how);
                }
                self.call_fun(f, def, UNKNOWN, args, op, how)
            }
            Val::Bound(def, recv) => self.call_fun(f, def, recv, args, op, how),
            Val::Closure(..) => self.call_closure(f, callee, args, op, how),
            Val::ExtMethod(recv, name) => self.call_member(f, recv, name, args, op, None),
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
                let how = How { sure: how.sure.min(Sure::Likely), ..how };
                for v in all.iter().take(4) {
                    let one = self.call_value_as(f, *v, args, op, how);
                    sum = self.vals.join(sum, one);
                }
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

    /// What a CommonJS module is when it is required as a whole: `module.exports = X`.
    pub(crate) fn whole_export(&mut self, file: FileIx) -> Option<V> {
        if self.p.file(file).lang.family() != "javascript" {
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
    pub(crate) fn hole(&mut self, f: &Frame<'p>, args: &CallArgs, op: usize) -> V {
        let _ = op;
        self.events.holes += usize::from(!self.p.is_stub(f.at.file));
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
        match self.vals.get(recv).clone() {
            Val::Unknown => self.call_unknown(f, name, args, op, recv_op),
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
                None => self.call_builtin(f, recv, "map", name, args, op, recv_op),
            },
            Val::Many { .. } | Val::List(_) => self.call_builtin(f, recv, "list", name, args, op, recv_op),
            Val::Future(_) => self.call_builtin(f, recv, "promise", name, args, op, recv_op),
            Val::Paths(known) => {
                let given = crate::expr::Given { recv, args, result: None, op };
                let more = self.relation_paths(f, &given, &args.pos.clone());
                self.extend_paths(&known, more)
            }
            Val::Fun(def) => self.call_on_function(f, recv, def, name, args, op),
            Val::Closure(..) | Val::Bound(..) | Val::ExtMethod(..) => match self.p.text(name) {
                "bind" => recv,
                "call" | "apply" => {
                    let rest = CallArgs::positional(args.pos.iter().skip(1).copied().collect());
                    self.call_value(f, recv, &rest, op)
                }
                _ => UNKNOWN,
            },
            Val::Union(all) => {
                let mut sum = UNKNOWN;
                for v in all.iter().take(4) {
                    let one = self.call_member(f, *v, name, args, op, None);
                    sum = self.vals.join(sum, one);
                }
                sum
            }
            Val::Null | Val::Bool(_) | Val::Int(_) | Val::Scalar | Val::Str(_) | Val::Sql(..) => {
                self.call_builtin(f, recv, "str", name, args, op, recv_op)
            }
            Val::Attr(..) => recv,
        }
    }

    fn extend_paths(&mut self, known: &[Sym], more: Vec<Sym>) -> V {
        let mut all = known.to_vec();
        let base = known.last().copied();
        for path in more {
            all.push(base.map_or(path, |b| self.p.names.join(b, path)));
        }
        self.vals.make(Val::Paths(all.into()))
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
        if let Some(ty) = self.look.ty(path, f.lang) {
            let args: Box<[V]> =
                args.keys.iter().filter(|(k, _)| self.p.text(*k).starts_with('<')).map(|(_, v)| *v).collect();
            return self.vals.make(Val::ExtInst(ty, args));
        }
        self.hole(f, args, op)
    }

    fn call_unknown(
        &mut self,
        f: &mut Frame<'p>,
        name: Sym,
        args: &CallArgs,
        op: usize,
        recv_op: Option<OpId>,
    ) -> V {
        let family = f.lang.family();
        if let Some(hinted) =
            recv_op.and_then(|r| self.receiver_name(f, r)).and_then(|n| self.look.hint(family, n))
        {
            let recv = self.vals.make(Val::ExtInst(hinted, Box::new([])));
            if self.look.method(hinted, name, false).is_some() || self.m.attr(hinted, "*", false).is_some() {
                return self.call_member(f, recv, name, args, op, recv_op);
            }
        }
        let unknown = self.p.names.intern(match family {
            "javascript" => "js.unknown",
            "rust" => "rust.unknown",
            _ => "py.unknown",
        });
        if let Some(ty) = self.look.ty(unknown, f.lang)
            && let Some(row) = self.look.method(ty, name, false)
        {
            return self.apply(f, row, UNKNOWN, args, op, recv_op);
        }
        if let Some(def) = self.guess(f, name, args) {
            let this = self.guessed_receiver(def);
            let how = How { sure: Sure::Guess, ..How::PLAIN };
            return self.call_fun(f, def, this, args, op, how);
        }
        self.hole(f, args, op)
    }

    /// The one method of that name in the repository, if the name is telling.
    fn guess(&self, f: &Frame<'p>, name: Sym, args: &CallArgs) -> Option<Def> {
        let text = self.p.text(name);
        if text.len() < 8 || COMMON.contains(&text) || self.p.is_stub(f.at.file) {
            return None;
        }
        let family = f.lang.family();
        let mut found =
            self.p.methods_named.get(&name)?.iter().filter(|d| self.p.file(d.file).lang.family() == family);
        let (first, second) = (found.next()?, found.next());
        if second.is_some() {
            return None;
        }
        let params = self.p.item(*first).body.map_or(0, |b| self.p.file(first.file).body(b).params.len());
        (args.pos.len() <= params.max(1)).then_some(*first)
    }

    fn guessed_receiver(&mut self, def: Def) -> V {
        match self.p.class_around(def) {
            Some(class) => match self.p.class(class).entity {
                Some(entity) => self.typed_row(entity),
                None => self.vals.make(Val::Inst(class, Rc::new([]))),
            },
            None => UNKNOWN,
        }
    }

    fn call_on_function(
        &mut self,
        f: &mut Frame<'p>,
        recv: V,
        def: Def,
        name: Sym,
        args: &CallArgs,
        op: usize,
    ) -> V {
        for row in self.look.markers(def).iter() {
            if let Some(perflint_models::Expr::New(path)) = &self.m.call(*row).returns
                && let Some(ty) = self.m.type_named(f.lang.models(), path)
                && let Some(method) = self.look.method(ty, name, false)
            {
                return self.apply(f, method, recv, args, op, None);
            }
        }
        match self.p.text(name) {
            "call" | "apply" => {
                let rest = CallArgs::positional(args.pos.iter().skip(1).copied().collect());
                self.call_value(f, recv, &rest, op)
            }
            "bind" => recv,
            _ => UNKNOWN,
        }
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
        if let Some(def) = self.p.class_member(class, name) {
            let item = self.p.item(def);
            return match item.kind {
                ItemKind::Function if item.flags.is_static || item.flags.is_class_method => {
                    self.call_fun(f, def, recv, args, op, How::PLAIN)
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
        let api = self.p.class(class).entity.and_then(|e| self.p.entity(e).api);
        let types: Vec<TypeIx> = self.p.class(class).types.iter().copied().chain(api).collect();
        for on_class in [true, false] {
            for ty in &types {
                if let Some(row) = self.look.method(*ty, name, on_class) {
                    return self.apply(f, row, recv, args, op, None);
                }
            }
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
        let own = self.p.class_member(class, name).filter(|d| self.p.item(*d).kind == ItemKind::Function);
        if let Some(def) = own.filter(|d| self.p.item(*d).flags.is_property) {
            let v = self.call_fun(f, def, recv, &CallArgs::default(), op, How::PLAIN);
            return self.call_value(f, v, args, op);
        }
        let overrides = self.overrides(class, name, own);
        let concrete = own.filter(|d| !self.p.item(*d).flags.is_abstract && self.p.item(*d).body.is_some());
        if concrete.is_some() || !overrides.is_empty() {
            let several = overrides.len() + usize::from(concrete.is_some()) > 1;
            let sure = if several { Sure::Likely } else { Sure::Certain };
            let how = How { sure, ..How::PLAIN };
            let mut sum = UNKNOWN;
            if let Some(def) = concrete {
                sum = self.call_fun(f, def, recv, args, op, How::PLAIN);
            }
            for (heir, def) in overrides {
                let this = match self.p.class(heir).entity {
                    Some(entity) => self.typed_row(entity),
                    None => self.vals.make(Val::Inst(heir, Rc::clone(fields))),
                };
                let one = self.call_fun(f, def, this, args, op, how);
                sum = self.vals.join(sum, one);
            }
            return sum;
        }
        let field = self.get_field(f, recv, class, fields, name, op);
        let own_method = match self.vals.get(field) {
            Val::Bound(def, _) => Some(*def) == own,
            Val::ExtMethod(of, _) => *of == recv,
            _ => false,
        };
        if field != UNKNOWN && !own_method {
            return self.call_value(f, field, args, op);
        }
        for ty in self.p.class(class).types.clone() {
            if let Some(row) = self.look.method(ty, name, false) {
                return self.apply(f, row, recv, args, op, None);
            }
        }
        self.hole(f, args, op)
    }

    /// Implementations in classes that extend or implement a class: all of them for an abstract method, else at most a few.
    fn overrides(&self, class: ClassIx, name: Sym, own: Option<Def>) -> Vec<(ClassIx, Def)> {
        let is_abstract =
            own.is_none_or(|d| self.p.item(d).flags.is_abstract || self.p.item(d).body.is_none());
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
        let class = self.p.entity(row.entity).class;
        if let Some(def) =
            self.p.class_member(class, name).filter(|d| self.p.item(*d).kind == ItemKind::Function)
        {
            if self.p.item(def).flags.is_property {
                let v = self.call_fun(f, def, recv, &CallArgs::default(), op, How::PLAIN);
                return self.call_value(f, v, args, op);
            }
            return self.call_fun(f, def, recv, args, op, How::PLAIN);
        }
        let api = self.p.entity(row.entity).api;
        let types: Vec<TypeIx> = self.p.class(class).types.iter().copied().chain(api).collect();
        for ty in types {
            if let Some(ix) = self.look.method(ty, name, false) {
                return self.apply(f, ix, recv, args, op, recv_op);
            }
        }
        let v = self.get_quiet(f, recv, row, name, op);
        if v != UNKNOWN && v != SCALAR {
            return self.call_value(f, v, args, op);
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
        if let Some(class) = q.class
            && let Some(def) = self.p.class_member(class, name).filter(|d| !self.p.is_stub(d.file))
            && self.p.item(def).kind == ItemKind::Function
        {
            return self.call_fun(f, def, recv, args, op, How::PLAIN);
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
        let v = self.get(f, recv, name, op, recv_op);
        match self.vals.get(v) {
            Val::Unknown | Val::ExtMethod(..) => self.hole(f, args, op),
            _ => self.call_value(f, v, args, op),
        }
    }

    /// A method of a builtin type of the language.
    #[expect(clippy::too_many_arguments, reason = "a call is receiver, name, arguments and place")]
    fn call_builtin(
        &mut self,
        f: &mut Frame<'p>,
        recv: V,
        what: &str,
        name: Sym,
        args: &CallArgs,
        op: usize,
        recv_op: Option<OpId>,
    ) -> V {
        let types: &[&str] = match (f.lang.family(), what) {
            ("python" | "jinja", "list") => &["list", "builtins.list"],
            ("python" | "jinja", "map") => &["dict", "builtins.dict"],
            ("python" | "jinja", "str") => &["str", "builtins.str"],
            ("javascript", "list") => &["Array"],
            ("javascript", "map") => &["Object", "Map"],
            ("javascript", "promise") => &["Promise"],
            ("javascript", "str") => &["String", "string"],
            ("rust", "list") => &["Vec", "std.vec.Vec", "rust.iterator"],
            ("rust", "map") => &["HashMap", "std.collections.HashMap"],
            ("rust", "promise") => &["Future", "futures.Future"],
            _ => &[],
        };
        if what == "map"
            && let Some(v) =
                self.map_parts(recv, name).or_else(|| self.map_call(f, recv, name, args, recv_op))
        {
            return v;
        }
        for ty in types {
            if let Some(ty) = self.m.type_named(f.lang.models(), ty)
                && let Some(row) = self.look.method(ty, name, false)
            {
                return self.apply(f, row, recv, args, op, recv_op);
            }
        }
        match what {
            "str" => SCALAR,
            "map" => {
                let rest = self.element(recv);
                if matches!(self.p.text(name), "get" | "pop" | "setdefault") {
                    if let Some(Val::Str(key)) = args.pos.first().map(|v| self.vals.get(*v))
                        && let Val::Map(entries, _) = self.vals.get(recv)
                        && let Some((_, v)) = entries.iter().find(|(k, _)| k == key)
                    {
                        return *v;
                    }
                    return rest;
                }
                UNKNOWN
            }
            _ => {
                self.events.holes += usize::from(!self.p.is_stub(f.at.file));
                UNKNOWN
            }
        }
    }

    /// Looking up a known key, and merging other entries in.
    fn map_call(
        &mut self,
        f: &mut Frame<'p>,
        map: V,
        name: Sym,
        args: &CallArgs,
        recv_op: Option<OpId>,
    ) -> Option<V> {
        let Val::Map(entries, _) = self.vals.get(map).clone() else { return None };
        match self.p.text(name) {
            "get" | "pop" | "setdefault" => {
                let Val::Str(key) = *self.vals.get(*args.pos.first()?) else { return None };
                entries.iter().find(|(k, _)| *k == key).map(|(_, v)| *v)
            }
            "update" => {
                let mut merged = map;
                for v in &args.pos {
                    match self.vals.get(*v).clone() {
                        Val::Map(more, _) => {
                            for (k, v) in more.iter() {
                                merged = self.with_field(merged, *k, *v);
                            }
                        }
                        Val::Null | Val::Scalar => {}
                        _ => {}
                    }
                }
                for (k, v) in &args.keys {
                    merged = self.with_field(merged, *k, *v);
                }
                match recv_op.map(|r| f.body.op(r).kind) {
                    Some(OpKind::Local(local)) => f.locals[local.at()] = merged,
                    Some(OpKind::Get { base, name }) if f.body.op(base).kind == OpKind::SelfRef => {
                        self.put_self(f, name, merged);
                    }
                    _ => {}
                }
                Some(NULL)
            }
            _ => None,
        }
    }

    /// The keys, values or pairs of a literal map, one by one.
    fn map_parts(&mut self, map: V, name: Sym) -> Option<V> {
        let Val::Map(entries, rest) = self.vals.get(map).clone() else { return None };
        if rest != UNKNOWN {
            return None;
        }
        let parts: Vec<V> = match self.p.text(name) {
            "items" | "entries" => entries
                .iter()
                .map(|(k, v)| {
                    let k = self.vals.make(Val::Str(*k));
                    self.vals.make(Val::List([k, *v].into()))
                })
                .collect(),
            "values" => entries.iter().map(|(_, v)| *v).collect(),
            "keys" => entries.iter().map(|(k, _)| self.vals.make(Val::Str(*k))).collect(),
            _ => return None,
        };
        Some(self.vals.make(Val::List(parts.into())))
    }

    /// Calls the base class's version of the running method's class.
    pub(crate) fn call_super(&mut self, f: &mut Frame<'p>, name: Sym, args: &CallArgs, op: usize) -> V {
        let own = crate::eval::def_of(self.p, f.at).or_else(|| {
            let body = self.p.body(f.at);
            Some(Def { file: f.at.file, item: body.owner })
        });
        let Some(after) = own.and_then(|d| self.p.class_around(d)) else { return UNKNOWN };
        let class = match self.vals.get(f.this) {
            Val::Inst(class, _) | Val::Class(class) => *class,
            Val::Row(row) => self.p.entity(row.entity).class,
            Val::Query(q) => q.class.unwrap_or(after),
            _ => after,
        };
        if let Some(def) =
            self.p.super_member(class, after, name).or_else(|| self.p.super_member(after, after, name))
        {
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

    fn instantiate(&mut self, f: &mut Frame<'p>, class: ClassIx, args: &CallArgs, op: usize) -> V {
        if let Some(entity) = self.p.class(class).entity {
            let path = self.p.names.intern("");
            let row = Row { entity, origin: None, path, supply: EVERYTHING, binder: Some(self.here(f, op)) };
            return self.vals.make(Val::Row(row));
        }
        if let Some(q) = self.instantiate_query(f, class, args, op) {
            return q;
        }
        let constructor = ["__init__", "constructor"]
            .iter()
            .filter_map(|n| self.p.names.find(n))
            .find_map(|n| self.p.class_member(class, n));
        let blank = self.vals.make(Val::Inst(class, Rc::new([])));
        let fields: Rc<[(Sym, V)]> = match constructor {
            Some(def) => {
                let Some(body) = self.p.item(def).body else { return blank };
                let at = BodyRef { file: def.file, body };
                let locals = self.bind(at, args, Some(def));
                let site = self.site(f, op);
                let outcome = self.evaluate(at, blank, locals, Some(site));
                self.absorb(f, &outcome, op, at, How::PLAIN);
                outcome.puts.clone().into()
            }
            None => args.keys.iter().copied().filter(|(_, v)| *v != UNKNOWN).collect(),
        };
        let mut fields: Vec<(Sym, V)> = fields.iter().copied().filter(|(_, v)| *v != UNKNOWN).collect();
        fields.sort();
        fields.truncate(48);
        self.vals.make(Val::Inst(class, fields.into()))
    }

    /// `MyQuerySet(self.model, using=..)`: a query over the entity of the argument, or of the manager that makes it.
    fn instantiate_query(
        &mut self,
        f: &mut Frame<'p>,
        class: ClassIx,
        args: &CallArgs,
        op: usize,
    ) -> Option<V> {
        let types = &self.p.class(class).types;
        let api = types.iter().copied().find(|t| self.m.role(*t) == perflint_models::TypeRole::Query)?;
        let given = args.values().find_map(|v| match self.vals.get(v) {
            Val::Class(c) => self.p.class(*c).entity,
            _ => None,
        });
        let own = match self.vals.get(f.this) {
            Val::Query(q) => q.entity,
            _ => None,
        };
        let entity = given.or(own)?;
        let empty = self.p.names.intern("");
        let q = self.fresh_query(f, Some(entity), empty, op);
        Some(self.vals.make(Val::Query(Query { api: Some(api), class: Some(class), ..q })))
    }

    /// Calls a function of the repository or of a stub.
    pub(crate) fn call_fun(
        &mut self,
        f: &mut Frame<'p>,
        def: Def,
        this: V,
        args: &CallArgs,
        op: usize,
        how: How,
    ) -> V {
        let item = self.p.item(def);
        let Some(body) = item.body else {
            return match item.ty {
                Some(ty) => self.type_value(def.file, ty, 0),
                None => UNKNOWN,
            };
        };
        let at = BodyRef { file: def.file, body };
        let mut how = how;
        let (mut threaded, mut unwraps) = (false, false);
        for ix in self.look.markers(def).iter() {
            let row = self.m.call(*ix);
            how.memoised |= row.memo;
            threaded |= row.threaded;
            // A context manager gives what its generator yields.
            unwraps |= matches!(row.returns, Some(perflint_models::Expr::Elem(_)));
        }
        how.handoff |= threaded;
        let mut locals = self.bind(at, args, Some(def));
        if !self.p.is_stub(at.file) {
            for v in &mut locals {
                if matches!(self.vals.get(*v), Val::Int(_)) {
                    *v = SCALAR;
                }
            }
        }
        let site = self.site(f, op);
        let outcome = self.evaluate(at, this, locals, Some(site));
        self.absorb(f, &outcome, op, at, how);
        if this == f.this && this != UNKNOWN {
            self.take_puts(f, &outcome.puts);
        }
        let mut ret = outcome.ret;
        if unwraps && matches!(self.vals.get(ret), Val::Many { .. }) {
            ret = self.element(ret);
        }
        if ret == UNKNOWN
            && let Some(ty) = item.ty
        {
            ret = self.type_value(def.file, ty, 0);
            if self.p.body(at).is_async && !matches!(self.vals.get(ret), Val::Future(_)) {
                ret = self.vals.make(Val::Future(ret));
            }
        }
        if threaded && !matches!(self.vals.get(ret), Val::Future(_)) {
            ret = self.vals.make(Val::Future(ret));
        }
        ret
    }

    /// Fields that a method of the same object assigned.
    fn take_puts(&mut self, f: &mut Frame<'p>, puts: &[(Sym, V)]) {
        for (name, v) in puts {
            self.put_self(f, *name, *v);
        }
    }

    pub(crate) fn call_closure(
        &mut self,
        f: &mut Frame<'p>,
        closure: V,
        args: &CallArgs,
        op: usize,
        how: How,
    ) -> V {
        let Val::Closure(file, body, caps, this) = self.vals.get(closure).clone() else { return UNKNOWN };
        let at = BodyRef { file, body };
        self.invoked.insert(at);
        let locals = self.closure_locals(at, &caps, args);
        let site = self.site(f, op);
        let outcome = self.evaluate(at, this, locals, Some(site));
        self.absorb(f, &outcome, op, at, how);
        outcome.ret
    }

    /// Evaluates a closure that nobody is seen to call.
    pub(crate) fn call_closure_detached(&mut self, closure: V, args: &CallArgs) {
        let Val::Closure(file, body, caps, this) = self.vals.get(closure).clone() else { return };
        let at = BodyRef { file, body };
        self.invoked.insert(at);
        let locals = self.closure_locals(at, &caps, args);
        self.evaluate(at, this, locals, None);
    }

    fn closure_locals(&mut self, at: BodyRef, caps: &[V], args: &CallArgs) -> Vec<V> {
        let mut locals = self.bind(at, args, None);
        let body = self.p.body(at);
        for (capture, v) in body.captures.iter().zip(caps) {
            let index = capture.inner.at();
            if locals.len() <= index {
                locals.resize(index + 1, UNKNOWN);
            }
            locals[index] = *v;
        }
        locals
    }

    /// The values of a body's parameters for these arguments.
    pub(crate) fn bind(&mut self, at: BodyRef, args: &CallArgs, def: Option<Def>) -> Vec<V> {
        let body = self.p.body(at);
        let mut out = Vec::with_capacity(body.params.len());
        let mut next = 0;
        for param in &body.params {
            let v = match param.kind {
                ParamKind::Rest => {
                    let rest: Vec<V> = args.pos.get(next..).unwrap_or(&[]).to_vec();
                    next = args.pos.len();
                    if args.open { self.vals.many(UNKNOWN) } else { self.vals.make(Val::List(rest.into())) }
                }
                ParamKind::KeyRest => {
                    let known = |k: &Sym| body.params.iter().any(|p| p.name == *k);
                    let rest: Vec<(Sym, V)> = args.keys.iter().copied().filter(|(k, _)| !known(k)).collect();
                    self.vals.make(Val::Map(rest.into(), UNKNOWN))
                }
                ParamKind::Block => {
                    args.keys.iter().find(|(k, _)| self.p.text(*k) == "&").map_or(UNKNOWN, |(_, v)| *v)
                }
                ParamKind::Normal | ParamKind::KeyOnly => {
                    let by_name = args.keys.iter().find(|(k, _)| *k == param.name).map(|(_, v)| *v);
                    let by_position = if param.kind == ParamKind::Normal && by_name.is_none() {
                        next += 1;
                        args.pos.get(next - 1).copied()
                    } else {
                        None
                    };
                    match by_name.or(by_position) {
                        Some(v) => v,
                        None if args.open => UNKNOWN,
                        None => self.default_value(at, def, param.default),
                    }
                }
            };
            let v = match self.vals.get(v) {
                Val::Unknown | Val::Scalar => match param.ty {
                    Some(ty) => match self.type_value(at.file, ty, 0) {
                        UNKNOWN => v,
                        typed => typed,
                    },
                    None => v,
                },
                _ => v,
            };
            out.push(v);
        }
        out
    }

    fn default_value(&mut self, at: BodyRef, def: Option<Def>, default: OpId) -> V {
        let Some(op) = default.some() else {
            return if self.p.file(at.file).lang.family() == "javascript" { NULL } else { UNKNOWN };
        };
        let Some(owner) = def.and_then(|d| self.p.item(d).owner) else { return UNKNOWN };
        let Some(body) = self.p.file(at.file).item(owner).body else { return UNKNOWN };
        self.init_values(BodyRef { file: at.file, body }).get(op.at()).copied().unwrap_or(UNKNOWN)
    }

    /// The arguments of a function whose callers are not known: what its declared types and injected defaults say.
    pub(crate) fn declared_arguments(&mut self, at: BodyRef) -> Vec<V> {
        let body = self.p.body(at);
        let def = crate::eval::def_of(self.p, at);
        let mut out = Vec::with_capacity(body.params.len());
        for param in &body.params {
            let mut v = match param.ty {
                Some(ty) => self.type_value(at.file, ty, 0),
                None => UNKNOWN,
            };
            if let Some(injected) = self.injected(at, def, param.default) {
                v = injected;
            }
            for marker in &param.markers {
                if let Some(injected) = self.injected(at, def, marker.value) {
                    v = injected;
                }
            }
            if v == UNKNOWN
                && let Some(ty) = self.look.hint(self.p.file(at.file).lang.family(), param.name)
            {
                v = self.vals.make(Val::ExtInst(ty, Box::new([])));
            }
            out.push(v);
        }
        out
    }

    /// The value of a default that the framework computes: FastAPI's `Depends(f)`.
    fn injected(&mut self, at: BodyRef, def: Option<Def>, op: OpId) -> Option<V> {
        let op = op.some()?;
        let owner = self.p.item(def?).owner?;
        let body = self.p.file(at.file).item(owner).body?;
        let code = self.p.file(at.file).body(body);
        let OpKind::Call(id) = code.ops.get(op.at())?.kind else { return None };
        let target = match code.call(id).callee {
            perflint_ir::Callee::Value(v) => self.p.resolve_op(at.file, code, v)?,
            perflint_ir::Callee::Member { recv, name } => {
                let base = self.p.resolve_op(at.file, code, recv)?;
                self.p.member(base, name, self.p.file(at.file).lang)?
            }
        };
        let path = self.p.path_of(target)?;
        let row = self.look.function(path, Lang::Python)?;
        if !self.m.call(row).inject {
            return None;
        }
        let v = self.init_values(BodyRef { file: at.file, body }).get(op.at()).copied()?;
        let v = match *self.vals.get(v) {
            Val::Future(inner) => inner,
            _ => v,
        };
        // A dependency that yields gives what it yields.
        Some(match *self.vals.get(v) {
            Val::Many { elem, .. } => elem,
            _ => v,
        })
    }

    /// Values that an expression of callables stands for.
    pub(crate) fn callables(&self, v: V) -> Vec<V> {
        match self.vals.get(v) {
            Val::List(items) | Val::Union(items) => items.iter().flat_map(|v| self.callables(*v)).collect(),
            Val::Map(entries, _) => entries.iter().flat_map(|(_, v)| self.callables(*v)).collect(),
            Val::Fun(_) | Val::Bound(..) | Val::Closure(..) | Val::ExtMethod(..) => vec![v],
            _ => Vec::new(),
        }
    }

    /// The body that a callable runs.
    pub(crate) fn body_of(&self, v: V) -> Option<BodyRef> {
        match self.vals.get(v) {
            Val::Fun(def) | Val::Bound(def, _) => {
                let body: BodyId = self.p.item(*def).body?;
                Some(BodyRef { file: def.file, body })
            }
            Val::Closure(file, body, ..) => Some(BodyRef { file: *file, body: *body }),
            _ => None,
        }
    }

    pub(crate) fn any_argument(&self, args: &CallArgs, test: impl Fn(&Val) -> bool) -> bool {
        args.values().any(|v| test(self.vals.get(v)))
    }

    pub(crate) fn default_wait(wait: Wait) -> Wait {
        wait
    }
}
