//! What shows that a practice is followed, in the words of the report.

use crate::Input;
use crate::figure::place_text;
use perflint_report::clean;
use serde::Serialize;

/// A practice that is followed, and where that is seen.
#[derive(Clone, Debug, Serialize)]
pub struct Seen {
    /// What it is.
    pub says: String,
    /// The file and line.
    pub place: String,
}

/// The signs of one practice.
pub(crate) fn seen(input: &Input<'_>, practice: &str) -> Vec<Seen> {
    let all = input.evidence.into_iter().flat_map(|evidence| &evidence.signs);
    all.filter(|sign| sign.of == practice)
        .map(|sign| Seen { says: clean::line(&sign.says).into_owned(), place: place_text(&sign.place) })
        .collect()
}

/// In one sentence: `Sentry (config/initializers/sentry.rb:3)`; `None` if nothing shows it.
pub(crate) fn sentence(input: &Input<'_>, practice: &str) -> Option<String> {
    let all: Vec<String> =
        seen(input, practice).iter().take(3).map(|seen| format!("{} ({})", seen.says, seen.place)).collect();
    (!all.is_empty()).then(|| all.join(", "))
}
