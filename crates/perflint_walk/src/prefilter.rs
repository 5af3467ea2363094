//! A literal prefilter: one pass over a text that tells which of many words it contains.

use aho_corasick::{AhoCorasick, BuildError};

/// Searches a text for many literals at once.
#[derive(Clone, Debug)]
pub struct Prefilter {
    automaton: AhoCorasick,
}

impl Prefilter {
    /// Compiles the literals; matching is case-sensitive. Fails only for more literals than the automaton can number.
    pub fn new(literals: &[&str]) -> Result<Self, BuildError> {
        Ok(Self { automaton: AhoCorasick::new(literals)? })
    }

    /// Whether any literal occurs.
    pub fn matches(&self, text: &str) -> bool {
        self.automaton.is_match(text)
    }

    /// Each literal that occurs, as its index in the list given to [`Prefilter::new`], with the offset of its first
    /// occurrence; ordered by index. Overlapping occurrences count.
    pub fn first_matches(&self, text: &str) -> Vec<(usize, usize)> {
        let mut first = vec![None; self.automaton.patterns_len()];
        for found in self.automaton.find_overlapping_iter(text) {
            first[found.pattern().as_usize()].get_or_insert(found.start());
        }
        first.into_iter().enumerate().filter_map(|(index, start)| Some((index, start?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Prefilter;

    #[test]
    fn lists_first_matches_by_index() {
        let filter = Prefilter::new(&["fetch", "objects", "requests.", "objects.all"]).expect("few");
        assert!(filter.matches("x = Order.objects"));
        assert!(!filter.matches("x = 1"));
        assert_eq!(filter.first_matches("a.objects.all(); b.objects; fetch()"), [(0, 28), (1, 2), (3, 2)]);
    }
}
