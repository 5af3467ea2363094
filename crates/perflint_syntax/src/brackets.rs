//! Finding the ends of things in text that no grammar reads: expressions inside of templates.

/// The offset of the quote that ends a string which opens at an offset, or the end.
pub fn quoted(bytes: &[u8], open: usize) -> usize {
    let quote = bytes[open];
    let mut at = open + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            b if *b == quote => return at,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// The ranges between commas that stand outside of brackets and quotes.
pub fn split(text: &str, start: usize, end: usize) -> Vec<(usize, usize)> {
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
