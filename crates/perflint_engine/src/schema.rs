//! The schema alone: walk, lower, link, replay; nothing is summarised.

use crate::lines::LineIndex;
use crate::{DiskSources, Options, Progress, ScanError, collect, models, repository};
use perflint_ir::FileIr;
use perflint_link::{Config, Program};
use perflint_models::Models;
use perflint_rules::{Coverage, Sources};
use perflint_schema::{Schema, replay};
use perflint_walk::Walker;
use std::collections::BTreeMap;

/// The schema of a repository, and what was read for it.
#[derive(Debug)]
pub struct SchemaScan {
    /// The schema; places are relative to the repository.
    pub schema: Schema,
    /// What was read, and what was not.
    pub coverage: Coverage,
}

/// Reads the schema that the files below the roots declare.
///
/// # Errors
/// A root that cannot be read, a glob or a model that cannot be used.
pub fn schema(options: &Options, progress: &dyn Progress) -> Result<SchemaScan, ScanError> {
    let root = repository(&options.roots)?;
    progress.phase("reading");
    let walker = Walker::new(collect::walk_config(&root, options))?;
    let mut now = collect::collect(&walker, options, progress)?;
    progress.phase("analysing");
    let models = models(options)?;
    let files = (std::mem::take(&mut now.files), std::mem::take(&mut now.configs));
    let sources = DiskSources::new(root, options.max_file_size);
    let mut schema = crate::analyse::with_stack(|| read(files, &models));
    locate(&mut schema, &sources);
    Ok(SchemaScan { schema, coverage: now.coverage })
}

fn read((files, configs): (Vec<FileIr>, Vec<Config>), models: &Models) -> Schema {
    let program = Program::link_configured(files, crate::analyse::stubs(models), &configs, models);
    replay(&program, models)
}

/// Fills in the lines of a schema's places.
pub(crate) fn locate(schema: &mut Schema, sources: &DiskSources) {
    let mut indexes: BTreeMap<String, Option<LineIndex>> = BTreeMap::new();
    schema.locate(&mut |file, offset| {
        let index = indexes.entry(file.to_owned()).or_insert_with(|| sources.text(file).map(LineIndex::new));
        index.as_ref().map_or(0, |index| index.position(offset).0)
    });
}
