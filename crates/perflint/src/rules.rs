//! `perflint rules` and `perflint explain`, and the names that `--select` takes.

use crate::status::{Failure, Status};
use crate::suggest::nearest;
use perflint_config::{ConfidenceName, Local};
use perflint_rules::{Confidence, Page, Pages};
use std::io::{self, Write};
use std::path::PathBuf;

/// The rules of perflint, and those of the repository of the current folder.
fn pages() -> Result<Pages, Failure> {
    let root = perflint_engine::repository(&[PathBuf::from(".")])?;
    let local = Local::read(&root).map_err(crate::settings::config_failure)?;
    Ok(perflint_engine::rules(&local)?)
}

/// A confidence by its name in a configuration.
pub(crate) fn confidence(name: ConfidenceName) -> Confidence {
    match name {
        ConfidenceName::Low => Confidence::Low,
        ConfidenceName::Medium => Confidence::Medium,
        ConfidenceName::High => Confidence::High,
    }
}

/// Lists the rules.
pub(crate) fn list() -> Result<Status, Failure> {
    let pages = pages()?;
    let width = pages.pages.iter().map(|page| page.id.len()).max().unwrap_or(0).max(4);
    let mut out = io::stdout().lock();
    writeln!(out, "{:<width$}  {:<7}  {:<10}  title", "rule", "level", "confidence")?;
    for page in &pages.pages {
        let (level, confidence) = (page.level.name(), page.confidence.name());
        let pedantic = if page.pedantic { " (pedantic)" } else { "" };
        writeln!(out, "{:<width$}  {level:<7}  {confidence:<10}  {}{pedantic}", page.id, page.title)?;
    }
    Ok(Status::Clean)
}

/// Prints the page of a rule.
pub(crate) fn explain(rule: &str) -> Result<Status, Failure> {
    let pages = pages()?;
    let Some(page) = pages.get(rule) else {
        return Err(unknown(format!("there is no rule `{rule}`"), rule, &ids(&pages)));
    };
    io::stdout().lock().write_all(page_text(page).as_bytes())?;
    Ok(Status::Clean)
}

fn page_text(page: &Page) -> String {
    let pedantic = if page.pedantic { ", with --pedantic" } else { "" };
    let head =
        format!("{}: {} ({} confidence{pedantic})", page.id, page.level.name(), page.confidence.name());
    let mut text = format!("{head}\n\n{}", page.body.trim_start());
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// Checks that every name that an option was given is a rule or a category.
pub(crate) fn check(option: &str, names: &[String], pages: &Pages) -> Result<(), Failure> {
    let mut known = ids(pages);
    known.extend(pages.pages.iter().map(|page| &*page.category));
    known.sort_unstable();
    known.dedup();
    match names.iter().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(unknown(format!("{option}: there is no rule or category `{name}`"), name, &known)),
        None => Ok(()),
    }
}

/// Checks that every name is that of a rule.
pub(crate) fn check_ids<'a>(
    place: &str,
    names: impl IntoIterator<Item = &'a String>,
    pages: &Pages,
) -> Result<(), Failure> {
    let known = ids(pages);
    match names.into_iter().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(unknown(format!("{place}: there is no rule `{name}`"), name, &known)),
        None => Ok(()),
    }
}

fn ids(pages: &Pages) -> Vec<&str> {
    pages.pages.iter().map(|page| &*page.id).collect()
}

fn unknown(message: String, name: &str, known: &[&str]) -> Failure {
    let help = match nearest(name, known.iter().copied()) {
        Some(best) => format!("did you mean `{best}`? `perflint rules` lists all rules"),
        None => "`perflint rules` lists all rules and their categories".to_owned(),
    };
    Failure::usage(message, help)
}
