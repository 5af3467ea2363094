//! A quick look at how deeply a text nests, before a recursive parser sees it.
//!
//! Counting brackets one by one costs a fifth of the time that parsing takes. Nearly all texts are cleared by an upper
//! bound instead: what is open at the start of a chunk plus what the chunk opens, which the compiler vectorises.

use crate::guard;

const CHUNK: usize = 128;

/// The text nests too deeply to be parsed.
pub(super) fn too_deep(text: &str) -> bool {
    let (mut brackets, mut angles) = (0usize, 0usize);
    let (mut deep, mut sharp) = (false, false);
    for chunk in text.as_bytes().chunks(CHUNK) {
        let count = |wanted: &[u8]| chunk.iter().map(|byte| u8::from(wanted.contains(byte))).sum::<u8>();
        deep |= bound(&mut brackets, count(b"([{"), count(b")]}"));
        sharp |= bound(&mut angles, count(b"<"), count(b">"));
    }
    deep && guard::nests_deeper(text, guard::MAX_BRACKETS) || sharp && angle_depth(text) > guard::MAX_BRACKETS
}

/// Moves an upper bound of the open brackets past a chunk; true if it may have been exceeded in between.
fn bound(open: &mut usize, opened: u8, closed: u8) -> bool {
    let (opened, closed) = (usize::from(opened), usize::from(closed));
    let highest = *open + opened;
    *open = highest.saturating_sub(closed).max(opened);
    highest > guard::MAX_BRACKETS
}

/// The greatest depth of `<` within one statement. The parser tries each as a type argument list, so that
/// `A<A<A<..` costs it the square of its length.
fn angle_depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0usize, 0usize);
    for byte in text.bytes() {
        match byte {
            b'<' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'>' => depth = depth.saturating_sub(1),
            b';' | b'{' | b'}' => depth = 0,
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::too_deep;

    #[test]
    fn only_deep_texts_are_too_deep() {
        let n = crate::guard::MAX_BRACKETS;
        assert!(!too_deep(&"(".repeat(n)) && too_deep(&"(".repeat(n + 1)));
        assert!(!too_deep(&"a[b(c({d:1}))]<e;".repeat(n)) && !too_deep(&")))(".repeat(n)));
        assert!(!too_deep(&"A<".repeat(n)) && too_deep(&"A<".repeat(n + 1)));
        assert!(!too_deep(&"<a>".repeat(2 * n)) && !too_deep(""));
    }
}
