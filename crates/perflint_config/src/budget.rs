//! What an entry point may cost, and whether it does.
//!
//! A limit is a number, which allows no growth at all, or a formula of the same shape as costs: `3 + 2 * |orders|`. A bare
//! `n` stands for a size whatever its name, so `5 + n` says "at most linear, and once per element". Summands are compared
//! product by product: what a cost has and the limit does not is too much, however small it might turn out to be.

use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// How much of a unit an entry point may cost.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Limit {
    /// At most so much, whatever the size of the data.
    Number(u64),
    /// At most this formula: `3 + 2 * |orders|`, where `n` stands for any size.
    Formula(String),
}

/// A sum of products: sizes, sorted, and how often.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Formula {
    sums: BTreeMap<Vec<String>, u64>,
    /// Summands were left out of the text.
    cut: bool,
}

/// A formula that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no formula: {reason}")]
pub struct FormulaError {
    /// The formula.
    pub text: String,
    /// What is wrong with it.
    pub reason: String,
}

/// What stands for any size in a limit.
const ANY: &str = "n";

impl Limit {
    /// The limit as a formula.
    pub fn formula(&self) -> Result<Formula, FormulaError> {
        match self {
            Self::Number(number) => Ok(Formula { sums: BTreeMap::from([(Vec::new(), *number)]), cut: false }),
            Self::Formula(text) => Formula::parse(text),
        }
    }

    /// The limit as it was written.
    pub fn text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Formula(text) => text.clone(),
        }
    }
}

impl Formula {
    /// Reads a formula as reports and limits write it.
    pub fn parse(text: &str) -> Result<Self, FormulaError> {
        let fail = |reason: &str| FormulaError { text: text.to_owned(), reason: reason.to_owned() };
        let mut formula = Self::default();
        for summand in split(text, '+') {
            let summand = summand.trim();
            if summand.starts_with('(') && summand.ends_with(" more)") {
                formula.cut = true;
                continue;
            }
            let (mut count, mut sizes) = (1_u64, Vec::new());
            for factor in split(summand, '*') {
                let factor = factor.trim();
                match factor.parse::<u64>() {
                    Ok(number) => count = count.saturating_mul(number),
                    Err(_) if factor.is_empty() => {
                        return Err(fail("something is missing between its signs"));
                    }
                    Err(_) if is_size(factor) => sizes.push(factor.to_owned()),
                    Err(_) => {
                        return Err(fail(&format!(
                            "`{factor}` is neither a number nor a size; sizes stand between bars, as in `|orders|`, or are called `n`"
                        )));
                    }
                }
            }
            sizes.sort();
            let sum = formula.sums.entry(sizes).or_default();
            *sum = sum.saturating_add(count);
        }
        Ok(formula)
    }

    /// Whether a cost stays within this limit.
    pub fn allows(&self, cost: &Self) -> bool {
        let mut open = self.sums.clone();
        // Products with a name of their own first: `n` is for what is left.
        let fits = cost.sums.iter().all(|(sizes, count)| {
            let wild = vec![ANY.to_owned(); sizes.len()];
            let mut left = *count;
            for key in [sizes, &wild] {
                if let Some(room) = open.get_mut(key) {
                    let taken = left.min(*room);
                    (*room, left) = (*room - taken, left - taken);
                }
            }
            left == 0
        });
        // What is cut from a cost grows least; it is counted against a limit only where that knows no growth.
        fits && !(cost.cut && self.sums.keys().all(Vec::is_empty))
    }
}

fn is_size(factor: &str) -> bool {
    let bars = factor.len() > 2 && factor.starts_with('|') && factor.ends_with('|');
    bars || factor == ANY || factor == "iterations" || (factor.starts_with("depth(") && factor.ends_with(')'))
}

/// The parts between signs that stand outside of bars and brackets.
fn split(text: &str, sign: char) -> Vec<&str> {
    let (mut parts, mut start, mut bars, mut depth) = (Vec::new(), 0, false, 0_u32);
    for (at, c) in text.char_indices() {
        match c {
            '|' => bars = !bars,
            '(' if !bars => depth += 1,
            ')' if !bars => depth = depth.saturating_sub(1),
            c if c == sign && !bars && depth == 0 => {
                parts.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::{Formula, Limit};

    fn allows(limit: &str, cost: &str) -> bool {
        let limit = limit.parse().map_or_else(|_| Limit::Formula(limit.to_owned()), Limit::Number);
        limit.formula().expect("a limit").allows(&Formula::parse(cost).expect("a cost"))
    }

    #[test]
    fn limits_are_compared_product_by_product() {
        for (limit, cost) in [
            ("3", "3"),
            ("3 + |orders|", "2 + |orders|"),
            ("3 + 2 * |orders|", "3 + |orders| * 2"),
            ("5 + n", "5 + |orders|"),
            ("5 + 2 * n", "|a| + |b|"),
            ("n * n", "|order.items| * |orders|"),
            ("|a| + n", "|a| * 2"),
        ] {
            assert!(allows(limit, cost), "{limit} has to allow {cost}");
        }
        for (limit, cost) in [
            ("3", "4"),
            ("100", "|orders|"),
            ("3 + |orders|", "4 + |orders|"),
            ("3 + |orders|", "|customers|"),
            ("5 + n", "|a| + |b|"),
            ("n", "|a| * |b|"),
            ("100", "(2 more) + 3"),
        ] {
            assert!(!allows(limit, cost), "{limit} must not allow {cost}");
        }
    }

    #[test]
    fn what_is_no_formula_is_refused() {
        for text in ["", "orders", "3 +", "|orders", "3 * * 2", "n / 2", "-1"] {
            assert!(Formula::parse(text).is_err(), "{text}");
        }
    }
}
