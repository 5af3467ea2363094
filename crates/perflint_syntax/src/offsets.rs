//! A text made from another, and the way back from its offsets.

use perflint_ir::{FileIr, Span};

/// A program that stands for a template, with where each part of it stands in the file.
#[derive(Debug, Default)]
pub struct Offsets {
    /// The program.
    pub text: String,
    /// Offsets of the program and of the file: from there on they run side by side.
    parts: Vec<(u32, u32)>,
}

impl Offsets {
    /// Appends text that stands for the file's at an offset.
    pub fn push(&mut self, text: &str, at: usize) {
        self.parts.push((self.text.len() as u32, at as u32));
        self.text.push_str(text);
    }

    fn back(&self, made: u32) -> u32 {
        let after = self.parts.partition_point(|(start, _)| *start <= made);
        match after.checked_sub(1).and_then(|at| self.parts.get(at)) {
            Some((start, file)) => file + (made - start),
            None => made,
        }
    }

    fn span(&self, span: Span, limit: u32) -> Span {
        let start = self.back(span.start).min(limit);
        let end = self.back(span.end().saturating_sub(1)).saturating_add(1).min(limit);
        Span::new(start, end.max(start))
    }

    /// Moves every place of a file that was lowered from the program to where it stands in a file of this length.
    pub fn restore(&self, file: &mut FileIr, len: u32) {
        let to = |span: &mut Span| *span = self.span(*span, len);
        file.imports.iter_mut().for_each(|import| to(&mut import.span));
        file.gaps.iter_mut().for_each(|gap| to(&mut gap.span));
        for item in &mut file.items {
            to(&mut item.span);
            to(&mut item.name_span);
            item.markers.iter_mut().for_each(|marker| to(&mut marker.span));
        }
        for body in &mut file.bodies {
            to(&mut body.span);
            body.regions.iter_mut().for_each(|region| to(&mut region.span));
            body.ops.iter_mut().for_each(|op| to(&mut op.span));
            for param in &mut body.params {
                param.markers.iter_mut().for_each(|marker| to(&mut marker.span));
            }
        }
    }
}
