//! Names of languages whose namespaces are declared: Ruby, PHP, Java and Kotlin, C#, and Go, whose packages are folders.
//!
//! A file's place says nothing about its names there; what counts is the full dotted name of an item, wherever it
//! is declared. A name is looked for in the namespaces around the file's own items, innermost first, then in those
//! that the file imports whole, then at the root. Namespaces themselves are no values: they stay paths, and a path that an item
//! has is that item.

use crate::class::Base;
use crate::program::{Def, FileIx, Program};
use crate::resolve::Config;
use perflint_ir::{FileIr, ItemId, ItemKind, Marker, Role, Sym};
use perflint_models::Models;
use rustc_hash::{FxHashMap, FxHashSet};

/// Items by full name.
#[derive(Debug, Default)]
pub(crate) struct Namespaces {
    items: FxHashMap<(&'static str, Sym), Vec<Def>>,
    full: FxHashMap<Def, Sym>,
    /// For each file the namespaces around its items, innermost first.
    around: Vec<Vec<Sym>>,
    /// Paths that models know, and what stands before each of their dots.
    known: FxHashSet<(Box<str>, Sym)>,
    /// The repository's own namespaces, and those around them.
    own: FxHashSet<(&'static str, Sym)>,
    /// First parts of the repository's own namespaces.
    roots: FxHashSet<(&'static str, Sym)>,
    /// Namespaces whose names need no import.
    preludes: Vec<(Box<str>, Sym)>,
    /// Go's modules: the path that imports start with, and the folder that it means.
    modules: Vec<(Box<str>, Box<str>)>,
}

/// Most of what a class extends and includes that is looked into for constants.
const MOST_INCLUDED: usize = 24;

/// The package of Go files at the top of the repository.
const TOP: &str = "(top)";

impl Program {
    pub(crate) fn build_namespaces(&mut self, configs: &[Config], models: &Models) {
        let mut spaces = Namespaces { modules: go_modules(configs), ..Namespaces::default() };
        for (family, path) in &models.preludes {
            spaces.preludes.push((family.clone(), self.names.intern(path)));
        }
        for family in perflint_ir::NAMESPACED {
            for path in models.mentioned(family) {
                let from = path.rfind('/').unwrap_or(0);
                let dots = path.match_indices('.').map(|(at, _)| at).filter(|at| *at >= from);
                for end in dots.chain([path.len()]) {
                    spaces.known.insert(((*family).into(), self.names.intern(&path[..end])));
                }
            }
        }
        for (file, ir) in (0u32..).map(FileIx).zip(&self.files) {
            let mut around = Vec::new();
            if ir.lang.has_namespaces() {
                if let Some((root, _)) = self.names.text(ir.package).split_once('.') {
                    spaces.roots.insert((ir.lang.family(), self.names.intern(root)));
                }
                let mut space = self.names.text(ir.package);
                while !space.is_empty() && spaces.own.insert((ir.lang.family(), self.names.intern(space))) {
                    space = space.rsplit_once('.').map_or("", |(outer, _)| outer);
                }
                self.name_items(file, ir, &mut spaces, &mut around);
            }
            spaces.around.push(around);
        }
        self.spaces = spaces;
    }

    /// The namespace of a file: declared, or its folder in Go; a stub's is its module.
    fn package_of_file(&self, file: FileIx, ir: &FileIr) -> Sym {
        let declared = self.names.text(ir.package);
        if ir.lang.packs_by_folder() && !self.is_stub(file) {
            let folder = ir.path.rsplit_once('/').map_or(TOP, |(folder, _)| folder);
            return self.names.intern(folder);
        }
        if declared.is_empty()
            && self.is_stub(file)
            && matches!(ir.lang.family(), "java" | "go" | "csharp" | "php")
        {
            return self.names.intern(&ir.path);
        }
        ir.package
    }

    fn name_items(&self, file: FileIx, ir: &FileIr, spaces: &mut Namespaces, around: &mut Vec<Sym>) {
        let family = ir.lang.family();
        let package = self.package_of_file(file, ir);
        let mut names: Vec<Option<Sym>> = vec![None; ir.items.len()];
        if let Some(first) = names.first_mut() {
            *first = Some(package);
        }
        for (i, item) in ir.items.iter().enumerate().skip(1) {
            let Some(owner) = item.owner.and_then(|o| names.get(o.0 as usize).copied().flatten()) else {
                continue;
            };
            let is_space = matches!(item.kind, ItemKind::Class | ItemKind::Interface | ItemKind::Module);
            let is_value = matches!(item.kind, ItemKind::Function | ItemKind::Field);
            let of_class = item.owner.is_some_and(|o| {
                matches!(ir.item(o).kind, ItemKind::Class | ItemKind::Interface | ItemKind::Extension)
            });
            // A function at the top of a Ruby script is the script's own.
            if !is_space && (!is_value || of_class || (family == "ruby" && item.kind == ItemKind::Function)) {
                continue;
            }
            let full = self.names.join(owner, item.name);
            let def = Def { file, item: ItemId(i as u32) };
            spaces.full.insert(def, full);
            if is_space {
                names[i] = Some(full);
                around.push(full);
            }
            if item.kind != ItemKind::Module {
                spaces.items.entry((family, full)).or_default().push(def);
            }
        }
        around.sort_by_key(|name| std::cmp::Reverse(self.names.text(*name).matches('.').count()));
        around.dedup();
        let mut outer = package;
        loop {
            around.push(outer);
            // In C# a name is visible in all namespaces below its own; elsewhere a package sees itself only.
            let text = self.names.text(outer);
            match text.rsplit_once('.') {
                Some((parent, _)) if family == "csharp" => outer = self.names.intern(parent),
                _ => break,
            }
        }
    }

    /// In Ruby a constant is looked for in what its class extends and includes as well, after the namespaces around it and
    /// before the root.
    pub(crate) fn see_included(&mut self) {
        for class in &self.classes {
            let lang = self.file(class.def.file).lang;
            if !lang.sends_to_self() || self.is_stub(class.def.file) {
                continue;
            }
            let spaces = class.mro.iter().skip(1).filter_map(|base| match base {
                Base::Class(of) => self.spaces.full.get(&self.class(*of).def).copied(),
                Base::External(path) => Some(*path),
            });
            let spaces: Vec<Sym> = spaces.take(MOST_INCLUDED).collect();
            for def in std::iter::once(&class.def).chain(&class.parts) {
                let Some(around) = self.spaces.around.get_mut(def.file.0 as usize) else { continue };
                let root = around.len().saturating_sub(1);
                let new: Vec<Sym> = spaces.iter().filter(|space| !around.contains(space)).copied().collect();
                around.splice(root..root, new);
            }
        }
    }

    /// The item that has a full name; of several, the application's first.
    pub fn item_named(&self, family: &str, full: Sym) -> Option<Def> {
        let found = self.spaces.items.get(&(family, full))?;
        let is_app = |def: &&Def| matches!(self.file(def.file).role, Role::App | Role::Generated);
        found.iter().find(is_app).or_else(|| found.first()).copied()
    }

    /// What other files say by markers of a member, or of a name of theirs, of a class: the name of both.
    pub fn said_elsewhere(&self, family: &'static str, full: &str) -> &[Def] {
        let name = self.names.find(&format!("{}.{full}", Marker::ELSEWHERE));
        name.and_then(|name| self.spaces.items.get(&(family, name))).map_or(&[], Vec::as_slice)
    }

    /// A member of a class, and what other files say of it.
    pub fn statements_of(&self, member: Def) -> Vec<Def> {
        let family = self.file(member.file).lang.family();
        let said = self.names.find(Marker::ELSEWHERE);
        let owner = self.item(member).owner.map(|item| Def { file: member.file, item });
        let owner = owner.filter(|_| said.is_some_and(|said| self.spaces.own.contains(&(family, said))));
        let elsewhere = owner.and_then(|class| self.full_name(class)).map_or(&[][..], |class| {
            let name = self.text(self.item(member).name);
            self.said_elsewhere(family, &format!("{}.{name}", self.text(class)))
        });
        std::iter::once(member).chain(elsewhere.iter().copied()).collect()
    }

    /// The full name of an item, in a language with namespaces.
    pub fn full_name(&self, def: Def) -> Option<Sym> {
        self.spaces.full.get(&def).copied()
    }

    /// The declarations that are parts of one open class: those of application code that share a full name.
    pub(crate) fn primary_part(&self, def: Def) -> Option<Def> {
        let full = self.full_name(def)?;
        if !self.item(def).flags.is_open || self.file(def.file).role != Role::App {
            return None;
        }
        let parts = self.spaces.items.get(&(self.file(def.file).lang.family(), full))?;
        let joins = |part: &&Def| self.item(**part).flags.is_open && self.file(part.file).role == Role::App;
        parts.iter().find(joins).copied()
    }

    /// What a name means that the file itself does not bind.
    pub(crate) fn in_namespaces(&self, file: FileIx, name: Sym) -> Option<Def> {
        let family = self.file(file).lang.family();
        let around = self.spaces.around.get(file.0 as usize)?;
        around.iter().find_map(|space| self.item_named(family, self.names.join(*space, name)))
    }

    /// The namespace of the repository that a name is in one of those around the file's items, where names of outer namespaces are
    /// seen: `Models.Order` in `Shop.Api` may be `Shop.Models.Order`.
    pub(crate) fn space_around(&self, file: FileIx, name: Sym) -> Option<Sym> {
        let family = self.file(file).lang.family();
        let around = self.spaces.around.get(file.0 as usize).filter(|_| family == "csharp")?;
        let spaces = around.iter().filter(|space| !self.names.text(**space).is_empty());
        spaces
            .map(|space| self.names.join(*space, name))
            .find(|space| self.spaces.own.contains(&(family, *space)))
    }

    /// The path of a name that needs no import, if models know it.
    pub(crate) fn in_prelude(&self, file: FileIx, name: Sym) -> Option<Sym> {
        let family = self.file(file).lang.family();
        let mut preludes = self.spaces.preludes.iter().filter(|(of, _)| **of == *family);
        preludes.find_map(|(_, space)| {
            let joined = self.names.join(*space, name);
            // `io.shop.Order` starts at the root, although there is a `kotlin.io`.
            let is_space = self.spaces.preludes.iter().any(|(of, space)| **of == *family && *space == joined);
            (self.knows(family, joined) && !is_space).then_some(joined)
        })
    }

    /// True if models know a path, or paths below it.
    pub(crate) fn knows(&self, family: &str, path: Sym) -> bool {
        self.spaces.known.contains(&(family.into(), path))
    }

    /// True for the first part of full names: of the repository's own namespaces, or of those that models know.
    pub(crate) fn is_root(&self, family: &'static str, name: Sym) -> bool {
        self.spaces.roots.contains(&(family, name)) || self.knows(family, name)
    }

    /// The namespace that an import means: in Go the folder of the repository, if it is one.
    pub(crate) fn imported_space(&self, file: FileIx, module: Sym) -> Sym {
        if !self.file(file).lang.packs_by_folder() || self.is_stub(file) {
            return module;
        }
        let text = self.names.text(module);
        for (path, folder) in &self.spaces.modules {
            let Some(rest) = text.strip_prefix(&**path) else { continue };
            let inner = rest.trim_start_matches('/');
            if inner.len() == rest.len() && !rest.is_empty() {
                continue;
            }
            let joined = match (folder.is_empty(), inner.is_empty()) {
                (true, true) => TOP.to_owned(),
                (true, false) => inner.to_owned(),
                (false, true) => folder.to_string(),
                (false, false) => format!("{folder}/{inner}"),
            };
            return self.names.intern(&joined);
        }
        self.names.intern(&without_version(text))
    }
}

/// An import path without the major version that it may name: models describe a library once.
fn without_version(path: &str) -> String {
    let is_version = |part: &str| {
        part.strip_prefix('v').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    };
    let parts: Vec<&str> = path
        .split('/')
        .filter(|part| !is_version(part))
        .map(|part| part.rsplit_once('.').filter(|(_, end)| is_version(end)).map_or(part, |(name, _)| name))
        .collect();
    parts.join("/")
}

/// The modules that `go.mod` files declare, longest path first.
fn go_modules(configs: &[Config]) -> Vec<(Box<str>, Box<str>)> {
    let mut out: Vec<(Box<str>, Box<str>)> = configs
        .iter()
        .filter_map(|config| {
            let folder = match config.path.rsplit_once('/') {
                Some((folder, "go.mod")) => folder,
                None if &*config.path == "go.mod" => "",
                _ => return None,
            };
            let module = config.text.lines().find_map(|line| line.trim().strip_prefix("module "))?;
            Some((module.trim().trim_matches('"').into(), folder.into()))
        })
        .collect();
    out.sort_by(|a, b| (b.0.len(), &a.0).cmp(&(a.0.len(), &b.0)));
    out
}
