//! What is driven against the application: requests, their weights, scenarios.

use crate::Input;
use crate::evaluate::EntryPlan;
use crate::figure::Figure;
use perflint_config::{Duration, fits};
use serde::Serialize;

/// Requests per second where nobody said so: enough to see a curve, too few to break anything.
const RATE: f64 = 10.0;

/// A request of a load test.
#[derive(Clone, Debug, Serialize)]
pub struct Request {
    /// Its method and path: the name under which results are told.
    pub name: String,
    /// Its method.
    pub method: String,
    /// Its path, with `{name}` for what varies.
    pub path: String,
    /// The names of what varies.
    pub parameters: Vec<String>,
    /// Its share of all requests.
    pub weight: f64,
    /// The target in milliseconds.
    pub p95: f64,
    /// The target of 99 of 100 responses in milliseconds, if one is given.
    pub p99: Option<f64>,
    /// It only reads.
    pub safe: bool,
    /// Where it stands.
    pub place: String,
}

/// The load tests.
#[derive(Clone, Debug, Serialize)]
pub struct Load {
    /// Requests per second at the peak.
    pub rate: Figure,
    /// Share of requests that may fail.
    pub errors: Figure,
    /// The p95 and p99 of the whole, in milliseconds.
    pub p95: Figure,
    /// The p99.
    pub p99: Figure,
    /// Requests.
    pub requests: Vec<Request>,
    /// Routes whose path is not known.
    pub left_out: Vec<String>,
}

pub(crate) fn load(input: &Input<'_>, entries: &[EntryPlan]) -> Load {
    let targets = input.targets;
    let (mut requests, mut left_out) = (Vec::new(), Vec::new());
    let mut routes: Vec<&EntryPlan> =
        entries.iter().filter(|entry| entry.kind == "route" || entry.kind == "page").collect();
    routes.sort_by(|a, b| (&a.label, &a.place).cmp(&(&b.label, &b.place)));
    for entry in routes {
        match entry.route.as_deref().and_then(path) {
            Some((path, parameters)) => requests.push(Request {
                name: format!("{} {path}", method(entry)),
                method: method(entry),
                safe: reads(entry),
                path,
                parameters,
                weight: weight(input, entry),
                p95: entry.p95.value,
                p99: entry.p99.as_ref().map(|p99| p99.value),
                place: entry.place.clone(),
            }),
            None => left_out.push(format!("{} ({})", entry.label, entry.place)),
        }
    }
    // Routers with different prefixes may spell two routes alike.
    requests.sort_by(|a: &Request, b| (&a.name, &a.place).cmp(&(&b.name, &b.place)));
    requests.dedup_by(|a, b| a.name == b.name);
    let time = |time: &Option<Duration>| time.as_ref().and_then(Duration::milliseconds);
    Load {
        rate: Figure::given(
            targets.requests_per_second,
            "requests/s",
            "targets.requests-per-second",
            RATE,
            "nobody gave a rate",
        ),
        errors: Figure::given(
            targets.availability.map(|share| 100.0 - share),
            "%",
            "targets.availability",
            1.0,
            "one of a hundred requests may fail",
        ),
        p95: Figure::given(time(&targets.p95), "ms", "targets.p95", 300.0, "nobody gave a target"),
        p99: Figure::given(time(&targets.p99), "ms", "targets.p99", 1000.0, "nobody gave a target"),
        requests,
        left_out,
    }
}

/// Whether it only reads: its method says so, or where no method is known, nothing in it writes.
fn reads(entry: &EntryPlan) -> bool {
    match entry.method.as_deref() {
        Some(method) => matches!(method, "GET" | "HEAD" | "get"),
        None => entry.terms.iter().all(|term| term.unit != "writes"),
    }
}

fn method(entry: &EntryPlan) -> String {
    entry.method.as_deref().unwrap_or("GET").to_ascii_uppercase()
}

/// The share of all requests that each of some entry points has: by their own rates, and the rest in equal parts.
pub(crate) fn shares(input: &Input<'_>, entries: &[&EntryPlan]) -> Vec<f64> {
    let own: Vec<Option<f64>> = entries.iter().map(|entry| rate(input, entry)).collect();
    let given: f64 = own.iter().flatten().sum();
    let open = own.iter().filter(|rate| rate.is_none()).count();
    let whole = input.targets.requests_per_second.unwrap_or(RATE).max(given);
    let rest = if open == 0 { 0.0 } else { (whole - given) / open as f64 };
    let total = given + rest * open as f64;
    own.into_iter().map(|rate| rate.unwrap_or(rest) / total.max(f64::MIN_POSITIVE)).collect()
}

/// The share of an entry point: its own rate, or one like all others that have none.
fn weight(input: &Input<'_>, entry: &EntryPlan) -> f64 {
    rate(input, entry).unwrap_or(1.0)
}

/// The rate of an entry point's own, if one is given.
fn rate(input: &Input<'_>, entry: &EntryPlan) -> Option<f64> {
    let rate = |(pattern, target): (&String, &perflint_config::EntryTarget)| {
        let name = entry
            .method
            .as_ref()
            .zip(entry.route.as_ref())
            .map(|(method, route)| format!("{method} {route}"));
        let fitting = fits(pattern, &entry.label) || name.is_some_and(|name| fits(pattern, &name));
        target.requests_per_second.filter(|_| fitting)
    };
    input.targets.entries.iter().find_map(rate)
}

/// A route as a path: `/orders/{id}` for `orders/<int:id>`, `/orders/:id`, `/orders/[id]`; `None` for regular expressions
/// that say more.
fn path(route: &str) -> Option<(String, Vec<String>)> {
    let route = route.trim().trim_start_matches('^').trim_end_matches('$').replace("(.:format)", "");
    let route = groups(route.replace("/?", "/"));
    let (mut path, mut parameters) = (String::from("/"), Vec::new());
    for part in route.split('/').filter(|part| !part.is_empty()) {
        let inner = part.strip_prefix(':').or_else(|| part.strip_prefix('*')).or_else(|| enclosed(part));
        if let Some(inner) = inner {
            let name =
                inner.rsplit_once(':').filter(|_| part.starts_with('<')).map_or(inner, |(_, name)| name);
            let name = name.split([':', '?', '(']).next().unwrap_or(name).trim_start_matches(['*', '.']);
            let name: String = name.chars().filter(|c| c.is_alphanumeric() || *c == '_').collect();
            let name = if name.is_empty() { format!("part{}", parameters.len() + 1) } else { name };
            path.push_str(&format!("{{{name}}}/"));
            parameters.push(name);
        } else if part.chars().all(|c| c.is_alphanumeric() || "-_.~@".contains(c)) {
            path.push_str(part);
            path.push('/');
        } else {
            return None;
        }
    }
    let slash = route.ends_with('/') || path == "/";
    Some((if slash { path } else { path.trim_end_matches('/').to_owned() }, parameters))
}

/// Named groups of a regular expression as parameters: `(?P<pk>\d+)` is `{pk}`.
fn groups(mut route: String) -> String {
    while let Some(start) = route.find("(?P<") {
        let mut depth = 0_usize;
        let end = route[start..].char_indices().find(|(_, c)| {
            depth = match c {
                '(' => depth + 1,
                ')' => depth.saturating_sub(1),
                _ => depth,
            };
            depth == 0
        });
        let name = route[start + 4..].split('>').next().unwrap_or_default().to_owned();
        let Some((end, _)) = end.filter(|_| !name.is_empty()) else { break };
        route.replace_range(start..=start + end, &format!("{{{name}}}"));
    }
    route
}

fn enclosed(part: &str) -> Option<&str> {
    [('<', '>'), ('{', '}'), ('[', ']')]
        .iter()
        .find_map(|(open, close)| part.strip_prefix(*open)?.strip_suffix(*close))
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn routes_of_every_framework_become_paths() {
        for (route, expected, names) in [
            ("orders/<int:pk>/", "/orders/{pk}/", vec!["pk"]),
            ("/orders/:id/items", "/orders/{id}/items", vec!["id"]),
            ("/orders/{order_id}", "/orders/{order_id}", vec!["order_id"]),
            ("/orders/{id:int}", "/orders/{id}", vec!["id"]),
            ("blog/[slug]", "/blog/{slug}", vec!["slug"]),
            (r"^orders/(?P<pk>\d+)/?$", "/orders/{pk}/", vec!["pk"]),
            ("", "/", vec![]),
        ] {
            let (path, parameters) = path(route).expect("a path");
            assert_eq!(
                (path.as_str(), parameters),
                (expected, names.iter().map(ToString::to_string).collect())
            );
        }
        assert_eq!(path(r"^orders/\d+/$"), None);
    }
}
