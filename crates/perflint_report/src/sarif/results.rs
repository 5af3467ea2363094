//! The results of a SARIF run, one per finding.

use super::notification;
use super::rules::Rules;
use crate::clean;
use crate::counted;
use crate::fingerprint::Fingerprints;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use perflint_rules::{Finding, Level, Place, Step, Tracking};
use serde_json::json;
use serde_sarif::sarif::{
    ArtifactLocation, CodeFlow, Location, Message, Notification, PhysicalLocation, PropertyBag, Region,
    Result as SarifResult, ResultLevel, Suppression, ThreadFlow, ThreadFlowLocation,
};
use std::collections::BTreeMap;

/// How many related locations of a result GitHub keeps.
const MAX_LOCATIONS: usize = 100;

/// How many locations of a thread flow GitHub keeps.
pub(super) const MAX_FLOW: usize = 1_000;

/// What a URI's path keeps as it is.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// What was left out because of a limit.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cut {
    /// How many steps of a route are written.
    pub(super) max_steps: usize,
    /// Findings.
    pub(super) results: usize,
    /// Related locations, of all results.
    pub(super) locations: usize,
    /// Steps of routes, of all results.
    pub(super) steps: usize,
}

impl Cut {
    /// What a reader of the run has to know.
    pub(super) fn notifications(&self) -> Vec<Notification> {
        [(self.results, "finding"), (self.locations, "related location"), (self.steps, "route step")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, noun)| {
                let text = format!("{} left out: code scanning accepts no more", counted(count, noun));
                notification("warning", &text, None)
            })
            .collect()
    }
}

/// A path as a relative URI.
pub(super) fn uri(file: &str) -> String {
    utf8_percent_encode(file, PATH).to_string()
}

/// A finding as a result.
pub(super) fn result<'a>(
    finding: &'a Finding,
    tracking: Option<&Tracking>,
    rules: &Rules<'_>,
    fingerprints: &mut Fingerprints<'a>,
    cut: &mut Cut,
) -> SarifResult {
    let steps: Vec<&Step> = steps(finding, cut.max_steps).collect();
    cut.steps += finding.route.len() - steps.len();
    let related = related(finding, &steps, cut);
    let mut result = SarifResult::builder()
        .rule_id(&*finding.rule)
        .level(level(finding.level))
        .message(Message::from(&message(finding, &steps, related.len())))
        .locations(vec![location(&finding.primary)])
        .properties(properties(finding))
        .build();
    result.rule_index = rules.index(&finding.rule);
    result.related_locations = (!related.is_empty()).then_some(related);
    result.code_flows = (!finding.route.is_empty()).then(|| vec![code_flow(&steps)]);
    result.partial_fingerprints = fingerprints
        .of(&finding.primary)
        .map(|hash| BTreeMap::from([("primaryLocationLineHash".to_owned(), hash)]));
    if let Some(tracking) = tracking {
        let ours = result.partial_fingerprints.get_or_insert_default();
        ours.insert("perflintId/v1".to_owned(), tracking.id.clone());
        result.baseline_state = tracking.known.map(|known| json!(if known { "unchanged" } else { "new" }));
    }
    result.suppressions = finding.suppressed.as_deref().map(|reason| vec![suppression(reason)]);
    result
}

fn level(level: Level) -> ResultLevel {
    match level {
        Level::Note => ResultLevel::Note,
        Level::Warning => ResultLevel::Warning,
        Level::Error => ResultLevel::Error,
    }
}

fn properties(finding: &Finding) -> PropertyBag {
    let pairs = [
        ("confidence", finding.confidence.name()),
        ("context", finding.context.name()),
        ("cost", finding.cost.as_str()),
    ];
    let pairs =
        pairs.into_iter().map(|(key, value)| (key.to_owned(), json!(value))).collect::<BTreeMap<_, _>>();
    PropertyBag::builder().additional_properties(pairs).build()
}

/// The message, the cost, the route as links to the first `linked` related locations, and the fix. The first sentence is
/// the finding's own, because GitHub takes it as the title.
fn message(finding: &Finding, steps: &[&Step], linked: usize) -> String {
    let mut text = plain(&finding.message);
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    if !finding.cost.is_empty() {
        text.push_str(&format!(" Cost: {}.", plain(&finding.cost)));
    }
    let links: Vec<String> =
        (1..=linked).zip(steps).map(|(id, step)| format!("[{}]({id})", link_text(&step.label))).collect();
    if !links.is_empty() {
        text.push_str(&format!(" Route: {}.", links.join(", ")));
    }
    let others: Vec<String> = (1..=linked)
        .skip(steps.len())
        .zip(&finding.also)
        .map(|(id, place)| format!("[line {}]({id})", place.line))
        .collect();
    if !others.is_empty() {
        text.push_str(&format!(" Also: {}.", others.join(", ")));
    }
    if let Some(fix) = &finding.fix {
        text.push_str(&format!(" Fix: {}", plain(&fix.advice)));
    }
    text
}

/// Text in which nothing is taken for a link.
fn plain(text: &str) -> String {
    clean::line(text).replace("](", "]\\(")
}

/// Text inside the brackets of a link.
fn link_text(text: &str) -> String {
    clean::line(text).replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

/// The steps of the route, then further places of the same cause. Ids count from 1.
fn related(finding: &Finding, steps: &[&Step], cut: &mut Cut) -> Vec<Location> {
    let route = steps.iter().map(|step| (&step.place, &*step.label));
    let also = finding.also.iter().map(|place| (place, "the same cause"));
    cut.locations += (steps.len() + finding.also.len()).saturating_sub(MAX_LOCATIONS);
    (1..)
        .zip(route.chain(also).take(MAX_LOCATIONS))
        .map(|(id, (place, label))| {
            let mut location = location(place);
            location.id = Some(id);
            location.message = Some(Message::from(&*clean::line(label)));
            location
        })
        .collect()
}

/// The steps of a route, or where it begins and where it leads if it has more than `max`.
pub(super) fn steps(finding: &Finding, max: usize) -> impl Iterator<Item = &Step> {
    let route = &finding.route;
    let (first, last) = match route.len() > max {
        true => (max / 2, route.len() - max.div_ceil(2)),
        false => (route.len(), route.len()),
    };
    route[..first].iter().chain(&route[last..])
}

fn code_flow(steps: &[&Step]) -> CodeFlow {
    let steps = steps.iter().map(|step| {
        let mut location = location(&step.place);
        location.message = Some(Message::from(&*clean::line(&step.label)));
        ThreadFlowLocation::builder().location(location).kinds(vec![step.kind.name().to_owned()]).build()
    });
    CodeFlow::builder()
        .thread_flows(vec![ThreadFlow::builder().locations(steps.collect::<Vec<_>>()).build()])
        .build()
}

fn location(place: &Place) -> Location {
    let region = Region::builder()
        .start_line(place.line)
        .start_column(place.column)
        .end_line(place.end_line)
        .end_column(place.end_column)
        .build();
    let artifact = ArtifactLocation::builder().uri(uri(&place.file)).build();
    Location::builder()
        .physical_location(PhysicalLocation::builder().artifact_location(artifact).region(region).build())
        .build()
}

fn suppression(reason: &str) -> Suppression {
    let mut suppression = Suppression::builder().kind(json!("inSource")).build();
    suppression.justification = (!reason.is_empty()).then(|| clean::line(reason).into_owned());
    suppression
}

#[cfg(test)]
mod tests {
    use super::{link_text, plain, uri};

    #[test]
    fn nothing_quoted_becomes_a_link() {
        assert_eq!(uri("a b/ü[1]%.py"), "a%20b/%C3%BC%5B1%5D%25.py");
        assert_eq!(plain("see [x](http://a)"), "see [x]\\(http://a)");
        assert_eq!(link_text("a[0]\\"), "a\\[0\\]\\\\");
    }
}
