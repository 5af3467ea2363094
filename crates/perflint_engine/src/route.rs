//! The routes of findings, put in order for their readers.

use perflint_rules::{Finding, Step, StepKind};

/// Puts the entry point first, says nothing twice, and does not repeat a file's path in the label that stands beside it.
/// Lines have to be known.
pub(crate) fn tidy(findings: &mut [Finding]) {
    for Finding { route, .. } in findings {
        route.sort_by_key(|step| step.kind != StepKind::Entry);
        let mut kept: Vec<Step> = Vec::with_capacity(route.len());
        for mut step in route.drain(..) {
            if step.kind == StepKind::Entry {
                step.label = without_file(&step.label, &step.place.file);
            }
            if !kept.iter().any(|known| says_the_same(known, &step)) {
                kept.push(step);
            }
        }
        *route = kept;
    }
}

/// Two reads of a line are one step to whoever follows the route line by line.
fn says_the_same(a: &Step, b: &Step) -> bool {
    let key = |step: &Step| (step.kind, step.place.line);
    key(a) == key(b) && a.place.file == b.place.file && a.label == b.label
}

/// An entry point that is named after its file says so: "entry point `GET app/route.ts`" in `app/route.ts`.
fn without_file(label: &str, file: &str) -> String {
    label.replace(&format!(" `{file}`"), "").replace(&format!(" {file}`"), "`")
}

#[cfg(test)]
mod tests {
    use super::{tidy, without_file};
    use perflint_rules::{Confidence, Context, Finding, Level, Place, Step, StepKind};

    fn step(kind: StepKind, line: u32, column: u32, label: &str) -> Step {
        let mut place = Place::bytes("a.py".into(), column, column + 1);
        (place.line, place.column) = (line, column);
        Step { kind, place, label: label.into() }
    }

    #[test]
    fn routes_begin_at_the_entry_point_and_repeat_nothing() {
        let mut findings = [Finding {
            rule: "r".into(),
            level: Level::Note,
            confidence: Confidence::Low,
            context: Context::Job,
            message: String::new(),
            primary: Place::bytes("a.py".into(), 0, 1),
            route: vec![
                step(StepKind::Source, 2, 1, "built"),
                step(StepKind::Entry, 1, 1, "entry point `x`"),
                step(StepKind::Effect, 3, 1, "loads `a`"),
                step(StepKind::Effect, 3, 9, "loads `a`"),
                step(StepKind::Effect, 3, 9, "loads `b`"),
            ],
            cost: String::new(),
            fix: None,
            also: vec![],
            suppressed: None,
        }];
        tidy(&mut findings);
        let labels: Vec<&str> = findings[0].route.iter().map(|step| step.label.as_str()).collect();
        assert_eq!(labels, ["entry point `x`", "built", "loads `a`", "loads `b`"]);
    }

    #[test]
    fn a_path_is_not_written_twice() {
        assert_eq!(without_file("entry point `GET app/r.ts`", "app/r.ts"), "entry point `GET`");
        assert_eq!(without_file("entry point `app/r.ts`", "app/r.ts"), "entry point");
        assert_eq!(without_file("entry point `GET /app`", "app/r.ts"), "entry point `GET /app`");
    }
}
