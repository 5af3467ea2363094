//! Rust for the walker.

use super::grammar::{Grammar, Imported, Shape, child, children, text};
use perflint_ir::{CallForm, ExitKind, ImportKind, ItemKind};
use tree_sitter::Node;

pub(super) fn grammar() -> Grammar {
    Grammar::new(tree_sitter_rust::LANGUAGE.into(), shape, false, imports)
}

fn shape(kind: &str) -> Shape {
    match kind {
        "line_comment"
        | "block_comment"
        | "type_arguments"
        | "type_parameters"
        | "where_clause"
        | "visibility_modifier"
        | "mutable_specifier"
        | "lifetime"
        | "macro_definition"
        | "self_parameter"
        | "type_identifier"
        | "generic_type"
        | "primitive_type"
        | "reference_type"
        | "inner_attribute_item"
        | "match_pattern" => Shape::Skip,
        "source_file"
        | "expression_statement"
        | "declaration_list"
        | "field_declaration_list"
        | "enum_variant_list" => Shape::Statement,
        "block"
        | "parenthesized_expression"
        | "reference_expression"
        | "try_expression"
        | "type_cast_expression"
        | "unsafe_block"
        | "else_clause"
        | "token_tree"
        | "generic_function"
        | "match_arm" => Shape::Through,
        "identifier" | "crate" | "super" | "shorthand_field_identifier" => Shape::Name,
        "self" => Shape::SelfRef,
        "boolean_literal" => Shape::Unknown,
        "integer_literal" => Shape::Number,
        "string_literal" | "raw_string_literal" => Shape::Text,
        "string_content" | "escape_sequence" => Shape::Piece,
        "function_item" | "function_signature_item" => {
            Shape::Function { name: "name", params: "parameters", body: "body", result: "return_type" }
        }
        "closure_expression" => Shape::Lambda { params: "parameters", body: "body" },
        "struct_item" | "enum_item" | "union_item" => {
            Shape::Class { kind: ItemKind::Class, name: "name", bases: "", body: "body" }
        }
        "trait_item" => {
            Shape::Class { kind: ItemKind::Interface, name: "name", bases: "bounds", body: "body" }
        }
        "impl_item" => Shape::Extension { ty: "type", base: "trait", body: "body" },
        "mod_item" => Shape::Module { name: "name", body: "body" },
        "field_declaration" => Shape::Property { name: "name", ty: "type", value: "" },
        "const_item" | "static_item" => Shape::Assign { left: "name", right: "value" },
        "attribute_item" => Shape::Attribute,
        "call_expression" => Shape::Call { callee: "function", args: "arguments", form: CallForm::Plain },
        "macro_invocation" => Shape::Call { callee: "macro", args: "token_tree", form: CallForm::Macro },
        "struct_expression" => Shape::Call { callee: "name", args: "body", form: CallForm::New },
        "field_initializer" => Shape::Pair { key: "field", value: "value" },
        "field_expression" => Shape::Member { object: "value", name: "field" },
        "scoped_identifier" => Shape::Member { object: "path", name: "name" },
        "array_expression" => Shape::List,
        "tuple_expression" => Shape::Tuple,
        "let_declaration" | "let_condition" => Shape::Assign { left: "pattern", right: "value" },
        "assignment_expression" | "compound_assignment_expr" => {
            Shape::Assign { left: "left", right: "right" }
        }
        "binary_expression" => Shape::Binary { left: "left", right: "right" },
        "for_expression" => Shape::Loop { first: "", item: "pattern", over: "value", body: "body" },
        "while_expression" => Shape::Loop { first: "", item: "", over: "condition", body: "body" },
        "loop_expression" => Shape::Loop { first: "", item: "", over: "", body: "body" },
        "if_expression" => Shape::Decide { cond: "condition", arms: "" },
        "match_expression" => Shape::Decide { cond: "value", arms: "body" },
        "await_expression" => Shape::Await,
        "return_expression" => Shape::Exit(ExitKind::Return),
        "break_expression" => Shape::Exit(ExitKind::Break),
        "continue_expression" => Shape::Exit(ExitKind::Continue),
        "use_declaration" => Shape::Import,
        _ => Shape::Unknown,
    }
}

fn imports(node: Node<'_>, source: &str) -> Vec<Imported> {
    let mut found = Vec::new();
    let mut todo: Vec<(String, Node<'_>)> =
        child(node, "argument").map(|tree| (String::new(), tree)).into_iter().collect();
    while let Some((module, tree)) = todo.pop() {
        let own = text(tree, source);
        match tree.kind() {
            "scoped_use_list" => {
                let path = child(tree, "path").map_or("", |path| text(path, source));
                todo.extend(child(tree, "list").map(|list| (join(&module, path), list)));
            }
            "use_list" => todo.extend(children(tree).into_iter().rev().map(|part| (module.clone(), part))),
            "use_as_clause" => {
                let path = child(tree, "path").map_or("", |path| text(path, source));
                let alias = child(tree, "alias").map_or("", |alias| text(alias, source));
                found.push(leaf(&join(&module, path), Some(alias)));
            }
            "use_wildcard" => {
                let path = join(&module, own.trim_end_matches("::*"));
                found.push(Imported {
                    module: path,
                    name: String::new(),
                    alias: String::new(),
                    kind: ImportKind::Glob,
                });
            }
            "self" => found.push(leaf(&module, None)),
            _ => found.push(leaf(&join(&module, own), None)),
        }
    }
    found
}

fn join(module: &str, path: &str) -> String {
    if module.is_empty() { path.to_owned() } else { format!("{module}::{path}") }
}

fn leaf(path: &str, alias: Option<&str>) -> Imported {
    let (module, name, kind) = match path.rsplit_once("::") {
        Some((module, name)) => (module, name, ImportKind::Item),
        None => (path, "", ImportKind::Module),
    };
    let last = path.rsplit("::").next().unwrap_or_default();
    Imported {
        module: module.to_owned(),
        name: name.to_owned(),
        alias: alias.unwrap_or(last).to_owned(),
        kind,
    }
}
