//! Templates by what they are called: a file, or a named part of one.
//!
//! `orders/list` is a file by the end of its path. `rows :: row` is the part `row` of the file `rows`, `:: row` the part of that name that
//! is nearest, in the file itself first. A bare name is a part before it is a file: Go's `{{define "row"}}`. Where several
//! files define a part of a name, those that are rendered together tell which is meant.

use crate::program::{BodyRef, Def, FileIx, Program};
use crate::resolve::path::shared;
use perflint_ir::{ItemId, ItemKind};
use rustc_hash::FxHashMap;

/// The named parts of templates, by the family of their language and their name.
#[derive(Debug, Default)]
pub(crate) struct Parts(FxHashMap<(&'static str, Box<str>), Vec<Def>>);

impl Program {
    /// The template or part that a name means, written in a file; `set` names the templates that are rendered together.
    pub fn template_named(&self, name: &str, from: FileIx, set: &[&str]) -> Option<BodyRef> {
        if let Some((file, part)) = name.split_once(" :: ").or_else(|| Some(("", name.strip_prefix(":: ")?)))
        {
            let within = match file.trim() {
                "" => None,
                file => Some(self.template(file, from)?),
            };
            return self.part(part.trim(), within, from);
        }
        let together = set.iter().find_map(|file| self.part(name, Some(self.template(file, from)?), from));
        together.or_else(|| self.only_part(name, from)).or_else(|| self.whole(self.template(name, from)?))
    }

    /// A part of this name, if the file itself has one or no two files do.
    fn only_part(&self, name: &str, from: FileIx) -> Option<BodyRef> {
        let found = self.parts.0.get(&(self.file(from).lang.family(), Box::from(name)))?;
        let several = found.iter().any(|def| def.file != found[0].file);
        let own = found.iter().any(|def| def.file == from);
        if several && !own { None } else { self.part(name, None, from) }
    }

    /// A part by its name: of a file, or the nearest.
    fn part(&self, name: &str, within: Option<FileIx>, from: FileIx) -> Option<BodyRef> {
        let family = self.file(from).lang.family();
        let found = self.parts.0.get(&(family, Box::from(name)))?;
        let near = |def: &&Def| {
            let path = &self.file(def.file).path;
            (usize::MAX - shared(path, &self.file(from).path), **def)
        };
        let def = match within {
            Some(file) => found.iter().find(|def| def.file == file)?,
            None => found.iter().find(|def| def.file == from).or_else(|| found.iter().min_by_key(near))?,
        };
        Some(BodyRef { file: def.file, body: self.item(*def).body? })
    }

    /// The template that a file is.
    fn whole(&self, file: FileIx) -> Option<BodyRef> {
        let item = self.file(file).items.iter().find(|item| item.kind == ItemKind::Template)?;
        Some(BodyRef { file, body: item.body? })
    }

    /// Finds the parts of all templates: what a file has beside the template that it is.
    pub(crate) fn index_parts(&mut self) {
        let mut parts = Parts::default();
        for (file, ir) in self.each_file().take(self.first_stub.0 as usize) {
            let templates = (0u32..).zip(&ir.items).filter(|(_, item)| item.kind == ItemKind::Template);
            for (item, template) in templates.skip(1) {
                let key = (ir.lang.family(), Box::from(self.text(template.name)));
                parts.0.entry(key).or_default().push(Def { file, item: ItemId(item) });
            }
        }
        self.parts = parts;
    }
}
