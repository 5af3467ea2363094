//! Paths of relations in Ruby's notation, where one key of a hash may stand only once.

use std::collections::BTreeMap;

#[derive(Default)]
struct Tree<'a>(BTreeMap<&'a str, Tree<'a>>);

/// `a`, `b.c` and `b.d.e` are `:a, b: [:c, { d: :e }]`.
pub(crate) fn symbols(paths: &[String]) -> String {
    let mut tree = Tree::default();
    for path in paths {
        let mut at = &mut tree;
        for part in path.split('.') {
            at = at.0.entry(part).or_default();
        }
    }
    tree.entries(false).join(", ")
}

impl Tree<'_> {
    /// Those without anything below come first, as Ruby wants it; the others are one hash where they stand in a list.
    fn entries(&self, in_list: bool) -> Vec<String> {
        let leaves = self.0.iter().filter(|(_, below)| below.0.is_empty());
        let mut all: Vec<String> = leaves.map(|(name, _)| format!(":{name}")).collect();
        let keyed = self.0.iter().filter(|(_, below)| !below.0.is_empty());
        let keyed: Vec<String> = keyed.map(|(name, below)| format!("{name}: {}", below.value())).collect();
        match (in_list, keyed.is_empty()) {
            (_, true) => {}
            (true, false) => all.push(format!("{{ {} }}", keyed.join(", "))),
            (false, false) => all.extend(keyed),
        }
        all
    }

    fn value(&self) -> String {
        let entries = self.entries(true);
        match entries.as_slice() {
            [one] => one.clone(),
            all => format!("[{}]", all.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::symbols;

    #[test]
    fn a_key_stands_once_and_symbols_before_keys() {
        for (paths, wanted) in [
            (vec!["a"], ":a"),
            (vec!["a.b.c"], "a: { b: :c }"),
            (vec!["b.c", "a"], ":a, b: :c"),
            (vec!["a", "b.c", "b.d.e"], ":a, b: [:c, { d: :e }]"),
            (vec!["b.c.x", "b.d.e", "b.f"], "b: [:f, { c: :x, d: :e }]"),
        ] {
            let paths: Vec<String> = paths.into_iter().map(str::to_owned).collect();
            assert_eq!(symbols(&paths), wanted);
        }
    }
}
