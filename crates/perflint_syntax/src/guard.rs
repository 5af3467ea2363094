//! Bounds on depth, so that no input overflows a stack.

/// How deep brackets may nest before a recursive parser must not see the text. Real code stays below 100.
pub const MAX_BRACKETS: usize = 1_000;

/// How deep the lowering of nested syntax may recurse.
pub const MAX_DEPTH: usize = 2_000;

/// The greatest depth of `(`, `[` and `{` in a text, strings and comments included: an upper bound that costs one pass.
fn bracket_depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0usize, 0usize);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// True if brackets may nest deeper than a limit.
pub fn nests_deeper(text: &str, limit: usize) -> bool {
    // Few texts have so many of them at all, and to count them takes a fraction of the time.
    let opened = text.bytes().filter(|byte| matches!(byte, b'(' | b'[' | b'{')).count();
    opened > limit && bracket_depth(text) > limit
}

/// Runs a recursive step with enough stack.
pub fn deeper<T>(step: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(256 * 1024, 4 * 1024 * 1024, step)
}
