//! The scripts of single-file components. Everything around them is blanked, so that offsets stay right.

use memchr::memmem;
use perflint_ir::Lang;

/// The scripts of a component.
pub(super) struct Script {
    /// Text as long as the component's.
    pub(super) text: String,
    /// JavaScript, TypeScript or TSX.
    pub(super) lang: Lang,
}

/// All scripts of a Vue or Svelte file as one program.
pub(super) fn script(text: &str) -> Script {
    let mut script = Script { text: String::with_capacity(text.len()), lang: Lang::JavaScript };
    let mut at = 0;
    while let Some(block) = next_block(text, at) {
        let lang = lang_of(&text[block.attributes..block.start]);
        script.lang = if script.lang == Lang::Tsx { Lang::Tsx } else { lang.unwrap_or(script.lang) };
        blank(&text[at..block.start], &mut script.text);
        script.text.push_str(&text[block.start..block.end]);
        at = block.end;
        if at < text.len() {
            script.text.push(';');
            at += 1;
        }
    }
    blank(&text[at..], &mut script.text);
    script
}

struct Block {
    attributes: usize,
    start: usize,
    end: usize,
}

/// The next `<script>` from an offset on that is not commented out.
fn next_block(text: &str, mut at: usize) -> Option<Block> {
    let bytes = text.as_bytes();
    loop {
        at += memmem::find(&bytes[at..], b"<")?;
        let rest = &bytes[at..];
        if rest.starts_with(b"<!--") {
            at += memmem::find(rest, b"-->")?;
            continue;
        }
        let attributes = at + b"<script".len();
        let named = rest.len() > 7 && rest[1..7].eq_ignore_ascii_case(b"script");
        if !named || !matches!(rest[7], b'>' | b' ' | b'\t' | b'\r' | b'\n') {
            at += 1;
            continue;
        }
        let start = attributes + tag_end(&bytes[attributes..])? + 1;
        if bytes[..start].ends_with(b"/>") {
            at = start;
            continue;
        }
        let end = start + memmem::find(&bytes[start..], b"</script").unwrap_or(bytes.len() - start);
        return Some(Block { attributes, start, end });
    }
}

/// The offset of the `>` that ends a tag, outside quotes.
fn tag_end(bytes: &[u8]) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in bytes.iter().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), byte) if open == *byte => quote = None,
            _ => {}
        }
    }
    None
}

fn lang_of(attributes: &str) -> Option<Lang> {
    let at = attributes.find("lang")?;
    let value = attributes[at + 4..].trim_start().strip_prefix('=')?.trim_start();
    let value = value.trim_start_matches(['"', '\'']);
    let end = value.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(value.len());
    match &value[..end] {
        "ts" | "typescript" => Some(Lang::TypeScript),
        "tsx" => Some(Lang::Tsx),
        _ => None,
    }
}

/// Spaces in place of all bytes but line ends.
fn blank(text: &str, out: &mut String) {
    out.extend(text.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
}
