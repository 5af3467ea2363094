//! Where the edit goes that a finding proposes: the line that says what is loaded, which need not be where the query begins.

use perflint_tests::files::text;
use perflint_tests::report::{Finding, scan};
use perflint_tests::workspace;

/// The finding of a rule whose primary line holds a text, in an application below `fixtures/apps`.
fn finding(app: &str, file: &str, line: &str) -> Finding {
    let folder = workspace().join("fixtures/apps").join(app);
    let at = text(&folder.join(file)).lines().position(|found| found.contains(line)).expect("the line") + 1;
    let is_it = |found: &Finding| {
        found.rule == "n-plus-one-lazy-load" && found.place.file.ends_with(file) && found.place.line == at
    };
    scan(&folder, &[]).findings.into_iter().find(is_it).expect("a finding on the line")
}

#[track_caller]
fn edited(finding: &Finding, file: &str, line: &str, advice: &str) {
    let fix = finding.fix.as_ref().expect("a fix");
    assert!(fix.place.file.ends_with(file), "{}", fix.place.file);
    let source = text(&workspace().join(&fix.place.file));
    let index = fix.place.line - 1;
    let found = source.lines().nth(index).expect("the line");
    assert!(found.contains(line), "{found}");
    assert_eq!(fix.advice, advice);
    let is_step = |place: &perflint_tests::report::Place| {
        (&place.file, place.line) == (&fix.place.file, fix.place.line)
    };
    assert!(finding.route.iter().any(|step| is_step(&step.place)), "the route names it");
}

#[test]
fn a_link_of_the_chain_in_another_file_is_edited() {
    let found = finding("ruby_rails_allotment", "app/controllers/visits_controller.rb", "VisitTable.new");
    edited(&found, "app/tables/visit_table.rb", ".includes(:plot)", "Add `.includes(:guest)` to the query.");
}

#[test]
fn a_query_of_a_loaded_relation_is_edited_with_the_path_from_there() {
    let found = finding("ruby_rails_allotment", "app/controllers/tenants_controller.rb", "Tenant.includes");
    edited(&found, "app/models/tenant.rb", "plots.includes(:bed)", "Add `.includes(:fence)` to the query.");
}

#[test]
fn a_declared_query_is_edited_where_it_is_declared() {
    let found = finding(
        "java_spring_shop",
        "src/main/java/com/example/shop/api/OrderService.java",
        "findAllByNumberStartingWith",
    );
    let advice = "Add `join fetch customer, or @EntityGraph(attributePaths = \"customer\")` to the query.";
    edited(&found, "OrderRepository.java", "findAllByNumberStartingWith", advice);
}
