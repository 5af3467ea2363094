//! What a configuration may say. The schema for editors is made from these types and their comments.

use crate::budget::Limit;
use crate::error::ConfigError;
use crate::targets::{Targets, Volume, check};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The configuration of perflint.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "perflint")]
pub struct Config {
    /// Report these rules or categories only.
    #[serde(default)]
    pub select: Vec<String>,
    /// Do not report these rules or categories.
    #[serde(default)]
    pub ignore: Vec<String>,
    /// Read only what matches one of these globs, in the syntax of `.gitignore`.
    #[serde(default)]
    pub include: Vec<String>,
    /// Do not read what matches one of these globs, in the syntax of `.gitignore`.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// Report findings of at least this confidence, instead of each rule's own.
    pub min_confidence: Option<ConfidenceName>,
    /// The least level of a finding that fails the run.
    pub fail_on: Option<FailOnName>,
    /// Report what is less sure or less important too.
    pub pedantic: Option<bool>,
    /// Read and judge test code too.
    pub include_tests: Option<bool>,
    /// Fail with exit code 3 if a file could not be read or a parser failed.
    pub strict: Option<bool>,
    /// Skip files larger than this: a number of bytes, or text such as `512K` or `2M`.
    pub max_file_size: Option<Size>,
    /// The file of accepted findings, relative to the repository's root. By default `.perflint/baseline.json`, if it exists.
    pub baseline: Option<String>,
    /// Settings of single rules, by id.
    #[serde(default)]
    pub rules: BTreeMap<String, RuleSettings>,
    /// Settings of some paths. Of several that match, the last that says something counts.
    #[serde(default)]
    pub paths: Vec<PathSettings>,
    /// What suppressing comments have to look like.
    #[serde(default)]
    pub suppressions: Suppressions,
    /// What entry points may cost: a limit per unit, by the label of an entry point (`GET /orders`) or a pattern (`GET /api/*`).
    #[serde(default)]
    pub budget: BTreeMap<String, BTreeMap<String, Limit>>,
    /// What the system has to carry; `perflint plan` reads it.
    #[serde(default)]
    pub targets: Targets,
    /// How many rows tables have, by the name of the table or of its entity; `perflint plan` reads it.
    #[serde(default)]
    pub volumes: BTreeMap<String, Volume>,
    /// The database that the system runs on; `perflint plan` and `perflint schema` read it.
    #[serde(default)]
    pub database: Database,
}

/// The database that a system runs on.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Database {
    /// Its kind, where the repository names several.
    pub dialect: Option<DialectName>,
}

/// Kinds of database whose SQL differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DialectName {
    /// `PostgreSQL`.
    Postgres,
    /// `MySQL` and `MariaDB`.
    Mysql,
    /// `SQLite`.
    Sqlite,
    /// SQL Server.
    Sqlserver,
}

impl DialectName {
    /// The name that configurations use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
            Self::Sqlite => "sqlite",
            Self::Sqlserver => "sqlserver",
        }
    }
}

impl Config {
    /// Says what is wrong with the first target or volume that cannot be meant. `units` are those of costs.
    ///
    /// # Errors
    /// A negative number, a time that is none, targets that contradict each other.
    pub fn check_targets(&self, file: &str, units: &[&str]) -> Result<(), ConfigError> {
        check(file, &self.targets, &self.volumes, units)
    }
}

/// Settings of a rule.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RuleSettings {
    /// Its level, or `off`.
    pub level: Option<LevelName>,
    /// Report its findings of at least this confidence.
    pub min_confidence: Option<ConfidenceName>,
}

/// Settings of some paths.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PathSettings {
    /// Globs in the syntax of `.gitignore`, relative to the folder of the configuration.
    pub globs: Vec<String>,
    /// Report these rules or categories only.
    #[serde(default)]
    pub select: Vec<String>,
    /// Do not report these rules or categories.
    #[serde(default)]
    pub ignore: Vec<String>,
    /// The level of what is found there, or `off`.
    pub level: Option<LevelName>,
    /// Report findings of at least this confidence.
    pub min_confidence: Option<ConfidenceName>,
}

/// What suppressing comments have to look like.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Suppressions {
    /// A comment without a reason suppresses nothing.
    #[serde(default)]
    pub require_reason: bool,
    /// A comment without `until=YYYY-MM-DD` suppresses nothing.
    #[serde(default)]
    pub require_expiry: bool,
}

/// How bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LevelName {
    /// Not reported.
    Off,
    /// Worth knowing.
    Note,
    /// Costs grow with data.
    Warning,
    /// Will take a service down.
    Error,
}

/// How sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ConfidenceName {
    /// A guess.
    Low,
    /// One link of the chain is inferred.
    Medium,
    /// Every link of the chain was resolved.
    High,
}

/// What fails a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FailOnName {
    /// Notes and all that is worse.
    Note,
    /// Warnings and errors.
    Warning,
    /// Errors.
    Error,
    /// Nothing.
    Never,
}

/// A size in bytes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Size {
    /// A number of bytes.
    Bytes(u64),
    /// A number with a unit: `512K`, `2M`.
    Text(String),
}

/// The JSON schema of a configuration.
pub fn schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(Config).to_value();
    if let Some(object) = schema.as_object_mut() {
        object.insert("$schema".to_owned(), "http://json-schema.org/draft-07/schema#".into());
        if let Some(definitions) = object.remove("$defs") {
            object.insert("definitions".to_owned(), definitions);
        }
    }
    renamed(&mut schema);
    schema
}

/// Draft 7 is what editors understand everywhere; it calls definitions by another name.
fn renamed(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    serde_json::Value::String(text) if key == "$ref" => {
                        *text = text.replace("#/$defs/", "#/definitions/");
                    }
                    other => renamed(other),
                }
            }
        }
        serde_json::Value::Array(values) => values.iter_mut().for_each(renamed),
        _ => {}
    }
}
