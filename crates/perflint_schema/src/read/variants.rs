//! Schemas that are written once per kind of database: one of them counts, or every table would be there several times.

use perflint_models::Models;
use std::collections::BTreeMap;

/// Whether a file is kept: it is for no kind of database, for the only one, or for the first kind of those that its like is for.
pub(super) fn kept<'a>(paths: impl Iterator<Item = &'a str> + Clone, models: &Models) -> Vec<bool> {
    let read: Vec<(String, Option<usize>)> = paths.map(|path| without_kind(path, models)).collect();
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    for (base, kind) in &read {
        if let Some(kind) = kind {
            let best = first.entry(base).or_insert(*kind);
            *best = (*best).min(*kind);
        }
    }
    read.iter().map(|(base, kind)| kind.is_none_or(|kind| first.get(base.as_str()) == Some(&kind))).collect()
}

/// The folder of a file with a star for the kind of database, and which that is, by its place among the models' rows.
fn without_kind(path: &str, models: &Models) -> (String, Option<usize>) {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let mut found = None;
    let mut star = |part: &str| {
        let mut words = part.split(|c: char| !c.is_ascii_alphanumeric());
        let kind = words.find_map(|word| {
            let word = word.to_ascii_lowercase();
            models.dialects.iter().position(|row| row.folders.iter().any(|known| **known == *word))
        });
        found = found.or(kind);
        if kind.is_some() { "*".to_owned() } else { part.to_owned() }
    };
    let folders: Vec<String> = folder.split('/').map(&mut star).collect();
    // Files of one folder are one set, unless their names tell the kind: `schema-mysql.sql`. Names of migrations tell other things.
    let whole = name.ends_with(".sql") && !name.bytes().any(|byte| byte.is_ascii_digit());
    let last = if whole && star(name) == "*" { "*" } else { "" };
    (format!("{}/{last}", folders.join("/")), found)
}
