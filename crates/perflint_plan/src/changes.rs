//! The changes that matter, by what they are predicted to save.

use crate::Input;
use crate::evaluate::wait;
use crate::evaluate::{EntryPlan, TermCost};
use crate::figure::place_text;
use perflint_report::clean;
use perflint_rules::{Finding, StepKind};
use serde::Serialize;

/// A change.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// The rule that asks for it.
    pub rule: String,
    /// The category of the rule.
    pub category: String,
    /// What is wrong, in a sentence.
    pub title: String,
    /// The file and line of the problem.
    pub place: String,
    /// The edit, with its place.
    pub fix: Option<(String, String)>,
    /// What to do where no edit is known.
    pub advice: Option<String>,
    /// The cost as a formula.
    pub cost: String,
    /// Milliseconds saved at 1, 10, 100 times the volumes, summed over the entry points; zeros where no formula names it.
    pub saved: [f64; 3],
    /// The entry points that gain.
    pub entries: Vec<String>,
    /// Those of them that break their target at the volumes as given, and would not after this change alone.
    pub meets: Vec<String>,
    /// None of them breaks its target before 100 times the volumes.
    pub later: bool,
    /// The way to it: kind, label, place.
    pub route: Vec<(&'static str, String, String)>,
    /// Why it stands at this place of the list.
    pub why: String,
    /// How sure.
    pub confidence: &'static str,
}

/// All changes, the greatest effect first.
pub(crate) fn changes(input: &Input<'_>, entries: &[EntryPlan]) -> Vec<Change> {
    let mut list: Vec<Change> = input.report.live().map(|finding| change(input, finding, entries)).collect();
    list.sort_by(|a, b| {
        b.saved[1].total_cmp(&a.saved[1]).then_with(|| (&a.place, &a.rule).cmp(&(&b.place, &b.rule)))
    });
    list
}

/// What a finding is about, to be found among the summands of formulas.
struct About<'a> {
    category: &'a str,
    lazy: bool,
    primary: String,
    places: Vec<String>,
    loops: Vec<String>,
    /// What its effects are called.
    labels: Vec<&'a str>,
}

impl<'a> About<'a> {
    fn new(finding: &'a Finding, category: &'a str) -> Self {
        let steps = |kind: StepKind| finding.route.iter().filter(move |step| step.kind == kind);
        let primary = place_text(&finding.primary);
        let places = steps(StepKind::Effect).map(|step| place_text(&step.place));
        let also = finding.also.iter().map(place_text);
        Self {
            category,
            lazy: steps(StepKind::Effect).any(|step| step.label.starts_with("loads ")),
            places: places.chain([primary.clone()]).chain(also).collect(),
            primary,
            loops: steps(StepKind::Loop).map(|step| place_text(&step.place)).collect(),
            labels: steps(StepKind::Effect).map(|step| step.label.as_str()).collect(),
        }
    }

    /// How often what it repeats happens at each scale, if a summand is what it is about; 1 where it repeats nothing.
    fn repeats(&self, term: &TermCost) -> Option<[f64; 3]> {
        if !term.waited || !self.places.contains(&term.place) {
            return None;
        }
        if self.category != "n-plus-one" {
            return Some([1.0; 3]);
        }
        let named = self.labels.iter().any(|label| label.contains(&format!("`{}`", term.label)));
        if self.lazy != term.lazy || !(named || self.lazy) {
            return None;
        }
        if self.lazy && !term.origins.is_empty() && !term.origins.contains(&self.primary) {
            return None;
        }
        let own = |place: &Option<String>| match place {
            Some(place) => self.loops.contains(place),
            None => self.loops.is_empty(),
        };
        let mut times = [1.0; 3];
        let mut found = false;
        for (_, size) in term.loops.iter().filter(|(place, _)| own(place)) {
            found = true;
            times.iter_mut().zip(size).for_each(|(times, size)| *times *= size);
        }
        found.then_some(times)
    }

    /// Milliseconds that a summand takes after the change, at one scale.
    fn after(&self, term: &TermCost, at: usize, repeated: f64) -> f64 {
        let count = term.counts[at].max(1.0);
        match self.category {
            "n-plus-one" => term.milliseconds[at] / repeated.max(1.0),
            // Rows without bound become a page.
            "unbounded" => count * (term.milliseconds[at] / count).min(3.0),
            _ => term.milliseconds[at],
        }
    }
}

/// What helps against findings of a kind, at the places of this one.
fn advice(finding: &Finding, category: &str) -> Option<String> {
    let around = finding.route.iter().find(|step| step.kind == StepKind::Loop);
    match category {
        "n-plus-one" => {
            let place = place_text(&around?.place);
            let writes = finding.route.iter().any(|step| step.label.starts_with("writes"));
            Some(match writes {
                true => format!("Write once after the loop at {place}."),
                false => format!("Ask once before the loop at {place}."),
            })
        }
        "unbounded" => {
            let place = place_text(&finding.primary);
            Some(format!(
                "Give the query at {place} a limit and an order, and its caller a way to the next page."
            ))
        }
        _ => None,
    }
}

fn change(input: &Input<'_>, finding: &Finding, entries: &[EntryPlan]) -> Change {
    let category = input.pages.get(&finding.rule).map_or_else(String::new, |page| page.category.to_string());
    let about = About::new(finding, &category);
    let mut saved = [0.0; 3];
    let mut gaining = Vec::new();
    let mut meets = Vec::new();
    let mut later = true;
    for entry in entries.iter().filter(|entry| entry.waits) {
        let mut gains = false;
        let before = saved[0];
        for term in &entry.terms {
            let Some(repeated) = about.repeats(term) else { continue };
            for (at, sum) in saved.iter_mut().enumerate() {
                *sum += (term.milliseconds[at] - about.after(term, at, repeated[at])).max(0.0);
            }
            gains = true;
        }
        if gains {
            gaining.push(entry.label.clone());
            later &= entry.breaks_at.is_none_or(|scale| scale > 100.0);
            let now = entry.milliseconds[0];
            if now > entry.p95.value && now - (saved[0] - before) <= entry.p95.value {
                meets.push(entry.label.clone());
            }
        }
    }
    meets.dedup();
    let why = match saved[1] > 0.0 {
        true => format!(
            "predicted to save {} at 10 times the volumes in {}",
            wait(saved[1]),
            match gaining.len() {
                1 => "one entry point".to_owned(),
                n => format!("{n} entry points"),
            }
        ),
        false if category == "blocking" => {
            "stops every other request of the process while it waits; no formula says how many".to_owned()
        }
        false => "no entry point's formula names this line: its effect is not known".to_owned(),
    };
    later &= !gaining.is_empty();
    gaining.truncate(8);
    meets.truncate(8);
    Change {
        meets,
        later,
        rule: finding.rule.to_string(),
        category: category.clone(),
        title: clean::line(finding.headline()).into_owned(),
        place: place_text(&finding.primary),
        fix: finding.fix.as_ref().map(|fix| (clean::line(&fix.advice).into_owned(), place_text(&fix.place))),
        advice: finding.fix.is_none().then(|| advice(finding, &category)).flatten(),
        cost: clean::line(&finding.cost).into_owned(),
        saved,
        entries: gaining,
        route: finding
            .route
            .iter()
            .take(10)
            .map(|step| (step.kind.name(), clean::line(&step.label).into_owned(), place_text(&step.place)))
            .collect(),
        why,
        confidence: finding.confidence.name(),
    }
}
