//! `perflint test`: the examples of the team's own rules and models.
//!
//! An example is a fenced block whose info string is `LANGUAGE bad PATH` or `LANGUAGE good PATH`; blocks with the same
//! `example=NAME` that follow each other are the files of one. `perf: RULE` at the end of a line says what has to be
//! reported there. On the page of a rule, that rule alone is looked at; beside a model, every rule that a mark names.

use crate::args::TestArgs;
use crate::config::in_force;
use crate::settings::Settings;
use crate::status::{Failure, Status};
use perflint_config::{LocalFile, nearest};
use perflint_engine::{Options, Quiet};
use perflint_report::clean;
use perflint_rules::{Example, Page};
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Component, Path};

/// A line that a rule has to be reported on: file, line, rule.
type Site = (String, u32, String);

/// Runs all examples, and says which do not do what they say.
pub(crate) fn test(args: &TestArgs) -> Result<Status, Failure> {
    let settings = in_force(args.path.clone())?;
    let mut out = io::stdout().lock();
    let (mut passed, mut failed) = (0, 0);
    for (file, only) in pages(&settings) {
        let examples = examples(file)?;
        for example in &examples {
            let complaints = complaints(&settings, file, example, only.as_deref())?;
            if complaints.is_empty() {
                passed += 1;
            } else {
                failed += 1;
                writeln!(out, "{}:{}", clean::line(&file.path), example.line)?;
            }
            for complaint in complaints {
                writeln!(out, "    {}", clean::line(&complaint))?;
            }
        }
        if examples.is_empty() {
            failed += 1;
            writeln!(
                out,
                "{}\n    has no example: a rule that nothing tries is believed in vain",
                clean::line(&file.path)
            )?;
        }
    }
    if passed + failed == 0 {
        return Err(Failure::usage(
            "there is nothing to test",
            "rules stand in .perflint/checks/*.md, examples of models in .perflint/models/*.md; docs/own-rules.md shows both",
        ));
    }
    writeln!(out, "{passed} passed, {failed} failed")?;
    Ok(if failed == 0 { Status::Clean } else { Status::Findings })
}

/// The pages with examples, and the rule that each is about.
fn pages(settings: &Settings) -> Vec<(&LocalFile, Option<String>)> {
    let local = &settings.local;
    let checks = local.checks.iter().map(|file| (file, Some(file.stem.clone())));
    checks.chain(local.examples.iter().map(|file| (file, None))).collect()
}

fn examples(file: &LocalFile) -> Result<Vec<Example>, Failure> {
    let has_front_matter = file.text.starts_with("+++");
    // A page beside a model has no front matter of its own.
    let front = "+++\ntitle = \"\"\ncategory = \"\"\ndetector = \"lazy-load\"\n+++\n";
    let text = if has_front_matter { file.text.clone() } else { format!("{front}{}", file.text) };
    let mut examples = Page::parse(&file.stem, &text)?.examples;
    if !has_front_matter {
        examples.iter_mut().for_each(|example| example.line -= front.lines().count());
    }
    Ok(examples)
}

fn complaints(
    settings: &Settings,
    page: &LocalFile,
    example: &Example,
    only: Option<&str>,
) -> Result<Vec<String>, Failure> {
    let mut expected = BTreeSet::new();
    let mut out = Vec::new();
    for (path, text) in &example.files {
        for (line, rule) in marks(text) {
            if settings.pages.get(&rule).is_none() {
                let near = nearest(&rule, settings.pages.pages.iter().map(|page| &*page.id));
                let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                out.push(format!("{path}:{line} names `{rule}`, which is no rule{near}"));
            }
            expected.insert((path.to_string(), line, rule));
        }
    }
    if example.bad && expected.is_empty() {
        out.push(
            "a bad example has to mark at least one line: `perf: RULE` in a comment at its end".to_owned(),
        );
    }
    let found = found(settings, example)?;
    let named: BTreeSet<&str> = expected.iter().map(|(_, _, rule)| rule.as_str()).collect();
    let counts = |site: &&Site| match only {
        Some(rule) => site.2 == rule,
        // Beside a model, a good example must raise nothing at all.
        None => named.is_empty() || named.contains(site.2.as_str()),
    };
    let place = |(file, line, rule): &Site| format!("{file}:{line} {rule}");
    out.extend(
        expected
            .iter()
            .filter(|site| !found.contains(*site))
            .map(|site| format!("not reported: {}", place(site))),
    );
    let unexpected = found.iter().filter(counts).filter(|site| !expected.contains(*site));
    out.extend(unexpected.map(|site| format!("reported: {}", place(site))));
    if let Some(path) = outside(example) {
        out.push(format!("{path} of {} is no path inside a repository", page.path));
    }
    Ok(out)
}

/// What is reported in an example, in whichever profile.
fn found(settings: &Settings, example: &Example) -> Result<BTreeSet<Site>, Failure> {
    if outside(example).is_some() {
        return Ok(BTreeSet::new());
    }
    let folder = tempfile::tempdir()?;
    fs::create_dir(folder.path().join(".git"))?;
    for (path, text) in &example.files {
        let path = folder.path().join(&**path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, text)?;
    }
    let options = Options {
        roots: vec![folder.path().to_owned()],
        pedantic: true,
        local: settings.local.clone(),
        ..Options::default()
    };
    let scan = perflint_engine::scan(&options, &Quiet)?;
    let places = scan.report.findings.iter().flat_map(|finding| {
        std::iter::once(&finding.primary)
            .chain(&finding.also)
            .map(|place| (place.file.to_string(), place.line, finding.rule.to_string()))
    });
    Ok(places.collect())
}

fn outside(example: &Example) -> Option<&str> {
    let inside = |path: &str| Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    example.files.iter().map(|(path, _)| &**path).find(|path| !inside(path))
}

/// The rules that the lines of a text name after `perf:`.
fn marks(text: &str) -> Vec<(u32, String)> {
    let of_line = |(line, text): (u32, &str)| {
        let list = text.rsplit_once("perf: ").map_or("", |(_, list)| list);
        let list = list.split(';').next().unwrap_or_default();
        let rules = list.split(',').filter_map(|rule| rule.split_whitespace().next());
        rules.map(|rule| (line, rule.to_owned())).collect::<Vec<_>>()
    };
    (1..).zip(text.lines()).flat_map(of_line).collect()
}

#[cfg(test)]
mod tests {
    use super::marks;

    #[test]
    fn marks_name_rules() {
        let text = "a\nb  # perf: one, two at most; ok: three\n// perf: four\n";
        let expected = [(2, "one".to_owned()), (2, "two".to_owned()), (3, "four".to_owned())];
        assert_eq!(marks(text), expected);
    }
}
