//! A text made from another, and the way back from its offsets.

use std::borrow::Cow;

/// PHP, with where each part of it stands in the file.
#[derive(Debug)]
pub(crate) struct Offsets<'a> {
    php: Cow<'a, str>,
    /// Offsets of the PHP and of the file, both growing: from there on they run side by side.
    parts: Vec<(u32, u32)>,
}

impl<'a> Offsets<'a> {
    /// The text itself.
    pub(crate) fn same(text: &'a str) -> Self {
        Self { php: Cow::Borrowed(text), parts: Vec::new() }
    }

    /// An empty text to be filled.
    pub(crate) fn made() -> Self {
        Self { php: Cow::Owned(String::new()), parts: Vec::new() }
    }

    /// The PHP.
    pub(crate) fn text(&self) -> &str {
        &self.php
    }

    /// Appends text that stands for the file's at an offset.
    pub(crate) fn push(&mut self, text: &str, at: usize) {
        let (here, at) = (self.php.len() as u32, at as u32);
        let follows =
            self.parts.last().is_some_and(|(php, file)| here.checked_sub(*php) == at.checked_sub(*file));
        if !follows {
            self.parts.push((here, at));
        }
        self.php.to_mut().push_str(text);
    }

    /// Appends text all of which stands for one place of the file.
    pub(crate) fn pin(&mut self, text: &str, at: usize) {
        self.push(text, at);
        self.push("", at);
    }

    /// The offset in the file.
    pub(crate) fn back(&self, php: u32) -> u32 {
        let after = self.parts.partition_point(|(start, _)| *start <= php);
        match after.checked_sub(1).and_then(|at| self.parts.get(at)) {
            Some((start, file)) => {
                let end = self.parts.get(after).map_or(u32::MAX, |(_, next)| (*next).max(*file));
                (file + (php - start)).min(end)
            }
            None => php,
        }
    }
}
