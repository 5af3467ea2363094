//! Types.

use crate::{Go, Results};
use perflint_ir::{TypeExpr, TypeId};
use perflint_syntax::tree::children;
use perflint_syntax::{Fields, Walk};
use tree_sitter::Node;

impl Go<'_> {
    /// A type as written: pointers are dropped, `[]X` is `Array<X>`, `map[K]V` is `Map<K, V>`.
    pub(crate) fn ty(&mut self, node: Node<'_>) -> TypeId {
        self.deeper(node, |go| go.ty_inner(node)).unwrap_or_else(|| self.low.file.ty(TypeExpr::Other))
    }

    fn ty_inner(&mut self, node: Node<'_>) -> TypeId {
        let field = |name: &str| node.field(name);
        match node.kind() {
            "type_identifier" | "identifier" | "qualified_type" | "selector_expression" => {
                let text = self.low.text(node);
                self.low.file.named_type(text, Vec::new())
            }
            "pointer_type" | "parenthesized_type" | "type_elem" | "negated_type" => match node.named_child(0)
            {
                Some(inner) => self.ty(inner),
                None => self.low.file.ty(TypeExpr::Other),
            },
            "slice_type" | "array_type" | "implicit_length_array_type" => {
                self.wrapped("Array", &[field("element")])
            }
            "map_type" => self.wrapped("Map", &[field("key"), field("value")]),
            "channel_type" => self.wrapped("Chan", &[field("value")]),
            "generic_type" => {
                let args = field("type_arguments").map(children).unwrap_or_default();
                let args = args.into_iter().map(|arg| self.ty(arg)).collect();
                let name = field("type").map_or("", |ty| self.low.text(ty));
                self.low.file.named_type(name, args)
            }
            _ => self.low.file.ty(TypeExpr::Other),
        }
    }

    fn wrapped(&mut self, name: &str, args: &[Option<Node<'_>>]) -> TypeId {
        let args = args.iter().flatten().map(|arg| self.ty(*arg)).collect();
        self.low.file.named_type(name, args)
    }

    /// What a function gives back, without its error: the type, and how many values there are.
    pub(crate) fn result(&mut self, node: Option<Node<'_>>) -> (Option<TypeId>, Results) {
        let Some(node) = node else { return (None, Results::default()) };
        let (mut types, mut named) = (Vec::new(), Vec::new());
        if node.kind() == "parameter_list" {
            for param in children(node) {
                let Some(ty) = param.field("type") else { continue };
                let mut cursor = param.walk();
                let names: Vec<Node<'_>> = param.children_by_field_name("name", &mut cursor).collect();
                types.extend(std::iter::repeat_n(ty, names.len().max(1)));
                named.extend(names.into_iter().map(|name| self.low.text(name).to_owned()));
            }
        } else {
            types.push(node);
        }
        let error = types.last().is_some_and(|ty| self.low.text(*ty) == "error");
        let results = Results { count: types.len(), error, names: named };
        types.truncate(types.len() - usize::from(error));
        let ty = match types[..] {
            [] => None,
            [one] => Some(self.ty(one)),
            _ => {
                let args = types.into_iter().map(|ty| self.ty(ty)).collect();
                Some(self.low.file.named_type("Tuple", args))
            }
        };
        (ty, results)
    }

    /// The name of a receiver's or embedded type, without pointer and type arguments.
    pub(crate) fn type_name(&self, mut node: Node<'_>) -> &str {
        loop {
            let inner = match node.kind() {
                "pointer_type" | "parenthesized_type" => node.named_child(0),
                "generic_type" => node.field("type"),
                _ => return self.low.text(node),
            };
            match inner {
                Some(inner) => node = inner,
                None => return "",
            }
        }
    }
}
