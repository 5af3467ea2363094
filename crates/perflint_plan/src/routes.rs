//! What `perflint routes` prints: entry points with their formulas.

use crate::PlanError;
use crate::figure::place_text;
use perflint_report::clean;
use perflint_rules::{EntryCost, RouteOnly};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write;

#[derive(Serialize)]
struct View<'a> {
    version: u32,
    entries: Vec<EntryView<'a>>,
    unhandled: Vec<RouteView<'a>>,
}

/// A route of which nothing but its registration is known.
#[derive(Serialize)]
struct RouteView<'a> {
    method: Option<&'a str>,
    route: String,
    file: &'a str,
    line: u32,
}

#[derive(Serialize)]
struct EntryView<'a> {
    kind: &'a str,
    label: String,
    method: Option<&'a str>,
    route: Option<String>,
    routes: Vec<Path<'a>>,
    file: &'a str,
    line: u32,
    cost: &'a BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
struct Path<'a> {
    method: Option<&'a str>,
    path: String,
}

/// A line an entry point, by kind, with the routes that lead to it; then routes whose code was not found.
pub fn routes_text(entries: &[EntryCost], unhandled: &[RouteOnly]) -> String {
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
            let _ = writeln!(text, "  {}  [{}]", name(entry), place_text(&entry.place));
            for (method, path) in entry.routes.iter().skip(1) {
                let _ = writeln!(text, "  {}", spelt(method.as_deref(), path));
            }
            let _ = writeln!(text, "      {cost}");
        }
    }
    if !unhandled.is_empty() {
        let _ = writeln!(text, "routes whose code was not found ({})", unhandled.len());
    }
    for route in unhandled {
        let line = spelt(route.method.as_deref(), &route.path);
        let _ = writeln!(text, "  {line}  [{}]", place_text(&route.place));
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
pub fn routes_json(entries: &[EntryCost], unhandled: &[RouteOnly]) -> Result<String, PlanError> {
    let entries = entries.iter().map(|entry| EntryView {
        kind: entry.kind,
        label: clean::line(&entry.label).into_owned(),
        method: entry.method.as_deref(),
        route: entry.route.as_deref().map(|route| clean::line(route).into_owned()),
        routes: entry
            .routes
            .iter()
            .map(|(method, path)| Path { method: method.as_deref(), path: clean::line(path).into_owned() })
            .collect(),
        file: &entry.place.file,
        line: entry.place.line,
        cost: &entry.cost,
    });
    let unhandled = unhandled.iter().map(|route| RouteView {
        method: route.method.as_deref(),
        route: clean::line(&route.path).into_owned(),
        file: &route.place.file,
        line: route.place.line,
    });
    let view = View { version: 1, entries: entries.collect(), unhandled: unhandled.collect() };
    Ok(serde_json::to_string_pretty(&view)? + "\n")
}

/// `GET /orders`.
fn spelt(method: Option<&str>, path: &str) -> String {
    let path = clean::line(path);
    method.map_or_else(|| path.clone().into_owned(), |method| format!("{method} {path}"))
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
