//! SARIF against the standard's schema, and against what GitHub asks beyond it.
//!
//! The schema is that of OASIS for SARIF 2.1.0; `tests/data/README.md` says where it comes from. GitHub's demands are those
//! of its page "SARIF support for code scanning": it takes a subset of the standard, and rejects a whole file for one
//! string that is empty or one list that is too long.

#![expect(clippy::panic, reason = "helpers of tests panic like tests")]

use perflint_tests::command::{perflint, run};
use perflint_tests::files::text;
use perflint_tests::sample::{everything, many_findings};
use perflint_tests::tools::optimised;
use perflint_tests::tree::Tree;
use perflint_tests::workspace;
use serde_json::Value;
use std::collections::BTreeSet;

fn sarif(tree: &Tree) -> Value {
    let run = run(perflint().args(["scan", "--format", "sarif", "--pedantic"]).arg(tree.path()));
    serde_json::from_slice(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.err()))
}

/// Names and contents that need care: spaces, other scripts, escapes, markup, links.
fn awkward() -> Tree {
    let body = "import requests\n\n\ndef f(𝒳s):  # [x](1) <b>\n    for 𝒳 in 𝒳s:\n        requests.get('[a](2) 😀', 𝒳)\n";
    let tree = Tree::new();
    for name in ["with space.py", "ünï/cødé.py", "per%20cent.py", "hash#1.py", "q?.py", "[1](2).py"] {
        tree.write(name, body);
    }
    tree.write("broken.py", "def f(:\n");
    tree
}

fn empty() -> Tree {
    Tree::of(&[("a.py", "x = 1\n")])
}

#[test]
fn it_is_valid_by_the_standard() {
    let mut schema: Value =
        serde_json::from_str(&text(&workspace().join("tests/data/sarif-2.1.0.schema.json"))).expect("schema");
    // The pattern of languages has a bracket too much, which JavaScript forgives. perflint writes no language.
    for object in ["run", "toolComponent"] {
        schema["definitions"][object]["properties"]["language"]["pattern"] = "^[a-zA-Z]{2}".into();
    }
    let validator = jsonschema::draft7::new(&schema).expect("a schema that can be used");
    for (name, tree) in [("everything", everything()), ("awkward", awkward()), ("empty", empty())] {
        let log = sarif(&tree);
        let errors: Vec<String> =
            validator.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}

#[test]
fn it_is_what_code_scanning_takes() {
    for (name, tree) in [("everything", everything()), ("awkward", awkward()), ("empty", empty())] {
        let log = sarif(&tree);
        let mut faults = Faults::default();
        faults.log(&log);
        assert!(faults.list.is_empty(), "{name}: {:#?}", faults.list);
    }
}

#[test]
fn the_checks_find_faults() {
    let mut log = sarif(&everything());
    log["runs"][0]["results"][0]["message"]["text"] = "".into();
    log["runs"][0]["results"][1]["ruleId"] = "absent".into();
    log["runs"][0]["results"][2]["partialFingerprints"] = Value::Null;
    log["runs"][0]["results"][3]["locations"][0]["physicalLocation"]["region"]["endColumn"] = 0.into();
    let mut faults = Faults::default();
    faults.log(&log);
    for fault in ["text is empty", "rule of \"absent\"", "fingerprint of", "endColumn of"] {
        assert!(faults.list.iter().any(|found| found.contains(fault)), "{fault}: {:#?}", faults.list);
    }
}

/// What GitHub would reject or not show.
#[derive(Default)]
struct Faults {
    list: Vec<String>,
}

impl Faults {
    fn expect(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.list.push(what());
        }
    }

    /// A text that has to be there, not empty and at most so long.
    fn text(&mut self, value: &Value, max: usize, what: &str) {
        let length = value.as_str().map_or(0, |text| text.encode_utf16().count());
        self.expect((1..=max).contains(&length), || {
            format!("{what} has {length} characters, 1 to {max} are allowed")
        });
    }

    fn log(&mut self, log: &Value) {
        self.expect(log["version"] == "2.1.0", || "version".to_owned());
        self.text(&log["$schema"], 1_000, "$schema");
        self.no_empty_text(log, "log");
        self.expect(array(&log["runs"]).len() == 1, || "runs".to_owned());
        for run in array(&log["runs"]) {
            self.driver(&run["tool"]["driver"]);
            let rules: Vec<&str> =
                array(&run["tool"]["driver"]["rules"]).iter().filter_map(|r| r["id"].as_str()).collect();
            self.expect(run["automationDetails"]["id"].as_str().is_some_and(|id| id.contains('/')), || {
                "category".to_owned()
            });
            self.expect(array(&run["results"]).len() <= 25_000, || "too many results".to_owned());
            for result in array(&run["results"]) {
                self.result(result, &rules);
            }
        }
    }

    fn driver(&mut self, driver: &Value) {
        self.text(&driver["name"], 100, "driver.name");
        self.text(&driver["semanticVersion"], 100, "driver.semanticVersion");
        for rule in array(&driver["rules"]) {
            self.text(&rule["id"], 255, "rule.id");
            self.text(&rule["name"], 255, "rule.name");
            self.text(&rule["shortDescription"]["text"], 1_024, "rule.shortDescription");
            self.text(&rule["fullDescription"]["text"], 1_024, "rule.fullDescription");
            self.text(&rule["help"]["text"], usize::MAX, "rule.help");
            let properties = &rule["properties"];
            self.one_of(&rule["defaultConfiguration"]["level"], &["note", "warning", "error"]);
            self.one_of(&properties["precision"], &["very-high", "high", "medium", "low"]);
            self.one_of(&properties["problem.severity"], &["error", "warning", "recommendation"]);
            self.expect(array(&properties["tags"]).len() <= 10, || format!("tags of {}", rule["id"]));
            let security = properties.get("security-severity").is_some();
            self.expect(!security, || format!("{} would be a security alert", rule["id"]));
        }
    }

    fn one_of(&mut self, value: &Value, allowed: &[&str]) {
        let known = value.as_str().is_some_and(|value| allowed.contains(&value));
        self.expect(known, || format!("{value} is none of {allowed:?}"));
    }

    fn result(&mut self, result: &Value, rules: &[&str]) {
        let place = format!(
            "{} in {}",
            result["ruleId"], result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        );
        let index = result["ruleIndex"].as_u64().map_or(usize::MAX, |index| index as usize);
        self.expect(rules.get(index).is_some_and(|rule| result["ruleId"] == **rule), || {
            format!("rule of {place}")
        });
        let message = result["message"]["text"].as_str().unwrap_or_default();
        self.expect(!message.is_empty(), || format!("message of {place}"));
        self.expect(array(&result["locations"]).len() == 1, || format!("locations of {place}"));
        let region = &result["locations"][0]["physicalLocation"]["region"];
        self.expect(region["startLine"] == region["endLine"], || {
            format!("region of {place} has several lines")
        });
        let related = array(&result["relatedLocations"]);
        self.expect(related.len() <= 100, || format!("relatedLocations of {place}"));
        let flows = array(&result["codeFlows"]).iter().flat_map(|flow| array(&flow["threadFlows"]));
        let steps: Vec<&Value> =
            flows.flat_map(|flow| array(&flow["locations"])).map(|step| &step["location"]).collect();
        self.expect(steps.len() <= 1_000, || format!("thread flow of {place}"));
        for location in array(&result["locations"]).iter().chain(related).chain(steps) {
            self.location(location, &place);
        }
        let hash = result["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap_or_default();
        self.expect(is_line_hash(hash), || format!("fingerprint of {place}: {hash:?}"));
        let ids: BTreeSet<String> = related.iter().map(|location| location["id"].to_string()).collect();
        let linked = links(message);
        self.expect(ids == linked, || format!("links of {place}: {ids:?} exist, {linked:?} are linked"));
    }

    fn location(&mut self, location: &Value, place: &str) {
        let physical = &location["physicalLocation"];
        let uri = physical["artifactLocation"]["uri"].as_str().unwrap_or_default();
        self.expect(is_relative_uri(uri), || format!("path of {place}: {uri:?}"));
        for field in ["startLine", "startColumn", "endLine", "endColumn"] {
            let value = physical["region"][field].as_u64();
            self.expect(value.is_some_and(|value| value >= 1), || format!("{field} of {place}"));
        }
    }

    /// GitHub takes no empty string for anything that is required; perflint writes none at all.
    fn no_empty_text(&mut self, value: &Value, path: &str) {
        match value {
            Value::String(text) => self.expect(!text.is_empty(), || format!("{path} is empty")),
            Value::Array(values) => values.iter().for_each(|value| self.no_empty_text(value, path)),
            Value::Object(fields) => {
                for (name, value) in fields {
                    // The reason of a suppression belongs to the author of the comment.
                    if name != "justification" {
                        self.no_empty_text(value, &format!("{path}.{name}"));
                    }
                }
            }
            _ => {}
        }
    }
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Hexadecimal digits, a colon, a count.
fn is_line_hash(text: &str) -> bool {
    let hexadecimal = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_hexdigit());
    text.split_once(':').is_some_and(|(hash, count)| hexadecimal(hash) && count.parse::<u32>().is_ok())
}

/// Relative, with forward slashes, and nothing that would have to be escaped.
fn is_relative_uri(uri: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/%!$&'()*+,;=@".contains(&byte);
    !uri.is_empty()
        && !uri.starts_with('/')
        && !uri.split('/').any(|part| part == "..")
        && uri.bytes().all(allowed)
}

/// The numbers that a message links to: `[text](1)`, where a bracket of the text itself is escaped.
fn links(message: &str) -> BTreeSet<String> {
    let targets = message.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    targets.map(|(target, _)| target.to_owned()).filter(|target| target.parse::<u32>().is_ok()).collect()
}

/// GitHub rejects a file of more than 25,000 results, or of more than 10 MB after compression.
#[test]
fn a_hundred_thousand_findings_become_a_file_that_code_scanning_takes() {
    let tree = Tree::new();
    for (name, text) in many_findings() {
        tree.write(&name, text);
    }
    let run = run(optimised().args(["scan", "--format", "sarif"]).arg(tree.path()));
    let log: Value =
        serde_json::from_slice(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.err()));
    let mut faults = Faults::default();
    faults.log(&log);
    assert!(faults.list.is_empty(), "{:#?}", faults.list);
    let results = array(&log["runs"][0]["results"]).len();
    assert_eq!(results, 5_000, "the most important are kept");
    let notes = array(&log["runs"][0]["invocations"][0]["toolExecutionNotifications"]);
    let cut = "95,000 findings left out: code scanning accepts no more";
    assert!(notes.iter().any(|note| note["message"]["text"] == cut), "{notes:#?}");
    let compressed = compressed(&run.stdout);
    assert!(compressed < 10_000_000, "{compressed} bytes");
}

fn compressed(bytes: &[u8]) -> usize {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory").len()
}
