//! What a system has to carry, as its team says it: targets of entry points, volumes of tables.
//!
//! Numbers are read loosely and judged afterwards ([`check`]), so that a negative or contradictory one is told by its key
//! and not by a parser.

use crate::error::ConfigError;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Milliseconds of the longest time that is one: a day.
const LONGEST: f64 = 86_400_000.0;
/// The most rows that a table has.
const MOST_ROWS: u64 = 1_000_000_000_000_000;
/// Percent by which the fastest growing tables grow in a month.
const FASTEST: f64 = 1000.0;
/// Requests per second that somebody plans for.
const RATES: std::ops::RangeInclusive<f64> = 1e-6..=1e9;

/// What the system has to carry. `perflint plan` reads it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Targets {
    /// 95 of 100 responses take at most so long.
    pub p95: Option<Duration>,
    /// 99 of 100 responses take at most so long.
    pub p99: Option<Duration>,
    /// Requests per second at the peak, over all entry points.
    pub requests_per_second: Option<f64>,
    /// People who use it at the same time.
    pub concurrent_users: Option<i64>,
    /// Gigabytes that are stored.
    pub data_gigabytes: Option<f64>,
    /// How much the tables grow in a month, in percent.
    pub growth_per_month: Option<f64>,
    /// The share of requests that have to succeed, in percent.
    pub availability: Option<f64>,
    /// Where it runs.
    #[serde(default)]
    pub regions: Vec<String>,
    /// Connections that the database accepts.
    pub database_connections: Option<i64>,
    /// Connections that one process of the application opens.
    pub pool_size: Option<i64>,
    /// Targets of single entry points, by label (`GET /orders`) or pattern (`GET /api/*`).
    #[serde(default)]
    pub entries: BTreeMap<String, EntryTarget>,
    /// What one effect takes, by the units of costs (`queries`, `requests`, ..), instead of what perflint assumes.
    #[serde(default)]
    pub durations: BTreeMap<String, Duration>,
}

/// Targets of an entry point.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EntryTarget {
    /// 95 of 100 responses take at most so long.
    pub p95: Option<Duration>,
    /// 99 of 100 responses take at most so long.
    pub p99: Option<Duration>,
    /// Requests per second at the peak.
    pub requests_per_second: Option<f64>,
}

/// A time: milliseconds, or text with a unit.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a time is a number of milliseconds, or text such as \"300ms\" or \"1.5s\"")]
pub enum Duration {
    /// Milliseconds.
    Milliseconds(f64),
    /// A number with `us`, `ms`, `s` or `min`.
    Text(String),
}

/// How many rows a table has.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a volume is a number of rows, or text such as \"250K\" or \"1.5M\"")]
pub enum Volume {
    /// Rows.
    Rows(i64),
    /// A number with `K`, `M` or `G`.
    Text(String),
}

impl Duration {
    /// In milliseconds; `None` if it is no time, or not above zero.
    pub fn milliseconds(&self) -> Option<f64> {
        const UNITS: &[(&str, f64)] =
            &[("us", 0.001), ("µs", 0.001), ("ms", 1.0), ("min", 60_000.0), ("s", 1000.0)];
        let value = match self {
            Self::Milliseconds(value) => *value,
            Self::Text(text) => scaled(text, UNITS)?,
        };
        (value > 0.0 && value <= LONGEST).then_some(value)
    }

    fn text(&self) -> String {
        match self {
            Self::Milliseconds(value) => value.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

impl Volume {
    /// Rows; `None` if it is no number of them.
    pub fn rows(&self) -> Option<u64> {
        const UNITS: &[(&str, f64)] = &[
            ("k", 1e3),
            ("K", 1e3),
            ("m", 1e6),
            ("M", 1e6),
            ("g", 1e9),
            ("G", 1e9),
            ("b", 1e9),
            ("B", 1e9),
            ("", 1.0),
        ];
        match self {
            Self::Rows(rows) => u64::try_from(*rows).ok().filter(|rows| *rows <= MOST_ROWS),
            Self::Text(text) => {
                let rows = scaled(text, UNITS).filter(|rows| (0.0..=MOST_ROWS as f64).contains(rows))?;
                Some(rows.round() as u64)
            }
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Rows(rows) => rows.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

/// A number and its unit.
fn scaled(text: &str, units: &[(&str, f64)]) -> Option<f64> {
    let text = text.trim();
    let (digits, factor) =
        units.iter().find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, factor)))?;
    let digits: String = digits.trim().chars().filter(|c| *c != '_').collect();
    digits.parse::<f64>().ok().map(|number| number * factor)
}

/// Whether a name fits a pattern, in which `*` stands for anything.
pub fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Says what is wrong with the first target or volume that cannot be meant. `units` are those that durations may have.
pub(crate) fn check(
    file: &str,
    targets: &Targets,
    volumes: &BTreeMap<String, Volume>,
    units: &[&str],
) -> Result<(), ConfigError> {
    let fail = |key: String, message: String, help: &str| {
        Err(ConfigError::Value { file: file.to_owned(), key, message, help: help.to_owned() })
    };
    let mut times = vec![("targets".to_owned(), &targets.p95, &targets.p99)];
    times.extend(
        targets
            .entries
            .iter()
            .map(|(name, entry)| (format!("targets.entries.\"{name}\""), &entry.p95, &entry.p99)),
    );
    for (key, p95, p99) in times {
        for (name, given) in [("p95", p95), ("p99", p99)] {
            if let Some(time) = given.as_ref().filter(|time| time.milliseconds().is_none()) {
                let message = format!("`{}` is no time above zero and up to a day", time.text());
                return fail(
                    format!("{key}.{name}"),
                    message,
                    "write milliseconds, or text such as \"300ms\" or \"1.5s\"",
                );
            }
        }
        let inherits = |given: &Option<Duration>, whole: &Option<Duration>| {
            given.as_ref().or(whole.as_ref()).and_then(Duration::milliseconds)
        };
        let (low, high) = (inherits(p95, &targets.p95), inherits(p99, &targets.p99));
        if let Some((low, high)) = low.zip(high).filter(|(low, high)| low > high) {
            let message = format!(
                "p95 is {low} ms and p99 is {high} ms: 99 of 100 responses cannot be faster than 95 of them"
            );
            return fail(
                key,
                message,
                "a p99 is at least as long as the p95; an entry point without one has that of [targets]",
            );
        }
    }
    for (name, time) in targets.durations.iter() {
        if !units.contains(&name.as_str()) {
            let near = crate::nearest(name, units.iter().copied());
            let near = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
            let help = format!("{near}There are {}", units.join(", "));
            return fail("targets.durations".to_owned(), format!("there is no unit `{name}`"), &help);
        }
        if time.milliseconds().is_none() {
            let message = format!("`{}` is no time above zero and up to a day", time.text());
            return fail(
                format!("targets.durations.{name}"),
                message,
                "write milliseconds, or text such as \"300ms\"",
            );
        }
    }
    rates(file, targets)?;
    for (name, volume) in volumes {
        if volume.rows().is_none() {
            let message = format!("`{}` is no number of rows", volume.text());
            return fail(
                format!("volumes.{name}"),
                message,
                "write a number that is not negative, or text such as \"250K\" or \"1.5M\"",
            );
        }
    }
    Ok(())
}

/// What is counted: above zero, and parts no more than their whole.
fn rates(file: &str, targets: &Targets) -> Result<(), ConfigError> {
    let fail = |key: &str, message: String, help: &str| {
        Err(ConfigError::Value { file: file.to_owned(), key: key.to_owned(), message, help: help.to_owned() })
    };
    let counts = [
        ("targets.concurrent-users", targets.concurrent_users),
        ("targets.database-connections", targets.database_connections),
        ("targets.pool-size", targets.pool_size),
    ];
    for (key, count) in counts {
        if let Some(count) = count.filter(|count| *count <= 0) {
            return fail(key, format!("`{count}` is not above zero"), "leave it out if it is not known");
        }
    }
    let whole = ("targets.requests-per-second".to_owned(), targets.requests_per_second);
    let parts = targets.entries.iter().map(|(name, entry)| {
        (format!("targets.entries.\"{name}\".requests-per-second"), entry.requests_per_second)
    });
    for (key, rate) in std::iter::once(whole).chain(parts) {
        if let Some(rate) = rate.filter(|rate| !RATES.contains(rate)) {
            return fail(
                &key,
                format!("`{rate}` is no rate above zero"),
                "requests per second, up to 1e9; leave it out if it is not known",
            );
        }
    }
    let sum: f64 = targets.entries.values().filter_map(|entry| entry.requests_per_second).sum();
    if let Some(whole) = targets.requests_per_second.filter(|whole| sum > *whole * 1.000_001) {
        let message =
            format!("the entry points together have {sum} requests per second, and the whole has {whole}");
        return fail("targets.requests-per-second", message, "raise the whole, or lower its parts");
    }
    if let Some(share) = targets.availability.filter(|share| !(*share > 0.0 && *share < 100.0)) {
        return fail(
            "targets.availability",
            format!("`{share}` is no share"),
            "a percentage above 0 and below 100, such as 99.9",
        );
    }
    if targets.regions.iter().any(|region| region.trim().is_empty()) {
        return fail("targets.regions", "a region has no name".to_owned(), "leave it out if it is not known");
    }
    if let Some(size) = targets.data_gigabytes.filter(|size| !(size.is_finite() && *size > 0.0)) {
        return fail(
            "targets.data-gigabytes",
            format!("`{size}` is not above zero"),
            "leave it out if it is not known",
        );
    }
    if let Some(growth) = targets.growth_per_month.filter(|growth| !(0.0..=FASTEST).contains(growth)) {
        return fail(
            "targets.growth-per-month",
            format!("`{growth}` is no growth"),
            "a percentage from 0 to 1000",
        );
    }
    if let Some((pool, all)) =
        targets.pool_size.zip(targets.database_connections).filter(|(pool, all)| pool > all)
    {
        let message = format!("one process opens {pool} connections, and the database accepts {all}");
        return fail("targets.pool-size", message, "a pool is no larger than what the database accepts");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Duration, Targets, Volume, check, fits};
    use std::collections::BTreeMap;

    fn wrong(text: &str) -> String {
        let targets: Targets = toml::from_str(text).expect("it parses");
        check("perflint.toml", &targets, &BTreeMap::new(), &["queries"])
            .err()
            .map_or_else(String::new, |error| error.to_string())
    }

    #[test]
    fn times_and_volumes_have_units() {
        let time = |text: &str| Duration::Text(text.to_owned()).milliseconds();
        assert_eq!(time("300ms"), Some(300.0));
        assert_eq!(time("1.5 s"), Some(1500.0));
        assert_eq!(time("2min"), Some(120_000.0));
        assert_eq!([time("-1ms"), time("fast"), time("0s"), time("")], [None; 4]);
        let rows = |text: &str| Volume::Text(text.to_owned()).rows();
        assert_eq!(rows("250K"), Some(250_000));
        assert_eq!(rows("1.5M"), Some(1_500_000));
        assert_eq!(rows("12_000"), Some(12_000));
        assert_eq!([rows("-5"), rows("many"), rows("1e99")], [None; 3]);
        assert_eq!(Volume::Rows(-5).rows(), None);
    }

    #[test]
    fn what_contradicts_is_told_by_its_key() {
        assert_eq!(wrong("p95 = \"300ms\"\np99 = \"800ms\""), "");
        assert!(wrong("p95 = 900\np99 = 800").contains("`targets`: p95 is 900 ms and p99 is 800 ms"));
        let entry = wrong("p99 = 800\n[entries.\"GET /a\"]\np95 = \"1s\"");
        assert!(entry.contains("`targets.entries.\"GET /a\"`: p95 is 1000 ms"), "{entry}");
        assert!(wrong("p95 = -3").contains("`targets.p95`: `-3` is no time"));
        assert!(wrong("requests-per-second = -1.0").contains("`targets.requests-per-second`"));
        assert!(wrong("concurrent-users = 0").contains("`targets.concurrent-users`"));
        assert!(wrong("availability = 100.0").contains("`targets.availability`"));
        assert!(wrong("pool-size = 20\ndatabase-connections = 10").contains("`targets.pool-size`"));
        let parts = wrong("requests-per-second = 5.0\n[entries.a]\nrequests-per-second = 6.0");
        assert!(parts.contains("together have 6"), "{parts}");
        assert!(wrong("durations = { qeries = 3 }").contains("there is no unit `qeries`"));
    }

    #[test]
    fn patterns_stand_for_names() {
        for (pattern, name) in
            [("GET /a", "GET /a"), ("GET /a/*", "GET /a/b/c"), ("*", "x"), ("* /a*c", "PUT /abc")]
        {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("GET /a", "GET /ab"), ("GET /a/*", "GET /b"), ("*x", "xy"), ("a*b*c", "acb")]
        {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
    }
}
