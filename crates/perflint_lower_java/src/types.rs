//! Types.

use crate::Java;
use perflint_ir::{TypeExpr, TypeId};
use perflint_syntax::tree::children;
use perflint_syntax::{Fields, Walk};
use tree_sitter::Node;

impl Java<'_> {
    /// A type as written; `X[]` is `Array<X>`, `void` and primitive types are names like any other.
    pub(crate) fn ty(&mut self, node: Node<'_>) -> TypeId {
        self.deeper(node, |java| java.ty_inner(node)).unwrap_or_else(|| self.low.file.ty(TypeExpr::Other))
    }

    fn ty_inner(&mut self, node: Node<'_>) -> TypeId {
        match node.kind() {
            "generic_type" => {
                let parts = children(node);
                let name = parts.first().map_or("", |name| self.low.text(*name)).to_owned();
                let args = parts.iter().find(|part| part.kind() == "type_arguments");
                let args = args.map(|args| children(*args)).unwrap_or_default();
                let args = args.into_iter().map(|arg| self.ty(arg)).collect();
                self.low.file.named_type(&name, args)
            }
            "array_type" => {
                let element = node.field("element").map(|element| self.ty(element));
                self.low.file.named_type("Array", element.into_iter().collect())
            }
            "annotated_type" | "wildcard" => match children(node).into_iter().rfind(|part| is_type(*part)) {
                Some(inner) => self.ty(inner),
                None => self.low.file.ty(TypeExpr::Other),
            },
            _ => {
                let text = self.low.text(node);
                self.low.file.named_type(text, Vec::new())
            }
        }
    }

    /// The name of a type without its arguments.
    pub(crate) fn type_name(&self, node: Node<'_>) -> &str {
        match node.kind() {
            "generic_type" | "annotated_type" => {
                children(node).into_iter().find(|part| is_type(*part)).map_or("", |part| self.low.text(part))
            }
            _ => self.low.text(node),
        }
    }
}

/// True for nodes that stand for a type.
pub(crate) fn is_type(node: Node<'_>) -> bool {
    matches!(
        node.kind(),
        "type_identifier"
            | "scoped_type_identifier"
            | "generic_type"
            | "array_type"
            | "annotated_type"
            | "integral_type"
            | "floating_point_type"
            | "boolean_type"
            | "void_type"
    )
}
