//! From what the analysis found to what a report shows, for the program as it is and as it was alike.

use crate::analyse::Analysis;
use crate::profile::Profile;
use crate::suppress::{self, Comments};
use crate::{Options, budget, lines, route};
use perflint_baseline::{Identity, code_hash};
use perflint_evidence::Evidence;
use perflint_rules::{EntryCost, Finding, Pages, Place, Sources, UnusedSuppression};
use perflint_schema::{Access, Schema};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How much of a finding's code is hashed.
const MAX_CODE: usize = 2_000;

/// What a report is made of.
#[derive(Debug, Default)]
pub(crate) struct Finished {
    /// Sorted.
    pub(crate) findings: Vec<Finding>,
    /// In their order.
    pub(crate) identities: Vec<Identity>,
    pub(crate) entries: Vec<EntryCost>,
    pub(crate) unhandled: Vec<perflint_rules::RouteOnly>,
    /// The schema and what queries use of it.
    pub(crate) schema: Option<(Schema, Vec<Access>)>,
    /// What the source shows beside effects.
    pub(crate) evidence: Option<Evidence>,
    pub(crate) entities: Vec<String>,
    pub(crate) held_back: BTreeMap<Arc<str>, usize>,
    pub(crate) unused: Vec<UnusedSuppression>,
    pub(crate) unmatched_budgets: Vec<String>,
    /// Calls, holes, functions cut short.
    pub(crate) analysed: (usize, usize, usize),
}

impl Finished {
    /// What is known of the findings that no comment suppresses.
    pub(crate) fn live(&self) -> Vec<Identity> {
        let both = self.findings.iter().zip(&self.identities);
        both.filter(|(finding, _)| finding.suppressed.is_none())
            .map(|(_, identity)| identity.clone())
            .collect()
    }
}

/// Selects, places, suppresses, sorts.
pub(crate) fn finish(
    analysis: Analysis,
    pages: &Pages,
    options: &Options,
    comments: &Comments,
    sources: &dyn Sources,
) -> Finished {
    let Analysis {
        mut findings,
        mut symbols,
        mut entries,
        mut unhandled,
        entities,
        schema,
        mut evidence,
        calls,
        holes,
        widened,
    } = analysis;
    let (over_budget, unmatched_budgets) = budget::exceeded(&entries, pages, options);
    symbols.extend(
        over_budget
            .iter()
            .map(|finding| finding.route.first().map_or_else(String::new, |step| step.label.clone())),
    );
    findings.extend(over_budget);
    let policy = options.policy();
    let unused = if options.no_suppressions {
        Vec::new()
    } else {
        suppress::unused(comments, &findings, sources, &policy)
    };
    let (kept, held_back) = Profile::new(pages, options).apply(findings.into_iter().zip(symbols).collect());
    let (mut findings, symbols): (Vec<Finding>, Vec<String>) = kept.into_iter().unzip();
    let codes: Vec<String> = findings.iter().map(|finding| code(&finding.primary, sources)).collect();
    lines::complete(&mut findings, sources);
    route::tidy(&mut findings);
    suppress::apply(&mut findings, sources, &policy);
    lines::complete_entries(&mut entries, sources);
    lines::complete_places(unhandled.iter_mut().map(|route| &mut route.place), sources);
    if let Some(evidence) = &mut evidence {
        lines::complete_evidence(evidence, sources);
    }
    let mut whole: Vec<(Finding, Identity)> = findings
        .into_iter()
        .zip(symbols)
        .zip(codes)
        .map(|((finding, symbol), code)| {
            let identity = identity(&finding, symbol, code, options);
            (finding, identity)
        })
        .collect();
    whole.sort_by(|(a, _), (b, _)| (&a.primary, &a.rule, &a.message).cmp(&(&b.primary, &b.rule, &b.message)));
    let (findings, identities) = whole.into_iter().unzip();
    let analysed = (calls, holes, widened);
    Finished {
        findings,
        identities,
        entries,
        unhandled,
        entities,
        schema,
        evidence,
        held_back,
        unused,
        unmatched_budgets,
        analysed,
    }
}

fn identity(finding: &Finding, symbol: String, code: String, options: &Options) -> Identity {
    Identity {
        file: finding.primary.file.to_string(),
        rule: finding.rule.to_string(),
        symbol,
        // A file that is named in the sentence may be renamed.
        what: (options.redact)(finding.headline()).replace(&*finding.primary.file, "this file"),
        code,
    }
}

/// A hash of the code at a place whose bytes are known, before it is cut to one line.
fn code(place: &Place, sources: &dyn Sources) -> String {
    let text = sources.text(&place.file);
    let code = text.as_deref().map_or("", |text| {
        let start = text.floor_char_boundary(place.start as usize);
        let end = text.floor_char_boundary((place.end as usize).min(start + MAX_CODE));
        text.get(start..end).unwrap_or_default()
    });
    code_hash(code)
}
