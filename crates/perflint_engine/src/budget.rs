//! Entry points that cost more than the configuration allows.

use crate::Options;
use perflint_config::{Formula, Limit, fits};
use perflint_rules::{BUDGET, Confidence, Context, EntryCost, Finding, Page, Pages, Step, StepKind};
use std::collections::{BTreeMap, BTreeSet};

/// The limits of a configuration.
type Budgets = BTreeMap<String, BTreeMap<String, Limit>>;

/// Findings for what is exceeded, and the budgets that no entry point falls under. Places know their bytes only.
pub(crate) fn exceeded(
    entries: &[EntryCost],
    pages: &Pages,
    options: &Options,
) -> (Vec<Finding>, Vec<String>) {
    let Some(page) = pages.pages.iter().find(|page| &*page.detector == BUDGET) else {
        return Default::default();
    };
    let mut used = BTreeSet::new();
    let mut findings = Vec::new();
    for entry in entries {
        for (unit, pattern, limit) in limits(entry, &options.budget) {
            used.insert(pattern);
            let Some(cost) = entry.cost.get(unit) else { continue };
            let known = Formula::parse(cost).ok().zip(limit.formula().ok());
            if known.is_some_and(|(cost, limit)| !limit.allows(&cost)) {
                findings.push(finding(page, entry, unit, cost, limit));
            }
        }
    }
    let idle = options.budget.keys().filter(|pattern| !used.contains(pattern.as_str()));
    (findings, idle.cloned().collect())
}

/// For each unit, the limit of the pattern that fits an entry point most closely: its own name, else the longest.
fn limits<'b>(entry: &EntryCost, budgets: &'b Budgets) -> Vec<(&'b str, &'b str, &'b Limit)> {
    let names = entry.names();
    let mut fitting: Vec<&str> = budgets.keys().map(String::as_str).collect();
    fitting.retain(|pattern| names.iter().any(|name| fits(pattern, name)));
    fitting.sort_by_key(|pattern| (pattern.contains('*'), std::cmp::Reverse(pattern.len())));
    let mut chosen: BTreeMap<&str, (&str, &Limit)> = BTreeMap::new();
    for pattern in fitting {
        for (unit, limit) in budgets.get(pattern).into_iter().flatten() {
            chosen.entry(unit).or_insert((pattern, limit));
        }
    }
    chosen.into_iter().map(|(unit, (pattern, limit))| (unit, pattern, limit)).collect()
}

fn finding(page: &Page, entry: &EntryCost, unit: &str, cost: &str, limit: &Limit) -> Finding {
    let name = match (&entry.method, entry.label.split_once(' ')) {
        (Some(method), None) if entry.route.is_some() => format!("{method} {}", entry.label),
        _ => entry.label.clone(),
    };
    let context = match entry.kind {
        "route" | "page" | "resolver" | "socket" | "middleware" => Context::Request,
        "job" | "schedule" | "signal" => Context::Job,
        _ => Context::Script,
    };
    let mut route = vec![Step {
        kind: StepKind::Entry,
        place: entry.place.clone(),
        label: format!("entry point `{name}`"),
    }];
    let unit_of = |effect: &str| perflint_rules::unit(effect) == unit || unit == perflint_rules::BLOCKING;
    let most = entry.terms.iter().find(|term| !term.cold && unit_of(term.effect));
    route.extend(most.map(|term| Step {
        kind: StepKind::Effect,
        place: term.place.clone(),
        label: format!("{} {unit} here", term.times_text()),
    }));
    Finding {
        rule: (&*page.id).into(),
        level: page.level,
        confidence: Confidence::High,
        context,
        message: format!(
            "`{name}` exceeds its budget of {} {unit}. It costs {cost}: cost less, or raise the budget where everybody sees it.",
            limit.text()
        ),
        primary: entry.place.clone(),
        route,
        cost: format!("{cost} {unit}"),
        fix: None,
        also: Vec::new(),
        suppressed: None,
    }
}
