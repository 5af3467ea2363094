//! `perflint rules` and `perflint explain`, and the names that `--select` takes.

use crate::status::{Failure, Status};
use crate::suggest::nearest;
use perflint_rules::{Page, Pages};
use std::io::{self, Write};

/// Lists the rules.
pub(crate) fn list() -> Result<Status, Failure> {
    let pages = perflint_engine::rules().map_err(Failure::from)?;
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
    let pages = perflint_engine::rules().map_err(Failure::from)?;
    let Some(page) = pages.pages.iter().find(|page| *page.id == *rule) else {
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
