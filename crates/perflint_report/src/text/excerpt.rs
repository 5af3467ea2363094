//! The source excerpts of text reports.

use crate::clean::{self, Clean};
use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use perflint_rules::Place;

/// Longer lines are not quoted: nobody reads them, and they hide what follows.
pub(super) const MAX_LINE_BYTES: usize = 400;

/// A file that excerpts are taken from, cleaned once. `miette`'s own sources search the text from its start for every
/// excerpt; this one knows its lines.
#[derive(Debug)]
pub(super) struct Excerpt {
    name: String,
    clean: Clean,
    starts: Vec<usize>,
}

impl Excerpt {
    pub(super) fn new(file: &str, text: &str) -> Self {
        let clean = Clean::new(text);
        let breaks = clean.text().match_indices('\n').map(|(at, _)| at + 1);
        let starts = std::iter::once(0).chain(breaks).collect();
        Self { name: clean::line(file).into_owned(), clean, starts }
    }

    /// Where a place is in the cleaned text: offset and length.
    pub(super) fn span(&self, place: &Place) -> (usize, usize) {
        let start = self.clean.map(place.start as usize);
        let end = self.clean.map(place.end as usize);
        (start, end.saturating_sub(start))
    }

    /// How long the line is on which a place starts.
    pub(super) fn line_bytes(&self, place: &Place) -> usize {
        let (start, end) = self.line(self.line_of(self.clean.map(place.start as usize)));
        end - start
    }

    /// The line of an offset, from 0.
    fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// The range of a line, with its end.
    fn line(&self, line: usize) -> (usize, usize) {
        let end = self.starts.get(line + 1).copied().unwrap_or(self.clean.text().len());
        (self.starts[line].min(end), end)
    }

    fn is_short(&self, line: usize) -> bool {
        let (start, end) = self.line(line);
        end - start <= MAX_LINE_BYTES
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let text = self.clean.text();
        let end = span.offset() + span.len();
        if end > text.len() {
            return Err(MietteError::OutOfBounds);
        }
        let (mut first, mut last) = (self.line_of(span.offset()), self.line_of(end));
        for _ in 0..before {
            first -= usize::from(first > 0 && self.is_short(first - 1));
        }
        for _ in 0..after {
            last += usize::from(last + 1 < self.starts.len() && self.is_short(last + 1));
        }
        // Asked for no context, `miette` wants to know the column at which the span itself starts.
        let line_start = self.line(first).0;
        let start = if before == 0 { span.offset() } else { line_start };
        let column = text[line_start..start].chars().count();
        let range = (start, self.line(last).1 - start);
        let data = &text.as_bytes()[start..range.0 + range.1];
        let lines = last + 1 - first;
        let name = self.name.clone();
        Ok(Box::new(MietteSpanContents::new_named(name, data, range.into(), first, column, lines)))
    }
}
