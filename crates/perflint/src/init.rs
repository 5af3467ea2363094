//! `perflint init`: a configuration that fits the repository, with every setting explained.

use crate::args::InitArgs;
use crate::output::Output;
use crate::status::{Failure, Status};
use perflint_config::Local;
use perflint_engine::{Options, Quiet, Scan};
use perflint_report::clean;
use perflint_rules::Report;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

/// More findings than this are more than somebody fixes on the first day.
const MANY: usize = 20;

/// Writes `perflint.toml` in the repository's root.
pub(crate) fn init(args: &InitArgs) -> Result<Status, Failure> {
    let roots = vec![args.path.clone()];
    let root = perflint_engine::repository(&roots)
        .map_err(|error| Failure::from(error).with_help("give a folder that exists and can be read"))?;
    if !args.print {
        crate::known::in_work_tree(&root)?;
        let there = perflint_config::find(&root, &root).map_err(crate::settings::config_failure)?;
        if let Some(loaded) = there {
            let message = format!("there is a configuration already: {}", clean::line(&loaded.file));
            return Err(Failure::usage(
                message,
                "edit it; `perflint init --print` shows what would be written",
            ));
        }
    }
    let options = Options {
        roots: vec![root.clone()],
        entries: true,
        local: Local::read(&root).map_err(crate::settings::config_failure)?,
        ..Options::default()
    };
    let scan = perflint_engine::scan(&options, &Quiet)?;
    let text = configuration(&scan);
    if args.print {
        io::stdout().lock().write_all(text.as_bytes())?;
        return Ok(Status::Clean);
    }
    Output::new(Some(root.join("perflint.toml")))?.write(|out| Ok(out.write_all(text.as_bytes())?))?;
    let mut out = io::stdout().lock();
    writeln!(out, "perflint.toml is written. Next:")?;
    writeln!(out, "  perflint scan")?;
    if scan.report.live().count() > MANY {
        writeln!(
            out,
            "  perflint baseline   to accept the {} findings of today, and report new ones only",
            scan.report.live().count()
        )?;
    }
    Ok(Status::Clean)
}

fn configuration(scan: &Scan) -> String {
    let report = &scan.report;
    let mut text = String::from(
        "# perflint: where cost grows with data. `perflint config schema` describes every setting.\n#\n",
    );
    seen(&mut text, report);
    text.push_str(
        r#"
# What fails a run: "note", "warning", "error" or "never".
fail-on = "warning"

# Rules and categories not to report; `perflint rules` lists them, `perflint explain RULE` prints one.
ignore = []

# Folders and files not to read, in the syntax of .gitignore. Tests, migrations, generated and vendored code are left out anyway.
"#,
    );
    let _ = writeln!(text, "exclude = [{}]", suggested(scan).join(", "));
    text.push_str(
        r#"
# Read and judge test code too.
# include-tests = true

# Settings of one rule: its level ("off", "note", "warning", "error"), how sure it has to be ("low", "medium", "high").
# [rules.unbounded-query]
# level = "note"

# Settings of some paths; of several that match, the last counts.
# [[paths]]
# globs = ["scripts/"]
# ignore = ["n-plus-one"]

# Comments that suppress findings: `perflint: ignore[RULE] until=2027-01-31 reason`.
# [suppressions]
# require-reason = true
# require-expiry = true

# What entry points may cost. A number allows no growth; `n` in a formula stands for the size of anything.
"#,
    );
    budget(&mut text, report);
    text
}

/// What was found, so that the reader sees what perflint understood.
fn seen(text: &mut String, report: &Report) {
    let coverage = &report.coverage;
    let mut languages: Vec<_> = coverage.languages.iter().collect();
    languages.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), **name));
    let listed: Vec<String> =
        languages.iter().take(8).map(|(name, count)| format!("{name} ({count})")).collect();
    let _ = writeln!(
        text,
        "# Files by language: {}.",
        if listed.is_empty() { "none".to_owned() } else { listed.join(", ") }
    );
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in &report.entries {
        *kinds.entry(entry.kind).or_default() += 1;
    }
    let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{kind} ({count})")).collect();
    let _ = writeln!(
        text,
        "# Entry points by kind: {}.",
        if kinds.is_empty() { "none".to_owned() } else { kinds.join(", ") }
    );
    let count = report.live().count();
    let _ = writeln!(text, "# Findings when this was written: {count}.");
    if count > MANY {
        text.push_str("# `perflint baseline` accepts them, so that only new ones are reported.\n");
    }
}

/// Folders that look like code that nobody works on, if something was found there.
fn suggested(scan: &Scan) -> Vec<String> {
    const NAMES: &[&str] = &["legacy", "deprecated", "archive", "old", "examples", "samples", "demo"];
    let folders = scan.report.findings.iter().filter_map(|finding| {
        let mut parts = finding.primary.file.split('/');
        let at = parts.position(|part| NAMES.contains(&part))?;
        let path: Vec<&str> = finding.primary.file.split('/').take(at + 1).collect();
        Some(format!("# \"/{}/\"", clean::line(&path.join("/")).replace(['"', '\\'], "_")))
    });
    let mut folders: Vec<String> = folders.collect();
    folders.sort();
    folders.dedup();
    if folders.is_empty() { folders } else { vec![format!("\n    {},\n", folders.join(",\n    "))] }
}

/// The entry points that grow most, as examples.
fn budget(text: &mut String, report: &Report) {
    let grows =
        |entry: &&perflint_rules::EntryCost| entry.cost.get("queries").is_some_and(|cost| cost.contains('|'));
    let best = report.entries.iter().find(grows).or(report.entries.first());
    let label = best.map_or_else(|| "GET /orders".to_owned(), |entry| clean::line(&entry.label).into_owned());
    let label = label.replace(['"', '\\'], "_");
    if let Some(cost) = best.and_then(|entry| entry.cost.get("queries")) {
        let _ = writeln!(text, "# `{label}` costs {} queries today.", clean::line(cost));
    }
    let _ = writeln!(text, "# [budget.\"{label}\"]\n# queries = \"5 + n\"");
}
