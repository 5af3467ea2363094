//! Statements that run for each row of another, because the map of its result says so.

use serde::Deserialize;

/// Markers of a method with the map of its result: attributes that further statements fill.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nested {
    /// The marker that holds a map.
    pub map: Box<str>,
    /// The argument of that with the name by which others refer to it.
    pub name: Box<str>,
    /// The marker that refers to maps by their names.
    pub refers: Box<str>,
    /// The marker in a map that is about one attribute.
    pub part: Box<str>,
    /// The argument of that with the attribute's name.
    pub attribute: Box<str>,
    /// The marker in that which names a statement that gives one row.
    pub one: Box<str>,
    /// The marker in it that names one which gives many.
    pub many: Box<str>,
    /// The argument of both with the statement's name.
    pub statement: Box<str>,
    /// The argument of both that says when it runs.
    pub loading: Box<str>,
    /// The value of that with which it runs once somebody reads the attribute.
    pub lazy: Box<str>,
    /// The setting of the application with which it does so where nothing is said.
    pub setting: Box<str>,
}
