//! Classes, their bases and members.

use crate::entity::EntityIx;
use crate::inherited::Found;
use crate::program::{Def, FileIx, Program};
use crate::scope::Target;
use perflint_ir::{ItemId, ItemKind, Lang, Sym, TypeExpr, TypeId};
use perflint_models::{Models, TypeIx};
use rustc_hash::{FxHashMap, FxHashSet};

/// A class of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClassIx(pub u32);

/// A base of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Base {
    /// A class of the program.
    Class(ClassIx),
    /// A class outside, by path.
    External(Sym),
}

/// A class, interface, struct or trait.
#[derive(Clone, Debug)]
pub struct Class {
    /// Its declaration; of an open class, the first.
    pub def: Def,
    /// Further declarations of an open class.
    pub parts: Vec<Def>,
    /// What calls in its body say about it, in order.
    pub declarations: Vec<Def>,
    /// Those of them that models know, with their row.
    pub declared: FxHashMap<Sym, (Def, usize)>,
    /// Scopes that calls in its body name by listing words.
    pub listed: FxHashSet<Sym>,
    /// Its name.
    pub name: Sym,
    /// Its bases as declared, with their type arguments.
    pub bases: Vec<(Base, TypeId, FileIx)>,
    /// Itself, then all bases in resolution order.
    pub mro: Vec<Base>,
    /// Its own members by name, those of extensions included; later declarations of a name come later.
    pub members: FxHashMap<Sym, Vec<Def>>,
    /// Types of the models in its resolution order.
    pub types: Vec<TypeIx>,
    /// Those of them that its markers say.
    pub marked: Vec<TypeIx>,
    /// Classes that extend or implement it, directly or not.
    pub heirs: Vec<ClassIx>,
    /// What says more about it elsewhere: extensions, mappings beside it.
    pub extended_by: Vec<Def>,
    /// Interfaces that it satisfies without saying so.
    pub satisfies: Vec<ClassIx>,
    /// The entity that it is.
    pub entity: Option<EntityIx>,
}

/// Names of constructors, where they have a name of their own.
const CONSTRUCTORS: &[&str] = &["__init__", "constructor", "initialize", "__construct"];

impl Program {
    pub(crate) fn build_classes(&mut self, models: &Models) {
        for f in 0..self.files.len() {
            let file = FileIx(f as u32);
            for i in 0..self.files[f].items.len() {
                let item = &self.files[f].items[i];
                if matches!(item.kind, ItemKind::Class | ItemKind::Interface) {
                    let def = Def { file, item: ItemId(i as u32) };
                    let name = item.name;
                    match self.primary_part(def).and_then(|first| self.class_of.get(&first).copied()) {
                        Some(class) => {
                            self.class_of.insert(def, class);
                            self.classes[class.0 as usize].parts.push(def);
                        }
                        None => {
                            self.add_class(def, name);
                        }
                    }
                }
            }
        }
        self.collect_members();
        for c in 0..self.classes.len() {
            for def in std::iter::once(self.classes[c].def).chain(self.classes[c].parts.clone()) {
                let bases = self.resolve_bases(def.file, &self.item(def).bases.clone());
                self.classes[c].bases.extend(bases);
            }
        }
        self.extend_classes();
        self.mix_declared(models);
        self.settle_outside(models);
        self.linearise(models);
    }

    pub(crate) fn add_class(&mut self, def: Def, name: Sym) -> ClassIx {
        let ix = ClassIx(self.classes.len() as u32);
        self.classes.push(Class {
            def,
            parts: Vec::new(),
            declarations: Vec::new(),
            declared: FxHashMap::default(),
            listed: FxHashSet::default(),
            name,
            bases: Vec::new(),
            mro: vec![Base::Class(ix)],
            members: FxHashMap::default(),
            types: Vec::new(),
            marked: Vec::new(),
            heirs: Vec::new(),
            extended_by: Vec::new(),
            satisfies: Vec::new(),
            entity: None,
        });
        self.class_of.insert(def, ix);
        ix
    }

    fn collect_members(&mut self) {
        for f in 0..self.files.len() {
            let file = FileIx(f as u32);
            for i in 0..self.files[f].items.len() {
                let item = &self.files[f].items[i];
                let Some(owner) = item.owner else { continue };
                let def = Def { file, item: ItemId(i as u32) };
                let name = item.name;
                if let Some(class) = self.class_of.get(&Def { file, item: owner }).copied() {
                    let class = &mut self.classes[class.0 as usize];
                    if self.files[f].items[i].kind == ItemKind::Declaration {
                        class.declarations.push(def);
                    } else {
                        class.members.entry(name).or_default().push(def);
                    }
                }
            }
        }
    }

    fn resolve_bases(&self, file: FileIx, bases: &[TypeId]) -> Vec<(Base, TypeId, FileIx)> {
        let mut out = Vec::new();
        for ty in bases {
            let TypeExpr::Path { name, .. } = self.file(file).types[ty.0 as usize].clone() else { continue };
            let base = match self.resolve_dotted(file, name) {
                Some(Target::External(path)) => Base::External(path),
                Some(target) => match self.target_class(target) {
                    Some(class) => Base::Class(class),
                    None => match self.variable_path(target).or_else(|| self.made_here(target, name)) {
                        Some(path) => Base::External(path),
                        None => continue,
                    },
                },
                None => Base::External(name),
            };
            out.push((base, *ty, file));
        }
        out
    }

    /// The path of what a module variable was made from: `Base = declarative_base()` is the call's path, and a member of
    /// it (`db.Model` of `db = SQLAlchemy()`) continues that path.
    fn variable_path(&self, target: Target) -> Option<Sym> {
        let Target::Item(def) = target else { return None };
        self.variable_call(def)
    }

    /// What a function of the repository made is a base that nobody knows, under a path that no library has:
    /// `Base = import_from_setting("BASE", Fallback)`.
    fn made_here(&self, target: Target, name: Sym) -> Option<Sym> {
        let Target::Item(def) = target else { return None };
        let (file, body, op) = self.field_init(def)?;
        let made = matches!(self.file(file).body(body).op(op).kind, perflint_ir::OpKind::Call(_));
        made.then(|| self.names.intern(&format!("<made>.{}", self.text(name))))
    }

    /// The path of the call that a variable is initialised with.
    pub fn variable_call(&self, def: Def) -> Option<Sym> {
        let item = self.item(def);
        if item.kind != ItemKind::Field || !item.init.is_some() {
            return None;
        }
        let owner = item.owner?;
        let init = item.init;
        let body = self.file(def.file).item(owner).body?;
        let body = self.file(def.file).body(body);
        let perflint_ir::OpKind::Call(call) = body.op(init).kind else { return None };
        let target = match body.call(call).callee {
            perflint_ir::Callee::Value(value) => self.resolve_op(def.file, body, value)?,
            perflint_ir::Callee::Member { recv, name } => {
                let lang = self.file(def.file).lang;
                let base = self.resolve_op(def.file, body, recv)?;
                // `sequelize.define(..)` of `const sequelize = new Sequelize(..)`.
                if let Target::Item(variable) = base
                    && variable != def
                    && let Some(path) = self.variable_call(variable)
                {
                    return Some(self.names.join(path, name));
                }
                self.member(base, name, lang)?
            }
        };
        self.target_path(target)
    }

    /// The class that an extension extends.
    pub fn extended_class(&self, def: Def) -> Option<ClassIx> {
        let ty = *self.item(def).bases.first()?;
        let TypeExpr::Path { name, .. } = &self.file(def.file).types[ty.0 as usize] else { return None };
        self.extension_target.get(&(def.file, *name)).copied()
    }

    fn extend_classes(&mut self) {
        for f in 0..self.files.len() {
            let file = FileIx(f as u32);
            for i in 0..self.files[f].items.len() {
                if self.files[f].items[i].kind != ItemKind::Extension {
                    continue;
                }
                let bases = self.files[f].items[i].bases.clone();
                let resolved = self.resolve_bases(file, &bases);
                let Some((Base::Class(class), ty, _)) = resolved.first().copied() else {
                    self.extend_elsewhere(file, ItemId(i as u32));
                    continue;
                };
                if let TypeExpr::Path { name, .. } = &self.files[f].types[ty.0 as usize] {
                    self.extension_target.insert((file, *name), class);
                }
                self.classes[class.0 as usize].bases.extend(resolved.into_iter().skip(1));
                self.classes[class.0 as usize].extended_by.push(Def { file, item: ItemId(i as u32) });
                let members: Vec<(ItemId, Sym, ItemKind)> = self.files[f]
                    .members(ItemId(i as u32))
                    .map(|(id, item)| (id, item.name, item.kind))
                    .collect();
                for (item, name, kind) in members {
                    let known = self.classes[class.0 as usize].members.entry(name).or_default();
                    // What a class itself declares of a field says more: its type.
                    let at = if kind == ItemKind::Field { 0 } else { known.len() };
                    known.insert(at, Def { file, item });
                }
            }
        }
    }

    /// Methods added to a type of a library are found by their name.
    fn extend_elsewhere(&mut self, file: FileIx, extension: ItemId) {
        let family = self.file(file).lang.family();
        let members: Vec<(Sym, Def)> = self
            .file(file)
            .members(extension)
            .filter(|(_, item)| item.kind == ItemKind::Function)
            .map(|(id, item)| (item.name, Def { file, item: id }))
            .collect();
        for (name, def) in members {
            self.extension_methods.entry((family, name)).or_default().push(def);
        }
    }

    pub(crate) fn linearise(&mut self, models: &Models) {
        let by_name = self.types_by_name(models);
        for c in 0..self.classes.len() {
            let mut mro = vec![Base::Class(ClassIx(c as u32))];
            self.ancestors(ClassIx(c as u32), &mut mro, 0);
            let mut types = Vec::new();
            for base in &mro {
                let path = match base {
                    Base::External(path) => Some(*path),
                    Base::Class(class) => {
                        let def = self.class(*class).def;
                        self.is_stub(def.file).then(|| self.target_path(Target::Item(def))).flatten()
                    }
                };
                if let Some(ty) = path.and_then(|p| {
                    models.type_named(
                        self.file(self.class(ClassIx(c as u32)).def.file).lang.models(),
                        self.text(p),
                    )
                }) && !types.contains(&ty)
                {
                    types.push(ty);
                }
            }
            // What a class was generated for says more than the type that it embeds.
            if let Some(ty) = self.generated_type(ClassIx(c as u32), models) {
                types.insert(0, ty);
            }
            let marked = self.marked_types(ClassIx(c as u32), models);
            let named = if types.is_empty() && marked.is_empty() {
                self.named_type(ClassIx(c as u32), models, &by_name)
            } else {
                None
            };
            for ty in marked.iter().copied().chain(named) {
                if !types.contains(&ty) {
                    types.push(ty);
                }
            }
            self.classes[c].marked = marked;
            for base in mro.iter().skip(1) {
                if let Base::Class(ancestor) = base {
                    self.classes[ancestor.0 as usize].heirs.push(ClassIx(c as u32));
                }
            }
            self.classes[c].mro = mro;
            self.classes[c].types = types;
        }
    }

    /// The types of models that the markers of a class say it is one of.
    fn marked_types(&self, class: ClassIx, models: &Models) -> Vec<TypeIx> {
        let def = self.class(class).def;
        let family = self.file(def.file).lang.models();
        let ir = self.file(def.file);
        let is_interface = self.item(def).kind == ItemKind::Interface;
        let members = self.class(class).members.values().flatten().filter(|_| is_interface);
        let members = members.filter(|member| member.file == def.file).map(|member| ir.item(member.item));
        let params = members.clone().filter_map(|member| member.body).flat_map(|body| &ir.body(body).params);
        // What stands at its methods and their parameters tells as much: `@Select`, `@Param`.
        let markers = self.item(def).markers.iter();
        let markers = markers.chain(members.flat_map(|member| &member.markers));
        let markers = markers.chain(params.flat_map(|param| &param.markers));
        let elsewhere = self.class(class).members.values().flatten().filter(|_| is_interface);
        let elsewhere: Vec<Def> =
            elsewhere.flat_map(|member| self.statements_of(*member).into_iter().skip(1)).collect();
        let markers = markers.chain(elsewhere.iter().flat_map(|def| &self.item(*def).markers));
        let path = |marker: &perflint_ir::Marker| {
            self.resolve_dotted(def.file, marker.path)
                .and_then(|t| self.target_path(t))
                .unwrap_or(marker.path)
        };
        markers.flat_map(|marker| models.marked_types(family, self.text(path(marker)))).copied().collect()
    }

    /// Depth first, left to right; a base that comes again moves back, so that it stands after all of its heirs.
    pub(crate) fn ancestors(&self, class: ClassIx, mro: &mut Vec<Base>, depth: u32) {
        if depth > 24 || mro.len() > 200 {
            return;
        }
        for (base, ..) in &self.class(class).bases {
            if mro.first() == Some(base) {
                continue;
            }
            mro.retain(|b| b != base);
            mro.push(*base);
            if let Base::Class(next) = base {
                self.ancestors(*next, mro, depth + 1);
            }
        }
    }

    /// The member of a class, its own or inherited; the last declaration of a name wins.
    pub fn class_member(&self, class: ClassIx, name: Sym) -> Option<Def> {
        match &self.inherited {
            Some(known) => known.of(class, name, || self.find_members(class, name)).any,
            None => self.members_in_order(class, name, 0).next(),
        }
    }

    fn find_members(&self, class: ClassIx, name: Sym) -> Found {
        let any = self.members_in_order(class, name, 0).next();
        if !self.file(self.class(class).def.file).lang.parts_class_methods() {
            return Found { any, of_instance: any, of_class: any };
        }
        let of_instance = self.member_apart(class, name, false);
        Found { any, of_instance, of_class: self.member_apart(class, name, true).or(any) }
    }

    /// The member that is read on a class, or on an instance of it. In Ruby the two are apart: `find` of the class says
    /// nothing of its instances.
    pub fn member_on(&self, class: ClassIx, name: Sym, on_class: bool) -> Option<Def> {
        let found = match &self.inherited {
            Some(known) => known.of(class, name, || self.find_members(class, name)),
            None => self.find_members(class, name),
        };
        if on_class { found.of_class } else { found.of_instance }
    }

    fn member_apart(&self, class: ClassIx, name: Sym, on_class: bool) -> Option<Def> {
        self.class(class).mro.iter().find_map(|base| {
            let Base::Class(c) = base else { return None };
            let found = self.class(*c).members.get(&name)?;
            let fits = |def: &&Def| {
                let item = self.item(**def);
                item.kind != ItemKind::Function || item.flags.is_static == on_class
            };
            found.iter().rev().find(fits).copied()
        })
    }

    /// The field of a class, or of its bases, that has a name.
    pub fn field_member(&self, class: ClassIx, name: Sym) -> Option<Def> {
        self.class(class).mro.iter().find_map(|base| {
            let Base::Class(c) = base else { return None };
            let found = self.class(*c).members.get(&name)?;
            found.iter().rev().find(|def| self.item(**def).kind == ItemKind::Field).copied()
        })
    }

    /// The member of a class that a call with so many arguments means, where there are several of the name.
    pub fn class_overload(&self, class: ClassIx, name: Sym, args: usize, on_class: bool) -> Option<Def> {
        if self.file(self.class(class).def.file).lang.parts_class_methods() {
            return self.member_on(class, name, on_class);
        }
        let fitting = self.class(class).mro.iter().find_map(|base| {
            let Base::Class(c) = base else { return None };
            let found = self.class(*c).members.get(&name)?;
            if found.len() < 2 && *base == self.class(class).mro[0] {
                return found.first().copied();
            }
            found.iter().copied().find(|def| self.takes(*def, args))
        });
        match fitting.filter(|_| self.file(self.class(class).def.file).lang.has_namespaces()) {
            Some(def) => Some(def),
            None => self.class_member(class, name),
        }
    }

    fn takes(&self, def: Def, args: usize) -> bool {
        let Some(body) = self.item(def).body else { return false };
        self.file(def.file).body(body).params.len() == args
    }

    /// The names of a class's type parameters, where its front end tells them.
    pub fn type_params(&self, class: ClassIx) -> Vec<Sym> {
        let markers = &self.item(self.class(class).def).markers;
        let found =
            markers.iter().find(|marker| self.text(marker.path) == perflint_ir::Marker::TYPE_PARAMETERS);
        found.map(|marker| marker.words.clone()).unwrap_or_default()
    }

    /// The constructors of a class, its own or else the nearest inherited ones.
    pub fn constructors(&self, class: ClassIx) -> Vec<Def> {
        let names: Vec<Sym> = CONSTRUCTORS.iter().filter_map(|name| self.names.find(name)).collect();
        let of = |class: ClassIx| {
            let own = self.class(class);
            let mut found: Vec<Def> =
                names.iter().filter_map(|name| own.members.get(name)?.last()).copied().collect();
            let marked = own.members.get(&own.name).into_iter().flatten().copied();
            found.extend(
                marked
                    .filter(|def| self.item(*def).flags.is_constructor && !found.contains(def))
                    .collect::<Vec<_>>(),
            );
            found.sort();
            found
        };
        let mut line = self.class(class).mro.iter().filter_map(|base| match base {
            Base::Class(c) => Some(of(*c)),
            Base::External(_) => None,
        });
        line.find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// The constructor that is called with so many arguments.
    pub fn constructor(&self, class: ClassIx, args: usize) -> Option<Def> {
        let all = self.constructors(class);
        all.iter().copied().find(|def| self.takes(*def, args)).or_else(|| all.first().copied())
    }

    /// The member that `super` means in a class: the next one in resolution order of `class` after `after`.
    pub fn super_member(&self, class: ClassIx, after: ClassIx, name: Sym) -> Option<Def> {
        let at = self.class(class).mro.iter().position(|b| *b == Base::Class(after))?;
        self.members_in_order(class, name, at + 1).next()
    }

    /// The constructor that `super(..)` calls where constructors are not called `constructor`, but like their class.
    pub fn super_constructor(&self, class: ClassIx, after: ClassIx, name: Sym, args: usize) -> Option<Def> {
        if self.text(name) != "constructor" {
            return None;
        }
        let line = &self.class(class).mro;
        let at = line.iter().position(|base| *base == Base::Class(after))?;
        line[at + 1..].iter().find_map(|base| match base {
            Base::Class(base) => self.constructor(*base, args),
            Base::External(_) => None,
        })
    }

    fn members_in_order(&self, class: ClassIx, name: Sym, skip: usize) -> impl Iterator<Item = Def> + '_ {
        self.class(class).mro.iter().skip(skip).filter_map(move |base| match base {
            Base::Class(c) => {
                let found = self.class(*c).members.get(&name)?;
                // A setter follows its getter under the same name; the getter is what reading means.
                found
                    .iter()
                    .rev()
                    .copied()
                    .find(|d| self.item(*d).flags.is_property)
                    .or_else(|| found.last().copied())
            }
            Base::External(_) => None,
        })
    }

    /// True if the class has one of these external bases, by path.
    pub fn extends_path(&self, class: ClassIx, wanted: &dyn Fn(&str) -> bool) -> bool {
        let mro = &self.class(class).mro;
        let satisfied = self.class(class).satisfies.iter().map(|c| Base::Class(*c));
        mro.iter().skip(1).copied().chain(satisfied).any(|base| match base {
            Base::External(path) => wanted(self.text(path)),
            Base::Class(c) => {
                let def = self.class(c).def;
                let path = match self.is_stub(def.file) {
                    true => self.target_path(Target::Item(def)),
                    // What a library's generator wrote into the repository has the name of its package there.
                    false => self.full_name(def),
                };
                path.is_some_and(|p| wanted(self.text(p)))
            }
        })
    }

    /// A class by name, nearest to a file: its own file, what it imports, then any class of that name.
    pub fn class_named(&self, file: FileIx, name: &str) -> Option<ClassIx> {
        let sym = self.names.find(name)?;
        if let Some(target) = self.resolve(file, sym)
            && let Some(class) = self.target_class(target)
        {
            return Some(class);
        }
        let lang = self.file(file).lang.family();
        let candidates: Vec<ClassIx> = (0u32..)
            .zip(&self.classes)
            .filter(|(_, c)| {
                c.name == sym && self.file(c.def.file).lang.family() == lang && !self.is_stub(c.def.file)
            })
            .map(|(i, _)| ClassIx(i))
            .collect();
        self.nearest_class(&candidates, file)
    }

    /// The class of a name that fits, the nearest to a file, in the file's language.
    pub fn nearest_named(&self, name: &str, file: FileIx, fits: &dyn Fn(ClassIx) -> bool) -> Option<ClassIx> {
        let sym = self.names.find(name)?;
        let family = self.file(file).lang.family();
        let is_one = |ix: ClassIx, class: &Class| {
            class.name == sym && self.file(class.def.file).lang.family() == family && fits(ix)
        };
        let classes = (0u32..).map(ClassIx).zip(&self.classes);
        let found: Vec<ClassIx> =
            classes.filter(|(ix, class)| is_one(*ix, class)).map(|(ix, _)| ix).collect();
        self.nearest_class(&found, file)
    }

    /// The class of a full name that a stub declares.
    pub fn stub_class(&self, family: &'static str, full: &str) -> Option<ClassIx> {
        let def = self.item_named(family, self.names.find(full)?)?;
        self.class_of.get(&def).copied().filter(|_| self.is_stub(def.file))
    }

    pub(crate) fn nearest_class(&self, candidates: &[ClassIx], file: FileIx) -> Option<ClassIx> {
        let from = &self.file(file).path;
        candidates.iter().copied().max_by_key(|c| {
            let path = &self.file(self.class(*c).def.file).path;
            let shared = path.split('/').zip(from.split('/')).take_while(|(a, b)| a == b).count();
            (shared, std::cmp::Reverse(*c))
        })
    }

    /// True for languages whose attributes can be any name at run time.
    pub fn is_dynamic(&self, file: FileIx) -> bool {
        matches!(self.file(file).lang, Lang::Python | Lang::JavaScript | Lang::Ruby | Lang::Php)
    }
}
