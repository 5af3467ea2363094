//! A report that the tests of every format share: one finding across two files, one suppressed, hostile text.

use crate::Input;
use perflint_rules::{
    Confidence, Context, Coverage, Finding, Fix, Level, Page, Pages, Place, Report, Sources, Step, StepKind,
    UnusedSuppression,
};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) const VIEWS: &str = "def index(request):\n    orders = Order.objects.all()  # postgres://u:p@db\n    for order in orders:\n        show(order)\n";
pub(crate) const MODELS: &str = "def show(order):\n    return order.customer.name\u{202e}\n";

#[derive(Debug)]
pub(crate) struct Texts;

impl Sources for Texts {
    fn text(&self, file: &str) -> Option<Arc<str>> {
        match file {
            "shop/views.py" => Some(VIEWS.into()),
            "shop/a b.py" => Some(MODELS.into()),
            _ => None,
        }
    }
}

fn place(file: &str, text: &str, needle: &str) -> Place {
    let start = text.find(needle).expect("needle");
    let before = &text[..start];
    let line = u32::try_from(before.matches('\n').count() + 1).expect("small");
    let column = u32::try_from(before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1).expect("small");
    let len = u32::try_from(needle.len()).expect("small");
    let start = u32::try_from(start).expect("small");
    Place {
        file: file.into(),
        line,
        column,
        end_line: line,
        end_column: column + len,
        start,
        end: start + len,
    }
}

pub(crate) fn report() -> Report {
    let looped = place("shop/views.py", VIEWS, "for order in orders");
    let query = place("shop/views.py", VIEWS, "Order.objects.all()");
    let call = place("shop/views.py", VIEWS, "show(order)");
    let read = place("shop/a b.py", MODELS, "order.customer");
    let step = |kind, place: &Place, label: &str| Step { kind, place: place.clone(), label: label.into() };
    let finding = Finding {
        rule: "n-plus-one-lazy-load".into(),
        level: Level::Warning,
        confidence: Confidence::High,
        context: Context::Request,
        message:
            "Each order reads its customer with a query of its own. The rows come from `Order.objects.all()`."
                .into(),
        primary: looped.clone(),
        route: vec![
            step(StepKind::Source, &query, "loads orders"),
            step(StepKind::Loop, &looped, "for order in orders"),
            step(StepKind::Call, &call, "calls show[0]"),
            step(StepKind::Effect, &read, "reads order.customer"),
        ],
        cost: "1 + |orders| queries".into(),
        fix: Some(Fix { place: query, advice: "Add `.select_related(\"customer\")`.".into() }),
        also: vec![call.clone()],
        suppressed: None,
    };
    let suppressed = Finding {
        primary: call,
        route: vec![],
        fix: None,
        suppressed: Some("few rows".into()),
        ..finding.clone()
    };
    let coverage = Coverage {
        partial: true,
        files: 2,
        lines: 1234,
        bytes: 9,
        languages: BTreeMap::from([("python", 2)]),
        skipped: BTreeMap::from([("too large", 1)]),
        too_large: Vec::new(),
        unreadable: vec![("shop/\u{1b}x.py".into(), "Permission denied".into())],
        gaps: BTreeMap::from([(("python", "syntax error"), 3)]),
        gap_files: vec![("shop/a b.py".into(), "syntax error")],
        unused_suppressions: vec![UnusedSuppression {
            file: "shop/views.py".into(),
            line: 9,
            rules: vec!["n-plus-one-query".into()],
        }],
        void_suppressions: vec![],
        unmatched_budgets: vec![],
        calls: 10,
        holes: 4,
        widened: 0,
    };
    let held_back = BTreeMap::from([(Arc::from("unbounded-query"), 2)]);
    Report {
        findings: vec![finding, suppressed],
        tracking: vec![],
        entries: vec![],
        entities: vec![],
        held_back,
        coverage,
    }
}

pub(crate) fn pages() -> Pages {
    let page = Page {
        id: "n-plus-one-lazy-load".into(),
        title: "Relation loaded once per row".into(),
        category: "n-plus-one".into(),
        level: Level::Warning,
        confidence: Confidence::Medium,
        pedantic: false,
        detector: "lazy-load".into(),
        params: BTreeMap::new(),
        tags: (0..12).map(|n| format!("tag{n}").into()).collect(),
        body: "# Relation loaded once per row\n\nEach row runs a query.\n\n## Fix\n\nLoad it.\n".into(),
        examples: vec![],
    };
    Pages { pages: vec![page] }
}

/// Runs a test with the example's input.
pub(crate) fn with_input<T>(run: impl FnOnce(Input<'_>) -> T) -> T {
    let (report, pages) = (report(), pages());
    run(Input { report: &report, pages: &pages, sources: &Texts, version: "1.2.3" })
}
