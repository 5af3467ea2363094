//! Paths with forward slashes, relative to the root.

/// Extensions of modules, the one that an import without extension means first. A declaration file says nothing of what
/// a function does, so it comes last.
pub(super) const EXTENSIONS: [&str; 13] = [
    ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".vue", ".svelte", ".d.ts", ".d.mts",
    ".d.cts",
];

/// A path without its extension, if that is one of a module.
pub(super) fn stem(path: &str) -> &str {
    split(path).map_or(path, |(stem, _)| stem)
}

/// Where the extension stands among those that an import may mean.
pub(crate) fn extension_rank(path: &str) -> u8 {
    split(path).map_or(EXTENSIONS.len() as u8, |(_, rank)| rank)
}

fn split(path: &str) -> Option<(&str, u8)> {
    // The longest one: `a.d.ts` is `a`.
    (0..EXTENSIONS.len() as u8).zip(EXTENSIONS).rev().find_map(|(rank, extension)| {
        let stem = path.strip_suffix(extension)?;
        (!stem.is_empty() && !stem.ends_with('/')).then_some((stem, rank))
    })
}

/// Two paths as one; either may be empty.
pub(super) fn join(folder: &str, rest: &str) -> String {
    match (folder.is_empty(), rest.is_empty()) {
        (true, _) => rest.to_owned(),
        (_, true) => folder.to_owned(),
        _ => format!("{folder}/{rest}"),
    }
}

/// The folder of a path.
pub(crate) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A folder and all above it, itself first.
pub(super) fn ancestors(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |f| (!f.is_empty()).then(|| folder_of(f)))
}

/// How many folders two paths have in common from the root.
pub(crate) fn shared(a: &str, b: &str) -> usize {
    a.split('/').zip(b.split('/')).take_while(|(x, y)| x == y).count()
}

/// Resolves `.` and `..` of a path written in a folder; `None` if it leaves the root.
pub(crate) fn normalise(folder: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|p| !p.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}
