//! The schema alone: walk, lower, link, replay; nothing is summarised.

use crate::lines::LineIndex;
use crate::{DiskSources, Options, Progress, ScanError, collect, models, repository};
use perflint_ir::FileIr;
use perflint_link::{Config, Program};
use perflint_models::Models;
use perflint_rules::{Coverage, EntryCost, Sources, Times};
use perflint_schema::{Access, Gap, Place, Schema, replay};
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
    let mut now = collect::collect(&walker, options, None, progress)?;
    progress.phase("analysing");
    let models = models(options, None)?;
    let files = (std::mem::take(&mut now.files), std::mem::take(&mut now.configs));
    let sources = DiskSources::new(root, options.max_file_size);
    let mut schema = crate::analyse::with_stack(|| read(files, &models))?;
    let mut lines = Lines::new(&sources);
    schema.locate(&mut |file, offset| lines.line(file, offset));
    unread(&mut schema, &now.coverage);
    options.database.into_iter().for_each(|dialect| schema.tell(dialect));
    Ok(SchemaScan { schema, coverage: now.coverage })
}

/// Files of SQL that are larger than the limit are gaps of the schema: tables may be missing from it.
pub(crate) fn unread(schema: &mut Schema, coverage: &Coverage) {
    for path in coverage.too_large.iter().filter(|path| path.ends_with(".sql")) {
        let place = Place { file: path.as_str().into(), line: 1, offset: 0 };
        schema
            .gaps
            .push(Gap { place, what: "it is larger than --max-file-size, and was not read".to_owned() });
    }
    schema.gaps.sort();
}

fn read((files, configs): (Vec<FileIr>, Vec<Config>), models: &Models) -> Schema {
    let program = Program::link_configured(files, crate::analyse::stubs(models), &configs, models);
    replay(&program, models)
}

/// The lines of a schema and of what queries use, and the entry points that run them: those with an effect on their line.
pub(crate) fn located(
    found: Option<(Schema, Vec<Access>)>,
    entries: &[EntryCost],
    sources: &DiskSources,
) -> (Option<Schema>, Vec<Access>) {
    let Some((mut schema, mut accesses)) = found else { return (None, Vec::new()) };
    let mut lines = Lines::new(sources);
    schema.locate(&mut |file, offset| lines.line(file, offset));
    // The entry point, whether somebody waits for it, the entity that it touches, and whether it does so many times.
    type Run<'a> = (&'a str, bool, Option<&'a str>, bool);
    let mut running: BTreeMap<(&str, u32), Vec<Run<'_>>> = BTreeMap::new();
    for entry in entries {
        for term in entry.terms.iter().filter(|term| matches!(term.effect, "query" | "write")) {
            let repeated = term.times.iter().any(|times| !matches!(times, Times::Const(_)));
            let run = (entry.label.as_str(), !entry.background, term.entity.as_deref(), repeated);
            running.entry((&term.place.file, term.place.line)).or_default().push(run);
        }
    }
    for access in &mut accesses {
        access.place.line = lines.line(&access.place.file, access.place.offset);
        let found = running.get(&(&*access.place.file, access.place.line));
        let own = schema.tables.get(&access.table).and_then(|table| table.entity.as_deref());
        // One line may run queries of several tables, for whoever calls it.
        let meant = |of: Option<&str>| of.is_none() || own.is_none() || of == own;
        for (label, waited, _, repeated) in found.into_iter().flatten().filter(|(.., of, _)| meant(*of)) {
            access.waited |= waited;
            access.entries.push((*label).to_owned());
            access.repeated |= repeated;
        }
        access.entries.sort();
        access.entries.dedup();
    }
    (Some(schema), accesses)
}

/// Lines by byte, of files that are read when they are first asked about.
struct Lines<'s> {
    sources: &'s DiskSources,
    indexes: BTreeMap<String, Option<LineIndex>>,
}

impl<'s> Lines<'s> {
    fn new(sources: &'s DiskSources) -> Self {
        Self { sources, indexes: BTreeMap::new() }
    }

    fn line(&mut self, file: &str, offset: u32) -> u32 {
        let index = match self.indexes.get(file) {
            Some(index) => index,
            None => {
                let index = self.sources.text(file).map(LineIndex::new);
                self.indexes.entry(file.to_owned()).or_insert(index)
            }
        };
        index.as_ref().map_or(0, |index| index.position(offset).0)
    }
}
