//! Values of expressions, as far as schemas need them.

use perflint_ir::BodyId;

/// A value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Val {
    /// Nothing is known.
    #[default]
    Unknown,
    /// No value.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Int(i32),
    /// A text.
    Str(String),
    /// What a dotted name says: `sa.Integer`.
    Name(String),
    /// Several values.
    List(Vec<Val>),
    /// Values by name.
    Map(Vec<(String, Val)>),
    /// A callable.
    Lambda(BodyId),
    /// A table that is being defined or changed.
    Table(String),
    /// A part, by its index.
    Part(usize),
    /// An attribute of a table: `t.name`.
    Field(String),
}

impl Val {
    /// Its text, if it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Str(text) | Self::Field(text) | Self::Table(text) => Some(text),
            // A class or constant: its last name.
            Self::Name(name) => name.rsplit('.').next(),
            _ => None,
        }
    }

    /// Whether it stands for yes, if that is known.
    pub(crate) fn truth(&self) -> Option<bool> {
        match self {
            Self::Unknown => None,
            Self::Null => Some(false),
            Self::Bool(value) => Some(*value),
            Self::Str(text) if text == "true" => Some(true),
            Self::Str(text) if text == "false" => Some(false),
            _ => Some(true),
        }
    }

    /// The value of a name.
    pub(crate) fn get(&self, name: &str) -> Option<&Val> {
        match self {
            Self::Map(entries) => entries.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// All texts in it: of lists, and of lists in lists.
    pub(crate) fn texts(&self) -> Vec<String> {
        match self {
            Self::List(items) => items.iter().flat_map(Self::texts).collect(),
            other => other.text().map(str::to_owned).into_iter().collect(),
        }
    }

    /// The value as it is written in a declaration.
    pub(crate) fn written(&self) -> Option<String> {
        match self {
            Self::Bool(value) => Some(value.to_string()),
            Self::Int(value) => Some(value.to_string()),
            Self::Str(text) => Some(text.clone()),
            _ => None,
        }
    }
}
