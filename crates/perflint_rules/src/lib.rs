//! Detectors, and the rule pages that configure them.
//!
//! A rule is a Markdown page in `rules/checks`: what it is about, how bad and how sure it has to be, which detector it
//! configures, and the text that users read. There are few detectors, and a page is all that a further rule needs; a
//! detector turns facts of the analysis into findings with a route, a cost and a fix. Rules as Rust types with a trait and
//! a registry were rejected: metadata, prose and examples would live in three places and drift apart.

mod among;
mod among_text;
mod context;
mod cost;
mod detect;
mod edit;
mod extent;
mod few;
mod finding;
mod helper;
mod kept;
mod lazy;
mod merge;
mod own_file;
mod page;
mod part;
mod repeat;
mod route;
mod rows;
mod symbols;
mod wait;
mod worth;
mod write;

pub use cost::{BLOCKING, CostTerm, EntryCost, Times, costs, unit};
pub use detect::{BUDGET, judge};
pub use extent::{Extent, RowLimit};
pub use finding::{
    Confidence, Context, Coverage, Finding, Fix, Level, Place, Report, Sources, Step, StepKind, Tracking,
    UnusedSuppression, VoidSuppression,
};
pub use page::{Example, Page, PageError, Pages};
pub use route::{RouteOnly, unhandled};
