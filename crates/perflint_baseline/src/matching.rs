//! Pairs of findings before and after a change.

use crate::identity::Identity;
use std::collections::BTreeMap;

/// Which findings have a counterpart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matching {
    /// For each finding after the change: it was there before.
    pub known: Vec<bool>,
    /// For each finding before the change: it is still there.
    pub kept: Vec<bool>,
}

/// What two findings have to share in a pass, and which findings before the change take part.
struct Pass {
    key: fn(&Identity) -> Option<[&str; 5]>,
    /// Only findings of files that are gone: these were renamed.
    renamed: bool,
}

const PASSES: &[Pass] = &[
    Pass { key: |f| Some([&f.rule, &f.file, &f.symbol, &f.what, &f.code]), renamed: false },
    // Reformatted, or rewritten without changing what is wrong.
    Pass { key: |f| Some([&f.rule, &f.file, &f.symbol, &f.what, ""]), renamed: false },
    // Moved to another file.
    Pass { key: |f| Some([&f.rule, "", &f.symbol, &f.what, &f.code]), renamed: false },
    // Moved and reformatted: only where the file is gone, or every file would excuse every other.
    Pass { key: |f| Some([&f.rule, "", &f.symbol, &f.what, ""]), renamed: true },
    // The function has another name.
    Pass { key: |f| Some([&f.rule, &f.file, "", &f.what, &f.code]), renamed: false },
    Pass { key: |f| (!f.symbol.is_empty()).then_some([&f.rule, "", "", &f.what, &f.code]), renamed: true },
];

/// Pairs findings before a change with those after it. `exists` says whether a file is there after the change.
pub fn matched(before: &[Identity], after: &[Identity], exists: &dyn Fn(&str) -> bool) -> Matching {
    let mut matching = Matching { known: vec![false; after.len()], kept: vec![false; before.len()] };
    for pass in PASSES {
        let mut open: BTreeMap<[&str; 5], Vec<usize>> = BTreeMap::new();
        for (index, finding) in before.iter().enumerate().rev() {
            let elsewhere = pass.renamed && exists(&finding.file);
            if matching.kept[index] || elsewhere {
                continue;
            }
            if let Some(key) = (pass.key)(finding) {
                open.entry(key).or_default().push(index);
            }
        }
        for (index, finding) in after.iter().enumerate() {
            if matching.known[index] {
                continue;
            }
            let found = (pass.key)(finding).and_then(|key| open.get_mut(&key)?.pop());
            if let Some(found) = found {
                (matching.known[index], matching.kept[found]) = (true, true);
            }
        }
    }
    improved(before, after, &mut matching);
    matching
}

/// A query that lacked two relations and lacks one of them now says another sentence, and is no new finding.
fn improved(before: &[Identity], after: &[Identity], matching: &mut Matching) {
    let place = |f: &Identity| (f.rule.clone(), f.file.clone(), f.symbol.clone(), f.code.clone());
    let mut open: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (index, finding) in before.iter().enumerate().filter(|(index, _)| !matching.kept[*index]) {
        open.entry(place(finding)).or_default().push(index);
    }
    for (index, finding) in after.iter().enumerate() {
        if matching.known[index] {
            continue;
        }
        let Some(candidates) = open.get_mut(&place(finding)) else { continue };
        let names = finding.names();
        let fewer = |at: &usize| {
            let known = before[*at].names();
            !names.is_empty() && names.len() < known.len() && names.iter().all(|name| known.contains(name))
        };
        if let Some(at) = candidates.iter().position(fewer) {
            let found = candidates.remove(at);
            (matching.known[index], matching.kept[found]) = (true, true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(file: &str, symbol: &str, what: &str, code: &str) -> Identity {
        Identity {
            file: file.into(),
            rule: "r".into(),
            symbol: symbol.into(),
            what: what.into(),
            code: code.into(),
        }
    }

    fn known(before: &[Identity], after: &[Identity]) -> Vec<bool> {
        matched(before, after, &|file| file != "gone.py").known
    }

    #[test]
    fn moved_renamed_and_reformatted_findings_stay_known() {
        let before = [finding("a.py", "f", "w", "1"), finding("gone.py", "g", "w", "2")];
        assert_eq!(known(&before, &before), [true, true]);
        for (what, after) in [
            ("reformatted", finding("a.py", "f", "w", "9")),
            ("moved to another file", finding("b.py", "f", "w", "1")),
            ("the function renamed", finding("a.py", "h", "w", "1")),
            ("the file renamed", finding("new.py", "g", "w", "2")),
            ("the file renamed, reformatted", finding("new.py", "g", "w", "9")),
            ("the file and the function renamed", finding("new.py", "h", "w", "2")),
        ] {
            assert_eq!(known(&before, &[after]), [true], "{what}");
        }
    }

    #[test]
    fn what_was_not_there_is_new() {
        let before = [finding("a.py", "f", "w", "1")];
        for (what, after) in [
            ("another function", finding("a.py", "g", "w", "2")),
            ("another sentence", finding("a.py", "f", "v", "1")),
            ("another file, other code", finding("b.py", "f", "w", "2")),
        ] {
            assert_eq!(known(&before, &[after]), [false], "{what}");
        }
        let twice = [before[0].clone(), before[0].clone()];
        assert_eq!(known(&before, &twice), [true, false], "each is known once");
    }

    #[test]
    fn less_of_the_same_is_known_and_more_is_new() {
        let two = finding("a.py", "f", "`a` and `b` are loaded", "1");
        let one = finding("a.py", "f", "`a` is loaded", "1");
        assert_eq!(known(std::slice::from_ref(&two), std::slice::from_ref(&one)), [true]);
        assert_eq!(known(&[one], &[two]), [false]);
    }
}
