//! How a change changed what entry points cost.

use crate::markdown::{code, code_html};
use crate::{ReportError, clean, counted};
use perflint_rules::{EntryCost, Place};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

/// The version of the JSON format.
const VERSION: u32 = 1;

/// How many entry points a comment names.
const MAX_MARKDOWN: usize = 200;

/// What happened to an entry point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// It costs something else.
    Changed,
    /// It was not there.
    Added,
    /// It is there no more.
    Removed,
}

/// An entry point whose cost is another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CostChange {
    /// What happened.
    pub kind: ChangeKind,
    /// `GET /orders`.
    pub label: String,
    /// `route`, `job`, ..
    pub entry: &'static str,
    /// Its handler, after the change if it is there.
    pub place: Place,
    /// By unit: the cost before and after; nothing is `0`.
    pub units: BTreeMap<&'static str, (String, String)>,
}

/// All changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CostChanges {
    /// Those whose cost changed, then those that are new, then those that are gone; each by name and place.
    pub changes: Vec<CostChange>,
    /// How many cost the same.
    pub same: usize,
}

/// Whether two entry points are the same, before and after.
type Same<'a> = dyn Fn(&EntryCost, &EntryCost) -> bool + 'a;

/// Compares entry points. They are the same if they are called the same; of several with a name, those in one file are.
pub fn cost_changes(before: &[EntryCost], after: &[EntryCost]) -> CostChanges {
    let mut open: Vec<Option<&EntryCost>> = before.iter().map(Some).collect();
    let mut pairs: Vec<(Option<&EntryCost>, &EntryCost)> = after.iter().map(|entry| (None, entry)).collect();
    let close = |a: &EntryCost, b: &EntryCost| named(a) == named(b) && a.place.file == b.place.file;
    let rules: [&Same<'_>; 2] = [&close, &|a, b| named(a) == named(b)];
    for same in rules {
        // By name, so that thousands of entry points are not compared with thousands.
        let mut by_name: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (at, entry) in open.iter().enumerate().rev() {
            if let Some(entry) = entry {
                by_name.entry(named(entry)).or_default().push(at);
            }
        }
        for (old, new) in pairs.iter_mut().filter(|(old, _)| old.is_none()) {
            let Some(candidates) = by_name.get_mut(&named(new)) else { continue };
            let fits = |at: &usize| open[*at].is_some_and(|old| same(old, new));
            if let Some(found) = candidates.iter().rposition(fits) {
                *old = open[candidates.remove(found)].take();
            }
        }
    }
    let mut result = CostChanges::default();
    for (old, new) in pairs {
        let units = units(old, Some(new));
        match old {
            Some(_) if units.is_empty() => result.same += 1,
            Some(_) => result.changes.push(change(ChangeKind::Changed, new, units)),
            None => result.changes.push(change(ChangeKind::Added, new, units)),
        }
    }
    let gone = open.into_iter().flatten().map(|old| change(ChangeKind::Removed, old, units(Some(old), None)));
    result.changes.extend(gone);
    result.changes.sort_by(|a, b| (a.kind, &a.label, &a.place).cmp(&(b.kind, &b.label, &b.place)));
    result
}

/// What an entry point is called.
fn named(entry: &EntryCost) -> (&str, &str, Option<&str>) {
    (entry.kind, &entry.label, entry.method.as_deref())
}

fn change(
    kind: ChangeKind,
    entry: &EntryCost,
    units: BTreeMap<&'static str, (String, String)>,
) -> CostChange {
    let label = match (&entry.method, &entry.route) {
        (Some(method), Some(route)) => format!("{method} {route}"),
        _ => entry.label.clone(),
    };
    CostChange { kind, label, entry: entry.kind, place: entry.place.clone(), units }
}

/// The units that differ; for an entry point without a counterpart, all.
fn units(old: Option<&EntryCost>, new: Option<&EntryCost>) -> BTreeMap<&'static str, (String, String)> {
    let all: BTreeSet<&'static str> =
        old.iter().chain(&new).flat_map(|entry| entry.cost.keys().copied()).collect();
    let of = |entry: Option<&EntryCost>, unit| {
        entry.and_then(|entry| entry.cost.get(unit)).cloned().unwrap_or_else(|| "0".to_owned())
    };
    all.into_iter().map(|unit| (unit, (of(old, unit), of(new, unit)))).filter(|(_, (a, b))| a != b).collect()
}

/// Writes the changes for a person.
pub fn changes_text(out: &mut dyn Write, changes: &CostChanges) -> Result<(), ReportError> {
    let width = changes.changes.iter().map(|change| change.label.chars().count()).max().unwrap_or(0).min(48);
    for change in &changes.changes {
        let label = clean::line(&change.label);
        for (unit, (before, after)) in &change.units {
            let (before, after) = (clean::line(before), clean::line(after));
            let cost = match change.kind {
                ChangeKind::Changed => format!("{before} -> {after} {unit}"),
                ChangeKind::Added => format!("new: {after} {unit}"),
                ChangeKind::Removed => format!("gone: {before} {unit}"),
            };
            writeln!(out, "{label:<width$}  {cost}")?;
        }
        if change.units.is_empty() {
            let what = if change.kind == ChangeKind::Added { "new" } else { "gone" };
            writeln!(out, "{label:<width$}  {what}: costs nothing")?;
        }
        if change.kind != ChangeKind::Removed {
            writeln!(out, "{:<width$}  at {}:{}", "", clean::line(&change.place.file), change.place.line)?;
        }
    }
    writeln!(out, "{}", totals(changes))?;
    Ok(())
}

fn totals(changes: &CostChanges) -> String {
    let count = |kind| changes.changes.iter().filter(|change| change.kind == kind).count();
    let (changed, added, gone) =
        (count(ChangeKind::Changed), count(ChangeKind::Added), count(ChangeKind::Removed));
    format!("{} changed, {added} new, {gone} gone, {} as before.", counted(changed, "cost"), changes.same)
}

#[derive(Serialize)]
struct DocumentView<'a> {
    version: u32,
    tool: ToolView<'a>,
    changes: Vec<ChangeView<'a>>,
    same: usize,
}

#[derive(Serialize)]
struct ToolView<'a> {
    name: &'static str,
    version: &'a str,
}

#[derive(Serialize)]
struct ChangeView<'a> {
    change: ChangeKind,
    kind: &'static str,
    label: Cow<'a, str>,
    file: &'a str,
    line: u32,
    cost: BTreeMap<&'static str, SidesView<'a>>,
}

#[derive(Serialize)]
struct SidesView<'a> {
    before: &'a str,
    after: &'a str,
}

/// Writes the changes as JSON.
pub fn changes_json(out: &mut dyn Write, changes: &CostChanges, version: &str) -> Result<(), ReportError> {
    let views = changes.changes.iter().map(|change| ChangeView {
        change: change.kind,
        kind: change.entry,
        label: clean::redact(&change.label),
        file: &change.place.file,
        line: change.place.line,
        cost: change
            .units
            .iter()
            .map(|(unit, (before, after))| (*unit, SidesView { before, after }))
            .collect(),
    });
    let document = DocumentView {
        version: VERSION,
        tool: ToolView { name: "perflint", version },
        changes: views.collect(),
        same: changes.same,
    };
    writeln!(out, "{}", clean::json(serde_json::to_string_pretty(&document)?))?;
    Ok(())
}

/// Writes the changes for a comment on a pull request.
pub fn changes_markdown(out: &mut dyn Write, changes: &CostChanges) -> Result<(), ReportError> {
    writeln!(out, "### perflint: cost per entry point\n")?;
    if !changes.changes.is_empty() {
        writeln!(out, "| entry point | unit | before | after |\n| --- | --- | --- | --- |")?;
    }
    for change in changes.changes.iter().take(MAX_MARKDOWN) {
        let label = code_html(&change.label);
        let side = |cost: &str, absent: bool| if absent { String::new() } else { code_html(cost) };
        for (unit, (before, after)) in &change.units {
            let before = side(before, change.kind == ChangeKind::Added);
            let after = side(after, change.kind == ChangeKind::Removed);
            writeln!(out, "| {label} | {unit} | {before} | {after} |")?;
        }
        if change.units.is_empty() {
            let what = if change.kind == ChangeKind::Added { "new" } else { "gone" };
            writeln!(out, "| {label} | {what} | | |")?;
        }
    }
    let more = changes.changes.len().saturating_sub(MAX_MARKDOWN);
    if more > 0 {
        writeln!(out, "\n{} more: {} prints all.", counted(more, "entry point"), code("perflint diff"))?;
    }
    writeln!(out, "\n{}", totals(changes))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(label: &str, file: &str, queries: &str) -> EntryCost {
        let cost = if queries.is_empty() {
            BTreeMap::new()
        } else {
            BTreeMap::from([("queries", queries.to_owned())])
        };
        EntryCost {
            routes: Vec::new(),
            kind: "route",
            background: false,
            label: label.into(),
            method: None,
            route: None,
            place: Place { line: 3, ..Place::bytes(file.into(), 0, 1) },
            cost,
            terms: vec![],
            more: 0,
            capped: false,
        }
    }

    #[test]
    fn costs_are_compared_by_name() {
        let before =
            [entry("GET /a", "x.py", "3"), entry("GET /b", "x.py", "1"), entry("GET /c", "x.py", "1")];
        let after = [
            entry("GET /a", "y.py", "3 + |orders|"),
            entry("GET /b", "x.py", "1"),
            entry("GET /d|e", "x.py", ""),
        ];
        let changes = cost_changes(&before, &after);
        let mut text = Vec::new();
        changes_text(&mut text, &changes).expect("written");
        let text = String::from_utf8(text).expect("utf-8");
        for line in [
            "GET /a    3 -> 3 + |orders| queries",
            "GET /d|e  new: costs nothing",
            "GET /c    gone: 1 queries",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        assert!(text.ends_with("1 cost changed, 1 new, 1 gone, 1 as before.\n"), "{text}");
        let mut markdown = Vec::new();
        changes_markdown(&mut markdown, &changes).expect("written");
        let markdown = String::from_utf8(markdown).expect("utf-8");
        assert!(
            markdown.contains(
                "| <code>GET /a</code> | queries | <code>3</code> | <code>3 + &#124;orders&#124;</code> |"
            ),
            "{markdown}"
        );
        let mut json = Vec::new();
        changes_json(&mut json, &changes, "1").expect("written");
        let json: serde_json::Value = serde_json::from_slice(&json).expect("json");
        assert_eq!(json["changes"][0]["cost"]["queries"]["after"], "3 + |orders|");
        assert_eq!(json["changes"][2]["change"], "removed");
    }
}
