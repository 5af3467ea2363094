//! What `perflint routes` prints: entry points with their formulas.

use crate::PlanError;
use crate::figure::place_text;
use perflint_report::clean;
use perflint_rules::EntryCost;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write;

#[derive(Serialize)]
struct View<'a> {
    version: u32,
    entries: Vec<EntryView<'a>>,
}

#[derive(Serialize)]
struct EntryView<'a> {
    kind: &'a str,
    label: String,
    method: Option<&'a str>,
    route: Option<String>,
    file: &'a str,
    line: u32,
    cost: &'a BTreeMap<&'static str, String>,
}

/// A line an entry point, by kind.
pub fn routes_text(entries: &[EntryCost]) -> String {
    let mut by_kind: BTreeMap<&str, Vec<&EntryCost>> = BTreeMap::new();
    for entry in entries {
        by_kind.entry(entry.kind).or_default().push(entry);
    }
    let mut text = String::new();
    for (kind, entries) in by_kind {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{kind} ({})", entries.len());
        for entry in entries {
            let cost: Vec<String> =
                entry.cost.iter().map(|(unit, formula)| format!("{unit} {}", clean::line(formula))).collect();
            let cost = if cost.is_empty() { "nothing".to_owned() } else { cost.join(", ") };
            let _ = writeln!(text, "  {}  [{}]\n      {cost}", name(entry), place_text(&entry.place));
        }
    }
    if text.is_empty() {
        text.push_str("no entry point was found\n");
    }
    text
}

/// For programs; documented in docs/json.md.
///
/// # Errors
/// The entries have no JSON form.
pub fn routes_json(entries: &[EntryCost]) -> Result<String, PlanError> {
    let entries = entries.iter().map(|entry| EntryView {
        kind: entry.kind,
        label: clean::line(&entry.label).into_owned(),
        method: entry.method.as_deref(),
        route: entry.route.as_deref().map(|route| clean::line(route).into_owned()),
        file: &entry.place.file,
        line: entry.place.line,
        cost: &entry.cost,
    });
    Ok(serde_json::to_string_pretty(&View { version: 1, entries: entries.collect() })? + "\n")
}

/// `GET /orders`, with the label where that says something else.
fn name(entry: &EntryCost) -> String {
    let label = clean::line(&entry.label).into_owned();
    match (&entry.method, &entry.route) {
        (Some(method), Some(route)) if !label.contains(route.as_str()) => {
            format!("{method} {} ({label})", clean::line(route))
        }
        (None, Some(route)) if !label.contains(route.as_str()) => format!("{} ({label})", clean::line(route)),
        _ => label,
    }
}
