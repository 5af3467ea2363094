//! Kinds of values that a program can ask for: `is_array($x)`, `Array.isArray(x)`.

/// A kind of value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Nothing: `null`, `None`, `nil`.
    Null,
    /// A number.
    Number,
    /// A text.
    Text,
    /// A list.
    List,
    /// A map.
    Map,
    /// An instance of a class.
    Object,
    /// Something that can be called.
    Callable,
}

impl Shape {
    /// A kind by its word.
    pub(crate) fn named(word: &str) -> Option<Self> {
        Some(match word.trim() {
            "null" => Self::Null,
            "number" => Self::Number,
            "text" => Self::Text,
            "list" => Self::List,
            "map" => Self::Map,
            "object" => Self::Object,
            "callable" => Self::Callable,
            _ => return None,
        })
    }
}
