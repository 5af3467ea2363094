//! Which `tsconfig.json` files have a say in a folder.

use super::config::{Compiler, Config, compiler};
use super::package::Packages;
use super::path::{folder_of, join, normalise};
use super::tree::Tree;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Longest chain of `extends`. What extends more than that extends nothing, and so does what extends itself.
const MAX_LEVELS: usize = 16;
/// Most configurations that one folder has.
const MAX_IN_FOLDER: usize = 8;
/// Most configurations that have a say in a folder.
const MAX_CHAIN: usize = 16;

/// Configurations of the compiler by folder.
#[derive(Debug, Default)]
pub(super) struct Compilers {
    /// By folder, the ones that are asked first come first.
    folders: FxHashMap<Box<str>, Vec<Box<str>>>,
    chains: FxHashMap<Box<str>, Rc<[Box<str>]>>,
    /// Names of conditions that the repository adds to those of `exports`.
    pub(super) conditions: Vec<String>,
}

impl Compilers {
    /// Reads all configurations and hands their reduced text to the tree.
    pub(super) fn read(configs: &[Config], packages: &Packages, tree: &mut Tree) -> Self {
        let read: BTreeMap<&str, Compiler> = configs
            .iter()
            .filter(|config| config.path.ends_with(".json") && !config.path.ends_with("package.json"))
            .filter_map(|config| Some((&*config.path, compiler(&config.text)?)))
            .collect();
        let mut out = Self::default();
        for one in read.values() {
            out.conditions.extend(one.conditions.iter().cloned());
        }
        out.conditions.sort();
        out.conditions.dedup();
        out.conditions.truncate(MAX_LEVELS);
        let extends: BTreeMap<&str, Vec<&str>> = read
            .iter()
            .map(|(path, one)| {
                let bases = one.extends.iter().filter_map(|base| find(&read, packages, path, base));
                (*path, bases.collect())
            })
            .collect();
        let finite = finite(&extends);
        for (path, one) in &read {
            let bases = if finite.contains_key(path) { extends[path].as_slice() } else { &[] };
            let bases: Vec<String> = bases.iter().map(|base| Tree::absolute(base)).collect();
            tree.configs.insert((*path).into(), one.text(&bases));
        }
        out.place(&read, packages);
        out
    }

    /// Sorts the configurations of each folder: the one that editors take, those that it refers to, and the others.
    fn place(&mut self, read: &BTreeMap<&str, Compiler>, packages: &Packages) {
        let mut folders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for path in read.keys().copied() {
            let name = path.rsplit('/').next().unwrap_or(path);
            if name.starts_with("tsconfig") || name.starts_with("jsconfig") {
                folders.entry(folder_of(path)).or_default().push(path);
            }
        }
        for (folder, mut paths) in folders {
            let rank = |path: &str| match path.rsplit('/').next() {
                Some("tsconfig.json") => 0,
                Some("jsconfig.json") => 1,
                _ => 2,
            };
            paths.sort_by_key(|path| (rank(path), *path));
            let mut sorted: Vec<Box<str>> = Vec::new();
            for path in paths {
                let referred = read[path].references.iter().filter_map(|r| find(read, packages, path, r));
                for one in std::iter::once(path).chain(referred) {
                    if sorted.len() < MAX_IN_FOLDER && !sorted.iter().any(|known| **known == *one) {
                        sorted.push(one.into());
                    }
                }
            }
            self.folders.insert(folder.into(), sorted);
        }
    }

    /// The configurations that have a say in a folder, nearest first.
    pub(super) fn chain(&mut self, folder: &str) -> Rc<[Box<str>]> {
        if let Some(known) = self.chains.get(folder) {
            return Rc::clone(known);
        }
        let own = self.folders.get(folder).cloned().unwrap_or_default();
        let chain: Rc<[Box<str>]> = if folder.is_empty() {
            own.into()
        } else {
            let above = self.chain(folder_of(folder));
            if own.is_empty() {
                above
            } else {
                own.into_iter().chain(above.iter().cloned()).take(MAX_CHAIN).collect()
            }
        };
        self.chains.insert(folder.into(), Rc::clone(&chain));
        chain
    }
}

/// The configuration that `extends` or a reference means; one of a package that is not in the repository is none.
fn find<'a>(
    read: &BTreeMap<&'a str, Compiler>,
    packages: &Packages,
    from: &str,
    wanted: &str,
) -> Option<&'a str> {
    let folder = folder_of(from);
    let path =
        if wanted.starts_with('.') || !wanted.contains('/') && read.contains_key(&*join(folder, wanted)) {
            normalise(folder, wanted)?
        } else {
            let name = crate::program::js_package(wanted);
            let package = &packages.all[packages.named(name, folder)?];
            normalise(&package.folder, wanted.strip_prefix(name)?.trim_start_matches('/'))?
        };
    [path.clone(), format!("{path}.json"), join(&path, "tsconfig.json")]
        .iter()
        .find_map(|path| read.get_key_value(path.as_str()).map(|(known, _)| *known))
}

/// Those whose chains of `extends` end, with how long they are.
fn finite<'a>(extends: &BTreeMap<&'a str, Vec<&'a str>>) -> FxHashMap<&'a str, usize> {
    let mut levels: FxHashMap<&str, usize> = FxHashMap::default();
    for level in 0..MAX_LEVELS {
        let ready: Vec<&str> = extends
            .iter()
            .filter(|(path, bases)| {
                !levels.contains_key(*path) && bases.iter().all(|base| levels.contains_key(base))
            })
            .map(|(path, _)| *path)
            .collect();
        if ready.is_empty() {
            break;
        }
        levels.extend(ready.into_iter().map(|path| (path, level)));
    }
    levels
}
