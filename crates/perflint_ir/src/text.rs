//! Decoding of source bytes, shared by everyone who turns byte offsets into lines.

use std::borrow::Cow;

/// The text of a source file: without a byte-order mark, each invalid byte replaced by one `?`, so that offsets into
/// the result are offsets into the file less the mark. `None` if the file is not text (UTF-16, or a NUL in its first
/// 8 KiB).
pub fn decode(bytes: &[u8]) -> Option<Cow<'_, str>> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return None;
    }
    let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    if bytes[..bytes.len().min(8192)].contains(&0) {
        return None;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(Cow::Borrowed(text)),
        Err(_) => {
            let mut out = String::with_capacity(bytes.len());
            for chunk in bytes.utf8_chunks() {
                out.push_str(chunk.valid());
                out.extend(chunk.invalid().iter().map(|_| '?'));
            }
            Some(Cow::Owned(out))
        }
    }
}
