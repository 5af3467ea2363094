//! The applications under `fixtures/apps`: every rule, on code written for reading rather than for a rule.
//!
//! Each application is scanned as a repository of its own. Its comments say what has to be found, and what is found
//! beyond them fails as well; see [`perflint_tests::marks`]. The counts are kept in `fixtures/expected.txt`, so that a
//! change of the analysis shows its effect in review; `PERFLINT_BLESS=1` writes them anew.
//! They state facts as well, which are held against the entry points of the report; see [`perflint_tests::facts`].

use perflint_tests::compare::{Site, difference};
use perflint_tests::facts;
use perflint_tests::files::{files, folders, text};
use perflint_tests::marks::{Fact, FactKind, Mark, MarkKind, marks};
use perflint_tests::report::{Entry, Finding, Place, Report, Step, scan};
use perflint_tests::workspace;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// An application, what its comments say and what scans of it say.
struct App {
    name: String,
    marks: Vec<(String, Mark)>,
    facts: Vec<(String, Fact)>,
    report: Report,
    pedantic: Report,
}

impl App {
    fn scan(folder: &Path) -> Self {
        let mut app_marks = Vec::new();
        let mut app_facts = Vec::new();
        for path in files(folder, &[]) {
            let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            let text = String::from_utf8_lossy(&fs::read(&path).expect("a fixture")).into_owned();
            app_marks.extend(marks(&text).into_iter().map(|mark| (name.clone(), mark)));
            app_facts
                .extend(perflint_tests::marks::facts(&text).into_iter().map(|fact| (name.clone(), fact)));
        }
        Self {
            name: folder.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            marks: app_marks,
            facts: app_facts,
            report: scan(folder, &[]),
            pedantic: scan(folder, &["--pedantic"]),
        }
    }

    /// The sites of marks of certain kinds.
    fn marked(&self, kinds: &[MarkKind]) -> Vec<Site> {
        let marks = self.marks.iter().filter(|(_, mark)| kinds.contains(&mark.kind));
        marks.map(|(file, mark)| (file.clone(), mark.line, mark.rule.clone())).collect()
    }

    /// The sites of findings that the application itself does not suppress. A fixture lies in the repository of perflint,
    /// so paths begin with where it lies.
    fn found(&self, report: &Report) -> Vec<Site> {
        let file = |file: &str| self.own(file);
        let findings = report.findings.iter().filter(|finding| finding.suppressed.is_none());
        let sites: BTreeSet<Site> = findings
            .flat_map(|f| f.places().map(|place| (file(&place.file), place.line, f.rule.clone())))
            .collect();
        sites.into_iter().collect()
    }

    /// A path as the application itself would write it.
    fn own(&self, path: &str) -> String {
        let prefix = format!("fixtures/apps/{}/", self.name);
        path.strip_prefix(&prefix).unwrap_or(path).to_owned()
    }

    /// The facts that do not hold, one a line.
    fn wrong_facts(&self) -> String {
        let mut entries: Vec<Entry> = self.report.entries.clone();
        for entry in &mut entries {
            for place in entry.terms.iter_mut().map(|term| &mut term.place).chain([&mut entry.place]) {
                place.file = self.own(&place.file);
            }
        }
        let wrong = self.facts.iter().filter_map(|(file, fact)| facts::complaint(file, fact, &entries));
        wrong.map(|complaint| format!("    {complaint}\n")).collect()
    }

    /// What differs from the comments; empty if nothing does.
    fn failure(&self) -> String {
        let found = self.found(&self.report);
        let with_pedantic = self.found(&self.pedantic);
        let mut reported = self.marked(&[MarkKind::Perf]);
        let alarms = self.marked(&[MarkKind::False]);
        let misses = self.marked(&[MarkKind::Miss]);
        // Both have complaints of their own, which say what to do.
        reported.extend(alarms.iter().chain(&misses).filter(|site| found.contains(site)).cloned());
        let mut text = difference(&reported, &found, |site| self.message(site));
        let mut complain = |what: &str, (file, line, rule): &Site| {
            let _ = writeln!(text, "    {what} {file}:{line} {rule}");
        };
        for site in alarms.iter().filter(|site| !with_pedantic.contains(site)) {
            complain("no longer a false alarm:", site);
        }
        for site in misses.iter().filter(|site| found.contains(site)) {
            complain("no longer a miss:", site);
        }
        for site in &self.marked(&[MarkKind::Pedantic]) {
            if found.contains(site) || !with_pedantic.contains(site) {
                complain("not with --pedantic alone:", site);
            }
        }
        // A rule that only --pedantic shows is silent in the default profile whatever it finds.
        let silent = self.marked(&[MarkKind::Ok, MarkKind::Miss]).into_iter();
        for site in silent.filter(|site| with_pedantic.contains(site) && is_pedantic(&site.2)) {
            complain("unexpected with --pedantic:", &site);
        }
        text + &self.wrong_facts() + &self.strangers()
    }

    /// The findings whose route begins at an entry point that the report does not list, or lists without the effect.
    ///
    /// A route and the list of entry points come by different ways: a shift of one against the other is seen nowhere else.
    fn strangers(&self) -> String {
        let listed = |finding: &&Finding| {
            let mut starts = finding.route.iter().filter(|step| step.kind == "entry");
            starts.all(|start| self.report.entries.iter().any(|entry| leads(entry, start, finding)))
        };
        let strangers = self.report.findings.iter().filter(|finding| !listed(finding));
        strangers
            .map(|f| format!("    no entry point leads to {}:{} {}\n", f.place.file, f.place.line, f.rule))
            .collect()
    }

    fn message(&self, (file, line, rule): &Site) -> String {
        let mut findings = self.report.findings.iter();
        let here = |f: &Finding| f.places().any(|p| p.file.ends_with(file) && p.line == *line);
        let same = |f: &&Finding| f.rule == *rule && here(f);
        findings.find(same).map_or_else(String::new, |finding| finding.message.clone())
    }

    /// Counts per rule, as lines.
    fn counts(&self) -> String {
        let mut rules: BTreeMap<String, [usize; 5]> = BTreeMap::new();
        let found = self.found(&self.report);
        let mut pedantic = self.found(&self.pedantic);
        pedantic.retain(|site| !found.contains(site));
        let sets = [
            found,
            pedantic,
            self.marked(&[MarkKind::Ok]),
            self.marked(&[MarkKind::Miss]),
            self.marked(&[MarkKind::False]),
        ];
        for (column, sites) in sets.iter().enumerate() {
            for (_, _, rule) in sites {
                rules.entry(rule.clone()).or_default()[column] += 1;
            }
        }
        for (_, fact) in &self.facts {
            rules.entry(format!("({})", fact.kind.name())).or_default()[if fact.miss { 3 } else { 0 }] += 1;
        }
        let mut text = String::new();
        for (rule, counts) in rules {
            let name = &self.name;
            let _ =
                writeln!(text, "{name:<20} {rule:<24}{}", counts.map(|count| format!("{count:>8}")).concat());
        }
        text
    }
}

/// Whether an entry point is where a finding's route starts, and has one of the route's places among its effects.
fn leads(entry: &Entry, start: &Step, finding: &Finding) -> bool {
    let name = start.label.split('`').nth(1).unwrap_or_default();
    let on_route = |place: &Place| finding.route.iter().any(|step| step.place == *place);
    // The other rules judge what an entry point answers or when it runs, which is no effect of its own.
    let repeats = finding.rule.starts_with("n-plus-one");
    entry.place == start.place
        && entry.label.starts_with(name)
        && (!repeats || entry.terms.iter().any(|term| on_route(&term.place)))
}

/// Whether a rule's page says that only `--pedantic` shows it.
fn is_pedantic(rule: &str) -> bool {
    text(&workspace().join(format!("rules/checks/{rule}.md"))).lines().any(|line| line == "pedantic = true")
}

fn apps() -> Vec<App> {
    folders(&workspace().join("fixtures/apps")).iter().map(|folder| App::scan(folder)).collect()
}

/// How many facts every application states.
const LEAST_FACTS: usize = 4;

#[test]
fn applications_state_facts_of_both_kinds() {
    for folder in folders(&workspace().join("fixtures/apps")) {
        let facts: Vec<Fact> = files(&folder, &[])
            .iter()
            .flat_map(|path| {
                perflint_tests::marks::facts(&String::from_utf8_lossy(&fs::read(path).expect("a fixture")))
            })
            .collect();
        let some = |kind| facts.iter().any(|fact| fact.kind == kind);
        assert!(facts.len() >= LEAST_FACTS, "{} states {} facts", folder.display(), facts.len());
        assert!(some(FactKind::Effect) && some(FactKind::Cost), "{}", folder.display());
    }
}

#[test]
fn applications_raise_exactly_what_their_comments_say() {
    let mut failures = String::new();
    let mut counts = format!(
        "{:<20} {:<24}{:>8}{:>8}{:>8}{:>8}{:>8}\n",
        "app", "rule", "found", "more", "ok", "miss", "false"
    );
    for app in apps() {
        counts.push_str(&app.counts());
        let failure = app.failure();
        if !failure.is_empty() {
            let _ = writeln!(failures, "fixtures/apps/{}\n{failure}", app.name);
        }
    }
    assert!(failures.is_empty(), "\n\n{failures}");
    compare_counts(&counts);
}

/// Holds the counts against the file, so that no change of them goes unseen.
fn compare_counts(counts: &str) {
    let path = workspace().join("fixtures/expected.txt");
    let head = "# Findings per application and rule; `more` is what --pedantic adds. PERFLINT_BLESS=1 writes this file.\n";
    let counts = format!("{head}{counts}");
    if std::env::var_os("PERFLINT_BLESS").is_some() {
        fs::write(&path, &counts).expect("fixtures/expected.txt");
    }
    assert_eq!(counts, text(&path), "fixtures/expected.txt is old: PERFLINT_BLESS=1 writes it anew");
}
