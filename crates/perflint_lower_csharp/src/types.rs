//! Types.

use crate::CSharp;
use crate::kinds::{K, f, field, kind};
use perflint_ir::{Lang, OpId, TypeExpr, TypeId};
use perflint_syntax::Walk;
use tree_sitter::Node;

impl<'t> CSharp<'t> {
    /// A type as written; `X[]` is `Array<X>`, `X?` is `X`, a type parameter with a constraint is the constraint.
    pub(crate) fn ty(&mut self, node: Node<'t>) -> TypeId {
        self.deeper(node, |this| this.ty_inner(node)).unwrap_or_else(|| self.low.file.ty(TypeExpr::Other))
    }

    fn ty_inner(&mut self, node: Node<'t>) -> TypeId {
        match kind(node) {
            K::GenericName | K::QualifiedName | K::AliasQualifiedName => {
                let name = self.type_name(node);
                let args = self.type_args(node);
                let args = args.into_iter().map(|arg| self.ty(arg)).collect();
                self.low.file.named_type(&name, args)
            }
            K::Identifier => {
                let name = self.word(node);
                if let Some((_, constraint)) = self.constraints.iter().rev().find(|(of, _)| *of == name) {
                    return *constraint;
                }
                self.low.file.named_type(name, Vec::new())
            }
            K::PredefinedType => {
                let name = self.low.text(node);
                self.low.file.named_type(name, Vec::new())
            }
            K::NullableType | K::RefType | K::ScopedType => match field(node, f().r#type) {
                Some(inner) => self.ty(inner),
                None => self.low.file.ty(TypeExpr::Other),
            },
            K::ArrayType => {
                let element = field(node, f().r#type).map(|element| self.ty(element));
                self.low.file.named_type("Array", element.into_iter().collect())
            }
            K::TupleType => {
                let parts = self.children(node);
                let parts = parts.into_iter().filter_map(|part| field(part, f().r#type)).collect::<Vec<_>>();
                let args = parts.into_iter().map(|part| self.ty(part)).collect();
                self.low.file.named_type("ValueTuple", args)
            }
            _ => self.low.file.ty(TypeExpr::Other),
        }
    }

    /// A declared type; `None` where the compiler finds it out, or where there is nothing.
    pub(crate) fn declared(&mut self, node: Option<Node<'t>>) -> Option<TypeId> {
        let node = node?;
        let says = match kind(node) {
            K::ImplicitType => false,
            K::Identifier => self.low.text(node) != "var",
            K::PredefinedType => self.low.text(node) != "void",
            _ => true,
        };
        says.then(|| self.ty(node))
    }

    /// The declared type of a parameter: a number that may be null is one of the numbers, or nothing.
    pub(crate) fn declared_param(&mut self, node: Option<Node<'t>>) -> Option<TypeId> {
        let ty = self.declared(node)?;
        let inner =
            node.filter(|node| kind(*node) == K::NullableType).and_then(|node| field(node, f().r#type));
        let is_value = inner.is_some_and(|inner| Lang::CSharp.is_value_type(self.low.text(inner)));
        Some(if is_value { self.low.file.ty(TypeExpr::Union(vec![ty])) } else { ty })
    }

    /// The arguments of the last part of a type's name.
    pub(crate) fn type_args(&mut self, node: Node<'t>) -> Vec<Node<'t>> {
        let generic = match kind(node) {
            K::GenericName => Some(node),
            K::QualifiedName | K::AliasQualifiedName => field(node, f().name),
            K::NullableType => {
                return field(node, f().r#type).map(|inner| self.type_args(inner)).unwrap_or_default();
            }
            _ => None,
        };
        let list = generic.and_then(|generic| self.child(generic, K::TypeArgumentList));
        list.map(|list| self.children(list)).unwrap_or_default()
    }

    /// The dotted name of a type without its arguments.
    pub(crate) fn type_name(&mut self, node: Node<'t>) -> String {
        let mut parts = Vec::new();
        let mut next = Some(node);
        while let Some(node) = next.take() {
            match kind(node) {
                K::QualifiedName => {
                    parts.extend(field(node, f().name).map(|name| self.simple_name(name)));
                    next = node.named_child(0);
                }
                K::AliasQualifiedName => {
                    parts.extend(field(node, f().name).map(|name| self.simple_name(name)));
                    let alias = node.named_child(0).map_or("", |alias| self.low.text(alias));
                    parts.extend((alias != "global" && !alias.is_empty()).then_some(alias));
                }
                K::NullableType | K::RefType | K::ScopedType => next = field(node, f().r#type),
                K::ArrayType => parts.push("Array"),
                K::TupleType => parts.push("ValueTuple"),
                _ => parts.push(self.simple_name(node)),
            }
        }
        parts.reverse();
        parts.join(".")
    }

    /// A name without type arguments.
    pub(crate) fn simple_name(&self, node: Node<'t>) -> &'t str {
        match kind(node) {
            K::GenericName => node.named_child(0).map_or("", |name| self.word(name)),
            _ => self.word(node),
        }
    }

    /// A type as a value: the class that it names.
    pub(crate) fn type_value(&mut self, node: Node<'t>) -> OpId {
        let name = self.type_name(node);
        let name = library_name(&name).unwrap_or(&name);
        self.low.path(name, node)
    }
}

/// What a keyword for a type of the library stands for: `string` is `String`.
pub(crate) fn library_name(keyword: &str) -> Option<&'static str> {
    Some(match keyword {
        "bool" => "Boolean",
        "byte" => "Byte",
        "char" => "Char",
        "decimal" => "Decimal",
        "double" => "Double",
        "float" => "Single",
        "int" => "Int32",
        "long" => "Int64",
        "object" => "Object",
        "sbyte" => "SByte",
        "short" => "Int16",
        "string" => "String",
        "uint" => "UInt32",
        "ulong" => "UInt64",
        "ushort" => "UInt16",
        "nint" => "IntPtr",
        "nuint" => "UIntPtr",
        _ => return None,
    })
}
