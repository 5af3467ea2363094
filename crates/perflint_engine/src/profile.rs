//! Which findings are shown: the user's selection, and the profile of the rule pages.

use crate::Options;
use perflint_rules::{Confidence, Finding, Page, Pages};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Keeps what is asked for. What the selection leaves out is dropped; what only the profile leaves out is counted.
pub(crate) fn apply(
    findings: Vec<Finding>,
    pages: &Pages,
    options: &Options,
) -> (Vec<Finding>, BTreeMap<Arc<str>, usize>) {
    let mut held_back = BTreeMap::new();
    let mut shown = Vec::with_capacity(findings.len());
    for finding in findings {
        let page = pages.pages.iter().find(|page| *page.id == *finding.rule);
        if !is_selected(&finding, page, options) {
            continue;
        }
        if is_shown(&finding, page, options) {
            shown.push(finding);
        } else {
            *held_back.entry(finding.rule).or_default() += 1;
        }
    }
    (shown, held_back)
}

fn is_selected(finding: &Finding, page: Option<&Page>, options: &Options) -> bool {
    let names = |list: &[String]| {
        list.iter().any(|name| **name == *finding.rule || page.is_some_and(|page| *page.category == **name))
    };
    (options.select.is_empty() || names(&options.select)) && !names(&options.ignore)
}

/// A rule that is selected by its id is shown even if it is pedantic.
fn is_shown(finding: &Finding, page: Option<&Page>, options: &Options) -> bool {
    let named = options.select.iter().any(|name| **name == *finding.rule);
    let pedantic_page = page.is_some_and(|page| page.pedantic);
    if pedantic_page && !options.pedantic && !named {
        return false;
    }
    let least = match options.min_confidence {
        Some(least) => least,
        None if options.pedantic => Confidence::Low,
        None => page.map_or(Confidence::Medium, |page| page.confidence),
    };
    finding.confidence >= least
}

#[cfg(test)]
mod tests {
    use super::*;
    use perflint_rules::{Context, Level, Place};

    fn finding(rule: &str, confidence: Confidence) -> Finding {
        Finding {
            rule: rule.into(),
            level: Level::Warning,
            confidence,
            context: Context::Request,
            message: String::new(),
            primary: Place::bytes("a.py".into(), 0, 0),
            route: vec![],
            cost: String::new(),
            fix: None,
            also: vec![],
            suppressed: None,
        }
    }

    fn shown(options: &Options) -> (usize, usize) {
        let findings = vec![
            finding("a", Confidence::Low),
            finding("a", Confidence::High),
            finding("b", Confidence::Medium),
        ];
        let (shown, held_back) = apply(findings, &Pages::default(), options);
        (shown.len(), held_back.values().sum())
    }

    #[test]
    fn selection_drops_and_the_profile_holds_back() {
        let options = Options::default();
        assert_eq!(shown(&options), (2, 1));
        assert_eq!(shown(&Options { pedantic: true, ..options.clone() }), (3, 0));
        assert_eq!(shown(&Options { select: vec!["a".into()], ..options.clone() }), (1, 1));
        assert_eq!(shown(&Options { ignore: vec!["a".into()], ..options.clone() }), (1, 0));
        assert_eq!(shown(&Options { min_confidence: Some(Confidence::High), ..options }), (1, 2));
    }
}
