//! The examples of the rule pages do what the pages say.

use perflint_tests::compare::{Known, Site, difference};
use perflint_tests::example::{Example, examples, pages};
use perflint_tests::marks::{MarkKind, marks};
use perflint_tests::report::scan;
use perflint_tests::tree::Tree;
use perflint_tests::workspace;
use std::collections::{BTreeMap, BTreeSet};

fn all_examples() -> Vec<Example> {
    let pages = pages(&workspace().join("rules/checks"));
    pages.iter().flat_map(|(rule, text)| examples(rule, text)).collect()
}

/// What a page marks and what a scan of the example finds, for the page's rule alone: what other rules say of an example
/// is their business.
fn failure(example: &Example) -> Option<String> {
    let tree = Tree::of(&example.files);
    // Selecting a rule by its id shows it even if it is pedantic, at its own confidence.
    let report = scan(tree.path(), &["--select", &example.rule]);
    let found: Vec<Site> =
        report.findings.iter().map(|f| (f.place.file.clone(), f.place.line, f.rule.clone())).collect();
    let detail = |site: &Site| {
        let finding = report.findings.iter().find(|f| (&f.place.file, f.place.line) == (&site.0, site.1));
        finding.map_or_else(String::new, |finding| finding.message.clone())
    };
    let mut text = difference(&expected(example), &found, detail);
    if !text.is_empty() && !report.held_back.is_empty() {
        text.push_str("    a finding was held back: its confidence is below the page's\n");
    }
    let head = format!("    rules/checks/{}.md:{}", example.rule, example.line);
    (!text.is_empty()).then(|| format!("{head}\n{text}"))
}

fn expected(example: &Example) -> Vec<Site> {
    if !example.bad {
        return Vec::new();
    }
    let marks =
        example.files.iter().flat_map(|(path, text)| marks(text).into_iter().map(move |mark| (path, mark)));
    marks
        .filter(|(_, mark)| mark.kind == MarkKind::Perf && mark.rule == example.rule)
        .map(|(path, mark)| (path.clone(), mark.line, mark.rule))
        .collect()
}

#[test]
fn every_example_raises_its_rule_exactly_where_it_is_marked() {
    let examples = all_examples();
    let known = Known::read(&workspace().join("tests/known/pages.txt"));
    let failures: BTreeMap<String, String> =
        examples.iter().filter_map(|example| Some((example.key(), failure(example)?))).collect();
    println!("{} examples, {} fail, {} of them known", examples.len(), failures.len(), known.len());
    for (key, failure) in &failures {
        println!("{key}\n{failure}");
    }
    let keys: Vec<String> = examples.iter().map(Example::key).collect();
    known.check(&keys, &failures);
}

#[test]
fn examples_have_names_of_their_own() {
    let mut seen = BTreeSet::new();
    for example in all_examples() {
        assert!(seen.insert(example.key()), "two examples are called {}: add example=NAME", example.key());
    }
}

#[test]
fn every_page_has_a_bad_and_a_good_example() {
    for (rule, text) in pages(&workspace().join("rules/checks")) {
        let examples = examples(&rule, &text);
        assert!(examples.iter().any(|example| example.bad), "{rule} has no bad example");
        assert!(examples.iter().any(|example| !example.bad), "{rule} has no good example");
    }
}

#[test]
fn bad_examples_mark_a_line_and_good_ones_mark_none() {
    for example in all_examples() {
        let marks: usize = example.files.iter().map(|(_, text)| marks(text).len()).sum();
        assert_eq!(example.bad, marks > 0, "{}: line {} of the page", example.key(), example.line);
    }
}
