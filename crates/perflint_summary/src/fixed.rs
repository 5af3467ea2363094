//! Values that conditions compare columns with in every run.

use crate::eval::{Eval, Frame};
use crate::expr::Given;
use crate::value::{V, Val};
use perflint_ir::Fixed;
use perflint_models::ColumnRow;

impl<'p> Eval<'p> {
    /// A value that is known as it stands.
    pub(crate) fn fixed(&self, v: V) -> Option<Fixed> {
        Some(match self.vals.get(v) {
            Val::Null => Fixed::Null,
            Val::Bool(flag) => Fixed::Flag(*flag),
            Val::Int(number) => Fixed::Int((*number).into()),
            Val::Str(text) => Fixed::Text(self.p.text(*text).into()),
            _ => return None,
        })
    }

    /// What a row says its one column is compared with: nothing, something, or an argument of its own.
    pub(crate) fn fixed_of(&mut self, f: &mut Frame<'p>, row: &'p ColumnRow, g: &Given<'_>) -> Option<Fixed> {
        match row.null {
            Some(true) => Some(Fixed::Null),
            Some(false) => Some(Fixed::Present),
            None => {
                let value = self.expr(f, row.value.as_ref()?, g)?;
                self.fixed(value)
            }
        }
    }
}

/// What a comparison with a value says under its word: `equals`, `not`, `isnull`.
pub(crate) fn worded(word: &str, value: Fixed) -> Option<Fixed> {
    match (word, value) {
        ("equals" | "exact" | "eq" | "is", value) => Some(value),
        ("isnull", Fixed::Flag(true)) => Some(Fixed::Null),
        ("isnull", Fixed::Flag(false)) | ("isnot" | "is_not" | "not" | "ne", Fixed::Null) => {
            Some(Fixed::Present)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::worded;
    use perflint_ir::Fixed;

    #[test]
    fn words_turn_a_value_into_a_condition() {
        assert_eq!(worded("isnull", Fixed::Flag(true)), Some(Fixed::Null));
        assert_eq!(worded("isnull", Fixed::Flag(false)), Some(Fixed::Present));
        assert_eq!(worded("not", Fixed::Null), Some(Fixed::Present));
        assert_eq!(worded("not", Fixed::Int(1)), None);
        assert_eq!(worded("equals", Fixed::Int(1)), Some(Fixed::Int(1)));
        assert_eq!(worded("gt", Fixed::Int(1)), None);
    }
}
