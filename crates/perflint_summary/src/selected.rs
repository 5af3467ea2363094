//! Columns that alone are asked for: what a query of few columns could read from an index without its rows.

use crate::column::{ColumnHow, ColumnUse};
use crate::eval::Eval;
use crate::value::{V, Val};

/// Columns kept of one call.
const MAX_COLUMNS: usize = 16;

impl Eval<'_> {
    /// Columns by name, in a list or a map of flags; nothing if one of them is no plain column of the rows.
    pub(crate) fn selected_columns(&self, v: V) -> Vec<ColumnUse> {
        let mut names = Vec::new();
        match self.names_of(v, &mut names, 0) {
            Some(()) if names.len() <= MAX_COLUMNS => {
                names.into_iter().map(|name| ColumnUse::of(name, ColumnHow::Select)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn names_of(&self, v: V, names: &mut Vec<String>, depth: u32) -> Option<()> {
        match self.vals.get(v) {
            Val::List(items) if depth < 3 => {
                items.iter().try_for_each(|v| self.names_of(*v, names, depth + 1))
            }
            // Options beside the names.
            Val::Map(..) if depth > 0 => Some(()),
            Val::Map(entries, _) => entries.iter().try_for_each(|(key, value)| match self.vals.get(*value) {
                Val::Bool(true) => name(self.p.text(*key), names),
                Val::Bool(false) => Some(()),
                _ => None,
            }),
            Val::Str(text) => name(self.p.text(*text), names),
            _ => None,
        }
    }
}

/// A plain name, which stands for a column; one that leads to other rows does not.
fn name(text: &str, names: &mut Vec<String>) -> Option<()> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (plain && !text.contains("__")).then(|| names.push(text.to_owned()))
}
