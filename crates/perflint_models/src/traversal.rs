//! Objects that a framework finds by walking a route's path before it calls the handler: Pyramid's URL traversal.

use crate::Expr;
use serde::Deserialize;

/// How a route finds the object that its handler is given.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traversal {
    /// The route's name.
    pub route: Expr,
    /// The class of which an instance is where the walk starts: as a name, or a text that spells it.
    pub factory: Expr,
    /// The path that is walked: a step for each `{part}`.
    pub path: Expr,
    /// The method that takes a step: `__getitem__`.
    pub step: Box<str>,
}

/// What a marker says of the object that its function, or the constructor of its class, is given before the request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receives {
    /// The name of the route that finds it.
    pub route: Expr,
    /// Its class.
    pub class: Expr,
}
