//! Which file a module path means.

use crate::program::{FileIx, js_package};
use crate::resolve::path::{extension_rank, shared};
use perflint_ir::{FileIr, Lang};
use perflint_models::Models;
use rustc_hash::{FxHashMap, FxHashSet};

/// Files by the suffixes of their paths.
#[derive(Debug, Default)]
pub(crate) struct Modules {
    /// Suffixes of module paths, segments joined by `/`, without extension: `order/models`.
    suffixes: FxHashMap<(&'static str, Box<str>), Vec<FileIx>>,
    /// Stub modules by dotted path.
    stubs: FxHashMap<(&'static str, Box<str>), Vec<FileIx>>,
    templates: FxHashMap<Box<str>, Vec<FileIx>>,
    /// JavaScript packages that models describe: never a folder of the repository.
    packages: FxHashSet<Box<str>>,
    /// Top packages of Python that models describe.
    libraries: FxHashSet<Box<str>>,
    paths: Vec<Box<str>>,
    files: FxHashSet<Box<str>>,
}

/// Longest suffix indexed, in segments.
const MAX_SEGMENTS: usize = 12;

impl Modules {
    pub(crate) fn build(files: &[FileIr], first_stub: FileIx, models: &Models) -> Self {
        let packages = models.paths("javascript").map(|path| js_package(module_of(path)).into()).collect();
        let libraries =
            models.paths("python").map(|path| path.split('.').next().unwrap_or(path).into()).collect();
        let mut modules = Self { packages, libraries, ..Self::default() };
        for (i, file) in (0u32..).zip(files) {
            let ix = FileIx(i);
            modules.paths.push(file.path.clone());
            modules.files.insert(file.path.clone());
            let family = file.lang.family();
            if ix >= first_stub {
                modules.stubs.entry((family, file.path.clone())).or_default().push(ix);
                continue;
            }
            if file.is_template() {
                let path = stem(file);
                for name in
                    suffixes(&file.path).chain(suffixes(path).filter(|_| path.len() < file.path.len()))
                {
                    modules.templates.entry(name.into()).or_default().push(ix);
                }
            }
            if matches!(file.lang, Lang::Jinja | Lang::Handlebars | Lang::Ejs | Lang::Pug) {
                continue;
            }
            let path = module_path(file);
            for suffix in suffixes(&path) {
                modules.suffixes.entry((family, suffix.into())).or_default().push(ix);
            }
        }
        modules
    }

    /// The stub files of a module.
    pub(crate) fn stub(&self, family: &'static str, module: &str) -> &[FileIx] {
        self.stubs.get(&(family, Box::from(module))).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn template(&self, name: &str, from: &str) -> Option<FileIx> {
        let name = name.trim_start_matches(['.', '/']);
        if let Some(found) = self.templates.get(name) {
            return self.nearest(found, from);
        }
        let found = self.templates.get(&*as_path(name)?)?;
        self.nearest(found, from)
    }

    /// The templates of one name, which differ in format: nearest to `from` first, then those beside it.
    pub(crate) fn alternatives(&self, name: &str, from: &str) -> Vec<FileIx> {
        let Some(found) = self.templates.get(name) else { return Vec::new() };
        let Some(first) = self.nearest(found, from) else { return Vec::new() };
        let folder = |ix: FileIx| self.paths[ix.0 as usize].rsplit_once('/').map_or("", |(folder, _)| folder);
        let beside = found.iter().copied().filter(|ix| *ix != first && folder(*ix) == folder(first));
        std::iter::once(first).chain(beside).take(4).collect()
    }

    /// The file that a module path written in `from` means.
    pub(crate) fn resolve(&self, lang: Lang, module: &str, from: &str) -> Option<FileIx> {
        match lang.family() {
            "python" => self.python(module, from),
            "jinja" => self.template(module, from),
            _ => None,
        }
    }

    /// True if models describe the package of a specifier of JavaScript: it is never a folder of the repository.
    pub(crate) fn is_modelled(&self, specifier: &str) -> bool {
        self.packages.contains(js_package(specifier))
    }

    fn exact(&self, family: &'static str, path: &str) -> Option<FileIx> {
        let found = self.suffixes.get(&(family, Box::from(path)))?;
        found.iter().copied().find(|ix| {
            let own = &*self.paths[ix.0 as usize];
            own.len() >= path.len() && own.starts_with(path)
        })
    }

    fn python(&self, module: &str, from: &str) -> Option<FileIx> {
        let dots = module.bytes().take_while(|b| *b == b'.').count();
        let rest = module[dots..].replace('.', "/");
        if dots == 0 {
            return self.python_absolute(&rest, from);
        }
        let mut folder = from;
        for _ in 0..dots {
            folder = folder.rsplit_once('/').map_or("", |(head, _)| head);
        }
        let path = match (folder.is_empty(), rest.is_empty()) {
            (true, _) => rest,
            (_, true) => folder.to_owned(),
            _ => format!("{folder}/{rest}"),
        };
        self.exact("python", &path)
    }

    /// An absolute import starts at a source root, which is no package itself: `proj/middleware/requests.py` is never what
    /// `import requests` means. A library that models describe is not hidden by a lone file of its name either, only by a
    /// package of it.
    fn python_absolute(&self, path: &str, from: &str) -> Option<FileIx> {
        let found = self.suffixes.get(&("python", Box::from(path)))?;
        let first = path.split('/').next().unwrap_or(path);
        let library = self.libraries.contains(first);
        let package = |folder: &str| {
            let dot = if folder.is_empty() { "" } else { "/" };
            self.files.contains(format!("{folder}{dot}__init__.py").as_str())
        };
        let root = |ix: FileIx| {
            let own = &*self.paths[ix.0 as usize];
            let module = own.strip_suffix("/__init__.py").unwrap_or_else(|| strip_extension(own));
            module.strip_suffix(path).unwrap_or("")
        };
        let found: Vec<FileIx> = found
            .iter()
            .copied()
            .filter(|ix| !library || package(&format!("{}{first}", root(*ix))))
            .collect();
        // Below a package a folder without `__init__.py` is a part of it, and hides no library.
        let is_root = |ix: &FileIx| {
            let root = root(*ix).trim_end_matches('/');
            let around = std::iter::successors(Some(root), |at| at.rsplit_once('/').map(|(outer, _)| outer));
            root.is_empty() || !around.take(if library { MAX_SEGMENTS } else { 1 }).any(package)
        };
        let roots: Vec<FileIx> = found.iter().copied().filter(is_root).collect();
        // A folder of roots that was made a package by mistake is common enough.
        let plausible = if roots.is_empty() && !library { found } else { roots };
        self.nearest(&plausible, from)
    }

    /// The file whose path ends with that of an alias that no configuration explains, if one is clearly meant: it is the
    /// only one, or nearer than all others.
    pub(crate) fn javascript_alias(&self, module: &str, from: &str) -> Option<FileIx> {
        let bare = strip_extension(module.split('?').next().unwrap_or(module));
        let trimmed = bare.trim_start_matches(['@', '~', '#', '$', '/']);
        let trimmed = trimmed.strip_suffix("/index").unwrap_or(trimmed);
        // `@app/orders` may be `app/orders`, or `orders` in a folder that is called `@app`.
        let inner = trimmed.split_once('/').map(|(_, rest)| rest).filter(|rest| rest.contains('/'));
        let inner = inner.filter(|_| bare.len() == trimmed.len() + 1);
        std::iter::once(trimmed).chain(inner).find_map(|path| {
            let found = self.suffixes.get(&("javascript", Box::from(path)))?;
            self.clearly_nearest(found, from)
        })
    }

    /// The candidate that is nearer to `from` than all others, unless they are other extensions of the same module.
    fn clearly_nearest(&self, found: &[FileIx], from: &str) -> Option<FileIx> {
        let near = |ix: &FileIx| shared(&self.paths[ix.0 as usize], from);
        let best = found.iter().map(near).max()?;
        let mut nearest = found.iter().copied().filter(|ix| near(ix) == best);
        let first = nearest.next()?;
        let own = |ix: FileIx| strip_extension(&self.paths[ix.0 as usize]);
        let mut chosen = first;
        for other in nearest {
            if own(other) != own(first) {
                return None;
            }
            if extension_rank(&self.paths[other.0 as usize]) < extension_rank(&self.paths[chosen.0 as usize])
            {
                chosen = other;
            }
        }
        Some(chosen)
    }

    /// The nearest file whose module path ends with `path`.
    pub(crate) fn find(&self, family: &'static str, path: &str, from: &str) -> Option<FileIx> {
        self.nearest(self.suffixes.get(&(family, Box::from(path)))?, from)
    }

    /// `src/lib.rs` or `src/main.rs` of the crate that a file belongs to.
    pub(crate) fn rust_crate_root(&self, path: &str) -> Option<FileIx> {
        let end = path.rfind("src/")? + "src".len();
        let folder = &path[..end];
        let found = self.suffixes.get(&("rust", Box::from(folder)))?;
        let inside = |name: &str| {
            let wanted = format!("{folder}/{name}.rs");
            found.iter().copied().find(|ix| *self.paths[ix.0 as usize] == *wanted)
        };
        inside("lib").or_else(|| inside("main"))
    }

    /// The module that declares a file.
    pub(crate) fn rust_parent(&self, path: &str) -> Option<FileIx> {
        let stem = strip_extension(path);
        let stem = stem.strip_suffix("/mod").unwrap_or(stem);
        let parent = stem.rsplit_once('/')?.0;
        self.exact("rust", parent)
    }

    /// The file of a module declared in a file.
    pub(crate) fn rust_child(&self, path: &str, name: &str) -> Option<FileIx> {
        let stem = strip_extension(path);
        let folder = ["/mod", "/lib", "/main"].iter().find_map(|end| stem.strip_suffix(end)).unwrap_or(stem);
        self.exact("rust", &format!("{folder}/{name}"))
    }

    /// The candidate whose path shares most folders with `from`; the first of equals.
    fn nearest(&self, found: &[FileIx], from: &str) -> Option<FileIx> {
        found.iter().copied().min_by_key(|ix| {
            let path = &*self.paths[ix.0 as usize];
            (usize::MAX - shared(path, from), path.matches('/').count(), *ix)
        })
    }
}

/// The module of a model's path: all but the names at its end.
fn module_of(path: &str) -> &str {
    let from = path.rfind('/').map_or(0, |slash| slash + 1);
    path[from..].find('.').map_or(path, |dot| &path[..from + dot])
}

fn module_path(file: &FileIr) -> String {
    let path = strip_extension(&file.path);
    for index in ["/__init__", "/index", "/mod", "/lib", "/main"] {
        let applies = match index {
            "/__init__" => file.lang == Lang::Python,
            "/index" => file.lang.imports_like_node(),
            _ => file.lang == Lang::Rust,
        };
        if applies && let Some(stripped) = path.strip_suffix(index) {
            return stripped.to_owned();
        }
    }
    path.to_owned()
}

/// The path of a template by which languages other than Python's name it: without format and engine.
fn stem(file: &FileIr) -> &str {
    if file.lang == Lang::Jinja {
        return &file.path;
    }
    let name = file.path.rfind('/').map_or(0, |slash| slash + 1);
    file.path[name..].find('.').map_or(&file.path, |dot| &file.path[..name + dot])
}

/// The path of a template that is named otherwise: `admin.orders.index`, `shop::orders.index`, `@Shop/Order/index.html.twig`,
/// `ShopBundle:Order:index.html.twig`.
fn as_path(name: &str) -> Option<Box<str>> {
    if let Some((_, inner)) = name.split_once("::") {
        return Some(inner.replace('.', "/").into());
    }
    if let Some((_, inner)) = name.strip_prefix('@').and_then(|name| name.split_once('/')) {
        return Some(inner.into());
    }
    if name.matches(':').count() == 2 {
        let inner = name.split_once(':').map_or(name, |(_, inner)| inner);
        return Some(inner.replace(':', "/").trim_start_matches('/').into());
    }
    let dotted = !name.contains('/') && name.contains('.') && !name.contains(' ');
    dotted.then(|| name.replace('.', "/").into())
}

fn strip_extension(path: &str) -> &str {
    const KNOWN: [&str; 14] = [
        ".d.ts", ".py", ".pyi", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".vue",
        ".svelte", ".rs",
    ];
    KNOWN.iter().find_map(|ext| path.strip_suffix(ext)).unwrap_or(path)
}

fn suffixes(path: &str) -> impl Iterator<Item = &str> {
    let starts = std::iter::once(0).chain(path.match_indices('/').map(|(at, _)| at + 1));
    let count = path.matches('/').count() + 1;
    starts.skip(count.saturating_sub(MAX_SEGMENTS)).map(move |start| &path[start..])
}
