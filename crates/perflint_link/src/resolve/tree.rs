//! The files of the walk as a file system: all that a resolver sees.
//!
//! Three folders stand at its top. `/r` is the repository. `/p/N` holds nothing but `node_modules/NAME`, which is the
//! repository's package number N under its own name, as a package manager would have linked it. `/q/N` is the same with
//! one liberty: a file of a build folder that was never built is the source that it is built from.

use super::path::{EXTENSIONS, ancestors, extension_rank, join, normalise, stem};
use crate::program::FileIx;
use oxc_resolver::{FileMetadata, FileSystem, ResolveError};
use rustc_hash::{FxHashMap, FxHashSet};
use std::fmt::Write;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Folders that builds write to.
const OUTPUTS: &[&str] = &["dist", "build", "lib", "out", "output", "esm", "cjs", "es", "types", "typings"];

/// Folders of one format inside a build folder.
const FORMATS: &[&str] = &["esm", "cjs", "es", "mjs", "types", "typings", "lib", "node", "browser", "server"];

/// What stands at a path.
enum Found<'a> {
    Folder,
    Module(Hit),
    Config(&'a str),
}

/// What an import means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hit {
    /// A file of the repository.
    File(FileIx),
    /// A generated module, by its number.
    Generated(u32),
}

/// A package of the repository.
#[derive(Clone, Debug)]
pub(super) struct Package {
    /// Its name.
    pub(super) name: Box<str>,
    /// Its folder.
    pub(super) folder: Box<str>,
}

/// Files, folders and configurations by path relative to the root.
#[derive(Debug, Default)]
pub(super) struct Tree {
    files: FxHashMap<Box<str>, FileIx>,
    /// Files by their path without extension, the one that an import means first.
    stems: FxHashMap<Box<str>, Vec<(u8, FileIx)>>,
    folders: FxHashSet<Box<str>>,
    /// Folders that modules are generated into.
    generated: FxHashMap<Box<str>, u32>,
    /// Files that say that they are generated.
    is_generated: FxHashSet<FileIx>,
    declarations: FxHashSet<FileIx>,
    /// Configurations, as [`super::config`] wrote them.
    pub(super) configs: FxHashMap<Box<str>, String>,
    pub(super) packages: Vec<Package>,
}

impl Tree {
    pub(super) fn add_generated(&mut self, folder: &str, module: u32) {
        self.add_folders(folder);
        self.generated.insert(folder.into(), module);
    }

    pub(super) fn add_file(&mut self, path: &str, file: FileIx, is_generated: bool) {
        if is_generated {
            self.is_generated.insert(file);
        }
        if path.ends_with(".d.ts") || path.ends_with(".d.mts") || path.ends_with(".d.cts") {
            self.declarations.insert(file);
        }
        self.files.insert(path.into(), file);
        let ranked = (extension_rank(path), file);
        let others = self.stems.entry(stem(path).into()).or_default();
        let at = others.partition_point(|other| *other <= ranked);
        others.insert(at, ranked);
        self.add_folders(path);
    }

    /// True for a file that only declares what is elsewhere.
    pub(super) fn is_declaration(&self, hit: Hit) -> bool {
        matches!(hit, Hit::File(file) if self.declarations.contains(&file))
    }

    pub(super) fn add_folders(&mut self, path: &str) {
        let mut rest = path;
        while let Some((folder, _)) = rest.rsplit_once('/') {
            if !self.folders.insert(folder.into()) {
                return;
            }
            rest = folder;
        }
    }

    pub(super) fn has_folder(&self, path: &str) -> bool {
        path.is_empty() || self.folders.contains(path)
    }

    /// The generated module that a path belongs to.
    fn generated(&self, path: &str) -> Option<Hit> {
        if self.generated.is_empty() {
            return None;
        }
        ancestors(path).find_map(|folder| self.generated.get(folder)).map(|ix| Hit::Generated(*ix))
    }

    /// A file, or the generated module that it is a part of: what a model says of it is more than can be read in it.
    fn hit(&self, path: &str, file: FileIx) -> Hit {
        let part = self.is_generated.contains(&file).then(|| self.generated(path)).flatten();
        part.unwrap_or(Hit::File(file))
    }

    /// What stands at a path without extension.
    fn at_stem(&self, path: &str) -> Option<Hit> {
        let (_, file) = *self.stems.get(path)?.first()?;
        Some(self.hit(path, file))
    }

    /// The module at a path as an import writes it: with its extension, without, with that of the compiled file, or of the
    /// folder whose index it is.
    pub(super) fn module(&self, path: &str) -> Option<Hit> {
        let exact = self.files.get(path).map(|file| self.hit(path, *file));
        exact
            .or_else(|| self.at_stem(path))
            .or_else(|| self.at_stem(stem(path)))
            .or_else(|| self.at_stem(&join(path, "index")))
            .or_else(|| self.generated(path))
    }

    /// The source of a file of a build folder: `dist/a.js` is built from `src/a.ts` or `a.ts`.
    pub(super) fn source(&self, folder: &str, built: &str) -> Option<Hit> {
        let parts: Vec<&str> = stem(built).split('/').collect();
        let outputs = (0..parts.len().saturating_sub(1)).filter(|i| OUTPUTS.contains(&parts[*i]));
        for at in outputs.take(3) {
            let head = join(folder, &parts[..at].join("/"));
            let mut tail = &parts[at + 1..];
            loop {
                let tail_path = tail.join("/");
                let (inner, outer) = (join(&join(&head, "src"), &tail_path), join(&head, &tail_path));
                let found = self.at_stem(&inner).or_else(|| self.at_stem(&outer));
                let found = found.or_else(|| self.generated(&inner)).or_else(|| self.generated(&outer));
                if found.is_some() {
                    return found;
                }
                match tail {
                    [first, rest @ ..] if !rest.is_empty() && FORMATS.contains(first) => tail = rest,
                    _ => break,
                }
            }
        }
        None
    }

    /// A path as the resolver is given it.
    pub(super) fn absolute(path: &str) -> String {
        if path.is_empty() { "/r".to_owned() } else { format!("/r/{path}") }
    }

    /// The folder from which a package is found under its name; `built` if files of build folders may be their sources.
    pub(super) fn linked(package: usize, built: bool) -> String {
        format!("/{}/{package}", if built { 'q' } else { 'p' })
    }

    /// Where a path of the repository lies in the package that contains it.
    pub(super) fn in_package(&self, package: usize, path: &str, built: bool) -> Option<String> {
        let Package { name, folder } = self.packages.get(package)?;
        let rest =
            if folder.is_empty() { path } else { path.strip_prefix(&**folder)?.trim_start_matches('/') };
        let mut out = Self::linked(package, built);
        // Writing to a string cannot fail.
        let _ = write!(out, "/node_modules/{name}");
        Some(join(&out, rest))
    }

    /// The path of a file that the resolver named, relative to the root.
    pub(super) fn relative(path: &Path) -> Option<String> {
        let text = path.to_str()?;
        let slashed = if cfg!(windows) { text.replace('\\', "/") } else { text.to_owned() };
        normalise("", slashed.strip_prefix("/r/")?)
    }

    /// The file that a resolver's answer means.
    pub(super) fn answer(&self, path: &Path) -> Option<Hit> {
        match self.find(path)? {
            Found::Module(hit) => Some(hit),
            Found::Folder | Found::Config(_) => None,
        }
    }

    fn find(&self, path: &Path) -> Option<Found<'_>> {
        let text = path.to_str()?;
        let slashed = if cfg!(windows) { text.replace('\\', "/") } else { text.to_owned() };
        let mut rest = slashed.trim_start_matches('/').splitn(2, '/');
        let (top, rest) = (rest.next().unwrap_or_default(), rest.next().unwrap_or_default());
        match top {
            "" => Some(Found::Folder),
            "r" => self.plain(rest),
            "p" | "q" => self.package(rest, top == "q"),
            _ => None,
        }
    }

    fn plain(&self, path: &str) -> Option<Found<'_>> {
        if let Some(file) = self.files.get(path) {
            return Some(Found::Module(self.hit(path, *file)));
        }
        if self.has_folder(path) {
            return Some(Found::Folder);
        }
        let config = self.configs.get(path).map(|text| Found::Config(text));
        config.or_else(|| {
            let is_module = usize::from(extension_rank(path)) < EXTENSIONS.len();
            is_module.then(|| self.generated(path)).flatten().map(Found::Module)
        })
    }

    fn package(&self, path: &str, built: bool) -> Option<Found<'_>> {
        let (number, rest) = path.split_once('/').unwrap_or((path, ""));
        let Package { name, folder } = self.packages.get(number.parse::<usize>().ok()?)?;
        let rest = match rest.strip_prefix("node_modules") {
            Some(rest) => rest.trim_start_matches('/'),
            None => return rest.is_empty().then_some(Found::Folder),
        };
        let Some(inside) = rest.strip_prefix(&**name).filter(|r| r.is_empty() || r.starts_with('/')) else {
            let scope = name.split_once('/').map_or("", |(scope, _)| scope);
            return (rest.is_empty() || rest == scope).then_some(Found::Folder);
        };
        let inside = inside.trim_start_matches('/');
        let found = self.plain(&join(folder, inside));
        if found.is_some() || !built {
            return found;
        }
        self.source(folder, inside).map(Found::Module)
    }
}

/// [`Tree`] as `oxc_resolver` wants it: it has no links, and nothing of it is on a disk.
pub(super) struct VirtualFs(pub(super) Arc<Tree>);

impl VirtualFs {
    fn metadata_of(&self, path: &Path) -> io::Result<FileMetadata> {
        match self.0.find(path) {
            Some(found) => {
                let is_folder = matches!(found, Found::Folder);
                Ok(FileMetadata::new(!is_folder, is_folder, false))
            }
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

impl FileSystem for VirtualFs {
    fn new() -> Self {
        Self(Arc::default())
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.read_to_string(path).map(String::into_bytes)
    }

    fn read_to_string(&self, path: &Path) -> io::Result<String> {
        match self.0.find(path) {
            Some(Found::Config(text)) => Ok(text.to_owned()),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        self.metadata_of(path)
    }

    fn symlink_metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        self.metadata_of(path)
    }

    fn read_link(&self, _: &Path) -> Result<PathBuf, ResolveError> {
        Err(io::Error::from(io::ErrorKind::InvalidInput).into())
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(path.to_owned())
    }
}
