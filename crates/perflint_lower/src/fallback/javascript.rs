//! JavaScript and TypeScript for the walker.

use super::grammar::{Grammar, Imported, Shape, child, children, text};
use perflint_ir::{CallForm, ExitKind, ImportKind, ItemKind, Lang};
use tree_sitter::Node;

pub(super) fn grammar(lang: Lang) -> Grammar {
    let language = match lang {
        Lang::JavaScript => tree_sitter_javascript::LANGUAGE,
        Lang::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT,
        _ => tree_sitter_typescript::LANGUAGE_TSX,
    };
    Grammar::new(language.into(), shape, false, imports).with_exports(exports)
}

fn shape(kind: &str) -> Shape {
    match kind {
        "comment"
        | "type_annotation"
        | "type_arguments"
        | "type_parameters"
        | "type_alias_declaration"
        | "empty_statement"
        | "jsx_text"
        | "jsx_closing_element" => Shape::Skip,
        "program"
        | "statement_block"
        | "expression_statement"
        | "lexical_declaration"
        | "variable_declaration"
        | "class_body"
        | "interface_body"
        | "try_statement"
        | "finally_clause"
        | "labeled_statement"
        | "switch_body" => Shape::Statement,
        "parenthesized_expression"
        | "else_clause"
        | "switch_case"
        | "switch_default"
        | "template_substitution"
        | "as_expression"
        | "non_null_expression"
        | "satisfies_expression"
        | "jsx_expression"
        | "spread_element" => Shape::Through,
        "identifier" | "shorthand_property_identifier" => Shape::Name,
        "this" => Shape::SelfRef,
        "super" => Shape::SuperRef,
        "null" | "undefined" => Shape::Null,
        "true" => Shape::Bool(true),
        "false" => Shape::Bool(false),
        "number" => Shape::Number,
        "string" | "template_string" => Shape::Text,
        "string_fragment" | "escape_sequence" => Shape::Piece,
        "function_declaration"
        | "generator_function_declaration"
        | "method_definition"
        | "method_signature"
        | "abstract_method_signature" => {
            Shape::Function { name: "name", params: "parameters", body: "body", result: "return_type" }
        }
        "arrow_function" | "function_expression" | "generator_function" => {
            Shape::Lambda { params: "parameters", body: "body" }
        }
        "class_declaration" | "abstract_class_declaration" | "class" => {
            Shape::Class { kind: ItemKind::Class, name: "name", bases: "class_heritage", body: "body" }
        }
        "interface_declaration" => Shape::Class {
            kind: ItemKind::Interface,
            name: "name",
            bases: "extends_type_clause",
            body: "body",
        },
        "field_definition" => Shape::Property { name: "property", ty: "", value: "value" },
        "public_field_definition" | "property_signature" => {
            Shape::Property { name: "name", ty: "type", value: "value" }
        }
        "decorator" => Shape::Decorator,
        "call_expression" => Shape::Call { callee: "function", args: "arguments", form: CallForm::Plain },
        "new_expression" => Shape::Call { callee: "constructor", args: "arguments", form: CallForm::New },
        "pair" => Shape::Pair { key: "key", value: "value" },
        "member_expression" => Shape::Member { object: "object", name: "property" },
        "subscript_expression" => Shape::Index { object: "object", key: "index" },
        "array" => Shape::List,
        "object" => Shape::Map,
        "variable_declarator" => Shape::Assign { left: "name", right: "value" },
        "assignment_expression" | "augmented_assignment_expression" => {
            Shape::Assign { left: "left", right: "right" }
        }
        "binary_expression" => Shape::Binary { left: "left", right: "right" },
        "for_in_statement" => Shape::Loop { first: "", item: "left", over: "right", body: "body" },
        "for_statement" => Shape::Loop { first: "initializer", item: "", over: "condition", body: "body" },
        "while_statement" | "do_statement" => {
            Shape::Loop { first: "", item: "", over: "condition", body: "body" }
        }
        "if_statement" | "ternary_expression" => Shape::Decide { cond: "condition", arms: "" },
        "switch_statement" => Shape::Decide { cond: "value", arms: "body" },
        "catch_clause" => Shape::Handler,
        "await_expression" => Shape::Await,
        "yield_expression" => Shape::Yield,
        "return_statement" => Shape::Exit(ExitKind::Return),
        "throw_statement" => Shape::Exit(ExitKind::Raise),
        "break_statement" => Shape::Exit(ExitKind::Break),
        "continue_statement" => Shape::Exit(ExitKind::Continue),
        "import_statement" => Shape::Import,
        "export_statement" => Shape::Export,
        _ => Shape::Unknown,
    }
}

fn imports(node: Node<'_>, source: &str) -> Vec<Imported> {
    let Some(module) = child(node, "source") else { return Vec::new() };
    let module = text(module, source).trim_matches(['"', '\'', '`']);
    let re_exported = children(node).into_iter().filter(|part| part.kind() == "export_clause");
    let clauses = re_exported
        .chain(children(node).into_iter().filter(|part| part.kind() == "import_clause").flat_map(children));
    let mut found = Vec::new();
    let mut add = |name: &str, alias: &str, kind| {
        found.push(Imported { module: module.into(), name: name.into(), alias: alias.into(), kind });
    };
    for part in clauses {
        match part.kind() {
            "identifier" => add("default", text(part, source), ImportKind::Item),
            "namespace_import" => {
                let alias = children(part).first().map_or("", |alias| text(*alias, source));
                add("", alias, ImportKind::Module);
            }
            "named_imports" | "export_clause" => {
                for one in children(part) {
                    let name = child(one, "name").map_or("", |name| text(name, source));
                    add(
                        name,
                        child(one, "alias").map_or(name, |alias| text(alias, source)),
                        ImportKind::Item,
                    );
                }
            }
            _ => {}
        }
    }
    found
}

/// What an `export` offers under which name.
fn exports(node: Node<'_>, source: &str) -> Vec<(String, String)> {
    let is_default = source.get(node.byte_range()).is_some_and(|text| text.starts_with("export default"));
    let mut found = Vec::new();
    for part in children(node) {
        match part.kind() {
            "export_clause" => {
                for one in children(part) {
                    let name = child(one, "name").map_or("", |name| text(name, source));
                    let alias = child(one, "alias").map_or(name, |alias| text(alias, source));
                    found.push((alias.to_owned(), alias_of_import(node, name, alias).to_owned()));
                }
            }
            "lexical_declaration" | "variable_declaration" => {
                let names = children(part).into_iter().filter_map(|one| child(one, "name"));
                found
                    .extend(names.map(|name| (text(name, source).to_owned(), text(name, source).to_owned())));
            }
            "identifier" if is_default => found.push(("default".to_owned(), text(part, source).to_owned())),
            _ => {
                if let Some(name) = child(part, "name").map(|name| text(name, source)) {
                    let public = if is_default { "default" } else { name };
                    found.push((public.to_owned(), name.to_owned()));
                }
            }
        }
    }
    found
}

/// A re-exported name is local under the alias that its import gives it.
fn alias_of_import<'a>(node: Node<'_>, name: &'a str, alias: &'a str) -> &'a str {
    if child(node, "source").is_some() { alias } else { name }
}
