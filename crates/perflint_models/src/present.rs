//! Calls that ask a value for its form in an answer: `presents` of a call's row.

use crate::Expr;
use serde::Deserialize;

/// What a call asks a value for, before it sends it: `render json: order` calls `order.as_json`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Presents {
    /// The value, or a collection whose elements are asked one by one.
    pub value: Expr,
    /// Methods of the repository's classes: the first that the value's class has is called.
    pub methods: Vec<Box<str>>,
    /// Relation paths, and methods, that the call has read of each of them.
    #[serde(default)]
    pub reads: Vec<Expr>,
    /// Classes that give the form of rows that have no such method themselves.
    #[serde(default)]
    pub by: Option<PresentedBy>,
}

/// Classes that give the form of others: one is made of each row, and a method of it called.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PresentedBy {
    /// The class that they extend, which a stub declares.
    pub base: Box<str>,
    /// The argument that names one.
    #[serde(default)]
    pub given: Option<Expr>,
    /// What one is called where none is given: `{entity}Serializer`.
    pub named: Box<str>,
    /// The method that gives the form.
    pub method: Box<str>,
}
