//! Findings that one edit would clear are one finding: several loops that reach the same statement of a function they share,
//! several queries that lack the same for the same readers.

use crate::{Context, Finding, Place};
use perflint_summary::Site;
use std::collections::BTreeMap;

/// Most further places that a finding names.
pub(crate) const MAX_PLACES: usize = 24;

/// What findings share, if they share it; an empty list is nothing.
pub(crate) type Shared = Vec<Site>;

/// Merges findings that share something and are equally sure. The one that counts most stays, and names the places of the others.
pub(crate) fn merged(findings: Vec<(Shared, Finding)>, others: fn(usize) -> String) -> Vec<Finding> {
    let mut alone = Vec::new();
    let mut groups: BTreeMap<_, Vec<Finding>> = BTreeMap::new();
    for (shared, finding) in findings {
        if shared.is_empty() {
            alone.push(finding);
        } else {
            groups.entry((shared, finding.confidence)).or_default().push(finding);
        }
    }
    alone.extend(groups.into_values().filter_map(|group| one_of(group, others)));
    alone
}

fn one_of(mut group: Vec<Finding>, others: fn(usize) -> String) -> Option<Finding> {
    group.sort_by(|a, b| key(a).cmp(&key(b)));
    let mut rest = group.into_iter();
    let mut first = rest.next()?;
    let rest: Vec<Finding> = rest.collect();
    if rest.is_empty() {
        return Some(first);
    }
    first.message.push_str(&others(rest.len()));
    let mut places: Vec<Place> = first.also.drain(..).collect();
    for other in rest {
        places.push(other.primary);
        places.extend(other.also);
    }
    places.retain(|place| *place != first.primary);
    places.sort();
    places.dedup();
    places.truncate(MAX_PLACES);
    first.also = places;
    Some(first)
}

/// What a user waits for counts most.
fn key(finding: &Finding) -> (Context, &Place) {
    (finding.context, &finding.primary)
}
