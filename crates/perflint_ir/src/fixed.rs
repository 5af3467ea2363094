//! Values that stand in the text of a condition.

/// What a column is compared with in every run of a query.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fixed {
    /// It has no value.
    Null,
    /// It has one, whichever.
    Present,
    /// A truth value.
    Flag(bool),
    /// A number.
    Int(i64),
    /// A text.
    Text(Box<str>),
}

impl Fixed {
    /// Whether it is a value, which rows may share, and not a question of having one.
    pub fn is_value(&self) -> bool {
        !matches!(self, Self::Null | Self::Present)
    }

    /// A literal as SQL writes it: `'open'`, `3`, `true`, `null`; `None` for anything else.
    pub fn of_sql(text: &str) -> Option<Self> {
        let text = text.trim_matches(['(', ')', ' ', ';']);
        let quoted = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
        match quoted {
            Some(inner) => (!inner.contains('\'')).then(|| Self::Text(inner.into())),
            None if text.eq_ignore_ascii_case("true") => Some(Self::Flag(true)),
            None if text.eq_ignore_ascii_case("false") => Some(Self::Flag(false)),
            None if text.eq_ignore_ascii_case("null") => Some(Self::Null),
            None => text.parse().ok().map(Self::Int),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Fixed;

    #[test]
    fn literals_of_sql() {
        assert_eq!(Fixed::of_sql("'open'"), Some(Fixed::Text("open".into())));
        assert_eq!(Fixed::of_sql("'it''s'"), None);
        assert_eq!(Fixed::of_sql("3)"), Some(Fixed::Int(3)));
        assert_eq!(Fixed::of_sql("TRUE"), Some(Fixed::Flag(true)));
        assert_eq!(Fixed::of_sql("null"), Some(Fixed::Null));
        assert_eq!(Fixed::of_sql("?"), None);
        assert_eq!(Fixed::of_sql(":status"), None);
        assert_eq!(Fixed::of_sql("3.5"), None);
    }
}
