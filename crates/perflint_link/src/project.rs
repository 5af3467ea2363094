//! Imports that one file makes for its project: `global using` holds in every file below the folder of the file that says it.

use crate::names::Names;
use perflint_ir::{FileIr, Import, ImportKind, Lang};

/// The alias that marks such an import.
const GLOBAL: &str = "global";
/// Most of them that are handed on.
const MAX_IMPORTS: usize = 256;
/// Folders in a project that hold files about the project.
const INNER: &[&str] = &["/Properties/", "/Usings/", "/Common/"];

/// Gives every file the imports that files of its project make for all.
pub(crate) fn share_imports(files: &mut [FileIr], names: &Names) {
    let Some(global) = names.find(GLOBAL) else { return };
    let mut shared: Vec<(String, Import)> = Vec::new();
    for file in files.iter().filter(|file| file.lang == Lang::CSharp) {
        let imports = file.imports.iter().filter(|i| i.kind == ImportKind::Glob && i.alias == global);
        let folder = project(&file.path);
        shared.extend(imports.map(|import| (folder.to_owned(), *import)));
    }
    shared.truncate(MAX_IMPORTS);
    if shared.is_empty() {
        return;
    }
    for file in files.iter_mut().filter(|file| file.lang.family() == Lang::CSharp.family()) {
        for (folder, import) in &shared {
            let known = file.imports.iter().any(|i| i.kind == ImportKind::Glob && i.module == import.module);
            if !known && file.path.starts_with(folder.as_str()) {
                file.imports.push(*import);
            }
        }
    }
}

/// The folder of a file, or the one around it where the folder's name says that it is about the project.
fn project(path: &str) -> &str {
    let folder = path.rfind('/').map_or("", |slash| &path[..=slash]);
    INNER.iter().find_map(|inner| folder.strip_suffix(&inner[1..])).unwrap_or(folder)
}

#[cfg(test)]
mod tests {
    use super::project;

    #[test]
    fn folders_of_projects() {
        assert_eq!(project("src/Api/GlobalUsings.cs"), "src/Api/");
        assert_eq!(project("src/Api/Properties/Usings.cs"), "src/Api/");
        assert_eq!(project("Usings.cs"), "");
    }
}
