//! Finding the ends of things.

use perflint_syntax::brackets::quoted;

/// The end of the brackets that open at an offset, quotes respected: the offset of the closing one.
pub(super) fn closing(text: &str, open: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0usize, open);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at);
                }
            }
            b'\'' | b'"' => at = quoted(bytes, at),
            _ => {}
        }
        at += 1;
    }
    None
}
