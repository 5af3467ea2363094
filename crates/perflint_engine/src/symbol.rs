//! The function or class around a finding, by which it is known when lines move.

use perflint_ir::{FileIr, ItemId, ItemKind};
use perflint_link::Program;
use perflint_rules::Finding;
use rustc_hash::FxHashMap;

/// The names of what is around each finding, joined with dots: `OrderList.get`; empty at the top of a file.
pub(crate) fn around(program: &Program, findings: &[Finding]) -> Vec<String> {
    let wanted: FxHashMap<&str, ()> = findings.iter().map(|finding| (&*finding.primary.file, ())).collect();
    let files: FxHashMap<&str, &FileIr> = program
        .each_file()
        .map(|(_, file)| (&*file.path, file))
        .filter(|(path, _)| wanted.contains_key(path))
        .collect();
    let of = |finding: &Finding| {
        let file = files.get(&*finding.primary.file)?;
        innermost(file, finding.primary.start).map(|item| path(program, file, item))
    };
    findings.iter().map(|finding| of(finding).unwrap_or_default()).collect()
}

fn innermost(file: &FileIr, at: u32) -> Option<ItemId> {
    let named = |kind: ItemKind| {
        matches!(kind, ItemKind::Class | ItemKind::Interface | ItemKind::Function | ItemKind::Extension)
    };
    (0u32..)
        .zip(&file.items)
        .filter(|(_, item)| named(item.kind) && item.span.start <= at && at < item.span.end())
        .max_by_key(|(_, item)| item.span.start)
        .map(|(index, _)| ItemId(index))
}

fn path(program: &Program, file: &FileIr, item: ItemId) -> String {
    let mut names = Vec::new();
    let mut next = Some(item);
    while let Some(id) = next {
        let item = file.item(id);
        let name = program.text(item.name);
        if item.kind != ItemKind::Module && !name.is_empty() {
            names.push(name);
        }
        // An owner always stands before what it owns; anything else would lead in circles.
        next = item.owner.filter(|owner| owner.0 < id.0);
    }
    names.reverse();
    names.join(".")
}
