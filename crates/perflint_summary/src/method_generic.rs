//! What the type parameters of a generic method stand for while it runs: `T` of `Query<T>(..)` is the class that the call names.
//!
//! Their values stand behind the locals of a body, so that they are part of its context, and a closure that is written in the
//! method takes them along like the variables that it captures.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame};
use crate::value::{UNKNOWN, V, Val};
use perflint_ir::{Marker, Sym, TypeExpr, TypeId};
use perflint_link::{BodyRef, ClassIx, Def};

impl<'p> Eval<'p> {
    /// The names of the type parameters of the function that a body belongs to.
    fn method_params(&self, def: Def) -> &'p [Sym] {
        let markers = &self.p.item(def).markers;
        let found = markers.iter().find(|marker| self.p.text(marker.path) == Marker::TYPE_PARAMETERS);
        found.map_or(&[], |marker| &marker.words)
    }

    /// Adds the type arguments of a call behind the arguments of the method that it calls.
    pub(crate) fn give_type_arguments(
        &mut self,
        locals: &mut Vec<V>,
        at: BodyRef,
        def: Def,
        args: &CallArgs,
    ) {
        let mut given = self.type_arguments_for(def, args);
        if given.is_empty() {
            given = self.inferred(locals, at, def);
        }
        self.carry(locals, at, &given);
    }

    /// The type arguments that a call leaves out: `T` of `Publish<T>(T message)` is the class of the message.
    fn inferred(&mut self, locals: &[V], at: BodyRef, def: Def) -> Vec<V> {
        let names = self.method_params(def);
        if names.is_empty() {
            return Vec::new();
        }
        let params = &self.p.body(at).params;
        let given: Vec<V> = names
            .iter()
            .map(|name| {
                let mut values = params.iter().zip(locals).filter_map(|(param, v)| Some((param.ty?, *v)));
                let found = values.find_map(|(ty, v)| self.stands_for(def, ty, *name, v));
                found.map_or(UNKNOWN, |class| self.vals.make(Val::Class(class)))
            })
            .collect();
        if given.iter().all(|v| *v == UNKNOWN) { Vec::new() } else { given }
    }

    /// The class that a type parameter stands for where a parameter that is declared to be one, or to hold some, has a value.
    fn stands_for(&self, def: Def, ty: TypeId, name: Sym, v: V) -> Option<ClassIx> {
        let types = &self.p.file(def.file).types;
        let is_it =
            |ty: &TypeExpr| matches!(ty, TypeExpr::Path { name: of, args } if *of == name && args.is_empty());
        match (&types[ty.0 as usize], self.vals.get(v)) {
            (ty, _) if is_it(ty) => self.instance_class(v),
            (TypeExpr::Path { args, .. }, Val::Many { elem, .. })
                if args.last().is_some_and(|ty| is_it(&types[ty.0 as usize])) =>
            {
                self.instance_class(*elem)
            }
            _ => None,
        }
    }

    fn type_arguments_for(&mut self, def: Def, args: &CallArgs) -> Vec<V> {
        if !args.keys.iter().any(|(key, _)| self.p.text(*key).starts_with('<')) {
            return Vec::new();
        }
        let given = |place: String| {
            args.keys.iter().find(|(key, _)| self.p.text(*key) == place).map_or(UNKNOWN, |(_, v)| *v)
        };
        let all =
            (0..self.method_params(def).len()).map(|i| (given(format!("<{i}>")), given(format!("<{i}.0>"))));
        all.collect::<Vec<_>>().into_iter().map(|(outer, inner)| self.with_argument(outer, inner)).collect()
    }

    /// A type argument that has one itself, as an instance: `IHandle<OrderPlaced>`.
    fn with_argument(&mut self, outer: V, inner: V) -> V {
        let (Val::Class(class), Val::Class(of)) = (self.vals.get(outer), self.vals.get(inner)) else {
            return outer;
        };
        let (class, of) = (*class, *of);
        if self.p.class(class).entity.is_some() || self.p.type_params(class).is_empty() {
            return outer;
        }
        let place = self.p.names.intern("<0>");
        let of = self.instance_of(of, 0);
        self.vals.make(Val::Inst(class, [(place, of)].into()))
    }

    /// Puts type arguments behind the locals of a body.
    pub(crate) fn carry(&self, locals: &mut Vec<V>, at: BodyRef, given: &[V]) {
        if !given.is_empty() {
            locals.resize(self.p.body(at).locals.len().max(locals.len()), UNKNOWN);
            locals.extend_from_slice(given);
        }
    }

    /// The type arguments that a running body was given.
    pub(crate) fn carried<'f>(f: &'f Frame<'p>) -> &'f [V] {
        f.locals.get(f.body.locals.len()..).unwrap_or(&[])
    }

    /// Names the type arguments of a body that is about to run.
    pub(crate) fn name_type_arguments(&mut self, at: BodyRef, locals: &[V]) {
        let given = locals.get(self.p.body(at).locals.len()..).unwrap_or(&[]);
        let def = Def { file: at.file, item: self.p.body(at).owner };
        self.bind_method(def, given);
    }

    fn bind_method(&mut self, def: Def, given: &[V]) {
        if given.is_empty() {
            return;
        }
        let mut bound: Vec<(Sym, V)> = Vec::with_capacity(given.len());
        for (name, v) in self.method_params(def).iter().zip(given) {
            let v = match *self.vals.get(*v) {
                Val::Class(class) => self.instance_of(class, 0),
                Val::Inst(..) => *v,
                _ => UNKNOWN,
            };
            bound.push((*name, v));
        }
        self.generics.shadow(def.file, bound);
    }

    /// What a method is declared to give, for this receiver and these type arguments.
    pub(crate) fn declared_result_of(&mut self, def: Def, ty: TypeId, this: V, args: &CallArgs) -> V {
        let around = self.p.class_around(def);
        let given = self.type_arguments_for(def, args);
        self.with_generics(this, around, |e| {
            e.bind_method(def, &given);
            e.type_value(def.file, ty, 0)
        })
    }
}
