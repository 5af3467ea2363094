//! Finding the ends of things in templates.

/// Where a text occurs, from an offset on.
pub(crate) fn find(text: &str, what: &str, from: usize) -> Option<usize> {
    text.get(from..)?.find(what).map(|at| from + at)
}

/// The offset of the quote that ends a string which opens at an offset, or the end.
pub(crate) fn quoted(bytes: &[u8], open: usize) -> usize {
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
