//! Models looked up by symbols, remembered.

use perflint_ir::{ItemKind, Lang, Marker, Sym};
use perflint_link::{ClassIx, Def, EntityIx, FileIx, Program, Target};
use perflint_models::{CallIx, Expr, Models, TypeIx};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// How many decorators in a row are made by what others decorated.
const DEEPEST: u32 = 6;

/// Answers about models, by symbol.
pub(crate) struct Lookup<'p> {
    p: &'p Program,
    m: &'p Models,
    methods: FxHashMap<(TypeIx, Sym, bool), Option<CallIx>>,
    functions: FxHashMap<(&'static str, Sym), Option<CallIx>>,
    types: FxHashMap<(&'static str, Sym), Option<TypeIx>>,
    markers: FxHashMap<Def, Rc<[CallIx]>>,
    hints: FxHashMap<(&'static str, Sym), Option<TypeIx>>,
    /// What classes are called whose row, or rows, a variable of a name holds: inflecting a word takes long.
    conventions: FxHashMap<Sym, (Option<Sym>, Option<Sym>)>,
    /// Whether models describe a member of a name for a class.
    library_members: FxHashMap<(ClassIx, Sym), bool>,
    constructors: FxHashMap<(ClassIx, usize), Option<Def>>,
}

impl<'p> Lookup<'p> {
    pub(crate) fn new(p: &'p Program, m: &'p Models) -> Self {
        let mut hints = FxHashMap::default();
        for (family, imports, row) in &m.hints {
            let family = static_family(family);
            if !imports.iter().any(|root| p.imported.contains(&(family, root.clone()))) {
                continue;
            }
            let Some(ty) = m.type_named(family, &row.ty) else { continue };
            for name in &row.names {
                let name = p.names.intern(name.rsplit('.').next().unwrap_or(name));
                hints
                    .entry((family, name))
                    .and_modify(|known| {
                        if *known != Some(ty) {
                            *known = None;
                        }
                    })
                    .or_insert(Some(ty));
            }
        }
        Self {
            p,
            m,
            methods: FxHashMap::default(),
            functions: FxHashMap::default(),
            types: FxHashMap::default(),
            markers: FxHashMap::default(),
            hints,
            conventions: FxHashMap::default(),
            library_members: FxHashMap::default(),
            constructors: FxHashMap::default(),
        }
    }

    /// The row of a method.
    pub(crate) fn method(&mut self, ty: TypeIx, name: Sym, on_class: bool) -> Option<CallIx> {
        let (p, m) = (self.p, self.m);
        *self.methods.entry((ty, name, on_class)).or_insert_with(|| m.method(ty, p.text(name), on_class))
    }

    /// The row of a function or constructor. A name without a module is a builtin; a default import is its module.
    pub(crate) fn function(&mut self, path: Sym, lang: Lang) -> Option<CallIx> {
        let (p, m) = (self.p, self.m);
        let family = lang.models();
        *self.functions.entry((family, path)).or_insert_with(|| {
            let text = p.text(path);
            m.function(family, text)
                .or_else(|| m.function(family, text.strip_suffix(".default")?))
                .or_else(|| m.function(family, &format!("{text}.default")))
                .or_else(|| {
                    (family == "python" && !text.contains('.'))
                        .then(|| m.function(family, &format!("builtins.{text}")))?
                })
        })
    }

    /// The type with a path.
    pub(crate) fn ty(&mut self, path: Sym, lang: Lang) -> Option<TypeIx> {
        let (p, m) = (self.p, self.m);
        let family = lang.models();
        *self.types.entry((family, path)).or_insert_with(|| {
            let text = p.text(path);
            m.type_named(family, text)
                .or_else(|| m.type_named(family, text.strip_suffix(".default")?))
                .or_else(|| m.type_named(family, &format!("{text}.default")))
                .or_else(|| {
                    (family == "python" && !text.contains('.'))
                        .then(|| m.type_named(family, &format!("builtins.{text}")))?
                })
        })
    }

    /// The type that a name reveals.
    pub(crate) fn hint(&self, family: &'static str, name: Sym) -> Option<TypeIx> {
        self.hints.get(&(family, name)).copied().flatten()
    }

    /// The entity that a variable's name means by convention in a file, and whether it means many.
    pub(crate) fn by_convention(&mut self, file: FileIx, name: Sym) -> Option<(EntityIx, bool)> {
        let p = self.p;
        let classes = *self.conventions.entry(name).or_insert_with(|| p.classes_by_convention(p.text(name)));
        p.entity_of_either(file, classes)
    }

    /// True if models describe a method or attribute of this name for a class, or for what its queries are asked of.
    pub(crate) fn has_library_member(&mut self, class: ClassIx, name: Sym) -> bool {
        let (p, m) = (self.p, self.m);
        *self.library_members.entry((class, name)).or_insert_with(|| {
            let api = p.class(class).entity.and_then(|e| p.entity(e).api);
            let text = p.text(name);
            p.class(class).types.iter().copied().chain(api).any(|ty| {
                [true, false].into_iter().any(|on_class| {
                    m.method(ty, text, on_class).is_some() || m.attr(ty, text, on_class).is_some()
                })
            })
        })
    }

    /// The constructor that is called with so many arguments.
    pub(crate) fn constructor(&mut self, class: ClassIx, args: usize) -> Option<Def> {
        let p = self.p;
        *self.constructors.entry((class, args)).or_insert_with(|| p.constructor(class, args))
    }

    /// The rows of a function's decorators.
    pub(crate) fn markers(&mut self, def: Def) -> Rc<[CallIx]> {
        if let Some(known) = self.markers.get(&def) {
            return Rc::clone(known);
        }
        let lang = self.p.file(def.file).lang;
        let rows: Vec<CallIx> = self
            .p
            .item(def)
            .markers
            .iter()
            .filter_map(|marker| {
                let path = self.marker_path(def.file, marker)?;
                self.row_of_path(path, lang)
            })
            .collect();
        let rows: Rc<[CallIx]> = rows.into();
        self.markers.insert(def, Rc::clone(&rows));
        rows
    }

    /// The row of a path: a function, or a method of a type.
    pub(crate) fn row_of_path(&mut self, path: Sym, lang: Lang) -> Option<CallIx> {
        self.function(path, lang).or_else(|| {
            let text = self.p.text(path);
            let (owner, name) = text.rsplit_once('.')?;
            let ty = self.m.type_named(lang.models(), owner)?;
            self.m.method(ty, name, false).or_else(|| self.m.method(ty, name, true))
        })
    }

    /// The markers of a declaration that have a path, wherever it is declared: also what other files say of it.
    pub(crate) fn markers_of(&self, def: Def, path: &str) -> impl Iterator<Item = (Def, &'p Marker)> {
        let said = self.p.statements_of(def).into_iter();
        let markers = said.flat_map(|def| self.p.item(def).markers.iter().map(move |marker| (def, marker)));
        markers.filter(move |(def, marker)| {
            self.marker_path(def.file, marker).is_some_and(|found| self.p.text(found) == path)
        })
    }

    /// True if a declaration has a marker of a path.
    pub(crate) fn is_marked(&self, def: Def, path: &str) -> bool {
        self.markers_of(def, path).next().is_some()
    }

    /// The path of a marker. `app.get` of `app = FastAPI()` is `fastapi.FastAPI.get`.
    pub(crate) fn marker_path(&self, file: FileIx, marker: &Marker) -> Option<Sym> {
        self.marker_path_at(file, marker, 0)
    }

    fn marker_path_at(&self, file: FileIx, marker: &Marker, depth: u32) -> Option<Sym> {
        let text = self.p.text(marker.path);
        let mut parts = text.split('.');
        let first = self.p.names.intern(parts.next()?);
        let lang = self.p.file(file).lang;
        let mut target = self.p.resolve(file, first).unwrap_or(Target::External(first));
        for part in parts {
            let part = self.p.names.intern(part);
            if let Target::Item(def) = target
                && let Some(path) = self.p.variable_call(def).or_else(|| self.decorated(def, depth + 1))
            {
                target = Target::External(self.p.names.join(path, part));
                continue;
            }
            target = self.p.member(target, part, lang)?;
        }
        self.p.path_of(target)
    }

    /// The type of what a decorator makes of a function: `cli` of `@click.group() def cli()` is a `click.Group`, whose methods
    /// decorate other functions.
    fn decorated(&self, def: Def, depth: u32) -> Option<Sym> {
        let item = self.p.item(def);
        if item.kind != ItemKind::Function || depth > DEEPEST {
            return None;
        }
        item.markers.iter().find_map(|marker| {
            let path = self.marker_path_at(def.file, marker, depth)?;
            let (text, family) = (self.p.text(path), self.p.file(def.file).lang.models());
            let method = || {
                let (owner, name) = text.rsplit_once('.')?;
                self.m.method(self.m.type_named(family, owner)?, name, false)
            };
            match &self.m.call(self.m.function(family, text).or_else(method)?).returns {
                Some(Expr::New(made)) => Some(self.p.names.intern(made)),
                _ => None,
            }
        })
    }
}

/// The family's name with the lifetime that file languages have.
pub(crate) fn static_family(name: &str) -> &'static str {
    match name {
        "python" => "python",
        "javascript" => "javascript",
        "rust" => "rust",
        "ruby" => "ruby",
        "php" => "php",
        "java" => "java",
        "kotlin" => "kotlin",
        "go" => "go",
        "csharp" => "csharp",
        _ => "",
    }
}
