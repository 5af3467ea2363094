//! `perflint schema`.

use crate::args::{SchemaArgs, SchemaFormat};
use crate::progress::Bar;
use crate::scan::{analyse, failure};
use crate::settings::Settings;
use crate::status::{Failure, Status};
use perflint_config::Volume;
use perflint_engine::Options;
use perflint_plan::rows;
use perflint_report::clean;
use perflint_schema::{Action, Format, Index, IndexColumn, Place, Schema, Table, propose, sql};
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

/// How many gaps the text names.
const MAX_GAPS: usize = 20;

/// How much evidence the text names.
const MAX_EVIDENCE: usize = 5;

/// Prints the schema.
pub(crate) fn schema(args: &SchemaArgs) -> Result<Status, Failure> {
    let (paths, set) = (&args.analysis.paths, &args.analysis.settings);
    let settings = Settings::of(paths, set)?;
    let options = settings.options(paths, set)?;
    if args.indexes {
        return indexes(args, options, &settings.config().volumes);
    }
    if matches!(args.format, SchemaFormat::Sql | SchemaFormat::Migration) {
        let help = "say `perflint schema --indexes --format sql`, or leave out --format";
        return Err(Failure::usage("only proposals are written as SQL and migrations", help));
    }
    let bar = Bar::new(set.quiet);
    let scan = perflint_engine::schema(&options, &bar).map_err(|error| failure(error, paths, set))?;
    drop(bar);
    let mut out = BufWriter::new(io::stdout().lock());
    match args.format {
        SchemaFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &scan.schema).map_err(io::Error::from)?;
            writeln!(out)?;
        }
        _ => text(&mut out, &scan.schema)?,
    }
    out.flush()?;
    if scan.coverage.files == 0 {
        return Ok(Status::Nothing);
    }
    if scan.schema.tables.is_empty() && !set.quiet {
        let hint = "no table was found: no dump, no migration and no class that declares one is among the files that were read\n";
        // Nobody is left to tell that standard error is closed.
        let _ = io::stderr().write_all(hint.as_bytes());
    }
    Ok(Status::Clean)
}

/// Prints which indexes to add and to drop.
fn indexes(
    args: &SchemaArgs,
    mut options: Options,
    volumes: &BTreeMap<String, Volume>,
) -> Result<Status, Failure> {
    options.schema = true;
    options.entries = true;
    let scan = analyse(&options, &args.analysis)?;
    let schema = scan.schema.unwrap_or_default();
    let dialect = schema.written_in();
    let proposals = propose(&schema, &scan.accesses, &rows(&schema, volumes));
    let mut out = BufWriter::new(io::stdout().lock());
    match args.format {
        SchemaFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &proposals).map_err(io::Error::from)?;
            writeln!(out)?;
        }
        SchemaFormat::Sql => out.write_all(sql(&proposals, dialect).text.as_bytes())?,
        SchemaFormat::Migration => {
            let Some(format) = Format::of(&scan.formats, &schema) else {
                let help = "use --format sql";
                return Err(Failure::usage(
                    "no framework whose migrations can be written declares this schema",
                    help,
                ));
            };
            for migration in format.render(&proposals, dialect) {
                out.write_all(migration.text.trim_start().as_bytes())?;
            }
        }
        SchemaFormat::Text => {
            for proposal in &proposals {
                let word = if proposal.action == Action::Add { "add" } else { "drop" };
                let line = format!("{word} {} on {}", index_text(&proposal.index), proposal.table);
                writeln!(out, "{}\n  {}", clean::line(&line), clean::line(&proposal.why))?;
                for evidence in proposal.evidence.iter().take(MAX_EVIDENCE) {
                    let by = if evidence.entries.is_empty() {
                        String::new()
                    } else {
                        format!("  [{}]", evidence.entries.join(", "))
                    };
                    let what = format!("{}{by}", evidence.what);
                    writeln!(out, "  {}  {}", place(&evidence.place), clean::line(&what))?;
                }
            }
            writeln!(out, "{} proposals", proposals.len())?;
        }
    }
    out.flush()?;
    Ok(if scan.report.coverage.files == 0 { Status::Nothing } else { Status::Clean })
}

fn text(out: &mut impl Write, schema: &Schema) -> io::Result<()> {
    let mut indexes = 0;
    for table in schema.tables.values() {
        indexes += table.indexes.len();
        table_text(out, table)?;
    }
    for gap in schema.gaps.iter().take(MAX_GAPS) {
        writeln!(out, "not followed: {} {}", place(&gap.place), clean::line(&gap.what))?;
    }
    if let Some(more) = schema.gaps.len().checked_sub(MAX_GAPS).filter(|more| *more > 0) {
        writeln!(out, "not followed: {more} more, in --format json")?;
    }
    writeln!(out, "{} tables, {indexes} indexes besides primary keys", schema.tables.len())
}

fn table_text(out: &mut impl Write, table: &Table) -> io::Result<()> {
    write!(out, "{}", clean::line(&table.name))?;
    if let Some(entity) = &table.entity {
        write!(out, " ({})", clean::line(entity))?;
    }
    writeln!(out, "  {}", place(&table.place))?;
    for column in &table.columns {
        let key = if table.primary_key.contains(&column.name) { ", primary key" } else { "" };
        let null = if column.nullable { ", null" } else { "" };
        let ty = if column.ty.is_empty() { "?" } else { &column.ty };
        let default = column.default.as_deref().map(|value| format!(", default {}", clean::line(value)));
        let line = format!("{} {ty}{key}{null}", column.name);
        writeln!(out, "    {}{}", clean::line(&line), default.unwrap_or_default())?;
    }
    for index in &table.indexes {
        writeln!(out, "  {}  {}", clean::line(&index_text(index)), place(&index.place))?;
    }
    for key in &table.foreign_keys {
        let columns = key.columns.join(", ");
        let references = if key.references.is_empty() {
            String::new()
        } else {
            format!(" ({})", key.references.join(", "))
        };
        let line = format!("foreign key ({columns}) -> {}{references}", key.table);
        writeln!(out, "  {}  {}", clean::line(&line), place(&key.place))?;
    }
    if let Some(partition) = &table.partition {
        let line = format!("partitioned by {} ({})", partition.method, partition.columns.join(", "));
        writeln!(out, "  {}", clean::line(&line))?;
    }
    writeln!(out)
}

fn index_text(index: &Index) -> String {
    let part = |part: &IndexColumn| format!("{}{}", part.name, if part.descending { " desc" } else { "" });
    let columns: Vec<String> = index.columns.iter().map(part).collect();
    let mut text = format!("{} ({})", if index.unique { "unique" } else { "index" }, columns.join(", "));
    let more = [
        (!index.include.is_empty()).then(|| format!("with {}", index.include.join(", "))),
        index.condition.as_ref().map(|condition| format!("where {condition}")),
        index.method.as_ref().map(|method| format!("using {method}")),
        index.name.clone(),
        index.implied.then(|| "implied".to_owned()),
    ];
    for more in more.into_iter().flatten() {
        text.push_str("  ");
        text.push_str(&more);
    }
    text
}

fn place(place: &Place) -> String {
    format!("{}:{}", clean::line(&place.file), place.line)
}
