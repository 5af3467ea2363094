//! The linked program.

use crate::class::{Class, ClassIx};
use crate::entity::{Entity, EntityIx};
use crate::import::{ImportCounts, Imported, Imports};
use crate::inherited::Inherited;
use crate::meaning::Meanings;
use crate::module::Modules;
use crate::names::Names;
use crate::namespace::Namespaces;
use crate::resolve::Config;
use crate::scope::Scopes;
use perflint_ir::{Body, BodyId, Callee, FileIr, Item, ItemId, ItemKind, Lang, OpId, OpKind, Role, Sym};
use perflint_models::{HelperRow, Models};
use rustc_hash::{FxHashMap, FxHashSet};

/// A file of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileIx(pub u32);

/// An item of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Def {
    /// Its file.
    pub file: FileIx,
    /// The item.
    pub item: ItemId,
}

/// A body of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BodyRef {
    /// Its file.
    pub file: FileIx,
    /// The body.
    pub body: BodyId,
}

/// Everything known about the repository before costs.
#[derive(Debug)]
pub struct Program {
    /// All names.
    pub names: Names,
    /// All files: the repository's, in order of path, then the stubs of the models.
    pub files: Vec<FileIr>,
    /// Files from this index on are stubs.
    pub first_stub: FileIx,
    /// All classes.
    pub classes: Vec<Class>,
    /// The class that an item is.
    pub class_of: FxHashMap<Def, ClassIx>,
    /// All entities.
    pub entities: Vec<Entity>,
    /// Entities by lower-case table name.
    pub tables: FxHashMap<Sym, EntityIx>,
    /// Entities by name, in order.
    pub entity_names: FxHashMap<Sym, Vec<EntityIx>>,
    /// The classes of values that stand in an entity's row, by the fields that hold them.
    pub embedded: FxHashMap<Def, ClassIx>,
    /// Methods by name, over all classes of the repository: for receivers of unknown type.
    pub methods_named: FxHashMap<Sym, Vec<Def>>,
    /// Methods added to types outside the repository, by language family and name.
    pub extension_methods: FxHashMap<(&'static str, Sym), Vec<Def>>,
    /// Functions that template tags and filters call, by name.
    pub template_functions: FxHashMap<Sym, Def>,
    /// External import roots seen in the repository, by language family.
    pub imported: FxHashSet<(&'static str, Box<str>)>,
    /// Classes of objects that queries over one entity are asked of, where no type argument says which.
    pub repositories: FxHashMap<ClassIx, EntityIx>,
    pub(crate) repository_classes: FxHashMap<EntityIx, ClassIx>,
    /// Classes that settings name, by the paths that stand for the settings.
    pub(crate) settings: FxHashMap<Sym, ClassIx>,
    /// Settings named by models that the application switches on.
    pub switched_on: FxHashSet<Box<str>>,
    pub(crate) extension_target: FxHashMap<(FileIx, Sym), ClassIx>,
    pub(crate) modules: Modules,
    pub(crate) parts: crate::template::Parts,
    pub(crate) imports: Imports,
    pub(crate) scopes: Scopes,
    pub(crate) spaces: Namespaces,
    pub(crate) meanings: Option<Meanings>,
    pub(crate) inherited: Option<Inherited>,
}

impl Program {
    /// Links lowered files of a repository without configuration. `stubs` are the lowered stubs of the models; their path
    /// is their module path.
    pub fn link(files: Vec<FileIr>, stubs: Vec<FileIr>, models: &Models) -> Self {
        Self::link_configured(files, stubs, &[], models)
    }

    /// Links lowered files, given the configuration of the repository.
    pub fn link_configured(
        mut files: Vec<FileIr>,
        stubs: Vec<FileIr>,
        configs: &[Config],
        models: &Models,
    ) -> Self {
        let first_stub = FileIx(files.len() as u32);
        files.extend(stubs);
        let names = Names::default();
        for file in &mut files {
            let map: Vec<Sym> = file.names.iter().map(|name| names.intern(name)).collect();
            file.rename(&map);
        }
        crate::project::share_imports(&mut files, &names);
        let modules = Modules::build(&files, first_stub, models);
        let imports = Imports::resolve(&files, first_stub, configs, &names, &modules, models);
        let mut program = Self {
            names,
            files,
            first_stub,
            classes: Vec::new(),
            class_of: FxHashMap::default(),
            entities: Vec::new(),
            tables: FxHashMap::default(),
            entity_names: FxHashMap::default(),
            embedded: FxHashMap::default(),
            methods_named: FxHashMap::default(),
            extension_methods: FxHashMap::default(),
            template_functions: FxHashMap::default(),
            imported: FxHashSet::default(),
            repositories: FxHashMap::default(),
            settings: FxHashMap::default(),
            switched_on: FxHashSet::default(),
            repository_classes: FxHashMap::default(),
            extension_target: FxHashMap::default(),
            modules,
            parts: crate::template::Parts::default(),
            imports,
            scopes: Scopes::default(),
            spaces: Namespaces::default(),
            meanings: None,
            inherited: None,
        };
        program.build_namespaces(configs, models);
        program.build_scopes();
        program.find_imports();
        program.build_classes(models);
        program.see_included();
        program.satisfy_interfaces();
        program.satisfy_by_libraries(models);
        program.meanings = Some(Meanings::default());
        program.build_declarations(models);
        program.build_listed(models);
        program.build_entities(models);
        program.adopt_classes(models);
        program.build_settings(models);
        program.build_relations(models);
        program.build_always_loaded(models);
        program.build_repositories(models);
        program.wake_lazy(models);
        program.build_eager(configs, models);
        program.index_methods(models);
        program.index_parts();
        program.inherited = Some(Inherited::default());
        program
    }

    /// A file.
    pub fn file(&self, ix: FileIx) -> &FileIr {
        &self.files[ix.0 as usize]
    }

    /// An item.
    pub fn item(&self, def: Def) -> &Item {
        self.file(def.file).item(def.item)
    }

    /// A body.
    pub fn body(&self, at: BodyRef) -> &Body {
        self.file(at.file).body(at.body)
    }

    /// A class.
    pub fn class(&self, ix: ClassIx) -> &Class {
        &self.classes[ix.0 as usize]
    }

    /// An entity.
    pub fn entity(&self, ix: EntityIx) -> &Entity {
        &self.entities[ix.0 as usize]
    }

    /// The text of a name.
    pub fn text(&self, sym: Sym) -> &str {
        self.names.text(sym)
    }

    /// True for a file of a model.
    pub fn is_stub(&self, file: FileIx) -> bool {
        file >= self.first_stub
    }

    /// How many imports of JavaScript lead where.
    pub fn import_counts(&self) -> ImportCounts {
        self.imports.counts
    }

    /// All entities.
    pub fn each_entity(&self) -> impl Iterator<Item = EntityIx> + use<> {
        (0..self.entities.len() as u32).map(EntityIx)
    }

    /// All entities that the repository declares, without those of libraries' stubs.
    pub fn own_entities(&self) -> impl Iterator<Item = EntityIx> {
        self.each_entity().filter(|e| !self.is_stub(self.class(self.entity(*e).class).def.file))
    }

    /// All files with their index.
    pub fn each_file(&self) -> impl Iterator<Item = (FileIx, &FileIr)> {
        (0u32..).zip(&self.files).map(|(i, file)| (FileIx(i), file))
    }

    /// The first literal argument of a decorator.
    pub fn marker_text(&self, def: Def, value: OpId) -> Option<Sym> {
        let ir = self.file(def.file);
        let body = ir.body(ir.item(self.item(def).owner?).body?);
        let OpKind::Call(id) = body.ops.get(value.some()?.at())?.kind else { return None };
        let arg = body.args(body.call(id).args).first()?;
        match body.ops.get(arg.value.some()?.at())?.kind {
            OpKind::Str(sym) => Some(sym),
            _ => None,
        }
    }

    /// The class that contains a function directly, if one does.
    pub fn class_around(&self, def: Def) -> Option<ClassIx> {
        let owner = self.item(def).owner?;
        let owner = Def { file: def.file, item: owner };
        match self.item(owner).kind {
            ItemKind::Extension => self.extended_class(owner),
            _ => self.class_of.get(&owner).copied(),
        }
    }

    /// A file's template, if the template name means it: by suffix of its path, nearest to `from` first.
    pub fn template(&self, name: &str, from: FileIx) -> Option<FileIx> {
        self.modules.template(name, &self.file(from).path)
    }

    /// All templates of a name, one for each format: `orders/index` is `index.html.erb` and `index.json.jbuilder`.
    pub fn templates(&self, name: &str, from: FileIx) -> Vec<FileIx> {
        self.modules.alternatives(name.trim_start_matches('/'), &self.file(from).path)
    }

    /// The path that the full name of a class makes: `Admin::OrdersController` is `admin/orders_controller`.
    pub fn class_path(&self, class: ClassIx) -> String {
        let def = self.class(class).def;
        let full = self.full_name(def).unwrap_or(self.class(class).name);
        let parts: Vec<String> = self.text(full).split('.').map(cruet::to_snake_case).collect();
        parts.join("/")
    }

    /// The name of a class without an ending, in small words with dashes: `OrderItemController` is `order-item`.
    pub fn class_words(&self, class: ClassIx, strip: Option<&str>) -> String {
        let name = self.text(self.class(class).name);
        cruet::to_kebab_case(strip.and_then(|end| name.strip_suffix(end)).unwrap_or(name))
    }

    /// The entity that a variable's name means by convention, and whether it means many: `order`, `@order`, `orders`.
    pub fn entity_by_convention(&self, file: FileIx, name: &str) -> Option<(EntityIx, bool)> {
        self.entity_of_either(file, self.classes_by_convention(name))
    }

    /// The entity of the first of two classes, given by name, that is one, and whether it is the second.
    pub fn entity_of_either(
        &self,
        file: FileIx,
        (one, many): (Option<Sym>, Option<Sym>),
    ) -> Option<(EntityIx, bool)> {
        let called = |class: Sym| self.entity_called(file, class);
        one.and_then(called).map(|entity| (entity, false)).or_else(|| Some((many.and_then(called)?, true)))
    }

    /// What the class is called that a variable's name means by convention if it holds one, and if it holds many. Nothing
    /// where the program has no such name, or where both are the same.
    pub fn classes_by_convention(&self, name: &str) -> (Option<Sym>, Option<Sym>) {
        let name = name.trim_start_matches('@');
        // Whoever makes the request: `current_user`.
        let name = name.strip_prefix("current_").unwrap_or(name);
        if name.len() < 3 || !name.starts_with(|c: char| c.is_lowercase()) {
            return (None, None);
        }
        let one = cruet::to_pascal_case(name);
        let of_many = cruet::to_class_case(name);
        let many = if of_many == one { None } else { self.names.find(&of_many) };
        (self.names.find(&one), many)
    }

    /// The name of the partial that shows a row of an entity: `orders/order`.
    pub fn partial_of(&self, entity: EntityIx) -> String {
        let path = self.class_path(self.entity(entity).class);
        let name = path.rsplit('/').next().unwrap_or(&path).to_owned();
        format!("{}/{name}", cruet::to_plural(&path))
    }

    fn index_methods(&mut self, models: &Models) {
        let mut named: FxHashMap<Sym, Vec<Def>> = FxHashMap::default();
        let mut tags: FxHashMap<Sym, Def> = FxHashMap::default();
        for (file, ir) in (0u32..).zip(&self.files).map(|(i, f)| (FileIx(i), f)) {
            let judged = file < self.first_stub && matches!(ir.role, Role::App | Role::Generated);
            let rows = models.helpers.iter().filter(|(family, _)| **family == *ir.lang.models());
            let helpers: Vec<&HelperRow> = rows.map(|(_, row)| row).collect();
            for (i, item) in (0u32..).zip(&ir.items) {
                if item.kind != ItemKind::Function {
                    continue;
                }
                let def = Def { file, item: ItemId(i) };
                let in_class = item.owner.is_some_and(|o| {
                    matches!(ir.item(o).kind, ItemKind::Class | ItemKind::Interface | ItemKind::Extension)
                });
                if file < self.first_stub
                    && let Some(name) = self.helper_name(&helpers, ir, def, judged && in_class)
                {
                    tags.entry(name).or_insert(def);
                }
                if judged && in_class && !item.flags.is_abstract {
                    named.entry(item.name).or_default().push(def);
                }
            }
        }
        self.methods_named = named;
        self.template_functions = tags;
    }

    /// What templates call a function by its bare name: one with a marker, or a member of what a folder of theirs declares.
    fn helper_name(&self, rows: &[&HelperRow], ir: &FileIr, def: Def, is_member: bool) -> Option<Sym> {
        let item = self.item(def);
        rows.iter().find_map(|row| {
            if is_member && row.folder.as_deref().is_some_and(|folder| ir.path.contains(folder)) {
                return Some(item.name);
            }
            let marker = item.markers.iter().find(|m| row.is_made_by(self.names.text(m.path)))?;
            let told = row.named.then(|| self.marker_text(def, marker.value)).flatten();
            Some(told.unwrap_or(item.name))
        })
    }

    fn find_imports(&mut self) {
        let mut imported = FxHashSet::default();
        for (file, ir) in self.each_file().take(self.first_stub.0 as usize) {
            for import in &ir.imports {
                let module = match self.imports.meaning(file, import.module) {
                    Some(Imported::Library(library)) => self.names.text(library),
                    _ => self.names.text(import.module),
                };
                let root = match ir.lang.family() {
                    "javascript" => js_package(module),
                    "rust" => module.split("::").next().unwrap_or(module),
                    _ => module.split('.').next().unwrap_or(module),
                };
                imported.insert((ir.lang.family(), Box::<str>::from(root)));
            }
            let calls = ir.bodies.iter().flat_map(|body| self.required(ir.lang, body));
            imported.extend(calls.map(|name| (ir.lang.family(), Box::<str>::from(name))));
        }
        self.imported = imported;
    }

    /// The libraries that calls of a body ask for by name: `require "redis"`, `gem "redis"`.
    fn required<'a>(&'a self, lang: Lang, body: &'a Body) -> impl Iterator<Item = &'a str> {
        let words = lang.requiring_calls();
        let calls = body.calls.iter().filter(move |_| !words.is_empty());
        calls.filter_map(move |call| {
            let Callee::Value(callee) = call.callee else { return None };
            let OpKind::Name(name) = body.ops.get(callee.at())?.kind else { return None };
            let arg = body.args(call.args).first().filter(|_| words.contains(&self.text(name)))?;
            match body.ops.get(arg.value.some()?.at())?.kind {
                OpKind::Str(library) => self.text(library).split('/').next(),
                _ => None,
            }
        })
    }
}

/// `@scope/name` or `name` of a module specifier, without `node:`.
pub(crate) fn js_package(module: &str) -> &str {
    let module = module.strip_prefix("node:").unwrap_or(module);
    let parts = if module.starts_with('@') { 2 } else { 1 };
    match module.match_indices('/').nth(parts - 1) {
        Some((at, _)) => &module[..at],
        None => module,
    }
}
