//! The configuration of a repository.
//!
//! It stands in `perflint.toml`, or where a project keeps its other settings: `[tool.perflint]` of `pyproject.toml`,
//! `perflint` of `package.json`, `[workspace.metadata.perflint]` or `[package.metadata.perflint]` of `Cargo.toml`. The
//! nearest folder upwards from what is scanned decides, up to the repository's root and not beyond; nothing is merged, so
//! that what is in force stands in one place. A configuration is data: it names rules, globs and numbers, one file inside
//! the repository, and nothing that runs.
//!
//! A key that is not known is an error, with the one that was probably meant: a setting that does nothing is believed in
//! for years. Where a mistake stands is told by line and column.

mod budget;
mod error;
mod find;
mod local;
mod targets;
mod types;

pub use budget::{Formula, FormulaError, Limit};
pub use error::{ConfigError, nearest};
pub use find::{FILES, Loaded, find, load, read_inside};
pub use local::{Local, LocalFile};
pub use targets::{Duration, EntryTarget, Targets, Volume, fits};
pub use types::{
    ConfidenceName, Config, Database, DialectName, FailOnName, LevelName, PathSettings, RuleSettings, Size,
    Suppressions, schema,
};
