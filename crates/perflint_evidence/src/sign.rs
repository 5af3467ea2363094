//! What shows that a practice is followed: a module that is imported, a name that is used, a text that is given.

use crate::{Sign, place_of};
use perflint_ir::{Callee, FileIr, ImportKind, OpKind, Role, Slot, Span, Sym};
use perflint_link::Program;
use perflint_models::Models;
use perflint_summary::Facts;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// The first place of each sign, in the order of files.
pub(crate) fn signs(program: &Program, models: &Models, facts: &Facts) -> Vec<Sign> {
    // Examples in other languages say nothing about the service.
    let served: FxHashSet<&str> =
        facts.entries.iter().map(|entry| program.file(entry.file).lang.family()).collect();
    let mut names: FxHashMap<Sym, Vec<usize>> = FxHashMap::default();
    let mut keys: FxHashMap<Sym, Vec<usize>> = FxHashMap::default();
    let mut texts: FxHashMap<Sym, Vec<usize>> = FxHashMap::default();
    let mut imports: Vec<(&str, &str, usize)> = Vec::new();
    for (at, (family, row)) in models.signs.iter().enumerate().filter(|(_, (_, row))| row.reports()) {
        for (list, table) in [(&row.names, &mut names), (&row.keys, &mut keys), (&row.texts, &mut texts)] {
            for text in list.iter() {
                if let Some(sym) = program.names.find(text) {
                    table.entry(sym).or_default().push(at);
                }
            }
        }
        imports.extend(row.imports.iter().map(|module| (&**family, module, at)));
    }
    let mut found: BTreeMap<usize, Sign> = BTreeMap::new();
    for (ix, file) in program.each_file() {
        if program.is_stub(ix)
            || !(served.is_empty() || served.contains(file.lang.family()))
            || matches!(file.role, Role::Test | Role::Vendored | Role::Minified | Role::Generated)
        {
            continue;
        }
        let mut seen = |at: usize, span: Span| {
            let (family, row) = &models.signs[at];
            if **family == *file.lang.family() {
                found.entry(at).or_insert_with(|| Sign {
                    of: row.of.to_string(),
                    says: row.says.to_string(),
                    place: place_of(program, ix, span),
                });
            }
        };
        for import in &file.imports {
            let module = program.text(import.module);
            for (_, wanted, at) in imports.iter().filter(|(family, ..)| *family == file.lang.family()) {
                let item = || {
                    import.kind == ImportKind::Item
                        && wanted.strip_prefix(module).and_then(|rest| rest.strip_prefix('.'))
                            == Some(program.text(import.name))
                };
                if is_below(module, wanted) || item() {
                    seen(*at, import.span);
                }
            }
        }
        if !names.is_empty() || !keys.is_empty() || !texts.is_empty() {
            words(file, &mut |sym, span, word| {
                let table = match word {
                    Word::Name => &names,
                    Word::Key => &keys,
                    Word::Text => &texts,
                };
                table.get(&sym).into_iter().flatten().for_each(|at| seen(*at, span));
            });
        }
    }
    let mut kept = FxHashSet::default();
    let mut signs: Vec<Sign> = found.into_values().collect();
    signs.sort_by(|a, b| (&a.of, &a.place, &a.says).cmp(&(&b.of, &b.place, &b.says)));
    signs.retain(|sign| kept.insert((sign.of.clone(), sign.says.clone())));
    signs
}

/// Whether a module is another one, or inside it.
fn is_below(module: &str, root: &str) -> bool {
    module.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '/', ':']))
}

/// What a word is there for.
#[derive(Clone, Copy)]
enum Word {
    Name,
    Key,
    Text,
}

/// Every name and text of a file's code.
fn words(file: &FileIr, seen: &mut dyn FnMut(Sym, Span, Word)) {
    for item in &file.items {
        seen(item.name, item.name_span, Word::Key);
        item.markers.iter().for_each(|marker| seen(marker.path, marker.span, Word::Name));
    }
    for body in &file.bodies {
        for op in &body.ops {
            match op.kind {
                OpKind::Str(text) => seen(text, op.span, Word::Text),
                OpKind::Name(name) | OpKind::Get { name, .. } => seen(name, op.span, Word::Name),
                OpKind::Call(id) => {
                    let call = body.call(id);
                    if let Callee::Member { name, .. } = call.callee {
                        seen(name, op.span, Word::Name);
                    }
                    for arg in body.args(call.args) {
                        if let Slot::Key(key) = arg.slot {
                            seen(key, op.span, Word::Key);
                        }
                    }
                }
                OpKind::Make(_, args) => {
                    for arg in body.args(args) {
                        if let Slot::Key(key) = arg.slot {
                            seen(key, op.span, Word::Key);
                        }
                    }
                }
                _ => {}
            }
        }
        body.puts.iter().for_each(|(name, value)| {
            let span = value.some().map_or(body.span, |value| body.op(value).span);
            seen(*name, span, Word::Key);
        });
    }
}
