//! What a finding is known by.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a finding is known by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Its file.
    pub file: String,
    /// Its rule.
    pub rule: String,
    /// The function or class around it: `OrderList.get`; empty at the top of a file.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub symbol: String,
    /// Its first sentence, which names what is loaded, queried or blocked.
    pub what: String,
    /// A hash of the code that it points at, without layout.
    pub code: String,
}

impl Identity {
    /// A short name that stays as long as the finding keeps its file, function and sentence.
    fn id(&self) -> u64 {
        [&self.rule, &self.file, &self.symbol, &self.what].into_iter().fold(BASIS, |hash, part| {
            // A byte that no text holds keeps the parts apart.
            fnv(fnv(hash, part.as_bytes()), &[0xff])
        })
    }

    /// The names in the sentence: what stands between backticks.
    pub(crate) fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.what.split('`').skip(1).step_by(2).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// A name for each of the findings, unique among them.
pub fn ids(identities: &[Identity]) -> Vec<String> {
    let mut seen: BTreeMap<u64, u32> = BTreeMap::new();
    let named = identities.iter().map(|identity| {
        let id = identity.id();
        let count = seen.entry(id).or_default();
        *count += 1;
        if *count == 1 { format!("{id:016x}") } else { format!("{id:016x}-{count}") }
    });
    named.collect()
}

/// A hash of code that a formatter does not change: no white space, one kind of quotes, no comma before a bracket, and no
/// semicolon at the end.
pub fn code_hash(code: &str) -> String {
    let mut plain = String::with_capacity(code.len());
    for c in code.chars().filter(|c| !c.is_whitespace()) {
        if matches!(c, ')' | ']' | '}') && plain.ends_with(',') {
            plain.pop();
        }
        plain.push(if matches!(c, '\'' | '`') { '"' } else { c });
    }
    format!("{:016x}", fnv(BASIS, plain.trim_end_matches(';').as_bytes()))
}

const BASIS: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a, which is the same on every machine and in every version, and need not withstand anybody: whoever can craft a
/// collision can write a suppressing comment as well.
fn fnv(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_is_no_part_of_code() {
        let one = code_hash("Order.objects.filter(a='x', b=[1, 2]).all();");
        let other = code_hash(
            "Order.objects.filter(\n    a=\"x\",\n    b=[\n        1,\n        2,\n    ],\n).all()",
        );
        assert_eq!(one, other);
        assert_ne!(one, code_hash("Order.objects.filter(a='y', b=[1, 2]).all()"));
    }

    #[test]
    fn ids_are_unique() {
        let identity = Identity {
            file: "a.py".into(),
            rule: "r".into(),
            symbol: String::new(),
            what: "w".into(),
            code: "0".into(),
        };
        let ids = ids(&[identity.clone(), identity]);
        assert_eq!(ids[1], format!("{}-2", ids[0]));
    }
}
