//! What a module specifier of JavaScript means, given the configuration of the repository.
//!
//! `oxc_resolver` answers what Node and TypeScript would do: `paths`, `baseUrl`, `extends`, `exports`, `imports`, `main`,
//! extensions. It sees [`tree::Tree`], a file system made of the files of the walk, so that neither it nor anything else
//! here reads a disk. What a repository as it is checked out lacks is made up for:
//!
//! - Packages are not installed. A name is looked up among the packages of the repository, the nearest first.
//! - Nothing is built. What a `package.json` names in a build folder is looked for where it is built from.
//! - A `tsconfig.json` may extend one that is not there. It counts without it.
//!
//! Relative imports, which are most, need no configuration and are looked up directly.

mod config;
mod package;
pub(crate) mod path;
mod tree;
mod tsconfig;

#[cfg(test)]
mod tests;

pub use config::Config;
pub(crate) use tree::Hit;

use crate::program::{FileIx, js_package};
use config::is_sane;
use oxc_resolver::{ResolveContext, ResolveOptions, ResolverGeneric, TsConfig, TsconfigDiscovery};
use package::{Packages, usual_places};
use path::{join, normalise};
use perflint_ir::{FileIr, Role};
use rustc_hash::FxHashMap;
use std::cell::Cell;
use std::sync::Arc;
use tree::{Tree, VirtualFs};
use tsconfig::Compilers;

/// What a specifier means before anything is guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Something in the repository.
    Found(Hit),
    /// A package or path that is not in the repository, and is not meant to be.
    Outside,
    /// A path in the repository that is not there.
    Missing,
}

/// Resolves specifiers of JavaScript.
pub(crate) struct Resolver {
    tree: Arc<Tree>,
    packages: Packages,
    compilers: Compilers,
    /// The merged configurations; none where one cannot be used.
    merged: FxHashMap<Box<str>, Option<Arc<TsConfig>>>,
    /// Answers by package and specifier.
    packaged: FxHashMap<(usize, Box<str>), Option<Hit>>,
    /// Without and with declarations.
    resolvers: [ResolverGeneric<VirtualFs>; 2],
    /// Questions that the resolvers were asked.
    asked: Cell<u32>,
}

/// After so many questions the resolvers forget what they have seen: they remember every path that they looked at, and
/// there may be as many imports of files that do not exist as fit into a repository.
const MEMORY: u32 = 20_000;

/// Most questions of a scan, which is many times what large repositories ask. What is not answered then is looked for
/// where packages usually have it.
const MAX_QUESTIONS: u32 = 400_000;

impl std::fmt::Debug for Resolver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Resolver").finish_non_exhaustive()
    }
}

impl Resolver {
    /// Over files, configurations, and folders that modules are generated into with the module's number.
    pub(crate) fn new(files: &[FileIr], configs: &[Config], generated: &[(String, u32)]) -> Self {
        let mut tree = Tree::default();
        for (i, file) in (0u32..).zip(files) {
            if file.lang.imports_like_node() {
                tree.add_file(&file.path, FileIx(i), file.role == Role::Generated);
            }
        }
        for (folder, module) in generated {
            tree.add_generated(folder, *module);
        }
        let mut packages = Packages::read(configs);
        for (path, text) in std::mem::take(&mut packages.texts) {
            tree.add_folders(&path);
            tree.configs.insert(path, text);
        }
        let compilers = Compilers::read(configs, &packages, &mut tree);
        tree.packages = std::mem::take(&mut packages.all);
        let tree = Arc::new(tree);
        packages.all = tree.packages.clone();
        let plain = ResolverGeneric::new_with_file_system(
            VirtualFs(Arc::clone(&tree)),
            options(&compilers.conditions, false),
        );
        let typed = plain.clone_with_options(options(&compilers.conditions, true));
        Self {
            tree,
            packages,
            compilers,
            merged: FxHashMap::default(),
            packaged: FxHashMap::default(),
            resolvers: [plain, typed],
            asked: Cell::new(0),
        }
    }

    /// True if a bare specifier's package is one that the repository depends on, or cannot be known not to be.
    pub(crate) fn is_dependency(&self, specifier: &str) -> bool {
        !self.packages.known || self.packages.depend_on(js_package(specifier))
    }

    /// What a specifier written in a folder means.
    pub(crate) fn resolve(&mut self, folder: &str, specifier: &str) -> Meaning {
        // `?raw`, `?worker`: what a bundler does with the file.
        let bare = specifier.split('?').next().unwrap_or(specifier);
        if bare.is_empty() || !is_sane(bare) {
            return Meaning::Outside;
        }
        if bare.starts_with('.') {
            return self.relative(folder, bare).map_or(Meaning::Missing, Meaning::Found);
        }
        if bare.contains(':') || bare.starts_with('/') {
            return Meaning::Outside;
        }
        if let Some(found) = self.alias(folder, bare) {
            return Meaning::Found(found);
        }
        if bare.starts_with('#') {
            let found = self.packages.around(folder).and_then(|ix| self.own(ix, folder, bare));
            return found.map_or(Meaning::Missing, Meaning::Found);
        }
        let name = js_package(bare);
        match self.packages.named(name, folder) {
            Some(ix) => self
                .package(ix, bare, bare.strip_prefix(name).unwrap_or_default())
                .map_or(Meaning::Missing, Meaning::Found),
            None => Meaning::Outside,
        }
    }

    fn relative(&mut self, folder: &str, specifier: &str) -> Option<Hit> {
        let path = normalise(folder, specifier)?;
        // A folder with a `package.json` may name another file than its index.
        if self.tree.configs.contains_key(&*join(&path, "package.json")) {
            let found = self.ask(0, &Tree::absolute(folder), specifier, None);
            return found
                .or_else(|| self.tree.module(&path))
                .or_else(|| usual_places(&path, "").iter().find_map(|place| self.tree.module(place)));
        }
        self.tree.module(&path).or_else(|| self.in_root_dirs(folder, specifier)).or_else(|| {
            // A file beside the sources that imports what they are built to.
            let package = &self.tree.packages[self.packages.around(folder)?].folder;
            let inside = path.strip_prefix(&**package)?.trim_start_matches('/');
            self.tree.source(package, inside)
        })
    }

    /// The file of a folder that the compiler takes for the same as the importing one's.
    fn in_root_dirs(&mut self, folder: &str, specifier: &str) -> Option<Hit> {
        self.compilers.chain(folder).iter().find_map(|config| {
            let config = self.config(config).filter(|c| c.compiler_options.root_dirs.is_some())?;
            self.ask(0, &Tree::absolute(folder), specifier, Some(&config))
        })
    }

    /// The file that `paths` or `baseUrl` of a configuration lead to.
    fn alias(&mut self, folder: &str, specifier: &str) -> Option<Hit> {
        // `baseUrl` gives names to all folders, and some have that of a package that is meant.
        let is_dependency = self.packages.depend_on(js_package(specifier));
        for path in self.compilers.chain(folder).iter() {
            let Some(config) = self.config(path) else { continue };
            if is_dependency && !has_alias(&config, specifier) {
                continue;
            }
            for target in config.resolve_path_alias_or_base_url(specifier) {
                let Some(target) = Tree::relative(&target) else { continue };
                let named = self.tree.configs.contains_key(&*join(&target, "package.json"));
                let found =
                    if named { self.relative("", &format!("./{target}")) } else { self.tree.module(&target) };
                // A declaration for a package describes it and does not take its place.
                if found.is_some_and(|hit| !self.tree.is_declaration(hit)) {
                    return found;
                }
            }
        }
        None
    }

    fn config(&mut self, path: &str) -> Option<Arc<TsConfig>> {
        if let Some(known) = self.merged.get(path) {
            return known.clone();
        }
        let read = self.resolvers[0].resolve_tsconfig(Tree::absolute(path)).ok();
        let says = |config: &Arc<TsConfig>| {
            let options = &config.compiler_options;
            options.paths.is_some() || options.base_url.is_some() || options.root_dirs.is_some()
        };
        let read = read.filter(says);
        self.merged.insert(path.into(), read.clone());
        read
    }

    /// The file that a package's `imports` give a name.
    fn own(&mut self, package: usize, folder: &str, specifier: &str) -> Option<Hit> {
        let key = (package, Box::from(specifier));
        if let Some(known) = self.packaged.get(&key) {
            return *known;
        }
        let found = [false, true].iter().find_map(|built| {
            let from = self.tree.in_package(package, folder, *built)?;
            self.either(&from, specifier)
        });
        self.packaged.insert(key, found);
        found
    }

    /// The file that a package's `exports` or `main` give a name, or the file that they were written for.
    fn package(&mut self, package: usize, specifier: &str, inside: &str) -> Option<Hit> {
        let key = (package, Box::from(specifier));
        if let Some(known) = self.packaged.get(&key) {
            return *known;
        }
        let found = [false, true]
            .iter()
            .find_map(|built| self.either(&Tree::linked(package, *built), specifier))
            .or_else(|| {
                let folder = &self.tree.packages[package].folder;
                let places = usual_places(folder, inside.trim_start_matches('/'));
                places.iter().find_map(|place| self.tree.module(place))
            });
        self.packaged.insert(key, found);
        found
    }

    /// The answer without declarations; if there is none, the one with them.
    fn either(&self, folder: &str, specifier: &str) -> Option<Hit> {
        self.ask(0, folder, specifier, None).or_else(|| self.ask(1, folder, specifier, None))
    }

    fn ask(&self, which: usize, folder: &str, specifier: &str, config: Option<&TsConfig>) -> Option<Hit> {
        let resolver = &self.resolvers[which];
        if self.asked.get() >= MAX_QUESTIONS {
            return None;
        }
        self.asked.set(self.asked.get() + 1);
        if self.asked.get().is_multiple_of(MEMORY) {
            resolver.clear_cache();
        }
        let answer = match config {
            None => resolver.resolve(folder, specifier),
            some => resolver.resolve_with_context(folder, specifier, some, &mut ResolveContext::default()),
        };
        self.tree.answer(answer.ok()?.path())
    }
}

/// Whether `paths` names a specifier.
fn has_alias(config: &TsConfig, specifier: &str) -> bool {
    let names = |key: &String| match key.split_once('*') {
        Some((start, end)) => specifier.starts_with(start) && specifier.ends_with(end),
        None => key == specifier,
    };
    config.compiler_options.paths.as_ref().is_some_and(|paths| paths.keys().any(names))
}

fn options(conditions: &[String], declarations: bool) -> ResolveOptions {
    let texts = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    let own = ["source", "development", "import", "module", "node", "require", "default"];
    let more: &[&str] = if declarations { &["types", "bun", "svelte", "worker", "browser"] } else { &[] };
    let alias = |built: &str, sources: &[&str]| (built.to_owned(), texts(sources));
    ResolveOptions {
        // Given with each question; without this, the resolver does not look at it.
        tsconfig: Some(TsconfigDiscovery::Auto),
        condition_names: texts(&own)
            .into_iter()
            .chain(texts(more))
            .chain(conditions.iter().cloned())
            .collect(),
        extensions: texts(&path::EXTENSIONS),
        extension_alias: vec![
            alias(".js", &[".ts", ".tsx", ".js", ".jsx", ".d.ts"]),
            alias(".jsx", &[".tsx", ".jsx"]),
            alias(".mjs", &[".mts", ".mjs"]),
            alias(".cjs", &[".cts", ".cjs"]),
        ],
        main_fields: texts(&["source", "svelte", "module", "main", "types", "typings"]),
        symlinks: false,
        node_path: false,
        ..ResolveOptions::default()
    }
}
