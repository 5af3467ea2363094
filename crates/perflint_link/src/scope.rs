//! What a name means in a file.

use crate::class::ClassIx;
use crate::import::Imported;
use crate::meaning::remembered;
use crate::program::{Def, FileIx, Program, js_package};
use perflint_ir::{Body, Import, ImportKind, ItemId, ItemKind, Lang, OpId, OpKind, SELF_MODULE, Sym};
use rustc_hash::FxHashMap;

/// What a name or dotted path means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// An item of the repository or of a stub.
    Item(Def),
    /// A file as a module.
    Module(FileIx),
    /// A path outside the repository.
    External(Sym),
}

#[derive(Clone, Copy, Debug)]
enum Binding {
    Item(ItemId),
    Import(u32),
}

/// The names that each file binds at its top.
#[derive(Debug, Default)]
pub(crate) struct Scopes {
    bindings: Vec<FxHashMap<Sym, Binding>>,
    exports: Vec<FxHashMap<Sym, Sym>>,
    globs: Vec<Vec<u32>>,
    default: Option<Sym>,
}

/// Longest chain of re-exports followed.
const MAX_HOPS: u32 = 12;

impl Program {
    pub(crate) fn build_scopes(&mut self) {
        let mut scopes = Scopes { default: Some(self.names.intern("default")), ..Scopes::default() };
        for file in &self.files {
            let mut bindings = FxHashMap::default();
            let mut globs = Vec::new();
            for (i, import) in (0u32..).zip(&file.imports) {
                if import.kind == ImportKind::Glob {
                    globs.push(i);
                } else {
                    bindings.insert(import.alias, Binding::Import(i));
                }
            }
            for (i, item) in (0u32..).zip(&file.items).skip(1) {
                let top = item.owner == Some(ItemId(0));
                let class_in_function = !top && item.kind == ItemKind::Class;
                if (top && item.kind != ItemKind::Extension) || class_in_function {
                    let replace = top && item.kind != ItemKind::Field;
                    if replace {
                        bindings.insert(item.name, Binding::Item(ItemId(i)));
                    } else {
                        bindings.entry(item.name).or_insert(Binding::Item(ItemId(i)));
                    }
                }
            }
            scopes.bindings.push(bindings);
            scopes.exports.push(file.exports.iter().map(|e| (e.name, e.local)).collect());
            scopes.globs.push(globs);
        }
        self.scopes = scopes;
    }

    /// What a free name means in a file.
    pub fn resolve(&self, file: FileIx, name: Sym) -> Option<Target> {
        let found = self.meanings.as_ref().map(|meanings| &meanings.plain);
        remembered(found, file, name, || self.resolve_at(file, name, MAX_HOPS))
    }

    fn resolve_at(&self, file: FileIx, name: Sym, hops: u32) -> Option<Target> {
        let hops = hops.checked_sub(1)?;
        // A name that is looked for at the root alone: `::Order`.
        if let Some(bare) = self.names.text(name).strip_prefix("::") {
            let name = self.names.intern(bare);
            let def = self.item_named(self.file(file).lang.family(), name);
            return Some(def.map_or(Target::External(name), |def| self.declared(file, def, name)));
        }
        match self.scopes.bindings[file.0 as usize].get(&name).copied() {
            Some(Binding::Item(item)) => return Some(self.declared(file, Def { file, item }, name)),
            Some(Binding::Import(i)) => {
                let import = self.file(file).imports[i as usize];
                return self.follow(file, import, hops);
            }
            None => {}
        }
        if self.file(file).lang.has_namespaces() {
            return self.namespaced(file, name);
        }
        for i in self.scopes.globs[file.0 as usize].clone() {
            let import = self.file(file).imports[i as usize];
            if let Some(target) = self.through_glob(file, import, name, hops) {
                return Some(target);
            }
        }
        if self.file(file).lang == Lang::Rust {
            return self.rust_root(file, name);
        }
        None
    }

    /// What a name means in a language with namespaces: around the file's items, in what it imports whole, without import,
    /// at the root.
    fn namespaced(&self, file: FileIx, name: Sym) -> Option<Target> {
        if let Some(def) = self.in_namespaces(file, name) {
            return Some(self.declared(file, def, name));
        }
        let ir = self.file(file);
        for i in &self.scopes.globs[file.0 as usize] {
            let module = self.imported_space(file, ir.imports[*i as usize].module);
            let joined = self.names.join(module, name);
            match self.external(ir.lang, joined, MAX_HOPS) {
                Some(Target::External(path)) if !self.knows(ir.lang.family(), path) => {}
                found => return found,
            }
        }
        if let Some(path) = self.in_prelude(file, name) {
            return self.external(ir.lang, path, MAX_HOPS);
        }
        if let Some(space) = self.space_around(file, name) {
            return Some(Target::External(space));
        }
        let family = ir.lang.family();
        let item = self.item_named(family, name).map(|def| self.declared(file, def, name));
        // The first part of a full name: `\App\Models\Order`, `com.shop.Order`.
        item.or_else(|| self.is_root(family, name).then_some(Target::External(name)))
    }

    /// An item, or for Rust's `mod name;` the file that it declares.
    fn declared(&self, file: FileIx, def: Def, name: Sym) -> Target {
        let item = def.item;
        let ir = self.file(def.file);
        if ir.lang.has_namespaces() {
            return match (ir.item(item).kind, self.full_name(def)) {
                (ItemKind::Module, Some(full)) => Target::External(full),
                _ => Target::Item(def),
            };
        }
        if ir.lang == Lang::Rust
            && ir.item(item).kind == ItemKind::Module
            && let Some(child) = self.modules.rust_child(&ir.path, self.names.text(name))
        {
            return Target::Module(child);
        }
        Target::Item(Def { file, item })
    }

    fn through_glob(&self, file: FileIx, import: Import, name: Sym, hops: u32) -> Option<Target> {
        let module = self.module_target(file, import.module)?;
        match module {
            Target::External(path) => {
                let lang = self.file(file).lang;
                let joined = self.names.join(path, name);
                // Any module may re-export anything; of a library, only what models know is taken for its own.
                let known = match lang.family() {
                    "javascript" => self.imports.is_known(self.names.text(joined)),
                    family => family == Lang::Python.family() && self.stub_or_known(lang, joined),
                };
                known.then_some(()).and_then(|()| self.external(lang, joined, hops))
            }
            other => self.member_at(other, name, hops),
        }
    }

    fn stub_or_known(&self, lang: Lang, path: Sym) -> bool {
        let text = self.names.text(path);
        let module = text.rsplit_once('.').map_or("", |(module, _)| module);
        !self.modules.stub(lang.family(), module).is_empty()
    }

    fn follow(&self, file: FileIx, import: Import, hops: u32) -> Option<Target> {
        let lang = self.file(file).lang;
        if lang.has_namespaces() {
            let space = self.imported_space(file, import.module);
            return match import.kind {
                ImportKind::Item => self.member(Target::External(space), import.name, lang),
                _ => self.external(lang, space, hops),
            };
        }
        let module = self.module_target(file, import.module)?;
        if import.kind == ImportKind::Module {
            return Some(module);
        }
        let is_default = Some(import.name) == self.scopes.default;
        match module {
            Target::External(path) => {
                let lang = self.file(file).lang;
                if is_default && lang.imports_like_node() {
                    return self.external(lang, path, hops);
                }
                // A folder without `__init__.py` is a package too.
                if lang == Lang::Python && !self.is_stub(file) {
                    let dotted = self.submodule_name(import.module, import.name);
                    if let Some(found) =
                        self.modules.resolve(lang, &dotted, &self.files[file.0 as usize].path)
                    {
                        return Some(Target::Module(found));
                    }
                }
                let joined = self.names.join(path, import.name);
                self.external(lang, joined, hops)
            }
            Target::Module(to) => {
                if let Some(target) = self.member_at(module, import.name, hops) {
                    return Some(target);
                }
                // `from package import module`
                let lang = self.file(file).lang;
                if lang == Lang::Python {
                    let dotted = self.submodule_name(import.module, import.name);
                    if let Some(found) =
                        self.modules.resolve(lang, &dotted, &self.files[file.0 as usize].path)
                    {
                        return Some(Target::Module(found));
                    }
                }
                // CommonJS: the default import of a module without one is the module.
                (is_default && self.file(to).lang.imports_like_node()).then_some(module)
            }
            Target::Item(_) => self.member_at(module, import.name, hops),
        }
    }

    fn submodule_name(&self, module: Sym, name: Sym) -> String {
        let (module, name) = (self.names.text(module), self.names.text(name));
        if module.ends_with('.') || module.is_empty() {
            format!("{module}{name}")
        } else {
            format!("{module}.{name}")
        }
    }

    /// What a module path as written in a file means.
    pub(crate) fn module_target(&self, file: FileIx, module: Sym) -> Option<Target> {
        let ir = &self.files[file.0 as usize];
        let text = self.names.text(module);
        if ir.lang == Lang::Rust {
            let segments: Vec<Box<str>> = text.split("::").map(Into::into).collect();
            return self.rust_path(file, &segments);
        }
        if text == SELF_MODULE {
            return Some(Target::Module(file));
        }
        let is_stub = self.is_stub(file);
        match self.imports.meaning(file, module).filter(|_| !is_stub) {
            Some(Imported::File(found)) => return Some(Target::Module(found)),
            Some(Imported::Library(library)) => return Some(Target::External(library)),
            Some(Imported::Outside | Imported::Missing) | None => {}
        }
        if !is_stub && let Some(found) = self.modules.resolve(ir.lang, text, &ir.path) {
            return Some(Target::Module(found));
        }
        let lang = ir.lang;
        let path = match lang.family() {
            "javascript" => text.strip_prefix("node:").unwrap_or(text).to_owned(),
            _ => text.to_owned(),
        };
        if path.starts_with('.') {
            return None;
        }
        if let [stub, ..] = self.modules.stub(lang.family(), &path) {
            return Some(Target::Module(*stub));
        }
        Some(Target::External(self.names.intern(&path)))
    }

    /// What a dotted module path of Python means, as seen from a file.
    pub fn module_named(&self, file: FileIx, module: &str) -> Option<Target> {
        let path = if self.is_stub(file) { "" } else { &self.file(file).path };
        if let Some(found) = self.modules.resolve(Lang::Python, module, path) {
            return Some(Target::Module(found));
        }
        match self.modules.stub("python", module) {
            [stub, ..] => Some(Target::Module(*stub)),
            [] => Some(Target::External(self.names.intern(module))),
        }
    }

    /// An external path, or the stub item that stands for it.
    fn external(&self, lang: Lang, path: Sym, hops: u32) -> Option<Target> {
        if lang.has_namespaces() {
            return Some(match self.item_named(lang.family(), path) {
                Some(def) => Target::Item(def),
                None => self.member_of_class(lang, path).unwrap_or(Target::External(path)),
            });
        }
        let text = self.names.text(path);
        if let Some((module, name)) = text.rsplit_once('.')
            && let [stub, ..] = self.modules.stub(lang.family(), module)
        {
            let (stub, name) = (*stub, self.names.find(name));
            if let Some(name) = name
                && let Some(target) = self.resolve_at(stub, name, hops)
            {
                return Some(target);
            }
        }
        Some(Target::External(path))
    }

    /// A path that leads to a class and on to a member of it: `import static a.b.Limits.MAX`.
    fn member_of_class(&self, lang: Lang, path: Sym) -> Option<Target> {
        let (owner, name) = self.names.text(path).rsplit_once('.')?;
        let owner = self.item_named(lang.family(), self.names.find(owner)?)?;
        let class = self.class_of.get(&owner).copied()?;
        self.class_member(class, self.names.find(name)?).map(Target::Item)
    }

    /// A member of what a path means so far.
    pub fn member(&self, target: Target, name: Sym, lang: Lang) -> Option<Target> {
        match target {
            Target::External(path) => {
                let joined = self.names.join(path, name);
                self.external(lang, joined, MAX_HOPS)
            }
            other => self.member_at(other, name, MAX_HOPS),
        }
    }

    fn member_at(&self, target: Target, name: Sym, hops: u32) -> Option<Target> {
        let hops = hops.checked_sub(1)?;
        match target {
            Target::Module(file) => {
                let name = self.scopes.exports[file.0 as usize].get(&name).copied().unwrap_or(name);
                if let Some(found) = self.resolve_at(file, name, hops) {
                    return Some(found);
                }
                if self.is_stub(file) {
                    let lang = self.file(file).lang;
                    let module = self.names.intern(&self.files[file.0 as usize].path.clone());
                    let joined = self.names.join(module, name);
                    let text = self.names.text(joined).to_owned();
                    if let [stub, ..] = self.modules.stub(lang.family(), &text) {
                        return Some(Target::Module(*stub));
                    }
                    return Some(Target::External(joined));
                }
                if self.file(file).lang == Lang::Python {
                    let path = self.files[file.0 as usize].path.clone();
                    let package = path.strip_suffix("/__init__.py")?;
                    let dotted = format!(".{}", self.names.text(name));
                    let inside = format!("{package}/__init__.py");
                    return self.modules.resolve(Lang::Python, &dotted, &inside).map(Target::Module);
                }
                None
            }
            Target::Item(def) if self.file(def.file).lang.has_namespaces() => {
                let nested = self.full_name(def).map(|full| self.names.join(full, name));
                let nested = nested.and_then(|full| self.item_named(self.file(def.file).lang.family(), full));
                let member = || self.class_member(*self.class_of.get(&def)?, name);
                nested.or_else(member).map(|found| self.declared(found.file, found, name))
            }
            Target::Item(def) => match self.item(def).kind {
                ItemKind::Module => self.item_member(def, name),
                ItemKind::Class | ItemKind::Interface => {
                    let class = self.class_of.get(&def).copied()?;
                    self.class_member(class, name).map(Target::Item)
                }
                _ => None,
            },
            Target::External(_) => None,
        }
    }

    pub(crate) fn item_member(&self, owner: Def, name: Sym) -> Option<Target> {
        let ir = self.file(owner.file);
        let (item, _) =
            ir.members(owner.item).find(|(_, item)| item.name == name && item.kind != ItemKind::Extension)?;
        Some(Target::Item(Def { file: owner.file, item }))
    }

    /// What a dotted path as written means in a file: a type's name, a marker's path.
    pub fn resolve_dotted(&self, file: FileIx, path: Sym) -> Option<Target> {
        let found = self.meanings.as_ref().map(|meanings| &meanings.dotted);
        remembered(found, file, path, || self.find_dotted(file, path))
    }

    fn find_dotted(&self, file: FileIx, path: Sym) -> Option<Target> {
        self.find_by_parts(file, path).or_else(|| {
            // The parts before the last may be declared nowhere by themselves: `class Api::V1::OrdersController`.
            let family = self.file(file).lang.family();
            let def = self.in_namespaces(file, path).or_else(|| self.item_named(family, path))?;
            self.names.text(path).contains('.').then(|| self.declared(file, def, path))
        })
    }

    fn find_by_parts(&self, file: FileIx, path: Sym) -> Option<Target> {
        let text = self.names.text(path).to_owned();
        let lang = self.file(file).lang;
        let mut parts = text.split('.');
        let first = self.names.intern(parts.next()?);
        let mut target = self.resolve(file, first)?;
        for part in parts {
            let part = self.names.intern(part);
            target = self.member(target, part, lang)?;
        }
        Some(target)
    }

    /// What a chain of `Name` and `Get` operations means, without evaluating anything.
    pub fn resolve_op(&self, file: FileIx, body: &Body, op: OpId) -> Option<Target> {
        match body.op(op).kind {
            OpKind::Name(name) => self.resolve(file, name),
            OpKind::Get { base, name } => {
                let lang = self.file(file).lang;
                let target = self.resolve_op(file, body, base)?;
                self.member(target, name, lang)
            }
            _ => None,
        }
    }

    /// The class that a target is.
    pub fn target_class(&self, target: Target) -> Option<ClassIx> {
        match target {
            Target::Item(def) => self.class_of.get(&def).copied(),
            _ => None,
        }
    }

    /// The external path of a target, as models know it: of a stub class, the path that it stands for.
    pub fn target_path(&self, target: Target) -> Option<Sym> {
        match target {
            Target::External(path) => Some(path),
            Target::Item(def) if self.is_stub(def.file) && self.full_name(def).is_some() => {
                self.full_name(def)
            }
            Target::Item(def) if self.is_stub(def.file) => {
                let text = format!("{}.{}", self.file(def.file).path, self.text(self.item(def).name));
                Some(self.names.intern(&text))
            }
            Target::Module(file) if self.is_stub(file) => {
                let path = self.file(file).path.clone();
                Some(self.names.intern(&path))
            }
            _ => None,
        }
    }

    fn rust_root(&self, file: FileIx, name: Sym) -> Option<Target> {
        let text = self.names.text(name);
        if matches!(text, "crate" | "self" | "super") {
            return self.rust_path(file, &[text.into()]);
        }
        if let Some(found) = self.rust_crate(text, file) {
            return Some(Target::Module(found));
        }
        let known =
            matches!(text, "std" | "core" | "alloc") || text.chars().next().is_some_and(char::is_lowercase);
        known.then_some(Target::External(name))
    }

    /// The root file of a crate of the repository, by its name.
    fn rust_crate(&self, name: &str, from: FileIx) -> Option<FileIx> {
        let from = &self.file(from).path;
        let dashed = name.replace('_', "-");
        [name, &dashed]
            .iter()
            .flat_map(|n| [format!("{n}/src"), format!("{n}/src/lib")])
            .find_map(|path| self.modules.find("rust", &path, from))
    }

    fn rust_path(&self, file: FileIx, segments: &[Box<str>]) -> Option<Target> {
        let (first, rest) = segments.split_first()?;
        let path = self.file(file).path.clone();
        let start = match &**first {
            "crate" => Target::Module(self.modules.rust_crate_root(&path)?),
            "self" => Target::Module(file),
            "super" => Target::Module(self.modules.rust_parent(&path)?),
            name => {
                let sym = self.names.intern(name);
                let bound = match self.scopes.bindings[file.0 as usize].get(&sym).copied() {
                    Some(Binding::Item(item)) if self.file(file).item(item).kind == ItemKind::Module => {
                        Some(self.declared(file, Def { file, item }, sym))
                    }
                    _ => None,
                };
                bound
                    .or_else(|| self.rust_crate(name, file).map(Target::Module))
                    .unwrap_or(Target::External(sym))
            }
        };
        let mut target = start;
        for segment in rest {
            let sym = self.names.intern(segment);
            target = match target {
                Target::External(path) => Target::External(self.names.join(path, sym)),
                other => self.rust_member(other, sym)?,
            };
        }
        Some(target)
    }

    fn rust_member(&self, target: Target, name: Sym) -> Option<Target> {
        if let Target::Module(file) = target {
            if (*self.files[file.0 as usize].path).is_empty() {
                return None;
            }
            let text = self.names.text(name).to_owned();
            if text == "super" {
                let path = self.file(file).path.clone();
                return self.modules.rust_parent(&path).map(Target::Module);
            }
            let path = self.file(file).path.clone();
            if let Some(found) = self.modules.rust_child(&path, &text) {
                return Some(Target::Module(found));
            }
        }
        self.member_at(target, name, MAX_HOPS)
    }
}

/// The package of a JavaScript module specifier.
pub fn package_of(module: &str) -> &str {
    js_package(module)
}
