//! Imports, anywhere in the file.

use super::{Lower, span};
use perflint_ir::{Import, ImportKind};
use ruff_python_ast::{Alias, StmtImport, StmtImportFrom};
use ruff_text_size::Ranged;

impl<'a> Lower<'a> {
    pub(super) fn import(&mut self, node: &'a StmtImport) {
        for alias in &node.names {
            let module = alias.name.as_str();
            match &alias.asname {
                Some(name) => self.module_import(module, name.as_str(), alias),
                None => {
                    let first = module.split('.').next().unwrap_or(module);
                    self.module_import(first, first, alias);
                    if first.len() < module.len() {
                        self.module_import(module, module, alias);
                    }
                }
            }
        }
    }

    fn module_import(&mut self, module: &str, alias: &str, node: &Alias) {
        let (module, name, alias) = (self.file.sym(module), self.file.sym(""), self.file.sym(alias));
        self.file.import(Import { module, name, alias, kind: ImportKind::Module, span: span(node.range()) });
    }

    pub(super) fn import_from(&mut self, node: &'a StmtImportFrom) {
        let path = node.module.as_ref().map_or("", |module| module.as_str());
        let module = if node.level == 0 {
            self.file.sym(path)
        } else {
            let dots = ".".repeat(node.level as usize);
            self.file.sym(&(dots + path))
        };
        for alias in &node.names {
            let taken = alias.name.as_str();
            let kind = if taken == "*" { ImportKind::Glob } else { ImportKind::Item };
            let name = self.file.sym(taken);
            let alias_name = self.file.sym(alias.asname.as_ref().unwrap_or(&alias.name).as_str());
            self.file.import(Import { module, name, alias: alias_name, kind, span: span(alias.range()) });
        }
    }
}
