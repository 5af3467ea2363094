//! Which of several methods of one name a call means, in languages that tell them apart by their parameters.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame};
use crate::value::{V, Val};
use perflint_ir::{
    Body, BodyKind, ExitKind, ItemKind, Lang, Marker, OpId, OpKind, Param, ParamKind, Sym, TypeExpr, operands,
};
use perflint_link::{Base, BodyRef, ClassIx, Def, FileIx};
use perflint_models::TypeRole;

/// What a method that gives nothing is behind one that gives what is wanted: no agreement of arguments makes up for it.
const SHORT: i32 = 16;

/// Expressions nested deeper are not looked through.
const DEEPEST: u32 = 8;

/// A call in its body: what is made of its result says which of several methods can be meant.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'p> {
    at: BodyRef,
    body: &'p Body,
    op: OpId,
}

impl<'p> Asked<'p> {
    pub(crate) fn new(f: &Frame<'p>, op: usize) -> Self {
        Self { at: f.at, body: f.body, op: OpId(op as u32) }
    }

    /// The operation that uses the result.
    fn user(self) -> Option<(Self, OpKind)> {
        let later = (0u32..).map(OpId).zip(&self.body.ops).skip(self.op.at() + 1);
        later.map(|(op, found)| (Self { op, ..self }, found.kind)).find(|(_, kind)| {
            let mut uses = false;
            operands(self.body, *kind, &mut |operand| uses |= operand == self.op);
            uses
        })
    }
}

/// What a caller wants of a call.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Nothing,
    Value,
    Awaited,
}

impl<'p> Eval<'p> {
    /// Of the methods of a name in each class, the one that fits the arguments best.
    pub(crate) fn meant(
        &mut self,
        found: Vec<(ClassIx, Def)>,
        args: &CallArgs,
        asked: Asked<'p>,
    ) -> Vec<(ClassIx, Def)> {
        let mut best: Vec<(ClassIx, Def, i32)> = Vec::new();
        let wanted = if found.len() > 1 { self.wanted(asked, 0) } else { Wanted::Nothing };
        for (class, def) in found {
            let score = self.fitness(def, args) - if self.falls_short(def, wanted) { SHORT } else { 0 };
            match best.iter_mut().find(|(of, ..)| *of == class) {
                Some(known) if score > known.2 => *known = (class, def, score),
                Some(_) => {}
                None => best.push((class, def, score)),
            }
        }
        best.into_iter().map(|(class, def, _)| (class, def)).collect()
    }

    /// The method of the same class and name that fits the arguments best.
    pub(crate) fn overload(&mut self, def: Option<Def>, args: &CallArgs, asked: Asked<'p>) -> Option<Def> {
        let first = def?;
        let class = self.p.class_around(first)?;
        let name = self.p.item(first).name;
        let Some(found) = self.p.class(class).members.get(&name).filter(|found| found.len() > 1) else {
            return def;
        };
        if !self.p.file(first.file).lang.has_overloads() {
            return def;
        }
        let methods = found.iter().copied().filter(|def| self.p.item(*def).kind == ItemKind::Function);
        // What was chosen by the number of arguments alone stays where nothing tells more.
        let others = methods.filter(|def| *def != first);
        let all = std::iter::once(first).chain(others).map(|def| (class, def)).collect();
        self.meant(all, args, asked).first().map(|(_, def)| *def)
    }

    /// What is made of a call's result, or of what waiting for it gives.
    fn wanted(&mut self, asked: Asked<'p>, depth: u32) -> Wanted {
        let Some((user, kind)) = asked.user().filter(|_| depth < DEEPEST) else { return Wanted::Nothing };
        match kind {
            OpKind::Await(_) if self.wanted(user, depth + 1) == Wanted::Nothing => Wanted::Nothing,
            OpKind::Await(_) => Wanted::Awaited,
            OpKind::Join(_) | OpKind::Unknown(_) | OpKind::Cast { .. } => self.wanted(user, depth + 1),
            // What a closure gives may be dropped, and so may what is written as all that a function does.
            OpKind::Exit { .. } if asked.body.kind != BodyKind::Function => Wanted::Nothing,
            OpKind::Exit { .. } => match self.given_by(Def { file: asked.at.file, item: asked.body.owner }) {
                Gives::Value => Wanted::Value,
                _ => Wanted::Nothing,
            },
            _ => Wanted::Value,
        }
    }

    /// True for a method that gives nothing where a value is wanted: `RunSync(Func<Task>)`, where `RunSync<T>(Func<Task<T>>)` gives
    /// what the closure computes.
    fn falls_short(&mut self, def: Def, wanted: Wanted) -> bool {
        let item = self.p.item(def);
        if item.kind != ItemKind::Function || wanted == Wanted::Nothing {
            return false;
        }
        let file = self.p.file(def.file);
        let inferred = file.lang.infers_results() && item.body.is_some_and(|body| gives(file.body(body)));
        match self.given_by(def) {
            Gives::Nothing => !inferred,
            Gives::Promise => wanted == Wanted::Awaited,
            Gives::Value => false,
        }
    }

    /// What a method is declared to give.
    fn given_by(&mut self, def: Def) -> Gives {
        let file = self.p.file(def.file);
        let Some(ty) = self.p.item(def).ty else { return Gives::Nothing };
        let TypeExpr::Path { name, args } = &file.types[ty.0 as usize] else { return Gives::Value };
        let path = self.p.written_path(def.file, *name);
        let known = self.look.ty(path, file.lang).filter(|_| args.is_empty());
        match known.is_some_and(|ty| self.m.type_row(ty).builtin.as_deref() == Some("promise")) {
            true => Gives::Promise,
            false => Gives::Value,
        }
    }

    /// False for an extension of something else: one of `IQueryable<Order>` is none of a query over customers.
    pub(crate) fn extends_it(&self, def: Def, recv: V) -> bool {
        let file = self.p.file(def.file);
        let extended = self.p.item(def).owner.and_then(|owner| file.item(owner).bases.first());
        let Some(TypeExpr::Path { name, args }) = extended.map(|ty| &file.types[ty.0 as usize]) else {
            return true;
        };
        let named = args.iter().filter_map(|ty| match file.types[ty.0 as usize] {
            TypeExpr::Path { name, .. } => Some(name),
            _ => None,
        });
        let class_of = |name| self.p.resolve_dotted(def.file, name).and_then(|t| self.p.target_class(t));
        let wanted = named.chain([*name]).filter_map(class_of).find_map(|class| self.p.class(class).entity);
        let given = match self.vals.get(recv) {
            Val::Query(q) => q.entity,
            Val::Row(row) => Some(row.entity),
            Val::Many { elem, .. } => match self.vals.get(*elem) {
                Val::Row(row) => Some(row.entity),
                _ => None,
            },
            _ => None,
        };
        match (wanted, given) {
            (Some(wanted), Some(given)) => wanted == given,
            _ => true,
        }
    }

    /// True for an extension of queries on what is none, or may as well be a list, where every list has a method of that
    /// name: `Where` of `IQueryable` says nothing of `names.Where(..)`.
    pub(crate) fn extends_queries(&mut self, lang: Lang, def: Def, recv: V, name: Sym) -> bool {
        match self.vals.get(recv) {
            Val::Unknown => {
                let lists = self.m.builtin(lang.models(), "list");
                let text = self.p.text(name);
                if !lists.iter().any(|ty| self.m.method(*ty, text, false).is_some()) {
                    return false;
                }
            }
            Val::Many { .. } | Val::List(_) | Val::Scalar | Val::Str(_) => {}
            _ => return false,
        }
        let file = self.p.file(def.file);
        let extended = self.p.item(def).owner.and_then(|owner| file.item(owner).bases.first());
        let Some(TypeExpr::Path { name, .. }) = extended.map(|ty| &file.types[ty.0 as usize]) else {
            return false;
        };
        let path = self.p.written_path(def.file, *name);
        self.look.ty(path, file.lang).is_some_and(|ty| self.m.role(ty) == TypeRole::Query)
    }

    /// False for a method whose parameter is a class that its argument has nothing to do with: a handler of another event.
    pub(crate) fn takes_it(&mut self, def: Def, args: &CallArgs) -> bool {
        let Some(given) = args.pos.first().and_then(|v| self.instance_class(*v)) else { return true };
        let Some(declared) = self.first_class(def) else { return true };
        let extends = |a: ClassIx, b: ClassIx| self.p.class(a).mro.contains(&Base::Class(b));
        extends(given, declared) || extends(declared, given)
    }

    /// True if methods are told apart by the class of what they are given, and which one is given is not known: the handlers of
    /// all messages, where the message got lost.
    pub(crate) fn by_unknown_class(&mut self, defs: &[Def], args: &CallArgs) -> bool {
        let Some(given) = args.pos.first() else { return false };
        let given = self.instance_class(*given);
        let mut wanted = Vec::new();
        for def in defs {
            if let Some(class) = self.first_class(*def).filter(|class| !wanted.contains(class)) {
                wanted.push(class);
            }
        }
        let is_one = |given: ClassIx| {
            let line = &self.p.class(given).mro;
            wanted.iter().all(|class| line.contains(&Base::Class(*class)))
        };
        wanted.len() > 1 && !given.is_some_and(is_one)
    }

    /// The class of the repository that a method's first parameter is declared to be.
    fn first_class(&mut self, def: Def) -> Option<ClassIx> {
        let body = self.p.item(def).body?;
        let ty = self.p.file(def.file).body(body).params.first()?.ty?;
        let declared = self.type_value(def.file, ty, 0);
        self.instance_class(declared)
    }

    /// True for a method without code that takes other arguments than these, where the library's type has one of the name: a
    /// repository that declares `findAll(filter, page)` still has the `findAll()` of its base.
    pub(crate) fn is_librarys(&mut self, class: ClassIx, own: Def, name: Sym, args: &CallArgs) -> bool {
        let item = self.p.item(own);
        if !item.lacks_code() || !self.p.file(own.file).lang.has_overloads() || args.open {
            return false;
        }
        let Some(body) = item.body else { return false };
        let params = &self.p.file(own.file).body(body).params;
        let needed = params.iter().filter(|p| p.kind == ParamKind::Normal && !p.default.is_some()).count();
        let takes_rest = params.iter().any(|param| param.kind == ParamKind::Rest);
        let given =
            args.pos.len() + args.keys.iter().filter(|(key, _)| !self.p.text(*key).starts_with('<')).count();
        let fits = given >= needed && (given <= params.len() || takes_rest);
        let types = &self.p.class(class).types;
        !fits && types.iter().any(|ty| self.look.method(*ty, name, false).is_some())
    }

    fn fitness(&mut self, def: Def, args: &CallArgs) -> i32 {
        let Some(body) = self.p.item(def).body else { return 0 };
        let params = &self.p.file(def.file).body(body).params;
        let named = args.keys.iter().filter(|(key, _)| params.iter().any(|param| param.name == *key)).count();
        let given = args.pos.len() + named;
        let needed = params.iter().filter(|p| p.kind == ParamKind::Normal && !p.default.is_some()).count();
        let takes_rest = params.iter().any(|param| param.kind == ParamKind::Rest);
        let mut score = match given {
            n if n == params.len() => 8,
            n if n >= needed && (n < params.len() || takes_rest) => 6,
            _ => 0,
        };
        let explicit = args.keys.iter().any(|(key, _)| self.p.text(*key).starts_with('<'));
        let markers = &self.p.item(def).markers;
        let generic = markers.iter().any(|marker| self.p.text(marker.path) == Marker::TYPE_PARAMETERS);
        score += match (explicit, generic) {
            (true, true) => 2,
            (true, false) => -2,
            (false, true) => -1,
            (false, false) => 0,
        };
        for (arg, param) in args.pos.iter().zip(params) {
            score += self.agreement(def.file, *arg, param);
        }
        score
    }

    /// How well an argument fits a parameter: by class, and callables and collections are told from what is neither.
    fn agreement(&mut self, file: FileIx, arg: V, param: &Param) -> i32 {
        let Some(ty) = param.ty else { return 0 };
        let is_list = |v: &Val| matches!(v, Val::Many { .. } | Val::List(_) | Val::Query(_));
        let takes_callable = self.is_callable_type(file, ty);
        let declared = self.type_value(file, ty, 0);
        let takes_list = is_list(self.vals.get(declared));
        match (self.instance_class(arg), self.instance_class(declared)) {
            (Some(arg), Some(declared)) => {
                let is_a = self.p.class(arg).mro.contains(&Base::Class(declared));
                return if is_a { 3 } else { -3 };
            }
            // Nothing that is known to be an instance of the repository's.
            (None, Some(_)) => return -1,
            _ => {}
        }
        let given = self.vals.get(arg);
        let callable = match given {
            Val::Closure(..) | Val::Fun(_) | Val::Bound(..) => true,
            Val::ExtInst(ty, _) => self.m.type_row(*ty).builtin.as_deref() == Some("callable"),
            Val::Unknown | Val::Union(_) | Val::ExtMethod(..) | Val::Null => return 0,
            _ => false,
        };
        let list = is_list(given);
        i32::from(callable == takes_callable) + i32::from(list == takes_list)
            - i32::from(callable != takes_callable) * 3
            - i32::from(list != takes_list)
    }

    fn is_callable_type(&mut self, file: FileIx, ty: perflint_ir::TypeId) -> bool {
        let TypeExpr::Path { name, .. } = self.p.file(file).types[ty.0 as usize] else { return false };
        let path = self.p.written_path(file, name);
        let known = self.look.ty(path, self.p.file(file).lang);
        known.is_some_and(|ty| self.m.type_row(ty).builtin.as_deref() == Some("callable"))
    }
}

/// What a method is declared to give.
enum Gives {
    Nothing,
    /// A promise of nothing.
    Promise,
    Value,
}

/// True if a body gives a value.
fn gives(body: &Body) -> bool {
    body.ops
        .iter()
        .any(|op| matches!(op.kind, OpKind::Exit { how: ExitKind::Return, value } if value.is_some()))
}
