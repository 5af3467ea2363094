//! ERB: everything but the code is blanked, so that offsets stay what they are.

/// The Ruby of an ERB template, at the same offsets.
pub(crate) fn blank(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out: Vec<u8> = bytes.iter().map(|b| if matches!(b, b'\n' | b'\r') { *b } else { b' ' }).collect();
    let mut at = 0;
    while let Some(open) = find(bytes, b"<%", at) {
        let mut start = open + 2;
        match bytes.get(start) {
            // `<%%` is a literal.
            Some(b'%') => {
                at = start + 1;
                continue;
            }
            Some(b'#') => {
                at = find(bytes, b"%>", start).map_or(bytes.len(), |end| end + 2);
                continue;
            }
            Some(b'=' | b'-' | b'~' | b'|') => start += 1,
            _ => {}
        }
        if bytes.get(start) == Some(&b'=') {
            start += 1;
        }
        let close = find(bytes, b"%>", start).unwrap_or(bytes.len());
        let end = match bytes.get(close.wrapping_sub(1)) {
            Some(b'-') if close > start => close - 1,
            _ => close,
        };
        let end = end.max(start);
        let code = &bytes[start..end];
        let code = &code[..comment(code).unwrap_or(code.len())];
        out[start..start + code.len()].copy_from_slice(code);
        if close < bytes.len() {
            out[close] = b';';
        }
        at = close + 2;
    }
    String::from_utf8(out).unwrap_or_default()
}

/// Where a comment starts that would swallow what follows on the line.
fn comment(code: &[u8]) -> Option<usize> {
    if code.iter().any(|b| matches!(b, b'"' | b'\'' | b'\n')) {
        return None;
    }
    code.windows(2).position(|pair| pair[0].is_ascii_whitespace() && pair[1] == b'#').map(|at| at + 1)
}

fn find(bytes: &[u8], what: &[u8; 2], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(2).position(|pair| pair == what).map(|at| from + at)
}
