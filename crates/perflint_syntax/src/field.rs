//! Children by the name of their field.

use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::num::NonZeroU16;
use tree_sitter::{Language, Node};

/// The numbers of a grammar's fields, by name.
type Numbers = FxHashMap<Box<str>, Option<NonZeroU16>>;

thread_local! {
    /// Of each grammar that was asked: tree-sitter compares a name with those of all fields, again for each node.
    static NUMBERS: RefCell<Vec<(Language, Numbers)>> = const { RefCell::new(Vec::new()) };
}

/// A node's children by field.
pub trait Fields<'t> {
    /// The first child in a field; none if the grammar has no such field.
    fn field(&self, name: &str) -> Option<Node<'t>>;
}

impl<'t> Fields<'t> for Node<'t> {
    fn field(&self, name: &str) -> Option<Node<'t>> {
        let number = NUMBERS.with_borrow_mut(|grammars| number(grammars, &self.language(), name))?;
        self.child_by_field_id(number.get())
    }
}

fn number(grammars: &mut Vec<(Language, Numbers)>, language: &Language, name: &str) -> Option<NonZeroU16> {
    let at = grammars.iter().position(|(known, _)| known == language).unwrap_or_else(|| {
        grammars.push((language.clone(), Numbers::default()));
        grammars.len() - 1
    });
    let numbers = &mut grammars[at].1;
    if let Some(known) = numbers.get(name) {
        return *known;
    }
    let number = language.field_id_for_name(name);
    numbers.insert(name.into(), number);
    number
}
