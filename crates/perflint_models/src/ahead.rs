//! Entry points whose results are made before anybody asks for them.

use crate::{EntryKind, file::OneOrMany};
use serde::Deserialize;

/// What says of an entry point that it runs when the program is built, or now and then, and not per request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ahead {
    /// What it is then.
    pub kind: EntryKind,
    /// Markers of the function: `use cache`.
    #[serde(default)]
    pub marker: OneOrMany,
    /// What its file exports beside it: a name of something that is not zero (`revalidate`), or a name with its text
    /// (`dynamic=force-static`).
    #[serde(default)]
    pub exports: OneOrMany,
}
