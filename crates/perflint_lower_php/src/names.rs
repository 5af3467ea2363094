//! Names and types.

use crate::walk::Php;
use perflint_ir::{OpId, OpKind, TypeExpr, TypeId};
use php_ast::{BuiltinType, Expr, ExprKind, Name, TypeHint, TypeHintKind};

/// A name with dots.
pub(crate) fn dotted(name: &Name<'_, '_>) -> String {
    name.parts_slice().join(".")
}

impl Php<'_> {
    /// A name with dots as the chain of its parts.
    pub(crate) fn chain(&mut self, path: &str, at: php_ast::Span) -> OpId {
        let mut parts = path.split('.').filter(|part| !part.is_empty());
        let first = self.file.sym(parts.next().unwrap_or(""));
        let mut value = self.op(OpKind::Name(first), at);
        for part in parts {
            let name = self.file.sym(part);
            value = self.op(OpKind::Get { base: value, name }, at);
        }
        value
    }

    /// What stands before `::`.
    pub(crate) fn class_ref(&mut self, class: &Expr<'_, '_>) -> OpId {
        let Some(path) = class_path(class) else { return self.expr(class) };
        match path.to_ascii_lowercase().as_str() {
            "parent" => self.op(OpKind::SuperRef, class.span),
            "self" | "static" => match self.class.clone() {
                Some(own) => self.chain(&own, class.span),
                None => self.op(OpKind::SelfRef, class.span),
            },
            _ => self.chain(&path, class.span),
        }
    }

    /// A type as written; null is left out.
    pub(crate) fn ty(&mut self, hint: &TypeHint<'_, '_>) -> TypeId {
        match &hint.kind {
            TypeHintKind::Named(name) => {
                let name = dotted(name);
                self.file.named_type(&name, Vec::new())
            }
            TypeHintKind::Keyword(builtin, _) => self.builtin(*builtin),
            TypeHintKind::Nullable(inner) => {
                let at = inner.span;
                self.deeper(at, |php| php.ty(inner)).unwrap_or_else(|| self.file.ty(TypeExpr::Other))
            }
            TypeHintKind::Union(types) | TypeHintKind::Intersection(types) => {
                let is_null = |hint: &TypeHint<'_, '_>| {
                    matches!(hint.kind, TypeHintKind::Keyword(BuiltinType::Null | BuiltinType::False, _))
                };
                let all: Vec<TypeId> =
                    types.iter().filter(|hint| !is_null(hint)).map(|hint| self.ty(hint)).collect();
                self.union(all)
            }
            _ => self.file.ty(TypeExpr::Other),
        }
    }

    pub(crate) fn union(&mut self, types: Vec<TypeId>) -> TypeId {
        match types[..] {
            [] => self.file.ty(TypeExpr::Other),
            [single] => single,
            _ => self.file.ty(TypeExpr::Union(types)),
        }
    }

    fn builtin(&mut self, builtin: BuiltinType) -> TypeId {
        match builtin {
            BuiltinType::Self_ | BuiltinType::Static => self.own_type(),
            BuiltinType::Array => self.file.named_type("array", Vec::new()),
            other => self.file.named_type(other.as_str(), Vec::new()),
        }
    }

    /// The class around as a type.
    pub(crate) fn own_type(&mut self) -> TypeId {
        match self.class.clone() {
            Some(own) => self.file.named_type(&own, Vec::new()),
            None => self.file.ty(TypeExpr::Other),
        }
    }
}

/// The dotted name that an expression before `::` or after `new` is.
pub(crate) fn class_path(class: &Expr<'_, '_>) -> Option<String> {
    match &class.kind {
        ExprKind::Name(name) => Some(dotted(name)),
        ExprKind::Identifier(name) => Some(name.trim_start_matches('\\').replace('\\', ".")),
        _ => None,
    }
}

/// True for types that say nothing about what is inside.
pub(crate) fn is_vague(hint: &TypeHint<'_, '_>) -> bool {
    match &hint.kind {
        TypeHintKind::Keyword(builtin, _) => matches!(
            builtin,
            BuiltinType::Array | BuiltinType::Iterable | BuiltinType::Mixed | BuiltinType::Object
        ),
        TypeHintKind::Nullable(inner) => is_vague(inner),
        _ => false,
    }
}
