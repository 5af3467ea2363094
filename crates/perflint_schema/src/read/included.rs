//! The order in which change logs are run: as the logs that include them name them.

use perflint_ir::Lang;
use perflint_link::Program;
use std::collections::{BTreeMap, BTreeSet};

/// Files in the order of their inclusion: each after those before it.
pub(super) fn order(program: &Program) -> Vec<String> {
    let mut paths: Vec<&str> = Vec::new();
    let mut named: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (_, file) in program.each_file() {
        if file.lang != Lang::Sql {
            continue;
        }
        paths.push(&file.path);
        if !file.imports.is_empty() {
            let imports = file.imports.iter().map(|import| program.text(import.module));
            named.insert(&file.path, imports.collect());
        }
    }
    if named.is_empty() {
        return Vec::new();
    }
    paths.sort_unstable();
    let found: BTreeMap<&str, Vec<&str>> = named
        .iter()
        .map(|(from, names)| (*from, names.iter().flat_map(|name| included(from, name, &paths)).collect()))
        .collect();
    let inner: BTreeSet<&str> = found.values().flatten().copied().collect();
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    let mut todo: Vec<&str> = found.keys().copied().filter(|path| !inner.contains(path)).rev().collect();
    while let Some(path) = todo.pop() {
        if seen.insert(path) {
            order.push(path.to_owned());
            todo.extend(found.get(path).into_iter().flatten().rev());
        }
    }
    order
}

/// The files that a name means in a file: one, or all of a folder; below the file's own folder, else wherever a path ends so.
fn included<'p>(from: &str, name: &str, paths: &[&'p str]) -> Vec<&'p str> {
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut beside: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in name.split('/') {
        match part {
            ".." => drop(beside.pop()),
            "." | "" => {}
            part => beside.push(part),
        }
    }
    let beside = beside.join("/");
    let name = name.trim_start_matches("../").trim_matches('/');
    let in_folder =
        |path: &str, folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    let below = |path: &&str| **path == *beside || in_folder(path, &beside);
    let near: Vec<&str> = paths.iter().copied().filter(below).collect();
    if !near.is_empty() || name.is_empty() {
        return near;
    }
    let ends = |path: &&str| {
        path.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
            || path.contains(&format!("/{name}/"))
    };
    paths.iter().copied().filter(ends).collect()
}
