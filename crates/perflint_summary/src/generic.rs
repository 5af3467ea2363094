//! What the type parameters of a class stand for while one of its methods runs: `T` of `Repository<T>` is `Order` in what
//! `class Orders : Repository<Order>` inherits, and for a receiver that is declared as `Repository<Order>`.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame};
use crate::overload::Asked;
use crate::value::{UNKNOWN, V, Val};
use perflint_ir::{Sym, TypeExpr, TypeId};
use perflint_link::{BodyRef, ClassIx, Def, FileIx};
use perflint_models::Meaning;
use std::rc::Rc;

/// The type parameters of one class and their values. They hold for types that are written in the class's file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Generics {
    file: Option<FileIx>,
    bound: Rc<[(Sym, V)]>,
}

impl Generics {
    /// Adds the parameters of a method, which hide those of its class.
    pub(crate) fn shadow(&mut self, file: FileIx, mut own: Vec<(Sym, V)>) {
        if self.file == Some(file) {
            own.extend(self.bound.iter().copied());
        }
        *self = Self { file: Some(file), bound: own.into() };
    }
}

/// A method of an heir, with the fields that the heir's instance has.
type Implementation = (ClassIx, Def, Rc<[(Sym, V)]>);

/// Most bases followed from a class to the one whose parameters are asked for.
const MAX_BASES: u32 = 8;

/// Most ways in which a class may extend another one.
const MAX_WAYS: usize = 32;

/// Most overrides of a method that has code itself.
const MAX_OVERRIDES: usize = 3;

/// Most heirs of a generic class that are asked for which type arguments they are.
const MAX_ASKED: usize = 512;

/// Most heirs asked for a method that none of them declares.
const MAX_HEIRS: usize = 6;

impl<'p> Eval<'p> {
    /// Runs a step with the type parameters that a member of a class has for a receiver.
    pub(crate) fn with_generics<T>(
        &mut self,
        this: V,
        around: Option<ClassIx>,
        step: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let generics = around.map(|class| self.generics_of(this, class)).unwrap_or_default();
        let outer = std::mem::replace(&mut self.generics, generics);
        let result = step(self);
        self.generics = outer;
        result
    }

    /// The class around a body.
    pub(crate) fn class_of_body(&self, at: BodyRef) -> Option<ClassIx> {
        let def = Def { file: at.file, item: self.p.body(at).owner };
        self.p.class_of.get(&def).copied().or_else(|| self.p.class_around(def))
    }

    /// What a name stands for if it is a type parameter.
    pub(crate) fn generic(&self, file: FileIx, name: Sym) -> Option<V> {
        if self.generics.file != Some(file) {
            return None;
        }
        self.generics.bound.iter().find(|(n, v)| *n == name && *v != UNKNOWN).map(|(_, v)| *v)
    }

    /// A type parameter as the class that it stands for: `Set<T>()`.
    pub(crate) fn generic_class(&mut self, f: &Frame<'p>, name: Sym) -> Option<V> {
        let v = self.generic(f.at.file, name)?;
        let class = self.instance_class(v)?;
        Some(self.vals.make(Val::Class(class)))
    }

    fn generics_of(&mut self, this: V, around: ClassIx) -> Generics {
        if self.p.type_params(around).is_empty() {
            return Generics::default();
        }
        let Some(class) = self.class_of(this) else { return Generics::default() };
        let own = match self.vals.get(this) {
            Val::Inst(_, fields) => Rc::clone(fields),
            _ => Rc::new([]),
        };
        let file = self.p.class(around).def.file;
        let bound = self.bound_in(class, &own, around, 0).unwrap_or_default();
        Generics { file: Some(file), bound: bound.into() }
    }

    /// The parameters of a class that another one is or extends, given that one's own arguments as fields `<0>`, `<1>`, ..
    fn bound_in(
        &mut self,
        class: ClassIx,
        own: &[(Sym, V)],
        around: ClassIx,
        depth: u32,
    ) -> Option<Vec<(Sym, V)>> {
        let mut found = Vec::new();
        self.bounds_in(class, own, around, depth, &mut found);
        found.into_iter().next()
    }

    /// The same for each way in which a class extends another one: a handler of two kinds of event is one for each.
    fn bounds_in(
        &mut self,
        class: ClassIx,
        own: &[(Sym, V)],
        around: ClassIx,
        depth: u32,
        found: &mut Vec<Vec<(Sym, V)>>,
    ) {
        let params = self.p.type_params(class);
        let mut bound = Vec::new();
        for (i, param) in params.into_iter().enumerate() {
            let place = self.p.names.intern(&format!("<{i}>"));
            let v = own.iter().find(|(n, _)| *n == place).map_or(UNKNOWN, |(_, v)| *v);
            bound.push((param, v));
        }
        if class == around {
            found.push(bound);
            return;
        }
        if depth >= MAX_BASES || found.len() >= MAX_WAYS {
            return;
        }
        let def = self.p.class(class).def;
        let here = Generics { file: Some(def.file), bound: bound.into() };
        for ty in self.p.item(def).bases.clone() {
            let TypeExpr::Path { name, args } = self.p.file(def.file).types[ty.0 as usize].clone() else {
                continue;
            };
            let target = self.p.resolve_dotted(def.file, name).and_then(|t| self.p.target_class(t));
            let Some(base) = target.filter(|base| *base != class) else { continue };
            let outer = std::mem::replace(&mut self.generics, here.clone());
            let args = self.type_fields(def.file, &args, 0);
            self.generics = outer;
            self.bounds_in(base, &args, around, depth + 1, found);
        }
    }

    /// Type arguments as fields of an instance.
    pub(crate) fn type_fields(&mut self, file: FileIx, args: &[TypeId], depth: u32) -> Vec<(Sym, V)> {
        let mut fields = Vec::new();
        for (i, ty) in args.iter().enumerate() {
            let v = self.type_value(file, *ty, depth + 1);
            if v != UNKNOWN {
                fields.push((self.p.names.intern(&format!("<{i}>")), v));
            }
        }
        fields
    }

    /// The type arguments that a call of a generic class names, as fields of what it makes: `new Repository<Order>(..)`.
    pub(crate) fn given_types(&mut self, class: ClassIx, args: &CallArgs) -> Vec<(Sym, V)> {
        if self.p.type_params(class).is_empty() {
            return Vec::new();
        }
        let is_place = |name: Sym| self.p.text(name).starts_with('<') && !self.p.text(name).contains('.');
        let given: Vec<(Sym, V)> = args.keys.iter().copied().filter(|(name, _)| is_place(*name)).collect();
        given
            .into_iter()
            .filter_map(|(name, v)| match *self.vals.get(v) {
                Val::Class(class) => Some((name, self.instance_of(class, 0))),
                Val::Inst(..) => Some((name, v)),
                _ => None,
            })
            .collect()
    }

    /// An instance of a generic class of the repository, with its type arguments.
    pub(crate) fn generic_instance(
        &mut self,
        class: ClassIx,
        file: FileIx,
        args: &[TypeId],
        depth: u32,
    ) -> Option<V> {
        if args.is_empty() || self.p.class(class).entity.is_some() || self.p.type_params(class).is_empty() {
            return None;
        }
        let fields = self.type_fields(file, args, depth);
        (!fields.is_empty()).then(|| self.vals.make(Val::Inst(class, fields.into())))
    }

    /// Implementations in heirs, those for other type arguments left out, with the fields that their instances have. Where no heir
    /// declares an abstract method itself, those that inherit it from elsewhere.
    pub(crate) fn heirs_with(
        &mut self,
        class: ClassIx,
        fields: &Rc<[(Sym, V)]>,
        name: Sym,
        own: Option<Def>,
        args: &CallArgs,
        asked: Asked<'p>,
    ) -> Vec<Implementation> {
        let generic = !self.p.type_params(class).is_empty();
        let mut found = match generic {
            true => self.ones_for(class, fields, name, own, args),
            false => self.overrides(class, name, own),
        };
        let is_abstract = own.is_some_and(|def| self.p.item(def).flags.is_abstract);
        if found.is_empty() && is_abstract {
            let heirs = self.p.class(class).heirs.iter().take(MAX_HEIRS);
            let inherited = heirs
                .filter_map(|heir| Some((*heir, self.p.class_overload(*heir, name, args.pos.len(), false)?)));
            found = inherited.filter(|(_, def)| !self.p.item(*def).flags.is_abstract).collect();
            found.retain(|(_, def)| !generic || self.takes_it(*def, args));
        }
        if found.is_empty() {
            let parts = self.fragments(class, own).into_iter();
            return parts.map(|(part, def)| (part, def, Rc::new([]) as Rc<[(Sym, V)]>)).collect();
        }
        self.leave_out_stand_ins(&mut found);
        let several = own.is_some_and(|def| self.p.file(def.file).lang.has_overloads());
        let found = if several { self.meant(found, args, asked) } else { found };
        let mut out = Vec::new();
        for (heir, def) in found {
            if let Some(fields) = self.as_heir(class, fields, heir) {
                out.push((heir, def, fields));
            }
        }
        out
    }

    /// What stands in for a service that is switched off is not the one that does its work: a cache that keeps nothing.
    fn leave_out_stand_ins(&self, found: &mut Vec<(ClassIx, Def)>) {
        let stands_in = |class: ClassIx| {
            let class = self.p.class(class);
            let family = self.p.file(class.def.file).lang.models();
            let rest = self.m.words.rest(family, Meaning::StandIn, self.p.text(class.name));
            rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
        };
        if found.iter().any(|(class, _)| !stands_in(*class)) {
            found.retain(|(class, _)| !stands_in(*class));
        }
    }

    /// Methods of the heirs of a generic class that are ones for these type arguments and take these arguments: of all handlers
    /// those of one message, however many others there are.
    fn ones_for(
        &mut self,
        class: ClassIx,
        fields: &Rc<[(Sym, V)]>,
        name: Sym,
        own: Option<Def>,
        args: &CallArgs,
    ) -> Vec<(ClassIx, Def)> {
        let mut found = Vec::new();
        for heir in self.p.class(class).heirs.iter().copied().take(MAX_ASKED) {
            let Some(defs) = self.p.class(heir).members.get(&name) else { continue };
            if self.p.file(self.p.class(heir).def.file).role == perflint_ir::Role::Test
                || self.as_heir(class, fields, heir).is_none()
            {
                continue;
            }
            for def in defs.iter().copied().filter(|def| Some(*def) != own) {
                let item = self.p.item(def);
                if item.kind == perflint_ir::ItemKind::Function
                    && item.body.is_some()
                    && self.takes_it(def, args)
                {
                    found.push((heir, def));
                }
            }
            if found.len() > MAX_HEIRS {
                break;
            }
        }
        // A method with code of its own that so many override is what most of them share.
        let is_abstract = own.is_none_or(|def| self.p.item(def).body.is_none());
        if !is_abstract && found.len() > MAX_OVERRIDES {
            found.clear();
        }
        found
    }

    /// The fields that an heir's instance has where one of a class is declared; `None` if the heir is one for other type
    /// arguments.
    pub(crate) fn as_heir(
        &mut self,
        class: ClassIx,
        fields: &Rc<[(Sym, V)]>,
        heir: ClassIx,
    ) -> Option<Rc<[(Sym, V)]>> {
        let params = self.p.type_params(class);
        if params.is_empty() {
            return Some(Rc::clone(fields));
        }
        let mut ways = Vec::new();
        self.bounds_in(heir, &[], class, 0, &mut ways);
        if !ways.iter().any(|bound| self.agrees(bound, fields)) {
            return None;
        }
        Some(self.passed_on(class, fields, heir))
    }

    /// True unless a class is extended for other type arguments than the ones that are asked for.
    fn agrees(&self, bound: &[(Sym, V)], fields: &[(Sym, V)]) -> bool {
        bound.iter().enumerate().all(|(i, (_, v))| {
            let place = self.p.names.intern(&format!("<{i}>"));
            let wanted = fields.iter().find(|(n, _)| *n == place).map(|(_, v)| *v);
            wanted
                .is_none_or(|wanted| *v == UNKNOWN || self.instance_class(*v) == self.instance_class(wanted))
        })
    }

    /// An heir's own type arguments, where it hands its parameters to the class: by place, unless its bases say otherwise.
    fn passed_on(&mut self, class: ClassIx, fields: &Rc<[(Sym, V)]>, heir: ClassIx) -> Rc<[(Sym, V)]> {
        let names = self.p.type_params(heir);
        let def = self.p.class(heir).def;
        let file = self.p.file(def.file);
        let direct = self.p.item(def).bases.iter().find_map(|ty| {
            let TypeExpr::Path { name, args } = &file.types[ty.0 as usize] else { return None };
            let target = self.p.resolve_dotted(def.file, *name).and_then(|t| self.p.target_class(t));
            (target == Some(class)).then_some(args)
        });
        let Some(args) = direct.filter(|_| !names.is_empty()) else { return Rc::clone(fields) };
        let place = |i: usize| self.p.names.intern(&format!("<{i}>"));
        let own = args.iter().enumerate().filter_map(|(i, ty)| {
            let TypeExpr::Path { name, .. } = file.types[ty.0 as usize] else { return None };
            let to = names.iter().position(|param| *param == name)?;
            let (_, v) = fields.iter().find(|(n, _)| *n == place(i))?;
            Some((place(to), *v))
        });
        own.collect()
    }
}
