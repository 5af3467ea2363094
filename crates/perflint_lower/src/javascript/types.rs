//! Type annotations.

use super::context::{Lowerer, span};
use oxc_ast::ast::{
    TSImportTypeQualifier, TSType, TSTypeAnnotation, TSTypeName, TSTypeOperatorOperator,
    TSTypeParameterInstantiation,
};
use oxc_span::GetSpan;
use perflint_ir::{TypeExpr, TypeId};

impl<'a> Lowerer<'a> {
    /// The type of an annotation; `None` if it says nothing that could be linked.
    pub(super) fn annotation(&mut self, annotation: &TSTypeAnnotation<'a>) -> Option<TypeId> {
        Some(self.ty(&annotation.type_annotation))
    }

    pub(super) fn ty(&mut self, ty: &TSType<'a>) -> TypeId {
        match self.nested(span(ty), |this| this.type_expr(ty)) {
            Some(ty) => ty,
            None => self.file.ty(TypeExpr::Other),
        }
    }

    fn type_expr(&mut self, ty: &TSType<'a>) -> TypeId {
        match ty {
            TSType::TSTypeReference(reference) => {
                self.type_path(&reference.type_name, reference.type_arguments.as_deref())
            }
            TSType::TSArrayType(array) => {
                let element = self.ty(&array.element_type);
                self.path("Array", vec![element])
            }
            TSType::TSUnionType(union) => self.union(&union.types),
            TSType::TSIntersectionType(all) => {
                match all.types.iter().find(|ty| matches!(ty, TSType::TSTypeReference(_))) {
                    Some(named) => self.ty(named),
                    None => self.file.ty(TypeExpr::Other),
                }
            }
            TSType::TSParenthesizedType(inner) => self.ty(&inner.type_annotation),
            TSType::TSTypeOperatorType(inner) if inner.operator == TSTypeOperatorOperator::Readonly => {
                self.ty(&inner.type_annotation)
            }
            TSType::JSDocNullableType(inner) => self.ty(&inner.type_annotation),
            TSType::JSDocNonNullableType(inner) => self.ty(&inner.type_annotation),
            TSType::TSImportType(import) => match &import.qualifier {
                Some(qualifier) => {
                    let name = self.dotted(match qualifier {
                        TSImportTypeQualifier::Identifier(name) => name.span,
                        TSImportTypeQualifier::QualifiedName(name) => name.span,
                    });
                    self.applied(name, import.type_arguments.as_deref())
                }
                None => self.file.ty(TypeExpr::Other),
            },
            TSType::TSTypePredicate(_) => self.path("boolean", Vec::new()),
            TSType::TSThisType(_)
            | TSType::TSStringKeyword(_)
            | TSType::TSNumberKeyword(_)
            | TSType::TSBooleanKeyword(_)
            | TSType::TSBigIntKeyword(_)
            | TSType::TSSymbolKeyword(_)
            | TSType::TSAnyKeyword(_)
            | TSType::TSUnknownKeyword(_)
            | TSType::TSVoidKeyword(_)
            | TSType::TSObjectKeyword(_)
            | TSType::TSNeverKeyword(_) => {
                let name = self.slice(ty.span());
                self.path(name, Vec::new())
            }
            _ => self.file.ty(TypeExpr::Other),
        }
    }

    /// A union without `null` and `undefined`.
    fn union(&mut self, types: &[TSType<'a>]) -> TypeId {
        let mut members: Vec<TypeId> = types
            .iter()
            .filter(|ty| !matches!(ty, TSType::TSNullKeyword(_) | TSType::TSUndefinedKeyword(_)))
            .map(|ty| self.ty(ty))
            .collect();
        match members.len() {
            1 => members.remove(0),
            0 => self.file.ty(TypeExpr::Other),
            _ => self.file.ty(TypeExpr::Union(members)),
        }
    }

    /// A named type with its arguments.
    pub(super) fn type_path(
        &mut self,
        name: &TSTypeName<'a>,
        arguments: Option<&TSTypeParameterInstantiation<'a>>,
    ) -> TypeId {
        let name = self.dotted(name.span());
        self.applied(name, arguments)
    }

    pub(super) fn applied(
        &mut self,
        name: &'a str,
        arguments: Option<&TSTypeParameterInstantiation<'a>>,
    ) -> TypeId {
        let args =
            arguments.map_or_else(Vec::new, |types| types.params.iter().map(|ty| self.ty(ty)).collect());
        self.path(name, args)
    }

    pub(super) fn path(&mut self, name: &'a str, args: Vec<TypeId>) -> TypeId {
        let name = self.sym(name);
        self.file.ty(TypeExpr::Path { name, args })
    }

    /// The text of a dotted name; one that is broken over lines counts by its last part.
    pub(super) fn dotted(&self, at: oxc_span::Span) -> &'a str {
        let text = self.slice(at);
        if text.contains(|c: char| c.is_whitespace() || c == '/') {
            return text.rsplit('.').next().unwrap_or(text).trim();
        }
        text
    }
}
