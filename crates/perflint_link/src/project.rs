//! What one file says for others: `global using` holds in every file below the folder of the file that says it, what
//! `_Imports.razor` uses in the components below its folder. The code of a component in a file of its own, `Cart.razor.cs`, tells the
//! namespace that `Cart.razor` is in.

use crate::names::Names;
use perflint_ir::{FileIr, Import, ImportKind, Lang, Sym};
use rustc_hash::FxHashMap;

/// The alias that marks such an import.
const GLOBAL: &str = "global";
/// The file whose imports hold in the components below its folder.
const COMPONENTS: &str = "_Imports.razor";
/// Most of them that are handed on.
const MAX_IMPORTS: usize = 256;
/// Folders in a project that hold files about the project.
const INNER: &[&str] = &["/Properties/", "/Usings/", "/Common/"];

/// Gives every file what files of its project say for it.
pub(crate) fn share_imports(files: &mut [FileIr], names: &Names) {
    share_with_components(files);
    name_components(files);
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

/// Gives components the imports that hold in their folder.
fn share_with_components(files: &mut [FileIr]) {
    let mut shared: Vec<(String, Import)> = Vec::new();
    for file in files.iter().filter(|file| file.lang == Lang::Razor) {
        if let Some(folder) = file.path.strip_suffix(COMPONENTS) {
            shared.extend(file.imports.iter().map(|import| (folder.to_owned(), *import)));
        }
    }
    shared.truncate(MAX_IMPORTS);
    let is_component = |file: &&mut FileIr| file.lang == Lang::Razor && file.path.ends_with(".razor");
    for file in files.iter_mut().filter(is_component) {
        for (folder, import) in &shared {
            if !file.imports.contains(import) && file.path.starts_with(folder.as_str()) {
                file.imports.push(*import);
            }
        }
    }
}

/// Puts components into the namespace of the file that holds their code.
fn name_components(files: &mut [FileIr]) {
    let spaces: FxHashMap<String, Sym> = files
        .iter()
        .filter_map(|file| Some((file.path.strip_suffix(".cs")?.to_owned(), file.package)))
        .filter(|(path, _)| path.ends_with(".razor"))
        .collect();
    for file in files.iter_mut().filter(|file| file.lang == Lang::Razor) {
        if let Some(space) = spaces.get(&*file.path) {
            file.package = *space;
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
