//! Types.

use crate::{Kotlin, parts};
use perflint_ir::{OpId, TypeExpr, TypeId};
use tree_sitter::Node;

impl Kotlin<'_> {
    /// A type as written, without `?`.
    pub(crate) fn ty(&mut self, node: Node<'_>) -> TypeId {
        self.deeper(node, |kotlin| kotlin.ty_inner(node)).unwrap_or_else(|| self.low.file.ty(TypeExpr::Other))
    }

    fn ty_inner(&mut self, node: Node<'_>) -> TypeId {
        match node.kind() {
            "user_type" => {
                let name = self.type_name(node);
                let args = parts(node).into_iter().rfind(|part| part.kind() == "type_arguments");
                let args = args.map(parts).unwrap_or_default();
                let args = args.into_iter().map(|arg| self.ty(arg)).collect();
                self.low.file.named_type(&name, args)
            }
            "nullable_type"
            | "parenthesized_type"
            | "parenthesized_user_type"
            | "type_projection"
            | "receiver_type"
            | "not_nullable_type" => match parts(node).into_iter().find(|part| is_type(*part)) {
                Some(inner) => self.ty(inner),
                None => self.low.file.ty(TypeExpr::Other),
            },
            _ => self.low.file.ty(TypeExpr::Other),
        }
    }

    /// The name of a type without its arguments, joined with dots.
    pub(crate) fn type_name(&self, node: Node<'_>) -> String {
        let mut node = node;
        while let Some(inner) =
            parts(node).into_iter().find(|part| is_type(*part)).filter(|_| node.kind() != "user_type")
        {
            node = inner;
        }
        let names = parts(node).into_iter().filter(|part| part.kind() == "type_identifier");
        names.map(|name| self.ident(name)).collect::<Vec<_>>().join(".")
    }

    /// A type as a value: the class that it names.
    pub(crate) fn type_value(&mut self, node: Node<'_>) -> OpId {
        let name = self.type_name(node);
        self.low.path(&name, node)
    }
}

/// True for nodes that stand for a type.
pub(crate) fn is_type(node: Node<'_>) -> bool {
    matches!(
        node.kind(),
        "user_type"
            | "nullable_type"
            | "parenthesized_type"
            | "parenthesized_user_type"
            | "function_type"
            | "not_nullable_type"
    )
}

/// The first of a node's children that is a type.
pub(crate) fn type_in(node: Node<'_>) -> Option<Node<'_>> {
    parts(node).into_iter().find(|part| is_type(*part))
}
