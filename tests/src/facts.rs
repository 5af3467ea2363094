//! Facts that fixtures state, held against the entry points of a report.
//!
//! Where `perf:` marks say what is wrong, facts say what is: which effects stand on a line and how often one run of an
//! entry point has them, and what an entry point costs in total. A silent fixture can be silent because the analysis
//! understood it or because it lost the thread; facts tell the two apart.
//!
//! - An effect is `query(Order) x |orders|`: its kind, its entity or, where there is none, the call, and how often; once
//!   if nothing is said. `blocking` before it says that it blocks an event loop. Some entry point has to have exactly
//!   that effect on this line. `none` says that no entry point has any effect there.
//! - A cost is `queries 1 + |orders|, requests 2`, one formula per unit, and complete: a unit that is not named costs
//!   nothing. `nothing` is a cost as well. Where several entry points stand on a line, the label of one goes before the
//!   last colon: `GET /orders: queries 1`.

use crate::marks::{Fact, FactKind};
use crate::report::{Entry, Term};
use std::collections::BTreeSet;

/// What is wrong with a fact in a file; `None` if nothing is. `entries` are those of the application, with its own paths.
pub fn complaint(file: &str, fact: &Fact, entries: &[Entry]) -> Option<String> {
    let (holds, seen) = match fact.kind {
        FactKind::Effect => effect(file, fact, entries),
        FactKind::Cost => cost(file, fact, entries),
    };
    let name = fact.kind.name();
    let (line, text) = (fact.line, &fact.text);
    match (holds, fact.miss) {
        (false, false) => Some(format!("not so:        {file}:{line} {name}: {text}; perflint says: {seen}")),
        (true, true) => Some(format!("no longer a miss: {file}:{line} {name}: {text}")),
        _ => None,
    }
}

/// Whether an effect is there, and what is there instead.
fn effect(file: &str, fact: &Fact, entries: &[Entry]) -> (bool, String) {
    let here = |term: &&Term| term.place.file == file && term.place.line == fact.line;
    let terms: Vec<&Term> = entries.iter().flat_map(|entry| &entry.terms).filter(here).collect();
    let seen: BTreeSet<String> = terms.iter().map(|term| written(term)).collect();
    let wanted = fact.text.trim_end_matches(" x 1");
    let holds = if wanted == "none" { seen.is_empty() } else { seen.contains(wanted) };
    let seen: Vec<String> = seen.into_iter().collect();
    (holds, if seen.is_empty() { "none".to_owned() } else { seen.join("; ") })
}

/// An effect as marks write it.
fn written(term: &Term) -> String {
    let blocking = if term.blocks { "blocking " } else { "" };
    let name = term.entity.as_deref().unwrap_or(&term.label);
    let name = if name.is_empty() { String::new() } else { format!("({name})") };
    let times = if term.times == "1" { String::new() } else { format!(" x {}", term.times) };
    format!("{blocking}{}{name}{times}", term.effect)
}

/// Whether the entry points of a line cost what they should, and what they cost.
fn cost(file: &str, fact: &Fact, entries: &[Entry]) -> (bool, String) {
    let (label, formulas) = match fact.text.rsplit_once(": ") {
        Some((label, formulas)) => (Some(label.trim()), formulas),
        None => (None, fact.text.as_str()),
    };
    let here = |entry: &&Entry| entry.place.file == file && entry.place.line == fact.line;
    let all: Vec<&Entry> = entries.iter().filter(here).collect();
    let named: Vec<&&Entry> = all.iter().filter(|e| label.is_none_or(|label| e.label == label)).collect();
    let wanted: BTreeSet<&str> =
        formulas.split(", ").map(str::trim).filter(|part| *part != "nothing").collect();
    let holds = !named.is_empty()
        && named.iter().all(|entry| {
            let found = formulas_of(entry);
            found.iter().map(String::as_str).collect::<BTreeSet<_>>() == wanted
        });
    let shown = if named.is_empty() { all.iter().collect() } else { named };
    let seen: Vec<String> = shown
        .iter()
        .map(|entry| {
            let found = formulas_of(entry);
            let found = if found.is_empty() { "nothing".to_owned() } else { found.join(", ") };
            format!("{}: {found}", entry.label)
        })
        .collect();
    (holds, if seen.is_empty() { "no entry point is here".to_owned() } else { seen.join("; ") })
}

fn formulas_of(entry: &Entry) -> Vec<String> {
    entry.cost.iter().map(|(unit, formula)| format!("{unit} {formula}")).collect()
}

#[cfg(test)]
mod tests {
    use super::complaint;
    use crate::marks::facts;
    use crate::report::Entry;

    const CODE: &str = "def orders(): # cost: GET /orders: queries 1 + |orders|\n    load() # effect: query(Order)\n    loop() # effect: query(Item) x |orders|\n    free() # effect: none\n";

    fn entry() -> Entry {
        let place = |line: usize| serde_json::json!({"file": "a.py", "line": line});
        let term = |entity: &str, times: &str, line: usize| serde_json::json!({"effect": "query", "entity": entity, "label": "x", "times": times, "blocks": false, "place": place(line)});
        let entry = serde_json::json!({
            "label": "GET /orders",
            "place": place(1),
            "cost": {"queries": "1 + |orders|"},
            "terms": [term("Order", "1", 2), term("Item", "|orders|", 3)],
        });
        serde_json::from_value(entry).expect("an entry point")
    }

    fn complaints(code: &str, entries: &[Entry]) -> Vec<String> {
        facts(code).iter().filter_map(|fact| complaint("a.py", fact, entries)).collect()
    }

    #[test]
    fn what_holds_is_silent_and_what_does_not_is_shown_with_what_was_seen() {
        assert_eq!(complaints(CODE, &[entry()]), Vec::<String>::new());
        let wrong = CODE.replace("|orders|", "|lines|").replace("effect: query(Order)", "effect: none");
        let found = complaints(&wrong, &[entry()]);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].ends_with("perflint says: GET /orders: queries 1 + |orders|"), "{found:?}");
        assert!(found[1].ends_with("perflint says: query(Order)"), "{found:?}");
        assert!(found[2].ends_with("perflint says: query(Item) x |orders|"), "{found:?}");
    }

    #[test]
    fn an_entry_point_that_is_gone_and_a_miss_that_is_found_are_shown() {
        let found = complaints(CODE, &[]);
        assert!(found[0].ends_with("no entry point is here"), "{found:?}");
        let misses = CODE.replace("cost:", "miss(cost):").replace("effect:", "miss(effect):");
        let found = complaints(&misses, &[entry()]);
        assert_eq!(found.len(), 4);
        assert!(found.iter().all(|complaint| complaint.starts_with("no longer a miss")), "{found:?}");
    }
}
