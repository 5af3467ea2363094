//! Modules and classes that are generated into the repository, as models describe them.

use crate::class::ClassIx;
use crate::program::{FileIx, Program};
use crate::resolve::path::{folder_of, normalise};
use perflint_ir::{FileIr, Sym, TypeExpr};
use perflint_models::{GeneratedRow, Models, TypeIx};

impl Program {
    /// The type of the library that a class was generated for, which its name and the type of one of its fields tell.
    pub(crate) fn generated_type(&self, class: ClassIx, models: &Models) -> Option<TypeIx> {
        let def = self.class(class).def;
        let name = self.text(self.item(def).name);
        let mut types = models.generated_types(self.file(def.file).lang.models());
        types
            .find(|(_, row)| named_by(&row.class, name).is_some() && self.holds(class, &row.holds))
            .map(|(ty, _)| ty)
    }

    /// True if a class has a field of a type.
    fn holds(&self, class: ClassIx, wanted: &str) -> bool {
        let fields = self.class(class).members.values().flatten();
        fields.filter_map(|field| Some((field.file, self.item(*field).ty?))).any(|(file, ty)| {
            let TypeExpr::Path { name, .. } = self.file(file).types[ty.0 as usize] else { return false };
            self.text(self.written_path(file, name)) == wanted
        })
    }
}

/// The entity that the name of a class says it was generated for: `Order` of `OrderQuery`, where classes are called `{entity}Query`.
pub fn named_by<'n>(pattern: &str, name: &'n str) -> Option<&'n str> {
    let (before, after) = pattern.split_once("{entity}")?;
    name.strip_prefix(before)?.strip_suffix(after).filter(|entity| !entity.is_empty())
}

/// Generated modules of the models, and where schemas have them generated.
#[derive(Debug, Default)]
pub(crate) struct Generated {
    rows: Vec<GeneratedRow>,
    /// Folders, each with the number of its row.
    pub(crate) folders: Vec<(String, u32)>,
}

impl Generated {
    /// Reads the schemas among files whose names `text` tells.
    pub(crate) fn find<'t>(
        files: &[FileIr],
        first_stub: FileIx,
        models: &Models,
        text: &dyn Fn(Sym) -> &'t str,
    ) -> Self {
        let rows = models.generated.iter().filter(|(family, _)| **family == *"javascript");
        let mut out = Self { rows: rows.map(|(_, row)| row.clone()).collect(), folders: Vec::new() };
        let schemas = files[..first_stub.0 as usize].iter();
        for file in schemas.filter(|f| f.lang.models() == "javascript" && f.lang.family() != "javascript") {
            for marker in file.items.iter().flat_map(|item| &item.markers) {
                for (ix, row) in (0u32..).zip(&out.rows) {
                    if text(marker.path) != &*row.marker {
                        continue;
                    }
                    let words = || marker.words.iter().map(|word| text(*word));
                    let output = words().find_map(|word| word.strip_prefix(&*row.output)?.strip_prefix('='));
                    if words().any(|word| row.words.iter().any(|known| **known == *word))
                        && let Some(output) = output
                        && let Some(folder) = normalise(folder_of(&file.path), output)
                        && !folder.is_empty()
                    {
                        out.folders.push((folder, ix));
                    }
                }
            }
        }
        out
    }

    /// The module that a generated one stands for.
    pub(crate) fn module(&self, ix: u32) -> Option<&str> {
        Some(&self.rows.get(ix as usize)?.module)
    }

    /// The module that a path means that leads to nothing, by its end or that of a folder in it.
    pub(crate) fn by_path(&self, specifier: &str) -> Option<&str> {
        let names: Vec<&str> =
            specifier.split('/').filter(|part| !matches!(*part, "." | ".." | "")).collect();
        let has = |tail: &str| {
            let tail: Vec<&str> = tail.split('/').collect();
            names.windows(tail.len()).any(|window| window == tail)
        };
        let row = self.rows.iter().find(|row| row.paths.iter().any(|path| has(path)))?;
        Some(&row.module)
    }
}
