//! Types, reduced to what a value of them offers: references, smart pointers, `Option` and `Result` are looked through.

use super::Lowerer;
use super::attributes::{name, path_text};
use perflint_ir::{Span, TypeExpr, TypeId};
use syn::{
    AngleBracketedGenericArguments, GenericArgument, Path, PathArguments, ReturnType, Type, TypeParamBound,
};

/// Types that are looked through to their first argument.
const TRANSPARENT: &[&str] = &["Box", "Arc", "Rc", "Pin", "Option", "Result", "Cow"];

impl Lowerer {
    pub(super) fn ty(&mut self, ty: &Type) -> TypeId {
        self.nested(Span::default(), |l| l.type_inside(ty)).unwrap_or_else(|| self.file.ty(TypeExpr::Other))
    }

    pub(super) fn return_type(&mut self, output: &ReturnType) -> Option<TypeId> {
        match output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some(self.ty(ty)),
        }
    }

    /// The type that a trait bound stands for: its first trait.
    pub(super) fn bound<'a>(&mut self, mut bounds: impl Iterator<Item = &'a TypeParamBound>) -> TypeId {
        let first = bounds.find_map(|bound| match bound {
            TypeParamBound::Trait(bound) => Some(&bound.path),
            _ => None,
        });
        match first {
            Some(path) => self.path_type(path),
            None => self.file.ty(TypeExpr::Other),
        }
    }

    fn type_inside(&mut self, ty: &Type) -> TypeId {
        match ty {
            Type::Reference(inner) => self.ty(&inner.elem),
            Type::Ptr(inner) => self.ty(&inner.elem),
            Type::Paren(inner) => self.ty(&inner.elem),
            Type::Group(inner) => self.ty(&inner.elem),
            Type::Slice(inner) => self.vec_of(&inner.elem),
            Type::Array(inner) => self.vec_of(&inner.elem),
            Type::ImplTrait(bounds) => self.bound(bounds.bounds.iter()),
            Type::TraitObject(bounds) => self.bound(bounds.bounds.iter()),
            Type::Tuple(tuple) => {
                let args = tuple.elems.iter().map(|ty| self.ty(ty)).collect();
                self.file.named_type("tuple", args)
            }
            Type::Path(path) if path.qself.is_none() => self.path_type(&path.path),
            _ => self.file.ty(TypeExpr::Other),
        }
    }

    fn vec_of(&mut self, element: &Type) -> TypeId {
        let element = self.ty(element);
        self.file.named_type("Vec", vec![element])
    }

    pub(super) fn path_type(&mut self, path: &Path) -> TypeId {
        if let Some(inner) = transparent(path) {
            return self.ty(inner);
        }
        if path.is_ident("Self")
            && let Some(own) = self.self_ty.clone().filter(|own| !own.is_ident("Self"))
        {
            return self.path_type(&own);
        }
        let args = path.segments.last().map(|last| type_args(&last.arguments)).unwrap_or_default();
        let args = args.into_iter().map(|ty| self.ty(ty)).collect();
        self.file.named_type(&path_text(path, "."), args)
    }
}

/// The type inside a transparent one.
pub(super) fn transparent(path: &Path) -> Option<&Type> {
    let last = path.segments.last()?;
    let first = *type_args(&last.arguments).first()?;
    TRANSPARENT.contains(&name(&last.ident).as_str()).then_some(first)
}

/// The type arguments of a path's segment.
pub(super) fn type_args(arguments: &PathArguments) -> Vec<&Type> {
    match arguments {
        PathArguments::AngleBracketed(args) => angle_args(args),
        _ => Vec::new(),
    }
}

/// Type arguments; the value of `Output = T` or `Item = T` is one.
pub(super) fn angle_args(arguments: &AngleBracketedGenericArguments) -> Vec<&Type> {
    let mut types = Vec::new();
    for argument in &arguments.args {
        match argument {
            GenericArgument::Type(ty) => types.push(ty),
            GenericArgument::AssocType(assoc) => types.push(&assoc.ty),
            _ => {}
        }
    }
    types
}
