//! Running a function: which arguments its parameters get, in which context it is evaluated, what it gives back.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame, How};
use crate::graph::Node;
use crate::value::{Bound, EVERYTHING, NULL, Query, Row, SCALAR, UNKNOWN, V, Val};
use perflint_ir::{BodyId, Lang, OpId, OpKind, ParamKind, Sym};
use perflint_link::{BodyRef, ClassIx, Def};
use std::rc::Rc;

impl<'p> Eval<'p> {
    pub(crate) fn instantiate(&mut self, f: &mut Frame<'p>, class: ClassIx, args: &CallArgs, op: usize) -> V {
        if let Some(entity) = self.p.class(class).entity {
            let path = self.p.names.intern("");
            let binder = Some(self.here(f, op));
            let (supply, keyless) = (EVERYTHING, self.starts_without_key(class, args));
            let row = Row { entity, origin: None, path, from: None, many: false, supply, binder, keyless };
            return self.vals.make(Val::Row(row));
        }
        if let Some(q) = self.instantiate_query(f, class, args, op) {
            return q;
        }
        if let Some(callable) = self.converted(f, class, args) {
            return callable;
        }
        let constructor = self.look.constructor(class, args.pos.len());
        let generics = self.given_types(class, args);
        let blank = self.vals.make(Val::Inst(class, generics.clone().into()));
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
            None => match self.initialized(class, args) {
                Some(fields) => fields.into(),
                None => args.keys.iter().copied().collect(),
            },
        };
        let is_given = |name: &Sym| generics.iter().any(|(place, _)| place == name);
        let own = fields.iter().copied().filter(|(name, v)| *v != UNKNOWN && !is_given(name));
        let mut fields: Vec<(Sym, V)> = own.chain(generics.iter().copied()).collect();
        fields.sort();
        fields.truncate(48);
        fields.push((self.exact, crate::value::TRUE));
        self.vals.make(Val::Inst(class, fields.into()))
    }

    /// `MyQuerySet(self.model, using=..)`: a query over the entity of the argument, or of the manager that makes it.
    pub(crate) fn instantiate_query(
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
            // `new OrderQuery(static::class)` in a method of the class itself.
            Val::Class(c) => self.p.class(*c).entity,
            _ => None,
        };
        let entity = self.generated_for(class, api).or(given).or(own)?;
        let empty = self.p.names.intern("");
        let q = self.fresh_query(f, Some(entity), empty, op);
        let limited = self.m.type_row(api).generated.as_ref().is_some_and(|row| row.limited);
        let bound = if limited { Bound::Unknown } else { q.bound };
        // What a class hands out as its own query is the caller's.
        let handed = given.is_none() && matches!(self.vals.get(f.this), Val::Class(_));
        let origin = f.caller.filter(|_| handed).unwrap_or(q.origin);
        Some(self.vals.make(Val::Query(Query { api: Some(api), class: Some(class), bound, origin, ..q })))
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
            return item.ty.map_or(UNKNOWN, |ty| self.declared_result_of(def, ty, this, args));
        };
        let at = BodyRef { file: def.file, body };
        let mut how = how;
        let (mut threaded, mut unwraps, mut kept) = (false, false, false);
        for ix in self.look.markers(def).iter() {
            let row = self.m.call(*ix);
            // A cached property is computed once per instance, which is once per row.
            let per_receiver = f.lang.memoises_per_receiver() || item.flags.is_property;
            how.memoised |= row.memo && !per_receiver;
            kept |= row.memo && per_receiver;
            threaded |= row.threaded;
            // A context manager gives what its generator yields.
            unwraps |= matches!(row.returns, Some(perflint_models::Expr::Elem(_)));
        }
        how.handoff |= threaded;
        how.memoised |= !item.markers.is_empty() && self.remembers(def);
        let there = self.there(f, at, args, op);
        let mut locals = self.bind(at, there.as_ref().unwrap_or(args), Some(def));
        if !self.p.is_stub(at.file) {
            for v in &mut locals {
                if matches!(self.vals.get(*v), Val::Int(_)) {
                    *v = SCALAR;
                }
            }
        }
        self.give_type_arguments(&mut locals, at, def, args);
        let site = self.site(f, op);
        let outcome = self.evaluate(at, this, locals, Some(site));
        let start = f.terms.len();
        self.absorb(f, &outcome, op, at, how);
        self.take_filled(f, op, &outcome);
        if kept {
            self.keep_once(f, start, this, op);
        }
        if this == f.this && this != UNKNOWN {
            self.take_puts(f, &outcome.puts, &outcome.certain, op);
        }
        let mut ret = outcome.ret;
        if unwraps && matches!(self.vals.get(ret), Val::Many { .. }) {
            ret = self.element(ret);
        }
        let unknown = match *self.vals.get(ret) {
            Val::Future(inner) => inner == UNKNOWN,
            _ => ret == UNKNOWN,
        };
        if unknown && let Some(ty) = item.ty {
            let typed = self.declared_result_of(def, ty, this, args);
            let promise = matches!(self.vals.get(ret), Val::Future(_)) || self.p.body(at).is_async;
            ret = match self.vals.get(typed) {
                Val::Future(_) => typed,
                _ if promise => self.vals.make(Val::Future(typed)),
                _ => typed,
            };
        }
        if threaded && !matches!(self.vals.get(ret), Val::Future(_)) {
            ret = self.vals.make(Val::Future(ret));
        }
        ret
    }

    /// What a method keeps for its receiver costs as much as there are receivers.
    fn keep_once(&mut self, f: &mut Frame<'p>, start: usize, this: V, op: usize) {
        let own = match self.vals.get(this) {
            Val::Row(row) => row.binder,
            _ => self.new_receiver(f, op),
        };
        for term in &mut f.terms[start..] {
            match own {
                Some(binder) => term.binder = Some(binder),
                None => (term.once, term.held) = (true, true),
            }
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
        let given = locals.clone();
        let outcome = self.evaluate(at, this, locals, Some(site));
        self.absorb(f, &outcome, op, at, how);
        self.take_left(f, file, body, &given, &outcome);
        if f.lang.builds_in_place() {
            self.take_filled(f, op, &outcome);
        }
        // A block may not run, and runs on the receiver of the method around it.
        if this == f.this && this != UNKNOWN && f.lang.has_blocks() {
            self.take_puts(f, &outcome.puts, &[], op);
        }
        outcome.ret
    }

    /// Evaluates a closure that nobody is seen to call.
    pub(crate) fn call_closure_detached(&mut self, closure: V, args: &CallArgs) -> Node {
        let Val::Closure(file, body, caps, this) = self.vals.get(closure).clone() else { return Node::NONE };
        let at = BodyRef { file, body };
        self.invoked.insert(at);
        let locals = self.closure_locals(at, &caps, args);
        self.evaluate(at, this, locals, None).node
    }

    pub(crate) fn closure_locals(&mut self, at: BodyRef, caps: &[V], args: &CallArgs) -> Vec<V> {
        let mut locals = self.bind(at, args, None);
        let body = self.p.body(at);
        for (capture, v) in body.captures.iter().zip(caps) {
            let index = capture.inner.at();
            if locals.len() <= index {
                locals.resize(index + 1, UNKNOWN);
            }
            locals[index] = *v;
        }
        self.carry(&mut locals, at, caps.get(body.captures.len()..).unwrap_or(&[]));
        locals
    }

    /// The values of a body's parameters for these arguments.
    pub(crate) fn bind(&mut self, at: BodyRef, args: &CallArgs, def: Option<Def>) -> Vec<V> {
        let body = self.p.body(at);
        let splatted = self.splatted(at, args);
        let args = splatted.as_ref().unwrap_or(args);
        let mut out = Vec::with_capacity(body.params.len());
        let mut next = 0;
        let mut options = self.options(at, args);
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
                    let by_position = by_position.or_else(|| options.take());
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

    /// Named arguments as the map that Ruby makes of them for a method that names none: `def render(order, options = {})`.
    fn options(&mut self, at: BodyRef, args: &CallArgs) -> Option<V> {
        let named = |kind: ParamKind| matches!(kind, ParamKind::KeyOnly | ParamKind::KeyRest);
        if !self.p.file(at.file).lang.gathers_options()
            || self.p.body(at).params.iter().any(|param| named(param.kind))
        {
            return None;
        }
        let given: Vec<(Sym, V)> =
            args.keys.iter().copied().filter(|(key, _)| self.p.text(*key) != "&").collect();
        (!given.is_empty()).then(|| self.vals.make(Val::Map(given.into(), UNKNOWN)))
    }

    pub(crate) fn default_value(&mut self, at: BodyRef, def: Option<Def>, default: OpId) -> V {
        let Some(op) = default.some() else {
            return if self.p.file(at.file).lang.leaves_out_null() { NULL } else { UNKNOWN };
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
            if v == UNKNOWN && param.kind != ParamKind::Block {
                v = self.by_convention(at, param.name);
            }
            if let Some(injected) = self.injected(at, def, param.default) {
                v = injected;
            }
            for marker in &param.markers {
                if let Some(injected) = self.injected(at, def, marker.value) {
                    v = injected;
                }
            }
            if let Some(named) = param.ty.and_then(|ty| self.named_type(at.file, ty)) {
                for marker in &self.p.item(named).markers {
                    let own = BodyRef { file: named.file, body: BodyId(0) };
                    if let Some(injected) = self.injected(own, Some(named), marker.value) {
                        v = injected;
                    }
                }
            }
            if v == UNKNOWN
                && let Some(ty) = self.look.hint(self.p.file(at.file).lang.family(), param.name)
            {
                v = self.vals.make(Val::ExtInst(ty, Box::new([])));
            }
            out.push(v);
        }
        if let (Some(def), Some(UNKNOWN)) = (def, out.first().copied()) {
            out[0] = self.traversed(def, out.len());
        }
        out
    }

    /// The declaration that a type's name stands for, if it is a name for a type.
    fn named_type(&self, file: perflint_link::FileIx, ty: perflint_ir::TypeId) -> Option<Def> {
        let perflint_ir::TypeExpr::Path { name, .. } = &self.p.file(file).types[ty.0 as usize] else {
            return None;
        };
        match self.p.resolve_dotted(file, *name)? {
            perflint_link::Target::Item(def) if self.p.item(def).kind == perflint_ir::ItemKind::Field => {
                Some(def)
            }
            _ => None,
        }
    }

    /// The value of a default that the framework computes: FastAPI's `Depends(f)`.
    pub(crate) fn injected(&mut self, at: BodyRef, def: Option<Def>, op: OpId) -> Option<V> {
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
            Val::Many { elem, .. } => self.callables(*elem),
            Val::Fun(_) | Val::Bound(..) | Val::Closure(..) | Val::ExtMethod(..) => vec![v],
            _ => Vec::new(),
        }
    }

    /// The body that a callable runs; an accessor that nobody wrote reads where its class is declared.
    pub(crate) fn runs_in(&self, v: V) -> Option<BodyRef> {
        let Val::ExtMethod(recv, _) = self.vals.get(v) else { return self.body_of(v) };
        let Val::Class(class) = self.vals.get(*recv) else { return None };
        let def = self.p.class(*class).def;
        Some(BodyRef { file: def.file, body: self.p.item(def).body? })
    }

    /// The body that a callable runs.
    pub(crate) fn body_of(&self, v: V) -> Option<BodyRef> {
        match self.vals.get(v) {
            Val::Fun(def) | Val::Bound(def, _) => {
                let body: BodyId = self.p.item(*def).body?;
                Some(BodyRef { file: def.file, body })
            }
            Val::Closure(file, body, ..) => Some(BodyRef { file: *file, body: *body }),
            // A constructor by reference is given one element.
            Val::Class(class) if self.p.file(self.p.class(*class).def.file).lang.has_namespaces() => {
                let def = self.p.constructor(*class, 1)?;
                Some(BodyRef { file: def.file, body: self.p.item(def).body? })
            }
            _ => None,
        }
    }

    pub(crate) fn any_argument(&self, args: &CallArgs, test: impl Fn(&Val) -> bool) -> bool {
        args.values().any(|v| test(self.vals.get(v)))
    }
}
