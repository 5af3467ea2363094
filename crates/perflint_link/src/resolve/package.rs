//! Packages of the repository, and which of them a name means.

use super::config::{Config, Manifest, manifest, pnpm_packages};
use super::path::{ancestors, folder_of, join, shared};
use super::tree::Package;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use rustc_hash::{FxHashMap, FxHashSet};

/// Most packages that have one name.
const MAX_OF_A_NAME: usize = 64;

/// The packages of a repository.
#[derive(Debug, Default)]
pub(super) struct Packages {
    /// All folders with a `package.json` that has a name, and that name.
    pub(super) all: Vec<Package>,
    /// Packages that other packages find by name.
    by_name: FxHashMap<Box<str>, Vec<usize>>,
    by_folder: FxHashMap<Box<str>, usize>,
    /// Names of all packages that any package depends on.
    dependencies: FxHashSet<Box<str>>,
    /// There is a `package.json` at all.
    pub(super) known: bool,
    /// The `package.json` of each folder, reduced.
    pub(super) texts: Vec<(Box<str>, String)>,
}

/// The globs of a workspace.
struct Workspace {
    members: GlobSet,
    others: GlobSet,
}

impl Packages {
    pub(super) fn read(configs: &[Config]) -> Self {
        let mut out = Self::default();
        let mut workspaces: FxHashMap<Box<str>, Vec<String>> = FxHashMap::default();
        for Config { path, text } in configs {
            let folder = folder_of(path);
            match path.rsplit('/').next() {
                Some("package.json") => {
                    let Some(read) = manifest(text) else { continue };
                    out.known = true;
                    let Manifest { name, workspaces: globs, dependencies, text } = read;
                    out.dependencies.extend(dependencies);
                    out.texts.push((path.clone(), text));
                    if !globs.is_empty() {
                        workspaces.entry(folder.into()).or_default().extend(globs);
                    }
                    if let Some(name) = name.filter(|name| is_name(name)) {
                        out.by_folder.insert(folder.into(), out.all.len());
                        out.all.push(Package { name, folder: folder.into() });
                    }
                }
                Some("pnpm-workspace.yaml") => {
                    let globs = pnpm_packages(text);
                    if !globs.is_empty() {
                        workspaces.entry(folder.into()).or_default().extend(globs);
                    }
                }
                _ => {}
            }
        }
        let workspaces =
            workspaces.into_iter().map(|(folder, globs)| (folder, Workspace::new(&globs))).collect();
        for (ix, package) in out.all.iter().enumerate() {
            if is_found_by_name(&package.folder, &workspaces) {
                let same = out.by_name.entry(package.name.clone()).or_default();
                if same.len() < MAX_OF_A_NAME {
                    same.push(ix);
                }
            }
        }
        out
    }

    /// The package that a name means in a folder: the nearest of that name.
    pub(super) fn named(&self, name: &str, from: &str) -> Option<usize> {
        let found = self.by_name.get(name)?;
        found.iter().copied().max_by_key(|ix| (shared(&self.all[*ix].folder, from), std::cmp::Reverse(*ix)))
    }

    /// The package that a folder belongs to.
    pub(super) fn around(&self, folder: &str) -> Option<usize> {
        ancestors(folder).find_map(|f| self.by_folder.get(f).copied())
    }

    /// True if any package depends on one of that name.
    pub(super) fn depend_on(&self, name: &str) -> bool {
        self.dependencies.contains(name)
    }
}

/// A name that npm would take, as far as paths are concerned.
fn is_name(name: &str) -> bool {
    let parts = if name.starts_with('@') { 2 } else { 1 };
    name.split('/').count() == parts
        && !name.split('/').any(|part| matches!(part, "" | "." | ".." | "node_modules"))
}

/// Members of a workspace find each other by name. Where nothing declares a workspace (it may lie above the scanned
/// folder), any package of the repository may be meant.
fn is_found_by_name(folder: &str, workspaces: &FxHashMap<Box<str>, Workspace>) -> bool {
    let mut above = false;
    for root in ancestors(folder) {
        let Some(workspace) = workspaces.get(root) else { continue };
        above = true;
        let inside = folder.strip_prefix(root).unwrap_or(folder).trim_start_matches('/');
        if inside.is_empty() || workspace.has(inside) {
            return true;
        }
    }
    !above
}

impl Workspace {
    fn new(globs: &[String]) -> Self {
        let set = |wanted: bool| {
            let mut set = GlobSetBuilder::new();
            for glob in globs {
                let (include, text) =
                    glob.strip_prefix('!').map_or((true, glob.as_str()), |rest| (false, rest));
                let text = text.trim_start_matches("./").trim_end_matches('/');
                if include == wanted
                    && let Ok(glob) = GlobBuilder::new(text).literal_separator(true).build()
                {
                    set.add(glob);
                }
            }
            set.build().unwrap_or_default()
        };
        Self { members: set(true), others: set(false) }
    }

    fn has(&self, folder: &str) -> bool {
        self.members.is_match(folder) && !self.others.is_match(folder)
    }
}

/// Places inside a package where its source may stand if its `package.json` does not lead to it, best first.
pub(super) fn usual_places(folder: &str, inside: &str) -> Vec<String> {
    let sub: &[&str] =
        if inside.is_empty() { &["src/index", "index", "src/main", "src", "lib/index", "main"] } else { &[] };
    let mut out: Vec<String> = sub.iter().map(|place| join(folder, place)).collect();
    if !inside.is_empty() {
        out.push(join(folder, inside));
        out.push(join(&join(folder, "src"), inside));
    }
    out
}
