//! `use` trees, flattened.

use super::Lowerer;
use super::attributes::name;
use perflint_ir::{Import, ImportKind, Span};
use syn::{Ident, ItemExternCrate, ItemUse, UseTree, Visibility};

impl Lowerer {
    pub(super) fn use_item(&mut self, item: &ItemUse) {
        self.use_tree(item, false);
    }

    /// A `use` inside a function. It brings its names to the whole file, but for those that mean something else there.
    pub(super) fn local_use(&mut self, item: &ItemUse) {
        self.use_tree(item, true);
    }

    fn use_tree(&mut self, item: &ItemUse, local: bool) {
        let public = !matches!(item.vis, Visibility::Inherited);
        let mut todo = vec![(Vec::new(), &item.tree)];
        while let Some((mut path, tree)) = todo.pop() {
            match tree {
                UseTree::Path(step) => {
                    path.push(name(&step.ident));
                    todo.push((path, &step.tree));
                }
                UseTree::Group(group) => {
                    todo.extend(group.items.iter().rev().map(|tree| (path.clone(), tree)));
                }
                UseTree::Glob(glob) => {
                    self.seen_from_file(&mut path);
                    let span = self.at(glob.star_token.span);
                    self.import(&path.join("::"), "", "", ImportKind::Glob, span);
                }
                UseTree::Name(leaf) if local && self.shadows(&path, &leaf.ident, &leaf.ident) => {}
                UseTree::Rename(leaf) if local && self.shadows(&path, &leaf.ident, &leaf.rename) => {}
                UseTree::Name(leaf) => self.imported(path, &leaf.ident, &leaf.ident, public),
                UseTree::Rename(leaf) => self.imported(path, &leaf.ident, &leaf.rename, public),
            }
        }
    }

    /// True if the file knows the name as something else: then it holds in the block only.
    fn shadows(&mut self, path: &[String], ident: &Ident, alias: &Ident) -> bool {
        let mut path = path.to_vec();
        self.seen_from_file(&mut path);
        let text = name(alias);
        let alias = self.file.sym(&text);
        let (module, item) = (self.file.sym(&path.join("::")), self.file.sym(&name(ident)));
        let known = self.file.peek().imports.iter().rev().find(|import| import.alias == alias);
        let shadows = !path.is_empty() && known.is_some_and(|i| (i.module, i.name) != (module, item));
        if shadows {
            path.push(name(ident));
            self.frame.alias(alias, path);
        }
        shadows
    }

    fn imported(&mut self, mut path: Vec<String>, ident: &Ident, alias: &Ident, public: bool) {
        self.seen_from_file(&mut path);
        let span = self.at(alias.span());
        let (mut item, mut local) = (name(ident), name(alias));
        if item == "self"
            && let Some(last) = path.pop()
        {
            if local == "self" {
                local.clone_from(&last);
            }
            item = last;
        }
        if path.is_empty() {
            self.import(&item, "", &local, ImportKind::Module, span);
        } else {
            self.import(&path.join("::"), &item, &local, ImportKind::Item, span);
        }
        if public {
            self.file.export(&local, &local);
        }
    }

    /// A module that only passes names on, as a `prelude` does. The names of a file are kept together, so it is the file.
    pub(super) fn reexports(&mut self, ident: &Ident) {
        let span = self.at(ident.span());
        self.import("self", "", &name(ident), ImportKind::Module, span);
    }

    /// `super` inside a module of the file is the file, and so are modules below it.
    fn seen_from_file(&self, path: &mut Vec<String>) {
        let up = path.iter().take(self.inside).take_while(|step| *step == "super").count();
        if up > 0 {
            path.splice(..up, ["self".to_owned()]);
        }
        if path.len() > 1 && path.first().is_some_and(|step| step == "self") && path[1] == "super" {
            path.remove(0);
        }
        let nested = path.iter().take_while(|step| self.nested_modules.contains(step)).count();
        if nested > 0 {
            path.splice(..nested, ["self".to_owned()]);
        }
    }

    pub(super) fn extern_crate(&mut self, item: &ItemExternCrate) {
        let alias = item.rename.as_ref().map_or(&item.ident, |(_, alias)| alias);
        let span = self.at(item.ident.span());
        self.import(&name(&item.ident), "", &name(alias), ImportKind::Module, span);
    }

    fn import(&mut self, module: &str, item: &str, alias: &str, kind: ImportKind, span: Span) {
        let (module, name, alias) = (self.file.sym(module), self.file.sym(item), self.file.sym(alias));
        self.file.import(Import { module, name, alias, kind, span });
    }
}
