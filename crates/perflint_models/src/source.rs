//! What stands in for source that is not there: names without a type, stubs, generated modules, settings.

use serde::Deserialize;

/// A name that reveals a type.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HintRow {
    /// Names of variables, parameters or attributes.
    pub names: Vec<Box<str>>,
    /// The type.
    #[serde(rename = "type")]
    pub ty: Box<str>,
}

/// A module of the library, written as a stub.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StubRow {
    /// The module's path.
    pub module: Box<str>,
    /// Its code.
    pub code: Box<str>,
}

/// A module of the library that is generated into the repository, and usually not committed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GeneratedRow {
    /// The module that it stands for.
    pub module: Box<str>,
    /// The marker of the schema block that has it generated.
    pub marker: Box<str>,
    /// Words of that block; it must have one of them.
    pub words: Vec<Box<str>>,
    /// The key of the block's word that names the folder, relative to the schema: `output` of `output=../generated`.
    pub output: Box<str>,
    /// Ends of paths that mean the module where no schema says so.
    #[serde(default)]
    pub paths: Vec<Box<str>>,
}

/// Classes that a processor makes of entities when the program is built, in the entity's package.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetamodelRow {
    /// The name of the class, with `{name}` for the entity's.
    pub class: Box<str>,
    /// The static field that stands for the entity in queries, with `{name}` for the entity's name with a small first letter.
    pub field: Box<str>,
}

/// A setting that names an entity of the repository.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettingRow {
    /// Paths of values, and of functions that return one, which stand for the entity.
    pub path: Vec<Box<str>>,
    /// The variable of a file of settings that holds the entity's name, the last part of a dotted text.
    pub name: Box<str>,
    /// What the path of such a file contains.
    pub files: Box<str>,
    /// The path of the entity that it is where nothing is set.
    pub default: Box<str>,
}
