//! Messages that find their handlers by class.

use crate::{Expr, OneOrMany};
use serde::Deserialize;

/// How a message finds its handlers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dispatches {
    /// The message.
    pub value: Expr,
    /// Paths of what handlers extend, with the message's class as the first type argument.
    pub base: OneOrMany,
    /// The handlers' method.
    pub method: Box<str>,
}
