//! Eight ways to get it wrong, each with a verdict and what speaks for it.

use crate::checklist::{Item, Known, Status, by_places, counted, item};
use crate::short;

/// The verdicts.
pub(crate) fn antipatterns(known: &Known<'_>) -> Vec<Item> {
    vec![
        premature(known),
        synchronous(known),
        by_places(
            "",
            "Chatty APIs",
            &known.found(&["n-plus-one"]),
            "no query, request or call per element was found",
        ),
        no_caching(known),
        unbounded(known),
        no_monitoring(known),
        single_point(known),
        no_capacity(known),
    ]
}

fn premature(known: &Known<'_>) -> Item {
    let name = "Premature optimisation";
    let targets = known.input.targets;
    if targets.p95.is_none() && targets.entries.values().all(|entry| entry.p95.is_none()) {
        return item(
            "",
            name,
            Status::Unknown,
            "without targets nobody can tell what is premature: give targets.p95".to_owned(),
        );
    }
    let later: Vec<_> = known.changes.iter().filter(|change| change.later).collect();
    match later.first() {
        Some(first) => item(
            "",
            name,
            Status::Open,
            format!(
                "{} of {} proposed changes serve only entry points that keep their target at 100 times the volumes, as that at {}: they can wait",
                later.len(),
                known.changes.len(),
                first.place
            ),
        ),
        None => item("", name, Status::Ticked, "every proposed change with a known effect serves an entry point that breaks its target by 100 times the volumes".to_owned()),
    }
}

fn synchronous(known: &Known<'_>) -> Item {
    let mut places = known.found(&["blocking"]);
    places.extend(
        known
            .design
            .deferrable
            .iter()
            .map(|(what, place, entry)| format!("{what} at {place} while `{entry}` is waited for")),
    );
    by_places(
        "",
        "Synchronous everything",
        &places,
        "no blocking call in async code, and no mail or process on the way of a response, was found",
    )
}

fn no_caching(known: &Known<'_>) -> Item {
    let name = "No caching";
    let caching = known.caching;
    match (caching.cached.first(), &caching.headers) {
        (Some(first), _) => item(
            "",
            name,
            Status::Ticked,
            format!("`{first}` asks a cache; {} in all do", counted(caching.cached.len(), "entry point")),
        ),
        (None, Some(headers)) => item("", name, Status::Ticked, headers.clone()),
        (None, None) if caching.responses.is_empty() => {
            item("", name, Status::Unknown, "no route that only reads was found".to_owned())
        }
        (None, None) => item(
            "",
            name,
            Status::Open,
            format!(
                "no entry point asks a cache and no response was seen to carry cache headers; {} only read",
                counted(caching.responses.len(), "route")
            ),
        ),
    }
}

fn unbounded(known: &Known<'_>) -> Item {
    let mut places = known.found(&["unbounded"]);
    places.extend(known.caching.unbounded.iter().map(|kept| format!("`{}` at {}", kept.name, kept.place)));
    by_places(
        "",
        "Unbounded growth",
        &places,
        "every query that was followed has a bound, and no variable that requests fill was found; logs and files are not judged",
    )
}

fn no_monitoring(known: &Known<'_>) -> Item {
    let name = "No monitoring";
    let of = |status: &str| {
        known
            .monitoring
            .signals
            .iter()
            .filter(|signal| signal.status == status)
            .map(|signal| signal.name.to_lowercase())
            .collect::<Vec<_>>()
    };
    let (there, missing) = (of("instrumented"), of("missing"));
    match (there.is_empty(), missing.is_empty()) {
        (true, _) => item("", name, Status::Open, "no library of metrics, traces or errors that perflint knows is used; an agent outside the source would not be seen".to_owned()),
        (false, true) => item("", name, Status::Ticked, format!("seen: {}", there.join(", "))),
        (false, false) => item("", name, Status::Open, format!("seen: {}; not seen: {}", there.join(", "), missing.join(", "))),
    }
}

fn single_point(known: &Known<'_>) -> Item {
    let name = "Single point of failure";
    let state: Vec<String> =
        known.design.state.iter().map(|(name, place)| format!("`{name}` at {place}")).collect();
    match state.as_slice() {
        [] => item("", name, Status::Unknown, "deployment files are not read, and no state in the memory of a process was found: how many processes, zones and databases run?".to_owned()),
        [first, ..] => item("", name, Status::Open, format!("{first} is state in the memory of one process: it is lost with it, and a second process has another")),
    }
}

fn no_capacity(known: &Known<'_>) -> Item {
    let name = "No capacity planning";
    let first = known.entries.iter().filter(|entry| entry.waits).find(|entry| entry.breaks_at.is_some());
    match (known.input.targets.requests_per_second, first) {
        (None, _) => item("", name, Status::Open, "no rate is given: targets.requests-per-second".to_owned()),
        (Some(rate), Some(first)) => {
            let scale = first.breaks_at.unwrap_or(1.0);
            let when = if scale <= 1.0 {
                "at the volumes of today".to_owned()
            } else {
                format!("at {} times the volumes", short(scale))
            };
            item(
                "",
                name,
                Status::Open,
                format!(
                    "{} requests per second are planned for, and `{}` breaks its target {when}",
                    short(rate),
                    first.label
                ),
            )
        }
        (Some(rate), None) => item(
            "",
            name,
            Status::Ticked,
            format!(
                "{} requests per second are planned for, and no entry point breaks its target up to 1000 times the volumes",
                short(rate)
            ),
        ),
    }
}
