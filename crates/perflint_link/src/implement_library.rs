//! Which types of libraries satisfy an interface of the repository: `type DBTX interface { Query(..) (pgx.Rows, error) }` is what
//! pgx's pools, connections and transactions are.

use crate::class::ClassIx;
use crate::program::Program;
use perflint_ir::{ItemKind, Sym, TypeExpr, TypeId};
use perflint_models::{Models, TypeIx};

/// A type of the models with the package that it belongs to.
type Known<'m> = (&'m str, TypeIx);

fn package_of(path: &str) -> Option<&str> {
    path.rsplit_once('.').map(|(package, _)| package)
}

impl Program {
    /// Makes interfaces that no struct of the repository satisfies types of the library that has all of their methods, and whose
    /// package what one of them gives belongs to.
    pub(crate) fn satisfy_by_libraries(&mut self, models: &Models) {
        let open: Vec<ClassIx> =
            (0u32..self.classes.len() as u32).map(ClassIx).filter(|ix| self.is_open(*ix)).collect();
        let Some(first) = open.first() else { return };
        let family = self.file(self.class(*first).def.file).lang.models();
        let typed = |path| models.type_named(family, path).zip(package_of(path));
        let mut known: Vec<Known<'_>> =
            models.paths(family).filter_map(typed).map(|(ty, package)| (package, ty)).collect();
        known.sort_unstable();
        known.dedup();
        for ix in open {
            if let Some(ty) = self.library_type(ix, &known, models) {
                self.classes[ix.0 as usize].types.push(ty);
            }
        }
    }

    /// True for an interface with methods that nothing in the repository has.
    fn is_open(&self, ix: ClassIx) -> bool {
        let class = self.class(ix);
        let lang = self.file(class.def.file).lang;
        lang.implements_by_shape()
            && self.item(class.def).kind == ItemKind::Interface
            && class.heirs.is_empty()
            && class.types.is_empty()
            && !self.is_concrete(ix)
            && !self.is_stub(class.def.file)
    }

    fn library_type(&self, ix: ClassIx, known: &[Known<'_>], models: &Models) -> Option<TypeIx> {
        let methods = self.methods(ix);
        let has_all =
            |ty: &TypeIx| methods.iter().all(|name| models.method(*ty, self.text(*name), false).is_some());
        let results = methods.iter().filter_map(|name| self.class_member(ix, *name));
        let mut results = results.filter_map(|def| Some((def, self.item(def).ty?)));
        results.find_map(|(def, ty)| {
            let path = self.library_path(def.file, ty, 0)?;
            let package = package_of(self.text(path))?;
            let first = known.partition_point(|(of, _)| *of < package);
            let own = known[first..].iter().take_while(|(of, _)| *of == package);
            own.map(|(_, ty)| *ty).find(has_all)
        })
    }

    /// The path of the type of a library that a result is, or holds.
    fn library_path(&self, file: crate::FileIx, ty: TypeId, depth: u32) -> Option<Sym> {
        let TypeExpr::Path { name, args } = &self.file(file).types[ty.0 as usize] else { return None };
        let inner = |args: &[TypeId]| {
            args.iter().filter(|_| depth < 3).find_map(|ty| self.library_path(file, *ty, depth + 1))
        };
        match self.resolve_dotted(file, *name).and_then(|target| self.target_path(target)) {
            Some(path) if self.text(path).contains('.') => Some(path),
            _ => inner(args),
        }
    }
}
