//! The words of a language: what its own libraries call what code is recognised by its shape with. A memo is the same in every
//! language, but for the method that asks a store for a key.

use crate::OneOrMany;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

/// What a word is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Meaning {
    /// A method that looks a key up in a store.
    LookUp,
    /// What names of such methods begin with, before what is looked up: `getList(key)`.
    LookUpPrefix,
    /// A function or method that asks whether there is something.
    Ask,
    /// A method that puts something into a store under a key.
    Fill,
    /// A method that gives what a cell for one value holds.
    Held,
    /// A method that puts a value into such a cell.
    Hold,
    /// A function that reads, or asks for, the field of an object that its second argument names.
    ReadField,
    /// A function that sets the field of an object that its second argument names.
    SetField,
    /// A method that loads the relation of its receiver that its argument names.
    LoadRelation,
    /// A field, method or function that gives the size of a collection.
    Size,
    /// A method that keeps a number of elements from the start of a list.
    Take,
    /// A method that calls the method which its first argument names.
    Send,
    /// A method of callables that gives another callable, or what every object has: it calls nothing now.
    Combine,
    /// The one method of the library's own kinds of callables.
    Apply,
    /// A variable that is handed down with every call, and tells nothing of what is asked for.
    HandedDown,
    /// What the names of classes begin with that stand in for a service and do nothing.
    StandIn,
    /// A method, or a key of a condition, that is given the values of which a column has one.
    Among,
    /// What the names of such methods and keys end with.
    AmongEnding,
    /// A method of a collection that tells whether something is in it.
    Holds,
}

/// Words of one meaning.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordRow {
    /// What they are for.
    pub means: Meaning,
    /// The words.
    pub names: OneOrMany,
}

/// The words of all languages.
#[derive(Debug, Default)]
pub struct Vocabulary {
    known: FxHashMap<Box<str>, FxHashMap<Meaning, FxHashSet<Box<str>>>>,
}

impl Vocabulary {
    pub(crate) fn add(&mut self, family: &str, row: &WordRow) {
        let words = self.known.entry(family.into()).or_default();
        words.entry(row.means).or_default().extend(row.names.iter().map(Box::from));
    }

    /// True if a word of a language family has a meaning.
    pub fn says(&self, family: &str, means: Meaning, word: &str) -> bool {
        self.of(family, means).is_some_and(|words| words.contains(word))
    }

    /// The rest of a name that begins with one of the words of a meaning.
    pub fn rest<'n>(&self, family: &str, means: Meaning, name: &'n str) -> Option<&'n str> {
        // Two words that both begin a name leave different rests: the longer word is the better one.
        self.of(family, means)?
            .iter()
            .filter_map(|word| name.strip_prefix(&**word))
            .min_by_key(|rest| rest.len())
    }

    /// True if a name ends with one of the words of a meaning.
    pub fn ends(&self, family: &str, means: Meaning, name: &str) -> bool {
        self.of(family, means).is_some_and(|words| words.iter().any(|word| name.ends_with(&**word)))
    }

    fn of(&self, family: &str, means: Meaning) -> Option<&FxHashSet<Box<str>>> {
        self.known.get(family)?.get(&means)
    }
}
