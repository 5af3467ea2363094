//! Byte offsets to lines and columns, for the files that have findings.

use perflint_evidence::Evidence;
use perflint_rules::{EntryCost, Finding, Place, Sources};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Where the lines of a text start. Lines end with LF or CRLF, as editors and code hosts count them.
#[derive(Clone, Debug)]
pub(crate) struct LineIndex {
    text: Arc<str>,
    starts: Vec<u32>,
}

impl LineIndex {
    /// Indexes a text.
    pub(crate) fn new(text: Arc<str>) -> Self {
        let after_break =
            memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| u32::try_from(at + 1).unwrap_or(u32::MAX));
        let starts = std::iter::once(0).chain(after_break).collect();
        Self { text, starts }
    }

    /// Line and column of a byte offset, from 1, the column in UTF-16 code units. An offset past the end, or inside a
    /// character, counts as the one before.
    pub(crate) fn position(&self, offset: u32) -> (u32, u32) {
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts[line - 1] as usize;
        let end = self.text.floor_char_boundary(offset as usize);
        let units: usize = self.text[start.min(end)..end].chars().map(char::len_utf16).sum();
        (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(units + 1).unwrap_or(u32::MAX))
    }

    /// The text of a line, counted from 1, without its end; empty if there is no such line.
    pub(crate) fn line(&self, line: u32) -> &str {
        let Some(start) = (line as usize).checked_sub(1).and_then(|at| self.starts.get(at)) else {
            return "";
        };
        let end = self.starts.get(line as usize).map_or(self.text.len(), |next| *next as usize - 1);
        let text = &self.text[*start as usize..end];
        text.strip_suffix('\r').unwrap_or(text)
    }

    /// The byte offset at which the line of `offset` ends.
    fn line_end(&self, offset: u32) -> u32 {
        let (line, _) = self.position(offset);
        let start = self.starts[line as usize - 1];
        start + u32::try_from(self.line(line).len()).unwrap_or(0)
    }

    /// Fills in lines and columns from the bytes.
    fn complete(&self, place: &mut Place) {
        let size = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        place.start = place.start.min(size);
        place.end = place.end.clamp(place.start, size);
        (place.line, place.column) = self.position(place.start);
        (place.end_line, place.end_column) = self.position(place.end);
    }
}

/// Line indices by file, built when first asked for.
#[derive(Debug, Default)]
pub(crate) struct Indices {
    files: FxHashMap<Arc<str>, Option<LineIndex>>,
}

impl Indices {
    /// The index of a file, unless it cannot be read.
    pub(crate) fn of(&mut self, file: &Arc<str>, sources: &dyn Sources) -> Option<&LineIndex> {
        let entry = self.files.entry(Arc::clone(file));
        entry.or_insert_with(|| sources.text(file).map(LineIndex::new)).as_ref()
    }

    /// Fills in a place's lines and columns; a file that can no longer be read leaves line 1.
    fn complete(&mut self, place: &mut Place, sources: &dyn Sources) {
        match self.of(&place.file, sources) {
            Some(index) => index.complete(place),
            None => (place.line, place.column, place.end_line, place.end_column) = (1, 1, 1, 1),
        }
    }
}

/// Gives every place of the findings its lines and columns. What a finding points at is cut to its first line, because
/// code hosts annotate a change only if it holds every line of the region; where the fix goes keeps its extent. A file
/// that can no longer be read leaves line 1.
pub(crate) fn complete(findings: &mut [Finding], sources: &dyn Sources) {
    let mut indices = Indices::default();
    for finding in findings {
        for place in finding.places_mut() {
            indices.complete(place, sources);
        }
        let steps = finding.route.iter_mut().map(|step| &mut step.place);
        for place in steps.chain(&mut finding.also).chain([&mut finding.primary]) {
            if let Some(index) = indices.of(&place.file, sources).filter(|_| place.end_line > place.line) {
                place.end = index.line_end(place.start).max(place.start);
                index.complete(place);
            }
        }
    }
}

/// Gives every place of the evidence its lines and columns, and leaves out what is said of lists that may be sets: a literal in
/// braces.
pub(crate) fn complete_evidence(evidence: &mut Evidence, sources: &dyn Sources) {
    let braces = |place: &Place| {
        sources.text(&place.file).is_some_and(|text| text.as_bytes().get(place.start as usize) == Some(&b'{'))
    };
    evidence.computations.retain(|found| !found.literal.as_ref().is_some_and(braces));
    let mut indices = Indices::default();
    for place in evidence.places_mut() {
        indices.complete(place, sources);
    }
}

/// Gives places their lines and columns.
pub(crate) fn complete_places<'a>(places: impl Iterator<Item = &'a mut Place>, sources: &dyn Sources) {
    let mut indices = Indices::default();
    for place in places {
        indices.complete(place, sources);
    }
}

/// Gives every place of the entry points its lines and columns.
pub(crate) fn complete_entries(entries: &mut [EntryCost], sources: &dyn Sources) {
    let mut indices = Indices::default();
    for entry in entries {
        let places = entry.terms.iter_mut().flat_map(perflint_rules::CostTerm::places_mut);
        for place in places.chain([&mut entry.place]) {
            indices.complete(place, sources);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_utf16() {
        let index = LineIndex::new("ab\r\n\u{1f600}é = 1\n".into());
        assert_eq!(index.position(0), (1, 1));
        assert_eq!(index.position(4), (2, 1));
        assert_eq!(index.position(8), (2, 3));
        assert_eq!(index.position(9), (2, 3), "inside a character");
        assert_eq!(index.position(10), (2, 4));
        assert_eq!(index.position(999), (3, 1));
        assert_eq!(
            (index.line(1), index.line(2), index.line(3), index.line(4)),
            ("ab", "\u{1f600}é = 1", "", "")
        );
    }

    #[test]
    fn long_places_are_cut_to_their_first_line() {
        let index = LineIndex::new("for x in y:\r\n    z\n".into());
        let mut place = Place::bytes("a.py".into(), 4, 19);
        index.complete(&mut place);
        assert_eq!((place.line, place.column, place.end_line, place.end_column), (1, 5, 3, 1));
        assert_eq!(index.line_end(4), 11);
    }

    /// One text for `a.py`, nothing for any other file.
    struct One(&'static str);

    impl Sources for One {
        fn text(&self, file: &str) -> Option<Arc<str>> {
            (file == "a.py").then(|| self.0.into())
        }
    }

    #[test]
    fn findings_point_at_one_line_and_fixes_keep_their_extent() {
        let whole = Place::bytes("a.py".into(), 4, 18);
        let mut findings = [Finding {
            rule: "r".into(),
            level: perflint_rules::Level::Note,
            confidence: perflint_rules::Confidence::Low,
            context: perflint_rules::Context::Job,
            message: String::new(),
            primary: whole.clone(),
            route: vec![],
            cost: String::new(),
            fix: Some(perflint_rules::Fix { place: whole.clone(), advice: String::new() }),
            also: vec![whole, Place::bytes("gone.py".into(), 7, 9)],
            suppressed: None,
        }];
        complete(&mut findings, &One("for x in y:\n    z()\n"));
        let [finding] = findings;
        assert_eq!((finding.primary.line, finding.primary.end_line, finding.primary.end_column), (1, 1, 12));
        assert_eq!(finding.fix.map(|fix| (fix.place.end_line, fix.place.end_column)), Some((2, 7)));
        assert_eq!((finding.also[0].end_line, finding.also[1].line), (1, 1));
    }
}
