//! Finding the ends of things.

use crate::text::quoted;

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

/// The ranges between commas that stand outside of brackets.
pub(super) fn split_args(text: &str, start: usize, end: usize) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let (mut depth, mut at, mut from, mut out) = (0usize, start, start, Vec::new());
    while at < end {
        match bytes[at] {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'\'' | b'"' => at = quoted(bytes, at),
            b',' if depth == 0 => {
                out.push((from, at));
                from = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    if from < end {
        out.push((from, end));
    }
    out
}
