//! EJS: `<% code %>`, `<%= value %>`, `<%- value %>`.

use super::PRINT;
use memchr::memmem;
use perflint_syntax::Offsets;

/// The code of a template.
pub(super) fn script(text: &str) -> Offsets {
    let mut out = Offsets::default();
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = memmem::find(&bytes[at..], b"<%") {
        let open = at + found;
        let Some(len) = memmem::find(&bytes[open + 2..], b"%>") else { break };
        let end = open + 2 + len;
        at = end + 2;
        let inner = &text[open + 2..end];
        let trimmed = inner.trim_end_matches(['-', '_']);
        match inner.as_bytes().first() {
            Some(b'#' | b'%') => {}
            Some(b'=' | b'-') => print(&mut out, trimmed.get(1..).unwrap_or_default(), open + 3),
            Some(b'_') => code(&mut out, trimmed.get(1..).unwrap_or_default(), open + 3),
            _ => code(&mut out, trimmed, open + 2),
        }
    }
    out
}

/// Statements end with what holds them, as in the function that EJS makes of a template; sections of a switch stand alone.
fn code(out: &mut Offsets, text: &str, at: usize) {
    if !["case ", "default:", "default "].iter().any(|word| text.trim_start().starts_with(word)) {
        out.push(";", at);
    }
    out.push(text, at);
    out.push("\n", at + text.len());
}

/// A value, which may end with a comment or a semicolon.
fn print(out: &mut Offsets, text: &str, at: usize) {
    let value = text.trim_end().trim_end_matches(';');
    if value.trim().is_empty() {
        return;
    }
    out.push(";", at);
    out.push(PRINT, at);
    out.push("(", at);
    out.push(value, at);
    out.push("\n);\n", at + value.len());
}
