//! Python for the walker.

use super::grammar::{Grammar, Imported, Shape, child, children, text};
use perflint_ir::{CallForm, ExitKind, ImportKind, ItemKind};
use tree_sitter::Node;

pub(super) fn grammar() -> Grammar {
    Grammar::new(tree_sitter_python::LANGUAGE.into(), shape, true, imports)
}

fn shape(kind: &str) -> Shape {
    match kind {
        "comment"
        | "type"
        | "type_parameter"
        | "global_statement"
        | "nonlocal_statement"
        | "pass_statement"
        | "string_start"
        | "string_end"
        | "escape_interpolation"
        | "format_specifier"
        | "type_conversion"
        | "case_pattern"
        | "positional_separator"
        | "ellipsis" => Shape::Skip,
        "module"
        | "block"
        | "expression_statement"
        | "with_statement"
        | "with_clause"
        | "with_item"
        | "try_statement"
        | "finally_clause"
        | "decorated_definition"
        | "assert_statement" => Shape::Statement,
        "parenthesized_expression"
        | "else_clause"
        | "case_clause"
        | "as_pattern"
        | "interpolation"
        | "list_splat"
        | "dictionary_splat" => Shape::Through,
        "identifier" => Shape::Name,
        "none" => Shape::Null,
        "true" => Shape::Bool(true),
        "false" => Shape::Bool(false),
        "integer" => Shape::Number,
        "string" | "concatenated_string" => Shape::Text,
        "string_content" => Shape::Piece,
        "function_definition" => {
            Shape::Function { name: "name", params: "parameters", body: "body", result: "return_type" }
        }
        "lambda" => Shape::Lambda { params: "parameters", body: "body" },
        "class_definition" => {
            Shape::Class { kind: ItemKind::Class, name: "name", bases: "superclasses", body: "body" }
        }
        "decorator" => Shape::Decorator,
        "call" => Shape::Call { callee: "function", args: "arguments", form: CallForm::Plain },
        "keyword_argument" => Shape::Pair { key: "name", value: "value" },
        "pair" => Shape::Pair { key: "key", value: "value" },
        "attribute" => Shape::Member { object: "object", name: "attribute" },
        "subscript" => Shape::Index { object: "value", key: "subscript" },
        "list" | "set" => Shape::List,
        "tuple" | "expression_list" => Shape::Tuple,
        "dictionary" => Shape::Map,
        "assignment" | "augmented_assignment" => Shape::Assign { left: "left", right: "right" },
        "named_expression" => Shape::Assign { left: "name", right: "value" },
        "binary_operator" => Shape::Binary { left: "left", right: "right" },
        "for_statement" => Shape::Loop { first: "", item: "left", over: "right", body: "body" },
        "while_statement" => Shape::Loop { first: "", item: "", over: "condition", body: "body" },
        "list_comprehension" | "set_comprehension" | "dictionary_comprehension" | "generator_expression" => {
            Shape::Comprehension { element: "body", clause: "for_in_clause", item: "left", over: "right" }
        }
        "if_statement" | "elif_clause" => Shape::Decide { cond: "condition", arms: "" },
        "match_statement" => Shape::Decide { cond: "subject", arms: "body" },
        "except_clause" => Shape::Handler,
        "await" => Shape::Await,
        "yield" => Shape::Yield,
        "return_statement" => Shape::Exit(ExitKind::Return),
        "raise_statement" => Shape::Exit(ExitKind::Raise),
        "break_statement" => Shape::Exit(ExitKind::Break),
        "continue_statement" => Shape::Exit(ExitKind::Continue),
        "import_statement" | "import_from_statement" => Shape::Import,
        _ => Shape::Unknown,
    }
}

fn imports(node: Node<'_>, source: &str) -> Vec<Imported> {
    let module = child(node, "module_name").map(|module| (module, text(module, source)));
    let mut found = Vec::new();
    for part in children(node) {
        if module.is_some_and(|(module, _)| module == part) {
            continue;
        }
        let name = child(part, "name").unwrap_or(part);
        let alias = child(part, "alias").map(|alias| text(alias, source));
        let name = text(name, source);
        let alias = alias
            .unwrap_or_else(|| if module.is_some() { name } else { name.split('.').next().unwrap_or(name) });
        let (module, name, alias, kind) = match module {
            Some((_, module)) if part.kind() == "wildcard_import" => (module, "", "", ImportKind::Glob),
            Some((_, module)) => (module, name, alias, ImportKind::Item),
            None => (name, "", alias, ImportKind::Module),
        };
        found.push(Imported { module: module.into(), name: name.into(), alias: alias.into(), kind });
    }
    found
}
