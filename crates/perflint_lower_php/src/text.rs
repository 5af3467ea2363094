//! Finding the ends of things in templates.

/// Where a text occurs, from an offset on.
pub(crate) fn find(text: &str, what: &str, from: usize) -> Option<usize> {
    text.get(from..)?.find(what).map(|at| from + at)
}
