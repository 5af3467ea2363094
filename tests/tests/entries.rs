//! Which entry point a finding names: the one from which what it tells is reached, not whoever calls the same function.

use perflint_tests::report::{Finding, scan};
use perflint_tests::workspace;

#[test]
fn rows_leave_by_the_handler_that_reads_them_not_by_whoever_shares_its_writer() {
    let report = scan(&workspace().join("fixtures/apps/go_gorp_mux"), &[]);
    let mut named: Vec<(String, String)> = Vec::new();
    for finding in report.findings.iter().filter(|found| found.rule == "missing-pagination") {
        let table = finding.message.split('`').nth(1).unwrap_or_default();
        let entries = finding.route.iter().filter(|step| step.kind == "entry");
        named.extend(entries.map(|step| (table.to_owned(), step.label.clone())));
    }
    named.sort();
    let wanted = [
        ("harvests", "entry point `/harvests`"),
        ("harvests", "entry point `/plots/{id}/harvests`"),
        ("plots", "entry point `/plots`"),
    ];
    let found: Vec<(&str, &str)> = named.iter().map(|(table, entry)| (&**table, &**entry)).collect();
    assert_eq!(found, wanted);
}

#[test]
fn a_handler_without_a_name_is_one_as_well() {
    let report = scan(&workspace().join("fixtures/apps/csharp_endpoint_styles"), &[]);
    let mut found = report.findings.iter().filter(|found| found.place.file.ends_with("NameMessages.cs"));
    let starts = |found: &Finding| found.route.first().map(|step| step.label.clone());
    let first = found.next().and_then(starts);
    assert_eq!(first.as_deref(), Some("entry point `POST /beds/names`"));
}
