//! What stands behind a symbol of a formula, in numbers.

use crate::evaluate::short;
use crate::figure::{Figure, Source, place_text};
use crate::questions::Questions;
use perflint_config::Volume;
use perflint_rules::{Extent, Place, RowLimit, Times};
use std::collections::BTreeMap;

/// Rows of a table that nobody told of.
const TABLE: f64 = 10_000.0;
/// Rows of a page whose size the code does not tell.
const PAGE: f64 = 50.0;
/// Rows that belong to one row.
const CHILDREN: f64 = 10.0;
/// Elements of a collection of which nothing is known.
const COLLECTION: f64 = 10.0;
/// One of so many rows passes a condition on equality.
const SHARE: f64 = 100.0;
/// Iterations of a loop with a condition.
const ITERATIONS: f64 = 10.0;
/// Depth of a recursion.
const DEPTH: f64 = 5.0;

/// A size: how much it is, and whether it grows with the data.
#[derive(Clone, Debug, PartialEq)]
pub struct Size {
    /// How much at the volumes as given.
    pub figure: Figure,
    /// It grows with the tables.
    pub grows: bool,
}

impl Size {
    /// At so many times the volumes.
    pub fn at(&self, scale: f64) -> f64 {
        if self.grows { self.figure.value * scale } else { self.figure.value }
    }
}

/// The volumes that the configuration gives.
#[derive(Clone, Debug, Default)]
pub struct Volumes {
    rows: BTreeMap<String, (String, u64)>,
}

impl Volumes {
    /// From the configuration; names are compared without case, punctuation and plural.
    pub fn new(volumes: &BTreeMap<String, Volume>) -> Self {
        let rows =
            volumes.iter().filter_map(|(name, volume)| Some((stem(name), (name.clone(), volume.rows()?))));
        Self { rows: rows.collect() }
    }

    /// The rows of an entity, and the key that says so.
    pub fn of(&self, entity: &str) -> Option<(&str, u64)> {
        self.rows.get(&stem(entity)).map(|(key, rows)| (key.as_str(), *rows))
    }
}

/// A name as it is compared: `ShopOrders` and `shop_order` are one.
pub fn stem(name: &str) -> String {
    let name: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    match name.strip_suffix("ies") {
        Some(rest) => format!("{rest}y"),
        None => {
            name.strip_suffix('s').filter(|rest| !rest.ends_with('s')).map_or(name.clone(), str::to_owned)
        }
    }
}

fn assumed(value: f64, unit: &'static str, why: String) -> Figure {
    Figure { value, unit, source: Source::Assumption { why } }
}

/// What a factor of a term is.
pub fn of_factor(times: &Times, volumes: &Volumes, questions: &mut Questions) -> Size {
    match times {
        Times::Const(n) => Size {
            figure: Figure {
                value: f64::from(*n),
                unit: "times",
                source: Source::Code { place: String::new() },
            },
            grows: false,
        },
        Times::Iterations(place) => {
            let at = place.as_ref().map_or_else(String::new, |place| format!(" at {}", place_text(place)));
            let why = format!("a loop with a condition{at} runs {ITERATIONS} times");
            Size { figure: assumed(ITERATIONS, "iterations", why), grows: false }
        }
        Times::Depth(function) => {
            let why = format!("`{function}` calls itself {DEPTH} deep");
            Size { figure: assumed(DEPTH, "levels", why), grows: false }
        }
        Times::Size { name, place, over: Some(extent) } => {
            // The name of a variable is no table.
            let own = extent.entity.is_some().then_some(name.as_str());
            of_rows(extent, own, place.as_ref(), volumes, questions)
        }
        Times::Size { name, place, over: None } => {
            let at = place.as_ref().map(place_text);
            questions.ask_size(name, at.as_deref());
            let at = at.map_or_else(String::new, |at| format!(" at {at}"));
            let why = format!("nothing tells how long `{name}`{at} is");
            Size { figure: assumed(COLLECTION, "elements", why), grows: false }
        }
    }
}

/// How many rows an extent has; `name` is the table, where the extent has no entity.
pub fn of_rows(
    extent: &Extent,
    name: Option<&str>,
    place: Option<&Place>,
    volumes: &Volumes,
    questions: &mut Questions,
) -> Size {
    let named = name.is_some();
    let entity = extent.entity.as_deref().or(name).unwrap_or("rows");
    if let RowLimit::AtMost(rows) = extent.limit {
        let place = place.map_or_else(|| "the query's own limit".to_owned(), place_text);
        let figure = Figure { value: f64::from(rows), unit: "rows", source: Source::Code { place } };
        return Size { figure, grows: false };
    }
    if extent.limit == RowLimit::Page {
        let figure =
            assumed(PAGE, "rows", format!("a page of `{entity}`, whose size the code does not tell"));
        return Size { figure, grows: false };
    }
    let own = volumes.of(entity);
    if let Some(parent) = extent.of.as_deref() {
        let both = own.zip(volumes.of(parent)).filter(|(_, (_, parents))| *parents > 0);
        let figure = match both {
            Some(((child_key, children), (parent_key, parents))) => Figure {
                value: children as f64 / parents as f64,
                unit: "rows",
                source: Source::Configuration { key: format!("volumes.{child_key} / volumes.{parent_key}") },
            },
            None => {
                questions.ask_ratio(entity, parent);
                assumed(CHILDREN, "rows", format!("`{entity}` per `{parent}`"))
            }
        };
        return Size { figure, grows: false };
    }
    if extent.entity.is_none() && !named {
        // Rows of a table that is not known are no evidence of growth.
        let at = place.map_or_else(String::new, |place| format!(" at {}", place_text(place)));
        let figure = assumed(PAGE, "rows", format!("nothing tells which rows are walked{at}"));
        return Size { figure, grows: false };
    }
    if extent.limit == RowLimit::Unknown && own.is_none() {
        let figure = assumed(PAGE, "rows", format!("nothing tells how many `{entity}` are walked"));
        return Size { figure, grows: false };
    }
    let (rows, source) = match own {
        Some((key, rows)) => (rows as f64, Source::Configuration { key: format!("volumes.{key}") }),
        None => {
            questions.ask_volume(entity);
            (TABLE, Source::Assumption { why: format!("rows of `{entity}`: nobody told") })
        }
    };
    if extent.narrowed {
        let of = match &source {
            Source::Configuration { key } => format!(" ({key})"),
            _ => format!(", of {} that nobody told", short(rows)),
        };
        let why = format!("one of {SHARE} rows of `{entity}` passes the condition{of}");
        return Size { figure: assumed((rows / SHARE).max(1.0), "rows", why), grows: true };
    }
    Size { figure: Figure { value: rows, unit: "rows", source }, grows: true }
}

#[cfg(test)]
mod tests {
    use super::{Volumes, of_rows, stem};
    use crate::questions::Questions;
    use perflint_config::Volume;
    use perflint_rules::{Extent, RowLimit};
    use std::collections::BTreeMap;

    #[test]
    fn names_of_tables_and_entities_meet() {
        for (a, b) in [
            ("orders", "Order"),
            ("order_items", "OrderItem"),
            ("Categories", "category"),
            ("address", "Address"),
        ] {
            assert_eq!(stem(a), stem(b));
        }
    }

    #[test]
    fn what_is_given_goes_before_what_is_assumed_and_what_is_bounded_does_not_grow() {
        let given = BTreeMap::from([
            ("orders".to_owned(), Volume::Rows(500)),
            ("items".to_owned(), Volume::Rows(2000)),
        ]);
        let volumes = Volumes::new(&given);
        let mut questions = Questions::default();
        let mut rows = |entity: &str, of: Option<&str>, limit| {
            let extent =
                Extent { entity: Some(entity.into()), of: of.map(Into::into), limit, narrowed: false };
            let size = of_rows(&extent, None, None, &volumes, &mut questions);
            (size.at(1.0), size.at(10.0), size.figure.is_assumed())
        };
        assert_eq!(rows("Order", None, RowLimit::Unbounded), (500.0, 5000.0, false));
        assert_eq!(rows("Item", Some("Order"), RowLimit::Unknown), (4.0, 4.0, false));
        assert_eq!(rows("Order", None, RowLimit::AtMost(20)), (20.0, 20.0, false));
        assert_eq!(rows("User", None, RowLimit::Unbounded), (10_000.0, 100_000.0, true));
        assert_eq!(questions.list().len(), 1);
    }
}
