//! `new` of a value, which the grammar knows of types only: `new(time.Now())` of Go 1.26.

use perflint_syntax::tree;
use tree_sitter::Tree;

/// The tree of a file. Where the grammar gives up, calls of `new` that are given a value are read as calls of any function: only
/// their names differ, and those are read from the text itself.
pub(crate) fn parse(text: &str) -> Option<Tree> {
    let language = tree_sitter_go::LANGUAGE.into();
    let tree = tree::parse(&language, text)?;
    if !tree.root_node().has_error() {
        return Some(tree);
    }
    match renamed(text) {
        Some(text) => tree::parse(&language, &text).or(Some(tree)),
        None => Some(tree),
    }
}

/// The text with other names of the same length for `new` before values; nothing if there are none.
fn renamed(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut from = 0;
    for (at, call) in text.match_indices("new(") {
        let before = text[..at].chars().next_back();
        let own = before.is_none_or(|c| !(c.is_alphanumeric() || c == '_' || c == '.'));
        if own && is_value(argument(&text[at + call.len()..])) {
            out.push_str(&text[from..at]);
            out.push_str("neW");
            from = at + "new".len();
        }
    }
    out.push_str(&text[from..]);
    (from > 0).then_some(out)
}

/// Longer arguments are left alone.
const LONGEST: usize = 1000;

/// What stands before the bracket that closes a call.
fn argument(text: &str) -> &str {
    let (mut depth, mut quote) = (0, None);
    let mut escaped = false;
    for (at, c) in text.char_indices().take(LONGEST) {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some('"' | '\''), '\\') => escaped = true,
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') if depth == 0 => return &text[..at],
            (None, ')' | ']' | '}') => depth -= 1,
            _ => {}
        }
    }
    ""
}

/// True for what can be no type: a literal, a call, a composite, an operation.
fn is_value(argument: &str) -> bool {
    let argument = argument.trim();
    let typed = ["func", "struct", "interface", "map[", "[", "chan ", "*", "<-chan "];
    if argument.is_empty() || typed.iter().any(|start| argument.starts_with(start)) {
        return false;
    }
    let starts = argument.starts_with(|c: char| !(c.is_alphabetic() || c == '_'));
    starts || argument.contains(['(', '{', '+', '-', '/', '%', '&', '|', '<', '>', '=', '!', '"', '`'])
}

#[cfg(test)]
mod tests {
    use super::renamed;

    #[test]
    fn values_are_told_from_types() {
        let values = [
            "new(\"a)\")",
            "new(5)",
            "new(f(x))",
            "new(a + b)",
            "new(!x)",
            "new(Foo{A: 1})",
            "new(-1)",
            "new('(')",
        ];
        for value in values {
            assert!(renamed(value).is_some(), "{value}");
        }
        for ty in [
            "new(Foo)",
            "new(a.Foo)",
            "new([]int)",
            "new(map[string]f)",
            "new(struct{ A int })",
            "renew(5)",
            "a.new(5)",
            "new(",
        ] {
            assert_eq!(renamed(ty), None, "{ty}");
        }
    }
}
