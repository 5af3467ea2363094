//! What the imports of JavaScript mean: resolved once for each folder and specifier.

use crate::generated::Generated;
use crate::module::Modules;
use crate::names::Names;
use crate::program::{FileIx, js_package};
use crate::resolve::path::folder_of;
use crate::resolve::{Config, Hit, Meaning, Resolver};
use perflint_ir::{FileIr, SELF_MODULE, Sym};
use perflint_models::Models;
use rustc_hash::{FxHashMap, FxHashSet};

/// How many imports of JavaScript lead where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportCounts {
    /// Modules imported, counted once per file.
    pub all: usize,
    /// Of these, modules of the repository.
    pub resolved: usize,
    /// Of these, paths into the repository that lead to nothing that was read.
    pub missing: usize,
}

/// What an import means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Imported {
    /// A file.
    File(FileIx),
    /// A module that models describe, whatever the import says.
    Library(Sym),
    /// A package, by the name that the import gives it.
    Outside,
    /// Nothing.
    Missing,
}

/// The imports of all files of JavaScript.
#[derive(Debug, Default)]
pub(crate) struct Imports {
    /// The number of each file's folder.
    folders: Vec<u32>,
    meanings: FxHashMap<(u32, Sym), Imported>,
    pub(crate) counts: ImportCounts,
    /// Paths that models know, and what stands before each of their dots.
    known: FxHashSet<Box<str>>,
}

impl Imports {
    pub(crate) fn resolve(
        files: &[FileIr],
        first_stub: FileIx,
        configs: &[Config],
        names: &Names,
        modules: &Modules,
        models: &Models,
    ) -> Self {
        let files = &files[..first_stub.0 as usize];
        let generated = Generated::find(files, first_stub, models, &|sym| names.text(sym));
        let mut resolver = Resolver::new(files, configs, &generated.folders);
        let mut out = Self { known: known(models), ..Self::default() };
        let mut numbers: FxHashMap<&str, u32> = FxHashMap::default();
        for file in files {
            let folder = folder_of(&file.path);
            let next = numbers.len() as u32;
            let number = *numbers.entry(folder).or_insert(next);
            out.folders.push(number);
            if !file.lang.imports_like_node() {
                continue;
            }
            let mut seen = FxHashSet::default();
            let others = |module: &Sym| names.text(*module) != SELF_MODULE;
            for module in
                file.imports.iter().map(|import| import.module).filter(others).filter(|m| seen.insert(*m))
            {
                let meaning = out.meanings.entry((number, module)).or_insert_with(|| {
                    meaning(&mut resolver, &generated, modules, names, folder, &file.path, module)
                });
                out.counts.all += 1;
                out.counts.resolved += usize::from(matches!(meaning, Imported::File(_)));
                out.counts.missing += usize::from(*meaning == Imported::Missing);
            }
        }
        out
    }

    /// What a module means that a file imports.
    pub(crate) fn meaning(&self, file: FileIx, module: Sym) -> Option<Imported> {
        let folder = *self.folders.get(file.0 as usize)?;
        self.meanings.get(&(folder, module)).copied()
    }

    /// True if a model knows a path, or paths below it.
    pub(crate) fn is_known(&self, path: &str) -> bool {
        self.known.contains(path)
    }
}

fn meaning(
    resolver: &mut Resolver,
    generated: &Generated,
    modules: &Modules,
    names: &Names,
    folder: &str,
    file: &str,
    module: Sym,
) -> Imported {
    let text = names.text(module);
    if !text.starts_with('.') && modules.is_modelled(text) {
        return Imported::Outside;
    }
    let library = |module: &str| Imported::Library(names.intern(module));
    let found = resolver.resolve(folder, text);
    match found {
        Meaning::Found(Hit::File(file)) => return Imported::File(file),
        Meaning::Found(Hit::Generated(ix)) => return generated.module(ix).map_or(Imported::Missing, library),
        Meaning::Missing | Meaning::Outside => {}
    }
    let is_alias = !text.starts_with('.') && is_alias(resolver, text);
    if is_alias && let Some(file) = modules.javascript_alias(text, file) {
        return Imported::File(file);
    }
    match generated.by_path(text) {
        Some(module) if is_alias || found == Meaning::Missing => library(module),
        _ if found == Meaning::Missing => Imported::Missing,
        _ => Imported::Outside,
    }
}

/// True if a specifier that no configuration explains is one of the repository's own: it starts like no package, or like
/// one that nothing depends on.
fn is_alias(resolver: &Resolver, specifier: &str) -> bool {
    let own = ["@/", "~", "#", "$", "/", "src/"].iter().any(|start| specifier.starts_with(start));
    own || (specifier.starts_with('@') && !specifier.contains(':') && !resolver.is_dependency(specifier))
}

fn known(models: &Models) -> FxHashSet<Box<str>> {
    let mut out = FxHashSet::default();
    for path in models.paths("javascript") {
        let package = js_package(path).len();
        let dots = path.match_indices('.').map(|(at, _)| at).filter(|at| *at >= package);
        for end in dots.chain([path.len()]) {
            out.insert(path[..end].into());
        }
    }
    out
}
