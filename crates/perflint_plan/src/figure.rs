//! Numbers, each with where it comes from.

use perflint_report::clean;
use perflint_rules::Place;
use serde::Serialize;

/// Where a number comes from.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Source {
    /// The team said so.
    Configuration {
        /// The key of the configuration.
        key: String,
    },
    /// The code says so.
    Code {
        /// The file and line.
        place: String,
    },
    /// Nobody said so.
    Assumption {
        /// Why this number.
        why: String,
    },
}

/// A number and where it comes from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// The number.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
    /// Where it comes from.
    pub source: Source,
}

impl Source {
    /// In a few words: `configuration targets.p95`, `orders.py:12`, `assumption: ..`.
    pub fn text(&self) -> String {
        match self {
            Self::Configuration { key } => format!("configuration {key}"),
            Self::Code { place } => place.clone(),
            Self::Assumption { why } => format!("assumption: {why}"),
        }
    }
}

impl Figure {
    /// What the configuration says, or else an assumption.
    pub fn given(value: Option<f64>, unit: &'static str, key: &str, assumed: f64, why: &str) -> Self {
        match value {
            Some(value) => Self { value, unit, source: Source::Configuration { key: key.to_owned() } },
            None => Self { value: assumed, unit, source: Source::Assumption { why: why.to_owned() } },
        }
    }

    /// Whether nobody said so.
    pub fn is_assumed(&self) -> bool {
        matches!(self.source, Source::Assumption { .. })
    }
}

/// `orders.py:12`, safe to print.
pub fn place_text(place: &Place) -> String {
    format!("{}:{}", clean::line(&place.file), place.line)
}
