//! Methods of a language's own types, and of receivers that nothing is known of.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame, How};
use crate::fact::Sure;
use crate::value::{NULL, SCALAR, UNKNOWN, V, Val};
use perflint_ir::{OpId, OpKind, Sym};
use perflint_link::Def;
use std::rc::Rc;

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
    pub(crate) fn call_unknown(
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
        for ty in self.m.builtin(f.lang.models(), "unknown").iter().copied() {
            if let Some(row) = self.look.method(ty, name, false)
                && self.is_for(f, row, args, op)
            {
                return self.apply(f, row, UNKNOWN, args, op, recv_op);
            }
        }
        if let Some(v) = self.call_extension(f, UNKNOWN, name, args, op) {
            return v;
        }
        if let Some(def) = self.guess(f, name, args) {
            let this = self.guessed_receiver(def);
            let how = How { sure: Sure::Guess, ..How::PLAIN };
            let v = self.call_fun(f, def, this, args, op, how);
            return match *self.vals.get(this) {
                Val::Row(row) => self.of_one_row(f, row, def, v, op),
                _ => v,
            };
        }
        let v = self.hole(f, args, op);
        // What is asked of an object gives something of the object's, and no function that was handed to it.
        if f.lang.has_functional_interfaces() { UNKNOWN } else { v }
    }

    /// True unless a row takes SQL and what it is given is none that is known.
    pub(crate) fn is_for(
        &mut self,
        f: &mut Frame<'p>,
        row: perflint_models::CallIx,
        args: &CallArgs,
        op: usize,
    ) -> bool {
        let Some(sql) = &self.m.call(row).sql else { return true };
        let given = crate::expr::Given { recv: UNKNOWN, args, result: None, op };
        let text = self.expr(f, sql, &given);
        text.is_some_and(|text| matches!(self.vals.get(text), Val::Sql(..)))
    }

    /// The one method of that name in the repository, if the name is telling: one that every list has is not.
    pub(crate) fn guess(&self, f: &Frame<'p>, name: Sym, args: &CallArgs) -> Option<Def> {
        let text = self.p.text(name);
        let lists = self.m.builtin(f.lang.models(), "list");
        if text.len() < 8
            || COMMON.contains(&text)
            || self.p.is_stub(f.at.file)
            || lists.iter().any(|ty| self.m.method(*ty, text, false).is_some())
        {
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

    pub(crate) fn guessed_receiver(&mut self, def: Def) -> V {
        match self.p.class_around(def) {
            Some(class) => match self.p.class(class).entity {
                Some(entity) => self.typed_row(entity),
                None => self.vals.make(Val::Inst(class, Rc::new([]))),
            },
            None => UNKNOWN,
        }
    }

    pub(crate) fn call_on_function(
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

    /// A method of a builtin type of the language.
    #[expect(clippy::too_many_arguments, reason = "a call is receiver, name, arguments and place")]
    pub(crate) fn call_builtin(
        &mut self,
        f: &mut Frame<'p>,
        recv: V,
        what: &str,
        name: Sym,
        args: &CallArgs,
        op: usize,
        recv_op: Option<OpId>,
    ) -> V {
        if what == "map"
            && let Some(v) =
                self.map_parts(recv, name).or_else(|| self.map_call(f, recv, name, args, recv_op))
        {
            return v;
        }
        for ty in self.m.builtins(f.lang.models(), what) {
            if let Some(row) = self.look.method(ty, name, false) {
                return self.apply(f, row, recv, args, op, recv_op);
            }
        }
        if let Some(v) = self.call_extension(f, recv, name, args, op) {
            return v;
        }
        match what {
            "str" => self
                .folded_text(recv, name, args)
                .or_else(|| self.parts(f, recv_op, recv, name, args))
                .unwrap_or(SCALAR),
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

    /// A constant string, changed.
    fn folded_text(&mut self, recv: V, name: Sym, args: &CallArgs) -> Option<V> {
        let Val::Str(text) = *self.vals.get(recv) else { return None };
        let text = self.p.text(text);
        let argument = |i: usize| match args.pos.get(i).map(|v| self.vals.get(*v)) {
            Some(Val::Str(sym)) => Some(self.p.text(*sym)),
            _ => None,
        };
        let changed = match self.p.text(name) {
            "lower" | "toLowerCase" => text.to_lowercase(),
            "upper" | "toUpperCase" => text.to_uppercase(),
            "strip" | "trim" => text.trim().to_owned(),
            "replace" => text.replace(argument(0)?, argument(1)?),
            _ => return None,
        };
        let sym = self.p.names.intern(&changed);
        Some(self.vals.make(Val::Str(sym)))
    }

    /// A constant string, cut: `"Tags,Engine".Split(',')`. Empty parts are left out. Of `names ?? ""` only a part is known.
    fn parts(
        &mut self,
        f: &Frame<'p>,
        recv_op: Option<OpId>,
        recv: V,
        name: Sym,
        args: &CallArgs,
    ) -> Option<V> {
        let whole = match f.body.ops.get(recv_op?.at())?.kind {
            OpKind::Local(local) => local.at() < f.body.params.len(),
            kind => matches!(kind, OpKind::Str(_)),
        };
        let Val::Str(text) = *self.vals.get(recv) else { return None };
        if !whole || !matches!(self.p.text(name), "split" | "Split") {
            return None;
        }
        let by = match self.vals.get(*args.pos.first()?) {
            Val::List(items) => *items.first().filter(|_| items.len() == 1)?,
            _ => args.pos[0],
        };
        let Val::Str(by) = *self.vals.get(by) else { return None };
        let by = self.p.text(by);
        if by.is_empty() {
            return None;
        }
        let parts: Vec<&str> =
            self.p.text(text).split(by).map(str::trim).filter(|part| !part.is_empty()).collect();
        let parts: Vec<V> =
            parts.into_iter().map(|part| self.vals.make(Val::Str(self.p.names.intern(part)))).collect();
        Some(self.vals.make(Val::List(parts.into())))
    }

    /// Looking up a known key, and merging other entries in.
    pub(crate) fn map_call(
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
    pub(crate) fn map_parts(&mut self, map: V, name: Sym) -> Option<V> {
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
}
