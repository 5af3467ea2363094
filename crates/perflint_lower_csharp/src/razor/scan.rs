//! Where C# begins and ends in a Razor file.

/// The end of a bracketed text that opens at a place: past the bracket that closes it, or the end of the text. Brackets in strings,
/// characters and comments do not count.
pub(super) fn matched(text: &str, open: usize) -> usize {
    let bytes = text.as_bytes();
    let mut depth = 0usize;
    let mut at = open;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {
                let past = literal(bytes, at);
                if past > at {
                    at = past;
                    continue;
                }
            }
        }
        at += 1;
    }
    bytes.len()
}

/// Past the string, character or comment that starts at a place; the place itself if none does.
pub(super) fn literal(bytes: &[u8], at: usize) -> usize {
    let next = bytes.get(at + 1);
    match bytes.get(at) {
        Some(b'/') if next == Some(&b'/') => line_end(bytes, at),
        Some(b'/') if next == Some(&b'*') => past(bytes, at + 2, b"*/"),
        Some(b'@') if next == Some(&b'"') => verbatim(bytes, at + 2),
        Some(b'"') if bytes[at..].starts_with(b"\"\"\"") => past(bytes, at + 3, b"\"\"\""),
        Some(quote @ (b'"' | b'\'')) => quoted(bytes, at + 1, *quote),
        _ => at,
    }
}

fn quoted(bytes: &[u8], from: usize, quote: u8) -> usize {
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        match *byte {
            b'\\' => at += 1,
            b'\n' => return at,
            byte if byte == quote => return at + 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

fn verbatim(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        if *byte == b'"' {
            if bytes.get(at + 1) != Some(&b'"') {
                return at + 1;
            }
            at += 1;
        }
        at += 1;
    }
    bytes.len()
}

/// Past the next occurrence of some bytes, or the end.
pub(super) fn past(bytes: &[u8], from: usize, wanted: &[u8]) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    rest.windows(wanted.len())
        .position(|part| part == wanted)
        .map_or(bytes.len(), |at| from + at + wanted.len())
}

/// The end of the line that a place is on.
pub(super) fn line_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| at + end)
}

/// Past a word that starts at a place.
pub(super) fn word(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || !byte.is_ascii();
    at + rest.iter().position(|byte| !is_part(byte)).unwrap_or(rest.len())
}

/// Past blanks and line ends.
pub(super) fn blank(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(rest.len())
}
