//! The line fingerprints of GitHub code scanning.
//!
//! GitHub recognises an alert across commits by a hash of its line and what follows, which its upload action computes if
//! a report brings none, and compares if it does. A report uploaded without the action has to bring it, so the hash here
//! is the action's: for each line, a rolling hash over the next 100 UTF-16 units without spaces and tabs, with every
//! line end taken as LF, then how many lines before had the same hash. The text is the decoded one, so a byte-order mark
//! or a byte that is not UTF-8 near the line makes a difference; GitHub's own answer wins there.

use perflint_rules::{Place, Sources};
use std::collections::HashMap;

const WINDOW: usize = 100;
const FACTOR: u64 = 37;
const END_OF_FILE: u16 = u16::MAX;

/// A line's hash, and which of the lines with that hash it is, counted from 1.
type LineHash = (u64, u32);

/// The fingerprint of every line, as GitHub writes it.
pub fn line_hashes(text: &str) -> Vec<String> {
    hashes(text).into_iter().map(written).collect()
}

fn written((hash, occurrence): LineHash) -> String {
    format!("{hash:x}:{occurrence}")
}

/// The fingerprints of the lines of the files that have findings.
pub(crate) struct Fingerprints<'a> {
    sources: &'a dyn Sources,
    files: HashMap<&'a str, Vec<LineHash>>,
}

impl<'a> Fingerprints<'a> {
    /// Reads files from `sources` when asked for one of their lines.
    pub(crate) fn new(sources: &'a dyn Sources) -> Self {
        Self { sources, files: HashMap::new() }
    }

    /// The fingerprint of a place's first line, unless its file can no longer be read.
    pub(crate) fn of(&mut self, place: &'a Place) -> Option<String> {
        let sources = self.sources;
        let lines = self
            .files
            .entry(&place.file)
            .or_insert_with(|| sources.text(&place.file).map(|text| hashes(&text)).unwrap_or_default());
        lines.get((place.line as usize).checked_sub(1)?).copied().map(written)
    }
}

/// The window that slides over the text.
#[derive(Debug)]
struct Rolling {
    /// The units in the window, and whether a line starts with each.
    window: [(u16, bool); WINDOW],
    /// Where the oldest unit is, which the next one replaces.
    at: usize,
    hash: u64,
    /// What the oldest unit has been multiplied with when it leaves.
    leaving: u64,
    seen: HashMap<u64, u32>,
    lines: Vec<LineHash>,
}

impl Rolling {
    fn new() -> Self {
        let leaving = (0..WINDOW).fold(1_u64, |power, _| power.wrapping_mul(FACTOR));
        Self {
            window: [(0, false); WINDOW],
            at: 0,
            hash: 0,
            leaving,
            seen: HashMap::new(),
            lines: Vec::new(),
        }
    }

    fn push(&mut self, unit: u16, starts_line: bool) {
        let (oldest, started_line) = self.window[self.at];
        if started_line {
            let occurrence = self.seen.entry(self.hash).or_default();
            *occurrence += 1;
            self.lines.push((self.hash, *occurrence));
        }
        self.window[self.at] = (unit, starts_line);
        self.hash = self
            .hash
            .wrapping_mul(FACTOR)
            .wrapping_add(u64::from(unit))
            .wrapping_sub(self.leaving.wrapping_mul(u64::from(oldest)));
        self.at = (self.at + 1) % WINDOW;
    }
}

fn hashes(text: &str) -> Vec<LineHash> {
    const LF: u16 = b'\n' as u16;
    const CR: u16 = b'\r' as u16;
    const SPACE: u16 = b' ' as u16;
    const TAB: u16 = b'\t' as u16;
    let mut rolling = Rolling::new();
    let (mut starts_line, mut after_cr) = (true, false);
    for unit in text.encode_utf16().chain([END_OF_FILE]) {
        let skipped = unit == SPACE || unit == TAB || (after_cr && unit == LF);
        after_cr = unit == CR;
        if skipped {
            continue;
        }
        let unit = if unit == CR { LF } else { unit };
        rolling.push(unit, starts_line);
        starts_line = unit == LF;
    }
    for _ in 0..WINDOW {
        rolling.push(0, false);
    }
    rolling.lines
}

#[cfg(test)]
mod tests {
    use super::line_hashes;

    /// The expected values are those of GitHub's own tests.
    #[test]
    fn agrees_with_github() {
        let greetings = [
            "e9496ae3ebfced30:1",
            "fb7c023a8b9ccb3f:1",
            "ce8ba1a563dcdaca:1",
            "e20e36e16fcb0cc8:1",
            "b3edc88f2938467e:1",
            "c8e28b0b4002a3a0:1",
            "c129715d7a2bc9a3:1",
        ];
        assert_eq!(line_hashes(""), ["c129715d7a2bc9a3:1"]);
        assert_eq!(
            line_hashes(" a\nb\n  \t\tc\n d"),
            ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]
        );
        for text in [
            " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n",
            " hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r",
            " hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n",
            " hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n",
        ] {
            assert_eq!(line_hashes(text), greetings, "{text:?}");
        }
    }

    #[test]
    fn equal_lines_are_numbered() {
        assert_eq!(
            line_hashes(&"Lorem ipsum dolor sit amet.\n".repeat(10)),
            [
                "a7f2ff13bc495cf2:1",
                "a7f2ff13bc495cf2:2",
                "a7f2ff13bc495cf2:3",
                "a7f2ff13bc495cf2:4",
                "a7f2ff13bc495cf2:5",
                "a7f2ff13bc495cf2:6",
                "a7f2ff1481e87703:1",
                "a9cf91f7bbf1862b:1",
                "55ec222b86bcae53:1",
                "cc97dc7b1d7d8f7b:1",
                "c129715d7a2bc9a3:1",
            ]
        );
    }
}
