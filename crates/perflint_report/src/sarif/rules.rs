//! The rules of a SARIF run, from the rule pages.

use perflint_rules::{Confidence, Finding, Level, Page, Pages};
use serde_json::{Value, json};
use serde_sarif::sarif::{
    MultiformatMessageString, PropertyBag, ReportingConfiguration, ReportingDescriptor,
};
use std::collections::{BTreeMap, BTreeSet};

/// GitHub's limit for descriptions, in characters.
const MAX_DESCRIPTION: usize = 1024;

/// How many tags of a rule GitHub keeps.
const MAX_TAGS: usize = 10;

/// Every rule that has a page or a finding, sorted by id.
#[derive(Debug)]
pub(super) struct Rules<'a> {
    rules: BTreeMap<&'a str, Option<&'a Page>>,
}

impl<'a> Rules<'a> {
    pub(super) fn new(pages: &'a Pages, findings: &[&'a Finding]) -> Self {
        let found: BTreeSet<&str> = findings.iter().map(|finding| &*finding.rule).collect();
        let mut rules: BTreeMap<&str, Option<&Page>> = found.into_iter().map(|id| (id, None)).collect();
        rules.extend(pages.pages.iter().map(|page| (&*page.id, Some(page))));
        Self { rules }
    }

    /// The index of a rule in [`Rules::descriptors`].
    pub(super) fn index(&self, id: &str) -> Option<i64> {
        self.rules
            .contains_key(id)
            .then(|| self.rules.range(..id).count())
            .and_then(|at| i64::try_from(at).ok())
    }

    pub(super) fn descriptors(&self) -> Vec<ReportingDescriptor> {
        self.rules.iter().map(|(id, page)| page.map_or_else(|| bare(id), described)).collect()
    }
}

/// A rule of a user's own that has no page.
fn bare(id: &str) -> ReportingDescriptor {
    ReportingDescriptor::builder()
        .id(id)
        .name(pascal(id))
        .short_description(text(id))
        .full_description(text(id))
        .help(text(id))
        .build()
}

fn described(page: &Page) -> ReportingDescriptor {
    let body = without_page_links(&page.body);
    let help = MultiformatMessageString::builder().text(body.clone()).markdown(body).build();
    ReportingDescriptor::builder()
        .id(&*page.id)
        .name(pascal(&page.id))
        .short_description(text(&page.title))
        .full_description(text(first_paragraph(&page.body).unwrap_or(&page.title)))
        .help(help)
        .default_configuration(ReportingConfiguration::builder().level(json!(page.level.name())).build())
        .properties(properties(page))
        .build()
}

fn properties(page: &Page) -> PropertyBag {
    let precision = match page.confidence {
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    };
    let severity = match page.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "recommendation",
    };
    let tags: Vec<String> = page.tags.iter().take(MAX_TAGS).map(ToString::to_string).collect();
    let more = [("precision", precision), ("problem.severity", severity)];
    let more: BTreeMap<String, Value> =
        more.into_iter().map(|(key, value)| (key.to_owned(), json!(value))).collect();
    PropertyBag::builder().tags(tags).additional_properties(more).build()
}

/// A page without the links to its neighbours, which lead nowhere from where a code host shows it.
fn without_page_links(body: &str) -> String {
    let mut out = String::with_capacity(body.len());
    let mut rest = body;
    while let Some((before, after)) = rest.split_once("](") {
        let target = after.split_once(')').filter(|(target, _)| is_page(target));
        match (target, before.rfind('[')) {
            (Some((_, following)), Some(open)) => {
                out.push_str(&before[..open]);
                out.push_str(&before[open + 1..]);
                rest = following;
            }
            _ => {
                out.push_str(before);
                out.push_str("](");
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn is_page(target: &str) -> bool {
    target.ends_with(".md") && !target.contains([':', ' ', '\n'])
}

fn text(text: &str) -> MultiformatMessageString {
    MultiformatMessageString::builder().text(limited(text)).build()
}

fn limited(text: &str) -> String {
    match text.char_indices().nth(MAX_DESCRIPTION - 1) {
        Some((end, _)) if text.chars().count() > MAX_DESCRIPTION => format!("{}…", &text[..end]),
        _ => text.to_owned(),
    }
}

/// The first paragraph of Markdown that is neither a heading nor a fence.
fn first_paragraph(body: &str) -> Option<&str> {
    let is_prose = |text: &&str| !text.is_empty() && !text.starts_with(['#', '`', '|', '<']);
    body.split("\n\n").map(str::trim).find(is_prose)
}

/// `n-plus-one-query` as `NPlusOneQuery`, which is how SARIF names rules.
fn pascal(id: &str) -> String {
    id.split('-')
        .flat_map(|word| word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{limited, pascal, without_page_links};

    #[test]
    fn links_to_other_pages_become_their_text() {
        let body = "See [a](a.md), [b](https://x/b.md) and [`c`](../c.md). x[0](1)";
        assert_eq!(without_page_links(body), "See a, [b](https://x/b.md) and `c`. x[0](1)");
    }

    #[test]
    fn names_and_limits() {
        assert_eq!(pascal("blocking-io-in-async"), "BlockingIoInAsync");
        assert_eq!(limited(&"é".repeat(1_024)).chars().count(), 1_024);
        assert_eq!(limited(&"é".repeat(1_025)).chars().count(), 1_024);
    }
}
