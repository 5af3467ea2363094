//! Classes on one line. The grammar expects the last member of a class to end with its line, or with a semicolon, so that of
//! `companion object { const val MANY = 50 }` it loses what is inside, and mostly the class around as well.

use perflint_syntax::tree;
use tree_sitter::Tree;

/// The tree of a text, which may be that of the text with semicolons in place of spaces, if fewer errors are in it.
pub(crate) fn parse(text: &str) -> Option<Tree> {
    let language = tree_sitter_kotlin_sg::LANGUAGE.into();
    let plain = tree::parse(&language, text)?;
    if !plain.root_node().has_error() {
        return Some(plain);
    }
    let Some(ended) = with_ends(text) else { return Some(plain) };
    let other = tree::parse(&language, &ended)?;
    Some(if tree::count_errors(&other) < tree::count_errors(&plain) { other } else { plain })
}

/// The text with a semicolon where a space stands between the last word of a line and the brace that closes what it is in.
fn with_ends(text: &str) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    let mut changed = false;
    for at in 1..bytes.len() {
        if bytes[at] != b'}' || bytes[at - 1] != b' ' {
            continue;
        }
        let before = bytes[..at].iter().rev().find(|byte| **byte != b' ');
        if before.is_some_and(|byte| !matches!(byte, b'{' | b';' | b'\n' | b'\r' | b',' | b'>')) {
            bytes[at - 1] = b';';
            changed = true;
        }
    }
    String::from_utf8(bytes).ok().filter(|_| changed)
}
